//! The side that sees characters.

use std::rc::Rc;

use verifork::Result;
use verifork::dut::{ScalarValue, Signal};
use verifork::record;
use verifork::time::SimTime;
use verifork::trigger::now;

use super::format::{Character, Format};
use super::line::Line;
use super::receiver::Sampler;
use crate::clocked::between_resets;
use crate::parent::{Parent, free_name, interned};
use crate::{Clocked, Publisher, Subscription};

/// A character, or a break, that has ended.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::uart;
///
/// # async fn example(monitor: uart::RunningMonitor) -> Result {
/// let seen = monitor.transfers();
/// while let Ok(transfer) = seen.recv().await {
///     log::info!("{transfer:?}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The character.
    pub character: Character,
    /// When its start bit began.
    pub begun: SimTime,
    /// The middle of its last stop bit; of a break and of a character with a stop bit that was 0, when the line
    /// went back to 1.
    pub ended: SimTime,
}

/// Sees every character and drives nothing: a builder, until it is [started](Self::start).
///
/// Each character is [recorded](verifork::record).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::uart;
///
/// # fn example(tm: &TaskManager, tx: &Signal<bool>, format: &uart::Format) {
/// let running: uart::RunningMonitor = uart::Monitor::new(tx, format).start(tm);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a monitor does nothing until it is started: add `.start(tm)`"]
pub struct Monitor {
    line: Line,
    format: Format,
    reset: Option<Clocked>,
}

impl Monitor {
    /// A monitor of a line.
    pub fn new<T: ScalarValue>(line: &Signal<T>, format: &Format) -> Self {
        Monitor {
            line: Line::of(line),
            format: *format,
            reset: None,
        }
    }

    /// Sets a reset: while it is active, nothing is observed, and interrupted characters are dropped.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Monitor { reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: a bit is too short for the design's precision.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) -> RunningMonitor {
        let sampler = Sampler::new(self.line, self.format);
        let transfers = Publisher::new();
        let mut publisher = transfers.clone();
        let path = self.line.path();
        let ends = interned(format!("`{path}`, for the line to be 1 again"));
        let name = free_name(parent, format!("{path} monitor"));
        parent.add_background(name, async move {
            let run = async |publisher: &mut Publisher<Transfer>| -> Result {
                sampler.line.settled().await;
                loop {
                    let (character, begun) = sampler.next().await?;
                    if character.framing_error {
                        sampler.line.wait_for(true, ends).await?;
                    }
                    let kind = if character.is_break {
                        "break"
                    } else {
                        "character"
                    };
                    let recorded = record::begin_at(path, kind, begun);
                    recorded.attribute("data", format_args!("{:#x}", character.data));
                    recorded.attribute("parity_error", character.parity_error);
                    recorded.attribute("framing_error", character.framing_error);
                    recorded.end();
                    publisher.publish(Transfer {
                        character,
                        begun,
                        ended: now(),
                    });
                }
            };
            between_resets(self.reset, &mut publisher, run, |_| Ok(())).await
        });
        RunningMonitor { transfers }
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::uart;
///
/// # async fn example(monitor: uart::RunningMonitor) -> Result {
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
    /// Every character that ends from now on.
    #[track_caller]
    pub fn transfers(&self) -> Subscription<Transfer> {
        self.transfers.subscribe()
    }

    /// Calls a function with every character that ends from now on.
    pub fn for_each(&self, function: impl Fn(&Rc<Transfer>) + 'static) {
        self.transfers.for_each(function);
    }
}
