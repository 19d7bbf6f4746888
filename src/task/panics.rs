//! Panics of tasks, caught with their message and place.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::error::TaskErrorKind;

/// What is known of a panic that was caught.
pub(crate) struct Caught {
    pub(crate) message: String,
    pub(crate) at: Option<String>,
    pub(crate) backtrace: Option<String>,
}

impl Caught {
    pub(super) fn into_kind(self, dropping: bool) -> TaskErrorKind {
        let Caught { message, at, backtrace } = self;
        TaskErrorKind::Panicked { message, at, backtrace, dropping }
    }
}

thread_local! {
    /// How many `catch` calls of this thread are active.
    static CATCHING: Cell<u32> = const { Cell::new(0) };
    static LAST: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// What the hook knows of a panic and its payload does not.
#[derive(Default)]
struct Place {
    at: Option<String>,
    backtrace: Option<String>,
    /// The panics of this `catch` in words, for the case that they end the process.
    words: String,
}

struct Active;

impl Active {
    fn enter() -> Self {
        CATCHING.with(|depth| depth.set(depth.get() + 1));
        Active
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        CATCHING.with(|depth| depth.set(depth.get() - 1));
    }
}

/// Runs `action`; a panic in it becomes a value instead of text on the standard error.
pub(crate) fn catch<R>(action: impl FnOnce() -> R) -> Result<R, Caught> {
    install_hook();
    // Called while another panic unwinds, this must not take that one's place for its own.
    let outer = if std::thread::panicking() { take_last() } else { None };
    let outcome = {
        let _active = Active::enter();
        panic::catch_unwind(AssertUnwindSafe(action))
    };
    let outcome = outcome.map_err(|payload| {
        let Place { at, backtrace, .. } = take_last().unwrap_or_default();
        let message = message_of(&*payload);
        // The payload is the user's: its `Drop` may panic too.
        if let Err(second) = panic::catch_unwind(AssertUnwindSafe(move || drop(payload))) {
            std::mem::forget(second);
        }
        Caught { message, at, backtrace }
    });
    if outer.is_some() {
        let _ = LAST.try_with(|last| last.replace(outer));
    }
    outcome
}

/// The place of the last panic. Nothing where the thread is ending.
fn take_last() -> Option<Place> {
    LAST.try_with(RefCell::take).ok().flatten()
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic whose payload is no text".to_owned()
    }
}

/// What the runtime says when it ends the process, since a panic cannot unwind: then nobody catches
/// it, and the panics before it have not been told either.
fn is_last_word(message: &str) -> bool {
    message.starts_with("panic in a destructor during cleanup")
        || message.starts_with("panic in a function that cannot unwind")
}

fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let catching = CATCHING.try_with(Cell::get).unwrap_or(0) > 0;
            if !catching {
                return previous(info);
            }
            // A task that catches many panics itself has long words.
            let before = take_last().map(|last| last.words).filter(|words| words.len() < 1000);
            let before = before.unwrap_or_default();
            let message = message_of(info.payload());
            if is_last_word(&message) {
                eprintln!("panics of one task at once:{before}");
                return previous(info);
            }
            let backtrace = Backtrace::capture();
            let backtrace =
                (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
            let at = info.location().map(ToString::to_string);
            let words = format!("{before}\n  {message} ({})", at.as_deref().unwrap_or("?"));
            let _ = LAST.try_with(|last| last.replace(Some(Place { at, backtrace, words })));
        }));
    });
}
