//! Values that all differ, and fields that others determine: both are drawn directly, with all solutions equally
//! likely.

#![allow(
    clippy::cast_precision_loss,
    reason = "counts and ends are compared to within a few per cent"
)]

mod common;

use std::collections::HashSet;

use common::{all, chi_squared, rng};
use verifork_stimulus::{Randomize, constrain};

fn differ<T: Ord + Copy>(values: &[T]) -> bool {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] < pair[1])
}

#[derive(Randomize, Debug)]
#[randomize(unique(bytes))]
struct Bytes {
    bytes: [u8; 256],
}

#[test]
fn a_permutation_of_all_bytes_is_drawn_each_as_likely() {
    let drawn = all::<Bytes>(1, |t| differ(&t.bytes));
    for place in [0, 128, 255] {
        chi_squared(
            drawn.iter().map(|t| t.bytes[place] >> 4),
            (0..16).map(|value| (value, 1.0)),
        );
    }
}

#[derive(Randomize, Debug)]
#[randomize(
    unique(words),
    words[0] < 4,
    words[1] <= 1,
    words[2] >= -2 && words[2] < 2,
    words.iter().skip(3).all(|word| word < 8),
)]
struct Nested {
    #[randomize(range = -6..=20)]
    words: [i16; 11],
}

#[test]
fn ranges_that_overlap_in_part_leave_each_solution_as_likely() {
    // By trying all: how often each value is first.
    let mut drawn = all::<Nested>(2, |t| {
        differ(&t.words)
            && t.words[0] < 4
            && t.words[1] <= 1
            && (-2..2).contains(&t.words[2])
            && t.words.iter().all(|word| (-6..=7).contains(word))
    });
    drawn.extend(all::<Nested>(3, |_| true));
    // Of the 14 values, 8 that are left go to the others in as many orders whatever the first three are.
    let mut firsts = Vec::new();
    for first in -6..4_i16 {
        for second in -6..=1_i16 {
            for third in -2..2_i16 {
                if first != second && second != third && first != third {
                    firsts.push((first, third));
                }
            }
        }
    }
    let share = |wanted: i16| firsts.iter().filter(|it| it.0 == wanted).count() as f64;
    chi_squared(
        drawn.iter().map(|t| t.words[0]),
        (-6..4).map(|first| (first, share(first))),
    );
    let share = |wanted: i16| firsts.iter().filter(|it| it.1 == wanted).count() as f64;
    chi_squared(
        drawn.iter().map(|t| t.words[2]),
        (-2..2).map(|third| (third, share(third))),
    );
}

#[derive(Randomize, Debug, Clone)]
struct Packet {
    id: u128,
    tag: u8,
    last: bool,
}

#[derive(Randomize, Debug)]
#[randomize(
    unique(packets.iter().map(|packet| packet.id)),
    unique(packets.iter().map(|packet| packet.tag as u32)),
    packets[0].last,
    sum(packets.iter().map(|packet| packet.tag as u32)) % 3 == 0,
)]
struct Packets {
    #[randomize(length = 1..=400)]
    packets: Vec<Packet>,
}

#[test]
fn fields_of_elements_differ_and_fit_what_else_is_said() {
    let mut rng = rng(4);
    for length in [1, 9, 40, 255] {
        let packets =
            Packets::randomize_with(&mut rng, constrain!(|t| t.packets.len() == length)).unwrap();
        let packets = packets.packets;
        assert_eq!(packets.len(), length);
        assert!(packets[0].last);
        assert!(differ(&packets.iter().map(|it| it.id).collect::<Vec<_>>()));
        assert!(differ(&packets.iter().map(|it| it.tag).collect::<Vec<_>>()));
        let sum: u32 = packets.iter().map(|it| u32::from(it.tag)).sum();
        assert_eq!(sum % 3, 0);
    }
}

#[derive(Randomize, Debug)]
#[randomize(soft(unique(bytes)), soft(bytes[0] == key + 1))]
struct Soft {
    bytes: [u8; 180],
    key: u8,
}

#[test]
fn soft_constraints_are_drawn_directly_too_and_give_way() {
    all::<Soft>(10, |t| differ(&t.bytes) && t.bytes[0] == t.key + 1);
    let soft = Soft::randomize_with(&mut rng(11), constrain!(|t| t.bytes[0] == t.bytes[1]));
    let soft = soft.unwrap();
    assert!(soft.bytes[0] == soft.bytes[1] && soft.bytes[0] == soft.key + 1);
}

#[derive(Randomize, Debug)]
#[randomize(unique(slots), for slot in &slots { slot < 10 }, slots[3] != 4)]
struct TooMany {
    #[randomize(length = 0..=20)]
    slots: Vec<u8>,
    other: u8,
}

#[test]
fn fewer_values_than_differ_are_a_contradiction_that_names_what_leaves_so_few() {
    let mut rng = rng(5);
    let ten = TooMany::randomize_with(&mut rng, constrain!(|t| t.slots.len() == 10)).unwrap();
    assert!(differ(&ten.slots) && ten.slots[3] != 4);
    let error = TooMany::randomize_with(&mut rng, constrain!(|t| t.slots.len() == 11));
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains("`unique(slots)`") && text.contains("slot < 10") && !text.contains("!= 4"),
        "{text}"
    );
    // Of numbers too.
    let error = <[u8; 9]>::randomize_with(
        &mut rng,
        constrain!(|t| unique(t) && t[0] < 3 && t[1] < 3 && t[2] < 3 && t[3] < 3 && t[8] > 5),
    );
    let text = error.unwrap_err().to_string();
    assert!(text.contains("unique(t)"), "{text}");
}

#[derive(Randomize, Debug)]
#[randomize(
    end == start as u64 + 4 * length as u64,
    checksum == sum(payload) + header as u16,
    left as i32 - right as i32 == difference,
    is_long == (length > 60_000),
    product == left as u64 * factor,
)]
struct Determined {
    start: u32,
    length: u32,
    end: u64,
    is_long: bool,
    header: u8,
    payload: [u8; 64],
    checksum: u16,
    left: u16,
    right: u16,
    #[randomize(range = -40_000..=40_000)]
    difference: i32,
    factor: u64,
    product: u64,
}

#[test]
fn what_others_determine_is_computed_and_leaves_each_solution_as_likely() {
    let drawn = all::<Determined>(6, |t| {
        t.end == u64::from(t.start) + 4 * u64::from(t.length)
            && t.checksum
                == t.payload.iter().map(|&byte| u16::from(byte)).sum::<u16>() + u16::from(t.header)
            && i32::from(t.left) - i32::from(t.right) == t.difference
            && t.is_long == (t.length > 60_000)
            && u128::from(t.product) == u128::from(t.left) * u128::from(t.factor)
    });
    chi_squared(
        drawn.iter().map(|t| t.payload[17] >> 5),
        (0..8).map(|value| (value, 1.0)),
    );
    chi_squared(
        drawn.iter().map(|t| t.length >> 29),
        (0..8).map(|value| (value, 1.0)),
    );
    let factors: HashSet<u64> = drawn.iter().map(|t| t.factor).collect();
    assert!(factors.len() > 390, "{}", factors.len());
}

#[derive(Randomize, Debug)]
#[randomize(
    a as u128 * b as u128 == product,
    low == a.wrapping_mul(b),
    key ^ mask != 0,
    key + 1 == next,
    a ^ key as u64 ^ 0x55 == mixed,
)]
struct Wide {
    a: u64,
    b: u64,
    product: u128,
    low: u64,
    key: u128,
    mask: u128,
    next: u128,
    mixed: u64,
}

/// Numbers of constraints are exact, whatever their width.
#[test]
fn products_of_64_bits_are_computed() {
    let drawn = all::<Wide>(9, |t| {
        t.product == u128::from(t.a) * u128::from(t.b)
            && t.low == t.a.wrapping_mul(t.b)
            && t.key != t.mask
            && Some(t.next) == t.key.checked_add(1)
            && u128::from(t.mixed) == (u128::from(t.a) ^ t.key ^ 0x55) & u128::from(u64::MAX)
    });
    for values in [
        drawn.iter().map(|t| t.a >> 61).collect::<Vec<_>>(),
        drawn.iter().map(|t| t.b >> 61).collect(),
        drawn.iter().map(|t| (t.key >> 125) as u64).collect(),
    ] {
        chi_squared(values, (0..8).map(|value| (value, 1.0)));
    }
}

#[derive(Randomize, Debug)]
#[randomize(a == b + 1, b == c + 1, c == a - 2, a + d == 30)]
struct Circle {
    #[randomize(range = 5..=20)]
    a: u8,
    b: u8,
    c: u8,
    d: u8,
}

#[test]
fn fields_that_determine_each_other_are_drawn() {
    let drawn = all::<Circle>(7, |t| {
        t.a == t.b + 1 && t.b == t.c + 1 && t.a + t.d == 30 && (5..=20).contains(&t.a)
    });
    chi_squared(drawn.iter().map(|t| t.a), (5..=20).map(|a| (a, 1.0)));
}

#[derive(Randomize, Debug)]
#[randomize(width * height <= 1_000_000_000_000, width >= 1, height >= 2)]
struct Area {
    width: u64,
    height: u64,
}

/// Of the 2^128 values of both, hardly any fits by chance.
#[test]
fn factors_of_a_bounded_product_are_drawn_each_as_likely() {
    let drawn = all::<Area>(8, |t| {
        t.width >= 1
            && t.height >= 2
            && u128::from(t.width) * u128::from(t.height) <= 1_000_000_000_000
    });
    // About 10^12 / height widths for each height: an integral, but for the smallest heights.
    let share = |low: u64, high: u64| {
        let few = (low..high.min(256)).map(|height| 1.0 / height as f64);
        let many = (high.max(256) as f64 - 0.5).ln() - (low.max(256) as f64 - 0.5).ln();
        few.sum::<f64>() + many
    };
    let ends = [2, 32, 1 << 11, 1 << 19, 1 << 28, 1 << 36, 1_000_000_000_001];
    let group = |height: u64| ends.iter().rposition(|&end| end <= height);
    let shares = ends.windows(2).enumerate();
    chi_squared(
        drawn.iter().map(|t| group(t.height)),
        shares.map(|(place, ends)| (Some(place), share(ends[0], ends[1]))),
    );
}
