//! A vector of bits and how it is stored.

use std::hash::{Hash, Hasher};

use super::planes::{Planes, WORD_BITS, low_mask, word_count};
use super::storage::Storage;
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
pub struct LogicVec(pub(super) Storage);

impl LogicVec {
    /// `width` bits, all `0`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::zeros(100).to_u128(), Ok(0));
    /// ```
    pub fn zeros(width: u32) -> LogicVec {
        LogicVec::filled(width, Logic::Zero)
    }

    /// `width` bits, all `1`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::ones(4).to_u64(), Ok(0xf));
    /// ```
    pub fn ones(width: u32) -> LogicVec {
        LogicVec::filled(width, Logic::One)
    }

    /// `width` bits, all `X`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::unknown(4).to_binary_string(), "XXXX");
    /// ```
    pub fn unknown(width: u32) -> LogicVec {
        LogicVec::filled(width, Logic::Unknown)
    }

    /// `width` bits, all `Z`.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(pads: Signal<LogicVec>) -> Result {
    /// pads.set(LogicVec::high_impedance(pads.width())); // the testbench lets go of the bus
    /// # Ok(())
    /// # }
    /// ```
    pub fn high_impedance(width: u32) -> LogicVec {
        LogicVec::filled(width, Logic::HighImpedance)
    }

    /// `width` bits, all in one state. A width of 0 is a null range's.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// assert_eq!(LogicVec::filled(3, Logic::WeakOne).to_binary_string(), "HHH");
    /// ```
    pub fn filled(width: u32, logic: Logic) -> LogicVec {
        let planes = Planes::filled(logic);
        LogicVec::build(width, |_| planes)
    }

    /// Four-state bits in VPI's encoding (IEEE 1800 38.15, `aval` and `bval`): 0 is (0, 0), 1 is
    /// (1, 0), Z is (0, 1), X is (1, 1). Bits of the words at and above `width` are ignored, as
    /// the standard leaves them undefined. A width above 64 is filled up with `0`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_planes_u64(4, 0b1010, 0b0011).to_binary_string(), "10XZ");
    /// ```
    #[inline]
    pub fn from_planes_u64(width: u32, value: u64, unknown: u64) -> LogicVec {
        if width <= WORD_BITS {
            let mask = low_mask(width);
            let planes = Planes::four_state(value & mask, unknown & mask);
            LogicVec(Storage::Inline { width, planes })
        } else {
            LogicVec::from_planes(width, &[value], &[unknown])
        }
    }

    /// Four-state bits of any width, least significant word first; see
    /// [`from_planes_u64`](LogicVec::from_planes_u64). Words that are missing count as 0.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let wide = LogicVec::from_planes(128, &[0, 1], &[0, 0]);
    /// assert_eq!(wide.to_u128(), Ok(1 << 64));
    /// ```
    pub fn from_planes(width: u32, value: &[u64], unknown: &[u64]) -> LogicVec {
        let word = |plane: &[u64], index| plane.get(index).copied().unwrap_or(0);
        LogicVec::build(width, |index| {
            Planes::four_state(word(value, index), word(unknown, index))
        })
    }

    /// Becomes a four-state vector of `width` bits whose word `i` (least significant first) has
    /// the planes `words(i)`, as [`from_planes`](LogicVec::from_planes). A vector that is wide
    /// already keeps its memory.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let words = [5, 6];
    /// let mut vector = LogicVec::default();
    /// vector.assign_planes(128, |index| (words[index], 0)); // its memory is used again
    /// assert_eq!(vector.to_u128(), Ok((6 << 64) | 5));
    /// ```
    #[inline]
    pub fn assign_planes(&mut self, width: u32, mut words: impl FnMut(usize) -> (u64, u64)) {
        self.assign(width, |index| {
            let (value, unknown) = words(index);
            Planes::four_state(value, unknown)
        });
    }

    /// The planes value and unknown of a vector of at most 64 bits in which no bit needs more
    /// than the four states; `None` for others.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// assert_eq!(LogicVec::unknown(2).small_planes(), Some((0b11, 0b11)));
    /// assert_eq!(LogicVec::zeros(65).small_planes(), None);
    /// assert_eq!(LogicVec::filled(2, Logic::WeakOne).small_planes(), None);
    /// ```
    #[inline]
    pub fn small_planes(&self) -> Option<(u64, u64)> {
        match &self.0 {
            Storage::Inline { planes, .. } if !planes.is_nine_state() => {
                Some((planes.value, planes.unknown))
            }
            _ => None,
        }
    }

    /// Word `index` of the plane value in the four-state view: `U`, `W` and `-` are `X`, `L` is
    /// `0`, `H` is `1`. Beyond the width: 0.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let wide = LogicVec::from_u128(7 << 64, 128)?;
    /// assert_eq!((wide.value_word(0), wide.value_word(1)), (0, 7));
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[inline]
    pub fn value_word(&self, index: usize) -> u64 {
        self.planes_at(index).value
    }

    /// Word `index` of the plane unknown in the four-state view; see
    /// [`value_word`](LogicVec::value_word).
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_binary_str("1x")?.unknown_word(0), 0b01);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[inline]
    pub fn unknown_word(&self, index: usize) -> u64 {
        self.planes_at(index).unknown
    }

    /// Number of 64-bit words a plane has.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::zeros(65).word_count(), 2);
    /// ```
    #[inline]
    pub fn word_count(&self) -> usize {
        word_count(self.width())
    }

    /// Number of bits.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_binary_str("10xz")?.width(), 4);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[inline]
    pub fn width(&self) -> u32 {
        match &self.0 {
            Storage::Inline { width, .. } | Storage::Heap { width, .. } => *width,
        }
    }

    /// Whether the vector has no bits: the value of a null range.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert!(LogicVec::zeros(0).is_empty()); // (0 downto 1)
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.width() == 0
    }

    /// Whether some bit is neither 0 nor 1: `U`, `X`, `Z`, `W` or `-`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert!(LogicVec::from_binary_str("1z")?.has_unknown());
    /// assert!(!LogicVec::from_binary_str("1L")?.has_unknown());
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[inline]
    pub fn has_unknown(&self) -> bool {
        match &self.0 {
            Storage::Inline { planes, .. } => planes.unknown != 0,
            Storage::Heap { .. } => self.planes_iter().any(|planes| planes.unknown != 0),
        }
    }

    /// Number of bits that are neither 0 nor 1.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_binary_str("x1zz")?.count_unknown(), 3);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    pub fn count_unknown(&self) -> u32 {
        self.planes_iter()
            .map(|planes| planes.unknown.count_ones())
            .sum()
    }

    /// Whether some bit is in a state that Verilog does not have: `U`, `W`, `L`, `H` or `-`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert!(LogicVec::from_binary_str("1H")?.is_nine_state());
    /// assert!(!LogicVec::from_binary_str("1X")?.is_nine_state());
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    pub fn is_nine_state(&self) -> bool {
        self.planes_iter().any(Planes::is_nine_state)
    }

    /// The vector as Verilog sees it; see [`Logic::to_four_state`].
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let vhdl = LogicVec::from_binary_str("HLUW")?;
    /// assert_eq!(vhdl.to_four_state().to_binary_string(), "10XX");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[must_use]
    pub fn to_four_state(&self) -> LogicVec {
        LogicVec::build(self.width(), |index| {
            let planes = self.planes_at(index);
            Planes::four_state(planes.value, planes.unknown)
        })
    }

    /// Bit `index`, or `None` at and above the width.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// let bus = LogicVec::from_binary_str("100")?;
    /// assert_eq!((bus.bit(2), bus.bit(3)), (Some(Logic::One), None));
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[inline]
    pub fn bit(&self, index: u32) -> Option<Logic> {
        (index < self.width()).then(|| {
            self.planes_at((index / WORD_BITS) as usize)
                .bit(index % WORD_BITS)
        })
    }

    /// Changes bit `index`.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// let mut select = LogicVec::zeros(8);
    /// select.set_bit(3, Logic::One)?; // one-hot
    /// assert_eq!(select.to_u64()?, 1 << 3);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
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
}

/// The vector of no bits.
impl Default for LogicVec {
    #[inline]
    fn default() -> LogicVec {
        LogicVec(Storage::Inline {
            width: 0,
            planes: Planes::ZERO,
        })
    }
}

impl PartialEq for LogicVec {
    #[inline]
    fn eq(&self, other: &LogicVec) -> bool {
        match (&self.0, &other.0) {
            (
                Storage::Inline { width, planes },
                Storage::Inline {
                    width: others,
                    planes: other,
                },
            ) => width == others && planes == other,
            _ => self.eq_wide(other),
        }
    }
}

impl LogicVec {
    #[inline(never)] // so that narrow ones are compared in line
    fn eq_wide(&self, other: &LogicVec) -> bool {
        match (&self.0, &other.0) {
            // Planes that only one side has may still be empty.
            (
                Storage::Heap { width, words },
                Storage::Heap {
                    width: others,
                    words: other,
                },
            ) if words.len() == other.len() => width == others && words == other,
            _ => self.width() == other.width() && self.planes_iter().eq(other.planes_iter()),
        }
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
            LogicVec::ones(65)
        );
        assert_eq!(LogicVec::from_planes_u64(70, !0, 0).count_unknown(), 0);
        assert_eq!(
            LogicVec::from_planes_u64(70, !0, 0).bit(64),
            Some(Logic::Zero)
        );
    }

    #[test]
    fn a_bit_outside_the_width_is_an_error() {
        let mut vector = LogicVec::zeros(8);
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
