//! An example by hand: it passes on its design, however it is loaded, and fails on a mutant of it with
//! all that an engineer needs: who saw what, when, with which seed, and the command that repeats it.
//! All examples, on all simulators, are tried by their harnesses.

mod common;

use std::process::Command;

use common::{Icarus, Mutant, Run, plugin, run, without_settings};

/// Both ways: the plugin named to the simulator, and to the compiler.
#[test]
fn an_example_passes_however_it_is_loaded() {
    require!("iverilog", "vvp");
    let (plugin, sources) = (plugin("fifo_tb"), ["hdl/fifo.v"]);
    let summary = "7 passed, 0 failed, 0 skipped";
    let design = Icarus::compile::<&str>("fifo", &sources, &[]);
    design.run(&plugin, &[], &[]).passed().says(summary);

    let arguments = ["-m", plugin.to_str().expect("a plain path")];
    let loaded = Icarus::compile("fifo", &sources, &arguments);
    loaded.run_alone(&[]).passed().says(summary);
}

/// What one test says of a mutant.
struct Finding {
    test: &'static str,
    task: &'static str,
    says: &'static str,
}

/// The example finds the mistake, and the command that it prints finds it again.
#[test]
fn a_failure_is_repeated_by_the_command_that_it_prints() {
    require!("iverilog", "vvp", "patch");
    let finding = Finding {
        test: "random_traffic::mostly_writes",
        task: "scoreboard",
        says: "fifo.almost_full is 0, not 1, with 14 inside",
    };
    let mutant = Mutant::of("fifo_almost_full_late.v");
    let design = Icarus::compile::<&str>("fifo", &[mutant.source()], &[]);
    // No seed is given: what is printed is all that there is to repeat the run with.
    let first = design.run(&plugin("fifo_tb"), &[], &[]);
    let failure = failure_of(first.failed(), &finding);

    let mut shell = Command::new("sh");
    shell
        .args(["-c", &failure.repeat])
        .current_dir(design.folder());
    let again = run(shell);
    again.failed().says("0 passed, 1 failed, 0 skipped");
    let repeated = failure_of(&again, &finding);
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
    let of_child = !task.is_empty();
    let task = if task.is_empty() {
        (*test).to_owned()
    } else {
        format!("{test}/{task}")
    };
    assert!(
        heading.starts_with("  1. examples/") && heading.contains(says),
        "`{says}` is not in `{heading}`:\n{output}"
    );
    let context = next();
    let who = if of_child {
        format!("     in `{task}`, at ")
    } else {
        "     at ".to_owned()
    };
    assert!(
        context.starts_with(&who) && context.contains(" ns"),
        "{context}\n{output}"
    );
    if of_child {
        let fork = next();
        assert!(
            fork.starts_with("     (the task was forked at examples/"),
            "{fork}\n{output}"
        );
    }
    let seed = next().strip_prefix("  seed    ").expect("a seed");
    let repeat = next().strip_prefix("  repeat  ").expect("a command");
    let start = format!("VERIFORK_SEED={seed} VERIFORK_FILTER='={test}' vvp ");
    assert!(repeat.starts_with(&start), "{repeat}\n{output}");
    Failure {
        message: heading.to_owned(),
        simulated: simulated.to_owned(),
        repeat: repeat.to_owned(),
    }
}

/// In the place of its design: VHDL is compiled in the order of the sources.
#[test]
fn make_puts_a_mutant_in_the_place_of_its_design() {
    require!("make", "patch", "iverilog", "vvp");
    let target = tempfile::tempdir().expect("a folder");
    let mut make = Command::new("make");
    make.args(["--dry-run", "sim", "TB=memory", "MUTANT=memory_write_shows"])
        .env_remove("MAKEFLAGS")
        .env("CARGO_TARGET_DIR", target.path())
        .current_dir(common::root());
    run(make)
        .passed()
        .says("sim/mutant.sh memory_write_shows.v ")
        .says("/mutant/memory.v examples/memory/hdl/memory_bus.v");
}

/// `make sim` starts each simulator, which says so.
#[test]
fn make_runs_a_testbench_on_every_simulator() {
    require!("make", "patch", "iverilog", "vvp");
    for (simulator, program) in [
        ("icarus", "iverilog"),
        ("ghdl", "ghdl"),
        ("nvc", "nvc"),
        ("verilator", "verilator"),
    ] {
        if common::find_tool(program).is_none() {
            eprintln!("skipped: `{program}` is not installed");
            continue;
        }
        let make = |more: &[&str]| {
            let mut make = Command::new("make");
            make.args(["--no-print-directory", "sim", "TB=counter"])
                .arg(format!("SIM={simulator}"))
                .args(more)
                .env_remove("MAKEFLAGS")
                .current_dir(common::root());
            without_settings(&mut make);
            run(make)
        };
        make(&[]).passed().says("5 passed, 0 failed, 0 skipped");
        let mutant = make(&["MUTANT=counter_carry_lost", "FILTER==counts"]);
        assert_eq!(mutant.status, Some(2), "{}", mutant.output);
        mutant.says("0 passed, 1 failed, 0 skipped");
    }
}

#[test]
fn a_mutant_whose_patch_no_longer_applies_fails_by_name() {
    require!("patch");
    let place = tempfile::tempdir().expect("a folder");
    let file = |name: &str| place.path().join(name);
    for folder in ["hdl/mutants", "sim"] {
        std::fs::create_dir_all(file(folder)).expect("the folder is ours");
    }
    for name in [
        "hdl/fifo.v",
        "hdl/mutants/fifo_almost_full_late.v.patch",
        "sim/mutant.sh",
    ] {
        std::fs::copy(common::root().join(name), file(name)).expect("a file of ours");
    }
    let make = |name: &str| {
        let mut script = Command::new(file("sim/mutant.sh"));
        script.arg(name).arg(file("fifo.v"));
        run(script)
    };
    make("fifo_almost_full_late.v").passed();

    let design = std::fs::read_to_string(file("hdl/fifo.v")).expect("a file of ours");
    let renamed = design.replace("ALMOST_FULL_LEVEL", "THRESHOLD");
    assert_ne!(renamed, design);
    std::fs::write(file("hdl/fifo.v"), renamed).expect("the folder is ours");
    make("fifo_almost_full_late.v").failed().says(
        "the patch `hdl/mutants/fifo_almost_full_late.v.patch` no longer applies to `hdl/fifo.v`",
    );
    make("fifo_lost.v")
        .failed()
        .says("there is no mutant `fifo_lost.v`");
}
