//! When a test hangs: how to read the report, and the usual causes.
//!
//! Every test has two limits: simulated time (100 ms, unless set) and wall-clock time (300 s). When a test exceeds
//! one, it fails, and the report shows the *task tree*: every living task, where it was forked, what it awaits, and
//! since when. The output on this page is from Icarus Verilog.
//!
//! ```text
//! deadlock (forked at src/lib.rs:38:10) awaits its tasks, since 0 ns
//!   client (forked at src/lib.rs:43:12) awaits an item from the channel (src/lib.rs:40), since 0 ns
//!   server (forked at src/lib.rs:48:12) awaits an item from the channel (src/lib.rs:39), since 0 ns
//! ```
//!
//! Start at the leaves, which await something other than tasks. For each, ask which task should have made it happen. A
//! channel, an event or a mutex is named by the line that created it; `named("requests")` gives it a better name.
//!
//! # No clock
//!
//! ```text
//! `counter.clk` has not changed since 0 ns: is a clock started?
//! the test did not end within 100 ms of simulated time, the limit of VERIFORK_TIMEOUT
//! tasks:
//! no_clock (forked at src/lib.rs:14:10) awaits 2 rising edges of counter.clk, since 0 ns
//! ```
//!
//! The task has awaited edges of a clock since 0, so nothing drives that clock. Start it first:
//!
//! ```no_run
//! # use verifork::prelude::*;
//! # #[derive(Dut)]
//! # struct Counter { clk: Signal<bool> }
//! # fn example(dut: Counter) {
//! Clock::new(&dut.clk, 10.ns()).start();
//! # }
//! ```
//!
//! `Clock::new` alone starts nothing, and the compiler warns about it. A clock ends with its test.
//!
//! # X on reset
//!
//! ```text
//! x_on_reset (forked at src/lib.rs:21:10) awaits a condition on counter.count, since 0 ns
//! ```
//!
//! The design was never reset. Its registers hold X, X plus 1 is X, and a value with an unknown bit equals no number.
//! Print the value (`dut.count.as_logic().get()` shows every state), then drive the reset, and every other input, before
//! the first edge. Verilator has only two states and chooses its own initial values, so such a test may pass there.
//!
//! # The level is already reached
//!
//! ```text
//! level_is_there (forked at src/lib.rs:29:10) awaits rising edge of counter.en, since 5 ns
//! ```
//!
//! [`rising_edge`](crate::dut::Signal::rising_edge) waits for a *change*. If the signal may already be high, as
//! `ready` often is, wait for the level:
//!
//! ```no_run
//! # use verifork::prelude::*;
//! # async fn example(ready: Signal<bool>) {
//! ready.wait_for(true).await; // returns at once if it is high
//! # }
//! ```
//!
//! # Two tasks wait for each other
//!
//! The tree at the top of this page shows a deadlock: the client awaits an answer before it sends the request, and the
//! server awaits the request before it answers. No task is ready, so only time passes. Give waits that may never end a
//! limit of their own; the error then names the line:
//!
//! ```no_run
//! # use verifork::prelude::*;
//! # async fn example(answers: Receiver<u8>) -> Result {
//! let answer = with_timeout(1.us(), answers.recv()).await??;
//! # Ok(())
//! # }
//! ```
//!
//! # A call that blocks
//!
//! ```text
//! `blocks/driver` ran 2 s without awaiting, src/lib.rs:62; limit 1 s: it spins or blocks
//! tasks:
//! blocks (src/lib.rs:59:10)
//!   driver (src/lib.rs:62:12) <- running
//! ```
//!
//! Tasks and the simulator share one thread. [`std::thread::sleep`], a read from a socket, a lock of [`std::sync`] or a
//! loop without `.await` stops all of them, and no simulated time passes.
//!
//! | instead of | write |
//! |---|---|
//! | `std::thread::sleep(…)` | [`timer(10.ns()).await`](crate::trigger::timer()), in simulated time |
//! | polling a signal in a loop | [`signal.wait_for(…)`](crate::dut::Signal::wait_for), [`signal.changed()`](crate::dut::Signal::changed) |
//! | files, sockets, a slow model | [`sync::blocking`](crate::sync::blocking): a thread works, the simulation waits |
//! | the same, with calls back into the design | [`sync::bridge`](crate::sync::bridge()) |
//! | `std::thread::spawn`, `tokio::spawn` | [`task::spawn`](crate::task::spawn), [`task::scope`](crate::task::scope()) |
//! | `tokio::sync`, `std::sync::mpsc` | [`sync::channel`](crate::sync::channel()), [`sync::Event`](crate::sync::Event) |
//!
//! Handles cannot move to other threads; the compiler's error calls them `HandleOfTheSimulatorThread`. Read the values
//! that the thread needs first, and move those. A future that needs tokio's timers or sockets fails, because no tokio
//! runtime is running.
//!
//! # A loop in which no time passes
//!
//! ```text
//! spins (forked at src/lib.rs:17:10) awaits its next turn, since 0 ns
//! ```
//!
//! [`yield_now`](crate::task::yield_now) and `timer(0.ns())` let other tasks run, but simulated time does not advance
//! while a task is ready. Await an edge, a phase or a delay in the loop.
//!
//! # The design loops
//!
//! ```text
//! the design loops without simulated time in `design_loops`: the simulator has not called back for 2 s; limit 1 s
//! tasks:
//! design_loops (forked at src/lib.rs:11:10) awaits the time 10 ns, since 0 ns
//! ```
//!
//! No task runs. The simulator evaluates the design forever in one time step, because of combinational feedback, an
//! `always @*` that writes a signal it reads, or a process without `wait`. Verilator, GHDL and NVC count the iterations
//! and give up with a message; Icarus Verilog continues until the limit of wall-clock time. A wave file ends at the time
//! of the loop.
//!
//! # Limits
//!
//! | limit | for one test | for all tests that set none |
//! |---|---|---|
//! | simulated time | `#[verifork::test(timeout = 1.ms())]` | `VERIFORK_TIMEOUT=1ms`, or `off` |
//! | wall-clock time | `#[verifork::test(wall_timeout = Duration::from_secs(10))]` | `VERIFORK_WALL_TIMEOUT=10s`, or `off` |
//!
//! Prefer a tight limit of simulated time: it does not depend on the machine, and a hang shows at once.
//! `VERIFORK_LOG=debug` logs more, and `VERIFORK_WAVES=fst` records the signals up to the hang.
