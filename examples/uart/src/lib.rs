//! A UART in both directions, with what goes wrong on a line: wrong parity, low stop bits, breaks,
//! glitches, baud rates that are off, a reader who is late. Works for any of the design's formats.

mod line;

use std::fmt;

use line::{Fault, Format, Parity, digits};
use verifork::prelude::*;
use verifork::time::TimeUnit;

const PERIOD: SimDuration = SimDuration::new(10, TimeUnit::Nanoseconds);
const CHARACTERS: u32 = 50;

#[derive(Dut)]
struct Uart {
    clk: Signal<bool>,
    rst: Signal<bool>,

    tx_data: Signal<u16>,
    tx_valid: Signal<bool>,
    tx_ready: Signal<bool>,
    txd: Signal<bool>,

    rxd: Signal<bool>,
    rx_data: Signal<u16>,
    rx_valid: Signal<bool>,
    rx_ready: Signal<bool>,
    rx_parity_error: Signal<bool>,
    rx_framing_error: Signal<bool>,
    rx_overrun: Signal<bool>,

    #[dut(path = "CLKS_PER_BIT")]
    clocks_per_bit: Parameter<u64>,
    #[dut(path = "DATA_BITS")]
    data_bits: Parameter<u32>,
    #[dut(path = "PARITY")]
    parity: Parameter<Parity>,
    #[dut(path = "STOP_BITS")]
    stop_bits: Parameter<u32>,
}

#[verifork::test(timeout = 10.ms(), cases(without_gaps = 0, with_gaps = 400))]
async fn transmits(dut: Uart, test: Test, longest_gap: u32) -> Result {
    let format = start(&dut).await?;
    let (sent, expected) = unbounded();
    scope(async |tm| {
        tm.fork("sender", async {
            let mut rng = test.rng();
            for _ in 0..CHARACTERS {
                let data = rng.random_range(..=format.largest());
                sent.send(data).await?;
                transmit(&dut, data).await?;
                dut.clk.rising_edges(rng.random_range(..=longest_gap)).await;
            }
            drop(sent); // the last one: the line's task ends when it has seen all
            Ok(())
        });
        tm.fork("line", async {
            let path = dut.txd.path();
            let mut last_begun = None;
            while let Ok(data) = expected.recv().await {
                let (begun, levels) = format.receive(&dut.txd).await?;
                let (found, wanted) = (digits(&levels), digits(&format.frame(data, Fault::None)));
                ensure!(
                    found == wanted,
                    "{path} sent {found} for {data:#x}, not {wanted}"
                );
                if let (Some(last), 0) = (last_begun, longest_gap) {
                    let (spacing, wanted) = (begun.since(last), format.frame_time());
                    ensure!(
                        spacing == wanted,
                        "{path} took {spacing} a character, not {wanted}"
                    );
                }
                last_begun = Some(begun);
            }
            Ok(())
        });
        Ok(())
    })
    .await?;
    Ok(())
}

/// The sender's bit time in thousandths of the receiver's, and the part of characters with a fault.
#[verifork::test(
    timeout = 10.ms(),
    cases(exact = (1000, 0.0), slow = (1010, 0.0), fast = (990, 0.0), faulty = (1000, 0.5))
)]
async fn receives(dut: Uart, test: Test, permille: u64, fault_rate: f64) -> Result {
    let mut format = start(&dut).await?;
    format.bit_time = format.bit_time * permille / 1000;
    let (sent, expected) = unbounded();
    scope(async |tm| {
        tm.fork("line", async {
            let mut rng = test.rng();
            for _ in 0..CHARACTERS {
                let data = rng.random_range(..=format.largest());
                let fault = match rng.random_bool(fault_rate) {
                    false => Fault::None,
                    true if format.parity != Parity::None && rng.random() => Fault::WrongParity,
                    true => Fault::LowStop,
                };
                sent.send(Character::after(fault, data)).await?;
                format.send(&dut.rxd, data, fault).await;
            }
            drop(sent);
            Ok(())
        });
        let overrun = tm.fork("overrun", never_overruns(&dut));
        let reader = tm.fork("reader", async {
            let mut rng = test.rng();
            while let Ok(wanted) = expected.recv().await {
                let found = with_timeout(3 * format.frame_time(), receive(&dut)).await??;
                expect(&dut, found, wanted)?;
                let pause = rng.random_range(..=dut.clocks_per_bit.get()?); // less than a character
                timer(PERIOD * pause).await;
            }
            Ok(())
        });
        reader.await?;
        overrun.cancel();
        Ok(())
    })
    .await?;
    Ok(())
}

/// A line that is low for long is one character of zeros; one that is low for a moment is none.
#[verifork::test(timeout = 1.ms())]
async fn breaks_and_glitches(dut: Uart) -> Result {
    let format = start(&dut).await?;

    dut.rxd.set(false);
    let after_break = Character {
        data: 0,
        parity_error: format.parity == Parity::Odd,
        framing_error: true,
    };
    expect(&dut, receive(&dut).await?, after_break)?;
    nothing_comes(&dut, 3 * format.frame_time()).await?;
    dut.rxd.set(true);
    timer(format.bit_time).await;

    dut.rxd.set(false);
    timer(format.bit_time / 4).await;
    dut.rxd.set(true);
    nothing_comes(&dut, 2 * format.frame_time()).await?;

    format.send(&dut.rxd, 0x15, Fault::None).await;
    expect(
        &dut,
        receive(&dut).await?,
        Character::after(Fault::None, 0x15),
    )
}

/// A character that ends while the one before it waits is lost, and the receiver says so.
#[verifork::test(timeout = 1.ms())]
async fn overruns(dut: Uart) -> Result {
    let format = start(&dut).await?;
    scope(async |tm| {
        let overrun = tm.fork("overrun", async {
            dut.rx_overrun.rising_edge().await;
            let begun = now();
            dut.rx_overrun.falling_edge().await;
            Ok(now().since(begun))
        });
        format.send(&dut.rxd, 0x0a, Fault::None).await;
        format.send(&dut.rxd, 0x15, Fault::None).await;
        let (path, high) = (
            dut.rx_overrun.path(),
            with_timeout(format.bit_time, overrun).await??,
        );
        ensure!(
            high == PERIOD,
            "{path} was high for {high}, not for one clock of {PERIOD}"
        );

        expect(
            &dut,
            receive(&dut).await?,
            Character::after(Fault::None, 0x0a),
        )?;
        nothing_comes(&dut, format.frame_time()).await
    })
    .await?;
    Ok(())
}

/// A character as the receiver hands it over.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Character {
    data: u16,
    parity_error: bool,
    framing_error: bool,
}

impl Character {
    fn after(fault: Fault, data: u16) -> Self {
        Character {
            data,
            parity_error: fault == Fault::WrongParity,
            framing_error: fault == Fault::LowStop,
        }
    }
}

impl fmt::Display for Character {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.data)?;
        f.write_str(match (self.parity_error, self.framing_error) {
            (false, false) => "",
            (true, false) => " with a parity error",
            (false, true) => " with a framing error",
            (true, true) => " with a parity and a framing error",
        })
    }
}

/// A clock, an idle line, two edges in reset. Returns the format that the design was built for.
async fn start(dut: &Uart) -> Result<Format> {
    Clock::new(&dut.clk, PERIOD).start();
    dut.rst.set(true);
    dut.tx_valid.set(false);
    dut.rxd.set(true);
    dut.rx_ready.set(false);
    dut.clk.rising_edges(2).await;
    dut.rst.set(false);
    Ok(Format {
        bit_time: PERIOD * dut.clocks_per_bit.get()?,
        data_bits: dut.data_bits.get()?,
        parity: dut.parity.get()?,
        stop_bits: dut.stop_bits.get()?,
    })
}

/// Offers a character; returns on the edge that takes it.
async fn transmit(dut: &Uart, data: u16) -> Result {
    dut.tx_data.set(data);
    dut.tx_valid.set(true);
    dut.clk.rising_edge().await;
    while !dut.tx_ready.get()? {
        dut.clk.rising_edge().await;
    }
    dut.tx_valid.set(false);
    Ok(())
}

/// Takes the next character.
async fn receive(dut: &Uart) -> Result<Character> {
    dut.rx_ready.set(true);
    dut.clk.rising_edge().await;
    while !dut.rx_valid.get()? {
        dut.clk.rising_edge().await;
    }
    dut.rx_ready.set(false);
    Ok(Character {
        data: dut.rx_data.get()?,
        parity_error: dut.rx_parity_error.get()?,
        framing_error: dut.rx_framing_error.get()?,
    })
}

fn expect(dut: &Uart, found: Character, wanted: Character) -> Result {
    ensure!(
        found == wanted,
        "{} is {found}, not {wanted}",
        dut.rx_data.path()
    );
    Ok(())
}

async fn nothing_comes(dut: &Uart, duration: SimDuration) -> Result {
    let path = dut.rx_valid.path();
    let came = with_timeout(duration, dut.rx_valid.rising_edge()).await;
    ensure!(
        came.is_err(),
        "{path} rose: a character came out of nothing"
    );
    Ok(())
}

async fn never_overruns(dut: &Uart) -> Result {
    dut.rx_overrun.rising_edge().await;
    bail!(
        "{} rose, though every character was taken in time",
        dut.rx_overrun.path()
    )
}
