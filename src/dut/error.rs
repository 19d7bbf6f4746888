//! Why an access failed, on which object, and at which line of the testbench.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use crate::scheduler;
use crate::simulator::PortError;
use crate::value::ValueError;

/// Why a value could not be read.
///
/// ```no_run
/// # fn example(count: verifork::dut::Signal<u8>) {
/// use verifork::dut::ReadCause;
///
/// if let Err(error) = count.get() {
///     assert_eq!(error.path(), "counter.count");
///     assert!(matches!(error.cause(), ReadCause::Value(_)), "{error}");
/// }
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct ReadError(Box<Access<ReadCause>>);

/// Why a value could not be written.
///
/// ```no_run
/// # fn example(count: verifork::dut::Signal<u8>) {
/// if let Err(error) = count.try_set(40) {
///     println!("line {}: {error}", error.location().line());
/// }
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct WriteError(Box<Access<WriteCause>>);

/// The cause of a [`ReadError`].
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork::dut::ReadCause;
///
/// # fn example(count: Signal<u8>) {
/// if let Err(error) = count.get()
///     && let ReadCause::Value(why) = error.cause()
/// {
///     log::info!("{why}");
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadCause {
    /// The value does not fit the Rust type: it has unknown bits, or no variant has it.
    #[error("{}", WithRemedy(.0))]
    Value(#[from] ValueError),
    /// The simulator does not provide it.
    #[error(transparent)]
    Port(#[from] PortError),
    /// No simulation runs on this thread.
    #[error("{NO_SIMULATION}")]
    NoSimulation,
}

/// The cause of a [`WriteError`].
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork::dut::WriteCause;
///
/// # fn example(full: Signal<bool>) {
/// let refused = full.try_set(true).err();
/// let driven = refused.is_some_and(|error| matches!(error.cause(), WriteCause::Driven));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteCause {
    /// The value does not fit the signal.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The simulator does not take it.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The design drives it, so a written value would not last. See
    /// [`Signal::try_set`](super::Signal::try_set).
    #[error(
        "the design drives it, as an output or by an assignment: the value would last only until the design \
         drives the next one; `force` holds a value against the design, and `assume_undriven` says that \
         nothing drives it"
    )]
    Driven,
    /// It is the read-only phase of a time step, in which nothing may change.
    #[error(
        "nothing can be written in the read-only phase: await `next_time_step()`, an edge or a \
         timer first"
    )]
    ReadOnlyPhase,
    /// A parameter, a generic or a constant.
    #[error("it is constant: its value is fixed when the design is elaborated")]
    Constant,
    /// The present value, which was to be frozen, cannot be read.
    #[error("its present value cannot be read: {0}")]
    Read(ReadCause),
    /// There are more or fewer values than the array has elements.
    #[error("it has {elements} elements, but was given {given} values")]
    Count {
        /// The elements of the array.
        elements: usize,
        /// The values to write.
        given: usize,
    },
    /// No simulation runs on this thread.
    #[error("{NO_SIMULATION}")]
    NoSimulation,
}

/// A value that was read and does not fit, with the remedy.
struct WithRemedy<'a>(&'a ValueError);

impl fmt::Display for WithRemedy<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut innermost = self.0;
        while let ValueError::Field { error, .. } | ValueError::Lane { error, .. } = innermost {
            innermost = error;
        }
        let remedy = match innermost {
            ValueError::Unknown { .. } => {
                " (drive or reset it before, or read it as `LogicVec`, which holds unknown bits)"
            }
            _ => "",
        };
        write!(formatter, "{}{remedy}", self.0)
    }
}

const NO_SIMULATION: &str =
    "no simulation runs on this thread: handles work inside a test, on the simulator's own thread";

impl From<Box<PortError>> for ReadCause {
    #[cold]
    fn from(error: Box<PortError>) -> Self {
        ReadCause::Port(*error)
    }
}

impl From<scheduler::NoSimulation> for ReadCause {
    fn from(_: scheduler::NoSimulation) -> Self {
        ReadCause::NoSimulation
    }
}

impl From<scheduler::NoSimulation> for WriteCause {
    fn from(_: scheduler::NoSimulation) -> Self {
        WriteCause::NoSimulation
    }
}

impl From<scheduler::WriteError> for WriteCause {
    fn from(error: scheduler::WriteError) -> Self {
        match error {
            scheduler::WriteError::ReadOnlyPhase => WriteCause::ReadOnlyPhase,
            scheduler::WriteError::Constant { .. } => WriteCause::Constant,
            scheduler::WriteError::Driven => WriteCause::Driven,
            scheduler::WriteError::Port(error) => WriteCause::Port(error),
        }
    }
}

/// One failed access. In a box, so that a `Result` with a small value stays small.
#[derive(Clone, PartialEq)]
struct Access<C> {
    path: Cow<'static, str>,
    location: &'static Location<'static>,
    cause: C,
}

/// The cause of a failed access.
trait Cause: fmt::Display {
    /// The error of the simulator, if that is the cause.
    fn port_error(&self) -> Option<&PortError>;
}

impl Cause for ReadCause {
    fn port_error(&self) -> Option<&PortError> {
        match self {
            ReadCause::Port(error) => Some(error),
            _ => None,
        }
    }
}

impl Cause for WriteCause {
    fn port_error(&self) -> Option<&PortError> {
        match self {
            WriteCause::Port(error) => Some(error),
            _ => None,
        }
    }
}

impl<C: Cause> Access<C> {
    fn describe(&self, verb: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Access {
            path,
            location,
            cause,
        } = self;
        write!(formatter, "cannot {verb} `{path}` at {location}: ")?;
        match cause.port_error() {
            // It says the verb and the path itself.
            Some(PortError::Refused {
                operation,
                path: refused,
                message,
            }) if *operation == verb && refused == path => formatter.write_str(message),
            _ => write!(formatter, "{cause}"),
        }
    }
}

macro_rules! access_error {
    ($error:ident, $cause:ident, $verb:literal) => {
        impl $error {
            #[cold]
            pub(super) fn new(
                path: impl Into<Cow<'static, str>>,
                location: &'static Location<'static>,
                cause: $cause,
            ) -> Self {
                $error(Box::new(Access {
                    path: path.into(),
                    location,
                    cause,
                }))
            }

            /// The full name of the object, with the bits or the element.
            ///
            /// ```
            #[doc = concat!("fn is_of_the_bus(error: &verifork::dut::", stringify!($error), ") -> bool {")]
            ///     error.path().starts_with("top.bus.")
            /// }
            /// ```
            pub fn path(&self) -> &str {
                &self.0.path
            }

            /// The line of the testbench.
            ///
            /// ```
            #[doc = concat!("fn line(error: &verifork::dut::", stringify!($error), ") -> u32 {")]
            ///     error.location().line()
            /// }
            /// ```
            pub fn location(&self) -> &'static Location<'static> {
                self.0.location
            }

            /// The cause.
            ///
            /// ```
            #[doc = concat!("fn report(error: &verifork::dut::", stringify!($error), ") {")]
            ///     println!("{}", error.cause()); // without the path and the line
            /// }
            /// ```
            pub fn cause(&self) -> &$cause {
                &self.0.cause
            }
        }

        impl fmt::Display for $error {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.describe($verb, formatter)
            }
        }

        impl fmt::Debug for $error {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl std::error::Error for $error {}
    };
}

access_error!(ReadError, ReadCause, "read");
access_error!(WriteError, WriteCause, "write");

/// A bit, a slice or an element that the object does not have.
///
/// ```no_run
/// # fn example(bus: verifork::dut::Signal<u8>) {
/// let error = bus.try_bit(8).unwrap_err();
/// println!("{error}"); // `top.bus` has no bit 8: it is declared [7:0]
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct SelectError {
    pub(super) path: &'static str,
    pub(super) location: &'static Location<'static>,
    pub(super) cause: SelectCause,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum SelectCause {
    Bit {
        index: i64,
        declared: (i64, i64),
    },
    Slice {
        left: i64,
        right: i64,
        declared: (i64, i64),
    },
    Backwards {
        left: i64,
        right: i64,
        declared: (i64, i64),
    },
    Element {
        index: i64,
        declared: (i64, i64),
    },
    NoElements {
        declared: (i64, i64),
    },
    Hidden {
        index: i64,
    },
    Row {
        index: i64,
        declared: (i64, i64),
    },
    NoRow,
    NoSimulation,
}

impl SelectError {
    /// The full name of the object.
    ///
    /// ```
    /// fn is_of_the_memory(error: &verifork::dut::SelectError) -> bool {
    ///     error.path() == "top.memory"
    /// }
    /// ```
    pub fn path(&self) -> &str {
        self.path
    }

    /// The line of the testbench.
    ///
    /// ```
    /// fn line(error: &verifork::dut::SelectError) -> u32 {
    ///     error.location().line()
    /// }
    /// ```
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

/// As [`Display`](fmt::Display), so that the message of `unwrap` can be read.
impl fmt::Debug for SelectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SelectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SelectError {
            path,
            location,
            cause,
        } = self;
        match cause {
            SelectCause::Bit {
                index,
                declared: (left, right),
            } => {
                write!(
                    f,
                    "`{path}` has no bit {index}: it is declared [{left}:{right}]"
                )
            }
            SelectCause::Slice {
                left,
                right,
                declared: (first, last),
            } => {
                write!(
                    f,
                    "`{path}` has no bits {left}:{right}: it is declared [{first}:{last}]"
                )
            }
            SelectCause::Backwards {
                left,
                right,
                declared: (first, last),
            } => write!(
                f,
                "the slice {left}:{right} of `{path}` goes against its declaration \
                 [{first}:{last}]: write `slice({right}, {left})`"
            ),
            SelectCause::Element {
                index,
                declared: (first, last),
            } => {
                write!(
                    f,
                    "`{path}` has no element {index}: it is declared [{first}:{last}]"
                )
            }
            SelectCause::NoElements {
                declared: (first, last),
            } => {
                write!(
                    f,
                    "`{path}` has no elements: its range, from {first} to {last}, is null"
                )
            }
            SelectCause::Hidden { index } => {
                write!(f, "the simulator does not show element {index} of `{path}`")
            }
            SelectCause::Row {
                index,
                declared: (first, last),
            } => {
                write!(
                    f,
                    "element {index} of `{path}` is an array itself, of elements [{first}:{last}]: use `row({index})`"
                )
            }
            SelectCause::NoRow => write!(f, "`{path}` has no rows: its elements are not arrays"),
            SelectCause::NoSimulation => {
                write!(f, "cannot select from `{path}`: {NO_SIMULATION}")
            }
        }?;
        write!(f, " (at {location})")
    }
}

impl std::error::Error for SelectError {}

/// The value, or a panic with the error's words at the caller's line.
#[track_caller]
pub(super) fn expect<T, E: fmt::Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_reported_once_and_that_of_a_part_with_its_path() {
        let place = Location::caller();
        let refused = |path: &str| {
            let cause = PortError::Refused {
                operation: "write",
                path: path.into(),
                message: "16 is not within 0 to 15".into(),
            };
            WriteError::new("top.header", place, cause.into()).to_string()
        };
        assert_eq!(
            refused("top.header"),
            format!("cannot write `top.header` at {place}: 16 is not within 0 to 15")
        );
        assert_eq!(
            refused("top.header.length"),
            format!(
                "cannot write `top.header` at {place}: cannot write `top.header.length`: 16 is not within 0 to 15"
            )
        );
    }
}
