//! What all designs with the same options have in common, compiled once: Verilator's own library, the host, and the
//! headers that everything includes. That is most of what a compilation takes.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::super::{BuildFolder, Installation};
use super::{GLUE_HEADER, GLUE_HEADER_TEXT, HOST, HOST_TEXT, OBJECTS};
use crate::hash::PartsHash;
use crate::inputs::{Inputs, hash_of_variables};
use crate::locked::lock_within;
use crate::tidy::locks;

/// How the names of kept libraries begin.
pub(super) const PREFIX: &str = "verilator-";
/// How long another compilation may take to make it before it is made here too.
const PATIENCE: Duration = Duration::from_secs(120);
/// What the kept library was made of.
pub(super) const INPUTS: &str = "inputs.json";

/// What everything includes: `common.mk` has it compiled, beside the objects, and tells GCC to take it.
const COMMON: &str = "verifork_common.h";
const COMMON_TEXT: &str = include_str!("common.h");
const PRECOMPILED: &str = "verifork_common.h.gch";

/// The library that a design needs.
pub(super) struct Library {
    /// Where it is kept.
    kept: PathBuf,
    /// The names of its files.
    files: BTreeSet<String>,
}

/// Writes the header that everything includes, without which `make` precompiles none.
pub(super) fn prepare(build: BuildFolder<'_>) {
    // Without it, everything reads its headers by itself.
    let _ = fs::write(build.path.join(COMMON), COMMON_TEXT);
}

/// Removes what only compiling needs: it lies with the library.
pub(super) fn clean(build: BuildFolder<'_>) {
    for name in [COMMON, PRECOMPILED] {
        let _ = fs::remove_file(build.path.join(name));
    }
}

impl Library {
    /// The one that these commands make in the folder of a compilation; none where they do not say what they make, or of
    /// what.
    pub(super) fn of(
        found: &Installation,
        commands: &str,
        build: BuildFolder<'_>,
    ) -> Option<Library> {
        if commands.contains('$') {
            // The shell puts a variable there.
            return None;
        }
        let mut hash = PartsHash::default();
        let mut add = |part: &[u8]| hash.add(part);
        for text in [HOST_TEXT, GLUE_HEADER_TEXT, COMMON_TEXT] {
            add(text.as_bytes());
        }
        add(found.version.as_bytes());
        add(found.programs[0].as_os_str().as_encoded_bytes());
        let folder = build.path.display().to_string();
        let mut files = BTreeSet::new();
        let mut kinds = BTreeSet::new();
        for line in commands.lines() {
            let mut words = line.split_whitespace().skip_while(|word| *word != "-o");
            let path = Path::new(words.nth(1).unwrap_or_default());
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            if is_common(&file) {
                files.insert(file.clone().into_owned());
            }
            kinds.insert(without_names(line, &file).replace(&folder, ""));
        }
        for kind in kinds {
            add(kind.as_bytes());
        }
        hash_of_variables(&mut add);
        let kept = build.shared.join(format!("{PREFIX}{}", hash.name()));
        (!files.is_empty()).then_some(Library { kept, files })
    }

    /// Brings it into the folder of a compilation, whose own `make` has to compile what no earlier one has, and returns
    /// what it was made of; nothing if that was not seen.
    ///
    /// # Errors
    ///
    /// Those of `make`.
    pub(super) fn bring<E>(
        &self,
        build: BuildFolder<'_>,
        make: impl FnOnce() -> Result<Inputs, E>,
    ) -> Result<Option<Inputs>, E> {
        let (mut inputs, mut missing) = self.reuse(build);
        let mut _claim = None;
        if missing {
            // Without the claim it is made twice.
            _claim = self.claim().unwrap_or_default();
            // Another compilation may have made it meanwhile.
            (inputs, missing) = self.reuse(build);
        }
        if !missing {
            let used = File::options().append(true).open(self.kept.join(INPUTS));
            let _ = used.and_then(|it| it.set_modified(SystemTime::now()));
            return Ok(inputs);
        }
        let mut all = make()?.of_files();
        let is_part = inputs.is_some();
        if let Some(inputs) = inputs {
            all.add(inputs);
        }
        if all.is_complete() && !includes_a_design(build, &self.files) {
            // Without a place to keep it nobody has made it.
            let _ = self.keep(build, &all, is_part);
        }
        Ok(Some(all))
    }

    /// Brings what is kept and returns what it was made of, and whether a file is missing.
    fn reuse(&self, build: BuildFolder<'_>) -> (Option<Inputs>, bool) {
        let here = self.files.iter().map(|name| place(build.path, name));
        let remove = || here.clone().for_each(|it| _ = fs::remove_file(it));
        remove();
        let list = self.kept.join(INPUTS);
        let text = fs::read(&list).unwrap_or_default();
        let inputs = fresh_inputs(&self.kept);
        if inputs.is_some() {
            // Younger than their sources by this, `make` takes objects as they are.
            for name in &self.files {
                let _ = take(&self.kept.join(name), &place(build.path, name));
            }
        }
        // Of another library meanwhile, files have come that were made of something else.
        if inputs.is_none() || fs::read(&list).ok() != Some(text) {
            remove();
            return (None, true);
        }
        (inputs, !here.clone().all(|it| it.is_file()))
    }

    /// The lock of whoever makes it, if nobody has it for too long.
    fn claim(&self) -> io::Result<Option<File>> {
        let folder = self.kept.parent().unwrap_or(&self.kept);
        let key = self.kept.file_name().unwrap_or_default().to_string_lossy();
        lock_within(&locks(folder, &key).0, PATIENCE)
    }

    /// Keeps what is in the folder of a compilation, beside what is kept if that is part of it.
    fn keep(&self, build: BuildFolder<'_>, inputs: &Inputs, is_part: bool) -> io::Result<()> {
        let folder = self.kept.parent().unwrap_or(&self.kept);
        let fresh = tempfile::Builder::new()
            .prefix("library.new-")
            .tempdir_in(folder)?;
        for name in &self.files {
            take(&place(build.path, name), &fresh.path().join(name))?;
        }
        for entry in fs::read_dir(&self.kept).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_part && is_common(&name) && !self.files.contains(&name) {
                take(&entry.path(), &fresh.path().join(name))?;
            }
        }
        inputs.write(&fresh.path().join(INPUTS))?;
        // Whoever copies it just now sees that it is another.
        let _ = fs::remove_dir_all(&self.kept);
        fs::rename(fresh.path(), &self.kept)?;
        // It lies elsewhere now.
        let _ = fresh.keep();
        Ok(())
    }
}

/// What the library was made of; nothing if there is none, or one of what is not so any more.
fn fresh_inputs(library: &Path) -> Option<Inputs> {
    let mut inputs = Inputs::read(&library.join(INPUTS))?;
    inputs.are_fresh().then_some(inputs)
}

/// Where a file of the library is in the folder of a compilation.
fn place(folder: &Path, name: &str) -> PathBuf {
    if name == PRECOMPILED {
        folder.join(name)
    } else {
        folder.join(OBJECTS).join(name)
    }
}

/// A command as it is for all objects of Verilator's own: which of them a design needs makes no other library.
fn without_names(command: &str, object: &str) -> String {
    let stem = object.strip_suffix(".o").filter(|_| is_verilated(object));
    let Some(stem) = stem else {
        return command.to_owned();
    };
    let names = ["o", "cpp"].map(|extension| format!("{stem}.{extension}"));
    let words = command.split(' ').map(|word| {
        let (folder, name) = word.rsplit_once('/').unwrap_or(("", word));
        if names.iter().any(|it| it == name) {
            folder
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_verilated(name: &str) -> bool {
    is_object(name) && name.starts_with("verilated")
}

fn is_object(name: &str) -> bool {
    Path::new(name).extension() == Some("o".as_ref())
}

/// Whether a file belongs to the library.
fn is_common(name: &str) -> bool {
    let is_host = || Path::new(name).file_stem() == Path::new(HOST).file_stem();
    name == PRECOMPILED || is_verilated(name) || is_object(name) && is_host()
}

/// Whether the C++ compiler has read what Verilator has made of the design, as an option of the user's may want: that is no
/// library for others.
fn includes_a_design(build: BuildFolder<'_>, files: &BTreeSet<String>) -> bool {
    files.iter().any(|name| {
        // What the compiler has read, as in a Makefile: what is made, a colon, what it is made from.
        let list = place(build.path, name).with_extension("d");
        let text = fs::read_to_string(list).unwrap_or_default();
        let (_, read) = text.split_once(':').unwrap_or_default();
        read.split_whitespace().any(|word| {
            let path = Path::new(word);
            let is_own = path.is_relative() || path.starts_with(build.path);
            let name = path.file_name().unwrap_or_default();
            word != "\\"
                && is_own
                && ![HOST, GLUE_HEADER, COMMON, PRECOMPILED]
                    .map(OsStr::new)
                    .contains(&name)
        })
    })
}

/// The same file in another folder: the precompiled header is large, and nobody changes it.
fn take(from: &Path, to: &Path) -> io::Result<()> {
    let is_large = from.file_name() == Some(PRECOMPILED.as_ref());
    if !is_large || fs::hard_link(from, to).is_err() {
        fs::copy(from, to)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::process::Command;

    use super::*;
    use crate::inputs::Recorder;

    const OBJECTS_OF_ALL: &[&str] = &["verilated.o", "verifork_host.o"];
    const WITH_DELAYS: &[&str] = &["verilated.o", "verilated_timing.o", "verifork_host.o"];

    /// The commands for some objects and the precompiled header, with another option.
    fn commands(objects: &[&str], option: &str, folder: &str) -> String {
        let precompiled = format!("g++ {option} -o ../{PRECOMPILED} ../{COMMON}\n");
        let lines = objects.iter().map(|object| {
            let source = object.replace(".o", ".cpp");
            let folder = if is_verilated(object) { "/lib" } else { folder };
            format!("g++ {option} -c -o {object} {folder}/{source}\n")
        });
        std::iter::once(precompiled).chain(lines).collect()
    }

    fn found() -> Installation {
        Installation {
            programs: vec!["/bin/verilator".into()],
            version: "Verilator 5.006".to_owned(),
        }
    }

    /// A place with headers in the folders `one` and `two`, and with libraries made of them.
    struct Place(tempfile::TempDir);

    impl Place {
        /// Nothing where it cannot be seen what is read.
        fn new() -> Option<Place> {
            let place = Place(tempfile::tempdir().unwrap());
            for name in ["two/verilated.h", "two/verilated_timing.h"] {
                place.write(name, "text");
            }
            fs::create_dir(place.path("one")).unwrap();
            let is_seen = place.made(&place.path(""), &[]).is_complete();
            if !is_seen {
                eprintln!("skipped: what a compiler reads cannot be seen here");
            }
            is_seen.then_some(place)
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        /// Makes what is missing in the folder of a compilation, each of its header.
        fn made(&self, folder: &Path, names: &[&str]) -> Inputs {
            let mut recorder = Recorder::new(folder);
            for name in names.iter().chain([&PRECOMPILED]) {
                let to = place(folder, name);
                let script = "[ -e \"$1\" ] || { test -e one/$0; cat two/$0; } > \"$1\"";
                let mut shell = Command::new("sh");
                let header = match *name {
                    "verilated_timing.o" => "verilated_timing.h",
                    _ => "verilated.h",
                };
                shell.args(["-c", script, header]).arg(to);
                shell.current_dir(self.0.path());
                recorder.run(&mut shell, None).unwrap();
            }
            recorder.finish(std::iter::empty())
        }

        /// Brings the library to a compilation; what it was made of, and whether it was made by that.
        fn bring(&self, name: &str, objects: &[&str]) -> (Inputs, bool) {
            self.bring_listing(
                name,
                objects,
                "verilated.o: /lib/verilated.h \\\n ../verifork_common.h\n",
            )
        }

        /// The library of a compilation in the folder of this name.
        fn library<R>(
            &self,
            name: &str,
            objects: &[&str],
            act: impl FnOnce(&Library, BuildFolder<'_>) -> R,
        ) -> R {
            let path = self.path(name);
            fs::create_dir_all(path.join(OBJECTS)).unwrap();
            let build = BuildFolder {
                path: &path,
                shared: self.0.path(),
                waves: None,
            };
            let text = commands(objects, "-O1", &path.display().to_string());
            act(&Library::of(&found(), &text, build).unwrap(), build)
        }

        fn bring_listing(&self, name: &str, objects: &[&str], list: &str) -> (Inputs, bool) {
            let is_made = Cell::new(false);
            let inputs = self.library(name, objects, |library, build| {
                library.bring(build, || {
                    is_made.set(true);
                    self.write(&format!("{name}/{OBJECTS}/verilated.d"), list);
                    Ok::<_, Infallible>(self.made(build.path, objects))
                })
            });
            for file in objects.iter().chain([&PRECOMPILED]) {
                assert!(place(&self.path(name), file).is_file(), "{file}");
            }
            (inputs.unwrap().unwrap(), is_made.get())
        }
    }

    #[test]
    fn what_all_designs_share_is_kept_and_brought_to_the_next() {
        let Some(place) = Place::new() else { return };
        assert!(place.bring("first", OBJECTS_OF_ALL).1);
        assert!(!place.bring("next", OBJECTS_OF_ALL).1);
    }

    #[test]
    fn what_one_design_adds_is_kept_too_with_what_it_was_made_of() {
        let Some(place) = Place::new() else { return };
        assert!(place.bring("first", OBJECTS_OF_ALL).1);
        assert!(
            place.bring("delayed", WITH_DELAYS).1,
            "an object is missing"
        );
        assert!(!place.bring("delayed too", WITH_DELAYS).1);
        assert!(!place.bring("without", OBJECTS_OF_ALL).1);
        // It is kept when others add to it.
        assert!(!place.bring("delayed again", WITH_DELAYS).1);
        place.write("one/verilated_timing.h", "another");
        assert!(place.bring("last", WITH_DELAYS).1);
    }

    #[test]
    fn a_header_that_changed_or_comes_before_another_is_compiled_anew() {
        for changed in ["two/verilated.h", "one/verilated.h"] {
            let Some(place) = Place::new() else { return };
            let (mut of_design, _) = place.bring("first", OBJECTS_OF_ALL);
            assert!(of_design.are_fresh());
            place.write(changed, "other");
            assert!(
                !of_design.are_fresh(),
                "{changed}, to the design that it went into"
            );
            let (mut of_design, is_made) = place.bring("next", OBJECTS_OF_ALL);
            assert!(is_made && of_design.are_fresh(), "{changed}");
            assert!(!place.bring("last", OBJECTS_OF_ALL).1, "{changed}");
        }
    }

    /// An option may have everything include a header that Verilator has made.
    #[test]
    fn what_includes_a_design_is_no_library_for_others() {
        for header in ["Vdesign.h", "../objects/Vdesign__Dpi.h"] {
            let Some(place) = Place::new() else { return };
            let list = format!("verilated.o: /lib/verilated.h \\\n {header}\n");
            assert!(place.bring_listing("first", OBJECTS_OF_ALL, &list).1);
            assert!(place.bring("next", OBJECTS_OF_ALL).1, "{header}");
        }
    }

    #[test]
    fn the_commands_say_which_library_it_is() {
        let of = |folder: &str, commands: &str| {
            let build = BuildFolder {
                path: Path::new(folder),
                shared: Path::new("/kept"),
                waves: None,
            };
            Library::of(&found(), commands, build).map(|it| it.kept)
        };
        let one = of("/a", &commands(OBJECTS_OF_ALL, "-O1", "/a"));
        assert_eq!(of("/b", &commands(OBJECTS_OF_ALL, "-O1", "/b")), one);
        assert_eq!(of("/a", &commands(WITH_DELAYS, "-O1", "/a")), one);
        assert_ne!(of("/a", &commands(OBJECTS_OF_ALL, "-O2", "/a")), one);
        // One object is compiled in another way.
        let other =
            commands(WITH_DELAYS, "-O1", "/a").replace("-c -o verilated_t", "-g -c -o verilated_t");
        assert_ne!(of("/a", &other), one);
        assert!(one.is_some());
        assert_eq!(of("/a", "make: nothing\n"), None);
        assert_eq!(of("/a", &commands(OBJECTS_OF_ALL, "-I$PLACE", "/a")), None);
    }

    #[test]
    fn compilations_that_begin_at_once_make_it_once() {
        let Some(place) = Place::new() else { return };
        let made = std::thread::scope(|scope| {
            let started = ["one", "other", "third"].map(|name| {
                let place = &place;
                scope.spawn(move || place.bring(&format!("build {name}"), OBJECTS_OF_ALL).1)
            });
            started.map(|it| it.join().unwrap())
        });
        let times = made.iter().filter(|it| **it).count();
        assert_eq!(times, 1);
    }

    /// Its design does not compile.
    #[test]
    fn who_cannot_make_it_leaves_it_to_the_next() {
        let Some(place) = Place::new() else { return };
        let refused = place.library("broken", OBJECTS_OF_ALL, |library, build| {
            library.bring(build, || Err("no")).is_err()
        });
        assert!(refused);
        assert!(place.bring("next", OBJECTS_OF_ALL).1);
    }
}
