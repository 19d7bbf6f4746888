//! Definitions and counts of groups, as files store them.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bins::BinKind;
use crate::table::PointTable;

/// The definition of a group. Groups with the same name but different definitions are kept apart.
///
/// ```
/// use verifork_coverage::GroupDefinition;
///
/// fn names(group: &GroupDefinition) -> Vec<&str> {
///     let points = group.points.iter().map(|point| &*point.name);
///     points.chain(group.crosses.iter().map(|cross| &*cross.name)).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupDefinition {
    /// The group's name.
    pub name: String,
    /// Its weight among all groups.
    pub weight: u64,
    /// The percentage that is enough.
    pub goal: u64,
    /// Its points.
    pub points: Vec<PointDefinition>,
    /// Its crosses.
    pub crosses: Vec<CrossDefinition>,
}

/// A point of a group.
///
/// ```
/// use verifork_coverage::PointDefinition;
///
/// fn print(point: &PointDefinition) {
///     println!("{}, each bin {} times:", point.name, point.at_least);
///     for bin in &point.bins {
///         println!("  {}: {}", bin.name, bin.values);
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PointDefinition {
    /// The point's name.
    pub name: String,
    /// Its weight in its group.
    pub weight: u64,
    /// How many per cent are enough.
    pub goal: u64,
    /// The number of hits with which a bin is covered.
    pub at_least: u64,
    /// Its bins: first counting bins of values, then counting transitions, then all others.
    pub bins: Vec<BinDefinition>,
}

/// A bin of a point.
///
/// ```
/// use verifork_coverage::BinDefinition;
///
/// fn is_one_value(bin: &BinDefinition) -> bool {
///     matches!(&*bin.ranges, [(first, last)] if first == last && !bin.transition)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BinDefinition {
    /// The bin's name.
    pub name: String,
    /// The kind of the bin.
    pub kind: BinKind,
    /// The text of its values or its transition.
    pub values: String,
    /// The first and last value of each range; for a transition, the first range of each step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<(String, String)>,
    /// Whether it is a transition; these take no part in crosses.
    #[serde(default, skip_serializing_if = "is_false")]
    pub transition: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A cross of a group. Its bins are numbered with the last point's bin varying fastest.
///
/// ```
/// use verifork_coverage::{CrossDefinition, GroupDefinition};
///
/// fn points<'a>(group: &'a GroupDefinition, cross: &CrossDefinition) -> Vec<&'a str> {
///     cross.points.iter().map(|&point| &*group.points[point].name).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CrossDefinition {
    /// The cross's name.
    pub name: String,
    /// The indices of its points in the group.
    pub points: Vec<usize>,
    /// How much it counts in its group.
    pub weight: u64,
    /// How many per cent are enough.
    pub goal: u64,
    /// The number of hits with which a bin is covered.
    pub at_least: u64,
    /// The ignored bins, as ranges of numbers: the first, and the one after the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<(usize, usize)>,
    /// The bins that are illegal, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub illegal: Vec<(usize, usize)>,
}

impl CrossDefinition {
    /// Whether the ignored and illegal bins exist among `len` bins, each at most once.
    fn excludes_at_most(&self, len: usize) -> bool {
        let excluded = self.ignored.iter().chain(&self.illegal);
        let mut excluded: Vec<_> = excluded.copied().collect();
        excluded.sort_unstable();
        let mut from = 0;
        excluded.into_iter().all(|(first, end)| {
            let follows = from <= first && first < end && end <= len;
            from = end;
            follows
        })
    }
}

impl PointDefinition {
    pub(crate) fn of(table: &PointTable) -> Self {
        let bins = table.bins.iter().map(|bin| BinDefinition {
            name: bin.name.clone(),
            kind: bin.kind,
            values: bin.text.clone(),
            ranges: bin.numbers(table.shape),
            transition: bin.transition.is_some(),
        });
        PointDefinition {
            name: table.name.clone(),
            weight: table.options.weight,
            goal: table.options.goal,
            at_least: table.options.at_least,
            bins: bins.collect(),
        }
    }

    /// The number of its bins that take part in crosses.
    pub fn crossed(&self) -> usize {
        let takes_part = |bin: &&BinDefinition| bin.kind == BinKind::Count && !bin.transition;
        self.bins.iter().filter(takes_part).count()
    }
}

impl CrossDefinition {
    /// The kind of the bin with this number.
    pub fn kind(&self, bin: usize) -> BinKind {
        let is_in = |runs: &[(usize, usize)]| {
            let after = runs.partition_point(|run| run.0 <= bin);
            after > 0 && bin < runs[after - 1].1
        };
        if is_in(&self.illegal) {
            BinKind::Illegal
        } else if is_in(&self.ignored) {
            BinKind::Ignore
        } else {
            BinKind::Count
        }
    }
}

impl GroupDefinition {
    /// For each point of a cross, the number of bins that take part.
    fn sizes(&self, cross: &CrossDefinition) -> Vec<usize> {
        let points = cross.points.iter();
        points.map(|point| self.points[*point].crossed()).collect()
    }

    /// The number of bins of a cross, of all kinds.
    pub fn cross_len(&self, cross: &CrossDefinition) -> usize {
        self.sizes(cross).into_iter().product()
    }

    /// All bins of a cross: for each, the numbers of its points' bins.
    pub(crate) fn cross_bins(&self, cross: &CrossDefinition) -> impl Iterator<Item = Vec<usize>> {
        let sizes = self.sizes(cross);
        (0..sizes.iter().product()).map(move |bin| {
            let mut left = bin;
            let mut parts: Vec<usize> = Vec::with_capacity(sizes.len());
            for size in sizes.iter().rev() {
                parts.push(left % size);
                left /= size;
            }
            parts.reverse();
            parts
        })
    }

    /// The names of these bins of a cross's points. The bins that take part come first.
    pub(crate) fn part_names<'a>(
        &'a self,
        cross: &CrossDefinition,
        parts: &[usize],
    ) -> Vec<&'a str> {
        let points = cross.points.iter().zip(parts);
        points
            .map(|(point, bin)| &*self.points[*point].bins[*bin].name)
            .collect()
    }

    /// A hash of the definition. Different definitions almost certainly have different hashes.
    pub fn digest(&self) -> String {
        // FNV-1a, which is the same on every machine and in every version.
        let text = serde_json::to_vec(self).unwrap_or_default();
        let digest = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
            (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{digest:016x}")
    }

    /// Whether all its references are valid.
    pub(crate) fn is_sound(&self) -> bool {
        self.crosses.iter().all(|cross| {
            let exists = |point: &usize| self.points.get(*point).is_some_and(|it| it.crossed() > 0);
            let len = || {
                let mut points = cross
                    .points
                    .iter()
                    .map(|point| self.points[*point].crossed());
                points.try_fold(1_usize, usize::checked_mul)
            };
            cross.points.iter().all(exists) && len().is_some_and(|len| cross.excludes_at_most(len))
        })
    }
}

/// The hits of each bin that was hit.
///
/// ```
/// use std::collections::BTreeMap;
/// use verifork_coverage::Counts;
///
/// let of_run = Counts { points: vec![BTreeMap::from([(0, 3)])], crosses: vec![] };
/// let mut sum = of_run.clone();
/// sum.add(&of_run);
/// assert_eq!(sum.points[0][&0], 6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Counts {
    /// For each point, by the numbers of its bins.
    pub points: Vec<BTreeMap<usize, u64>>,
    /// For each cross, by the numbers of its bins.
    pub crosses: Vec<BTreeMap<usize, u64>>,
}

impl Counts {
    pub(crate) fn sparse(counts: &[Cell<u64>]) -> BTreeMap<usize, u64> {
        let counts = counts.iter().map(Cell::get).enumerate();
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// Whether the counts fit this definition.
    pub(crate) fn fit(&self, definition: &GroupDefinition) -> bool {
        let within = |counts: &BTreeMap<usize, u64>, len| {
            counts.keys().next_back().is_none_or(|last| *last < len)
        };
        let points = self.points.iter().zip(&definition.points);
        let crosses = self.crosses.iter().zip(&definition.crosses);
        self.points.len() == definition.points.len()
            && self.crosses.len() == definition.crosses.len()
            && points
                .into_iter()
                .all(|(counts, point)| within(counts, point.bins.len()))
            && crosses
                .into_iter()
                .all(|(counts, cross)| within(counts, definition.cross_len(cross)))
    }

    /// Adds other counts of the same definition.
    pub fn add(&mut self, other: &Counts) {
        let add = |own: &mut Vec<BTreeMap<usize, u64>>, other: &[BTreeMap<usize, u64>]| {
            own.resize_with(own.len().max(other.len()), BTreeMap::new);
            for (own, other) in own.iter_mut().zip(other) {
                for (bin, count) in other {
                    let sum = own.entry(*bin).or_default();
                    *sum = sum.saturating_add(*count);
                }
            }
        };
        add(&mut self.points, &other.points);
        add(&mut self.crosses, &other.crosses);
    }
}
