//! `cargo verifork coverage`: the merged coverage of the last runs, with its holes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, ValueEnum};
use verifork_coverage::{Code, CodeKind, Covered, Database, ItemTotal, Total, formats, overall};
use verifork_protocol::files::RUNS;

use crate::code;
use crate::harness::output_folder;

/// How many uncovered bins of a point or cross are named.
const SHOWN: usize = 8;

#[derive(Args)]
pub(crate) struct Coverage {
    /// Files or folders of coverage, also from other machines and shards; by default the last runs in this
    /// target folder.
    paths: Vec<PathBuf>,
    /// `Cargo.toml` of a crate, to use its target folder; by default that of the current folder.
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// Lists the fewest runs with the coverage of all, the one that adds most first.
    #[arg(long)]
    rank: bool,
    /// Exports the coverage in a format of other tools.
    #[arg(long, value_enum, requires = "output")]
    format: Option<Format>,
    /// The file for `--format`.
    #[arg(long, value_name = "FILE", requires = "format")]
    output: Option<PathBuf>,
    /// Fails if the groups are covered less than this, or there are none.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
    /// Fails if the code is covered less than this, or there is no code coverage.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under_code: Option<u8>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// XML of the Unified Coverage Interoperability Standard 1.0.
    Ucis,
    /// The `coverage.dat` that `verilator_coverage` merges.
    Verilator,
    /// A tracefile of LCOV.
    Lcov,
    /// An XML report of Cobertura.
    Cobertura,
}

impl Coverage {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let (database, code) = self.read()?;
        let totals = database.totals();
        if !database.is_empty() {
            print!("{}", table(&database, &totals));
        }
        if !code.is_empty() {
            print!("{}", table_of_code(&code));
        }
        if self.rank {
            print!("{}", ranked(&database));
        }
        if let (Some(format), Some(path)) = (self.format, &self.output) {
            let text = match format {
                Format::Ucis => formats::ucis(&database),
                Format::Verilator => formats::verilator(&totals),
                Format::Lcov => formats::lcov(&totals, &code),
                Format::Cobertura => formats::cobertura(&totals, &code),
            };
            fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        let functional = overall(&totals).unwrap_or(0.0);
        let of_code = if code.is_empty() {
            0.0
        } else {
            code.covered().percent()
        };
        let mut status = ExitCode::SUCCESS;
        for (covered, wanted, what) in [
            (functional, self.fail_under, ""),
            (of_code, self.fail_under_code, " of the code"),
        ] {
            if let Some(wanted) = wanted.filter(|wanted| covered < f64::from(*wanted)) {
                let covered = shown_percent(covered);
                eprintln!("error: {covered:.1} %{what} is covered, less than {wanted} %");
                status = ExitCode::FAILURE;
            }
        }
        Ok(status)
    }

    fn read(&self) -> anyhow::Result<(Database, Code)> {
        let own;
        let paths = if self.paths.is_empty() {
            own = [output_folder(self.manifest_path.as_deref())?.join(RUNS)];
            &own[..]
        } else {
            &self.paths
        };
        let (mut database, mut code) = (Database::new(), Code::new());
        let mut problems = Vec::new();
        for path in paths {
            if path.is_dir() {
                let (read, wrong) = Database::read_folder(path)?;
                database.merge(read);
                problems.extend(wrong);
                code::read_folder(path, &mut code, &mut problems)
                    .with_context(|| format!("cannot read `{}`", path.display()))?;
            } else if let Some(read) = code::read(path) {
                code.merge(read?);
            } else {
                database.add(verifork_coverage::Record::read(path)?);
            }
        }
        // An unreadable file must not look as if it did not exist.
        if !problems.is_empty() {
            let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
            bail!("{}", texts.join("\n"));
        }
        ensure!(
            !database.is_empty() || !code.is_empty(),
            "there is no coverage in {}: a test with a cover group (`#[derive(CoverGroup)]`) writes a file when it \
             ends",
            shown(paths)
        );
        Ok((database, code::relocated(&code)))
    }
}

fn shown(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| format!("`{}`", Path::display(path)))
        .collect();
    paths.join(", ")
}

/// The percentage to show, rounded down: 99.96 % is not everything.
pub(crate) fn shown_percent(percent: f64) -> f64 {
    (percent * 10.0 + 1e-9).floor() / 10.0
}

fn table(database: &Database, totals: &[Total]) -> String {
    let runs = database.runs().count();
    let mut text = format!(
        "{:.1} % of {} covered in {}\n",
        shown_percent(overall(totals).unwrap_or(0.0)),
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
            shown_percent(total.percent().unwrap_or(0.0)),
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

fn table_of_code(code: &Code) -> String {
    let Covered { covered, of } = code.covered();
    let percent = shown_percent(code.covered().percent());
    let mut text = format!("\n{percent:5.1} %  code  {covered} of {of}\n");
    for (kind, it) in code.by_kind() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {:5.1} %  {}  {} of {}",
            shown_percent(it.percent()),
            kind.name(),
            it.covered,
            it.of
        );
    }
    for (file, points) in code.files() {
        let missing = |kind| {
            let points = points
                .iter()
                .filter(move |(it, count)| it.kind == kind && **count == 0);
            code::ranges(points.map(|(it, _)| it.line))
        };
        let _ = writeln!(text, "  {file}");
        let kinds = CodeKind::ALL.map(|kind| (kind, missing(kind))).into_iter();
        for (kind, lines) in kinds.filter(|(_, lines)| !lines.is_empty()) {
            let _ = writeln!(text, "           missing: {} in lines {lines}", kind.name());
        }
    }
    text
}

fn item(text: &mut String, item: &ItemTotal<'_>) {
    let (name, covered) = (item.name, item.covered);
    let Covered { covered: hit, of } = covered;
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "  {:5.1} %  {name}  {hit} of {of}",
        shown_percent(covered.percent())
    );
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
        "\nthe same coverage with {} of {}:\n",
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

pub(crate) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_all_is_never_shown_as_all() {
        for (covered, of, shown) in [
            (9996, 10_000, "99.9"),
            (99_999, 100_000, "99.9"),
            (1, 3, "33.3"),
            (2, 3, "66.6"),
            (3, 10, "30.0"),
            (10, 10, "100.0"),
            (0, 10, "0.0"),
        ] {
            let percent = 100.0 * f64::from(covered) / f64::from(of);
            assert_eq!(format!("{:.1}", shown_percent(percent)), shown);
        }
    }
}
