//! Buses among the ports of a design: those of the [protocols] that `verifork-components` has models for.

mod protocols;

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

#[cfg(test)]
pub(super) mod tests {
    use super::super::serial::serials;
    use super::*;
    use crate::elaborated::Design;
    use crate::object::Object;
    use crate::source::{Extent, source};

    /// A design with these ports: names, `<` for an input, `>` for an output or `=` for both, and bits.
    pub(in super::super) fn design(ports: &[&str]) -> Design {
        let port = |text: &&str| {
            let (name, rest) = text.split_once(['<', '>', '=']).unwrap();
            let direction = match &text[name.len()..=name.len()] {
                "<" => "input",
                ">" => "output",
                _ => "inout",
            };
            let width: u32 = rest.parse().unwrap();
            format!(
                r#"{{"kind": "net", "name": "{name}", "direction": "{direction}", "constant": false,
                    "encoding": {{"logic": {{"width": {width}, "range": [{}, 0], "signed": false}}}}}}"#,
                width - 1
            )
        };
        let ports: Vec<String> = ports.iter().map(port).collect();
        let top = format!(
            r#"{{"kind": "module", "name": "top", "definition": "top", "constant": false,
                "children": [{}]}}"#,
            ports.join(",")
        );
        let top: verifork_protocol::description::Object = serde_json::from_str(&top).unwrap();
        let mut top = Object::from(top);
        top.settle();
        Design {
            refused: Vec::new(),
            simulator: "Fable".to_owned(),
            top,
            packages: Vec::new(),
            unlisted: Vec::new(),
        }
    }

    /// Protocol, prefix, `<` for into the design, clock, and reset.
    fn found(ports: &[&str]) -> Vec<String> {
        let design = design(ports);
        let written = source(&design, Extent::default(), "");
        let told = |bus: &Bus<'_>| {
            let way = if bus.into_design { '<' } else { '>' };
            let reset = bus.reset.map_or("none", |(reset, _)| &reset.field);
            let payload: Vec<&str> = match bus.kind {
                Kind::ValidReady => bus.payload().map(|(name, _)| name).collect(),
                _ => Vec::new(),
            };
            format!(
                "{:?} {}{way} {} {reset} {}",
                bus.kind,
                bus.prefix,
                bus.clock.field,
                payload.join(" ")
            )
            .trim_end()
            .to_owned()
        };
        buses(&written, &serials(&written))
            .iter()
            .map(told)
            .collect()
    }

    const STREAM: [&str; 5] = [
        "S_AXIS_tvalid<1",
        "S_AXIS_tready>1",
        "S_AXIS_tdata<16",
        "S_AXIS_tkeep<2",
        "S_AXIS_tlast<1",
    ];

    fn with<'a>(clocks: &[&'a str], ports: &[&'a str]) -> Vec<&'a str> {
        [clocks, ports].concat()
    }

    #[test]
    fn a_stream_is_known_by_its_names_whatever_their_case() {
        assert_eq!(
            found(&with(&["aclk<1", "aresetn<1"], &STREAM)),
            ["AxiStream S_AXIS_< aclk aresetn"]
        );
        let out = ["tvalid>1", "tready<1", "tdata>8", "count>8"];
        assert_eq!(found(&with(&["clk<1"], &out)), ["AxiStream > clk none"]);
    }

    #[test]
    fn what_does_not_fit_a_protocol_is_none_of_it() {
        for (right, wrong) in [
            // Widths, directions, what is missing, and words that only end like it.
            ("S_AXIS_tdata<16", "S_AXIS_tdata<15"),
            ("S_AXIS_tkeep<2", "S_AXIS_tkeep<3"),
            ("S_AXIS_tready>1", "S_AXIS_tready<1"),
            ("S_AXIS_tdata<16", "S_AXIS_tdata>16"),
            ("S_AXIS_tdata<16", "S_AXIS_other<16"),
            ("S_AXIS_tvalid<1", "S_AXIStvalid<1"),
        ] {
            let ports: Vec<&str> = STREAM
                .iter()
                .map(|it| if *it == right { wrong } else { it })
                .collect();
            assert!(found(&with(&["clk<1"], &ports)).is_empty(), "{wrong}");
        }
        assert!(found(&STREAM).is_empty(), "there is no clock");
    }

    #[test]
    fn a_bus_is_of_the_clock_and_the_reset_with_most_words_in_common() {
        let clocks = ["s_clk<1", "m_clk<1", "rst_s<1", "rst_m<1"];
        let ports = [
            "m_data_valid>1",
            "m_data_ready<1",
            "m_data_word>9",
            "s_data_valid<1",
            "s_data_ready>1",
            "s_data_data<9",
        ];
        assert_eq!(
            found(&with(&clocks, &ports)),
            [
                "ValidReady m_data_> m_clk rst_m word",
                "ValidReady s_data_< s_clk rst_s data"
            ]
        );
    }

    #[test]
    fn a_channel_carries_what_has_its_prefix_and_goes_its_way() {
        let ports = [
            "req_valid<1",
            "req_ready>1",
            "req_addr<12",
            "req_type<3",
            "req_count>4",
            "req_b_valid<1",
            "req_b_ready>1",
            "req_b_data<8",
            "alone_valid<1",
            "alone_data<8",
            "en<1",
            "empty_valid<1",
            "empty_ready>1",
        ];
        assert_eq!(
            found(&with(&["clk<1"], &ports)),
            [
                "ValidReady req_< clk none addr type",
                "ValidReady req_b_< clk none data"
            ]
        );
        // Without a prefix everything would be carried.
        let bare = ["valid<1", "ready>1", "data<8", "enable<1"];
        assert_eq!(
            found(&with(&["clk<1"], &bare)),
            ["ValidReady < clk none data"]
        );
    }

    fn axi_lite(data: u32) -> Vec<String> {
        let one = |name: &str, way: char| format!("m_{name}{way}1");
        let mut ports: Vec<String> = ["awvalid", "wvalid", "bready", "arvalid", "rready"]
            .map(|name| one(name, '>'))
            .into();
        ports.extend(["awready", "wready", "bvalid", "arready", "rvalid"].map(|it| one(it, '<')));
        ports.extend(["m_awaddr>32".to_owned(), "m_araddr>32".to_owned()]);
        ports.extend([format!("m_wdata>{data}"), format!("m_rdata<{data}")]);
        ports
    }

    #[test]
    fn buses_of_memories_and_registers_are_told_apart() {
        let ports = axi_lite(32);
        let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
        let apb = [
            "psel<1",
            "penable<1",
            "paddr<12",
            "pwrite<1",
            "pwdata<32",
            "prdata>32",
        ];
        let all = [&ports[..], &apb[..]].concat();
        assert_eq!(
            found(&with(&["clk<1"], &all)),
            ["AxiLite m_> clk none", "Apb < clk none"]
        );
        let full = with(
            &["m_awlen>8", "m_arlen>8", "m_wlast>1", "m_rlast<1"],
            &ports,
        );
        assert_eq!(found(&with(&["clk<1"], &full)), ["Axi m_> clk none"]);
        // AXI3, and what has a length for one direction.
        for other in [&["m_wid>4", "m_awlen>8", "m_arlen>8"][..], &["m_awlen>8"]] {
            assert!(found(&with(&["clk<1"], &with(other, &ports))).is_empty());
        }
        let wide = axi_lite(128);
        let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
        assert!(found(&with(&["clk<1"], &wide)).is_empty());
    }

    #[test]
    fn hready_of_ahb_goes_either_way() {
        let ports = [
            "htrans<2",
            "haddr<16",
            "hwrite<1",
            "hsize<3",
            "hwdata<32",
            "hrdata>32",
        ];
        for ready in [&["hready<1", "hreadyout>1"][..], &["hready>1"]] {
            let ports = with(&ports, ready);
            assert_eq!(
                found(&with(&["hclk<1", "hresetn<1"], &ports)),
                ["Ahb < hclk hresetn"]
            );
        }
        assert!(found(&with(&["hclk<1", "hready<1"], &ports)).is_empty());
        for (bits, is_known) in [(1024, true), (96, false), (2048, false)] {
            let data = [format!("hwdata<{bits}"), format!("hrdata>{bits}")];
            let data: Vec<&str> = data.iter().map(String::as_str).collect();
            let wide = with(&ports[..4], &data);
            let wide = found(&with(&["hclk<1", "hready>1"], &wide));
            assert_eq!(wide.len(), usize::from(is_known), "{wide:?}");
        }
    }

    #[test]
    fn wishbone_is_known_from_either_side() {
        let ports = |way: [char; 2], ends: [&str; 2]| {
            let mut ports = Vec::new();
            for (name, width) in [("cyc", 1), ("stb", 1), ("we", 1), ("adr", 8), ("sel", 4)] {
                ports.push(format!("wb_{name}{}{}{width}", ends[0], way[0]));
            }
            ports.push(format!("wb_ack{}{}1", ends[1], way[1]));
            ports
        };
        for (way, ends, data, told) in [
            (
                ['<', '>'],
                ["_i", "_o"],
                ["wb_dat_i<32", "wb_dat_o>32"],
                "<",
            ),
            (
                ['>', '<'],
                ["_o", "_i"],
                ["wb_dat_o>32", "wb_dat_i<32"],
                ">",
            ),
            (['<', '>'], ["", ""], ["wb_dat_w<32", "wb_dat_r>32"], "<"),
        ] {
            let ports = ports(way, ends);
            let ports: Vec<&str> = ports.iter().map(String::as_str).chain(data).collect();
            let clocks = ["wb_clk_i<1", "wb_rst_i<1"];
            assert_eq!(
                found(&with(&clocks, &ports)),
                [format!("Wishbone wb_{told} wb_clk_i wb_rst_i")]
            );
        }
    }
}
