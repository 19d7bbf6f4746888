//! An AXI4-Lite manager: a task for each channel, all of them in a task manager of the bus's own.

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
    /// clocks up to `longest_wait`: so address and data come in either order, and answers meet
    /// backpressure.
    pub(crate) fn new(dut: &AxiLite, test: &Test, longest_wait: u32) -> Self {
        let tasks = TaskManager::new();
        let channel = |valid: Signal<bool>, ready: Signal<bool>| Channel {
            clk: dut.aclk,
            valid,
            ready,
            rng: test.rng_named(valid.name()),
            longest_wait,
        };

        let (write_addresses, inbox) = unbounded();
        let (aw, address) = (
            channel(dut.s_axi_awvalid, dut.s_axi_awready),
            dut.s_axi_awaddr,
        );
        let put = move |value| address.set(value);
        tasks.start_soon("write_address", aw.offer(inbox, put));

        let (write_data, inbox) = unbounded();
        let w = channel(dut.s_axi_wvalid, dut.s_axi_wready);
        let (data, strobes) = (dut.s_axi_wdata, dut.s_axi_wstrb);
        let put = move |(value, lanes)| {
            data.set(value);
            strobes.set(lanes);
        };
        tasks.start_soon("write_data", w.offer(inbox, put));

        let (write_answers, awaited) = unbounded();
        let (b, response) = (channel(dut.s_axi_bvalid, dut.s_axi_bready), dut.s_axi_bresp);
        tasks.start_soon(
            "write_response_rules",
            b.clone().rules(vec![response.as_logic()]),
        );
        let get = move || Ok(response.get()?);
        tasks.start_soon("write_response", b.take(awaited, get));

        let (read_addresses, inbox) = unbounded();
        let (ar, address) = (
            channel(dut.s_axi_arvalid, dut.s_axi_arready),
            dut.s_axi_araddr,
        );
        let put = move |value| address.set(value);
        tasks.start_soon("read_address", ar.offer(inbox, put));

        let (read_answers, awaited) = unbounded();
        let r = channel(dut.s_axi_rvalid, dut.s_axi_rready);
        let (data, response) = (dut.s_axi_rdata, dut.s_axi_rresp);
        let payload = vec![data.as_logic(), response.as_logic()];
        tasks.start_soon("read_data_rules", r.clone().rules(payload));
        let get = move || Ok((data.get()?, response.get()?));
        tasks.start_soon("read_data", r.take(awaited, get));

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

/// A valid/ready handshake, with random waits from a stream of its own.
#[derive(Clone)]
struct Channel {
    clk: Signal<bool>,
    valid: Signal<bool>,
    ready: Signal<bool>,
    rng: TestRng,
    longest_wait: u32,
}

impl Channel {
    /// Offers one item after the other, each until it is taken.
    async fn offer<T>(mut self, items: Receiver<T>, put: impl Fn(T)) -> Result {
        while let Ok(item) = items.recv().await {
            self.pause().await;
            put(item);
            self.valid.set(true);
            self.transfer(self.ready).await?;
            self.valid.set(false);
        }
        Ok(())
    }

    /// Takes an answer for each that is waited for.
    async fn take<T>(
        mut self,
        awaited: Receiver<OneshotSender<T>>,
        get: impl Fn() -> Result<T>,
    ) -> Result {
        while let Ok(answer) = awaited.recv().await {
            self.pause().await;
            self.ready.set(true);
            self.transfer(self.valid).await?;
            self.ready.set(false);
            let _ = answer.send(get()?); // who has stopped waiting does not miss it
        }
        Ok(())
    }

    async fn pause(&mut self) {
        let clocks = self.rng.random_range(0..=self.longest_wait);
        self.clk.rising_edges(clocks).await;
    }

    /// Waits for the edge on which the other side is willing too.
    async fn transfer(&self, other_side: Signal<bool>) -> Result {
        self.clk.rising_edge().await;
        while !other_side.get()? {
            self.clk.rising_edge().await;
        }
        Ok(())
    }

    /// Fails when an offer is withdrawn or changed before it is taken (AMBA AXI, A3.2.1).
    async fn rules(self, payload: Vec<Signal<LogicVec>>) -> Result {
        let (valid, ready) = (self.valid.path(), self.ready.path());
        let mut offered: Option<Vec<LogicVec>> = None;
        loop {
            self.clk.rising_edge().await;
            let present: Vec<LogicVec> = payload.iter().map(Signal::get).collect();
            if let Some(offered) = offered {
                ensure!(self.valid.get()?, "{valid} fell before {ready} was high");
                for ((signal, before), now) in payload.iter().zip(&offered).zip(&present) {
                    let path = signal.path();
                    ensure!(
                        now == before,
                        "{path} is {now}, not {before}, before {ready}"
                    );
                }
            }
            let waits = self.valid.get()? && !self.ready.get()?;
            offered = waits.then_some(present);
        }
    }
}
