//! The nodes that constraints consist of, and the values of those that are constant.

use crate::value::{Encoding, Number};

/// The index of a node.
pub(crate) type Id = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
    Equal,
    Less,
    /// `&&`: the right side counts only if the left one is true.
    Both,
    /// `||`
    Either,
    /// Adds a value to a chain of values that all have to differ; the left side is the rest of the chain, which
    /// ends in `true`.
    Distinct,
}

/// A number, or a condition, which is 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Number(Number),
    Variable(u32),
    Binary(Operator, Id, Id),
    /// The negation of a condition.
    Not(Id),
    Cast(Id, Encoding),
    Select(Id, Id, Id),
    /// An element of a list whose length is not known yet, and every result that depends on one.
    Unknown,
}

impl Node {
    pub(crate) fn operands(self) -> impl Iterator<Item = Id> {
        let (operands, count) = match self {
            Node::Number(_) | Node::Variable(_) | Node::Unknown => ([0; 3], 0),
            Node::Binary(_, left, right) => ([left, right, 0], 2),
            Node::Not(of) | Node::Cast(of, _) => ([of, 0, 0], 1),
            Node::Select(condition, yes, no) => ([condition, yes, no], 3),
        };
        operands.into_iter().take(count)
    }
}

/// The value of a node whose relevant operands are constants.
pub(crate) fn constant(nodes: &[Node], node: Node) -> Option<Number> {
    let number = |id: Id| match nodes[id as usize] {
        Node::Number(number) => Some(number),
        _ => None,
    };
    let small = |id: Id| number(id)?.small();
    match node {
        Node::Number(number) => Some(number),
        Node::Variable(_) | Node::Unknown => None,
        // If the left side decides, the right side does not matter.
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
        Node::Cast(of, kind) => Some(kind.wrap(number(of)?.bits())),
        Node::Select(condition, yes, no) => number(if small(condition)? == 1 { yes } else { no }),
    }
}

/// `None` if there is no result, or it does not fit.
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
        // It depends on the whole chain.
        Operator::Distinct => return None,
    })
}
