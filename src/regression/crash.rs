//! Prints which test ran when the process crashed, which the system's message does not say.
//!
//! Invariant: a handler does what is allowed in a handler, and the crash goes on afterwards as if it
//! had not been there: same signal, same core dump. Handlers that others have installed stay.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use libc::c_int;

use super::console;

/// The greatest length of a test's name that is printed.
const ROOM: usize = 256;

static NAME: [AtomicU8; ROOM] = [const { AtomicU8::new(0) }; ROOM];
static LENGTH: AtomicUsize = AtomicUsize::new(0);

const SIGNALS: [c_int; 5] = [
    libc::SIGABRT,
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
];

/// A crash from now on is one of this test; of none, if the name is empty.
pub(crate) fn during(test: &str) {
    LENGTH.store(0, Ordering::SeqCst);
    let name = &test.as_bytes()[..test.floor_char_boundary(ROOM)];
    for (place, byte) in NAME.iter().zip(name) {
        place.store(*byte, Ordering::Relaxed);
    }
    LENGTH.store(name.len(), Ordering::SeqCst);
}

/// Explains crashes from now on.
pub(crate) fn explain() {
    for signal in SIGNALS {
        // SAFETY: all-zero is a valid `sigaction`: no flags, an empty mask, the default action.
        let (mut present, mut ours): (libc::sigaction, libc::sigaction) =
            unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
        // SAFETY: a null action only asks for the present one.
        let asked = unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut present) };
        if asked != 0 || present.sa_sigaction != libc::SIG_DFL {
            continue;
        }
        ours.sa_sigaction = on_crash as extern "C" fn(c_int) as libc::sighandler_t;
        // Back to the default action on entry: the handler raises the signal again, and this time
        // it ends the process.
        ours.sa_flags = libc::SA_RESETHAND | libc::SA_NODEFER | libc::SA_ONSTACK;
        // SAFETY: the handler is a function of this library, which stays loaded, and it calls
        // nothing but `write` and `raise`, which are allowed in a handler (POSIX.1-2017, 2.4.3).
        unsafe { libc::sigaction(signal, &raw const ours, std::ptr::null_mut()) };
    }
}

extern "C" fn on_crash(signal: c_int) {
    report(signal);
    // Once more, with the default action now: a signal that was sent would not come again by
    // itself, and what crashed would go on as if nothing had been.
    // SAFETY: `raise` takes a number and is allowed in a handler.
    unsafe { libc::raise(signal) };
}

fn report(signal: c_int) {
    let length = LENGTH.load(Ordering::SeqCst);
    if length == 0 {
        return;
    }
    let mut name = [0; ROOM];
    for (byte, place) in name.iter_mut().zip(&NAME) {
        *byte = place.load(Ordering::Relaxed);
    }
    let kind: &[u8] = match signal {
        libc::SIGABRT => b"was aborted (SIGABRT)",
        libc::SIGSEGV => b"crashed (SIGSEGV)",
        libc::SIGBUS => b"crashed (SIGBUS)",
        libc::SIGILL => b"crashed (SIGILL)",
        _ => b"crashed (SIGFPE)",
    };
    console::write_error(&[
        b"verifork: the process ",
        kind,
        b" during the test `",
        &name[..length],
        b"`\n",
    ]);
}
