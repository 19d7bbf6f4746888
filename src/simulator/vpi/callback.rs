//! Callbacks: what is registered with the simulator, and the C functions it calls.
//!
//! Invariant: no routine unwinds, and none reaches the receiver after the end of simulation. User
//! data is a token, a plain number, so a stale callback is harmless.

use super::VpiPort;
use super::digits::scalar_logic;
use super::known_time::KnownTime;
use super::raw::{self, Callback, Interface, Routine};
use super::vhdl::Vhdl;
use super::written::CyclePosition;
use crate::simulator::event::{self, contain, deliver};
use crate::simulator::{self, CallbackHandle, Handle, Phase, Port, PortError};
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
    deliver(|events| {
        // SAFETY: the simulator called us with it.
        events.on_change(unsafe { token(data) }, None);
    });
    0
}

unsafe extern "C" fn on_scalar_change(data: *mut t_cb_data) -> i32 {
    deliver(|events| {
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
        events.on_change(token, scalar);
    });
    0
}

unsafe extern "C" fn on_timer(data: *mut t_cb_data) -> i32 {
    deliver(|events| {
        // SAFETY: the simulator called us with it.
        events.on_timer(unsafe { token(data) });
    });
    0
}

unsafe extern "C" fn on_nothing(_data: *mut t_cb_data) -> i32 {
    0
}

unsafe extern "C" fn on_read_write(_data: *mut t_cb_data) -> i32 {
    deliver(|events| events.on_phase(Phase::ReadWrite));
    0
}

unsafe extern "C" fn on_read_only(_data: *mut t_cb_data) -> i32 {
    deliver(|events| events.on_phase(Phase::ReadOnly));
    0
}

unsafe extern "C" fn on_next_time_step(_data: *mut t_cb_data) -> i32 {
    deliver(|events| events.on_phase(Phase::NextTimeStep));
    0
}

unsafe extern "C" fn on_start(_data: *mut t_cb_data) -> i32 {
    contain(super::start);
    0
}

unsafe extern "C" fn on_end(_data: *mut t_cb_data) -> i32 {
    event::end();
    0
}

thread_local! {
    static VHDL: &'static Vhdl = Box::leak(Box::default());
}

/// What is kept of a VHDL design.
pub(super) fn vhdl() -> &'static Vhdl {
    VHDL.with(|vhdl| *vhdl)
}

/// Begins a callback of a simulator of VHDL, and notes its time.
#[inline]
fn enter(place: CyclePosition, time: impl FnOnce(&KnownTime)) {
    if !event::is_over() {
        let vhdl = vhdl();
        time(&vhdl.time);
        vhdl.writes
            .enter(place, || simulator::port().map_or(0, Port::now));
    }
}

/// The same routines for simulators of VHDL, which note where in a cycle they are.
unsafe extern "C" fn on_vhdl_change(data: *mut t_cb_data) -> i32 {
    deliver(|events| {
        let in_order = vhdl().writes.changed_in_order();
        enter(CyclePosition::After, KnownTime::enter);
        for token in in_order {
            events.on_change(token, None);
        }
        // SAFETY: the simulator called us with it.
        events.on_change(unsafe { token(data) }, None);
    });
    0
}

unsafe extern "C" fn on_vhdl_timer(data: *mut t_cb_data) -> i32 {
    deliver(|events| {
        // SAFETY: the simulator called us with it.
        let token = unsafe { token(data) };
        enter(CyclePosition::Before, |time| time.enter_delay(token));
        events.on_timer(token);
    });
    0
}

unsafe extern "C" fn on_vhdl_cycle(_data: *mut t_cb_data) -> i32 {
    deliver(|_| {
        enter(CyclePosition::Before, KnownTime::enter);
        vhdl().writes.enter_cycle();
    });
    0
}

unsafe extern "C" fn on_vhdl_releases(_data: *mut t_cb_data) -> i32 {
    deliver(|_| {
        enter(CyclePosition::Last, KnownTime::enter);
        if let Some(port) = super::VPI.get() {
            port.end_forces_vhdl(vhdl());
        }
    });
    0
}

fn on_vhdl_phase(phase: Phase, place: CyclePosition) -> i32 {
    deliver(|events| {
        enter(place, |time| time.enter_phase(phase));
        events.on_phase(phase);
    });
    0
}

unsafe extern "C" fn on_vhdl_read_write(_data: *mut t_cb_data) -> i32 {
    on_vhdl_phase(Phase::ReadWrite, CyclePosition::Last)
}

unsafe extern "C" fn on_vhdl_read_only(_data: *mut t_cb_data) -> i32 {
    on_vhdl_phase(Phase::ReadOnly, CyclePosition::Last)
}

unsafe extern "C" fn on_vhdl_next_time_step(_data: *mut t_cb_data) -> i32 {
    on_vhdl_phase(Phase::NextTimeStep, CyclePosition::Before)
}

/// Registers for the start and the end of simulation. The result is ignored: in the process of Icarus's compiler, the
/// functions exist and refuse.
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
        let (routine, format): (Routine, _) = if let Some(vhdl) = self.vhdl {
            self.check_readable(vhdl, object)?;
            // GHDL passes no scalars, and GHDL 5 reports an error for a suppressed value.
            (on_vhdl_change, None)
        } else if scalar {
            (on_scalar_change, Some(vpi::vpiScalarVal))
        } else {
            (on_change, Some(vpi::vpiSuppressVal))
        };
        let callback = Callback {
            reason: vpi::cbValueChange,
            routine,
            object: Some(object),
            delay: None,
            format,
            token,
        };
        let watch = self.register("watch", &callback)?;
        if let Some(vhdl) = self.vhdl
            && scalar
        {
            vhdl.writes.note_watch(watch, object, token);
        }
        Ok(watch)
    }

    pub(super) fn start_delay(&self, steps: u64, token: u64) -> Result<CallbackHandle, PortError> {
        if self.quirks.fired_handles_are_ours {
            return self.start_kept_delay(steps, token);
        }
        let routine = match self.vhdl {
            Some(vhdl) => {
                vhdl.time
                    .begin_delay(token, self.now().saturating_add(steps));
                on_vhdl_timer
            }
            None => on_timer as Routine,
        };
        self.register("wait in", &timed(vpi::cbAfterDelay, routine, steps, token))
    }

    pub(super) fn await_phase(&self, phase: Phase) -> Result<(), PortError> {
        if let Some(vhdl) = self.vhdl {
            return self.await_phase_vhdl(vhdl, phase);
        }
        let callback = match phase {
            Phase::ReadWrite => timed(vpi::cbReadWriteSynch, on_read_write, 0, 0),
            Phase::ReadOnly => timed(vpi::cbReadOnlySynch, on_read_only, 0, 0),
            Phase::NextTimeStep => timed(vpi::cbNextSimTime, on_next_time_step, 0, 0),
        };
        let registered = self.register("wait in", &callback)?;
        if self.quirks.fired_handles_are_ours {
            // The callback is never removed, so its handle is released at once.
            self.raw.release(registered);
        }
        Ok(())
    }

    fn await_phase_vhdl(&self, vhdl: &Vhdl, phase: Phase) -> Result<(), PortError> {
        let callback = match phase {
            Phase::ReadWrite => timed(vpi::cbReadWriteSynch, on_vhdl_read_write, 0, 0),
            Phase::ReadOnly => timed(vpi::cbReadOnlySynch, on_vhdl_read_only, 0, 0),
            Phase::NextTimeStep => timed(vpi::cbNextSimTime, on_vhdl_next_time_step, 0, 0),
        };
        self.register("wait in", &callback)?;
        vhdl.time
            .ask_for_phase(phase, vhdl.writes.place(), self.now());
        if phase == Phase::ReadWrite
            && vhdl.writes.place() == CyclePosition::Last
            && self.quirks.read_write_again_needs_write
        {
            self.start_cycle();
        }
        Ok(())
    }

    /// Registers a callback for when writes are applied, for the releases that wait for it.
    pub(super) fn await_releases(&self) -> Result<(), PortError> {
        let callback = timed(vpi::cbReadWriteSynch, on_vhdl_releases, 0, 0);
        self.register("release", &callback).map(drop)
    }

    /// Makes the simulator begin another cycle in this time step.
    pub(super) fn start_cycle(&self) {
        let _ = self
            .raw
            .register(&timed(vpi::cbAfterDelay, on_vhdl_cycle, 0, 0));
    }

    /// Registers a delay of 0 that does nothing, at which the simulator acts on a pending finish.
    pub(super) fn start_idle_delay(&self) {
        let _ = self
            .raw
            .register(&timed(vpi::cbAfterDelay, on_nothing, 0, 0));
    }

    pub(super) fn remove_callback(&self, callback: CallbackHandle) {
        if let Some(vhdl) = self.vhdl {
            vhdl.writes.forget_watch(callback);
        }
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
        format: Some(vpi::vpiSuppressVal),
        token,
    }
}
