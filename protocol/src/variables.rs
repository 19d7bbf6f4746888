//! The settings: environment variables, with their names, defaults and meanings. The help text, the
//! plugin's and the harness's readers are made from this table, and the README's is held against it.

use std::env;
use std::ffi::OsString;

/// The prefix of all names.
pub const PREFIX: &str = "VERIFORK_";

/// Which program reads a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there are these programs")]
pub enum Reader {
    /// The plugin, in a simulator.
    Plugin,
    /// `verifork-runner`, which starts the simulators.
    Harness,
    /// Both.
    Both,
}

impl Reader {
    /// Whether the plugin reads it.
    pub fn is_plugin(self) -> bool {
        self != Reader::Harness
    }

    /// Whether the harness reads it.
    pub fn is_harness(self) -> bool {
        self != Reader::Plugin
    }
}

macro_rules! variables {
    ($($variable:ident, $name:literal, $reader:ident, $default:literal, $meaning:literal;)*) => {
        /// A variable, in the order in which help shows them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(clippy::exhaustive_enums, reason = "its readers have to read all")]
        pub enum Variable {
            $(#[doc = concat!("`VERIFORK_", $name, "`: ", $meaning, ".")] $variable,)*
        }

        impl Variable {
            /// Every variable there is.
            pub const ALL: &[Variable] = &[$(Variable::$variable),*];

            /// The name, with the prefix.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Variable::$variable => concat!("VERIFORK_", $name),)*
                }
            }

            /// Which program reads it.
            pub const fn reader(self) -> Reader {
                match self {
                    $(Variable::$variable => Reader::$reader,)*
                }
            }

            /// The value that it has if it is not set, or in parentheses what that means.
            pub const fn default(self) -> &'static str {
                match self {
                    $(Variable::$variable => $default,)*
                }
            }

            /// Its meaning, in a few words.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Variable::$variable => $meaning,)*
                }
            }
        }
    };
}

variables! {
    Filter, "FILTER", Plugin, "",
        "tests to run, separated by commas: part of a name, or =name for the whole name; a leading ! excludes";
    List, "LIST", Plugin, "0",
        "1 lists the selected tests and runs none";
    Order, "ORDER", Plugin, "declared",
        "order of the tests: declared, name or random (by the seed)";
    FailFast, "FAIL_FAST", Plugin, "0",
        "1 stops after the first failed test";
    Repeat, "REPEAT", Plugin, "1",
        "how often to run the selected tests, each time with a different seed";
    Seed, "SEED", Plugin, "(another each run)",
        "base seed of all random streams, decimal or 0x and hexadecimal, 64 bits";
    Items, "ITEMS", Plugin, "(all)",
        "items to draw of a test's sequences, in the notation of a failure's report: writes=0,3";
    Aim, "AIM", Plugin, "(none)",
        "folder with the coverage of earlier runs: aimed draws prefer the holes that those runs left";
    Timeout, "TIMEOUT", Plugin, "100ms",
        "limit of simulated time for tests that set none themselves, such as 1ms, or off";
    WallTimeout, "WALL_TIMEOUT", Plugin, "300s",
        "limit of wall-clock time for tests that set none themselves, such as 60s, or off";
    Log, "LOG", Plugin, "info",
        "log filter, separated by commas: a level (off, error, warn, info, debug, trace) for everything, \
        crate::module=level for a module; /text at the end keeps only lines with that text";
    Junit, "JUNIT", Both, "(none)",
        "file for the results as JUnit XML; missing folders are created, links followed, \
        devices and pipes written through";
    AllowEmpty, "ALLOW_EMPTY", Plugin, "0",
        "1 lets a run pass in which no test ran";
    Results, "RESULTS", Plugin, "(none)",
        "file for the results as they come, one JSON object per line";
    Declarations, "DECLARATIONS", Plugin, "(none)",
        "file from verifork-runner with facts about declarations that the simulator does not provide";
    VerilatorPort, "VERILATOR_PORT", Plugin, "memory",
        "how to access a design compiled by Verilator: in the model's memory, or through vpi";
    Top, "TOP", Plugin, "(the only one)",
        "the top instance that tests receive, where the design has several";
    Color, "COLOR", Plugin, "auto",
        "colour in reports and the log: auto (on a terminal; NO_COLOR, \
        CLICOLOR_FORCE and CLICOLOR are respected), always or never";
    Help, "HELP", Plugin, "0",
        "1 shows this list and runs no test";
    Sim, "SIM", Harness, "(all installed)",
        "simulators to start, separated by commas: icarus, verilator, ghdl, nvc";
    Require, "REQUIRE", Harness, "(none)",
        "simulators that must be installed, separated by commas, or all";
    Waves, "WAVES", Harness, "(none)",
        "format of the wave file of each test: vcd, fst or ghw; on-failure runs a failed \
        test once more with waves, on-failure:vcd in that format";
    Shrink, "SHRINK", Harness, "60s",
        "time for shrinking the sequences of a failed test to fewer and simpler items with which it still \
        fails, or off";
    CompileTimeout, "COMPILE_TIMEOUT", Harness, "off",
        "time after which a compiler of a design is killed, or off; 2min for cargo verifork new and bind";
    Icarus, "ICARUS", Harness, "(from PATH)",
        "where Icarus Verilog is: the folder of iverilog and vvp, or iverilog itself";
    Ghdl, "GHDL", Harness, "(from PATH)",
        "where GHDL is: its folder, or ghdl itself";
    Nvc, "NVC", Harness, "(from PATH)",
        "where NVC is: its folder, or nvc itself";
    Verilator, "VERILATOR", Harness, "(from PATH)",
        "where Verilator is: its folder, or verilator itself";
    VerilatorLibrary, "VERILATOR_LIBRARY", Harness, "(in the target folder)",
        "folder that keeps Verilator's own library, compiled, for the designs of all crates";
    Coverage, "COVERAGE", Both, "functional",
        "coverage to record, separated by commas: functional (cover groups), \
        code (the design's code, by verifork-runner, where the simulator supports it), or off";
    Cache, "CACHE", Harness, "1",
        "0 compiles every design again";
    Describe, "DESCRIBE", Both, "(none)",
        "file for a description of the elaborated design as JSON; no test runs \
        (verifork-runner: a folder, with a file for each design)";
}

impl Variable {
    /// The variable with this name.
    pub fn from_name(name: &str) -> Option<Variable> {
        Variable::ALL.iter().copied().find(|it| it.name() == name)
    }

    /// The value that it has if it is not set; none if that is not a value.
    pub fn default_value(self) -> Option<&'static str> {
        let default = self.default();
        (!default.starts_with('(')).then_some(default)
    }

    /// The value in this process's environment. Set to nothing is not set.
    pub fn value(self) -> Option<OsString> {
        env::var_os(self.name()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_have_the_prefix() {
        let names: HashSet<&str> = Variable::ALL.iter().map(|it| it.name()).collect();
        assert_eq!(names.len(), Variable::ALL.len());
        assert!(names.iter().all(|name| name.starts_with(PREFIX)));
        for variable in Variable::ALL {
            assert_eq!(Variable::from_name(variable.name()), Some(*variable));
        }
        assert_eq!(Variable::from_name("VERIFORK_"), None);
    }

    #[test]
    fn what_stands_in_parentheses_is_no_value() {
        assert_eq!(Variable::Seed.default_value(), None);
        assert_eq!(Variable::Repeat.default_value(), Some("1"));
    }
}
