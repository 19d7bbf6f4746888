//! NVC, over VHPI: the promises of the library on the VHDL twins of the designs, by the same plugins
//! as on Icarus, and those that VHDL has beyond (`tests/plugins/vhdl`).

mod common;

use std::process::Command;

use common::nvc::Nvc;
use common::{Mutant, Run, Shared, plugin, root, without_settings};

static CONFORMANCE: Shared<Nvc> =
    Shared::new(|| Nvc::compile("conformance", &["hdl/conformance.vhd"], &[]));
static FAILING: Shared<Nvc> =
    Shared::new(|| Nvc::compile("failing", &["tests/designs/failing.vhd"], &[]));

/// The plus-arguments that the plugin's tests look for.
const PLUSARGS: [&str; 4] = ["+depth=4", "+verbose", "+verb=1", "+empty="];

fn promises(filter: &str, variables: &[(&str, &str)]) -> Run {
    promises_with(&[], filter, variables)
}

fn promises_with(options: &[&str], filter: &str, variables: &[(&str, &str)]) -> Run {
    let variables = [&[("VERIFORK_FILTER", filter)], variables].concat();
    CONFORMANCE
        .get()
        .run(&plugin("conformance_tb"), &variables, options, &PLUSARGS)
}

fn vhdl(options: &[&str], variables: &[(&str, &str)]) -> Run {
    CONFORMANCE
        .get()
        .run(&plugin("vhdl_tb"), variables, options, &[])
}

#[test]
fn every_promise_is_kept_in_declared_order() {
    require!("nvc");
    let run = promises("", &[]);
    run.passed().says("through VHPI").says(" 0 failed, ");
    // What is left out is what VHDL has nothing of, and nothing that NVC could not do.
    let skipped = run.output.lines().filter(|line| line.starts_with("SKIP "));
    let others: Vec<_> = skipped.filter(|it| !it.contains("not in VHDL: ")).collect();
    assert!(others.is_empty(), "{others:?}");
}

/// Each test finds what it needs, whatever ran before it.
#[test]
fn every_promise_is_kept_in_any_order_and_again() {
    require!("nvc");
    for seed in ["1", "2", "3"] {
        promises("", &[("VERIFORK_ORDER", "random"), ("VERIFORK_SEED", seed)]).passed();
    }
    promises(
        "phases,edges,writes,clocks,tasks",
        &[("VERIFORK_REPEAT", "2")],
    )
    .passed();
}

#[test]
fn what_vhdl_has_beyond_verilog_is_there() {
    require!("nvc");
    vhdl(&[], &[]).passed().says(" 0 failed, 0 skipped");
    for seed in ["1", "2", "3"] {
        let settings = [
            ("VERIFORK_ORDER", "random"),
            ("VERIFORK_SEED", seed),
            ("VERIFORK_REPEAT", "2"),
        ];
        vhdl(&[], &settings).passed();
    }
}

/// NVC itself counts the handles, with `--vhpi-debug`.
#[test]
fn every_handle_is_given_back() {
    require!("nvc");
    let counted = ["--vhpi-debug"];
    promises_with(&counted, "values,edges,phases,tasks", &[])
        .passed()
        .does_not_say("active handles");
    vhdl(&counted, &[]).passed().does_not_say("active handles");
}

/// Same design, same seed: the same output, times of the machine aside.
#[test]
fn a_run_repeats_itself() {
    require!("nvc");
    let log = || {
        let run = promises("", &[("VERIFORK_SEED", "7"), ("VERIFORK_LOG", "debug")]);
        let lines = run.output.lines();
        let lines = lines.filter(|line| line.contains("ns DEBUG") || line.contains("ns INFO"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let first = log();
    assert!(first.len() > 50, "{first:?}");
    assert_eq!(log(), first);
}

/// Runs a test of `failures_tb` between two that have nothing to do with it.
fn between(test: &str, variables: &[(&str, &str)]) -> Run {
    let filter = format!("=ends::a_passes_before,=ends::z_comes_after,={test}");
    let variables = [&[("VERIFORK_FILTER", &*filter)], variables].concat();
    FAILING
        .get()
        .run(&plugin("failures_tb"), &variables, &[], &[])
}

#[test]
fn a_design_that_ends_the_simulation_fails_the_test_that_ran() {
    require!("nvc");
    for (test, said) in [
        ("finishes", "FINISH called"),
        ("stops", "STOP called"),
        ("fails", "the design gave up"),
    ] {
        let name = format!("ends::the_design_{test}");
        between(&name, &[])
            .failed()
            .says(said)
            .says("PASS  ends::a_passes_before")
            .says(&format!("{name} failed ("))
            .says("not run: the simulation ended before this test")
            .says("1 passed, 2 failed");
    }
    between("ends::the_design_reports_an_error", &[])
        .failed()
        .says("the design reports an error (`severity error`):")
        .says("the design complains")
        .says("2 passed, 1 failed");
}

#[test]
fn a_test_that_hangs_says_what_it_awaits() {
    require!("nvc");
    between("hangs::waits_for_what_never_comes", &[])
        .failed()
        .says("driver (forked at tests/plugins/failures/src/hangs.rs:")
        .says("failing.count")
        .says("2 passed, 1 failed");
    between("hangs::waits_without_a_clock", &[])
        .failed()
        .says("rising edge")
        .says("failing.clk");
    between("hangs::spins_over_delays_of_nothing", &[])
        .failed()
        .says("spins_over_delays_of_nothing failed");
    between(
        "hangs::spins_in_the_design",
        &[("VERIFORK_WALL_TIMEOUT", "2s")],
    )
    .failed();
}

#[test]
fn what_does_not_fit_is_reported_as_everywhere() {
    require!("nvc");
    between(
        "binding::everything_that_does_not_fit_is_reported_at_once",
        &[],
    )
    .failed()
    .says("there is no `cuont` in `failing` (did you mean `count`?)")
    .says("there is no `vlaue` in `failing.inner` (did you mean `value`?)")
    .says("`failing.nibble` is a net of logic [3:0] (4 bits), but bool takes 1 bit")
    .says("`failing.command` is an input port, not an output port");
    between("plain::reads_unknown_bits", &[])
        .failed()
        .says("failing.nibble")
        .says("4'b1x0z");
    between("plain::writes_a_constant", &[])
        .failed()
        .says("it is constant");
    let run = FAILING.get().run(&plugin("counter_tb"), &[], &[], &[]);
    run.failed().says("no `core` in `failing`");
    let run = FAILING.get().run(&plugin("empty_tb"), &[], &[], &[]);
    run.failed().says("this plugin has no tests");
}

/// An example by hand, on its design and on a mutant of it; all of them, by their harnesses, in
/// `runner/tests/examples.rs`.
#[test]
fn an_example_passes_on_its_design_and_finds_a_mutant() {
    require!("nvc", "patch");
    let plugin = plugin("fifo_tb");
    let run = |source: &str| {
        let design = Nvc::compile("fifo", &[source], &[]);
        design.run(&plugin, &[("VERIFORK_SEED", "1")], &[], &[])
    };
    run("hdl/fifo.vhd").passed().says(" 0 failed, 0 skipped");
    run(Mutant::of("fifo_almost_full_late.vhd").source())
        .failed()
        .says("FAIL  ");
}

/// Asks everything about everything: an NVC that cannot answer ends the process.
#[test]
fn a_design_of_types_of_every_kind_is_described() {
    require!("nvc");
    let design = Nvc::compile("types", &["tests/designs/types.vhd"], &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("design.json");
    let settings = [("VERIFORK_DESCRIBE", path.to_str().expect("a plain path"))];
    design
        .run(&plugin("empty_tb"), &settings, &[], &[])
        .passed();
    let text = std::fs::read_to_string(&path).expect("it was written");
    let described: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let mut found = Vec::new();
    for top in described["tops"].as_array().expect("tops") {
        collect("", top, &mut found);
    }
    let shown = |path: &str| {
        let object = found.iter().find(|(known, _)| known == path);
        object.map_or_else(String::new, |(_, shown)| shown.clone())
    };
    for (path, expected) in [
        ("types.item", "structure"),
        ("types.item.data", "net 8 [7,0]"),
        ("types.inner.open_v", "parameter 4 [0,3]"),
        ("types.inner.pick", "parameter 2 null"),
        ("types.inner.empty", "parameter"),
        ("types.inner.open_in", "net 5 [5,9]"),
        ("types.inner.fixed", "net 8 [3,-4]"),
        ("types.inner.nothing", "string variable"),
        ("types.inner.waits", "array 64 null"),
        ("types.inner.by_generic", "net 6 [5,0]"),
        ("types.inner.block_of_words", "array 2 [1,0]"),
        ("types.inner.guarded_block.kept", "net 1 null"),
        ("types.inner.rows[2].columns[1].cell", "net 3 [2,0]"),
        ("work.types_of_all_kinds.deferred", "parameter 32 null"),
        ("ieee.fixed_pkg.fixed_guard_bits", "parameter"),
        ("work.generic_types.last", "parameter"),
    ] {
        assert_eq!(shown(path), expected, "{path} in {found:?}");
    }
}

/// The paths of an object and of what it holds, each with its kind, width and range.
fn collect(scope: &str, object: &serde_json::Value, found: &mut Vec<(String, String)>) {
    let name = object["name"].as_str().unwrap_or_default();
    let path = if scope.is_empty() {
        name.to_owned()
    } else {
        format!("{scope}.{name}")
    };
    let logic = &object["encoding"]["logic"];
    let mut shown = object["kind"].as_str().unwrap_or_default().to_owned();
    if logic.is_object() {
        shown = format!("{shown} {} {}", logic["width"], logic["range"]);
    }
    for child in object["children"].as_array().into_iter().flatten() {
        collect(&path, child, found);
    }
    found.push((path, shown));
}

/// GHDL has VHPI's functions and does nothing in them.
#[test]
fn ghdl_over_vhpi_is_refused_with_a_pointer() {
    require!("ghdl");
    let folder = tempfile::tempdir().expect("a folder");
    let ghdl = |arguments: &[&str]| {
        let mut command = Command::new("ghdl");
        command
            .arg(arguments[0])
            .arg("--std=08")
            .args(&arguments[1..])
            .current_dir(folder.path());
        without_settings(&mut command);
        common::run(command)
    };
    let source = root().join("hdl/counter.vhd");
    ghdl(&["-a", source.to_str().expect("a plain path")]).passed();
    ghdl(&["-e", "counter"]).passed();
    let plugin = plugin("counter_tb");
    let run = ghdl(&["-r", "counter", &format!("--vhpi={}", plugin.display())]);
    run.failed().says("--vpi=");
}
