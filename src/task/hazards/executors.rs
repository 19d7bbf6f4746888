//! Scopes inside of other people's futures, and executors inside of executors.

use super::*;

#[test]
fn scopes_run_inside_of_other_peoples_joins_and_races() {
    let run = || {
        let log = RefCell::new(Vec::new());
        let scoped = async |name: &'static str, rounds: usize| {
            scope(async |tm| {
                for child in 0..3 {
                    let log = &log;
                    tm.fork(format!("{child}"), async move {
                        let _note = OnDrop(|| log.borrow_mut().push(format!("{name}{child} end")));
                        for round in 0..rounds + child {
                            log.borrow_mut().push(format!("{name}{child}.{round}"));
                            yield_now().await;
                        }
                        Ok(())
                    });
                }
                tm.join_all().await?;
                Ok(name)
            })
            .await
        };
        let first_of = async |all: Vec<_>| select_all(all.into_iter().map(Box::pin)).await.0;
        block_on(async {
            let both = join(scoped("a", 2), scoped("b", 3)).await;
            assert!(matches!(both, (Ok("a"), Ok("b"))));
            // The child that ends the scope and the rival end in one poll.
            let first = first_of(vec![scoped("c", 9), scoped("d", 1)]).await;
            assert_eq!(first.unwrap(), "d");
            let first = or(scoped("e", 9), scoped("f", 1)).await;
            assert_eq!(first.unwrap(), "f");
            let nested = or(
                async {
                    let pair = vec![scoped("g", 50), scoped("h", 60)];
                    first_of(pair).await.unwrap()
                },
                async {
                    turns(4).await;
                    "time"
                },
            );
            assert_eq!(nested.await, "time");
            let many: Vec<_> = (0..20).map(|rounds| scoped("i", rounds % 4)).collect();
            // This polls each by a waker of its own, and only those that were woken.
            let many: Vec<_> = many
                .into_iter()
                .collect::<FuturesUnordered<_>>()
                .collect()
                .await;
            assert!(many.len() == 20 && many.iter().all(Result::is_ok));
        });
        nothing_lives();
        log.into_inner()
    };
    let first = run();
    assert_eq!(
        first.iter().filter(|line| line.ends_with("end")).count(),
        3 * (8 + 20)
    );
    assert_eq!(first, run(), "the same order in every run");
}

#[test]
fn a_scope_may_move_from_one_task_to_another() {
    block_on(async {
        let progress = Cell::new(0);
        let hand_over: RefCell<Option<Boxed<'_, Result<(), TaskErrors>>>> = RefCell::new(None);
        scope(async |tm| {
            tm.fork("first", async {
                let mut scoped: Boxed<'_, _> = Box::pin(scope(async |tm| {
                    tm.fork("counts", async {
                        for _ in 0..4 {
                            progress.set(progress.get() + 1);
                            yield_now().await;
                        }
                        Ok(())
                    });
                    Ok(())
                }));
                poll_fn(|context| Poll::Ready(scoped.as_mut().poll(context).is_pending())).await;
                *hand_over.borrow_mut() = Some(scoped);
                Ok(())
            });
            tm.fork("second", async {
                let scoped = hand_over.borrow_mut().take().unwrap();
                scoped.await?;
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(progress.get(), 4);
    });
    nothing_lives();
}

#[test]
fn a_wake_up_that_comes_while_its_task_runs_an_inner_executor_is_not_lost() {
    block_on(async {
        let tm = Rc::new(TaskManager::new());
        let waker: Rc<Cell<Option<Waker>>> = Rc::default();
        let task = tm.fork("outer", {
            let (tm, waker) = (Rc::clone(&tm), Rc::clone(&waker));
            async move {
                let mut polls = 0;
                poll_fn(|context| {
                    polls += 1;
                    if polls == 2 {
                        return Poll::Ready(());
                    }
                    waker.set(Some(context.waker().clone()));
                    let inner = Rc::clone(&waker);
                    tm.fork("wakes", async move {
                        yield_now().await;
                        inner.take().unwrap().wake();
                        Ok(())
                    });
                    block_on(turns(5)); // runs `wakes`, and finds `outer` ready while it runs
                    Poll::Pending
                })
                .await;
                Ok(())
            }
        });
        turns(10).await;
        assert!(task.is_finished(), "{}", tree(&executor(), &[]));
        drop(tm);
    });
    nothing_lives();
}
