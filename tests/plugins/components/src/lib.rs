//! The components against each other over plain wires, and each rule of their checkers broken on purpose.

/// Starts two managers or two subordinates on one bus, by the names that its module has in scope: the second one
/// panics.
macro_rules! start_twice {
    ($manager:expr, $bus:expr, $test:expr, $clocked:expr) => {
        for _ in 0..2 {
            if $manager {
                let _bus = Manager::new($bus).start($test, $clocked);
            } else {
                Subordinate::new($bus, &Memory::sparse()).start($test, $clocked);
            }
        }
    };
}

mod ahb;
mod ahb_rules;
mod allocations;
mod apb;
mod apb_rules;
mod axi;
mod axi_rules;
mod binding;
mod breaks;
mod i2c;
mod i2c_board;
mod i2c_rules;
mod life;
mod lite;
mod lite_registers;
mod lite_rules;
mod models;
mod register_model;
mod spi;
mod spi_rules;
mod stream_rules;
mod traffic;
mod uart;
mod uart_rules;
mod valid_ready_rules;
mod wishbone;
mod wishbone_rules;

use std::fmt::Debug;
use std::rc::Rc;

use verifork::prelude::*;
use verifork::record::JsonLines;
use verifork::time::TimeUnit;
use verifork_components::{Clocked, Interrupted, axi_stream, payload, valid_ready};

/// Whether the report of an error names this line of the test.
fn made_at(file: &str, line: u32, error: &verifork::Error) -> Result {
    let place = verifork::__private::line_of(error).map(|it| (it.file(), it.line()));
    ensure!(
        place == Some((file, line)),
        "at {place:?}, not at {file}:{line}: {error}"
    );
    Ok(())
}

payload! {
    /// A request of a bus of our own.
    pub struct Request: RequestSignals {
        /// In bytes.
        address: u16,
        /// Or a read.
        write: bool,
        /// Of any width.
        data: LogicVec,
    }
}

#[derive(Dut)]
struct Wires {
    clk: Signal<bool>,
    rst_n: Signal<bool>,
    #[dut(prefix = "axis_")]
    axis: axi_stream::Signals,
    #[dut(prefix = "bare_")]
    bare: axi_stream::Signals,
    #[dut(prefix = "req_")]
    requests: valid_ready::Channel<RequestSignals>,
}

impl Wires {
    async fn start(&self) -> Clocked {
        // Nothing is left of the test before.
        for valid in [self.axis.tvalid, self.bare.tvalid, self.requests.valid] {
            valid.set(Logic::Zero);
        }
        for ready in [self.axis.tready, self.bare.tready, self.requests.ready] {
            ready.expect("the wires are all there").set(Logic::Zero);
        }
        start(&self.clk, &self.rst_n).await
    }
}

const PERIOD: SimDuration = SimDuration::new(10, TimeUnit::Nanoseconds);

/// Starts the clock and resets the wires, before each test.
async fn start(clk: &Signal<bool>, rst_n: &Signal<bool>) -> Clocked {
    // It runs already where a test starts anew.
    let _ = Clock::new(clk, PERIOD).try_start();
    Clocked::external(clk).reset_low(rst_n).start().await
}

/// Whole cycles of the clock.
fn cycles_since(first: SimTime) -> u128 {
    (now() - first).femtoseconds() / PERIOD.femtoseconds()
}

/// How many random transfers, frames or bursts a test does: more than a hundred times as many with `SOAK=long`, so that
/// the cases of each bus do 100,000 in all.
fn rounds(usual: usize) -> usize {
    let long = std::env::var("SOAK").is_ok_and(|soak| soak == "long");
    usual * if long { 110 } else { 1 }
}

/// What was recorded, once nobody listens any more.
fn recorded(lines: Rc<JsonLines<Vec<u8>>>) -> Result<String> {
    let lines = Rc::into_inner(lines).expect("nobody else has it");
    Ok(String::from_utf8(lines.into_inner()?)?)
}

/// Resets some edges after an access was asked for, which is told of it.
async fn reset_interrupts<T: Debug>(
    clocked: &Clocked,
    edges: u32,
    access: impl Future<Output = Result<T>> + 'static,
) -> Result {
    let waiting = spawn(async move { Ok(access.await.unwrap_err()) });
    clocked.edges(edges).await;
    clocked.reset().await;
    let error = waiting.await?;
    ensure!(
        error.downcast_ref() == Some(&Interrupted::Reset),
        "{edges} edges before the reset: {error:?}"
    );
    Ok(())
}

/// Resets while a task works: twenty times after a few edges each, and seldom from then on.
async fn resets_until_done(clocked: &Clocked, rng: TestRng, doing: Task<()>) -> Result {
    let resets = rng.random_iter().map(|edges: u32| 1 + edges % 12);
    let mut resets: Vec<u32> = resets.take(20).collect();
    while !doing.state().has_ended() {
        clocked.edges(resets.pop().unwrap_or(100)).await;
        if !doing.state().has_ended() {
            clocked.reset().await;
        }
    }
    Ok(doing.await?)
}
