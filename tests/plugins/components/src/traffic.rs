//! Random frames and requests, and what a write is.

use verifork::prelude::*;
use verifork_components::axi_stream::{ByteKind, Frame, Signals};

use crate::Request;

/// A frame that the stream can carry, with whatever it has.
pub(crate) fn frame(rng: &mut TestRng, signals: &Signals) -> Frame {
    let width = |signal: Option<Signal<LogicVec>>| signal.map_or(0, |signal| signal.width());
    let bytes = signals.bytes();
    let mut data = vec![0; rng.random_range(1..=6 * bytes)];
    if signals.tkeep.is_none() {
        data.resize(data.len().next_multiple_of(bytes), 0);
    }
    rng.fill_bytes(&mut data);
    let beats = data.len().div_ceil(bytes);
    let mut frame = Frame::new(data);
    if signals.tkeep.is_some() && signals.tstrb.is_some() && rng.random_bool(0.3) {
        let kinds = [ByteKind::Data, ByteKind::Position, ByteKind::Null];
        frame.kinds = (0..frame.data.len())
            .map(|_| *rng.choose(&kinds).unwrap())
            .collect();
    }
    frame.id = rng.random_range(0..1 << width(signals.tid));
    frame.dest = rng.random_range(0..1 << width(signals.tdest));
    if let Some(user) = signals.tuser {
        let count = *rng.choose(&[0, 1, beats]).unwrap();
        frame.users = (0..count)
            .map(|_| LogicVec::random(user.width(), rng))
            .collect();
    }
    frame
}

pub(crate) fn request(rng: &mut TestRng, width: u32) -> Request {
    Request {
        address: rng.random(),
        write: rng.random(),
        data: LogicVec::random(width, rng),
    }
}

/// Writes the bytes of a word that have a strobe, where it is stored; the word, with 0 for the other bytes.
pub(crate) fn written(data: u32, strobe: u8, mut stored: Option<&mut [u8]>) -> u32 {
    let mut bytes = data.to_le_bytes();
    for (lane, byte) in bytes.iter_mut().enumerate() {
        if strobe >> lane & 1 == 0 {
            *byte = 0;
        } else if let Some(stored) = &mut stored {
            stored[lane] = *byte;
        }
    }
    u32::from_le_bytes(bytes)
}
