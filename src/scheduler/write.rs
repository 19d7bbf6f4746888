//! Writes: kept until the read-write phase, the last one of a signal wins, applied in the order in
//! which the signals were first written.

use std::cell::{Cell, RefCell};
use std::panic::Location;

use super::Kernel;
use super::signal::{Signal, SignalIndex, Signals};
use super::words::PendingWords;
use crate::simulator::{Encoding, Handle, Port, PortError, Value, WriteMode};
use crate::value::{LogicVec, low_mask};

/// A value to write.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Write<'a> {
    /// Up to 64 bits as two planes; bits outside of `mask` keep what the signal has.
    Small {
        value: u64,
        unknown: u64,
        mask: u64,
    },
    /// The whole of a vector.
    Wide(&'a LogicVec),
    /// Bits from `low` up, of a vector; the others keep what the signal has.
    Part {
        value: &'a LogicVec,
        low: u32,
    },
    Real(f64),
    Text(&'a str),
}

impl<'a> Write<'a> {
    /// What of it the port is asked about.
    pub(super) fn value(self, signal: &Signal) -> Value<'a> {
        let all = low_mask(signal.width);
        match self {
            Write::Small {
                value,
                unknown,
                mask,
            } if mask & all == all => Value::Planes { value, unknown },
            Write::Small { unknown, mask, .. } => Value::Bits {
                unknown: unknown & mask != 0,
            },
            Write::Wide(value) => Value::Vector(value),
            Write::Part { value, .. } => Value::Bits {
                unknown: value.has_unknown(),
            },
            Write::Real(value) => Value::Real(value),
            Write::Text(value) => Value::Text(value),
        }
    }
}

/// Why a write cannot be.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum WriteError {
    #[error(
        "nothing can be written in the read-only phase: await `next_time_step()` (or an edge, or \
         a timer) first"
    )]
    ReadOnlyPhase,
    #[error("{kind} is constant and cannot be written")]
    Constant { kind: String },
    #[error("the design drives it")]
    Driven,
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What waits for the read-write phase on one signal.
pub(crate) enum Pending {
    None,
    Small {
        value: u64,
        unknown: u64,
        mask: u64,
        place: &'static Location<'static>,
    },
    Wide {
        value: LogicVec,
        place: &'static Location<'static>,
    },
    /// Bits of a wide vector, laid over each other in the order in which they came.
    Parts {
        parts: Vec<(u32, LogicVec)>,
        place: &'static Location<'static>,
    },
    Real(f64, &'static Location<'static>),
    Text(String, &'static Location<'static>),
}

/// The memory of how many writes is kept for the next ones.
pub(super) const KEPT: usize = 1024;

pub(super) struct Writes {
    queue: RefCell<Vec<SignalIndex>>,
    spare: Cell<Vec<SignalIndex>>,
}

impl Writes {
    pub(super) fn new() -> Self {
        Writes {
            queue: RefCell::default(),
            spare: Cell::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    pub(super) fn push(
        &self,
        signals: &Signals,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) {
        let signal = signals.get(index);
        self.add(
            index,
            &mut signal.pending.borrow_mut(),
            signal.width,
            write,
            place,
        );
    }

    /// Keeps a write to a word.
    pub(super) fn push_word(
        &self,
        words: &RefCell<PendingWords>,
        index: SignalIndex,
        width: u32,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) {
        self.add(index, words.borrow_mut().of(index), width, write, place);
    }

    fn add(
        &self,
        index: SignalIndex,
        pending: &mut Pending,
        width: u32,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) {
        let all = low_mask(width);
        if matches!(*pending, Pending::None) {
            self.queue.borrow_mut().push(index);
        }
        match (write, &mut *pending) {
            (
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
                Pending::Small {
                    value: v,
                    unknown: u,
                    mask: m,
                    place: p,
                },
            ) => {
                *v = *v & !mask | value & mask;
                *u = *u & !mask | unknown & mask;
                *m |= mask;
                *p = place;
            }
            (
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
                _,
            ) if mask & all == all => {
                *pending = Pending::Small {
                    value,
                    unknown,
                    mask,
                    place,
                };
            }
            (
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
                Pending::None,
            ) => {
                *pending = Pending::Small {
                    value: value & mask,
                    unknown: unknown & mask,
                    mask,
                    place,
                };
            }
            (
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
                Pending::Wide {
                    value: whole,
                    place: p,
                },
            ) => {
                for (low, part) in parts_of(value, unknown, mask) {
                    overlay(whole, low, &part);
                }
                *p = place;
            }
            (
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
                Pending::Parts { parts, place: p },
            ) => {
                parts.extend(parts_of(value, unknown, mask));
                *p = place;
            }
            (
                Write::Part { value: part, low },
                Pending::Small {
                    value,
                    unknown,
                    mask,
                    ..
                },
            ) => {
                let mut parts: Vec<_> = parts_of(*value, *unknown, *mask).collect();
                parts.push((low, part.clone()));
                *pending = Pending::Parts { parts, place };
            }
            (
                Write::Small {
                    value,
                    unknown,
                    mask,
                },
                _,
            ) => {
                *pending = Pending::Small {
                    value: value & mask,
                    unknown: unknown & mask,
                    mask,
                    place,
                };
            }
            (Write::Wide(new), Pending::Wide { value, place: p }) => {
                value.clone_from(new);
                *p = place;
            }
            (Write::Wide(new), _) => {
                *pending = Pending::Wide {
                    value: new.clone(),
                    place,
                }
            }
            (Write::Part { value: part, low }, Pending::Wide { value, place: p }) => {
                overlay(value, low, part);
                *p = place;
            }
            (Write::Part { value, low }, Pending::Parts { parts, place: p }) => {
                parts.push((low, value.clone()));
                *p = place;
            }
            (Write::Part { value, low }, _) => {
                *pending = Pending::Parts {
                    parts: vec![(low, value.clone())],
                    place,
                };
            }
            (Write::Real(value), _) => *pending = Pending::Real(value, place),
            (Write::Text(value), _) => *pending = Pending::Text(value.to_owned(), place),
        }
    }

    /// Applies what is kept. No borrow is held while the simulator is called: it may call back.
    pub(super) fn flush(
        &self,
        kernel: &Kernel,
        mut failed: impl FnMut(&Signal, &'static Location<'static>, PortError),
    ) {
        let mut queue = std::mem::replace(&mut *self.queue.borrow_mut(), self.spare.take());
        let mut words = kernel.words.pending.take();
        let port = kernel.port;
        // In the same order as the words are in the queue.
        let mut of_words = words.drain();
        for index in queue.drain(..) {
            let outcome = if index.is_word() {
                let pending = of_words.next().unwrap_or(Pending::None);
                let place = pending.place();
                let put = |port: &dyn Port, target: Target<'_>| pending.put(port, target);
                place.map(|place| (kernel.with_word(index, put), place))
            } else {
                let signal = kernel.signals.get(index);
                let pending = std::mem::replace(&mut *signal.pending.borrow_mut(), Pending::None);
                let place = pending.place();
                place.map(|place| (pending.put(port, signal.target()), place))
            };
            if let Some((Err(error), place)) = outcome {
                failed(kernel.signals.get(kernel.entry(index)), place, error);
            }
        }
        if queue.capacity() <= KEPT {
            self.spare.set(queue);
        }
        drop(of_words);
        if words.recycle() {
            kernel.words.pending.replace(words);
        }
    }

    /// Forgets what is kept: of each signal its path, and where it was written.
    pub(super) fn clear(&self, kernel: &Kernel) -> Vec<(String, &'static Location<'static>)> {
        let mut words = kernel.words.pending.take();
        let mut of_words = words.drain();
        let mut forgotten = Vec::new();
        for index in self.queue.take() {
            let (pending, path) = if index.is_word() {
                let pending = of_words.next().unwrap_or(Pending::None);
                (pending, kernel.path_of_word(index))
            } else {
                let signal = kernel.signals.get(index);
                let pending = signal.pending.replace(Pending::None);
                (pending, signal.description.path.clone())
            };
            forgotten.extend(pending.place().map(|place| (path, place)));
        }
        forgotten
    }
}

impl Pending {
    fn place(&self) -> Option<&'static Location<'static>> {
        match *self {
            Pending::None => None,
            Pending::Small { place, .. }
            | Pending::Wide { place, .. }
            | Pending::Parts { place, .. }
            | Pending::Real(_, place)
            | Pending::Text(_, place) => Some(place),
        }
    }

    fn put(self, port: &dyn Port, target: Target<'_>) -> Result<(), PortError> {
        let mode = WriteMode::Deposit;
        match self {
            Pending::None => Ok(()),
            Pending::Small {
                value,
                unknown,
                mask,
                ..
            } => put_small(port, target, value, unknown, mask, mode),
            Pending::Wide { value, .. } => port.write(target.handle, target.encoding, &value, mode),
            Pending::Parts { parts, .. } => put_parts(port, target, &parts, mode),
            Pending::Real(value, _) => port.write_real(target.handle, value, mode),
            Pending::Text(value, _) => port.write_text(target.handle, &value),
        }
    }
}

/// What a value is written to.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) handle: Handle,
    pub(super) width: u32,
    pub(super) two_state: bool,
    pub(super) encoding: &'a Encoding,
}

impl Target<'_> {
    /// Another object of the same encoding.
    pub(super) fn at(self, handle: Handle) -> Self {
        Target { handle, ..self }
    }
}

/// Writes at once.
pub(super) fn put_now(
    port: &dyn Port,
    target: Target<'_>,
    write: Write<'_>,
    mode: WriteMode,
) -> Result<(), PortError> {
    match write {
        Write::Small {
            value,
            unknown,
            mask,
        } => put_small(port, target, value, unknown, mask, mode),
        Write::Wide(value) => port.write(target.handle, target.encoding, value, mode),
        Write::Part { value, low } => put_parts(port, target, &[(low, value.clone())], mode),
        Write::Real(value) => port.write_real(target.handle, value, mode),
        Write::Text(value) => port.write_text(target.handle, value),
    }
}

#[inline]
fn put_small(
    port: &dyn Port,
    target: Target<'_>,
    value: u64,
    unknown: u64,
    mask: u64,
    mode: WriteMode,
) -> Result<(), PortError> {
    let (mut value, mut unknown) = (value, unknown);
    let all = low_mask(target.width);
    if mask & all != all {
        if port.quirks().vector_formats.has_nine_states() {
            // Two planes would lose what the other bits have of the nine states.
            let parts: Vec<_> = parts_of(value, unknown, mask & all).collect();
            return put_parts(port, target, &parts, mode);
        }
        let (v, u) = port.read_small(target.handle, target.width, target.two_state)?;
        value = v & !mask | value & mask;
        unknown = u & !mask | unknown & mask;
    }
    port.write_small(target.handle, target.width, value, unknown, mode)
}

fn put_parts(
    port: &dyn Port,
    target: Target<'_>,
    parts: &[(u32, LogicVec)],
    mode: WriteMode,
) -> Result<(), PortError> {
    let mut whole = LogicVec::zeros(target.width);
    port.read(target.handle, target.encoding, &mut whole)?;
    for (low, part) in parts {
        overlay(&mut whole, *low, part);
    }
    port.write(target.handle, target.encoding, &whole, mode)
}

/// The runs of bits that a mask selects, as parts.
fn parts_of(value: u64, unknown: u64, mask: u64) -> impl Iterator<Item = (u32, LogicVec)> {
    let mut left = mask;
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let low = left.trailing_zeros();
        let width = (left >> low).trailing_ones();
        let run = low_mask(width);
        left &= !(run << low);
        Some((
            low,
            LogicVec::from_planes_u64(width, value >> low & run, unknown >> low & run),
        ))
    })
}

fn overlay(whole: &mut LogicVec, low: u32, part: &LogicVec) {
    if part.width() > 0 {
        let high = low + part.width() - 1;
        whole
            .set_slice(high, low, part)
            .expect("selects are checked when they are made");
    }
}
