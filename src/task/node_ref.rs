//! How nodes and sets are named: by index, and a node with its executor and generation too.

#[cfg(not(target_pointer_width = "64"))]
compile_error!("verifork packs a task's name into a pointer and needs a 64-bit host");

/// No node, no set.
pub(super) const NONE: u32 = u32::MAX;

/// The set that the simulator's callbacks run.
pub(super) const ROOT_SET: u32 = 0;

/// A node by executor (16 bits), generation (24 bits) and index (24 bits).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NodeRef(u64);

impl NodeRef {
    pub(super) const MAX_INDEX: u32 = (1 << 24) - 1;

    /// The word of a waker's data.
    #[inline]
    pub(super) fn bits(self) -> u64 {
        self.0
    }

    #[inline]
    pub(super) fn from_bits(bits: u64) -> Self {
        NodeRef(bits)
    }

    #[inline]
    pub(super) fn new(executor: u16, index: u32, generation: u32) -> Self {
        NodeRef(u64::from(executor) << 48 | u64::from(generation) << 24 | u64::from(index))
    }

    /// Generations wrap: a waker that is sixteen million tasks old may wake another task. Futures must
    /// expect spurious wake-ups anyway.
    pub(super) fn next_generation(generation: u32) -> u32 {
        (generation + 1) & Self::MAX_INDEX
    }

    #[inline]
    pub(super) fn executor(self) -> u16 {
        (self.0 >> 48) as u16
    }

    #[allow(clippy::cast_possible_truncation)] // masked to 24 bits
    #[inline]
    pub(super) fn generation(self) -> u32 {
        (self.0 >> 24) as u32 & Self::MAX_INDEX
    }

    #[allow(clippy::cast_possible_truncation)] // masked to 24 bits
    #[inline]
    pub(super) fn index(self) -> u32 {
        self.0 as u32 & Self::MAX_INDEX
    }
}

pub(super) fn index_of(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^32 entries")
}
