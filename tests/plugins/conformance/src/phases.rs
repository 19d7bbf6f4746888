//! Time, and the phases of a time step.

use verifork::prelude::*;
use verifork::trigger::try_timer;

use crate::{Design, not_in_vhdl};

#[verifork::test]
async fn phases_come_in_order_within_a_time_step(dut: Design) -> Result {
    dut.settle().await;
    let begun = now();
    dut.q_8.set(0x55);
    read_write().await;
    assert_eq!(now(), begun);
    dut.q_8.set(0x66); // still in this time step
    read_write().await;
    assert_eq!((now(), dut.q_8.get()?), (begun, 0x66));
    read_only().await;
    assert_eq!((now(), dut.w_8.get()?), (begun, 0x99));
    read_only().await; // is there already
    assert_eq!(now(), begun);
    let later = spawn(async {
        timer(7.ns()).await;
        verifork::Result::Ok(())
    });
    next_time_step().await;
    let next = now();
    assert!(next.since(begun) > SimDuration::ZERO && next.since(begun) <= 7.ns());
    dut.q_8.set(1); // may be written again
    later.await?;
    read_write().await;
    assert_eq!((now().since(begun), dut.q_8.get()?), (7.ns(), 1));
    Ok(())
}

#[verifork::test]
async fn the_next_time_step_is_that_of_the_next_event(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns()).phase(3.ns()).start();
    let begun = now();
    while now().since(begun) < 8.ns() {
        // Deadlines that other tests have given up make time steps too.
        assert!(!dut.clk.get()?);
        next_time_step().await;
    }
    assert_eq!(now().since(begun), 8.ns());
    assert!(!dut.clk.get()?, "before it happens");
    dut.clk.rising_edge().await;
    assert_eq!(now().since(begun), 8.ns());
    clock.stop();
    Ok(())
}

/// Awaited from one, the next time step is another one: it does not come again without end.
#[verifork::test(wall_timeout = std::time::Duration::from_secs(20))]
async fn time_steps_follow_each_other(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 2.ps()).start();
    let mut last = now();
    for _ in 0..100 {
        next_time_step().await;
        assert!(now() > last);
        last = now();
    }
    clock.stop();
    Ok(())
}

#[verifork::test]
async fn a_write_in_the_read_only_phase_is_refused_at_the_callers_line(
    dut: Design,
    top: Instance,
) -> Result {
    dut.settle().await;
    read_only().await;
    let (error, line) = (dut.d_8.try_set(1).unwrap_err(), line!());
    assert_eq!(
        (error.path(), error.location().line()),
        ("conformance.d_8", line)
    );
    assert!(error.to_string().contains("next_time_step()"), "{error}");
    assert!(dut.d_8.try_set_immediate(1).is_err());
    assert!(dut.d_8.try_force(1).is_err() && dut.d_8.try_release().is_err());
    assert!(dut.d_8.try_freeze().is_err() && dut.d_8.bit(0).try_set(Logic::One).is_err());
    assert!(top.signal::<f64>("scaled")?.try_set(0.0).is_err());
    assert!(Clock::new(&dut.clk, 2.ns()).try_start().is_err());
    yield_now().await;
    assert!(dut.d_8.try_set(1).is_err(), "still the same phase");
    timer(1.ns()).await;
    assert_eq!(dut.d_8.get()?, 0);
    dut.d_8.set(1);
    Ok(())
}

#[verifork::test(should_fail = "no read-write phase follows in this time step")]
async fn read_write_is_refused_in_the_read_only_phase() {
    read_only().await;
    read_write().await;
}

/// Each way out of the read-only phase leads to where writes are allowed.
#[verifork::test]
async fn every_way_out_of_the_read_only_phase_allows_writes(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    for _ in 0..3 {
        read_only().await;
        dut.clk.rising_edge().await;
        dut.d_8.set(1);
        read_only().await;
        next_time_step().await;
        dut.d_8.set(2);
        read_only().await;
        timer(1.ns()).await;
        dut.d_8.set(3);
    }
    clock.stop();
    Ok(())
}

/// Its time has come, and the simulator must not be asked for more of this time step.
#[verifork::test]
async fn a_delay_of_nothing_in_the_read_only_phase_ends_there(dut: Design) -> Result {
    dut.settle().await;
    let begun = now();
    let over = timer(0.ns());
    read_only().await;
    over.await;
    for _ in 0..5 {
        timer(0.ns()).await;
        assert_eq!(now(), begun);
        assert!(dut.d_8.try_set(9).is_err());
    }
    assert!(with_timeout(0.ns(), dut.clk.edge()).await.is_err());
    timer(1.ps()).await;
    dut.d_8.set(9);
    timer(1.ps()).await;
    assert_eq!((dut.d_8.get()?, now().since(begun)), (9, 2.ps()));
    Ok(())
}

#[verifork::test]
async fn a_delay_of_nothing_ends_in_the_same_time_step(dut: Design) -> Result {
    dut.settle().await;
    let begun = now();
    for _ in 0..5 {
        timer(0.ns()).await;
    }
    assert_eq!(now(), begun);
    read_write().await;
    timer(0.ns()).await;
    assert_eq!(now(), begun);
    dut.d_8.set(1);
    timer(0.ns()).await;
    read_only().await;
    assert_eq!((now(), dut.d_8.get()?), (begun, 1));
    Ok(())
}

#[verifork::test]
async fn timers_end_in_the_order_of_their_deadlines() -> Result {
    let (sender, receiver) = unbounded();
    let begun = now();
    for (number, delay) in [30_u64, 10, 20, 10, 40, 10].into_iter().enumerate() {
        let sender = sender.clone();
        spawn(async move {
            timer(delay.ns()).await;
            sender
                .try_send((number, delay))
                .expect("the receiver lives");
            Ok(())
        });
    }
    let mut order = Vec::new();
    for _ in 0..6 {
        let (number, delay) = receiver.recv().await?;
        assert_eq!(now().since(begun), delay.ns());
        order.push(number);
    }
    assert_eq!(order, [1, 3, 5, 2, 0, 4]);
    Ok(())
}

#[verifork::test]
async fn a_timer_counts_from_where_it_was_made() -> Result {
    let begun = now();
    let late = timer(5.ns());
    timer(3.ns()).await;
    late.await;
    assert_eq!(now().since(begun), 5.ns());
    let over = timer(2.ns());
    timer(4.ns()).await;
    over.await; // long over: ends in this time step
    assert_eq!(now().since(begun), 9.ns());
    Ok(())
}

/// Beyond 32 bits of steps, which VPI passes in two halves.
#[verifork::test(timeout = 100.ms())]
async fn long_delays_are_exact() -> Result {
    let begun = now();
    timer(10.ms()).await;
    assert_eq!(now().since(begun), 10.ms());
    timer(1.ps()).await;
    assert_eq!(now().since(begun), 10_000_000_001_u64.ps());
    Ok(())
}

#[verifork::test]
async fn a_time_finer_than_the_precision_names_its_neighbours(dut: Design) -> Result {
    not_in_vhdl("a time finer than the precision, a femtosecond")?;
    let error = try_timer(1.5.ps()).unwrap_err().to_string();
    assert!(
        error.contains("1500 fs") || error.contains("1.5 ps"),
        "{error}"
    );
    assert!(error.contains("1 ps") && error.contains("2 ps"), "{error}");
    assert!(
        try_timer(500.fs())
            .unwrap_err()
            .to_string()
            .contains("1 ps")
    );
    let error = Clock::new(&dut.clk, 2.5.ps())
        .try_start()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("conformance.clk") && error.contains("2 ps"),
        "{error}"
    );
    let error = Clock::new(&dut.clk, 3.ps())
        .try_start()
        .unwrap_err()
        .to_string();
    assert!(error.contains("3 ps") && error.contains("half"), "{error}");
    Ok(())
}

#[verifork::test]
async fn a_time_limit_lets_what_comes_at_once_win(dut: Design) -> Result {
    dut.settle().await;
    with_timeout(5.ns(), timer(5.ns())).await?;
    let begun = now();
    let error = with_timeout(5.ns(), timer(6.ns())).await.unwrap_err();
    assert_eq!(now().since(begun), 5.ns());
    assert!(
        error.to_string().contains("5 ns") && error.to_string().contains("phases.rs"),
        "{error}"
    );
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    with_timeout(5.ns(), dut.clk.rising_edge()).await?; // the first edge is at 5 ns
    clock.stop();
    assert_eq!(with_timeout(5.ns(), async { 7 }).await?, 7);
    Ok(())
}
