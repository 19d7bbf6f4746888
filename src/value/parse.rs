//! Vectors out of literals.

use std::str::FromStr;

use super::integer::halves;
use super::planes::Planes;
use super::{Logic, LogicVec, ValueError};

/// The widest literal. Wider vectors exist; a literal that asks for one is a slip of the hand.
const WIDEST: u32 = 1 << 24;

/// Reads a literal:
///
/// - Verilog's with its width, `8'hx5` (IEEE 1800 5.7.1): the bases `b`, `o`, `d` and `h`, with
///   or without `s` before them, `_` between digits, `?` for `z`. Too few digits are filled with
///   `0`, or with the first digit if that is not a number. Too many are an error, unless what goes
///   is what filling would put there.
/// - Rust's, `0b01xz`, `0o17`, `0xdead_beef`: as wide as its digits.
/// - VHDL's, `"01XZ-"`, `x"5F"`, `o"17"`, `b"01"`: as wide as its digits.
/// - A plain `01XZ-`: one character a bit, never decimal.
///
/// In every base but the decimal one a digit may be any of the letters of IEEE 1164, in either
/// case, and stands for that state in all its bits. A decimal literal may be one `x` or `z`.
impl FromStr for LogicVec {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<LogicVec, ValueError> {
        Literal { text }.parse()
    }
}

/// The text of a literal, for error messages.
#[derive(Clone, Copy)]
struct Literal<'a> {
    text: &'a str,
}

impl<'a> Literal<'a> {
    fn parse(self) -> Result<LogicVec, ValueError> {
        if let Some((size, digits)) = self.text.split_once('\'') {
            return self.sized(size, digits);
        }
        let lower = |prefix: &str| {
            self.text
                .get(..prefix.len())
                .filter(|start| start.eq_ignore_ascii_case(prefix))
                .map(|_| &self.text[prefix.len()..])
        };
        for (letter, bits) in [('b', 1), ('o', 3), ('x', 4)] {
            if let Some(digits) = lower(&format!("0{letter}")) {
                return self.digits(digits, bits);
            }
            if let Some(quoted) = lower(&format!("{letter}\"")) {
                return self.digits(self.unquoted(quoted)?, bits);
            }
        }
        let digits = match self.text.strip_prefix('"') {
            Some(quoted) => self.unquoted(quoted)?,
            None => self.text,
        };
        self.digits(digits, 1)
    }

    /// A Verilog literal split at its `'`.
    fn sized(self, size: &str, rest: &'a str) -> Result<LogicVec, ValueError> {
        let width = self.width(size)?;
        let unsigned = rest.strip_prefix(['s', 'S']).unwrap_or(rest);
        let mut characters = unsigned.chars();
        let base = characters.next().map(|base| base.to_ascii_lowercase());
        let digits = characters.as_str();
        let bits = match base {
            Some('b') => 1,
            Some('o') => 3,
            Some('h') => 4,
            Some('d') => return self.decimal(digits, width),
            _ => {
                let reason = "a base belongs here: b, o, d or h, as in 8'hff";
                return Err(self.error(unsigned, reason.to_owned()));
            }
        };
        if width == 0 && digits.is_empty() {
            return Ok(LogicVec::default());
        }
        let vector = self.digits(digits, bits)?;
        self.fit(&vector, width, digits)
    }

    fn width(self, size: &str) -> Result<u32, ValueError> {
        let bad = |reason: &str| Err(self.error(self.text, reason.to_owned()));
        let mut width = 0_u32;
        for character in size.chars().filter(|&character| character != '_') {
            let Some(digit) = character.to_digit(10) else {
                return bad("the width in decimal belongs before the `'`");
            };
            width = width.saturating_mul(10).saturating_add(digit);
        }
        match width {
            _ if !size.starts_with(|first: char| first.is_ascii_digit()) => {
                bad("the width belongs before the `'`, as in 8'hff")
            }
            0..=WIDEST => Ok(width),
            _ => bad("a literal has at most 16777216 bits"),
        }
    }

    /// The digits of a base whose digits have `bits` bits, in the width they have.
    fn digits(self, digits: &str, bits: u32) -> Result<LogicVec, ValueError> {
        let count = digits.chars().filter(|&character| character != '_').count();
        let width = u32::try_from(count)
            .ok()
            .and_then(|count| count.checked_mul(bits));
        let Some(width) = width.filter(|width| *width <= WIDEST) else {
            return Err(self.error(digits, "a literal has at most 16777216 bits".to_owned()));
        };
        if count == 0 || digits.starts_with('_') {
            return Err(self.error(digits, "a digit belongs here".to_owned()));
        }
        let mut vector = LogicVec::zeros(width);
        let mut offset = width;
        for (at, character) in digits.char_indices() {
            if character == '_' {
                continue;
            }
            let planes = match (character.to_digit(1 << bits), character) {
                (Some(digit), _) => Planes::four_state(u64::from(digit), 0),
                (None, '?') => Planes::filled(Logic::HighImpedance),
                (None, _) => match Logic::from_char(character) {
                    Some(logic) => Planes::filled(logic),
                    None => return Err(self.error(&digits[at..], bad_digit(character, bits))),
                },
            };
            offset -= bits;
            vector.merge(offset, bits, planes);
        }
        Ok(vector)
    }

    /// Brings a literal's digits to its width without losing anything.
    fn fit(self, vector: &LogicVec, width: u32, digits: &str) -> Result<LogicVec, ValueError> {
        let first = vector
            .width()
            .checked_sub(1)
            .and_then(|top| vector.bit(top));
        let filling = match first {
            None | Some(Logic::One) => Logic::Zero,
            Some(first) => first,
        };
        if width >= vector.width() {
            return match filling {
                Logic::Zero => vector.zero_extend(width),
                _ => vector.sign_extend(width),
            };
        }
        let dropped = (width..vector.width()).all(|index| vector.bit(index) == Some(filling));
        // Filling starts from the topmost bit kept, so that must ask for the same.
        let kept = width.checked_sub(1).and_then(|top| vector.bit(top));
        let refills = kept == Some(filling) || filling == Logic::Zero;
        if dropped && refills {
            return match width.checked_sub(1) {
                Some(top) => vector.slice(top, 0),
                None => Ok(LogicVec::default()),
            };
        }
        Err(self.error(digits, format!("these digits do not fit {width} bits")))
    }

    fn decimal(self, digits: &str, width: u32) -> Result<LogicVec, ValueError> {
        match digits {
            "x" | "X" => return Ok(LogicVec::unknown(width)),
            "z" | "Z" | "?" => return Ok(LogicVec::high_impedance(width)),
            _ => {}
        }
        let mut words: Vec<u64> = Vec::new();
        for (at, character) in digits.char_indices() {
            if character == '_' && at > 0 {
                continue;
            }
            let Some(digit) = character.to_digit(10) else {
                return Err(self.error(&digits[at..], bad_digit(character, 0)));
            };
            let mut carry = u64::from(digit);
            for word in &mut words {
                (*word, carry) = halves(10 * u128::from(*word) + u128::from(carry));
            }
            if carry != 0 {
                words.push(carry);
            }
            // Stops here, or a long text would take quadratic time.
            if 64 * (words.len().saturating_sub(1)) > width as usize {
                break;
            }
        }
        if digits.is_empty() {
            return Err(self.error(digits, "a digit belongs here".to_owned()));
        }
        let vector = LogicVec::from_planes(width, &words, &[]);
        let fits = (0..words.len()).all(|index| vector.value_word(index) == words[index]);
        if !fits {
            let value = digits.replace('_', "");
            return Err(ValueError::DoesNotFit {
                value,
                width,
                signed: false,
            });
        }
        Ok(vector)
    }

    /// What stands before the closing quote at the end.
    fn unquoted(self, quoted: &'a str) -> Result<&'a str, ValueError> {
        let end = &quoted[quoted.len()..];
        quoted
            .strip_suffix('"')
            .ok_or_else(|| self.error(end, "the closing `\"` is missing".to_owned()))
    }

    /// An error at the start of `rest`, a part of the text.
    fn error(self, rest: &str, reason: String) -> ValueError {
        let at = rest
            .as_ptr()
            .addr()
            .saturating_sub(self.text.as_ptr().addr());
        ValueError::Parse {
            text: self.text.to_owned(),
            at,
            reason,
        }
    }
}

fn bad_digit(character: char, bits: u32) -> String {
    let digits = match bits {
        0 => return format!("{character:?} is not a decimal digit"),
        1 => "0 or 1",
        3 => "0 to 7",
        _ => "0 to 9, a to f",
    };
    format!("{character:?} is not a digit here: {digits}, or a state, one of X Z U W L H -")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn binary(text: &str) -> String {
        text.parse::<LogicVec>().unwrap().to_binary_string()
    }

    fn message(text: &str) -> String {
        text.parse::<LogicVec>().unwrap_err().to_string()
    }

    #[test]
    fn sized_literals_are_verilogs() {
        assert_eq!(binary("8'hx5"), "XXXX0101");
        assert_eq!(binary("8'shFF"), "11111111");
        assert_eq!(binary("6'o7z"), "111ZZZ");
        assert_eq!(binary("4'b1_0?x"), "10ZX");
        assert_eq!(binary("10'd1_000"), "1111101000");
        assert_eq!(binary("3'dx"), "XXX");
        assert_eq!(binary("1_0'B1"), "0000000001");
        assert_eq!(binary("0'b"), "");
    }

    #[test]
    fn missing_digits_are_filled_as_verilog_does() {
        assert_eq!(binary("6'b10"), "000010");
        assert_eq!(binary("6'bz0"), "ZZZZZ0");
        assert_eq!(binary("12'hxf"), "XXXXXXXX1111");
        assert_eq!(binary("70'h1"), format!("{:070b}", 1));
    }

    #[test]
    fn digits_are_dropped_only_if_filling_restores_them() {
        assert_eq!(binary("6'hx5"), "XX0101");
        assert_eq!(binary("6'h3f"), "111111");
        assert_eq!(binary("4'h000f"), "1111");
        assert_eq!(
            message("6'h7f"),
            "`6'h7f` is not logic value: at character 4, these digits do not fit 6 bits"
        );
        assert!(message("4'hx5").contains("do not fit 4 bits"));
        assert!(message("0'b1").contains("do not fit 0 bits"));
        assert_eq!(
            message("8'd256"),
            "256 does not fit 8 bits, which hold 0 to 255"
        );
        assert_eq!(binary("64'd18446744073709551615"), "1".repeat(64));
        assert!(message("64'd18446744073709551616").starts_with("18446744073709551616 does not"));
        assert!(
            "8'd99999999999999999999999999999999999999999"
                .parse::<LogicVec>()
                .is_err()
        );
    }

    #[test]
    fn literals_of_other_languages_are_as_wide_as_their_digits() {
        assert_eq!(binary("0b01xz"), "01XZ");
        assert_eq!(binary("0xdEad_beef").len(), 32);
        assert_eq!(binary("0o17"), "001111");
        assert_eq!(binary("\"01XZ-UWLH\""), "01XZ-UWLH");
        assert_eq!(binary("X\"5f\""), "01011111");
        assert_eq!(binary("b\"01\""), "01");
        assert_eq!(binary("01xz"), "01XZ");
        assert_eq!(binary("xx"), "XX");
    }

    #[test]
    fn a_slip_is_named_with_its_place() {
        assert_eq!(
            message("8'hfg"),
            "`8'hfg` is not logic value: at character 5, 'g' is not a digit here: \
             0 to 9, a to f, or a state, one of X Z U W L H -"
        );
        assert!(message("8'q1").contains("character 3, a base belongs here"));
        assert!(message("'h1").contains("the width belongs before"));
        assert!(message("x'h1").contains("the width in decimal"));
        assert!(message("99999999999'h1").contains("at most 16777216 bits"));
        assert!(message("8'h").contains("a digit belongs here"));
        assert!(message("").contains("a digit belongs here"));
        assert!(message("0x").contains("a digit belongs here"));
        assert!(message("8'h_1").contains("a digit belongs here"));
        assert!(message("\"01").contains("closing"));
        assert!(message("12").contains("'2' is not a digit here: 0 or 1"));
        assert!(message("8'dé").contains("character 4, 'é' is not a decimal digit"));
        assert!(message("8'd").contains("a digit belongs here"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9]{0,3}['\"]?[sbodhxX]{0,2}[0-9a-fxzUWLH_?é\"-]{0,40}") {
            if let Ok(vector) = text.parse::<LogicVec>() {
                let again: LogicVec = vector.to_string().parse().unwrap();
                prop_assert_eq!(again, vector);
            }
        }

        #[test]
        fn decimals_agree_with_arithmetic(value in any::<u128>(), width in 1_u32..140) {
            let parsed = format!("{width}'d{value}").parse::<LogicVec>();
            prop_assert_eq!(parsed, LogicVec::from_u128(value, width));
        }
    }
}
