//! Errors of tasks as entries of a report.

use std::fmt::Write as _;
use std::panic::Location;

use verifork_protocol::failure::FORKED;

use super::failure_kind::FailureKind;
use super::outcome::FailureEntry;
use crate::dut::{BindError, DOES_NOT_FIT, ExpectError, ReadError, SelectError, WriteError};
use crate::failure::Failure;
use crate::task::{EndTest, MOST_CAUSES, TaskError, TaskErrorKind, TaskErrors, catch, causes_of};
use crate::time::SimTime;

/// Every error in the order in which it happened; those of managers inside of managers in place
/// of the error that only hands them on. What ends this test, and is not a failure, goes to `ends`.
pub(super) fn entries<'a>(
    errors: &'a TaskErrors,
    test: u64,
    ends: &mut dyn FnMut(&'a EndTest),
) -> Vec<FailureEntry> {
    let mut entries = Vec::new();
    for error in errors {
        push(error, &mut entries, test, ends);
    }
    entries
}

fn push<'a>(
    error: &'a TaskError,
    entries: &mut Vec<FailureEntry>,
    test: u64,
    ends: &mut dyn FnMut(&'a EndTest),
) {
    if let Some(end) = EndTest::of(error).filter(|end| end.test == Some(test)) {
        return ends(end);
    }
    if let Some(inner) = error
        .cause()
        .and_then(|cause| cause.downcast_ref::<TaskErrors>())
    {
        for error in inner {
            push(error, entries, test, ends);
        }
        return;
    }
    if let Some(inner) = error
        .cause()
        .and_then(|cause| cause.downcast_ref::<TaskError>())
        && !inner.is_cancelled()
    {
        return push(inner, entries, test, ends);
    }
    let mut text = error.to_string();
    // The test's own place is known.
    let is_of_child = error.path().contains('/');
    // The line that failed, where it is known, says more than the line that forked.
    let mut place = place_of(error.place());
    match error.kind() {
        TaskErrorKind::Failed(cause) => {
            for below in causes_of(cause) {
                let _ = write!(text, "\nbecause {below}");
            }
            if let Some(line) = line_of(cause) {
                text = without_place(&text, (line.file(), line.line()));
                text.push_str(&forked_at(is_of_child, &place));
                place = place_of(line);
            }
        }
        TaskErrorKind::Panicked { at, backtrace, .. } => {
            if let Some((file, line)) = at.as_deref().and_then(file_and_line) {
                text = without_place(&text, (&file, line));
                text.push_str(&forked_at(is_of_child, &place));
                place = (file, line);
            }
            if let Some(backtrace) = backtrace {
                text.push('\n');
                text.push_str(backtrace);
            }
        }
        _ => {}
    }
    entries.push(FailureEntry {
        task: error.path().to_owned(),
        place: Some(place),
        at: error.time(),
        text,
        kind: kind_of(error),
    });
}

fn kind_of(error: &TaskError) -> FailureKind {
    match error.kind() {
        // As `unwrap` and `expect` print it: their words, a colon, the error.
        TaskErrorKind::Panicked { message, .. }
            if message.contains(&format!(": {DOES_NOT_FIT}")) =>
        {
            FailureKind::Bind
        }
        TaskErrorKind::Panicked { .. } => FailureKind::Panic,
        TaskErrorKind::Failed(cause) if is_of_binding(cause) => FailureKind::Bind,
        _ => FailureKind::Error,
    }
}

/// Whether an error, or what it comes from, is one of a look-up in the design.
pub(super) fn is_of_binding(error: &anyhow::Error) -> bool {
    let mut chain = error.chain().take(MOST_CAUSES);
    // The causes are formatted by users' code.
    let found = catch(|| error.is::<BindError>() || chain.any(|cause| cause.is::<BindError>()));
    found.unwrap_or(false)
}

/// The line of the testbench that an error of the library's own remembers.
pub fn line_of(cause: &anyhow::Error) -> Option<&'static Location<'static>> {
    let read = || Some(cause.downcast_ref::<ReadError>()?.location());
    let write = || Some(cause.downcast_ref::<WriteError>()?.location());
    let select = || Some(cause.downcast_ref::<SelectError>()?.location());
    let expect = || Some(cause.downcast_ref::<ExpectError>()?.location());
    let failure = cause.downcast_ref::<Failure>().map(|failure| failure.place);
    failure
        .or_else(expect)
        .or_else(read)
        .or_else(write)
        .or_else(select)
}

/// The text of an error without its line, ` at src/lib.rs:4:9`, which every report prints in front of it.
fn without_place(text: &str, (file, line): (&str, u32)) -> String {
    for (begin, end) in [(" (at ", ")"), (" at ", "")] {
        let place = format!("{begin}{file}:{line}:");
        for (at, _) in text.match_indices(&place) {
            let rest = &text[at + place.len()..];
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            if let Some(rest) = rest.strip_prefix(end) {
                return format!("{}{rest}", &text[..at]);
            }
        }
    }
    text.to_owned()
}

/// Something that went wrong with the test as a whole.
pub(super) fn of_test(
    name: &str,
    place: &'static Location<'static>,
    at: SimTime,
    kind: FailureKind,
    text: String,
) -> FailureEntry {
    FailureEntry {
        task: name.to_owned(),
        place: Some(place_of(place)),
        at: Some(at),
        text,
        kind,
    }
}

fn forked_at(is_of_child: bool, (file, line): &(String, u32)) -> String {
    if is_of_child {
        format!("\n{FORKED}{file}:{line})")
    } else {
        String::new()
    }
}

fn place_of(place: &Location<'_>) -> (String, u32) {
    (place.file().to_owned(), place.line())
}

fn file_and_line(place: &str) -> Option<(String, u32)> {
    let (rest, _column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file.to_owned(), line.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_an_error_is_reported_once() {
        let told = |text| without_place(text, ("src/lib.rs", 4));
        assert_eq!(
            told("cannot read `a.q` at src/lib.rs:4:9: bit 0 is unknown"),
            "cannot read `a.q`: bit 0 is unknown"
        );
        assert_eq!(
            told("`a.q` has no bit 9: it is declared [7:0] (at src/lib.rs:4:9)"),
            "`a.q` has no bit 9: it is declared [7:0]"
        );
        for other in ["forked at src/lib.rs:44:9", "at src/lib.rs:5:4", "plain"] {
            assert_eq!(told(other), other);
        }
    }
}
