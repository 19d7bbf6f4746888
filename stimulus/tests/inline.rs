//! In-line constraints, with other values in each draw: the distribution is the same as if they were the type's
//! own.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers are small, and what `as` does to others is meant"
)]

mod common;

use common::{chi_squared, rng};
use verifork_stimulus::{Randomize, constrain};

#[derive(Randomize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Fixed,
    Incr,
    Wrap,
}

#[derive(Randomize, Debug, PartialEq)]
#[randomize(a as u16 + b as u16 <= 40, if mode == Mode::Wrap { a % 4 == 0 })]
struct Uniform {
    #[randomize(range = 0..=31)]
    a: u8,
    #[randomize(range = -8..=31)]
    b: i8,
    mode: Mode,
    alone: u8,
    other: u8,
}

#[derive(Randomize, Debug, PartialEq)]
#[randomize(a as u16 + b as u16 <= 40, if mode == Mode::Wrap { a % 4 == 0 })]
struct Weighted {
    #[randomize(range = 0..=31)]
    a: u8,
    #[randomize(range = 0..=31)]
    b: u8,
    #[randomize(weights(Incr = 6, Wrap = 3, Fixed = 1))]
    mode: Mode,
    alone: u8,
}

const MODES: [Mode; 3] = [Mode::Fixed, Mode::Incr, Mode::Wrap];

/// All values of a, b and the mode that the type's constraints allow.
fn uniform() -> Vec<(u8, i8, Mode)> {
    let mut all = Vec::new();
    for a in 0..=31_u8 {
        for b in -8..=31_i8 {
            for mode in MODES {
                // `as u16` keeps 16 bits of a negative number.
                let fits = i32::from(a) + i32::from(b as u16) <= 40;
                if fits && (mode != Mode::Wrap || a % 4 == 0) {
                    all.push((a, b, mode));
                }
            }
        }
    }
    all
}

/// Draws under in-line constraints in each round. The number of the round is part of an independent constraint, so
/// that the constraints are always new.
macro_rules! same_shares {
    ($seed:literal, |$t:ident, $round:ident| $($constraint:expr),+; |$a:ident, $b:ident, $mode:ident| $fits:expr) => {{
        let mut rng = rng($seed);
        let expected = uniform().into_iter().filter(|&($a, $b, $mode)| $fits);
        let expected: Vec<_> = expected.map(|key| (key, 1.0)).collect();
        assert!(!expected.is_empty());
        let draws = expected.len() * 30;
        let drawn = (0..draws).map(|$round| {
            let $round = ($round % 251) as u8;
            let with = constrain!(|$t: Uniform| { $($constraint;)+ $t.alone == $round; });
            let drawn = Uniform::randomize_with(&mut rng, with).unwrap();
            assert_eq!(drawn.alone, $round);
            (drawn.a, drawn.b, drawn.mode)
        });
        chi_squared(drawn, expected);
    }};
}

#[test]
fn solutions_are_as_likely_as_each_other_whatever_is_compared() {
    same_shares!(1, |t, round| t.mode == Mode::Wrap; |_a, _b, mode| mode == Mode::Wrap);
    same_shares!(2, |t, round| t.a == 12; |a, _b, _mode| a == 12);
    same_shares!(3, |t, round| t.b < 3, t.a >= 7; |a, b, _mode| b < 3 && a >= 7);
    same_shares!(4, |t, round| t.a >> 2 == 5 && t.b > 1; |a, b, _mode| a >> 2 == 5 && b > 1);
    same_shares!(5, |t, round| [1, 3, 7].contains(&t.b), t.mode != Mode::Incr;
        |_a, b, mode| [1, 3, 7].contains(&b) && mode != Mode::Incr);
    same_shares!(6, |t, round| (4..=9).contains(&t.a) || t.b == 30; |a, b, _mode| (4..=9).contains(&a) || b == 30);
    // A relation of fields, which is not a comparison with a number: one that most values satisfy, and one that few
    // do.
    same_shares!(7, |t, round| t.a as u16 != t.b as u16; |a, b, _mode| i32::from(a) != i32::from(b));
    same_shares!(8, |t, round| t.a as u16 * 3 == t.b as u16; |a, b, _mode| i32::from(a) * 3 == i32::from(b));
    // Of negative numbers there are some only without the relation.
    same_shares!(9, |t, round| t.a & 0x12 == 0x10; |a, _b, _mode| a & 0x12 == 0x10);
}

/// The weights apply to the remaining values, however many solutions each has.
#[test]
fn weights_are_kept() {
    let mut rng = rng(10);
    let drawn = (0..20_000_u32).map(|round| {
        let round = (round % 256) as u8;
        let with = constrain!(|t: Weighted| t.a == 3 + round % 2 && t.alone == round);
        let drawn = Weighted::randomize_with(&mut rng, with).unwrap();
        (drawn.a, drawn.mode)
    });
    // Of 3 no burst wraps.
    let (odd, even) = (1.0 / 7.0, 1.0 / 10.0);
    chi_squared(
        drawn,
        [
            ((3, Mode::Fixed), odd),
            ((3, Mode::Incr), 6.0 * odd),
            ((4, Mode::Fixed), even),
            ((4, Mode::Incr), 6.0 * even),
            ((4, Mode::Wrap), 3.0 * even),
        ],
    );
}

/// Fields that only the in-line constraint relates.
#[test]
fn fields_that_nothing_related_before_are_related() {
    let mut rng = rng(11);
    let drawn = (0..6000_u32).map(|round| {
        let sum = 30 + (round % 2) as u16;
        let with = constrain!(|t: Uniform| t.alone as u16 + t.other as u16 == sum && t.a == 1);
        let drawn = Uniform::randomize_with(&mut rng, with).unwrap();
        assert_eq!(
            (u16::from(drawn.alone) + u16::from(drawn.other), drawn.a),
            (sum, 1)
        );
        (sum, drawn.alone)
    });
    let expected = (30..=31_u16).flat_map(|sum| (0..=sum).map(move |one| (sum, one as u8)));
    chi_squared(drawn, expected.map(|key| (key, 1.0 / f64::from(key.0 + 1))));
}

/// A draw depends on the constraints and the generator, not on earlier draws.
#[test]
fn what_was_drawn_before_does_not_matter() {
    let draws = || -> Vec<Uniform> {
        let mut all = Vec::new();
        for seed in 0..20 {
            let limit = (seed % 3) as u8;
            let mut rng = rng(seed);
            for _ in 0..3 {
                let simple = constrain!(|t: Uniform| t.a < 5 + limit);
                all.push(Uniform::randomize_with(&mut rng, simple).unwrap());
                let relation = constrain!(|t: Uniform| t.a as u16 * 5 == t.b as u16 + limit as u16);
                all.push(Uniform::randomize_with(&mut rng, relation).unwrap());
                let none = constrain!(|t: Uniform| t.a as u16 * 7 > 300 + limit as u16);
                assert!(Uniform::randomize_with(&mut rng, none).is_err());
                let soft = constrain!(|t: Uniform| {
                    soft(t.a > 30);
                    soft(t.a == limit);
                });
                let soft = Uniform::randomize_with(&mut rng, soft).unwrap();
                assert_eq!(soft.a, limit);
                all.push(soft);
            }
        }
        all
    };
    let here = (draws(), draws());
    assert_eq!(here.0, here.1);
    let elsewhere = std::thread::spawn(move || {
        let mut rng = rng(100);
        for alone in 0..=255 {
            Uniform::randomize_with(&mut rng, constrain!(|t| t.alone == alone)).unwrap();
            Uniform::randomize_with(&mut rng, constrain!(|t| t.a as u16 * 5 == alone as u16)).ok();
        }
        draws()
    });
    assert_eq!(here.0, elsewhere.join().unwrap());
}

/// Numbers at the limits of a field's type, and beyond.
#[test]
fn comparisons_at_the_ends_are_right() {
    #[derive(Randomize, Debug)]
    struct Wide {
        wide: u128,
        signed: i128,
        byte: i8,
    }
    let mut rng = rng(12);
    for top in [0, 1, u128::MAX - 1, u128::MAX, 1 << 127] {
        let with = constrain!(|t: Wide| t.wide >= top);
        assert!(Wide::randomize_with(&mut rng, with).unwrap().wide >= top);
        let with = constrain!(|t: Wide| t.wide == top);
        assert_eq!(Wide::randomize_with(&mut rng, with).unwrap().wide, top);
    }
    for end in [i128::MIN, -1, 0, i128::MAX] {
        let with = constrain!(|t: Wide| t.signed <= end);
        assert!(Wide::randomize_with(&mut rng, with).unwrap().signed <= end);
        let with = constrain!(|t: Wide| t.signed >= end);
        assert!(Wide::randomize_with(&mut rng, with).unwrap().signed >= end);
    }
    for end in [-128, -1, 0, 127] {
        for _ in 0..20 {
            let with = constrain!(|t: Wide| t.byte <= end);
            assert!(Wide::randomize_with(&mut rng, with).unwrap().byte <= end);
            let with = constrain!(|t: Wide| t.byte >> 3 == end >> 3);
            assert_eq!(
                Wide::randomize_with(&mut rng, with).unwrap().byte >> 3,
                end >> 3
            );
        }
    }
}
