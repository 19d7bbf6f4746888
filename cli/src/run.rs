//! Runs tests with a bar of progress, each failure as it comes, and a table at the end.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{ExitCode, Stdio};

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use crate::Place;
use crate::harness::code;

#[derive(Args)]
pub(crate) struct Run {
    /// Only tests whose names contain this text.
    filter: Option<String>,
    #[command(flatten)]
    place: Place,
    /// More arguments for the harness, such as `--test-threads 2`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// An event of the harness, in the format of Rust's own.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "event")]
    what: String,
    name: Option<String>,
    test_count: Option<u64>,
    stdout: Option<String>,
    message: Option<String>,
}

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Run {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let mut command = self.place.command()?;
        command
            .args(["--format", "json"])
            .args(&self.filter)
            .args(&self.arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .context("the harness does not start")?;
        let out = child.stdout.take().context("the harness has no output")?;
        let bar = ProgressBar::no_length();
        let style = ProgressStyle::with_template("{pos}/{len} [{wide_bar}] {elapsed} {msg}");
        bar.set_style(style.context("the template of the bar")?);
        let mut table: BTreeMap<String, Counts> = BTreeMap::new();
        for line in BufReader::new(out).lines() {
            let line = line.context("the harness's output")?;
            let Ok(event) = serde_json::from_str::<Event>(&line) else {
                bar.suspend(|| println!("{line}"));
                continue;
            };
            if let Some(count) = event.test_count {
                bar.set_length(count);
            }
            let (Some(name), "test") = (&event.name, event.kind.as_str()) else {
                continue;
            };
            if event.what == "started" {
                bar.set_message(name.clone());
                continue;
            }
            bar.inc(1);
            let counts = table.entry(suite(name)).or_default();
            match event.what.as_str() {
                "ok" => counts.passed += 1,
                "ignored" => counts.ignored += 1,
                _ => {
                    counts.failed += 1;
                    let text = event.stdout.or(event.message).unwrap_or_default();
                    bar.suspend(|| println!("FAILED {name}\n{text}\n"));
                }
            }
        }
        bar.finish_and_clear();
        let width = table
            .keys()
            .map(String::len)
            .max()
            .unwrap_or_default()
            .max(6);
        println!("{:<width$}  passed  failed  ignored", "design");
        for (suite, counts) in &table {
            let Counts {
                passed,
                failed,
                ignored,
            } = counts;
            println!("{suite:<width$}  {passed:>6}  {failed:>6}  {ignored:>7}");
        }
        Ok(code(child.wait().context("the harness")?))
    }
}

/// The design and simulator that a test's name begins with.
fn suite(name: &str) -> String {
    let segments: Vec<&str> = name.split("::").collect();
    let keys: Vec<&str> = verifork_runner::known_simulators_keys();
    let end = segments.iter().position(|segment| keys.contains(segment));
    segments[..end.map_or(1, |end| end + 1)].join("::")
}
