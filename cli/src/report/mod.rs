//! `cargo verifork report`: an HTML page of everything that runs have left. It needs neither a server nor a network.

mod gather;
mod page;
mod requirements;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use verifork_coverage::overall;
use verifork_protocol::trend::{self, Point};
use verifork_protocol::verdict::Status;

use self::gather::Gathered;
use self::page::Page;
use self::requirements::{Requirement, State};
use crate::coverage::{count, shown_percent};
use crate::harness::output_folder;
use crate::output::write;

/// The page's name, in the target folder and elsewhere.
const FILE: &str = "report.html";

#[derive(Args)]
pub(crate) struct Report {
    /// Files or folders that runs have left, also of other machines and shards; the last runs of this target
    /// folder by default.
    paths: Vec<PathBuf>,
    /// `Cargo.toml` of a crate, to use its target folder; by default that of the current folder.
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// The file for the page; by default `verifork/report.html` in the target folder, or `report.html` if paths are
    /// given.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A file with the requirements of the plan: on each line a name, and after a tab or space a description; `#`
    /// begins a comment. The report shows those that no test covers.
    #[arg(long, value_name = "FILE")]
    requirements: Option<PathBuf>,
    /// The page's title.
    #[arg(long, default_value = "Verification report", value_name = "TEXT")]
    title: String,
}

impl Report {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let own = self.paths.is_empty();
        let (roots, default) = if own {
            let folder = output_folder(self.manifest_path.as_deref())?;
            (vec![folder.clone()], folder.join(FILE))
        } else {
            (self.paths.clone(), PathBuf::from(FILE))
        };
        let output = self.output.as_ref().unwrap_or(&default);
        let mut gathered = Gathered::read(&roots)?;
        let listed = self.requirements.as_deref();
        let listed = listed.map(requirements::read).transpose()?;
        let requirements = requirements::of(&gathered.verdicts, listed, &mut gathered.problems);
        if gathered.is_empty() {
            gathered.problems.push(nothing(&roots));
        }
        let totals = gathered.database.totals();
        let functional = overall(&totals);
        let code = (!gathered.code.is_empty()).then(|| gathered.code.covered().percent());
        if let Some(folder) = roots.first().filter(|_| own)
            && let Some(last) = gathered.verdicts.iter().max_by_key(|it| it.at)
        {
            let point = Point {
                run: last.run.clone(),
                at: last.at,
                functional,
                code,
                ..Point::default()
            };
            if functional.or(code).is_some() {
                // Without it a diagram lacks a point.
                let _ = trend::add(folder, &point);
            }
            gathered.note_point(point);
        }
        let page = Page {
            title: &self.title,
            gathered: &gathered,
            totals: &totals,
            functional,
            code,
            requirements: &requirements,
        };
        write(output, &page.html())?;
        println!(
            "{}\n{}",
            output.display(),
            summary(&gathered, totals.len(), functional, code, &requirements)
        );
        for problem in &gathered.problems {
            eprintln!("error: {problem}");
        }
        Ok(if gathered.problems.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn nothing(roots: &[PathBuf]) -> String {
    let roots: Vec<_> = roots
        .iter()
        .map(|it| format!("`{}`", it.display()))
        .collect();
    format!(
        "there is nothing to report in {}: `cargo test` runs tests, which leave their results in the target folder",
        roots.join(", ")
    )
}

/// The head of the page as one line.
fn summary(
    gathered: &Gathered,
    groups: usize,
    functional: Option<f64>,
    code: Option<f64>,
    requirements: &[Requirement],
) -> String {
    let verdicts = &gathered.verdicts;
    let of = |status| verdicts.iter().filter(|it| it.status == status).count();
    let mut text = format!(
        "{}: {} passed, {} failed, {} skipped",
        count(verdicts.len(), "test"),
        of(Status::Passed),
        of(Status::Failed) + of(Status::Unfinished),
        of(Status::Skipped)
    );
    // Writing to a string cannot fail.
    if let Some(functional) = functional {
        let functional = shown_percent(functional);
        let _ = write!(
            text,
            "; {functional:.1} % of {} covered",
            count(groups, "group")
        );
    }
    if let Some(code) = code {
        let _ = write!(text, "; {:.1} % of the code", shown_percent(code));
    }
    if !requirements.is_empty() {
        let passed = requirements.iter().filter(|it| it.state == State::Passed);
        let _ = write!(
            text,
            "; {} of {} requirements passed",
            passed.count(),
            requirements.len()
        );
    }
    text
}
