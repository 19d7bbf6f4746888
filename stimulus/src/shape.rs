//! The widths of numbers in constraints. Every operation is exact, so its result has as many bits as its largest
//! value takes.

use crate::node::{Id, Node, Operator};
use crate::record::Recording;
use crate::value::{Encoding, Number};

/// The width and the range of a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) bits: u32,
    pub(crate) signed: bool,
    /// The smallest and the largest value, if both are below 2^127.
    between: Option<(i128, i128)>,
}

/// The most bits of a number in a constraint.
pub(crate) const WIDEST: u32 = 1024;

impl Shape {
    fn between(low: i128, high: i128) -> Shape {
        let signed = low < 0;
        let bits = Number::from(low).width().max(Number::from(high).width());
        Shape {
            bits: bits + u32::from(signed),
            signed,
            between: Some((low, high)),
        }
    }

    fn of(bits: u32, signed: bool) -> Shape {
        let between = match (bits, signed) {
            (0..127, false) => Some((0, (1 << bits) - 1)),
            (1..=127, true) => Some((-1 << (bits - 1), (1 << (bits - 1)) - 1)),
            _ => None,
        };
        Shape {
            bits,
            signed,
            between,
        }
    }

    fn number(number: Number) -> Shape {
        match number.small() {
            Some(number) => Shape::between(number, number),
            None => Shape::of(128, false),
        }
    }

    fn kind(kind: Encoding) -> Shape {
        match kind.last {
            Some(last) => Shape::between(0, last.into()),
            None => Shape::of(kind.bits, kind.signed),
        }
    }

    fn range(kind: Encoding, low: Number, high: Number) -> Shape {
        match (low.small(), high.small()) {
            (Some(low), Some(high)) if low <= high => Shape::between(low, high),
            _ => Shape::kind(kind),
        }
    }

    fn signed_bits(self) -> u32 {
        self.bits + u32::from(!self.signed)
    }

    pub(crate) fn is_too_large(self) -> bool {
        self.bits > WIDEST
    }

    /// Whether so many bits, including a sign, are enough.
    pub(crate) fn fits(self, bits: u32) -> bool {
        self.signed_bits() <= bits
    }

    /// Whether a cast to this kind keeps every value.
    pub(crate) fn is_kept_by(self, kind: Encoding) -> bool {
        let sign = u32::from(kind.signed && !self.signed);
        (kind.signed || !self.may_be_negative())
            && kind.last.is_none()
            && self.bits + sign <= kind.bits
    }

    pub(crate) fn may_be_zero(self) -> bool {
        self.between.is_none_or(|(low, high)| low <= 0 && high >= 0)
    }

    pub(crate) fn may_be_negative(self) -> bool {
        self.between.map_or(self.signed, |(low, _)| low < 0)
    }

    fn either(self, other: Shape) -> Shape {
        if let (Some((low, high)), Some((other_low, other_high))) = (self.between, other.between) {
            return Shape::between(low.min(other_low), high.max(other_high));
        }
        if self.signed || other.signed {
            Shape::of(self.signed_bits().max(other.signed_bits()), true)
        } else {
            Shape::of(self.bits.max(other.bits), false)
        }
    }
}

/// The shapes of all nodes, some of which may be too large.
pub(crate) fn shapes(recording: &Recording, ranges: &[(Number, Number)]) -> Vec<Shape> {
    let mut shapes = Vec::with_capacity(recording.nodes.len());
    extend(recording, ranges, &mut shapes);
    shapes
}

/// Adds the shapes of nodes that have none yet.
pub(crate) fn extend(recording: &Recording, ranges: &[(Number, Number)], shapes: &mut Vec<Shape>) {
    for &node in &recording.nodes[shapes.len()..] {
        let shape = |id: Id| shapes[id as usize];
        let next = match node {
            Node::Number(number) => Shape::number(number),
            Node::Variable(index) => {
                let (low, high) = ranges[index as usize];
                Shape::range(recording.variables[index as usize].kind, low, high)
            }
            Node::Binary(operator, left, right) => binary(operator, shape(left), shape(right)),
            Node::Not(_) | Node::Unknown => Shape::between(0, 1),
            Node::Cast(of, kind) => match shape(of).between {
                Some((low, high)) if holds(kind, low) && holds(kind, high) => shape(of),
                _ => Shape::kind(kind),
            },
            Node::Select(_, yes, no) => shape(yes).either(shape(no)),
        };
        shapes.push(Shape {
            bits: next.bits.min(WIDEST + 1),
            ..next
        });
    }
}

/// Whether numbers of so many bits can represent the result of a node in every case. A larger result saturates,
/// which is correct if it is only compared with smaller ones, or grows further.
pub(crate) fn is_plain(recording: &Recording, shapes: &[Shape], id: Id, bits: u32) -> bool {
    let shape = |id: Id| shapes[id as usize];
    let is_small = |id: Id| shape(id).fits(bits);
    match recording.nodes[id as usize] {
        Node::Binary(operator, left, right) => match operator {
            Operator::Multiply => true,
            Operator::ShiftLeft => is_small(right) && !shape(right).may_be_negative(),
            Operator::Add => {
                is_small(id) && is_small(left) && is_small(right)
                    || !shape(left).signed && !shape(right).signed
            }
            Operator::Equal | Operator::Less => is_small(left) || is_small(right),
            Operator::Divide | Operator::Remainder => {
                is_small(left) && is_small(right) && !shape(right).may_be_zero()
            }
            Operator::ShiftRight => {
                is_small(left) && is_small(right) && !shape(right).may_be_negative()
            }
            _ => is_small(id) && is_small(left) && is_small(right),
        },
        Node::Unknown => false,
        node => is_small(id) && node.operands().all(is_small),
    }
}

fn holds(kind: Encoding, value: i128) -> bool {
    let width = Number::from(value).width();
    if kind.signed {
        width < kind.bits
    } else {
        value >= 0 && width <= kind.bits
    }
}

fn binary(operator: Operator, left: Shape, right: Shape) -> Shape {
    let corners = |operation: fn(i128, i128) -> Option<i128>| {
        let ((a, b), (c, d)) = (left.between?, right.between?);
        let results = [
            operation(a, c)?,
            operation(a, d)?,
            operation(b, c)?,
            operation(b, d)?,
        ];
        Some(Shape::between(
            *results.iter().min()?,
            *results.iter().max()?,
        ))
    };
    let both = left.signed || right.signed;
    let widest = if both {
        left.signed_bits().max(right.signed_bits())
    } else {
        left.bits.max(right.bits)
    };
    match operator {
        Operator::Equal
        | Operator::Less
        | Operator::Both
        | Operator::Either
        | Operator::Distinct => Shape::between(0, 1),
        Operator::Add => corners(i128::checked_add).unwrap_or(Shape::of(widest + 1, both)),
        Operator::Subtract => {
            let bits = left.signed_bits().max(right.signed_bits());
            corners(i128::checked_sub).unwrap_or(Shape::of(bits + 1, true))
        }
        Operator::Multiply => {
            let bits = if both {
                left.signed_bits() + right.signed_bits()
            } else {
                left.bits + right.bits
            };
            corners(i128::checked_mul).unwrap_or(Shape::of(bits, both))
        }
        Operator::Divide => match left.between {
            Some((low, high)) if !both && low >= 0 => Shape::between(0, high),
            _ if !both => Shape::of(left.bits, false),
            _ => Shape::of(left.signed_bits() + 1, true),
        },
        Operator::Remainder => match (left.between, right.between) {
            (Some((low, high)), Some((from, to))) => {
                let most = from.unsigned_abs().max(to.unsigned_abs()).saturating_sub(1);
                let most = i128::try_from(most).unwrap_or(i128::MAX);
                Shape::between(low.max(-most).min(0), high.min(most).max(0))
            }
            _ => Shape::of(left.bits, left.signed),
        },
        Operator::And => match (left.signed, right.signed) {
            (false, false) => Shape::of(left.bits.min(right.bits), false),
            (false, true) => Shape::of(left.bits, false),
            (true, false) => Shape::of(right.bits, false),
            (true, true) => Shape::of(widest, true),
        },
        Operator::Or | Operator::Xor => Shape::of(widest, both),
        Operator::ShiftLeft => {
            let most = match right.between {
                Some((_, high)) => u32::try_from(high.max(0)).unwrap_or(WIDEST),
                None => WIDEST,
            };
            corners(|value, distance| {
                let distance = u32::try_from(distance.max(0)).ok()?;
                value.checked_mul(if distance < 127 { 1 << distance } else { None? })
            })
            .unwrap_or(Shape::of(left.bits.saturating_add(most), left.signed))
        }
        Operator::ShiftRight => corners(|value, distance| Some(value >> distance.clamp(0, 127)))
            .unwrap_or(Shape::of(left.bits, left.signed)),
    }
}

/// The ranges of the variables, narrowed by constraints that compare a variable with a number.
pub(crate) fn ranges(
    recording: &Recording,
    roots: impl Iterator<Item = Id>,
) -> Vec<(Number, Number)> {
    let declared = recording.variables.iter();
    let mut ranges: Vec<_> = declared
        .map(|variable| (variable.low, variable.high))
        .collect();
    for root in roots {
        narrow(recording, root, &mut ranges);
    }
    // If nothing is left, the solver finds the contradiction.
    for (range, variable) in ranges.iter_mut().zip(&recording.variables) {
        if range.0 > range.1 {
            *range = (variable.low, variable.high);
        }
    }
    ranges
}

fn narrow(recording: &Recording, root: Id, ranges: &mut [(Number, Number)]) {
    let node = |id: Id| recording.nodes[id as usize];
    let mut pending = vec![(root, true)];
    while let Some((id, holds)) = pending.pop() {
        match node(id) {
            Node::Not(of) => pending.push((of, !holds)),
            Node::Binary(Operator::Both, left, right) if holds => {
                pending.extend([(right, true), (left, true)]);
            }
            Node::Binary(Operator::Either, left, right) if !holds => {
                pending.extend([(right, false), (left, false)]);
            }
            Node::Binary(operator @ (Operator::Less | Operator::Equal), left, right) => {
                let ((Node::Variable(index), Node::Number(number))
                | (Node::Number(number), Node::Variable(index))) = (node(left), node(right))
                else {
                    continue;
                };
                let (low, high) = &mut ranges[index as usize];
                let variable_first = matches!(node(left), Node::Variable(_));
                let next = |step: i128| Some(Number::from(number.small()?.checked_add(step)?));
                match (operator, holds, variable_first) {
                    (Operator::Equal, true, _) => {
                        *low = (*low).max(number);
                        *high = (*high).min(number);
                    }
                    (Operator::Less, true, true) => *high = (*high).min(next(-1).unwrap_or(*high)),
                    (Operator::Less, true, false) => *low = (*low).max(next(1).unwrap_or(*low)),
                    (Operator::Less, false, true) => *low = (*low).max(number),
                    (Operator::Less, false, false) => *high = (*high).min(number),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}
