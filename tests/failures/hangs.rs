//! Tests that do not end: limits, and what is said of who awaits what.

use super::*;

#[test]
fn a_time_limit_shows_what_every_task_awaits() {
    require!("iverilog", "vvp");
    let run = run("=hangs::waits_for_what_never_comes", &[]);
    let name = "hangs::waits_for_what_never_comes";
    tells(
        run.failed(),
        name,
        &[
            "the test did not end within 100 ns of simulated time\n",
            &format!("     {name} (forked at tests/plugins/failures/src/hangs.rs:"),
            "awaits 991 falling edges of failing.clk, since 15 ns",
            "       watcher (forked at tests/plugins/failures/src/hangs.rs:",
            "awaits change of failing.command, since 15 ns",
            "driver (forked at",
            "awaits a condition on failing.count, since 15 ns",
            "awaits the event `ready` (tests/plugins/failures/src/hangs.rs:",
            "awaits an item from the channel (tests/plugins/failures/src/hangs.rs:",
            "awaits the time 1,000,015 ns, since 15 ns",
        ],
    );
}

/// The simulator's thread waits for the other one, and tells its name when it is asked.
#[test]
fn a_thread_that_never_returns_is_named_at_the_time_out() {
    require!("iverilog", "vvp");
    let name = "hangs::awaits_a_thread_that_never_returns";
    let run = between(name, &[]);
    run.failed().says("PASS  ends::a_passes_before");
    let thread = "thread `golden model` (started at tests/plugins/failures/src/hangs.rs:";
    tells(
        &run,
        name,
        &[
            "did not end within 1 s of wall-clock time",
            &format!("threads that a task waits for: {thread}"),
            ") computes\n",
            &format!("awaits {thread}"),
        ],
    );
    run.does_not_say("without awaiting");
}

#[test]
fn a_thread_in_a_call_that_never_answers_is_named_with_what_the_call_awaits() {
    require!("iverilog", "vvp");
    let name = "hangs::awaits_a_thread_in_a_call_that_never_answers";
    let run = between(name, &[]);
    tells(
        run.failed(),
        name,
        &[
            "the test did not end within 100 ns of simulated time\n",
            "awaits a call of thread `script` (started at tests/plugins/failures/src/hangs.rs:",
            ") | a condition on failing.count, since ",
        ],
    );
    // Only the test that hangs has failed.
    run.says("PASS  ends::z_comes_after")
        .says("2 passed, 1 failed");
}

#[test]
fn a_test_without_events_ends_by_its_limit_or_with_the_simulation() {
    require!("iverilog", "vvp");
    let name = "hangs::waits_without_a_clock";
    let limited = between(name, &[("VERIFORK_TIMEOUT", "3us")]);
    let texts = [
        "src/hangs.rs:74: `failing.clk` has not changed since ",
        ": is a clock started?\n",
        "3 us of simulated time, the limit of VERIFORK_TIMEOUT",
        "rising edge of failing.clk",
    ];
    tells(limited.failed(), name, &texts);
    let unlimited = run(
        &format!("={name},=plain::panics"),
        &[("VERIFORK_TIMEOUT", "off")],
    );
    let texts = [
        "src/hangs.rs:74: `failing.clk` has not changed since ",
        ": is a clock started?\n",
        "no events were left",
        "rising edge of failing.clk",
    ];
    tells(unlimited.failed(), name, &texts);
}

/// The simulator's thread still comes by: it tells what everybody awaits, and ends in good order.
#[test]
fn a_loop_over_awaits_ends_at_the_wall_clock_limit() {
    require!("iverilog", "vvp");
    for (test, awaits) in [
        ("spins_over_awaits", "awaits its next turn"),
        ("spins_over_delays_of_nothing", "awaits the time"),
        (
            "spins_over_delays_of_nothing_in_the_read_only_phase",
            "awaits the time",
        ),
        (
            "runs_a_clock_for_ever",
            "hangs::runs_a_clock_for_ever (forked",
        ),
    ] {
        let name = format!("hangs::{test}");
        let run = between(&name, &[]);
        run.failed().says("PASS  ends::a_passes_before");
        tells(
            &run,
            &name,
            &["did not end within 300 ms of wall-clock time", awaits],
        );
    }
}

/// The simulator's thread does not come by any more: the process is ended from outside of it.
#[test]
fn a_task_that_never_awaits_is_named() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let file = design.folder().join("spins.xml");
    let path = file.to_str().expect("a plain name");
    let name = "hangs::spins_without_an_await";
    let run = between(name, &[("VERIFORK_JUNIT", path)]);
    run.failed()
        .says("PASS  ends::a_passes_before")
        .says(&format!(
            "verifork: `{name}` ran 2 s without awaiting, tests/plugins/failures/src/hangs.rs:"
        ))
        .says("; limit 300 ms: it spins or blocks\n");
    run.says(&format!("{name} (tests/plugins/failures/src/hangs.rs:"))
        .says("<- running");
    junit(
        &file,
        &[
            ("a_passes_before", ""),
            ("z_comes_after", ""),
            (name, "not finished"),
        ],
    );
}

#[test]
fn a_task_that_awaits_again_after_its_limit_is_named_too() {
    require!("iverilog", "vvp");
    let name = "hangs::sleeps_longer_than_its_limit";
    let run = between(name, &[]);
    run.failed().says("PASS  ends::a_passes_before");
    run.says(&format!(": `{name}` ran "))
        .says(" without awaiting, tests/plugins/failures/src/hangs.rs:")
        .says("; limit 1 s: it spins or blocks\n")
        .does_not_say("did not end within");
}

#[test]
fn a_design_that_never_settles_is_distinguished_from_a_task_that_spins() {
    require!("iverilog", "vvp");
    let run = between("hangs::spins_in_the_design", &[]);
    run.failed()
        .says("PASS  ends::a_passes_before")
        .says("design: count x");
    run.says(
        "verifork: the design loops without simulated time in `hangs::spins_in_the_design`: the \
         simulator has not called back for 2 s; limit 300 ms\n",
    );
    run.says("bystander (forked at")
        .says("awaits a condition on failing.count");
    run.does_not_say("without awaiting");
}
