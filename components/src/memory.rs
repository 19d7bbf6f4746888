//! A sparse memory of bytes behind a bus, shared by the test and any number of subordinates.
//!
//! ```
//! use verifork_components::memory::{Access, Endian, Fault, Memory};
//!
//! # fn main() -> verifork::Result {
//! let memory = Memory::sparse()
//!     .region(0x0000..0x1000, Access::ReadOnly)
//!     .region(0x8000_0000..0x8001_0000, Access::ReadWrite)
//!     .outside(Fault::Decode); // everything else is not there
//! memory.load_readmemh("00000013 00000093 @10 deadbeef", 4, Endian::Little)?;
//! assert_eq!(memory.read_u32(0x40), 0xdead_beef); // the test sees it all
//!
//! let mut word = [0; 4];
//! assert_eq!(memory.bus_read(0x40, &mut word), Ok(())); // a bus gets an error
//! assert_eq!(memory.bus_write(0x40, &word, |_| true), Err(Fault::Slave));
//! assert_eq!(memory.bus_read(0x4000, &mut word), Err(Fault::Decode));
//! # Ok(())
//! # }
//! ```
//!
//! Bytes that were never written are 0, or the value set by [`unwritten`](Memory::unwritten).
//!
//! | format | load | dump |
//! |---|---|---|
//! | Intel HEX | [`load_ihex`](Memory::load_ihex) | [`dump_ihex`](Memory::dump_ihex) |
//! | Motorola S-record | [`load_srec`](Memory::load_srec) | [`dump_srec`](Memory::dump_srec) |
//! | `$readmemh` (IEEE 1800-2017, 21.4) | [`load_readmemh`](Memory::load_readmemh) | [`dump_readmemh`](Memory::dump_readmemh) |
//! | ELF, its segments at their physical addresses | [`load_elf`](Memory::load_elf) | [`dump_elf`](Memory::dump_elf) |

mod elf;
mod files;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;

use verifork::TestRng;
use verifork::value::LogicVec;

pub use elf::Elf;

const PAGE: usize = 4096;

/// The accesses that a bus may make in a region.
///
/// ```
/// use verifork_components::memory::{Access, Fault, Memory};
///
/// let rom = Memory::sparse().region(0..0x100, Access::ReadOnly);
/// assert_eq!(rom.bus_write(0x20, &[1], |_| true), Err(Fault::Slave));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read and write.
    ReadWrite,
    /// Only reads; a write is [`Fault::Slave`].
    ReadOnly,
    /// Only writes; a read is [`Fault::Slave`].
    WriteOnly,
    /// None: every access fails this way.
    Fault(Fault),
}

/// How an access fails, in terms of AXI's responses.
///
/// ```
/// use verifork_components::memory::{Fault, Memory};
///
/// let memory = Memory::sparse().region(0..0x100, verifork_components::memory::Access::ReadWrite).outside(Fault::Decode);
/// assert_eq!(memory.bus_read(0x200, &mut [0]), Err(Fault::Decode));
/// assert_eq!(Fault::Decode.to_string(), "nothing is there (DECERR)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The target refuses the access: SLVERR.
    Slave,
    /// There is no target at the address: DECERR.
    Decode,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Slave => "what is there refuses the access (SLVERR)",
            Fault::Decode => "nothing is there (DECERR)",
        })
    }
}

impl std::error::Error for Fault {}

/// The byte of a word at its lowest address.
///
/// ```
/// use verifork_components::memory::{Endian, Memory};
///
/// let memory = Memory::sparse();
/// memory.load_readmemh("11223344", 4, Endian::Big).unwrap();
/// assert_eq!(memory.read_u32(0), 0x4433_2211); // words are read with the least significant byte first
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Endian {
    /// The least significant.
    #[default]
    Little,
    /// The most significant.
    Big,
}

/// A sparse memory of bytes with 64-bit addresses. A clone is the same memory.
///
/// ```
/// use verifork_components::memory::{Endian, Memory};
///
/// let memory = Memory::sparse();
/// let same = memory.clone();
/// memory.load_readmemh("@2 deadbeef", 4, Endian::Little).unwrap();
/// assert_eq!(same.read_u32(8), 0xdead_beef);
/// ```
#[doc(alias = "ram")]
#[doc(alias = "rom")]
#[doc(alias = "uvm_mem")]
#[doc(alias = "readmemh")]
#[derive(Clone)]
pub struct Memory(Rc<RefCell<Inner>>);

struct Inner {
    pages: BTreeMap<u64, Box<Page>>,
    regions: Vec<(Range<u64>, Access)>,
    outside: Option<Fault>,
    unwritten: u8,
    latency: RangeInclusive<u32>,
}

struct Page {
    bytes: [u8; PAGE],
    /// A bit for each byte that was written.
    written: [u64; PAGE / 64],
}

impl Memory {
    /// An empty memory, in which a bus may read and write everywhere.
    pub fn sparse() -> Self {
        Memory(Rc::new(RefCell::new(Inner {
            pages: BTreeMap::new(),
            regions: Vec::new(),
            outside: None,
            unwritten: 0,
            latency: 0..=0,
        })))
    }

    /// Sets the accesses that a bus may make at these addresses. If regions overlap, the one added last
    /// applies.
    ///
    /// # Panics
    ///
    /// At the caller's line: the region is empty.
    #[track_caller]
    #[must_use]
    pub fn region(self, addresses: Range<u64>, access: Access) -> Self {
        assert!(
            !addresses.is_empty(),
            "a region from {:#x} to {:#x} has no addresses",
            addresses.start,
            addresses.end
        );
        self.0.borrow_mut().regions.push((addresses, access));
        self
    }

    /// How an access outside all [regions](Self::region) fails.
    #[must_use]
    pub fn outside(self, fault: Fault) -> Self {
        self.0.borrow_mut().outside = Some(fault);
        self
    }

    /// The value of bytes that were never written; 0 by default.
    #[must_use]
    pub fn unwritten(self, byte: u8) -> Self {
        self.0.borrow_mut().unwritten = byte;
        self
    }

    /// The number of cycles that a subordinate waits before it responds, drawn for each access.
    ///
    /// # Panics
    ///
    /// At the caller's line: the range is empty.
    #[track_caller]
    #[must_use]
    pub fn latency(self, cycles: RangeInclusive<u32>) -> Self {
        assert!(
            !cycles.is_empty(),
            "no latency is in {cycles:?}, an empty range"
        );
        self.0.borrow_mut().latency = cycles;
        self
    }

    /// The latency of the next access.
    pub fn draw_latency(&self, rng: &mut TestRng) -> u32 {
        let range = self.0.borrow().latency.clone();
        if range.start() == range.end() {
            *range.start()
        } else {
            rng.random_range(range)
        }
    }

    /// Reads bytes from the test; regions do not apply.
    pub fn read(&self, address: u64, into: &mut [u8]) {
        let inner = self.0.borrow();
        for_each_page(address, into.len(), |page, offset, range| {
            let into = &mut into[range];
            match inner.pages.get(&page) {
                Some(page) => into.copy_from_slice(&page.bytes[offset..offset + into.len()]),
                None => into.fill(inner.unwritten),
            }
        });
    }

    /// The bytes from an address on.
    pub fn read_bytes(&self, address: u64, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.read(address, &mut bytes);
        bytes
    }

    /// Writes bytes from the test; regions do not apply.
    pub fn write(&self, address: u64, bytes: &[u8]) {
        self.write_enabled(address, bytes, |_| true);
    }

    /// Writes the bytes for whose index `enabled` returns true.
    pub fn write_enabled(&self, address: u64, bytes: &[u8], enabled: impl Fn(usize) -> bool) {
        let inner = &mut *self.0.borrow_mut();
        let unwritten = inner.unwritten;
        for_each_page(address, bytes.len(), |page, offset, range| {
            if !range.clone().any(&enabled) {
                return;
            }
            let page = inner.pages.entry(page).or_insert_with(|| {
                Box::new(Page {
                    bytes: [unwritten; PAGE],
                    written: [0; PAGE / 64],
                })
            });
            for (index, at) in range.zip(offset..) {
                if enabled(index) {
                    page.bytes[at] = bytes[index];
                    page.written[at / 64] |= 1 << (at % 64);
                }
            }
        });
    }

    /// A word of 32 bits, little-endian.
    pub fn read_u32(&self, address: u64) -> u32 {
        let mut bytes = [0; 4];
        self.read(address, &mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// Writes a word of 32 bits, little-endian.
    pub fn write_u32(&self, address: u64, word: u32) {
        self.write(address, &word.to_le_bytes());
    }

    /// A word of any number of bytes, as a vector.
    pub fn read_vector(&self, address: u64, bytes: usize, endian: Endian) -> LogicVec {
        let mut read = self.read_bytes(address, bytes);
        if endian == Endian::Big {
            read.reverse();
        }
        let words: Vec<u64> = read
            .chunks(8)
            .map(|part| {
                let mut eight = [0; 8];
                eight[..part.len()].copy_from_slice(part);
                u64::from_le_bytes(eight)
            })
            .collect();
        let width = u32::try_from(bytes * 8).unwrap_or(u32::MAX);
        LogicVec::from_planes(width, &words, &[])
    }

    /// Writes a vector of whole bytes.
    ///
    /// # Errors
    ///
    /// The vector has unknown bits, or its width is not a multiple of 8. Nothing is written then.
    #[track_caller]
    pub fn write_vector(&self, address: u64, value: &LogicVec, endian: Endian) -> verifork::Result {
        let width = value.width();
        verifork::ensure!(
            width.is_multiple_of(8),
            "{width} bits are not whole bytes of a memory"
        );
        verifork::ensure!(
            !value.has_unknown(),
            "{value:x} has unknown bits, which a memory does not hold"
        );
        let count = width as usize / 8;
        let byte = |index: usize| value.value_word(index / 8).to_le_bytes()[index % 8];
        let mut bytes: Vec<u8> = (0..count).map(byte).collect();
        if endian == Endian::Big {
            bytes.reverse();
        }
        self.write(address, &bytes);
        Ok(())
    }

    /// Whether a byte was ever written.
    pub fn is_written(&self, address: u64) -> bool {
        let (page, offset) = split(address);
        let inner = self.0.borrow();
        inner
            .pages
            .get(&page)
            .is_some_and(|page| page.written[offset / 64] >> (offset % 64) & 1 == 1)
    }

    /// The addresses that were written, as ranges in ascending order.
    pub fn written(&self) -> Vec<RangeInclusive<u64>> {
        let mut ranges: Vec<RangeInclusive<u64>> = Vec::new();
        for (number, page) in &self.0.borrow().pages {
            for offset in 0..PAGE {
                if page.written[offset / 64] >> (offset % 64) & 1 == 0 {
                    continue;
                }
                let address = number * PAGE as u64 + offset as u64;
                match ranges.last_mut() {
                    Some(last) if last.end() + 1 == address => *last = *last.start()..=address,
                    _ => ranges.push(address..=address),
                }
            }
        }
        ranges
    }

    /// Discards everything that was written.
    pub fn clear(&self) {
        self.0.borrow_mut().pages.clear();
    }

    /// Reads bytes with the rights of a bus.
    ///
    /// # Errors
    ///
    /// The access is not allowed at one of the addresses. Nothing is read then.
    pub fn bus_read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault> {
        self.allows(address, into.len(), |_| true, true)?;
        self.read(address, into);
        Ok(())
    }

    /// Writes the bytes for whose index `enabled` returns true, with the rights of a bus.
    ///
    /// # Errors
    ///
    /// The access is not allowed at one of the enabled addresses. Nothing is written then.
    pub fn bus_write(
        &self,
        address: u64,
        bytes: &[u8],
        enabled: impl Fn(usize) -> bool,
    ) -> Result<(), Fault> {
        self.allows(address, bytes.len(), &enabled, false)?;
        self.write_enabled(address, bytes, enabled);
        Ok(())
    }

    /// An access of no byte is asked for at its first address.
    pub(crate) fn allows(
        &self,
        address: u64,
        count: usize,
        enabled: impl Fn(usize) -> bool,
        read: bool,
    ) -> Result<(), Fault> {
        let inner = self.0.borrow();
        let mut any = false;
        for index in (0..count).filter(|&index| enabled(index)) {
            any = true;
            inner.allows(address.wrapping_add(index as u64), read)?;
        }
        if any {
            Ok(())
        } else {
            inner.allows(address, read)
        }
    }
}

impl Inner {
    fn allows(&self, address: u64, read: bool) -> Result<(), Fault> {
        let found = self
            .regions
            .iter()
            .rev()
            .find(|(range, _)| range.contains(&address));
        match found {
            None => self.outside.map_or(Ok(()), Err),
            Some((_, Access::Fault(fault))) => Err(*fault),
            Some((_, Access::ReadOnly)) if !read => Err(Fault::Slave),
            Some((_, Access::WriteOnly)) if read => Err(Fault::Slave),
            Some(_) => Ok(()),
        }
    }
}

/// The bits of the bytes of a word that have a strobe.
pub(crate) fn mask_of(strobe: u8) -> u64 {
    let byte = |index: u32| {
        if strobe >> index & 1 == 1 {
            0xff << (8 * index)
        } else {
            0
        }
    };
    (0..8).map(byte).sum()
}

fn split(address: u64) -> (u64, usize) {
    let offset = usize::try_from(address % PAGE as u64).unwrap_or(0);
    (address / PAGE as u64, offset)
}

/// Calls for each page that bytes lie in: its number, the offset in it, and which of the bytes. Addresses go
/// round at the end.
fn for_each_page(address: u64, count: usize, mut each: impl FnMut(u64, usize, Range<usize>)) {
    let mut done = 0;
    while done < count {
        let (page, offset) = split(address.wrapping_add(done as u64));
        let part = (PAGE - offset).min(count - done);
        each(page, offset, done..done + part);
        done += part;
    }
}

impl Default for Memory {
    fn default() -> Self {
        Memory::sparse()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.0.borrow();
        f.debug_struct("Memory")
            .field("pages", &inner.pages.len())
            .field("regions", &inner.regions)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_across_pages_and_round_the_end() {
        let memory = Memory::sparse().unwritten(0xee);
        let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        for address in [0, 4090, 0xffff_ffff_ffff_fff0] {
            memory.clear();
            memory.write(address, &bytes);
            assert_eq!(memory.read_bytes(address, bytes.len()), bytes);
            let before = address.wrapping_sub(1);
            assert_eq!(memory.read_bytes(before, 1), [0xee]);
        }
    }

    #[test]
    fn only_bytes_that_are_enabled_are_written() {
        let memory = Memory::sparse();
        memory.write(0x10, &[1, 2, 3, 4]);
        memory.write_enabled(0x10, &[9, 9, 9, 9], |index| index == 2);
        assert_eq!(memory.read_bytes(0x10, 4), [1, 2, 9, 4]);
        memory.write_enabled(0x9000, &[9; 4], |_| false);
        assert_eq!(memory.written(), [0x10..=0x13]);
        assert!(memory.is_written(0x13) && !memory.is_written(0x14));
    }

    #[test]
    fn vectors_of_any_width_have_the_endianness_that_is_asked_for() {
        let memory = Memory::sparse();
        let value = LogicVec::from_planes(88, &[0x0807_0605_0403_0201, 0x0b_0a09], &[]);
        memory.write_vector(0, &value, Endian::Little).unwrap();
        assert_eq!(
            memory.read_bytes(0, 11),
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
        );
        memory.write_vector(0, &value, Endian::Big).unwrap();
        assert_eq!(
            memory.read_bytes(0, 11),
            [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
        );
        assert_eq!(memory.read_vector(0, 11, Endian::Big), value);
        let error = memory
            .write_vector(0, &LogicVec::unknown(8), Endian::Little)
            .unwrap_err();
        assert!(error.to_string().contains("unknown bits"), "{error}");
        let error = memory
            .write_vector(0, &LogicVec::zeros(9), Endian::Little)
            .unwrap_err();
        assert!(
            error.to_string().contains("9 bits are not whole bytes"),
            "{error}"
        );
    }

    #[test]
    fn a_bus_is_refused_what_its_region_forbids_and_the_test_is_not() {
        let memory = Memory::sparse()
            .region(0..0x100, Access::ReadWrite)
            .region(0x40..0x50, Access::ReadOnly)
            .region(0x50..0x60, Access::WriteOnly)
            .region(0x60..0x70, Access::Fault(Fault::Decode))
            .outside(Fault::Decode);
        let mut word = [0; 4];
        assert_eq!(memory.bus_write(0x3e, &[1; 4], |_| true), Err(Fault::Slave));
        assert_eq!(
            memory.read_bytes(0x3e, 2),
            [0, 0],
            "nothing of it is written"
        );
        assert_eq!(memory.bus_write(0x3e, &[1; 4], |index| index < 2), Ok(()));
        assert_eq!(memory.bus_read(0x50, &mut word), Err(Fault::Slave));
        assert_eq!(memory.bus_write(0x50, &[1; 4], |_| true), Ok(()));
        assert_eq!(memory.bus_read(0x60, &mut word), Err(Fault::Decode));
        assert_eq!(memory.bus_read(0xfe, &mut word), Err(Fault::Decode));
        assert_eq!(
            memory.bus_write(0x40, &[1; 4], |_| false),
            Err(Fault::Slave)
        );
        memory.write(0x40, &[7; 4]);
        assert_eq!(memory.bus_read(0x40, &mut word), Ok(()));
        assert_eq!(word, [7; 4]);
    }

    #[test]
    fn latencies_are_drawn_from_their_range() {
        let mut rng = TestRng::new(1);
        let memory = Memory::sparse().latency(2..=5);
        let drawn: Vec<u32> = (0..200).map(|_| memory.draw_latency(&mut rng)).collect();
        assert!(
            (2..=5).all(|cycles| drawn.contains(&cycles))
                && drawn.iter().all(|it| (2..=5).contains(it))
        );
        assert_eq!(Memory::sparse().draw_latency(&mut rng), 0);
    }
}
