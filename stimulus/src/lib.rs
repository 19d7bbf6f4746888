//! Constrained random stimulus.
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
//! The generator is any `Rng` of [`rand_core`], such as verifork's `test.rng()`. The same seed gives the same
//! values on every machine, whatever was drawn before.
//!
//! [`derive(Randomize)`](derive@Randomize) lists the attributes of fields: ranges, weights, lengths of vectors,
//! `before`, `fixed`. [`constrain!`] adds in-line constraints to a single draw; they may use any local variable:
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
//! - Fields, also of nested structs: `header.length`, `self.0`, `items[2].last`. An expression without a drawn
//!   field is plain Rust, and is evaluated once: constants, local variables, calls.
//! - `+ - * / %`, `& | ^ << >>`, `!`, `as`, comparisons, `&& ||`; both sides have the same type, as in Rust.
//! - `if` and `match`, `matches!`, `let`, and blocks of several constraints. An `if` without `else` is an
//!   implication.
//! - Sets: `[1, 3, 7].contains(&x)`, `(a..=b).contains(&x)`; `unique(a, b, c)`; tables: `TABLE[index]`.
//! - On integers: `bit(3)`, `bits(4..=7)`, `count_ones()`, `is_power_of_two()`, `is_multiple_of`, `min`, `max`, `abs()`, `abs_diff`,
//!   `wrapping_add`, `wrapping_sub`, `wrapping_mul`.
//! - On vectors and arrays: `len()`, `is_empty()`, `contains`, `unique(list)`, `sum(list)`, and
//!   `iter()` with `all`, `any`, `map`, `sum`, `filter(…).count()`, `enumerate`, `zip`, `skip`, `take`, `rev`;
//!   `windows(2)`; `for x in &list { … }`.
//! - `soft(…)` around a constraint that is dropped if it cannot hold. If soft constraints contradict each other,
//!   the last one has priority; in-line constraints come after the type's (IEEE 1800-2017, 18.5.14).
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
//! Numbers in constraints are exact integers. The compiler checks their types, but nothing overflows and no bits are lost.
//! For `a` and `b` of type `u8`, `a + b > 300` has solutions, `a - b` may be negative, and `a << 4` keeps all bits. A width
//! therefore neither removes nor adds solutions, unlike in IEEE 1800 (11.6), where the width of a sum depends on the other
//! side of a comparison. To evaluate the same expression in Rust's own arithmetic, make it wide enough:
//! `a as u16 + b as u16`. Otherwise the operators are Rust's:
//!
//! - `as` keeps the lowest bits, and so do `wrapping_add`, `wrapping_sub` and `wrapping_mul`.
//! - `/` and `%` round to zero. A condition with a division by zero or a shift by a negative number is not true,
//!   unless `&&`, `||`, `if` or `match` skips that part.
//! - `>>` rounds down; a number shifted by its width or more is 0 or -1.
//! - `!x` inverts the bits of the type.
//! - An element beyond the end of a vector or a table makes a condition untrue.
//!
//! No number may take more than 1024 bits, so limit the amount of a left shift by a range.
//!
//! # Distribution
//!
//! Without weights and `before`, all solutions of the constraints are equally likely. Constraints without a common field are
//! solved separately. `weights` set the probabilities of a field's values, whatever number of solutions each has; a value
//! without a solution is left out, and the others share its weight. Lengths of vectors are drawn first: each length that has
//! a solution is equally likely.
//!
//! The method depends on the constraints alone. The first row that applies to a group of related fields decides:
//!
//! | group | drawn | uniform |
//! |---|---|---|
//! | at least half of the proposed values fit | by rejection | exactly |
//! | its diagram has up to 2^18 nodes | from the diagram | to within 2^-50 |
//! | some of 8192 proposed values fit | by rejection | exactly |
//! | excluding ranges without a solution leaves mostly solutions: factors of a bounded product, for example | by rejection, from the other ranges | to within 2^-50 |
//! | an equation determines a product of fields: `a * b == c * d`, `a * b == 3600` | from its prime factors, once the other fields are drawn | exactly for a constant; else only among the factors for the same other fields |
//! | all others: remainders of wide products, for example | by a SAT solver, with random phases | **no**: every solution can be drawn, but some are far likelier than others |
//!
//! Two kinds of constraints hold by construction in the proposed values, which therefore take a few microseconds at any
//! width: more than 8 `unique` values are drawn as by a shuffle, and a field that an equation determines, alone or as a
//! summand, is computed from the others (`c == a * b`, `sum(payload) + header == total`).
//!
//! The diagram of a type is built once per thread. A draw from it takes a few hundred nanoseconds.
//!
//! In-line constraints reuse the type's diagram, so new ones are cheap too, and the distribution stays uniform.
//! Those that compare bits of a field with numbers take one to ten microseconds, whatever the numbers are. For
//! others, draws under the type's constraints are tried first. If too few of these fit, the constraints get a
//! diagram of their own, which is cached by the constraints and the values in them: 256 sets per type. For a type
//! with vectors or `fixed` fields, new constraints are solved from the start: about a millisecond for an AXI burst.
//!
//! A product that an equation determines takes some 30 µs for 32 bits and 300 µs for 64. A draw by the SAT solver
//! takes milliseconds, for remainders of 64-bit products a second. A problem that needs more than 10,000 conflicts,
//! such as `a * a + b * b == c * c` of 32 bits, is an error that names the constraints, after about two seconds of
//! optimized code and at the same draw on every machine.
//!
//! With `before` and the SAT solver, up to 32 random values are tried for the first field. Its values are equally
//! likely if a good part of them has solutions.
//!
//! # Contradictions
//!
//! If no value satisfies all constraints, the error names a minimal set of constraints that contradict each other: without
//! any one of them, the others could hold.
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
mod cache;
mod contradiction;
#[allow(missing_docs, reason = "used by the macros' output only")]
mod declare;
mod diagram;
mod distinct;
mod draw;
mod error;
mod evaluate;
#[allow(missing_docs, reason = "used by the macros' output only")]
mod expr;
mod factors;
mod inline;
#[doc(hidden)]
#[allow(missing_docs, reason = "used by the macros' output only")]
pub mod list;
mod node;
mod plan;
mod primes;
mod problem;
mod product;
mod randomize;
mod record;
mod rejection;
mod sample;
mod search;
#[allow(missing_docs, reason = "used by the macros' output only")]
mod settings;
mod shape;
mod simple;
mod solutions;
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

/// Items that the macros' output uses.
#[doc(hidden)]
#[allow(missing_docs)]
pub mod __private {
    pub use crate::declare::*;
    pub use crate::expr::*;
    pub use crate::list;
    pub use crate::randomize::*;
    pub use crate::record::Source;
    pub use crate::settings::*;
    pub use crate::value::Encoding;
}
