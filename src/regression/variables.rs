//! The table of the variables, their values as text, and the help made from it.

use std::ffi::OsString;
use std::path::PathBuf;

use log::LevelFilter;
use verifork_protocol::nearest::{did_you_mean, nearest};

use super::config::{Color, Config};
use super::durations::{parse_simulated, parse_wall};
use super::filter::Filter;
use super::select::Order;

/// What the names of all our variables start with.
pub(super) const PREFIX: &str = "VERIFORK_";

/// A variable, as `VERIFORK_HELP` shows it.
pub(super) struct Variable {
    /// Without the prefix.
    pub(super) name: &'static str,
    pub(super) default: &'static str,
    pub(super) meaning: &'static str,
    pub(super) role: Role,
}

/// Who reads a variable.
pub(super) enum Role {
    /// This library: how the value gets into the settings.
    Ours(fn(&mut Config, &str) -> Result<(), String>),
    /// `verifork-runner`, which starts the simulators: any value passes here.
    Runner,
}

/// Every variable there is, in the order in which help shows them.
pub(super) const VARIABLES: [Variable; 25] = [
    Variable {
        name: "FILTER",
        default: "",
        meaning: "tests to run, separated by commas: text of the name, =name exactly, \
                  ! before either leaves out",
        role: Role::Ours(|config, value| Filter::parse(value).map(|it| config.filter = it)),
    },
    Variable {
        name: "LIST",
        default: "0",
        meaning: "1 lists the selected tests and runs none",
        role: Role::Ours(|config, value| switch(value).map(|it| config.list = it)),
    },
    Variable {
        name: "ORDER",
        default: "declared",
        meaning: "order of the tests: declared, name or random (by the seed)",
        role: Role::Ours(|config, value| {
            let orders = [
                ("declared", Order::Declared),
                ("name", Order::Name),
                ("random", Order::Random),
            ];
            one_of(value, &orders).map(|it| config.order = it)
        }),
    },
    Variable {
        name: "FAIL_FAST",
        default: "0",
        meaning: "1 runs no further test after the first that fails",
        role: Role::Ours(|config, value| switch(value).map(|it| config.fail_fast = it)),
    },
    Variable {
        name: "REPEAT",
        default: "1",
        meaning: "how often to run the selected tests, each time with another seed",
        role: Role::Ours(|config, value| {
            let count = value
                .parse()
                .map_err(|_| "a count of 1 or more fits".to_owned());
            count.map(|it| config.repeat = it)
        }),
    },
    Variable {
        name: "SEED",
        default: "(another each run)",
        meaning: "base seed of all random streams, decimal or 0x and hexadecimal, 64 bits",
        role: Role::Ours(|config, value| seed(value).map(|it| config.seed = Some(it))),
    },
    Variable {
        name: "TIMEOUT",
        default: "100ms",
        meaning: "limit of simulated time of a test that sets none itself, such as 1ms, or off",
        role: Role::Ours(|config, value| {
            let limit = or_off(
                value,
                parse_simulated,
                "a duration such as 1ms or 2.5us fits, or off",
            );
            limit.map(|it| config.timeout = it)
        }),
    },
    Variable {
        name: "WALL_TIMEOUT",
        default: "300s",
        meaning: "limit of wall-clock time of a test that sets none itself, such as 60s, or off",
        role: Role::Ours(|config, value| {
            let limit = or_off(
                value,
                parse_wall,
                "a duration such as 60s or 5min fits, or off",
            );
            limit.map(|it| config.wall_timeout = it)
        }),
    },
    Variable {
        name: "LOG",
        default: "info",
        meaning: "what is logged: a level (off, error, warn, info, debug, trace), \
                  crate::module=level for some, separated by commas; /text only with that text",
        role: Role::Ours(|config, value| log_filter(value).map(|it| config.log = it)),
    },
    Variable {
        name: "JUNIT",
        default: "(none)",
        meaning: "file to write results to as JUnit XML; missing folders are made, links followed, \
                  devices and pipes written through",
        role: Role::Ours(|config, value| {
            config.junit = Some(PathBuf::from(value));
            Ok(())
        }),
    },
    Variable {
        name: "ALLOW_EMPTY",
        default: "0",
        meaning: "1 lets a run pass in which no test has run",
        role: Role::Ours(|config, value| switch(value).map(|it| config.allow_empty = it)),
    },
    Variable {
        name: "RESULTS",
        default: "(none)",
        meaning: "file to write results to as they come, a JSON object a line",
        // Read before the other settings are, so that what is wrong with them is told there too.
        role: Role::Ours(|_, _| Ok(())),
    },
    Variable {
        name: "DECLARATIONS",
        default: "(none)",
        meaning: "file in which verifork-runner tells what a simulator does not of declarations",
        // Read when the simulator is, before the other settings are.
        role: Role::Ours(|_, _| Ok(())),
    },
    Variable {
        name: "TOP",
        default: "(the only one)",
        meaning: "the top instance that tests are given, where the design has several",
        role: Role::Ours(|config, value| {
            config.top = Some(value.into());
            Ok(())
        }),
    },
    Variable {
        name: "COLOR",
        default: "auto",
        meaning: "colour in reports and log: auto (on a terminal, unless NO_COLOR is set), \
                  always or never",
        role: Role::Ours(|config, value| {
            let choices = [
                ("auto", Color::Auto),
                ("always", Color::Always),
                ("never", Color::Never),
            ];
            one_of(value, &choices).map(|it| config.color = it)
        }),
    },
    Variable {
        name: "HELP",
        default: "0",
        meaning: "1 shows this and runs no test",
        role: Role::Ours(|_, value| switch(value).map(|_| ())),
    },
    Variable {
        name: "SIM",
        default: "(all installed)",
        meaning: "simulators to start, separated by commas: icarus, verilator, ghdl, nvc",
        role: Role::Runner,
    },
    Variable {
        name: "REQUIRE",
        default: "(none)",
        meaning: "simulators that have to be installed, separated by commas, or all",
        role: Role::Runner,
    },
    Variable {
        name: "WAVES",
        default: "(none)",
        meaning: "format of the wave file of each test: vcd, fst or ghw; on-failure runs a failed \
                  test once more with waves, on-failure:vcd in that format",
        role: Role::Runner,
    },
    Variable {
        name: "ICARUS",
        default: "(from PATH)",
        meaning: "where Icarus Verilog is: the folder of iverilog and vvp, or iverilog itself",
        role: Role::Runner,
    },
    Variable {
        name: "GHDL",
        default: "(from PATH)",
        meaning: "where GHDL is: its folder, or ghdl itself",
        role: Role::Runner,
    },
    Variable {
        name: "NVC",
        default: "(from PATH)",
        meaning: "where NVC is: its folder, or nvc itself",
        role: Role::Runner,
    },
    Variable {
        name: "VERILATOR",
        default: "(from PATH)",
        meaning: "where Verilator is: its folder, or verilator itself",
        role: Role::Runner,
    },
    Variable {
        name: "CACHE",
        default: "1",
        meaning: "0 compiles every design anew",
        role: Role::Runner,
    },
    Variable {
        name: "DESCRIBE",
        default: "(none)",
        meaning: "file to write the elaborated design to as JSON; no test runs \
                  (verifork-runner: a folder, with a file for each design)",
        role: Role::Ours(|config, value| {
            config.describe = Some(PathBuf::from(value));
            Ok(())
        }),
    },
];

/// The text of `VERIFORK_HELP`: each variable with its present value, its default where that is
/// another, and its meaning; what is wrong with the present values comes first.
pub(super) fn help(given: &[(String, OsString)], problems: &[String]) -> String {
    let problems = problems
        .iter()
        .map(|problem| format!("wrong at present: {problem}\n"));
    let rows = VARIABLES.iter().map(
        |Variable {
             name,
             default,
             meaning,
             role,
         }| {
            let reader = match role {
                Role::Ours(_) => "",
                Role::Runner => "verifork-runner: ",
            };
            let present = match given.iter().find(|(given, _)| given == name) {
                Some((_, value)) => format!("{} (default: {default})", value.to_string_lossy()),
                None => (*default).to_owned(),
            };
            format!("  {PREFIX}{name}={present}\n      {reader}{meaning}\n")
        },
    );
    let title = "verifork reads these environment variables:\n".to_owned();
    problems.chain([title]).chain(rows).collect()
}

pub(super) fn switch(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("1 or 0 fits".to_owned()),
    }
}

fn one_of<T: Copy>(value: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let lower = value.to_ascii_lowercase();
    if let Some(&(_, choice)) = choices.iter().find(|(name, _)| *name == lower) {
        return Ok(choice);
    }
    let names: Vec<&str> = choices.iter().map(|&(name, _)| name).collect();
    let suggestion = did_you_mean(&nearest(value, names.iter().copied(), 1));
    Err(format!("one of {} fits{suggestion}", names.join(", ")))
}

fn seed(value: &str) -> Result<u64, String> {
    let digits = value.replace('_', "");
    let hexadecimal = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"));
    let number = match hexadecimal {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    number.map_err(|_| "a number of 64 bits fits, decimal or 0x and hexadecimal".to_owned())
}

fn or_off<T>(
    value: &str,
    parse: fn(&str) -> Result<T, String>,
    fitting: &str,
) -> Result<Option<T>, String> {
    if value.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    parse(value)
        .map(Some)
        .map_err(|problem| format!("{problem}; {fitting}"))
}

/// Checks what `env_logger` would only warn about, on a stream that nobody reads.
fn log_filter(value: &str) -> Result<String, String> {
    let levels = LevelFilter::iter().map(|level| level.as_str().to_ascii_lowercase());
    let levels: Vec<String> = levels.collect();
    let names = || levels.iter().map(String::as_str);
    let (directives, text) = value.split_once('/').unwrap_or((value, ""));
    if text.contains('/') {
        return Err("only one / fits, before the text that a message has to contain".to_owned());
    }
    for directive in directives
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        let (module, level) = match directive.split_once('=') {
            Some((module, level)) => (Some(module), level.trim()),
            None => (None, directive),
        };
        if level.is_empty() || level.parse::<LevelFilter>().is_ok() {
            continue;
        }
        let misspelt = names().find(|it| strsim::damerau_levenshtein(it, level) == 1);
        match (module, misspelt) {
            (Some(_), _) => {
                let suggestion = did_you_mean(&nearest(level, names(), 1));
                let names = levels.join(", ");
                return Err(format!("`{level}` is not a level: {names}{suggestion}"));
            }
            (None, Some(meant)) => {
                return Err(format!(
                    "`{level}` is not a level (did you mean `{meant}`?); for a module of that \
                     name write {level}=trace"
                ));
            }
            (None, None) => {}
        }
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), VARIABLES.len());
    }

    #[test]
    fn a_seed_is_decimal_or_hexadecimal() {
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(seed("0xffff_ffff_ffff_ffff"), Ok(u64::MAX));
        assert_eq!(seed("0X10"), Ok(16));
        for wrong in ["18446744073709551616", "-1", "ff", "0x", ""] {
            assert!(seed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_log_filter_is_that_of_env_logger() {
        for fits in [
            "info",
            "OFF",
            "my_tb",
            "my_tb::bus=debug, warn",
            "trace/text",
            "my_tb=",
        ] {
            assert_eq!(log_filter(fits), Ok(fits.to_owned()));
        }
    }

    #[test]
    fn a_log_filter_that_env_logger_would_ignore_is_an_error() {
        assert!(
            log_filter("my_tb=dbug")
                .unwrap_err()
                .contains("did you mean `debug`")
        );
        assert!(log_filter("a=b=c").is_err());
        assert!(log_filter("info/a/b").is_err());
    }

    #[test]
    fn a_misspelt_level_is_not_taken_for_a_module() {
        let error = log_filter("inof").unwrap_err();
        assert!(error.contains("did you mean `info`?"), "{error}");
    }
}
