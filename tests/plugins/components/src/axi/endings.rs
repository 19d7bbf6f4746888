//! How accesses end: by a reset, never, or seen by a monitor.

use std::rc::Rc;

use verifork::prelude::*;
use verifork::record::{self, JsonLines};
use verifork_components::axi::{Burst, Checker, Manager, Monitor, Order, Subordinate};
use verifork_components::memory::Memory;
use verifork_components::{Interrupted, OnReset, Pauses};

use super::Axi;

/// Accesses that a reset interrupts are errors, and those after it are done.
#[verifork::test]
async fn a_reset_ends_what_is_under_way(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse().latency(40..=40);
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    scope(async |tm| {
        for access in 0..4_u64 {
            let bus = bus.clone();
            tm.fork(format!("access {access}"), async move {
                let error = if access % 2 == 0 {
                    bus.read(64 * access, 64).await.unwrap_err()
                } else {
                    bus.write(64 * access, &[1; 64]).await.unwrap_err()
                };
                ensure!(
                    error.downcast_ref() == Some(&Interrupted::Reset),
                    "{error:?}"
                );
                Ok(())
            });
        }
        clocked.edges(12).await;
        clocked.reset().await;
        Ok(())
    })
    .await?;
    bus.write(0x400, &[7]).await?;
    ensure!(bus.read(0x400, 1).await? == [7]);
    ensure!(
        memory.written() == [0x400..=0x400],
        "{:x?}",
        memory.written()
    );
    Ok(())
}

/// With `Retry` a reset costs time and nothing else, whenever it comes.
#[verifork::test(timeout = 10.ms())]
async fn a_reset_is_made_up_for_if_that_is_chosen(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse().latency(0..=6);
    let bus = Manager::new(&dut.bus)
        .on_reset(OnReset::Retry)
        .start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory)
        .order(Order::Interleaved)
        .start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let mut rng = test.rng();
    scope(async |tm| {
        for client in 0..4_u32 {
            let bus = bus.with(|it| it.id(client));
            tm.fork(format!("client {client}"), async move {
                for number in 0..20_u8 {
                    let data = [number ^ 0x5a; 50];
                    let address = 0x1000 * u64::from(client) + 3;
                    bus.write(address, &data).await?;
                    ensure!(bus.read(address, 50).await? == data);
                }
                Ok(())
            });
        }
        for _ in 0..12 {
            clocked.edges(rng.random_range(1..80)).await;
            clocked.reset().await;
        }
        tm.join_all().await
    })
    .await?;
    Ok(())
}

/// What is asked for as a reset begins is dropped or done as a whole.
#[verifork::test(timeout = 1.ms())]
async fn an_access_at_the_edge_of_a_reset_is_dropped_or_done(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse()).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    for before in 0..6 {
        scope(async |tm| {
            let bus = bus.clone();
            tm.fork("access", async move {
                clocked.edges(before).await;
                match bus.write(0, &[1; 8]).await {
                    Err(error) if error.downcast_ref() != Some(&Interrupted::Reset) => Err(error),
                    _ => bus.write(0, &[2; 8]).await.or(Ok(())),
                }
            });
            clocked.edges(3).await;
            clocked.reset().await;
            Ok(())
        })
        .await?;
        bus.write(0, &[3; 8]).await?;
    }
    Ok(())
}

/// A hang names the bus and the signal that the component waits for.
#[verifork::test(timeout = 500.ns(), should_fail(timeout = "axi_awready`, to send on "))]
async fn a_write_that_hangs_says_what_it_waits_for(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    bus.write(0, &[0]).await
}

#[verifork::test(timeout = 500.ns(), should_fail(timeout = "axi_rvalid`, to receive on "))]
async fn a_read_that_hangs_says_what_it_waits_for(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    dut.bus.ar.ready.set(Logic::One);
    bus.read(0, 1).await?;
    Ok(())
}

#[verifork::test(timeout = 500.ns(), should_fail(timeout = "axi_bready`, to send on "))]
async fn a_subordinate_that_hangs_says_what_it_waits_for(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    Subordinate::new(&dut.bus, &Memory::sparse()).start(&test, &clocked);
    dut.bus.aw.valid.set(Logic::One);
    dut.bus.w.valid.set(Logic::One);
    dut.bus.w.last.unwrap().set(Logic::One);
    dut.bus.w.strb.unwrap().set(LogicVec::zeros(4));
    for signal in [
        dut.bus.aw.len,
        dut.bus.aw.size,
        dut.bus.aw.burst,
        dut.bus.aw.lock,
        dut.bus.aw.cache,
        dut.bus.aw.prot,
        dut.bus.aw.qos,
        dut.bus.aw.region,
    ] {
        signal.unwrap().set(0);
    }
    dut.bus.aw.id.unwrap().set(0);
    dut.bus.aw.addr.set(0);
    dut.bus.aw.user.unwrap().set(LogicVec::zeros(3));
    pending().await
}

/// A monitor tells when each part of an access was, and records it.
#[verifork::test]
async fn an_access_is_seen_with_its_times(dut: Axi) -> Result {
    let clocked = dut.start().await;
    let lines = Rc::new(JsonLines::new(Vec::new()));
    let listening = record::listen(Rc::clone(&lines));
    scope(async |tm| {
        let bus = Manager::new(&dut.bus)
            .pauses_on(
                verifork_components::axi::Channel::Aw,
                &Pauses::cycle([true, true, true, false]),
            )
            .start(tm, &clocked);
        Subordinate::new(&dut.bus, &Memory::sparse().latency(5..=5)).start(tm, &clocked);
        let monitor = Monitor::new(&dut.bus).start(tm, &clocked);
        let (writes, reads) = (monitor.writes(), monitor.reads());
        bus.write_burst(Burst::incr(0x20, 2, 4).id(1), [9; 8])
            .await?;
        bus.read_burst(Burst::incr(0x20, 4, 4).id(2)).await?;
        clocked.edge().await;
        let write = writes.recv().await?;
        ensure!(write.begun > write.data_ended, "the data was first");
        ensure!(write.latency() == 60.ns(), "{}", write.latency());
        ensure!(write.ended - write.begun == 60.ns());
        let read = reads.recv().await?;
        ensure!(read.latency() == 60.ns(), "{}", read.latency());
        ensure!(read.ended - read.data_begun == 30.ns());
        Ok(())
    })
    .await?;
    drop(listening);
    let text = crate::recorded(lines)?;
    ensure!(text.lines().count() == 14, "{text}");
    ensure!(text.contains("\"name\":\"id\",\"value\":\"2\""), "{text}");
    ensure!(
        text.contains("\"name\":\"response\",\"value\":\"OKAY\""),
        "{text}"
    );
    Ok(())
}
