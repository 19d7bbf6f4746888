//! The pins of a design on the bus: what it drives, and what it receives.

use verifork::dut::{Dut, Signal};
use verifork::trigger::EdgeWait;
use verifork::value::Logic;
use verifork::{Error, Result};

use crate::handshake::bus_of;
use crate::violation::{Violation, note_broken};

/// The pins of a design, by their names below a prefix.
///
/// Designs represent an open drain in many ways. These are supported, for SCL and SDA alike:
///
/// | pins | the design pulls the line low while |
/// |---|---|
/// | `scl_i`, `scl_o` | `scl_o` is 0 |
/// | `scl_i`, `scl_o`, `scl_t` | `scl_o` and `scl_t` are 0 |
/// | `scl_i`, `scl_o`, `scl_oe` | `scl_o` is 0 and `scl_oe` is 1 |
/// | `scl_i`, `scl_oe` | `scl_oe` is 1 |
/// | `scl_i`, `scl_t` | `scl_t` is 0 |
/// | `scl_i` | never: a target that does not stretch the clock |
/// | `scl`, an inout, without `scl_i` | it drives 0 |
///
/// An inout is held low by a [`force`](Signal::force), and released by a [`release`](Signal::release), because a
/// written value is not resolved with the value that the design drives. This needs a simulator that supports both
/// for nets (Icarus, NVC), and a pull-up in the design. GHDL before version 5 does not release, and Verilator
/// forces only signals that are marked `forceable`: there it is an error when the bus is started or used, and the
/// design must have separate pins.
///
/// ```
/// use verifork::prelude::*;
/// use verifork_components::i2c;
///
/// /// `i2c_scl_i`, `i2c_scl_o`, `i2c_scl_t`, `i2c_sda_i`, …
/// #[derive(Dut)]
/// struct Soc {
///     #[dut(prefix = "i2c_")]
///     pins: i2c::Pins,
/// }
/// ```
#[derive(Debug, Dut)]
#[allow(missing_docs, reason = "they are the designs' own names")]
pub struct Pins {
    pub scl_i: Option<Signal<Logic>>,
    pub scl_o: Option<Signal<Logic>>,
    pub scl_t: Option<Signal<Logic>>,
    pub scl_oe: Option<Signal<Logic>>,
    pub scl: Option<Signal<Logic>>,
    pub sda_i: Option<Signal<Logic>>,
    pub sda_o: Option<Signal<Logic>>,
    pub sda_t: Option<Signal<Logic>>,
    pub sda_oe: Option<Signal<Logic>>,
    pub sda: Option<Signal<Logic>>,
}

/// One of the two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Scl,
    Sda,
}

pub(super) const WIRES: [Wire; 2] = [Wire::Scl, Wire::Sda];

impl Wire {
    fn name(self) -> &'static str {
        match self {
            Wire::Scl => "scl",
            Wire::Sda => "sda",
        }
    }
}

/// A line of a design.
#[derive(Clone, Copy)]
pub(super) struct LinePins {
    pub(super) input: Option<Signal<Logic>>,
    pub(super) output: Option<Signal<Logic>>,
    pub(super) tristate: Option<Signal<Logic>>,
    pub(super) enable: Option<Signal<Logic>>,
    pub(super) net: Option<Signal<Logic>>,
}

impl Pins {
    pub(super) fn line(&self, wire: Wire) -> LinePins {
        match wire {
            Wire::Scl => LinePins {
                input: self.scl_i,
                output: self.scl_o,
                tristate: self.scl_t,
                enable: self.scl_oe,
                // If there are separate pins, a signal with this name may be anything.
                net: self.scl.filter(|_| self.scl_i.is_none()),
            },
            Wire::Sda => LinePins {
                input: self.sda_i,
                output: self.sda_o,
                tristate: self.sda_t,
                enable: self.sda_oe,
                net: self.sda.filter(|_| self.sda_i.is_none()),
            },
        }
    }

    /// The bus, by the common part of its signals' paths.
    pub fn bus(&self) -> &'static str {
        let first = |wire: Wire| {
            let line = self.line(wire);
            line.input.or(line.net)
        };
        let Some(signal) = first(Wire::Scl).or(first(Wire::Sda)) else {
            return "I2C";
        };
        let path = signal.path();
        let cut = |suffix| bus_of(path, suffix);
        let found = ["scl_i", "scl", "sda_i", "sda"].map(cut);
        found.into_iter().find(|bus| *bus != path).unwrap_or(path)
    }

    /// # Panics
    ///
    /// At the caller's line: pins are missing, or are there in two forms.
    #[track_caller]
    pub(super) fn check(&self) {
        for wire in WIRES {
            let (line, name) = (self.line(wire), wire.name());
            assert!(
                line.input.is_some() || line.net.is_some(),
                "I2C: `{}` has neither `{name}_i` nor an inout `{name}`",
                self.bus()
            );
            assert!(
                line.tristate.is_none() || line.enable.is_none(),
                "I2C: `{}` has both `{name}_t` and `{name}_oe`",
                self.bus()
            );
        }
        let sda = self.line(Wire::Sda);
        assert!(
            sda.net.is_some() || sda.output.or(sda.tristate).or(sda.enable).is_some(),
            "I2C: `{}` has no `sda_o`, `sda_t` or `sda_oe` to answer by",
            self.bus()
        );
    }
}

impl LinePins {
    /// The level of a pin of the design. An unknown level is a broken rule.
    fn known(signal: Signal<Logic>, bus: &str) -> Result<bool> {
        let value = signal.get();
        if value.is_unknown() {
            let what = "a line must be 0 or 1";
            return Err(LinePins::unknown(bus, what, signal, value));
        }
        Ok(value.is_one())
    }

    #[cold]
    fn unknown(bus: &str, what: &str, signal: Signal<Logic>, value: Logic) -> Error {
        let violation = Violation::new("I2C_LINE_X", bus, what)
            .now()
            .signal(signal.path(), format_args!("is {value}"));
        note_broken();
        violation.into()
    }

    fn drives(&self, bus: &str) -> Result<bool> {
        if let Some(enable) = self.enable {
            return LinePins::known(enable, bus);
        }
        match self.tristate {
            Some(tristate) => Ok(!LinePins::known(tristate, bus)?),
            None => Ok(self.output.is_some()),
        }
    }

    /// Whether the design pulls the line low.
    pub(super) fn pulls(&self, bus: &str) -> Result<bool> {
        if let Some(net) = self.net {
            let value = net.get();
            return match value {
                Logic::HighImpedance => {
                    let what = "a line that nothing drives must be pulled up in the design";
                    Err(LinePins::unknown(bus, what, net, value))
                }
                _ => Ok(!LinePins::known(net, bus)?),
            };
        }
        if !self.drives(bus)? {
            return Ok(false);
        }
        match self.output {
            Some(output) => Ok(!LinePins::known(output, bus)?),
            None => Ok(true),
        }
    }

    /// Whether the design drives the line to a strong 1.
    pub(super) fn pushes(&self) -> bool {
        let is = |signal: Option<Signal<Logic>>, wanted: fn(Logic) -> bool| {
            signal.is_some_and(|signal| wanted(signal.get()))
        };
        let drives = is(self.enable, Logic::is_one) || is(self.tristate, Logic::is_zero);
        drives && is(self.output, Logic::is_one)
    }

    pub(super) fn changes(&self) -> [Option<EdgeWait>; 4] {
        [self.output, self.tristate, self.enable, self.net]
            .map(|signal| signal.map(|signal| signal.changed()))
    }
}
