//! The design that the tests of this layer look into, on the simulator that stands in for a real one.

use crate::simulator::testing::{Design, Simulator, bits};
use crate::simulator::{Direction, Encoding, ObjectKind};
use crate::value::LogicVec;

use super::Instance;

pub(super) use crate::simulator::testing::Content;

/// Starts a simulation of the design of these tests on this thread, and gives its top.
pub(super) fn simulate() -> (Instance, &'static Simulator) {
    let simulator = design().begin();
    let top = Instance::find("top").unwrap();
    // An output, which these tests write: nothing in this design drives it.
    top.signal::<LogicVec>("count").unwrap().assume_undriven();
    (top, simulator)
}

pub(super) fn logic(text: &str) -> LogicVec {
    LogicVec::from_binary_str(text).unwrap()
}

pub(super) fn design() -> Design {
    use ObjectKind::{GenerateScope, NamedEvent, Net, Parameter, Real, Text};
    const BIT: Encoding = Design::BIT;
    let mut design = Design::new();
    let top = design.module(None, "top");
    let described = design.describe(top);
    described.definition = Some("counter".into());
    described.file = Some("counter.v".into());
    described.line = Some(7);
    for (name, direction, encoding) in [
        ("clk", Direction::Input, BIT),
        ("en", Direction::Input, BIT),
        ("count", Direction::Output, bits(7, 0)),
    ] {
        let port = design.add(Some(top), name, Net, encoding);
        design.describe(port).direction = Some(direction);
    }
    for (name, encoding) in [
        ("ascending", bits(0, 7)),
        ("level", bits(11, 0)),
        ("wide", bits(99, 0)),
        ("shifted", bits(11, 4)),
        ("state", bits(2, 0)),
        (
            "packed",
            Encoding::Logic {
                width: 16,
                range: Some((3, 0)),
                signed: false,
                two_state: false,
            },
        ),
        ("a.b", BIT),
        ("counter_i", Design::INTEGER),
    ] {
        design.variable(top, name, encoding);
    }
    design.add(Some(top), "temperature", Real, Encoding::Real);
    design.add(Some(top), "label", Text, Encoding::Text);
    design.add(Some(top), "done", NamedEvent, Encoding::None);
    for (name, value) in [("WIDTH", 8), ("DEPTH", 300)] {
        design.parameter(top, name, value);
    }
    let rate = design.add(Some(top), "RATE", Parameter, Encoding::Real);
    design.initialize(rate, Content::Real(2.5));
    for (name, range) in [("memory", (0, 3)), ("down", (3, 0))] {
        design.array(top, name, range, bits(7, 0));
    }
    let core = design.module(Some(top), "core");
    design.variable(core, "next_count", bits(7, 0));
    for index in 0..2 {
        let name = format!("lanes[{index}]");
        let lane = design.add(Some(top), &name, GenerateScope, Encoding::None);
        design.add(Some(lane), "valid", Net, BIT);
    }
    let bus = design.module(Some(core), "bus");
    for (name, encoding) in [
        ("S_AXIS_TDATA", bits(7, 0)),
        ("S_AXIS_TVALID", BIT),
        ("s_awaddr_i", bits(7, 0)),
        ("s_awvalid_i", BIT),
        ("s_awready_o", BIT),
        ("i_wb_cyc", BIT),
        ("I_WB_STB", BIT),
        ("i_wb_data", bits(7, 0)),
        ("o_wb_ack", BIT),
        ("o_wb_data", bits(7, 0)),
        ("s_user_i[2]", BIT),
        ("s_user_i[3]", BIT),
    ] {
        design.add(Some(bus), name, Net, encoding);
    }
    design
}
