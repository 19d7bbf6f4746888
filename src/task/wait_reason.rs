//! What a task awaits, in words for the task tree.

use std::fmt;
use std::panic::Location;

/// What a future that returned `Pending` waits for.
///
/// `Copy` and without allocation: a future records it on every poll, and it is formatted only when the task
/// tree is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WaitReason {
    /// A fixed text.
    Text(&'static str),
    /// Something known by the line that made it.
    Place {
        /// What it is, such as "room in the channel".
        what: &'static str,
        /// The line that made it.
        at: &'static Location<'static>,
    },
    /// Something that the user gave a name.
    Named {
        /// What it is, such as "the event".
        what: &'static str,
        /// Its name.
        name: &'static str,
        /// The line that made it.
        at: &'static Location<'static>,
    },
    /// The text that a function writes for two numbers.
    Custom {
        /// Writes the words.
        describe: fn(u64, u64, &mut fmt::Formatter<'_>) -> fmt::Result,
        /// The function's first argument.
        a: u64,
        /// The function's second argument.
        b: u64,
    },
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            WaitReason::Text(text) => f.write_str(text),
            WaitReason::Place { what, at } => write!(f, "{what} ({}:{})", at.file(), at.line()),
            WaitReason::Named { what, name, at } => {
                write!(f, "{what} `{name}` ({}:{})", at.file(), at.line())
            }
            WaitReason::Custom { describe, a, b } => describe(a, b, f),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_form_says_what_is_awaited() {
        let at = Location::caller();
        let here = format!("({}:{})", file!(), at.line());
        let described = WaitReason::Custom {
            describe: |a, b, f| write!(f, "{a} of {b}"),
            a: 1,
            b: 2,
        };
        assert_eq!(
            WaitReason::Text("the read-only phase").to_string(),
            "the read-only phase"
        );
        assert_eq!(
            WaitReason::Place {
                what: "the event",
                at
            }
            .to_string(),
            format!("the event {here}")
        );
        assert_eq!(
            WaitReason::Named {
                what: "the event",
                name: "reset",
                at
            }
            .to_string(),
            format!("the event `reset` {here}")
        );
        assert_eq!(described.to_string(), "1 of 2");
    }
}
