//! `cargo verifork bind`: the struct of a design's signals, written from the elaborated design.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use serde::Deserialize;
use similar::TextDiff;

use crate::Place;
use crate::object::Object;
use crate::source::{Extent, source};

/// Where the structs are written to, below the crate.
const OUTPUT: &str = "src/dut.rs";

#[derive(Args, Default)]
pub(crate) struct Bind {
    /// The design, by the beginning of its tests' names: `counter::vhdl`. The first by default.
    #[arg(long, value_name = "NAME")]
    pub(crate) design: Option<String>,
    /// The file to write, relative to the crate.
    #[arg(long, default_value = OUTPUT, value_name = "PATH")]
    pub(crate) output: PathBuf,
    /// Writes nothing; fails if the file is not what would be written.
    #[arg(long)]
    pub(crate) check: bool,
    /// Signals, arrays and constants inside, too, beside ports and parameters.
    #[arg(long)]
    pub(crate) internal: bool,
    /// How many floors of instances below the top become structs of their own.
    #[arg(long, default_value_t = 0, value_name = "FLOORS",
          value_parser = clap::value_parser!(u8).range(0..=6))]
    pub(crate) depth: u8,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// What the plugin tells of a design.
#[derive(Deserialize)]
struct Description {
    tops: Vec<Object>,
}

impl Bind {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let path = self.place.folder()?.join(&self.output);
        let top = self.describe()?;
        let text = source(&top, self.extent(), &self.command()).text;
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
        words.join(" ")
    }

    /// Has the design elaborated and described: its top.
    pub(crate) fn describe(&self) -> anyhow::Result<Object> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        let mut command = self.place.cargo_test();
        command.env("VERIFORK_DESCRIBE", folder.path());
        let status = command.status().context("cargo does not start")?;
        ensure!(status.success(), "the design cannot be described");
        let mut files: Vec<PathBuf> = fs::read_dir(folder.path())
            .context("the descriptions")?
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.sort();
        let name = |path: &Path| {
            path.file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .replace('.', "::")
        };
        let wanted = self.design.as_deref().unwrap_or_default();
        let Some(file) = files.iter().find(|path| name(path).starts_with(wanted)) else {
            let names: Vec<String> = files.iter().map(|path| name(path)).collect();
            bail!(
                "there is no design `{wanted}`; there are {}",
                names.join(", ")
            )
        };
        let text = fs::read_to_string(file).context("the description")?;
        let description: Description = serde_json::from_str(&text).context("the description")?;
        let modules = description
            .tops
            .into_iter()
            .filter(|top| top.kind != "package");
        let mut top = modules
            .into_iter()
            .next()
            .context("the design has no top")?;
        top.settle();
        Ok(top)
    }
}

/// Writes a file that is whole or not there.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().context("a file is in a folder")?;
    let cannot = || format!("cannot write `{}`", path.display());
    fs::create_dir_all(folder).with_context(cannot)?;
    let file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .with_context(cannot)?;
    fs::write(file.path(), text).with_context(cannot)?;
    file.persist(path).with_context(cannot)?;
    Ok(())
}
