//! Interval arithmetic: the results that a program can have for ranges of variables. It rules out ranges without a
//! solution.

use super::integer::Integer as _;
use super::{Combined, Program, Step};
use crate::node::Operator;

/// The first and the last value.
pub(crate) type Range = (i128, i128);

const ALL: Range = (i128::MIN, i128::MAX);
const NO: Range = (0, 0);
const YES: Range = (1, 1);
const EITHER: Range = (0, 1);

/// How many of the values in some ranges satisfy a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    None,
    Some,
    All,
}

impl Program {
    /// The number of steps; `None` for a program of 256-bit numbers, which ranges do not have.
    pub(crate) fn length(&self) -> Option<usize> {
        (!self.is_wide).then_some(self.steps.len())
    }

    /// Whether none, some or all of the values in these ranges fit. `Some` if it is not known.
    pub(crate) fn judge(
        &self,
        range_of: impl Fn(u32) -> Range,
        scratch: &mut Vec<Range>,
    ) -> Verdict {
        debug_assert!(!self.is_wide, "numbers of ranges are not as large");
        let mut verdict = Verdict::All;
        scratch.clear();
        for step in &self.steps {
            let of = |index: u32| scratch[index as usize];
            let range = match *step {
                Step::Number(number) => (i128::of(number), i128::of(number)),
                Step::Variable(index, _) => range_of(index),
                Step::Binary(operator, left, right) => binary(operator, of(left), of(right)),
                Step::Not(of_) => {
                    let (low, high) = of(of_);
                    (1 - high, 1 - low)
                }
                Step::Cast(of_, kind) => {
                    let (low, high) = of(of_);
                    let is_kept = |end: i128| kind.wrap(end.cast_unsigned()).small() == Some(end);
                    if is_kept(low) && is_kept(high) {
                        (low, high)
                    } else {
                        let (low, high) = kind.range();
                        low.small().zip(high.small()).unwrap_or(ALL)
                    }
                }
                Step::Select(condition, yes, no) => match of(condition) {
                    YES => of(yes),
                    NO => of(no),
                    _ => {
                        let (yes, no) = (of(yes), of(no));
                        (yes.0.min(no.0), yes.1.max(no.1))
                    }
                },
                Step::Distinct(..) => EITHER,
                Step::Defined(combined, start, end) => {
                    let terms = &self.terms[start as usize..end as usize];
                    terms.iter().fold((0, 0), |all, &(place, subtracted)| {
                        let operator = match combined {
                            Combined::Xor => Operator::Xor,
                            Combined::Sum if subtracted => Operator::Subtract,
                            Combined::Sum => Operator::Add,
                        };
                        binary(operator, all, of(place))
                    })
                }
                Step::Within(place, low, high) => {
                    let (low, high) = (i128::of(low), i128::of(high));
                    let range = &mut scratch[place as usize];
                    if range.0 < low || range.1 > high {
                        verdict = Verdict::Some;
                    }
                    *range = (range.0.max(low), range.1.min(high));
                    if range.0 > range.1 {
                        return Verdict::None;
                    }
                    YES
                }
                Step::Require(place) => {
                    match of(place) {
                        YES => {}
                        NO => return Verdict::None,
                        _ => verdict = Verdict::Some,
                    }
                    YES
                }
            };
            scratch.push(range);
        }
        verdict
    }
}

fn corners((a, b): Range, (c, d): Range, operation: impl Fn(i128, i128) -> i128) -> Range {
    let results = [
        operation(a, c),
        operation(a, d),
        operation(b, c),
        operation(b, d),
    ];
    let [first, rest @ ..] = results;
    rest.iter().fold((first, first), |(low, high), &result| {
        (low.min(result), high.max(result))
    })
}

/// The bits in which the numbers of a range differ, and all lower ones. The range is not negative.
fn open((low, high): Range) -> i128 {
    let differ = (low ^ high).cast_unsigned();
    let bits = 128 - differ.leading_zeros();
    u128::MAX.checked_shr(128 - bits).unwrap_or(0).cast_signed()
}

fn binary(operator: Operator, left: Range, right: Range) -> Range {
    let is_positive = left.0 >= 0 && right.0 >= 0;
    match operator {
        Operator::Add => (
            left.0.saturating_add(right.0),
            left.1.saturating_add(right.1),
        ),
        Operator::Subtract => (
            left.0.saturating_sub(right.1),
            left.1.saturating_sub(right.0),
        ),
        Operator::Multiply => corners(left, right, i128::saturating_mul),
        Operator::Divide if right.0 > 0 || right.1 < 0 => {
            corners(left, right, i128::saturating_div)
        }
        Operator::Remainder if left.0 >= 0 && right.0 > 0 => {
            let (by, is_one) = (right.1, right.0 == right.1);
            if is_one && left.0 / by == left.1 / by {
                (left.0 % by, left.1 % by)
            } else {
                (0, left.1.min(by - 1))
            }
        }
        Operator::And | Operator::Both if is_positive => (
            left.0 & !open(left) & right.0 & !open(right),
            (left.1 | open(left)) & (right.1 | open(right)),
        ),
        Operator::Or | Operator::Either if is_positive => (
            (left.0 & !open(left)) | (right.0 & !open(right)),
            left.1 | open(left) | right.1 | open(right),
        ),
        Operator::Xor if is_positive => {
            let open = open(left) | open(right);
            let kept = (left.0 ^ right.0) & !open;
            (kept, kept | open)
        }
        Operator::ShiftLeft => corners(left, right, |value, by| value.shift_left(by)),
        Operator::ShiftRight => corners(left, right, |value, by| value >> by.clamp(0, 127)),
        Operator::Equal if left.0 == left.1 && left == right => YES,
        Operator::Equal if left.1 < right.0 || right.1 < left.0 => NO,
        Operator::Less if left.1 < right.0 => YES,
        Operator::Less if left.0 >= right.1 => NO,
        Operator::Equal | Operator::Less | Operator::Distinct => EITHER,
        Operator::Divide
        | Operator::Remainder
        | Operator::And
        | Operator::Both
        | Operator::Or
        | Operator::Either
        | Operator::Xor => ALL,
    }
}
