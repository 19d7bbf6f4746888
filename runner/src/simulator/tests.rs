//! The command lines of a design on each simulator, and how simulators are found.

use std::ffi::OsStr;
use std::fs;

use super::*;
use crate::design::{Design, VhdlStandard};
use crate::known::ALL;
use crate::resolved::resolve;
use crate::testing::script;

/// A crate with files of no contents.
struct Crate(tempfile::TempDir);

impl Crate {
    fn with(files: &[&str]) -> Crate {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        Crate(folder)
    }

    fn resolved(&self, design: Design) -> ResolvedDesign {
        resolve(vec![design], self.0.path()).unwrap().remove(0)
    }

    /// The lines that compile the design, with the folder of the crate as `@`.
    fn compiles(&self, design: &ResolvedDesign, on: Simulator, version: &str) -> Vec<String> {
        let build = BuildFolder {
            path: Path::new("/build"),
            shared: Path::new("/shared"),
            waves: None,
        };
        let commands = on.backend().compile(&installed(on, version), design, build);
        commands.iter().map(|it| self.shown(it)).collect()
    }

    /// The line that runs it.
    fn runs(
        &self,
        design: &ResolvedDesign,
        on: Simulator,
        version: &str,
        waves: Option<Waves>,
    ) -> String {
        let arguments = RunArguments {
            compiled: Path::new("/build"),
            plugin: Path::new("/plugin.so"),
            waves: waves.map(|format| (format, Path::new("/waves"))),
        };
        let command = on.backend().run(&installed(on, version), design, arguments);
        self.shown(&command)
    }

    fn shown(&self, command: &Command) -> String {
        show(command).replace(self.0.path().to_str().unwrap(), "@")
    }
}

fn installed(on: Simulator, version: &str) -> Installation {
    let programs = on.backend().programs().iter().map(PathBuf::from);
    Installation {
        programs: programs.collect(),
        version: version.to_owned(),
    }
}

/// The line has each of these, in this order.
#[track_caller]
fn in_order(line: &str, parts: &[&str]) {
    let mut rest = line;
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("no `{part}` where it should be in:\n{line}");
        };
        rest = after;
    }
}

fn verilog() -> (Crate, ResolvedDesign) {
    let of = Crate::with(&["hdl/a.v", "hdl/b.sv", "include/x.vh", "cells/y.v"]);
    let design = Design::new("chip")
        .top("bench")
        .sources(["hdl/a.v", "hdl/b.sv"])
        .include_folders(["include"])
        .library_folders(["cells"])
        .define("FAST")
        .define_as("SIZE", "8")
        .parameter("WIDTH", 4)
        .parameter("NAME", "it's")
        .parameter("RATE", 0.5)
        .parameter("ON", true)
        .timescale("1ns/1ps")
        .compile_argument(Simulator::Icarus, "-Wall")
        .compile_argument(Simulator::Verilator, "-Wno-WIDTH")
        .run_argument(Simulator::Icarus, "-v")
        .run_argument(Simulator::Verilator, "+verilator+seed+1")
        .plusarg("depth=4");
    let design = of.resolved(design);
    (of, design)
}

#[test]
fn a_design_in_verilog_is_compiled_as_it_is_described() {
    let (of, design) = verilog();
    let [icarus] = &of.compiles(&design, Simulator::Icarus, "11.0")[..] else {
        panic!("one command")
    };
    in_order(
        icarus,
        &["iverilog -g2012 -s bench", "-o /build/design.vvp"],
    );
    let verilator = of.compiles(&design, Simulator::Verilator, "Verilator 5.006 2023");
    let [verilator] = &verilator[..] else {
        panic!("one command")
    };
    in_order(
        verilator,
        &["verilator --cc --exe --build", "--top-module bench"],
    );
    in_order(verilator, &["--timescale 1ns/1ps"]);
    for (line, own, other) in [
        (icarus, "-Wall", "-Wno-WIDTH"),
        (verilator, "-Wno-WIDTH", "-Wall"),
    ] {
        in_order(line, &["-I@/include", "-y @/cells", "-DFAST", "-DSIZE=8"]);
        in_order(line, &[own, "@/hdl/a.v", "@/hdl/b.sv"]);
        assert!(!line.contains(other), "{line}");
    }
    for (line, prefix) in [(icarus, "-Pbench."), (verilator, "-G")] {
        for value in ["WIDTH=4", "RATE=0.5", "ON=1"] {
            in_order(line, &[&format!("{prefix}{value} ")]);
        }
        // A text keeps its quotes, whatever a shell would make of it.
        in_order(line, &[&quote(&format!("{prefix}NAME=\"it's\""))]);
    }
}

#[test]
fn a_design_in_verilog_is_run_with_the_plugin_its_arguments_and_its_waves() {
    let (of, design) = verilog();
    let run = |on, waves| of.runs(&design, on, "", waves);
    let icarus = run(Simulator::Icarus, None);
    in_order(
        &icarus,
        &["vvp -n -m /plugin.so -v /build/design.vvp", "+depth=4"],
    );
    assert!(!icarus.contains("waves"), "{icarus}");
    let fst = run(Simulator::Icarus, Some(Waves::Fst));
    in_order(&fst, &["-fst", "+verifork_waves=/waves"]);
    assert!(!run(Simulator::Icarus, Some(Waves::Vcd)).contains("-fst"));
    let verilator = run(Simulator::Verilator, Some(Waves::Vcd));
    in_order(
        &verilator,
        &["/build/design -m /plugin.so", "-waves /waves"],
    );
    in_order(
        &verilator,
        &["+verifork_published=bound", "+verilator+seed+1", "+depth=4"],
    );
}

#[test]
fn everything_is_published_where_that_is_wanted() {
    let of = Crate::with(&["a.v"]);
    let design = of.resolved(Design::new("a").sources(["a.v"]).public_all());
    let compiled = of.compiles(&design, Simulator::Verilator, "Verilator 5.006 2023");
    in_order(&compiled[0], &["--public-flat-rw"]);
    let run = of.runs(&design, Simulator::Verilator, "", None);
    in_order(&run, &["+verifork_published=all"]);
}

#[test]
fn waves_have_to_be_asked_for_when_the_design_is_compiled() {
    let of = Crate::with(&["a.v"]);
    let design = of.resolved(Design::new("a").sources(["a.v"]));
    let compiled = |on: Simulator, waves, path: &Path| {
        let build = BuildFolder {
            path,
            shared: Path::new("/shared"),
            waves,
        };
        let found = installed(on, "Verilator 5.006 2023");
        on.backend().prepare(&design, build).unwrap();
        let commands = on.backend().compile(&found, &design, build);
        show(&commands[0])
    };
    let folder = tempfile::tempdir().unwrap();
    let icarus = compiled(Simulator::Icarus, Some(Waves::Fst), folder.path());
    in_order(&icarus, &["-s a", "-s verifork_waves", "verifork_waves.v"]);
    let module = fs::read_to_string(folder.path().join("verifork_waves.v")).unwrap();
    in_order(&module, &["module verifork_waves", "$dumpvars(0, a)"]);
    for (format, option) in [(Waves::Fst, "--trace-fst "), (Waves::Vcd, "--trace ")] {
        let line = compiled(Simulator::Verilator, Some(format), folder.path());
        in_order(&line, &[option, "--trace-structs"]);
    }
    let without = compiled(Simulator::Verilator, None, folder.path());
    assert!(!without.contains("--trace"), "{without}");
}

fn vhdl() -> (Crate, ResolvedDesign) {
    let of = Crate::with(&["lib/p.vhd", "hdl/e.vhd"]);
    let design = Design::new("unit")
        .top("E(rtl)")
        .library("Parts", ["lib/p.vhd"])
        .sources(["hdl/e.vhd"])
        .parameter("N", 4)
        .parameter("NAME", "x")
        .parameter("FAST", true)
        .vhdl_standard(VhdlStandard::V1993)
        .compile_argument(Simulator::Ghdl, "-fsynopsys")
        .compile_argument(Simulator::Ghdl, "--work=mine")
        .compile_argument(Simulator::Nvc, "--relaxed")
        .compile_argument(Simulator::Nvc, "-O0")
        .compile_argument(Simulator::Nvc, "-Llibs")
        .run_argument(Simulator::Ghdl, "--stop-delta=9")
        .run_argument(Simulator::Nvc, "--ieee-warnings=off")
        .plusarg("depth=4");
    let design = of.resolved(design);
    (of, design)
}

#[test]
fn ghdl_analyses_each_source_into_its_library_and_elaborates_the_top() {
    let (of, design) = vhdl();
    let lines = of.compiles(&design, Simulator::Ghdl, "GHDL 2.0, mcode code generator");
    assert_eq!(lines.len(), 4, "{lines:#?}");
    in_order(
        &lines[0],
        &["ghdl -a --std=93c", "-fsynopsys --work=parts @/lib/p.vhd"],
    );
    in_order(&lines[1], &["ghdl -a", "--work=mine @/hdl/e.vhd"]);
    in_order(&lines[2], &["ghdl -e", "-o /build/design E rtl"]);
    // Only a run shows whether there are such generics.
    in_order(
        &lines[3],
        &["ghdl -r", "E rtl -gN=4 -gNAME=x -gFAST=true --no-run"],
    );
    assert!(
        lines.iter().all(|line| !line.contains("-Llibs")),
        "{lines:#?}"
    );
}

#[test]
fn ghdl_runs_a_program_of_its_own_unless_it_compiles_into_memory() {
    let (of, design) = vhdl();
    let mcode = of.runs(
        &design,
        Simulator::Ghdl,
        "GHDL 2, mcode code generator",
        None,
    );
    in_order(
        &mcode,
        &["ghdl -r --std=93c", "E rtl -gN=4", "--vpi=/plugin.so"],
    );
    in_order(&mcode, &["--stop-delta=9", "+depth=4"]);
    let formats = [
        (Waves::Vcd, "--vcd"),
        (Waves::Fst, "--fst"),
        (Waves::Ghw, "--wave"),
    ];
    for (format, option) in formats {
        let line = of.runs(&design, Simulator::Ghdl, "GHDL 2, llvm 15", Some(format));
        in_order(&line, &["/build/design -gN=4", &format!("{option}=/waves")]);
    }
}

#[test]
fn nvc_is_given_each_option_where_it_takes_it() {
    let (of, design) = vhdl();
    let lines = of.compiles(&design, Simulator::Nvc, "nvc 1.16");
    assert_eq!(lines.len(), 3, "{lines:#?}");
    let common = "nvc --std=1993 --work=parts:/build/parts -L /build -L@/libs";
    in_order(&lines[0], &[common, "-a --relaxed @/lib/p.vhd"]);
    in_order(
        &lines[1],
        &["--work=work:/build/work", "-a --relaxed @/hdl/e.vhd"],
    );
    in_order(&lines[2], &["-e -O0 -gN=4 -gNAME=x -gFAST=true E-rtl"]);
    let run = of.runs(&design, Simulator::Nvc, "nvc 1.16", Some(Waves::Fst));
    in_order(
        &run,
        &["--ieee-warnings=off --load=/plugin.so -r", "--wave=/waves"],
    );
    in_order(&run, &["--format=fst", "E-rtl +depth=4"]);
}

#[test]
fn the_edition_of_vhdl_is_said_in_each_simulators_words_and_once() {
    let of = Crate::with(&["e.vhd"]);
    for (standard, ghdl, nvc) in [
        (VhdlStandard::V1993, "--std=93c", "--std=1993"),
        (VhdlStandard::V2008, "--std=08", "--std=2008"),
        (VhdlStandard::V2019, "--std=19", "--std=2019"),
    ] {
        let design = Design::new("e").sources(["e.vhd"]).vhdl_standard(standard);
        let design = of.resolved(design);
        in_order(&of.compiles(&design, Simulator::Ghdl, "GHDL")[0], &[ghdl]);
        in_order(&of.compiles(&design, Simulator::Nvc, "nvc")[0], &[nvc]);
    }
    // NVC takes no second one.
    let design = Design::new("e").sources(["e.vhd"]);
    let design = of.resolved(design.compile_argument(Simulator::Nvc, "--std=2019"));
    let line = &of.compiles(&design, Simulator::Nvc, "nvc")[0];
    assert_eq!(line.matches("--std").count(), 1, "{line}");
}

/// A folder with a program that prints this, and the variable that would name it.
fn program(name: &str, printed: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("#!/bin/sh\nprintf '%s' '{printed}'\n");
    script(&folder.path().join(name), &text);
    folder
}

#[test]
fn a_simulator_is_found_where_it_is_said_to_be() {
    let nvc = Simulator::Nvc.backend();
    let folder = program("nvc", "nvc 1.16 (Using LLVM)\nmore\n");
    let own = folder.path().join("nvc");
    // Its folder, the folder above `bin`, or the program under whatever name.
    assert_eq!(nvc.find(Some(folder.path())), Ok(vec![own.clone()]));
    let above = tempfile::tempdir().unwrap();
    fs::create_dir(above.path().join("bin")).unwrap();
    let inside = above.path().join("bin/nvc");
    fs::copy(&own, &inside).unwrap();
    assert_eq!(nvc.find(Some(above.path())).unwrap(), [inside]);
    let renamed = folder.path().join("my-nvc");
    fs::rename(&own, &renamed).unwrap();
    assert_eq!(nvc.find(Some(&renamed)), Ok(vec![renamed.clone()]));
    let found = nvc.installation(vec![renamed]).unwrap();
    assert_eq!(found.version, "nvc 1.16 (Using LLVM)");
}

#[test]
fn a_simulator_that_is_not_where_it_is_said_to_be_is_reported_with_the_variable() {
    let empty = tempfile::tempdir().unwrap();
    for simulator in ALL {
        let backend = simulator.backend();
        let told = backend.find(Some(empty.path())).unwrap_err().to_string();
        let name = simulator.place().name();
        in_order(&told, &[simulator.product(), "is not where", name]);
        in_order(
            &told,
            &[backend.programs()[0], empty.path().to_str().unwrap()],
        );
        assert!(!backend.install().is_empty() && !backend.works().is_empty());
    }
    // A file that is not executable is not a program.
    fs::write(empty.path().join("nvc"), "").unwrap();
    assert!(Simulator::Nvc.backend().find(Some(empty.path())).is_err());
    // Half an Icarus is none.
    let half = program("iverilog", "");
    let told = Simulator::Icarus.backend().find(Some(half.path()));
    assert_eq!(
        told.unwrap_err(),
        Unusable::NotAtItsPlace {
            simulator: Simulator::Icarus,
            program: "vvp",
            place: half.path().to_owned(),
        }
    );
}

#[test]
fn a_simulator_that_tells_no_version_is_of_no_use() {
    let silent = program("nvc", "");
    let programs = vec![silent.path().join("nvc")];
    let told = Simulator::Nvc.backend().installation(programs).unwrap_err();
    in_order(
        &told.to_string(),
        &["nvc --version", "does not print its version"],
    );
    let none = vec![silent.path().join("none")];
    let told = Simulator::Nvc.backend().installation(none).unwrap_err();
    in_order(&told.to_string(), &["does not start"]);
    for simulator in ALL {
        let programs = installed(simulator, "").programs;
        let asked = simulator.backend().ask_version(&programs);
        let last = asked.get_args().last();
        let word = if simulator == Simulator::Icarus {
            "-V"
        } else {
            "--version"
        };
        assert_eq!(last, Some(OsStr::new(word)), "{simulator:?}");
    }
}

#[test]
fn waves_are_written_in_the_nearest_format() {
    for simulator in ALL {
        let backend = simulator.backend();
        for format in Waves::ALL {
            let written = backend.nearest_waves(format);
            let has = backend.waves().contains(&format);
            assert_eq!(written == format, has, "{simulator:?} {}", format.name());
        }
        assert_eq!(
            backend.nearest_waves(backend.waves()[0]),
            backend.waves()[0]
        );
    }
}

#[test]
fn a_parameter_that_the_top_does_not_have_fails_though_the_compiler_only_warns() {
    let icarus = Simulator::Icarus.backend();
    let warning = "a.v:0: warning: parameter WIDHT not found in `top`\n";
    let told = icarus.failure_among(warning).unwrap();
    in_order(&told, &["the top has no such parameter", "WIDHT"]);
    assert_eq!(
        icarus.failure_among("a.v:3: warning: implicit wire\n"),
        None
    );
}
