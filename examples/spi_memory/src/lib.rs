//! A memory on an SPI, in any mode: what is read is what was written. The controller is a component, and a
//! checker knows the times that the design promises and wants.

use verifork::prelude::*;
use verifork::time::TimeUnit;
use verifork_components::memory::Memory;
use verifork_components::spi::{
    Checker, Controller, Device, Format, MemoryDevice, Mode, Monitor, Signals,
};
use verifork_components::{Clocked, Interrupted, Pauses, Scoreboard};

const PERIOD: SimDuration = SimDuration::new(10, TimeUnit::Nanoseconds);
const WRITE: u64 = 0x02;
const READ: u64 = 0x03;

#[derive(Dut)]
struct SpiMemory {
    clk: Signal<bool>,
    rst: Signal<bool>,
    #[dut(prefix = "")] // sclk, cs_n, mosi, miso
    bus: Signals,

    #[dut(path = "CPOL")]
    polarity: Parameter<bool>,
    #[dut(path = "CPHA")]
    phase: Parameter<bool>,
}

impl SpiMemory {
    async fn start(&self) -> Result<(Clocked, Format)> {
        let mode = Mode {
            cpol: self.polarity.get()?,
            cpha: self.phase.get()?,
        };
        // Idle before there is a controller.
        self.bus.cs_n.set(LogicVec::ones(1));
        self.bus.sclk.set(Logic::from(mode.cpol));
        let clocked = Clocked::new(&self.clk, PERIOD)
            .reset_high(&self.rst)
            .start()
            .await;
        Ok((clocked, Format::new(mode)))
    }

    /// SCLK at the design's limit, or slower.
    fn controller(&self, format: &Format, half_period: u64) -> Controller {
        Controller::new(&self.bus, format, PERIOD * (2 * half_period))
    }

    /// The answer comes after 3 or 4 clocks, and stays for half a period after the edge that samples it.
    fn checker(&self, format: &Format, half_period: u64) -> Checker {
        Checker::new(&self.bus, format)
            .setup(PERIOD * (half_period - 4))
            .hold(PERIOD * half_period)
            .select_setup(PERIOD * 4)
            .sclk_high(PERIOD * 4)
            .sclk_low(PERIOD * 4)
    }
}

/// Half a period of SCLK in clocks, and the pauses between words.
#[verifork::test(
    timeout = 10.ms(),
    cases(
        at_full_speed = (5, Pauses::none()),
        slowly = (11, Pauses::none()),
        with_pauses = (6, Pauses::random(0.5)),
    )
)]
async fn what_is_read_was_written(
    dut: SpiMemory,
    test: Test,
    half_period: u64,
    pauses: Pauses,
) -> Result {
    let (_clocked, format) = dut.start().await?;
    let mut rng = test.rng();
    // A model of the design from the same library: it has read what was written.
    let model = Memory::sparse();
    let words = Scoreboard::in_order("words");
    scope(async |tm| {
        let bus = dut
            .controller(&format, half_period)
            .pauses(&pauses)
            .start(tm);
        dut.checker(&format, half_period).start(tm);
        let transfers = Monitor::new(&dut.bus, &format).start(tm);
        let seen = transfers.transfers();
        // All of it, so that nothing unknown is read.
        let fill: Vec<u64> = [WRITE, 0].into_iter().chain(0..256).collect();
        bus.write(0, &fill).await?;
        model.write(0, &(0..=255).collect::<Vec<u8>>());
        let _ = seen.recv().await?;
        for _ in 0..60 {
            let (address, count) = (rng.random_range(0..256), rng.random_range(1..=6));
            let data: Vec<u64> = (0..count).map(|_| rng.random_range(0..256)).collect();
            let command = *rng.choose(&[WRITE, READ, READ, 0x9f]).unwrap_or(&READ);
            let request: Vec<u64> = [command, address].into_iter().chain(data).collect();
            words.expect(answers(&model, &request));
            bus.write(0, &request).await?;
            let transfer = seen.recv().await?;
            words.observe(transfer.miso.iter().copied().flatten().collect::<Vec<_>>())?;
        }
        Ok(())
    })
    .await?;
    words.finish()
}

/// What a memory of this kind answers, byte after byte; the design says 0 where it has nothing to say.
fn answers(model: &Memory, request: &[u64]) -> Vec<u64> {
    let mut device = MemoryDevice::new(model, 1);
    let answer = |received| device_answer(&mut device, &request[..received]);
    let mut answers: Vec<u64> = (0..=request.len()).map(answer).collect();
    answers.pop(); // after the last byte nothing is sent
    answers
}

fn device_answer(device: &mut MemoryDevice, received: &[u64]) -> u64 {
    let answer = device.next(received);
    match received {
        [READ, _, ..] => answer,
        _ => 0,
    }
}

/// A byte that is cut short is not written, and the next transfer begins with a command.
#[verifork::test(timeout = 10.ms())]
async fn a_transfer_that_is_cut_short_is_forgotten(dut: SpiMemory) -> Result {
    let (clocked, format) = dut.start().await?;
    scope(async |tm| {
        let bus = dut.controller(&format, 5).reset_of(&clocked).start(tm);
        dut.checker(&format, 5).reset_of(&clocked).start(tm);
        bus.write(0, &[WRITE, 0x10, 1, 2, 3]).await?;
        for clocks in [1, 37, 180, 200, 290, 370] {
            let other = bus.clone();
            let cut = spawn(async move {
                Ok(other
                    .write(0, &[WRITE, 0x10, 0x77, 0x77, 0x77])
                    .await
                    .unwrap_err())
            });
            timer(PERIOD * clocks).await;
            clocked.reset().await;
            let error = cut.await?;
            ensure!(error.downcast_ref() == Some(&Interrupted::Reset), "{error}");
            let bytes = bus.write_read(0, &[READ, 0x10], 3).await?;
            let whole = clocks.saturating_sub(160 + 4) / 80;
            let mut wanted = vec![0x77; usize::try_from(whole)?.min(3)];
            wanted.extend_from_slice(&[1, 2, 3][wanted.len()..]);
            ensure!(
                bytes == wanted,
                "{bytes:x?}, not {wanted:x?}, after {clocks} clocks"
            );
            bus.write(0, &[WRITE, 0x10, 1, 2, 3]).await?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}
