//! What of a signal a task can await: changes, edges, conditions.

use std::panic::Location;

use super::error::{ReadCause, ReadError};
use super::{ScalarValue, Signal, SignalValue};
use crate::scheduler::Edge;
use crate::trigger::{ConditionWait, EdgeWait};

/// What [`Signal::wait_until`] asks of a signal's value: a function of what [`Signal::get`] returns.
///
/// ```
/// use verifork::dut::{Condition, ReadError};
///
/// fn above(limit: u8) -> impl Condition<u8> {
///     move |level: Result<u8, ReadError>| level.is_ok_and(|level| level > limit)
/// }
/// # let _ = above(12);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition: `wait_until` takes a closure, `wait_for` a value",
    label = "for a value, write `.wait_for(…)`",
    note = "a condition is asked with what `get` returns: \
            `signal.wait_until(|value| value.is_ok_and(|value| value > 12)).await`"
)]
pub trait Condition<T: SignalValue>: Fn(T::Read) -> bool {}

#[diagnostic::do_not_recommend]
impl<T: SignalValue, F: Fn(T::Read) -> bool> Condition<T> for F {}

impl<T> Signal<T> {
    /// Resolves at the next change of the value, whatever it changes to.
    #[inline]
    #[track_caller]
    pub fn changed(&self) -> EdgeWait {
        EdgeWait::new(self.index(), Edge::Any, 1)
    }
}

impl<T: SignalValue> Signal<T> {
    /// Resolves once `condition` holds for the value: at once if it does already, else at the first
    /// change after which it does. The condition is asked in the simulator's callback: the task is
    /// woken once, when it holds.
    ///
    /// ```no_run
    /// # async fn example(level: verifork::dut::Signal<u8>) {
    /// level.wait_until(|level| level.is_ok_and(|level| level > 12)).await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When awaited, if the condition does, or as [`get`](Self::get).
    #[track_caller]
    pub fn wait_until(&self, condition: impl Condition<T> + 'static) -> ConditionWait {
        let (signal, place) = (*self, Location::caller());
        ConditionWait::new(self.index(), move || {
            condition(T::read(signal.load_for(place)))
        })
    }

    /// Resolves once the signal has this value: at once if it has already. While its value does not
    /// fit `T`, because of unknown bits say, it does not have it.
    ///
    /// ```no_run
    /// # async fn example(ready: verifork::dut::Signal<bool>) {
    /// ready.wait_for(true).await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When awaited, if the simulator does not give the value.
    #[track_caller]
    pub fn wait_for(&self, value: T) -> ConditionWait
    where
        T: PartialEq,
    {
        let (signal, place) = (*self, Location::caller());
        ConditionWait::new(self.index(), move || match signal.load_for(place) {
            Ok(present) => present == value,
            Err(error) if matches!(error.cause(), ReadCause::Value(_)) => false,
            Err(error) => panic!("{error}"),
        })
    }

    fn load_for(&self, place: &'static Location<'static>) -> Result<T, ReadError> {
        self.load()
            .map_err(|cause| ReadError::new(self.path(), place, cause))
    }
}

// The bounds stand at the methods: so a signal of other values is told that it has no edges.
impl<T: SignalValue> Signal<T> {
    /// Resolves at the next change to 1 from anything else, X and Z included
    /// (`posedge` of IEEE 1800-2017, 9.4.2, without the edges to X).
    #[inline]
    #[track_caller]
    pub fn rising_edge(&self) -> EdgeWait
    where
        T: ScalarValue,
    {
        self.rising_edges(1)
    }

    /// Resolves at the next change to 0 from anything else.
    #[inline]
    #[track_caller]
    pub fn falling_edge(&self) -> EdgeWait
    where
        T: ScalarValue,
    {
        self.falling_edges(1)
    }

    /// Resolves at the next change, whatever it changes to.
    #[inline]
    #[track_caller]
    pub fn edge(&self) -> EdgeWait
    where
        T: ScalarValue,
    {
        self.changed()
    }

    /// Resolves at the rising edge that is `count` ahead; at once for 0. Edges are counted
    /// without waking the task.
    #[inline]
    #[track_caller]
    pub fn rising_edges(&self, count: u32) -> EdgeWait
    where
        T: ScalarValue,
    {
        EdgeWait::new(self.index(), Edge::Rising, count)
    }

    /// Resolves at the falling edge that is `count` ahead; at once for 0.
    #[inline]
    #[track_caller]
    pub fn falling_edges(&self, count: u32) -> EdgeWait
    where
        T: ScalarValue,
    {
        EdgeWait::new(self.index(), Edge::Falling, count)
    }
}
