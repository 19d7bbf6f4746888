//! A source, a sink, monitors and checkers on the same wires, with all pauses: what goes in comes out, and no
//! rule fires falsely.

use verifork::prelude::*;
use verifork_components::axi_stream::{self, Frame};
use verifork_components::{Data, Pauses, Scoreboard, valid_ready};

use crate::{Wires, allocations, traffic};

const FRAMES: usize = 150;

fn no_pauses() -> [Pauses; 2] {
    [Pauses::none(), Pauses::none()]
}

#[verifork::test(
    timeout = 10.ms(),
    cases(
        without_pauses = no_pauses(),
        stalls = [Pauses::random(0.4), Pauses::random(0.4)],
        back_pressure = [Pauses::none(), Pauses::random(0.7)],
        bursts = [
            Pauses::bursts([(1..=9, 1)], [(0..=3, 5), (20..=20, 1)]),
            Pauses::bursts([(1..=2, 1)], [(1..=1, 1)]),
        ],
        patterns = [Pauses::cycle([true, false]), Pauses::cycle([false, false, true])],
        iterators = [
            Pauses::iter((0..).map(|cycle: u32| cycle.is_multiple_of(3))),
            Pauses::iter([true; 100]),
        ],
    )
)]
async fn frames_go_through(dut: Wires, test: Test, pauses: [Pauses; 2]) -> Result {
    let clocked = dut.start().await;
    let [sending, receiving] = pauses;
    let mut rng = test.rng();
    let board = Scoreboard::in_order("frames");
    let seen = Scoreboard::in_order("monitored frames");
    scope(async |tm| {
        let source = axi_stream::Source::new(&dut.axis)
            .pauses(&sending)
            .start(tm, &clocked);
        let sink = axi_stream::Sink::new(&dut.axis)
            .pauses(&receiving)
            .start(tm, &clocked);
        axi_stream::Checker::new(&dut.axis).start(tm, &clocked);
        let monitor = axi_stream::Monitor::new(&dut.axis).start(tm, &clocked);
        seen.watch(tm, monitor.frames());
        for _ in 0..FRAMES {
            let frame = traffic::frame(&mut rng, &dut.axis);
            board.expect(frame.clone().received());
            seen.expect(frame.clone().received());
            source.send(frame).await?;
        }
        for _ in 0..FRAMES {
            board.observe(sink.recv().await?)?;
        }
        source.all_sent().await?;
        ensure!(sink.is_empty() && source.pending() == 0);
        Ok(())
    })
    .await?;
    ensure!(board.matched() == FRAMES as u64);
    seen.finish()?;
    board.finish()
}

/// Beats of several frames are mixed, and each stream keeps its order.
#[verifork::test(timeout = 10.ms())]
async fn interleaved_frames_keep_the_order_of_their_stream(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let mut rng = test.rng();
    let stream = |frame: &Frame| (frame.id, frame.dest);
    let board = Scoreboard::by_key("frames", stream);
    scope(async |tm| {
        let pauses = Pauses::random(0.2);
        let source = axi_stream::Source::new(&dut.axis)
            .interleave(4)
            .pauses(&pauses)
            .start(tm, &clocked);
        let sink = axi_stream::Sink::new(&dut.axis)
            .pauses(&pauses)
            .start(tm, &clocked);
        axi_stream::Checker::new(&dut.axis).start(tm, &clocked);
        let beats = axi_stream::Monitor::new(&dut.axis)
            .start(tm, &clocked)
            .beats();
        for _ in 0..FRAMES {
            let frame = traffic::frame(&mut rng, &dut.axis);
            board.expect(frame.clone().received());
            source.send(frame).await?;
        }
        for _ in 0..FRAMES {
            board.observe(sink.recv().await?)?;
        }
        // They were mixed: a beat of another stream came inside of a frame.
        let mut mixed = 0;
        let mut before = None;
        while let Some(beat) = beats.try_recv() {
            let now = (beat.id, beat.dest);
            mixed += u32::from(before.is_some_and(|before| before != now));
            before = (!beat.last).then_some(now);
        }
        ensure!(
            mixed > 20,
            "beats of another stream came in a frame {mixed} times"
        );
        Ok(())
    })
    .await?;
    board.finish()
}

/// A stream of TVALID, TREADY and TDATA alone: each beat is a frame.
#[verifork::test(timeout = 10.ms())]
async fn a_bare_stream_has_a_frame_a_beat(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let mut rng = test.rng();
    let bytes = dut.bare.bytes();
    let board = Scoreboard::in_order("beats");
    scope(async |tm| {
        let source = axi_stream::Source::new(&dut.bare).start(tm, &clocked);
        let sink = axi_stream::Sink::new(&dut.bare)
            .pauses(&Pauses::random(0.5))
            .start(tm, &clocked);
        axi_stream::Checker::new(&dut.bare).start(tm, &clocked);
        for _ in 0..FRAMES {
            let mut data = vec![0; bytes];
            rng.fill_bytes(&mut data);
            board.expect(Frame::new(data.clone()));
            source.send(Frame::new(data)).await?;
        }
        for _ in 0..FRAMES {
            board.observe(sink.recv().await?)?;
        }
        Ok(())
    })
    .await?;
    board.finish()
}

/// Beats of a long frame on up to 64 bits, between two growths of the frames that the sink and the monitor make of them.
#[verifork::test(timeout = 1.ms())]
async fn a_beat_allocates_nothing(dut: Wires) -> Result {
    let bytes = dut.axis.bytes();
    if bytes > 8 {
        return skip("a write of more than 64 bits takes memory");
    }
    let clocked = dut.start().await;
    scope(async |tm| {
        let source = axi_stream::Source::new(&dut.axis).start(tm, &clocked);
        let sink = axi_stream::Sink::new(&dut.axis).start(tm, &clocked);
        axi_stream::Checker::new(&dut.axis).start(tm, &clocked);
        axi_stream::Monitor::new(&dut.axis).start(tm, &clocked);
        let sent = source
            .send(Frame::new(vec![0xa5; 2048 * bytes]).id(3))
            .await?;
        clocked.edges(1100).await;
        let before = allocations::count();
        clocked.edges(900).await;
        let found = allocations::count() - before;
        ensure!(!sent.is_over(), "the frame is too short to say");
        ensure!(found == 0, "{found} allocations in 900 beats");
        sent.sent().await?;
        clocked.edge().await;
        ensure!(sink.recv().await?.data.len() == 2048 * bytes);
        Ok(())
    })
    .await?;
    Ok(())
}

/// Requests, too, whose values need no heap.
#[verifork::test(timeout = 1.ms())]
async fn a_transfer_allocates_nothing(dut: Out) -> Result {
    let clocked = verifork_components::Clocked::new(&dut.clk, 10.ns())
        .start()
        .await;
    scope(async |tm| {
        let source = valid_ready::Source::new(&dut.out).start(tm, &clocked);
        let sink = valid_ready::Sink::new(&dut.out)
            .queue(4)
            .start(tm, &clocked);
        valid_ready::Checker::new(&dut.out).start(tm, &clocked);
        for word in (0..=u8::MAX).cycle().take(1000) {
            source.send(word).await?;
        }
        clocked.edges(600).await;
        let before = allocations::count();
        for _ in 0..300 {
            clocked.edge().await;
            while sink.try_recv().is_some() {}
        }
        let found = allocations::count() - before;
        ensure!(source.pending() > 0, "it is over");
        ensure!(found == 0, "{found} allocations in 300 transfers");
        Ok(())
    })
    .await?;
    Ok(())
}

/// A beat each clock, from the first to the last.
#[verifork::test]
async fn nothing_is_lost_of_the_rate(dut: Wires) -> Result {
    let clocked = dut.start().await;
    scope(async |tm| {
        let source = axi_stream::Source::new(&dut.axis).start(tm, &clocked);
        let sink = axi_stream::Sink::new(&dut.axis).start(tm, &clocked);
        let beats = axi_stream::Monitor::new(&dut.axis)
            .start(tm, &clocked)
            .beats();
        let first = now();
        for _ in 0..10 {
            source
                .send(Frame::new(vec![7; 10 * dut.axis.bytes()]))
                .await?;
        }
        source.all_sent().await?;
        let cycles = crate::cycles_since(first);
        ensure!(
            (100..=102).contains(&cycles),
            "{cycles} cycles for 100 beats"
        );
        clocked.edge().await;
        ensure!(beats.len() == 100 && sink.len() == 10);
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(
    timeout = 10.ms(),
    cases(
        without_pauses = no_pauses(),
        stalls = [Pauses::random(0.4), Pauses::random(0.4)],
    )
)]
async fn requests_go_through(dut: Wires, test: Test, pauses: [Pauses; 2]) -> Result {
    let clocked = dut.start().await;
    let [sending, receiving] = pauses;
    let mut rng = test.rng();
    let width = dut.requests.payload.data.width();
    let (board, seen) = (
        Scoreboard::in_order("requests"),
        Scoreboard::in_order("monitored"),
    );
    scope(async |tm| {
        let source = valid_ready::Source::new(&dut.requests)
            .pauses(&sending)
            .start(tm, &clocked);
        let sink = valid_ready::Sink::new(&dut.requests)
            .pauses(&receiving)
            .queue(3)
            .start(tm, &clocked);
        valid_ready::Checker::new(&dut.requests).start(tm, &clocked);
        let monitor = valid_ready::Monitor::new(&dut.requests).start(tm, &clocked);
        seen.watch(tm, monitor.transfers());
        for _ in 0..300 {
            let request = traffic::request(&mut rng, width);
            board.expect(request.clone());
            seen.expect(request.clone());
            source.send(request).await?;
        }
        for _ in 0..300 {
            board.observe(sink.recv().await?)?;
        }
        Ok(())
    })
    .await?;
    seen.finish()?;
    board.finish()
}

#[derive(Dut)]
struct Out {
    clk: Signal<bool>,
    #[dut(prefix = "out_")]
    out: valid_ready::Channel<Data<u8>>,
}

/// Without `ready`, a transfer is what is valid.
#[verifork::test]
async fn a_channel_without_ready_takes_everything(dut: Out) -> Result {
    let clocked = verifork_components::Clocked::new(&dut.clk, 10.ns())
        .start()
        .await;
    ensure!(dut.out.ready.is_none());
    scope(async |tm| {
        let source = valid_ready::Source::new(&dut.out)
            .pauses(&Pauses::cycle([true, false, false]))
            .start(tm, &clocked);
        let sink = valid_ready::Sink::new(&dut.out).start(tm, &clocked);
        valid_ready::Checker::new(&dut.out).start(tm, &clocked);
        for word in 0..100_u8 {
            source.send(word).await?;
        }
        for word in 0..100_u8 {
            let found = sink.recv().await?;
            ensure!(found == word, "{found}, not {word}");
        }
        Ok(())
    })
    .await?;
    Ok(())
}
