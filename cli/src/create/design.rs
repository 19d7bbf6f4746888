//! The design of a new crate: the options that describe it, and `tests/sim.rs`, which says the
//! same in Rust.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use verifork_runner::{Language, Simulator, VhdlStandard};

/// A design on the command line, with the options of `verifork_runner::Design`.
#[derive(Args)]
pub(crate) struct DesignOptions {
    /// The module or entity at the top of the design.
    #[arg(long)]
    top: String,
    /// The design's sources, Verilog or VHDL, in the order in which they are compiled.
    #[arg(long, num_args = 1.., required_unless_present = "file_list", value_name = "FILE")]
    sources: Vec<PathBuf>,
    /// A file list with sources and options, as Verilog tools read it.
    #[arg(short = 'f', long = "file-list", value_name = "FILE")]
    file_list: Vec<PathBuf>,
    /// VHDL sources to compile into a library before the others: `--library util=a.vhd,b.vhd`.
    #[arg(long, value_name = "NAME=FILE,…")]
    library: Vec<String>,
    /// Folders to search for included files.
    #[arg(long, num_args = 1.., value_name = "FOLDER")]
    include: Vec<PathBuf>,
    /// Folders to search for Verilog modules, one per file.
    #[arg(long, num_args = 1.., value_name = "FOLDER")]
    library_folder: Vec<PathBuf>,
    /// A parameter or generic of the top: `--parameter WIDTH=8`.
    #[arg(long, value_name = "NAME=VALUE")]
    parameter: Vec<String>,
    /// A Verilog macro, with or without a value: `--define SIM`, `--define DEPTH=4`.
    #[arg(long, value_name = "NAME[=VALUE]")]
    define: Vec<String>,
    /// The edition of VHDL: 1993, 2008 or 2019.
    #[arg(long, value_name = "YEAR")]
    standard: Option<VhdlStandard>,
    /// The time unit and precision of Verilog modules without a timescale.
    #[arg(long, default_value = "1ns/1ps", value_name = "UNIT/PRECISION")]
    timescale: String,
    /// An argument of one simulator's compiler: `--argument icarus=-Wall`.
    #[arg(long, value_name = "SIMULATOR=ARGUMENT", allow_hyphen_values = true)]
    argument: Vec<String>,
    /// The only simulators to run the tests on: icarus, verilator, ghdl, nvc.
    #[arg(long, value_delimiter = ',', value_name = "SIMULATOR")]
    pub(super) simulator: Vec<Simulator>,
}

/// A simulator that refuses the design, and the first line of its message.
pub(super) struct LeftOut {
    pub(super) simulator: Simulator,
    pub(super) reason: String,
}

impl DesignOptions {
    /// The languages of the sources.
    fn languages(&self) -> Vec<Language> {
        let mut languages: Vec<Language> = self
            .sources
            .iter()
            .filter_map(|it| Language::of(it))
            .collect();
        if !self.library.is_empty() {
            languages.push(Language::Vhdl);
        }
        if !self.file_list.is_empty() {
            languages.push(Language::Verilog);
        }
        languages
    }

    /// The requested simulators that support the languages of the design.
    pub(super) fn simulators(&self) -> Vec<Simulator> {
        let languages = self.languages();
        let keys = verifork_runner::known_simulators_keys();
        let all = keys.iter().filter_map(|key| key.parse::<Simulator>().ok());
        let wanted = all.filter(|it| self.simulator.is_empty() || self.simulator.contains(it));
        wanted
            .filter(|simulator| languages.iter().all(|language| simulator.takes(*language)))
            .collect()
    }

    /// Refuses simulators that do not support the languages, before anything is created for them.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let languages = self.languages();
        for simulator in &self.simulator {
            let other = languages.iter().find(|it| !simulator.takes(**it));
            if let Some(language) = other {
                let takers = verifork_runner::known_simulators_keys();
                let takes = |key: &&str| {
                    let simulator = key.parse::<Simulator>();
                    simulator.is_ok_and(|it| languages.iter().all(|language| it.takes(*language)))
                };
                let takers: Vec<&str> = takers.iter().copied().filter(takes).collect();
                bail!(
                    "--simulator {}: it does not support {language}{}",
                    simulator.key(),
                    match takers.join(", ").as_str() {
                        "" =>
                            ", and no simulator supports all languages of these sources".to_owned(),
                        takers => format!("; {takers} do"),
                    }
                );
            }
        }
        Ok(())
    }

    /// The text of `tests/sim.rs` of the crate in `folder`.
    pub(super) fn harness(
        &self,
        name: &str,
        folder: &Path,
        left_out: &[LeftOut],
    ) -> anyhow::Result<String> {
        let mut uses = vec!["Design"];
        let design = self.design(folder, left_out, &mut uses)?;
        uses.sort_unstable();
        uses.dedup();
        let uses = match &uses[..] {
            [only] => (*only).to_owned(),
            several => format!("{{{}}}", several.join(", ")),
        };
        Ok(format!(
            "//! Compiles the design, starts the simulators, runs the tests: `cargo test`.\n\n\
             use std::process::ExitCode;\n\n\
             use verifork_runner::{uses};\n\n\
             fn main() -> ExitCode {{\n    verifork_runner::main([\n{design}    ])\n}}\n\n\
             // Compiled only where cargo has a harness of its own, which would run no test of ours.\n\
             #[test]\n\
             fn the_harness_is_main() {{\n    panic!(\n        \
             \"no test of `{name}` has run: put `harness = false` below `name = \\\"sim\\\"` in Cargo.toml\"\n    \
             );\n}}\n"
        ))
    }

    fn design(
        &self,
        folder: &Path,
        left_out: &[LeftOut],
        uses: &mut Vec<&str>,
    ) -> anyhow::Result<String> {
        let mut calls = Vec::new();
        for library in &self.library {
            let (name, files) = pair(library, "--library", "util=a.vhd,b.vhd")?;
            let files: Vec<PathBuf> = files.split(',').map(PathBuf::from).collect();
            calls.push(format!(".library({name:?}, [{}])", paths(&files, folder)?));
        }
        if !self.sources.is_empty() {
            calls.push(format!(".sources([{}])", paths(&self.sources, folder)?));
        }
        for list in &self.file_list {
            calls.push(format!(".file_list({})", path(list, folder)?));
        }
        if !self.include.is_empty() {
            calls.push(format!(
                ".include_folders([{}])",
                paths(&self.include, folder)?
            ));
        }
        if !self.library_folder.is_empty() {
            let folders = paths(&self.library_folder, folder)?;
            calls.push(format!(".library_folders([{folders}])"));
        }
        for define in &self.define {
            calls.push(match define.split_once('=') {
                Some((name, value)) => format!(".define_as({name:?}, {value:?})"),
                None => format!(".define({define:?})"),
            });
        }
        for parameter in &self.parameter {
            let (name, value) = pair(parameter, "--parameter", "WIDTH=8")?;
            calls.push(format!(".parameter({name:?}, {})", literal(value, uses)));
        }
        if let Some(standard) = self.standard {
            uses.push("VhdlStandard");
            calls.push(format!(".vhdl_standard(VhdlStandard::{standard:?})"));
        }
        if !self.languages().contains(&Language::Vhdl) {
            calls.push("// Of modules that state none.".to_owned());
            calls.push(format!(".timescale({:?})", self.timescale));
        }
        for argument in &self.argument {
            let (simulator, argument) = pair(argument, "--argument", "icarus=-Wall")?;
            let simulator: Simulator = match simulator.parse() {
                Ok(simulator) => simulator,
                Err(problem) => bail!("--argument {simulator}={argument}: {problem}"),
            };
            uses.push("Simulator");
            calls.push(format!(
                ".compile_argument(Simulator::{simulator:?}, {argument:?})"
            ));
        }
        if !self.simulator.is_empty() || !left_out.is_empty() {
            for LeftOut { simulator, reason } in left_out {
                calls.push(format!("// Not on {}: {reason}", simulator.product()));
            }
            let left = self
                .simulators()
                .into_iter()
                .filter(|simulator| !left_out.iter().any(|it| it.simulator == *simulator));
            let left: Vec<String> = left.map(|it| format!("Simulator::{it:?}")).collect();
            uses.push("Simulator");
            calls.push(format!(".simulators([{}])", left.join(", ")));
        }
        let mut design = format!("        Design::new({:?})\n", self.top);
        for call in calls {
            // Writing to a string cannot fail.
            let _ = writeln!(design, "            {call}");
        }
        Ok(format!("{},\n", design.trim_end()))
    }
}

/// The two sides of an option's first equals sign.
fn pair<'a>(text: &'a str, option: &str, example: &str) -> anyhow::Result<(&'a str, &'a str)> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.with_context(|| {
        format!("{option} {text}: a name and a value fit, as in `{option} {example}`")
    })
}

/// A parameter's value as Rust has it.
fn literal(value: &str, uses: &mut Vec<&str>) -> String {
    let digits = value.trim_start_matches('-');
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit());
    if let Ok(number) = value.parse::<i128>() {
        // A literal of Rust is an `i32` where nothing else is asked for.
        let suffix = if i32::try_from(number).is_ok() {
            ""
        } else {
            "_i128"
        };
        return format!("{number}{suffix}");
    }
    if let Ok(number) = value.parse::<f64>()
        && is_number
    {
        return format!("{number:?}");
    }
    let lower = value.to_ascii_lowercase();
    if ["true", "false"].contains(&lower.as_str()) {
        return lower;
    }
    if let Some(text) = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        return format!("{text:?}");
    }
    // `8'hff`, `16#ff#`: a number in a way of the design's language.
    if is_number || value.starts_with('\'') {
        uses.push("ParameterValue");
        return format!("ParameterValue::Literal({value:?}.into())");
    }
    format!("{value:?}")
}

fn paths(paths: &[PathBuf], folder: &Path) -> anyhow::Result<String> {
    let paths: anyhow::Result<Vec<String>> = paths.iter().map(|it| path(it, folder)).collect();
    Ok(paths?.join(", "))
}

/// A path that exists, as a literal, seen from the crate.
fn path(path: &Path, folder: &Path) -> anyhow::Result<String> {
    let path = absolute(path)?;
    let path = relative(&path, folder);
    let text = path
        .to_str()
        .with_context(|| format!("`{}` is not a text: its name is not UTF-8", path.display()))?;
    Ok(format!("{text:?}"))
}

pub(super) fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    ensure!(path.exists(), "there is no `{}`", path.display());
    path.canonicalize()
        .with_context(|| format!("cannot read `{}`", path.display()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_crate() {
        let of = |path: &str| relative(Path::new(path), Path::new("/a/b/tb"));
        assert_eq!(of("/a/b/hdl/x.v"), Path::new("../hdl/x.v"));
        assert_eq!(of("/elsewhere/x.v"), Path::new("/elsewhere/x.v"));
    }

    #[test]
    fn values_of_parameters_keep_their_type() {
        for (value, expected) in [
            ("8", "8"),
            ("-3", "-3"),
            ("99999999999", "99999999999_i128"),
            ("1.5", "1.5"),
            ("TRUE", "true"),
            ("abc", "\"abc\""),
            ("\"8\"", "\"8\""),
            ("inf", "\"inf\""),
            ("8'hff", "ParameterValue::Literal(\"8'hff\".into())"),
        ] {
            assert_eq!(literal(value, &mut Vec::new()), expected, "{value}");
        }
    }
}
