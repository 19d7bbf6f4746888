//! `cargo verifork bind`: the struct of a design's signals, written from the elaborated design.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use similar::TextDiff;
use verifork_protocol::description::{self, Description, Harness};

use crate::declared::Declared;
use crate::elaborated::Design;
use crate::harness::{self, HarnessArgs, limit_compilers};
use crate::object::Object;
use crate::output::write;
use crate::source::{Extent, source};

/// The file with the structs, in the crate.
const OUTPUT: &str = "src/dut.rs";

#[derive(Args, Default)]
pub(crate) struct Bind {
    /// The design, as its tests' names begin: with its label and variant, if it has them, as in
    /// `counter::vhdl::wide`. By default the first in `tests/sim.rs`.
    #[arg(long, value_name = "NAME")]
    pub(crate) design: Option<String>,
    /// The file to write, relative to the crate.
    #[arg(long, default_value = OUTPUT, value_name = "PATH")]
    pub(crate) output: PathBuf,
    /// Writes nothing; fails if the file is out of date.
    #[arg(long)]
    pub(crate) check: bool,
    /// Also binds signals, arrays and constants inside the design.
    #[arg(long)]
    pub(crate) internal: bool,
    /// How many levels of instances below the top get their own structs.
    #[arg(long, default_value_t = 0, value_name = "LEVELS",
          value_parser = clap::value_parser!(u8).range(0..=6))]
    pub(crate) depth: u8,
    /// A parameter or generic of the top to leave out, because another simulator shows it
    /// differently or not at all.
    #[arg(long, value_name = "NAME")]
    pub(crate) without: Vec<String>,
    #[command(flatten)]
    pub(crate) harness: HarnessArgs,
}

/// A design as the plugin and the harness have described it.
struct Described {
    simulator: String,
    tops: Vec<description::Object>,
    harness: Harness,
}

impl Described {
    fn of(description: Description) -> anyhow::Result<Described> {
        let harness = description.harness;
        Ok(Described {
            simulator: description.simulator,
            tops: description.tops,
            harness: harness.context("the description lacks the part of the harness")?,
        })
    }
}

impl Bind {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let harness = self.harness.built()?;
        let path = harness.folder.join(&self.output);
        let design = self.describe(&harness)?;
        let text = source(&design, self.extent(), &self.command()).text;
        let present = fs::read_to_string(&path).unwrap_or_default();
        if present == text {
            println!("{} is up to date", path.display());
            return Ok(ExitCode::SUCCESS);
        }
        let diff = TextDiff::from_lines(&present, &text);
        let shown = self.output.display().to_string();
        print!("{}", diff.unified_diff().header(&shown, &shown));
        if self.check {
            eprintln!(
                "error: {} differs from the design: run `{}`",
                path.display(),
                self.command()
            );
            return Ok(ExitCode::FAILURE);
        }
        write(&path, &text)?;
        Ok(ExitCode::SUCCESS)
    }

    fn extent(&self) -> Extent {
        Extent {
            internal: self.internal,
            depth: self.depth,
        }
    }

    /// The command that does this again.
    fn command(&self) -> String {
        let mut words = vec!["cargo verifork bind".to_owned()];
        let design = self.design.iter();
        words.extend(design.map(|design| format!("--design {design}")));
        if self.output != Path::new(OUTPUT) {
            words.push(format!("--output {}", self.output.display()));
        }
        if self.internal {
            words.push("--internal".to_owned());
        }
        if self.depth > 0 {
            words.push(format!("--depth {}", self.depth));
        }
        words.extend(self.words_without());
        words.join(" ")
    }

    /// The options `--without`, as on the command line.
    pub(crate) fn words_without(&self) -> impl Iterator<Item = String> {
        self.without.iter().map(|name| format!("--without {name}"))
    }

    /// Elaborates and describes the design.
    pub(crate) fn describe(&self, harness: &harness::Harness) -> anyhow::Result<Design> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        // Not through cargo, which would report a failed test.
        let mut command = harness.command();
        command.env("VERIFORK_DESCRIBE", folder.path());
        limit_compilers(&mut command);
        let status = command.status().context("the harness does not start")?;
        let mut described = Vec::new();
        for entry in fs::read_dir(folder.path()).context("the descriptions")? {
            let path = entry.context("the descriptions")?.path();
            let description = Description::read(&path).map_err(anyhow::Error::msg)?;
            described.push(Described::of(description)?);
        }
        // Another design may fail to compile.
        let chosen = self.choose(described);
        ensure!(
            status.success() || self.design.is_some() && chosen.is_ok(),
            "the design cannot be described"
        );
        let mut design = settled(chosen?)?;
        for name in &self.without {
            design.leave_out(name)?;
        }
        Ok(design)
    }

    /// The design that the options name.
    fn choose(&self, mut described: Vec<Described>) -> anyhow::Result<Described> {
        described.sort_by_key(|it| it.harness.position);
        let Some(wanted) = &self.design else {
            return described.into_iter().next().context("there is no design");
        };
        let below = format!("{wanted}::");
        let names: Vec<String> = described
            .iter()
            .map(|it| it.harness.design.clone())
            .collect();
        let fits: [&dyn Fn(&str) -> bool; 3] = [
            &|name| name == wanted,
            &|name| name.starts_with(&below),
            &|name| name.starts_with(wanted.as_str()),
        ];
        let at = fits
            .iter()
            .find_map(|fits| names.iter().position(|name| fits(name)));
        match at {
            Some(at) => Ok(described.swap_remove(at)),
            None => bail!(
                "there is no design `{wanted}`; there are {}",
                names.join(", ")
            ),
        }
    }
}

/// The design in one form, whichever simulator has described it.
fn settled(described: Described) -> anyhow::Result<Design> {
    let (mut packages, modules): (Vec<Object>, Vec<Object>) = described
        .tops
        .into_iter()
        .map(Object::from)
        .partition(|top| top.kind == "package");
    let mut top = modules
        .into_iter()
        .next()
        .context("the design has no top")?;
    top.settle();
    packages.retain(|it| !it.children.is_empty() && is_of_the_user(&it.name));
    for package in &mut packages {
        package.settle();
    }
    let declared = Declared::of(top.design(), &described.harness.sources);
    declared.complete(&mut top);
    // GHDL lists ports in their order, but for those that it finds only by name.
    if !top.has_order_of_its_own() || !declared.is_conditional {
        top.sort_by(&declared.names);
    }
    Ok(Design {
        simulator: described.simulator,
        unlisted: declared.missing_in(&top),
        refused: described.harness.refused,
        top,
        packages,
    })
}

/// Whether a package is the user's, not one of the language's libraries.
fn is_of_the_user(package: &str) -> bool {
    let library = package.split('.').next().unwrap_or_default();
    !["std", "ieee", "nvc", "$unit"].contains(&library.to_ascii_lowercase().as_str())
}
