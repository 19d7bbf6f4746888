//! Every form that a constraint can have, against the same in plain Rust.

mod common;

use common::{all, chi_squared, rng};
use verifork_stimulus::{Randomize, constrain};

#[derive(Randomize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Burst {
    Fixed = 4,
    Incr = 9,
    Wrap = 2,
}

#[derive(Randomize, Debug)]
#[randomize(
    (address & 0xfff) + ((length as u32 + 1) << size) <= 4096,
    if burst == Burst::Wrap { [1, 3, 7, 15].contains(length) && address % (1 << size) == 0 },
)]
struct Transfer {
    address: u32,
    length: u8,
    #[randomize(range = 0..=2)]
    size: u8,
    burst: Burst,
}

#[test]
fn a_burst_stays_in_its_page() {
    let drawn = all::<Transfer>(1, |t| {
        t.size <= 2
            && (t.address & 0xfff) + ((u32::from(t.length) + 1) << t.size) <= 4096
            && (t.burst != Burst::Wrap
                || ([1, 3, 7, 15].contains(&t.length) && t.address % (1 << t.size) == 0))
    });
    assert!(drawn.iter().any(|t| t.address > 1 << 31) && drawn.iter().any(|t| t.length > 128));
}

#[derive(Randomize, Debug)]
#[randomize(a + b > 200, a - b < 10, a * 2 != b * 3)]
struct Exact {
    a: u8,
    b: u8,
}

/// A sum of two bytes is more than a byte, and a difference may be negative.
#[test]
fn numbers_are_exact() {
    let fits = |a: u8, b: u8| {
        let (a, b) = (i32::from(a), i32::from(b));
        a + b > 200 && a - b < 10 && a * 2 != b * 3
    };
    let drawn = all::<Exact>(2, |t| fits(t.a, t.b));
    assert!(drawn.iter().any(|t| u32::from(t.a) + u32::from(t.b) > 255));
    assert!(drawn.iter().any(|t| t.a < t.b));
}

#[derive(Randomize, Debug)]
#[randomize(a / b == -2, a % b == 1, c >> 1 == a as i16, -c > 0 || c == c)]
struct Signed {
    a: i8,
    b: i8,
    c: i16,
}

#[test]
fn signed_division_rounds_to_zero_and_shifts_round_down() {
    all::<Signed>(3, |t| {
        t.b != 0 && t.a.wrapping_div(t.b) == -2 && t.a % t.b == 1 && t.c >> 1 == i16::from(t.a)
    });
}

#[derive(Randomize, Debug)]
#[randomize(divisor == 0 || 100 / divisor >= 7, divisor < 40)]
struct Guarded {
    divisor: u8,
}

/// The right side of `||` is not evaluated if the left side is true, as in Rust.
#[test]
fn division_by_zero_is_no_solution_where_it_counts() {
    let drawn = all::<Guarded>(4, |t| t.divisor == 0 || 100 / t.divisor >= 7);
    assert!(drawn.iter().any(|t| t.divisor == 0));
    let error = Guarded::randomize_with(
        &mut rng(4),
        constrain!(|t| t.divisor == 0 && 100 / t.divisor < 200),
    );
    assert!(error.is_err());
}

#[derive(Randomize, Debug)]
#[randomize(
    wide ^ mask == 0xffff_0000_ffff_0000_ffff_0000_ffff_0000,
    mask | 1 == mask,
    negative < -0x7000_0000_0000_0000_0000_0000_0000_0000,
    wide + mask >= 1,
)]
struct Wide {
    wide: u128,
    mask: u128,
    negative: i128,
}

#[test]
fn fields_have_up_to_128_bits() {
    let drawn = all::<Wide>(5, |t| {
        t.wide ^ t.mask == 0xffff_0000_ffff_0000_ffff_0000_ffff_0000
            && t.mask & 1 == 1
            && t.negative < -0x7000_0000_0000_0000_0000_0000_0000_0000
    });
    assert!(drawn.iter().any(|t| t.wide >> 127 == 1) && drawn.iter().any(|t| t.wide >> 127 == 0));
}

#[derive(Randomize, Debug)]
#[randomize(
    word.bits(4..=7) == 0xa,
    word.bit(0),
    !word.bit(15),
    flags.count_ones() == 2,
    one_hot.is_power_of_two(),
    one_hot != 1,
    !flags & 0xf == 0x3,
)]
struct Bits {
    word: u16,
    flags: u8,
    one_hot: u8,
}

#[test]
fn bits_are_selected() {
    all::<Bits>(6, |t| {
        t.word >> 4 & 0xf == 0xa
            && t.word & 1 == 1
            && t.word >> 15 == 0
            && t.flags.count_ones() == 2
            && t.one_hot.is_power_of_two()
            && t.one_hot != 1
            && !t.flags & 0xf == 0x3
    });
}

#[derive(Randomize, Debug)]
#[randomize(
    unique(a, b, c),
    unique([a, d]),
    [b, c].contains(&d),
    (a..=200).contains(&b),
    (10..20).contains(&c) || c > 250,
    a.min(b) >= 3,
    a.max(c) <= 252,
    a.abs_diff(b) < 100,
    a.wrapping_add(b) != 7,
)]
struct Sets {
    a: u8,
    b: u8,
    c: u8,
    d: u8,
}

#[test]
fn sets_and_unique_and_methods() {
    let drawn = all::<Sets>(7, |t| {
        t.a != t.b
            && t.b != t.c
            && t.a != t.c
            && t.a != t.d
            && [t.b, t.c].contains(&t.d)
            && (t.a..=200).contains(&t.b)
            && ((10..20).contains(&t.c) || t.c > 250)
            && t.a.min(t.b) >= 3
            && t.a.max(t.c) <= 252
            && t.a.abs_diff(t.b) < 100
            && t.a.wrapping_add(t.b) != 7
    });
    assert!(drawn.iter().any(|t| t.c > 250) && drawn.iter().any(|t| t.c < 20));
}

#[derive(Randomize, Debug)]
#[randomize(
    [value, 9].contains(&chosen),
    (low..=value).contains(&between),
    for place in 0..2 { value.bit(place) == all },
)]
struct Named {
    value: u8,
    low: u8,
    chosen: u8,
    between: u8,
    all: bool,
}

#[test]
fn fields_have_any_name() {
    all::<Named>(16, |t| {
        [t.value, 9].contains(&t.chosen)
            && (t.low..=t.value).contains(&t.between)
            && (0..2).all(|place| (t.value >> place & 1 == 1) == t.all)
    });
}

#[derive(Randomize, Debug)]
#[randomize(
    match burst {
        Burst::Fixed => length <= 15,
        Burst::Wrap if wide => length == 7,
        Burst::Incr | Burst::Wrap => true,
    },
    if wide { length > 2; length != 9 } else { length < 100 },
    matches!(length, 0..=20 | 40..),
    burst as u8 != 9 || length.is_multiple_of(2),
    if burst == Burst::Incr { 4 } else { 5 } < length,
    {
        let twice = length as u16 * 2;
        twice != 60 && twice + 1 < 500
    },
    burst >= Burst::Fixed,
)]
struct Choices {
    burst: Burst,
    length: u8,
    wide: bool,
}

#[test]
fn choices_are_those_of_rust() {
    let fits = |t: &Choices| {
        (match t.burst {
            Burst::Fixed => t.length <= 15,
            Burst::Wrap if t.wide => t.length == 7,
            Burst::Incr | Burst::Wrap => true,
        }) && (if t.wide {
            t.length > 2 && t.length != 9
        } else {
            t.length < 100
        }) && matches!(t.length, 0..=20 | 40..)
            && (t.burst as u8 != 9 || t.length.is_multiple_of(2))
            && (if t.burst == Burst::Incr { 4 } else { 5 }) < t.length
            && u16::from(t.length) * 2 != 60
            && u16::from(t.length) * 2 + 1 < 500
    };
    let drawn = all::<Choices>(8, fits);
    let key = |t: &Choices| (t.burst, t.length, t.wide);
    let mut solutions = Vec::new();
    for burst in [Burst::Fixed, Burst::Incr, Burst::Wrap] {
        for length in 0..=u8::MAX {
            for wide in [false, true] {
                let candidate = Choices {
                    burst,
                    length,
                    wide,
                };
                if fits(&candidate) {
                    solutions.push((key(&candidate), 1.0));
                }
            }
        }
    }
    assert!(drawn.len() > solutions.len(), "{}", solutions.len());
    let mut rng = rng(9);
    let many = (0..30 * solutions.len()).map(|_| key(&Choices::randomize(&mut rng).unwrap()));
    chi_squared(many, solutions);
}

#[derive(Randomize, Debug, Clone, PartialEq)]
#[randomize(first < last)]
struct Pair {
    first: u8,
    last: u8,
}

#[derive(Randomize, Debug)]
#[randomize(self.pair.first as u16 + self.pair.last as u16 == total, tuple.1 != tuple.0)]
struct Nested {
    pair: Pair,
    total: u16,
    tuple: Tuple,
    array: [Pair; 2],
}

#[derive(Randomize, Debug)]
#[randomize(self.0 > 3)]
struct Tuple(u8, #[randomize(range = 5..6)] u8);

#[test]
fn structs_are_nested_with_their_constraints() {
    all::<Nested>(10, |t| {
        t.pair.first < t.pair.last
            && u16::from(t.pair.first) + u16::from(t.pair.last) == t.total
            && t.tuple.0 > 3
            && t.tuple.1 == 5
            && t.tuple.0 != 5
            && t.array.iter().all(|pair| pair.first < pair.last)
    });
}

#[derive(Randomize, Debug)]
enum Packet {
    Idle,
    #[randomize(len > 3, payload.len() == len as usize)]
    Data {
        len: u8,
        #[randomize(length = 0..=8)]
        payload: Vec<u8>,
    },
    #[randomize(_0 != 0, weight = 2)]
    Ack(u16),
    Pair(Pair),
}

#[test]
fn variants_have_fields_and_constraints() {
    let drawn = all::<Packet>(11, |packet| match packet {
        Packet::Idle => true,
        Packet::Data { len, payload } => *len > 3 && payload.len() == usize::from(*len),
        Packet::Ack(number) => *number != 0,
        Packet::Pair(pair) => pair.first < pair.last,
    });
    let kinds = drawn.iter().map(|packet| match packet {
        Packet::Idle => 0,
        Packet::Data { .. } => 1,
        Packet::Ack(_) => 2,
        Packet::Pair(_) => 3,
    });
    chi_squared(kinds, [(0, 1.0), (1, 1.0), (2, 2.0), (3, 1.0)]);
}

#[derive(Randomize, Debug, Default)]
#[randomize(address + length as u32 <= limit, index < TABLE.len() && TABLE[index] > 10)]
struct Limited {
    #[randomize(fixed)]
    limit: u32,
    #[randomize(fixed)]
    name: String,
    address: u32,
    length: u8,
    index: usize,
}

const TABLE: [u8; 4] = [3, 20, 7, 11];

#[test]
fn what_is_fixed_stays_and_is_a_constant() {
    let mut rng = rng(12);
    let mut limited = Limited {
        name: "a".to_owned(),
        ..Limited::default()
    };
    for limit in [300, 77, 300] {
        limited.limit = limit;
        limited.redraw(&mut rng).unwrap();
        assert_eq!((limited.limit, &*limited.name), (limit, "a"));
        assert!(
            limited.address + u32::from(limited.length) <= limit,
            "{limited:?}"
        );
        assert!([1, 3].contains(&limited.index));
        limited
            .redraw_with(&mut rng, constrain!(|t| t.address == t.limit))
            .unwrap();
        assert_eq!((limited.address, limited.length), (limit, 0));
    }
    let before = format!("{limited:?}");
    assert!(
        limited
            .redraw_with(&mut rng, constrain!(|t| t.address > t.limit))
            .is_err()
    );
    assert_eq!(format!("{limited:?}"), before, "unchanged by an error");
    let fresh = Limited::randomize(&mut rng).unwrap();
    assert_eq!((fresh.limit, fresh.address), (0, 0));
}

#[test]
fn constraints_in_line_use_what_is_in_scope() {
    struct Region {
        start: u32,
        sizes: Vec<u8>,
    }
    let region = Region {
        start: 0x4000,
        sizes: vec![0, 2],
    };
    let mut rng = rng(13);
    for offset in 0..20 {
        let t = Transfer::randomize_with(
            &mut rng,
            constrain!(|t| {
                t.address == region.start + offset;
                region.sizes.contains(&t.size);
                if offset > 10 {
                    t.length == 3
                }
                for bit in 0..3 {
                    !t.length.bit(bit + 5);
                }
                match offset % 2 {
                    0 => t.burst != Burst::Wrap,
                    _ => true,
                }
            }),
        )
        .unwrap();
        assert_eq!(t.address, 0x4000 + offset);
        assert!(t.size != 1 && t.length < 32 && (offset <= 10 || t.length == 3));
        assert!(offset % 2 == 1 || t.burst != Burst::Wrap);
    }
}

#[derive(Randomize, Debug)]
#[randomize(soft(a == 3), soft(a > 10), a != 3 || b > 3, soft(b == 4))]
struct Soft {
    a: u8,
    b: u8,
}

/// If soft constraints contradict each other, the last one has priority; in-line ones come after the type's.
#[test]
fn soft_constraints_hold_where_they_can() {
    all::<Soft>(14, |t| t.a > 10 && t.b == 4);
    let mut rng = rng(14);
    let small = Soft::randomize_with(&mut rng, constrain!(|t| t.a < 10)).unwrap();
    assert_eq!((small.a, small.b), (3, 4));
    let other = Soft::randomize_with(&mut rng, constrain!(|t| soft(t.a == 3))).unwrap();
    assert_eq!((other.a, other.b), (3, 4));
    let hard = Soft::randomize_with(&mut rng, constrain!(|t| t.a == 3 && t.b == 9)).unwrap();
    assert_eq!((hard.a, hard.b), (3, 9));
}

#[derive(Randomize, Debug, Clone)]
#[randomize(high > low)]
struct Generic<T: Randomize + Clone> {
    low: u8,
    high: u8,
    rest: T,
}

#[test]
fn types_may_have_parameters() {
    all::<Generic<bool>>(15, |t| t.high > t.low);
    all::<Generic<Pair>>(15, |t| t.high > t.low && t.rest.first < t.rest.last);
}
