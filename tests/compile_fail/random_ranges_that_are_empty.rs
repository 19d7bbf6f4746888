//! Ranges without a value and weights of nothing are found by the compiler.

use verifork_stimulus::Randomize;

#[derive(Randomize)]
struct Empty {
    #[randomize(range = 5..=3)] //~ E0080: the range of `a` is empty
    a: u8,
    #[randomize(range = 3..3)] //~ E0080: the range of `b` is empty
    b: i64,
    #[randomize(length = 2..1)] //~ E0080: the length of `c` is empty
    c: Vec<u8>,
    #[randomize(weights(7..=6 = 1))] //~ E0080: the range of a weight of `d` is empty
    d: u16,
    #[randomize(weights(true = NONE, false = 1))] //~ E0080: a weight is a positive integer
    e: bool,
}

const NONE: u32 = 0;
