//! Integers: the number that the declaration makes of the bits.

use verifork::dut::Instance;
use verifork::prelude::*;
use verifork::value::LogicVec;

use crate::{is, is_signed, refusal};

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
enum State {
    Idle,
    Busy,
    Done,
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
enum Swapped {
    Busy,
    Idle,
    Done,
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
enum Renamed {
    Idle,
    Working,
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
enum Longer {
    Idle,
    Lost = 3,
}

/// Icarus tells nothing of them: what fits the bits is bound.
#[verifork::test]
async fn declared_an_enum_has_the_values_of_the_design(dut: Instance, test: Test) -> Result {
    dut.signal::<State>("state")?;
    let refused = [
        dut.signal::<Swapped>("state").err(),
        dut.signal::<Renamed>("state").err(),
        dut.signal::<Longer>("state").err(),
    ];
    if test.simulator().is("icarus") {
        assert!(refused.iter().all(Option::is_none));
        return Ok(());
    }
    let expected = [
        "0 is `idle` and not `busy`",
        "1 is `busy` and not `working`",
        "3, which is `lost`, is none of idle = 0, busy = 1, done = 2",
    ];
    for (refused, expected) in refused.iter().zip(expected) {
        let text = refused.as_ref().map(ToString::to_string);
        let text = text.unwrap_or_default().to_lowercase();
        assert!(text.contains(expected), "{expected} is not in: {text}");
    }
    Ok(())
}

#[verifork::test]
async fn any_unsigned_bits_are_no_negative_number(dut: Instance) -> Result {
    let bits = dut.signal::<u8>("plain")?;
    bits.set(0xf0);
    dut.signal::<u16>("plain_12")?.set(0xfff);
    dut.signal::<Logic>("one")?.set(Logic::One);
    dut.signal::<LogicVec>("plain_100")?
        .set(LogicVec::ones(100));
    timer(1.ns()).await;
    is(dut, "plain_seen", 240_i32);
    is(dut, "plain", 240_i16);
    is(dut, "plain", 240_i32);
    is(dut, "plain", 240_i64);
    is(dut, "plain", 240_i128);
    is(dut, "plain", 240_u128);
    is(dut, "plain_12", 0xfff_i16);
    is(dut, "plain_12", 0xfff_i128);
    is(dut, "one", 1_i8);
    is(dut, "one", 1_i64);
    is(dut, "plain_100", (1_i128 << 100) - 1);
    // The one exception: a type of exactly the width.
    is(dut, "plain", -16_i8);
    let number = dut.signal::<i32>("plain")?;
    number.expect(240)?;
    with_timeout(1.ns(), number.wait_for(240)).await?;
    with_timeout(
        1.ns(),
        number.wait_until(|value| value.is_ok_and(|value| value == 240)),
    )
    .await?;
    // Selected bits have no sign.
    assert_eq!(number.slice(7, 4).typed::<i32>().get()?, 15);
    assert_eq!(number.bit(7).typed::<i8>().get()?, 1);
    Ok(())
}

#[verifork::test]
async fn any_unsigned_bits_take_no_negative_number(dut: Instance) -> Result {
    let number = dut.signal::<i32>("plain")?;
    number.set(240);
    timer(1.ns()).await;
    is(dut, "plain_seen", 240_i32);
    number.set_immediate(241);
    number.expect(241)?;
    for refused in [
        number.try_set(-16),
        number.try_set_immediate(-16),
        number.try_force(-16),
    ] {
        let text = refusal(refused);
        assert!(
            text.contains("-16 does not fit 8 bits, which hold 0 to 255"),
            "{text}"
        );
    }
    let (line, text) = (line!(), refusal(number.try_set(256)));
    assert!(text.contains(&format!("numbers.rs:{line}:")), "{text}");
    // A type of exactly the width gives its bits.
    dut.signal::<i8>("plain")?.set(-16);
    dut.signal::<i128>("plain_100")?.set((1 << 100) - 1);
    assert!(dut.signal::<i128>("plain_100")?.try_set(-1).is_err());
    dut.signal::<i64>("one")?.set(1);
    assert!(dut.signal::<i64>("one")?.try_set(-1).is_err());
    timer(1.ns()).await;
    is(dut, "plain_seen", 240_i32);
    is(dut, "one", true);
    is(dut, "plain_100", LogicVec::ones(100));
    Ok(())
}

#[verifork::test]
async fn any_signed_bits_keep_their_sign_where_it_is_declared(dut: Instance) -> Result {
    dut.signal::<i8>("number")?.set(-16);
    dut.signal::<LogicVec>("number_12")?.set(LogicVec::ones(12));
    dut.signal::<LogicVec>("number_100")?
        .set(LogicVec::ones(100));
    timer(1.ns()).await;
    is(dut, "number_seen", -16_i32);
    is(dut, "number", 0xf0_u8);
    if !is_signed(dut, "number")? {
        // What README says of it: without a sign, and no error.
        is(dut, "number", 240_i32);
        return Ok(());
    }
    is(dut, "number", -16_i16);
    is(dut, "number", -16_i32);
    is(dut, "number", -16_i128);
    is(dut, "number_12", -1_i16);
    is(dut, "number_100", -1_i128);
    let wide = dut.signal::<u16>("number")?;
    let text = refusal(wide.get());
    assert!(text.contains("-16 (8'hf0) does not fit u16"), "{text}");
    assert!(dut.signal::<u128>("number_100")?.get().is_err());

    let number = dut.signal::<i32>("number")?;
    let text = refusal(number.try_set(240));
    assert!(
        text.contains("240 does not fit 8 bits, which hold -128 to 127"),
        "{text}"
    );
    assert!(wide.try_set(240).is_err() && wide.try_set(100).is_ok());
    assert!(dut.signal::<u128>("number_100")?.try_set(1 << 99).is_err());
    number.set(-17);
    dut.signal::<i128>("number_100")?.set(-2);
    timer(1.ns()).await;
    is(dut, "number_seen", -17_i32);
    is(dut, "number_100", -2_i128);
    Ok(())
}

/// Run where that is so: elsewhere the others take what there is.
#[verifork::test]
async fn declared_every_sign_is_known(dut: Instance) -> Result {
    for (path, signed) in [
        ("plain", false),
        ("number", true),
        ("plain_100", false),
        ("number_100", true),
        ("plain_seen", true),
        ("plain_words", false),
        ("number_words", true),
        ("number_words[2]", true),
    ] {
        assert_eq!(is_signed(dut, path)?, signed, "{path}");
    }
    Ok(())
}

#[verifork::test]
async fn any_words_of_memories_have_the_sign_of_the_memory(dut: Instance) -> Result {
    let plain = dut.array::<i32>("plain_words")?;
    let number = dut.array::<i32>("number_words")?;
    timer(1.ns()).await;
    assert_eq!(plain.get(1)?, 240);
    let expected = if is_signed(dut, "number_words")? {
        -16
    } else {
        240
    };
    assert_eq!(number.get(1)?, expected);
    Ok(())
}

#[verifork::test]
async fn verilog_types_have_the_sign_of_the_standard(dut: Instance) -> Result {
    dut.signal::<LogicVec>("four_states")?
        .set(LogicVec::ones(32));
    dut.signal::<LogicVec>("tiny")?.set(LogicVec::ones(8));
    dut.signal::<LogicVec>("octet")?.set(LogicVec::ones(8));
    dut.signal::<LogicVec>("short")?.set(LogicVec::ones(16));
    dut.signal::<LogicVec>("long")?.set(LogicVec::ones(64));
    dut.signal::<u8>("state")?.set(2);
    timer(1.ns()).await;
    is(dut, "octet", 255_i32);
    is(dut, "state", 2_i32);
    is(dut, "state", 2_i8);
    is(dut, "state", State::Done);
    // As bits, whatever their sign.
    is(dut, "four_states", -1_i32);
    is(dut, "four_states", u32::MAX);
    let told = is_signed(dut, "four_states")?;
    if told {
        is(dut, "four_states", -1_i64);
        is(dut, "tiny", -1_i64);
        is(dut, "short", -1_i128);
        is(dut, "long", -1_i128);
        assert!(dut.signal::<u64>("tiny")?.get().is_err());
    }
    assert_eq!(dut.parameter::<i32>("PLAIN")?.get()?, 240);
    let number = dut.parameter::<i32>("NUMBER")?.get()?;
    assert_eq!(number, if told { -16 } else { 240 });
    Ok(())
}

#[verifork::test]
async fn vhdl_enumerations_and_characters_are_their_positions(dut: Instance) -> Result {
    dut.signal::<i32>("state")?.set(2);
    dut.signal::<i32>("letter")?.set(233);
    dut.signal::<i32>("flag")?.set(1);
    timer(1.ns()).await;
    is(dut, "state_seen", 2_i32);
    is(dut, "letter_seen", 233_i32);
    is(dut, "state", 2_i8);
    is(dut, "state", 2_i64);
    is(dut, "letter", 233_i32);
    is(dut, "letter", 233_u8);
    is(dut, "flag", 1_i16);
    is(dut, "flag", true);
    // A position has no sign, whatever the type's width.
    let text = refusal(dut.signal::<i8>("letter")?.get());
    assert!(
        text.contains("does not fit i8, which holds -128 to 127"),
        "{text}"
    );
    assert!(dut.signal::<i8>("letter")?.try_set(-23).is_err());
    assert!(dut.signal::<i32>("state")?.try_set(-2).is_err());
    Ok(())
}

#[verifork::test]
async fn vhdl_integers_are_numbers(dut: Instance) -> Result {
    let whole = dut.signal::<i32>("whole")?;
    whole.set(-5);
    timer(1.ns()).await;
    is(dut, "whole", -5_i32);
    is(dut, "whole", -5_i64);
    is(dut, "whole", -5_i128);
    // Its type has no bits to be taken for 4294967291.
    let text = refusal(dut.signal::<u32>("whole")?.get());
    assert!(
        text.contains("-5 (32'hfffffffb) does not fit u32"),
        "{text}"
    );
    assert!(dut.signal::<u32>("whole")?.try_set(u32::MAX).is_err());
    assert!(dut.signal::<i64>("whole")?.try_set(1 << 31).is_err());
    dut.signal::<u32>("whole")?.set(7);
    timer(1.ns()).await;
    is(dut, "whole", 7_u64);
    assert_eq!(dut.parameter::<i32>("offset")?.get()?, -16);
    assert!(dut.parameter::<u32>("offset").is_err());
    Ok(())
}
