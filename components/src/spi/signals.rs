//! The pins.

use verifork::dut::{Dut, Signal};
use verifork::value::{Logic, LogicVec};
use verifork::{Error, Result};

use super::format::Format;
use crate::handshake::bus_of;
use crate::violation::Violation;

/// The pins of an SPI, by their names below a prefix. A design that calls them otherwise (`sck`, `ss_n`, `sdo`,
/// `sdi`) has them put here one by one: `Signals { sclk: dut.sck, cs_n: dut.ss_n, … }`.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::spi;
///
/// /// `spi_sclk`, `spi_cs_n`, `spi_mosi`, `spi_miso`.
/// #[derive(Dut)]
/// struct Top {
///     #[dut(prefix = "spi_")]
///     spi: spi::Signals,
/// }
/// ```
#[derive(Debug, Dut)]
pub struct Signals {
    /// The clock, which the controller drives.
    pub sclk: Signal<Logic>,
    /// The selects, active at 0: a bit for each peripheral.
    pub cs_n: Signal<LogicVec>,
    /// From the controller to the peripheral: a bit for each lane. Missing where nothing goes that way.
    pub mosi: Option<Signal<LogicVec>>,
    /// From the peripheral to the controller: a bit for each lane. Missing where nothing comes that way.
    pub miso: Option<Signal<LogicVec>>,
}

impl Signals {
    /// The bus, by the common part of its signals' paths.
    pub fn bus(&self) -> &'static str {
        bus_of(self.sclk.path(), "sclk")
    }

    /// The number of selects.
    pub fn selects(&self) -> u32 {
        self.cs_n.width()
    }

    /// # Panics
    ///
    /// At the caller's line: there are too few pins for the lanes, or too many.
    #[track_caller]
    pub(super) fn check(&self, format: &Format) {
        assert!(
            self.selects() <= 64,
            "SPI: `{}` has {} bits; there are up to 64 selects",
            self.cs_n.path(),
            self.selects()
        );
        for signal in [self.mosi, self.miso].into_iter().flatten() {
            let (width, lanes) = (signal.width(), format.pins());
            assert!(
                (lanes..=8).contains(&width),
                "SPI: `{}` has {width} bits; it takes {lanes} to 8 ({format})",
                signal.path()
            );
        }
    }

    /// # Panics
    ///
    /// At the caller's line, if there is no such select.
    #[track_caller]
    pub(super) fn check_select(&self, select: u32) {
        if let Some(reason) = self.refuses_select(select) {
            panic!("SPI: {reason}");
        }
    }

    pub(super) fn refuses_select(&self, select: u32) -> Option<String> {
        let (path, count) = (self.cs_n.path(), self.selects());
        (select >= count)
            .then(|| format!("there is no select {select}: `{path}` has {count} bits, from 0 on"))
    }

    /// Which peripherals are selected, a bit each; a select that is unknown is a broken rule.
    pub(super) fn selected(&self) -> Result<u64> {
        let value = self.cs_n.get();
        if value.has_unknown() {
            return Err(self.unknown(
                "SPI_CS_X",
                "the selects must be 0 or 1",
                self.cs_n.path(),
                &value,
            ));
        }
        Ok(!value.value_word(0) & (u64::MAX >> (64 - self.selects())))
    }

    /// The level of the clock; one that is unknown is a broken rule.
    pub(super) fn clock(&self) -> Result<bool> {
        let value = self.sclk.get();
        if value.is_unknown() {
            let what = "SCLK must be 0 or 1 while a peripheral is selected";
            return Err(self.unknown("SPI_SCLK_X", what, self.sclk.path(), &value));
        }
        Ok(value.is_one())
    }

    #[cold]
    pub(super) fn unknown(
        &self,
        rule: &'static str,
        what: &str,
        path: &str,
        value: &dyn std::fmt::Display,
    ) -> Error {
        Violation::new(rule, self.bus(), what)
            .now()
            .signal(path, format_args!("is {value}"))
            .into()
    }
}

/// The value and the unknown bits of pins. Without pins, all bits are unknown.
pub(super) fn levels(pins: Option<Signal<LogicVec>>) -> (u64, u64) {
    let Some(signal) = pins else {
        return (0, u64::MAX);
    };
    let value = signal.get();
    let unknown = value.unknown_word(0);
    (value.value_word(0) & !unknown, unknown)
}

pub(super) fn width(pins: Option<Signal<LogicVec>>) -> u32 {
    pins.map_or(1, |signal| signal.width())
}

pub(super) fn drive(pins: Option<Signal<LogicVec>>, value: u64) -> Result {
    if let Some(signal) = pins {
        signal.try_set(LogicVec::from_planes_u64(signal.width(), value, 0))?;
    }
    Ok(())
}
