//! Writes to what `tests/designs/driven.sv` drives itself.

use verifork::prelude::*;

#[derive(Dut)]
struct Driven {
    i: Signal<bool>,
    enable: Signal<bool>,
    free: Signal<bool>,
    bus: Signal<Logic>,
    half: Signal<LogicVec>,
    state: Signal<bool>,
}

/// Sets inputs, and waits until the design has taken them.
async fn settle(dut: &Driven, enable: bool) {
    dut.i.set(true);
    dut.enable.set(enable);
    timer(1.ns()).await;
}

#[verifork::test]
async fn icarus_tells_what_has_drivers(dut: Driven, top: Instance) -> Result {
    settle(&dut, false).await;
    for name in [
        "assigned",
        "gated",
        "from_stage",
        "odd+name",
        "stage.a",
        "stage.y",
        "lane[1].inverted",
        "lane[0].u.a",
    ] {
        let net: Signal<bool> = top.signal(name)?;
        let before = net.get()?;
        match net.try_set(!before) {
            // Its parent's net is an input of the top, which nothing drives.
            Ok(()) => ensure!(name == "stage.a", "`{name}` was written"),
            Err(error) => {
                let text = error.to_string();
                let place = format!("at {}:", file!());
                ensure!(
                    text.contains("the design drives it") && text.contains(&place),
                    "{text}"
                );
            }
        }
        net.force(!before);
        net.release();
    }
    Ok(())
}

#[verifork::test]
async fn icarus_lets_writes_through_where_nothing_else_holds_a_value(dut: Driven) -> Result {
    settle(&dut, false).await;
    dut.free.set(true);
    dut.state.deposit(true);
    dut.bus.set(Logic::One);
    dut.half.slice(3, 2).set("10".parse()?);
    timer(1.ns()).await;
    dut.free.expect(true)?;
    dut.state.expect(true)?;
    dut.bus.expect(Logic::One)?;
    dut.bus.set(Logic::Zero);
    timer(1.ns()).await;
    dut.bus.expect(Logic::Zero)?;
    Ok(())
}

#[verifork::test]
async fn icarus_lets_nobody_write_a_bus_that_the_design_holds(dut: Driven) -> Result {
    settle(&dut, true).await;
    ensure!(dut.bus.try_set(Logic::Zero).is_err());
    dut.bus.assume_undriven();
    dut.bus.set(Logic::Zero);
    timer(1.ns()).await;
    dut.bus.expect(Logic::Zero)?;
    Ok(())
}
