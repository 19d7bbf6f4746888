//! Results for the harness that started the simulator: writes the file that
//! [`verifork_protocol::results`] defines.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use verifork_protocol::files::RESULTS;
use verifork_protocol::items::Drawn;
use verifork_protocol::results::{self, Ended, Failure, Loaded, Planned, Record};
use verifork_protocol::variables::Variable;

use super::durations::nanoseconds;
use super::outcome::{FailureEntry, Status, TestResult};
use super::seed::Seed;
use crate::simulator::Identity;

/// Not of one thread: what comes after the last test is written while the thread is torn down.
static FILE: Mutex<Option<(PathBuf, File)>> = Mutex::new(None);

fn file() -> MutexGuard<'static, Option<(PathBuf, File)>> {
    FILE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a file of this name lies beside the results, if these are written.
pub(super) fn beside(name: &str) -> Option<PathBuf> {
    let file = file();
    let (path, _) = file.as_ref()?;
    Some(beside_file(path, name))
}

/// The name begins with that of the results, unless these are the harness's, which have a folder of their own. Runs
/// by hand may write to one folder and have tests with the same names.
fn beside_file(results: &Path, name: &str) -> PathBuf {
    let own = results.file_stem().filter(|_| !results.ends_with(RESULTS));
    let own = own.map(|own| format!("{}.", own.to_string_lossy()));
    results.with_file_name(own.unwrap_or_default() + name)
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
    let Some(path) = Variable::Results.value() else {
        return Ok(());
    };
    let path = PathBuf::from(path);
    let created = File::create(&path).map_err(|error| failed(&path, &error))?;
    *file() = Some((path, created));
    let Identity {
        product,
        version,
        interface,
    } = identity;
    add(&Record::Loaded(Loaded::by(product, version, interface)))
}

fn failed(path: &Path, error: &std::io::Error) -> anyhow::Error {
    anyhow::anyhow!(
        "cannot write the results `{}` ({}): {error}",
        path.display(),
        Variable::Results.name()
    )
}

fn add(record: &Record) -> anyhow::Result<()> {
    let Some((path, file)) = &mut *file() else {
        return Ok(());
    };
    // One system call: no reader sees half a line, and no crash leaves one.
    file.write_all(record.line().as_bytes())
        .map_err(|error| failed(path, &error))
}

/// Nothing can be run, for this reason.
pub(crate) fn problem(text: &str) -> anyhow::Result<()> {
    add(&Record::Problem(text.to_owned()))
}

/// The tests that will run, by their labels, and the seed they have.
pub(crate) fn planned(labels: &[String], seed: Seed) -> anyhow::Result<()> {
    add(&Record::Planned(Planned {
        tests: labels.to_vec(),
        seed: seed.value(),
    }))
}

/// The test runs now.
pub(crate) fn begun(label: &str) -> anyhow::Result<()> {
    add(&Record::Begun(label.to_owned()))
}

/// The test that runs has drawn a sequence.
pub(crate) fn drawn(drawn: &Drawn) -> anyhow::Result<()> {
    if !are_written() {
        return Ok(());
    }
    add(&Record::Drawn(drawn.clone()))
}

/// The test has ended.
pub(crate) fn ended(ended: &Ended) -> anyhow::Result<()> {
    add(&Record::Ended(Box::new(ended.clone())))
}

/// The record of a test that has ended; `log` is the end of the log, `sequences` what it has drawn.
pub(crate) fn record(result: &TestResult, sequences: Vec<Drawn>, log: &str) -> Ended {
    let (status, reason, failures) = match &result.status {
        Status::Passed => (results::Status::Passed, None, Vec::new()),
        Status::Skipped(reason) => (results::Status::Skipped, Some(reason.clone()), Vec::new()),
        Status::Failed(entries) => {
            let failures = entries.iter().map(failure).collect();
            (results::Status::Failed, None, failures)
        }
    };
    Ended {
        name: result.name.clone(),
        label: result.label(),
        file: result.file.to_owned(),
        line: result.line,
        covers: result.covers.iter().map(|it| (*it).to_owned()).collect(),
        status,
        reason,
        failures,
        since_ns: nanoseconds(result.since),
        simulated_ns: nanoseconds(result.simulated),
        wall: result.wall.as_secs_f64(),
        seed: result.seed,
        sequences,
        log: log.to_owned(),
        warnings: Vec::new(),
    }
}

fn failure(entry: &FailureEntry) -> Failure {
    let (file, line) = entry.place.clone().unzip();
    Failure {
        task: entry.task.clone(),
        file,
        line,
        at_ns: entry.at.map(|at| nanoseconds(at.since_start())),
        text: entry.text.clone(),
    }
}

/// Every test has a line that it ended.
pub(crate) fn finished() -> anyhow::Result<()> {
    add(&Record::Finished(true))
}

/// Something went wrong after the last test: the simulation, or the process, ended badly.
pub(crate) fn afterwards(text: &str) -> anyhow::Result<()> {
    add(&Record::Afterwards(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use verifork_protocol::results::Results;

    use super::*;
    use crate::time::TimeUnits;

    #[test]
    fn what_lies_beside_results_of_one_folder_has_their_names() {
        let beside = |results: &str| beside_file(Path::new(results), "fills.coverage");
        for (results, wanted) in [
            ("/runs/fills/results.jsonl", "/runs/fills/fills.coverage"),
            ("out/icarus.jsonl", "out/icarus.fills.coverage"),
            ("out/ghdl.7.jsonl", "out/ghdl.7.fills.coverage"),
            ("ghdl", "ghdl.fills.coverage"),
        ] {
            assert_eq!(beside(results), Path::new(wanted));
        }
    }

    #[test]
    fn the_harness_reads_what_became_of_each_test() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        *file() = Some((path.clone(), File::create(&path).unwrap()));
        planned(&["counts".to_owned()], Seed::new(u64::MAX)).unwrap();
        begun("counts").unwrap();
        assert_eq!(Results::read(&path).interrupted(), Some("counts"));
        let text = "count is \"7\"\nand not 8";
        let entry = FailureEntry {
            place: Some(("src/dut.rs".to_owned(), 9)),
            ..FailureEntry::of_test(text)
        };
        let result = TestResult {
            name: "counts".to_owned(),
            repetition: None,
            file: "src/lib.rs",
            line: 7,
            covers: &[],
            status: Status::Failed(vec![entry]),
            since: crate::time::SimDuration::ZERO,
            simulated: 10.ns(),
            wall: std::time::Duration::from_millis(250),
            seed: u64::MAX,
        };
        let record = record(&result, Vec::new(), "log\n");
        ended(&record).unwrap();
        finished().unwrap();
        afterwards("the design failed").unwrap();
        *file() = None;
        let results = Results::read(&path);
        assert_eq!(results.ended, [record]);
        let ended = &results.ended[0];
        assert_eq!((ended.seed, &*ended.simulated_ns), (u64::MAX, "10.00"));
        let failure = &ended.failures[0];
        assert_eq!((&*failure.text, failure.line), (text, Some(9)));
        assert_eq!(ended.status, verifork_protocol::results::Status::Failed);
        assert!(results.finished);
        assert_eq!(results.afterwards.as_deref(), Some("the design failed"));
        assert!(begun("counts").is_ok(), "without a file nothing is written");
    }
}
