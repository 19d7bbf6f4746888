//! What is installed, and what it can do.

use std::process::{Command, ExitCode};

use verifork_runner::known_simulators;

/// Tells everything; fails if no simulator is there.
pub(crate) fn run() -> ExitCode {
    let mut usable = false;
    for known in known_simulators() {
        let languages: Vec<String> = known.languages.iter().map(ToString::to_string).collect();
        match &known.found {
            Ok((path, version)) => {
                usable = true;
                println!("ok       {:<15} {version}", known.product);
                println!("         {:<15} {}", "at", path.display());
            }
            Err(reason) => println!("missing  {:<15} {reason}", known.product),
        }
        println!("         {:<15} {}", "languages", languages.join(", "));
        println!("         {:<15} {}", "works", known.works);
        println!("         {:<15} {}", "waves", known.waves.join(", "));
        println!("         {:<15} VERIFORK_SIM={}", "chosen by", known.key);
    }
    for (tool, use_of_it) in [
        ("cargo-nextest", "shards, retries"),
        ("surfer", "shows waves"),
        ("gtkwave", "shows waves"),
    ] {
        let there = is_there(tool);
        println!(
            "{:<8} {tool:<15} {use_of_it}",
            if there { "ok" } else { "missing" }
        );
    }
    if usable {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether a program is on the path.
pub(crate) fn is_there(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", "command -v \"$1\"", "sh", program])
        .output();
    found.is_ok_and(|output| output.status.success())
}
