//! AXI4 bursts into [`axi_ram`](../../../hdl/axi_ram.v) and back, a beat each clock: by the manager of the
//! components, and by a loop that drives and reads the same pins. An event is a beat.

use verifork::prelude::*;
use verifork_components::Clocked;
use verifork_components::axi::{Burst, Manager, RunningManager, Signals};

use crate::Meter;
use crate::allocations::allocations;
use crate::streams::{bytes, next};

/// The beats of a burst, of 4 bytes each: it is written, and then read.
const BEATS: u8 = 64;
const BYTES: u32 = 4 * BEATS as u32;
/// How many of them the memory has room for.
const PLACES: u32 = 0x4000 / BYTES;

#[derive(Dut)]
struct Ram {
    aclk: Signal<bool>,
    aresetn: Signal<bool>,
    #[dut(prefix = "s_axi_")]
    bus: Signals,
}

#[derive(Dut)]
struct AddressPins {
    id: Signal<u8>,
    addr: Signal<u32>,
    len: Signal<u8>,
    size: Signal<u8>,
    burst: Signal<u8>,
    valid: Signal<bool>,
    ready: Signal<bool>,
}

#[derive(Dut)]
struct WritePins {
    data: Signal<u32>,
    strb: Signal<u8>,
    last: Signal<bool>,
    valid: Signal<bool>,
    ready: Signal<bool>,
}

#[derive(Dut)]
struct ResponsePins {
    id: Signal<u8>,
    resp: Signal<u8>,
    valid: Signal<bool>,
    ready: Signal<bool>,
}

#[derive(Dut)]
struct ReadPins {
    id: Signal<u8>,
    data: Signal<u32>,
    resp: Signal<u8>,
    last: Signal<bool>,
    valid: Signal<bool>,
    ready: Signal<bool>,
}

#[derive(Dut)]
struct Pins {
    aclk: Signal<bool>,
    aresetn: Signal<bool>,
    #[dut(prefix = "s_axi_aw")]
    aw: AddressPins,
    #[dut(prefix = "s_axi_w")]
    w: WritePins,
    #[dut(prefix = "s_axi_b")]
    b: ResponsePins,
    #[dut(prefix = "s_axi_ar")]
    ar: AddressPins,
    #[dut(prefix = "s_axi_r")]
    r: ReadPins,
}

/// Where a burst goes: the memory is filled from its begin to its end, and over again.
fn place(burst: u32) -> u32 {
    burst % PLACES * BYTES
}

#[verifork::test(timeout = 10.seconds())]
async fn components(test: Test, dut: Ram) -> Result {
    let clocked = Clocked::new(&dut.aclk, 10.ns());
    let clocked = clocked.reset_low(&dut.aresetn).start().await;
    scope(async |tm| {
        let bus = Manager::new(&dut.bus).start(tm, &clocked);
        let mut burst = 0;
        let mut meter = Meter::new(&test)?;
        while meter.wants_more_of(2 * u64::from(BEATS)) {
            let address = place(burst).into();
            bus.write(address, &bytes(burst, BEATS.into())).await?;
            for word in bus.read(address, BYTES as usize).await?.chunks(4) {
                let word = u32::from_le_bytes(word.try_into()?);
                meter.checksum = next(meter.checksum, word);
            }
            burst = burst.wrapping_add(1);
        }
        Ok(())
    })
    .await?;
    Ok(())
}

impl AddressPins {
    fn drive(&self, address: u32) {
        self.id.set(0);
        self.addr.set(address);
        self.len.set(BEATS - 1);
        self.size.set(2);
        self.burst.set(1);
        self.valid.set(true);
    }
}

impl Pins {
    async fn write(&self, burst: u32) -> Result {
        let first = burst.wrapping_mul(BEATS.into());
        let drive = |beat: u8| {
            self.w.data.set(first.wrapping_add(beat.into()));
            self.w.strb.set(0xf);
            self.w.last.set(beat == BEATS - 1);
            self.w.valid.set(true);
        };
        self.aw.drive(place(burst));
        drive(0);
        self.b.ready.set(true);
        let (mut addressed, mut sent) = (false, 0);
        loop {
            self.aclk.rising_edge().await;
            if !addressed && self.aw.ready.get()? {
                addressed = true;
                self.aw.valid.set(false);
            }
            if sent < BEATS && self.w.ready.get()? {
                sent += 1;
                if sent < BEATS {
                    drive(sent);
                } else {
                    self.w.valid.set(false);
                }
            }
            if self.b.valid.get()? {
                ensure!(self.b.id.get()? == 0 && self.b.resp.get()? == 0);
                self.b.ready.set(false);
                return Ok(());
            }
        }
    }

    async fn read(&self, burst: u32, words: &mut Vec<u32>) -> Result {
        words.clear();
        self.ar.drive(place(burst));
        self.r.ready.set(true);
        let mut addressed = false;
        loop {
            self.aclk.rising_edge().await;
            if !addressed && self.ar.ready.get()? {
                addressed = true;
                self.ar.valid.set(false);
            }
            if !self.r.valid.get()? {
                continue;
            }
            ensure!(self.r.id.get()? == 0 && self.r.resp.get()? == 0);
            words.push(self.r.data.get()?);
            if self.r.last.get()? {
                self.r.ready.set(false);
                ensure!(words.len() == usize::from(BEATS));
                return Ok(());
            }
        }
    }
}

#[verifork::test(timeout = 10.seconds())]
async fn by_hand(test: Test, dut: Pins) -> Result {
    Clock::new(&dut.aclk, 10.ns()).start();
    for valid in [&dut.aw.valid, &dut.ar.valid, &dut.w.valid] {
        valid.set(false);
    }
    dut.b.ready.set(false);
    dut.r.ready.set(false);
    dut.aresetn.set(false);
    dut.aclk.rising_edges(2).await;
    dut.aresetn.set(true);
    let mut words = Vec::new();
    let mut burst = 0;
    let mut meter = Meter::new(&test)?;
    while meter.wants_more_of(2 * u64::from(BEATS)) {
        dut.write(burst).await?;
        dut.read(burst, &mut words).await?;
        for &word in &words {
            meter.checksum = next(meter.checksum, word);
        }
        burst = burst.wrapping_add(1);
    }
    Ok(())
}

/// What one burst allocates, which is written and read.
async fn allocated(bus: &RunningManager, beats: u16) -> Result<u64> {
    let data = bytes(1, beats.into());
    let burst = Burst::incr(0, beats, 4);
    let before = allocations();
    bus.write_burst(burst.clone(), data).await?;
    bus.read_burst(burst).await?;
    Ok(allocations() - before)
}

/// A beat has no memory of its own: a long burst allocates about as often as a short one.
#[verifork::test(timeout = 10.seconds())]
async fn beats_allocate_nothing(dut: Ram) -> Result {
    let clocked = Clocked::new(&dut.aclk, 10.ns());
    let clocked = clocked.reset_low(&dut.aresetn).start().await;
    scope(async |tm| {
        let bus = Manager::new(&dut.bus).start(tm, &clocked);
        allocated(&bus, 256).await?;
        let (short, long) = (allocated(&bus, 2).await?, allocated(&bus, 256).await?);
        // Lists that all share may grow in one of them.
        ensure!(
            long < short + 10,
            "{long} allocations for 256 beats, {short} for 2"
        );
        Ok(())
    })
    .await?;
    Ok(())
}
