//! Signals that must be known when they are sampled.

use std::fmt::Display;

use verifork::dut::Signal;
use verifork::value::{Logic, LogicValue, LogicVec};
use verifork::{Error, Result};

use crate::violation::Violation;

/// Samples the signals of a bus. An unknown value is a broken rule.
pub(crate) trait Known {
    /// The bus, by the common part of its signals' paths.
    fn bus(&self) -> &'static str;

    /// A bit.
    #[inline]
    fn bit(&self, signal: &Signal<Logic>, rule: &'static str, name: &str) -> Result<bool> {
        let value = signal.get();
        if value.is_unknown() {
            return Err(self.unknown(rule, name, signal.path(), &value));
        }
        Ok(value.is_one())
    }

    /// The bits of a mask of a signal of up to 64.
    fn word<T: LogicValue>(
        &self,
        signal: Signal<T>,
        mask: u64,
        rule: &'static str,
        name: &str,
    ) -> Result<u64> {
        let bits: LogicVec = signal.as_logic().get();
        if bits.unknown_word(0) & mask != 0 {
            return Err(self.unknown(rule, name, signal.path(), &bits));
        }
        Ok(bits.value_word(0) & mask)
    }

    /// A signal of up to 8 bits.
    fn byte(&self, signal: Signal<u8>, rule: &'static str, name: &str) -> Result<u8> {
        let word = self.word(signal, u64::MAX, rule, name)?;
        Ok(word.to_le_bytes()[0])
    }

    #[cold]
    fn unknown(&self, rule: &'static str, name: &str, path: &str, value: &dyn Display) -> Error {
        Violation::new(rule, self.bus(), format!("{name} must be known"))
            .now()
            .signal(path, format_args!("is {value}"))
            .into()
    }
}
