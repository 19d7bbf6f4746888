//! `cargo verifork close`: runs seeds for as long as they add coverage, and keeps the fewest that reach it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use verifork_coverage::{Database, EXTENSION, Record, Source, Total, overall};
use verifork_protocol::files::RUNS;
use verifork_protocol::simulators::Simulator;
use verifork_protocol::time::{parse_wall, wall_clock};
use verifork_protocol::variables::Variable;

use crate::coverage::{count, shown_percent};
use crate::harness::{HarnessArgs, no_match, output_folder};

#[derive(Args)]
pub(crate) struct Close {
    /// Only tests whose names contain one of these texts.
    filters: Vec<String>,
    #[command(flatten)]
    harness: HarnessArgs,
    /// Starts no seed after this time, except the first.
    #[arg(long, default_value = "10m", value_name = "TIME", value_parser = parse_wall)]
    budget: Duration,
    /// Stops after so many seeds in a row that add nothing.
    #[arg(long, default_value = "10", value_name = "SEEDS", value_parser = clap::value_parser!(u32).range(1..))]
    idle: u32,
    /// The first seed; the others follow in order.
    #[arg(long, default_value = "1", value_name = "SEED")]
    first: u64,
    /// The file for the fewest seeds, which `cargo verifork run --seeds` runs again.
    #[arg(long, default_value = "seeds.txt", value_name = "FILE")]
    output: PathBuf,
}

/// Why no more seeds run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Covered,
    Idle,
    Budget,
    Failed,
}

/// How many bins count, and how many of them are covered.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Bins {
    covered: usize,
    of: usize,
}

impl Bins {
    fn of(totals: &[Total]) -> Bins {
        let groups = totals.iter().filter(|total| total.definition.weight > 0);
        let items = groups.flat_map(Total::items);
        let items = items.filter(|item| item.weight > 0);
        items.fold(Bins::default(), |sum, item| Bins {
            covered: sum.covered + item.covered.covered,
            of: sum.of + item.covered.of,
        })
    }
}

impl Close {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let begun = Instant::now();
        let harness = self.harness.built()?;
        let tests = self.selected(harness.tests()?)?;
        // The coverage so far, for the draws of the next seeds.
        let stored = tempfile::tempdir().context("no folder for temporary files")?;
        // The folder may not exist before the first run.
        let mut runs = self.runs().ok();
        let before = runs.as_deref().map(sources).transpose()?;
        let before = before.unwrap_or_default();
        let mut database = Database::new();
        let (mut bins, mut idle) = (Bins::default(), 0);
        let mut seed = self.first;
        let end = loop {
            let mut command = harness.command();
            command
                .arg("--exact")
                .args(&tests)
                .env(Variable::Seed.name(), seed.to_string())
                .env_remove(Variable::Repeat.name())
                .env(Variable::Aim.name(), stored.path());
            let output = command.output().context("the harness does not start")?;
            let runs = match &runs {
                Some(runs) => runs,
                None => runs.insert(self.runs()?),
            };
            let new = new_records(runs, &before, seed)?;
            let failed = !output.status.success();
            ensure!(
                failed || !new.is_empty() || !database.is_empty(),
                "{} wrote no coverage: a test with a cover group (`#[derive(CoverGroup)]`) does",
                count(tests.len(), "test")
            );
            for (number, record) in new.into_iter().enumerate() {
                let name = format!("{seed}-{number}.{EXTENSION}");
                record.write(&stored.path().join(name))?;
                // The coverage of a failed test is no reason to run its seed again.
                if record.source.passed {
                    database.add(record);
                }
            }
            let totals = database.totals();
            let now = Bins::of(&totals);
            ensure!(
                failed || now.of > 0,
                "no bin of {} counts: there is nothing to cover",
                count(totals.len(), "group")
            );
            if now.of > 0 {
                println!(
                    "seed {seed}: {}, {} of {} covered ({:.1} %)",
                    count(now.covered.saturating_sub(bins.covered), "new bin"),
                    now.covered,
                    now.of,
                    shown_percent(overall(&totals).unwrap_or(0.0))
                );
            }
            if failed {
                print!("{}", String::from_utf8_lossy(&output.stdout));
                eprint!("{}", String::from_utf8_lossy(&output.stderr));
                eprintln!("error: a test fails with {}={seed}", Variable::Seed.name());
                break End::Failed;
            }
            if now.covered == now.of {
                break End::Covered;
            }
            idle = if now == bins { idle + 1 } else { 0 };
            bins = now;
            if idle == self.idle {
                break End::Idle;
            }
            if begun.elapsed() >= self.budget {
                break End::Budget;
            }
            let Some(next) = seed.checked_add(1) else {
                bail!("there is no seed after {seed}");
            };
            seed = next;
        };
        self.summarize(&database, &tests, end)
    }

    /// The folder with the files of runs.
    fn runs(&self) -> anyhow::Result<PathBuf> {
        let folder = output_folder(self.harness.manifest_path.as_deref())?;
        Ok(folder.join(RUNS))
    }

    fn selected(&self, tests: Vec<String>) -> anyhow::Result<Vec<String>> {
        let fits = |test: &String| {
            self.filters.is_empty() || self.filters.iter().any(|it| test.contains(it))
        };
        let selected: Vec<String> = tests.iter().filter(|test| fits(test)).cloned().collect();
        if selected.is_empty() {
            bail!(no_match(&self.filters, &tests));
        }
        Ok(selected)
    }

    /// Prints why it has ended and which seeds are enough, and writes them to the file.
    fn summarize(
        &self,
        database: &Database,
        tests: &[String],
        end: End,
    ) -> anyhow::Result<ExitCode> {
        match end {
            End::Covered => println!("everything is covered"),
            End::Idle => println!(
                "{} in a row added nothing",
                count(self.idle as usize, "seed")
            ),
            End::Budget => println!("the budget of {} is used up", wall_clock(self.budget)),
            End::Failed => {}
        }
        let totals = database.totals();
        let mut text = format!(
            "# cargo verifork run --seeds: {:.1} % of {} covered\n",
            shown_percent(overall(&totals).unwrap_or(0.0)),
            count(totals.len(), "group")
        );
        let mut seeds = BTreeSet::new();
        let mut lines = BTreeSet::new();
        for (source, _) in database.rank() {
            seeds.insert(source.seed);
            for test in tests.iter().filter(|test| is_of(test, source)) {
                if lines.insert((source.seed, test)) {
                    // Writing to a string cannot fail.
                    let _ = writeln!(text, "{} {test}", source.seed);
                }
            }
        }
        if !seeds.is_empty() {
            fs::write(&self.output, &text)
                .with_context(|| format!("cannot write `{}`", self.output.display()))?;
            let all: BTreeSet<u64> = database.runs().map(|run| run.source.seed).collect();
            let enough: Vec<String> = seeds.iter().map(u64::to_string).collect();
            println!(
                "the same coverage with {} of {}: {}; run with `cargo verifork run --seeds {}`",
                seeds.len(),
                count(all.len(), "seed"),
                enough.join(", "),
                self.output.display()
            );
        }
        Ok(match end {
            End::Failed => ExitCode::FAILURE,
            _ => ExitCode::SUCCESS,
        })
    }
}

/// Whether coverage with this source is from a test of the harness. The source does not distinguish the same test of
/// two designs.
fn is_of(test: &str, source: &Source) -> bool {
    let simulator = Simulator::from_product(&source.simulator);
    let key = simulator.map(Simulator::key);
    let within = test.strip_suffix(&source.test);
    within
        .and_then(|within| within.strip_suffix("::"))
        .is_some_and(|suite| key.is_none_or(|key| suite.split("::").any(|part| part == key)))
}

/// The sources of the coverage that is there.
fn sources(runs: &Path) -> anyhow::Result<BTreeSet<Source>> {
    let (database, _) = Database::read_folder(runs)?;
    Ok(database.runs().map(|run| run.source.clone()).collect())
}

/// The new coverage from runs with a seed.
fn new_records(runs: &Path, before: &BTreeSet<Source>, seed: u64) -> anyhow::Result<Vec<Record>> {
    let (database, problems) = Database::read_folder(runs)?;
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem.into());
    }
    let new = database.runs().filter(|run| run.source.seed == seed);
    Ok(new
        .filter(|run| !before.contains(&run.source))
        .cloned()
        .collect())
}

/// Reads which tests to run with which seeds, as [`Close`] writes it.
///
/// # Errors
///
/// The file cannot be read or understood; the error has the line.
pub(crate) fn read_seeds(path: &Path) -> anyhow::Result<Vec<(u64, Vec<String>)>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut seeds: Vec<(u64, Vec<String>)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let found = line.split_once(char::is_whitespace);
        let found = found.and_then(|(seed, test)| Some((seed.parse().ok()?, test.trim())));
        let Some((seed, test)) = found else {
            bail!(
                "`{}`, line {number}: `{line}` is not a seed and the name of a test",
                path.display()
            );
        };
        match seeds.iter_mut().find(|(of, _)| *of == seed) {
            Some((_, tests)) => tests.push(test.to_owned()),
            None => seeds.push((seed, vec![test.to_owned()])),
        }
    }
    ensure!(!seeds.is_empty(), "`{}` has no seeds", path.display());
    Ok(seeds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_known_by_its_name_and_simulator() {
        let source = Source {
            test: "every_kind".to_owned(),
            simulator: "Icarus Verilog 11.0".to_owned(),
            ..Source::default()
        };
        assert!(is_of("bursts::icarus::every_kind", &source));
        assert!(!is_of("bursts::nvc::every_kind", &source));
        assert!(!is_of("bursts::icarus::not_every_kind", &source));
    }

    #[test]
    fn seeds_are_read_as_they_were_written_and_others_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seeds.txt");
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            read_seeds(&path).map_err(|error| error.to_string())
        };
        let both = vec!["a::b".to_owned(), "c".to_owned()];
        assert_eq!(
            read("# 1 %\n7 a::b\n\n9 c\n7 c\n").unwrap(),
            [(7, both), (9, vec!["c".to_owned()])]
        );
        assert!(
            read("7\n")
                .unwrap_err()
                .contains("line 1: `7` is not a seed")
        );
        assert!(read("#\nx a\n").unwrap_err().contains("line 2"));
        assert!(read("# nothing\n").unwrap_err().contains("has no seeds"));
    }
}
