//! Coverage of earlier runs: draws prefer holes that these runs left too.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::rc::Rc;

use crate::database::Database;
use crate::definition::{CrossDefinition, PointDefinition};
use crate::table::PointTable;
use crate::total::Total;

/// The numbers of the covered bins.
pub(crate) type Bins = Rc<BTreeSet<usize>>;

#[derive(Default)]
struct Stored {
    totals: Vec<Total>,
    /// The stored coverage of a point or cross with this name and number of bins.
    known: HashMap<(String, String, usize), Option<Bins>>,
    /// The reason why there is none.
    problem: Option<String>,
}

thread_local! {
    static STORED: RefCell<Option<Stored>> = const { RefCell::new(None) };
}

/// Reads the stored coverage once.
///
/// # Errors
///
/// The coverage cannot be read.
pub(crate) fn read() -> Result<(), String> {
    read_from(verifork::test_end::stored_coverage)
}

fn read_from(folder: impl FnOnce() -> Option<PathBuf>) -> Result<(), String> {
    STORED.with_borrow_mut(|stored| {
        let stored = stored.get_or_insert_with(|| {
            let Some(folder) = folder() else {
                return Stored::default();
            };
            let read = Database::read_folder(&folder).map_err(|error| error.to_string());
            let read = read.and_then(|(database, problems)| match problems.first() {
                Some(problem) => Err(problem.to_string()),
                None => Ok(database),
            });
            match read {
                Ok(database) => Stored {
                    totals: database.totals(),
                    ..Stored::default()
                },
                Err(problem) => Stored {
                    problem: Some(problem),
                    ..Stored::default()
                },
            }
        });
        stored.problem.clone().map_or(Ok(()), Err)
    })
}

/// The bins of a point that earlier runs covered; `None` if they have no such point, or one with another
/// definition.
pub(crate) fn of_point(group: &str, table: &PointTable) -> Option<Bins> {
    known(group, &table.name, table.bins.len(), |total| {
        let points = &total.definition.points;
        let number = points.iter().position(|it| it.name == table.name)?;
        (points[number] == PointDefinition::of(table)).then_some(())?;
        let counts = total.counts.points.get(number)?.iter();
        let covered = counts.filter(|(_, count)| **count >= table.options.at_least);
        Some(covered.map(|(bin, _)| *bin).collect())
    })
}

/// The bins of a cross of these points that earlier runs covered.
pub(crate) fn of_cross(
    group: &str,
    name: &str,
    points: &[&PointTable],
    definition: impl Fn() -> CrossDefinition,
) -> Option<Bins> {
    let bins = points.iter().map(|table| table.bins.len());
    known(group, name, bins.product(), |total| {
        let crosses = &total.definition.crosses;
        let number = crosses.iter().position(|it| it.name == name)?;
        let cross = &crosses[number];
        (*cross == definition()).then_some(())?;
        let mut points = cross.points.iter().zip(points);
        let is_same = |(number, table): (&usize, &&PointTable)| {
            total.definition.points[*number] == PointDefinition::of(table)
        };
        points.all(is_same).then_some(())?;
        let counts = total.counts.crosses.get(number)?.iter();
        let covered = counts.filter(|(_, count)| **count >= cross.at_least);
        Some(covered.map(|(bin, _)| *bin).collect())
    })
}

fn known(
    group: &str,
    item: &str,
    bins: usize,
    find: impl Fn(&Total) -> Option<BTreeSet<usize>>,
) -> Option<Bins> {
    STORED.with_borrow_mut(|stored| {
        let Stored { totals, known, .. } = stored.as_mut()?;
        if totals.is_empty() {
            return None;
        }
        let key = (group.to_owned(), item.to_owned(), bins);
        let found = known.entry(key).or_insert_with(|| {
            let mut groups = totals.iter().filter(|total| total.definition.name == group);
            groups.find_map(&find).map(Rc::new)
        });
        found.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bins, CoverGroup as _, CrossBins, EXTENSION, Group, GroupBuilder, Record, Source};

    /// A group that has sampled these, of levels up to `top`.
    fn group(top: u8, samples: &[(u8, bool)]) -> Group {
        let mut builder = GroupBuilder::new("levels");
        let bins = Bins::<u8>::new().each("", 0..=top);
        let level = builder.point("level", bins).unwrap();
        let write = builder.point("write", Bins::<bool>::new()).unwrap();
        let both = builder
            .cross("both", &[&level, &write], CrossBins::new())
            .unwrap();
        let group = builder.build();
        for (value, is_write) in samples {
            level.sample(*value);
            write.sample(*is_write);
            both.sample();
        }
        group
    }

    /// How often each hole is in the list.
    fn holes(group: &Group) -> Vec<(String, usize)> {
        let mut found: Vec<(String, usize)> = Vec::new();
        for hole in group.holes() {
            let parts = hole
                .iter()
                .map(|(name, values)| format!("{name} {}", values[0].start()));
            let text = parts.collect::<Vec<_>>().join(", ");
            match found.iter_mut().find(|(of, _)| *of == text) {
                Some((_, count)) => *count += 1,
                None => found.push((text, 1)),
            }
        }
        found
    }

    #[test]
    fn what_earlier_runs_have_not_covered_is_preferred_and_other_definitions_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let all = [(0, false), (0, true), (1, false), (1, true), (2, true)];
        drop(group(2, &all));
        let record = Record {
            source: Source::default(),
            groups: crate::take(),
        };
        let path = folder.path().join("levels").with_extension(EXTENSION);
        record.write(&path).unwrap();
        // The first group has read the stored coverage, which is empty.
        STORED.set(None);
        read_from(|| Some(folder.path().to_owned())).unwrap();

        // The only one that is missing in both is half of all.
        let found = holes(&group(2, &[(0, false)]));
        let count = |text: &str| {
            found
                .iter()
                .find(|(of, _)| of == text)
                .map(|(_, count)| *count)
        };
        let others: usize = found.iter().map(|(_, count)| count).sum::<usize>();
        assert_eq!(count("level 2, write 0"), Some(others / 2), "{found:?}");
        assert_eq!(count("level 2, write 1"), Some(1), "{found:?}");
        assert_eq!(count("level 1"), Some(1), "{found:?}");
        // Another definition of the name knows nothing of its levels.
        let found = holes(&group(3, &[(0, false)]));
        assert!(found.iter().all(|(_, count)| *count == 1), "{found:?}");
    }

    #[test]
    fn what_cannot_be_read_is_reported_each_time() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cut.coverage"), "{}").unwrap();
        let read = || read_from(|| Some(folder.path().to_owned()));
        assert!(read().unwrap_err().contains("cut.coverage"));
        assert!(read().is_err());
    }
}
