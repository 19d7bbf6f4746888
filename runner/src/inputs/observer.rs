//! What a program, and all that it starts, asks the file system for.
//!
//! On Linux, a filter of system calls (`seccomp(2)`) has the kernel stop the caller at each one that
//! names a path until this process has noted it; then the call goes on as it was. So it does not
//! matter which program asks, nor why it came upon the path, and a file that was looked for in
//! vain is seen like one that was found.

use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::process::Ending;

/// What was done with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Whether it is there was asked.
    Looked,
    /// It was opened, to be read or run.
    Opened,
    /// Where it leads, if it is a symbolic link, was asked.
    Followed,
    /// It was opened if it was there, else made.
    OpenedOrMade,
    /// It was made, or emptied, to be written.
    Made,
}

/// Runs the command to its end as [`process::run`] does. `see` is told of each path before what is
/// done with it is done, by a thread of its own.
///
/// Gives the end, and whether everything was seen.
///
/// # Errors
///
/// The command does not start, or this process is about to end.
pub(crate) fn run(
    command: &mut Command,
    limit: Option<Duration>,
    see: &mut (dyn FnMut(PathBuf, Use) + Send),
) -> io::Result<(Ending, bool)> {
    imp::run(command, limit, see)
}

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
mod imp {
    use super::{Command, Duration, Ending, PathBuf, Use, io};
    use crate::process;

    pub(super) fn run(
        command: &mut Command,
        limit: Option<Duration>,
        _: &mut (dyn FnMut(PathBuf, Use) + Send),
    ) -> io::Result<(Ending, bool)> {
        Ok((process::run(command, limit, || ())?, false))
    }
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod imp {
    use std::ffi::{OsString, c_long};
    use std::fs::{self, File};
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
    use std::os::unix::ffi::OsStringExt as _;
    use std::os::unix::fs::FileExt as _;
    use std::os::unix::process::CommandExt as _;
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::thread;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::Errno;
    use rustix::net::{
        AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
    };

    use super::Use;
    use crate::process::{self, Ending};

    /// What a call does with the path that it names.
    #[derive(Clone, Copy)]
    enum Effect {
        Look,
        Follow,
        Open,
        /// What it does is in flags, which are this argument.
        OpenBy(usize),
        Make,
    }
    use Effect::{Follow, Look, Make, Open, OpenBy};

    /// A call, the argument with the folder that its path is relative to (of the process if none),
    /// that with the path, and what it does.
    type Call = (c_long, Option<usize>, usize, Effect);

    const CALLS: &[Call] = &[
        (libc::SYS_openat, Some(0), 1, OpenBy(2)),
        (libc::SYS_openat2, Some(0), 1, Open),
        (libc::SYS_newfstatat, Some(0), 1, Look),
        (libc::SYS_statx, Some(0), 1, Look),
        (libc::SYS_faccessat, Some(0), 1, Look),
        (libc::SYS_faccessat2, Some(0), 1, Look),
        (libc::SYS_readlinkat, Some(0), 1, Follow),
        (libc::SYS_execve, None, 0, Open),
        (libc::SYS_execveat, Some(0), 1, Open),
        (libc::SYS_mkdirat, Some(0), 1, Make),
        (libc::SYS_mknodat, Some(0), 1, Make),
        (libc::SYS_symlinkat, Some(1), 2, Make),
        // The other path of these is that of a file which goes by another name from now on.
        (libc::SYS_linkat, Some(0), 1, Open),
        (libc::SYS_linkat, Some(2), 3, Make),
        (libc::SYS_renameat2, Some(0), 1, Open),
        (libc::SYS_renameat2, Some(2), 3, Make),
        (libc::SYS_renameat, Some(0), 1, Open),
        (libc::SYS_renameat, Some(2), 3, Make),
    ];

    /// Calls that only older machines have.
    #[cfg(target_arch = "x86_64")]
    const OLDER_CALLS: &[Call] = &[
        (libc::SYS_open, None, 0, OpenBy(1)),
        (libc::SYS_creat, None, 0, Make),
        (libc::SYS_stat, None, 0, Look),
        (libc::SYS_lstat, None, 0, Look),
        (libc::SYS_access, None, 0, Look),
        (libc::SYS_readlink, None, 0, Follow),
        (libc::SYS_mkdir, None, 0, Make),
        (libc::SYS_mknod, None, 0, Make),
        (libc::SYS_symlink, None, 1, Make),
        (libc::SYS_link, None, 0, Open),
        (libc::SYS_link, None, 1, Make),
        (libc::SYS_rename, None, 0, Open),
        (libc::SYS_rename, None, 1, Make),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    const OLDER_CALLS: &[Call] = &[];

    // <linux/audit.h>
    #[cfg(target_arch = "x86_64")]
    const ARCHITECTURE: u32 = 0xc000_003e;
    #[cfg(target_arch = "aarch64")]
    const ARCHITECTURE: u32 = 0xc000_00b7;

    pub(super) fn run(
        command: &mut Command,
        limit: Option<Duration>,
        see: &mut (dyn FnMut(PathBuf, Use) + Send),
    ) -> io::Result<(Ending, bool)> {
        let (ours, childs) = socketpair(
            AddressFamily::UNIX,
            SocketType::STREAM,
            SocketFlags::CLOEXEC,
            None,
        )?;
        let filter = filter();
        let socket = childs.as_raw_fd();
        let in_child = move || {
            // SAFETY: `childs` is open until the command has ended.
            let socket = unsafe { BorrowedFd::borrow_raw(socket) };
            send(socket, install(&filter).as_ref())
        };
        // SAFETY: the function makes system calls only; it neither allocates nor takes a lock.
        unsafe { command.pre_exec(in_child) };
        thread::scope(|scope| {
            // It must be there before the command starts, which waits for it.
            let observer = scope.spawn(move || match receive(&ours) {
                Some(listener) => observe(&listener, &ours, see),
                None => false,
            });
            let ending = process::run(command, limit, || ());
            // Tells the observer that nothing more will come.
            drop(childs);
            let complete = observer.join().unwrap_or(false);
            Ok((ending?, complete))
        })
    }

    /// The program of the filter: calls of the table are told of, and all others are let through.
    fn filter() -> Vec<libc::sock_filter> {
        let statement = |code: u32, k: u32| jump(code, k, 0, 0);
        let load = |offset| statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset);
        let end = |action| statement(libc::BPF_RET | libc::BPF_K, action);
        let is = |k, yes, no| jump(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, k, yes, no);
        let mut numbers: Vec<u32> = CALLS
            .iter()
            .chain(OLDER_CALLS)
            .filter_map(|call| u32::try_from(call.0).ok())
            .collect();
        numbers.dedup();
        // The number is the first member of `seccomp_data`, the architecture the second.
        let mut program = vec![
            load(4),
            is(ARCHITECTURE, 1, 0),
            // Programs of other architectures number their calls in another way.
            end(libc::SECCOMP_RET_USER_NOTIF),
            load(0),
        ];
        for (at, number) in numbers.iter().enumerate() {
            let left = u8::try_from(numbers.len() - at).unwrap_or(u8::MAX);
            program.push(is(*number, left, 0));
        }
        program.push(end(libc::SECCOMP_RET_ALLOW));
        program.push(end(libc::SECCOMP_RET_USER_NOTIF));
        program
    }

    fn jump(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
        let code = u16::try_from(code).unwrap_or_default();
        libc::sock_filter { code, jt, jf, k }
    }

    /// Puts this process under the filter, which is for life and for all that it starts. Gives what
    /// tells of its calls; nothing where the system does not allow that.
    fn install(filter: &[libc::sock_filter]) -> Option<OwnedFd> {
        let program = libc::sock_fprog {
            len: u16::try_from(filter.len()).ok()?,
            filter: filter.as_ptr().cast_mut(),
        };
        // SAFETY: the program is alive, and the kernel copies it; both calls are allowed after a fork.
        let listener = unsafe {
            if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
                return None;
            }
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
                &raw const program,
            )
        };
        let listener = i32::try_from(listener).ok().filter(|it| *it >= 0)?;
        // SAFETY: the kernel has just opened it, for us.
        Some(unsafe { OwnedFd::from_raw_fd(listener) })
    }

    fn send(socket: BorrowedFd<'_>, listener: Option<&OwnedFd>) -> io::Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut message = SendAncillaryBuffer::new(&mut space);
        let descriptors = listener.map(|it| [it.as_fd()]);
        if let Some(descriptors) = &descriptors {
            message.push(SendAncillaryMessage::ScmRights(descriptors));
        }
        sendmsg(
            socket,
            &[io::IoSlice::new(b"!")],
            &mut message,
            SendFlags::NOSIGNAL,
        )?;
        Ok(())
    }

    fn receive(socket: &OwnedFd) -> Option<OwnedFd> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut message = RecvAncillaryBuffer::new(&mut space);
        let mut byte = [0];
        loop {
            let mut into = [io::IoSliceMut::new(&mut byte)];
            match recvmsg(socket, &mut into, &mut message, RecvFlags::CMSG_CLOEXEC) {
                Err(Errno::INTR) => {}
                Err(_) => return None,
                Ok(_) => break,
            }
        }
        message.drain().find_map(|part| match part {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        })
    }

    /// Serves the callers until no process is left under the filter, or the command has ended. Gives
    /// whether every path could be told.
    fn observe(
        listener: &OwnedFd,
        ended: &OwnedFd,
        see: &mut (dyn FnMut(PathBuf, Use) + Send),
    ) -> bool {
        wake_at_once(listener);
        let mut complete = true;
        loop {
            let mut ready = [
                PollFd::new(listener, PollFlags::IN),
                PollFd::new(ended, PollFlags::IN),
            ];
            match poll(&mut ready, None) {
                Err(Errno::INTR) => continue,
                Err(_) => return false,
                Ok(_) => {}
            }
            if !ready[0].revents().contains(PollFlags::IN) {
                return complete;
            }
            let Some(asked) = next(listener) else {
                continue;
            };
            complete &= report(listener, &asked, see);
            answer(listener, asked.id);
        }
    }

    /// Has the kernel pass the processor from a caller to the observer and back: nothing else is to be done
    /// meanwhile. Kernels before 6.6 do not know that, and are asked in vain.
    fn wake_at_once(listener: &OwnedFd) {
        // <linux/seccomp.h>
        const SECCOMP_IOCTL_NOTIF_SET_FLAGS: libc::Ioctl = 0x4008_2104;
        const SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP: u64 = 1;
        // SAFETY: the request takes a number, and no pointer.
        unsafe {
            libc::ioctl(
                listener.as_raw_fd(),
                SECCOMP_IOCTL_NOTIF_SET_FLAGS,
                SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP,
            )
        };
    }

    fn next(listener: &OwnedFd) -> Option<libc::seccomp_notif> {
        // SAFETY: all zeros, which the kernel wants to find, is a value of this struct of integers.
        let mut asked: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        // SAFETY: the pointer is to a live struct of the type that the request names.
        let got = unsafe {
            libc::ioctl(
                listener.as_raw_fd(),
                libc::SECCOMP_IOCTL_NOTIF_RECV,
                &raw mut asked,
            )
        };
        // The caller may have been killed in the meantime.
        (got == 0).then_some(asked)
    }

    fn answer(listener: &OwnedFd, id: u64) {
        // SAFETY: all zeros is a value of this struct of integers.
        let mut answer: libc::seccomp_notif_resp = unsafe { std::mem::zeroed() };
        answer.id = id;
        answer.flags = u32::try_from(libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE).unwrap_or(1);
        // SAFETY: as in `next`. That the caller is gone is its affair.
        unsafe {
            libc::ioctl(
                listener.as_raw_fd(),
                libc::SECCOMP_IOCTL_NOTIF_SEND,
                &raw const answer,
            )
        };
    }

    /// Tells what the call does with which paths, if they can be found out.
    fn report(
        listener: &OwnedFd,
        asked: &libc::seccomp_notif,
        see: &mut (dyn FnMut(PathBuf, Use) + Send),
    ) -> bool {
        if asked.data.arch != ARCHITECTURE {
            return false;
        }
        let calls = CALLS.iter().chain(OLDER_CALLS);
        for (_, folder, path, effect) in calls.filter(|call| call.0 == c_long::from(asked.data.nr))
        {
            let found = whole_path(asked, folder.map(|at| asked.data.args[at]), *path);
            // Another process may have its number by now, and other memory.
            if !is_waiting(listener, asked.id) {
                return true;
            }
            match found {
                Ok(Some(path)) => see(path, what(*effect, &asked.data.args)),
                Ok(None) => {}
                Err(_) => return false,
            }
        }
        true
    }

    fn is_waiting(listener: &OwnedFd, id: u64) -> bool {
        // SAFETY: the pointer is to a live number of the type that the request names.
        let answer = unsafe {
            libc::ioctl(
                listener.as_raw_fd(),
                libc::SECCOMP_IOCTL_NOTIF_ID_VALID,
                &raw const id,
            )
        };
        answer == 0
    }

    fn what(effect: Effect, arguments: &[u64; 6]) -> Use {
        match effect {
            Look => Use::Looked,
            Follow => Use::Followed,
            Open => Use::Opened,
            Make => Use::Made,
            OpenBy(flags) => {
                let has = |flag: i32| arguments[flags] & u64::from(flag.unsigned_abs()) != 0;
                if has(libc::O_TRUNC) || has(libc::O_EXCL) && has(libc::O_CREAT) {
                    Use::Made
                } else if has(libc::O_CREAT) {
                    Use::OpenedOrMade
                } else if has(libc::O_PATH) {
                    Use::Looked
                } else {
                    Use::Opened
                }
            }
        }
    }

    /// The longest path, with the zero at its end.
    const LONGEST: usize = 4096;

    /// What another process has at an address, as much as a path may be.
    fn text(process: u32, address: u64) -> io::Result<Vec<u8>> {
        /// The size of the smallest pages.
        const PAGE: usize = 4096;
        let part = |address, length| libc::iovec {
            iov_base: std::ptr::without_provenance_mut(address),
            iov_len: length,
        };
        let invalid = |_| io::Error::from(io::ErrorKind::InvalidInput);
        let process = libc::pid_t::try_from(process).map_err(invalid)?;
        let address = usize::try_from(address).map_err(invalid)?;
        // A part is read whole or not at all, and the text may end before a page that is not there.
        let first = PAGE - address % PAGE;
        let theirs = [
            part(address, first),
            part(address.wrapping_add(first), LONGEST - first),
        ];
        let mut text = vec![0; LONGEST];
        let ours = libc::iovec {
            iov_base: text.as_mut_ptr().cast(),
            iov_len: text.len(),
        };
        // SAFETY: `ours` is the live vector with its length; the kernel checks the other addresses.
        let read =
            unsafe { libc::process_vm_readv(process, &raw const ours, 1, theirs.as_ptr(), 2, 0) };
        text.truncate(usize::try_from(read).map_err(|_| io::Error::last_os_error())?);
        Ok(text)
    }

    /// The same from the file that is the memory of a process.
    fn text_in(memory: &Path, address: u64) -> io::Result<Vec<u8>> {
        let mut text = vec![0; LONGEST];
        let read = File::open(memory)?.read_at(&mut text, address)?;
        text.truncate(read);
        Ok(text)
    }

    /// The path that the call names, whole; nothing if it names none.
    fn whole_path(
        asked: &libc::seccomp_notif,
        folder: Option<u64>,
        at: usize,
    ) -> io::Result<Option<PathBuf>> {
        let process = Path::new("/proc").join(asked.pid.to_string());
        let text = text(asked.pid, asked.data.args[at]);
        // Where the call is forbidden, the file may be readable.
        let mut text = text.or_else(|_| text_in(&process.join("mem"), asked.data.args[at]))?;
        let length = text.iter().position(|byte| *byte == 0);
        text.truncate(length.ok_or(io::ErrorKind::InvalidData)?);
        if text.is_empty() {
            return Ok(None);
        }
        let path = PathBuf::from(OsString::from_vec(text));
        if path.is_absolute() {
            return Ok(Some(path));
        }
        // The lower half is the number; that of the process's own folder is negative.
        let number = folder.map(|it| {
            let [a, b, c, d, ..] = it.to_le_bytes();
            i32::from_le_bytes([a, b, c, d])
        });
        let base = match number {
            None | Some(libc::AT_FDCWD) => process.join("cwd"),
            Some(number) => process.join("fd").join(number.to_string()),
        };
        Ok(Some(fs::read_link(base)?.join(path)))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_path_at_the_end_of_what_a_process_has_is_read_whole() {
            const PATH: &[u8] = b"/some/where\0";
            // SAFETY: the system chooses a place for two pages of the largest size that there is.
            let pages = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    2 << 16,
                    libc::PROT_READ | libc::PROT_WRITE,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                    -1,
                    0,
                )
            };
            assert_ne!(pages, libc::MAP_FAILED);
            // SAFETY: it lies within them.
            let second = unsafe { pages.byte_add(1 << 16) };
            // SAFETY: the second half is nobody's yet, and gone then.
            assert_eq!(unsafe { libc::munmap(second, 1 << 16) }, 0);
            // SAFETY: so much is there before it, and is written by nobody else.
            let path = unsafe {
                let path = second.byte_sub(PATH.len()).cast::<u8>();
                path.copy_from_nonoverlapping(PATH.as_ptr(), PATH.len());
                path
            };
            let address = path.addr() as u64;
            let own = std::process::id();
            assert_eq!(text(own, address).unwrap(), PATH);
            let memory = Path::new("/proc/self/mem");
            assert_eq!(text_in(memory, address).unwrap(), PATH);
            // Where nothing is, nothing is read.
            let gone = second.addr() as u64;
            assert!(text(own, gone).is_err() && text_in(memory, gone).is_err());
            // SAFETY: nobody has a pointer into it any more.
            assert_eq!(unsafe { libc::munmap(pages, 1 << 16) }, 0);
        }
    }
}
