//! Each rule of SPI is broken on purpose, and nothing else.

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::spi::{Checker, Format, Mode, RULES};

use crate::breaks::{all_have_tests, broke};
use crate::spi::Spi;

#[derive(Clone, Copy, PartialEq)]
enum Pin {
    Cs,
    Sclk,
    Mosi,
    Miso,
}

/// At which nanosecond a pin gets a value, or becomes unknown.
type Event = (u64, Pin, Option<u64>);
type Change = fn(&mut Vec<Event>);

/// When the peripheral is selected. SCLK rises 50 ns later and every 100 ns, and falls between.
const T: u64 = 100;

/// Two transfers of a word in mode 0.
async fn transfers(dut: &Spi, checker: Checker, change: Change) -> Result<(), TaskErrors> {
    dut.idle(Mode::new(0)).await;
    let (sent, answered, mut events) = (0xa5_u64, 0x5a_u64, Vec::new());
    for begun in [T, T + 950] {
        events.push((begun, Pin::Cs, Some(0b10)));
        for bit in 0..8 {
            let at = begun + 100 * bit;
            events.push((at, Pin::Mosi, Some(sent >> (7 - bit) & 1)));
            events.push((at, Pin::Miso, Some(answered >> (7 - bit) & 1)));
            events.push((at + 50, Pin::Sclk, Some(1)));
            events.push((at + 100, Pin::Sclk, Some(0)));
        }
        events.push((begun + 850, Pin::Cs, Some(0b11)));
    }
    change(&mut events);
    events.sort_by_key(|(at, ..)| *at);
    let bus = &dut.bus;
    scope(async |tm| {
        checker.start(tm);
        let mut past = 0;
        for (at, pin, value) in events {
            if at > past {
                timer((at - past).ns()).await;
            }
            past = at;
            let bits = |width: u32| match value {
                Some(value) => LogicVec::from_planes(width, &[value], &[]),
                None => LogicVec::unknown(width),
            };
            match pin {
                Pin::Cs => bus.cs_n.set(bits(2)),
                Pin::Sclk => bus.sclk.as_logic().set(bits(1)),
                Pin::Mosi => bus.mosi.unwrap().set(bits(1)),
                Pin::Miso => bus.miso.unwrap().set(bits(1)),
            }
        }
        timer(200.ns()).await;
        Ok(())
    })
    .await
}

fn checker(dut: &Spi) -> Checker {
    Checker::new(&dut.bus, &Format::new(Mode::new(0)))
}

/// A checker whose times are just met.
fn strict(dut: &Spi) -> Checker {
    checker(dut)
        .setup(50.ns())
        .hold(50.ns())
        .sclk_high(50.ns())
        .sclk_low(50.ns())
        .select_setup(50.ns())
        .select_hold(50.ns())
        .gap(100.ns())
}

#[verifork::test]
async fn a_transfer_that_just_meets_all_times_breaks_no_rule(dut: Spi) -> Result {
    Ok(transfers(&dut, strict(&dut), |_| {}).await?)
}

#[verifork::test(cases(
    two_selects = ("SPI_CS_ONE", (|events| events.push((T + 300, Pin::Cs, Some(0)))) as Change),
    wrong_idle_level = ("SPI_SCLK_IDLE", (|events| events.push((T, Pin::Sclk, Some(1)))) as Change),
    no_last_edge = ("SPI_SCLK_IDLE", (|events| {
        events.retain(|event| *event != (T + 800, Pin::Sclk, Some(0)));
    }) as Change),
    clock_without_select = ("SPI_SCLK_SELECTED", (|events| events.push((50, Pin::Sclk, Some(1)))) as Change),
    ends_with_an_edge = ("SPI_CS_HOLD", (|events| events.push((T + 800, Pin::Cs, Some(0b11)))) as Change),
    data_with_the_edge = ("SPI_MOSI_HOLD", (|events| events.push((T + 350, Pin::Mosi, Some(1)))) as Change),
    answer_with_the_edge = ("SPI_MISO_HOLD", (|events| events.push((T + 350, Pin::Miso, Some(0)))) as Change),
    too_short = ("SPI_WHOLE_WORDS", (|events| {
        events.retain(|(at, ..)| *at <= T + 400);
        events.push((T + 450, Pin::Cs, Some(0b11)));
    }) as Change),
    empty = ("SPI_WHOLE_WORDS", (|events| {
        events.retain(|(_, pin, _)| *pin == Pin::Cs);
    }) as Change),
))]
async fn a_broken_rule_is_named(dut: Spi, rule: &'static str, change: Change) -> Result {
    let outcome = transfers(&dut, checker(&dut), change).await;
    let violation = broke(rule, "spi", outcome)?.to_string();
    ensure!(
        violation.contains("transfer") && violation.contains("spi_cs_n is "),
        "{violation}"
    );
    Ok(())
}

type With = fn(Checker) -> Checker;

#[verifork::test(cases(
    high = ("SPI_SCLK_HIGH", (|checker| checker.sclk_high(51.ns())) as With),
    low = ("SPI_SCLK_LOW", (|checker| checker.sclk_low(51.ns())) as With),
    select_setup = ("SPI_CS_SETUP", (|checker| checker.select_setup(51.ns())) as With),
    select_hold = ("SPI_CS_HOLD", (|checker| checker.select_hold(51.ns())) as With),
    gap = ("SPI_CS_HIGH", (|checker| checker.gap(101.ns())) as With),
    setup = ("SPI_MOSI_SETUP", (|checker| checker.setup(51.ns())) as With),
    hold = ("SPI_MOSI_HOLD", (|checker| checker.hold(51.ns())) as With),
    answer_setup = ("SPI_MISO_SETUP", (|checker| checker.setup(51.ns()).ignore("SPI_MOSI_SETUP")) as With),
    answer_hold = ("SPI_MISO_HOLD", (|checker| checker.hold(51.ns()).ignore("SPI_MOSI_HOLD")) as With),
))]
async fn a_time_that_is_too_short_is_named(dut: Spi, rule: &'static str, with: With) -> Result {
    let outcome = transfers(&dut, with(checker(&dut)), |_| {}).await;
    broke(rule, "spi", outcome)?;
    Ok(())
}

/// A clock that rises with the select, from a level that was wrong before it.
#[verifork::test]
async fn a_clock_that_changes_with_the_select_is_named(dut: Spi) -> Result {
    let checker = checker(&dut).ignore("SPI_SCLK_SELECTED");
    let change: Change = |events| {
        events.push((50, Pin::Sclk, Some(1)));
        events.push((T, Pin::Sclk, Some(0)));
    };
    broke(
        "SPI_CS_SETUP",
        "spi",
        transfers(&dut, checker, change).await,
    )?;
    Ok(())
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        select = ("SPI_CS_X", (|events| events.push((T + 300, Pin::Cs, None))) as Change),
        clock = ("SPI_SCLK_X", (|events| events.push((T + 310, Pin::Sclk, None))) as Change),
        data = ("SPI_MOSI_X", (|events| events.push((T + 300, Pin::Mosi, None))) as Change),
        answer = ("SPI_MISO_X", (|events| events.push((T + 300, Pin::Miso, None))) as Change),
    )
)]
async fn what_is_unknown_is_named(dut: Spi, rule: &'static str, change: Change) -> Result {
    broke(rule, "spi", transfers(&dut, checker(&dut), change).await)?;
    // Before the words that count an answer may be unknown.
    if rule == "SPI_MISO_X" {
        transfers(&dut, checker(&dut).miso_from_word(1), change).await?;
    }
    Ok(())
}

#[verifork::test(should_fail = "SPI_ALL_DONE_EOS: a peripheral is selected at the end")]
async fn a_transfer_without_its_end_is_named(dut: Spi) -> Result {
    let change: Change = |events| events.retain(|(at, ..)| *at < T + 400);
    transfers(&dut, checker(&dut), change).await?;
    Ok(())
}

#[verifork::test]
async fn every_rule_of_the_table_has_its_test() -> Result {
    all_have_tests(RULES, include_str!("spi_rules.rs"))?;
    ensure!(RULES.len() == 18, "{} rules", RULES.len());
    Ok(())
}
