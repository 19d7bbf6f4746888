//! Asks the simulator in a copy of the process whether it lives through a question.
//!
//! GHDL ends the simulation when it is asked for an element of an array whose elements are no
//! vectors, GHDL 2 also when it is asked for a value in one whose bounds a generic sets; and
//! nothing it tells before says which arrays those are. The end would be a jump or an exception out of
//! our callback, across our own frames. So the question is asked in a child process first. It
//! inherits no open file, so that it can print nothing and spoil no wave file, and the first line of
//! the simulator's complaint ends it.

use std::io;

/// The status of a copy that lived through its question; no simulator leaves with it.
const SURVIVED: libc::c_int = 83;

/// Whether the process lives through `question`. Where no child can be made it is not asked, and the
/// answer is no.
pub(super) fn survives(question: impl FnOnce()) -> bool {
    let Ok(broken) = broken_pipe() else {
        return false;
    };
    // SAFETY: the child runs the question and system calls, and leaves by `_exit`: nothing of the
    // parent's state is dropped, flushed or shared but the code and a copy of the memory. The C
    // library keeps the locks of its memory right across `fork`.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: the calls take numbers and, where a pointer is asked for, none of ours.
        unsafe {
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
            libc::dup2(broken, libc::STDOUT_FILENO);
            libc::dup2(broken, libc::STDERR_FILENO);
            libc::close(libc::STDIN_FILENO);
            libc::syscall(
                libc::SYS_close_range,
                libc::STDERR_FILENO + 1,
                libc::c_uint::MAX,
                0,
            );
            libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
            // Should the question neither end nor return.
            libc::signal(libc::SIGALRM, libc::SIG_DFL);
            libc::alarm(10);
        }
        question();
        // SAFETY: it has no preconditions.
        unsafe { libc::_exit(SURVIVED) }
    }
    // SAFETY: the descriptor is ours, and closed once.
    unsafe { libc::close(broken) };
    child > 0 && wait(child) == Some(SURVIVED)
}

/// The end of a pipe that nobody reads.
fn broken_pipe() -> io::Result<libc::c_int> {
    let mut ends = [0; 2];
    // SAFETY: there is room for the two ends.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the end is ours, and closed once.
    unsafe { libc::close(ends[0]) };
    Ok(ends[1])
}

/// The status with which a child has left; `None` if a signal ended it.
fn wait(child: libc::pid_t) -> Option<libc::c_int> {
    let mut status = 0;
    loop {
        // SAFETY: the status is a local that lives through the call.
        let ended = unsafe { libc::waitpid(child, &raw mut status, 0) };
        if ended == child {
            return libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
        }
        if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_returns_is_survived_and_others_end_a_copy() {
        let mut asked = false;
        assert!(survives(|| asked = true));
        assert!(!asked, "it was asked in a copy");
        assert!(!survives(|| std::process::abort()));
        // As GHDL does: a complaint, and an end by its own ways.
        assert!(!survives(|| {
            let text = b"internal error\n";
            // SAFETY: the pointer and the length are those of the text.
            unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
            // SAFETY: it has no preconditions.
            unsafe { libc::_exit(0) };
        }));
        // An end by `exit`, without a word.
        // SAFETY: it has no preconditions.
        assert!(!survives(|| unsafe { libc::_exit(0) }));
    }
}
