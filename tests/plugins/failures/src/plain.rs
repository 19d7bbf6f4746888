//! Tests that fail without harm to others.

use verifork::prelude::*;
use verifork::task::{fail_test, spawn_named};

use crate::Design;

#[verifork::test]
async fn passes() {}

#[verifork::test]
async fn returns_an_error() -> Result {
    Err(verifork::error!("the disk is full")).context("cannot load the image")
}

#[verifork::test]
async fn panics() {
    timer(3.ns()).await;
    let (left, right) = (1, 2);
    assert_eq!(left, right, "numbers differ"); // panics
}

#[verifork::test]
async fn expects_what_is_not_there() {
    let nothing: Option<u8> = None;
    #[allow(
        clippy::unnecessary_literal_unwrap,
        reason = "the panic is what is tested"
    )]
    nothing.expect("there should be something"); // expects
}

struct Bomb(&'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "the bomb {} went off", self.0);
    }
}

#[verifork::test]
async fn panics_in_a_drop() {
    let _bomb = Bomb("of the test");
    timer(1.ns()).await;
}

/// The task is dropped after the test's function has returned.
#[verifork::test]
async fn panics_in_the_drop_of_a_spawned_task() {
    spawn(async {
        let _bomb = Bomb("of the task");
        pending::<()>().await;
    });
}

struct Request(u32);

impl Drop for Request {
    fn drop(&mut self) {
        fail_test(verifork::error!("request {} was never answered", self.0));
    }
}

/// What the destructors find is told in their own words, in order.
#[verifork::test]
async fn destructors_find_errors() {
    for number in [1, 2] {
        spawn_named(format!("driver {number}"), async move {
            let _request = Request(number);
            pending::<()>().await;
        });
    }
}

#[verifork::test]
async fn a_spawned_task_fails() -> Result {
    spawn_named("monitor", async {
        timer(2.ns()).await;
        Err::<(), _>(verifork::error!("the monitor saw nonsense"))
    });
    timer(1.us()).await;
    bail!("the test went on after its task had failed")
}

#[verifork::test]
async fn a_spawned_task_panics() {
    spawn_named("checker", async {
        timer(2.ns()).await;
        panic!("the checker is lost") // spawned panic
    });
    timer(1.us()).await;
}

/// Nobody collects what the manager's task returned.
#[verifork::test]
async fn an_error_is_lost() {
    let tasks = TaskManager::new();
    tasks.fork("lonely", async {
        Err::<(), _>(verifork::error!("nobody listens"))
    });
}

/// The error comes after the test's function has returned.
#[verifork::test]
async fn an_error_after_the_end() {
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            let tasks = TaskManager::new();
            tasks.fork("late", async {
                Err::<(), _>(verifork::error!("too late to tell"))
            });
        }
    }
    spawn(async {
        let _late = Late;
        pending::<()>().await;
    });
}

#[verifork::test]
async fn errors_of_scopes_in_scopes() -> Result {
    scope(async |outer| {
        outer.fork("bus", async {
            scope(async |inner| {
                inner.fork("driver", async {
                    timer(5.ns()).await;
                    Err::<(), _>(verifork::error!("no acknowledge"))
                });
                Ok(())
            })
            .await?;
            Ok(())
        });
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(should_fail = "the disk is full")]
async fn fails_as_it_should() -> Result {
    bail!("the disk is full again")
}

#[verifork::test(should_fail = "the disk is full")]
async fn passes_though_it_should_fail() {}

#[verifork::test(should_fail = "the disk is full")]
async fn fails_otherwise_than_it_should() -> Result {
    bail!("the disk is on fire")
}

#[verifork::test(skip = "no model of the disk yet")]
async fn is_skipped() {
    panic!("it was run all the same");
}

#[verifork::test(cases(two = 2, three = 3, four = 4))]
async fn is_even(number: u8) {
    assert!(number.is_multiple_of(2), "{number} is odd");
}

#[verifork::test]
async fn reads_unknown_bits(dut: Design) -> Result {
    dut.nibble.as_logic().set_immediate("4'b1x0z".parse()?);
    let value = dut.nibble.get()?; // reads
    bail!("{value} was read")
}

#[verifork::test]
async fn expects_another_value(dut: Design) -> Result {
    dut.nibble.set(5);
    timer(7.ns()).await;
    dut.nibble.expect(5)?;
    dut.nibble.expect(6)?; // another value
    bail!("it went on")
}

#[verifork::test]
async fn expects_unknown_bits(dut: Design) -> Result {
    dut.nibble.as_logic().set_immediate("4'b1x0z".parse()?);
    dut.nibble.expect(6)?; // unknown value
    bail!("it went on")
}

#[verifork::test]
async fn skips_itself(dut: Design) -> Result {
    timer(2.ns()).await;
    if dut.nibble.width() == 4 {
        return skip("a nibble is too small");
    }
    bail!("it went on")
}

#[verifork::test]
async fn writes_what_does_not_fit(dut: Design) {
    dut.nibble.set(16); // does not fit
}

#[verifork::test]
async fn writes_in_the_read_only_phase(dut: Design) {
    read_only().await;
    dut.nibble.set(1); // read-only
}

#[verifork::test]
async fn writes_a_constant(top: Instance) -> Result {
    let limit = top.signal::<i32>("LIMIT")?;
    limit.set(4); // constant
    Ok(())
}

#[verifork::test]
async fn waits_for_less_than_a_step() {
    timer(1.5.ps()).await; // too fine
}

#[verifork::test]
async fn starts_a_clock_that_cannot_be(dut: Design) {
    Clock::new(&dut.clk, 3.ps()).start(); // odd clock
}

#[verifork::test]
async fn selects_a_bit_that_is_not_there(dut: Design) {
    dut.nibble.bit(4).set(Logic::One); // no such bit
}

/// Runs where `VERIFORK_JUNIT` is set: the file is whole at every moment.
#[verifork::test]
async fn reads_the_report_while_it_runs(test: Test) -> Result {
    let path = std::env::var("VERIFORK_JUNIT")?;
    let text = std::fs::read_to_string(path)?;
    ensure!(
        text.trim_end().ends_with("</testsuites>"),
        "not whole:\n{text}"
    );
    let (_, mine) = text
        .split_once(&format!("name=\"{}\"", test.name()))
        .context("not there")?;
    let mine = mine.split("<testcase").next().unwrap_or_default();
    ensure!(
        mine.contains("not finished: the simulation ended during this test"),
        "{mine}"
    );
    Ok(())
}
