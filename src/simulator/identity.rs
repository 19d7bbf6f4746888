//! Which simulator runs this process.

use std::fmt;

/// Which simulator this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The product, as it names itself: "Icarus Verilog".
    pub(crate) product: String,
    /// The version, as it gives it: "11.0 (stable)".
    pub(crate) version: String,
    /// The interface we speak with it: "VPI" or "VHPI".
    pub(crate) interface: &'static str,
}

impl Identity {
    /// Whether the version's first two numbers come before these; those of no version do.
    pub(crate) fn is_before(&self, major: u32, minor: u32) -> bool {
        let mut numbers = self
            .version
            .split(|letter: char| !letter.is_ascii_digit())
            .filter_map(|number| number.parse().ok());
        (numbers.next(), numbers.next()) < (Some(major), Some(minor))
    }

    /// The first number of the version, if there is one.
    pub(crate) fn major_version(&self) -> Option<u32> {
        let digits = self
            .version
            .trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let end = digits
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(digits.len());
        digits[..end].parse().ok()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {} through {}",
            self.product, self.version, self.interface
        )
    }
}
