//! A write, and how it goes through the port.

use crate::simulator::{Encoding, Handle, Port, PortError, PortResult, Value, WriteMode};
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
    /// Whether bits of an object of this width keep what they have.
    pub(super) fn is_part(self, width: u32) -> bool {
        let all = low_mask(width.min(64));
        match self {
            Write::Small { mask, .. } => mask & all != all,
            Write::Part { value, .. } => value.width() < width,
            Write::Wide(_) | Write::Real(_) | Write::Text(_) => false,
        }
    }

    /// What the port is asked about for an object of this width.
    pub(super) fn value(self, width: u32) -> Value<'a> {
        let all = low_mask(width);
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

/// Why a write is refused.
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

impl From<Box<PortError>> for WriteError {
    fn from(error: Box<PortError>) -> Self {
        WriteError::Port(*error)
    }
}

/// The object that a value is read from or written to.
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
) -> PortResult<()> {
    match write {
        Write::Small {
            value,
            unknown,
            mask,
        } => put_small(port, target, (value, unknown, mask), mode)?,
        Write::Wide(value) => port.write(target.handle, target.encoding, value, mode)?,
        Write::Part { value, low } => put_parts(port, target, &[(low, value.clone())], mode)?,
        Write::Real(value) => port.write_real(target.handle, value, mode)?,
        Write::Text(value) => port.write_text(target.handle, value)?,
    }
    Ok(())
}

#[inline]
pub(super) fn put_small(
    port: &dyn Port,
    target: Target<'_>,
    (value, unknown, mask): (u64, u64, u64),
    mode: WriteMode,
) -> PortResult<()> {
    let all = low_mask(target.width);
    if mask & all == all {
        port.write_small(target.handle, target.width, value, unknown, mode)
    } else {
        put_bits(port, target, (value, unknown, mask), mode)
    }
}

/// Writes the bits of a mask. The others keep their values.
#[inline(never)]
fn put_bits(
    port: &dyn Port,
    target: Target<'_>,
    (mut value, mut unknown, mask): (u64, u64, u64),
    mode: WriteMode,
) -> PortResult<()> {
    if port.quirks().vector_formats.has_nine_states() {
        // Two planes would lose the states that the other bits may have in VHDL.
        let parts: Vec<_> = parts_of(value, unknown, mask & low_mask(target.width)).collect();
        return Ok(put_parts(port, target, &parts, mode)?);
    }
    let (v, u) = port.read_small(target.handle, target.width, target.two_state)?;
    value = v & !mask | value & mask;
    unknown = u & !mask | unknown & mask;
    port.write_small(target.handle, target.width, value, unknown, mode)
}

pub(super) fn put_parts(
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
pub(super) fn parts_of(
    value: u64,
    unknown: u64,
    mask: u64,
) -> impl Iterator<Item = (u32, LogicVec)> {
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

pub(super) fn overlay(whole: &mut LogicVec, low: u32, part: &LogicVec) {
    if part.width() > 0 {
        let high = low + part.width() - 1;
        whole
            .set_slice(high, low, part)
            .expect("selects are checked when they are made");
    }
}
