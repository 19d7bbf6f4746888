//! NVC: analyses and elaborates into a library folder, and runs from there.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{CommandLine, Goal, Installation, Start, Waves, joined};
use crate::design::{Language, ParameterValue, Simulator, VhdlStandard};
use crate::elaboration::Elaboration;

pub(super) struct Nvc;

/// The library that sources without one go to.
const WORK: &str = "work";

impl CommandLine for Nvc {
    fn key(&self) -> &'static str {
        "nvc"
    }

    fn product(&self) -> &'static str {
        "NVC"
    }

    fn install(&self) -> &'static str {
        "`brew install nvc` or https://github.com/nickg/nvc/releases"
    }

    fn languages(&self) -> &'static [Language] {
        // Its Verilog is not shown to plugins.
        &[Language::Vhdl]
    }

    fn works(&self) -> &'static str {
        "everything, on VHDL: it shows no Verilog to plugins"
    }

    fn variable(&self) -> &'static str {
        "VERIFORK_NVC"
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

    fn compile(&self, found: &Installation, design: &Elaboration, goal: Goal<'_>) -> Vec<Command> {
        let arguments = || design.compile_arguments(Simulator::Nvc);
        let mut commands = Vec::new();
        for source in &design.sources {
            let library = source.library.as_deref().unwrap_or(WORK);
            let mut analyse = command(found, design, goal.folder, library);
            analyse.args(arguments().filter(|it| Stage::of(it) == Stage::Any));
            analyse.arg("-a");
            analyse.args(arguments().filter(|it| Stage::of(it) == Stage::Analysis));
            analyse.arg(&source.path);
            commands.push(analyse);
        }
        let mut elaborate = command(found, design, goal.folder, WORK);
        elaborate.args(arguments().filter(|it| Stage::of(it) == Stage::Any));
        elaborate.arg("-e");
        elaborate.args(arguments().filter(|it| Stage::of(it) == Stage::Elaboration));
        elaborate.args(generics(design)).arg(&design.top);
        commands.push(elaborate);
        commands
    }

    fn misgivings(&self, messages: &str) -> Option<String> {
        // NVC only warns of it, and tests the design with the value it has.
        let (_, rest) = messages.split_once("generic value for ")?;
        let (name, _) = rest.split_once(" not used")?;
        Some(format!("the top has no such generic: `{name}`"))
    }

    fn run(&self, found: &Installation, design: &Elaboration, start: Start<'_>) -> Command {
        let arguments = || design.run_arguments(Simulator::Nvc);
        let mut command = command(found, design, start.folder, WORK);
        command.args(arguments().filter(|it| Stage::of(it) == Stage::Any));
        command.arg(joined("--load=", start.plugin)).arg("-r");
        if let Some((format, path)) = start.waves {
            command.arg(joined("--wave=", path));
            command.arg(format!("--format={}", format.name()));
            command.arg("--dump-arrays");
        }
        command.args(arguments().filter(|it| Stage::of(it) != Stage::Any));
        command.arg(&design.top);
        // It shows a plugin those that follow the top, and no others.
        command.args(
            design
                .plusargs
                .iter()
                .map(|argument| format!("+{argument}")),
        );
        command
    }
}

/// Where on NVC's command line an argument belongs: before the command, or after the one that it is
/// for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Any,
    Analysis,
    Elaboration,
}

impl Stage {
    fn of(argument: &str) -> Stage {
        let begins = |starts: &[&str]| starts.iter().any(|start| argument.starts_with(start));
        if begins(&[
            "-H",
            "-L",
            "-M",
            "--ieee-warnings",
            "--ignore-time",
            "--map",
            "--messages",
            "--seed",
            "--stderr",
            "--vhpi-",
        ]) {
            Stage::Any
        } else if begins(&[
            "-g",
            "-O",
            "-V",
            "--cover",
            "--jit",
            "--no-collapse",
            "--verbose",
        ]) {
            Stage::Elaboration
        } else {
            Stage::Analysis
        }
    }
}

fn command(found: &Installation, design: &Elaboration, folder: &Path, library: &str) -> Command {
    let mut command = Command::new(&found.programs[0]);
    let standard = match design.vhdl_standard {
        VhdlStandard::V1993 => "1993",
        VhdlStandard::V2008 => "2008",
        VhdlStandard::V2019 => "2019",
    };
    command.arg(format!("--std={standard}"));
    command.arg(joined(&format!("--work={library}:"), &folder.join(library)));
    command.arg("-L").arg(folder);
    command
}

fn generics(design: &Elaboration) -> impl Iterator<Item = String> {
    design.parameters.iter().map(|(name, value)| {
        let value = match value {
            ParameterValue::Integer(value) => value.to_string(),
            ParameterValue::Real(value) => format!("{value:?}"),
            ParameterValue::Boolean(value) => value.to_string(),
            ParameterValue::Text(text) | ParameterValue::Literal(text) => text.clone(),
        };
        format!("-g{name}={value}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_go_to_the_command_that_takes_them() {
        assert_eq!(Stage::of("--relaxed"), Stage::Analysis);
        assert_eq!(Stage::of("--psl"), Stage::Analysis);
        assert_eq!(Stage::of("--no-collapse"), Stage::Elaboration);
        assert_eq!(Stage::of("-O0"), Stage::Elaboration);
        assert_eq!(Stage::of("--ieee-warnings=off"), Stage::Any);
        assert_eq!(Stage::of("-H1g"), Stage::Any);
    }

    #[test]
    fn a_generic_that_is_not_used_fails_the_compilation() {
        let told = Nvc.misgivings("** Warning: generic value for WIDHT not used\n");
        assert!(told.is_some_and(|told| told.contains("`WIDHT`")));
        assert_eq!(Nvc.misgivings("** Warning: something else\n"), None);
    }
}
