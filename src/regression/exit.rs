//! The process's exit status, right whatever ends the process.
//!
//! No simulator carries the status of a run of tests to the shell: each ends with 0 when the
//! design or we end the simulation. So an `atexit` handler, registered before the simulator
//! registers most of its own and therefore run after them, leaves with our status. Until a run
//! is proven passed, that status says failed.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Once, OnceLock};

use libc::{c_int, c_void};

use super::{console, results};

/// The exit status of a run in which a test failed, or which did not come to its end.
pub(crate) const FAILED: i32 = 1;
/// The exit status of a run that is proven passed.
pub(crate) const PASSED: i32 = 0;

static STATUS: AtomicI32 = AtomicI32::new(FAILED);

/// The last work before the process exits. Its arguments are the exit status and, if no test has failed, the reason
/// why it is a failure.
pub(crate) type Last = fn(status: i32, why: Option<&str>) -> Result<(), String>;

static LAST: OnceLock<Last> = OnceLock::new();

/// How the simulator ends does not matter any more.
static JUDGED: AtomicBool = AtomicBool::new(false);

/// The simulator's own failure may be that of errors which were reported, and judged.
static FORGIVEN: AtomicBool = AtomicBool::new(false);

/// Somebody has said how the run ended.
static EXPLAINED: AtomicBool = AtomicBool::new(false);

// Functions of C's standard library that the crate `libc` lacks.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
unsafe extern "C" {
    fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
}

/// Makes the process leave with [`status`] from now on, when it leaves through `exit`.
///
/// Call it as early as possible: handlers run last in, first out, and those of the simulator,
/// which close wave files, have to come first. More calls than one are harmless.
///
/// # Errors
///
/// The C library has no room for one more handler.
pub(crate) fn register() -> std::io::Result<()> {
    static ONCE: Once = Once::new();
    let mut registered = Ok(());
    ONCE.call_once(|| {
        keep_library_loaded();
        // SAFETY: the handler is a function of this library, which stays loaded until the process
        // ends; it neither unwinds nor uses state that an earlier handler could have torn down.
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        let refused = unsafe { on_exit(leave_with, std::ptr::null_mut()) };
        // SAFETY: as above.
        #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
        let refused = unsafe { libc::atexit(leave) };
        if refused != 0 {
            registered = Err(std::io::Error::other(
                "the C library refused an exit handler: the exit status would not be right",
            ));
        }
    });
    registered
}

/// Sets the status with which the process will exit. The user has already seen the reason.
pub(crate) fn set_status(status: i32) {
    EXPLAINED.store(true, Ordering::SeqCst);
    STATUS.store(status, Ordering::SeqCst);
}

/// Runs this last before the process exits through `exit`. If it fails, the process fails.
pub(crate) fn before_leaving(last: Last) {
    // There is one such thing.
    let _ = LAST.set(last);
}

/// The status with which the process would leave now.
pub(crate) fn status() -> i32 {
    STATUS.load(Ordering::SeqCst)
}

/// Ends the process as failed, at once: `message` goes to standard error, no handler runs, no
/// lock is taken. For a process that no longer answers.
pub(crate) fn abandon(message: &str) -> ! {
    console::try_flush_standard_output();
    report(message);
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(FAILED) }
}

fn report(message: &str) {
    console::write_error(&[message.as_bytes(), b"\n"]);
}

/// The design has ended the simulation, which a test has failed for, or wanted: with which status the
/// simulator ends does not matter.
pub(crate) fn end_is_judged() {
    JUDGED.store(true, Ordering::SeqCst);
}

/// The simulator's status is that of a failure if the design has reported an error, which a test may want.
pub(crate) fn forgive_errors() {
    FORGIVEN.store(true, Ordering::SeqCst);
}

/// Exits with our status, or if all tests have passed with the simulator's: the design may have failed in a `final`
/// block, after the last test.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
extern "C" fn leave_with(given: c_int, _: *mut c_void) {
    let mut why = None;
    if EXPLAINED.load(Ordering::SeqCst) {
        why = judge_the_end(given);
    }
    leave_because(why.as_deref());
}

/// How the simulation has failed since the last test's verdict, if it has.
fn judge_the_end(given: c_int) -> Option<String> {
    let ended = JUDGED.load(Ordering::SeqCst);
    let (said, errors) = console::rest(ended);
    let passed = status() == PASSED;
    let explained = errors && FORGIVEN.load(Ordering::SeqCst);
    let text = match said {
        Some(said) => format!("after the last test the design reported:\n{said}"),
        None if passed && given != PASSED && !explained && !ended => {
            "the simulator ended with a failure after all tests had passed".to_owned()
        }
        None => return None,
    };
    report(&format!("verifork: {text}"));
    // The file may be missing; the status reports the failure.
    let _ = results::afterwards(&text);
    if passed {
        set_status(if given == PASSED { FAILED } else { given });
    }
    Some(text)
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
extern "C" fn leave() {
    leave_because(None);
}

fn leave_because(mut why: Option<&str>) {
    if !EXPLAINED.load(Ordering::SeqCst) {
        let text = "the process ended before the tests did: the testbench, the design or another \
                    plugin has called `exit`; the run counts as failed";
        report(&format!("verifork: {text}"));
        why = Some(text);
    }
    // SAFETY: a null stream means every open output stream, which C allows at any time.
    unsafe {
        libc::fflush(std::ptr::null_mut());
    }
    console::write_error(&[]);
    let last = || LAST.get().map_or(Ok(()), |last| last(status(), why));
    let done = std::panic::catch_unwind(last).unwrap_or_else(|_| Err("it panicked".to_owned()));
    if let Err(problem) = done {
        report(&format!("verifork: {problem}"));
        if status() == PASSED {
            set_status(FAILED);
        }
    }
    write_counts_of_gcc();
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(status()) }
}

/// Makes a program that counts its executed code (GCC's `-fprofile-arcs`) write its counts. By itself it does so in a
/// destructor, which would run after us.
fn write_counts_of_gcc() {
    // SAFETY: the name is a C string, and the function of this name, if the program has one, has no parameters and may be
    // called at any time: it is documented as a part of libgcov that programs call.
    unsafe {
        let dump = libc::dlsym(libc::RTLD_DEFAULT, c"__gcov_dump".as_ptr());
        if !dump.is_null() {
            let dump: unsafe extern "C" fn() = std::mem::transmute(dump);
            dump();
        }
    }
}

/// Keeps this library in memory even if the simulator closes it. Without this, closing it would
/// run the handler at once, before the simulator has closed its files, and unmap the code that other
/// threads are running.
fn keep_library_loaded() {
    let address = leave_because as fn(Option<&str>) as *const c_void;
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::uninit();
    // SAFETY: `found` has room for the answer. It is read only if `dladdr` says, by not
    // returning 0, that it was filled, and only the file name, which then is a C string that
    // lives as long as the library. `RTLD_NOLOAD` runs no code: it only changes the flags of a
    // library that is loaded already.
    unsafe {
        if libc::dladdr(address, found.as_mut_ptr()) != 0 {
            let name = found.assume_init().dli_fname;
            if !name.is_null() {
                let flags: c_int = libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
                libc::dlopen(name, flags);
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::process::{Command, Output};

    use super::*;

    /// Set in the child process: which way it has to take.
    const WAY: &str = "TEST_OF_EXIT_STATUS";

    /// Not a test: what the tests below run in a process of its own.
    #[test]
    #[ignore = "ends the process: the other tests start it"]
    fn child() {
        let Ok(way) = std::env::var(WAY) else { return };
        register().unwrap();
        register().unwrap();
        // SAFETY: both are calls of the C library with valid arguments.
        unsafe {
            libc::printf(c"kept in the buffer of C".as_ptr());
            match way.as_str() {
                "unproven" => libc::exit(0),
                "passed" => {
                    set_status(PASSED);
                    libc::exit(0)
                }
                "broken" => {
                    set_status(PASSED);
                    libc::exit(3)
                }
                "failed" => {
                    set_status(FAILED);
                    libc::exit(0)
                }
                _ => abandon("gave up"),
            }
        }
    }

    fn run(way: &str) -> Output {
        let child = concat!(module_path!(), "::child");
        let child = child.split_once("::").unwrap().1;
        Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                child,
                "--nocapture",
                "--test-threads=1",
            ])
            .env(WAY, way)
            .output()
            .unwrap()
    }

    #[test]
    fn failed_until_proven_passed() {
        let output = run("unproven");
        assert_eq!(output.status.code(), Some(FAILED));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("ended before the tests did"), "{error}");
    }

    #[test]
    fn our_failure_wins_over_the_status_given_to_exit() {
        assert_eq!(run("passed").status.code(), Some(PASSED));
        let output = run("failed");
        assert_eq!(output.status.code(), Some(FAILED));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!error.contains("verifork:"), "{error}");
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn a_failure_of_the_simulator_wins_over_our_success() {
        assert_eq!(run("broken").status.code(), Some(3));
    }

    #[test]
    fn what_c_has_buffered_is_written() {
        let output = String::from_utf8(run("passed").stdout).unwrap();
        assert!(output.contains("kept in the buffer of C"), "{output}");
    }

    #[test]
    fn abandoning_says_why_and_fails() {
        let output = run("abandoned");
        assert_eq!(output.status.code(), Some(FAILED));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("gave up"), "{error}");
    }
}
