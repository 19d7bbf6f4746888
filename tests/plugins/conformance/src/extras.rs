//! The test as its code sees it: plus-arguments, random streams.

use verifork::prelude::*;

use crate::Design;

/// Told by the harness: `+depth=4 +verbose +verb=1 +empty=`.
#[verifork::test]
async fn plus_arguments_are_distinguished(test: Test) -> Result {
    assert_eq!(test.plusarg("depth"), Some("4"));
    assert_eq!(test.plusarg("verbose"), Some(""));
    assert_eq!(test.plusarg("verb"), Some("1"));
    assert_eq!(test.plusarg("empty"), Some(""));
    assert_eq!(test.plusarg("dep"), None);
    assert!(test.plusargs().any(|argument| argument == "depth=4"));
    Ok(())
}

fn draw(test: &Test) -> u32 {
    test.rng().random()
}

/// The harness compares the line of the log between runs that select and order tests otherwise.
#[verifork::test]
async fn random_streams_depend_on_the_seed_and_the_names_alone(test: Test) -> Result {
    let mine = draw(&test);
    assert_eq!(draw(&test), mine, "each call begins the same stream");
    let mut tasks = Vec::new();
    for name in ["a", "b"] {
        let test = test.clone();
        tasks.push(verifork::task::spawn_named(name, async move {
            timer(1.ns()).await;
            verifork::Result::Ok(draw(&test))
        }));
    }
    let mut drawn = vec![mine];
    for task in tasks {
        drawn.push(task.await?);
    }
    let named: u32 = test.rng_named("traffic").random();
    drawn.push(named);
    assert!(
        drawn
            .iter()
            .enumerate()
            .all(|(index, one)| !drawn[..index].contains(one))
    );
    log::info!("streams {drawn:?} {}", test.name());
    Ok(())
}

#[verifork::test]
async fn the_test_is_found_from_anywhere(test: Test, dut: Design) -> Result {
    let name = "extras::the_test_is_found_from_anywhere";
    assert_eq!((test.name(), test.begun()), (name, now()));
    assert_eq!(dut.clk.path(), "conformance.clk");
    spawn(async move {
        assert_eq!(
            Test::current()
                .map(|test| test.name().to_owned())
                .as_deref(),
            Some(name)
        );
        Ok(())
    })
    .await?;
    Ok(())
}

/// What is said of the simulator that runs counts, and nothing that is said of others.
#[verifork::test(
    should_fail(icarus > 9.1, "on icarus"),
    should_fail(ghdl >= 2, "on ghdl"),
    should_fail(verilator >= 5.006, "on verilator"),
    should_fail(nvc > "1.9", "on nvc"),
    skip(icarus < 10, "not this old"),
    skip(ghdl < 2, "not this old"),
    skip(verilator < 5.000, "not this old"),
    skip(nvc < 1.2, "not this old")
)]
async fn an_option_is_for_the_simulator_that_it_names(test: Test) -> Result {
    let simulator = test.simulator();
    let key = simulator.key().context("one of the four")?;
    ensure!(simulator.is(key) && *simulator.version() > "0");
    bail!(
        "on {key}, which is {} {}",
        simulator.name(),
        simulator.version()
    )
}

/// As many numbers of a version are compared as the attribute has.
#[verifork::test(
    should_fail(icarus >= 10, panic),
    should_fail(ghdl != 1, panic = "bug"),
    should_fail(verilator == 5, panic),
    should_fail(nvc == 1, panic),
    should_fail(timeout)
)]
async fn a_kind_of_failure_is_for_the_simulator_that_it_stands_with() {
    panic!("a bug");
}
