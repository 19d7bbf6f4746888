//! AXI-Stream: beats, and the tasks at the ends of a stream.

use std::fmt;

use verifork::TestRng;
use verifork::dut::Select;
use verifork::prelude::*;

use crate::Arbiter;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beat {
    pub(crate) data: u64,
    pub(crate) last: bool,
}

impl fmt::Display for Beat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.last { " with tlast" } else { "" };
        write!(f, "{:#x}{end}", self.data)
    }
}

/// What a source sends.
#[derive(Clone, Copy)]
pub(crate) struct Traffic {
    pub(crate) packets: usize,
    pub(crate) longest_packet: u32,
    pub(crate) longest_pause: u32,
}

/// One input's part of the arbiter's ports.
#[derive(Clone, Copy)]
pub(crate) struct Input {
    pub(crate) data: Select<u64>,
    pub(crate) valid: Select<bool>,
    pub(crate) ready: Select<bool>,
    pub(crate) last: Select<bool>,
}

impl Input {
    /// Offers a beat until the edge that takes it.
    pub(crate) async fn offer(self, dut: &Arbiter, beat: Beat) -> Result {
        self.data.set(beat.data);
        self.last.set(beat.last);
        self.valid.set(true);
        dut.aclk.rising_edge().await;
        while !self.ready.get()? {
            dut.aclk.rising_edge().await;
        }
        self.valid.set(false); // unless the next beat is offered in this same time step
        Ok(())
    }
}

/// Sends random packets into an input. Every beat is told before it is offered.
pub(crate) async fn source(
    dut: &Arbiter,
    port: u32,
    mut rng: TestRng,
    traffic: Traffic,
    sent: Sender<Beat>,
) -> Result {
    let largest = u64::MAX >> (64 - dut.m_axis_tdata.width());
    for _ in 0..traffic.packets {
        let length = rng.random_range(1..=traffic.longest_packet);
        for number in 1..=length {
            let pause = rng.random_range(0..=traffic.longest_pause);
            dut.aclk.rising_edges(pause).await;
            let beat = Beat {
                data: rng.random_range(0..=largest),
                last: number == length,
            };
            sent.send(beat).await?;
            dut.input(port).offer(dut, beat).await?;
        }
    }
    Ok(())
}

/// Is ready in a part of the clocks, whether a beat is offered or not.
pub(crate) async fn sink(dut: &Arbiter, mut rng: TestRng, rate: f64) -> Result {
    loop {
        dut.m_axis_tready.set(rng.random_bool(rate));
        dut.aclk.rising_edge().await;
    }
}

/// Tells which beats the output hands over, and of which input each is. Fails when an offer is
/// withdrawn or changed before it is taken (AMBA AXI-Stream, 2.2.1).
pub(crate) async fn offers(dut: &Arbiter, seen: Sender<(u32, Beat)>) -> Result {
    let (valid, ready) = (dut.m_axis_tvalid.path(), dut.m_axis_tready.path());
    let mut waiting: Option<(u32, Beat)> = None;
    loop {
        dut.aclk.rising_edge().await;
        if !dut.m_axis_tvalid.get()? {
            ensure!(waiting.is_none(), "{valid} fell before {ready} was high");
            continue;
        }
        let beat = Beat {
            data: dut.m_axis_tdata.get()?,
            last: dut.m_axis_tlast.get()?,
        };
        let port = dut.m_axis_tid.get()?;
        if let Some((from, offered)) = waiting.take() {
            ensure!(
                (port, beat) == (from, offered),
                "{valid} offers {beat} of input {port} after {offered} of input {from}, \
                 before {ready} was high"
            );
        }
        if dut.m_axis_tready.get()? {
            seen.send((port, beat)).await?;
        } else {
            waiting = Some((port, beat));
        }
    }
}
