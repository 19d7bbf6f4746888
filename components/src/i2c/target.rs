//! The side that is addressed.

use verifork::Result;
use verifork::time::SimDuration;

use super::address::{Address, begins_ten};
use super::bus::{Puller, RunningBus};
use super::follower::{Cut, Follower};
use crate::clocked::between_resets;
use crate::memory::Memory;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::pauses::Cursor;
use crate::steps::{for_steps, steps_of};
use crate::{Clocked, Pauses};

/// The device behind a target.
///
/// ```
/// use verifork_components::i2c::Device;
///
/// /// A port expander: one byte, written and read.
/// struct Expander(u8);
///
/// impl Device for Expander {
///     fn write(&mut self, byte: u8) -> bool {
///         self.0 = byte;
///         true // acknowledged
///     }
///
///     fn read(&mut self) -> u8 {
///         self.0
///     }
/// }
/// ```
pub trait Device {
    /// Called when it is addressed, for a read or a write. Returns whether it acknowledges.
    fn begin(&mut self, reads: bool) -> bool {
        let _ = reads;
        true
    }

    /// A byte was written to it. Whether it acknowledges.
    fn write(&mut self, byte: u8) -> bool;

    /// The next byte that is read from it.
    fn read(&mut self) -> u8;

    /// The message has ended, with a stop or a repeated start.
    fn end(&mut self) {}
}

/// A memory like a serial EEPROM: the first written bytes are an address, most significant byte first, and the
/// following bytes are stored from there on. A read continues where the last access ended. A byte that the memory
/// refuses is not acknowledged, and is read as `ff`.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::i2c::{Address, MemoryDevice, Target};
/// use verifork_components::memory::Memory;
/// # fn example(tm: &TaskManager, bus: &verifork_components::i2c::RunningBus) -> Result {
/// let contents = Memory::sparse();
/// let eeprom = MemoryDevice::new(&contents, 2); // addresses of two bytes
/// Target::new(bus, Address::seven(0x50), eeprom).start(tm);
/// contents.write(0x10, &[0xab]); // what the design reads there
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryDevice {
    memory: Memory,
    address_bytes: usize,
    pointer: u64,
    /// How many bytes of the address are to come.
    missing: usize,
}

impl MemoryDevice {
    /// A device with this memory, whose addresses have this many bytes.
    ///
    /// # Panics
    ///
    /// At the caller's line: unless 1 to 4.
    #[track_caller]
    pub fn new(memory: &Memory, address_bytes: usize) -> Self {
        assert!(
            (1..=4).contains(&address_bytes),
            "I2C: an address in a memory has 1 to 4 bytes, not {address_bytes}"
        );
        MemoryDevice {
            memory: memory.clone(),
            address_bytes,
            pointer: 0,
            missing: 0,
        }
    }

    fn advance(&mut self) {
        self.pointer = (self.pointer + 1) & (u64::MAX >> (64 - 8 * self.address_bytes));
    }
}

impl Device for MemoryDevice {
    fn begin(&mut self, reads: bool) -> bool {
        self.missing = if reads { 0 } else { self.address_bytes };
        if !reads {
            self.pointer = 0;
        }
        true
    }

    fn write(&mut self, byte: u8) -> bool {
        if self.missing > 0 {
            self.missing -= 1;
            self.pointer = self.pointer << 8 | u64::from(byte);
            return true;
        }
        let written = self.memory.bus_write(self.pointer, &[byte], |_| true);
        self.advance();
        written.is_ok()
    }

    fn read(&mut self) -> u8 {
        let mut byte = [0xff];
        let read = self.memory.bus_read(self.pointer, &mut byte);
        self.advance();
        read.map_or(0xff, |()| byte[0])
    }
}

/// Answers at an address: a builder, until it is [started](Self::start).
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::Pauses;
/// use verifork_components::i2c::{Address, MemoryDevice, Target};
/// use verifork_components::memory::Memory;
/// # fn example(tm: &TaskManager, bus: &verifork_components::i2c::RunningBus) -> Result {
/// let device = MemoryDevice::new(&Memory::sparse(), 1);
/// Target::new(bus, Address::seven(0x51), device)
///     .stretch(&Pauses::always(), 20.us()) // at each byte
///     .start(tm);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a target does nothing until it is started: add `.start(tm)`"]
pub struct Target<D> {
    bus: RunningBus,
    address: Address,
    device: D,
    refuses_address: Pauses,
    refuses: Pauses,
    stretches: Pauses,
    stretch: SimDuration,
    delay: SimDuration,
    reset: Option<Clocked>,
}

impl<D: Device + 'static> Target<D> {
    /// A target that acknowledges whatever its device does, and stretches nothing.
    pub fn new(bus: &RunningBus, address: Address, device: D) -> Self {
        Target {
            bus: bus.clone(),
            address,
            device,
            refuses_address: Pauses::none(),
            refuses: Pauses::none(),
            stretches: Pauses::none(),
            stretch: SimDuration::ZERO,
            delay: SimDuration::ZERO,
            reset: None,
        }
    }

    /// Does not acknowledge its address whenever these pauses pause; one is drawn each time that it is addressed.
    pub fn refuse_address(self, refuses: &Pauses) -> Self {
        let refuses_address = refuses.clone();
        Target {
            refuses_address,
            ..self
        }
    }

    /// Does not acknowledge bytes whenever these pauses pause; one is drawn for each byte. The device does not see
    /// these bytes.
    pub fn refuse(self, refuses: &Pauses) -> Self {
        let refuses = refuses.clone();
        Target { refuses, ..self }
    }

    /// Holds SCL low for this time before an acknowledge whenever these pauses pause; one is drawn for each byte.
    pub fn stretch(self, stretches: &Pauses, time: SimDuration) -> Self {
        let (stretches, stretch) = (stretches.clone(), time);
        Target {
            stretches,
            stretch,
            ..self
        }
    }

    /// How long after the fall of SCL it changes SDA.
    pub fn output_delay(self, delay: SimDuration) -> Self {
        Target { delay, ..self }
    }

    /// While this reset is active it answers nothing, and lets go of the lines.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Target { reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: another target of the testbench has this address on this bus; the time of a stretch,
    /// or the output delay, is finer than the design's precision.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) {
        let lines = &self.bus.0;
        let (bus, address) = (lines.name(), self.address);
        let claim = Claim::new(interned(format!("address {address} of {bus}")), "target");
        let channel = format!("{bus} at {address}");
        let mut answering = Answering {
            follower: Follower::new(
                lines,
                interned(format!("a start on {bus}, for the target {address}")),
            ),
            puller: self.bus.puller(),
            address,
            device: self.device,
            refuses_address: self
                .refuses_address
                .of_channel(&format!("{channel}, address")),
            refuses: self.refuses.of_channel(&channel),
            stretches: self.stretches.of_channel(&format!("{channel}, stretching")),
            stretch: steps_of("I2C: the time of a stretch", self.stretch),
            delay: steps_of("I2C: the output delay", self.delay),
            selected_ten: false,
        };
        let name = free_name(parent, format!("{bus} target {address}"));
        parent.add_background(name, async move {
            let _claim = claim;
            let run = async |answering: &mut Answering<D>| {
                answering.follower.clear();
                loop {
                    answering.follower.start().await?;
                    while answering.message().await? == Cut::Start {}
                }
            };
            between_resets(self.reset, &mut answering, run, Answering::let_go).await
        });
    }
}

struct Answering<D> {
    follower: Follower,
    puller: Puller,
    address: Address,
    device: D,
    refuses_address: Cursor,
    refuses: Cursor,
    stretches: Cursor,
    stretch: u64,
    delay: u64,
    /// An address of 10 bits was written in full in the present transfer.
    selected_ten: bool,
}

/// Returns the event that interrupted a byte to the caller.
macro_rules! uncut {
    ($outcome:expr) => {
        match $outcome.await? {
            Ok(value) => value,
            Err(cut) => return Ok(cut),
        }
    };
}

impl<D: Device> Answering<D> {
    fn let_go(&mut self) -> Result {
        self.selected_ten = false;
        self.puller.sda(true)?;
        self.puller.scl(true)
    }

    /// Handles everything from a start to the next start or stop.
    async fn message(&mut self) -> Result<Cut> {
        self.puller.sda(true)?;
        let outcome = self.addressed().await;
        // Whatever has cut it short: a start or a stop is there already.
        if self.puller.lines.is_busy() {
            self.puller.sda(true)?;
        }
        if let Ok(Cut::Stop) = outcome {
            self.selected_ten = false;
        }
        outcome
    }

    async fn addressed(&mut self) -> Result<Cut> {
        let first = uncut!(self.follower.byte());
        let reads = first & 1 == 1;
        let is_mine = if self.address.is_ten() {
            begins_ten(first) && first >> 1 == self.address.bytes(false)[0] >> 1
        } else {
            first >> 1 == self.address.bytes(false)[0] >> 1
        };
        if !is_mine || (self.address.is_ten() && reads && !self.selected_ten) {
            self.selected_ten = false;
            return self.follower.cut().await;
        }
        if self.address.is_ten() && !reads {
            uncut!(self.acknowledge(true));
            let second = uncut!(self.follower.byte());
            self.selected_ten = second == self.address.bytes(false)[1];
            if !self.selected_ten {
                return self.follower.cut().await;
            }
        }
        let acknowledges = !self.refuses_address.next_cycle() && self.device.begin(reads);
        uncut!(self.acknowledge(acknowledges));
        if !acknowledges {
            return self.follower.cut().await;
        }
        let cut = if reads {
            self.is_read().await
        } else {
            self.is_written().await
        };
        self.device.end();
        cut
    }

    async fn is_written(&mut self) -> Result<Cut> {
        loop {
            let byte = uncut!(self.follower.byte());
            let acknowledges = !self.refuses.next_cycle() && self.device.write(byte);
            uncut!(self.acknowledge(acknowledges));
            if !acknowledges {
                return self.follower.cut().await;
            }
        }
    }

    async fn is_read(&mut self) -> Result<Cut> {
        loop {
            let byte = self.device.read();
            // The first bit is there before SCL is let go.
            self.put(byte >> 7 == 1).await?;
            self.stretch().await?;
            for bit in (0..8).rev() {
                if bit < 7 {
                    self.put(byte >> bit & 1 == 1).await?;
                }
                uncut!(self.follower.rise());
                uncut!(self.follower.fall());
            }
            self.put(true).await?;
            let refused = uncut!(self.follower.rise());
            uncut!(self.follower.fall());
            if refused {
                return self.follower.cut().await;
            }
        }
    }

    /// Puts a level on SDA, a while after SCL has fallen.
    async fn put(&self, level: bool) -> Result {
        for_steps(self.delay).await;
        self.puller.sda(level)
    }

    /// Holds SCL low for a while, if it is time for that.
    async fn stretch(&mut self) -> Result {
        if self.stretches.next_cycle() && self.stretch > 0 {
            self.puller.scl(false)?;
            for_steps(self.stretch).await;
            self.puller.scl(true)?;
        }
        Ok(())
    }

    /// The ninth clock, from the fall of SCL before it to the one after it.
    async fn acknowledge(&mut self, acknowledges: bool) -> Result<Result<(), Cut>> {
        self.put(!acknowledges).await?;
        self.stretch().await?;
        if let Err(cut) = self.follower.rise().await? {
            return Ok(Err(cut));
        }
        if let Err(cut) = self.follower.fall().await? {
            return Ok(Err(cut));
        }
        self.put(true).await?;
        Ok(Ok(()))
    }
}
