//! The backdoor of a model: the design's signals that hold the registers.

use verifork::Result;
use verifork::dut::{Instance, Signal};
use verifork::value::LogicVec;

use super::model::{Model, Named};
use super::register::ones;

/// A signal that holds bits of a register.
#[derive(Clone, Copy)]
pub(super) struct Backdoor {
    signal: Signal<LogicVec>,
    /// The position of the signal's lowest bit in the register.
    low: u32,
    mask: u64,
}

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
            Backdoor {
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
            Backdoor {
                signal,
                low: 0,
                mask: ones(found),
            }
        };
        self.shared.backdoors.borrow_mut()[register].push(backdoor);
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
            "`{name}` has no backdoor for all of its bits"
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
            signal.try_deposit(LogicVec::from_planes(signal.width(), &[value], &[unknown]))?;
        }
        self.predict(name, value)
    }

    /// The value of a register in the backdoor, and the mask of its bits there.
    #[track_caller]
    pub(super) fn peek_word(&self, register: usize) -> Result<(u64, u64)> {
        let (mut value, mut covered) = (0, 0);
        for Backdoor { signal, low, mask } in &self.shared.backdoors.borrow()[register] {
            let now = signal.get();
            verifork::ensure!(
                !now.has_unknown(),
                "`{}` is {now:b}: the value of `{}` is not known",
                signal.path(),
                self.registers()[register].name
            );
            value |= now.value_word(0) << low & mask;
            covered |= mask;
        }
        Ok((value, covered))
    }

    /// The mask of the bits of a register that have a backdoor.
    pub(super) fn covered(&self, register: usize) -> u64 {
        let backdoors = self.shared.backdoors.borrow();
        backdoors[register].iter().fold(0, |all, it| all | it.mask)
    }
}
