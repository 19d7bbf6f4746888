//! Callbacks: what is registered with the simulator, and the C functions it calls.
//!
//! Invariant: no routine unwinds, and none reaches the sink after the end of simulation. User
//! data is a token, an integer that no memory stands behind, so a stale callback is harmless.

use super::VpiPort;
use super::digits::scalar_logic;
use super::raw::{self, Callback, Interface, Routine};
use crate::simulator::event::{self, deliver};
use crate::simulator::{CallbackHandle, Event, Handle, Phase, PortError};
use crate::sys::vpi::{self, t_cb_data};

/// The token of a callback's data.
///
/// # Safety
///
/// `data` is what the simulator called a routine of ours with.
pub(super) unsafe fn token(data: *const t_cb_data) -> u64 {
    // SAFETY: the simulator passes data that live through the call.
    raw::token(unsafe { &*data })
}

unsafe extern "C" fn on_change(data: *mut t_cb_data) -> i32 {
    if !event::is_ending() {
        // SAFETY: the simulator called us with it.
        let token = unsafe { token(data) };
        deliver(Event::Change {
            token,
            scalar: None,
        });
    }
    0
}

unsafe extern "C" fn on_scalar_change(data: *mut t_cb_data) -> i32 {
    if !event::is_ending() {
        // SAFETY: the simulator called us with it.
        let token = unsafe { token(data) };
        // SAFETY: as before; the value is null or lives through the call, and its format says
        // which member was written.
        let scalar = unsafe {
            let value = (*data).value.as_ref();
            value
                .filter(|value| value.format == vpi::vpiScalarVal)
                .map(|value| scalar_logic(value.value.scalar))
        };
        deliver(Event::Change { token, scalar });
    }
    0
}

unsafe extern "C" fn on_timer(data: *mut t_cb_data) -> i32 {
    if !event::is_ending() {
        // SAFETY: the simulator called us with it.
        let token = unsafe { token(data) };
        deliver(Event::Timer { token });
    }
    0
}

unsafe extern "C" fn on_nothing(_data: *mut t_cb_data) -> i32 {
    0
}

unsafe extern "C" fn on_read_write(data: *mut t_cb_data) -> i32 {
    // SAFETY: the simulator called us with it.
    unsafe { on_phase(Phase::ReadWrite, data) }
}

unsafe extern "C" fn on_read_only(data: *mut t_cb_data) -> i32 {
    // SAFETY: the simulator called us with it.
    unsafe { on_phase(Phase::ReadOnly, data) }
}

unsafe extern "C" fn on_next_time_step(data: *mut t_cb_data) -> i32 {
    // SAFETY: the simulator called us with it.
    unsafe { on_phase(Phase::NextTimeStep, data) }
}

/// # Safety
///
/// As for [`token`].
#[inline]
unsafe fn on_phase(phase: Phase, data: *const t_cb_data) -> i32 {
    if !event::is_ending() {
        // SAFETY: by this function's own condition.
        let token = unsafe { token(data) };
        deliver(Event::Phase { phase, token });
    }
    0
}

unsafe extern "C" fn on_start(_data: *mut t_cb_data) -> i32 {
    super::start();
    0
}

unsafe extern "C" fn on_end(_data: *mut t_cb_data) -> i32 {
    super::end();
    0
}

/// Registers for the start and the end of simulation. The simulator's answer is of no use here:
/// in the process of Icarus's compiler the functions are there and refuse.
pub(super) fn register_start_and_end(raw: &Interface) -> Result<(), raw::Missing> {
    raw.register_action(vpi::cbStartOfSimulation, on_start)?;
    raw.register_action(vpi::cbEndOfSimulation, on_end)?;
    Ok(())
}

impl VpiPort {
    #[inline]
    pub(super) fn register(
        &self,
        operation: &'static str,
        callback: &Callback,
    ) -> Result<CallbackHandle, PortError> {
        if event::is_ending() {
            return Err(PortError::Over);
        }
        match self.raw.register(callback) {
            Ok(Some(registered)) => Ok(registered),
            Ok(None) => Err(self.refused_or(operation, callback.object)),
            Err(missing) => Err(self.missing(missing)),
        }
    }

    pub(super) fn watch_changes(
        &self,
        object: Handle,
        scalar: bool,
        token: u64,
    ) -> Result<CallbackHandle, PortError> {
        if self.quirks.watches_compare {
            return self.watch_by_comparing(object, scalar, token);
        }
        // GHDL knows no scalars.
        let (routine, format): (Routine, i32) = if scalar && !self.nine_states() {
            (on_scalar_change, vpi::vpiScalarVal)
        } else {
            (on_change, vpi::vpiSuppressVal)
        };
        let callback = Callback {
            reason: vpi::cbValueChange,
            routine,
            object: Some(object),
            delay: None,
            format,
            token,
        };
        self.register("watch", &callback)
    }

    pub(super) fn start_delay(&self, steps: u64, token: u64) -> Result<CallbackHandle, PortError> {
        if self.quirks.fired_handles_are_ours {
            return self.start_kept_delay(steps, token);
        }
        self.register("wait in", &timed(vpi::cbAfterDelay, on_timer, steps, token))
    }

    pub(super) fn await_phase(&self, phase: Phase, token: u64) -> Result<(), PortError> {
        let callback = match phase {
            Phase::ReadWrite => timed(vpi::cbReadWriteSynch, on_read_write, 0, token),
            Phase::ReadOnly => timed(vpi::cbReadOnlySynch, on_read_only, 0, token),
            Phase::NextTimeStep => timed(vpi::cbNextSimTime, on_next_time_step, 0, token),
        };
        let registered = self.register("wait in", &callback)?;
        if self.quirks.fired_handles_are_ours {
            // Nobody takes it back: it can go at once.
            self.raw.release(registered);
        }
        Ok(())
    }

    /// Registers a delay of 0 that does nothing, in which a pending finish is obeyed.
    pub(super) fn start_idle_delay(&self) {
        let _ = self
            .raw
            .register(&timed(vpi::cbAfterDelay, on_nothing, 0, 0));
    }

    pub(super) fn remove_callback(&self, callback: CallbackHandle) {
        if !event::is_over() {
            self.raw.remove(callback);
        }
    }
}

/// A callback that is bound to a time and to no object. Icarus and GHDL crash on phases without
/// a time of type `vpiSimTime`.
#[inline]
pub(super) fn timed(reason: i32, routine: Routine, steps: u64, token: u64) -> Callback {
    Callback {
        reason,
        routine,
        object: None,
        delay: Some(steps),
        format: vpi::vpiSuppressVal,
        token,
    }
}
