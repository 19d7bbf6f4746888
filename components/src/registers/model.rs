//! What the registers of a design are, as far as a testbench can know.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use verifork::dut::{Instance, Signal};
use verifork::trigger::next_time_step;
use verifork::value::LogicVec;
use verifork::{Error, Result};

use super::access::Bits;
use super::frontdoor::{Frontdoor, Observe, Observed, Refused};
use super::map::{Field, Map, Register, ones};
use super::mismatch::{Finding, Mismatch, Mismatches};
use crate::parent::fail_test;

/// Registers of a design: their map, the way to them, and a mirror of what they hold. A clone is the same model.
///
/// Names are those of the map: `control` for a register, `control.mode` for a field.
///
/// Where the model predicts by itself (implicit prediction), its mirror changes with its own
/// accesses. A model that [follows](Self::follow) a monitor (explicit prediction) changes it with the accesses that
/// the monitor sees, by whomever, and compares every read.
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
    /// # Errors
    ///
    /// A word of the bus is not as wide as a register.
    #[track_caller]
    pub fn new(map: &Map, frontdoor: impl Frontdoor + 'static) -> Result<Self> {
        let (width, bus) = (map.width(), frontdoor.bytes() * 8);
        verifork::ensure!(
            width as usize == bus,
            "registers of `{}` have {width} bits, and a word of the bus has {bus}",
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

    /// The address of the block on the bus: 0 unless told otherwise.
    #[must_use]
    pub fn base(self, address: u64) -> Self {
        self.shared.base.set(address);
        self
    }

    /// The mirror is what the registers are after a reset: call it when the design is reset.
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
    pub fn follow(&self, monitor: &impl Observe) {
        self.shared.follows.set(true);
        let shared = Rc::clone(&self.shared);
        monitor.for_each_access(Rc::new(move |seen| shared.observe(seen)));
    }

    /// Binds the backdoor: the signals that the map's paths lead to, from this scope of the design.
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
            let width = self.shared.map.width();
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
            match this.write_word(register, data).await? {
                Ok(()) => Ok(()),
                Err(why) => Err(this.refused(refused, register, &why)),
            }
        }
    }

    /// Reads a register or a field over the bus.
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
            let (data, found) = match this.read_word(named.register).await? {
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
    /// # Errors
    ///
    /// There is none of this name, it has no backdoor for all of its bits, bits are unknown.
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
    /// # Errors
    ///
    /// There is none of this name, the value does not fit, it has no backdoor for all of its bits, the simulator
    /// refuses the write.
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

    /// Reads a register: what it gave, and what differs from the mirror.
    pub(super) async fn read_word(
        &self,
        register: usize,
    ) -> Result<Result<(u64, Vec<Finding>), Refused>> {
        let address = self.address(register);
        let data = match self.shared.frontdoor.read(address).await? {
            Ok(data) => data,
            Err(refused) => return Ok(Err(refused)),
        };
        // Who follows a monitor has heard of it there.
        let found = if self.shared.follows.get() {
            Vec::new()
        } else {
            self.shared.was_read(register, data, u64::MAX)
        };
        Ok(Ok((data, found)))
    }

    pub(super) async fn write_word(
        &self,
        register: usize,
        data: u64,
    ) -> Result<Result<(), Refused>> {
        let address = self.address(register);
        let outcome = self.shared.frontdoor.write(address, data).await?;
        if outcome.is_ok() && !self.shared.follows.get() {
            self.shared.was_written(register, data, u64::MAX);
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
        let read = self.shared.frontdoor.read(address).await?;
        let written = self.shared.frontdoor.write(address, self.all()).await?;
        Ok((read.is_err(), written.is_err()))
    }

    /// All bits of a register.
    pub(super) fn all(&self) -> u64 {
        ones(self.shared.map.width())
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
            self.all()
        };
        verifork::ensure!(
            value <= most,
            "{value:#x} does not fit `{name}`: {most:#x} is the most"
        );
        Ok((mask, low))
    }

    #[track_caller]
    fn named(&self, name: &str) -> Result<Named> {
        let (register, field) = match name.split_once('.') {
            Some((register, field)) => (register, Some(field)),
            None => (name, None),
        };
        let known = self.registers().iter().position(|it| it.name == register);
        let Some(at) = known else {
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
        let register = &self.registers()[named.register];
        let mirror = self.mirror(named.register);
        let mut data = value << low;
        for (at, field) in register.fields.iter().enumerate() {
            if at == written {
                continue;
            }
            let left = field.access.leaves(field.mask());
            let Some(left) = left else {
                verifork::ensure!(
                    mirror.known & field.mask() == field.mask(),
                    "what `{}.{}` holds, which is written beside `{name}`, is not known: read it before",
                    register.name,
                    field.name
                );
                data |= mirror.value & field.mask();
                continue;
            };
            data |= left;
        }
        Ok((named.register, data))
    }
}

impl Shared {
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
            mirror.take(field.access.read(bits));
        }
        found
    }

    fn observe(&self, seen: Observed) {
        let (Observed::Write {
            address,
            data,
            mask,
        }
        | Observed::Read {
            address,
            data,
            mask,
        }) = seen;
        let width = self.map.width();
        let bytes = u64::from(width / 8);
        let offset = address.wrapping_sub(self.base.get());
        // It may begin in the middle of a register, and be of several.
        let in_register = offset % bytes;
        let shifted = |bits: u64| u128::from(bits) << (8 * in_register);
        let (mut data, mut mask) = (shifted(data), shifted(mask));
        let mut word = offset - in_register;
        while mask != 0 {
            let part = |bits: u128| u64::try_from(bits & u128::from(ones(width))).unwrap_or(0);
            if let Some(&register) = self.map.0.at.get(&word)
                && part(mask) != 0
            {
                match seen {
                    Observed::Write { .. } => self.was_written(register, part(data), part(mask)),
                    Observed::Read { .. } => self.was_seen(register, part(data), part(mask)),
                }
            }
            (data, mask) = (data >> width, mask >> width);
            word = word.wrapping_add(bytes);
        }
    }

    /// A monitor has seen that a register was read.
    fn was_seen(&self, register: usize, data: u64, mask: u64) {
        let found = self.was_read(register, data, mask);
        let name = self.map.name();
        let what = format!("a read of `{name}` that the monitor has seen");
        if let Err(found) = Mismatches::of(what, found) {
            fail_test(format!("model of {name}"), found.into());
        }
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
