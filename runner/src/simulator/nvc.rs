//! NVC: analyses and elaborates into a library folder, and runs from there.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use verifork_protocol::whole_file;

use super::{
    Backend, BuildFolder, Installation, RunArguments, Waves, declarations, generics, joined,
    plusargs,
};
use crate::design::VhdlStandard;
use crate::known::Simulator;
use crate::resolved::{ResolvedDesign, work_of};

mod drivers;

pub(super) struct Nvc;

/// The elaborated design as text, which shows drivers.
const DUMP: &str = "elaborated.vhd";
/// The code coverage, in the working folder.
const DATABASE: &str = "code.ncdb";

impl Backend for Nvc {
    fn simulator(&self) -> Simulator {
        Simulator::Nvc
    }

    fn install(&self) -> &'static str {
        "`brew install nvc` or https://github.com/nickg/nvc/releases"
    }

    fn works(&self) -> &'static str {
        "everything, on VHDL: it shows no Verilog to plugins"
    }

    fn programs(&self) -> &'static [&'static str] {
        &["nvc"]
    }

    fn waves(&self) -> &'static [Waves] {
        &[Waves::Fst, Waves::Vcd]
    }

    fn ask_version(&self, programs: &[PathBuf]) -> Command {
        let mut command = Command::new(&programs[0]);
        command.arg("--version");
        command
    }

    fn compile(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
    ) -> Vec<Command> {
        let arguments = arguments(design.compile_arguments(Simulator::Nvc));
        let of = |of| words(&arguments, of);
        let mut commands = Vec::new();
        for source in &design.sources {
            let own = design.work(Simulator::Nvc);
            let library = source.library.as_deref().unwrap_or(&own);
            let mut analyse = command(found, design, build.path, library);
            analyse.arg("-a").args(of(OptionOf::Analysis));
            analyse.arg(&source.path);
            commands.push(analyse);
        }
        let library = design.library_of_top(Simulator::Nvc);
        let mut elaborate = command(found, design, build.path, &library);
        if design.code_coverage {
            // The compiled design has its path as it is given here, relative to the current folder: that of the
            // compilation, then that of the run.
            let mut there = Command::new("env");
            there
                .arg(joined("--chdir=", build.path))
                .arg(elaborate.get_program());
            there.args(elaborate.get_args());
            elaborate = there;
        }
        elaborate.arg("-e").args(of(OptionOf::Elaboration));
        if design.code_coverage {
            elaborate.arg("--cover=statement,branch,expression,toggle,fsm-state");
            elaborate.arg(format!("--cover-file={DATABASE}"));
        }
        elaborate.args(generics(design)).arg(top(design));
        commands.push(elaborate);
        commands
    }

    fn inspect(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
    ) -> Option<Command> {
        let library = design.library_of_top(Simulator::Nvc);
        let dump = command(found, design, build.path, &library);
        // It prints to its standard output alone.
        let mut inspect = Command::new("sh");
        inspect.args(["-c", "exec \"$@\" > \"$0\""]);
        inspect.arg(build.path.join(DUMP)).arg(dump.get_program());
        inspect.args(dump.get_args()).args(["--dump", "--elab"]);
        inspect.arg(top(design));
        Some(inspect)
    }

    /// The command is not documented: without it no signal inside is known to be driven.
    fn inspected(&self, _: &ResolvedDesign, build: BuildFolder<'_>) -> io::Result<()> {
        // It is in ISO 8859-1.
        declarations::take(build.path, DUMP, drivers::declarations)
    }

    fn failure_among(&self, messages: &str) -> Option<String> {
        // NVC only warns of it, and tests the design with the value it has.
        let (_, rest) = messages.split_once("generic value for ")?;
        let (name, _) = rest.split_once(" not used")?;
        Some(format!("the top has no such generic: `{name}`"))
    }

    fn without_code_coverage(&self, _: &Installation) -> Option<&'static str> {
        None
    }

    fn prepare_code_coverage(&self, compiled: &Path, work: &Path) -> io::Result<()> {
        fs::copy(compiled.join(DATABASE), work.join(DATABASE)).map(drop)
    }

    fn collect_code_coverage(
        &self,
        found: &Installation,
        work: &Path,
        file: &Path,
    ) -> io::Result<()> {
        let mut export = Command::new(&found.programs[0]);
        export
            .args(["--cover-export", "--format=xml"])
            .arg(DATABASE);
        let output = export.current_dir(work).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(io::Error::other(message));
        }
        whole_file::write(file, &output.stdout)
    }

    fn run(&self, found: &Installation, design: &ResolvedDesign, run: RunArguments<'_>) -> Command {
        let arguments = arguments(design.run_arguments(Simulator::Nvc));
        let library = design.library_of_top(Simulator::Nvc);
        let mut command = command(found, design, run.compiled, &library);
        command.args(words(&arguments, OptionOf::EveryCommand));
        command.arg(joined("--load=", run.plugin)).arg("-r");
        if let Some((format, path)) = run.waves {
            command.arg(joined("--wave=", path));
            command.arg(format!("--format={}", format.name()));
            command.arg("--dump-arrays");
        }
        for of in [OptionOf::Analysis, OptionOf::Elaboration] {
            command.args(words(&arguments, of));
        }
        command.arg(top(design));
        // It shows a plugin those that follow the top, and no others.
        command.args(plusargs(design));
        declarations::give(&mut command, run.compiled);
        command
    }
}

/// The unit at the top as NVC spells it.
fn top(design: &ResolvedDesign) -> String {
    match &design.top.architecture {
        Some(architecture) => format!("{}-{architecture}", design.top.name),
        None => design.top.name.clone(),
    }
}

/// The place of an argument on NVC's command line: before the command, or after the command that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OptionOf {
    EveryCommand,
    Analysis,
    Elaboration,
}

/// Options that are for every command.
const FOR_ANY: &[&str] = &[
    "-H",
    "-L",
    "-M",
    "--ieee-warnings",
    "--ignore-time",
    "--load",
    "--map",
    "--messages",
    "--seed",
    "--std",
    "--stderr",
    "--vhpi-",
];

const FOR_ELABORATION: &[&str] = &[
    "-g",
    "-j",
    "-O",
    "-V",
    "--cover",
    "--jit",
    "--no-collapse",
    "--stats",
    "--verbose",
];

/// Options whose value may be the next word.
const WITH_VALUE: &[&str] = &[
    "-D",
    "-H",
    "-I",
    "-L",
    "-M",
    "-f",
    "-g",
    "--define",
    "--files",
    "--ieee-warnings",
    "--keywords",
    "--load",
    "--map",
    "--messages",
    "--relative",
    "--seed",
    "--std",
    "--stderr",
];

impl OptionOf {
    fn of(argument: &str) -> OptionOf {
        let begins = |starts: &[&str]| starts.iter().any(|start| argument.starts_with(start));
        if begins(FOR_ANY) {
            OptionOf::EveryCommand
        } else if begins(FOR_ELABORATION) {
            OptionOf::Elaboration
        } else {
            OptionOf::Analysis
        }
    }
}

/// The user's arguments, each with its value, and where they belong. The work library is ours.
fn arguments<'a>(words: impl Iterator<Item = &'a str>) -> Vec<(OptionOf, Vec<&'a str>)> {
    let mut words = words.peekable();
    let mut arguments = Vec::new();
    while let Some(option) = words.next() {
        let mut argument = vec![option];
        if WITH_VALUE.contains(&option) {
            argument.extend(words.next());
        }
        if work_of(option).is_none() {
            arguments.push((OptionOf::of(option), argument));
        }
    }
    arguments
}

fn words<'a>(
    arguments: &[(OptionOf, Vec<&'a str>)],
    of: OptionOf,
) -> impl Iterator<Item = &'a str> {
    let wanted = arguments.iter().filter(move |(is_of, _)| *is_of == of);
    wanted.flat_map(|(_, words)| words.clone())
}

/// A command of NVC's up to what is to be done: libraries and standard are the same for all.
fn command(found: &Installation, design: &ResolvedDesign, folder: &Path, library: &str) -> Command {
    let mut command = Command::new(&found.programs[0]);
    let compile = arguments(design.compile_arguments(Simulator::Nvc));
    let user = words(&compile, OptionOf::EveryCommand);
    // A second one is not taken.
    if !words(&compile, OptionOf::EveryCommand).any(|word| word.starts_with("--std")) {
        let standard = match design.vhdl_standard {
            VhdlStandard::V1993 => "1993",
            VhdlStandard::V2008 => "2008",
            VhdlStandard::V2019 => "2019",
        };
        command.arg(format!("--std={standard}"));
    }
    command.arg(joined(&format!("--work={library}:"), &folder.join(library)));
    command.arg("-L").arg(folder);
    let mut is_folder = false;
    for word in user {
        command.arg(from_anywhere(word, is_folder, &design.folder));
        is_folder = word == "-L";
    }
    command
}

/// A word with its folder as all commands find it: a run has a working folder of its own.
fn from_anywhere(word: &str, is_folder: bool, folder: &Path) -> OsString {
    if is_folder {
        return folder.join(word).into();
    }
    if let Some(place) = word.strip_prefix("-L").filter(|place| !place.is_empty()) {
        return joined("-L", &folder.join(place));
    }
    match word
        .strip_prefix("--map=")
        .and_then(|it| it.split_once(':'))
    {
        Some((library, place)) => joined(&format!("--map={library}:"), &folder.join(place)),
        None => word.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_go_to_the_command_that_takes_them() {
        assert_eq!(OptionOf::of("--relaxed"), OptionOf::Analysis);
        assert_eq!(OptionOf::of("--psl"), OptionOf::Analysis);
        assert_eq!(OptionOf::of("--no-collapse"), OptionOf::Elaboration);
        assert_eq!(OptionOf::of("-O0"), OptionOf::Elaboration);
        assert_eq!(OptionOf::of("--ieee-warnings=off"), OptionOf::EveryCommand);
        assert_eq!(OptionOf::of("-H1g"), OptionOf::EveryCommand);
        assert_eq!(OptionOf::of("--std=1993"), OptionOf::EveryCommand);
    }

    #[test]
    fn an_option_keeps_its_value_and_folders_are_found_from_anywhere() {
        let given = ["-L", "libs", "--relaxed", "-g", "N=1", "--work=mine"];
        let arguments = arguments(given.into_iter());
        let of = |of| words(&arguments, of).collect::<Vec<_>>();
        assert_eq!(of(OptionOf::EveryCommand), ["-L", "libs"]);
        assert_eq!(of(OptionOf::Analysis), ["--relaxed"]);
        assert_eq!(of(OptionOf::Elaboration), ["-g", "N=1"]);
        let from = |word, is_folder| from_anywhere(word, is_folder, Path::new("/crate"));
        assert_eq!(from("libs", true), "/crate/libs");
        assert_eq!(from("-Llibs", false), "-L/crate/libs");
        assert_eq!(from("--map=a:libs/a", false), "--map=a:/crate/libs/a");
        assert_eq!(from("--std=2008", false), "--std=2008");
    }

    #[test]
    fn a_generic_that_is_not_used_fails_the_compilation() {
        let message = Nvc.failure_among("** Warning: generic value for WIDHT not used\n");
        assert!(message.is_some_and(|message| message.contains("`WIDHT`")));
        assert_eq!(Nvc.failure_among("** Warning: something else\n"), None);
    }
}
