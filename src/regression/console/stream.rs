//! The process's standard streams: read back where they are a file of its own, replaced by a pipe where
//! they are anything else.

use std::fs::File;
use std::io::{self, IsTerminal as _, PipeReader, PipeWriter, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, RawFd};

use libc::c_int;

use super::lines::Unfinished;
use crate::simulator::Messages;

/// One of the two streams, or both where they are one.
pub(super) struct Stream {
    source: Source,
    unfinished: Unfinished,
    pub(super) messages: Messages,
    /// Whether it is where errors go.
    errors: bool,
}

enum Source {
    /// The file, read from its start on.
    File(File),
    /// What replaces the stream, and the stream itself.
    Pipe { pipe: PipeReader, original: File },
}

/// How much is read at once.
const ROOM: usize = 16 * 1024;

/// Starts to read both. `alone`: only this process writes the file, which is read from its start. `pump` is called on
/// its own thread whenever there is output, until it returns that there will be no more.
///
/// # Errors
///
/// The system provides no pipe or thread. Nothing has changed then.
pub(super) fn streams(
    alone: bool,
    messages: impl Fn() -> Messages,
    pump: fn() -> bool,
) -> io::Result<Vec<Stream>> {
    let (out, err) = (io::stdout(), io::stderr());
    let one = is_same(out.as_fd(), err.as_fd());
    let stream = |source, errors| Stream {
        source,
        unfinished: Unfinished::default(),
        messages: messages(),
        errors,
    };
    flush_standard_output();
    if alone
        && let Some(file) = regular_file(out.as_fd())
        && let Some(errors) = if one {
            Some(None)
        } else {
            regular_file(err.as_fd()).map(Some)
        }
    {
        write_line_by_line();
        let errors = errors.map(|file| stream(Source::File(file), true));
        return Ok([stream(Source::File(file), one)]
            .into_iter()
            .chain(errors)
            .collect());
    }
    let by_line = one || out.is_terminal();
    let mut replaced = vec![Replaced::new(out.as_fd())?];
    if one {
        replaced[0].also = Some(err.as_raw_fd());
    } else {
        replaced.push(Replaced::new(err.as_fd())?);
    }
    let pipes: Vec<RawFd> = replaced.iter().map(|it| it.pipe.as_raw_fd()).collect();
    std::thread::Builder::new()
        .name("verifork-output".to_owned())
        .spawn(move || while await_input(&pipes) && pump() {})?;
    if by_line {
        write_line_by_line();
    }
    let streams = replaced.into_iter().map(|it| {
        let errors = one || it.descriptor == libc::STDERR_FILENO;
        stream(it.replace(), errors)
    });
    Ok(streams.collect())
}

/// A stream about to be replaced.
struct Replaced {
    descriptor: RawFd,
    also: Option<RawFd>,
    pipe: PipeReader,
    writer: PipeWriter,
    original: File,
}

impl Replaced {
    fn new(stream: BorrowedFd<'_>) -> io::Result<Self> {
        let (pipe, writer) = io::pipe()?;
        Ok(Replaced {
            descriptor: stream.as_raw_fd(),
            also: None,
            pipe,
            writer,
            original: stream.try_clone_to_owned()?.into(),
        })
    }

    fn replace(self) -> Source {
        for descriptor in [self.descriptor].into_iter().chain(self.also) {
            // SAFETY: both are open, and the second is one of the standard streams, which nobody owns. Its writers go
            // on writing, now into the pipe.
            unsafe { libc::dup2(self.writer.as_raw_fd(), descriptor) };
        }
        let (pipe, original) = (self.pipe, self.original);
        Source::Pipe { pipe, original }
    }
}

impl Stream {
    /// Reads what is there, and calls for each line that it ends.
    pub(super) fn read(&mut self, mut each: impl FnMut(&str, &mut Messages)) {
        let mut bytes = [0; ROOM];
        loop {
            let count = match &mut self.source {
                Source::File(file) => file.read(&mut bytes).unwrap_or(0),
                Source::Pipe { pipe, original } => next(pipe, original, &mut bytes),
            };
            if count == 0 {
                return;
            }
            let messages = &mut self.messages;
            self.unfinished
                .take(&bytes[..count], |line| each(line, messages));
        }
    }

    /// Hands on what is there, and no more than that. Takes no memory.
    pub(super) fn hand_on(&mut self) {
        if let Source::Pipe { pipe, original } = &mut self.source {
            let mut bytes = [0; ROOM];
            while next(pipe, original, &mut bytes) > 0 {}
        }
    }
}

/// Where the standard error goes in the end.
pub(super) fn errors_to(streams: &[Stream]) -> RawFd {
    let mut streams = streams.iter().filter(|stream| stream.errors);
    match streams.next().map(|stream| &stream.source) {
        Some(Source::Pipe { original, .. }) => original.as_raw_fd(),
        _ => libc::STDERR_FILENO,
    }
}

/// Forwards what can be read at once, and returns its length.
fn next(pipe: &mut PipeReader, original: &mut File, bytes: &mut [u8]) -> usize {
    if !is_readable(&mut [of_input(pipe.as_raw_fd())], 0) {
        return 0;
    }
    let count = pipe.read(bytes).unwrap_or(0);
    // Nobody may be listening.
    let _ = original.write_all(&bytes[..count]);
    count
}

fn of_input(descriptor: RawFd) -> libc::pollfd {
    libc::pollfd {
        fd: descriptor,
        events: libc::POLLIN,
        revents: 0,
    }
}

/// Waits until something has come from one of these; `false` if nothing will.
fn await_input(descriptors: &[RawFd]) -> bool {
    let mut polled: Vec<_> = descriptors.iter().copied().map(of_input).collect();
    is_readable(&mut polled, -1)
}

fn is_readable(polled: &mut [libc::pollfd], milliseconds: c_int) -> bool {
    loop {
        // SAFETY: the pointer and the count are those of one live slice.
        let ready = unsafe {
            libc::poll(
                polled.as_mut_ptr(),
                polled.len() as libc::nfds_t,
                milliseconds,
            )
        };
        if ready >= 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return polled.iter().any(|it| it.revents & libc::POLLIN != 0);
        }
    }
}

fn status(stream: BorrowedFd<'_>) -> Option<libc::stat> {
    let mut status = MaybeUninit::uninit();
    // SAFETY: there is room for the answer, which is read only if the call says that it is there.
    unsafe {
        (libc::fstat(stream.as_raw_fd(), status.as_mut_ptr()) == 0).then(|| status.assume_init())
    }
}

/// Whether what is written to one comes where what is written to the other does.
fn is_same(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> bool {
    match (status(one), status(other)) {
        (Some(one), Some(other)) => (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino),
        _ => false,
    }
}

/// The file that a stream writes to, for reading.
fn regular_file(stream: BorrowedFd<'_>) -> Option<File> {
    let regular = status(stream)?.st_mode & libc::S_IFMT == libc::S_IFREG;
    let path = format!("/proc/self/fd/{}", stream.as_raw_fd());
    regular.then(|| File::open(path).ok())?
}

// Functions of C's standard library that the crate `libc` lacks.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
unsafe extern "C" {
    static stdout: *mut libc::FILE;
    fn ftrylockfile(stream: *mut libc::FILE) -> c_int;
    fn funlockfile(stream: *mut libc::FILE);
}

/// Writes what the simulator has printed and C still holds, and Rust.
pub(crate) fn flush_standard_output() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the standard output's stream exists for as long as the process.
    unsafe {
        libc::fflush(stdout);
    }
    let _ = io::stdout().flush();
}

/// Writes what the simulator has printed and C still holds, unless another thread is printing.
pub(crate) fn try_flush_standard_output() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the standard output's stream exists for as long as the process, and its lock is ours
    // where it is flushed: a thread that is stuck with the lock does not stop us.
    unsafe {
        if ftrylockfile(stdout) == 0 {
            libc::fflush(stdout);
            funlockfile(stdout);
        }
    }
}

/// Makes C write each line when it ends, so that it is in order with other output.
fn write_line_by_line() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the standard output's stream exists for as long as the process; without a buffer given
    // only the way of buffering changes, which the GNU library allows at any time.
    unsafe {
        libc::setvbuf(stdout, std::ptr::null_mut(), libc::_IOLBF, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{MessageKind, MessageStyle};
    use crate::time::TimeUnit;

    #[test]
    fn what_comes_through_a_pipe_is_handed_on_as_it_is_and_read() {
        let target = tempfile::NamedTempFile::new().unwrap();
        let (pipe, mut writer) = io::pipe().unwrap();
        let original = target.reopen().unwrap();
        let mut stream = Stream {
            source: Source::Pipe { pipe, original },
            unfinished: Unfinished::default(),
            messages: Messages::new(MessageStyle::Ghdl, TimeUnit::Femtoseconds.into()),
            errors: true,
        };
        let text = b"\x1b[1ma.vhd:6:1:@1ns:(report error): bad\x1b[0m\nand \xff no end";
        writer.write_all(text).unwrap();
        let mut found = Vec::new();
        stream.read(|line, messages| found.push(messages.line(line).map(|it| it.kind)));
        assert_eq!(found, [Some(MessageKind::Error)]);
        writer.write_all(b"!").unwrap();
        stream.hand_on();
        let mut handed_on = text.to_vec();
        handed_on.push(b'!');
        assert_eq!(std::fs::read(target.path()).unwrap(), handed_on);
    }

    #[test]
    fn a_file_is_one_with_itself_only() {
        let (one, other) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        let again = one.try_clone().unwrap();
        assert!(is_same(one.as_fd(), again.as_fd()));
        assert!(!is_same(one.as_fd(), other.as_fd()));
        assert!(regular_file(one.as_fd()).is_some());
        let (pipe, _writer) = io::pipe().unwrap();
        assert!(regular_file(pipe.as_fd()).is_none());
    }
}
