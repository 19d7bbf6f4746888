//! Solvers by the constraints that they are for. Building one takes far longer than a draw.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use crate::error::RandomizeError;
use crate::inline::Prepared;
use crate::record::{Recording, Size};
use crate::solver::Solver;

/// So many sets of constraints are kept for each type.
const KEPT: usize = 256;

/// How values are drawn under some constraints.
#[derive(Clone)]
pub(crate) enum Cached {
    Solver(Rc<Solver>),
    /// By the solver of the type, together with in-line constraints.
    Inline(Rc<Prepared>),
    NoSolution(RandomizeError),
}

/// The nodes and requirements up to `common` are the same in all recordings of a cache, and are not compared.
#[derive(Default)]
pub(crate) struct Cache {
    entries: HashMap<u64, Vec<(Recording, Cached)>, BuildHasherDefault<Mix>>,
    count: usize,
}

impl Cache {
    pub(crate) fn get(&self, recording: &Recording, common: Size) -> Option<Cached> {
        let entries = self.entries.get(&hash(recording, common))?;
        let found = entries
            .iter()
            .find(|(other, _)| recording.is_same_from(other, common));
        found.map(|(_, cached)| cached.clone())
    }

    /// Keeps an entry. A full cache is emptied first.
    pub(crate) fn insert(&mut self, recording: &Recording, common: Size, cached: Cached) {
        if self.count == KEPT {
            *self = Cache::default();
        }
        self.count += 1;
        let entries = self.entries.entry(hash(recording, common)).or_default();
        entries.push((recording.clone(), cached));
    }
}

fn hash(recording: &Recording, common: Size) -> u64 {
    let mut hasher = Mix::default();
    recording.hash_from(common, &mut hasher);
    hasher.finish()
}

/// A fast hash: the keys are our own, so collisions cannot be forced.
#[derive(Clone, Default)]
pub(crate) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 29;
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_u128(&mut self, value: u128) {
        self.write_u64(value as u64);
        self.write_u64((value >> 64) as u64);
    }
}
