//! Checks of a signal that say what they compared.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use super::{ReadError, Select, Signal, SignalValue};
use crate::value::LogicValue;

/// A signal had another value than the one that was expected, or none that fits its type.
///
/// Returned by [`Signal::expect`], [`Select::expect`] and their like.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(count: Signal<u8>) {
/// if let Err(error) = count.expect(3) {
///     log::warn!("{error}, checked at {}", error.location()); // "counter.count is 2, not 3"
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectError {
    /// Another value.
    #[error("{path} is {found}, not {expected}")]
    Differs {
        /// The path of the signal, or of the bits.
        path: Cow<'static, str>,
        /// The value that it had, as `{:?}` writes it; integers from 10 on in hexadecimal too.
        found: String,
        /// The value that was expected, likewise.
        expected: String,
        /// The line that checked.
        location: &'static Location<'static>,
    },
    /// The value cannot be read as the signal's type: unknown bits, as a rule.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
}

impl ExpectError {
    /// The line of the testbench that checked.
    ///
    /// ```
    /// fn line(error: &verifork::dut::ExpectError) -> u32 {
    ///     error.location().line()
    /// }
    /// ```
    pub fn location(&self) -> &'static Location<'static> {
        match self {
            ExpectError::Differs { location, .. } => location,
            ExpectError::Unreadable(error) => error.location(),
        }
    }
}

impl<T: SignalValue + PartialEq + fmt::Debug> Signal<T> {
    /// Checks the present value. The error, and with it the report of the test, names the signal,
    /// both values and the line.
    ///
    /// # Errors
    ///
    /// [`ExpectError`], if the value differs or cannot be read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>, count: Signal<u8>) -> Result {
    /// clk.rising_edge().await;
    /// read_only().await;
    /// count.expect(1)?; // "counter.count is 0, not 1"
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn expect(&self, expected: T) -> Result<(), ExpectError> {
        let found = self.try_get()?;
        same(&found, &expected, Location::caller(), || self.path().into())
    }
}

impl<T: SignalValue + LogicValue + PartialEq + fmt::Debug> Select<T> {
    /// [`Signal::expect`] of these bits.
    ///
    /// # Errors
    ///
    /// [`ExpectError`], if the value differs or cannot be read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(ready: Signal<u8>) -> Result {
    /// ready.bit(2).typed().expect(true)?; // "arbiter.ready[2] is false, not true"
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn expect(&self, expected: T) -> Result<(), ExpectError> {
        let found = self.try_get()?;
        same(&found, &expected, Location::caller(), || self.path().into())
    }
}

fn same<T: PartialEq + fmt::Debug>(
    found: &T,
    expected: &T,
    location: &'static Location<'static>,
    path: impl FnOnce() -> Cow<'static, str>,
) -> Result<(), ExpectError> {
    if found == expected {
        return Ok(());
    }
    Err(ExpectError::Differs {
        path: path(),
        found: shown(found),
        expected: shown(expected),
        location,
    })
}

/// As `{:?}`; integers of two digits or more in hexadecimal too, which is how one finds the bits.
fn shown(value: &impl fmt::Debug) -> String {
    let text = format!("{value:?}");
    let digits = text.strip_prefix('-').unwrap_or(&text);
    if digits.len() > 1 && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        format!("{text} ({value:#x?})")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dut::testing::simulate;

    #[test]
    fn the_error_names_what_was_looked_at_both_values_and_the_line() {
        let (dut, design) = simulate();
        design.drive_bits("top.count", "10100101");
        let count = dut.signal::<u8>("count").unwrap();
        let (high, low) = (
            count.slice(7, 4).typed::<u8>(),
            count.bit(1).typed::<bool>(),
        );
        assert_eq!(count.expect(0xa5), Ok(()));
        assert_eq!(high.expect(10), Ok(()));
        assert_eq!(low.expect(false), Ok(()));

        let line = line!() + 2;
        let errors = [
            count.expect(1).unwrap_err(),
            high.expect(1).unwrap_err(),
            low.expect(true).unwrap_err(),
        ];
        let texts = errors.each_ref().map(ToString::to_string);
        assert_eq!(
            texts,
            [
                "top.count is 165 (0xa5), not 1",
                "top.count[7:4] is 10 (0xa), not 1",
                "top.count[1] is false, not true"
            ]
        );
        for (line, error) in (line..).zip(errors) {
            assert_eq!(error.location().line(), line);
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_at_the_same_line() {
        let (dut, design) = simulate();
        design.drive_bits("top.count", "1010010x");
        let count = dut.signal::<u8>("count").unwrap();
        let (whole, bit) = (count.expect(1), count.bit(0).typed::<bool>().expect(true));
        let line = line!() - 1;
        for error in [whole.unwrap_err(), bit.unwrap_err()] {
            assert!(matches!(error, ExpectError::Unreadable(_)), "{error}");
            assert_eq!(error.location().line(), line);
        }
    }
}
