use std::collections::BTreeMap;

use super::super::Instance;
use super::*;
use crate::dut::testing::simulate;
use crate::dut::{Array, Parameter, Signal};
use crate::value::{Logic, LogicVec};

#[derive(Debug, verifork_macros::Dut)]
#[allow(dead_code)]
struct Lane {
    valid: Signal<bool>,
}

#[derive(verifork_macros::Dut)]
struct Core<T: crate::dut::SignalValue> {
    next_count: Signal<T>,
    nothing: PhantomData<T>,
}

#[derive(verifork_macros::Dut)]
struct Counter {
    #[dut(input)]
    clk: Signal<bool>,
    #[dut(output)]
    count: Signal<u8>,
    #[dut(path = "core.next_count")]
    next: Signal<u8>,
    memory: Array<u8>,
    #[dut(path = "WIDTH")]
    width: Parameter<u32>,
    debug: Option<Signal<LogicVec>>,
    label: Option<Signal<String>>,
    core: Core<u8>,
    #[dut(path = "lanes[1]")]
    lane: Lane,
    #[dut(path = "")]
    same: Enable,
    #[dut(path = "core")]
    scope: Instance,
}

#[derive(verifork_macros::Dut)]
struct Enable {
    en: Signal<Logic>,
}

#[derive(verifork_macros::Dut)]
struct Lanes {
    lanes: Vec<Lane>,
}

// `tests/compile_fail/structs_that_are_not_copied.rs` has those that are not.
#[test]
fn a_struct_is_clone_and_copy_if_all_its_fields_are() {
    let (dut, _) = simulate();
    let counter: Counter = dut.bind().unwrap();
    let copy = counter;
    assert_eq!(copy.core.next_count, counter.core.next_count);
    let lanes: Lanes = dut.bind().unwrap();
    let clone = lanes.clone();
    assert_eq!(clone.lanes[1].valid, lanes.lanes[1].valid);
}

#[test]
fn a_struct_binds_field_by_field() {
    let (dut, _) = simulate();
    let counter: Counter = dut.bind().unwrap();
    assert_eq!(counter.clk.path(), "top.clk");
    assert_eq!(counter.count.path(), "top.count");
    assert_eq!(counter.next, counter.core.next_count);
    assert_eq!(counter.core.nothing, PhantomData);
    assert_eq!(counter.memory.len(), 4);
    assert_eq!(counter.width.get(), Ok(8));
    assert!(counter.debug.is_none() && counter.label.is_some());
    assert_eq!(counter.lane.valid.path(), "top.lanes[1].valid");
    assert_eq!(counter.same.en.path(), "top.en");
    assert_eq!(counter.scope.path(), "top.core");
}

/// Why it is missing takes a look at all that is there, for a message that nobody reads.
#[test]
fn nothing_else_is_opened_for_what_may_be_missing() {
    #[derive(verifork_macros::Dut)]
    struct Optional {
        absent: Option<Signal<bool>>,
        #[dut(path = "core.nowhere")]
        deeper: Option<Instance>,
    }
    let (dut, _) = simulate();
    let kernel = scheduler::kernel().unwrap();
    let opened = |path| kernel.open(dut.object(path).unwrap().handle()).number();
    let before = opened("wide");
    let bound: Optional = dut.bind().unwrap();
    assert!(bound.absent.is_none() && bound.deeper.is_none());
    assert_eq!(opened("shifted"), before + 1);
}

#[derive(Debug, verifork_macros::Dut)]
#[allow(dead_code)]
struct Wrong {
    clock: Signal<bool>,
    count: Signal<bool>,
    #[dut(input)]
    level: Signal<u16>,
    core: Signal<u8>,
    memory: Signal<u8>,
    temperature: Signal<u8>,
    done: Signal<bool>,
    lanes: Option<Missing>,
    label: Option<Signal<u8>>,
    #[dut(path = "core")]
    inner: Missing,
}

#[derive(Debug, verifork_macros::Dut)]
#[allow(dead_code)]
struct Missing {
    next_cuont: Signal<u8>,
    absent: Signal<u8>,
}

#[test]
fn everything_that_does_not_fit_is_reported_at_once_with_the_fields_places() {
    let (dut, _) = simulate();
    let error = dut.bind::<Wrong>().unwrap_err();
    let told: Vec<_> = error
        .field_errors()
        .iter()
        .map(|error| (error.field().unwrap(), error))
        .collect();
    let fields: Vec<_> = told.iter().map(|(field, _)| *field).collect();
    assert_eq!(
        fields,
        [
            ("Wrong", "clock"),
            ("Wrong", "count"),
            ("Wrong", "level"),
            ("Wrong", "core"),
            ("Wrong", "memory"),
            ("Wrong", "temperature"),
            ("Wrong", "done"),
            ("Wrong", "label"),
            ("Missing", "next_cuont"),
            ("Missing", "absent"),
        ]
    );
    let lines: Vec<_> = told.iter().map(|(_, error)| error.line()).collect();
    assert!(
        lines[..8].is_sorted() && lines[0] + 1 == lines[1],
        "{lines:?}"
    );
    for (number, part) in [
        (0, "there is no `clock` in `top`"),
        (
            1,
            "`top.count` is a net of logic [7:0] (8 bits), but bool takes 1 bit: \
             Signal<u8> or Signal<LogicVec> would fit",
        ),
        (2, "`top.level` is not a port, not an input port"),
        (
            3,
            "`top.core` is a module: bind it as `Instance` or as a struct that derives `Dut`",
        ),
        (
            4,
            "`top.memory` is an array: bind it as `Array<u8>`, whose elements are [0:3]",
        ),
        (
            5,
            "`top.temperature` is a real variable, but u8 takes 1 to 8 bits: Signal<f64>",
        ),
        (6, "`top.done` is a named event: it has no value"),
        (7, "but u8 takes 1 to 8 bits: Signal<String> would fit"),
        (
            8,
            "no `next_cuont` in `top.core` (did you mean `next_count`?)",
        ),
    ] {
        let text = told[number].1.to_string();
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert!(
        error
            .to_string()
            .contains("in 10 places:\n  src/dut/bind/tests.rs:"),
        "{error}"
    );
}

#[derive(Debug, verifork_macros::Dut)]
#[allow(dead_code)]
struct Demanding {
    #[dut(demands = "count has 1 bit here")]
    count: Signal<bool>,
    #[dut(path = "count")]
    without: Signal<bool>,
    #[dut(demands = "of another value")]
    clock: Signal<bool>,
}

#[test]
fn what_is_demanded_of_a_value_is_said_where_it_does_not_fit() {
    let (dut, _) = simulate();
    let error = dut.bind::<Demanding>().unwrap_err();
    let [demanded, without, missing] = error.field_errors() else {
        panic!("{error}");
    };
    let text = demanded.kind().to_string();
    let says = "`top.count` is a net of logic [7:0] (8 bits): count has 1 bit here";
    assert_eq!(text, says);
    assert!(without.to_string().contains("bool takes 1 bit"), "{error}");
    // It is about values, not about names.
    assert!(missing.to_string().contains("no `clock`"), "{error}");
}

#[test]
fn a_field_of_a_librarys_struct_is_reported_with_the_users_field_around_it() {
    let user = BindSite {
        field: None,
        file: "src/lib.rs",
        line: 1,
        within: None,
    };
    let lane = user.inside(("Top", "lane"), "src/lib.rs", 7);
    let bus = lane.inside(("Lane", "bus"), "src/lib.rs", 3);
    let signals = bus.inside(("Signals", "aw"), "bus/src/signals.rs", 30);
    let signal = signals.inside(("Address", "addr"), "bus/src/signals.rs", 40);
    let text = |place| {
        let kind = BindErrorKind::Other("it is odd".into());
        FieldError { place, kind }.to_string()
    };
    assert_eq!(text(bus), "src/lib.rs:3: Lane.bus: it is odd");
    assert_eq!(
        text(signal),
        "bus/src/signals.rs:40: Address.addr: it is odd, for Lane.bus at src/lib.rs:3"
    );
}

#[derive(Debug, verifork_macros::Dut)]
#[allow(dead_code)]
struct Stream {
    tdata: Signal<u8>,
    tvalid: Signal<bool>,
    tlast: Option<Signal<bool>>,
}

#[derive(Debug, verifork_macros::Dut)]
struct Channel {
    addr: Signal<u8>,
    valid: Signal<bool>,
}

#[derive(Debug, verifork_macros::Dut)]
struct Writes {
    #[dut(prefix = "aw")]
    address: Channel,
    #[dut(path = "user")]
    users: Vec<Signal<bool>>,
}

#[test]
fn a_struct_binds_names_with_a_prefix_and_a_suffix() {
    #[derive(Debug, verifork_macros::Dut)]
    struct Bus {
        #[dut(path = "core.bus", prefix = "s_axis_")]
        stream: Stream,
        #[dut(path = "core.bus", prefix = "m_axis_")]
        absent: Option<Stream>,
        #[dut(path = "core.bus", prefix = "s_axis_")]
        present: Option<Stream>,
        #[dut(path = "core.bus", prefix = "s_", suffix = "_i")]
        writes: Writes,
    }
    let (dut, _) = simulate();
    let bus: Bus = dut.bind().unwrap();
    // Spelt as the design has it.
    assert_eq!(bus.stream.tdata.path(), "top.core.bus.S_AXIS_TDATA");
    assert_eq!(bus.stream.tvalid.path(), "top.core.bus.S_AXIS_TVALID");
    assert!(bus.stream.tlast.is_none());
    assert!(bus.absent.is_none() && bus.present.is_some());
    assert_eq!(bus.writes.address.addr.path(), "top.core.bus.s_awaddr_i");
    assert_eq!(bus.writes.address.valid.path(), "top.core.bus.s_awvalid_i");
    let users: Vec<_> = bus.writes.users.iter().map(Signal::path).collect();
    assert_eq!(
        users,
        ["top.core.bus.s_user_i[2]", "top.core.bus.s_user_i[3]"]
    );
}

/// Names that tell a direction: what is there is looked for with each prefix and suffix.
#[test]
fn a_struct_binds_names_with_one_of_several_prefixes_and_suffixes() {
    #[derive(Debug, verifork_macros::Dut)]
    struct Handshake {
        valid: Signal<bool>,
        ready: Signal<bool>,
        last: Option<Signal<bool>>,
    }
    #[derive(Debug, verifork_macros::Dut)]
    struct Address {
        #[dut(prefix = "aw")]
        channel: Handshake,
    }
    #[derive(Debug, verifork_macros::Dut)]
    struct Cycle {
        cyc: Signal<bool>,
        stb: Signal<bool>,
        ack: Signal<bool>,
        err: Option<Signal<bool>>,
    }
    #[derive(Debug, verifork_macros::Dut)]
    struct Bus {
        #[dut(path = "core.bus", prefix = "s_", suffix("_i", "_o"))]
        address: Address,
        #[dut(path = "core.bus", prefix("i_wb_", "o_wb_"))]
        cycle: Cycle,
        #[dut(path = "core.bus", prefix("i_spi_", "o_spi_"))]
        absent: Option<Cycle>,
    }
    let (dut, _) = simulate();
    let bus: Bus = dut.bind().unwrap();
    let channel = bus.address.channel;
    assert_eq!(channel.valid.path(), "top.core.bus.s_awvalid_i");
    assert_eq!(channel.ready.path(), "top.core.bus.s_awready_o");
    let Cycle { cyc, stb, ack, err } = bus.cycle;
    assert_eq!(cyc.path(), "top.core.bus.i_wb_cyc");
    assert_eq!(stb.path(), "top.core.bus.I_WB_STB");
    assert_eq!(ack.path(), "top.core.bus.o_wb_ack");
    assert!(channel.last.is_none() && err.is_none() && bus.absent.is_none());
}

#[test]
fn a_name_that_several_prefixes_have_is_not_chosen_from() {
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Data {
        data: Option<Signal<u8>>,
        sel: Signal<u8>,
    }
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Bus {
        #[dut(path = "core.bus", prefix("i_wb_", "o_wb_"))]
        data: Data,
    }
    let error = simulate().0.bind::<Bus>().unwrap_err().to_string();
    for part in [
        "`data` with the prefix `i_wb_` or `o_wb_` is `i_wb_data`, and `o_wb_data`: bind it by its own path",
        "there is no `i_wb_sel` in `top.core.bus`",
        "; with the prefix `i_wb_` or `o_wb_` it holds i_wb_cyc, I_WB_STB, i_wb_data, o_wb_ack, o_wb_data",
    ] {
        assert!(error.contains(part), "{part}\nis not in\n{error}");
    }
}

/// Where names have directions, one of them tells that of another.
#[test]
fn a_name_is_bound_with_the_prefix_that_another_has() {
    #[derive(Debug)]
    struct Data([Signal<u8>; 2], bool);
    impl Dut for Data {
        fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
            let mut scope = binder.enter(path)?;
            let asked = Dut::bind(&mut scope.named_like("cyc")?, "data")?;
            let answered = Dut::bind(&mut scope.named_like("ack")?, "data")?;
            let none = ["data", "sel"].map(|name| scope.named_like(name).is_none());
            Some(Data([asked, answered], none == [true; 2]))
        }
    }
    #[derive(Debug, verifork_macros::Dut)]
    struct Bus {
        #[dut(path = "core.bus", prefix("i_wb_", "o_wb_"))]
        data: Data,
    }
    let Data(data, none) = simulate().0.bind::<Bus>().unwrap().data;
    assert_eq!(
        data.map(|it| it.path()),
        ["top.core.bus.i_wb_data", "top.core.bus.o_wb_data"]
    );
    assert!(none);
}

#[test]
fn a_name_that_is_missing_is_reported_with_those_of_its_prefix() {
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Wide {
        tdata: Signal<u8>,
        tready: Signal<bool>,
        tkeep: Signal<bool>,
    }
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Bus {
        #[dut(path = "core.bus", prefix = "s_axis_")]
        stream: Wide,
        #[dut(path = "core.bus", prefix = "m_axis_")]
        other: Stream,
    }
    let error = simulate().0.bind::<Bus>().unwrap_err();
    let fields: Vec<_> = error
        .field_errors()
        .iter()
        .map(|it| it.field().unwrap())
        .collect();
    let missing = [
        ("Wide", "tready"),
        ("Wide", "tkeep"),
        ("Stream", "tdata"),
        ("Stream", "tvalid"),
    ];
    assert_eq!(fields, missing);
    let text = error.to_string();
    for part in [
        "there is no `s_axis_tready` in `top.core.bus`",
        "; with the prefix `s_axis_` it holds S_AXIS_TDATA, S_AXIS_TVALID\n",
        "there is no `m_axis_tdata`",
        "; it holds no name with the prefix `m_axis_`\n",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
}

#[test]
fn scopes_of_a_loop_and_elements_are_bound_as_several() {
    #[derive(Debug, verifork_macros::Dut)]
    struct Lanes {
        lanes: [Lane; 2],
        #[dut(path = "lanes")]
        any: Vec<Lane>,
        #[dut(path = "lanes")]
        by_index: BTreeMap<i64, Lane>,
        memory: [Signal<u8>; 4],
        down: BTreeMap<i64, Signal<u8>>,
        ranks: Option<Vec<Lane>>,
        #[dut(path = "core.bus.s_user_i")]
        users: BTreeMap<i64, Signal<bool>>,
    }
    let (dut, _) = simulate();
    let lanes: Lanes = dut.bind().unwrap();
    assert_eq!(lanes.lanes[1].valid.path(), "top.lanes[1].valid");
    assert_eq!(lanes.any[0].valid.path(), "top.lanes[0].valid");
    assert_eq!(lanes.by_index[&1].valid.path(), "top.lanes[1].valid");
    assert_eq!(lanes.memory[3].path(), "top.memory[3]");
    assert_eq!(lanes.down[&0].path(), "top.down[0]");
    assert!(lanes.any.len() == 2 && lanes.down.len() == 4 && lanes.ranks.is_none());
    assert!(lanes.users.keys().eq(&[2, 3]));
}

#[test]
fn another_number_of_elements_or_none_does_not_fit() {
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Lanes {
        lanes: [Lane; 3],
        lane: Vec<Lane>,
        core: Vec<Instance>,
        #[dut(path = "lanes")]
        inner: Vec<Missing>,
        #[dut(path = "lanes")]
        one: Lane,
        count: [Signal<bool>; 8],
    }
    let error = simulate().0.bind::<Lanes>().unwrap_err();
    let told: Vec<String> = error
        .field_errors()
        .iter()
        .map(ToString::to_string)
        .collect();
    for (text, part) in told.iter().zip([
        "Lanes.lanes: `lanes` has 2 elements, 0, 1, and this field takes 3",
        "Lanes.lane: there is no `lane` in `top` (did you mean `lanes[0]`",
        "Lanes.core: `top.core` is a module: it has no elements `core[…]`",
        "Missing.next_cuont: there is no `next_cuont` in `top.lanes[0]`",
        "Missing.absent",
        "Missing.next_cuont: there is no `next_cuont` in `top.lanes[1]`",
        "Missing.absent",
        "; there are 2 elements, `lanes[0]` to `lanes[1]`: bind one of them, or all as a `Vec`",
        ": it is one vector: bind it as a `Signal`, whose bits are selected by `bit`",
    ]) {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert_eq!(told.len(), 9, "{told:?}");
}

#[test]
fn fields_are_names_in_whatever_case_the_object_has_them() {
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Fields {
        s_axis_tdata: Signal<u8>,
    }
    #[derive(Debug, verifork_macros::Dut)]
    struct Bus {
        #[dut(path = "core.bus", fields)]
        bus: Fields,
    }
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct AsWritten {
        #[dut(path = "core.bus")]
        bus: Fields,
    }
    let (dut, _) = simulate();
    let bus: Bus = dut.bind().unwrap();
    assert_eq!(bus.bus.s_axis_tdata.path(), "top.core.bus.S_AXIS_TDATA");
    assert!(dut.bind::<AsWritten>().is_err());
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Packed {
        #[dut(fields)]
        packed: Fields,
    }
    let error = dut.bind::<Packed>().unwrap_err().to_string();
    assert!(error.contains("`top.packed` is"), "{error}");
    assert!(
        error.contains("a struct that derives `LogicStruct`"),
        "{error}"
    );
}

#[test]
fn what_a_scope_holds_is_reported_once() {
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Twice {
        clock: Signal<bool>,
        cnt: Signal<u8>,
    }
    let error = simulate().0.bind::<Twice>().unwrap_err().to_string();
    assert_eq!(error.matches("it holds").count(), 1, "{error}");
    assert_eq!(error.matches("did you mean").count(), 2, "{error}");
}

#[test]
fn a_port_of_another_direction_does_not_fit() {
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Ports {
        #[dut(inout)]
        clk: Signal<bool>,
    }
    let error = simulate().0.bind::<Ports>().unwrap_err().to_string();
    assert!(
        error.contains("`top.clk` is an input port, not an inout port"),
        "{error}"
    );
}

#[test]
fn an_enum_fits_its_declared_width_or_whatever_holds_it() {
    #[derive(verifork_macros::LogicEnum)]
    #[allow(dead_code)]
    #[logic(width = 2)]
    enum Declared {
        A,
    }
    #[derive(verifork_macros::LogicEnum)]
    #[allow(dead_code)]
    enum Free {
        A,
        B = 9,
    }
    let (dut, _) = simulate();
    let error = dut.signal::<Declared>("state").unwrap_err().to_string();
    assert!(error.contains("but Declared takes 2 bits"), "{error}");
    let error = dut.signal::<Free>("state").unwrap_err().to_string();
    assert!(error.contains("but Free takes 4 bits or more"), "{error}");
    assert!(dut.signal::<Free>("count").is_ok());
}

#[test]
fn an_implementation_by_hand_reports_its_own_problems() {
    #[derive(Debug)]
    struct Never;
    impl Dut for Never {
        fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
            if path.is_empty() {
                binder.error("not today");
            }
            None
        }
    }
    let (dut, _) = simulate();
    assert!(
        dut.bind::<Never>()
            .unwrap_err()
            .to_string()
            .contains("not today")
    );
    let error = dut.object("clk").unwrap().bind::<Never>().unwrap_err();
    assert_eq!(error.field_errors().len(), 1);
}

#[test]
fn a_missing_name_may_be_of_what_the_design_does_not_use_where_such_is_left_out() {
    let icarus = crate::dut::testing::design().simulated_by("Icarus Verilog", "11.0");
    icarus.begin();
    let top = Instance::find("top").unwrap();
    let error = |path| top.signal::<LogicVec>(path).unwrap_err().to_string();
    let note =
        "; Icarus Verilog leaves out variables and nets that the design does not use; it holds";
    assert!(error("quux").contains(note), "{}", error("quux"));
    // It is a slip of the finger rather.
    assert!(!error("cuont").contains("leaves out"), "{}", error("cuont"));
}
