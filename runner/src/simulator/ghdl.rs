//! GHDL analyses and elaborates into a library folder, and runs from there. With its mcode back end it elaborates
//! again in each run; with the others, the folder has an executable.

mod gcov;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use verifork_protocol::whole_file;

use super::{Backend, BuildFolder, Installation, RunArguments, Waves, generics, joined, plusargs};
use crate::design::VhdlStandard;
use crate::known::Simulator;
use crate::resolved::{ResolvedDesign, work_of};

pub(super) struct Ghdl;

impl Backend for Ghdl {
    fn simulator(&self) -> Simulator {
        Simulator::Ghdl
    }

    fn install(&self) -> &'static str {
        "`apt install ghdl` or https://github.com/ghdl/ghdl/releases"
    }

    fn works(&self) -> &'static str {
        "what the README's table says; GHDL 2 writes inputs of the top only, since its writes last"
    }

    fn programs(&self) -> &'static [&'static str] {
        &["ghdl"]
    }

    fn waves(&self) -> &'static [Waves] {
        &[Waves::Ghw, Waves::Fst, Waves::Vcd]
    }

    fn ask_version(&self, programs: &[PathBuf]) -> Command {
        let mut command = Command::new(&programs[0]);
        command.arg("--version");
        command
    }

    fn version(&self, printed: &str) -> String {
        let mut lines = printed.lines().map(str::trim);
        let mut version = lines.next().unwrap_or_default().to_owned();
        // Libraries that one back end has compiled are of no use to another.
        if let Some(back_end) = lines.find(|line| line.ends_with("code generator")) {
            version = format!("{version}, {back_end}");
        }
        version
    }

    fn files(&self, design: &ResolvedDesign) -> Vec<(&'static str, String)> {
        let exported = design
            .code_coverage
            .then_some((EXPORTED, EXPORTS.to_owned()));
        exported.into_iter().collect()
    }

    fn prepare(&self, design: &ResolvedDesign, goal: BuildFolder<'_>) -> io::Result<()> {
        for (name, text) in self.files(design) {
            fs::write(goal.path.join(name), text)?;
        }
        let counted = if design.code_coverage {
            design.sources.len()
        } else {
            0
        };
        (0..counted).try_for_each(|number| {
            fs::create_dir_all(goal.path.join(NOTES).join(number.to_string()))
        })
    }

    fn compile(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
    ) -> Vec<Command> {
        let mut commands = Vec::new();
        let counted = counted(found, design);
        for (number, source) in design.sources.iter().enumerate() {
            let own = design.work(Simulator::Ghdl);
            let library = source.library.as_deref().unwrap_or(&own);
            let mut analyse = command(found, "-a", design, build.path, library, counted);
            if counted == Some(Counted::ByGcc) {
                // GCC's notes lie where it runs, and files of one name are not to be one.
                let folder = build.path.join(NOTES).join(number.to_string());
                let mut there = Command::new("env");
                there.arg(joined("--chdir=", &folder));
                there.arg(analyse.get_program()).args(analyse.get_args());
                there.args(["-Wc,-fprofile-arcs", "-Wc,-ftest-coverage"]);
                analyse = there;
            }
            analyse.arg(&source.path);
            commands.push(analyse);
        }
        let library = design.library_of_top(Simulator::Ghdl);
        let mut elaborate = command(found, "-e", design, build.path, &library, counted);
        if counted == Some(Counted::ByGcc) {
            elaborate.args(["-Wl,--coverage", "-Wl,-Wl,--undefined=__gcov_dump"]);
            let exported = build.path.join(EXPORTED);
            elaborate.arg(joined("-Wl,-Wl,--version-script=", &exported));
        }
        elaborate
            .arg("-o")
            .arg(executable(build.path))
            .args(top(design));
        commands.push(elaborate);
        if !design.parameters.is_empty() {
            // Only a run looks at the generics. It would leave counts, all of them 0, where it runs.
            let mut check = run(found, design, build.path, None);
            check.args(generics(design)).arg("--no-run");
            commands.push(check);
        }
        commands
    }

    fn without_code_coverage(&self, found: &Installation) -> Option<&'static str> {
        let why = "GHDL 5 counts it with its mcode back end, and any with its gcc back end";
        who_counts(found).is_none().then_some(why)
    }

    fn prepare_code_coverage(&self, compiled: &Path, work: &Path) -> io::Result<()> {
        let notes = compiled.join(NOTES);
        if notes.is_dir() {
            std::os::unix::fs::symlink(notes, work.join(NOTES))?;
        }
        Ok(())
    }

    fn collect_code_coverage(
        &self,
        found: &Installation,
        work: &Path,
        file: &Path,
    ) -> io::Result<()> {
        if who_counts(found) == Some(Counted::ByGcc) {
            return whole_file::write(file, counted_by_gcc(work)?.as_bytes());
        }
        // Its name has the time in it.
        let is_own = |name: &str| {
            name.starts_with("coverage-") && Path::new(name).extension() == Some("json".as_ref())
        };
        let entries = fs::read_dir(work)?.collect::<io::Result<Vec<_>>>()?;
        let own = entries
            .iter()
            .find(|it| is_own(&it.file_name().to_string_lossy()));
        let own = own.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        whole_file::write(file, &fs::read(own.path())?)
    }

    fn run(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        arguments: RunArguments<'_>,
    ) -> Command {
        let counted = counted(found, design);
        let mut command = run(found, design, arguments.compiled, counted);
        if counted == Some(Counted::ByGcc) {
            // Below the folder in which it runs, instead of where it was compiled.
            command
                .env("GCOV_PREFIX", COUNTS)
                .env_remove("GCOV_PREFIX_STRIP");
        }
        command.args(generics(design));
        command.arg(joined("--vpi=", arguments.plugin));
        if let Some((format, path)) = arguments.waves {
            let option = match format {
                Waves::Vcd => "--vcd=",
                Waves::Fst => "--fst=",
                Waves::Ghw => "--wave=",
            };
            command.arg(joined(option, path));
        }
        command.args(design.run_arguments(Simulator::Ghdl));
        command.args(plusargs(design));
        command
    }
}

/// What counts the executed code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    /// GHDL itself, with its mcode back end.
    ByGhdl,
    /// The code that GCC makes.
    ByGcc,
}

/// The folder of GCC's notes in the folder of the compiled design, with a folder for each source.
const NOTES: &str = "gcov";
/// The symbols that the plugin must find in the program, because it ends the process before GCC's own code would
/// write counts. GHDL's own list of exports, which the linker adds to this one, has all others.
const EXPORTED: &str = "exported.ver";
const EXPORTS: &str = "GCOV { global: __gcov_dump; };\n";
/// The folder of a run's counts, in the folder of the run.
const COUNTS: &str = "gcov-counts";

fn who_counts(found: &Installation) -> Option<Counted> {
    let version = &found.version;
    if version.contains("mcode") {
        (major(version) >= Some(5)).then_some(Counted::ByGhdl)
    } else {
        version.contains("GCC").then_some(Counted::ByGcc)
    }
}

/// The same, if anything is to be counted.
fn counted(found: &Installation, design: &ResolvedDesign) -> Option<Counted> {
    who_counts(found).filter(|_| design.code_coverage)
}

/// The counts of a run by GCC's code, in the format of GHDL's own counts.
fn counted_by_gcc(work: &Path) -> io::Result<String> {
    let with_extension = |folder: &Path, extension: &str| -> io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
        let entries = entries.collect::<io::Result<Vec<_>>>()?;
        let is_one = |path: &PathBuf| path.extension() == Some(extension.as_ref());
        Ok(entries.into_iter().filter(is_one).collect())
    };
    let mut lines = gcov::Lines::new();
    let mut is_there = false;
    for folder in fs::read_dir(work.join(NOTES))? {
        for notes in with_extension(&folder?.path(), "gcno")? {
            let damaged = |why: String| io::Error::other(format!("`{}`: {why}", notes.display()));
            let read = gcov::Notes::parse(&fs::read(&notes)?).map_err(damaged)?;
            let below = read.folder.strip_prefix("/").unwrap_or(&read.folder);
            let counts = work.join(COUNTS).join(below);
            let counts = counts.join(notes.with_extension("gcda").file_name().unwrap_or_default());
            // No unit of a source need be part of the design.
            if counts.is_file() {
                is_there = true;
                let counted = read.add_counted(&fs::read(&counts)?, &mut lines);
                counted.map_err(damaged)?;
            }
        }
    }
    if !is_there {
        return Err(io::Error::other("the simulation did not get to its end"));
    }
    let outputs = lines.into_iter().map(|(file, result)| {
        serde_json::json!({ "file": file, "dir": ".", "mode": "stmt", "result": result })
    });
    let outputs: Vec<_> = outputs.collect();
    let written = serde_json::json!({ "app": "GHDL, counted by GCC", "outputs": outputs });
    Ok(written.to_string())
}

/// A command of GHDL's up to the unit that it is about: each of them takes the options of analysis,
/// by which it finds libraries and judges what it reads.
fn command(
    found: &Installation,
    what: &str,
    design: &ResolvedDesign,
    folder: &Path,
    library: &str,
    counted: Option<Counted>,
) -> Command {
    let mut command = Command::new(&found.programs[0]);
    let standard = match design.vhdl_standard {
        VhdlStandard::V1993 => "93c",
        VhdlStandard::V2008 => "08",
        VhdlStandard::V2019 => "19",
    };
    command.arg(what).arg(format!("--std={standard}"));
    if counted == Some(Counted::ByGhdl) {
        command.arg("--coverage");
    }
    command
        .arg(joined("--workdir=", folder))
        .arg(joined("-P", folder));
    for argument in design.compile_arguments(Simulator::Ghdl) {
        if work_of(argument).is_none() {
            command.arg(from_anywhere(argument, &design.folder));
        }
    }
    command.arg(format!("--work={library}"));
    command
}

/// An option with its folder as all commands find it: a run has a working folder of its own.
fn from_anywhere(argument: &str, folder: &Path) -> OsString {
    let options = ["-P", "--workdir=", "--PREFIX="];
    let found = options
        .into_iter()
        .find_map(|option| Some((option, argument.strip_prefix(option)?)));
    match found {
        Some((option, place)) => joined(option, &folder.join(place)),
        None => argument.into(),
    }
}

/// The first number in what it says of itself: `GHDL 5.0.1 (…)`.
fn major(version: &str) -> Option<u32> {
    version
        .split_whitespace()
        .nth(1)?
        .split('.')
        .next()?
        .parse()
        .ok()
}

/// The unit at the top, as words of a command.
fn top(design: &ResolvedDesign) -> impl Iterator<Item = &str> {
    let top = &design.top;
    std::iter::once(top.name.as_str()).chain(top.architecture.as_deref())
}

/// Runs the design, up to the options of the run.
fn run(
    found: &Installation,
    design: &ResolvedDesign,
    folder: &Path,
    counted: Option<Counted>,
) -> Command {
    if found.version.contains("mcode") {
        let library = design.library_of_top(Simulator::Ghdl);
        let mut run = command(found, "-r", design, folder, &library, counted);
        run.args(top(design));
        return run;
    }
    Command::new(executable(folder))
}

fn executable(folder: &Path) -> PathBuf {
    folder.join("design")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_in_options_are_found_from_anywhere() {
        let from = |argument| from_anywhere(argument, Path::new("/crate"));
        assert_eq!(from("-Plibs"), "-P/crate/libs");
        assert_eq!(from("-P/libs"), "-P/libs");
        assert_eq!(from("-fsynopsys"), "-fsynopsys");
    }

    #[test]
    fn the_back_end_is_part_of_the_version() {
        let printed = "GHDL 4.1.0 (v4.1.0) [Dunoon edition]\n Compiled with GNAT Version: 13\n \
                       llvm 15.0.7 code generator\nWritten by Tristan Gingold.\n";
        assert_eq!(
            Ghdl.version(printed),
            "GHDL 4.1.0 (v4.1.0) [Dunoon edition], llvm 15.0.7 code generator"
        );
        assert_eq!(Ghdl.version("GHDL 9\n"), "GHDL 9");
    }
}
