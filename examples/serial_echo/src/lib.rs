//! Characters to a design that sends them back: what comes back are those that went in without an error. The
//! other ends of both lines are components, and a checker knows the framing and the times.

use verifork::prelude::*;
use verifork::sync::Receiver as SeenAt;
use verifork::task::Scope;
use verifork::time::TimeUnit;
use verifork_components::uart::{
    Character, Checker, Format, Frame, Monitor, Parity, Receiver, StopBits, Transmitter,
};
use verifork_components::{Clocked, Pauses, Scoreboard};

const PERIOD: SimDuration = SimDuration::new(10, TimeUnit::Nanoseconds);

#[derive(Dut)]
struct Echo {
    clk: Signal<bool>,
    rst: Signal<bool>,
    rxd: Signal<bool>,
    txd: Signal<bool>,
    parity_error: Signal<bool>,
    framing_error: Signal<bool>,
    overrun: Signal<bool>,

    #[dut(path = "CLKS_PER_BIT")]
    clocks_per_bit: Parameter<u64>,
    #[dut(path = "DATA_BITS")]
    data_bits: Parameter<u32>,
    #[dut(path = "PARITY")]
    parity: Parameter<u32>,
    #[dut(path = "STOP_HALVES")]
    stop_halves: Parameter<u32>,
}

impl Echo {
    /// A clock, a reset, and the format that the design was built for.
    async fn start(&self) -> Result<(Clocked, Format)> {
        self.rxd.set(true);
        let clocked = Clocked::new(&self.clk, PERIOD)
            .reset_high(&self.rst)
            .start()
            .await;
        let parity = match self.parity.get()? {
            0 => Parity::None,
            1 => Parity::Even,
            2 => Parity::Odd,
            3 => Parity::Mark,
            _ => Parity::Space,
        };
        let stop_bits = match self.stop_halves.get()? {
            2 => StopBits::One,
            3 => StopBits::OneAndHalf,
            _ => StopBits::Two,
        };
        let format = Format::bit_time(PERIOD * self.clocks_per_bit.get()?)
            .data_bits(self.data_bits.get()?)
            .parity(parity)
            .stop_bits(stop_bits);
        Ok((clocked, format))
    }
}

/// A character with or without an error, a break, or a glitch of the line.
fn random_frame(rng: &mut TestRng, format: &Format, fault_rate: f64) -> Frame {
    let frame = Frame::new(rng.random_range(0..=format.largest()));
    if !rng.random_bool(fault_rate) {
        return frame;
    }
    match rng.random_range(0..5) {
        0 => frame.low_stop(),
        1 => Frame::line_break(rng.random_range(13..40)),
        2 => Frame::glitch(rng.random_range(100..300)),
        3 => frame.glitch_in(rng.random_range(1..=5), 50..250),
        _ => {
            let wrong = frame.clone().wrong_parity();
            let has_parity = format.received(&wrong) != format.received(&frame);
            if has_parity { wrong } else { frame }
        }
    }
}

/// The sender's pauses, by how many ppm it is too fast, and how much of what it sends has a fault.
#[verifork::test(
    timeout = 20.ms(),
    cases(
        at_full_speed = (Pauses::none(), 0, 0.0),
        with_pauses = (Pauses::random(0.7), 0, 0.0),
        fast = (Pauses::none(), 15_000, 0.0),
        slow = (Pauses::none(), -15_000, 0.0),
        faulty = (Pauses::random(0.5), 0, 0.4),
    )
)]
async fn characters_come_back(
    dut: Echo,
    test: Test,
    pauses: Pauses,
    ppm: i32,
    fault_rate: f64,
) -> Result {
    let (clocked, format) = dut.start().await?;
    let mut rng = test.rng();
    let characters = Scoreboard::in_order("characters");
    let (mut wrong_parity, mut wrong_framing) = (0, 0);
    scope(async |tm| {
        let to_design = Transmitter::new(&dut.rxd, &format.off_by_ppm(ppm))
            .pauses(&pauses)
            .start(tm);
        Checker::new(&dut.txd, &format)
            .tolerance_ppm(1000)
            .no_breaks()
            .start(tm);
        let echoed = Monitor::new(&dut.txd, &format).start(tm);
        let observed = echoed.transfers();
        let (parity_errors, framing_errors, overruns) = (
            count(tm, &clocked, dut.parity_error),
            count(tm, &clocked, dut.framing_error),
            count(tm, &clocked, dut.overrun),
        );
        for _ in 0..60 {
            let frame = random_frame(&mut rng, &format, fault_rate);
            match format.received(&frame) {
                Some(character) if character.is_good() => characters.expect(character),
                Some(character) if character.framing_error => wrong_framing += 1,
                Some(_) => wrong_parity += 1,
                None => {}
            }
            to_design.send(frame).await?;
        }
        to_design.all_sent().await?;
        // Those in the FIFO, and one on the line.
        timer(PERIOD * dut.clocks_per_bit.get()? * 14 * 6).await;
        while let Some(transfer) = observed.try_recv() {
            characters.observe(transfer.character)?;
        }
        ensure!(parity_errors.len() == wrong_parity, "parity errors");
        ensure!(framing_errors.len() == wrong_framing, "framing errors");
        ensure!(overruns.is_empty(), "the FIFO was full");
        Ok(())
    })
    .await?;
    characters.finish()
}

/// The clocks in which a signal was 1.
fn count(tm: &Scope<'_, '_>, clocked: &Clocked, signal: Signal<bool>) -> SeenAt<SimTime> {
    let (sender, receiver) = unbounded();
    let clocked = *clocked;
    tm.background(signal.path(), async move {
        loop {
            clocked.edge().await;
            if signal.get()? {
                sender.send(now()).await?;
            }
        }
    });
    receiver
}

/// A reset in the middle of characters, on both lines, drops them.
#[verifork::test(timeout = 20.ms())]
async fn a_reset_drops_what_is_under_way(dut: Echo, test: Test) -> Result {
    let (clocked, format) = dut.start().await?;
    let mut rng = test.rng();
    scope(async |tm| {
        let to_design = Transmitter::new(&dut.rxd, &format)
            .reset_of(&clocked)
            .start(tm);
        let from_design = Receiver::new(&dut.txd, &format)
            .reset_of(&clocked)
            .start(tm);
        Checker::new(&dut.txd, &format).reset_of(&clocked).start(tm);
        for data in 0..20_u16 {
            let lost = to_design.send(0x15_u8).await?;
            to_design.send(0x0a_u8).await?;
            let clocks = PERIOD * dut.clocks_per_bit.get()?;
            timer(clocks * rng.random_range(1..22)).await;
            clocked.reset().await;
            ensure!(lost.is_over() && from_design.is_empty());
            to_design.send(data).await?;
            let back = from_design.recv().await?;
            ensure!(back == Character::new(data), "{back} after a reset");
        }
        Ok(())
    })
    .await?;
    Ok(())
}
