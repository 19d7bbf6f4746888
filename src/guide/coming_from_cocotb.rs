//! Cocotb's names and idioms, and their counterparts here.
//!
//! ```no_run
//! use verifork::prelude::*;
//!
//! #[derive(Dut)]
//! struct Counter {
//!     clk: Signal<bool>,
//!     rst: Signal<bool>,
//!     count: Signal<u8>,
//! }
//!
//! #[verifork::test(timeout = 1.us())] // @cocotb.test(timeout_time=1, timeout_unit="us")
//! async fn counts(dut: Counter) -> Result {
//!     Clock::new(&dut.clk, 10.ns()).start(); // Clock(dut.clk, 10, "ns").start()
//!     dut.rst.set(true); // dut.rst.value = 1
//!     dut.clk.rising_edges(2).await; // await ClockCycles(dut.clk, 2)
//!     dut.rst.set(false);
//!     dut.clk.rising_edge().await; // await RisingEdge(dut.clk)
//!     read_only().await; // await ReadOnly()
//!     dut.count.expect(0)?; // assert dut.count.value == 0
//!     Ok(())
//! }
//! ```
//!
//! # Tests and the design
//!
//! | cocotb | here |
//! |---|---|
//! | `@cocotb.test()` | [`#[verifork::test]`](macro@crate::test) |
//! | `timeout_time`, `expect_fail`, `expect_error`, `skip` | options `timeout`, `should_fail`, `skip` |
//! | `@cocotb.parametrize` | option `cases(…)` |
//! | `dut.sub.signal` | a field of a struct that derives [`Dut`](macro@crate::dut::Dut), or [`Instance::signal`](crate::dut::Instance::signal) |
//! | `dut.sig.value` | [`get`](crate::dut::Signal::get); X in a number is an error |
//! | `dut.sig.value = x` | [`set`](crate::dut::Signal::set), applied in the read-write phase too |
//! | `Immediate(x)`, `setimmediatevalue` | [`set_immediate`](crate::dut::Signal::set_immediate) |
//! | `Force(x)`, `Freeze()`, `Release()` | [`force`](crate::dut::Signal::force), [`freeze`](crate::dut::Signal::freeze), [`release`](crate::dut::Signal::release); the test's end releases |
//! | `Logic`, `LogicArray` | [`Logic`](crate::value::Logic), [`LogicVec`](crate::value::LogicVec) |
//! | `dut.mem[3]` | [`Array::at`](crate::dut::Array::at), [`Array::get`](crate::dut::Array::get) |
//! | `cocotb.plusargs` | [`Test::plusarg`](crate::Test::plusarg) |
//! | `cocotb.RANDOM_SEED`, `random` | [`Test::seed`](crate::Test::seed), [`Test::rng`](crate::Test::rng) |
//! | `cocotb.log` | the crate `log`: `info!`, `warn!` |
//!
//! # Triggers
//!
//! | cocotb | here |
//! |---|---|
//! | `RisingEdge(s)`, `FallingEdge(s)`, `ValueChange(s)`, `Edge(s)` | [`rising_edge`](crate::dut::Signal::rising_edge), [`falling_edge`](crate::dut::Signal::falling_edge), [`changed`](crate::dut::Signal::changed) |
//! | `ClockCycles(s, n)` | [`rising_edges(n)`](crate::dut::Signal::rising_edges) |
//! | `Timer(10, "ns")` | [`timer(10.ns())`](crate::trigger::timer()) |
//! | `ReadWrite()`, `ReadOnly()`, `NextTimeStep()` | [`read_write`](crate::trigger::read_write), [`read_only`](crate::trigger::read_only), [`next_time_step`](crate::trigger::next_time_step) |
//! | `NullTrigger()` | [`yield_now`](crate::task::yield_now) |
//! | `First(a, b)`, `select` | [`first_of!`](macro@crate::first_of) |
//! | `Combine(a, b)`, `gather` | a [`scope`](crate::task::scope()), which waits for all its tasks |
//! | `with_timeout(t, 10, "ns")` | [`with_timeout(10.ns(), t)`](crate::trigger::with_timeout) |
//! | `get_sim_time("ns")` | [`now()`](crate::trigger::now) |
//!
//! # Tasks
//!
//! | cocotb | here |
//! |---|---|
//! | `cocotb.start_soon(c)` | [`spawn`](crate::task::spawn), [`background`](crate::task::background) for a loop; both run to the first `.await` at once |
//! | `await cocotb.start(c)` | the same: it has begun when `spawn` returns |
//! | `async with TaskManager() as tm` | [`scope(async \|tm\| …)`](crate::task::scope()) |
//! | `tm.fork(c)`, `tm.start_soon(c)` | [`tm.fork`](crate::task::Scope::fork), [`tm.start_soon`](crate::task::Scope::start_soon), with a name |
//! | `await task`, `task.cancel()` | `task.await?`, [`task.cancel()`](crate::task::TaskInfo::cancel) |
//! | `Event`, `Lock` | [`Event`](crate::sync::Event), [`Mutex`](crate::sync::Mutex) |
//! | `Queue` | [`channel`](crate::sync::channel()), [`unbounded`](crate::sync::unbounded) |
//! | `@bridge`, `@resume` | [`sync::bridge`](crate::sync::bridge()), [`sync::blocking`](crate::sync::blocking) |
//!
//! # Differences
//!
//! - **A task's error is never lost.** In a scope it cancels the others, and the scope returns it. The error of a spawned
//!   task fails the test.
//! - **Futures do nothing until they are awaited, forked or spawned.** `drive(&dut)` alone does nothing, and the
//!   compiler warns about it.
//! - **Names and widths are checked when the test starts**, all at once; errors suggest the nearest names.
//! - **X is not a number.** `get` of a `Signal<u8>` is an error that shows the bits. `Signal<LogicVec>`
//!   reads every state.
//! - **A test without a limit has one**: 100 ms of simulated time. See
//!   [when it hangs](super::when_it_hangs).
//! - **`cargo test` runs the tests**, each in its own process, on every installed simulator.
