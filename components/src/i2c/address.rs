//! Addresses of targets.

use std::fmt;

/// The address of a target: 7 or 10 bits.
///
/// ```
/// use verifork_components::i2c::Address;
///
/// let eeprom = Address::seven(0x50); // 0xa0 and 0xa1 on the wire
/// assert_eq!((eeprom.bits(), eeprom.is_ten()), (0x50, false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    bits: u16,
    is_ten: bool,
}

impl Address {
    /// An address of 7 bits, without the bit that says read or write.
    ///
    /// ```
    /// use verifork_components::i2c::Address;
    ///
    /// assert!(!Address::seven(0x50).is_ten());
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line: it is beyond 7 bits, or of the form `11110xx`, by which addresses of 10 bits begin.
    #[track_caller]
    pub fn seven(bits: u16) -> Self {
        assert!(
            bits < 0x80,
            "I2C: {bits:#x} is beyond an address of 7 bits; without the bit for read and write it is {:#x}",
            bits >> 1
        );
        assert!(
            bits >> 2 != 0b11110,
            "I2C: {bits:#x} is the beginning of an address of 10 bits"
        );
        let is_ten = false;
        Address { bits, is_ten }
    }

    /// An address of 10 bits.
    ///
    /// ```
    /// use verifork_components::i2c::Address;
    ///
    /// assert!(Address::ten(0x2a5).is_ten());
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line: it is beyond 10 bits.
    #[track_caller]
    pub fn ten(bits: u16) -> Self {
        assert!(
            bits < 0x400,
            "I2C: {bits:#x} is beyond an address of 10 bits"
        );
        let is_ten = true;
        Address { bits, is_ten }
    }

    /// The bits.
    pub fn bits(self) -> u16 {
        self.bits
    }

    /// Whether it has 10 bits.
    pub fn is_ten(self) -> bool {
        self.is_ten
    }

    /// The first byte, and the second of an address of 10 bits.
    pub(super) fn bytes(self, reads: bool) -> [u8; 2] {
        let [low, high] = self.bits.to_le_bytes();
        if self.is_ten {
            [0xf0 | high << 1 | u8::from(reads), low]
        } else {
            [low << 1 | u8::from(reads), 0]
        }
    }

    /// The meaning of the first address byte, and of the second one if there is one.
    pub(super) fn of_bytes(first: u8, second: Option<u8>) -> Self {
        match second {
            Some(low) => Address {
                bits: u16::from(first >> 1 & 3) << 8 | u16::from(low),
                is_ten: true,
            },
            None => Address {
                bits: u16::from(first >> 1),
                is_ten: false,
            },
        }
    }
}

/// Whether a first byte is that of an address of 10 bits.
pub(super) fn begins_ten(first: u8) -> bool {
    first >> 3 == 0b11110
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04x}", self.bits)?;
        if self.is_ten {
            f.write_str(" (10 bits)")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_bytes_of_the_specification() {
        assert_eq!(Address::seven(0x50).bytes(false)[0], 0xa0);
        assert_eq!(Address::seven(0x50).bytes(true)[0], 0xa1);
        assert_eq!(Address::ten(0x2a5).bytes(false), [0b1111_0100, 0xa5]);
        assert_eq!(Address::ten(0x2a5).bytes(true), [0b1111_0101, 0xa5]);
        for address in [Address::ten(0), Address::ten(0x3ff), Address::ten(0x1ab)] {
            let [first, second] = address.bytes(true);
            assert!(begins_ten(first));
            assert_eq!(Address::of_bytes(first, Some(second)), address);
        }
        assert_eq!(Address::of_bytes(0xa1, None), Address::seven(0x50));
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        type Call = (fn() -> Address, &'static str);
        let calls: [Call; 3] = [
            (
                || Address::seven(0xa0),
                "0xa0 is beyond an address of 7 bits; without the bit for read and write it is 0x50",
            ),
            (
                || Address::seven(0x79),
                "0x79 is the beginning of an address of 10 bits",
            ),
            (
                || Address::ten(0x400),
                "0x400 is beyond an address of 10 bits",
            ),
        ];
        for (call, says) in calls {
            let panic = std::panic::catch_unwind(call).unwrap_err();
            let text = panic.downcast_ref::<String>().unwrap();
            assert!(text.contains(says), "{text}");
        }
    }
}
