//! `cargo verifork new`: a testbench crate that passes at once.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::Place;
use crate::bind::{Bind, write};
use crate::source::{Extent, Port, Written, source};

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
    #[command(flatten)]
    library: Library,
}

/// Where the crate has verifork from. By default it is the checkout that this command was built
/// from, if that is still there, and else the version that was published with it.
#[derive(Args)]
#[group(multiple = false)]
struct Library {
    /// A checkout of verifork.
    #[arg(long, value_name = "FOLDER")]
    verifork: Option<PathBuf>,
    /// A git repository of verifork.
    #[arg(long, value_name = "URL")]
    git: Option<String>,
    /// The published version, as in `Cargo.toml`: "0.1".
    #[arg(long, value_name = "VERSION")]
    published: Option<String>,
}

impl Library {
    /// What stands for `verifork` and for `verifork-runner` in `Cargo.toml`.
    fn dependencies(&self) -> anyhow::Result<[String; 2]> {
        let both = |it: String| [it.clone(), it];
        if let Some(url) = &self.git {
            return Ok(both(format!("{{ git = {url:?} }}")));
        }
        if let Some(version) = &self.published {
            return Ok(both(format!("{version:?}")));
        }
        let Some(checkout) = self.checkout()? else {
            return Ok(both(format!("{:?}", env!("CARGO_PKG_VERSION"))));
        };
        let path = |path: &Path| format!("{{ path = {:?} }}", path.display().to_string());
        Ok([path(&checkout), path(&checkout.join("runner"))])
    }

    /// The checkout to use.
    fn checkout(&self) -> anyhow::Result<Option<PathBuf>> {
        let is_one = |path: &Path| path.join("runner/Cargo.toml").is_file();
        if let Some(path) = &self.verifork {
            let path = absolute(path)?;
            ensure!(
                is_one(&path),
                "`{}` is no checkout of verifork: there is no `runner/Cargo.toml` in it",
                path.display()
            );
            return Ok(Some(path));
        }
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        Ok(own.filter(|path| is_one(path)).map(Path::to_owned))
    }
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
        let written = source(&top, Extent::default(), "cargo verifork bind");
        write(&folder.join("src/dut.rs"), &written.text)?;
        write(&folder.join("src/lib.rs"), &library(&written))
    }

    fn manifest(&self) -> anyhow::Result<String> {
        let [verifork, runner] = self.library.dependencies()?;
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
fn library(written: &Written<'_>) -> String {
    let name = &written.name;
    let inputs = || written.ports.iter().filter(|port| port.object.is_input());
    let single = |is: fn(&str) -> bool| {
        inputs().find(|port| port.value_type == "bool" && is(&port.object.name))
    };
    let (clock, reset) = (single(is_clock), single(is_reset));
    let mut body = String::new();
    let is =
        |port: &Port<'_>, other: Option<&Port<'_>>| other.is_some_and(|it| it.field == port.field);
    for port in inputs().filter(|it| !is(it, clock) && !is(it, reset)) {
        let field = &port.field;
        let value = match (&port.first_value, port.value_type.as_str()) {
            (Some(first), _) => format!("dut::{first}"),
            (None, "bool") => "false".to_owned(),
            (None, "f64") => "0.0".to_owned(),
            (None, "String") => continue,
            (None, "LogicVec") => format!("LogicVec::all_zero(dut.{field}.width())"),
            (None, _) => "0".to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = if port.object.array.is_some() {
            writeln!(
                body,
                "    for (_, element) in dut.{field}.elements() {{\n        \
                 element.set({});\n    }}",
                value.replace(&format!("dut.{field}."), "element.")
            )
        } else {
            writeln!(body, "    dut.{field}.set({value});")
        };
    }
    let wait = |cycles: u32| match clock {
        Some(clock) => format!("    dut.{}.rising_edges({cycles}).await;\n", clock.field),
        None => format!("    timer({cycles}0.ns()).await;\n"),
    };
    if let Some(clock) = clock {
        let _ = writeln!(
            body,
            "    Clock::new(&dut.{}, 10.ns()).start();",
            clock.field
        );
    }
    if let Some(reset) = reset {
        let (field, active) = (&reset.field, !is_active_low(&reset.object.name));
        let _ = writeln!(body, "    dut.{field}.set({active});");
        body += &wait(2);
        let _ = writeln!(body, "    dut.{field}.set({});", !active);
    }
    body += &wait(10);
    let used = if inputs().next().is_none() {
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
         // Here the outputs have settled: `dut.….expect(…)?`.\n    Ok(())\n}}\n"
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
    let is_low = |word: &str| {
        let reset = word.contains("rst") || word.contains("reset");
        word == "n" || reset && (word.ends_with(['n', 'b']) || word.starts_with('n'))
    };
    name.split('_').any(is_low)
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
            ("n_reset", true),
            ("rst_n_i", true),
            ("rst_in", false),
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
