//! The tests of registers that are ready to call (IEEE 1800.2-2020, annex E).

use verifork::{Result, log};

use super::mirror::compared;
use super::mismatch::{Finding, Mismatch, Mismatches};
use super::model::Model;
use super::register::{Field, Register};

/// Up to so many unmapped words are tried one by one.
const MOST_WORDS: u64 = 1 << 16;

impl Model {
    /// Resets the mirror, and reads every register that can be read: fields with a reset value have it. Call it
    /// after a reset of the design.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(timer: verifork_components::registers::Model) -> Result {
    /// timer.reset_test().await?; // every field has its reset value
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Mismatches`] with all fields that differ; or the bus refuses a read of a readable register.
    #[doc(alias = "uvm_reg_hw_reset_seq")]
    pub async fn reset_test(&self) -> Result {
        self.reset();
        let mut found = Vec::new();
        for (at, register) in self.tested() {
            if register.is_readable() {
                for address in register.addresses() {
                    found.extend(self.look(at, address, "").await?);
                }
            }
        }
        self.report("the reset test", found)
    }

    /// Writes each writable bit of every register as 1 and as 0 and back, keeps the other bits, and reads the
    /// register twice: the second read shows the effect of the first. Fields that cannot be read are checked
    /// through the backdoor, if they have one. Registers without writable fields are written too and must not
    /// change, whether or not the bus refuses the write. Before a write that clears or sets a field, the field is
    /// set or cleared through the [backdoor](Self::bind_backdoor), if the simulator can write it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(timer: verifork_components::registers::Model) -> Result {
    /// timer.bit_bash_test().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Mismatches`] with the fields that differ, for each register those of the first write that shows one; or
    /// the bus refuses an access that must be possible.
    #[doc(alias = "uvm_reg_bit_bash_seq")]
    pub async fn bit_bash_test(&self) -> Result {
        let mut found = Vec::new();
        for (at, register) in self.tested() {
            for address in register.addresses() {
                let differs = self.bash(at, register, address).await?;
                let is_found = !differs.is_empty();
                found.extend(differs);
                if is_found {
                    break;
                }
            }
        }
        self.report("the bit-bash test", found)
    }

    async fn bash(&self, at: usize, register: &Register, address: u64) -> Result<Vec<Finding>> {
        let stable = |field: &&Field| !field.is_volatile;
        let fields = register.fields.iter().filter(stable);
        let bits = fields.fold(0, |all, field| all | field.mask());
        // If another register is written at the same address, a write does not reach this one.
        if !register.is_writable() && self.is_written_beside(at) {
            return Ok(Vec::new());
        }
        let found = self.look_twice(at, address, "").await?;
        if !found.is_empty() {
            return Ok(found);
        }
        // Bits that take both values are written first, before bits that can be set or cleared only once. Then
        // follow writes without a read between them, of which the first may have an effect. The last one restores
        // the old value.
        const PATTERN: u64 = 0x5555_5555_5555_5555;
        let held = self.held(at);
        for writes in [
            &[held ^ PATTERN & bits][..],
            &[PATTERN & bits, !PATTERN & bits, held],
        ] {
            let found = self.write_and_look(at, register, address, writes).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        for bit in (0..u64::BITS).filter(|bit| bits >> bit & 1 == 1) {
            // There and back again.
            for turn in 0..2 {
                let shown = self.show_writes(at, register);
                let held = self.held(at);
                // The bit alone, and all others.
                let held = if turn == 0 { held & !shown } else { held };
                let writes = &[held ^ 1 << bit];
                let found = self.write_and_look(at, register, address, writes).await?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
        }
        Ok(Vec::new())
    }

    fn held(&self, at: usize) -> u64 {
        let mirror = self.mirror(at);
        mirror.value & mirror.known
    }

    async fn write_and_look(
        &self,
        at: usize,
        register: &Register,
        address: u64,
        writes: &[u64],
    ) -> Result<Vec<Finding>> {
        let mut after = String::new();
        for data in writes {
            match self.write_word(at, address, *data).await? {
                Ok(()) => {}
                Err(_) if !register.is_writable() => {}
                Err(why) => {
                    let what = format!(
                        "a write of {data:#x} to `{}` was refused: {why}",
                        register.name
                    );
                    return Ok(vec![Finding::Other(what)]);
                }
            }
            after = format!("a write of {data:#x}");
        }
        self.look_twice(at, address, &after).await
    }

    fn is_written_beside(&self, at: usize) -> bool {
        let register = &self.registers()[at];
        let block = &self.shared.map.0;
        let mut others = block.overlapping(register.address, register.bytes());
        others.any(|(other, _)| other != at && self.registers()[other].is_writable())
    }

    /// Through the backdoor, sets the bits that a write clears, and clears those that it sets.
    fn show_writes(&self, at: usize, register: &Register) -> u64 {
        let mut shown = 0;
        for field in &register.fields {
            if let Some(ones) = field.access.shows_a_write()
                && self.shared.storage.covered(at) & field.mask() == field.mask()
                && !field.is_volatile
            {
                let value = if ones { field.mask() >> field.low } else { 0 };
                let name = format!("{}.{}", register.name, field.name);
                match self.poke(&name, value) {
                    Ok(()) => shown |= field.mask(),
                    // Not every simulator can write a signal that a process drives.
                    Err(why) => log::warn!("the bit-bash test of `{name}` is less thorough: {why}"),
                }
            }
        }
        shown
    }

    /// Checks the frontdoor against the [backdoor](Self::bind_backdoor), for all fields that hold the written value
    /// and are not volatile: values written over the bus are read through the backdoor, and vice versa.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(model: verifork_components::registers::Model, dut: Instance) -> Result {
    /// model.bind_backdoor(&dut)?;
    /// model.access_test().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Mismatches`]: all fields that differ. No register has a backdoor for such fields; the bus refuses an
    /// access; the simulator refuses a write by the backdoor.
    #[doc(alias = "uvm_reg_access_seq")]
    pub async fn access_test(&self) -> Result {
        let mut found = Vec::new();
        let mut any = false;
        for (at, register) in self.tested() {
            let holds = |field: &&Field| field.access.holds_what_is_written() && !field.is_volatile;
            let fields: Vec<&Field> = register.fields.iter().filter(holds).collect();
            let bits = fields.iter().fold(0, |all, field| all | field.mask());
            if bits == 0 || self.shared.storage.covered(at) & bits != bits {
                continue;
            }
            any = true;
            const PATTERNS: [u64; 2] = [0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa];
            for pattern in PATTERNS {
                let mirror = self.mirror(at);
                let data = mirror.value & mirror.known & !bits | pattern & bits;
                if let Err(why) = self.write_word(at, register.address, data).await? {
                    let what = format!(
                        "a write of {data:#x} to `{}` was refused: {why}",
                        register.name
                    );
                    found.push(Finding::Other(what));
                    break;
                }
                let (value, _) = self.peek_word(at)?;
                let after = format!("a write of {data:#x}, by the backdoor");
                found.extend(self.differences(at, value, bits, &after));
            }
            for pattern in PATTERNS {
                for field in &fields {
                    let value = (pattern & field.mask()) >> field.low;
                    self.poke(&format!("{}.{}", register.name, field.name), value)?;
                }
                if fields.iter().any(|field| field.access.is_readable()) {
                    let after = format!("{:#x} was written by the backdoor", pattern & bits);
                    found.extend(self.look(at, register.address, &after).await?);
                }
            }
        }
        verifork::ensure!(
            any,
            "the access test of `{}`: no register has a backdoor for fields that hold what is written; give the \
             map paths, and call `bind_backdoor`",
            self.shared.map.name()
        );
        self.report("the access test", found)
    }

    /// Reads and writes every address of the block where no register is: the bus refuses both, and no register
    /// changes.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(model: verifork_components::registers::Model) -> Result {
    /// model.unmapped_test().await?; // PSLVERR, SLVERR or ERR wherever no register is
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Mismatches`]: accesses that are not refused, fields that have changed. The map has no size, more than
    /// 65,536 words, or registers everywhere.
    pub async fn unmapped_test(&self) -> Result {
        let name = self.shared.map.name();
        let block = &self.shared.map.0;
        let Some(size) = block.size else {
            verifork::bail!(
                "the test of addresses without a register: `{name}` has no `size` to end them"
            );
        };
        let step = self.step();
        let words = size / step as u64;
        verifork::ensure!(
            words <= MOST_WORDS,
            "the test of addresses without a register: `{name}` has {words} words, and it tries {MOST_WORDS} at most; \
             give the map a smaller `size`"
        );
        let holes: Vec<u64> = (0..size)
            .step_by(step)
            .filter(|&offset| block.overlapping(offset, step as u64).next().is_none())
            .collect();
        verifork::ensure!(
            !holes.is_empty(),
            "the test of addresses without a register: `{name}` has a register at each"
        );
        let mut found = Vec::new();
        for offset in holes {
            let (read, written) = self.refuses(offset).await?;
            for (what, refused) in [("a read", read), ("a write", written)] {
                if !refused {
                    let what = format!(
                        "{what} at {offset:#x}, where there is no register, was not refused"
                    );
                    found.push(Finding::Other(what));
                }
            }
        }
        for (at, register) in self.tested() {
            let quiet = register
                .fields
                .iter()
                .all(|field| field.access.reads_quietly());
            if register.is_readable() && quiet {
                let after = "accesses without a register";
                found.extend(self.look(at, register.address, after).await?);
            }
        }
        self.report("the test of addresses without a register", found)
    }

    fn tested(&self) -> impl Iterator<Item = (usize, &Register)> {
        let registers = self.registers().iter().enumerate();
        registers.filter(|(_, register)| register.is_tested)
    }

    /// Compares a register with the mirror: readable fields by two reads, of which the second shows the effect of
    /// the first, and others through the backdoor, if they have one.
    async fn look_twice(&self, at: usize, address: u64, after: &str) -> Result<Vec<Finding>> {
        let register = &self.registers()[at];
        let hidden = |field: &&Field| !field.access.is_readable() && !field.is_volatile;
        let hidden = register.fields.iter().filter(hidden);
        let hidden =
            hidden.fold(0, |all, field| all | field.mask()) & self.shared.storage.covered(at);
        if hidden != 0 {
            let (value, _) = self.peek_word(at)?;
            let after = if after.is_empty() {
                "no write yet, by the backdoor".to_owned()
            } else {
                format!("{after}, by the backdoor")
            };
            let found = self.differences(at, value, hidden, &after);
            if !found.is_empty() {
                return Ok(found);
            }
        }
        if !register.is_readable() {
            return Ok(Vec::new());
        }
        let found = self.look(at, address, after).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        let after = match after {
            "" => "a read".to_owned(),
            write => format!("{write} and a read"),
        };
        self.look(at, address, &after).await
    }

    /// Reads a register and compares it with the mirror.
    async fn look(&self, at: usize, address: u64, after: &str) -> Result<Vec<Finding>> {
        let before = self.mirror(at);
        Ok(match self.read_word(at, address).await? {
            Ok((data, _)) => {
                let bits = before.known & compared(&self.registers()[at]);
                let mut found = self.against(at, data, before.value, bits, after);
                for finding in &mut found {
                    finding.seen_at(address);
                }
                found
            }
            Err(why) => {
                let name = &self.registers()[at].name;
                vec![Finding::Other(format!(
                    "a read of `{name}` was refused: {why}"
                ))]
            }
        })
    }

    /// The differences of a value from the mirror, in these bits.
    fn differences(&self, at: usize, value: u64, bits: u64, after: &str) -> Vec<Finding> {
        let mirror = self.mirror(at);
        self.against(at, value, mirror.value, bits & mirror.known, after)
    }

    fn against(
        &self,
        at: usize,
        value: u64,
        expected: u64,
        bits: u64,
        after: &str,
    ) -> Vec<Finding> {
        let register = &self.registers()[at];
        Mismatch::all_of(register, value, expected, bits)
            .map(|mismatch| Finding::Field(mismatch.after(after)))
            .collect()
    }

    fn report(&self, test: &str, found: Vec<Finding>) -> Result {
        let what = format!("{test} of `{}`", self.shared.map.name());
        Ok(Mismatches::of(what, found)?)
    }
}
