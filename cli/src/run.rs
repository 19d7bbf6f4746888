//! Runs tests with a table of what has ended, which is live on a terminal, and each failure as
//! it comes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use verifork_protocol::nearest::{did_you_mean, nearest};

use crate::HarnessArgs;
use crate::harness::{Event, code, suite, tests};

#[derive(Args)]
pub(crate) struct Run {
    /// Only tests whose names contain one of these texts.
    filters: Vec<String>,
    #[command(flatten)]
    harness: HarnessArgs,
    /// More arguments for the harness, such as `--test-threads 2`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[derive(Default)]
struct Counts {
    running: usize,
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// The tests of each design and simulator, counted as they end.
#[derive(Default)]
struct Table {
    rows: BTreeMap<String, Counts>,
}

impl Table {
    fn width(&self) -> usize {
        let longest = self.rows.keys().map(String::len).max();
        longest.unwrap_or_default().max(HEADING.len())
    }

    fn heading(&self) -> String {
        let width = self.width();
        format!("{HEADING:<width$}  passed  failed  ignored")
    }

    fn row(&self, suite: &str) -> String {
        let (width, counts) = (self.width(), &self.rows[suite]);
        let Counts {
            running,
            passed,
            failed,
            ignored,
        } = counts;
        let mut row = format!("{suite:<width$}  {passed:>6}  {failed:>6}  {ignored:>7}");
        if *running > 0 {
            // Writing to a string cannot fail.
            let _ = write!(row, "  {running} running");
        }
        row
    }
}

const HEADING: &str = "design";

/// The table while it grows, above a bar of progress; nothing where there is no terminal.
struct Display {
    all: MultiProgress,
    heading: ProgressBar,
    rows: BTreeMap<String, ProgressBar>,
    bar: ProgressBar,
}

impl Display {
    fn new() -> anyhow::Result<Display> {
        let all = MultiProgress::new();
        let heading = all.add(line()?);
        let bar = ProgressBar::no_length();
        let style = ProgressStyle::with_template("{pos}/{len} [{wide_bar}] {elapsed}");
        bar.set_style(style.context("the template of the bar")?);
        Ok(Display {
            heading,
            rows: BTreeMap::new(),
            bar: all.add(bar),
            all,
        })
    }

    /// Shows the table as it is now, of which this suite's row has changed.
    fn show(&mut self, table: &Table, suite: &str) -> anyhow::Result<()> {
        if !self.rows.contains_key(suite) {
            let row = self.all.insert_before(&self.bar, line()?);
            self.rows.insert(suite.to_owned(), row);
            // The width of all may be another one now.
            self.heading.set_message(table.heading());
            for (suite, row) in &self.rows {
                row.set_message(table.row(suite));
            }
        } else if let Some(row) = self.rows.get(suite) {
            row.set_message(table.row(suite));
        }
        Ok(())
    }

    fn clear(&self) {
        // Nothing to be done about a terminal that is gone.
        let _ = self.all.clear();
    }
}

/// A line of text among the bars.
fn line() -> anyhow::Result<ProgressBar> {
    let line = ProgressBar::no_length();
    line.set_style(ProgressStyle::with_template("{msg}").context("the template of a line")?);
    Ok(line)
}

impl Run {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let mut command = self.harness.command()?;
        command
            .args(["--format", "json"])
            .args(&self.arguments)
            .args(&self.filters);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .context("the harness does not start")?;
        let out = child.stdout.take().context("the harness has no output")?;
        let mut display = Display::new()?;
        let mut table = Table::default();
        for line in BufReader::new(out).lines() {
            let line = line.context("the harness's output")?;
            let Ok(event) = serde_json::from_str::<Event>(&line) else {
                display.all.suspend(|| println!("{line}"));
                continue;
            };
            if let Some(count) = event.test_count {
                display.bar.set_length(count);
            }
            let (Some(name), "test") = (&event.name, event.kind.as_str()) else {
                continue;
            };
            let suite = suite(name);
            let counts = table.rows.entry(suite.clone()).or_default();
            if event.what == "started" {
                counts.running += 1;
                display.show(&table, &suite)?;
                continue;
            }
            counts.running = counts.running.saturating_sub(1);
            match event.what.as_str() {
                "ok" => counts.passed += 1,
                "ignored" => counts.ignored += 1,
                _ => {
                    counts.failed += 1;
                    let shown = name.clone();
                    let text = event.text();
                    display.all.suspend(|| println!("FAILED {shown}\n{text}\n"));
                }
            }
            display.show(&table, &suite)?;
            display.bar.inc(1);
        }
        display.clear();
        let status = child.wait().context("the harness")?;
        // Of `cargo test`, whoever filters expects that. Here the filter is the whole of the command.
        if status.success() && table.rows.is_empty() && !self.filters.is_empty() {
            bail!(self.nothing_fits()?);
        }
        println!("{}", table.heading());
        for suite in table.rows.keys() {
            println!("{}", table.row(suite));
        }
        Ok(code(status))
    }

    /// What to tell where the filters have selected nothing.
    fn nothing_fits(&self) -> anyhow::Result<String> {
        let tests = tests(self.harness.command()?)?;
        let names = || tests.iter().map(String::as_str);
        let near = self.filters.iter().flat_map(|it| nearest(it, names(), 3));
        let near: Vec<&str> = near.take(3).collect();
        Ok(format!(
            "no test's name contains `{}`{}; `cargo verifork list` shows all {}",
            self.filters.join("` or `"),
            did_you_mean(&near),
            tests.len()
        ))
    }
}
