//! One seed, one course: the log and the wave of a test are the same, byte for byte, whether it runs
//! alone, filtered, or beside others, on every simulator that is installed. Only dates and seconds of
//! the wall clock are left out.
//!
//! `DETERMINISM=all` asks every example, and runs each of its tests alone.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{Harness, files, find, root};

/// The log and the wave of each test.
type Courses = BTreeMap<String, (String, String)>;

fn installed() -> Vec<&'static str> {
    let known = [
        ("icarus", "vvp"),
        ("ghdl", "ghdl"),
        ("nvc", "nvc"),
        ("verilator", "verilator"),
    ];
    let (there, missing): (Vec<_>, Vec<_>) = known
        .into_iter()
        .partition(|(_, program)| find(program).is_some());
    for (simulator, _) in missing {
        eprintln!("skipped: {simulator} is not installed");
    }
    there.into_iter().map(|(simulator, _)| simulator).collect()
}

/// Without the seconds that the test took: the last word of its line, and the last two in the table.
fn without_wall_time(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let outcome = |word: &&str| ["PASS", "FAIL", "SKIP"].contains(word);
    let kept = match &words[..] {
        ["SKIP", ..] => words.len(),
        [first, .., _, _] if outcome(first) => words.len() - 2,
        [_, second, _, ..] if outcome(second) => 3,
        _ => return line.to_owned(),
    };
    words[..kept].join(" ")
}

/// Without the date in its head.
fn without_date(wave: &str) -> String {
    let Some((before, rest)) = wave.split_once("$date") else {
        return wave.to_owned();
    };
    let after = rest.split_once("$end").map_or("", |(_, after)| after);
    format!("{before}{after}")
}

fn collect(folder: &Path, path: &str, found: &mut Courses) {
    for name in files(folder) {
        let entry = folder.join(&name);
        if name == "log.txt" {
            let log = fs::read_to_string(&entry).expect("a text");
            let log: Vec<String> = log.lines().map(without_wall_time).collect();
            let wave = fs::read(folder.join("waves.vcd")).expect("it was asked for");
            let wave = without_date(&String::from_utf8_lossy(&wave));
            found.insert(path.to_owned(), (log.join("\n"), wave));
        } else if name != "work" && entry.is_dir() {
            collect(&entry, &format!("{path}/{name}"), found);
        }
    }
}

/// Runs tests and takes away what they leave, and the names of those that ran.
fn courses(
    harness: &Harness,
    package: &str,
    simulator: &str,
    arguments: &[&str],
) -> (Courses, Vec<String>) {
    let runs = harness.target.path().join("verifork/runs").join(package);
    if runs.exists() {
        fs::remove_dir_all(&runs).expect("it is ours");
    }
    let settings = [
        ("VERIFORK_SIM", simulator),
        ("VERIFORK_SEED", "20"),
        ("VERIFORK_WAVES", "vcd"),
        ("VERIFORK_LOG", "debug"),
    ];
    let run = harness.run("", &settings, arguments);
    run.status(0);
    let ran = |line: &str| {
        let name = line.strip_prefix("test ")?.strip_suffix("... ok")?;
        Some(name.trim_end().to_owned())
    };
    let names: Vec<String> = run.text.lines().filter_map(ran).collect();
    if names.is_empty() {
        return (Courses::new(), names);
    }
    let mut found = Courses::new();
    collect(&runs, "", &mut found);
    assert_eq!(
        found.len(),
        names.len(),
        "each test of {package} leaves a log"
    );
    (found, names)
}

/// Those that ran this time took the course that they took before.
#[track_caller]
fn same(way: &str, now: &Courses, before: &Courses) {
    for (test, (log, wave)) in now {
        let (log_before, wave_before) = &before[test];
        assert!(
            log == log_before,
            "{way}, the log of {test} is another:\n{log}\n-- was --\n{log_before}"
        );
        let line = wave
            .lines()
            .zip(wave_before.lines())
            .position(|(a, b)| a != b);
        assert!(
            wave == wave_before,
            "{way}, the wave of {test} is another, from line {line:?}"
        );
    }
}

fn takes_one_course(package: &'static str, simulators: &[&str], all_alone: bool) {
    let folder = root()
        .join("examples")
        .join(package.trim_end_matches("_tb"));
    for simulator in simulators {
        let harness = Harness::of(package, folder.clone());
        let run = |arguments: &[&str]| courses(&harness, package, simulator, arguments);
        let (together, names) = run(&["--test-threads=4"]);
        if names.is_empty() {
            // The example has no design in its language.
            continue;
        }
        let (in_turn, _) = run(&["--test-threads=1"]);
        same("in turn", &in_turn, &together);
        assert_eq!(in_turn.len(), together.len());
        let (filtered, _) = run(&[names[0].rsplit("::").next().expect("a name")]);
        same("filtered", &filtered, &together);
        let some = if all_alone {
            &names[..]
        } else {
            &names[names.len() - 1..]
        };
        for name in some {
            let (alone, _) = run(&["--exact", name]);
            assert_eq!(alone.len(), 1, "{name}");
            same("alone", &alone, &together);
        }
        println!(
            "determinism: {package} on {simulator}: {} tests together, in turn, filtered, {} alone: \
             logs and waves are the same",
            together.len(),
            some.len()
        );
    }
}

fn asks_all() -> bool {
    std::env::var("DETERMINISM").is_ok_and(|what| what == "all")
}

#[test]
fn a_seed_is_a_course_on_every_simulator() {
    takes_one_course("counter_tb", &installed(), asks_all());
}

#[test]
fn a_seed_is_a_course_of_random_traffic_too() {
    // Verilator compiles for long; the other test asks it.
    let quick = installed()
        .into_iter()
        .filter(|&simulator| simulator != "verilator");
    takes_one_course("fifo_tb", &quick.collect::<Vec<_>>(), false);
}

/// The others, where `DETERMINISM=all` asks for them.
#[test]
fn a_seed_is_a_course_of_every_example() {
    if !asks_all() {
        return;
    }
    for example in files(&root().join("examples")) {
        let package: &'static str = format!("{example}_tb").leak();
        takes_one_course(package, &installed(), true);
    }
}

#[test]
fn what_is_left_out_of_a_log_is_the_wall_clocks() {
    let line = "PASS  random_traffic::balanced       5,215 ns    0.077 s";
    assert_eq!(
        without_wall_time(line),
        "PASS random_traffic::balanced 5,215 ns"
    );
    let row = "random_traffic::balanced  PASS           5,215   0.077       67,501";
    assert_eq!(
        without_wall_time(row),
        "random_traffic::balanced PASS 5,215"
    );
    let record = "   5,215 ns INFO  random_traffic::balanced  245 words went through";
    assert_eq!(without_wall_time(record), record);
    let wave = "$date\n\tWed Nov 25\n$end\n$version\n1\n$end\n#0\n";
    assert_eq!(without_date(wave), "\n$version\n1\n$end\n#0\n");
}
