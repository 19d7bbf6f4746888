//! A hash for numbers that are ours, and come one after the other.

use std::hash::Hasher;

/// Leaves numbers that follow each other side by side in a table, so that one who goes through a memory
/// from its begin to its end finds the next place in the cache. Nobody chooses them to collide.
#[derive(Default)]
pub(crate) struct InOrder(u64);

impl Hasher for InOrder {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        let number = self.0.rotate_left(8) ^ number;
        // The low bits choose the place; the table tells neighbours apart by the high ones, which come
        // from a product with 2⁶⁴ divided by the golden ratio.
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = number & u64::from(u32::MAX) | spread & !u64::from(u32::MAX);
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    #[inline]
    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::{BuildHasher, BuildHasherDefault};

    use super::*;

    fn hash(number: i64) -> u64 {
        BuildHasherDefault::<InOrder>::default().hash_one(number)
    }

    #[test]
    fn neighbours_lie_side_by_side_and_differ_in_what_tells_them_apart() {
        for number in [-1, 0, 1, 1 << 20, i64::from(u32::MAX)] {
            let low = |number| hash(number) & u64::from(u32::MAX);
            assert_eq!(low(number + 1), (low(number) + 1) & u64::from(u32::MAX));
        }
        let tags: HashSet<u64> = (0..128).map(|number| hash(number) >> 57).collect();
        assert!(tags.len() > 64, "{}", tags.len());
    }

    #[test]
    fn numbers_of_any_kind_and_order_are_distinguished() {
        let of = |numbers: &[u8]| BuildHasherDefault::<InOrder>::default().hash_one(numbers);
        let all = [of(&[]), of(&[1]), of(&[1, 2]), of(&[2, 1]), of(&[0, 1])];
        let different: HashSet<u64> = all.into_iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
        let one = |number: u32| BuildHasherDefault::<InOrder>::default().hash_one(number);
        assert_eq!(one(7), hash(7));
    }
}
