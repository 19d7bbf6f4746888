//! Reads and writes whole registers over the bus, in as many accesses as their width takes.

use verifork::Result;
use verifork::trigger::next_time_step;

use super::frontdoor::Refused;
use super::mismatch::Finding;
use super::model::Model;
use super::register::ones;

/// One access of the bus: the offset from the register's lowest byte, and the size.
#[derive(Clone, Copy)]
struct BusAccess {
    at: u64,
    bytes: usize,
}

impl Model {
    /// Reads a register at one of its offsets. Returns its value, and the differences from the mirror.
    pub(super) async fn read_word(
        &self,
        register: usize,
        offset: u64,
    ) -> Result<Result<(u64, Vec<Finding>), Refused>> {
        let (mut data, bits) = (0, self.registers()[register].bits());
        for BusAccess { at, bytes } in self.accesses(register) {
            let address = self.shared.base.get().wrapping_add(offset + at);
            match self.shared.frontdoor.read(address, bytes).await? {
                Ok(part) => data |= part << (8 * at),
                Err(refused) => return Ok(Err(refused)),
            }
        }
        // A model that follows a monitor compares there.
        let found = if self.shared.follows.get() {
            Vec::new()
        } else {
            let bytes = u64::from(bits / 8);
            let found = self
                .shared
                .mirrors
                .was_read_at(offset, bytes, data, ones(bits));
            let of_this = |(at, finding)| (at == register).then_some(finding);
            found.into_iter().filter_map(of_this).collect()
        };
        Ok(Ok((data, found)))
    }

    /// Writes a register at one of its offsets.
    pub(super) async fn write_word(
        &self,
        register: usize,
        offset: u64,
        data: u64,
    ) -> Result<Result<(), Refused>> {
        let mut outcome = Ok(());
        for BusAccess { at, bytes } in self.accesses(register) {
            let address = self.shared.base.get().wrapping_add(offset + at);
            let part = data >> (8 * at) & (u64::MAX >> (64 - 8 * bytes));
            outcome = self.shared.frontdoor.write(address, part, bytes).await?;
            if outcome.is_err() {
                break;
            }
            if !self.shared.follows.get() {
                let mask = u64::MAX >> (64 - 8 * bytes);
                self.shared
                    .mirrors
                    .was_written_at(offset + at, bytes as u64, part, mask);
            }
        }
        if self.shared.storage.covered(register) != 0 {
            // The design stores the value at this edge, so the backdoor shows it in the next time step.
            next_time_step().await;
        }
        Ok(outcome)
    }

    /// Whether the bus refuses a read and a write at an offset without a register.
    pub(super) async fn refuses(&self, offset: u64) -> Result<(bool, bool)> {
        let address = self.shared.base.get().wrapping_add(offset);
        let bytes = self.step();
        let ones = u64::MAX >> (64 - 8 * bytes);
        let read = self.shared.frontdoor.read(address, bytes).await?;
        let written = self.shared.frontdoor.write(address, ones, bytes).await?;
        Ok((read.is_err(), written.is_err()))
    }

    /// The size in bytes of an access at an offset without a register.
    pub(super) fn step(&self) -> usize {
        let word = (self.shared.map.width() / 8) as usize;
        word.min(self.shared.frontdoor.bytes())
    }

    /// The accesses of the bus that reach all of a register, lowest address first.
    fn accesses(&self, register: usize) -> impl Iterator<Item = BusAccess> + use<> {
        let all = (self.registers()[register].bits() / 8) as usize;
        let bytes = self.shared.frontdoor.bytes().min(all);
        (0..all as u64)
            .step_by(bytes)
            .map(move |at| BusAccess { at, bytes })
    }
}
