use super::*;

fn object(text: &str) -> Object {
    let told: verifork_protocol::description::Object = serde_json::from_str(text).unwrap();
    told.into()
}

fn logic(name: &str, direction: &str, width: u32, signed: bool) -> String {
    format!(
        r#"{{"kind": "net", "name": "{name}", "direction": {direction}, "constant": false,
                "encoding": {{"logic": {{"width": {width}, "range": [{}, 0], "signed": {signed}}}}}}}"#,
        width - 1
    )
}

fn module(name: &str, definition: &str, children: &[String]) -> String {
    let children = children.join(",");
    format!(
        r#"{{"kind": "module", "name": "{name}", "definition": "{definition}",
                "constant": false, "children": [{children}]}}"#
    )
}

fn text(top: &Object, internal: bool, depth: u8) -> String {
    source(
        &design(top),
        Extent { internal, depth },
        "cargo verifork bind",
    )
    .text
}

fn design(top: &Object) -> Design {
    let mut top = top.clone();
    top.settle();
    Design::of_top(top)
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn ports_become_fields_with_types_that_fit_their_widths() {
    let top = object(&module(
        "u0",
        "my_top",
        &[
            logic("type", "\"input\"", 5, false),
            logic("dataOut", "\"output\"", 130, false),
            logic("pad", "\"inout\"", 1, false),
            logic("inner", "null", 12, true),
        ],
    ));
    let ports = text(&top, false, 0);
    has(
        &ports,
        &[
            "pub struct MyTop {",
            "/// Input, 5 bits `[4:0]`.\n    pub r#type: Signal<u8>,",
            "#[dut(path = \"dataOut\")]\n    pub data_out: Signal<LogicVec>,",
            "pub pad: Signal<Logic>,",
        ],
    );
    assert!(!ports.contains("inner"), "{ports}");
    let inside = "/// Inside, 12 bits `[11:0]`, signed.\n    pub inner: Signal<i16>,";
    has(&text(&top, true, 0), &[inside]);
}

#[test]
fn parameters_are_fields_and_constants_inside_are_so_on_request() {
    let parameter = |name: &str, local: bool| {
        format!(
            r#"{{"kind": "parameter", "name": "{name}", "direction": null, "constant": true,
                    "local": {local},
                    "encoding": {{"logic": {{"width": 32, "range": null, "signed": true}}}}}}"#
        )
    };
    let children = [
        logic("width", "\"input\"", 4, false),
        parameter("WIDTH", false),
        parameter("LAST", true),
    ];
    let top = object(&module("top", "top", &children));
    let outside = text(&top, false, 0);
    // The port has the name that the parameter would have.
    has(
        &outside,
        &["#[dut(path = \"WIDTH\")]\n    pub width_2: Parameter<i32>,"],
    );
    assert!(!outside.contains("LAST"), "{outside}");
    has(
        &text(&top, true, 0),
        &[
            "/// Constant, 32 bits, signed.\n    #[dut(path = \"LAST\")]\n    pub last: Parameter<i32>,",
        ],
    );
}

#[test]
fn instances_are_structs_one_for_all_that_are_alike() {
    let leaf =
        |name: &str, width: u32| module(name, "leaf", &[logic("q", "\"output\"", width, false)]);
    let children = [leaf("a", 4), leaf("b", 4), leaf("c", 9)];
    let top = object(&module("top", "top", &children));
    let deep = text(&top, false, 1);
    has(
        &deep,
        &[
            "/// Instance of `leaf`.\n    pub a: Leaf,",
            "pub b: Leaf,",
            "pub c: Leaf2,",
            "pub struct Leaf {\n    /// Output, 4 bits `[3:0]`.\n    pub q: Signal<u8>,",
            "pub struct Leaf2 {\n    /// Output, 9 bits `[8:0]`.\n    pub q: Signal<u16>,",
        ],
    );
    assert_eq!(deep.matches("pub struct").count(), 3, "{deep}");
    assert!(deep.find("struct Top") < deep.find("struct Leaf"), "{deep}");
    assert!(!text(&top, false, 0).contains("Leaf"));
}

#[test]
fn scopes_of_one_loop_are_an_array_unless_they_differ() {
    let lane = |index: u32, width: u32| {
        let leaf = module("u", "leaf", &[logic("q", "\"output\"", width, false)]);
        format!(
            r#"{{"kind": "generate scope", "name": "lane[{index}]", "path": "top.lane[{index}]",
                    "children": [{leaf}]}}"#
        )
    };
    let alike = object(&module("top", "top", &[lane(1, 4), lane(0, 4)]));
    has(
        &text(&alike, false, 2),
        &[
            "/// `lane`, elements `[0:1]`.\n    pub lane: [Lane; 2],",
            "pub struct Lane {\n    /// Instance of `leaf`.\n    pub u: Leaf,\n}",
        ],
    );
    let different = object(&module("top", "top", &[lane(0, 4), lane(1, 9)]));
    has(
        &text(&different, false, 2),
        &[
            "#[dut(path = \"lane[0]\")]\n    pub lane_0: Lane,",
            "#[dut(path = \"lane[1]\")]\n    pub lane_1: Lane2,",
        ],
    );
    // No level is left for what is in the scopes.
    let bare = text(&alike, false, 1);
    has(
        &bare,
        &["    // `lane`: a greater `--depth` includes what is in it.\n"],
    );
    let inside = module("u", "leaf", &[logic("state", "null", 4, false)]);
    has(
        &text(&object(&module("top", "top", &[inside])), false, 2),
        &["    // `u`: it has no ports or parameters; `--internal` includes its signals.\n"],
    );
    let nothing = module("u", "leaf", &[]);
    has(
        &text(&object(&module("top", "top", &[nothing])), false, 2),
        &["    // `u`: nothing in it has a visible value.\n"],
    );
}

#[test]
fn instances_of_two_dimensions_are_arrays_of_arrays() {
    let children: Vec<String> = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
        .iter()
        .map(|(row, column)| {
            let name = format!("cell[{row}][{column}]");
            module(&name, "cell", &[logic("q", "\"output\"", 1, false)])
        })
        .collect();
    let top = object(&module("top", "top", &children));
    has(&text(&top, false, 1), &["pub cell: [[Cell; 3]; 2],"]);
}

#[test]
fn scopes_that_only_paths_tell_of_stand_between() {
    let instance = |lane: u32| {
        let leaf = module("u", "leaf", &[logic("q", "\"output\"", 4, false)]);
        let path = format!(r#"{{"path": "top.lane[{lane}].u", "#);
        leaf.replacen('{', &path, 1)
    };
    let top = module("top", "top", &[instance(0), instance(1)]);
    let top = object(&top.replacen('{', r#"{"path": "top", "#, 1));
    has(
        &text(&top, false, 2),
        &["pub lane: [Lane; 2],", "pub u: Leaf,"],
    );
}

#[test]
fn arrays_of_records_are_arrays_of_structs() {
    let field = logic("data", "null", 8, false);
    let array = format!(
        r#"{{"kind": "array", "name": "outs", "direction": "output", "array": [1, 2],
                "encoding": null, "element": {{"kind": "structure", "name": "outs[1]",
                "encoding": null, "children": [{field}]}}}}"#
    );
    let clock = logic("clk", "\"input\"", 1, false);
    let last = logic("last", "\"output\"", 1, false);
    let inside = logic("inside", "null", 1, false);
    let top = object(&module("top", "top", &[inside, clock, array, last]));
    let design = design(&top);
    let extent = Extent {
        internal: true,
        depth: 0,
    };
    let written = source(&design, extent, "cargo verifork bind");
    has(
        &written.text,
        &[
            "/// Output, records, elements `[1:2]`.\n    pub outs: [Outs; 2],",
            "/// Output, 8 bits `[7:0]`.\n    pub data: Signal<u8>,",
        ],
    );
    let ports: Vec<&str> = written.ports.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(ports, ["clk", "outs[0].data", "outs[1].data", "last"]);
    let places = ["clk:", "outs:", "last:", "inside:"].map(|it| written.text.find(it).unwrap());
    assert!(places.is_sorted(), "{}", written.text);
}

#[test]
fn what_cannot_be_bound_stands_there_with_the_reason() {
    let hidden = |name: &str, kind: &str, reason: &str| {
        format!(
            r#"{{"kind": "{kind}", "name": "{name}", "direction": "input", "encoding": null,
                    "hidden": {reason}}}"#
        )
    };
    let top = object(&module(
        "top",
        "top",
        &[
            hidden("bits", "object", "\"Fable shows no bits\""),
            hidden("mem", "array", "null"),
            hidden("strange", "object", "null"),
        ],
    ));
    has(
        &text(&top, false, 0),
        &[
            "    // `bits`, input: Fable shows no bits.\n",
            "    // `mem`, input: an array of arrays; `dut.signal(\"mem[…][…]\")` is an element.\n",
            "    // `strange`, input: Fable shows no value of this object.\n",
        ],
    );
}

#[test]
fn blocks_with_signals_are_scopes_and_subroutines_stand_there_with_the_reason() {
    let holds = |kind: &str, name: &str, inner: &[String]| {
        let inner = inner.join(",");
        format!(
            r#"{{"kind": "{kind}", "name": "{name}", "constant": false, "children": [{inner}]}}"#
        )
    };
    let variable = logic("count", "null", 8, false);
    let top = object(&module(
        "u0",
        "fifo",
        &[
            holds("named block", "drain", std::slice::from_ref(&variable)),
            holds("named block", "idle", &[]),
            holds("named block", "$unm_blk_1", std::slice::from_ref(&variable)),
            holds("task", "push", std::slice::from_ref(&variable)),
            holds("function", "parity", &[variable]),
        ],
    ));
    let inside = text(&top, true, 1);
    has(
        &inside,
        &[
            "    pub drain: Drain,\n",
            "pub struct Drain {\n    /// Inside, 8 bits `[7:0]`.\n    pub count: Signal<u8>,\n}",
            "// `push`, task: its variables have values only during a call.",
            "// `parity`, function: its variables have values only during a call.",
        ],
    );
    assert!(
        !inside.contains("idle") && !inside.contains("unm_blk"),
        "{inside}"
    );
    assert!(!text(&top, false, 0).contains("drain"));
}

#[test]
fn a_dot_in_a_name_is_marked_as_part_of_it() {
    let port = logic("clk.in", "\"input\"", 1, false);
    let top = object(&module("top", "top", &[port]));
    let mut design = design(&top);
    let mut has_path = |simulator: &str, path: &str| {
        design.simulator = simulator.to_owned();
        let text = source(&design, Extent::default(), "cargo verifork bind").text;
        has(&text, &[path, "pub clk_in: Signal<bool>,"]);
    };
    has_path("Verilator", "#[dut(path = \"\\\\clk.in \")]");
    has_path("nvc", "#[dut(path = \"\\\\clk.in\\\\\")]");
}

#[test]
fn an_enumeration_with_names_is_an_enum_and_others_are_integers() {
    let state = |name: &str, literals: &[(&str, u128)]| {
        let literal =
            |(name, value): &(&str, u128)| format!(r#"{{"name": "{name}", "value": {value}}}"#);
        let literals: Vec<String> = literals.iter().map(literal).collect();
        let literals = literals.join(",");
        format!(
            r#"{{"kind": "net", "name": "{name}", "direction": "input", "constant": false,
                    "literals": [{literals}],
                    "encoding": {{"logic": {{"width": 8, "range": null, "signed": false}}}}}}"#
        )
    };
    let children = [
        state("state", &[("IDLE", 0), ("RUN_FAST", 1)]),
        state("next", &[("IDLE", 0), ("RUN_FAST", 1)]),
        state("bits", &[("'0'", 0), ("'1'", 1)]),
        state("one_hot", &[("OFF", 1), ("ON", 2)]),
        state("huge", &[("LAST", u128::MAX)]),
    ];
    let top = object(&module("top", "top", &children));
    let design = design(&top);
    let written = source(&design, Extent::default(), "cargo verifork bind");
    has(
        &written.text,
        &[
            "pub state: Signal<State>,",
            "pub next: Signal<State>,",
            "pub bits: Signal<u8>,",
            "pub huge: Signal<u8>,",
            "pub enum OneHot {\n    /// `OFF`\n    Off = 1,\n    /// `ON`\n    On = 2,\n}",
            "#[logic(width = 8)]\npub enum State {\n    /// `IDLE`\n    Idle,\n    /// `RUN_FAST`\n    RunFast,\n}",
        ],
    );
    assert_eq!(written.ports[0].variants[0], "State::Idle");
}
