//! Coverage of many runs: merging, totals, and a minimal set of runs.
//!
//! A database keeps the coverage of each run. Merging is therefore the union of runs, in any order and grouping,
//! and a run that is added twice counts once. Totals are computed on demand.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::bins::BinKind;
use crate::definition::{Counts, GroupDefinition};
use crate::record::{EXTENSION, FileError, GroupRecord, Record, Source};
use crate::total::Total;

/// The coverage of many runs.
///
/// ```no_run
/// use std::path::Path;
/// use verifork_coverage::Database;
///
/// let (database, problems) = Database::read_folder(Path::new("target/verifork"))?;
/// for problem in problems {
///     eprintln!("{problem}");
/// }
/// for total in database.totals() {
///     println!("{}: {:.1} %", total.definition.name, total.percent().unwrap_or(0.0));
/// }
/// # Ok::<(), verifork_coverage::FileError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Database {
    runs: BTreeMap<Key, Record>,
}

/// The identity of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    test: String,
    simulator: String,
    seed: u64,
    run: String,
}

impl Key {
    fn of(source: &Source) -> Self {
        Key {
            test: source.test.clone(),
            simulator: source.simulator.clone(),
            seed: source.seed,
            run: source.run.clone(),
        }
    }
}

impl Database {
    /// A database without any run.
    pub fn new() -> Self {
        Database::default()
    }

    /// Adds a run. If the run is already there, the fuller record is kept; the other was written before the run
    /// ended.
    pub fn add(&mut self, record: Record) {
        match self.runs.entry(Key::of(&record.source)) {
            Entry::Vacant(entry) => {
                entry.insert(record);
            }
            Entry::Occupied(mut entry) => {
                let fullness = |record: &Record| {
                    let counts = record
                        .groups
                        .iter()
                        .flat_map(|group| group.counts.points.iter().chain(&group.counts.crosses));
                    counts
                        .flat_map(BTreeMap::values)
                        .fold(0_u64, |sum, it| sum.saturating_add(*it))
                };
                let present = entry.get();
                if (fullness(present), present) < (fullness(&record), &record) {
                    entry.insert(record);
                }
            }
        }
    }

    /// Adds all runs of another database.
    ///
    /// ```no_run
    /// use std::path::Path;
    /// use verifork_coverage::Database;
    ///
    /// let mut all = Database::new();
    /// for machine in ["results/one", "results/two"] {
    ///     all.merge(Database::read_folder(Path::new(machine))?.0);
    /// }
    /// # Ok::<(), verifork_coverage::FileError>(())
    /// ```
    pub fn merge(&mut self, other: Database) {
        for record in other.runs.into_values() {
            self.add(record);
        }
    }

    /// Reads all coverage files of a folder and its subfolders. Returns the errors of unreadable files beside a
    /// database with all the others.
    ///
    /// # Errors
    ///
    /// The folder itself cannot be read.
    pub fn read_folder(root: &Path) -> Result<(Database, Vec<FileError>), FileError> {
        let mut database = Database::new();
        let mut problems = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            let inside = match entries(&folder) {
                // A test clears its folder when it begins.
                Err(error) if folder != root && error.has_vanished() => continue,
                inside => inside?,
            };
            for path in inside {
                if path.is_dir() {
                    folders.push(path);
                } else if path
                    .extension()
                    .is_some_and(|extension| extension == EXTENSION)
                {
                    match Record::read(&path) {
                        Ok(record) => database.add(record),
                        Err(error) if error.has_vanished() => {}
                        Err(error) => problems.push(error),
                    }
                }
            }
        }
        Ok((database, problems))
    }

    /// The runs, by test, simulator and seed.
    pub fn runs(&self) -> impl Iterator<Item = &Record> {
        self.runs.values()
    }

    /// Whether there is no run.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The totals over all runs. Groups with the same name but different definitions are listed separately.
    pub fn totals(&self) -> Vec<Total> {
        totals(self.runs.values())
    }

    /// A small set of runs that cover everything that all runs cover, found by greedy choice: each time the run
    /// that adds the most bins, or the first of several, with the number of bins that it adds.
    ///
    /// ```
    /// use verifork_coverage::Database;
    ///
    /// fn shortest_regression(database: &Database) {
    ///     for (run, bins) in database.rank() {
    ///         println!("{} with seed {} adds {bins} bins", run.test, run.seed);
    ///     }
    /// }
    /// ```
    pub fn rank(&self) -> Vec<(&Source, usize)> {
        let mut definitions = BTreeMap::new();
        let runs = self.runs.values();
        let mut left: Vec<_> = runs
            .map(|record| (&record.source, hits(record, &mut definitions)))
            .collect();
        let mut sums: BTreeMap<Bin, u64> = BTreeMap::new();
        let mut chosen = Vec::new();
        loop {
            let gain = |hits: &Hits| {
                let new = hits.iter().filter(|(bin, (count, at_least))| {
                    let before = sums.get(*bin).copied().unwrap_or(0);
                    before < *at_least && before.saturating_add(*count) >= *at_least
                });
                // Bins that no single run hits often enough still need further runs.
                let nearer = hits.iter().map(|(bin, (count, at_least))| {
                    let before = sums.get(bin).copied().unwrap_or(0);
                    (*count).min(at_least.saturating_sub(before))
                });
                (new.count(), nearer.fold(0_u64, u64::saturating_add))
            };
            let gains = left.iter().map(|(_, hits)| gain(hits)).enumerate();
            // `max_by_key` would take the last of equal ones.
            let best = gains.rev().max_by_key(|(_, gain)| *gain);
            let Some((index, (new, _))) = best.filter(|(_, (_, nearer))| *nearer > 0) else {
                return chosen;
            };
            let (source, hits) = left.remove(index);
            for (bin, (count, _)) in hits {
                let sum = sums.entry(bin).or_default();
                *sum = sum.saturating_add(count);
            }
            chosen.push((source, new));
        }
    }
}

/// A counting bin: the indices of the definition, of the point or cross in it, and of the bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bin {
    Point(usize, usize, usize),
    Cross(usize, usize, usize),
}

/// The hits of bins, and the hits that they need.
type Hits = BTreeMap<Bin, (u64, u64)>;

/// The counting bins that a run has hit. Definitions are numbered in the order of their first use.
fn hits<'a>(record: &'a Record, definitions: &mut BTreeMap<&'a GroupDefinition, usize>) -> Hits {
    let mut hits = Hits::new();
    for GroupRecord {
        definition, counts, ..
    } in &record.groups
    {
        let next = definitions.len();
        let group = *definitions.entry(definition).or_insert(next);
        let mut add = |bin, count: u64, at_least| {
            let (sum, _) = hits.entry(bin).or_insert((0_u64, at_least));
            *sum = sum.saturating_add(count);
        };
        for (number, (point, counts)) in definition.points.iter().zip(&counts.points).enumerate() {
            for (bin, count) in counts {
                if point.bins[*bin].kind == BinKind::Count && point.weight > 0 {
                    add(Bin::Point(group, number, *bin), *count, point.at_least);
                }
            }
        }
        for (number, (cross, counts)) in definition.crosses.iter().zip(&counts.crosses).enumerate()
        {
            for (bin, count) in counts {
                if cross.kind(*bin) == BinKind::Count && cross.weight > 0 {
                    add(Bin::Cross(group, number, *bin), *count, cross.at_least);
                }
            }
        }
    }
    hits
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let read = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>, std::io::Error>>()
    });
    read.map_err(|error| FileError::System {
        path: folder.to_owned(),
        error,
    })
}

fn totals<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<Total> {
    let mut totals: BTreeMap<&GroupDefinition, Total> = BTreeMap::new();
    for record in records {
        for group in &record.groups {
            let total = totals.entry(&group.definition).or_insert_with(|| Total {
                definition: group.definition.clone(),
                place: group.place.clone(),
                counts: Counts::default(),
                instances: BTreeMap::new(),
                tests: BTreeSet::new(),
            });
            total.counts.add(&group.counts);
            if let Some(instance) = &group.instance {
                total
                    .instances
                    .entry(instance.clone())
                    .or_default()
                    .add(&group.counts);
            }
            total.tests.insert(record.source.test.clone());
        }
    }
    totals.into_values().collect()
}
