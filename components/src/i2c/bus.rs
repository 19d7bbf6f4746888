//! The two lines, and who pulls them low.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use verifork::dut::{Dut, Signal};
use verifork::sync::Event as Pulse;
use verifork::task::waiting_for;
use verifork::time::SimTime;
use verifork::trigger::{EdgeWait, now};
use verifork::value::Logic;
use verifork::{Error, Result, first_of};

use crate::clocked::between_resets;
use crate::handshake::bus_of;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::violation::{Violation, note_broken};
use crate::{Clocked, Publisher, Subscription};

/// The pins of a design, by their names below a prefix.
///
/// What a design makes of an open drain has many forms; each of these is one, of SCL and SDA alike:
///
/// | pins | the design pulls the line low while |
/// |---|---|
/// | `scl_i`, `scl_o` | `scl_o` is 0 |
/// | `scl_i`, `scl_o`, `scl_t` | `scl_o` and `scl_t` are 0 |
/// | `scl_i`, `scl_o`, `scl_oe` | `scl_o` is 0 and `scl_oe` is 1 |
/// | `scl_i`, `scl_oe` | `scl_oe` is 1 |
/// | `scl_i`, `scl_t` | `scl_t` is 0 |
/// | `scl_i` | never: a target that does not stretch the clock |
/// | `scl`, an inout, without `scl_i` | it drives 0 |
///
/// An inout is held low by a [`force`](Signal::force), and let go by a [`release`](Signal::release): a value that
/// is merely written is not resolved with what the design drives. So it needs a simulator that does both for nets
/// (Icarus, NVC), and a pull-up in the design. GHDL before version 5 does not release, and Verilator does not
/// force what is not marked `forceable`: there it is an error when the bus is started or used, and the design
/// has to have pins apart.
///
/// ```
/// use verifork::prelude::*;
/// use verifork_components::i2c;
///
/// /// `i2c_scl_i`, `i2c_scl_o`, `i2c_scl_t`, `i2c_sda_i`, …
/// #[derive(Dut)]
/// struct Soc {
///     #[dut(prefix = "i2c_")]
///     pins: i2c::Pins,
/// }
/// ```
#[derive(Debug, Dut)]
#[allow(missing_docs, reason = "they are the designs' own names")]
pub struct Pins {
    pub scl_i: Option<Signal<Logic>>,
    pub scl_o: Option<Signal<Logic>>,
    pub scl_t: Option<Signal<Logic>>,
    pub scl_oe: Option<Signal<Logic>>,
    pub scl: Option<Signal<Logic>>,
    pub sda_i: Option<Signal<Logic>>,
    pub sda_o: Option<Signal<Logic>>,
    pub sda_t: Option<Signal<Logic>>,
    pub sda_oe: Option<Signal<Logic>>,
    pub sda: Option<Signal<Logic>>,
}

/// One of the two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Scl,
    Sda,
}

const WIRES: [Wire; 2] = [Wire::Scl, Wire::Sda];

impl Wire {
    fn name(self) -> &'static str {
        match self {
            Wire::Scl => "scl",
            Wire::Sda => "sda",
        }
    }
}

/// A line of a design.
#[derive(Clone, Copy)]
struct Side {
    input: Option<Signal<Logic>>,
    output: Option<Signal<Logic>>,
    tristate: Option<Signal<Logic>>,
    enable: Option<Signal<Logic>>,
    net: Option<Signal<Logic>>,
}

impl Pins {
    fn side(&self, wire: Wire) -> Side {
        match wire {
            Wire::Scl => Side {
                input: self.scl_i,
                output: self.scl_o,
                tristate: self.scl_t,
                enable: self.scl_oe,
                // A signal of this name may be anything where there are pins apart.
                net: self.scl.filter(|_| self.scl_i.is_none()),
            },
            Wire::Sda => Side {
                input: self.sda_i,
                output: self.sda_o,
                tristate: self.sda_t,
                enable: self.sda_oe,
                net: self.sda.filter(|_| self.sda_i.is_none()),
            },
        }
    }

    /// The bus, by the common part of its signals' paths.
    pub fn bus(&self) -> &'static str {
        let first = |wire: Wire| {
            let side = self.side(wire);
            side.input.or(side.net)
        };
        let Some(signal) = first(Wire::Scl).or(first(Wire::Sda)) else {
            return "I2C";
        };
        let path = signal.path();
        let cut = |suffix| bus_of(path, suffix);
        let found = ["scl_i", "scl", "sda_i", "sda"].map(cut);
        found.into_iter().find(|bus| *bus != path).unwrap_or(path)
    }

    /// # Panics
    ///
    /// At the caller's line: pins are missing, or are there in two forms.
    #[track_caller]
    fn check(&self) {
        for wire in WIRES {
            let (side, name) = (self.side(wire), wire.name());
            assert!(
                side.input.is_some() || side.net.is_some(),
                "I2C: `{}` has neither `{name}_i` nor an inout `{name}`",
                self.bus()
            );
            assert!(
                side.tristate.is_none() || side.enable.is_none(),
                "I2C: `{}` has both `{name}_t` and `{name}_oe`",
                self.bus()
            );
        }
        let sda = self.side(Wire::Sda);
        assert!(
            sda.net.is_some() || sda.output.or(sda.tristate).or(sda.enable).is_some(),
            "I2C: `{}` has no `sda_o`, `sda_t` or `sda_oe` to answer by",
            self.bus()
        );
    }
}

impl Side {
    /// What a pin of the design is; one that is unknown is a broken rule.
    fn known(signal: Signal<Logic>, bus: &str) -> Result<bool> {
        let value = signal.get();
        if value.is_unknown() {
            let what = "a line must be 0 or 1";
            return Err(Side::unknown(bus, what, signal, value));
        }
        Ok(value.is_one())
    }

    #[cold]
    fn unknown(bus: &str, what: &str, signal: Signal<Logic>, value: Logic) -> Error {
        let violation = Violation::new("I2C_LINE_X", bus, what)
            .now()
            .signal(signal.path(), format_args!("is {value}"));
        note_broken();
        violation.into()
    }

    fn drives(&self, bus: &str) -> Result<bool> {
        if let Some(enable) = self.enable {
            return Side::known(enable, bus);
        }
        match self.tristate {
            Some(tristate) => Ok(!Side::known(tristate, bus)?),
            None => Ok(self.output.is_some()),
        }
    }

    /// Whether the design pulls the line low.
    fn pulls(&self, bus: &str) -> Result<bool> {
        if let Some(net) = self.net {
            let value = net.get();
            return match value {
                Logic::HighImpedance => {
                    let what = "a line that nothing drives must be pulled up in the design";
                    Err(Side::unknown(bus, what, net, value))
                }
                _ => Ok(!Side::known(net, bus)?),
            };
        }
        if !self.drives(bus)? {
            return Ok(false);
        }
        match self.output {
            Some(output) => Ok(!Side::known(output, bus)?),
            None => Ok(true),
        }
    }

    /// Whether the design drives the line to 1, with all its strength.
    fn pushes(&self) -> bool {
        let is = |signal: Option<Signal<Logic>>, wanted: fn(Logic) -> bool| {
            signal.is_some_and(|signal| wanted(signal.get()))
        };
        let drives = is(self.enable, Logic::is_one) || is(self.tristate, Logic::is_zero);
        drives && is(self.output, Logic::is_one)
    }

    fn changes(&self) -> [Option<EdgeWait>; 4] {
        [self.output, self.tristate, self.enable, self.net]
            .map(|signal| signal.map(|signal| signal.changed()))
    }
}

/// What happens on the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A start, or a repeated one.
    Start,
    Stop,
    /// SCL rises, and SDA is this.
    Rise(bool),
    /// SCL falls.
    Fall,
    /// SDA changes while SCL is low.
    Data,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) kind: Kind,
    pub(super) at: SimTime,
}

struct Design {
    pins: Pins,
    /// Whether the inouts are held low by us.
    forced: [Cell<bool>; 2],
}

pub(super) struct Lines {
    name: &'static str,
    designs: Vec<Design>,
    reset: Option<Clocked>,
    /// Who of the components pulls which line low.
    pulls: RefCell<Vec<[bool; 2]>>,
    levels: [Cell<bool>; 2],
    /// Who holds SCL low, a bit each, and whether more than one has since it fell.
    holders: Cell<u64>,
    stretched: Cell<bool>,
    busy: Cell<bool>,
    free_since: Cell<Option<SimTime>>,
    started_at: Cell<Option<SimTime>>,
    events: Publisher<Event>,
    changed: Pulse,
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

    /// Whether more than one had a hand in the present low time of SCL, or in the last one.
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
        let pushes = |design: &&Design| WIRES.iter().any(|&wire| design.pins.side(wire).pushes());
        let design = self.designs.iter().find(pushes)?;
        Some(design.pins.bus())
    }

    /// Takes the levels from all who pull, tells what has happened, and lets the designs see it.
    fn resolve(&self) -> Result {
        let mut levels = [true; 2];
        let mut holders = 0_u64;
        for (index, pulls) in self.pulls.borrow().iter().enumerate() {
            holders |= u64::from(pulls[Wire::Scl as usize]) << (index % 32);
        }
        for wire in WIRES {
            let ours = self.pulls.borrow().iter().any(|pulls| pulls[wire as usize]);
            let mut low = ours;
            for (index, design) in self.designs.iter().enumerate() {
                let side = design.pins.side(wire);
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
                if let Some(input) = design.pins.side(wire).input {
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

    /// Of two changes at once, that of SDA comes while SCL is low.
    fn apply(&self, [scl, sda]: [bool; 2]) {
        let (scl_before, sda_before) = (self.level(Wire::Scl), self.level(Wire::Sda));
        if (scl, sda) == (scl_before, sda_before) {
            return;
        }
        let at = now();
        let tell = |kind| self.events.publish(Event { kind, at });
        if scl_before && !scl {
            self.levels[0].set(false);
            tell(Kind::Fall);
        }
        if sda != sda_before {
            self.levels[1].set(sda);
            if !self.level(Wire::Scl) {
                tell(Kind::Data);
            } else if sda {
                self.busy.set(false);
                self.free_since.set(Some(at));
                tell(Kind::Stop);
            } else {
                self.busy.set(true);
                self.started_at.set(Some(at));
                tell(Kind::Start);
            }
        }
        if !scl_before && scl {
            self.levels[0].set(true);
            tell(Kind::Rise(sda));
        }
        self.changed.notify_all();
    }

    async fn follow(&self) -> Result {
        loop {
            let mut waits = Vec::new();
            for design in &self.designs {
                for wire in WIRES {
                    waits.extend(design.pins.side(wire).changes().into_iter().flatten());
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
#[must_use = "a bus works when it is started: add `.start(tm)`"]
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
            let side = pins.side(Wire::Sda);
            side.input.or(side.net).map_or(name, |signal| signal.path())
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
                // A reset ends what is under way without a stop.
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

    /// Somebody who can pull the lines low, for a test that does so by hand.
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

/// One of those who can pull the lines low: made by [`RunningBus::puller`]. Dropping it lets go of both.
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
    /// Pulls SCL low, or lets it go.
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

    /// Pulls SDA low, or lets it go.
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

/// Waits for a change of the lines, or for a time, whichever comes first.
pub(super) async fn change_or(lines: &Lines, time: impl Future<Output = ()>) -> bool {
    let change = lines.change();
    first_of! {
        () = change => true,
        () = time => false,
    }
}
