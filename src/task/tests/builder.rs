//! `child("name")`: options on one axis, the way to start on the other.

use super::*;

#[test]
fn rule_02_a_built_child_starts_when_its_method_says() {
    let order = RefCell::new(Vec::new());
    let note = |what: &'static str| order.borrow_mut().push(what);
    block_on(scope(async |tm| {
        let later = tm.child("later").start_soon(async { Ok(note("later")) });
        tm.child("now").fork(async { Ok(note("now")) });
        note("after fork");
        tm.child("adopted").add(later);
        tm.child("start")
            .start(async {
                note("start");
                turns(4).await;
                Ok(())
            })
            .await;
        Ok(note("after start"))
    }))
    .unwrap();
    let expected = ["now", "after fork", "later", "start", "after start"];
    assert_eq!(*order.borrow(), expected);
    nothing_lives();
}

#[test]
fn rule_01_the_try_forms_return_what_the_others_panic_with_and_start_nothing() {
    let started = Cell::new(0);
    let counts = || async { Ok(started.set(started.get() + 1)) };
    block_on(async {
        let tm = TaskManager::new();
        tm.scope(async |tm| {
            tm.child("twin").fork(counts()).await?;
            let name_taken = |error: AddError| matches!(error, AddError::NameTaken { .. });
            assert!(name_taken(tm.child("twin").try_fork(counts()).unwrap_err()));
            assert!(name_taken(tm.child("twin").try_add(counts()).unwrap_err()));
            let background = tm.child("twin").background();
            assert!(name_taken(background.try_start_soon(counts()).unwrap_err()));
            Ok(())
        })
        .await
        .unwrap();
        let closed = tm.child("late").try_fork(async { Ok(()) }).unwrap_err();
        assert!(matches!(closed, AddError::Closed { .. }), "{closed}");
    });
    assert_eq!(started.get(), 1);
    nothing_lives();
}

#[test]
fn rule_09_a_built_child_says_what_its_error_does() {
    block_on(async {
        let options = ManagerOptions::new().continue_on_error(true);
        let errors = scope_with(options, async |tm| {
            tm.fork("tolerated", async { Err::<(), _>(anyhow!("one")) });
            let kept = tm.fork("kept", pending::<Result<()>>());
            tm.child("strict")
                .cancel_on_error()
                .fork(async { Err::<(), _>(anyhow!("two")) });
            assert!(kept.is_cancelled());
            Ok(())
        });
        assert_eq!(names(&errors.await.unwrap_err()), ["tolerated", "strict"]);
        let errors = scope(async |tm| {
            tm.child("tolerated")
                .continue_on_error()
                .fork(async { Err::<(), _>(anyhow!("one")) });
            assert_eq!(tm.fork("goes on", async { Ok(1) }).await?, 1);
            Ok(())
        });
        assert_eq!(names(&errors.await.unwrap_err()), ["tolerated"]);
    });
    nothing_lives();
}

#[test]
fn rule_19_a_built_background_child_compiles_as_one_writes_it() {
    let outcome = test_of(async {
        let tm = TaskManager::new();
        tm.child("of a value").background().fork(async {
            loop {
                pending::<()>().await;
            }
        });
        child("of the test")
            .continue_on_error()
            .background()
            .fork(async {
                loop {
                    pending::<()>().await;
                    "1".parse::<u8>()?;
                }
            });
        scope(async |tm| {
            let monitor = tm.child("monitor").background().start_soon(async {
                loop {
                    yield_now().await;
                }
            });
            assert!(monitor.is_background() && tm["monitor"].is_background());
            turns(2).await;
            Ok(())
        })
        .await?;
        tm.join_all().await?;
        Ok(())
    });
    outcome.unwrap();
    nothing_lives();
}

#[test]
fn rule_17_a_built_child_of_the_test_may_be_tolerated_and_fails_the_test_at_its_end() {
    let went_on = Rc::new(Cell::new(false));
    let seen = Rc::clone(&went_on);
    let errors = test_of(async move {
        let task = child("broken")
            .continue_on_error()
            .fork(async { Err::<(), _>(anyhow!("kept")) });
        assert!(task.place().file().ends_with("builder.rs"));
        yield_now().await;
        seen.set(true);
        Ok(())
    })
    .unwrap_err();
    assert!(went_on.get());
    assert_eq!(errors.first().to_string(), "kept");
}
