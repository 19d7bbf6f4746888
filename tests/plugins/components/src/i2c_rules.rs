//! Each rule of I²C is broken on purpose, and nothing else.

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::i2c::{Bus, Checker, Puller, RULES, RunningBus, Timing};

use crate::breaks::{all_have_tests, broke, unknown};
use crate::i2c::I2c;

/// What a line is from a nanosecond on.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    Scl(bool),
    Sda(bool),
}

use Line::{Scl, Sda};

type Event = (u64, Line);
type Change = fn(&mut Vec<Event>);

/// The times that the waves below just meet.
fn timing() -> Timing {
    Timing {
        period: 250.ns(),
        hold_start: 60.ns(),
        low: 190.ns(),
        high: 60.ns(),
        setup_start: 60.ns(),
        hold_data: 50.ns(),
        setup_data: 140.ns(),
        setup_stop: 60.ns(),
        bus_free: 130.ns(),
        valid_data: 50.ns(),
        valid_acknowledge: 50.ns(),
    }
}

/// When the first start is; SCL falls 60 ns after it, and bits take 250 ns from then on.
const T: u64 = 100;

/// Bytes, each with its acknowledge, after a start at this time; the fall of SCL after them.
fn bytes(events: &mut Vec<Event>, start: u64, bytes: &[u16]) -> u64 {
    events.push((start, Sda(false)));
    let mut fell = start + 60;
    events.push((fell, Scl(false)));
    for byte in bytes {
        for bit in (0..9).rev() {
            events.push((fell + 50, Sda(byte >> bit & 1 == 1)));
            events.push((fell + 190, Scl(true)));
            fell += 250;
            events.push((fell, Scl(false)));
        }
    }
    fell
}

/// Two bytes, a repeated start, a read of a byte and a stop, twice. The lowest bit of each is the acknowledge.
fn waves() -> Vec<Event> {
    let mut events = Vec::new();
    let mut start = T;
    for _ in 0..2 {
        let fell = bytes(&mut events, start, &[0xa0 << 1, 0x5a << 1]);
        events.extend([(fell + 50, Sda(true)), (fell + 190, Scl(true))]);
        let fell = bytes(&mut events, fell + 250, &[0xa1 << 1, 0x33 << 1 | 1]);
        events.extend([
            (fell + 50, Sda(false)),
            (fell + 190, Scl(true)),
            (fell + 250, Sda(true)),
        ]);
        start = fell + 250 + 130;
    }
    events
}

async fn play(
    dut: &I2c,
    with: impl FnOnce(&RunningBus) -> Checker,
    mut events: Vec<Event>,
) -> Result<(), TaskErrors> {
    dut.idle().await;
    events.sort_by_key(|(at, _)| *at);
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).design(&dut.enable).start(tm);
        timer(1.ns()).await;
        with(&bus).start(tm);
        let puller = bus.puller();
        let mut past = 0;
        for (at, line) in events {
            if at > past {
                timer((at - past).ns()).await;
            }
            past = at;
            set(&puller, line)?;
        }
        timer(500.ns()).await;
        Ok(())
    })
    .await
}

fn set(puller: &Puller, line: Line) -> Result {
    match line {
        Scl(level) => puller.scl(level),
        Sda(level) => puller.sda(level),
    }
}

#[verifork::test]
async fn transfers_that_just_meet_all_times_break_no_rule(dut: I2c) -> Result {
    let with = |bus: &RunningBus| Checker::new(bus, timing()).max_low(190.ns());
    Ok(play(&dut, with, waves()).await?)
}

type Slower = fn(&mut Timing);

#[verifork::test(cases(
    hold_start = ("I2C_tHD;STA", (|timing| timing.hold_start = 61.ns()) as Slower),
    setup_start = ("I2C_tSU;STA", (|timing| timing.setup_start = 61.ns()) as Slower),
    setup_stop = ("I2C_tSU;STO", (|timing| timing.setup_stop = 61.ns()) as Slower),
    bus_free = ("I2C_tBUF", (|timing| timing.bus_free = 131.ns()) as Slower),
    low = ("I2C_tLOW", (|timing| timing.low = 191.ns()) as Slower),
    high = ("I2C_tHIGH", (|timing| timing.high = 61.ns()) as Slower),
    period = ("I2C_fSCL", (|timing| timing.period = 251.ns()) as Slower),
    setup_data = ("I2C_tSU;DAT", (|timing| timing.setup_data = 141.ns()) as Slower),
    hold_data = ("I2C_tHD;DAT", (|timing| timing.hold_data = 51.ns()) as Slower),
    valid_data = ("I2C_tVD;DAT", (|timing| timing.valid_data = 49.ns()) as Slower),
    valid_acknowledge = ("I2C_tVD;ACK", (|timing| timing.valid_acknowledge = 49.ns()) as Slower),
))]
async fn a_time_that_does_not_fit_is_named(dut: I2c, rule: &'static str, slower: Slower) -> Result {
    let mut timing = timing();
    slower(&mut timing);
    let with = move |bus: &RunningBus| Checker::new(bus, timing);
    let violation = broke(rule, "i2c", play(&dut, with, waves()).await)?.to_string();
    let name = rule.trim_start_matches("I2C_");
    ensure!(violation.contains(&format!("{name} is ")), "{violation}");
    Ok(())
}

#[verifork::test(cases(
    // In the third bit of the second byte, which is 0, and in the second, which is 1.
    like_a_stop = ("I2C_SDA_STABLE", (|events| {
        events.push((T + 60 + 250 * 11 + 210, Sda(true)));
    }) as Change),
    like_a_start = ("I2C_SDA_STABLE", (|events| {
        events.push((T + 60 + 250 * 10 + 210, Sda(false)));
    }) as Change),
    stop_after_start = ("I2C_START_STOP", (|events| {
        events.clear();
        events.extend([(T, Sda(false)), (T + 100, Sda(true))]);
    }) as Change),
    acknowledged_to_the_end = ("I2C_LAST_NACK", (|events| {
        events.clear();
        let fell = bytes(events, T, &[0xa1 << 1, 0x33 << 1]);
        events.extend([(fell + 50, Sda(false)), (fell + 190, Scl(true)), (fell + 250, Sda(true))]);
    }) as Change),
    clock_without_start = ("I2C_SCL_FREE", (|events| events.push((50, Scl(false)))) as Change),
))]
async fn a_broken_rule_is_named(dut: I2c, rule: &'static str, change: Change) -> Result {
    let mut events = waves();
    change(&mut events);
    let with = |bus: &RunningBus| Checker::new(bus, timing());
    let violation = broke(rule, "i2c", play(&dut, with, events).await)?.to_string();
    ensure!(
        violation.contains("transfer ") && violation.contains("; SDA is "),
        "{violation}"
    );
    Ok(())
}

/// Who stretches the clock may take longer for its bits: after the second byte for another one of the lines' users, who
/// holds SCL until long after the first of them has let it go, or pulls it too.
#[verifork::test]
async fn a_bit_may_be_late_while_the_clock_is_stretched(dut: I2c) -> Result {
    dut.idle().await;
    let mut timing = timing();
    timing.valid_data = 10.ns();
    timing.valid_acknowledge = 10.ns();
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).design(&dut.enable).start(tm);
        timer(1.ns()).await;
        Checker::new(&bus, timing).start(tm);
        let (one, other) = (bus.puller(), bus.puller());
        one.sda(false)?;
        timer(60.ns()).await;
        for bit in 0..9 {
            one.scl(false)?;
            other.scl(false)?;
            timer(50.ns()).await;
            if bit % 2 == 0 {
                one.scl(true)?;
            }
            other.sda(bit % 2 == 0)?;
            one.sda(true)?;
            timer(140.ns()).await;
            one.scl(true)?;
            other.scl(true)?;
            timer(60.ns()).await;
        }
        one.scl(false)?;
        timer(50.ns()).await;
        one.sda(false)?;
        timer(140.ns()).await;
        one.scl(true)?;
        timer(60.ns()).await;
        one.sda(true)?;
        other.sda(true)?;
        timer(500.ns()).await;
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn a_clock_that_is_held_too_long_is_named(dut: I2c) -> Result {
    let with = |bus: &RunningBus| Checker::new(bus, timing()).max_low(189.ns());
    broke("I2C_SCL_LOW_MAX", "i2c", play(&dut, with, waves()).await)?;
    Ok(())
}

#[verifork::test]
async fn a_design_that_drives_a_line_to_1_is_named(dut: I2c) -> Result {
    dut.idle().await;
    let outcome = scope(async |tm| {
        let bus = Bus::new(&dut.pins).design(&dut.enable).start(tm);
        timer(1.ns()).await;
        Checker::new(&bus, timing()).start(tm);
        timer(100.ns()).await;
        dut.enable.sda_o.unwrap().set(Logic::One);
        dut.enable.sda_oe.unwrap().set(Logic::One);
        let puller = bus.puller();
        timer(10.ns()).await;
        puller.sda(false)?;
        timer(100.ns()).await;
        Ok(())
    })
    .await;
    let violation = broke("I2C_OPEN_DRAIN", "i2c", outcome)?.to_string();
    ensure!(violation.contains("oe drives a line to 1"), "{violation}");
    Ok(())
}

/// A design lets go of a line by two pins, of which one changes first.
#[verifork::test]
async fn pins_that_change_one_after_the_other_in_a_time_step_drive_nothing_to_1(
    dut: I2c,
) -> Result {
    dut.idle().await;
    let (sda_o, sda_oe) = (dut.enable.sda_o.unwrap(), dut.enable.sda_oe.unwrap());
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).design(&dut.enable).start(tm);
        timer(1.ns()).await;
        Checker::new(&bus, timing())
            .ignore("I2C_START_STOP")
            .start(tm);
        for level in [Logic::Zero, Logic::One] {
            sda_o.set(level);
            sda_oe.set(Logic::One);
            if level == Logic::One {
                // The line is free by the first pin, and the second one follows it.
                sda_o.wait_for(Logic::One).await;
                sda_oe.set(Logic::Zero);
            }
            timer(200.ns()).await;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(skip(verilator, "its values have two states"))]
async fn a_line_that_is_unknown_is_named(dut: I2c) -> Result {
    dut.idle().await;
    let outcome = scope(async |tm| {
        let _bus = Bus::new(&dut.pins).start(tm);
        timer(100.ns()).await;
        unknown(dut.pins.sda_o.unwrap());
        timer(100.ns()).await;
        Ok(())
    })
    .await;
    broke("I2C_LINE_X", "i2c", outcome)?;
    Ok(())
}

#[verifork::test(should_fail = "I2C_ALL_DONE_EOS: the bus is busy at the end")]
async fn a_transfer_without_its_end_is_named(dut: I2c) -> Result {
    let with = |bus: &RunningBus| Checker::new(bus, timing());
    let events = waves()
        .into_iter()
        .filter(|(at, _)| *at < T + 2000)
        .collect();
    play(&dut, with, events).await?;
    Ok(())
}

#[verifork::test]
async fn every_rule_of_the_table_has_its_test() -> Result {
    all_have_tests(RULES, include_str!("i2c_rules.rs"))?;
    ensure!(RULES.len() == 19, "{} rules", RULES.len());
    Ok(())
}
