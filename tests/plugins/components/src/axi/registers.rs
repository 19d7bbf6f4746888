//! A model of registers over AXI4.

use verifork::prelude::*;
use verifork_components::axi::{Burst, Checker, Manager, Monitor, Subordinate, WriteData};

use super::Axi;
use crate::register_model::{BASE, behaves, follows, memory, model_over};

#[verifork::test]
async fn a_model_over_axi(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let model = model_over(bus)?;
    behaves(&model, &memory).await
}

#[verifork::test]
async fn a_model_follows_a_monitor_of_axi(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory()).start(&test, &clocked);
    let monitor = Monitor::new(&dut.bus).start(&test, &clocked);
    let model = model_over(bus.clone())?;
    let other = model_over(bus)?;
    follows(&model, &other, &monitor).await
}

/// Bursts, beats that are narrow or begin in a register's middle, bytes that are not enabled, and exclusive writes
/// that were not done.
#[verifork::test]
async fn a_model_follows_every_beat_of_a_burst(dut: Axi, test: Test) -> Result {
    const WORDS: u64 = BASE + 8;
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory()).start(&test, &clocked);
    let model = model_over(bus.clone())?;
    model.follow(&Monitor::new(&dut.bus).start(&test, &clocked));
    let words = || -> Result<_> { Ok((model.mirrored("word[0]")?, model.mirrored("word[1]")?)) };
    bus.write_burst(Burst::incr(WORDS, 2, 4), [1, 2, 3, 4, 5, 6, 7, 8])
        .await?;
    ensure!(words()? == (0x0403_0201, 0x0807_0605), "{:x?}", words()?);
    bus.write_burst(Burst::wrap(WORDS + 6, 4, 2), [0xa; 8])
        .await?;
    ensure!(words()? == (0x0a0a_0a0a, 0x0a0a_0a0a), "{:x?}", words()?);
    bus.write_burst(Burst::incr(WORDS + 3, 2, 4), [0xf0, 0xf1, 0xf2, 0xf3, 0xf4])
        .await?;
    ensure!(words()? == (0xf00a_0a0a, 0xf4f3_f2f1), "{:x?}", words()?);
    let some = WriteData::from([1, 2, 3, 4]).enabled([false, true, true, false]);
    bus.write_burst(Burst::incr(WORDS, 1, 4), some).await?;
    ensure!(words()?.0 == 0xf003_020a, "{:x?}", words()?);
    bus.write_burst(Burst::fixed(WORDS + 4, 3, 4), [7; 12])
        .await?;
    ensure!(words()?.1 == 0x0707_0707, "{:x?}", words()?);
    // Nobody has read it before: it is not done.
    let exclusive = Burst::incr(WORDS, 1, 4).exclusive();
    bus.write_burst(exclusive.clone(), [0; 4]).await?;
    ensure!(words()?.0 == 0xf003_020a, "{:x?}", words()?);
    bus.read_burst(exclusive.clone()).await?;
    bus.write_burst(exclusive, [0; 4]).await?;
    ensure!(words()?.0 == 0, "{:x?}", words()?);
    // What fails is not a write, and the rest of what is read is compared.
    let answer = bus
        .write_burst(Burst::incr(BASE + 16, 1, 4), [9; 4])
        .await?;
    ensure!(answer.response.is_error());
    bus.read_burst(Burst::incr(WORDS, 4, 4)).await?;
    Ok(())
}

#[verifork::test(
    should_fail = "a read of `block` that the monitor has seen: `word[1].value` (bits 31:0 at 0xc) is 0x5, not 0x0"
)]
async fn a_beat_that_reads_what_was_not_written_fails_the_test(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    let model = model_over(bus.clone())?;
    model.follow(&Monitor::new(&dut.bus).start(&test, &clocked));
    memory.write_u32(BASE + 12, 5);
    bus.read_burst(Burst::incr(BASE + 8, 2, 4)).await?;
    clocked.edges(2).await;
    Ok(())
}
