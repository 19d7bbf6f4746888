//! GHDL: analyses and elaborates into a library folder, and runs from there. With its mcode
//! back end it elaborates anew at each run; with the others, an executable is left in the folder.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{
    Backend, BuildFolder, Installation, RunArguments, Waves, generics, joined, plusargs,
    write_whole,
};
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

    fn compile(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
    ) -> Vec<Command> {
        let mut commands = Vec::new();
        let counted = counts(found, design);
        for source in &design.sources {
            let own = design.work(Simulator::Ghdl);
            let library = source.library.as_deref().unwrap_or(&own);
            let mut analyse = command(found, "-a", design, build.path, library, counted);
            analyse.arg(&source.path);
            commands.push(analyse);
        }
        let library = design.library_of_top(Simulator::Ghdl);
        let mut elaborate = command(found, "-e", design, build.path, &library, counted);
        elaborate
            .arg("-o")
            .arg(executable(build.path))
            .args(top(design));
        commands.push(elaborate);
        if !design.parameters.is_empty() {
            // Only a run looks at the generics. It would leave counts, all of them 0, where it runs.
            let mut check = run(found, design, build.path, false);
            check.args(generics(design)).arg("--no-run");
            commands.push(check);
        }
        commands
    }

    fn without_code_coverage(&self, found: &Installation) -> Option<&'static str> {
        let counts = found.version.contains("mcode") && major(&found.version) >= Some(5);
        (!counts).then_some("GHDL 5 counts it, with its mcode back end")
    }

    fn collect_code_coverage(&self, _: &Installation, work: &Path, file: &Path) -> io::Result<()> {
        // Its name has the time in it.
        let is_own = |name: &str| {
            name.starts_with("coverage-") && Path::new(name).extension() == Some("json".as_ref())
        };
        let entries = fs::read_dir(work)?.collect::<io::Result<Vec<_>>>()?;
        let own = entries
            .iter()
            .find(|it| is_own(&it.file_name().to_string_lossy()));
        let own = own.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        write_whole(file, &fs::read(own.path())?)
    }

    fn run(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        arguments: RunArguments<'_>,
    ) -> Command {
        let mut command = run(found, design, arguments.compiled, counts(found, design));
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

/// Whether code that runs is counted.
fn counts(found: &Installation, design: &ResolvedDesign) -> bool {
    design.code_coverage && Ghdl.without_code_coverage(found).is_none()
}

/// A command of GHDL's up to the unit that it is about: each of them takes the options of analysis,
/// by which it finds libraries and judges what it reads.
fn command(
    found: &Installation,
    what: &str,
    design: &ResolvedDesign,
    folder: &Path,
    library: &str,
    counted: bool,
) -> Command {
    let mut command = Command::new(&found.programs[0]);
    let standard = match design.vhdl_standard {
        VhdlStandard::V1993 => "93c",
        VhdlStandard::V2008 => "08",
        VhdlStandard::V2019 => "19",
    };
    command.arg(what).arg(format!("--std={standard}"));
    if counted {
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
fn run(found: &Installation, design: &ResolvedDesign, folder: &Path, counted: bool) -> Command {
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
