//! Compiled designs, each compiled once for the same inputs.
//!
//! `target/verifork/designs/<hash>` is one. The hash covers everything that is known before compiling: the simulator
//! and its version, the commands, the environment, the contents of the sources. The folder has a list of all files
//! that the compiler has looked at: see [`crate::inputs`]. One lock file beside it keeps processes from compiling the
//! same design, and another shows which of them use it. The folder appears complete, by renaming.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use verifork_protocol::failure::DOES_NOT_COMPILE;
use verifork_protocol::time::wall_clock;
use verifork_protocol::variables::Variable;
use verifork_protocol::whole_file;

use crate::hash::PartsHash;
use crate::inputs::{self, Inputs, Recorder, Verdict};
use crate::locked::{Lock, lock};
use crate::process::{self, Ending};
use crate::refused::{self, CompileError};
use crate::resolved::ResolvedDesign;
use crate::simulator::{Backend, BuildFolder, Installation, Waves, show};
use crate::tidy::{Owner, locks};

/// Part of every hash: another number makes all that was compiled before stale.
const VERSION: u32 = 6;
const RECORD: &str = "verifork.json";

/// A folder of compiled designs.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    /// The folder of the crate, where compilers run.
    crate_folder: PathBuf,
    reuse: bool,
    /// The longest that a compiler may take.
    limit: Option<Duration>,
    /// Where what designs share is kept.
    shared: PathBuf,
    /// The run, if each of its tests is a process and this is one of them.
    run: Option<String>,
    /// The designs that this process has already compiled or found.
    known: Mutex<HashMap<String, Arc<Known>>>,
    /// Whether this process has added to the folder.
    has_compiled: AtomicBool,
}

/// A compiled design in use: it is not removed as long as this lives.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) folder: PathBuf,
    _used: File,
}

/// The folder of a compiled design or why there is none, once it is known.
type Known = OnceLock<Result<PathBuf, CompileError>>;

/// The record beside a compiled design.
#[derive(Serialize, Deserialize)]
struct Record {
    /// The commands, for people.
    commands: Vec<String>,
    inputs: Inputs,
    /// The paths that it shows, if the compiler shows only requested ones.
    shown: BTreeSet<String>,
}

/// A source cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`: {source}", path.display())]
struct Unreadable {
    path: PathBuf,
    source: io::Error,
}

impl Cache {
    /// The designs in `folder`; those that lie there are used again if `reuse`.
    pub(crate) fn new(folder: PathBuf, crate_folder: PathBuf, reuse: bool) -> Self {
        Cache {
            shared: folder.clone(),
            folder,
            crate_folder,
            reuse,
            limit: None,
            run: None,
            known: Mutex::default(),
            has_compiled: AtomicBool::new(false),
        }
    }

    /// For a run in which each test is a process: only one of them prints why a design does not compile.
    pub(crate) fn of_run(self, run: Option<String>) -> Self {
        Cache { run, ..self }
    }

    /// The same with what designs share in another folder, if one is given.
    pub(crate) fn sharing_in(self, folder: Option<PathBuf>) -> Self {
        let shared = folder.unwrap_or(self.shared);
        Cache { shared, ..self }
    }

    /// The folder in which it keeps what designs share.
    pub(crate) fn shared(&self) -> &Path {
        &self.shared
    }

    /// The same with compilers that are killed after this time.
    pub(crate) fn limited(self, limit: Option<Duration>) -> Self {
        Cache { limit, ..self }
    }

    /// The compiled design, compiled now if need be, for this owner, since this test asks for it.
    ///
    /// # Errors
    ///
    /// Sources do not compile, or the folder cannot be written: a text for the user.
    pub(crate) fn compiled(
        &self,
        simulator: &dyn Backend,
        found: &Installation,
        design: &ResolvedDesign,
        waves: Option<Waves>,
        owner: &Owner,
        test: &str,
    ) -> Result<Compiled, CompileError> {
        let failed = CompileError::Failed;
        let base = self.key(simulator, found, design, waves);
        let base = base.map_err(|error| failed(error.to_string()))?;
        let wanted = simulator.wanted(design);
        loop {
            let key = self.showing(&base, &wanted);
            let known = {
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(known.entry(key.clone()).or_default())
            };
            let compile = || self.compiled_for(&key, simulator, found, design, waves, test);
            let folder = known.get_or_init(compile).clone()?;
            let used = lock(&locks(&self.folder, &key).1, Lock::Shared)
                .map_err(|error| failed(self.unwritable(&error)))?;
            if folder.join(RECORD).is_file() {
                // How long it has not been used is how long it is of no use.
                let _ = used.set_modified(SystemTime::now());
                let _ = owner.write(&folder);
                return Ok(Compiled {
                    folder,
                    _used: used,
                });
            }
            // Another process has removed it: it was of no use to that one.
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.remove(&key);
        }
    }

    /// Whether this process has compiled anything.
    pub(crate) fn has_compiled(&self) -> bool {
        self.has_compiled.load(Ordering::Relaxed)
    }

    fn unwritable(&self, error: &io::Error) -> String {
        format!(
            "cannot write compiled designs to `{}`: {error}",
            self.folder.display()
        )
    }

    /// The name of the design that shows what is wanted: of one that is there and shows more, or else
    /// of its own.
    fn showing(&self, base: &str, wanted: &BTreeSet<String>) -> String {
        if wanted.is_empty() {
            return base.to_owned();
        }
        let mut hash = PartsHash::default();
        for it in wanted {
            hash.add(it.as_bytes());
        }
        let own = format!("{base}{}", hash.name());
        if !self.reuse || self.folder.join(&own).is_dir() {
            return own;
        }
        let shows = |name: &String| {
            let record = read_record(&self.folder.join(name));
            record.is_some_and(|mut it| wanted.is_subset(&it.shown) && it.inputs.are_fresh())
        };
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut others = names.filter(|name| name.starts_with(base) && !name.contains('.'));
        others.find(shows).unwrap_or(own)
    }

    /// The inputs of the compilation, except the paths that it shows.
    fn key(
        &self,
        simulator: &dyn Backend,
        found: &Installation,
        design: &ResolvedDesign,
        waves: Option<Waves>,
    ) -> Result<String, Unreadable> {
        let mut hash = PartsHash::default();
        let mut add = |part: &[u8]| hash.add(part);
        add(&VERSION.to_le_bytes());
        add(simulator.key().as_bytes());
        add(found.version.as_bytes());
        add(self.crate_folder.as_os_str().as_bytes());
        add(design.timescale.as_bytes());
        let build = BuildFolder {
            path: Path::new("@"),
            shared: &self.shared,
            waves,
        };
        for command in simulator.compile(found, design, build) {
            add(command.get_program().as_bytes());
            command.get_args().map(OsStr::as_bytes).for_each(&mut add);
            add(b"\n");
        }
        for (name, text) in simulator.files(design) {
            add(name.as_bytes());
            add(text.as_bytes());
        }
        inputs::hash_of_variables(&mut add);
        for source in &design.sources {
            let unreadable = |error| Unreadable {
                path: source.path.clone(),
                source: error,
            };
            add(&fs::read(&source.path).map_err(unreadable)?);
        }
        Ok(hash.name())
    }

    /// The folder of the compiled design, unless another test of this run has reported that it does not compile.
    fn compiled_for(
        &self,
        key: &str,
        simulator: &dyn Backend,
        found: &Installation,
        design: &ResolvedDesign,
        waves: Option<Waves>,
        test: &str,
    ) -> Result<PathBuf, CompileError> {
        let _lock = lock(&locks(&self.folder, key).0, Lock::Alone)
            .map_err(|error| CompileError::Failed(self.unwritable(&error)))?;
        let compile = || self.compiled_once(key, simulator, found, design, waves);
        let Some(run) = &self.run else {
            return compile();
        };
        let file = self.folder.join(format!("{key}.{}", refused::EXTENSION));
        if let Some(reported) = refused::reported(&file, run, test) {
            return Err(CompileError::Reported(reported));
        }
        let compiled = compile();
        // Without the file, others print it too.
        let _ = match &compiled {
            Err(CompileError::Refused(text)) => refused::write(&file, run, test, text),
            _ => fs::remove_file(file),
        };
        compiled
    }

    /// The folder of the compiled design, compiled now if need be; its lock is ours.
    fn compiled_once(
        &self,
        key: &str,
        simulator: &dyn Backend,
        found: &Installation,
        design: &ResolvedDesign,
        waves: Option<Waves>,
    ) -> Result<PathBuf, CompileError> {
        let folder = self.folder.join(key);
        let unwritable = |error: io::Error| CompileError::Failed(self.unwritable(&error));
        if self.reuse && is_fresh(&folder) {
            return Ok(folder);
        }
        self.has_compiled.store(true, Ordering::Relaxed);
        let prefix = format!("{key}.new-");
        self.remove_unfinished(&prefix);
        let fresh = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(&self.folder)
            .map_err(unwritable)?;
        let build = BuildFolder {
            path: fresh.path(),
            shared: &self.shared,
            waves,
        };
        simulator.prepare(design, build).map_err(unwritable)?;
        let commands = simulator.compile(found, design, build);
        let mut recorder = Recorder::new(fresh.path());
        let unread = |error: io::Error| {
            let name = design.name();
            let text = format!("the declarations of `{name}` cannot be read: {error}");
            CompileError::Failed(text)
        };
        let run = |recorder: &mut Recorder, commands, print_warnings| {
            self.run_all(
                simulator,
                design,
                commands,
                fresh.path(),
                recorder,
                print_warnings,
            )
        };
        let survey = simulator.survey(found, design, build);
        let survey = survey.map(|command| run(&mut recorder, vec![command], false));
        if let Some(Ok(_)) = survey {
            simulator.surveyed(design, build).map_err(unread)?;
        }
        let mut commands = run(&mut recorder, commands, true)?;
        let mut share = |command| {
            let mut recorder = Recorder::new(fresh.path());
            run(&mut recorder, vec![command], true)?;
            Ok(recorder.finish(std::iter::empty()))
        };
        let shared = if self.reuse {
            simulator.share(found, design, build, &mut share)?
        } else {
            None
        };
        let finish = simulator.finish(design, build).map_err(|error| {
            let name = design.name();
            CompileError::Failed(format!("`{name}`{DOES_NOT_COMPILE}{error}"))
        })?;
        commands.extend(run(&mut recorder, finish, true)?);
        if let Some(command) = simulator.inspect(found, design, build) {
            let ran = run(&mut recorder, vec![command], false);
            simulator
                .inspected(design, build)
                .map_err(|error| ran.as_ref().err().cloned().unwrap_or_else(|| unread(error)))?;
            commands.extend(ran.unwrap_or_default());
        }
        // The compiler has reported what is wrong with the design.
        commands.extend(survey.transpose()?.unwrap_or_default());
        if let Some(problem) = simulator
            .incomplete_output(fresh.path())
            .map_err(unwritable)?
        {
            let text = format!("`{}` does not compile: {problem}", design.name());
            return Err(CompileError::Failed(text));
        }
        let sources = design.sources.iter().map(|source| source.path.as_path());
        let mut inputs = recorder.finish(sources);
        if let Some(shared) = shared {
            inputs.add(shared);
        }
        if self.reuse && !inputs.is_complete() {
            note_unobservable(simulator);
        }
        simulator.clean(build);
        let mut shown = simulator.wanted(design);
        shown.extend(simulator.shown(design, fresh.path()));
        let record = Record {
            commands,
            inputs,
            shown,
        };
        write_record(fresh.path(), &record).map_err(unwritable)?;
        // Someone may be reading the stale one; its files live on for them.
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(error)),
            _ => {}
        }
        fs::rename(fresh.path(), &folder).map_err(unwritable)?;
        // It lies elsewhere now.
        let _ = fresh.keep();
        Ok(folder)
    }

    /// Removes what a process has left that ended while it compiled; its lock is ours now.
    fn remove_unfinished(&self, prefix: &str) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                // It is in no one's way.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Runs the commands in turn and returns them as text; their messages go to standard error if `tell`.
    fn run_all(
        &self,
        simulator: &dyn Backend,
        design: &ResolvedDesign,
        commands: Vec<Command>,
        folder: &Path,
        recorder: &mut Recorder,
        print_warnings: bool,
    ) -> Result<Vec<String>, CompileError> {
        let mut shown = Vec::new();
        for mut command in commands {
            let line = show(&command);
            let described =
                |reason: &str, messages: &str| refusal(&design.name(), reason, &line, messages);
            let failed =
                |reason: &str, messages: &str| CompileError::Failed(described(reason, messages));
            let refused =
                |reason: &str, messages: &str| CompileError::Refused(described(reason, messages));
            let mut messages =
                tempfile::tempfile().map_err(|error| failed(&error.to_string(), ""))?;
            let stream = || messages.try_clone();
            let ending = stream()
                .and_then(|stdout| Ok((stdout, stream()?)))
                .and_then(|(stdout, stderr)| {
                    command
                        .current_dir(&self.crate_folder)
                        // The files of a killed compiler are removed with the folder.
                        .env("TMPDIR", folder)
                        .stdout(stdout)
                        .stderr(stderr);
                    if self.reuse {
                        recorder.run(&mut command, self.limit)
                    } else {
                        process::run(&mut command, self.limit, || ())
                    }
                })
                .map_err(|error| failed(&format!("the compiler does not start: {error}"), ""))?;
            let mut text = Vec::new();
            let read = messages
                .rewind()
                .and_then(|()| messages.read_to_end(&mut text));
            let text = String::from_utf8_lossy(&text);
            read.map_err(|error| failed(&error.to_string(), ""))?;
            match ending {
                Ending::Exited(0) => {}
                Ending::Exited(code) => {
                    return Err(refused(
                        &format!("the compiler ended with status {code}"),
                        &text,
                    ));
                }
                Ending::Signalled(signal) => {
                    let signal = process::signal_name(signal);
                    return Err(failed(&format!("the compiler crashed ({signal})"), &text));
                }
                Ending::Killed(limit) => {
                    // Its messages until then are not the reason.
                    let reason = format!(
                        "{}'s compiler has not ended after {}, and is killed: {} sets the limit",
                        simulator.product(),
                        wall_clock(limit),
                        Variable::CompileTimeout.name()
                    );
                    let mut message = format!("`{}`{DOES_NOT_COMPILE}{reason}\n", design.name());
                    let lines = text.lines().filter(|line| !line.trim().is_empty());
                    add_indented(&mut message, lines);
                    return Err(CompileError::Refused(message + "$ " + &line + "\n"));
                }
            }
            if let Some(reason) = simulator.failure_among(&text) {
                return Err(refused(&reason, &text));
            }
            let warnings: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim().is_empty() && !simulator.is_noise(line))
                .collect();
            if print_warnings && !warnings.is_empty() {
                eprintln!("$ {line}\n{}", warnings.join("\n"));
            }
            shown.push(line);
        }
        Ok(shown)
    }
}

/// Adds lines below another.
fn add_indented<'a>(text: &mut String, lines: impl IntoIterator<Item = &'a str>) {
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {line}");
    }
}

/// The report that a design does not compile: the compiler's message first, the command last.
fn refusal(design: &str, reason: &str, command: &str, messages: &str) -> String {
    let lines: Vec<&str> = messages
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    // Warnings may come before it, and a program that the compiler starts may fail without a word such as `error`.
    let cause = lines.iter().find(|line| names_the_cause(line));
    let cause = cause.or_else(|| lines.iter().find(|line| names_only_a_program(line)));
    let Some(cause) = cause.or(lines.first()) else {
        return format!("`{design}`{DOES_NOT_COMPILE}{reason}\n$ {command}\n");
    };
    let mut text = format!("`{design}`{DOES_NOT_COMPILE}{}\n", cause.trim());
    let rest = &lines[usize::from(lines[0] == *cause)..];
    add_indented(&mut text, rest.iter().copied());
    let _ = writeln!(text, "{reason}\n$ {command}");
    text
}

/// Whether a line of a compiler's output says what is wrong.
fn names_the_cause(line: &str) -> bool {
    let has = |words: &[&str]| {
        let line = line.to_ascii_lowercase();
        words.iter().any(|word| line.contains(word))
    };
    let of_tools = ["undefined reference", "not found", "no such file"];
    !names_only_a_program(line)
        && (has(&["error", "fatal", "sorry"]) || has(&of_tools) && !has(&["warning"]))
}

/// Whether it says no more than that a program has failed, which has said why itself: make, the linker behind the C++
/// compiler, make behind Verilator.
fn names_only_a_program(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("make") && line.contains(": *** ")
        || line.starts_with("collect2: ")
        || line.starts_with("%Error: Command Failed ")
        || line.starts_with("%Error: ") && line.contains(" exited with ")
}

/// Whether the design in this folder is what its inputs would be compiled to now.
fn is_fresh(folder: &Path) -> bool {
    let Some(mut record) = read_record(folder) else {
        return false;
    };
    match record.inputs.check() {
        Verdict::Stale => false,
        Verdict::Fresh => true,
        Verdict::Touched => {
            // The next process has less to read. Without the record it reads as much as this one.
            let _ = write_record(folder, &record);
            true
        }
    }
}

fn read_record(folder: &Path) -> Option<Record> {
    let text = fs::read_to_string(folder.join(RECORD)).ok()?;
    serde_json::from_str(&text).ok()
}

/// Writes the record, whole or not at all.
fn write_record(folder: &Path, record: &Record) -> io::Result<()> {
    whole_file::write(&folder.join(RECORD), serde_json::to_string(record)?)
}

/// Prints, once for each simulator, that every process compiles its designs again.
fn note_unobservable(simulator: &dyn Backend) {
    static NOTED: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !noted.contains(&simulator.key()) {
        noted.push(simulator.key());
        eprintln!(
            "note: the files that {} reads cannot be observed on this system, so every run compiles its \
             designs again",
            simulator.product()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_line(messages: &str) -> String {
        let text = refusal(
            "d",
            "the compiler ended with status 2",
            "verilator",
            messages,
        );
        text.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_first_line_is_what_failed_and_not_who_started_it() {
        let of = |cause: &str| format!("`d` does not compile: {cause}");
        for (messages, cause) in [
            (
                "make: ccache: No such file or directory\nmake: *** [Vdesign.mk:70: a.o] Error 127\n\
                 %Error: 'make -C objects' exited with 2\n",
                "make: ccache: No such file or directory",
            ),
            (
                "/usr/bin/ld: a.o: in function `f': a.cpp:(.text+0x5): undefined reference to `g'\n\
                 collect2: error: ld returned 1 exit status\nmake[1]: *** [a.mk:3: a] Error 1\n",
                "/usr/bin/ld: a.o: in function `f': a.cpp:(.text+0x5): undefined reference to `g'",
            ),
            (
                "%Warning-X: a.v:1: `m` not found, a guess is made\n%Error: a.v:2: syntax error\n",
                "%Error: a.v:2: syntax error",
            ),
            (
                "a.v:1: warning: w\nmake: *** [a.mk:3: a] Killed\n",
                "make: *** [a.mk:3: a] Killed",
            ),
            ("it ended\nearly\n", "it ended"),
        ] {
            assert_eq!(first_line(messages), of(cause));
        }
        assert_eq!(first_line("\n"), of("the compiler ended with status 2"));
    }
}
