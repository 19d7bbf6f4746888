//! Carries out the transfers of a controller.

use std::rc::Rc;

use verifork::trigger::now;
use verifork::{Error, Result};

use super::Request;
use crate::i2c::address::Address;
use crate::i2c::bus::Puller;
use crate::i2c::lines::change_or;
use crate::i2c::message::{Message, Refused, What};
use crate::i2c::pins::Wire;
use crate::i2c::timing::{Timing, in_steps};
use crate::sending::Sending;
use crate::steps::{for_steps, until_step};

/// Times in steps of the simulation.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) hold_start: u64,
    pub(super) low: u64,
    pub(super) high: u64,
    pub(super) setup_start: u64,
    /// From the fall of SCL to the change of SDA.
    pub(super) data: u64,
    pub(super) setup_stop: u64,
    pub(super) bus_free: u64,
}

impl Times {
    #[track_caller]
    pub(super) fn new(timing: &Timing) -> Self {
        let (low, high) = (in_steps("tLOW", timing.low), in_steps("tHIGH", timing.high));
        // If the period is longer than the shortest times, the low time gets the rest.
        let low = low.max(in_steps("1/fSCL", timing.period).saturating_sub(high));
        let (setup, hold) = (
            in_steps("tSU;DAT", timing.setup_data),
            in_steps("tHD;DAT", timing.hold_data),
        );
        let valid = in_steps("tVD;DAT", timing.valid_data);
        assert!(
            low > 0 && high > 0 && setup + hold <= low,
            "I2C: a low time of SCL of {low} steps leaves no room for tSU;DAT and tHD;DAT, which are {setup} and {hold}"
        );
        Times {
            hold_start: in_steps("tHD;STA", timing.hold_start).max(1),
            low,
            high,
            setup_start: in_steps("tSU;STA", timing.setup_start).max(1),
            data: hold.max(((low - setup) / 4).min(valid)),
            setup_stop: in_steps("tSU;STO", timing.setup_stop).max(1),
            bus_free: in_steps("tBUF", timing.bus_free).max(1),
        }
    }
}

pub(super) struct Work {
    pub(super) times: Times,
    pub(super) puller: Puller,
    pub(super) requests: Rc<Sending<Request>>,
    pub(super) retries: bool,
    pub(super) stretched: &'static str,
    pub(super) free: &'static str,
    /// The current request.
    pub(super) open: Option<(u64, Request)>,
    /// The target with a 10-bit address that was last written to in this transfer.
    pub(super) last_ten: Option<Address>,
}

/// The reason why a transfer stops.
pub(super) enum Stopped {
    Refused(Refused),
    Failed(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Stopped::Failed(error)
    }
}

impl From<Refused> for Stopped {
    fn from(refused: Refused) -> Self {
        Stopped::Refused(refused)
    }
}

impl Work {
    pub(super) async fn next(&mut self) -> Result {
        let Some((number, request)) = self.requests.take() else {
            return Ok(());
        };
        let messages = request.messages.clone();
        self.open = Some((number, request));
        let outcome = loop {
            match self.transfer(&messages).await {
                Err(Stopped::Failed(error)) => return Err(error),
                Err(Stopped::Refused(Refused::ArbitrationLost)) if self.retries => {}
                Err(Stopped::Refused(refused)) => break Err(refused),
                Ok(bytes) => break Ok(bytes),
            }
        };
        if let Some((number, request)) = self.open.take() {
            let _ = request.answer.send(outcome); // the task that waits may be gone
            self.requests.is_done(number);
        }
        Ok(())
    }

    pub(super) fn let_go(&self) -> Result {
        self.puller.sda(true)?;
        self.puller.scl(true)
    }

    async fn transfer(&mut self, messages: &[Message]) -> Result<Vec<u8>, Stopped> {
        self.bus_is_free().await;
        self.last_ten = None;
        let mut read = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            let outcome = self.message(message, index > 0, &mut read).await;
            match outcome {
                Ok(()) => {}
                Err(Stopped::Refused(Refused::ArbitrationLost)) => {
                    self.let_go()?;
                    return Err(Refused::ArbitrationLost.into());
                }
                Err(Stopped::Refused(refused)) => {
                    self.stop().await?;
                    return Err(refused.into());
                }
                Err(failed) => return Err(failed),
            }
        }
        self.stop().await?;
        Ok(read)
    }

    async fn bus_is_free(&self) {
        let lines = &self.puller.lines;
        loop {
            lines.wait_for(Wire::Scl, true, self.stretched).await;
            lines.wait_for(Wire::Sda, true, self.free).await;
            if lines.is_busy() {
                verifork::task::waiting_for(self.free, lines.change()).await;
                continue;
            }
            // Before the first stop, the time since when the bus is free is not known.
            let free = match lines.free_since() {
                Some(since) => since.steps() + self.times.bus_free,
                None => now().steps() + self.times.bus_free,
            };
            let changed = change_or(lines, until_step(free)).await;
            if now().steps() >= free && lines.starts_now() {
                return; // with another: what they send decides
            }
            if changed {
                continue;
            }
            if lines.level(Wire::Scl) && lines.level(Wire::Sda) && !lines.is_busy() {
                return;
            }
        }
    }

    async fn message(
        &mut self,
        message: &Message,
        is_repeated: bool,
        read: &mut Vec<u8>,
    ) -> Result<(), Stopped> {
        self.start(is_repeated).await?;
        let address = message.address;
        let reads = matches!(message.kind, What::Read(_));
        if address.is_ten() && reads && self.last_ten != Some(address) {
            // A target with a 10-bit address must be written to before it is read.
            self.address(address, false).await?;
            self.start(true).await?;
        }
        if address.is_ten() && reads {
            let [first, _] = address.bytes(true);
            self.addressed(address, first).await?;
        } else {
            self.address(address, reads).await?;
        }
        match &message.kind {
            What::Write(bytes) => {
                for (index, byte) in bytes.iter().enumerate() {
                    if !self.send(*byte).await? {
                        return Err(Refused::Byte(address, index).into());
                    }
                }
            }
            What::Read(count) => {
                for index in 1..=*count {
                    let mut byte = 0;
                    for _ in 0..8 {
                        byte = byte << 1 | u8::from(self.bit(true, false).await?);
                    }
                    // The last one is not acknowledged, so that the target lets go of SDA.
                    let acknowledged = index < *count;
                    self.bit(!acknowledged, true).await?;
                    read.push(byte);
                }
            }
        }
        Ok(())
    }

    /// The address with all its bytes.
    async fn address(&mut self, address: Address, reads: bool) -> Result<(), Stopped> {
        let [first, second] = address.bytes(reads);
        self.addressed(address, first).await?;
        if address.is_ten() {
            self.addressed(address, second).await?;
            self.last_ten = Some(address);
        } else {
            self.last_ten = None;
        }
        Ok(())
    }

    async fn addressed(&mut self, address: Address, byte: u8) -> Result<(), Stopped> {
        if self.send(byte).await? {
            return Ok(());
        }
        Err(Refused::Address(address).into())
    }

    /// Sends a byte, and returns whether it was acknowledged.
    async fn send(&mut self, byte: u8) -> Result<bool, Stopped> {
        for bit in (0..8).rev() {
            let level = byte >> bit & 1 == 1;
            self.bit(level, true).await?;
        }
        Ok(!self.bit(true, false).await?)
    }

    /// From one low SCL to the next: puts a bit on SDA, and returns the level of SDA. If the levels must be the
    /// same, it leaves the clock to whoever has made it another.
    async fn bit(&mut self, level: bool, has_to_be: bool) -> Result<bool, Stopped> {
        let Times {
            low, high, data, ..
        } = self.times;
        let fell = now().steps();
        for_steps(data).await;
        self.puller.sda(level)?;
        until_step(fell + low).await;
        self.clock_up().await?;
        let lines = &self.puller.lines;
        let seen = lines.level(Wire::Sda);
        if has_to_be && seen != level {
            return Err(Refused::ArbitrationLost.into());
        }
        // Another controller may end the high time.
        let end = now().steps() + high;
        while lines.level(Wire::Scl) && now().steps() < end {
            change_or(lines, until_step(end)).await;
        }
        self.puller.scl(false)?;
        Ok(seen)
    }

    /// Lets SCL go, and waits until nobody holds it.
    async fn clock_up(&self) -> Result {
        self.puller.scl(true)?;
        let lines = &self.puller.lines;
        lines.wait_for(Wire::Scl, true, self.stretched).await;
        Ok(())
    }

    async fn start(&mut self, is_repeated: bool) -> Result<(), Stopped> {
        if is_repeated {
            let fell = now().steps();
            for_steps(self.times.data).await;
            self.puller.sda(true)?;
            until_step(fell + self.times.low).await;
            self.clock_up().await?;
            if !self.puller.lines.level(Wire::Sda) {
                return Err(Refused::ArbitrationLost.into());
            }
            for_steps(self.times.setup_start).await;
        }
        self.puller.sda(false)?;
        for_steps(self.times.hold_start).await;
        self.puller.scl(false)?;
        Ok(())
    }

    async fn stop(&mut self) -> Result {
        let fell = now().steps();
        for_steps(self.times.data).await;
        self.puller.sda(false)?;
        until_step(fell + self.times.low).await;
        self.clock_up().await?;
        for_steps(self.times.setup_stop).await;
        self.puller.sda(true)
    }
}
