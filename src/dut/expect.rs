//! Checks of a signal that say what they compared.

use std::fmt;
use std::panic::Location;

use super::{ReadError, Signal, SignalValue};

/// A signal had another value than the one that was expected, or none that fits its type.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectError {
    /// Another value.
    #[error("{path} is {found}, not {expected}")]
    Differs {
        /// The signal's path.
        path: &'static str,
        /// The value that it had, as `{:?}` writes it.
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
        if found == expected {
            return Ok(());
        }
        Err(ExpectError::Differs {
            path: self.path(),
            found: format!("{found:?}"),
            expected: format!("{expected:?}"),
            location: Location::caller(),
        })
    }
}
