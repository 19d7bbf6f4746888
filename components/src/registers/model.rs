//! The register model: reads, writes and checks registers by their names.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use verifork::{Error, Result};

use super::frontdoor::{Frontdoor, Refused};
use super::map::Map;
use super::mirror::{Mirror, Mirrors};
use super::mismatch::{Finding, Mismatches};
use super::observe::Observe;
use super::register::{Field, Register, ones};
use super::storage::Storage;

/// A model of the registers of a design: their map, the access to them, and a mirror of their values. A clone is the
/// same model.
///
/// The names are those of the map: `control` for a register, `control.mode` for a field.
///
/// By default, the mirror changes with the model's own accesses (implicit prediction). A model that
/// [follows](Self::follow) a monitor (explicit prediction) updates it with all accesses that the monitor sees, whoever
/// makes them, and compares every read.
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
    pub(super) frontdoor: Box<dyn Frontdoor>,
    pub(super) base: Cell<u64>,
    pub(super) mirrors: Mirrors,
    pub(super) storage: Storage,
    pub(super) follows: Cell<bool>,
}

/// A register, or a field of it.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub(super) register: usize,
    pub(super) field: Option<usize>,
}

impl Model {
    /// Creates a model of the registers of a map, which a bus manager accesses. The mirror starts with the reset values.
    ///
    /// A register that is wider than a word of the bus is accessed word by word, the lowest address first. A narrower one is
    /// accessed by its own bytes only.
    ///
    /// # Errors
    ///
    /// If the accesses of the bus do not have 1, 2, 4 or 8 bytes.
    #[track_caller]
    pub fn new(map: &Map, frontdoor: impl Frontdoor + 'static) -> Result<Self> {
        let bytes = frontdoor.bytes();
        verifork::ensure!(
            matches!(bytes, 1 | 2 | 4 | 8),
            "an access of the bus of `{}` has {bytes} bytes; it takes 1, 2, 4 or 8",
            map.name()
        );
        Ok(Model {
            shared: Rc::new(Shared {
                map: map.clone(),
                frontdoor: Box::new(frontdoor),
                base: Cell::new(0),
                mirrors: Mirrors::new(map),
                storage: Storage::new(map.0.registers.len()),
                follows: Cell::new(false),
            }),
        })
    }

    /// The map of the registers.
    pub fn map(&self) -> &Map {
        &self.shared.map
    }

    /// Sets the address of the register block on the bus; the default is 0.
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

    /// Sets the mirror to the reset values. Call it when the design is reset.
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
        self.shared.mirrors.reset();
    }

    /// From now on, predicts from what a monitor of the bus sees (explicit prediction) instead of the model's own
    /// accesses. Every read is compared with the mirror, and a difference fails the test.
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
        monitor.for_each_access(Rc::new(move |seen| {
            shared.mirrors.observe(seen, shared.base.get());
        }));
    }

    /// The value of a register or a field in the mirror.
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
    /// Nothing has this name, or bits of it are not known.
    #[track_caller]
    pub fn mirrored(&self, name: &str) -> Result<u64> {
        let named = self.named(name)?;
        let mirror = self.mirror(named.register);
        let (mask, low) = self.bits(named);
        verifork::ensure!(
            mirror.known & mask == mask,
            "the value of `{name}` is not known: it has no reset value, and was neither written nor read"
        );
        Ok((mirror.value & mask) >> low)
    }

    /// Sets the value of a register or a field in the mirror.
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
    /// Nothing has this name, or the value does not fit.
    #[track_caller]
    pub fn predict(&self, name: &str, value: u64) -> Result {
        let named = self.named(name)?;
        let (mask, low) = self.fits(named, name, value)?;
        let mirrors = &self.shared.mirrors;
        mirrors.set(named.register, value << low, mask);
        Ok(())
    }

    /// Writes a register or a field over the bus. With a field, the other fields of its register are written with their
    /// mirrored values, or, if writing a 1 or a 0 has an effect, with the bits that have none.
    ///
    /// If the register has a backdoor, the write returns one time step after the bus has completed it, so that
    /// [`peek`](Self::peek) shows the new value.
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
    /// At the caller's line: nothing has this name, the value does not fit, the values of the other fields are not known, or
    /// the bus refuses the write.
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
    /// At the caller's line: nothing has this name, or the bus refuses the read.
    #[track_caller]
    pub fn read(&self, name: &str) -> impl Future<Output = Result<u64>> + use<> {
        self.read_named(name, false)
    }

    /// Reads a register or a field over the bus, and compares it with the mirror: all known bits of fields that are readable
    /// and not volatile. If the model [follows](Self::follow) a monitor, the comparison happens there.
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
        let differs = verifork::error!("it differs from the mirror");
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

    pub(super) fn registers(&self) -> &[Register] {
        &self.shared.map.0.registers
    }

    pub(super) fn mirror(&self, register: usize) -> Mirror {
        self.shared.mirrors.of(register)
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

    /// The mask of a register or a field, and its lowest bit.
    pub(super) fn bits(&self, named: Named) -> (u64, u32) {
        let register = &self.registers()[named.register];
        match named.field {
            Some(field) => (register.fields[field].mask(), register.fields[field].low),
            None => {
                let masks = register.fields.iter().map(Field::mask);
                (masks.fold(0, |all, mask| all | mask), 0)
            }
        }
    }

    /// The same, or an error if the value does not fit.
    #[track_caller]
    pub(super) fn fits(&self, named: Named, name: &str, value: u64) -> Result<(u64, u32)> {
        let (mask, low) = self.bits(named);
        let most = if named.field.is_some() {
            mask >> low
        } else {
            ones(self.registers()[named.register].bits())
        };
        verifork::ensure!(
            value <= most,
            "{value:#x} does not fit `{name}`: the largest value is {most:#x}"
        );
        Ok((mask, low))
    }

    #[track_caller]
    pub(super) fn named(&self, name: &str) -> Result<Named> {
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

    /// The register to write, and its data.
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

    /// The data that leaves a register as it is when written.
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

    /// The data that leaves all fields of a register as they are when written, but for one.
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
                    "the value of `{}.{}`{} is not known: read it first",
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

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (index, register) in self.registers().iter().enumerate() {
            map.entry(&register.name, &self.mirror(index));
        }
        map.finish()
    }
}
