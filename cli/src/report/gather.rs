//! Gathers the files of runs: verdicts of the harness, results of simulations that were run by hand, coverage, and
//! trends. A file that cannot be read is reported as a problem; nothing is left out silently.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, ensure};
use verifork_coverage::{Code, Database, EXTENSION, Record};
use verifork_protocol::files::{DESIGNS, RESULTS, RUNS};
use verifork_protocol::results::{self, Ended, Results};
use verifork_protocol::simulators::Simulator;
use verifork_protocol::trend::{self, Point};
use verifork_protocol::verdict::{self, DESCRIBED, SHARED, Status, TestVerdict};
use verifork_protocol::whole_file;

use crate::code;

/// The design of tests that no harness has run.
const BY_HAND: &str = "by hand";

/// Everything that the report shows.
#[derive(Default)]
pub(super) struct Gathered {
    /// By package, design, simulator and test.
    pub(super) verdicts: Vec<TestVerdict>,
    pub(super) database: Database,
    pub(super) code: Code,
    /// When the newest file of code coverage was written.
    pub(super) code_written: Option<SystemTime>,
    /// The runs before, the oldest first.
    pub(super) trend: Vec<Point>,
    pub(super) problems: Vec<String>,
}

impl Gathered {
    /// Reads these files and folders.
    ///
    /// # Errors
    ///
    /// One of them does not exist, or is not a file of a run.
    pub(super) fn read(roots: &[PathBuf]) -> anyhow::Result<Gathered> {
        let mut gathered = Gathered::default();
        for root in roots {
            if root.is_dir() {
                gathered.read_trend(root);
                gathered.read_folder(root, false);
            } else {
                let read = fs::metadata(root);
                read.with_context(|| format!("cannot read `{}`", root.display()))?;
                ensure!(
                    gathered.read_file(root),
                    "`{}` is not a file of a run: those are `*.{EXTENSION}`, `{}`, `*.jsonl`",
                    root.display(),
                    verdict::FILE
                );
            }
        }
        let of = |it: &TestVerdict| {
            let (package, design) = (it.package.clone(), it.design.clone());
            (
                package,
                design,
                it.simulator.clone(),
                it.test.clone(),
                it.at,
            )
        };
        gathered.verdicts.sort_by_cached_key(of);
        // The same file, named twice.
        gathered.verdicts.dedup();
        gathered.trend.sort_by_key(|it| it.at);
        gathered.code = code::relocated(&gathered.code);
        Ok(gathered)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.verdicts.is_empty() && self.database.is_empty() && self.code.is_empty()
    }

    /// Adds the coverage of a run, which is known now.
    pub(super) fn note_point(&mut self, point: Point) {
        match self.trend.iter_mut().find(|it| it.run == point.run) {
            Some(it) => (it.functional, it.code) = (point.functional, point.code),
            None if point.functional.or(point.code).is_some() => self.trend.push(point),
            None => {}
        }
    }

    fn read_trend(&mut self, folder: &Path) {
        match trend::read(folder) {
            Ok((points, _)) => self.trend.extend(points),
            Err(error) => self.problem(&folder.join(trend::FILE), &error),
        }
    }

    fn problem(&mut self, path: &Path, error: &dyn std::fmt::Display) {
        self.problems.push(format!("`{}`: {error}", path.display()));
    }

    /// Reads what lies in a folder and below. A file that vanishes meanwhile is no problem: a test that begins clears
    /// its folder. The results of simulations that a harness has started are in its verdicts already.
    fn read_folder(&mut self, folder: &Path, judged: bool) {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) if whole_file::has_vanished(folder, &error) => return,
            Err(error) => return self.problem(folder, &error),
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        let name = folder.file_name().unwrap_or_default();
        let is_output = entries.iter().any(|it| it.file_name() == RUNS);
        let judged =
            judged || name == SHARED || name == DESCRIBED || folder.join(verdict::FILE).exists();
        for entry in entries {
            let path = entry.path();
            match entry.file_type() {
                // Runs leave nothing there, and it has many files.
                Ok(kind) if kind.is_dir() && is_output && entry.file_name() == DESIGNS => {}
                Ok(kind) if kind.is_dir() => self.read_folder(&path, judged),
                // Links lead to what belongs to the user: files that a design reads.
                Ok(kind) if kind.is_symlink() => {}
                _ if is_json_lines(&path) && (judged || !is_results(&path)) => {}
                _ => _ = self.read_file(&path),
            }
        }
    }

    /// Reads a file if it is one that runs write.
    fn read_file(&mut self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == verdict::FILE {
            match TestVerdict::read(path) {
                Ok(verdict) => self.verdicts.push(verdict),
                Err(error) if error.has_vanished() => {}
                Err(error) => self.problems.push(error.to_string()),
            }
        } else if name.ends_with(&format!(".{EXTENSION}")) {
            match Record::read(path) {
                Ok(record) => self.database.add(record),
                Err(error) if error.has_vanished() => {}
                Err(error) => self.problems.push(error.to_string()),
            }
        } else if let Some(read) = code::read(path) {
            let written = fs::metadata(path).and_then(|it| it.modified()).ok();
            self.code_written = self.code_written.max(written);
            match read {
                Ok(read) => self.code.merge(read),
                Err(error) if error.has_vanished() => {}
                Err(error) => self.problems.push(error.to_string()),
            }
        } else if is_json_lines(path) && name != trend::FILE {
            self.read_results(path);
        } else {
            return false;
        }
        true
    }

    /// Reads the results of a simulation that no harness has judged: only what is proven has passed.
    fn read_results(&mut self, path: &Path) {
        let read = Results::read(path);
        let modified = fs::metadata(path).and_then(|it| it.modified()).ok();
        let at = modified.and_then(|it| it.duration_since(SystemTime::UNIX_EPOCH).ok());
        let at = at.map_or(0, |it| it.as_secs());
        let unsound = read.misunderstood.as_ref().or(read.problem.as_ref());
        if let Some(problem) = unsound.or(read.afterwards.as_ref()) {
            self.problem(path, problem);
        }
        let Some(loaded) = &read.loaded else {
            if !path.exists() {
                return;
            }
            return self.problem(
                path,
                &"it has no results: no simulator has loaded the plugin",
            );
        };
        let simulator = Simulator::from_product(&loaded.simulator);
        let of_run = TestVerdict {
            design: BY_HAND.to_owned(),
            simulator: simulator.map_or(loaded.simulator.clone(), |it| it.key().to_owned()),
            product: Some(format!("{} {}", loaded.simulator, loaded.version)),
            at,
            run: path.display().to_string(),
            ..TestVerdict::default()
        };
        for ended in &read.ended {
            self.verdicts.push(by_hand(ended, &of_run));
        }
        for label in &read.planned {
            if !read.ended.iter().any(|ended| ended.label == *label) {
                let text = match read.interrupted() {
                    Some(interrupted) if interrupted == label => {
                        "the simulation ended during this test"
                    }
                    _ => "the simulation ended before this test",
                };
                self.verdicts.push(TestVerdict {
                    test: label.clone(),
                    text: text.to_owned(),
                    ..of_run.clone()
                });
            }
        }
    }
}

fn is_json_lines(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "jsonl")
}

/// Whether a file of JSON lines is one of results, and not of something else that tests have written.
fn is_results(path: &Path) -> bool {
    if path.file_name() == Some(RESULTS.as_ref()) {
        return true;
    }
    let mut start = [0; 10];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"{\"loaded\":"
}

/// A test that has ended in a simulation without a harness.
fn by_hand(ended: &Ended, of_run: &TestVerdict) -> TestVerdict {
    let mut text = ended.reason.clone().unwrap_or_default();
    // Writing to a string cannot fail.
    for failure in &ended.failures {
        if !failure.task.is_empty() {
            let _ = write!(text, "task {}: ", failure.task);
        }
        if let (Some(file), Some(line)) = (&failure.file, failure.line) {
            let _ = write!(text, "{file}:{line}: ");
        }
        if let Some(at) = &failure.at_ns {
            let _ = write!(text, "at {at} ns: ");
        }
        let _ = writeln!(text, "{}", failure.text);
    }
    if !ended.log.is_empty() {
        let _ = write!(text, "log:\n{}", ended.log);
    }
    TestVerdict {
        test: ended.label.clone(),
        file: ended.file.clone(),
        line: ended.line,
        covers: ended.covers.clone(),
        status: match ended.status {
            results::Status::Passed => Status::Passed,
            results::Status::Failed => Status::Failed,
            results::Status::Skipped => Status::Skipped,
        },
        text,
        seed: Some(ended.seed),
        simulated_ns: Some(ended.simulated_ns.clone()),
        wall: ended.wall,
        ..of_run.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use verifork_coverage::Source;

    use super::*;

    #[test]
    fn folders_that_tests_clear_meanwhile_are_no_problem() {
        let folder = tempfile::tempdir().unwrap();
        let test = folder.path().join("runs/a/test");
        let verdict = TestVerdict::default();
        let record = Record {
            source: Source::default(),
            groups: Vec::new(),
        };
        thread::scope(|scope| {
            let tests = scope.spawn(|| {
                for _ in 0..300 {
                    verdict.write(&test).unwrap();
                    record.write(&test.join("a.coverage")).unwrap();
                    fs::remove_dir_all(&test).unwrap();
                }
            });
            while !tests.is_finished() {
                let gathered = Gathered::read(&[folder.path().to_owned()]).unwrap();
                assert_eq!(gathered.problems, [""; 0]);
            }
        });
    }
}
