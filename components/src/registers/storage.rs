//! The signals of a design that hold the bits of registers, for the backdoor.

use std::cell::RefCell;

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::LogicVec;

/// A signal that holds bits of a register.
#[derive(Clone, Copy)]
pub(super) struct StorageSignal {
    pub(super) signal: Signal<LogicVec>,
    /// The position of the signal's lowest bit in the register.
    pub(super) low: u32,
    pub(super) mask: u64,
}

/// The signals of each register.
pub(super) struct Storage(RefCell<Vec<Vec<StorageSignal>>>);

impl Storage {
    pub(super) fn new(registers: usize) -> Storage {
        Storage(RefCell::new(vec![Vec::new(); registers]))
    }

    pub(super) fn add(&self, register: usize, signal: StorageSignal) {
        self.0.borrow_mut()[register].push(signal);
    }

    /// The mask of the bits of a register that have a signal.
    pub(super) fn covered(&self, register: usize) -> u64 {
        self.0.borrow()[register]
            .iter()
            .fold(0, |all, it| all | it.mask)
    }

    /// The value of a register, and the mask of its bits that have a signal. `name` is for the error about unknown bits.
    #[track_caller]
    pub(super) fn read(&self, register: usize, name: &str) -> Result<(u64, u64)> {
        let (mut value, mut covered) = (0, 0);
        for StorageSignal { signal, low, mask } in &self.0.borrow()[register] {
            let now = signal.get();
            verifork::ensure!(
                !now.has_unknown(),
                "`{}` is {now:b}: the value of `{name}` is not known",
                signal.path(),
            );
            value |= now.value_word(0) << low & mask;
            covered |= mask;
        }
        Ok((value, covered))
    }

    /// Writes the bits in the mask.
    #[track_caller]
    pub(super) fn write(&self, register: usize, word: u64, mask: u64) -> Result {
        let signals = self.0.borrow()[register].clone();
        for StorageSignal {
            signal,
            low,
            mask: has,
        } in signals
        {
            let changed = has & mask;
            if changed == 0 {
                continue;
            }
            let now = signal.get();
            let (value, unknown) = (now.value_word(0) << low, now.unknown_word(0) << low);
            let value = (value & !changed | word & changed) >> low;
            let unknown = (unknown & !changed) >> low;
            signal.try_deposit(LogicVec::from_planes(signal.width(), &[value], &[unknown]))?;
        }
        Ok(())
    }
}
