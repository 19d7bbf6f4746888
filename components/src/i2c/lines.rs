//! The two lines of the bus: their levels, and the events on them.

use std::cell::{Cell, RefCell};

use verifork::sync::Event as Pulse;
use verifork::task::waiting_for;
use verifork::time::SimTime;
use verifork::trigger::now;
use verifork::value::Logic;
use verifork::{Result, first_of};

use super::pins::{Pins, WIRES, Wire};
use crate::{Clocked, Publisher, Subscription};

/// The kinds of events on the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventKind {
    /// A start, or a repeated one.
    Start,
    Stop,
    /// SCL rises; SDA has this level.
    Rise(bool),
    /// SCL falls.
    Fall,
    /// SDA changes while SCL is low.
    Data,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    pub(super) at: SimTime,
}

pub(super) struct Design {
    pub(super) pins: Pins,
    /// Whether we force the inouts low.
    pub(super) forced: [Cell<bool>; 2],
}

pub(super) struct Lines {
    pub(super) name: &'static str,
    pub(super) designs: Vec<Design>,
    pub(super) reset: Option<Clocked>,
    /// For each component, which lines it pulls low.
    pub(super) pulls: RefCell<Vec<[bool; 2]>>,
    pub(super) levels: [Cell<bool>; 2],
    /// The mask of devices that hold SCL low, and whether more than one has done so since it fell.
    pub(super) holders: Cell<u64>,
    pub(super) stretched: Cell<bool>,
    pub(super) busy: Cell<bool>,
    pub(super) free_since: Cell<Option<SimTime>>,
    pub(super) started_at: Cell<Option<SimTime>>,
    pub(super) events: Publisher<Event>,
    pub(super) changed: Pulse,
}

impl Lines {
    pub(super) fn level(&self, wire: Wire) -> bool {
        self.levels[wire as usize].get()
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy.get()
    }

    pub(super) fn free_since(&self) -> Option<SimTime> {
        self.free_since.get()
    }

    /// Whether more than one holds or held SCL low in its current, or last, low time.
    pub(super) fn is_stretched(&self) -> bool {
        self.stretched.get()
    }

    /// Whether another controller has started in this very time step.
    pub(super) fn starts_now(&self) -> bool {
        self.level(Wire::Scl) && self.started_at.get() == Some(now())
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn events(&self) -> Subscription<Event> {
        self.events.subscribe()
    }

    /// The next change of a line.
    pub(super) fn change(&self) -> impl Future<Output = ()> + use<> {
        self.changed.wait()
    }

    /// Waits until a line has a level.
    pub(super) async fn wait_for(&self, wire: Wire, level: bool, why: &'static str) {
        loop {
            let change = self.change();
            if self.level(wire) == level {
                return;
            }
            waiting_for(why, change).await;
        }
    }

    fn is_in_reset(&self) -> bool {
        self.reset.is_some_and(|clocked| clocked.is_in_reset())
    }

    /// Whether a design drives a line to 1.
    pub(super) fn pushed(&self) -> Option<&'static str> {
        if self.is_in_reset() {
            return None;
        }
        let pushes = |design: &&Design| WIRES.iter().any(|&wire| design.pins.line(wire).pushes());
        let design = self.designs.iter().find(pushes)?;
        Some(design.pins.bus())
    }

    /// Computes the levels from everything that pulls, publishes the events, and drives the levels to the designs.
    pub(super) fn resolve(&self) -> Result {
        let mut levels = [true; 2];
        let mut holders = 0_u64;
        for (index, pulls) in self.pulls.borrow().iter().enumerate() {
            holders |= u64::from(pulls[Wire::Scl as usize]) << (index % 32);
        }
        for wire in WIRES {
            let ours = self.pulls.borrow().iter().any(|pulls| pulls[wire as usize]);
            let mut low = ours;
            for (index, design) in self.designs.iter().enumerate() {
                let side = design.pins.line(wire);
                if let Some(net) = side.net {
                    let forced = &design.forced[wire as usize];
                    match (ours, forced.replace(ours)) {
                        (true, false) => net.try_force(Logic::Zero)?,
                        (false, true) => net.try_release()?,
                        _ => {}
                    }
                    if ours {
                        continue;
                    }
                }
                let pulls = !self.is_in_reset() && side.pulls(self.name)?;
                low |= pulls;
                if wire == Wire::Scl {
                    holders |= u64::from(pulls) << (32 + index % 32);
                }
            }
            levels[wire as usize] = !low;
        }
        self.note_holders(holders);
        self.apply(levels);
        for wire in WIRES {
            let level = Logic::from(self.level(wire));
            for design in &self.designs {
                if let Some(input) = design.pins.line(wire).input {
                    input.try_set(level)?;
                }
            }
        }
        Ok(())
    }

    fn note_holders(&self, holders: u64) {
        let before = self.holders.replace(holders);
        if holders == 0 {
            return;
        }
        let taken_over = before != 0 && before != holders;
        let of_this_low = before != 0 && self.stretched.get();
        self.stretched
            .set(of_this_low || taken_over || holders.count_ones() > 1);
    }

    /// If both change at once, SDA changes while SCL is low.
    fn apply(&self, [scl, sda]: [bool; 2]) {
        let (scl_before, sda_before) = (self.level(Wire::Scl), self.level(Wire::Sda));
        if (scl, sda) == (scl_before, sda_before) {
            return;
        }
        let at = now();
        let publish = |kind| self.events.publish(Event { kind, at });
        if scl_before && !scl {
            self.levels[0].set(false);
            publish(EventKind::Fall);
        }
        if sda != sda_before {
            self.levels[1].set(sda);
            if !self.level(Wire::Scl) {
                publish(EventKind::Data);
            } else if sda {
                self.busy.set(false);
                self.free_since.set(Some(at));
                publish(EventKind::Stop);
            } else {
                self.busy.set(true);
                self.started_at.set(Some(at));
                publish(EventKind::Start);
            }
        }
        if !scl_before && scl {
            self.levels[0].set(true);
            publish(EventKind::Rise(sda));
        }
        self.changed.notify_all();
    }

    pub(super) async fn follow(&self) -> Result {
        loop {
            let mut waits = Vec::new();
            for design in &self.designs {
                for wire in WIRES {
                    waits.extend(design.pins.line(wire).changes().into_iter().flatten());
                }
            }
            self.resolve()?;
            if waits.is_empty() {
                std::future::pending::<()>().await;
            }
            verifork::first_of(waits).await;
        }
    }
}

/// Waits for a change of the lines, or for a time, whichever comes first.
pub(super) async fn change_or(lines: &Lines, time: impl Future<Output = ()>) -> bool {
    let change = lines.change();
    first_of! {
        () = change => true,
        () = time => false,
    }
}
