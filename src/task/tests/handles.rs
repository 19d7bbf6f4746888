//! Rules 3, 4 and 5: handles, the map, and how tasks end.

use super::*;

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
fn rule_04_a_missing_name_is_reported_with_the_names_that_exist() {
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
