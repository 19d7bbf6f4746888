//! Recognizes serial lines among the ports of a design by their names: UART, SPI, I²C. They need no clock.

mod i2c;
mod names;
mod spi;
pub(super) mod uart;

use std::collections::HashSet;

use self::names::Named;
use super::ports::split;
use crate::object::escaped;
use crate::source::{Port, Written, free};

/// A serial interface at the ports of the top.
pub(super) struct Serial<'a> {
    pub(super) kind: SerialKind,
    /// The name of its variables.
    pub(super) field: String,
    /// The component's names of its pins, and the ports.
    pub(super) pins: Vec<(&'static str, &'a Port<'a>)>,
    /// The index of the setting to try, where names leave it open.
    pub(super) setting: usize,
    /// The time of a bit, as the design has shown it.
    pub(super) rate: Rate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SerialKind {
    Uart,
    Spi,
    I2c,
}

/// The time of a bit of a UART.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Rate {
    /// The design has not shown it.
    #[default]
    Unknown,
    /// In femtoseconds: the shortest pulse on its line out.
    Pulse(u128),
    /// In femtoseconds: what was sent at this rate stood on an output, a field of the ports.
    Received(u128, String),
}

impl SerialKind {
    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            SerialKind::Uart => "UART",
            SerialKind::Spi => "SPI",
            SerialKind::I2c => "I2C",
        }
    }

    /// Its module in `verifork_components`.
    pub(super) fn module(self) -> &'static str {
        match self {
            SerialKind::Uart => "uart",
            SerialKind::Spi => "spi",
            SerialKind::I2c => "i2c",
        }
    }
}

impl<'a> Serial<'a> {
    pub(super) fn pin(&self, name: &str) -> Option<&'a Port<'a>> {
        let found = self.pins.iter().find(|(known, _)| *known == name);
        found.map(|(_, port)| *port)
    }

    pub(super) fn has(&self, port: &Port<'_>) -> bool {
        self.pins.iter().any(|(_, pin)| std::ptr::eq(*pin, port))
    }

    /// Whether the design begins transfers by itself: a UART that sends, the controller of a bus.
    pub(super) fn begins(&self) -> bool {
        match self.kind {
            SerialKind::Uart => self.pin("tx").is_some(),
            SerialKind::Spi => self.pin("sclk").is_some_and(|it| !it.object.is_input()),
            SerialKind::I2c => self.setting > 0,
        }
    }

    /// How many settings there are to be tried.
    pub(super) fn settings(&self) -> usize {
        match self.kind {
            // A line in shows nothing of its parity.
            SerialKind::Uart if self.begins() => uart::PARITIES.len(),
            SerialKind::Uart => 1,
            // The modes.
            SerialKind::Spi => 4,
            // A target, and where SCL can be driven, a controller at several rates.
            SerialKind::I2c if self.drives_scl() => 4,
            SerialKind::I2c => 1,
        }
    }

    fn drives_scl(&self) -> bool {
        let pins = ["scl", "scl_o", "scl_t", "scl_oe"];
        pins.iter().any(|pin| self.pin(pin).is_some())
    }

    /// The field's name without a mark.
    pub(super) fn plain_field(&self) -> &str {
        self.field.trim_start_matches("r#")
    }

    /// The prefix of all names of its rules.
    pub(super) fn rules(&self) -> &'static str {
        match self.kind {
            SerialKind::Uart => "UART_",
            SerialKind::Spi => "SPI_",
            SerialKind::I2c => "I2C",
        }
    }

    /// The prefix of all pins, if the rest of each name is the component's.
    pub(super) fn prefix(&self) -> Option<&'a str> {
        let before = |(pin, port): &(&'static str, &'a Port<'a>)| {
            let name = port.object.name.as_str();
            let cut = name.len().checked_sub(pin.len())?;
            let (prefix, rest) = name.split_at_checked(cut)?;
            rest.eq_ignore_ascii_case(pin).then_some(prefix)
        };
        let mut prefixes = self.pins.iter().map(before);
        let first = prefixes.next()??;
        prefixes
            .all(|prefix| prefix == Some(first))
            .then_some(first)
    }
}

/// All serial interfaces of a design.
pub(super) fn serials<'a>(written: &'a Written<'a>) -> Vec<Serial<'a>> {
    let is_pin = |port: &&Port<'_>| {
        let name = &port.object.name;
        port.dimensions == 0
            && !port.field.contains(['.', '['])
            && port.width() > 0
            && name
                .bytes()
                .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    };
    let words = |port: &'a Port<'a>| (port, split(&port.object.name));
    let ports: Vec<Named<'a>> = written.ports.iter().filter(is_pin).map(words).collect();
    let found = [
        (SerialKind::I2c, i2c::find(&ports)),
        (SerialKind::Spi, spi::find(&ports)),
        (SerialKind::Uart, uart::find(&ports)),
    ];
    let found = found.into_iter().flat_map(|(kind, groups)| {
        let groups = groups.into_iter();
        groups.map(move |(group, pins)| (kind, group, pins))
    });
    let mut fields: HashSet<String> = TAKEN.iter().map(ToString::to_string).collect();
    let serials = found.map(|(kind, group, pins)| {
        let base = match group.as_str() {
            "" => kind.module().to_owned(),
            group if group.starts_with(|c: char| c.is_ascii_lowercase()) => group.to_owned(),
            group => format!("{}_{group}", kind.module()),
        };
        Serial {
            kind,
            field: escaped(&free(&base, "_", &mut fields)),
            pins,
            setting: 0,
            rate: Rate::Unknown,
        }
    });
    serials.collect()
}

/// Names that the test uses itself.
const TAKEN: [&str; 9] = [
    "ports", "dut", "test", "tm", "rng", "clocked", "memory", "bus", "format",
];

#[cfg(test)]
mod tests {
    use super::super::buses::tests::design;
    use super::*;
    use crate::source::{Extent, source};

    /// Kind, name, and the pins with their ports.
    pub(super) fn found(ports: &[&str]) -> Vec<String> {
        let design = design(ports);
        let written = source(&design, Extent::default(), "");
        let shown = |serial: Serial<'_>| {
            let pins = serial.pins.iter();
            let pins = pins.map(|(pin, port)| format!(" {pin}={}", port.object.name));
            format!(
                "{:?} {}{}",
                serial.kind,
                serial.field,
                pins.collect::<String>()
            )
        };
        serials(&written).into_iter().map(shown).collect()
    }
}
