//! The side that sees frames and beats.

use std::rc::Rc;

use verifork::record;

use super::assembly::Assembly;
use super::beats::BeatBuffer;
use super::frame::{Beat, Frame};
use super::signals::Signals;
use crate::parent::{Parent, free_name};
use crate::{Clocked, Publisher, Subscription};

/// Sees every beat and every frame, and drives nothing: a builder, until it is [started](Self::start).
///
/// Each frame is [recorded](verifork::record) from its first beat to its last.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, axi_stream};
///
/// # fn example(tm: &TaskManager, signals: &axi_stream::Signals, clocked: &Clocked) {
/// let monitor: axi_stream::RunningMonitor = axi_stream::Monitor::new(signals).start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a monitor does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Monitor {
    signals: Signals,
}

impl Monitor {
    /// A monitor.
    pub fn new(signals: &Signals) -> Self {
        Monitor { signals: *signals }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningMonitor {
        clocked.check_runs();
        self.signals.check_widths();
        let wires = self.signals.wires(clocked);
        let running = RunningMonitor {
            beats: Publisher::new(),
            frames: Publisher::new(),
        };
        let (beats, frames) = (running.beats.clone(), running.frames.clone());
        let name = free_name(parent, format!("{} monitor", wires.bus));
        parent.add_background(name, async move {
            let mut beat = BeatBuffer::new(&self.signals);
            let mut open = Assembly::new();
            loop {
                if wires.edge().await {
                    open.clear();
                    continue;
                }
                if !wires.is_valid()? || !wires.is_ready()? {
                    continue;
                }
                beat.sample()?;
                if beats.has_receivers() {
                    beats.publish(beat.to_beat());
                }
                let ended = open.add(&beat, || record::begin(wires.bus, "frame"));
                if let Some((frame, recorded)) = ended {
                    recorded.attribute("bytes", frame.data.len());
                    recorded.attribute("tid", frame.id);
                    recorded.attribute("tdest", frame.dest);
                    recorded.end();
                    frames.publish(frame);
                }
            }
        });
        running
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_stream;
///
/// # async fn example(monitor: axi_stream::RunningMonitor) {
/// let seen = monitor.frames();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RunningMonitor {
    beats: Publisher<Beat>,
    frames: Publisher<Frame>,
}

impl RunningMonitor {
    /// Every frame that ends from now on.
    #[track_caller]
    pub fn frames(&self) -> Subscription<Frame> {
        self.frames.subscribe()
    }

    /// Every beat from now on.
    #[track_caller]
    pub fn beats(&self) -> Subscription<Beat> {
        self.beats.subscribe()
    }

    /// Calls a function with every frame that ends from now on.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # use verifork_components::{Clocked, axi_stream};
    /// # fn example(bus: &axi_stream::Signals, clocked: &Clocked, test: Test) {
    /// let monitor = axi_stream::Monitor::new(bus).start(&test, clocked);
    /// monitor.for_each_frame(|frame| log::info!("{frame:?}"));
    /// # }
    /// ```
    pub fn for_each_frame(&self, function: impl Fn(&Rc<Frame>) + 'static) {
        self.frames.for_each(function);
    }

    /// Calls a function with every beat from now on.
    pub fn for_each_beat(&self, function: impl Fn(&Rc<Beat>) + 'static) {
        self.beats.for_each(function);
    }
}
