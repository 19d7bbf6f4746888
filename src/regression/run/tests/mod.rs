//! The run of tests, on the stand-in simulator. Settings, exit status and output belong to a process, so each run has
//! its own process.

mod cases;
mod ends;
mod selection;
mod verdicts;

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use verifork_protocol::results::{Ended, Results, Status};

use super::HOOKS;
use crate::scheduler::Dispatch;
use crate::simulator::testing::{Content, Design, Operation, clocked_register};
use crate::simulator::{MessageStyle, ObjectKind};

/// The variable that names the design of a run's process.
const DESIGN: &str = "TEST_OF_RUN_DESIGN";

/// A test prints this to make the simulator refuse writes from then on.
const BREAKS: &str = "writes are refused from now on";

/// The source file of the tests that are run.
const CASES: &str = "regression::run::tests::cases";

/// Not a test: what the tests below run in a process of its own.
#[test]
#[ignore = "ends the process: the other tests start it"]
fn child() {
    static EVENTS: Dispatch = Dispatch::new(HOOKS);
    let Ok(kind) = std::env::var(DESIGN) else {
        return;
    };
    let mut design = design();
    match &*kind {
        "refuses" => design = design.refusing(Operation::Delay),
        "finishes" => design.at(95, |simulator| simulator.finish_now()),
        "reports" => design.at(12, |_| {
            println!("ERROR: top.v:3: the design is wrong\n       Time: 12 Scope: top");
        }),
        "is fatal" => design.at(12, |simulator| {
            println!("FATAL: top.v:4: the design gives up\n       Time: 12 Scope: top");
            simulator.finish_now();
        }),
        "breaks" => {
            let flag = design.id("top.flag2");
            design.always(&[flag], |simulator| {
                if simulator.now() > 3 {
                    simulator.refuse(Operation::Write);
                }
            });
        }
        _ => {}
    }
    design.run_tests(&EVENTS);
    std::process::exit(0);
}

fn design() -> Design {
    let mut design = clocked_register();
    design.quirks.messages = MessageStyle::Icarus;
    design.arguments = ["vvp", "+depth=4", "-n"].map(str::to_owned).to_vec();
    let top = design.id("top");
    let flag = design.id("top.flag");
    design.initialize(flag, Content::bit(false));
    design.add(Some(top), "flag2", ObjectKind::Net, Design::BIT);
    design
}

/// The results and output of a run.
struct Ran {
    status: ExitStatus,
    /// The standard output and the standard error.
    output: String,
    results: Results,
    folder: tempfile::TempDir,
}

impl Ran {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The outcome of a test.
    #[track_caller]
    fn ended(&self, name: &str) -> &Ended {
        let full = format!("{CASES}::{name}");
        let found = self.results.ended.iter().find(|ended| ended.name == full);
        found.unwrap_or_else(|| panic!("`{name}` has no result:\n{}", self.output))
    }

    #[track_caller]
    fn status_of(&self, name: &str) -> Status {
        self.ended(name).status
    }

    /// The only failure of a test.
    #[track_caller]
    fn failure(&self, name: &str) -> &str {
        let ended = self.ended(name);
        assert_eq!(ended.status, Status::Failed, "{}", self.output);
        let [failure] = &ended.failures[..] else {
            panic!("{:?}", ended.failures)
        };
        &failure.text
    }

    #[track_caller]
    fn check_status(&self, expected: i32) {
        assert_eq!(self.status.code(), Some(expected), "{}", self.output);
    }
}

/// Runs the tests of these names on the design, with these settings beside the defaults.
fn run_on(design: &str, names: &[&str], settings: &[(&str, &str)]) -> Ran {
    let filter = names.iter().map(|name| format!("={CASES}::{name}"));
    let filter = filter.collect::<Vec<_>>().join(",");
    let folder = tempfile::tempdir().unwrap();
    let printed = folder.path().join("printed");
    let output = File::create(&printed).unwrap();
    let child = concat!(module_path!(), "::child");
    let child = child.split_once("::").unwrap().1;
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VERIFORK_") {
            command.env_remove(name);
        }
    }
    command
        .args(["--ignored", "--exact", child, "--nocapture"])
        .env(DESIGN, design)
        .env("RUST_BACKTRACE", "0")
        .env("VERIFORK_FILTER", filter)
        .env("VERIFORK_SEED", "1")
        .env("VERIFORK_RESULTS", folder.path().join("results"))
        .envs(settings.iter().map(|&(name, value)| {
            (
                name,
                value.replace("{}", &folder.path().display().to_string()),
            )
        }))
        .stdout(output.try_clone().unwrap())
        .stderr(output);
    let status = command.status().unwrap();
    Ran {
        status,
        output: std::fs::read_to_string(&printed).unwrap(),
        results: Results::read(&folder.path().join("results")),
        folder,
    }
}

/// [`run_on`] the design that does nothing of its own.
fn run(names: &[&str]) -> Ran {
    run_on("plain", names, &[])
}
