//! Draws solutions from a diagram, all equally likely, or according to weights.

use std::collections::HashMap;

use crate::diagram::{Diagram, Edge};
use crate::draw::RandomBits;

/// A level of a diagram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    pub(crate) meaning: Meaning,
    /// The levels of a stage are drawn together, independently of the number of solutions in later stages. Stages
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

/// A number that is not negative, with 64 bits of precision. A sum of many is exact to within 2^-50.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    /// Its highest bit is set, unless the number is 0.
    mantissa: u64,
    exponent: i32,
}

impl Count {
    pub(crate) const ZERO: Count = Count {
        mantissa: 0,
        exponent: i32::MIN / 2,
    };
    pub(crate) const ONE: Count = Count {
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

    pub(crate) fn plus(self, other: Count) -> Count {
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

    pub(crate) fn weighted(self, weight: u32) -> Count {
        Count::normal(
            u128::from(self.mantissa) * u128::from(weight),
            self.exponent,
        )
    }

    pub(crate) fn times(self, other: Count) -> Count {
        Count::normal(
            u128::from(self.mantissa) * u128::from(other.mantissa),
            self.exponent + other.exponent - 63,
        )
    }

    pub(crate) fn halved(self) -> Count {
        Count {
            exponent: self.exponent - 1,
            ..self
        }
    }

    /// The share of this number in the sum of both, times 2^64.
    pub(crate) fn share(self, other: Count) -> u64 {
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
        // Neither side gets probability 0.
        u64::try_from(part / u128::from(sum.mantissa))
            .unwrap_or(u64::MAX)
            .clamp(1, u64::MAX - 1)
    }
}

/// A decision: 1 with a probability of `share` / 2^64. With a share of 0 or of the largest number, there is nothing
/// to decide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    pub(crate) share: u64,
    pub(crate) low: u32,
    pub(crate) high: u32,
    /// The variable, with the number of its bit in the lowest 8 bits.
    pub(crate) target: u32,
}

/// The target after the last decision.
pub(crate) const END: u32 = u32::MAX;
/// The variable of a decision that decides no bit.
const CLASS: u32 = u32::MAX;

impl Meaning {
    /// The variable and bit that this level decides, and the weight of 1.
    pub(crate) fn target(self) -> (u32, u32) {
        match self {
            Meaning::Bit { variable, bit } => (variable << 8 | bit, 1),
            Meaning::Class { weight } => (CLASS, weight),
        }
    }
}

impl Decision {
    /// Decides, and returns the next decision.
    pub(crate) fn decide(&self, random: &mut RandomBits<'_>, values: &mut [u128]) -> u32 {
        let is_one = match self.share {
            0 => false,
            u64::MAX => true,
            // Small random words give zeros, so a sequence of small words draws small values.
            share => !random.is_below(share.wrapping_neg()),
        };
        if self.target != CLASS {
            let bit = self.target & 0xff;
            let value = &mut values[(self.target >> 8) as usize];
            *value = *value & !(1 << bit) | u128::from(is_one) << bit;
        }
        if is_one { self.high } else { self.low }
    }
}

#[derive(Debug)]
pub(crate) struct Sampler {
    pub(crate) decisions: Vec<Decision>,
    pub(crate) first: u32,
}

/// More about a decision, for products.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fact {
    pub(crate) level: u32,
    /// The last level on which the decision or its successors depend.
    pub(crate) last: u32,
    /// The weight of the solutions, counted over the levels of its stage.
    pub(crate) count: Count,
}

struct Builder<'a> {
    diagram: &'a Diagram,
    levels: &'a [Level],
    known: HashMap<Edge, u32>,
    decisions: Vec<Decision>,
    facts: Vec<Fact>,
}

impl Sampler {
    /// Builds the sampler and the facts of each decision; `None` if there is no solution.
    pub(crate) fn new(
        diagram: &Diagram,
        root: Edge,
        levels: &[Level],
    ) -> Option<(Sampler, Vec<Fact>)> {
        if root == Edge::NO {
            return None;
        }
        let mut builder = Builder {
            diagram,
            levels,
            known: HashMap::new(),
            decisions: Vec::new(),
            facts: Vec::new(),
        };
        let first = builder.add(root);
        let mut decisions = builder.decisions;
        decisions.shrink_to_fit();
        Some((Sampler { decisions, first }, builder.facts))
    }

    /// Decides the bits that matter. The others keep their random values.
    pub(crate) fn sample(&self, random: &mut RandomBits<'_>, values: &mut [u128]) {
        self.sample_from(self.first, random, values);
    }

    pub(crate) fn sample_from(&self, first: u32, random: &mut RandomBits<'_>, values: &mut [u128]) {
        let mut next = first;
        while next != END {
            next = self.decisions[next as usize].decide(random, values);
        }
    }
}

/// The first level after the stage of this one.
pub(crate) fn end_of_stage(levels: &[Level], level: u32) -> u32 {
    let stage = levels[level as usize].stage;
    levels.partition_point(|other| other.stage <= stage) as u32
}

impl Builder<'_> {
    /// The index of the decision of a function that has solutions.
    fn add(&mut self, edge: Edge) -> u32 {
        if edge == Edge::YES {
            return END;
        }
        if let Some(&known) = self.known.get(&edge) {
            return known;
        }
        let level = self.diagram.level(edge);
        let end = end_of_stage(self.levels, level);
        let (low, high) = self.diagram.children(edge);
        let (low, low_count, low_last) = self.child(end, low);
        let (high, high_count, high_last) = self.child(end, high);
        let (target, weight) = self.levels[level as usize].meaning.target();
        let high_count = high_count.weighted(weight);
        let place = u32::try_from(self.decisions.len()).expect("fewer decisions than nodes");
        self.decisions.push(Decision {
            share: high_count.share(low_count),
            low,
            high,
            target,
        });
        self.facts.push(Fact {
            level,
            last: level.max(low_last).max(high_last),
            count: low_count.plus(high_count).halved(),
        });
        self.known.insert(edge, place);
        place
    }

    /// The index of a function's decision, its weight in a stage with this end, and the last level that it depends
    /// on.
    fn child(&mut self, end: u32, edge: Edge) -> (u32, Count, u32) {
        if edge == Edge::NO {
            return (END, Count::ZERO, 0);
        }
        let place = self.add(edge);
        match self.facts.get(place as usize) {
            Some(fact) if fact.level < end => (place, fact.count, fact.last),
            Some(fact) => (place, Count::ONE, fact.last),
            None => (place, Count::ONE, 0),
        }
    }
}

/// The number of solutions, if it is below 2^128.
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
        let mut rare = one;
        for _ in 0..1000 {
            rare = rare.halved();
        }
        assert_eq!(rare.share(rare), 1 << 63);
        assert_eq!(one.share(Count::ZERO), u64::MAX);
        assert_eq!(Count::ZERO.share(one), 0);
        // A rare side is still possible.
        assert_eq!(rare.share(one), 1);
        assert_eq!(one.weighted(6).share(one.weighted(2)), 3 << 62);
        assert_eq!(three.times(three).share(one.times(three)), 3 << 62);
        assert_eq!(three.times(Count::ZERO).share(one), 0);
    }
}
