//! Reads the output of the process: for the log of a report, and for the simulator's messages about the design, which
//! no interface provides.
//!
//! Everything is printed on standard output and standard error: by the design, the simulator, its C code, the
//! testbench. Under the harness these are a file of this process alone, which is read back. Elsewhere a pipe replaces
//! them, and its data are forwarded at once.
//!
//! Invariant: everything is forwarded, unchanged and in order, even if the process crashes. After `_exit` and
//! `SIGKILL`, data that are still in the pipe are lost.

mod lines;
mod stream;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use libc::c_int;

use self::lines::Tail;
use self::stream::{Stream, streams};
use crate::simulator::{Message, MessageKind, MessageStyle, Messages};
use crate::time::{Precision, SimTime};

pub(crate) use self::stream::{flush_standard_output, try_flush_standard_output};

/// How many messages are kept word by word.
const KEPT: usize = 20;

/// How long a process that is about to end waits for the thread that hands on.
const PATIENCE: Duration = Duration::from_millis(200);

static CONSOLE: Mutex<Option<Console>> = Mutex::new(None);

/// No test has begun.
static FIRST: AtomicBool = AtomicBool::new(true);

static IS_READ: AtomicBool = AtomicBool::new(false);

static TAIL: Mutex<Tail> = Mutex::new(Tail::new());

struct Console {
    streams: Vec<Stream>,
    collected: DesignMessages,
    /// Whether errors that the design reports leave the present test as it is.
    ignores_errors: bool,
    /// An error has been reported at any time.
    errors: bool,
    /// The library itself is printing, so there is no message of the simulator.
    is_own: bool,
}

/// The simulator's messages about the design.
#[derive(Debug, Default)]
pub(crate) struct DesignMessages {
    /// In the order in which it came.
    pub(crate) messages: Vec<Message>,
    /// How many errors more have come from the line of each of those.
    again: BTreeMap<(String, u32), usize>,
    /// Errors beyond those, which are only counted.
    pub(crate) more: usize,
}

impl DesignMessages {
    fn push(&mut self, message: Message) {
        if message.kind == MessageKind::Error {
            let is_alike = |it: &&Message| {
                it.kind == message.kind && it.place.is_some() && it.place == message.place
            };
            if let Some(place) = self
                .messages
                .iter()
                .find(is_alike)
                .and_then(|it| it.place.clone())
            {
                *self.again.entry(place).or_default() += 1;
                return;
            }
            if self.messages.len() >= KEPT {
                self.more += 1;
                return;
            }
        }
        self.messages.push(message);
    }

    /// How many more errors the line of this one has reported.
    pub(crate) fn again(&self, message: &Message) -> usize {
        let place = message.place.as_ref();
        let again = place.and_then(|place| self.again.get(place));
        again.copied().unwrap_or_default()
    }
}

fn console() -> MutexGuard<'static, Option<Console>> {
    CONSOLE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tail_lines() -> MutexGuard<'static, Tail> {
    TAIL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads the output from now on; if the process has its own file (`alone`), from the start.
///
/// # Errors
///
/// The system provides no pipe or thread. Nothing is read then.
pub(crate) fn begin(style: MessageStyle, precision: Precision, alone: bool) -> std::io::Result<()> {
    let mut console = console();
    if console.is_none() {
        let messages = || Messages::new(style, precision);
        let streams = streams(alone, messages, pump)?;
        *console = Some(Console {
            streams,
            collected: DesignMessages::default(),
            ignores_errors: false,
            errors: false,
            is_own: false,
        });
        IS_READ.store(true, Ordering::Relaxed);
    }
    Ok(())
}

/// Hands on what has come, on the thread that does nothing else.
fn pump() -> bool {
    match &mut *console() {
        Some(console) => {
            console.read();
            true
        }
        None => false,
    }
}

/// Whether what is printed is read.
pub(crate) fn is_read() -> bool {
    IS_READ.load(Ordering::Relaxed)
}

/// Reads everything that has been printed so far, whatever buffer it is in.
pub(crate) fn read() {
    flush_standard_output();
    if let Some(console) = &mut *console() {
        console.read();
        for stream in &mut console.streams {
            if let Some(message) = stream.messages.pause() {
                console.collected.push(message);
            }
        }
    }
}

/// Prints what is our own: a message of the simulator's in it is quoted, and was collected before.
pub(crate) fn print_own(print: impl FnOnce()) {
    if !is_read() {
        return print();
    }
    let own = |is_own| {
        read();
        if let Some(console) = &mut *console() {
            console.is_own = is_own;
        }
    };
    own(true);
    print();
    own(false);
}

/// The simulator's messages about the design since the last call.
pub(crate) fn take_messages() -> DesignMessages {
    read();
    console()
        .as_mut()
        .map(|console| std::mem::take(&mut console.collected))
        .unwrap_or_default()
}

/// The messages since the last test's verdict that make the run fail, as one text, and whether the design has ever
/// reported an error. `ended`: the end of the simulation was already judged.
pub(crate) fn rest(ended: bool) -> (Option<String>, bool) {
    let collected = take_messages();
    let (ignores, errors) = match &*console() {
        Some(console) => (console.ignores_errors, console.errors),
        None => (false, false),
    };
    let counts = |message: &&Message| match message.kind {
        MessageKind::Error => !ignores,
        MessageKind::Fatal => !ended,
        MessageKind::Finish | MessageKind::Stop => false,
    };
    let texts = collected.messages.iter().filter(counts);
    let texts: Vec<_> = texts.map(|message| message.text.as_str()).collect();
    ((!texts.is_empty()).then(|| texts.join("\n")), errors)
}

/// The last lines printed, at most [`lines::TAIL_LINES`], oldest first, without colour.
pub(crate) fn tail() -> String {
    tail_lines().text()
}

/// A test begins, and with it the log of a report, but for what was printed before the first one.
pub(crate) fn begin_test(ignores_errors: bool) {
    read();
    if let Some(console) = &mut *console() {
        console.ignores_errors = ignores_errors;
    }
    if FIRST.swap(false, Ordering::Relaxed) {
        return;
    }
    tail_lines().clear();
}

/// Adds to the last lines what was printed where nothing is read.
pub(crate) fn note(text: &str) {
    if !is_read() {
        let mut tail = tail_lines();
        text.lines().for_each(|line| tail.push(line));
    }
}

/// Whether the design has reported an error at this place, as the host of a program that Verilator
/// made asks where the design stops for one of several reasons. `fatal`: the host knows that it is.
pub(crate) fn confirm(
    file: &str,
    line: u32,
    fatal: bool,
    at: Option<SimTime>,
) -> Option<MessageKind> {
    flush_standard_output();
    let mut console = console();
    let console = console.as_mut()?;
    console.read();
    let mut streams = console.streams.iter_mut();
    let mut message = streams.find_map(|it| it.messages.confirm(file, line))?;
    if fatal {
        message.kind = MessageKind::Fatal;
    }
    message.at = at;
    let kind = message.kind;
    console.collected.push(message);
    Some(kind)
}

impl Console {
    fn read(&mut self) {
        let (collected, errors) = (&mut self.collected, &mut self.errors);
        let is_own = self.is_own;
        let mut tail = tail_lines();
        for stream in &mut self.streams {
            stream.read(|line, messages| {
                tail.push(line);
                if !is_own && let Some(message) = messages.line(line) {
                    *errors |= message.kind == MessageKind::Error;
                    collected.push(message);
                }
            });
        }
    }
}

/// Tells something on the standard error from where nothing can be waited for: a handler of a signal, a
/// thread beside one that is stuck. What was printed before comes before it. Takes no memory.
pub(crate) fn write_error(parts: &[&[u8]]) {
    let begun = Instant::now();
    let mut errors = libc::STDERR_FILENO;
    loop {
        match CONSOLE.try_lock() {
            Ok(mut console) => {
                if let Some(console) = &mut *console {
                    console.streams.iter_mut().for_each(Stream::hand_on);
                    errors = stream::errors_to(&console.streams);
                }
                return write_to(errors, parts);
            }
            Err(TryLockError::Poisoned(_)) => break,
            // Held by the thread that hands on, for a moment; or by the one that has crashed.
            Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => break,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    write_to(errors, parts);
}

fn write_to(descriptor: c_int, parts: &[&[u8]]) {
    for part in parts {
        // SAFETY: the pointer and the length are those of one live slice. A failed write is ignored: nothing could
        // report it.
        unsafe { libc::write(descriptor, part.as_ptr().cast(), part.len()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_one_line_are_counted_and_those_of_others_kept_up_to_a_limit() {
        let mut collected = DesignMessages::default();
        let error = |line: Option<u32>| Message {
            kind: MessageKind::Error,
            text: "bad".to_owned(),
            place: line.map(|line| ("a.v".to_owned(), line)),
            at: None,
        };
        for line in [3, 4, 3, 3] {
            collected.push(error(Some(line)));
        }
        let counts: Vec<usize> = collected
            .messages
            .iter()
            .map(|it| collected.again(it))
            .collect();
        assert_eq!(counts, [2, 0]);
        // Without a place, nothing shows that they are the same.
        (0..2).for_each(|_| collected.push(error(None)));
        assert_eq!(collected.messages.len(), 4);
        (10..100).for_each(|line| collected.push(error(Some(line))));
        assert_eq!((collected.messages.len(), collected.more), (KEPT, 74));
        let fatal = Message {
            kind: MessageKind::Fatal,
            ..error(Some(3))
        };
        collected.push(fatal.clone());
        assert_eq!(collected.messages.last(), Some(&fatal));
    }
}
