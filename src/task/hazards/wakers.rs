//! Wakers that are not ours, which do as they like.

use super::*;

#[test]
fn a_waker_that_panics_while_a_scope_is_dropped_leaves_no_child_behind() {
    let dropped = Rc::new(Cell::new(0));
    let handles = RefCell::new(Vec::new());
    {
        let borrowed = String::from("gone after the scope");
        let mut scoped: Boxed<'_, _> = Box::pin(scope(async |tm| {
            for name in ["one", "two", "three"] {
                let (dropped, borrowed) = (Rc::clone(&dropped), &borrowed);
                let task = tm.fork(name, async move {
                    let _count = OnDrop(|| {
                        assert!(borrowed.starts_with("gone"));
                        dropped.set(dropped.get() + 1);
                    });
                    pending::<Result<()>>().await
                });
                handles.borrow_mut().push(task);
            }
            pending::<Result<()>>().await
        }));
        let waker = foreign();
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        let joins: Vec<_> = handles
            .borrow()
            .iter()
            .map(|task: &Task<()>| {
                let mut join = Box::pin(task.clone().into_future());
                assert!(poll_with(join.as_mut(), &waker).is_pending());
                join
            })
            .collect();
        ON_WAKE.set(Some(Box::new(|| panic!("a waker"))));
        drop(scoped);
        ON_WAKE.take();
        drop(joins);
    }
    assert_eq!(dropped.get(), 3);
    for task in handles.take() {
        assert!(task.is_cancelled());
        task.cancel();
    }
    assert_eq!(executor().live_count(), 0);
    let lost = take_uncollected();
    assert!(
        lost.iter()
            .any(|error| error.to_string().contains("a waker")),
        "{lost:?}"
    );
}

#[test]
fn a_waker_that_polls_at_once_is_woken_for_the_end_alone() {
    block_on(async {
        scope(async |tm| {
            let task = tm.start_soon("starts", async {
                turns(2).await;
                Ok(())
            });
            let join = Rc::new(RefCell::new(Box::pin(task.clone().into_future())));
            let (woken, own) = (Rc::new(Cell::new(0)), Rc::clone(&join));
            let count = Rc::clone(&woken);
            let waker = foreign();
            let again = waker.clone();
            ON_WAKE.set(Some(Box::new(move || {
                count.set(count.get() + 1);
                assert!(count.get() < 100, "woken for ever");
                let _ = poll_with(own.borrow_mut().as_mut(), &again);
            })));
            assert!(poll_with(join.borrow_mut().as_mut(), &waker).is_pending());
            tm.join_all().await?;
            ON_WAKE.take();
            assert_eq!(woken.get(), 1, "not at its start, which nobody awaits");
            Ok(())
        })
        .await
        .unwrap();
    });
    nothing_lives();
}

#[test]
fn a_waker_that_adds_a_task_and_polls_the_join_again_at_once_waits_again() {
    test_of(async {
        let tm = Rc::new(TaskManager::new());
        tm.start_soon("first", turns_ok(1));
        let all = Rc::new(RefCell::new(Box::pin({
            let tm = Rc::clone(&tm);
            async move { tm.join_all().await }
        })));
        let waker = foreign();
        assert!(poll_with(all.borrow_mut().as_mut(), &waker).is_pending());
        let (again, adds, joins) = (waker.clone(), Rc::clone(&tm), Rc::clone(&all));
        let woken = Rc::new(Cell::new(0));
        let count = Rc::clone(&woken);
        ON_WAKE.set(Some(Box::new(move || {
            count.set(count.get() + 1);
            assert!(count.get() < 100, "woken for ever");
            adds.start_soon(format!("added {}", count.get()), pending::<Result<()>>());
            assert!(poll_with(joins.borrow_mut().as_mut(), &again).is_pending());
        })));
        turns(3).await;
        ON_WAKE.take();
        assert_eq!(woken.get(), 1);
        tm.cancel_all();
        Ok(())
    })
    .unwrap();
    nothing_lives();
}

#[test]
fn a_waker_that_panics_when_woken_fails_the_test_and_keeps_nobody_from_being_woken() {
    let errors = test_of(async {
        let (event, wakes) = (crate::sync::Event::new(), Rc::new(Cell::new(0)));
        let waker = foreign();
        ON_WAKE.set(Some(Box::new(|| panic!("no rest"))));
        let mut first = Box::pin(event.wait());
        assert!(poll_with(first.as_mut(), &waker).is_pending());
        let tm = TaskManager::new();
        let (own, count) = (event.clone(), Rc::clone(&wakes));
        tm.fork("second", async move {
            own.wait().await;
            count.set(count.get() + 1);
            Ok(())
        });
        event.set();
        tm.join_all().await?;
        ON_WAKE.take();
        assert_eq!(wakes.get(), 1);
        Ok(())
    })
    .unwrap_err();
    assert_eq!(errors.len(), 1, "{errors}");
    assert_eq!(
        errors.first().to_string(),
        "a waker of another executor panicked: no rest"
    );
    nothing_lives();
}

/// A waker of others that panics when it is dropped, as the scope takes a new one.
#[test]
fn a_scope_whose_old_waker_panics_when_dropped_ends_with_all_children() {
    let touched = Rc::new(Cell::new(false));
    let handle = RefCell::new(None);
    {
        let borrowed = String::from("gone, once the scope is forgotten");
        let mut scoped: Boxed<'_, _> = Box::pin(scope(async |tm| {
            let (touched, borrowed) = (Rc::clone(&touched), &borrowed);
            handle.replace(Some(tm.fork("borrows", async move {
                let _touch = OnDrop(|| {
                    assert!(borrowed.starts_with("gone"));
                    touched.set(true);
                });
                pending::<Result<()>>().await
            })));
            pending::<Result<()>>().await
        }));
        let waker = foreign();
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        // The block was woken when its child was forked: it is polled once more, and keeps a waker.
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        drop(waker);
        ON_WAKER_DROP.set(Some(Box::new(|| panic!("a waker dropped"))));
        let polled = catch(|| poll_with(scoped.as_mut(), &foreign()));
        assert!(polled.is_err_and(|caught| caught.message == "a waker dropped"));
        ON_WAKER_DROP.take();
        assert!(touched.replace(false), "with what it borrows alive");
        forget(scoped);
    }
    // What it borrowed is gone: nothing is to be touched any more.
    handle.take().expect("forked").cancel();
    assert!(!touched.get());
}

#[test]
fn a_waker_that_meddles_when_dropped_finds_the_tables_in_order() {
    block_on(async {
        let outcome = scope(async |tm| {
            let slow = tm.fork("slow", async { turns_ok(5).await });
            let (first, second) = (foreign(), foreign());
            let mut scoped = Box::pin(scope(async |inner| {
                inner.fork("inner", async { turns_ok(1).await });
                pending::<Result<()>>().await
            }));
            let mut join = Box::pin((&slow).into_future());
            assert!(poll_with(scoped.as_mut(), &first).is_pending());
            assert!(poll_with(join.as_mut(), &first).is_pending());
            drop(first);
            let meddled = Rc::new(Cell::new(0));
            // Replaced in the scope, replaced in the join, then dropped with both.
            let meddle = |what: Task<()>| {
                let meddled = Rc::clone(&meddled);
                Some(Box::new(move || {
                    meddled.set(meddled.get() + 1);
                    let _ = (what.state(), tree(&executor(), &[]));
                    what.cancel();
                    executor().wake(executor().current_reference().unwrap());
                }) as Box<dyn FnMut()>)
            };
            assert!(poll_with(scoped.as_mut(), &second).is_pending());
            ON_WAKER_DROP.set(meddle(tm.fork("victim 1", pending::<Result<()>>())));
            assert!(poll_with(join.as_mut(), &second).is_pending());
            assert_eq!(meddled.get(), 1);
            drop(second);
            drop(join);
            ON_WAKER_DROP.set(meddle(tm.fork("victim 2", pending::<Result<()>>())));
            drop(scoped);
            assert_eq!(meddled.get(), 2);
            assert!(tm["victim 1"].is_cancelled() && tm["victim 2"].is_cancelled());
            tm.join_all().await
        })
        .await;
        outcome.unwrap();
    });
    nothing_lives();
}

/// A hand-written waker. Whatever is done with it, its closure runs first and is passed the operation.
fn by_hand() -> Waker {
    fn run(what: &'static str) {
        if let Some(mut action) = BY_HAND.take() {
            action(what);
            BY_HAND.set(Some(action));
        }
    }
    static TABLE: RawWakerVTable = RawWakerVTable::new(
        |_| {
            run("clone");
            RawWaker::new(std::ptr::null(), &TABLE)
        },
        |_| run("wake"),
        |_| run("wake by reference"),
        |_| run("drop"),
    );
    // SAFETY: there is no data, and the functions may be called from any thread: one without a
    // closure does nothing.
    unsafe { Waker::new(std::ptr::null(), &TABLE) }
}

/// Whatever a task may do, done from inside of a waker: none of it finds a table in use.
#[test]
fn a_waker_that_forks_and_wakes_when_cloned_woken_or_dropped_finds_the_tables_in_order() {
    test_of(async {
        let meddled = Rc::new(RefCell::new(Vec::new()));
        let owned = Rc::new(TaskManager::new());
        let inner_waker: Rc<RefCell<Option<Waker>>> = Rc::default();
        let slow = owned.fork("slow", pending::<Result<()>>());
        let (noted, tm, of_child) = (meddled.clone(), owned.clone(), inner_waker.clone());
        let (victim, rounds) = (slow.clone(), Cell::new(0));
        BY_HAND.set(Some(Box::new(move |what| {
            noted.borrow_mut().push(what);
            tree(&executor(), &[]);
            rounds.set(rounds.get() + 1);
            tm.fork(format!("quick {}", rounds.get()), turns_ok(1));
            tm.fork(format!("victim {}", rounds.get()), pending::<Result<()>>())
                .cancel();
            let mut join = Box::pin(victim.clone().into_future());
            let _ = poll_once(join.as_mut());
            let mut all = Box::pin(tm.join_all());
            let _ = poll_once(all.as_mut());
            let mut short = Box::pin(scope(async |tm| {
                tm.fork("short", turns_ok(1));
                Ok(())
            }));
            assert!(poll_once(short.as_mut()).is_pending());
            executor().wake(executor().current_reference().expect("in a task"));
            if let Some(waker) = &*of_child.borrow() {
                waker.wake_by_ref();
            }
        })));
        let seen = |expected: &[&str]| {
            assert_eq!(*meddled.borrow(), expected);
            meddled.borrow_mut().clear();
        };
        let (waker, child) = (by_hand(), inner_waker.clone());
        let handle = Cell::new(None);
        let mut scoped = Box::pin(scope(async |tm| {
            handle.set(Some(tm.start_soon("child", async {
                poll_fn(|context| {
                    child.replace(Some(context.waker().clone()));
                    Poll::<Result<()>>::Pending
                })
                .await
            })));
            pending::<Result<()>>().await
        }));
        // Kept by the scope, which is woken for the child that its block has forked.
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone", "wake"]);
        // Kept; nothing is ready afterwards, so it stays.
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone"]);
        inner_waker.borrow().as_ref().expect("polled").wake_by_ref();
        seen(&["wake"]);
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone"]);
        // The clone wakes the child, and with it the waker that this one would have replaced.
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone"]);
        handle.take().expect("forked").cancel();
        seen(&["wake"]);
        inner_waker.take();
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone"]);
        drop(scoped);
        seen(&["drop"]);

        // The lists of those who wait.
        let mut join = Box::pin(slow.clone().into_future());
        let mut all = Box::pin(owned.join_all());
        for _ in 0..2 {
            assert!(poll_with(join.as_mut(), &waker).is_pending());
            assert!(poll_with(all.as_mut(), &waker).is_pending());
        }
        // What the waker forks has ended meanwhile, which wakes nobody who joins all.
        seen(&["clone", "clone", "clone", "drop", "clone", "drop"]);
        slow.cancel();
        assert_eq!(meddled.borrow().first(), Some(&"wake"));
        BY_HAND.take();
        drop((join, all));
        owned.cancel_all();
        Ok(())
    })
    .unwrap();
    nothing_lives();
}
