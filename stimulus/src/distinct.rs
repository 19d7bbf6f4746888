//! Draws values that all differ, one after the other: as fast as a shuffle, and each solution is equally likely.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use rand_core::Rng;

use crate::draw;
use crate::node::{Id, Node, Operator};
use crate::record::Recording;
use crate::value::{Encoding, Number};

/// Variables that have to differ. Ranges that partly overlap are widened, so that any two ranges are nested or
/// disjoint. The smallest come first, so the number of values left for each does not depend on the values drawn
/// before it.
#[derive(Debug)]
pub(crate) struct Distinct {
    members: Vec<Member>,
    signed: bool,
    /// The first value of all ranges, and the last.
    low: u128,
    high: u128,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    /// `None` for a number.
    variable: Option<u32>,
    /// The widened range. All bounds are in the order of unsigned numbers.
    low: u128,
    high: u128,
    /// The declared range.
    within: (u128, u128),
}

/// The most variables in widened ranges.
const WIDENED: usize = 64;
/// Up to so many values, the drawn ones are marked in a bit set.
const MARKED: u128 = 1 << 20;

#[derive(Default)]
struct Scratch {
    marks: Vec<u64>,
    seen: HashSet<u128>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The values that have to differ, if the condition says this.
pub(crate) fn values(recording: &Recording, mut condition: Id) -> Option<Vec<Id>> {
    let mut values = Vec::new();
    while let Node::Binary(Operator::Distinct, before, value) = recording.nodes[condition as usize]
    {
        values.push(value);
        condition = before;
    }
    (!values.is_empty()).then_some(values)
}

/// The variable of a node; also through a cast that keeps all of its values.
pub(crate) fn variable(
    recording: &Recording,
    ranges: &[(Number, Number)],
    mut node: Id,
) -> Option<u32> {
    let mut casts: Vec<Encoding> = Vec::new();
    while let Node::Cast(of, kind) = recording.nodes[node as usize] {
        casts.push(kind);
        node = of;
    }
    let Node::Variable(index) = recording.nodes[node as usize] else {
        return None;
    };
    let (low, high) = ranges[index as usize];
    let is_kept = |end: Number, kind: Encoding| kind.wrap(end.bits()) == end;
    let kept = casts
        .iter()
        .all(|&kind| is_kept(low, kind) && is_kept(high, kind));
    kept.then_some(index)
}

impl Distinct {
    /// `None` if some are neither variables of the same signedness nor numbers, or if their ranges overlap too
    /// much.
    pub(crate) fn new(
        recording: &Recording,
        ranges: &[(Number, Number)],
        condition: Id,
    ) -> Option<Distinct> {
        let mut set = Distinct::members(recording, ranges, condition)?;
        let mut variables: Vec<u32> = set.variables().collect();
        variables.sort_unstable();
        if variables.windows(2).any(|pair| pair[0] == pair[1]) {
            return None;
        }
        set.nest()?;

        Some(set)
    }

    fn members(
        recording: &Recording,
        ranges: &[(Number, Number)],
        condition: Id,
    ) -> Option<Distinct> {
        let mut members = Vec::new();
        for value in values(recording, condition)? {
            let (variable, (low, high)) = match recording.nodes[value as usize] {
                Node::Number(number) => (None, (number, number)),
                _ => {
                    let index = variable(recording, ranges, value)?;
                    (Some(index), ranges[index as usize])
                }
            };
            members.push((variable, low, high));
        }
        let signed = members.iter().any(|(_, low, _)| low.is_negative());
        let flip = u128::from(signed) << 127;
        let members: Option<Vec<Member>> = members
            .into_iter()
            .map(|(variable, low, high)| {
                // A number beyond the signed type would be out of order.
                if signed && (low.small().is_none() || high.small().is_none()) {
                    return None;
                }
                let (low, high) = (low.bits() ^ flip, high.bits() ^ flip);
                Some(Member {
                    variable,
                    low,
                    high,
                    within: (low, high),
                })
            })
            .collect();
        let members = members?;
        Some(Distinct {
            signed,
            low: members.iter().map(|it| it.low).min()?,
            high: members.iter().map(|it| it.high).max()?,
            members,
        })
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = u32> {
        self.members.iter().filter_map(|member| member.variable)
    }

    /// Widens ranges until those that overlap are nested.
    fn nest(&mut self) -> Option<()> {
        let mut widened = 0;
        loop {
            self.members
                .sort_unstable_by_key(|it| (it.low, Reverse(it.high), it.variable));
            // The ranges around the current one, the innermost last.
            let mut around: Vec<usize> = Vec::new();
            let mut partly = None;
            for (index, member) in self.members.iter().enumerate() {
                while around
                    .last()
                    .is_some_and(|&outer| self.members[outer].high < member.low)
                {
                    around.pop();
                }
                if let Some(&outer) = around.last()
                    && self.members[outer].high < member.high
                {
                    partly = Some((outer, index));
                    break;
                }
                around.push(index);
            }
            let Some((first, second)) = partly else {
                break;
            };
            widened += 1;
            if widened > WIDENED {
                return None;
            }
            let (one, other) = (self.members[first], self.members[second]);
            let larger = if one.high - one.low < other.high - other.low {
                second
            } else {
                first
            };
            (self.members[larger].low, self.members[larger].high) = (one.low, other.high);
        }
        self.members
            .sort_by_key(|member| (member.high - member.low, member.low, member.variable));
        Some(())
    }

    /// Draws all values; `false` if one is outside its declared range.
    pub(crate) fn draw(&self, rng: &mut dyn Rng, values: &mut [u128]) -> bool {
        let mut scratch = SCRATCH.take();
        let is_marked = self.high - self.low < MARKED;
        if is_marked {
            scratch.marks.clear();
            let words = (self.high - self.low) as usize / 64 + 1;
            scratch.marks.resize(words, 0);
        } else {
            scratch.seen.clear();
        }
        let mut fits = true;
        for member in &self.members {
            // The range has more values than were drawn before, so this ends, after a few tries except for the last
            // ones.
            let value = loop {
                let value = draw::between(rng, member.low, member.high);
                let is_new = if is_marked {
                    let place = (value - self.low) as usize;
                    let word = &mut scratch.marks[place / 64];
                    let bit = 1 << (place % 64);
                    let is_new = *word & bit == 0;
                    *word |= bit;
                    is_new
                } else {
                    scratch.seen.insert(value)
                };
                if is_new {
                    break value;
                }
            };
            fits &= (member.within.0..=member.within.1).contains(&value);
            if let Some(variable) = member.variable {
                values[variable as usize] = value ^ u128::from(self.signed) << 127;
            }
        }
        SCRATCH.set(scratch);
        fits
    }
}

/// Whether one of these conditions requires more different values than the ranges have.
pub(crate) fn contradict(
    recording: &Recording,
    ranges: &[(Number, Number)],
    conditions: &[Id],
) -> bool {
    conjuncts(recording, conditions)
        .into_iter()
        .any(|condition| are_too_many(recording, ranges, condition))
}

/// The conditions, split at `&&`.
pub(crate) fn conjuncts(recording: &Recording, roots: &[Id]) -> Vec<Id> {
    let mut pending: Vec<Id> = roots.iter().rev().copied().collect();
    let mut conjuncts = Vec::new();
    while let Some(id) = pending.pop() {
        match recording.nodes[id as usize] {
            Node::Binary(Operator::Both, left, right) => pending.extend([right, left]),
            _ => conjuncts.push(id),
        }
    }
    conjuncts
}

fn are_too_many(recording: &Recording, ranges: &[(Number, Number)], condition: Id) -> bool {
    let Some(mut set) = Distinct::members(recording, ranges, condition) else {
        return false;
    };
    set.members.sort_unstable_by_key(|member| member.low);
    // Each value goes to the variable that has the fewest left.
    let mut waiting = BinaryHeap::new();
    let mut members = set.members.iter().peekable();
    let mut value = set.low;
    loop {
        while let Some(member) = members.next_if(|member| member.low <= value) {
            waiting.push(Reverse(member.high));
        }
        match waiting.pop() {
            Some(Reverse(high)) if high < value => return true,
            Some(_) => {}
            None => match members.peek() {
                Some(member) => {
                    value = member.low;
                    continue;
                }
                None => return false,
            },
        }
        match value.checked_add(1) {
            Some(next) => value = next,
            None => return waiting.len() + members.len() > 0,
        }
    }
}
