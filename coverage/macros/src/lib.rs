//! The derives of `verifork-coverage`, which re-exports them. The code that they generate reaches the crate
//! as `::verifork_coverage`, so it needs no import.
//!
//! Every mistake is a compile error at its place in the source.

use proc_macro::TokenStream;

mod cover_group;
mod cover_value;

/// Makes a struct of [`Point`]s and [`Cross`]es a cover group (IEEE 1800-2023, 19.3).
///
/// ```
/// use verifork_coverage::{CoverGroup, CoverValue, Cross, Point};
///
/// #[derive(Clone, Copy, CoverValue)]
/// enum Burst { Fixed, Incr, Wrap }
/// struct Transfer { address: u32, length: u8, burst: Burst }
///
/// #[derive(CoverGroup)]
/// #[cover_group(of = Transfer, at_least = 2)]
/// struct Transfers {
///     #[bins(single = 0, short = 1..=15, long = 16..=255)]
///     length: Point<u8>,
///     #[bins(each, transitions(Incr => Wrap, settled = Fixed[*2..=4] => Incr))]
///     burst: Point<Burst>,
///     #[bins(page[4] = 0..=0xfff, io[] = [0x1000, 0x1004], illegal(rom = 0x2000..=0x2fff), rest(others))]
///     #[point(value = |it| it.address & !3, when = |it| it.length > 0, weight = 2)]
///     address: Point<u32>,
///     #[cross(length, burst, ignore(long, Wrap | Fixed), illegal(single, Wrap))]
///     both: Cross,
/// }
///
/// let covered = Transfers::new();
/// covered.sample(&Transfer { address: 0x1002, length: 3, burst: Burst::Incr });
/// assert_eq!(covered.address.count("io[4096]"), Some(1));
/// ```
///
/// It adds `new()`, `named(instance)`, `try_new()`, `sample(…)` and `try_sample(…)` with the struct's
/// visibility. `sample` takes a reference to the type named by `of`, and reads the fields with the
/// points' names; without `of` it takes a value for each point, in their order. `new` panics on invalid
/// definitions, such as overlapping bins.
///
/// # `#[cover_group(…)]` on the struct
///
/// | option | |
/// |---|---|
/// | `of = Type` | the type of the samples |
/// | `name = "…"` | the name in reports and files; by default that of the type with its module |
/// | `weight`, `goal`, `at_least` | the group's weight; the percentage that is enough; how often each bin must be hit (19.7) |
///
/// # `#[bins(…)]` on a point
///
/// Without it, the values are divided into at most 64 bins, and an enum has a bin for each variant
/// (19.5.3). In values, a name such as `Incr` is a variant or constant of the point's type.
///
/// | bins | |
/// |---|---|
/// | `name = values` | one bin for a value, a range, or an array of these |
/// | `name[] = values`, `each(values)`, `each` | one bin for each of these values; for each possible value |
/// | `name[4] = values` | four bins that share the values |
/// | `automatic = 16` | at most this many bins for all values |
/// | `wildcard(name = "1x0?")` | a bin for the values that match the bits |
/// | `transitions(a => b, name = a => b[*2..=4] => c)` | bins for values sampled in succession (19.5.2); `b[->2..=4]` allows other values before each, `b[=2..=4]` also after the last |
/// | `ignore(name = values)`, `ignore_wildcard(…)`, `ignore_transitions(…)` | excluded from all other bins (19.5.5) |
/// | `illegal(name = values)`, `illegal_wildcard(…)`, `illegal_transitions(…)` | a sample in it fails the test (19.5.6) |
/// | `rest(name)`, `illegal_rest(name)` | a bin for all values that are in no other |
/// | `overlapping` | a value may be in several bins |
///
/// # `#[point(…)]` on a point
///
/// `value = |item| …` samples that instead of the field, `when = |item| …` only while that holds;
/// `weight`, `goal`, `at_least`.
///
/// # `#[cross(…)]` on a cross
///
/// Lists the points, then `ignore(…)` and `illegal(…)` with a bin for each point: its name, a number, a string,
/// several with `|`, or `_` for any; `ignore_where = |bins| …` and `illegal_where = |bins| …` select by the names
/// of the bins; `weight`, `goal`, `at_least` (19.6).
///
/// [`Point`]: https://docs.rs/verifork-coverage/latest/verifork_coverage/struct.Point.html
/// [`Cross`]: https://docs.rs/verifork-coverage/latest/verifork_coverage/struct.Cross.html
#[proc_macro_derive(CoverGroup, attributes(cover_group, bins, cross, point))]
pub fn cover_group(item: TokenStream) -> TokenStream {
    cover_group::expand(item.into()).into()
}

/// Makes an enum without fields usable as the value of a point; its variants are the possible values.
///
/// ```
/// use verifork_coverage::{Bins, CoverValue, GroupBuilder};
///
/// #[derive(Clone, Copy, CoverValue)]
/// enum State { Idle, Busy = 4, Done }
///
/// let mut builder = GroupBuilder::new("states");
/// let state = builder.point("state", Bins::<State>::new())?; // a bin for each
/// state.sample(State::Done);
/// assert_eq!(state.count("Done"), Some(1));
/// # Ok::<(), verifork_coverage::DefinitionError>(())
/// ```
#[proc_macro_derive(CoverValue)]
pub fn cover_value(item: TokenStream) -> TokenStream {
    cover_value::expand(item.into()).into()
}
