//! One wire's value in the nine states of IEEE 1164.

use std::fmt;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Not};

/// A wire's value: the nine states of IEEE 1164 (`std_ulogic`), of which Verilog's four
/// (`0`, `1`, `X`, `Z`) are a subset.
///
/// The operators `&`, `|`, `^` and `!` follow the tables of IEEE 1164.
///
/// ```
/// use verifork::value::Logic;
///
/// assert_eq!(Logic::Unknown & Logic::Zero, Logic::Zero);
/// assert_eq!(Logic::Unknown & Logic::One, Logic::Unknown);
/// assert_eq!(Logic::from_char('H'), Some(Logic::WeakOne));
/// assert!(Logic::WeakOne.to_bool()?);
/// assert!(Logic::HighImpedance.to_bool().is_err());
/// # Ok::<(), verifork::value::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Logic {
    /// `U`: never driven since the start of the simulation.
    Uninitialized,
    /// `X`: driven to an unknown value.
    Unknown,
    /// `0`.
    Zero,
    /// `1`.
    One,
    /// `Z`: not driven.
    HighImpedance,
    /// `W`: weakly driven to an unknown value.
    WeakUnknown,
    /// `L`: weakly driven to 0, as by a pull-down.
    WeakZero,
    /// `H`: weakly driven to 1, as by a pull-up.
    WeakOne,
    /// `-`: don't care.
    DontCare,
}

impl Logic {
    /// The nine states in the order of IEEE 1164.
    pub const ALL: [Logic; 9] = [
        Logic::Uninitialized,
        Logic::Unknown,
        Logic::Zero,
        Logic::One,
        Logic::HighImpedance,
        Logic::WeakUnknown,
        Logic::WeakZero,
        Logic::WeakOne,
        Logic::DontCare,
    ];

    /// Whether the level is neither 0 nor 1: `U`, `X`, `Z`, `W` or `-`.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert!(Logic::HighImpedance.is_unknown());
    /// assert!(!Logic::WeakZero.is_unknown());
    /// ```
    #[inline]
    pub const fn is_unknown(self) -> bool {
        !self.is_zero() && !self.is_one()
    }

    /// Whether the level is 0: `0` or `L`.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert!(Logic::Zero.is_zero() && Logic::WeakZero.is_zero());
    /// assert!(!Logic::Unknown.is_zero());
    /// ```
    #[inline]
    pub const fn is_zero(self) -> bool {
        matches!(self, Logic::Zero | Logic::WeakZero)
    }

    /// Whether the level is 1: `1` or `H`.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert!(Logic::One.is_one() && Logic::WeakOne.is_one());
    /// assert!(!Logic::Unknown.is_one());
    /// ```
    #[inline]
    pub const fn is_one(self) -> bool {
        matches!(self, Logic::One | Logic::WeakOne)
    }

    /// The state as Verilog sees it: `L` becomes `0`, `H` becomes `1`; `U`, `W` and `-` become `X`.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert_eq!(Logic::WeakOne.to_four_state(), Logic::One);
    /// assert_eq!(Logic::DontCare.to_four_state(), Logic::Unknown);
    /// ```
    #[inline]
    #[must_use]
    pub const fn to_four_state(self) -> Logic {
        match self {
            Logic::Zero | Logic::WeakZero => Logic::Zero,
            Logic::One | Logic::WeakOne => Logic::One,
            Logic::HighImpedance => Logic::HighImpedance,
            _ => Logic::Unknown,
        }
    }

    /// The state of a character literal of IEEE 1164, in either case; `None` for anything else.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert_eq!(Logic::from_char('z'), Some(Logic::HighImpedance));
    /// assert_eq!(Logic::from_char('2'), None);
    /// ```
    pub const fn from_char(character: char) -> Option<Logic> {
        Some(match character {
            'u' | 'U' => Logic::Uninitialized,
            'x' | 'X' => Logic::Unknown,
            '0' => Logic::Zero,
            '1' => Logic::One,
            'z' | 'Z' => Logic::HighImpedance,
            'w' | 'W' => Logic::WeakUnknown,
            'l' | 'L' => Logic::WeakZero,
            'h' | 'H' => Logic::WeakOne,
            '-' => Logic::DontCare,
            _ => return None,
        })
    }

    /// The character literal of IEEE 1164, in upper case.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert_eq!(Logic::Unknown.to_char(), 'X');
    /// ```
    pub const fn to_char(self) -> char {
        match self {
            Logic::Uninitialized => 'U',
            Logic::Unknown => 'X',
            Logic::Zero => '0',
            Logic::One => '1',
            Logic::HighImpedance => 'Z',
            Logic::WeakUnknown => 'W',
            Logic::WeakZero => 'L',
            Logic::WeakOne => 'H',
            Logic::DontCare => '-',
        }
    }

    /// The state's bits in the planes value (bit 0), unknown (1), weak (2) and special (3); see
    /// [`Planes`](super::planes::Planes).
    #[inline]
    pub(super) const fn code(self) -> u8 {
        match self {
            Logic::Zero => 0b0000,
            Logic::One => 0b0001,
            Logic::HighImpedance => 0b0010,
            Logic::Unknown => 0b0011,
            Logic::WeakZero => 0b0100,
            Logic::WeakOne => 0b0101,
            Logic::WeakUnknown => 0b0111,
            Logic::Uninitialized => 0b1011,
            Logic::DontCare => 0b1111,
        }
    }

    /// The state of a code. The seven codes that [`Logic::code`] never gives read as `X`.
    #[inline]
    pub(super) const fn from_code(code: u8) -> Logic {
        match code {
            0b0000 => Logic::Zero,
            0b0001 => Logic::One,
            0b0010 => Logic::HighImpedance,
            0b0100 => Logic::WeakZero,
            0b0101 => Logic::WeakOne,
            0b0111 => Logic::WeakUnknown,
            0b1011 => Logic::Uninitialized,
            0b1111 => Logic::DontCare,
            _ => Logic::Unknown,
        }
    }
}

impl From<bool> for Logic {
    #[inline]
    fn from(level: bool) -> Logic {
        if level { Logic::One } else { Logic::Zero }
    }
}

/// The character literal of IEEE 1164, in upper case: `X`.
impl fmt::Display for Logic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.to_char().encode_utf8(&mut [0; 4]))
    }
}

/// The character literal of IEEE 1164 as VHDL writes it: `'X'`.
impl fmt::Debug for Logic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.to_char())
    }
}

/// `and_table` of IEEE 1164: 0 decides whatever the other side is, then `U` outweighs `X`.
impl BitAnd for Logic {
    type Output = Logic;

    fn bitand(self, other: Logic) -> Logic {
        if self.is_zero() || other.is_zero() {
            Logic::Zero
        } else if self.is_one() && other.is_one() {
            Logic::One
        } else {
            unknown_of(self, other)
        }
    }
}

/// `or_table` of IEEE 1164: 1 decides whatever the other side is, then `U` outweighs `X`.
impl BitOr for Logic {
    type Output = Logic;

    fn bitor(self, other: Logic) -> Logic {
        if self.is_one() || other.is_one() {
            Logic::One
        } else if self.is_zero() && other.is_zero() {
            Logic::Zero
        } else {
            unknown_of(self, other)
        }
    }
}

/// `xor_table` of IEEE 1164.
impl BitXor for Logic {
    type Output = Logic;

    fn bitxor(self, other: Logic) -> Logic {
        if self.is_unknown() || other.is_unknown() {
            unknown_of(self, other)
        } else {
            Logic::from(self.is_one() != other.is_one())
        }
    }
}

/// `not_table` of IEEE 1164.
impl Not for Logic {
    type Output = Logic;

    fn not(self) -> Logic {
        if self.is_unknown() {
            unknown_of(self, self)
        } else {
            Logic::from(self.is_zero())
        }
    }
}

impl BitAndAssign for Logic {
    fn bitand_assign(&mut self, other: Logic) {
        *self = *self & other;
    }
}

impl BitOrAssign for Logic {
    fn bitor_assign(&mut self, other: Logic) {
        *self = *self | other;
    }
}

impl BitXorAssign for Logic {
    fn bitxor_assign(&mut self, other: Logic) {
        *self = *self ^ other;
    }
}

/// What the tables of IEEE 1164 say where no level decides: `U` if either side is `U`, else `X`.
fn unknown_of(left: Logic, right: Logic) -> Logic {
    if left == Logic::Uninitialized || right == Logic::Uninitialized {
        Logic::Uninitialized
    } else {
        Logic::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables as printed in IEEE 1164, rows and columns in the order U X 0 1 Z W L H -.
    const AND: [&str; 9] = [
        "UU0UUU0UU",
        "UX0XXX0XX",
        "000000000",
        "UX01XX01X",
        "UX0XXX0XX",
        "UX0XXX0XX",
        "000000000",
        "UX01XX01X",
        "UX0XXX0XX",
    ];
    const OR: [&str; 9] = [
        "UUU1UUU1U",
        "UXX1XXX1X",
        "UX01XX01X",
        "111111111",
        "UXX1XXX1X",
        "UXX1XXX1X",
        "UX01XX01X",
        "111111111",
        "UXX1XXX1X",
    ];
    const XOR: [&str; 9] = [
        "UUUUUUUUU",
        "UXXXXXXXX",
        "UX01XX01X",
        "UX10XX10X",
        "UXXXXXXXX",
        "UXXXXXXXX",
        "UX01XX01X",
        "UX10XX10X",
        "UXXXXXXXX",
    ];

    #[test]
    fn operators_follow_the_tables_of_ieee_1164() {
        for (row, &left) in Logic::ALL.iter().enumerate() {
            for (column, &right) in Logic::ALL.iter().enumerate() {
                let entry =
                    |table: [&str; 9]| table[row].chars().nth(column).and_then(Logic::from_char);
                assert_eq!(Some(left & right), entry(AND), "{left} & {right}");
                assert_eq!(Some(left | right), entry(OR), "{left} | {right}");
                assert_eq!(Some(left ^ right), entry(XOR), "{left} ^ {right}");
            }
        }
        let inverted: String = Logic::ALL.iter().map(|&logic| (!logic).to_char()).collect();
        assert_eq!(inverted, "UX10XX10X");
    }

    #[test]
    fn characters_and_codes_round_trip() {
        for logic in Logic::ALL {
            assert_eq!(Logic::from_char(logic.to_char()), Some(logic));
            assert_eq!(
                Logic::from_char(logic.to_char().to_ascii_lowercase()),
                Some(logic)
            );
            assert_eq!(Logic::from_code(logic.code()), logic);
        }
        assert_eq!(Logic::from_char('2'), None);
        assert!(
            Logic::try_from('q')
                .unwrap_err()
                .to_string()
                .contains("nine states")
        );
    }

    #[test]
    fn only_levels_convert_to_bool() {
        for logic in Logic::ALL {
            let expected = match logic.to_char() {
                '0' | 'L' => Some(false),
                '1' | 'H' => Some(true),
                _ => None,
            };
            assert_eq!(logic.to_bool().ok(), expected);
            assert_eq!(logic.is_unknown(), expected.is_none());
        }
        assert_eq!(
            Logic::Unknown.to_bool().unwrap_err().to_string(),
            "1'bx cannot be read as bool: bit 0 is unknown"
        );
    }
}
