//! The harness of a testbench crate, built and started through cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use serde::Deserialize;
use verifork_protocol::files::{OUTPUT, RUNS};
use verifork_protocol::nearest::{did_you_mean, nearest};
use verifork_protocol::variables::Variable;

/// The `cargo` that has started us.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The folder with the files of tests: `verifork` in the target folder of this crate, or of the one in the current
/// folder.
///
/// # Errors
///
/// There is no crate, or none of its tests has run yet.
pub(crate) fn output_folder(manifest: Option<&Path>) -> anyhow::Result<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let mut command = cargo();
    command.args(["metadata", "--format-version", "1", "--no-deps"]);
    if let Some(path) = manifest {
        command.arg("--manifest-path").arg(path);
    }
    let output = command.output().context("cargo does not start")?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", without_prefix(&error));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("`cargo metadata`")?;
    let folder = metadata.target_directory.join(OUTPUT);
    ensure!(
        folder.join(RUNS).is_dir(),
        "no test has run in `{}` yet: `cargo test` runs them",
        metadata.target_directory.display()
    );
    Ok(folder)
}

/// The limit of compilers where the design is new to us: some never end on a design.
const COMPILE_LIMIT: &str = "2min";

/// Gives the compilers that a harness starts a limit, unless there is one.
pub(crate) fn limit_compilers(command: &mut Command) {
    let limit = Variable::CompileTimeout.name();
    if env::var_os(limit).is_none_or(|value| value.is_empty()) {
        command.env(limit, COMPILE_LIMIT);
    }
}

/// Which testbench crate is meant.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct HarnessArgs {
    /// The crate, where a workspace has several.
    #[arg(short, long, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// The crate's `Cargo.toml`; that of the current folder by default.
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
    /// The crate's test target that is the harness.
    #[arg(long, default_value = "sim", value_name = "NAME")]
    pub(crate) target: String,
}

/// The error that a program has printed, without the word `error`, with which our messages begin.
fn without_prefix(printed: &str) -> &str {
    let printed = printed.trim();
    printed.strip_prefix("error: ").unwrap_or(printed)
}

impl HarnessArgs {
    /// `cargo test` of the harness, up to the arguments of the harness itself.
    pub(crate) fn cargo_test(&self) -> Command {
        let mut command = cargo();
        command
            .arg("test")
            .arg("--quiet")
            .args(["--test", &self.target]);
        if let Some(name) = &self.package {
            command.args(["--package", name]);
        }
        if let Some(path) = &self.manifest_path {
            command.arg("--manifest-path").arg(path);
        }
        command
    }

    /// The harness, built.
    pub(crate) fn built(&self) -> anyhow::Result<Harness> {
        let mut command = self.cargo_test();
        command.args(["--no-run", "--message-format=json-render-diagnostics"]);
        command.stderr(std::process::Stdio::inherit());
        let output = command.output().context("cargo does not start")?;
        ensure!(output.status.success(), "the testbench does not build");
        let built = Built::of(&String::from_utf8_lossy(&output.stdout));
        let [harness] = &built[..] else {
            let mut names: Vec<&str> = built.iter().map(Built::package).collect();
            names.sort_unstable();
            bail!(not_one(&self.target, &names));
        };
        Ok(Harness {
            folder: harness.folder().context("the manifest is in no folder")?,
            program: harness.executable.clone(),
        })
    }
}

/// A program that cargo has built, in its words.
#[derive(Deserialize)]
struct Built {
    executable: PathBuf,
    manifest_path: PathBuf,
    package_id: String,
}

impl Built {
    /// The programs among the messages of a build.
    fn of(messages: &str) -> Vec<Built> {
        let messages = messages.lines();
        messages
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(self.manifest_path.parent()?.to_owned())
    }

    /// The package's name: behind the `#`, or where its folder has the same, only the folder's.
    fn package(&self) -> &str {
        let (url, fragment) = self.package_id.split_once('#').unwrap_or_default();
        let of_folder = || url.rsplit('/').next().unwrap_or_default();
        let named = fragment.split_once('@');
        named.map_or_else(of_folder, |(name, _)| name)
    }
}

/// The error that a build has not led to one harness.
fn not_one(target: &str, packages: &[&str]) -> String {
    match packages {
        [] => format!("cargo built no harness `{target}`"),
        _ => format!(
            "several crates of this workspace have a harness `{target}`: `-p NAME` chooses one of {}",
            packages.join(", ")
        ),
    }
}

/// A harness that has been built.
pub(crate) struct Harness {
    /// The folder of the crate.
    pub(crate) folder: PathBuf,
    pub(crate) program: PathBuf,
}

impl Harness {
    /// A command that runs it in the folder of the crate.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .current_dir(&self.folder);
        command
    }

    /// The names of all tests, as the harness lists them.
    pub(crate) fn tests(&self) -> anyhow::Result<Vec<String>> {
        let output = self
            .command()
            .args(["--list", "--format", "terse"])
            .output()
            .context("the harness does not start")?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}", without_prefix(&error));
        let text = String::from_utf8_lossy(&output.stdout);
        let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
        Ok(names.map(str::to_owned).collect())
    }
}

/// The message that no test matches these filters, with the nearest names.
pub(crate) fn no_match(filters: &[String], tests: &[String]) -> String {
    let names = || tests.iter().map(String::as_str);
    let near = filters.iter().flat_map(|it| nearest(it, names(), 3));
    let near: Vec<&str> = near.take(3).collect();
    format!(
        "no test's name contains `{}`{}",
        filters.join("` or `"),
        did_you_mean(&near)
    )
}

/// An event of the harness, in the JSON format of libtest.
#[derive(Deserialize)]
pub(crate) struct Event {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(rename = "event")]
    pub(crate) what: String,
    pub(crate) name: Option<String>,
    pub(crate) test_count: Option<u64>,
    pub(crate) stdout: Option<String>,
    pub(crate) message: Option<String>,
    /// An earlier test that failed with the same cause.
    pub(crate) same_as: Option<String>,
}

impl Event {
    /// The report of a test's failure.
    pub(crate) fn text(self) -> String {
        self.stdout.or(self.message).unwrap_or_default()
    }
}

/// The design and simulator at the start of a test's name.
pub(crate) fn suite(test: &str) -> String {
    let segments: Vec<&str> = test.split("::").collect();
    let keys: Vec<&str> = verifork_runner::known_simulators_keys();
    let end = segments.iter().position(|segment| keys.contains(segment));
    segments[..end.map_or(1, |end| end + 1)].join("::")
}

/// A test's name without this design and simulator at its start, if they are there.
pub(crate) fn without_suite<'a>(test: &'a str, suite: &str) -> &'a str {
    let rest = test
        .strip_prefix(suite)
        .and_then(|rest| rest.strip_prefix("::"));
    rest.unwrap_or(test)
}

/// Lists the tests.
pub(crate) fn list(harness: &HarnessArgs) -> anyhow::Result<ExitCode> {
    // Not through cargo, which would report a failed test if the harness refuses its settings.
    let status = harness
        .built()?
        .command()
        .arg("--list")
        .status()
        .context("the harness does not start")?;
    Ok(code(status))
}

/// The status of a command, for our own.
pub(crate) fn code(status: ExitStatus) -> ExitCode {
    status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}
