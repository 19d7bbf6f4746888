//! The side that reads and writes.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use verifork::sync::{OneshotReceiver, OneshotSender, oneshot};
use verifork::{Error, Result};

use super::signals::Signals;
use crate::axi_common::{At, Channel, ChannelPauses, Response};
use crate::handshake::{send_all, take_all};
use crate::parent::{Claim, Parent, free_name, interned};
use crate::sending::{EndOnDrop, Interrupted, OnReset, Sending};
use crate::violation::Violation;
use crate::{Clocked, Pauses};

/// Reads and writes: a builder, until it is [started](Self::start).
///
/// Any number of accesses may be under way; those of one direction are answered in order. Addresses and data
/// of writes go each at their own pace: with [pauses](Self::pauses_on) on AW, data comes first.
#[derive(Debug)]
#[must_use = "a manager works when it is started: add `.start(tm, &clocked)`"]
pub struct Manager {
    signals: Signals,
    pauses: ChannelPauses,
    prot: u8,
}

impl Manager {
    /// A manager without pauses.
    pub fn new(signals: &Signals) -> Self {
        Manager {
            signals: *signals,
            pauses: ChannelPauses::default(),
            prot: 0,
        }
    }

    /// Pauses on all channels, each with its own random numbers.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = ChannelPauses::all(pauses);
        Manager { pauses, ..self }
    }

    /// Pauses on one channel.
    pub fn pauses_on(mut self, channel: Channel, pauses: &Pauses) -> Self {
        self.pauses.set(channel, pauses);
        self
    }

    /// AWPROT and ARPROT of all accesses: 0 unless told otherwise.
    ///
    /// # Panics
    ///
    /// At the caller's line: it has more than 3 bits.
    #[track_caller]
    pub fn prot(self, prot: u8) -> Self {
        assert!(
            prot < 8,
            "AXI4-Lite: {prot} does not fit the 3 bits of AWPROT and ARPROT"
        );
        Manager { prot, ..self }
    }

    /// Starts it, as background children of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, or another manager drives the bus.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningManager {
        let signals = self.signals;
        signals.check_widths();
        let bus = signals.bus();
        let queue = |channel: &str| interned(format!("{channel} queue of {bus}"));
        let shared = Rc::new(Shared {
            aw: Sending::new(queue("AW"), usize::MAX),
            w: Sending::new(queue("W"), usize::MAX),
            ar: Sending::new(queue("AR"), usize::MAX),
            writes: RefCell::default(),
            reads: RefCell::default(),
            ended: Cell::new(false),
        });
        for channel in [Channel::Aw, Channel::W, Channel::Ar, Channel::B, Channel::R] {
            let wires = signals.wires(channel, clocked);
            let pauses = self.pauses.of(channel);
            let shared = Rc::clone(&shared);
            let prot = self.prot;
            let driven = match channel {
                Channel::B | Channel::R => wires.ready.map_or(wires.valid, |ready| ready),
                _ => wires.valid,
            };
            let claim = Claim::new(driven.path(), "manager");
            let name = free_name(parent, format!("{bus} manager {channel:?}"));
            parent.add_background(name, async move {
                let _claim = claim;
                let _end = EndShared(Rc::clone(&shared));
                match channel {
                    Channel::Aw => {
                        let _end = EndOnDrop(Rc::clone(&shared.aw));
                        let drive = |address: &u64| {
                            if let Some(signal) = signals.awprot {
                                signal.try_set(prot)?;
                            }
                            Ok(signals.awaddr.try_set(*address)?)
                        };
                        send_all(wires, &pauses, &shared.aw, OnReset::Fail, drive).await
                    }
                    Channel::W => {
                        let _end = EndOnDrop(Rc::clone(&shared.w));
                        let drive = |(data, strobe): &(u64, u8)| {
                            if let Some(signal) = signals.wstrb {
                                signal.try_set(*strobe)?;
                            }
                            Ok(signals.wdata.try_set(*data)?)
                        };
                        send_all(wires, &pauses, &shared.w, OnReset::Fail, drive).await
                    }
                    Channel::Ar => {
                        let _end = EndOnDrop(Rc::clone(&shared.ar));
                        let drive = |address: &u64| {
                            if let Some(signal) = signals.arprot {
                                signal.try_set(prot)?;
                            }
                            Ok(signals.araddr.try_set(*address)?)
                        };
                        send_all(wires, &pauses, &shared.ar, OnReset::Fail, drive).await
                    }
                    Channel::B => {
                        let each = || {
                            let response = signals.write_response()?;
                            let asked = shared.writes.borrow_mut().pop_front();
                            let asked =
                                asked.ok_or_else(|| unasked("AXI4LITE_ERRS_BRESP_AW", &signals))?;
                            let _ = asked.send(response); // who asked may have gone
                            Ok(())
                        };
                        take_all(
                            wires,
                            &pauses,
                            || true,
                            each,
                            || shared.writes.take().clear(),
                        )
                        .await
                    }
                    Channel::R => {
                        let each = || {
                            let answer = signals.read_response()?;
                            let asked = shared.reads.borrow_mut().pop_front();
                            let asked =
                                asked.ok_or_else(|| unasked("AXI4LITE_ERRS_RDATA_AR", &signals))?;
                            let _ = asked.send(answer);
                            Ok(())
                        };
                        take_all(
                            wires,
                            &pauses,
                            || true,
                            each,
                            || shared.reads.take().clear(),
                        )
                        .await
                    }
                }
            });
        }
        RunningManager { shared, signals }
    }
}

fn unasked(rule: &'static str, signals: &Signals) -> Error {
    let what = "an answer that nothing was asked for";
    Violation::new(rule, signals.bus(), what).now().into()
}

struct Shared {
    aw: Rc<Sending<u64>>,
    w: Rc<Sending<(u64, u8)>>,
    ar: Rc<Sending<u64>>,
    writes: RefCell<VecDeque<OneshotSender<Response>>>,
    reads: RefCell<VecDeque<OneshotSender<(Response, u64)>>>,
    ended: Cell<bool>,
}

/// Nobody is answered any more, however the manager's tasks end.
struct EndShared(Rc<Shared>);

impl Drop for EndShared {
    fn drop(&mut self) {
        self.0.ended.set(true);
        drop((self.0.writes.take(), self.0.reads.take()));
    }
}

/// A manager that runs. A clone is the same manager.
#[derive(Clone)]
pub struct RunningManager {
    shared: Rc<Shared>,
    signals: Signals,
}

impl RunningManager {
    pub(crate) fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Writes all bytes of a word.
    ///
    /// # Errors
    ///
    /// At the caller's line: it is not answered OKAY, it does not fit the bus. A reset came before the answer,
    /// or the manager has ended.
    #[track_caller]
    pub fn write(&self, address: u64, data: u64) -> impl Future<Output = Result> + use<> {
        let place = At::here();
        let written = self.write_response(address, data, self.signals.all_bytes());
        async move {
            match written.await? {
                Response::Okay => Ok(()),
                response => Err(place.failed("a write", address, response)),
            }
        }
    }

    /// Writes the bytes of a word that have a strobe, and tells how it was answered.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write), but for the answer.
    #[track_caller]
    pub fn write_response(
        &self,
        address: u64,
        data: u64,
        strobe: u8,
    ) -> impl Future<Output = Result<Response>> + use<> {
        let refused = self
            .refuses(self.signals.awaddr.width(), address)
            .or_else(|| self.refuses_data(data, strobe));
        let shared = Rc::clone(&self.shared);
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            Rc::clone(&shared.aw).accept(address).await?;
            Rc::clone(&shared.w).accept((data, strobe)).await?;
            let (sender, receiver) = oneshot();
            shared.writes.borrow_mut().push_back(sender);
            answer(receiver, &shared).await
        }
    }

    /// Reads a word.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    #[track_caller]
    pub fn read(&self, address: u64) -> impl Future<Output = Result<u64>> + use<> {
        let place = At::here();
        let read = self.read_response(address);
        async move {
            match read.await? {
                (Response::Okay, data) => Ok(data),
                (response, _) => Err(place.failed("a read", address, response)),
            }
        }
    }

    /// Reads a word, and tells how it was answered; the data of a read that failed means nothing.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write), but for the answer.
    #[track_caller]
    pub fn read_response(
        &self,
        address: u64,
    ) -> impl Future<Output = Result<(Response, u64)>> + use<> {
        let refused = self.refuses(self.signals.araddr.width(), address);
        let shared = Rc::clone(&self.shared);
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            Rc::clone(&shared.ar).accept(address).await?;
            let (sender, receiver) = oneshot();
            shared.reads.borrow_mut().push_back(sender);
            answer(receiver, &shared).await
        }
    }

    #[track_caller]
    fn refuses(&self, width: u32, address: u64) -> Option<Error> {
        let bus = self.signals.bus();
        (width < 64 && address >> width != 0).then(|| {
            verifork::error!(
                "AXI4-Lite: the address {address:#x} does not fit the {width} bits of `{bus}`"
            )
        })
    }

    #[track_caller]
    fn refuses_data(&self, data: u64, strobe: u8) -> Option<Error> {
        let (bus, width) = (self.signals.bus(), self.signals.wdata.width());
        let all = self.signals.all_bytes();
        if width < 64 && data >> width != 0 {
            return Some(verifork::error!(
                "AXI4-Lite: {data:#x} does not fit the {width} bits of data of `{bus}`"
            ));
        }
        if strobe & !all != 0 {
            return Some(verifork::error!(
                "AXI4-Lite: the strobes {strobe:#b} do not fit the {} bytes of `{bus}`",
                self.signals.bytes()
            ));
        }
        (self.signals.wstrb.is_none() && strobe != all).then(|| {
            verifork::error!("AXI4-Lite: the strobes {strobe:#b}, and `{bus}` has no WSTRB")
        })
    }
}

async fn answer<T>(receiver: OneshotReceiver<T>, shared: &Shared) -> Result<T> {
    match receiver.await {
        Ok(answer) => Ok(answer),
        Err(_) if shared.ended.get() => Err(Interrupted::Ended.into()),
        Err(_) => Err(Interrupted::Reset.into()),
    }
}

impl std::fmt::Debug for RunningManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningManager")
            .field("bus", &self.signals.bus())
            .finish_non_exhaustive()
    }
}
