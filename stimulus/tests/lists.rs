//! Vectors: their lengths, and constraints on their elements.

mod common;

use common::{all, chi_squared, rng};
use verifork_stimulus::{Randomize, constrain};

#[derive(Randomize, Debug)]
#[randomize(
    data.len() == length as usize + 1,
    sum(data) <= 300,
    unique(data),
    data.iter().all(|byte| byte != 13),
    data.windows(2).all(|w| w[0] < w[1]),
    data[0] > 2,
    data.iter().any(|&x| x == 77),
)]
struct Sorted {
    length: u8,
    #[randomize(length = 1..=6, range = 1..=90)]
    data: Vec<u8>,
}

#[test]
fn elements_are_constrained_together() {
    let drawn = all::<Sorted>(1, |t| {
        t.data.len() == usize::from(t.length) + 1
            && t.data.iter().map(|&byte| u32::from(byte)).sum::<u32>() <= 300
            && t.data.is_sorted_by(|a, b| a < b)
            && t.data
                .iter()
                .all(|byte| (1..=90).contains(byte) && *byte != 13)
            && t.data[0] > 2
            && t.data.contains(&77)
    });
    chi_squared(
        drawn.iter().map(|t| t.data.len()),
        (1..=6).map(|length| (length, 1.0)),
    );
}

#[derive(Randomize, Debug)]
#[randomize(
    items.len() >= 2,
    items.iter().filter(|item| item.last).count() == 1,
    items.iter().map(|item| item.size as u32).sum::<u32>() == total,
    items.iter().enumerate().all(|(i, item)| item.size as usize > i),
    for item in &items {
        if item.last { item.size < 10 }
    },
    total < 40,
    names.len() == items.len(),
    names.iter().zip(items.iter()).all(|(name, item)| name.bit(0) == item.last),
    names.contains(&5),
)]
struct Items {
    #[randomize(length = 0..=4)]
    items: Vec<Item>,
    #[randomize(length = 0..=400)]
    names: Vec<u8>,
    total: u32,
}

#[derive(Randomize, Debug)]
#[randomize(size != 0)]
struct Item {
    size: u8,
    last: bool,
    #[randomize(length = 1..=3)]
    inner: Vec<bool>,
}

#[test]
fn elements_are_structs_and_lengths_depend_on_each_other() {
    let drawn = all::<Items>(2, |t| {
        (2..=4).contains(&t.items.len())
            && t.items.iter().filter(|item| item.last).count() == 1
            && t.items.iter().map(|item| u32::from(item.size)).sum::<u32>() == t.total
            && t.items
                .iter()
                .enumerate()
                .all(|(i, item)| usize::from(item.size) > i)
            && t.items.iter().all(|item| !item.last || item.size < 10)
            && t.items
                .iter()
                .all(|item| (1..=3).contains(&item.inner.len()))
            && t.names.len() == t.items.len()
            && t.names
                .iter()
                .zip(&t.items)
                .all(|(name, item)| (name & 1 == 1) == item.last)
            && t.names.contains(&5)
    });
    chi_squared(
        drawn.iter().map(|t| t.items.len()),
        (2..=4).map(|length| (length, 1.0)),
    );
    let inner = drawn
        .iter()
        .flat_map(|t| &t.items)
        .map(|item| item.inner.len());
    chi_squared(inner, (1..=3).map(|length| (length, 1.0)));
}

#[derive(Randomize, Debug)]
#[randomize(data.iter().all(|x| x < 3) || data.is_empty())]
struct Free {
    #[randomize(length = 0..1000)]
    data: Vec<u8>,
}

#[test]
fn a_length_in_line_is_found_at_once() {
    let mut rng = rng(3);
    for wanted in [0, 1, 7] {
        let free = Free::randomize_with(&mut rng, constrain!(|t| t.data.len() == wanted)).unwrap();
        assert_eq!(free.data.len(), wanted);
        assert!(free.data.iter().all(|&x| x < 3));
    }
    let error = Free::randomize_with(&mut rng, constrain!(|t| t.data.len() > 2000)).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("`t.data.len() > 2000`") && text.contains("`length = 0..1000` of `data`"),
        "{text}"
    );
}

/// Not every length has a solution; those that do are found.
#[test]
fn lengths_without_solutions_are_left_out() {
    let mut rng = rng(4);
    for _ in 0..50 {
        let sorted = Sorted::randomize_with(
            &mut rng,
            constrain!(|t| t.data.iter().all(|&x| x >= 60) && t.data.len() > 1),
        )
        .unwrap();
        assert!((2..=4).contains(&sorted.data.len()), "{sorted:?}");
    }
}
