//! Tries a query in a copy of the process, to see whether the simulator survives it.
//!
//! GHDL ends the simulation on a query for an element of an array whose elements are not vectors. GHDL 2 also does so
//! for a value in an array whose bounds a generic sets. Such arrays cannot be recognized beforehand. The end is a jump
//! or an exception out of our callback, across our frames. So the query is made in a child process first. The child
//! inherits no open file, so it cannot print or damage a wave file, and the first line of the simulator's error message
//! ends it.

use std::io;

/// The exit status of a child that survived the query. No simulator uses it.
const SURVIVED: libc::c_int = 83;

/// Whether the process survives `query`. If no child can be created, the query is not made and the result is `false`.
pub(super) fn survives(query: impl FnOnce()) -> bool {
    let Ok(broken) = broken_pipe() else {
        return false;
    };
    // SAFETY: the child runs the query and system calls, and leaves by `_exit`: nothing of the
    // parent's state is dropped, flushed or shared but the code and a copy of the memory. The C
    // library keeps the locks of its memory consistent across `fork`.
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
            // In case the query neither ends nor returns.
            libc::signal(libc::SIGALRM, libc::SIG_DFL);
            libc::alarm(10);
        }
        query();
        // SAFETY: it has no preconditions.
        unsafe { libc::_exit(SURVIVED) }
    }
    // SAFETY: the descriptor is ours, and closed once.
    unsafe { libc::close(broken) };
    child > 0 && wait(child) == Some(SURVIVED)
}

/// The write end of a pipe without a reader.
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
        // As GHDL does: an error message, and an end of its own.
        assert!(!survives(|| {
            let text = b"internal error\n";
            // SAFETY: the pointer and the length are those of the text.
            unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
            // SAFETY: it has no preconditions.
            unsafe { libc::_exit(0) };
        }));
        // An end by `exit`, without a message.
        // SAFETY: it has no preconditions.
        assert!(!survives(|| unsafe { libc::_exit(0) }));
    }
}
