//! Each rule of Wishbone is broken on purpose, and nothing else.

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::wishbone::{Checker, RULES, Signals};

use crate::breaks::{all_have_tests, broke, unknown};
use crate::wishbone::Wishbone;

type Change = fn(&Signals);

#[derive(Clone, Copy, PartialEq)]
enum When {
    Asked,
    Waits,
    Ends,
    After,
}

fn ask(bus: &Signals, write: bool) {
    bus.cyc.set(Logic::One);
    bus.stb.set(Logic::One);
    bus.we.set(Logic::from(write));
    bus.adr.set(0x10);
    bus.dat_w.set(0x21);
    bus.sel.unwrap().set(1);
    bus.cti.unwrap().set(0);
    bus.bte.unwrap().set(0);
}

fn leave(bus: &Signals) {
    for signal in [
        bus.cyc,
        bus.stb,
        bus.ack,
        bus.err.unwrap(),
        bus.rty.unwrap(),
    ] {
        signal.set(Logic::Zero);
    }
}

/// An access in standard mode that waits for a clock, changed at some time.
async fn an_access(
    dut: &Wishbone,
    checker: Checker,
    write: bool,
    when: When,
    change: Change,
) -> Result<(), TaskErrors> {
    let clocked = dut.start().await;
    let bus = &dut.classic;
    let at = |now: When| {
        if when == now {
            change(bus);
        }
    };
    scope(async |tm| {
        checker.start(tm, &clocked);
        clocked.edges(2).await;
        ask(bus, write);
        bus.dat_r.set(0x55);
        at(When::Asked);
        clocked.edge().await;
        at(When::Waits);
        clocked.edge().await;
        bus.ack.set(Logic::One);
        at(When::Ends);
        clocked.edge().await;
        leave(bus);
        at(When::After);
        clocked.edge().await;
        leave(bus);
        clocked.edge().await;
        Ok(())
    })
    .await
}

#[verifork::test(cases(read = false, write = true))]
async fn an_access_that_waits_breaks_no_rule(dut: Wishbone, write: bool) -> Result {
    let checker = Checker::new(&dut.classic).max_wait(2);
    Ok(an_access(&dut, checker, write, When::Asked, |_| {}).await?)
}

#[verifork::test(cases(
    no_cycle = ("WB_3.25_CYC", When::Asked, (|bus| bus.cyc.set(Logic::Zero)) as Change),
    cycle_falls = ("WB_3.25_CYC_STABLE", When::Waits, (|bus| {
        bus.cyc.set(Logic::Zero);
        bus.stb.set(Logic::Zero);
    }) as Change),
    two = ("WB_3.45_ONE_TERMINATION", When::Ends, (|bus| bus.err.unwrap().set(Logic::One)) as Change),
    two_others = ("WB_3.45_ONE_TERMINATION", When::Ends, (|bus| {
        bus.ack.set(Logic::Zero);
        bus.err.unwrap().set(Logic::One);
        bus.rty.unwrap().set(Logic::One);
    }) as Change),
    late = ("WB_3.50_NEGATED", When::After, (|bus| bus.ack.set(Logic::One)) as Change),
    late_in_cycle = ("WB_3.50_NEGATED", When::After, (|bus| {
        bus.cyc.set(Logic::One);
        bus.rty.unwrap().set(Logic::One);
    }) as Change),
    address = ("WB_3.60_ADR_STABLE", When::Waits, (|bus| bus.adr.set(0)) as Change),
    write = ("WB_3.60_WE_STABLE", When::Waits, (|bus| bus.we.set(Logic::Zero)) as Change),
    select = ("WB_3.60_SEL_STABLE", When::Ends, (|bus| bus.sel.unwrap().set(0)) as Change),
    data = ("WB_3.60_DAT_STABLE", When::Waits, (|bus| bus.dat_w.set(0)) as Change),
    kind = ("WB_3.60_CTI_STABLE", When::Waits, (|bus| bus.cti.unwrap().set(7)) as Change),
    strobe = ("WB_3.75_STB_STABLE", When::Waits, (|bus| bus.stb.set(Logic::Zero)) as Change),
    reserved = ("WB_4.05_CTI_RESERVED", When::Asked, (|bus| bus.cti.unwrap().set(3)) as Change),
))]
async fn a_broken_rule_is_named(
    dut: Wishbone,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    let checker = Checker::new(&dut.classic);
    let outcome = an_access(&dut, checker, true, when, change).await;
    broke(rule, "wb", outcome)?;
    Ok(())
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        cycle = ("WB_CYC_X", When::Asked, (|bus| unknown(bus.cyc)) as Change),
        strobe = ("WB_STB_X", When::Asked, (|bus| unknown(bus.stb)) as Change),
        ack = ("WB_ACK_X", When::Waits, (|bus| unknown(bus.ack)) as Change),
        error = ("WB_ERR_X", When::Asked, (|bus| unknown(bus.err.unwrap())) as Change),
        retry = ("WB_RTY_X", When::Ends, (|bus| unknown(bus.rty.unwrap())) as Change),
        address = ("WB_3.60_ADR_X", When::Asked, (|bus| unknown(bus.adr)) as Change),
        write = ("WB_3.60_WE_X", When::Asked, (|bus| unknown(bus.we)) as Change),
        select = ("WB_3.60_SEL_X", When::Asked, (|bus| unknown(bus.sel.unwrap())) as Change),
        data = ("WB_3.60_DAT_X", When::Asked, (|bus| unknown(bus.dat_w)) as Change),
        kind = ("WB_3.60_CTI_X", When::Asked, (|bus| unknown(bus.cti.unwrap())) as Change),
        extension = ("WB_3.60_BTE_X", When::Asked, (|bus| {
            bus.cti.unwrap().set(2);
            unknown(bus.bte.unwrap());
        }) as Change),
    )
)]
async fn what_is_unknown_is_named(
    dut: Wishbone,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    let checker = Checker::new(&dut.classic);
    let outcome = an_access(&dut, checker, true, when, change).await;
    broke(rule, "wb", outcome)?;
    Ok(())
}

#[verifork::test(skip(verilator, "its values have two states"))]
async fn unknown_data_is_named_where_it_means_something(dut: Wishbone) -> Result {
    let change: Change = |bus| unknown(bus.dat_r);
    let checker = || Checker::new(&dut.classic);
    let outcome = an_access(&dut, checker(), false, When::Ends, change).await;
    broke("WB_3.65_DAT_X", "wb", outcome)?;
    an_access(&dut, checker(), true, When::Ends, change).await?;
    // Bytes that are not selected, and what is written by a read.
    let change: Change = |bus| {
        bus.sel.unwrap().set(0);
        unknown(bus.dat_w);
    };
    an_access(&dut, checker(), true, When::Asked, change).await?;
    let change: Change = |bus| unknown(bus.dat_w);
    an_access(&dut, checker(), false, When::Asked, change).await?;
    // What ends with an error has no data, and BTE is of bursts.
    let change: Change = |bus| {
        bus.ack.set(Logic::Zero);
        bus.err.unwrap().set(Logic::One);
        unknown(bus.dat_r);
    };
    an_access(&dut, checker(), false, When::Ends, change).await?;
    let change: Change = |bus| unknown(bus.bte.unwrap());
    Ok(an_access(&dut, checker(), true, When::Asked, change).await?)
}

/// Four accesses that write, a clock each, as a burst, with a change before one of them.
async fn a_burst(dut: &Wishbone, cti: u8, beat: u64, change: Change) -> Result<(), TaskErrors> {
    let clocked = dut.start().await;
    let bus = &dut.classic;
    let bytes = bus.bytes() as u64;
    scope(async |tm| {
        Checker::new(bus).start(tm, &clocked);
        clocked.edges(2).await;
        for at in 0..4 {
            ask(bus, true);
            // Round at the end of four words.
            let word = if cti == 2 { (at + 2) % 4 } else { 2 };
            bus.adr.set(0x40 + word * bytes);
            bus.cti.unwrap().set(if at == 3 { 7 } else { cti });
            bus.bte.unwrap().set(1);
            bus.ack.set(Logic::One);
            if at == beat {
                change(bus);
            }
            clocked.edge().await;
        }
        leave(bus);
        clocked.edges(2).await;
        Ok(())
    })
    .await
}

#[verifork::test(cases(constant = 1, incrementing = 2))]
async fn a_burst_breaks_no_rule(dut: Wishbone, cti: u8) -> Result {
    Ok(a_burst(&dut, cti, 0, |_| {}).await?)
}

/// What a subordinate may be ahead of, and what ends with an error and is given up.
#[verifork::test]
async fn a_burst_that_waits_and_one_that_fails_break_no_rule(dut: Wishbone) -> Result {
    let clocked = dut.start().await;
    let bus = &dut.classic;
    scope(async |tm| {
        Checker::new(bus).start(tm, &clocked);
        clocked.edges(2).await;
        ask(bus, true);
        bus.cti.unwrap().set(1);
        bus.ack.set(Logic::One);
        clocked.edge().await;
        bus.stb.set(Logic::Zero);
        clocked.edges(2).await;
        bus.stb.set(Logic::One);
        bus.ack.set(Logic::Zero);
        bus.err.unwrap().set(Logic::One);
        clocked.edge().await;
        leave(bus);
        clocked.edges(2).await;
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(cases(
    constant_address = ("WB_4.35_CONSTANT_ADR", 1, 2, (|bus| bus.adr.set(0x80)) as Change),
    constant_write = ("WB_4.35_CONSTANT_WE", 1, 3, (|bus| bus.we.set(Logic::Zero)) as Change),
    constant_select = ("WB_4.35_CONSTANT_SEL", 1, 1, (|bus| bus.sel.unwrap().set(0)) as Change),
    // That of a burst that does not wrap.
    address = ("WB_4.40_INCREMENT_ADR", 2, 2, (|bus| bus.adr.set(0x40 + 4 * bus.bytes() as u64)) as Change),
    last_address = ("WB_4.40_INCREMENT_ADR", 2, 3, (|bus| bus.adr.set(0x40)) as Change),
    write = ("WB_4.40_INCREMENT_WE", 2, 1, (|bus| bus.we.set(Logic::Zero)) as Change),
    select = ("WB_4.40_INCREMENT_SEL", 2, 3, (|bus| bus.sel.unwrap().set(0)) as Change),
    extension = ("WB_4.40_INCREMENT_BTE", 2, 2, (|bus| bus.bte.unwrap().set(0)) as Change),
    classic = ("WB_4.30_END_OF_BURST", 2, 3, (|bus| bus.cti.unwrap().set(0)) as Change),
    other = ("WB_4.30_END_OF_BURST", 2, 1, (|bus| bus.cti.unwrap().set(1)) as Change),
    given_up = ("WB_4.30_END_OF_BURST", 1, 2, (|bus| {
        bus.cyc.set(Logic::Zero);
        bus.stb.set(Logic::Zero);
        bus.ack.set(Logic::Zero);
    }) as Change),
))]
async fn a_broken_rule_of_bursts_is_named(
    dut: Wishbone,
    rule: &'static str,
    cti: u8,
    beat: u64,
    change: Change,
) -> Result {
    broke(rule, "wb", a_burst(&dut, cti, beat, change).await)?;
    Ok(())
}

#[verifork::test]
async fn an_extension_that_changes_while_a_burst_waits_is_named(dut: Wishbone) -> Result {
    let clocked = dut.start().await;
    let bus = &dut.classic;
    let outcome = scope(async |tm| {
        Checker::new(bus).start(tm, &clocked);
        clocked.edges(2).await;
        ask(bus, true);
        bus.cti.unwrap().set(2);
        clocked.edge().await;
        bus.bte.unwrap().set(1);
        clocked.edges(2).await;
        Ok(())
    })
    .await;
    broke("WB_3.60_BTE_STABLE", "wb", outcome)?;
    Ok(())
}

/// Two accesses of a pipelined bus, of which the first is stalled for a clock, changed at some time.
async fn two_accesses(dut: &Wishbone, when: When, change: Change) -> Result<(), TaskErrors> {
    let clocked = dut.start().await;
    let bus = &dut.pipelined;
    let stall = bus.stall.unwrap();
    let at = |now: When| {
        if when == now {
            change(bus);
        }
    };
    scope(async |tm| {
        Checker::new(bus).max_wait(2).start(tm, &clocked);
        clocked.edges(2).await;
        ask(bus, true);
        stall.set(Logic::One);
        at(When::Asked);
        clocked.edge().await;
        at(When::Waits);
        clocked.edge().await;
        stall.set(Logic::Zero);
        clocked.edge().await;
        bus.adr.set(0x20);
        clocked.edge().await;
        bus.stb.set(Logic::Zero);
        bus.ack.set(Logic::One);
        at(When::Ends);
        clocked.edges(2).await;
        leave(bus);
        at(When::After);
        clocked.edge().await;
        leave(bus);
        clocked.edge().await;
        Ok(())
    })
    .await
}

#[verifork::test]
async fn pipelined_accesses_break_no_rule(dut: Wishbone) -> Result {
    Ok(two_accesses(&dut, When::Asked, |_| {}).await?)
}

#[verifork::test(cases(
    strobe = ("WB_3.75_STB_STABLE", When::Waits, (|bus| bus.stb.set(Logic::Zero)) as Change),
    address = ("WB_3.60_ADR_STABLE", When::Waits, (|bus| bus.adr.set(0)) as Change),
    cycle = ("WB_3.25_CYC_STABLE", When::Ends, (|bus| {
        bus.cyc.set(Logic::Zero);
        bus.ack.set(Logic::Zero);
    }) as Change),
    once_more = ("WB_3.35_ASKED", When::After, (|bus| {
        bus.cyc.set(Logic::One);
        bus.ack.set(Logic::One);
    }) as Change),
    after_the_cycle = ("WB_3.35_ASKED", When::After, (|bus| bus.err.unwrap().set(Logic::One)) as Change),
    two = ("WB_3.45_ONE_TERMINATION", When::Ends, (|bus| bus.rty.unwrap().set(Logic::One)) as Change),
))]
async fn a_broken_rule_of_a_pipelined_bus_is_named(
    dut: Wishbone,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    broke(rule, "wbp", two_accesses(&dut, when, change).await)?;
    Ok(())
}

#[verifork::test(skip(verilator, "its values have two states"))]
async fn an_unknown_stall_is_named(dut: Wishbone) -> Result {
    let change: Change = |bus| unknown(bus.stall.unwrap());
    let outcome = two_accesses(&dut, When::Asked, change).await;
    broke("WB_STALL_X", "wbp", outcome)?;
    Ok(())
}

#[verifork::test]
async fn a_wait_that_is_too_long_is_named(dut: Wishbone) -> Result {
    let checker = Checker::new(&dut.classic).max_wait(1);
    let outcome = an_access(&dut, checker, true, When::Asked, |_| {}).await;
    broke("WB_REC_3.10_MAX_WAIT", "wb", outcome)?;
    // Stalled twice and not terminated at once.
    let change: Change = |bus| bus.ack.set(Logic::Zero);
    let outcome = two_accesses(&dut, When::Ends, change).await;
    ensure!(outcome.is_err(), "it has waited for more than 2 cycles");
    Ok(())
}

#[verifork::test(cases(
    cycle = ("WB_3.20_CYC_RESET", (|bus| bus.cyc.set(Logic::One)) as Change),
    strobe = ("WB_3.20_STB_RESET", (|bus| bus.stb.set(Logic::One)) as Change),
))]
async fn a_manager_that_is_not_idle_in_a_reset_is_named(
    dut: Wishbone,
    rule: &'static str,
    change: Change,
) -> Result {
    let clocked = dut.start().await;
    let outcome = scope(async |tm| {
        Checker::new(&dut.classic).start(tm, &clocked);
        clocked.edge().await;
        dut.rst_n.set(false);
        clocked.edges(2).await;
        change(&dut.classic);
        clocked.edges(2).await;
        Ok(())
    })
    .await;
    dut.rst_n.set(true);
    broke(rule, "wb", outcome)?;
    Ok(())
}

#[verifork::test(
    cases(standard = false, pipelined = true),
    should_fail = "WB_ALL_DONE_EOS: an access is under way at the end"
)]
async fn an_access_without_its_end_is_named(dut: Wishbone, pipelined: bool) -> Result {
    let clocked = dut.start().await;
    let bus = dut.bus(pipelined);
    scope(async |tm| {
        Checker::new(bus).start(tm, &clocked);
        clocked.edge().await;
        ask(bus, true);
        clocked.edge().await;
        if pipelined {
            bus.stb.set(Logic::Zero); // it was taken
        }
        clocked.edges(2).await;
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn every_rule_of_the_table_has_its_test() -> Result {
    all_have_tests(RULES, include_str!("wishbone_rules.rs"))?;
    ensure!(RULES.len() == 38, "{} rules", RULES.len());
    Ok(())
}
