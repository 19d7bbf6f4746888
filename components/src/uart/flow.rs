//! Hardware flow control: CTS and RTS.

use std::cell::Cell;
use std::rc::Rc;

use verifork::Result;
use verifork::dut::{ScalarValue, Signal};
use verifork::sync::Event as Pulse;
use verifork::task::waiting_for;
use verifork::trigger::now;

use super::line::Line;
use crate::parent::interned;
use crate::steps::for_steps;

/// A line that says whether somebody may send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    line: Line,
    active: bool,
}

impl Flow {
    pub(super) fn new<T: ScalarValue>(signal: &Signal<T>, active: bool) -> Self {
        Flow {
            line: Line::of(signal),
            active,
        }
    }

    pub(super) fn path(&self) -> &'static str {
        self.line.path()
    }

    /// Waits until the other side is ready.
    pub(super) async fn clear_to_send(&self) -> Result {
        let why = || interned(format!("`{}`, to be clear to send", self.path()));
        if self.line.level()? != self.active {
            self.line.wait_for(self.active, why()).await?;
        }
        Ok(())
    }

    /// Notes since which step of simulated time nobody may send.
    pub(super) async fn watch(&self, since: &Cell<Option<u64>>) -> Result {
        let why = interned(format!("a change of `{}`", self.path()));
        self.line.settled().await;
        loop {
            self.line.wait_for(!self.active, why).await?;
            since.set(Some(now().steps()));
            self.line.wait_for(self.active, why).await?;
            since.set(None);
        }
    }
}

/// The line by which a receiver shows the other side whether it has room.
pub(super) struct Request {
    pub(super) flow: Flow,
    /// How many characters may wait.
    pub(super) most: usize,
    pub(super) changed: Rc<Pulse>,
}

impl Request {
    /// Drives the line, by how many characters wait.
    pub(super) async fn run(self, waiting: impl Fn() -> usize) -> Result {
        let Flow { line, active } = self.flow;
        let why = interned(format!("a character that is taken, for `{}`", line.path()));
        loop {
            let changed = self.changed.wait();
            line.drive((waiting() < self.most) == active)?;
            waiting_for(why, changed).await;
            // A task may take a character in the read-only phase.
            for_steps(1).await;
        }
    }
}
