//! `cargo verifork close`, with a harness that is a script: what each seed covers is prepared.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use verifork_coverage::{Bins, GroupBuilder, Record, Source, take};

mod common;

use common::{has, told, verifork};

/// A crate whose one test covers what is given for its seeds, from 1 on, and fails with the seed that is given.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new(seeds: &[&[u8]], fails: Option<u64>) -> Bench {
        let bench = Bench(tempfile::tempdir().unwrap());
        let folder = bench.0.path();
        for (seed, values) in (1..).zip(seeds) {
            let prepared = folder.join("prepared").join(seed.to_string());
            fs::create_dir_all(prepared.parent().unwrap()).unwrap();
            record(seed, values).write(&prepared).unwrap();
        }
        let fails = fails.map_or("none".to_owned(), |seed| seed.to_string());
        let path = folder.display();
        script(
            &folder.join("cargo"),
            &format!(
                "echo $1 >> {path}/asked\n\
                 case $1 in\n\
                 test) echo '{{\"executable\":\"{path}/harness\",\"manifest_path\":\"{path}/Cargo.toml\",\
                 \"package_id\":\"path+file://{path}#0.0.0\"}}';;\n\
                 metadata) echo '{{\"target_directory\":\"{path}/target\"}}';;\n\
                 esac\n"
            ),
        );
        script(
            &folder.join("harness"),
            &format!(
                "if [ \"$1\" = --list ]; then echo 'top::icarus::levels: test'; exit; fi\n\
                 echo \"$VERIFORK_SEED $*\" >> {path}/ran\n\
                 ls \"$VERIFORK_AIM\" | wc -l >> {path}/aims\n\
                 mkdir -p {path}/target/verifork/runs/levels\n\
                 cp {path}/prepared/$VERIFORK_SEED {path}/target/verifork/runs/levels/levels.coverage\n\
                 if [ \"$VERIFORK_SEED\" = {fails} ]; then echo 'level is 9'; exit 101; fi\n\
                 echo '{{\"type\":\"test\",\"event\":\"ok\",\"name\":\"top::icarus::levels\"}}'\n"
            ),
        );
        bench
    }

    fn command(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let mut command = verifork();
        told(
            command
                .args(arguments)
                .current_dir(self.0.path())
                .env("CARGO", self.0.path().join("cargo")),
        )
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn record(seed: u64, values: &[u8]) -> Record {
    let mut builder = GroupBuilder::new("levels");
    let level = builder
        .point("level", Bins::<u8>::new().each("", 0..=3))
        .unwrap();
    builder.build();
    for value in values {
        level.sample(*value);
    }
    Record {
        source: Source {
            test: "levels".to_owned(),
            simulator: "Icarus Verilog 11.0".to_owned(),
            seed,
            run: seed.to_string(),
            passed: true,
        },
        groups: take(),
    }
}

#[test]
fn seeds_are_run_until_all_is_covered_and_the_fewest_are_kept() {
    let bench = Bench::new(&[&[0], &[1, 2], &[0, 1, 2], &[3], &[0]], None);
    let (text, status) = bench.command(&["close", "levels"]);
    assert_eq!(status, Some(0), "{text}");
    has(
        &text,
        &[
            "seed 2: 2 new bins, 3 of 4 covered",
            "seed 3: 0 new bins",
            "everything is covered",
            "the same coverage with 2 of 4 seeds: 3, 4;",
        ],
    );
    assert_eq!(bench.read("ran").lines().count(), 4);
    // Cargo is asked once, however many seeds are run; but for the folder, which the first run makes.
    let asked = |of| bench.read("asked").lines().filter(|it| *it == of).count();
    assert_eq!((asked("test"), asked("metadata")), (1, 2));
    // Each seed finds what those before it have covered.
    let aims = bench.read("aims");
    let aims: Vec<&str> = aims.split_whitespace().collect();
    assert_eq!(aims, ["0", "1", "2", "3"]);
    let seeds = bench.read("seeds.txt");
    assert!(
        seeds.starts_with("# cargo verifork run --seeds: 100.0 % of 1 group"),
        "{seeds}"
    );
    assert!(
        seeds.ends_with("\n3 top::icarus::levels\n4 top::icarus::levels\n"),
        "{seeds}"
    );

    // And only these run again.
    fs::remove_file(bench.0.path().join("ran")).unwrap();
    let (text, status) = bench.command(&["run", "--seeds", "seeds.txt"]);
    assert_eq!(status, Some(0), "{text}");
    let ran = bench.read("ran");
    let ran: Vec<&str> = ran.lines().collect();
    assert_eq!(ran.len(), 2);
    assert_eq!(asked("test"), 2, "once more, for both seeds");
    for (ran, seed) in ran.iter().zip(["3 ", "4 "]) {
        assert!(ran.starts_with(seed) && ran.contains("--exact"), "{ran}");
    }
}

#[test]
fn a_test_that_fails_ends_it_red_with_its_seed() {
    let bench = Bench::new(&[&[0], &[1], &[2, 3]], Some(3));
    let (text, status) = bench.command(&["close"]);
    assert_eq!(status, Some(1), "{text}");
    has(&text, &["level is 9", "a test fails with VERIFORK_SEED=3"]);
    // What was found before it is kept.
    let seeds = bench.read("seeds.txt");
    assert!(
        seeds.contains("\n1 top") && seeds.contains("\n2 top"),
        "{seeds}"
    );
}

#[test]
fn groups_in_which_nothing_counts_are_not_covered() {
    let bench = Bench::new(&[&[]], None);
    let empty = Record {
        groups: Vec::new(),
        ..record(1, &[])
    };
    empty.write(&bench.0.path().join("prepared/1")).unwrap();
    let (text, status) = bench.command(&["close"]);
    assert_ne!(status, Some(0), "{text}");
    has(&text, &["there is nothing to cover"]);
    assert!(!text.contains("is covered"), "{text}");
}

#[test]
fn seeds_that_add_nothing_and_a_budget_end_it_with_words() {
    let bench = Bench::new(&[&[0], &[0], &[0], &[1]], None);
    let (text, status) = bench.command(&["close", "--idle", "2"]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("2 seeds in a row added nothing"), "{text}");
    assert!(
        text.contains("the same coverage with 1 of 3 seeds: 1;"),
        "{text}"
    );
    let (text, status) = bench.command(&["close", "--budget", "1ms"]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("the budget of 1 ms is used up"), "{text}");
    assert!(text.contains("seed 1: 1 new bin"), "one was run:\n{text}");
    for (arguments, told) in [
        (&["close", "--budget", "10"][..], "the unit is missing"),
        (&["close", "lvels"], "did you mean"),
        (&["run", "--seeds", "none.txt"], "cannot read `none.txt`"),
    ] {
        let (text, status) = bench.command(arguments);
        assert_ne!(status, Some(0), "{text}");
        has(&text, &[told]);
    }
}
