//! An AXI4-Lite manager: a task for each channel, all of them in a task manager of the bus's own.

use rand::RngExt as _;
use verifork::TestRng;
use verifork::prelude::*;
use verifork::sync::{OneshotReceiver, OneshotSender, oneshot};

use crate::AxiLite;

#[derive(Clone, Copy, PartialEq, Eq, Debug, LogicEnum)]
pub(crate) enum Response {
    Okay = 0,
    ExclusiveOkay = 1,
    SubordinateError = 2,
    DecodeError = 3,
}

/// Accesses may come from any number of tasks at once; each side answers in its order.
pub(crate) struct Bus {
    tasks: TaskManager,
    write_addresses: Sender<u32>,
    write_data: Sender<(u32, u8)>,
    write_answers: Sender<OneshotSender<Response>>,
    read_addresses: Sender<u32>,
    read_answers: Sender<OneshotSender<(u32, Response)>>,
}

impl Bus {
    /// A bus on which every offer, and every readiness for an answer, waits a random number of
    /// clocks up to `longest_wait`: so that address and data come in either order, and answers meet
    /// backpressure.
    pub(crate) fn new(dut: &AxiLite, test: &Test, longest_wait: u32) -> Self {
        let (write_addresses, aw) = unbounded();
        let (write_data, w) = unbounded();
        let (write_answers, b) = unbounded();
        let (read_addresses, ar) = unbounded();
        let (read_answers, r) = unbounded();
        let (dut, tasks) = (*dut, TaskManager::new());
        let pace = |channel| Pace::new(dut.aclk, test, channel, longest_wait);

        let (valid, ready) = (dut.s_axi_awvalid, dut.s_axi_awready);
        let put = move |address| dut.s_axi_awaddr.set(address);
        tasks.start_soon("write_address", offer(pace("aw"), valid, ready, aw, put));

        let (valid, ready) = (dut.s_axi_wvalid, dut.s_axi_wready);
        let put = move |(data, strobes)| {
            dut.s_axi_wdata.set(data);
            dut.s_axi_wstrb.set(strobes);
        };
        tasks.start_soon("write_data", offer(pace("w"), valid, ready, w, put));

        let (valid, ready) = (dut.s_axi_bvalid, dut.s_axi_bready);
        let get = move || Ok(dut.s_axi_bresp.get()?);
        tasks.start_soon("write_response", take(pace("b"), valid, ready, b, get));
        let payload = vec![dut.s_axi_bresp.as_logic()];
        tasks.start_soon(
            "write_response_rules",
            keeps_offer(dut.aclk, valid, ready, payload),
        );

        let (valid, ready) = (dut.s_axi_arvalid, dut.s_axi_arready);
        let put = move |address| dut.s_axi_araddr.set(address);
        tasks.start_soon("read_address", offer(pace("ar"), valid, ready, ar, put));

        let (valid, ready) = (dut.s_axi_rvalid, dut.s_axi_rready);
        let get = move || Ok((dut.s_axi_rdata.get()?, dut.s_axi_rresp.get()?));
        tasks.start_soon("read_data", take(pace("r"), valid, ready, r, get));
        let payload = vec![dut.s_axi_rdata.as_logic(), dut.s_axi_rresp.as_logic()];
        tasks.start_soon(
            "read_data_rules",
            keeps_offer(dut.aclk, valid, ready, payload),
        );

        Bus {
            tasks,
            write_addresses,
            write_data,
            write_answers,
            read_addresses,
            read_answers,
        }
    }

    pub(crate) async fn write(&self, address: u32, data: u32, strobes: u8) -> Result<Response> {
        let (answer, answered) = oneshot();
        // What a failed bus does not take is dropped, and no answer comes.
        let _ = self.write_addresses.send(address).await;
        let _ = self.write_data.send((data, strobes)).await;
        let _ = self.write_answers.send(answer).await;
        self.outcome(answered).await
    }

    pub(crate) async fn read(&self, address: u32) -> Result<(u32, Response)> {
        let (answer, answered) = oneshot();
        let _ = self.read_addresses.send(address).await;
        let _ = self.read_answers.send(answer).await;
        self.outcome(answered).await
    }

    /// The answer, or why the bus gives none.
    async fn outcome<T>(&self, answered: OneshotReceiver<T>) -> Result<T> {
        match answered.await {
            Ok(answer) => Ok(answer),
            Err(closed) => {
                self.tasks.join_all().await?;
                Err(closed.into())
            }
        }
    }

    /// Ends the bus's tasks, once nobody waits for an answer any more.
    pub(crate) async fn close(self) -> Result {
        self.tasks.cancel_all();
        self.tasks.join_all().await
    }
}

/// Random waits, from a stream of the channel's own.
struct Pace {
    clk: Signal<bool>,
    rng: TestRng,
    longest_wait: u32,
}

impl Pace {
    fn new(clk: Signal<bool>, test: &Test, channel: &str, longest_wait: u32) -> Self {
        Pace {
            clk,
            rng: test.rng_named(channel),
            longest_wait,
        }
    }

    async fn pause(&mut self) {
        let clocks = self.rng.random_range(0..=self.longest_wait);
        self.clk.rising_edges(clocks).await;
    }

    /// Waits for the edge on which the other side of the handshake is willing.
    async fn transfer(&self, other_side: Signal<bool>) -> Result {
        self.clk.rising_edge().await;
        while !other_side.get()? {
            self.clk.rising_edge().await;
        }
        Ok(())
    }
}

/// Offers one item after the other, each until it is taken.
async fn offer<T>(
    mut pace: Pace,
    valid: Signal<bool>,
    ready: Signal<bool>,
    items: Receiver<T>,
    put: impl Fn(T),
) -> Result {
    while let Ok(item) = items.recv().await {
        pace.pause().await;
        put(item);
        valid.set(true);
        pace.transfer(ready).await?;
        valid.set(false);
    }
    Ok(())
}

/// Takes an answer for each that is waited for.
async fn take<T>(
    mut pace: Pace,
    valid: Signal<bool>,
    ready: Signal<bool>,
    awaited: Receiver<OneshotSender<T>>,
    get: impl Fn() -> Result<T>,
) -> Result {
    while let Ok(answer) = awaited.recv().await {
        pace.pause().await;
        ready.set(true);
        pace.transfer(valid).await?;
        ready.set(false);
        answer.send(get()?).ok(); // who has stopped waiting does not miss it
    }
    Ok(())
}

/// Fails when an offer is withdrawn or changed before it is taken (AMBA AXI, A3.2.1).
async fn keeps_offer(
    clk: Signal<bool>,
    valid: Signal<bool>,
    ready: Signal<bool>,
    payload: Vec<Signal<LogicVec>>,
) -> Result {
    let mut offered: Option<Vec<LogicVec>> = None;
    loop {
        clk.rising_edge().await;
        let present: Vec<LogicVec> = payload.iter().map(Signal::get).collect();
        if let Some(offered) = offered.take() {
            let (valid_path, ready_path) = (valid.path(), ready.path());
            ensure!(
                valid.get()?,
                "{valid_path} fell before {ready_path} was high"
            );
            for ((signal, before), now) in payload.iter().zip(&offered).zip(&present) {
                let path = signal.path();
                ensure!(
                    before == now,
                    "{path} went from {before} to {now} before {ready_path}"
                );
            }
        }
        if valid.get()? && !ready.get()? {
            offered = Some(present);
        }
    }
}
