//! Beats on their way to and from the signals.

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::{Logic, LogicVec};

use super::frame::{Beat, ByteKind, Frame};
use super::signals::Signals;
use crate::violation::Violation;
use crate::watching::Watched;

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

    /// Samples the signals. An unknown value that must be known is a broken rule.
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
                let what = format!("byte {index} of TDATA is data, but unknown");
                return Err(Violation::new("AXI4STREAM_ERRM_TDATA_X", bus, what)
                    .now()
                    .signal(signal.path(), format_args!("is {:x}", self.data))
                    .into());
            }
        }
        Ok(())
    }

    /// TSTRB, or TKEEP if the stream has no TSTRB.
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

    /// Whether all bytes are data: none is a null or position byte.
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

/// Drives the beats of frames. Unchanged signals are not written again.
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
            // The last values, which do not exist at first, and the next ones.
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
        // In most beats, only TDATA differs from the beat before.
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

    /// The signals other than TDATA, for a beat with so many bytes.
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

/// The signals that a checker watches in addition to TVALID and TREADY.
pub(super) fn watched(signals: &Signals) -> Vec<Watched> {
    let vector = |signal: Option<Signal<LogicVec>>, name, stable, unknown| {
        signal.map(|signal| Watched::new(signal, name, stable, unknown))
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
