//! What an event costs in rustdv: the same works as in `plugin_rust/`, written as its documentation does.
//!
//! `BENCH_WORK`, `BENCH_COUNT`, `BENCH_PROGRAM` and `BENCH_WATCHED` say what to do, as for the testbenches
//! in C++.

use std::collections::VecDeque;
use std::env;

use rustdv::prelude::*;

rustdv::vpi_bootstrap!();

const WARM_UP: u64 = 1000;

struct Meter {
    count: u64,
    done: u64,
    begun: f64,
    checksum: u64,
}

/// What this process has used of the processor, in nanoseconds.
fn processor_time() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a time of ours.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0, "every Linux has this clock");
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn setting(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

impl Meter {
    fn new() -> Meter {
        Meter {
            count: setting("BENCH_COUNT").parse().expect("a number"),
            done: 0,
            begun: processor_time(),
            checksum: 0,
        }
    }

    fn wants_more(&mut self) -> bool {
        if self.done == WARM_UP {
            self.begun = processor_time();
        }
        self.done += 1;
        if self.done <= WARM_UP + self.count {
            return true;
        }
        let (work, count, checksum) = (setting("BENCH_WORK"), self.count, self.checksum);
        let rate = (processor_time() - self.begun) / count as f64;
        println!("bench={work} n={count} ns_per_event={rate:.2} checksum={checksum}");
        false
    }
}

#[rustdv::test]
async fn bench(ctx: RustdvCtx) -> Result<(), TestError> {
    let dut = ctx.dut();
    match &*setting("BENCH_WORK") {
        "timer" => timer().await,
        "edge" => edge(&dut, true).await,
        "design_edge" => edge(&dut, false).await,
        "tb_cycle" => tb_cycle(&dut).await,
        "fifo" => fifo(&dut).await,
        "core" => core(&dut).await,
        "watched" => watched(&dut).await,
        work => panic!("there is no work `{work}`"),
    }
}

async fn timer() -> Result<(), TestError> {
    let mut meter = Meter::new();
    while meter.wants_more() {
        Timer::ns(1).await;
    }
    Ok(())
}

async fn edge(dut: &HierarchyHandle, ours: bool) -> Result<(), TestError> {
    let clk = dut.signal("clk")?;
    if ours {
        Clock::new(&clk, SimDuration::ns(10)).start();
    }
    let mut meter = Meter::new();
    while meter.wants_more() {
        clk.rising_edge().await;
    }
    Ok(())
}

async fn tb_cycle(dut: &HierarchyHandle) -> Result<(), TestError> {
    let (clk, data, sum) = (dut.signal("clk")?, dut.signal("data")?, dut.signal("sum")?);
    Clock::new(&clk, SimDuration::ns(10)).start();
    let mut meter = Meter::new();
    let mut value = 0_u32;
    while meter.wants_more() {
        clk.rising_edge().await;
        value = value.wrapping_add(1);
        data.set_u32(value);
        read_write().await;
        meter.checksum += u64::from(sum.get_u32()?);
    }
    Ok(())
}

async fn reset(dut: &HierarchyHandle) -> Result<LogicHandle, TestError> {
    let (clk, rst) = (dut.signal("clk")?, dut.signal("rst")?);
    Clock::new(&clk, SimDuration::ns(10)).start();
    rst.set_bool(true);
    for _ in 0..2 {
        clk.rising_edge().await;
    }
    rst.set_bool(false);
    Ok(clk)
}

async fn fifo(dut: &HierarchyHandle) -> Result<(), TestError> {
    let (wr_en, wr_data) = (dut.signal("wr_en")?, dut.signal("wr_data")?);
    let (rd_en, rd_data) = (dut.signal("rd_en")?, dut.signal("rd_data")?);
    let (full, empty, level) = (dut.signal("full")?, dut.signal("empty")?, dut.signal("level")?);
    wr_en.set_bool(false);
    rd_en.set_bool(false);
    wr_data.set_u32(0);
    let clk = reset(dut).await?;
    let driven = (clk.clone(), wr_en.clone(), rd_en.clone(), wr_data.clone());
    spawn(async move {
        let (clk, wr_en, rd_en, wr_data) = driven;
        let mut random = 1_u32;
        loop {
            clk.rising_edge().await;
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            wr_en.set_bool(random >> 30 & 1 == 1);
            rd_en.set_bool(random >> 29 & 1 == 1);
            wr_data.set_u32(random);
        }
    });
    let mut meter = Meter::new();
    let mut inside = VecDeque::new();
    let mut read = None;
    while meter.wants_more() {
        clk.rising_edge().await;
        if let Some(expected) = read.take() {
            assert_eq!(rd_data.get_u32()?, expected);
            meter.checksum = meter.checksum.wrapping_mul(31).wrapping_add(expected.into());
        }
        assert_eq!(usize::from(level.get_u8()?), inside.len());
        if rd_en.get_bool()? && !empty.get_bool()? {
            read = inside.pop_front();
        }
        if wr_en.get_bool()? && !full.get_bool()? {
            inside.push_back(wr_data.get_u32()?);
        }
    }
    Ok(())
}

async fn core(dut: &HierarchyHandle) -> Result<(), TestError> {
    let text = std::fs::read_to_string(setting("BENCH_PROGRAM")).expect("the program");
    let mut memory = vec![0_u32; 0x2000];
    for (word, line) in memory.iter_mut().zip(text.lines()) {
        *word = u32::from_str_radix(line, 16).expect("a word in hexadecimal");
    }
    let (mem_valid, mem_ready) = (dut.signal("mem_valid")?, dut.signal("mem_ready")?);
    let (mem_addr, mem_rdata) = (dut.signal("mem_addr")?, dut.signal("mem_rdata")?);
    let (mem_wdata, mem_wstrb) = (dut.signal("mem_wdata")?, dut.signal("mem_wstrb")?);
    mem_ready.set_bool(false);
    mem_rdata.set_u32(0);
    let clk = reset(dut).await?;
    let mut meter = Meter::new();
    let mut answers = false;
    while meter.wants_more() {
        clk.rising_edge().await;
        if answers {
            answers = false;
            mem_ready.set_bool(false);
        } else if mem_valid.get_bool()? {
            answers = true;
            mem_ready.set_bool(true);
            let (address, strobes) = (mem_addr.get_u32()?, mem_wstrb.get_u8()?);
            let place = (address / 4) as usize % memory.len();
            if strobes == 0 {
                mem_rdata.set_u32(memory[place]);
            } else {
                let lanes = (0..4).filter(|lane| strobes >> lane & 1 == 1);
                let mask = lanes.fold(0_u32, |mask, lane| mask | 0xff << (8 * lane));
                let word = memory[place] & !mask | mem_wdata.get_u32()? & mask;
                memory[place] = word;
                let stored = u64::from(word) + u64::from(address);
                meter.checksum = meter.checksum.wrapping_mul(31).wrapping_add(stored);
            }
        }
    }
    Ok(())
}

async fn watched(dut: &HierarchyHandle) -> Result<(), TestError> {
    let clk = dut.signal("clk")?;
    dut.signal("change")?.set_bool_now(false);
    let watched: u32 = setting("BENCH_WATCHED").parse().expect("a number");
    Clock::new(&clk, SimDuration::ns(10)).start();
    for number in 0..watched {
        let word = dut.signal(&format!("w{number}"))?;
        spawn(async move { word.value_change().await });
    }
    let mut meter = Meter::new();
    while meter.wants_more() {
        clk.rising_edge().await;
    }
    Ok(())
}
