//! Requests and terminations.

use std::fmt;

/// A request of a manager: one access, which is a phase of a cycle.
///
/// ```no_run
/// use verifork_components::wishbone;
///
/// let (write, read) = (wishbone::Request::write(0x10, 3), wishbone::Request::read(0x10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// In bytes, however the bus counts.
    pub address: u64,
    /// The data of a write.
    pub write: Option<u64>,
    /// SEL, the bytes that are read or written; `None` for all.
    pub select: Option<u8>,
}

impl Request {
    /// A read of all bytes.
    pub fn read(address: u64) -> Self {
        Request {
            address,
            write: None,
            select: None,
        }
    }

    /// A write of all bytes.
    pub fn write(address: u64, data: u64) -> Self {
        let write = Some(data);
        Request {
            write,
            ..Request::read(address)
        }
    }

    /// The bytes that are read or written.
    #[must_use]
    pub fn select(self, select: u8) -> Self {
        let select = Some(select);
        Request { select, ..self }
    }
}

/// How an access ended.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::wishbone::{Request, Termination};
/// # async fn example(manager: verifork_components::wishbone::RunningManager) -> Result {
/// let answer = manager.access(Request::read(0xffff_0000)).await?;
/// ensure!(answer.termination == Termination::Err, "an address where nothing is");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Termination {
    /// ACK: the access succeeded.
    Ack,
    /// ERR: the access failed.
    Err,
    /// RTY: the access is to be repeated.
    Rty,
}

impl fmt::Display for Termination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Termination::Ack => "ACK",
            Termination::Err => "ERR",
            Termination::Rty => "RTY",
        })
    }
}

/// The answer to an access.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::wishbone;
///
/// # async fn example(manager: wishbone::RunningManager) -> Result {
/// let answer: wishbone::Answer = manager.access(wishbone::Request::read(0x10)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The bytes that were selected of a read with ACK; all others are 0.
    pub data: u64,
    /// How it ended.
    pub termination: Termination,
}

/// The order of addresses in a burst, as CTI and BTE encode it (tables 4-2 and 4-3).
///
/// ```
/// use verifork_components::wishbone::Burst;
///
/// let cache_line = Burst::Wrap4; // CTI 010, BTE 01
/// assert_ne!(cache_line, Burst::Linear);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Burst {
    /// The same address: CTI 001.
    Constant,
    /// The next word: CTI 010, BTE 00.
    Linear,
    /// The next word, round in a block of 4 words: BTE 01.
    Wrap4,
    /// The next word, round in a block of 8 words: BTE 10.
    Wrap8,
    /// The next word, round in a block of 16 words: BTE 11.
    Wrap16,
}

pub(super) const CLASSIC: u8 = 0b000;
pub(super) const CONSTANT: u8 = 0b001;
pub(super) const INCREMENTING: u8 = 0b010;
pub(super) const END_OF_BURST: u8 = 0b111;

impl Burst {
    /// The burst of these two tags; `None` for no burst.
    pub(super) fn of(cti: u8, bte: u8) -> Option<Self> {
        match (cti, bte) {
            (CONSTANT, _) => Some(Burst::Constant),
            (INCREMENTING, 1) => Some(Burst::Wrap4),
            (INCREMENTING, 2) => Some(Burst::Wrap8),
            (INCREMENTING, 3) => Some(Burst::Wrap16),
            (INCREMENTING, _) => Some(Burst::Linear),
            _ => None,
        }
    }

    pub(super) fn cti(self) -> u8 {
        match self {
            Burst::Constant => CONSTANT,
            _ => INCREMENTING,
        }
    }

    pub(super) fn bte(self) -> u8 {
        match self {
            Burst::Constant | Burst::Linear => 0,
            Burst::Wrap4 => 1,
            Burst::Wrap8 => 2,
            Burst::Wrap16 => 3,
        }
    }

    /// The address after this one, both in bytes, on a bus with words of `bytes` bytes.
    ///
    /// ```
    /// use verifork_components::wishbone::Burst;
    ///
    /// assert_eq!(Burst::Linear.next(0x1c, 4), 0x20);
    /// assert_eq!(Burst::Wrap8.next(0x1c, 4), 0x00);
    /// assert_eq!(Burst::Constant.next(0x1c, 4), 0x1c);
    /// ```
    #[must_use]
    pub fn next(self, address: u64, bytes: u64) -> u64 {
        let words = match self {
            Burst::Constant => return address,
            Burst::Linear => return address.wrapping_add(bytes),
            Burst::Wrap4 => 4,
            Burst::Wrap8 => 8,
            Burst::Wrap16 => 16,
        };
        let block = bytes * words - 1;
        (address & !block) | (address.wrapping_add(bytes) & block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table 4-3 of the specification.
    #[test]
    fn addresses_go_on_as_the_table_says() {
        let addresses = |burst: Burst, from: u64, bytes: u64| -> Vec<u64> {
            let next = |at: &u64| Some(burst.next(*at, bytes));
            let bytes_of = std::iter::successors(Some(from * bytes), next);
            bytes_of.take(8).map(|at| at / bytes).collect()
        };
        for bytes in [1, 2, 4, 8] {
            assert_eq!(
                addresses(Burst::Linear, 5, bytes),
                [5, 6, 7, 8, 9, 10, 11, 12]
            );
            assert_eq!(addresses(Burst::Wrap4, 5, bytes), [5, 6, 7, 4, 5, 6, 7, 4]);
            assert_eq!(addresses(Burst::Wrap8, 5, bytes), [5, 6, 7, 0, 1, 2, 3, 4]);
            assert_eq!(
                addresses(Burst::Wrap16, 13, bytes),
                [13, 14, 15, 0, 1, 2, 3, 4]
            );
            assert_eq!(
                addresses(Burst::Wrap8, 19, bytes),
                [19, 20, 21, 22, 23, 16, 17, 18]
            );
            assert_eq!(addresses(Burst::Constant, 3, bytes), [3; 8]);
        }
    }

    #[test]
    fn the_tags_of_a_burst_are_those_that_it_is_known_by() {
        for burst in [
            Burst::Constant,
            Burst::Linear,
            Burst::Wrap4,
            Burst::Wrap8,
            Burst::Wrap16,
        ] {
            assert_eq!(Burst::of(burst.cti(), burst.bte()), Some(burst));
        }
        assert_eq!(Burst::of(CLASSIC, 0), None);
        assert_eq!(Burst::of(END_OF_BURST, 1), None);
    }
}
