//! A harness whose design the tests of the runner choose by `FAULTY_DESIGN`.

use std::process::ExitCode;

use verifork_runner::{Design, Simulator, VhdlStandard};

/// A design that Verilator compiles quickly, since it is small.
fn small(name: &str) -> Design {
    Design::new(name)
        .compile_argument(Simulator::Verilator, "-MAKEFLAGS")
        .compile_argument(Simulator::Verilator, "OPT_FAST=-O0 OPT_GLOBAL=-O0")
}

fn gate() -> Design {
    let include = std::env::var("FAULTY_INCLUDE").unwrap_or_else(|_| "hdl/include".to_owned());
    small("gate")
        .sources(["hdl/gate.v"])
        .include_folders([include])
}

/// The gate with all tests that are its own; `mistakes` are those of the counter.
fn whole() -> Design {
    gate().tests([
        "passes",
        "is_skipped",
        "fails",
        "crashes",
        "leaves",
        "hangs",
        "sleeps",
        "waits",
        "is_as_configured",
    ])
}

fn vhdl() -> Design {
    Design::new("vhdl")
        .library("sizes", ["hdl/widths.vhd"])
        .sources(["hdl/vhdl.vhd"])
}

/// A design that the environment describes, in lists separated by commas.
fn described() -> Design {
    let list = |name: &str| -> Vec<String> {
        let value = std::env::var(name).unwrap_or_default();
        let parts = value.split(',').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let mut design = small("described")
        .include_folders(list("FAULTY_INCLUDES"))
        .library_folders(list("FAULTY_LIBRARIES"))
        .public_all()
        .tests(list("FAULTY_TESTS"));
    for source in list("FAULTY_SOURCES") {
        design = match source.split_once('=') {
            Some((library, path)) => design.library(library, [path]),
            None => design.sources([source]),
        };
    }
    for top in list("FAULTY_TOP") {
        design = design.top(top);
    }
    for simulator in [
        Simulator::Icarus,
        Simulator::Verilator,
        Simulator::Ghdl,
        Simulator::Nvc,
    ] {
        for argument in list("FAULTY_ARGUMENTS") {
            design = design.compile_argument(simulator, argument);
        }
    }
    design
}

fn reporting() -> [Design; 2] {
    let tests = ["reporting::"];
    let verilog = small("reporting").sources(["../../../tests/designs/reporting.sv"]);
    let vhdl = Design::new("reporting")
        .label("vhdl")
        .sources(["../../../tests/designs/reporting.vhd"]);
    [verilog.tests(tests), vhdl.tests(tests)]
}

fn main() -> ExitCode {
    let choice = std::env::var("FAULTY_DESIGN").unwrap_or_default();
    verifork_runner::main(match choice.as_str() {
        "all" => vec![whole()],
        "shared" => vec![whole().shared_simulation()],
        "reporting" => reporting().into(),
        "reporting shared" => reporting().map(Design::shared_simulation).into(),
        "finish" => vec![
            gate()
                .define_as("FINISH_AT", "8")
                .public_all()
                .tests(["waits", "passes"]),
        ],
        "ends badly" => vec![gate().define("ENDS_BADLY").tests(["passes_too"])],
        "stop" => vec![gate().define_as("STOP_AT", "8").tests(["waits"])],
        "configured" => vec![
            gate()
                .public_all()
                .tests(["is_as_configured"])
                .define("DATA")
                .define("CELL")
                .library_folders(["hdl/cells"])
                .parameter("WIDTH", 4)
                .parameter("NAME", "a name")
                .timescale("1ns/1ps")
                .files(["data/words.hex"])
                .plusarg("depth=4")
                .compile_argument(Simulator::Icarus, "-Wall"),
        ],
        "public" => vec![gate().public_all().tests(["finds_by_name"])],
        "input" => vec![gate().tests(["knows_the_input"])],
        "inside" => vec![gate().tests(["knows_the_inside"])],
        "private" => vec![gate().tests(["finds_by_name", "binds"])],
        "many" => {
            let one = |design: Design, width: i32| {
                design.variant(format!("w{width}"), [("WIDTH", width)])
            };
            vec![(1..=100).fold(gate().tests(["passes"]), one)]
        }
        "described" => vec![described()],
        "vhdl" => vec![vhdl().parameter("WIDTH", 4)],
        "skipped" => vec![
            gate()
                .tests(["passes", "fails"])
                .skip_on(Simulator::Icarus, "fails", "it always fails")
                .skip_on(Simulator::Ghdl, "passes", "this is not GHDL"),
        ],
        "ends the process" => {
            vec![gate().tests(["leaves", "quits", "becomes", "exits", "passes_too"])]
        }
        "sequences" => vec![gate().tests(["sequences::"]), vhdl().tests(["sequences::"])],
        "names" => vec![gate().tests(["names::"]), vhdl().tests(["names::"])],
        "none" => vec![],
        "no such test" => vec![gate().tests(["passes", "pasess"])],
        "no test" => vec![gate().tests([""; 0])],
        "no such skip" => vec![
            gate()
                .tests(["passes"])
                .skip_on(Simulator::Nvc, "fials", "why"),
        ],
        "no simulator" => vec![gate().simulators([])],
        "no such simulator" => vec![gate().simulators([Simulator::Ghdl, Simulator::Nvc])],
        "all skipped" => vec![gate().tests(["is_skipped"])],
        "all skipped here" => vec![
            gate()
                .tests(["passes"])
                .skip_on(Simulator::Icarus, "", "why"),
        ],
        "all skip themselves" => vec![gate().tests(["skips_itself"])],
        "cell nowhere" => vec![gate().define("CELL")],
        "vhdl 1993" => vec![
            Design::new("fifo")
                .sources(["../../../hdl/fifo.vhd"])
                .vhdl_standard(VhdlStandard::V1993),
        ],
        "hidden" => vec![
            small("counter")
                .sources(["../../../hdl/counter.v"])
                .tests(["mistakes"]),
        ],
        "hangs" => vec![
            Design::new("counter")
                .sources(["../../../hdl/counter.v"])
                .tests([
                    "no_clock",
                    "x_on_reset",
                    "level_is_there",
                    "deadlock",
                    "blocks",
                    "spins",
                ]),
        ],
        "mistakes" => ["v", "vhd"]
            .map(|language| {
                small("counter")
                    .label(language)
                    .sources([format!("../../../hdl/counter.{language}")])
                    .public_all()
                    .tests(["mistakes"])
            })
            .into(),
        "driven" => vec![
            small("assigned")
                .sources(["hdl/assigned.sv"])
                .public_all()
                .tests(["driven::"]),
            Design::new("assigned")
                .label("vhdl")
                .sources(["hdl/assigned.vhd"])
                // The older GHDL refuses such writes.
                .simulators([Simulator::Nvc])
                .tests(["driven::"]),
        ],
        "vhdl no top" => vec![vhdl().top("vdhl")],
        "vhdl no generic" => vec![vhdl().parameter("WIDHT", 4)],
        "no parameter" => vec![gate().parameter("WIDHT", 4)],
        "no top" => vec![gate().top("gaet")],
        "no source" => vec![Design::new("gate").sources(["hdl/gaet.v"])],
        "twice" => vec![gate(), gate()],
        "mixed" => vec![gate().sources(["../../../hdl/counter.vhd"])],
        _ => vec![gate().public_all().tests(["passes", "is_skipped"])],
    })
}
