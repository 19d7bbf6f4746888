//! Random stimulus under constraints.
//!
//! ```
//! use verifork_stimulus::Randomize;
//! # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
//!
//! #[derive(Randomize, Debug)]
//! #[randomize(address % 4 == 0, if write { address >= 0x1000 })]
//! struct Access { write: bool, address: u32, #[randomize(range = 1..=16)] length: u8 }
//!
//! let access = Access::randomize(&mut rng)?;
//! # assert!(access.address % 4 == 0 && (!access.write || access.address >= 0x1000));
//! # assert!((1..=16).contains(&access.length));
//! # Ok::<(), verifork_stimulus::RandomizeError>(())
//! ```
//!
//! The generator is any of [`rand_core`], such as `test.rng()` of verifork. The same seed gives the same values, on
//! every machine and whatever was drawn before.
//!
//! [`derive(Randomize)`](derive@Randomize) lists what fields may say: ranges, weights, lengths of
//! vectors, `before`, `fixed`. [`constrain!`] adds constraints where a value is drawn, from whatever is in scope there:
//!
//! ```
//! use verifork_stimulus::{Randomize, constrain};
//! # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
//!
//! #[derive(Randomize, Clone, Copy, PartialEq)]
//! enum Burst { Fixed, Incr, Wrap }
//!
//! #[derive(Randomize)]
//! #[randomize(
//!     (address & 0xfff) + ((length as u32 + 1) << size) <= 4096,
//!     if burst == Burst::Wrap { [1, 3, 7, 15].contains(&length) && address % (1 << size) == 0 },
//! )]
//! struct Transfer {
//!     address: u32,
//!     length: u8,
//!     #[randomize(range = 0..=2)]
//!     size: u8,
//!     #[randomize(weights(Incr = 6, Wrap = 3, Fixed = 1))]
//!     burst: Burst,
//! }
//!
//! let page = 0x8000;
//! let transfer = Transfer::randomize_with(
//!     &mut rng,
//!     constrain!(|t| t.burst == Burst::Wrap && t.address >> 12 == page),
//! )?;
//! # assert!(transfer.burst == Burst::Wrap && transfer.address >> 12 == page && transfer.size < 3);
//! # assert!([1, 3, 7, 15].contains(&transfer.length));
//! # Ok::<(), verifork_stimulus::RandomizeError>(())
//! ```
//!
//! # What a constraint may contain
//!
//! - Fields, of nested structs too: `header.length`, `self.0`, `items[2].last`. Whatever does not depend on
//!   what is drawn is plain Rust, evaluated once: constants, local variables, calls.
//! - `+ - * / %`, `& | ^ << >>`, `!`, `as`, comparisons, `&& ||`; both sides have the same type, as in Rust.
//! - `if` and `match`, also without `else` (then it is an implication), `matches!`, `let`, and blocks
//!   of several constraints.
//! - Sets: `[1, 3, 7].contains(&x)`, `(a..=b).contains(&x)`; `unique(a, b, c)`; tables: `TABLE[index]`.
//! - Of integers: `bit(3)`, `bits(4..=7)`, `count_ones()`, `is_power_of_two()`, `is_multiple_of`, `min`, `max`, `abs()`, `abs_diff`,
//!   `wrapping_add`, `wrapping_sub`, `wrapping_mul`.
//! - Of vectors and arrays: `len()`, `is_empty()`, `contains`, `unique(list)`, `sum(list)`, and
//!   `iter()` with `all`, `any`, `map`, `sum`, `filter(…).count()`, `enumerate`, `zip`, `skip`, `take`, `rev`;
//!   `windows(2)`; `for x in &list { … }`.
//! - `soft(…)` around a constraint that gives way where it cannot hold. Of those that contradict each other, the
//!   last one holds; those in line come after the type's. IEEE 1800-2017, 18.5.14.
//!
//! ```
//! use verifork_stimulus::Randomize;
//! # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
//!
//! #[derive(Randomize)]
//! #[randomize(
//!     sum(payload) == checksum,
//!     payload.windows(2).all(|pair| pair[0] != pair[1]),
//!     soft(payload.len() > 4),
//! )]
//! struct Frame {
//!     #[randomize(length = 1..=8, range = 1..=99)]
//!     payload: Vec<u8>,
//!     checksum: u16,
//! }
//!
//! let frame = Frame::randomize(&mut rng)?;
//! assert_eq!(frame.payload.iter().map(|&byte| u16::from(byte)).sum::<u16>(), frame.checksum);
//! # Ok::<(), verifork_stimulus::RandomizeError>(())
//! ```
//!
//! # Arithmetic
//!
//! Numbers in constraints are exact integers: types matter to the compiler, but nothing overflows and nothing is cut off.
//! For `a` and `b` of type `u8`, `a + b > 300` has solutions, `a - b` may be negative, and `a << 4`
//! loses no bits. So no solution is lost to a width, and none is won by it, unlike in IEEE 1800 (11.6), where the width of a
//! sum depends on what it is compared with. Where Rust's own arithmetic is to evaluate the same expression, it has to be wide
//! enough: `a as u16 + b as u16`. Otherwise operators are Rust's:
//!
//! - `as` keeps the lowest bits; `wrapping_add` and its kin do too.
//! - `/` and `%` round to zero. A condition with a division by zero, or a shift by a negative number, is not
//!   true, unless `&&`, `||`, `if` or `match` does not get there.
//! - `>>` rounds down; shifted by its width or more, a number is 0 or -1.
//! - `!x` inverts the bits of the type.
//! - An element beyond the end of a vector or a table makes a condition untrue.
//!
//! No number may take more than 1024 bits: give what shifts to the left a range.
//!
//! # How likely what is
//!
//! Without weights and `before`, each solution of the constraints is as likely as any other. Constraints that have no field
//! in common are solved apart. `weights` say how likely a field's values are, whatever number of solutions
//! each has; a value without any is left out, and the others share what it had. Lengths of vectors come
//! first, each that has a solution as likely as any other, as if all else were uniform.
//!
//! | a group of fields that constraints relate | is drawn | each solution as likely |
//! |---|---|---|
//! | of which half of what is proposed fits | by rejection | exactly |
//! | whose diagram has up to 2^18 nodes | from the diagram | to within 2^-50 |
//! | of which some of 8192 tries fit | by rejection | exactly |
//! | of which ranges of fields can be told to have no solution, until most of what is left fits: factors of a bounded product | by rejection, from these ranges | to within 2^-50 |
//! | else: remainders of wide products, for example | by a SAT solver, with random phases | **no**: all can be drawn, some far likelier than others |
//!
//! What is proposed has different values where more than 8 are to be `unique`, as by a shuffle; and a field that an
//! equation determines, alone or as a summand, is computed from the others: `c == a * b`, `sum(payload) + header == total`. So these
//! take a few microseconds at any width.
//!
//! Which of these it is depends on nothing but the constraints. What is built for a type is built
//! once a thread. A draw from a diagram takes a few hundred nanoseconds.
//!
//! Constraints in line add to what is built for the type, so new ones are cheap too, and solutions stay exactly as likely:
//! those that compare bits of a field with numbers take one to ten microseconds, whatever the numbers are. Others are tried on
//! what the type's constraints give; where that does not fit, they get a diagram of their own, which is kept by
//! what they are, with the values in them: 256 sets a type. Not so for a type with vectors or `fixed` fields, whose new
//! constraints are solved from the start: about a millisecond for a burst of AXI. A draw by a SAT solver takes
//! milliseconds, of remainders of products of 64 bits a second; a problem that takes it more than 100,000 conflicts, such as the
//! factors of a large number or `a * b == c * d` of 32 bits, is an error that names the constraints, for which it may take
//! half a minute.
//! With `before`, 32 random values are tried for the field that comes first: it has each of its values as often where a good part
//! of them has solutions.
//!
//! # Contradictions
//!
//! If no value satisfies all constraints, the error names some of them: these contradict each other, and any one less would
//! not.
//!
//! ```text
//! no value of `Transfer` satisfies these together:
//!   src/lib.rs:12: `if burst == Burst::Wrap { [1, 3, 7, 15].contains(&length) && address % (1 << size) == 0 }`
//!   src/lib.rs:41: `t.burst == Burst::Wrap`
//!   src/lib.rs:41: `t.length == 14`
//! ```
#![deny(missing_docs)]
#![allow(clippy::cast_possible_truncation)]

mod aimed;
mod bits;
mod blast;
mod boxes;
mod diagram;
mod distinct;
mod draw;
mod error;
mod evaluate;
#[allow(missing_docs, reason = "used by the macros' output only")]
mod expr;
mod inline;
#[doc(hidden)]
#[allow(missing_docs, reason = "used by the macros' output only")]
pub mod list;
mod plan;
mod product;
#[allow(
    missing_docs,
    reason = "what the macros' output uses has no documentation"
)]
mod randomize;
mod record;
mod rejection;
mod sample;
mod search;
mod shape;
mod simple;
mod solver;
mod value;

pub use aimed::{Aimed, Hole};
pub use error::{Place, RandomizeError};
/// The traits of generators that draw.
pub use rand_core;
#[doc(alias("rand", "randc", "randomize", "constraint"))]
pub use randomize::Randomize;
pub use value::{Integer, Ordered, Value};
#[doc(alias(
    "rand",
    "randc",
    "constraint",
    "dist",
    "solve before",
    "uvm_sequence_item"
))]
pub use verifork_stimulus_macros::Randomize;
#[doc(alias("constraint", "with"))]
pub use verifork_stimulus_macros::constrain;

/// What the macros' output uses.
#[doc(hidden)]
#[allow(missing_docs)]
pub mod __private {
    pub use crate::expr::*;
    pub use crate::list;
    pub use crate::randomize::*;
    pub use crate::record::Source;
    pub use crate::value::Kind;
}
