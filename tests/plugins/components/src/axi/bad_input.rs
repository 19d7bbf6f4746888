//! What does not fit the protocol or the bus is an error of the caller's line, by the rule's name.

use verifork::prelude::*;
use verifork_components::Clocked;
use verifork_components::axi::{
    Burst, Checker, Manager, Monitor, Subordinate, WriteData, WriteSignals,
};
use verifork_components::memory::Memory;

use super::Axi;
use crate::made_at;

#[verifork::test]
async fn a_burst_that_breaks_a_rule_is_refused(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    let incr = Burst::incr(0x10, 1, 4);
    for (burst, says) in [
        (
            Burst::incr(0xff0, 5, 4),
            "AXI4_ERRM_ARADDR_BOUNDARY: a burst from 0xff0 to 0x1003 crosses a boundary of 4 KB; on ",
        ),
        (
            Burst::wrap(0x10, 3, 4),
            "AXI4_ERRM_ARLEN_WRAP: a WRAP burst of 3 beats",
        ),
        (
            Burst::wrap(0x12, 4, 4),
            "AXI4_ERRM_ARADDR_WRAP_ALIGN: a WRAP burst at 0x12",
        ),
        (
            Burst::fixed(0x10, 17, 4),
            "AXI4_ERRM_ARLEN_FIXED: a FIXED burst of 17 beats",
        ),
        (
            Burst::incr(0x10, 1, 8),
            "AXI4_ERRM_ARSIZE: beats of 8 bytes on a bus of 4",
        ),
        (
            incr.clone().cache(4),
            "AXI4_ERRM_ARCACHE: ARCACHE is 0b0100",
        ),
        (
            Burst::incr(0, 32, 4).exclusive(),
            "AXI4_ERRM_ARLEN_LOCK: an exclusive access of 32 beats",
        ),
        (
            Burst::incr(0, 3, 4).exclusive(),
            "AXI4_ERRM_EXCL_LEN: an exclusive access of 12 bytes",
        ),
        (
            Burst::incr(4, 2, 4).exclusive(),
            "AXI4_ERRM_EXCL_ALIGN: an exclusive access of 8 bytes at 0x4",
        ),
        (
            incr.clone().id(16),
            "AXI4_AUX_ID_WIDTH: the ID 16 does not fit the 4 bits of ARID of ",
        ),
        (
            Burst::incr(0x1_0000_0000, 1, 4),
            "AXI4_AUX_ADDR_WIDTH: the address 0x100000003 does not fit the 32 bits",
        ),
        (Burst::incr(0, 0, 4), "a burst of 0 beats; it has 1 to 256"),
        (Burst::incr(0, 257, 1), "a burst of 257 beats"),
        (Burst::incr(0, 1, 3), "beats of 3 bytes; they have 1, 2, 4"),
        (incr.clone().qos(16), "ARQOS 16, which does not fit 4 bits"),
        (
            incr.clone().user(LogicVec::zeros(2)),
            "ARUSER of 2 bits; that of ",
        ),
    ] {
        let line = line!() + 1;
        let error = bus.read_burst(burst.clone()).await.unwrap_err();
        ensure!(error.to_string().contains(says), "{burst:?}: {error}");
        made_at(file!(), line, &error)?;
    }
    for (data, says) in [
        (
            WriteData::from([0; 5]),
            "AXI4_ERRM_WDATA_NUM: 5 bytes of data for a burst of 4",
        ),
        (
            WriteData::from([0; 4]).enabled([true]),
            "1 strobes for 4 bytes",
        ),
        (
            WriteData::from([0; 4]).users([LogicVec::zeros(2), LogicVec::zeros(2)]),
            "2 values of WUSER for 1 beats",
        ),
        (
            WriteData::from([0; 4]).users([LogicVec::zeros(3)]),
            "WUSER of 3 bits",
        ),
    ] {
        let error = bus.write_burst(incr.clone(), data).await.unwrap_err();
        ensure!(error.to_string().contains(says), "{error}");
    }
    let error = bus
        .write_burst(Burst::incr(0xffe, 2, 4), [0; 6])
        .await
        .unwrap_err();
    ensure!(
        error.to_string().contains("AXI4_ERRM_AWADDR_BOUNDARY"),
        "{error}"
    );
    Ok(())
}

/// What a bus has no signals for is refused, and what it needs none for is done.
#[verifork::test]
async fn a_bus_without_optional_signals_does_what_it_can(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bare).start(&test, &clocked);
    let memory = Memory::sparse();
    Subordinate::new(&dut.bare, &memory).start(&test, &clocked);
    Checker::new(&dut.bare).start(&test, &clocked);
    let writes = Monitor::new(&dut.bare).start(&test, &clocked).writes();
    for word in 0..8_u8 {
        bus.write_burst(Burst::incr(u64::from(word) * 4, 1, 4), [word; 4])
            .await?;
    }
    let read = bus.read_burst(Burst::incr(8, 1, 4)).await?;
    ensure!(read.data == [2; 4], "{read:?}");
    clocked.edge().await;
    ensure!(writes.len() == 8);
    for (burst, says) in [
        (Burst::incr(0, 2, 4), "a burst of 2 beats, and `"),
        (Burst::incr(0, 1, 2), "has no AWSIZE to say so"),
        (Burst::fixed(0, 1, 4), "has no AWBURST to say so"),
        (Burst::incr(0, 1, 4).exclusive(), "has no AWLOCK to say so"),
        (
            Burst::incr(0, 1, 4).id(1),
            "AXI4_AUX_ID_WIDTH: the ID 1, and `",
        ),
        (Burst::incr(0, 1, 4).prot(1), "has no AWPROT"),
        (Burst::incr(1, 1, 4), "has no WSTRB to say so"),
        (Burst::incr(0, 1, 4).user(LogicVec::zeros(3)), "has none"),
    ] {
        let data = vec![0; burst.data_bytes()];
        let error = bus.write_burst(burst, data).await.unwrap_err().to_string();
        ensure!(error.contains(says), "{error}");
    }
    Ok(())
}

/// A bus that only writes has no channels for reads.
#[verifork::test]
async fn a_bus_of_one_direction_refuses_the_other(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let axi = dut.bus;
    let (aw, w, b) = (axi.aw, axi.w, axi.b);
    let only_writes = WriteSignals { aw, w, b };
    let memory = Memory::sparse();
    let bus = Manager::new(&only_writes).start(&test, &clocked);
    Subordinate::new(&only_writes, &memory).start(&test, &clocked);
    Checker::new(&only_writes).start(&test, &clocked);
    bus.write(0x13, &[1, 2, 3]).await?;
    ensure!(memory.read_bytes(0x13, 3) == [1, 2, 3]);
    let error = bus.read(0, 1).await.unwrap_err().to_string();
    ensure!(
        error.contains("a read, and `") && error.contains("has no channels for it"),
        "{error}"
    );
    Ok(())
}

#[verifork::test(
    cases(manager = 0, subordinate = 1, monitor = 2, checker = 3),
    should_fail(panic = "odd_wdata` has 24 bits; WDATA has 8, 16, 32, … or 1024")
)]
async fn a_width_that_the_protocol_has_not_is_refused(dut: Axi, test: Test, which: u32) {
    let clocked = dut.start().await;
    match which {
        0 => _ = Manager::new(&dut.odd).start(&test, &clocked),
        1 => Subordinate::new(&dut.odd, &Memory::sparse()).start(&test, &clocked),
        2 => _ = Monitor::new(&dut.odd).start(&test, &clocked),
        _ => Checker::new(&dut.odd).start(&test, &clocked),
    }
}

#[verifork::test(should_fail(panic = "is already driven, by the manager started at "))]
async fn a_second_manager_is_refused(dut: Axi, test: Test) {
    let clocked = dut.start().await;
    let _first = Manager::new(&dut.bus).start(&test, &clocked);
    let _second = Manager::new(&dut.bus).start(&test, &clocked);
}

#[verifork::test(should_fail(panic = "is already driven, by the subordinate started at "))]
async fn a_second_subordinate_is_refused(dut: Axi, test: Test) {
    let clocked: Clocked = dut.start().await;
    Subordinate::new(&dut.bus, &Memory::sparse()).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse()).start(&test, &clocked);
}
