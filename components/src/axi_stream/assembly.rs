//! Frames from beats, of any number of streams at a time.

use super::beats::BeatBuffer;
use super::frame::Frame;

/// The frames that have begun and not ended, each with something of its receiver's.
pub(super) struct Assembly<X>(Vec<(Frame, X)>);

impl<X> Assembly<X> {
    pub(super) fn new() -> Self {
        Assembly(Vec::new())
    }

    /// Adds a beat to the frame of its TID and TDEST. Returns the frame, if it is complete. `begun` creates further
    /// data of a new frame.
    pub(super) fn add(
        &mut self,
        beat: &BeatBuffer,
        begun: impl FnOnce() -> X,
    ) -> Option<(Frame, X)> {
        let (id, dest) = (beat.id(), beat.dest());
        let found = self
            .0
            .iter()
            .position(|(open, _)| (open.id, open.dest) == (id, dest));
        let at = found.unwrap_or_else(|| {
            self.0.push((Frame::default().id(id).dest(dest), begun()));
            self.0.len() - 1
        });
        beat.add_to(&mut self.0[at].0);
        if !beat.last() {
            return None;
        }
        let (mut frame, beside) = self.0.remove(at);
        frame.join_users();
        Some((frame, beside))
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
