//! A vector of bits and how it is stored.

use std::hash::{Hash, Hasher};

use super::planes::{Planes, WORD_BITS, low_mask, word_count};
use super::{Logic, ValueError};

/// A vector of [`Logic`]: the value of a net, a variable, a port of any width.
///
/// Bit 0 is the least significant one, whatever range the design declares. A vector of up to 64
/// bits lives without the heap. Equality is exact: the same width and the same nine-state bits;
/// [`logical_eq`](LogicVec::logical_eq) and [`matches`](LogicVec::matches) compare as a design
/// does.
///
/// ```
/// use verifork::value::{Logic, LogicVec};
///
/// let mut bus = LogicVec::from_u64(0xa5, 8)?;
/// bus.set_bit(7, Logic::HighImpedance)?;
/// assert_eq!(bus.to_binary_string(), "Z0100101");
/// assert_eq!(format!("{bus}"), "8'bz0100101");
/// assert_eq!(bus.unknown_bits().collect::<Vec<_>>(), [7]);
/// # Ok::<(), verifork::value::ValueError>(())
/// ```
#[derive(Clone)]
pub struct LogicVec(Repr);

/// Bits at and above the width are 0 in every plane.
#[derive(Clone)]
enum Repr {
    /// Widths 0 to 64.
    Inline { width: u32, planes: Planes },
    /// Widths from 65 on. `words` holds the planes value and unknown one after the other, and
    /// after them weak and special once a bit has needed those.
    Heap { width: u32, words: Vec<u64> },
}

impl LogicVec {
    /// `width` bits, all `0`.
    pub fn all_zero(width: u32) -> LogicVec {
        LogicVec::filled(width, Logic::Zero)
    }

    /// `width` bits, all `1`.
    pub fn all_one(width: u32) -> LogicVec {
        LogicVec::filled(width, Logic::One)
    }

    /// `width` bits, all `X`.
    pub fn unknown(width: u32) -> LogicVec {
        LogicVec::filled(width, Logic::Unknown)
    }

    /// `width` bits, all `Z`.
    pub fn high_impedance(width: u32) -> LogicVec {
        LogicVec::filled(width, Logic::HighImpedance)
    }

    /// `width` bits, all in one state. A width of 0 is a null range's.
    pub fn filled(width: u32, logic: Logic) -> LogicVec {
        let planes = Planes::filled(logic);
        LogicVec::build(width, |_| planes)
    }

    /// Four-state bits in VPI's encoding (IEEE 1800 38.15, `aval` and `bval`): 0 is (0, 0), 1 is
    /// (1, 0), Z is (0, 1), X is (1, 1). Bits of the words at and above `width` are ignored, as
    /// the standard leaves them undefined. A width above 64 is filled up with `0`.
    #[inline]
    pub fn from_planes_u64(width: u32, value: u64, unknown: u64) -> LogicVec {
        if width <= WORD_BITS {
            let mask = low_mask(width);
            let planes = Planes::four_state(value & mask, unknown & mask);
            LogicVec(Repr::Inline { width, planes })
        } else {
            LogicVec::from_planes(width, &[value], &[unknown])
        }
    }

    /// Four-state bits of any width, least significant word first; see
    /// [`from_planes_u64`](LogicVec::from_planes_u64). Words that are missing count as 0.
    pub fn from_planes(width: u32, value: &[u64], unknown: &[u64]) -> LogicVec {
        let word = |plane: &[u64], index| plane.get(index).copied().unwrap_or(0);
        LogicVec::build(width, |index| {
            Planes::four_state(word(value, index), word(unknown, index))
        })
    }

    /// Becomes a four-state vector of `width` bits whose word `i` (least significant first) has
    /// the planes `words(i)`, as [`from_planes`](LogicVec::from_planes). A vector that is wide
    /// already keeps its memory.
    #[inline]
    pub fn assign_planes(&mut self, width: u32, mut words: impl FnMut(usize) -> (u64, u64)) {
        self.assign(width, |index| {
            let (value, unknown) = words(index);
            Planes::four_state(value, unknown)
        });
    }

    /// The planes value and unknown of a vector of at most 64 bits in which no bit needs more
    /// than the four states; `None` for others.
    #[inline]
    pub fn small_planes(&self) -> Option<(u64, u64)> {
        match &self.0 {
            Repr::Inline { planes, .. } if !planes.is_nine_state() => {
                Some((planes.value, planes.unknown))
            }
            _ => None,
        }
    }

    /// Word `index` of the plane value in the four-state view: `U`, `W` and `-` are `X`, `L` is
    /// `0`, `H` is `1`. Beyond the width: 0.
    #[inline]
    pub fn value_word(&self, index: usize) -> u64 {
        self.planes_at(index).value
    }

    /// Word `index` of the plane unknown in the four-state view; see
    /// [`value_word`](LogicVec::value_word).
    #[inline]
    pub fn unknown_word(&self, index: usize) -> u64 {
        self.planes_at(index).unknown
    }

    /// Number of 64-bit words a plane has.
    #[inline]
    pub fn word_count(&self) -> usize {
        word_count(self.width())
    }

    /// Number of bits.
    #[inline]
    pub fn width(&self) -> u32 {
        match &self.0 {
            Repr::Inline { width, .. } | Repr::Heap { width, .. } => *width,
        }
    }

    /// Whether the vector has no bits: the value of a null range.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.width() == 0
    }

    /// Whether some bit is neither 0 nor 1: `U`, `X`, `Z`, `W` or `-`.
    #[inline]
    pub fn has_unknown(&self) -> bool {
        match &self.0 {
            Repr::Inline { planes, .. } => planes.unknown != 0,
            Repr::Heap { .. } => self.planes_iter().any(|planes| planes.unknown != 0),
        }
    }

    /// Number of bits that are neither 0 nor 1.
    pub fn count_unknown(&self) -> u32 {
        self.planes_iter()
            .map(|planes| planes.unknown.count_ones())
            .sum()
    }

    /// Whether some bit is in a state that Verilog does not have: `U`, `W`, `L`, `H` or `-`.
    pub fn is_nine_state(&self) -> bool {
        self.planes_iter().any(Planes::is_nine_state)
    }

    /// The vector as Verilog sees it; see [`Logic::to_four_state`].
    #[must_use]
    pub fn to_four_state(&self) -> LogicVec {
        LogicVec::build(self.width(), |index| {
            let planes = self.planes_at(index);
            Planes::four_state(planes.value, planes.unknown)
        })
    }

    /// Bit `index`, or `None` at and above the width.
    #[inline]
    pub fn bit(&self, index: u32) -> Option<Logic> {
        (index < self.width()).then(|| {
            self.planes_at((index / WORD_BITS) as usize)
                .bit(index % WORD_BITS)
        })
    }

    /// Changes bit `index`.
    ///
    /// # Errors
    ///
    /// [`ValueError::Index`] at and above the width.
    pub fn set_bit(&mut self, index: u32, logic: Logic) -> Result<(), ValueError> {
        if index >= self.width() {
            return Err(ValueError::Index {
                index,
                width: self.width(),
            });
        }
        self.merge(index, 1, Planes::filled(logic));
        Ok(())
    }

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
            *self = LogicVec(Repr::Inline { width, planes });
            return;
        }
        let count = word_count(width);
        // Empty meanwhile, so that a panic of `words_at` leaves a valid vector behind.
        let mut words = match std::mem::take(self).0 {
            Repr::Heap { words, .. } => words,
            Repr::Inline { .. } => Vec::new(),
        };
        words.clear();
        words.resize(2 * count, 0);
        for index in 0..count {
            let mut planes = words_at(index);
            if index == count - 1 && width % WORD_BITS != 0 {
                planes = planes.masked(width % WORD_BITS);
            }
            store(&mut words, count, index, planes);
        }
        self.0 = Repr::Heap { width, words };
    }

    /// Word `index` of every plane; zeros beyond the width.
    #[inline]
    pub(super) fn planes_at(&self, index: usize) -> Planes {
        match &self.0 {
            Repr::Inline { planes, .. } => {
                if index == 0 {
                    *planes
                } else {
                    Planes::ZERO
                }
            }
            Repr::Heap { width, words } => {
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
    fn update(&mut self, index: usize, change: impl FnOnce(Planes) -> Planes) {
        let changed = change(self.planes_at(index));
        match &mut self.0 {
            Repr::Inline { planes, .. } => *planes = changed,
            Repr::Heap { width, words } => store(words, word_count(*width), index, changed),
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

/// The vector of no bits.
impl Default for LogicVec {
    #[inline]
    fn default() -> LogicVec {
        LogicVec(Repr::Inline {
            width: 0,
            planes: Planes::ZERO,
        })
    }
}

impl PartialEq for LogicVec {
    #[inline]
    fn eq(&self, other: &LogicVec) -> bool {
        self.width() == other.width() && self.planes_iter().eq(other.planes_iter())
    }
}

impl Eq for LogicVec {}

impl Hash for LogicVec {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.width().hash(state);
        for planes in self.planes_iter() {
            planes.value.hash(state);
            planes.unknown.hash(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heap_words(vector: &LogicVec) -> Option<(usize, *const u64)> {
        match &vector.0 {
            Repr::Inline { .. } => None,
            Repr::Heap { words, .. } => Some((words.len(), words.as_ptr())),
        }
    }

    #[test]
    fn up_to_64_bits_take_no_heap_in_any_state() {
        for logic in Logic::ALL {
            assert_eq!(heap_words(&LogicVec::filled(64, logic)), None);
        }
        assert!(heap_words(&LogicVec::all_zero(65)).is_some());
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
        let mut vector = LogicVec::all_zero(256);
        let before = heap_words(&vector);
        vector.assign_planes(256, |index| (index as u64, 0));
        assert_eq!(heap_words(&vector), before);
        assert_eq!(vector.value_word(3), 3);
        vector.assign_planes(7, |_| (u64::MAX, 1));
        assert_eq!(vector.small_planes(), Some((0x7f, 1)));
    }

    #[test]
    fn planes_use_the_encoding_of_vpi() {
        let vector = LogicVec::from_planes_u64(4, 0b1010, 0b1100);
        assert_eq!(vector.to_binary_string(), "XZ10");
        assert_eq!(vector.small_planes(), Some((0b1010, 0b1100)));
        let nine = LogicVec::from_binary_str("UWLH-").unwrap();
        assert_eq!(nine.small_planes(), None);
        assert_eq!(
            (nine.value_word(0), nine.unknown_word(0)),
            (0b11011, 0b11001)
        );
        assert_eq!(nine.to_four_state().to_binary_string(), "XX01X");
    }

    #[test]
    fn bits_above_the_width_are_dropped_from_planes() {
        assert_eq!(LogicVec::from_planes_u64(3, !0, !0), LogicVec::unknown(3));
        assert_eq!(
            LogicVec::from_planes(65, &[!0, !0, !0], &[0]),
            LogicVec::all_one(65)
        );
        assert_eq!(LogicVec::from_planes_u64(70, !0, 0).count_unknown(), 0);
        assert_eq!(
            LogicVec::from_planes_u64(70, !0, 0).bit(64),
            Some(Logic::Zero)
        );
    }

    #[test]
    fn a_bit_outside_the_width_is_an_error() {
        let mut vector = LogicVec::all_zero(8);
        assert_eq!(vector.bit(8), None);
        assert_eq!(
            vector.set_bit(8, Logic::One).unwrap_err().to_string(),
            "bit 8 is outside a vector of 8 bits, numbered 7 to 0"
        );
    }

    #[test]
    fn vectors_cross_threads() {
        fn assert_send_sync<T: Send + Sync>() {}
        assert_send_sync::<LogicVec>();
        assert_send_sync::<ValueError>();
    }
}
