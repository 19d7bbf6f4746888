//! An automaton that follows the samples of a point through its transitions.

use super::sequence::{LIMIT, Sequence, too_long};
use crate::sets::Range;

/// The automaton of all transitions of a point. A state is a bit: the samples up to this one have fitted a
/// sequence up to its place. A sample shifts all states on by one, and leaves those that it fits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Automaton {
    /// The states in which a sequence begins.
    pub(crate) first: u128,
    /// The states in which a sequence ends, with the number of its bin.
    pub(crate) last: Vec<(u128, u32)>,
    /// For each state, the ranges of its values.
    pub(crate) places: Vec<Vec<Range>>,
    /// The states in which a sequence may stay.
    stays: u128,
    /// The states after which one or two states may be skipped.
    skips: [u128; 2],
}

impl Automaton {
    /// Adds the sequences of a bin.
    ///
    /// # Errors
    ///
    /// There are too many, as a text to follow the bin's name in a sentence.
    pub(crate) fn add(&mut self, bin: u32, sequences: &[Sequence]) -> Result<(), String> {
        let mut last = 0;
        for sequence in sequences {
            if self.places.len() + sequence.len() > LIMIT {
                return Err(too_long());
            }
            last |= self.append(sequence);
        }
        self.last.push((last, bin));
        Ok(())
    }

    /// Adds one sequence, and returns its last state.
    fn append(&mut self, sequence: &Sequence) -> u128 {
        let start = self.places.len();
        self.first |= 1 << start;
        for (index, place) in sequence.iter().enumerate() {
            let bit = 1 << (start + index);
            self.stays |= u128::from(place.is_between) * bit;
            let ahead = &sequence[index + 1..];
            let left_out = ahead.iter().take_while(|place| place.is_between).count();
            for (count, skips) in (1..).zip(&mut self.skips) {
                *skips |= u128::from(count <= left_out) * bit;
            }
        }
        self.places
            .extend(sequence.iter().map(|it| it.values.clone()));
        1 << (self.places.len() - 1)
    }

    /// The active states after a sample whose segment fits these states.
    #[inline]
    pub(crate) fn next(&self, state: u128, fits: u128) -> u128 {
        let [one, two] = self.skips;
        let reached =
            state << 1 | state & self.stays | (state & one) << 2 | (state & two) << 3 | self.first;
        reached & fits
    }
}
