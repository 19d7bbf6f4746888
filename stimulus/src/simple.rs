//! Diagrams of simple conditions: comparisons of bits of one field with a number, combined by `&&`, `||` and `!`.
//! They are built node by node from the last level upwards, many times as fast as by operators on vectors of bits.

use crate::bits::{Full, Gates};
use crate::diagram::{Diagram, Edge};
use crate::node::{Id, Node, Operator};
use crate::record::Recording;

/// Conditions nested more deeply are not simple, because each takes a level of recursion.
const DEEPEST: u32 = 500;

/// Consecutive bits of a variable, as a number.
#[derive(Clone, Copy)]
struct Slice {
    variable: u32,
    first: u32,
    count: u32,
    signed: bool,
}

pub(crate) struct Simple<'a> {
    pub(crate) recording: &'a Recording,
    /// For each variable, the levels of its bits, lowest first. The bits above are 0.
    pub(crate) levels: &'a [Vec<u32>],
    pub(crate) diagram: &'a mut Diagram,
    /// For the current comparison: the levels, and the values to compare their bits with.
    pub(crate) scratch: Vec<(u32, bool)>,
}

impl Simple<'_> {
    fn node(&self, id: Id) -> Node {
        self.recording.nodes[id as usize]
    }

    fn number(&self, id: Id) -> Option<i128> {
        match self.node(id) {
            Node::Number(number) => number.small(),
            _ => None,
        }
    }

    /// `None` if the condition is not simple.
    pub(crate) fn condition(&mut self, id: Id) -> Result<Option<Edge>, Full> {
        self.condition_within(id, DEEPEST)
    }

    fn condition_within(&mut self, id: Id, depth: u32) -> Result<Option<Edge>, Full> {
        let Some(depth) = depth.checked_sub(1) else {
            return Ok(None);
        };
        match self.node(id) {
            Node::Number(number) => Ok(Some(self.diagram.constant(number.small() == Some(1)))),
            Node::Not(of) => Ok(self
                .condition_within(of, depth)?
                .map(|edge| self.diagram.not(edge))),
            Node::Binary(operator @ (Operator::Both | Operator::Either), left, right) => {
                let Some(left) = self.condition_within(left, depth)? else {
                    return Ok(None);
                };
                let Some(right) = self.condition_within(right, depth)? else {
                    return Ok(None);
                };
                let edge = match operator {
                    Operator::Both => self.diagram.and(left, right)?,
                    _ => self.diagram.or(left, right)?,
                };
                Ok(Some(edge))
            }
            Node::Binary(Operator::Equal, left, right) => {
                let (of, to) = match (self.number(left), self.number(right)) {
                    (None, Some(number)) => (left, number),
                    (Some(number), None) => (right, number),
                    _ => return Ok(None),
                };
                self.equal(of, to)
            }
            Node::Binary(Operator::Less, left, right) => {
                match (self.number(left), self.number(right)) {
                    (None, Some(number)) => self.less(left, number),
                    (Some(number), None) => {
                        let Some(next) = number.checked_add(1) else {
                            return Ok(None);
                        };
                        let at_most = self.less(right, next)?;
                        Ok(at_most.map(|edge| self.diagram.not(edge)))
                    }
                    _ => Ok(None),
                }
            }
            _ => match self.slice(id) {
                Some(slice) if slice.count == 1 && !slice.signed => self.equal(id, 1),
                _ => Ok(None),
            },
        }
    }

    fn slice(&self, id: Id) -> Option<Slice> {
        let power = |id: Id| {
            let number = u128::try_from(self.number(id)?).ok()?;
            number.is_power_of_two().then(|| number.trailing_zeros())
        };
        match self.node(id) {
            Node::Variable(variable) => {
                let kind = self.recording.variables[variable as usize].kind;
                let width = self.levels[variable as usize].len() as u32;
                Some(Slice {
                    variable,
                    first: 0,
                    count: width,
                    // The upper bits of a number that is never negative are left out.
                    signed: kind.signed && width == kind.bits,
                })
            }
            Node::Binary(Operator::ShiftRight, of, distance) => {
                let distance = u32::try_from(self.number(distance)?).ok()?;
                self.slice(of)?.shifted(distance)
            }
            Node::Binary(Operator::Divide, of, by) => {
                let slice = self.slice(of)?;
                (!slice.signed).then_some(())?;
                slice.shifted(power(by)?)
            }
            Node::Binary(Operator::Remainder, of, by) => {
                let slice = self.slice(of)?;
                (!slice.signed).then_some(())?;
                slice.lowest(power(by)?)
            }
            Node::Binary(Operator::And, left, right) => {
                let (of, mask) = self.masked(left, right)?;
                let ones = mask.trailing_ones();
                (mask >> ones == 0).then_some(())?;
                self.slice(of)?.lowest(ones)
            }
            Node::Cast(of, kind) => {
                let slice = self.slice(of)?;
                match (slice.signed, kind.signed) {
                    (false, _) if slice.count + u32::from(kind.signed) <= kind.bits => Some(slice),
                    (true, true) if slice.count <= kind.bits => Some(slice),
                    (_, false) if kind.bits <= slice.count => slice.lowest(kind.bits),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A number that is not negative, and the other operand.
    fn masked(&self, left: Id, right: Id) -> Option<(Id, u128)> {
        let (of, mask) = match (self.number(left), self.number(right)) {
            (None, Some(mask)) => (left, mask),
            (Some(mask), None) => (right, mask),
            _ => return None,
        };
        Some((of, u128::try_from(mask).ok()?))
    }

    fn equal(&mut self, of: Id, to: i128) -> Result<Option<Edge>, Full> {
        let (slice, mask) = match self.slice(of) {
            Some(slice) => (slice, u128::MAX),
            None => match self.node(of) {
                Node::Binary(Operator::And, left, right) => {
                    let Some((of, mask)) = self.masked(left, right) else {
                        return Ok(None);
                    };
                    match self.slice(of) {
                        Some(slice) if !slice.signed => (slice, mask),
                        _ => return Ok(None),
                    }
                }
                _ => return Ok(None),
            },
        };
        let (low, high) = slice.ends();
        if to < low || to > high || to.cast_unsigned() & !mask != 0 {
            return Ok(Some(Edge::NO));
        }
        self.scratch.clear();
        for place in (0..slice.count).filter(|place| mask >> place & 1 == 1) {
            let level = self.levels[slice.variable as usize][(slice.first + place) as usize];
            self.scratch.push((level, to >> place & 1 == 1));
        }
        self.scratch.sort_unstable();
        let mut edge = Edge::YES;
        for &(level, is_one) in self.scratch.iter().rev() {
            let (low, high) = if is_one {
                (Edge::NO, edge)
            } else {
                (edge, Edge::NO)
            };
            edge = self.diagram.node(level, low, high)?;
        }
        Ok(Some(edge))
    }

    fn less(&mut self, of: Id, than: i128) -> Result<Option<Edge>, Full> {
        let Some(slice) = self.slice(of) else {
            return Ok(None);
        };
        let (low, high) = slice.ends();
        if than <= low {
            return Ok(Some(Edge::NO));
        }
        if than > high {
            return Ok(Some(Edge::YES));
        }
        let places = slice.first as usize..(slice.first + slice.count) as usize;
        let levels = &self.levels[slice.variable as usize][places];
        let highest_first = levels.is_sorted_by(|low, high| low > high);
        if !highest_first && !levels.is_sorted() {
            return Ok(None);
        }
        let is_sign = |place: u32| slice.signed && place == slice.count - 1;
        // The sign bit is inverted, so that signed numbers compare as unsigned ones.
        let bit = |place: u32| (than >> place & 1 == 1) != is_sign(place);
        let turned = |place: u32, (zero, one): (Edge, Edge)| {
            if is_sign(place) {
                (one, zero)
            } else {
                (zero, one)
            }
        };
        if highest_first {
            // The result as long as all bits above are equal.
            let mut equal = Edge::NO;
            for (place, &level) in (0..).zip(levels) {
                let next = if bit(place) {
                    (Edge::YES, equal)
                } else {
                    (equal, Edge::NO)
                };
                let (zero, one) = turned(place, next);
                equal = self.diagram.node(level, zero, one)?;
            }
            return Ok(Some(equal));
        }
        // The results if the bits below are less, and if they are not.
        let (mut less, mut more) = (Edge::YES, Edge::NO);
        for (place, &level) in (0..slice.count).zip(levels).rev() {
            let mut next = |same: Edge| {
                let bits = if bit(place) {
                    (less, same)
                } else {
                    (same, more)
                };
                let (zero, one) = turned(place, bits);
                self.diagram.node(level, zero, one)
            };
            (less, more) = (next(less)?, next(more)?);
        }
        Ok(Some(more))
    }
}

impl Slice {
    fn shifted(self, distance: u32) -> Option<Slice> {
        let distance = match distance < self.count {
            true => distance,
            // Only the sign bit remains.
            false if self.signed => self.count - 1,
            false => return None,
        };
        Some(Slice {
            first: self.first + distance,
            count: self.count - distance,
            ..self
        })
    }

    fn lowest(self, bits: u32) -> Option<Slice> {
        if bits == 0 || (bits > self.count && self.signed) {
            return None;
        }
        Some(Slice {
            count: self.count.min(bits),
            signed: false,
            ..self
        })
    }

    /// The smallest and the largest number.
    fn ends(self) -> (i128, i128) {
        match (self.count, self.signed) {
            (0, _) => (0, 0),
            (count, true) => (-1 << (count - 1), !(-1 << (count - 1))),
            (128, false) => (0, i128::MAX),
            (count, false) => (
                0,
                (u128::MAX >> (128 - count)).try_into().unwrap_or(i128::MAX),
            ),
        }
    }
}
