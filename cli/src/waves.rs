//! One test with waves, and the program that shows them.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::Place;
use crate::doctor::is_there;

#[derive(Args)]
pub(crate) struct ShowWaves {
    /// The test's whole name, as `cargo verifork list` shows it.
    test: String,
    /// vcd, fst or ghw: what the simulator can write.
    #[arg(long)]
    format: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl ShowWaves {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let of_vhdl = self.test.contains("::ghdl::");
        let format = self
            .format
            .clone()
            .unwrap_or_else(|| if of_vhdl { "ghw" } else { "fst" }.to_owned());
        let mut harness = self.place.command()?;
        let program = harness.get_program().to_owned();
        harness
            .env("VERIFORK_WAVES", &format)
            .args(["--exact", &self.test]);
        // A failed test is why waves are looked at.
        harness.status().context("the harness does not start")?;
        let path = newest(std::path::Path::new(&program), &format)
            .with_context(|| format!("`{}` left no waves: is there such a test?", self.test))?;
        println!("{}", path.display());
        let Some(viewer) = ["surfer", "gtkwave"]
            .into_iter()
            .find(|viewer| is_there(viewer))
        else {
            bail!("neither Surfer nor GTKWave is installed to show it")
        };
        Command::new(viewer)
            .arg(&path)
            .spawn()
            .with_context(|| format!("{viewer} does not start"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The wave file that was written last below cargo's target folder.
fn newest(harness: &std::path::Path, format: &str) -> Option<std::path::PathBuf> {
    let runs = harness
        .ancestors()
        .map(|it| it.join("verifork/runs"))
        .find(|it| it.is_dir())?;
    let mut folders = vec![runs];
    let mut newest = None;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .file_name()
                .is_some_and(|name| name == format!("waves.{format}").as_str())
            {
                let modified = entry.metadata().and_then(|it| it.modified()).ok()?;
                newest = newest.max(Some((modified, path)));
            }
        }
    }
    newest.map(|(_, path)| path)
}
