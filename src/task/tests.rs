//! The rules of the task manager, each checked under its number. No simulator is needed.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use anyhow::{Result, anyhow};

use super::*;

mod awaiting;
mod background;
mod builder;

/// Notes in a shared list when it is dropped.
struct NoteDrop<'a>(&'static str, &'a RefCell<Vec<String>>);

impl Drop for NoteDrop<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(format!("{} dropped", self.0));
    }
}

struct PanicOnDrop(&'static str);

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

fn panic_message(outcome: Result<(), Caught>) -> String {
    outcome.err().expect("it should have panicked").message
}

async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

fn names(errors: &TaskErrors) -> Vec<&str> {
    errors.iter().map(TaskError::task).collect()
}

fn nothing_lives() {
    assert_eq!(executor().live_count(), 0, "{}", tree(&executor(), &[]));
    assert!(executor().take_lost().is_empty());
}

#[test]
fn rule_01_a_name_taken_twice_panics_and_starts_nothing() {
    block_on(async {
        let started = Cell::new(0);
        let outcome = scope(async |tm| {
            tm.fork("twin", async { Ok(started.set(started.get() + 1)) });
            let again = tm
                .child("twin")
                .try_fork(async { Ok(started.set(started.get() + 1)) });
            assert!(matches!(again, Err(AddError::NameTaken { name, .. }) if name == "twin"));
            tm.fork("twin", async { Ok(started.set(started.get() + 1)) });
            Ok(())
        })
        .await
        .unwrap_err();
        assert_eq!(started.get(), 1);
        let TaskErrorKind::Panicked { message, at, .. } = outcome.first().kind() else {
            panic!("{outcome}")
        };
        assert!(message.contains("the name `twin` is taken"), "{message}");
        assert!(
            at.as_ref().unwrap().contains("tests.rs"),
            "at the caller's line: {at:?}"
        );
    });
    nothing_lives();
}

#[test]
fn rule_02_every_form_starts_when_it_says() {
    block_on(async {
        let log = RefCell::new(Vec::new());
        let note = |what: &'static str| log.borrow_mut().push(what);
        scope(async |tm| {
            tm.start_soon("start_soon", async { Ok(note("start_soon")) });
            note("after start_soon");
            tm.fork("fork", async {
                note("fork");
                yield_now().await;
                Ok(note("fork ends"))
            });
            note("after fork");
            tm.fork_soon("fork_soon", || {
                note("fork_soon's function");
                async { Ok(note("fork_soon")) }
            });
            note("after fork_soon");
            let started = tm
                .start("start", async {
                    note("start");
                    turns(3).await;
                    Ok(note("start ends"))
                })
                .await;
            assert!(!started.has_ended());
            note("after start");
            let other = TaskManager::new();
            let foreign = other.fork("foreign", async { Ok(5) });
            let adopted = tm.add("adopted task", foreign);
            tm.add("adopted future", async { note("adopted future") });
            assert_eq!(adopted.await?, 5);
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(
            *log.borrow(),
            [
                "after start_soon",
                "fork",
                "after fork",
                "after fork_soon",
                "start_soon",
                "fork ends",
                "fork_soon's function",
                "fork_soon",
                "start",
                "after start",
                "adopted future",
                "start ends",
            ]
        );
    });
    nothing_lives();
}

#[test]
fn rule_03_a_handle_gives_the_value_to_any_number_of_awaiters() {
    block_on(async {
        scope(async |tm| {
            let task = tm.fork("value", async {
                turns(2).await;
                Ok(String::from("text"))
            });
            assert_eq!(task.name(), "value");
            assert_eq!(task.state(), TaskState::Running);
            assert!(matches!(
                task.result(),
                Err(ResultError::StillRunning { .. })
            ));
            let again = task.clone();
            tm.fork("reader", async move {
                assert_eq!((&again).await?, "text");
                assert_eq!((&again).await?, "text");
                Ok(())
            })
            .await?;
            assert_eq!(task.result()?, "text");
            assert_eq!((&task).await?, "text");
            Ok(())
        })
        .await
        .unwrap();
    });
    nothing_lives();
}

#[test]
fn rule_03_dropping_a_handle_changes_nothing_and_one_await_needs_no_clone() {
    struct NotClone(u8);
    block_on(async {
        let ran = Cell::new(false);
        scope(async |tm| {
            drop(tm.fork("dropped", async {
                yield_now().await;
                Ok(ran.set(true))
            }));
            let task = tm.fork("moved", async { Ok(NotClone(3)) });
            assert_eq!(task.await?.0, 3);
            assert!(matches!(
                tm.result::<NotClone>("moved"),
                Err(ResultError::Taken { .. })
            ));
            Ok(())
        })
        .await
        .unwrap();
        assert!(ran.get());
    });
}

#[test]
fn rule_03_a_lent_value_cannot_be_taken() {
    block_on(async {
        scope(async |tm| {
            let task = tm.fork("value", async { Ok(vec![1, 2]) });
            let lent = tm.result::<Vec<i32>>("value")?;
            let error = task.await.unwrap_err();
            assert!(matches!(error.kind(), TaskErrorKind::ValueGone));
            assert_eq!(lent, &[1, 2]);
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn rule_04_the_manager_is_a_map_in_fork_order() {
    block_on(async {
        let tm = TaskManager::new();
        assert!(tm.is_empty());
        let error = tm
            .scope(async |tm| {
                tm.fork("foo", async { Ok(8) });
                tm.fork("bar", async { Ok("wow") });
                assert_eq!(tm.result::<i32>("foo")?, &8, "during the scope");
                tm.fork("slow", async { Ok(turns(1).await) });
                assert!(matches!(
                    tm.result::<()>("slow"),
                    Err(ResultError::StillRunning { .. })
                ));
                tm.fork("stopped", pending::<Result<()>>()).cancel();
                let tolerant = ChildOptions::new().continue_on_error(true);
                tm.fork_with("broken", tolerant, async { Err::<(), _>(anyhow!("no")) });
                Ok(())
            })
            .await
            .unwrap_err();
        assert_eq!(names(&error), ["broken"]);
        assert_eq!(tm.result::<i32>("foo").unwrap(), &8);
        assert_eq!(tm.result::<&str>("bar").unwrap(), &"wow");
        assert!(tm["foo"].is_finished() && tm.contains("bar") && !tm.contains("baz"));
        assert_eq!(
            tm.names().collect::<Vec<_>>(),
            ["foo", "bar", "slow", "stopped", "broken"]
        );
        assert_eq!((tm.len(), tm.iter().count()), (5, 5));
        assert!(tm.get("nobody").is_none());
        let missing = tm.result::<i32>("fou").unwrap_err().to_string();
        assert!(missing.contains("did you mean `foo`?"), "{missing}");
        assert!(matches!(
            tm.result::<()>("stopped"),
            Err(ResultError::Cancelled { .. })
        ));
        assert!(matches!(
            tm.result::<()>("broken"),
            Err(ResultError::Failed(_))
        ));
        let wrong = tm.result::<u64>("foo").unwrap_err().to_string();
        assert_eq!(wrong, "task `foo` returned `i32`, not `u64`");
        let index = catch(|| _ = tm["fo"].state());
        assert!(panic_message(index).contains("no task is named `fo`"));
    });
}

#[test]
fn rule_04_a_missing_name_is_told_with_what_there_is() {
    let tm = TaskManager::new();
    let missing = |name: &str| tm.result::<()>(name).unwrap_err().to_string();
    assert_eq!(
        missing("driver"),
        "no task is named `driver`; the manager has no tasks"
    );
    tm.fork("driver", async { Ok(()) });
    tm.fork("monitor", async { Ok(()) });
    assert_eq!(
        missing("drive"),
        "no task is named `drive` (did you mean `driver`?); the manager has driver, monitor"
    );
    assert_eq!(
        missing("scoreboard"),
        "no task is named `scoreboard`; the manager has driver, monitor"
    );
}

#[test]
fn rule_05_a_child_ends_in_one_of_four_ways() {
    block_on(async {
        let options = ManagerOptions::new().continue_on_error(true);
        let tm = TaskManager::with_options(options);
        tm.fork("finished", async { Ok(()) });
        tm.fork("failed", async { Err::<(), _>(anyhow!("error")) });
        tm.fork("panicked", async { panic!("boom {}", 1) as Result<()> });
        tm.fork("cancelled", pending::<Result<()>>()).cancel();
        let errors = tm.join_all().await.unwrap_err();
        let errors = errors.downcast_ref::<TaskErrors>().unwrap();
        assert_eq!(
            names(errors),
            ["failed", "panicked"],
            "a cancelled task is not an error"
        );
        assert_eq!(errors[1].to_string(), "boom 1");
        let states: Vec<_> = tm.iter().map(TaskInfo::state).collect();
        use TaskState::{Cancelled, Failed, Finished, Panicked};
        assert_eq!(states, [Finished, Failed, Panicked, Cancelled]);
    });
    nothing_lives();
}

#[test]
fn rule_06_the_first_error_cancels_block_and_siblings_before_any_runs_again() {
    block_on(async {
        let log = RefCell::new(Vec::new());
        let note = |what: &str| log.borrow_mut().push(what.to_owned());
        let error = scope(async |tm| {
            let _block = NoteDrop("block", &log);
            for name in ["first", "second"] {
                tm.fork(name, async {
                    let _drop = NoteDrop(name, &log);
                    turns(1).await;
                    note("a sibling ran");
                    pending::<Result<()>>().await
                });
            }
            log.borrow_mut().clear();
            tm.fork("fails", async {
                // Ready together with the siblings, and ahead of them in the second round.
                yield_now().await;
                Err::<(), _>(anyhow!("oops"))
            });
            yield_now().await;
            yield_now().await;
            note("the block ran");
            Ok(())
        })
        .await
        .unwrap_err();
        assert_eq!(names(&error), ["fails"]);
        // The siblings were woken first, so they ran once; nobody ran after the error.
        assert_eq!(
            *log.borrow(),
            [
                "a sibling ran",
                "a sibling ran",
                "second dropped",
                "first dropped",
                "block dropped"
            ]
        );
    });
    nothing_lives();
}

#[test]
fn rule_06_a_failure_inside_fork_stops_the_block_at_its_next_suspension() {
    block_on(async {
        let after = Cell::new(false);
        let error = scope(async |tm| {
            tm.fork("fails", async { Err::<(), _>(anyhow!("oops")) });
            let never = tm.fork("runs_forever", pending::<Result<()>>());
            assert!(never.is_cancelled());
            yield_now().await;
            after.set(true);
            Ok(())
        })
        .await
        .unwrap_err();
        assert_eq!(error.first().task(), "fails");
        assert_eq!(error.first().to_string(), "oops");
        assert_eq!(error.len(), 1);
        assert!(!after.get());
    });
}

#[test]
fn rule_07_every_error_is_returned_in_the_order_in_which_it_happened() {
    block_on(async {
        for _ in 0..3 {
            let error = scope(async |tm| {
                tm.fork("drop panics", async {
                    let _bomb = PanicOnDrop("in drop");
                    pending::<Result<()>>().await
                });
                tm.fork("drop panics too", async {
                    let _bomb = PanicOnDrop("in drop, newer");
                    pending::<Result<()>>().await
                });
                tm.fork("fails", async {
                    yield_now().await;
                    Err::<(), _>(anyhow!("first"))
                });
                pending::<Result<()>>().await
            })
            .await
            .unwrap_err();
            assert_eq!(names(&error), ["fails", "drop panics too", "drop panics"]);
            assert!(error[0].place().file().ends_with("tests.rs"));
            let TaskErrorKind::Panicked {
                dropping: true,
                message,
                at,
                ..
            } = error[1].kind()
            else {
                panic!("{error}")
            };
            assert_eq!(message, "in drop, newer");
            assert!(at.as_ref().unwrap().contains("tests.rs"));
            let text = error.to_string();
            assert!(
                text.starts_with("3 tasks failed\n  1. task `main/fails`"),
                "{text}"
            );
        }
    });
    nothing_lives();
}

#[test]
fn rule_07_two_errors_of_one_step_are_both_returned() {
    block_on(async {
        let error = scope(async |tm| {
            let tolerant = ChildOptions::new().continue_on_error(true);
            tm.fork_with("one", tolerant, async {
                yield_now().await;
                Err::<(), _>(anyhow!("1"))
            });
            tm.fork("two", async {
                yield_now().await;
                Err::<(), _>(anyhow!("2"))
            });
            Ok(())
        })
        .await
        .unwrap_err();
        assert_eq!(names(&error), ["one", "two"]);
    });
}

/// Whoever cancels a task in its own poll takes nothing from what that poll returns.
#[test]
fn rule_07_an_error_on_its_way_out_is_kept_when_a_destructor_fails_a_sibling() {
    struct Calls<F: Fn()>(F);
    impl<F: Fn()> Drop for Calls<F> {
        fn drop(&mut self) {
            (self.0)();
        }
    }
    let failed = || async { Err::<(), _>(anyhow!("the destructor's")) };
    block_on(async {
        let error = scope(async |tm| {
            tm.fork("child", async move {
                yield_now().await;
                let _fails = Calls(|| drop(tm.child("sibling").try_fork(failed()).unwrap()));
                Err::<(), _>(anyhow!("its own"))
            });
            pending::<Result<()>>().await
        })
        .await
        .unwrap_err();
        assert_eq!(names(&error), ["sibling", "child"]);
        let error = scope(async |tm| {
            yield_now().await;
            let _fails = Calls(|| drop(tm.child("child").try_fork(failed()).unwrap()));
            Err::<(), _>(anyhow!("its own"))
        })
        .await
        .unwrap_err();
        assert_eq!(names(&error), ["child", "main"]);
    });
    nothing_lives();
}

#[test]
fn rule_08_an_error_of_the_block_cancels_the_children_and_is_listed_as_the_blocks() {
    block_on(async {
        let error = scope(async |tm| {
            tm.fork("child", pending::<Result<()>>());
            Err::<(), _>(anyhow!("the block's own"))
        })
        .await
        .unwrap_err();
        assert_eq!(error.len(), 1);
        assert_eq!(error.first().task(), "main");
        assert_eq!(error.first().to_string(), "the block's own");
    });
    nothing_lives();
}

#[test]
fn rule_08_a_childs_error_that_the_block_hands_on_is_listed_once() {
    block_on(async {
        let error = scope_with(ManagerOptions::new().continue_on_error(true), async |tm| {
            let child = tm.fork("child", async { Err::<(), _>(anyhow!("once")) });
            tm.fork("other", async { Err::<(), _>(anyhow!("twice")) });
            (&child).await.unwrap_err();
            tm.join_all().await
        })
        .await
        .unwrap_err();
        assert_eq!(names(&error), ["child", "other"]);
    });
}

#[test]
fn rule_09_continue_on_error_keeps_the_error_and_cancels_nobody() {
    block_on(async {
        let finished = Cell::new(0);
        let error = scope(async |tm| {
            let tolerant = ChildOptions::new().continue_on_error(true);
            tm.fork_with("tolerated", tolerant, async {
                Err::<(), _>(anyhow!("kept"))
            });
            tm.fork("sibling", async {
                turns(2).await;
                Ok(finished.set(finished.get() + 1))
            });
            turns(1).await;
            finished.set(finished.get() + 1);
            Ok(())
        })
        .await
        .unwrap_err();
        assert_eq!(finished.get(), 2);
        assert_eq!(names(&error), ["tolerated"]);
    });
}

#[test]
fn rule_10_children_are_dropped_before_the_locals_that_they_borrow() {
    block_on(async {
        let tm = TaskManager::new();
        // Three levels deep, each borrowing from the one above.
        let log: &'static RefCell<Vec<String>> = Box::leak(Box::new(RefCell::new(Vec::new())));
        let parent = tm.fork("parent", async move {
            let local = NoteDrop("parent's local", log);
            scope(async |tm| {
                tm.fork("child", async {
                    let child_local = NoteDrop("child's local", local.1);
                    scope(async |tm| {
                        tm.fork("grandchild", async {
                            let _own = NoteDrop("grandchild's local", child_local.1);
                            pending::<Result<()>>().await
                        });
                        Ok(())
                    })
                    .await?;
                    Ok(())
                });
                Ok(())
            })
            .await?;
            Ok(())
        });
        parent.cancel();
        assert!(parent.is_cancelled());
        assert_eq!(
            *log.borrow(),
            [
                "grandchild's local dropped",
                "child's local dropped",
                "parent's local dropped"
            ]
        );
        // SAFETY: nobody holds the reference any more.
        drop(unsafe { Box::from_raw(std::ptr::from_ref(log).cast_mut()) });
        tm.join_all().await.unwrap();
    });
    nothing_lives();
}

#[test]
fn rule_10_a_forgotten_scope_leaks_its_children_and_never_runs_them() {
    let ran = Rc::new(Cell::new(0));
    block_on(async {
        let counter = Rc::clone(&ran);
        let forgotten: Pin<Box<dyn Future<Output = _>>> = Box::pin(scope(async move |tm| {
            tm.fork("leaked", async move {
                loop {
                    counter.set(counter.get() + 1);
                    yield_now().await;
                }
                #[allow(unreachable_code)]
                Ok(())
            });
            pending::<Result<()>>().await
        }));
        // Forgotten as `mem::forget` would, with a way back so that the leak check stays quiet.
        let mut forgotten = std::mem::ManuallyDrop::new(forgotten);
        std::future::poll_fn(|context| {
            assert!(forgotten.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        assert_eq!(ran.get(), 1);
        turns(5).await;
        // The child was woken, and so was the scope; yet only a poll of the scope can run it.
        assert_eq!(ran.get(), 1, "a forgotten scope's child ran");
        // SAFETY: dropped once, and not used after.
        unsafe { std::mem::ManuallyDrop::drop(&mut forgotten) };
    });
    nothing_lives();
}

#[test]
fn rule_11_a_closed_manager_takes_no_tasks_and_children_may_add_siblings() {
    block_on(async {
        let tm = TaskManager::new();
        tm.scope(async |tm| {
            tm.fork("adds", async {
                tm.fork("sibling", async { Ok(1) });
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(tm.result::<i32>("sibling").unwrap(), &1);
        let late = tm.child("late").try_fork(async { Ok(()) });
        assert!(matches!(late, Err(AddError::Closed { .. })));
        let message = panic_message(catch(|| drop(tm.fork("late", async { Ok(()) }))));
        assert!(
            message.contains("cannot add `late`: the manager is closed"),
            "{message}"
        );
        assert!(!tm.contains("late"));

        let failed = TaskManager::new();
        failed.fork("fails", async { Err::<(), _>(anyhow!("no")) });
        let late = failed.child("late").try_fork(async { Ok(()) });
        let text = late.unwrap_err().to_string();
        assert!(text.contains("since task `fails` failed: no"), "{text}");
        assert!(failed.join_all().await.is_err());
    });
}

#[test]
fn rule_12_the_joins_and_cancel_all() {
    block_on(async {
        scope(async |tm| {
            assert_eq!(tm.join_next().await, None, "at once with no tasks");
            assert_eq!(tm.join_any().await, None);
            tm.fork("quick", async { Ok(()) });
            assert_eq!(tm.join_next().await, None, "all have finished");
            assert_eq!(tm.join_any().await, Some("quick"), "at once if one has");
            tm.fork("three", async { Ok(turns(3).await) });
            tm.fork("two", async { Ok(turns(2).await) });
            assert_eq!(tm.join_next().await, Some("two"));
            assert_eq!(tm.join_next().await, Some("three"));
            assert_eq!(tm.join_next().await, None);
            tm.fork("forever", pending::<Result<()>>());
            tm.fork("forever too", pending::<Result<()>>());
            tm.cancel_all();
            tm.join_all().await?;
            assert!(tm["forever"].is_cancelled() && tm["forever too"].is_cancelled());
            assert_eq!(tm.join_next().await, None, "all have finished");
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn rule_12_a_join_is_polled_when_it_can_go_on_and_not_for_every_child() {
    /// Polls of `COUNT` tasks that each wait for `COUNT` others which end one by one.
    fn polls<'a>(wait: impl AsyncFn(&TaskManager) -> Result<()> + Copy + 'a) -> usize {
        block_on(async {
            let polls = Cell::new(0);
            let others = TaskManager::new();
            for other in 0..COUNT {
                others.fork(format!("{other}"), turns_ok(other));
            }
            scope(async |tm| {
                for waiting in 0..COUNT {
                    let (polls, others) = (&polls, &others);
                    tm.fork(format!("{waiting}"), async move {
                        let mut join = std::pin::pin!(wait(others));
                        std::future::poll_fn(|context| {
                            polls.set(polls.get() + 1);
                            join.as_mut().poll(context)
                        })
                        .await
                    });
                }
                Ok(())
            })
            .await
            .unwrap();
            polls.get()
        })
    }
    const COUNT: usize = 30;
    let all = polls(async |others| others.join_all().await);
    // Woken once; those behind the first may find that nothing is left to wait for.
    assert_eq!(all, 2 * COUNT);
    let next = polls(async |others| {
        while others.join_next().await.is_some() {}
        Ok(())
    });
    assert!(next <= COUNT * (COUNT + 1), "{next}");
    nothing_lives();
}

#[test]
fn rule_13_on_exit_runs_after_the_last_child_in_reverse_order() {
    block_on(async {
        let log = RefCell::new(Vec::new());
        let note = |what: &str| log.borrow_mut().push(what.to_owned());
        let run = async |fails: bool, cancels: bool| {
            log.borrow_mut().clear();
            let outcome = scope(async |tm| {
                tm.on_exit(async { note("exit 1") });
                tm.on_exit(async {
                    yield_now().await;
                    note("exit 2");
                });
                tm.fork("child", async {
                    let _drop = NoteDrop("child", &log);
                    turns(2).await;
                    if fails { Err(anyhow!("no")) } else { Ok(()) }
                });
                if cancels {
                    tm.cancel_all();
                }
                Ok(())
            })
            .await;
            assert_eq!(outcome.is_err(), fails);
            assert_eq!(*log.borrow(), ["child dropped", "exit 2", "exit 1"]);
        };
        run(false, false).await;
        run(true, false).await;
        run(false, true).await;
    });
}

#[test]
fn rule_13_on_exit_of_an_owned_manager_runs_in_join_all() {
    block_on(async {
        let ran = Rc::new(Cell::new(false));
        let tm = TaskManager::new();
        let flag = Rc::clone(&ran);
        tm.fork("child", turns_ok(1));
        tm.on_exit(async move { flag.set(true) });
        tm.on_exit(async { Err::<(), _>(anyhow!("clean-up failed")) });
        let error = tm.join_all().await.unwrap_err();
        assert!(error.to_string().contains("clean-up failed"), "{error}");
        assert!(ran.get());
    });
}

async fn turns_ok(count: usize) -> Result<()> {
    turns(count).await;
    Ok(())
}

#[test]
fn rule_13_a_time_limit_bounds_on_exit_and_a_dropped_scope_runs_none() {
    block_on(async {
        // The scheduler lends a timer; here a count of turns stands for time.
        executor().exit_timer.set(Some(|_| Box::pin(turns(3))));
        let error = scope(async |tm| {
            tm.on_exit(pending::<()>());
            Ok(())
        })
        .await
        .unwrap_err();
        executor().exit_timer.set(None);
        assert!(
            error.to_string().contains("did not end within its limit"),
            "{error}"
        );

        let ran = Cell::new(false);
        {
            let mut dropped = std::pin::pin!(scope(async |tm| {
                tm.on_exit(async { ran.set(true) });
                pending::<Result<()>>().await
            }));
            std::future::poll_fn(|context| {
                assert!(dropped.as_mut().poll(context).is_pending());
                Poll::Ready(())
            })
            .await;
        }
        turns(3).await;
        assert!(!ran.get());
    });
    nothing_lives();
}

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

#[test]
fn rule_16_the_tree_shows_name_place_and_what_is_awaited() {
    block_on(async {
        scope(async |tm| {
            let slow = tm.fork("slow", async { Ok(turns(4).await) });
            tm.fork("outer", async move {
                scope(async |tm| {
                    let slow = slow.clone();
                    tm.fork("inner", async move { Ok((&slow).await?) });
                    Ok(())
                })
                .await?;
                Ok(())
            });
            let text = tree(&executor(), &[]);
            let lines: Vec<_> = text.lines().collect();
            assert!(lines[0].starts_with("main (forked at ") && lines[0].contains("is running"));
            assert!(
                lines[1].starts_with("  slow (forked at src/task/tests.rs:"),
                "{text}"
            );
            assert!(lines[1].ends_with("awaits its next turn"), "{text}");
            assert!(lines[2].starts_with("  outer ("), "{text}");
            assert!(lines[2].ends_with("awaits its tasks"), "{text}");
            assert!(lines[3].starts_with("    inner ("), "{text}");
            assert!(
                lines[3].contains("awaits the end of a task (src/task"),
                "{text}"
            );
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn rule_16_another_thread_can_print_an_outline() {
    block_on(async {
        scope(async |tm| {
            tm.fork("stuck", async {
                let directory = std::sync::Arc::clone(&executor().directory);
                let text = std::thread::spawn(move || directory.outline())
                    .join()
                    .unwrap();
                assert!(text.contains("  stuck (src/task/tests.rs:"), "{text}");
                assert!(text.contains("<- running"), "{text}");
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap();
    });
}

fn test_of(body: impl Future<Output = Result<()>> + 'static) -> Result<(), TaskErrors> {
    block_on(run_test(
        "test".into(),
        std::panic::Location::caller(),
        body,
    ))
}

#[test]
fn rule_17_a_failure_of_a_spawned_task_fails_the_test_at_once() {
    let reached = Rc::new(Cell::new(false));
    let flag = Rc::clone(&reached);
    let error = test_of(async move {
        spawn_named("background", async {
            yield_now().await;
            Err::<(), _>(anyhow!("broken"))
        });
        turns(5).await;
        flag.set(true);
        Ok(())
    })
    .unwrap_err();
    assert!(!reached.get());
    assert_eq!(error.first().path(), "test/background");
    nothing_lives();
}

#[test]
fn rule_17_what_still_runs_when_the_test_returns_is_cancelled_newest_first() {
    let log: Rc<RefCell<Vec<u8>>> = Rc::default();
    let shared = Rc::clone(&log);
    test_of(async move {
        for number in 1..=3 {
            let note = scopeguard(Rc::clone(&shared), number);
            spawn(async move {
                let _note = note;
                pending::<Result<()>>().await
            });
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(*log.borrow(), [3, 2, 1]);
    nothing_lives();
}

fn scopeguard(log: Rc<RefCell<Vec<u8>>>, number: u8) -> impl Drop {
    struct Push(Rc<RefCell<Vec<u8>>>, u8);
    impl Drop for Push {
        fn drop(&mut self) {
            self.0.borrow_mut().push(self.1);
        }
    }
    Push(log, number)
}

#[test]
fn rule_17_spawning_without_a_test_panics() {
    let message = panic_message(catch(|| drop(spawn(async { Ok(()) }))));
    assert!(message.contains("no test runs"), "{message}");
}

#[test]
fn rule_18_an_error_that_nobody_collects_fails_the_test() {
    let error = test_of(async {
        let tm = TaskManager::new();
        tm.fork("unseen", async { Err::<(), _>(anyhow!("lost?")) });
        drop(tm);
        Ok(())
    })
    .unwrap_err();
    assert_eq!(names(&error), ["unseen"]);
    assert!(error.first().place().file().ends_with("tests.rs"));
    nothing_lives();
}

#[test]
fn rule_18_a_collected_error_is_not_reported_again() {
    test_of(async {
        let tm = TaskManager::new();
        tm.fork("seen", async { Err::<(), _>(anyhow!("known")) });
        assert!(tm.join_all().await.is_err());
        Ok(())
    })
    .unwrap();
    nothing_lives();
}

#[test]
fn an_owned_manager_cancels_its_tasks_when_it_is_dropped() {
    block_on(async {
        let log: Rc<RefCell<Vec<u8>>> = Rc::default();
        let tm = TaskManager::new();
        for number in 1..=2 {
            let note = scopeguard(Rc::clone(&log), number);
            tm.fork(format!("{number}"), async move {
                let _note = note;
                pending::<Result<()>>().await
            });
        }
        drop(tm);
        assert_eq!(*log.borrow(), [2, 1]);
    });
    nothing_lives();
}

#[test]
fn children_may_borrow_mutably_and_the_scope_gives_its_value() {
    block_on(async {
        let mut total = 0;
        let text = String::from("abc");
        let value = scope(async |tm| {
            tm.fork("adds", async {
                total += text.len();
                yield_now().await;
                total += 1;
                Ok(())
            });
            Ok("value")
        })
        .await
        .unwrap();
        assert_eq!((total, value), (4, "value"));
    });
}

#[test]
fn a_task_cancelled_from_outside_of_its_scope_is_dropped_before_the_scope_runs_on() {
    block_on(async {
        let handle: RefCell<Option<Task<()>>> = RefCell::default();
        let ran = Cell::new(0);
        scope(async |tm| {
            tm.fork("scope's owner", async {
                scope(async |tm| {
                    let child = tm.fork("child", async {
                        loop {
                            ran.set(ran.get() + 1);
                            yield_now().await;
                        }
                    });
                    *handle.borrow_mut() = Some(child);
                    Ok(())
                })
                .await?;
                Ok(())
            });
            let child = handle.borrow_mut().take().unwrap();
            assert_eq!(ran.get(), 1);
            child.cancel();
            turns(3).await;
            assert!(child.is_cancelled());
            assert_eq!(ran.get(), 1);
            Ok(())
        })
        .await
        .unwrap();
    });
    nothing_lives();
}

#[test]
fn a_hundred_thousand_scopes_and_forks_leave_no_node_and_no_set() {
    block_on(async {
        for round in 0..10_000 {
            scope(async |tm| {
                for child in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
                    tm.fork(child, async move {
                        if round % 2 == 0 {
                            yield_now().await;
                        }
                        Ok(())
                    });
                }
                Ok(())
            })
            .await
            .unwrap();
        }
        let (nodes, sets) = executor().capacity();
        assert!(nodes < 20 && sets < 5, "{nodes} nodes, {sets} sets");
    });
}

async fn note_end(
    order: &RefCell<Vec<&'static str>>,
    name: &'static str,
    task: Task<()>,
) -> Result<()> {
    (&task).await.ok();
    order.borrow_mut().push(name);
    Ok(())
}

#[test]
fn rule_20_awaiters_of_a_task_are_served_in_order_whatever_else_wakes_them() {
    let order = RefCell::new(Vec::new());
    block_on(scope(async |tm| {
        // It starts when both await its end, and when the scope of the second is ready already.
        let awaited = tm.start_soon("awaited", turns_ok(8));
        let (order, second) = (&order, awaited.clone());
        tm.fork("first", note_end(order, "first", awaited));
        tm.fork("second", async move {
            scope(async |tm| {
                tm.fork("unrelated", turns_ok(2));
                note_end(order, "second", second).await
            })
            .await?;
            Ok(())
        });
        Ok(())
    }))
    .unwrap();
    assert_eq!(*order.borrow(), ["first", "second"]);
    nothing_lives();
}

#[test]
fn rule_20_who_joins_all_is_served_in_order_whatever_ends_before() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let note = Rc::clone(&order);
    test_of(async move {
        let tm = Rc::new(TaskManager::new());
        tm.start_soon("ends early", turns_ok(1));
        tm.start_soon("ends late", turns_ok(8));
        let joins = |name: &'static str| {
            let (tm, note) = (Rc::clone(&tm), Rc::clone(&note));
            async move {
                tm.join_all().await?;
                note.borrow_mut().push(name);
                Ok(())
            }
        };
        scope(async |others| {
            others.fork("first", joins("first"));
            others.fork("second", async {
                scope(async |inner| {
                    inner.fork("unrelated", turns_ok(3));
                    joins("second").await
                })
                .await?;
                Ok(())
            });
            Ok(())
        })
        .await?;
        Ok(())
    })
    .unwrap();
    assert_eq!(*order.borrow(), ["first", "second"]);
    nothing_lives();
}
