//! The table of a cross: its bins, before anything is counted.

use super::bins::{CrossBins, Predicate, Select};
use crate::bins::BinKind;
use crate::error::Problem;
use crate::table::{PointTable, Weights};

/// The most bins of a cross.
const LIMIT: u128 = 1 << 22;
/// The most points of a cross.
pub(super) const POINTS: usize = 16;

/// The definition of a cross: which combinations it counts, and their numbers.
#[derive(Debug)]
pub(crate) struct CrossTable {
    pub(crate) name: String,
    pub(crate) options: Weights,
    /// The indices of its points in the group.
    pub(crate) points: Vec<usize>,
    /// For each point, the distance of bins whose numbers differ by one in this point.
    pub(super) strides: Vec<usize>,
    /// The number of bins of each point that take part.
    pub(super) sizes: Vec<usize>,
    /// The kind of each bin; `None` if all count.
    kinds: Option<Box<[BinKind]>>,
    pub(super) len: usize,
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
                // Illegal has priority over ignored.
                if *present != BinKind::Illegal && self.is_chosen(tables, &chosen, index) {
                    *present = *kind;
                }
            }
        }
        self.counted = kinds.iter().filter(|kind| **kind == BinKind::Count).count();
        self.kinds = Some(kinds.into());
        Ok(())
    }

    /// For each bin of each point, whether it is named.
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

    /// The bins of the points that make up this bin of the cross.
    pub(super) fn coordinates(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let parts = self.strides.iter().zip(&self.sizes);
        parts.map(move |(stride, size)| index / stride % size)
    }

    /// The bins of a kind, as ranges of numbers: the first, and the one after the last.
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

    pub(super) fn kind(&self, index: usize) -> BinKind {
        self.kinds
            .as_ref()
            .map_or(BinKind::Count, |kinds| kinds[index])
    }
}

enum Chosen<'a> {
    Bins(Vec<Vec<bool>>),
    Where(&'a Predicate),
}
