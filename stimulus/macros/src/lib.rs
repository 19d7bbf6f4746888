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
/// | `weights(0 = 3, 1..=9 = 1, _ = 1)` | the weight of a value, of a whole range (`:/` of IEEE 1800-2017, 18.5.4; for `:=`, multiply the weight by the number of values), or of all others, among the values that have a solution. Values that are not named are not drawn. Variants of an enum without fields are named without the enum: `weights(Read = 3, Write = 1)` |
/// | `length = 0..=8` | the length of a vector. All lengths that have a solution are equally likely |
/// | `before(a, b)` | the field is drawn before others: all of its values that have a solution are equally likely, or nearly so if a SAT solver draws (IEEE 1800-2017, 18.5.10) |
/// | `fixed` | the field is not drawn: it has its default, or keeps its value in `redraw` |
/// | a constraint | the same as on the struct |
///
/// An enum without fields is a value. An enum with fields chooses its variant first, all equally likely.
/// `#[randomize(weight = 3)]` on a variant makes it likelier. Constraints on a variant with fields apply if it is
/// chosen.
///
/// The front page of `verifork-stimulus` lists what constraints may contain.
#[proc_macro_derive(Randomize, attributes(randomize))]
pub fn derive_randomize(item: TokenStream) -> TokenStream {
    derive::expand(item.into()).into()
}

/// In-line constraints: `constrain!(|t| t.length == 15 && t.burst == Burst::Wrap)` (IEEE 1800-2017, 18.7).
///
/// The closure's body is one constraint, or a block of several. They may use everything in scope; parts that do not
/// depend on the parameter are evaluated once, as constants.
///
/// In an argument of `randomize_with`, the parameter's type is known. Elsewhere, give it: `let wrap =
/// constrain!(|t: Transfer| t.burst == Burst::Wrap);`.
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
