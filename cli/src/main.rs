//! `cargo verifork`: what is not a test. Everything that is, `cargo test` does.

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

/// Cargo gives its own name for us as the first argument.
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
    /// Makes a testbench crate that passes at once: a typed design, its clock, its reset, a test.
    New(Box<create::New>),
    /// Writes the struct of the design's ports from the elaborated design.
    Bind(bind::Bind),
    /// Lists the tests of the crate.
    List(HarnessArgs),
    /// Runs tests with progress, and a table at the end.
    Run(run::Run),
    /// Runs one test with waves and opens them in Surfer or `GTKWave`.
    Waves(waves::ShowWaves),
    /// Merges what the tests have covered, tells what is missing, writes it for other tools.
    Coverage(coverage::Coverage),
    /// Writes one HTML page of tests, coverage and requirements, to be looked at without a server.
    Report(report::Report),
    /// Runs seeds of tests while they add coverage, and keeps the fewest that reach it.
    Close(close::Close),
    /// Tells which simulators are installed and what they can do.
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
