//! `cargo verifork new`: creates a testbench crate that passes at once.

mod buses;
mod design;
mod first_test;
mod observations;
mod parts;
mod ports;
mod serial;
mod serial_traffic;
mod statements;
mod survey;
mod traffic;
mod trying;
mod verifork_source;
mod workspace;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, ensure};
use clap::Args;
use verifork_protocol::failure::DOES_NOT_COMPILE;
use verifork_runner::Simulator;

use self::design::{DesignOptions, LeftOut};
use self::first_test::{NOTHING_MOVED, first_test, has_checks, trial};
use self::observations::Observations;
use self::trying::{describe, look_at_lines, parts, try_buses};
use self::verifork_source::VeriforkSource;
use self::workspace::Workspace;
use crate::bind::Bind;
use crate::elaborated::Design;
use crate::harness::{Event, HarnessArgs, cargo, limit_compilers, suite};
use crate::object::Object;
use crate::output::write;
use crate::source::{Extent, Written, source};

#[derive(Args)]
pub(crate) struct New {
    /// The crate's name, and that of its folder.
    name: String,
    #[command(flatten)]
    design: DesignOptions,
    #[command(flatten)]
    library: VeriforkSource,
}

/// Names of crates that a new one uses, and cannot have itself.
const TAKEN: [&str; 4] = ["std", "verifork", "verifork_components", "verifork_runner"];

/// The content of `src/lib.rs` until the design's signals are known.
const FIRST_LIBRARY: &str = "#[verifork::test]\nasync fn exists() {}\n";

/// A test of the new crate that did not pass.
struct FailedTest {
    test: String,
    simulator: Simulator,
    message: String,
}

impl New {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        ensure!(
            self.name.starts_with(|c: char| c.is_ascii_alphabetic())
                && self.name.chars().all(plain),
            "`{}` is not a name for a crate: a letter, then letters, digits, `-` and `_`",
            self.name
        );
        let library = self.name.replace('-', "_");
        ensure!(
            !TAKEN.contains(&library.as_str()),
            "`{}` is the name of a crate that the new one needs",
            self.name
        );
        self.design.check()?;
        let here = env::current_dir().context("the current folder is unknown")?;
        let folder = here.join(&self.name);
        ensure!(!folder.exists(), "`{}` already exists", folder.display());
        let workspace = Workspace::above(&here);
        let made = self.make(&folder, &workspace);
        if made.is_err() {
            // A half-made crate would be in the way of the next attempt.
            let _ = fs::remove_dir_all(&folder);
            workspace.restore();
        }
        let NewCrate { failures, buses } = made?;
        for FailedTest {
            simulator, message, ..
        } in &failures
        {
            eprintln!(
                "note: the first test does not pass on {}:\n{message}",
                simulator.product()
            );
        }
        let name = &self.name;
        if !failures.is_empty() {
            println!(
                "{name} was created, but its first test does not pass:\n\n    cd {name}\n    cargo test"
            );
            return Ok(ExitCode::FAILURE);
        }
        println!("{name} is ready:\n\n    cd {name}\n    cargo test");
        if let Some(buses) = buses {
            println!("\n`src/buses.rs` has components at the design's buses: {buses}");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Makes the crate and tries it.
    fn make(&self, folder: &Path, workspace: &Workspace) -> anyhow::Result<NewCrate> {
        // Cargo adds it to a workspace around it.
        let mut command = cargo();
        command.args(["new", "--quiet", "--lib", "--vcs", "none", "--name"]);
        let status = command.arg(&self.name).arg(folder).status();
        let status = status.context("cargo does not start")?;
        ensure!(
            status.success(),
            "cargo cannot create a crate with this name"
        );
        write(&folder.join("Cargo.toml"), &self.manifest(false)?)?;
        if !workspace.is_there() {
            write(&folder.join(".gitignore"), "/target\n")?;
        }
        let (target, library) = (folder.join("tests/sim.rs"), folder.join("src/lib.rs"));
        let text = self.design.harness(&self.name, folder, &[])?;
        write(&target, &formatted(text))?;
        write(&library, FIRST_LIBRARY)?;
        let harness = HarnessArgs {
            package: None,
            manifest_path: Some(folder.join("Cargo.toml")),
            target: "sim".to_owned(),
        };
        let mut bind = Bind {
            harness: harness.clone(),
            ..Bind::default()
        };
        let mut design = bind.describe(&harness.built()?)?;
        // The harness has reported these.
        let refused = design.refused.iter().filter_map(|it| {
            let simulator = it.simulator.parse().ok()?;
            Some(LeftOut::new(simulator, &it.reason, folder))
        });
        let mut left_out: Vec<LeftOut> = refused.collect();
        write(
            &target,
            &formatted(self.design.harness(&self.name, folder, &left_out)?),
        )?;
        let (mut found, mut seen) = try_first(&bind, &design, folder)?;
        // A simulator that shows only parameters differently, or not at all, is kept, without these parameters.
        let mismatches = found.iter().filter_map(|it| it.mismatches(&design.top));
        let without: BTreeSet<String> = mismatches.flatten().collect();
        if !without.is_empty() {
            bind.without = without.into_iter().collect();
            eprintln!(
                "note: `src/dut.rs` leaves out parameters that simulators show differently: {}",
                bind.without.join(", ")
            );
            design = bind.describe(&harness.built()?)?;
            (found, seen) = try_first(&bind, &design, folder)?;
        }
        let written = structs(&bind, &design, folder)?;
        let mut failed = Vec::new();
        for failure in found {
            if let Some(reason) = failure.refusal(&design.simulator) {
                left_out.push(LeftOut::new(failure.simulator, &reason, folder));
            } else {
                failed.push(failure);
            }
        }
        ensure!(
            left_out.len() < self.design.simulators().len(),
            "no simulator accepts the design"
        );
        write(
            &target,
            &formatted(self.design.harness(&self.name, folder, &left_out)?),
        )?;
        let first = first_test(&written, &seen);
        write(&library, &formatted(first.clone()))?;
        let mut failures = failures(&harness)?;
        if failures.is_empty() {
            note_limits(&written, &seen);
            // A design that cannot be reset twice does not fail the crate.
            failures = failed;
        }
        let mut parts = parts(&written);
        if parts.is_empty() {
            return Ok(NewCrate {
                failures,
                buses: None,
            });
        }
        write(&folder.join("Cargo.toml"), &self.manifest(true)?)?;
        let with_buses = first.replacen("mod dut;", "mod buses;\nmod dut;", 1);
        write(&library, &formatted(with_buses))?;
        look_at_lines(&written, &mut parts, folder, &harness)?;
        try_buses(&written, &mut parts, folder, &harness)?;
        Ok(NewCrate {
            failures,
            buses: Some(describe(&parts)),
        })
    }

    fn manifest(&self, components: bool) -> anyhow::Result<String> {
        let [verifork, models, runner] = self.library.dependencies()?;
        let models = if components {
            format!("verifork-components = {models}\n")
        } else {
            String::new()
        };
        let name = &self.name;
        Ok(format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             publish = false\n\n\
             [lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\
             # Its tests run in simulators, started by `tests/sim.rs`.\ntest = false\ndoctest = false\n\n\
             [dependencies]\nverifork = {verifork}\n{models}\n\
             [dev-dependencies]\nverifork-runner = {runner}\n\n\
             [[test]]\nname = \"sim\"\nharness = false\n"
        ))
    }
}

/// A new crate.
struct NewCrate {
    /// Failures of its first test that are not the crate's.
    failures: Vec<FailedTest>,
    /// The buses that it has components for.
    buses: Option<String>,
}

/// The texts of the files in a folder.
fn texts(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).context("the trial's folder")? {
        let path = entry.context("the trial's folder")?.path();
        texts.push(fs::read_to_string(path).context("what the trial has seen")?);
    }
    Ok(texts)
}

/// The library's words for a struct that does not fit a design.
const DOES_NOT_FIT: &str = "the testbench does not fit the design";

impl FailedTest {
    /// The constants of the top that do not fit, if everything else does.
    fn mismatches(&self, top: &Object) -> Option<Vec<String>> {
        let (_, mismatches) = self.message.split_once(DOES_NOT_FIT)?;
        let lines = mismatches
            .lines()
            .filter(|line| line.contains("src/dut.rs:"));
        let name = |line: &str| {
            // `src/dut.rs:25: Top.field: …`, one of them behind other words.
            let at = line.find("src/dut.rs:")?;
            let field = line[at..].split(": ").nth(1)?.split_once('.')?.1;
            let field = field.trim_start_matches("r#");
            let mut constants = top.children.iter().filter(|it| it.constant);
            let constant = constants.find(|it| it.snake_case() == field)?;
            Some(constant.name.clone())
        };
        lines.map(name).collect()
    }

    /// Why the simulator is left out, if it did not get to run the test. Prints a note. `other` has described the
    /// design.
    fn refusal(&self, other: &str) -> Option<String> {
        let name = self.simulator.product();
        let message = &self.message;
        let text = message.trim_end();
        if message.contains(DOES_NOT_COMPILE) {
            eprintln!("note: {name} is left out: {text}\n");
            return Some(text.to_owned());
        }
        let (_, mismatch) = text.split_once(DOES_NOT_FIT)?;
        // The lines after the error are about the run.
        let mismatch = mismatch.split("\nat ").next().unwrap_or_default();
        let mismatch = mismatch
            .trim_start_matches(|c| c != ':')
            .trim_start_matches(':');
        eprintln!(
            "note: {name} is left out: it shows the design differently from {other}, which \
             `src/dut.rs` is written for (`--simulator {}` makes a crate for it):\n  {}\n",
            self.simulator.key(),
            mismatch.trim()
        );
        Some(format!("it shows the design differently from {other}"))
    }
}

/// Runs the trial of the crate in `folder`. Returns the tests that fail, and what the design has shown.
fn try_first(
    bind: &Bind,
    design: &Design,
    folder: &Path,
) -> anyhow::Result<(Vec<FailedTest>, Observations)> {
    let written = structs(bind, design, folder)?;
    let notes = tempfile::tempdir().context("no temporary folder")?;
    write(&folder.join("src/lib.rs"), &trial(&written, notes.path()))?;
    let failures = failures(&bind.harness)?;
    Ok((failures, Observations::of(&texts(notes.path())?)))
}

/// Writes the structs of a design into the crate in `folder`.
fn structs<'a>(bind: &Bind, design: &'a Design, folder: &Path) -> anyhow::Result<Written<'a>> {
    let words = std::iter::once("cargo verifork bind".to_owned()).chain(bind.words_without());
    let command: Vec<String> = words.collect();
    let written = source(design, Extent::default(), &command.join(" "));
    write(&folder.join("src/dut.rs"), &written.text)?;
    Ok(written)
}

impl LeftOut {
    /// Takes the first line of the reason, for the comment in `tests/sim.rs` of the crate in `folder`.
    fn new(simulator: Simulator, reason: &str, folder: &Path) -> LeftOut {
        let first = reason.lines().next().unwrap_or_default();
        let first = match first.split_once(DOES_NOT_COMPILE) {
            Some((_, text)) => text.trim(),
            None => first,
        };
        LeftOut {
            simulator,
            reason: first.replace(&format!("{}/", folder.display()), ""),
        }
    }
}

/// Prints what the first test cannot check.
fn note_limits(written: &Written<'_>, seen: &Observations) {
    let (has_outputs, has_resets, is_checked) = has_checks(written, seen);
    if has_outputs && !seen.moved {
        let rest = if is_checked {
            "only reset values"
        } else {
            "nothing"
        };
        eprintln!(
            "note: {NOTHING_MOVED} with random inputs: the first test checks {rest} until you drive \
             the inputs that make the design work"
        );
    } else if !has_outputs {
        eprintln!("note: the design has no visible output: the first test checks nothing");
    } else if has_resets && !is_checked {
        eprintln!(
            "note: no output has a known value in reset that a second reset brings back: the first \
             test does not check the reset"
        );
    }
}

/// Runs the tests of the crate, and returns those that fail.
fn failures(harness: &HarnessArgs) -> anyhow::Result<Vec<FailedTest>> {
    let mut command = harness.built()?.command();
    limit_compilers(&mut command);
    let output = command
        .args(["--format", "json"])
        .stderr(Stdio::inherit())
        .output()
        .context("the harness does not start")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Event>(line).ok());
    let mut failures = Vec::new();
    for event in events {
        let (Some(name), "failed") = (&event.name, event.what.as_str()) else {
            continue;
        };
        let suite = suite(name);
        let key = suite.rsplit("::").next().unwrap_or_default();
        if let Ok(simulator) = key.parse() {
            failures.push(FailedTest {
                test: name.clone(),
                simulator,
                message: event.text(),
            });
        }
    }
    ensure!(
        output.status.success() || !failures.is_empty(),
        "the tests of the new crate cannot be run"
    );
    Ok(failures)
}

/// The source, formatted by rustfmt if that is installed.
fn formatted(source: String) -> String {
    let format = || {
        let mut rustfmt = Command::new("rustfmt")
            .args(["--edition", "2024"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut input = rustfmt.stdin.take()?;
        input.write_all(source.as_bytes()).ok()?;
        drop(input);
        let output = rustfmt.wait_with_output().ok()?;
        String::from_utf8(output.stdout)
            .ok()
            .filter(|text| output.status.success() && !text.is_empty())
    };
    format().unwrap_or(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design() -> Design {
        let constant = |name: &str| {
            format!(
                r#"{{"kind": "parameter", "name": "{name}", "constant": true, "encoding": "text"}}"#
            )
        };
        let top = format!(
            r#"{{"kind": "module", "name": "top", "definition": "top", "children": [{}, {}]}}"#,
            constant("S"),
            constant("TYPE")
        );
        let top: verifork_protocol::description::Object = serde_json::from_str(&top).unwrap();
        Design::of_top(Object::from(top))
    }

    #[test]
    fn parameters_that_do_not_fit_are_distinguished_from_what_else_does_not() {
        let mismatches = |message: &str| {
            let failure = FailedTest {
                test: "starts".to_owned(),
                simulator: Simulator::Verilator,
                message: message.to_owned(),
            };
            failure.mismatches(&design().top)
        };
        let one = "src/lib.rs:9: the testbench does not fit the design `top`: src/dut.rs:24: Top.s: a number";
        assert_eq!(mismatches(one), Some(vec!["S".to_owned()]));
        let two = "the testbench does not fit the design:\n  src/dut.rs:24: Top.s: a number\n  \
                   src/dut.rs:25: Top.r#type: there is none\nat 0 ns";
        assert_eq!(
            mismatches(two),
            Some(vec!["S".to_owned(), "TYPE".to_owned()])
        );
        let port = two.replace("Top.s:", "Top.data:");
        assert_eq!(mismatches(&port), None);
        assert_eq!(
            mismatches("src/lib.rs:3: no output has left its reset value"),
            None
        );
    }

    #[test]
    fn a_comment_stands_for_a_parameter_that_is_left_out() {
        let mut design = design();
        design.leave_out("S").unwrap();
        let text = source(&design, Extent::default(), "").text;
        assert!(
            text.contains("// `S`, parameter: left out by `--without`."),
            "{text}"
        );
        assert!(text.contains("pub r#type: Parameter<String>"), "{text}");
        let unknown = design.leave_out("R").unwrap_err().to_string();
        assert_eq!(
            unknown,
            "--without R: `top` has no such parameter; it has `S`, `TYPE`"
        );
    }
}
