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
    Design::of_top(top)
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
fn buses_of_memories_and_registers_are_distinguished() {
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
