//! The memory's end of the processor's port.

use std::fmt;

use verifork::TestRng;
use verifork::prelude::*;

use crate::Rv32i;
use crate::model::bytes;

/// What the processor asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) fetches: bool,
    pub(crate) address: u32,
    pub(crate) strobes: u8,
    /// Of a write; bytes without a strobe are 0.
    pub(crate) data: u32,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Access { address, data, .. } = self;
        match self.strobes {
            0 if self.fetches => write!(f, "a fetch at {address:#010x}"),
            0 => write!(f, "a read at {address:#010x}"),
            strobes => write!(
                f,
                "a write of {data:#010x} at {address:#010x}, strobes {strobes:#06b}"
            ),
        }
    }
}

pub(crate) struct Bus<'a> {
    dut: &'a Rv32i,
    rng: TestRng,
    /// The most clocks that an answer comes late.
    patience: u32,
    /// Edges since the last reset.
    edges: u64,
    /// That of them which ended the last access.
    pub(crate) ended_at: u64,
}

impl<'a> Bus<'a> {
    /// With the clock started.
    pub(crate) fn new(dut: &'a Rv32i, rng: TestRng, patience: u32) -> Self {
        Clock::new(&dut.clk, 10.ns()).start();
        dut.mem_ready.set(false);
        dut.mem_rdata.set(0);
        Bus {
            dut,
            rng,
            patience,
            edges: 0,
            ended_at: 0,
        }
    }

    pub(crate) async fn reset(&mut self) {
        self.dut.rst.set(true);
        self.dut.clk.rising_edges(2).await;
        self.dut.rst.set(false);
        self.edges = 0;
    }

    /// Waits for an edge. What is read then is what the processor has shown since the one before.
    async fn edge(&mut self) {
        self.dut.clk.rising_edge().await;
        self.edges += 1;
    }

    fn access(&self) -> Result<Access> {
        let strobes: u8 = self.dut.mem_wstrb.get()?;
        let data = if strobes == 0 {
            0
        } else {
            self.dut.mem_wdata.get()? & bytes(strobes)
        };
        Ok(Access {
            fetches: self.dut.mem_instr.get()?,
            address: self.dut.mem_addr.get()?,
            strobes,
            data,
        })
    }

    /// The next access, which is then to be [answered](Self::answer); `None` after a trap.
    pub(crate) async fn request(&mut self) -> Result<Option<Access>> {
        for _ in 0..4 {
            self.edge().await;
            if self.dut.mem_valid.get()? {
                return self.access().map(Some);
            }
            if self.dut.trap.get()? {
                return Ok(None);
            }
        }
        bail!("no access and no trap for 4 clocks")
    }

    /// Ends the access, after some clocks through which nothing about it may change.
    pub(crate) async fn answer(&mut self, asked: Access, word: u32) -> Result {
        for _ in 0..self.rng.random_range(0..=self.patience) {
            self.edge().await;
            self.still(asked)?;
        }
        self.dut.mem_ready.set(true);
        self.dut.mem_rdata.set(word);
        self.edge().await;
        self.still(asked)?;
        self.ended_at = self.edges;
        // Nobody looks at the port now: whatever is there may stay for a clock.
        self.dut.mem_rdata.set(self.rng.random());
        if self.patience > 0 && self.rng.random() {
            self.edge().await;
            self.dut.mem_valid.expect(false)?;
        }
        self.dut.mem_ready.set(false);
        Ok(())
    }

    fn still(&self, asked: Access) -> Result {
        self.dut.mem_valid.expect(true)?;
        let now = self.access()?;
        ensure!(now == asked, "{asked} has become {now} before its answer");
        Ok(())
    }
}
