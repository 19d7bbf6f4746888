//! A report that several processes write: harnesses of one run in turn, or a process for each test.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::str::FromStr;

use super::file::error;
use super::target::Target;
use super::write::{self, Counts, DECLARATION};
use super::{Case, JunitError, Outcome, Report, Suite, write_report};
use crate::files::file_name;
use crate::whole_file::{Failed, replace_durably};

const CLOSING: &str = "</testsuites>\n";

/// The part of a report that other harnesses of the same run have written.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    pub(super) suites: String,
    pub(super) counts: Counts,
}

impl Earlier {
    /// Reads it; empty if there is no report of ours.
    pub fn read(path: &Path) -> Option<Earlier> {
        let text = fs::read_to_string(path).ok()?;
        let opening = text.strip_prefix(DECLARATION)?;
        let (opening, suites) = opening.split_once('\n')?;
        Some(Earlier {
            counts: Counts::parse(opening)?,
            suites: suites.strip_suffix(CLOSING)?.to_owned(),
        })
    }
}

/// The name of the report of a process for each test, and of its only suite: they know no other.
const NAME: &str = "verifork";
const END: &str = "  </testsuite>\n</testsuites>\n";

/// How many tests there is room to count.
const MOST: usize = 999_999_999;

/// All before the first test, always as long.
fn head(counts: Counts) -> String {
    let attributes = counts.attributes();
    let (opening, suite) = (
        write::opening("", "testsuites", NAME),
        write::opening("  ", "testsuite", NAME),
    );
    let width = Counts::room(MOST);
    format!("{DECLARATION}{opening}{attributes:<width$}>\n{suite}{attributes:<width$}>\n")
}

/// A test's position in the report, and how it counts: a file of its own in the index.
struct Entry {
    at: u64,
    length: usize,
    counts: Counts,
}

impl Entry {
    fn read(path: &Path) -> Option<Entry> {
        let text = fs::read_to_string(path).ok()?;
        let mut words = text.splitn(3, ' ');
        Some(Entry {
            at: u64::from_str(words.next()?).ok()?,
            length: usize::from_str(words.next()?).ok()?,
            counts: Counts::parse(&format!(" {}", words.next()?))?,
        })
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let counts = self.counts.attributes();
        fs::write(path, format!("{} {} {counts}", self.at, self.length))
    }
}

/// Writes a test of this suite into a report that all processes of a run share, in place of its earlier entry or at
/// the end. Processes take turns. The work does not grow with the number of tests.
///
/// `index` is a folder for this report. `run` identifies the run; tests of other runs are dropped. A device or a pipe
/// gets one report per test.
///
/// # Errors
///
/// The report or the index cannot be written.
pub fn enter(
    path: &Path,
    index: &Path,
    run: &str,
    suite: &str,
    case: &Case,
) -> Result<(), JunitError> {
    let target = Target::of(path).map_err(|failed| error(path, failed))?;
    match target {
        Target::Regular(to) => {
            enter_in_turn(&to, index, run, suite, case).map_err(|failed| error(path, failed))
        }
        // A stream cannot be corrected later, so it gets no unfinished tests.
        Target::Stream(_) if matches!(case.outcome, Outcome::Error(_)) => Ok(()),
        Target::Stream(_) => write_report(
            path,
            &Report {
                name: NAME.to_owned(),
                suites: vec![Suite {
                    name: suite.to_owned(),
                    properties: Vec::new(),
                    cases: vec![case.clone()],
                }],
            },
        ),
    }
}

fn enter_in_turn(
    to: &Path,
    index: &Path,
    run: &str,
    suite: &str,
    case: &Case,
) -> Result<(), Failed> {
    let in_index = |error| ("its index cannot be written", error);
    fs::create_dir_all(index).map_err(in_index)?;
    let turn = File::create(index.join("lock")).map_err(in_index)?;
    turn.lock().map_err(in_index)?;
    let known = fs::read_to_string(index.join("run")).is_ok_and(|known| known == run);
    if !known || !to.is_file() {
        for entry in fs::read_dir(index).map_err(in_index)?.flatten() {
            if entry.file_name() != "lock" {
                fs::remove_file(entry.path()).map_err(in_index)?;
            }
        }
        replace_durably(to, (head(Counts::default()) + END).as_bytes())?;
        fs::write(index.join("run"), run).map_err(in_index)?;
    }
    let name = index.join(file_name(&format!("{suite}::{}", case.name)));
    let entry = put(to, Entry::read(&name), suite, case);
    let entry = entry.map_err(|error| ("a result cannot be entered", error))?;
    entry.write(&name).map_err(in_index)
}

/// Writes the test, and the counts with it.
fn put(to: &Path, before: Option<Entry>, suite: &str, case: &Case) -> io::Result<Entry> {
    let file = OpenOptions::new().read(true).write(true).open(to)?;
    let mut present = vec![0; head(Counts::default()).len()];
    file.read_exact_at(&mut present, 0)?;
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "somebody else has written it");
    let present = String::from_utf8(present).map_err(|_| invalid())?;
    let mut counts = Counts::parse(&present).ok_or_else(invalid)?;

    let text = write::whole(case, suite);
    let place = before.as_ref().filter(|it| text.len() <= it.length);
    let entry = match place {
        Some(place) => {
            file.write_all_at(padded(&text, place.length).as_bytes(), place.at)?;
            Entry {
                counts: Counts::of(case),
                ..*place
            }
        }
        None => {
            let length = write::room(case, suite).max(text.len());
            let at = file.metadata()?.len() - END.len() as u64;
            // The end again with it, in one piece: the report is whole at every moment.
            file.write_all_at((padded(&text, length) + END).as_bytes(), at)?;
            if let Some(old) = &before {
                file.write_all_at(padded("\n", old.length).as_bytes(), old.at)?;
            }
            Entry {
                at,
                length,
                counts: Counts::of(case),
            }
        }
    };
    if let Some(old) = before {
        counts.remove(old.counts);
    }
    counts.add(entry.counts);
    file.write_all_at(head(counts).as_bytes(), 0)?;
    Ok(entry)
}

/// The text, which ends in a newline, padded to this many bytes.
fn padded(text: &str, length: usize) -> String {
    let line = text.strip_suffix('\n').unwrap_or(text);
    format!(
        "{line}{}\n",
        " ".repeat(length.saturating_sub(line.len() + 1))
    )
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::junit::JunitFile;

    fn case(name: &str, outcome: Outcome) -> Case {
        Case {
            outcome,
            ..Case::without_result(name, "")
        }
    }

    /// The report, which is well-formed and counts what it has.
    fn read(path: &Path) -> String {
        let text = fs::read_to_string(path).unwrap();
        assert!(
            text.starts_with(DECLARATION) && text.ends_with(CLOSING),
            "{text}"
        );
        let count = |what: &str| text.matches(what).count();
        let counts = format!(
            "tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\"",
            count("<testcase "),
            count("<skipped "),
            count("<failure "),
            count("<error ")
        );
        let first = text.lines().nth(1).unwrap();
        assert!(first.contains(&counts), "{counts}: {text}");
        text
    }

    #[test]
    fn tests_of_one_run_stand_together_and_a_retry_takes_the_place_of_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let (path, index) = (folder.path().join("a/j.xml"), folder.path().join("index"));
        let enter = |run: &str, suite: &str, name: &str, outcome: Outcome| {
            enter(&path, &index, run, suite, &case(name, outcome)).unwrap();
            read(&path)
        };
        let not_finished = || Outcome::Error("not finished".to_owned());
        let long = Outcome::failed("x".repeat(5000));
        assert!(enter("1", "a::icarus", "counts", not_finished()).contains("not finished"));
        enter("1", "a::icarus", "counts", long);
        enter("1", "b::icarus", "counts", Outcome::Passed);
        let text = enter("1", "a::icarus", "wraps", not_finished());
        assert!(text.contains(&"x".repeat(5000)));
        assert!(text.contains("tests=\"3\" skipped=\"0\" failures=\"1\" errors=\"1\""));
        let text = enter("1", "a::icarus", "counts", Outcome::Passed);
        assert!(text.contains("tests=\"3\" skipped=\"0\" failures=\"0\" errors=\"1\""));
        let text = enter(
            "2",
            "a::icarus",
            "counts",
            Outcome::Skipped("no".to_owned()),
        );
        assert!(text.contains("tests=\"1\" skipped=\"1\""), "{text}");
    }

    #[test]
    fn processes_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let (path, index) = (folder.path().join("j.xml"), folder.path().join("index"));
        thread::scope(|scope| {
            for number in 0..4 {
                let (path, index) = (&path, &index);
                scope.spawn(move || {
                    for test in 0..50 {
                        let case = case(&format!("t{number}_{test}"), Outcome::Passed);
                        enter(path, index, "1", "s", &case).unwrap();
                    }
                });
            }
        });
        assert_eq!(read(&path).matches("<testcase ").count(), 200);
    }

    /// As many bytes written for the thousandth test as for the tenth.
    #[test]
    fn work_does_not_grow_with_the_number_of_tests() {
        let folder = tempfile::tempdir().unwrap();
        let (path, index) = (folder.path().join("j.xml"), folder.path().join("index"));
        let written = || {
            let counters = fs::read_to_string("/proc/thread-self/io").unwrap_or_default();
            let counters = counters
                .lines()
                .find_map(|line| line.strip_prefix("wchar: "));
            counters.map_or(0, |bytes| bytes.parse::<u64>().unwrap())
        };
        let mut costs = Vec::new();
        for test in 0..1000 {
            let before = written();
            let case = case(&format!("t_{test:04}"), Outcome::Passed);
            enter(&path, &index, "1", "s", &case).unwrap();
            costs.push(written() - before);
        }
        assert!(
            costs[999] <= costs[10] + 16,
            "{} and {}",
            costs[10],
            costs[999]
        );
    }

    #[test]
    fn what_another_harness_of_the_run_wrote_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.xml");
        let report = |name: &str, outcome: Outcome| Report {
            name: name.to_owned(),
            suites: vec![Suite {
                name: name.to_owned(),
                properties: Vec::new(),
                cases: vec![case("counts", outcome)],
            }],
        };
        assert!(Earlier::read(&path).is_none());
        write_report(&path, &report("a", Outcome::failed("broken"))).unwrap();
        let earlier = Earlier::read(&path).unwrap();
        let second = report("b", Outcome::Error("not run".to_owned()));
        let mut file = JunitFile::create_after(&path, earlier, &second).unwrap();
        assert!(read(&path).contains("tests=\"2\" skipped=\"0\" failures=\"1\" errors=\"1\""));
        file.record(0, 0, &case("counts", Outcome::Passed)).unwrap();
        read(&path);
        file.finish().unwrap();
        let text = read(&path);
        assert!(
            text.contains("classname=\"a\"") && text.contains("classname=\"b\""),
            "{text}"
        );
        assert!(text.contains("tests=\"2\" skipped=\"0\" failures=\"1\" errors=\"0\""));
        fs::write(&path, "<testsuites/> of somebody else").unwrap();
        assert!(Earlier::read(&path).is_none());
    }
}
