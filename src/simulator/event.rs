//! What a simulator tells us: the receiver of its events, and what keeps panics out of its frames.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::{Phase, Port, PortError};
use crate::value::Logic;

/// Who is told of the beginning and the end of simulation.
pub(crate) trait Events: Sync {
    /// The design is built and simulation is about to begin. Whoever is to be told of what happens from now
    /// on says so by [`listen`].
    fn on_start(&self, port: &'static dyn Port);
    /// Simulation is over. The port still reads and prints during this call; after it, every
    /// operation is [`PortError::Over`] and no event follows.
    fn on_end(&self);
}

/// Who is told of what happens in a simulation, on its thread: one call a kind, straight from the
/// simulator's callback.
///
/// May be entered again from inside a write: see [`super::Quirks::put_runs_value_changes`].
pub(crate) trait Listener {
    /// The object of the watch with this number changed; `scalar` is its new value, where the watch
    /// asked for it.
    fn on_change(&'static self, token: u64, scalar: Option<Logic>);
    /// The delay with this number is over.
    fn on_timer(&'static self, token: u64);
    /// The time is there at which this was to be called: see [`Agenda::deadline`].
    fn on_deadline(&'static self, now: u64);
    /// A phase that was waited for has been reached.
    fn on_phase(&'static self, phase: Phase);
    /// The object with this path has again the value that it had before it was written.
    fn on_lost_write(&'static self, path: &str);
}

/// What [`OnEscapedPanic`] is told instead of a panic where the simulator cannot be used, with why.
#[derive(Debug)]
pub(crate) struct Unusable(pub(crate) String);

/// Who is told of a panic that left the receiver; the simulator must not see it.
pub(crate) type OnEscapedPanic = fn(Box<dyn Any + Send>);

struct Receiver {
    events: &'static dyn Events,
    on_escaped_panic: OnEscapedPanic,
}

static RECEIVER: OnceLock<Receiver> = OnceLock::new();

thread_local! {
    static LISTENER: Cell<Option<&'static dyn Listener>> = const { Cell::new(None) };
}

/// Has the events of the simulation on this thread told to `listener`.
pub(crate) fn listen(listener: &'static dyn Listener) {
    LISTENER.set(Some(listener));
}

/// Who is told of the events on this thread, once simulation has begun.
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

/// Says who receives the events of this process. The first call decides; later ones do nothing.
pub(crate) fn install(events: &'static dyn Events, on_escaped_panic: OnEscapedPanic) {
    let _ = RECEIVER.set(Receiver {
        events,
        on_escaped_panic,
    });
}

/// The body of a callback: does nothing once simulation is ending, and never unwinds into C.
#[inline(always)] // in the way of every event
pub(super) fn deliver(tell: impl FnOnce(&'static dyn Listener)) {
    if !is_ending()
        && let Some(listener) = listener()
        && let Err(payload) = catch_unwind(AssertUnwindSafe(|| tell(listener)))
    {
        escaped(payload);
    }
}

/// [`deliver`] for the start and the end of simulation.
pub(super) fn contain(tell: impl FnOnce(&'static dyn Events)) {
    let Some(receiver) = RECEIVER.get() else {
        return;
    };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| tell(receiver.events))) {
        escaped(payload);
    }
}

/// Tells the receiver from inside of a call of its own, which contains what panics.
pub(super) fn tell(tell: impl FnOnce(&'static dyn Listener)) {
    if !is_ending()
        && let Some(listener) = listener()
    {
        tell(listener);
    }
}

/// Reports what went wrong outside of the receiver's own care. Never unwinds.
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

/// Whether no other event but [`Events::on_end`] will come.
#[inline]
pub(super) fn is_ending() -> bool {
    STATE.load(Ordering::Relaxed) != RUNNING
}

/// The end of simulation: the last event, then silence. `false` if it has been before.
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
