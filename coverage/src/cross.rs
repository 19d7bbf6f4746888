//! A cross: which bins of several points were hit together (IEEE 1800-2023, 19.6).

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use crate::bins::BinKind;
use crate::definition::CrossDefinition;
use crate::error::Problem;
use crate::illegal::IllegalSample;
use crate::mean::percent;
use crate::point::PointData;
use crate::table::{PointTable, Weights};

/// How many bins one cross may have.
const LIMIT: u128 = 1 << 22;
/// How many points one cross may have.
const POINTS: usize = 16;

type Predicate = Rc<dyn Fn(&[&str]) -> bool>;

/// The ignored and illegal bins of a cross. Without any, it counts every combination of its points'
/// bins.
///
/// ```
/// use verifork_coverage::CrossBins;
///
/// // By the points in their order; `_` is any bin, `|` separates several.
/// let bins = CrossBins::new()
///     .ignore(["long", "Wrap | Fixed"])
///     .illegal(["_", "Reserved"])
///     .ignore_where(|bins| bins[0] == "single" && bins[1] != "Incr");
/// ```
#[derive(Clone, Default)]
pub struct CrossBins {
    selects: Vec<(BinKind, Select)>,
}

#[derive(Clone)]
enum Select {
    Names(Vec<String>),
    Where(Predicate),
}

impl fmt::Debug for CrossBins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.selects.iter().map(|(kind, select)| match select {
                Select::Names(names) => format!("{kind:?} {names:?}"),
                Select::Where(_) => format!("{kind:?} where …"),
            }))
            .finish()
    }
}

impl CrossBins {
    /// Every combination counts.
    pub fn new() -> Self {
        CrossBins::default()
    }

    fn names<S: Into<String>>(mut self, kind: BinKind, names: impl IntoIterator<Item = S>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        self.selects.push((kind, Select::Names(names)));
        self
    }

    /// Ignores combinations: for each point the name of a bin, several with `|`, or `_` for any.
    #[must_use]
    pub fn ignore<S: Into<String>>(self, bins: impl IntoIterator<Item = S>) -> Self {
        self.names(BinKind::Ignore, bins)
    }

    /// Combinations that must not occur, in the same notation.
    #[must_use]
    pub fn illegal<S: Into<String>>(self, bins: impl IntoIterator<Item = S>) -> Self {
        self.names(BinKind::Illegal, bins)
    }

    /// Ignores the combinations for which the function returns true, given the names of their bins.
    #[must_use]
    pub fn ignore_where(mut self, holds: impl Fn(&[&str]) -> bool + 'static) -> Self {
        self.selects
            .push((BinKind::Ignore, Select::Where(Rc::new(holds))));
        self
    }

    /// Combinations for which the function returns true must not occur.
    #[must_use]
    pub fn illegal_where(mut self, holds: impl Fn(&[&str]) -> bool + 'static) -> Self {
        self.selects
            .push((BinKind::Illegal, Select::Where(Rc::new(holds))));
        self
    }
}

/// What is known of a cross before its first sample.
#[derive(Debug)]
pub(crate) struct CrossTable {
    pub(crate) name: String,
    pub(crate) options: Weights,
    /// Its points, by their numbers in the group.
    pub(crate) points: Vec<usize>,
    /// How far apart the bins are that differ by one in a point's number.
    strides: Vec<usize>,
    /// How many bins of each point take part.
    sizes: Vec<usize>,
    /// What each bin is; nothing where all count.
    kinds: Option<Box<[BinKind]>>,
    len: usize,
    pub(crate) counted: usize,
}

impl CrossTable {
    pub(crate) fn new(
        name: &str,
        points: Vec<usize>,
        tables: &[&PointTable],
        bins: &CrossBins,
        options: Weights,
    ) -> Result<Self, Problem> {
        let place = format!("cross `{name}`");
        options.check(&place)?;
        let wrong = |why: String| Problem::Cross {
            cross: name.to_owned(),
            why,
        };
        if !(2..=POINTS).contains(&tables.len()) {
            return Err(wrong(format!(
                "it has {} points, not 2 to {POINTS}",
                tables.len()
            )));
        }
        if let Some(table) = tables.iter().find(|table| table.counted_values == 0) {
            let point = &table.name;
            return Err(wrong(format!("point `{point}` has no bins of values")));
        }
        let count = tables.iter().fold(1_u128, |product, table| {
            product.saturating_mul(table.counted_values as u128)
        });
        if count > LIMIT {
            return Err(Problem::TooManyBins {
                place,
                count,
                limit: LIMIT,
                advice: "cross points that have fewer bins",
            });
        }
        let mut strides = vec![1; tables.len()];
        for index in (1..tables.len()).rev() {
            strides[index - 1] = strides[index] * tables[index].counted_values;
        }
        let len = strides[0] * tables[0].counted_values;
        let mut table = CrossTable {
            name: name.to_owned(),
            options,
            points,
            strides,
            sizes: tables.iter().map(|table| table.counted_values).collect(),
            kinds: None,
            len,
            counted: len,
        };
        table.select(tables, bins)?;
        if table.counted == 0 {
            return Err(Problem::NoBins { place });
        }
        Ok(table)
    }

    fn select(&mut self, tables: &[&PointTable], bins: &CrossBins) -> Result<(), Problem> {
        if bins.selects.is_empty() {
            return Ok(());
        }
        let mut kinds = vec![BinKind::Count; self.len];
        for (kind, select) in &bins.selects {
            let chosen = match select {
                Select::Names(names) => Chosen::Bins(self.chosen(tables, names)?),
                Select::Where(holds) => Chosen::Where(holds),
            };
            for (index, present) in kinds.iter_mut().enumerate() {
                // Illegal is stronger than ignored.
                if *present != BinKind::Illegal && self.is_chosen(tables, &chosen, index) {
                    *present = *kind;
                }
            }
        }
        self.counted = kinds.iter().filter(|kind| **kind == BinKind::Count).count();
        self.kinds = Some(kinds.into());
        Ok(())
    }

    /// For each point, for each of its bins, whether it is named.
    fn chosen(&self, tables: &[&PointTable], names: &[String]) -> Result<Vec<Vec<bool>>, Problem> {
        if names.len() != tables.len() {
            return Err(Problem::Cross {
                cross: self.name.clone(),
                why: format!(
                    "({}) selects bins of {} points, and it has {}",
                    names.join(", "),
                    names.len(),
                    tables.len()
                ),
            });
        }
        let of_point = |(table, names): (&&PointTable, &String)| {
            if names.trim() == "_" {
                return Ok(vec![true; table.counted_values]);
            }
            let mut chosen = vec![false; table.counted_values];
            for name in names.split('|').map(str::trim) {
                let index = table.find_crossed(name);
                let index = index.ok_or_else(|| self.no_such_bin(table, name))?;
                chosen[index] = true;
            }
            Ok(chosen)
        };
        tables.iter().zip(names).map(of_point).collect()
    }

    fn no_such_bin(&self, table: &PointTable, name: &str) -> Problem {
        const SHOWN: usize = 12;
        let bins = table.crossed();
        let mut names: Vec<_> = bins
            .iter()
            .take(SHOWN)
            .map(|bin| format!("`{}`", bin.name))
            .collect();
        if bins.len() > SHOWN {
            names.push(format!("{} more", bins.len() - SHOWN));
        }
        Problem::NoSuchBin {
            cross: self.name.clone(),
            point: table.name.clone(),
            bin: name.to_owned(),
            bins: names.join(", "),
        }
    }

    fn is_chosen(&self, tables: &[&PointTable], chosen: &Chosen<'_>, index: usize) -> bool {
        match chosen {
            Chosen::Bins(bins) => {
                let mut coordinates = self.coordinates(index).zip(bins);
                coordinates.all(|(coordinate, bins)| bins[coordinate])
            }
            Chosen::Where(holds) => {
                let coordinates = self.coordinates(index).zip(tables);
                let names: Vec<&str> = coordinates
                    .map(|(coordinate, table)| &*table.bins[coordinate].name)
                    .collect();
                holds(&names)
            }
        }
    }

    /// The bins of the points that make this bin of the cross.
    fn coordinates(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let parts = self.strides.iter().zip(&self.sizes);
        parts.map(move |(stride, size)| index / stride % size)
    }

    /// The bins of a kind, as runs of numbers: the first, and the one after the last.
    pub(crate) fn runs(&self, kind: BinKind) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for index in (0..self.len).filter(|index| self.kind(*index) == kind) {
            match runs.last_mut() {
                Some(run) if run.1 == index => run.1 += 1,
                _ => runs.push((index, index + 1)),
            }
        }
        runs
    }

    fn kind(&self, index: usize) -> BinKind {
        self.kinds
            .as_ref()
            .map_or(BinKind::Count, |kinds| kinds[index])
    }
}

enum Chosen<'a> {
    Bins(Vec<Vec<bool>>),
    Where(&'a Predicate),
}

/// What a cross has counted.
#[derive(Debug)]
pub(crate) struct CrossData {
    pub(crate) table: Rc<CrossTable>,
    pub(crate) group: Rc<str>,
    pub(crate) points: Box<[Rc<PointData>]>,
    pub(crate) counts: Box<[Cell<u64>]>,
    missing: Cell<usize>,
}

impl CrossDefinition {
    pub(crate) fn of(cross: &CrossData) -> Self {
        let table = &cross.table;
        CrossDefinition {
            name: table.name.clone(),
            points: table.points.clone(),
            weight: table.options.weight,
            goal: table.options.goal,
            at_least: table.options.at_least,
            ignored: table.runs(BinKind::Ignore),
            illegal: table.runs(BinKind::Illegal),
        }
    }
}

impl CrossData {
    pub(crate) fn new(table: Rc<CrossTable>, all: &[Rc<PointData>], group: Rc<str>) -> Self {
        CrossData {
            points: table
                .points
                .iter()
                .map(|index| Rc::clone(&all[*index]))
                .collect(),
            counts: (0..table.len).map(|_| Cell::new(0)).collect(),
            missing: Cell::new(table.counted),
            table,
            group,
        }
    }

    #[inline]
    fn sample(&self, place: &'static Location<'static>) -> Result<(), IllegalSample> {
        let mut index = 0;
        for (point, stride) in self.points.iter().zip(&self.table.strides) {
            match point.last_hits() {
                [bin] => index += *bin as usize * stride,
                [] => return Ok(()),
                _ => return self.sample_several(place),
            }
        }
        self.hit(index, place)
    }

    /// Where values are in several bins of a point, every combination of them is hit.
    #[cold]
    fn sample_several(&self, place: &'static Location<'static>) -> Result<(), IllegalSample> {
        let mut chosen = [0; POINTS];
        let points = &self.points;
        if points.iter().any(|point| point.last_hits().is_empty()) {
            return Ok(());
        }
        loop {
            let bins = points.iter().zip(&self.table.strides).zip(&chosen);
            let index = bins.map(|((point, stride), at)| point.last_hits()[*at] as usize * stride);
            self.hit(index.sum(), place)?;
            let mut at = points.len();
            loop {
                let Some(before) = at.checked_sub(1) else {
                    return Ok(());
                };
                at = before;
                chosen[at] += 1;
                if chosen[at] < points[at].last_hits().len() {
                    break;
                }
                chosen[at] = 0;
            }
        }
    }

    #[inline]
    fn hit(&self, index: usize, place: &'static Location<'static>) -> Result<(), IllegalSample> {
        let count = self.counts[index].get().saturating_add(1);
        self.counts[index].set(count);
        match self.table.kind(index) {
            BinKind::Count => {
                if count == self.table.options.at_least {
                    self.missing.set(self.missing.get() - 1);
                }
                Ok(())
            }
            BinKind::Illegal => Err(self.illegal(index, place)),
            BinKind::Ignore | BinKind::Default => Ok(()),
        }
    }

    #[cold]
    fn illegal(&self, index: usize, place: &'static Location<'static>) -> IllegalSample {
        let values: Vec<_> = self.points.iter().map(|point| point.value_text()).collect();
        IllegalSample {
            group: self.group.to_string(),
            item: self.table.name.clone(),
            bin: self.bin_name(index),
            values: values.join(", "),
            place,
        }
    }

    /// The bins of the points that make this bin.
    pub(crate) fn coordinates(&self, bin: usize) -> impl Iterator<Item = usize> + '_ {
        self.table.coordinates(bin)
    }

    /// The names of a bin's parts, such as `long × Wrap`.
    fn bin_name(&self, index: usize) -> String {
        let parts = self.coordinates(index).zip(&self.points);
        let names: Vec<_> = parts
            .map(|(at, point)| &*point.table.bins[at].name)
            .collect();
        names.join(" × ")
    }

    pub(crate) fn coverage(&self) -> f64 {
        percent(self.table.counted - self.missing.get(), self.table.counted)
    }

    /// The bins that count and have been hit too seldom.
    pub(crate) fn uncovered(&self) -> impl Iterator<Item = usize> + '_ {
        let at_least = self.table.options.at_least;
        let bins = self.counts.iter().enumerate();
        bins.filter(move |(index, count)| {
            count.get() < at_least && self.table.kind(*index) == BinKind::Count
        })
        .map(|(index, _)| index)
    }
}

/// A cross of points of a cover group.
///
/// ```
/// use verifork_coverage::{CoverGroup, Cross, Point};
///
/// #[derive(CoverGroup)]
/// struct Accesses {
///     write: Point<bool>,
///     #[bins(low = 0..=0x7f, high = 0x80..)]
///     address: Point<u8>,
///     #[cross(write, address)]
///     both: Cross,
/// }
///
/// let covered = Accesses::new();
/// covered.write.sample(true);
/// covered.address.sample(0x90);
/// covered.both.sample();
/// assert_eq!(covered.both.count(&["true", "high"]), Some(1));
/// assert_eq!(covered.both.coverage(), 25.0);
/// ```
#[derive(Clone)]
pub struct Cross {
    pub(crate) data: Rc<CrossData>,
}

impl fmt::Debug for Cross {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Cross({}: {:.1} %)",
            self.data.table.name,
            self.coverage()
        )
    }
}

impl Cross {
    /// Counts the combination of bins of its points' last samples. Counts nothing if one of them was in
    /// no bin or was skipped.
    ///
    /// # Panics
    ///
    /// The combination is illegal.
    #[inline]
    #[track_caller]
    pub fn sample(&self) {
        if let Err(illegal) = self.try_sample() {
            illegal.fail();
        }
    }

    /// Like [`sample`](Self::sample), but returns an error for an illegal combination.
    ///
    /// ```
    /// use verifork_coverage::{Cross, IllegalSample};
    ///
    /// fn sample_all(crosses: &[Cross]) -> Result<(), IllegalSample> {
    ///     crosses.iter().try_for_each(Cross::try_sample)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The combination is illegal.
    #[inline]
    #[track_caller]
    pub fn try_sample(&self) -> Result<(), IllegalSample> {
        self.data.sample(Location::caller())
    }

    /// The cross's name.
    pub fn name(&self) -> &str {
        &self.data.table.name
    }

    /// The percentage of counting combinations that have been hit often enough.
    pub fn coverage(&self) -> f64 {
        self.data.coverage()
    }

    /// The number of hits of this combination of bins; `None` if there is no such combination.
    pub fn count(&self, bins: &[&str]) -> Option<u64> {
        let CrossData { table, points, .. } = &*self.data;
        if bins.len() != points.len() {
            return None;
        }
        let mut index = 0;
        for ((point, stride), name) in points.iter().zip(&table.strides).zip(bins) {
            index += point.table.find_crossed(name)? * stride;
        }
        Some(self.data.counts[index].get())
    }
}
