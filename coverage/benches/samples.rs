//! What a sample costs: a point of few and of many values, one with transitions, a cross of three, a whole
//! group; and what is asked in a loop. Nanoseconds, the least and the median of many rounds.

#![allow(
    missing_docs,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a program that prints"
)]

use std::hint::black_box;
use std::time::Instant;

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

fn main() {
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
    row("group of three points, one cross", |it| {
        group.sample(it as u8, (it % 3) as u8, bursts[it % 3]);
    });
    row("is_full", |_| {
        black_box(group.is_full());
    });
}

fn row(name: &str, mut work: impl FnMut(usize)) {
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
    println!("{name:34}  {:6.1}  {:6.1}", times[0], times[ROUNDS / 2]);
}
