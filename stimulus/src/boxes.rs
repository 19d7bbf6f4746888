//! Boxes: ranges of several variables, divided until most values of the boxes with solutions fit. Proposals from
//! them keep all solutions equally likely, and fit far more often than proposals from the whole ranges, for the
//! factors of a bounded product, for example.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rand_core::Rng;

use crate::draw;
use crate::evaluate::Program;
use crate::evaluate::bounds::{Range, Verdict};

/// Disjoint boxes, each with a range for every variable.
#[derive(Debug)]
pub(crate) struct Boxes {
    variables: Vec<u32>,
    ranges: Vec<Range>,
    /// The cumulative sizes, as shares of 2^62.
    sums: Vec<u64>,
}

/// The most boxes.
const MOST: usize = 4096;
/// The most steps of programs.
const STEPS: usize = 1 << 22;
/// So many variables are tried for each division.
const VARIABLES: usize = 16;
/// The sum of all shares, apart from rounding.
const WHOLE: f64 = 4_611_686_018_427_387_904.0;

struct Region {
    size: f64,
    ranges: Vec<Range>,
}

impl PartialEq for Region {
    fn eq(&self, other: &Region) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Region {}

impl PartialOrd for Region {
    fn partial_cmp(&self, other: &Region) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Region {
    fn cmp(&self, other: &Region) -> Ordering {
        let own = self.size.total_cmp(&other.size);
        own.then_with(|| self.ranges.cmp(&other.ranges))
    }
}

/// The number of values of a range, rounded in the same way on every machine.
#[allow(clippy::cast_precision_loss, reason = "to within 2^-52")]
fn size(range: &Range) -> f64 {
    range.1.abs_diff(range.0) as f64 + 1.0
}

struct Search<'a> {
    program: &'a Program,
    length: usize,
    variables: &'a [u32],
    /// The range of each variable.
    whole: &'a [Range],
    scratch: Vec<Range>,
    steps: usize,
}

impl Search<'_> {
    fn judge(&mut self, ranges: &[Range]) -> Verdict {
        self.steps += self.length;
        let range_of = |index: u32| match self.variables.iter().position(|&it| it == index) {
            Some(place) => ranges[place],
            None => self.whole[index as usize],
        };
        self.program.judge(range_of, &mut self.scratch)
    }

    /// Divides a box by the variable that leaves the least, and returns the halves that may have solutions.
    fn halves(&mut self, region: &Region) -> Vec<(Verdict, Region)> {
        let mut best: Option<Division> = None;
        for place in 0..region.ranges.len().min(VARIABLES) {
            let (low, high) = region.ranges[place];
            if low == high {
                continue;
            }
            let middle = (low >> 1) + (high >> 1) + (low & high & 1);
            let mut halves = Vec::new();
            for range in [(low, middle), (middle + 1, high)] {
                let mut ranges = region.ranges.clone();
                ranges[place] = range;
                let verdict = self.judge(&ranges);
                if verdict != Verdict::None {
                    let size = ranges.iter().map(size).product();
                    halves.push((verdict, Region { size, ranges }));
                }
            }
            let division = Division {
                left: halves.iter().map(|(_, half)| half.size).sum(),
                width: size(&(low, high)),
                halves,
            };
            if best
                .as_ref()
                .is_none_or(|best| division.is_better_than(best))
            {
                best = Some(division);
            }
        }
        best.map(|best| best.halves).unwrap_or_default()
    }
}

/// A box divided by one variable.
struct Division {
    /// The size of the halves that may have solutions.
    left: f64,
    /// The number of values that the variable had.
    width: f64,
    halves: Vec<(Verdict, Region)>,
}

impl Division {
    fn is_better_than(&self, other: &Division) -> bool {
        let less = self.left.total_cmp(&other.left);
        less.then(other.width.total_cmp(&self.width)) == Ordering::Less
    }
}

impl Boxes {
    /// `None` if dividing gains nothing. `whole` has the ranges of all variables; those of `variables` are divided.
    pub(crate) fn new(program: &Program, variables: &[u32], whole: &[Range]) -> Option<Boxes> {
        let length = program.length()?;
        let mut variables = variables.to_vec();
        let range = |variable: u32| whole[variable as usize];
        // The widest first, because only some are tried.
        variables.sort_by_key(|&variable| {
            let (low, high) = range(variable);
            (std::cmp::Reverse(high.abs_diff(low)), variable)
        });
        let ranges: Vec<Range> = variables.iter().map(|&variable| range(variable)).collect();
        let all: f64 = ranges.iter().map(size).product();
        if !all.is_finite() || variables.is_empty() {
            return None;
        }
        let mut search = Search {
            program,
            length,
            variables: &variables,
            whole,
            scratch: Vec::new(),
            steps: 0,
        };
        let mut open = BinaryHeap::from([Region { size: all, ranges }]);
        let mut done: Vec<Region> = Vec::new();
        let (mut unsure, mut sure) = (all, 0.0);
        while unsure > sure && open.len() + done.len() < MOST && search.steps < STEPS {
            let Some(region) = open.pop() else {
                break;
            };
            unsure -= region.size;
            if region.ranges.iter().all(|range| range.0 == range.1) {
                // It cannot be divided further.
                done.push(region);
                continue;
            }
            for (verdict, half) in search.halves(&region) {
                if verdict == Verdict::All {
                    sure += half.size;
                    done.push(half);
                } else {
                    unsure += half.size;
                    open.push(half);
                }
            }
        }
        done.extend(open.into_sorted_vec());
        let total: f64 = done.iter().map(|region| region.size).sum();
        let mut sum = 0;
        #[allow(clippy::cast_sign_loss, reason = "no size is negative")]
        let sums = done.iter().map(|region| {
            sum += (region.size / total * WHOLE) as u64;
            sum
        });
        let boxes = Boxes {
            sums: sums.collect(),
            ranges: done
                .iter()
                .flat_map(|region| region.ranges.clone())
                .collect(),
            variables,
        };
        (sum > 0).then_some(boxes)
    }

    pub(crate) fn draw(&self, rng: &mut dyn Rng, values: &mut [u128]) {
        let total = self.sums.last().copied().unwrap_or(1);
        let drawn = draw::below(rng, total.into()) as u64;
        let place = self.sums.partition_point(|&sum| sum <= drawn);
        let count = self.variables.len();
        let ranges = &self.ranges[place * count..][..count];
        for (&variable, &(low, high)) in self.variables.iter().zip(ranges) {
            values[variable as usize] =
                draw::between(rng, low.cast_unsigned(), high.cast_unsigned());
        }
    }
}
