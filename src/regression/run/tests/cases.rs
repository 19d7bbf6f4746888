//! Tests that are run by the tests of the run, each by its name, in a process of its own.

use crate::prelude::*;
use crate::scheduler::kernel;

#[verifork::test]
async fn passes(dut: Instance) -> Result {
    let clk = dut.signal::<bool>("clk")?;
    clk.rising_edges(2).await;
    log::info!("two edges");
    Ok(())
}

#[verifork::test]
async fn fails() -> Result {
    timer(7.ns()).await;
    bail!("a wrong count")
}

#[verifork::test]
async fn panics() {
    timer(3.ns()).await;
    panic!("a broken test");
}

#[verifork::test(timeout = 20.ns())]
async fn times_out(dut: Instance) -> Result {
    dut.signal::<bool>("flag")?.rising_edge().await;
    Ok(())
}

/// What happens at the limit itself is in time.
#[verifork::test(timeout = 20.ns())]
async fn ends_at_its_limit() {
    timer(20.ns()).await;
}

#[verifork::test(skip = "not today")]
async fn is_skipped() {
    panic!("it was run");
}

#[verifork::test]
async fn skips_itself() -> Result {
    timer(1.ns()).await;
    skip("no such feature")
}

#[verifork::test(should_fail = "wrong count")]
async fn should_fail_and_does() -> Result {
    bail!("a wrong count")
}

#[verifork::test(should_fail)]
async fn should_fail_and_does_not() {}

#[verifork::test(should_fail(panic = "broken"))]
async fn should_panic_and_fails() -> Result {
    bail!("broken")
}

#[verifork::test(should_fail(timeout), timeout = 10.ns())]
async fn should_time_out_and_does() {
    pending::<()>().await;
}

#[verifork::test]
async fn draws(test: Test) {
    println!("drew {}", test.rng().random::<u32>());
}

#[verifork::test(cases(one = 1, two = 2))]
async fn has_cases(number: u32) -> Result {
    ensure!(number == 1, "it is {number}");
    Ok(())
}

#[derive(Dut)]
struct Wrong {
    #[allow(dead_code, reason = "it does not bind")]
    clock: Signal<bool>,
}

#[verifork::test]
async fn does_not_bind(_dut: Wrong) {}

#[verifork::test]
async fn loses_an_error() {
    drop::<Task<()>>(spawn_named("beside", async { bail!("nobody collects it") }));
    timer(1.ns()).await;
}

#[verifork::test]
async fn leaves_things_behind(dut: Instance) -> Result {
    dut.signal::<bool>("flag")?.force(true);
    Clock::new(&dut.signal::<bool>("flag2")?, 2.ns()).start();
    read_only().await;
    next_time_step().await;
    for name in ["d", "q"] {
        dut.signal::<u8>(name)?.set(9);
    }
    Ok(())
}

#[verifork::test]
async fn finds_nothing_left(dut: Instance) -> Result {
    let flag = dut.signal::<bool>("flag")?;
    ensure!(
        flag.get() == Ok(false),
        "the force of the test before still holds"
    );
    ensure!(kernel()?.forces().is_empty());
    let clock = dut.signal::<bool>("flag2")?;
    let moves = with_timeout(10.ns(), clock.edge()).await.is_ok();
    ensure!(!moves, "the clock of the test before still runs");
    ensure!(
        dut.signal::<u8>("d")?.get() != Ok(9),
        "a write of the test before was applied"
    );
    Ok(())
}

#[verifork::test]
async fn ends_in_the_read_only_phase(dut: Instance) -> Result {
    dut.signal::<bool>("flag")?.force(true);
    read_only().await;
    Ok(())
}

#[verifork::test]
async fn aborts_the_process() {
    std::process::abort();
}

#[verifork::test]
async fn exits_the_process() {
    std::process::exit(0);
}

#[verifork::test]
async fn waits_for_ever() {
    pending::<()>().await;
}

#[verifork::test(wall_timeout = std::time::Duration::from_millis(50))]
async fn never_lets_the_clock_on_the_wall_stop() {
    loop {
        timer(1.ns()).await;
    }
}

#[verifork::test]
async fn has_a_clock_that_breaks(dut: Instance) -> Result {
    let flag = dut.signal::<bool>("flag2")?;
    Clock::new(&flag, 2.ns()).start();
    println!("{}", super::BREAKS);
    timer(50.ns()).await;
    Ok(())
}

#[verifork::test(ends = "finish")]
async fn wants_the_design_to_finish(dut: Instance) -> Result {
    dut.signal::<bool>("clk")?.rising_edges(1000).await;
    Ok(())
}

#[verifork::test(ends = "fatal")]
async fn wants_a_fatal_error(dut: Instance) -> Result {
    dut.signal::<bool>("clk")?.rising_edges(1000).await;
    Ok(())
}

#[verifork::test]
async fn does_not_want_the_design_to_finish(dut: Instance) -> Result {
    dut.signal::<bool>("clk")?.rising_edges(1000).await;
    Ok(())
}

#[verifork::test(ends = "stop")]
async fn wants_a_stop_and_ends_first() {
    timer(1.ns()).await;
}

#[verifork::test]
async fn lets_the_design_report() {
    timer(30.ns()).await;
}

#[verifork::test(design_errors = "ignore")]
async fn ignores_what_the_design_reports() {
    timer(30.ns()).await;
}

/// An error whose own code panics.
#[derive(Debug)]
struct Bad;

impl std::fmt::Display for Bad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a bad error")
    }
}

impl std::error::Error for Bad {}

impl Drop for Bad {
    fn drop(&mut self) {
        panic!("dropped badly");
    }
}

#[verifork::test]
async fn fails_with_an_error_that_panics() -> Result {
    Err(Bad.into())
}

#[verifork::test]
async fn sees_the_run_given_up() {
    super::super::on_escaped_panic("somebody else's code");
    pending::<()>().await;
}

#[verifork::test]
async fn sees_the_values_of_the_design(dut: Instance) -> Result {
    let (q, next) = (dut.signal::<u8>("q")?, dut.signal::<u8>("next")?);
    q.set(41);
    read_only().await;
    next.expect(42)?;
    Ok(())
}
