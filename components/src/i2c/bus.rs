//! The bus that connects designs and components.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use verifork::Result;
use verifork::sync::Event as Pulse;

use super::lines::{Design, Lines};
use super::pins::{Pins, Wire};
use crate::clocked::between_resets;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::{Clocked, Publisher};

/// The lines of an I²C: a builder, until it is [started](Self::start).
///
/// They are the wired AND of the designs' pins and of the components that are started on the bus, pulled up by
/// nature. Whatever is on the bus sees the same levels: designs by `scl_i` and `sda_i`.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::i2c;
///
/// # fn example(tm: &TaskManager, pins: &i2c::Pins) {
/// let bus: i2c::RunningBus = i2c::Bus::new(pins).start(tm);
/// # }
/// ```
#[must_use = "a bus does nothing until it is started: add `.start(tm)`"]
pub struct Bus {
    designs: Vec<Pins>,
    reset: Option<Clocked>,
}

impl Bus {
    /// A bus with a design on it.
    pub fn new(pins: &Pins) -> Self {
        Bus {
            designs: vec![*pins],
            reset: None,
        }
    }

    /// Another design on the same bus.
    pub fn design(mut self, pins: &Pins) -> Self {
        self.designs.push(*pins);
        self
    }

    /// While this reset is active the designs pull nothing low, whatever their pins are.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Bus { reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: pins are missing, or there in two forms; or another bus drives them.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) -> RunningBus {
        for pins in &self.designs {
            pins.check();
        }
        let name = self.designs[0].bus();
        let claim = |pins: &Pins| {
            let line = pins.line(Wire::Sda);
            line.input.or(line.net).map_or(name, |signal| signal.path())
        };
        let mut claims = Vec::new();
        for pins in &self.designs {
            claims.push(Claim::new(claim(pins), "bus"));
        }
        let design = |pins: &Pins| Design {
            pins: *pins,
            forced: [Cell::new(false), Cell::new(false)],
        };
        let lines = Rc::new(Lines {
            name,
            designs: self.designs.iter().map(design).collect(),
            reset: self.reset,
            pulls: RefCell::default(),
            levels: [Cell::new(true), Cell::new(true)],
            holders: Cell::new(0),
            stretched: Cell::new(false),
            busy: Cell::new(false),
            free_since: Cell::new(None),
            started_at: Cell::new(None),
            events: Publisher::new(),
            changed: Pulse::new().named(interned(format!("lines of {name}"))),
        });
        let running = RunningBus(Rc::clone(&lines));
        let task = free_name(parent, format!("{name} bus"));
        parent.add_background(task, async move {
            let _claims = claims;
            let mut lines = lines;
            let run = async |lines: &mut Rc<Lines>| {
                // Sets a reset of the designs, which ends transfers without a stop.
                lines.busy.set(false);
                lines.follow().await
            };
            let reset = lines.reset;
            lines.resolve()?;
            between_resets(reset, &mut lines, run, |lines| lines.resolve()).await
        });
        running
    }
}

impl std::fmt::Debug for Bus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bus")
            .field("designs", &self.designs.len())
            .finish_non_exhaustive()
    }
}

/// A bus that runs. A clone is the same bus.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::i2c;
///
/// # fn example(tm: &TaskManager, pins: &i2c::Pins) {
/// let bus: i2c::RunningBus = i2c::Bus::new(pins).start(tm);
/// # }
/// ```
#[derive(Clone)]
pub struct RunningBus(pub(super) Rc<Lines>);

impl RunningBus {
    /// The level of SCL.
    pub fn scl(&self) -> bool {
        self.0.level(Wire::Scl)
    }

    /// The level of SDA.
    pub fn sda(&self) -> bool {
        self.0.level(Wire::Sda)
    }

    /// Whether there was a start, and no stop yet.
    pub fn is_busy(&self) -> bool {
        self.0.is_busy()
    }

    /// Creates a puller, with which a test can pull the lines low itself.
    pub fn puller(&self) -> Puller {
        let mut pulls = self.0.pulls.borrow_mut();
        pulls.push([false; 2]);
        Puller {
            lines: Rc::clone(&self.0),
            index: pulls.len() - 1,
        }
    }
}

impl std::fmt::Debug for RunningBus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningBus")
            .field("bus", &self.0.name)
            .field("scl", &self.scl())
            .field("sda", &self.sda())
            .finish_non_exhaustive()
    }
}

/// Pulls the lines low. [`RunningBus::puller`] creates it. Dropping it releases both lines.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(bus: &verifork_components::i2c::RunningBus) -> Result {
/// // A start with nothing behind it, which a design has to survive.
/// let puller = bus.puller();
/// puller.sda(false)?;
/// timer(10.us()).await;
/// puller.sda(true)?;
/// # Ok(())
/// # }
/// ```
pub struct Puller {
    pub(super) lines: Rc<Lines>,
    index: usize,
}

impl Puller {
    /// Pulls SCL low, or releases it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(bus: &verifork_components::i2c::RunningBus) -> Result {
    /// let puller = bus.puller();
    /// puller.scl(false)?; // stretches the clock
    /// timer(50.us()).await;
    /// puller.scl(true)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A design's pin is unknown, or cannot be written.
    pub fn scl(&self, level: bool) -> Result {
        self.set(Wire::Scl, level)
    }

    /// Pulls SDA low, or releases it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(bus: &verifork_components::i2c::RunningBus) -> Result {
    /// let puller = bus.puller();
    /// puller.sda(false)?; // a target that hangs
    /// timer(100.us()).await;
    /// puller.sda(true)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`scl`](Self::scl).
    pub fn sda(&self, level: bool) -> Result {
        self.set(Wire::Sda, level)
    }

    fn set(&self, wire: Wire, level: bool) -> Result {
        let before = {
            let mut pulls = self.lines.pulls.borrow_mut();
            std::mem::replace(&mut pulls[self.index][wire as usize], !level)
        };
        if before == level {
            self.lines.resolve()?;
        }
        Ok(())
    }
}

impl Drop for Puller {
    fn drop(&mut self) {
        self.lines.pulls.borrow_mut()[self.index] = [false; 2];
        // In the read-only phase nothing can be written, nor once the test has ended: then nobody looks.
        let _ = self.lines.resolve();
    }
}

impl std::fmt::Debug for Puller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Puller")
            .field("bus", &self.lines.name)
            .finish_non_exhaustive()
    }
}
