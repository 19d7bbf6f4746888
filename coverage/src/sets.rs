//! Sets of values, as ranges of positions in the order of all values.

use crate::value::Shape;

/// The first and the last position.
pub(crate) type Range = (u128, u128);

/// The values of a type: for an enum, those of its variants.
pub(crate) fn domain(shape: Shape) -> Vec<Range> {
    if shape.names.is_empty() {
        return vec![(0, shape.last())];
    }
    let keys = shape
        .names
        .iter()
        .map(|(_, value)| shape.key(value.cast_unsigned()));
    united(keys.map(|key| (key, key)).collect())
}

/// Divides the values of disjoint ranges among `count` bins, or as many as there are values. The last bin takes the
/// remainder.
pub(crate) fn divided(count: u64, ranges: &[Range]) -> Vec<Vec<Range>> {
    // The number of values minus one, since 2^128 does not fit.
    let between = u128::try_from(ranges.len() - 1).unwrap_or(u128::MAX);
    let last_index = ranges
        .iter()
        .fold(between, |sum, (first, last)| sum + (last - first));
    let count = u128::from(count).min(last_index.saturating_add(1));
    let each = (last_index / count).wrapping_add(u128::from(last_index % count + 1 == count));
    let mut left = ranges.iter().copied();
    let mut current = left.next();
    let mut bins = Vec::new();
    for _ in 1..count {
        let mut wanted = each;
        let mut bin = Vec::new();
        while let Some((first, last)) = current.filter(|_| wanted > 0) {
            if last - first < wanted {
                wanted -= last - first + 1;
                bin.push((first, last));
                current = left.next();
            } else {
                bin.push((first, first + (wanted - 1)));
                current = Some((first + wanted, last));
                wanted = 0;
            }
        }
        bins.push(bin);
    }
    bins.push(current.into_iter().chain(left).collect());
    bins
}

/// The same values in order, with adjacent ranges merged.
pub(crate) fn united(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut united: Vec<Range> = Vec::new();
    for (first, last) in ranges {
        match united.last_mut() {
            Some(previous) if first <= previous.1.saturating_add(1) => {
                previous.1 = previous.1.max(last);
            }
            _ => united.push((first, last)),
        }
    }
    united
}

/// The values of `ranges` that are not in `others`; both are in order.
pub(crate) fn without(ranges: &[Range], others: &[Range]) -> Vec<Range> {
    let mut left = Vec::new();
    for &(first, last) in ranges {
        let mut next = Some(first);
        let begins = others.partition_point(|other| other.1 < first);
        for &(other_first, other_last) in &others[begins..] {
            let Some(from) = next else { break };
            if other_first > last {
                break;
            }
            if from < other_first {
                left.push((from, other_first - 1));
            }
            next = other_last.checked_add(1).filter(|from| *from <= last);
        }
        if let Some(from) = next {
            left.push((from, last));
        }
    }
    left
}

/// All values that are in none of these ranges.
pub(crate) fn complement(ranges: &[Range]) -> Vec<Range> {
    without(&[(0, u128::MAX)], &united(ranges.to_vec()))
}

/// The values that are in both.
pub(crate) fn intersection(ranges: &[Range], others: &[Range]) -> Vec<Range> {
    without(ranges, &without(ranges, others))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Few positions, tried one by one.
    fn members(ranges: &[Range]) -> Vec<bool> {
        (0..12)
            .map(|it| ranges.iter().any(|range| (range.0..=range.1).contains(&it)))
            .collect()
    }

    fn some_sets() -> Vec<Vec<Range>> {
        let edges = [(0, 0), (0, 3), (2, 5), (4, 4), (6, 6), (5, 11), (9, 10)];
        let mut sets = vec![Vec::new(), vec![(0, 11)]];
        for (index, one) in edges.iter().enumerate() {
            for other in &edges[index..] {
                sets.push(vec![*other, *one]);
            }
        }
        sets
    }

    #[test]
    fn ranges_are_united_in_order_without_touching() {
        for set in some_sets() {
            let united = united(set.clone());
            assert_eq!(members(&united), members(&set));
            assert!(
                united.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0),
                "{united:?}"
            );
        }
    }

    #[test]
    fn a_difference_and_an_intersection_are_those_of_sets() {
        for one in some_sets().into_iter().map(united) {
            for other in some_sets().into_iter().map(united) {
                let both = members(&one).into_iter().zip(members(&other));
                let (difference, common): (Vec<_>, Vec<_>) = both
                    .map(|(one, other)| (one && !other, one && other))
                    .unzip();
                assert_eq!(
                    members(&without(&one, &other)),
                    difference,
                    "{one:?} {other:?}"
                );
                assert_eq!(
                    members(&intersection(&one, &other)),
                    common,
                    "{one:?} {other:?}"
                );
            }
        }
        assert_eq!(without(&[(0, u128::MAX)], &[(5, u128::MAX)]), [(0, 4)]);
    }
}
