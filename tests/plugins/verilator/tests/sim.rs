//! Kinds of objects on Verilator, whichever version is installed.

use std::process::{Command, ExitCode};

use verifork_runner::{Design, Simulator};

/// What only newer versions do, and since which.
const SINCE: [(&str, u32); 3] = [
    ("forces::", 32),
    ("several_dimensions", 34),
    ("members_of_unpacked", 50),
];

/// Since when VPI forces.
const FORCES_BY_VPI: u32 = 46;

/// The second number of the version at hand; 0 where there is none, or it does not say.
fn version() -> u32 {
    let program = std::env::var("VERIFORK_VERILATOR").unwrap_or_else(|_| "verilator".to_owned());
    let output = Command::new(program).arg("--version").output();
    let text = output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    let text = text.unwrap_or_default();
    let number = text
        .split_whitespace()
        .nth(1)
        .and_then(|it| it.split_once('.'));
    number
        .and_then(|(_, minor)| minor.parse().ok())
        .unwrap_or(0)
}

fn main() -> ExitCode {
    let version = version();
    let mut kinds = Design::new("kinds")
        .sources(["../../designs/kinds.sv"])
        // Tests look names up that only they know.
        .public_all()
        .tests(["kinds::", "forces::"])
        .simulators([Simulator::Verilator])
        .compile_argument(Simulator::Verilator, "-MAKEFLAGS")
        .compile_argument(Simulator::Verilator, "OPT_FAST=-O0 OPT_GLOBAL=-O0");
    let by_vpi = std::env::var("VERIFORK_VERILATOR_PORT").is_ok_and(|port| port == "vpi");
    let since = SINCE.map(|(test, since)| match test {
        "forces::" if by_vpi => (test, FORCES_BY_VPI),
        _ => (test, since),
    });
    for (test, since) in since.into_iter().filter(|it| version < it.1) {
        let reason = format!("Verilator 5.{version:03} is older than 5.{since:03}");
        kinds = kinds.skip_on(Simulator::Verilator, test, reason);
    }
    for (test, until) in [
        ("old_versions_do_not_show", 34),
        ("can_be_driven_from_outside", 32),
    ] {
        if version >= until {
            kinds = kinds.skip_on(
                Simulator::Verilator,
                test,
                "newer versions are another matter",
            );
        }
    }
    verifork_runner::main([kinds])
}
