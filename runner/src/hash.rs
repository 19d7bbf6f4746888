//! Hashes of what goes into a compilation.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A hash of several parts that keeps them apart: `ab` and `c` differ from `a` and `bc`.
#[derive(Default)]
pub(crate) struct PartsHash(Sha256);

impl PartsHash {
    pub(crate) fn add(&mut self, part: &[u8]) {
        self.0.update(part.len().to_le_bytes());
        self.0.update(part);
    }

    /// As the name of a folder.
    pub(crate) fn name(self) -> String {
        hexadecimal(&self.0.finalize()[..12])
    }
}

/// The hash of a text.
pub(crate) fn hash_of(text: &[u8]) -> String {
    hexadecimal(&Sha256::digest(text)[..16])
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_parts_end_makes_another_hash() {
        let of = |parts: &[&str]| {
            let mut hash = PartsHash::default();
            for part in parts {
                hash.add(part.as_bytes());
            }
            hash.name()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        assert_eq!(of(&[]).len(), 24);
    }
}
