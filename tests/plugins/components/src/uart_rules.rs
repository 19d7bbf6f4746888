//! Each rule of a UART's line is broken on purpose, and nothing else.

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::uart::{Checker, Format, Frame, Parity, RULES, StopBits, Transmitter};

use crate::breaks::{all_have_tests, broke, unknown};
use crate::uart::Serial;

/// A bit takes 100 ns.
fn format() -> Format {
    Format::bit_time(100.ns()).parity(Parity::Even)
}

/// The levels of the line, from 0 on in turns, and for how many nanoseconds.
async fn levels(dut: &Serial, checker: Checker, nanoseconds: &[u64]) -> Result<(), TaskErrors> {
    dut.idle().await;
    scope(async |tm| {
        checker.start(tm);
        timer(500.ns()).await;
        for (level, nanoseconds) in [Logic::Zero, Logic::One]
            .into_iter()
            .cycle()
            .zip(nanoseconds)
        {
            dut.line.set(level);
            timer(nanoseconds.ns()).await;
        }
        dut.line.set(Logic::One);
        timer(3.us()).await;
        Ok(())
    })
    .await
}

#[verifork::test(cases(
    // 0x55 and its parity, twice: the second right after the stop bit.
    twice = &[100, 100, 100, 100, 100, 100, 100, 100, 200, 100, 100, 100, 100, 100, 100, 100, 100, 100, 200, 2000][..],
    // All zero, up to the parity bit; its length is the tolerance's.
    zero = &[1000, 100][..],
    slow_zero = &[1020, 100][..],
    fast_zero = &[980, 100][..],
    drift_within_the_tolerance = &[815, 400][..],
    a_break = &[1100, 100, 1000, 100][..],
    a_long_break = &[5432, 99, 1000][..],
))]
async fn what_is_right_breaks_no_rule(dut: Serial, nanoseconds: &'static [u64]) -> Result {
    Ok(levels(&dut, Checker::new(&dut.line, &format()), nanoseconds).await?)
}

#[verifork::test(cases(
    idle = ("UART_GLITCH", &[30][..]),
    in_a_bit = ("UART_GLITCH", &[100, 130, 20, 700][..]),
    beside_an_edge = ("UART_GLITCH", &[100, 5, 95][..]),
    early = ("UART_BIT_TIME", &[90, 110][..]),
    late = ("UART_BIT_TIME", &[107, 100][..]),
    much_later = ("UART_BIT_TIME", &[100, 100, 155][..]),
    // 2.25 % is over the tolerance of 2 %.
    drift = ("UART_BIT_TIME", &[818, 400][..]),
    parity = ("UART_PARITY", &[100, 100, 900][..]),
    parity_of_zero = ("UART_PARITY", &[900, 400][..]),
    stop = ("UART_STOP", &[200, 800, 300][..]),
    short_break = ("UART_STOP", &[1070, 500][..]),
    stop_length = ("UART_STOP_LENGTH", &[1000, 70, 200][..]),
    mark = ("UART_BREAK_MARK", &[2000, 60, 200][..]),
))]
async fn a_broken_rule_is_named(
    dut: Serial,
    rule: &'static str,
    nanoseconds: &'static [u64],
) -> Result {
    let outcome = levels(&dut, Checker::new(&dut.line, &format()), nanoseconds).await;
    let violation = broke(rule, "line", outcome)?.to_string();
    ensure!(violation.contains("line is "), "{violation}");
    Ok(())
}

#[verifork::test]
async fn the_end_of_two_stop_bits_is_looked_at_too(dut: Serial) -> Result {
    for (stop_bits, length) in [(StopBits::OneAndHalf, 127), (StopBits::Two, 170)] {
        let format = Format::bit_time(100.ns()).stop_bits(stop_bits);
        let short = levels(&dut, Checker::new(&dut.line, &format), &[900, length, 300]).await;
        broke("UART_STOP_LENGTH", "line", short)?;
        let low = levels(&dut, Checker::new(&dut.line, &format), &[100, 900, 300]).await;
        broke("UART_STOP", "line", low)?;
    }
    Ok(())
}

/// A clock divider that is off by one, at 16 and at 434 clocks a bit.
#[verifork::test(cases(
    sixteenth = (160.ns(), 62_500, 20_000),
    four_hundredth = (4340.ns(), 2304, 1000),
    too_fast = (160.ns(), -62_500, 20_000),
))]
async fn a_baud_rate_that_is_off_is_named(
    dut: Serial,
    bit: SimDuration,
    ppm: i32,
    tolerance: u32,
) -> Result {
    dut.idle().await;
    let format = Format::bit_time(bit);
    let outcome = scope(async |tm| {
        Checker::new(&dut.line, &format)
            .tolerance_ppm(tolerance)
            .start(tm);
        let sender = Transmitter::new(&dut.line, &format.off_by_ppm(-ppm)).start(tm);
        sender.send(0xff_u8).await?;
        sender.send(0x7f_u8).await?.sent().await?;
        Ok(())
    })
    .await;
    broke("UART_BIT_TIME", "line", outcome)?;
    Ok(())
}

#[verifork::test]
async fn a_break_is_named_where_there_are_none(dut: Serial) -> Result {
    let checker = Checker::new(&dut.line, &format()).no_breaks();
    let outcome = levels(&dut, checker, &[1500, 500]).await;
    broke("UART_BREAK", "line", outcome)?;
    Ok(())
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(idle = 0, in_a_character = 350)
)]
async fn a_line_that_is_unknown_is_named(dut: Serial, after: u64) -> Result {
    dut.idle().await;
    let outcome = scope(async |tm| {
        Checker::new(&dut.line, &format()).start(tm);
        timer(50.ns()).await;
        dut.line
            .set(if after == 0 { Logic::One } else { Logic::Zero });
        timer((after + 1).ns()).await;
        unknown(dut.line);
        timer(1.us()).await;
        Ok(())
    })
    .await;
    broke("UART_LINE_X", "line", outcome)?;
    Ok(())
}

/// A transmitter started in the same time step is there in time; where there is none, the receiver says so.
#[verifork::test(
    skip(verilator, "its values have two states"),
    should_fail = "UART_LINE_X: the line must be 0 or 1"
)]
async fn a_receiver_of_a_line_that_nobody_drives_says_so(dut: Serial, test: Test) -> Result {
    use verifork_components::uart::Receiver;
    unknown(dut.line);
    timer(1.us()).await;
    let tm = TaskManager::new();
    let sender = Transmitter::new(&dut.line, &format()).start(&tm);
    let receiver = Receiver::new(&dut.line, &format()).start(&tm);
    sender.send(1_u16).await?;
    ensure!(receiver.recv_good().await? == 1);
    tm.join_all().await?;
    unknown(dut.line);
    timer(1.us()).await;
    Receiver::new(&dut.line, &format())
        .start(&test)
        .recv()
        .await?;
    Ok(())
}

/// Within a bit after CTS has changed, a sender may not have seen it.
#[verifork::test(cases(in_time = (90, true), too_late = (110, false)))]
async fn a_character_without_leave_is_named(dut: Serial, after: u64, fits: bool) -> Result {
    dut.idle().await;
    dut.rts_n.set(Logic::Zero);
    let outcome = scope(async |tm| {
        Checker::new(&dut.line, &format())
            .cts_low(&dut.rts_n)
            .start(tm);
        let sender = Transmitter::new(&dut.line, &format()).start(tm);
        sender.send(0x5a_u8).await?.sent().await?;
        dut.rts_n.set(Logic::One);
        timer(after.ns()).await;
        sender.send(0x5a_u8).await?.sent().await?;
        dut.rts_n.set(Logic::Zero);
        timer(1.ns()).await;
        sender.send(0x5a_u8).await?.sent().await?;
        Ok(())
    })
    .await;
    if fits {
        return Ok(outcome?);
    }
    broke("UART_CTS", "line", outcome)?;
    Ok(())
}

#[verifork::test]
async fn a_line_that_is_low_after_a_reset_is_named(dut: Serial) -> Result {
    let clocked = dut.start().await;
    let outcome = scope(async |tm| {
        Checker::new(&dut.line, &format())
            .reset_of(&clocked)
            .start(tm);
        timer(500.ns()).await;
        let reset = clocked.reset();
        dut.line.set(Logic::Zero);
        reset.await;
        timer(1.us()).await;
        Ok(())
    })
    .await;
    broke("UART_IDLE_RESET", "line", outcome)?;
    Ok(())
}

#[verifork::test(should_fail = "UART_ALL_DONE_EOS: a character that began at ")]
async fn a_character_without_its_end_is_named(dut: Serial) -> Result {
    dut.idle().await;
    scope(async |tm| {
        Checker::new(&dut.line, &format()).start(tm);
        timer(100.ns()).await;
        dut.line.set(Logic::Zero);
        timer(250.ns()).await;
        Ok(())
    })
    .await?;
    Ok(())
}

/// With a rule left out, the rest of a frame is still looked at.
#[verifork::test]
async fn a_rule_that_is_left_out_is_not_looked_at(dut: Serial) -> Result {
    dut.idle().await;
    let outcome = scope(async |tm| {
        Checker::new(&dut.line, &format())
            .ignore("UART_GLITCH")
            .ignore("UART_BIT_TIME")
            .start(tm);
        let sender = Transmitter::new(&dut.line, &format()).start(tm);
        sender.send(Frame::glitch(300)).await?.sent().await?;
        let glitched = Frame::new(0x12).glitch_in(4, 200..400);
        sender.send(glitched).await?.sent().await?;
        sender
            .send(Frame::new(0x12).wrong_parity())
            .await?
            .sent()
            .await?;
        Ok(())
    })
    .await;
    broke("UART_PARITY", "line", outcome)?;
    Ok(())
}

#[verifork::test]
async fn every_rule_of_the_table_has_its_test() -> Result {
    all_have_tests(RULES, include_str!("uart_rules.rs"))?;
    ensure!(RULES.len() == 11, "{} rules", RULES.len());
    Ok(())
}
