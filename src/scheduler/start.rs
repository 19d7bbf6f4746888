//! The beginning and the end of a simulation.

use super::events::Outermost;
use super::gate;
use super::kernel::{Hooks, KERNEL, Kernel};
use crate::simulator::{Events, Port, listen};

/// The token of the delay of 0 that the run begins with.
const BEGIN: u64 = u64::MAX;

/// Receives the simulator's events for the kernel of the calling thread.
pub(crate) struct Dispatch {
    hooks: Hooks,
}

impl Dispatch {
    pub(crate) const fn new(hooks: Hooks) -> Self {
        Dispatch { hooks }
    }
}

impl Events for Dispatch {
    fn on_start(&self, port: &'static dyn Port) {
        start(port, self.hooks);
    }

    fn on_end(&self) {
        if let Some(kernel) = KERNEL.get() {
            kernel.on_end();
        }
    }
}

/// Creates the kernel when simulation is about to begin.
pub(crate) fn start(port: &'static dyn Port, hooks: Hooks) {
    let kernel: &'static Kernel = Box::leak(Box::new(Kernel::new(port, hooks)));
    KERNEL.set(Some(kernel));
    listen(kernel);
    gate::publish(kernel);
    kernel.executor.publish();
    let _outermost = Outermost::enter(kernel);
    kernel.executor.set_precision(kernel.precision());
    kernel.executor.set_now(kernel.now.get());
    (hooks.start)(kernel);
    // Not at once: on some simulators, writes made at the start are lost; on others, handles do not exist
    // yet.
    if let Err(error) = port.after(0, BEGIN) {
        (hooks.broken)(kernel, error.to_string());
    }
}

impl Kernel {
    fn on_end(&'static self) {
        if self.over.get() {
            return;
        }
        let _outermost = (!self.at_work.get()).then(|| Outermost::enter(self));
        self.over.set(true);
        (self.hooks.end)(self);
    }
}
