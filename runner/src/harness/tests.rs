//! The harness of a crate whose simulator is a script, from designs, settings and the plugin's list of tests to the
//! status of the process.

use std::fmt::Write as _;
use std::fs;

use verifork_protocol::description::{self, Description};
use verifork_protocol::results::Status;
use verifork_protocol::trend;
use verifork_protocol::verdict::{self, Status as Judged, TestVerdict};

use super::*;
use crate::simulator::Waves;
use crate::testing::{Bench, lines, listed, writes};

/// A simulator that ends each of these tests so.
fn bench(tests: &[(&str, Status, &str)]) -> Bench {
    let mut script = "case $VERIFORK_FILTER in\n".to_owned();
    for &(name, status, text) in tests {
        let results = writes(&lines(name, status, text));
        // Writing to a string cannot fail.
        let _ = write!(script, "={name})\n{results};;\n");
    }
    Bench::new(&(script + "esac\n"))
}

/// The result of a harness: its status or its problems, and its output.
struct Ended {
    status: Result<ExitCode, Vec<String>>,
    printed: String,
}

impl Ended {
    #[track_caller]
    fn problem(&self) -> String {
        let problems = self.status.as_ref().expect_err(&self.printed);
        problems.join("\n")
    }
}

fn tests(names: &[&str]) -> Vec<ListedTest> {
    names.iter().map(|name| listed(name)).collect()
}

fn understood(
    bench: &Bench,
    designs: Vec<Design>,
    plugin: PluginSettings,
    tests: Vec<ListedTest>,
    arguments: &mut Arguments,
) -> Result<Prepared, Vec<String>> {
    let testbench = bench.testbench();
    let designs = resolve(designs, &testbench.folder)?;
    let listed = (plugin, tests);
    understand(
        bench.settings.clone(),
        testbench,
        designs,
        listed,
        arguments,
    )
}

fn run_with(
    bench: &Bench,
    plugin: PluginSettings,
    tests: Vec<ListedTest>,
    words: &[&str],
) -> Ended {
    let file = bench.folder.path().join("printed.txt");
    let words = [words, &["--logfile", file.to_str().unwrap()]].concat();
    let mut arguments = Arguments::of(&words);
    let prepared = understood(bench, vec![bench.design()], plugin, tests, &mut arguments);
    let status = prepared.and_then(|prepared| match prepared {
        Prepared::Done => panic!("no test was asked for"),
        Prepared::Tests(tests) => tests.run(&arguments),
    });
    Ended {
        status,
        printed: fs::read_to_string(file).unwrap_or_default(),
    }
}

fn run_of(bench: &Bench, names: &[&str]) -> Ended {
    run_with(bench, PluginSettings::default(), tests(names), &[])
}

#[test]
fn a_harness_succeeds_where_a_test_ran_and_none_failed() {
    let both = [
        ("counts", Status::Passed, ""),
        ("wraps", Status::Failed, "it is 7"),
    ];
    let bench = bench(&both);
    let ended = run_of(&bench, &["counts"]);
    assert_eq!(ended.status, Ok(ExitCode::SUCCESS), "{}", ended.printed);
    let ended = run_of(&bench, &["counts", "wraps"]);
    assert_eq!(ended.status, Ok(ExitCode::from(101)));
    for text in [
        "top::icarus::counts ... ok",
        "top::icarus::wraps  ... FAILED",
        "it is 7",
    ] {
        assert!(ended.printed.contains(text), "{text}:\n{}", ended.printed);
    }
    // Filters on the command line may select nothing.
    let plugin = PluginSettings::default();
    let ended = run_with(&bench, plugin, tests(&["counts"]), &["zzz"]);
    assert_eq!(ended.status, Ok(ExitCode::SUCCESS));
}

#[test]
fn a_harness_in_which_no_test_could_run_fails_unless_that_is_allowed() {
    let bench = bench(&[]);
    let mut left = listed("counts");
    left.skip = Some("not on Mondays".into());
    let allowed = || PluginSettings {
        allow_empty: true,
        ..PluginSettings::default()
    };
    let ended = run_with(&bench, PluginSettings::default(), vec![left.clone()], &[]);
    let told = ended.problem();
    assert!(told.contains("no test of `bench` could run"), "{told}");
    assert!(told.contains("1 ignored: not on Mondays"), "{told}");
    let ended = run_with(&bench, allowed(), vec![left], &[]);
    assert_eq!(ended.status, Ok(ExitCode::SUCCESS));
    let told = run_of(&bench, &[]).problem();
    assert!(told.contains("has no tests: mark an `async fn`"), "{told}");
    let ended = run_with(&bench, allowed(), vec![], &[]);
    assert_eq!(ended.status, Ok(ExitCode::SUCCESS));
}

#[test]
fn what_is_left_out_and_how_many_passed_is_noted_for_reports() {
    let bench = bench(&[
        ("counts", Status::Passed, ""),
        ("wraps", Status::Passed, ""),
    ]);
    let mut left = listed("later");
    left.skip = Some("not on Mondays".into());
    let mut tests = tests(&["counts", "wraps"]);
    tests.push(left);
    for arguments in [&[][..], &["--list"][..]] {
        run_with(&bench, PluginSettings::default(), tests.clone(), arguments);
    }
    let output = bench.context().testbench.output.clone();
    let (points, _) = trend::read(&output).unwrap();
    let counts: Vec<_> = points
        .iter()
        .map(|it| (it.passed, it.failed, it.skipped))
        .collect();
    assert_eq!(counts, [(2, 0, 1)]);
    let designs = resolve(vec![bench.design()], bench.folder.path()).unwrap();
    let folder = bench.context().runs(&designs[0], Simulator::Icarus);
    let verdict = TestVerdict::read(&folder.join("later").join(verdict::FILE)).unwrap();
    assert_eq!(
        (verdict.status, &*verdict.text),
        (Judged::Skipped, "not on Mondays")
    );
}

#[test]
fn tests_that_all_skip_themselves_are_no_run() {
    let bench = bench(&[("counts", Status::Skipped, "no such part")]);
    let told = run_of(&bench, &["counts"]).problem();
    assert!(told.contains("all of them skipped themselves"), "{told}");
}

#[test]
fn settings_that_leave_nothing_of_the_designs_are_reported() {
    let mut bench = bench(&[]);
    bench.settings.simulators = Some(vec![Simulator::Nvc]);
    let told = run_of(&bench, &["counts"]).problem();
    assert!(
        told.contains(
            "VERIFORK_SIM=nvc leaves no test of `bench`: its designs run on icarus, verilator"
        ),
        "{told}"
    );
    bench.settings.simulators = None;
    let mut other = listed("counts");
    other.selected = false;
    let told = run_with(&bench, PluginSettings::default(), vec![other], &[]).problem();
    assert!(told.contains("VERIFORK_FILTER leaves no test of"), "{told}");
    let plugin = PluginSettings {
        none_selected: Some("no test's name is `zzz`".into()),
        ..PluginSettings::default()
    };
    let told = run_with(&bench, plugin, tests(&["counts"]), &[]).problem();
    assert_eq!(told, "no test's name is `zzz`");
}

#[test]
fn a_simulator_that_is_named_and_not_there_fails_its_tests() {
    let bench = bench(&[]);
    fs::remove_file(bench.folder.path().join("vvp")).unwrap();
    let ended = run_of(&bench, &["counts"]);
    assert_eq!(ended.status, Ok(ExitCode::from(101)));
    assert!(
        ended.printed.contains("Icarus Verilog is not where"),
        "{}",
        ended.printed
    );
}

#[test]
fn a_test_that_a_design_leaves_out_is_ignored_until_ignored_ones_are_asked_for() {
    let bench = bench(&[
        ("counts", Status::Passed, ""),
        ("wraps", Status::Passed, ""),
    ]);
    let run = |words: &[&str]| {
        let mut arguments = Arguments::of(words);
        let design = bench
            .design()
            .skip_on(Simulator::Icarus, "wraps", "no such part");
        let tests = tests(&["counts", "wraps"]);
        let plugin = PluginSettings::default();
        let prepared = understood(&bench, vec![design], plugin, tests, &mut arguments);
        let Ok(Prepared::Tests(tests)) = prepared else {
            panic!("there are tests")
        };
        let ignored: Vec<_> = tests
            .plan
            .tests
            .iter()
            .map(|it| it.ignored.clone())
            .collect();
        (ignored, tests.plan.selected(&arguments).count())
    };
    assert_eq!(run(&[]), (vec![None, Some("no such part".into())], 2));
    assert_eq!(run(&["--ignored"]).1, 1);
}

#[test]
fn what_is_wrong_is_reported_before_anything_runs() {
    let bench = bench(&[]);
    let problem = |designs, plugin, tests| {
        let mut arguments = Arguments::of(&[]);
        let understood = understood(&bench, designs, plugin, tests, &mut arguments);
        understood.err().expect("it is wrong").join("\n")
    };
    let plugin = PluginSettings::default;
    let design = || bench.design();
    let told = problem(
        vec![design().tests(["cuonts"])],
        plugin(),
        tests(&["counts"]),
    );
    assert!(told.contains("did you mean `counts`?"), "{told}");
    let told = problem(vec![design()], plugin(), tests(&["counts", "counts"]));
    assert_eq!(told, "two tests are called `top::icarus::counts`");
    let broken = PluginSettings {
        problem: Some("VERIFORK_SEED=x: a number fits".into()),
        ..plugin()
    };
    let told = problem(vec![design()], broken, tests(&["counts"]));
    assert_eq!(told, "VERIFORK_SEED=x: a number fits");
    fs::write(bench.folder.path().join("e.vhd"), "").unwrap();
    let mixed = design().sources(["e.vhd"]);
    let told = problem(vec![mixed], plugin(), tests(&["counts"]));
    assert!(
        told.contains("no simulator supports Verilog and VHDL in one design"),
        "{told}"
    );
    let wrong = design().simulators([Simulator::Nvc]);
    let told = problem(vec![wrong], plugin(), tests(&["counts"]));
    assert!(
        told.contains("(nvc) supports Verilog; icarus, verilator do"),
        "{told}"
    );
}

#[test]
fn another_format_of_waves_than_the_one_asked_for_is_reported() {
    let mut bench = bench(&[]);
    bench.settings.waves = WavesWanted::Always(Waves::Ghw);
    let mut arguments = Arguments::of(&[]);
    let plugin = PluginSettings {
        remarks: vec!["`zzz` is in no test's name".into()],
        ..PluginSettings::default()
    };
    let designs = vec![bench.design()];
    let prepared = understood(&bench, designs, plugin, tests(&["counts"]), &mut arguments);
    let Ok(Prepared::Tests(tests)) = prepared else {
        panic!("there are tests")
    };
    let notes = tests.plan.notes.join("\n");
    let waves = "Icarus Verilog writes waves as fst or vcd, not as ghw: as fst here";
    assert!(notes.contains(waves), "{notes}");
    assert!(notes.contains("`zzz` is in no test's name"), "{notes}");
}

#[test]
fn the_report_has_every_test_and_why_none_ran() {
    let both = [
        ("counts", Status::Passed, ""),
        ("wraps", Status::Failed, "it is 7"),
    ];
    let mut bench = bench(&both);
    let path = bench.folder.path().join("report.xml");
    bench.settings.junit = Some("report.xml".into());
    let _ = run_of(&bench, &["counts", "wraps"]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("tests=\"3\" skipped=\"0\" failures=\"1\" errors=\"0\""),
        "{text}"
    );
    let mut left = listed("counts");
    left.skip = Some("not on Mondays".into());
    let _ = run_with(&bench, PluginSettings::default(), vec![left], &[]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("no test of `bench` could run"), "{text}");
}

#[test]
fn help_and_a_list_run_nothing() {
    let bench = bench(&[]);
    let mut arguments = Arguments::of(&[]);
    let plugin = PluginSettings {
        help: Some("VERIFORK_SIM  these simulators".into()),
        ..PluginSettings::default()
    };
    let asked = understood(&bench, vec![bench.design()], plugin, vec![], &mut arguments);
    assert!(matches!(asked, Ok(Prepared::Done)));
    let plugin = PluginSettings {
        list: true,
        ..PluginSettings::default()
    };
    let ended = run_with(&bench, plugin, tests(&["counts"]), &[]);
    assert_eq!(ended.status, Ok(ExitCode::SUCCESS));
    assert!(!ended.printed.contains("running"), "{}", ended.printed);
    assert!(!bench.testbench().output.join("runs").exists());
}

/// A description as a plugin writes it.
fn description() -> String {
    let description = Description {
        format: description::FORMAT,
        library: "0".into(),
        simulator: "Icarus Verilog".into(),
        version: "11.0".into(),
        precision: "1 ps".into(),
        tops: Vec::new(),
        harness: None,
    };
    description.text()
}

#[test]
fn designs_are_described_by_the_first_simulator_that_takes_them() {
    let script = format!(
        "cat > \"$VERIFORK_DESCRIBE\" <<'END'\n{}END\n",
        description()
    );
    let mut bench = Bench::new(&script);
    let folder = bench.folder.path().join("described");
    bench.settings.describe = Some(folder.clone());
    let describe = |bench: &Bench| {
        let mut arguments = Arguments::of(&[]);
        let plugin = PluginSettings::default();
        understood(bench, vec![bench.design()], plugin, vec![], &mut arguments)
    };
    assert!(matches!(describe(&bench), Ok(Prepared::Done)));
    let files: Vec<_> = fs::read_dir(&folder).unwrap().flatten().collect();
    let [file] = &files[..] else {
        panic!("{files:?}")
    };
    let harness = Description::read(&file.path()).unwrap().harness.unwrap();
    assert_eq!((&*harness.design, harness.position), ("top", 0));
    assert_eq!(harness.sources, [bench.folder.path().join("top.v")]);
    // Why it is not, of those that are asked.
    bench.breaks();
    let told = describe(&bench)
        .err()
        .expect("it does not compile")
        .join("\n");
    assert!(
        told.contains("Icarus Verilog is left out: `top` does not compile"),
        "{told}"
    );
    bench.settings.simulators = Some(vec![Simulator::Nvc]);
    let told = describe(&bench).err().expect("nothing is asked").join("\n");
    assert!(
        told.contains("no simulator in VERIFORK_SIM supports it"),
        "{told}"
    );
    fs::remove_file(bench.folder.path().join("vvp")).unwrap();
    bench.settings.simulators = Some(vec![Simulator::Icarus]);
    let told = describe(&bench).err().expect("it is not there").join("\n");
    assert!(told.contains("Icarus Verilog is not where"), "{told}");
}
