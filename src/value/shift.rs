//! Shifts and rotations.

use std::ops::{Shl, ShlAssign, Shr, ShrAssign};

use super::planes::{Planes, bit_offset, low_mask};
use super::{Logic, LogicVec};

impl LogicVec {
    /// The bits moved towards the least significant one by `amount`; copies of the most significant bit,
    /// in whatever state it is, take the free places: `>>>` of a signed vector (IEEE 1800-2017, 11.4.10),
    /// `sra` (IEEE 1076-2008, 9.2.4).
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let bus: LogicVec = "8'b1001_0x11".parse()?;
    /// assert_eq!(bus.arithmetic_shift_right(2), "8'b1110_010x".parse()?);
    /// assert_eq!(bus >> 2, "8'b0010_010x".parse()?);
    /// # Ok::<(), ValueError>(())
    /// ```
    #[doc(alias = "sra")]
    #[doc(alias = ">>>")]
    #[must_use]
    pub fn arithmetic_shift_right(&self, amount: u32) -> LogicVec {
        let sign = self.width().checked_sub(1).and_then(|top| self.bit(top));
        self.shift_right(amount, sign.unwrap_or(Logic::Zero))
    }

    /// The bits moved towards the most significant one by `amount`; those that leave there come back at
    /// the other end (`rol`; IEEE 1076-2008, 9.2.4).
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let bus: LogicVec = "8'b1000_0x11".parse()?;
    /// assert_eq!(bus.rotate_left(1), "8'b0000_x111".parse()?);
    /// assert_eq!(bus.rotate_right(9), bus.rotate_right(1));
    /// # Ok::<(), ValueError>(())
    /// ```
    #[doc(alias = "rol")]
    #[must_use]
    pub fn rotate_left(&self, amount: u32) -> LogicVec {
        let width = self.width();
        let amount = amount.checked_rem(width).unwrap_or(0);
        if amount == 0 {
            return self.clone();
        }
        // The bits that come back are few or many, and lie in one place of the source.
        self.shift_left(amount).zip(
            &self.shift_right(width - amount, Logic::Zero),
            |left, right| left.zip(right, |left, right| left | right),
        )
    }

    /// The bits moved towards the least significant one by `amount`; those that leave there come back at
    /// the other end (`ror`; IEEE 1076-2008, 9.2.4).
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let ring = LogicVec::from_binary_str("0001")?;
    /// assert_eq!(ring.rotate_right(1).to_binary_string(), "1000");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[doc(alias = "ror")]
    #[must_use]
    pub fn rotate_right(&self, amount: u32) -> LogicVec {
        let width = self.width();
        match amount.checked_rem(width) {
            None | Some(0) => self.clone(),
            Some(amount) => self.rotate_left(width - amount),
        }
    }

    fn shift_left(&self, amount: u32) -> LogicVec {
        LogicVec::build(self.width(), |index| {
            let offset = bit_offset(index);
            match offset.checked_sub(amount) {
                Some(from) => self.window(from),
                // The lowest bits are new ones.
                None if amount - offset < u64::BITS => {
                    self.window(0).map(|plane| plane << (amount - offset))
                }
                None => Planes::ZERO,
            }
        })
    }

    fn shift_right(&self, amount: u32, filling: Logic) -> LogicVec {
        let (width, filling) = (self.width(), Planes::filled(filling));
        let kept = width.saturating_sub(amount);
        LogicVec::build(width, |index| {
            let offset = bit_offset(index);
            let new = !low_mask(kept.saturating_sub(offset));
            let old = if offset < kept {
                self.window(offset + amount)
            } else {
                Planes::ZERO
            };
            old.zip(filling, |old, filling| old | filling & new)
        })
    }
}

/// The bits moved towards the most significant one; `0` takes the free places, and what leaves at the top
/// is lost (IEEE 1800-2017, 11.4.10; `sll` of IEEE 1076). A shift by the width or more leaves only `0`.
impl Shl<u32> for &LogicVec {
    type Output = LogicVec;

    fn shl(self, amount: u32) -> LogicVec {
        self.shift_left(amount)
    }
}

/// The bits moved towards the least significant one; `0` takes the free places, and what leaves at the
/// bottom is lost (IEEE 1800-2017, 11.4.10; `srl` of IEEE 1076). A shift by the width or more leaves only
/// `0`. [`arithmetic_shift_right`](LogicVec::arithmetic_shift_right) keeps the sign.
impl Shr<u32> for &LogicVec {
    type Output = LogicVec;

    fn shr(self, amount: u32) -> LogicVec {
        self.shift_right(amount, Logic::Zero)
    }
}

macro_rules! shift_by_value {
    ($Trait:ident::$method:ident, $Assign:ident::$assign:ident) => {
        impl $Trait<u32> for LogicVec {
            type Output = LogicVec;

            #[inline]
            fn $method(self, amount: u32) -> LogicVec {
                $Trait::$method(&self, amount)
            }
        }

        impl $Assign<u32> for LogicVec {
            #[inline]
            fn $assign(&mut self, amount: u32) {
                *self = $Trait::$method(&*self, amount);
            }
        }
    };
}

shift_by_value!(Shl::shl, ShlAssign::shl_assign);
shift_by_value!(Shr::shr, ShrAssign::shr_assign);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::model::{bits, bits_of, vector};

    #[test]
    fn a_shift_by_the_width_or_more_leaves_what_fills() {
        for width in [0, 1, 8, 64, 65, 130] {
            let ones = LogicVec::ones(width);
            for amount in [width, width + 1, width + 64, u32::MAX] {
                assert_eq!(
                    &ones << amount,
                    LogicVec::zeros(width),
                    "{width} << {amount}"
                );
                assert_eq!(
                    &ones >> amount,
                    LogicVec::zeros(width),
                    "{width} >> {amount}"
                );
                assert_eq!(ones.arithmetic_shift_right(amount), ones);
            }
        }
    }

    proptest! {
        #[test]
        fn shifts_agree_with_a_list_of_bits(bits in bits(0..200), amount in 0_u32..220) {
            let (mut a, count, by) = (vector(&bits), bits.len(), amount as usize);
            let bit = |index: Option<usize>| index.and_then(|index| bits.get(index).copied());
            let shifted = |filling: Logic, from: &dyn Fn(usize) -> Option<usize>| -> Vec<Logic> {
                (0..count).map(|index| bit(from(index)).unwrap_or(filling)).collect()
            };
            let top = bits.last().copied().unwrap_or(Logic::Zero);
            let left = shifted(Logic::Zero, &|index| index.checked_sub(by));
            let right = shifted(Logic::Zero, &|index| Some(index + by));
            let arithmetic = shifted(top, &|index| Some(index + by));
            prop_assert_eq!(bits_of(&(&a << amount)), &left[..]);
            prop_assert_eq!(bits_of(&(&a >> amount)), &right[..]);
            prop_assert_eq!(bits_of(&a.arithmetic_shift_right(amount)), arithmetic);
            prop_assert_eq!(a.clone() << amount, vector(&left));
            prop_assert_eq!(a.clone() >> amount, vector(&right));

            if count > 0 {
                let turned: Vec<Logic> =
                    (0..count).map(|index| bits[(index + by) % count]).collect();
                prop_assert_eq!(bits_of(&a.rotate_right(amount)), turned);
            }
            prop_assert_eq!(a.rotate_right(amount).rotate_left(amount), a.clone());

            a <<= amount;
            prop_assert_eq!(&a, &vector(&left));
            a = vector(&bits);
            a >>= amount;
            prop_assert_eq!(&a, &vector(&right));
        }

        #[test]
        fn shifts_agree_with_integers(value: u128, amount in 0_u32..128) {
            let of = |value| LogicVec::from_u128(value, 128).unwrap();
            prop_assert_eq!(of(value) << amount, of(value << amount));
            prop_assert_eq!(of(value) >> amount, of(value >> amount));
            let signed = LogicVec::from_i128(value.cast_signed() >> amount, 128).unwrap();
            prop_assert_eq!(of(value).arithmetic_shift_right(amount), signed);
            prop_assert_eq!(of(value).rotate_left(amount), of(value.rotate_left(amount)));
            prop_assert_eq!(of(value).rotate_right(amount), of(value.rotate_right(amount)));
        }
    }
}
