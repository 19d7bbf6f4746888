//! `cargo verifork waves`: runs one test with waves, and opens them in a viewer.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use verifork_protocol::files::{OUTPUT, RUNS, file_name};
use verifork_protocol::nearest::nearest;
use verifork_protocol::verdict::SHARED;

use crate::doctor::is_there;
use crate::harness::{HarnessArgs, suite};

/// The viewers, the preferred one first.
const VIEWERS: [&str; 2] = ["surfer", "gtkwave"];

/// The status of a harness that could not run.
const BROKEN: i32 = 2;

#[derive(Args)]
pub(crate) struct ShowWaves {
    /// The test's name as `cargo verifork list` shows it, or a part that no other test has.
    test: String,
    /// vcd, fst or ghw; by default the first that the simulator can write.
    #[arg(long)]
    format: Option<String>,
    /// The viewer; by default `surfer` or `gtkwave`, whichever is installed.
    #[arg(long, value_name = "PROGRAM")]
    viewer: Option<String>,
    #[command(flatten)]
    harness: HarnessArgs,
}

impl ShowWaves {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let harness = self.harness.built()?;
        let test = self.find(&harness.tests()?)?;
        let suite = suite(&test);
        let key = suite.rsplit("::").next().unwrap_or_default();
        let known = verifork_runner::known_simulators();
        let own = known.iter().find(|known| known.key == key);
        let format = match (&self.format, own) {
            (Some(format), _) => format.to_lowercase(),
            (None, Some(known)) => known.waves[0].to_owned(),
            (None, None) => bail!("`{test}` names no simulator"),
        };
        let begun = SystemTime::now();
        // A failed test is what one needs waves for.
        let status = harness
            .command()
            .env("VERIFORK_WAVES", &format)
            .args(["--exact", &test])
            .status()
            .context("the harness does not start")?;
        ensure!(status.code() != Some(BROKEN), "`{test}` left no waves");
        // A simulator that does not know the format has written one that it knows.
        let others = own
            .into_iter()
            .flat_map(|known| known.waves.iter().copied());
        let path = std::iter::once(format.as_str())
            .chain(others)
            .find_map(|format| find_below(&harness.program, &suite, &test, format, begun))
            .with_context(|| format!("`{test}` left no waves"))?;
        println!("{}", path.display());
        let installed = || VIEWERS.into_iter().find(|viewer| is_there(viewer));
        let Some(viewer) = self.viewer.as_deref().or_else(installed) else {
            eprintln!("note: no viewer is installed: {}", VIEWERS.join(" or "));
            return Ok(ExitCode::SUCCESS);
        };
        // It stays open when this command ends.
        Command::new(viewer)
            .arg(&path)
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("`{viewer}` does not start"))?;
        Ok(ExitCode::SUCCESS)
    }

    /// The test that the argument names.
    fn find(&self, tests: &[String]) -> anyhow::Result<String> {
        if tests.contains(&self.test) {
            return Ok(self.test.clone());
        }
        let fit: Vec<&str> = tests
            .iter()
            .filter(|test| test.contains(&self.test))
            .map(String::as_str)
            .collect();
        if let [test] = fit[..] {
            return Ok(test.to_owned());
        }
        ensure!(
            fit.is_empty(),
            "`{}` is part of the names of {} tests:\n  {}",
            self.test,
            fit.len(),
            fit.join("\n  ")
        );
        let near = nearest(&self.test, tests.iter().map(String::as_str), 3);
        let near = match &near[..] {
            [] => "`cargo verifork list` shows all".to_owned(),
            near => format!("did you mean one of these?\n  {}", near.join("\n  ")),
        };
        bail!("there is no test `{}`: {near}", self.test)
    }
}

/// The wave file that a test has written since a time, in the output folder of the harness.
fn find_below(
    harness: &Path,
    suite: &str,
    test: &str,
    format: &str,
    since: SystemTime,
) -> Option<PathBuf> {
    // Clocks of file systems are coarser than the system's.
    let since = since - Duration::from_secs(1);
    let mut end: PathBuf = suite.split("::").collect();
    let name = test.strip_prefix(suite)?.trim_start_matches(':');
    end.push(file_name(name));
    // Tests that share a simulation share its waves.
    let shared = end.with_file_name(SHARED);
    let runs = harness
        .ancestors()
        .map(|it| it.join(OUTPUT).join(RUNS))
        .find(|it| it.is_dir())?;
    let folders = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path())
    };
    let mut found: Vec<(SystemTime, PathBuf)> = folders(runs)
        .flat_map(folders)
        .flat_map(|target| [target.join(&end), target.join(&shared)])
        .map(|folder| folder.join(format!("waves.{format}")))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .filter(|(modified, _)| *modified >= since)
        .collect();
    found.sort();
    found.pop().map(|(_, path)| path)
}
