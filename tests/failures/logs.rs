//! The log: in order, filtered, from any thread.

use super::*;

/// Through the simulator's own output, whatever is buffered where.
#[test]
fn the_log_stands_in_order_with_what_the_design_prints() {
    require!("iverilog", "vvp");
    let run = run("=logs::logs_in_order", &[]);
    let lines: Vec<_> = run.passed().output.lines().collect();
    let said = |text: &str| {
        let at = lines.iter().position(|line| line.contains(text));
        at.unwrap_or_else(|| panic!("no `{text}` in {lines:#?}"))
    };
    let begin = said("design: count x");
    for (cycle, pair) in lines[begin..begin + 10].chunks(2).enumerate() {
        assert!(pair[0].starts_with("design: count "), "{pair:?}");
        assert!(
            pair[1].ends_with(&format!("testbench: cycle {cycle}")),
            "{pair:?}"
        );
        assert!(pair[1].contains(&format!("{} ns INFO  logs::logs_in_order", 5 + 10 * cycle)));
    }
}

#[test]
fn the_log_is_filtered_by_level_module_and_text() {
    require!("iverilog", "vvp");
    let log = |filter: &str| run("=logs::logs_at_every_level", &[("VERIFORK_LOG", filter)]);
    let all = [
        "an error",
        "a warning",
        "an information",
        "a detail",
        "a trace",
    ];
    for (filter, count) in [
        ("off", 0),
        ("error", 1),
        ("info", 3),
        ("", 3),
        ("trace", 5),
        ("warn,failures_tb=debug", 4),
    ] {
        let run = log(filter);
        let shown = all.map(|text| run.passed().output.contains(text));
        assert_eq!(
            shown.iter().filter(|shown| **shown).count(),
            count,
            "{filter}: {}",
            run.output
        );
        assert!(
            shown.is_sorted_by(|a, b| a >= b),
            "{filter}: {}",
            run.output
        );
    }
    log("trace/detail").says("a detail").does_not_say("a trace");
    log("info").says("an error (failures_tb::logs tests/plugins/failures/src/logs.rs:");
    log("failures_tb=loud")
        .failed()
        .says("VERIFORK_LOG=failures_tb=loud");
}

#[test]
fn other_threads_log_with_their_name_and_text_is_no_format() {
    require!("iverilog", "vvp");
    let run = run("=logs::logs_from_another_thread", &[]);
    run.passed()
        .says("INFO  thread helper  from outside")
        .says("%s %n");
}
