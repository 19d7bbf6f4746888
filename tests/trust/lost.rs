//! Nothing that a test has begun is lost: neither its errors, nor what runs on.

use std::fs;

use crate::common::{Icarus, Run, Shared, plugin, root};
use crate::require;

static DESIGN: Shared =
    Shared::new(|| Icarus::compile::<&str>("failing", &["tests/designs/failing.sv"], &[]));

const FILE: &str = "tests/plugins/trust/src/lost.rs";

/// Runs a test, and another one after it.
fn run(test: &str) -> Run {
    let filter = format!("=lost::{test},=lost::z_comes_after");
    let variables = [("VERIFORK_FILTER", &*filter)];
    DESIGN.get().run(&plugin("trust_tb"), &variables, &[])
}

/// The line that holds the text.
fn line(text: &str) -> usize {
    let source = fs::read_to_string(root().join(FILE)).expect("a file of ours");
    let line = source.lines().position(|line| line.contains(text));
    line.expect("the text is there") + 1
}

#[test]
fn errors_of_a_manager_that_its_test_did_not_drop_fail_the_test() {
    require!("iverilog", "vvp");
    for (test, mark) in [
        ("a_cycle", "the cycle's"),
        ("c_leaked", "// leaked"),
        ("d_thread_local", "the thread's"),
    ] {
        run(test)
            .failed()
            .says(&format!(
                "{FILE}:26: the checker of a lost manager\n     in `lost::{test}/checker`, at "
            ))
            .says("the checker of a lost manager")
            .says(&format!("the task manager made at {FILE}:{}:", line(mark)))
            .says("was not dropped in its test, which ends its task: `driver` (forked at")
            .says("1 passed, 1 failed");
    }
}

#[test]
fn errors_of_a_manager_that_its_own_task_keeps_fail_the_test() {
    require!("iverilog", "vvp");
    run("b_own_task")
        .failed()
        .says("in `lost::b_own_task/checker`, at ")
        .says(&format!(
            "the task manager made at {FILE}:{}:",
            line("its own task's")
        ))
        .says("is dropped, which cancels its task: `driver` (forked at")
        .says("1 passed, 1 failed");
}

#[test]
fn a_manager_dropped_with_its_background_alone_is_no_reason_to_warn() {
    require!("iverilog", "vvp");
    run("background_alone")
        .does_not_say("is dropped, which cancels")
        .says("2 passed, 0 failed");
    run("background_and_work")
        .says("is dropped, which cancels its task: `work` (forked at")
        .does_not_say("`driver`")
        .says("2 passed, 0 failed");
}

#[test]
fn errors_of_a_scope_that_is_kept_fail_its_test_and_it_never_runs_on() {
    require!("iverilog", "vvp");
    run("e_scope")
        .failed()
        .says("in `lost::e_scope/checker`, at ")
        .says("was neither finished nor dropped in its test")
        .says(&format!(
            "the scope opened at {FILE}:{}:",
            line("the scope's") + 1
        ))
        .says("1 passed, 1 failed");
}

#[test]
fn threads_clocks_and_spawned_tasks_do_not_reach_the_next_test() {
    require!("iverilog", "vvp");
    run("f_thread")
        .passed()
        .says("thread `slow` (started at ")
        .says("is abandoned because its test has ended");
    run("g_clock").passed();
    run("h_spawned").passed();
}

#[test]
fn one_lost_manager_does_not_hide_another_and_the_process_ends_well() {
    require!("iverilog", "vvp");
    let variables = [("VERIFORK_FILTER", "lost::")];
    let run = DESIGN.get().run(&plugin("trust_tb"), &variables, &[]);
    run.failed().says("6 passed, 5 failed, 0 skipped");
    assert_eq!(run.signal, None);
}
