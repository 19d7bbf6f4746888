//! Verilator's host, `sim/verilator/host.cpp`: how a simulation begins and ends in it, with and
//! without delays in the design. What it shows and does is asked for by `tests/works_where.rs`.

mod common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use common::{Run, built, plugin, root, run};

/// A design compiled with the host, among what cargo builds: made again only where something that
/// goes into it has changed, since the C++ compiler takes long.
struct Verilator {
    program: PathBuf,
}

impl Verilator {
    fn compile(name: &str, top: Option<&str>, source: &str, options: &[&str]) -> Self {
        // Objects that were made with other options are in another folder: `make` does not know.
        let folder = format!("verilator-{name}{}", options.concat());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        fs::create_dir_all(&folder).expect("cargo's folder is writable");
        let lock = File::create(folder.join("lock")).expect("the folder is ours");
        lock.lock().expect("a file can be locked");
        let shared = Shared::of(options);
        shared.bring_to(&folder);
        let output = Command::new("verilator")
            .args(["--cc", "--exe", "--build", "-j", "0", "--vpi"])
            .args(["--public-flat-rw", "-Wno-fatal", "-Wno-lint", "-Wno-style"])
            .args(["--prefix", "Vdesign"])
            .args(top.iter().flat_map(|top| ["--top-module", top]))
            .args(["--assert", "-o", "design", "--Mdir"])
            .arg(&folder)
            .arg("-CFLAGS")
            .arg("-std=c++20 -DVL_USER_FINISH -DVL_USER_STOP -DVL_USER_FATAL")
            .args(["-LDFLAGS", "-rdynamic -ldl"])
            // All objects depend on the makefile, and those that were brought are older.
            .args(["-MAKEFLAGS", "-s -o Vdesign.mk OPT_FAST=-O0 OPT_GLOBAL=-O0"])
            .args(options)
            .arg(root().join(source))
            .arg(root().join("sim/verilator/host.cpp"))
            .output()
            .expect("verilator runs");
        let text = [output.stdout, output.stderr].concat();
        assert!(
            output.status.success(),
            "{source} does not compile:\n{}",
            String::from_utf8_lossy(&text)
        );
        shared.take_from(&folder);
        Verilator {
            program: folder.join("design"),
        }
    }

    /// Runs the design with these arguments, in a folder that the run may litter.
    fn run_in(&self, folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VERIFORK_")) {
            command.env_remove(name);
        }
        command
            .env_remove("RUST_BACKTRACE")
            .envs(variables.iter().copied())
            .args(arguments)
            .current_dir(folder);
        run(command)
    }

    fn run(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        let folder = tempfile::tempdir().expect("a folder");
        self.run_in(folder.path(), variables, arguments)
    }
}

/// The objects of Verilator's own library, which are the same for all designs with the same options. That of the host is
/// not: made by hand, it includes the design's header.
struct Shared {
    folder: PathBuf,
    _lock: File,
}

impl Shared {
    fn of(options: &[&str]) -> Self {
        let name = format!("verilator-objects{}", options.concat());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).expect("cargo's folder is writable");
        let lock = File::create(folder.join("lock")).expect("the folder is ours");
        lock.lock().expect("a file can be locked");
        Shared {
            folder,
            _lock: lock,
        }
    }

    fn bring_to(&self, design: &Path) {
        copy_objects(&self.folder, design);
    }

    fn take_from(&self, design: &Path) {
        copy_objects(design, &self.folder);
    }
}

/// Copies what is not there or older there. The copies are as old as what they were made from, so that `make` compiles
/// again what has changed.
fn copy_objects(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        let is_shared = name.to_string_lossy().starts_with("verilated");
        let extension = Path::new(&name).extension();
        if !is_shared || !extension.is_some_and(|it| it == "o" || it == "d") {
            continue;
        }
        let made = |path: &Path| fs::metadata(path).and_then(|it| it.modified()).ok();
        let (from, to) = (entry.path(), to.join(&name));
        if made(&to) >= made(&from) {
            continue;
        }
        fs::copy(&from, &to).expect("it can be copied");
        let copy = File::options().append(true).open(&to).expect("ours");
        copy.set_modified(made(&from).expect("its age"))
            .expect("ours");
    }
}

/// The options of designs without waves: the same for all, since Verilator's own library is compiled for each set.
const WITHOUT_WAVES: &[&str] = &["--timing"];
const FAILING: &str = "tests/designs/failing.sv";
static WITH_DELAYS: LazyLock<Verilator> = LazyLock::new(|| {
    Verilator::compile(
        "timing",
        Some("failing"),
        FAILING,
        &["--timing", "--trace-fst"],
    )
});
static WITHOUT_DELAYS: LazyLock<Verilator> = LazyLock::new(|| {
    Verilator::compile(
        "no-timing",
        Some("failing"),
        FAILING,
        &["--no-timing", "--trace"],
    )
});
static CONFORMANCE: LazyLock<Verilator> = LazyLock::new(|| {
    Verilator::compile(
        "conformance",
        Some("conformance"),
        "hdl/conformance.v",
        WITHOUT_WAVES,
    )
});

fn failures_tb() -> String {
    plugin("failures_tb")
        .to_str()
        .expect("a plain name")
        .to_owned()
}

/// Runs a test between two that have nothing to do with it.
fn between(design: &Verilator, test: &str) -> Run {
    let filter = format!("=ends::a_passes_before,=ends::z_comes_after,={test}");
    design.run(&[("VERIFORK_FILTER", &filter)], &["-m", &failures_tb()])
}

#[test]
fn a_design_that_ends_the_simulation_fails_the_test_that_ran() {
    require!("verilator", "g++", "make");
    for design in [&*WITH_DELAYS, &WITHOUT_DELAYS] {
        for (test, line, says) in [
            ("finishes", 24, "called `$finish`: - "),
            ("fails", 25, "called `$fatal`: [1"),
            ("stops", 26, "called `$stop`: - "),
        ] {
            let name = format!("ends::the_design_{test}");
            let run = between(design, &name);
            run.failed()
                .says(&format!("{FAILING}:{line}"))
                .says(says)
                .says("PASS  ends::a_passes_before")
                .says(&format!("FAIL  {name}"))
                .says("awaits the time 2.001 ns")
                .says("not run: the simulation ended before this test")
                .says("1 passed, 2 failed");
        }
    }
}

/// Verilator stops for `$stop`, `$fatal`, `$error` and failed assertions alike, and may print the message
/// after it: the host asks the plugin what was printed when the evaluation has ended.
#[test]
fn errors_of_the_design_fail_their_test_and_do_not_end_the_simulation() {
    require!("verilator", "g++", "make");
    for design in [&*WITH_DELAYS, &WITHOUT_DELAYS] {
        for (test, line, says) in [
            ("the_design_reports_an_error", 28, "the design complains"),
            ("an_assertion_of_the_design_fails", 31, "an assertion fails"),
        ] {
            let name = format!("ends::{test}");
            between(design, &name)
                .failed()
                .says(&format!("{FAILING}:{line}: "))
                .says("the design reports an error (`$error` or a failed assertion): ")
                .says(says)
                .says("2 passed, 1 failed")
                .does_not_say("  2. ");
        }
        for passed in [
            "an_error_is_ignored",
            "the_design_prints_what_looks_like_an_error",
            "wants_the_design_to_fail",
            "wants_the_design_to_finish",
            "wants_the_design_to_stop",
        ] {
            let name = format!("ends::{passed}");
            between(design, &name).passed().says("3 passed, 0 failed");
        }
    }
}

/// Verilator's own argument lets some of them pass without a word.
#[test]
fn errors_of_the_design_pass_where_the_argument_allows_them() {
    require!("verilator", "g++", "make");
    let filter = "=ends::the_design_reports_an_error,=ends::z_comes_after";
    let arguments = ["-m", &failures_tb(), "+verilator+error+limit+2"];
    WITH_DELAYS
        .run(&[("VERIFORK_FILTER", filter)], &arguments)
        .passed()
        .says("the design complains")
        .says("2 passed, 0 failed");
}

#[test]
fn a_failure_after_the_last_test_is_none_the_less_one() {
    require!("verilator", "g++", "make");
    between(&WITH_DELAYS, "ends::the_design_fails_in_its_final_block")
        .failed()
        .says("3 passed, 0 failed")
        .says("the design ended badly")
        .says("verifork: after the last test the design reported:");
}

/// Verilator gives up by a call that must not return: the end is told to the plugin from there.
#[test]
fn a_design_that_does_not_settle_ends_the_run_in_good_order() {
    require!("verilator", "g++", "make");
    for design in [&*WITH_DELAYS, &WITHOUT_DELAYS] {
        between(design, "hangs::spins_in_the_design")
            .failed()
            .says("region did not converge")
            .says("PASS  ends::a_passes_before")
            .says("FAIL  hangs::spins_in_the_design")
            .says("bystander (forked at")
            .says("2 passed, 1 failed");
    }
}

#[test]
fn the_simulation_ends_where_nothing_is_left_to_happen() {
    require!("verilator", "g++", "make");
    let name = "hangs::waits_without_a_clock";
    let variables = [("VERIFORK_FILTER", name), ("VERIFORK_TIMEOUT", "off")];
    WITHOUT_DELAYS
        .run(&variables, &["-m", &failures_tb()])
        .failed()
        .says("no events were left")
        .says("awaits rising edge of failing.clk");
}

#[test]
fn a_plugin_that_cannot_be_used_is_an_error() {
    require!("verilator", "g++", "make");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("text.so"), "no library").expect("the folder is ours");
    for (arguments, says) in [
        (
            &["-m", "/nonexistent.so"][..],
            "/nonexistent.so: cannot open",
        ),
        (&["-m", "text.so"], "text.so"),
        (&["-m", "libm.so"], "cannot open the plugin"),
        (
            &["-m", "/lib/x86_64-linux-gnu/libm.so.6"],
            "it has no `vlog_startup_routines`",
        ),
        (&["-m"], "`-m` wants a file after it"),
        (&["+verbose"], "no plugin is named: -m PLUGIN"),
        (&["design.vvp"], "`design.vvp` is not an argument"),
    ] {
        if let ["-m", path @ "/lib/x86_64-linux-gnu/libm.so.6"] = arguments
            && !Path::new(path).exists()
        {
            continue;
        }
        let run = WITH_DELAYS.run_in(folder.path(), &[], arguments);
        run.says("error: ").says(says);
        assert_eq!(run.status, Some(2), "{arguments:?}");
    }
}

/// A library and a program that disagree about the table of the design say so, both of them by their
/// versions, and nothing is read through it.
#[test]
fn a_table_of_another_version_is_refused_by_both_versions() {
    require!("verilator", "g++", "make");
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("other.c");
    fs::write(
        &source,
        "unsigned verifork_verilator_run(const void *table) { return table ? 7 : 0; }\n\
         void verifork_verilator_end(void) {}\n",
    )
    .expect("the folder is ours");
    let compiled = std::process::Command::new("cc")
        .args(["-shared", "-fPIC", "-o", "other.so", "other.c"])
        .current_dir(folder.path())
        .status();
    assert!(compiled.expect("there is a compiler").success());
    let run = CONFORMANCE.run_in(folder.path(), &[], &["-m", "other.so"]);
    run.says("with version 3 of the table of a design, the plugin has version 7");
    assert_eq!(run.status, Some(2), "{}", run.output);
}

#[test]
fn waves_are_written_from_the_first_to_the_last_time_step() {
    require!("verilator", "g++", "make");
    let plugin = failures_tb();
    for (design, name) in [(&*WITH_DELAYS, "waves.fst"), (&WITHOUT_DELAYS, "waves.vcd")] {
        let folder = tempfile::tempdir().expect("a folder");
        let filter = [("VERIFORK_FILTER", "=ends::the_design_fails")];
        let arguments = ["-m", &plugin, "-waves", name];
        design.run_in(folder.path(), &filter, &arguments).failed();
        let waves = fs::read(folder.path().join(name)).expect("they were written");
        assert!(waves.len() > 300, "{name} has {} bytes", waves.len());
        if name == "waves.vcd" {
            let text = String::from_utf8(waves).expect("VCD is text");
            assert!(text.contains(" command "), "{text}");
            // The clock falls at 0 and rises after 1 ns, in steps of 1 ps.
            assert!(text.contains("#0\n") && text.contains("#1000\n"), "{text}");
        }
        let nowhere = ["-m", &plugin, "-waves", "/nonexistent/waves"];
        let run = design.run(&filter, &nowhere);
        assert_eq!(run.status, Some(2), "{}", run.output);
        run.says("error: cannot write waves to `/nonexistent/waves`");
    }
    let run = CONFORMANCE.run(&[], &["-m", &plugin, "-waves", "waves.vcd"]);
    run.says("error: `-waves`: the design was compiled without waves");
    assert_eq!(run.status, Some(2));
}

/// Each promise that is kept is so in any order, and again in the same simulation.
#[test]
fn promises_are_kept_in_any_order_and_again() {
    require!("verilator", "g++", "make");
    let plugin = plugin("conformance_tb");
    let plugin = plugin.to_str().expect("a plain name");
    let arguments = ["-m", plugin, "+depth=4", "+verbose", "+verb=1", "+empty="];
    let filter = "phases,clocks,tasks,select,threads,edges,values::native,writes::set,writes::parts,\
                  !reals,!real_numbers";
    for (name, value) in [
        ("VERIFORK_ORDER", "declared"),
        ("VERIFORK_ORDER", "random"),
        ("VERIFORK_REPEAT", "2"),
    ] {
        let variables = [("VERIFORK_FILTER", filter), (name, value)];
        CONFORMANCE.run(&variables, &arguments).passed();
    }
}

/// A program that was made by hand with a version that does not tell drivers says of each write that the design
/// undoes it, once, and of no other.
#[test]
fn a_write_that_the_design_undoes_is_not_lost_without_a_word() {
    require!("verilator", "g++", "make");
    let design = Verilator::compile(
        "kinds",
        Some("kinds"),
        "tests/designs/kinds.sv",
        WITHOUT_WAVES,
    );
    let plugin = plugin("verilator_tb");
    let plugin = plugin.to_str().expect("a plain name");
    let test = "=kinds::what_logic_drives_is_what_it_was_after_a_write";
    let run = design.run(&[("VERIFORK_FILTER", test)], &["-m", plugin]);
    run.passed();
    let version = run
        .output
        .split_once("Verilator 5.")
        .expect("it is named")
        .1;
    let minor: String = version.chars().take(3).collect();
    let told = |name| {
        let words = format!("`kinds.{name}` was written, but has its old value again");
        run.output.matches(&words).count()
    };
    // Later ones refuse it.
    let expected = usize::from(minor.parse::<u32>().expect("a number") < 44);
    for name in ["by_star", "by_assign", "leaf.d"] {
        assert_eq!(told(name), expected, "{name}: {}", run.output);
    }
    assert_eq!(told("free") + told("a"), 0, "{}", run.output);
}

/// What is right in the model's memory is so through VPI, or refused: the designs are compiled, if the tests of
/// these crates have run.
#[test]
fn kinds_of_objects_are_right_through_vpi_too() {
    require!("verilator", "g++", "make");
    through_vpi("values", &["published_to_be_read_takes_no_write"]);
    through_vpi(
        "verilator",
        &[
            "what_logic_drives_takes_no_write",
            "what_has_no_value_is_refused_by_what_it_is",
            "packages_and_generates_have_the_names_of_the_design",
            "what_old_versions_do_not_show_is_refused_in_true_words",
            "members_of_unpacked_structures_are_there",
            "members_of_packed_structures_are_there",
            "packed_arrays",
            "arrays_of_several_dimensions_are_there",
            "odd_names_of_scopes_and_arrays_are_found",
            "single_bits_are_forced_and_wide_vectors",
        ],
    );
}

/// Runs tests of a crate in `tests/plugins`.
fn through_vpi(name: &str, tests: &[&str]) {
    for test in tests {
        let mut command = harness_of(name);
        command.arg(test).env("VERIFORK_VERILATOR_PORT", "vpi");
        run(command).passed().says("test result: ok. ");
    }
}

/// The harness of a crate in `tests/plugins`.
fn harness_of(name: &str) -> Command {
    let [harness, _] = built::harness(&format!("{name}_tb"));
    let folder = root().join("tests/plugins").join(name);
    let mut command = Command::new(harness);
    command
        .current_dir(&folder)
        .env("CARGO_MANIFEST_DIR", &folder);
    command
}

/// `cargo verifork bind` says of it why there is no field.
#[test]
fn what_has_no_value_is_described_with_what_it_is() {
    require!("verilator", "g++", "make");
    for port in ["memory", "vpi"] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = harness_of("verilator");
        command
            .env("VERIFORK_VERILATOR_PORT", port)
            .env("VERIFORK_DESCRIBE", folder.path());
        run(command).passed();
        let files = std::fs::read_dir(folder.path()).expect("descriptions");
        let text: String = files
            .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a text"))
            .collect();
        for (name, what) in [("happened", "an event"), ("queue", "a queue")] {
            let named = format!("\"name\": \"{name}\"");
            let object = text.split("\"kind\":").find(|it| it.contains(&named));
            let told = object.is_some_and(|it| it.contains(&format!("it is {what};")));
            assert!(told, "`{name}` is not told through {port}:\n{text}");
        }
        assert!(!text.contains("__V"), "{text}");
    }
}

/// Their ports lie together, beside them: whose each is, is told by its name alone.
#[test]
fn each_of_several_tops_has_its_own_ports() {
    require!("verilator", "g++", "make");
    let design = Verilator::compile("tops", None, "tests/designs/tops.sv", WITHOUT_WAVES);
    let plugin = plugin("verilator_tb");
    let filter = ("VERIFORK_FILTER", "=tops::each_top_has_its_own_ports");
    for port in ["memory", "vpi"] {
        let variables = [filter, ("VERIFORK_VERILATOR_PORT", port)];
        design
            .run(&variables, &["-m", plugin.to_str().expect("a plain name")])
            .passed()
            .says("1 passed");
    }
}

/// What the simulator cannot do is an error that names it, at the line that asked for it.
#[test]
fn what_cannot_be_done_is_refused_by_name() {
    require!("verilator", "g++", "make");
    let plugin = plugin("conformance_tb");
    let plugin = plugin.to_str().expect("a plain name");
    let product = "Verilator ";
    for (test, says) in [
        (
            "writes::a_force_holds_a_variable_against_the_design",
            " cannot force or release ",
        ),
        (
            "values::unknown_bits_are_an_error_for_integers_and_values_for_logic",
            " cannot write X or Z to `conformance.q_8`",
        ),
    ] {
        let filter = format!("={test}");
        for (port, interface) in [("memory", " through its model"), ("vpi", " through VPI")] {
            let variables = [
                ("VERIFORK_FILTER", filter.as_str()),
                ("VERIFORK_VERILATOR_PORT", port),
            ];
            CONFORMANCE
                .run(&variables, &["-m", plugin])
                .failed()
                .says(product)
                .says(interface)
                .says(says)
                .says("tests/plugins/conformance/src/");
        }
    }
    // VPI shows an array of single bits as what it is not, the model's memory as an array.
    let filter = "=values::memories_of_single_bits_go_by_declared_indices";
    let by_vpi = [
        ("VERIFORK_FILTER", filter),
        ("VERIFORK_VERILATOR_PORT", "vpi"),
    ];
    CONFORMANCE
        .run(&by_vpi, &["-m", plugin])
        .failed()
        .says("`conformance.mem_bits` is an object: Verilator cannot show its value");
    CONFORMANCE
        .run(&[("VERIFORK_FILTER", filter)], &["-m", plugin])
        .passed();
}
