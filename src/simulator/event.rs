//! Events from the simulator: who receives them, and what keeps panics out of the simulator's frames.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::{Phase, Port, PortError};
use crate::value::Logic;

/// The receiver of the start and the end of simulation.
pub(crate) trait Events: Sync {
    /// The design is built and simulation is about to begin. [`listen`] registers the receiver of what happens
    /// from now on.
    fn on_start(&self, port: &'static dyn Port);
    /// Simulation is over. The port still reads and prints during this call; after it, every
    /// operation is [`PortError::Over`] and no event follows.
    fn on_end(&self);
}

/// The receiver of what happens in a simulation, on its thread. Each kind of event is one call, straight from the
/// simulator's callback.
///
/// May be entered again from inside a write: see [`super::Quirks::put_runs_value_changes`].
pub(crate) trait Listener {
    /// The object of the watch with this number changed; `scalar` is its new value, where the watch
    /// asked for it.
    fn on_change(&'static self, token: u64, scalar: Option<Logic>);
    /// The delay with this number is over.
    fn on_timer(&'static self, token: u64);
    /// The time of [`Agenda::deadline`](super::Agenda::deadline) has come.
    fn on_deadline(&'static self, now: u64);
    /// A phase that was waited for has been reached.
    fn on_phase(&'static self, phase: Phase);
    /// The design has replaced a written value: the object with this path has its old value again.
    fn on_lost_write(&'static self, path: &str);
}

/// Why the simulator cannot be used. [`OnEscapedPanic`] gets it in place of a panic's payload.
#[derive(Debug)]
pub(crate) struct Unusable(pub(crate) String);

/// Reports a panic that left the receiver. The simulator must not see it.
pub(crate) type OnEscapedPanic = fn(Box<dyn Any + Send>);

struct Receiver {
    events: &'static dyn Events,
    on_escaped_panic: OnEscapedPanic,
}

static RECEIVER: OnceLock<Receiver> = OnceLock::new();

thread_local! {
    static LISTENER: Cell<Option<&'static dyn Listener>> = const { Cell::new(None) };
}

/// Makes `listener` the receiver of the events of the simulation on this thread.
pub(crate) fn listen(listener: &'static dyn Listener) {
    LISTENER.set(Some(listener));
}

/// The receiver of the events on this thread, once simulation has begun.
#[inline]
pub(super) fn listener() -> Option<&'static dyn Listener> {
    LISTENER.get()
}

const RUNNING: u8 = 0;
/// The last event is being delivered: values can be read, and no other event will come.
const ENDING: u8 = 1;
const OVER: u8 = 2;

/// Atomic for the sake of the language: one thread uses it.
static STATE: AtomicU8 = AtomicU8::new(RUNNING);

/// Registers the receiver of this process's events. Only the first call counts.
pub(crate) fn install(events: &'static dyn Events, on_escaped_panic: OnEscapedPanic) {
    let _ = RECEIVER.set(Receiver {
        events,
        on_escaped_panic,
    });
}

/// The body of a callback: does nothing once simulation is ending, and never unwinds into C.
#[inline(always)] // in the way of every event
pub(super) fn deliver(notify: impl FnOnce(&'static dyn Listener)) {
    if !is_ending()
        && let Some(listener) = listener()
        && let Err(payload) = catch_unwind(AssertUnwindSafe(|| notify(listener)))
    {
        escaped(payload);
    }
}

/// [`deliver`] for the start and the end of simulation.
pub(super) fn contain(notify: impl FnOnce(&'static dyn Events)) {
    let Some(receiver) = RECEIVER.get() else {
        return;
    };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| notify(receiver.events))) {
        escaped(payload);
    }
}

/// Notifies the receiver from inside one of its own calls, which contains panics.
pub(super) fn notify(notify: impl FnOnce(&'static dyn Listener)) {
    if !is_ending()
        && let Some(listener) = listener()
    {
        notify(listener);
    }
}

/// Reports a panic that the receiver did not catch. Never unwinds.
#[cold]
pub(super) fn escaped(payload: Box<dyn Any + Send>) {
    let Some(receiver) = RECEIVER.get() else {
        return;
    };
    let report = AssertUnwindSafe(|| (receiver.on_escaped_panic)(payload));
    if let Err(second) = catch_unwind(report) {
        // Its destructor may panic as well.
        std::mem::forget(second);
    }
}

/// Whether simulation has ended and the simulator must not be asked any more.
#[inline]
pub(super) fn is_over() -> bool {
    STATE.load(Ordering::Relaxed) == OVER
}

/// [`PortError::Over`] from then on.
#[inline]
pub(super) fn check_not_over() -> Result<(), PortError> {
    if is_over() {
        Err(PortError::Over)
    } else {
        Ok(())
    }
}

/// Whether the only event to come, if any, is [`Events::on_end`].
#[inline]
pub(super) fn is_ending() -> bool {
    STATE.load(Ordering::Relaxed) != RUNNING
}

/// Delivers the end of simulation, the last event. `false` if it was delivered before.
pub(super) fn end() -> bool {
    if is_ending() {
        return false;
    }
    STATE.store(ENDING, Ordering::Relaxed);
    contain(|events| events.on_end());
    STATE.store(OVER, Ordering::Relaxed);
    true
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    static DELIVERED: AtomicU32 = AtomicU32::new(0);
    static ESCAPED: AtomicU32 = AtomicU32::new(0);

    struct Counting;

    impl Events for Counting {
        fn on_start(&self, _port: &'static dyn Port) {}
        fn on_end(&self) {}
    }

    impl Listener for Counting {
        fn on_change(&'static self, _token: u64, _scalar: Option<Logic>) {}
        fn on_timer(&'static self, token: u64) {
            DELIVERED.fetch_add(1, Ordering::Relaxed);
            assert_ne!(token, 7, "a panic out of the receiver");
        }
        fn on_deadline(&'static self, _now: u64) {}
        fn on_phase(&'static self, _phase: Phase) {}
        fn on_lost_write(&'static self, _path: &str) {}
    }

    /// One test, since the receiver of a process is installed once.
    #[test]
    fn a_panic_in_the_receiver_is_reported_and_does_not_unwind() {
        deliver(|_| unreachable!("nobody receives yet"));
        listen(&Counting);
        install(&Counting, |payload| {
            ESCAPED.fetch_add(1, Ordering::Relaxed);
            std::panic::resume_unwind(payload);
        });
        deliver(|events| events.on_timer(6));
        assert_eq!(ESCAPED.load(Ordering::Relaxed), 0);
        deliver(|events| events.on_timer(7));
        assert_eq!(ESCAPED.load(Ordering::Relaxed), 1);
        assert_eq!(DELIVERED.load(Ordering::Relaxed), 2);
    }
}
