//! Rule 19: tasks in the background, which nobody waits for.

use std::panic::Location;

use super::*;
use crate::bail;

type Log = RefCell<Vec<String>>;

/// Has no end, and notes when it is dropped.
async fn runs_on(name: &'static str, log: &Log) -> Result<()> {
    let _note = NoteDrop(name, log);
    pending().await
}

fn note(log: &Log, what: &str) {
    log.borrow_mut().push(what.to_owned());
}

#[test]
fn rule_19_they_are_cancelled_newest_first_when_the_rest_has_ended_and_then_on_exit_runs() {
    let log = Log::default();
    block_on(scope(async |tm| {
        tm.on_exit(async { note(&log, "on_exit") });
        tm.background("first", runs_on("first", &log));
        tm.fork("work", async {
            turns(5).await;
            Ok(note(&log, "work ends"))
        });
        tm.background("second", runs_on("second", &log));
        turns(2).await;
        note(&log, "block ends");
        Ok(())
    }))
    .unwrap();
    let order = [
        "block ends",
        "work ends",
        "second dropped",
        "first dropped",
        "on_exit",
    ];
    assert_eq!(log.take(), order);
    nothing_lives();
}

#[test]
fn rule_19_the_block_is_waited_for_too() {
    let log = Log::default();
    block_on(scope(async |tm| {
        tm.background("monitor", runs_on("monitor", &log));
        tm.fork("work", async { Ok(()) });
        turns(5).await;
        Ok(note(&log, "block ends"))
    }))
    .unwrap();
    assert_eq!(log.take(), ["block ends", "monitor dropped"]);
    nothing_lives();
}

#[test]
fn rule_19_it_is_a_task_of_the_map_as_any_other() {
    block_on(async {
        let tm = TaskManager::new();
        let value = tm
            .scope(async |tm| {
                let monitor = tm.background("monitor", pending());
                let done = tm.background("done", async { Ok(()) });
                assert_eq!(tm["monitor"].state(), TaskState::Running);
                assert!(tm["monitor"].is_background());
                assert_eq!(monitor.name(), "monitor");
                done.await?;
                let again = tm.child("monitor").try_fork(async { Ok(()) });
                assert!(matches!(again, Err(AddError::NameTaken { .. })));
                tm.fork("work", async { Ok(()) });
                assert!(!tm["work"].is_background());
                Ok(7)
            })
            .await
            .unwrap();
        assert_eq!(value, 7);
        assert_eq!(tm.len(), 3);
        assert_eq!(tm.names().collect::<Vec<_>>(), ["monitor", "done", "work"]);
        assert!(tm["monitor"].is_cancelled());
        assert!(tm["done"].is_finished());
    });
    nothing_lives();
}

#[test]
fn rule_19_its_error_cancels_the_block_and_the_others() {
    let log = Log::default();
    let errors = block_on(scope(async |tm| {
        tm.fork("work", runs_on("work", &log));
        tm.background("monitor", async {
            turns(2).await;
            bail!("mismatch")
        });
        tm.background("driver", runs_on("driver", &log));
        let _block = NoteDrop("block", &log);
        pending::<Result<()>>().await
    }))
    .unwrap_err();
    assert_eq!(names(&errors), ["monitor"]);
    assert_eq!(errors.first().to_string(), "mismatch");
    assert_eq!(
        log.take(),
        ["driver dropped", "work dropped", "block dropped"]
    );
    nothing_lives();
}

#[test]
fn rule_19_a_panic_while_it_is_cancelled_is_the_scopes_error() {
    let log = Log::default();
    let errors = block_on(scope(async |tm| {
        tm.background("older", runs_on("older", &log));
        tm.background("monitor", async {
            let _panics = PanicOnDrop("at the end");
            pending().await
        });
        Ok(())
    }))
    .unwrap_err();
    assert_eq!(names(&errors), ["monitor"]);
    assert!(errors.to_string().contains("at the end"), "{errors}");
    assert_eq!(log.take(), ["older dropped"]);
    nothing_lives();
}

#[test]
fn rule_19_what_is_ready_when_the_rest_ends_still_runs() {
    let event = crate::sync::Event::new();
    let errors = block_on(scope(async |tm| {
        tm.fork("work", async { Ok(event.wait().await) });
        tm.background("monitor", async {
            event.wait().await;
            bail!("seen at the last moment")
        });
        yield_now().await;
        event.set();
        Ok(())
    }))
    .unwrap_err();
    assert_eq!(names(&errors), ["monitor"]);
    nothing_lives();
}

#[test]
fn rule_19_joins_pass_it_over() {
    block_on(async {
        scope(async |tm| {
            tm.background("monitor", pending());
            assert_eq!(tm.join_next().await, None);
            assert_eq!(tm.join_any().await, None);
            tm.join_all().await?;
            tm.background("short", async {
                turns(2).await;
                Ok(())
            });
            tm.fork("work", async {
                turns(5).await;
                Ok(())
            });
            assert_eq!(tm.join_next().await, Some("work"));
            assert!(tm["short"].is_finished());
            assert_eq!(tm.join_next().await, None);
            assert_eq!(tm.join_any().await, Some("work"));
            tm.join_all().await?;
            assert!(!tm["monitor"].has_ended());
            Ok(())
        })
        .await
        .unwrap();
    });
    nothing_lives();
}

#[test]
fn rule_19_cancel_all_cancels_it_and_it_adds_siblings_until_the_end() {
    let log = Log::default();
    block_on(scope(async |tm| {
        tm.background("monitor", runs_on("monitor", &log));
        tm.cancel_all();
        assert!(tm["monitor"].is_cancelled());
        tm.background("driver", async {
            tm.fork("late", async {
                turns(3).await;
                Ok(note(&log, "late ends"))
            });
            runs_on("driver", &log).await
        });
        Ok(())
    }))
    .unwrap();
    assert_eq!(
        log.take(),
        ["monitor dropped", "late ends", "driver dropped"]
    );
    nothing_lives();
}

#[test]
fn rule_19_nothing_is_added_while_they_are_cancelled() {
    struct Adds<'a>(Box<dyn Fn() -> bool + 'a>, &'a Cell<Option<bool>>);
    impl Drop for Adds<'_> {
        fn drop(&mut self) {
            self.1.set(Some((self.0)()));
        }
    }
    let refused = Cell::new(None);
    block_on(scope(async |tm| {
        let adds = Adds(
            Box::new(|| {
                let late = tm.child("late").try_fork(async { Ok(()) });
                matches!(late, Err(AddError::Closed { .. }))
            }),
            &refused,
        );
        tm.background("monitor", async move {
            let _adds = adds;
            pending().await
        });
        Ok(())
    }))
    .unwrap();
    assert_eq!(refused.get(), Some(true));
    nothing_lives();
}

#[test]
fn rule_19_join_all_of_an_owned_manager_cancels_them_newest_first() {
    block_on(async {
        let log = Rc::new(Log::default());
        let tm = TaskManager::new();
        let add = |name: &'static str| {
            let log = Rc::clone(&log);
            tm.background(name, async move { runs_on(name, &log).await });
        };
        add("first");
        let own = Rc::clone(&log);
        tm.fork("work", async move {
            turns(3).await;
            Ok(note(&own, "work ends"))
        });
        let own = Rc::clone(&log);
        tm.on_exit(async move { note(&own, "on_exit") });
        add("second");
        tm.join_all().await.unwrap();
        let order = ["work ends", "second dropped", "first dropped", "on_exit"];
        assert_eq!(log.take(), order);
        assert!(tm["first"].is_cancelled());
    });
    nothing_lives();
}

#[test]
fn rule_19_errors_of_an_owned_managers_background_are_its_own() {
    block_on(async {
        let tm = TaskManager::new();
        tm.background("monitor", async {
            turns(2).await;
            bail!("mismatch")
        });
        let work = tm.fork("work", pending::<Result<()>>());
        let errors = tm.join_all().await.unwrap_err();
        assert!(errors.to_string().contains("mismatch"), "{errors:?}");
        assert!(work.is_cancelled());
    });
    nothing_lives();
}

#[test]
fn rule_19_one_that_joins_its_own_manager_ends_with_it() {
    block_on(async {
        let tm = Rc::new(TaskManager::new());
        let own = Rc::clone(&tm);
        tm.background("joiner", async move {
            own.join_all().await?;
            pending().await
        });
        yield_now().await;
        assert!(tm["joiner"].is_cancelled());
    });
    nothing_lives();
}

#[test]
fn rule_19_while_a_scope_of_the_manager_is_open_its_background_lives() {
    block_on(async {
        let tm = Rc::new(TaskManager::new());
        let outer = Rc::clone(&tm);
        let joined = spawn_root(async move {
            yield_now().await;
            outer.join_all().await?;
            assert!(!outer["monitor"].has_ended());
            Ok(())
        });
        tm.scope(async |tm| {
            tm.background("monitor", pending());
            joined.await?;
            assert!(!tm["monitor"].has_ended());
            Ok(())
        })
        .await
        .unwrap();
        assert!(tm["monitor"].is_cancelled());
    });
    nothing_lives();
}

#[test]
fn rule_19_a_background_task_of_the_test_ends_with_it_and_may_fail_it() {
    let log = Rc::new(Log::default());
    let own = Rc::clone(&log);
    let test = run_test("test".into(), Location::caller(), async move {
        let other = Rc::clone(&own);
        background("first", async move { runs_on("first", &other).await });
        let task = background("second", async move { runs_on("second", &own).await });
        assert!(task.is_background());
        assert_eq!(task.name(), "second");
        turns(2).await;
        Ok(())
    });
    block_on(test).unwrap();
    assert_eq!(log.take(), ["second dropped", "first dropped"]);

    let test = run_test("test".into(), Location::caller(), async {
        background("monitor", async {
            turns(2).await;
            bail!("mismatch")
        });
        pending().await
    });
    let errors = block_on(test).unwrap_err();
    assert_eq!(errors.first().path(), "test/monitor");
    nothing_lives();
}

/// Each form is written as it is in a testbench: none says what it would return.
#[test]
fn rule_19_a_block_needs_no_annotation() {
    block_on(async {
        let fails = || -> Result<()> { bail!("checked") };
        let errors = scope(async |tm| {
            tm.background("loop", async {
                loop {
                    yield_now().await;
                }
            });
            tm.background("block with ?", async {
                "1".parse::<u8>()?;
                Ok(())
            });
            tm.background("loop with ?", async {
                loop {
                    turns(3).await;
                    fails()?;
                }
            });
            pending::<Result<()>>().await
        })
        .await
        .unwrap_err();
        assert_eq!(names(&errors), ["loop with ?"]);
        // Those that are waited for tell it, but for one without `?`.
        scope(async |tm| {
            let told = tm.fork::<Result<()>, _>("told", async {
                loop {
                    turns(1).await;
                    "1".parse::<u8>()?;
                }
            });
            let added: Task<()> = tm.add("loop", async {
                loop {
                    yield_now().await;
                }
            });
            tm.add("no result", async {
                yield_now().await;
            });
            turns(3).await;
            told.cancel();
            added.cancel();
            Ok(())
        })
        .await
        .unwrap();
        let tm = TaskManager::new();
        tm.background("loop", async move {
            loop {
                yield_now().await;
            }
        });
        tm.join_all().await.unwrap();
    });
    nothing_lives();
}
