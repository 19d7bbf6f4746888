//! Serial lines among the ports of a design, known by their names: UART, SPI, I²C. They need no clock.

use std::collections::HashSet;

use super::buses::width;
use super::ports::{plain, split};
use super::serial_traffic::PARITIES;
use crate::object::escaped;
use crate::source::{Port, Written, free};

/// A serial interface at the ports of the top.
pub(super) struct Serial<'a> {
    pub(super) kind: SerialKind,
    /// What its variables are called.
    pub(super) field: String,
    /// What the component calls its pins, and the ports.
    pub(super) pins: Vec<(&'static str, &'a Port<'a>)>,
    /// Which of the settings that names do not tell is tried.
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
    /// What it is called.
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
            SerialKind::Uart if self.begins() => PARITIES.len(),
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

    /// What all names of its rules begin with.
    pub(super) fn rules(&self) -> &'static str {
        match self.kind {
            SerialKind::Uart => "UART_",
            SerialKind::Spi => "SPI_",
            SerialKind::I2c => "I2C",
        }
    }

    /// What stands before the component's names of all pins, if that is all there is to it.
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
            && width(port) > 0
            && name
                .bytes()
                .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    };
    let words = |port: &'a Port<'a>| (port, split(&port.object.name));
    let ports: Vec<Named<'a>> = written.ports.iter().filter(is_pin).map(words).collect();
    let mut found = Vec::new();
    i2c(&ports, &mut found);
    spi(&ports, &mut found);
    uart(&ports, &mut found);
    let mut fields: HashSet<String> = TAKEN.iter().map(ToString::to_string).collect();
    let serials = found.into_iter().map(|(kind, group, pins)| {
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

/// A port, and the words of its name in lower case.
type Named<'a> = (&'a Port<'a>, Vec<String>);
type Found<'a> = Vec<(SerialKind, String, Vec<(&'static str, &'a Port<'a>)>)>;

/// Words that say no more than where a pin is.
const PLACES: [&str; 9] = ["i", "o", "in", "out", "io", "pad", "pin", "line", "port"];

/// Words that say that a signal is active at 0.
const LOW: [&str; 6] = ["n", "ni", "no", "b", "l", "bar"];

/// A name that has one of these words: what stands before it, the word, and what stands behind it.
fn around<'w>(words: &'w [String], known: &[&str]) -> Option<(String, String, &'w [String])> {
    let at = words
        .iter()
        .position(|word| known.contains(&plain(word).as_str()))?;
    let before = words[..at].iter().map(String::as_str);
    let before: Vec<&str> = before.filter(|word| !PLACES.contains(word)).collect();
    Some((before.join("_"), plain(&words[at]), &words[at + 1..]))
}

fn are_all(words: &[String], known: &[&[&str]]) -> bool {
    let is_known = |word: &String| {
        let word = plain(word);
        word.is_empty() || known.iter().any(|words| words.contains(&word.as_str()))
    };
    words.iter().all(is_known)
}

fn is_input(port: &Port<'_>) -> bool {
    port.object.direction.as_deref() == Some("input")
}

fn is_output(port: &Port<'_>) -> bool {
    port.object.direction.as_deref() == Some("output")
}

/// Words of lines that look like a UART's and are none.
const OTHER_LINES: [&str; 12] = [
    "can", "lin", "spi", "i2c", "i2s", "eth", "mii", "rmii", "gmii", "usb", "pcie", "hdmi",
];

fn uart<'a>(ports: &[Named<'a>], found: &mut Found<'a>) {
    const DATA: [&str; 10] = [
        "rx", "rxd", "tx", "txd", "sin", "sout", "uartrx", "uarttx", "serrx", "sertx",
    ];
    const FLOW: [&str; 8] = ["rts", "cts", "rtsn", "ctsn", "nrts", "ncts", "rtsb", "ctsb"];
    const FILLERS: [&str; 4] = ["serial", "uart", "ser", "line"];
    let mut groups: Vec<(String, Vec<(&'static str, &'a Port<'a>)>)> = Vec::new();
    let mut flows = Vec::new();
    for (port, words) in ports {
        let is_other = words
            .iter()
            .any(|word| OTHER_LINES.contains(&word.as_str()));
        if width(port) != 1 || is_other {
            continue;
        }
        let pin = match (is_input(port), is_output(port)) {
            (true, _) => "rx",
            (_, true) => "tx",
            _ => continue,
        };
        if let Some((group, _, after)) = around(words, &DATA)
            && are_all(after, &[&PLACES, &FILLERS])
        {
            let open = groups
                .iter_mut()
                .find(|(known, pins)| *known == group && pins.iter().all(|(it, _)| *it != pin));
            match open {
                Some((_, pins)) => pins.push((pin, port)),
                None => groups.push((group, vec![(pin, port)])),
            }
        } else if let Some((group, word, after)) = around(words, &FLOW)
            && are_all(after, &[&PLACES, &LOW])
        {
            let marked = after.iter().any(|word| LOW.contains(&word.as_str()));
            let low = marked || word.len() > 3;
            // By the direction: what the design says, and what it is told.
            flows.push((group, is_output(port), low, *port));
        }
    }
    let is_only = groups.len() == 1;
    for (group, pins) in &mut groups {
        for (other, says, low, port) in &flows {
            let (pin, line) = match (says, low) {
                (true, true) => ("rts_n", "rx"),
                (true, false) => ("rts", "rx"),
                (false, true) => ("cts_n", "tx"),
                (false, false) => ("cts", "tx"),
            };
            let is_there = pins.iter().any(|(it, _)| *it == line);
            if is_there && (other == group || is_only) {
                pins.push((pin, port));
            }
        }
    }
    let uarts = groups.into_iter();
    found.extend(uarts.map(|(group, pins)| (SerialKind::Uart, group, pins)));
}

fn spi<'a>(ports: &[Named<'a>], found: &mut Found<'a>) {
    const CLOCKS: [&str; 4] = ["sclk", "sck", "spck", "spiclk"];
    const SELECTS: [&str; 13] = [
        "cs", "csn", "ss", "ssn", "ncs", "nss", "csb", "ssb", "scs", "scsn", "ssel", "cen", "sel",
    ];
    const DATA: [&str; 10] = [
        "mosi", "miso", "copi", "cipo", "sdi", "sdo", "si", "so", "sdin", "sdout",
    ];
    let is_spi = |group: &str| group.split('_').any(|word| plain(word) == "spi");
    // A clock, a select, or data; with the group.
    let part = |(port, words): &Named<'a>| {
        if let Some((group, _, after)) = around(words, &CLOCKS)
            && are_all(after, &[&PLACES])
        {
            return Some((group, "sclk", *port));
        }
        if let Some((group, _, after)) = around(words, &SELECTS)
            && are_all(after, &[&PLACES, &LOW])
        {
            return Some((group, "cs_n", *port));
        }
        if let Some((group, _, after)) = around(words, &DATA)
            && are_all(after, &[&PLACES])
        {
            return Some((group, "data", *port));
        }
        let (group, word, after) = around(words, &["clk", "clock", "din", "dout", "di", "do"])?;
        let what = if word.starts_with('c') {
            "sclk"
        } else {
            "data"
        };
        (is_spi(&group) && are_all(after, &[&PLACES])).then_some((group, what, *port))
    };
    let parts: Vec<(String, &str, &'a Port<'a>)> = ports.iter().filter_map(part).collect();
    let clocks = parts.iter().filter(|(_, what, _)| *what == "sclk");
    let is_only = clocks.clone().count() == 1;
    for (group, _, clock) in clocks {
        let is_controller = is_output(clock);
        let of = |wanted: &str, outputs: bool| {
            let fits = |(other, what, port): &&(String, &str, &'a Port<'a>)| {
                let goes = if outputs {
                    is_output(port)
                } else {
                    is_input(port)
                };
                *what == wanted && goes && (other == group || is_only)
            };
            let mut all = parts.iter().filter(fits).map(|(_, _, port)| *port);
            // Of several none is the right one.
            all.next().filter(|_| all.next().is_none())
        };
        let select = of("cs_n", is_controller);
        let (mosi, miso) = (of("data", is_controller), of("data", !is_controller));
        let bits = |port: Option<&Port<'_>>, most| port.is_none_or(|it| width(it) <= most);
        let fits = width(clock) == 1 && bits(select, 64) && bits(mosi, 8) && bits(miso, 8);
        let (Some(select), true) = (select, fits && (mosi.is_some() || miso.is_some())) else {
            continue;
        };
        let mut pins = vec![("sclk", *clock), ("cs_n", select)];
        pins.extend(mosi.map(|port| ("mosi", port)));
        pins.extend(miso.map(|port| ("miso", port)));
        found.push((SerialKind::Spi, group.clone(), pins));
    }
}

fn i2c<'a>(ports: &[Named<'a>], found: &mut Found<'a>) {
    let mut groups: Vec<(String, Vec<(&'static str, &'a Port<'a>)>)> = Vec::new();
    for (port, words) in ports {
        let Some((group, word, after)) = around(words, &["scl", "sda"]) else {
            continue;
        };
        let Some(form) = form(port, after).filter(|_| width(port) == 1) else {
            continue;
        };
        let pin = match (word.as_str(), form) {
            ("scl", Form::Net) => "scl",
            ("scl", Form::Input) => "scl_i",
            ("scl", Form::Output) => "scl_o",
            ("scl", Form::Tristate) => "scl_t",
            ("scl", Form::Enable) => "scl_oe",
            (_, Form::Net) => "sda",
            (_, Form::Input) => "sda_i",
            (_, Form::Output) => "sda_o",
            (_, Form::Tristate) => "sda_t",
            (_, Form::Enable) => "sda_oe",
        };
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, pins)) => pins.push((pin, port)),
            None => groups.push((group, vec![(pin, port)])),
        }
    }
    for (group, mut pins) in groups {
        let has = |pins: &[(&str, &Port<'_>)], name: &str| pins.iter().any(|(it, _)| *it == name);
        // What drives SCL and does not look at it is the wire itself.
        if !has(&pins, "scl_i")
            && let Some((pin, _)) = pins.iter_mut().find(|(pin, _)| *pin == "scl_o")
        {
            *pin = "scl";
        }
        let names: HashSet<&str> = pins.iter().map(|(pin, _)| *pin).collect();
        let any = |pins: &[&str]| pins.iter().any(|pin| names.contains(pin));
        let fits = names.len() == pins.len()
            && any(&["scl", "scl_i"])
            && (any(&["sda"]) || any(&["sda_i"]) && any(&["sda_o", "sda_t", "sda_oe"]))
            && ["scl", "sda"]
                .iter()
                .all(|wire| !(any(&[&format!("{wire}_t")]) && any(&[&format!("{wire}_oe")])));
        if fits {
            found.push((SerialKind::I2c, group, pins));
        }
    }
}

/// What a pin of an open drain is.
#[derive(Clone, Copy)]
enum Form {
    Net,
    Input,
    Output,
    /// It lets go at 1.
    Tristate,
    /// It lets go at 0.
    Enable,
}

fn form(port: &Port<'_>, after: &[String]) -> Option<Form> {
    const TRISTATES: [&str; 10] = [
        "t", "tri", "ts", "oen", "padoen", "oeb", "oenb", "noe", "hiz", "oe_n",
    ];
    const ENABLES: [&str; 6] = ["oe", "en", "ena", "padoe", "drive", "pull"];
    let has = |known: &[&str]| after.iter().any(|word| known.contains(&word.as_str()));
    if !are_all(after, &[&PLACES, &LOW, &TRISTATES, &ENABLES]) {
        return None;
    }
    let is_low = after.iter().any(|word| LOW.contains(&word.as_str()));
    match (is_input(port), is_output(port)) {
        (true, _) => (!has(&TRISTATES) && !has(&ENABLES) && !is_low).then_some(Form::Input),
        (_, true) if has(&TRISTATES) => Some(Form::Tristate),
        (_, true) if has(&ENABLES) && is_low => Some(Form::Tristate),
        (_, true) if has(&ENABLES) => Some(Form::Enable),
        (_, true) => (!is_low).then_some(Form::Output),
        _ => Some(Form::Net),
    }
}

#[cfg(test)]
mod tests {
    use super::super::buses::tests::design;
    use super::*;
    use crate::source::{Extent, source};

    /// Kind, name, and the pins with their ports.
    fn found(ports: &[&str]) -> Vec<String> {
        let design = design(ports);
        let written = source(&design, Extent::default(), "");
        let told = |serial: Serial<'_>| {
            let pins = serial.pins.iter();
            let pins = pins.map(|(pin, port)| format!(" {pin}={}", port.object.name));
            format!(
                "{:?} {}{}",
                serial.kind,
                serial.field,
                pins.collect::<String>()
            )
        };
        serials(&written).into_iter().map(told).collect()
    }

    #[test]
    fn a_uart_is_known_by_its_lines_and_their_directions() {
        for (ports, told) in [
            (&["rxd<1", "txd>1"][..], "Uart uart rx=rxd tx=txd"),
            (&["clk<1", "tx>1"], "Uart uart tx=tx"),
            (&["i_Rx_Serial<1"], "Uart uart rx=i_Rx_Serial"),
            (
                &["UART_RX<1", "UART_TX>1"],
                "Uart uart rx=UART_RX tx=UART_TX",
            ),
            // By a host's names: the directions are the design's.
            (
                &["uart_txd_in<1", "uart_rxd_out>1"],
                "Uart uart rx=uart_txd_in tx=uart_rxd_out",
            ),
            (
                &["ser1_sin<1", "ser1_sout>1"],
                "Uart ser1 rx=ser1_sin tx=ser1_sout",
            ),
            (
                &["rxd<1", "txd>1", "cts_n<1", "rtsn>1"],
                "Uart uart rx=rxd tx=txd cts_n=cts_n rts_n=rtsn",
            ),
            (&["rx<1", "rts>1"], "Uart uart rx=rx rts=rts"),
        ] {
            assert_eq!(found(ports), [told], "{ports:?}");
        }
        assert_eq!(
            found(&["a_rx<1", "a_tx>1", "b_rx<1", "b_tx>1", "b_cts<1"]),
            ["Uart a rx=a_rx tx=a_tx", "Uart b rx=b_rx tx=b_tx cts=b_cts"]
        );
        for none in [
            "tx_en<1",
            "rxd<4",
            "can_tx>1",
            "rx_data>1",
            "tx_valid<1",
            "rx_n<1",
            "cts<1",
        ] {
            assert!(found(&[none]).is_empty(), "{none}");
        }
    }

    #[test]
    fn an_spi_is_known_from_either_side() {
        for (ports, told) in [
            (
                &["sclk<1", "cs_n<1", "mosi<1", "miso>1"][..],
                "Spi spi sclk=sclk cs_n=cs_n mosi=mosi miso=miso",
            ),
            (
                &["flash_sck>1", "flash_csn>2", "flash_sdo>1", "flash_sdi<1"],
                "Spi flash sclk=flash_sck cs_n=flash_csn mosi=flash_sdo miso=flash_sdi",
            ),
            // The data lines of a peripheral are named from its own side.
            (
                &["SCK<1", "NSS<1", "SDI<1", "SDO>1"],
                "Spi spi sclk=SCK cs_n=NSS mosi=SDI miso=SDO",
            ),
            (
                &[
                    "o_SPI_Clk>1",
                    "o_SPI_CS_n>1",
                    "o_SPI_MOSI>1",
                    "i_SPI_MISO<1",
                ],
                "Spi spi sclk=o_SPI_Clk cs_n=o_SPI_CS_n mosi=o_SPI_MOSI miso=i_SPI_MISO",
            ),
            (
                &["dac_sclk>1", "sync>1", "cs>1", "dac_mosi>1"],
                "Spi dac sclk=dac_sclk cs_n=cs mosi=dac_mosi",
            ),
        ] {
            assert_eq!(found(ports), [told], "{ports:?}");
        }
        // No select, a select that goes the other way, no data, and I2S.
        for ports in [
            &["sclk<1", "mosi<1", "miso>1"][..],
            &["sclk<1", "cs_n>1", "mosi<1"],
            &["sclk<1", "cs_n<1"],
            &["sclk>1", "lrck>1", "sdout>1"],
        ] {
            assert!(found(ports).is_empty(), "{ports:?}");
        }
    }

    #[test]
    fn an_i2c_is_known_by_every_form_of_its_pins() {
        for (ports, told) in [
            (&["scl=1", "sda=1"][..], "I2c i2c scl=scl sda=sda"),
            (&["scl<1", "sda=1"], "I2c i2c scl_i=scl sda=sda"),
            (&["scl>1", "sda=1"], "I2c i2c scl=scl sda=sda"),
            (
                &[
                    "m_scl_i<1",
                    "m_scl_o>1",
                    "m_scl_t>1",
                    "m_sda_i<1",
                    "m_sda_o>1",
                    "m_sda_t>1",
                ],
                "I2c m scl_i=m_scl_i scl_o=m_scl_o scl_t=m_scl_t sda_i=m_sda_i sda_o=m_sda_o sda_t=m_sda_t",
            ),
            (
                &["scl_pad_i<1", "sda_pad_i<1", "sda_padoen_o>1"],
                "I2c i2c scl_i=scl_pad_i sda_i=sda_pad_i sda_t=sda_padoen_o",
            ),
            (
                &["I2C_SCL_I<1", "I2C_SDA_I<1", "I2C_SDA_OE_N>1"],
                "I2c i2c scl_i=I2C_SCL_I sda_i=I2C_SDA_I sda_t=I2C_SDA_OE_N",
            ),
            (
                &["i_scl<1", "i_sda<1", "sda_en>1"],
                "I2c i2c scl_i=i_scl sda_i=i_sda sda_oe=sda_en",
            ),
        ] {
            assert_eq!(found(ports), [told], "{ports:?}");
        }
        for ports in [
            &["scl_i<1", "sda_i<1"][..],
            &["sda=1"],
            &["scl_count<1", "sda=1"],
        ] {
            assert!(found(ports).is_empty(), "{ports:?}");
        }
    }
}
