//! An SPI master in all four modes: a slave at the other end, the wires clock by clock, and the words
//! both ways. Works for any of the design's parameters, with `WIDTH` up to 64.

mod wires;

use verifork::prelude::*;
use wires::{Mode, PERIOD, Transfer, answer};

#[derive(Dut)]
struct Spi {
    clk: Signal<bool>,
    rst: Signal<bool>,

    tx_data: Signal<u64>,
    tx_valid: Signal<bool>,
    tx_ready: Signal<bool>,

    rx_data: Signal<u64>,
    rx_valid: Signal<bool>,

    sclk: Signal<bool>,
    mosi: Signal<bool>,
    miso: Signal<bool>,
    cs_n: Signal<bool>,

    #[dut(path = "CLK_DIV")]
    divider: Parameter<u32>,
    #[dut(path = "CPOL")]
    polarity: Parameter<bool>,
    #[dut(path = "CPHA")]
    phase: Parameter<bool>,
}

/// A word of the master's, and one of the slave's.
#[derive(Clone, Copy)]
struct Exchange {
    sent: u64,
    answered: u64,
}

#[verifork::test(timeout = 10.ms(), cases(back_to_back = 0, with_gaps = 100))]
async fn exchanges_words(dut: Spi, test: Test, longest_gap: u32) -> Result {
    let mode = start(&dut).await?;
    let (largest, mut rng) = (mode.largest(), test.rng());
    let corners = [0, largest, 1, largest - largest / 2, largest / 3].map(Some);
    let words = corners.into_iter().chain([None; 40]);
    let exchanges: Vec<Exchange> = words
        .map(|word| Exchange {
            sent: word.unwrap_or_else(|| rng.random_range(0..=largest)),
            answered: rng.random_range(0..=largest),
        })
        .collect();
    run(&dut, &test, mode, &exchanges, longest_gap).await
}

/// A reset in each clock of a transfer drops it at once, and the next transfer is whole.
#[verifork::test(timeout = 10.ms())]
async fn a_reset_drops_the_transfer(dut: Spi, test: Test) -> Result {
    let mode = start(&dut).await?;
    let (largest, mut rng) = (mode.largest(), test.rng());
    for clocks in 0..mode.idle_at() {
        send(&dut, largest).await?;
        dut.clk.rising_edges(clocks).await;
        dut.rst.set(true);
        dut.clk.rising_edge().await;
        dut.rst.set(false);
        let exchange = Exchange {
            sent: 1,
            answered: rng.random_range(0..=largest),
        };
        run(&dut, &test, mode, &[exchange], 0).await?;
    }
    Ok(())
}

/// A clock, and two edges in reset.
async fn start(dut: &Spi) -> Result<Mode> {
    Clock::new(&dut.clk, PERIOD).start();
    dut.rst.set(true);
    dut.tx_valid.set(false);
    dut.miso.set(false);
    dut.clk.rising_edges(2).await;
    dut.rst.set(false);
    Ok(Mode {
        width: dut.tx_data.width(),
        divider: dut.divider.get()?,
        polarity: dut.polarity.get()?,
        phase: dut.phase.get()?,
    })
}

/// Has the words exchanged, with random gaps, while the wires are watched.
async fn run(
    dut: &Spi,
    test: &Test,
    mode: Mode,
    exchanges: &[Exchange],
    longest_gap: u32,
) -> Result {
    scope(async |tm| {
        let (seen, at_slave) = unbounded();
        let (given, at_master) = unbounded();
        let wires = tm.fork("wires", watch(dut, mode));
        let receiver = tm.fork("receiver", receive(dut, given));
        tm.fork("slave", async move {
            for exchange in exchanges {
                seen.send(answer(dut, mode, exchange.answered).await?)
                    .await?;
            }
            Ok(())
        });
        tm.fork("sender", async {
            let mut rng = test.rng();
            for exchange in exchanges {
                send(dut, exchange.sent).await?;
                dut.tx_data.set(!exchange.sent & mode.largest()); // it has been taken
                let gap = rng.random_range(0..=longest_gap);
                dut.clk.rising_edges(gap).await;
            }
            Ok(())
        });
        tm.fork("scoreboard", async move {
            let (mosi, rx_data) = (dut.mosi.path(), dut.rx_data.path());
            for &Exchange { sent, answered } in exchanges {
                let found = at_slave.recv().await?;
                ensure!(found == sent, "{mosi} brought {found:#x}, not {sent:#x}");
                let found = at_master.recv().await?;
                ensure!(
                    found == answered,
                    "{rx_data} is {found:#x}, not {answered:#x}"
                );
            }
            Ok(())
        })
        .await?;
        wires.cancel();
        receiver.cancel();
        Ok(())
    })
    .await?;
    Ok(())
}

/// Offers a word; returns on the edge that takes it.
async fn send(dut: &Spi, word: u64) -> Result {
    dut.tx_data.set(word);
    dut.tx_valid.set(true);
    dut.clk.rising_edge().await;
    while !dut.tx_ready.get()? {
        dut.clk.rising_edge().await;
    }
    dut.tx_valid.set(false);
    Ok(())
}

/// Tells every word that the master has received.
async fn receive(dut: &Spi, given: Sender<u64>) -> Result {
    loop {
        dut.clk.rising_edge().await;
        if dut.rx_valid.get()? {
            given.send(dut.rx_data.get()?).await?;
        }
    }
}

/// Compares each clock since a reset with what the contract draws.
async fn watch(dut: &Spi, mode: Mode) -> Result {
    let mut transfer = Transfer::before_the_first(mode);
    loop {
        dut.clk.rising_edge().await;
        for (wire, wanted) in [
            (dut.cs_n, transfer.cs_n()),
            (dut.sclk, transfer.sclk()),
            (dut.mosi, transfer.mosi()),
            (dut.rx_valid, transfer.rx_valid()),
            (dut.tx_ready, transfer.tx_ready()),
        ] {
            let (path, found) = (wire.path(), wire.get()?);
            ensure!(
                found == wanted,
                "{path} is {found}, not {wanted}, {transfer}"
            );
        }
        transfer = if dut.tx_valid.get()? && dut.tx_ready.get()? {
            transfer.followed_by(dut.tx_data.get()?)
        } else {
            transfer.one_clock_later()
        };
    }
}
