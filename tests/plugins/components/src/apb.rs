//! An APB manager and a subordinate on the same wires.

use verifork::prelude::*;
use verifork_components::apb::{Checker, Manager, Monitor, Request, Signals, Subordinate};
use verifork_components::memory::{Access, Fault, Memory};
use verifork_components::{Clocked, Interrupted, OnReset, Pauses, Scoreboard};

use crate::traffic::written;

#[derive(Dut)]
pub(crate) struct Apb {
    pub(crate) clk: Signal<bool>,
    pub(crate) rst_n: Signal<bool>,
    #[dut(prefix = "apb_")]
    pub(crate) bus: Signals,
}

impl Apb {
    /// Nothing is left of the test before.
    pub(crate) async fn start(&self) -> Clocked {
        let bus = &self.bus;
        for signal in [
            bus.psel,
            bus.penable,
            bus.pready.unwrap(),
            bus.pslverr.unwrap(),
        ] {
            signal.set(Logic::Zero);
        }
        crate::start(&self.clk, &self.rst_n).await
    }
}

#[verifork::test(
    timeout = 10.ms(),
    cases(
        at_full_speed = (Pauses::none(), Pauses::none(), 0),
        with_pauses = (Pauses::random(0.5), Pauses::random(0.5), 5),
    )
)]
async fn what_is_written_is_read(
    dut: Apb,
    test: Test,
    managing: Pauses,
    answering: Pauses,
    latency: u32,
) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse()
        .region(0x000..0x100, Access::ReadWrite)
        .region(0x80..0x84, Access::ReadOnly)
        .outside(Fault::Decode)
        .latency(0..=latency);
    let mut rng = test.rng();
    let mut model = [0_u8; 0x100];
    let seen = Scoreboard::in_order("transfers");
    scope(async |tm| {
        let bus = Manager::new(&dut.bus).pauses(&managing).start(tm, &clocked);
        Subordinate::new(&dut.bus, &memory)
            .pauses(&answering)
            .start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        let transfers = Monitor::new(&dut.bus).start(tm, &clocked).transfers();
        for _ in 0..crate::rounds(300) {
            let address = rng.random_range(0..0x50_u32) * 4;
            let (may_read, at) = (address < 0x100, address as usize);
            let may_write = may_read && address != 0x80;
            let request = if rng.random() {
                Request::write(address, rng.random())
                    .strobe(rng.random_range(0..16))
                    .prot(rng.random_range(0..8))
            } else {
                Request::read(address)
            };
            let answer = bus.access(request).await?;
            let kept = match (request.write, request.strobe) {
                (Some(data), Some(strobe)) => {
                    ensure!(answer.error != may_write, "{request:?} ended as {answer:?}");
                    let stored = may_write.then(|| &mut model[at..at + 4]);
                    Some(written(data, strobe, stored))
                }
                _ => {
                    ensure!(answer.error != may_read, "{request:?} ended as {answer:?}");
                    if may_read {
                        let wanted = u32::from_le_bytes(model[at..at + 4].try_into()?);
                        ensure!(answer.data == wanted, "{:#x}, not {wanted:#x}", answer.data);
                    }
                    None
                }
            };
            seen.expect((
                Request {
                    write: kept,
                    ..request
                },
                answer,
            ));
        }
        clocked.edge().await;
        while let Some(transfer) = transfers.try_recv() {
            ensure!(transfer.ended > transfer.begun);
            seen.observe((transfer.request, transfer.answer))?;
        }
        Ok(())
    })
    .await?;
    seen.finish()
}

/// Two cycles a transfer, one after the other.
#[verifork::test]
async fn a_transfer_takes_two_cycles(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse()).start(&test, &clocked);
    Checker::new(&dut.bus).max_wait(0).start(&test, &clocked);
    let first = now();
    scope(async |tm| {
        for word in 0..20 {
            let bus = bus.clone();
            tm.start_soon(format!("write {word}"), async move {
                bus.write(word * 4, word).await
            });
        }
        Ok(())
    })
    .await?;
    let cycles = crate::cycles_since(first);
    ensure!(
        (40..=42).contains(&cycles),
        "{cycles} cycles for 20 transfers"
    );
    ensure!(bus.read(4 * 7).await? == 7);
    Ok(())
}

#[verifork::test]
async fn what_fails_and_what_does_not_fit_is_an_error(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse()
        .region(0..4, Access::ReadOnly)
        .outside(Fault::Slave);
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    for (error, says) in [
        (
            bus.read(8).await.unwrap_err(),
            "a read at 0x8 ended with PSLVERR",
        ),
        (
            bus.write(0, 1).await.unwrap_err(),
            "a write at 0x0 ended with PSLVERR",
        ),
        (
            bus.read(0x1_0000).await.unwrap_err(),
            "does not fit the 16 bits",
        ),
        (
            bus.access(Request::write(0, 0).strobe(16))
                .await
                .unwrap_err(),
            "do not fit the 4 bytes",
        ),
        (
            bus.access(Request::read(0).prot(8)).await.unwrap_err(),
            "PPROT 8 does not fit",
        ),
    ] {
        ensure!(error.to_string().contains(says), "{error}");
    }
    ensure!(bus.read(0).await? == 0);
    Ok(())
}

#[verifork::test]
async fn a_reset_ends_what_is_under_way(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse().latency(9..=9)).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let other = bus.clone();
    let waiting = spawn(async move { Ok(other.write(0, 1).await.unwrap_err()) });
    clocked.edges(5).await;
    clocked.reset().await;
    let error = waiting.await?;
    ensure!(
        error.downcast_ref() == Some(&Interrupted::Reset),
        "{error:?}"
    );
    bus.write(4, 2).await?;
    ensure!(bus.read(0).await? == 0 && bus.read(4).await? == 2);
    Ok(())
}

/// Whatever a reset of a single edge comes upon: who waits is told, and the next transfer is done.
#[verifork::test]
async fn a_reset_of_one_edge_ends_a_transfer_in_any_phase(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await.reset_cycles(1);
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse().latency(2..=2)).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    clocked.edges(2).await;
    for edges in 0..5 {
        let other = bus.clone();
        let access = async move { other.write(0, 1).await };
        crate::reset_interrupts(&clocked, edges, access).await?;
        bus.write(4, edges).await?;
        ensure!(bus.read(4).await? == edges);
    }
    Ok(())
}

/// With `Retry` resets of one edge cost time and nothing else.
#[verifork::test(timeout = 1.ms())]
async fn resets_are_made_up_for_if_that_is_chosen(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await.reset_cycles(1);
    let memory = Memory::sparse().latency(0..=2);
    let bus = Manager::new(&dut.bus)
        .on_reset(OnReset::Retry)
        .start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    scope(async |tm| {
        let doing = tm.fork("accesses", async {
            for word in 0..40 {
                bus.write(word * 4, word + 1).await?;
                ensure!(bus.read(word * 4).await? == word + 1);
            }
            Ok(())
        });
        crate::resets_until_done(&clocked, test.rng(), doing).await
    })
    .await?;
    ensure!((0..40).all(|word| memory.read_u32(u64::from(word) * 4) == word + 1));
    Ok(())
}

#[verifork::test(should_fail = "for more than 5 cycles")]
async fn a_transfer_that_takes_too_long_fails_the_test(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await;
    Manager::new(&dut.bus)
        .timeout(5)
        .start(&test, &clocked)
        .write(0, 1)
        .await
}

#[verifork::test(timeout = 500.ns(), should_fail(timeout = "apb_pready`, to end a transfer on "))]
async fn a_manager_that_hangs_says_what_it_waits_for(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await;
    Manager::new(&dut.bus)
        .start(&test, &clocked)
        .write(0, 0)
        .await
}

#[verifork::test(
    cases(manager = true, subordinate = false),
    should_fail(panic = "a bus has one component on each side")
)]
async fn a_second_component_on_a_side_is_refused(dut: Apb, test: Test, manager: bool) {
    let clocked = dut.start().await;
    start_twice!(manager, &dut.bus, &test, &clocked);
}
