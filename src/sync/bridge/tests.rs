//! The rules of the bridge. No simulator is needed: events stand for simulated time.

mod ends;
mod time;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::*;
use crate::sync::Event;
use crate::task::{TaskErrorKind, TaskManager, block_on, executor, scope, tree, yield_now};

const A_WHILE: Duration = Duration::from_millis(60);

/// What a simulator's callback does: it returns when simulated time may pass.
fn callback() {
    let executor = executor();
    loop {
        executor.run_root(|| false);
        if !executor.wait_for_external() {
            break;
        }
    }
}

fn runs(name: &str) -> bool {
    running_threads()
        .iter()
        .any(|line| line.contains(&format!("`{name}`")))
}

fn wait_until(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(10), "it never came");
        thread::yield_now();
    }
}

#[test]
fn a_thread_has_the_name_and_gives_its_value() {
    let value = block_on(blocking("named", || {
        thread::current().name().map(str::to_owned)
    }));
    assert_eq!(value, Ok(Some("named".to_owned())));
    let value = block_on(blocking("with\0nul", || {
        thread::current().name().map(str::to_owned)
    }));
    assert_eq!(value, Ok(Some("with nul".to_owned())));
    assert!(!runs("named"));
}

#[test]
fn the_context_stays_and_calls_may_borrow_it_across_awaits() {
    let outcome = block_on(async {
        let total = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&total);
        let count = bridge("collects", total, |remote| {
            assert_eq!(remote.name(), "collects");
            for number in 0..10 {
                let length = remote.call(async move |total: &Rc<RefCell<Vec<i32>>>| {
                    total.borrow_mut().push(number);
                    yield_now().await;
                    total.borrow().len()
                })?;
                assert_eq!(length, usize::try_from(number).unwrap() + 1);
            }
            Ok::<_, CallError>("done")
        })
        .await;
        assert_eq!(*kept.borrow(), (0..10).collect::<Vec<_>>());
        assert_eq!(Rc::strong_count(&kept), 1);
        count
    });
    assert_eq!(outcome, Ok(Ok("done")));
}

#[test]
fn another_thread_may_have_the_remote_and_be_in_a_call_when_the_function_returns() {
    let (tell, told) = mpsc::channel();
    let clock = Event::new();
    let tm = TaskManager::new();
    let context = clock.clone();
    let task = tm.fork("awaits", async move {
        let (entered, has_entered) = mpsc::channel();
        bridge("hands on", context, move |remote| {
            thread::spawn(move || {
                let answer = remote.call(async move |clock: &Event| {
                    entered.send(()).unwrap();
                    clock.wait().await;
                });
                tell.send(answer).unwrap();
            });
            has_entered.recv().unwrap();
        })
        .await?;
        Ok(())
    });
    callback();
    clock.set();
    // The simulation did not wait for the function, which had lent its turn to the other thread.
    wait_until(|| {
        callback();
        task.is_finished()
    });
    let told = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(told, Ok(()));
    callback(); // nothing is held
}

#[test]
fn a_call_may_itself_await_a_thread() {
    let outcome = block_on(bridge("outer", 5, |remote| {
        remote.call(async |number: &i32| {
            let number = *number;
            let inner = bridge("inner", number, |remote| {
                remote.call(async |number| number + 1)
            });
            inner.await.unwrap().unwrap() + blocking("innermost", || 1).await.unwrap()
        })
    }));
    assert_eq!(outcome, Ok(Ok(7)));
}

#[test]
fn the_task_tree_names_the_thread() {
    let (go_on, wait) = mpsc::channel::<()>();
    let tm = TaskManager::new();
    let clock = Event::new().named("edge");
    let context = clock.clone();
    let line = line!() + 2;
    let task = tm.fork("awaits", async move {
        bridge("stuck", context, move |remote| {
            let answer = remote.call(async |clock: &Event| clock.wait().await);
            wait.recv().unwrap();
            answer
        })
        .await??;
        Ok(())
    });
    callback();
    let text = tree(&executor(), &[]);
    let thread = format!("thread `stuck` (started at src/sync/bridge/tests.rs:{line}:");
    assert!(text.contains("awaits the event `edge` ("), "{text}");
    assert!(text.contains(&format!(" | a call of {thread}")), "{text}");
    clock.set();
    executor().run_root(|| false);
    let text = tree(&executor(), &[]);
    assert!(text.contains(&format!("awaits {thread}")), "{text}");
    go_on.send(()).unwrap();
    callback();
    assert!(task.is_finished());
}

#[test]
fn an_operating_system_without_a_thread_to_give_is_an_error() {
    let builder = Builder::new().stack_size(usize::MAX / 4);
    let outcome = block_on(start(builder, "huge".into(), (), |_| 1));
    let error = outcome.unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("thread `huge` could not be started at src/sync/bridge/"),
        "{text}"
    );
    assert!(matches!(error, BridgeError::NotStarted { .. }));
    assert!(!runs("huge"));
    callback(); // nothing is held
}

#[test]
fn another_executor_may_await_a_thread() {
    let outcome = futures_lite::future::block_on(bridge("elsewhere", 3, |remote| {
        thread::sleep(A_WHILE / 3);
        remote.call(async |number| number + 1)
    }));
    assert_eq!(outcome, Ok(Ok(4)));
}

#[test]
fn a_thread_that_ends_at_any_moment_of_a_poll_wakes_its_task() {
    block_on(async {
        for number in 0..2000 {
            assert_eq!(blocking("quick", move || number).await, Ok(number));
        }
    });
}

#[test]
fn a_thousand_calls_leave_nothing_behind() {
    let held = Arc::new(());
    let outcome: Result<()> = block_on(async {
        for _ in 0..20 {
            let inner = Arc::clone(&held);
            bridge("many calls", (), move |remote| {
                for _ in 0..50 {
                    let inner = Arc::clone(&inner);
                    remote.call(async move |()| drop(inner))?;
                }
                Ok::<_, CallError>(())
            })
            .await?
            .map_err(|error| anyhow!("{error}"))?;
        }
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(Arc::strong_count(&held), 1);
    assert!(!runs("many calls"));
}
