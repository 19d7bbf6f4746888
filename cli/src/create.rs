//! `cargo verifork new`: a testbench crate that passes at once.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::Place;
use crate::bind::{Bind, Object, source, write};

#[derive(Args)]
pub(crate) struct New {
    /// The crate's name, and its folder in the present one.
    name: String,
    /// The module or entity at the top of the design.
    #[arg(long)]
    top: String,
    /// The design's sources, Verilog or VHDL, in the order in which they are compiled.
    #[arg(long, num_args = 1.., required = true, value_name = "FILE")]
    sources: Vec<PathBuf>,
    /// Folders in which `include` looks for files.
    #[arg(long, num_args = 1.., value_name = "FOLDER")]
    include: Vec<PathBuf>,
    /// A checkout of verifork to use in place of the published version.
    #[arg(long, value_name = "FOLDER")]
    verifork: Option<PathBuf>,
}

/// What stands in `src/lib.rs` until the design's signals are known.
const FIRST_LIBRARY: &str = "#[verifork::test]\nasync fn exists() {}\n";

impl New {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        ensure!(
            self.name.starts_with(|c: char| c.is_ascii_alphabetic())
                && self.name.chars().all(plain),
            "`{}` is no name for a crate",
            self.name
        );
        let here = env::current_dir().context("the present folder is not to be had")?;
        let folder = here.join(&self.name);
        ensure!(!folder.exists(), "`{}` is there already", folder.display());
        let made = self.make(&folder);
        if made.is_err() {
            // What is half made would be in the way of the next try.
            let _ = fs::remove_dir_all(&folder);
        }
        made?;
        println!(
            "{} is ready:\n\n    cd {}\n    cargo test",
            self.name, self.name
        );
        Ok(ExitCode::SUCCESS)
    }

    fn make(&self, folder: &Path) -> anyhow::Result<()> {
        write(&folder.join("Cargo.toml"), &self.manifest()?)?;
        write(&folder.join(".gitignore"), "/target\n")?;
        write(&folder.join("tests/sim.rs"), &self.harness(folder)?)?;
        write(&folder.join("src/lib.rs"), FIRST_LIBRARY)?;
        let bind = Bind {
            place: Place {
                manifest_path: Some(folder.join("Cargo.toml")),
                target: "sim".to_owned(),
            },
            ..Bind::default()
        };
        let top = bind.describe()?;
        write(&folder.join("src/dut.rs"), &source(&top, false))?;
        write(&folder.join("src/lib.rs"), &library(&top))
    }

    fn manifest(&self) -> anyhow::Result<String> {
        let (verifork, runner) = match &self.verifork {
            None => {
                let version = format!("{:?}", env!("CARGO_PKG_VERSION"));
                (version.clone(), version)
            }
            Some(path) => {
                let path = absolute(path)?;
                let runner = path.join("runner").display().to_string();
                let path = path.display().to_string();
                (
                    format!("{{ path = {path:?} }}"),
                    format!("{{ path = {runner:?} }}"),
                )
            }
        };
        let name = &self.name;
        Ok(format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             publish = false\n\n\
             [lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\n\
             [dependencies]\nverifork = {verifork}\n\n\
             [dev-dependencies]\nverifork-runner = {runner}\n\n\
             [[test]]\nname = \"sim\"\nharness = false\n"
        ))
    }

    fn harness(&self, folder: &Path) -> anyhow::Result<String> {
        let list = |paths: &[PathBuf]| -> anyhow::Result<String> {
            let paths = paths.iter().map(|path| {
                let path = absolute(path)?;
                let path = relative(&path, folder).display().to_string();
                Ok(format!("{path:?}"))
            });
            Ok(paths.collect::<anyhow::Result<Vec<String>>>()?.join(", "))
        };
        let mut design = format!(
            "        Design::new({:?})\n            .sources([{}])\n",
            self.top,
            list(&self.sources)?
        );
        if !self.include.is_empty() {
            let _ = writeln!(
                design,
                "            .include_folders([{}])",
                list(&self.include)?
            );
        }
        let vhdl = |path: &PathBuf| {
            path.extension()
                .is_some_and(|it| it.eq_ignore_ascii_case("vhd") || it.eq_ignore_ascii_case("vhdl"))
        };
        if !self.sources.iter().any(vhdl) {
            design += "            // Of modules that state none.\n";
            design += "            .timescale(\"1ns/1ps\")\n";
        }
        let design = format!("{},\n", design.trim_end());
        Ok(format!(
            "//! Compiles the design, starts the simulators, runs the tests: `cargo test`.\n\n\
             use std::process::ExitCode;\n\n\
             use verifork_runner::Design;\n\n\
             fn main() -> ExitCode {{\n    verifork_runner::main([\n{design}    ])\n}}\n"
        ))
    }
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    path.canonicalize()
        .with_context(|| format!("there is no `{}`", path.display()))
}

/// The path as it is seen from the folder.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let common = path
        .components()
        .zip(folder.components())
        .take_while(|(a, b)| a == b)
        .count();
    // Nothing in common but the root: the whole path is clearer.
    if common <= 1 {
        return path.to_owned();
    }
    let up = folder
        .components()
        .skip(common)
        .map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

/// The first test: clock and reset if the design has them, every other input at zero.
fn library(top: &Object) -> String {
    let name = top.struct_name();
    let inputs: Vec<&Object> = top
        .signals(false)
        .filter(|signal| signal.is_input())
        .collect();
    let single = |signal: &&&Object| signal.value_type() == "bool";
    let clock = inputs
        .iter()
        .filter(single)
        .find(|signal| is_clock(&signal.name))
        .copied();
    let reset = inputs
        .iter()
        .filter(single)
        .find(|signal| is_reset(&signal.name))
        .copied();
    let mut body = String::new();
    let is =
        |signal: &Object, other: Option<&Object>| other.is_some_and(|it| it.name == signal.name);
    for signal in inputs.iter().filter(|it| !is(it, clock) && !is(it, reset)) {
        let (field, _) = signal.field();
        let value = match signal.value_type().as_str() {
            "bool" => "false".to_owned(),
            "f64" => "0.0".to_owned(),
            "String" => continue,
            "LogicVec" => format!("LogicVec::all_zero(dut.{field}.width())"),
            _ => "0".to_owned(),
        };
        let _ = writeln!(body, "    dut.{field}.set({value});");
    }
    let wait = |cycles: u32| match clock {
        Some(clock) => format!(
            "    dut.{}.rising_edges({cycles}).await;\n",
            clock.field().0
        ),
        None => format!("    timer({cycles}0.ns()).await;\n"),
    };
    if let Some(clock) = clock {
        let _ = writeln!(
            body,
            "    Clock::new(&dut.{}, 10.ns()).start();",
            clock.field().0
        );
    }
    if let Some(reset) = reset {
        let active = !is_active_low(&reset.name);
        let (field, _) = reset.field();
        let _ = writeln!(body, "    dut.{field}.set({active});");
        body += &wait(2);
        let _ = writeln!(body, "    dut.{field}.set({});", !active);
    }
    body += &wait(10);
    let used = if inputs.is_empty() && clock.is_none() {
        "_dut"
    } else {
        "dut"
    };
    format!(
        "//! Tests of `{name}`.\n\n\
         mod dut;\n\n\
         use verifork::prelude::*;\n\n\
         use crate::dut::{name};\n\n\
         /// The design comes out of reset and runs for a few cycles.\n\
         #[verifork::test]\n\
         async fn starts({used}: {name}) -> Result {{\n{body}    read_only().await;\n    \
         // Here the outputs have settled: `assert_eq!(dut.….get()?, …)`.\n    Ok(())\n}}\n"
    )
}

fn is_clock(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = ["clk", "clock", "aclk", "pclk", "hclk"];
    name.split('_').any(|word| words.contains(&word)) || name.ends_with("clk")
}

fn is_reset(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split('_').any(|word| {
        let word = word.trim_start_matches(['a', 'p', 'h', 'n', 's']);
        ["rst", "reset", "rstn", "resetn", "rstb"].contains(&word)
    })
}

fn is_active_low(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with('n')
        || name.ends_with("rstb")
        || name.starts_with("nr")
        || name.starts_with("n_")
        || name.contains("_n_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_resets_are_known_by_their_usual_names() {
        for name in ["clk", "CLK", "s_axi_aclk", "clk_i", "sysclk"] {
            assert!(is_clock(name), "{name}");
        }
        for name in ["clken", "block", "data"] {
            assert!(!is_clock(name), "{name}");
        }
        for (name, low) in [
            ("rst", false),
            ("rst_n", true),
            ("aresetn", true),
            ("nrst", true),
            ("reset", false),
        ] {
            assert!(is_reset(name), "{name}");
            assert_eq!(is_active_low(name), low, "{name}");
        }
        assert!(!is_reset("first") && !is_reset("burst"));
    }

    #[test]
    fn paths_are_seen_from_the_crate() {
        let of = |path: &str| relative(Path::new(path), Path::new("/a/b/tb"));
        assert_eq!(of("/a/b/hdl/x.v"), Path::new("../hdl/x.v"));
        assert_eq!(of("/elsewhere/x.v"), Path::new("/elsewhere/x.v"));
    }
}
