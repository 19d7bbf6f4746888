//! Ranges are of integers: one mistake, one error.

use verifork_stimulus::Randomize;

#[derive(Randomize, Clone, Copy)]
enum Kind {
    Read,
    Write,
}

#[derive(Randomize)]
struct Inner {
    data: u8,
}

const SPAN: std::ops::RangeInclusive<u8> = 0..=1;

#[derive(Randomize)]
struct Ranges {
    #[randomize(range = 0..=1)] //~ E0277: only integers, and lists of integers, have a range
    a: Kind,
    #[randomize(range = 0..=9)] //~ E0277: only integers, and lists of integers, have a range
    b: Inner,
    #[randomize(range = false..=true)] //~ E0277: only integers, and lists of integers, have a range
    c: bool,
    #[randomize(length = 1..=2, range = Kind::Read..=Kind::Write)] //~ E0277: only integers, and lists of integers, have a range
    d: Vec<Kind>,
    #[randomize(weights(0..=3 = 1, _ = 2))] //~ E0277: only integers, and lists of integers, have a range
    e: Kind,
    #[randomize(range = -1..=3)] //~ E0600
    g: u8,
    #[randomize(range = 5)] //~ E0277: two ends
    h: u8,
    #[randomize(range = SPAN)] //~ E0277: has two ends
    i: Kind,
    #[randomize(range = 0.5..=1.5)] //~ E0308
    j: u8,
}
