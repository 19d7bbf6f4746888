//! Callbacks: what is registered with the simulator, and the C functions it calls.
//!
//! Invariant: no routine unwinds, and none reaches the receiver after the end of simulation. User
//! data is a token, a plain number, so a stale callback is harmless.

use super::VhpiPort;
use super::object::Object;
use super::position::logic_of;
use super::raw::{self, Callback, Interface, Missing, Raw, Routine};
use super::scalar::Scalar;
use super::shape::Shape;
use crate::simulator::event::{self, contain, deliver};
use crate::simulator::{CallbackHandle, Listener, Phase, PortError};
use crate::sys::vhpi::{self, vhpiCbDataT};

/// A delay of 0, which ends right after the present event.
pub(super) struct Zero {
    handle: CallbackHandle,
    token: u64,
}

/// A delay registered with the simulator.
pub(super) struct Delay {
    raw: Raw,
    token: u64,
}

impl Delay {
    pub(super) fn into_raw(self) -> Raw {
        self.raw
    }
}

unsafe extern "C" fn on_change(data: *const vhpiCbDataT) {
    serve(None, |_, events| {
        // SAFETY: the simulator called us with it.
        events.on_change(unsafe { raw::token(data) }, None);
    });
}

unsafe extern "C" fn on_logic_change(data: *const vhpiCbDataT) {
    // SAFETY: the simulator called us with it.
    unsafe { on_scalar_change(data, false) }
}

unsafe extern "C" fn on_bit_change(data: *const vhpiCbDataT) {
    // SAFETY: the simulator called us with it.
    unsafe { on_scalar_change(data, true) }
}

/// # Safety
///
/// `data` is what the simulator called a routine of ours with.
#[inline]
unsafe fn on_scalar_change(data: *const vhpiCbDataT, bits: bool) {
    serve(None, |port, events| {
        // SAFETY: by this function's own condition.
        let (token, object) = unsafe { (raw::token(data), raw::object(data)) };
        // Read here with all nine states: simulators do not pass the value (NVC 1).
        let read = object.map(|object| port.raw.read_scalar(object, Scalar::Logic(0)));
        let scalar = match read {
            Some(Ok(Scalar::Logic(position))) => Some(logic_of(position, bits)),
            _ => None,
        };
        events.on_change(token, scalar);
    });
}

unsafe extern "C" fn on_timer(data: *const vhpiCbDataT) {
    serve(None, |port, events| {
        // SAFETY: the simulator called us with it.
        let token = unsafe { raw::token(data) };
        port.release_timer(token);
        events.on_timer(token);
    });
}

unsafe extern "C" fn on_read_write(_data: *const vhpiCbDataT) {
    on_phase(Phase::ReadWrite);
}

unsafe extern "C" fn on_read_only(_data: *const vhpiCbDataT) {
    on_phase(Phase::ReadOnly);
}

unsafe extern "C" fn on_next_time_step(_data: *const vhpiCbDataT) {
    on_phase(Phase::NextTimeStep);
}

fn on_phase(phase: Phase) {
    serve(Some(phase), |_, events| events.on_phase(phase));
}

unsafe extern "C" fn on_start(_data: *const vhpiCbDataT) {
    contain(super::start);
}

unsafe extern "C" fn on_end(_data: *const vhpiCbDataT) {
    contain(|_| super::end());
}

/// A callback of the simulator is being served until this is dropped, even by a panic.
struct Inside<'a>(&'a VhpiPort);

impl<'a> Inside<'a> {
    #[inline]
    fn enter(port: &'a VhpiPort, phase: Option<Phase>) -> Self {
        port.enter_callback(phase);
        Inside(port)
    }
}

impl Drop for Inside<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.leave_callback();
    }
}

/// Delivers a callback, and then what is due at once: delays of 0, for which NVC 1 would begin another time step; and
/// the read-write phase again, if it was requested in itself and nothing was written, because then no cycle follows.
#[inline]
fn serve(phase: Option<Phase>, notify: impl FnOnce(&VhpiPort, &'static dyn Listener)) {
    let Some(port) = super::port() else { return };
    deliver(|events| {
        if port.inside.get() {
            // Called from inside one of our calls, as some simulators do for writes: only passed on.
            notify(port, events);
            return;
        }
        let _inside = Inside::enter(port, phase);
        notify(port, events);
        while port.notify_at_once(events) {}
    });
}

/// Registers for the start and the end of simulation. `false` if the simulator refused.
pub(super) fn register_start_and_end(raw: &Interface) -> Result<bool, Missing> {
    for (reason, routine) in [
        (vhpi::vhpiCbStartOfSimulation, on_start as Routine),
        (vhpi::vhpiCbEndOfSimulation, on_end),
    ] {
        let registered = raw.register(&Callback {
            reason,
            routine,
            object: None,
            delay: None,
            token: 0,
        })?;
        match registered {
            // It stays registered without its handle.
            Some(callback) => raw.release(callback),
            None => return Ok(false),
        }
    }
    Ok(true)
}

impl VhpiPort {
    /// Forgets the writes that have reached the design: all, unless this is still the cycle of the write.
    fn enter_callback(&self, phase: Option<Phase>) {
        self.inside.set(true);
        self.cycle_asked_for.set(false);
        self.forget_written();
        self.phase.set(phase);
    }

    fn leave_callback(&self) {
        self.inside.set(false);
        if self.read_write_again.take()
            && let Err(error) = self.register_phase(Phase::ReadWrite)
        {
            event::escaped(Box::new(error.to_string()));
        }
    }

    /// Delivers the next event that is due before the simulator continues; `false` if there is none.
    fn notify_at_once(&self, events: &'static dyn Listener) -> bool {
        if event::is_ending() {
            return false;
        }
        let zero = {
            let mut zeros = self.zeros.borrow_mut();
            (!zeros.is_empty()).then(|| zeros.remove(0))
        };
        if let Some(Zero { token, .. }) = zero {
            events.on_timer(token);
            return true;
        }
        // If a cycle follows, the phase comes again at its end.
        let again = !self.cycle_asked_for.get() && self.read_write_again.take();
        if again {
            events.on_phase(Phase::ReadWrite);
        }
        again
    }

    pub(super) fn watch_changes(
        &self,
        object: &'static Object,
        scalar: bool,
        token: u64,
    ) -> Result<CallbackHandle, PortError> {
        let routine: Routine = match self.shape(object) {
            Shape::Logic { bits: false } if scalar => on_logic_change,
            Shape::Logic { bits: true } if scalar => on_bit_change,
            _ => on_change,
        };
        check_not_ending()?;
        let callback = Callback {
            reason: vhpi::vhpiCbValueChange,
            routine,
            object: Some(self.held(object)?),
            delay: None,
            token,
        };
        let registered = self
            .handles
            .lasting(&self.raw, || self.raw.register(&callback));
        match registered {
            Ok(Some(raw)) => Ok(CallbackHandle(raw.address())),
            Ok(None) => Err(self.refused("watch", object)),
            Err(missing) => Err(self.missing(missing)),
        }
    }

    pub(super) fn start_delay(&self, steps: u64, token: u64) -> Result<CallbackHandle, PortError> {
        check_not_ending()?;
        if steps == 0 && self.inside.get() {
            // Numbers that are not an address.
            let number = self.last_zero.get().wrapping_sub(1);
            self.last_zero.set(number);
            let handle = CallbackHandle(number);
            self.zeros.borrow_mut().push(Zero { handle, token });
            return Ok(handle);
        }
        let callback = Callback {
            reason: vhpi::vhpiCbAfterDelay,
            routine: on_timer,
            object: None,
            delay: Some(steps),
            token,
        };
        match self.raw.register(&callback) {
            Ok(Some(raw)) => {
                self.delays.borrow_mut().push(Delay { raw, token });
                Ok(CallbackHandle(raw.address()))
            }
            Ok(None) => Err(self.refused_simulation("wait in")),
            Err(missing) => Err(self.missing(missing)),
        }
    }

    pub(super) fn await_phase(&self, phase: Phase) -> Result<(), PortError> {
        check_not_ending()?;
        if phase == Phase::ReadWrite
            && self.inside.get()
            && self.phase.get() == Some(Phase::ReadWrite)
        {
            self.read_write_again.set(true);
            return Ok(());
        }
        self.register_phase(phase)
    }

    /// Ends a delay that is not over.
    pub(super) fn stop_delay(&self, handle: CallbackHandle) {
        self.zeros.borrow_mut().retain(|zero| zero.handle != handle);
        let stopped = {
            let mut delays = self.delays.borrow_mut();
            let at = delays.iter().position(|it| it.raw.address() == handle.0);
            at.map(|at| delays.swap_remove(at))
        };
        if let Some(delay) = stopped
            && !event::is_over()
        {
            self.raw.remove(delay.raw);
        }
    }

    pub(super) fn stop_watch(&self, handle: CallbackHandle) {
        if !event::is_over()
            && let Some(raw) = Raw::of_address(handle.0)
        {
            self.raw.remove(raw);
        }
    }

    /// A delay is over: releases its handle. Otherwise NVC 1 would search all handles for a free one.
    fn release_timer(&self, token: u64) {
        let over = {
            let mut delays = self.delays.borrow_mut();
            let at = delays.iter().position(|delay| delay.token == token);
            at.map(|at| delays.swap_remove(at))
        };
        if let Some(delay) = over {
            self.raw.release(delay.raw);
        }
    }

    fn register_phase(&self, phase: Phase) -> Result<(), PortError> {
        let (reason, routine): (_, Routine) = match phase {
            Phase::ReadWrite => (vhpi::vhpiCbLastKnownDeltaCycle, on_read_write),
            Phase::ReadOnly => (vhpi::vhpiCbEndOfTimeStep, on_read_only),
            Phase::NextTimeStep => (vhpi::vhpiCbNextTimeStep, on_next_time_step),
        };
        let callback = Callback {
            reason,
            routine,
            object: None,
            delay: None,
            token: 0,
        };
        match self.raw.register_for_good(&callback) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.refused_simulation("wait in")),
            Err(missing) => Err(self.missing(missing)),
        }
    }
}

#[inline]
fn check_not_ending() -> Result<(), PortError> {
    if event::is_ending() {
        Err(PortError::Over)
    } else {
        Ok(())
    }
}
