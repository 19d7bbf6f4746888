//! Tasks in tasks in tasks, deeper than any stack: refused with the depth, before it overflows.

use super::*;

type Nested = Pin<Box<dyn Future<Output = Result<()>>>>;

/// What nests to a depth.
type Nest = fn(usize) -> Nested;

/// A scope with a child, in which is a scope with a child, and so on.
fn forked(left: usize) -> Nested {
    Box::pin(async move {
        if left == 0 {
            return pending().await;
        }
        scope(async |tm| {
            tm.fork("fork", forked(left - 1)).await?;
            Ok(())
        })
        .await?;
        Ok(())
    })
}

/// The same, begun when it is its turn: the frames are those of the scopes' polls.
fn queued(left: usize) -> Nested {
    Box::pin(async move {
        if left == 0 {
            return pending().await;
        }
        scope(async |tm| {
            tm.start_soon("queued", queued(left - 1)).await?;
            Ok(())
        })
        .await?;
        Ok(())
    })
}

/// Scopes without children.
fn bare(left: usize) -> Nested {
    Box::pin(async move {
        if left == 0 {
            return pending().await;
        }
        scope(async |_| bare(left - 1).await).await?;
        Ok(())
    })
}

/// Managers in the tasks of managers: dropped inside of each other, but not polled so.
fn owned(left: usize) -> Nested {
    Box::pin(async move {
        if left == 0 {
            return pending().await;
        }
        let tm = TaskManager::new();
        tm.start_soon("owned", owned(left - 1));
        tm.join_all().await
    })
}

/// Tasks of the test, each begun while the one before is polled.
fn spawned(left: usize) -> Nested {
    Box::pin(async move {
        if left == 0 {
            return pending().await;
        }
        spawn(spawned(left - 1)).await?;
        Ok(())
    })
}

/// Executors that run each other's tasks.
fn blocked(left: usize) -> Nested {
    Box::pin(async move {
        if left > 0 {
            let tm = TaskManager::new();
            tm.start_soon("blocked", blocked(left - 1));
            block_on(tm.join_all())?;
        }
        Ok(())
    })
}

/// On a thread with the stack that a simulator's has.
fn on_a_usual_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(test);
    thread.unwrap().join().unwrap();
}

#[test]
fn what_is_nested_too_deep_fails_with_the_depth() {
    on_a_usual_stack(|| {
        // Of the last two, each takes less of the stack, and is not a level below the other.
        let nests: [(Nest, usize); 6] = [
            (forked, 700),
            (queued, 700),
            (bare, 700),
            (owned, 700),
            (spawned, 10_000),
            (blocked, 10_000),
        ];
        for (nest, least) in nests {
            for depth in [least, 100_000] {
                let errors = test_of(nest(depth)).unwrap_err();
                let text = panic_text(&errors);
                assert!(text.contains(" levels deep, "), "{text}");
                assert!(
                    errors.iter().all(|error| error.path().len() < 200),
                    "{errors}"
                );
                nothing_lives();
            }
        }
    });
}

#[test]
fn what_is_as_deep_as_allowed_can_be_dropped_from_there() {
    on_a_usual_stack(|| {
        for nest in [forked, queued, bare, owned, spawned] {
            // The deepest of what is just not refused, found by halving.
            let runs = |depth: usize| {
                test_of(async move {
                    spawn(nest(depth));
                    turns(2 * depth + 2).await;
                    Ok(())
                })
                .is_ok()
            };
            let (mut fits, mut fails) = (100, 1_000);
            while fails - fits > 4 {
                let depth = usize::midpoint(fits, fails);
                if runs(depth) {
                    fits = depth;
                } else {
                    fails = depth;
                }
            }
            assert!(runs(fits), "polled, and dropped while it awaits");
            nothing_lives();
        }
    });
}

#[test]
fn the_tree_of_the_deepest_tasks_can_be_shown() {
    on_a_usual_stack(|| {
        test_of(async {
            spawn(owned(500));
            turns(1_100).await;
            let shown = tree(&executor(), &[]);
            assert_eq!(shown.lines().count(), 503, "{shown}");
            assert_eq!(executor().directory.outline().lines().count(), 503);
            Ok(())
        })
        .unwrap();
        nothing_lives();
    });
}
