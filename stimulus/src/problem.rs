//! The constraints of a type as a problem to solve: the ranges and the order of the variables, and the groups that
//! constraints relate.

use crate::error::{Place, RandomizeError};
use crate::node::{Id, Node};
use crate::record::{Recording, Requirement};
use crate::shape::{self, Shape};
use crate::value::Number;

/// Variables that constraints relate, directly or through others, and these constraints.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) variables: Vec<u32>,
    /// Indices of requirements.
    pub(crate) hard: Vec<usize>,
    pub(crate) soft: Vec<usize>,
    /// The nodes of all of them.
    pub(crate) cone: Vec<Id>,
}

impl Group {
    /// Adds the variables and constraints of another group, but not its cone.
    pub(crate) fn append(&mut self, other: &Group) {
        self.variables.extend(&other.variables);
        self.variables.sort_unstable();
        self.hard.extend(&other.hard);
        self.hard.sort_unstable();
        self.soft.extend(&other.soft);
        self.soft.sort_unstable();
    }
}

pub(crate) struct Problem<'a> {
    pub(crate) recording: &'a Recording,
    pub(crate) type_name: &'static str,
    /// Of each variable.
    pub(crate) ranges: Vec<(Number, Number)>,
    /// Of each node.
    pub(crate) shapes: Vec<Shape>,
    /// For each variable, the length of the longest chain of `before` that begins with it: a variable is drawn before those
    /// of lower depth.
    pub(crate) depths: Vec<u32>,
}

impl<'a> Problem<'a> {
    pub(crate) fn new(
        recording: &'a Recording,
        type_name: &'static str,
    ) -> Result<Self, RandomizeError> {
        refuse_empty_ranges(recording, type_name)?;
        let hard = recording.requirements.iter().filter(|it| !it.soft);
        let ranges = shape::ranges(recording, hard.map(|requirement| requirement.node));
        Ok(Problem {
            recording,
            type_name,
            shapes: shape::shapes(recording, &ranges),
            ranges,
            depths: depths(recording, type_name)?,
        })
    }

    /// The groups, in the order of their first variables.
    pub(crate) fn groups(&self) -> Vec<Group> {
        let recording = self.recording;
        let count = recording.variables.len();
        // The last one is for constraints without a variable.
        let mut leaders: Vec<usize> = (0..=count).collect();
        fn leader(leaders: &mut [usize], mut of: usize) -> usize {
            while leaders[of] != of {
                leaders[of] = leaders[leaders[of]];
                of = leaders[of];
            }
            of
        }
        let mut members = Vec::new();
        for (index, requirement) in recording.requirements.iter().enumerate() {
            if recording.nodes[requirement.node as usize] == Node::Unknown {
                continue;
            }
            let cone = cone(recording, requirement.node);
            let mut variables = cone
                .iter()
                .filter_map(|&id| match recording.nodes[id as usize] {
                    Node::Variable(index) => Some(index as usize),
                    _ => None,
                });
            let first = variables.next().unwrap_or(count);
            for other in variables {
                let (one, other) = (leader(&mut leaders, first), leader(&mut leaders, other));
                leaders[one.max(other)] = one.min(other);
            }
            members.push((index, first, cone));
        }
        let mut groups: Vec<Group> = (0..=count).map(|_| Group::default()).collect();
        for variable in 0..count {
            let leader = leader(&mut leaders, variable);
            let index = u32::try_from(variable).expect("an index of a variable");
            groups[leader].variables.push(index);
        }
        for (index, first, cone) in members {
            let group = &mut groups[leader(&mut leaders, first)];
            if recording.requirements[index].soft {
                group.soft.push(index);
            } else {
                group.hard.push(index);
            }
            group.cone.extend(cone);
        }
        groups.retain(|group| !(group.variables.is_empty() && group.cone.is_empty()));
        for group in &mut groups {
            group.variables.sort_unstable();
            group.cone.sort_unstable();
            group.cone.dedup();
        }
        groups
    }

    pub(crate) fn place(&self, requirement: &Requirement) -> Place {
        Place::new(requirement.source, self.recording.path(requirement.scope))
    }

    /// Whether weights or `before` make some solutions likelier than others.
    pub(crate) fn has_order(&self, group: &Group) -> bool {
        let depth = |&variable: &u32| self.depths[variable as usize];
        let weighted = |&variable: &u32| !self.recording.classes_of(variable).is_empty();
        group.variables.iter().any(weighted)
            || group.variables.iter().map(depth).min() != group.variables.iter().map(depth).max()
    }

    /// Each variable, with the number of its bits that may be 1.
    pub(crate) fn widths(&self, group: &Group) -> Vec<(u32, u32)> {
        let variables = group.variables.iter();
        variables
            .map(|&variable| (variable, self.width(variable)))
            .collect()
    }

    /// The number of bits of a variable that may be 1.
    pub(crate) fn width(&self, variable: u32) -> u32 {
        let kind = self.recording.variables[variable as usize].kind;
        let (low, high) = self.ranges[variable as usize];
        if kind.signed && low.is_negative() {
            kind.bits
        } else {
            high.width()
        }
    }
}

fn refuse_empty_ranges(
    recording: &Recording,
    type_name: &'static str,
) -> Result<(), RandomizeError> {
    for (index, variable) in (0..).zip(&recording.variables) {
        let classes = recording.classes_of(index).iter();
        let mut ranges = std::iter::once((variable.low, variable.high))
            .chain(classes.map(|class| (class.low, class.high)));
        if let Some((low, high)) = ranges.find(|(low, high)| low > high) {
            let source = variable.source.unwrap_or_default();
            return Err(RandomizeError::EmptyRange {
                type_name,
                range: Place::new(source, recording.path(variable.scope)),
                ends: Box::new([low.to_string(), high.to_string()]),
            });
        }
    }
    Ok(())
}

/// The [`depths`](Problem::depths) of all variables; an error if `before` makes a cycle.
fn depths(recording: &Recording, type_name: &'static str) -> Result<Vec<u32>, RandomizeError> {
    let mut depths = vec![0_u32; recording.variables.len()];
    for round in 0.. {
        let mut changed = Vec::new();
        for (first, then) in &recording.orders {
            let behind = then.clone().map(|index| depths[index as usize] + 1).max();
            for index in first.clone() {
                let depth = &mut depths[index as usize];
                if behind.is_some_and(|behind| behind > *depth) {
                    *depth = behind.unwrap_or_default();
                    changed.push(index);
                }
            }
        }
        if changed.is_empty() {
            break;
        }
        if round > recording.orders.len() {
            let fields = changed
                .iter()
                .map(|&index| recording.path(recording.variables[index as usize].scope));
            return Err(RandomizeError::Order {
                type_name,
                fields: fields.collect(),
            });
        }
    }
    Ok(depths)
}

/// A node and all nodes that it depends on, in the order of their indices.
pub(crate) fn cone(recording: &Recording, root: Id) -> Vec<Id> {
    let mut seen = vec![root];
    let mut next = 0;
    let mut known = std::collections::HashSet::from([root]);
    while let Some(&id) = seen.get(next) {
        next += 1;
        for operand in recording.nodes[id as usize].operands() {
            if known.insert(operand) {
                seen.push(operand);
            }
        }
    }
    seen.sort_unstable();
    seen
}
