//! Errors that a design reports, and its own end of the simulation: one meaning on every simulator, told
//! from what they print.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::common::ghdl::{Ghdl, Version, versions};
use crate::common::newer;
use crate::common::nvc::Nvc;
use crate::common::{Icarus, Run, Shared, find_tool, plugin, root, run, without_settings};

const VERILOG: &str = "tests/designs/reporting.sv";
const VHDL: &str = "tests/designs/reporting.vhd";

static ICARUS: Shared = Shared::new(|| Icarus::compile::<&str>("reporting", &[VERILOG], &[]));
static NVC: Shared<Nvc> = Shared::new(|| Nvc::compile("reporting", &[VHDL], &[]));

/// Debian 13's Icarus, with the design compiled in a folder below its root.
struct NewerIcarus {
    root: PathBuf,
    folder: TempDir,
}

impl NewerIcarus {
    fn compile() -> Option<NewerIcarus> {
        let Some(root) = newer::root().filter(|root| root.join("usr/bin/vvp").exists()) else {
            eprintln!("skipped: Debian 13's Icarus is not there: `make newer` gets it");
            return None;
        };
        let folder = tempfile::tempdir_in(root.join("tmp")).expect("a folder");
        fs::copy(
            crate::common::root().join(VERILOG),
            folder.path().join("0.sv"),
        )
        .expect("ours");
        fs::copy(plugin("trust_tb"), folder.path().join("plugin.so")).expect("ours");
        let mut command = newer::command(&root, folder.path(), "iverilog");
        command.args(["-g2012", "-s", "reporting", "-o", "design.vvp", "0.sv"]);
        assert!(command.status().expect("iverilog runs").success());
        Some(NewerIcarus { root, folder })
    }

    fn run(&self, variables: &[(&str, &str)]) -> Run {
        let folder = self.folder.path();
        let mut command = newer::command(&self.root, folder, "vvp");
        let plugin = newer::inside(&self.root, &folder.join("plugin.so"));
        command.args(["-n", "-m"]).arg(plugin).arg("design.vvp");
        without_settings(&mut command);
        command.envs(variables.iter().copied());
        run(command)
    }
}

/// The design on one simulator.
enum Design {
    Icarus,
    NewerIcarus(NewerIcarus),
    Ghdl(Version, Ghdl),
    Nvc,
}

use Design::Icarus as OnIcarus;

impl Design {
    fn run_with(&self, filter: &str, variables: &[(&str, &str)]) -> Run {
        let variables = [&[("VERIFORK_FILTER", filter)], variables].concat();
        let plugin = plugin("trust_tb");
        match self {
            OnIcarus => ICARUS.get().run(&plugin, &variables, &[]),
            Design::NewerIcarus(design) => design.run(&variables),
            Design::Ghdl(_, design) => design.run(&plugin, &variables, &[]),
            Design::Nvc => NVC.get().run(&plugin, &variables, &[], &[]),
        }
    }

    /// Runs one test between two that have nothing to do with it.
    fn run(&self, test: &str) -> Run {
        eprintln!("{test} on {}", self.name());
        let filter = format!("=design::a_passes_before,=design::z_comes_after,=design::{test}");
        self.run_with(&filter, &[])
    }

    /// Runs one test alone, and gives its report as `JUnit`, from where the simulator writes it.
    fn run_with_report(&self, test: &str) -> (Run, String) {
        let root = match self {
            Design::Ghdl(
                Version {
                    root: Some(root), ..
                },
                _,
            ) => root.as_path(),
            Design::NewerIcarus(design) => &design.root,
            _ => Path::new("/"),
        };
        let folder = tempfile::tempdir_in(root.join("tmp")).expect("a folder");
        let file = folder.path().join("results.xml");
        let inside = Path::new("/").join(file.strip_prefix(root).expect("made there"));
        let path = inside.to_str().expect("a plain name");
        let run = self.run_with(&format!("=design::{test}"), &[("VERIFORK_JUNIT", path)]);
        (
            run,
            std::fs::read_to_string(file).expect("the report is written"),
        )
    }

    fn name(&self) -> String {
        match self {
            OnIcarus => "Icarus".to_owned(),
            Design::NewerIcarus(_) => "Debian 13's Icarus".to_owned(),
            Design::Ghdl(version, _) => format!("{version:?}"),
            Design::Nvc => "NVC".to_owned(),
        }
    }

    fn is_vhdl(&self) -> bool {
        !matches!(self, OnIcarus | Design::NewerIcarus(_))
    }

    /// The place of what the design does for a command.
    fn place(&self, command: u8) -> String {
        let file = if self.is_vhdl() { VHDL } else { VERILOG };
        // In another root the source has another name.
        let extension = file.rsplit('.').next().expect("it has one");
        let text = std::fs::read_to_string(root().join(file)).expect("a file of ours");
        let starts = [format!("{command}: "), format!("when {command} =>")];
        let found = text.lines().position(|line| {
            let line = line.trim_start();
            starts.iter().any(|start| line.starts_with(start))
        });
        let mut line = found.expect("the design has the command") + 1;
        if text
            .lines()
            .nth(line - 1)
            .is_some_and(|text| text.ends_with("=>"))
        {
            line += 1;
        }
        // NVC tells the line of the process.
        match self {
            Design::Nvc => format!(".{extension}:"),
            _ => format!(".{extension}:{line}"),
        }
    }
}

/// Every simulator that is installed, each named where it is not.
fn designs() -> Vec<Design> {
    static MISSING: LazyLock<()> = LazyLock::new(|| {
        for tool in ["vvp", "ghdl", "nvc"] {
            if find_tool(tool).is_none() {
                eprintln!("skipped: `{tool}` is not installed");
            }
        }
    });
    LazyLock::force(&MISSING);
    let mut designs = Vec::new();
    if find_tool("vvp").is_some() && find_tool("iverilog").is_some() {
        designs.push(OnIcarus);
    }
    designs.extend(NewerIcarus::compile().map(Design::NewerIcarus));
    if find_tool("ghdl").is_some() {
        designs.extend(versions().into_iter().map(|version| {
            let design = Ghdl::compile_with(&version, "reporting", &[VHDL]);
            Design::Ghdl(version, design)
        }));
    }
    if find_tool("nvc").is_some() {
        designs.push(Design::Nvc);
    }
    designs
}

/// What the run says of one failed test, from its title to its seed.
#[track_caller]
fn report<'a>(run: &'a Run, test: &str) -> &'a str {
    let title = format!("design::{test} failed (");
    let begin = run.output.find(&title);
    let begin = begin.unwrap_or_else(|| panic!("`{test}` did not fail:\n{}", run.output));
    let end = run.output[begin..].find("\n  seed ");
    &run.output[begin..begin + end.expect("every report has the seed")]
}

#[track_caller]
fn tells(run: &Run, test: &str, texts: &[&str]) {
    run.failed();
    let report = report(run, test);
    for text in texts {
        assert!(report.contains(text), "`{text}` is not in:\n{report}");
    }
}

#[test]
fn an_error_fails_its_test_at_its_end_and_does_not_end_the_simulation() {
    for design in designs() {
        let run = design.run("goes_on_after_an_error");
        let word = if design.is_vhdl() {
            "`severity error`"
        } else {
            "`$error` or a"
        };
        let texts = [
            &*design.place(1),
            // The second test of this simulation begins 1 ps or 1 fs late.
            "at 1 ns of the test (1.00",
            "the design reports an error (",
            word,
            "the design complains",
        ];
        tells(&run, "goes_on_after_an_error", &texts);
        run.says("it went on").says("2 passed, 1 failed");
        let run = design.run("sees::a_failed_assertion");
        tells(
            &run,
            "sees::a_failed_assertion",
            &[&design.place(9), "reports an error"],
        );
    }
}

#[test]
fn warnings_notes_and_what_only_looks_like_an_error_fail_nothing() {
    for design in designs() {
        for test in [
            "sees::a_warning",
            "sees::what_looks_like_errors",
            "ends_with::nothing",
        ] {
            design.run(test).passed().says("3 passed, 0 failed");
        }
    }
}

#[test]
fn errors_are_ignored_where_a_test_says_so_but_none_that_ends_the_simulation() {
    for design in designs() {
        for test in ["an_error", "many_errors", "a_failed_assertion"] {
            design
                .run(&format!("ignores::{test}"))
                .passed()
                .says("3 passed, 0 failed");
        }
        let run = design.run("ignores::a_fatal_error");
        tells(&run, "ignores::a_fatal_error", &["the design gave up"]);
    }
}

#[test]
fn errors_of_one_line_are_one_failure_that_counts_them() {
    for design in designs() {
        let run = design.run("sees::many_errors");
        tells(
            &run,
            "sees::many_errors",
            &[
                "the design reports an error",
                "(and 29 more from this line)",
            ],
        );
        assert!(!report(&run, "sees::many_errors").contains("\n  2. "));
        run.says("2 passed, 1 failed");
    }
}

#[test]
fn a_fatal_error_fails_its_test_at_once_with_the_simulators_own_message() {
    for design in designs() {
        let run = design.run("sees::a_fatal_error");
        let (place, word) = (
            design.place(3),
            if design.is_vhdl() {
                "failure`"
            } else {
                "`$fatal`"
            },
        );
        let texts = [
            &*place,
            "the simulation ended while the test ran: the design called `",
            word,
            "the design gave up",
            "awaits the time 2.00",
        ];
        tells(&run, "sees::a_fatal_error", &texts);
        run.says("not run: the simulation ended before this test");
        if design.is_vhdl() {
            let run = design.run("sees::an_error_at_run_time");
            tells(
                &run,
                "sees::an_error_at_run_time",
                &[".vhd:", "12", "0 to 3"],
            );
        }
    }
}

#[test]
fn an_end_that_a_test_did_not_ask_for_fails_it() {
    for design in designs() {
        for test in ["a_finish", "a_stop"] {
            let run = design.run(&format!("sees::{test}"));
            // Icarus, if it is not told to end there, goes on.
            let texts = ["the design called `"];
            tells(&run, &format!("sees::{test}"), &texts);
            run.says("PASS  design::a_passes_before");
        }
    }
}

#[test]
fn a_test_may_want_the_design_to_end_the_simulation() {
    for design in designs() {
        for test in [
            "wants_fatal::an_end",
            "wants_finish::an_end",
            "wants_stop::an_end",
        ] {
            // After all others, though it was declared between them.
            design.run(test).passed().says("3 passed, 0 failed");
        }
        if design.is_vhdl() {
            design.run("wants_fatal::an_error_at_run_time").passed();
        }
        let run = design.run("wants_fatal::a_finish");
        tells(
            &run,
            "wants_fatal::a_finish",
            &["`ends = \"fatal\"` requires it to be"],
        );
        for test in ["wants_finish::a_fatal_error", "wants_stop::a_fatal_error"] {
            tells(
                &design.run(test),
                test,
                &["the design gave up", "requires it to be"],
            );
        }
        let run = design.run("wants_fatal::an_error");
        tells(&run, "wants_fatal::an_error", &["the design complains"]);
        for test in ["wants_fatal::nothing", "wants_finish::nothing"] {
            let texts = [
                "the test ended, but `ends = \"f",
                "requires the design to end the simulation with `",
            ];
            tells(&design.run(test), test, &texts);
        }
    }
}

#[test]
fn a_second_test_that_wants_an_end_needs_a_simulation_of_its_own() {
    for design in designs() {
        let run = design.run_with("wants_fatal::an_end,wants_finish::an_end", &[]);
        tells(
            &run,
            "wants_finish::an_end",
            &[
                "not run: ",
                "VERIFORK_FILTER='=design::wants_finish::an_end'",
            ],
        );
        run.says("PASS  design::wants_fatal::an_end");
    }
}

#[test]
fn what_the_design_does_in_the_last_time_step_of_a_test_is_the_tests() {
    for design in designs() {
        for filter in [
            "=design::ends_with::an_error",
            "ends_with::an_error,design::z_comes_after",
        ] {
            let run = design.run_with(filter, &[]);
            tells(
                &run,
                "ends_with::an_error",
                &["the design complains", "at 1 ns"],
            );
        }
        let (run, written) = design.run_with_report("ends_with::a_fatal_error");
        let texts = [
            "in the time step in which the test ended",
            "the design gave up",
        ];
        tells(&run, "ends_with::a_fatal_error", &texts);
        assert!(written.contains("the design gave up"), "{written}");
        // Nothing was cut short, and the test has passed all its checks.
        design
            .run_with("=design::ends_with::a_finish", &[])
            .passed()
            .says("1 passed");
    }
}

#[test]
fn what_the_design_reports_after_the_last_test_fails_the_run() {
    for design in designs().iter().filter(|design| !design.is_vhdl()) {
        for test in ["an_error", "a_fatal_error"] {
            design
                .run(&format!("asks_for_a_bad_end::{test}"))
                .failed()
                .says("3 passed, 0 failed")
                .says("verifork: after the last test the design reported:\n")
                .says("the design ended badly");
        }
    }
}

/// Through the harness as by hand: `tests/failures` and the runner's tests read the standard output.
#[test]
fn the_report_of_a_failure_has_what_was_printed_in_order() {
    for design in designs() {
        let (run, written) = design.run_with_report("logs_in_order");
        run.failed();
        let missing = if design.is_vhdl() {
            "rom is missing"
        } else {
            "$readmemh: Unable to open"
        };
        let mut from = written
            .find("<system-out>")
            .expect("a failed test has a log");
        for text in [
            "testbench: first",
            "design: before",
            missing,
            "design: after",
            "testbench: second",
            "the design complains",
            "testbench: third",
        ] {
            let found = written[from..].find(text);
            from += found.unwrap_or_else(|| panic!("`{text}` does not come next in:\n{written}"));
        }
    }
}

#[test]
fn a_write_that_a_test_leaves_is_warned_of() {
    for design in designs() {
        let run = design.run("leaves_a_write");
        run.passed()
            .says("has ended before its write to `reporting.command` (at tests/plugins/trust/src/")
            .says("3 passed, 0 failed");
    }
}

#[test]
fn what_happens_at_the_time_limit_is_in_time() {
    for design in designs() {
        for test in ["by_a_timer", "by_an_edge"] {
            design.run(&format!("ends_at_its_limit::{test}")).passed();
        }
        let run = design.run_with("ends_one_step_after_its_limit", &[]);
        let texts = ["at 10 ns", "did not end within 10 ns of simulated time"];
        tells(&run, "ends_one_step_after_its_limit", &texts);
    }
}

#[test]
fn a_timer_beyond_the_end_of_time_is_an_error_at_its_line() {
    for design in designs() {
        let text = std::fs::read_to_string(root().join("tests/plugins/trust/src/design.rs"));
        let text = text.expect("a file of ours");
        let line = text.lines().position(|line| line.ends_with("// too long"));
        let place = format!("src/design.rs:{}", line.expect("the line is there") + 1);
        let run = design.run("waits_beyond_the_end_of_time");
        let texts = [&*place, "is beyond the last time of the simulation"];
        tells(&run, "waits_beyond_the_end_of_time", &texts);
    }
}
