//! Handles as futures: by value, by reference, shared, and in what other crates make of futures.

use futures_lite::future::or;

use super::*;
use crate::first_of;

#[derive(Debug, PartialEq)]
struct NotClone(u8);

async fn ends_after(count: usize, value: u8) -> Result<NotClone> {
    turns(count).await;
    Ok(NotClone(value))
}

fn is_unpin_future<F: Future + Unpin>(_: &F) {}

#[test]
fn rule_03_a_handle_is_a_future_that_may_be_moved_between_polls() {
    block_on(scope(async |tm| {
        let mut task = tm.fork("value", ends_after(3, 7));
        is_unpin_future(&task);
        let mut boxed = Box::new(task.clone());
        let mut context = std::task::Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut task).poll(&mut context).is_pending());
        assert!(Pin::new(&mut *boxed).poll(&mut context).is_pending());
        assert_eq!(boxed.await?, NotClone(7));
        let error = task.await.unwrap_err();
        assert!(matches!(error.kind(), TaskErrorKind::ValueGone));
        Ok(())
    }))
    .unwrap();
    nothing_lives();
}

#[test]
fn rule_03_a_handle_works_in_the_or_of_another_crate_and_is_kept_by_reference() {
    block_on(scope(async |tm| {
        let mut slow = tm.fork("slow", ends_after(5, 1));
        let mut quick = tm.fork("quick", ends_after(1, 2));
        assert_eq!(or(&mut slow, &mut quick).await?, NotClone(2));
        assert!(!slow.has_ended(), "who loses is not cancelled");
        assert_eq!(or(slow, pending()).await?, NotClone(1));
        Ok(())
    }))
    .unwrap();
    nothing_lives();
}

#[test]
fn rule_03_a_handle_works_in_select_and_join_of_another_crate() {
    block_on(scope(async |tm| {
        let mut slow = tm.fork("slow", ends_after(5, 1));
        let mut quick = tm.fork("quick", ends_after(1, 2));
        let mut order = Vec::new();
        for _ in 0..2 {
            // One that has given its value is not polled again.
            futures::select! {
                value = slow => order.push(value?.0),
                value = quick => order.push(value?.0),
            }
        }
        assert_eq!(order, [2, 1]);
        let shared = tm.fork("shared", turns_value(2)).shared();
        let other = tm.fork("other", ends_after(1, 4));
        let (first, second, third) = futures::join!(shared.clone(), other, shared);
        assert_eq!((first?, second?, third?), (3, NotClone(4), 3));
        Ok(())
    }))
    .unwrap();
    nothing_lives();
}

async fn turns_value(count: usize) -> Result<u8> {
    turns(count).await;
    Ok(3)
}

#[test]
fn rule_03_a_handle_dropped_while_it_waits_leaves_the_list_and_the_task_alone() {
    block_on(scope(async |tm| {
        let task = tm.fork("value", turns_value(4));
        let mut context = std::task::Context::from_waker(Waker::noop());
        let shared = task.clone().shared();
        for _ in 0..3 {
            let (mut by_value, mut by_shared) = (task.clone(), shared.clone());
            assert!(Pin::new(&mut by_value).poll(&mut context).is_pending());
            assert!(Pin::new(&mut by_shared).poll(&mut context).is_pending());
            assert_eq!(task.awaiters(), 2);
            drop((by_value, by_shared));
            assert_eq!(task.awaiters(), 0);
        }
        assert_eq!(task.await?, 3);
        assert_eq!(shared.await.unwrap_err().task(), "value");
        Ok(())
    }))
    .unwrap();
    nothing_lives();
}

#[test]
fn rule_20_handles_of_all_kinds_are_served_in_the_order_in_which_they_began_to_wait() {
    let order = RefCell::new(Vec::new());
    block_on(scope(async |tm| {
        let awaited = tm.start_soon("awaited", turns_value(6));
        let order = &order;
        let mut by_mut = awaited.clone();
        let (shared, reference, by_value) =
            (awaited.clone().shared(), awaited.clone(), awaited.clone());
        tm.fork("by `&mut`, beside others", async move {
            // It is polled again and again, and keeps its place.
            or(async { drop((&mut by_mut).await) }, async {
                turns(4).await;
                pending::<()>().await;
            })
            .await;
            Ok(order.borrow_mut().push("by `&mut`"))
        });
        tm.fork("shared", async move {
            shared.await.ok();
            Ok(order.borrow_mut().push("shared"))
        });
        tm.fork("by `&`", async move {
            (&reference).await.ok();
            Ok(order.borrow_mut().push("by `&`"))
        });
        tm.fork("by value", async move {
            by_value.await.ok();
            Ok(order.borrow_mut().push("by value"))
        });
        Ok(())
    }))
    .unwrap();
    assert_eq!(
        *order.borrow(),
        ["by `&mut`", "shared", "by `&`", "by value"]
    );
    nothing_lives();
}

#[test]
fn first_of_runs_the_branch_of_who_is_first_and_drops_the_others_before() {
    let log = RefCell::new(Vec::new());
    block_on(async {
        let never = |name| {
            let note = NoteDrop(name, &log);
            async move {
                let _note = note;
                pending::<u8>().await
            }
        };
        let text = first_of! {
            _ = never("first") => "first".to_owned(),
            (a, b) = async { yield_now().await; (1, 2.5) } => {
                log.borrow_mut().push("branch".to_owned());
                format!("{a} {b}")
            },
            _ = never("third") => "third".to_owned(),
        };
        assert_eq!(text, "1 2.5");
    });
    assert_eq!(*log.borrow(), ["third dropped", "first dropped", "branch"]);
}

#[test]
fn first_of_gives_a_tie_to_the_branch_that_is_written_first() {
    block_on(async {
        let polled = Cell::new(false);
        let ready = async |number: u8| number;
        let first = first_of! {
            () = pending() => 0,
            number = ready(1) => number,
            number = async { polled.set(true); 2 } => number,
        };
        assert_eq!((first, polled.get()), (1, false));
        let (index, number) = first_of([ready(5), ready(6)]).await;
        assert_eq!((index, number), (0, 5));
    });
}

#[test]
fn first_of_leaves_a_branch_by_the_question_mark_break_and_return() {
    async fn next(inbox: &crate::sync::Receiver<u8>) -> Result<u8> {
        let mut sum = 0;
        loop {
            first_of! {
                word = inbox.recv() => match word? {
                    0 => break,
                    9 => return Ok(99),
                    word => sum += word,
                },
                () = pending() => unreachable!(),
            }
        }
        Ok(sum)
    }
    block_on(async {
        let (sender, inbox) = crate::sync::unbounded();
        for word in [1, 2, 0, 9, 4] {
            sender.try_send(word).unwrap();
        }
        assert_eq!(next(&inbox).await.unwrap(), 3);
        assert_eq!(next(&inbox).await.unwrap(), 99);
        drop(sender);
        assert!(next(&inbox).await.is_err());
    });
}

#[test]
fn first_of_cancels_no_task() {
    block_on(scope(async |tm| {
        let slow = tm.fork("slow", turns_value(5));
        let mut kept = tm.fork("kept", turns_value(6));
        first_of! {
            _ = slow => unreachable!("it takes longer"),
            _ = &mut kept => unreachable!("it takes longer"),
            () = yield_now() => {}
        }
        assert!(!tm["slow"].has_ended() && !kept.has_ended());
        let mut tasks = [tm.fork("a", turns_value(3)), tm.fork("b", turns_value(1))];
        let (index, value) = first_of(&mut tasks).await;
        assert_eq!((index, value?), (1, 3));
        assert!(!tm["a"].has_ended());
        kept.await?;
        assert!(tm["slow"].is_finished());
        Ok(())
    }))
    .unwrap();
    nothing_lives();
}

#[test]
fn rule_16_a_wait_says_in_its_own_words_what_it_is_for_and_no_longer_than_it_lasts() {
    block_on(async {
        scope(async |tm| {
            tm.fork("driver", async {
                crate::task::waiting_for("`ready`, to take a word", turns(1)).await;
                Ok(turns(2).await)
            });
            let line_of_driver = || {
                let text = tree(&executor(), &[]);
                text.lines()
                    .find(|line| line.contains("driver"))
                    .map(str::to_owned)
            };
            let first = line_of_driver().unwrap();
            assert!(
                first.contains("its next turn | `ready`, to take a word"),
                "{first}"
            );
            turns(1).await;
            let then = line_of_driver().unwrap();
            assert!(!then.contains("`ready`"), "{then}");
            Ok(())
        })
        .await
        .unwrap();
    });
    nothing_lives();
}
