//! Bits and slices of a signal, by their declared indices.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::error::{ReadCause, ReadError, SelectCause, WriteCause, WriteError, expect};
use super::{SelectError, Signal, SignalValue};
use crate::scheduler::{self, Edge, Local, SignalEntry, SignalIndex, Write};
use crate::simulator::{Description, Encoding};
use crate::value::{Declared, DeclaredRange, Logic, LogicValue, LogicVec, low_mask};

/// Adjacent bits of a signal, read and written as a `T`.
///
/// Created by [`Signal::bit`] and [`Signal::slice`]. A write leaves the signal's other bits unchanged;
/// writes to different bits of a signal in one time step are combined.
///
/// ```no_run
/// # use verifork::dut::{ReadError, Signal};
/// # fn example(status: Signal<u16>) -> Result<(), ReadError> {
/// status.bit(0).set(verifork::value::Logic::One);
/// status.slice(15, 8).typed::<u8>().set(0x5a);
/// let ready: bool = status.bit(3).typed::<bool>().get()?;
/// # let _ = ready; Ok(())
/// # }
/// ```
pub struct Select<T> {
    index: SignalIndex,
    entry: Local<SignalEntry>,
    /// The width of the whole signal.
    whole: u32,
    /// The least significant of the bits, counted from the signal's least significant.
    low: u32,
    width: u32,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Select<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Select<T> {}

impl<T> fmt::Debug for Select<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Select").field(&self.path()).finish()
    }
}

/// The declared range. If a declaration has several packed dimensions, or no range, bits are numbered down to 0.
fn declared_range(description: &Description) -> DeclaredRange {
    let width = description.encoding.width().unwrap_or(0);
    if let Encoding::Logic {
        range: Some((left, right)),
        ..
    } = description.encoding
    {
        let range = DeclaredRange { left, right };
        if width > 0 && range.has_width(width) {
            return range;
        }
    }
    DeclaredRange::plain(width)
}

impl<T: LogicValue> Signal<T> {
    /// The declared indices of the most and the least significant bit: (7, 0) for `logic [7:0]`, (0, 7)
    /// for `std_logic_vector(0 to 7)`. If a declaration has several packed dimensions, or no range,
    /// bits are numbered down to 0.
    ///
    /// ```no_run
    /// # fn example(bus: verifork::dut::Signal<verifork::value::LogicVec>) -> verifork::Result {
    /// let (left, right) = bus.range();
    /// let value = bus.get(); // one read for several bits
    /// let bits = value.ranged(left, right)?;
    /// println!("{} {}", bits.bit(left)?, bits.slice(left, left)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn range(&self) -> (i64, i64) {
        let DeclaredRange { left, right } = declared_range(&self.entry.description);
        (left, right)
    }

    /// The bit with this declared index.
    ///
    /// For `logic [0:7]` and `std_logic_vector(0 to 7)`, bit 0 is the most significant one. If a
    /// declaration has several packed dimensions, or no range, bit 0 is the least significant one.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(status: Signal<u32>) -> Result {
    /// let ready = status.bit(31);
    /// ensure!(ready.get().is_one(), "{} is {}", ready.path(), ready.get());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, like an index out of bounds, if there is no such bit.
    #[track_caller]
    pub fn bit(&self, index: i64) -> Select<Logic> {
        expect(self.try_bit(index))
    }

    /// [`bit`](Self::bit) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(bus: Signal<LogicVec>, index: i64) -> Result {
    /// let bit = bus.try_bit(index)?; // the error names the declared range
    /// bit.set(Logic::One);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SelectError`] if there is no such bit.
    #[track_caller]
    pub fn try_bit(&self, index: i64) -> Result<Select<Logic>, SelectError> {
        let range = declared_range(&self.entry.description);
        match range.offset(index).filter(|_| self.width() > 0) {
            Some(low) => Ok(self.select(low, 1)),
            None => Err(self.select_error(SelectCause::Bit {
                index,
                declared: (range.left, range.right),
            })),
        }
    }

    /// The bits between two declared indices, both included, in the order of the declaration: `slice(7,
    /// 4)` for `logic [7:0]`, `slice(4, 7)` for `logic [0:7]`.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(instruction: Signal<u32>) -> Result {
    /// let opcode = instruction.slice(6, 0).typed::<u8>();
    /// ensure!(opcode.get()? == 0b011_0011);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, like an index out of bounds, if there are no such bits.
    #[track_caller]
    pub fn slice(&self, left: i64, right: i64) -> Select<LogicVec> {
        expect(self.try_slice(left, right))
    }

    /// [`slice`](Self::slice) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(bus: Signal<LogicVec>, lane: i64) -> Result {
    /// let byte = bus.try_slice(8 * lane + 7, 8 * lane)?.typed::<u8>();
    /// byte.set(0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SelectError`] if there are no such bits, or the order of the indices is not that of the
    /// declaration.
    #[track_caller]
    pub fn try_slice(&self, left: i64, right: i64) -> Result<Select<LogicVec>, SelectError> {
        let range = declared_range(&self.entry.description);
        let declared = (range.left, range.right);
        let offset = |index| range.offset(index).filter(|_| self.width() > 0);
        match (offset(left), offset(right)) {
            (Some(high), Some(low)) if high >= low => Ok(self.select(low, high - low + 1)),
            (Some(_), Some(_)) => Err(self.select_error(SelectCause::Backwards {
                left,
                right,
                declared,
            })),
            _ => Err(self.select_error(SelectCause::Slice {
                left,
                right,
                declared,
            })),
        }
    }

    fn select<U>(&self, low: u32, width: u32) -> Select<U> {
        Select {
            index: self.index,
            entry: self.entry,
            whole: self.width(),
            low,
            width,
            value: PhantomData,
        }
    }

    #[track_caller]
    fn select_error(&self, cause: SelectCause) -> SelectError {
        SelectError {
            path: self.path(),
            location: Location::caller(),
            cause,
        }
    }
}

impl<T> Select<T> {
    /// The number of bits.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(bus: Signal<LogicVec>) -> Result {
    /// let part = bus.slice(11, 4);
    /// assert_eq!(part.width(), 8);
    /// # Ok(())
    /// # }
    /// ```
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The signal's full name with the declared indices: `top.bus[7:4]`.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(bus: Signal<LogicVec>) -> Result {
    /// log::info!("{}", bus.slice(7, 4).path()); // top.bus[7:4]
    /// # Ok(())
    /// # }
    /// ```
    pub fn path(&self) -> String {
        let range = declared_range(&self.entry.description);
        let (high, low) = (
            range.index(self.low + self.width - 1),
            range.index(self.low),
        );
        let path = Signal::<T>::of(self.index, self.entry.get()).path();
        if self.width == 1 {
            format!("{path}[{low}]")
        } else {
            format!("{path}[{high}:{low}]")
        }
    }

    /// The same bits as another type. A type that is narrower than the bits can be read as long as the
    /// value fits.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(header: Signal<LogicVec>) -> Result {
    /// let length = header.slice(31, 16).typed::<u16>();
    /// length.set(64);
    /// # Ok(())
    /// # }
    /// ```
    pub fn typed<U: SignalValue + LogicValue>(&self) -> Select<U> {
        let &Select {
            index,
            entry,
            whole,
            low,
            width,
            value: _,
        } = self;
        Select {
            index,
            entry,
            whole,
            low,
            width,
            value: PhantomData,
        }
    }
}

impl<T> Select<T> {
    /// The number by which the scheduler knows the signal.
    pub(super) fn index(&self) -> SignalIndex {
        Signal::<T>::of(self.index, self.entry.get()).index()
    }

    /// Reads the whole signal into a vector, whose memory is reused.
    pub(super) fn read_whole(&self, into: &mut LogicVec) -> Result<(), ReadCause> {
        Ok(scheduler::kernel()?.read(self.index, into)?)
    }

    /// Whether these bits make this edge from one value of the signal to the next.
    pub(super) fn is_edge(&self, edge: Edge, old: &LogicVec, new: &LogicVec) -> bool {
        match edge {
            Edge::Any => !old.is_same_part(new, self.low, self.width),
            Edge::Rising | Edge::Falling => {
                let bit = |whole: &LogicVec| whole.bit(self.low).unwrap_or(Logic::Unknown);
                edge.is(bit(old), bit(new))
            }
        }
    }
}

impl<T: SignalValue + LogicValue> Select<T> {
    /// The present value, as [`Signal::get`] does.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(status: Signal<u16>) -> Result {
    /// let level = status.slice(11, 8).typed::<u8>().get()?;
    /// log::info!("{level} words are left");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Signal::get`].
    #[inline]
    #[track_caller]
    pub fn get(&self) -> T::Read {
        T::read(self.try_get())
    }

    /// The present value.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(status: Signal<u16>) -> Result {
    /// let level = status.slice(11, 8).try_get()?;
    /// log::info!("{level}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Signal::try_get`].
    #[track_caller]
    pub fn try_get(&self) -> Result<T, ReadError> {
        let place = Location::caller();
        self.load()
            .map_err(|cause| ReadError::new(self.path(), place, cause))
    }

    /// Writes the bits in the read-write phase, as [`Signal::set`] does.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(control: Signal<u32>) -> Result {
    /// control.bit(0).set(Logic::One);
    /// control.slice(7, 4).typed::<u8>().set(3); // both are written; the other bits stay
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Signal::set`].
    #[track_caller]
    pub fn set(&self, value: T) {
        expect(self.try_set(value));
    }

    /// [`set`](Self::set) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(control: Signal<u32>) -> Result {
    /// let mode = control.slice(5, 4).typed::<u8>();
    /// assert!(mode.try_set(4).is_err(), "4 needs three bits");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Signal::try_set`].
    #[allow(clippy::needless_pass_by_value, reason = "written as an assignment is")]
    #[track_caller]
    pub fn try_set(&self, value: T) -> Result<(), WriteError> {
        let place = Location::caller();
        self.store(&value, place, |kernel, write| {
            kernel.write(self.index, write, place)
        })
    }

    /// Presets state in these bits, as [`Signal::deposit`] does.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(count: Signal<u32>) -> Result {
    /// count.slice(31, 16).typed::<u16>().deposit(0xffff); // the process that counts goes on from there
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Signal::deposit`].
    #[track_caller]
    pub fn deposit(&self, value: T) {
        expect(self.try_deposit(value));
    }

    /// [`deposit`](Self::deposit) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(state: Signal<LogicVec>) -> Result {
    /// state.bit(0).try_deposit(Logic::One)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Signal::try_deposit`].
    #[allow(clippy::needless_pass_by_value, reason = "written as an assignment is")]
    #[track_caller]
    pub fn try_deposit(&self, value: T) -> Result<(), WriteError> {
        let place = Location::caller();
        self.store(&value, place, |kernel, write| {
            kernel.deposit(self.index, write, place)
        })
    }

    /// Writes the bits at once, as [`Signal::set_immediate`] does.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(control: Signal<u32>) -> Result {
    /// control.bit(0).set_immediate(Logic::One);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Signal::set`].
    #[track_caller]
    pub fn set_immediate(&self, value: T) {
        expect(self.try_set_immediate(value));
    }

    /// [`set_immediate`](Self::set_immediate) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(control: Signal<u32>) -> Result {
    /// control.bit(0).try_set_immediate(Logic::One)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Signal::try_set`].
    #[allow(clippy::needless_pass_by_value, reason = "written as an assignment is")]
    #[track_caller]
    pub fn try_set_immediate(&self, value: T) -> Result<(), WriteError> {
        let place = Location::caller();
        self.store(&value, place, |kernel, write| {
            kernel.write_now(self.index, write, place)
        })
    }

    /// Sets the bits at once and holds them against whatever the design drives, until
    /// [`release`](Self::release), as [`Signal::force`] does.
    ///
    /// Simulators force a whole signal, so until then the other bits keep their present values. Forces of several parts
    /// of a signal add up.
    ///
    /// ```no_run
    /// # fn example(status: verifork::dut::Signal<u16>) {
    /// use verifork::value::Logic;
    ///
    /// status.bit(3).force(Logic::One);
    /// status.bit(3).release();
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Signal::force`].
    #[track_caller]
    pub fn force(&self, value: T) {
        expect(self.try_force(value));
    }

    /// [`force`](Self::force) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(irqs: Signal<u16>) -> Result {
    /// irqs.bit(3).try_force(Logic::Zero)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Signal::try_force`].
    #[allow(clippy::needless_pass_by_value, reason = "written as an assignment is")]
    #[track_caller]
    pub fn try_force(&self, value: T) -> Result<(), WriteError> {
        let place = Location::caller();
        self.store(&value, place, |kernel, write| {
            kernel.force_part(self.index, (self.low, self.width), write, place)
        })
    }

    /// Ends a [`force`](Self::force) of these bits. Once none of the signal's bits is forced, the design drives it again,
    /// as after [`Signal::release`].
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(irqs: Signal<u16>) -> Result {
    /// irqs.bit(3).force(Logic::One); // this interrupt is stuck
    /// timer(1.us()).await;
    /// irqs.bit(3).release();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Signal::release`].
    #[track_caller]
    pub fn release(&self) {
        expect(self.try_release());
    }

    /// [`release`](Self::release) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(irqs: Signal<u16>) -> Result {
    /// irqs.bit(3).try_release()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Signal::try_release`].
    #[track_caller]
    pub fn try_release(&self) -> Result<(), WriteError> {
        let place = Location::caller();
        let released = scheduler::kernel()
            .map_err(WriteCause::from)
            .and_then(|kernel| Ok(kernel.release_part(self.index, (self.low, self.width))?));
        released.map_err(|cause| self.write_error(place, cause))
    }

    pub(super) fn load_for(&self, place: &'static Location<'static>) -> Result<T, ReadError> {
        self.load()
            .map_err(|cause| ReadError::new(self.path(), place, cause))
    }

    /// Selected bits have no sign (IEEE 1800-2017, 11.8.1).
    fn declared(&self) -> Declared {
        Declared::unsigned(self.width)
    }

    fn load(&self) -> Result<T, ReadCause> {
        if self.whole <= 64 && !T::ALL_STATES {
            let (value, unknown) = self.entry.read_small(self.index)?;
            let mask = low_mask(self.width);
            let (value, unknown) = (value >> self.low & mask, unknown >> self.low & mask);
            return Ok(T::from_planes_u64(self.declared(), value, unknown)?);
        }
        let mut whole = LogicVec::default();
        self.entry.kernel.read(self.index, &mut whole)?;
        let part = whole.slice(self.low + self.width - 1, self.low)?;
        Ok(T::from_declared(self.declared(), &part)?)
    }

    #[cold]
    fn write_error(&self, place: &'static Location<'static>, cause: WriteCause) -> WriteError {
        WriteError::new(Cow::Owned(self.path()), place, cause)
    }

    fn store(
        &self,
        value: &T,
        place: &'static Location<'static>,
        put: impl FnOnce(&'static scheduler::Kernel, Write<'_>) -> Result<(), scheduler::WriteError>,
    ) -> Result<(), WriteError> {
        self.put(value, put)
            .map_err(|cause| self.write_error(place, cause))
    }

    fn put(
        &self,
        value: &T,
        put: impl FnOnce(&'static scheduler::Kernel, Write<'_>) -> Result<(), scheduler::WriteError>,
    ) -> Result<(), WriteCause> {
        let kernel = scheduler::kernel()?;
        let small = if self.whole <= 64 {
            value.to_small_planes(self.declared())?
        } else {
            None
        };
        if let Some((value, unknown)) = small {
            let (value, unknown) = (value << self.low, unknown << self.low);
            let mask = low_mask(self.width) << self.low;
            put(
                kernel,
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
            )?;
        } else {
            let value = &value.to_declared(self.declared())?;
            put(
                kernel,
                Write::Part {
                    value,
                    low: self.low,
                },
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
