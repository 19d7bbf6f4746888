//! Each rule of AHB-Lite is broken on purpose, and nothing else.

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::ahb::{Checker, RULES, Signals};

use crate::ahb::Ahb;
use crate::breaks::{all_have_tests, broke, change_in_reset, unknown};

type Change = fn(&Signals);

const IDLE: u8 = 0;
const BUSY: u8 = 1;
const NONSEQ: u8 = 2;
const SEQ: u8 = 3;

fn size(bus: &Signals) -> u8 {
    u8::try_from(bus.bytes().trailing_zeros()).unwrap()
}

fn set_data(signal: Signal<LogicVec>, value: u64) {
    signal.set(LogicVec::from_u64(value, signal.width()).expect("it fits"));
}

/// An address phase, and a data phase that is ready.
fn cycle(bus: &Signals, kind: u8, address: u64, write: bool) {
    bus.htrans.set(kind);
    bus.haddr.set(address);
    bus.hwrite.set(Logic::from(write));
    bus.hsize.unwrap().set(size(bus));
    bus.hburst.unwrap().set(3);
    bus.hprot.unwrap().set(3);
    bus.hready.set(Logic::One);
    bus.hresp.unwrap().set(Logic::Zero);
}

/// A burst INCR4, of which the second transfer waits for a clock, changed in one of its cycles.
async fn a_burst(
    dut: &Ahb,
    checker: Checker,
    write: bool,
    first: u64,
    changed: usize,
    change: Change,
) -> Result<(), TaskErrors> {
    let clocked = dut.start().await;
    let bus = &dut.bus;
    let bytes = bus.bytes() as u64;
    scope(async |tm| {
        checker.start(tm, &clocked);
        set_data(bus.hwdata, 0x11);
        set_data(bus.hrdata, 0x22);
        clocked.edges(2).await;
        let kinds = [
            (NONSEQ, 0, true),
            (SEQ, 1, true),
            (SEQ, 2, false),
            (SEQ, 2, true),
            (SEQ, 3, true),
            (IDLE, 3, true),
            (IDLE, 3, true),
        ];
        for (at, (kind, beat, ready)) in kinds.into_iter().enumerate() {
            cycle(bus, kind, first + beat * bytes, write);
            bus.hready.set(Logic::from(ready));
            if at == changed {
                change(bus);
            }
            clocked.edge().await;
        }
        cycle(bus, IDLE, 0, false);
        clocked.edge().await;
        Ok(())
    })
    .await
}

#[verifork::test(cases(read = false, write = true))]
async fn a_burst_that_waits_breaks_no_rule(dut: Ahb, write: bool) -> Result {
    let checker = Checker::new(&dut.bus).max_wait(1);
    Ok(a_burst(&dut, checker, write, 0x40, 0, |_| {}).await?)
}

#[verifork::test(cases(
    stable = ("AHB_ERRM_HTRANS_STABLE", 3, (|bus| bus.htrans.set(IDLE)) as Change),
    stable_busy = ("AHB_ERRM_HTRANS_STABLE", 3, (|bus| bus.htrans.set(BUSY)) as Change),
    address = ("AHB_ERRM_HADDR_STABLE", 3, (|bus| bus.haddr.set(0)) as Change),
    write = ("AHB_ERRM_HWRITE_STABLE", 3, (|bus| bus.hwrite.set(Logic::Zero)) as Change),
    size = ("AHB_ERRM_HSIZE_STABLE", 3, (|bus| bus.hsize.unwrap().set(0)) as Change),
    burst = ("AHB_ERRM_HBURST_STABLE", 3, (|bus| bus.hburst.unwrap().set(1)) as Change),
    prot = ("AHB_ERRM_HPROT_STABLE", 3, (|bus| bus.hprot.unwrap().set(0)) as Change),
    data = ("AHB_ERRM_HWDATA_STABLE", 3, (|bus| set_data(bus.hwdata, 0)) as Change),
    width = ("AHB_ERRM_HSIZE_WIDTH", 0, (|bus| bus.hsize.unwrap().set(size(bus) + 1)) as Change),
    aligned = ("AHB_ERRM_HADDR_ALIGNED", 0, (|bus| bus.haddr.set(0x41)) as Change),
    no_burst = ("AHB_ERRM_HTRANS_BURST", 0, (|bus| bus.htrans.set(SEQ)) as Change),
    busy_without_burst = ("AHB_ERRM_HTRANS_BURST", 0, (|bus| bus.htrans.set(BUSY)) as Change),
    single = ("AHB_ERRM_HTRANS_BURST", 0, (|bus| bus.hburst.unwrap().set(0)) as Change),
    too_long = ("AHB_ERRM_HTRANS_BURST", 5, (|bus| bus.htrans.set(SEQ)) as Change),
    next = ("AHB_ERRM_HADDR_BURST", 1, (|bus| bus.haddr.set(0x80)) as Change),
    next_of_busy = ("AHB_ERRM_HADDR_BURST", 4, (|bus| {
        bus.htrans.set(BUSY);
        bus.haddr.set(0x40);
    }) as Change),
    burst_write = ("AHB_ERRM_HWRITE_BURST", 4, (|bus| bus.hwrite.set(Logic::Zero)) as Change),
    burst_size = ("AHB_ERRM_HSIZE_BURST", 4, (|bus| bus.hsize.unwrap().set(0)) as Change),
    burst_burst = ("AHB_ERRM_HBURST_BURST", 4, (|bus| bus.hburst.unwrap().set(5)) as Change),
    burst_prot = ("AHB_ERRM_HPROT_BURST", 4, (|bus| bus.hprot.unwrap().set(1)) as Change),
    ends = ("AHB_ERRM_BURST_LENGTH", 4, (|bus| bus.htrans.set(IDLE)) as Change),
    begins_anew = ("AHB_ERRM_BURST_LENGTH", 4, (|bus| bus.htrans.set(NONSEQ)) as Change),
    idle = ("AHB_ERRS_HREADY_IDLE", 0, (|bus| bus.hready.set(Logic::Zero)) as Change),
    idle_error = ("AHB_ERRS_HREADY_IDLE", 0, (|bus| bus.hresp.unwrap().set(Logic::One)) as Change),
    one_cycle = ("AHB_ERRS_HRESP_FIRST", 1, (|bus| bus.hresp.unwrap().set(Logic::One)) as Change),
    first_only = ("AHB_ERRS_HRESP_SECOND", 2, (|bus| bus.hresp.unwrap().set(Logic::One)) as Change),
))]
async fn a_broken_rule_is_named(
    dut: Ahb,
    rule: &'static str,
    changed: usize,
    change: Change,
) -> Result {
    let checker = Checker::new(&dut.bus);
    let outcome = a_burst(&dut, checker, true, 0x40, changed, change).await;
    broke(rule, "ahb", outcome)?;
    Ok(())
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        kind = ("AHB_ERRM_HTRANS_X", 0, (|bus| unknown(bus.htrans)) as Change),
        address = ("AHB_ERRM_HADDR_X", 0, (|bus| unknown(bus.haddr)) as Change),
        write = ("AHB_ERRM_HWRITE_X", 1, (|bus| unknown(bus.hwrite)) as Change),
        size = ("AHB_ERRM_HSIZE_X", 0, (|bus| unknown(bus.hsize.unwrap())) as Change),
        burst = ("AHB_ERRM_HBURST_X", 0, (|bus| unknown(bus.hburst.unwrap())) as Change),
        prot = ("AHB_ERRM_HPROT_X", 0, (|bus| unknown(bus.hprot.unwrap())) as Change),
        data = ("AHB_ERRM_HWDATA_X", 1, (|bus| unknown(bus.hwdata)) as Change),
        ready = ("AHB_ERRS_HREADY_X", 2, (|bus| unknown(bus.hready)) as Change),
        response = ("AHB_ERRS_HRESP_X", 2, (|bus| unknown(bus.hresp.unwrap())) as Change),
    )
)]
async fn what_is_unknown_is_named(
    dut: Ahb,
    rule: &'static str,
    changed: usize,
    change: Change,
) -> Result {
    let checker = Checker::new(&dut.bus);
    let outcome = a_burst(&dut, checker, true, 0x40, changed, change).await;
    broke(rule, "ahb", outcome)?;
    Ok(())
}

#[verifork::test(skip(verilator, "its values have two states"))]
async fn unknown_data_is_named_where_it_means_something(dut: Ahb) -> Result {
    let checker = || Checker::new(&dut.bus);
    let change: Change = |bus| unknown(bus.hrdata);
    let outcome = a_burst(&dut, checker(), false, 0x40, 1, change).await;
    broke("AHB_ERRS_HRDATA_X", "ahb", outcome)?;
    a_burst(&dut, checker(), true, 0x40, 1, change).await?;
    let change: Change = |bus| unknown(bus.hwdata);
    a_burst(&dut, checker(), false, 0x40, 1, change).await?;
    // With IDLE nothing is asked for.
    let change: Change = |bus| {
        unknown(bus.haddr);
        unknown(bus.hwrite);
    };
    Ok(a_burst(&dut, checker(), true, 0x40, 6, change).await?)
}

#[verifork::test]
async fn a_burst_over_a_boundary_is_named(dut: Ahb) -> Result {
    let first = 0x400 - 2 * dut.bus.bytes() as u64;
    let outcome = a_burst(&dut, Checker::new(&dut.bus), true, first, 0, |_| {}).await;
    broke("AHB_ERRM_BURST_1KB", "ahb", outcome)?;
    Ok(())
}

#[verifork::test]
async fn a_wait_that_is_too_long_is_named(dut: Ahb) -> Result {
    let checker = Checker::new(&dut.bus).max_wait(0);
    let outcome = a_burst(&dut, checker, true, 0x40, 0, |_| {}).await;
    broke("AHB_RECS_HREADY_MAX_WAIT", "ahb", outcome)?;
    Ok(())
}

/// A burst is given up in the second cycle of an error, one of any length after BUSY, and IDLE becomes NONSEQ
/// while HREADY is 0.
#[verifork::test]
async fn what_may_change_breaks_no_rule(dut: Ahb) -> Result {
    let clocked = dut.start().await;
    let bus = &dut.bus;
    let bytes = bus.bytes() as u64;
    scope(async |tm| {
        Checker::new(bus).start(tm, &clocked);
        set_data(bus.hwdata, 1);
        clocked.edges(2).await;
        cycle(bus, NONSEQ, 0x40, true);
        clocked.edge().await;
        for kind in [SEQ, IDLE] {
            cycle(bus, kind, 0x40 + bytes, true);
            bus.hready.set(Logic::from(kind == IDLE));
            bus.hresp.unwrap().set(Logic::One);
            clocked.edge().await;
        }
        // Any number, with BUSY at its end.
        for (kind, beat, ready) in [
            (NONSEQ, 0, true),
            (SEQ, 1, true),
            (BUSY, 2, false),
            (BUSY, 2, true),
            (BUSY, 2, true),
            (IDLE, 0, true),
            (NONSEQ, 4, true),
            (IDLE, 0, false),
            (NONSEQ, 8, false),
            (NONSEQ, 8, true),
            (IDLE, 0, true),
            (IDLE, 0, true),
        ] {
            cycle(bus, kind, 0x100 + beat * bytes, true);
            bus.hburst.unwrap().set(1);
            bus.hready.set(Logic::from(ready));
            clocked.edge().await;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn a_manager_that_asks_at_once_after_a_reset_is_named(dut: Ahb) -> Result {
    let clocked = dut.start().await;
    let outcome = scope(async |tm| {
        Checker::new(&dut.bus).start(tm, &clocked);
        change_in_reset(&clocked, dut.rst_n, || cycle(&dut.bus, NONSEQ, 0, false)).await;
        Ok(())
    })
    .await;
    broke("AHB_ERRM_HTRANS_RESET", "ahb", outcome)?;
    Ok(())
}

#[verifork::test(should_fail = "AHB_ERRS_ALL_DONE_EOS: a transfer is under way at the end")]
async fn a_transfer_without_its_end_is_named(dut: Ahb) -> Result {
    let clocked = dut.start().await;
    scope(async |tm| {
        Checker::new(&dut.bus).start(tm, &clocked);
        clocked.edge().await;
        cycle(&dut.bus, NONSEQ, 0, true);
        dut.bus.hburst.unwrap().set(0);
        set_data(dut.bus.hwdata, 0);
        clocked.edge().await;
        cycle(&dut.bus, IDLE, 0, true);
        dut.bus.hready.set(Logic::Zero);
        clocked.edges(3).await;
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn every_rule_of_the_table_has_its_test() -> Result {
    all_have_tests(RULES, include_str!("ahb_rules.rs"))?;
    ensure!(RULES.len() == 33, "{} rules", RULES.len());
    Ok(())
}
