//! The contents of a stream: bytes, frames, beats.

use verifork::value::LogicVec;

/// The type of a byte, from its bits of TKEEP and TSTRB.
///
/// ```
/// use verifork_components::axi_stream::ByteKind;
///
/// let (keep, strobe) = match ByteKind::Position {
///     ByteKind::Data => (1, 1),
///     ByteKind::Position => (1, 0),
///     ByteKind::Null => (0, 0),
/// };
/// assert_eq!((keep, strobe), (1, 0)); // TKEEP and TSTRB
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByteKind {
    /// A byte of data: TKEEP 1, TSTRB 1.
    #[default]
    Data,
    /// A byte that keeps a place, without data: TKEEP 1, TSTRB 0.
    Position,
    /// A null byte, which may be removed: TKEEP 0.
    Null,
}

/// A frame: the bytes of a stream up to TLAST, with TID, TDEST and TUSER.
///
/// ```
/// use verifork::value::LogicVec;
/// use verifork_components::axi_stream::Frame;
///
/// let frame = Frame::new([1, 2, 3, 4, 5]).id(3).dest(1).user(LogicVec::ones(4));
/// assert_eq!(frame.data.len(), 5);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The bytes, in the order of the stream; 0 for those that are not data.
    pub data: Vec<u8>,
    /// The type of each byte; empty if all are data. Frames from monitors and sinks have no null bytes.
    pub kinds: Vec<ByteKind>,
    /// TID.
    pub id: u32,
    /// TDEST.
    pub dest: u32,
    /// TUSER: one value for all beats, or one a beat; empty for 0, or if the stream has none.
    pub users: Vec<LogicVec>,
}

impl Frame {
    /// A frame of data bytes.
    pub fn new(data: impl Into<Vec<u8>>) -> Self {
        Frame {
            data: data.into(),
            ..Frame::default()
        }
    }

    /// With this TID.
    #[must_use]
    pub fn id(self, id: u32) -> Self {
        Frame { id, ..self }
    }

    /// With this TDEST.
    #[must_use]
    pub fn dest(self, dest: u32) -> Self {
        Frame { dest, ..self }
    }

    /// With this TUSER in all beats.
    #[must_use]
    pub fn user(self, user: LogicVec) -> Self {
        let users = vec![user];
        Frame { users, ..self }
    }

    /// With a TUSER for each beat.
    #[must_use]
    pub fn users(self, users: impl Into<Vec<LogicVec>>) -> Self {
        let users = users.into();
        Frame { users, ..self }
    }

    /// With a kind for each byte.
    #[must_use]
    pub fn kinds(self, kinds: impl Into<Vec<ByteKind>>) -> Self {
        let kinds = kinds.into();
        Frame { kinds, ..self }
    }

    /// The type of the byte at this index.
    pub fn kind(&self, index: usize) -> ByteKind {
        self.kinds.get(index).copied().unwrap_or_default()
    }

    /// The frame as a receiver returns it: without null bytes, in its shortest form. Frames with the same meaning
    /// are then equal.
    #[must_use]
    pub fn received(mut self) -> Self {
        let kinds = std::mem::take(&mut self.kinds);
        let kind = |index: usize| kinds.get(index).copied().unwrap_or_default();
        let kept: Vec<usize> = (0..self.data.len())
            .filter(|&index| kind(index) != ByteKind::Null)
            .collect();
        if kept.iter().any(|&index| kind(index) != ByteKind::Data) {
            self.kinds = kept.iter().map(|&index| kind(index)).collect();
        }
        let byte = |index: usize| match kind(index) {
            ByteKind::Data => self.data[index],
            ByteKind::Position | ByteKind::Null => 0,
        };
        self.data = kept.into_iter().map(byte).collect();
        self.join_users();
        self
    }

    /// One value of TUSER stands for many equal ones, and none for 0.
    pub(super) fn join_users(&mut self) {
        if self.users.windows(2).all(|pair| pair[0] == pair[1]) {
            self.users.truncate(1);
        }
        if let [user] = &*self.users
            && !user.has_unknown()
            && user.count_ones() == 0
        {
            self.users.clear();
        }
    }

    /// The number of beats that it takes on a bus of this many bytes.
    pub(super) fn beats(&self, bytes: usize) -> usize {
        if bytes == 0 {
            self.users.len().max(1)
        } else {
            self.data.len().div_ceil(bytes).max(1)
        }
    }
}

/// A beat on the wires. Signals that the stream does not have are empty, or have the protocol's default.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_stream;
///
/// # async fn example(monitor: axi_stream::RunningMonitor) {
/// let seen = monitor.beats();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    /// TDATA.
    pub data: LogicVec,
    /// TKEEP: all ones without it.
    pub keep: LogicVec,
    /// TSTRB: as TKEEP without it.
    pub strobe: LogicVec,
    /// TLAST: 1 without it.
    pub last: bool,
    /// TID.
    pub id: u32,
    /// TDEST.
    pub dest: u32,
    /// TUSER.
    pub user: LogicVec,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_received_has_no_null_bytes_and_says_no_more_than_it_must() {
        use ByteKind::{Data, Null, Position};
        let user = LogicVec::ones(2);
        let frame = Frame::new([1, 2, 3, 4])
            .kinds([Data, Null, Position, Data])
            .users([user.clone(), user.clone()]);
        let received = frame.received();
        assert_eq!(received.data, [1, 0, 4]);
        assert_eq!(received.kinds, [Data, Position, Data]);
        assert_eq!(received.users, [user]);
        let plain = Frame::new([1, 2]).kinds([Data, Data]).id(4);
        assert_eq!(plain.received(), Frame::new([1, 2]).id(4));
        let nothing = Frame::new([9]).kinds([Null]).received();
        assert_eq!(nothing, Frame::default());
    }

    #[test]
    fn a_frame_takes_at_least_a_beat() {
        assert_eq!(Frame::new([]).beats(4), 1);
        assert_eq!(Frame::new([1, 2, 3, 4]).beats(4), 1);
        assert_eq!(Frame::new([1, 2, 3, 4, 5]).beats(4), 2);
        assert_eq!(Frame::new([]).beats(0), 1);
    }
}
