//! Frames of a stream reach memory: a DMA with three buses, all of whose other sides are components. A scoreboard
//! compares the writes that a monitor sees with those that are expected, and a model knows the registers.

mod control;

use verifork::prelude::*;
use verifork_components::axi_stream::{self, Frame};
use verifork_components::memory::Memory;
use verifork_components::registers::{Map, Model};
use verifork_components::{Clocked, Pauses, Scoreboard, apb, axi};

#[derive(Dut)]
struct Dma {
    clk: Signal<bool>,
    rst_n: Signal<bool>,
    /// `s_axis_tdata`, `s_axis_tvalid`, …: what the design leaves out is `None`.
    #[dut(prefix = "s_axis_")]
    input: axi_stream::Signals,
    #[dut(prefix = "m_axi_")]
    memory: axi::WriteSignals, // it only writes
    #[dut(prefix = "s_apb_")]
    control: apb::Signals,
    #[dut(path = "lane")]
    lanes: Vec<Lane>, // the generate loop `lane[0]`, `lane[1]`
}

#[derive(Dut)]
struct Lane {
    busy: Signal<bool>,
    header: Signal<Header>,
}

#[derive(LogicStruct, Clone, Debug, PartialEq)]
struct Header {
    kind: Kind,
    #[logic(width = 12)]
    length: u16,
    last: bool,
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
#[logic(width = 3)]
enum Kind {
    Empty,
    Partial,
    Full,
}

/// Where the first frame goes; each next one 64 bytes on.
const FIRST: u64 = 0x8000_0fc0;

impl Dma {
    async fn start(&self, test: &Test) -> Result<(Clocked, Model)> {
        let clocked = Clocked::new(&self.clk, 10.ns()).reset_low(&self.rst_n);
        let clocked = clocked.start().await;
        let map = Map::from_toml("registers.toml", include_str!("registers.toml"))?;
        let control = apb::Manager::new(&self.control).start(test, &clocked);
        Ok((clocked, Model::new(&map, control)?))
    }
}

fn expected_write(number: u64, frame: &Frame) -> axi::Write {
    let (length, beats) = (frame.data.len(), frame.data.len().div_ceil(4));
    let burst = axi::Burst::incr(FIRST + 64 * number, beats.try_into().unwrap_or(0), 4);
    let mut data = axi::WriteData::from(frame.data.clone());
    if length % 4 != 0 {
        data.bytes.resize(4 * beats, 0); // the last beat has bytes that are not written
        data = data.enabled((0..4 * beats).map(|byte| byte < length));
    }
    axi::Write::new(burst, data)
}

#[verifork::test(timeout = 1.ms(), cases(full_speed = Pauses::none(), stalls = Pauses::random(0.3)))]
async fn frames_reach_memory(dut: Dma, test: Test, pauses: Pauses) -> Result {
    let (clocked, registers) = dut.start(&test).await?;
    scope(async |tm| {
        // Background children of the scope: they end with it, and a broken rule fails the test at once.
        let source = axi_stream::Source::new(&dut.input).pauses(&pauses);
        let source = source.start(tm, &clocked);
        let memory = axi::Subordinate::new(&dut.memory, &Memory::sparse()).pauses(&pauses);
        memory.start(tm, &clocked);
        axi::Checker::new(&dut.memory).start(tm, &clocked);
        let writes = axi::Monitor::new(&dut.memory).start(tm, &clocked).writes();
        registers.write("base", FIRST).await?;
        registers.write("control.enable", 1).await?;

        let scoreboard = Scoreboard::in_order("writes");
        let mut rng = test.rng();
        for number in 0..100 {
            let mut bytes = vec![0; rng.random_range(1..=64)];
            rng.fill_bytes(&mut bytes);
            let frame = Frame::new(bytes);
            scoreboard.expect(expected_write(number, &frame));
            source.send(frame).await?; // accepted; `.sent().await` waits for its last beat
        }
        for _ in 0..100 {
            scoreboard.observe(writes.recv().await?)?; // a difference is shown field by field
        }
        scoreboard.finish() // what is left is an error
    })
    .await?;
    ensure!(registers.read("frames.count").await? == 100);
    ensure!(
        !dut.lanes.iter().any(|lane| lane.busy.get().unwrap_or(true)),
        "a lane is busy"
    );
    Ok(())
}
