//! Crosses count which bins of several points were hit together (IEEE 1800-2023, 19.6).

mod bins;
mod table;

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

pub use self::bins::CrossBins;
pub(crate) use self::table::CrossTable;
use self::table::POINTS;
use crate::bins::BinKind;
use crate::definition::CrossDefinition;
use crate::illegal::IllegalSample;
use crate::mean::percent;
use crate::point::PointData;

/// The counts of a cross.
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

    /// If the values are in several bins of a point, every combination of them is hit.
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

    /// The bins of the points that make up this bin.
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
