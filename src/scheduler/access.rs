//! Reads and writes of signals: how each is made, and why one is refused.

use std::panic::Location;

use super::driven::Driven;
use super::index::SignalIndex;
use super::kernel::{Kernel, Region};
use super::signal::SignalEntry;
use super::write::{self, Write, WriteError};
use crate::simulator::{PortError, PortResult, WriteMode};
use crate::value::LogicVec;

impl SignalEntry {
    /// Reads up to 64 bits as two planes, of this signal or of a word that it describes.
    #[inline]
    pub(crate) fn read_small(&self, index: SignalIndex) -> PortResult<(u64, u64)> {
        if index.is_word() {
            return self.kernel.read_small_word(index);
        }
        self.kernel
            .port
            .read_small(self.handle, self.width, self.two_state)
    }

    /// The value, if the port can be bypassed and the value has no unknown bits.
    #[inline]
    pub(crate) fn read_direct(&self, index: SignalIndex) -> Option<u64> {
        let direct = self.direct.as_ref().filter(|_| !index.is_word())?;
        direct.load()
    }

    /// Buffers a write to this signal, or to a word that it describes, until the read-write phase.
    #[inline]
    pub(crate) fn write(
        &'static self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), Box<WriteError>> {
        match write {
            Write::Small {
                value,
                unknown: 0,
                mask,
            } if self.keep_small(index, (value, mask), place) => Ok(()),
            _ => self.kernel.write(index, write, place).map_err(Box::new),
        }
    }

    /// Buffers a known value of up to 64 bits with its mask. Returns `false` if the write must be checked
    /// first.
    #[inline(never)] // out of the user's tasks
    pub(crate) fn keep_small(
        &'static self,
        index: SignalIndex,
        value: (u64, u64),
        place: &'static Location<'static>,
    ) -> bool {
        if index.is_word() || !self.takes_now() {
            return false;
        }
        let kernel = self.kernel;
        kernel.phases.want_read_write();
        kernel.writes.push_small(self, index, value, place);
        true
    }

    /// Whether every known value can be written now without a check.
    #[inline]
    fn takes_now(&self) -> bool {
        let kernel = self.kernel;
        self.takes_deposits.get()
            && !self.checks_writes
            && kernel.region.get() != Region::ReadOnly
            && !kernel.over.get()
    }
}

impl Kernel {
    #[inline(never)]
    pub(super) fn read_small_word(&self, index: SignalIndex) -> PortResult<(u64, u64)> {
        self.with_word(index, |port, it| {
            port.read_small(it.handle, it.width, it.two_state)
        })
    }

    pub(crate) fn read(&self, index: SignalIndex, into: &mut LogicVec) -> PortResult<()> {
        if index.is_word() {
            return self.with_word(index, |port, it| {
                Ok(port.read(it.handle, it.encoding, into)?)
            });
        }
        let signal = self.signals.get(index);
        Ok(self
            .port
            .read(signal.handle, &signal.description.encoding, into)?)
    }

    pub(crate) fn read_real(&self, index: SignalIndex) -> PortResult<f64> {
        if index.is_word() {
            return self.with_word(index, |port, it| Ok(port.read_real(it.handle)?));
        }
        Ok(self.port.read_real(self.signals.get(index).handle)?)
    }

    pub(crate) fn read_text(&self, index: SignalIndex) -> PortResult<String> {
        if index.is_word() {
            return self.with_word(index, |port, it| Ok(port.read_text(it.handle)?));
        }
        Ok(self.port.read_text(self.signals.get(index).handle)?)
    }

    pub(super) fn check_writable(&self, signal: &SignalEntry) -> Result<(), WriteError> {
        if !signal.is_writable.get() {
            return Err(self.not_writable(signal));
        }
        self.check_region()
    }

    #[inline]
    fn check_region(&self) -> Result<(), WriteError> {
        if self.over.get() {
            return Err(PortError::Over.into());
        }
        if self.region.get() == Region::ReadOnly {
            return Err(WriteError::ReadOnlyPhase);
        }
        Ok(())
    }

    #[cold]
    fn not_writable(&self, signal: &SignalEntry) -> WriteError {
        match self.port.write_refusal(signal.handle, false) {
            Some(refusal) if !signal.description.constant => refusal.into(),
            _ => WriteError::Constant {
                kind: signal.description.kind.to_string(),
            },
        }
    }

    /// Declares that the design does not drive a signal.
    pub(crate) fn assume_undriven(&'static self, index: SignalIndex) {
        let signal = self.signal(index);
        let refusal = self.port.write_refusal(signal.handle, true);
        let is_writable = !signal.description.constant && refusal.is_none();
        signal.is_writable.set(is_writable);
        signal.driven.set(Driven::No);
        signal.takes_deposits.set(is_writable);
    }

    /// Buffers a write until the read-write phase.
    #[inline(never)]
    pub(crate) fn write(
        &'static self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        if index.is_word() {
            return self.write_word(index, write, place);
        }
        let signal = self.signals.get(index);
        self.check_write(signal, write, place)?;
        self.phases.want_read_write();
        self.writes.push(signal, index, write, place);
        Ok(())
    }

    /// Keeps a write that means to change what the design assigns.
    pub(crate) fn deposit(
        &'static self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        if !index.is_word() {
            self.signals.get(index).quiet.add(place);
        }
        self.write(index, write, place)
    }

    /// Whether a write can be kept for later.
    #[inline]
    pub(super) fn check_write(
        &self,
        signal: &SignalEntry,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        self.check_now(signal, write, place)?;
        if signal.checks_writes {
            self.port
                .check_write(signal.handle, write.value(signal.width))?;
        }
        Ok(())
    }

    /// Checks of a write what the port would not check.
    #[inline]
    pub(super) fn check_now(
        &self,
        signal: &SignalEntry,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        if !signal.takes_deposits.get() {
            self.check_deposit(signal, &write, place)?;
        }
        self.check_region()?;
        self.check_states(signal, &write)
    }

    /// Writes at once, past the buffer.
    pub(crate) fn write_now(
        &'static self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        if index.is_word() {
            return self.write_word_now(index, write, place);
        }
        let signal = self.signals.get(index);
        self.check_now(signal, write, place)?;
        Ok(write::put_now(
            self.port,
            signal.target(),
            write,
            WriteMode::Deposit,
        )?)
    }

    /// Refuses unknown bits that the simulator would change to known ones.
    #[inline]
    fn check_states(&self, signal: &SignalEntry, write: &Write<'_>) -> Result<(), WriteError> {
        let refused = match write {
            Write::Small { unknown: 0, .. } | Write::Real(_) | Write::Text(_) => false,
            Write::Small { unknown, mask, .. } => {
                self.port.quirks().two_states_only && unknown & mask != 0
            }
            Write::Wide(value) | Write::Part { value, .. } => {
                self.port.quirks().two_states_only && value.has_unknown()
            }
        };
        if refused {
            let path = &signal.description.path;
            return Err(PortError::two_states(self.port.identity(), path).into());
        }
        Ok(())
    }
}
