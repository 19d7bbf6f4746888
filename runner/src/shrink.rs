//! Fewer and simpler items of its sequences with which a test still fails: which are tried, in which order.
//!
//! It knows no simulator: the caller runs an attempt and returns its outcome.

use verifork_protocol::items::{Drawn, Item, Items};

/// How many times a word is halved.
const HALVES: usize = 40;

/// The result.
#[derive(Debug)]
pub(crate) struct Smallest {
    pub(crate) items: Items,
    /// The sequences that the test drew with them.
    pub(crate) drawn: Vec<Drawn>,
    /// How often it was run.
    pub(crate) runs: usize,
    /// There was nothing left to try.
    pub(crate) complete: bool,
}

/// Why nothing was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Nothing {
    /// With unchanged items, the test did not fail in the same way.
    DoesNotRepeat,
    /// There was no time for a single try.
    NoTime,
}

/// The outcome of an attempt.
pub(crate) enum Tried {
    /// The test failed as before, and drew these.
    Failed(Vec<Drawn>),
    /// It passed, or failed otherwise.
    Otherwise,
    /// There is no time for another attempt.
    NoTime,
}

struct Search<'a> {
    attempt: &'a mut dyn FnMut(&Items) -> Tried,
    found: Smallest,
}

/// No time is left.
struct Stopped;

/// Looks for the smallest items.
pub(crate) fn shrink(
    drawn: &[Drawn],
    attempt: &mut dyn FnMut(&Items) -> Tried,
) -> Result<Smallest, Nothing> {
    let whole = |drawn: &Drawn| {
        let items = drawn.items.iter();
        let items = items.map(|item| Item::whole(item.index)).collect();
        (drawn.name.clone(), items)
    };
    let items = Items {
        sequences: drawn.iter().map(whole).collect(),
    };
    let drawn = match attempt(&items) {
        Tried::Failed(drawn) => drawn,
        Tried::Otherwise => return Err(Nothing::DoesNotRepeat),
        Tried::NoTime => return Err(Nothing::NoTime),
    };
    let mut search = Search {
        attempt,
        found: Smallest {
            items,
            drawn,
            runs: 1,
            complete: false,
        },
    };
    search.found.complete = search.all().is_ok();
    Ok(search.found)
}

impl Search<'_> {
    fn all(&mut self) -> Result<(), Stopped> {
        loop {
            self.fewer()?;
            // A simpler item may need fewer others.
            if !self.simpler()? {
                return Ok(());
            }
        }
    }

    /// Whether the test still fails with these, which are kept then.
    fn fails(&mut self, items: Items) -> Result<bool, Stopped> {
        match (self.attempt)(&items) {
            Tried::NoTime => Err(Stopped),
            Tried::Otherwise => {
                self.found.runs += 1;
                Ok(false)
            }
            Tried::Failed(drawn) => {
                self.found.runs += 1;
                self.found.drawn = drawn;
                self.found.items = items;
                Ok(true)
            }
        }
    }

    fn items(&self, sequence: usize) -> &[Item] {
        &self.found.items.sequences[sequence].1
    }

    /// Leaves out ever smaller parts: none of the items that remain can be left out alone.
    fn fewer(&mut self) -> Result<(), Stopped> {
        for sequence in 0..self.found.items.sequences.len() {
            let mut size = self.items(sequence).len();
            while size > 0 {
                let mut removed = false;
                // The last ones first: what came after the failure matters least.
                let mut end = self.items(sequence).len();
                while end > 0 {
                    let start = end.saturating_sub(size);
                    let mut items = self.found.items.clone();
                    items.sequences[sequence].1.drain(start..end);
                    removed |= self.fails(items)?;
                    end = start;
                }
                if size > 1 {
                    size = size.div_ceil(2);
                } else if !removed {
                    size = 0;
                }
            }
        }
        Ok(())
    }

    /// Makes each item simpler; returns whether any became simpler.
    fn simpler(&mut self) -> Result<bool, Stopped> {
        let mut any = false;
        for sequence in 0..self.found.items.sequences.len() {
            for place in 0..self.items(sequence).len() {
                any |= self.item_simpler(sequence, place)?;
            }
        }
        Ok(any)
    }

    fn item_simpler(&mut self, sequence: usize, place: usize) -> Result<bool, Stopped> {
        let item = self.items(sequence)[place].clone();
        if item.zero && item.words.is_empty() {
            return Ok(false);
        }
        let before = self.text(sequence, place);
        let zero = Item {
            zero: true,
            ..Item::whole(item.index)
        };
        if self.fails_with(sequence, place, zero)? {
            return Ok(self.text(sequence, place) != before);
        }
        let mut word = 0;
        while let Some(value) = self.word(sequence, place, word) {
            self.word_smaller(sequence, place, word, value)?;
            word += 1;
        }
        Ok(self.text(sequence, place) != before)
    }

    fn word_smaller(
        &mut self,
        sequence: usize,
        place: usize,
        word: usize,
        value: u64,
    ) -> Result<(), Stopped> {
        // The least with which it is known to fail, and the largest with which it is known not to.
        let (mut fails, mut passes) = (value, 0);
        if value == 0 || self.fails_with_word(sequence, place, word, 0)? {
            return Ok(());
        }
        for _ in 0..HALVES {
            let middle = passes + (fails - passes) / 2;
            if middle == passes {
                break;
            }
            let before = self.text(sequence, place);
            if self.fails_with_word(sequence, place, word, middle)? {
                fails = middle;
                // A change that no longer affects the item is small enough.
                if self.text(sequence, place) == before {
                    break;
                }
            } else {
                passes = middle;
            }
        }
        Ok(())
    }

    fn fails_with_word(
        &mut self,
        sequence: usize,
        place: usize,
        word: usize,
        value: u64,
    ) -> Result<bool, Stopped> {
        let mut item = self.items(sequence)[place].clone();
        let word = u32::try_from(word).unwrap_or(u32::MAX);
        item.words.retain(|(of, _)| *of != word);
        item.words.push((word, value));
        self.fails_with(sequence, place, item)
    }

    fn fails_with(&mut self, sequence: usize, place: usize, item: Item) -> Result<bool, Stopped> {
        let mut items = self.found.items.clone();
        items.sequences[sequence].1[place] = item;
        self.fails(items)
    }

    /// A word that the item was drawn from.
    fn word(&self, sequence: usize, place: usize, word: usize) -> Option<u64> {
        let item = self.drawn(sequence, place)?;
        item.words.get(word).copied()
    }

    fn text(&self, sequence: usize, place: usize) -> Option<String> {
        self.drawn(sequence, place).map(|item| item.text.clone())
    }

    fn drawn(&self, sequence: usize, place: usize) -> Option<&verifork_protocol::items::DrawnItem> {
        let (name, items) = &self.found.items.sequences[sequence];
        let drawn = self.found.drawn.iter().find(|drawn| drawn.name == *name)?;
        let index = items[place].index;
        drawn.items.iter().find(|item| item.index == index)
    }
}

#[cfg(test)]
mod tests {
    use verifork_protocol::items::DrawnItem;

    use super::*;

    /// A test that draws numbers below 100, one a word, 40 of them.
    fn draws(items: &Items) -> Vec<Drawn> {
        let item = |item: &Item| {
            let random = u64::from(item.index).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 << 63;
            let word = item.word(0).unwrap_or(random);
            DrawnItem {
                index: item.index,
                words: vec![word],
                text: ((u128::from(word) * 100) >> 64).to_string(),
            }
        };
        let drawn = |(name, items): &(String, Vec<Item>)| Drawn {
            name: name.clone(),
            of: 40,
            items: items.iter().map(item).collect(),
        };
        items.sequences.iter().map(drawn).collect()
    }

    fn all() -> Vec<Drawn> {
        let items = (0..40).map(Item::whole).collect();
        draws(&Items {
            sequences: vec![("writes".to_owned(), items)],
        })
    }

    fn numbers(drawn: &[Drawn]) -> Vec<u32> {
        let items = drawn[0].items.iter();
        items.map(|item| item.text.parse().unwrap()).collect()
    }

    /// The smallest items with which this fails, and how many runs it took.
    fn smallest(fails: impl Fn(&[u32]) -> bool) -> (Vec<u32>, Items, usize) {
        let mut attempt = |items: &Items| {
            let drawn = draws(items);
            if fails(&numbers(&drawn)) {
                Tried::Failed(drawn)
            } else {
                Tried::Otherwise
            }
        };
        let found = shrink(&all(), &mut attempt).unwrap();
        assert!(found.complete);
        assert_eq!(
            found.drawn,
            draws(&found.items),
            "what is told is what was tried last"
        );
        (numbers(&found.drawn), found.items, found.runs)
    }

    #[test]
    fn what_does_not_matter_is_left_out_and_what_does_is_as_small_as_it_can_be() {
        assert!(smallest(|_| true).0.is_empty());
        assert_eq!(smallest(|all| !all.is_empty()).0, [0]);
        assert_eq!(smallest(|all| all.iter().any(|&one| one >= 57)).0, [57]);
        let (three, items, runs) = smallest(|all| all.iter().filter(|&&one| one > 70).count() > 2);
        assert_eq!(three, [71, 71, 71]);
        assert!(runs < 250, "{runs}");
        // The notation reproduces it.
        let again: Items = items.to_string().parse().unwrap();
        assert_eq!(numbers(&draws(&again)), three);
        // Two that are far from each other.
        let (both, ..) = smallest(|all| all.len() > 1 && all[0] > 40);
        assert_eq!(both, [41, 0]);
    }

    #[test]
    fn a_failure_that_does_not_repeat_is_reported_as_such() {
        let result = shrink(&all(), &mut |_| Tried::Otherwise);
        assert_eq!(result.unwrap_err(), Nothing::DoesNotRepeat);
        let result = shrink(&all(), &mut |_| Tried::NoTime);
        assert_eq!(result.unwrap_err(), Nothing::NoTime);
    }

    #[test]
    fn what_was_found_when_the_time_was_over_counts() {
        let mut left = 5;
        let found = shrink(&all(), &mut |items| {
            left -= 1;
            match left {
                0 => Tried::NoTime,
                _ if items.sequences[0].1.len() > 9 => Tried::Failed(draws(items)),
                _ => Tried::Otherwise,
            }
        });
        let found = found.unwrap();
        assert!(!found.complete && found.runs == 4);
        assert!((10..40).contains(&numbers(&found.drawn).len()));
    }
}
