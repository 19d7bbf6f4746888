//! What a simulator tells us, and the one door it comes through.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::PortError;
use crate::value::Logic;

/// The phases of a time step that can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    /// The design has settled, and writes are seen in the same time step
    /// (`cbReadWriteSynch`, IEEE 1800-2017, 38.36.2).
    ReadWrite,
    /// Nothing changes any more in this time step (`cbReadOnlySynch`).
    ReadOnly,
    /// Before the first event of the next time step at which anything happens (`cbNextSimTime`).
    NextTimeStep,
}

/// One call of the simulator, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The design is built and simulation is about to begin: [`super::port`] is there from now on.
    Start,
    /// Simulation is over. The port still reads and prints while this is delivered; once it has
    /// been, every operation is [`super::PortError::Over`] and no event follows.
    End,
    /// A watched object changed.
    Change {
        /// The number the watch was made with.
        token: u64,
        /// The new value, where the watch asked for it.
        scalar: Option<Logic>,
    },
    /// A delay is over.
    Timer {
        /// The number the delay was made with.
        token: u64,
    },
    /// A phase has been reached.
    Phase {
        /// Which one.
        phase: Phase,
        /// The number the wait was made with.
        token: u64,
    },
}

/// Who receives the events. May be entered again from inside a write: see
/// [`super::Quirks::put_runs_value_changes`].
///
/// The frequent ones have a function each, whose arguments travel in registers.
#[derive(Clone, Copy)]
pub(crate) struct Sink {
    /// [`Event::Change`].
    pub(crate) change: fn(token: u64, scalar: Option<Logic>),
    /// [`Event::Timer`].
    pub(crate) timer: fn(token: u64),
    /// [`Event::Phase`].
    pub(crate) phase: fn(phase: Phase, token: u64),
    /// The others.
    pub(crate) other: fn(Event),
}

impl Sink {
    #[inline(always)] // the callers know the kind
    fn receive(&self, event: Event) {
        match event {
            Event::Change { token, scalar } => (self.change)(token, scalar),
            Event::Timer { token } => (self.timer)(token),
            Event::Phase { phase, token } => (self.phase)(phase, token),
            other => (self.other)(other),
        }
    }
}

/// What [`OnEscapedPanic`] is told instead of a panic where the simulator cannot be used, with why.
#[derive(Debug)]
pub(crate) struct Unusable(pub(crate) String);

/// Who is told of a panic that left the sink; the simulator must not see it.
pub(crate) type OnEscapedPanic = fn(Box<dyn Any + Send>);

struct Door {
    sink: Sink,
    on_escaped_panic: OnEscapedPanic,
}

static DOOR: OnceLock<Door> = OnceLock::new();

const RUNNING: u8 = 0;
/// The last event is being delivered: values can be read, and no other event will come.
const ENDING: u8 = 1;
const OVER: u8 = 2;

/// Atomic for the sake of the language: one thread uses it.
static STATE: AtomicU8 = AtomicU8::new(RUNNING);

/// Says who receives the events of this process. The first call decides; later ones do nothing.
pub(crate) fn install(sink: Sink, on_escaped_panic: OnEscapedPanic) {
    let _ = DOOR.set(Door {
        sink,
        on_escaped_panic,
    });
}

/// Hands an event to the sink. Never unwinds, so that it can be called from C.
#[inline(always)] // the callers know the kind
pub(super) fn deliver(event: Event) {
    let Some(door) = DOOR.get() else { return };
    if let Err(payload) = catch_unwind(|| door.sink.receive(event)) {
        escaped(payload);
    }
}

/// Reports what went wrong outside of the sink's own care. Never unwinds.
#[cold]
pub(super) fn escaped(payload: Box<dyn Any + Send>) {
    let Some(door) = DOOR.get() else { return };
    let report = AssertUnwindSafe(|| (door.on_escaped_panic)(payload));
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

/// Whether no other event but [`Event::End`] will come.
#[inline]
pub(super) fn is_ending() -> bool {
    STATE.load(Ordering::Relaxed) != RUNNING
}

/// To be called before [`Event::End`].
pub(super) fn begin_end() {
    STATE.store(ENDING, Ordering::Relaxed);
}

/// To be called after [`Event::End`].
pub(super) fn close() {
    STATE.store(OVER, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    static DELIVERED: AtomicU32 = AtomicU32::new(0);
    static ESCAPED: AtomicU32 = AtomicU32::new(0);

    /// One test, since the door of a process is installed once.
    #[test]
    fn a_panic_in_the_sink_is_reported_and_does_not_unwind() {
        deliver(Event::Start);
        install(
            Sink {
                change: |_, _| {},
                timer: |token| {
                    DELIVERED.fetch_add(1, Ordering::Relaxed);
                    assert_ne!(token, 7, "a panic out of the sink");
                },
                phase: |_, _| {},
                other: |_| {
                    DELIVERED.fetch_add(1, Ordering::Relaxed);
                },
            },
            |payload| {
                ESCAPED.fetch_add(1, Ordering::Relaxed);
                std::panic::resume_unwind(payload);
            },
        );
        deliver(Event::End);
        assert_eq!(ESCAPED.load(Ordering::Relaxed), 0);
        deliver(Event::Timer { token: 7 });
        assert_eq!(ESCAPED.load(Ordering::Relaxed), 1);
        assert_eq!(DELIVERED.load(Ordering::Relaxed), 2);
    }
}
