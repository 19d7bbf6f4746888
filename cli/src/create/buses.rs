//! Buses among the ports of a design: those of the [protocols] that `verifork-components` has models for.

mod protocols;
#[cfg(test)]
pub(super) mod tests;

use std::collections::HashSet;

pub(super) use self::protocols::Kind;
use self::protocols::{Protocol, Side, Signals, protocols};
use super::ports::Purpose;
use super::serial::Serial;
use crate::object::escaped;
use crate::source::{Port, Written, free};

/// A bus at the ports of the top, or a channel.
pub(super) struct Bus<'a> {
    pub(super) kind: Kind,
    /// The prefix of its signals' names, as the design spells it.
    pub(super) prefix: String,
    /// The name of its field.
    pub(super) field: String,
    /// Whether the testbench is the side that begins: source or manager.
    pub(super) into_design: bool,
    /// Whether it is a Wishbone in standard mode that has STALL all the same.
    pub(super) is_standard: bool,
    signals: Signals<'a>,
    /// The clock that it belongs to, and the reset with whether it is active at 0.
    pub(super) clock: &'a Port<'a>,
    pub(super) reset: Option<(&'a Port<'a>, bool)>,
}

impl<'a> Bus<'a> {
    /// The bits of a signal; 0 if it does not exist.
    pub(super) fn width(&self, name: &str) -> u32 {
        self.signals.width(name)
    }

    pub(super) fn has(&self, port: &Port<'_>) -> bool {
        self.signals
            .0
            .iter()
            .any(|(_, own)| std::ptr::eq(*own, port))
    }

    /// Whether the names leave open in which of two modes it is.
    pub(super) fn may_be_standard(&self) -> bool {
        self.kind == Kind::Wishbone && self.width("stall") > 0
    }

    /// The payload of a valid/ready channel: the names after the prefix, and the ports.
    pub(super) fn payload(&self) -> impl Iterator<Item = (&str, &'a Port<'a>)> {
        let handshake = ["valid", "ready"];
        self.signals
            .0
            .iter()
            .filter(move |(name, _)| !handshake.contains(&name.as_str()))
            .map(|(name, port)| (name.as_str(), *port))
    }
}

/// A port by what it is to a bus.
struct Candidate<'a> {
    port: &'a Port<'a>,
    /// In lower case, as protocols are looked for.
    name: String,
    input: bool,
    taken: bool,
}

/// All buses of a design, from ports that are not serial lines.
pub(super) fn buses<'a>(written: &'a Written<'a>, serials: &[Serial<'a>]) -> Vec<Bus<'a>> {
    let names: Vec<&str> = written
        .ports
        .iter()
        .map(|it| it.object.name.as_str())
        .collect();
    let (mut clocks, mut resets, mut candidates) = (Vec::new(), Vec::new(), Vec::new());
    for port in &written.ports {
        // Fields of a record have no name at the top; a bus of arrays is several buses.
        let is_plain = port.dimensions == 0 && !port.field.contains(['.', '[']);
        let direction = port.object.direction.as_deref();
        let (input, output) = (direction == Some("input"), direction == Some("output"));
        let is_serial = serials.iter().any(|serial| serial.has(port));
        if !is_plain || port.width() == 0 || !(input || output) || is_serial {
            continue;
        }
        match Purpose::of(&port.object.name, &names) {
            Purpose::Clock if port.value_type == "bool" && input => clocks.push(port),
            Purpose::Reset { active_low } if port.value_type == "bool" && input => {
                resets.push((port, active_low));
            }
            _ => candidates.push(Candidate {
                port,
                name: port.object.name.to_ascii_lowercase(),
                input,
                taken: false,
            }),
        }
    }
    if clocks.is_empty() {
        return Vec::new();
    }
    let mut found = Found {
        clocks,
        resets,
        candidates,
        buses: Vec::new(),
        fields: TAKEN.iter().map(ToString::to_string).collect(),
    };
    let taken = serials.iter().map(|serial| serial.field.clone());
    found.fields.extend(taken);
    for protocol in protocols() {
        for prefix in found.prefixes(&protocol.key) {
            found.protocol(&protocol, &prefix);
        }
    }
    // `a_b_valid` belongs to `a_b_`, and not to what `a_` carries.
    let mut prefixes = found.prefixes("valid");
    prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
    for prefix in prefixes {
        found.valid_ready(&prefix);
    }
    found.in_order()
}

/// Names that the test uses itself.
const TAKEN: [&str; 7] = ["ports", "dut", "test", "tm", "rng", "clocked", "memory"];

struct Found<'a> {
    clocks: Vec<&'a Port<'a>>,
    resets: Vec<(&'a Port<'a>, bool)>,
    candidates: Vec<Candidate<'a>>,
    buses: Vec<Bus<'a>>,
    fields: HashSet<String>,
}

impl<'a> Found<'a> {
    /// The prefix of a name, in lower case: nothing, or whole words.
    fn prefixes(&self, key: &str) -> Vec<String> {
        let prefixes = self.candidates.iter().filter(|it| !it.taken);
        let prefixes = prefixes.filter_map(|it| it.name.strip_suffix(key));
        prefixes
            .filter(|prefix| prefix.is_empty() || prefix.ends_with('_'))
            .map(str::to_owned)
            .collect()
    }

    fn at(&self, prefix: &str, name: &str) -> Option<usize> {
        let is_it = |it: &Candidate<'_>| {
            !it.taken && it.name.strip_prefix(prefix).is_some_and(|it| it == name)
        };
        self.candidates.iter().position(is_it)
    }

    fn protocol(&mut self, protocol: &Protocol, prefix: &str) {
        let foreign = protocol.foreign.iter();
        if foreign
            .into_iter()
            .any(|name| self.at(prefix, name).is_some())
        {
            return;
        }
        let mut places = Vec::new();
        let mut into_design = None;
        for wire in &protocol.wires {
            let Some(at) = self.at(prefix, &wire.port) else {
                if wire.needed {
                    return;
                }
                continue;
            };
            let into = self.candidates[at].input == (wire.side == Side::First);
            // All signals of one side go one way; else somebody only listens.
            if *into_design.get_or_insert(into) != into {
                return;
            }
            let name = if wire.name.is_empty() {
                &wire.port
            } else {
                wire.name
            };
            places.push((name.to_owned(), at));
        }
        if let Some(into_design) = into_design {
            self.add(protocol.kind, prefix, into_design, places, protocol.fits);
        }
    }

    /// A handshake, and what it carries: all that has its prefix and goes its way.
    fn valid_ready(&mut self, prefix: &str) {
        let (Some(valid), Some(ready)) = (self.at(prefix, "valid"), self.at(prefix, "ready"))
        else {
            return;
        };
        let into_design = self.candidates[valid].input;
        if self.candidates[ready].input == into_design {
            return;
        }
        let mut places = vec![("valid".to_owned(), valid), ("ready".to_owned(), ready)];
        for (at, it) in self.candidates.iter().enumerate() {
            let Some(rest) = it.name.strip_prefix(prefix) else {
                continue;
            };
            // Without a prefix everything would be carried.
            let carried = !it.taken
                && it.input == into_design
                && ![valid, ready].contains(&at)
                && (!prefix.is_empty() || rest == "data");
            if carried && is_field(rest) {
                places.push((rest.to_owned(), at));
            }
        }
        if places.len() > 2 {
            let fits = |signals: &Signals<'_>| signals.are_bits(&["valid", "ready"]);
            self.add(Kind::ValidReady, prefix, into_design, places, fits);
        }
    }

    fn add(
        &mut self,
        kind: Kind,
        prefix: &str,
        into_design: bool,
        places: Vec<(String, usize)>,
        fits: fn(&Signals<'_>) -> bool,
    ) {
        let signals = places.iter();
        let signals = signals.map(|(name, at)| (name.clone(), self.candidates[*at].port));
        let signals = Signals(signals.collect());
        if !fits(&signals) {
            return;
        }
        let spelt: &str = signals.0.first().map_or("", |(_, port)| &port.object.name);
        let clock = self.clock(prefix);
        let mut bus = Bus {
            kind,
            prefix: spelt.chars().take(prefix.chars().count()).collect(),
            field: String::new(),
            into_design,
            is_standard: false,
            signals,
            clock,
            reset: self.reset(prefix, clock),
        };
        for (_, at) in places {
            self.candidates[at].taken = true;
        }
        let base = match prefix.trim_matches('_') {
            "" => kind.module().to_owned(),
            words => word(words),
        };
        bus.field = escaped(&free(&base, "_", &mut self.fields));
        self.buses.push(bus);
    }

    /// The clock whose name has most words in common with the bus's, the first of several.
    fn clock(&self, prefix: &str) -> &'a Port<'a> {
        let alike = |clock: &&Port<'_>| in_common(&clock.object.name, prefix);
        let first = first_of_most(self.clocks.iter().copied(), alike);
        first.expect("buses are looked for where there is a clock")
    }

    /// The reset whose name has most words in common with the bus's and its clock's, the first of several.
    fn reset(&self, prefix: &str, clock: &Port<'_>) -> Option<(&'a Port<'a>, bool)> {
        let alike = |reset: &(&Port<'_>, bool)| {
            let name = &reset.0.object.name;
            in_common(name, prefix) + in_common(name, &clock.object.name)
        };
        first_of_most(self.resets.iter().copied(), alike)
    }

    /// The buses in the order of their first ports.
    fn in_order(mut self) -> Vec<Bus<'a>> {
        let position = |bus: &Bus<'a>| {
            let is_in = |it: &Candidate<'a>| bus.has(it.port);
            self.candidates.iter().position(is_in)
        };
        self.buses.sort_by_key(position);
        self.buses
    }
}

/// A name, in lower case, as one of Rust.
fn word(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name
    } else {
        format!("bus_{name}")
    }
}

/// Whether a name, in lower case, can be that of a field.
fn is_field(name: &str) -> bool {
    let is_word = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(is_word)
}

/// How many words two names have in common, in upper or lower case.
fn in_common(name: &str, other: &str) -> usize {
    let words = |name: &str| -> HashSet<String> {
        let words = name.split('_').filter(|word| !word.is_empty());
        words.map(str::to_ascii_lowercase).collect()
    };
    words(name).intersection(&words(other)).count()
}

fn first_of_most<T: Copy>(all: impl Iterator<Item = T>, count: impl Fn(&T) -> usize) -> Option<T> {
    all.reduce(|best, next| {
        if count(&next) > count(&best) {
            next
        } else {
            best
        }
    })
}
