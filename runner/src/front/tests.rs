use std::cell::RefCell;
use std::io::{self, Write};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use super::print::Printer;
use super::{Counts, Job, Outcome, Warning, run};
use crate::arguments::{Arguments, Format};
use crate::verdict::Failure;

#[derive(Clone, Default)]
struct Page(Rc<RefCell<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failure(text: &str, cause: &str) -> Outcome {
    Outcome::Failed(Failure {
        text: text.to_owned(),
        cause: cause.to_owned(),
        brief: Some("not run, see above".to_owned()),
        reported: false,
    })
}

/// The output of tests with these outcomes.
fn printed(format: Format, outcomes: Vec<(String, Outcome)>) -> String {
    printed_on(usize::MAX, format, outcomes)
}

/// The same on a terminal of this width.
fn printed_on(width: usize, format: Format, outcomes: Vec<(String, Outcome)>) -> String {
    let page = Page::default();
    let names: Vec<String> = outcomes.iter().map(|(name, _)| name.clone()).collect();
    let names = names.iter().map(String::as_str);
    let mut printer = Printer::new(Box::new(page.clone()), format, false, names);
    printer.width = width;
    printer.title(outcomes.len());
    let mut counts = Counts::default();
    for (name, outcome) in outcomes {
        match outcome {
            Outcome::Failed(_) => counts.failed += 1,
            _ => counts.passed += 1,
        }
        printer.begins(&name, false);
        printer.outcome(&name, outcome);
    }
    printer.warnings();
    printer.failures();
    printer.summary(counts, Duration::from_millis(250));
    String::from_utf8(page.0.take()).expect("text")
}

fn alike(number: usize) -> Vec<(String, Outcome)> {
    let failed = |at: usize| {
        let text = format!("it broke at {at} ns\nseed {at}");
        (format!("d::icarus::t{at}"), failure(&text, "it broke"))
    };
    (0..number).map(failed).collect()
}

#[test]
fn a_name_that_is_too_long_for_the_terminal_leaves_the_others_on_one_line() {
    let long = format!("d::icarus::{}", "long_".repeat(12));
    let outcomes = vec![
        ("d::icarus::b".to_owned(), Outcome::Passed),
        (long.clone(), Outcome::Passed),
    ];
    let text = printed_on(60, Format::Pretty, outcomes);
    let short = format!("test {:<44} ... ok\n", "d::icarus::b");
    assert!(text.contains(&short), "{text}");
    assert!(text.contains(&format!("test {long} ... ok\n")), "{text}");
}

#[test]
fn lines_are_those_of_libtest() {
    let outcomes = vec![
        ("d::icarus::counts".to_owned(), Outcome::Passed),
        (
            "d::icarus::b".to_owned(),
            Outcome::Ignored(Some("no model".to_owned())),
        ),
        ("d::icarus::c".to_owned(), failure("late\n", "late")),
    ];
    assert_eq!(
        printed(Format::Pretty, outcomes),
        "\nrunning 3 tests\n\
         test d::icarus::counts ... ok\n\
         test d::icarus::b      ... ignored (no model)\n\
         test d::icarus::c      ... FAILED\n\
         \nfailures:\n\n---- d::icarus::c ----\nlate\n\n\
         \nfailures:\n    d::icarus::c\n\
         \ntest result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; \
         finished in 0.25s\n\n"
    );
}

#[test]
fn warnings_of_tests_that_passed_are_reported_once() {
    let warned = |name: &str, warnings: &[&str]| {
        let warnings = warnings.iter().map(|text| Warning::of(name, text));
        (name.to_owned(), Outcome::Warned(warnings.collect()))
    };
    let outcomes = || {
        vec![
            warned("d::icarus::a", &["`top.q` is an output", "a force is left"]),
            warned("d::icarus::b", &["`top.q` is an output"]),
            warned("c", &["`c` has left a force at 7 ns"]),
            warned("e", &["`e` has left a force at 9 ns"]),
        ]
    };
    assert_eq!(
        printed(Format::Pretty, outcomes()),
        "\nrunning 4 tests\n\
         test d::icarus::a ... ok\n\
         test d::icarus::b ... ok\n\
         test c            ... ok\n\
         test e            ... ok\n\
         \nwarnings:\n\n\
         ---- d::icarus::a and 1 other test ----\n`top.q` is an output\n\n\
         ---- d::icarus::a ----\na force is left\n\n\
         ---- c and 1 other test ----\n`c` has left a force at 7 ns\n\
         \ntest result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; \
         finished in 0.25s\n\n"
    );
    let events = printed(Format::Json, outcomes());
    assert!(
        events.contains(r#""stdout":"`top.q` is an output\na force is left""#),
        "{events}"
    );
}

#[test]
fn a_cause_is_reported_once_and_each_test_has_its_line() {
    let text = printed(Format::Pretty, alike(200));
    assert_eq!(text.matches("it broke").count(), 1, "{text}");
    assert!(text.contains("199 other tests not run, see above:\n    d::icarus::t1\n"));
    for number in 0..200 {
        let name = format!("test d::icarus::t{number} ");
        let line = text.lines().find(|line| line.starts_with(&name));
        assert!(
            line.is_some_and(|line| line.ends_with("... FAILED")),
            "{name}"
        );
    }
    assert!(text.lines().count() < 240, "{}", text.lines().count());
}

#[test]
fn the_short_format_names_every_failed_test_in_its_list() {
    let text = printed(Format::Terse, alike(200));
    let (_, list) = text.rsplit_once("\nfailures:\n").expect("a list");
    for number in 0..200 {
        assert!(
            list.contains(&format!("    d::icarus::t{number}\n")),
            "{number}"
        );
    }
    assert!(text.contains("F 88/200\n"), "{text}");
}

#[test]
fn few_failures_are_all_named() {
    let text = printed(Format::Pretty, alike(9));
    for number in 1..9 {
        let name = format!("    d::icarus::t{number}\n");
        assert_eq!(text.matches(&name).count(), 2, "{text}");
    }
    assert!(!text.contains(" more\n"), "{text}");
}

#[test]
fn each_of_two_or_three_that_fail_alike_has_its_own_words() {
    let text = printed(Format::Pretty, alike(3));
    assert!(
        text.contains("---- d::icarus::t0 ----\nit broke at 0 ns\nseed 0\n\n"),
        "{text}"
    );
    for number in 1..3 {
        let told = format!("---- d::icarus::t{number} ----\nnot run, see above\n\n");
        assert!(text.contains(&told), "{text}");
    }
    let mut outcomes = alike(3);
    for (_, outcome) in &mut outcomes {
        if let Outcome::Failed(failure) = outcome {
            failure.brief = None;
        }
    }
    let text = printed(Format::Pretty, outcomes);
    assert!(
        text.contains("---- d::icarus::t2 ----\nit broke at 2 ns\nseed 2\n\n"),
        "{text}"
    );
}

#[test]
fn an_event_tells_the_first_failure_whole_and_whom_others_are_like() {
    let text = printed(Format::Json, alike(2));
    let events = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let events: Vec<serde_json::Value> = events.collect();
    let failed: Vec<_> = events.iter().filter(|it| it["event"] == "failed").collect();
    assert_eq!(failed[0]["stdout"], "it broke at 0 ns\nseed 0");
    assert!(failed[0].get("same_as").is_none());
    assert_eq!(failed[1]["stdout"], "not run, see above");
    assert_eq!(failed[1]["same_as"], "d::icarus::t0");
    assert_eq!(failed[2]["type"], "suite");
    let mut outcomes = alike(4);
    for (_, outcome) in &mut outcomes {
        if let Outcome::Failed(failure) = outcome {
            failure.brief = None;
        }
    }
    let text = printed(Format::Json, outcomes);
    assert_eq!(text.matches("same_as").count(), 1, "{text}");
    assert!(text.contains("it broke at 3 ns"), "{text}");
}

#[test]
fn what_another_process_has_reported_is_not_reported_again() {
    for format in [Format::Pretty, Format::Json] {
        let Outcome::Failed(failure) = failure("the whole story", "story") else {
            unreachable!("it is one")
        };
        let told = Failure {
            reported: true,
            ..failure
        };
        let text = printed(
            format,
            vec![("d::icarus::a".to_owned(), Outcome::Failed(told))],
        );
        assert!(text.contains("not run, see above"), "{text}");
        assert!(!text.contains("the whole story"), "{text}");
    }
}

fn job(name: &str, run: impl FnOnce() -> Outcome + Send + 'static) -> Job {
    Job {
        name: name.to_owned(),
        ignored: false,
        run: Box::new(run),
    }
}

/// The counts and the output of these jobs.
fn run_of(words: &[&str], jobs: Vec<Job>) -> (Counts, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let arguments = Arguments::of(&[words, &["--logfile", path]].concat());
    let counts = run(&arguments, jobs).unwrap();
    (counts, std::fs::read_to_string(file.path()).unwrap())
}

fn some_jobs() -> Vec<Job> {
    let mut ignored = job("d::icarus::left", || panic!("it is not run"));
    ignored.ignored = true;
    vec![
        job("d::icarus::passes", || Outcome::Passed),
        job("d::icarus::fails", || failure("it is 7, not 8", "7")),
        job("d::icarus::skips_itself", || {
            Outcome::Ignored(Some("no such part".to_owned()))
        }),
        ignored,
        job("d::ghdl::passes", || panic!("it is not asked for")),
    ]
}

#[test]
fn the_tests_that_are_asked_for_run_one_by_one_or_together() {
    for threads in ["1", "3"] {
        let words = ["--test-threads", threads, "icarus"];
        let (counts, text) = run_of(&words, some_jobs());
        let expected = Counts {
            passed: 1,
            failed: 1,
            ignored: 2,
            filtered_out: 1,
        };
        assert_eq!(counts, expected, "{text}");
        assert_eq!(counts.exit_code(), ExitCode::from(101));
        assert!(text.contains("running 4 tests"), "{text}");
        for line in [
            "test d::icarus::passes       ... ok",
            "test d::icarus::fails        ... FAILED",
            "test d::icarus::skips_itself ... ignored (no such part)",
            "test d::icarus::left         ... ignored",
            "it is 7, not 8",
            "1 passed; 1 failed; 2 ignored; 0 measured; 1 filtered out",
        ] {
            assert_eq!(text.matches(line).count(), 1, "{line}:\n{text}");
        }
    }
    let passes = vec![job("d::icarus::passes", || Outcome::Passed)];
    assert_eq!(run_of(&[], passes).0.exit_code(), ExitCode::SUCCESS);
}

#[test]
fn a_list_runs_nothing() {
    let jobs = vec![job("d::icarus::a", || panic!("it is only listed"))];
    let (counts, text) = run_of(&["--list"], jobs);
    assert_eq!(
        (counts, &*text),
        (Counts::default(), "d::icarus::a: test\n")
    );
}

#[test]
fn a_panic_of_the_harness_fails_the_test_that_it_ran() {
    let jobs = || {
        vec![
            job("a", || panic!("of a number: {}", 7)),
            job("b", || panic!("of a word")),
            job("c", || std::panic::panic_any(7)),
        ]
    };
    let (counts, text) = run_of(&["--test-threads", "2"], jobs());
    assert_eq!(counts.failed, 3);
    for told in ["of a number: 7", "of a word", "no message"] {
        assert!(
            text.contains(&format!("the harness panicked: {told}")),
            "{text}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_written_is_reported() {
    let arguments = Arguments::of(&["--logfile", "/proc/none/log"]);
    let told = run(&arguments, Vec::new()).unwrap_err().to_string();
    assert!(told.contains("cannot write `/proc/none/log`"), "{told}");
}
