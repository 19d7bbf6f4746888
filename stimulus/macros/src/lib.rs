//! The macros of [verifork-stimulus](https://docs.rs/verifork-stimulus): `#[derive(Randomize)]` and `constrain!`.
//! Use them through that crate.

mod attribute;
mod constraint;
mod derive;
mod errors;

use proc_macro::TokenStream;

/// Derives `Randomize` for a struct or an enum.
///
/// On a struct, `#[randomize(…)]` holds constraints that name its fields, separated by commas:
///
/// ```
/// use verifork_stimulus::Randomize;
///
/// #[derive(Randomize)]
/// #[randomize(
///     address % 4 == 0,
///     if write { address >= 0x1000 },
///     soft(length < 16),
/// )]
/// struct Access {
///     write: bool,
///     address: u32,
///     #[randomize(range = 1..=64, weights(1 = 3, 2..=64 = 1))]
///     length: u8,
///     #[randomize(length = 0..=4, range = 0..=9)]
///     digits: Vec<u8>,
///     #[randomize(fixed)]
///     name: String,
/// }
/// ```
///
/// On a field:
///
/// | | |
/// |---|---|
/// | `range = 0..=15` | the values of an integer, or of the elements of a vector or an array |
/// | `weights(0 = 3, 1..=9 = 1, _ = 1)` | how likely a value, all values of a range together (`:/` of IEEE 1800-2017, 18.5.4; for `:=`, take the weight times the number of values), or all others are, among those that have a solution; what is not named is not drawn. Variants of an enum without fields are named without it: `weights(Read = 3, Write = 1)` |
/// | `length = 0..=8` | how long a vector is, each length that has a solution as likely as any other |
/// | `before(a, b)` | the field is drawn before others: each of its values that has a solution is as likely as any other (nearly so where a SAT solver draws) |
/// | `fixed` | the field is not drawn: its default, or in `redraw` what it is |
/// | a constraint | the same as on the struct |
///
/// An enum without fields is drawn as a number of its variants; one with fields chooses its variant
/// first, each as likely as any other. `#[randomize(weight = 3)]` on a variant makes it likelier, and constraints
/// on a variant with fields count if it is chosen.
///
/// What constraints may contain is told on the front page of `verifork-stimulus`.
#[proc_macro_derive(Randomize, attributes(randomize))]
pub fn derive_randomize(item: TokenStream) -> TokenStream {
    derive::expand(item.into()).into()
}

/// Constraints in line: `constrain!(|t| t.length == 15 && t.burst == Burst::Wrap)`.
///
/// What follows the parameter is one constraint, or a block of several. They may use whatever is in scope:
/// what does not depend on the parameter is evaluated once, as a constant.
///
/// The parameter's type is known where the constraints are an argument of `randomize_with`. Elsewhere it
/// is written: `let wrap = constrain!(|t: Transfer| t.burst == Burst::Wrap);`.
///
/// ```
/// use verifork_stimulus::{Randomize, constrain};
/// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
///
/// #[derive(Randomize)]
/// struct Access {
///     write: bool,
///     address: u32,
/// }
///
/// let region = 0x2000..0x3000;
/// let access = Access::randomize_with(&mut rng, constrain!(|t| {
///     region.contains(&t.address);
///     if t.write { t.address % 64 == 0 }
/// }))?;
/// assert!(region.contains(&access.address));
/// # Ok::<(), verifork_stimulus::RandomizeError>(())
/// ```
#[proc_macro]
pub fn constrain(tokens: TokenStream) -> TokenStream {
    constraint::expand(tokens.into()).into()
}
