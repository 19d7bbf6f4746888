//! What a run begins with: tests, settings, a simulator that will do.

use super::*;

#[test]
fn two_tests_of_one_name_are_refused_with_their_places() {
    require!("iverilog", "vvp");
    let run = DESIGN.get().run(&plugin("duplicates_tb"), &[], &[]);
    run.failed()
        .says("test names must be unique")
        .says("`group::one`")
        .says("`same`");
    for line in [9, 13, 17, 21] {
        run.says(&format!("tests/plugins/duplicates/src/lib.rs:{line}"));
    }
    run.does_not_say("PASS");
}

#[test]
fn a_plugin_without_tests_is_refused() {
    require!("iverilog", "vvp");
    DESIGN
        .get()
        .run(&plugin("empty_tb"), &[], &[])
        .failed()
        .says("this plugin has no tests");
}

/// A process that stands for a simulator exports less of VPI than a plugin needs.
#[test]
fn a_simulator_that_lacks_functions_is_reported_by_name_and_fails() {
    require!("cc");
    let folder = tempfile::tempdir().expect("a folder");
    let run = |macros: &[&str]| {
        let program = folder.path().join(format!("simulator{}", macros.len()));
        let compiled = std::process::Command::new("cc")
            .args(["-rdynamic", "-o"])
            .arg(&program)
            .args(macros)
            .arg(root().join("tests/designs/lacking.c"))
            .arg("-ldl")
            .status();
        assert!(compiled.expect("cc runs").success());
        let mut command = std::process::Command::new(program);
        command
            .arg(plugin("failures_tb"))
            .env("VERIFORK_FILTER", "=plain::passes");
        common::run(command)
    };
    let refused = run(&[]);
    refused
        .failed()
        .says("verifork: cannot use this simulator: it does not export `vpi_register_cb`")
        .says("no test can run; `cargo verifork doctor` says which simulators can be used");
    // It goes on without us, and its own good end does not count.
    refused.says("the simulation ends").does_not_say("PASS");
    run(&["-DHAS_REGISTER_CB"])
        .failed()
        .says("cannot use this simulator")
        .says("gives no time precision");
    // Enough to begin with, but not to run a test.
    run(&["-DHAS_REGISTER_CB", "-DHAS_GET"])
        .failed()
        .says("the process ended before the tests did")
        .does_not_say("PASS");
}

#[test]
fn a_filter_that_fits_nothing_is_refused_with_the_nearest_names() {
    require!("iverilog", "vvp");
    let none = run("plain::paniks", &[]);
    none.failed()
        .says("no test fits VERIFORK_FILTER=plain::paniks")
        .says("`plain::panics`");
    let some = run("=plain::passes,unheard-of", &[]);
    some.passed()
        .says("no test's name contains `unheard-of`")
        .says("1 passed");
}

#[test]
fn settings_that_cannot_be_understood_are_all_reported() {
    require!("iverilog", "vvp");
    let variables = [
        ("VERIFORK_SEED", "abc"),
        ("VERIFORK_FILTR", "x"),
        ("VERIFORK_ORDER", "alphabet"),
    ];
    let run = run("plain::passes", &variables);
    run.failed()
        .says("VERIFORK_SEED=abc: a number of 64 bits fits")
        .does_not_say("PASS");
    run.says("VERIFORK_FILTR=x: there is no such variable (did you mean `VERIFORK_FILTER`?)");
    run.says("VERIFORK_ORDER=alphabet")
        .says("VERIFORK_HELP=1 shows every variable");
}

#[test]
fn settings_choose_order_and_repeat_the_tests() {
    require!("iverilog", "vvp");
    let list = run("is_even,binding", &[("VERIFORK_LIST", "1")]);
    list.passed()
        .says("plain::is_even::three\ttests/plugins/failures/src/plain.rs:");
    list.says("binding::a_look_up_has_its_line")
        .does_not_say("PASS")
        .does_not_say("passed");

    let help = run("plain::passes", &[("VERIFORK_HELP", "1")]);
    help.passed()
        .says("VERIFORK_WALL_TIMEOUT")
        .does_not_say("PASS");

    let order = |order: &str| {
        let run = run(
            "is_even,plain::passes",
            &[("VERIFORK_ORDER", order), ("VERIFORK_SEED", "3")],
        );
        let lines = run
            .output
            .lines()
            .filter(|line| line.starts_with("PASS ") || line.starts_with("FAIL "));
        let names =
            lines.filter_map(|line| line.split_whitespace().nth(1)?.strip_prefix("plain::"));
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let declared = [
        "passes",
        "is_even::two",
        "is_even::three",
        "is_even::four",
        "passes_though_it_should_fail",
    ];
    let mut by_name = declared.map(str::to_owned).to_vec();
    by_name.sort();
    assert_eq!(order("name"), by_name);
    assert_eq!(order("random"), order("random"));
    assert_ne!(order("declared"), by_name);
    let mut random = order("random");
    random.sort();
    assert_eq!(random, by_name);

    let fast = run(
        "=plain::passes,=plain::panics,=plain::fails_as_it_should",
        &[("VERIFORK_FAIL_FAST", "1")],
    );
    fast.failed()
        .says("not run, since VERIFORK_FAIL_FAST is set")
        .says("1 passed, 1 failed, 1 skipped");

    let repeat = run("=plain::passes", &[("VERIFORK_REPEAT", "3")]);
    repeat
        .passed()
        .says("plain::passes#1")
        .says("plain::passes#3")
        .says("3 passed");
}

/// What a failure prints under "repeat" repeats it.
#[test]
fn the_printed_command_repeats_the_failure() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let variables = [("VERIFORK_SEED", "9"), ("VERIFORK_TOP", "failing")];
    let first = run("is_even", &variables);
    let line = first
        .output
        .lines()
        .find_map(|line| line.strip_prefix("  repeat  "));
    let command = line.unwrap_or_else(|| panic!("no such line:\n{}", first.output));
    assert!(command.contains(" VERIFORK_TOP=failing "), "{command}");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", command]).current_dir(design.folder());
    common::run(shell)
        .failed()
        .says("FAIL  plain::is_even::three")
        .says("0 passed, 1 failed");
}
