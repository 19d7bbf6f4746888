//! Solutions drawn from a diagram: each as likely as any other, or as weights say.

use std::collections::HashMap;

use crate::diagram::{Diagram, Edge};
use crate::draw::Coins;

/// What the variable of a level is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    pub(crate) meaning: Meaning,
    /// Levels of a stage are drawn together; what follows in later stages does not influence it. Stages
    /// ascend with the levels.
    pub(crate) stage: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning {
    /// A bit of a variable.
    Bit { variable: u32, bit: u32 },
    /// Whether a variable is in a class, which has this weight.
    Class { weight: u32 },
}

/// A positive number, or 0, with 64 bits of precision: a sum of many is exact to within 2^-50.
#[derive(Clone, Copy, Debug)]
struct Count {
    /// Its highest bit is set, unless the number is 0.
    mantissa: u64,
    exponent: i32,
}

impl Count {
    const ZERO: Count = Count {
        mantissa: 0,
        exponent: i32::MIN / 2,
    };
    const ONE: Count = Count {
        mantissa: 1 << 63,
        exponent: 0,
    };

    fn normal(value: u128, exponent: i32) -> Count {
        if value == 0 {
            return Count::ZERO;
        }
        let shift = value.leading_zeros().cast_signed() - 64;
        let mantissa = if shift < 0 {
            (value >> -shift) as u64
        } else {
            (value << shift) as u64
        };
        Count {
            mantissa,
            exponent: exponent - shift,
        }
    }

    fn plus(self, other: Count) -> Count {
        let (large, small) = if self.exponent < other.exponent {
            (other, self)
        } else {
            (self, other)
        };
        let distance = large.exponent - small.exponent;
        let small = small
            .mantissa
            .checked_shr(distance.cast_unsigned())
            .unwrap_or(0);
        Count::normal(
            u128::from(large.mantissa) + u128::from(small),
            large.exponent,
        )
    }

    fn times(self, weight: u32) -> Count {
        Count::normal(
            u128::from(self.mantissa) * u128::from(weight),
            self.exponent,
        )
    }

    fn doubled(self, times: u32) -> Count {
        Count {
            exponent: self.exponent + times.cast_signed(),
            ..self
        }
    }

    /// The share of this in both, of 2^64.
    fn share(self, other: Count) -> u64 {
        if self.mantissa == 0 {
            return 0;
        }
        if other.mantissa == 0 {
            return u64::MAX;
        }
        let sum = self.plus(other);
        let distance = sum.exponent - self.exponent;
        let part = (u128::from(self.mantissa) << 64)
            .checked_shr(distance.cast_unsigned())
            .unwrap_or(0);
        // Neither side is impossible.
        u64::try_from(part / u128::from(sum.mantissa))
            .unwrap_or(u64::MAX)
            .clamp(1, u64::MAX - 1)
    }
}

/// A decision: 1 with a probability of `share` / 2^64; of 0 and of the largest number there is none.
#[derive(Clone, Copy, Debug)]
struct Choice {
    share: u64,
    low: u32,
    high: u32,
    /// The variable, and the bit of it in the lowest 8 bits.
    target: u32,
}

const END: u32 = u32::MAX;
/// The target of a choice that is none of a bit.
const CLASS: u32 = u32::MAX;

#[derive(Debug)]
pub(crate) struct Sampler {
    choices: Vec<Choice>,
    first: u32,
}

struct Builder<'a> {
    diagram: &'a Diagram,
    levels: &'a [Level],
    known: HashMap<Edge, (u32, Count)>,
    choices: Vec<Choice>,
}

impl Sampler {
    /// `None` if there is no solution.
    pub(crate) fn new(diagram: &Diagram, root: Edge, levels: &[Level]) -> Option<Sampler> {
        if root == Edge::NO {
            return None;
        }
        let mut builder = Builder {
            diagram,
            levels,
            known: HashMap::new(),
            choices: Vec::new(),
        };
        let (first, _) = builder.add(root);
        let mut choices = builder.choices;
        choices.shrink_to_fit();
        Some(Sampler { choices, first })
    }

    /// Decides the bits that matter; others stay as they are.
    pub(crate) fn sample(&self, coins: &mut Coins<'_>, values: &mut [u128]) {
        let mut next = self.first;
        while next != END {
            let choice = &self.choices[next as usize];
            let is_one = match choice.share {
                0 => false,
                u64::MAX => true,
                share => coins.is_below(share),
            };
            if choice.target != CLASS {
                let bit = choice.target & 0xff;
                let value = &mut values[(choice.target >> 8) as usize];
                *value = *value & !(1 << bit) | u128::from(is_one) << bit;
            }
            next = if is_one { choice.high } else { choice.low };
        }
    }
}

impl Builder<'_> {
    /// The place of a function, and the weight of its solutions in its stage.
    fn add(&mut self, edge: Edge) -> (u32, Count) {
        if edge == Edge::YES {
            return (END, Count::ONE);
        }
        if edge == Edge::NO {
            return (END, Count::ZERO);
        }
        if let Some(&known) = self.known.get(&edge) {
            return known;
        }
        let level = self.diagram.level(edge);
        let (low, high) = self.diagram.children(edge);
        let ((low, low_count), (high, high_count)) =
            (self.child(level, low), self.child(level, high));
        let (target, high_count) = match self.levels[level as usize].meaning {
            Meaning::Bit { variable, bit } => (variable << 8 | bit, high_count),
            Meaning::Class { weight } => (CLASS, high_count.times(weight)),
        };
        let place = u32::try_from(self.choices.len()).expect("fewer choices than nodes");
        self.choices.push(Choice {
            share: high_count.share(low_count),
            low,
            high,
            target,
        });
        let found = (place, low_count.plus(high_count));
        self.known.insert(edge, found);
        found
    }

    /// A function below one of this level, with the weight it has for that.
    fn child(&mut self, level: u32, edge: Edge) -> (u32, Count) {
        let (place, count) = self.add(edge);
        if edge == Edge::NO {
            return (place, count);
        }
        let stage = self.levels[level as usize].stage;
        let end = self.levels.partition_point(|other| other.stage <= stage) as u32;
        let below = self.diagram.level(edge);
        let count = if below < end { count } else { Count::ONE };
        (place, count.doubled(below.min(end) - level - 1))
    }
}

/// How many solutions there are, if fewer than 2^128.
#[cfg(test)]
pub(crate) fn count(diagram: &Diagram, root: Edge, levels: u32) -> Option<u128> {
    fn below(
        diagram: &Diagram,
        edge: Edge,
        levels: u32,
        known: &mut HashMap<Edge, u128>,
    ) -> Option<u128> {
        if edge == Edge::NO {
            return Some(0);
        }
        if edge == Edge::YES {
            return Some(1);
        }
        if let Some(&count) = known.get(&edge) {
            return Some(count);
        }
        let level = diagram.level(edge);
        let (low, high) = diagram.children(edge);
        let mut sum = 0_u128;
        for child in [low, high] {
            let free = diagram.level(child).min(levels) - level - 1;
            let count = below(diagram, child, levels, known)?;
            sum = sum.checked_add(count.checked_mul(1_u128.checked_shl(free)?)?)?;
        }
        known.insert(edge, sum);
        Some(sum)
    }
    let free = diagram.level(root).min(levels);
    below(diagram, root, levels, &mut HashMap::new())?.checked_mul(1_u128.checked_shl(free)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_whatever_their_sizes() {
        let one = Count::ONE;
        let three = one.plus(one).plus(one);
        assert_eq!(three.share(one), 3 << 62);
        assert_eq!(one.doubled(1000).share(one.doubled(1000)), 1 << 63);
        assert_eq!(one.share(Count::ZERO), u64::MAX);
        assert_eq!(Count::ZERO.share(one), 0);
        // What is rare is not impossible.
        assert_eq!(one.share(one.doubled(1000)), 1);
        assert_eq!(one.times(6).share(one.times(2)), 3 << 62);
    }
}
