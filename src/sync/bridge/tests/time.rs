//! Simulated time and order: the course of a test does not depend on how fast its threads are.

use super::*;

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
