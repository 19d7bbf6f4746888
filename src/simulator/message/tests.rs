use super::*;
use crate::time::TimeUnit;

/// What the lines of a text give, with a pause at its end.
fn all(style: MessageStyle, text: &str) -> Vec<Message> {
    let mut messages = Messages::new(style, TimeUnit::Picoseconds.into());
    let mut found: Vec<_> = text
        .lines()
        .filter_map(|line| messages.line(line))
        .collect();
    found.extend(messages.pause());
    found
}

fn told(style: MessageStyle, text: &str) -> Vec<(MessageKind, Option<u32>, Option<u64>)> {
    let found = all(style, text).into_iter().map(|message| {
        let line = message.place.map(|(_, line)| line);
        (message.kind, line, message.at.map(SimTime::steps))
    });
    found.collect()
}

use MessageKind::{Error, Fatal, Finish, Stop};
use MessageStyle::{Ghdl, Icarus, Nvc, Verilator};

#[test]
fn icarus_ends_a_message_with_time_and_scope() {
    for gap in ["", " "] {
        let text = format!(
            "ERROR: a b/s.sv:2: first\nsecond line\n       Time: 1500 {gap}Scope: s.u\n\
             WARNING: s.sv:3: w\n         Time: 1500 {gap}Scope: s.u\n\
             ERROR: s.sv:4: \n       Time: 1600 {gap}Scope: s.u\n\
             FATAL: s.sv:6: deadly\n       Time: 2500 {gap}Scope: s\n"
        );
        let found = [
            (Error, Some(2), Some(1500)),
            (Error, Some(4), Some(1600)),
            (Fatal, Some(6), Some(2500)),
        ];
        assert_eq!(told(Icarus, &text), found);
        let first = &all(Icarus, &text)[0];
        assert_eq!(first.place, Some(("a b/s.sv".to_owned(), 2)));
        assert!(
            first
                .text
                .starts_with("ERROR: a b/s.sv:2: first\nsecond line\n")
        );
    }
}

#[test]
fn what_a_design_prints_in_the_words_of_icarus_is_no_message() {
    let text = "ERROR: s.sv:3: of the design's own\nERROR: no place\n\
                ERROR: s.sv:4: $readmemh: Unable to open rom.hex for reading.\n\
                INFO: s.sv:5: i\n      Time: 1500 Scope: s.u\n\
                ERROR: s.sv:6: once more\nWARNING: s.sv:7: w\n         Time: 1 Scope: s\n\
                \x20      Time: 1 Scope: s\n";
    assert_eq!(told(Icarus, text), []);
}

#[test]
fn icarus_12_says_who_ended_the_simulation() {
    let text = "s.sv:5: $finish called at 2500 (1ps)\ns.sv:6: $stop called at 2600 (1ps)\n\
                s.sv:7: $finish is not called\n** VVP Stop(0) **\n";
    let found = [
        (Finish, Some(5), Some(2500)),
        (Stop, Some(6), Some(2600)),
        (Stop, None, None),
    ];
    assert_eq!(told(Icarus, text), found);
}

#[test]
fn ghdl_tells_severity_time_and_place_in_one_line() {
    let text = "../sv.vhd:6:55:@1500ps:(report error): an error\nsecond line\n\
                sv.vhd:6:110:@1500ps:(assertion error): asserted\n\
                sv.vhd:6:144:@1500ps:(report warning): w\n\
                sv.vhd:6:1:@2ns:(report note): (report error): not so\n\
                sv.vhd:9:217:@2ns:(psl assertion error): Assertion violation\n\
                sv.vhd:8:25:@3ns:(report failure): deadly\n\
                it said:error: none\nghdl:error: simulation failed\n\
                ./sv:error: index (4) out of bounds (0 to 3) at ../sv.vhd:8\n\
                simulation finished @3ns\nsimulation stopped @3ns with status 3\n";
    let found = [
        (Error, Some(6), Some(1500)),
        (Error, Some(6), Some(1500)),
        (Error, Some(9), Some(2000)),
        (Fatal, Some(8), Some(3000)),
        (Fatal, Some(8), None),
        (Finish, None, Some(3000)),
        (Stop, None, Some(3000)),
    ];
    assert_eq!(told(Ghdl, text), found);
}

#[test]
fn nvc_tells_the_place_after_the_text() {
    let text = "** Error: 1500ps+0: an error\nsecond line\n   Process :sv:_p1 at sv.vhd:6\n\
                ** Error: 1500ps+0: Assertion violation.\n    > sv.vhd:7\n   |\n\
                ** Warning: 1500ps+0: w\n   Process :sv:_p1 at sv.vhd:6\n\
                ** Note: 3ns+0: FINISH called\n   Process :sv:_p1 at sv.vhd:6\n\
                ** Note: 3ns+0: FINISH called\n   Procedure FINISH [] at lib/env.vhd:42\n\
                ** Note: 3ns+0: STOP called with status 3\n   Procedure STOP [INTEGER] at e.vhd:27\n\
                ** Error: not of the design\n\
                ** Failure: 3ns+0: deadly\n   Process :sv:_p2 at sv.vhd:9\n\
                sv.vhd:6:55: error: 4ns+0: compact\nsv.vhd:6:55: note: 4ns+0: compact\n\
                ** Fatal: 5ns+0: index 4 outside of INTEGER range 0 to 3\n";
    let found = [
        (Error, Some(6), Some(1500)),
        (Error, Some(7), Some(1500)),
        (Finish, Some(42), Some(3000)),
        (Stop, Some(27), Some(3000)),
        (Fatal, Some(9), Some(3000)),
        (Error, Some(6), Some(4000)),
        (Fatal, None, Some(5000)),
    ];
    assert_eq!(told(Nvc, text), found);
}

#[test]
fn what_nvc_tells_of_a_plugin_is_not_of_the_design() {
    let mut messages = Messages::new(Nvc, TimeUnit::Picoseconds.into());
    messages.reports_plugins = true;
    let text = "** Error: 0ms+0: cannot get size of vhpiIndexedNameK\n\
                ** Error: 0ms+0: unsupported format -1\n     > sv.vhd:1\n\
                ** Fatal: 0ms+0: unsupported property vhpiLineNoP in vhpi_get\n     > sv.vhd:2\n\
                ** Error: 1ns+0: Assertion violation.\n    > sv.vhd:7\n\
                ** Error: 1ns+0: an error\n   Process :sv:_p1 at sv.vhd:6\n";
    let found = text.lines().filter_map(|line| messages.line(line));
    let lines: Vec<_> = found.map(|message| message.place.unwrap().1).collect();
    assert_eq!(lines, [7, 6]);
}

#[test]
fn on_verilator_the_host_says_what_a_text_means() {
    let mut messages = Messages::new(Verilator, TimeUnit::Picoseconds.into());
    assert_eq!(messages.confirm("v.sv", 2), None, "nothing was printed");
    let line = "[1000] %Error: v.sv:2: Assertion failed in v.u: an error";
    let lines = [line, "second line", "[1000] %Fatal: v.sv:3:"];
    for line in lines {
        assert_eq!(messages.line(line), None);
    }
    assert_eq!(messages.confirm("v.sv", 4), None, "another place");
    let error = messages.confirm("hdl/v.sv", 2).unwrap();
    assert_eq!(error.place, Some(("hdl/v.sv".to_owned(), 2)));
    assert_eq!((error.kind, error.text.as_str()), (Error, line));
    assert_eq!(messages.confirm("v.sv", 2), None, "it is told once");
    assert_eq!(messages.confirm("v.sv", 3).unwrap().kind, Fatal);
    assert_eq!(told(Verilator, "- v.sv:4: Verilog $finish\n")[0].0, Finish);
}

#[test]
fn a_message_that_never_ends_is_given_up() {
    let mut messages = Messages::new(Icarus, TimeUnit::Picoseconds.into());
    messages.line("ERROR: s.sv:3: fake");
    for _ in 0..LONGEST {
        messages.line("and so on");
    }
    assert_eq!(messages.line("       Time: 1 Scope: s"), None);
}

#[test]
fn a_message_is_called_what_the_language_of_the_design_calls_it() {
    for style in [Icarus, Verilator] {
        let words = [Error, Fatal, Finish, Stop].map(|kind| style.word(kind));
        assert_eq!(
            words,
            [
                "`$error` or a failed assertion",
                "`$fatal`",
                "`$finish`",
                "`$stop`"
            ]
        );
    }
    for style in [Ghdl, Nvc] {
        let words = [Error, Fatal, Finish, Stop].map(|kind| style.word(kind));
        assert_eq!(
            words,
            [
                "`severity error`",
                "`severity failure`, or an error at run time",
                "`std.env.finish`",
                "`std.env.stop`"
            ]
        );
    }
}

#[test]
fn of_an_unknown_simulator_no_line_is_a_message() {
    let lines = "ERROR: a.v:3: no\n** Error: 5ns+0: no\n%Error: a.v:3: no";
    assert!(told(MessageStyle::Unknown, lines).is_empty());
}
