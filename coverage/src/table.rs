//! The bins of a point, in a form in which a sample finds them quickly.

use crate::bins::{BinKind, Bins, Resolved, ResolvedBin, resolve, wrong_transition};
use crate::error::Problem;
use crate::transition::Automaton;
use crate::value::{CoverValue, Shape};

/// The widest values that are looked up in a table instead of searched.
const DIRECT: u32 = 12;

/// A segment: values that are in the same bins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Segment {
    /// The index of its first bin in `hits`.
    first: u32,
    /// The number of counting bins.
    counted: u32,
    /// The number of all bins.
    all: u32,
    /// One of them is illegal.
    pub(crate) illegal: bool,
}

/// The first value of each segment.
#[derive(Debug)]
enum Search {
    /// The segment of each value.
    Direct(Box<[u16]>),
    Narrow(Box<[u64]>),
    Wide(Box<[u128]>),
}

/// The definition of a point. Bins are numbered as in `bins`.
#[derive(Debug)]
pub(crate) struct PointTable {
    pub(crate) name: String,
    pub(crate) shape: Shape,
    pub(crate) options: Weights,
    pub(crate) bins: Vec<ResolvedBin>,
    pub(crate) counted_values: usize,
    pub(crate) counted: usize,
    pub(crate) automaton: Option<Automaton>,
    search: Search,
    segments: Box<[Segment]>,
    /// For each segment, the states of transitions that its values fit; empty without transitions.
    fits: Box<[u128]>,
    hits: Box<[u32]>,
}

/// The options of a point or cross (IEEE 1800-2023, 19.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weights {
    pub(crate) weight: u64,
    pub(crate) goal: u64,
    pub(crate) at_least: u64,
}

impl Weights {
    pub(crate) fn check(self, place: &str) -> Result<(), Problem> {
        let wrong = |option, value, wanted| {
            Err(Problem::Option {
                place: place.to_owned(),
                option,
                value,
                wanted,
            })
        };
        if self.at_least == 0 {
            return wrong("at_least", 0, "1 or more");
        }
        if !(1..=100).contains(&self.goal) {
            return wrong("goal", self.goal, "a percentage from 1 to 100");
        }
        Ok(())
    }
}

impl PointTable {
    pub(crate) fn new<V: CoverValue>(
        name: &str,
        bins: &Bins<V>,
        options: Weights,
    ) -> Result<Self, Problem> {
        let shape = V::SHAPE;
        options.check(&format!("point `{name}`"))?;
        let Resolved {
            bins,
            counted_values,
            counted,
        } = resolve(name, bins)?;
        let automaton = automaton(name, &bins)?;
        let begins = begins(&bins, automaton.as_ref());
        let mut table = PointTable {
            name: name.to_owned(),
            shape,
            options,
            bins,
            counted_values,
            counted,
            automaton,
            search: search(shape, &begins),
            segments: Box::default(),
            fits: Box::default(),
            hits: Box::default(),
        };
        table.fill(&begins);
        Ok(table)
    }

    /// Stores for each segment the bins that it is in.
    fn fill(&mut self, begins: &[u128]) {
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let at = |key: u128| begins.partition_point(|begin| *begin <= key) - 1;
        let mut of_segment: Vec<Vec<u32>> = vec![Vec::new(); begins.len()];
        for (index, bin) in self.bins.iter().enumerate() {
            for (first, last) in &bin.ranges {
                for bins in &mut of_segment[at(*first)..=at(*last)] {
                    bins.push(number(index));
                }
            }
        }
        let mut hits = Vec::new();
        let segments = of_segment.iter().map(|bins| {
            let kind = |bin: &u32| self.bins[*bin as usize].kind;
            let segment = Segment {
                first: number(hits.len()),
                counted: number(
                    bins.iter()
                        .filter(|bin| kind(bin) == BinKind::Count)
                        .count(),
                ),
                all: number(bins.len()),
                illegal: bins.iter().any(|bin| kind(bin) == BinKind::Illegal),
            };
            // Counting bins come first, as in `bins`.
            hits.extend(bins);
            segment
        });
        self.segments = segments.collect();
        self.hits = hits.into();
        if let Some(automaton) = &self.automaton {
            let mut fits = vec![0_u128; begins.len()];
            for (place, ranges) in automaton.places.iter().enumerate() {
                for (first, last) in ranges {
                    for fits in &mut fits[at(*first)..=at(*last)] {
                        *fits |= 1 << place;
                    }
                }
            }
            self.fits = fits.into();
        }
    }

    /// The bins that take part in crosses.
    pub(crate) fn crossed(&self) -> &[ResolvedBin] {
        &self.bins[..self.counted_values]
    }

    /// The number of the bin with this name among those in crosses.
    pub(crate) fn find_crossed(&self, name: &str) -> Option<usize> {
        self.crossed().iter().position(|bin| bin.name == name)
    }

    /// The number of the segment of a value.
    #[inline]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a key has at most the width's bits"
    )]
    pub(crate) fn segment_of(&self, key: u128) -> usize {
        match &self.search {
            Search::Direct(segments) => segments[key as usize].into(),
            Search::Narrow(begins) => begins.partition_point(|begin| *begin <= key as u64) - 1,
            Search::Wide(begins) => begins.partition_point(|begin| *begin <= key) - 1,
        }
    }

    #[inline]
    pub(crate) fn segment(&self, index: usize) -> Segment {
        self.segments[index]
    }

    /// The bins of a segment.
    #[inline]
    pub(crate) fn hits(&self, segment: Segment) -> &[u32] {
        &self.hits[segment.first as usize..][..segment.all as usize]
    }

    /// The counting bins of a segment.
    #[inline]
    pub(crate) fn counted_hits(&self, segment: Segment) -> &[u32] {
        &self.hits[segment.first as usize..][..segment.counted as usize]
    }

    /// The states of transitions that the values of a segment fit.
    #[inline]
    pub(crate) fn fits(&self, segment: usize) -> u128 {
        self.fits[segment]
    }
}

fn automaton(point: &str, bins: &[ResolvedBin]) -> Result<Option<Automaton>, Problem> {
    let mut automaton = Automaton::default();
    for (index, bin) in bins.iter().enumerate() {
        if bin.transition.is_none() {
            continue;
        }
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        automaton
            .add(number, &bin.sequences)
            .map_err(|why| wrong_transition(point, &bin.name, why))?;
    }
    Ok((automaton.first != 0).then_some(automaton))
}

/// Where the values of one segment end, those of the next begin.
fn begins(bins: &[ResolvedBin], automaton: Option<&Automaton>) -> Vec<u128> {
    let places = automaton
        .iter()
        .flat_map(|automaton| automaton.places.iter().flatten());
    let ranges = bins.iter().flat_map(|bin| &bin.ranges).chain(places);
    let mut begins = vec![0];
    begins.extend(
        ranges
            .flat_map(|(first, last)| [Some(*first), last.checked_add(1)])
            .flatten(),
    );
    begins.sort_unstable();
    begins.dedup();
    begins
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "no key has more bits than the width says"
)]
fn search(shape: Shape, begins: &[u128]) -> Search {
    if shape.width <= DIRECT {
        let at = |key: u128| begins.partition_point(|begin| *begin <= key) - 1;
        Search::Direct((0..=shape.last()).map(|key| at(key) as u16).collect())
    } else if shape.width <= 64 {
        // A segment after the last 64-bit value does not exist.
        let begins = begins.iter().filter(|begin| **begin <= shape.last());
        Search::Narrow(begins.map(|begin| *begin as u64).collect())
    } else {
        Search::Wide(begins.into())
    }
}
