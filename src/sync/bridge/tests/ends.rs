//! How a thread, a call and a bridge end otherwise than by returning, and who hears of it.

use super::*;

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
    assert!(at.contains(&format!("bridge/tests/ends.rs:{line}")), "{at}");
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
    assert!(
        at.as_ref().unwrap().contains("bridge/tests/ends.rs"),
        "{at:?}"
    );
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
        line.starts_with("thread `left computing` (started at src/sync/bridge/tests/ends.rs:")
            && line.ends_with("computes")
    }));
    task.cancel();
    callback(); // returns, though the thread runs
    let line = running_threads()
        .into_iter()
        .find(|line| line.contains("left computing"));
    assert!(line.unwrap().ends_with("is abandoned"));
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
fn a_bridge_kept_beyond_its_test_is_abandoned_and_says_so() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let mut kept = Box::pin(blocking("slow", move || wait.recv().is_ok()));
    let polled = std::future::poll_fn(|context| Poll::Ready(kept.as_mut().poll(context)));
    assert!(block_on(polled).is_pending());
    let left = crate::sync::abandon_all();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(
        left[0].starts_with("thread `slow` (started at "),
        "{left:?}"
    );
    assert!(crate::sync::abandon_all().is_empty(), "told once");
    // The simulation no longer waits for it, and polling the kept future returns the error.
    let outcome = block_on(kept.as_mut());
    assert!(
        matches!(&outcome, Err(BridgeError::LeftBehind { name, .. }) if name == "slow"),
        "{outcome:?}"
    );
    drop(kept);
    drop(go);
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
fn the_log_names_a_thread_abandoned_and_its_panic() {
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
    assert!(logged(&["thread `deserted`", "is abandoned"]));
    go_on.send(()).unwrap();
    wait_until(|| logged(&["thread `deserted`", "unheard", "after it was abandoned"]));

    let (tell, told) = mpsc::channel::<()>();
    let ended: Blocking<()> = blocking("unawaited", move || {
        drop(tell);
        panic!("nobody asked")
    });
    assert!(told.recv().is_err());
    wait_until(|| !runs("unawaited"));
    drop(ended);
    wait_until(|| logged(&["thread `unawaited`", "nobody asked"]));
    assert!(!logged(&["thread `unawaited`", "is abandoned"]));
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
