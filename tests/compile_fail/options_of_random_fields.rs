//! Options of fields that do not fit.

use verifork_stimulus::Randomize;

#[derive(Randomize, Clone, Copy)]
enum Kind {
    Read,
    #[randomize(weight = 0)] //~ error: a weight is a positive integer
    Write,
}

#[derive(Randomize)]
struct Misspelt {
    #[randomize(rnage = 0..=3)] //~ error: did you mean `range`?
    a: u8,
    #[randomize(weights(0 = 0, 1 = 1))] //~ error: a weight is a positive integer
    b: u8,
    #[randomize(weights(0 = 1, 1 = -1))] //~ error: a weight is a positive integer
    l: u8,
    #[randomize(range = 3..)] //~ error: the range has two ends
    c: u8,
    #[randomize] //~ error: options stand in parentheses
    d: u8,
    #[randomize(before(z))] //~ error: there is no field `z`
    e: u8,
    f: Vec<u8>, //~ error: a vector needs a length
    #[randomize(fixed, range = 0..=3)] //~ error: a field that is fixed is not drawn
    g: u8,
    #[randomize(weight = 3)] //~ error: `weight` is for a variant of an enum
    h: u8,
    #[randomize(length = 1..=2)] //~ error: `length` is for a field that is a `Vec`
    i: u8,
    #[randomize(before(j))] //~ error: a field is not drawn before itself
    j: u8,
    #[randomize(range = 0..=1, range = 0..=2)] //~ error: `range` is given twice
    k: u8,
}

#[derive(Randomize)]
enum Nothing {} //~ error: an enum without variants has no value to draw

#[derive(Randomize)]
#[randomize(len > 3)] //~ error: a constraint of an enum's fields belongs on the variant
enum Packet {
    Data { len: u8 },
}

#[derive(Randomize)]
struct Borrowed<'a>(&'a u8); //~ error: a drawn type cannot borrow
