//! A register file behind AXI4-Lite: a bus whose channels are tasks of an owned manager, random
//! accesses under backpressure, a model of the registers.

mod bus;
mod registers;

use bus::{Bus, Response};
use registers::{EVENTS, Registers, SCRATCH};
use verifork::prelude::*;

#[derive(Dut)]
struct AxiLite {
    aclk: Signal<bool>,
    aresetn: Signal<bool>,

    s_axi_awaddr: Signal<u32>,
    s_axi_awprot: Signal<u8>,
    s_axi_awvalid: Signal<bool>,
    s_axi_awready: Signal<bool>,

    s_axi_wdata: Signal<u32>,
    s_axi_wstrb: Signal<u8>,
    s_axi_wvalid: Signal<bool>,
    s_axi_wready: Signal<bool>,

    s_axi_bresp: Signal<Response>,
    s_axi_bvalid: Signal<bool>,
    s_axi_bready: Signal<bool>,

    s_axi_araddr: Signal<u32>,
    s_axi_arprot: Signal<u8>,
    s_axi_arvalid: Signal<bool>,
    s_axi_arready: Signal<bool>,

    s_axi_rdata: Signal<u32>,
    s_axi_rresp: Signal<Response>,
    s_axi_rvalid: Signal<bool>,
    s_axi_rready: Signal<bool>,

    control: Signal<u32>,
    status: Signal<u32>,
    events: Signal<u32>,
    irq: Signal<bool>,

    scratch: Array<u32>,
    #[dut(path = "ID")]
    id: Parameter<u32>,
    #[dut(path = "SCRATCH_WORDS")]
    scratch_words: Parameter<u32>,
}

/// Anything, anywhere, one access after the other, compared with the model.
#[verifork::test(timeout = 10.ms(), cases(at_full_speed = 0, with_backpressure = 5))]
async fn random_accesses(dut: AxiLite, test: Test, longest_wait: u32) -> Result {
    let mut registers = start(&dut).await?;
    let bus = Bus::new(&dut, &test, longest_wait);
    let mut rng = test.rng();
    let last = SCRATCH + 4 * dut.scratch_words.get()?;
    for _ in 0..500 {
        // The first address behind the map, holes and misaligned ones are among them.
        let aligned = rng.random_range(0..=last / 4) * 4;
        let address = if rng.random_bool(0.1) {
            aligned + rng.random_range(1..4)
        } else {
            aligned
        };
        match rng.random_range(0..4) {
            0 => happen(&dut, &mut registers, rng.random()).await,
            1 => {
                registers.status = rng.random();
                dut.status.set(registers.status);
            }
            2 => {
                let (data, strobes) = (rng.random(), rng.random_range(0..16));
                let found = bus.write(address, data, strobes).await?;
                let wanted = registers.write(address, data, strobes);
                let path = dut.s_axi_bresp.path();
                ensure!(
                    found == wanted,
                    "{path} is {found:?} to {data:#010x} at {address:#x}, not {wanted:?}"
                );
            }
            _ => expect(&dut, &registers, address, bus.read(address).await?)?,
        }
        let (found, wanted) = (dut.control.get()?, registers.control);
        ensure!(
            found == wanted,
            "{} is {found:#010x}, not {wanted:#010x}",
            dut.control.path()
        );
        let (found, wanted) = (dut.irq.get()?, registers.irq());
        ensure!(
            found == wanted,
            "{} is {found}, not {wanted}",
            dut.irq.path()
        );
    }
    for ((_, word), wanted) in dut.scratch.elements().zip(&registers.scratch) {
        let found = word.get()?;
        ensure!(
            found == *wanted,
            "{} is {found:#010x}, not {wanted:#010x}",
            word.path()
        );
    }
    bus.close().await
}

/// Both directions busy at once: each client has a register of its own, and all share the bus.
#[verifork::test(timeout = 10.ms(), cases(at_full_speed = 0, with_backpressure = 5))]
async fn concurrent_clients(dut: AxiLite, test: Test, longest_wait: u32) -> Result {
    start(&dut).await?;
    let bus = Bus::new(&dut, &test, longest_wait);
    scope(async |tm| {
        for index in 0..dut.scratch_words.get()? {
            let address = SCRATCH + 4 * index;
            tm.fork(
                format!("client_{index}"),
                client(&dut, &bus, &test, address),
            );
        }
        Ok(())
    })
    .await?;
    bus.close().await
}

async fn client(dut: &AxiLite, bus: &Bus, test: &Test, address: u32) -> Result {
    let mut rng = test.rng();
    for _ in 0..50 {
        let value: u32 = rng.random();
        bus.write(address, value, 0b1111).await?;
        for _ in 0..rng.random_range(1..4) {
            let (path, (found, _)) = (dut.s_axi_rdata.path(), bus.read(address).await?);
            ensure!(
                found == value,
                "{path} is {found:#010x} at {address:#x}, not {value:#010x}"
            );
        }
    }
    Ok(())
}

/// An event that happens on the edge that clears it stays set.
#[verifork::test(timeout = 1.ms())]
async fn an_event_is_not_lost_while_it_is_cleared(dut: AxiLite, test: Test) -> Result {
    let mut registers = start(&dut).await?;
    let bus = Bus::new(&dut, &test, 0);
    dut.events.set(0b01); // held: it happens on every edge
    bus.write(EVENTS, 0b11, 0b0001).await?;
    registers.events = 0b01;
    expect(&dut, &registers, EVENTS, bus.read(EVENTS).await?)?;

    dut.events.set(0);
    dut.aclk.rising_edge().await;
    bus.write(EVENTS, 0b11, 0b1110).await?; // no strobe for the byte: nothing is cleared
    expect(&dut, &registers, EVENTS, bus.read(EVENTS).await?)?;
    bus.write(EVENTS, 0b11, 0b0001).await?;
    registers.events = 0;
    expect(&dut, &registers, EVENTS, bus.read(EVENTS).await?)?;
    bus.close().await
}

/// A clock, and two edges in reset. Returns what the registers hold after it.
async fn start(dut: &AxiLite) -> Result<Registers> {
    Clock::new(&dut.aclk, 10.ns()).start();
    dut.aresetn.set(false);
    for input in [dut.s_axi_awvalid, dut.s_axi_wvalid, dut.s_axi_bready] {
        input.set(false);
    }
    for input in [dut.s_axi_arvalid, dut.s_axi_rready] {
        input.set(false);
    }
    dut.s_axi_awprot.set(0);
    dut.s_axi_arprot.set(0);
    dut.status.set(0);
    dut.events.set(0);
    dut.aclk.rising_edges(2).await;
    dut.aresetn.set(true);
    Ok(Registers::new(dut.id.get()?, dut.scratch.len()))
}

/// Events for one clock.
async fn happen(dut: &AxiLite, registers: &mut Registers, events: u32) {
    dut.events.set(events);
    dut.aclk.rising_edge().await;
    dut.events.set(0);
    registers.events |= events;
    dut.aclk.rising_edge().await; // now they are seen
}

/// Compares what a read gave with the model.
fn expect(
    dut: &AxiLite,
    registers: &Registers,
    address: u32,
    (found, response): (u32, Response),
) -> Result {
    let (wanted, wanted_response) = registers.read(address);
    let path = dut.s_axi_rresp.path();
    ensure!(
        response == wanted_response,
        "{path} is {response:?} at {address:#x}, not {wanted_response:?}"
    );
    let path = dut.s_axi_rdata.path();
    ensure!(
        found == wanted,
        "{path} is {found:#010x} at {address:#x}, not {wanted:#010x}"
    );
    Ok(())
}
