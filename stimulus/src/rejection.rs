//! Draws groups by rejection: proposes values until they fit. Variables that others determine are computed, and
//! values that have to differ are proposed so. Both keep all solutions equally likely.

use std::cell::RefCell;

use rand_core::Rng;

use crate::boxes::Boxes;
use crate::distinct::{self, Distinct};
use crate::draw;
use crate::evaluate::bounds::Range;
use crate::evaluate::{Combined, Definition, Program, Scratch, WIDTHS};
use crate::factors::{Factors, Split};
use crate::node::{Id, Node, Operator};
use crate::record::Recording;
use crate::shape::Shape;
use crate::value::Number;

/// A variable that is drawn on its own.
#[derive(Clone, Debug)]
pub(crate) struct Free {
    pub(crate) variable: u32,
    low: u128,
    high: u128,
    /// Values with their weights, if it has any.
    pub(crate) weights: Vec<(u128, u32)>,
    pub(crate) total: u64,
}

impl Free {
    pub(crate) fn new(variable: u32, (low, high): (Number, Number)) -> Free {
        Free {
            variable,
            low: low.bits(),
            high: high.bits(),
            weights: Vec::new(),
            total: 0,
        }
    }

    pub(crate) fn draw(&self, rng: &mut dyn Rng, values: &mut [u128]) {
        values[self.variable as usize] = if self.weights.is_empty() {
            draw::between(rng, self.low, self.high)
        } else {
            let weights = self.weights.iter().map(|&(_, weight)| weight);
            self.weights[draw::weighted(rng, self.total, weights)].0
        };
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Proposes values for the variables of a group, and decides whether they fit.
#[derive(Debug)]
pub(crate) struct Rejection {
    free: Vec<Free>,
    /// Draws the free variables, if present.
    boxes: Option<Boxes>,
    sets: Vec<Distinct>,
    /// Draws the variables whose product the others determine.
    factors: Option<Box<Factors>>,
    program: Program,
}

impl Rejection {
    /// `None` if numbers are too large or not always defined, or if a product is to be split and there is none.
    pub(crate) fn new(
        recording: &Recording,
        shapes: &[Shape],
        ranges: &[(Number, Number)],
        variables: &[u32],
        conditions: &[Id],
        splits_product: bool,
    ) -> Option<Rejection> {
        if variables.is_empty() {
            return None;
        }
        let mut is_free = vec![true; recording.variables.len()];
        let mut sets = Vec::new();
        let mut roots = Vec::new();
        for root in distinct::conjuncts(recording, conditions) {
            match Distinct::new(recording, ranges, root) {
                Some(set) if set.variables().all(|index| is_free[index as usize]) => {
                    set.variables()
                        .for_each(|index| is_free[index as usize] = false);
                    sets.push(set);
                }
                _ => roots.push(root),
            }
        }
        let (program, factors, is_free) = WIDTHS.into_iter().find_map(|bits| {
            let mut is_free = is_free.clone();
            let mut definitions = Definitions {
                recording,
                shapes,
                ranges,
                bits,
                found: Vec::new(),
                of: vec![None; recording.variables.len()],
                split: None,
            };
            if splits_product {
                definitions.split_one(&roots, &mut is_free)?;
            }
            let is_split = |root: Id| definitions.split.as_ref().is_some_and(|it| it.root == root);
            let others: Vec<Id> = roots.iter().copied().filter(|&it| !is_split(it)).collect();
            for root in others {
                definitions.look_at(root, &mut is_free);
            }
            let factors = match &definitions.split {
                Some(split) => Some(Box::new(definitions.factors(split)?)),
                None => None,
            };
            let found = definitions.found;
            let program = Program::new(recording, shapes, &roots, &found, ranges, bits)?;
            Some((program, factors, is_free))
        })?;
        Some(Rejection {
            free: variables
                .iter()
                .filter(|&&variable| is_free[variable as usize])
                .map(|&variable| Free::new(variable, ranges[variable as usize]))
                .collect(),
            boxes: None,
            sets,
            factors,
            program,
        })
    }

    /// Leaves out ranges of variables that cannot have a solution; `None` if there are none.
    pub(crate) fn divided(self, ranges: &[(Number, Number)]) -> Option<Rejection> {
        let variables: Vec<u32> = self.free.iter().map(|free| free.variable).collect();
        let range = |(low, high): (Number, Number)| low.small().zip(high.small());
        if variables
            .iter()
            .any(|&index| range(ranges[index as usize]).is_none())
        {
            return None;
        }
        // Programs have no variables that are too large.
        let whole: Vec<Range> = ranges
            .iter()
            .map(|&it| range(it).unwrap_or_default())
            .collect();
        let boxes = Boxes::new(&self.program, &variables, &whole)?;
        Some(Rejection {
            boxes: Some(boxes),
            ..self
        })
    }

    /// Whether some values have to differ: no other method draws these as fast.
    pub(crate) fn has_sets(&self) -> bool {
        !self.sets.is_empty()
    }

    /// Proposes values once, and returns whether they fit.
    pub(crate) fn attempt(
        &self,
        rng: &mut dyn Rng,
        values: &mut [u128],
        scratch: &mut Scratch,
    ) -> bool {
        match &self.boxes {
            Some(boxes) => boxes.draw(rng, values),
            None => self.free.iter().for_each(|free| free.draw(rng, values)),
        }
        let mut fits = true;
        for set in &self.sets {
            fits &= set.draw(rng, values);
        }
        if let Some(factors) = &self.factors {
            fits = fits && factors.draw(rng, values, scratch);
        }
        fits && self.completes(values, scratch)
    }

    /// Computes the determined variables, and returns whether all values fit.
    pub(crate) fn completes(&self, values: &mut [u128], scratch: &mut Scratch) -> bool {
        self.program.completes(values, scratch)
    }

    /// The variables that are computed, for tests.
    #[cfg(test)]
    pub(crate) fn defined(&self) -> &[(u32, u32)] {
        self.program.defined()
    }

    /// This ends, because earlier tries have fitted.
    pub(crate) fn draw(&self, rng: &mut dyn Rng, values: &mut [u128]) {
        let mut scratch = SCRATCH.take();
        while !self.attempt(rng, values, &mut scratch) {}
        SCRATCH.set(scratch);
    }
}

/// Finds variables that others determine through an equation, in which they are a summand or an operand of
/// exclusive ors.
struct Definitions<'a> {
    recording: &'a Recording,
    shapes: &'a [Shape],
    ranges: &'a [(Number, Number)],
    bits: u32,
    found: Vec<Definition>,
    /// The definition of each variable.
    of: Vec<Option<usize>>,
    split: Option<Split>,
}

/// The additional bits for sums of a few numbers.
const SUMMED: u32 = 3;

impl Definitions<'_> {
    /// Finds the widest product of variables that an equation determines.
    fn split_one(&mut self, roots: &[Id], is_free: &mut [bool]) -> Option<()> {
        let mut widest: Option<Split> = None;
        for &root in roots {
            let Some((Combined::Sum, terms)) = self.equation(root) else {
                continue;
            };
            for place in 0..terms.len() {
                let of = (root, &terms[..], place);
                let split = Split::new(self.recording, self.shapes, self.ranges, is_free, of);
                let Some(split) = split else { continue };
                let sum = || split.sum.iter().map(|&(id, _)| id);
                if split.variables.iter().any(|&it| self.depends(sum(), it)) {
                    continue;
                }
                let width = split.width(self.ranges);
                if widest
                    .as_ref()
                    .is_none_or(|it| it.width(self.ranges) < width)
                {
                    widest = Some(split);
                }
            }
        }
        let split = widest?;
        for &variable in &split.variables {
            is_free[variable as usize] = false;
        }
        self.split = Some(split);
        Some(())
    }

    /// Draws the variables of a product. It needs only the definitions that the product depends on.
    fn factors(&self, split: &Split) -> Option<Factors> {
        let sum = || split.sum.iter().map(|&(id, _)| id);
        let needed = self
            .found
            .iter()
            .filter(|it| self.depends(sum(), it.variable));
        let needed: Vec<Definition> = needed.cloned().collect();
        let (recording, bits) = (self.recording, self.bits);
        Factors::new(recording, self.shapes, self.ranges, split, &needed, bits)
    }

    /// The terms of an equation, with those of its right side subtracted.
    fn equation(&self, root: Id) -> Option<(Combined, Vec<(Id, bool)>)> {
        let Node::Binary(Operator::Equal, left, right) = self.recording.nodes[root as usize] else {
            return None;
        };
        let node = |id: Id| self.recording.nodes[id as usize];
        let is_xor = |id: Id| matches!(node(id), Node::Binary(Operator::Xor, ..));
        let combined = if is_xor(left) || is_xor(right) {
            Combined::Xor
        } else {
            Combined::Sum
        };
        let shape = |id: Id| self.shapes[id as usize];
        let bits = self.bits - SUMMED;
        let mut terms = Vec::new();
        if shape(left).fits(bits) && shape(right).fits(bits) {
            self.terms(left, combined, false, &mut terms);
            self.terms(right, combined, true, &mut terms);
        } else {
            terms.extend([(left, false), (right, true)]);
        }
        Some((combined, terms))
    }

    fn look_at(&mut self, root: Id, is_free: &mut [bool]) {
        let Some((combined, terms)) = self.equation(root) else {
            return;
        };
        // The variable with the most values, so that most proposals fit.
        let mut candidates: Vec<(u128, usize, u32)> = (0..)
            .zip(&terms)
            .filter_map(|(place, &(id, _))| {
                let variable = distinct::variable(self.recording, self.ranges, id)?;
                let (low, high) = self.ranges[variable as usize];
                is_free[variable as usize]
                    .then(|| (high.bits().wrapping_sub(low.bits()), place, variable))
            })
            .collect();
        candidates.sort_unstable_by(|one, other| other.cmp(one));
        let determined = candidates.into_iter().find(|&(_, place, variable)| {
            let others = (0..).zip(&terms).filter(|&(other, _)| other != place);
            !self.depends(others.map(|(_, &(id, _))| id), variable)
        });
        let Some((_, place, variable)) = determined else {
            return;
        };
        // Terms change their sign when they move to the other side.
        let (_, own) = terms[place];
        let rest = terms
            .iter()
            .enumerate()
            .filter(|&(other, _)| other != place);
        is_free[variable as usize] = false;
        self.of[variable as usize] = Some(self.found.len());
        self.found.push(Definition {
            variable,
            combined,
            terms: rest.map(|(_, &(id, sign))| (id, sign == own)).collect(),
        });
    }

    /// The summands of a number, and whether each is subtracted; or the operands of its exclusive ors.
    fn terms(&self, id: Id, combined: Combined, subtracted: bool, terms: &mut Vec<(Id, bool)>) {
        let mut pending = vec![(id, subtracted)];
        while let Some((id, subtracted)) = pending.pop() {
            match (combined, self.recording.nodes[id as usize]) {
                (Combined::Xor, Node::Binary(Operator::Xor, left, right))
                | (Combined::Sum, Node::Binary(Operator::Add, left, right)) => {
                    pending.extend([(right, subtracted), (left, subtracted)]);
                }
                (Combined::Sum, Node::Binary(Operator::Subtract, left, right)) => {
                    pending.extend([(right, !subtracted), (left, subtracted)]);
                }
                _ => terms.push((id, subtracted)),
            }
        }
    }

    /// Whether numbers depend on a variable, directly or through definitions.
    fn depends(&self, of: impl Iterator<Item = Id>, variable: u32) -> bool {
        let mut seen = vec![false; self.recording.nodes.len()];
        let mut pending: Vec<Id> = of.collect();
        while let Some(id) = pending.pop() {
            if std::mem::replace(&mut seen[id as usize], true) {
                continue;
            }
            if let Node::Variable(index) = self.recording.nodes[id as usize] {
                if index == variable {
                    return true;
                }
                if let Some(definition) = self.of[index as usize] {
                    let terms = &self.found[definition].terms;
                    pending.extend(terms.iter().map(|&(id, _)| id));
                }
                if let Some(split) = &self.split
                    && split.variables.contains(&index)
                {
                    pending.extend(split.sum.iter().map(|&(id, _)| id));
                }
            }
            pending.extend(self.recording.nodes[id as usize].operands());
        }
        false
    }
}
