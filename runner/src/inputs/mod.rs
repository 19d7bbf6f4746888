//! What went into a compilation: every file that a compiler read, every name under which it found
//! nothing, every folder that it listed, every variable that these files mention; and whether
//! all that is still so.

mod observer;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::hash::hash_of;
use crate::process::Ending;
use observer::Use;

pub(crate) use variables::hash_of_variables;

/// Files above this size go by their fingerprints alone, as do those that came with the system: programs, their
/// libraries, and the hundreds of headers of a compilation in C++. To hash them takes a second each time.
const LARGE: u64 = 1 << 20;

/// A file that was changed this shortly before its fingerprint was taken may have been changed once
/// more since, within one tick of the file system's clock.
const TICK: Duration = Duration::from_secs(2);

/// What the file system records about a file, which changes with its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Fingerprint {
    inode: u64,
    size: u64,
    /// When its contents were last changed, and when anything of it was; nanoseconds.
    modified: i128,
    changed: i128,
}

impl Fingerprint {
    fn of(it: &Metadata) -> Fingerprint {
        let nanoseconds =
            |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Fingerprint {
            inode: it.ino(),
            size: it.size(),
            modified: nanoseconds(it.mtime(), it.mtime_nsec()),
            changed: nanoseconds(it.ctime(), it.ctime_nsec()),
        }
    }

    /// Whether it says nothing of what happens right after it was taken.
    fn is_young(&self) -> bool {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let age = i128::try_from(now.as_nanos()).unwrap_or_default() - self.changed;
        age < i128::try_from(TICK.as_nanos()).unwrap_or_default()
    }
}

/// What was found under a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Absent,
    /// A file that nobody opened.
    File,
    Contents {
        print: Fingerprint,
        /// Changed so recently that the fingerprint does not count.
        young: bool,
        hash: Option<String>,
    },
    /// A folder that nobody listed.
    Folder,
    Names {
        hash: String,
    },
    /// A pipe, a terminal.
    Special,
    /// It changed while the compiler was at work: nobody knows what the compiler has seen.
    Unsettled,
}

impl State {
    fn of(path: &Path, opened: bool) -> State {
        let Ok(it) = fs::metadata(path) else {
            return State::Absent;
        };
        if it.is_dir() {
            return match names(path) {
                Some(hash) if opened => State::Names { hash },
                _ => State::Folder,
            };
        }
        if !it.is_file() {
            return State::Special;
        }
        if !opened {
            return State::File;
        }
        let print = Fingerprint::of(&it);
        State::Contents {
            print,
            young: print.is_young(),
            hash: None,
        }
    }
}

/// What went in, as far as it was seen.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Inputs {
    /// Whether that is everything.
    complete: bool,
    paths: BTreeMap<PathBuf, State>,
    /// Where symbolic links lead; nowhere what is none.
    links: BTreeMap<PathBuf, Option<PathBuf>>,
    /// The variables of the environment that arguments and files mention.
    variables: BTreeMap<String, Option<String>>,
}

/// Whether what went in is as it was.
pub(crate) enum Verdict {
    Fresh,
    /// So it is, by the contents of files that were touched: better recorded anew.
    Touched,
    Stale,
}

/// Takes down what a compilation looks at.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// What is in here is the compilation's own.
    folder: PathBuf,
    inputs: Inputs,
    /// What it has made elsewhere, for itself.
    made: BTreeSet<PathBuf>,
}

impl Recorder {
    /// A recorder of a compilation that writes into this folder.
    pub(crate) fn new(folder: &Path) -> Recorder {
        Recorder {
            folder: folder.canonicalize().unwrap_or_else(|_| folder.to_owned()),
            inputs: Inputs {
                complete: true,
                ..Inputs::default()
            },
            made: BTreeSet::new(),
        }
    }

    /// Runs a command to its end, as [`crate::process::run`].
    ///
    /// # Errors
    ///
    /// The command does not start, or this process is about to end.
    pub(crate) fn run(
        &mut self,
        command: &mut Command,
        limit: Option<Duration>,
    ) -> io::Result<Ending> {
        let arguments: Vec<u8> = command
            .get_args()
            .flat_map(|it| [it.as_encoded_bytes(), b"\n"].concat())
            .collect();
        self.note_variables(&arguments);
        let see = &mut |path, how| self.see(path, how);
        let (ending, complete) = observer::run(command, limit, see)?;
        self.inputs.complete &= complete;
        Ok(ending)
    }

    fn see(&mut self, path: PathBuf, how: Use) {
        if self.is_own(&path) {
            return;
        }
        let path = self.outside(path);
        if is_of_the_system(&path) || self.made.contains(&path) {
            return;
        }
        if how == Use::Followed {
            let leads = || fs::read_link(&path).ok();
            let _ = self.inputs.links.entry(path.clone()).or_insert_with(leads);
            return;
        }
        let known = self.inputs.paths.get(&path);
        if how == Use::Made || how == Use::OpenedOrMade && !path.exists() {
            // Of what was there before, it is told that it has changed.
            if matches!(known, None | Some(State::Absent)) {
                self.inputs.paths.remove(&path);
                self.made.insert(path);
            }
            return;
        }
        let opened = how != Use::Looked;
        let now = match known {
            None => State::of(&path, opened),
            Some(State::Absent | State::File | State::Folder) if opened => {
                let now = State::of(&path, true);
                let was = (known == Some(&State::Absent), known == Some(&State::Folder));
                let is = matches!(now, State::Absent);
                let folder = matches!(now, State::Folder | State::Names { .. });
                if was == (is, folder) {
                    now
                } else {
                    State::Unsettled
                }
            }
            Some(_) => return,
        };
        self.inputs.paths.insert(path, now);
    }

    /// The path without the folder of the compilation, if it leads through that and out of it: the folder has another
    /// name afterwards.
    fn outside(&self, path: PathBuf) -> PathBuf {
        let is_up = |part: &Component| *part == Component::ParentDir;
        let (mut within, mut parts) = (PathBuf::new(), path.components());
        within.extend(parts.by_ref().take_while(|part| !is_up(part)));
        if within == path || !self.is_own(&within) {
            return path;
        }
        // Of the name at the end, only where it is: it may be a link, or not there.
        let parent = path.parent().and_then(|it| it.canonicalize().ok());
        match path.file_name() {
            Some(name) => parent.map(|it| it.join(name)),
            None => path.canonicalize().ok(),
        }
        .unwrap_or(path)
    }

    /// Whether a path is in the folder of the compilation. The folder around it counts too where it is written as `…/..`
    /// from inside: other compilations come and go there.
    fn is_own(&self, path: &Path) -> bool {
        if path.components().any(|part| part == Component::ParentDir) {
            let folder = path.parent().and_then(|it| it.canonicalize().ok());
            return folder.is_some_and(|it| it.starts_with(&self.folder));
        }
        path.starts_with(&self.folder)
    }

    /// What went in, now that the compilation has ended. It read all of `sources`, if everything was
    /// seen: one that a program elsewhere compiles, as in a container, is not.
    pub(crate) fn finish<'a>(mut self, sources: impl Iterator<Item = &'a Path>) -> Inputs {
        let mut texts = Vec::new();
        for (path, state) in &mut self.inputs.paths {
            let now = State::of(
                path,
                matches!(state, State::Contents { .. } | State::Names { .. }),
            );
            match (state, now) {
                (State::Contents { print, young, hash }, State::Contents { print: now, .. })
                    if *print == now =>
                {
                    let is_own = print.size <= LARGE && !is_installed(path);
                    let text = (*young || is_own).then(|| fs::read(path).ok()).flatten();
                    *hash = text.as_deref().map(hash_of);
                    texts.extend(text.filter(|_| is_own));
                }
                (state, now) if *state != now => *state = State::Unsettled,
                _ => {}
            }
        }
        for text in texts {
            self.note_variables(&text);
        }
        let paths = &self.inputs.paths;
        let was_read = |source: &Path| {
            let same = |path: &&PathBuf| {
                *path == source
                    || path.file_name() == source.file_name()
                        && path.canonicalize().ok() == source.canonicalize().ok()
            };
            paths.keys().any(|path| same(&path))
        };
        self.inputs.complete &= sources.into_iter().all(was_read);
        self.inputs
    }

    /// Notes the variables whose names stand behind a `$`, as in the files of arguments of Icarus
    /// and Verilator.
    fn note_variables(&mut self, text: &[u8]) {
        for part in text.split(|byte| *byte == b'$').skip(1) {
            let begins = usize::from(matches!(part.first(), Some(b'{' | b'(')));
            let name: Vec<u8> = part[begins..]
                .iter()
                .copied()
                .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                .collect();
            if let Ok(name) = String::from_utf8(name)
                && !name.is_empty()
            {
                let value = value_of(&name);
                self.inputs.variables.insert(name, value);
            }
        }
    }
}

impl Inputs {
    /// Whether everything that went in was seen.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether all is as it was.
    pub(crate) fn check(&mut self) -> Verdict {
        let variables = |(name, value): (&String, &Option<String>)| value_of(name) == *value;
        let links =
            |(path, leads): (&PathBuf, &Option<PathBuf>)| fs::read_link(path).ok() == *leads;
        if !self.complete || !self.variables.iter().all(variables) || !self.links.iter().all(links)
        {
            return Verdict::Stale;
        }
        let mut touched = false;
        for (path, state) in &mut self.paths {
            let opened = matches!(state, State::Contents { .. } | State::Names { .. });
            let now = State::of(path, opened);
            match (&mut *state, now) {
                (State::Unsettled, _) => return Verdict::Stale,
                (
                    State::Contents { print, young, hash },
                    State::Contents {
                        print: now,
                        young: still,
                        ..
                    },
                ) => {
                    if *print == now && !*young {
                        continue;
                    }
                    let same =
                        hash.is_some() && fs::read(path).ok().map(|it| hash_of(&it)) == *hash;
                    if !same {
                        return Verdict::Stale;
                    }
                    (*print, *young) = (now, still);
                    touched = true;
                }
                (state, now) if *state == now => {}
                _ => return Verdict::Stale,
            }
        }
        if touched {
            Verdict::Touched
        } else {
            Verdict::Fresh
        }
    }

    /// Whether all is as it was.
    pub(crate) fn are_fresh(&mut self) -> bool {
        !matches!(self.check(), Verdict::Stale)
    }

    /// Only what all who compile the same have in common: files, those that do not exist included. Folders, links and
    /// variables have to do with where a program runs as well: `make` lists the folder in which it is started. The
    /// system's shared libraries are replaced together with the programs that load them, and look changed whenever
    /// something makes a hard link to them, as sandboxes do.
    pub(crate) fn of_files(mut self) -> Inputs {
        let is_library = |path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            is_installed(path) && format!("{name}.").contains(".so.")
        };
        let is_folder = |state: &State| matches!(state, State::Folder | State::Names { .. });
        self.paths
            .retain(|path, state| !is_folder(state) && !is_library(path));
        Inputs {
            complete: self.complete,
            paths: self.paths,
            ..Inputs::default()
        }
    }

    /// Adds those of a part that was made before.
    pub(crate) fn add(&mut self, part: Inputs) {
        self.complete &= part.complete;
        for (path, state) in part.paths {
            // What this compilation has read of a file itself is younger.
            match self.paths.get(&path) {
                Some(State::Contents { .. } | State::Names { .. } | State::Unsettled) => {}
                _ => _ = self.paths.insert(path, state),
            }
        }
        self.links.extend(part.links);
        self.variables.extend(part.variables);
    }

    /// Those that a file tells, if it does.
    pub(crate) fn read(path: &Path) -> Option<Inputs> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Writes them to a file.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        fs::write(path, serde_json::to_vec(self)?)
    }
}

/// What no compilation depends on, though every program asks for it.
fn is_of_the_system(path: &Path) -> bool {
    ["/proc", "/sys", "/dev"].iter().any(|it| path.starts_with(it))
        // A table of what the loader then opens, which changes with whatever is installed.
        || path == Path::new("/etc/ld.so.cache")
        // Compilers' caches, whose entries are as good as what they were made of.
        || env::var_os("CCACHE_DIR").is_some_and(|folder| path.starts_with(folder))
        || path.components().any(|part| {
            [".ccache", "ccache", "sccache"].map(OsStr::new).contains(&part.as_os_str())
                && !is_installed(path)
        })
}

/// Whether a file came with the system, and not from the user.
fn is_installed(path: &Path) -> bool {
    ["/usr", "/lib", "/lib64", "/bin", "/etc"]
        .iter()
        .any(|it| path.starts_with(it) && !path.starts_with("/usr/local"))
}

/// A hash of the names in a folder, but for what editors leave beside a file that is open.
fn names(folder: &Path) -> Option<String> {
    let passing = |name: &OsStr| {
        let name = name.as_encoded_bytes();
        name.starts_with(b".#") || name.ends_with(b"~") || name.ends_with(b".swp")
    };
    let mut names: Vec<_> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| !passing(name))
        .collect();
    names.sort();
    let mut text = Vec::new();
    for name in names {
        text.extend_from_slice(name.as_encoded_bytes());
        text.push(0);
    }
    Some(hash_of(&text))
}

fn value_of(name: &str) -> Option<String> {
    Some(env::var_os(name)?.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a command of the shell looks at in a folder, and that folder; nothing, and a word about
    /// it, where that cannot be seen.
    fn inputs_of(script: &str, prepare: impl Fn(&Path)) -> Option<(Inputs, tempfile::TempDir)> {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let own = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::new(own.path());
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .current_dir(folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        recorder.run(&mut command, None).unwrap();
        let inputs = recorder.finish(std::iter::empty());
        if !inputs.is_complete() {
            eprintln!("skipped: this system does not tell what a process opens");
            return None;
        }
        Some((inputs, folder))
    }

    #[test]
    fn a_file_that_was_read_counts_by_its_contents() {
        let prepare = |folder: &Path| fs::write(folder.join("a"), "one").unwrap();
        let Some((mut inputs, folder)) = inputs_of("cat a", prepare) else {
            return;
        };
        assert!(inputs.are_fresh());
        fs::write(folder.path().join("a"), "one").unwrap();
        assert!(matches!(inputs.check(), Verdict::Touched));
        fs::write(folder.path().join("a"), "two").unwrap();
        assert!(!inputs.are_fresh());
    }

    /// A compilation in C++ reads hundreds of headers.
    #[test]
    fn what_came_with_the_system_counts_by_its_fingerprint() {
        let prepare = |folder: &Path| fs::write(folder.join("own"), "text").unwrap();
        let Some((mut inputs, folder)) = inputs_of("cat own /etc/passwd", prepare) else {
            return;
        };
        let is_hashed = |path: &Path| match &inputs.paths[path] {
            State::Contents { hash, .. } => hash.is_some(),
            other => panic!("{}: {other:?}", path.display()),
        };
        let system = Path::new("/etc/passwd");
        assert!(is_hashed(&folder.path().join("own")) && !is_hashed(system));
        assert!(inputs.are_fresh());
        // Another file in its place.
        let Some(State::Contents { print, .. }) = inputs.paths.get_mut(system) else {
            unreachable!("it is one");
        };
        print.inode += 1;
        assert!(!inputs.are_fresh());
    }

    #[test]
    fn a_name_that_was_looked_for_in_vain_counts() {
        let Some((mut inputs, folder)) = inputs_of("test -e a; cat sub/b", |_| ()) else {
            return;
        };
        assert!(inputs.are_fresh());
        fs::create_dir(folder.path().join("sub")).unwrap();
        assert!(inputs.are_fresh(), "nothing is there yet");
        fs::write(folder.path().join("sub/b"), "").unwrap();
        assert!(!inputs.are_fresh());
        fs::remove_file(folder.path().join("sub/b")).unwrap();
        assert!(inputs.are_fresh());
        fs::write(folder.path().join("a"), "").unwrap();
        assert!(!inputs.are_fresh());
    }

    /// So `make` calls what Verilator tells it of sources in C++.
    #[test]
    fn a_path_that_leads_out_of_the_compilation_outlives_it() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        fs::create_dir_all(path("build.new/objects")).unwrap();
        fs::create_dir(path("listed")).unwrap();
        fs::write(path("read"), "one").unwrap();
        let mut recorder = Recorder::new(&path("build.new"));
        let mut shell = Command::new("sh");
        let out = "../..";
        shell.args([
            "-c",
            &format!("cat {out}/read; ls {out} {out}/listed; test -e {out}/none"),
        ]);
        shell.current_dir(path("build.new/objects"));
        shell.stdout(std::process::Stdio::null());
        shell.stderr(std::process::Stdio::null());
        recorder.run(&mut shell, None).unwrap();
        let mut inputs = recorder.finish(std::iter::empty());
        if !inputs.is_complete() {
            eprintln!("skipped: what a compiler reads cannot be seen here");
            return;
        }
        fs::rename(path("build.new"), path("build")).unwrap();
        assert!(inputs.are_fresh());
        fs::write(path("none"), "").unwrap();
        assert!(!inputs.are_fresh());
        fs::remove_file(path("none")).unwrap();
        fs::write(path("listed/more"), "").unwrap();
        assert!(!inputs.are_fresh());
        fs::remove_file(path("listed/more")).unwrap();
        fs::write(path("read"), "two").unwrap();
        assert!(!inputs.are_fresh());
    }

    #[test]
    fn names_in_a_folder_that_was_listed_count_and_those_in_others_do_not() {
        let prepare = |folder: &Path| {
            fs::create_dir(folder.join("listed")).unwrap();
            fs::create_dir(folder.join("other")).unwrap();
        };
        let Some((mut inputs, folder)) = inputs_of("ls listed; test -d other", prepare) else {
            return;
        };
        fs::write(folder.path().join("other/a"), "").unwrap();
        fs::write(folder.path().join("listed/a.swp"), "").unwrap();
        assert!(inputs.are_fresh());
        fs::write(folder.path().join("listed/a"), "").unwrap();
        assert!(!inputs.are_fresh());
    }

    #[test]
    fn what_many_compile_does_not_depend_on_where_it_is_compiled() {
        let prepare = |folder: &Path| {
            fs::write(folder.join("read"), "one").unwrap();
            std::os::unix::fs::symlink("read", folder.join("link")).unwrap();
        };
        let Some((inputs, folder)) =
            inputs_of("ls; cat read; readlink link; test -e none", prepare)
        else {
            return;
        };
        let mut inputs = inputs.of_files();
        fs::write(folder.path().join("another"), "").unwrap();
        fs::remove_file(folder.path().join("link")).unwrap();
        assert!(inputs.are_fresh());
        let is_library = |path: &PathBuf| path.ends_with("libc.so.6") && path.exists();
        assert!(!inputs.paths.keys().any(is_library));
        let program = |path: &PathBuf| path.ends_with("bin/cat");
        assert!(inputs.paths.keys().any(program));
        fs::write(folder.path().join("none"), "").unwrap();
        assert!(!inputs.are_fresh());
        fs::remove_file(folder.path().join("none")).unwrap();
        fs::write(folder.path().join("read"), "two").unwrap();
        assert!(!inputs.are_fresh());
    }

    #[test]
    fn where_a_link_leads_counts() {
        let prepare = |folder: &Path| {
            std::os::unix::fs::symlink("a", folder.join("link")).unwrap();
        };
        let Some((mut inputs, folder)) = inputs_of("readlink link", prepare) else {
            return;
        };
        assert!(inputs.are_fresh());
        fs::remove_file(folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink("b", folder.path().join("link")).unwrap();
        assert!(!inputs.are_fresh());
    }

    #[test]
    fn what_was_made_is_no_input_and_what_was_changed_is_an_unknown_one() {
        let prepare = |folder: &Path| fs::write(folder.join("old"), "old").unwrap();
        let script = "echo 1 > made; cat made; rm made";
        let Some((mut inputs, _folder)) = inputs_of(script, prepare) else {
            return;
        };
        assert!(inputs.are_fresh());
        let script = "cat old; echo 1 >> old";
        let Some((mut inputs, _folder)) = inputs_of(script, prepare) else {
            return;
        };
        assert!(!inputs.are_fresh());
    }

    #[test]
    fn variables_are_those_behind_a_dollar() {
        let mut recorder = Recorder::new(Path::new("/nonexistent"));
        recorder.note_variables(b"+incdir+$(PLACE)/a ${OTHER} $THIRD-b $ 5 $$");
        let names: Vec<&String> = recorder.inputs.variables.keys().collect();
        assert_eq!(names, ["OTHER", "PLACE", "THIRD"]);
    }
}
