//! Minimal sets of constraints that contradict each other.

use crate::distinct;
use crate::error::RandomizeError;
use crate::node::{Id, Node, Operator};
use crate::problem::{Group, Problem, cone};
use crate::record::{Class, Recording, Requirement};
use crate::search::{LARGEST, Search};
use crate::shape;
use crate::value::Number;

/// The most literals of the clauses, if the ranges of fields are constraints like others.
const LARGEST_WITH_RANGES: usize = 400_000;

impl Problem<'_> {
    /// The constraints and ranges because of which more variables have to differ than there are values. A SAT solver is not
    /// asked: to prove this is among the hardest problems for it.
    pub(crate) fn too_few_values(&self, group: &Group) -> RandomizeError {
        let (open, mut needed) = with_ranges_as_constraints(self.recording, group);
        let contradict = |requirements: &[Requirement]| {
            let nodes: Vec<Id> = requirements.iter().map(|one| one.node).collect();
            let ranges = shape::ranges(&open, nodes.iter().copied());
            distinct::contradict(&open, &ranges, &nodes)
        };
        // In halves, because most of them are not needed.
        let mut size = needed.len();
        while size > 0 {
            let mut start = 0;
            while start < needed.len() {
                let mut fewer = needed.clone();
                fewer.drain(start..(start + size).min(needed.len()));
                if contradict(&fewer) {
                    needed = fewer;
                } else {
                    start += size;
                }
            }
            size /= 2;
        }
        self.contradiction(needed)
    }

    /// A minimal set of constraints that contradict each other; with ranges and weights, unless that is too large.
    pub(crate) fn conflict(&self, group: &Group) -> RandomizeError {
        let (open, requirements) = with_ranges_as_constraints(self.recording, group);
        let hard: Vec<_> = group
            .hard
            .iter()
            .map(|&index| self.recording.requirements[index])
            .collect();
        let found = contradicting(&open, &group.variables, &requirements, LARGEST_WITH_RANGES)
            .or_else(|| contradicting(self.recording, &group.variables, &hard, LARGEST))
            .unwrap_or(requirements);
        self.contradiction(found)
    }

    fn contradiction(&self, constraints: Vec<Requirement>) -> RandomizeError {
        RandomizeError::Conflict {
            type_name: self.type_name,
            constraints: constraints.iter().map(|one| self.place(one)).collect(),
        }
    }
}

/// A minimal set of requirements that contradict each other; `None` if these do not, or are too large.
pub(crate) fn contradicting(
    recording: &Recording,
    variables: &[u32],
    requirements: &[Requirement],
    budget: usize,
) -> Option<Vec<Requirement>> {
    // By the declared ranges alone, since any requirement may be left out.
    let ranges = shape::ranges(recording, std::iter::empty());
    let shapes = shape::shapes(recording, &ranges);
    let roots: Vec<Id> = requirements
        .iter()
        .map(|requirement| requirement.node)
        .collect();
    let mut cones = roots.iter().flat_map(|&root| cone(recording, root));
    if cones.any(|id| shapes[id as usize].is_too_large()) {
        return None;
    }
    let search = Search::new(
        recording,
        &shapes,
        &ranges,
        (variables, &[]),
        &roots,
        budget,
    )
    .ok()?;
    let all: Vec<usize> = (0..requirements.len()).collect();
    let fewer = search.conflict(&all)?;
    Some(fewer.into_iter().map(|index| requirements[index]).collect())
}

/// The hard constraints of a group, and constraints in place of the ranges and weights of its variables.
fn with_ranges_as_constraints(
    recording: &Recording,
    group: &Group,
) -> (Recording, Vec<Requirement>) {
    let mut open = recording.clone();
    let mut requirements = Vec::new();
    for &index in &group.variables {
        let variable = recording.variables[index as usize];
        let Some(source) = variable.source else {
            continue;
        };
        let id = open.push(Node::Variable(index));
        let inside = |open: &mut Recording, low: Number, high: Number| {
            let (low, high) = (open.push(Node::Number(low)), open.push(Node::Number(high)));
            let below = open.push(Node::Binary(Operator::Less, id, low));
            let above = open.push(Node::Binary(Operator::Less, high, id));
            let outside = open.push(Node::Binary(Operator::Either, below, above));
            open.push(Node::Not(outside))
        };
        let mut node = inside(&mut open, variable.low, variable.high);
        let mut any = None;
        for &Class { low, high, .. } in recording.classes_of(index) {
            let member = inside(&mut open, low, high);
            any = Some(match any {
                None => member,
                Some(any) => open.push(Node::Binary(Operator::Either, any, member)),
            });
        }
        if let Some(any) = any {
            node = open.push(Node::Binary(Operator::Both, node, any));
        }
        let (low, high) = variable.kind.range();
        let free = &mut open.variables[index as usize];
        (free.low, free.high, free.classes) = (low, high, (0, 0));
        requirements.push(Requirement {
            node,
            soft: false,
            source,
            scope: variable.scope,
        });
    }
    requirements.extend(
        group
            .hard
            .iter()
            .map(|&index| recording.requirements[index]),
    );
    (open, requirements)
}
