//! A seed gives the same draws on every machine, whatever was drawn before.

mod common;

use common::rng;
use verifork_stimulus::{Randomize, constrain};

#[derive(Randomize, Debug, Clone, PartialEq)]
#[randomize(a < b, a as u16 * 2 + b as u16 == c)]
struct Item {
    a: u8,
    b: u8,
    c: u16,
    free: i32,
    #[randomize(weights(true = 1, false = 3))]
    flag: bool,
    #[randomize(length = 0..=3)]
    list: Vec<u8>,
}

/// A change of these values is noted in the changelog.
#[test]
fn a_seed_means_what_it_has_always_meant() {
    let mut rng = rng(2026);
    let drawn: Vec<String> = (0..3)
        .map(|_| format!("{:?}", Item::randomize(&mut rng).unwrap()))
        .collect();
    assert_eq!(drawn, WANTED);
}

const WANTED: [&str; 3] = [
    "Item { a: 217, b: 237, c: 671, free: -1191340321, flag: false, list: [] }",
    "Item { a: 193, b: 205, c: 591, free: 1122659917, flag: false, list: [108, 252, 161] }",
    "Item { a: 14, b: 17, c: 45, free: 2004547651, flag: false, list: [77] }",
];

/// Also values found by a SAT solver.
#[derive(Randomize, Debug, Clone, PartialEq)]
#[randomize(x as u64 * y as u64 > 0xfc00_0000_0000_0000, x ^ y == 0x00f0_0f00)]
struct Product {
    x: u32,
    y: u32,
}

#[test]
fn what_was_drawn_before_does_not_matter() {
    let draw = || {
        let mut rng = rng(9);
        let item = Item::randomize(&mut rng).unwrap();
        let product = Product::randomize(&mut rng).unwrap();
        let odd = Item::randomize_with(&mut rng, constrain!(|t| t.a % 2 == 1)).unwrap();
        (item, product, odd)
    };
    // On a new thread, where nothing is cached.
    let fresh = std::thread::spawn(draw).join().unwrap();
    let mut other = rng(1);
    for limit in 0..20 {
        let _ = Item::randomize_with(&mut other, constrain!(|t| t.b > limit));
    }
    let _ = Product::randomize(&mut other);
    assert_eq!(draw(), fresh);
    assert_eq!(draw(), fresh);
}
