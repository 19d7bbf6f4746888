//! An AXI4-Lite manager and a subordinate on the same wires.

use std::rc::Rc;

use verifork::prelude::*;
use verifork_components::axi_lite::{
    Channel, Checker, Manager, Monitor, Response, Signals, Subordinate, Target,
};
use verifork_components::memory::{Access, Fault, Memory};
use verifork_components::{Clocked, Interrupted, OnReset, Pauses, Scoreboard};

use crate::traffic::written;

#[derive(Dut)]
pub(crate) struct Lite {
    pub(crate) clk: Signal<bool>,
    pub(crate) rst_n: Signal<bool>,
    #[dut(prefix = "axil_")]
    pub(crate) bus: Signals,
}

impl Lite {
    /// Nothing is left of the test before.
    pub(crate) async fn start(&self) -> Clocked {
        let Signals {
            awvalid,
            wvalid,
            bvalid,
            arvalid,
            rvalid,
            awready,
            wready,
            bready,
            arready,
            rready,
            ..
        } = self.bus;
        for signal in [
            awvalid, wvalid, bvalid, arvalid, rvalid, awready, wready, bready, arready, rready,
        ] {
            signal.set(Logic::Zero);
        }
        crate::start(&self.clk, &self.rst_n).await
    }
}

/// Random accesses by three clients at once, against a model of the memory; monitors see what was done.
#[verifork::test(
    timeout = 100.ms(),
    cases(
        at_full_speed = (Pauses::none(), Pauses::none(), 0),
        with_pauses = (Pauses::random(0.4), Pauses::random(0.4), 7),
        data_first = (Pauses::none(), Pauses::random(0.2), 2),
    )
)]
async fn what_is_written_is_read(
    dut: Lite,
    test: Test,
    managing: Pauses,
    answering: Pauses,
    latency: u32,
) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse()
        .region(0x0000..0x0800, Access::ReadWrite)
        .region(0x0100..0x0110, Access::ReadOnly)
        .outside(Fault::Decode)
        .latency(0..=latency);
    let writes = Scoreboard::by_key("writes", |it: &(u64, u64, u8, Response)| it.0 / 256);
    scope(async |tm| {
        let mut manager = Manager::new(&dut.bus).pauses(&managing);
        if test.name().ends_with("data_first") {
            manager = manager.pauses_on(Channel::Aw, &Pauses::random(0.8));
        }
        let manager = manager.start(tm, &clocked);
        Subordinate::new(&dut.bus, &memory)
            .pauses(&answering)
            .start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        let monitor = Monitor::new(&dut.bus).start(tm, &clocked);
        let observing = writes.clone();
        tm.background("observe", async move {
            let seen = monitor.writes();
            loop {
                let write = seen.recv().await?;
                ensure!(write.ended > write.begun);
                observing.observe((write.address, write.data, write.strobe, write.response))?;
            }
        });
        for client in 0..3_u64 {
            let (bus, writes) = (manager.clone(), writes.clone());
            tm.fork(format!("client {client}"), async move {
                let mut rng = Test::current().unwrap().rng();
                // Each has bytes of its own, some of which it may not write, and some that are not there.
                let first = [0x100, 0x200, 0x700][usize::try_from(client)?];
                let mut model = [0_u8; 0x100];
                for _ in 0..crate::rounds(150) {
                    let offset = rng.random_range(0..0x40_u64) * 4;
                    let address = if client == 2 {
                        first + 2 * offset
                    } else {
                        first + offset
                    };
                    let may_read = address < 0x800;
                    let may_write = may_read && !(0x100..0x110).contains(&address);
                    let word = usize::try_from(offset)?;
                    let answer = |may: bool| match (may, may_read) {
                        (true, _) => Response::Okay,
                        (false, true) => Response::SlvErr,
                        (false, false) => Response::DecErr,
                    };
                    if rng.random() {
                        let data: u32 = rng.random();
                        let strobe = rng.random_range(0..16_u8);
                        let stores = may_write && client != 2;
                        let stored = stores.then(|| &mut model[word..word + 4]);
                        let kept = u64::from(written(data, strobe, stored));
                        writes.expect((address, kept, strobe, answer(may_write)));
                        let found = bus.write_response(address, data.into(), strobe).await?;
                        ensure!(
                            found == answer(may_write),
                            "{address:#x} was answered {found}"
                        );
                    } else {
                        let (found, data) = bus.read_response(address).await?;
                        ensure!(
                            found == answer(may_read),
                            "{address:#x} was answered {found}"
                        );
                        if found == Response::Okay && client != 2 {
                            let wanted = u32::from_le_bytes(model[word..word + 4].try_into()?);
                            ensure!(
                                data == u64::from(wanted),
                                "{data:#x}, not {wanted:#x} at {address:#x}"
                            );
                        }
                    }
                }
                Ok(())
            });
        }
        tm.join_all().await?;
        Ok(())
    })
    .await?;
    writes.finish()
}

/// Several accesses are under way at once, and each gets its own answer.
#[verifork::test]
async fn reads_and_writes_are_in_flight_at_once(dut: Lite, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse();
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    for word in 0..32_u32 {
        memory.write_u32(u64::from(word) * 4, word * 3);
    }
    let first = now();
    scope(async |tm| {
        for word in 0..32_u64 {
            let bus = bus.clone();
            tm.start_soon(format!("read {word}"), async move {
                let found = bus.read(word * 4).await?;
                ensure!(found == word * 3, "{found} is word {word}");
                Ok(())
            });
        }
        Ok(())
    })
    .await?;
    let cycles = crate::cycles_since(first);
    ensure!(
        cycles < 32 + 8,
        "{cycles} cycles for 32 reads: they were not in flight at once"
    );
    Ok(())
}

/// Answers as several public cores do: with the handshake, and not after it.
async fn answer_too_soon(clocked: Clocked, bus: &Signals, memory: Memory) -> Result {
    let one = |signals: &[Signal<Logic>], level| {
        for signal in signals {
            signal.set(level);
        }
    };
    loop {
        clocked.edge().await;
        if bus.arvalid.get().is_one() && !bus.rvalid.get().is_one() {
            let word = memory.read_u32(bus.araddr.get()? & !3);
            bus.rdata.set(word.into());
            bus.rresp.unwrap().set(0);
            one(&[bus.arready, bus.rvalid], Logic::One);
        } else {
            one(&[bus.arready, bus.rvalid], Logic::Zero);
        }
        let asked = bus.awvalid.get().is_one() && bus.wvalid.get().is_one();
        if asked && !bus.bvalid.get().is_one() {
            let word = u32::try_from(bus.wdata.get()?)?;
            memory.write_u32(bus.awaddr.get()? & !3, word);
            bus.bresp.unwrap().set(0);
            one(&[bus.awready, bus.wready, bus.bvalid], Logic::One);
        } else {
            one(&[bus.awready, bus.wready, bus.bvalid], Logic::Zero);
        }
    }
}

const TOO_SOON: [&str; 3] = [
    "AXI4LITE_ERRS_BRESP_AW",
    "AXI4LITE_ERRS_BRESP_WLAST",
    "AXI4LITE_ERRS_RDATA_AR",
];

/// Each access has its own answer, and a monitor sees them so, where the rules are ignored by name.
#[verifork::test(timeout = 20.us())]
async fn answers_that_come_too_soon_are_taken_if_the_rules_are_ignored(
    dut: Lite,
    test: Test,
) -> Result {
    let clocked = dut.start().await;
    let mut manager = Manager::new(&dut.bus);
    let mut checker = Checker::new(&dut.bus);
    for rule in TOO_SOON {
        (manager, checker) = (manager.ignore(rule), checker.ignore(rule));
    }
    let bus = manager.start(&test, &clocked);
    checker.start(&test, &clocked);
    let monitor = Monitor::new(&dut.bus).start(&test, &clocked);
    let (writes, reads) = (monitor.writes(), monitor.reads());
    scope(async |tm| {
        let core = answer_too_soon(clocked, &dut.bus, Memory::sparse());
        tm.background("the core", core);
        for word in 0..8_u64 {
            bus.write(word * 4, word * 11).await?;
        }
        for word in 0..8_u64 {
            let bus = bus.clone();
            tm.start_soon(format!("read {word}"), async move {
                let found = bus.read(word * 4).await?;
                ensure!(found == word * 11, "{found} is word {word}");
                Ok(())
            });
        }
        Ok(())
    })
    .await?;
    clocked.edge().await;
    for word in 0..8 {
        let (write, read) = (writes.recv().await?, reads.recv().await?);
        ensure!(
            (write.address, write.data) == (word * 4, word * 11),
            "{write:?}"
        );
        ensure!(
            (read.address, read.data) == (word * 4, word * 11),
            "{read:?}"
        );
    }
    Ok(())
}

/// Otherwise the manager names the rule, and so it does if another is ignored.
#[verifork::test(timeout = 20.us())]
async fn an_answer_that_comes_too_soon_is_named(dut: Lite) -> Result {
    for (rule, ignored) in [
        (TOO_SOON[0], &[][..]),
        (TOO_SOON[0], &[TOO_SOON[1]]),
        (TOO_SOON[1], &[TOO_SOON[0]]),
        (TOO_SOON[2], &[]),
        (TOO_SOON[2], &[TOO_SOON[0], TOO_SOON[1]]),
    ] {
        let clocked = dut.start().await;
        let manager = Manager::new(&dut.bus);
        let manager = ignored.iter().fold(manager, |it, rule| it.ignore(rule));
        let outcome = scope(async |tm| {
            let bus = manager.start(tm, &clocked);
            tm.background(
                "the core",
                answer_too_soon(clocked, &dut.bus, Memory::sparse()),
            );
            if rule == TOO_SOON[2] {
                bus.read(4).await?;
            } else {
                bus.write(4, 0).await?;
            }
            Ok(())
        })
        .await;
        crate::breaks::broke(rule, "axil", outcome)?;
    }
    Ok(())
}

#[verifork::test(should_fail(
    panic = "there is no rule `AXI4LITE_ERRM_AWADDR_X` to ignore; there are AXI4LITE_ERRS_BRESP_AW, "
))]
async fn a_manager_ignores_no_other_rule(dut: Lite) {
    let _ = Manager::new(&dut.bus).ignore("AXI4LITE_ERRM_AWADDR_X");
}

/// Registers of a testbench's own, behind the subordinate.
#[derive(Clone)]
struct Counter(Rc<std::cell::Cell<u32>>);

impl Target for Counter {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault> {
        if address != 8 {
            return Err(Fault::Decode);
        }
        self.0.set(self.0.get() + 1);
        into.copy_from_slice(&self.0.get().to_le_bytes());
        Ok(())
    }

    fn write(&self, _: u64, _: &[u8], _: u8) -> Result<(), Fault> {
        Err(Fault::Slave)
    }
}

#[verifork::test]
async fn a_subordinate_answers_from_a_function(dut: Lite, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Counter(Rc::default())).start(&test, &clocked);
    ensure!(bus.read(8).await? == 1);
    ensure!(
        bus.read(10).await? == 2,
        "a word is at its address rounded down"
    );
    let error = format!("{:#}", bus.read(4).await.unwrap_err());
    ensure!(
        error.contains("a read at 0x4 was answered DECERR"),
        "{error}"
    );
    let error = format!("{:#}", bus.write(8, 0).await.unwrap_err());
    ensure!(
        error.contains("a write at 0x8 was answered SLVERR"),
        "{error}"
    );
    Ok(())
}

/// What does not fit the bus is an error of the caller's.
#[verifork::test]
async fn an_access_that_does_not_fit_is_refused(dut: Lite, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    for (error, says) in [
        (
            bus.read(0x1_0000).await.unwrap_err(),
            "the address 0x10000 does not fit the 16 bits",
        ),
        (
            bus.write(0, 1 << 32).await.unwrap_err(),
            "does not fit the 32 bits of data",
        ),
        (
            bus.write_response(0, 0, 0x10).await.unwrap_err(),
            "do not fit the 4 bytes",
        ),
    ] {
        ensure!(error.to_string().contains(says), "{error}");
    }
    Ok(())
}

/// Accesses that a reset interrupts are errors, and those after it are done.
#[verifork::test]
async fn a_reset_ends_what_is_under_way(dut: Lite, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse().latency(10..=10);
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    scope(async |tm| {
        for access in 0..4_u64 {
            let bus = bus.clone();
            tm.fork(format!("access {access}"), async move {
                let error = if access % 2 == 0 {
                    bus.read(4 * access).await.unwrap_err()
                } else {
                    bus.write(4 * access, 1).await.unwrap_err()
                };
                ensure!(
                    error.downcast_ref() == Some(&Interrupted::Reset),
                    "{error:?}"
                );
                Ok(())
            });
        }
        clocked.edges(6).await;
        clocked.reset().await;
        Ok(())
    })
    .await?;
    bus.write(0x40, 7).await?;
    ensure!(bus.read(0x40).await? == 7);
    ensure!(memory.written() == [0x40..=0x43], "{:x?}", memory.written());
    Ok(())
}

/// With `Retry` a reset costs time and nothing else, whenever it comes.
#[verifork::test(timeout = 10.ms())]
async fn a_reset_is_made_up_for_if_that_is_chosen(dut: Lite, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse().latency(0..=3);
    let bus = Manager::new(&dut.bus)
        .on_reset(OnReset::Retry)
        .start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory)
        .pauses(&Pauses::random(0.3))
        .start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let mut rng = test.rng();
    scope(async |tm| {
        for client in 0..3_u64 {
            let bus = bus.clone();
            tm.fork(format!("client {client}"), async move {
                for number in 0..60 {
                    bus.write(client * 4, client << 8 | number).await?;
                    ensure!(bus.read(client * 4).await? == client << 8 | number);
                }
                Ok(())
            });
        }
        for _ in 0..12 {
            clocked.edges(rng.random_range(1..40)).await;
            clocked.reset().await;
        }
        tm.join_all().await
    })
    .await?;
    Ok(())
}

/// What is asked for as a reset begins is dropped as a whole, or done.
#[verifork::test(timeout = 1.ms())]
async fn an_access_at_the_edge_of_a_reset_is_dropped_or_done(dut: Lite, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse()).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    for before in 0..10 {
        scope(async |tm| {
            let bus = bus.clone();
            tm.fork("access", async move {
                clocked.edges(before).await;
                for number in 0..3 {
                    match bus.write(8, number).await {
                        Err(error) if error.downcast_ref() != Some(&Interrupted::Reset) => {
                            return Err(error);
                        }
                        _ => {}
                    }
                }
                Ok(())
            });
            clocked.edges(4).await;
            clocked.reset().await;
            Ok(())
        })
        .await?;
        bus.write(8, 9).await?;
        ensure!(bus.read(8).await? == 9);
    }
    Ok(())
}

/// A hang names the bus and the signal that the manager waits for.
#[verifork::test(timeout = 500.ns(), should_fail(timeout = "axil_awready`, to send on "))]
async fn a_manager_that_hangs_says_what_it_waits_for(dut: Lite, test: Test) -> Result {
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
async fn a_second_component_on_a_side_is_refused(dut: Lite, test: Test, manager: bool) {
    let clocked = dut.start().await;
    start_twice!(manager, &dut.bus, &test, &clocked);
}
