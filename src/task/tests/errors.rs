//! Rules 6 to 9: errors, and what they cancel.

use super::*;

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
            assert!(error[0].place().file().ends_with("errors.rs"));
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
            assert!(at.as_ref().unwrap().contains("task/tests.rs"));
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
