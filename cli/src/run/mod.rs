//! `cargo verifork run`: runs tests with a table of results, live on a terminal, and prints each failure
//! when it happens.

mod alike;
mod display;

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use verifork_protocol::variables::Variable;

use crate::close::read_seeds;
use crate::harness::{Event, Harness, HarnessArgs, code, no_match, suite, without_suite};
use alike::Alike;
use display::{Color, Counts, Display, Output, RunningTest, Table};

/// How often the display is redrawn.
const REDRAWN: Duration = Duration::from_secs(1);

#[derive(Args)]
pub(crate) struct Run {
    /// Only tests whose names contain one of these texts.
    filters: Vec<String>,
    #[command(flatten)]
    harness: HarnessArgs,
    /// Runs the tests and seeds in a file that `cargo verifork close` has written.
    #[arg(long, value_name = "FILE", conflicts_with = "filters")]
    seeds: Option<PathBuf>,
    /// More arguments for the harness, such as `--test-threads 2`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl Run {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let Some(path) = &self.seeds else {
            return self.once(&self.harness.built()?, &self.filters, None);
        };
        let seeds = read_seeds(path)?;
        let harness = self.harness.built()?;
        let mut worst = ExitCode::SUCCESS;
        for (seed, tests) in seeds {
            println!("seed {seed}");
            let ended = self.once(&harness, &tests, Some(seed))?;
            if ended != ExitCode::SUCCESS {
                worst = ended;
            }
        }
        Ok(worst)
    }

    /// Runs the tests whose names contain one of these texts, or with a seed the tests with these names.
    fn once(
        &self,
        harness: &Harness,
        filters: &[String],
        seed: Option<u64>,
    ) -> anyhow::Result<ExitCode> {
        let mut command = harness.command();
        if let Some(seed) = seed {
            command
                .arg("--exact")
                .env(Variable::Seed.name(), seed.to_string());
        }
        if asks_for("VERIFORK_HELP") || asks_for("VERIFORK_LIST") {
            // These print a page and run no test.
            return Ok(code(
                command.status().context("the harness does not start")?,
            ));
        }
        command
            .args(["--format", "json"])
            .args(&self.arguments)
            .args(filters);
        let begun = Instant::now();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("the harness does not start")?;
        let out = child.stdout.take().context("the harness has no output")?;
        let errors = child.stderr.take().context("the harness has no output")?;
        let (sender, lines) = mpsc::channel();
        send_lines(out, Stream::Output, sender.clone());
        send_lines(errors, Stream::Error, sender);
        let mut progress = Progress::new()?;
        loop {
            match lines.recv_timeout(REDRAWN) {
                Ok((Stream::Output, line)) => progress.handle(&line),
                // Through the display, which it would garble.
                Ok((Stream::Error, line)) => {
                    let line = progress.output.fitted(&line);
                    progress.display.print_error(&line);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            progress.show()?;
        }
        progress.display.clear();
        let status = child.wait().context("the harness")?;
        let (table, output) = (&progress.table, progress.output);
        // `cargo test` with a filter runs many programs, and most have no match. Here there is only one.
        if status.success() && table.rows.is_empty() && !filters.is_empty() {
            let tests = harness.tests()?;
            bail!(
                "{}; `cargo verifork list` shows all {}",
                no_match(filters, &tests),
                tests.len()
            );
        }
        let Counts {
            passed,
            failed,
            ignored,
        } = table.total();
        if let Some(seed) = seed
            && status.success()
            && passed + failed + ignored < filters.len()
        {
            bail!(
                "some tests of seed {seed} no longer exist: {}",
                filters.join(", ")
            );
        }
        if !table.rows.is_empty() {
            let word = output.paint(Color::Red, "FAILED");
            for line in progress.alike.others() {
                progress.display.print(&format!("{word} {line}"));
            }
            for line in table.lines(output) {
                progress.display.print(&line);
            }
            let sum = sum(table.total(), begun.elapsed(), output);
            progress.display.print(&sum);
        }
        let Counts { passed, failed, .. } = table.total();
        if status.success() && passed + failed == 0 && !asks_for("VERIFORK_ALLOW_EMPTY") {
            bail!("no test has run (VERIFORK_ALLOW_EMPTY=1 lets a run without tests pass)");
        }
        Ok(code(status))
    }
}

#[derive(Clone, Copy)]
enum Stream {
    Output,
    Error,
}

/// Sends the lines of a stream, from a thread of its own.
fn send_lines(from: impl Read + Send + 'static, stream: Stream, to: Sender<(Stream, String)>) {
    thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            // The receiver is gone after an error.
            let line = String::from_utf8_lossy(&line).into_owned();
            if to.send((stream, line)).is_err() {
                return;
            }
        }
    });
}

/// Whether a setting is on.
fn asks_for(variable: &str) -> bool {
    let value = env::var(variable).unwrap_or_default().to_ascii_lowercase();
    ["1", "true", "yes", "on"].contains(&value.as_str())
}

/// The results so far, and their display.
struct Progress {
    output: Output,
    display: Display,
    table: Table,
    running: Vec<RunningTest>,
    alike: Alike,
    /// The lines of warnings that were printed.
    warnings: BTreeSet<String>,
}

impl Progress {
    fn new() -> anyhow::Result<Progress> {
        let output = Output::of_stdout();
        Ok(Progress {
            output,
            display: Display::new(output)?,
            table: Table::default(),
            running: Vec::new(),
            alike: Alike::default(),
            warnings: BTreeSet::new(),
        })
    }

    fn show(&mut self) -> anyhow::Result<()> {
        self.display.show(&self.table, &self.running)
    }

    /// Handles a line of the harness: an event, or output of a simulator.
    fn handle(&mut self, line: &str) {
        let Ok(event) = serde_json::from_str::<Event>(line) else {
            self.display.print(line);
            return;
        };
        if let Some(count) = event.test_count {
            self.display.expect(count);
        }
        let (Some(name), "test") = (event.name.clone(), event.kind.as_str()) else {
            return;
        };
        match event.what.as_str() {
            "started" => {
                self.table.rows.entry(suite(&name)).or_default();
                self.running.push(RunningTest {
                    name,
                    since: Instant::now(),
                });
            }
            "timeout" => {
                let slow = format!("test {name} has been running for over 60 seconds");
                self.display.print(&slow);
            }
            _ => self.ended(&name, event),
        }
    }

    /// Prints what the library has warned of in a test that passed, each warning once.
    fn warn(&mut self, name: &str, event: Event) {
        let text = event.text();
        // They may begin with the name of their test.
        let test = without_suite(name, &suite(name));
        let new = text
            .lines()
            .filter(|line| self.warnings.insert(line.replace(test, "…")));
        let new: Vec<&str> = new.collect();
        if !new.is_empty() {
            let word = self.output.paint(Color::Yellow, "warning");
            let text = self.output.fitted(&new.join("\n"));
            self.display.print(&format!("{word} {name}\n{text}\n"));
        }
    }

    fn ended(&mut self, name: &str, event: Event) {
        self.running.retain(|running| running.name != name);
        let counts = self.table.rows.entry(suite(name)).or_default();
        match event.what.as_str() {
            "ok" => {
                counts.passed += 1;
                self.warn(name, event);
            }
            "ignored" => counts.ignored += 1,
            _ => {
                counts.failed += 1;
                let word = self.output.paint(Color::Red, "FAILED");
                let text = match &event.same_as {
                    Some(first) => {
                        let Some(line) = self.alike.add(name, first) else {
                            return;
                        };
                        format!("{word} {line}")
                    }
                    None => {
                        let text = event.text();
                        format!("{word} {name}\n{}\n", self.output.fitted(text.trim_end()))
                    }
                };
                self.display.print(&text);
            }
        }
    }
}

/// The last line of a run.
fn sum(counts: Counts, time: Duration, output: Output) -> String {
    let Counts {
        passed,
        failed,
        ignored,
    } = counts;
    let result = match (passed, failed) {
        (_, 1..) => output.paint(Color::Red, "FAILED"),
        (0, 0) => output.paint(Color::Yellow, "nothing ran"),
        _ => output.paint(Color::Green, "ok"),
    };
    let seconds = time.as_secs_f64();
    format!("{result}: {passed} passed, {failed} failed, {ignored} ignored in {seconds:.1} s")
}
