//! A reference for constraints on three small fields: their solutions, found by trying all values; and strategies for
//! random constraints.

use proptest::prelude::*;

use crate::node::{Id, Node, Operator};
use crate::record::{Recording, Source, Variable};
use crate::value::Encoding;

/// A constraint as a tree, so that the reference shares nothing with what it checks.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    Number(i128),
    Field(usize),
    Binary(Operator, Box<Tree>, Box<Tree>),
    Not(Box<Tree>),
    Cast(Encoding, Box<Tree>),
    Select(Box<Tree>, Box<Tree>, Box<Tree>),
    Distinct(Vec<Tree>),
}

pub(super) const UNSIGNED: Encoding = Encoding {
    bits: 3,
    signed: false,
    last: None,
};
pub(super) const SIGNED: Encoding = Encoding {
    bits: 4,
    signed: true,
    last: None,
};
pub(super) const FIELDS: [Encoding; 3] = [UNSIGNED, SIGNED, UNSIGNED];

impl Tree {
    /// Its value in Rust's own integers; `None` if there is no result.
    pub(super) fn evaluate(&self, fields: &[i128]) -> Option<i128> {
        Some(match self {
            Tree::Number(number) => *number,
            Tree::Field(index) => fields[*index],
            Tree::Not(of) => i128::from(of.evaluate(fields)? == 0),
            Tree::Cast(kind, of) => {
                let modulus = 1_i128 << kind.bits;
                let rest = of.evaluate(fields)?.rem_euclid(modulus);
                if kind.signed && rest >= modulus / 2 {
                    rest - modulus
                } else {
                    rest
                }
            }
            Tree::Select(condition, yes, no) => {
                let chosen = if condition.evaluate(fields)? == 1 {
                    yes
                } else {
                    no
                };
                chosen.evaluate(fields)?
            }
            Tree::Distinct(values) => {
                let values: Option<Vec<i128>> =
                    values.iter().map(|value| value.evaluate(fields)).collect();
                let values = values?;
                let pairs = (1..values.len()).map(|place| values[..place].contains(&values[place]));
                i128::from(!pairs.into_iter().any(|is_there| is_there))
            }
            Tree::Binary(operator, left, right) => {
                let left = left.evaluate(fields)?;
                match operator {
                    Operator::Both if left == 0 => return Some(0),
                    Operator::Either if left == 1 => return Some(1),
                    _ => {}
                }
                let right = right.evaluate(fields)?;
                match operator {
                    Operator::Add => left + right,
                    Operator::Subtract => left - right,
                    Operator::Multiply => left * right,
                    Operator::Divide => left.checked_div(right)?,
                    Operator::Remainder => left.checked_rem(right)?,
                    Operator::And => left & right,
                    Operator::Or => left | right,
                    Operator::Xor => left ^ right,
                    Operator::ShiftLeft => left * 2_i128.pow(u32::try_from(right).ok()?),
                    Operator::ShiftRight => left.div_euclid(2_i128.pow(u32::try_from(right).ok()?)),
                    Operator::Equal => i128::from(left == right),
                    Operator::Less => i128::from(left < right),
                    Operator::Both | Operator::Either => right,
                    Operator::Distinct => unreachable!("a list of values has a node of its own"),
                }
            }
        })
    }

    pub(super) fn record(&self, recording: &mut Recording, fields: &[Id]) -> Id {
        let node = match self {
            Tree::Number(number) => Node::Number((*number).into()),
            Tree::Field(index) => return fields[*index],
            Tree::Not(of) => Node::Not(of.record(recording, fields)),
            Tree::Cast(kind, of) => Node::Cast(of.record(recording, fields), *kind),
            Tree::Select(condition, yes, no) => Node::Select(
                condition.record(recording, fields),
                yes.record(recording, fields),
                no.record(recording, fields),
            ),
            Tree::Distinct(values) => {
                let all = recording.push(Node::Number(1_i128.into()));
                return values.iter().fold(all, |all, value| {
                    let value = value.record(recording, fields);
                    recording.push(Node::Binary(Operator::Distinct, all, value))
                });
            }
            Tree::Binary(operator, left, right) => {
                let left = left.record(recording, fields);
                Node::Binary(*operator, left, right.record(recording, fields))
            }
        };
        recording.push(node)
    }
}

pub(super) fn number() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        (-9_i128..=9).prop_map(Tree::Number),
        (0..FIELDS.len()).prop_map(Tree::Field),
        (0..FIELDS.len()).prop_map(Tree::Field),
    ];
    leaf.prop_recursive(3, 10, 2, |inner| {
        let operators = prop_oneof![
            Just(Operator::Add),
            Just(Operator::Subtract),
            Just(Operator::Multiply),
            Just(Operator::Divide),
            Just(Operator::Remainder),
            Just(Operator::And),
            Just(Operator::Or),
            Just(Operator::Xor),
        ];
        let shifts = prop_oneof![Just(Operator::ShiftLeft), Just(Operator::ShiftRight)];
        // Shifts by more than a few bits are tested elsewhere.
        let distance = prop_oneof![
            (0_i128..5).prop_map(Tree::Number),
            (0..FIELDS.len()).prop_map(Tree::Field)
        ];
        let kinds = prop_oneof![Just(UNSIGNED), Just(SIGNED)];
        let boxed = |of: Tree| Box::new(of);
        prop_oneof![
            4 => (operators, inner.clone(), inner.clone())
                .prop_map(move |(operator, left, right)| Tree::Binary(operator, boxed(left), boxed(right))),
            1 => (shifts, inner.clone(), distance)
                .prop_map(move |(operator, left, right)| Tree::Binary(operator, boxed(left), boxed(right))),
            1 => (kinds, inner.clone()).prop_map(move |(kind, of)| Tree::Cast(kind, boxed(of))),
            1 => (inner.clone(), inner.clone(), inner).prop_map(move |(left, yes, no)| {
                let condition = Tree::Binary(Operator::Less, boxed(left), boxed(Tree::Number(2)));
                Tree::Select(boxed(condition), boxed(yes), boxed(no))
            }),
        ]
    })
}

pub(super) fn condition() -> impl Strategy<Value = Tree> {
    let comparison = (any::<bool>(), number(), number()).prop_map(|(equal, left, right)| {
        let operator = if equal {
            Operator::Equal
        } else {
            Operator::Less
        };
        Tree::Binary(operator, Box::new(left), Box::new(right))
    });
    let distinct = prop::collection::vec(number(), 1..5).prop_map(Tree::Distinct);
    let plain = (0..FIELDS.len(), -4_i128..4).prop_map(|(field, number)| {
        Tree::Distinct(vec![
            Tree::Field(field),
            Tree::Number(number),
            Tree::Field(1),
        ])
    });
    let condition = prop_oneof![6 => comparison, 1 => distinct, 1 => plain];
    condition.prop_recursive(3, 8, 2, |inner| {
        let operators = prop_oneof![Just(Operator::Both), Just(Operator::Either)];
        prop_oneof![
            3 => (operators, inner.clone(), inner.clone()).prop_map(|(operator, left, right)| {
                Tree::Binary(operator, Box::new(left), Box::new(right))
            }),
            1 => inner.prop_map(|of| Tree::Not(Box::new(of))),
        ]
    })
}

/// The most frequent kind of in-line constraints.
pub(super) fn comparison_of_one_field() -> impl Strategy<Value = Tree> {
    let field = (0..FIELDS.len()).prop_map(Tree::Field);
    let boxed = |of: Tree| Box::new(of);
    let number = |range: std::ops::Range<i128>| range.prop_map(Tree::Number);
    let slice = prop_oneof![
        2 => field.clone(),
        1 => (field.clone(), number(0..5))
            .prop_map(move |(of, by)| Tree::Binary(Operator::ShiftRight, boxed(of), boxed(by))),
        1 => (field.clone(), number(0..9))
            .prop_map(move |(of, by)| Tree::Binary(Operator::And, boxed(of), boxed(by))),
        1 => (field.clone(), number(1..9))
            .prop_map(move |(of, by)| Tree::Binary(Operator::Remainder, boxed(of), boxed(by))),
        1 => (field.clone(), number(1..9))
            .prop_map(move |(of, by)| Tree::Binary(Operator::Divide, boxed(of), boxed(by))),
        1 => (field, prop_oneof![Just(UNSIGNED), Just(SIGNED)])
            .prop_map(move |(of, kind)| Tree::Cast(kind, boxed(of))),
    ];
    let operators = prop_oneof![Just(Operator::Equal), Just(Operator::Less)];
    (operators, slice, number(-9..10), any::<(bool, bool)>()).prop_map(
        move |(operator, slice, number, (turned, negated))| {
            let (left, right) = if turned {
                (number, slice)
            } else {
                (slice, number)
            };
            let comparison = Tree::Binary(operator, boxed(left), boxed(right));
            if negated {
                Tree::Not(boxed(comparison))
            } else {
                comparison
            }
        },
    )
}

pub(super) fn recording(conditions: &[Tree]) -> Recording {
    let mut recording = Recording::default();
    let fields: Vec<Id> = FIELDS
        .iter()
        .map(|&kind| {
            let (low, high) = kind.range();
            recording.variable(Variable {
                kind,
                discriminants: &[],
                low,
                high,
                classes: (0, 0),
                source: None,
                scope: 0,
            })
        })
        .collect();
    for condition in conditions {
        let node = condition.record(&mut recording, &fields);
        recording.require(node, false, Source::default());
    }
    recording
}

/// All values of the fields that satisfy the conditions.
pub(super) fn solutions(conditions: &[Tree]) -> Vec<[i128; 3]> {
    let range = |index: usize| {
        let (low, high) = FIELDS[index].range();
        low.small().unwrap()..=high.small().unwrap()
    };
    let mut solutions = Vec::new();
    for a in range(0) {
        for b in range(1) {
            for c in range(2) {
                let fields = [a, b, c];
                if conditions.iter().all(|it| it.evaluate(&fields) == Some(1)) {
                    solutions.push(fields);
                }
            }
        }
    }
    solutions
}

pub(super) fn decoded(values: &[u128]) -> [i128; 3] {
    std::array::from_fn(|index| FIELDS[index].wrap(values[index]).small().unwrap())
}
