//! The derives of `verifork-coverage`, which re-exports them. The code that they generate reaches the crate
//! as `::verifork_coverage`, so it needs no import.
//!
//! Every mistake is an error at the place where it stands.

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
/// It adds `new()`, `named(instance)`, `try_new()`, `sample(…)` and `try_sample(…)`, as visible as the struct.
/// `sample` takes what `of` says, and reads its fields by the points' names; without `of` it takes a value for
/// each point, in their order. Definitions that cannot be, such as overlapping bins, are found by `new`.
///
/// # `#[cover_group(…)]` on the struct
///
/// | option | |
/// |---|---|
/// | `of = Type` | what is sampled |
/// | `name = "…"` | the name in reports and files; else that of the type with its module |
/// | `weight`, `goal`, `at_least` | how much the group counts; the percentage that is enough; how often each bin has to be hit (19.7) |
///
/// # `#[bins(…)]` on a point
///
/// Without it the values are divided into 64 bins at most, and an enum has a bin for each variant (19.5.3). In
/// values, a name such as `Incr` is the variant or constant of the point's own type.
///
/// | bins | |
/// |---|---|
/// | `name = values` | one of a value, a range, or an array of these |
/// | `name[] = values`, `each(values)`, `each` | one for each of these values; of all there are |
/// | `name[4] = values` | four, among which the values are divided |
/// | `automatic = 16` | at most so many of all values |
/// | `wildcard(name = "1x0?")` | of the values whose bits fit |
/// | `transitions(a => b, name = a => b[*2..=4] => c)` | of values sampled one after the other (19.5.2); with other values before each, `b[->2..=4]`, and behind the last one, `b[=2..=4]` |
/// | `ignore(name = values)`, `ignore_wildcard(…)`, `ignore_transitions(…)` | taken out of all others (19.5.5) |
/// | `illegal(name = values)`, `illegal_wildcard(…)`, `illegal_transitions(…)` | a sample of it fails the test (19.5.6) |
/// | `rest(name)`, `illegal_rest(name)` | of what is in no other |
/// | `overlapping` | a value may be in several |
///
/// # `#[point(…)]` on a point
///
/// `value = |item| …` samples that instead of the field, `when = |item| …` only while that holds;
/// `weight`, `goal`, `at_least`.
///
/// # `#[cross(…)]` on a cross
///
/// The points, then `ignore(…)` and `illegal(…)` with a bin for each point: its name, a number, a string, several
/// with `|`, or `_` for any; `ignore_where = |bins| …` and `illegal_where = |bins| …` by the names of the bins;
/// `weight`, `goal`, `at_least` (19.6).
///
/// [`Point`]: https://docs.rs/verifork-coverage/latest/verifork_coverage/struct.Point.html
/// [`Cross`]: https://docs.rs/verifork-coverage/latest/verifork_coverage/struct.Cross.html
#[proc_macro_derive(CoverGroup, attributes(cover_group, bins, cross, point))]
pub fn cover_group(item: TokenStream) -> TokenStream {
    cover_group::expand(item.into()).into()
}

/// Makes an enum without fields the value of a point, with its variants as the values that there are.
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
