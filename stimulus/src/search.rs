//! Finds solutions by a SAT solver if a diagram would be too large, and constraints that contradict each other.

use std::cell::Cell;

use batsat::clause::Kind;
use batsat::{Callbacks, Lit, SolverInterface, SolverOpts, Var, lbool};
use rand_core::Rng;

use crate::bits::{Full, Gates};
use crate::blast::Blaster;
use crate::draw::{self, SplitMix64};
use crate::node::Id;
use crate::record::Recording;
use crate::shape::Shape;
use crate::value::Number;

/// A bit: a constant, or a literal of the solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bit {
    Constant(bool),
    Literal(i32),
}

/// Clauses. A literal is the number of a variable, from 1 on, and negative if it is negated.
#[derive(Debug, Default)]
pub(crate) struct Clauses {
    literals: Vec<i32>,
    ends: Vec<u32>,
    variables: i32,
    /// The most literals of the clauses.
    budget: usize,
}

impl Clauses {
    fn variable(&mut self) -> i32 {
        self.variables += 1;
        self.variables
    }

    fn add(&mut self, clause: &[i32]) -> Result<(), Full> {
        self.literals.extend_from_slice(clause);
        if self.literals.len() > self.budget {
            return Err(Full);
        }
        self.ends
            .push(u32::try_from(self.literals.len()).map_err(|_| Full)?);
        Ok(())
    }

    /// Adds a bit that must be 1.
    fn require(&mut self, bit: Bit) -> Result<(), Full> {
        match bit {
            Bit::Constant(true) => Ok(()),
            Bit::Constant(false) => self.add(&[]),
            Bit::Literal(literal) => self.add(&[literal]),
        }
    }
}

impl Gates for Clauses {
    type Bit = Bit;

    fn constant(&self, value: bool) -> Bit {
        Bit::Constant(value)
    }

    fn not(&self, bit: Bit) -> Bit {
        match bit {
            Bit::Constant(value) => Bit::Constant(!value),
            Bit::Literal(literal) => Bit::Literal(-literal),
        }
    }

    fn and(&mut self, left: Bit, right: Bit) -> Result<Bit, Full> {
        Ok(match (left, right) {
            (Bit::Constant(false), _) | (_, Bit::Constant(false)) => Bit::Constant(false),
            (Bit::Constant(true), other) | (other, Bit::Constant(true)) => other,
            (Bit::Literal(left), Bit::Literal(right)) if left == right => Bit::Literal(left),
            (Bit::Literal(left), Bit::Literal(right)) if left == -right => Bit::Constant(false),
            (Bit::Literal(left), Bit::Literal(right)) => {
                let both = self.variable();
                self.add(&[-both, left])?;
                self.add(&[-both, right])?;
                self.add(&[both, -left, -right])?;
                Bit::Literal(both)
            }
        })
    }

    fn xor(&mut self, left: Bit, right: Bit) -> Result<Bit, Full> {
        Ok(match (left, right) {
            (Bit::Constant(value), other) | (other, Bit::Constant(value)) => {
                if value {
                    self.not(other)
                } else {
                    other
                }
            }
            (Bit::Literal(left), Bit::Literal(right)) if left == right => Bit::Constant(false),
            (Bit::Literal(left), Bit::Literal(right)) if left == -right => Bit::Constant(true),
            (Bit::Literal(left), Bit::Literal(right)) => {
                let differ = self.variable();
                self.add(&[-differ, left, right])?;
                self.add(&[-differ, -left, -right])?;
                self.add(&[differ, -left, right])?;
                self.add(&[differ, left, -right])?;
                Bit::Literal(differ)
            }
        })
    }
}

/// The clauses of some variables' constraints. A literal switches each constraint on.
#[derive(Debug)]
pub(crate) struct Search {
    clauses: Clauses,
    /// The literals of the bits of the variables, by their index.
    bits: Vec<(u32, Vec<i32>)>,
    /// The literal that switches each constraint on; `None` for one that never holds.
    switches: Vec<Option<i32>>,
    /// The choices that are made before the solver runs, in this order.
    choices: Vec<Choice>,
    /// The number of conflicts at which the solver gives up.
    pub(crate) most: u64,
}

/// The choice of a value for a variable that has weights, or is drawn before others.
#[derive(Debug)]
struct Choice {
    /// Its index in `bits`.
    place: usize,
    range: (Number, Number),
    /// The weights of its classes, with their literals.
    classes: Vec<(u32, Bit)>,
    /// It is drawn before others: each of its values that has a solution is to be equally likely.
    is_awaited: bool,
}

/// The most literals of the clauses.
pub(crate) const LARGEST: usize = 20_000_000;

/// The solver has met more conflicts than it may.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hard;

/// The number of conflicts at which the solver gives up on a draw. It is not a time, because a time differs between
/// machines. With wide products, a conflict takes some 0.2 ms; if a solution is found at all, it nearly always
/// takes less than a tenth of these conflicts.
const CONFLICTS: u64 = 10_000;
/// The least number of conflicts with which each constraint is tried to be left out of a contradiction.
const FEWEST: u64 = 1000;
/// So many values are tried for a variable that is drawn before others.
const VALUES: usize = 32;

/// Stops the solver after a number of conflicts.
struct Limit {
    met: Cell<u64>,
    most: u64,
}

impl Callbacks for Limit {
    fn on_new_clause(&mut self, _: &[Lit], source: Kind) {
        if matches!(source, Kind::Learnt) {
            self.met.set(self.met.get() + 1);
        }
    }

    fn stop(&self) -> bool {
        self.met.get() >= self.most
    }
}

type LimitedSolver = batsat::Solver<Limit>;

impl Search {
    pub(crate) fn new(
        recording: &Recording,
        shapes: &[Shape],
        ranges: &[(Number, Number)],
        (variables, depths): (&[u32], &[u32]),
        roots: &[Id],
        budget: usize,
    ) -> Result<Search, Full> {
        let mut clauses = Clauses {
            budget,
            ..Clauses::default()
        };
        let mut all = vec![Vec::new(); recording.variables.len()];
        let mut bits = Vec::new();
        for &index in variables {
            let width = recording.variables[index as usize].kind.bits;
            let literals: Vec<i32> = (0..width).map(|_| clauses.variable()).collect();
            all[index as usize] = literals
                .iter()
                .map(|&literal| Bit::Literal(literal))
                .collect();
            bits.push((index, literals));
        }
        let mut blaster = Blaster::new(recording, shapes, all);
        let depth = |index: u32| depths.get(index as usize).copied().unwrap_or(0);
        let last = variables.iter().map(|&index| depth(index)).min();
        let mut choices = Vec::new();
        for (place, &index) in variables.iter().enumerate() {
            // The shapes rely on the ranges, so values outside them must be excluded here.
            let (possible, members) =
                blaster.possible(&mut clauses, index, ranges[index as usize])?;
            clauses.require(possible)?;
            let is_awaited = Some(depth(index)) > last;
            if !members.is_empty() || is_awaited {
                let weights = recording.classes_of(index).iter().map(|class| class.weight);
                let choice = Choice {
                    place,
                    range: ranges[index as usize],
                    classes: weights.zip(members).collect(),
                    is_awaited,
                };
                choices.push((depth(index), choice));
            }
        }
        // Those with the longest chain of variables after them come first.
        choices.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
        let mut switches = Vec::new();
        for &root in roots {
            let switch = clauses.variable();
            match blaster.holds(&mut clauses, root)? {
                Bit::Constant(true) => {}
                Bit::Constant(false) => {
                    switches.push(None);
                    continue;
                }
                Bit::Literal(literal) => clauses.add(&[-switch, literal])?,
            }
            switches.push(Some(switch));
        }
        Ok(Search {
            clauses,
            bits,
            switches,
            choices: choices.into_iter().map(|(_, choice)| choice).collect(),
            most: CONFLICTS,
        })
    }

    /// A solver that depends only on its seed and the clauses.
    fn solver(&self, mut seed: SplitMix64, most: u64) -> Attempt {
        let options = SolverOpts {
            random_seed: 1.0 + f64::from((seed.next() >> 33) as u32),
            random_var_freq: 0.05,
            rnd_pol: false,
            rnd_init_act: true,
            ..SolverOpts::default()
        };
        let mut solver = LimitedSolver::new(
            options,
            Limit {
                met: Cell::new(0),
                most,
            },
        );
        let mut phases = vec![lbool::UNDEF; self.clauses.variables.unsigned_abs() as usize];
        for &literal in self.bits.iter().flat_map(|(_, literals)| literals) {
            let phase = lbool::new(seed.next() >> 63 == 1);
            phases[literal.unsigned_abs() as usize - 1] = phase;
        }
        let variables: Vec<Var> = phases
            .into_iter()
            .map(|phase| solver.new_var(phase, true))
            .collect();
        let mut start = 0;
        let mut clause = Vec::new();
        for &end in &self.clauses.ends {
            clause.clear();
            let literals = &self.clauses.literals[start..end as usize];
            clause.extend(literals.iter().map(|&literal| to_lit(&variables, literal)));
            solver.add_clause_reuse(&mut clause);
            start = end as usize;
        }
        Attempt { solver, variables }
    }

    /// Whether the constraints of these indices can be satisfied together.
    pub(crate) fn satisfies(&self, constraints: &[usize]) -> Result<bool, Hard> {
        self.satisfies_within(self.most, constraints)
    }

    fn satisfies_within(&self, most: u64, constraints: &[usize]) -> Result<bool, Hard> {
        self.solver(SplitMix64(0), most)
            .solve(self, constraints, &[])
    }

    /// A minimal set of these constraints that contradict each other; `None` if they do not.
    pub(crate) fn conflict(&self, constraints: &[usize]) -> Option<Vec<usize>> {
        if self.satisfies(constraints).unwrap_or(true) {
            return None;
        }
        let mut needed = constraints.to_vec();
        // Hardly more conflicts in total than for a draw, since many sets may be too hard.
        let most = (self.most / constraints.len() as u64).max(FEWEST);
        let mut index = 0;
        while index < needed.len() {
            let mut fewer = needed.clone();
            fewer.remove(index);
            // A constraint stays if the rest is too hard to solve.
            if self.satisfies_within(most, &fewer).unwrap_or(true) {
                index += 1;
            } else {
                needed = fewer;
            }
        }
        Some(needed)
    }

    /// Draws a solution, if there is one. They are not equally likely.
    pub(crate) fn sample(
        &self,
        constraints: &[usize],
        rng: &mut dyn Rng,
        values: &mut [u128],
    ) -> Result<bool, Hard> {
        let mut attempt = self.solver(SplitMix64(rng.next_u64()), self.most);
        let mut chosen: Vec<i32> = Vec::new();
        for choice in &self.choices {
            // If a class has no solution, the others are tried.
            let mut left = choice.classes.clone();
            while !left.is_empty() {
                let total: u64 = left.iter().map(|class| u64::from(class.0)).sum();
                let weights = left.iter().map(|class| class.0);
                let (_, bit) = left.remove(draw::weighted(rng, total, weights));
                let literal = match bit {
                    Bit::Constant(true) => break,
                    Bit::Constant(false) => continue,
                    Bit::Literal(literal) => literal,
                };
                chosen.push(literal);
                if attempt.solve(self, constraints, &chosen)? {
                    break;
                }
                chosen.pop();
            }
            for _ in 0..if choice.is_awaited { VALUES } else { 0 } {
                let (low, high) = choice.range;
                let value = draw::between(rng, low.bits(), high.bits());
                let start = chosen.len();
                let literals = self.bits[choice.place].1.iter().enumerate();
                chosen.extend(literals.map(|(place, &literal)| {
                    if value >> place & 1 == 1 {
                        literal
                    } else {
                        -literal
                    }
                }));
                if attempt.solve(self, constraints, &chosen)? {
                    break;
                }
                chosen.truncate(start);
            }
        }
        if !attempt.solve(self, constraints, &chosen)? {
            return Ok(false);
        }
        for (index, literals) in &self.bits {
            let mut value = 0;
            for (place, &literal) in literals.iter().enumerate() {
                let literal = to_lit(&attempt.variables, literal);
                // Bits that the solver did not decide are random too.
                let is_one = match attempt.solver.value_lit(literal) {
                    bit if bit == lbool::TRUE => true,
                    bit if bit == lbool::FALSE => false,
                    _ => rng.next_u64() >> 63 == 1,
                };
                value |= u128::from(is_one) << place;
            }
            values[*index as usize] = value;
        }
        Ok(true)
    }
}

struct Attempt {
    solver: LimitedSolver,
    variables: Vec<Var>,
}

impl Attempt {
    fn solve(
        &mut self,
        search: &Search,
        constraints: &[usize],
        chosen: &[i32],
    ) -> Result<bool, Hard> {
        let switches: Option<Vec<i32>> = constraints
            .iter()
            .map(|&index| search.switches[index])
            .collect();
        let Some(switches) = switches else {
            return Ok(false);
        };
        let assumptions: Vec<Lit> = switches
            .iter()
            .chain(chosen)
            .map(|&literal| to_lit(&self.variables, literal))
            .collect();
        match self.solver.solve_limited(&assumptions) {
            found if found == lbool::TRUE => Ok(true),
            found if found == lbool::FALSE => Ok(false),
            _ => Err(Hard),
        }
    }
}

fn to_lit(variables: &[Var], literal: i32) -> Lit {
    let index = literal.unsigned_abs() as usize - 1;
    Lit::new(variables[index], literal > 0)
}
