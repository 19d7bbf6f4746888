//! Frames through [`axis_fifo`](../../../hdl/axis_fifo.v), a beat each clock: by the components, and by a loop that
//! drives and reads the same pins. An event is a beat.

use verifork::prelude::*;
use verifork_components::Clocked;
use verifork_components::axi_stream::{Frame, RunningSource, Signals, Sink, Source};

use crate::Meter;
use crate::allocations::allocations;

/// The beats of a frame, of 4 bytes each.
const BEATS: u32 = 16;
/// The frames that a source has before it. More would not make it faster.
const AHEAD: u32 = 3;

#[derive(Dut)]
struct Fifo {
    aclk: Signal<bool>,
    aresetn: Signal<bool>,
    #[dut(prefix = "s_axis_")]
    input: Signals,
    #[dut(prefix = "m_axis_")]
    output: Signals,
}

#[derive(Dut)]
struct Pins {
    tdata: Signal<u32>,
    tkeep: Signal<u8>,
    tlast: Signal<bool>,
    tid: Signal<u8>,
    tdest: Signal<u8>,
    tuser: Signal<u8>,
    tvalid: Signal<bool>,
    tready: Signal<bool>,
}

#[derive(Dut)]
struct FifoPins {
    aclk: Signal<bool>,
    aresetn: Signal<bool>,
    #[dut(prefix = "s_axis_")]
    input: Pins,
    #[dut(prefix = "m_axis_")]
    output: Pins,
}

/// What a frame or a burst carries: each word is one more than the one before it.
pub(crate) fn bytes(frame: u32, beats: u32) -> Vec<u8> {
    let words = frame.wrapping_mul(beats)..;
    let words = words.take(beats as usize);
    words.flat_map(u32::to_le_bytes).collect()
}

pub(crate) fn next(checksum: u64, word: u32) -> u64 {
    checksum.wrapping_mul(31).wrapping_add(word.into())
}

/// Sends the next frame.
async fn send(source: &RunningSource, number: &mut u32, beats: u32) -> Result {
    source.send(Frame::new(bytes(*number, beats))).await?;
    *number += 1;
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn components(test: Test, dut: Fifo) -> Result {
    let clocked = Clocked::new(&dut.aclk, 10.ns());
    let clocked = clocked.reset_low(&dut.aresetn).start().await;
    scope(async |tm| {
        let source = Source::new(&dut.input).start(tm, &clocked);
        let sink = Sink::new(&dut.output).start(tm, &clocked);
        let mut sent = 0;
        for _ in 0..AHEAD {
            send(&source, &mut sent, BEATS).await?;
        }
        let mut meter = Meter::new(&test)?;
        while meter.wants_more_of(BEATS.into()) {
            let frame = sink.recv().await?;
            send(&source, &mut sent, BEATS).await?;
            for word in frame.data.chunks(4) {
                let word = u32::from_le_bytes(word.try_into()?);
                meter.checksum = next(meter.checksum, word);
            }
        }
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn by_hand(test: Test, dut: FifoPins) -> Result {
    Clock::new(&dut.aclk, 10.ns()).start();
    let FifoPins { input, output, .. } = &dut;
    input.tvalid.set(false);
    output.tready.set(false);
    dut.aresetn.set(false);
    dut.aclk.rising_edges(2).await;
    dut.aresetn.set(true);
    output.tready.set(true);
    let drive = |word: u32| {
        input.tdata.set(word);
        input.tkeep.set(0xf);
        input.tlast.set(word % BEATS == BEATS - 1);
        input.tid.set(0);
        input.tdest.set(0);
        input.tuser.set(0);
        input.tvalid.set(true);
    };
    let mut word = 0;
    let mut frame = Vec::new();
    drive(word);
    let mut meter = Meter::new(&test)?;
    while meter.wants_more_of(BEATS.into()) {
        frame.clear();
        loop {
            dut.aclk.rising_edge().await;
            if input.tready.get()? {
                word = word.wrapping_add(1);
                drive(word);
            }
            if !output.tvalid.get()? {
                continue;
            }
            ensure!(output.tid.get()? == 0 && output.tdest.get()? == 0);
            ensure!(output.tuser.get()? == 0 && output.tkeep.get()? == 0xf);
            frame.push(output.tdata.get()?);
            if output.tlast.get()? {
                break;
            }
        }
        for &word in &frame {
            meter.checksum = next(meter.checksum, word);
        }
    }
    Ok(())
}

/// A beat has no memory of its own: that of a frame grows a few times, however many it has.
#[verifork::test(timeout = 10.seconds())]
async fn beats_allocate_nothing(dut: Fifo) -> Result {
    const BEATS: u32 = 20_000;
    let clocked = Clocked::new(&dut.aclk, 10.ns());
    let clocked = clocked.reset_low(&dut.aresetn).start().await;
    scope(async |tm| {
        let source = Source::new(&dut.input).start(tm, &clocked);
        let sink = Sink::new(&dut.output).start(tm, &clocked);
        send(&source, &mut 0, BEATS).await?;
        clocked.edges(BEATS / 10).await;
        let before = allocations();
        clocked.edges(BEATS / 2).await;
        let allocated = allocations() - before;
        // The bytes, and what stands beside each beat.
        ensure!(
            allocated < 10,
            "{allocated} allocations for {} beats",
            BEATS / 2
        );
        let frame = sink.recv().await?;
        ensure!(frame.data == bytes(0, BEATS), "another frame came out");
        Ok(())
    })
    .await?;
    Ok(())
}
