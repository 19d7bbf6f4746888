//! Rule 10: what children borrow, and what a scope leaves behind.

use super::*;

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
