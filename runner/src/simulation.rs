//! One simulator process: its folder, its environment, its end.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use verifork_protocol::coverage::code_file;
use verifork_protocol::files::RESULTS;
use verifork_protocol::items::Items;
use verifork_protocol::listing::ListedTest;
use verifork_protocol::results::{Ended, Results, Status};
use verifork_protocol::variables::Variable;
use verifork_protocol::verdict;

use crate::locked::{Lock, lock};
use crate::process::{self, Ending};
use crate::resolved::ResolvedDesign;
use crate::simulator::{Backend, Installation, RunArguments, Waves, show};

/// The time that the plugin needs beyond its own limit to end the run properly.
const MARGIN: Duration = Duration::from_secs(30);

/// One simulator process that is to be started.
pub(crate) struct Simulation<'a> {
    pub(crate) simulator: &'a dyn Backend,
    pub(crate) found: &'a Installation,
    pub(crate) design: &'a ResolvedDesign,
    /// The compiled design.
    pub(crate) compiled: &'a Path,
    pub(crate) plugin: &'a Path,
    /// The folder for all files of this run. It is emptied first.
    pub(crate) folder: &'a Path,
    /// Whether it leaves coverage, if that is wanted at all.
    pub(crate) covers: bool,
    /// `VERIFORK_FILTER`.
    pub(crate) filter: &'a str,
    pub(crate) seed: u64,
    /// The items to draw of the test's sequences; `None` for the user's setting.
    pub(crate) items: Option<&'a Items>,
    pub(crate) waves: Option<Waves>,
    /// The limit of wall-clock time that the plugin keeps.
    pub(crate) limit: Option<Duration>,
    /// Whether to show what is printed while it is printed.
    pub(crate) live: bool,
    /// The file for a description of the design, in place of tests.
    pub(crate) describe: Option<&'a Path>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) ending: Ending,
    pub(crate) results: Results,
    pub(crate) log: PathBuf,
    pub(crate) waves: Option<PathBuf>,
    pub(crate) seed: u64,
    pub(crate) wall: Duration,
    pub(crate) command: String,
}

impl Execution {
    /// The plugin's record of the end of the test; of several repetitions, that of the first that failed.
    pub(crate) fn ended(&self, test: &ListedTest) -> Option<&Ended> {
        let ended = &self.results.ended;
        let mut own = ended.iter().filter(|ended| ended.name == test.name);
        let failed = own.clone().find(|ended| ended.status == Status::Failed);
        failed.or_else(|| own.next())
    }
}

/// Variables of the harness that mean something else to the plugin.
const NOT_PASSED_ON: [Variable; 6] = [
    Variable::Junit,
    Variable::List,
    Variable::Filter,
    Variable::Describe,
    Variable::Results,
    Variable::Help,
];

/// Why a simulation could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("cannot write to `{}`: {source}", folder.display())]
    Unwritable { folder: PathBuf, source: io::Error },
    #[error("the simulator does not start: {source}\n$ {command}")]
    DoesNotStart { source: io::Error, command: String },
}

impl Simulation<'_> {
    /// Runs the simulator to its end.
    ///
    /// # Errors
    ///
    /// It could not be started.
    pub(crate) fn run(&self) -> Result<Execution, StartError> {
        let unwritable = |source: io::Error| StartError::Unwritable {
            folder: self.folder.to_owned(),
            source,
        };
        // Two runs of one test, in two terminals, take turns.
        let _lock = lock(&self.folder.join("lock"), Lock::Alone).map_err(unwritable)?;
        let work = self.folder.join("work");
        let (log, results) = (self.folder.join("log.txt"), self.folder.join(RESULTS));
        self.clear().map_err(unwritable)?;
        fs::create_dir_all(&work).map_err(unwritable)?;
        for (path, original) in &self.design.files {
            let link = work.join(path);
            let folder = link.parent().unwrap_or(&work);
            fs::create_dir_all(folder)
                .and_then(|()| std::os::unix::fs::symlink(original, &link))
                .map_err(unwritable)?;
        }
        let tells_code = self.design.code_coverage
            && self.covers
            && self.simulator.without_code_coverage(self.found).is_none();
        if tells_code {
            let prepared = self.simulator.prepare_code_coverage(self.compiled, &work);
            prepared.map_err(unwritable)?;
        }
        let output = File::create(&log).map_err(unwritable)?;
        let errors = output.try_clone().map_err(unwritable)?;
        let waves = self
            .waves
            .map(|format| (format, self.folder.join(format!("waves.{}", format.name()))));

        let arguments = RunArguments {
            compiled: self.compiled,
            plugin: self.plugin,
            waves: waves
                .as_ref()
                .map(|(format, path)| (*format, path.as_path())),
        };
        let mut command = self.simulator.run(self.found, self.design, arguments);
        command.current_dir(&work).stdout(output).stderr(errors);
        for variable in NOT_PASSED_ON {
            command.env_remove(variable.name());
        }
        command
            .env(Variable::Filter.name(), self.filter)
            .env(Variable::Seed.name(), self.seed.to_string())
            .env(Variable::Results.name(), &results)
            // Whether anything ran is judged over all tests.
            .env(Variable::AllowEmpty.name(), "1")
            // Its output goes into a file.
            .env_remove("CLICOLOR_FORCE");
        if let Some(items) = self.items {
            // One run with this seed.
            command
                .env(Variable::Items.name(), items.to_string())
                .env_remove(Variable::Repeat.name());
        }
        if !self.covers {
            command.env(Variable::Coverage.name(), "off");
        }
        if let Some(path) = self.describe {
            command.env(Variable::Describe.name(), path);
        }
        // Designs in VHDL have one top, which may have another name than the unit: configurations do.
        if env::var_os(Variable::Top.name()).is_none() && !self.design.is_vhdl() {
            command.env(Variable::Top.name(), &self.design.top.name);
        }
        let line = show(&command);
        let mut shown = 0;
        let begun = Instant::now();
        let limit = self.limit.map(|limit| limit + MARGIN);
        let ending = process::run(&mut command, limit, || {
            if self.live {
                shown = show_from(&log, shown);
            }
        });
        let ending = ending.map_err(|source| StartError::DoesNotStart {
            source,
            command: line.clone(),
        })?;
        if tells_code {
            self.collect_code_coverage(&work);
        }
        Ok(Execution {
            ending,
            results: Results::read(&results),
            log,
            waves: waves.map(|(_, path)| path).filter(|path| path.is_file()),
            seed: self.seed,
            wall: begun.elapsed(),
            command: line,
        })
    }

    /// Stores the code coverage. If it is missing, that must be reported, since the sum lacks it.
    fn collect_code_coverage(&self, work: &Path) {
        let file = self.folder.join(code_file(self.simulator.key()));
        if let Err(error) = self
            .simulator
            .collect_code_coverage(self.found, work, &file)
        {
            eprintln!(
                "note: `{}` on {} has left no code coverage: {error}",
                self.filter,
                self.simulator.product()
            );
        }
    }

    /// Removes what an earlier run has left, but not the lock, nor what the harness says of this one.
    fn clear(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == "lock" || name == verdict::FILE {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// Prints the file from `from` on, and returns its new end.
fn show_from(path: &Path, from: u64) -> u64 {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(text)
    };
    let text = read().unwrap_or_default();
    let mut stdout = io::stdout().lock();
    // Nobody may be listening.
    let _ = stdout.write_all(&text).and_then(|()| stdout.flush());
    from + text.len() as u64
}

/// A note if the disk of the folder is nearly full: programs that cannot write fail in many ways, and few say why.
pub(crate) fn shortage(folder: &Path) -> Option<String> {
    const ENOUGH: u64 = 1024 * 1024;
    let disk = rustix::fs::statvfs(folder).ok()?;
    let left = disk.f_bavail.saturating_mul(disk.f_frsize);
    let text = || {
        format!(
            "note: the disk of `{}` is full: {} KiB are left",
            folder.display(),
            left / 1024
        )
    };
    (left < ENOUGH).then(text)
}

/// The last lines of a file.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    const ENOUGH: u64 = 64 * 1024;
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(ENOUGH)))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(text)
    };
    last_lines(&String::from_utf8_lossy(&read().unwrap_or_default()), lines)
}

/// The last lines of a text.
pub(crate) fn last_lines(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
