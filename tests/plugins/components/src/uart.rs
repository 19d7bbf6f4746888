//! A UART's transmitter and receiver on one line.

use std::rc::Rc;

use verifork::prelude::*;
use verifork::record::{self, JsonLines};
use verifork_components::uart::{
    Character, Checker, Format, Frame, Monitor, Parity, Receiver, StopBits, Transmitter,
};
use verifork_components::{Interrupted, OnReset, Pauses, Scoreboard};

#[derive(Dut)]
pub(crate) struct Serial {
    clk: Signal<bool>,
    rst_n: Signal<bool>,
    pub(crate) line: Signal<Logic>,
    pub(crate) rts_n: Signal<Logic>,
}

impl Serial {
    /// Nothing is left of the test before.
    pub(crate) async fn idle(&self) {
        timer(1.ns()).await; // a checker fails in the read-only phase
        self.line.set(Logic::One);
        self.rst_n.set(true);
        timer(1.us()).await;
    }

    /// A clock for the reset alone.
    pub(crate) async fn start(&self) -> verifork_components::Clocked {
        self.idle().await;
        crate::start(&self.clk, &self.rst_n).await
    }
}

fn bits(nanoseconds: u64) -> Format {
    Format::bit_time(nanoseconds.ns())
}

#[verifork::test(
    timeout = 100.ms(),
    cases(
        usual = (Format::baud(115_200), Pauses::none()),
        with_pauses = (Format::baud(921_600), Pauses::random(0.8)),
        five_bits = (bits(80).data_bits(5).stop_bits(StopBits::OneAndHalf), Pauses::none()),
        six_bits = (bits(81).data_bits(6).parity(Parity::Mark), Pauses::random(0.3)),
        seven_bits = (bits(160).data_bits(7).parity(Parity::Even).stop_bits(StopBits::Two), Pauses::none()),
        eight_bits = (bits(33).parity(Parity::Odd).stop_bits(StopBits::OneAndHalf), Pauses::none()),
        nine_bits = (bits(100).data_bits(9).parity(Parity::Space), Pauses::random(0.5)),
        few_steps = (Format::bit_time(2.ns()).data_bits(9), Pauses::none()),
    )
)]
async fn what_is_sent_is_received_and_breaks_no_rule(
    dut: Serial,
    test: Test,
    format: Format,
    pauses: Pauses,
) -> Result {
    dut.idle().await;
    let mut rng = test.rng();
    let received = Scoreboard::in_order("received");
    let seen = Scoreboard::in_order("seen");
    scope(async |tm| {
        let sender = Transmitter::new(&dut.line, &format)
            .pauses(&pauses)
            .start(tm);
        let receiver = Receiver::new(&dut.line, &format).start(tm);
        Checker::new(&dut.line, &format)
            .tolerance_ppm(0)
            .no_breaks()
            .start(tm);
        let transfers = Monitor::new(&dut.line, &format).start(tm).transfers();
        let corners = [0, format.largest(), 1, 0x15];
        for data in corners
            .into_iter()
            .chain((0..200).map(|_| rng.random_range(0..=format.largest())))
        {
            received.expect(Character::new(data));
            seen.expect(Character::new(data));
            sender.send(data).await?;
            received.observe(receiver.recv().await?)?;
        }
        sender.all_sent().await?;
        while let Some(transfer) = transfers.try_recv() {
            ensure!(transfer.ended > transfer.begun);
            seen.observe(transfer.character)?;
        }
        Ok(())
    })
    .await?;
    received.finish()?;
    seen.finish()
}

/// Flow control: no more characters come than may wait, and each that is taken lets another one come.
#[verifork::test(cases(low = true, high = false))]
async fn a_receiver_without_room_stops_its_sender(dut: Serial, low: bool) -> Result {
    dut.idle().await;
    let format = bits(100);
    scope(async |tm| {
        let receiver = Receiver::new(&dut.line, &format);
        let sender = Transmitter::new(&dut.line, &format);
        let checker = Checker::new(&dut.line, &format);
        let (receiver, sender, checker) = if low {
            (
                receiver.rts_low(&dut.rts_n, 4),
                sender.cts_low(&dut.rts_n),
                checker.cts_low(&dut.rts_n),
            )
        } else {
            (
                receiver.rts_high(&dut.rts_n, 4),
                sender.cts_high(&dut.rts_n),
                checker.cts_high(&dut.rts_n),
            )
        };
        let receiver = receiver.start(tm);
        timer(10.ns()).await;
        dut.rts_n
            .expect(if low { Logic::Zero } else { Logic::One })?;
        checker.start(tm);
        let sender = sender.start(tm);
        for data in 0..20_u8 {
            sender.send(data).await?;
        }
        for taken in 0..=16 {
            timer(30.us()).await;
            ensure!((receiver.len(), sender.pending()) == (4, 16 - taken));
            read_only().await;
            if taken == 16 {
                break;
            }
            ensure!(receiver.recv_good().await? == u16::try_from(taken)?);
        }
        for data in 16..20 {
            ensure!(receiver.recv_good().await? == data);
        }
        ensure!(sender.pending() == 0);
        Ok(())
    })
    .await?;
    Ok(())
}

/// Whatever is wrong with a frame, the receiver finds just that, and goes on with the next.
#[verifork::test(
    timeout = 100.ms(),
    cases(
        without_parity = bits(100),
        with_parity = bits(100).data_bits(7).parity(Parity::Odd),
        two_stop_bits = bits(100).data_bits(9).parity(Parity::Mark).stop_bits(StopBits::Two),
        a_half_more = bits(100).data_bits(5).parity(Parity::Even).stop_bits(StopBits::OneAndHalf),
    )
)]
async fn what_is_wrong_is_received_as_such(dut: Serial, test: Test, format: Format) -> Result {
    dut.idle().await;
    let mut rng = test.rng();
    let received = Scoreboard::in_order("received");
    let has_parity =
        format.received(&Frame::new(1)) != format.received(&Frame::new(1).wrong_parity());
    let mut errors = 0;
    scope(async |tm| {
        let sender = Transmitter::new(&dut.line, &format).start(tm);
        let receiver = Receiver::new(&dut.line, &format).start(tm);
        for _ in 0..300 {
            let frame = Frame::new(rng.random_range(0..=format.largest()));
            let frame = match rng.random_range(0..7) {
                0 if has_parity => frame.wrong_parity(),
                1 => frame.low_stop(),
                2 if has_parity => frame.wrong_parity().low_stop(),
                3 => Frame::line_break(rng.random_range(14..50)),
                4 => Frame::glitch(rng.random_range(1..500)),
                5 => {
                    // Odd: an edge right in the middle would be a race.
                    let until = 2 * rng.random_range(151..500) + 1;
                    frame.glitch_in(rng.random_range(1..7), 300..until)
                }
                _ => frame,
            };
            if let Some(character) = format.received(&frame) {
                errors += u32::from(!character.is_good());
                received.expect(character);
            }
            sender.send(frame).await?.sent().await?;
        }
        while let Some(character) = receiver.try_recv() {
            received.observe(character)?;
        }
        Ok(())
    })
    .await?;
    ensure!(errors > 50, "{errors} errors");
    received.finish()
}

/// Nine and a half bits after the start, half a bit is 5 %.
#[verifork::test(cases(
    right = (0, true),
    fast = (45_000, true),
    slow = (-45_000, true),
    too_fast = (60_000, false),
    too_slow = (-60_000, false),
))]
async fn a_receiver_tolerates_half_a_bit(dut: Serial, ppm: i32, comes_through: bool) -> Result {
    dut.idle().await;
    let format = bits(100);
    let (mut good, data) = (0, [0x55_u8, 0x00, 0xff, 0x7f, 0x01, 0x80]);
    scope(async |tm| {
        let off = format.off_by_ppm(ppm);
        // A bit apart, so that one that is cut short does not eat the next start bit.
        let sender = Transmitter::new(&dut.line, &off)
            .pauses(&Pauses::cycle([true, true, false]))
            .start(tm);
        let receiver = Receiver::new(&dut.line, &format).start(tm);
        for data in data {
            sender.send(data).await?.sent().await?;
            while let Some(character) = receiver.try_recv() {
                good += usize::from(character == Character::new(data.into()));
            }
        }
        Ok(())
    })
    .await?;
    ensure!((good == data.len()) == comes_through, "{good} came through");
    Ok(())
}

/// A monitor and a record have a break from its beginning to its end.
#[verifork::test]
async fn a_break_is_one_transfer_as_long_as_it_lasts(dut: Serial) -> Result {
    dut.idle().await;
    let lines = Rc::new(JsonLines::new(Vec::new()));
    scope(async |tm| {
        let _listening = record::listen(Rc::clone(&lines));
        let sender = Transmitter::new(&dut.line, &bits(100)).start(tm);
        Checker::new(&dut.line, &bits(100)).start(tm);
        let transfers = Monitor::new(&dut.line, &bits(100)).start(tm).transfers();
        sender.send(0x41_u8).await?;
        sender.send(Frame::line_break(25)).await?.sent().await?;
        let character = transfers.recv().await?;
        ensure!(character.character == Character::new(0x41), "{character:?}");
        ensure!(character.ended - character.begun == 950.ns());
        let seen = transfers.recv().await?;
        ensure!(
            seen.character.is_break && seen.ended - seen.begun == 2.5.us(),
            "{seen:?}"
        );
        ensure!(transfers.is_empty());
        Ok(())
    })
    .await?;
    let text = crate::recorded(lines)?;
    ensure!(
        text.contains("\"0x41\"") && text.contains("\"break\""),
        "{text}"
    );
    Ok(())
}

/// A break is found again at once where the line is low before the receiver is started.
#[verifork::test]
async fn a_line_that_is_low_at_the_start_is_no_start_bit(dut: Serial) -> Result {
    dut.line.set(Logic::Zero);
    timer(100.ns()).await;
    let format = bits(100);
    scope(async |tm| {
        let receiver = Receiver::new(&dut.line, &format).start(tm);
        timer(2.us()).await;
        dut.line.set(Logic::One);
        timer(1.us()).await;
        ensure!(receiver.is_empty());
        let sender = Transmitter::new(&dut.line, &format).start(tm);
        sender.send(7_u16).await?;
        ensure!(receiver.recv_good().await? == 7);
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(cases(fails = OnReset::Fail, is_made_up_for = OnReset::Retry))]
async fn a_reset_cuts_what_is_under_way(dut: Serial, on_reset: OnReset) -> Result {
    let clocked = dut.start().await;
    let format = bits(100);
    scope(async |tm| {
        let sender = Transmitter::new(&dut.line, &format)
            .reset_of(&clocked)
            .on_reset(on_reset)
            .start(tm);
        let receiver = Receiver::new(&dut.line, &format)
            .reset_of(&clocked)
            .on_reset(on_reset)
            .start(tm);
        Checker::new(&dut.line, &format)
            .reset_of(&clocked)
            .start(tm);
        let transfers = Monitor::new(&dut.line, &format)
            .reset_of(&clocked)
            .start(tm)
            .transfers();
        let first = sender.send(1_u16).await?;
        first.sent().await?;
        ensure!(receiver.recv().await? == Character::new(1));
        let waiting = tm.fork("waiting", {
            let receiver = receiver.clone();
            async move { Ok(receiver.recv().await) }
        });
        let (cut, queued) = (sender.send(2_u16).await?, sender.send(3_u16).await?);
        timer(450.ns()).await;
        clocked.reset().await;
        timer(5.us()).await;
        match on_reset {
            OnReset::Fail => {
                ensure!(cut.sent().await == Err(Interrupted::Reset));
                ensure!(queued.sent().await == Err(Interrupted::Reset));
                ensure!(waiting.await? == Err(Interrupted::Reset));
                ensure!(sender.pending() == 0 && receiver.is_empty());
                sender.send(4_u16).await?;
                ensure!(receiver.recv_good().await? == 4);
            }
            OnReset::Retry => {
                ensure!(cut.sent().await == Ok(()) && queued.sent().await == Ok(()));
                ensure!(waiting.await? == Ok(Character::new(2)));
                ensure!(receiver.recv_good().await? == 3);
            }
        }
        let whole = if on_reset == OnReset::Fail { 2 } else { 3 };
        ensure!(transfers.len() == whole, "{} transfers", transfers.len());
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn who_waits_for_a_receiver_or_a_transmitter_that_ends_hears_of_it(dut: Serial) -> Result {
    dut.idle().await;
    let mut kept = None;
    scope(async |tm| {
        let sender = Transmitter::new(&dut.line, &bits(100)).start(tm);
        let receiver = Receiver::new(&dut.line, &bits(100)).start(tm);
        let ticket = sender.send(1_u16).await?;
        timer(300.ns()).await;
        kept = Some((sender, receiver, ticket));
        Ok(())
    })
    .await?;
    let (sender, receiver, ticket) = kept.unwrap();
    ensure!(ticket.sent().await == Err(Interrupted::Ended));
    ensure!(receiver.recv().await == Err(Interrupted::Ended));
    ensure!(sender.send(1_u16).await.is_err());
    Ok(())
}

#[verifork::test]
async fn what_a_format_cannot_have_is_an_error_of_its_sender(dut: Serial, test: Test) -> Result {
    dut.idle().await;
    let sender = Transmitter::new(&dut.line, &bits(100)).start(&test);
    for (frame, says) in [
        (Frame::new(0x100), "0x100 does not fit the data bits of `"),
        (
            Frame::new(0).wrong_parity(),
            "no parity that could be wrong",
        ),
        (Frame::line_break(9), "at least a character of 10 bits"),
        (Frame::glitch(1000), "1 to 999 thousandths"),
        (Frame::new(0).glitch_in(10, 0..9), "ends at 10000"),
    ] {
        let error = sender.send(frame).await.unwrap_err().to_string();
        ensure!(
            error.starts_with("UART: ") && error.contains(says),
            "{error}"
        );
    }
    Ok(())
}

#[verifork::test(should_fail = "has sent 0x41 with a framing error")]
async fn a_character_that_is_not_good_is_an_error_of_who_wants_a_good_one(
    dut: Serial,
    test: Test,
) -> Result {
    dut.idle().await;
    let sender = Transmitter::new(&dut.line, &bits(100)).start(&test);
    let receiver = Receiver::new(&dut.line, &bits(100)).start(&test);
    sender.send(Frame::new(0x41).low_stop()).await?;
    receiver.recv_good().await?;
    Ok(())
}

#[verifork::test(should_fail(
    panic = "is already driven, by the transmitter started at tests/plugins/components/src/uart.rs:"
))]
async fn a_second_transmitter_on_one_line_is_refused(dut: Serial, test: Test) {
    let _first = Transmitter::new(&dut.line, &bits(100)).start(&test);
    let _second = Transmitter::new(&dut.line, &bits(100)).start(&test);
}

#[verifork::test(
    cases(transmitter = 0, receiver = 1, monitor = 2, checker = 3),
    should_fail(panic = "UART: a bit (1 fs a bit, 8 data bits, no parity, 1 stop bit) is about ")
)]
async fn a_bit_that_is_too_short_is_refused_where_it_is_started(
    dut: Serial,
    test: Test,
    which: u8,
) {
    let format = Format::bit_time(1.fs());
    match which {
        0 => _ = Transmitter::new(&dut.line, &format).start(&test),
        1 => _ = Receiver::new(&dut.line, &format).start(&test),
        2 => _ = Monitor::new(&dut.line, &format).start(&test),
        _ => Checker::new(&dut.line, &format).start(&test),
    }
}

#[verifork::test(timeout = 5.us(), should_fail(timeout = "line`, to receive a character"))]
async fn a_receiver_that_hangs_says_what_it_waits_for(dut: Serial, test: Test) -> Result {
    dut.idle().await;
    let receiver = Receiver::new(&dut.line, &bits(100)).start(&test);
    receiver.recv().await?;
    Ok(())
}
