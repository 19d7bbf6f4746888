//! Constraints on given numbers: for what is constant, and for rejection.

use crate::record::{Id, Node, Operator};
use crate::value::{Kind, Number};

/// The number that a node is, if its operands are numbers, or those that matter.
pub(crate) fn constant(nodes: &[Node], node: Node) -> Option<Number> {
    let number = |id: Id| match nodes[id as usize] {
        Node::Number(number) => Some(number),
        _ => None,
    };
    let small = |id: Id| number(id)?.small();
    match node {
        Node::Number(number) => Some(number),
        Node::Variable(_) | Node::Unknown => None,
        // What stands to the right of a side that decides does not count.
        Node::Binary(Operator::Both, left, _) if small(left) == Some(0) => Some(0_i128.into()),
        Node::Binary(Operator::Either, left, _) if small(left) == Some(1) => Some(1_i128.into()),
        Node::Binary(Operator::Equal, left, right) => {
            Some(i128::from(number(left)? == number(right)?).into())
        }
        Node::Binary(Operator::Less, left, right) => {
            Some(i128::from(number(left)? < number(right)?).into())
        }
        Node::Binary(operator, left, right) => {
            binary(operator, small(left)?, small(right)?).map(Number::from)
        }
        Node::Not(of) => Some((1 - small(of)?).into()),
        Node::Cast(of, kind) => Some(wrap(number(of)?.bits(), kind)),
        Node::Select(condition, yes, no) => number(if small(condition)? == 1 { yes } else { no }),
    }
}

/// `None` where there is no result, or none that is as small.
fn binary(operator: Operator, left: i128, right: i128) -> Option<i128> {
    let distance = || usize::try_from(right).ok();
    Some(match operator {
        Operator::Add => left.checked_add(right)?,
        Operator::Subtract => left.checked_sub(right)?,
        Operator::Multiply => left.checked_mul(right)?,
        Operator::Divide => left.checked_div(right)?,
        Operator::Remainder => left.checked_rem(right)?,
        Operator::And => left & right,
        Operator::Or => left | right,
        Operator::Xor => left ^ right,
        Operator::ShiftLeft => {
            let factor = 1_i128.checked_shl(u32::try_from(distance()?).ok()?)?;
            left.checked_mul((factor > 0).then_some(factor)?)?
        }
        Operator::ShiftRight => left >> distance()?.min(127),
        Operator::Equal => i128::from(left == right),
        Operator::Less => i128::from(left < right),
        Operator::Both => left & right,
        Operator::Either => left | right,
    })
}

/// A number as `as` makes it one of so many bits.
pub(crate) fn wrap(bits: u128, kind: Kind) -> Number {
    let above = 128 - kind.bits;
    if kind.signed {
        ((bits << above).cast_signed() >> above).into()
    } else {
        ((bits << above) >> above).into()
    }
}

/// What decides whether numbers satisfy constraints: every operand precedes its operation, and no result
/// leaves 127 bits.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    steps: Vec<Step>,
    /// The steps that have to be true.
    roots: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Number(i128),
    Variable(u32, Kind),
    Binary(Operator, u32, u32),
    Not(u32),
    Cast(u32, Kind),
    Select(u32, u32, u32),
}

impl Program {
    /// Of nodes that always have a result of less than 128 bits; `cone` lists what the roots depend on, in order.
    pub(crate) fn new(
        nodes: &[Node],
        cone: &[Id],
        roots: &[Id],
        kind: impl Fn(u32) -> Kind,
    ) -> Program {
        let place = |id: Id| {
            let place = cone.binary_search(&id).expect("an operand is in the cone");
            u32::try_from(place).expect("no more steps than nodes")
        };
        let steps = cone.iter().map(|&id| match nodes[id as usize] {
            Node::Number(number) => Step::Number(number.small().unwrap_or_default()),
            Node::Variable(index) => Step::Variable(index, kind(index)),
            Node::Binary(operator, left, right) => {
                Step::Binary(operator, place(left), place(right))
            }
            Node::Not(of) => Step::Not(place(of)),
            Node::Cast(of, kind) => Step::Cast(place(of), kind),
            Node::Select(condition, yes, no) => {
                Step::Select(place(condition), place(yes), place(no))
            }
            Node::Unknown => Step::Number(0),
        });
        Program {
            steps: steps.collect(),
            roots: roots.iter().map(|&root| place(root) as usize).collect(),
        }
    }

    /// Whether the values, of which each has its bits and perhaps others above, satisfy everything.
    pub(crate) fn accepts(&self, values: &[u128], scratch: &mut Vec<i128>) -> bool {
        scratch.clear();
        for step in &self.steps {
            let of = |index: u32| scratch[index as usize];
            let result = match *step {
                Step::Number(number) => number,
                Step::Variable(index, kind) => {
                    wrap(values[index as usize], kind).bits().cast_signed()
                }
                Step::Binary(operator, left, right) => {
                    let (left, right) = (of(left), of(right));
                    match operator {
                        Operator::Add => left.wrapping_add(right),
                        Operator::Subtract => left.wrapping_sub(right),
                        Operator::Multiply => match (i64::try_from(left), i64::try_from(right)) {
                            (Ok(left), Ok(right)) => i128::from(left) * i128::from(right),
                            _ => left.wrapping_mul(right),
                        },
                        // Where a right side does not count, it need not have a result.
                        Operator::Divide => {
                            divide(left, right, i64::checked_div, i128::checked_div)
                        }
                        Operator::Remainder => {
                            divide(left, right, i64::checked_rem, i128::checked_rem)
                        }
                        Operator::ShiftLeft => {
                            left.wrapping_shl(u32::try_from(right).unwrap_or_default())
                        }
                        Operator::And | Operator::Both => left & right,
                        Operator::Or | Operator::Either => left | right,
                        Operator::Xor => left ^ right,
                        Operator::ShiftRight => left >> right.clamp(0, 127),
                        Operator::Equal => i128::from(left == right),
                        Operator::Less => i128::from(left < right),
                    }
                }
                Step::Not(of_) => 1 - of(of_),
                Step::Cast(of_, kind) => wrap(of(of_).cast_unsigned(), kind).bits().cast_signed(),
                Step::Select(condition, yes, no) => of(if of(condition) == 1 { yes } else { no }),
            };
            scratch.push(result);
        }
        self.roots.iter().all(|&root| scratch[root] == 1)
    }
}

/// By 64 bits where they are enough, which is several times as fast.
fn divide(
    left: i128,
    right: i128,
    small: fn(i64, i64) -> Option<i64>,
    large: fn(i128, i128) -> Option<i128>,
) -> i128 {
    if let (Ok(left), Ok(right)) = (i64::try_from(left), i64::try_from(right))
        && let Some(result) = small(left, right)
    {
        return result.into();
    }
    large(left, right).unwrap_or_default()
}
