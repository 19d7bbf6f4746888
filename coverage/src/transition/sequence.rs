//! Expands a transition into sequences of samples, and subtracts other sequences from them.

use super::{Repetition, Transition};
use crate::sets::{Range, complement, domain, intersection, united, without};
use crate::value::Shape;

/// The most samples that the sequences of one point may have together: one bit of an automaton each.
pub(super) const LIMIT: usize = 128;

/// The sets of values of consecutive samples.
pub(crate) type Sequence = Vec<Element>;

/// One sample of a sequence.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    /// In order and not adjacent.
    pub(super) values: Vec<Range>,
    /// Other values, which may occur any number of times, or not at all.
    pub(super) is_between: bool,
}

pub(super) fn too_long() -> String {
    format!(
        "brings the samples of this point's transitions to more than {LIMIT}, each repetition of a range counted \
         on its own, and so what may lie between, and what is left of one without those that are ignored"
    )
}

/// The sequences of a transition.
///
/// # Errors
///
/// The reason why it is invalid, to follow the bin's name in a sentence.
pub(crate) fn sequences(transition: &Transition, shape: Shape) -> Result<Vec<Sequence>, String> {
    let most = transition.steps.iter().map(|step| u64::from(step.most));
    if most.sum::<u64>() < 2 {
        return Err("is of one sample: a transition has two at least".to_owned());
    }
    let domain = domain(shape);
    let mut sequences: Vec<Sequence> = vec![Vec::new()];
    for step in &transition.steps {
        if step.least == 0 || step.most < step.least {
            return Err(format!(
                "repeats a step {}..={} times: write a range of numbers from 1, such as 2..=4",
                step.least, step.most
            ));
        }
        let values: Result<Vec<_>, &String> = step
            .values
            .iter()
            .map(|keys| keys.0.as_ref().copied())
            .collect();
        let values = values.map_err(|range| format!("has the empty range `{range}`"))?;
        let values = intersection(&united(values), &domain);
        if values.is_empty() {
            return Err("has a step without any value".to_owned());
        }
        let before = std::mem::take(&mut sequences);
        for times in step.least..=step.most {
            for sequence in &before {
                let mut longer = sequence.clone();
                longer.extend(places(&values, times, step.repetition));
                let needed: usize = sequences.iter().map(Vec::len).sum();
                if needed + longer.len() > LIMIT {
                    return Err(too_long());
                }
                sequences.push(longer);
            }
        }
    }
    for sequence in &mut sequences {
        trim(sequence);
    }
    Ok(sequences)
}

/// The samples of a step that repeats so many times.
fn places(values: &[Range], times: u32, repetition: Repetition) -> Sequence {
    let counted = Element {
        values: values.to_vec(),
        is_between: false,
    };
    let between = Element {
        values: complement(values),
        is_between: true,
    };
    let mut places = Vec::new();
    for _ in 0..times {
        if repetition != Repetition::Consecutive {
            places.push(between.clone());
        }
        places.push(counted.clone());
    }
    if repetition == Repetition::Nonconsecutive {
        places.push(between);
    }
    places
}

/// Other values at the ends add nothing: an attempt begins with each sample, and ends with the first one that
/// completes it.
fn trim(sequence: &mut Sequence) {
    while sequence.last().is_some_and(|place| place.is_between) {
        sequence.pop();
    }
    let begins = sequence.iter().take_while(|place| place.is_between).count();
    sequence.drain(..begins);
}

/// Why sequences could not be subtracted from others.
#[derive(Debug)]
pub(crate) enum Unknown {
    /// They overlap, and one has no fixed length.
    Length,
    /// The result is too large.
    TooLong,
}

impl Unknown {
    /// A text to follow the bin's name in a sentence, with the name of the excluded bin.
    pub(crate) fn text(&self, other: &str) -> String {
        match self {
            Unknown::Length => format!(
                "shares samples with `{other}`, which is left out, and one of them has no known length: write \
                 repetitions as `[*2..=4]` there, not as `[->…]` or `[=…]`"
            ),
            Unknown::TooLong => too_long(),
        }
    }
}

fn is_fixed(sequence: &[Element]) -> bool {
    sequence.iter().all(|place| !place.is_between)
}

/// Subtracts `other` from sequences of the same length. A longer sequence that contains it is not affected (IEEE
/// 1800-2023, 19.5.5).
///
/// # Errors
///
/// They cannot be divided.
pub(crate) fn excluded(from: &[Sequence], other: &[Element]) -> Result<Vec<Sequence>, Unknown> {
    let mut left = Vec::new();
    for sequence in from {
        if !is_shared(sequence, other) {
            left.push(sequence.clone());
        } else if is_fixed(sequence) && is_fixed(other) {
            left.extend(difference(sequence, other));
        } else {
            return Err(Unknown::Length);
        }
        if left.iter().map(Vec::len).sum::<usize>() > LIMIT {
            return Err(Unknown::TooLong);
        }
    }
    Ok(left)
}

/// Subtracts one sequence from another of the same length: the results differ from it first in the first sample, or
/// in the second, and so on.
fn difference(sequence: &[Element], other: &[Element]) -> Vec<Sequence> {
    let place = |values| Element {
        values,
        is_between: false,
    };
    let mut left = Vec::new();
    let mut alike: Sequence = Vec::new();
    for (index, (own, other)) in sequence.iter().zip(other).enumerate() {
        let differs = without(&own.values, &other.values);
        if !differs.is_empty() {
            let rest = sequence[index + 1..].iter().cloned();
            let begun = alike.iter().cloned().chain([place(differs)]);
            left.push(begun.chain(rest).collect());
        }
        alike.push(place(intersection(&own.values, &other.values)));
    }
    left
}

/// Whether some samples match both sequences, by dynamic programming over pairs of positions.
fn is_shared(one: &[Element], other: &[Element]) -> bool {
    // Whether the sequences from these positions on can match the same samples; computed from the ends.
    let mut rest = vec![vec![false; other.len() + 1]; one.len() + 1];
    for at in (0..=one.len()).rev() {
        for beside in (0..=other.len()).rev() {
            let (first, second) = (one.get(at), other.get(beside));
            let ends = first.is_none() && second.is_none();
            let left_out = first.is_some_and(|it| it.is_between) && rest[at + 1][beside]
                || second.is_some_and(|it| it.is_between) && rest[at][beside + 1];
            let meets = first.zip(second).is_some_and(|(first, second)| {
                // A sample that may repeat is consumed once, and may come again.
                let follows = match (first.is_between, second.is_between) {
                    (false, false) => rest[at + 1][beside + 1],
                    (true, false) => rest[at][beside + 1],
                    (false, true) => rest[at + 1][beside],
                    (true, true) => false, // none, which is `left_out`, or as long as it takes: the same
                };
                follows && !intersection(&first.values, &second.values).is_empty()
            });
            rest[at][beside] = ends || left_out || meets;
        }
    }
    rest[0][0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bins::Bins;
    use crate::builder::GroupBuilder;
    use crate::transition::{IntoTransition as _, Transition as Written};

    fn made(transition: Written<u8>) -> Vec<Sequence> {
        let transition = transition.into_transition();
        let shape = <u8 as crate::value::CoverValue>::SHAPE;
        sequences(&transition, shape).unwrap()
    }

    fn begun(first: u8) -> Written<u8> {
        Written::from(first)
    }

    #[test]
    fn sequences_are_shared_if_some_samples_are_both() {
        let shared = |one: Written<u8>, other: Written<u8>| {
            let (one, other) = (&made(one)[0], &made(other)[0]);
            assert_eq!(is_shared(one, other), is_shared(other, one));
            is_shared(one, other)
        };
        assert!(shared(begun(0).then(1..=5), begun(0).then(5..=9)));
        assert!(!shared(begun(0).then(1..=5), begun(0).then(6..=9)));
        assert!(!shared(begun(0).then(1), begun(0).then(1).then(2)));
        let goto = || begun(0).then(1).goto(2..=2).then(2);
        assert!(shared(goto(), begun(0).then(1).then(1).then(2)));
        assert!(shared(goto(), begun(0).then(7..=9).then(1).then(1).then(2)));
        assert!(!shared(goto(), begun(0).then(1).then(2)));
        assert!(!shared(goto(), begun(0).then(1).then(1).then(1).then(2)));
        // Two of 1, and one of them.
        assert!(!shared(goto(), begun(0).then(1).goto(1..=1).then(2)));
        assert!(shared(goto(), begun(0).nonconsecutive(1..=1).then(2)));
    }

    /// All sequences of three samples of four values: those that match the one and not the others.
    #[test]
    fn what_is_ignored_counts_no_more_and_all_else_does() {
        let counted = || Written::<u8>::from(0..=2).then([1..=1, 3..=3]).then(0..=3);
        let ignored = [
            Written::<u8>::from(1..=3).then(0..=1).then(2..=2),
            Written::<u8>::from(0).then(3).then(0..=2),
        ];
        let mut left = made(counted());
        for other in &ignored {
            left = excluded(&left, &made(other.clone())[0]).unwrap();
        }
        let mut seen = 0;
        for samples in (0..64_u128).map(|number| [number / 16, number / 4 % 4, number % 4]) {
            let fits = |sequence: &Sequence| {
                let mut pairs = sequence.iter().zip(samples);
                pairs.all(|(place, it)| {
                    let mut ranges = place.values.iter();
                    ranges.any(|(first, last)| (*first..=*last).contains(&it))
                })
            };
            let [first, second, third] = samples;
            let counts = first < 3 && second % 2 == 1;
            let ignored =
                first > 0 && second < 2 && third == 2 || first == 0 && second == 3 && third < 3;
            assert_eq!(left.iter().any(fits), counts && !ignored, "{samples:?}");
            // The results are disjoint, so limits count the real number.
            assert!(left.iter().filter(|one| fits(one)).count() <= 1);
            seen += u32::from(counts && !ignored);
        }
        assert_eq!(seen, 24 - 2 - 3);
    }

    #[test]
    fn what_has_no_known_length_is_not_divided() {
        let group = |bins: Bins<u8>| GroupBuilder::new("g").point("p", bins).map(|_| ());
        let goto = || begun(0).then(1).goto(1..=1).then(2);
        let plain = || begun(0).then(1).then(2);
        let wanted = "cover group `g`: point `p`: the transition `t` shares samples with `i`, which is left out, and \
                      one of them has no known length: write repetitions as `[*2..=4]` there, not as `[->…]` or `[=…]`";
        for (counted, ignored) in [(goto(), plain()), (plain(), goto())] {
            let bins = || Bins::new().transition("t", counted.clone());
            let error = group(bins().ignore_transition("i", ignored.clone())).unwrap_err();
            assert_eq!(error.to_string(), wanted);
            group(bins().illegal_transition("i", ignored)).unwrap();
            group(bins().ignore_transition("i", begun(9).then(2).goto(1..=1))).unwrap();
        }
        let long = || Written::<u8>::from(0..=1).repeated(12..=12);
        let other = Written::<u8>::from(1..=2).repeated(12..=12);
        let bins = Bins::new().transition("t", long());
        let error = group(bins.ignore_transition("i", other)).unwrap_err();
        assert!(error.to_string().contains("to more than 128"), "{error}");
    }
}
