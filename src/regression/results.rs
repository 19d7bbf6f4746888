//! Results for the program that started the simulator: the file `VERIFORK_RESULTS`, one JSON
//! object a line, each written at once and in one piece.
//!
//! Lines are only added. Whatever ends the process, the file tells how far it came: a test with
//! a line that it began and none that it ended was running then. A reader leaves out a last line
//! that does not end in a newline.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::durations::nanoseconds;
use super::outcome::{FailureEntry, Status, TestResult};
use super::seed::Seed;
use crate::simulator::Identity;

const VARIABLE: &str = "VERIFORK_RESULTS";

/// Not of one thread: what comes after the last test is written while the thread is torn down.
static FILE: Mutex<Option<(PathBuf, File)>> = Mutex::new(None);

fn file() -> MutexGuard<'static, Option<(PathBuf, File)>> {
    FILE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether somebody has asked for the file: the harness, which has started this process.
pub(crate) fn are_written() -> bool {
    file().is_some()
}

/// Opens the file if one is asked for, and notes that the plugin was loaded, by which simulator.
///
/// # Errors
///
/// The file cannot be written.
pub(crate) fn begin(identity: &Identity) -> anyhow::Result<()> {
    let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let path = PathBuf::from(path);
    let created = File::create(&path).map_err(|error| failed(&path, &error))?;
    *file() = Some((path, created));
    add(&json!({"loaded": {
        "library": env!("CARGO_PKG_VERSION"),
        "simulator": identity.product,
        "version": identity.version,
        "interface": identity.interface,
        "process": std::process::id(),
    }}))
}

fn failed(path: &std::path::Path, error: &std::io::Error) -> anyhow::Error {
    anyhow::anyhow!(
        "cannot write the results `{}` ({VARIABLE}): {error}",
        path.display()
    )
}

fn add(line: &Value) -> anyhow::Result<()> {
    let Some((path, file)) = &mut *file() else {
        return Ok(());
    };
    // One call of the system: no reader sees half a line, no crash leaves one.
    file.write_all(format!("{line}\n").as_bytes())
        .map_err(|error| failed(path, &error))
}

/// Nothing can be run, for this reason.
pub(crate) fn problem(text: &str) -> anyhow::Result<()> {
    add(&json!({"problem": text}))
}

/// The tests that will run, by their labels, and the seed they have.
pub(crate) fn planned(labels: &[String], seed: Seed) -> anyhow::Result<()> {
    add(&json!({"planned": {"tests": labels, "seed": seed.value()}}))
}

/// The test runs now.
pub(crate) fn begun(label: &str) -> anyhow::Result<()> {
    add(&json!({"begun": label}))
}

/// The test has ended; `log` is the end of the log.
pub(crate) fn ended(result: &TestResult, log: &str) -> anyhow::Result<()> {
    let (status, reason, failures) = match &result.status {
        Status::Passed => ("passed", None, Vec::new()),
        Status::Skipped(reason) => ("skipped", Some(reason), Vec::new()),
        Status::Failed(entries) => ("failed", None, entries.iter().map(failure).collect()),
    };
    add(&json!({"ended": {
        "name": result.name,
        "label": result.label(),
        "file": result.file,
        "line": result.line,
        "status": status,
        "reason": reason,
        "failures": failures,
        "simulated_ns": nanoseconds(result.simulated),
        "wall": result.wall.as_secs_f64(),
        "seed": result.seed,
        "log": log,
    }}))
}

fn failure(entry: &FailureEntry) -> Value {
    json!({
        "task": entry.task,
        "file": entry.place.as_ref().map(|(file, _)| file),
        "line": entry.place.as_ref().map(|(_, line)| line),
        "at_ns": entry.at.map(|at| nanoseconds(at.since_start())),
        "text": entry.text,
    })
}

/// Every test has a line that it ended.
pub(crate) fn finished() -> anyhow::Result<()> {
    add(&json!({"finished": true}))
}

/// Something went wrong after the last test: the simulation, or the process, ended badly.
pub(crate) fn afterwards(text: &str) -> anyhow::Result<()> {
    add(&json!({"afterwards": text}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::TimeUnits;

    #[test]
    fn every_line_is_an_object_that_says_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        *file() = Some((path.clone(), File::create(&path).unwrap()));
        planned(&["counts".to_owned()], Seed::new(u64::MAX)).unwrap();
        begun("counts").unwrap();
        let text = "count is \"7\"\nand not 8";
        let result = TestResult {
            name: "counts".to_owned(),
            repetition: None,
            file: "src/lib.rs",
            line: 7,
            status: Status::Failed(vec![FailureEntry::of_test(text)]),
            simulated: 10.ns(),
            wall: std::time::Duration::from_millis(250),
            seed: u64::MAX,
        };
        ended(&result, "log\n").unwrap();
        finished().unwrap();
        afterwards("the design failed").unwrap();
        *file() = None;
        let written = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = written
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["planned"]["seed"], u64::MAX);
        assert_eq!(lines[1]["begun"], "counts");
        assert_eq!(lines[2]["ended"]["failures"][0]["text"], text);
        assert_eq!(lines[2]["ended"]["simulated_ns"], "10.00");
        assert_eq!(lines[3]["finished"], true);
        assert_eq!(lines[4]["afterwards"], "the design failed");
        assert!(begun("counts").is_ok(), "without a file nothing is written");
    }
}
