//! What the multiplier's contract says, clock by clock.

use std::collections::VecDeque;

#[derive(Clone, Copy)]
pub(crate) struct Format {
    /// Bits of an operand.
    pub(crate) width: u32,
    pub(crate) stages: usize,
    pub(crate) is_signed: bool,
}

impl Format {
    /// The operand with all bits set.
    pub(crate) fn all_ones(&self) -> u64 {
        u64::MAX >> (64 - self.width)
    }

    /// Zero, all ones, the least and the largest number with a sign, and those next to them.
    pub(crate) fn corners(&self) -> Vec<u64> {
        let (ones, sign) = (self.all_ones(), 1 << (self.width - 1));
        vec![0, 1, ones, ones - 1, sign, sign - 1, sign | 1, ones / 3]
    }

    /// The product of two operands, all as the bits of the ports.
    pub(crate) fn product(&self, a: u64, b: u64) -> u128 {
        let unused = 64 - self.width;
        let number = |bits: u64| {
            if self.is_signed {
                i128::from((bits << unused).cast_signed() >> unused)
            } else {
                i128::from(bits)
            }
        };
        let product = number(a).wrapping_mul(number(b)).cast_unsigned();
        product & u128::MAX >> (128 - 2 * self.width)
    }
}

/// What the design samples on a rising edge.
#[derive(Clone, Copy)]
pub(crate) struct Inputs {
    pub(crate) rst: bool,
    pub(crate) en: bool,
    pub(crate) operands: Option<(u64, u64)>,
}

/// The operands on their way, those that come out next in front.
pub(crate) struct Pipeline(VecDeque<Option<(u64, u64)>>);

impl Pipeline {
    /// As a reset leaves it.
    pub(crate) fn new(format: Format) -> Self {
        Pipeline(vec![None; format.stages].into())
    }

    /// The operands of the product that is shown.
    pub(crate) fn shown(&self) -> Option<(u64, u64)> {
        self.0.front().copied().flatten()
    }

    /// One rising edge.
    pub(crate) fn clock(&mut self, inputs: Inputs) {
        if inputs.rst {
            self.0.iter_mut().for_each(|stage| *stage = None);
        } else if inputs.en {
            self.0.pop_front();
            self.0.push_back(inputs.operands);
        }
    }
}
