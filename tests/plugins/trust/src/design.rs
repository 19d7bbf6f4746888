//! Tests of a design that reports errors and ends the simulation on its own: `tests/designs/reporting`.

use verifork::prelude::*;
use verifork::time::{SimDuration, SimTime};
use verifork::trigger::try_timer;

#[derive(Dut)]
struct Reporting {
    clk: Signal<bool>,
    /// What the design does on a rising edge of `clk`.
    command: Signal<u8>,
}

const ERROR: u8 = 1;
const WARNING: u8 = 2;
const FATAL: u8 = 3;
const FINISH: u8 = 4;
const STOP: u8 = 5;
const LOOKS_SO: u8 = 6;
const MANY: u8 = 7;
const FILE: u8 = 8;
const ASSERTION: u8 = 9;
const ERROR_AT_THE_END: u8 = 10;
const FATAL_AT_THE_END: u8 = 11;
const RUN_TIME: u8 = 12;

impl Reporting {
    /// Has the design do it in 1 ns, and waits for 1 ns more.
    async fn does(&self, command: u8) {
        self.clk.set(false);
        self.command.set(command);
        timer(1.ns()).await;
        self.clk.set(true);
        timer(1.ns()).await;
        self.command.set(0);
        read_write().await;
    }

    /// Has the design do it in the time step in which this returns.
    async fn does_last(&self, command: u8) {
        self.clk.set(false);
        self.command.set(command);
        timer(1.ns()).await;
        self.clk.set(true);
        read_write().await;
    }
}

#[verifork::test]
async fn a_passes_before() {}

#[verifork::test(cases(
    an_error = ERROR,
    a_warning = WARNING,
    a_fatal_error = FATAL,
    a_finish = FINISH,
    a_stop = STOP,
    what_looks_like_errors = LOOKS_SO,
    many_errors = MANY,
    a_missing_file = FILE,
    a_failed_assertion = ASSERTION,
    an_error_at_run_time = RUN_TIME,
))]
async fn sees(dut: Reporting, command: u8) {
    dut.does(command).await;
}

#[verifork::test(design_errors = "ignore", cases(
    an_error = ERROR,
    many_errors = MANY,
    a_failed_assertion = ASSERTION,
    a_fatal_error = FATAL,
))]
async fn ignores(dut: Reporting, command: u8) {
    dut.does(command).await;
}

/// The simulation goes on after an error.
#[verifork::test]
async fn goes_on_after_an_error(dut: Reporting) -> Result {
    dut.does(ERROR).await;
    for _ in 0..10 {
        dut.does(WARNING).await;
    }
    log::info!("it went on");
    Ok(())
}

#[verifork::test(ends = "fatal", cases(
    an_end = FATAL,
    an_error_at_run_time = RUN_TIME,
    a_finish = FINISH,
    an_error = ERROR,
    nothing = 0,
))]
async fn wants_fatal(dut: Reporting, command: u8) {
    dut.does(command).await;
}

#[verifork::test(ends = "finish", cases(an_end = FINISH, a_fatal_error = FATAL, nothing = 0))]
async fn wants_finish(dut: Reporting, command: u8) {
    dut.does(command).await;
}

#[verifork::test(ends = "stop", cases(an_end = STOP, a_fatal_error = FATAL))]
async fn wants_stop(dut: Reporting, command: u8) {
    dut.does(command).await;
}

/// What the design does in answer to the test's last write is the test's own.
#[verifork::test(cases(an_error = ERROR, a_fatal_error = FATAL, a_finish = FINISH, nothing = 0))]
async fn ends_with(dut: Reporting, command: u8) {
    dut.does_last(command).await;
}

/// Asks for something of the `final` block.
#[verifork::test(cases(an_error = ERROR_AT_THE_END, a_fatal_error = FATAL_AT_THE_END))]
async fn asks_for_a_bad_end(dut: Reporting, command: u8) {
    dut.command.set(command);
    timer(1.ns()).await;
}

#[verifork::test]
async fn logs_in_order(dut: Reporting) -> Result {
    log::info!("testbench: first");
    dut.does(FILE).await;
    log::info!("testbench: second");
    dut.does(ERROR).await;
    log::info!("testbench: third");
    bail!("so that there is a report")
}

#[verifork::test]
async fn leaves_a_write(dut: Reporting) {
    dut.command.set(FATAL); // left
}

fn step() -> SimDuration {
    verifork::trigger::now().precision().step()
}

/// At the limit itself, and not before.
#[verifork::test(timeout = 10.ns(), cases(by_a_timer = false, by_an_edge = true))]
async fn ends_at_its_limit(dut: Reporting, by_an_edge: bool) {
    if by_an_edge {
        dut.clk.set(false);
        spawn(async move {
            timer(10.ns()).await;
            dut.clk.set(true);
            Ok(())
        });
        dut.clk.rising_edge().await;
    } else {
        timer(4.ns()).await;
        timer(6.ns()).await;
        read_only().await;
    }
}

#[verifork::test(timeout = 10.ns())]
async fn ends_one_step_after_its_limit() {
    timer(10.ns()).await;
    timer(step()).await;
}

#[verifork::test]
async fn waits_beyond_the_end_of_time() -> Result {
    timer(10.ns()).await;
    let longest = SimDuration::from_steps(u64::MAX, verifork::trigger::now().precision());
    let error = try_timer(longest).err().context("there is no such time")?;
    log::info!("{error}");
    let beyond = SimTime::new(u64::MAX, verifork::trigger::now().precision());
    ensure!(
        error.to_string().contains("is beyond the last time"),
        "{error}, {beyond}"
    );
    timer(longest).await; // too long
    Ok(())
}

#[verifork::test]
async fn z_comes_after() {}
