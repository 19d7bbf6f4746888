//! What the registers of a design are, as far as a testbench can know.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use verifork::dut::{Instance, Signal};
use verifork::task::fail_test;
use verifork::trigger::next_time_step;
use verifork::value::LogicVec;
use verifork::{Error, Result};

use super::access::Bits;
use super::frontdoor::{Frontdoor, Observe, Observed, Refused};
use super::map::{Field, Map, Register, ones};
use super::mismatch::{Finding, Mismatch, Mismatches};

/// Registers of a design: their map, the way to them, and a mirror of what they hold. A clone is the same model.
///
/// Names are those of the map: `control` for a register, `control.mode` for a field.
///
/// Where the model predicts by itself (implicit prediction), its mirror changes with its own
/// accesses. A model that [follows](Self::follow) a monitor (explicit prediction) changes it with the accesses that
/// the monitor sees, by whomever, and compares every read.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::{apb, registers::{Map, Model}};
/// # async fn example(tm: &TaskManager, clocked: &verifork_components::Clocked, bus: &verifork_components::apb::Signals) -> Result {
/// let manager = apb::Manager::new(bus).start(tm, clocked);
/// let timer = Model::new(&Map::load("registers/timer.toml")?, manager)?;
/// timer.reset_test().await?;
/// timer.write("control.enable", 1).await?; // the other fields keep what they hold
/// timer.check("control").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Model {
    pub(super) shared: Rc<Shared>,
}

pub(super) struct Shared {
    pub(super) map: Map,
    frontdoor: Box<dyn Frontdoor>,
    base: Cell<u64>,
    mirrors: RefCell<Vec<Mirror>>,
    backdoors: RefCell<Vec<Vec<Backdoor>>>,
    follows: Cell<bool>,
}

/// What a register holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mirror {
    pub(super) value: u64,
    /// Which bits are known.
    pub(super) known: u64,
    /// Which bits were written since a reset.
    written: u64,
}

/// A signal that has bits of a register.
#[derive(Clone, Copy)]
struct Backdoor {
    signal: Signal<LogicVec>,
    low: u32,
    mask: u64,
}

/// A register, or a field of it.
#[derive(Clone, Copy)]
struct Named {
    register: usize,
    field: Option<usize>,
}

impl Model {
    /// A model of the registers of a map, reached by a manager of a bus. They are taken to be as after a reset.
    ///
    /// A register that is wider than a word of the bus is accessed word by word, the lowest first; one that is narrower by
    /// its bytes alone.
    ///
    /// # Errors
    ///
    /// An access of the bus has 3 bytes, say: they have 1, 2, 4 or 8.
    #[track_caller]
    pub fn new(map: &Map, frontdoor: impl Frontdoor + 'static) -> Result<Self> {
        let bytes = frontdoor.bytes();
        verifork::ensure!(
            matches!(bytes, 1 | 2 | 4 | 8),
            "an access of the bus of `{}` has {bytes} bytes; it takes 1, 2, 4 or 8",
            map.name()
        );
        let model = Model {
            shared: Rc::new(Shared {
                map: map.clone(),
                frontdoor: Box::new(frontdoor),
                base: Cell::new(0),
                mirrors: RefCell::new(vec![Mirror::default(); map.0.registers.len()]),
                backdoors: RefCell::new(vec![Vec::new(); map.0.registers.len()]),
                follows: Cell::new(false),
            }),
        };
        model.reset();
        Ok(model)
    }

    /// Its map.
    pub fn map(&self) -> &Map {
        &self.shared.map
    }

    /// The address of the block on the bus: 0 unless told otherwise.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork_components::registers::Model;
    /// # fn example(map: verifork_components::registers::Map, manager: verifork_components::apb::RunningManager) -> Result {
    /// let timer = Model::new(&map, manager)?.base(0x4000_0000);
    /// # let _ = timer;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn base(self, address: u64) -> Self {
        self.shared.base.set(address);
        self
    }

    /// The mirror is what the registers are after a reset: call it when the design is reset.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(model: verifork_components::registers::Model, rst: Signal<bool>) -> Result {
    /// rst.set(true);
    /// timer(100.ns()).await;
    /// rst.set(false);
    /// model.reset();
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(&self) {
        let mut mirrors = self.shared.mirrors.borrow_mut();
        for (register, mirror) in self.registers().iter().zip(mirrors.iter_mut()) {
            *mirror = Mirror::default();
            for field in &register.fields {
                if let Some(reset) = field.reset {
                    mirror.value |= reset << field.low;
                    mirror.known |= field.mask();
                }
            }
        }
    }

    /// Predicts by what a monitor of the bus sees from now on (explicit prediction), and not by the model's own
    /// accesses. What is read is compared with the mirror: a difference is the test's error.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork_components::apb;
    /// # async fn example(model: verifork_components::registers::Model, tm: &TaskManager, clocked: &verifork_components::Clocked, bus: &verifork_components::apb::Signals) -> Result {
    /// model.follow(&apb::Monitor::new(bus).start(tm, clocked));
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow(&self, monitor: &impl Observe) {
        self.shared.follows.set(true);
        let shared = Rc::clone(&self.shared);
        monitor.for_each_access(Rc::new(move |seen| shared.observe(seen)));
    }

    /// Binds the backdoor: the signals that the map's paths lead to, from this scope of the design.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(model: verifork_components::registers::Model, dut: Instance) -> Result {
    /// model.bind_backdoor(&dut.instance("u_timer")?)?;
    /// ensure!(model.peek("control.enable")? == 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A path leads to no signal, or the signal has another width than the field, or more bits than the register.
    #[track_caller]
    pub fn bind_backdoor(&self, scope: &Instance) -> Result {
        for (index, register) in self.registers().iter().enumerate() {
            if let Some(path) = &register.path {
                let signal = scope.signal(path)?;
                self.add_backdoor(index, None, signal)?;
            }
            for (at, field) in register.fields.iter().enumerate() {
                if let Some(path) = &field.path {
                    let signal = scope.signal(path)?;
                    self.add_backdoor(index, Some(at), signal)?;
                }
            }
        }
        Ok(())
    }

    /// Binds the backdoor of one register or field to a signal.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(model: verifork_components::registers::Model, dut: Instance) -> Result {
    /// model.backdoor("count", dut.signal("u_timer.count_q")?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// There is none of this name. The signal has another width than the field, or more bits than the register.
    #[track_caller]
    pub fn backdoor(&self, name: &str, signal: Signal<LogicVec>) -> Result {
        let Named { register, field } = self.named(name)?;
        self.add_backdoor(register, field, signal)
    }

    #[track_caller]
    fn add_backdoor(
        &self,
        register: usize,
        field: Option<usize>,
        signal: Signal<LogicVec>,
    ) -> Result {
        let found = signal.width();
        let described = &self.registers()[register];
        let backdoor = if let Some(field) = field {
            let field = &described.fields[field];
            verifork::ensure!(
                found == field.width(),
                "`{}` has {found} bits, and `{}.{}`, whose backdoor it is to be, has {}",
                signal.path(),
                described.name,
                field.name,
                field.width()
            );
            Backdoor {
                signal,
                low: field.low,
                mask: field.mask(),
            }
        } else {
            let width = described.bits();
            verifork::ensure!(
                found <= width,
                "`{}` has {found} bits, and `{}`, whose backdoor it is to be, has {width}",
                signal.path(),
                described.name
            );
            Backdoor {
                signal,
                low: 0,
                mask: ones(found),
            }
        };
        self.shared.backdoors.borrow_mut()[register].push(backdoor);
        Ok(())
    }

    /// What the mirror has of a register or a field.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(model: verifork_components::registers::Model) -> Result {
    /// model.write("divider", 12).await?;
    /// ensure!(model.mirrored("divider")? == 12); // without an access of the bus
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// There is none of this name, or bits of it are not known.
    #[track_caller]
    pub fn mirrored(&self, name: &str) -> Result<u64> {
        let named = self.named(name)?;
        let mirror = self.mirror(named.register);
        let (mask, low) = self.bits(named);
        verifork::ensure!(
            mirror.known & mask == mask,
            "what `{name}` holds is not known: it has no reset value, and was neither written nor read"
        );
        Ok((mirror.value & mask) >> low)
    }

    /// Tells the mirror what a register or a field holds.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(model: verifork_components::registers::Model, done: Signal<bool>) -> Result {
    /// done.wait_for(true).await;
    /// model.predict("status.done", 1)?; // the design has set it
    /// model.check("status").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// There is none of this name, or the value does not fit.
    #[track_caller]
    pub fn predict(&self, name: &str, value: u64) -> Result {
        let named = self.named(name)?;
        let (mask, low) = self.fits(named, name, value)?;
        let mut mirrors = self.shared.mirrors.borrow_mut();
        let mirror = &mut mirrors[named.register];
        mirror.value = mirror.value & !mask | value << low;
        mirror.known |= mask;
        Ok(())
    }

    /// Writes a register over the bus; or a field, where the other fields of its register are written with what they
    /// hold, and those that a 1 or a 0 changes with what leaves them as they are.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(model: verifork_components::registers::Model) -> Result {
    /// model.write("control", 0x11).await?; // a register
    /// model.write("control.mode", 2).await?; // a field of it
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// At the caller's line: there is none of this name, the value does not fit, what the other fields hold is not
    /// known, the bus refuses the write.
    ///
    /// Of a register with a backdoor it returns in the time step after that in which the bus has done it, so that
    /// the backdoor shows what was written.
    #[track_caller]
    pub fn write(&self, name: &str, value: u64) -> impl Future<Output = Result> + use<> {
        let prepared = self.prepare(name, value);
        let refused = verifork::error!("`{name}` was not written");
        let this = self.clone();
        async move {
            let (register, data) = prepared?;
            let offset = this.registers()[register].address;
            match this.write_word(register, offset, data).await? {
                Ok(()) => Ok(()),
                Err(why) => Err(this.refused(refused, register, &why)),
            }
        }
    }

    /// Reads a register or a field over the bus.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(model: verifork_components::registers::Model) -> Result {
    /// let level = model.read("status.level").await?;
    /// log::info!("{level} words");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// At the caller's line: there is none of this name, the bus refuses the read.
    #[track_caller]
    pub fn read(&self, name: &str) -> impl Future<Output = Result<u64>> + use<> {
        self.read_named(name, false)
    }

    /// Reads a register or a field over the bus, and compares it with the mirror: all that is known of what can be
    /// read and is not volatile. A model that [follows](Self::follow) a monitor compares there.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(model: verifork_components::registers::Model) -> Result {
    /// model.write("divider", 12).await?;
    /// model.check("divider").await?; // 12, or the error names the field
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and [`Mismatches`] if they differ.
    #[track_caller]
    pub fn check(&self, name: &str) -> impl Future<Output = Result<u64>> + use<> {
        self.read_named(name, true)
    }

    #[track_caller]
    fn read_named(&self, name: &str, checks: bool) -> impl Future<Output = Result<u64>> + use<> {
        let named = self.named(name);
        let refused = verifork::error!("`{name}` was not read");
        let differs = verifork::error!("it is not what the mirror has");
        let this = self.clone();
        async move {
            let named = named?;
            let (mask, low) = this.bits(named);
            let offset = this.registers()[named.register].address;
            let (data, found) = match this.read_word(named.register, offset).await? {
                Ok(read) => read,
                Err(why) => return Err(this.refused(refused, named.register, &why)),
            };
            if checks {
                let of_field = |finding: &Finding| match (finding, named.field) {
                    (Finding::Field(found), Some(field)) => {
                        found.field() == this.registers()[named.register].fields[field].name
                    }
                    _ => true,
                };
                let found = found.into_iter().filter(of_field).collect();
                let what = format!("a check of `{}`", this.shared.map.name());
                Mismatches::of(what, found).map_err(|found| differs.context(found))?;
            }
            Ok((data & mask) >> low)
        }
    }

    /// Reads a register or a field by the backdoor: in no time, without an effect.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(model: verifork_components::registers::Model) -> Result {
    /// ensure!(model.peek("fifo.level")? == 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// There is none of this name, it has no backdoor for all of its bits, bits are unknown.
    #[doc(alias = "backdoor")]
    #[track_caller]
    pub fn peek(&self, name: &str) -> Result<u64> {
        let named = self.named(name)?;
        let (mask, low) = self.bits(named);
        let (value, covered) = self.peek_word(named.register)?;
        verifork::ensure!(
            covered & mask == mask,
            "`{name}` has no backdoor for all of its bits"
        );
        Ok((value & mask) >> low)
    }

    /// Writes a register or a field by the backdoor, whatever its access is. The mirror has it, too.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(model: verifork_components::registers::Model) -> Result {
    /// model.poke("count", 0xffff_fffe)?; // just before it wraps
    /// timer(100.ns()).await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// There is none of this name, the value does not fit, it has no backdoor for all of its bits, the simulator
    /// refuses the write.
    #[doc(alias = "backdoor")]
    #[track_caller]
    pub fn poke(&self, name: &str, value: u64) -> Result {
        let named = self.named(name)?;
        let (mask, low) = self.fits(named, name, value)?;
        let backdoors = self.shared.backdoors.borrow()[named.register].clone();
        let covered = backdoors.iter().fold(0, |all, it| all | it.mask);
        verifork::ensure!(
            covered & mask == mask,
            "`{name}` has no backdoor for all of its bits"
        );
        let word = value << low;
        for Backdoor {
            signal,
            low,
            mask: has,
        } in backdoors
        {
            let changed = has & mask;
            if changed == 0 {
                continue;
            }
            let now = signal.get();
            let (value, unknown) = (now.value_word(0) << low, now.unknown_word(0) << low);
            let value = (value & !changed | word & changed) >> low;
            let unknown = (unknown & !changed) >> low;
            signal.try_set(LogicVec::from_planes(signal.width(), &[value], &[unknown]))?;
        }
        self.predict(name, value)
    }

    pub(super) fn registers(&self) -> &[Register] {
        &self.shared.map.0.registers
    }

    pub(super) fn mirror(&self, register: usize) -> Mirror {
        self.shared.mirrors.borrow()[register]
    }

    /// What the backdoor has of a register, and which bits it has.
    #[track_caller]
    pub(super) fn peek_word(&self, register: usize) -> Result<(u64, u64)> {
        let (mut value, mut covered) = (0, 0);
        for Backdoor { signal, low, mask } in &self.shared.backdoors.borrow()[register] {
            let now = signal.get();
            verifork::ensure!(
                !now.has_unknown(),
                "`{}` is {now:b}: what `{}` holds is not known",
                signal.path(),
                self.registers()[register].name
            );
            value |= now.value_word(0) << low & mask;
            covered |= mask;
        }
        Ok((value, covered))
    }

    /// Which bits of a register the backdoor has.
    pub(super) fn covered(&self, register: usize) -> u64 {
        let backdoors = self.shared.backdoors.borrow();
        backdoors[register].iter().fold(0, |all, it| all | it.mask)
    }

    /// Reads a register at one of its addresses: what it gave, and what differs from the mirror.
    pub(super) async fn read_word(
        &self,
        register: usize,
        offset: u64,
    ) -> Result<Result<(u64, Vec<Finding>), Refused>> {
        let (mut data, bits) = (0, self.registers()[register].bits());
        for Part { at, bytes } in self.parts(register) {
            let address = self.shared.base.get().wrapping_add(offset + at);
            match self.shared.frontdoor.read(address, bytes).await? {
                Ok(part) => data |= part << (8 * at),
                Err(refused) => return Ok(Err(refused)),
            }
        }
        // Who follows a monitor has heard of it there.
        let found = if self.shared.follows.get() {
            Vec::new()
        } else {
            let bytes = u64::from(bits / 8);
            let found = self.shared.was_read_at(offset, bytes, data, ones(bits));
            let of_this = |(at, finding)| (at == register).then_some(finding);
            found.into_iter().filter_map(of_this).collect()
        };
        Ok(Ok((data, found)))
    }

    pub(super) async fn write_word(
        &self,
        register: usize,
        offset: u64,
        data: u64,
    ) -> Result<Result<(), Refused>> {
        let mut outcome = Ok(());
        for Part { at, bytes } in self.parts(register) {
            let address = self.shared.base.get().wrapping_add(offset + at);
            let part = data >> (8 * at) & (u64::MAX >> (64 - 8 * bytes));
            outcome = self.shared.frontdoor.write(address, part, bytes).await?;
            if outcome.is_err() {
                break;
            }
            if !self.shared.follows.get() {
                let mask = u64::MAX >> (64 - 8 * bytes);
                self.shared
                    .was_written_at(offset + at, bytes as u64, part, mask);
            }
        }
        if self.covered(register) != 0 {
            // The design takes it at the edge that this has returned from: only after that it shows.
            next_time_step().await;
        }
        Ok(outcome)
    }

    /// Whether the bus refuses a read and a write where no register is.
    pub(super) async fn refuses(&self, offset: u64) -> Result<(bool, bool)> {
        let address = self.shared.base.get().wrapping_add(offset);
        let bytes = self.step();
        let ones = u64::MAX >> (64 - 8 * bytes);
        let read = self.shared.frontdoor.read(address, bytes).await?;
        let written = self.shared.frontdoor.write(address, ones, bytes).await?;
        Ok((read.is_err(), written.is_err()))
    }

    /// The bytes of an access where no register is.
    pub(super) fn step(&self) -> usize {
        let word = (self.shared.map.width() / 8) as usize;
        word.min(self.shared.frontdoor.bytes())
    }

    /// The accesses that a register takes.
    fn parts(&self, register: usize) -> impl Iterator<Item = Part> + use<> {
        let all = (self.registers()[register].bits() / 8) as usize;
        let bytes = self.shared.frontdoor.bytes().min(all);
        (0..all as u64)
            .step_by(bytes)
            .map(move |at| Part { at, bytes })
    }

    fn address(&self, register: usize) -> u64 {
        let offset = self.registers()[register].address;
        self.shared.base.get().wrapping_add(offset)
    }

    fn refused(&self, place: Error, register: usize, why: &Refused) -> Error {
        let Register { name, .. } = &self.registers()[register];
        let address = self.address(register);
        place.context(format!(
            "an access of `{name}` at {address:#x} was refused: {why}"
        ))
    }

    /// The bits of a register or a field, and the lowest of them.
    fn bits(&self, named: Named) -> (u64, u32) {
        let register = &self.registers()[named.register];
        match named.field {
            Some(field) => (register.fields[field].mask(), register.fields[field].low),
            None => {
                let masks = register.fields.iter().map(Field::mask);
                (masks.fold(0, |all, mask| all | mask), 0)
            }
        }
    }

    /// The same, if a value fits.
    #[track_caller]
    fn fits(&self, named: Named, name: &str, value: u64) -> Result<(u64, u32)> {
        let (mask, low) = self.bits(named);
        let most = if named.field.is_some() {
            mask >> low
        } else {
            ones(self.registers()[named.register].bits())
        };
        verifork::ensure!(
            value <= most,
            "{value:#x} does not fit `{name}`: {most:#x} is the most"
        );
        Ok((mask, low))
    }

    #[track_caller]
    fn named(&self, name: &str) -> Result<Named> {
        // Registers of blocks have dots in their names.
        let position = |name: &str| self.registers().iter().position(|it| it.name == name);
        let (register, field) = match (position(name), name.rsplit_once('.')) {
            (None, Some((register, field))) => (register, Some(field)),
            _ => (name, None),
        };
        let Some(at) = position(register) else {
            let names: Vec<_> = self.registers().iter().map(|it| it.name.as_str()).collect();
            verifork::bail!(
                "`{}` has no register `{register}`; there are {}",
                self.shared.map.name(),
                names.join(", ")
            );
        };
        let Some(field) = field else {
            return Ok(Named {
                register: at,
                field: None,
            });
        };
        let fields = &self.registers()[at].fields;
        let known = fields.iter().position(|it| it.name == field);
        let Some(field) = known else {
            let names: Vec<_> = fields.iter().map(|it| it.name.as_str()).collect();
            verifork::bail!(
                "`{register}` has no field `{field}`; there are {}",
                names.join(", ")
            );
        };
        Ok(Named {
            register: at,
            field: Some(field),
        })
    }

    /// The register to write, and with what.
    #[track_caller]
    fn prepare(&self, name: &str, value: u64) -> Result<(usize, u64)> {
        let named = self.named(name)?;
        let (_, low) = self.fits(named, name, value)?;
        let Some(written) = named.field else {
            return Ok((named.register, value));
        };
        let beside = self.left(named.register, Some(written))?;
        Ok((named.register, beside | value << low))
    }

    /// What is written to a register so that it stays as it is.
    #[track_caller]
    pub(super) fn kept(&self, name: &str) -> Result<u64> {
        self.left(self.has_register(name)?, None)
    }

    /// The index of a register.
    #[track_caller]
    pub(super) fn has_register(&self, name: &str) -> Result<usize> {
        let named = self.named(name)?;
        verifork::ensure!(
            named.field.is_none(),
            "`{name}` is not a register, but a field"
        );
        Ok(named.register)
    }

    /// What is written to the fields of a register, but for one, so that they stay as they are.
    #[track_caller]
    fn left(&self, register: usize, but: Option<usize>) -> Result<u64> {
        let (mirror, mut data) = (self.mirror(register), 0);
        let register = &self.registers()[register];
        for (at, field) in register.fields.iter().enumerate() {
            if Some(at) == but {
                continue;
            }
            let left = field.access.leaves(field.mask());
            let Some(left) = left else {
                let beside = but.map(|but| &register.fields[but].name);
                let beside =
                    beside.map(|it| format!(", which is written beside `{}.{it}`,", register.name));
                verifork::ensure!(
                    mirror.known & field.mask() == field.mask(),
                    "what `{}.{}` holds{} is not known: read it before",
                    register.name,
                    field.name,
                    beside.unwrap_or_default()
                );
                data |= mirror.value & field.mask();
                continue;
            };
            data |= left;
        }
        Ok(data)
    }
}

/// One of the accesses of a register: so many bytes from its lowest on.
#[derive(Clone, Copy)]
struct Part {
    at: u64,
    bytes: usize,
}

impl Shared {
    /// So many bytes from an address on were written, those in the mask.
    fn was_written_at(&self, offset: u64, bytes: u64, data: u64, mask: u64) {
        for (register, at) in self.map.0.overlapping(offset, bytes) {
            let of_register = |bits| moved(bits, offset, at);
            self.was_written(register, of_register(data), of_register(mask));
        }
    }

    /// So many bytes from an address on were read: what differs, and in which registers.
    fn was_read_at(&self, offset: u64, bytes: u64, data: u64, mask: u64) -> Vec<(usize, Finding)> {
        let mut found = Vec::new();
        for (register, at) in self.map.0.overlapping(offset, bytes) {
            let of_register = |bits| moved(bits, offset, at);
            let differs = self.was_read(register, of_register(data), of_register(mask));
            found.extend(differs.into_iter().map(|finding| (register, finding)));
        }
        found
    }

    /// A register was written.
    fn was_written(&self, register: usize, data: u64, mask: u64) {
        let mut mirrors = self.mirrors.borrow_mut();
        let mirror = &mut mirrors[register];
        for field in &self.map.0.registers[register].fields {
            let (all, written) = (field.mask(), field.mask() & mask);
            if written == 0 {
                continue;
            }
            let bits = Bits {
                value: mirror.value & all,
                known: mirror.known & all,
                all,
            };
            let first = mirror.written & all == 0;
            mirror.take(field.access.written(bits, data, written, first));
            mirror.written |= all;
        }
    }

    /// A register was read: the fields that differ from the mirror.
    fn was_read(&self, register: usize, data: u64, mask: u64) -> Vec<Finding> {
        let mut mirrors = self.mirrors.borrow_mut();
        let mirror = &mut mirrors[register];
        let described = &self.map.0.registers[register];
        let compared = mirror.known & mask & compared(described);
        let found: Vec<_> = Mismatch::all_of(described, data, mirror.value, compared)
            .map(Finding::Field)
            .collect();
        for field in &described.fields {
            let (all, read) = (field.mask(), field.mask() & mask);
            if read == 0 {
                continue;
            }
            if field.access.is_readable() {
                mirror.value = mirror.value & !read | data & read;
                mirror.known |= read;
            }
            let bits = Bits {
                value: mirror.value & all,
                known: mirror.known & all,
                all,
            };
            let after = field.access.read(bits);
            // Designs differ in what a read of a part does to the rest: known is there what is the same either way.
            let same = bits.known & after.known & !(bits.value ^ after.value);
            mirror.take(Bits {
                known: after.known & read | same & !read,
                ..after
            });
        }
        found
    }

    fn observe(&self, seen: Observed) {
        const BYTES: u64 = 8;
        let base = self.base.get();
        match seen {
            Observed::Write {
                address,
                data,
                mask,
            } => self.was_written_at(address.wrapping_sub(base), BYTES, data, mask),
            Observed::Read {
                address,
                data,
                mask,
            } => {
                let found = self.was_read_at(address.wrapping_sub(base), BYTES, data, mask);
                let found = found.into_iter().map(|(_, finding)| finding).collect();
                let name = self.map.name();
                let what = format!("a read of `{name}` that the monitor has seen");
                if let Err(found) = Mismatches::of(what, found) {
                    fail_test(found);
                }
            }
        }
    }
}

/// Bits of a word at one address as those of a register at another, in whose place they are.
fn moved(bits: u64, from: u64, to: u64) -> u64 {
    if from >= to {
        bits.checked_shl(8 * u32::try_from(from - to).unwrap_or(8))
            .unwrap_or(0)
    } else {
        bits.checked_shr(8 * u32::try_from(to - from).unwrap_or(8))
            .unwrap_or(0)
    }
}

/// The bits of a register that are compared when it is read.
pub(super) fn compared(register: &Register) -> u64 {
    let compares = |field: &&Field| field.access.is_readable() && !field.is_volatile;
    let masks = register.fields.iter().filter(compares).map(Field::mask);
    masks.fold(0, |all, mask| all | mask)
}

impl Mirror {
    fn take(&mut self, Bits { value, known, all }: Bits) {
        self.value = self.value & !all | value & all;
        self.known = self.known & !all | known & all;
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mirrors = self.shared.mirrors.borrow();
        let mut map = f.debug_map();
        for (register, mirror) in self.registers().iter().zip(&*mirrors) {
            map.entry(&register.name, mirror);
        }
        map.finish()
    }
}
