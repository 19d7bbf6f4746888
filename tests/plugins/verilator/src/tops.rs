//! Several tops: tests of `tests/designs/tops.sv`, which `tests/verilator.rs` runs.

use verifork::dut::Instance;
use verifork::prelude::*;

#[derive(Dut)]
struct One {
    clk: Signal<bool>,
    count: Signal<u8>,
}

#[derive(Dut)]
struct Two {
    clk: Signal<bool>,
    step: Signal<LogicVec>,
    sum: Signal<LogicVec>,
}

#[verifork::test]
async fn each_top_has_its_own_ports() -> Result {
    let one: One = Instance::find("tops_one")?.bind()?;
    let two: Two = Instance::find("tops_two")?.bind()?;
    ensure!(one.clk.path() == "tops_one.clk" && two.step.path() == "tops_two.step");
    for top in ["tops_one", "tops_two"] {
        let clk = Instance::find(top)?.object("clk")?;
        ensure!(clk.name() == "clk", "{}", clk.name());
        let input = clk.description().direction == Some(verifork::Direction::Input);
        ensure!(input, "{clk:?}");
    }
    ensure!(!Instance::find("tops_one")?.contains("step"));
    two.step.set(LogicVec::from_u64(5, 80)?);
    for level in [false, true, false, true] {
        one.clk.set(level);
        timer(1.ns()).await;
    }
    one.count.expect(2)?;
    two.sum.expect(LogicVec::zeros(80))?;
    for level in [false, true] {
        two.clk.set(level);
        timer(1.ns()).await;
    }
    one.count.expect(2)?;
    two.sum.expect(LogicVec::from_u64(5, 80)?)?;
    Ok(())
}
