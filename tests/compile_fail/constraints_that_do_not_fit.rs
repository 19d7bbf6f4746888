//! Constraints are checked as Rust's expressions are, and what they may contain is told.

use verifork_stimulus::{Randomize, constrain};

#[derive(Randomize, Clone, Copy, PartialEq)]
enum Burst {
    Incr,
    Wrap,
}

#[derive(Randomize)]
#[randomize(
    address + length < 4096, //~ E0308: expected `Expr<u32>`, found `Expr<u8>`
    burst == 1, //~ E0308: expected `Burst`, found integer
    length, //~ E0308: expected `Expr<bool>`, found `Expr<u8>`
    burst < Burst::Wrap, //~ E0277: a constraint cannot tell which `Burst` is less
    !burst == burst, //~ E0277: `Burst` has no bits to combine
)]
struct Unlike {
    address: u32,
    length: u8,
    burst: Burst,
}

#[derive(Randomize)]
#[randomize(
    length = 3, //~ error: `length` is an option of a field
    address = 3, //~ error: a constraint compares with `==`
    address += 1, //~ error: a constraint changes nothing
    helper(address), //~ error: with drawn fields, a constraint calls only `unique`, `sum` and `soft`
    address.leading_zeros() == 3, //~ error: constraints know `contains`
    0..address, //~ error: a range is not a condition
    if let 3 = address { true }, //~ error: in a constraint, use `matches!(…)` or `match`
    data[length as usize] == 3, //~ error: an index must not depend on drawn fields
    assert!(address > 3), //~ error: `matches!` is the only macro that a constraint may contain
    soft(length > 3) || address > 3, //~ error: `soft` encloses a whole constraint
    self == self, //~ error: name a field of it
)]
struct NotConstraints {
    address: u32,
    length: u8,
    #[randomize(length = 1..=2)]
    data: Vec<u8>,
}

fn helper(_: u32) -> bool {
    true
}

#[derive(Randomize)]
#[randomize(match burst { Burst::Incr => length > 3 })] //~ E0004: non-exhaustive patterns
struct NotAll {
    burst: Burst,
    length: u8,
}

#[derive(Randomize)]
struct Access {
    address: u32,
}

fn in_line(rng: &mut impl rand_core::Rng) {
    let _ = Access::randomize_with(rng, constrain!(|t| t.length == 3)); //~ E0609: no field `length`
    let limit = 3_u8;
    let _ = Access::randomize_with(rng, constrain!(|t| t.address < limit)); //~ E0308
    let _ = Access::randomize_with(rng, constrain!(t.address < 3)); //~ error: constraints are written `constrain!(|t|
    let _ = Access::randomize_with(rng, constrain!(|t, u| t.address < 3)); //~ error: a constraint has one parameter
}

mod rand_core {
    pub use verifork_stimulus::rand_core::Rng;
}
