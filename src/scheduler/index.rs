//! The numbers of signals: an entry of the table of signals, or a word of an array.

/// A signal by its number in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct SignalIndex(u32);

impl SignalIndex {
    /// The number of an entry of the table.
    pub(super) fn of_entry(entry: usize) -> SignalIndex {
        let index = u32::try_from(entry).ok().map(SignalIndex);
        let index = index.filter(|index| !index.is_word());
        index.expect("fewer than two thousand million signals")
    }

    /// The position in the table of signals, of one that is not a word.
    #[inline]
    pub(super) fn entry(self) -> usize {
        self.0 as usize
    }

    /// The numbers from this one on are words, which are in no table.
    pub(super) const FIRST_WORD: SignalIndex = SignalIndex(1 << 31);

    #[inline]
    pub(crate) fn is_word(self) -> bool {
        self >= Self::FIRST_WORD
    }

    /// The number that is `count` further, if there is one.
    pub(crate) fn after(self, count: u32) -> Option<SignalIndex> {
        self.0.checked_add(count).map(SignalIndex)
    }

    pub(super) fn distance(self, from: SignalIndex) -> u32 {
        self.0 - from.0
    }

    pub(crate) fn number(self) -> u64 {
        u64::from(self.0)
    }
}
