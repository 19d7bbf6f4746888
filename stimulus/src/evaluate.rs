//! Evaluates constraints for given values, as rejection does.

pub(crate) mod bounds;
mod integer;

use ethnum::I256;

use self::integer::Integer;
use crate::distinct;
use crate::node::{Id, Node, Operator};
use crate::record::Recording;
use crate::shape::{self, Shape};
use crate::value::{Encoding, Number};

/// The steps that decide whether values satisfy constraints. Operands precede their operations. No result is too
/// large, except for those that are only compared with smaller ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    steps: Vec<Step>,
    /// The terms of `Step::Distinct` and `Step::Defined`: the steps, and whether they are subtracted.
    terms: Vec<(u32, bool)>,
    /// The variables that are computed, with their steps.
    defined: Vec<(u32, u32)>,
    /// It needs numbers of 256 bits.
    is_wide: bool,
}

/// Memory for intermediate results.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    narrow: Vec<i128>,
    wide: Vec<I256>,
}

/// The widths that programs can rely on: numbers have 128 bits if these are enough, else 256, with one bit to
/// spare.
pub(crate) const WIDTHS: [u32; 2] = [127, 255];

#[derive(Clone, Copy, Debug)]
enum Step {
    Number(Number),
    Variable(u32, Encoding),
    Binary(Operator, u32, u32),
    Not(u32),
    Cast(u32, Encoding),
    Select(u32, u32, u32),
    /// Whether all of these terms differ.
    Distinct(u32, u32),
    Defined(Combined, u32, u32),
    /// Requires a step to lie between two numbers.
    Within(u32, Number, Number),
    /// Requires a condition.
    Require(u32),
}

/// A variable that is computed from others.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) variable: u32,
    pub(crate) combined: Combined,
    pub(crate) terms: Vec<(Id, bool)>,
}

/// How a variable is computed from its terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combined {
    /// Their sum, some of them subtracted.
    Sum,
    Xor,
}

impl Program {
    /// A program that requires all roots, and computes some variables from others, in numbers of so many bits.
    /// `None` if a number is too large, or not always defined.
    pub(crate) fn new(
        recording: &Recording,
        shapes: &[Shape],
        roots: &[Id],
        definitions: &[Definition],
        ranges: &[(Number, Number)],
        bits: u32,
    ) -> Option<Program> {
        let mut program = Program {
            is_wide: bits > WIDTHS[0],
            ..Program::default()
        };
        let mut places = vec![u32::MAX; recording.nodes.len()];
        let definition_of = |index: u32| definitions.iter().find(|it| it.variable == index);
        let mut operands: Vec<Id> = Vec::new();
        let mut pending: Vec<Id> = Vec::new();
        let defined = definitions.iter().map(|definition| {
            let place = recording
                .nodes
                .iter()
                .position(|&node| node == Node::Variable(definition.variable));
            place.map(|place| place as Id)
        });
        let all: Option<Vec<Id>> = roots
            .iter()
            .map(|&root| Some(root))
            .chain(defined)
            .collect();
        for (index, root) in all?.into_iter().enumerate() {
            pending.push(root);
            while let Some(&id) = pending.last() {
                if places[id as usize] != u32::MAX {
                    pending.pop();
                    continue;
                }
                let node = recording.nodes[id as usize];
                if !shape::is_plain(recording, shapes, id, bits) {
                    return None;
                }
                operands.clear();
                let mut definition = None;
                match node {
                    Node::Variable(index) => {
                        definition = definition_of(index);
                        operands.extend(definition.iter().flat_map(|it| &it.terms).map(|it| it.0));
                    }
                    Node::Binary(Operator::Distinct, ..) => {
                        operands.extend(distinct::values(recording, id).into_iter().flatten());
                    }
                    _ => operands.extend(node.operands()),
                }
                let known = pending.len();
                pending.extend(
                    operands
                        .iter()
                        .filter(|&&of| places[of as usize] == u32::MAX),
                );
                if pending.len() > known {
                    continue;
                }
                pending.pop();
                let place = |id: Id| places[id as usize];
                let step = match node {
                    Node::Number(number) => Step::Number(number),
                    Node::Variable(index) => match definition {
                        None => Step::Variable(index, recording.variables[index as usize].kind),
                        Some(definition) => {
                            let terms = definition
                                .terms
                                .iter()
                                .map(|&(id, subtracted)| (place(id), subtracted));
                            let start = program.terms.len() as u32;
                            program.terms.extend(terms);
                            Step::Defined(definition.combined, start, program.terms.len() as u32)
                        }
                    },
                    Node::Binary(Operator::Distinct, ..) => {
                        let start = program.terms.len() as u32;
                        program
                            .terms
                            .extend(operands.iter().map(|&id| (place(id), false)));
                        Step::Distinct(start, program.terms.len() as u32)
                    }
                    Node::Binary(operator, left, right) => {
                        Step::Binary(operator, place(left), place(right))
                    }
                    Node::Not(of) => Step::Not(place(of)),
                    Node::Cast(of, kind) => Step::Cast(place(of), kind),
                    Node::Select(condition, yes, no) => {
                        Step::Select(place(condition), place(yes), place(no))
                    }
                    Node::Unknown => return None,
                };
                places[id as usize] = program.steps.len() as u32;
                let place = program.steps.len() as u32;
                program.steps.push(step);
                if let (Node::Variable(index), Step::Defined(..)) = (node, step) {
                    let (low, high) = ranges[index as usize];
                    program.defined.push((index, place));
                    program.steps.push(Step::Within(place, low, high));
                }
            }
            if index < roots.len() {
                program.steps.push(Step::Require(places[root as usize]));
            }
        }
        Some(program)
    }

    /// Whether the values satisfy everything. Bits above the width of a variable are ignored. If they do, the
    /// computed variables are stored in `values` too.
    pub(crate) fn completes(&self, values: &mut [u128], scratch: &mut Scratch) -> bool {
        if self.is_wide {
            self.completes_by(values, &mut scratch.wide)
        } else {
            self.completes_by(values, &mut scratch.narrow)
        }
    }

    fn completes_by<N: Integer>(&self, values: &mut [u128], scratch: &mut Vec<N>) -> bool {
        scratch.clear();
        let truth = |holds: bool| if holds { N::ONE } else { N::ZERO };
        for step in &self.steps {
            let of = |index: u32| scratch[index as usize];
            let result = match *step {
                Step::Number(number) => N::of(number),
                Step::Variable(index, kind) => N::of(kind.wrap(values[index as usize])),
                Step::Binary(operator, left, right) => {
                    let (left, right) = (of(left), of(right));
                    match operator {
                        Operator::Add => left.add(right),
                        Operator::Subtract => left.subtract(right),
                        Operator::Multiply => left.multiply(right),
                        Operator::Divide => left.divide(right),
                        Operator::Remainder => left.remainder(right),
                        Operator::ShiftLeft => left.shift_left(right),
                        Operator::And | Operator::Both => left.and(right),
                        Operator::Or | Operator::Either => left.or(right),
                        Operator::Xor => left.xor(right),
                        Operator::ShiftRight => left.shift_right(right),
                        Operator::Equal => truth(left == right),
                        Operator::Less => truth(left < right),
                        // A chain of values has a step of its own.
                        Operator::Distinct => truth(left != right),
                    }
                }
                Step::Not(of_) => N::ONE.subtract(of(of_)),
                Step::Cast(of_, kind) => N::of(kind.wrap(of(of_).bits())),
                Step::Select(condition, yes, no) => {
                    of(if of(condition) == N::ONE { yes } else { no })
                }
                Step::Distinct(start, end) => {
                    let first = scratch.len();
                    for &(place, _) in &self.terms[start as usize..end as usize] {
                        scratch.push(scratch[place as usize]);
                    }
                    let values = &mut scratch[first..];
                    values.sort_unstable();
                    let differ = values.windows(2).all(|pair| pair[0] != pair[1]);
                    scratch.truncate(first);
                    truth(differ)
                }
                Step::Defined(combined, start, end) => {
                    let terms = &self.terms[start as usize..end as usize];
                    terms.iter().fold(N::ZERO, |all, &(place, subtracted)| {
                        let term = of(place);
                        match combined {
                            Combined::Xor => all.xor(term),
                            Combined::Sum if subtracted => all.subtract(term),
                            Combined::Sum => all.sum(term),
                        }
                    })
                }
                Step::Within(place, low, high) => {
                    if of(place) < N::of(low) || of(place) > N::of(high) {
                        return false;
                    }
                    N::ONE
                }
                Step::Require(place) => {
                    if of(place) != N::ONE {
                        return false;
                    }
                    N::ONE
                }
            };
            scratch.push(result);
        }
        for &(variable, place) in &self.defined {
            values[variable as usize] = scratch[place as usize].bits();
        }
        true
    }

    #[cfg(test)]
    pub(crate) fn defined(&self) -> &[(u32, u32)] {
        &self.defined
    }
}
