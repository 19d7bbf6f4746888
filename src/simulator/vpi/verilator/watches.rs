//! Watches by comparing values, and delays whose handles are given back.

use std::mem;

use super::Watch;
use crate::simulator::event::{deliver, notify};
use crate::simulator::vpi::callback::{timed, token};
use crate::simulator::vpi::raw::Callback;
use crate::simulator::vpi::{VPI, VpiPort};
use crate::simulator::{CallbackHandle, Encoding, Handle, Listener, PortError};
use crate::sys::vpi::{self, t_cb_data};
use crate::value::{Logic, LogicVec};

unsafe extern "C" fn on_comparison(data: *mut t_cb_data) -> i32 {
    deliver(|events| {
        if let Some(port) = VPI.get() {
            // SAFETY: the simulator called us with it.
            port.compare(unsafe { token(data) }, events);
        }
    });
    0
}

unsafe extern "C" fn on_kept_timer(data: *mut t_cb_data) -> i32 {
    deliver(|events| {
        if let Some(port) = VPI.get() {
            // SAFETY: the simulator called us with it.
            let token = unsafe { token(data) };
            port.give_back_delay(token);
            events.on_timer(token);
        }
    });
    0
}

impl VpiPort {
    pub(in crate::simulator::vpi) fn start_kept_delay(
        &self,
        steps: u64,
        token: u64,
    ) -> Result<CallbackHandle, PortError> {
        let delay = timed(vpi::cbAfterDelay, on_kept_timer, steps, token);
        let callback = self.register("wait in", &delay)?;
        self.kept.delays.borrow_mut().push((token, callback));
        Ok(callback)
    }

    fn give_back_delay(&self, token: u64) {
        let mut delays = self.kept.delays.borrow_mut();
        // One that was cancelled among those of this instant fires all the same, and is not here.
        if let Some(at) = delays.iter().position(|(of, _)| *of == token) {
            self.raw.release(delays.swap_remove(at).1);
        }
    }

    /// The delay is about to be removed, which gives its handle back.
    pub(in crate::simulator::vpi) fn forget_delay(&self, delay: CallbackHandle) {
        let mut delays = self.kept.delays.borrow_mut();
        delays.retain(|(_, callback)| *callback != delay);
    }

    pub(in crate::simulator::vpi) fn watch_by_comparing(
        &self,
        object: Handle,
        scalar: bool,
        token: u64,
    ) -> Result<CallbackHandle, PortError> {
        let vpi_type = self.vpi_type(object);
        if self.quirks.array_watches_are_dead && vpi_type == vpi::vpiMemory {
            return Err(PortError::Unsupported {
                what: format!("watch the whole array `{}`", self.path(object)),
                simulator: self.identity.to_string(),
                remedy: "watch its elements".to_owned(),
            });
        }
        let (_, encoding) = self.encoding(object, vpi_type);
        if self.quirks.real_watches_are_dead && vpi_type == vpi::vpiRealVar {
            return Err(PortError::Unsupported {
                what: format!("watch the real number `{}`", self.path(object)),
                simulator: self.identity.to_string(),
                remedy: "watch what makes it change".to_owned(),
            });
        }
        let mut last = LogicVec::default();
        self.read_bits(object, &encoding, &mut last)?;
        let callback = Callback {
            reason: vpi::cbValueChange,
            routine: on_comparison,
            object: Some(object),
            delay: None,
            format: Some(vpi::vpiSuppressVal),
            token,
        };
        let callback = self.register("watch", &callback)?;
        let watch = Watch {
            callback,
            object,
            encoding,
            scalar,
            last,
        };
        self.kept.watches.borrow_mut().insert(token, watch);
        self.kept.watched.borrow_mut().insert(object, token);
        Ok(callback)
    }

    pub(in crate::simulator::vpi) fn forget_watch(&self, callback: CallbackHandle) {
        let mut watches = self.kept.watches.borrow_mut();
        watches.retain(|_, watch| {
            let stays = watch.callback != callback;
            if !stays {
                self.kept.watched.borrow_mut().remove(&watch.object);
            }
            stays
        });
    }

    /// Something was written: tells those who watch it.
    pub(in crate::simulator::vpi) fn notify_written(&self, object: Handle) {
        let token = self.kept.watched.borrow().get(&object).copied();
        if let Some(token) = token {
            notify(|events| self.compare(token, events));
        }
    }

    /// Tells of a change if the watched value is another one than it was.
    fn compare(&self, token: u64, events: &'static dyn Listener) {
        let watched = |watch: &Watch| (watch.object, watch.encoding, watch.scalar);
        let Some((object, encoding, scalar)) = self.kept.watches.borrow().get(&token).map(watched)
        else {
            return;
        };
        let mut value = self.kept.spare.take();
        let read = self.read_bits(object, &encoding, &mut value);
        let level = value.small_planes();
        let changed = {
            let mut watches = self.kept.watches.borrow_mut();
            match watches.get_mut(&token) {
                Some(watch) if read.is_ok() && watch.last != value => {
                    mem::swap(&mut watch.last, &mut value);
                    true
                }
                _ => false,
            }
        };
        self.kept.spare.set(value);
        if changed {
            let one = level.is_some_and(|(value, _)| value & 1 == 1);
            let level = if one { Logic::One } else { Logic::Zero };
            let scalar = scalar.then_some(level);
            events.on_change(token, scalar);
        }
    }

    /// The value as bits, those of a real number as it is in memory.
    fn read_bits(
        &self,
        object: Handle,
        encoding: &Encoding,
        into: &mut LogicVec,
    ) -> Result<(), PortError> {
        match *encoding {
            Encoding::Logic { width, .. } => self.read_logic(object, width, true, into),
            Encoding::Real => {
                *into = LogicVec::from_planes_u64(64, self.get_real(object)?.to_bits(), 0);
                Ok(())
            }
            _ => Err(PortError::Unsupported {
                what: format!("watch `{}`", self.path(object)),
                simulator: self.identity.to_string(),
                remedy: "watch what makes it change".to_owned(),
            }),
        }
    }
}
