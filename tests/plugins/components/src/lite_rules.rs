//! Each rule of AXI4-Lite is broken on purpose, and nothing else.

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::axi_lite::{Checker, RULES, Signals};

use crate::breaks::{all_have_tests, broke, change_in_reset, unknown};
use crate::lite::Lite;

type Change = fn(&Signals);

/// When a change is made.
#[derive(Clone, Copy, PartialEq)]
enum When {
    /// As addresses and data are offered; while they wait.
    Asked,
    AskedWaits,
    /// As the answers are offered; while they wait.
    Answered,
    AnsweredWaits,
}

/// A read and a write: both are asked for, wait for two edges, are taken, and answered likewise.
async fn accesses(
    dut: &Lite,
    checker: Checker,
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
        bus.awaddr.set(0x10);
        bus.araddr.set(0x20);
        bus.awprot.unwrap().set(1);
        bus.arprot.unwrap().set(1);
        bus.wdata.set(0x0403_0201);
        bus.wstrb.unwrap().set(0xf);
        for valid in [bus.awvalid, bus.wvalid, bus.arvalid] {
            valid.set(Logic::One);
        }
        at(When::Asked);
        clocked.edge().await;
        at(When::AskedWaits);
        clocked.edge().await;
        for ready in [bus.awready, bus.wready, bus.arready] {
            ready.set(Logic::One);
        }
        clocked.edge().await;
        for signal in [
            bus.awvalid,
            bus.wvalid,
            bus.arvalid,
            bus.awready,
            bus.wready,
            bus.arready,
        ] {
            signal.set(Logic::Zero);
        }
        clocked.edge().await;
        bus.bresp.unwrap().set(0);
        bus.rresp.unwrap().set(0);
        bus.rdata.set(0x55);
        bus.bvalid.set(Logic::One);
        bus.rvalid.set(Logic::One);
        at(When::Answered);
        clocked.edge().await;
        at(When::AnsweredWaits);
        clocked.edge().await;
        bus.bready.set(Logic::One);
        bus.rready.set(Logic::One);
        clocked.edge().await;
        for signal in [bus.bvalid, bus.rvalid, bus.bready, bus.rready] {
            signal.set(Logic::Zero);
        }
        clocked.edges(2).await;
        Ok(())
    })
    .await
}

/// The sequence by itself breaks nothing.
#[verifork::test]
async fn accesses_that_wait_break_no_rule(dut: Lite) -> Result {
    let checker = Checker::new(&dut.bus).max_wait(2);
    Ok(accesses(&dut, checker, When::Asked, |_| {}).await?)
}

#[verifork::test(cases(
    awvalid = ("AXI4LITE_ERRM_AWVALID_STABLE", When::AskedWaits, (|bus| bus.awvalid.set(Logic::Zero)) as Change),
    wvalid = ("AXI4LITE_ERRM_WVALID_STABLE", When::AskedWaits, (|bus| bus.wvalid.set(Logic::Zero)) as Change),
    arvalid = ("AXI4LITE_ERRM_ARVALID_STABLE", When::AskedWaits, (|bus| bus.arvalid.set(Logic::Zero)) as Change),
    bvalid = ("AXI4LITE_ERRS_BVALID_STABLE", When::AnsweredWaits, (|bus| bus.bvalid.set(Logic::Zero)) as Change),
    rvalid = ("AXI4LITE_ERRS_RVALID_STABLE", When::AnsweredWaits, (|bus| bus.rvalid.set(Logic::Zero)) as Change),
    awaddr = ("AXI4LITE_ERRM_AWADDR_STABLE", When::AskedWaits, (|bus| bus.awaddr.set(0)) as Change),
    awprot = ("AXI4LITE_ERRM_AWPROT_STABLE", When::AskedWaits, (|bus| bus.awprot.unwrap().set(0)) as Change),
    wdata = ("AXI4LITE_ERRM_WDATA_STABLE", When::AskedWaits, (|bus| bus.wdata.set(0)) as Change),
    wstrb = ("AXI4LITE_ERRM_WSTRB_STABLE", When::AskedWaits, (|bus| bus.wstrb.unwrap().set(0)) as Change),
    araddr = ("AXI4LITE_ERRM_ARADDR_STABLE", When::AskedWaits, (|bus| bus.araddr.set(0)) as Change),
    arprot = ("AXI4LITE_ERRM_ARPROT_STABLE", When::AskedWaits, (|bus| bus.arprot.unwrap().set(0)) as Change),
    bresp = ("AXI4LITE_ERRS_BRESP_STABLE", When::AnsweredWaits, (|bus| bus.bresp.unwrap().set(2)) as Change),
    rdata = ("AXI4LITE_ERRS_RDATA_STABLE", When::AnsweredWaits, (|bus| bus.rdata.set(0)) as Change),
    rresp = ("AXI4LITE_ERRS_RRESP_STABLE", When::AnsweredWaits, (|bus| bus.rresp.unwrap().set(2)) as Change),
    before_its_address = ("AXI4LITE_ERRS_BRESP_AW", When::Asked, (|bus| bus.awvalid.set(Logic::Zero)) as Change),
    before_its_data = ("AXI4LITE_ERRS_BRESP_WLAST", When::Asked, (|bus| bus.wvalid.set(Logic::Zero)) as Change),
    before_it_is_asked = ("AXI4LITE_ERRS_RDATA_AR", When::Asked, (|bus| bus.arvalid.set(Logic::Zero)) as Change),
    exclusive_write = ("AXI4LITE_ERRS_BRESP_EXOKAY", When::Answered, (|bus| bus.bresp.unwrap().set(1)) as Change),
    exclusive_read = ("AXI4LITE_ERRS_RRESP_EXOKAY", When::Answered, (|bus| bus.rresp.unwrap().set(1)) as Change),
))]
async fn a_broken_rule_is_named(
    dut: Lite,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    broke(
        rule,
        "axil",
        accesses(&dut, Checker::new(&dut.bus), when, change).await,
    )?;
    Ok(())
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        awvalid = ("AXI4LITE_ERRM_AWVALID_X", When::Asked, (|bus| unknown(bus.awvalid)) as Change),
        wvalid = ("AXI4LITE_ERRM_WVALID_X", When::Asked, (|bus| unknown(bus.wvalid)) as Change),
        arvalid = ("AXI4LITE_ERRM_ARVALID_X", When::Asked, (|bus| unknown(bus.arvalid)) as Change),
        bvalid = ("AXI4LITE_ERRS_BVALID_X", When::Answered, (|bus| unknown(bus.bvalid)) as Change),
        rvalid = ("AXI4LITE_ERRS_RVALID_X", When::Answered, (|bus| unknown(bus.rvalid)) as Change),
        awready = ("AXI4LITE_ERRS_AWREADY_X", When::Asked, (|bus| unknown(bus.awready)) as Change),
        wready = ("AXI4LITE_ERRS_WREADY_X", When::Asked, (|bus| unknown(bus.wready)) as Change),
        arready = ("AXI4LITE_ERRS_ARREADY_X", When::Asked, (|bus| unknown(bus.arready)) as Change),
        bready = ("AXI4LITE_ERRM_BREADY_X", When::Asked, (|bus| unknown(bus.bready)) as Change),
        rready = ("AXI4LITE_ERRM_RREADY_X", When::Asked, (|bus| unknown(bus.rready)) as Change),
        awaddr = ("AXI4LITE_ERRM_AWADDR_X", When::Asked, (|bus| unknown(bus.awaddr)) as Change),
        awprot = ("AXI4LITE_ERRM_AWPROT_X", When::Asked, (|bus| unknown(bus.awprot.unwrap())) as Change),
        wdata = ("AXI4LITE_ERRM_WDATA_X", When::Asked, (|bus| unknown(bus.wdata)) as Change),
        wstrb = ("AXI4LITE_ERRM_WSTRB_X", When::Asked, (|bus| unknown(bus.wstrb.unwrap())) as Change),
        araddr = ("AXI4LITE_ERRM_ARADDR_X", When::Asked, (|bus| unknown(bus.araddr)) as Change),
        arprot = ("AXI4LITE_ERRM_ARPROT_X", When::Asked, (|bus| unknown(bus.arprot.unwrap())) as Change),
        bresp = ("AXI4LITE_ERRS_BRESP_X", When::Answered, (|bus| unknown(bus.bresp.unwrap())) as Change),
        rdata = ("AXI4LITE_ERRS_RDATA_X", When::Answered, (|bus| unknown(bus.rdata)) as Change),
        rresp = ("AXI4LITE_ERRS_RRESP_X", When::Answered, (|bus| unknown(bus.rresp.unwrap())) as Change),
    )
)]
async fn what_is_unknown_is_named(
    dut: Lite,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    broke(
        rule,
        "axil",
        accesses(&dut, Checker::new(&dut.bus), when, change).await,
    )?;
    Ok(())
}

/// Bytes that are not written, and data of a read that failed, may be anything.
#[verifork::test(skip(verilator, "its values have two states"))]
async fn what_means_nothing_may_be_unknown(dut: Lite) -> Result {
    let change: Change = |bus| {
        bus.wdata
            .as_logic()
            .set(LogicVec::from_planes_u64(32, 0, 0xff00));
        bus.wstrb.unwrap().set(0b1101);
    };
    accesses(&dut, Checker::new(&dut.bus), When::Asked, change).await?;
    let change: Change = |bus| {
        unknown(bus.rdata);
        bus.rresp.unwrap().set(2);
    };
    Ok(accesses(&dut, Checker::new(&dut.bus), When::Answered, change).await?)
}

#[verifork::test(cases(
    aw = ("AXI4LITE_ERRM_AWVALID_RESET", (|bus| bus.awvalid.set(Logic::One)) as Change),
    w = ("AXI4LITE_ERRM_WVALID_RESET", (|bus| bus.wvalid.set(Logic::One)) as Change),
    b = ("AXI4LITE_ERRS_BVALID_RESET", (|bus| bus.bvalid.set(Logic::One)) as Change),
    ar = ("AXI4LITE_ERRM_ARVALID_RESET", (|bus| bus.arvalid.set(Logic::One)) as Change),
    r = ("AXI4LITE_ERRS_RVALID_RESET", (|bus| bus.rvalid.set(Logic::One)) as Change),
))]
async fn valid_at_the_first_edge_after_a_reset_is_named(
    dut: Lite,
    rule: &'static str,
    change: Change,
) -> Result {
    let clocked = dut.start().await;
    let outcome = scope(async |tm| {
        Checker::new(&dut.bus).start(tm, &clocked);
        change_in_reset(&clocked, dut.rst_n, || change(&dut.bus)).await;
        Ok(())
    })
    .await;
    broke(rule, "axil", outcome)?;
    Ok(())
}

const WAITS: [&str; 5] = [
    "AXI4LITE_RECS_AWREADY_MAX_WAIT",
    "AXI4LITE_RECS_WREADY_MAX_WAIT",
    "AXI4LITE_RECM_BREADY_MAX_WAIT",
    "AXI4LITE_RECS_ARREADY_MAX_WAIT",
    "AXI4LITE_RECM_RREADY_MAX_WAIT",
];

#[verifork::test]
async fn a_wait_that_is_too_long_is_named(dut: Lite) -> Result {
    for rule in WAITS {
        let others = WAITS.iter().filter(|&&other| other != rule);
        let checker = Checker::new(&dut.bus).max_wait(1);
        let checker = others.fold(checker, |checker, other| checker.ignore(other));
        broke(
            rule,
            "axil",
            accesses(&dut, checker, When::Asked, |_| {}).await,
        )?;
    }
    Ok(())
}

async fn unanswered(dut: &Lite, ignored: &str) -> Result {
    let checker = Checker::new(&dut.bus).ignore(ignored);
    let change: Change = |bus| {
        bus.bvalid.set(Logic::Zero);
        bus.rvalid.set(Logic::Zero);
    };
    Ok(accesses(dut, checker, When::Answered, change).await?)
}

#[verifork::test(
    should_fail = "AXI4LITE_ERRS_BRESP_ALL_DONE_EOS: 1 writes are not answered at the end"
)]
async fn a_write_without_an_answer_is_named(dut: Lite) -> Result {
    unanswered(&dut, "AXI4LITE_ERRS_RDATA_ALL_DONE_EOS").await
}

#[verifork::test(
    should_fail = "AXI4LITE_ERRS_RDATA_ALL_DONE_EOS: 1 reads are not answered at the end"
)]
async fn a_read_without_an_answer_is_named(dut: Lite) -> Result {
    unanswered(&dut, "AXI4LITE_ERRS_BRESP_ALL_DONE_EOS").await
}

/// A write and a read are open when it returns, in checkers of the test itself.
async fn ends_early(dut: &Lite, test: &Test, checkers: usize) {
    let clocked = dut.start().await;
    let bus = &dut.bus;
    for _ in 0..checkers {
        Checker::new(bus).start(test, &clocked);
    }
    clocked.edge().await;
    for address in [bus.awaddr, bus.araddr] {
        address.set(0x10);
    }
    for prot in [bus.awprot, bus.arprot].into_iter().flatten() {
        prot.set(0);
    }
    bus.wdata.set(0x11);
    bus.wstrb.unwrap().set(0xf);
    let handshakes = [
        (bus.awvalid, bus.awready),
        (bus.wvalid, bus.wready),
        (bus.arvalid, bus.arready),
    ];
    for level in [Logic::One, Logic::Zero] {
        for (valid, ready) in handshakes {
            valid.set(level);
            ready.set(level);
        }
        clocked.edge().await;
    }
}

#[verifork::test(should_fail = "AXI4LITE_ERRS_BRESP_ALL_DONE_EOS: 1 writes")]
async fn the_first_rule_of_two_at_the_end_of_the_test_is_named(dut: Lite, test: Test) {
    ends_early(&dut, &test, 1).await;
}

#[verifork::test(should_fail = "AXI4LITE_ERRS_RDATA_ALL_DONE_EOS: 1 reads")]
async fn the_second_rule_of_two_at_the_end_of_the_test_is_named(dut: Lite, test: Test) -> Result {
    ends_early(&dut, &test, 2).await;
    bail!("the test's own error comes first");
}

#[verifork::test]
async fn every_rule_of_the_table_has_its_test() -> Result {
    all_have_tests(RULES, include_str!("lite_rules.rs"))?;
    ensure!(RULES.len() == 50, "{} rules", RULES.len());
    Ok(())
}
