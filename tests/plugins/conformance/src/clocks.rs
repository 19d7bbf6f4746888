//! Clocks, alone and together.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use verifork::prelude::*;

use crate::Design;

/// The times of the next edges, in picoseconds from now.
async fn edges(signal: Signal<bool>, count: usize) -> Result<Vec<(u64, bool)>> {
    let begun = now();
    let mut edges = Vec::new();
    for _ in 0..count {
        signal.edge().await;
        let ps = now().since(begun).femtoseconds() / 1000;
        edges.push((u64::try_from(ps)?, signal.get()?));
    }
    Ok(edges)
}

#[verifork::test]
async fn a_clock_has_its_period_duty_and_phase(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    assert!(!dut.clk.get()?, "0 at once");
    assert_eq!(
        edges(dut.clk, 3).await?,
        [(5000, true), (10_000, false), (15_000, true)]
    );
    clock.stop();

    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns())
        .high_time(3.ns())
        .phase(1.ns())
        .start();
    let expected = [
        (8000, true),
        (11_000, false),
        (18_000, true),
        (21_000, false),
    ];
    assert_eq!(edges(dut.clk, 4).await?, expected);
    clock.stop();

    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns()).duty_cycle(0.25).start();
    assert_eq!(
        edges(dut.clk, 3).await?,
        [(7500, true), (10_000, false), (17_500, true)]
    );
    clock.stop();

    dut.settle().await;
    let clock = Clock::new(&dut.clk, 2.ps()).start();
    assert_eq!(edges(dut.clk, 3).await?, [(1, true), (2, false), (3, true)]);
    clock.stop();
    Ok(())
}

#[verifork::test]
async fn a_clock_that_starts_high_has_its_period_duty_and_phase(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns())
        .high_time(3.ns())
        .starts_high()
        .start();
    assert!(dut.clk.get()?, "1 at once");
    timer(1.ns()).await; // a VHDL design sees the 1 in the next delta cycle
    let expected = [(2000, false), (9000, true), (12_000, false), (19_000, true)];
    assert_eq!(edges(dut.clk, 4).await?, expected);
    assert_eq!(clock.cycles(), 2);
    clock.stop();

    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns())
        .duty_cycle(0.25)
        .phase(4.ns())
        .starts_high()
        .start();
    timer(1.ns()).await;
    let expected = [(5500, false), (13_000, true), (15_500, false)];
    assert_eq!(edges(dut.clk, 3).await?, expected);
    clock.stop();
    Ok(())
}

#[verifork::test]
async fn a_clock_that_cannot_be_says_why(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    let refused = |clock: Clock| clock.try_start().unwrap_err().to_string();
    assert!(refused(Clock::new(&dut.clk, 10.ns()).high_time(10.ns())).contains("10 ns"));
    assert!(refused(Clock::new(&dut.clk, 10.ns()).duty_cycle(0.0)).contains("conformance.clk"));
    assert!(refused(Clock::new(&dut.clk, 10.ns()).duty_cycle(1.0 / 3.0)).contains("whole number"));
    assert!(refused(Clock::new(&dut.clk, 0.ns())).contains("conformance.clk"));
    let running = Clock::new(&dut.clk, 10.ns()).start();
    assert!(refused(Clock::new(&dut.clk, 4.ns())).contains("already runs on `conformance.clk`"));
    running.stop();
    Clock::new(&dut.clk, 4.ns()).start().stop();
    let constant = top.instance("first.adder")?;
    assert!(constant.signal::<bool>("clk").is_ok());
    Ok(())
}

#[verifork::test]
async fn a_stopped_clock_keeps_its_level_and_count(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    dut.clk.rising_edges(3).await;
    assert!(clock.is_running());
    clock.stop();
    assert!(!clock.is_running());
    timer(100.ns()).await;
    assert!(dut.clk.get()?);
    assert_eq!(clock.cycles(), 3);
    clock.stop();
    let again = Clock::new(&dut.clk, 10.ns()).start();
    clock.stop(); // an old handle stops no new clock
    assert!(again.is_running());
    dut.clk.rising_edges(2).await;
    assert_eq!((again.cycles(), clock.cycles()), (2, 3));
    again.stop();
    Ok(())
}

/// Where edges coincide, clocks toggle in the order of their starts, before any task runs.
#[verifork::test]
async fn coincident_edges_come_in_the_order_of_the_starts(dut: Design) -> Result {
    dut.settle().await;
    let order = Rc::new(RefCell::new(Vec::new()));
    // The waits are made in the other order.
    for (name, signal, other) in [("drive", dut.drive, dut.clk), ("clk", dut.clk, dut.drive)] {
        let order = Rc::clone(&order);
        spawn::<Result, _>(async move {
            loop {
                signal.rising_edge().await;
                order.borrow_mut().push((name, other.get()?));
            }
        });
    }
    let clocks = [
        Clock::new(&dut.clk, 10.ns()).start(),
        Clock::new(&dut.drive, 10.ns()).start(),
    ];
    timer(36.ns()).await;
    assert_eq!(*order.borrow(), [("clk", true), ("drive", true)].repeat(4));
    for clock in clocks {
        clock.stop();
    }
    Ok(())
}

/// A waiter that awaits again at once misses no edge, whatever else happens at the same time.
#[verifork::test]
async fn no_edge_is_lost_by_a_waiter_that_awaits_again(dut: Design) -> Result {
    dut.settle().await;
    let counts = Rc::new([Cell::new(0_u64), Cell::new(0), Cell::new(0)]);
    let signals = [dut.clk, dut.drive, dut.d_1];
    for (index, signal) in signals.into_iter().enumerate() {
        let counts = Rc::clone(&counts);
        spawn(async move {
            loop {
                signal.rising_edge().await;
                counts[index].set(counts[index].get() + 1);
            }
        });
    }
    let clocks = [
        Clock::new(&dut.clk, 2.ns()).start(),
        Clock::new(&dut.drive, 4.ns()).phase(1.ns()).start(),
        Clock::new(&dut.d_1, 6.ns()).high_time(2.ns()).start(),
    ];
    timer(1200.ns()).await;
    read_only().await;
    let cycles = clocks.map(|clock| clock.cycles());
    assert_eq!(counts.each_ref().map(Cell::get), cycles);
    assert!(cycles.iter().all(|&cycles| cycles >= 199), "{cycles:?}");
    Ok(())
}

/// Clocks end with their test: `VERIFORK_ORDER` decides which test comes next, and finds it still.
#[verifork::test(cases(once = (), twice = ()))]
async fn a_clock_ends_with_its_test(dut: Design, _round: ()) -> Result {
    let quiet = with_timeout(50.ns(), dut.clk.edge()).await;
    assert!(quiet.is_err(), "a clock of another test still runs");
    Clock::new(&dut.clk, 10.ns()).start();
    dut.clk.rising_edge().await;
    Ok(())
}
