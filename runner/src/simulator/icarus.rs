//! Icarus Verilog: `iverilog` compiles, `vvp` runs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{
    Backend, BuildFolder, Installation, RunArguments, Waves, declarations, folders_and_macros,
    joined, literal, plusargs,
};
use crate::known::Simulator;
use crate::resolved::ResolvedDesign;

mod netlist;

pub(super) struct Icarus;

const IMAGE: &str = "design.vvp";
/// The facts on arrays that the compiler knows and the image lacks.
const NETLIST: &str = "netlist.txt";
/// The compiler's other output: none.
const NOTHING: &str = "nothing.vvp";
/// Settings that `iverilog` takes from a file only.
const SETTINGS: &str = "settings.txt";
/// A second top beside the design's, since `vvp` alone writes no waves.
const DUMP_MODULE: &str = "verifork_waves.v";

impl Backend for Icarus {
    fn simulator(&self) -> Simulator {
        Simulator::Icarus
    }

    fn install(&self) -> &'static str {
        "`apt install iverilog` or `brew install icarus-verilog`"
    }

    fn works(&self) -> &'static str {
        "everything"
    }

    fn programs(&self) -> &'static [&'static str] {
        &["iverilog", "vvp"]
    }

    fn waves(&self) -> &'static [Waves] {
        &[Waves::Fst, Waves::Vcd]
    }

    fn ask_version(&self, programs: &[PathBuf]) -> Command {
        // `iverilog -V` starts each of its parts to ask them too.
        let mut command = Command::new(&programs[1]);
        command.arg("-V");
        command
    }

    fn prepare(&self, design: &ResolvedDesign, build: BuildFolder<'_>) -> io::Result<()> {
        fs::write(
            build.path.join(SETTINGS),
            format!("+timescale+{}\n", design.timescale),
        )?;
        if build.waves.is_some() {
            fs::write(build.path.join(DUMP_MODULE), dump_module(&design.top.name))?;
        }
        Ok(())
    }

    fn compile(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
    ) -> Vec<Command> {
        let mut command = Command::new(&found.programs[0]);
        command.arg("-g2012").arg("-s").arg(design.top.to_string());
        if build.waves.is_some() {
            command.args(["-s", "verifork_waves"]);
        }
        command.arg("-o").arg(build.path.join(IMAGE));
        command.arg("-c").arg(build.path.join(SETTINGS));
        folders_and_macros(&mut command, design);
        for (name, value) in &design.parameters {
            command.arg(format!("-P{}.{name}={}", design.top.name, literal(value)));
        }
        command.args(design.compile_arguments(Simulator::Icarus));
        command.args(design.sources.iter().map(|source| &source.path));
        if build.waves.is_some() {
            command.arg(build.path.join(DUMP_MODULE));
        }
        vec![command]
    }

    fn failure_among(&self, messages: &str) -> Option<String> {
        // Icarus only warns of it, and tests the design with the value it has.
        let line = messages
            .lines()
            .find(|line| line.contains("warning: parameter") && line.contains("not found in"))?;
        let (_, reason) = line.split_once("warning: ")?;
        Some(format!("the top has no such parameter: {reason}"))
    }

    fn incomplete_output(&self, folder: &Path) -> io::Result<Option<&'static str>> {
        let image = fs::read(folder.join(IMAGE))?;
        // On a full disk `iverilog` writes what has room, and its status is 0.
        let problem = "`iverilog` has not written all of its output: is the disk full?";
        Ok((!is_whole(&image)).then_some(problem))
    }

    fn inspect(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        build: BuildFolder<'_>,
    ) -> Option<Command> {
        let image = fs::read(build.path.join(IMAGE)).unwrap_or_default();
        let array = b" .array";
        if !image.windows(array.len()).any(|part| part == array) {
            return None;
        }
        let mut command = self.compile(found, design, build).pop()?;
        // If an option is given twice, the second counts.
        command.args(["-t", "null", "-o"]);
        command.arg(build.path.join(NOTHING)).arg("-N");
        command.arg(build.path.join(NETLIST));
        Some(command)
    }

    /// The option is not documented: without it arrays are as the image has them.
    fn inspected(&self, _: &ResolvedDesign, build: BuildFolder<'_>) -> io::Result<()> {
        // Names are in the encoding of their sources.
        declarations::take(build.path, NETLIST, netlist::declarations)
    }

    fn without_code_coverage(&self, _: &Installation) -> Option<&'static str> {
        Some("it counts none")
    }

    fn run(
        &self,
        found: &Installation,
        design: &ResolvedDesign,
        arguments: RunArguments<'_>,
    ) -> Command {
        let mut command = Command::new(&found.programs[1]);
        // Without `-n` a `$stop` would wait for somebody to type.
        command.arg("-n").arg("-m").arg(arguments.plugin);
        command.args(design.run_arguments(Simulator::Icarus));
        command.arg(arguments.compiled.join(IMAGE));
        declarations::give(&mut command, arguments.compiled);
        if let Some((format, path)) = arguments.waves {
            if format == Waves::Fst {
                command.arg("-fst");
            }
            command.arg(joined("+verifork_waves=", path));
        }
        command.args(plusargs(design));
        command
    }
}

/// Whether an image has its end: the table of file names, which says how many they are.
fn is_whole(image: &[u8]) -> bool {
    let text = String::from_utf8_lossy(image);
    let Some((_, table)) = text.rsplit_once("\n:file_names ") else {
        return false;
    };
    let Some((count, names)) = table.split_once(";\n") else {
        return false;
    };
    let ended = names.lines().filter(|line| line.ends_with("\";")).count();
    count.trim().parse() == Ok(ended) && names.ends_with('\n')
}

/// Dumps everything below the top, from the start of simulation.
fn dump_module(top: &str) -> String {
    format!(
        "module verifork_waves;\n    \
             reg [8*4096-1:0] path;\n    \
             initial if ($value$plusargs(\"verifork_waves=%s\", path)) begin\n        \
                 $dumpfile(path);\n        \
                 $dumpvars(0, {top});\n    \
             end\n\
         endmodule\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_its_end_is_not_whole() {
        let whole = "#! /usr/bin/vvp\n:ivl_version \"11.0\";\n# The file index\n\
                     :file_names 3;\n    \"N/A\";\n    \"<interactive>\";\n    \"a.v\";\n";
        assert!(is_whole(whole.as_bytes()));
        for length in 0..whole.len() {
            assert!(!is_whole(&whole.as_bytes()[..length]), "{length}");
        }
    }
}
