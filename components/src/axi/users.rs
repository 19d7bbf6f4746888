//! The user signals of a subordinate's responses: BUSER and RUSER.

use std::panic::Location;
use std::rc::Rc;

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::{LogicValue, LogicVec, ValueError};

use super::Response;
use super::burst::Burst;
use super::bus::Bus;

/// A write that is being answered: the argument of the function for [`buser`](super::Subordinate::buser).
///
/// ```
/// use verifork::value::{LogicValue, LogicVec, ValueError};
/// use verifork_components::axi::AnsweredWrite;
///
/// /// BUSER tells whether the burst was answered with an error.
/// fn buser(answered: &AnsweredWrite<'_>, width: u32) -> Result<LogicVec, ValueError> {
///     u8::from(answered.response.is_error()).to_logic(width)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AnsweredWrite<'a> {
    /// The burst on AW.
    pub burst: &'a Burst,
    /// WUSER of each beat; nothing on a bus without the signal.
    pub users: &'a [LogicVec],
    /// BRESP.
    pub response: Response,
}

/// A beat of a read that is being answered: the argument of the function for [`ruser`](super::Subordinate::ruser).
///
/// ```
/// use verifork::value::{LogicVec, ValueError};
/// use verifork_components::axi::AnsweredRead;
///
/// /// RUSER counts the beats.
/// fn ruser(answered: &AnsweredRead<'_>, width: u32) -> Result<LogicVec, ValueError> {
///     LogicVec::from_u64(answered.beat.into(), width)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AnsweredRead<'a> {
    /// The burst on AR.
    pub burst: &'a Burst,
    /// Which beat, from 0.
    pub beat: u16,
    /// Its RRESP.
    pub response: Response,
}

/// A function of the test that computes the value of a user signal, with the signal's width.
pub(super) struct User<F: ?Sized> {
    function: Rc<F>,
    given_at: &'static Location<'static>,
}

pub(super) type WriteUser = User<dyn Fn(&AnsweredWrite<'_>, u32) -> Result<LogicVec, ValueError>>;
pub(super) type ReadUser = User<dyn Fn(&AnsweredRead<'_>, u32) -> Result<LogicVec, ValueError>>;

impl WriteUser {
    #[track_caller]
    pub(super) fn new<V: LogicValue>(user: impl Fn(&AnsweredWrite<'_>) -> V + 'static) -> Self {
        User {
            function: Rc::new(move |write: &_, width| user(write).to_logic(width)),
            given_at: Location::caller(),
        }
    }

    pub(super) fn drive(&self, signal: Signal<LogicVec>, write: &AnsweredWrite<'_>) -> Result {
        self.driven("BUSER", signal, (self.function)(write, signal.width()))
    }
}

impl ReadUser {
    #[track_caller]
    pub(super) fn new<V: LogicValue>(user: impl Fn(&AnsweredRead<'_>) -> V + 'static) -> Self {
        User {
            function: Rc::new(move |read: &_, width| user(read).to_logic(width)),
            given_at: Location::caller(),
        }
    }

    pub(super) fn drive(&self, signal: Signal<LogicVec>, read: &AnsweredRead<'_>) -> Result {
        self.driven("RUSER", signal, (self.function)(read, signal.width()))
    }
}

impl<F: ?Sized> User<F> {
    /// # Panics
    ///
    /// At the caller's line: the bus has no such signal.
    #[track_caller]
    pub(super) fn check_is_there(&self, name: &str, bus: &Bus, signal: Option<Signal<LogicVec>>) {
        assert!(
            signal.is_some(),
            "AXI4: {} gives a function for {name}, and `{}` has none",
            self.given_at,
            bus.name()
        );
    }

    fn driven(
        &self,
        name: &str,
        signal: Signal<LogicVec>,
        value: Result<LogicVec, ValueError>,
    ) -> Result {
        match value {
            Ok(value) => Ok(signal.try_set_from(&value)?),
            Err(error) => verifork::bail!(
                "AXI4: what the function of {} gives for {name} does not fit the {} bits of `{}`: {error}",
                self.given_at,
                signal.width(),
                signal.path()
            ),
        }
    }
}
