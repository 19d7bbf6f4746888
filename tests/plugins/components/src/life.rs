//! How components end, and what a reset, a hang, a recording and a scoreboard make of them.

use std::cell::Cell;
use std::rc::Rc;

use verifork::prelude::*;
use verifork::record::{self, JsonLines};
use verifork_components::axi_stream::{Checker, Frame, Monitor, Signals, Sink, Source};
use verifork_components::{Clocked, Interrupted, OnReset, Pauses, Scoreboard};

use crate::Wires;

/// With a wire for a clock, which nobody drives.
#[derive(Dut)]
struct Clockless {
    req_write: Signal<bool>,
    #[dut(prefix = "axis_")]
    axis: Signals,
}

fn frame(byte: u8) -> Frame {
    Frame::new(vec![byte; 16])
}

/// A reset drops what is under way and what waits; what is sent after it comes through.
#[verifork::test]
async fn a_reset_drops_what_is_not_done_and_tells_who_waits(dut: Wires) -> Result {
    let clocked = dut.start().await;
    scope(async |tm| {
        let hold = Pauses::none();
        let source = Source::new(&dut.axis).start(tm, &clocked);
        let sink = Sink::new(&dut.axis).pauses(&hold).start(tm, &clocked);
        Checker::new(&dut.axis).start(tm, &clocked);
        let done = source.send(frame(1)).await?;
        done.sent().await?;
        hold.set(Pauses::always());
        let cut = source.send(frame(2)).await?;
        let queued = source.send(frame(3)).await?;
        clocked.edges(5).await;
        ensure!(!cut.is_over() && !queued.is_over() && sink.len() == 1);
        let receiving = sink.clone();
        let waiting = tm.fork("waiting", async move {
            // One is there; the next comes too late.
            ensure!(receiving.recv().await? == frame(1));
            Ok(receiving.recv().await)
        });
        clocked.reset().await;
        ensure!(cut.sent().await == Err(Interrupted::Reset));
        ensure!(queued.sent().await == Err(Interrupted::Reset));
        ensure!(done.sent().await == Ok(()));
        ensure!(waiting.await? == Err(Interrupted::Reset));
        hold.set(Pauses::none());
        source.send(frame(4)).await?.sent().await?;
        ensure!(sink.recv().await? == frame(4));
        Ok(())
    })
    .await?;
    Ok(())
}

/// What is accepted just before a reset, between two edges, is dropped and said to be.
#[verifork::test(timeout = 1.ms())]
async fn what_comes_just_before_a_reset_is_dropped(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let source = Source::new(&dut.axis).start(&test, &clocked);
    let sink = Sink::new(&dut.axis).start(&test, &clocked);
    clocked.edges(3).await;
    timer(2.ns()).await;
    let ticket = source.send(frame(1)).await?;
    timer(2.ns()).await;
    clocked.reset().await;
    ensure!(ticket.sent().await == Err(Interrupted::Reset));
    clocked.edges(6).await;
    ensure!(sink.is_empty(), "it was dropped, and sent after the reset");
    source.send(frame(2)).await?;
    ensure!(sink.recv().await? == frame(2));
    Ok(())
}

/// With `Retry` a reset costs time and nothing else.
#[verifork::test]
async fn a_reset_is_made_up_for_if_that_is_chosen(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let board = Scoreboard::by_key("frames", |frame: &Frame| frame.id);
    scope(async |tm| {
        let source = Source::new(&dut.axis)
            .on_reset(OnReset::Retry)
            .interleave(2)
            .start(tm, &clocked);
        let sink = Sink::new(&dut.axis)
            .on_reset(OnReset::Retry)
            .pauses(&Pauses::random(0.5))
            .start(tm, &clocked);
        Checker::new(&dut.axis).start(tm, &clocked);
        let mut rng = test.rng();
        let resets = tm.fork("resets", async move {
            for _ in 0..6 {
                clocked.edges(rng.random_range(10..60)).await;
                clocked.reset().await;
            }
            Ok(())
        });
        let mut tickets = Vec::new();
        for number in 0..40_u8 {
            let frame = frame(number).id(u32::from(number % 4));
            board.expect(frame.clone());
            tickets.push(source.send(frame).await?);
        }
        resets.await?;
        for ticket in tickets {
            ticket.sent().await?;
        }
        // A frame that was taken before a reset is gone with the sink's queue: look at what is left.
        let mut last = [None; 4];
        while let Some(frame) = sink.try_recv() {
            let (id, number) = (frame.id as usize, frame.data[0]);
            ensure!(frame == self::frame(number).id(frame.id), "{frame:?}");
            ensure!(last[id] < Some(number), "{number} after {last:?}");
            last[id] = Some(number);
        }
        ensure!(last.contains(&Some(39)), "{last:?}");
        Ok(())
    })
    .await?;
    let _ = board.finish(); // how many were taken before a reset is chance
    Ok(())
}

/// A component that has ended tells who waits.
#[verifork::test]
async fn who_waits_for_a_component_that_ends_hears_of_it(dut: Wires) -> Result {
    let clocked = dut.start().await;
    let mut kept = None;
    scope(async |tm| {
        let source = Source::new(&dut.axis).start(tm, &clocked);
        let sink = Sink::new(&dut.bare).start(tm, &clocked);
        let ticket = source.send(frame(1)).await?;
        clocked.edges(3).await;
        kept = Some((source, sink, ticket));
        Ok(())
    })
    .await?;
    let (source, sink, ticket) = kept.unwrap();
    ensure!(ticket.sent().await == Err(Interrupted::Ended));
    ensure!(sink.recv().await == Err(Interrupted::Ended));
    let error = source.send(frame(2)).await.unwrap_err().to_string();
    ensure!(error.contains("the component has ended"), "{error}");
    Ok(())
}

/// Started in a manager, or in the test itself.
#[verifork::test]
async fn components_live_in_a_manager_or_in_the_test(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let tm = TaskManager::new();
    let source = Source::new(&dut.axis).start(&tm, &clocked);
    let sink = Sink::new(&dut.axis).start(&test, &clocked);
    Monitor::new(&dut.axis).start(&tm, &clocked);
    Monitor::new(&dut.axis).start(&tm, &clocked); // any number of them
    source.send(frame(1)).await?.sent().await?;
    ensure!(sink.recv().await? == frame(1));
    tm.join_all().await
}

/// A clock that nobody has started is told of as a component is.
#[verifork::test(should_fail(
    panic = "wires.req_write` does not run: `Clocked::new(…)` is started by"
))]
async fn a_bus_whose_clock_was_not_started_is_refused(dut: Clockless, test: Test) {
    let clocked = Clocked::new(&dut.req_write, 10.ns());
    Source::new(&dut.axis).start(&test, &clocked);
}

/// And one that nobody drives, as soon as nothing else happens.
#[verifork::test(timeout = 1.us(), should_fail(timeout = "wires.req_write` has not changed since"))]
async fn a_bus_without_a_clock_is_reported(dut: Clockless, test: Test) -> Result {
    dut.req_write.set(false);
    let clocked = Clocked::external(&dut.req_write);
    let source = Source::new(&dut.axis).start(&test, &clocked);
    source.send(frame(1)).await?.sent().await?;
    Ok(())
}

/// A hang names the component, the channel and what it waits for.
#[verifork::test(timeout = 500.ns(), should_fail(timeout = "axis_tready`, to send on "))]
async fn a_source_that_hangs_says_what_it_waits_for(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let source = Source::new(&dut.axis).start(&test, &clocked);
    source.send(frame(1)).await?.sent().await?;
    Ok(())
}

#[verifork::test(timeout = 500.ns(), should_fail(timeout = "axis_tvalid`, to receive on "))]
async fn a_sink_that_hangs_says_what_it_waits_for(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let sink = Sink::new(&dut.axis).start(&test, &clocked);
    sink.recv().await?;
    Ok(())
}

/// A pause that is changed while it runs takes effect in the next cycle.
#[verifork::test]
async fn pauses_are_changed_while_they_run(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let pauses = Pauses::always();
    let source = Source::new(&dut.axis).start(&test, &clocked);
    let sink = Sink::new(&dut.axis).pauses(&pauses).start(&test, &clocked);
    let ticket = source.send(frame(1)).await?;
    clocked.edges(50).await;
    ensure!(!ticket.is_over() && sink.is_empty());
    pauses.set(Pauses::none());
    clocked.edges(8).await;
    ensure!(ticket.is_over() && sink.len() == 1);
    pauses.set(Pauses::always());
    let ticket = source.send(frame(2)).await?;
    clocked.edges(50).await;
    ensure!(!ticket.is_over());
    Ok(())
}

/// A monitor's frames are recorded from their first beat to their last.
#[verifork::test]
async fn frames_are_recorded(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let lines = Rc::new(JsonLines::new(Vec::new()));
    let listening = record::listen(Rc::clone(&lines));
    let beats = Rc::new(Cell::new(0));
    let counted = Rc::clone(&beats);
    let frames = Rc::new(Cell::new(0));
    let counted_frames = Rc::clone(&frames);
    scope(async |tm| {
        let source = Source::new(&dut.axis).start(tm, &clocked);
        let _sink = Sink::new(&dut.axis).start(&test, &clocked);
        let monitor = Monitor::new(&dut.axis).start(tm, &clocked);
        monitor.for_each_beat(move |_| counted.set(counted.get() + 1));
        monitor.for_each_frame(move |_| counted_frames.set(counted_frames.get() + 1));
        for number in 0..3 {
            source.send(frame(number).id(u32::from(number))).await?;
        }
        source.all_sent().await?;
        clocked.edges(2).await;
        Ok(())
    })
    .await?;
    drop(listening);
    let text = crate::recorded(lines)?;
    ensure!(
        beats.get() == 3 * (16 / dut.axis.bytes()),
        "{} beats",
        beats.get()
    );
    ensure!(frames.get() == 3, "{} frames", frames.get());
    ensure!(text.lines().count() == 15, "{text}");
    ensure!(text.contains("\"name\":\"tid\",\"value\":\"2\""), "{text}");
    let times: Vec<u64> = text
        .lines()
        .filter_map(|line| line.split("\"at_fs\":").nth(1))
        .filter_map(|rest| rest.split([',', '}']).next()?.parse().ok())
        .collect();
    ensure!(times.len() == 6 && times.is_sorted(), "{text}");
    let beat = 10_000_000;
    ensure!(
        times[1] - times[0] == beat * (16 / dut.axis.bytes() as u64 - 1),
        "{text}"
    );
    Ok(())
}

/// A scoreboard that nobody finishes fails the test with what is left.
#[verifork::test(should_fail = "scoreboard `words`: 1 of 2 expected were never observed")]
async fn a_scoreboard_with_something_left_fails_the_test() -> Result {
    let words = Scoreboard::in_order("words");
    words.expect(1);
    words.expect(2);
    words.observe(1)
}

/// Also where it goes with a task that is cancelled when the test has ended.
#[verifork::test(should_fail = "scoreboard `words`: 1 of 1 expected were never observed")]
async fn a_scoreboard_of_a_task_that_is_cancelled_fails_the_test() {
    background("keeper", async {
        let words = Scoreboard::in_order("words");
        words.expect(1);
        pending::<()>().await;
        Ok(())
    });
}

#[verifork::test(should_fail = "number 2 differs from number 2 that was expected")]
async fn a_watching_scoreboard_fails_the_test_at_once(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let board = Scoreboard::in_order("frames");
    let source = Source::new(&dut.axis).start(&test, &clocked);
    let _sink = Sink::new(&dut.axis).start(&test, &clocked);
    board.watch(
        &test,
        Monitor::new(&dut.axis).start(&test, &clocked).frames(),
    );
    board.expect(frame(1));
    board.expect(frame(7));
    source.send(frame(1)).await?;
    source.send(frame(2)).await?;
    pending().await // it ends by the difference
}
