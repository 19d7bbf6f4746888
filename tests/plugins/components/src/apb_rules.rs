//! Each rule of APB is broken on purpose, and nothing else.

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::apb::{Checker, RULES, Signals};

use crate::apb::Apb;
use crate::breaks::{all_have_tests, broke, change_in_reset, unknown};

type Change = fn(&Signals);

#[derive(Clone, Copy, PartialEq)]
enum When {
    Setup,
    Access,
    Waits,
    Ends,
}

/// A transfer with a wait of a cycle, changed at some time.
async fn a_transfer(
    dut: &Apb,
    checker: Checker,
    write: bool,
    when: When,
    change: Change,
) -> Result<(), TaskErrors> {
    let clocked = dut.start().await;
    let bus = &dut.bus;
    let at = |now: When| {
        if when == now {
            change(bus);
        }
    };
    scope(async |tm| {
        checker.start(tm, &clocked);
        clocked.edges(2).await;
        bus.psel.set(Logic::One);
        bus.penable.set(Logic::Zero);
        bus.paddr.set(0x10);
        bus.pwrite.set(Logic::from(write));
        bus.pwdata.set(0x0403_0201);
        bus.pstrb.unwrap().set(if write { 0xf } else { 0 });
        bus.pprot.unwrap().set(1);
        bus.prdata.set(0x55);
        at(When::Setup);
        clocked.edge().await;
        bus.penable.set(Logic::One);
        at(When::Access);
        clocked.edge().await;
        at(When::Waits);
        clocked.edge().await;
        bus.pready.unwrap().set(Logic::One);
        at(When::Ends);
        clocked.edge().await;
        for signal in [bus.psel, bus.penable, bus.pready.unwrap()] {
            signal.set(Logic::Zero);
        }
        clocked.edges(2).await;
        Ok(())
    })
    .await
}

#[verifork::test(cases(read = false, write = true))]
async fn a_transfer_that_waits_breaks_no_rule(dut: Apb, write: bool) -> Result {
    let checker = Checker::new(&dut.bus).max_wait(2);
    Ok(a_transfer(&dut, checker, write, When::Setup, |_| {}).await?)
}

#[verifork::test(cases(
    setup = ("APB_ERRM_PENABLE_SETUP", When::Setup, (|bus| bus.penable.set(Logic::One)) as Change),
    access = ("APB_ERRM_PENABLE_ACCESS", When::Access, (|bus| bus.penable.set(Logic::Zero)) as Change),
    waits = ("APB_ERRM_PENABLE_ACCESS", When::Waits, (|bus| bus.penable.set(Logic::Zero)) as Change),
    select = ("APB_ERRM_PSEL_STABLE", When::Waits, (|bus| bus.psel.set(Logic::Zero)) as Change),
    address = ("APB_ERRM_PADDR_STABLE", When::Access, (|bus| bus.paddr.set(0)) as Change),
    write = ("APB_ERRM_PWRITE_STABLE", When::Waits, (|bus| bus.pwrite.set(Logic::Zero)) as Change),
    data = ("APB_ERRM_PWDATA_STABLE", When::Access, (|bus| bus.pwdata.set(0)) as Change),
    strobe = ("APB_ERRM_PSTRB_STABLE", When::Waits, (|bus| bus.pstrb.unwrap().set(1)) as Change),
    prot = ("APB_ERRM_PPROT_STABLE", When::Ends, (|bus| bus.pprot.unwrap().set(0)) as Change),
))]
async fn a_broken_rule_is_named(
    dut: Apb,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    broke(
        rule,
        "apb",
        a_transfer(&dut, Checker::new(&dut.bus), true, when, change).await,
    )?;
    Ok(())
}

#[verifork::test]
async fn a_read_with_strobes_is_named(dut: Apb) -> Result {
    let change: Change = |bus| bus.pstrb.unwrap().set(1);
    let outcome = a_transfer(&dut, Checker::new(&dut.bus), false, When::Setup, change).await;
    broke("APB_ERRM_PSTRB_READ", "apb", outcome)?;
    Ok(())
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        select = ("APB_ERRM_PSEL_X", When::Setup, (|bus| unknown(bus.psel)) as Change),
        enable = ("APB_ERRM_PENABLE_X", When::Setup, (|bus| unknown(bus.penable)) as Change),
        address = ("APB_ERRM_PADDR_X", When::Setup, (|bus| unknown(bus.paddr)) as Change),
        write = ("APB_ERRM_PWRITE_X", When::Setup, (|bus| unknown(bus.pwrite)) as Change),
        data = ("APB_ERRM_PWDATA_X", When::Setup, (|bus| unknown(bus.pwdata)) as Change),
        strobe = ("APB_ERRM_PSTRB_X", When::Setup, (|bus| unknown(bus.pstrb.unwrap())) as Change),
        prot = ("APB_ERRM_PPROT_X", When::Setup, (|bus| unknown(bus.pprot.unwrap())) as Change),
        ready = ("APB_ERRS_PREADY_X", When::Access, (|bus| unknown(bus.pready.unwrap())) as Change),
        error = ("APB_ERRS_PSLVERR_X", When::Ends, (|bus| unknown(bus.pslverr.unwrap())) as Change),
    )
)]
async fn what_is_unknown_is_named(
    dut: Apb,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    broke(
        rule,
        "apb",
        a_transfer(&dut, Checker::new(&dut.bus), true, when, change).await,
    )?;
    Ok(())
}

#[verifork::test(skip(verilator, "its values have two states"))]
async fn unknown_data_of_a_read_is_named_and_of_a_write_means_nothing(dut: Apb) -> Result {
    let change: Change = |bus| unknown(bus.prdata);
    let outcome = a_transfer(&dut, Checker::new(&dut.bus), false, When::Ends, change).await;
    broke("APB_ERRS_PRDATA_X", "apb", outcome)?;
    a_transfer(&dut, Checker::new(&dut.bus), true, When::Ends, change).await?;
    let change: Change = |bus| unknown(bus.pwdata);
    Ok(a_transfer(&dut, Checker::new(&dut.bus), false, When::Setup, change).await?)
}

#[verifork::test]
async fn a_wait_that_is_too_long_is_named(dut: Apb) -> Result {
    let checker = Checker::new(&dut.bus).max_wait(1);
    let outcome = a_transfer(&dut, checker, true, When::Setup, |_| {}).await;
    broke("APB_RECS_PREADY_MAX_WAIT", "apb", outcome)?;
    Ok(())
}

#[verifork::test]
async fn a_transfer_at_the_first_edge_after_a_reset_is_named(dut: Apb) -> Result {
    let clocked = dut.start().await;
    let outcome = scope(async |tm| {
        Checker::new(&dut.bus).start(tm, &clocked);
        change_in_reset(&clocked, dut.rst_n, || dut.bus.psel.set(Logic::One)).await;
        Ok(())
    })
    .await;
    broke("APB_ERRM_PSEL_RESET", "apb", outcome)?;
    Ok(())
}

#[verifork::test(should_fail = "APB_ERRS_ALL_DONE_EOS: a transfer is under way at the end")]
async fn a_transfer_without_its_end_is_named(dut: Apb) -> Result {
    let clocked = dut.start().await;
    scope(async |tm| {
        Checker::new(&dut.bus).start(tm, &clocked);
        clocked.edge().await;
        dut.bus.paddr.set(0);
        dut.bus.pwrite.set(Logic::Zero);
        dut.bus.pstrb.unwrap().set(0);
        dut.bus.pprot.unwrap().set(0);
        dut.bus.psel.set(Logic::One);
        clocked.edge().await;
        dut.bus.penable.set(Logic::One);
        clocked.edges(3).await;
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn every_rule_of_the_table_has_its_test() -> Result {
    all_have_tests(RULES, include_str!("apb_rules.rs"))?;
    ensure!(RULES.len() == 22, "{} rules", RULES.len());
    Ok(())
}
