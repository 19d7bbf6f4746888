//! Verilator's command line: designs compile, what tests bind is published, waves are written.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use common::bench::{Bench, PASSED};
use common::{Harness, exec, find, script};
use tempfile::TempDir;

fn verilator() -> bool {
    let missing = ["verilator", "g++", "make"]
        .into_iter()
        .find(|tool| find(tool).is_none());
    if let Some(tool) = missing {
        eprintln!("skipped: `{tool}` is not installed");
    }
    missing.is_none()
}

const ONLY: (&str, &str) = ("VERIFORK_SIM", "verilator");

#[test]
fn what_tests_bind_is_shown_and_all_else_on_demand() {
    if !verilator() {
        return;
    }
    let harness = Harness::new();
    // `a` and `y` are bound by a struct; the test looks `limit` up by its name.
    harness
        .run("private", &[ONLY], &["--exact", "gate::verilator::binds"])
        .status(0)
        .says("1 passed");
    harness
        .run("private", &[ONLY], &["finds_by_name"])
        .status(101)
        .says("there is no `limit` in `gate`")
        .says("Verilator shows only what was published when the design was compiled")
        .says("`Design::public_all()`");
    // No struct binds anything of the counter: its ports are shown, and nothing else.
    harness
        .run("hidden", &[ONLY], &["forgets_the_clock"])
        .status(101)
        .says("awaits rising edge of counter.clk");
    harness
        .run("public", &[ONLY], &["finds_by_name"])
        .status(0)
        .says("1 passed");
}

/// What is bound first says what is compiled; what is bound then may be there already.
#[test]
fn a_field_for_what_is_visible_compiles_nothing() {
    if !verilator() {
        return;
    }
    let harness = Harness::new();
    let designs = || {
        let folder = harness.target.path().join("verifork/designs");
        let all = fs::read_dir(folder).unwrap().flatten();
        let all = all.filter(|entry| entry.path().join("design").is_file());
        let made = all.map(|entry| entry.metadata().unwrap().created().unwrap());
        let mut made: Vec<_> = made.collect();
        made.sort();
        made
    };
    harness
        .run("input", &[ONLY], &["knows_the_input"])
        .status(0);
    let first = designs();
    assert_eq!(first.len(), 1);
    // Another port.
    harness
        .run("private", &[ONLY], &["--exact", "gate::verilator::binds"])
        .status(0);
    assert_eq!(designs(), first);
    // What is inside is not there yet; then less is wanted of it.
    harness
        .run("inside", &[ONLY], &["knows_the_inside"])
        .status(0);
    let both = designs();
    assert_eq!(both.len(), 2);
    for (design, test) in [("input", "knows_the_input"), ("inside", "knows_the_inside")] {
        harness.run(design, &[ONLY], &[test]).status(0);
    }
    assert_eq!(designs(), both);
}

/// A C++ compiler that notes what it is asked for.
struct Compiler {
    folder: TempDir,
}

impl Compiler {
    fn new() -> Compiler {
        let folder = tempfile::tempdir().unwrap();
        for name in ["calls", "objects"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        // A file for each call: one that is there before is taken for something that goes into what is compiled. The
        // options here make no other objects: those of the library are compiled once.
        let text = format!(
            "place='{}'\necho \"$@\" > \"$place/calls/$$\"\n\
             for last; do [ \"$before\" = -o ] && to=$last; before=$last; done\n\
             name=$(basename \"$to\")\n\
             case $name in verilated*.o|verifork_host.o|*.gch) ;; *) {} ;; esac\n\
             kept=\"$place/objects/$name\"\n\
             [ -e \"$kept\" ] || {{ '{}' \"$@\" && cp \"$to\" \"$kept\"; exit; }}\n\
             cp \"$kept\" \"$to\"",
            folder.path().display(),
            exec("g++"),
            find("g++").unwrap().display(),
        );
        script(&folder.path().join("g++"), &text);
        Compiler { folder }
    }

    fn used_by(&self, bench: Bench) -> Bench {
        let path = std::env::var("PATH").unwrap();
        let bench = bench.with("PATH", &format!("{}:{path}", self.folder.path().display()));
        // It is to be called for all that is compiled.
        let bench = bench.with("OBJCACHE", "");
        // With the designs, as if nothing else was said.
        bench.with("VERIFORK_VERILATOR_LIBRARY", "")
    }

    /// How often it was asked for this.
    fn compiled(&self, what: &str) -> usize {
        self.compiled_with("", what)
    }

    /// How often with this option, wherever it stands.
    fn compiled_with(&self, option: &str, what: &str) -> usize {
        let calls = fs::read_dir(self.folder.path().join("calls")).unwrap();
        let calls = calls.map(|call| fs::read_to_string(call.unwrap().path()).unwrap());
        let calls = calls.filter(|call| call.contains(option));
        calls.filter(|call| call.contains(what)).count()
    }
}

const SHARED: [&str; 3] = ["/verilated.cpp", "_host.cpp", "c++-header"];

/// One test, since the library is compiled once for all of its steps.
#[test]
fn what_all_designs_share_is_compiled_for_the_first_one_only() {
    let Some(bench) = Bench::verilator() else {
        return;
    };
    let compiler = Compiler::new();
    let bench = bench.with("FAULTY_SOURCES", "d.sv").with("FAULTY_TOP", "d");
    let bench = compiler.used_by(bench);
    for (number, comment) in [(1, "first"), (2, "second")] {
        let design = format!("module d(output [2:0] q); assign q = 7; endmodule // {comment}\n");
        bench.write("d.sv", &design).ends(PASSED);
        assert_eq!(
            compiler.compiled("-o Vdesign__ALL.o"),
            number,
            "the design is another"
        );
        for shared in SHARED {
            assert_eq!(compiler.compiled(shared), 1, "{shared} is the same");
        }
        let designs = fs::read_dir(bench.harness.target.path().join("verifork/designs"));
        let designs = designs.unwrap().flatten().map(|it| it.path());
        for design in designs.filter(|it| it.join("design").is_file()) {
            let left = design.join("verifork_common.h.gch");
            assert!(!left.exists(), "{} is with the library", left.display());
        }
    }
    // What only some designs need is added once.
    for comment in ["first", "second"] {
        let design = format!(
            "module d(output reg [2:0] q); initial begin q = 7; #1 q = 7; end endmodule // {comment}\n"
        );
        bench.write("d.sv", &design).ends(PASSED);
        assert_eq!(compiler.compiled("/verilated_timing.cpp"), 1, "{comment}");
        assert_eq!(compiler.compiled("/verilated.cpp"), 1, "{comment}");
    }
    // Arguments in a file count for what they say, and so do those for `make`.
    let bench = bench.with("FAULTY_ARGUMENTS", "-f,args.f");
    let flat = "module d(output [2:0] q); assign q = 7; endmodule\n";
    for (number, arguments) in [
        (1, "-Wno-lint"),
        (2, "-CFLAGS -DTWO"),
        (2, "-CFLAGS -DTWO -Wno-style"),
        (3, "-CFLAGS -DTHREE"),
        (4, "-MAKEFLAGS OPT_GLOBAL=-Og"),
    ] {
        bench
            .write("args.f", arguments)
            .write("d.sv", flat)
            .ends(PASSED);
        for shared in ["/verilated.cpp", "_host.cpp"] {
            assert_eq!(
                compiler.compiled(shared),
                number,
                "{shared} with {arguments}"
            );
        }
    }
    assert_eq!(compiler.compiled_with("-Og ", "-o verilated.o"), 1);
    // Verilator calls itself again, and `make` in another way.
    let parts = "module d(output [2:0] q); part p(.q(q)); endmodule\n\
        module part(output [2:0] q); /*verilator hier_block*/ assign q = 7; endmodule\n";
    bench
        .write("args.f", "--hierarchical")
        .write("d.sv", parts)
        .ends(PASSED);
    assert!(compiler.compiled("Vpart") > 0, "it is compiled in parts");
}

/// Two crates that know nothing of each other have the same design.
#[test]
fn what_ccache_has_is_not_compiled_again_and_is_known_to_be_fresh() {
    let cache = tempfile::tempdir().unwrap();
    let folder = cache.path().to_str().unwrap();
    for number in 0..2 {
        let Some(bench) = Bench::verilator().filter(|_| find("ccache").is_some()) else {
            eprintln!("skipped: `ccache` is not installed");
            return;
        };
        let bench = bench.with("FAULTY_SOURCES", "d.v").with("FAULTY_TOP", "d");
        let bench = bench.with("CCACHE_DIR", folder);
        let hits = || {
            let printed = Command::new("ccache")
                .arg("--print-stats")
                .env("CCACHE_DIR", folder)
                .output()
                .unwrap();
            let printed = String::from_utf8(printed.stdout).unwrap();
            let of = |key: &str| {
                let line = printed.lines().find(|line| line.starts_with(key));
                line.unwrap()
                    .split_whitespace()
                    .nth(1)
                    .unwrap()
                    .parse::<u32>()
                    .unwrap()
            };
            let found = of("direct_cache_hit") + of("preprocessed_cache_hit");
            (found, of("cache_miss"))
        };
        let design = "module d(output [2:0] q); assign q = 7; endmodule\n";
        bench.write("d.v", design).ends(PASSED);
        let (found, missed) = hits();
        assert!(missed > 0, "it was not used");
        assert_eq!(found > 0, number == 1, "{found} found, {missed} missed");
        bench.ends(PASSED);
        assert_eq!(hits(), (found, missed), "nothing is compiled again");
    }
}

#[test]
fn each_format_of_waves_is_written() {
    if !verilator() {
        return;
    }
    let harness = Harness::new();
    for format in ["fst", "vcd"] {
        let variables = [ONLY, ("VERIFORK_WAVES", format)];
        harness
            .run(
                "private",
                &variables,
                &["--exact", "gate::verilator::binds"],
            )
            .status(0);
        let runs = harness
            .target
            .path()
            .join("verifork/runs/faulty_tb/sim/gate/verilator/binds");
        let waves = fs::read(runs.join(format!("waves.{format}"))).unwrap();
        assert!(waves.len() > 200, "{} bytes of {format}", waves.len());
    }
    let variables = [ONLY, ("VERIFORK_WAVES", "ghw")];
    harness
        .run("private", &variables, &["binds"])
        .status(0)
        .says("Verilator writes waves as fst or vcd, not as ghw: as fst here");
}

/// Parameters, macros, files, plus-arguments and the design's own end.
#[test]
fn a_design_is_as_it_was_configured() {
    if !verilator() {
        return;
    }
    let harness = Harness::new();
    harness.run("configured", &[ONLY], &[]).status(0);
    harness
        .run("finish", &[ONLY], &["waits"])
        .status(101)
        .says("the simulation ended while the test ran");
}

#[test]
fn mistakes_in_a_design_are_reported_with_the_compilers_words() {
    if !verilator() {
        return;
    }
    let harness = Harness::new();
    harness
        .run("no parameter", &[ONLY], &["passes_too"])
        .status(101)
        .says("does not compile")
        .says("WIDHT");
    harness
        .run("no top", &[ONLY], &["passes_too"])
        .status(101)
        .says("does not compile")
        .says("gaet");
}

#[test]
fn what_is_missing_is_named() {
    let harness = Harness::new();
    let nowhere = [
        ONLY,
        ("VERIFORK_VERILATOR", "/nowhere/verilator"),
        ("VERIFORK_REQUIRE", "verilator"),
    ];
    harness
        .run("", &nowhere, &["passes_too"])
        .status(101)
        .says("Verilator is not where VERIFORK_VERILATOR says");
    let empty = [ONLY, ("PATH", "/nonexistent")];
    harness.run("", &empty, &["passes"]).status(101).says(
        "Verilator is not installed: there is no `verilator` on PATH; `apt install verilator",
    );
    let Some(verilator) = find("verilator") else {
        return;
    };
    // Without a C++ compiler it makes sources, and no program.
    let folder = tempfile::tempdir().unwrap();
    symlink(verilator, folder.path().join("verilator")).unwrap();
    let alone = [ONLY, ("PATH", folder.path().to_str().unwrap())];
    harness
        .run("", &alone, &["passes"])
        .status(101)
        .says("Verilator compiles nothing without `make`, which is not on PATH");
}
