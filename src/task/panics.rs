//! Panics of tasks, caught with their message and place.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Once, OnceLock};

/// A panic that was caught.
pub(crate) struct Caught {
    pub(crate) message: String,
    pub(crate) at: Option<String>,
    pub(crate) backtrace: Option<String>,
}

impl fmt::Display for Caught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.at {
            Some(at) => write!(f, " (at {at})"),
            None => Ok(()),
        }
    }
}

thread_local! {
    /// How many `catch` calls of this thread are active.
    static CATCHING: Cell<u32> = const { Cell::new(0) };
    static LAST: RefCell<Option<PanicSite>> = const { RefCell::new(None) };
    /// The panics since the last one that was caught, in case the next one ends the process.
    static UNCAUGHT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What the panic hook gets and the payload does not contain.
#[derive(Default)]
struct PanicSite {
    at: Option<String>,
    backtrace: Option<String>,
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
    let _active = Active::enter();
    catch_erased(action)
}

/// [`catch`] while a task of the executor runs. The hook finds that out by itself, so this costs nothing
/// unless there is a panic. For the few actions on the way of every task: it is compiled for each.
#[inline]
pub(super) fn catch_in_task<R>(action: impl FnOnce() -> R) -> Result<R, Caught> {
    if std::thread::panicking() {
        return catch_erased(action);
    }
    match panic::catch_unwind(AssertUnwindSafe(action)) {
        Ok(value) => Ok(value),
        Err(payload) => Err(caught(payload)),
    }
}

/// [`catch`] of a call that returns nothing, compiled once and not for each action.
pub(super) fn catch_call(action: &mut dyn FnMut()) -> Result<(), Caught> {
    install_hook();
    let _active = Active::enter();
    catch_unwinding(action)
}

/// The same for all others, most of it compiled once.
fn catch_erased<R>(action: impl FnOnce() -> R) -> Result<R, Caught> {
    let mut action = Some(action);
    let mut returned = None;
    catch_unwinding(&mut || returned = action.take().map(|action| action()))?;
    Ok(returned.expect("it was called and did not panic"))
}

fn catch_unwinding(action: &mut dyn FnMut()) -> Result<(), Caught> {
    if std::thread::panicking() {
        return catch_within_panic(action);
    }
    panic::catch_unwind(AssertUnwindSafe(action)).map_err(caught)
}

/// Called while another panic unwinds: must not use that panic's location as its own.
#[cold]
fn catch_within_panic(action: &mut dyn FnMut()) -> Result<(), Caught> {
    let outer = take_last();
    let outcome = panic::catch_unwind(AssertUnwindSafe(action)).map_err(caught);
    if outer.is_some() {
        let _ = LAST.try_with(|last| last.replace(outer));
    }
    outcome
}

#[cold]
fn caught(payload: Box<dyn Any + Send>) -> Caught {
    let PanicSite { at, backtrace } = take_last().unwrap_or_default();
    let _ = UNCAUGHT.try_with(|uncaught| uncaught.borrow_mut().clear());
    let message = message_of(&*payload);
    // The payload is the user's: its `Drop` may panic too.
    if let Err(second) = panic::catch_unwind(AssertUnwindSafe(move || drop(payload))) {
        // So may the drop of this payload, unless it is the text of a `panic!`.
        if !(second.is::<String>() || second.is::<&'static str>()) {
            std::mem::forget(second);
        }
    }
    Caught {
        message,
        at,
        backtrace,
    }
}

/// The location of the last panic. `None` if the thread is ending.
fn take_last() -> Option<PanicSite> {
    LAST.try_with(RefCell::take).ok().flatten()
}

pub(crate) fn message_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic whose payload is not a text".to_owned()
    }
}

/// Whether the calling thread runs a task, whose panics [`catch_in_task`] catches. Unset before the first
/// executor of the process.
static RUNS_TASK: OnceLock<fn() -> bool> = OnceLock::new();

/// Has the hook treat a panic as caught while `runs_task` says that the thread runs a task.
pub(super) fn catch_panics_of_tasks(runs_task: fn() -> bool) {
    let _ = RUNS_TASK.set(runs_task);
    install_hook();
}

fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let catching = CATCHING.try_with(Cell::get).unwrap_or(0) > 0
                || RUNS_TASK.get().is_some_and(|runs_task| runs_task());
            if !catching {
                return previous(info);
            }
            let backtrace = Backtrace::capture();
            let backtrace = (backtrace.status() == BacktraceStatus::Captured)
                .then(|| users_frames(&backtrace.to_string()));
            let at = info
                .location()
                .filter(|at| !is_in_the_standard_library(at.file()));
            let at = at.map(ToString::to_string);
            print_if_last(info);
            let _ = LAST.try_with(|last| last.replace(Some(PanicSite { at, backtrace })));
        }));
    });
}

/// Whether a file is the standard library's: the place of a function that was passed as a value, `map(Signal::get)`,
/// is there, and tells the user nothing.
fn is_in_the_standard_library(file: &str) -> bool {
    file.starts_with("/rustc/") || file.contains("/rustlib/src/rust/library/")
}

/// A panic while another one unwinds ends the process, and neither would be reported: so both are printed
/// here. The standard library then reports a further panic of its own.
fn print_if_last(info: &panic::PanicHookInfo<'_>) {
    let message = message_of(info.payload());
    let text = match info.location() {
        Some(at) => format!("{message} (at {at})"),
        None => message,
    };
    let _ = UNCAUGHT.try_with(|uncaught| {
        let Ok(mut uncaught) = uncaught.try_borrow_mut() else {
            return;
        };
        let ends = info
            .location()
            .is_some_and(|at| at.file().ends_with(CORES_OWN));
        if ends {
            for panic in &*uncaught {
                eprintln!("verifork: panicked: {panic}");
            }
            eprintln!("verifork: {text}: the process ends here");
        } else if uncaught.len() < MOST_TOLD {
            uncaught.push(text);
        }
    });
}

/// Where the panics of `core` itself come from, such as "panic in a destructor during cleanup".
const CORES_OWN: &str = "core/src/panicking.rs";

/// How many panics are kept to be printed together.
const MOST_TOLD: usize = 8;

/// The user's frames: those between the panic machinery and the executor, which are the same each time. All
/// frames with `RUST_BACKTRACE=full`.
fn users_frames(backtrace: &str) -> String {
    if std::env::var("RUST_BACKTRACE").is_ok_and(|value| value == "full") {
        return backtrace.to_owned();
    }
    let mut frames: Vec<Vec<&str>> = Vec::new();
    for line in backtrace.lines() {
        let is_frame = line
            .trim_start()
            .starts_with(|first: char| first.is_ascii_digit());
        match frames.last_mut() {
            Some(frame) if !is_frame => frame.push(line),
            _ => frames.push(vec![line]),
        }
    }
    let names = |frame: &[&str], part: &str| frame[0].contains(part);
    let begin = frames
        .iter()
        .rposition(|frame| names(frame, "core::panicking::") || names(frame, "rust_begin_unwind"))
        .map_or(0, |last| last + 1);
    let end = frames[begin..]
        .iter()
        .position(|frame| names(frame, "verifork::task::") || names(frame, "__INVENTORY"))
        .map_or(frames.len(), |count| begin + count);
    let kept: Vec<&str> = frames[begin..end].iter().flatten().copied().collect();
    kept.join("\n")
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_panic_has_a_place_unless_that_is_in_the_standard_library() {
        #[track_caller]
        fn fails(number: u32) -> u32 {
            panic!("{number} fails")
        }
        let of_line = catch(|| fails(1)).unwrap_err();
        let here = format!("{}:{}:", file!(), line!() - 1);
        assert!(of_line.at.unwrap().starts_with(&here));
        let of_value = catch(|| [2].into_iter().map(fails).sum::<u32>()).unwrap_err();
        assert_eq!(of_value.to_string(), "2 fails");
    }
}
