//! Rule 13: clean-up.

use super::*;

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
