//! What all designs with the same options have in common, compiled once: Verilator's own library, the host, and the
//! headers that everything includes. That is most of what a compilation takes.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::super::{BuildFolder, Installation, Shared, Waves, is_program};
use super::{GLUE_HEADER_TEXT, HOST, HOST_TEXT, OBJECTS, RULES_TEXT};
use crate::hash::PartsHash;
use crate::inputs::{Inputs, hash_of_variables};
use crate::known::Simulator;
use crate::locked::lock_within;
use crate::resolved::ResolvedDesign;
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

/// Where the library for a design is kept; nowhere where an option names files: there all is compiled each time.
pub(super) fn of(
    found: &Installation,
    design: &ResolvedDesign,
    build: BuildFolder<'_>,
) -> Option<PathBuf> {
    let mut hash = PartsHash::default();
    let mut add = |part: &[u8]| hash.add(part);
    for text in [HOST_TEXT, GLUE_HEADER_TEXT, RULES_TEXT, COMMON_TEXT] {
        add(text.as_bytes());
    }
    add(found.version.as_bytes());
    add(found.programs[0].as_os_str().as_encoded_bytes());
    add(build.waves.map_or("", Waves::name).as_bytes());
    add(&[u8::from(design.code_coverage)]);
    for argument in design.compile_arguments(Simulator::Verilator) {
        if is_source(argument) || is_of_verilog(argument) {
            continue;
        }
        if names_a_path(argument) {
            return None;
        }
        add(argument.as_bytes());
    }
    hash_of_variables(&mut add);
    Some(build.shared.join(format!("{PREFIX}{}", hash.name())))
}

/// Whether an argument is a file of the design's own, which the library does not know.
fn is_source(argument: &str) -> bool {
    let extension = Path::new(argument).extension().unwrap_or_default();
    let known = ["c", "cc", "cpp", "cxx", "o", "a", "v", "sv"];
    !argument.starts_with(['-', '+']) && known.into_iter().any(|it| extension == it)
}

/// Whether an argument concerns the Verilog alone: warnings, macros and parameters.
fn is_of_verilog(argument: &str) -> bool {
    let options = ["-W", "-D", "+define+", "-G"];
    options.into_iter().any(|it| argument.starts_with(it))
}

fn names_a_path(argument: &str) -> bool {
    argument.contains(['/', '$'])
        || argument.starts_with("-f")
        || argument.starts_with("-F")
        || Path::new(argument).exists()
}

/// What the library was made of; nothing if there is none, or one of what is not so any more.
fn fresh_inputs(library: &Path) -> Option<Inputs> {
    let mut inputs = Inputs::read(&library.join(INPUTS))?;
    inputs.are_fresh().then_some(inputs)
}

/// Brings the library into the folder of a compilation. If there is none, this compilation has to make it.
pub(super) fn reuse(library: &Path, build: BuildFolder<'_>) -> Shared {
    let objects = build.path.join(OBJECTS);
    let mut shared = Shared {
        inputs: fresh_inputs(library),
        claim: None,
    };
    if shared.inputs.is_none() {
        // Without the claim it is made twice.
        shared.claim = claim(library).unwrap_or_default();
        // Another compilation may have made it meanwhile.
        shared.inputs = fresh_inputs(library);
    }
    if shared.inputs.is_none() || fs::create_dir_all(&objects).is_err() {
        // Without it, everything reads its headers by itself.
        let _ = fs::write(build.path.join(COMMON), COMMON_TEXT);
        shared.inputs = None;
        return shared;
    }
    shared.claim = None;
    // Younger than their sources by this, `make` takes objects as they are. What is missing it compiles.
    let _ = copy_objects(library, &objects);
    for name in [COMMON, PRECOMPILED] {
        let _ = link(&library.join(name), &build.path.join(name));
    }
    let used = File::options().append(true).open(library.join(INPUTS));
    let _ = used.and_then(|it| it.set_modified(SystemTime::now()));
    shared
}

/// The lock of whoever makes the library, if nobody has it for too long.
fn claim(library: &Path) -> io::Result<Option<File>> {
    let folder = library.parent().unwrap_or(library);
    let key = library.file_name().unwrap_or_default().to_string_lossy();
    lock_within(&locks(folder, &key).0, PATIENCE)
}

/// Keeps what a compilation has made for all.
pub(super) fn keep(library: &Path, build: BuildFolder<'_>, inputs: &Inputs) {
    // Without a place to keep it nobody has made it.
    let _ = keep_fresh(library, build, inputs);
    for name in [COMMON, PRECOMPILED] {
        let _ = fs::remove_file(build.path.join(name));
    }
}

fn keep_fresh(library: &Path, build: BuildFolder<'_>, inputs: &Inputs) -> Option<()> {
    let objects = build.path.join(OBJECTS);
    let headers = dependencies(build.path, &objects);
    // Of what came from a library, nobody has listed what it is made of.
    if !inputs.is_complete() || headers.is_empty() {
        return None;
    }
    // Those that were looked for in vain, too, before another folder had one.
    let names: BTreeSet<OsString> = headers
        .iter()
        .filter_map(|it| Some(it.file_name()?.to_owned()))
        .collect();
    let is_name = |path: &Path| path.file_name().is_some_and(|it| names.contains(it));
    let inputs = inputs.part(|path| is_name(path) || is_program(path));
    let fresh = tempfile::Builder::new()
        .prefix("library.new-")
        .tempdir_in(library.parent()?)
        .ok()?;
    copy_objects(&objects, fresh.path()).ok()?;
    for name in [COMMON, PRECOMPILED] {
        let from = build.path.join(name);
        if from.is_file() {
            link(&from, &fresh.path().join(name)).ok()?;
        }
    }
    inputs.write(&fresh.path().join(INPUTS)).ok()?;
    if fresh_inputs(library).is_none() {
        // Whoever copies it just now compiles what is missing.
        let _ = fs::remove_dir_all(library);
    }
    fs::rename(fresh.path(), library).ok()?;
    // It lies elsewhere now.
    let _ = fresh.keep();
    Some(())
}

/// What the library was made of, as the C++ compiler has listed it; nothing if it was not made here.
fn dependencies(folder: &Path, objects: &Path) -> BTreeSet<PathBuf> {
    if !objects.join("verilated.d").is_file() {
        return BTreeSet::new();
    }
    let lists = [folder, objects].map(|it| fs::read_dir(it).into_iter().flatten().flatten());
    let lists = lists.into_iter().flatten().map(|entry| entry.path());
    let lists = lists.filter(|path| {
        let stem = path.file_stem().unwrap_or_default();
        path.extension() == Some("d".as_ref()) && (stem == COMMON || is_common(stem.as_ref()))
    });
    let text: String = lists
        .filter_map(|list| fs::read_to_string(list).ok())
        .collect();
    // As in a Makefile: what is made, a colon, what it is made from.
    text.split_whitespace().map(PathBuf::from).collect()
}

/// Whether an object belongs to the library, by its name without the extension.
fn is_common(stem: &Path) -> bool {
    stem.to_string_lossy().starts_with("verilated")
        || Some(stem.as_os_str()) == Path::new(HOST).file_stem()
}

fn copy_objects(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let name = PathBuf::from(entry?.file_name());
        if name.extension() == Some("o".as_ref()) && is_common(&name.with_extension("")) {
            fs::copy(from.join(&name), to.join(&name))?;
        }
    }
    Ok(())
}

/// The same file in another folder: it is large, and nobody changes it.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::inputs::Recorder;

    /// A place with headers in the folder `there`, and the folder of a compilation that has read them.
    struct Compiled {
        place: tempfile::TempDir,
        inputs: Option<Inputs>,
    }

    const READ: &str = "for it in two/verilated.h two/vector; do \
        test -e \"one/${it#two/}\"; cat \"$it\"; cat design.v; done > /dev/null";

    impl Compiled {
        fn new() -> Compiled {
            let place = tempfile::tempdir().unwrap();
            let write = |name: &str, text: &str| {
                let path = place.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            };
            fs::create_dir(place.path().join("one")).unwrap();
            for name in ["two/verilated.h", "two/vector", "design.v"] {
                write(name, "text");
            }
            let header = |name: &str| place.path().join("two").join(name).display().to_string();
            write("build/objects/verilated.o", "object");
            write(
                "build/objects/verilated.d",
                &format!("verilated.o: {}\n", header("verilated.h")),
            );
            write("build/objects/verifork_host.o", "object");
            write("build/objects/Vdesign.o", "object");
            write(&format!("build/{COMMON}"), COMMON_TEXT);
            write(&format!("build/{PRECOMPILED}"), "precompiled");
            let list = format!(
                "{PRECOMPILED}: {} \\\n {}\n",
                header("verilated.h"),
                header("vector")
            );
            write(&format!("build/{COMMON}.d"), &list);
            let mut recorder = Recorder::new(&place.path().join("build"));
            let mut shell = Command::new("sh");
            shell.args(["-c", READ]).current_dir(place.path());
            recorder.run(&mut shell, None).unwrap();
            let inputs = recorder.finish(std::iter::empty());
            let inputs = inputs.is_complete().then_some(inputs);
            if inputs.is_none() {
                eprintln!("skipped: what a compiler reads cannot be seen here");
            }
            Compiled { place, inputs }
        }

        fn build(&self, name: &str) -> PathBuf {
            self.place.path().join(name)
        }

        fn kept(&self) -> PathBuf {
            self.build("verilator-kept")
        }

        fn keep(&self, name: &str) {
            let path = self.build(name);
            let build = BuildFolder {
                path: &path,
                shared: self.place.path(),
                waves: None,
            };
            keep(&self.kept(), build, self.inputs.as_ref().unwrap());
        }

        fn reuse(&self, name: &str) -> Shared {
            let path = self.build(name);
            fs::create_dir_all(&path).unwrap();
            let build = BuildFolder {
                path: &path,
                shared: self.place.path(),
                waves: None,
            };
            reuse(&self.kept(), build)
        }
    }

    #[test]
    fn what_all_designs_share_is_kept_and_brought_to_the_next() {
        let compiled = Compiled::new();
        if compiled.inputs.is_none() {
            return;
        }
        compiled.keep("build");
        assert!(
            !compiled.build("build").join(PRECOMPILED).exists(),
            "it lies elsewhere"
        );
        let shared = compiled.reuse("next");
        assert!(shared.inputs.is_some() && shared.claim.is_none());
        for name in [
            "objects/verilated.o",
            "objects/verifork_host.o",
            COMMON,
            PRECOMPILED,
        ] {
            assert!(compiled.build("next").join(name).is_file(), "{name}");
        }
        assert!(!compiled.build("next/objects/Vdesign.o").exists());
        // What came from there is no second library: nobody has listed what it is made of.
        fs::remove_dir_all(compiled.kept()).unwrap();
        compiled.keep("next");
        assert!(!compiled.kept().exists());
        assert!(!compiled.build("next").join(PRECOMPILED).exists());
    }

    #[test]
    fn a_header_that_changed_or_comes_before_another_is_compiled_anew() {
        for changed in [
            "two/verilated.h",
            "two/vector",
            "one/verilated.h",
            "one/vector",
        ] {
            let compiled = Compiled::new();
            if compiled.inputs.is_none() {
                return;
            }
            compiled.keep("build");
            let design = compiled.reuse("next").inputs;
            let mut design = design.expect("nothing has changed");
            fs::write(compiled.build("design.v"), "another").unwrap();
            assert!(compiled.reuse("next").inputs.is_some(), "designs differ");
            fs::write(compiled.build(changed), "other").unwrap();
            assert!(compiled.reuse("last").inputs.is_none(), "{changed}");
            assert!(
                !design.are_fresh(),
                "{changed}, to the design that it went into"
            );
            assert!(!compiled.build("last/objects").exists());
            assert!(
                compiled.build("last").join(COMMON).is_file(),
                "it is made anew"
            );
        }
    }

    #[test]
    fn what_concerns_the_verilog_alone_asks_for_no_other_library() {
        for argument in ["-Wno-fatal", "-DX=/a", "+define+X", "-GWIDTH=4"] {
            assert!(is_of_verilog(argument), "{argument}");
        }
        for argument in ["--trace", "-CFLAGS", "-O3", "--threads", "-MAKEFLAGS"] {
            assert!(!is_of_verilog(argument), "{argument}");
        }
    }

    #[test]
    fn compilations_that_begin_at_once_make_it_once() {
        let compiled = Compiled::new();
        if compiled.inputs.is_none() {
            return;
        }
        let first = compiled.reuse("build");
        assert!(first.inputs.is_none() && first.claim.is_some());
        std::thread::scope(|scope| {
            let second = scope.spawn(|| compiled.reuse("next"));
            compiled.keep("build");
            drop(first);
            let second = second.join().unwrap();
            assert!(second.inputs.is_some(), "it waits for the first");
        });
        // Who cannot keep it, as its design does not compile, leaves it to the next.
        fs::remove_dir_all(compiled.kept()).unwrap();
        drop(compiled.reuse("build"));
        assert!(compiled.reuse("last").claim.is_some());
    }
}
