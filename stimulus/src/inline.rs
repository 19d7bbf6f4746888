//! Constraints in line that have not been seen before, over what is known of a type: nothing is built anew but what
//! they say themselves.
//!
//! What they relate is drawn, in this order: from the product of their own diagram with that of the type, if it is
//! small and the constraints are simple; by rejection of what the type's constraints give; from the product, whatever
//! its size. All give each solution what the constraints together give it, so which one it is does not matter to
//! what is likely; and which one it is depends on nothing but the constraints and the generator.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use rand_core::Rng;

use crate::bits::{Full, Gates as _};
use crate::blast::Blaster;
use crate::diagram::{Diagram, Edge};
use crate::draw::Coins;
use crate::error::RandomizeError;
use crate::evaluate::{self, Program, WIDTHS};
use crate::product::{Base, First, Products};
use crate::record::{Id, Node, Operator, Recording};
use crate::sample::Meaning;
use crate::shape::{self, Shape};
use crate::simple::Simple;
use crate::solver::{self, BUDGET, Compiler, ORDERS, Parts, Solver};
use crate::value::Number;

/// Choices of a product that is made at each draw.
const FEW: usize = 1 << 10;
/// What the type's constraints give is tried so many times.
const TRIES: usize = 24;
/// Nodes in the diagram of constraints in line.
const CONDITIONS: usize = 1 << 16;
/// Sets of parts that are known together.
const SETS: usize = 64;

/// What constraints in line are added to.
#[derive(Debug)]
pub(crate) struct Inline {
    ranges: Vec<(Number, Number)>,
    shapes: Vec<Shape>,
    parts: Vec<Parts>,
    /// Of each variable.
    part_of: Vec<u32>,
    alone: Vec<OnceCell<Known>>,
    together: RefCell<Vec<(Vec<u32>, Known)>>,
}

/// `None` of what is too large.
type Known = Option<Rc<Related>>;

/// Parts that constraints in line relate, before they do.
#[derive(Debug)]
struct Related {
    base: Base,
    widths: Vec<(u32, u32)>,
    /// The levels of the bits of each variable.
    levels: Vec<Vec<u32>>,
    /// Some are drawn before others, so what is rejected would change what is likely.
    has_order: bool,
}

/// How constraints in line are drawn, once that is known.
#[derive(Debug)]
pub(crate) struct Prepared {
    sets: Vec<Set>,
    products: Products,
    /// Parts that the sets draw.
    taken: Vec<bool>,
    /// What draws everything where a product is too large: after the tries, as when this was found.
    otherwise: Option<Result<Solver, RandomizeError>>,
}

#[derive(Debug)]
struct Set {
    related: Rc<Related>,
    /// Tried before the product.
    program: Option<Program>,
    first: Option<First>,
}

/// What has become of a draw.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// All variables have values. What has taken long to find is worth keeping.
    Drawn(Option<Rc<Prepared>>),
    /// There is no solution, or it is none for this.
    Not,
    /// It is too hard.
    Refused(RandomizeError),
}

/// Memory of a thread, used again and again.
struct Scratch {
    diagram: Diagram,
    products: Products,
    conjuncts: Vec<(Id, u32)>,
    stack: Vec<Id>,
    seen: Vec<bool>,
    leaders: Vec<u32>,
    taken: Vec<bool>,
    literals: Vec<(u32, bool)>,
    values: evaluate::Scratch,
    sets: Vec<Set>,
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch {
            diagram: Diagram::small(CONDITIONS),
            products: Products::default(),
            conjuncts: Vec::new(),
            stack: Vec::new(),
            seen: Vec::new(),
            leaders: Vec::new(),
            taken: Vec::new(),
            literals: Vec::new(),
            values: evaluate::Scratch::default(),
            sets: Vec::new(),
        }
    }
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
    static TRIED: RefCell<evaluate::Scratch> = RefCell::default();
}

/// What is added, and to what.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) solver: &'a Solver,
    /// The type's, with the constraints in line at its end.
    pub(crate) recording: &'a Recording,
    /// How much of it is the type's.
    pub(crate) nodes: usize,
    pub(crate) requirements: usize,
    pub(crate) type_name: &'static str,
}

impl Inline {
    pub(crate) fn new(
        recording: &Recording,
        type_name: &'static str,
    ) -> Result<Inline, RandomizeError> {
        let compiler = Compiler::new(recording, type_name)?;
        let parts = compiler.parts();
        let mut part_of = vec![0; recording.variables.len()];
        for (place, part) in (0..).zip(&parts) {
            for &variable in &part.variables {
                part_of[variable as usize] = place;
            }
        }
        Ok(Inline {
            alone: parts.iter().map(|_| OnceCell::new()).collect(),
            together: RefCell::default(),
            part_of,
            parts,
            ranges: compiler.ranges,
            shapes: compiler.shapes,
        })
    }

    /// Draws under constraints that are new.
    pub(crate) fn draw(
        &self,
        request: Request<'_>,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Outcome {
        let mut scratch = SCRATCH.take().unwrap_or_default();
        let outcome = self.draw_in(&mut scratch, request, rng, values);
        scratch.sets.clear();
        SCRATCH.set(Some(scratch));
        outcome.unwrap_or(Outcome::Not)
    }

    fn draw_in(
        &self,
        scratch: &mut Scratch,
        request: Request<'_>,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Option<Outcome> {
        self.relate(scratch, request)?;
        let shapes = OnceCell::new();
        let shapes = || {
            &**shapes.get_or_init(|| {
                let mut shapes = self.shapes.clone();
                shape::extend(request.recording, &self.ranges, &mut shapes);
                shapes
            })
        };
        scratch.products.clear();
        let mut slow = false;
        for leader in 0..self.parts.len() {
            if !scratch.taken[leader] || scratch.leaders[leader] != leader as u32 {
                continue;
            }
            let related = self.related(&scratch.leaders, leader as u32, request)?;
            let mut set = Set {
                related,
                program: None,
                first: None,
            };
            match simple(scratch, request, leader as u32, &set.related) {
                Ok(Simply::At(first)) => set.first = Some(first),
                Ok(Simply::NoSolution) => return None,
                Ok(Simply::NotSimple) | Err(Full) => {
                    if !set.related.has_order {
                        set.program = program(scratch, request, leader as u32, shapes());
                    }
                    if set.program.is_none() {
                        slow = true;
                        set.first = Some(self.product_of(scratch, request, &set, shapes())?);
                    }
                }
            }
            scratch.sets.push(set);
        }
        let taken = &scratch.taken;
        let solver = request.solver;
        if let Err(error) = solver.draw_some(|part| !taken[part], rng, values) {
            return Some(Outcome::Refused(error));
        }
        let mut sets = std::mem::take(&mut scratch.sets);
        let mut otherwise = None;
        for set in &mut sets {
            if set.draw(&scratch.products, rng, values, &mut scratch.values) {
                continue;
            }
            slow = true;
            set.first = self.product_of(scratch, request, set, shapes());
            if set.first.is_none() {
                let found = Solver::new(request.recording, request.type_name);
                if let Ok(found) = &found
                    && let Err(error) = found.draw(rng, values)
                {
                    return Some(Outcome::Refused(error));
                }
                otherwise = Some(found);
                break;
            }
            set.draw_from_product(&scratch.products, rng, values);
        }
        if !slow {
            scratch.sets = sets;
            return Some(Outcome::Drawn(None));
        }
        for set in &mut sets {
            // Where a try was enough this time.
            if set.first.is_none() && otherwise.is_none() {
                set.first = self.product_of(scratch, request, set, shapes());
                if set.first.is_none() {
                    otherwise = Some(Solver::new(request.recording, request.type_name));
                }
            }
        }
        Some(Outcome::Drawn(Some(Rc::new(Prepared {
            sets,
            products: std::mem::take(&mut scratch.products),
            taken: scratch.taken.clone(),
            otherwise,
        }))))
    }

    fn product_of(
        &self,
        scratch: &mut Scratch,
        request: Request<'_>,
        set: &Set,
        shapes: &[Shape],
    ) -> Option<First> {
        let (variable, _) = set.related.widths[0];
        let part = self.part_of[variable as usize];
        let leader = scratch.leaders[part as usize];
        product(scratch, request, leader, &set.related, shapes)
    }

    /// Finds what must be true, by the parts that it relates. `None` if there is nothing to it, or nothing known of
    /// it.
    fn relate(&self, scratch: &mut Scratch, request: Request<'_>) -> Option<()> {
        let Recording {
            nodes,
            requirements,
            ..
        } = request.recording;
        let count = self.parts.len();
        scratch.conjuncts.clear();
        scratch.leaders.clear();
        scratch.leaders.extend(0..count as u32);
        scratch.taken.clear();
        scratch.taken.resize(count, false);
        scratch.seen.clear();
        scratch.seen.resize(nodes.len(), false);
        let mut pending = std::mem::take(&mut scratch.stack);
        pending.clear();
        let further = &requirements[request.requirements..];
        pending.extend(further.iter().rev().map(|requirement| requirement.node));
        // A conjunct for each operand of `&&`.
        let first = scratch.conjuncts.len();
        while let Some(id) = pending.pop() {
            match nodes[id as usize] {
                Node::Binary(Operator::Both, left, right) => pending.extend([right, left]),
                Node::Number(number) if number.small() == Some(1) => {}
                Node::Number(_) | Node::Unknown => return None,
                _ => scratch.conjuncts.push((id, 0)),
            }
        }
        for place in first..scratch.conjuncts.len() {
            let (root, _) = scratch.conjuncts[place];
            let mut part = None;
            // Operands precede what they are operands of, so each conjunct sees all of its own.
            scratch.seen[..=root as usize].fill(false);
            pending.push(root);
            while let Some(id) = pending.pop() {
                if std::mem::replace(&mut scratch.seen[id as usize], true) {
                    continue;
                }
                if let Node::Variable(variable) = nodes[id as usize] {
                    let own = leader(&scratch.leaders, self.part_of[variable as usize]);
                    let other = part.unwrap_or(own);
                    scratch.leaders[own.max(other) as usize] = own.min(other);
                    part = Some(own.min(other));
                }
                pending.extend(nodes[id as usize].operands());
            }
            scratch.conjuncts[place].1 = part?;
            scratch.taken[part? as usize] = true;
        }
        scratch.stack = pending;
        // Whatever was merged later has its leader by now.
        for part in 0..count as u32 {
            let leader = leader(&scratch.leaders, part);
            scratch.leaders[part as usize] = leader;
            scratch.taken[leader as usize] |= scratch.taken[part as usize];
        }
        for part in 0..count {
            scratch.taken[part] = scratch.taken[scratch.leaders[part] as usize];
        }
        for conjunct in &mut scratch.conjuncts {
            conjunct.1 = scratch.leaders[conjunct.1 as usize];
        }
        Some(())
    }

    /// What is known of the parts with this leader: `None` if that is too large.
    fn related(&self, leaders: &[u32], leader: u32, request: Request<'_>) -> Option<Rc<Related>> {
        let members = || (0..).zip(leaders).filter(|&(_, &of)| of == leader);
        if members().count() == 1 {
            let known = self.alone[leader as usize].get_or_init(|| self.build(&[leader], request));
            return known.clone();
        }
        let mut together = self.together.borrow_mut();
        let known = together
            .iter()
            .find(|(parts, _)| parts.iter().copied().eq(members().map(|(part, _)| part)));
        if let Some((_, known)) = known {
            return known.clone();
        }
        let parts: Vec<u32> = members().map(|(part, _)| part).collect();
        let built = self.build(&parts, request);
        if together.len() == SETS {
            together.clear();
        }
        together.push((parts, built.clone()));
        built
    }

    fn build(&self, parts: &[u32], request: Request<'_>) -> Option<Rc<Related>> {
        // The type's own part of the recording.
        let mut recording = request.recording.clone();
        recording.nodes.truncate(request.nodes);
        recording.requirements.truncate(request.requirements);
        let compiler = Compiler::new(&recording, request.type_name).ok()?;
        let mut all = Parts::default();
        for &part in parts {
            all.append(&self.parts[part as usize]);
        }
        for order in ORDERS {
            let mut diagram = Diagram::new(BUDGET);
            let Ok((root, levels)) = compiler.function(&all, order, &mut diagram) else {
                continue;
            };
            let widths = compiler.widths(&all);
            let mut places = vec![Vec::new(); recording.variables.len()];
            for &(variable, width) in &widths {
                places[variable as usize] = vec![0; width as usize];
            }
            for (place, level) in (0..).zip(&levels) {
                if let Meaning::Bit { variable, bit } = level.meaning {
                    places[variable as usize][bit as usize] = place;
                }
            }
            return Some(Rc::new(Related {
                base: Base::new(&diagram, root, levels)?,
                widths,
                levels: places,
                has_order: compiler.has_order(&all),
            }));
        }
        None
    }
}

fn leader(leaders: &[u32], mut of: u32) -> u32 {
    while leaders[of as usize] != of {
        of = leaders[of as usize];
    }
    of
}

/// What comes of conditions that may be simple.
enum Simply {
    At(First),
    NoSolution,
    NotSimple,
}

/// Where the product of simple conditions begins.
fn simple(
    scratch: &mut Scratch,
    request: Request<'_>,
    leader: u32,
    related: &Related,
) -> Result<Simply, Full> {
    scratch.diagram.empty();
    let mut simple = Simple {
        recording: request.recording,
        levels: &related.levels,
        diagram: &mut scratch.diagram,
        scratch: std::mem::take(&mut scratch.literals),
    };
    let mut all = Edge::YES;
    for &(id, _) in scratch.conjuncts.iter().filter(|(_, of)| *of == leader) {
        let Some(condition) = simple.condition(id)? else {
            return Ok(Simply::NotSimple);
        };
        all = simple.diagram.and(all, condition)?;
    }
    scratch.literals = simple.scratch;
    let products = &mut scratch.products;
    let first = products.add(&related.base, &scratch.diagram, all, FEW)?;
    Ok(first.map_or(Simply::NoSolution, Simply::At))
}

fn product(
    scratch: &mut Scratch,
    request: Request<'_>,
    leader: u32,
    related: &Related,
    shapes: &[Shape],
) -> Option<First> {
    let too_large = |&(id, of): &(Id, u32)| {
        let mut cone = solver::cone(request.recording, id).into_iter();
        of == leader && cone.any(|id| shapes[id as usize].is_too_large())
    };
    if scratch.conjuncts.iter().any(too_large) {
        return None;
    }
    let mut diagram = Diagram::new(BUDGET);
    let mut variables = vec![Vec::new(); request.recording.variables.len()];
    for &(variable, _) in &related.widths {
        let bits = request.recording.variables[variable as usize].kind.bits as usize;
        let levels = &related.levels[variable as usize];
        let mut edges = vec![Edge::NO; bits];
        for (edge, &level) in edges.iter_mut().zip(levels) {
            *edge = diagram.variable(level).ok()?;
        }
        variables[variable as usize] = edges;
    }
    let mut blaster = Blaster::new(request.recording, shapes, variables);
    let mut all = Edge::YES;
    for &(id, _) in scratch.conjuncts.iter().filter(|(_, of)| *of == leader) {
        let holds = blaster.holds(&mut diagram, id).ok()?;
        all = diagram.and(all, holds).ok()?;
    }
    let products = &mut scratch.products;
    products.add(&related.base, &diagram, all, BUDGET).ok()?
}

fn program(
    scratch: &Scratch,
    request: Request<'_>,
    leader: u32,
    shapes: &[Shape],
) -> Option<Program> {
    let own = scratch.conjuncts.iter().filter(|(_, of)| *of == leader);
    let roots: Vec<Id> = own.map(|&(id, _)| id).collect();
    WIDTHS
        .into_iter()
        .find_map(|bits| Program::new(request.recording, shapes, &roots, &[], &[], bits))
}

impl Set {
    /// Whether values were drawn: not where no try fits, and the product is not known.
    fn draw(
        &self,
        products: &Products,
        rng: &mut dyn Rng,
        values: &mut [u128],
        scratch: &mut evaluate::Scratch,
    ) -> bool {
        if let Some(program) = &self.program {
            let mut coins = Coins::new(rng);
            let fits = (0..TRIES).any(|_| {
                for &(variable, width) in &self.related.widths {
                    values[variable as usize] = coins.bits(width);
                }
                self.related.base.sample(&mut coins, values);
                program.completes(values, scratch)
            });
            if fits {
                return true;
            }
        }
        if self.first.is_some() {
            self.draw_from_product(products, rng, values);
        }
        self.first.is_some()
    }

    fn draw_from_product(&self, products: &Products, rng: &mut dyn Rng, values: &mut [u128]) {
        let Some(first) = self.first else {
            return;
        };
        let mut coins = Coins::new(rng);
        for &(variable, width) in &self.related.widths {
            values[variable as usize] = coins.bits(width);
        }
        products.sample(&self.related.base, first, &mut coins, values);
    }
}

impl Prepared {
    /// Draws what [`Inline::draw`] draws.
    pub(crate) fn draw(
        &self,
        solver: &Solver,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Result<(), RandomizeError> {
        solver.draw_some(|part| !self.taken[part], rng, values)?;
        let mut scratch = TRIED.take();
        let mut sets = self.sets.iter();
        let all = sets.all(|set| set.draw(&self.products, rng, values, &mut scratch));
        TRIED.set(scratch);
        match &self.otherwise {
            Some(otherwise) if !all => {
                let solver = otherwise.as_ref().map_err(Clone::clone)?;
                solver.draw(rng, values)
            }
            _ => Ok(()),
        }
    }

    /// Why there is no solution, if there is none.
    pub(crate) fn error(&self) -> Option<RandomizeError> {
        let otherwise = self.otherwise.as_ref()?;
        otherwise.as_ref().err().cloned()
    }
}

#[cfg(test)]
impl Inline {
    /// For each given set of values how likely it is drawn, from the products of simple constraints and of any; `None`
    /// if no product was made.
    pub(crate) fn likelihoods(
        &self,
        request: Request<'_>,
        all: &[Vec<u128>],
    ) -> [Option<Vec<f64>>; 2] {
        [true, false].map(|is_simple| {
            let mut scratch = Scratch::default();
            self.relate(&mut scratch, request)?;
            let mut likelihoods = vec![1.0; all.len()];
            let mut shapes = self.shapes.clone();
            shape::extend(request.recording, &self.ranges, &mut shapes);
            for leader in 0..self.parts.len() as u32 {
                if scratch.leaders[leader as usize] != leader {
                    continue;
                }
                let related = self.related(&scratch.leaders, leader, request)?;
                let first = if is_simple {
                    match simple(&mut scratch, request, leader, &related).ok()? {
                        Simply::At(first) => Some(first),
                        Simply::NoSolution => None,
                        Simply::NotSimple => return None,
                    }
                } else {
                    product(&mut scratch, request, leader, &related, &shapes)
                };
                for (values, likelihood) in all.iter().zip(&mut likelihoods) {
                    let Some(first) = first else {
                        *likelihood = 0.0;
                        continue;
                    };
                    let mut decided = Vec::new();
                    let products = &scratch.products;
                    *likelihood *= products.likelihood(&related.base, first, values, &mut decided);
                    let bits: u32 = related.widths.iter().map(|(_, width)| width).sum();
                    *likelihood *=
                        0.5_f64.powi(bits.cast_signed() - i32::try_from(decided.len()).unwrap());
                }
            }
            Some(likelihoods)
        })
    }
}
