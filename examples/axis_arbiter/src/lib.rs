//! AXI-Streams merged packet by packet: a source for each input, a sink that is not always ready,
//! the rules of the output and of the choice, and a scoreboard. Works for any `PORTS` up to 32 and
//! any `WIDTH` up to 64.

mod stream;

use stream::{Beat, Input, Traffic, offers, sink, source};
use verifork::prelude::*;

const PACKETS: usize = 50;

#[derive(Dut)]
struct Arbiter {
    aclk: Signal<bool>,
    aresetn: Signal<bool>,

    s_axis_tdata: Signal<LogicVec>, // of all inputs side by side
    s_axis_tvalid: Signal<u32>,
    s_axis_tready: Signal<u32>,
    s_axis_tlast: Signal<u32>,

    m_axis_tdata: Signal<u64>,
    m_axis_tvalid: Signal<bool>,
    m_axis_tready: Signal<bool>,
    m_axis_tlast: Signal<bool>,
    m_axis_tid: Signal<u32>,
}

/// Sources that pause up to `longest_pause` clocks before a beat, and a sink that is ready in a
/// part of the clocks.
#[verifork::test(
    timeout = 10.ms(),
    cases(
        single_beats = (1, 0, 1.0),
        packets_without_pause = (8, 0, 1.0),
        backpressure = (8, 0, 0.3),
        pauses = (8, 5, 1.0),
        pauses_and_backpressure = (8, 5, 0.5),
    )
)]
async fn random_packets(
    dut: Arbiter,
    test: Test,
    longest_packet: u32,
    longest_pause: u32,
    ready_rate: f64,
) -> Result {
    start(&dut).await;
    let traffic = Traffic {
        packets: PACKETS,
        longest_packet,
        longest_pause,
    };
    scope(async |tm| {
        let (seen, merged) = unbounded();
        // What watches and what is ready would go on for ever.
        tm.background("choice", choice(&dut));
        tm.background("offers", offers(&dut, seen));
        tm.background("sink", sink(&dut, test.rng_named("sink"), ready_rate));
        let mut sent = Vec::new();
        for port in 0..dut.ports() {
            let (sender, receiver) = unbounded();
            let rng = test.rng_named(&format!("input_{port}"));
            tm.fork(
                format!("input_{port}"),
                source(&dut, port, rng, traffic, sender),
            );
            sent.push(receiver);
        }
        tm.fork("scoreboard", scoreboard(&dut, sent, merged))
            .await?;
        Ok(())
    })
    .await?;
    Ok(())
}

/// A reset inside of a packet ends it, and input 0 comes first again.
#[verifork::test(timeout = 1.ms())]
async fn a_reset_forgets_the_packet(dut: Arbiter) -> Result {
    start(&dut).await;
    let last_port = dut.ports() - 1;
    dut.input(last_port)
        .offer(
            &dut,
            Beat {
                data: 1,
                last: false,
            },
        )
        .await?;
    start(&dut).await;
    dut.m_axis_tready.set(true);

    scope(async |tm| {
        let (seen, merged) = unbounded();
        tm.fork("choice", choice(&dut));
        tm.fork("offers", offers(&dut, seen));
        for port in 0..dut.ports() {
            let beat = Beat {
                data: 0,
                last: true,
            };
            tm.fork(format!("input_{port}"), dut.input(port).offer(&dut, beat));
        }
        for wanted in 0..dut.ports() {
            let (found, _) = merged.recv().await?;
            let path = dut.m_axis_tid.path();
            ensure!(
                found == wanted,
                "{path} is {found} after a reset, not {wanted}"
            );
        }
        tm.cancel_all();
        Ok(())
    })
    .await?;
    Ok(())
}

/// A clock, unless it runs, and two edges in reset with nothing offered.
async fn start(dut: &Arbiter) {
    let _ = Clock::new(&dut.aclk, 10.ns()).try_start();
    dut.aresetn.set(false);
    dut.s_axis_tdata
        .set(LogicVec::zeros(dut.s_axis_tdata.width()));
    dut.s_axis_tvalid.set(0);
    dut.s_axis_tlast.set(0);
    dut.m_axis_tready.set(false);
    dut.aclk.rising_edges(2).await;
    dut.aresetn.set(true);
}

impl Arbiter {
    fn ports(&self) -> u32 {
        self.s_axis_tvalid.width()
    }

    fn input(&self, port: u32) -> Input {
        let (bit, width) = (i64::from(port), i64::from(self.m_axis_tdata.width()));
        Input {
            data: self
                .s_axis_tdata
                .slice((bit + 1) * width - 1, bit * width)
                .typed(),
            valid: self.s_axis_tvalid.bit(bit).typed(),
            ready: self.s_axis_tready.bit(bit).typed(),
            last: self.s_axis_tlast.bit(bit).typed(),
        }
    }
}

/// Round robin between packets, one input within a packet, and a beat in every clock that has room:
/// `tready` and the output's `tvalid`, clock by clock since the reset.
async fn choice(dut: &Arbiter) -> Result {
    let ports = dut.ports();
    let mut owner = ports - 1; // of the packet under way, else of the one that ended last
    let (mut locked, mut full) = (false, false);
    loop {
        dut.aclk.rising_edge().await;
        dut.m_axis_tvalid.expect(full)?;

        let valid = dut.s_axis_tvalid.get()?;
        let asks = |port: &u32| valid >> port & 1 == 1;
        let mut turns = (1..=ports).map(|turn| (owner + turn) % ports);
        let chosen = if locked {
            Some(owner)
        } else {
            turns.find(asks)
        };
        let room = !full || dut.m_axis_tready.get()?;
        let wanted = chosen.filter(|_| room).map_or(0, |port| 1 << port);
        let (path, found) = (dut.s_axis_tready.path(), dut.s_axis_tready.get()?);
        let place = if locked { "in a packet of" } else { "after" };
        ensure!(
            found == wanted,
            "{path} is {found:#b}, not {wanted:#b}, with tvalid {valid:#b} {place} input {owner}"
        );

        full = full && !room;
        if let Some(taken) = chosen.filter(|port| room && asks(port)) {
            full = true;
            owner = taken;
            locked = dut.s_axis_tlast.get()? >> taken & 1 == 0;
        }
    }
}

/// Each packet comes out whole and unmixed, and the packets of an input in their order.
async fn scoreboard(
    dut: &Arbiter,
    sent: Vec<Receiver<Beat>>,
    merged: Receiver<(u32, Beat)>,
) -> Result {
    let tid = dut.m_axis_tid.path();
    for _ in 0..PACKETS * sent.len() {
        let mut packet_of = None;
        loop {
            let (port, found) = merged.recv().await?;
            let first = *packet_of.get_or_insert(port);
            ensure!(
                port == first,
                "{tid} is {port} within a packet of input {first}"
            );
            let Some(Ok(wanted)) = sent.get(port as usize).map(Receiver::try_recv) else {
                bail!("{tid} is {port} with {found}, which that input has not sent");
            };
            let path = if found.data == wanted.data {
                dut.m_axis_tlast.path()
            } else {
                dut.m_axis_tdata.path()
            };
            ensure!(
                found == wanted,
                "{path}: the beat is {found} from input {port}, not {wanted}"
            );
            if found.last {
                break;
            }
        }
    }
    Ok(())
}
