//! Processes that do not outlive this one: each is the head of a group of its own, which is
//! killed when its head has ended, when it takes too long, and when this process ends.

use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
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
    live: Vec<Pid>,
    /// This process ends: nothing is started any more.
    closing: bool,
}

static GROUPS: Mutex<Groups> = Mutex::new(Groups {
    live: Vec::new(),
    closing: false,
});

fn groups() -> MutexGuard<'static, Groups> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes signals that end this process, such as that of Ctrl-C, end every group first.
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
                // Held to the end, so that killed processes are not reported as failed.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
                std::process::exit(128 + signal);
            }
        })?;
    Ok(())
}

/// The head has not been waited for, so its number is still that of its group.
fn kill_group(head: Pid) {
    // An error is that of a group that is empty.
    let _ = kill_process_group(head, Signal::KILL);
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
    let mut watch = Watch::new(&child);
    let mut killed = None;
    while !watch.has_ended()? {
        if let Some(limit) = limit
            && killed.is_none()
            && begun.elapsed() > limit
        {
            killed = Some(limit);
            kill_group(head_of(&child));
        }
        meanwhile();
        watch.pause()?;
    }
    let status = {
        let mut groups = groups();
        // Whatever it has left behind in its group.
        kill_group(head_of(&child));
        groups.live.retain(|&head| head != head_of(&child));
        child.wait()?
    };
    meanwhile();
    Ok(match (killed, status.code(), status.signal()) {
        (Some(limit), ..) => Ending::Killed(limit),
        (None, Some(code), _) => Ending::Exited(code),
        (None, None, signal) => Ending::Signalled(signal.unwrap_or_default()),
    })
}

fn head_of(child: &Child) -> Pid {
    Pid::from_child(child)
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
    groups.live.push(head_of(&child));
    Ok(child)
}

/// Makes the kernel kill the process when the thread that starts it and waits for it ends. The process therefore does
/// not survive a harness that is killed.
#[cfg(target_os = "linux")]
fn end_with_parent(command: &mut Command) {
    use rustix::process::{getpid, getppid, set_parent_process_death_signal};
    let parent = getpid();
    let in_child = move || {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        if getppid() != Some(parent) {
            // The parent has already ended, and nobody reads the error.
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(())
    };
    // SAFETY: the function neither allocates nor takes a lock.
    unsafe { command.pre_exec(in_child) };
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent(_command: &mut Command) {}

/// How long `meanwhile` waits at the most.
const PAUSE: Duration = Duration::from_millis(20);

/// Waits for a process without taking its number from it.
struct Watch {
    process: Pid,
    /// Readable when the process has ended; none where the kernel does not have such descriptors.
    #[cfg(target_os = "linux")]
    descriptor: Option<std::os::fd::OwnedFd>,
    pause: Duration,
}

impl Watch {
    fn new(child: &Child) -> Self {
        let process = head_of(child);
        Watch {
            process,
            #[cfg(target_os = "linux")]
            descriptor: rustix::process::pidfd_open(process, rustix::process::PidfdFlags::empty())
                .ok(),
            pause: Duration::from_micros(500),
        }
    }

    /// Whether the process has ended; it still is to be waited for, so its number stays its own.
    fn has_ended(&self) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(self.process), options) {
            Ok(status) => Ok(status.is_some()),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets some time pass, less if the process ends.
    fn pause(&mut self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if let Some(descriptor) = &self.descriptor {
            use rustix::event::{PollFd, PollFlags, Timespec, poll};
            let limit = Timespec::try_from(PAUSE).expect("a short time");
            let mut ends = [PollFd::new(descriptor, PollFlags::IN)];
            return match poll(&mut ends, Some(&limit)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
                Err(error) => Err(error.into()),
            };
        }
        std::thread::sleep(self.pause);
        // Short runs are noticed soon, long ones cost nothing.
        self.pause = (self.pause * 5 / 4).min(PAUSE);
        Ok(())
    }
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
    fn the_status_and_the_signal_are_distinguished() {
        assert_eq!(
            run(&mut shell("exit 3"), None, || ()).unwrap(),
            Ending::Exited(3)
        );
        let crash = run(&mut shell("kill -SEGV $$"), None, || ()).unwrap();
        assert_eq!(crash, Ending::Signalled(signal_hook::consts::SIGSEGV));
        assert_eq!(signal_name(signal_hook::consts::SIGSEGV), "SIGSEGV");
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
        // A zombie that another process has inherited, or gone.
        while std::fs::read_to_string(&status).is_ok_and(|text| !text.contains("Z (zombie)")) {
            assert!(begun.elapsed() < Duration::from_secs(10), "{process} lives");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
