//! Rules 17 and 18: the test as a manager, and errors that nobody collects.

use super::*;

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
    assert!(error.first().place().file().ends_with("test.rs"));
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
