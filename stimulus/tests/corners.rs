//! Types and ranges at their limits.

mod common;

use std::collections::BTreeSet;

use common::{all, chi_squared, rng};
use verifork_stimulus::{Randomize, constrain};

#[derive(Randomize, Debug, Clone, Copy, PartialEq)]
enum Only {
    One,
}

#[derive(Randomize, Debug)]
struct Unit;

#[derive(Randomize, Debug)]
#[randomize(only == Only::One, if flag { none.len() == 0 })]
struct Small {
    only: Only,
    unit: Unit,
    flag: bool,
    none: [u8; 0],
    #[randomize(length = 0..=0)]
    empty: Vec<u8>,
}

#[test]
fn what_has_one_value_has_it() {
    all::<Small>(1, |t| t.empty.is_empty());
}

#[derive(Randomize, Debug)]
#[randomize(
    if a == u128::MAX { b == i128::MIN } else { b > i128::MAX - 5 },
    c <= usize::MAX - 3,
    d.abs() <= 1,
    e < -100,
)]
struct Ends {
    #[randomize(range = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe..=u128::MAX)]
    a: u128,
    b: i128,
    #[randomize(range = 0xffff_ffff_ffff_ff00..=usize::MAX)]
    c: usize,
    d: i64,
    #[randomize(range = -128..=127)]
    e: i8,
    #[randomize(range = i128::MIN..=i128::MAX)]
    f: i128,
}

#[test]
fn ranges_reach_the_ends_of_their_types() {
    let drawn = all::<Ends>(2, |t| {
        t.a >= u128::MAX - 1
            && (if t.a == u128::MAX {
                t.b == i128::MIN
            } else {
                t.b > i128::MAX - 5
            })
            && (0xffff_ffff_ffff_ff00..=usize::MAX - 3).contains(&t.c)
            && t.d.abs() <= 1
            && t.e < -100
    });
    chi_squared(drawn.iter().map(|t| t.d), [(-1, 1.0), (0, 1.0), (1, 1.0)]);
    chi_squared(drawn.iter().map(|t| t.f < 0), [(false, 1.0), (true, 1.0)]);
}

#[derive(Randomize, Debug)]
#[randomize(start as u64 + len as u64 <= 0x1_0000_0000, start % 64 == 0, len > 0)]
struct Region {
    start: u32,
    len: u32,
}

#[derive(Randomize, Debug)]
#[randomize(
    regions.windows(2).all(|w| w[0].start as u64 + w[0].len as u64 <= w[1].start as u64),
)]
struct Map {
    #[randomize(length = 1..=3)]
    regions: Vec<Region>,
}

#[test]
fn regions_of_a_map_do_not_overlap() {
    let mut rng = rng(3);
    for _ in 0..40 {
        let map = Map::randomize(&mut rng).unwrap();
        let end = |region: &Region| u64::from(region.start) + u64::from(region.len);
        assert!(
            map.regions
                .iter()
                .all(|it| end(it) <= 1 << 32 && it.start.is_multiple_of(64))
        );
        let apart = |pair: &[Region]| end(&pair[0]) <= u64::from(pair[1].start);
        assert!(map.regions.windows(2).all(apart), "{map:?}");
    }
}

#[derive(Randomize, Debug)]
#[randomize(unique(slots), sum(slots) == 28, slots[0] < slots[7])]
struct Permutation {
    #[randomize(range = 0..=7)]
    slots: [u8; 8],
}

#[test]
fn a_permutation_is_drawn() {
    all::<Permutation>(4, |t| {
        let mut sorted = t.slots;
        sorted.sort_unstable();
        sorted == [0, 1, 2, 3, 4, 5, 6, 7] && t.slots[0] < t.slots[7]
    });
}

#[derive(Randomize, Debug)]
#[randomize(a * b == 3600, a > b)]
struct Factors {
    a: u16,
    b: u16,
}

/// Not drawn by the SAT solver, which would make some far likelier than others.
#[test]
fn factors_of_a_number_are_each_as_likely() {
    let product = |t: &Factors| u32::from(t.a) * u32::from(t.b);
    let drawn = all::<Factors>(5, |t| product(t) == 3600 && t.a > t.b);
    let smaller = (1..60_u16).filter(|b| 3600 % b == 0);
    chi_squared(drawn.iter().map(|t| t.b), smaller.map(|b| (b, 1.0)));
}

#[derive(Randomize, Debug)]
#[randomize(a as u64 * b as u64 == c as u64 * d as u64, a != c, if c > 1000 { a > 5 })]
struct Rectangles {
    a: u32,
    b: u32,
    c: u32,
    d: u32,
}

#[derive(Randomize, Debug)]
#[randomize(a * b as i64 * 6 == 6 * -(1 << 20) * 4_294_967_291)]
struct Large {
    a: i64,
    #[randomize(range = 2..=4_294_967_295)]
    b: u32,
}

#[derive(Randomize, Debug)]
#[randomize(total + 1 == 35 * width as u64 * (height as u64 * depth as u64), sum == width + height)]
struct Volume {
    width: u32,
    height: u32,
    depth: u32,
    total: u64,
    sum: u32,
}

#[derive(Randomize, Debug)]
#[randomize(a * b == c as i64 * d as i64, a != b, d % 3 == 2)]
struct Zeros {
    #[randomize(range = -1_000_000..=1_000_000_000)]
    a: i64,
    #[randomize(range = -1_000_000..=1_000_000_000)]
    b: i64,
    c: bool,
    d: i32,
}

/// Both a diagram and a SAT solver would take too long.
#[test]
fn what_one_product_is_as_another_is_made_of_prime_factors() {
    let product = |one: u32, other: u32| u64::from(one) * u64::from(other);
    let drawn = all::<Rectangles>(6, |t| {
        let is_equal = product(t.a, t.b) == product(t.c, t.d);
        is_equal && t.a != t.c && (t.c <= 1000 || t.a > 5)
    });
    let shapes: BTreeSet<u32> = drawn.iter().map(|t| t.a).collect();
    assert!(shapes.len() > drawn.len() * 9 / 10, "{}", shapes.len());
    let drawn = all::<Volume>(6, |t| {
        let whole = u128::from(product(t.width, t.height)) * u128::from(t.depth);
        u128::from(t.total) + 1 == 35 * whole && t.sum == t.width + t.height
    });
    let wide = drawn
        .iter()
        .filter(|t| t.width.min(t.height).min(t.depth) > 1);
    assert!(wide.count() > drawn.len() / 4);
}

#[test]
fn prime_factors_of_a_constant_are_spread_each_way_as_likely() {
    const PRIME: i64 = 4_294_967_291;
    let drawn = all::<Large>(7, |t| t.a * i64::from(t.b) == -(1 << 20) * PRIME);
    let powers = (1..=20).map(|power| 1_u32 << power);
    let all = powers.chain([4_294_967_291]);
    chi_squared(drawn.iter().map(|t| t.b), all.map(|b| (b, 1.0)));
}

#[test]
fn a_product_of_zero_has_a_factor_that_is_zero() {
    let drawn = all::<Zeros>(8, |t| {
        t.a * t.b == i64::from(t.c) * i64::from(t.d) && t.a != t.b && t.d % 3 == 2
    });
    let zeros = |is_zero: fn(&Zeros) -> bool| drawn.iter().filter(|t| is_zero(t)).count();
    let (first, second) = (zeros(|t| t.a == 0), zeros(|t| t.b == 0));
    let others = zeros(|t| t.c && t.a < 0 && t.b < 0);
    assert!(
        first.min(second).min(others) > 20,
        "{first} {second} {others}"
    );
}

#[derive(Randomize, Debug)]
enum Command {
    Read {
        address: u8,
    },
    Write(#[randomize(range = 1..=3)] u8, Vector),
    #[randomize(false)]
    Never,
}

#[derive(Randomize, Debug)]
struct Vector {
    #[randomize(length = 1..=2)]
    data: Vec<bool>,
}

#[derive(Randomize, Debug)]
struct Program {
    #[randomize(length = 2..=4)]
    commands: Vec<Command>,
    last: Command,
}

#[test]
fn lists_of_enums_have_lists() {
    let fits = |command: &Command| match command {
        Command::Read { .. } => true,
        Command::Write(count, vector) => {
            (1..=3).contains(count) && (1..=2).contains(&vector.data.len())
        }
        Command::Never => false,
    };
    let drawn = all::<Program>(6, |t| t.commands.iter().all(fits) && fits(&t.last));
    let is_read =
        |command: &Command| matches!(command, Command::Read { address } if *address < 255);
    assert!(drawn.iter().any(|t| is_read(&t.last)) && drawn.iter().any(|t| !is_read(&t.last)));
}

/// While constraints are recorded, other types may be drawn.
#[test]
fn a_draw_within_a_constraint_is_a_draw() {
    let mut rng = rng(7);
    let region = Region::randomize_with(
        &mut rng,
        constrain!(|t| t.len == Factors::randomize(&mut common::rng(8)).unwrap().a as u32),
    )
    .unwrap();
    assert_eq!(3600 % region.len, 0);
}

#[test]
fn types_are_drawn_without_a_struct() {
    let mut rng = rng(9);
    let bytes = (0..5000).map(|_| u8::randomize(&mut rng).unwrap() >> 4);
    chi_squared(bytes, (0..16).map(|byte| (byte, 1.0)));
    let pair = <[u8; 2]>::randomize_with(&mut rng, constrain!(|t| t[0] == 3 && t[1] > t[0]));
    assert!(matches!(pair.unwrap(), [3, 4..=255]));
}

#[derive(Randomize, Debug)]
#[randomize(unique(bytes))]
struct Different {
    #[randomize(length = 2..=300)]
    bytes: Vec<u8>,
}

/// A constraint on many elements is deeply nested, but needs no more stack.
#[test]
fn constraints_on_hundreds_of_elements_fit_into_a_small_stack() {
    let drawn = std::thread::Builder::new().stack_size(256 << 10).spawn(|| {
        let mut rng = rng(10);
        let few = Different::randomize_with(&mut rng, constrain!(|t| t.bytes.len() == 60));
        let mut bytes = few.unwrap().bytes;
        bytes.sort_unstable();
        bytes.dedup();
        assert_eq!(bytes.len(), 60);

        let error = Different::randomize_with(&mut rng, constrain!(|t| t.bytes.len() == 257));
        assert!(error.unwrap_err().to_string().contains("`unique(bytes)`"));

        let members: Vec<u32> = (0..5000).map(|number| number * 3 + 1).collect();
        let region = Region::randomize_with(&mut rng, constrain!(|t| members.contains(&t.len)));
        assert_eq!(region.unwrap().len % 3, 1);
    });
    drawn.unwrap().join().unwrap();
}
