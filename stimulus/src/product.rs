//! Draws solutions of two conditions without a diagram of both: by a walk through the two diagrams side by side, as
//! far as they depend on the same variables.

use crate::bits::Full;
use crate::diagram::{Diagram, Edge};
use crate::draw::RandomBits;
use crate::sample::{self, Count, Decision, END, Fact, Level, Sampler};

/// The solutions of a type, built once; conditions are added to it.
#[derive(Debug)]
pub(crate) struct Base {
    sampler: Sampler,
    facts: Vec<Fact>,
    levels: Vec<Level>,
    /// For each level, the first one after its stage.
    ends: Vec<u32>,
}

/// Marks an index as one of the product's decisions, not of the base's.
const OF_PRODUCT: u32 = 1 << 31;
/// The target of a decision that draws from the base at `low`, and then continues at `high`.
const IN_TURN: u32 = u32::MAX - 1;

/// The decisions of several products, each with its own condition.
#[derive(Debug, Default)]
pub(crate) struct Products {
    decisions: Vec<Decision>,
    facts: Vec<(u32, Count)>,
    memo: Memo,
    budget: usize,
}

/// The decision at which a walk begins.
pub(crate) type First = u32;

/// Solutions below two edges.
#[derive(Clone, Copy)]
struct Branch {
    place: u32,
    level: u32,
    count: Count,
}

impl Base {
    /// `None` if there is no solution.
    pub(crate) fn new(diagram: &Diagram, root: Edge, levels: Vec<Level>) -> Option<Base> {
        let (sampler, facts) = Sampler::new(diagram, root, &levels)?;
        Some(Base {
            sampler,
            facts,
            ends: (0..levels.len() as u32)
                .map(|level| sample::end_of_stage(&levels, level))
                .collect(),
            levels,
        })
    }

    pub(crate) fn sample(&self, random: &mut RandomBits<'_>, values: &mut [u128]) {
        self.sampler.sample(random, values);
    }
}

impl Products {
    pub(crate) fn clear(&mut self) {
        self.decisions.clear();
        self.facts.clear();
    }

    /// The beginning of a walk through both; `None` if they have no common solution. At most `budget` decisions are
    /// made.
    pub(crate) fn add(
        &mut self,
        base: &Base,
        diagram: &Diagram,
        condition: Edge,
        budget: usize,
    ) -> Result<Option<First>, Full> {
        self.memo.clear();
        let start = self.decisions.len();
        self.budget = start + budget;
        let found = self.part(base, diagram, base.sampler.first, condition);
        if found.is_err() {
            self.decisions.truncate(start);
            self.facts.truncate(start);
        }
        Ok(found?.map(|part| part.place))
    }

    pub(crate) fn sample(
        &self,
        base: &Base,
        first: First,
        random: &mut RandomBits<'_>,
        values: &mut [u128],
    ) {
        let mut next = first;
        while next != END {
            if next & OF_PRODUCT == 0 {
                base.sampler.sample_from(next, random, values);
                return;
            }
            let decision = &self.decisions[(next & !OF_PRODUCT) as usize];
            next = if decision.target == IN_TURN {
                base.sampler.sample_from(decision.low, random, values);
                decision.high
            } else {
                decision.decide(random, values)
            };
        }
    }

    /// The probability that a walk from here gives these values, without the bits that it does not decide.
    #[cfg(test)]
    #[allow(clippy::cast_precision_loss, reason = "a test of probabilities")]
    pub(crate) fn likelihood(
        &self,
        base: &Base,
        first: First,
        values: &[u128],
        decided: &mut Vec<u32>,
    ) -> f64 {
        let (mut next, mut likelihood, mut pending) = (first, 1.0, Vec::new());
        loop {
            if next == END {
                let Some(then) = pending.pop() else {
                    return likelihood;
                };
                next = then;
                continue;
            }
            let decision = match next & OF_PRODUCT {
                0 => base.sampler.decisions[next as usize],
                _ => self.decisions[(next & !OF_PRODUCT) as usize],
            };
            if decision.target == IN_TURN {
                pending.push(decision.high);
                next = decision.low;
                continue;
            }
            decided.push(decision.target);
            let is_one =
                values[(decision.target >> 8) as usize] >> (decision.target & 0xff) & 1 == 1;
            let one = decision.share as f64 / u64::MAX as f64;
            likelihood *= if is_one { one } else { 1.0 - one };
            if likelihood == 0.0 {
                return 0.0;
            }
            next = if is_one { decision.high } else { decision.low };
        }
    }

    fn part(
        &mut self,
        base: &Base,
        diagram: &Diagram,
        of_base: u32,
        condition: Edge,
    ) -> Result<Option<Branch>, Full> {
        if condition == Edge::NO {
            return Ok(None);
        }
        // A walk through the base alone does not end at this index.
        let fact = base.facts.get(of_base as usize).copied();
        if condition == Edge::YES {
            return Ok(Some(Branch {
                place: of_base,
                level: fact.map_or(u32::MAX, |fact| fact.level),
                count: fact.map_or(Count::ONE, |fact| fact.count),
            }));
        }
        match self.memo.get(of_base, condition) {
            0 => {}
            NO_SOLUTION => return Ok(None),
            known => return Ok(Some(self.known_part(known - FIRST))),
        }
        let level = diagram.level(condition);
        let part = match fact {
            Some(fact) if level > fact.last => {
                self.in_turn(base, diagram, of_base, fact, condition)?
            }
            _ => self.decision(base, diagram, of_base, fact, condition)?,
        };
        let place = part.map(|part| part.place & !OF_PRODUCT);
        self.memo.insert(of_base, condition, place);
        Ok(part)
    }

    fn known_part(&self, place: u32) -> Branch {
        let (level, count) = self.facts[place as usize];
        Branch {
            place: place | OF_PRODUCT,
            level,
            count,
        }
    }

    /// The base depends on none of the condition's variables from here on.
    fn in_turn(
        &mut self,
        base: &Base,
        diagram: &Diagram,
        of_base: u32,
        fact: Fact,
        condition: Edge,
    ) -> Result<Option<Branch>, Full> {
        let Some(then) = self.part(base, diagram, END, condition)? else {
            return Ok(None);
        };
        let end = base.ends[fact.level as usize];
        let count = if then.level < end {
            fact.count.times(then.count)
        } else {
            fact.count
        };
        let decision = Decision {
            share: 0,
            low: of_base,
            high: then.place,
            target: IN_TURN,
        };
        self.push(decision, fact.level, count).map(Some)
    }

    fn decision(
        &mut self,
        base: &Base,
        diagram: &Diagram,
        of_base: u32,
        fact: Option<Fact>,
        condition: Edge,
    ) -> Result<Option<Branch>, Full> {
        let own = diagram.level(condition);
        let of_fact = fact.map_or(u32::MAX, |fact| fact.level);
        let level = own.min(of_fact);
        let (low, high) = if own == level {
            diagram.children(condition)
        } else {
            (condition, condition)
        };
        let (mut base_low, mut base_high) = (Some(of_base), Some(of_base));
        if of_fact == level {
            let decision = base.sampler.decisions[of_base as usize];
            base_low = (decision.share != u64::MAX).then_some(decision.low);
            base_high = (decision.share != 0).then_some(decision.high);
        }
        let end = base.ends[level as usize];
        let mut child = |of_base: Option<u32>, condition: Edge| {
            let Some(of_base) = of_base else {
                return Ok((END, Count::ZERO, false));
            };
            let part = self.part(base, diagram, of_base, condition)?;
            Ok(part.map_or((END, Count::ZERO, false), |part| {
                let count = if part.level < end {
                    part.count
                } else {
                    Count::ONE
                };
                (part.place, count, true)
            }))
        };
        let (low, low_count, low_is_possible) = child(base_low, low)?;
        let (high, high_count, high_is_possible) = child(base_high, high)?;
        if !low_is_possible && !high_is_possible {
            return Ok(None);
        }
        let (target, weight) = base.levels[level as usize].meaning.target();
        let high_count = high_count.weighted(weight);
        let decision = Decision {
            share: high_count.share(low_count),
            low,
            high,
            target,
        };
        let count = low_count.plus(high_count).halved();
        self.push(decision, level, count).map(Some)
    }

    fn push(&mut self, decision: Decision, level: u32, count: Count) -> Result<Branch, Full> {
        if self.decisions.len() >= self.budget {
            return Err(Full);
        }
        self.decisions.push(decision);
        self.facts.push((level, count));
        let place = u32::try_from(self.decisions.len() - 1).map_err(|_| Full)?;
        Ok(Branch {
            place: place | OF_PRODUCT,
            level,
            count,
        })
    }
}

/// The entry of two functions without a common solution; others have the index of their decision, plus this.
const NO_SOLUTION: u32 = 1;
const FIRST: u32 = 2;

/// A hash table of the parts, with open addressing. A new turn empties it.
#[derive(Debug)]
struct Memo {
    entries: Vec<Entry>,
    /// The old table while the new one is filled.
    spare: Vec<Entry>,
    count: usize,
    /// Entries of earlier turns are free.
    turn: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    of_base: u32,
    condition: u32,
    /// The entry for both.
    found: u32,
    turn: u32,
}

impl Default for Memo {
    fn default() -> Self {
        Memo {
            entries: vec![Entry::default(); Self::SMALLEST],
            spare: Vec::new(),
            count: 0,
            turn: 1,
        }
    }
}

impl Memo {
    const SMALLEST: usize = 1 << 9;

    fn clear(&mut self) {
        self.count = 0;
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 {
            self.entries.fill(Entry::default());
            self.turn = 1;
        }
    }

    /// The index of the entry, or of the free place for it.
    #[inline]
    fn find(&self, of_base: u32, condition: u32) -> usize {
        let mask = self.entries.len() - 1;
        let mixed =
            (u64::from(of_base) << 32 | u64::from(condition)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut at = (mixed >> 32) as usize & mask;
        loop {
            let entry = &self.entries[at];
            if entry.turn != self.turn || (entry.of_base, entry.condition) == (of_base, condition) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    /// The value that was inserted, or 0.
    #[inline]
    fn get(&self, of_base: u32, condition: Edge) -> u32 {
        let entry = &self.entries[self.find(of_base, condition.number())];
        if entry.turn == self.turn {
            entry.found
        } else {
            0
        }
    }

    fn insert(&mut self, of_base: u32, condition: Edge, place: Option<u32>) {
        if self.count * 2 >= self.entries.len() {
            std::mem::swap(&mut self.entries, &mut self.spare);
            self.entries.clear();
            self.entries.resize(self.spare.len() * 2, Entry::default());
            for index in 0..self.spare.len() {
                let entry = self.spare[index];
                if entry.turn == self.turn {
                    let at = self.find(entry.of_base, entry.condition);
                    self.entries[at] = entry;
                }
            }
        }
        let at = self.find(of_base, condition.number());
        self.entries[at] = Entry {
            of_base,
            condition: condition.number(),
            found: place.map_or(NO_SOLUTION, |place| place + FIRST),
            turn: self.turn,
        };
        self.count += 1;
    }
}
