//! Single words written to a subordinate and read back, one access after the other: by the managers of the
//! components, and by loops that drive and read the same pins. An event is an access. The subordinates answer at
//! once: [`apb_registers`](../../../hdl/apb_registers.v), [`ahb_ram`](../../../hdl/ahb_ram.v),
//! [`wishbone_memory`](../../../hdl/wishbone_memory.v).

use verifork::prelude::*;
use verifork_components::{Clocked, ahb, apb as apb_bus, wishbone as wishbone_bus};

use crate::Meter;
use crate::streams::next;

/// Where the accesses go: a word of the memories, and a register that has all bits.
const PLACE: u8 = 0x20;

/// One write and one read.
const ACCESSES: u64 = 2;

/// Something that a word is written to and read from.
trait Target {
    async fn write(&self, word: u32) -> Result;
    async fn read(&self) -> Result<u32>;
}

async fn access(test: &Test, target: impl Target) -> Result {
    let mut meter = Meter::new(test)?;
    let mut word = 0_u32;
    while meter.wants_more_of(ACCESSES) {
        word = word.wrapping_add(0x0101_0101);
        target.write(word).await?;
        let read = target.read().await?;
        meter.checksum = next(meter.checksum, read);
    }
    Ok(())
}

/// The first edge after a reset.
async fn reset(clock: Signal<bool>, reset: Signal<bool>, asserted: bool) {
    Clock::new(&clock, 10.ns()).start();
    reset.set(asserted);
    clock.rising_edges(2).await;
    reset.set(!asserted);
    clock.rising_edge().await;
}

#[derive(Dut)]
struct Apb {
    pclk: Signal<bool>,
    presetn: Signal<bool>,
    #[dut(prefix = "")]
    bus: apb_bus::Signals,
}

impl Target for apb_bus::RunningManager {
    async fn write(&self, word: u32) -> Result {
        self.write(PLACE.into(), word).await
    }

    async fn read(&self) -> Result<u32> {
        self.read(PLACE.into()).await
    }
}

#[verifork::test(timeout = 10.seconds())]
async fn apb(test: Test, dut: Apb) -> Result {
    let clocked = Clocked::new(&dut.pclk, 10.ns());
    let clocked = clocked.reset_low(&dut.presetn).start().await;
    access(
        &test,
        apb_bus::Manager::new(&dut.bus).start(&test, &clocked),
    )
    .await
}

#[derive(Dut)]
struct ApbPins {
    pclk: Signal<bool>,
    presetn: Signal<bool>,
    psel: Signal<bool>,
    penable: Signal<bool>,
    paddr: Signal<u8>,
    pwrite: Signal<bool>,
    pwdata: Signal<u32>,
    pstrb: Signal<u8>,
    prdata: Signal<u32>,
    pready: Signal<bool>,
    pslverr: Signal<bool>,
}

impl ApbPins {
    async fn transfer(&self) -> Result {
        self.psel.set(true);
        self.penable.set(false);
        self.paddr.set(PLACE);
        self.pclk.rising_edge().await;
        self.penable.set(true);
        loop {
            self.pclk.rising_edge().await;
            if self.pready.get()? {
                break;
            }
        }
        ensure!(!self.pslverr.get()?);
        self.psel.set(false);
        self.penable.set(false);
        Ok(())
    }
}

impl Target for ApbPins {
    async fn write(&self, word: u32) -> Result {
        self.pwrite.set(true);
        self.pwdata.set(word);
        self.pstrb.set(0xf);
        self.transfer().await
    }

    async fn read(&self) -> Result<u32> {
        self.pwrite.set(false);
        self.pstrb.set(0);
        self.transfer().await?;
        Ok(self.prdata.get()?)
    }
}

#[verifork::test(timeout = 10.seconds())]
async fn apb_by_hand(test: Test, dut: ApbPins) -> Result {
    dut.psel.set(false);
    dut.penable.set(false);
    reset(dut.pclk, dut.presetn, false).await;
    access(&test, dut).await
}

#[derive(Dut)]
struct Ahb {
    hclk: Signal<bool>,
    hresetn: Signal<bool>,
    #[dut(prefix = "")]
    bus: ahb::Signals,
}

impl Target for ahb::RunningManager {
    async fn write(&self, word: u32) -> Result {
        self.write(PLACE.into(), u64::from(word)).await
    }

    async fn read(&self) -> Result<u32> {
        Ok(self.read(PLACE.into()).await?.try_into()?)
    }
}

#[verifork::test(name = "ahb", timeout = 10.seconds())]
async fn ahb_lite(test: Test, dut: Ahb) -> Result {
    let clocked = Clocked::new(&dut.hclk, 10.ns());
    let clocked = clocked.reset_low(&dut.hresetn).start().await;
    access(&test, ahb::Manager::new(&dut.bus).start(&test, &clocked)).await
}

#[derive(Dut)]
struct AhbPins {
    hclk: Signal<bool>,
    hresetn: Signal<bool>,
    hsel: Signal<bool>,
    haddr: Signal<u16>,
    htrans: Signal<u8>,
    hwrite: Signal<bool>,
    hsize: Signal<u8>,
    hburst: Signal<u8>,
    hprot: Signal<u8>,
    hwdata: Signal<u32>,
    hrdata: Signal<u32>,
    hready: Signal<bool>,
    hreadyout: Signal<bool>,
    hresp: Signal<bool>,
}

impl AhbPins {
    /// The phase of the address, which begins after an edge with HREADY high; the next one begins the phase of
    /// the data.
    async fn address(&self, write: bool) {
        self.hsel.set(true);
        self.htrans.set(2);
        self.haddr.set(PLACE.into());
        self.hwrite.set(write);
        self.hsize.set(2);
        self.hburst.set(0);
        self.hprot.set(3);
        self.hclk.rising_edge().await;
        self.hsel.set(false);
        self.htrans.set(0);
    }

    async fn data(&self) -> Result {
        loop {
            self.hclk.rising_edge().await;
            if self.hreadyout.get()? {
                break;
            }
        }
        ensure!(!self.hresp.get()?);
        Ok(())
    }
}

impl Target for AhbPins {
    async fn write(&self, word: u32) -> Result {
        self.address(true).await;
        self.hwdata.set(word);
        self.data().await
    }

    async fn read(&self) -> Result<u32> {
        self.address(false).await;
        self.data().await?;
        Ok(self.hrdata.get()?)
    }
}

#[verifork::test(timeout = 10.seconds())]
async fn ahb_by_hand(test: Test, dut: AhbPins) -> Result {
    dut.hsel.set(false);
    dut.htrans.set(0);
    dut.hready.set(true);
    reset(dut.hclk, dut.hresetn, false).await;
    access(&test, dut).await
}

#[derive(Dut)]
struct Wishbone {
    clk_i: Signal<bool>,
    rst_i: Signal<bool>,
    busy: Signal<bool>,
    #[dut(prefix = "wb_")]
    bus: wishbone_bus::Signals,
}

impl Target for wishbone_bus::RunningManager {
    async fn write(&self, word: u32) -> Result {
        self.write(PLACE.into(), word.into()).await
    }

    async fn read(&self) -> Result<u32> {
        Ok(self.read(PLACE.into()).await?.try_into()?)
    }
}

#[verifork::test(timeout = 10.seconds())]
async fn wishbone(test: Test, dut: Wishbone) -> Result {
    dut.busy.set(false);
    let clocked = Clocked::new(&dut.clk_i, 10.ns());
    let clocked = clocked.reset_high(&dut.rst_i).start().await;
    let bus = dut.bus.classic();
    access(
        &test,
        wishbone_bus::Manager::new(&bus).start(&test, &clocked),
    )
    .await
}

#[derive(Dut)]
struct WishbonePins {
    clk_i: Signal<bool>,
    rst_i: Signal<bool>,
    busy: Signal<bool>,
    wb_cyc_i: Signal<bool>,
    wb_stb_i: Signal<bool>,
    wb_we_i: Signal<bool>,
    wb_adr_i: Signal<u16>,
    wb_dat_i: Signal<u32>,
    wb_sel_i: Signal<u8>,
    wb_cti_i: Signal<u8>,
    wb_bte_i: Signal<u8>,
    wb_ack_o: Signal<bool>,
    wb_err_o: Signal<bool>,
    wb_rty_o: Signal<bool>,
    wb_dat_o: Signal<u32>,
}

impl WishbonePins {
    async fn cycle(&self) -> Result {
        self.wb_cyc_i.set(true);
        self.wb_stb_i.set(true);
        self.wb_adr_i.set(PLACE.into());
        self.wb_sel_i.set(0xf);
        self.wb_cti_i.set(0);
        self.wb_bte_i.set(0);
        loop {
            self.clk_i.rising_edge().await;
            ensure!(!self.wb_err_o.get()? && !self.wb_rty_o.get()?);
            if self.wb_ack_o.get()? {
                break;
            }
        }
        self.wb_cyc_i.set(false);
        self.wb_stb_i.set(false);
        Ok(())
    }
}

impl Target for WishbonePins {
    async fn write(&self, word: u32) -> Result {
        self.wb_we_i.set(true);
        self.wb_dat_i.set(word);
        self.cycle().await
    }

    async fn read(&self) -> Result<u32> {
        self.wb_we_i.set(false);
        self.cycle().await?;
        Ok(self.wb_dat_o.get()?)
    }
}

#[verifork::test(timeout = 10.seconds())]
async fn wishbone_by_hand(test: Test, dut: WishbonePins) -> Result {
    for signal in [dut.wb_cyc_i, dut.wb_stb_i, dut.busy] {
        signal.set(false);
    }
    reset(dut.clk_i, dut.rst_i, true).await;
    access(&test, dut).await
}
