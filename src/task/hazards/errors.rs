//! Users' errors, whose own code runs when they are shown, asked for their cause, or dropped.

use std::fmt;

use super::*;

thread_local! {
    /// What a `Meddler` does when it is shown.
    static ON_SHOW: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
    /// A scope's future that its manager's error drops.
    static KEPT: RefCell<Option<Boxed<'static, ()>>> = const { RefCell::new(None) };
}

/// An error that runs a closure whenever it is shown.
struct Meddler;

fn meddle() {
    if let Some(mut action) = ON_SHOW.take() {
        action();
        ON_SHOW.set(Some(action));
    }
}

impl fmt::Display for Meddler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        meddle();
        f.write_str("meddler")
    }
}

impl fmt::Debug for Meddler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        meddle();
        f.write_str("Meddler")
    }
}

impl std::error::Error for Meddler {}

#[test]
fn an_error_shown_for_a_closed_manager_may_drop_that_managers_scope() {
    let dropped = Rc::new(RefCell::new(Vec::new()));
    let tm = Rc::new(TaskManager::new());
    let own = Rc::clone(&tm);
    let note = Rc::clone(&dropped);
    let mut kept: Boxed<'static, ()> = Box::pin(async move {
        let borrowed = vec![1, 2, 3];
        let _ = own
            .scope(async |tm| {
                let (borrowed, note) = (&borrowed, &note);
                for name in ["a", "b"] {
                    tm.fork(name, async move {
                        let _note = OnDrop(|| note.borrow_mut().push((name, borrowed.len())));
                        pending::<Result<()>>().await
                    });
                }
                pending::<Result<()>>().await
            })
            .await;
    });
    assert!(poll_once(kept.as_mut()).is_pending());
    KEPT.set(Some(kept));
    ON_SHOW.set(Some(Box::new(|| drop(KEPT.take()))));
    tm.fork("fails", async { Err::<(), _>(Meddler.into()) });
    let refused = tm.child("late").try_fork(turns_ok(1));
    assert!(refused.is_err_and(|error| error.to_string().contains("`fails` failed: meddler")));
    ON_SHOW.take();
    assert_eq!(*dropped.borrow(), [("b", 3), ("a", 3)]);
    assert!(tm["a"].is_cancelled() && tm["b"].is_cancelled());
    tm["a"].cancel();
    drop(tm);
    assert_eq!(executor().live_count(), 0);
    take_uncollected();
}

/// Wherever the library shows an error, that error may do whatever a task may.
#[test]
fn an_error_that_forks_cancels_and_awaits_when_shown_finds_the_tables_in_order() {
    let errors = test_of(async {
        let tm = Rc::new(TaskManager::with_options(
            ManagerOptions::new().continue_on_error(true),
        ));
        let (own, rounds) = (Rc::clone(&tm), Rc::new(Cell::new(0)));
        let count = Rc::clone(&rounds);
        ON_SHOW.set(Some(Box::new(move || {
            count.set(count.get() + 1);
            tree(&executor(), &[]);
            own.fork(format!("quick {}", count.get()), turns_ok(1));
            own.fork(format!("victim {}", count.get()), pending::<Result<()>>())
                .cancel();
            own.fork(format!("fails {}", count.get()), async {
                Err::<(), _>(anyhow::anyhow!("too"))
            });
            let mut all = Box::pin(own.join_all());
            let _ = poll_once(all.as_mut());
            spawn(pending::<Result<()>>());
        })));
        let fails = tm.fork("fails", async { Err::<(), _>(Meddler.into()) });
        let error = fails.error().expect("it failed").clone();
        let texts = [
            error.to_string(),
            format!("{error:?}"),
            format!("{:#}", TaskErrors::from(error.clone())),
            fails.result().unwrap_err().to_string(),
            tm.result::<()>("fails").unwrap_err().to_string(),
            anyhow::Error::from(error).to_string(),
        ];
        assert!(
            texts.iter().all(|text| text.contains("meddler")),
            "{texts:?}"
        );
        let all = tm.join_all().await.unwrap_err().to_string();
        assert!(all.contains("meddler") && all.contains("too"), "{all}");
        ON_SHOW.take();
        assert!(rounds.get() >= texts.len(), "{}", rounds.get());
        drop(tm);
        Ok(())
    })
    .expect_err("of those forked while the errors were told");
    assert!(
        errors.iter().all(|error| error.to_string() == "too"),
        "{errors}"
    );
    nothing_lives();
}

/// Panics when it is dropped.
#[derive(Debug)]
struct Bomb(&'static str);

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Bomb {}

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{} went off", self.0);
    }
}

#[test]
fn an_error_that_panics_when_dropped_is_an_error_of_its_task_wherever_it_is_dropped() {
    let errors = test_of(async {
        let outcome = scope(async |tm| {
            tm.fork("armed", async { Err::<(), _>(Bomb("bomb").into()) });
            Ok(())
        })
        .await;
        assert_eq!(outcome.unwrap_err().first().to_string(), "bomb");
        Ok(())
    })
    .unwrap_err();
    assert_eq!(errors.len(), 1, "{errors}");
    let error = errors.first();
    assert_eq!((error.task(), error.path()), ("armed", "test/armed"));
    assert_eq!(
        error.to_string(),
        "panicked while being dropped: the error that it returned: bomb went off"
    );
    nothing_lives();
}

#[test]
fn a_value_that_panics_when_dropped_takes_no_error_of_its_scope_with_it() {
    let errors = test_of(async {
        scope(async |tm| {
            tm.start_soon("fails", async {
                turns(1).await;
                Err::<(), _>(anyhow!("the first"))
            });
            Ok(Bomb("value"))
        })
        .await
        .map(std::mem::forget)?;
        Ok(())
    })
    .unwrap_err();
    assert!(errors.to_string().contains("the first"), "{errors}");
    let errors = test_of(async {
        scope_with(ManagerOptions::new().continue_on_error(true), async |tm| {
            tm.fork("fails", async { Err::<(), _>(anyhow!("the first")) });
            Ok(Bomb("value"))
        })
        .await
        .map(std::mem::forget)?;
        Ok(())
    })
    .unwrap_err();
    let text = errors.to_string();
    assert!(
        text.contains("the first") && text.contains("value went off"),
        "{text}"
    );
    nothing_lives();
}

#[test]
fn a_panic_whose_payload_panics_when_dropped_is_one_error() {
    let errors = test_of(async {
        scope(async |tm| {
            let _throws: Task<()> =
                tm.fork("throws", async { std::panic::panic_any(Bomb("payload")) });
            Ok(())
        })
        .await?;
        Ok(())
    })
    .unwrap_err();
    assert_eq!(errors.len(), 1, "{errors}");
    assert!(
        errors.to_string().contains("whose payload is not a text"),
        "{errors}"
    );
    nothing_lives();
}

#[test]
fn a_value_that_looks_at_its_own_task_while_it_is_cloned_finds_it_there() {
    struct Looks(Rc<RefCell<Option<Task<Looks>>>>, u32);
    impl Clone for Looks {
        fn clone(&self) -> Self {
            let task = self.0.take();
            if let Some(task) = &task {
                // It cannot be taken while it is being cloned, but it can be looked at.
                let taken = poll_once(Box::pin(task.clone().into_future()).as_mut());
                assert!(matches!(taken, Poll::Ready(Err(_))));
                assert_eq!(task.result().map(|value| value.1).unwrap(), 7);
            }
            Looks(Rc::clone(&self.0), self.1)
        }
    }
    test_of(async {
        let tm = TaskManager::new();
        let slot: Rc<RefCell<Option<Task<Looks>>>> = Rc::default();
        let own = Rc::clone(&slot);
        let task = tm.fork("looks", async move { Ok(Looks(own, 7)) });
        slot.replace(Some(task.clone()));
        assert_eq!((&task).await?.1, 7);
        assert_eq!(task.result()?.1, 7);
        Ok(())
    })
    .unwrap();
    nothing_lives();
}
