//! Literals in constraints have the types of what they are compared with.

use verifork_stimulus::Randomize;

#[derive(Randomize)]
#[randomize(length == 300)] //~ overflowing_literals: literal out of range for `u8`
struct Literals {
    length: u8,
    #[randomize(range = 0..=400)] //~ overflowing_literals: literal out of range for `u8`
    small: u8,
}
