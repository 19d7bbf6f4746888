//! Integers of any size, behind the feature `num-bigint`.

use num_bigint::{BigInt, BigUint, Sign};

use super::integer::does_not_fit;
use super::planes::Planes;
use super::{Declared, LogicValue, LogicVec, ValueError};

impl LogicVec {
    /// `width` bits that hold an unsigned integer of any size.
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if it needs more bits.
    pub fn from_biguint(value: &BigUint, width: u32) -> Result<LogicVec, ValueError> {
        if value.bits() > u64::from(width) {
            return Err(ValueError::DoesNotFit {
                value: value.to_string(),
                width,
                signed: false,
            });
        }
        Ok(LogicVec::from_planes(width, &value.to_u64_digits(), &[]))
    }

    /// `width` bits that hold a signed integer of any size in two's complement.
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if it is outside -2^(width-1) to 2^(width-1)-1.
    pub fn from_bigint(value: &BigInt, width: u32) -> Result<LogicVec, ValueError> {
        // -2^n needs no more bits beside the sign than 2^n - 1, and -x is the inverse of x - 1.
        let negative = value.sign() == Sign::Minus;
        let magnitude = if negative {
            value.magnitude() - 1_u32
        } else {
            value.magnitude().clone()
        };
        let fits = if width == 0 {
            value.sign() == Sign::NoSign
        } else {
            magnitude.bits() < u64::from(width)
        };
        if !fits {
            return Err(ValueError::DoesNotFit {
                value: value.to_string(),
                width,
                signed: true,
            });
        }
        let words = magnitude.to_u64_digits();
        Ok(LogicVec::build(width, |index| {
            let word = words.get(index).copied().unwrap_or(0);
            Planes::four_state(if negative { !word } else { word }, 0)
        }))
    }
}

/// The value as an unsigned integer.
impl TryFrom<&LogicVec> for BigUint {
    type Error = ValueError;

    fn try_from(vector: &LogicVec) -> Result<BigUint, ValueError> {
        vector.check_known("BigUint")?;
        Ok(BigUint::from_bytes_le(&vector.to_le_bytes()?))
    }
}

/// The value as a signed integer: the most significant bit is the sign.
impl TryFrom<&LogicVec> for BigInt {
    type Error = ValueError;

    fn try_from(vector: &LogicVec) -> Result<BigInt, ValueError> {
        vector.check_known("BigInt")?;
        let words = (0..vector.word_count()).map(|index| vector.sign_extended_word(index));
        let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        Ok(BigInt::from_signed_bytes_le(&bytes))
    }
}

impl LogicValue for BigUint {
    const NATIVE_WIDTH: Option<u32> = None;

    fn from_logic(vector: &LogicVec) -> Result<BigUint, ValueError> {
        BigUint::try_from(vector)
    }

    fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError> {
        LogicVec::from_biguint(self, width)
    }

    fn from_declared(declared: Declared, vector: &LogicVec) -> Result<BigUint, ValueError> {
        if !declared.signed {
            return BigUint::try_from(vector);
        }
        let number = BigInt::from_declared(declared, vector)?;
        number.to_biguint().ok_or_else(|| ValueError::OutOfRange {
            value: vector.clone(),
            wanted: "BigUint",
            bits: u32::MAX,
            signed: false,
            read_as_signed: true,
        })
    }

    fn to_declared(&self, declared: Declared) -> Result<LogicVec, ValueError> {
        BigInt::from(self.clone()).to_declared(declared)
    }

    fn type_name() -> &'static str {
        "BigUint"
    }
}

impl LogicValue for BigInt {
    const NATIVE_WIDTH: Option<u32> = None;

    fn from_logic(vector: &LogicVec) -> Result<BigInt, ValueError> {
        BigInt::try_from(vector)
    }

    fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError> {
        LogicVec::from_bigint(self, width)
    }

    fn from_declared(declared: Declared, vector: &LogicVec) -> Result<BigInt, ValueError> {
        if declared.signed {
            return BigInt::try_from(vector);
        }
        vector.check_known("BigInt")?;
        Ok(BigUint::try_from(vector)?.into())
    }

    fn to_declared(&self, declared: Declared) -> Result<LogicVec, ValueError> {
        if declared.signed {
            return LogicVec::from_bigint(self, declared.width);
        }
        match self.to_biguint() {
            Some(number) => LogicVec::from_biguint(&number, declared.width),
            None => Err(does_not_fit(self, declared.width, false)),
        }
    }

    fn type_name() -> &'static str {
        "BigInt"
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn integers_that_do_not_fit_are_errors() {
        let power = |exponent: u32| BigInt::from(2).pow(exponent);
        assert!(LogicVec::from_bigint(&power(99), 100).is_err());
        assert_eq!(
            LogicVec::from_bigint(&-power(99), 100)
                .unwrap()
                .count_unknown(),
            0
        );
        assert!(LogicVec::from_bigint(&(-power(99) - 1), 100).is_err());
        assert!(LogicVec::from_biguint(power(100).magnitude(), 100).is_err());
        assert!(LogicVec::from_bigint(&BigInt::from(-1), 0).is_err());
        assert!(BigUint::try_from(&LogicVec::unknown(100)).is_err());
        assert_eq!(BigInt::try_from(&LogicVec::default()), Ok(BigInt::ZERO));
    }

    #[test]
    fn the_declaration_says_which_number_bits_are() {
        let bits = LogicVec::ones(200);
        let unsigned = Declared::unsigned(200);
        let signed = Declared {
            signed: true,
            ..unsigned
        };
        let most: BigInt = BigInt::from(2).pow(200) - 1;
        assert_eq!(BigInt::from_declared(unsigned, &bits), Ok(most.clone()));
        assert_eq!(BigInt::from_declared(signed, &bits), Ok(BigInt::from(-1)));
        assert_eq!(most.to_declared(unsigned), Ok(bits.clone()));
        assert!(most.to_declared(signed).is_err());
        assert!(most.magnitude().to_declared(signed).is_err());
        assert!(BigInt::from(-1).to_declared(unsigned).is_err());
        let error = BigUint::from_declared(signed, &LogicVec::ones(9)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "-1 (9'h1ff) does not fit BigUint, which holds no negative numbers"
        );
    }

    proptest! {
        #[test]
        fn small_ones_agree_with_the_built_in_types(value in any::<i128>(), width in 0_u32..140) {
            prop_assert_eq!(
                LogicVec::from_bigint(&value.into(), width), LogicVec::from_i128(value, width));
            let unsigned = value.cast_unsigned();
            prop_assert_eq!(
                LogicVec::from_biguint(&unsigned.into(), width),
                LogicVec::from_u128(unsigned, width));
        }

        #[test]
        fn wide_ones_round_trip(bytes in prop::collection::vec(any::<u8>(), 0..60), more in 0_u32..9) {
            let signed = BigInt::from_signed_bytes_le(&bytes);
            let width = u32::try_from(8 * bytes.len()).unwrap() + more;
            let vector = LogicVec::from_bigint(&signed, width).unwrap();
            prop_assert_eq!(BigInt::try_from(&vector), Ok(signed));
            let unsigned = BigUint::from_bytes_le(&bytes);
            let vector = LogicVec::from_biguint(&unsigned, width).unwrap();
            prop_assert_eq!(BigUint::try_from(&vector), Ok(unsigned));
        }
    }
}
