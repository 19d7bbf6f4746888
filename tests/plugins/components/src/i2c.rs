//! An I²C's controllers and targets on the same lines.

use verifork::prelude::*;
use verifork_components::i2c::{
    Address, Bus, Checker, Controller, Device, MemoryDevice, Message, Monitor, Pins, Refused,
    RunningBus, Target, Timing,
};
use verifork_components::memory::{Access, Fault, Memory};
use verifork_components::{Clocked, Interrupted, OnReset, Pauses};

#[derive(Dut)]
pub(crate) struct I2c {
    clk: Signal<bool>,
    rst_n: Signal<bool>,
    #[dut(prefix = "i2c_")]
    pub(crate) pins: Pins,
    #[dut(prefix = "tri_")]
    tristate: Pins,
    #[dut(prefix = "oe_")]
    pub(crate) enable: Pins,
    #[dut(prefix = "bare_")]
    bare: Pins,
    #[dut(prefix = "none_")]
    none: Pins,
}

impl I2c {
    /// Nothing is left of the test before: no design pulls a line low.
    pub(crate) async fn idle(&self) {
        timer(1.ns()).await;
        let (pins, tristate, enable) = (&self.pins, &self.tristate, &self.enable);
        for signal in [pins.scl_o, pins.sda_o, tristate.scl_t, tristate.sda_t] {
            signal.unwrap().set(Logic::One);
        }
        for signal in [
            tristate.scl_o,
            tristate.sda_o,
            enable.scl_o,
            enable.sda_o,
            enable.scl_oe,
            enable.sda_oe,
            self.bare.sda_oe,
        ] {
            signal.unwrap().set(Logic::Zero);
        }
        self.rst_n.set(true);
        timer(1.us()).await;
    }

    async fn start(&self) -> Clocked {
        self.idle().await;
        crate::start(&self.clk, &self.rst_n).await
    }

    /// A bus with a memory on it, at an address, which a reset ends.
    fn with_memory(&self, clocked: &Clocked, test: &Test) -> (RunningBus, Memory, Address) {
        let memory = Memory::sparse();
        let target = Address::seven(SEVEN);
        let bus = Bus::new(&self.pins).reset_of(clocked).start(test);
        Target::new(&bus, target, MemoryDevice::new(&memory, 1))
            .reset_of(clocked)
            .start(test);
        (bus, memory, target)
    }
}

/// Twenty times fast mode.
fn timing() -> Timing {
    Timing::fast().divided_by(20)
}

const SEVEN: u16 = 0x50;

#[verifork::test(
    timeout = 100.ms(),
    cases(
        seven_bits = (Address::seven(SEVEN), 1, Pauses::none()),
        ten_bits = (Address::ten(0x2a5), 2, Pauses::none()),
        stretched = (Address::seven(0), 2, Pauses::random(0.3)),
        ten_bits_stretched = (Address::ten(0x3ff), 4, Pauses::random(0.3)),
    )
)]
async fn what_is_written_is_read(
    dut: I2c,
    test: Test,
    address: Address,
    address_bytes: usize,
    stretches: Pauses,
) -> Result {
    dut.idle().await;
    let memory = Memory::sparse();
    let mut rng = test.rng();
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).start(tm);
        Target::new(&bus, address, MemoryDevice::new(&memory, address_bytes))
            .stretch(&stretches, 300.ns())
            .start(tm);
        // Others, which are not spoken to.
        Target::new(&bus, Address::seven(0x23), Silent).start(tm);
        Target::new(&bus, Address::ten(0x155), Silent).start(tm);
        let controller = Controller::new(&bus, timing()).start(tm);
        Checker::new(&bus, timing()).max_low(600.ns()).start(tm);
        let transfers = Monitor::new(&bus).start(tm).transfers();
        for _ in 0..25 {
            let at = rng.random_range(0..200_u32).to_be_bytes();
            let at = &at[4 - address_bytes..];
            let mut bytes = vec![0; rng.random_range(1..=5)];
            rng.fill_bytes(&mut bytes);
            let written = [at, &bytes].concat();
            controller.write(address, &written).await?;
            let place = at.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
            ensure!(memory.read_bytes(place, bytes.len()) == bytes);
            let seen = transfers.recv().await?;
            ensure!(
                seen.address == address && !seen.reads && seen.acknowledged,
                "{seen:?}"
            );
            ensure!(seen.data() == written && !seen.repeats, "{seen:02x?}");

            let read = controller.write_read(address, at, bytes.len()).await?;
            ensure!(read == bytes, "{read:02x?}, not {bytes:02x?}");
            let mut seen = transfers.recv().await?;
            ensure!(seen.data() == at && seen.repeats, "{seen:02x?}");
            if address.is_ten() && transfers.len() > 1 {
                seen = transfers.recv().await?; // the address once more
            }
            let _ = seen;
            let seen = transfers.recv().await?;
            ensure!(
                seen.address == address && seen.reads && seen.data() == bytes,
                "{seen:02x?}"
            );
            let refused: Vec<bool> = seen
                .bytes
                .iter()
                .map(|(_, acknowledged)| !acknowledged)
                .collect();
            ensure!(
                refused
                    .iter()
                    .rposition(|refused| !refused)
                    .is_none_or(|last| last + 2 == refused.len())
            );
            ensure!(refused.last() == Some(&true) && seen.ended > seen.begun);
        }
        ensure!(!bus.is_busy() && bus.scl() && bus.sda());
        Ok(())
    })
    .await?;
    Ok(())
}

/// A target that must not be reached.
struct Silent;

impl Device for Silent {
    fn begin(&mut self, _: bool) -> bool {
        panic!("it was not spoken to")
    }

    fn write(&mut self, _: u8) -> bool {
        false
    }

    fn read(&mut self) -> u8 {
        0
    }
}

#[verifork::test]
async fn a_target_of_ten_bits_is_read_without_a_write_before(dut: I2c) -> Result {
    dut.idle().await;
    let memory = Memory::sparse();
    memory.write(0, &[7, 8, 9]);
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).start(tm);
        Target::new(&bus, Address::ten(0x123), MemoryDevice::new(&memory, 1)).start(tm);
        Checker::new(&bus, timing()).start(tm);
        let controller = Controller::new(&bus, timing()).start(tm);
        ensure!(controller.read(Address::ten(0x123), 3).await? == [7, 8, 9]);
        // Another one with the same upper bits.
        let error = controller.read(Address::ten(0x122), 1).await.unwrap_err();
        let refused = error.downcast_ref();
        ensure!(
            refused == Some(&Refused::Address(Address::ten(0x122))),
            "{error}"
        );
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn what_is_not_acknowledged_is_an_error_that_says_so(dut: I2c) -> Result {
    dut.idle().await;
    let memory = Memory::sparse()
        .region(0..4, Access::ReadWrite)
        .outside(Fault::Decode);
    let (target, other) = (Address::seven(SEVEN), Address::seven(0x11));
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).start(tm);
        let (address, bytes) = (Pauses::none(), Pauses::none());
        Target::new(&bus, target, MemoryDevice::new(&memory, 1))
            .refuse_address(&address)
            .refuse(&bytes)
            .start(tm);
        Checker::new(&bus, timing()).start(tm);
        let controller = Controller::new(&bus, timing()).start(tm);
        let error = controller.write(other, &[1]).await.unwrap_err();
        ensure!(
            error.downcast_ref() == Some(&Refused::Address(other)),
            "{error}"
        );
        let error = controller
            .write(target, &[2, 1, 2, 3, 4])
            .await
            .unwrap_err();
        ensure!(
            error.downcast_ref() == Some(&Refused::Byte(target, 3)),
            "{error}"
        );
        ensure!(memory.read_bytes(2, 2) == [1, 2]);
        bytes.set(Pauses::cycle([false, true]));
        let error = controller.write(target, &[0, 9, 9]).await.unwrap_err();
        ensure!(
            error.downcast_ref() == Some(&Refused::Byte(target, 1)),
            "{error}"
        );
        ensure!(!memory.is_written(0));
        bytes.set(Pauses::none());
        address.set(Pauses::iter([true]));
        let error = controller.read(target, 1).await.unwrap_err();
        ensure!(
            error.downcast_ref() == Some(&Refused::Address(target)),
            "{error}"
        );
        controller.write(target, &[]).await?; // is it there?
        let error = controller.transfer(&[]).await.unwrap_err().to_string();
        ensure!(error == "I2C: a transfer without a message", "{error}");
        Ok(())
    })
    .await?;
    Ok(())
}

/// Two controllers that begin at once: the one whose 0 is another's 1 has the bus.
#[verifork::test(timeout = 10.ms(), cases(fails = false, tries_again = true))]
async fn a_controller_gives_way_to_another(dut: I2c, retries: bool) -> Result {
    dut.idle().await;
    let memory = Memory::sparse();
    let target = Address::seven(SEVEN);
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).start(tm);
        Target::new(&bus, target, MemoryDevice::new(&memory, 1))
            .stretch(&Pauses::random(0.3), 200.ns())
            .start(tm);
        Checker::new(&bus, timing()).start(tm);
        let controller = || {
            let controller = Controller::new(&bus, timing());
            if retries {
                controller.retry_lost()
            } else {
                controller
            }
        };
        let (first, second) = (controller().start(tm), controller().start(tm));
        for round in 0..8_u8 {
            // They differ in a bit of the last byte.
            let (low, high) = ([round, 0x40], [round, 0x40 | 1 << (round % 4)]);
            let loses = second.clone();
            let losing = spawn(async move { Ok(loses.write(target, &high).await) });
            first.write(target, &low).await?;
            match losing.await? {
                Ok(()) => ensure!(retries && memory.read_bytes(round.into(), 1) == high[1..]),
                Err(error) => {
                    ensure!(!retries, "{error}");
                    ensure!(
                        error.downcast_ref() == Some(&Refused::ArbitrationLost),
                        "{error}"
                    );
                    ensure!(memory.read_bytes(round.into(), 1) == low[1..]);
                }
            }
        }
        // The same from both is not a conflict.
        let same = second.clone();
        let both = spawn(async move { same.write(target, &[0x80, 5]).await });
        first.write(target, &[0x80, 5]).await?;
        both.await?;
        ensure!(memory.read_bytes(0x80, 1) == [5]);
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn messages_follow_each_other_by_repeated_starts(dut: I2c) -> Result {
    dut.idle().await;
    let memory = Memory::sparse();
    let (target, other) = (Address::seven(SEVEN), Address::seven(SEVEN + 1));
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).start(tm);
        for address in [target, other] {
            Target::new(&bus, address, MemoryDevice::new(&memory, 1)).start(tm);
        }
        Checker::new(&bus, timing()).start(tm);
        let transfers = Monitor::new(&bus).start(tm).transfers();
        let controller = Controller::new(&bus, timing()).start(tm);
        let messages = [
            Message::write(target, &[0, 1, 2]),
            Message::write(other, &[0]),
            Message::read(other, 2),
            Message::read(target, 1),
        ];
        memory.write(3, &[4]);
        ensure!(controller.transfer(&messages).await? == [1, 2, 0]);
        let seen: Vec<_> = std::iter::from_fn(|| transfers.try_recv()).collect();
        ensure!(seen.len() == 4, "{seen:?}");
        let repeats: Vec<bool> = seen.iter().map(|transfer| transfer.repeats).collect();
        ensure!(repeats == [true, true, true, false]);
        ensure!(seen[2].reads && seen[2].address == other && seen[2].data() == [1, 2]);
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn a_reset_ends_what_is_under_way(dut: I2c, test: Test) -> Result {
    let clocked = dut.start().await;
    let (bus, memory, target) = dut.with_memory(&clocked, &test);
    Checker::new(&bus, timing()).reset_of(&clocked).start(&test);
    Monitor::new(&bus).reset_of(&clocked).start(&test);
    let controller = Controller::new(&bus, timing())
        .reset_of(&clocked)
        .start(&test);
    for nanoseconds in [1, 100, 500, 1220, 2500, 3333] {
        let other = controller.clone();
        let waiting = spawn(async move { Ok(other.write(target, &[0; 20]).await.unwrap_err()) });
        timer(nanoseconds.ns()).await;
        clocked.reset().await;
        let error = waiting.await?;
        ensure!(
            error.downcast_ref() == Some(&Interrupted::Reset),
            "{error:?}"
        );
        let byte = u8::try_from(nanoseconds % 251)?;
        controller.write(target, &[9, byte]).await?;
        ensure!(memory.read_bytes(9, 1) == [byte]);
    }
    Ok(())
}

/// With `Retry` a reset costs time and nothing else: each transfer is made from its first start on, in its turn.
#[verifork::test(timeout = 1.ms())]
async fn a_reset_is_made_up_for_if_that_is_chosen(dut: I2c, test: Test) -> Result {
    let clocked = dut.start().await;
    let (bus, _, target) = dut.with_memory(&clocked, &test);
    let controller = Controller::new(&bus, timing())
        .reset_of(&clocked)
        .on_reset(OnReset::Retry)
        .start(&test);
    scope(async |tm| {
        for number in 0..4_u8 {
            let controller = controller.clone();
            tm.fork(format!("transfer {number}"), async move {
                let at = number * 16;
                controller.write(target, &[at, number, 0x5a]).await?;
                let read = controller.write_read(target, &[at], 2).await?;
                ensure!(read == [number, 0x5a], "{read:?}");
                Ok(())
            });
        }
        for nanoseconds in [1, 1220, 9000, 2500, 30_000, 333] {
            timer(nanoseconds.ns()).await;
            clocked.reset().await;
        }
        tm.join_all().await
    })
    .await?;
    Ok(())
}

/// Each form of the pins pulls the line low as its table says, and sees the line.
#[verifork::test]
async fn designs_pull_the_lines_low_by_each_form_of_pins(dut: I2c) -> Result {
    dut.idle().await;
    let (one, zero) = (Logic::One, Logic::Zero);
    scope(async |tm| {
        let bus = Bus::new(&dut.pins)
            .design(&dut.tristate)
            .design(&dut.enable)
            .design(&dut.bare)
            .start(tm);
        let all = [&dut.pins, &dut.tristate, &dut.enable, &dut.bare];
        timer(1.ns()).await;
        let puller = bus.puller();
        let settled = async |scl: bool, sda: bool| -> Result {
            timer(1.ns()).await;
            ensure!(
                (bus.scl(), bus.sda()) == (scl, sda),
                "{bus:?}, not {scl} and {sda}"
            );
            for pins in all {
                pins.scl_i.unwrap().expect(Logic::from(scl))?;
                pins.sda_i.unwrap().expect(Logic::from(sda))?;
            }
            Ok(())
        };
        settled(true, true).await?;
        for (signal, pulls, idle, is_scl) in [
            (dut.pins.scl_o, zero, one, true),
            (dut.pins.sda_o, zero, one, false),
            (dut.tristate.scl_t, zero, one, true),
            (dut.tristate.sda_t, zero, one, false),
            (dut.enable.scl_oe, one, zero, true),
            (dut.enable.sda_oe, one, zero, false),
            (dut.bare.sda_oe, one, zero, false),
        ] {
            let signal = signal.unwrap();
            signal.set(pulls);
            settled(!is_scl, is_scl).await?;
            puller.scl(false)?;
            settled(false, is_scl).await?;
            signal.set(idle);
            settled(false, true).await?;
            puller.scl(true)?;
            settled(true, true).await?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(should_fail(panic = "I2C: `I2C` has neither `scl_i` nor an inout `scl`"))]
async fn pins_that_are_missing_are_reported_where_the_bus_is_started(dut: I2c, test: Test) {
    let _bus = Bus::new(&dut.none).start(&test);
}

#[verifork::test(should_fail(
    panic = "by the bus started at tests/plugins/components/src/i2c.rs:"
))]
async fn a_second_bus_on_the_same_pins_is_refused(dut: I2c, test: Test) {
    dut.idle().await;
    let _first = Bus::new(&dut.pins).start(&test);
    let _second = Bus::new(&dut.pins).start(&test);
}

#[verifork::test(should_fail(
    panic = "by the target started at tests/plugins/components/src/i2c.rs:"
))]
async fn a_second_target_of_one_address_is_refused(dut: I2c, test: Test) {
    dut.idle().await;
    let bus = Bus::new(&dut.pins).start(&test);
    Target::new(&bus, Address::seven(5), Silent).start(&test);
    Target::new(&bus, Address::seven(5), Silent).start(&test);
}

#[verifork::test(should_fail(panic = "I2C: a read of 0 bytes"))]
async fn a_read_of_nothing_is_refused(dut: I2c, test: Test) {
    dut.idle().await;
    let bus = Bus::new(&dut.pins).start(&test);
    let controller = Controller::new(&bus, timing()).start(&test);
    let _read = controller.read(Address::seven(5), 0).await;
}

/// Times that there are not are refused at the line that starts what has them.
#[verifork::test]
async fn times_that_are_too_long_are_refused_at_the_callers_line(dut: I2c, test: Test) -> Result {
    dut.idle().await;
    let bus = Bus::new(&dut.pins).start(&test);
    let long = Timing {
        hold_start: u64::MAX.ms(),
        ..timing()
    };
    for (checks, line) in [(false, line!() + 8), (true, line!() + 6)] {
        let ended = scope(async |tm| {
            let bus = bus.clone();
            tm.start_soon("starts", async move {
                let test = Test::current().unwrap();
                if checks {
                    Checker::new(&bus, long).start(&test);
                } else {
                    let _controller = Controller::new(&bus, long).start(&test);
                }
                Ok(())
            });
            Ok(())
        });
        let error = ended.await.unwrap_err().to_string();
        ensure!(error.contains("I2C: tHD;STA: "), "{error}");
        let place = format!("{}:{line}", file!());
        ensure!(error.contains(&place), "not at {place}: {error}");
    }
    Ok(())
}

#[verifork::test(should_fail(panic = "leaves no room for tSU;DAT and tHD;DAT"))]
async fn times_that_leave_no_room_are_refused(dut: I2c, test: Test) {
    dut.idle().await;
    let bus = Bus::new(&dut.pins).start(&test);
    let timing = Timing {
        setup_data: 200.ns(),
        ..timing()
    };
    let _controller = Controller::new(&bus, timing).start(&test);
}

#[verifork::test(timeout = 50.us(), should_fail(timeout = "which is held low (a stretched clock)"))]
async fn a_controller_whose_clock_is_held_says_so(dut: I2c, test: Test) -> Result {
    dut.idle().await;
    let bus = Bus::new(&dut.pins).start(&test);
    let controller = Controller::new(&bus, timing()).start(&test);
    let puller = bus.puller();
    puller.scl(false)?;
    controller.write(Address::seven(5), &[]).await
}

#[verifork::test(timeout = 50.us(), should_fail(timeout = "i2c, which is busy"))]
async fn a_controller_that_waits_for_a_busy_bus_says_so(dut: I2c, test: Test) -> Result {
    dut.idle().await;
    let bus = Bus::new(&dut.pins).start(&test);
    let controller = Controller::new(&bus, timing()).start(&test);
    let puller = bus.puller();
    puller.sda(false)?;
    controller.write(Address::seven(5), &[]).await
}

#[verifork::test(timeout = 50.us(), should_fail(timeout = "a start on "))]
async fn a_target_that_nobody_speaks_to_says_so(dut: I2c, test: Test) -> Result {
    dut.idle().await;
    let bus = Bus::new(&dut.pins).start(&test);
    Target::new(&bus, Address::seven(5), Silent).start(&test);
    pending().await
}
