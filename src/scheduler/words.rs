//! Words: elements of arrays that have no entry in the table of signals.
//!
//! A memory of a million words would need a million entries, most of which would only be read or written.
//! So an array has a range of numbers, one for each element, and an access to such a number goes to the
//! simulator by the array's handle and the index. An element gets an entry, and keeps it, as soon as
//! something waits for it, forces it, or needs its name.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::Location;

use super::index::SignalIndex;
use super::kernel::Kernel;
use super::signal::SignalEntry;
use super::write::{self, Target, Write, WriteError};
use crate::simulator::{Handle, Port, PortError, PortResult, WriteMode};

/// The numbers of the words of all arrays.
pub(super) struct Words {
    arrays: RefCell<Vec<WordArray>>,
    by_array: RefCell<HashMap<SignalIndex, Option<SignalIndex>>>,
    next: Cell<SignalIndex>,
}

/// An array whose elements are words.
#[derive(Clone, Copy)]
struct WordArray {
    first: SignalIndex,
    array: SignalIndex,
    handle: Handle,
    left: i64,
    right: i64,
    /// The element whose entry describes them all.
    like: SignalIndex,
}

/// An element of an array, by its declared index.
#[derive(Clone, Copy)]
struct Word {
    of: WordArray,
    index: i64,
}

/// The handle of an element, borrowed for one access.
struct Borrowed<'a> {
    port: &'a dyn Port,
    handle: Handle,
}

impl Drop for Borrowed<'_> {
    #[inline]
    fn drop(&mut self) {
        self.port.give_back(self.handle);
    }
}

impl Words {
    pub(super) fn new() -> Self {
        Words {
            arrays: RefCell::default(),
            by_array: RefCell::default(),
            next: Cell::new(SignalIndex::FIRST_WORD),
        }
    }

    #[inline]
    fn word(&self, index: SignalIndex) -> Word {
        let arrays = self.arrays.borrow();
        let after = arrays.partition_point(|array| array.first <= index);
        let of = arrays[after - 1];
        let position = i64::from(index.distance(of.first));
        let index = if of.left <= of.right {
            of.left + position
        } else {
            of.left - position
        };
        Word { of, index }
    }
}

impl Kernel {
    /// The number of an array's leftmost element, from which the others count up, and the entry that
    /// describes all elements. `None` if an element has no value of its own, or there are too many
    /// elements: then each is opened separately.
    pub(crate) fn words(
        &'static self,
        array: SignalIndex,
    ) -> Option<(SignalIndex, &'static SignalEntry)> {
        let known = self.words.by_array.borrow().get(&array).copied();
        let first = known.unwrap_or_else(|| {
            let made = self.make_words(array);
            self.words.by_array.borrow_mut().insert(array, made);
            made
        })?;
        let like = self.words.word(first).of.like;
        Some((first, self.signals.get(like)))
    }

    fn make_words(&'static self, array: SignalIndex) -> Option<SignalIndex> {
        let entry = self.signals.get(array);
        let (left, right) = entry.description.array?;
        if entry.description.is_empty {
            return None;
        }
        let like = self.open(self.port.element(entry.handle, left)?);
        if self.signals.get(like).description.array.is_some() {
            return None;
        }
        let first = self.words.next.get();
        let length = u32::try_from(left.abs_diff(right)).ok()?.checked_add(1)?;
        self.words.next.set(first.after(length)?);
        self.words.arrays.borrow_mut().push(WordArray {
            first,
            array,
            handle: entry.handle,
            left,
            right,
            like,
        });
        Some(first)
    }

    /// The entry of a signal. A word without one gets it now.
    #[inline]
    pub(crate) fn entry(&'static self, index: SignalIndex) -> SignalIndex {
        if index.is_word() {
            self.open_word(index)
        } else {
            index
        }
    }

    #[inline(never)]
    fn open_word(&'static self, index: SignalIndex) -> SignalIndex {
        let word = self.words.word(index);
        match self.port.element(word.of.handle, word.index) {
            Some(handle) => self.open(handle),
            // The simulation has ended.
            None => word.of.array,
        }
    }

    /// A word's path, without an entry.
    pub(super) fn path_of_word(&self, index: SignalIndex) -> String {
        let Word { of, index } = self.words.word(index);
        format!("{}[{index}]", self.signals.get(of.array).description.path)
    }

    /// The entry of a word that has one.
    fn known(&self, word: Word) -> Option<SignalIndex> {
        let handle = self.port.known_element(word.of.handle, word.index)?;
        self.signals.known(handle)
    }

    /// Runs `act` with the handle of a word.
    #[inline(never)]
    pub(super) fn with_word<R>(
        &self,
        index: SignalIndex,
        act: impl FnOnce(&dyn Port, Target<'_>) -> PortResult<R>,
    ) -> PortResult<R> {
        let word = self.words.word(index);
        let Some(handle) = self.port.borrow_element(word.of.handle, word.index) else {
            return Err(PortError::Over.into());
        };
        let borrowed = Borrowed {
            port: self.port,
            handle,
        };
        let like = self.signals.get(word.of.like);
        act(self.port, like.target().at(borrowed.handle))
    }

    /// Keeps a write to a word for the read-write phase.
    #[inline(never)]
    pub(super) fn write_word(
        &'static self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        let word = self.words.word(index);
        if let Some(known) = self.known(word) {
            return self.write(known, write, place);
        }
        let like = self.signals.get(word.of.like);
        if self.check_write(like, write, place).is_err() {
            // With an entry, the error names the word.
            return self.write(self.entry(index), write, place);
        }
        self.phases.want_read_write();
        self.writes.push_word(index, like, write, place);
        Ok(())
    }

    /// Writes a word at once.
    #[inline(never)]
    pub(super) fn write_word_now(
        &'static self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        let word = self.words.word(index);
        let like = self.signals.get(word.of.like);
        if self.check_now(like, write, place).is_err() {
            return self.write_now(self.entry(index), write, place);
        }
        let put = |port: &dyn Port, target: Target<'_>| {
            write::put_now(port, target, write, WriteMode::Deposit)
        };
        Ok(self.with_word(index, put)?)
    }
}
