//! How a vector is stored, and access to it by words.

use super::LogicVec;
use super::planes::{Planes, WORD_BITS, bit_offset, low_mask, word_count};

/// The width and the planes of a vector.
///
/// Bits at and above the width are 0 in every plane.
#[derive(Clone)]
pub(super) enum Storage {
    /// Widths 0 to 64.
    Inline { width: u32, planes: Planes },
    /// Widths from 65 on. `words` holds the planes value and unknown one after the other, and
    /// after them weak and special once a bit has needed those.
    Heap { width: u32, words: Vec<u64> },
}

impl LogicVec {
    /// A vector whose word `i` is `words(i)`; bits above the width are dropped.
    #[inline]
    pub(super) fn build(width: u32, words: impl FnMut(usize) -> Planes) -> LogicVec {
        let mut vector = LogicVec::default();
        vector.assign(width, words);
        vector
    }

    /// As [`build`](LogicVec::build), reusing the memory of a vector that is wide already.
    #[inline]
    pub(super) fn assign(&mut self, width: u32, mut words_at: impl FnMut(usize) -> Planes) {
        if width <= WORD_BITS {
            let planes = if width == 0 {
                Planes::ZERO
            } else {
                words_at(0).masked(width)
            };
            *self = LogicVec(Storage::Inline { width, planes });
            return;
        }
        let count = word_count(width);
        // Empty meanwhile, so that a panic of `words_at` leaves a valid vector behind.
        let mut words = match std::mem::take(self).0 {
            Storage::Heap { words, .. } => words,
            Storage::Inline { .. } => Vec::new(),
        };
        words.clear();
        words.resize(2 * count, 0);
        for index in 0..count {
            let planes = words_at(index);
            store(
                &mut words,
                count,
                index,
                planes.masked(width - bit_offset(index)),
            );
        }
        self.0 = Storage::Heap { width, words };
    }

    /// Word `index` of every plane; zeros beyond the width.
    #[inline]
    pub(super) fn planes_at(&self, index: usize) -> Planes {
        match &self.0 {
            Storage::Inline { planes, .. } => {
                if index == 0 {
                    *planes
                } else {
                    Planes::ZERO
                }
            }
            Storage::Heap { width, words } => {
                let count = word_count(*width);
                if index >= count {
                    return Planes::ZERO;
                }
                let mut planes = Planes::four_state(words[index], words[count + index]);
                if words.len() > 2 * count {
                    planes.weak = words[2 * count + index];
                    planes.special = words[3 * count + index];
                }
                planes
            }
        }
    }

    /// Every word of the planes, least significant first.
    #[inline]
    pub(super) fn planes_iter(&self) -> impl Iterator<Item = Planes> + '_ {
        (0..self.word_count()).map(|index| self.planes_at(index))
    }

    /// The 64 bits from bit `offset` up; zeros beyond the width.
    #[inline]
    pub(super) fn window(&self, offset: u32) -> Planes {
        let (index, shift) = ((offset / WORD_BITS) as usize, offset % WORD_BITS);
        let low = self.planes_at(index);
        if shift == 0 {
            return low;
        }
        let high = self.planes_at(index + 1);
        low.zip(high, |low, high| low >> shift | high << (WORD_BITS - shift))
    }

    /// Overwrites the `count` (at most 64) bits from bit `offset` up, all below the width, with
    /// the lowest bits of `bits`.
    #[inline]
    pub(super) fn merge(&mut self, offset: u32, count: u32, bits: Planes) {
        debug_assert!(
            count <= WORD_BITS && offset <= self.width() && count <= self.width() - offset
        );
        let (index, shift) = ((offset / WORD_BITS) as usize, offset % WORD_BITS);
        let mask = low_mask(count);
        let bits = bits.masked(count);
        self.update(index, |old| {
            old.zip(bits, |old, new| old & !(mask << shift) | new << shift)
        });
        if shift + count > WORD_BITS {
            let down = WORD_BITS - shift;
            self.update(index + 1, |old| {
                old.zip(bits, |old, new| old & !(mask >> down) | new >> down)
            });
        }
    }

    #[inline]
    pub(super) fn update(&mut self, index: usize, change: impl FnOnce(Planes) -> Planes) {
        let changed = change(self.planes_at(index));
        match &mut self.0 {
            Storage::Inline { planes, .. } => *planes = changed,
            Storage::Heap { width, words } => store(words, word_count(*width), index, changed),
        }
    }
}

/// Stores word `index` of every plane in the memory of a wide vector of `count` words a plane,
/// which grows by the nine-state planes at the first bit that needs them.
#[inline]
fn store(words: &mut Vec<u64>, count: usize, index: usize, planes: Planes) {
    words[index] = planes.value;
    words[count + index] = planes.unknown;
    if planes.is_nine_state() && words.len() == 2 * count {
        words.resize(4 * count, 0);
    }
    if words.len() > 2 * count {
        words[2 * count + index] = planes.weak;
        words[3 * count + index] = planes.special;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Logic;

    fn heap_words(vector: &LogicVec) -> Option<(usize, *const u64)> {
        match &vector.0 {
            Storage::Inline { .. } => None,
            Storage::Heap { words, .. } => Some((words.len(), words.as_ptr())),
        }
    }

    #[test]
    fn up_to_64_bits_take_no_heap_in_any_state() {
        for logic in Logic::ALL {
            assert_eq!(heap_words(&LogicVec::filled(64, logic)), None);
        }
        assert!(heap_words(&LogicVec::zeros(65)).is_some());
        assert!(size_of::<LogicVec>() <= 40);
    }

    #[test]
    fn wide_four_state_vectors_store_two_planes() {
        let mut vector = LogicVec::unknown(130);
        assert_eq!(heap_words(&vector).map(|(count, _)| count), Some(6));
        vector.set_bit(129, Logic::WeakOne).unwrap();
        assert_eq!(heap_words(&vector).map(|(count, _)| count), Some(12));
        assert_eq!(vector.bit(129), Some(Logic::WeakOne));
        assert_eq!(vector.bit(128), Some(Logic::Unknown));
        vector.set_bit(129, Logic::Unknown).unwrap();
        assert_eq!(vector, LogicVec::unknown(130), "empty planes do not count");
    }

    #[test]
    fn assigning_planes_reuses_the_memory() {
        let mut vector = LogicVec::zeros(256);
        let before = heap_words(&vector);
        vector.assign_planes(256, |index| (index as u64, 0));
        assert_eq!(heap_words(&vector), before);
        assert_eq!(vector.value_word(3), 3);
        vector.assign_planes(7, |_| (u64::MAX, 1));
        assert_eq!(vector.small_planes(), Some((0x7f, 1)));
    }
}
