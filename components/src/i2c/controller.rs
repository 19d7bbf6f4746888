//! The side that starts, and drives the clock.

use std::fmt;
use std::rc::Rc;

use verifork::sync::OneshotSender;
use verifork::trigger::now;
use verifork::{Error, Result};

use super::address::Address;
use super::bus::{Puller, RunningBus, Wire, change_or};
use super::timing::{Timing, in_steps};
use crate::Clocked;
use crate::clocked::between_resets;
use crate::parent::{Parent, free_name, interned};
use crate::sending::{EndOnDrop, OnReset, Sending};
use crate::steps::{for_steps, until_step};

/// One of the messages of a transfer: from a start, or a repeated start, to the next one or the stop.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::i2c::{Address, Message};
/// # async fn example(controller: verifork_components::i2c::RunningController) -> Result {
/// let sensor = Address::seven(0x48);
/// let messages = [Message::write(sensor, &[0x00]), Message::read(sensor, 2)];
/// let temperature = controller.transfer(&messages).await?; // a repeated start between them
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    address: Address,
    kind: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Write(Vec<u8>),
    Read(usize),
}

impl Message {
    /// Bytes to a target; none just ask whether it is there.
    ///
    /// ```
    /// use verifork_components::i2c::{Address, Message};
    ///
    /// let set_pointer = Message::write(Address::seven(0x48), &[0x01]);
    /// let probe = Message::write(Address::seven(0x48), &[]); // the address alone
    /// assert_ne!(set_pointer, probe);
    /// ```
    pub fn write(address: Address, bytes: &[u8]) -> Self {
        let kind = What::Write(bytes.to_vec());
        Message { address, kind }
    }

    /// So many bytes from a target.
    ///
    /// ```
    /// use verifork_components::i2c::{Address, Message};
    ///
    /// let temperature = Message::read(Address::seven(0x48), 2);
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0, which the protocol has no way to say.
    #[track_caller]
    pub fn read(address: Address, count: usize) -> Self {
        assert!(
            count > 0,
            "I2C: a read of 0 bytes, which a target cannot be told"
        );
        let kind = What::Read(count);
        Message { address, kind }
    }
}

/// Why a transfer was not done.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::i2c::{Address, Refused};
/// # async fn example(controller: verifork_components::i2c::RunningController) -> Result {
/// let error = controller.write(Address::seven(0x7), &[]).await.unwrap_err();
/// let refused = error.downcast_ref::<Refused>();
/// ensure!(matches!(refused, Some(Refused::Address(_))), "somebody is at 0x07: {error}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// No target has acknowledged the address.
    Address(Address),
    /// The target has not acknowledged this byte of what was written, counted from 0.
    Byte(Address, usize),
    /// Another controller has sent a 0 where this one had a 1.
    ArbitrationLost,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Address(address) => write!(f, "no target acknowledges the address {address}"),
            Refused::Byte(address, index) => {
                write!(f, "the target {address} does not acknowledge byte {index}")
            }
            Refused::ArbitrationLost => f.write_str("another controller has won the bus"),
        }
    }
}

impl std::error::Error for Refused {}

/// Does transfers, one after the other: a builder, until it is [started](Self::start).
///
/// It waits for a bus that is free, for targets that stretch the clock, and gives way to a controller that sends
/// a 0 where it has a 1.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::i2c;
///
/// # fn example(tm: &TaskManager, bus: &i2c::RunningBus, timing: i2c::Timing) {
/// let controller: i2c::RunningController = i2c::Controller::new(bus, timing).start(tm);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a controller works when it is started: add `.start(tm)`"]
pub struct Controller {
    bus: RunningBus,
    timing: Timing,
    retries: bool,
    reset: Option<Clocked>,
    on_reset: OnReset,
}

impl Controller {
    /// A controller that keeps to these times, and no faster.
    pub fn new(bus: &RunningBus, timing: Timing) -> Self {
        Controller {
            bus: bus.clone(),
            timing,
            retries: false,
            reset: None,
            on_reset: OnReset::default(),
        }
    }

    /// A transfer that has lost the bus to another controller is begun anew once the bus is free, and no error.
    pub fn retry_lost(self) -> Self {
        let retries = true;
        Controller { retries, ..self }
    }

    /// While this reset is active it lets go of the lines.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Controller { reset, ..self }
    }

    /// What a reset does to transfers under way and those that wait: they fail, or are made after it, from their
    /// first start on.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Controller { on_reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: a time is finer than the design's precision, or the times leave a period of SCL
    /// no low time.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) -> RunningController {
        let times = Times::new(&self.timing);
        let bus = self.bus.0.name();
        let queue = Sending::new(interned(format!("queue of {bus}")), usize::MAX);
        let requests = Rc::clone(&queue);
        let name = free_name(parent, format!("{bus} controller"));
        let puller = self.bus.puller();
        parent.add_background(name, async move {
            let _end = EndOnDrop(Rc::clone(&requests));
            let mut work = Work {
                times,
                puller,
                requests,
                retries: self.retries,
                stretched: interned(format!(
                    "`scl` of {bus}, which is held low (a stretched clock)"
                )),
                free: interned(format!("a stop on {bus}, which is busy")),
                open: None,
                last_ten: None,
            };
            let run = async |work: &mut Work| loop {
                work.requests.filled().await;
                work.next().await?;
            };
            between_resets(self.reset, &mut work, run, |work| {
                let open = work.open.take();
                work.requests.reset(self.on_reset, open);
                work.let_go()
            })
            .await
        });
        RunningController { requests: queue }
    }
}

/// In steps of the simulation.
#[derive(Clone, Copy)]
struct Times {
    hold_start: u64,
    low: u64,
    high: u64,
    setup_start: u64,
    /// From the fall of SCL to the change of SDA.
    data: u64,
    setup_stop: u64,
    bus_free: u64,
}

impl Times {
    #[track_caller]
    fn new(timing: &Timing) -> Self {
        let (low, high) = (in_steps("tLOW", timing.low), in_steps("tHIGH", timing.high));
        // What the period has more than the shortest times goes to the low one.
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

struct Request {
    messages: Vec<Message>,
    answer: OneshotSender<Result<Vec<u8>, Refused>>,
}

struct Work {
    times: Times,
    puller: Puller,
    requests: Rc<Sending<Request>>,
    retries: bool,
    stretched: &'static str,
    free: &'static str,
    /// What is being done.
    open: Option<(u64, Request)>,
    /// The target of 10 bits that was written to last in the present transfer.
    last_ten: Option<Address>,
}

/// Why a transfer goes no further.
enum Stopped {
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
    async fn next(&mut self) -> Result {
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
            let _ = request.answer.send(outcome); // who asked may have gone
            self.requests.is_done(number);
        }
        Ok(())
    }

    fn let_go(&self) -> Result {
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
            // Nobody knows for how long it was free before the first stop.
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
            // A target of 10 bits has to be written to before it is read.
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

    /// Sends a byte; whether it was acknowledged.
    async fn send(&mut self, byte: u8) -> Result<bool, Stopped> {
        for bit in (0..8).rev() {
            let level = byte >> bit & 1 == 1;
            self.bit(level, true).await?;
        }
        Ok(!self.bit(true, false).await?)
    }

    /// From a low SCL to the next one: puts a bit on SDA, and gives what is there. Where that has to be the same, it
    /// leaves the clock to whoever has made it another.
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

/// A controller that runs. A clone is the same controller.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::i2c::Address;
/// # async fn example(controller: verifork_components::i2c::RunningController) -> Result {
/// let eeprom = Address::seven(0x50);
/// controller.write(eeprom, &[0x00, 0x10, 0xab]).await?; // address 0x10
/// timer(5.ms()).await; // the write cycle
/// ensure!(controller.write_read(eeprom, &[0x00, 0x10], 1).await? == [0xab]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningController {
    requests: Rc<Sending<Request>>,
}

impl RunningController {
    /// Does messages in one transfer, with repeated starts between them; gives all bytes that were read.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork_components::i2c::{Address, Message};
    /// # async fn example(controller: verifork_components::i2c::RunningController) -> Result {
    /// let (one, other) = (Address::seven(0x20), Address::seven(0x21));
    /// let read = controller.transfer(&[Message::read(one, 1), Message::read(other, 1)]).await?;
    /// ensure!(read.len() == 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refused`]: a target does not acknowledge, or another controller has won the bus; there is no message; a
    /// reset came before its end, or the controller has ended.
    pub async fn transfer(&self, messages: &[Message]) -> Result<Vec<u8>> {
        verifork::ensure!(!messages.is_empty(), "I2C: a transfer without a message");
        let request = |answer| Request {
            messages: messages.to_vec(),
            answer,
        };
        let outcome = Rc::clone(&self.requests).ask(request).await?;
        Ok(outcome?)
    }

    /// Writes bytes to a target.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork_components::i2c::Address;
    /// # async fn example(controller: verifork_components::i2c::RunningController) -> Result {
    /// controller.write(Address::seven(0x20), &[0xff]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`transfer`](Self::transfer).
    pub async fn write(&self, address: Address, bytes: &[u8]) -> Result {
        self.transfer(&[Message::write(address, bytes)]).await?;
        Ok(())
    }

    /// Reads bytes from a target.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork_components::i2c::Address;
    /// # async fn example(controller: verifork_components::i2c::RunningController) -> Result {
    /// let inputs = controller.read(Address::seven(0x20), 1).await?;
    /// log::info!("{:#04x}", inputs[0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`transfer`](Self::transfer).
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0 bytes.
    #[track_caller]
    pub fn read(
        &self,
        address: Address,
        count: usize,
    ) -> impl Future<Output = Result<Vec<u8>>> + use<> {
        let (this, message) = (self.clone(), Message::read(address, count));
        async move { this.transfer(&[message]).await }
    }

    /// Writes bytes to a target and then, after a repeated start, reads some from it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork_components::i2c::Address;
    /// # async fn example(controller: verifork_components::i2c::RunningController) -> Result {
    /// let identity = controller.write_read(Address::seven(0x1d), &[0x0d], 1).await?;
    /// ensure!(identity == [0x2a], "{identity:02x?}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`transfer`](Self::transfer).
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0 bytes to read.
    #[track_caller]
    pub fn write_read(
        &self,
        address: Address,
        bytes: &[u8],
        count: usize,
    ) -> impl Future<Output = Result<Vec<u8>>> + use<> {
        let this = self.clone();
        let messages = [
            Message::write(address, bytes),
            Message::read(address, count),
        ];
        async move { this.transfer(&messages).await }
    }
}

impl fmt::Debug for RunningController {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningController")
            .field("pending", &self.requests.open())
            .finish_non_exhaustive()
    }
}
