//! The common part of the back ends, and a file for each simulator.

mod declarations;
mod ghdl;
mod icarus;
mod nvc;
#[cfg(test)]
mod tests;
mod verilator;

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use verifork_protocol::shell::quote;

use crate::design::ParameterValue;
use crate::inputs::Inputs;
use crate::known::Simulator;
use crate::refused::CompileError;
use crate::resolved::ResolvedDesign;

/// A format of wave files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waves {
    Vcd,
    Fst,
    Ghw,
}

impl Waves {
    pub(crate) const ALL: [Waves; 3] = [Waves::Vcd, Waves::Fst, Waves::Ghw];

    /// The name of the format, which is also the extension of its files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Waves::Vcd => "vcd",
            Waves::Fst => "fst",
            Waves::Ghw => "ghw",
        }
    }
}

/// A simulator on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Installation {
    /// The programs, in the order of [`Backend::programs`].
    pub(crate) programs: Vec<PathBuf>,
    /// The simulator's version, as it prints it.
    pub(crate) version: String,
}

/// Why a simulator cannot be used: what is missing, and how to install it.
///
/// ```
/// use verifork_runner::{Unusable, known_simulators};
///
/// for known in known_simulators() {
///     if let Err(Unusable::NotAtItsPlace { place, .. }) = known.found {
///         println!("nothing at {}", place.display());
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// One of its programs is not where its variable says.
    #[error(
        "{} is not where {} says: there is no program `{program}` at `{}`",
        simulator.product(), simulator.place().name(), place.display()
    )]
    #[non_exhaustive]
    NotAtItsPlace {
        /// Which simulator.
        simulator: Simulator,
        /// The program that is missing.
        program: &'static str,
        /// The expected path.
        place: PathBuf,
    },
    /// One of its programs is not on `PATH`.
    #[error(
        "{} is not installed: there is no `{program}` on PATH; {}, or say where it is with {}=/path/to/it",
        simulator.product(), simulator.backend().install(), simulator.place().name()
    )]
    #[non_exhaustive]
    NotInstalled {
        /// Which simulator.
        simulator: Simulator,
        /// The program that is missing.
        program: &'static str,
    },
    /// Something that it compiles with is not on `PATH`.
    #[error(
        "{} compiles nothing without `{tool}`, which is not on PATH; {}",
        simulator.product(), simulator.backend().install()
    )]
    #[non_exhaustive]
    NoTool {
        /// Which simulator.
        simulator: Simulator,
        /// The program that is missing.
        tool: &'static str,
    },
    /// The command that asks for its version does not start.
    #[error("{command} does not start: {reason}")]
    #[non_exhaustive]
    DoesNotStart {
        /// The command, as for a shell.
        command: String,
        /// The system's words.
        reason: String,
    },
    /// That command prints nothing.
    #[error("{command} does not print its version ({status})")]
    #[non_exhaustive]
    NoVersion {
        /// The command, as for a shell.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
}

/// The folder of a compiled design, and the format in which it can write waves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BuildFolder<'a> {
    /// An empty folder for everything that the compiler writes.
    pub(crate) path: &'a Path,
    /// Where what designs share is kept.
    pub(crate) shared: &'a Path,
    pub(crate) waves: Option<Waves>,
}

/// How a compiled design is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunArguments<'a> {
    /// The path of the [`BuildFolder`].
    pub(crate) compiled: &'a Path,
    pub(crate) plugin: &'a Path,
    pub(crate) waves: Option<(Waves, &'a Path)>,
}

/// The folders of `PATH`, in their order.
pub(crate) fn path_folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH");
    path.iter().flat_map(env::split_paths).collect()
}

/// Whether a program of this name is on the path.
fn is_on_path(name: &str) -> bool {
    path_folders()
        .iter()
        .any(|folder| is_program(&folder.join(name)))
}

/// One simulator's way of compiling and running.
pub(crate) trait Backend: Sync {
    /// Which simulator it is of.
    fn simulator(&self) -> Simulator;
    /// How to install it.
    fn install(&self) -> &'static str;
    /// What it supports, in a few words.
    fn works(&self) -> &'static str;
    /// The required programs, the main one first.
    fn programs(&self) -> &'static [&'static str];
    /// Other programs that must be on the path.
    fn tools(&self) -> &'static [&'static str] {
        &[]
    }
    /// The formats of wave files it writes, the preferred one first.
    fn waves(&self) -> &'static [Waves];
    /// Asks the simulator for its version.
    fn ask_version(&self, programs: &[PathBuf]) -> Command;
    /// The version, in what that prints.
    fn version(&self, printed: &str) -> String {
        printed.lines().next().unwrap_or_default().trim().to_owned()
    }

    /// Files of our own that go into the compilation: another text makes another compilation.
    fn files(&self, _design: &ResolvedDesign) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// Writes the files that the commands need beside the sources.
    fn prepare(&self, _design: &ResolvedDesign, _goal: BuildFolder<'_>) -> std::io::Result<()> {
        Ok(())
    }
    /// How the names of the folders begin in which compilations keep what they share, and a file in them that is as
    /// old as their last use.
    fn shared_parts(&self) -> Option<(&'static str, &'static str)> {
        None
    }
    /// The commands that compile, run in turn until one fails, in the folder of the crate.
    fn compile(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
    ) -> Vec<Command>;
    /// Brings the files that compilations share into the folder, after the commands of [`compile`](Self::compile). What no
    /// earlier compilation has stored, `run` makes, and returns what that was made of. Without them the commands of
    /// [`finish`](Self::finish) only take longer. Their inputs are returned, and are inputs of the design too.
    ///
    /// # Errors
    ///
    /// Those of `run`.
    fn share(
        &self,
        _: &Installation,
        _: &ResolvedDesign,
        _: BuildFolder<'_>,
        _run: &mut dyn FnMut(Command) -> Result<Inputs, CompileError>,
    ) -> Result<Option<Inputs>, CompileError> {
        Ok(None)
    }
    /// The commands that make the design of what those of [`compile`](Self::compile) have generated.
    ///
    /// # Errors
    ///
    /// What is generated does not exist or is malformed.
    fn finish(&self, _: &ResolvedDesign, _: BuildFolder<'_>) -> std::io::Result<Vec<Command>> {
        Ok(Vec::new())
    }
    /// Removes what only compiling needed.
    fn clean(&self, _: BuildFolder<'_>) {}
    /// The paths that the plugin must see, if the compiler shows only requested ones. They are not part of
    /// [`files`](Self::files), because a design that shows more is as good.
    fn wanted(&self, _design: &ResolvedDesign) -> BTreeSet<String> {
        BTreeSet::new()
    }
    /// What a compiled design shows without being asked.
    fn shown(&self, _design: &ResolvedDesign, _folder: &Path) -> BTreeSet<String> {
        BTreeSet::new()
    }
    /// The command that looks at the design before it is compiled. What it prints the compiler prints
    /// again.
    fn survey(&self, _: &Installation, _: &ResolvedDesign, _: BuildFolder<'_>) -> Option<Command> {
        None
    }
    /// Makes of that what the compiler and the plugin read.
    ///
    /// # Errors
    ///
    /// The file of the command does not exist or is malformed.
    fn surveyed(&self, _design: &ResolvedDesign, _goal: BuildFolder<'_>) -> std::io::Result<()> {
        Ok(())
    }
    /// The command that writes the facts on declarations which the running simulator does not provide. It runs after
    /// the commands of [`compile`](Self::compile), which have already printed the same messages.
    fn inspect(&self, _: &Installation, _: &ResolvedDesign, _: BuildFolder<'_>) -> Option<Command> {
        None
    }
    /// Makes of that what the plugin reads, however the command has ended.
    ///
    /// # Errors
    ///
    /// The plugin cannot do without, and what the command wrote is not there or not what was expected.
    fn inspected(&self, _design: &ResolvedDesign, _goal: BuildFolder<'_>) -> std::io::Result<()> {
        Ok(())
    }
    /// The failure among the messages of a compilation that claims to have worked.
    fn failure_among(&self, _messages: &str) -> Option<String> {
        None
    }
    /// Whether a line that it printed while it compiled is of no use.
    fn is_noise(&self, _line: &str) -> bool {
        false
    }
    /// The errors in the files of a compiler that reported success.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    fn incomplete_output(&self, _folder: &Path) -> std::io::Result<Option<&'static str>> {
        Ok(None)
    }
    /// Why it has no code coverage, if so.
    fn without_code_coverage(&self, found: &Installation) -> Option<&'static str>;
    /// Puts the files that code coverage needs into the working folder.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn prepare_code_coverage(&self, _compiled: &Path, _work: &Path) -> std::io::Result<()> {
        Ok(())
    }
    /// Writes the code coverage in the working folder of a run into a file.
    ///
    /// # Errors
    ///
    /// There is nothing, or it cannot be read.
    fn collect_code_coverage(
        &self,
        _: &Installation,
        _work: &Path,
        _file: &Path,
    ) -> std::io::Result<()> {
        Ok(())
    }
    /// The command that runs the compiled design with the plugin.
    fn run(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        arguments: RunArguments<'_>,
    ) -> Command;
}

/// The search folders and macros of Verilog, as options that all its compilers accept.
fn folders_and_macros(command: &mut Command, design: &ResolvedDesign) {
    let folders = design.include_folders.iter();
    command.args(folders.map(|folder| joined("-I", folder)));
    let folders = design.library_folders.iter();
    command.args(folders.flat_map(|folder| ["-y".as_ref(), folder.as_os_str()]));
    for (name, value) in &design.defines {
        command.arg(match value {
            Some(value) => format!("-D{name}={value}"),
            None => format!("-D{name}"),
        });
    }
}

/// The plus-arguments of a run.
fn plusargs(design: &ResolvedDesign) -> impl Iterator<Item = String> {
    design
        .plusargs
        .iter()
        .map(|argument| format!("+{argument}"))
}

/// The value of a parameter as Verilog writes it.
fn literal(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Integer(value) => value.to_string(),
        ParameterValue::Real(value) => format!("{value:?}"),
        ParameterValue::Text(text) => format!("\"{text}\""),
        ParameterValue::Boolean(value) => u8::from(*value).to_string(),
        ParameterValue::Literal(text) => text.clone(),
    }
}

/// The options for the generics of a design in VHDL.
fn generics(design: &ResolvedDesign) -> impl Iterator<Item = String> {
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

impl Simulator {
    pub(crate) fn backend(self) -> &'static dyn Backend {
        match self {
            Simulator::Icarus => &icarus::Icarus,
            Simulator::Ghdl => &ghdl::Ghdl,
            Simulator::Nvc => &nvc::Nvc,
            Simulator::Verilator => &verilator::Verilator,
        }
    }
}

impl dyn Backend + '_ {
    /// As `VERIFORK_SIM` and the names of tests have it.
    pub(crate) fn key(&self) -> &'static str {
        self.simulator().key()
    }

    pub(crate) fn product(&self) -> &'static str {
        self.simulator().product()
    }

    /// The format of waves that it writes where this one is asked for.
    pub(crate) fn nearest_waves(&self, wanted: Waves) -> Waves {
        let own = self.waves();
        *own.iter().find(|it| **it == wanted).unwrap_or(&own[0])
    }

    /// The simulator's programs, at `place` if one is given, else on the path.
    ///
    /// # Errors
    ///
    /// The missing program.
    pub(crate) fn find(&self, place: Option<&Path>) -> Result<Vec<PathBuf>, Unusable> {
        let on_path = path_folders();
        // A name alone, such as `ghdl-llvm`, is that of a program on the path.
        let named = place.filter(|place| place.components().count() == 1 && !place.exists());
        let named = named.and_then(|name| {
            let mut paths = on_path.iter().map(|folder| folder.join(name));
            paths.find(|it| is_program(it))
        });
        let place = named.as_deref().or(place);
        let folders: Vec<PathBuf> = match place {
            Some(place) if place.is_dir() => vec![place.to_owned(), place.join("bin")],
            Some(place) => place.parent().map(Path::to_owned).into_iter().collect(),
            None => on_path,
        };
        let find = |(number, &name): (usize, &&'static str)| {
            if let (0, Some(place)) = (number, place)
                && !place.is_dir()
            {
                return is_program(place).then(|| place.to_owned()).ok_or(name);
            }
            let found = folders
                .iter()
                .map(|folder| folder.join(name))
                .find(|it| is_program(it));
            found.ok_or(name)
        };
        let found: Result<Vec<PathBuf>, &str> =
            self.programs().iter().enumerate().map(find).collect();
        let simulator = self.simulator();
        let found = found.map_err(|program| match place {
            Some(place) => Unusable::NotAtItsPlace {
                simulator,
                program,
                place: place.to_owned(),
            },
            None => Unusable::NotInstalled { simulator, program },
        })?;
        if let Some(tool) = self.tools().iter().find(|tool| !is_on_path(tool)) {
            return Err(Unusable::NoTool { simulator, tool });
        }
        Ok(found)
    }

    /// Asks the simulator at hand for its version.
    ///
    /// # Errors
    ///
    /// It does not start, or prints none.
    pub(crate) fn installation(&self, programs: Vec<PathBuf>) -> Result<Installation, Unusable> {
        let mut command = self.ask_version(&programs);
        let output = command
            .stdin(std::process::Stdio::null())
            .output()
            .map_err(|error| Unusable::DoesNotStart {
                command: show(&command),
                reason: error.to_string(),
            })?;
        // `vvp` prints it on standard error.
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let version = self.version(&text);
        if version.is_empty() {
            return Err(Unusable::NoVersion {
                command: show(&command),
                status: output.status,
            });
        }
        Ok(Installation { programs, version })
    }
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// The command as a shell would take it.
pub(crate) fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| quote(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// An argument of a prefix and a path that need not be UTF-8.
fn joined(prefix: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(prefix);
    argument.push(path);
    argument
}
