//! AXI4-Streams through a FIFO, and through a converter to a wider stream: what comes out are the frames that
//! went in. Both sides are components, and checkers know the protocol's rules.

use verifork::prelude::*;
use verifork_components::axi_stream::{Checker, Frame, Monitor, Signals, Sink, Source};
use verifork_components::{Clocked, Interrupted, Pauses, Scoreboard};

/// The FIFO has TID, TDEST and TUSER, the converter has not: there they are `None`.
#[derive(Dut)]
struct Stream {
    aclk: Signal<bool>,
    aresetn: Signal<bool>,
    #[dut(prefix = "s_axis_")]
    input: Signals,
    #[dut(prefix = "m_axis_")]
    output: Signals,
}

impl Stream {
    async fn start(&self) -> Clocked {
        Clocked::new(&self.aclk, 10.ns())
            .reset_low(&self.aresetn)
            .start()
            .await
    }

    fn random_frame(&self, rng: &mut TestRng) -> Frame {
        let mut bytes = vec![0; rng.random_range(1..=40)];
        rng.fill_bytes(&mut bytes);
        let mut frame = Frame::new(bytes);
        if let (Some(tid), Some(tdest)) = (self.input.tid, self.input.tdest) {
            frame.id = rng.random_range(0..1 << tid.width());
            frame.dest = rng.random_range(0..1 << tdest.width());
        }
        match self.input.tuser {
            Some(tuser) => frame.user(LogicVec::random(tuser.width(), rng)),
            None => frame,
        }
    }
}

#[verifork::test(
    timeout = 10.ms(),
    cases(
        at_full_speed = (Pauses::none(), Pauses::none()),
        with_back_pressure = (Pauses::none(), Pauses::random(0.7)),
        with_pauses = (Pauses::random(0.5), Pauses::none()),
        in_bursts = (
            Pauses::bursts([(1..=30, 1)], [(1..=30, 1)]),
            Pauses::bursts([(1..=30, 1)], [(1..=30, 1)]),
        ),
    )
)]
async fn frames_come_through(
    dut: Stream,
    test: Test,
    sending: Pauses,
    receiving: Pauses,
) -> Result {
    let clocked = dut.start().await;
    let mut rng = test.rng();
    // Frames of other streams may overtake, those of one may not.
    let frames = Scoreboard::by_key("frames", |frame: &Frame| (frame.id, frame.dest));
    scope(async |tm| {
        let mixed = if dut.input.tid.is_some() { 4 } else { 1 };
        let source = Source::new(&dut.input)
            .interleave(mixed)
            .pauses(&sending)
            .start(tm, &clocked);
        let sink = Sink::new(&dut.output)
            .pauses(&receiving)
            .start(tm, &clocked);
        Checker::new(&dut.input).start(tm, &clocked);
        Checker::new(&dut.output).start(tm, &clocked);
        let inputs = Monitor::new(&dut.input).start(tm, &clocked).frames();
        frames.predict(tm, inputs, |frame| [frame.clone()]);
        for _ in 0..200 {
            source.send(dut.random_frame(&mut rng)).await?;
        }
        for _ in 0..200 {
            frames.observe(sink.recv().await?)?;
        }
        Ok(())
    })
    .await?;
    frames.finish()
}

/// A reset in the middle of a frame forgets it, on both sides, and what comes next is whole.
#[verifork::test(timeout = 1.ms())]
async fn a_reset_forgets_what_is_inside(dut: Stream, test: Test) -> Result {
    let clocked = dut.start().await;
    let mut rng = test.rng();
    scope(async |tm| {
        let stalls = Pauses::none();
        let source = Source::new(&dut.input).start(tm, &clocked);
        let sink = Sink::new(&dut.output).pauses(&stalls).start(tm, &clocked);
        Checker::new(&dut.output).start(tm, &clocked);
        for _ in 0..20 {
            stalls.set(Pauses::always());
            let lost = source.send(dut.random_frame(&mut rng)).await?;
            let dropped = source.send(Frame::new(vec![0; 400])).await?; // more than there is room for
            clocked.edges(rng.random_range(1..60)).await;
            clocked.reset().await;
            ensure!(dropped.sent().await == Err(Interrupted::Reset));
            ensure!(lost.is_over(), "it is in the design, or dropped");
            stalls.set(Pauses::none());
            let frame = dut.random_frame(&mut rng);
            source.send(frame.clone()).await?;
            let received = sink.recv().await?;
            ensure!(received == frame.received(), "{received:?} after a reset");
        }
        Ok(())
    })
    .await?;
    Ok(())
}
