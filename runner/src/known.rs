//! The simulators that can be started, and the languages that they take.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use verifork_protocol::nearest::{did_you_mean, nearest};
use verifork_protocol::simulators;
use verifork_protocol::variables::Variable;

/// A hardware description language.
///
/// ```
/// use std::path::Path;
/// use verifork_runner::Language;
///
/// assert_eq!(Language::of(Path::new("rtl/fifo.sv")), Some(Language::SystemVerilog));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Language {
    /// IEEE 1364: `.v`, `.vh`.
    Verilog,
    /// IEEE 1800: `.sv`, `.svh`.
    SystemVerilog,
    /// IEEE 1076: `.vhd`, `.vhdl`.
    Vhdl,
    /// ISO 9899: `.c`. What the design calls through DPI (IEEE 1800-2017, 35).
    C,
    /// ISO 14882: `.cpp`, `.cc`, `.cxx`. As C.
    Cpp,
}

impl Language {
    /// The language of a file, by its extension; `None` if it is not that of a source.
    pub fn of(path: &Path) -> Option<Language> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "v" | "vh" | "vl" => Some(Language::Verilog),
            "sv" | "svh" => Some(Language::SystemVerilog),
            "vhd" | "vhdl" => Some(Language::Vhdl),
            "c" => Some(Language::C),
            "cpp" | "cc" | "cxx" => Some(Language::Cpp),
            _ => None,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Verilog => "Verilog",
            Language::SystemVerilog => "SystemVerilog",
            Language::Vhdl => "VHDL",
            Language::C => "C",
            Language::Cpp => "C++",
        })
    }
}

/// A simulator that this library can start.
///
/// ```
/// use verifork_runner::{Language, Simulator};
///
/// assert_eq!(Simulator::Nvc.key(), "nvc");
/// assert!(Simulator::Ghdl.takes(Language::Vhdl));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Simulator {
    /// Icarus Verilog: `iverilog` and `vvp`.
    Icarus,
    /// GHDL.
    Ghdl,
    /// Verilator, with `make` and a C++ compiler.
    Verilator,
    /// NVC.
    Nvc,
}

impl Simulator {
    /// As `VERIFORK_SIM` and the names of tests have it: `icarus`.
    pub fn key(self) -> &'static str {
        self.named().key()
    }

    pub(crate) fn named(self) -> simulators::Simulator {
        match self {
            Simulator::Icarus => simulators::Simulator::Icarus,
            Simulator::Ghdl => simulators::Simulator::Ghdl,
            Simulator::Verilator => simulators::Simulator::Verilator,
            Simulator::Nvc => simulators::Simulator::Nvc,
        }
    }

    /// As people call it: `Icarus Verilog`.
    pub fn product(self) -> &'static str {
        self.named().product()
    }

    /// The variable that says where it is.
    pub(crate) fn place(self) -> Variable {
        self.named().place()
    }

    pub(crate) fn languages(self) -> &'static [Language] {
        match self {
            Simulator::Icarus => &[Language::Verilog, Language::SystemVerilog],
            Simulator::Verilator => &[
                Language::Verilog,
                Language::SystemVerilog,
                Language::C,
                Language::Cpp,
            ],
            // NVC has Verilog too, which it does not show to plugins.
            Simulator::Ghdl | Simulator::Nvc => &[Language::Vhdl],
        }
    }

    /// Whether it takes designs in this language.
    pub fn takes(self, language: Language) -> bool {
        self.languages().contains(&language)
    }
}

/// Every simulator, in the order in which their tests are listed.
pub(crate) const ALL: [Simulator; 4] = [
    Simulator::Icarus,
    Simulator::Verilator,
    Simulator::Ghdl,
    Simulator::Nvc,
];

/// The name is not a key of a simulator.
///
/// ```
/// use verifork_runner::Simulator;
///
/// let error = "icaros".parse::<Simulator>().unwrap_err();
/// assert!(error.to_string().contains("icarus"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no simulator `{name}`{}; there are {}",
    did_you_mean(&nearest(name, ALL.map(Simulator::key), 1)),
    ALL.map(Simulator::key).join(", ")
)]
pub struct UnknownSimulator {
    name: String,
}

impl FromStr for Simulator {
    type Err = UnknownSimulator;

    /// The simulator of a [`key`](Simulator::key), in upper or lower case.
    fn from_str(name: &str) -> Result<Self, UnknownSimulator> {
        let key = name.to_ascii_lowercase();
        let known = ALL.into_iter().find(|simulator| simulator.key() == key);
        known.ok_or_else(|| UnknownSimulator {
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_of_a_file_tells_its_language() {
        for (name, language, called) in [
            ("a.v", Language::Verilog, "Verilog"),
            ("a.VH", Language::Verilog, "Verilog"),
            ("a.sv", Language::SystemVerilog, "SystemVerilog"),
            ("a.b.vhdl", Language::Vhdl, "VHDL"),
            ("a.c", Language::C, "C"),
            ("a.cxx", Language::Cpp, "C++"),
        ] {
            assert_eq!(Language::of(Path::new(name)), Some(language), "{name}");
            assert_eq!(language.to_string(), called);
        }
        for name in ["v", "a.", "a.txt", "a.v.orig", "a.vhd/b"] {
            assert_eq!(Language::of(Path::new(name)), None, "{name}");
        }
    }

    #[test]
    fn a_simulator_is_found_by_its_key_and_its_near_names_are_reported() {
        for simulator in ALL {
            assert_eq!(simulator.key().parse(), Ok(simulator));
            assert_eq!(simulator.key().to_uppercase().parse(), Ok(simulator));
            let place = simulator.place().name();
            assert_eq!(
                place,
                format!("VERIFORK_{}", simulator.key().to_uppercase())
            );
        }
        let error = "icrus".parse::<Simulator>().unwrap_err();
        let says = "there is no simulator `icrus` (did you mean `icarus`?); there are \
                    icarus, verilator, ghdl, nvc";
        assert_eq!(error.to_string(), says);
    }

    #[test]
    fn each_language_of_hardware_is_taken_by_some_simulator_and_by_none_with_another() {
        for simulator in ALL {
            let takes = |language| simulator.takes(language);
            assert_ne!(takes(Language::Verilog), takes(Language::Vhdl));
            assert_eq!(takes(Language::Verilog), takes(Language::SystemVerilog));
        }
    }
}
