//! Where a generator's random words come from.

use std::convert::Infallible;

use rand::rand_core::{Rng as _, TryRng};
use rand_chacha::ChaCha8Rng;
use verifork_protocol::items::Item;

/// Random words, one after the other.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "the large one is the usual one")]
pub(super) enum Words {
    Stream(ChaCha8Rng),
    /// For an item of a sequence: some words are replaced.
    Item(Box<ItemWords>),
}

#[derive(Clone)]
pub(super) struct ItemWords {
    stream: ChaCha8Rng,
    item: Item,
    /// The words drawn so far.
    words: Vec<u64>,
}

/// How many words of an item can be replaced. After them come random ones, so that a draw that repeats until a
/// value fits ends.
const REPLACED: usize = 64;

impl ItemWords {
    fn next(&mut self) -> u64 {
        let random = self.stream.next_u64();
        if self.words.len() == REPLACED {
            return random;
        }
        let place = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let word = self.item.word(place).unwrap_or(random);
        self.words.push(word);
        word
    }
}

impl Words {
    /// Those of an item.
    pub(super) fn of_item(stream: ChaCha8Rng, item: Item) -> Words {
        Words::Item(Box::new(ItemWords {
            stream,
            item,
            words: Vec::new(),
        }))
    }

    /// The words that were drawn for an item.
    pub(super) fn drawn(self) -> Vec<u64> {
        match self {
            Words::Stream(_) => Vec::new(),
            Words::Item(item) => item.words,
        }
    }
}

impl TryRng for Words {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        match self {
            Words::Stream(stream) => stream.try_next_u32(),
            // The upper half, so that a smaller word is a smaller number.
            Words::Item(item) => Ok((item.next() >> 32) as u32),
        }
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        match self {
            Words::Stream(stream) => stream.try_next_u64(),
            Words::Item(item) => Ok(item.next()),
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        match self {
            Words::Stream(stream) => stream.try_fill_bytes(bytes),
            Words::Item(item) => {
                for chunk in bytes.chunks_mut(8) {
                    let word = item.next().to_le_bytes();
                    chunk.copy_from_slice(&word[..chunk.len()]);
                }
                Ok(())
            }
        }
    }
}
