//! Sources of C and C++, which the design calls through DPI (IEEE 1800-2017, 35). Those of C++ Verilator
//! compiles with what it generates; it would take one of C for C++ too.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use super::super::{BuildFolder, Installation, joined};
use crate::known::{Language, Simulator};
use crate::resolved::ResolvedDesign;

/// The objects of the sources of C, beside the sources.
fn objects<'a>(
    design: &'a ResolvedDesign,
    build: BuildFolder<'a>,
) -> impl Iterator<Item = (&'a PathBuf, PathBuf)> {
    let sources = design.sources.iter();
    let of_c = sources.filter(|source| source.language == Language::C);
    // Two may have one name, in several folders.
    of_c.enumerate().map(move |(number, source)| {
        let object = build.path.join(format!("source{number}.o"));
        (&source.path, object)
    })
}

/// The commands that compile sources of C.
pub(super) fn commands(
    found: &Installation,
    design: &ResolvedDesign,
    build: BuildFolder<'_>,
) -> Vec<Command> {
    let mut includes = None;
    let commands = objects(design, build).map(|(source, object)| {
        let includes = includes.get_or_insert_with(|| includes_of(found));
        let mut command = Command::new("gcc");
        command.args(["-c", "-O2"]);
        let folders = design.include_folders.iter();
        command.args(folders.map(|folder| joined("-I", folder)));
        command.args(includes.iter().map(|folder| joined("-I", folder)));
        command.args(flags(design));
        command.arg("-o").arg(object).arg(source);
        command
    });
    commands.collect()
}

/// The folder of `svdpi.h`.
fn includes_of(found: &Installation) -> Option<PathBuf> {
    let mut command = Command::new(&found.programs[0]);
    command.args(["--getenv", "VERILATOR_ROOT"]);
    let output = command.output().ok()?;
    let root = String::from_utf8(output.stdout).ok()?;
    let root = root.trim();
    // The C compiler reports the error: it finds no header.
    (!root.is_empty()).then(|| PathBuf::from(root).join("include/vltstd"))
}

/// The user's arguments for the C++ compiler, except the standard of C++.
fn flags(design: &ResolvedDesign) -> impl Iterator<Item = &str> {
    let mut arguments = design.compile_arguments(Simulator::Verilator);
    let mut all = Vec::new();
    while let Some(argument) = arguments.next() {
        if argument == "-CFLAGS" {
            all.extend(arguments.next().into_iter().flat_map(str::split_whitespace));
        }
    }
    all.into_iter().filter(|flag| !flag.starts_with("-std="))
}

/// The options by which the C++ compiler finds the headers of the sources. Verilator keeps the folders of headers of
/// Verilog for itself.
pub(super) fn include_options(design: &ResolvedDesign) -> Vec<OsString> {
    let is_c = |language| matches!(language, Language::C | Language::Cpp);
    if !design.sources.iter().any(|source| is_c(source.language)) {
        return Vec::new();
    }
    let folders = design.include_folders.iter();
    folders.map(|folder| joined("-I", folder)).collect()
}

/// The sources as Verilator's command has them.
pub(super) fn arguments(command: &mut Command, design: &ResolvedDesign, build: BuildFolder<'_>) {
    for option in include_options(design) {
        command.arg("-CFLAGS").arg(option);
    }
    let sources = design.sources.iter();
    let sources = sources.filter(|source| source.language != Language::C);
    command.args(sources.map(|source| &source.path));
    command.args(objects(design, build).map(|(_, object)| object));
}
