//! The totals of groups over all runs.

use std::collections::{BTreeMap, BTreeSet};

use crate::bins::BinKind;
use crate::definition::{Counts, GroupDefinition};
use crate::mean::{Mean, percent};

/// The total counts of one definition of a group.
///
/// ```
/// use verifork_coverage::Total;
///
/// fn print(total: &Total) {
///     println!("{}, in {} tests: {:.1} %", total.definition.name, total.tests.len(), total.percent().unwrap_or(0.0));
///     for item in total.items() {
///         println!("  {}: {} of {}", item.name, item.covered.covered, item.covered.of);
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The definition.
    pub definition: GroupDefinition,
    /// Its source file and line.
    pub place: Option<(String, u32)>,
    /// The counts of all instances together.
    pub counts: Counts,
    /// The counts of each named instance.
    pub instances: BTreeMap<String, Counts>,
    /// The tests that have the group.
    pub tests: BTreeSet<String>,
}

/// The number of counting bins of a point or cross, and of the covered ones.
///
/// ```
/// use verifork_coverage::Covered;
///
/// assert_eq!(Covered { covered: 3, of: 4 }.percent(), 75.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// The bins that were hit often enough.
    pub covered: usize,
    /// All counting bins.
    pub of: usize,
}

impl Covered {
    /// The percentage; 0 without counting bins, since that is not a success.
    pub fn percent(self) -> f64 {
        percent(self.covered, self.of)
    }
}

impl Total {
    /// The covered bins of the point with this index.
    pub fn point(&self, number: usize) -> Covered {
        let point = &self.definition.points[number];
        let counts = self.counts.points.get(number);
        let counted = point
            .bins
            .iter()
            .enumerate()
            .filter(|(_, bin)| bin.kind == BinKind::Count);
        let covered = counted.clone().filter(|(bin, _)| {
            counts
                .and_then(|counts| counts.get(bin))
                .is_some_and(|count| *count >= point.at_least)
        });
        Covered {
            covered: covered.count(),
            of: counted.count(),
        }
    }

    /// The covered bins of the cross with this index.
    pub fn cross(&self, number: usize) -> Covered {
        let cross = &self.definition.crosses[number];
        let excluded = cross.ignored.iter().chain(&cross.illegal);
        let excluded: usize = excluded.map(|(first, end)| end - first).sum();
        let hit = self
            .counts
            .crosses
            .get(number)
            .into_iter()
            .flatten()
            .filter(|(bin, count)| {
                **count >= cross.at_least && cross.kind(**bin) == BinKind::Count
            });
        Covered {
            covered: hit.count(),
            of: self.definition.cross_len(cross) - excluded,
        }
    }

    /// The coverage of the group in per cent: the weighted mean of its points and crosses. `None` if no bin counts,
    /// since that is not a success.
    pub fn percent(&self) -> Option<f64> {
        let items = self.items();
        let counting = items.iter().filter(|item| item.covered.of > 0);
        Mean::of(counting.map(|item| (item.weight, item.covered.percent())))
    }

    /// Its points, then its crosses.
    pub fn items(&self) -> Vec<ItemTotal<'_>> {
        let definition = &self.definition;
        let points = definition.points.iter().enumerate();
        let points = points.map(|(number, point)| ItemTotal {
            name: &point.name,
            weight: point.weight,
            covered: self.point(number),
            total: self,
            place: ItemIndex::Point(number),
        });
        let crosses = definition.crosses.iter().enumerate();
        let crosses = crosses.map(|(number, cross)| ItemTotal {
            name: &cross.name,
            weight: cross.weight,
            covered: self.cross(number),
            total: self,
            place: ItemIndex::Cross(number),
        });
        points.chain(crosses).collect()
    }
}

/// The coverage of all these groups in per cent: the weighted mean of those with counting bins. `None` if there are
/// none, since that is not a success.
///
/// ```
/// use verifork_coverage::{Database, overall};
///
/// fn is_closed(database: &Database) -> bool {
///     overall(&database.totals()).is_some_and(|percent| percent >= 100.0)
/// }
/// assert!(!is_closed(&Database::new()));
/// ```
pub fn overall(totals: &[Total]) -> Option<f64> {
    let weighed = |total: &Total| Some((total.definition.weight, total.percent()?));
    Mean::of(totals.iter().filter_map(weighed))
}

/// A point or a cross of a group, over all runs.
///
/// ```
/// use verifork_coverage::ItemTotal;
///
/// fn missing<'a>(item: &ItemTotal<'a>) -> Vec<Vec<&'a str>> {
///     item.bins().into_iter().filter(|bin| !bin.is_covered).map(|bin| bin.names).collect()
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ItemTotal<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its weight in its group.
    pub weight: u64,
    /// Its covered bins.
    pub covered: Covered,
    total: &'a Total,
    place: ItemIndex,
}

#[derive(Clone, Copy, Debug)]
enum ItemIndex {
    Point(usize),
    Cross(usize),
}

/// A counting bin, over all runs.
///
/// ```
/// use verifork_coverage::BinTotal;
///
/// fn line(bin: &BinTotal<'_>) -> String {
///     format!("{}: {}", bin.names.join(" × "), bin.count)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinTotal<'a> {
    /// The bin's name; for a cross, the names of its points' bins.
    pub names: Vec<&'a str>,
    /// The number of hits.
    pub count: u64,
    /// Whether it was hit often enough.
    pub is_covered: bool,
}

impl<'a> ItemTotal<'a> {
    /// The counting bins.
    pub fn bins(&self) -> Vec<BinTotal<'a>> {
        let Total {
            definition, counts, ..
        } = self.total;
        let bin = |names, counts: &BTreeMap<usize, u64>, index, at_least| {
            let count = counts.get(&index).copied().unwrap_or(0);
            BinTotal {
                names,
                count,
                is_covered: count >= at_least,
            }
        };
        match self.place {
            ItemIndex::Point(number) => {
                let (point, counts) = (&definition.points[number], &counts.points[number]);
                let bins = point.bins.iter().enumerate();
                let bins = bins.filter(|(_, it)| it.kind == BinKind::Count);
                bins.map(|(index, it)| bin(vec![&*it.name], counts, index, point.at_least))
                    .collect()
            }
            ItemIndex::Cross(number) => {
                let (cross, counts) = (&definition.crosses[number], &counts.crosses[number]);
                let bins = definition.cross_bins(cross).enumerate();
                let bins = bins.filter(|(index, _)| cross.kind(*index) == BinKind::Count);
                bins.map(|(index, parts)| {
                    let names = definition.part_names(cross, &parts);
                    bin(names, counts, index, cross.at_least)
                })
                .collect()
            }
        }
    }
}
