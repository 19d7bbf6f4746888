//! A memory on a bidirectional bus: who drives it when, byte enables, words never written.
//!
//! The testbench drives the bus through a driver of its own, in `hdl/memory_bus`: what is written to
//! a bus from outside takes the place of what the design drives, and does not meet it. Works for any
//! `ADDR_WIDTH` and up to 64 `BYTES`.

mod model;

use model::{Access, Model};
use verifork::TestRng;
use verifork::prelude::*;
use verifork_stimulus::{Randomize, constrain};

#[derive(Dut)]
struct MemoryBus {
    clk: Signal<bool>,
    ce: Signal<bool>,
    we: Signal<bool>,
    oe: Signal<bool>,
    be: Signal<u64>,
    addr: Signal<LogicVec>,

    drive: Signal<bool>,
    drive_data: Signal<LogicVec>,

    data: Signal<LogicVec>, // the bus
    #[dut(path = "chip.mem")]
    mem: Array<LogicVec>,
}

/// What a clock brings: where the memory drives the bus, the testbench does not.
#[allow(
    clippy::struct_excessive_bools,
    reason = "they are the pins of the memory"
)]
#[derive(Randomize)]
#[randomize(if oe && !we { !drive })]
struct Step {
    #[randomize(weights(true = 4, false = 1))]
    ce: bool,
    we: bool,
    #[randomize(weights(true = 7, false = 3))]
    oe: bool,
    be: u64,
    #[randomize(range = 0..=4)]
    address: usize,
    #[randomize(weights(true = 9, false = 1))]
    drive: bool,
}

#[verifork::test(timeout = 10.ms(), cases(mostly_writes = 0.8, mostly_reads = 0.3))]
async fn random_accesses(dut: MemoryBus, test: Test, write_rate: f64) -> Result {
    checked(&dut, async {
        let mut rng = test.rng();
        // Few words, so that what was written is read, and an address that nobody knows.
        let known = [0, 1, dut.last() / 2, dut.last()];
        let mut addresses = known.map(|number| dut.address(number)).to_vec();
        addresses.push(LogicVec::unknown(dut.addr.width()));
        for _ in 0..1000 {
            let write = rng.random_bool(write_rate);
            let step = Step::randomize_with(&mut rng, constrain!(|t| t.we == write))?;
            let access = Access {
                ce: step.ce,
                we: step.we,
                oe: step.oe,
                be: step.be,
                addr: addresses[step.address].clone(),
                driven: step.drive.then(|| dut.random(&mut rng)),
            };
            clock(&dut, access).await;
        }
        Ok(())
    })
    .await
}

/// All byte enables where there are few, and of many lanes each alone and all but each.
#[verifork::test(timeout = 10.ms())]
async fn every_byte_enable(dut: MemoryBus, test: Test) -> Result {
    checked(&dut, async {
        let mut rng = test.rng();
        let single = (0..dut.be.width()).map(|lane| 1 << lane);
        for be in (0..256).chain(single.flat_map(|lane| [lane, !lane])) {
            let addr = dut.address(be & dut.last());
            let (before, data) = (dut.random(&mut rng), dut.random(&mut rng));
            clock(&dut, Access::write(&addr, &before)).await;
            let some_bytes = Access {
                be,
                ..Access::write(&addr, &data)
            };
            clock(&dut, some_bytes).await;
            clock(&dut, Access::read(&addr)).await;
        }
        Ok(())
    })
    .await
}

/// Who drives the bus follows `oe` and `we` at once, whatever the clock and `ce` are.
#[verifork::test(timeout = 1.ms())]
async fn the_bus_is_driven_at_once(dut: MemoryBus, test: Test) -> Result {
    checked(&dut, async {
        let (data, addr) = (dut.random(&mut test.rng()), dut.address(dut.last()));
        clock(&dut, Access::write(&addr, &data)).await;
        clock(&dut, Access::read(&addr)).await;
        for controls in (0..8).cycle().step_by(3).take(64) {
            let [ce, we, oe] = [1, 2, 4].map(|control| controls & control != 0);
            let idle = Access::idle(&addr);
            apply(&dut, &Access { ce, we, oe, ..idle });
            read_only().await;
            dut.data.expect(if oe && !we {
                data.clone()
            } else {
                LogicVec::high_impedance(data.width())
            })?;
            timer(100.ps()).await; // all before the next edge of the clock
        }
        Ok(())
    })
    .await
}

/// Bits on which the testbench and the memory differ are unknown, the others are not; and the
/// memory has its word again when the testbench lets go.
#[verifork::test(timeout = 1.ms())]
async fn two_drivers_meet(dut: MemoryBus, test: Test) -> Result {
    checked(&dut, async {
        let (addr, mut rng) = (dut.address(0), test.rng());
        clock(&dut, Access::write(&addr, &dut.random(&mut rng))).await;
        clock(&dut, Access::read(&addr)).await;
        let contention = Access {
            driven: Some(dut.random(&mut rng)),
            ..Access::read(&addr)
        };
        clock(&dut, contention).await;
        clock(&dut, Access::read(&addr)).await;
        Ok(())
    })
    .await
}

/// Looks inside: each word is where its address says, and unknown until it is written.
#[verifork::test(timeout = 10.ms())]
async fn words_lie_at_their_addresses(dut: MemoryBus, test: Test) -> Result {
    checked(&dut, async {
        let mut rng = test.rng();
        for (index, word) in dut.mem.elements() {
            let (path, found) = (word.path(), word.get().to_four_state());
            let unknown = LogicVec::unknown(word.width());
            ensure!(found == unknown, "{path} is {found} before it is written");
            let (addr, data) = (dut.address(index.try_into()?), dut.random(&mut rng));
            clock(&dut, Access::write(&addr, &data)).await;
            read_only().await;
            word.expect(data)?;
            next_time_step().await;
        }
        Ok(())
    })
    .await
}

impl MemoryBus {
    /// The last address.
    fn last(&self) -> u64 {
        u64::MAX >> (64 - self.addr.width())
    }

    fn address(&self, number: u64) -> LogicVec {
        LogicVec::from_u64(number, self.addr.width()).expect("not above the last")
    }

    fn random(&self, rng: &mut TestRng) -> LogicVec {
        LogicVec::random(self.data.width(), rng)
    }
}

/// Puts everything to the memory's inputs.
fn apply(dut: &MemoryBus, access: &Access) {
    dut.ce.set(access.ce);
    dut.we.set(access.we);
    dut.oe.set(access.oe);
    dut.be.set(access.be & u64::MAX >> (64 - dut.be.width()));
    dut.addr.set_from(&access.addr);
    dut.drive.set(access.driven.is_some());
    if let Some(data) = &access.driven {
        dut.drive_data.set_from(data);
    }
}

/// One access, up to and including its rising edge.
async fn clock(dut: &MemoryBus, access: Access) {
    apply(dut, &access);
    dut.clk.rising_edge().await;
}

/// Starts a clock and runs the stimulus, while every clock is compared with the model.
async fn checked(dut: &MemoryBus, stimulus: impl Future<Output = Result>) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    clock(dut, Access::idle(&dut.address(0))).await;
    scope(async |tm| {
        tm.on_exit(forget(dut));
        tm.background("scoreboard", scoreboard(dut)); // ends with the stimulus
        tm.fork("stimulus", stimulus).await?;
        dut.clk.rising_edge().await; // shows what the last edge did
        Ok(())
    })
    .await?;
    Ok(())
}

/// There is no reset: makes everything unknown for the next test, even if this one has failed.
async fn forget(dut: &MemoryBus) {
    next_time_step().await; // it may have failed in the read-only phase
    let unknown = LogicVec::unknown(dut.data.width());
    for number in 0..=dut.last() {
        clock(dut, Access::write(&dut.address(number), &unknown)).await;
    }
    clock(dut, Access::read(&dut.address(0))).await;
}

/// A task that an edge wakes reads what the memory samples on that edge.
async fn scoreboard(dut: &MemoryBus) -> Result {
    let mut model = Model::new(dut.data.width());
    loop {
        dut.clk.rising_edge().await;
        let access = Access {
            ce: dut.ce.get()?,
            we: dut.we.get()?,
            oe: dut.oe.get()?,
            be: dut.be.get()?,
            addr: dut.addr.get(),
            driven: dut.drive.get()?.then(|| dut.drive_data.get()),
        };
        // VHDL has more states than the contract: U, never written, is X to it.
        let (found, wanted) = (dut.data.get().to_four_state(), model.bus(&access));
        let path = dut.data.path();
        ensure!(
            found == wanted,
            "{path} is {found:#}, not {wanted:#}, with {access}"
        );
        model.clock(&access)?;
    }
}
