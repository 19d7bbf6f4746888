//! The plain model that property tests compare with: a list of bits, the least significant first.

use std::ops::Range;

use proptest::prelude::*;

use super::{Logic, LogicVec};

/// Lists of bits: known ones, four-state ones and nine-state ones in equal shares.
pub(super) fn bits(length: Range<usize>) -> impl Strategy<Value = Vec<Logic>> {
    let two = prop::sample::select(&[Logic::Zero, Logic::One][..]);
    let four = prop::sample::select(
        &[
            Logic::Zero,
            Logic::One,
            Logic::Unknown,
            Logic::HighImpedance,
        ][..],
    );
    let nine = prop::sample::select(&Logic::ALL[..]);
    prop_oneof![
        prop::collection::vec(two, length.clone()),
        prop::collection::vec(four, length.clone()),
        prop::collection::vec(nine, length),
    ]
}

/// Lists of bits that are 0 or 1, at either strength.
pub(super) fn levels(length: Range<usize>) -> impl Strategy<Value = Vec<Logic>> {
    let levels = [Logic::Zero, Logic::One, Logic::WeakZero, Logic::WeakOne];
    prop::collection::vec(prop::sample::select(levels.to_vec()), length)
}

/// A vector made bit by bit.
pub(super) fn vector(bits: &[Logic]) -> LogicVec {
    let width = u32::try_from(bits.len()).unwrap();
    let mut vector = LogicVec::zeros(width);
    for (index, bit) in (0..).zip(bits) {
        vector.set_bit(index, *bit).unwrap();
    }
    vector
}

/// A vector's bits, read one by one.
pub(super) fn bits_of(vector: &LogicVec) -> Vec<Logic> {
    (0..vector.width())
        .map(|index| vector.bit(index).unwrap())
        .collect()
}
