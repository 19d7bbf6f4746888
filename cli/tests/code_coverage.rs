//! Which code of a design has run, as its simulator tells: asked for by one setting, left a test.

#[path = "../../runner/tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Harness, Run, find, icarus, root};
use verifork_coverage::{Code, CodeFormat, CodeKind};

const BOTH: (&str, &str) = ("VERIFORK_COVERAGE", "functional,code");

fn faulty() -> Harness {
    Harness::of("faulty_tb", root().join("runner/tests/faulty"))
}

/// Runs a test of a design on a simulator, and reads which code has run.
fn left_by(simulator: &str, design: &str, test: &str, format: CodeFormat) -> Option<Code> {
    left_by_program(simulator, simulator, design, test, format)
}

/// The same with the simulator's program of another name.
fn left_by_program(
    program: &str,
    simulator: &str,
    design: &str,
    test: &str,
    format: CodeFormat,
) -> Option<Code> {
    let Some(program) = find(program) else {
        eprintln!("skipped: `{program}` is not installed");
        return None;
    };
    let harness = faulty();
    let place = format!("VERIFORK_{}", simulator.to_uppercase());
    let only = ("VERIFORK_SIM", simulator);
    let place = (&*place, program.to_str().unwrap());
    let segments: Vec<&str> = test.split("::").collect();
    let folder = harness.target.path().join("verifork/runs/faulty_tb/sim");
    let file = folder
        .join(segments.join("/"))
        .join(format!("code.{simulator}"));
    let exact = ["--exact", test];
    harness.run(design, &[only, place], &exact).status(0);
    assert!(!file.exists(), "nobody has asked for it");
    harness.run(design, &[only, place, BOTH], &exact).status(0);
    let code = Code::read(&file, format).unwrap();
    for (file, _) in code.files() {
        assert!(
            std::path::Path::new(file).is_file(),
            "`{file}` is where it was compiled"
        );
    }
    Some(code)
}

/// What of these kinds has run, and what has not.
fn both(code: &Code, kinds: &[CodeKind]) {
    let all = code.by_kind();
    for kind in kinds {
        let found = all.iter().find(|(it, _)| it == kind);
        let (_, covered) = found.unwrap_or_else(|| panic!("no {kind:?} in {all:?}"));
        assert!(covered.covered > 0, "{kind:?}: {covered:?}");
    }
}

#[test]
fn verilator_tells_lines_and_toggles() {
    let code = left_by(
        "verilator",
        "",
        "gate::verilator::passes",
        CodeFormat::Verilator,
    );
    let Some(code) = code else { return };
    both(&code, &[CodeKind::Toggle]);
}

#[test]
fn nvc_tells_statements_and_toggles() {
    let code = left_by("nvc", "vhdl", "vhdl::nvc::passes_too", CodeFormat::Nvc);
    let Some(code) = code else { return };
    both(&code, &[CodeKind::Statement]);
}

/// The root of Debian 13's simulators that `tests/newer.sh` makes.
fn newer_root() -> Option<PathBuf> {
    let own = std::env::var_os("NEWER_ROOT").map(PathBuf::from);
    let place = own.or_else(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cache")));
        Some(cache?.join("verifork/debian-13"))
    });
    place.filter(|place| place.join("made").exists() && place.join("usr/bin/ghdl-mcode").exists())
}

/// The command as it runs in another root, where these folders are too. The mounts end with it.
fn within(root: &Path, folders: [&Path; 2], command: &Command) -> Command {
    let script = "root=$0; for folder in \"$1\" \"$2\"; do mkdir -p \"$root$folder\" \
                  && mount --rbind \"$folder\" \"$root$folder\" || exit; done; \
                  mount -t proc none \"$root/proc\" || exit; \
                  directory=$3; shift 3; exec chroot \"$root\" env -C \"$directory\" \"$@\"";
    let mut other = Command::new("unshare");
    other.args(["--mount", "sh", "-c", script]).arg(root);
    other.args(folders);
    other.args(command.get_current_dir());
    other.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other
}

#[test]
fn ghdl_5_tells_statements() {
    let Some(newer) = newer_root() else {
        eprintln!("skipped: GHDL 5 is not there: `tests/newer.sh` makes the root that has it");
        return;
    };
    let mounts = Command::new("unshare").args(["--mount", "true"]).output();
    if !mounts.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: GHDL 5 is not run: this user may mount nothing");
        return;
    }
    let harness = faulty();
    let test = ["--exact", "vhdl::ghdl::passes_too"];
    let command = harness.command("vhdl", &[("VERIFORK_SIM", "ghdl"), BOTH], &test);
    let temporary = harness.target.path().parent().unwrap();
    let mut command = within(&newer, [root(), temporary], &command);
    let run = Run::of(command.output().unwrap());
    run.status(0)
        .says("1 passed")
        .does_not_say("no code coverage");
    let folder = harness.target.path().join("verifork/runs/faulty_tb/sim");
    let file = folder.join("vhdl/ghdl/passes_too/code.ghdl");
    let code = Code::read(&file, CodeFormat::Ghdl).unwrap();
    both(&code, &[CodeKind::Statement]);
    assert!(code.files().all(|(file, _)| Path::new(file).is_file()));
    // Nor are there counts beside the sources: generics were looked at by a run, too.
    let crate_folder = root().join("runner/tests/faulty");
    let names = std::fs::read_dir(crate_folder).unwrap();
    let names = names.map(|it| it.unwrap().file_name());
    let left: Vec<_> = names
        .filter(|it| it.to_string_lossy().starts_with("coverage-"))
        .collect();
    assert_eq!(left, [""; 0], "left in the crate's folder");
}

/// The lines of a file with statements, with whether these have run.
fn lines(code: &Code, name: &str) -> BTreeMap<u32, bool> {
    let mut lines = BTreeMap::new();
    let own = code.files().filter(|(file, _)| file.ends_with(name));
    for (point, count) in own.flat_map(|(_, points)| points) {
        if point.kind == CodeKind::Statement {
            *lines.entry(point.line).or_default() |= *count > 0;
        }
    }
    lines
}

#[test]
fn ghdl_with_the_back_end_of_gcc_tells_which_statements_have_run() {
    let test = "vhdl::ghdl::passes_too";
    let code = left_by_program("ghdl-gcc", "ghdl", "vhdl", test, CodeFormat::Ghdl);
    let Some(code) = code else { return };
    let source = "hdl/vhdl.vhd";
    let text = std::fs::read_to_string(root().join("runner/tests/faulty").join(source)).unwrap();
    let lines = lines(&code, source);
    let line = |statement: &str| {
        let found = text.lines().position(|line| line.contains(statement));
        u32::try_from(found.unwrap()).unwrap() + 1
    };
    let wanted = [
        ("y <= not a", true),
        ("if a'length", true),
        ("report", false),
    ];
    let wanted = wanted.map(|(statement, has_run)| (line(statement), has_run));
    // Nothing of the entity, of declarations, or of ends.
    assert_eq!(lines, BTreeMap::from(wanted), "{text}");
    let test = "vhdl::nvc::passes_too";
    if let Some(code) = left_by("nvc", "vhdl", test, CodeFormat::Nvc) {
        for (line, has_run) in self::lines(&code, source) {
            assert_eq!(lines.get(&line), Some(&has_run), "line {line}");
        }
    }
}

#[test]
fn a_simulator_that_does_not_tell_is_named_and_its_tests_run() {
    for (simulator, program, design, test, why) in [
        (
            "icarus",
            "iverilog",
            "",
            "gate::icarus::passes",
            "no code coverage on Icarus Verilog: it counts none",
        ),
        (
            "ghdl",
            "ghdl",
            "vhdl",
            "vhdl::ghdl::passes_too",
            "no code coverage on GHDL: GHDL 5 counts it",
        ),
    ] {
        let Some(path) = find(program) else {
            eprintln!("skipped: `{program}` is not installed");
            continue;
        };
        let version = std::process::Command::new(path)
            .arg("--version")
            .output()
            .unwrap();
        let version = String::from_utf8_lossy(&version.stdout).into_owned();
        let counts = version.starts_with("GHDL 5") && version.contains("mcode")
            || version.contains("GCC back-end");
        let harness = faulty();
        let only = ("VERIFORK_SIM", simulator);
        let run = harness.run(design, &[only, BOTH], &["--exact", test]);
        run.status(0).says("1 passed");
        assert_eq!(run.text.contains(why), !counts, "{}", run.text);
        harness
            .run(design, &[only], &["--exact", test])
            .does_not_say("no code coverage");
    }
}

#[test]
fn a_kind_of_coverage_that_there_is_not_is_an_error() {
    let harness = faulty();
    let run = harness.run("", &[("VERIFORK_COVERAGE", "functional,cdoe")], &[]);
    run.status(2)
        .says("VERIFORK_COVERAGE=functional,cdoe: ")
        .says("did you mean `code`?");
}

#[test]
fn what_cover_groups_count_is_left_unless_it_is_left_out() {
    if !icarus() {
        return;
    }
    let example = root().join("examples/burst_addresses");
    let harness = Harness::of("burst_addresses_tb", example);
    let test = "a_quarter_of_the_kinds::first";
    let folder =
        "verifork/runs/burst_addresses_tb/sim/burst_addresses/icarus/a_quarter_of_the_kinds.first";
    let file = harness
        .target
        .path()
        .join(folder)
        .join("a_quarter_of_the_kinds.first.coverage");
    for (wanted, left) in [
        ("", true),
        ("functional", true),
        ("code", false),
        ("off", false),
    ] {
        let settings = [("VERIFORK_SIM", "icarus"), ("VERIFORK_COVERAGE", wanted)];
        let name = format!("burst_addresses::icarus::{test}");
        harness.run("", &settings, &["--exact", &name]).status(0);
        assert_eq!(file.is_file(), left, "{wanted}");
    }
}
