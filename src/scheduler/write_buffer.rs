//! The buffer of writes: kept until the read-write phase. The last write of a signal wins; they are made in the
//! order in which the signals were first written.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::panic::Location;

use super::index::SignalIndex;
use super::kernel::Kernel;
use super::signal::{NOT_QUEUED, SignalEntry};
use super::write::{Target, Write, overlay, parts_of, put_parts, put_small};
use crate::simulator::{InOrder, Port, PortError, PortResult, WriteMode};
use crate::value::{LogicVec, low_mask};

/// A write that waits for the read-write phase, to a signal or a word.
struct PendingWrite {
    index: SignalIndex,
    /// Its entry; for a word, the one that describes the words of its array.
    signal: &'static SignalEntry,
    value: PendingValue,
    /// The last line that wrote.
    place: &'static Location<'static>,
}

/// The value to write: all writes since the last flush together.
enum PendingValue {
    Small {
        value: u64,
        unknown: u64,
        mask: u64,
    },
    Wide(LogicVec),
    /// Parts of a wide vector, in the order in which they were written.
    Parts(Vec<(u32, LogicVec)>),
    Real(f64),
    Text(String),
}

/// The largest capacity that is kept for the next writes.
const KEPT: usize = 1024;

/// The buffer: a write for each signal and word, in the order in which they were first written. A signal
/// knows its position ([`SignalEntry::queued`]).
pub(super) struct WriteBuffer {
    queue: RefCell<Vec<PendingWrite>>,
    spare: Cell<Vec<PendingWrite>>,
    /// The positions of words.
    words: RefCell<HashMap<SignalIndex, u32, BuildHasherDefault<InOrder>>>,
}

impl WriteBuffer {
    pub(super) fn new() -> Self {
        WriteBuffer {
            queue: RefCell::default(),
            spare: Cell::default(),
            words: RefCell::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    /// Buffers a write to a signal.
    pub(super) fn push(
        &self,
        signal: &'static SignalEntry,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) {
        let queued = signal.queued.get();
        let queued = self.add(queued, index, signal, write, place);
        signal.queued.set(queued);
    }

    /// Buffers a write to a signal: a known value of up to 64 bits and its mask.
    #[inline(always)] // has one caller, which is on the path of every write
    pub(super) fn push_small(
        &self,
        signal: &'static SignalEntry,
        index: SignalIndex,
        (value, mask): (u64, u64),
        place: &'static Location<'static>,
    ) {
        if signal.queued.get() != NOT_QUEUED {
            let write = Write::Small {
                value,
                unknown: 0,
                mask,
            };
            return self.push(signal, index, write, place);
        }
        let value = PendingValue::Small {
            value: value & mask,
            unknown: 0,
            mask,
        };
        signal.queued.set(self.append(PendingWrite {
            index,
            signal,
            value,
            place,
        }));
    }

    /// Buffers a write to a word, which this entry describes.
    pub(super) fn push_word(
        &self,
        index: SignalIndex,
        like: &'static SignalEntry,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) {
        let mut words = self.words.borrow_mut();
        let queued = words.entry(index).or_insert(NOT_QUEUED);
        *queued = self.add(*queued, index, like, write, place);
    }

    /// Adds a write to the one at a position of the queue, or appends it. Returns its position.
    #[inline(never)]
    fn add(
        &self,
        queued: u32,
        index: SignalIndex,
        signal: &'static SignalEntry,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> u32 {
        if let Some(pending) = self.queue.borrow_mut().get_mut(queued as usize) {
            pending.value.add(signal.width, write);
            pending.place = place;
            return queued;
        }
        self.append(PendingWrite {
            index,
            signal,
            value: PendingValue::new(write),
            place,
        })
    }

    /// Appends a write to the queue. Returns its position.
    #[inline]
    fn append(&self, pending: PendingWrite) -> u32 {
        let mut queue = self.queue.borrow_mut();
        #[allow(
            clippy::cast_possible_truncation,
            reason = "there are fewer signals and words"
        )]
        let end = queue.len() as u32;
        queue.push(pending);
        end
    }

    /// Takes all writes out.
    fn take(&self) -> Vec<PendingWrite> {
        let queue = std::mem::replace(&mut *self.queue.borrow_mut(), self.spare.take());
        for pending in queue.iter().filter(|pending| !pending.index.is_word()) {
            pending.signal.queued.set(NOT_QUEUED);
        }
        let mut words = self.words.borrow_mut();
        if words.capacity() > 2 * KEPT {
            *words = HashMap::default();
        } else if !words.is_empty() {
            words.clear();
        }
        queue
    }

    /// Takes the write out, if there is exactly one, of up to 64 bits, to a signal.
    #[inline]
    fn take_only(
        &self,
    ) -> Option<(
        &'static SignalEntry,
        (u64, u64, u64),
        &'static Location<'static>,
    )> {
        let mut queue = self.queue.borrow_mut();
        let [only] = &queue[..] else { return None };
        let PendingValue::Small {
            value,
            unknown,
            mask,
        } = only.value
        else {
            return None;
        };
        let (signal, place) = (only.signal, only.place);
        if only.index.is_word() {
            return None;
        }
        // A small value has nothing that a drop would free.
        std::mem::forget(queue.pop());
        signal.queued.set(NOT_QUEUED);
        Some((signal, (value, unknown, mask), place))
    }

    /// Makes the writes. Nothing is borrowed while the simulator is called, because it may call back.
    #[inline]
    pub(super) fn flush(
        &self,
        kernel: &'static Kernel,
        mut failed: impl FnMut(&SignalEntry, &'static Location<'static>, Box<PortError>),
    ) {
        // The usual case, without an exchange of buffers.
        let Some((signal, value, place)) = self.take_only() else {
            return self.flush_several(kernel, failed);
        };
        if signal.put_known(value) {
            return;
        }
        let put = put_small(kernel.port, signal.target(), value, WriteMode::Deposit);
        if let Err(error) = put {
            failed(signal, place, error);
        }
    }

    #[inline(never)]
    fn flush_several(
        &self,
        kernel: &'static Kernel,
        mut failed: impl FnMut(&SignalEntry, &'static Location<'static>, Box<PortError>),
    ) {
        let mut queue = self.take();
        for PendingWrite {
            index,
            signal,
            value,
            place,
        } in queue.drain(..)
        {
            if let PendingValue::Small {
                value,
                unknown,
                mask,
            } = value
                && !index.is_word()
                && signal.put_known((value, unknown, mask))
            {
                continue;
            }
            let put = |port: &dyn Port, target: Target<'_>| value.put(port, target);
            let outcome = if index.is_word() {
                kernel.with_word(index, put)
            } else {
                put(kernel.port, signal.target())
            };
            if let Err(error) = outcome {
                failed(kernel.signals.get(kernel.entry(index)), place, error);
            }
        }
        if queue.capacity() <= KEPT {
            self.spare.set(queue);
        }
    }

    /// Drops the writes. Returns the path of each signal and where it was written.
    pub(super) fn clear(&self, kernel: &Kernel) -> Vec<(String, &'static Location<'static>)> {
        let forgotten = self.take().into_iter().map(|pending| {
            let path = if pending.index.is_word() {
                kernel.path_of_word(pending.index)
            } else {
                pending.signal.description.path.clone()
            };
            (path, pending.place)
        });
        forgotten.collect()
    }
}

impl PendingValue {
    #[inline]
    fn new(write: Write<'_>) -> Self {
        match write {
            Write::Small {
                value,
                unknown,
                mask,
            } => PendingValue::Small {
                value: value & mask,
                unknown: unknown & mask,
                mask,
            },
            Write::Wide(value) => PendingValue::Wide(value.clone()),
            Write::Part { value, low } => PendingValue::Parts(vec![(low, value.clone())]),
            Write::Real(value) => PendingValue::Real(value),
            Write::Text(value) => PendingValue::Text(value.to_owned()),
        }
    }

    /// Adds a later write to an object of this width: bits add up, and a whole value replaces everything.
    fn add(&mut self, width: u32, write: Write<'_>) {
        let all = low_mask(width);
        match (write, &mut *self) {
            (
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
                PendingValue::Small {
                    value: v,
                    unknown: u,
                    mask: m,
                },
            ) => {
                *v = *v & !mask | value & mask;
                *u = *u & !mask | unknown & mask;
                *m |= mask;
            }
            (
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
                PendingValue::Wide(whole),
            ) if mask & all != all => {
                for (low, part) in parts_of(value, unknown, mask) {
                    overlay(whole, low, &part);
                }
            }
            (
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
                PendingValue::Parts(parts),
            ) if mask & all != all => parts.extend(parts_of(value, unknown, mask)),
            (
                Write::Part { value: part, low },
                PendingValue::Small {
                    value,
                    unknown,
                    mask,
                },
            ) => {
                let mut parts: Vec<_> = parts_of(*value, *unknown, *mask).collect();
                parts.push((low, part.clone()));
                *self = PendingValue::Parts(parts);
            }
            (Write::Part { value: part, low }, PendingValue::Wide(whole)) => {
                overlay(whole, low, part);
            }
            (Write::Part { value, low }, PendingValue::Parts(parts)) => {
                parts.push((low, value.clone()));
            }
            (Write::Wide(new), PendingValue::Wide(whole)) => whole.clone_from(new),
            (write, _) => *self = PendingValue::new(write),
        }
    }

    #[inline]
    fn put(self, port: &dyn Port, target: Target<'_>) -> PortResult<()> {
        let mode = WriteMode::Deposit;
        match self {
            PendingValue::Small {
                value,
                unknown,
                mask,
            } => put_small(port, target, (value, unknown, mask), mode)?,
            PendingValue::Wide(value) => {
                port.write(target.handle, target.encoding, &value, mode)?;
            }
            PendingValue::Parts(parts) => put_parts(port, target, &parts, mode)?,
            PendingValue::Real(value) => port.write_real(target.handle, value, mode)?,
            PendingValue::Text(value) => port.write_text(target.handle, &value)?,
        }
        Ok(())
    }
}
