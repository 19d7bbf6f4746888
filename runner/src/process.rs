//! Processes that do not outlive this one: each is the head of a group of its own, which is
//! killed when its head has ended, when it takes too long, and when this process ends.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Exited(i32),
    Signalled(i32),
    /// It was killed since it took longer than this.
    Killed(Duration),
}

/// The heads of the groups that live.
struct Groups {
    live: BTreeSet<libc::pid_t>,
    /// This process ends: nothing is started any more.
    closing: bool,
}

static GROUPS: Mutex<Groups> = Mutex::new(Groups {
    live: BTreeSet::new(),
    closing: false,
});

fn groups() -> MutexGuard<'static, Groups> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has signals that end this process, such as that of Ctrl-C, end every group first.
///
/// # Errors
///
/// The operating system refuses.
pub(crate) fn end_groups_with_this_process() -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            if let Some(signal) = signals.forever().next() {
                let mut groups = groups();
                groups.closing = true;
                for &head in &groups.live {
                    kill_group(head);
                }
                // Held to the end, so that nobody reads of the killed as of failed.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
                std::process::exit(128 + signal);
            }
        })?;
    Ok(())
}

fn kill_group(head: libc::pid_t) {
    // SAFETY: no memory is involved. The head has not been waited for, so its number is still
    // that of its group.
    unsafe { libc::kill(-head, libc::SIGKILL) };
}

/// Runs a command to its end, with nothing to read on standard input. `meanwhile` is called now
/// and then, and once after the end.
///
/// # Errors
///
/// The command does not start, or this process is about to end.
pub(crate) fn run(
    command: &mut Command,
    limit: Option<Duration>,
    mut meanwhile: impl FnMut(),
) -> io::Result<Ending> {
    let mut child = start(command)?;
    let begun = Instant::now();
    let mut pause = Duration::from_micros(500);
    let mut killed = None;
    while !has_ended(&child)? {
        if let Some(limit) = limit
            && killed.is_none()
            && begun.elapsed() > limit
        {
            killed = Some(limit);
            kill_group(head_of(&child));
        }
        meanwhile();
        std::thread::sleep(pause);
        // Short runs are noticed soon, long ones cost nothing.
        pause = (pause * 5 / 4).min(Duration::from_millis(20));
    }
    let status = {
        let mut groups = groups();
        // Whatever it has left behind in its group.
        kill_group(head_of(&child));
        groups.live.remove(&head_of(&child));
        child.wait()?
    };
    meanwhile();
    Ok(match (killed, status.code(), status.signal()) {
        (Some(limit), ..) => Ending::Killed(limit),
        (None, Some(code), _) => Ending::Exited(code),
        (None, None, signal) => Ending::Signalled(signal.unwrap_or_default()),
    })
}

fn head_of(child: &Child) -> libc::pid_t {
    libc::pid_t::try_from(child.id()).expect("the operating system's own numbers fit")
}

fn start(command: &mut Command) -> io::Result<Child> {
    command.stdin(Stdio::null()).process_group(0);
    end_with_parent(command);
    // Held while it starts, so that one who ends all groups misses none.
    let mut groups = groups();
    if groups.closing {
        return Err(io::Error::new(
            io::ErrorKind::Interrupted,
            "the harness is about to end",
        ));
    }
    let child = command.spawn()?;
    groups.live.insert(head_of(&child));
    Ok(child)
}

/// Has the kernel kill the process when the thread that starts it ends, which waits for it: so
/// it does not survive a harness that is killed and can do nothing itself.
#[cfg(target_os = "linux")]
fn end_with_parent(command: &mut Command) {
    let parent = std::process::id();
    let in_child = move || {
        // SAFETY: both are calls of the system without memory, allowed after a fork.
        unsafe {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
                return Err(io::Error::last_os_error());
            }
            if u32::try_from(libc::getppid()) != Ok(parent) {
                // The parent has ended already.
                libc::_exit(1);
            }
        }
        Ok(())
    };
    // SAFETY: the function neither allocates nor takes a lock.
    unsafe { command.pre_exec(in_child) };
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent(_command: &mut Command) {}

/// Whether the process has ended; it still is to be waited for, so its number stays its own.
fn has_ended(child: &Child) -> io::Result<bool> {
    // SAFETY: all zeros is a value of this struct of integers.
    let mut information: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the pointer is to a live struct of the right type.
    let answer = unsafe { libc::waitid(libc::P_PID, child.id(), &raw mut information, options) };
    if answer != 0 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted {
            Ok(false)
        } else {
            Err(error)
        };
    }
    // SAFETY: `waitid` has filled it, or left it zero if the process lives.
    Ok(unsafe { information.si_pid() } != 0)
}

/// The name of a signal that a crash ends with.
pub(crate) fn signal_name(signal: i32) -> String {
    signal_hook::low_level::signal_name(signal)
        .map_or_else(|| format!("signal {signal}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_status_and_the_signal_are_told_apart() {
        assert_eq!(
            run(&mut shell("exit 3"), None, || ()).unwrap(),
            Ending::Exited(3)
        );
        let crash = run(&mut shell("kill -SEGV $$"), None, || ()).unwrap();
        assert_eq!(crash, Ending::Signalled(libc::SIGSEGV));
        assert_eq!(signal_name(libc::SIGSEGV), "SIGSEGV");
    }

    #[test]
    fn a_process_that_takes_too_long_is_killed() {
        let begun = Instant::now();
        let limit = Duration::from_millis(50);
        let ending = run(&mut shell("sleep 60 & sleep 60"), Some(limit), || ()).unwrap();
        assert_eq!(ending, Ending::Killed(limit));
        assert!(begun.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn what_it_started_ends_with_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let script = format!("sleep 60 & echo $! > {}", file.path().display());
        assert_eq!(
            run(&mut shell(&script), None, || ()).unwrap(),
            Ending::Exited(0)
        );
        let process = std::fs::read_to_string(file.path()).unwrap();
        let status = format!("/proc/{}/status", process.trim());
        let begun = Instant::now();
        // A zombie, for whoever inherited it, or gone.
        while std::fs::read_to_string(&status).is_ok_and(|text| !text.contains("Z (zombie)")) {
            assert!(begun.elapsed() < Duration::from_secs(10), "{process} lives");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
