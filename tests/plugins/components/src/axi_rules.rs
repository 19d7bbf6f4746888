//! Each rule of AXI4 is broken on purpose, and nothing else.

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::axi::{AddressSignals, Checker, RULES, Signals};

use crate::axi::Axi;
use crate::breaks::{all_have_tests, broke, change_in_reset, unknown};

type Change = fn(&Signals);

/// When a change is made.
#[derive(Clone, Copy, PartialEq)]
enum When {
    /// As addresses and the first beat of data are offered; while they wait.
    Asked,
    AskedWaits,
    /// As the last beat of the write's data is offered.
    SecondBeat,
    /// As the answer and the first beat of the read's data are offered; while they wait.
    Answered,
    AnsweredWaits,
    /// As the last beat of the read's data is.
    LastRead,
}

fn of(address: &AddressSignals, addr: u64, len: u8, size: u8, burst: u8) {
    address.addr.set(addr);
    address.len.unwrap().set(len);
    address.size.unwrap().set(size);
    address.burst.unwrap().set(burst);
}

fn exclusive(address: &AddressSignals, addr: u64, len: u8) {
    of(address, addr, len, 2, 1);
    address.lock.unwrap().set(1);
}

/// Offers a burst of two beats of four bytes.
fn offer(address: &AddressSignals, addr: u64, id: u32) {
    of(address, addr, 1, 2, 1);
    address.id.unwrap().set(id);
    for (signal, value) in [
        (address.lock, 0),
        (address.cache, 3),
        (address.prot, 1),
        (address.qos, 0),
        (address.region, 0),
    ] {
        signal.unwrap().set(value);
    }
    address.user.unwrap().set(LogicVec::ones(3));
    address.valid.set(Logic::One);
}

/// A read and a write of two beats: both are asked for, wait for two edges, are taken, and answered likewise.
async fn accesses(
    dut: &Axi,
    checker: Checker,
    when: When,
    change: Change,
) -> Result<(), TaskErrors> {
    accesses_with(dut, checker, &[(when, change)]).await
}

/// With several changes.
async fn accesses_with(
    dut: &Axi,
    checker: Checker,
    changes: &[(When, Change)],
) -> Result<(), TaskErrors> {
    let clocked = dut.start().await;
    let bus = &dut.bus;
    let Signals { aw, w, b, ar, r } = *bus;
    let at = |now: When| {
        for (_, change) in changes.iter().filter(|(when, _)| *when == now) {
            change(bus);
        }
    };
    let word = |value: u64| LogicVec::from_planes_u64(32, value, 0);
    scope(async |tm| {
        checker.start(tm, &clocked);
        clocked.edges(2).await;
        offer(&aw, 0x10, 1);
        offer(&ar, 0x20, 2);
        w.data.set(word(0x0403_0201));
        w.strb.unwrap().set(LogicVec::ones(4));
        w.last.unwrap().set(Logic::Zero);
        w.user.unwrap().set(LogicVec::ones(2));
        w.valid.set(Logic::One);
        at(When::Asked);
        clocked.edge().await;
        at(When::AskedWaits);
        clocked.edge().await;
        for ready in [aw.ready, w.ready, ar.ready] {
            ready.set(Logic::One);
        }
        clocked.edge().await;
        for signal in [aw.valid, ar.valid, aw.ready, ar.ready] {
            signal.set(Logic::Zero);
        }
        w.last.unwrap().set(Logic::One);
        at(When::SecondBeat);
        clocked.edge().await;
        w.valid.set(Logic::Zero);
        w.ready.set(Logic::Zero);
        clocked.edge().await;
        b.id.unwrap().set(1);
        b.resp.unwrap().set(0);
        b.user.unwrap().set(LogicVec::ones(5));
        r.id.unwrap().set(2);
        r.resp.unwrap().set(0);
        r.data.set(word(0x55));
        r.last.unwrap().set(Logic::Zero);
        r.user.unwrap().set(LogicVec::ones(4));
        b.valid.set(Logic::One);
        r.valid.set(Logic::One);
        at(When::Answered);
        clocked.edge().await;
        at(When::AnsweredWaits);
        clocked.edge().await;
        b.ready.set(Logic::One);
        r.ready.set(Logic::One);
        clocked.edge().await;
        b.valid.set(Logic::Zero);
        b.ready.set(Logic::Zero);
        r.data.set(word(0xaa));
        r.last.unwrap().set(Logic::One);
        at(When::LastRead);
        clocked.edge().await;
        r.valid.set(Logic::Zero);
        r.ready.set(Logic::Zero);
        clocked.edges(2).await;
        Ok(())
    })
    .await
}

async fn breaks(dut: &Axi, checker: Checker, rule: &str, when: When, change: Change) -> Result {
    broke(rule, "axi", accesses(dut, checker, when, change).await)?;
    Ok(())
}

/// The sequence by itself breaks nothing.
#[verifork::test]
async fn accesses_that_wait_break_no_rule(dut: Axi) -> Result {
    let checker = Checker::new(&dut.bus).max_wait(2);
    Ok(accesses(&dut, checker, When::Asked, |_| {}).await?)
}

#[verifork::test(cases(
    awvalid = ("AXI4_ERRM_AWVALID_STABLE", When::AskedWaits, (|bus| bus.aw.valid.set(Logic::Zero)) as Change),
    awaddr = ("AXI4_ERRM_AWADDR_STABLE", When::AskedWaits, (|bus| bus.aw.addr.set(0x40)) as Change),
    awid = ("AXI4_ERRM_AWID_STABLE", When::AskedWaits, (|bus| bus.aw.id.unwrap().set(5)) as Change),
    awlen = ("AXI4_ERRM_AWLEN_STABLE", When::AskedWaits, (|bus| bus.aw.len.unwrap().set(0)) as Change),
    awsize = ("AXI4_ERRM_AWSIZE_STABLE", When::AskedWaits, (|bus| bus.aw.size.unwrap().set(1)) as Change),
    awburst = ("AXI4_ERRM_AWBURST_STABLE", When::AskedWaits, (|bus| bus.aw.burst.unwrap().set(0)) as Change),
    awlock = ("AXI4_ERRM_AWLOCK_STABLE", When::AskedWaits, (|bus| bus.aw.lock.unwrap().set(1)) as Change),
    awcache = ("AXI4_ERRM_AWCACHE_STABLE", When::AskedWaits, (|bus| bus.aw.cache.unwrap().set(0)) as Change),
    awprot = ("AXI4_ERRM_AWPROT_STABLE", When::AskedWaits, (|bus| bus.aw.prot.unwrap().set(0)) as Change),
    awqos = ("AXI4_ERRM_AWQOS_STABLE", When::AskedWaits, (|bus| bus.aw.qos.unwrap().set(3)) as Change),
    awregion = ("AXI4_ERRM_AWREGION_STABLE", When::AskedWaits, (|bus| bus.aw.region.unwrap().set(3)) as Change),
    awuser = ("AXI4_ERRM_AWUSER_STABLE", When::AskedWaits, (|bus| bus.aw.user.unwrap().set(LogicVec::zeros(3))) as Change),
    arvalid = ("AXI4_ERRM_ARVALID_STABLE", When::AskedWaits, (|bus| bus.ar.valid.set(Logic::Zero)) as Change),
    araddr = ("AXI4_ERRM_ARADDR_STABLE", When::AskedWaits, (|bus| bus.ar.addr.set(0x40)) as Change),
    arid = ("AXI4_ERRM_ARID_STABLE", When::AskedWaits, (|bus| bus.ar.id.unwrap().set(5)) as Change),
    arlen = ("AXI4_ERRM_ARLEN_STABLE", When::AskedWaits, (|bus| bus.ar.len.unwrap().set(0)) as Change),
    arsize = ("AXI4_ERRM_ARSIZE_STABLE", When::AskedWaits, (|bus| bus.ar.size.unwrap().set(1)) as Change),
    arburst = ("AXI4_ERRM_ARBURST_STABLE", When::AskedWaits, (|bus| bus.ar.burst.unwrap().set(0)) as Change),
    arlock = ("AXI4_ERRM_ARLOCK_STABLE", When::AskedWaits, (|bus| bus.ar.lock.unwrap().set(1)) as Change),
    arcache = ("AXI4_ERRM_ARCACHE_STABLE", When::AskedWaits, (|bus| bus.ar.cache.unwrap().set(0)) as Change),
    arprot = ("AXI4_ERRM_ARPROT_STABLE", When::AskedWaits, (|bus| bus.ar.prot.unwrap().set(0)) as Change),
    arqos = ("AXI4_ERRM_ARQOS_STABLE", When::AskedWaits, (|bus| bus.ar.qos.unwrap().set(3)) as Change),
    arregion = ("AXI4_ERRM_ARREGION_STABLE", When::AskedWaits, (|bus| bus.ar.region.unwrap().set(3)) as Change),
    aruser = ("AXI4_ERRM_ARUSER_STABLE", When::AskedWaits, (|bus| bus.ar.user.unwrap().set(LogicVec::zeros(3))) as Change),
    wvalid = ("AXI4_ERRM_WVALID_STABLE", When::AskedWaits, (|bus| bus.w.valid.set(Logic::Zero)) as Change),
    wdata = ("AXI4_ERRM_WDATA_STABLE", When::AskedWaits, (|bus| bus.w.data.set(LogicVec::zeros(32))) as Change),
    wstrb = ("AXI4_ERRM_WSTRB_STABLE", When::AskedWaits, (|bus| bus.w.strb.unwrap().set(LogicVec::zeros(4))) as Change),
    wlast = ("AXI4_ERRM_WLAST_STABLE", When::AskedWaits, (|bus| bus.w.last.unwrap().set(Logic::One)) as Change),
    wuser = ("AXI4_ERRM_WUSER_STABLE", When::AskedWaits, (|bus| bus.w.user.unwrap().set(LogicVec::zeros(2))) as Change),
    bvalid = ("AXI4_ERRS_BVALID_STABLE", When::AnsweredWaits, (|bus| bus.b.valid.set(Logic::Zero)) as Change),
    bid = ("AXI4_ERRS_BID_STABLE", When::AnsweredWaits, (|bus| bus.b.id.unwrap().set(5)) as Change),
    bresp = ("AXI4_ERRS_BRESP_STABLE", When::AnsweredWaits, (|bus| bus.b.resp.unwrap().set(2)) as Change),
    buser = ("AXI4_ERRS_BUSER_STABLE", When::AnsweredWaits, (|bus| bus.b.user.unwrap().set(LogicVec::zeros(5))) as Change),
    rvalid = ("AXI4_ERRS_RVALID_STABLE", When::AnsweredWaits, (|bus| bus.r.valid.set(Logic::Zero)) as Change),
    rdata = ("AXI4_ERRS_RDATA_STABLE", When::AnsweredWaits, (|bus| bus.r.data.set(LogicVec::zeros(32))) as Change),
    rid = ("AXI4_ERRS_RID_STABLE", When::AnsweredWaits, (|bus| bus.r.id.unwrap().set(5)) as Change),
    rresp = ("AXI4_ERRS_RRESP_STABLE", When::AnsweredWaits, (|bus| bus.r.resp.unwrap().set(2)) as Change),
    rlast = ("AXI4_ERRS_RLAST_STABLE", When::AnsweredWaits, (|bus| bus.r.last.unwrap().set(Logic::One)) as Change),
    ruser = ("AXI4_ERRS_RUSER_STABLE", When::AnsweredWaits, (|bus| bus.r.user.unwrap().set(LogicVec::zeros(4))) as Change),
))]
async fn what_changes_while_it_waits_is_named(
    dut: Axi,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    breaks(&dut, Checker::new(&dut.bus), rule, when, change).await
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
    awvalid = ("AXI4_ERRM_AWVALID_X", When::Asked, (|bus| unknown(bus.aw.valid)) as Change),
    awready = ("AXI4_ERRS_AWREADY_X", When::Asked, (|bus| unknown(bus.aw.ready)) as Change),
    awaddr = ("AXI4_ERRM_AWADDR_X", When::Asked, (|bus| unknown(bus.aw.addr)) as Change),
    awid = ("AXI4_ERRM_AWID_X", When::Asked, (|bus| unknown(bus.aw.id.unwrap())) as Change),
    awlen = ("AXI4_ERRM_AWLEN_X", When::Asked, (|bus| unknown(bus.aw.len.unwrap())) as Change),
    awsize = ("AXI4_ERRM_AWSIZE_X", When::Asked, (|bus| unknown(bus.aw.size.unwrap())) as Change),
    awburst = ("AXI4_ERRM_AWBURST_X", When::Asked, (|bus| unknown(bus.aw.burst.unwrap())) as Change),
    awlock = ("AXI4_ERRM_AWLOCK_X", When::Asked, (|bus| unknown(bus.aw.lock.unwrap())) as Change),
    awcache = ("AXI4_ERRM_AWCACHE_X", When::Asked, (|bus| unknown(bus.aw.cache.unwrap())) as Change),
    awprot = ("AXI4_ERRM_AWPROT_X", When::Asked, (|bus| unknown(bus.aw.prot.unwrap())) as Change),
    awqos = ("AXI4_ERRM_AWQOS_X", When::Asked, (|bus| unknown(bus.aw.qos.unwrap())) as Change),
    awregion = ("AXI4_ERRM_AWREGION_X", When::Asked, (|bus| unknown(bus.aw.region.unwrap())) as Change),
    awuser = ("AXI4_ERRM_AWUSER_X", When::Asked, (|bus| unknown(bus.aw.user.unwrap())) as Change),
    arvalid = ("AXI4_ERRM_ARVALID_X", When::Asked, (|bus| unknown(bus.ar.valid)) as Change),
    arready = ("AXI4_ERRS_ARREADY_X", When::Asked, (|bus| unknown(bus.ar.ready)) as Change),
    araddr = ("AXI4_ERRM_ARADDR_X", When::Asked, (|bus| unknown(bus.ar.addr)) as Change),
    arid = ("AXI4_ERRM_ARID_X", When::Asked, (|bus| unknown(bus.ar.id.unwrap())) as Change),
    arlen = ("AXI4_ERRM_ARLEN_X", When::Asked, (|bus| unknown(bus.ar.len.unwrap())) as Change),
    arsize = ("AXI4_ERRM_ARSIZE_X", When::Asked, (|bus| unknown(bus.ar.size.unwrap())) as Change),
    arburst = ("AXI4_ERRM_ARBURST_X", When::Asked, (|bus| unknown(bus.ar.burst.unwrap())) as Change),
    arlock = ("AXI4_ERRM_ARLOCK_X", When::Asked, (|bus| unknown(bus.ar.lock.unwrap())) as Change),
    arcache = ("AXI4_ERRM_ARCACHE_X", When::Asked, (|bus| unknown(bus.ar.cache.unwrap())) as Change),
    arprot = ("AXI4_ERRM_ARPROT_X", When::Asked, (|bus| unknown(bus.ar.prot.unwrap())) as Change),
    arqos = ("AXI4_ERRM_ARQOS_X", When::Asked, (|bus| unknown(bus.ar.qos.unwrap())) as Change),
    arregion = ("AXI4_ERRM_ARREGION_X", When::Asked, (|bus| unknown(bus.ar.region.unwrap())) as Change),
    aruser = ("AXI4_ERRM_ARUSER_X", When::Asked, (|bus| unknown(bus.ar.user.unwrap())) as Change),
    wvalid = ("AXI4_ERRM_WVALID_X", When::Asked, (|bus| unknown(bus.w.valid)) as Change),
    wready = ("AXI4_ERRS_WREADY_X", When::Asked, (|bus| unknown(bus.w.ready)) as Change),
    wdata = ("AXI4_ERRM_WDATA_X", When::Asked, (|bus| unknown(bus.w.data)) as Change),
    wstrb = ("AXI4_ERRM_WSTRB_X", When::Asked, (|bus| unknown(bus.w.strb.unwrap())) as Change),
    wlast = ("AXI4_ERRM_WLAST_X", When::Asked, (|bus| unknown(bus.w.last.unwrap())) as Change),
    wuser = ("AXI4_ERRM_WUSER_X", When::Asked, (|bus| unknown(bus.w.user.unwrap())) as Change),
    bvalid = ("AXI4_ERRS_BVALID_X", When::Answered, (|bus| unknown(bus.b.valid)) as Change),
    bready = ("AXI4_ERRM_BREADY_X", When::Answered, (|bus| unknown(bus.b.ready)) as Change),
    bid = ("AXI4_ERRS_BID_X", When::Answered, (|bus| unknown(bus.b.id.unwrap())) as Change),
    bresp = ("AXI4_ERRS_BRESP_X", When::Answered, (|bus| unknown(bus.b.resp.unwrap())) as Change),
    buser = ("AXI4_ERRS_BUSER_X", When::Answered, (|bus| unknown(bus.b.user.unwrap())) as Change),
    rvalid = ("AXI4_ERRS_RVALID_X", When::Answered, (|bus| unknown(bus.r.valid)) as Change),
    rready = ("AXI4_ERRM_RREADY_X", When::Answered, (|bus| unknown(bus.r.ready)) as Change),
    rdata = ("AXI4_ERRS_RDATA_X", When::Answered, (|bus| unknown(bus.r.data)) as Change),
    rid = ("AXI4_ERRS_RID_X", When::Answered, (|bus| unknown(bus.r.id.unwrap())) as Change),
    rresp = ("AXI4_ERRS_RRESP_X", When::Answered, (|bus| unknown(bus.r.resp.unwrap())) as Change),
    rlast = ("AXI4_ERRS_RLAST_X", When::Answered, (|bus| unknown(bus.r.last.unwrap())) as Change),
    ruser = ("AXI4_ERRS_RUSER_X", When::Answered, (|bus| unknown(bus.r.user.unwrap())) as Change),
    )
)]
async fn what_is_unknown_is_named(
    dut: Axi,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    breaks(&dut, Checker::new(&dut.bus), rule, when, change).await
}

#[verifork::test(cases(
    aw_boundary = ("AXI4_ERRM_AWADDR_BOUNDARY", When::Asked, (|bus| bus.aw.addr.set(0xffc)) as Change),
    aw_wrap_align = ("AXI4_ERRM_AWADDR_WRAP_ALIGN", When::Asked, (|bus| of(&bus.aw, 0x12, 1, 2, 2)) as Change),
    aw_burst = ("AXI4_ERRM_AWBURST", When::Asked, (|bus| bus.aw.burst.unwrap().set(3)) as Change),
    aw_cache = ("AXI4_ERRM_AWCACHE", When::Asked, (|bus| bus.aw.cache.unwrap().set(0b1001)) as Change),
    aw_len_fixed = ("AXI4_ERRM_AWLEN_FIXED", When::Asked, (|bus| of(&bus.aw, 0x10, 16, 2, 0)) as Change),
    aw_len_wrap = ("AXI4_ERRM_AWLEN_WRAP", When::Asked, (|bus| of(&bus.aw, 0x10, 2, 2, 2)) as Change),
    aw_size = ("AXI4_ERRM_AWSIZE", When::Asked, (|bus| of(&bus.aw, 0x10, 0, 3, 1)) as Change),
    aw_len_lock = ("AXI4_ERRM_AWLEN_LOCK", When::Asked, (|bus| exclusive(&bus.aw, 0, 31)) as Change),
    aw_excl_align = ("AXI4_ERRM_EXCL_ALIGN", When::Asked, (|bus| exclusive(&bus.aw, 0x14, 1)) as Change),
    aw_excl_len = ("AXI4_ERRM_EXCL_LEN", When::Asked, (|bus| exclusive(&bus.aw, 0x10, 2)) as Change),
    ar_boundary = ("AXI4_ERRM_ARADDR_BOUNDARY", When::Asked, (|bus| bus.ar.addr.set(0xffc)) as Change),
    ar_wrap_align = ("AXI4_ERRM_ARADDR_WRAP_ALIGN", When::Asked, (|bus| of(&bus.ar, 0x12, 1, 2, 2)) as Change),
    ar_burst = ("AXI4_ERRM_ARBURST", When::Asked, (|bus| bus.ar.burst.unwrap().set(3)) as Change),
    ar_cache = ("AXI4_ERRM_ARCACHE", When::Asked, (|bus| bus.ar.cache.unwrap().set(0b1001)) as Change),
    ar_len_fixed = ("AXI4_ERRM_ARLEN_FIXED", When::Asked, (|bus| of(&bus.ar, 0x10, 16, 2, 0)) as Change),
    ar_len_wrap = ("AXI4_ERRM_ARLEN_WRAP", When::Asked, (|bus| of(&bus.ar, 0x10, 2, 2, 2)) as Change),
    ar_size = ("AXI4_ERRM_ARSIZE", When::Asked, (|bus| of(&bus.ar, 0x10, 0, 3, 1)) as Change),
    ar_len_lock = ("AXI4_ERRM_ARLEN_LOCK", When::Asked, (|bus| exclusive(&bus.ar, 0, 31)) as Change),
    ar_excl_align = ("AXI4_ERRM_EXCL_ALIGN", When::Asked, (|bus| exclusive(&bus.ar, 0x14, 1)) as Change),
    ar_excl_len = ("AXI4_ERRM_EXCL_LEN", When::Asked, (|bus| exclusive(&bus.ar, 0x10, 2)) as Change),
))]
async fn a_burst_that_is_none_is_named(
    dut: Axi,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    breaks(&dut, Checker::new(&dut.bus), rule, when, change).await
}

/// On a bus of four bytes it has too many beats, too.
#[verifork::test(cases(
    write = (|bus| exclusive(&bus.aw, 0, 63)) as Change,
    read = (|bus| exclusive(&bus.ar, 0, 63)) as Change,
))]
async fn an_exclusive_access_of_too_many_bytes_is_named(dut: Axi, change: Change) -> Result {
    let checker = Checker::new(&dut.bus)
        .ignore("AXI4_ERRM_AWLEN_LOCK")
        .ignore("AXI4_ERRM_ARLEN_LOCK");
    breaks(&dut, checker, "AXI4_ERRM_EXCL_MAX", When::Asked, change).await
}

#[verifork::test(cases(
    early_wlast = ("AXI4_ERRM_WDATA_NUM", When::Asked, (|bus| bus.w.last.unwrap().set(Logic::One)) as Change),
    late_wlast = ("AXI4_ERRM_WDATA_NUM", When::SecondBeat, (|bus| bus.w.last.unwrap().set(Logic::Zero)) as Change),
    wstrb = ("AXI4_ERRM_WSTRB", When::Asked, (|bus| bus.aw.addr.set(0x11)) as Change),
    narrow_wstrb = ("AXI4_ERRM_WSTRB", When::Asked, (|bus| of(&bus.aw, 0x10, 1, 1, 1)) as Change),
    before_its_address = ("AXI4_ERRS_BRESP_AW", When::Asked, (|bus| bus.aw.valid.set(Logic::Zero)) as Change),
    of_another_id = ("AXI4_ERRS_BRESP_AW", When::Answered, (|bus| bus.b.id.unwrap().set(7)) as Change),
    before_its_last_beat = ("AXI4_ERRS_BRESP_WLAST", When::SecondBeat, (|bus| bus.w.valid.set(Logic::Zero)) as Change),
    exclusive_write = ("AXI4_ERRS_BRESP_EXOKAY", When::Answered, (|bus| bus.b.resp.unwrap().set(1)) as Change),
    data_of_another_id = ("AXI4_ERRS_RID", When::Answered, (|bus| bus.r.id.unwrap().set(7)) as Change),
    before_it_is_asked = ("AXI4_ERRS_RID", When::Asked, (|bus| bus.ar.valid.set(Logic::Zero)) as Change),
    early_rlast = ("AXI4_ERRS_RDATA_NUM", When::Answered, (|bus| bus.r.last.unwrap().set(Logic::One)) as Change),
    late_rlast = ("AXI4_ERRS_RDATA_NUM", When::LastRead, (|bus| bus.r.last.unwrap().set(Logic::Zero)) as Change),
    exclusive_read = ("AXI4_ERRS_RRESP_EXOKAY", When::Answered, (|bus| bus.r.resp.unwrap().set(1)) as Change),
    no_exclusive_read = ("AXI4_RECM_EXCL_PAIR", When::Asked, (|bus| exclusive(&bus.aw, 0x10, 1)) as Change),
))]
async fn what_channels_have_to_do_with_each_other_is_named(
    dut: Axi,
    rule: &'static str,
    when: When,
    change: Change,
) -> Result {
    breaks(&dut, Checker::new(&dut.bus), rule, when, change).await
}

/// An exclusive write that is another than the read before it.
#[verifork::test]
async fn an_exclusive_write_that_differs_from_its_read_is_named(dut: Axi) -> Result {
    let checker = Checker::new(&dut.bus)
        .ignore("AXI4_ERRS_RLAST_ALL_DONE_EOS")
        .ignore("AXI4_ERRS_BRESP_ALL_DONE_EOS");
    let clocked = dut.start().await;
    let Signals { aw, ar, .. } = dut.bus;
    let outcome = scope(async |tm| {
        checker.start(tm, &clocked);
        clocked.edges(2).await;
        for (channel, len) in [(ar, 1), (aw, 1), (aw, 0)] {
            offer(&channel, 0x10, 1);
            exclusive(&channel, 0x10, len);
            channel.ready.set(Logic::One);
            clocked.edge().await;
            channel.valid.set(Logic::Zero);
            channel.ready.set(Logic::Zero);
        }
        clocked.edge().await;
        Ok(())
    })
    .await;
    broke("AXI4_RECM_EXCL_MATCH", "axi", outcome)?;
    Ok(())
}

/// Bytes that are not written or not read, and data of a beat that failed, may be anything.
#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        not_written = (When::Asked, (|bus| {
            bus.w.data.set(LogicVec::from_planes_u64(32, 0, 0xff00));
            bus.w.strb.unwrap().set(LogicVec::from_planes_u64(4, 0b1101, 0));
        }) as Change),
        not_read = (When::Answered, (|bus| {
            bus.r.data.set(LogicVec::from_planes_u64(32, 0, 0xffff));
        }) as Change),
        failed = (When::Answered, (|bus| {
            unknown(bus.r.data);
            bus.r.resp.unwrap().set(2);
        }) as Change),
    )
)]
async fn what_means_nothing_may_be_unknown(
    dut: Axi,
    test: Test,
    when: When,
    change: Change,
) -> Result {
    let checker = Checker::new(&dut.bus);
    if test.name().ends_with("not_read") {
        // The first beat of a read from 0x22 on has the upper two bytes.
        let asked: Change = |bus| bus.ar.addr.set(0x22);
        let changes = [(When::Asked, asked), (when, change)];
        return Ok(accesses_with(&dut, checker, &changes).await?);
    }
    Ok(accesses(&dut, checker, when, change).await?)
}

#[verifork::test(cases(
    aw = ("AXI4_ERRM_AWVALID_RESET", (|bus| bus.aw.valid.set(Logic::One)) as Change),
    w = ("AXI4_ERRM_WVALID_RESET", (|bus| bus.w.valid.set(Logic::One)) as Change),
    b = ("AXI4_ERRS_BVALID_RESET", (|bus| bus.b.valid.set(Logic::One)) as Change),
    ar = ("AXI4_ERRM_ARVALID_RESET", (|bus| bus.ar.valid.set(Logic::One)) as Change),
    r = ("AXI4_ERRS_RVALID_RESET", (|bus| bus.r.valid.set(Logic::One)) as Change),
))]
async fn valid_at_the_first_edge_after_a_reset_is_named(
    dut: Axi,
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
    broke(rule, "axi", outcome)?;
    Ok(())
}

const WAITS: [&str; 5] = [
    "AXI4_RECS_AWREADY_MAX_WAIT",
    "AXI4_RECS_WREADY_MAX_WAIT",
    "AXI4_RECM_BREADY_MAX_WAIT",
    "AXI4_RECS_ARREADY_MAX_WAIT",
    "AXI4_RECM_RREADY_MAX_WAIT",
];

#[verifork::test]
async fn a_wait_that_is_too_long_is_named(dut: Axi) -> Result {
    for rule in WAITS {
        let others = WAITS.iter().filter(|&&other| other != rule);
        let checker = Checker::new(&dut.bus).max_wait(1);
        let checker = others.fold(checker, |checker, other| checker.ignore(other));
        breaks(&dut, checker, rule, When::Asked, |_| {}).await?;
    }
    Ok(())
}

async fn unanswered(dut: &Axi, ignored: &str) -> Result {
    let checker = Checker::new(&dut.bus).ignore(ignored);
    let change: Change = |bus| {
        bus.b.valid.set(Logic::Zero);
        bus.r.valid.set(Logic::Zero);
    };
    Ok(accesses(dut, checker, When::Answered, change).await?)
}

#[verifork::test(
    should_fail = "AXI4_ERRS_BRESP_ALL_DONE_EOS: 1 writes are not answered at the end"
)]
async fn a_write_without_an_answer_is_named(dut: Axi) -> Result {
    unanswered(&dut, "AXI4_ERRS_RLAST_ALL_DONE_EOS").await
}

#[verifork::test(should_fail = "AXI4_ERRS_RLAST_ALL_DONE_EOS: 1 reads are not answered at the end")]
async fn a_read_without_an_answer_is_named(dut: Axi) -> Result {
    unanswered(&dut, "AXI4_ERRS_BRESP_ALL_DONE_EOS").await
}

#[verifork::test(should_fail(panic = "AXI4_AUX_DATA_WIDTH: "))]
async fn data_of_a_width_that_is_none_is_named(dut: Axi, test: Test) {
    let clocked = dut.start().await;
    Checker::new(&dut.odd).start(&test, &clocked);
}

#[verifork::test(should_fail(panic = "AXI4_AUX_ADDR_WIDTH: "))]
async fn addresses_of_two_widths_are_named(dut: Axi, test: Test) {
    let clocked = dut.start().await;
    let ar = dut.bare.ar;
    Checker::new(&Signals { ar, ..dut.bus }).start(&test, &clocked);
}

#[verifork::test(should_fail(panic = "AXI4_AUX_ID_WIDTH: "))]
async fn ids_of_two_widths_are_named(dut: Axi, test: Test) {
    let clocked = dut.start().await;
    let b = dut.bare.b;
    Checker::new(&Signals { b, ..dut.bus }).start(&test, &clocked);
}

#[verifork::test]
async fn every_rule_of_the_table_has_its_test() -> Result {
    all_have_tests(RULES, include_str!("axi_rules.rs"))?;
    ensure!(RULES.len() == 127, "{} rules", RULES.len());
    Ok(())
}
