//! An AHB-Lite manager and a subordinate on the same wires.

use verifork::prelude::*;
use verifork_components::ahb::{
    Answer, Burst, Checker, Manager, Monitor, Request, Signals, Subordinate, Transfer, Word,
};
use verifork_components::axi_lite::Target;
use verifork_components::memory::{Access, Fault, Memory};
use verifork_components::{Clocked, OnReset, Pauses, Scoreboard};

use crate::register_model::{behaves, follows, memory as registers, model_over};

#[derive(Dut)]
pub(crate) struct Ahb {
    pub(crate) clk: Signal<bool>,
    pub(crate) rst_n: Signal<bool>,
    #[dut(prefix = "ahb_")]
    pub(crate) bus: Signals,
    #[dut(prefix = "sub_")]
    pub(crate) sub: Signals,
}

impl Ahb {
    /// Nothing is left of the test before.
    pub(crate) async fn start(&self) -> Clocked {
        for bus in [&self.bus, &self.sub] {
            bus.htrans.set(0);
            bus.hready.set(Logic::One);
            if let Some(signal) = bus.hreadyout {
                signal.set(Logic::One);
            }
            for signal in [bus.hresp, bus.hsel].into_iter().flatten() {
                signal.set(Logic::Zero);
            }
        }
        crate::start(&self.clk, &self.rst_n).await
    }
}

const SIZE: u64 = 0x800;
/// What cannot be written, in the middle of it.
const PROTECTED: std::ops::Range<u64> = 0x480..0x488;

fn memory(latency: u32) -> Memory {
    Memory::sparse()
        .region(0..SIZE, Access::ReadWrite)
        .region(PROTECTED, Access::ReadOnly)
        .outside(Fault::Decode)
        .latency(0..=latency)
}

/// What the memory holds, and what it answers.
struct Model {
    memory: Vec<u8>,
    goes_on: bool,
}

impl Model {
    fn access(&mut self, request: &Request, bytes: u32, seen: &mut Vec<Seen>) -> Answer {
        let mut answer = Answer::default();
        let mut address = request.address;
        for beat in 0..request.beats {
            let word = request.write.as_ref().map(|words| words[beat].clone());
            let end = address + u64::from(bytes);
            let protected = address < PROTECTED.end && PROTECTED.start < end;
            let error = address >= SIZE || (word.is_some() && protected);
            let mut read = Word::default();
            if error {
                answer.errors.push(beat);
            } else {
                let at = usize::try_from(address).unwrap();
                let stored = &mut self.memory[at..at + bytes as usize];
                if let Some(word) = &word {
                    stored.copy_from_slice(&word.to_le_bytes(bytes as usize));
                } else {
                    read = Word::from_le_bytes(stored);
                }
            }
            answer.data.push(read.clone());
            seen.push(Seen {
                address,
                word: word.unwrap_or(read),
                error,
                is_first: beat == 0,
            });
            if error && !self.goes_on {
                break;
            }
            address = request.burst.next(address, bytes.into());
        }
        answer
    }
}

/// A transfer, as a monitor has to see it.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    address: u64,
    word: Word,
    error: bool,
    is_first: bool,
}

impl From<&Transfer> for Seen {
    fn from(transfer: &Transfer) -> Self {
        Seen {
            address: transfer.address,
            word: transfer.write.clone().unwrap_or(transfer.read.clone()),
            error: transfer.error,
            is_first: transfer.is_first,
        }
    }
}

fn request(rng: &mut TestRng, width: usize) -> (Request, u32) {
    let bursts = [
        Burst::Single,
        Burst::Incr,
        Burst::Wrap4,
        Burst::Incr4,
        Burst::Wrap8,
        Burst::Incr8,
        Burst::Wrap16,
        Burst::Incr16,
    ];
    let burst = *rng.choose(&bursts).unwrap();
    let bytes = 1_u32 << rng.random_range(0..=width.trailing_zeros());
    let fit = 0x400 / bytes as usize;
    let beats = burst
        .length()
        .unwrap_or_else(|| rng.random_range(1..=fit.min(20)));
    let (burst, beats) = if beats > fit {
        (Burst::Incr, fit)
    } else {
        (burst, beats)
    };
    // All of it in one kilobyte, some beyond the end of the memory, near what is protected now and then.
    let most = 0x400 - u64::from(bytes) * beats as u64;
    let block = rng.random_range(0..3) * 0x400;
    let place = if rng.random_bool(0.2) {
        0x70.min(most)
    } else {
        rng.random_range(0..=most)
    };
    let address = (block + place) / u64::from(bytes) * u64::from(bytes);
    let request = if rng.random() {
        let mut word = || {
            let mut data = vec![0; bytes as usize];
            rng.fill_bytes(&mut data);
            Word::from_le_bytes(&data)
        };
        let words: Vec<_> = (0..beats).map(|_| word()).collect();
        Request::write_burst(address, burst, words)
    } else {
        Request::read_burst(address, burst).beats(beats)
    };
    let request = request.bytes(bytes).prot(rng.random_range(0..16));
    (request, bytes)
}

#[verifork::test(
    timeout = 20.ms(),
    cases(
        at_full_speed = (Pauses::none(), Pauses::none(), 0, false),
        with_pauses = (Pauses::random(0.4), Pauses::random(0.4), 3, false),
        going_on_after_errors = (Pauses::none(), Pauses::none(), 0, true),
        going_on_with_pauses = (Pauses::random(0.3), Pauses::random(0.3), 2, true),
    )
)]
async fn what_is_written_is_read(
    dut: Ahb,
    test: Test,
    managing: Pauses,
    answering: Pauses,
    latency: u32,
    goes_on: bool,
) -> Result {
    let clocked = dut.start().await;
    let mut rng = test.rng();
    let mut model = Model {
        memory: vec![0; usize::try_from(SIZE)?],
        goes_on,
    };
    let board = Scoreboard::in_order("transfers");
    scope(async |tm| {
        let manager = Manager::new(&dut.bus).pauses(&managing);
        let manager = if goes_on {
            manager.goes_on_after_errors()
        } else {
            manager
        };
        let bus = manager.start(tm, &clocked);
        Subordinate::new(&dut.bus, &memory(latency))
            .pauses(&answering)
            .start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        let transfers = Monitor::new(&dut.bus).start(tm, &clocked).transfers();
        let mut expected = Vec::new();
        for turn in 0..crate::rounds(100) {
            // Some at once: one's address phase is in the other's data phase.
            let requests: Vec<_> = (0..3).map(|_| request(&mut rng, dut.bus.bytes())).collect();
            let mut tasks = Vec::new();
            for (at, (request, _)) in requests.iter().enumerate() {
                let (bus, request) = (bus.clone(), request.clone());
                tasks.push(tm.fork(format!("request {turn}.{at}"), async move {
                    bus.access(request).await
                }));
            }
            for (task, (request, bytes)) in tasks.into_iter().zip(&requests) {
                let wanted = model.access(request, *bytes, &mut expected);
                let found = task.await?;
                ensure!(found == wanted, "{request:x?}: {found:x?}, not {wanted:x?}");
            }
        }
        clocked.edge().await;
        for seen in expected {
            board.expect(seen);
        }
        while let Some(transfer) = transfers.try_recv() {
            ensure!(transfer.ended > transfer.begun);
            board.observe(Seen::from(&*transfer))?;
        }
        Ok(())
    })
    .await?;
    ensure!(board.matched() > 1000, "{} transfers", board.matched());
    board.finish()
}

/// A transfer a clock, over the ends of bursts and requests.
#[verifork::test]
async fn a_transfer_is_done_each_clock(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse()).start(&test, &clocked);
    Checker::new(&dut.bus).max_wait(0).start(&test, &clocked);
    let first = now();
    scope(async |tm| {
        for request in 0..5 {
            let bus = bus.clone();
            tm.start_soon(format!("request {request}"), async move {
                let words: Vec<u64> = (1..=8).collect();
                let burst = Request::write_burst(request * 0x40, Burst::Incr8, words);
                let burst = if request % 2 == 0 {
                    burst
                } else {
                    Request::read_burst(request * 0x40, Burst::Wrap8)
                };
                ensure!(bus.access(burst).await?.is_okay());
                Ok(())
            });
        }
        Ok(())
    })
    .await?;
    let clocks = crate::cycles_since(first);
    ensure!(
        (41..=43).contains(&clocks),
        "{clocks} clocks for 40 transfers"
    );
    Ok(())
}

/// One that cannot tell what it answers before it has the data.
#[derive(Clone)]
struct Odd(Memory);

impl Target for Odd {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault> {
        self.0.bus_read(address, into)
    }

    fn write(&self, address: u64, bytes: &[u8], _: u8) -> Result<(), Fault> {
        if bytes[0].is_multiple_of(2) {
            return Err(Fault::Slave);
        }
        self.0.write(address, bytes);
        Ok(())
    }
}

#[verifork::test]
async fn a_target_that_looks_at_the_data_is_waited_for(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse();
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Odd(memory.clone())).start(&test, &clocked);
    // A wait, and the first cycle of an error.
    Checker::new(&dut.bus).max_wait(2).start(&test, &clocked);
    bus.write(0, 0x31).await?;
    let error = bus.write(8, 0x32).await.unwrap_err();
    ensure!(
        error.to_string() == "a write at 0x8 ended with ERROR",
        "{error}"
    );
    let answer = bus
        .access(Request::write_burst(0x10, Burst::Incr4, [1, 3, 4, 5]).bytes(1))
        .await?;
    ensure!(answer.errors == [2] && answer.data.len() == 3, "{answer:?}");
    ensure!(memory.read_bytes(0x10, 4) == [1, 3, 0, 0]);
    ensure!(bus.read(0).await? == 0x31);
    Ok(())
}

/// HREADY is made of HREADYOUT; the least signals.
#[verifork::test]
async fn a_subordinate_with_hreadyout_is_connected(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await;
    ensure!(dut.sub.hresp.is_none() && dut.sub.hsize.is_none() && dut.sub.hburst.is_none());
    let bytes = dut.sub.bytes() as u64;
    let bus = Manager::new(&dut.sub).start(&test, &clocked);
    let memory = Memory::sparse().latency(0..=3);
    Subordinate::new(&dut.sub, &memory).start(&test, &clocked);
    Checker::new(&dut.sub).start(&test, &clocked);
    let transfers = Monitor::new(&dut.sub).start(&test, &clocked).transfers();
    for word in 0..40_u64 {
        bus.write(word * bytes, word).await?;
        let read = bus.read(word * bytes).await?;
        ensure!(read == word, "{read}, not {word}");
    }
    clocked.edge().await;
    ensure!(transfers.len() == 80 && dut.sub.hsel.unwrap().get().is_one());
    for (request, says) in [
        (Request::read_burst(0, Burst::Incr4), "has no HBURST"),
        (Request::read(0).bytes(1), "has no HSIZE"),
    ] {
        if request.bytes == Some(1) && bytes == 1 {
            continue;
        }
        let error = bus.access(request).await.unwrap_err();
        ensure!(error.to_string().contains(says), "{error}");
    }
    Ok(())
}

#[verifork::test]
async fn what_does_not_fit_is_an_error(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory(0)).start(&test, &clocked);
    let width = u64::from(dut.bus.hwdata.width() / 8);
    let crosses = Request::read_burst(0x400 - 3 * width, Burst::Incr4);
    for (request, says) in [
        (Request::read(0x1_0000), "does not fit the 16 bits"),
        (Request::read(0).bytes(3), "transfers of 3 bytes do not fit"),
        (
            Request::read(0).bytes(16),
            "transfers of 16 bytes do not fit",
        ),
        (
            Request::write(0, 0x100).bytes(1),
            "the data does not fit transfers of 1 bytes",
        ),
        (crosses, "crosses a boundary of 1 KB (AHB_ERRM_BURST_1KB)"),
        (
            Request::read_burst(0, Burst::Incr4).beats(3),
            "3 transfers in a burst of 4: that is Incr4",
        ),
        (
            Request::write_burst(0, Burst::Incr, [0; 0]),
            "0 words for 0 transfers",
        ),
        (
            Request::write_burst(0, Burst::Incr, [1]).beats(2),
            "1 words for 2 transfers",
        ),
        (
            Request::read(0).prot(16),
            "does not fit the 4 bits of HPROT",
        ),
    ] {
        let error = bus.access(request).await.unwrap_err();
        ensure!(error.to_string().contains(says), "{error}");
    }
    if width > 1 {
        let error = bus.read(1).await.unwrap_err().to_string();
        ensure!(
            error.contains("the address 0x1 is not a multiple of the "),
            "{error}"
        );
    }
    let error = bus.read(SIZE).await.unwrap_err().to_string();
    ensure!(error == "a read at 0x800 ended with ERROR", "{error}");
    let locked = Request::read(0).locked();
    ensure!(bus.access(locked).await?.is_okay());
    Ok(())
}

/// Words of more than 64 bits are what they are as bytes, and whole transfers of the target.
#[verifork::test]
async fn a_word_is_as_wide_as_the_data(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await;
    let bytes = dut.bus.bytes();
    let memory = memory(2);
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let transfers = Monitor::new(&dut.bus).start(&test, &clocked).transfers();
    let written: Vec<u8> = (1..).take(bytes).collect();
    bus.write(0, Word::from_le_bytes(&written)).await?;
    ensure!(memory.read_bytes(0, bytes) == written);
    let read = bus.read_word(0).await?;
    ensure!(read.to_le_bytes(bytes) == written, "{read}");
    clocked.edge().await;
    let seen = transfers.try_recv().expect("the write");
    ensure!(seen.write.as_ref() == Some(&read) && seen.bytes as usize == bytes);
    // The last byte alone.
    let last = bytes as u64 - 1;
    bus.access(Request::write(last, 0xa5).bytes(1)).await?;
    ensure!(memory.read_bytes(last, 1) == [0xa5] && memory.read_bytes(0, 1)[0] != 0);
    let answer = bus.access(Request::read(last).bytes(1)).await?;
    ensure!(answer.data == [0xa5], "{answer:?}");
    // What is partly protected is not written at all.
    let protected = PROTECTED.start / bytes as u64 * bytes as u64;
    let before = memory.read_bytes(protected, bytes);
    let error = bus.write(protected, 0x77).await.unwrap_err().to_string();
    ensure!(error.ends_with("ended with ERROR"), "{error}");
    ensure!(memory.read_bytes(protected, bytes) == before);
    let too_wide = Word::from_le_bytes(&vec![1; bytes + 1]);
    let error = bus.write(0, too_wide).await.unwrap_err().to_string();
    ensure!(
        error.contains(&format!("does not fit transfers of {bytes} bytes")),
        "{error}"
    );
    if bytes > 8 {
        let error = bus.read(0).await.unwrap_err().to_string();
        ensure!(error.contains("is read by `read_word`"), "{error}");
    }
    if bytes > 64 {
        let wraps = Request::read_burst(0x80, Burst::Wrap16);
        let error = bus.access(wraps).await.unwrap_err().to_string();
        ensure!(error.contains("AHB_ERRM_BURST_1KB"), "{error}");
    }
    Ok(())
}

/// Whatever a reset of a single edge comes upon: who waits is told, and the next transfer is done.
#[verifork::test]
async fn a_reset_of_one_edge_ends_a_burst_in_any_phase(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await.reset_cycles(1);
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse().latency(1..=1)).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    clocked.edges(2).await;
    for edges in 0..9 {
        let other = bus.clone();
        let burst = Request::write_burst(0, Burst::Incr4, [1; 4]);
        let access = async move { other.access(burst).await };
        crate::reset_interrupts(&clocked, edges, access).await?;
        bus.write(0x40, u64::from(edges)).await?;
        ensure!(bus.read(0x40).await? == u64::from(edges));
    }
    Ok(())
}

/// With `Retry` resets of one edge cost time and nothing else.
#[verifork::test(timeout = 1.ms())]
async fn resets_are_made_up_for_if_that_is_chosen(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await.reset_cycles(1);
    let bytes = dut.bus.bytes() as u64;
    let memory = Memory::sparse().latency(0..=2);
    let bus = Manager::new(&dut.bus)
        .on_reset(OnReset::Retry)
        .start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    scope(async |tm| {
        let doing = tm.fork("accesses", async {
            for block in 0..20 {
                let first = block * 4 * bytes;
                let words = [block, block + 1, block + 2, block + 3];
                let other = bus.clone();
                let write = Request::write_burst(first, Burst::Incr4, words);
                // The read is asked for while the burst is under way.
                let reading =
                    spawn(
                        async move { other.access(Request::read_burst(first, Burst::Wrap4)).await },
                    );
                bus.access(write).await?;
                reading.await?;
                let read = bus.access(Request::read_burst(first, Burst::Incr4));
                ensure!(read.await?.data == words);
            }
            Ok(())
        });
        crate::resets_until_done(&clocked, test.rng(), doing).await
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn a_model_of_registers(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = registers();
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    let model = model_over(bus.clone())?;
    behaves(&model, &memory).await?;
    // It starts anew.
    memory.clear();
    let model = model_over(bus.clone())?;
    let other = model_over(bus)?;
    let monitor = Monitor::new(&dut.bus).start(&test, &clocked);
    follows(&model, &other, &monitor).await
}

#[verifork::test(timeout = 1.us(), should_fail = "waits for more than 5 cycles")]
async fn a_transfer_that_takes_too_long_fails_the_test(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).timeout(5).start(&test, &clocked);
    let writing = spawn(async move { bus.write(0, 1).await });
    clocked.edges(2).await;
    dut.bus.hready.set(Logic::Zero);
    Ok(writing.await?)
}

#[verifork::test(timeout = 500.ns(), should_fail(timeout = "ahb_hready`, to end a transfer on "))]
async fn a_manager_that_hangs_says_what_it_waits_for(dut: Ahb, test: Test) -> Result {
    let clocked = dut.start().await;
    dut.bus.hready.set(Logic::Zero);
    Manager::new(&dut.bus)
        .start(&test, &clocked)
        .write(0, 0)
        .await
}

#[derive(Dut)]
struct OddWidths {
    clk: Signal<bool>,
    #[dut(prefix = "odd_")]
    bus: Signals,
}

#[verifork::test(
    cases(manager = 0, subordinate = 1, monitor = 2, checker = 3),
    should_fail(panic = "HBURST has 3")
)]
async fn widths_that_do_not_fit_are_refused_where_it_is_started(
    dut: OddWidths,
    test: Test,
    which: u8,
) {
    let clocked = Clocked::external(&dut.clk);
    match which {
        0 => _ = Manager::new(&dut.bus).start(&test, &clocked),
        1 => Subordinate::new(&dut.bus, &Memory::sparse()).start(&test, &clocked),
        2 => _ = Monitor::new(&dut.bus).start(&test, &clocked),
        _ => Checker::new(&dut.bus).start(&test, &clocked),
    }
}

#[verifork::test(
    cases(manager = true, subordinate = false),
    should_fail(panic = "a bus has one component on each side")
)]
async fn a_second_component_on_a_side_is_refused(dut: Ahb, test: Test, manager: bool) {
    let clocked = dut.start().await;
    start_twice!(manager, &dut.bus, &test, &clocked);
}
