//! A map with handles as keys. They are addresses, so a fast hash without protection against collisions will do.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::Handle;

/// What is known of objects by their handles.
pub(crate) type ByHandle<T> = HashMap<Handle, T, BuildHasherDefault<ByAddress>>;

/// Spreads addresses by one product with 2⁶⁴ divided by the golden ratio.
#[derive(Default)]
pub(crate) struct ByAddress(u64);

impl Hasher for ByAddress {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    #[inline]
    fn write_usize(&mut self, address: usize) {
        let mixed = self.0.rotate_left(5) ^ address as u64;
        self.0 = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    #[inline]
    fn finish(&self) -> u64 {
        // The low bits choose the place. Those of the product are as those of an address: all alike.
        self.0.rotate_left(26)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn addresses_side_by_side_are_spread_and_distinguished() {
        let hash = |address| {
            BuildHasherDefault::<ByAddress>::default().hash_one(Handle::for_test(address))
        };
        let hashes: Vec<u64> = (1..=1024)
            .map(|number| hash(0x7f12_3450_0000 + 48 * number))
            .collect();
        let places: HashSet<u64> = hashes.iter().map(|hash| hash & 2047).collect();
        assert!(places.len() > 600, "{}", places.len());
        let tags: HashSet<u64> = hashes.iter().map(|hash| hash >> 57).collect();
        assert!(tags.len() > 100, "{}", tags.len());
    }

    #[test]
    fn a_table_finds_what_was_put_in_and_nothing_else() {
        let mut table = ByHandle::default();
        for number in 1..1000 {
            table.insert(Handle::for_test(16 * number), number);
        }
        assert_eq!(table.get(&Handle::for_test(16 * 7)), Some(&7));
        assert_eq!(table.get(&Handle::for_test(16 * 7 + 8)), None);
        assert_eq!(table.len(), 999);
    }
}
