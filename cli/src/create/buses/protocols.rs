//! The protocols of buses, by the names, directions and widths of their signals.

use crate::source::Port;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    AxiStream,
    Axi,
    AxiLite,
    Apb,
    Ahb,
    Wishbone,
    ValidReady,
}

impl Kind {
    /// Its name.
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Kind::AxiStream => "AXI4-Stream",
            Kind::Axi => "AXI4",
            Kind::AxiLite => "AXI4-Lite",
            Kind::Apb => "APB",
            Kind::Ahb => "AHB-Lite",
            Kind::Wishbone => "Wishbone",
            Kind::ValidReady => "valid/ready",
        }
    }

    /// Whether it goes one way, from a source to a sink; else a manager asks a subordinate.
    pub(in super::super) fn is_channel(self) -> bool {
        matches!(self, Kind::AxiStream | Kind::ValidReady)
    }

    /// Its module in `verifork_components`.
    pub(in super::super) fn module(self) -> &'static str {
        match self {
            Kind::AxiStream => "axi_stream",
            Kind::Axi => "axi",
            Kind::AxiLite => "axi_lite",
            Kind::Apb => "apb",
            Kind::Ahb => "ahb",
            Kind::Wishbone => "wishbone",
            Kind::ValidReady => "valid_ready",
        }
    }
}

/// The signals of a bus, by the protocol's names or, of what a channel carries, those below its prefix.
pub(super) struct Signals<'a>(pub(super) Vec<(String, &'a Port<'a>)>);

impl Signals<'_> {
    /// The bits of a signal; 0 if it does not exist.
    pub(super) fn width(&self, name: &str) -> u32 {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or(0, |(_, port)| port.width())
    }

    /// Whether a signal has this many bits, if it exists.
    fn is(&self, name: &str, wanted: u32) -> bool {
        [0, wanted].contains(&self.width(name))
    }

    pub(super) fn are_bits(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.width(name) <= 1)
    }
}

/// Which side drives a signal of a bus.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The source or the manager.
    First,
    /// The sink or the subordinate.
    Second,
}

use Side::{First, Second};

/// A signal of a protocol.
pub(super) struct Wire {
    /// Its name in the design, in lower case.
    pub(super) port: String,
    /// Its name in the protocol.
    pub(super) name: &'static str,
    pub(super) side: Side,
    pub(super) needed: bool,
}

/// A protocol by the names of its signals.
pub(super) struct Protocol {
    pub(super) kind: Kind,
    /// The port that is looked for first.
    pub(super) key: String,
    pub(super) wires: Vec<Wire>,
    /// Signals that make another protocol of it.
    pub(super) foreign: &'static [&'static str],
    /// Whether the widths are such as the protocol allows.
    pub(super) fits: fn(&Signals<'_>) -> bool,
}

/// Signals that are called what the protocol calls them.
fn wires(signals: &[(&'static str, Side, bool)]) -> Vec<Wire> {
    let wire = |&(name, side, needed): &(&'static str, Side, bool)| Wire {
        port: name.to_owned(),
        name,
        side,
        needed,
    };
    signals.iter().map(wire).collect()
}

/// The order matters: a name belongs to the first protocol that takes it.
pub(super) fn protocols() -> Vec<Protocol> {
    let mut protocols = vec![axi_stream(), axi(), axi_lite(), apb()];
    protocols.extend([ahb(true), ahb(false)]);
    // As the subordinate has them, as the manager has them, and between the two.
    protocols.push(wishbone(["_i", "_o"], ["dat_i", "dat_o"]));
    protocols.push(wishbone(["_o", "_i"], ["dat_o", "dat_i"]));
    protocols.push(wishbone(["", ""], ["dat_w", "dat_r"]));
    protocols
}

fn axi_stream() -> Protocol {
    Protocol {
        kind: Kind::AxiStream,
        key: "tvalid".to_owned(),
        wires: wires(&[
            ("tvalid", First, true),
            ("tready", Second, false),
            ("tdata", First, true),
            ("tstrb", First, false),
            ("tkeep", First, false),
            ("tlast", First, false),
            ("tid", First, false),
            ("tdest", First, false),
            ("tuser", First, false),
        ]),
        foreign: &[],
        fits: |bus| {
            let bytes = bus.width("tdata") / 8;
            bus.are_bits(&["tvalid", "tready", "tlast"])
                && bus.width("tdata").is_multiple_of(8)
                && (1..=128).contains(&bytes)
                && bus.is("tkeep", bytes)
                && bus.is("tstrb", bytes)
                && bus.width("tid") + bus.width("tdest") <= 24
        },
    }
}

fn axi() -> Protocol {
    let mut signals = Vec::new();
    for (name, needed) in [
        ("valid", true),
        ("addr", true),
        ("len", true),
        ("id", false),
        ("size", false),
        ("burst", false),
        ("lock", false),
        ("cache", false),
        ("prot", false),
        ("qos", false),
        ("region", false),
        ("user", false),
    ] {
        signals.push((["aw", "ar"], name, First, needed));
    }
    signals.push((["aw", "ar"], "ready", Second, true));
    let addresses = signals
        .into_iter()
        .flat_map(|(channels, name, side, needed)| {
            channels.map(|channel| Wire {
                port: format!("{channel}{name}"),
                name: "",
                side,
                needed,
            })
        });
    let mut all: Vec<Wire> = addresses.collect();
    all.extend(wires(&[
        ("wvalid", First, true),
        ("wready", Second, true),
        ("wdata", First, true),
        ("wstrb", First, false),
        ("wlast", First, false),
        ("wuser", First, false),
        ("bvalid", Second, true),
        ("bready", First, true),
        ("bid", Second, false),
        ("bresp", Second, false),
        ("buser", Second, false),
        ("rvalid", Second, true),
        ("rready", First, true),
        ("rdata", Second, true),
        ("rid", Second, false),
        ("rresp", Second, false),
        ("rlast", Second, false),
        ("ruser", Second, false),
    ]));
    Protocol {
        kind: Kind::Axi,
        key: "awlen".to_owned(),
        wires: all,
        // AXI3.
        foreign: &["wid"],
        fits: |bus| {
            let data = bus.width("wdata");
            let both = |name, wanted| {
                ["aw", "ar"]
                    .iter()
                    .all(|channel| bus.is(&format!("{channel}{name}"), wanted))
            };
            let handshakes = ["aw", "w", "b", "ar", "r"];
            let mut handshakes = handshakes
                .iter()
                .flat_map(|it| [format!("{it}valid"), format!("{it}ready")]);
            handshakes.all(|name| bus.width(&name) == 1)
                && data.is_power_of_two()
                && (8..=1024).contains(&data)
                && bus.width("rdata") == data
                && bus.width("awaddr") == bus.width("araddr")
                && bus.width("awaddr") <= 64
                && bus.width("awid") == bus.width("bid")
                && bus.width("arid") == bus.width("rid")
                && [("len", 8), ("size", 3), ("burst", 2), ("lock", 1)]
                    .iter()
                    .all(|(name, width)| both(name, *width))
                && [("cache", 4), ("prot", 3), ("qos", 4), ("region", 4)]
                    .iter()
                    .all(|(name, width)| both(name, *width))
                && bus.is("wstrb", data / 8)
                && bus.is("bresp", 2)
                && bus.is("rresp", 2)
                && bus.are_bits(&["wlast", "rlast"])
        },
    }
}

fn axi_lite() -> Protocol {
    Protocol {
        kind: Kind::AxiLite,
        key: "awvalid".to_owned(),
        wires: wires(&[
            ("awvalid", First, true),
            ("awready", Second, true),
            ("awaddr", First, true),
            ("awprot", First, false),
            ("wvalid", First, true),
            ("wready", Second, true),
            ("wdata", First, true),
            ("wstrb", First, false),
            ("bvalid", Second, true),
            ("bready", First, true),
            ("bresp", Second, false),
            ("arvalid", First, true),
            ("arready", Second, true),
            ("araddr", First, true),
            ("arprot", First, false),
            ("rvalid", Second, true),
            ("rready", First, true),
            ("rdata", Second, true),
            ("rresp", Second, false),
        ]),
        // AXI4, and AXI3.
        foreign: &[
            "awlen", "arlen", "awsize", "awburst", "wlast", "rlast", "wid",
        ],
        fits: |bus| {
            let handshakes = [
                "awvalid", "awready", "wvalid", "wready", "bvalid", "bready", "arvalid", "arready",
                "rvalid", "rready",
            ];
            let width = bus.width("wdata");
            bus.are_bits(&handshakes)
                && [32, 64].contains(&width)
                && bus.width("rdata") == width
                && bus.is("wstrb", width / 8)
                && ["awprot", "arprot"].iter().all(|name| bus.is(name, 3))
                && ["bresp", "rresp"].iter().all(|name| bus.is(name, 2))
                && ["awaddr", "araddr"]
                    .iter()
                    .all(|name| bus.width(name) <= 64)
        },
    }
}

fn apb() -> Protocol {
    Protocol {
        kind: Kind::Apb,
        key: "penable".to_owned(),
        wires: wires(&[
            ("psel", First, true),
            ("penable", First, true),
            ("paddr", First, true),
            ("pwrite", First, true),
            ("pwdata", First, true),
            ("prdata", Second, true),
            ("pready", Second, false),
            ("pslverr", Second, false),
            ("pstrb", First, false),
            ("pprot", First, false),
        ]),
        foreign: &[],
        fits: |bus| {
            let width = bus.width("pwdata");
            bus.are_bits(&["psel", "penable", "pwrite", "pready", "pslverr"])
                && [8, 16, 32].contains(&width)
                && bus.width("prdata") == width
                && bus.width("paddr") <= 32
                && bus.is("pstrb", width / 8)
                && bus.is("pprot", 3)
        },
    }
}

/// AHB-Lite. A subordinate among others reads the ready of all of them from HREADY, and drives HREADYOUT.
fn ahb(has_ready_out: bool) -> Protocol {
    let mut all = wires(&[
        ("htrans", First, true),
        ("haddr", First, true),
        ("hwrite", First, true),
        ("hsize", First, false),
        ("hburst", First, false),
        ("hprot", First, false),
        ("hmastlock", First, false),
        ("hsel", First, false),
        ("hwdata", First, true),
        ("hrdata", Second, true),
        ("hresp", Second, false),
    ]);
    all.extend(if has_ready_out {
        wires(&[("hready", First, true), ("hreadyout", Second, true)])
    } else {
        wires(&[("hready", Second, true)])
    });
    Protocol {
        kind: Kind::Ahb,
        key: "htrans".to_owned(),
        wires: all,
        foreign: &[],
        fits: |bus| {
            let width = bus.width("hwdata");
            let bits = [
                "hwrite",
                "hmastlock",
                "hsel",
                "hready",
                "hreadyout",
                "hresp",
            ];
            bus.are_bits(&bits)
                && (8..=1024).contains(&width)
                && width.is_power_of_two()
                && bus.width("hrdata") == width
                && bus.width("htrans") == 2
                && bus.width("haddr") <= 64
                && bus.is("hsize", 3)
                && bus.is("hburst", 3)
                && bus.is("hprot", 4)
        },
    }
}

/// Wishbone, with what is behind the names of the manager's and of the subordinate's signals, and what data is
/// called.
fn wishbone(ends: [&str; 2], data: [&str; 2]) -> Protocol {
    let mut all = Vec::new();
    for (name, side, needed) in [
        ("cyc", First, true),
        ("stb", First, true),
        ("we", First, true),
        ("adr", First, true),
        ("sel", First, false),
        ("cti", First, false),
        ("bte", First, false),
        ("lock", First, false),
        ("ack", Second, true),
        ("err", Second, false),
        ("rty", Second, false),
        ("stall", Second, false),
    ] {
        let end = ends[usize::from(side == Second)];
        all.push(Wire {
            port: format!("{name}{end}"),
            name,
            side,
            needed,
        });
    }
    for (port, name, side) in [(data[0], "dat_w", First), (data[1], "dat_r", Second)] {
        all.push(Wire {
            port: port.to_owned(),
            name,
            side,
            needed: true,
        });
    }
    Protocol {
        kind: Kind::Wishbone,
        key: format!("cyc{}", ends[0]),
        wires: all,
        foreign: &[],
        fits: |bus| {
            let width = bus.width("dat_w");
            let bits = ["cyc", "stb", "we", "lock", "ack", "err", "rty", "stall"];
            bus.are_bits(&bits)
                && [8, 16, 32, 64].contains(&width)
                && bus.width("dat_r") == width
                && bus.width("adr") <= 64
                && bus.is("sel", width / 8)
                && bus.is("cti", 3)
                && bus.is("bte", 2)
        },
    }
}
