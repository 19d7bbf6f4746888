//! `cargo verifork`: everything around tests. `cargo test` runs the tests themselves.

mod bind;
mod close;
mod code;
mod coverage;
mod create;
mod declared;
mod doctor;
mod elaborated;
mod harness;
mod object;
mod output;
mod report;
mod run;
mod source;
mod waves;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use console::Term;
use verifork_protocol::page::report;

use harness::HarnessArgs;

/// Cargo passes the name of its subcommand as the first argument.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
enum Cargo {
    /// Testbench crates of verifork.
    #[command(version)]
    Verifork(Verifork),
}

#[derive(Args)]
struct Verifork {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Creates a testbench crate that passes at once: the typed design, clocks, resets and a test.
    New(Box<create::New>),
    /// Writes the struct of the design's ports from the elaborated design.
    Bind(bind::Bind),
    /// Lists the tests of the crate.
    List(HarnessArgs),
    /// Runs tests, and shows what runs and a table of results.
    Run(run::Run),
    /// Runs one test with waves and opens them in a viewer.
    Waves(waves::ShowWaves),
    /// Merges the coverage of all runs, lists the holes, exports to other tools.
    Coverage(coverage::Coverage),
    /// Writes an HTML page of tests, coverage and requirements.
    Report(report::Report),
    /// Runs more seeds for as long as they add coverage, and keeps the fewest that reach it.
    Close(close::Close),
    /// Shows which simulators are installed and what they can do.
    Doctor,
}

fn main() -> ExitCode {
    let Cargo::Verifork(Verifork { command }) = Cargo::parse();
    let done = match command {
        Command::New(new) => new.run(),
        Command::Bind(bind) => bind.run(),
        Command::List(harness) => harness::list(&harness),
        Command::Run(run) => run.run(),
        Command::Waves(waves) => waves.run(),
        Command::Coverage(coverage) => coverage.run(),
        Command::Report(report) => report.run(),
        Command::Close(close) => close.run(),
        Command::Doctor => Ok(doctor::run()),
    };
    done.unwrap_or_else(|error| {
        let width = Term::stderr().size_checked();
        let width = width.map_or(usize::MAX, |(_, width)| width.into());
        eprintln!("{}", report(&format!("error: {error:#}"), width));
        ExitCode::FAILURE
    })
}
