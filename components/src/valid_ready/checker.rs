//! Checks the rules of the handshake.

use verifork::Result;

use super::{Channel, RULES};
use crate::checking::{AtEdges, AtEnd, ignores_rules, look_at_edges};
use crate::parent::Parent;
use crate::violation::Ignored;
use crate::watching::{Seen, Watched, Watching};
use crate::{Clocked, Payload};

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Data, valid_ready};
///
/// # fn example(tm: &TaskManager, channel: &valid_ready::Channel<Data<u8>>, clocked: &Clocked) {
/// valid_ready::Checker::new(channel).start(tm, clocked); // a broken rule fails the test, by its name
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a checker does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Checker<P: Payload> {
    channel: Channel<P>,
    ignored: Ignored,
    max_wait: Option<u32>,
}

impl<P: Payload> Checker<P> {
    /// A checker of all rules, without a limit of how long `valid` may wait.
    pub fn new(channel: &Channel<P>) -> Self {
        Checker {
            channel: channel.clone(),
            ignored: Ignored::default(),
            max_wait: None,
        }
    }

    ignores_rules! {}

    /// For how many cycles `valid` may be 1 without `ready`.
    pub fn max_wait(self, cycles: u32) -> Self {
        let max_wait = Some(cycles);
        Checker { max_wait, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: the parent takes no more children.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        let wires = self.channel.wires(clocked);
        let mut signals = Vec::new();
        self.channel.payload.for_each_signal(&mut |signal| {
            signals.push(Watched::new(
                signal,
                signal.name(),
                "PAYLOAD_STABLE",
                Some("PAYLOAD_X"),
            ));
        });
        let checking = Checking {
            watching: Watching::new(wires, self.ignored, signals, self.max_wait),
            transfers: 0,
        };
        look_at_edges(parent, wires.bus, clocked, checking);
    }
}

struct Checking {
    watching: Watching,
    transfers: u64,
}

impl AtEnd for Checking {}

impl AtEdges for Checking {
    fn look(&mut self, in_reset: bool) -> Result {
        let of = || format!("transfer {}", self.transfers + 1);
        let seen = self.watching.look(in_reset, of)?;
        self.transfers += u64::from(seen == Seen::Valid { transferred: true });
        Ok(())
    }
}
