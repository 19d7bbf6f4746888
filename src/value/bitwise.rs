//! `& | ^ !` bit by bit, and reductions to one bit, by the tables of IEEE 1164.

use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Not};

use super::planes::{Planes, WORD_BITS, bit_offset, low_mask};
use super::{Logic, LogicVec, ValueError};

/// The levels of 64 bits, a mask each. What is in none of them is `X`, `Z`, `W` or `-`.
#[derive(Clone, Copy)]
struct Levels {
    zero: u64,
    one: u64,
    uninitialized: u64,
}

impl Levels {
    fn of(planes: Planes) -> Self {
        Levels {
            zero: !planes.value & !planes.unknown,
            one: planes.value & !planes.unknown,
            uninitialized: planes.special & !planes.weak,
        }
    }

    /// What is neither 0 nor 1 becomes `U` where the mask says so, and `X` elsewhere.
    fn planes(self) -> Planes {
        let unknown = !(self.zero | self.one);
        Planes {
            value: self.one | unknown,
            unknown,
            weak: 0,
            special: unknown & self.uninitialized,
        }
    }
}

fn and(left: Planes, right: Planes) -> Planes {
    let (left, right) = (Levels::of(left), Levels::of(right));
    let levels = Levels {
        zero: left.zero | right.zero,
        one: left.one & right.one,
        uninitialized: left.uninitialized | right.uninitialized,
    };
    levels.planes()
}

fn or(left: Planes, right: Planes) -> Planes {
    let (left, right) = (Levels::of(left), Levels::of(right));
    let levels = Levels {
        zero: left.zero & right.zero,
        one: left.one | right.one,
        uninitialized: left.uninitialized | right.uninitialized,
    };
    levels.planes()
}

fn xor(left: Planes, right: Planes) -> Planes {
    let (left, right) = (Levels::of(left), Levels::of(right));
    let levels = Levels {
        zero: left.zero & right.zero | left.one & right.one,
        one: left.zero & right.one | left.one & right.zero,
        uninitialized: left.uninitialized | right.uninitialized,
    };
    levels.planes()
}

fn not(planes: Planes) -> Planes {
    let Levels {
        zero,
        one,
        uninitialized,
    } = Levels::of(planes);
    let levels = Levels {
        zero: one,
        one: zero,
        uninitialized,
    };
    levels.planes()
}

impl LogicVec {
    /// `self & other` with an error instead of a panic.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let (data, mask) = (LogicVec::from_u64(0xa5, 8)?, LogicVec::from_u64(0x0f, 8)?);
    /// assert_eq!(data.try_and(&mask)?.to_u64()?, 0x05);
    /// assert!(data.try_and(&LogicVec::ones(4)).is_err(), "8 bits and 4");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Width`] if the vectors differ in width.
    pub fn try_and(&self, other: &LogicVec) -> Result<LogicVec, ValueError> {
        other.expect_width(self.width(), "the right side of `&`")?;
        Ok(self.zip(other, and))
    }

    /// `self | other` with an error instead of a panic.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let flags = LogicVec::from_u64(0b0100, 4)?.try_or(&LogicVec::from_u64(0b0001, 4)?)?;
    /// assert_eq!(flags.to_u64()?, 0b0101);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Width`] if the vectors differ in width.
    pub fn try_or(&self, other: &LogicVec) -> Result<LogicVec, ValueError> {
        other.expect_width(self.width(), "the right side of `|`")?;
        Ok(self.zip(other, or))
    }

    /// `self ^ other` with an error instead of a panic.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let difference = LogicVec::from_u64(0xa5, 8)?.try_xor(&LogicVec::from_u64(0xa1, 8)?)?;
    /// assert_eq!(difference.count_ones(), 1);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Width`] if the vectors differ in width.
    pub fn try_xor(&self, other: &LogicVec) -> Result<LogicVec, ValueError> {
        other.expect_width(self.width(), "the right side of `^`")?;
        Ok(self.zip(other, xor))
    }

    /// `&` of all bits, as the unary `&` of IEEE 1800-2017, 11.4.9, and `and` of IEEE 1076-2008, 9.2.2:
    /// `0` if some bit is 0, `1` if all are 1, else unknown. `1` for a vector of no bits.
    ///
    /// ```
    /// # use verifork::value::{Logic, LogicVec, ValueError};
    /// let bus: LogicVec = "4'b1x11".parse()?;
    /// assert_eq!(bus.reduce_and(), Logic::Unknown);
    /// assert_eq!(bus.reduce_or(), Logic::One);
    /// assert_eq!(bus.slice(1, 0)?.reduce_xor(), Logic::Zero);
    /// # Ok::<(), ValueError>(())
    /// ```
    #[must_use]
    pub fn reduce_and(&self) -> Logic {
        let [zeros, ones, uninitialized] = self.count_levels();
        if zeros > 0 {
            Logic::Zero
        } else {
            known_or(ones == self.width(), Logic::One, uninitialized)
        }
    }

    /// `|` of all bits (IEEE 1800-2017, 11.4.9): `1` if some bit is 1, `0` if all are 0, else unknown.
    /// `0` for a vector of no bits.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// let requests = LogicVec::from_binary_str("0x10")?;
    /// assert_eq!(requests.reduce_or(), Logic::One); // whatever the unknown bit is
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[must_use]
    pub fn reduce_or(&self) -> Logic {
        let [zeros, ones, uninitialized] = self.count_levels();
        if ones > 0 {
            Logic::One
        } else {
            known_or(zeros == self.width(), Logic::Zero, uninitialized)
        }
    }

    /// `^` of all bits, their parity (IEEE 1800-2017, 11.4.9): `1` if an odd number of them is 1, unknown
    /// if some bit is. `0` for a vector of no bits.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// assert_eq!(LogicVec::from_u64(0b1011, 4)?.reduce_xor(), Logic::One); // odd parity
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[doc(alias = "parity")]
    #[must_use]
    pub fn reduce_xor(&self) -> Logic {
        let [zeros, ones, uninitialized] = self.count_levels();
        let parity = Logic::from(ones % 2 == 1);
        known_or(zeros + ones == self.width(), parity, uninitialized)
    }

    /// The inverse of [`reduce_and`](LogicVec::reduce_and), `~&` of IEEE 1800-2017, 11.4.9.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// assert_eq!(LogicVec::ones(8).reduce_nand(), Logic::Zero);
    /// ```
    #[must_use]
    pub fn reduce_nand(&self) -> Logic {
        !self.reduce_and()
    }

    /// The inverse of [`reduce_or`](LogicVec::reduce_or), `~|` of IEEE 1800-2017, 11.4.9.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// assert_eq!(LogicVec::zeros(8).reduce_nor(), Logic::One); // empty
    /// ```
    #[must_use]
    pub fn reduce_nor(&self) -> Logic {
        !self.reduce_or()
    }

    /// The inverse of [`reduce_xor`](LogicVec::reduce_xor), `~^` of IEEE 1800-2017, 11.4.9.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// assert_eq!(LogicVec::from_u64(0b0110, 4)?.reduce_xnor(), Logic::One); // even parity
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[must_use]
    pub fn reduce_xnor(&self) -> Logic {
        !self.reduce_xor()
    }

    /// The number of bits that are `1` or `H`, as `$countones` (IEEE 1800-2017, 20.9). Unknown bits are
    /// in neither this number nor that of [`count_zeros`](LogicVec::count_zeros):
    /// [`count_unknown`](LogicVec::count_unknown) returns their number.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let bus: LogicVec = "8'b1101_00xz".parse()?;
    /// assert_eq!((bus.count_ones(), bus.count_zeros(), bus.count_unknown()), (3, 3, 2));
    /// # Ok::<(), ValueError>(())
    /// ```
    #[must_use]
    pub fn count_ones(&self) -> u32 {
        let [_, ones, _] = self.count_levels();
        ones
    }

    /// The number of bits that are `0` or `L`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_binary_str("00x1")?.count_zeros(), 2);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[must_use]
    pub fn count_zeros(&self) -> u32 {
        let [zeros, ..] = self.count_levels();
        zeros
    }

    /// How many bits are 0, 1 and `U`.
    fn count_levels(&self) -> [u32; 3] {
        let mut counts = [0; 3];
        for (index, planes) in self.planes_iter().enumerate() {
            let levels = Levels::of(planes);
            // Bits at and above the width are 0 in every plane.
            let zero = levels.zero & low_mask(self.width() - bit_offset(index));
            let masks = [zero, levels.one, levels.uninitialized];
            for (count, mask) in counts.iter_mut().zip(masks) {
                *count += mask.count_ones();
            }
        }
        counts
    }

    /// The vector whose words are made from those of both.
    pub(super) fn zip(
        &self,
        other: &LogicVec,
        operation: impl Fn(Planes, Planes) -> Planes,
    ) -> LogicVec {
        LogicVec::build(self.width(), |index| {
            operation(self.planes_at(index), other.planes_at(index))
        })
    }

    /// Changes every word, in place.
    fn change(&mut self, operation: impl Fn(usize, Planes) -> Planes) {
        let width = self.width();
        for index in 0..self.word_count() {
            let bits = (width - bit_offset(index)).min(WORD_BITS);
            self.update(index, |planes| operation(index, planes).masked(bits));
        }
    }
}

/// `level` if it is known, else `U` if some bit is, else `X`.
fn known_or(known: bool, level: Logic, uninitialized: u32) -> Logic {
    match (known, uninitialized) {
        (true, _) => level,
        (false, 0) => Logic::Unknown,
        (false, _) => Logic::Uninitialized,
    }
}

/// At the caller's line, as an overflow in arithmetic.
#[track_caller]
fn same_width(left: &LogicVec, right: &LogicVec, operator: &str) {
    let (left, right) = (left.width(), right.width());
    assert!(
        left == right,
        "the vectors on both sides of `{operator}` must have the same width: the left one has {left} bits, \
         the right one {right} (`zero_extend` and `sign_extend` widen, `truncate` narrows)"
    );
}

macro_rules! bitwise {
    ($operator:literal, $operation:ident, $Trait:ident::$method:ident,
     $Assign:ident::$assign:ident, $checked:literal) => {
        /// Bit by bit, by the tables of IEEE 1164, which are those of IEEE 1800-2017, 11.4.8, for four states.
        ///
        /// # Panics
        ///
        /// At the caller's line, if the vectors differ in width:
        #[doc = concat!("[`", $checked, "`](LogicVec::", $checked, ") returns an error.")]
        impl $Assign<&LogicVec> for LogicVec {
            #[inline]
            #[track_caller]
            fn $assign(&mut self, other: &LogicVec) {
                same_width(self, other, $operator);
                self.change(|index, planes| $operation(planes, other.planes_at(index)));
            }
        }

        impl $Assign for LogicVec {
            #[inline]
            #[track_caller]
            fn $assign(&mut self, other: LogicVec) {
                $Assign::$assign(self, &other);
            }
        }

        /// Bit by bit, by the tables of IEEE 1164, which are those of IEEE 1800-2017, 11.4.8, for four states.
        ///
        /// # Panics
        ///
        /// At the caller's line, if the vectors differ in width:
        #[doc = concat!("[`", $checked, "`](LogicVec::", $checked, ") returns an error.")]
        impl $Trait for &LogicVec {
            type Output = LogicVec;

            #[inline]
            #[track_caller]
            fn $method(self, other: &LogicVec) -> LogicVec {
                same_width(self, other, $operator);
                self.zip(other, $operation)
            }
        }

        impl $Trait<LogicVec> for &LogicVec {
            type Output = LogicVec;

            #[inline]
            #[track_caller]
            fn $method(self, mut other: LogicVec) -> LogicVec {
                same_width(self, &other, $operator);
                other.change(|index, planes| $operation(self.planes_at(index), planes));
                other
            }
        }

        impl $Trait<&LogicVec> for LogicVec {
            type Output = LogicVec;

            #[inline]
            #[track_caller]
            fn $method(mut self, other: &LogicVec) -> LogicVec {
                $Assign::$assign(&mut self, other);
                self
            }
        }

        impl $Trait for LogicVec {
            type Output = LogicVec;

            #[inline]
            #[track_caller]
            fn $method(mut self, other: LogicVec) -> LogicVec {
                $Assign::$assign(&mut self, &other);
                self
            }
        }
    };
}

bitwise!(
    "&",
    and,
    BitAnd::bitand,
    BitAndAssign::bitand_assign,
    "try_and"
);
bitwise!("|", or, BitOr::bitor, BitOrAssign::bitor_assign, "try_or");
bitwise!(
    "^",
    xor,
    BitXor::bitxor,
    BitXorAssign::bitxor_assign,
    "try_xor"
);

/// Bit by bit, by the table of IEEE 1164, which is that of IEEE 1800-2017, 11.4.8, for four states: what
/// is unknown stays so.
impl Not for LogicVec {
    type Output = LogicVec;

    #[inline]
    fn not(mut self) -> LogicVec {
        self.change(|_, planes| not(planes));
        self
    }
}

impl Not for &LogicVec {
    type Output = LogicVec;

    #[inline]
    fn not(self) -> LogicVec {
        LogicVec::build(self.width(), |index| not(self.planes_at(index)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::model::{bits, bits_of, vector};

    fn pairs(most: usize) -> impl Strategy<Value = (Vec<Logic>, Vec<Logic>)> {
        (0..most).prop_flat_map(|width| (bits(width..width + 1), bits(width..width + 1)))
    }

    #[test]
    #[should_panic(expected = "the left one has 8 bits, the right one 9")]
    fn vectors_of_different_widths_are_refused_by_an_operator() {
        let _ = LogicVec::zeros(8) & LogicVec::zeros(9);
    }

    #[test]
    fn the_panic_of_an_operator_is_at_the_callers_line() {
        let operators: [fn(LogicVec, LogicVec); 7] = [
            |left, right| drop(left & right),
            |left, right| drop(&left | right),
            |left, right| drop(left ^ &right),
            |left, right| drop(&left & &right),
            |mut left, right| left &= right,
            |mut left, right| left |= &right,
            |mut left, right| left ^= right,
        ];
        let first = line!() - 8;
        for (line, operator) in (first..).zip(operators) {
            let panic = crate::task::catch(|| operator(LogicVec::zeros(70), LogicVec::zeros(3)));
            let at = panic.unwrap_err().at.unwrap();
            assert!(
                at.contains(&format!("bitwise.rs:{line}")),
                "{at}, not {line}"
            );
        }
    }

    #[test]
    fn vectors_of_different_widths_are_an_error_where_one_asks_for_it() {
        let (eight, nine) = (LogicVec::zeros(8), LogicVec::zeros(9));
        let message = |result: Result<LogicVec, ValueError>| result.unwrap_err().to_string();
        assert_eq!(
            message(eight.try_and(&nine)),
            "the right side of `&` has 9 bits where 8 bits belong"
        );
        assert!(message(eight.try_or(&nine)).contains("`|` has 9 bits"));
        assert!(message(nine.try_xor(&eight)).contains("`^` has 8 bits"));
        assert_eq!(eight.try_xor(&LogicVec::ones(8)), Ok(LogicVec::ones(8)));
    }

    #[test]
    fn a_vector_of_no_bits_reduces_to_the_neutral_element() {
        let none = LogicVec::default();
        assert_eq!(
            [none.reduce_and(), none.reduce_or(), none.reduce_xor()],
            [Logic::One, Logic::Zero, Logic::Zero]
        );
        assert_eq!(&none & &none, none);
    }

    proptest! {
        #[test]
        fn operators_agree_with_those_of_single_bits((left, right) in pairs(200)) {
            let (a, b) = (vector(&left), vector(&right));
            let expected = |operation: fn(Logic, Logic) -> Logic| -> Vec<Logic> {
                left.iter().zip(&right).map(|(&left, &right)| operation(left, right)).collect()
            };
            prop_assert_eq!(bits_of(&(&a & &b)), expected(|left, right| left & right));
            prop_assert_eq!(bits_of(&(&a | &b)), expected(|left, right| left | right));
            prop_assert_eq!(bits_of(&(&a ^ &b)), expected(|left, right| left ^ right));
            prop_assert_eq!(bits_of(&!&a), left.iter().map(|&bit| !bit).collect::<Vec<_>>());

            // The other forms, whose results are equal as vectors too: no bit above the width is set.
            let (and, or, xor, not) = (&a & &b, &a | &b, &a ^ &b, !&a);
            prop_assert_eq!(a.clone() & b.clone(), and.clone());
            prop_assert_eq!(a.clone() & &b, and.clone());
            prop_assert_eq!(&a & b.clone(), and.clone());
            prop_assert_eq!(a.try_and(&b).unwrap(), and.clone());
            prop_assert_eq!(a.clone() | b.clone(), or.clone());
            prop_assert_eq!(&a ^ b.clone(), xor.clone());
            prop_assert_eq!(!a.clone(), not);
            let mut assigned = a.clone();
            assigned &= &b;
            prop_assert_eq!(&assigned, &and);
            assigned = a.clone();
            assigned |= b.clone();
            prop_assert_eq!(&assigned, &or);
            assigned = a.clone();
            assigned ^= b;
            prop_assert_eq!(&assigned, &xor);
        }

        #[test]
        fn known_vectors_agree_with_integers(a: u128, b: u128, width in 0_u32..=128) {
            let mask = if width == 0 { 0 } else { u128::MAX >> (128 - width) };
            let (a, b) = (a & mask, b & mask);
            let of = |value| LogicVec::from_u128(value, width).unwrap();
            prop_assert_eq!(of(a) & of(b), of(a & b));
            prop_assert_eq!(of(a) | of(b), of(a | b));
            prop_assert_eq!(of(a) ^ of(b), of(a ^ b));
            prop_assert_eq!(!of(a), of(!a & mask));
            prop_assert_eq!(of(a).count_ones(), a.count_ones());
            prop_assert_eq!(of(a).count_zeros(), width - a.count_ones());
            prop_assert_eq!(of(a).reduce_and(), Logic::from(a == mask));
            prop_assert_eq!(of(a).reduce_or(), Logic::from(a != 0));
            prop_assert_eq!(of(a).reduce_xor(), Logic::from(a.count_ones() % 2 == 1));
        }

        #[test]
        fn reductions_agree_with_a_fold_over_single_bits(bits in bits(1..200)) {
            let vector = vector(&bits);
            let fold = |operation: fn(Logic, Logic) -> Logic| {
                // A single bit is taken as the operator sees it: `H` as `1`.
                let first = operation(bits[0], bits[0]);
                bits.iter().copied().fold(first, operation)
            };
            prop_assert_eq!(vector.reduce_and(), fold(|left, right| left & right));
            prop_assert_eq!(vector.reduce_or(), fold(|left, right| left | right));
            let parity = bits.iter().copied().fold(Logic::Zero, |left, right| left ^ right);
            prop_assert_eq!(vector.reduce_xor(), parity);
            prop_assert_eq!(vector.reduce_nand(), !vector.reduce_and());
            prop_assert_eq!(vector.reduce_nor(), !vector.reduce_or());
            prop_assert_eq!(vector.reduce_xnor(), !vector.reduce_xor());
            let ones = bits.iter().filter(|bit| bit.is_one()).count();
            let zeros = bits.iter().filter(|bit| bit.is_zero()).count();
            prop_assert_eq!(vector.count_ones() as usize, ones);
            prop_assert_eq!(vector.count_zeros() as usize, zeros);
        }
    }
}
