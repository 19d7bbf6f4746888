//! `cargo verifork doctor`: the installed simulators and tools.

use std::io::{self, Write as _};
use std::process::{Command, ExitCode};

use console::Term;
use verifork_protocol::page::wrapped;
use verifork_runner::known_simulators;

/// The columns before the text.
const MARGIN: usize = 25;

/// Prints what is installed; fails if no simulator is.
pub(crate) fn run() -> ExitCode {
    let width = Term::stdout().size_checked();
    let width = width.map_or(usize::MAX, |(_, width)| width.into());
    let row = |state: &str, name: &str, text: &str| {
        let line = format!("{state:<8} {name:<15} {text}");
        // Nobody may be reading.
        let _ = writeln!(io::stdout(), "{}", wrapped(&line, MARGIN, width));
    };
    let mut usable = false;
    for known in known_simulators() {
        let languages: Vec<String> = known.languages.iter().map(ToString::to_string).collect();
        match &known.found {
            Ok((path, version)) => {
                usable = true;
                row("ok", known.product, without_name(version, known.product));
                row("", "at", &path.display().to_string());
            }
            Err(reason) => row("missing", known.product, &reason.to_string()),
        }
        row("", "languages", &languages.join(", "));
        row("", "works", known.works);
        row("", "waves", &known.waves.join(", "));
        row("", "chosen by", &format!("VERIFORK_SIM={}", known.key));
    }
    for (tool, use_of_it) in [
        ("cargo-nextest", "runs shards, retries"),
        ("surfer", "shows waves"),
        ("gtkwave", "shows waves"),
    ] {
        let state = if is_there(tool) { "ok" } else { "missing" };
        row(state, tool, use_of_it);
    }
    if usable {
        ExitCode::SUCCESS
    } else {
        eprintln!("error: no simulator is installed");
        ExitCode::FAILURE
    }
}

/// The version without the product's name in front of it.
fn without_name<'a>(version: &'a str, product: &str) -> &'a str {
    let version = version.trim_end_matches(" ()");
    let begin = version.get(..product.len());
    let plain = match begin.filter(|begin| begin.eq_ignore_ascii_case(product)) {
        Some(begin) => version[begin.len()..].trim_start(),
        None => version,
    };
    plain.strip_prefix("runtime version ").unwrap_or(plain)
}

/// Whether a program is on the path.
pub(crate) fn is_there(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", "command -v \"$1\"", "sh", program])
        .output();
    found.is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::without_name;

    #[test]
    fn the_name_of_a_simulator_is_shown_once() {
        for (version, product, number) in [
            (
                "Icarus Verilog runtime version 11.0 (stable) ()",
                "Icarus Verilog",
                "11.0 (stable)",
            ),
            ("nvc 1.23-devel (LLVM)", "NVC", "1.23-devel (LLVM)"),
            ("GHDL 2.0.0", "GHDL", "2.0.0"),
            ("another 1", "GHDL", "another 1"),
        ] {
            assert_eq!(without_name(version, product), number);
        }
    }
}
