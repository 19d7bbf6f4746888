//! The side that answers.

use std::rc::Rc;

use verifork::{Result, TestRng};

use super::signals::Signals;
use crate::axi_common::{Channel, ChannelPauses, Response};
use crate::handshake::{send_all, take_all};
use crate::memory::{Fault, Memory};
use crate::parent::{Claim, Parent, free_name, interned, rng_named};
use crate::sending::{EndOnDrop, OnReset, Received, Sending};
use crate::{Clocked, Pauses};

/// What a subordinate answers from: a [`Memory`], or registers of a testbench's own.
pub trait Target {
    /// Reads the bytes from an address on.
    ///
    /// # Errors
    ///
    /// How the access fails.
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault>;

    /// Writes those bytes from an address on whose bit in `strobe` is 1.
    ///
    /// # Errors
    ///
    /// How the access fails.
    fn write(&self, address: u64, bytes: &[u8], strobe: u8) -> Result<(), Fault>;

    /// What an access of so many bytes would end with, if that can be told before the data of a write is there; `None`
    /// unless an implementation can. Buses that answer a write as its data comes ask, and wait where it is `None`.
    fn would_answer(&self, address: u64, bytes: usize, write: bool) -> Option<Result<(), Fault>> {
        let _ = (address, bytes, write);
        None
    }

    /// For how many cycles the answer to an access is held back.
    fn latency(&self, rng: &mut TestRng) -> u32 {
        let _ = rng;
        0
    }
}

impl Target for Memory {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault> {
        self.bus_read(address, into)
    }

    fn write(&self, address: u64, bytes: &[u8], strobe: u8) -> Result<(), Fault> {
        self.bus_write(address, bytes, |index| strobe >> index & 1 == 1)
    }

    fn would_answer(&self, address: u64, bytes: usize, write: bool) -> Option<Result<(), Fault>> {
        Some(self.allows(address, bytes, |_| true, !write))
    }

    fn latency(&self, rng: &mut TestRng) -> u32 {
        self.draw_latency(rng)
    }
}

/// Answers reads and writes: a builder, until it is [started](Self::start).
///
/// A word is at its address rounded down to the bytes of the data.
#[derive(Debug)]
#[must_use = "a subordinate answers when it is started: add `.start(tm, &clocked)`"]
pub struct Subordinate<T> {
    signals: Signals,
    target: T,
    pauses: ChannelPauses,
}

impl<T: Target + Clone + 'static> Subordinate<T> {
    /// A subordinate without pauses.
    pub fn new(signals: &Signals, target: &T) -> Self {
        Subordinate {
            signals: *signals,
            target: target.clone(),
            pauses: ChannelPauses::default(),
        }
    }

    /// Pauses on all channels, each with its own random numbers.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = ChannelPauses::all(pauses);
        Subordinate { pauses, ..self }
    }

    /// Pauses on one channel.
    pub fn pauses_on(mut self, channel: Channel, pauses: &Pauses) -> Self {
        self.pauses.set(channel, pauses);
        self
    }

    /// Starts it, as background children of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, or another subordinate drives the bus.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        let signals = self.signals;
        signals.check_widths();
        let bus = signals.bus();
        let named = |what: &str| interned(format!("{what} of {bus}"));
        let addresses = Received::new(named("addresses of writes"), usize::MAX);
        let data = Received::new(named("data of writes"), usize::MAX);
        let reads = Received::new(named("addresses of reads"), usize::MAX);
        let written: Rc<Sending<Response>> = Sending::new(named("responses to writes"), usize::MAX);
        let read: Rc<Sending<(Response, u64)>> = Sending::new(named("data of reads"), usize::MAX);

        let add =
            |parent: &_, channel: Channel, work| add(parent, &signals, channel, clocked, work);
        for channel in [Channel::Aw, Channel::W, Channel::Ar] {
            let pauses = self.pauses.of(channel);
            let wires = signals.wires(channel, clocked);
            let (addresses, data, reads) =
                (Rc::clone(&addresses), Rc::clone(&data), Rc::clone(&reads));
            add(
                parent,
                channel,
                Box::pin(async move {
                    let each = || {
                        match channel {
                            Channel::Aw => addresses.push(signals.address(channel)?),
                            Channel::W => data.push(signals.written()?),
                            _ => reads.push(signals.address(channel)?),
                        }
                        Ok(())
                    };
                    let reset = || match channel {
                        Channel::Aw => addresses.reset(),
                        Channel::W => data.reset(),
                        _ => reads.reset(),
                    };
                    take_all(wires, &pauses, || true, each, reset).await
                }),
            );
        }

        let queue = Rc::clone(&written);
        let (wires, pauses) = (
            signals.wires(Channel::B, clocked),
            self.pauses.of(Channel::B),
        );
        add(
            parent,
            Channel::B,
            Box::pin(async move {
                let _end = EndOnDrop(Rc::clone(&queue));
                let drive = |response: &Response| match signals.bresp {
                    Some(signal) => Ok(signal.try_set(response.bits())?),
                    None => Ok(()),
                };
                send_all(wires, &pauses, &queue, OnReset::Fail, drive).await
            }),
        );
        let queue = Rc::clone(&read);
        let (wires, pauses) = (
            signals.wires(Channel::R, clocked),
            self.pauses.of(Channel::R),
        );
        add(
            parent,
            Channel::R,
            Box::pin(async move {
                let _end = EndOnDrop(Rc::clone(&queue));
                let drive = |(response, data): &(Response, u64)| {
                    if let Some(signal) = signals.rresp {
                        signal.try_set(response.bits())?;
                    }
                    Ok(signals.rdata.try_set(*data)?)
                };
                send_all(wires, &pauses, &queue, OnReset::Fail, drive).await
            }),
        );

        let clocked = *clocked;
        let target = self.target.clone();
        let bytes = signals.bytes();
        let word = move |address: u64| address - address % bytes as u64;
        let mut rng = rng_named(&format!("latency of writes of {bus}"));
        let name = free_name(parent, format!("{bus} subordinate writes"));
        parent.add_background(name, async move {
            loop {
                let address = addresses.take(OnReset::Retry).await?;
                let (data, strobe) = data.take(OnReset::Retry).await?;
                let epoch = addresses.epoch();
                clocked.edges(target.latency(&mut rng)).await;
                if addresses.epoch() == epoch {
                    let outcome = target.write(word(address), &data.to_le_bytes()[..bytes], strobe);
                    Rc::clone(&written).accept(outcome.into()).await?;
                }
            }
        });
        let target = self.target;
        let mut rng = rng_named(&format!("latency of reads of {bus}"));
        let name = free_name(parent, format!("{bus} subordinate reads"));
        parent.add_background(name, async move {
            loop {
                let address = reads.take(OnReset::Retry).await?;
                let epoch = reads.epoch();
                clocked.edges(target.latency(&mut rng)).await;
                if reads.epoch() == epoch {
                    let mut word_read = [0; 8];
                    let outcome = target.read(word(address), &mut word_read[..bytes]);
                    let data = u64::from_le_bytes(word_read);
                    Rc::clone(&read).accept((outcome.into(), data)).await?;
                }
            }
        });
    }
}

type Work = std::pin::Pin<Box<dyn Future<Output = Result>>>;

/// Adds the task of a channel, which drives one of its signals.
#[track_caller]
fn add(parent: &impl Parent, signals: &Signals, channel: Channel, clocked: &Clocked, work: Work) {
    let wires = signals.wires(channel, clocked);
    let driven = match channel {
        Channel::Aw | Channel::W | Channel::Ar => wires.ready.unwrap_or(wires.valid),
        Channel::B | Channel::R => wires.valid,
    };
    let claim = Claim::new(driven.path(), "subordinate");
    let name = free_name(parent, format!("{} subordinate {channel:?}", wires.bus));
    parent.add_background(name, async move {
        let _claim = claim;
        work.await
    });
}
