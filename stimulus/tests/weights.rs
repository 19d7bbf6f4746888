//! The distribution of values: uniform over solutions, or according to weights and `before`.

mod common;

use common::{chi_squared, rng};
use verifork_stimulus::{Randomize, constrain};

#[derive(Randomize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Burst {
    Fixed,
    Incr,
    Wrap,
}

#[derive(Randomize, Debug)]
#[randomize(if burst == Burst::Wrap { length == 3 }, if burst == Burst::Fixed { length < 16 })]
struct Transfer {
    length: u8,
    #[randomize(weights(Incr = 6, Wrap = 3, Fixed = 1))]
    burst: Burst,
}

/// Whatever number of lengths a type of burst has.
#[test]
fn weights_are_those_of_the_values_not_of_the_solutions() {
    let mut rng = rng(1);
    let drawn: Vec<Transfer> = (0..20_000)
        .map(|_| Transfer::randomize(&mut rng).unwrap())
        .collect();
    let bursts = drawn.iter().map(|t| t.burst);
    chi_squared(
        bursts,
        [(Burst::Incr, 6.0), (Burst::Wrap, 3.0), (Burst::Fixed, 1.0)],
    );
    let fixed = drawn
        .iter()
        .filter(|t| t.burst == Burst::Fixed)
        .map(|t| t.length);
    chi_squared(fixed, (0..16).map(|length| (length, 1.0)));
}

/// The others share the weight of a value without a solution.
#[test]
fn weights_are_among_the_values_that_have_solutions() {
    let mut rng = rng(2);
    let mut draw =
        || Transfer::randomize_with(&mut rng, constrain!(|t| t.length == 200 || t.length == 3));
    let bursts = (0..20_000).map(|_| draw().unwrap().burst);
    chi_squared(
        bursts,
        [(Burst::Incr, 6.0), (Burst::Wrap, 3.0), (Burst::Fixed, 1.0)],
    );
    let mut draw = || Transfer::randomize_with(&mut rng, constrain!(|t| t.length == 9));
    let bursts = (0..20_000).map(|_| draw().unwrap().burst);
    chi_squared(bursts, [(Burst::Incr, 6.0), (Burst::Fixed, 1.0)]);
}

#[derive(Randomize, Debug)]
struct Ranges {
    #[randomize(weights(0 = 2, 1..=9 = 5, 250..=255 = 1, _ = 2))]
    number: u8,
    #[randomize(weights(true = 3, false = 1))]
    flag: bool,
    #[randomize(range = -4..=4, weights(-4..0 = 1, 0 = 1))]
    signed: i8,
}

#[test]
fn a_range_shares_its_weight_and_the_rest_is_all_others() {
    let mut rng = rng(3);
    let drawn: Vec<Ranges> = (0..40_000)
        .map(|_| Ranges::randomize(&mut rng).unwrap())
        .collect();
    let expected = (0..=u8::MAX).map(|number| {
        let share = match number {
            0 => 2.0,
            1..=9 => 5.0 / 9.0,
            250.. => 1.0 / 6.0,
            10..250 => 2.0 / 240.0,
        };
        (number, share)
    });
    chi_squared(drawn.iter().map(|it| it.number), expected);
    chi_squared(drawn.iter().map(|it| it.flag), [(true, 3.0), (false, 1.0)]);
    let signed = [(-4, 1.0), (-3, 1.0), (-2, 1.0), (-1, 1.0), (0, 4.0)];
    chi_squared(drawn.iter().map(|it| it.signed), signed);
}

#[derive(Randomize, Debug)]
#[randomize(a as i16 + b as i16 == -5, soft(a < 3), soft(b > 100 && b < 90), soft(a != 0))]
struct Soft {
    a: i8,
    b: i8,
}

#[derive(Randomize, Debug)]
#[randomize((-3..=3).contains(&x), y > u128::MAX - 5, (x == 0) == (y == u128::MAX))]
struct Wide {
    x: i128,
    y: u128,
}

#[test]
fn solutions_of_soft_constraints_and_of_wide_and_signed_fields_are_each_as_likely() {
    let mut rng = rng(31);
    let soft: Vec<Soft> = (0..20_000)
        .map(|_| Soft::randomize(&mut rng).unwrap())
        .collect();
    assert!(soft.iter().all(|t| t.a.wrapping_add(t.b) == -5));
    let wanted = (i8::MIN..3).filter(|a| *a != 0).map(|a| (a, 1.0));
    chi_squared(soft.iter().map(|t| t.a), wanted);
    let mut draw = || Soft::randomize_with(&mut rng, constrain!(|t| t.a >= 0 && soft(t.b == -8)));
    assert!(
        (0..100).all(|_| draw().unwrap().b == -8),
        "the in-line one has priority"
    );
    let wide = (0..5000).map(|_| Wide::randomize(&mut rng).unwrap());
    let mut wanted = vec![((0, u128::MAX), 1.0)];
    for x in (-3..=3).filter(|x| *x != 0) {
        wanted.extend((u128::MAX - 4..u128::MAX).map(|y| ((x, y), 1.0)));
    }
    chi_squared(wide.map(|t| (t.x, t.y)), wanted);
}

#[derive(Randomize, Debug)]
#[randomize(if !long { data == 0 })]
struct Together {
    long: bool,
    data: u8,
}

#[derive(Randomize, Debug)]
#[randomize(if !long { data == 0 })]
struct Before {
    #[randomize(before(data))]
    long: bool,
    data: u8,
}

/// IEEE 1800-2017, 18.5.10: the same solutions, with other probabilities.
#[test]
fn before_makes_each_value_of_a_field_as_likely() {
    let mut rng = rng(4);
    let together = (0..30_000).map(|_| Together::randomize(&mut rng).unwrap().long);
    chi_squared(together, [(true, 256.0), (false, 1.0)]);
    let drawn: Vec<Before> = (0..30_000)
        .map(|_| Before::randomize(&mut rng).unwrap())
        .collect();
    chi_squared(drawn.iter().map(|t| t.long), [(true, 1.0), (false, 1.0)]);
    let data = drawn.iter().filter(|t| t.long).map(|t| t.data);
    chi_squared(data, (0..=u8::MAX).map(|data| (data, 1.0)));
}

#[derive(Randomize, Debug)]
#[randomize(a < b, b < c)]
struct Chain {
    #[randomize(range = 0..4, before(b))]
    a: u8,
    #[randomize(range = 0..5, before(c))]
    b: u8,
    #[randomize(range = 0..6)]
    c: u8,
}

#[test]
fn before_may_be_a_chain() {
    let mut rng = rng(5);
    let mut expected = Vec::new();
    for a in 0..4_u8 {
        for b in a + 1..5 {
            for c in b + 1..6 {
                let share = 1.0 / 4.0 / f64::from(4 - a) / f64::from(5 - b);
                expected.push(((a, b, c), share));
            }
        }
    }
    let drawn = (0..20_000).map(|_| {
        let t = Chain::randomize(&mut rng).unwrap();
        (t.a, t.b, t.c)
    });
    chi_squared(drawn, expected);
}

#[derive(Randomize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weighted {
    Rare,
    #[randomize(weight = 9)]
    Usual,
}

#[derive(Randomize)]
struct Holder {
    kind: Weighted,
}

#[test]
fn variants_may_have_weights_of_their_own() {
    let mut rng = rng(6);
    let drawn = (0..10_000).map(|_| Holder::randomize(&mut rng).unwrap().kind);
    chi_squared(drawn, [(Weighted::Rare, 1.0), (Weighted::Usual, 9.0)]);
}

#[derive(Randomize, Debug)]
#[randomize(a ^ b == 0x5a, a > b)]
struct Related {
    a: u8,
    b: u8,
    alone: u8,
}

#[test]
fn every_solution_is_as_likely_as_any_other() {
    let mut rng = rng(7);
    let drawn: Vec<Related> = (0..30_000)
        .map(|_| Related::randomize(&mut rng).unwrap())
        .collect();
    let solutions = (0..=u8::MAX).filter(|a| *a > a ^ 0x5a).map(|a| (a, 1.0));
    chi_squared(drawn.iter().map(|t| t.a), solutions);
    chi_squared(
        drawn.iter().map(|t| t.alone),
        (0..=u8::MAX).map(|value| (value, 1.0)),
    );
}

/// A diagram of the product would be too large, and rejection would hardly find a solution.
#[derive(Randomize, Debug)]
#[randomize(
    a as u64 * b as u64 > 0xf000_0000_0000_0000,
    a ^ b == 0x0f00_0f00,
    (a >> 31 == 1) == (kind == 0),
)]
struct Ordered {
    #[randomize(before(a, b), range = 0..=3)]
    kind: u8,
    a: u32,
    b: u32,
}

/// All numbers of the product are large, so `kind` can only be 0; without it, all values are equally likely.
#[derive(Randomize, Debug)]
#[randomize(
    a as u64 * b as u64 > 0xf000_0000_0000_0000,
    a ^ b == 0x0000_0f0f,
    if kind != 1 { a & 0xff == kind as u32 },
)]
struct Searched {
    #[randomize(before(a, b), range = 0..=3)]
    kind: u8,
    a: u32,
    b: u32,
}

#[test]
fn before_holds_where_a_solver_searches_too() {
    let mut rng = rng(30);
    for _ in 0..20 {
        assert_eq!(Ordered::randomize(&mut rng).unwrap().kind, 0);
    }
    let drawn = (0..200).map(|_| Searched::randomize(&mut rng).unwrap().kind);
    chi_squared(drawn, (0..=3).map(|kind| (kind, 1.0)));
}
