//! Compiled designs are used again only while everything is as it was that the compiler looked at.
//!
//! Each test compiles a design that shows a seven, changes one thing that goes into it, and wants
//! the test of the seven to fail.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::bench::{Bench, FAILED, PASSED, verilog, vhdl};
use common::find;

fn shows(what: &str) -> String {
    format!("module described(output wire [7:0] q); assign q = {what}; endmodule\n")
}

const VHDL: &str = "library ieee; use ieee.std_logic_1164.all; use ieee.numeric_std.all;\n\
    entity described is port (q : out std_logic_vector(7 downto 0)); end;\n\
    architecture a of described is begin q <= std_logic_vector(to_unsigned(work.sizes.seven, 8)); \
    end;\n";

fn package(value: u8) -> String {
    format!("package sizes is constant seven : natural := {value}; end;\n")
}

#[test]
fn what_has_not_changed_is_not_compiled_again() {
    for bench in verilog() {
        let bench = bench
            .with("FAULTY_SOURCES", "d.v")
            .with("FAULTY_INCLUDES", "one,two")
            .with("FAULTY_LIBRARIES", "cells");
        bench
            .write(
                "d.v",
                &format!("`include \"seven.vh\"\n{}", shows("`SEVEN")),
            )
            .write("two/seven.vh", "`define SEVEN 7\n")
            .write("one/other.vh", "")
            .write("notes/diary.txt", "nothing")
            .write("cells/other.v", "module other; endmodule\n")
            .ends(PASSED);
        let first = bench.compiled();
        // What is none of the compiler's business, and the same text once more.
        bench
            .write("notes/diary.txt", "something")
            .write("two/seven.vh", "`define SEVEN 7\n")
            .ends(PASSED)
            .ends(PASSED);
        assert_eq!(
            bench.compiled(),
            first,
            "{} compiled again",
            bench.simulator
        );
    }
    for bench in vhdl() {
        let bench = bench.with("FAULTY_SOURCES", "sizes.vhd,d.vhd");
        bench
            .write("sizes.vhd", &package(7))
            .write("d.vhd", VHDL)
            .ends(PASSED);
        let first = bench.compiled();
        bench.write("d.vhd", VHDL).ends(PASSED);
        assert_eq!(
            bench.compiled(),
            first,
            "{} compiled again",
            bench.simulator
        );
    }
}

#[test]
fn a_new_file_in_an_earlier_folder_shadows_an_include_or_a_module() {
    for bench in verilog() {
        let bench = bench
            .with("FAULTY_SOURCES", "hdl/d.v")
            .with("FAULTY_INCLUDES", "one,two")
            .with("FAULTY_LIBRARIES", "first,second");
        let design = "`include \"sub/five.vh\"\n\
            module described(output wire [7:0] q);\n\
                wire [7:0] y; two c (.y(y)); assign q = y + `FIVE;\n\
            endmodule\n";
        let cell =
            |value| format!("module two(output wire [7:0] y); assign y = {value}; endmodule\n");
        bench
            .write("hdl/d.v", design)
            .write("one/other.vh", "")
            .write("two/sub/five.vh", "`define FIVE 5\n")
            .write("first/other.v", "module other; endmodule\n")
            .write("second/two.v", &cell(2))
            .ends(PASSED)
            .write("one/sub/five.vh", "`define FIVE 1\n")
            .ends(FAILED);
        fs::remove_file(bench.path("one/sub/five.vh")).unwrap();
        bench.write("first/two.v", &cell(3)).ends(FAILED);
    }
}

#[test]
fn a_new_file_beside_the_manifest_shadows_an_include() {
    // Verilator looks there last.
    let Some(bench) = Bench::icarus() else { return };
    let bench = bench
        .with("FAULTY_SOURCES", "hdl/d.v")
        .with("FAULTY_INCLUDES", "inc");
    bench
        .write(
            "hdl/d.v",
            &format!("`include \"sub/seven.vh\"\n{}", shows("`SEVEN")),
        )
        .write("inc/sub/seven.vh", "`define SEVEN 7\n")
        .ends(PASSED)
        .write("sub/seven.vh", "`define SEVEN 2\n")
        .ends(FAILED);
    fs::remove_file(bench.path("sub/seven.vh")).unwrap();
    bench.ends(PASSED);
}

#[test]
fn an_include_of_an_include_counts_as_well() {
    if let Some(bench) = Bench::icarus() {
        let bench = bench
            .with("FAULTY_SOURCES", "d.v")
            .with("FAULTY_INCLUDES", "inc");
        bench
            .write(
                "d.v",
                &format!("`include \"outer.vh\"\n{}", shows("`SEVEN")),
            )
            .write("inc/outer.vh", "`include \"inner.vh\"\n")
            .write("inc/inner.vh", "`define SEVEN 7\n")
            .ends(PASSED)
            .write("inc/inner.vh", "`define SEVEN 3\n")
            .ends(FAILED);
    }
}

#[test]
fn a_file_of_arguments_counts_with_all_that_it_names() {
    for bench in verilog() {
        let (option, place) = if bench.simulator == "icarus" {
            ("-cargs.f", "$(FAULTY_PLACE)")
        } else {
            ("-f,args.f", "${FAULTY_PLACE}")
        };
        let bench = bench
            .with("FAULTY_SOURCES", "d.v")
            .with("FAULTY_ARGUMENTS", option)
            .with("FAULTY_PLACE", "one");
        bench
            .write(
                "d.v",
                &format!("`include \"five.vh\"\n{}", shows("`FIVE + `TWO")),
            )
            .write("one/five.vh", "`define FIVE 5\n")
            .write("two/five.vh", "`define FIVE 6\n")
            .write("args.f", "-f more.f\n")
            .write("more.f", &format!("+incdir+{place}\n+define+TWO=2\n"))
            .ends(PASSED)
            .write("more.f", &format!("+incdir+{place}\n+define+TWO=3\n"))
            .ends(FAILED)
            .write("more.f", &format!("+incdir+{place}\n+define+TWO=2\n"));
        // A variable that it mentions.
        bench.with("FAULTY_PLACE", "two").ends(FAILED);
    }
}

#[test]
fn a_library_file_named_by_an_argument_counts() {
    let Some(bench) = Bench::icarus() else {
        return;
    };
    let bench = bench
        .with("FAULTY_SOURCES", "d.v")
        .with("FAULTY_ARGUMENTS", "-l,cells.v");
    let cell =
        |value| format!("module cell_7(output wire [7:0] y); assign y = {value}; endmodule\n");
    bench
        .write(
            "d.v",
            "module described(output wire [7:0] q); cell_7 c (.y(q)); endmodule\n",
        )
        .write("cells.v", &cell(7))
        .ends(PASSED)
        .write("cells.v", &cell(8))
        .ends(FAILED);
}

/// One test, since Verilator's own library is compiled once for all of its steps.
#[test]
fn sources_headers_archives_and_variables_of_c_count() {
    let Some(bench) = Bench::verilator() else {
        return;
    };
    let run = |bench: &Bench, program: &str, arguments: &[&str]| {
        let status = Command::new(program)
            .args(arguments)
            .current_dir(bench.folder.path())
            .status();
        assert!(status.unwrap().success());
    };
    let archive = |bench: &Bench, value: u8| {
        bench.write("two.c", &format!("int two(void) {{ return {value}; }}\n"));
        run(bench, "gcc", &["-c", "-fPIC", "-o", "two.o", "two.c"]);
        run(bench, "ar", &["rcs", "libtwo.a", "two.o"]);
    };
    let source = bench.path("seven.cpp").display().to_string();
    let library = bench.path("libtwo.a").display().to_string();
    let folders = ["one", "two"].map(|it| bench.path(it).display().to_string());
    let bench = bench
        .with("FAULTY_SOURCES", "d.sv")
        .with("FAULTY_ARGUMENTS", &format!("{source},{library}"))
        .with("CPATH", &folders.join(":"));
    let text = "#include <four.h>\n\
        extern \"C\" { int two(void); int seven() { return FOUR + 1 + two(); } }\n";
    bench
        .write(
            "d.sv",
            "import \"DPI-C\" function int seven();\n\
             module described(output logic [7:0] q); initial q = 8'(seven()); endmodule\n",
        )
        .write("seven.cpp", text)
        .write("one/other.h", "")
        .write("two/four.h", "#define FOUR 4\n");
    archive(&bench, 2);
    // The source, as one of the user's.
    bench
        .ends(PASSED)
        .write("seven.cpp", &text.replace("1 +", "2 +"))
        .ends(FAILED);
    // A header, and one that shadows it.
    bench
        .write("seven.cpp", text)
        .write("two/four.h", "#define FOUR 5\n")
        .ends(FAILED)
        .write("one/four.h", "#define FOUR 4\n")
        .ends(PASSED);
    // What is linked, and where headers are looked for.
    archive(&bench, 3);
    bench.ends(FAILED);
    archive(&bench, 2);
    bench.with("CPATH", &folders[1]).ends(FAILED);
}

/// The same of sources that are the design's own: those of C are compiled as C.
#[test]
fn sources_of_c_and_their_headers_are_part_of_a_design() {
    let Some(bench) = Bench::verilator() else {
        return;
    };
    let bench = bench
        .with("FAULTY_SOURCES", "d.sv,model/seven.cpp,model/two.c")
        .with("FAULTY_INCLUDES", "headers");
    let seven = "#include \"four.h\"\n#include \"Vdesign__Dpi.h\"\n\
        extern \"C\" int two(void);\nint seven() { return FOUR + 1 + two(); }\n";
    // No C++: a keyword of that is a name, and a pointer is taken without a cast.
    let two = "#include <stdlib.h>\n#include <svdpi.h>\n#include \"two.h\"\n\
        int two(void) { int *new = malloc(sizeof *new); *new = TWO; int it = *new; free(new); \
        return it; }\n";
    bench
        .write(
            "d.sv",
            "import \"DPI-C\" function int seven();\n\
             module described(output logic [7:0] q); initial q = 8'(seven()); endmodule\n",
        )
        .write("model/seven.cpp", seven)
        .write("model/two.c", two)
        .write("headers/four.h", "#define FOUR 4\n")
        .write("model/two.h", "#define TWO 2\n")
        .ends(PASSED);
    let first = bench.compiled();
    bench.ends(PASSED);
    assert_eq!(bench.compiled(), first);
    for (file, before, after) in [
        ("headers/four.h", "#define FOUR 4\n", "#define FOUR 5\n"),
        ("model/two.h", "#define TWO 2\n", "#define TWO 3\n"),
    ] {
        bench.write(file, after).ends(FAILED);
        bench.write(file, before).ends(PASSED);
    }
    bench.write("model/two.c", &two.replace("= TWO", "= 1 + TWO"));
    bench.ends(FAILED);
    bench
        .write("model/two.c", two)
        .write("model/seven.cpp", "int seven() { return }");
    bench.run().status(101).says("seven.cpp");
}

#[test]
fn a_library_that_an_argument_names_counts() {
    for bench in vhdl() {
        let library = bench.path("libs");
        fs::create_dir(&library).unwrap();
        let (option, program) = match bench.simulator {
            "ghdl" => (format!("-P{}", library.display()), "ghdl"),
            _ => (format!("-L,{}", library.display()), "nvc"),
        };
        let bench = bench
            .with("FAULTY_SOURCES", "d.vhd")
            .with("FAULTY_ARGUMENTS", &option);
        let build = |value: u8| {
            bench.write("sizes.vhd", &package(value));
            let mut command = Command::new(find(program).unwrap());
            if program == "ghdl" {
                command.args(["-a", "--std=08", "--work=outside", "--workdir=libs"]);
            } else {
                command.args(["--std=2008", "--work=outside:libs/outside", "-a"]);
            }
            let command = command.arg("sizes.vhd").current_dir(bench.folder.path());
            assert!(command.status().unwrap().success());
        };
        let design = VHDL.replace("work.sizes", "outside.sizes");
        bench.write("d.vhd", &format!("library outside;\n{design}"));
        build(7);
        bench.ends(PASSED);
        build(4);
        bench.ends(FAILED);
    }
}

/// A program that does as a simulator's does, and is another file.
fn wrapped(bench: &Bench, program: &str, adds: &str) {
    let text = format!("exec '{}' {adds} \"$@\"", find(program).unwrap().display());
    common::script(&bench.path("bin").join(program), &text);
}

#[test]
fn a_compiler_that_was_replaced_compiles_anew() {
    let Some(bench) = Bench::icarus() else { return };
    fs::create_dir(bench.path("bin")).unwrap();
    let place = bench.path("bin").display().to_string();
    let bench = bench
        .with("FAULTY_SOURCES", "d.v")
        .with("VERIFORK_ICARUS", &place);
    wrapped(&bench, "vvp", "");
    wrapped(&bench, "iverilog", "-DSEVEN=7");
    bench.write("d.v", &shows("`SEVEN")).ends(PASSED);
    wrapped(&bench, "iverilog", "-DSEVEN=8");
    bench.ends(FAILED);
}

/// Where nobody can see what a compiler reads, nothing is used again.
#[test]
fn what_is_compiled_out_of_sight_is_compiled_each_time() {
    let Some(bench) = Bench::icarus() else { return };
    fs::create_dir(bench.path("bin")).unwrap();
    let place = bench.path("bin").display().to_string();
    let bench = bench
        .with("FAULTY_SOURCES", "d.v")
        .with("FAULTY_INCLUDES", "inc")
        .with("VERIFORK_ICARUS", &place);
    wrapped(&bench, "vvp", "");
    // A compiler elsewhere: this one only fetches what that has made.
    let elsewhere = Path::new("elsewhere.vvp");
    let iverilog = find("iverilog").unwrap();
    let build = || {
        let status = Command::new(&iverilog)
            .args(["-g2012", "-s", "described", "-I", "inc", "-o"])
            .arg(elsewhere)
            .arg("d.v")
            .current_dir(bench.folder.path())
            .status();
        assert!(status.unwrap().success());
    };
    let text = "for last; do [ \"$before\" = -o ] && to=$last; before=$last; done\n\
        tail -n +1 elsewhere.vvp > \"$to\"";
    common::script(&bench.path("bin/iverilog"), text);
    bench
        .write(
            "d.v",
            &format!("`include \"seven.vh\"\n{}", shows("`SEVEN")),
        )
        .write("inc/seven.vh", "`define SEVEN 7\n");
    build();
    bench.ends(PASSED);
    let first = bench.compiled();
    bench.ends(PASSED);
    assert_ne!(bench.compiled(), first);
    let run = bench.run();
    run.says("so every run compiles its designs again");
}
