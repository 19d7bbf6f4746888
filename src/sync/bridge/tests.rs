//! The rules of the bridge. No simulator is needed: events stand for simulated time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::*;
use crate::sync::Event;
use crate::task::{TaskErrorKind, TaskManager, block_on, hub, scope, tree, yield_now};

const A_WHILE: Duration = Duration::from_millis(60);

/// What a simulator's callback does: it returns when simulated time may pass.
fn callback() {
    let hub = hub();
    loop {
        hub.run_root(|| false);
        if !hub.wait_for_outside() {
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
fn no_simulated_time_passes_while_a_thread_computes() {
    let tm = TaskManager::new();
    let task = tm.fork("waits", async {
        Ok(blocking("computes for a while", || thread::sleep(A_WHILE)).await?)
    });
    callback();
    assert!(
        task.is_finished(),
        "the callback returned before the thread did"
    );
}

#[test]
fn a_thread_that_nobody_awaits_yet_holds_the_simulation_only_until_it_ends() {
    let tm = TaskManager::new();
    let later = Event::new();
    let released = later.clone();
    let task = tm.fork("waits later", async move {
        let value = blocking("not awaited yet", || {
            thread::sleep(A_WHILE);
            7
        });
        released.wait().await;
        Ok(value.await?)
    });
    callback();
    assert!(!task.has_ended());
    later.set();
    callback();
    assert_eq!(task.result().unwrap(), &7);
}

#[test]
fn simulated_time_passes_while_a_call_awaits_it_and_only_then() {
    let clock = Event::new();
    let seen = Rc::new(Cell::new(0));
    let tm = TaskManager::new();
    let context = (clock.clone(), Rc::clone(&seen));
    let task = tm.fork("drives", async move {
        let edges = bridge("driver", context, |remote| {
            for _ in 0..3 {
                thread::sleep(A_WHILE / 3);
                remote.call(async |(clock, seen): &(Event, Rc<Cell<i32>>)| {
                    clock.wait().await;
                    seen.set(seen.get() + 1);
                })?;
            }
            Ok::<_, CallError>(())
        });
        edges.await??;
        Ok(())
    });
    for edge in 0..3 {
        callback();
        assert_eq!(
            seen.get(),
            edge,
            "the callback returns when the call awaits the edge"
        );
        assert!(!task.has_ended());
        clock.notify_all();
    }
    callback();
    assert!(task.is_finished());
    assert_eq!(seen.get(), 3);
}

#[test]
fn news_of_a_thread_is_taken_in_when_nothing_else_is_ready() {
    for pause in [Duration::ZERO, A_WHILE] {
        let log = RefCell::new(Vec::new());
        block_on(scope(async |tm| {
            tm.fork("thread", async {
                bridge("quick or slow", (), move |remote| {
                    thread::sleep(pause);
                    remote.call(async |()| ())
                })
                .await??;
                log.borrow_mut().push("thread");
                Ok(())
            });
            tm.fork("tasks", async {
                for _ in 0..1000 {
                    yield_now().await;
                }
                log.borrow_mut().push("tasks");
                Ok(())
            });
            Ok(())
        }))
        .unwrap();
        assert_eq!(*log.borrow(), ["tasks", "thread"]);
    }
}

#[test]
fn a_thread_that_has_ended_already_is_not_seen_before_its_time() {
    let value = block_on(async {
        let mut ended = blocking("has ended", || 5);
        wait_until(|| !runs("has ended"));
        let polled = std::future::poll_fn(|context| {
            Poll::Ready(Pin::new(&mut ended).poll(context).is_pending())
        });
        assert!(polled.await, "a slower machine would see it pending");
        ended.await
    });
    assert_eq!(value, Ok(5));
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
fn a_panic_of_the_thread_is_an_error_with_message_and_place() {
    let line = line!() + 1;
    let panics: Blocking<()> = blocking("panics", || panic!("number {}", 5));
    let error = block_on(panics).unwrap_err();
    let BridgeError::Panicked {
        name,
        place,
        message,
        at,
        ..
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!(
        (&name[..], place.line(), &message[..]),
        ("panics", line, "number 5")
    );
    let at = at.as_ref().unwrap();
    assert!(at.contains(&format!("bridge/tests.rs:{line}")), "{at}");
    let expected = format!("thread `panics` (started at {place}) panicked at {at}: number 5");
    assert_eq!(error.to_string(), expected);
    assert!(!runs("panics"));
}

#[test]
fn a_panic_in_a_call_is_the_tasks_and_the_thread_hears_of_it() {
    let (tell, told) = mpsc::channel();
    let errors = block_on(scope(async |tm| {
        tm.fork("awaits", async {
            bridge("calls", (), move |remote| {
                let first = remote.call(async |()| {
                    yield_now().await;
                    panic!("in the call")
                });
                let second = remote.call(async |()| ());
                tell.send((first, second)).unwrap();
            })
            .await?;
            Ok(())
        });
        Ok(())
    }))
    .unwrap_err();
    let TaskErrorKind::Panicked { message, at, .. } = errors.first().kind() else {
        panic!("{errors}")
    };
    assert_eq!(
        (errors.first().task(), &message[..]),
        ("awaits", "in the call")
    );
    assert!(at.as_ref().unwrap().contains("bridge/tests.rs"), "{at:?}");
    let told = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(told, (Err(CallError::Panicked), Err(CallError::Panicked)));
    wait_until(|| !runs("calls"));
}

#[test]
fn a_bridge_whose_call_panicked_may_be_awaited_further() {
    let outcome = block_on(async {
        let mut bridge = bridge("goes on", (), |remote| {
            remote.call(async |()| -> i32 { panic!("caught by the user") })
        });
        let caught =
            std::future::poll_fn(
                |context| match catch(|| Pin::new(&mut bridge).poll(context)) {
                    Ok(Poll::Pending) => Poll::Pending,
                    Ok(Poll::Ready(_)) => panic!("the call did not panic"),
                    Err(caught) => Poll::Ready(caught),
                },
            )
            .await;
        assert_eq!(caught.message, "caught by the user");
        bridge.await
    });
    assert_eq!(outcome, Ok(Err(CallError::Panicked)));
}

#[test]
fn a_future_dropped_while_the_thread_computes_leaves_it_behind() {
    let (go_on, wait) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let tm = TaskManager::new();
    let task = tm.fork("awaits", async move {
        bridge("left computing", (), move |remote| {
            wait.recv().unwrap();
            tell.send(remote.call(async |()| ())).unwrap();
        })
        .await?;
        Ok(())
    });
    assert!(running_threads().iter().any(|line| {
        line.starts_with("thread `left computing` (started at src/sync/bridge/tests.rs:")
            && line.ends_with("computes")
    }));
    task.cancel();
    callback(); // returns, though the thread runs
    let line = running_threads()
        .into_iter()
        .find(|line| line.contains("left computing"));
    assert!(line.unwrap().ends_with("is left behind"));
    go_on.send(()).unwrap();
    let answer = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(answer, Err(CallError::Cancelled));
    wait_until(|| !runs("left computing"));
}

#[test]
fn a_future_dropped_in_a_call_ends_the_call() {
    let (tell, told) = mpsc::channel();
    let never = Event::new();
    let tm = TaskManager::new();
    let context = never.clone();
    let task = tm.fork("awaits", async move {
        bridge("left in a call", context, move |remote| {
            tell.send(remote.call(async |never: &Event| never.wait().await))
                .unwrap();
        })
        .await?;
        Ok(())
    });
    callback();
    let line = running_threads()
        .into_iter()
        .find(|line| line.contains("left in a call"));
    assert!(
        line.unwrap()
            .ends_with("is blocked in a call into the simulation")
    );
    task.cancel();
    let answer = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(answer, Err(CallError::Cancelled));
    assert!(
        format!("{never:?}").contains("waiting: 0"),
        "the call's own wait is gone"
    );
    wait_until(|| !runs("left in a call"));
}

#[test]
fn a_future_dropped_before_its_first_poll_ends_the_calls_that_wait() {
    let (tell, told) = mpsc::channel();
    let bridge = bridge("never polled", (), move |remote| {
        tell.send(remote.call(async |()| ())).unwrap();
    });
    wait_until(|| {
        running_threads().iter().any(|line| {
            line.contains("never polled")
                && line.ends_with("is blocked in a call into the simulation")
        })
    });
    drop(bridge);
    let answer = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(answer, Err(CallError::Cancelled));
}

#[test]
fn a_call_after_the_end_fails() {
    let (hand_over, handed) = mpsc::channel();
    let outcome = block_on(bridge("gives its remote away", (), move |remote| {
        hand_over.send(remote).unwrap();
    }));
    assert_eq!(outcome, Ok(()));
    assert_eq!(
        handed.recv().unwrap().call(async |()| ()),
        Err(CallError::Over)
    );
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
fn two_threads_at_once_each_in_its_own_order() {
    let log = Rc::new(RefCell::new(Vec::new()));
    let drive = |name: &'static str| {
        bridge(name, Rc::clone(&log), move |remote| {
            for number in 0..50 {
                remote.call(async move |log: &Rc<RefCell<Vec<_>>>| {
                    log.borrow_mut().push((name, number));
                    if number % 3 == 0 {
                        yield_now().await;
                    }
                })?;
            }
            Ok::<_, CallError>(())
        })
    };
    block_on(async {
        // Both run from here on; the first is awaited first.
        let (first, second) = (drive("first"), drive("second"));
        let (first, second) = futures_lite::future::zip(first, second).await;
        assert_eq!((first, second), (Ok(Ok(())), Ok(Ok(()))));
    });
    for name in ["first", "second"] {
        let log = log.borrow();
        let own: Vec<_> = log
            .iter()
            .filter(|(who, _)| *who == name)
            .map(|(_, n)| *n)
            .collect();
        assert_eq!(own, (0..50).collect::<Vec<_>>());
    }
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
    let text = tree(&hub(), &[]);
    let thread = format!("thread `stuck` (started at src/sync/bridge/tests.rs:{line}:");
    assert!(text.contains("awaits the event `edge` ("), "{text}");
    assert!(text.contains(&format!(" | a call of {thread}")), "{text}");
    clock.set();
    hub().run_root(|| false);
    let text = tree(&hub(), &[]);
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
fn the_log_names_a_thread_left_behind_and_its_panic() {
    static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
    struct Collect;
    impl log::Log for Collect {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }
        fn log(&self, record: &log::Record<'_>) {
            LINES.lock().unwrap().push(record.args().to_string());
        }
        fn flush(&self) {}
    }
    if log::set_logger(&Collect).is_err() {
        return; // another test of this process has the log
    }
    log::set_max_level(log::LevelFilter::Warn);
    let logged = |all: &[&str]| {
        let lines = LINES.lock().unwrap();
        lines
            .iter()
            .any(|line| all.iter().all(|part| line.contains(part)))
    };

    let (go_on, wait) = mpsc::channel::<()>();
    let deserted: Blocking<()> = blocking("deserted", move || {
        wait.recv().unwrap();
        panic!("unheard")
    });
    drop(deserted);
    assert!(logged(&["thread `deserted`", "is left behind"]));
    go_on.send(()).unwrap();
    wait_until(|| logged(&["thread `deserted`", "unheard", "after it was left behind"]));

    let (tell, told) = mpsc::channel::<()>();
    let ended: Blocking<()> = blocking("unawaited", move || {
        drop(tell);
        panic!("nobody asked")
    });
    assert!(told.recv().is_err());
    wait_until(|| !runs("unawaited"));
    drop(ended);
    wait_until(|| logged(&["thread `unawaited`", "nobody asked"]));
    assert!(!logged(&["thread `unawaited`", "is left behind"]));
}

#[test]
fn what_a_thread_returns_to_nobody_is_dropped_by_the_thread() {
    struct Tell(mpsc::Sender<Option<String>>);
    impl Drop for Tell {
        fn drop(&mut self) {
            let name = thread::current().name().map(str::to_owned);
            self.0.send(name).unwrap();
            panic!("while dropped by nobody's thread");
        }
    }
    let (go_on, wait) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let bridge = blocking("returns late", move || {
        wait.recv().unwrap();
        Tell(tell)
    });
    drop(bridge);
    go_on.send(()).unwrap();
    let dropped_by = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(dropped_by.as_deref(), Some("returns late"));
    wait_until(|| !runs("returns late"));
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
