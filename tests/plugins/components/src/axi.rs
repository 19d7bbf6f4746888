//! An AXI4 manager and a subordinate on the same wires.

mod any_width;
mod bad_input;
mod endings;
mod exclusive;
mod registers;
mod too_soon;
mod users;

use verifork::prelude::*;
use verifork_components::Clocked;
use verifork_components::axi::{Burst, Signals};

#[derive(Dut)]
pub(crate) struct Axi {
    pub(crate) clk: Signal<bool>,
    pub(crate) rst_n: Signal<bool>,
    #[dut(prefix = "axi_")]
    pub(crate) bus: Signals,
    #[dut(prefix = "bare_")]
    pub(crate) bare: Signals,
    #[dut(prefix = "odd_")]
    pub(crate) odd: Signals,
}

impl Axi {
    /// Nothing is left of the test before.
    pub(crate) async fn start(&self) -> Clocked {
        for Signals { aw, w, b, ar, r } in [self.bus, self.bare] {
            for signal in [
                aw.valid, aw.ready, w.valid, w.ready, b.valid, b.ready, ar.valid, ar.ready,
                r.valid, r.ready,
            ] {
                signal.set(Logic::Zero);
            }
        }
        crate::start(&self.clk, &self.rst_n).await
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bus.w.data.width() as usize / 8
    }
}

/// Any burst that the protocol allows, in these 4 KB.
fn any_burst(rng: &mut TestRng, page: u64, bus_bytes: usize) -> Burst {
    let bytes = 1_u8 << rng.random_range(0..=bus_bytes.ilog2());
    let size = u64::from(bytes);
    let at = page + rng.random_range(0..4096_u64);
    let burst = match rng.random_range(0..4) {
        0 => Burst::fixed(at, rng.random_range(1..=16), bytes),
        1 => Burst::wrap(at & !(size - 1), 2 << rng.random_range(0..4), bytes),
        _ => {
            let room = (page + 4096 - (at & !(size - 1))) / size;
            let most = if rng.random_bool(0.1) { 256 } else { 20 };
            let beats = rng.random_range(1..=room.min(most));
            Burst::incr(at, u16::try_from(beats).unwrap_or(1), bytes)
        }
    };
    burst
        .cache(*rng.choose(&[0, 1, 2, 3, 15]).unwrap())
        .prot(rng.random_range(0..8))
        .qos(rng.random_range(0..16))
        .region(rng.random_range(0..16))
        .user(LogicVec::random(3, rng))
}
