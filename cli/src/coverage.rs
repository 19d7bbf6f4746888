//! What the tests have covered, merged over their last runs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, ValueEnum};
use verifork_coverage::{Covered, Database, ItemTotal, Total, formats, overall};

use crate::harness::output_folder;

/// How many bins of one point or cross are named that are not covered yet.
const SHOWN: usize = 8;

#[derive(Args)]
pub(crate) struct Coverage {
    /// Files or folders of coverage, also of other machines and shards; the last runs of this target folder
    /// by default.
    paths: Vec<PathBuf>,
    /// `Cargo.toml` of a crate whose target folder is meant; that of the present folder by default.
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// Lists the fewest runs that cover what all do, the one that adds most first.
    #[arg(long)]
    rank: bool,
    /// Writes a file that other tools read.
    #[arg(long, value_enum, requires = "output")]
    format: Option<Format>,
    /// The file for `--format`.
    #[arg(long, value_name = "FILE", requires = "format")]
    output: Option<PathBuf>,
    /// Fails if less is covered.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// XML of the Unified Coverage Interoperability Standard 1.0.
    Ucis,
    /// The `coverage.dat` that `verilator_coverage` merges.
    Verilator,
    /// A tracefile of LCOV.
    Lcov,
    /// A report in the form of Cobertura.
    Cobertura,
}

impl Coverage {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let database = self.read()?;
        let totals = database.totals();
        print!("{}", table(&database, &totals));
        if self.rank {
            print!("{}", ranked(&database));
        }
        if let (Some(format), Some(path)) = (self.format, &self.output) {
            let text = match format {
                Format::Ucis => formats::ucis(&database),
                Format::Verilator => formats::verilator(&totals),
                Format::Lcov => formats::lcov(&totals),
                Format::Cobertura => formats::cobertura(&totals),
            };
            fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        let covered = overall(&totals);
        match self.fail_under {
            Some(wanted) if covered < f64::from(wanted) => {
                eprintln!("error: {covered:.1} % is covered, and {wanted} % is wanted");
                Ok(ExitCode::FAILURE)
            }
            _ => Ok(ExitCode::SUCCESS),
        }
    }

    fn read(&self) -> anyhow::Result<Database> {
        let own;
        let paths = if self.paths.is_empty() {
            own = [output_folder(self.manifest_path.as_deref())?.join("runs")];
            &own[..]
        } else {
            &self.paths
        };
        let mut database = Database::new();
        let mut problems = Vec::new();
        for path in paths {
            if path.is_dir() {
                let (read, wrong) = Database::read_folder(path)?;
                database.merge(read);
                problems.extend(wrong);
            } else {
                database.add(verifork_coverage::Record::read(path)?);
            }
        }
        // What is missing in the sum must not look as if it had never been there.
        if !problems.is_empty() {
            let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
            bail!("{}", texts.join("\n"));
        }
        ensure!(
            !database.is_empty(),
            "there is no coverage in {}: a test that makes a cover group (`#[derive(CoverGroup)]`) leaves a file \
             when it has run",
            shown(paths)
        );
        Ok(database)
    }
}

fn shown(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| format!("`{}`", Path::display(path)))
        .collect();
    paths.join(", ")
}

fn table(database: &Database, totals: &[Total]) -> String {
    let runs = database.runs().count();
    let mut text = format!(
        "{:.1} % of {} covered in {}\n",
        overall(totals),
        count(totals.len(), "group"),
        count(runs, "run")
    );
    for total in totals {
        let definition = &total.definition;
        let twin = totals
            .iter()
            .filter(|other| other.definition.name == definition.name)
            .count()
            > 1;
        let digest = if twin {
            format!(" (definition {})", definition.digest())
        } else {
            String::new()
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "\n{:5.1} %  {}{digest}",
            total.percent(),
            definition.name
        );
        if twin {
            let tests: Vec<_> = total.tests.iter().map(String::as_str).collect();
            let _ = writeln!(text, "         of {}", tests.join(", "));
        }
        for it in total.items() {
            item(&mut text, &it);
        }
    }
    text
}

fn item(text: &mut String, item: &ItemTotal<'_>) {
    let (name, covered) = (item.name, item.covered);
    let Covered { covered: hit, of } = covered;
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {:5.1} %  {name}  {hit} of {of}", covered.percent());
    let missing = item.bins().into_iter().filter(|bin| !bin.is_covered);
    let missing = missing.map(|bin| bin.names.join(" × "));
    let mut missing: Vec<String> = missing.take(SHOWN + 1).collect();
    if missing.is_empty() {
        return;
    }
    if missing.len() > SHOWN {
        missing.truncate(SHOWN);
        missing.push(format!("{} more", of - hit - SHOWN));
    }
    let _ = writeln!(text, "           missing: {}", missing.join(", "));
}

fn ranked(database: &Database) -> String {
    let ranked = database.rank();
    let mut text = format!(
        "\nas much by {} of {}:\n",
        ranked.len(),
        count(database.runs().count(), "run")
    );
    for (source, bins) in ranked {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {bins:6}  {}  {}  VERIFORK_SEED={}",
            source.test, source.simulator, source.seed
        );
    }
    text
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
