//! The adder, and what drives it and watches it.

use verifork::prelude::*;

/// `out_data = in_data + ADDEND` between two handshakes: a word moves on each rising edge with
/// `valid` and `ready` both high.
#[derive(Dut)]
pub(crate) struct Adder {
    pub(crate) clk: Signal<bool>,
    rst: Signal<bool>,
    pub(crate) en: Signal<bool>,

    in_valid: Signal<bool>,
    in_ready: Signal<bool>,
    in_data: Signal<u8>,

    out_valid: Signal<bool>,
    out_ready: Signal<bool>,
    out_data: Signal<u8>,
}

impl Adder {
    /// Starts the clock, with one edge in reset, unless somebody in this test has.
    fn run(&self) {
        if Clock::new(&self.clk, 10.ns()).try_start().is_err() {
            return;
        }
        self.rst.set(true);
        self.en.set(true);
        self.in_valid.set(false);
        self.out_ready.set(false);
        let (clk, rst) = (self.clk, self.rst);
        spawn_named("reset", async move {
            clk.rising_edge().await;
            rst.set(false);
            Ok(())
        });
    }

    /// Waits for an edge out of reset on which the other side of a handshake is willing too.
    async fn transfer(&self, other_side: &Signal<bool>) -> Result {
        loop {
            self.clk.rising_edge().await;
            if other_side.get()? && !self.rst.get()? {
                return Ok(());
            }
        }
    }
}

pub(crate) fn model(input: u8) -> u8 {
    input.wrapping_add(1)
}

/// Offers words at the input.
pub(crate) struct Driver {
    dut: Adder,
}

impl Driver {
    pub(crate) fn new(dut: &Adder) -> Self {
        dut.run();
        Driver { dut: *dut }
    }

    /// Returns when the adder has taken the word.
    pub(crate) async fn send(&self, word: u8) -> Result {
        self.dut.in_data.set(word);
        self.dut.in_valid.set(true);
        self.dut.transfer(&self.dut.in_ready).await?;
        self.dut.in_valid.set(false); // unless the next word is set in this same time step
        Ok(())
    }
}

/// Takes words from the output.
pub(crate) struct Monitor {
    dut: Adder,
}

impl Monitor {
    pub(crate) fn new(dut: &Adder) -> Self {
        dut.run();
        Monitor { dut: *dut }
    }

    pub(crate) async fn recv(&self) -> Result<u8> {
        self.dut.out_ready.set(true);
        self.dut.transfer(&self.dut.out_valid).await?;
        self.dut.out_ready.set(false);
        Ok(self.dut.out_data.get()?) // still the word of the edge: the design has yet to answer it
    }
}

/// Takes results for ever.
pub(crate) async fn do_a(dut: &Adder) -> Result {
    let monitor = Monitor::new(dut);
    loop {
        monitor.recv().await?;
    }
}

/// Lets some clocks pass.
pub(crate) async fn do_b(dut: &Adder) -> Result {
    dut.run();
    dut.clk.rising_edges(2).await;
    Ok(())
}

/// Sends a word.
pub(crate) async fn do_c(dut: &Adder) -> Result {
    Driver::new(dut).send(1).await
}

/// What a bus is asked to do.
pub(crate) enum Request {
    Write(u8),
    /// Nothing comes after this.
    Last,
}

/// Serves requests in their order.
pub(crate) async fn write_channel(dut: Adder, inbox: Receiver<Request>) -> Result {
    let driver = Driver::new(&dut);
    while let Ok(Request::Write(word)) = inbox.recv().await {
        driver.send(word).await?;
    }
    Ok(())
}
