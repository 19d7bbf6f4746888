//! Draws that prefer holes.

mod common;

use std::collections::HashSet;

use common::rng;
use verifork_stimulus::{Hole, Randomize};

#[derive(Randomize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Burst {
    Fixed,
    Incr = 4,
    Wrap,
}

#[derive(Randomize, Clone, Debug)]
struct Header {
    burst: Burst,
    last: bool,
}

#[derive(Randomize, Clone, Debug)]
#[randomize(if header.burst == Burst::Wrap { [1, 3, 7, 15].contains(&length) })]
struct Transfer {
    length: u8,
    offset: i16,
    header: Header,
}

fn one(path: &str, first: i128, last: i128) -> (String, Vec<std::ops::RangeInclusive<i128>>) {
    (path.to_owned(), vec![first..=last])
}

fn drawn(holes: Vec<Hole>, seed: u64) -> Transfer {
    Transfer::aimed_at(holes).randomize(&mut rng(seed)).unwrap()
}

#[test]
fn a_draw_fills_a_hole_of_numbers_conditions_and_variants() {
    for seed in 0..20 {
        let hole = vec![
            one("length", 15, 20),
            one("offset", -3, -2),
            one("header.burst", 5, 5),
            one("header.last", 1, 1),
        ];
        let it = drawn(vec![hole], seed);
        assert!(it.length == 15 && (-3..=-2).contains(&it.offset), "{it:?}");
        assert!(it.header.burst == Burst::Wrap && it.header.last, "{it:?}");
    }
}

#[test]
fn each_hole_is_filled_in_its_turn() {
    let holes: Vec<Hole> = (0..8)
        .map(|it| vec![one("length", 10 * it, 10 * it + 3)])
        .collect();
    let seen: HashSet<u8> = (0..100)
        .map(|seed| drawn(holes.clone(), seed).length / 10)
        .collect();
    assert_eq!(seen.len(), 8, "{seen:?}");
}

#[test]
fn a_hole_that_the_constraints_close_is_passed_over() {
    let closed = vec![one("length", 16, 255), one("header.burst", 5, 5)];
    let none = vec![one("header.burst", 1, 3)];
    let open = vec![one("length", 99, 99)];
    for seed in 0..20 {
        let it = drawn(vec![closed.clone(), none.clone(), open.clone()], seed);
        assert_eq!(it.length, 99);
        let it = drawn(vec![closed.clone()], seed);
        assert!(it.header.burst != Burst::Wrap || it.length < 16, "{it:?}");
    }
}

#[test]
fn fields_that_are_not_there_and_no_holes_leave_the_draw_free() {
    let seen: HashSet<u8> = (0..200)
        .map(|seed| drawn(vec![vec![one("size", 3, 3)]], seed).length)
        .collect();
    assert!(seen.len() > 50, "{}", seen.len());
    let seen: HashSet<u8> = (0..200)
        .map(|seed| drawn(Vec::new(), seed).length)
        .collect();
    assert!(seen.len() > 50, "{}", seen.len());
}

/// Each draw covers a new combination, out of those of 130 lengths, 3 bursts and 2 conditions that the constraints
/// allow.
#[test]
fn a_group_closes_in_as_many_draws_as_it_has_holes() {
    let mut missing: Vec<Hole> = Vec::new();
    for length in 0..130 {
        for burst in [0, 4, 5] {
            for last in [0, 1] {
                if burst != 5 || [1, 3, 7].contains(&length) {
                    let burst = one("header.burst", burst, burst);
                    missing.push(vec![
                        one("length", length, length),
                        burst,
                        one("header.last", last, last),
                    ]);
                }
            }
        }
    }
    let (all, mut draws) = (missing.len(), 0);
    assert_eq!(all, 130 * 4 + 3 * 2);
    while !missing.is_empty() {
        let it = drawn(missing.clone(), draws);
        draws += 1;
        missing.retain(|hole| {
            let values = [
                it.length.into(),
                it.header.burst as i128,
                it.header.last.into(),
            ];
            let fits = hole
                .iter()
                .zip(values)
                .all(|((_, ranges), value)| ranges[0].contains(&value));
            !fits
        });
    }
    assert_eq!(draws, all as u64);
}
