//! The mirror of a model: predicts the values of registers from accesses.

use std::cell::RefCell;

use verifork::task::fail_test;

use super::access::Bits;
use super::map::Map;
use super::mismatch::{Finding, Mismatch, Mismatches};
use super::observe::Observed;
use super::register::{Field, Register};

/// The value that a register is predicted to hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mirror {
    pub(super) value: u64,
    /// The mask of the known bits.
    pub(super) known: u64,
    /// The mask of the bits that were written since a reset.
    written: u64,
}

impl Mirror {
    fn take(&mut self, Bits { value, known, all }: Bits) {
        self.value = self.value & !all | value & all;
        self.known = self.known & !all | known & all;
    }
}

/// The mirrored values of all registers of a map.
pub(super) struct Mirrors {
    map: Map,
    values: RefCell<Vec<Mirror>>,
}

impl Mirrors {
    /// A mirror with the reset values.
    pub(super) fn new(map: &Map) -> Mirrors {
        let mirrors = Mirrors {
            map: map.clone(),
            values: RefCell::new(vec![Mirror::default(); map.0.registers.len()]),
        };
        mirrors.reset();
        mirrors
    }

    pub(super) fn of(&self, register: usize) -> Mirror {
        self.values.borrow()[register]
    }

    pub(super) fn reset(&self) {
        let mut mirrors = self.values.borrow_mut();
        for (register, mirror) in self.map.0.registers.iter().zip(mirrors.iter_mut()) {
            *mirror = Mirror::default();
            for field in &register.fields {
                if let Some(reset) = field.reset {
                    mirror.value |= reset << field.low;
                    mirror.known |= field.mask();
                }
            }
        }
    }

    /// Sets the bits in the mask, which are known then.
    pub(super) fn set(&self, register: usize, value: u64, mask: u64) {
        let mirror = &mut self.values.borrow_mut()[register];
        mirror.value = mirror.value & !mask | value;
        mirror.known |= mask;
    }

    /// Predicts a write of some bytes from an offset on, of the bits in the mask.
    pub(super) fn was_written_at(&self, offset: u64, bytes: u64, data: u64, mask: u64) {
        for (register, at) in self.map.0.overlapping(offset, bytes) {
            let of_register = |bits| moved(bits, offset, at);
            self.was_written(register, of_register(data), of_register(mask));
        }
    }

    /// Predicts a read of some bytes from an offset on. Returns the differences, with the register of each.
    pub(super) fn was_read_at(
        &self,
        offset: u64,
        bytes: u64,
        data: u64,
        mask: u64,
    ) -> Vec<(usize, Finding)> {
        let mut found = Vec::new();
        for (register, at) in self.map.0.overlapping(offset, bytes) {
            let of_register = |bits| moved(bits, offset, at);
            let differs = self.was_read(register, of_register(data), of_register(mask));
            found.extend(differs.into_iter().map(|finding| (register, finding)));
        }
        found
    }

    /// Predicts a write of a register.
    fn was_written(&self, register: usize, data: u64, mask: u64) {
        let mut mirrors = self.values.borrow_mut();
        let mirror = &mut mirrors[register];
        for field in &self.map.0.registers[register].fields {
            let (all, written) = (field.mask(), field.mask() & mask);
            if written == 0 {
                continue;
            }
            let bits = Bits {
                value: mirror.value & all,
                known: mirror.known & all,
                all,
            };
            let first = mirror.written & all == 0;
            mirror.take(field.access.written(bits, data, written, first));
            mirror.written |= all;
        }
    }

    /// Predicts a read of a register. Returns the fields that differ from the mirror.
    fn was_read(&self, register: usize, data: u64, mask: u64) -> Vec<Finding> {
        let mut mirrors = self.values.borrow_mut();
        let mirror = &mut mirrors[register];
        let described = &self.map.0.registers[register];
        let compared = mirror.known & mask & compared(described);
        let found: Vec<_> = Mismatch::all_of(described, data, mirror.value, compared)
            .map(Finding::Field)
            .collect();
        for field in &described.fields {
            let (all, read) = (field.mask(), field.mask() & mask);
            if read == 0 {
                continue;
            }
            if field.access.is_readable() {
                mirror.value = mirror.value & !read | data & read;
                mirror.known |= read;
            }
            let bits = Bits {
                value: mirror.value & all,
                known: mirror.known & all,
                all,
            };
            let after = field.access.read(bits);
            // Designs differ in what reading a part of a field does to the rest. There, a bit is known only if it is the same
            // with and without that effect.
            let same = bits.known & after.known & !(bits.value ^ after.value);
            mirror.take(Bits {
                known: after.known & read | same & !read,
                ..after
            });
        }
        found
    }

    /// Predicts an access that a monitor has seen, to a block at this address.
    pub(super) fn observe(&self, seen: Observed, base: u64) {
        const BYTES: u64 = 8;
        match seen {
            Observed::Write {
                address,
                data,
                mask,
            } => self.was_written_at(address.wrapping_sub(base), BYTES, data, mask),
            Observed::Read {
                address,
                data,
                mask,
            } => {
                let found = self.was_read_at(address.wrapping_sub(base), BYTES, data, mask);
                let found = found.into_iter().map(|(_, finding)| finding).collect();
                let name = self.map.name();
                let what = format!("a read of `{name}` that the monitor has seen");
                if let Err(found) = Mismatches::of(what, found) {
                    fail_test(found);
                }
            }
        }
    }
}

/// Shifts bits of a word at one offset to their positions in a register at another.
fn moved(bits: u64, from: u64, to: u64) -> u64 {
    if from >= to {
        bits.checked_shl(8 * u32::try_from(from - to).unwrap_or(8))
            .unwrap_or(0)
    } else {
        bits.checked_shr(8 * u32::try_from(to - from).unwrap_or(8))
            .unwrap_or(0)
    }
}

/// The mask of the bits that are compared when a register is read.
pub(super) fn compared(register: &Register) -> u64 {
    let compares = |field: &&Field| field.access.is_readable() && !field.is_volatile;
    let masks = register.fields.iter().filter(compares).map(Field::mask);
    masks.fold(0, |all, mask| all | mask)
}
