//! Errors name the constraints and their places in the source.

mod common;

use common::rng;
use verifork_stimulus::{Randomize, RandomizeError, constrain};

#[derive(Randomize, Debug)]
#[randomize(
    length > 20,
    kind != 3,
    address % 4 == 0,
)]
struct Item {
    #[randomize(range = 0..=30)]
    length: u8,
    kind: u8,
    address: u16,
}

fn conflict(result: Result<Item, RandomizeError>) -> Vec<(u32, String)> {
    match result.unwrap_err() {
        RandomizeError::Conflict {
            type_name,
            constraints,
            ..
        } => {
            assert_eq!(type_name, "Item");
            constraints
                .into_iter()
                .map(|place| {
                    assert!(place.file.ends_with("errors.rs"), "{}", place.file);
                    let of = if place.path.is_empty() {
                        String::new()
                    } else {
                        format!(" of {}", place.path)
                    };
                    (place.line, place.text.to_owned() + &of)
                })
                .collect()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_contradiction_names_what_contradicts_and_nothing_else() {
    let mut rng = rng(1);
    let line = line!() + 1;
    let result = Item::randomize_with(&mut rng, constrain!(|t| t.kind != 4 && t.length == 7));
    let found = conflict(result);
    assert_eq!(
        found,
        [
            (10, "length > 20".to_owned()),
            (line, "t.length == 7".to_owned())
        ]
    );

    let line = line!() + 1;
    let too_long = constrain!(|t: Item| t.length == 31);
    let found = conflict(Item::randomize_with(&mut rng, too_long));
    assert_eq!(found[0], (15, "range = 0..=30 of length".to_owned()));
    assert_eq!(found[1..], [(line, "t.length == 31".to_owned())]);

    // Three constraints that contradict only together, in a group with others.
    let found = conflict(Item::randomize_with(
        &mut rng,
        constrain!(|t| {
            t.address as u32 + t.length as u32 == 50;
            t.address > 28;
            t.kind as u16 <= t.address;
        }),
    ));
    let texts: Vec<&str> = found.iter().map(|(_, text)| &**text).collect();
    assert_eq!(
        texts,
        [
            "length > 20",
            "address % 4 == 0",
            "t.address as u32 + t.length as u32 == 50",
            "t.address > 28"
        ]
    );
}

#[test]
fn a_condition_that_is_never_true_is_named_alone() {
    let mut rng = rng(2);
    let limit = 0;
    let found = conflict(Item::randomize_with(
        &mut rng,
        constrain!(|t| t.kind < limit),
    ));
    assert_eq!(found[0].1, "t.kind < limit");
    assert_eq!(found.len(), 1);
    let found = conflict(Item::randomize_with(&mut rng, constrain!(|_t| limit == 1)));
    assert_eq!(found[0].1, "limit == 1");
    // A constraint inside an `if` is named with its condition.
    let found = conflict(Item::randomize_with(
        &mut rng,
        constrain!(|t| {
            if t.kind >= 0 {
                t.kind == 1;
                t.length != 3
            }
            t.kind == 2;
        }),
    ));
    assert_eq!(found[0].1, "if t.kind >= 0 { t.kind == 1 }");
}

#[test]
fn the_message_is_read_at_one_glance() {
    let result = Item::randomize_with(&mut rng(3), constrain!(|t| t.length == 7));
    let text = result.unwrap_err().to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "no value of `Item` satisfies these together:");
    assert!(
        lines[1].starts_with("  ") && lines[1].ends_with("errors.rs:10: `length > 20`"),
        "{text}"
    );
    assert_eq!(lines.len(), 3);
}

/// The generator still works, and so do draws that have a solution.
#[test]
fn an_error_leaves_everything_as_it_was() {
    let mut rng = rng(4);
    for _ in 0..3 {
        assert!(Item::randomize_with(&mut rng, constrain!(|t| t.length == 7)).is_err());
        assert!(Item::randomize(&mut rng).is_ok());
    }
}

#[derive(Randomize, Debug)]
#[randomize(1 << distance > 100)]
struct Shifted {
    distance: u32,
}

#[test]
fn numbers_that_get_too_large_are_refused() {
    let error = Shifted::randomize(&mut rng(5)).unwrap_err();
    assert!(matches!(error, RandomizeError::TooLarge { .. }), "{error}");
    assert!(
        error.to_string().contains("`1 << distance > 100`"),
        "{error}"
    );
    let fits = Shifted::randomize_with(&mut rng(5), constrain!(|t| t.distance < 9)).unwrap();
    assert!((7..9).contains(&fits.distance));
}

#[derive(Randomize, Debug)]
struct Circle {
    #[randomize(before(b))]
    a: u8,
    #[randomize(before(a))]
    b: u8,
}

#[test]
fn fields_that_are_each_before_the_other_are_refused() {
    let error = Circle::randomize(&mut rng(6)).unwrap_err();
    assert!(matches!(error, RandomizeError::Order { .. }));
    assert!(error.to_string().contains("`a`, `b`"), "{error}");
}

#[derive(Randomize, Debug)]
struct Inner {
    #[randomize(length = 3..=3)]
    items: Vec<Item>,
}

#[test]
fn places_tell_the_element() {
    let result = Inner::randomize_with(&mut rng(7), constrain!(|t| t.items[1].length < 9));
    let text = result.unwrap_err().to_string();
    assert!(text.contains("`length > 20` of `items[1]`"), "{text}");
    // Beyond the end of a list, no condition is true.
    let beyond = Inner::randomize_with(&mut rng(7), constrain!(|t| t.items[3].length < 200));
    assert!(beyond.is_err());
}

#[derive(Randomize, Debug)]
struct UpTo<const MOST: u8> {
    #[randomize(range = 4..=MOST)]
    count: u8,
}

#[derive(Randomize, Debug)]
struct Weighted<const FIRST: u8> {
    #[randomize(weights(FIRST..=6 = 1, 9 = 2))]
    kind: u8,
}

#[derive(Randomize, Debug)]
struct Many<const MOST: u8> {
    #[randomize(length = 1..=2)]
    all: Vec<UpTo<MOST>>,
}

#[derive(Randomize, Debug)]
struct Listed<const LEAST: usize, const MOST: usize, const SHARE: u32> {
    #[randomize(length = LEAST..=MOST, weights(1 = SHARE, 2 = 1))]
    list: Vec<u8>,
}

#[test]
fn lengths_and_weights_may_be_parameters_of_the_type() {
    let mut rng = rng(9);
    let drawn: Vec<_> = (0..200)
        .map(|_| Listed::<2, 3, 9>::randomize(&mut rng).unwrap())
        .collect();
    assert!(drawn.iter().all(|it| (2..=3).contains(&it.list.len())));
    let (ones, all) = drawn
        .iter()
        .flat_map(|it| &it.list)
        .fold((0, 0), |(ones, all), it| {
            (ones + usize::from(*it == 1), all + 1)
        });
    assert!(ones * 10 > all * 8 && ones < all, "{ones} of {all}");
    let error = Listed::<3, 2, 1>::randomize(&mut rng).unwrap_err();
    assert!(
        matches!(error, RandomizeError::EmptyRange { .. }),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains("from 3 to 2") && text.contains("of `list`"),
        "{text}"
    );
}

/// For a type with parameters, the compiler cannot check it.
#[test]
fn a_range_that_a_parameter_makes_empty_is_reported_with_its_line() {
    let mut rng = rng(8);
    assert_eq!(UpTo::<4>::randomize(&mut rng).unwrap().count, 4);
    let error = UpTo::<3>::randomize(&mut rng).unwrap_err();
    assert!(matches!(error, RandomizeError::EmptyRange { .. }));
    let text = error.to_string();
    assert!(text.contains("from 4 to 3"), "{text}");
    assert!(
        text.ends_with("errors.rs:187: `range = 4..=MOST` of `count`"),
        "{text}"
    );
    let inside = Many::<2>::randomize(&mut rng).unwrap_err().to_string();
    assert!(inside.contains("of `all[0].count`"), "{inside}");
    let inline = UpTo::<3>::randomize_with(&mut rng, constrain!(|t| t.count < 200));
    assert!(matches!(inline, Err(RandomizeError::EmptyRange { .. })));

    assert!(matches!(
        Weighted::<6>::randomize(&mut rng).unwrap().kind,
        6 | 9
    ));
    let error = Weighted::<7>::randomize(&mut rng).unwrap_err().to_string();
    assert!(error.contains("from 7 to 6"), "{error}");
}
