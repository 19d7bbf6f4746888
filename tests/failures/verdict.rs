//! A test that ends itself from one of its tasks has passed or is skipped, unless something failed.

use super::*;

#[test]
fn any_task_ends_the_test_as_passed_or_skipped_and_hides_no_failure() {
    require!("iverilog", "vvp");
    let run = run("verdict", &[("RUST_BACKTRACE", "0")]);
    run.failed().says("3 passed, 3 failed, 2 skipped");
    for passed in [
        "a_child_passes",
        "a_spawned_task_passes",
        "a_child_of_an_owned_manager_passes",
    ] {
        run.says(&format!("PASS  verdict::{passed}"));
    }
    run.says("ended itself as passed: enough was seen")
        .says("cleaned up after the child");
    for skipped in [
        "a_background_child_in_a_child_skips",
        "a_tolerated_child_skips",
    ] {
        run.says(&format!("SKIP  verdict::{skipped}"));
    }
    let tells = |test: &str, texts: &[&str]| tells(&run, &format!("verdict::{test}"), texts);
    tells(
        "passes_after_a_failure_that_was_kept",
        &["/early", "an early mismatch"],
    );
    tells(
        "passes_and_fails_while_the_rest_is_cancelled",
        &["/scoreboard", "an item is left over"],
    );
    tells("passes_and_fails_in_its_clean_up", &["the bus is busy"]);
}
