//! Drives and samples the channels of data and responses: W, R and B.

use std::ops::Range;

use verifork::Result;
use verifork::dut::{Signal, SignalValue};
use verifork::value::{Logic, LogicValue, LogicVec};

use super::bus::Bus;
use super::rules::{self, SignalRules};
use super::signals::{ReadDataSignals, ResponseSignals};
use crate::axi_common::Response;
use crate::lanes::{strobes_of, unknown_lanes};
use crate::violation::Violation;

/// Drives a user signal; 0 if no value is given.
pub(super) fn drive_user(signal: Option<Signal<LogicVec>>, user: Option<&LogicVec>) -> Result {
    match (signal, user) {
        (None, _) => {}
        (Some(signal), Some(user)) => signal.try_set_from(user)?,
        (Some(signal), None) => signal.try_set(LogicVec::zeros(signal.width()))?,
    }
    Ok(())
}

/// The value of a small signal, or its default. Unknown bits are a broken rule.
pub(super) fn small<T>(
    signal: Option<Signal<T>>,
    default: u32,
    rules: &SignalRules,
    bus: &str,
) -> Result<u32>
where
    T: SignalValue + LogicValue + Into<u32>,
{
    let Some(signal) = signal else {
        return Ok(default);
    };
    match signal.try_get() {
        Ok(value) => Ok(value.into()),
        Err(_) => {
            let signal = signal.as_logic();
            Err(unknown(rules, bus, &signal, &signal.get()))
        }
    }
}

/// Whether this is the last beat; `None` without the signal.
pub(super) fn last(
    signal: Option<Signal<Logic>>,
    rules: &SignalRules,
    bus: &str,
) -> Result<Option<bool>> {
    let Some(signal) = signal else {
        return Ok(None);
    };
    let value = signal.get();
    if value.is_unknown() {
        let signal = signal.as_logic();
        return Err(unknown(rules, bus, &signal, &signal.get()));
    }
    Ok(Some(value.is_one()))
}

#[cold]
pub(super) fn unknown(
    rules: &SignalRules,
    bus: &str,
    signal: &Signal<LogicVec>,
    value: &LogicVec,
) -> verifork::Error {
    let what = format!("{} must be known while it is valid", rules.name);
    Violation::new(rules.unknown, bus, what)
        .now()
        .signal(signal.path(), format_args!("is {value:x}"))
        .into()
}

impl ResponseSignals {
    /// The ID and the response.
    pub(super) fn sample(&self, bus: &str) -> Result<(u32, Response)> {
        let id = small(self.id, 0, &rules::BID, bus)?;
        let response = small(self.resp, 0, &rules::BRESP, bus)?;
        Ok((id, Response::of(response.to_le_bytes()[0])))
    }
}

impl ReadDataSignals {
    /// The ID and the response.
    pub(super) fn sample(&self, bus: &str) -> Result<(u32, Response)> {
        let id = small(self.id, 0, &rules::RID, bus)?;
        let response = small(self.resp, 0, &rules::RRESP, bus)?;
        Ok((id, Response::of(response.to_le_bytes()[0])))
    }
}

/// The bytes of a beat, on its way to or from a signal.
pub(super) struct Lanes {
    pub(super) bytes: [u8; 128],
    value: LogicVec,
}

impl Lanes {
    pub(super) fn new(bus_bytes: usize) -> Self {
        let width = u32::try_from(8 * bus_bytes).unwrap_or(1024);
        Lanes {
            bytes: [0; 128],
            value: LogicVec::zeros(width),
        }
    }

    /// Writes the bytes of these lanes, and 0 to all others.
    pub(super) fn drive(
        &mut self,
        signal: &Signal<LogicVec>,
        lanes: Range<usize>,
        bytes: &[u8],
    ) -> Result {
        self.bytes.fill(0);
        self.bytes[lanes].copy_from_slice(bytes);
        let bytes = &self.bytes;
        self.value.assign_planes(signal.width(), |word| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[8 * word..][..8]);
            (u64::from_le_bytes(eight), 0)
        });
        Ok(signal.try_set_from(&self.value)?)
    }

    /// Reads all lanes; those that `needed` has a bit for must be known.
    pub(super) fn sample(
        &mut self,
        signal: &Signal<LogicVec>,
        needed: u128,
        rules: &SignalRules,
        bus: &str,
    ) -> Result {
        signal.get_into(&mut self.value)?;
        if unknown_lanes(&self.value) & needed != 0 {
            return Err(unknown(rules, bus, signal, &self.value));
        }
        for (word, eight) in self
            .bytes
            .chunks_exact_mut(8)
            .enumerate()
            .take(self.value.word_count())
        {
            // Unknown bits of bytes without a meaning are read as 0.
            let known = self.value.value_word(word) & !self.value.unknown_word(word);
            eight.copy_from_slice(&known.to_le_bytes());
        }
        Ok(())
    }
}

/// The words of a value of 128 bits.
pub(super) fn words(value: u128) -> [u64; 2] {
    [value, value >> 64].map(|bits| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or(0))
}

/// The bits of a value of at most 128.
pub(super) fn wide(value: &LogicVec) -> u128 {
    let high = if value.word_count() > 1 {
        value.value_word(1)
    } else {
        0
    };
    u128::from(high) << 64 | u128::from(value.value_word(0))
}

/// WSTRB.
pub(super) fn strobes(
    signal: Option<Signal<LogicVec>>,
    value: &mut LogicVec,
    bus: &Bus,
) -> Result<u128> {
    let Some(signal) = signal else {
        return Ok(strobes_of(0..bus.bytes()));
    };
    signal.get_into(value)?;
    if value.has_unknown() {
        return Err(unknown(&rules::WSTRB, bus.name(), &signal, value));
    }
    Ok(wide(value))
}
