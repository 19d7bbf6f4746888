//! Models of registers over each bus, in front of a memory that holds them, or does not.

use verifork::prelude::*;
use verifork_components::memory::{Access, Fault, Memory};
use verifork_components::registers::{Frontdoor, Map, Mismatches, Model, Observe};
use verifork_components::{Clocked, apb, axi_lite};

use crate::apb::Apb;
use crate::lite::Lite;

/// A register with a field of which nobody knows what it is after a reset, two others, and nothing between.
fn map() -> Result<Map> {
    Ok(Map::from_toml(
        "map.toml",
        "name = 'block'
        size = 0x20
        [[register]]
        name = 'control'
        address = 0
        fields = [
            { name = 'low', bits = '3:0', reset = 0 },
            { name = 'high', bits = '7:4' },
            { name = 'top', bits = '31:8', reset = 0 },
        ]
        [[register]]
        name = 'word'
        address = 8
        count = 2
        reset = 0",
    )?)
}

pub(crate) const BASE: u64 = 0x400;

/// A model of them, behind a bus.
pub(crate) fn model_over(bus: impl Frontdoor + 'static) -> Result<Model> {
    Ok(Model::new(&map()?, bus)?.base(BASE))
}

pub(crate) fn memory() -> Memory {
    Memory::sparse()
        .region(BASE..BASE + 4, Access::ReadWrite)
        .region(BASE + 8..BASE + 16, Access::ReadWrite)
        .outside(Fault::Decode)
}

fn says(error: verifork::Error, text: &str) -> Result<verifork::Error> {
    ensure!(error.to_string().contains(text), "no `{text}` in {error}");
    Ok(error)
}

/// What a model does over any bus. The memory is what it reaches.
pub(crate) async fn behaves(model: &Model, memory: &Memory) -> Result {
    // A field that is not known is in the way of those beside it, until it was read.
    says(
        model.write("control.low", 1).await.unwrap_err(),
        "what `control.high` holds, which is written beside `control.low`, is not known",
    )?;
    says(
        model.mirrored("control").unwrap_err(),
        "what `control` holds is not known",
    )?;
    model.reset_test().await?;
    model.write("control.low", 5).await?;
    model.write("control.high", 0xa).await?;
    ensure!(memory.read_u32(BASE) == 0xa5 && model.mirrored("control.high")? == 0xa);
    ensure!(model.read("control.low").await? == 5);
    model.bit_bash_test().await?;
    model.unmapped_test().await?;

    // What changes behind its back.
    model.write("word[1]", 0x1234_5678).await?;
    memory.write_u32(BASE + 12, 0x1234_5679);
    let error = model.check("word[1].value").await.unwrap_err();
    let error = says(
        error,
        "a check of `block`: `word[1].value` (bits 31:0 at 0xc) is 0x12345679, not 0x12345678",
    )?;
    let mismatches: &Mismatches = error.downcast_ref().expect("it is of this type");
    let mismatch = mismatches.fields().next().expect("there is one");
    ensure!(mismatch.register() == "word[1]" && mismatch.field() == "value");
    ensure!(mismatch.found() == 0x1234_5679 && mismatch.expected() == 0x1234_5678);
    model.check("word[1]").await?; // it has been read
    memory.write_u32(BASE, 0xffff_ff10);
    let error = model.reset_test().await.unwrap_err();
    let error = says(error, "the reset test of `block` has found 2:")?;
    says(
        error,
        "\n  `control.top` (bits 31:8 at 0x0) is 0xffffff, not 0x0\n  `word[1].value`",
    )?;

    for (error, text) in [
        (
            model.read("status").await.unwrap_err(),
            "`block` has no register `status`; there are control, word[0], word[1]",
        ),
        (
            model.write("control.mode", 0).await.unwrap_err(),
            "`control` has no field `mode`; there are low, high, top",
        ),
        (
            model.write("control.low", 16).await.unwrap_err(),
            "0x10 does not fit `control.low`: 0xf is the most",
        ),
        (
            model.write("word[0]", 1 << 32).await.unwrap_err(),
            "does not fit `word[0]`: 0xffffffff is the most",
        ),
        (
            model.predict("word[0]", 1 << 32).unwrap_err(),
            "does not fit `word[0]`",
        ),
        (
            model.peek("word[0]").unwrap_err(),
            "`word[0]` has no backdoor for all of its bits",
        ),
        (
            model.poke("word[0]", 0).unwrap_err(),
            "`word[0]` has no backdoor for all of its bits",
        ),
        (
            model.access_test().await.unwrap_err(),
            "no register has a backdoor for fields that hold what is written",
        ),
    ] {
        says(error, text)?;
    }

    // What is refused, and what is not.
    let moved = model.clone().base(BASE + 4);
    says(
        moved.read("control").await.unwrap_err(),
        "an access of `control` at 0x404 was refused: ",
    )?;
    says(
        moved.write("control", 0).await.unwrap_err(),
        "an access of `control` at 0x404 was refused: ",
    )?;
    says(
        moved.reset_test().await.unwrap_err(),
        "a read of `control` was refused: ",
    )?;
    says(
        moved.bit_bash_test().await.unwrap_err(),
        " to `control` was refused: ",
    )?;
    says(
        moved.unmapped_test().await.unwrap_err(),
        "a read at 0x4, where nothing is, was not refused",
    )?;
    let _ = model.clone().base(BASE);
    Ok(())
}

/// What another writes is known, and what is read is compared, by a model that follows a monitor.
pub(crate) async fn follows(model: &Model, other: &Model, monitor: &impl Observe) -> Result {
    model.follow(monitor);
    other.write("word[0]", 0x77).await?;
    ensure!(model.mirrored("word[0]")? == 0x77);
    model.write("word[0]", 0x78).await?;
    ensure!(model.mirrored("word[0]")? == 0x78);
    ensure!(other.read("word[0]").await? == 0x78);
    // A read makes known what it gives.
    other.read("control").await?;
    ensure!(model.mirrored("control.high")? == 0);
    model.bit_bash_test().await
}

#[verifork::test]
async fn a_model_over_apb(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = apb::Manager::new(&dut.bus).start(&test, &clocked);
    apb::Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    let model = model_over(bus)?;
    behaves(&model, &memory).await
}

#[verifork::test]
async fn a_model_follows_a_monitor_of_apb(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = apb::Manager::new(&dut.bus).start(&test, &clocked);
    apb::Subordinate::new(&dut.bus, &memory()).start(&test, &clocked);
    let monitor = apb::Monitor::new(&dut.bus).start(&test, &clocked);
    let model = model_over(bus.clone())?;
    let other = model_over(bus)?;
    follows(&model, &other, &monitor).await
}

#[verifork::test]
async fn a_model_over_axi_lite(dut: Lite, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = axi_lite::Manager::new(&dut.bus).start(&test, &clocked);
    axi_lite::Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    let model = model_over(bus)?;
    behaves(&model, &memory).await
}

#[verifork::test]
async fn a_model_follows_a_monitor_of_axi_lite(dut: Lite, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = axi_lite::Manager::new(&dut.bus).start(&test, &clocked);
    axi_lite::Subordinate::new(&dut.bus, &memory()).start(&test, &clocked);
    let monitor = axi_lite::Monitor::new(&dut.bus).start(&test, &clocked);
    let model = model_over(bus.clone())?;
    let other = model_over(bus)?;
    follows(&model, &other, &monitor).await
}

/// What was written is not what is read: the monitor's read fails the test, whoever has read.
#[verifork::test(
    should_fail = "a read of `block` that the monitor has seen: `word[0].value` (bits 31:0 at 0x8) is 0x2, not 0x1"
)]
async fn a_read_that_differs_fails_the_test_of_a_model_that_follows(
    dut: Apb,
    test: Test,
) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = apb::Manager::new(&dut.bus).start(&test, &clocked);
    apb::Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    let model = model_over(bus.clone())?;
    model.follow(&apb::Monitor::new(&dut.bus).start(&test, &clocked));
    bus.write(0x408, 1).await?;
    memory.write_u32(BASE + 8, 2);
    bus.read(0x408).await?;
    Ok(())
}

#[verifork::test]
async fn a_map_that_cannot_be_tried_is_told(dut: Apb, test: Test) -> Result {
    let clocked = Clocked::external(&dut.clk);
    let bus = apb::Manager::new(&dut.bus).start(&test, &clocked);
    for (size, says) in [
        ("", "`block` has no `size` to end them"),
        ("size = 4", "`block` has a register at each"),
        (
            "size = 0x1_0000_0000",
            "`block` has 1073741824 words, and it tries 65536 at most",
        ),
    ] {
        let text = format!("name = 'block'\n{size}\n[[register]]\nname = 'a'\naddress = 0");
        let model = Model::new(&Map::from_toml("map.toml", &text)?, bus.clone())?;
        let error = model.unmapped_test().await.unwrap_err().to_string();
        ensure!(error.contains(says), "no `{says}` in {error}");
    }
    Ok(())
}

#[verifork::test]
async fn registers_that_are_not_as_wide_as_the_bus_are_refused(dut: Apb, test: Test) -> Result {
    let clocked = Clocked::external(&dut.clk);
    let bus = apb::Manager::new(&dut.bus).start(&test, &clocked);
    let text = "name = 'wide'\nwidth = 64\n[[register]]\nname = 'a'\naddress = 0";
    let map = Map::from_toml("wide.toml", text)?;
    let error = Model::new(&map, bus).unwrap_err().to_string();
    ensure!(
        error == "registers of `wide` have 64 bits, and a word of the bus has 32",
        "{error}"
    );
    Ok(())
}
