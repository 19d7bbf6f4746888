//! The side that sees messages.

use std::rc::Rc;

use verifork::Result;
use verifork::record;
use verifork::time::SimTime;
use verifork::trigger::now;

use super::address::{Address, begins_ten};
use super::bus::RunningBus;
use super::follower::{Cut, Follower};
use crate::clocked::between_resets;
use crate::parent::{Parent, free_name, interned};
use crate::{Clocked, Publisher, Subscription};

/// A message: from a start, or a repeated start, to the next one or the stop.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::i2c;
///
/// # async fn example(monitor: i2c::RunningMonitor) -> Result {
/// let seen = monitor.transfers();
/// while let Ok(transfer) = seen.recv().await {
///     log::info!("{transfer:?}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The address. A read with a 10-bit address has the one that was written before it.
    pub address: Address,
    /// Whether bytes come from the target.
    pub reads: bool,
    /// Whether the address was acknowledged, all of it.
    pub acknowledged: bool,
    /// The bytes, and whether each was acknowledged. The last byte of a read is not acknowledged.
    pub bytes: Vec<(u8, bool)>,
    /// Whether a repeated start has ended it, and no stop.
    pub repeats: bool,
    /// When its start was.
    pub begun: SimTime,
    /// When it ended.
    pub ended: SimTime,
}

impl Transfer {
    /// The bytes alone.
    pub fn data(&self) -> Vec<u8> {
        self.bytes.iter().map(|(byte, _)| *byte).collect()
    }
}

/// Sees every message and drives nothing: a builder, until it is [started](Self::start).
///
/// Each message is [recorded](verifork::record). One that ends before its address has is left out.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::i2c::Monitor;
/// # async fn example(tm: &TaskManager, bus: &verifork_components::i2c::RunningBus) -> Result {
/// let monitor = Monitor::new(bus).start(tm);
/// monitor.for_each(|transfer| log::info!("{transfer:?}"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a monitor does nothing until it is started: add `.start(tm)`"]
pub struct Monitor {
    bus: RunningBus,
    reset: Option<Clocked>,
}

impl Monitor {
    /// A monitor.
    pub fn new(bus: &RunningBus) -> Self {
        Monitor {
            bus: bus.clone(),
            reset: None,
        }
    }

    /// Sets a reset: while it is active, nothing is observed, and interrupted transfers are dropped.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Monitor { reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) -> RunningMonitor {
        let lines = &self.bus.0;
        let bus = lines.name();
        let transfers = Publisher::new();
        let mut seeing = Seeing {
            bus,
            follower: Follower::new(lines, interned(format!("a start on {bus}, for a transfer"))),
            publisher: transfers.clone(),
            last_ten: None,
        };
        let name = free_name(parent, format!("{bus} monitor"));
        parent.add_background(name, async move {
            let run = async |seeing: &mut Seeing| -> Result {
                seeing.follower.clear();
                loop {
                    let mut begun = seeing.follower.start().await?.at;
                    while seeing.message(begun).await? == Cut::Start {
                        begun = now();
                    }
                    seeing.last_ten = None;
                }
            };
            between_resets(self.reset, &mut seeing, run, |seeing| {
                seeing.last_ten = None;
                Ok(())
            })
            .await
        });
        RunningMonitor { transfers }
    }
}

struct Seeing {
    bus: &'static str,
    follower: Follower,
    publisher: Publisher<Transfer>,
    last_ten: Option<Address>,
}

impl Seeing {
    async fn message(&mut self, begun: SimTime) -> Result<Cut> {
        let (mut transfer, cut) = match self.address(begun).await? {
            Ok(mut transfer) => {
                let cut = self.bytes(&mut transfer).await?;
                (transfer, cut)
            }
            Err(cut) => return Ok(cut),
        };
        transfer.repeats = cut == Cut::Start;
        transfer.ended = now();
        let kind = if transfer.reads { "read" } else { "write" };
        let recorded = record::begin_at(self.bus, kind, begun);
        recorded.attribute("address", transfer.address);
        recorded.attribute("acknowledged", transfer.acknowledged);
        recorded.attribute("bytes", format_args!("{:02x?}", transfer.data()));
        recorded.end();
        self.publisher.publish(transfer);
        Ok(cut)
    }

    async fn address(&mut self, begun: SimTime) -> Result<Result<Transfer, Cut>> {
        let (first, acknowledged) = match self.byte().await? {
            Ok(byte) => byte,
            Err(cut) => return Ok(Err(cut)),
        };
        let reads = first & 1 == 1;
        let mut transfer = Transfer {
            address: Address::of_bytes(first, None),
            reads,
            acknowledged,
            bytes: Vec::new(),
            repeats: false,
            begun,
            ended: begun,
        };
        if !begins_ten(first) {
            self.last_ten = None;
            return Ok(Ok(transfer));
        }
        if reads {
            transfer.address = self.last_ten.unwrap_or(Address::of_bytes(first, Some(0)));
            return Ok(Ok(transfer));
        }
        if acknowledged {
            let (second, acknowledged) = match self.byte().await? {
                Ok(byte) => byte,
                Err(cut) => return Ok(Err(cut)),
            };
            transfer.address = Address::of_bytes(first, Some(second));
            transfer.acknowledged = acknowledged;
            self.last_ten = Some(transfer.address);
        }
        Ok(Ok(transfer))
    }

    async fn bytes(&mut self, transfer: &mut Transfer) -> Result<Cut> {
        loop {
            match self.byte().await? {
                Ok(byte) => transfer.bytes.push(byte),
                Err(cut) => return Ok(cut),
            }
        }
    }

    /// A byte, and whether it was acknowledged.
    async fn byte(&mut self) -> Result<Result<(u8, bool), Cut>> {
        let byte = match self.follower.byte().await? {
            Ok(byte) => byte,
            Err(cut) => return Ok(Err(cut)),
        };
        Ok(self.follower.rise().await?.map(|level| (byte, !level)))
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::i2c;
///
/// # async fn example(monitor: i2c::RunningMonitor) -> Result {
/// let seen = monitor.transfers();
/// while let Ok(transfer) = seen.recv().await {
///     log::info!("{transfer:?}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RunningMonitor {
    transfers: Publisher<Transfer>,
}

impl RunningMonitor {
    /// Every message that ends from now on.
    #[track_caller]
    pub fn transfers(&self) -> Subscription<Transfer> {
        self.transfers.subscribe()
    }

    /// Calls a function with every message that ends from now on.
    pub fn for_each(&self, function: impl Fn(&Rc<Transfer>) + 'static) {
        self.transfers.for_each(function);
    }
}
