//! A Wishbone manager and a subordinate on the same wires, in both modes.

use verifork::prelude::*;
use verifork_components::memory::{Access, Fault, Memory};
use verifork_components::wishbone::{
    Burst, Checker, Manager, Monitor, Request, RunningManager, Signals, Subordinate, Termination,
};
use verifork_components::{Clocked, OnReset, Pauses, Scoreboard};

use crate::register_model::{behaves, follows, memory as registers, model_over};

#[derive(Dut)]
pub(crate) struct Wishbone {
    pub(crate) clk: Signal<bool>,
    pub(crate) rst_n: Signal<bool>,
    #[dut(prefix = "wb_")]
    pub(crate) classic: Signals,
    #[dut(prefix = "wbp_")]
    pub(crate) pipelined: Signals,
    #[dut(prefix = "bare_")]
    pub(crate) bare: Signals,
    #[dut(prefix("i_wb_", "o_wb_"))]
    pub(crate) directed: Signals,
}

impl Wishbone {
    /// Nothing is left of the test before.
    pub(crate) async fn start(&self) -> Clocked {
        for bus in [&self.classic, &self.pipelined, &self.bare, &self.directed] {
            let others = [bus.err, bus.rty, bus.stall, bus.lock];
            let others = others.into_iter().flatten();
            for signal in [bus.cyc, bus.stb, bus.ack].into_iter().chain(others) {
                signal.set(Logic::Zero);
            }
        }
        crate::start(&self.clk, &self.rst_n).await
    }

    pub(crate) fn bus(&self, pipelined: bool) -> &Signals {
        if pipelined {
            &self.pipelined
        } else {
            &self.classic
        }
    }
}

const SIZE: u64 = 0x100;

fn memory(latency: u32) -> Memory {
    Memory::sparse()
        .region(0..SIZE, Access::ReadWrite)
        .region(0x80..0x88, Access::ReadOnly)
        .outside(Fault::Decode)
        .latency(0..=latency)
}

/// What the memory holds, and what it answers.
struct Model {
    bytes: usize,
    memory: Vec<u8>,
}

impl Model {
    fn new(bytes: usize) -> Self {
        let memory = vec![0; usize::try_from(SIZE).unwrap()];
        Model { bytes, memory }
    }

    fn all(&self) -> u64 {
        u64::MAX >> (64 - 8 * self.bytes)
    }

    fn mask(select: u8) -> u64 {
        let lanes = (0..8).filter(|lane| select >> lane & 1 == 1);
        lanes.fold(0, |mask, lane| mask | 0xff << (8 * lane))
    }

    /// Does what is asked for: how it ends, and what is read.
    fn access(&mut self, request: &Request) -> (Termination, u64) {
        let at = usize::try_from(request.address).unwrap();
        let select = request.select.unwrap_or(u8::MAX);
        let protected = (0x80..0x88).contains(&request.address);
        if request.address >= SIZE || (request.write.is_some() && protected) {
            return (Termination::Err, 0);
        }
        let word = &mut self.memory[at..at + self.bytes];
        if let Some(data) = request.write {
            for (lane, byte) in word.iter_mut().enumerate() {
                if select >> lane & 1 == 1 {
                    *byte = data.to_le_bytes()[lane];
                }
            }
            return (Termination::Ack, 0);
        }
        let mut read = [0; 8];
        read[..self.bytes].copy_from_slice(word);
        (
            Termination::Ack,
            u64::from_le_bytes(read) & Model::mask(select),
        )
    }

    fn request(&self, rng: &mut TestRng) -> Request {
        let words = (SIZE + 0x20) / self.bytes as u64;
        let address = rng.random_range(0..words) * self.bytes as u64;
        let request = if rng.random() {
            Request::write(address, rng.random::<u64>() & self.all())
        } else {
            Request::read(address)
        };
        request.select(rng.random::<u8>() >> (8 - self.bytes))
    }
}

#[verifork::test(
    timeout = 10.ms(),
    cases(
        standard_at_full_speed = (false, Pauses::none(), Pauses::none(), 0),
        standard_with_pauses = (false, Pauses::random(0.5), Pauses::random(0.5), 3),
        pipelined_at_full_speed = (true, Pauses::none(), Pauses::none(), 0),
        pipelined_with_pauses = (true, Pauses::random(0.5), Pauses::random(0.5), 3),
    )
)]
async fn what_is_written_is_read(
    dut: Wishbone,
    test: Test,
    pipelined: bool,
    managing: Pauses,
    answering: Pauses,
    latency: u32,
) -> Result {
    let clocked = dut.start().await;
    let bus = dut.bus(pipelined);
    ensure!(bus.is_pipelined() == pipelined);
    let mut rng = test.rng();
    let mut model = Model::new(bus.bytes());
    let seen = Scoreboard::in_order("accesses");
    scope(async |tm| {
        let manager = Manager::new(bus)
            .pauses(&managing)
            .retries(1000)
            .start(tm, &clocked);
        Subordinate::new(bus, &memory(latency))
            .pauses(&answering)
            .retries(&Pauses::random(0.2))
            .start(tm, &clocked);
        Checker::new(bus).start(tm, &clocked);
        let transfers = Monitor::new(bus).start(tm, &clocked).transfers();
        for _ in 0..crate::rounds(300) {
            let request = model.request(&mut rng);
            let wanted = model.access(&request);
            let answer = manager.access(request).await?;
            let found = (answer.termination, answer.data);
            ensure!(found == wanted, "{request:x?}: {found:x?}, not {wanted:x?}");
            let mask = Model::mask(request.select.unwrap());
            let write = request.write.map(|data| data & mask);
            seen.expect((Request { write, ..request }, answer));
        }
        clocked.edge().await;
        let mut retried = 0;
        while let Some(transfer) = transfers.try_recv() {
            ensure!(transfer.ended >= transfer.begun && transfer.burst.is_none());
            if transfer.answer.termination == Termination::Rty {
                retried += 1;
            } else {
                seen.observe((transfer.request, transfer.answer))?;
            }
        }
        ensure!(retried > 20, "{retried} accesses were tried again");
        Ok(())
    })
    .await?;
    seen.finish()
}

/// BLOCK cycles, RMW cycles, bursts of all kinds.
#[verifork::test(
    timeout = 10.ms(),
    cases(
        standard_at_full_speed = (false, Pauses::none(), Pauses::none(), 0),
        standard_with_pauses = (false, Pauses::random(0.4), Pauses::random(0.4), 2),
        pipelined_at_full_speed = (true, Pauses::none(), Pauses::none(), 0),
        pipelined_with_pauses = (true, Pauses::random(0.4), Pauses::random(0.4), 2),
    )
)]
async fn cycles_of_many_accesses_do_each(
    dut: Wishbone,
    test: Test,
    pipelined: bool,
    managing: Pauses,
    answering: Pauses,
    latency: u32,
) -> Result {
    let clocked = dut.start().await;
    let bus = dut.bus(pipelined);
    let bytes = bus.bytes() as u64;
    let mut rng = test.rng();
    let mut model = Model::new(bus.bytes());
    scope(async |tm| {
        let manager = Manager::new(bus).pauses(&managing).start(tm, &clocked);
        Subordinate::new(bus, &memory(latency))
            .pauses(&answering)
            .queue(3)
            .start(tm, &clocked);
        Checker::new(bus).start(tm, &clocked);
        let transfers = Monitor::new(bus).start(tm, &clocked).transfers();
        let mut cycles = 0;
        for turn in 0..120_u64 {
            let burst = *rng
                .choose(&[
                    Burst::Constant,
                    Burst::Linear,
                    Burst::Wrap4,
                    Burst::Wrap8,
                    Burst::Wrap16,
                ])
                .unwrap();
            // Below what cannot be written.
            let first = rng.random_range(0..16) * bytes % 0x40;
            let words = rng.random_range(1..=8_usize);
            match turn % 4 {
                0 => {
                    let requests: Vec<Request> =
                        (0..words).map(|_| model.request(&mut rng)).collect();
                    let answers = manager.block(requests.clone()).await?;
                    for (request, answer) in requests.iter().zip(answers) {
                        let wanted = model.access(request);
                        let found = (answer.termination, answer.data);
                        ensure!(found == wanted, "{request:x?}: {found:x?}, not {wanted:x?}");
                    }
                }
                1 => {
                    let data: Vec<u64> = (0..words)
                        .map(|_| rng.random::<u64>() & model.all())
                        .collect();
                    manager.write_burst(first, &data, burst).await?;
                    let mut at = first;
                    for word in data {
                        model.access(&Request::write(at, word));
                        at = burst.next(at, bytes);
                    }
                }
                2 => {
                    let read = manager.read_burst(first, words, burst).await?;
                    let mut at = first;
                    for word in read {
                        let (_, wanted) = model.access(&Request::read(at));
                        ensure!(word == wanted, "{word:#x} at {at:#x}, not {wanted:#x}");
                        at = burst.next(at, bytes);
                    }
                }
                _ => {
                    let all = model.all();
                    let before = manager
                        .modify(first, move |word| word.wrapping_add(turn) & all)
                        .await?;
                    let (_, wanted) = model.access(&Request::read(first));
                    ensure!(before == wanted, "{before:#x}, not {wanted:#x}");
                    model.access(&Request::write(first, before.wrapping_add(turn) & all));
                }
            }
            cycles += 1;
            let mut last = None;
            while let Some(transfer) = transfers.try_recv() {
                ensure!(transfer.cycle == cycles, "{transfer:?} in cycle {cycles}");
                last = Some(transfer);
            }
            let last = last.ok_or_else(|| verifork::error!("the monitor has seen no access"))?;
            ensure!(last.burst.is_none(), "{last:?} is the last of its burst");
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// How many clocks a cycle takes.
async fn clocks<T>(cycle: impl Future<Output = Result<T>>) -> Result<u128> {
    let first = now();
    cycle.await?;
    Ok(crate::cycles_since(first))
}

#[verifork::test]
async fn a_pipelined_cycle_and_a_burst_of_reads_do_a_word_a_clock(
    dut: Wishbone,
    test: Test,
) -> Result {
    let clocked = dut.start().await;
    let start = |bus: &Signals| -> RunningManager {
        Subordinate::new(bus, &Memory::sparse()).start(&test, &clocked);
        Checker::new(bus).start(&test, &clocked);
        Manager::new(bus).start(&test, &clocked)
    };
    let pipelined = start(&dut.pipelined);
    let bytes = dut.pipelined.bytes() as u64;
    let writes = (0..20).map(|word| Request::write(word * bytes, word));
    let taken = clocks(pipelined.block(writes)).await?;
    ensure!((21..=22).contains(&taken), "{taken} clocks for 20 writes");
    let classic = start(&dut.classic);
    let taken = clocks(classic.read_burst(0, 20, Burst::Linear)).await?;
    ensure!((21..=22).contains(&taken), "{taken} clocks for 20 reads");
    // Without a burst nobody knows what comes next.
    let reads = (0..20).map(|word| Request::read(word * bytes));
    let taken = clocks(classic.block(reads)).await?;
    ensure!((40..=42).contains(&taken), "{taken} clocks for 20 reads");
    Ok(())
}

/// RULE 3.55.
#[verifork::test]
async fn a_manager_works_with_a_subordinate_that_holds_ack(dut: Wishbone, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.classic).start(&test, &clocked);
    Checker::new(&dut.classic)
        .ignore("WB_3.50_NEGATED")
        .max_wait(0)
        .start(&test, &clocked);
    dut.classic.ack.set(Logic::One);
    dut.classic.dat_r.set(0x5a);
    bus.write(0x10, 1).await?;
    ensure!(bus.read(0x20).await? == 0x5a);
    let read = bus.read_burst(0, 4, Burst::Wrap4).await?;
    ensure!(read == [0x5a; 4]);
    Ok(())
}

#[verifork::test]
async fn a_bus_of_the_least_signals_works_with_addresses_of_words(
    dut: Wishbone,
    test: Test,
) -> Result {
    let clocked = dut.start().await;
    let bare = dut.bare.word_addresses();
    ensure!(bare.sel.is_none() && bare.err.is_none() && bare.cti.is_none());
    ensure!(!bare.is_pipelined(), "it has no STALL");
    ensure!(bare.bus() == "wishbone_wires.bare", "{}", bare.bus());
    let bytes = bare.bytes() as u64;
    let memory = Memory::sparse();
    let bus = Manager::new(&bare).start(&test, &clocked);
    Subordinate::new(&bare, &memory).start(&test, &clocked);
    Checker::new(&bare).start(&test, &clocked);
    // The highest word that 10 bits count.
    let address = 1023 * bytes;
    bus.write(address, 0x77).await?;
    ensure!(memory.read_bytes(address, 1) == [0x77]);
    ensure!(dut.bare.adr.get()? == 1023);
    ensure!(bus.read_burst(address, 2, Burst::Constant).await? == [0x77; 2]);
    let error = bus.read(1024 * bytes).await.unwrap_err();
    ensure!(
        error.to_string().contains("does not fit the 10 bits"),
        "{error}"
    );
    if bytes > 1 {
        let error = bus.read(bytes + 1).await.unwrap_err();
        ensure!(
            error.to_string().contains("is not a multiple of"),
            "{error}"
        );
    }
    let error = bus.access(Request::read(0).select(0)).await.unwrap_err();
    ensure!(error.to_string().contains("has no SEL"), "{error}");
    Ok(())
}

#[verifork::test]
async fn a_pipelined_bus_without_stall_takes_a_word_a_clock(dut: Wishbone, test: Test) -> Result {
    let clocked = dut.start().await;
    let bare = dut.bare.word_addresses().pipelined();
    let bytes = bare.bytes() as u64;
    let memory = Memory::sparse();
    let bus = Manager::new(&bare).start(&test, &clocked);
    Subordinate::new(&bare, &memory)
        .pauses(&Pauses::always())
        .start(&test, &clocked);
    Checker::new(&bare).start(&test, &clocked);
    let writes = (0..16).map(|word| Request::write(word * bytes, word));
    let taken = clocks(bus.block(writes)).await?;
    ensure!((17..=18).contains(&taken), "{taken} clocks for 16 writes");
    ensure!(memory.read_bytes(15 * bytes, 1) == [15]);
    Ok(())
}

#[verifork::test]
async fn what_fails_and_what_does_not_fit_is_an_error(dut: Wishbone, test: Test) -> Result {
    let clocked = dut.start().await;
    let bytes = dut.classic.bytes();
    let retries = Pauses::none();
    let bus = Manager::new(&dut.classic).retries(2).start(&test, &clocked);
    Subordinate::new(&dut.classic, &memory(0))
        .retries(&retries)
        .start(&test, &clocked);
    let says = |error: verifork::Error, text: &str| -> Result {
        ensure!(error.to_string().contains(text), "{error}");
        Ok(())
    };
    says(
        bus.read(SIZE).await.unwrap_err(),
        "a read at 0x100 ended with ERR",
    )?;
    says(
        bus.write(0x80, 1).await.unwrap_err(),
        "a write at 0x80 ended with ERR",
    )?;
    says(
        bus.modify(0x80, |word| word).await.unwrap_err(),
        "a write at 0x80 ended with ERR",
    )?;
    let burst = bus.write_burst(0x78, &[0; 9], Burst::Linear).await;
    if bytes > 1 {
        says(burst.unwrap_err(), "a write at 0x80 ended with ERR")?;
    }
    says(
        bus.read(0x1_0000).await.unwrap_err(),
        "does not fit the 16 bits",
    )?;
    says(
        bus.block([]).await.unwrap_err(),
        "a cycle without an access",
    )?;
    says(
        bus.read_burst(0, 0, Burst::Linear).await.unwrap_err(),
        "a cycle without an access",
    )?;
    if bytes > 1 {
        says(
            bus.read_burst(1, 2, Burst::Linear).await.unwrap_err(),
            "which is not an address of a word",
        )?;
    }
    if bytes < 8 {
        says(
            bus.write(0, 1 << 60).await.unwrap_err(),
            "the data does not fit",
        )?;
        says(
            bus.access(Request::read(0).select(0x80)).await.unwrap_err(),
            "does not fit the",
        )?;
    }
    // Once, and twice again.
    retries.set(Pauses::iter([true; 3]));
    says(
        bus.read(0).await.unwrap_err(),
        "a read at 0x0 ended with RTY",
    )?;
    ensure!(bus.read(0).await? == 0);
    Ok(())
}

/// Whatever a reset of a single edge comes upon: who waits is told, and the next access is done.
#[verifork::test(cases(standard = false, pipelined = true))]
async fn a_reset_of_one_edge_ends_a_cycle_in_any_phase(
    dut: Wishbone,
    test: Test,
    pipelined: bool,
) -> Result {
    let clocked = dut.start().await.reset_cycles(1);
    let bus = dut.bus(pipelined);
    let bytes = bus.bytes() as u64;
    let manager = Manager::new(bus).start(&test, &clocked);
    Subordinate::new(bus, &Memory::sparse().latency(2..=2)).start(&test, &clocked);
    Checker::new(bus).start(&test, &clocked);
    clocked.edges(2).await;
    for edges in 0..7 {
        let other = manager.clone();
        let requests = (0..4).map(move |word| Request::write(word * bytes, 1));
        let access = async move { other.block(requests).await };
        crate::reset_interrupts(&clocked, edges, access).await?;
        manager.write(8, edges.into()).await?;
        ensure!(manager.read(8).await? == u64::from(edges));
    }
    Ok(())
}

/// With `Retry` resets of one edge cost time and nothing else.
#[verifork::test(timeout = 1.ms(), cases(standard = false, pipelined = true))]
async fn resets_are_made_up_for_if_that_is_chosen(
    dut: Wishbone,
    test: Test,
    pipelined: bool,
) -> Result {
    let clocked = dut.start().await.reset_cycles(1);
    let bus = dut.bus(pipelined);
    let bytes = bus.bytes() as u64;
    let memory = Memory::sparse().latency(0..=2);
    let manager = Manager::new(bus)
        .on_reset(OnReset::Retry)
        .start(&test, &clocked);
    Subordinate::new(bus, &memory).start(&test, &clocked);
    Checker::new(bus).start(&test, &clocked);
    scope(async |tm| {
        let doing = tm.fork("accesses", async {
            for word in 1..40 {
                let address = word * bytes;
                manager
                    .write_burst(address, &[word, 7], Burst::Linear)
                    .await?;
                // It may have been done, and done again.
                manager.modify(address, |found| found | 0x40).await?;
                let found = manager.read(address).await?;
                ensure!(found == word | 0x40, "{found}");
            }
            Ok(())
        });
        crate::resets_until_done(&clocked, test.rng(), doing).await
    })
    .await?;
    Ok(())
}

#[verifork::test(
    cases(standard = false, pipelined = true),
    should_fail = "waits for more than 5 cycles"
)]
async fn an_access_that_takes_too_long_fails_the_test(
    dut: Wishbone,
    test: Test,
    pipelined: bool,
) -> Result {
    let clocked = dut.start().await;
    Manager::new(dut.bus(pipelined))
        .timeout(5)
        .start(&test, &clocked)
        .write(0, 1)
        .await
}

#[verifork::test(timeout = 500.ns(), should_fail(timeout = "wb_ack`, to end an access on "))]
async fn a_manager_that_hangs_says_what_it_waits_for(dut: Wishbone, test: Test) -> Result {
    let clocked = dut.start().await;
    Manager::new(&dut.classic)
        .start(&test, &clocked)
        .write(0, 0)
        .await
}

#[verifork::test(should_fail = "WB_3.35_ASKED: ")]
async fn a_manager_that_is_answered_too_often_fails_the_test(dut: Wishbone, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.pipelined).start(&test, &clocked);
    dut.pipelined.stall.unwrap().set(Logic::One);
    dut.pipelined.ack.set(Logic::One);
    bus.write(0, 0).await
}

#[verifork::test(should_fail(panic = "are to end with RTY, and it has no RTY"))]
async fn retries_on_a_bus_without_rty_are_refused(dut: Wishbone, test: Test) {
    let clocked = dut.start().await;
    Subordinate::new(&dut.bare, &Memory::sparse())
        .retries(&Pauses::random(0.5))
        .start(&test, &clocked);
}

#[verifork::test(cases(standard = false, pipelined = true))]
async fn a_model_of_registers(dut: Wishbone, test: Test, pipelined: bool) -> Result {
    let clocked = dut.start().await;
    let bus = dut.bus(pipelined);
    let memory = registers();
    let manager = Manager::new(bus).start(&test, &clocked);
    Subordinate::new(bus, &memory).start(&test, &clocked);
    let model = model_over(manager.clone())?;
    behaves(&model, &memory).await?;
    // It starts anew.
    memory.clear();
    let model = model_over(manager.clone())?;
    let other = model_over(manager)?;
    let monitor = Monitor::new(bus).start(&test, &clocked);
    follows(&model, &other, &monitor).await
}

#[derive(Dut)]
struct Odd {
    clk: Signal<bool>,
    #[dut(prefix = "odd_")]
    bus: Signals,
}

#[verifork::test(
    cases(manager = 0, subordinate = 1, monitor = 2, checker = 3),
    should_fail(panic = "CTI has 3")
)]
async fn widths_that_do_not_fit_are_refused_where_it_is_started(dut: Odd, test: Test, which: u8) {
    let clocked = Clocked::external(&dut.clk);
    match which {
        0 => _ = Manager::new(&dut.bus).start(&test, &clocked),
        1 => Subordinate::new(&dut.bus, &Memory::sparse()).start(&test, &clocked),
        2 => _ = Monitor::new(&dut.bus).start(&test, &clocked),
        _ => Checker::new(&dut.bus).start(&test, &clocked),
    }
}

#[derive(Dut)]
#[allow(dead_code, reason = "it does not bind")]
struct Missing {
    #[dut(prefix = "wb_c")] // wb_ccyc, …: nothing is there
    bus: Signals,
}

#[verifork::test(should_fail(bind = "with the prefix `wb_c` it holds wb_c"))]
async fn a_signal_that_is_missing_is_reported_with_what_was_found(dut: Missing) {
    let _ = dut;
}

#[derive(Dut)]
#[allow(dead_code, reason = "it does not bind")]
struct Far {
    #[dut(prefix = "far_")]
    bus: Signals,
}

/// In the protocol's words, and at the user's line, where no component is started yet.
#[verifork::test]
async fn data_wider_than_the_protocol_has_is_reported_by_its_rule() -> Result {
    let top = Instance::roots()?[0];
    let text = top.bind::<Far>().map(drop).unwrap_err().to_string();
    let place = format!("{}:{}: Far.bus: `", file!(), line!() - 8);
    ensure!(text.matches(&place).count() == 3, "no `{place}`: {text}");
    for says in [
        "(128 bits): Wishbone: DAT has 8, 16, 32 or 64 bits",
        "(16 bits): Wishbone: SEL has a bit for each byte of DAT, 8 at most",
    ] {
        ensure!(text.contains(says), "no `{says}`: {text}");
    }
    Ok(())
}

/// `i_wb_cyc`, …, `o_wb_ack`: the data is written that has the prefix of CYC.
#[verifork::test]
async fn names_that_begin_with_a_direction_are_bound(dut: Wishbone, test: Test) -> Result {
    let bus = dut.directed;
    ensure!(
        bus.dat_w.path().ends_with(".i_wb_data"),
        "{}",
        bus.dat_w.path()
    );
    ensure!(
        bus.dat_r.path().ends_with(".o_wb_data"),
        "{}",
        bus.dat_r.path()
    );
    ensure!(bus.bus().ends_with(".i_wb") && bus.is_pipelined());
    let clocked = dut.start().await;
    let manager = Manager::new(&bus).start(&test, &clocked);
    Subordinate::new(&bus, &memory(0)).start(&test, &clocked);
    Checker::new(&bus).start(&test, &clocked);
    manager.write(0x10, 0x5a).await?;
    ensure!(manager.read(0x10).await? == 0x5a);
    Ok(())
}

#[verifork::test(
    cases(manager = true, subordinate = false),
    should_fail(panic = "a bus has one component on each side")
)]
async fn a_second_component_on_a_side_is_refused(dut: Wishbone, test: Test, manager: bool) {
    let clocked = dut.start().await;
    start_twice!(manager, dut.bus(false), &test, &clocked);
}
