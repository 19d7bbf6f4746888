//! Waits for signals, parts of signals and arrays: changes, edges, conditions.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::error::{ReadCause, ReadError};
use super::{Array, ScalarValue, Select, Signal, SignalValue};
use crate::scheduler::Edge;
use crate::trigger::{ConditionWait, EdgeWait};
use crate::value::{LogicValue, LogicVec};

/// The condition of [`Signal::wait_until`]: a function of what [`Signal::get`] returns.
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
    note = "a condition takes what `get` returns: \
            `signal.wait_until(|value| value.is_ok_and(|value| value > 12)).await`"
)]
pub trait Condition<T: SignalValue>: Fn(T::Read) -> bool {}

#[diagnostic::do_not_recommend]
impl<T: SignalValue, F: Fn(T::Read) -> bool> Condition<T> for F {}

impl<T> Signal<T> {
    /// Resolves at the next change of the value.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(q: Signal<u8>) {
    /// q.changed().await;
    /// log::info!("q is {:?}", q.get());
    /// # }
    /// ```
    #[doc(alias = "ValueChange")]
    #[inline]
    #[track_caller]
    pub fn changed(&self) -> EdgeWait {
        EdgeWait::new(self.kernel(), self.index(), Edge::Any, 1)
    }

    /// Resolves after `count` changes; at once for 0. Changes are counted without waking the task. Two
    /// changes in successive delta cycles of one time step count as two.
    ///
    /// ```no_run
    /// # async fn example(gray: verifork::dut::Signal<u8>) {
    /// gray.changes(256).await; // once around
    /// # }
    /// ```
    #[inline]
    #[track_caller]
    pub fn changes(&self, count: u32) -> EdgeWait {
        EdgeWait::new(self.kernel(), self.index(), Edge::Any, count)
    }
}

impl<T: SignalValue> Signal<T> {
    /// Resolves once `condition` holds for the value: at once if it already does, otherwise at the
    /// first change after which it does. The condition is evaluated in the simulator's callback, so the
    /// task is woken only once.
    ///
    /// ```no_run
    /// # async fn example(level: verifork::dut::Signal<u8>) {
    /// level.wait_until(|level| level.is_ok_and(|level| level > 12)).await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When awaited, if the condition panics, or as [`get`](Self::get).
    #[doc(alias = "wait until")]
    #[track_caller]
    pub fn wait_until(&self, condition: impl Condition<T> + 'static) -> ConditionWait {
        let (signal, place) = (*self, Location::caller());
        ConditionWait::new(self.index(), move || {
            condition(T::read(signal.load_for(place)))
        })
    }

    /// Resolves once the signal has this value: at once if it already has. A value that does not fit
    /// `T`, because of unknown bits for example, is not equal to it.
    ///
    /// ```no_run
    /// # async fn example(ready: verifork::dut::Signal<bool>) {
    /// ready.wait_for(true).await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When awaited, if the simulator does not provide the value.
    #[track_caller]
    pub fn wait_for(&self, value: T) -> ConditionWait
    where
        T: PartialEq,
    {
        let (signal, place) = (*self, Location::caller());
        ConditionWait::new(self.index(), move || {
            is_value(signal.load_for(place), &value)
        })
    }

    pub(super) fn load_for(&self, place: &'static Location<'static>) -> Result<T, ReadError> {
        self.load()
            .map_err(|cause| ReadError::new(self.path(), place, cause))
    }
}

// The bounds are at the methods, so that the compiler says for other types that they have no edges.
impl<T: SignalValue> Signal<T> {
    /// Resolves at the next change to 1 from anything else, X and Z included
    /// (`posedge` of IEEE 1800-2017, 9.4.2, without the edges to X).
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// clk.rising_edge().await;
    /// # }
    /// ```
    #[doc(alias = "posedge")]
    #[doc(alias = "RisingEdge")]
    #[inline]
    #[track_caller]
    pub fn rising_edge(&self) -> EdgeWait
    where
        T: ScalarValue,
    {
        self.rising_edges(1)
    }

    /// Resolves at the next change to 0 from anything else.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// clk.falling_edge().await;
    /// # }
    /// ```
    #[doc(alias = "negedge")]
    #[doc(alias = "FallingEdge")]
    #[inline]
    #[track_caller]
    pub fn falling_edge(&self) -> EdgeWait
    where
        T: ScalarValue,
    {
        self.falling_edges(1)
    }

    /// Resolves at the next change, whatever it changes to.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(strobe: Signal<bool>) {
    /// strobe.edge().await;
    /// # }
    /// ```
    #[doc(alias = "posedge")]
    #[doc(alias = "negedge")]
    #[doc(alias = "ValueChange")]
    #[doc(alias = "Edge")]
    #[inline]
    #[track_caller]
    pub fn edge(&self) -> EdgeWait
    where
        T: ScalarValue,
    {
        self.changed()
    }

    /// Resolves after `count` rising edges; at once for 0. Edges are counted without waking the task.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// clk.rising_edges(16).await; // 16 cycles later
    /// # }
    /// ```
    #[doc(alias = "ClockCycles")]
    #[doc(alias = "posedge")]
    #[inline]
    #[track_caller]
    pub fn rising_edges(&self, count: u32) -> EdgeWait
    where
        T: ScalarValue,
    {
        EdgeWait::new(self.kernel(), self.index(), Edge::Rising, count)
    }

    /// Resolves after `count` falling edges; at once for 0.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// clk.falling_edges(2).await;
    /// # }
    /// ```
    #[doc(alias = "ClockCycles")]
    #[doc(alias = "negedge")]
    #[inline]
    #[track_caller]
    pub fn falling_edges(&self, count: u32) -> EdgeWait
    where
        T: ScalarValue,
    {
        EdgeWait::new(self.kernel(), self.index(), Edge::Falling, count)
    }
}

impl<T> Select<T> {
    /// Resolves at the next change of these bits. Changes of the signal's other bits do not count: the
    /// bits are compared in the simulator's callback, without waking the task.
    ///
    /// ```no_run
    /// # async fn example(status: verifork::dut::Signal<u16>) {
    /// status.slice(11, 8).changed().await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When awaited, if the simulator does not provide the value.
    #[track_caller]
    pub fn changed(&self) -> ConditionWait {
        self.changes(1)
    }

    /// Resolves after `count` changes of these bits; at once for 0.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(pointer: Signal<u16>) -> Result {
    /// pointer.slice(3, 0).changes(16).await; // once around
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`changed`](Self::changed).
    #[track_caller]
    pub fn changes(&self, count: u32) -> ConditionWait {
        self.count(count, Edge::Any)
    }

    /// Waits for `count` changes of the bits. At each change of the signal they are compared with their last value, which
    /// is first read when the wait begins.
    #[track_caller]
    fn count(&self, count: u32, edge: Edge) -> ConditionWait {
        let (part, place) = (self.typed::<LogicVec>(), Location::caller());
        let remaining = Cell::new(count);
        // Two vectors take turns, so that a change of a wide signal allocates nothing.
        let before = RefCell::new(None::<[LogicVec; 2]>);
        ConditionWait::new(part.index(), move || {
            if remaining.get() == 0 {
                return true;
            }
            let read = |into: &mut LogicVec| {
                part.read_whole(into).unwrap_or_else(|cause| {
                    panic!("{}", ReadError::new(part.path(), place, cause))
                });
            };
            let mut before = before.borrow_mut();
            let Some([old, new]) = &mut *before else {
                let mut old = LogicVec::default();
                read(&mut old);
                *before = Some([old, LogicVec::default()]);
                return false;
            };
            read(new);
            let counts = part.is_edge(edge, old, new);
            std::mem::swap(old, new);
            if counts {
                remaining.set(remaining.get() - 1);
            }
            remaining.get() == 0
        })
    }
}

impl<T: SignalValue + LogicValue> Select<T> {
    /// Resolves once `condition` holds for the value, as [`Signal::wait_until`] does.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(status: Signal<u16>) -> Result {
    /// let level = status.slice(11, 8).typed::<u8>();
    /// level.wait_until(|level| level.is_ok_and(|level| level >= 8)).await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When awaited, if the condition panics, or as [`get`](Self::get).
    #[track_caller]
    pub fn wait_until(&self, condition: impl Fn(T::Read) -> bool + 'static) -> ConditionWait {
        let (part, place) = (*self, Location::caller());
        ConditionWait::new(self.index(), move || {
            condition(T::read(part.load_for(place)))
        })
    }

    /// Resolves once the bits have this value: at once if they already have. A value that does not fit
    /// `T`, because of unknown bits for example, is not equal to it.
    ///
    /// ```no_run
    /// # async fn example(status: verifork::dut::Signal<u16>) {
    /// status.slice(11, 8).typed::<u8>().wait_for(0xa).await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When awaited, if the simulator does not provide the value.
    #[track_caller]
    pub fn wait_for(&self, value: T) -> ConditionWait
    where
        T: PartialEq,
    {
        let (part, place) = (*self, Location::caller());
        ConditionWait::new(self.index(), move || is_value(part.load_for(place), &value))
    }
}

impl<T: ScalarValue> Select<T> {
    /// Resolves at the next change of the bit to 1 from anything else, as [`Signal::rising_edge`] does.
    ///
    /// ```no_run
    /// # async fn example(status: verifork::dut::Signal<u16>) {
    /// status.bit(3).rising_edge().await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, if there is more than one bit. When awaited, if the simulator does not
    /// provide the value.
    #[track_caller]
    pub fn rising_edge(&self) -> ConditionWait {
        self.rising_edges(1)
    }

    /// Resolves at the next change of the bit to 0 from anything else.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(status: Signal<u16>) -> Result {
    /// status.bit(3).falling_edge().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`rising_edge`](Self::rising_edge).
    #[track_caller]
    pub fn falling_edge(&self) -> ConditionWait {
        self.falling_edges(1)
    }

    /// Resolves at the next change of the bit, whatever it changes to.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(toggles: Signal<u8>) -> Result {
    /// toggles.bit(0).edge().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`rising_edge`](Self::rising_edge).
    #[track_caller]
    pub fn edge(&self) -> ConditionWait {
        self.one_bit();
        self.count(1, Edge::Any)
    }

    /// Resolves after `count` rising edges of the bit; at once for 0. Edges are counted without waking
    /// the task.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(acknowledges: Signal<u8>) -> Result {
    /// acknowledges.bit(2).rising_edges(4).await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`rising_edge`](Self::rising_edge).
    #[track_caller]
    pub fn rising_edges(&self, count: u32) -> ConditionWait {
        self.one_bit();
        self.count(count, Edge::Rising)
    }

    /// Resolves after `count` falling edges of the bit; at once for 0.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(acknowledges: Signal<u8>) -> Result {
    /// acknowledges.bit(2).falling_edges(4).await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`rising_edge`](Self::rising_edge).
    #[track_caller]
    pub fn falling_edges(&self, count: u32) -> ConditionWait {
        self.one_bit();
        self.count(count, Edge::Falling)
    }

    #[track_caller]
    fn one_bit(&self) {
        assert!(
            self.width() == 1,
            "`{}` has {} bits, and only a single bit has edges: select one with `bit`, or await `changed()`",
            self.path(),
            self.width()
        );
    }
}

impl<T: SignalValue> Array<T> {
    /// Resolves at the next change of any element. Each element is watched; for an array with thousands
    /// of elements, await the signal that writes them instead.
    ///
    /// ```no_run
    /// # async fn example(registers: verifork::dut::Array<u32>) {
    /// registers.changed().await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`at`](Self::at).
    #[track_caller]
    pub fn changed(&self) -> ArrayWait {
        let place = Location::caller();
        let mut waits = Vec::with_capacity(self.len());
        for index in self.indices() {
            let element = self.at(index);
            waits.push(EdgeWait::at(
                element.kernel(),
                element.index(),
                (Edge::Any, 1),
                place,
            ));
        }
        ArrayWait { waits }
    }

    /// Resolves once the elements have these values, from left to right: at once if they already have.
    /// A value that does not fit `T`, because of unknown bits for example, is not equal to any.
    ///
    /// ```no_run
    /// # async fn example(registers: verifork::dut::Array<u32>) {
    /// registers.wait_for([0, 0, 7, 0]).await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, if there are more or fewer values than elements. When awaited, if the
    /// simulator does not provide a value.
    #[track_caller]
    pub fn wait_for<V: Into<Vec<T>>>(&self, values: V) -> impl Future<Output = ()> + use<T, V>
    where
        T: PartialEq,
    {
        let (array, values, place) = (*self, values.into(), Location::caller());
        assert!(
            values.len() == self.len(),
            "`{}` has {} elements, but was given {} values",
            self.path(),
            self.len(),
            values.len()
        );
        async move {
            let has_all = || {
                let mut elements = array.elements().zip(&values);
                elements.all(|((_, element), value)| is_value(element.load_for(place), value))
            };
            while !has_all() {
                array.changed().await;
            }
        }
    }
}

/// Waits for a change of any element. Made by [`Array::changed`].
///
/// ```no_run
/// use verifork::prelude::*;
///
/// # async fn example(registers: Array<u32>) {
/// registers.changed().await;
/// # }
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct ArrayWait {
    waits: Vec<EdgeWait>,
}

impl Future for ArrayWait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut result = Poll::Pending;
        // Polls all of them: each needs the waker.
        for wait in &mut self.waits {
            if Pin::new(wait).poll(context).is_ready() {
                result = Poll::Ready(());
            }
        }
        if result.is_ready() {
            self.waits.clear();
        }
        result
    }
}

/// Whether a read returned this value. A value that does not fit the type differs.
fn is_value<T: PartialEq>(read: Result<T, ReadError>, value: &T) -> bool {
    match read {
        Ok(present) => present == *value,
        Err(error) if matches!(error.cause(), ReadCause::Value(_)) => false,
        Err(error) => panic!("{error}"),
    }
}

#[cfg(test)]
mod tests;
