//! The signals of a stream, and their widths.

use verifork::dut::{Dut, Signal};
use verifork::value::{Logic, LogicVec};

use super::frame::{ByteKind, Frame};
use super::rules;
use crate::Clocked;
use crate::handshake::{Wires, bus_of};

/// The signals of an AXI4-Stream, by their names below a prefix. TVALID is mandatory.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_stream;
///
/// #[derive(Dut)]
/// struct Fifo {
///     aclk: Signal<bool>,
///     #[dut(prefix = "s_axis_")] // s_axis_tvalid, s_axis_tready, s_axis_tdata, …
///     input: axi_stream::Signals,
///     #[dut(prefix = "m_axis_")]
///     output: axi_stream::Signals,
/// }
/// ```
#[derive(Debug, Dut)]
pub struct Signals {
    /// A beat is offered.
    pub tvalid: Signal<Logic>,
    /// It is taken; without the signal, always.
    pub tready: Option<Signal<Logic>>,
    /// 8 to 1024 bits, the first byte in the lowest 8.
    pub tdata: Option<Signal<LogicVec>>,
    /// A bit for each byte: whether it is data.
    pub tstrb: Option<Signal<LogicVec>>,
    /// A bit for each byte: whether it is one of the stream.
    pub tkeep: Option<Signal<LogicVec>>,
    /// The frame ends; without the signal, each beat is a frame.
    pub tlast: Option<Signal<Logic>>,
    /// Which stream: beats of several may come in any order.
    pub tid: Option<Signal<LogicVec>>,
    /// The destination.
    pub tdest: Option<Signal<LogicVec>>,
    /// User data beside the data.
    pub tuser: Option<Signal<LogicVec>>,
}

impl Signals {
    /// How many bytes a beat has.
    pub fn bytes(&self) -> usize {
        self.tdata.map_or(0, |data| data.width() as usize / 8)
    }

    /// The bus, by the common part of its signals' paths.
    pub fn bus(&self) -> &'static str {
        bus_of(self.tvalid.path(), "tvalid")
    }

    pub(super) fn wires(&self, clocked: &Clocked) -> Wires {
        Wires {
            valid: self.tvalid,
            ready: self.tready,
            clocked: *clocked,
            bus: self.bus(),
            rules: &rules::HANDSHAKE,
        }
    }

    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub(super) fn check_widths(&self) {
        if let Some(data) = self.tdata {
            let width = data.width();
            assert!(
                width.is_multiple_of(8) && (8..=1024).contains(&width),
                "AXI4-Stream: `{}` has {width} bits; TDATA has whole bytes, 8 to 1024 bits",
                data.path()
            );
        }
        for (name, signal) in [("TKEEP", self.tkeep), ("TSTRB", self.tstrb)] {
            if let Some(signal) = signal {
                let (width, bytes) = (signal.width(), self.bytes());
                assert!(
                    width as usize == bytes,
                    "AXI4-Stream: `{}` has {width} bits; {name} has a bit for each of the {bytes} bytes \
                     of TDATA",
                    signal.path()
                );
            }
        }
        for (name, signal) in [("TID", self.tid), ("TDEST", self.tdest)] {
            if let Some(signal) = signal {
                let width = signal.width();
                assert!(
                    width <= 32,
                    "AXI4-Stream: `{}` has {width} bits; {name} has at most 32 here",
                    signal.path()
                );
            }
        }
    }

    /// Why a frame cannot go over these signals.
    pub(super) fn refuses(&self, frame: &Frame) -> Option<String> {
        let bus = self.bus();
        let (bytes, length) = (self.bytes(), frame.data.len());
        if bytes == 0 && length > 0 {
            return Some(format!(
                "a frame of {length} bytes, and `{bus}` has no TDATA"
            ));
        }
        if !frame.kinds.is_empty() && frame.kinds.len() != length {
            return Some(format!(
                "{} kinds of bytes for {length} bytes",
                frame.kinds.len()
            ));
        }
        let missing = frame.beats(bytes) * bytes - length;
        if self.tkeep.is_none() && missing > 0 {
            return Some(format!(
                "a frame of {length} bytes leaves {missing} of a beat of {bytes} empty, and `{bus}` has no \
                 TKEEP to say so"
            ));
        }
        for (kind, signal, name) in [
            (ByteKind::Null, self.tkeep, "TKEEP"),
            (ByteKind::Position, self.tstrb, "TSTRB"),
        ] {
            if signal.is_none() && frame.kinds.contains(&kind) {
                return Some(format!(
                    "a byte of the kind {kind:?}, and `{bus}` has no {name} to say so"
                ));
            }
        }
        for (value, signal, name) in [
            (frame.id, self.tid, "TID"),
            (frame.dest, self.tdest, "TDEST"),
        ] {
            let width = signal.map_or(0, |signal| signal.width());
            if u64::from(value) >> width.min(32) != 0 {
                return Some(match width {
                    0 => format!("{name} {value}, and `{bus}` has no {name}"),
                    _ => {
                        format!("{name} {value} does not fit the {width} bits of `{bus}`'s {name}")
                    }
                });
            }
        }
        let (users, beats) = (frame.users.len(), frame.beats(bytes));
        if users > 1 && users != beats {
            return Some(format!("{users} values of TUSER for {beats} beats"));
        }
        let width = self.tuser.map_or(0, |signal| signal.width());
        match frame.users.iter().find(|user| user.width() != width) {
            Some(_) if width == 0 => Some(format!("a TUSER, and `{bus}` has none")),
            Some(user) => Some(format!(
                "a TUSER of {} bits; `{bus}`'s has {width}",
                user.width()
            )),
            None => None,
        }
    }
}
