//! `Array<T>`: a memory or an unpacked array, element by element.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::bind_error::BindErrorKind;
use super::error::{ReadError, SelectCause, WriteCause, WriteError, expect};
use super::fit::fits;
use super::{Binder, Dut, Object, SelectError, Signal, SignalValue};
use crate::scheduler::{self, Kernel, Local, SignalEntry, SignalIndex, SimulatorThread};
use crate::simulator::{Description, Encoding, Handle};

/// A memory or an unpacked array with elements of type `T`.
///
/// Elements are signals, addressed by their declared indices.
///
/// ```no_run
/// # use verifork::dut::{Array, Instance};
/// # fn example(dut: Instance) -> Result<(), Box<dyn std::error::Error>> {
/// let memory: Array<u32> = dut.array("memory")?; // logic [31:0] memory [0:255]
/// memory.set(3, 0xdead_beef);
/// assert_eq!(memory.get(4)?, 0);
/// for (index, word) in memory.elements() {
///     println!("{index}: {:?}", word.get());
/// }
/// # Ok(())
/// # }
/// ```
///
/// The elements of an array with several unpacked dimensions are rows, which are arrays:
/// `memory.row(1).get(2)`. Paths with the declared indices work too:
/// `dut.signal::<u8>("memory[1][2]")`, `dut.array::<u8>("memory[1]")`.
///
/// Icarus shows an array of several dimensions as one list of words; `cargo test` gets the dimensions
/// from the compiler. In a run by hand the words are `memory[0]`, `memory[1]`, ….
pub struct Array<T> {
    handle: Handle,
    index: SignalIndex,
    description: &'static Description,
    /// The leftmost element and the entry that describes all, if the elements are words.
    words: Option<(SignalIndex, Local<SignalEntry>)>,
    value: PhantomData<fn() -> T>,
    thread: SimulatorThread,
}

impl<T> Clone for Array<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Array<T> {}

impl<T> fmt::Debug for Array<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Array").field(&self.path()).finish()
    }
}

/// The elements that were used, so that each is looked up once. The kernel's address is in the key because a thread may
/// have had several kernels.
type Elements = HashMap<(*const Kernel, SignalIndex, i64), (SignalIndex, &'static SignalEntry)>;

/// The leftmost word of an array of words, and the entry that describes all.
fn words(kernel: &'static Kernel, array: SignalIndex) -> Option<(SignalIndex, Local<SignalEntry>)> {
    let (first, like) = kernel.words(array)?;
    Some((first, Local::new(like)))
}

thread_local! {
    static ELEMENTS: RefCell<Elements> = RefCell::default();
}

impl<T> Array<T> {
    /// The full name, in the simulator's notation.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(memory: Array<u32>) -> Result {
    /// log::info!("{} has {} words", memory.path(), memory.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn path(&self) -> &'static str {
        &self.description.path
    }

    /// The simulator's description of the array; the encoding is that of an element.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(memory: Array<u32>) -> Result {
    /// log::debug!("words of {:?}", memory.description().encoding.width());
    /// # Ok(())
    /// # }
    /// ```
    pub fn description(&self) -> &'static Description {
        self.description
    }

    /// The declared indices of the leftmost and the rightmost element. For an empty array, the bounds
    /// of its null range (IEEE 1076-2008, 5.2.1), such as (1, 0) for `1 to 0`.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(memory: Array<u8>) -> Result {
    /// // logic [7:0] memory [0:255]
    /// assert_eq!(memory.range(), (0, 255));
    /// # Ok(())
    /// # }
    /// ```
    pub fn range(&self) -> (i64, i64) {
        self.description.array.unwrap_or((0, -1))
    }

    /// The number of elements.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(memory: Array<u8>) -> Result {
    /// let image = std::fs::read("boot.bin")?;
    /// ensure!(image.len() <= memory.len(), "the image has {} bytes", image.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn len(&self) -> usize {
        if self.description.is_empty {
            return 0;
        }
        self.description.array.map_or(0, |(left, right)| {
            usize::try_from(left.abs_diff(right)).map_or(usize::MAX, |last| last.saturating_add(1))
        })
    }

    /// Whether the array has no elements.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(fifo: Array<u8>) -> Result {
    /// if fifo.is_empty() {
    ///     return skip("this variant of the design has no FIFO");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The declared indices from left to right: for `[7:0]`, from 7 down to 0.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(memory: Array<u8>) -> Result {
    /// for address in memory.indices() {
    ///     memory.set(address, 0);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn indices(&self) -> impl Iterator<Item = i64> + use<T> {
        let (left, right) = self.range();
        let step = if left <= right { 1 } else { -1 };
        (0..self.len()).scan(left, move |next, _| {
            let index = *next;
            *next += step;
            Some(index)
        })
    }
}

impl<T: SignalValue> Array<T> {
    /// The element with this declared index.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(registers: Array<u32>) -> Result {
    /// let control = registers.at(4); // a signal as any other
    /// control.changed().await;
    /// control.expect(1)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, like an index out of bounds, if there is no such element or the simulator
    /// does not show it.
    #[track_caller]
    pub fn at(&self, index: i64) -> Signal<T> {
        expect(self.try_at(index))
    }

    /// [`at`](Self::at) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(memory: Array<u8>, address: i64) -> Result {
    /// let word = memory.try_at(address)?; // the error names the declared range
    /// word.set(0xff);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SelectError`] if there is no such element, or the simulator does not show it.
    #[track_caller]
    pub fn try_at(&self, index: i64) -> Result<Signal<T>, SelectError> {
        let (path, location) = (self.path(), Location::caller());
        self.element(index).map_err(|cause| SelectError {
            path,
            location,
            cause,
        })
    }

    fn element(&self, index: i64) -> Result<Signal<T>, SelectCause> {
        let kernel = scheduler::kernel().map_err(|_| SelectCause::NoSimulation)?;
        if let Some((first, like)) = self.words {
            let position = self.position(index)?;
            return match first.after(position) {
                Some(word) => Ok(Signal::of(word, like.get())),
                None => Err(SelectCause::Hidden { index }),
            };
        }
        let key = (std::ptr::from_ref(kernel), self.index, index);
        let known = ELEMENTS.with_borrow(|elements| elements.get(&key).copied());
        if let Some((element, entry)) = known {
            return Ok(Signal::of(element, entry));
        }
        let (_, element) = self.open(kernel, index)?;
        let entry = kernel.signal(element);
        if let Some(declared) = entry.description.array {
            return Err(SelectCause::Row { index, declared });
        }
        // The elements of an array may differ from its description.
        if !fits::<T>(&entry.description) {
            return Err(SelectCause::Hidden { index });
        }
        ELEMENTS.with_borrow_mut(|elements| elements.insert(key, (element, entry)));
        Ok(Signal::of(element, entry))
    }

    fn open(
        &self,
        kernel: &'static Kernel,
        index: i64,
    ) -> Result<(Handle, SignalIndex), SelectCause> {
        self.position(index)?;
        let handle = kernel
            .port()
            .element(self.handle, index)
            .ok_or(SelectCause::Hidden { index })?;
        Ok((handle, kernel.open(handle)))
    }

    /// The row with this declared index, for an array of several dimensions.
    ///
    /// ```no_run
    /// # use verifork::dut::{Array, Instance};
    /// # fn example(dut: Instance) -> Result<(), Box<dyn std::error::Error>> {
    /// let memory: Array<u8> = dut.array("memory")?; // logic [7:0] memory [0:3][16:31]
    /// memory.row(1).set(28, 0x5a); // memory[1][28]
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, like an index out of bounds, if there is no such row.
    #[must_use]
    #[track_caller]
    pub fn row(&self, index: i64) -> Array<T> {
        expect(self.try_row(index))
    }

    /// [`row`](Self::row) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(tiles: Array<u8>, y: i64) -> Result {
    /// let row = tiles.try_row(y)?; // logic [7:0] tiles [0:15][0:15]
    /// log::info!("{:?}", row.get_all()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SelectError`] if there is no such row.
    #[track_caller]
    pub fn try_row(&self, index: i64) -> Result<Array<T>, SelectError> {
        let (path, location) = (self.path(), Location::caller());
        let row = scheduler::kernel()
            .map_err(|_| SelectCause::NoSimulation)
            .and_then(|kernel| {
                let (handle, row) = self.open(kernel, index)?;
                let description = &kernel.signal(row).description;
                if description.array.is_none() {
                    return Err(SelectCause::NoRow);
                }
                Ok(Array {
                    handle,
                    index: row,
                    description,
                    words: words(kernel, row),
                    value: PhantomData,
                    thread: PhantomData,
                })
            });
        row.map_err(|cause| SelectError {
            path,
            location,
            cause,
        })
    }

    /// How far an element is from the leftmost one.
    fn position(&self, index: i64) -> Result<u32, SelectCause> {
        let declared = self.range();
        if self.is_empty() {
            return Err(SelectCause::NoElements { declared });
        }
        let (low, high) = (declared.0.min(declared.1), declared.0.max(declared.1));
        if !(low..=high).contains(&index) {
            return Err(SelectCause::Element { index, declared });
        }
        u32::try_from(index.abs_diff(declared.0)).map_err(|_| SelectCause::Hidden { index })
    }

    /// The current value of an element, as [`Signal::get`].
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(memory: Array<u32>) -> Result {
    /// ensure!(memory.get(0x40)? == 0xdead_beef, "the store was lost");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`at`](Self::at) and [`Signal::get`].
    #[track_caller]
    pub fn get(&self, index: i64) -> T::Read {
        self.at(index).get()
    }

    /// Writes an element, as [`Signal::set`].
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(memory: Array<u8>, image: Vec<u8>) -> Result {
    /// for (address, byte) in (0..).zip(image) {
    ///     memory.set(address, byte);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`at`](Self::at) and [`Signal::set`].
    #[track_caller]
    pub fn set(&self, index: i64, value: T) {
        self.at(index).set(value);
    }

    /// The current values of all elements, from left to right.
    ///
    /// # Errors
    ///
    /// [`ReadError`] for the first element whose value does not fit `T` or is not provided by the
    /// simulator.
    ///
    /// # Panics
    ///
    /// As [`at`](Self::at).
    ///
    /// ```no_run
    /// # fn example(memory: verifork::dut::Array<u32>) -> verifork::Result {
    /// let before = memory.get_all()?;
    /// // …
    /// verifork::ensure!(memory.get_all()? == before, "the memory was written");
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn get_all(&self) -> Result<Vec<T>, ReadError> {
        let place = Location::caller();
        let mut values = Vec::with_capacity(self.len());
        for index in self.indices() {
            values.push(self.at(index).load_for(place)?);
        }
        Ok(values)
    }

    /// Writes all elements, from left to right, in the read-write phase: see [`Signal::set`].
    ///
    /// # Panics
    ///
    /// At the caller's line, before anything is written, if there are more or fewer values than elements;
    /// and as [`at`](Self::at) and [`Signal::set`].
    ///
    /// ```no_run
    /// # fn example(memory: verifork::dut::Array<u8>) {
    /// let image: Vec<u8> = (0..=255).collect();
    /// memory.set_all(&image); // logic [7:0] memory [0:255]
    /// # }
    /// ```
    #[track_caller]
    pub fn set_all(&self, values: &[T]) {
        expect(self.try_set_all(values));
    }

    /// [`set_all`](Self::set_all) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(memory: Array<u8>) -> Result {
    /// memory.try_set_all(&std::fs::read("boot.bin")?)?; // as many bytes as words
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WriteError`] if there are more or fewer values than elements; nothing is written then.
    /// Otherwise that of [`Signal::try_set`] for the first element that cannot be written; the elements
    /// before it are written.
    ///
    /// # Panics
    ///
    /// As [`at`](Self::at).
    #[track_caller]
    pub fn try_set_all(&self, values: &[T]) -> Result<(), WriteError> {
        let (elements, given) = (self.len(), values.len());
        if elements != given {
            let cause = WriteCause::Count { elements, given };
            return Err(WriteError::new(self.path(), Location::caller(), cause));
        }
        for (index, value) in self.indices().zip(values) {
            self.at(index).try_set_from(value)?;
        }
        Ok(())
    }

    /// Every element with its index, from left to right.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(registers: Array<u32>) -> Result {
    /// for (index, register) in registers.elements() {
    ///     ensure!(register.get()? == 0, "register {index} is not cleared");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`at`](Self::at), or at the caller's line if the elements are arrays themselves.
    #[track_caller]
    pub fn elements(&self) -> impl Iterator<Item = (i64, Signal<T>)> + use<T> {
        let array = *self;
        // The line that iterates is one of the standard library.
        if let Some(first) = self.indices().next() {
            expect(array.try_at(first));
        }
        self.indices().map(move |index| (index, array.at(index)))
    }
}

impl<T: SignalValue> Dut for Array<T> {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        binder.object_as(path, Array::try_from_object)
    }

    fn declared_paths(paths: &mut super::DeclaredPaths<'_>, path: &str) {
        paths.object(path);
    }
}

impl<T: SignalValue> Array<T> {
    fn try_from_object(object: Object) -> Result<Self, BindErrorKind> {
        if object.range().is_none() {
            let advice = object.advice::<T>();
            let is_vector = object
                .description()
                .encoding
                .width()
                .is_some_and(|width| width > 1);
            let remedy = match advice {
                Some(advice) if is_vector && !object.description().constant => {
                    format!("{advice}, whose bits are selected by `bit`")
                }
                Some(advice) => advice,
                None => "it has no elements".to_owned(),
            };
            return Err(object.kind_error(remedy));
        }
        // The element type of an array without elements is not known.
        if !object.description().is_empty {
            if let Some(hidden) = object.hidden() {
                return Err(hidden);
            }
            if object.description().encoding == Encoding::None {
                let advice = object.own_advice();
                let none = || "its elements have no value".to_owned();
                return Err(object.kind_error(advice.unwrap_or_else(none)));
            }
            if !fits::<T>(object.description()) {
                return Err(object.value_error::<T>("Array"));
            }
            object.require_names_of::<T>()?;
        }
        let kernel = scheduler::kernel().map_err(|_| BindErrorKind::NoSimulation)?;
        Ok(Array {
            words: words(kernel, object.index()),
            handle: object.handle(),
            index: object.index(),
            description: object.description(),
            value: PhantomData,
            thread: PhantomData,
        })
    }
}

#[cfg(test)]
mod tests;
