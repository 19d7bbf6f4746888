//! What works where: the promises of `tests/plugins/conformance`, asked of every simulator that is
//! installed, beside what `docs/conformance.md` says of it.
//!
//! `make conformance` prints the table; with `WRITE=1` it brings that page and the summary in the README
//! up to date. The columns of simulators that are not installed stay as they are.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::built::harness;
use common::root;
use quick_junit::{Report, TestCase, TestCaseStatus, TestSuite};

const BEGIN: &str = "<!-- conformance: begin -->\n";
const END: &str = "<!-- conformance: end -->\n";

const KEPT: &str = "kept";
/// The simulator does not do it, and an error says so.
const REFUSED: &str = "refused";
/// There is nothing of the kind in the simulator, its interface or its language.
const NOT_OFFERED: &str = "–";

/// The rows above those of single promises.
const RUN_ON: &str = "last run";
const COUNT: &str = "promises kept";

/// A simulator's column: what each row says.
type Column = BTreeMap<String, String>;

/// The table by the simulators' names and versions.
#[derive(Default, PartialEq)]
struct Table(BTreeMap<String, Column>);

impl Table {
    /// Reads the table as [`write`](Self::write) writes it. What is kept by all has no row.
    fn read(text: &str) -> Table {
        let mut lines = text.lines().filter(|line| line.starts_with('|'));
        let cells = |line: &str| -> Vec<String> {
            let cells = line.trim_matches('|').split('|');
            cells
                .map(|cell| cell.trim().trim_matches('`').to_owned())
                .collect()
        };
        let Some(heads) = lines.next().map(cells) else {
            return Table::default();
        };
        let mut table = Table::default();
        for row in lines.skip(1).map(cells) {
            for (head, cell) in heads.iter().zip(&row).skip(1) {
                let column = table.0.entry(head.clone()).or_default();
                column.insert(row[0].clone(), cell.clone());
            }
        }
        table
    }

    fn write(&self) -> String {
        let mut text = String::from("| |");
        for head in self.0.keys() {
            let _ = write!(text, " {head} |");
        }
        text.push_str("\n|---|");
        text.push_str(&"---|".repeat(self.0.len()));
        text.push('\n');
        let cells = self.0.values().flatten().filter(|(_, cell)| *cell != KEPT);
        let rows = cells.map(|(row, _)| row.as_str());
        let single: BTreeSet<&str> = rows.filter(|row| ![RUN_ON, COUNT].contains(row)).collect();
        for row in [RUN_ON, COUNT].into_iter().chain(single) {
            let mark = if [RUN_ON, COUNT].contains(&row) {
                ""
            } else {
                "`"
            };
            let _ = write!(text, "| {mark}{row}{mark} |");
            for column in self.0.values() {
                let _ = write!(text, " {} |", column.get(row).map_or(KEPT, String::as_str));
            }
            text.push('\n');
        }
        text
    }
}

/// What became of one promise.
fn outcome(case: &TestCase, simulator: &str) -> &'static str {
    match &case.status {
        TestCaseStatus::Success { .. } => KEPT,
        TestCaseStatus::Skipped { .. } => NOT_OFFERED,
        TestCaseStatus::NonSuccess { message, .. } => {
            let message = message.as_ref().map_or("", |message| message.as_str());
            let says_no = ["cannot ", "does not export "];
            let refused = message
                .find(simulator)
                .is_some_and(|at| says_no.iter().any(|words| message[at..].contains(words)));
            assert!(
                refused,
                "{} is broken on {simulator}: {message}",
                case.name.as_str()
            );
            REFUSED
        }
    }
}

/// A test of several cases is one promise: `module::test::case`.
fn promise_and_case(name: &str) -> (&str, &str) {
    match name.match_indices("::").nth(1) {
        Some((at, _)) => (&name[..at], &name[at + 2..]),
        None => (name, ""),
    }
}

/// What became of a promise; of which cases what, where they differ.
fn cell(outcomes: &BTreeMap<&str, BTreeSet<&str>>) -> String {
    let mut cells = outcomes.iter();
    match (cells.next(), cells.next()) {
        (Some((outcome, _)), None) => (*outcome).to_owned(),
        _ => {
            // By name: cases end in any order.
            let of = |(outcome, cases): (&&str, &BTreeSet<&str>)| {
                let cases: Vec<_> = cases.iter().copied().collect();
                format!("{outcome}: {}", cases.join(", "))
            };
            outcomes.iter().map(of).collect::<Vec<_>>().join("; ")
        }
    }
}

fn property<'a>(case: &'a TestCase, name: &str) -> Option<&'a str> {
    let mut properties = case.properties.iter();
    let found = properties.find(|property| property.name.as_str() == name)?;
    Some(found.value.as_str())
}

/// Copies what the harness needs into another root, to the places that it has here.
fn copy_into(other: &Path, harness: &Path) {
    let folder = harness.parent().expect("the harness is in a folder");
    let library = folder.join("libconformance_tb.so");
    let crates = root().join("tests/plugins/conformance");
    for source in [harness, &library, &root().join("hdl"), &crates] {
        let target = other.join(source.strip_prefix("/").expect("paths here are absolute"));
        let parent = target.parent().expect("below the root");
        fs::create_dir_all(parent).expect("the other root is writable");
        let copied = Command::new("cp")
            .arg("-rT")
            .args([source, &target])
            .status();
        assert!(
            copied.is_ok_and(|status| status.success()),
            "{} is not copied",
            source.display()
        );
    }
}

/// Asks the simulators that are installed: here, or in the root that `CONFORMANCE_ROOT` names.
fn ask() -> Table {
    // Its library lies beside it.
    let [harness, _] = harness("conformance_tb");
    let mut below = PathBuf::from("/");
    let mut command = Command::new(&harness);
    if let Some(other) = std::env::var_os("CONFORMANCE_ROOT") {
        below = other.into();
        copy_into(&below, &harness);
        // Its own view of the mounts, which ends with the command.
        command = Command::new("unshare");
        let script = "mount -t proc none \"$0/proc\" && exec chroot \"$0\" env -C \"$1\" \"$2\"";
        command.args(["--mount", "sh", "-c", script]).arg(&below);
        command
            .arg(root().join("tests/plugins/conformance"))
            .arg(&harness);
    }
    let folder = tempfile::tempdir_in(below.join("tmp")).expect("a folder");
    let results = folder.path().join("results.xml");
    let inside = results.strip_prefix(&below).expect("made there");
    let output = command
        .current_dir(root().join("tests/plugins/conformance"))
        .env(
            "CARGO_MANIFEST_DIR",
            root().join("tests/plugins/conformance"),
        )
        .env("VERIFORK_JUNIT", Path::new("/").join(inside))
        .output()
        .expect("the harness runs");
    let text = fs::read_to_string(&results).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("the promises were not asked for: {error}\n{said}")
    });
    let report = Report::deserialize_from_str(&text).expect("our own results");
    let mut table = Table::default();
    let of_designs = |suite: &&TestSuite| suite.name.as_str() != "process";
    for suite in report.test_suites.iter().filter(of_designs) {
        let asked = suite.test_cases.iter().find_map(|case| {
            Some((
                property(case, "simulator")?,
                property(case, "simulator_version")?,
            ))
        });
        let Some((simulator, version)) = asked else {
            eprintln!("skipped: no simulator for {}", suite.name.as_str());
            continue;
        };
        let version = version.split_whitespace().next().unwrap_or_default();
        let mut kept = 0;
        let mut promises: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
        for case in &suite.test_cases {
            let outcome = outcome(case, simulator);
            kept += usize::from(outcome == KEPT);
            let (promise, case) = promise_and_case(case.name.as_str());
            let promise = promises.entry(promise).or_default();
            promise.entry(outcome).or_default().insert(case);
        }
        let mut column: Column = promises
            .into_iter()
            .map(|(promise, outcomes)| (promise.to_owned(), cell(&outcomes)))
            .filter(|(_, cell)| cell != KEPT)
            .collect();
        column.insert(
            COUNT.into(),
            format!("{kept} of {}", suite.test_cases.len()),
        );
        let before = table.0.insert(format!("{simulator} {version}"), column);
        assert!(before.is_none(), "two columns for {simulator} {version}");
    }
    table
}

/// Without what a row of another simulator alone makes a column say.
fn bare(column: &Column) -> BTreeMap<&str, &str> {
    let cells = column
        .iter()
        .map(|(row, cell)| (row.as_str(), cell.as_str()));
    cells
        .filter(|(row, cell)| *row != RUN_ON && *cell != KEPT)
        .collect()
}

/// A page with a table between two marks.
struct Page {
    path: PathBuf,
    before: String,
    table: String,
    after: String,
}

impl Page {
    fn read(name: &str) -> Page {
        let path = root().join(name);
        let text = fs::read_to_string(&path).expect("a page of ours");
        let begin = text.find(BEGIN).expect("the table begins") + BEGIN.len();
        let end = text.find(END).expect("the table ends");
        Page {
            path,
            before: text[..begin].to_owned(),
            table: text[begin..end].to_owned(),
            after: text[end..].to_owned(),
        }
    }

    fn write(&self, table: &str) {
        let Page {
            path,
            before,
            after,
            ..
        } = self;
        fs::write(path, format!("{before}{table}{after}")).expect("the page is ours");
    }
}

/// The rows above those of single promises.
fn summary(table: &str) -> &str {
    let end = table
        .match_indices('\n')
        .nth(3)
        .map_or(0, |(end, _)| end + 1);
    &table[..end]
}

#[test]
fn what_works_where_is_what_the_documents_say() {
    let (page, readme) = (Page::read("docs/conformance.md"), Page::read("README.md"));
    let mut table = Table::read(&page.table);
    let asked = ask();
    print!("{}", asked.write());

    if std::env::var_os("CONFORMANCE").is_some_and(|wish| wish == "write") {
        let today = Command::new("date").arg("+%F").output().expect("a date");
        let today = String::from_utf8_lossy(&today.stdout).trim().to_owned();
        for (simulator, mut column) in asked.0 {
            column.insert(RUN_ON.into(), today.clone());
            table.0.insert(simulator, column);
        }
        let table = table.write();
        page.write(&table);
        readme.write(summary(&table));
        return;
    }
    assert_eq!(
        readme.table,
        summary(&page.table),
        "the README's summary is not that of docs/conformance.md: `make conformance WRITE=1`"
    );
    for (simulator, column) in &asked.0 {
        let Some(said) = table.0.get(simulator) else {
            println!("docs/conformance.md has no column for {simulator}: nothing to compare");
            continue;
        };
        assert_eq!(
            bare(column),
            bare(said),
            "{simulator} does not do what docs/conformance.md says of it (left: what it does). If that \
             is right, `make conformance WRITE=1` brings the page up to date."
        );
    }
}
