//! The side that starts, and drives the clock.

mod transfer;

use std::fmt;
use std::rc::Rc;

use verifork::Result;
use verifork::sync::OneshotSender;

use super::address::Address;
use super::bus::RunningBus;
use super::message::{Message, Refused};
use super::timing::Timing;
use crate::Clocked;
use crate::clocked::between_resets;
use crate::parent::{Parent, free_name, interned};
use crate::sending::{EndOnDrop, OnReset, Sending};
use transfer::{Times, Work};

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
#[must_use = "a controller does nothing until it is started: add `.start(tm)`"]
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

    /// Sets what a reset does to current and waiting transfers: they fail, or are made after it, from their first
    /// start on.
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

struct Request {
    messages: Vec<Message>,
    answer: OneshotSender<Result<Vec<u8>, Refused>>,
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
    /// [`Refused`], if a target does not acknowledge, or another controller has won the bus; or there is no
    /// message, a reset came before its end, or the controller has ended.
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
