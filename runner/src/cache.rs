//! Compiled designs, each compiled once for everything that goes into it.
//!
//! `target/verifork/designs/<hash>` is one. The hash covers what is known before compiling: the
//! simulator and its version, the commands, the contents of the sources. A list of what the
//! compiler has read beside them, with its contents' hashes, lies in the folder. A lock file
//! beside it keeps processes apart; the folder appears whole, by renaming.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::elaboration::Elaboration;
use crate::process::{self, Ending};
use crate::simulator::{CommandLine, Goal, Installation, Waves, show};

/// Part of every hash: another number makes all that was compiled before stale.
const VERSION: u32 = 1;
const RECORD: &str = "verifork.json";

/// A folder of compiled designs.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    /// The folder of the crate, where compilers run.
    crate_folder: PathBuf,
    reuse: bool,
    /// What this process has compiled or found already.
    known: Mutex<HashMap<String, Arc<Known>>>,
}

/// The folder of a compiled design or why there is none, once it is known.
type Known = OnceLock<Result<PathBuf, String>>;

/// What is written beside a compiled design.
#[derive(Serialize, Deserialize)]
struct Record {
    /// The commands, for people.
    commands: Vec<String>,
    /// Files that were read beside the sources, and the hashes of their contents.
    dependencies: BTreeMap<PathBuf, String>,
}

impl Cache {
    /// The designs in `folder`; those that lie there are used again if `reuse`.
    pub(crate) fn new(folder: PathBuf, crate_folder: PathBuf, reuse: bool) -> Self {
        Cache {
            folder,
            crate_folder,
            reuse,
            known: Mutex::default(),
        }
    }

    /// The folder of the compiled design, compiled now if need be.
    ///
    /// # Errors
    ///
    /// Sources do not compile, or the folder cannot be written: a text for the user.
    pub(crate) fn compiled(
        &self,
        simulator: &dyn CommandLine,
        found: &Installation,
        design: &Elaboration,
        waves: Option<Waves>,
    ) -> Result<PathBuf, String> {
        let key = self.key(simulator, found, design, waves)?;
        let known = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(key.clone()).or_default())
        };
        let compile = || self.compiled_once(&key, simulator, found, design, waves);
        known.get_or_init(compile).clone()
    }

    fn key(
        &self,
        simulator: &dyn CommandLine,
        found: &Installation,
        design: &Elaboration,
        waves: Option<Waves>,
    ) -> Result<String, String> {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        };
        add(&VERSION.to_le_bytes());
        add(simulator.key().as_bytes());
        add(found.version.as_bytes());
        add(self.crate_folder.as_os_str().as_bytes());
        add(design.timescale.as_deref().unwrap_or_default().as_bytes());
        let goal = Goal {
            folder: Path::new("@"),
            waves,
        };
        for command in simulator.compile(found, design, goal) {
            add(command.get_program().as_bytes());
            command.get_args().map(OsStr::as_bytes).for_each(&mut add);
            add(b"\n");
        }
        for (name, text) in simulator.files(design) {
            add(name.as_bytes());
            add(text.as_bytes());
        }
        for source in &design.sources {
            let text = fs::read(&source.path)
                .map_err(|error| format!("cannot read `{}`: {error}", source.path.display()))?;
            add(&text);
        }
        Ok(hexadecimal(&hash.finalize()[..12]))
    }

    fn compiled_once(
        &self,
        key: &str,
        simulator: &dyn CommandLine,
        found: &Installation,
        design: &Elaboration,
        waves: Option<Waves>,
    ) -> Result<PathBuf, String> {
        let folder = self.folder.join(key);
        let unwritable = |error: io::Error| {
            format!(
                "cannot write compiled designs to `{}`: {error}",
                self.folder.display()
            )
        };
        fs::create_dir_all(&self.folder).map_err(unwritable)?;
        let lock = File::create(self.folder.join(format!("{key}.lock"))).map_err(unwritable)?;
        // Released when the file is closed, whatever ends this process.
        lock.lock().map_err(unwritable)?;
        if self.reuse && is_fresh(&folder) {
            return Ok(folder);
        }
        let prefix = format!("{key}.new-");
        self.remove_unfinished(&prefix);
        let fresh = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(&self.folder)
            .map_err(unwritable)?;
        let goal = Goal {
            folder: fresh.path(),
            waves,
        };
        simulator.prepare(design, goal).map_err(unwritable)?;
        if self.reuse {
            simulator.reuse(found, design, goal);
        }
        let commands = simulator.compile(found, design, goal);
        let commands = self.run_all(simulator, design, commands, fresh.path())?;
        if let Some(flaw) = simulator.flaw(fresh.path()).map_err(unwritable)? {
            return Err(format!("`{}` does not compile: {flaw}", design.name()));
        }
        simulator.keep(found, design, goal);
        let dependencies = simulator.dependencies(fresh.path());
        let dependencies = dependencies.iter().map(|path| self.crate_folder.join(path));
        let record = Record {
            commands,
            dependencies: dependencies
                .filter_map(|path| Some((path.clone(), of_file(&path)?)))
                .collect(),
        };
        let text =
            serde_json::to_string_pretty(&record).map_err(|error| unwritable(error.into()))?;
        fs::write(fresh.path().join(RECORD), text).map_err(unwritable)?;
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
                // It is in nobody's way.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Runs the commands in turn and gives them as text; their messages go to standard error.
    fn run_all(
        &self,
        simulator: &dyn CommandLine,
        design: &Elaboration,
        commands: Vec<Command>,
        folder: &Path,
    ) -> Result<Vec<String>, String> {
        let mut shown = Vec::new();
        for mut command in commands {
            let line = show(&command);
            let failed = |reason: &str, messages: &str| {
                format!(
                    "`{}` does not compile: {reason}\n$ {line}\n{messages}",
                    design.name()
                )
            };
            let mut messages =
                tempfile::tempfile().map_err(|error| failed(&error.to_string(), ""))?;
            let stream = || messages.try_clone();
            let ending = stream()
                .and_then(|stdout| Ok((stdout, stream()?)))
                .and_then(|(stdout, stderr)| {
                    command
                        .current_dir(&self.crate_folder)
                        // What a compiler leaves that is killed goes with the folder.
                        .env("TMPDIR", folder)
                        .stdout(stdout)
                        .stderr(stderr);
                    process::run(&mut command, None, || ())
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
                    return Err(failed(
                        &format!("the compiler ended with status {code}"),
                        &text,
                    ));
                }
                Ending::Signalled(signal) => {
                    let signal = process::signal_name(signal);
                    return Err(failed(&format!("the compiler crashed ({signal})"), &text));
                }
                Ending::Killed(_) => return Err(failed("the compiler was killed", &text)),
            }
            if let Some(reason) = simulator.misgivings(&text) {
                return Err(failed(&reason, &text));
            }
            let told: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim().is_empty() && !simulator.is_noise(line))
                .collect();
            if !told.is_empty() {
                eprintln!("$ {line}\n{}", told.join("\n"));
            }
            shown.push(line);
        }
        Ok(shown)
    }
}

fn is_fresh(folder: &Path) -> bool {
    let Ok(text) = fs::read_to_string(folder.join(RECORD)) else {
        return false;
    };
    let Ok(record) = serde_json::from_str::<Record>(&text) else {
        return false;
    };
    record
        .dependencies
        .iter()
        .all(|(path, hash)| of_file(path).as_ref() == Some(hash))
}

fn of_file(path: &Path) -> Option<String> {
    Some(hexadecimal(&Sha256::digest(fs::read(path).ok()?)))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
