//! What a task awaits, in a form that costs nothing to note.

use std::fmt;
use std::panic::Location;

/// What a future that returns `Pending` waits for.
#[derive(Clone, Copy)]
pub(crate) enum Wait {
    Text(&'static str),
    Place { what: &'static str, at: &'static Location<'static> },
    Custom { describe: fn(u64, u64, &mut fmt::Formatter<'_>) -> fmt::Result, a: u64, b: u64 },
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Wait::Text(text) => f.write_str(text),
            Wait::Place { what, at } => write!(f, "{what} (made at {at})"),
            Wait::Custom { describe, a, b } => describe(a, b, f),
        }
    }
}
