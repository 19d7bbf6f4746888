//! Rules 14 and 15: cancellation, wake-ups and their order.

use super::*;

#[test]
fn rule_14_a_task_that_cancels_itself_ends_at_its_next_suspension() {
    block_on(async {
        let reached = Cell::new(0);
        scope(async |tm| {
            tm.fork("self", async {
                yield_now().await;
                tm["self"].cancel();
                assert!(!tm["self"].has_ended());
                reached.set(1);
                yield_now().await;
                reached.set(2);
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(reached.get(), 1);
    });
    nothing_lives();
}

#[test]
fn rule_14_wakers_may_be_kept_and_woken_from_any_thread_also_after_the_end() {
    block_on(async {
        let kept: Rc<RefCell<Vec<Waker>>> = Rc::default();
        let woken = Cell::new(false);
        scope(async |tm| {
            tm.fork("waits", async {
                let mut first = true;
                std::future::poll_fn(|context| {
                    if !std::mem::take(&mut first) {
                        return Poll::Ready(());
                    }
                    kept.borrow_mut().push(context.waker().clone());
                    Poll::Pending
                })
                .await;
                Ok(woken.set(true))
            });
            let waker = kept.borrow()[0].clone();
            let thread = std::thread::spawn(move || {
                let copy = waker.clone();
                drop(waker);
                copy.wake_by_ref();
                copy.wake();
            });
            tm.join_all().await?;
            thread.join().unwrap();
            Ok(())
        })
        .await
        .unwrap();
        assert!(woken.get());
        let late = kept.borrow()[0].clone();
        late.wake_by_ref();
        std::thread::spawn(move || late.wake()).join().unwrap();
        turns(2).await;
    });
    nothing_lives();
}

#[test]
fn rule_15_wake_order_is_run_order_and_nested_sets_run_in_their_parents_place() {
    let run = || {
        block_on(async {
            let log = RefCell::new(Vec::new());
            let note = &|what: String| log.borrow_mut().push(what);
            scope(async |tm| {
                for outer in ["a", "b", "c"] {
                    tm.start_soon(outer, async move {
                        scope(async |tm| {
                            for inner in 1..=2 {
                                tm.start_soon(format!("{inner}"), async move {
                                    for _ in 0..2 {
                                        note(format!("{outer}{inner}"));
                                        yield_now().await;
                                    }
                                    Ok(())
                                });
                            }
                            Ok(())
                        })
                        .await?;
                        Ok(())
                    });
                }
                Ok(())
            })
            .await
            .unwrap();
            log.into_inner()
        })
    };
    let first = run();
    assert_eq!(
        first,
        [
            "a1", "a2", "b1", "b2", "c1", "c2", "a1", "a2", "b1", "b2", "c1", "c2"
        ]
    );
    assert_eq!(first, run());
}

#[test]
fn rule_15_a_task_cancelled_while_it_was_queued_gives_nobody_a_second_turn() {
    let turns = block_on(async {
        let log = RefCell::new(Vec::new());
        let turns_of = async |name: &'static str| {
            for _ in 0..3 {
                log.borrow_mut().push(name);
                yield_now().await;
            }
            Ok(())
        };
        scope(async |tm| {
            tm.start_soon("owner", async {
                scope(async |tm| {
                    let cancelled = tm.start_soon("cancelled", turns_ok(1));
                    tm.start_soon("inner", turns_of("inner"));
                    cancelled.cancel();
                    Ok(())
                })
                .await?;
                Ok(())
            });
            tm.start_soon("peer", turns_of("peer"));
            Ok(())
        })
        .await
        .unwrap();
        log.into_inner()
    });
    assert_eq!(turns, ["peer", "inner", "peer", "inner", "peer", "inner"]);
    nothing_lives();
}
