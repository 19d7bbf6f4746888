//! Rules 12 and 20: joining, and the order of awaiters.

use super::*;

#[test]
fn rule_12_the_joins_and_cancel_all() {
    block_on(async {
        scope(async |tm| {
            assert_eq!(tm.join_next().await, None, "at once with no tasks");
            assert_eq!(tm.join_any().await, None);
            tm.fork("quick", async { Ok(()) });
            assert_eq!(tm.join_next().await, None, "all have finished");
            assert_eq!(tm.join_any().await, Some("quick"), "at once if one has");
            tm.fork("three", async { Ok(turns(3).await) });
            tm.fork("two", async { Ok(turns(2).await) });
            assert_eq!(tm.join_next().await, Some("two"));
            assert_eq!(tm.join_next().await, Some("three"));
            assert_eq!(tm.join_next().await, None);
            tm.fork("forever", pending::<Result<()>>());
            tm.fork("forever too", pending::<Result<()>>());
            tm.cancel_all();
            tm.join_all().await?;
            assert!(tm["forever"].is_cancelled() && tm["forever too"].is_cancelled());
            assert_eq!(tm.join_next().await, None, "all have finished");
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn rule_12_a_join_is_polled_when_it_can_go_on_and_not_for_every_child() {
    /// Polls of `COUNT` tasks that each wait for `COUNT` others which end one by one.
    fn polls<'a>(wait: impl AsyncFn(&TaskManager) -> Result<()> + Copy + 'a) -> usize {
        block_on(async {
            let polls = Cell::new(0);
            let others = TaskManager::new();
            for other in 0..COUNT {
                others.fork(format!("{other}"), turns_ok(other));
            }
            scope(async |tm| {
                for waiting in 0..COUNT {
                    let (polls, others) = (&polls, &others);
                    tm.fork(format!("{waiting}"), async move {
                        let mut join = std::pin::pin!(wait(others));
                        std::future::poll_fn(|context| {
                            polls.set(polls.get() + 1);
                            join.as_mut().poll(context)
                        })
                        .await
                    });
                }
                Ok(())
            })
            .await
            .unwrap();
            polls.get()
        })
    }
    const COUNT: usize = 30;
    let all = polls(async |others| others.join_all().await);
    // Woken once; those behind the first may find that nothing is left to wait for.
    assert_eq!(all, 2 * COUNT);
    let next = polls(async |others| {
        while others.join_next().await.is_some() {}
        Ok(())
    });
    assert!(next <= COUNT * (COUNT + 1), "{next}");
    nothing_lives();
}

async fn note_end(
    order: &RefCell<Vec<&'static str>>,
    name: &'static str,
    task: Task<()>,
) -> Result<()> {
    (&task).await.ok();
    order.borrow_mut().push(name);
    Ok(())
}

#[test]
fn rule_20_awaiters_of_a_task_are_served_in_order_whatever_else_wakes_them() {
    let order = RefCell::new(Vec::new());
    block_on(scope(async |tm| {
        // It starts when both await its end, and when the scope of the second is ready already.
        let awaited = tm.start_soon("awaited", turns_ok(8));
        let (order, second) = (&order, awaited.clone());
        tm.fork("first", note_end(order, "first", awaited));
        tm.fork("second", async move {
            scope(async |tm| {
                tm.fork("unrelated", turns_ok(2));
                note_end(order, "second", second).await
            })
            .await?;
            Ok(())
        });
        Ok(())
    }))
    .unwrap();
    assert_eq!(*order.borrow(), ["first", "second"]);
    nothing_lives();
}

#[test]
fn rule_20_who_joins_all_is_served_in_order_whatever_ends_before() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let note = Rc::clone(&order);
    test_of(async move {
        let tm = Rc::new(TaskManager::new());
        tm.start_soon("ends early", turns_ok(1));
        tm.start_soon("ends late", turns_ok(8));
        let joins = |name: &'static str| {
            let (tm, note) = (Rc::clone(&tm), Rc::clone(&note));
            async move {
                tm.join_all().await?;
                note.borrow_mut().push(name);
                Ok(())
            }
        };
        scope(async |others| {
            others.fork("first", joins("first"));
            others.fork("second", async {
                scope(async |inner| {
                    inner.fork("unrelated", turns_ok(3));
                    joins("second").await
                })
                .await?;
                Ok(())
            });
            Ok(())
        })
        .await?;
        Ok(())
    })
    .unwrap();
    assert_eq!(*order.borrow(), ["first", "second"]);
    nothing_lives();
}
