//! User code in `Drop`: it forks, cancels, spawns and panics.

use super::*;

#[test]
fn drop_code_may_fork_cancel_and_spawn() {
    test_of(async {
        let log = RefCell::new(Vec::new());
        let note = |what: &str| log.borrow_mut().push(what.to_owned());
        let outcome = scope(async |tm| {
            let victim = tm.fork("victim", async {
                let _note = OnDrop(|| note("victim"));
                pending::<Result<()>>().await
            });
            let meddler = tm.fork("meddler", async {
                let _meddle = OnDrop(|| {
                    note("meddler");
                    tm["meddler"].cancel();
                    tm["victim"].cancel();
                    tm.fork("heir", async {
                        let _note = OnDrop(|| note("heir"));
                        pending::<Result<()>>().await
                    });
                    spawn(async { Ok(()) });
                    tm.cancel_all();
                    note("meddled");
                });
                pending::<Result<()>>().await
            });
            meddler.cancel();
            assert!(meddler.is_cancelled() && victim.is_cancelled());
            assert!(tm["heir"].is_cancelled());
            tm.join_all().await
        })
        .await;
        assert_eq!(*log.borrow(), ["meddler", "victim", "heir", "meddled"]);
        Ok(outcome?)
    })
    .unwrap();
    nothing_lives();
}

#[test]
fn drop_code_that_forks_into_an_ending_scope_is_an_error_and_starts_nothing() {
    let errors = test_of(async {
        let started = Cell::new(false);
        {
            let mut dropped = Box::pin(scope(async |tm| {
                tm.fork("forks late", async {
                    let _late = OnDrop(|| {
                        tm.fork("late", async {
                            started.set(true);
                            Ok(())
                        });
                    });
                    pending::<Result<()>>().await
                });
                pending::<Result<()>>().await
            }));
            let poll = poll_fn(|context| Poll::Ready(dropped.as_mut().poll(context)));
            assert!(poll.await.is_pending());
        }
        assert!(!started.get());
        Ok(())
    })
    .unwrap_err();
    let text = panic_text(&errors);
    assert!(
        text.contains("cannot add `late`: the manager is closed"),
        "{text}"
    );
    nothing_lives();
}

#[test]
fn a_task_cancelled_by_what_it_runs_inside_of_ends_after_all_of_that() {
    block_on(async {
        let log = RefCell::new(Vec::new());
        scope(async |tm| {
            tm.start_soon("outer", async {
                let _note = OnDrop(|| log.borrow_mut().push("outer"));
                scope(async |inner| {
                    inner.fork("inner", async {
                        let _note = OnDrop(|| log.borrow_mut().push("inner"));
                        scope(async |innermost| {
                            innermost.fork("cancels", async {
                                let _note = OnDrop(|| log.borrow_mut().push("cancels"));
                                tm["outer"].cancel();
                                tm.cancel_all();
                                inner.cancel_all();
                                assert!(!tm["outer"].has_ended());
                                pending::<Result<()>>().await
                            });
                            pending::<Result<()>>().await
                        })
                        .await?;
                        Ok(())
                    });
                    pending::<Result<()>>().await
                })
                .await?;
                Ok(())
            });
            tm.join_all().await
        })
        .await
        .unwrap();
        assert_eq!(*log.borrow(), ["cancels", "inner", "outer"]);
    });
    nothing_lives();
}

struct PanicsInDrop(&'static str);

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

#[test]
fn values_that_panic_in_drop_are_errors_of_their_tasks_and_stop_nobody() {
    let reached = Rc::new(Cell::new(false));
    let flag = Rc::clone(&reached);
    let errors = test_of(async move {
        spawn_named("unwanted", async {
            yield_now().await;
            Ok(PanicsInDrop("first"))
        });
        let tm = TaskManager::new();
        tm.fork("kept", async { Ok(PanicsInDrop("second")) });
        tm.fork("kept too", async { Ok(PanicsInDrop("third")) });
        drop(tm); // one panic while another one unwinds would end the process
        turns(3).await;
        flag.set(true);
        Ok(())
    })
    .unwrap_err();
    assert!(reached.get());
    let mut names: Vec<_> = errors.iter().map(TaskError::task).collect();
    names.sort_unstable();
    assert_eq!(names, ["kept", "kept too", "unwanted"]);
    let text = panic_text(&errors);
    assert!(
        text.contains("panicked while being dropped: first"),
        "{text}"
    );
    nothing_lives();
}

#[test]
fn a_value_that_meddles_in_drop_finds_the_manager_in_order() {
    test_of(async {
        let tm = Rc::new(TaskManager::new());
        let inner = Rc::clone(&tm);
        let task = tm.fork("value", async move {
            yield_now().await;
            let value = OnDrop(move || {
                inner.fork("from drop", async { Ok(()) });
                inner.cancel_all();
            });
            Ok(value)
        });
        drop(task.await?);
        assert!(tm["from drop"].is_finished());
        tm.join_all().await
    })
    .unwrap();
    nothing_lives();
}

#[test]
fn a_panic_while_another_unwinds_keeps_both_places() {
    let lines = Rc::new((Cell::new(0), Cell::new(0)));
    let noted = Rc::clone(&lines);
    let errors = test_of(async move {
        let (outer_line, inner_line) = &*noted;
        scope(async |tm| {
            tm.fork("unwinds", async {
                let mut scoped = Box::pin(scope(async |tm| {
                    tm.fork("panics in drop", async {
                        inner_line.set(line!() + 1);
                        let _panic = OnDrop(|| panic!("inner"));
                        pending::<Result<()>>().await
                    });
                    pending::<Result<()>>().await
                }));
                poll_fn(|context| Poll::Ready(scoped.as_mut().poll(context).is_pending())).await;
                outer_line.set(line!() + 1);
                panic!("outer");
                #[expect(unreachable_code, reason = "gives the block its type")]
                Ok(())
            });
            Ok(())
        })
        .await?;
        Ok(())
    })
    .unwrap_err();
    let places: Vec<(String, String)> = errors
        .iter()
        .flat_map(|error| {
            match error
                .cause()
                .and_then(|cause| cause.downcast_ref::<TaskErrors>())
            {
                Some(inner) => inner.iter().cloned().collect(),
                None => vec![error.clone()],
            }
        })
        .map(|error| match error.kind() {
            TaskErrorKind::Panicked { message, at, .. } => {
                (message.clone(), at.clone().unwrap_or_default())
            }
            _ => panic!("{error}"),
        })
        .collect();
    for (message, line) in [("outer", lines.0.get()), ("inner", lines.1.get())] {
        let place = places
            .iter()
            .find(|(text, _)| text == message)
            .map(|(_, at)| at);
        let expected = format!("src/task/hazards/drops.rs:{line}:");
        assert!(
            place.is_some_and(|at| at.starts_with(&expected)),
            "{message} {line}: {places:?}"
        );
    }
    nothing_lives();
}

#[test]
fn two_panics_at_once_which_end_the_process_are_reported_before() {
    const CHILD: &str = "VERIFORK_TEST_TWO_PANICS";
    if std::env::var_os(CHILD).is_some() {
        let _ = catch(|| {
            let _second = OnDrop(|| panic!("the second"));
            panic!("the first");
        });
        unreachable!("the process has ended");
    }
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["two_panics_at_once_which_end_the_process", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(!child.status.success());
    let text = String::from_utf8_lossy(&child.stderr);
    for panic in ["the first", "the second"] {
        let place = format!("{panic} (at src/task/hazards/drops.rs:");
        assert!(text.contains(&place), "{text}");
    }
}

#[test]
fn the_last_owner_of_a_manager_may_be_a_task_of_it_and_its_error_is_not_lost() {
    let errors = test_of(async {
        let tm = Rc::new(TaskManager::new());
        let own = Rc::clone(&tm);
        tm.fork("owner", async move {
            turns(2).await;
            drop(own);
            Err::<(), _>(anyhow!("after the manager"))
        });
        drop(tm);
        turns(5).await;
        Ok(())
    })
    .unwrap_err();
    assert_eq!(errors.first().to_string(), "after the manager");
    nothing_lives();
}
