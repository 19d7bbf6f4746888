//! The backdoor of a model: the design's signals that hold the registers.

use verifork::Result;
use verifork::dut::{Instance, Signal};
use verifork::value::LogicVec;

use super::model::{Model, Named};
use super::register::ones;
use super::storage::StorageSignal;

impl Model {
    /// Binds the backdoor: the signals at the map's paths, relative to this scope of the design.
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
    /// There is no signal at a path, or the signal is not as wide as the field, or is wider than the register.
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
    /// Nothing has this name, or the signal is not as wide as the field, or is wider than the register.
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
                "`{}` has {found} bits, so it cannot be the backdoor of `{}.{}`, which has {}",
                signal.path(),
                described.name,
                field.name,
                field.width()
            );
            StorageSignal {
                signal,
                low: field.low,
                mask: field.mask(),
            }
        } else {
            let width = described.bits();
            verifork::ensure!(
                found <= width,
                "`{}` has {found} bits, so it cannot be the backdoor of `{}`, which has {width}",
                signal.path(),
                described.name
            );
            StorageSignal {
                signal,
                low: 0,
                mask: ones(found),
            }
        };
        self.shared.storage.add(register, backdoor);
        Ok(())
    }

    /// Reads a register or a field through the backdoor: in zero time and without side effects.
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
    /// Nothing has this name, some of its bits have no backdoor, or bits are unknown.
    #[doc(alias = "backdoor")]
    #[track_caller]
    pub fn peek(&self, name: &str) -> Result<u64> {
        let named = self.named(name)?;
        let (mask, low) = self.bits(named);
        let (value, covered) = self.peek_word(named.register)?;
        verifork::ensure!(
            covered & mask == mask,
            "`{name}` has no backdoor that covers all of its bits"
        );
        Ok((value & mask) >> low)
    }

    /// Writes a register or a field through the backdoor, whatever its access is, and updates the mirror.
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
    /// Nothing has this name, the value does not fit, some of its bits have no backdoor, or the simulator refuses the
    /// write.
    #[doc(alias = "backdoor")]
    #[track_caller]
    pub fn poke(&self, name: &str, value: u64) -> Result {
        let named = self.named(name)?;
        let (mask, low) = self.fits(named, name, value)?;
        verifork::ensure!(
            self.shared.storage.covered(named.register) & mask == mask,
            "`{name}` has no backdoor that covers all of its bits"
        );
        self.shared
            .storage
            .write(named.register, value << low, mask)?;
        self.predict(name, value)
    }

    /// The value of a register in the backdoor, and the mask of its bits there.
    #[track_caller]
    pub(super) fn peek_word(&self, register: usize) -> Result<(u64, u64)> {
        let name = &self.registers()[register].name;
        self.shared.storage.read(register, name)
    }
}
