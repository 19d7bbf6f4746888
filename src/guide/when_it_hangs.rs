//! A test does not end: how to read the report, and the usual causes.
//!
//! Every test has two limits: of simulated time (100 ms, unless set) and of wall-clock time (300 s).
//! When one is reached, the test fails and the report shows the *task tree*: every living task, where it
//! was forked, what it awaits, and since when. The outputs on this page are from Icarus Verilog.
//!
//! ```text
//! deadlock (forked at src/lib.rs:38:10) awaits its tasks, since 0 ns
//!   client (forked at src/lib.rs:43:12) awaits an item from the channel (src/lib.rs:40), since 0 ns
//!   server (forked at src/lib.rs:48:12) awaits an item from the channel (src/lib.rs:39), since 0 ns
//! ```
//!
//! Start at the leaves: they await something other than tasks. Ask of each who should have made it
//! happen. A channel, an event, a mutex is named by the line that made it; `named("requests")` gives it a
//! better name.
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
//! Edges of a clock, awaited since 0: nobody drives it. Start it first:
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
//! `Clock::new` alone starts nothing; the compiler warns of it. A clock ends with its test.
//!
//! # X on reset
//!
//! ```text
//! x_on_reset (forked at src/lib.rs:21:10) awaits a condition on counter.count, since 0 ns
//! ```
//!
//! The design was never reset: its registers hold X, X plus 1 is X, and a value with an unknown bit is no
//! number to wait for. Print it (`dut.count.as_logic().get()` shows every state), then drive the reset, and
//! every other input, before the first edge. Verilator has two states and starts at a value of its own, so
//! such a test may pass there.
//!
//! # The level is there already
//!
//! ```text
//! level_is_there (forked at src/lib.rs:29:10) awaits rising edge of counter.en, since 5 ns
//! ```
//!
//! [`rising_edge`](crate::dut::Signal::rising_edge) waits for a *change*. Where the signal may be high
//! already, as `ready` often is, wait for the level:
//!
//! ```no_run
//! # use verifork::prelude::*;
//! # async fn example(ready: Signal<bool>) {
//! ready.wait_for(true).await; // at once if it is high
//! # }
//! ```
//!
//! # Two tasks wait for each other
//!
//! The tree at the top of this page: the client awaits an answer before it sends the request, the server
//! awaits the request before it answers. Nothing is ready and nothing is due, so only time passes. Give
//! waits that may never end a limit of their own; the error then names the line:
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
//! Tasks and the simulator share one thread. [`std::thread::sleep`], a read of a socket, a lock of
//! [`std::sync`], a loop without `.await` stop all of them, and no simulated time passes.
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
//! Handles do not go to other threads: the compiler refuses them as `HandleOfTheSimulatorThread`. Read what
//! the thread needs first, and move the values. A future of tokio that needs tokio's timers or sockets
//! fails here, as no runtime of tokio runs.
//!
//! # A loop that awaits nothing that takes time
//!
//! ```text
//! spins (forked at src/lib.rs:17:10) awaits its next turn, since 0 ns
//! ```
//!
//! [`yield_now`](crate::task::yield_now) and `timer(0.ns())` let other tasks run, but simulated time stands
//! still while a task is ready. Await an edge, a phase or a time in the loop.
//!
//! # The design loops
//!
//! ```text
//! the design loops without simulated time in `design_loops`: the simulator has not called back for 2 s; limit 1 s
//! tasks:
//! design_loops (forked at src/lib.rs:11:10) awaits the time 10 ns, since 0 ns
//! ```
//!
//! No task runs: the simulator evaluates the design in one time step for ever, because of combinational
//! feedback, `always @*` that writes what it reads, or a process without `wait`. Verilator, GHDL and NVC
//! count the rounds and give up with a message; Icarus Verilog goes on until the limit of wall-clock time.
//! A wave file ends at the time of the loop.
//!
//! # Limits
//!
//! | what | one test | all tests that set none |
//! |---|---|---|
//! | simulated time | `#[verifork::test(timeout = 1.ms())]` | `VERIFORK_TIMEOUT=1ms`, or `off` |
//! | wall-clock time | `#[verifork::test(wall_timeout = Duration::from_secs(10))]` | `VERIFORK_WALL_TIMEOUT=10s`, or `off` |
//!
//! A tight limit of simulated time is the best one: it does not depend on the machine, and a hang shows at
//! once. `VERIFORK_LOG=debug` logs more, and `VERIFORK_WAVES=fst` writes what the signals did until then.
