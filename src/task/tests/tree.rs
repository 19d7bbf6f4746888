//! Rule 16: the task tree.

use super::*;

#[test]
fn rule_16_the_tree_shows_name_place_and_what_is_awaited() {
    block_on(async {
        scope(async |tm| {
            let slow = tm.fork("slow", async { Ok(turns(4).await) });
            tm.fork("outer", async move {
                scope(async |tm| {
                    let slow = slow.clone();
                    tm.fork("inner", async move { Ok((&slow).await?) });
                    Ok(())
                })
                .await?;
                Ok(())
            });
            let text = tree(&executor(), &[]);
            let lines: Vec<_> = text.lines().collect();
            assert!(lines[0].starts_with("main (forked at ") && lines[0].contains("is running"));
            assert!(
                lines[1].starts_with("  slow (forked at src/task/tests/tree.rs:"),
                "{text}"
            );
            assert!(lines[1].ends_with("awaits its next turn"), "{text}");
            assert!(lines[2].starts_with("  outer ("), "{text}");
            assert!(lines[2].ends_with("awaits its tasks"), "{text}");
            assert!(lines[3].starts_with("    inner ("), "{text}");
            assert!(
                lines[3].contains("awaits the end of a task (src/task"),
                "{text}"
            );
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn rule_16_another_thread_can_print_an_outline() {
    block_on(async {
        scope(async |tm| {
            tm.fork("stuck", async {
                let directory = std::sync::Arc::clone(&executor().directory);
                let text = std::thread::spawn(move || directory.outline())
                    .join()
                    .unwrap();
                assert!(text.contains("  stuck (src/task/tests/tree.rs:"), "{text}");
                assert!(text.contains("<- running"), "{text}");
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap();
    });
}
