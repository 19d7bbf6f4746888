//! An SPI's controller and peripherals on the same wires.

use std::cell::RefCell;
use std::rc::Rc;

use verifork::prelude::*;
use verifork_components::memory::{Access, Fault, Memory};
use verifork_components::spi::{
    Checker, Controller, Format, MemoryDevice, Mode, Monitor, Peripheral, Signals,
};
use verifork_components::{Clocked, Interrupted, OnReset, Pauses};

use crate::breaks::unknown;

#[derive(Dut)]
pub(crate) struct Spi {
    clk: Signal<bool>,
    rst_n: Signal<bool>,
    #[dut(prefix = "spi_")]
    pub(crate) bus: Signals,
    #[dut(prefix = "quad_")]
    quad: Signals,
    #[dut(prefix = "dac_")]
    dac: Signals,
}

impl Spi {
    /// Nothing is left of the test before.
    pub(crate) async fn idle(&self, mode: Mode) {
        timer(1.ns()).await; // a checker fails in the read-only phase
        for bus in [&self.bus, &self.quad, &self.dac] {
            bus.cs_n.set(LogicVec::ones(bus.cs_n.width()));
            bus.sclk.set(Logic::from(mode.cpol));
            for pins in [bus.mosi, bus.miso].into_iter().flatten() {
                pins.set(LogicVec::zeros(pins.width()));
            }
        }
        self.rst_n.set(true);
        timer(1.us()).await;
    }

    async fn start(&self) -> Clocked {
        self.idle(Mode::new(0)).await;
        crate::start(&self.clk, &self.rst_n).await
    }
}

fn format() -> Format {
    Format::new(Mode::new(0))
}

/// What a peripheral answers after these words: anything that depends on all of them.
fn answer(received: &[u64], format: &Format) -> u64 {
    let mix = |all: u64, word: &u64| {
        (all ^ word)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(9)
    };
    received.iter().fold(0x1234_5678_9abc_def0, mix) & format.largest()
}

/// Random transfers, which break no rule; what each side and the monitor have are the same words.
async fn exchanges(
    test: &Test,
    bus: &Signals,
    format: Format,
    pauses: &Pauses,
    miso_after: usize,
) -> Result {
    let mut rng = test.rng();
    scope(async |tm| {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&seen);
        Peripheral::new(bus, &format, move |received: &[u64]| {
            *kept.borrow_mut() = received.to_vec();
            answer(received, &format)
        })
        .output_delay(10.ns())
        .start(tm);
        let controller = Controller::new(bus, &format, 100.ns())
            .pauses(pauses)
            .start(tm);
        Checker::new(bus, &format)
            .setup(40.ns())
            .hold(50.ns())
            .sclk_high(50.ns())
            .sclk_low(50.ns())
            .select_setup(50.ns())
            .select_hold(50.ns())
            .gap(50.ns())
            .miso_from_word(miso_after)
            .start(tm);
        let transfers = Monitor::new(bus, &format).start(tm).transfers();
        for _ in 0..40 {
            let count = rng.random_range(1..=6);
            let words: Vec<u64> = (0..count)
                .map(|_| rng.random::<u64>() & format.largest())
                .collect();
            let wanted: Vec<u64> = (0..count)
                .map(|done| answer(&words[..done], &format))
                .collect();
            let came = controller.exchange(0, &words).await?;
            ensure!(came == wanted, "{came:x?}, not {wanted:x?}");
            ensure!(
                *seen.borrow() == words,
                "{:x?}, not {words:x?}",
                seen.borrow()
            );
            let transfer = transfers.recv().await?;
            let known = |words: &[u64]| words.iter().copied().map(Some).collect::<Vec<_>>();
            ensure!(transfer.mosi == known(&words), "{transfer:x?}");
            ensure!(
                transfer.miso == known(&wanted) && transfer.select == 0,
                "{transfer:x?}"
            );
            ensure!(transfer.ended > transfer.begun);
        }
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(
    timeout = 10.ms(),
    cases(
        mode_0 = (Format::new(Mode::new(0)), Pauses::none()),
        mode_1 = (Format::new(Mode::new(1)).width(12), Pauses::random(0.5)),
        mode_2 = (Format::new(Mode::new(2)).width(64).lsb_first(), Pauses::none()),
        mode_3 = (Format::new(Mode::new(3)).width(1), Pauses::random(0.5)),
        lsb_first = (Format::new(Mode::new(1)).lsb_first().width(33), Pauses::none()),
    )
)]
async fn words_go_both_ways(dut: Spi, test: Test, format: Format, pauses: Pauses) -> Result {
    dut.idle(mode_of(&format)).await;
    exchanges(&test, &dut.bus, format, &pauses, 0).await
}

/// The mode, which the text of a format begins with.
fn mode_of(format: &Format) -> Mode {
    let text = format.to_string();
    let number = text.strip_prefix("mode ").and_then(|rest| rest.get(..1));
    Mode::new(number.unwrap().parse().unwrap())
}

#[verifork::test(
    timeout = 10.ms(),
    cases(
        quad = Format::new(Mode::new(0)).lanes(4),
        quad_after_a_command = Format::new(Mode::new(3)).lanes(4).single_first(1),
        dual = Format::new(Mode::new(1)).lanes(2).width(10).lsb_first(),
        single = Format::new(Mode::new(2)),
    )
)]
async fn words_go_over_several_lanes(dut: Spi, test: Test, format: Format) -> Result {
    dut.idle(mode_of(&format)).await;
    exchanges(&test, &dut.quad, format, &Pauses::random(0.2), 0).await
}

#[verifork::test]
async fn each_peripheral_answers_to_its_own_select(dut: Spi) -> Result {
    dut.idle(Mode::new(0)).await;
    scope(async |tm| {
        for select in 0..2 {
            Peripheral::new(&dut.bus, &format(), move |_: &[u64]| {
                u64::from(select) + 0x40
            })
            .select(select)
            .start(tm);
        }
        Checker::new(&dut.bus, &format()).start(tm);
        let controller = Controller::new(&dut.bus, &format(), 80.ns()).start(tm);
        let transfers = Monitor::new(&dut.bus, &format()).start(tm).transfers();
        for select in [0, 1, 1, 0, 1] {
            let came = controller.exchange(select, &[0; 3]).await?;
            ensure!(came == [u64::from(select) + 0x40; 3], "{came:x?}");
            ensure!(transfers.recv().await?.select == select);
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// MISO is driven only while the peripheral is selected, if it is to let go of it.
#[verifork::test(skip(verilator, "its values are 0 and 1 only"))]
async fn a_peripheral_releases_miso_if_that_is_chosen(dut: Spi) -> Result {
    dut.idle(Mode::new(0)).await;
    let miso = dut.bus.miso.context("the bus has MISO")?;
    scope(async |tm| {
        Peripheral::new(&dut.bus, &format(), |_: &[u64]| 0x55)
            .releases_miso()
            .start(tm);
        let controller = Controller::new(&dut.bus, &format(), 80.ns()).start(tm);
        let is_released = || miso.get() == LogicVec::high_impedance(miso.width());
        for _ in 0..2 {
            let came = controller.exchange(0, &[0; 3]).await?;
            ensure!(came == [0x55; 3], "{came:x?}");
            timer(1.us()).await;
            ensure!(is_released(), "{}", miso.get());
        }
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn a_memory_is_written_and_read(dut: Spi, test: Test) -> Result {
    dut.idle(Mode::new(0)).await;
    let memory = Memory::sparse()
        .region(0..0x200, Access::ReadWrite)
        .outside(Fault::Decode);
    let mut rng = test.rng();
    scope(async |tm| {
        Peripheral::new(&dut.bus, &format(), MemoryDevice::new(&memory, 2)).start(tm);
        let bus = Controller::new(&dut.bus, &format(), 80.ns()).start(tm);
        for _ in 0..20 {
            let address = rng.random_range(0..0x1f0_u64);
            let bytes: Vec<u8> = (0..8).map(|_| rng.random()).collect();
            let mut words = vec![0x02, address >> 8, address & 0xff];
            words.extend(bytes.iter().map(|&byte| u64::from(byte)));
            bus.write(0, &words).await?;
            ensure!(memory.read_bytes(address, 8) == bytes);
            let read = [0x03, address >> 8, address & 0xff];
            let came = bus.write_read(0, &read, 8).await?;
            ensure!(came == words[3..], "{came:x?}, not {words:x?}");
        }
        bus.write(0, &[0x02, 0x80, 0, 7]).await?;
        ensure!(!memory.is_written(0x8000), "it is outside");
        ensure!(bus.write_read(0, &[0x03, 0x80, 0], 1).await? == [0xff]);
        ensure!(
            bus.exchange(0, &[0x9f, 0]).await? == [0xff; 2],
            "an unknown command"
        );
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn a_bus_without_a_way_back_only_sends(dut: Spi) -> Result {
    dut.idle(Mode::new(0)).await;
    let format = format().width(24);
    scope(async |tm| {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&seen);
        Peripheral::new(&dut.dac, &format, move |received: &[u64]| {
            *kept.borrow_mut() = received.to_vec();
            0
        })
        .start(tm);
        Checker::new(&dut.dac, &format).start(tm);
        let controller = Controller::new(&dut.dac, &format, 80.ns()).start(tm);
        let transfers = Monitor::new(&dut.dac, &format).start(tm).transfers();
        controller.write(0, &[0xab_cdef]).await?;
        ensure!(*seen.borrow() == [0xab_cdef]);
        let transfer = transfers.recv().await?;
        ensure!(
            transfer.miso == [None] && transfer.mosi == [Some(0xab_cdef)],
            "{transfer:x?}"
        );
        let error = controller.exchange(0, &[1]).await.unwrap_err().to_string();
        ensure!(error.contains("has no MISO to receive by"), "{error}");
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn what_does_not_fit_is_an_error_of_who_asks(dut: Spi, test: Test) -> Result {
    dut.idle(Mode::new(0)).await;
    let bus = Controller::new(&dut.bus, &format(), 80.ns()).start(&test);
    for (error, says) in [
        (bus.write(2, &[1]).await, "there is no select 2: `"),
        (bus.write(0, &[]).await, "without a word"),
        (
            bus.write(0, &[0, 0x100]).await,
            "0x100 does not fit the words of `",
        ),
        (bus.write_read(0, &[], 0).await.map(drop), "without a word"),
    ] {
        let error = error.unwrap_err().to_string();
        ensure!(
            error.starts_with("SPI: ") && error.contains(says),
            "{error}"
        );
    }
    Ok(())
}

#[verifork::test(
    should_fail = "answers 0x100, which does not fit its words (mode 0, words of 8 bits"
)]
async fn an_answer_that_does_not_fit_fails_the_test(dut: Spi, test: Test) -> Result {
    dut.idle(Mode::new(0)).await;
    Peripheral::new(&dut.bus, &format(), |_: &[u64]| 0x100).start(&test);
    let bus = Controller::new(&dut.bus, &format(), 80.ns()).start(&test);
    bus.write(0, &[0]).await
}

#[verifork::test(should_fail = "the output delay of a peripheral on ")]
async fn an_answer_that_is_too_late_fails_the_test(dut: Spi, test: Test) -> Result {
    dut.idle(Mode::new(1)).await;
    let format = Format::new(Mode::new(1));
    Peripheral::new(&dut.bus, &format, |_: &[u64]| 0)
        .output_delay(60.ns())
        .start(&test);
    let bus = Controller::new(&dut.bus, &format, 100.ns()).start(&test);
    bus.write(0, &[0]).await
}

#[verifork::test(
    cases(controller = 0, peripheral = 1, monitor = 2, checker = 3),
    should_fail(
        panic = "_mosi` has 1 bits; it takes 4 to 8 (mode 0, words of 8 bits, MSB first, 4 lanes)"
    )
)]
async fn too_few_pins_are_refused_where_it_is_started(dut: Spi, test: Test, which: u8) {
    let format = format().lanes(4);
    match which {
        0 => _ = Controller::new(&dut.bus, &format, 80.ns()).start(&test),
        1 => Peripheral::new(&dut.bus, &format, |_: &[u64]| 0).start(&test),
        2 => _ = Monitor::new(&dut.bus, &format).start(&test),
        _ => Checker::new(&dut.bus, &format).start(&test),
    }
}

#[verifork::test(should_fail(panic = "SPI: there is no select 2: `"))]
async fn a_peripheral_without_a_select_is_refused(dut: Spi, test: Test) {
    Peripheral::new(&dut.bus, &format(), |_: &[u64]| 0)
        .select(2)
        .start(&test);
}

#[verifork::test(should_fail(
    panic = "by the peripheral started at tests/plugins/components/src/spi.rs:"
))]
async fn a_second_peripheral_of_one_select_is_refused(dut: Spi, test: Test) {
    Peripheral::new(&dut.bus, &format(), |_: &[u64]| 0).start(&test);
    Peripheral::new(&dut.bus, &format(), |_: &[u64]| 1).start(&test);
}

#[verifork::test(should_fail(
    panic = "by the controller started at tests/plugins/components/src/spi.rs:"
))]
async fn a_second_controller_is_refused(dut: Spi, test: Test) {
    let _first = Controller::new(&dut.bus, &format(), 80.ns()).start(&test);
    let _second = Controller::new(&dut.bus, &format(), 80.ns()).start(&test);
}

#[verifork::test(should_fail(panic = "SPI: a period of 3 fs is not a multiple of 2 steps"))]
async fn a_period_that_has_no_half_is_refused(dut: Spi, test: Test) {
    // Where the precision is coarser, the period itself is refused.
    assert!(
        now().precision().step() == 1.fs(),
        "SPI: a period of 3 fs is not a multiple of 2 steps of {}",
        now().precision().step()
    );
    let _bus = Controller::new(&dut.bus, &format(), 3.fs()).start(&test);
}

#[verifork::test]
async fn a_reset_ends_what_is_under_way(dut: Spi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Controller::new(&dut.bus, &format(), 80.ns())
        .reset_of(&clocked)
        .start(&test);
    Peripheral::new(&dut.bus, &format(), |received: &[u64]| {
        received.len() as u64
    })
    .reset_of(&clocked)
    .start(&test);
    Checker::new(&dut.bus, &format())
        .reset_of(&clocked)
        .start(&test);
    let transfers = Monitor::new(&dut.bus, &format())
        .reset_of(&clocked)
        .start(&test)
        .transfers();
    for nanoseconds in [1, 60, 500, 1010] {
        let other = bus.clone();
        let waiting = spawn(async move { Ok(other.exchange(0, &[1, 2, 3]).await.unwrap_err()) });
        timer(nanoseconds.ns()).await;
        clocked.reset().await;
        let error = waiting.await?;
        ensure!(
            error.downcast_ref() == Some(&Interrupted::Reset),
            "{error:?}"
        );
        ensure!(bus.exchange(0, &[7, 8]).await? == [0, 1]);
        let transfer = transfers.recv().await?;
        ensure!(
            transfer.mosi == [Some(7), Some(8)] && transfers.is_empty(),
            "{transfer:?}"
        );
    }
    Ok(())
}

/// With `Retry` a reset costs time and nothing else: each transfer is made from its first word on, in its turn.
#[verifork::test(timeout = 1.ms())]
async fn a_reset_is_made_up_for_if_that_is_chosen(dut: Spi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Controller::new(&dut.bus, &format(), 80.ns())
        .reset_of(&clocked)
        .on_reset(OnReset::Retry)
        .start(&test);
    Peripheral::new(&dut.bus, &format(), |received: &[u64]| {
        received.iter().sum::<u64>() & 0xff
    })
    .reset_of(&clocked)
    .start(&test);
    scope(async |tm| {
        for first in 0..8_u64 {
            let bus = bus.clone();
            tm.fork(format!("transfer {first}"), async move {
                let came = bus.exchange(0, &[first, 10, 20]).await?;
                ensure!(came == [0, first, first + 10], "{came:?}");
                Ok(())
            });
        }
        // In a word, between two transfers, as one begins.
        for nanoseconds in [1, 700, 1, 1930, 2040, 60, 555] {
            timer(nanoseconds.ns()).await;
            clocked.reset().await;
        }
        tm.join_all().await
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn who_waits_for_a_controller_that_ends_hears_of_it(dut: Spi) -> Result {
    dut.idle(Mode::new(0)).await;
    let mut waiting = None;
    scope(async |tm| {
        let bus = Controller::new(&dut.bus, &format(), 80.ns()).start(tm);
        waiting = Some(spawn(
            async move { Ok(bus.write(0, &[1]).await.unwrap_err()) },
        ));
        timer(200.ns()).await;
        Ok(())
    })
    .await?;
    let error = waiting.unwrap().await?;
    ensure!(
        error.downcast_ref() == Some(&Interrupted::Ended),
        "{error:?}"
    );
    Ok(())
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    should_fail = "SPI_MISO_X: MISO must be known when it is sampled"
)]
async fn a_peripheral_that_is_not_there_is_no_answer(dut: Spi, test: Test) -> Result {
    dut.idle(Mode::new(0)).await;
    let bus = Controller::new(&dut.bus, &format(), 80.ns()).start(&test);
    unknown(dut.bus.miso.unwrap());
    bus.write(0, &[1]).await?; // nobody looks
    bus.write_read(0, &[1], 1).await?;
    Ok(())
}

#[verifork::test(timeout = 5.us(), should_fail(timeout = "spi_cs_n`, bit 1, to be selected"))]
async fn a_peripheral_that_nobody_selects_says_so(dut: Spi, test: Test) -> Result {
    dut.idle(Mode::new(0)).await;
    Peripheral::new(&dut.bus, &format(), |_: &[u64]| 0)
        .select(1)
        .start(&test);
    pending().await
}

#[verifork::test(timeout = 5.us(), should_fail(timeout = "spi_cs_n`, for a transfer"))]
async fn a_monitor_that_sees_nothing_says_what_it_waits_for(dut: Spi, test: Test) -> Result {
    dut.idle(Mode::new(0)).await;
    Monitor::new(&dut.bus, &format())
        .start(&test)
        .transfers()
        .recv()
        .await?;
    Ok(())
}
