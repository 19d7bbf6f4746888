//! The display of a run: a table of designs, the tests that run now and for how long, a progress bar.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Instant;

use anyhow::Context as _;
use console::{Term, truncate_str};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use verifork_protocol::color::automatic;
use verifork_protocol::page::report;

const HEADING: &str = "design";
const TOTAL: &str = "total";
/// The columns of numbers, as wide as their headings.
const NUMBERS: &str = "  passed  failed  ignored";
/// The width of the table if its output is not a terminal.
const NO_TERMINAL: usize = 120;
/// How many running tests are named.
const RUNNING: usize = 6;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Color {
    Green,
    Red,
    Yellow,
    Bold,
}

/// Where the output goes: how wide it is, and whether it has colours.
#[derive(Clone, Copy)]
pub(super) struct Output {
    pub(super) width: usize,
    pub(super) colored: bool,
    /// Whether a terminal shows it.
    pub(super) is_terminal: bool,
}

impl Output {
    /// Standard output, whether it is a terminal or not.
    pub(super) fn of_stdout() -> Output {
        let colored = match env::var("VERIFORK_COLOR").as_deref() {
            Ok("always") => true,
            Ok("never") => false,
            _ => automatic(io::stdout().is_terminal(), |name| env::var_os(name)),
        };
        let size = Term::stdout().size_checked();
        Output {
            width: size.map_or(NO_TERMINAL, |(_, width)| width.into()),
            colored,
            is_terminal: size.is_some(),
        }
    }

    /// The text wrapped for the terminal; unchanged without one.
    pub(super) fn fitted(self, text: &str) -> String {
        report(
            text,
            if self.is_terminal {
                self.width
            } else {
                usize::MAX
            },
        )
    }

    pub(super) fn paint(self, color: Color, text: &str) -> String {
        let code = match color {
            Color::Green => "32",
            Color::Red => "31;1",
            Color::Yellow => "33",
            Color::Bold => "1",
        };
        if self.colored {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
}

/// The tests of each design and simulator, counted as they end.
#[derive(Default)]
pub(super) struct Table {
    pub(super) rows: BTreeMap<String, Counts>,
}

impl Table {
    pub(super) fn total(&self) -> Counts {
        let add = |sum: Counts, row: &Counts| Counts {
            passed: sum.passed + row.passed,
            failed: sum.failed + row.failed,
            ignored: sum.ignored + row.ignored,
        };
        self.rows.values().fold(Counts::default(), add)
    }

    /// The lines of the table: a heading, a row for each design, and the total if there are several.
    pub(super) fn lines(&self, output: Output) -> Vec<String> {
        let names = self.rows.keys().map(|name| name.chars().count());
        let longest = names.max().unwrap_or_default().max(HEADING.len());
        let width = longest
            .min(output.width.saturating_sub(NUMBERS.len()))
            .max(HEADING.len());
        let heading = output.paint(Color::Bold, &format!("{HEADING:<width$}{NUMBERS}"));
        let mut lines = vec![heading];
        for (name, counts) in &self.rows {
            lines.push(row(name, *counts, width, output));
        }
        if self.rows.len() > 1 {
            lines.push(row(TOTAL, self.total(), width, output));
        }
        lines
    }
}

fn row(name: &str, counts: Counts, width: usize, output: Output) -> String {
    let cell = |number: usize, width: usize, color| {
        let text = format!("  {number:>width$}");
        if number == 0 {
            text
        } else {
            output.paint(color, &text)
        }
    };
    // Names differ at the end.
    let length = name.chars().count();
    let name = match length.checked_sub(width) {
        Some(more @ 1..) => format!("…{}", name.chars().skip(more + 1).collect::<String>()),
        _ => name.to_owned(),
    };
    let passed = cell(counts.passed, 6, Color::Green);
    let failed = cell(counts.failed, 6, Color::Red);
    let ignored = cell(counts.ignored, 7, Color::Yellow);
    format!("{name:<width$}{passed}{failed}{ignored}")
}

/// A running test.
pub(super) struct RunningTest {
    pub(super) name: String,
    pub(super) since: Instant,
}

/// The live part, only on a terminal.
pub(super) struct Display {
    all: MultiProgress,
    lines: Vec<ProgressBar>,
    bar: ProgressBar,
    output: Output,
}

impl Display {
    pub(super) fn new(output: Output) -> anyhow::Result<Display> {
        let all = MultiProgress::new();
        let bar = all.add(ProgressBar::no_length());
        let style = ProgressStyle::with_template("{pos}/{len} [{wide_bar}] {elapsed}");
        bar.set_style(style.context("the template of the bar")?);
        Ok(Display {
            all,
            lines: Vec::new(),
            bar,
            output,
        })
    }

    pub(super) fn expect(&self, tests: u64) {
        if tests > 0 {
            self.bar.set_length(tests);
        }
    }

    /// Prints text that stays.
    pub(super) fn print(&self, text: &str) {
        // Without a reader nothing can be reported but the status.
        let _ = self.all.suspend(|| writeln!(io::stdout(), "{text}"));
    }

    /// Prints text that stays, on standard error.
    pub(super) fn print_error(&self, text: &str) {
        let _ = self.all.suspend(|| writeln!(io::stderr(), "{text}"));
    }

    /// Shows the present table and the running tests.
    pub(super) fn show(&mut self, table: &Table, running: &[RunningTest]) -> anyhow::Result<()> {
        if self.all.is_hidden() || table.rows.is_empty() {
            return Ok(());
        }
        let mut lines = table.lines(self.output);
        lines.extend(running_lines(running, self.output.width));
        while self.lines.len() < lines.len() {
            let line = ProgressBar::no_length();
            let style = ProgressStyle::with_template("{msg}");
            line.set_style(style.context("the template of a line")?);
            self.lines.push(self.all.insert_before(&self.bar, line));
        }
        for line in self.lines.drain(lines.len()..) {
            self.all.remove(&line);
        }
        for (line, text) in self.lines.iter().zip(lines) {
            line.set_message(text);
        }
        let Counts {
            passed,
            failed,
            ignored,
        } = table.total();
        self.bar.set_position((passed + failed + ignored) as u64);
        self.bar.tick();
        Ok(())
    }

    pub(super) fn clear(&self) {
        // The terminal may be gone.
        let _ = self.all.clear();
    }
}

/// The running tests and for how long they have run, the oldest first.
fn running_lines(running: &[RunningTest], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = running
        .iter()
        .take(RUNNING)
        .map(|RunningTest { name, since }| {
            let line = format!("{:>5} s  {name}", since.elapsed().as_secs());
            truncate_str(&line, width, "…").into_owned()
        })
        .collect();
    if let Some(more @ 1..) = running.len().checked_sub(RUNNING) {
        lines.push(format!("         and {more} more"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(names: &[&str]) -> Table {
        let counts = Counts {
            passed: 3,
            failed: 1,
            ignored: 0,
        };
        let rows = names.iter().map(|name| ((*name).to_owned(), counts));
        Table {
            rows: rows.collect(),
        }
    }

    fn plain(width: usize) -> Output {
        Output {
            width,
            colored: false,
            is_terminal: false,
        }
    }

    #[test]
    fn a_table_of_several_designs_ends_with_their_total() {
        assert_eq!(
            table(&["fifo::icarus", "fifo::vhdl::nvc"]).lines(plain(120)),
            [
                "design           passed  failed  ignored",
                "fifo::icarus          3       1        0",
                "fifo::vhdl::nvc       3       1        0",
                "total                 6       2        0"
            ]
        );
        assert_eq!(table(&["fifo::icarus"]).lines(plain(120)).len(), 2);
    }

    #[test]
    fn no_line_is_wider_than_the_page_and_names_keep_their_ends() {
        let long = "a_design_with_a_long_name::of_a_variant::verilator";
        for width in [40, 60] {
            let lines = table(&[long, "x::icarus"]).lines(plain(width));
            assert!(
                lines.iter().all(|it| it.chars().count() <= width),
                "{lines:#?}"
            );
            assert!(lines[1].starts_with('…') && lines[1].contains("::verilator "));
        }
        let running = [RunningTest {
            name: long.to_owned(),
            since: Instant::now(),
        }];
        let lines = running_lines(&running, 30);
        assert!(lines[0].chars().count() <= 30, "{lines:?}");
    }

    #[test]
    fn numbers_have_the_colours_of_verdicts_and_zeros_none() {
        let output = Output {
            width: 80,
            colored: true,
            is_terminal: false,
        };
        let lines = table(&["x::icarus"]).lines(output);
        assert_eq!(
            lines[1],
            "x::icarus\x1b[32m       3\x1b[0m\x1b[31;1m       1\x1b[0m        0"
        );
    }
}
