//! Writes: kept until the read-write phase, the last one of a signal wins, applied in the order in
//! which the signals were first written.

use std::cell::{Cell, RefCell};
use std::panic::Location;

use super::signal::{Signal, SignalIndex, Signals};
use crate::simulator::{Encoding, Port, PortError, Value, WriteMode};
use crate::value::{LogicVec, low_mask};

/// A value to write.
#[derive(Clone, Copy)]
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
        let all = low_mask(signal.width);
        let mut pending = signal.pending.borrow_mut();
        if matches!(*pending, Pending::None) {
            self.queue.borrow_mut().push(index);
        }
        let pending = &mut *pending;
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
        signals: &Signals,
        port: &dyn Port,
        mut failed: impl FnMut(&Signal, &'static Location<'static>, PortError),
    ) {
        let mut queue = std::mem::replace(&mut *self.queue.borrow_mut(), self.spare.take());
        for index in queue.drain(..) {
            let signal = signals.get(index);
            let pending = std::mem::replace(&mut *signal.pending.borrow_mut(), Pending::None);
            let (outcome, place) = match pending {
                Pending::None => continue,
                Pending::Small {
                    value,
                    unknown,
                    mask,
                    place,
                } => (
                    put_small(port, signal, value, unknown, mask, WriteMode::Deposit),
                    place,
                ),
                Pending::Wide { value, place } => {
                    let encoding = &signal.description.encoding;
                    (
                        port.write(signal.handle, encoding, &value, WriteMode::Deposit),
                        place,
                    )
                }
                Pending::Parts { parts, place } => {
                    (put_parts(port, signal, &parts, WriteMode::Deposit), place)
                }
                Pending::Real(value, place) => (
                    port.write_real(signal.handle, value, WriteMode::Deposit),
                    place,
                ),
                Pending::Text(value, place) => (port.write_text(signal.handle, &value), place),
            };
            if let Err(error) = outcome {
                failed(signal, place, error);
            }
        }
        self.spare.set(queue);
    }

    /// Forgets what is kept: of each signal its path, and where it was written.
    pub(super) fn clear(&self, signals: &Signals) -> Vec<(String, &'static Location<'static>)> {
        let mut forgotten = Vec::new();
        for index in self.queue.borrow_mut().drain(..) {
            let signal = signals.get(index);
            let pending = std::mem::replace(&mut *signal.pending.borrow_mut(), Pending::None);
            let place = match pending {
                Pending::None => continue,
                Pending::Small { place, .. }
                | Pending::Wide { place, .. }
                | Pending::Parts { place, .. }
                | Pending::Real(_, place)
                | Pending::Text(_, place) => place,
            };
            forgotten.push((signal.description.path.clone(), place));
        }
        forgotten
    }
}

/// Writes at once.
pub(super) fn put_now(
    port: &dyn Port,
    signal: &Signal,
    write: Write<'_>,
    mode: WriteMode,
) -> Result<(), PortError> {
    match write {
        Write::Small {
            value,
            unknown,
            mask,
        } => put_small(port, signal, value, unknown, mask, mode),
        Write::Wide(value) => port.write(signal.handle, &signal.description.encoding, value, mode),
        Write::Part { value, low } => put_parts(port, signal, &[(low, value.clone())], mode),
        Write::Real(value) => port.write_real(signal.handle, value, mode),
        Write::Text(value) => port.write_text(signal.handle, value),
    }
}

fn put_small(
    port: &dyn Port,
    signal: &Signal,
    value: u64,
    unknown: u64,
    mask: u64,
    mode: WriteMode,
) -> Result<(), PortError> {
    let (mut value, mut unknown) = (value, unknown);
    let all = low_mask(signal.width);
    if mask & all != all {
        if port.quirks().vector_formats.has_nine_states() {
            // Two planes would lose what the other bits have of the nine states.
            let parts: Vec<_> = parts_of(value, unknown, mask & all).collect();
            return put_parts(port, signal, &parts, mode);
        }
        let (v, u) = port.read_small(signal.handle, signal.width, signal.two_state)?;
        value = v & !mask | value & mask;
        unknown = u & !mask | unknown & mask;
    }
    port.write_small(signal.handle, signal.width, value, unknown, mode)
}

fn put_parts(
    port: &dyn Port,
    signal: &Signal,
    parts: &[(u32, LogicVec)],
    mode: WriteMode,
) -> Result<(), PortError> {
    let encoding: &Encoding = &signal.description.encoding;
    let mut whole = LogicVec::all_zero(signal.width);
    port.read(signal.handle, encoding, &mut whole)?;
    for (low, part) in parts {
        overlay(&mut whole, *low, part);
    }
    port.write(signal.handle, encoding, &whole, mode)
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
