//! Very many events, tasks, signals and tests in one simulation: memory stays flat. On Icarus, with
//! the bench plugin's own checks.
//!
//! `SOAK=long` has the numbers of the long run, with optimization; what it took is printed either way.

mod common;

use std::fmt::Write as _;
use std::time::Duration;

use common::{Icarus, plugin, release_plugin, run_within};

fn is_long() -> bool {
    std::env::var("SOAK").is_ok_and(|what| what == "long")
}

/// Runs one of the plugin's tests with as many things as the short or the long run has.
fn soak(design: &Icarus, test: &str, short: u64, long: u64, repeat: bool) {
    let (count, plugin) = if is_long() {
        (long, release_plugin("bench_tb"))
    } else {
        (short, plugin("bench_tb"))
    };
    let filter = format!("=soak::{test}");
    let times = if repeat { count } else { 1 }.to_string();
    let variables = [
        ("VERIFORK_FILTER", &*filter),
        ("VERIFORK_LOG", "warn"),
        ("VERIFORK_WALL_TIMEOUT", "off"),
        ("VERIFORK_REPEAT", &*times),
    ];
    let command = design.command(&plugin, &variables, &[&format!("+count={count}")]);
    let run = run_within(Duration::from_secs(3600), command);
    run.passed()
        .says(&format!("{times} passed, 0 failed, 0 skipped"));
    let lines = run.output.lines().filter(|line| line.starts_with("soak: "));
    for line in lines {
        println!("{line}");
    }
    run.says(&format!("soak: {count} "));
}

fn bench() -> Icarus {
    Icarus::compile::<&str>("bench", &["benches/hdl/plugin_clock.v"], &[])
}

#[test]
fn mixed_events() {
    require!("iverilog", "vvp");
    soak(&bench(), "mixed_events", 100_000, 100_000_000, false);
}

#[test]
fn tasks_on_one_edge() {
    require!("iverilog", "vvp");
    soak(&bench(), "tasks_on_one_edge", 10_000, 100_000, false);
}

#[test]
fn tasks_that_join_all_others() {
    require!("iverilog", "vvp");
    soak(&bench(), "tasks_that_join_all_others", 100, 1000, false);
}

#[test]
fn tests() {
    require!("iverilog", "vvp");
    soak(&bench(), "one_of_many_tests", 500, 10_000, true);
}

#[test]
fn distinct_signals() {
    require!("iverilog", "vvp");
    let mut text = "`timescale 1ns/1ns\nmodule bench;\n".to_owned();
    let (short, long) = (1000, 10_000);
    for number in 0..if is_long() { long } else { short } {
        writeln!(text, "  reg [7:0] s{number} = 0;").expect("a string takes all");
    }
    text.push_str("endmodule\n");
    let design = Icarus::compile_text("bench", &text);
    soak(&design, "distinct_signals", short, long, false);
}
