//! The holes of a group, for stimulus that aims at them.

#[cfg(not(feature = "verifork"))]
use std::{collections::BTreeSet, rc::Rc};

use std::ops::RangeInclusive;

#[cfg(feature = "verifork")]
use crate::definition::CrossDefinition;
use crate::item::{Item, ItemKind};
use crate::point::PointData;
use crate::table::PointTable;

/// A hole: a combination of values that has not been sampled often enough. For each point in it, its
/// name and the values of the bin.
///
/// ```
/// use verifork_coverage::{CoverGroup, Hole, Point};
///
/// #[derive(CoverGroup)]
/// struct Lengths {
///     #[bins(short = 1..=15, long = 16..)]
///     length: Point<u8>,
/// }
///
/// let covered = Lengths::new();
/// covered.length.sample(3);
/// let holes: Vec<Hole> = covered.holes();
/// assert_eq!(holes, [vec![("length".to_owned(), vec![16..=255])]]);
/// assert!((&covered).into_iter().eq(holes)); // as `aimed_at(&covered)` takes them
/// ```
pub type Hole = Vec<(String, Vec<RangeInclusive<i128>>)>;

impl Item<'_> {
    /// Adds the bins that are not covered, and to `elsewhere` those that the stored coverage of earlier runs lacks too.
    pub(crate) fn add_holes(&self, group: &str, holes: &mut Vec<Hole>, elsewhere: &mut Vec<Hole>) {
        if self.options().weight == 0 {
            return;
        }
        #[cfg(feature = "verifork")]
        let stored = match self.0 {
            ItemKind::Point(point) => crate::aim::of_point(group, &point.table),
            ItemKind::Cross(cross) => {
                let points: Vec<_> = cross.points.iter().map(|point| &*point.table).collect();
                let definition = || CrossDefinition::of(cross);
                crate::aim::of_cross(group, &cross.table.name, &points, definition)
            }
        };
        #[cfg(not(feature = "verifork"))]
        let (stored, _) = (None::<Rc<BTreeSet<usize>>>, group);
        let mut add = |bin: usize, hole: Hole| {
            if stored.as_ref().is_some_and(|stored| !stored.contains(&bin)) {
                elsewhere.push(hole.clone());
            }
            holes.push(hole);
        };
        match self.0 {
            ItemKind::Point(point) => point
                .uncovered()
                .for_each(|bin| add(bin, vec![part(point, bin)])),
            ItemKind::Cross(cross) => cross.uncovered().for_each(|bin| {
                let parts = cross.points.iter().zip(cross.coordinates(bin));
                add(bin, parts.map(|(point, bin)| part(point, bin)).collect());
            }),
        }
    }
}

/// All holes, with some of them repeated until they are at least half of the list.
pub(crate) fn prefer(mut all: Vec<Hole>, some: &[Hole]) -> Vec<Hole> {
    // Each of `some` occurs once in `all`.
    let others = all.len() - some.len();
    if !some.is_empty() {
        let more = some.iter().cycle().take(others.saturating_sub(some.len()));
        all.extend(more.cloned());
    }
    all
}

/// A bin of a point: the point's name and the bin's values.
fn part(point: &PointData, bin: usize) -> (String, Vec<RangeInclusive<i128>>) {
    let PointTable {
        name, shape, bins, ..
    } = &*point.table;
    let ranges = bins[bin].ranges.iter();
    let values = ranges.filter_map(|(first, last)| shape.values(*first, *last));
    (name.clone(), values.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_preferred_is_half_of_all_and_nothing_is_lost() {
        let hole = |number: i128| vec![("x".to_owned(), vec![number..=number])];
        let all: Vec<Hole> = (0..10).map(hole).collect();
        let some = [hole(3), hole(4)];
        let preferred = prefer(all.clone(), &some);
        let share = preferred.iter().filter(|hole| some.contains(hole));
        assert_eq!((share.count(), preferred.len()), (8, 16));
        assert!(all.iter().all(|hole| preferred.contains(hole)));
        assert_eq!(prefer(all.clone(), &[]), all);
        assert_eq!(prefer(all.clone(), &all), all);
    }
}
