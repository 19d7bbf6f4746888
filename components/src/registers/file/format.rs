//! The TOML format of a map.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use toml::Spanned;

use crate::registers::access::Access;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Described {
    pub(super) name: String,
    #[serde(default = "usual_width")]
    pub(super) width: u32,
    pub(super) size: Option<Number>,
    #[serde(default)]
    pub(super) register: Vec<DescribedRegister>,
    #[serde(default)]
    pub(super) block: Vec<DescribedBlock>,
}

pub(super) fn usual_width() -> u32 {
    32
}

/// Registers at an address of the block around them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DescribedBlock {
    pub(super) name: Spanned<String>,
    pub(super) address: Number,
    pub(super) size: Option<Number>,
    pub(super) count: Option<u64>,
    pub(super) stride: Option<Number>,
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) register: Vec<DescribedRegister>,
    #[serde(default)]
    pub(super) block: Vec<DescribedBlock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DescribedRegister {
    pub(super) name: Spanned<String>,
    pub(super) address: Number,
    /// Further offsets of the register.
    #[serde(default)]
    pub(super) aliases: Vec<Number>,
    /// In bits, if not that of the map.
    pub(super) width: Option<u32>,
    /// The number of elements, `name[0]` and so on.
    pub(super) count: Option<u64>,
    /// In bytes, from one to the next.
    pub(super) stride: Option<Number>,
    pub(super) access: Option<Access>,
    pub(super) reset: Option<Number>,
    #[serde(default)]
    pub(super) volatile: bool,
    pub(super) path: Option<String>,
    #[serde(default = "yes")]
    pub(super) test: bool,
    pub(super) fields: Option<Vec<DescribedField>>,
}

pub(super) fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DescribedField {
    pub(super) name: Spanned<String>,
    pub(super) bits: BitRange,
    #[serde(default = "usual_access")]
    pub(super) access: Access,
    pub(super) reset: Option<Number>,
    #[serde(default)]
    pub(super) volatile: bool,
    pub(super) path: Option<String>,
}

pub(super) fn usual_access() -> Access {
    Access::Rw
}

/// An integer, or a larger one in quotes, such as `"0xffff_ffff_ffff_ffff"`, which TOML's integers cannot hold.
pub(super) struct Number(pub(super) u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl Visitor<'_> for Reads {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number from 0 on, as an integer or in quotes")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                let number = u64::try_from(value).map(Number);
                number.map_err(|_| E::custom(format!("{value} is below 0")))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                let plain = text.replace('_', "").to_lowercase();
                let parsed = match (plain.strip_prefix("0x"), plain.strip_prefix("0b")) {
                    (Some(hex), _) => u64::from_str_radix(hex, 16),
                    (_, Some(binary)) => u64::from_str_radix(binary, 2),
                    _ => plain.parse(),
                };
                parsed
                    .map(Number)
                    .map_err(|_| E::custom(format!("`{text}` is not a number of 64 bits")))
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

/// `3`, or "7:4".
pub(super) struct BitRange {
    pub(super) high: u32,
    pub(super) low: u32,
}

impl<'de> Deserialize<'de> for BitRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl Visitor<'_> for Reads {
            type Value = BitRange;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a bit, as 3, or bits, as \"7:4\"")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<BitRange, E> {
                let bit = u32::try_from(value);
                let bit = bit.map_err(|_| E::custom(format!("{value} is not a bit")))?;
                Ok(BitRange {
                    high: bit,
                    low: bit,
                })
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<BitRange, E> {
                let (high, low) = text.split_once(':').unwrap_or((text, text));
                match (high.trim().parse(), low.trim().parse()) {
                    (Ok(high), Ok(low)) => Ok(BitRange { high, low }),
                    _ => Err(E::custom(format!(
                        "`{text}` are not bits: those of a field are \"7:4\", or 3 for a single one"
                    ))),
                }
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

impl<'de> Deserialize<'de> for Access {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
