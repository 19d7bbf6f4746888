//! Verilator: makes a C++ program of the design, which the C++ compiler builds together with a host
//! that loads the plugin.
//!
//! The program shows a plugin only what Verilator was told to publish: the paths that the tests bind, or everything
//! if the user wants that. A published signal cannot be optimized away.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use verifork_protocol::whole_file;

use super::{
    Backend, BuildFolder, Installation, RunArguments, Waves, declarations, folders_and_macros,
    literal, plusargs,
};
use crate::design::ParameterValue;
use crate::inputs::Inputs;
use crate::known::Simulator;
use crate::refused::CompileError;
use crate::resolved::ResolvedDesign;

mod c_sources;
mod ccache;
mod library;
mod make;
mod netlist;
mod ports;

use library::Library;
use make::Make;
use netlist::Names;

pub(super) struct Verilator;

const PROGRAM: &str = "design";
/// The folder for the generated C++ and its objects.
const OBJECTS: &str = "objects";
/// The program's `main`, and beside it what differs between designs.
const HOST: &str = "verifork_host.cpp";
const HOST_TEXT: &str = include_str!("verilator/host.cpp");
const GLUE: &str = "verifork_design.cpp";
const GLUE_TEXT: &str = include_str!("verilator/verifork_design.cpp");
const GLUE_HEADER: &str = "verifork_design.h";
const GLUE_HEADER_TEXT: &str = include_str!("verilator/verifork_design.h");
/// The makefile that `make` reads beside that of Verilator.
const RULES: &str = "verifork_common.mk";
const RULES_TEXT: &str = include_str!("verilator/common.mk");
const PUBLISHED: &str = "published.vlt";
/// The design as Verilator understands it.
const NETLIST: &str = "netlist.xml";
/// The same, as newer versions write it.
const TREE: &str = "netlist.json";
const TREE_NAMES: &str = "netlist-names.json";
/// Keeps what nothing in the design uses in the netlist. What is published stays in the design, but not every name is
/// known before the netlist is.
const KEEP_ALL: &str = "-fno-dfg";
/// Begins the names of all generated files; the host includes `Vdesign.h`.
const PREFIX: &str = "Vdesign";

impl Backend for Verilator {
    fn simulator(&self) -> Simulator {
        Simulator::Verilator
    }

    fn install(&self) -> &'static str {
        "`apt install verilator g++ make zlib1g-dev` or `brew install verilator`"
    }

    fn works(&self) -> &'static str {
        "two states; what tests bind is shown"
    }

    fn programs(&self) -> &'static [&'static str] {
        &["verilator"]
    }

    fn tools(&self) -> &'static [&'static str] {
        &["make", "g++"]
    }

    fn waves(&self) -> &'static [Waves] {
        &[Waves::Fst, Waves::Vcd]
    }

    fn ask_version(&self, programs: &[PathBuf]) -> Command {
        let mut command = Command::new(&programs[0]);
        command.arg("--version");
        command
    }

    fn files(&self, _: &ResolvedDesign) -> Vec<(&'static str, String)> {
        let files = [
            (HOST, HOST_TEXT),
            (GLUE, GLUE_TEXT),
            (GLUE_HEADER, GLUE_HEADER_TEXT),
            (RULES, RULES_TEXT),
        ];
        files.map(|(name, text)| (name, text.to_owned())).into()
    }

    fn wanted(&self, design: &ResolvedDesign) -> BTreeSet<String> {
        if design.public_all {
            return BTreeSet::new();
        }
        published(&design.top.name, &design.looked_up)
    }

    fn shown(&self, design: &ResolvedDesign, folder: &Path) -> BTreeSet<String> {
        let header = folder.join(OBJECTS).join(format!("{PREFIX}.h"));
        // Without it nothing would have been compiled.
        let text = fs::read_to_string(header).unwrap_or_default();
        let ports = ports::of_header(&text).filter(|name| pattern(name) == *name);
        ports
            .map(|name| line(&design.top.name, "-var", name))
            .collect()
    }

    fn prepare(&self, design: &ResolvedDesign, build: BuildFolder<'_>) -> io::Result<()> {
        for (name, text) in self.files(design) {
            fs::write(build.path.join(name), text)?;
        }
        publish(
            build,
            &self.wanted(design),
            Some(all_ports(&design.top.name)),
        )
    }

    fn compile(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
    ) -> Vec<Command> {
        let mut commands = c_sources::commands(found, design, build);
        let mut command = Command::new(&found.programs[0]);
        command.args(["--cc", "--exe", "--build", "-j", "0"]);
        if design.code_coverage {
            command.args(["--coverage-line", "--coverage-toggle", "--coverage-user"]);
        }
        arguments(&mut command, found, design, build);
        make::noted_by(&mut command, build.path);
        commands.push(command);
        commands
    }

    fn share(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
        run: &mut dyn FnMut(Command) -> Result<Inputs, CompileError>,
    ) -> Result<Option<Inputs>, CompileError> {
        // Without it, what is wrong is told by what comes next.
        let Ok(make) = Make::of(design, build) else {
            return Ok(None);
        };
        if make.is_of_hierarchy() {
            return Ok(None);
        }
        library::prepare(build);
        let commands = make.of_library(build);
        let library = commands.and_then(|it| Library::of(found, &it, build));
        let Some(library) = library else {
            return Ok(None);
        };
        library.bring(build, || run(make.library(build)))
    }

    fn finish(&self, design: &ResolvedDesign, build: BuildFolder<'_>) -> io::Result<Vec<Command>> {
        Ok(vec![Make::of(design, build)?.program(build)])
    }

    fn clean(&self, build: BuildFolder<'_>) {
        library::clean(build);
        make::forget(build);
    }

    /// Newer versions show much of this at run time, but not what drives a signal, where the members of a packed
    /// structure are, or that something is a queue.
    fn survey(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
    ) -> Option<Command> {
        if selects_ports(found) {
            let mut command = Command::new(&found.programs[0]);
            command.args(["--json-only", KEEP_ALL, "--exe", "--json-only-output"]);
            command.arg(build.path.join(TREE));
            command.arg("--json-only-meta-output");
            command.arg(build.path.join(TREE_NAMES));
            if has_option(design, "savable") {
                // Else it takes delays for wanted, as it does whenever nothing is compiled.
                command.arg("--no-timing");
            }
            arguments(&mut command, found, design, build);
            return Some(command);
        }
        // This version takes a selection of ports for a mistake.
        publish(build, &self.wanted(design), None).ok()?;
        let mut command = Command::new(&found.programs[0]);
        command.args(["--xml-only", KEEP_ALL, "--exe", "--xml-output"]);
        command.arg(build.path.join(NETLIST));
        arguments(&mut command, found, design, build);
        Some(command)
    }

    fn surveyed(&self, design: &ResolvedDesign, build: BuildFolder<'_>) -> io::Result<()> {
        let any_case = in_any_case(&design.looked_up);
        let [tree, names] = [TREE, TREE_NAMES].map(|it| build.path.join(it));
        if tree.is_file() {
            let json = fs::read_to_string(&tree)?;
            let letters = fs::read_to_string(&names)?;
            let survey = netlist::tree::survey(&json, &letters, design.public_all, &any_case)?;
            declarations::write(build.path, &survey.declarations)?;
            let ports = all_ports(&design.top.name);
            let more = found(&design.top.name, &survey.found).chain([ports]);
            publish(build, &self.wanted(design), more)?;
            fs::remove_file(names)?;
            return fs::remove_file(tree);
        }
        let netlist = build.path.join(NETLIST);
        let xml = fs::read_to_string(&netlist)?;
        let survey = netlist::survey(&xml, design.public_all, &any_case)?;
        declarations::write(build.path, &survey.declarations)?;
        let ports = survey.ports.iter();
        let ports = ports.map(|name| line(&design.top.name, "-var", name));
        let more = found(&design.top.name, &survey.found).chain(ports);
        publish(build, &self.wanted(design), more)?;
        fs::remove_file(netlist)
    }

    fn shared_parts(&self) -> Option<(&'static str, &'static str)> {
        Some((library::PREFIX, library::INPUTS))
    }

    fn is_noise(&self, line: &str) -> bool {
        line.starts_with("Archive ar ")
    }

    fn without_code_coverage(&self, _: &Installation) -> Option<&'static str> {
        None
    }

    fn collect_code_coverage(&self, _: &Installation, work: &Path, file: &Path) -> io::Result<()> {
        let mut text = fs::read_to_string(work.join("coverage.dat"))?;
        // It has no end by which a file that was cut short would be known.
        text.push_str("# complete\n");
        whole_file::write(file, text.as_bytes())
    }

    fn run(
        &self,
        _: &Installation,
        design: &ResolvedDesign,
        arguments: RunArguments<'_>,
    ) -> Command {
        let mut command = Command::new(arguments.compiled.join(PROGRAM));
        command.arg("-m").arg(arguments.plugin);
        declarations::give(&mut command, arguments.compiled);
        if let Some((_, path)) = arguments.waves {
            command.arg("-waves").arg(path);
        }
        // For the plugin's advice.
        let published = if design.public_all { "all" } else { "bound" };
        command.arg(format!("+verifork_published={published}"));
        command.args(design.run_arguments(Simulator::Verilator));
        command.args(plusargs(design));
        command
    }
}

/// Whether the user has given an option, which may have one dash or two.
fn has_option(design: &ResolvedDesign, name: &str) -> bool {
    let mut own = design.compile_arguments(Simulator::Verilator);
    own.any(|it| it.starts_with('-') && it.trim_start_matches('-') == name)
}

/// The arguments of every command that reads the design.
fn arguments(
    command: &mut Command,
    found: &Installation,
    design: &ResolvedDesign,
    build: BuildFolder<'_>,
) {
    command.arg("--vpi");
    // Newer versions take not both.
    if !has_option(design, "savable") {
        command.arg("--timing");
    }
    // As everywhere else: without it, assertions are left out.
    command.arg("--assert");
    // Warnings are shown; whether they are errors is for the user to say.
    command.arg("-Wno-fatal");
    command
        .args(["--prefix", PREFIX, "--top-module"])
        .arg(design.top.to_string());
    command.arg("--Mdir").arg(build.path.join(OBJECTS));
    command.args(["-o", &format!("../{PROGRAM}")]);
    command.args([
        "-CFLAGS",
        "-std=c++20 -DVL_USER_FINISH -DVL_USER_STOP -DVL_USER_FATAL -DVERIFORK_DESIGN_APART",
    ]);
    // The plugin looks for VPI's functions in the program.
    command.args(["-LDFLAGS", "-rdynamic -ldl"]);
    // Else names that are longer than some compilers take are not those of the design.
    command.args(["--comp-limit-syms", "0"]);
    if prints_statistics(&found.version) {
        command.arg("--quiet-stats");
    }
    match build.waves {
        Some(Waves::Fst) => _ = command.arg("--trace-fst"),
        Some(_) => _ = command.arg("--trace"),
        None => {}
    }
    if build.waves.is_some() {
        command.arg("--trace-structs");
    }
    if design.public_all {
        command.arg("--public-flat-rw");
    }
    command.args(["--timescale", &design.timescale]);
    folders_and_macros(command, design);
    for (name, value) in &design.parameters {
        command.arg(format!("-G{name}={}", parameter(value)));
    }
    command.args(design.compile_arguments(Simulator::Verilator));
    command.arg(build.path.join(PUBLISHED));
    c_sources::arguments(command, design, build);
    command.args([HOST, GLUE].map(|it| build.path.join(it)));
}

/// Whether this version prints statistics of each compilation, and has an option not to.
fn prints_statistics(text: &str) -> bool {
    version(text) >= Some((5, 30))
}

/// The numbers in what it says of itself: `Verilator 5.006 2023-01-22 rev …`.
fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_whitespace().nth(1)?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn parameter(value: &ParameterValue) -> String {
    match value {
        // Without a size it would be one of 32 bits.
        ParameterValue::Integer(value) if i32::try_from(*value).is_err() => {
            let sign = if *value < 0 { "-" } else { "" };
            let width = if i64::try_from(*value).is_ok() {
                64
            } else {
                128
            };
            format!("{sign}{width}'sd{}", value.unsigned_abs())
        }
        value => literal(value),
    }
}

/// The lines that make Verilator show these paths below the top.
fn published(top: &str, paths: &BTreeSet<String>) -> BTreeSet<String> {
    let of = |path: &String| {
        let (scope, name) = last_name(path);
        // Which module an instance is of is not known before the design is elaborated.
        let module = if scope.is_empty() { top } else { "*" };
        line(module, "-var", name)
    };
    paths.iter().map(of).collect()
}

/// The names that are declared in upper and in lower case: any case fits. In lower case here.
fn in_any_case(paths: &BTreeSet<String>) -> Names {
    let split = |path| {
        let (scope, name) = last_name(path);
        (scope.is_empty(), name)
    };
    let declared: BTreeSet<(bool, &str)> = paths.iter().map(|path| split(path)).collect();
    let of = |is_top: bool| {
        let names = declared.iter().filter(|(of_top, name)| {
            let upper = name.to_ascii_uppercase();
            *of_top == is_top && upper != *name && declared.contains(&(is_top, &*upper))
        });
        names.map(|(_, name)| name.to_ascii_lowercase()).collect()
    };
    Names {
        of_top: of(true),
        elsewhere: of(false),
    }
}

/// The lines for names as the design spells them.
fn found(top: &str, names: &Names) -> impl Iterator<Item = String> {
    let of = |module, names: &BTreeSet<String>| -> Vec<String> {
        names
            .iter()
            .map(|name| line(module, "-var", name))
            .collect()
    };
    let of_top = of(top, &names.of_top);
    of_top.into_iter().chain(of("*", &names.elsewhere))
}

fn line(module: &str, kind: &str, name: &str) -> String {
    let pattern = pattern(name);
    format!("public_flat_rw -module \"{module}\" {kind} \"{pattern}\"")
}

/// The line that shows all ports of the top, to versions that take it.
fn all_ports(top: &str) -> String {
    line(top, "-port", "*")
}

fn selects_ports(found: &Installation) -> bool {
    version(&found.version) >= Some((5, 44))
}

/// Writes the file with the paths that Verilator shows.
fn publish(
    build: BuildFolder<'_>,
    wanted: &BTreeSet<String>,
    ports: impl IntoIterator<Item = String>,
) -> io::Result<()> {
    let mut lines = wanted.clone();
    lines.extend(ports);
    let mut text = String::from("`verilator_config\n");
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    fs::write(build.path.join(PUBLISHED), text)
}

/// The scope of a path, and the name at its end without an index.
fn last_name(path: &str) -> (&str, &str) {
    let (mut start, mut escaped, mut begins) = (0, false, true);
    for (at, letter) in path.char_indices() {
        match letter {
            '\\' if begins => escaped = true,
            ' ' if escaped => escaped = false,
            '.' if !escaped => {
                start = at + 1;
                begins = true;
                continue;
            }
            _ => {}
        }
        begins = false;
    }
    let (scope, name) = path.split_at(start);
    let name = match name.strip_prefix('\\') {
        Some(name) => name.trim_end(),
        None => name.split_once('[').map_or(name, |(name, _)| name),
    };
    (scope.trim_end_matches('.'), name.trim_end())
}

/// The name as Verilator's wildcards find it, whatever it makes of letters that C++ does not take.
fn pattern(name: &str) -> String {
    let mut pattern = String::new();
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let two = letter == '_' && letters.peek() == Some(&'_');
        if letter.is_ascii_alphanumeric() || letter == '_' && !two {
            pattern.push(letter);
        } else if !pattern.ends_with('*') {
            pattern.push('*');
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bound_is_published_and_nothing_else() {
        let paths = [
            "clk",
            "core.next_count",
            "mem[3]",
            "\\odd+name ",
            "gen[0].\\a.b ",
        ];
        let lines = published("counter", &paths.map(str::to_owned).into());
        let expected = [
            "public_flat_rw -module \"*\" -var \"a*b\"",
            "public_flat_rw -module \"*\" -var \"next_count\"",
            "public_flat_rw -module \"counter\" -var \"clk\"",
            "public_flat_rw -module \"counter\" -var \"mem\"",
            "public_flat_rw -module \"counter\" -var \"odd*name\"",
        ];
        assert_eq!(lines, expected.map(str::to_owned).into());
    }

    #[test]
    fn a_name_in_upper_and_in_lower_case_stands_for_any_case() {
        let paths = [
            "clk",
            "CLK",
            "Rst",
            "CORE.S_VALID",
            "core.s_valid",
            "core.STATE",
            "state",
        ];
        let names = in_any_case(&paths.map(str::to_owned).into());
        assert_eq!(names.of_top, ["clk".to_owned()].into());
        assert_eq!(names.elsewhere, ["s_valid".to_owned()].into());
        let found = Names {
            of_top: ["Clk".to_owned()].into(),
            elsewhere: ["s_Valid".to_owned()].into(),
        };
        let lines: Vec<String> = super::found("top", &found).collect();
        let expected = [
            "public_flat_rw -module \"top\" -var \"Clk\"",
            "public_flat_rw -module \"*\" -var \"s_Valid\"",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn integers_beyond_32_bits_have_a_size() {
        assert_eq!(parameter(&7.into()), "7");
        assert_eq!(parameter(&(-1_i64 << 40).into()), "-64'sd1099511627776");
        assert_eq!(parameter(&u64::MAX.into()), "128'sd18446744073709551615");
    }

    #[test]
    fn an_option_is_given_to_versions_that_have_it() {
        assert!(!prints_statistics(
            "Verilator 5.006 2023-01-22 rev (Debian 5.006-3)"
        ));
        assert!(prints_statistics(
            "Verilator 5.032 2025-01-01 rev (Debian 5.032-1)"
        ));
    }
}
