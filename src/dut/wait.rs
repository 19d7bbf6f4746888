//! What of a signal a task can await: changes, edges, conditions.

use std::panic::Location;

use super::error::{ReadCause, ReadError};
use super::{ScalarValue, Signal, SignalValue};
use crate::scheduler::Edge;
use crate::trigger::{ConditionWait, EdgeWait};

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
    pub fn wait_until(&self, condition: impl Fn(T::Read) -> bool + 'static) -> ConditionWait {
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

impl<T: ScalarValue> Signal<T> {
    /// Resolves at the next change to 1 from anything else, X and Z included
    /// (`posedge` of IEEE 1800-2017, 9.4.2, without the edges to X).
    #[inline]
    #[track_caller]
    pub fn rising_edge(&self) -> EdgeWait {
        self.rising_edges(1)
    }

    /// Resolves at the next change to 0 from anything else.
    #[inline]
    #[track_caller]
    pub fn falling_edge(&self) -> EdgeWait {
        self.falling_edges(1)
    }

    /// Resolves at the next change, whatever it changes to.
    #[inline]
    #[track_caller]
    pub fn edge(&self) -> EdgeWait {
        self.changed()
    }

    /// Resolves at the rising edge that is `count` ahead; at once for 0. Edges are counted
    /// without waking the task.
    #[inline]
    #[track_caller]
    pub fn rising_edges(&self, count: u32) -> EdgeWait {
        EdgeWait::new(self.index(), Edge::Rising, count)
    }

    /// Resolves at the falling edge that is `count` ahead; at once for 0.
    #[inline]
    #[track_caller]
    pub fn falling_edges(&self, count: u32) -> EdgeWait {
        EdgeWait::new(self.index(), Edge::Falling, count)
    }
}
