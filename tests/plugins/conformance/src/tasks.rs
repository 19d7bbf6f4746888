//! Tasks over simulated time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use verifork::prelude::*;
use verifork::task::ManagerOptions;

use crate::{Design, not_in_vhdl};

#[verifork::test]
async fn yielding_lets_the_others_run_first_and_takes_no_time() -> Result {
    let order = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&order);
    let begun = now();
    spawn(async move {
        for step in 0..3 {
            seen.borrow_mut().push(("task", step));
            yield_now().await;
        }
        Ok(())
    });
    for step in 0..3 {
        order.borrow_mut().push(("test", step));
        yield_now().await;
    }
    yield_now().await;
    let expected = [
        ("task", 0),
        ("test", 0),
        ("task", 1),
        ("test", 1),
        ("task", 2),
        ("test", 2),
    ];
    assert_eq!(*order.borrow(), expected);
    assert_eq!(now(), begun);
    Ok(())
}

#[verifork::test]
async fn channels_carry_between_tasks_of_different_clocks(dut: Design) -> Result {
    dut.settle().await;
    Clock::new(&dut.clk, 10.ns()).start();
    Clock::new(&dut.drive, 14.ns()).start();
    let (sender, receiver) = channel(4);
    let (clk, drive) = (dut.clk, dut.drive);
    spawn(async move {
        for item in 0..50 {
            clk.rising_edge().await;
            sender.send(item).await?;
        }
        Ok(())
    });
    let mut received = Vec::new();
    while let Ok(item) = receiver.recv().await {
        received.push(item);
        drive.rising_edge().await;
    }
    assert_eq!(received, (0..50).collect::<Vec<_>>());
    Ok(())
}

#[verifork::test]
async fn events_and_locks_meet_in_the_same_time_step() -> Result {
    let (event, lock) = (Event::new(), Rc::new(Mutex::new(0)));
    let begun = now();
    for _ in 0..5 {
        let (event, lock) = (event.clone(), Rc::clone(&lock));
        spawn(async move {
            event.wait().await;
            let mut held = lock.lock().await;
            let before = *held;
            timer(1.ns()).await;
            *held = before + 1;
            Ok(())
        });
    }
    timer(10.ns()).await;
    event.set();
    timer(5.ns()).await;
    let done = *lock.lock().await;
    assert_eq!((done, now().since(begun)), (5, 15.ns()));
    Ok(())
}

#[verifork::test]
async fn a_scope_waits_for_its_tasks_over_simulated_time(dut: Design) -> Result {
    dut.settle().await;
    let begun = now();
    let local = Cell::new(0);
    scope(async |tm| {
        for ns in [3_u64, 9, 6] {
            let local = &local;
            tm.fork(format!("after_{ns}"), async move {
                timer(ns.ns()).await;
                local.set(local.get() + 1);
                Ok(())
            });
        }
        tm.add("edges", dut.d_1.rising_edge());
        timer(1.ns()).await;
        dut.d_1.set(true);
        assert_eq!(tm.join_next().await, Some("edges"));
        Ok(())
    })
    .await?;
    assert_eq!((local.get(), now().since(begun)), (3, 9.ns()));
    Ok(())
}

#[verifork::test]
async fn a_failure_cancels_the_siblings_at_its_time(dut: Design) -> Result {
    dut.settle().await;
    let begun = now();
    let reached = Cell::new(false);
    let errors = scope(async |tm| {
        tm.fork("fails", async {
            timer(4.ns()).await;
            Err::<(), _>(verifork::error!("at 4 ns"))
        });
        tm.fork("goes_on", async {
            timer(5.ns()).await;
            reached.set(true);
            Ok(())
        });
        dut.clk.rising_edge().await; // never
        Ok(())
    })
    .await
    .unwrap_err();
    assert_eq!(now().since(begun), 4.ns());
    assert_eq!((errors.len(), errors.first().task()), (1, "fails"));
    assert_eq!(errors.first().time(), Some(now()));
    timer(10.ns()).await;
    assert!(!reached.get());
    Ok(())
}

#[verifork::test]
async fn two_failures_of_one_time_step_are_both_reported() -> Result {
    let options = ManagerOptions::new().continue_on_error(true);
    let errors = verifork::task::scope_with(options, async |tm| {
        for name in ["first", "second"] {
            tm.fork(name, async move {
                timer(2.ns()).await;
                Err::<(), _>(verifork::error!("{name} failed"))
            });
        }
        Ok(())
    })
    .await
    .unwrap_err();
    let tasks: Vec<_> = errors.iter().map(verifork::task::TaskError::task).collect();
    assert_eq!(tasks, ["first", "second"]);
    Ok(())
}

#[verifork::test]
async fn clean_up_runs_after_the_tasks_and_takes_simulated_time(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    let order = RefCell::new(Vec::new());
    let begun = now();
    let failed: Result<(), _> = scope(async |tm| {
        tm.on_exit(async {
            order.borrow_mut().push("first added");
            dut.clk.rising_edge().await;
        });
        tm.on_exit(async {
            timer(3.ns()).await;
            order.borrow_mut().push("last added");
        });
        tm.fork("fails", async {
            timer(2.ns()).await;
            order.borrow_mut().push("task");
            Err::<(), _>(verifork::error!("no"))
        });
        pending::<Result>().await
    })
    .await;
    assert!(failed.is_err());
    assert_eq!(*order.borrow(), ["task", "last added", "first added"]);
    assert_eq!(now().since(begun), 15.ns(), "the edge after 2 ns and 3 ns");
    clock.stop();
    Ok(())
}

#[verifork::test(timeout = 1.us())]
async fn clean_up_is_bounded_by_its_limit() -> Result {
    let begun = now();
    let options = ManagerOptions::new().exit_limit(7.ns());
    let errors = verifork::task::scope_with(options, async |tm| {
        tm.on_exit(std::future::pending::<Result>());
        Ok(())
    })
    .await
    .unwrap_err();
    assert_eq!(now().since(begun), 7.ns());
    assert!(errors.to_string().contains("7 ns"), "{errors}");
    Ok(())
}

/// A limit that is finer than the design's precision is rounded up: it is a limit, no wait.
#[verifork::test(timeout = 1.us())]
async fn a_limit_of_clean_up_finer_than_the_precision_still_ends_it() -> Result {
    not_in_vhdl("a time finer than the precision, a femtosecond")?;
    let begun = now();
    let options = ManagerOptions::new().exit_limit(500.fs());
    let ended = verifork::task::scope_with(options, async |tm| {
        tm.on_exit(std::future::pending::<Result>());
        Ok(())
    });
    assert!(ended.await.is_err());
    assert_eq!(now().since(begun), 1.ps());
    Ok(())
}

#[verifork::test]
async fn an_owned_manager_drives_over_time_and_joins(dut: Design) -> Result {
    dut.settle().await;
    let tasks = TaskManager::new();
    let d_8 = dut.d_8;
    for value in 1..=3_u8 {
        tasks.fork(format!("write_{value}"), async move {
            timer(u64::from(value).ns()).await;
            d_8.set(value);
            Ok(())
        });
    }
    tasks.join_all().await?;
    read_only().await;
    assert_eq!(dut.d_8.get()?, 3);
    Ok(())
}

/// Ends in the read-only phase: the next test begins where writes are allowed.
#[verifork::test]
async fn a_test_may_end_in_the_read_only_phase(dut: Design) -> Result {
    dut.d_8.set(1);
    read_only().await;
    Ok(())
}

#[verifork::test]
async fn a_test_after_any_other_may_write_at_once(dut: Design) -> Result {
    dut.d_8.set_immediate(2);
    assert_eq!(dut.d_8.get()?, 2);
    Ok(())
}
