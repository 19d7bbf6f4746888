//! What draws solutions: made once for a set of constraints, from nothing but these, so that one seed gives
//! the same values everywhere.
//!
//! Variables that no constraint mentions are drawn directly. Those that constraints relate are a group,
//! and each group is drawn on its own: by rejection if enough of what is tried fits, else from a diagram,
//! and if that gets too large, by a SAT solver.

use rand_core::Rng;

use crate::bits::{Full, Gates};
use crate::blast::Blaster;
use crate::diagram::{Diagram, Edge};
use crate::distinct;
use crate::draw::Coins;
use crate::error::{Place, RandomizeError};
use crate::evaluate;
use crate::record::{Class, Id, Node, Operator, Recording, Requirement, Stream};
use crate::rejection::{Free, Rejection};
use crate::sample::{Level, Meaning, Sampler};
use crate::search::{Hard, Search};
use crate::shape::{self, Shape};
use crate::value::{Kind, Number};

/// Nodes of a diagram, with those that are needed only while it is made.
pub(crate) const BUDGET: usize = 1 << 18;
/// More bits than this in one group are not tried: each is a level of recursion.
const MOST_LEVELS: usize = 1500;
/// Of this many tries…
const TRIES: usize = 256;
/// …so many have to fit for rejection to be the fastest.
const ENOUGH: usize = 128;
/// The same where values have to differ.
const FEW: usize = 8;
/// What is too large for a diagram is drawn by rejection if this many of so many tries fit.
const LAST_TRIES: usize = 8192;
const LAST_ENOUGH: usize = 8;
/// Literals in the clauses that a SAT solver is given.
const LARGEST: usize = 20_000_000;
/// The same for a contradiction in which the ranges of fields are constraints like others.
const SMALL_CONFLICT: usize = 400_000;

#[derive(Debug)]
pub(crate) struct Solver {
    /// Each with its place among the parts.
    free: Vec<(usize, Free)>,
    groups: Vec<(usize, Group)>,
    variables: usize,
    type_name: &'static str,
}

#[derive(Debug)]
enum Group {
    Rejection(Rejection),
    Diagram {
        /// Each variable, and how many bits of it are not always 0.
        widths: Vec<(u32, u32)>,
        sampler: Sampler,
    },
    Search {
        search: Box<Search>,
        constraints: Vec<usize>,
        /// What an error says that it is about.
        places: Vec<Place>,
    },
}

impl Solver {
    /// Draws a value for each variable.
    pub(crate) fn draw(
        &self,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Result<(), RandomizeError> {
        self.draw_some(|_| true, rng, values)
    }

    /// Draws a value for each variable of some parts; others are 0.
    pub(crate) fn draw_some(
        &self,
        is_drawn: impl Fn(usize) -> bool,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Result<(), RandomizeError> {
        values.clear();
        values.resize(self.variables, 0);
        for (_, free) in self.free.iter().filter(|(part, _)| is_drawn(*part)) {
            free.draw(rng, values);
        }
        for (_, group) in self.groups.iter().filter(|(part, _)| is_drawn(*part)) {
            group
                .draw(rng, values)
                .map_err(|Hard| self.too_hard(group))?;
        }
        Ok(())
    }

    #[cold]
    fn too_hard(&self, group: &Group) -> RandomizeError {
        RandomizeError::TooHard {
            type_name: self.type_name,
            constraints: match group {
                Group::Search { places, .. } => places.clone(),
                _ => Vec::new(),
            },
        }
    }

    pub(crate) fn new(
        recording: &Recording,
        type_name: &'static str,
    ) -> Result<Solver, RandomizeError> {
        Compiler::new(recording, type_name)?.solver()
    }

    /// How the groups are drawn, for tests.
    #[cfg(test)]
    pub(crate) fn methods(&self) -> Vec<&'static str> {
        self.groups
            .iter()
            .map(|(_, group)| match group {
                Group::Rejection(_) => "rejection",
                Group::Diagram { .. } => "diagram",
                Group::Search { .. } => "search",
            })
            .collect()
    }
}

impl Group {
    fn draw(&self, rng: &mut dyn Rng, values: &mut [u128]) -> Result<(), Hard> {
        match self {
            Group::Rejection(rejection) => rejection.draw(rng, values),
            Group::Diagram { widths, sampler } => {
                let mut coins = Coins::new(rng);
                for &(variable, width) in widths {
                    values[variable as usize] = coins.bits(width);
                }
                sampler.sample(&mut coins, values);
            }
            Group::Search {
                search,
                constraints,
                ..
            } => {
                let found = search.sample(constraints, rng, values)?;
                debug_assert!(found, "it had a solution when it was made");
            }
        }
        Ok(())
    }
}

/// Constraints that share variables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub(crate) variables: Vec<u32>,
    /// Indices of requirements.
    hard: Vec<usize>,
    soft: Vec<usize>,
    cone: Vec<Id>,
}

impl Parts {
    pub(crate) fn append(&mut self, other: &Parts) {
        self.variables.extend(&other.variables);
        self.variables.sort_unstable();
        self.hard.extend(&other.hard);
        self.hard.sort_unstable();
        self.soft.extend(&other.soft);
        self.soft.sort_unstable();
    }
}

pub(crate) struct Compiler<'a> {
    recording: &'a Recording,
    type_name: &'static str,
    pub(crate) ranges: Vec<(Number, Number)>,
    pub(crate) shapes: Vec<Shape>,
    /// How many other variables wait for each, one behind the other.
    depths: Vec<u32>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(
        recording: &'a Recording,
        type_name: &'static str,
    ) -> Result<Self, RandomizeError> {
        refuse_empty_ranges(recording, type_name)?;
        let hard = recording.requirements.iter().filter(|it| !it.soft);
        let ranges = shape::ranges(recording, hard.map(|requirement| requirement.node));
        Ok(Compiler {
            recording,
            type_name,
            shapes: shape::shapes(recording, &ranges),
            ranges,
            depths: depths(recording, type_name)?,
        })
    }

    fn solver(&self) -> Result<Solver, RandomizeError> {
        let mut free = Vec::new();
        let mut groups = Vec::new();
        for (place, parts) in self.parts().iter().enumerate() {
            let related = !(parts.hard.is_empty() && parts.soft.is_empty());
            if !related
                && let [variable] = parts.variables[..]
                && let Some(one) = self.free(variable)
            {
                free.push((place, one));
                continue;
            }
            groups.push((place, self.group(parts)?));
        }
        Ok(Solver {
            free,
            groups,
            variables: self.recording.variables.len(),
            type_name: self.type_name,
        })
    }

    /// A variable of which no constraint says anything; `None` if its weights are of ranges.
    fn free(&self, variable: u32) -> Option<Free> {
        let range = self.ranges[variable as usize];
        let mut free = Free::new(variable, range);
        for class in self.recording.classes_of(variable) {
            if class.low != class.high || !(range.0..=range.1).contains(&class.low) {
                return None;
            }
            let value = class.low.bits();
            if free.weights.iter().any(|(known, _)| *known == value) {
                return None;
            }
            free.weights.push((value, class.weight));
            free.total += u64::from(class.weight);
        }
        Some(free)
    }

    /// The groups, in the order of their first variables.
    pub(crate) fn parts(&self) -> Vec<Parts> {
        let recording = self.recording;
        let count = recording.variables.len();
        // The last one stands for constraints without any variable.
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
        let mut parts: Vec<Parts> = (0..=count).map(|_| Parts::default()).collect();
        for variable in 0..count {
            let leader = leader(&mut leaders, variable);
            let index = u32::try_from(variable).expect("an index of a variable");
            parts[leader].variables.push(index);
        }
        for (index, first, cone) in members {
            let part = &mut parts[leader(&mut leaders, first)];
            if recording.requirements[index].soft {
                part.soft.push(index);
            } else {
                part.hard.push(index);
            }
            part.cone.extend(cone);
        }
        parts.retain(|part| !(part.variables.is_empty() && part.cone.is_empty()));
        for part in &mut parts {
            part.variables.sort_unstable();
            part.cone.sort_unstable();
            part.cone.dedup();
        }
        parts
    }

    fn group(&self, parts: &Parts) -> Result<Group, RandomizeError> {
        self.refuse_large(parts)?;
        if self.differ_too_many(parts) {
            return Err(self.too_few_values(parts));
        }
        // Where a diagram would be of each pair of values that differ, what is proposed fits well enough.
        let enough = |rejection: &Rejection| if rejection.has_sets() { FEW } else { ENOUGH };
        let rejection = match self.rejection(parts, false) {
            Some(rejection) if self.fits(&rejection, TRIES, enough(&rejection)) => {
                return Ok(Group::Rejection(rejection));
            }
            rejection => rejection,
        };
        if parts.variables.len() <= MOST_LEVELS {
            for order in ORDERS {
                match self.diagram(parts, order) {
                    Ok(Some(group)) => return Ok(group),
                    Ok(None) => return Err(self.conflict(parts)),
                    Err(Full) => {}
                }
            }
        }
        if let Some(rejection) = rejection {
            if self.fits(&rejection, LAST_TRIES, LAST_ENOUGH) {
                return Ok(Group::Rejection(rejection));
            }
            if let Some(rejection) = rejection.divided(&self.ranges)
                && self.fits(&rejection, LAST_TRIES, LAST_ENOUGH)
            {
                return Ok(Group::Rejection(rejection));
            }
        }
        if let Some(rejection) = self.rejection(parts, true)
            && self.fits(&rejection, LAST_TRIES, LAST_ENOUGH)
        {
            return Ok(Group::Rejection(rejection));
        }
        self.search(parts)
    }

    fn refuse_large(&self, parts: &Parts) -> Result<(), RandomizeError> {
        if !parts
            .cone
            .iter()
            .any(|&id| self.shapes[id as usize].is_too_large())
        {
            return Ok(());
        }
        let requirements = parts.hard.iter().chain(&parts.soft);
        for requirement in requirements.map(|&index| &self.recording.requirements[index]) {
            let cone = cone(self.recording, requirement.node);
            if cone
                .iter()
                .any(|&id| self.shapes[id as usize].is_too_large())
            {
                return Err(RandomizeError::TooLarge {
                    type_name: self.type_name,
                    constraint: self.place(requirement),
                });
            }
        }
        Ok(())
    }

    fn place(&self, requirement: &Requirement) -> Place {
        Place::new(requirement.source, self.recording.path(requirement.scope))
    }

    pub(crate) fn has_order(&self, parts: &Parts) -> bool {
        let depth = |&variable: &u32| self.depths[variable as usize];
        let weighted = |&variable: &u32| !self.recording.classes_of(variable).is_empty();
        parts.variables.iter().any(weighted)
            || parts.variables.iter().map(depth).min() != parts.variables.iter().map(depth).max()
    }

    /// Rejection, if what is likely depends on nothing but how many solutions there are: not on an order of variables.
    fn rejection(&self, parts: &Parts, splits_product: bool) -> Option<Rejection> {
        if self.has_order(parts) {
            return None;
        }
        // Soft ones too: where they cannot all hold, nothing fits.
        let all = parts.hard.iter().chain(&parts.soft);
        let conditions: Vec<Id> = all
            .map(|&index| self.recording.requirements[index].node)
            .collect();
        Rejection::new(
            self.recording,
            &self.shapes,
            &self.ranges,
            &parts.variables,
            &conditions,
            splits_product,
        )
    }

    /// Whether enough of what is tried fits. The tries are the same everywhere.
    fn fits(&self, rejection: &Rejection, tries: usize, enough: usize) -> bool {
        let mut rng = Stream(0x5eed);
        let mut values = vec![0; self.recording.variables.len()];
        let mut scratch = evaluate::Scratch::default();
        let mut tried = (0..tries).map(|_| rejection.attempt(&mut rng, &mut values, &mut scratch));
        (0..enough).all(|_| tried.any(|fits| fits))
    }

    /// Whether more values have to differ than there are.
    fn differ_too_many(&self, parts: &Parts) -> bool {
        let nodes = parts
            .hard
            .iter()
            .map(|&index| self.recording.requirements[index].node);
        let nodes: Vec<Id> = nodes.collect();
        distinct::contradict(self.recording, &self.ranges, &nodes)
    }

    /// What says so: to a solver, that there are more values than numbers is the hardest of all.
    fn too_few_values(&self, parts: &Parts) -> RandomizeError {
        let (open, mut needed) = with_ranges_as_constraints(self.recording, parts);
        let contradict = |requirements: &[Requirement]| {
            let nodes: Vec<Id> = requirements.iter().map(|one| one.node).collect();
            let ranges = shape::ranges(&open, nodes.iter().copied());
            distinct::contradict(&open, &ranges, &nodes)
        };
        // By halves, as most are not needed.
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

    /// `None` if there is no solution.
    fn diagram(&self, parts: &Parts, order: Order) -> Result<Option<Group>, Full> {
        let mut diagram = Diagram::new(BUDGET);
        let (root, levels) = self.function(parts, order, &mut diagram)?;
        Ok(
            Sampler::new(&diagram, root, &levels).map(|(sampler, _)| Group::Diagram {
                widths: self.widths(parts),
                sampler,
            }),
        )
    }

    /// Each variable, and how many bits of it are not always 0.
    pub(crate) fn widths(&self, parts: &Parts) -> Vec<(u32, u32)> {
        let variables = parts.variables.iter();
        variables
            .map(|&variable| (variable, self.width(variable)))
            .collect()
    }

    /// The bits of a variable that are not always 0.
    fn width(&self, variable: u32) -> u32 {
        let kind = self.recording.variables[variable as usize].kind;
        let (low, high) = self.ranges[variable as usize];
        if kind.signed && low.is_negative() {
            kind.bits
        } else {
            high.width()
        }
    }

    /// The function that is 1 for solutions, and what its levels mean.
    pub(crate) fn function(
        &self,
        parts: &Parts,
        order: Order,
        diagram: &mut Diagram,
    ) -> Result<(Edge, Vec<Level>), Full> {
        let recording = self.recording;
        let mut variables: Vec<Vec<Edge>> = vec![Vec::new(); recording.variables.len()];
        for &variable in &parts.variables {
            let bits = recording.variables[variable as usize].kind.bits as usize;
            variables[variable as usize] = vec![Edge::NO; bits];
        }
        let mut levels: Vec<Level> = Vec::new();
        // Of each variable with weights, the levels of their classes.
        let mut selectors: Vec<Vec<Edge>> = vec![Vec::new(); recording.variables.len()];
        let mut depths: Vec<u32> = parts
            .variables
            .iter()
            .map(|&variable| self.depths[variable as usize])
            .collect();
        depths.sort_unstable();
        depths.dedup();
        for (stage, depth) in (0..).step_by(2).zip(depths.into_iter().rev()) {
            let here: Vec<u32> = parts
                .variables
                .iter()
                .copied()
                .filter(|&variable| self.depths[variable as usize] == depth)
                .collect();
            for &variable in &here {
                for class in recording.classes_of(variable) {
                    selectors[variable as usize].push(diagram.variable(levels.len() as u32)?);
                    levels.push(Level {
                        meaning: Meaning::Class {
                            weight: class.weight,
                        },
                        stage,
                    });
                }
            }
            for (variable, bit) in self.ordered(&here, order) {
                variables[variable as usize][bit as usize] =
                    diagram.variable(levels.len() as u32)?;
                levels.push(Level {
                    meaning: Meaning::Bit { variable, bit },
                    stage: stage + 1,
                });
            }
        }
        if levels.len() > MOST_LEVELS {
            return Err(Full);
        }

        let mut blaster = Blaster::new(recording, &self.shapes, variables);
        let mut root = Edge::YES;
        for &variable in &parts.variables {
            let range = self.ranges[variable as usize];
            let (possible, members) = blaster.possible(diagram, variable, range)?;
            root = diagram.and(root, possible)?;
            for (&selector, member) in selectors[variable as usize].iter().zip(members) {
                let differ = diagram.xor(selector, member)?;
                root = diagram.and(root, diagram.not(differ))?;
            }
        }
        for &index in &parts.hard {
            let holds = blaster.holds(diagram, recording.requirements[index].node)?;
            root = diagram.and(root, holds)?;
        }
        // The last one counts most.
        for &index in parts.soft.iter().rev() {
            let holds = blaster.holds(diagram, recording.requirements[index].node)?;
            let both = diagram.and(root, holds)?;
            if both != Edge::NO {
                root = both;
            }
        }
        Ok((root, levels))
    }

    /// Bits of variables in an order that keeps diagrams of arithmetic small: first those of small variables, on
    /// which much may depend; then those of all others, place by place.
    fn ordered(&self, variables: &[u32], order: Order) -> Vec<(u32, u32)> {
        let (small, large): (Vec<u32>, Vec<u32>) = variables
            .iter()
            .partition(|&&variable| self.width(variable) <= 4);
        let mut bits = Vec::new();
        for variable in small {
            bits.extend((0..self.width(variable)).rev().map(|bit| (variable, bit)));
        }
        let widest = large
            .iter()
            .map(|&variable| self.width(variable))
            .max()
            .unwrap_or(0);
        for place in 0..widest {
            let bit = match order {
                Order::LowestFirst => place,
                Order::HighestFirst => widest - 1 - place,
            };
            let with_it = large.iter().filter(|&&variable| bit < self.width(variable));
            bits.extend(with_it.map(|&variable| (variable, bit)));
        }
        bits
    }

    fn search(&self, parts: &Parts) -> Result<Group, RandomizeError> {
        let indices: Vec<usize> = parts.hard.iter().chain(&parts.soft).copied().collect();
        let places: Vec<Place> = indices
            .iter()
            .map(|&index| self.place(&self.recording.requirements[index]))
            .collect();
        let too_many = |Full| RandomizeError::TooMany {
            type_name: self.type_name,
            constraints: places.clone(),
        };
        let roots: Vec<Id> = indices
            .iter()
            .map(|&index| self.recording.requirements[index].node)
            .collect();
        let search = Search::new(
            self.recording,
            &self.shapes,
            &self.ranges,
            (&parts.variables, &self.depths),
            &roots,
            LARGEST,
        )
        .map_err(too_many)?;
        let mut constraints: Vec<usize> = (0..parts.hard.len()).collect();
        let too_hard = |Hard| RandomizeError::TooHard {
            type_name: self.type_name,
            constraints: places.clone(),
        };
        if !search.satisfies(&constraints).map_err(too_hard)? {
            return Err(self.conflict(parts));
        }
        for index in (parts.hard.len()..indices.len()).rev() {
            constraints.push(index);
            if !search.satisfies(&constraints).map_err(too_hard)? {
                constraints.pop();
            }
        }
        Ok(Group::Search {
            search: Box::new(search),
            constraints,
            places,
        })
    }

    /// The constraints that contradict each other, ranges and weights among them unless that gets too large.
    fn conflict(&self, parts: &Parts) -> RandomizeError {
        let (open, requirements) = with_ranges_as_constraints(self.recording, parts);
        let hard: Vec<_> = parts
            .hard
            .iter()
            .map(|&index| self.recording.requirements[index])
            .collect();
        let found = contradicting(&open, &parts.variables, &requirements, SMALL_CONFLICT)
            .or_else(|| contradicting(self.recording, &parts.variables, &hard, LARGEST))
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

#[derive(Clone, Copy)]
pub(crate) enum Order {
    LowestFirst,
    HighestFirst,
}

/// In which diagrams are tried.
pub(crate) const ORDERS: [Order; 2] = [Order::LowestFirst, Order::HighestFirst];

/// Requirements of which none can be left out, if these contradict each other and are not too large.
fn contradicting(
    recording: &Recording,
    variables: &[u32],
    requirements: &[Requirement],
    budget: usize,
) -> Option<Vec<Requirement>> {
    // Only by the ranges that hold in any case.
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

/// All that a node depends on, and itself, in order.
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

/// The hard constraints of a group, with the ranges and weights of its variables made constraints like others.
fn with_ranges_as_constraints(
    recording: &Recording,
    parts: &Parts,
) -> (Recording, Vec<Requirement>) {
    let mut open = recording.clone();
    let mut requirements = Vec::new();
    for &index in &parts.variables {
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
        let (low, high) = full(variable.kind);
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
        parts
            .hard
            .iter()
            .map(|&index| recording.requirements[index]),
    );
    (open, requirements)
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

/// The first and the last value of a type.
pub(crate) fn full(kind: Kind) -> (Number, Number) {
    if let Some(last) = kind.last {
        return (0_i128.into(), i128::from(last).into());
    }
    if kind.signed {
        let low = i128::MIN >> (128 - kind.bits);
        return (low.into(), (!low).into());
    }
    (0_i128.into(), (u128::MAX >> (128 - kind.bits)).into())
}

/// How many variables wait for each, one behind the other: those that wait for nothing have most.
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

#[cfg(test)]
mod tests;
