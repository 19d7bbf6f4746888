//! The addresses of AXI bursts: drawn at random until every kind of burst has been seen, compared with a model.

use verifork::prelude::*;
use verifork_coverage::{CoverGroup, CoverValue, Cross, Point};
use verifork_stimulus::Randomize;

#[derive(Dut)]
struct BurstAddresses {
    clk: Signal<bool>,
    rst: Signal<bool>,

    start: Signal<bool>,
    ready: Signal<bool>,
    address: Signal<u16>,
    length: Signal<u8>,
    size: Signal<u8>,
    burst: Signal<Burst>,

    valid: Signal<bool>,
    beat: Signal<u16>,
    last: Signal<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, LogicEnum, CoverValue, Randomize)]
#[logic(width = 2)]
enum Burst {
    Fixed,
    Incr,
    Wrap,
}

/// Any burst that AXI allows.
#[derive(Clone, Copy, Debug, Randomize)]
#[randomize(
    if burst == Burst::Wrap { [1, 3, 7, 15].contains(&length) && address % (1 << size) == 0 },
    if burst == Burst::Fixed { length < 16 },
)]
struct Transfer {
    address: u16,
    /// Beats less one.
    length: u8,
    #[randomize(range = 0..=2)]
    size: u8,
    #[randomize(weights(Incr = 3, Wrap = 2, Fixed = 1))]
    burst: Burst,
}

/// The plan: every kind of burst at every size, as long as it may be (ARM IHI 0022, A3.4.1).
#[derive(CoverGroup)]
#[cover_group(of = Transfer)]
struct Transfers {
    #[bins(single = 0, wraps[] = [1, 3, 7, 15], odd = [2, 4..=6, 8..=14], long = 16..=255)]
    length: Point<u8>,
    #[bins(each(0..=2))]
    size: Point<u8>,
    #[bins(each, transitions(Incr => Wrap, Wrap => Incr, Fixed => Wrap))]
    burst: Point<Burst>,
    #[point(value = |it| it.address & ((1 << it.size) - 1) == 0)]
    aligned: Point<bool>,
    #[cross(length, size, burst, ignore(single | odd | long, _, Wrap), ignore(long, _, Fixed))]
    kinds: Cross,
}

#[verifork::test(timeout = 10.ms(), covers("BURST-1", "BURST-2"))]
async fn every_kind_of_burst(dut: BurstAddresses, test: Test) -> Result {
    reset(&dut).await;
    let (mut rng, covered) = (test.rng(), Transfers::new());
    let mut transfers = 0;
    while !covered.is_full() {
        ensure!(
            transfers < 1000,
            "{:.1} % covered by 1,000 transfers",
            covered.coverage()
        );
        let transfer = Transfer::aimed_at(&covered).randomize(&mut rng)?;
        check(&dut, transfer).await?;
        covered.sample(&transfer);
        transfers += 1;
    }
    log::info!("all covered by {transfers} transfers");
    Ok(())
}

/// A quarter of what there is to cover, as one of four machines would have it: only the four together cover
/// all.
#[verifork::test(
    timeout = 10.ms(),
    covers("BURST-1", "BURST-2"),
    cases(first = 0, second = 1, third = 2, fourth = 3)
)]
async fn a_quarter_of_the_kinds(dut: BurstAddresses, test: Test, quarter: usize) -> Result {
    reset(&dut).await;
    let (mut rng, covered) = (test.rng(), Transfers::new());
    let holes = covered.holes().into_iter().skip(quarter).step_by(4);
    for hole in holes {
        let transfer = Transfer::aimed_at([hole]).randomize(&mut rng)?;
        check(&dut, transfer).await?;
        covered.sample(&transfer);
    }
    Ok(())
}

/// Bursts without a clock between them, and with some.
#[verifork::test(timeout = 1.ms(), covers = "BURST-3", cases(back_to_back = 0, with_pauses = 3))]
async fn bursts_follow_each_other(dut: BurstAddresses, test: Test, pause: u32) -> Result {
    reset(&dut).await;
    let mut rng = test.rng();
    for _ in 0..50 {
        check(&dut, Transfer::randomize(&mut rng)?).await?;
        for _ in 0..pause {
            dut.clk.rising_edge().await;
            dut.ready.expect(true)?;
        }
    }
    Ok(())
}

impl Transfer {
    /// The addresses of its beats, by the formulas of the standard.
    fn beats(self) -> impl Iterator<Item = u16> {
        let bytes = 1_u32 << self.size;
        let start = u32::from(self.address);
        let all = bytes * (u32::from(self.length) + 1);
        let (aligned, boundary) = (start / bytes * bytes, start / all * all);
        (0..=u32::from(self.length)).map(move |beat| {
            let address = match self.burst {
                _ if beat == 0 => start,
                Burst::Fixed => start,
                Burst::Incr => aligned + beat * bytes,
                Burst::Wrap => boundary + (start - boundary + beat * bytes) % all,
            };
            (address & 0xffff) as u16 // addresses wrap at the end of the space
        })
    }
}

/// A clock, and two edges in reset.
async fn reset(dut: &BurstAddresses) {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.start.set(false);
    dut.rst.set(true);
    dut.clk.rising_edges(2).await;
    dut.rst.set(false);
}

/// Has a burst taken, and compares each beat.
async fn check(dut: &BurstAddresses, transfer: Transfer) -> Result {
    dut.start.set(true);
    dut.address.set(transfer.address);
    dut.length.set(transfer.length);
    dut.size.set(transfer.size);
    dut.burst.set(transfer.burst);
    dut.clk.rising_edge().await;
    dut.start.set(false);
    for (number, address) in transfer.beats().enumerate() {
        dut.clk.rising_edge().await; // reads what the last edge has made
        dut.valid.expect(true)?;
        let beat = dut.beat.get()?;
        ensure!(
            beat == address,
            "beat {number} of {transfer:x?} is at {beat:#06x}, not at {address:#06x}"
        );
        dut.last.expect(number == usize::from(transfer.length))?;
    }
    Ok(())
}
