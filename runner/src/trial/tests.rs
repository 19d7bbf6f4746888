//! Trials on a simulator that is a script.

use std::fs;

use verifork_protocol::results::{Record, Status};

use super::*;
use verifork_protocol::verdict::{self, Status as Judged, TestVerdict};

use crate::testing::{Bench, lines, lines_of, listed, loaded, writes};

impl Bench {
    fn run(&self) -> Outcome {
        outcome(self.suite().run(&listed("counts"), None))
    }

    /// The failure of the one test.
    #[track_caller]
    fn failure(&self) -> String {
        match self.run() {
            Outcome::Failed(message) => message,
            other => panic!("it has not failed: {other:?}"),
        }
    }
}

/// The outcome for the front end.
#[derive(Debug, PartialEq)]
enum Outcome {
    Passed,
    Warned(Vec<String>),
    Ignored(String),
    Failed(String),
}

fn outcome(told: crate::front::Outcome) -> Outcome {
    use crate::front::Outcome as Told;
    match told {
        Told::Passed => Outcome::Passed,
        Told::Warned(warnings) => Outcome::Warned(warnings.into_iter().map(|it| it.text).collect()),
        Told::Ignored(reason) => Outcome::Ignored(reason.unwrap_or_default()),
        Told::Failed(failure) => Outcome::Failed(failure.text),
    }
}

#[track_caller]
fn check(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}

#[test]
fn a_test_passes_where_the_plugin_wrote_that_it_has() {
    let bench = Bench::new(&writes(&lines("counts", Status::Passed, "")));
    assert_eq!(bench.run(), Outcome::Passed);
}

#[test]
fn a_test_that_has_failed_tells_its_errors_and_how_to_repeat_it() {
    let bench = Bench::new(&writes(&lines("counts", Status::Failed, "count is 7")));
    check(
        &bench.failure(),
        &[
            "count is 7",
            "src/lib.rs:7",
            "src/lib.rs:5",
            "Icarus Verilog 11.0",
            "VERIFORK_SEED=77",
            "top::icarus::counts",
        ],
    );
}

#[test]
fn a_test_that_skips_itself_is_ignored_with_its_reason() {
    let bench = Bench::new(&writes(&lines("counts", Status::Skipped, "no such part")));
    assert_eq!(bench.run(), Outcome::Ignored("no such part".into()));
}

#[test]
fn a_simulator_that_ends_well_without_a_result_has_passed_nothing() {
    let bench = Bench::new("echo nothing happened; exit 0\n");
    check(&bench.failure(), &["nothing happened"]);
    let loaded = loaded().line();
    let bench = Bench::new(&writes(&loaded));
    bench.failure();
}

#[test]
fn half_a_line_is_no_result() {
    let whole = lines("counts", Status::Passed, "");
    let cut = &whole[..whole.len() - Record::Finished(true).line().len() - 3];
    let bench = Bench::new(&format!("printf '%s' '{cut}' >> \"$VERIFORK_RESULTS\"\n"));
    bench.failure();
}

#[test]
fn lines_that_are_not_understood_fail_the_test() {
    let bench = Bench::new(&writes(&format!(
        "{}{{\"surprise\": 1}}\n",
        lines("counts", Status::Passed, "")
    )));
    bench.failure();
}

#[test]
fn the_result_of_another_test_is_none_of_this_one() {
    let bench = Bench::new(&writes(&lines("other", Status::Passed, "")));
    bench.failure();
}

#[test]
fn a_simulator_that_crashes_in_a_test_says_which_and_how() {
    let begun = [loaded(), Record::Begun("counts".into())];
    let begun: String = begun.iter().map(Record::line).collect();
    let bench = Bench::new(&format!("{}kill -SEGV $$\n", writes(&begun)));
    check(&bench.failure(), &["SIGSEGV"]);
}

#[test]
fn a_simulator_that_fails_after_a_pass_has_not_passed() {
    let passed = writes(&lines("counts", Status::Passed, ""));
    let bench = Bench::new(&format!("{passed}echo 'a final block'; exit 3\n"));
    check(&bench.failure(), &["3"]);
}

#[test]
fn what_the_plugin_could_not_do_is_reported() {
    let problem = [
        loaded(),
        Record::Problem("settings that cannot be understood".into()),
    ];
    let problem: String = problem.iter().map(Record::line).collect();
    let bench = Bench::new(&format!("{}exit 1\n", writes(&problem)));
    check(&bench.failure(), &["settings that cannot be understood"]);
}

#[test]
fn a_child_that_outlives_the_simulator_is_ended_with_it() {
    let passed = writes(&lines("counts", Status::Passed, ""));
    let bench = Bench::new(&format!("sleep 1000 &\necho $! > child\n{passed}"));
    let suite = bench.suite();
    let _ = suite.run(&listed("counts"), None);
    let child = fs::read_to_string(suite.folder(&listed("counts")).join("work/child")).unwrap();
    // It was killed; the system needs some time.
    let runs = || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
        let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
        !state.is_empty() && !state.starts_with('Z')
    };
    let mut looks = 0;
    while runs() {
        looks += 1;
        assert!(looks < 1000, "the child {child} still runs");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_design_that_does_not_compile_fails_with_the_compilers_words() {
    let bench = Bench::new("exit 0\n");
    bench.breaks();
    check(&bench.failure(), &["top.v:1: syntax error"]);
}

#[test]
fn a_compiler_that_does_not_end_is_killed_after_its_limit_and_named() {
    let mut bench = Bench::new("exit 0\n");
    fs::write(bench.folder.path().join("hangs"), "").unwrap();
    bench.settings.compile_timeout = Some(Duration::from_millis(200));
    let told = bench.failure();
    let first = "`top` does not compile: Icarus Verilog's compiler has not ended after 200 ms, and is killed: \
                 VERIFORK_COMPILE_TIMEOUT sets the limit\n";
    assert!(told.starts_with(first), "{told}");
    check(&told, &["\n  top.v:1: warning: it is odd\n", "\n$ "]);
}

#[test]
fn of_tests_that_are_processes_one_shows_why_the_design_does_not_compile() {
    let mut bench = Bench::new("exit 0\n");
    bench.breaks();
    let failure = |bench: &Bench, test: &str| match bench.suite().run(&listed(test), None) {
        crate::front::Outcome::Failed(failure) => failure,
        other => panic!("it has not failed: {other:?}"),
    };
    // Alone, each shows it.
    for test in ["counts", "wraps"] {
        assert!(!failure(&bench, test).reported, "{test}");
    }
    bench.run = Some("one".into());
    let first = failure(&bench, "counts");
    check(&first.text, &["top.v:1: syntax error", "\n$ "]);
    let second = failure(&bench, "wraps");
    assert!(second.reported && !first.reported);
    // The report has all of it for each.
    assert_eq!((&second.text, &second.cause), (&first.text, &first.cause));
    let brief = second.brief.unwrap();
    check(
        &brief,
        &["syntax error\n", "shows all of it: top::icarus::counts\n"],
    );
    assert!(!brief.contains('$'), "{brief}");
    // The one that has shown it, tried again, shows it again.
    assert!(!failure(&bench, "counts").reported);
    // In another run another one is the first.
    bench.run = Some("two".into());
    assert!(!failure(&bench, "wraps").reported);
    assert!(failure(&bench, "counts").reported);
    // A design that compiles now is no longer refused.
    fs::remove_file(bench.folder.path().join("broken")).unwrap();
    check(
        &failure(&bench, "wraps").text,
        &["the plugin was never started"],
    );
    check(
        &failure(&bench, "counts").text,
        &["the plugin was never started"],
    );
}

#[test]
fn a_simulator_that_is_not_there_fails_a_test_that_needs_it() {
    let bench = Bench::new("exit 0\n");
    fs::remove_file(bench.folder.path().join("vvp")).unwrap();
    check(&bench.failure(), &["vvp"]);
}

#[test]
fn what_has_failed_is_run_again_with_waves_where_that_is_wanted() {
    let failed = writes(&lines("counts", Status::Failed, "count is 7"));
    let waves = "for it in \"$@\"; do case $it in +verifork_waves=*) echo dump > \"${it#*=}\";; esac; done\n";
    let mut bench = Bench::new(&format!("{waves}{failed}"));
    bench.settings.waves = WavesWanted::OnFailure(None);
    check(&bench.failure(), &["count is 7", "waves.fst"]);
    // A second run that passes is reported.
    let passed = writes(&lines("counts", Status::Passed, ""));
    let both = format!("case \"$*\" in *verifork_waves*) {passed};; *)\n{failed};; esac\n");
    let mut bench = Bench::new(&both);
    bench.settings.waves = WavesWanted::OnFailure(Some(Waves::Vcd));
    check(
        &bench.failure(),
        &["the second run, with waves and the same seed, passed"],
    );
}

#[test]
fn tests_that_share_a_simulation_are_run_once() {
    let both = lines_of(&[
        ("counts", Status::Passed, ""),
        ("wraps", Status::Failed, "wrapped"),
    ]);
    let mut bench = Bench::new(&format!(
        "echo run >> ../../runs\n{}exit 1\n",
        writes(&both)
    ));
    bench.shared = true;
    let suite = bench.suite();
    let shared = Shared::of(vec![listed("counts"), listed("wraps")]);
    let counts = suite.run(&listed("counts"), Some(&shared));
    let wraps = suite.run(&listed("wraps"), Some(&shared));
    assert_eq!(outcome(counts), Outcome::Passed);
    let Outcome::Failed(message) = outcome(wraps) else {
        panic!("it has failed")
    };
    check(&message, &["wrapped"]);
    let runs = fs::read_to_string(suite.runs().join("runs")).unwrap();
    assert_eq!(runs, "run\n");
}

#[test]
fn where_nothing_can_run_every_test_fails_with_the_reason() {
    let bench = Bench::new("exit 0\n");
    let suite = bench.suite();
    let _ = suite
        .context
        .cannot_run
        .set("the plugin has no tests".into());
    let told = outcome(suite.run(&listed("counts"), None));
    assert_eq!(told, Outcome::Failed("the plugin has no tests".into()));
}

#[test]
fn a_design_is_described_or_it_is_said_why_not() {
    let bench = Bench::new("echo described > \"$VERIFORK_DESCRIBE\"\n");
    let path = bench.folder.path().join("design.json");
    bench.suite().describe(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "described\n");
    let bench = Bench::new("echo no licence\n");
    let error = bench
        .suite()
        .describe(&bench.folder.path().join("none.json"))
        .unwrap_err();
    check(&error.to_string(), &["was not described", "no licence"]);
}

#[test]
fn the_report_has_the_result_with_what_belongs_to_it() {
    let mut bench = Bench::new(&writes(&lines("counts", Status::Failed, "count is 7")));
    let path = bench.folder.path().join("report.xml");
    bench.settings.junit = Some(path.clone());
    let suite = bench.suite();
    assert!(matches!(
        outcome(suite.run(&listed("counts"), None)),
        Outcome::Failed(_)
    ));
    suite.context.junit.get().unwrap().finish(None).unwrap();
    let report = fs::read_to_string(&path).unwrap();
    check(
        &report,
        &["count is 7", "Icarus Verilog", "simulated_ns", "log.txt"],
    );
}

fn verdict(suite: &Suite, test: &ListedTest) -> TestVerdict {
    TestVerdict::read(&suite.folder(test).join(verdict::FILE)).unwrap()
}

#[test]
fn what_became_of_a_test_lies_in_its_folder() {
    for (status, text, judged, told) in [
        (Status::Passed, "", Judged::Passed, ""),
        (
            Status::Skipped,
            "no such part",
            Judged::Skipped,
            "no such part",
        ),
        (Status::Failed, "count is 7", Judged::Failed, "count is 7"),
    ] {
        let bench = Bench::new(&writes(&lines("counts", status, text)));
        let suite = bench.suite();
        let mut test = listed("counts");
        test.covers = vec!["REQ-12".into()];
        suite.run(&test, None);
        let verdict = verdict(&suite, &test);
        assert_eq!(verdict.status, judged);
        assert!(verdict.text.contains(told), "{verdict:?}");
        assert_eq!(
            (verdict.design.as_str(), verdict.simulator.as_str()),
            ("top", "icarus")
        );
        assert_eq!((verdict.covers, verdict.seed), (test.covers, Some(77)));
        assert_eq!(verdict.product.as_deref(), Some("Icarus Verilog 11.0"));
        assert!(
            verdict.repeat.contains("VERIFORK_SEED=77"),
            "{}",
            verdict.repeat
        );
        assert_eq!(verdict.run, "the run");
    }
}

#[test]
fn a_test_that_has_begun_has_not_passed_until_it_has() {
    let simulates = "cp ../verdict.json ../seen.json\n".to_owned()
        + &writes(&lines("counts", Status::Passed, ""));
    let bench = Bench::new(&simulates);
    let suite = bench.suite();
    for _ in 0..2 {
        suite.run(&listed("counts"), None);
        let seen = TestVerdict::read(&suite.folder(&listed("counts")).join("seen.json")).unwrap();
        assert_eq!(seen.status, Judged::Unfinished);
        assert_eq!(verdict(&suite, &listed("counts")).status, Judged::Passed);
    }
}

#[test]
fn a_test_without_a_simulator_leaves_that_it_failed() {
    let mut bench = Bench::new("exit 0\n");
    bench
        .settings
        .places
        .insert(Simulator::Icarus, "/nonexistent".into());
    let suite = bench.suite();
    suite.run(&listed("counts"), None);
    let verdict = verdict(&suite, &listed("counts"));
    assert_eq!(verdict.status, Judged::Failed);
    assert!(
        verdict.text.contains("is not where VERIFORK_ICARUS says"),
        "{}",
        verdict.text
    );
    assert!(
        verdict.repeat.contains("--exact top::icarus::counts"),
        "{}",
        verdict.repeat
    );
}

#[test]
fn of_repetitions_the_seed_is_that_of_the_one_that_failed() {
    let ended = |label: &str, status, seed: u64| {
        let line = lines("counts", status, "count is 7");
        let line = line
            .lines()
            .find(|line| line.contains("\"ended\""))
            .unwrap();
        let line = line.replace("\"seed\":77", &format!("\"seed\":{seed}"));
        line.replace("\"label\":\"counts\"", &format!("\"label\":\"{label}\"")) + "\n"
    };
    let both = loaded().line()
        + &ended("counts#1", Status::Passed, 5)
        + &ended("counts#2", Status::Failed, 6);
    let bench = Bench::new(&writes(&both));
    let suite = bench.suite();
    let Outcome::Failed(told) = outcome(suite.run(&listed("counts"), None)) else {
        panic!("it has failed")
    };
    check(&told, &["seed       6", "VERIFORK_SEED=6 "]);
    assert_eq!(verdict(&suite, &listed("counts")).seed, Some(6));
}

#[test]
fn only_the_first_run_of_a_test_leaves_coverage() {
    let failed = writes(&lines("counts", Status::Failed, "count is 7"));
    let mut bench = Bench::new(&format!("echo \"=$VERIFORK_COVERAGE\" > ../seen\n{failed}"));
    bench.settings.waves = WavesWanted::OnFailure(None);
    let suite = bench.suite();
    suite.run(&listed("counts"), None);
    let folder = suite.folder(&listed("counts"));
    let seen = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    assert_eq!((&*seen("seen"), &*seen("waves/seen")), ("=\n", "=off\n"));
}
