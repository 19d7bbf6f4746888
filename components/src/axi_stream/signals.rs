//! The signals of a stream, and what their widths come to.

use verifork::Result;
use verifork::dut::{Dut, Signal};
use verifork::value::{Logic, LogicVec};

use super::frame::{Beat, ByteKind, Frame};
use super::rules;
use crate::handshake::{Wires, bus_of};
use crate::violation::Violation;
use crate::{Clocked, handshake};

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
    /// Where it goes.
    pub tdest: Option<Signal<LogicVec>>,
    /// What goes beside the data.
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

/// The values of all signals of a beat, in memory that is used again for each.
pub(super) struct BeatBuffer {
    signals: Signals,
    bus: &'static str,
    bytes: usize,
    data: LogicVec,
    keep: LogicVec,
    strobe: LogicVec,
    id: LogicVec,
    dest: LogicVec,
    user: LogicVec,
    last: bool,
}

impl BeatBuffer {
    pub(super) fn new(signals: &Signals) -> Self {
        let zeros = |signal: Option<Signal<LogicVec>>| {
            LogicVec::zeros(signal.map_or(0, |signal| signal.width()))
        };
        let bytes = u32::try_from(signals.bytes()).unwrap_or(0);
        BeatBuffer {
            signals: *signals,
            bus: signals.bus(),
            bytes: signals.bytes(),
            data: zeros(signals.tdata),
            keep: LogicVec::ones(bytes),
            strobe: LogicVec::ones(bytes),
            id: zeros(signals.tid),
            dest: zeros(signals.tdest),
            user: zeros(signals.tuser),
            last: true,
        }
    }

    /// Reads the signals. What is unknown and must be known is a broken rule.
    pub(super) fn sample(&mut self) -> Result {
        let BeatBuffer { signals, bus, .. } = *self;
        for (signal, value, rule, name) in [
            (
                signals.tkeep,
                &mut self.keep,
                "AXI4STREAM_ERRM_TKEEP_X",
                "TKEEP",
            ),
            (
                signals.tstrb,
                &mut self.strobe,
                "AXI4STREAM_ERRM_TSTRB_X",
                "TSTRB",
            ),
            (signals.tid, &mut self.id, "AXI4STREAM_ERRM_TID_X", "TID"),
            (
                signals.tdest,
                &mut self.dest,
                "AXI4STREAM_ERRM_TDEST_X",
                "TDEST",
            ),
        ] {
            if let Some(signal) = signal {
                signal.get_into(value)?;
                if value.has_unknown() {
                    return Err(unknown(rule, name, bus, &signal, value));
                }
            }
        }
        if let Some(signal) = signals.tlast {
            let last = signal.get();
            if last.is_unknown() {
                let rule = "AXI4STREAM_ERRM_TLAST_X";
                return Err(unknown(
                    rule,
                    "TLAST",
                    bus,
                    &signal,
                    &LogicVec::from([last].as_slice()),
                ));
            }
            self.last = last.is_one();
        }
        if let Some(signal) = signals.tuser {
            signal.get_into(&mut self.user)?;
        }
        if let Some(signal) = signals.tdata {
            signal.get_into(&mut self.data)?;
            if self.data.has_unknown()
                && let Some(index) = (0..self.bytes).find(|&index| {
                    self.kind(index) == ByteKind::Data && unknown_bits(&self.data, index) != 0
                })
            {
                let what = format!("byte {index} of TDATA is data, and not known");
                return Err(Violation::new("AXI4STREAM_ERRM_TDATA_X", bus, what)
                    .now()
                    .signal(signal.path(), format_args!("is {:x}", self.data))
                    .into());
            }
        }
        Ok(())
    }

    /// TSTRB, which is TKEEP where the stream has none.
    #[inline]
    fn strobe(&self) -> &LogicVec {
        match self.signals.tstrb {
            Some(_) => &self.strobe,
            None => &self.keep,
        }
    }

    #[inline]
    pub(super) fn kind(&self, index: usize) -> ByteKind {
        if !bit(&self.keep, index) {
            ByteKind::Null
        } else if bit(self.strobe(), index) {
            ByteKind::Data
        } else {
            ByteKind::Position
        }
    }

    pub(super) fn last(&self) -> bool {
        self.last
    }

    pub(super) fn id(&self) -> u32 {
        small(&self.id)
    }

    pub(super) fn dest(&self) -> u32 {
        small(&self.dest)
    }

    /// Adds the bytes of the beat to a frame.
    pub(super) fn add_to(&self, frame: &mut Frame) {
        self.add_bytes_to(frame);
        if self.signals.tuser.is_some() {
            frame.users.push(self.user.clone());
        }
    }

    /// Whether it has no byte that is left out, or that is a position alone.
    fn is_all_data(&self) -> bool {
        (0..self.bytes.div_ceil(64)).all(|word| {
            let others = 64 - (self.bytes - word * 64).min(64);
            self.keep.value_word(word) & self.strobe().value_word(word) == u64::MAX >> others
        })
    }

    fn add_bytes_to(&self, frame: &mut Frame) {
        if frame.kinds.is_empty() && self.is_all_data() {
            for first in (0..self.bytes).step_by(8) {
                let eight = self.data.value_word(first / 8).to_le_bytes();
                let count = (self.bytes - first).min(8);
                frame.data.extend_from_slice(&eight[..count]);
            }
            return;
        }
        for index in 0..self.bytes {
            let kind = self.kind(index);
            let byte = match kind {
                ByteKind::Data => self.data.value_word(index / 8).to_le_bytes()[index % 8],
                ByteKind::Position => 0,
                ByteKind::Null => continue,
            };
            if kind == ByteKind::Position && frame.kinds.is_empty() {
                frame.kinds.resize(frame.data.len(), ByteKind::Data);
            }
            if kind == ByteKind::Position || !frame.kinds.is_empty() {
                frame.kinds.push(kind);
            }
            frame.data.push(byte);
        }
    }

    pub(super) fn to_beat(&self) -> Beat {
        Beat {
            data: self.data.clone(),
            keep: self.keep.clone(),
            strobe: self.strobe().clone(),
            last: self.last,
            id: self.id(),
            dest: self.dest(),
            user: self.user.clone(),
        }
    }
}

fn small(value: &LogicVec) -> u32 {
    u32::try_from(value.value_word(0)).unwrap_or(u32::MAX)
}

#[inline]
fn bit(value: &LogicVec, index: usize) -> bool {
    value.value_word(index / 64) >> (index % 64) & 1 == 1
}

/// The unknown bits of a byte.
pub(super) fn unknown_bits(data: &LogicVec, byte: usize) -> u8 {
    data.unknown_word(byte / 8).to_le_bytes()[byte % 8]
}

#[cold]
fn unknown<T>(
    rule: &'static str,
    name: &str,
    bus: &str,
    signal: &Signal<T>,
    value: &LogicVec,
) -> verifork::Error {
    Violation::new(rule, bus, format!("{name} must be known while TVALID is 1"))
        .now()
        .signal(signal.path(), format_args!("is {value:b}"))
        .into()
}

/// Writes beats of frames; what has not changed is not written again.
pub(super) struct Writer {
    signals: Signals,
    bytes: usize,
    data: LogicVec,
    lines: [(Option<Signal<LogicVec>>, LogicVec, LogicVec); 5],
    /// TID and TDEST, if the lines are those of a beat of whole bytes of data without a TUSER.
    plain: Option<(u32, u32)>,
    last: Option<bool>,
}

impl Writer {
    pub(super) fn new(signals: &Signals) -> Self {
        let Signals {
            tkeep,
            tstrb,
            tid,
            tdest,
            tuser,
            ..
        } = *signals;
        Writer {
            signals: *signals,
            bytes: signals.bytes(),
            data: LogicVec::zeros(signals.tdata.map_or(0, |data| data.width())),
            // What was written last, which nothing has been, and what is to be.
            lines: [tkeep, tstrb, tid, tdest, tuser].map(|signal| {
                let width = signal.map_or(0, |signal| signal.width());
                (signal, LogicVec::unknown(width), LogicVec::zeros(width))
            }),
            plain: None,
            last: None,
        }
    }

    /// Writes one beat of a frame that [`Signals::refuses`] nothing of.
    pub(super) fn write(&mut self, frame: &Frame, beat: usize) -> Result {
        let bytes = self.bytes;
        let first = beat * bytes;
        let there = frame.data.len().saturating_sub(first).min(bytes);
        let data = &frame.data[first.min(frame.data.len())..][..there];
        if let Some(signal) = self.signals.tdata {
            self.data.assign_planes(signal.width(), |word| {
                let mut eight = [0; 8];
                let part = data.get(word * 8..).unwrap_or_default();
                let count = part.len().min(8);
                eight[..count].copy_from_slice(&part[..count]);
                (u64::from_le_bytes(eight), 0)
            });
            signal.try_set_from(&self.data)?;
        }
        // Of most beats the other lines are those of the beat before.
        let is_plain = frame.kinds.is_empty() && frame.users.is_empty() && there == bytes;
        let plain = is_plain.then_some((frame.id, frame.dest));
        if plain.is_none() || self.plain != plain {
            self.write_lines(frame, beat, there)?;
            self.plain = plain;
        }
        if let Some(signal) = self.signals.tlast {
            let last = beat + 1 == frame.beats(bytes);
            if self.last.replace(last) != Some(last) {
                signal.try_set(Logic::from(last))?;
            }
        }
        Ok(())
    }

    /// The lines beside TDATA, of a beat with so many bytes.
    fn write_lines(&mut self, frame: &Frame, beat: usize, there: usize) -> Result {
        let first = beat * self.bytes;
        let bits_of = |word: usize, is_set: &dyn Fn(ByteKind) -> bool| {
            if frame.kinds.is_empty() {
                let count = there.saturating_sub(word * 64).min(64);
                return u64::MAX
                    .checked_shr(64 - u32::try_from(count).unwrap_or(64))
                    .unwrap_or(0);
            }
            let indices = word * 64..there.min(word * 64 + 64);
            let set = indices.filter(|&index| is_set(frame.kind(first + index)));
            set.fold(0, |bits, index| bits | 1_u64 << (index % 64))
        };
        let user = match &*frame.users {
            [] => None,
            [one] => Some(one),
            several => several.get(beat),
        };
        for (line, (signal, written, value)) in self.lines.iter_mut().enumerate() {
            let Some(signal) = signal else {
                continue;
            };
            let width = signal.width();
            value.assign_planes(width, |word| {
                let bits = match line {
                    0 => bits_of(word, &|kind| kind != ByteKind::Null),
                    1 => bits_of(word, &|kind| kind == ByteKind::Data),
                    2 if word == 0 => u64::from(frame.id),
                    3 if word == 0 => u64::from(frame.dest),
                    4 => {
                        return user
                            .map_or((0, 0), |it| (it.value_word(word), it.unknown_word(word)));
                    }
                    _ => 0,
                };
                (bits, 0)
            });
            if value != written {
                signal.try_set_from(value)?;
                std::mem::swap(value, written);
            }
        }
        Ok(())
    }
}

/// The signals that a checker watches beside TVALID and TREADY.
pub(super) fn watched(signals: &Signals) -> Vec<handshake::Watched> {
    let vector = |signal: Option<Signal<LogicVec>>, name, stable, unknown| {
        signal.map(|signal| handshake::Watched::new(signal, name, stable, unknown))
    };
    let last = signals.tlast.map(|signal| signal.as_logic());
    [
        // Whether unknown bits of it matter depends on TKEEP and TSTRB.
        vector(signals.tdata, "TDATA", "AXI4STREAM_ERRM_TDATA_STABLE", None),
        vector(
            signals.tkeep,
            "TKEEP",
            "AXI4STREAM_ERRM_TKEEP_STABLE",
            Some("AXI4STREAM_ERRM_TKEEP_X"),
        ),
        vector(
            signals.tstrb,
            "TSTRB",
            "AXI4STREAM_ERRM_TSTRB_STABLE",
            Some("AXI4STREAM_ERRM_TSTRB_X"),
        ),
        vector(
            last,
            "TLAST",
            "AXI4STREAM_ERRM_TLAST_STABLE",
            Some("AXI4STREAM_ERRM_TLAST_X"),
        ),
        vector(
            signals.tid,
            "TID",
            "AXI4STREAM_ERRM_TID_STABLE",
            Some("AXI4STREAM_ERRM_TID_X"),
        ),
        vector(
            signals.tdest,
            "TDEST",
            "AXI4STREAM_ERRM_TDEST_STABLE",
            Some("AXI4STREAM_ERRM_TDEST_X"),
        ),
        vector(
            signals.tuser,
            "TUSER",
            "AXI4STREAM_ERRM_TUSER_STABLE",
            Some("AXI4STREAM_ERRM_TUSER_X"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
