//! The examples pass on their designs, however they are loaded, and fail on the mutants of them with
//! all that an engineer needs: who saw what, when, with which seed, and the command that repeats it.

mod common;

use std::process::Command;

use common::{Icarus, Run, plugin, run};

/// What a testbench puts around its design, and the design below it.
fn around(top: &str) -> Option<(&'static str, &'static str)> {
    (top == "memory_bus").then_some(("examples/memory/hdl/memory_bus.v", "memory"))
}

fn compile(top: &str, source: &str, arguments: &[&str]) -> Icarus {
    let mut sources = vec![source];
    sources.extend(around(top).map(|(file, _)| file));
    Icarus::compile(top, &sources, arguments)
}

/// Both ways: the plugin named to the simulator, and to the compiler.
fn passes(package: &str, top: &str, parameters: &[&str], tests: u32) {
    let summary = format!("{tests} passed, 0 failed, 0 skipped");
    let design = around(top).map_or(top, |(_, design)| design);
    let (plugin, source) = (plugin(package), format!("hdl/{design}.v"));
    let design = compile(top, &source, parameters);
    design.run(&plugin, &[], &[]).passed().says(&summary);

    let mut arguments = parameters.to_vec();
    arguments.extend(["-m", plugin.to_str().expect("a plain path")]);
    let loaded = compile(top, &source, &arguments);
    loaded.run_alone(&[]).passed().says(&summary);
}

/// What one test says of a mutant.
struct Finding {
    test: &'static str,
    task: &'static str,
    says: &'static str,
}

/// The example finds the mistake, and the command that it prints finds it again.
fn finds(package: &str, top: &str, mutant: &str, parameters: &[&str], finding: &Finding) {
    let design = compile(top, &format!("hdl/mutants/{mutant}.v"), parameters);
    // No seed is given: what is printed is all that there is to repeat the run with.
    let first = design.run(&plugin(package), &[], &[]);
    let failure = failure_of(first.failed(), finding);

    let mut shell = Command::new("sh");
    shell
        .args(["-c", &failure.repeat])
        .current_dir(design.folder());
    let again = run(shell);
    again.failed().says("0 passed, 1 failed, 0 skipped");
    let repeated = failure_of(&again, finding);
    assert_eq!(repeated.message, failure.message);
    assert_eq!(repeated.simulated, failure.simulated);
    assert_eq!(repeated.repeat, failure.repeat);
}

struct Failure {
    message: String,
    /// How long the test ran, in simulated time.
    simulated: String,
    repeat: String,
}

#[track_caller]
fn failure_of(run: &Run, finding: &Finding) -> Failure {
    let Finding { test, task, says } = finding;
    let (output, lines) = (&run.output, run.output.lines());
    let mut verdict = lines
        .clone()
        .skip_while(|line| !line.starts_with(&format!("FAIL  {test} ")));
    let simulated = verdict
        .next()
        .and_then(|line| line.split_whitespace().nth(2));
    let simulated = simulated.unwrap_or_else(|| panic!("{test} has not failed:\n{output}"));

    let mut block =
        lines.skip_while(|line| !line.starts_with(&format!("{test} failed (examples/")));
    let mut next = || {
        block
            .next()
            .unwrap_or_else(|| panic!("{test} explains nothing:\n{output}"))
    };
    next();
    let heading = next();
    let task = if task.is_empty() {
        (*test).to_owned()
    } else {
        format!("{test}/{task}")
    };
    assert!(
        heading.starts_with(&format!("  1. task {task}, at examples/")),
        "{heading}\n{output}"
    );
    assert!(
        heading.ends_with("ns:"),
        "no simulated time: {heading}\n{output}"
    );
    let message = next();
    assert!(
        message.contains(says),
        "`{says}` is not in `{message}`:\n{output}"
    );
    let fork = next();
    assert!(
        fork.starts_with("     (the task was forked at examples/"),
        "{fork}\n{output}"
    );
    let seed = next().strip_prefix("  seed    ").expect("a seed");
    let repeat = next().strip_prefix("  repeat  ").expect("a command");
    let start = format!("VERIFORK_SEED={seed} VERIFORK_FILTER='={test}' vvp ");
    assert!(repeat.starts_with(&start), "{repeat}\n{output}");
    Failure {
        message: message.to_owned(),
        simulated: simulated.to_owned(),
        repeat: repeat.to_owned(),
    }
}

#[test]
fn counter() {
    require!("iverilog", "vvp");
    passes("counter_tb", "counter", &[], 4);
    let mutant = Icarus::compile::<&str>("counter", &["hdl/mutants/counter_carry_lost.v"], &[]);
    mutant
        .run(&plugin("counter_tb"), &[], &[])
        .failed()
        .says("FAIL  counts");
}

#[test]
fn adder() {
    require!("iverilog", "vvp");
    passes("adder_tb", "adder", &[], 6);
}

#[test]
fn fifo() {
    require!("iverilog", "vvp");
    for depth in ["-Pfifo.DEPTH=16", "-Pfifo.DEPTH=10", "-Pfifo.DEPTH=1"] {
        passes("fifo_tb", "fifo", &[depth], 7);
    }
    let finds = |mutant, parameters: &[&str], test, task, says| {
        finds(
            "fifo_tb",
            "fifo",
            mutant,
            parameters,
            &Finding { test, task, says },
        );
    };
    finds(
        "fifo_almost_full_late",
        &[],
        "random_traffic::mostly_writes",
        "scoreboard",
        "fifo.almost_full is 0, not 1, with 14 inside",
    );
    finds(
        "fifo_refused_write_moves",
        &[],
        "boundaries",
        "scoreboard",
        "fifo.rd_data is ",
    );
    finds(
        "fifo_wraps_at_power_of_two",
        &["-Pfifo.DEPTH=10"],
        "wraps_at_the_depth",
        "stimulus",
        "fifo.mem[0] is ",
    );
}

#[test]
fn uart() {
    require!("iverilog", "vvp");
    let unusual = ["CLKS_PER_BIT=4", "DATA_BITS=9", "PARITY=2", "STOP_BITS=2"];
    let unusual = unusual.map(|parameter| format!("-Puart.{parameter}"));
    passes("uart_tb", "uart", &[], 8);
    passes(
        "uart_tb",
        "uart",
        &unusual.each_ref().map(String::as_str),
        8,
    );
    let finds = |mutant, parameters: &[&str], test, task, says| {
        finds(
            "uart_tb",
            "uart",
            mutant,
            parameters,
            &Finding { test, task, says },
        );
    };
    finds(
        "uart_stop_unchecked",
        &[],
        "receives::faulty",
        "reader",
        " with a framing error",
    );
    finds(
        "uart_stop_unchecked",
        &[],
        "breaks_and_glitches",
        "",
        "uart.rx_data is 0x0, not 0x0 with",
    );
    finds(
        "uart_parity_skips_top_bit",
        &["-Puart.PARITY=1"],
        "receives::exact",
        "reader",
        " with a parity error",
    );
}

#[test]
fn axi_lite() {
    require!("iverilog", "vvp");
    passes("axi_lite_tb", "axi_lite", &[], 5);
    passes(
        "axi_lite_tb",
        "axi_lite",
        &["-Paxi_lite.SCRATCH_WORDS=1"],
        5,
    );
    let finds = |mutant, test, task, says| {
        finds(
            "axi_lite_tb",
            "axi_lite",
            mutant,
            &[],
            &Finding { test, task, says },
        );
    };
    finds(
        "axi_lite_strobe_lane_2",
        "random_accesses::at_full_speed",
        "",
        "axi_lite.", // `s_axi_rdata` or `control`, whichever comes first
    );
    finds(
        "axi_lite_bvalid_dropped",
        "concurrent_clients::with_backpressure",
        "write_response_rules",
        "axi_lite.s_axi_bvalid fell before axi_lite.s_axi_bready",
    );
}

#[test]
fn axis_arbiter() {
    require!("iverilog", "vvp");
    for (ports, width) in [(2, 1), (4, 8), (5, 64)] {
        let parameters = [
            &*format!("-Paxis_arbiter.PORTS={ports}"),
            &*format!("-Paxis_arbiter.WIDTH={width}"),
        ];
        passes("axis_arbiter_tb", "axis_arbiter", &parameters, 6);
    }
    let finds = |mutant, test, task, says| {
        finds(
            "axis_arbiter_tb",
            "axis_arbiter",
            mutant,
            &[],
            &Finding { test, task, says },
        );
    };
    finds(
        "axis_arbiter_pause_unlocks",
        "random_packets::pauses",
        "choice",
        "axis_arbiter.s_axis_tready is 0b",
    );
    finds(
        "axis_arbiter_single_beats_unfair",
        "random_packets::single_beats",
        "choice",
        "axis_arbiter.s_axis_tready is 0b1, not 0b10, with tvalid 0b1111 after input 0",
    );
}

#[test]
fn spi() {
    require!("iverilog", "vvp");
    for parameters in [
        &[][..],
        &["-Pspi_master.CPHA=1", "-Pspi_master.CLK_DIV=3"],
        &[
            "-Pspi_master.CPOL=1",
            "-Pspi_master.CLK_DIV=1",
            "-Pspi_master.WIDTH=2",
        ],
        &[
            "-Pspi_master.CPOL=1",
            "-Pspi_master.CPHA=1",
            "-Pspi_master.WIDTH=64",
        ],
    ] {
        passes("spi_tb", "spi_master", parameters, 3);
    }
    let finds = |mutant, test, says| {
        let finding = Finding {
            test,
            task: "wires",
            says,
        };
        finds("spi_tb", "spi_master", mutant, &[], &finding);
    };
    finds(
        "spi_master_last_bit_leaves",
        "exchanges_words::with_gaps",
        "spi_master.mosi is false, not true, 32 clocks into the transfer of 0xff",
    );
    finds(
        "spi_master_no_pause",
        "exchanges_words::back_to_back",
        "spi_master.tx_ready is true, not false, 34 clocks into the transfer of 0x0",
    );
}

#[test]
fn multiplier() {
    require!("iverilog", "vvp");
    for (width, stages, is_signed) in [(16, 4, 0), (16, 5, 1), (64, 1, 1), (3, 5, 1), (1, 2, 0)] {
        let parameters = [
            format!("-Pmultiplier.WIDTH={width}"),
            format!("-Pmultiplier.STAGES={stages}"),
            format!("-Pmultiplier.IS_SIGNED={is_signed}"),
        ];
        let parameters = parameters.each_ref().map(String::as_str);
        passes("multiplier_tb", "multiplier", &parameters, 8);
    }
    let finds = |mutant, parameters: &[&str], test, says| {
        let finding = Finding {
            test,
            task: "scoreboard",
            says,
        };
        finds("multiplier_tb", "multiplier", mutant, parameters, &finding);
    };
    finds(
        "multiplier_valid_ignores_enable",
        &[],
        "a_reset_empties_the_pipeline::while_it_holds",
        "multiplier.out_valid is true, not false",
    );
    finds(
        "multiplier_bits_left_out",
        &["-Pmultiplier.STAGES=5"],
        "corners",
        "multiplier.product is 0x7777, not 0xffff, for 0x1 by 0xffff",
    );
}

#[test]
fn memory() {
    require!("iverilog", "vvp");
    for (bits, bytes) in [(1, 1), (8, 4), (5, 20)] {
        let parameters = [
            format!("-Pmemory_bus.ADDR_WIDTH={bits}"),
            format!("-Pmemory_bus.BYTES={bytes}"),
        ];
        let parameters = parameters.each_ref().map(String::as_str);
        passes("memory_tb", "memory_bus", &parameters, 6);
    }
    let finds = |mutant, test, task, says| {
        let finding = Finding { test, task, says };
        finds("memory_tb", "memory_bus", mutant, &[], &finding);
    };
    finds(
        "memory_drives_while_written",
        "random_accesses::mostly_writes",
        "scoreboard",
        "memory_bus.data is 32'",
    );
    finds(
        "memory_drives_while_written",
        "the_bus_is_driven_at_once",
        "stimulus",
        "memory_bus.data is 32'",
    );
    finds(
        "memory_write_shows",
        "random_accesses::mostly_reads",
        "scoreboard",
        "memory_bus.data is 32'",
    );
}

/// VHDL is compiled in the order of the sources.
#[test]
fn make_puts_a_mutant_in_the_place_of_its_design() {
    require!("make");
    let mut make = Command::new("make");
    make.args(["--dry-run", "sim", "TB=memory", "MUTANT=memory_write_shows"])
        .env_remove("MAKEFLAGS")
        .current_dir(common::root());
    run(make)
        .passed()
        .says(" hdl/mutants/memory_write_shows.v examples/memory/hdl/memory_bus.v");
}
