//! Assembles bytes from the events on the lines.

use verifork::Result;
use verifork::task::waiting_for;

use super::lines::{Event, EventKind, Lines};
use crate::Subscription;

/// The event that interrupted a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Start,
    Stop,
}

/// Follows the lines, event by event.
pub(super) struct Follower {
    events: Subscription<Event>,
    waits_for: &'static str,
}

impl Follower {
    #[track_caller]
    pub(super) fn new(lines: &Lines, waits_for: &'static str) -> Self {
        Follower {
            events: lines.events(),
            waits_for,
        }
    }

    /// Drops the events so far.
    pub(super) fn clear(&self) {
        while self.events.try_recv().is_some() {}
    }

    pub(super) async fn event(&self) -> Result<Event> {
        Ok(*waiting_for(self.waits_for, self.events.recv()).await?)
    }

    /// Waits for the next start.
    pub(super) async fn start(&self) -> Result<Event> {
        loop {
            let event = self.event().await?;
            if event.kind == EventKind::Start {
                return Ok(event);
            }
        }
    }

    /// Waits for the next start or stop.
    pub(super) async fn cut(&self) -> Result<Cut> {
        loop {
            match self.event().await?.kind {
                EventKind::Start => return Ok(Cut::Start),
                EventKind::Stop => return Ok(Cut::Stop),
                _ => {}
            }
        }
    }

    /// SDA at the next rise of SCL.
    pub(super) async fn rise(&self) -> Result<Result<bool, Cut>> {
        loop {
            match self.event().await?.kind {
                EventKind::Rise(level) => return Ok(Ok(level)),
                EventKind::Start => return Ok(Err(Cut::Start)),
                EventKind::Stop => return Ok(Err(Cut::Stop)),
                EventKind::Fall | EventKind::Data => {}
            }
        }
    }

    /// The next fall of SCL.
    pub(super) async fn fall(&self) -> Result<Result<(), Cut>> {
        loop {
            match self.event().await?.kind {
                EventKind::Fall => return Ok(Ok(())),
                EventKind::Start => return Ok(Err(Cut::Start)),
                EventKind::Stop => return Ok(Err(Cut::Stop)),
                EventKind::Rise(_) | EventKind::Data => {}
            }
        }
    }

    /// Eight bits, the most significant first, until SCL falls after them.
    pub(super) async fn byte(&self) -> Result<Result<u8, Cut>> {
        let mut byte = 0;
        for _ in 0..8 {
            match self.rise().await? {
                Ok(level) => byte = byte << 1 | u8::from(level),
                Err(cut) => return Ok(Err(cut)),
            }
        }
        Ok(self.fall().await?.map(|()| byte))
    }
}
