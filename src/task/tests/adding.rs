//! Rules 1, 2 and 11: names, when a child starts, and when a manager is closed.

use super::*;

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
            at.as_ref().unwrap().contains("adding.rs"),
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
