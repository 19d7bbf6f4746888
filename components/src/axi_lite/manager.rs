//! The side that reads and writes.

use std::rc::Rc;

use verifork::sync::{OneshotSender, oneshot};
use verifork::{Error, Result};

use super::signals::Signals;
use crate::axi_common::{At, Channel, ChannelPauses, Response};
use crate::handshake::{Offering, Taking};
use crate::outstanding::{Outstanding, Progress, Requests, Side, make_all};
use crate::parent::{Claim, Parent, free_name, interned};
use crate::sending::OnReset;
use crate::violation::{Ignored, Violation};
use crate::{Clocked, Pauses};

/// Reads and writes: a builder, until it is [started](Self::start).
///
/// Any number of accesses may be in flight; those in one direction are answered in order. Addresses and data of
/// writes are independent: with [pauses](Self::pauses_on) on AW, data comes first.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Pauses, axi_lite};
///
/// # fn example(tm: &TaskManager, signals: &axi_lite::Signals, clocked: &Clocked) {
/// let running: axi_lite::RunningManager = axi_lite::Manager::new(signals)
///     .pauses(&Pauses::random(0.2))
///     .start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a manager does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Manager {
    signals: Signals,
    pauses: ChannelPauses,
    prot: u8,
    on_reset: OnReset,
    ignored: Ignored,
}

/// The rules of answers that come too soon, which a manager can do without.
const TOO_SOON: [&str; 3] = [
    "AXI4LITE_ERRS_BRESP_AW",
    "AXI4LITE_ERRS_BRESP_WLAST",
    "AXI4LITE_ERRS_RDATA_AR",
];

impl Manager {
    /// A manager without pauses.
    pub fn new(signals: &Signals) -> Self {
        Manager {
            signals: *signals,
            pauses: ChannelPauses::default(),
            prot: 0,
            on_reset: OnReset::default(),
            ignored: Ignored::default(),
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

    /// Sets AWPROT and ARPROT of all accesses. The default is 0.
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

    /// Accepts responses that break one of the rules `AXI4LITE_ERRS_BRESP_AW`, `AXI4LITE_ERRS_BRESP_WLAST` and
    /// `AXI4LITE_ERRS_RDATA_AR`: those in the same cycle as the last transfer of their request. Several public
    /// cores respond like this. A [`Checker`](super::Checker) has its own [`ignore`](super::Checker::ignore).
    ///
    /// ```no_run
    /// use verifork::prelude::*;
    /// use verifork_components::{Clocked, axi_lite};
    ///
    /// # fn example(tm: &TaskManager, signals: &axi_lite::Signals, clocked: &Clocked) {
    /// let rule = "AXI4LITE_ERRS_RDATA_AR"; // RVALID is 1 with ARREADY
    /// let bus = axi_lite::Manager::new(signals).ignore(rule).start(tm, clocked);
    /// axi_lite::Checker::new(signals).ignore(rule).start(tm, clocked);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, for any other rule.
    #[track_caller]
    pub fn ignore(mut self, rule: &str) -> Self {
        self.ignored.add_one_of(rule, &TOO_SOON);
        self
    }

    /// Starts it, as background children of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, or another manager drives the bus.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningManager {
        clocked.check_runs();
        let (signals, prot) = (self.signals, self.prot);
        signals.check_widths();
        let bus = signals.bus();
        let claims = [signals.awvalid, signals.arvalid];
        let [for_writes, for_reads] = claims.map(|valid| valid.path());
        let claims = (
            Claim::new(for_writes, "manager"),
            Claim::new(for_reads, "manager"),
        );
        let writes = Requests::new(interned(format!("writes of {bus}")));
        let reads = Requests::new(interned(format!("reads of {bus}")));
        let (clocked, on_reset) = (*clocked, self.on_reset);
        let offering =
            |channel| Offering::new(signals.wires(channel, &clocked), &self.pauses.of(channel));
        let taking =
            |channel| Taking::new(signals.wires(channel, &clocked), &self.pauses.of(channel));

        let side = WriteSide {
            signals,
            prot,
            aw: offering(Channel::Aw),
            w: offering(Channel::W),
            b: taking(Channel::B),
            ignored: self.ignored.clone(),
        };
        let asked = Rc::clone(&writes);
        let name = free_name(parent, format!("{bus} manager writes"));
        parent.add_background(name, async move {
            let _claim = claims.0;
            make_all(side, asked, clocked, on_reset).await
        });
        let side = ReadSide {
            signals,
            prot,
            ar: offering(Channel::Ar),
            r: taking(Channel::R),
            ignored: self.ignored,
        };
        let asked = Rc::clone(&reads);
        let name = free_name(parent, format!("{bus} manager reads"));
        parent.add_background(name, async move {
            let _claim = claims.1;
            make_all(side, asked, clocked, on_reset).await
        });
        RunningManager {
            writes,
            reads,
            signals,
        }
    }

    /// Sets what a reset does to accesses without a response: they fail, or are repeated after it.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Manager { on_reset, ..self }
    }
}

fn unasked(rule: &'static str, signals: &Signals) -> Error {
    let what = "a response without a request";
    Violation::new(rule, signals.bus(), what).now().into()
}

struct Writing {
    address: u64,
    data: u64,
    strobe: u8,
    answer: OneshotSender<Response>,
}

struct Reading {
    address: u64,
    answer: OneshotSender<(Response, u64)>,
}

struct WriteSide {
    signals: Signals,
    prot: u8,
    aw: Offering,
    w: Offering,
    b: Taking,
    ignored: Ignored,
}

impl Side for WriteSide {
    type Access = Writing;

    fn idle(&mut self) -> Result {
        self.aw.idle()?;
        self.w.idle()?;
        Ok(self.b.set_ready(false)?)
    }

    fn waits_for(&self) -> &'static str {
        let sending = self.aw.waits_for().or(self.w.waits_for());
        sending.unwrap_or(self.b.waits_for())
    }

    fn reset(&mut self, _: &mut Outstanding<Writing>) {}

    fn edge(&mut self, writes: &mut Outstanding<Writing>) -> Result {
        let signals = &self.signals;
        let before = writes.progress();
        if self.aw.is_taken()? {
            writes.address_is_sent();
        }
        if self.w.is_taken()? {
            writes.data_is_sent();
        }
        if self.b.is_given()? {
            let response = signals.write_response()?;
            let first = writes.find(|_| true);
            let holds = |rule, has: fn(Progress, usize) -> bool| {
                if writes.is_in_time(first, before, has, (rule, &self.ignored)) {
                    return Ok(());
                }
                Err(unasked(rule, signals))
            };
            holds("AXI4LITE_ERRS_BRESP_AW", Progress::is_addressed)?;
            holds("AXI4LITE_ERRS_BRESP_WLAST", Progress::is_sent)?;
            if let Some(writing) = first.and_then(|first| writes.remove(first)) {
                let _ = writing.answer.send(response); // the task that waits may be gone
            }
        }
        let next = writes.next_address();
        if self.aw.may_offer(next.is_some())?
            && let Some(writing) = next
        {
            if let Some(signal) = signals.awprot {
                signal.try_set(self.prot)?;
            }
            signals.awaddr.try_set(writing.address)?;
            self.aw.offered()?;
        }
        let next = writes.next_data();
        if self.w.may_offer(next.is_some())?
            && let Some(writing) = next
        {
            if let Some(signal) = signals.wstrb {
                signal.try_set(writing.strobe)?;
            }
            signals.wdata.try_set(writing.data)?;
            self.w.offered()?;
        }
        self.b.open_if(true)?;
        Ok(())
    }
}

struct ReadSide {
    signals: Signals,
    prot: u8,
    ar: Offering,
    r: Taking,
    ignored: Ignored,
}

impl Side for ReadSide {
    type Access = Reading;

    fn idle(&mut self) -> Result {
        self.ar.idle()?;
        Ok(self.r.set_ready(false)?)
    }

    fn waits_for(&self) -> &'static str {
        self.ar.waits_for().unwrap_or(self.r.waits_for())
    }

    fn reset(&mut self, _: &mut Outstanding<Reading>) {}

    fn edge(&mut self, reads: &mut Outstanding<Reading>) -> Result {
        let signals = &self.signals;
        let before = reads.progress();
        if self.ar.is_taken()? {
            reads.address_is_sent();
        }
        if self.r.is_given()? {
            let answer = signals.read_response()?;
            let rule = "AXI4LITE_ERRS_RDATA_AR";
            let first = reads.find(|_| true);
            let (has, rules) = (Progress::is_addressed, (rule, &self.ignored));
            let in_time = reads.is_in_time(first, before, has, rules);
            let first = first.filter(|_| in_time);
            let asked = first.and_then(|first| reads.remove(first));
            let reading = asked.ok_or_else(|| unasked(rule, signals))?;
            let _ = reading.answer.send(answer); // the task that waits may be gone
        }
        let next = reads.next_address();
        if self.ar.may_offer(next.is_some())?
            && let Some(reading) = next
        {
            if let Some(signal) = signals.arprot {
                signal.try_set(self.prot)?;
            }
            signals.araddr.try_set(reading.address)?;
            self.ar.offered()?;
        }
        self.r.open_if(true)?;
        Ok(())
    }
}

/// A manager that runs. A clone is the same manager.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_lite;
///
/// # async fn example(manager: axi_lite::RunningManager) -> Result {
/// manager.write_response(0x10, 3, 0b1111).await?;
/// let answer = manager.read_response(0x10).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningManager {
    writes: Rc<Requests<Writing>>,
    reads: Rc<Requests<Reading>>,
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

    /// Writes the bytes of a word that have a strobe, and returns the response.
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
        let writes = Rc::clone(&self.writes);
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            let (answer, receiver) = oneshot();
            let writing = Writing {
                address,
                data,
                strobe,
                answer,
            };
            writes.ask(writing, receiver).await
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

    /// Reads a word, and returns the response. The data of a failed read has no meaning.
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
        let reads = Rc::clone(&self.reads);
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            let (answer, receiver) = oneshot();
            reads.ask(Reading { address, answer }, receiver).await
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

impl std::fmt::Debug for RunningManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningManager")
            .field("bus", &self.signals.bus())
            .finish_non_exhaustive()
    }
}
