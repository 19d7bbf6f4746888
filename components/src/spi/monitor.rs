//! The side that sees transfers.

use std::rc::Rc;

use verifork::record;
use verifork::task::waiting_for;
use verifork::time::SimTime;
use verifork::trigger::now;
use verifork::{Result, first_of};

use super::format::{Assembly, Format, Position, Side};
use super::signals::{Signals, levels, width};
use crate::clocked::between_resets;
use crate::parent::{Parent, free_name, interned};
use crate::{Clocked, Publisher, Subscription};

/// A transfer that has ended: the words of both directions. A word is `None` where bits of it were unknown, or
/// there is no pin.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::spi;
///
/// # async fn example(monitor: spi::RunningMonitor) -> Result {
/// let seen = monitor.transfers();
/// while let Ok(transfer) = seen.recv().await {
///     log::info!("{transfer:?}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The selected peripheral; the lowest, if there are several.
    pub select: u32,
    /// From the controller.
    pub mosi: Vec<Option<u64>>,
    /// From the peripheral.
    pub miso: Vec<Option<u64>>,
    /// The time of its select.
    pub begun: SimTime,
    /// The time of its deselect.
    pub ended: SimTime,
}

/// Sees every transfer and drives nothing: a builder, until it is [started](Self::start).
///
/// Each transfer is [recorded](verifork::record). A word that is not whole at the end of its transfer is left
/// out.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::spi;
///
/// # fn example(tm: &TaskManager, pins: &spi::Signals, format: &spi::Format) {
/// let monitor: spi::RunningMonitor = spi::Monitor::new(pins, format).start(tm);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a monitor does nothing until it is started: add `.start(tm)`"]
pub struct Monitor {
    signals: Signals,
    format: Format,
    reset: Option<Clocked>,
}

impl Monitor {
    /// A monitor of all selects.
    pub fn new(signals: &Signals, format: &Format) -> Self {
        Monitor {
            signals: *signals,
            format: *format,
            reset: None,
        }
    }

    /// Sets a reset: while it is active, nothing is observed, and interrupted transfers are dropped.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Monitor { reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: there are too few pins for the lanes.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) -> RunningMonitor {
        let Monitor {
            signals, format, ..
        } = self;
        signals.check(&format);
        let transfers = Publisher::new();
        let mut publisher = transfers.clone();
        let bus = signals.bus();
        let waits_for = interned(format!("`{}`, for a transfer", signals.cs_n.path()));
        let name = free_name(parent, format!("{bus} monitor"));
        parent.add_background(name, async move {
            let run = async |publisher: &mut Publisher<Transfer>| -> Result {
                loop {
                    while signals.cs_n.get().has_unknown() || signals.selected()? == 0 {
                        waiting_for(waits_for, signals.cs_n.changed()).await;
                    }
                    let transfer = transfer(&signals, &format).await?;
                    let recorded = record::begin_at(bus, "transfer", transfer.begun);
                    recorded.attribute("select", transfer.select);
                    recorded.attribute("mosi", Words(&transfer.mosi));
                    recorded.attribute("miso", Words(&transfer.miso));
                    recorded.end();
                    publisher.publish(transfer);
                }
            };
            between_resets(self.reset, &mut publisher, run, |_| Ok(())).await
        });
        RunningMonitor { transfers }
    }
}

async fn transfer(signals: &Signals, format: &Format) -> Result<Transfer> {
    let (begun, selected) = (now(), signals.selected()?);
    let mut at = Position::default();
    let mut mosi = Assembly::new(Side::Controller);
    let mut miso = Assembly::new(Side::Peripheral);
    let mut clock = signals.clock()?;
    loop {
        first_of! {
            () = signals.sclk.changed() => {},
            () = signals.cs_n.changed() => {},
        }
        if signals.selected()? == 0 {
            return Ok(Transfer {
                select: selected.trailing_zeros(),
                mosi: mosi.words,
                miso: miso.words,
                begun,
                ended: now(),
            });
        }
        let level = signals.clock()?;
        if level == std::mem::replace(&mut clock, level) || !format.mode.samples_at(level) {
            continue;
        }
        for (assembly, pins) in [(&mut mosi, signals.mosi), (&mut miso, signals.miso)] {
            assembly.add(format, at, levels(pins), width(pins));
        }
        at.advance(format);
    }
}

/// The text of words for records.
struct Words<'a>(&'a [Option<u64>]);

impl std::fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, word) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            match word {
                Some(word) => write!(f, "{space}{word:x}")?,
                None => write!(f, "{space}x")?,
            }
        }
        Ok(())
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::spi;
///
/// # async fn example(monitor: spi::RunningMonitor) -> Result {
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
    /// Every transfer that ends from now on.
    #[track_caller]
    pub fn transfers(&self) -> Subscription<Transfer> {
        self.transfers.subscribe()
    }

    /// Calls a function with every transfer that ends from now on.
    pub fn for_each(&self, function: impl Fn(&Rc<Transfer>) + 'static) {
        self.transfers.for_each(function);
    }
}
