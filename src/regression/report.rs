//! What a run of tests prints: a line as each test ends, details of a failure, a table at the end. Text goes to any
//! `fmt::Write`; the caller prints it through the simulator.

use std::fmt::{self, Write};
use std::time::Duration;

use verifork_protocol::failure;
use verifork_protocol::time::grouped;

use super::durations::{in_nanoseconds, seconds};
use super::outcome::{FailureEntry, Status, TestResult};
use super::repeat::{Invocation, repeat_command};
use crate::time::SimDuration;

/// How text looks: its colours, and how wide the column of names is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    colored: bool,
    name_width: usize,
}

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31;1m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const RESET: &str = "\x1b[0m";

impl Style {
    /// A style that aligns the lines of tests with these names.
    pub(crate) fn new<'a>(colored: bool, labels: impl IntoIterator<Item = &'a str>) -> Self {
        let name_width = labels
            .into_iter()
            .map(|label| label.chars().count())
            .max()
            .unwrap_or(0);
        Style {
            colored,
            name_width,
        }
    }

    /// Pads before it paints: codes of colour have no width.
    fn paint(self, color: &str, text: &str, width: usize) -> String {
        if self.colored {
            format!("{color}{text:<width$}{RESET}")
        } else {
            format!("{text:<width$}")
        }
    }
}

fn verdict(status: &Status) -> (&'static str, &'static str) {
    match status {
        Status::Passed => ("PASS", GREEN),
        Status::Failed(_) => ("FAIL", RED),
        Status::Skipped(_) => ("SKIP", YELLOW),
    }
}

/// The line of a test that has just ended: verdict, name, simulated and wall-clock time; the
/// reason in place of the times when it was skipped.
///
/// # Errors
///
/// Those of `out`.
pub(crate) fn line(out: &mut impl Write, result: &TestResult, style: Style) -> fmt::Result {
    let (word, color) = verdict(&result.status);
    let word = style.paint(color, word, 4);
    let label = result.label();
    let width = style.name_width;
    if let Status::Skipped(reason) = &result.status {
        return writeln!(out, "{word}  {label:<width$}  {reason}");
    }
    let simulated = format!("{} ns", in_nanoseconds(result.simulated));
    let wall = format!("{} s", seconds(result.wall));
    writeln!(out, "{word}  {label:<width$}  {simulated:>14}  {wall:>9}")
}

/// The details of a failed test: every error in order, with its place, task and simulated time;
/// the test's place, its seed, and the command that repeats it. Nothing for other tests.
///
/// # Errors
///
/// Those of `out`.
pub(crate) fn details(
    out: &mut impl Write,
    result: &TestResult,
    invocation: &Invocation,
    style: Style,
) -> fmt::Result {
    let Status::Failed(entries) = &result.status else {
        return Ok(());
    };
    let title = format!("{} failed", result.label());
    writeln!(
        out,
        "{} ({}:{})",
        style.paint(BOLD, &title, 0),
        result.file,
        result.line
    )?;
    let entries: Vec<_> = entries.iter().map(to_print).collect();
    let since = result.since.femtoseconds();
    out.write_str(&failure::formatted(
        &entries,
        &result.name,
        since,
        true,
        "  ",
    ))?;
    writeln!(out, "  seed    {}", result.seed)?;
    writeln!(
        out,
        "  repeat  {}",
        repeat_command(&result.name, result.seed, invocation)
    )
}

fn to_print(entry: &FailureEntry) -> failure::Failure<'_> {
    let place = entry.place.as_ref();
    failure::Failure {
        text: &entry.text,
        place: place.map(|(file, line)| (file.as_str(), *line)),
        task: &entry.task,
        at: entry.at.map(|time| time.since_start().femtoseconds()),
    }
}

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Totals {
    pub(crate) fn of(results: &[TestResult]) -> Self {
        let mut totals = Totals::default();
        for result in results {
            match result.status {
                Status::Passed => totals.passed += 1,
                Status::Failed(_) => totals.failed += 1,
                Status::Skipped(_) => totals.skipped += 1,
            }
        }
        totals
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

const HEADINGS: [&str; 5] = ["test", "result", "simulated ns", "wall s", "ratio ns/s"];

/// The table at the end of a run: a row for each test, and the totals as the last line.
///
/// # Errors
///
/// Those of `out`.
pub(crate) fn table(out: &mut impl Write, results: &[TestResult], style: Style) -> fmt::Result {
    let rows: Vec<[String; 5]> = results.iter().map(row).collect();
    let mut widths = HEADINGS.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    // The verdict is padded inside its colour, so its cell is given padded.
    let join = |[name, verdict, simulated, wall, ratio]: [&str; 5]| {
        let [name_width, _, simulated_width, wall_width, ratio_width] = widths;
        format!(
            "{name:<name_width$}  {verdict}  {simulated:>simulated_width$}  \
             {wall:>wall_width$}  {ratio:>ratio_width$}"
        )
    };
    let mut headings = HEADINGS;
    let verdict_heading = format!("{:<width$}", headings[1], width = widths[1]);
    headings[1] = &verdict_heading;
    writeln!(out, "{}", style.paint(BOLD, &join(headings), 0))?;
    for (result, row) in results.iter().zip(&rows) {
        let painted = style.paint(verdict(&result.status).1, &row[1], widths[1]);
        let mut cells = row.each_ref().map(String::as_str);
        cells[1] = &painted;
        writeln!(out, "{}", join(cells))?;
    }
    let totals = Totals::of(results);
    let color = if totals.failed > 0 { RED } else { GREEN };
    writeln!(out, "{}", style.paint(color, &totals.to_string(), 0))
}

fn row(result: &TestResult) -> [String; 5] {
    let word = verdict(&result.status).0.to_owned();
    if matches!(result.status, Status::Skipped(_)) {
        return [
            result.label(),
            word,
            "-".to_owned(),
            "-".to_owned(),
            "-".to_owned(),
        ];
    }
    [
        result.label(),
        word,
        in_nanoseconds(result.simulated),
        seconds(result.wall),
        ratio(result.simulated, result.wall),
    ]
}

/// Simulated nanoseconds for each second of wall-clock time, rounded down.
fn ratio(simulated: SimDuration, wall: Duration) -> String {
    if wall.is_zero() {
        return "-".to_owned();
    }
    // 1 ns/s is 10⁶ fs in 10⁹ ns of wall-clock time.
    grouped(simulated.femtoseconds().saturating_mul(1000) / wall.as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::failure_kind::FailureKind;
    use crate::time::{SimTime, TimeUnit, TimeUnits};

    fn result(name: &str, status: Status) -> TestResult {
        TestResult {
            name: name.to_owned(),
            repetition: None,
            file: "src/lib.rs",
            line: 33,
            covers: &[],
            status,
            since: crate::time::SimDuration::ZERO,
            simulated: 2030.ns(),
            wall: Duration::from_millis(20),
            seed: 7,
        }
    }

    fn failed() -> Status {
        Status::Failed(vec![
            FailureEntry {
                task: "bus/driver".to_owned(),
                place: Some(("src/bus.rs".to_owned(), 45)),
                at: Some(SimTime::new(1_230_500, TimeUnit::Picoseconds.into())),
                text: "count is 7\n\ncaused by: overflow\n".to_owned(),
                kind: FailureKind::Error,
            },
            FailureEntry::of_test("gave up"),
        ])
    }

    fn text(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
        let mut out = String::new();
        write(&mut out).unwrap();
        out
    }

    #[test]
    fn lines_of_tests_stand_in_columns() {
        let style = Style::new(false, ["counts", "wraps::from_0"]);
        let mut wraps = result("wraps::from_0", failed());
        wraps.simulated = 1.ms();
        let skipped = result("counts", Status::Skipped("no model yet".to_owned()));
        let lines = text(|out| {
            line(out, &result("counts", Status::Passed), style)?;
            line(out, &wraps, style)?;
            line(out, &skipped, style)
        });
        assert_eq!(
            lines,
            "PASS  counts               2,030 ns    0.020 s\n\
             FAIL  wraps::from_0    1,000,000 ns    0.020 s\n\
             SKIP  counts         no model yet\n"
        );
    }

    #[test]
    fn colour_changes_no_width() {
        let colored = Style::new(true, ["counts"]);
        let line = text(|out| line(out, &result("counts", Status::Passed), colored));
        assert!(
            line.starts_with("\x1b[32mPASS\x1b[0m  counts  "),
            "{line:?}"
        );
    }

    #[test]
    fn a_failure_lists_every_error_and_how_to_repeat_it() {
        let invocation = Invocation {
            variables: Vec::new(),
            arguments: ["vvp", "-m", "./my tb.so", "sim.vvp"]
                .map(str::to_owned)
                .to_vec(),
        };
        let result = result("counts", failed());
        let block = text(|out| details(out, &result, &invocation, Style::default()));
        assert_eq!(
            block,
            "counts failed (src/lib.rs:33)\n  \
             1. src/bus.rs:45: count is 7\n\n     \
             caused by: overflow\n     \
             in `bus/driver`, at 1,230.5 ns\n  \
             2. gave up\n  \
             seed    7\n  \
             repeat  VERIFORK_SEED=7 VERIFORK_FILTER='=counts' vvp -m './my tb.so' sim.vvp\n"
        );
    }

    #[test]
    fn a_passed_test_has_no_failure_block() {
        let result = result("counts", Status::Passed);
        let invocation = Invocation::default();
        let block = text(|out| details(out, &result, &invocation, Style::default()));
        assert_eq!(block, "");
    }

    #[test]
    fn the_table_is_aligned_and_ends_with_the_totals() {
        let mut second = result("wraps::from_250", failed());
        second.repetition = Some(2);
        second.wall = Duration::ZERO;
        let results = [
            result("counts", Status::Passed),
            second,
            result("later", Status::Skipped("no model yet".to_owned())),
        ];
        assert_eq!(
            text(|out| table(out, &results, Style::default())),
            "test               result  simulated ns  wall s  ratio ns/s\n\
             counts             PASS           2,030   0.020     101,500\n\
             wraps::from_250#2  FAIL           2,030   0.000           -\n\
             later              SKIP               -       -           -\n\
             1 passed, 1 failed, 1 skipped\n"
        );
    }

    #[test]
    fn no_tests_give_an_empty_table() {
        let text = text(|out| table(out, &[], Style::default()));
        assert!(text.ends_with("0 passed, 0 failed, 0 skipped\n"), "{text}");
    }
}
