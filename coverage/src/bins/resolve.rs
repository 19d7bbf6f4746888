//! Resolves the declarations of bins to bins with disjoint values.

use std::collections::HashSet;

use super::{BinKind, Bins, Declaration, wildcard};
use crate::error::Problem;
use crate::ranges::Keys;
use crate::sets::{Range, divided, domain, intersection, united, without};
use crate::transition::{Sequence, Transition, Unknown, excluded, sequences};
use crate::value::{CoverValue, Shape};

/// The most bins of a point.
const LIMIT: u128 = 1 << 16;
/// The most automatic bins: the default of `auto_bin_max` in IEEE 1800.
const AUTOMATIC: u64 = 64;

/// A bin with its values.
#[derive(Clone, Debug)]
pub(crate) struct ResolvedBin {
    pub(crate) name: String,
    pub(crate) kind: BinKind,
    /// In order and not adjacent; empty for a transition.
    pub(crate) ranges: Vec<Range>,
    pub(crate) transition: Option<Transition>,
    /// The sequences of a transition, without ignored and illegal ones.
    pub(crate) sequences: Vec<Sequence>,
    /// The text of its values.
    pub(crate) text: String,
}

impl ResolvedBin {
    /// Its ranges as numbers; for a transition, the first range of each step.
    pub(crate) fn numbers(&self, shape: Shape) -> Vec<(String, String)> {
        let written = |range: &Range| (shape.number(range.0), shape.number(range.1));
        match &self.transition {
            None => self.ranges.iter().map(written).collect(),
            Some(transition) => {
                let steps = transition.steps.iter();
                let first = steps.filter_map(|step| step.values.first()?.0.as_ref().ok());
                first.map(written).collect()
            }
        }
    }
}

/// The bins of a point; counting bins of values come first.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) bins: Vec<ResolvedBin>,
    /// The number of counting bins of values.
    pub(crate) counted_values: usize,
    /// The number of all counting bins.
    pub(crate) counted: usize,
}

/// Gives each bin of a point its values.
pub(crate) fn resolve<V: CoverValue>(point: &str, bins: &Bins<V>) -> Result<Resolved, Problem> {
    let shape = V::SHAPE;
    let mut made = Making {
        point,
        shape,
        bins: Vec::new(),
    };
    let automatic = [(String::new(), Declaration::Automatic(AUTOMATIC))];
    let counts = |(_, declaration): &(String, Declaration)| {
        !matches!(
            declaration,
            Declaration::One(BinKind::Ignore | BinKind::Illegal, _)
                | Declaration::Wildcard(BinKind::Ignore | BinKind::Illegal, _)
                | Declaration::Transition(BinKind::Ignore | BinKind::Illegal, _)
        )
    };
    let added = if bins.declarations.iter().any(counts) {
        &[][..]
    } else {
        &automatic
    };
    for (name, declaration) in bins.declarations.iter().chain(added) {
        made.add(name, declaration)?;
    }
    let mut bins = exclude(made.bins, bins.overlapping, point, shape)?;
    exclude_transitions(&mut bins, point)?;
    fill_rest(&mut bins, shape);
    let mut names = HashSet::new();
    if let Some(bin) = bins.iter().find(|bin| !names.insert(&*bin.name)) {
        return Err(Problem::NameTaken {
            place: format!("point `{point}`"),
            name: bin.name.clone(),
        });
    }
    for bin in &mut bins {
        bin.text = text(bin, shape);
    }
    // A stable sort keeps the order of declarations within a kind.
    bins.sort_by_key(|bin| (bin.kind, bin.transition.is_some()));
    let counted = bins.iter().filter(|bin| bin.kind == BinKind::Count);
    let (values, transitions): (Vec<_>, Vec<_>) = counted.partition(|bin| bin.transition.is_none());
    let (counted_values, counted) = (values.len(), values.len() + transitions.len());
    if counted == 0 && !bins.iter().any(|bin| bin.kind == BinKind::Default) {
        return Err(Problem::NoBins {
            place: format!("point `{point}`"),
        });
    }
    Ok(Resolved {
        bins,
        counted_values,
        counted,
    })
}

fn text(bin: &ResolvedBin, shape: Shape) -> String {
    match &bin.transition {
        Some(transition) => transition.text(shape),
        None => {
            let ranges = bin.ranges.iter();
            let texts: Vec<_> = ranges
                .map(|range| shape.range_text(range.0, range.1))
                .collect();
            texts.join(", ")
        }
    }
}

struct Making<'a> {
    point: &'a str,
    shape: Shape,
    bins: Vec<ResolvedBin>,
}

impl Making<'_> {
    fn push(&mut self, name: String, kind: BinKind, ranges: Vec<Range>) {
        self.bins.push(ResolvedBin {
            name,
            kind,
            ranges,
            transition: None,
            sequences: Vec::new(),
            text: String::new(),
        });
    }

    /// The declared ranges, merged and in order.
    fn ranges(&self, bin: &str, keys: &[Keys]) -> Result<Vec<Range>, Problem> {
        let ranges: Result<Vec<_>, _> = keys.iter().map(|keys| keys.0.clone()).collect();
        let ranges = ranges.map_err(|range| self.empty(bin, range))?;
        if ranges.is_empty() {
            return Err(self.empty(bin, "[]".to_owned()));
        }
        // An enum has no values between its variants.
        let there_are = intersection(&united(ranges), &domain(self.shape));
        if there_are.is_empty() {
            return Err(self.empty(bin, "no variant".to_owned()));
        }
        Ok(there_are)
    }

    fn empty(&self, bin: &str, range: String) -> Problem {
        Problem::EmptyRange {
            point: self.point.to_owned(),
            bin: bin.to_owned(),
            range,
        }
    }

    fn too_many(&self, count: u128) -> Problem {
        Problem::TooManyBins {
            place: format!("point `{}`", self.point),
            count,
            limit: LIMIT,
            advice: "ranges or `split` make fewer",
        }
    }

    fn add(&mut self, name: &str, declaration: &Declaration) -> Result<(), Problem> {
        let shape = self.shape;
        match declaration {
            Declaration::One(kind, keys) => {
                let ranges = self.ranges(name, keys)?;
                self.push(name.to_owned(), *kind, ranges);
            }
            Declaration::Each(keys) => {
                let ranges = self.ranges(name, keys)?;
                self.add_each(name, &ranges)?;
            }
            Declaration::Split(count, keys) => {
                let ranges = self.ranges(name, keys)?;
                for (index, ranges) in self.split(*count, &ranges)?.into_iter().enumerate() {
                    self.push(format!("{name}[{index}]"), BinKind::Count, ranges);
                }
            }
            Declaration::Automatic(_) if !shape.names.is_empty() => {
                self.add_each("", &domain(shape))?;
            }
            Declaration::Automatic(at_most) => {
                for ranges in self.split(*at_most, &[(0, shape.last())])? {
                    let (first, last) = (ranges[0].0, ranges[ranges.len() - 1].1);
                    self.push(shape.range_text(first, last), BinKind::Count, ranges);
                }
            }
            Declaration::Wildcard(kind, pattern) => {
                let ranges = wildcard::ranges(shape, pattern).map_err(|why| Problem::Pattern {
                    point: self.point.to_owned(),
                    bin: name.to_owned(),
                    pattern: pattern.clone(),
                    why,
                })?;
                let there_are = intersection(&united(ranges), &domain(shape));
                if there_are.is_empty() {
                    return Err(Problem::Pattern {
                        point: self.point.to_owned(),
                        bin: name.to_owned(),
                        pattern: pattern.clone(),
                        why: "fits no variant".to_owned(),
                    });
                }
                self.push(name.to_owned(), *kind, there_are);
            }
            // Its values are known after all other bins.
            Declaration::Rest(kind) => self.push(name.to_owned(), *kind, Vec::new()),
            Declaration::Transition(kind, transition) => {
                let made = sequences(transition, shape)
                    .map_err(|why| wrong_transition(self.point, name, why))?;
                self.bins.push(ResolvedBin {
                    name: name.to_owned(),
                    kind: *kind,
                    ranges: Vec::new(),
                    transition: Some(transition.clone()),
                    sequences: made,
                    text: String::new(),
                });
            }
        }
        Ok(())
    }

    fn add_each(&mut self, name: &str, ranges: &[Range]) -> Result<(), Problem> {
        let shape = self.shape;
        let called = |key| match name {
            "" => shape.text(key).to_string(),
            name => format!("{name}[{}]", shape.text(key)),
        };
        if shape.names.is_empty() {
            let count = ranges.iter().fold(0_u128, |sum, (first, last)| {
                sum.saturating_add(last - first).saturating_add(1)
            });
            if count > LIMIT {
                return Err(self.too_many(count));
            }
            for (first, last) in ranges {
                for key in *first..=*last {
                    self.push(called(key), BinKind::Count, vec![(key, key)]);
                }
            }
        } else {
            for (_, value) in shape.names {
                let key = shape.key(value.cast_unsigned());
                if ranges
                    .iter()
                    .any(|range| (range.0..=range.1).contains(&key))
                {
                    self.push(called(key), BinKind::Count, vec![(key, key)]);
                }
            }
        }
        Ok(())
    }

    /// Divides the values among `count` bins, or as many as there are values. The last bin takes the remainder.
    fn split(&self, count: u64, ranges: &[Range]) -> Result<Vec<Vec<Range>>, Problem> {
        if count == 0 {
            return Err(Problem::Option {
                place: format!("point `{}`", self.point),
                option: "the number of bins",
                value: 0,
                wanted: "1 or more",
            });
        }
        if u128::from(count) > LIMIT {
            return Err(self.too_many(count.into()));
        }
        Ok(divided(count, ranges))
    }
}

/// Removes from each bin the values that a stronger one excludes (illegal before ignored before all others), and
/// drops empty bins.
fn exclude(
    mut bins: Vec<ResolvedBin>,
    overlapping: bool,
    point: &str,
    shape: Shape,
) -> Result<Vec<ResolvedBin>, Problem> {
    let all_of = |bins: &[ResolvedBin], kind| {
        let of_kind = bins.iter().filter(|bin| bin.kind == kind);
        united(of_kind.flat_map(|bin| bin.ranges.iter().copied()).collect())
    };
    let illegal = all_of(&bins, BinKind::Illegal);
    for bin in bins.iter_mut().filter(|bin| bin.kind == BinKind::Ignore) {
        bin.ranges = without(&bin.ranges, &illegal);
    }
    let ignored = all_of(&bins, BinKind::Ignore);
    let excluded = united([illegal, ignored].concat());
    bins.retain_mut(|bin| {
        // All of its values are illegal. Without values, it would be taken for a bin of the rest.
        if bin.kind == BinKind::Ignore {
            return !bin.ranges.is_empty() || bin.transition.is_some();
        }
        if bin.kind != BinKind::Count || bin.ranges.is_empty() {
            return true;
        }
        bin.ranges = without(&bin.ranges, &excluded);
        !bin.ranges.is_empty()
    });
    if overlapping {
        return Ok(bins);
    }
    let counted = bins.iter().filter(|bin| bin.kind == BinKind::Count);
    let mut owned: Vec<_> = counted
        .flat_map(|bin| bin.ranges.iter().map(move |range| (*range, bin)))
        .collect();
    owned.sort_by_key(|(range, _)| *range);
    for pair in owned.windows(2) {
        let ((before, first), (after, second)) = (&pair[0], &pair[1]);
        if after.0 <= before.1 {
            return Err(Problem::Overlap {
                point: point.to_owned(),
                first: first.name.clone(),
                second: second.name.clone(),
                value: shape.text(after.0).to_string(),
            });
        }
    }
    Ok(bins)
}

pub(crate) fn wrong_transition(point: &str, bin: &str, why: String) -> Problem {
    Problem::Transition {
        point: point.to_owned(),
        bin: bin.to_owned(),
        why,
    }
}

/// Removes ignored and illegal sequences from each counting transition, and drops empty ones.
fn exclude_transitions(bins: &mut Vec<ResolvedBin>, point: &str) -> Result<(), Problem> {
    let (counted, others): (Vec<_>, Vec<_>) = std::mem::take(bins)
        .into_iter()
        .partition(|bin| bin.kind == BinKind::Count && bin.transition.is_some());
    for mut bin in counted {
        for other in &others {
            for sequence in &other.sequences {
                match excluded(&bin.sequences, sequence) {
                    Ok(left) => bin.sequences = left,
                    // An illegal sequence fails the test, whatever else it counts for.
                    Err(Unknown::Length) if other.kind == BinKind::Illegal => {}
                    Err(why) => {
                        let why = why.text(&other.name);
                        return Err(wrong_transition(point, &bin.name, why));
                    }
                }
            }
        }
        if !bin.sequences.is_empty() {
            bins.push(bin);
        }
    }
    bins.extend(others);
    Ok(())
}

/// Gives the bins of the rest all values that are in no other bin.
fn fill_rest(bins: &mut Vec<ResolvedBin>, shape: Shape) {
    let taken = united(
        bins.iter()
            .flat_map(|bin| bin.ranges.iter().copied())
            .collect(),
    );
    let rest = without(&domain(shape), &taken);
    let is_rest = |bin: &ResolvedBin| bin.transition.is_none() && bin.ranges.is_empty();
    for bin in bins.iter_mut().filter(|bin| is_rest(bin)) {
        bin.ranges.clone_from(&rest);
    }
    // No value is left for it.
    bins.retain(|bin| bin.transition.is_some() || !bin.ranges.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins<V: CoverValue>(bins: Bins<V>) -> Vec<(String, String)> {
        let resolved = resolve("p", &bins).unwrap();
        resolved
            .bins
            .into_iter()
            .map(|bin| (bin.name, bin.text))
            .collect()
    }

    fn named(made: &[(String, String)]) -> Vec<(&str, &str)> {
        made.iter().map(|(name, text)| (&**name, &**text)).collect()
    }

    fn problem<V: CoverValue>(bins: Bins<V>) -> String {
        resolve("p", &bins).unwrap_err().to_string()
    }

    #[test]
    fn without_bins_the_values_are_divided_among_64() {
        let made = bins(Bins::<u8>::new());
        assert_eq!(made.len(), 64);
        assert_eq!(named(&made)[1], ("4..=7", "4..=7"));
        let made = bins(Bins::<u128>::new());
        assert_eq!(made.len(), 64);
        assert!(made[63].0.ends_with(&u128::MAX.to_string()), "{made:?}");
        assert_eq!(
            named(&bins(Bins::<bool>::new())),
            [("false", "false"), ("true", "true")]
        );
    }

    #[test]
    fn the_last_bin_of_a_division_takes_the_remainder() {
        let made = bins(Bins::<u8>::new().split("s", 3, [0..=9, 20..=20]));
        assert_eq!(
            named(&made),
            [("s[0]", "0..=2"), ("s[1]", "3..=5"), ("s[2]", "6..=9, 20")]
        );
        let made = bins(Bins::<u8>::new().split("s", 9, 1..=2));
        assert_eq!(named(&made), [("s[0]", "1"), ("s[1]", "2")]);
    }

    #[test]
    fn ignored_values_leave_their_bins_and_illegal_ones_the_ignored_too() {
        let made = bins(
            Bins::<u8>::new()
                .bin("low", 0..=9)
                .bin("gone", 5)
                .ignore("five", 5..=6)
                .illegal("six", 6)
                .rest("others"),
        );
        assert_eq!(
            named(&made),
            [
                ("low", "0..=4, 7..=9"),
                ("five", "5"),
                ("six", "6"),
                ("others", "10..=255")
            ]
        );
    }

    #[test]
    fn an_ignored_bin_of_illegal_values_alone_is_not_the_rest() {
        let made = bins(
            Bins::<u8>::new()
                .bin("low", 0..=9)
                .ignore("gone", 5..=6)
                .illegal("both", 4..=6)
                .rest("others"),
        );
        assert_eq!(
            named(&made),
            [
                ("low", "0..=3, 7..=9"),
                ("both", "4..=6"),
                ("others", "10..=255")
            ]
        );
    }

    #[derive(Clone, Copy)]
    enum Mode {
        Off,
        Full = 6,
    }

    impl CoverValue for Mode {
        const SHAPE: Shape = Shape::named(&[("Off", 0), ("Full", 6)]);

        fn bits(self) -> u128 {
            self as u128
        }
    }

    #[test]
    fn a_pattern_has_the_variants_that_fit_it() {
        let made = bins(
            Bins::<Mode>::new()
                .wildcard("on", "1x0")
                .wildcard("off", "000"),
        );
        assert_eq!(named(&made), [("on", "Full"), ("off", "Off")]);
        let none = problem(Bins::<Mode>::new().wildcard("odd", "xx1"));
        assert_eq!(
            none,
            "point `p`: the pattern `xx1` of bin `odd` fits no variant"
        );
        assert_eq!([Mode::Off, Mode::Full].map(CoverValue::bits), [0, 6]);
    }

    #[test]
    fn only_ignored_or_illegal_bins_leave_the_automatic_ones() {
        let made = bins(Bins::<u8>::new().illegal("reserved", 0..=3));
        assert_eq!(made.len(), 64);
        assert_eq!(named(&made)[0], ("4..=7", "4..=7"));
    }

    #[test]
    fn what_overlaps_is_an_error_unless_it_may() {
        let both = || Bins::<u8>::new().bin("a", 0..=9).bin("b", [20..=30, 9..=9]);
        assert_eq!(
            problem(both()),
            "point `p`: bins `a` and `b` overlap at 9; `overlapping` allows that, and counts the \
             value in both"
        );
        assert_eq!(bins(both().overlapping()).len(), 2);
    }

    #[test]
    fn mistakes_are_reported() {
        assert_eq!(
            problem(Bins::<u8>::new().bin("a", 4..4)),
            "point `p`: the range `4..4` of bin `a` is empty"
        );
        assert_eq!(
            problem(Bins::<u32>::new().each_value()),
            "point `p`: 4294967296 bins are more than 65536; ranges or `split` make fewer"
        );
        assert_eq!(
            problem(Bins::<u8>::new().bin("a", 1).bin("a", 2)),
            "point `p`: there are two of the name `a`"
        );
        assert_eq!(
            problem(Bins::<u8>::new().bin("a", 1).ignore("i", ..)),
            "point `p`: there is no bin to count, since all values are ignored or illegal"
        );
        assert_eq!(
            problem(Bins::<u8>::new().split("a", 0, ..)),
            "point `p`: `the number of bins` is 0, and must be 1 or more"
        );
        assert_eq!(
            problem(Bins::<u8>::new().wildcard("a", "12")),
            "point `p`: the pattern `12` of bin `a` has `2` in it: its digits are 0, 1, x, z and ?"
        );
    }

    #[test]
    fn the_whole_of_128_bits_is_divided_like_less() {
        let made = bins(Bins::<u128>::new().split("s", 2, ..));
        let half = u128::MAX / 2;
        assert_eq!(made[0].1, format!("0..={half}"));
        assert_eq!(made[1].1, format!("{}..={}", half + 1, u128::MAX));
        assert_eq!(bins(Bins::<i128>::new().automatic(1)).len(), 1);
    }
}
