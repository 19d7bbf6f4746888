//! `Signal<T>`: one net or variable, bound and read.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::bind_error::BindErrorKind;
use super::error::{ReadCause, ReadError};
use super::fit::fits;
use super::value::sealed::ValueSource;
use super::{Binder, Dut, Object, SignalValue};
use crate::scheduler::{self, Kernel, Local, SignalEntry, SignalIndex};
use crate::simulator::Description;
use crate::value::{LogicValue, LogicVec};

/// A net or variable of the design with values of type `T`.
///
/// The handle is small, `Copy` and bound to the simulator's thread. Each access reads or writes the
/// simulator's current value; nothing is cached.
///
/// ```no_run
/// # use verifork::dut::{ReadError, Signal};
/// # async fn example(clk: Signal<bool>, d: Signal<u8>, q: Signal<u8>) -> Result<(), ReadError> {
/// d.set(0x5a);
/// clk.rising_edge().await;
/// assert_eq!(q.get()?, 0x5a);
/// # Ok(())
/// # }
/// ```
pub struct Signal<T> {
    pub(super) index: SignalIndex,
    /// The scheduler's entry; for a word, the entry that describes all words of its array.
    pub(super) entry: Local<SignalEntry>,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Signal<T> {}

/// What a [`Signal`] is compared with: another handle, to see whether both are the same object. Its
/// value is compared after it was read.
///
/// ```
/// # use verifork::prelude::*;
/// fn check(first: Signal<u8>, second: Signal<u8>) -> Result {
///     ensure!(first != second, "two names of one net");
///     ensure!(first.get()? == second.get()?, "the values differ");
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a signal is not its value: compare `signal.get()?`, or write `signal.expect(value)?`",
    label = "a handle is compared with a handle; read the value by `.get()?` first",
    note = "`get` returns the value itself for `Logic` and `LogicVec`: `signal.get()`, without `?`"
)]
pub trait SameSignal<T> {
    #[doc(hidden)]
    fn signal(&self) -> &Signal<T>;
}

impl<T> SameSignal<T> for Signal<T> {
    fn signal(&self) -> &Signal<T> {
        self
    }
}

impl<T, S: SameSignal<T>> PartialEq<S> for Signal<T> {
    /// Whether both are the same object of the design.
    fn eq(&self, other: &S) -> bool {
        let other = other.signal();
        self.index == other.index
            || (self.index.is_word() || other.index.is_word()) && self.index() == other.index()
    }
}

impl<T> Eq for Signal<T> {}

impl<T> fmt::Debug for Signal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Signal").field(&self.path()).finish()
    }
}

impl<T> Signal<T> {
    /// The full name, in the simulator's notation.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(done: Signal<bool>) -> Result {
    /// log::info!("waiting for {}", done.path()); // top.core.done
    /// # Ok(())
    /// # }
    /// ```
    pub fn path(&self) -> &'static str {
        &self.description().path
    }

    /// The name within its scope.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(lanes: Vec<Signal<u8>>) -> Result {
    /// for lane in &lanes {
    ///     log::info!("{} = {:#04x}", lane.name(), lane.get()?); // data = 0x5a
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &'static str {
        &self.description().name
    }

    /// The number of bits; 0 for a real number or a string.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(bus: Signal<LogicVec>) -> Result {
    /// bus.set(LogicVec::ones(bus.width())); // a design of any width
    /// # Ok(())
    /// # }
    /// ```
    pub fn width(&self) -> u32 {
        self.entry.declared.width
    }

    /// The simulator's description of the object: kind, encoding, direction, file and line.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(irq: Signal<bool>) -> Result {
    /// let description = irq.description();
    /// log::debug!("{}, declared at {:?}:{:?}", description.kind, description.file, description.line);
    /// # Ok(())
    /// # }
    /// ```
    pub fn description(&self) -> &'static Description {
        match scheduler::kernel() {
            Ok(kernel) if self.index.is_word() => &kernel.signal(self.index).description,
            _ => &self.entry.get().description,
        }
    }

    /// The number by which the scheduler knows it.
    #[inline]
    pub(crate) fn index(&self) -> SignalIndex {
        self.entry.kernel.entry(self.index)
    }

    /// The scheduler that knows it.
    #[inline]
    pub(super) fn kernel(&self) -> &'static Kernel {
        self.entry.kernel
    }

    /// Wraps an object whose encoding has been found to fit `T`.
    pub(super) fn of(index: SignalIndex, entry: &'static SignalEntry) -> Self {
        Signal {
            index,
            entry: Local::new(entry),
            value: PhantomData,
        }
    }
}

impl<T: SignalValue> Signal<T> {
    /// The current value.
    ///
    /// Returns a `Result` if the signal may hold a value that `T` cannot represent: unknown bits, or a
    /// value without a variant. For [`Logic`](crate::value::Logic), [`LogicVec`], `f64` and `String` it
    /// returns the value itself: see [`SignalValue`]. A weak 0 or 1 (L, H) is read as 0 or 1.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(count: Signal<u8>, state: Signal<LogicVec>) -> Result {
    /// let count = count.get()? + 1; // `?`: it may be unknown, which no `u8` is
    /// let state = state.get(); // unknown bits included
    /// log::info!("{count}, {state}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, for types that return no `Result`, if the simulator does not provide the
    /// value or no simulation runs on this thread.
    #[doc(alias = "value")]
    #[doc(alias = "read")]
    #[inline]
    #[track_caller]
    pub fn get(&self) -> T::Read {
        T::read(self.try_get())
    }

    /// The current value, as a `Result` for every type.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(count: Signal<u8>) -> Result {
    /// match count.try_get() {
    ///     Ok(count) => log::info!("counted to {count}"),
    ///     Err(error) => log::warn!("{error}"), // cannot read `top.count` at src/lib.rs:12: …
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ReadError`] with the caller's line, if the value does not fit `T`, the simulator does not
    /// provide it, or no simulation runs on this thread.
    #[inline]
    #[track_caller]
    pub fn try_get(&self) -> Result<T, ReadError> {
        match self.load() {
            Ok(value) => Ok(value),
            Err(cause) => Err(ReadError::new(self.path(), Location::caller(), cause)),
        }
    }

    #[inline]
    pub(super) fn load(&self) -> Result<T, ReadCause> {
        T::load(ValueSource {
            entry: self.entry.get(),
            index: self.index,
        })
    }
}

impl<T: LogicValue> Signal<T> {
    /// The same signal with all its states, to inspect values that do not fit `T`.
    ///
    /// ```no_run
    /// # fn example(count: verifork::dut::Signal<u8>) {
    /// println!("{} of its bits are unknown", count.as_logic().get().count_unknown());
    /// # }
    /// ```
    pub fn as_logic(&self) -> Signal<LogicVec> {
        Signal::of(self.index, self.entry.get())
    }
}

impl Signal<LogicVec> {
    /// Reads into an existing vector and reuses its memory, so wide values are read without an
    /// allocation.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>, bus: Signal<LogicVec>) -> Result {
    /// let mut word = LogicVec::default();
    /// for _ in 0..1000 {
    ///     clk.rising_edge().await;
    ///     bus.get_into(&mut word)?; // 4096 bits, and one allocation in all
    ///     ensure!(!word.has_unknown(), "{word}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_get`](Self::try_get).
    #[track_caller]
    pub fn get_into(&self, into: &mut LogicVec) -> Result<(), ReadError> {
        if let Some(value) = self.entry.read_direct(self.index) {
            into.assign_planes(self.entry.declared.width, |_| (value, 0));
            return Ok(());
        }
        let place = Location::caller();
        let read = scheduler::kernel()
            .map_err(ReadCause::from)
            .and_then(|kernel| Ok(kernel.read(self.index, into)?));
        read.map_err(|cause| ReadError::new(self.path(), place, cause))
    }
}

impl<T: SignalValue> Dut for Signal<T> {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        binder.object_as(path, Signal::try_from_object)
    }

    fn declared_paths(paths: &mut super::DeclaredPaths<'_>, path: &str) {
        paths.object(path);
    }
}

impl<T: SignalValue> Signal<T> {
    pub(super) fn try_from_object(object: Object) -> Result<Self, BindErrorKind> {
        let object = object.as_value_of::<T>()?;
        object.require_value::<T>()?;
        if !fits::<T>(object.description()) {
            return Err(object.value_error::<T>("Signal"));
        }
        object.require_names_of::<T>()?;
        Ok(Signal::of(object.index(), object.entry()))
    }
}

#[cfg(test)]
mod tests;
