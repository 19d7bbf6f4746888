//! The time of a sample: a point with few and with many values, one with transitions, a cross of three points, a
//! whole group; and the time of queries in a loop. In nanoseconds, the least and the median of many rounds.
//!
//! ```text
//! cargo bench -p verifork-coverage --bench samples -- [--peers]
//! ```
//!
//! `--peers`: the same group by cocotb-coverage and pyvsc too, from Python's index, each in an environment of its own. A
//! run in which one does not reach the same coverage fails.

#![allow(
    missing_docs,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a program that prints"
)]

#[path = "../../benches/peers/python.rs"]
mod python;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use python::{Environment, output};

use verifork_coverage::{Bins, CoverGroup, CoverValue, Cross, CrossBins, GroupBuilder, Point};

#[derive(Clone, Copy, CoverValue)]
enum Burst {
    Fixed,
    Incr,
    Wrap,
}

#[derive(CoverGroup)]
struct Transfers {
    #[bins(single = 0, short = 1..=15, long = 16..=255)]
    length: Point<u8>,
    #[bins(each(0..=2))]
    size: Point<u8>,
    burst: Point<Burst>,
    #[cross(length, size, burst, ignore(long, _, Wrap))]
    kinds: Cross,
}

/// Packages of Python's index, and the folders of their benches.
const PEERS: [(&str, &str); 2] = [
    ("cocotb-coverage==2.0", "cocotb_coverage"),
    ("pyvsc==1.0.0", "pyvsc"),
];

fn main() -> ExitCode {
    let mut builder = GroupBuilder::new("bench");
    let narrow = builder
        .point("narrow", Bins::<u8>::new())
        .expect("well defined");
    let wide = builder
        .point("wide", Bins::<u32>::new())
        .expect("well defined");
    let wider = builder
        .point("wider", Bins::<u128>::new())
        .expect("well defined");
    let moves = Bins::<u8>::new()
        .transition("up", [0, 1, 2])
        .transition("down", [2, 1, 0]);
    let moves = builder.point("moves", moves).expect("well defined");
    let other = builder
        .point("other", Bins::<u8>::new())
        .expect("well defined");
    let cross = builder.cross("cross", &[&narrow, &other, &wide], CrossBins::new());
    let cross = cross.expect("well defined");
    builder.build();
    let group = Transfers::new();
    let bursts = [Burst::Fixed, Burst::Incr, Burst::Wrap];

    println!("{:34}  {:>6}  {:>6}", "ns", "least", "median");
    row("point of 8 bits, 64 bins", |it| narrow.sample(it as u8));
    row("point of 32 bits, 64 bins", |it| {
        wide.sample((it as u32).wrapping_mul(0x9e37_79b9));
    });
    row("point of 128 bits, 64 bins", |it| {
        wider.sample((it as u128).wrapping_mul(u128::MAX / 97));
    });
    row("point with two transitions", |it| moves.sample(it as u8));
    row("cross of three, 262,144 bins", |it| {
        narrow.sample(it as u8);
        cross.sample();
    });
    let ours = row("group of three points, one cross", |it| {
        group.sample(it as u8, (it % 3) as u8, bursts[it % 3]);
    });
    row("is_full", |_| {
        black_box(group.is_full());
    });
    if !std::env::args().any(|argument| argument == "--peers") {
        return ExitCode::SUCCESS;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let mut status = ExitCode::SUCCESS;
    for (package, bench) in PEERS {
        let environment = match Environment::new(&folder, &[package]) {
            Ok(environment) => environment,
            Err(why) => {
                println!("skipped: {package}: {why}");
                continue;
            }
        };
        if let Err(why) = by_peer(&environment, bench, &group, ours) {
            eprintln!("{package} fails: {why}");
            status = ExitCode::FAILURE;
        }
    }
    status
}

/// The group by another package, and the ratio of a sample's time to ours.
///
/// # Errors
///
/// If it fails, or reaches a different coverage.
fn by_peer(
    environment: &Environment,
    bench: &str,
    group: &Transfers,
    ours: [f64; 2],
) -> Result<(), String> {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/peers");
    let mut command = Command::new(environment.program("python"));
    command.arg("-B").arg(peers.join(bench).join("samples.py"));
    let printed = output(command)?;
    let number = |key: &str| -> Result<f64, String> {
        let mut lines = printed.lines();
        let number = lines.find_map(|line| line.strip_prefix(key)?.trim().parse().ok());
        number.ok_or_else(|| format!("it prints no number for `{key}`"))
    };
    for (key, ours) in [
        ("length ", group.length.coverage()),
        ("size ", group.size.coverage()),
        ("burst ", group.burst.coverage()),
        ("kinds ", group.kinds.coverage()),
    ] {
        let theirs = number(key)?;
        if (ours - theirs).abs() > 0.01 {
            return Err(format!(
                "it has covered {theirs} % of {key}, where ours has {ours:.3} %"
            ));
        }
    }
    let theirs = [number("least ")?, number("median ")?];
    let [least, median] = theirs;
    let by = format!("  by {bench}");
    println!("{by:34}  {least:6.0}  {median:6.0}");
    let [least, median] = [theirs[0] / ours[0], theirs[1] / ours[1]];
    println!(
        "{:34}  {least:6.0}  {median:6.0}",
        "  times as long as ours"
    );
    Ok(())
}

/// Measures and prints; the least and the median.
fn row(name: &str, mut work: impl FnMut(usize)) -> [f64; 2] {
    const ROUNDS: usize = 200;
    const TIMES: usize = 10_000;
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            for index in 0..TIMES {
                work(black_box(index));
            }
            begun.elapsed().as_nanos() as f64 / TIMES as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let found = [times[0], times[ROUNDS / 2]];
    println!("{name:34}  {:6.1}  {:6.1}", found[0], found[1]);
    found
}
