//! Observes transfers.

use std::fmt;
use std::rc::Rc;

use verifork::record;

use super::{Channel, sample};
use crate::parent::{Parent, free_name};
use crate::{Clocked, Payload, Publisher, Subscription};

/// Sees every transfer and drives nothing: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Data, valid_ready};
///
/// # fn example(tm: &TaskManager, channel: &valid_ready::Channel<Data<u8>>, clocked: &Clocked) {
/// let monitor = valid_ready::Monitor::new(channel).start(tm, clocked);
/// let seen = monitor.transfers();
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a monitor does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Monitor<P: Payload> {
    channel: Channel<P>,
}

impl<P: Payload> Monitor<P> {
    /// A monitor.
    pub fn new(channel: &Channel<P>) -> Self {
        Monitor {
            channel: channel.clone(),
        }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: the parent takes no more children.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningMonitor<P::Value> {
        clocked.check_runs();
        let wires = self.channel.wires(clocked);
        let transfers = Publisher::new();
        let publisher = transfers.clone();
        let name = free_name(parent, format!("{} monitor", wires.bus));
        parent.add_background(name, async move {
            loop {
                let in_reset = wires.edge().await;
                if in_reset || !wires.is_valid()? || !wires.is_ready()? {
                    continue;
                }
                if publisher.has_receivers() || record::is_listened_to() {
                    let value = sample(&wires, &self.channel.payload)?;
                    let transfer = record::begin(wires.bus, "transfer");
                    transfer.attribute("value", format_args!("{value:?}"));
                    transfer.end();
                    publisher.publish(value);
                }
            }
        });
        RunningMonitor { transfers }
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::valid_ready::RunningMonitor;
///
/// # async fn example(monitor: RunningMonitor<u8>) -> Result {
/// let seen = monitor.transfers();
/// ensure!(*seen.recv().await? == 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningMonitor<V> {
    transfers: Publisher<V>,
}

impl<V> RunningMonitor<V> {
    /// Every transfer from now on.
    #[track_caller]
    pub fn transfers(&self) -> Subscription<V> {
        self.transfers.subscribe()
    }

    /// Calls a function with every transfer from now on.
    pub fn for_each(&self, function: impl Fn(&Rc<V>) + 'static) {
        self.transfers.for_each(function);
    }
}

impl<V> fmt::Debug for RunningMonitor<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningMonitor").finish_non_exhaustive()
    }
}
