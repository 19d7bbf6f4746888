//! Transfers and bursts.

use super::word::Word;

/// HTRANS.
pub(super) const IDLE: u8 = 0b00;
pub(super) const BUSY: u8 = 0b01;
pub(super) const NONSEQ: u8 = 0b10;
pub(super) const SEQ: u8 = 0b11;

/// HBURST (ARM IHI 0033, table 3-3).
///
/// ```
/// use verifork_components::ahb::Burst;
///
/// assert_eq!(Burst::Incr8.length(), Some(8));
/// assert_eq!(Burst::Incr.length(), None); // as long as the manager goes on
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Burst {
    /// A single transfer.
    #[default]
    Single,
    /// Any number of transfers, at addresses that increment.
    Incr,
    /// 4 transfers, round at the end of a block of their size.
    Wrap4,
    /// 4 transfers.
    Incr4,
    /// 8 transfers, round at the end of a block of their size.
    Wrap8,
    /// 8 transfers.
    Incr8,
    /// 16 transfers, round at the end of a block of their size.
    Wrap16,
    /// 16 transfers.
    Incr16,
}

/// All bursts, at their codes.
const BURSTS: [Burst; 8] = [
    Burst::Single,
    Burst::Incr,
    Burst::Wrap4,
    Burst::Incr4,
    Burst::Wrap8,
    Burst::Incr8,
    Burst::Wrap16,
    Burst::Incr16,
];

impl Burst {
    pub(super) fn of(code: u8) -> Self {
        BURSTS[usize::from(code & 7)]
    }

    pub(super) fn code(self) -> u8 {
        match self {
            Burst::Single => 0,
            Burst::Incr => 1,
            Burst::Wrap4 => 2,
            Burst::Incr4 => 3,
            Burst::Wrap8 => 4,
            Burst::Incr8 => 5,
            Burst::Wrap16 => 6,
            Burst::Incr16 => 7,
        }
    }

    /// How many transfers it has; `None` of [`Incr`](Self::Incr), which has any number.
    pub fn length(self) -> Option<usize> {
        match self {
            Burst::Single => Some(1),
            Burst::Incr => None,
            Burst::Wrap4 | Burst::Incr4 => Some(4),
            Burst::Wrap8 | Burst::Incr8 => Some(8),
            Burst::Wrap16 | Burst::Incr16 => Some(16),
        }
    }

    fn wraps(self) -> bool {
        matches!(self, Burst::Wrap4 | Burst::Wrap8 | Burst::Wrap16)
    }

    /// The address after this one, for transfers of `bytes` bytes.
    ///
    /// ```
    /// use verifork_components::ahb::Burst;
    ///
    /// assert_eq!(Burst::Incr8.next(0x3c, 4), 0x40);
    /// assert_eq!(Burst::Wrap8.next(0x3c, 4), 0x20);
    /// ```
    #[must_use]
    pub fn next(self, address: u64, bytes: u64) -> u64 {
        let next = address.wrapping_add(bytes);
        match self.length() {
            Some(length) if self.wraps() => {
                let block = bytes * length as u64 - 1;
                (address & !block) | (next & block)
            }
            _ => next,
        }
    }
}

/// A request of a manager: a transfer, or a burst.
///
/// ```no_run
/// use verifork_components::ahb;
///
/// let (write, read) = (ahb::Request::write(0x10, 3), ahb::Request::read(0x10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The address of the first transfer, in bytes.
    pub address: u64,
    /// The bytes of a transfer: 1, 2, 4, … or 128; `None` for all of the data.
    pub bytes: Option<u32>,
    /// Which burst.
    pub burst: Burst,
    /// How many transfers.
    pub beats: usize,
    /// The data to write, a word for each transfer, in the lowest bits; `None` for a read.
    pub write: Option<Vec<Word>>,
    /// HPROT; 0b0011 by default.
    pub prot: u8,
    /// HMASTLOCK.
    pub locked: bool,
}

impl Request {
    /// A single read.
    pub fn read(address: u64) -> Self {
        Request {
            address,
            bytes: None,
            burst: Burst::Single,
            beats: 1,
            write: None,
            prot: 0b0011,
            locked: false,
        }
    }

    /// A single write.
    pub fn write(address: u64, data: impl Into<Word>) -> Self {
        let write = Some(vec![data.into()]);
        Request {
            write,
            ..Request::read(address)
        }
    }

    /// Reads of a burst of 4, 8 or 16.
    pub fn read_burst(address: u64, burst: Burst) -> Self {
        Request {
            burst,
            beats: burst.length().unwrap_or(1),
            ..Request::read(address)
        }
    }

    /// Writes of a burst, a word for each transfer.
    pub fn write_burst(
        address: u64,
        burst: Burst,
        words: impl IntoIterator<Item = impl Into<Word>>,
    ) -> Self {
        let words: Vec<Word> = words.into_iter().map(Into::into).collect();
        Request {
            burst,
            beats: words.len(),
            write: Some(words),
            ..Request::read(address)
        }
    }

    /// How many transfers a burst of [`Incr`](Burst::Incr) has.
    #[must_use]
    pub fn beats(self, beats: usize) -> Self {
        Request { beats, ..self }
    }

    /// The bytes of a transfer.
    #[must_use]
    pub fn bytes(self, bytes: u32) -> Self {
        let bytes = Some(bytes);
        Request { bytes, ..self }
    }

    /// HPROT.
    #[must_use]
    pub fn prot(self, prot: u8) -> Self {
        Request { prot, ..self }
    }

    /// HMASTLOCK is 1.
    #[must_use]
    pub fn locked(self) -> Self {
        let locked = true;
        Request { locked, ..self }
    }
}

/// How a request ended.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::ahb;
///
/// # async fn example(manager: ahb::RunningManager) -> Result {
/// let answer: ahb::Answer = manager.access(ahb::Request::read(0x10)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The read data, a word for each transfer that has ended, in the lowest bits; 0 for writes and errors.
    pub data: Vec<Word>,
    /// Which transfers have ended with an error.
    pub errors: Vec<usize>,
}

impl Answer {
    /// Whether no transfer has ended with an error.
    pub fn is_okay(&self) -> bool {
        self.errors.is_empty()
    }
}

/// The address phase of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Phase {
    pub(super) address: u64,
    pub(super) bytes: u32,
    pub(super) writes: bool,
    pub(super) burst: Burst,
    pub(super) is_first: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_known_by_their_codes() {
        for (code, burst) in (0..).zip(BURSTS) {
            assert_eq!((burst.code(), Burst::of(code)), (code, burst));
        }
    }

    /// Figures 3-8 to 3-11 of the specification, and others.
    #[test]
    fn addresses_go_on_as_the_burst_says() {
        let addresses = |burst: Burst, first: u64, bytes: u64| -> Vec<u64> {
            let next = |at: &u64| Some(burst.next(*at, bytes));
            let all = std::iter::successors(Some(first), next);
            all.take(burst.length().unwrap_or(3)).collect()
        };
        assert_eq!(addresses(Burst::Wrap4, 0x38, 4), [0x38, 0x3c, 0x30, 0x34]);
        assert_eq!(addresses(Burst::Incr4, 0x38, 4), [0x38, 0x3c, 0x40, 0x44]);
        assert_eq!(
            addresses(Burst::Wrap8, 0x34, 4),
            [0x34, 0x38, 0x3c, 0x20, 0x24, 0x28, 0x2c, 0x30]
        );
        assert_eq!(
            addresses(Burst::Incr8, 0x34, 2),
            [0x34, 0x36, 0x38, 0x3a, 0x3c, 0x3e, 0x40, 0x42]
        );
        assert_eq!(addresses(Burst::Wrap16, 0x4e, 1)[..3], [0x4e, 0x4f, 0x40]);
        assert_eq!(addresses(Burst::Incr, 0x20, 8), [0x20, 0x28, 0x30]);
    }
}
