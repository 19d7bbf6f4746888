//! The tests of registers that are ready to call (IEEE 1800.2-2020, annex E).

use verifork::{Result, log};

use super::map::{Field, Register};
use super::mismatch::{Finding, Mismatch, Mismatches};
use super::model::{Model, compared};

/// Of so many words every one is tried.
const MOST_WORDS: u64 = 1 << 16;

impl Model {
    /// Resets the mirror, and reads every register that can be read: fields with a reset value have it. Call it
    /// after a reset of the design.
    ///
    /// # Errors
    ///
    /// [`Mismatches`]: all fields that differ. The bus refuses a read of what can be read.
    pub async fn reset_test(&self) -> Result {
        self.reset();
        let mut found = Vec::new();
        for (at, register) in self.tested() {
            if register.is_readable() {
                found.extend(self.look(at, "").await?);
            }
        }
        self.report("the reset test", found)
    }

    /// Writes each bit of every register that can be written as a 1 and as a 0, the others with what they hold, and
    /// reads what has become of it. A register without a field that can be written is written too, and stays as it
    /// is, whether or not the bus refuses that. What a write clears or sets is set or cleared by the
    /// [backdoor](Self::bind_backdoor) before, where it has one that the simulator can write.
    ///
    /// # Errors
    ///
    /// [`Mismatches`]: fields that differ, for each register those of the first write that has shown one. The bus
    /// refuses an access of what can be accessed.
    pub async fn bit_bash_test(&self) -> Result {
        let mut found = Vec::new();
        for (at, register) in self.tested() {
            found.extend(self.bash(at, register).await?);
        }
        self.report("the bit-bash test", found)
    }

    async fn bash(&self, at: usize, register: &Register) -> Result<Vec<Finding>> {
        let stable = |field: &&Field| !field.is_volatile;
        let fields = register.fields.iter().filter(stable);
        let bits = fields.fold(0, |all, field| all | field.mask());
        for bit in (0..u64::BITS).filter(|bit| bits >> bit & 1 == 1) {
            // There and back again.
            for turn in 0..2 {
                let shown = self.show_writes(at, register);
                let mirror = self.mirror(at);
                let held = mirror.value & mirror.known;
                // The bit alone, and all others.
                let held = if turn == 0 { held & !shown } else { held };
                let data = held ^ 1 << bit;
                match self.write_word(at, data).await? {
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
                if register.is_readable() {
                    let found = self.look(at, &format!("a write of {data:#x}")).await?;
                    if !found.is_empty() {
                        return Ok(found);
                    }
                }
            }
        }
        Ok(Vec::new())
    }

    /// Sets what a write clears, and clears what it sets, by the backdoor; the bits that have one.
    fn show_writes(&self, at: usize, register: &Register) -> u64 {
        let mut shown = 0;
        for field in &register.fields {
            if let Some(ones) = field.access.shows_a_write()
                && self.covered(at) & field.mask() == field.mask()
                && !field.is_volatile
            {
                let value = if ones { field.mask() >> field.low } else { 0 };
                let name = format!("{}.{}", register.name, field.name);
                match self.poke(&name, value) {
                    Ok(()) => shown |= field.mask(),
                    // Not every simulator can write what a process drives.
                    Err(why) => log::warn!("the bit-bash test of `{name}` sees less: {why}"),
                }
            }
        }
        shown
    }

    /// Checks the way over the bus against the [backdoor](Self::bind_backdoor), for all fields that hold what is
    /// written and are not volatile: what is written over the bus is there by the backdoor, and what is written by
    /// the backdoor is read over the bus.
    ///
    /// # Errors
    ///
    /// [`Mismatches`]: all fields that differ. No register has a backdoor for such fields; the bus refuses an
    /// access; the simulator refuses a write by the backdoor.
    pub async fn access_test(&self) -> Result {
        let mut found = Vec::new();
        let mut any = false;
        for (at, register) in self.tested() {
            let holds = |field: &&Field| field.access.holds_what_is_written() && !field.is_volatile;
            let fields: Vec<&Field> = register.fields.iter().filter(holds).collect();
            let bits = fields.iter().fold(0, |all, field| all | field.mask());
            if bits == 0 || self.covered(at) & bits != bits {
                continue;
            }
            any = true;
            const PATTERNS: [u64; 2] = [0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa];
            for pattern in PATTERNS {
                let mirror = self.mirror(at);
                let data = mirror.value & mirror.known & !bits | pattern & bits;
                if let Err(why) = self.write_word(at, data).await? {
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
                    found.extend(self.look(at, &after).await?);
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
        let step = usize::try_from(block.width / 8)?;
        let words = size / u64::from(block.width / 8);
        verifork::ensure!(
            words <= MOST_WORDS,
            "the test of addresses without a register: `{name}` has {words} words, and it tries {MOST_WORDS} at most; \
             give the map a smaller `size`"
        );
        let holes: Vec<u64> = (0..size)
            .step_by(step)
            .filter(|offset| !block.at.contains_key(offset))
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
                    let what = format!("{what} at {offset:#x}, where nothing is, was not refused");
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
                let after = "accesses where nothing is";
                found.extend(self.look(at, after).await?);
            }
        }
        self.report("the test of addresses without a register", found)
    }

    fn tested(&self) -> impl Iterator<Item = (usize, &Register)> {
        let registers = self.registers().iter().enumerate();
        registers.filter(|(_, register)| register.is_tested)
    }

    /// Reads a register and compares it with the mirror.
    async fn look(&self, at: usize, after: &str) -> Result<Vec<Finding>> {
        let before = self.mirror(at);
        Ok(match self.read_word(at).await? {
            Ok((data, _)) => {
                let bits = before.known & compared(&self.registers()[at]);
                self.against(at, data, before.value, bits, after)
            }
            Err(why) => {
                let name = &self.registers()[at].name;
                vec![Finding::Other(format!(
                    "a read of `{name}` was refused: {why}"
                ))]
            }
        })
    }

    /// What differs of a value from the mirror, in these bits.
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
