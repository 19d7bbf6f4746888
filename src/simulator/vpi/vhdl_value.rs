//! Reads and writes of VHDL over VPI: binary strings, since integers say 0 for each unknown bit, and
//! what was written where the simulator has not applied it yet.

use super::VpiPort;
use super::digits::nine_state_planes;
use super::value::empty;
use super::vhdl::Vhdl;
use crate::simulator::{Handle, Port, PortError, WriteMode, event};
use crate::sys::vpi;
use crate::value::LogicVec;

impl VpiPort {
    #[inline(never)]
    pub(super) fn read_planes_vhdl(
        &self,
        vhdl: &Vhdl,
        object: Handle,
    ) -> Result<(u64, u64), PortError> {
        let planes = |value: &LogicVec| (value.value_word(0), value.unknown_word(0));
        if let Some(written) = vhdl.writes.with_written(object, planes) {
            return Ok(written);
        }
        self.check_readable(vhdl, object)?;
        Ok(nine_state_planes(self.digits(object)?))
    }

    /// Reads a written value that is not applied yet; `false` if the value comes from the simulator.
    pub(super) fn read_written(
        &self,
        vhdl: &Vhdl,
        object: Handle,
        into: &mut LogicVec,
    ) -> Result<bool, PortError> {
        let read = vhdl
            .writes
            .with_written(object, |value| into.clone_from(value));
        if read.is_none() {
            self.check_readable(vhdl, object)?;
        }
        Ok(read.is_some())
    }

    /// Writes, and notes the value for reads until the simulator has applied it.
    #[inline(never)]
    pub(super) fn write_vhdl(
        &self,
        vhdl: &Vhdl,
        object: Handle,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        match mode {
            WriteMode::Release => {
                vhdl.set_forced(object, false);
                if vhdl.writes.defers_release(object, value.width()) {
                    return self.await_releases();
                }
                self.put_vhdl(object, value, mode)
            }
            WriteMode::Deposit if vhdl.writes.defers_write(object, value) => {
                self.note_write(vhdl, object, value, mode);
                Ok(())
            }
            // It changes nothing, and is not to be read.
            WriteMode::Deposit if vhdl.is_forced(object) => self.put_vhdl(object, value, mode),
            WriteMode::Deposit | WriteMode::Force => {
                self.put_vhdl(object, value, mode)?;
                self.note_write(vhdl, object, value, mode);
                Ok(())
            }
        }
    }

    fn note_write(&self, vhdl: &Vhdl, object: Handle, value: &LogicVec, mode: WriteMode) {
        let is_force = mode == WriteMode::Force;
        if is_force {
            vhdl.set_forced(object, true);
        }
        let known;
        let mut value = value;
        if vhdl.has_two_states(object) {
            let bits = value.value_word(0) & !value.unknown_word(0);
            known = LogicVec::from_planes_u64(value.width(), bits, 0);
            value = &known;
        }
        if vhdl.writes.note(object, value, is_force, self.now()) {
            self.start_cycle();
        }
    }

    fn put_vhdl(&self, object: Handle, value: &LogicVec, mode: WriteMode) -> Result<(), PortError> {
        let small = value.width() <= 32 && !value.is_nine_state() && value.unknown_word(0) == 0;
        if !small || mode == WriteMode::Release {
            return self.put_digits(object, value, mode);
        }
        let mut integer = empty(vpi::vpiIntVal);
        #[allow(clippy::cast_possible_truncation, reason = "it has up to 32 bits")]
        let bits = value.value_word(0) as u32;
        integer.value.integer = bits.cast_signed();
        // SAFETY: an integer points to nothing.
        unsafe { self.put(object, &mut integer, mode) }
    }

    /// Ends the forces whose releases had to wait until they were applied.
    pub(super) fn end_forces_vhdl(&self, vhdl: &Vhdl) {
        for release in vhdl.writes.take_releases() {
            let nothing = LogicVec::zeros(release.width);
            let released = self.put_vhdl(release.object, &nothing, WriteMode::Release);
            let written = released.and_then(|()| match &release.then {
                Some(value) => self.write_vhdl(vhdl, release.object, value, WriteMode::Deposit),
                None => Ok(()),
            });
            if let Err(error) = written {
                event::escaped(Box::new(error.to_string()));
            }
        }
    }
}
