//! Models of registers over each bus, in front of a memory that holds them, or does not.

use verifork::prelude::*;
use verifork_components::memory::{Access, Fault, Memory};
use verifork_components::registers::{
    Frontdoor, Map, Mismatches, Model, Observe, Reg, RegisterFields, Registers,
};
use verifork_components::{Clocked, apb, axi_lite};

use crate::apb::Apb;
use crate::lite::Lite;
use crate::made_at;

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
        "the value of `control.high`, which is written beside `control.low`, is not known",
    )?;
    says(
        model.mirrored("control").unwrap_err(),
        "the value of `control` is not known",
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
            "0x10 does not fit `control.low`: the largest value is 0xf",
        ),
        (
            model.write("word[0]", 1 << 32).await.unwrap_err(),
            "does not fit `word[0]`: the largest value is 0xffffffff",
        ),
        (
            model.predict("word[0]", 1 << 32).unwrap_err(),
            "does not fit `word[0]`",
        ),
        (
            model.peek("word[0]").unwrap_err(),
            "`word[0]` has no backdoor that covers all of its bits",
        ),
        (
            model.poke("word[0]", 0).unwrap_err(),
            "`word[0]` has no backdoor that covers all of its bits",
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
        "a read of `control` was refused: ",
    )?;
    says(
        moved.unmapped_test().await.unwrap_err(),
        "a read at 0x4, where there is no register, was not refused",
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
async fn a_map_that_cannot_be_tried_is_reported(dut: Apb, test: Test) -> Result {
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

/// Registers wider and narrower than a word of the bus, over each bus and by the eyes of its monitor.
const OF_ANY_WIDTH: &str = "name = 'odd'
    [[register]]
    name = 'wide'
    address = 8
    width = 64
    reset = 0
    fields = []
    [[register]]
    name = 'low'
    address = 0
    width = 16
    reset = 0
    [[register]]
    name = 'high'
    address = 3
    width = 8
    reset = 0";

pub(crate) async fn widths_behave(
    bus: impl Frontdoor + Clone + 'static,
    memory: &Memory,
    monitor: &impl Observe,
) -> Result {
    let map = Map::from_toml("odd.toml", &OF_ANY_WIDTH.replace("fields = []", ""))?;
    let model = Model::new(&map, bus.clone())?.base(BASE);
    let follower = Model::new(&map, bus)?.base(BASE);
    follower.follow(monitor);
    memory.write_u32(BASE, 0xeeee_eeee);
    model.predict("low", 0xeeee)?;
    follower.predict("low", 0xeeee)?;
    model.predict("high", 0xee)?;
    follower.predict("high", 0xee)?;
    model.write("high", 0x12).await?;
    ensure!(
        memory.read_u32(BASE) == 0x12ee_eeee,
        "{:#x}",
        memory.read_u32(BASE)
    );
    model.write("low", 0x3456).await?;
    ensure!(
        memory.read_u32(BASE) == 0x12ee_3456,
        "{:#x}",
        memory.read_u32(BASE)
    );
    ensure!(model.check("high").await? == 0x12 && model.check("low").await? == 0x3456);
    model.write("wide", 0x0123_4567_89ab_cdef).await?;
    ensure!(memory.read_u32(BASE + 8) == 0x89ab_cdef && memory.read_u32(BASE + 12) == 0x0123_4567);
    ensure!(model.check("wide").await? == 0x0123_4567_89ab_cdef);
    next_time_step().await; // the monitor has seen it
    for name in ["high", "low", "wide"] {
        ensure!(follower.mirrored(name)? == model.mirrored(name)?, "{name}");
    }
    model.bit_bash_test().await
}

#[verifork::test]
async fn registers_of_any_width_are_reached_over_apb(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = apb::Manager::new(&dut.bus).start(&test, &clocked);
    apb::Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    let monitor = apb::Monitor::new(&dut.bus).start(&test, &clocked);
    widths_behave(bus, &memory, &monitor).await
}

#[verifork::test]
async fn registers_of_any_width_are_reached_over_axi_lite(dut: Lite, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = axi_lite::Manager::new(&dut.bus).start(&test, &clocked);
    axi_lite::Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    let monitor = axi_lite::Monitor::new(&dut.bus).start(&test, &clocked);
    widths_behave(bus, &memory, &monitor).await
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
#[logic(width = 4)]
enum Level {
    Off,
    Half = 5,
    Full = 15,
}

#[derive(RegisterFields, Clone, Copy, Debug, PartialEq)]
struct Control {
    #[field(bits = 0..=3, reset = 0)]
    low: Level,
    #[field(bits = 4..=7, access = "W1C", reset = 0)]
    high: u8,
    #[field(bits = 8..=31, reset = 0)]
    top: u32,
}

#[derive(Registers, Debug)]
#[registers(name = "block", size = 0x20)]
struct Block {
    #[register(address = 0)]
    control: Reg<Control>,
    #[register(address = 8, reset = 0)]
    word: [Reg<u32>; 2],
}

#[derive(Registers)]
#[registers(size = 0x1000)]
struct Blocks {
    #[register(address = BASE)]
    first: Block,
    #[register(address = BASE + 0x40, stride = 0x100, path = "u_more")]
    more: [Block; 2],
    #[register(address = 0x10, width = 64, access = "RO", volatile, untested, aliases = [0x20])]
    count: Reg<u64>,
    #[register(address = 0x18, access = "RC")]
    status: Reg<u32>,
    #[register(address = 0x18, access = "WO")]
    command: Reg<u16>,
}

#[verifork::test]
async fn registers_of_a_struct_are_those_of_its_map(dut: Apb, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = apb::Manager::new(&dut.bus).start(&test, &clocked);
    apb::Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    let model = Model::new(&Blocks::map()?, bus.clone())?;
    let names: Vec<_> = model
        .map()
        .registers()
        .map(|(name, at)| format!("{name}@{at:x}"))
        .collect();
    ensure!(
        names.join(" ")
            == "first.control@400 first.word[0]@408 first.word[1]@40c more[0].control@440 more[0].word[0]@448 \
                more[0].word[1]@44c more[1].control@540 more[1].word[0]@548 more[1].word[1]@54c count@10 status@18 \
                command@18",
        "{names:?}"
    );
    let Blocks {
        first,
        more,
        count,
        status,
        command,
    } = Blocks::of(&model)?;
    ensure!(more[1].word[1].name() == "more[1].word[1]" && count.name() == "count");
    ensure!(status.model().map().name() == "Blocks" && format!("{command:?}").contains("command"));

    let Block { control, word } = first;
    let value = Control {
        low: Level::Half,
        high: 0,
        top: 0x12_3456,
    };
    control.write(value).await?;
    ensure!(
        memory.read_u32(BASE) == 0x1234_5605,
        "{:#x}",
        memory.read_u32(BASE)
    );
    // What a 1 clears is written as 0.
    memory.write_u32(BASE, 0x1234_56f5);
    control.modify(|control| control.low = Level::Full).await?;
    ensure!(
        memory.read_u32(BASE) == 0x1234_560f,
        "{:#x}",
        memory.read_u32(BASE)
    );
    ensure!(control.mirrored()?.low == Level::Full);
    ensure!(control.read().await?.top == 0x12_3456);
    word[1].write(7).await?;
    ensure!(memory.read_u32(BASE + 12) == 7 && word[1].check().await? == 7);
    word[1].predict(8)?;
    let error = word[1].check().await.unwrap_err();
    says(
        error,
        "`first.word[1].value` (bits 31:0 at 0x40c) is 0x7, not 0x8",
    )?;
    memory.write_u32(BASE, 1);
    let line = line!() + 1;
    let error = control.read().await.unwrap_err();
    made_at(file!(), line, &error)?;
    says(error, "`first.control` is 0x1: ")?;
    let error = control
        .write(Control {
            top: 1 << 24,
            ..value
        })
        .await
        .unwrap_err();
    says(error, "`first.control`: ")?;
    says(
        word[0].peek().unwrap_err(),
        "`first.word[0]` has no backdoor that covers all of its bits",
    )?;
    says(word[0].poke(1).unwrap_err(), "has no backdoor")?;
    says(
        Block::of(&model).unwrap_err(),
        "the model is of `Blocks`, whose registers are not those of `block`",
    )?;

    // The same map as that of the text.
    let own = Model::new(&Block::map()?, bus)?.base(BASE);
    memory.write_u32(BASE, 0);
    memory.write_u32(BASE + 12, 0);
    own.reset_test().await?;
    own.unmapped_test().await
}
