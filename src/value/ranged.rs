//! Bits and parts of a vector by the indices of a declaration.

use std::borrow::{Borrow, BorrowMut};

use super::{Logic, LogicVec, ValueError};

/// The range of a vector's declaration: `[7:0]`, `(0 to 7)`, `[-3:4]`.
///
/// The left index is that of the most significant bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeclaredRange {
    pub(crate) left: i64,
    pub(crate) right: i64,
}

impl DeclaredRange {
    /// Bits counted down to 0, as those of a vector that has no range of its own.
    pub(crate) fn plain(width: u32) -> Self {
        DeclaredRange {
            left: i64::from(width) - 1,
            right: 0,
        }
    }

    /// Whether it has as many indices as the vector has bits.
    pub(crate) fn has_width(self, width: u32) -> bool {
        let DeclaredRange { left, right } = self;
        if width == 0 {
            // A null range, in either direction.
            return left.abs_diff(right) == 1;
        }
        left.abs_diff(right).checked_add(1) == Some(u64::from(width))
    }

    /// How far an index is from the least significant bit.
    pub(crate) fn offset(self, index: i64) -> Option<u32> {
        let DeclaredRange { left, right } = self;
        if index < left.min(right) || index > left.max(right) {
            return None;
        }
        u32::try_from(index.abs_diff(right)).ok()
    }

    /// The index of a bit that is so far from the least significant one.
    pub(crate) fn index(self, offset: u32) -> i64 {
        if self.left >= self.right {
            self.right + i64::from(offset)
        } else {
            self.right - i64::from(offset)
        }
    }
}

/// A vector whose bits go by the indices of a declaration. Made by [`LogicVec::ranged`] and
/// [`LogicVec::ranged_mut`].
///
/// ```
/// use verifork::value::{Logic, LogicVec};
///
/// let vector: LogicVec = "1000".parse().unwrap();
/// assert_eq!(vector.ranged(0, 3).unwrap().bit(0), Ok(Logic::One)); // declared [0:3]
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ranged<V> {
    vector: V,
    range: DeclaredRange,
}

impl LogicVec {
    /// The vector as a declaration with this range numbers its bits: `left` is the index of the most
    /// significant bit, `right` that of the least significant one.
    ///
    /// # Errors
    ///
    /// [`ValueError::Width`] if the range has another number of indices than the vector has bits.
    ///
    /// ```
    /// # use verifork::value::{Logic, LogicVec, ValueError};
    /// let bus: LogicVec = "8'b1000_01x0".parse()?;
    /// assert_eq!(bus.ranged(7, 0)?.bit(7)?, Logic::One); // logic [7:0]
    /// assert_eq!(bus.ranged(0, 7)?.bit(0)?, Logic::One); // logic [0:7], (0 to 7)
    /// let fixed_point = bus.ranged(4, -3)?; // ufixed(4 downto -3)
    /// assert_eq!(fixed_point.bit(-2)?, Logic::Unknown);
    /// assert_eq!(fixed_point.slice(4, 0)?, "5'b1_0000".parse()?);
    /// # Ok::<(), ValueError>(())
    /// ```
    pub fn ranged(&self, left: i64, right: i64) -> Result<Ranged<&LogicVec>, ValueError> {
        Ranged::new(self, DeclaredRange { left, right })
    }

    /// [`ranged`](LogicVec::ranged) for changes.
    ///
    /// # Errors
    ///
    /// As [`ranged`](LogicVec::ranged).
    ///
    /// ```
    /// # use verifork::value::{Logic, LogicVec, ValueError};
    /// let mut bus = LogicVec::zeros(8);
    /// bus.ranged_mut(0, 7)?.set_bit(0, Logic::One)?;
    /// assert_eq!(bus.to_u64()?, 0x80);
    /// # Ok::<(), ValueError>(())
    /// ```
    pub fn ranged_mut(
        &mut self,
        left: i64,
        right: i64,
    ) -> Result<Ranged<&mut LogicVec>, ValueError> {
        Ranged::new(self, DeclaredRange { left, right })
    }
}

impl<V: Borrow<LogicVec>> Ranged<V> {
    fn new(vector: V, range: DeclaredRange) -> Result<Self, ValueError> {
        let actual = vector.borrow().width();
        if range.has_width(actual) {
            return Ok(Ranged { vector, range });
        }
        let indices = range.left.abs_diff(range.right).saturating_add(1);
        Err(ValueError::Width {
            what: "the vector of the declared range",
            expected: u32::try_from(indices).unwrap_or(u32::MAX),
            actual,
        })
    }

    /// The bit with this declared index.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// let bus = LogicVec::from_binary_str("1000")?;
    /// assert_eq!(bus.ranged(0, 3)?.bit(0)?, Logic::One); // (0 to 3): 0 is the leftmost
    /// assert_eq!(bus.ranged(3, 0)?.bit(0)?, Logic::Zero);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DeclaredIndex`] if the range does not have it.
    pub fn bit(&self, index: i64) -> Result<Logic, ValueError> {
        let offset = self.offset(index)?;
        let bit = self.vector.borrow().bit(offset);
        bit.ok_or_else(|| self.no_such(index))
    }

    /// The bits from one declared index to another, both included, in the order of the declaration.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let address = LogicVec::from_u64(0x1234 >> 2, 30)?; // logic [31:2] address
    /// assert_eq!(address.ranged(31, 2)?.slice(15, 8)?.to_u64()?, 0x12);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DeclaredPart`] if the range does not have them, or runs the other way.
    pub fn slice(&self, left: i64, right: i64) -> Result<LogicVec, ValueError> {
        let (high, low) = self.part(left, right)?;
        self.vector.borrow().slice(high, low)
    }

    fn offset(&self, index: i64) -> Result<u32, ValueError> {
        self.range.offset(index).ok_or_else(|| self.no_such(index))
    }

    fn no_such(&self, index: i64) -> ValueError {
        let DeclaredRange { left, right } = self.range;
        ValueError::DeclaredIndex { index, left, right }
    }

    fn part(&self, left: i64, right: i64) -> Result<(u32, u32), ValueError> {
        match (self.range.offset(left), self.range.offset(right)) {
            (Some(high), Some(low)) if high >= low => Ok((high, low)),
            _ => Err(ValueError::DeclaredPart {
                part: (left, right),
                range: (self.range.left, self.range.right),
            }),
        }
    }
}

impl<V: BorrowMut<LogicVec>> Ranged<V> {
    /// Changes the bit with this declared index.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// let mut select = LogicVec::zeros(4);
    /// select.ranged_mut(1, 4)?.set_bit(1, Logic::One)?; // std_logic_vector(1 to 4)
    /// assert_eq!(select.to_binary_string(), "1000");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DeclaredIndex`] if the range does not have it.
    pub fn set_bit(&mut self, index: i64, logic: Logic) -> Result<(), ValueError> {
        let offset = self.offset(index)?;
        self.vector.borrow_mut().set_bit(offset, logic)
    }

    /// Overwrites the bits from one declared index to another.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let mut bus = LogicVec::zeros(8);
    /// bus.ranged_mut(0, 7)?.set_slice(0, 3, &LogicVec::ones(4))?; // logic [0:7]
    /// assert_eq!(bus.to_u64()?, 0xf0);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DeclaredPart`] if the range does not have them, or runs the other way;
    /// [`ValueError::Width`] if `bits` has another width. The vector is unchanged then.
    pub fn set_slice(&mut self, left: i64, right: i64, bits: &LogicVec) -> Result<(), ValueError> {
        let (high, low) = self.part(left, right)?;
        self.vector.borrow_mut().set_slice(high, low, bits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::model::{bits, vector};

    #[test]
    fn what_the_range_does_not_have_is_an_error() {
        let mut bus = LogicVec::zeros(8);
        let message = |error: ValueError| error.to_string();
        assert_eq!(
            message(bus.ranged(8, 0).unwrap_err()),
            "the vector of the declared range has 8 bits where 9 bits belong"
        );
        assert!(bus.ranged(i64::MIN, i64::MAX).is_err());
        let ranged = bus.ranged(-3, 4).unwrap();
        assert_eq!(
            message(ranged.bit(5).unwrap_err()),
            "index 5 is outside the declared range [-3:4]"
        );
        assert_eq!(
            message(ranged.slice(2, 1).unwrap_err()),
            "part [2:1] is outside the declared range [-3:4], or runs against it"
        );
        let mut ranged = bus.ranged_mut(-3, 4).unwrap();
        assert!(ranged.set_bit(-4, Logic::One).is_err());
        assert!(ranged.set_slice(-3, -2, &LogicVec::ones(3)).is_err());
        assert_eq!(bus, LogicVec::zeros(8));
    }

    #[test]
    fn a_null_range_has_no_index() {
        let none = LogicVec::default();
        assert!(none.ranged(-1, 0).unwrap().bit(0).is_err());
        assert!(none.ranged(0, 0).is_err());
    }

    proptest! {
        #[test]
        fn indices_run_from_the_most_significant_bit_to_the_least(
            bits in bits(1..150), right in -200_i64..200, up: bool,
            a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(),
        ) {
            let last = i64::try_from(bits.len()).unwrap() - 1;
            let left = if up { right - last } else { right + last };
            let index = |offset: usize| {
                let offset = i64::try_from(offset).unwrap();
                if up { right - offset } else { right + offset }
            };
            let mut bus = vector(&bits);
            let (a, b) = (a.index(bits.len()), b.index(bits.len()));
            let (high, low) = (a.max(b), a.min(b));
            let ranged = bus.ranged(left, right).unwrap();
            prop_assert_eq!(ranged.bit(index(a)).unwrap(), bits[a]);
            let part = ranged.slice(index(high), index(low)).unwrap();
            prop_assert_eq!(&part, &vector(&bits[low..=high]));

            let mut changed = bits.clone();
            changed[b] = Logic::WeakOne;
            bus.ranged_mut(left, right).unwrap().set_bit(index(b), Logic::WeakOne).unwrap();
            prop_assert_eq!(&bus, &vector(&changed));
            bus.ranged_mut(left, right).unwrap().set_slice(index(high), index(low), &part).unwrap();
            prop_assert_eq!(bus, vector(&bits));
        }
    }
}
