//! Translates constraints into functions of bits (bit-blasting).

use crate::bits::{self, Full, Gates, Vector};
use crate::distinct;
use crate::node::{Id, Node, Operator};
use crate::record::Recording;
use crate::shape::Shape;
use crate::value::Number;

/// The value of a node, and whether it has one: a division by zero has none.
#[derive(Clone)]
struct Translated<B> {
    number: Vector<B>,
    defined: B,
}

pub(crate) struct Blaster<'a, G: Gates> {
    recording: &'a Recording,
    shapes: &'a [Shape],
    /// The bits of each variable; empty for those of other groups.
    variables: Vec<Vec<G::Bit>>,
    known: Vec<Option<Translated<G::Bit>>>,
}

impl<'a, G: Gates> Blaster<'a, G> {
    pub(crate) fn new(
        recording: &'a Recording,
        shapes: &'a [Shape],
        variables: Vec<Vec<G::Bit>>,
    ) -> Self {
        let known = (0..recording.nodes.len()).map(|_| None).collect();
        Blaster {
            recording,
            shapes,
            variables,
            known,
        }
    }

    /// Whether a condition is true.
    pub(crate) fn holds(&mut self, gates: &mut G, root: Id) -> Result<G::Bit, Full> {
        let translated = self.translated(gates, root)?;
        let truth = translated.number.bit(gates, 0);
        gates.and(translated.defined, truth)
    }

    /// Whether the value of a variable is in its range and, if it has weights, in one of their classes. Also, for
    /// each class, whether the value is in it and in no earlier one.
    pub(crate) fn possible(
        &self,
        gates: &mut G,
        index: u32,
        (low, high): (Number, Number),
    ) -> Result<(G::Bit, Vec<G::Bit>), Full> {
        let value = self.variable(index);
        let possible = lies_between(gates, &value, low, high)?;
        let classes = self.recording.classes_of(index);
        if classes.is_empty() {
            return Ok((possible, Vec::new()));
        }
        let mut any = gates.constant(false);
        let mut members = Vec::with_capacity(classes.len());
        for class in classes {
            let inside = lies_between(gates, &value, class.low, class.high)?;
            members.push(gates.and(inside, gates.not(any))?);
            any = gates.or(any, inside)?;
        }
        Ok((gates.and(possible, any)?, members))
    }

    fn variable(&self, index: u32) -> Vector<G::Bit> {
        Vector {
            bits: self.variables[index as usize].clone(),
            signed: self.recording.variables[index as usize].kind.signed,
        }
    }

    /// Translates operands first. It keeps its own stack, because a constraint on a list is as deep as the list is
    /// long.
    fn translated(&mut self, gates: &mut G, root: Id) -> Result<Translated<G::Bit>, Full> {
        let mut pending = vec![root];
        while let Some(&id) = pending.last() {
            if self.known[id as usize].is_none() {
                let mut operands = self.recording.nodes[id as usize].operands();
                let next = operands.find(|&operand| self.known[operand as usize].is_none());
                if let Some(operand) = next {
                    pending.push(operand);
                    continue;
                }
                self.known[id as usize] = Some(self.compute(gates, id)?);
            }
            pending.pop();
        }
        Ok(self.known(root))
    }

    fn known(&self, id: Id) -> Translated<G::Bit> {
        let known = self.known[id as usize].clone();
        known.expect("operands come before what they are operands of")
    }

    fn compute(&mut self, gates: &mut G, id: Id) -> Result<Translated<G::Bit>, Full> {
        let shape = self.shapes[id as usize];
        let width = shape.bits as usize;
        let yes = gates.constant(true);
        let (bits, defined) = match self.recording.nodes[id as usize] {
            Node::Number(number) => (constant(gates, number).low(gates, width), yes),
            Node::Variable(index) => (self.variable(index).low(gates, width), yes),
            Node::Unknown => (vec![yes], yes),
            Node::Not(of) => {
                let of = self.known(of);
                let bit = of.number.bit(gates, 0);
                (vec![gates.not(bit)], of.defined)
            }
            Node::Cast(of, _) => {
                let of = self.known(of);
                (of.number.low(gates, width), of.defined)
            }
            Node::Select(condition, yes, no) => {
                let condition = self.known(condition);
                let (yes, no) = (self.known(yes), self.known(no));
                let which = condition.number.bit(gates, 0);
                let mut bits = Vec::with_capacity(width);
                for index in 0..width {
                    let (yes, no) = (yes.number.bit(gates, index), no.number.bit(gates, index));
                    bits.push(gates.select(which, yes, no)?);
                }
                let chosen = gates.select(which, yes.defined, no.defined)?;
                (bits, gates.and(condition.defined, chosen)?)
            }
            Node::Binary(Operator::Distinct, before, value) => {
                let (mut all, value) = (self.known(before), self.known(value));
                let mut differ = all.number.bit(gates, 0);
                all.defined = gates.and(all.defined, value.defined)?;
                for other in distinct::values(self.recording, before)
                    .into_iter()
                    .flatten()
                {
                    let other = self.known(other);
                    let (one, other) = bits::extended(gates, &value.number, &other.number);
                    let equal = bits::equal(gates, &one, &other)?;
                    differ = gates.and(differ, gates.not(equal))?;
                }
                (vec![differ], all.defined)
            }
            Node::Binary(operator, left, right) => {
                let (left, right) = (self.known(left), self.known(right));
                binary(gates, operator, &left, &right, width)?
            }
        };
        let number = Vector {
            bits,
            signed: shape.signed,
        };
        Ok(Translated { number, defined })
    }
}

fn binary<G: Gates>(
    gates: &mut G,
    operator: Operator,
    left: &Translated<G::Bit>,
    right: &Translated<G::Bit>,
    width: usize,
) -> Result<(Vec<G::Bit>, G::Bit), Full> {
    let mut defined = gates.and(left.defined, right.defined)?;
    let (a, b) = (&left.number, &right.number);
    let bits = match operator {
        Operator::Add => {
            let no = gates.constant(false);
            bits::add(gates, &a.low(gates, width), &b.low(gates, width), no)?
        }
        Operator::Subtract => bits::subtract(gates, &a.low(gates, width), &b.low(gates, width))?,
        Operator::Multiply => bits::multiply(gates, &a.low(gates, width), &b.low(gates, width))?,
        Operator::Divide | Operator::Remainder => {
            let mut zero = gates.constant(true);
            for &bit in &b.bits {
                zero = gates.and(zero, gates.not(bit))?;
            }
            defined = gates.and(defined, gates.not(zero))?;
            let [quotient, rest] = bits::divide(gates, a, b, width)?;
            if operator == Operator::Divide {
                quotient
            } else {
                rest
            }
        }
        Operator::And | Operator::Or | Operator::Xor => {
            let mut bits = Vec::with_capacity(width);
            for index in 0..width {
                let (a, b) = (a.bit(gates, index), b.bit(gates, index));
                bits.push(match operator {
                    Operator::And => gates.and(a, b)?,
                    Operator::Or => gates.or(a, b)?,
                    _ => gates.xor(a, b)?,
                });
            }
            bits
        }
        Operator::ShiftLeft | Operator::ShiftRight => {
            // A shift by a negative number has no result.
            let negative = b.bit(gates, usize::MAX);
            defined = gates.and(defined, gates.not(negative))?;
            let distance = &b.bits[..b.bits.len() - usize::from(b.signed)];
            if operator == Operator::ShiftLeft {
                bits::shift_left(gates, a, distance, width)?
            } else {
                let wide = Vector {
                    bits: a.low(gates, width.max(a.bits.len())),
                    signed: a.signed,
                };
                let mut shifted = bits::shift_right(gates, &wide, distance)?;
                shifted.truncate(width);
                shifted
            }
        }
        Operator::Equal => {
            let (a, b) = bits::extended(gates, a, b);
            vec![bits::equal(gates, &a, &b)?]
        }
        Operator::Less => vec![less_than(gates, a, b)?],
        Operator::Distinct => unreachable!("a set is not an operation of two numbers"),
        Operator::Both | Operator::Either => {
            let (a, b) = (a.bit(gates, 0), b.bit(gates, 0));
            let is_and = operator == Operator::Both;
            // If the left side is false (or true), it decides alone.
            let decides = if is_and { gates.not(a) } else { a };
            let decided = gates.and(left.defined, decides)?;
            defined = gates.or(defined, decided)?;
            vec![if is_and {
                gates.and(a, b)?
            } else {
                gates.or(a, b)?
            }]
        }
    };
    Ok((bits, defined))
}

/// Whether a number lies between two others, both included.
fn lies_between<G: Gates>(
    gates: &mut G,
    value: &Vector<G::Bit>,
    low: Number,
    high: Number,
) -> Result<G::Bit, Full> {
    let below = less_than(gates, value, &constant(gates, low))?;
    let above = less_than(gates, &constant(gates, high), value)?;
    let outside = gates.or(below, above)?;
    Ok(gates.not(outside))
}

fn less_than<G: Gates>(
    gates: &mut G,
    left: &Vector<G::Bit>,
    right: &Vector<G::Bit>,
) -> Result<G::Bit, Full> {
    let (left, right) = bits::extended(gates, left, right);
    bits::less(gates, &left, &right, true)
}

fn constant<G: Gates>(gates: &G, number: Number) -> Vector<G::Bit> {
    let width = number.width() + u32::from(number.is_negative());
    let bits = (0..width).map(|index| {
        let bit = if index < 128 {
            number.bits() >> index & 1 == 1
        } else {
            number.is_negative()
        };
        gates.constant(bit)
    });
    Vector {
        bits: bits.collect(),
        signed: number.is_negative(),
    }
}
