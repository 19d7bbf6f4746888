//! Every scalar type and the vectors, read, written and awaited.

use verifork::Literal;
use verifork::dut::Instance;
use verifork::prelude::*;
use verifork::value::LogicVec;

use crate::{refusal, settle};

#[verifork::test]
async fn all_nine_states_are_read_written_and_reported(dut: Instance) -> Result {
    let vector = dut.signal::<LogicVec>("nine_states")?;
    let seen = dut.signal::<LogicVec>("nine_states_seen")?;
    vector.set("\"UX01ZWLH-\"".parse()?);
    settle().await;
    assert_eq!(seen.get().to_binary_string(), "UX01ZWLH-");
    vector.set("\"-HLWZ10XU\"".parse()?);
    settle().await;
    assert_eq!(seen.get().to_binary_string(), "-HLWZ10XU");
    vector.bit(0).set(Logic::WeakOne);
    settle().await;
    assert_eq!(
        seen.get().to_binary_string(),
        "-HLWZ10XH",
        "the other bits keep their states"
    );
    vector.bit(8).set(Logic::Zero);
    settle().await;
    assert_eq!(seen.get().to_binary_string(), "0HLWZ10XH");
    assert_eq!(
        dut.signal::<LogicVec>("uninitialized")?
            .get()
            .to_binary_string(),
        "UUUUUUUU"
    );

    let weak = dut.signal::<Logic>("weak")?;
    for from in Logic::ALL {
        for to in Logic::ALL {
            weak.set(from);
            settle().await;
            assert_eq!(weak.get(), from);
            weak.set(to);
            let told = with_timeout(1.ns(), weak.edge()).await.is_ok();
            assert_eq!((told, weak.get()), (from != to, to), "{from} to {to}");
            weak.set(from);
            settle().await;
            weak.set(to);
            let rises = to.is_one() && !from.is_one();
            let rose = with_timeout(1.ns(), weak.rising_edge()).await.is_ok();
            assert_eq!(rose, rises, "{from} to {to}");
        }
    }
    // A level is one whatever its strength.
    weak.set(Logic::WeakOne);
    settle().await;
    assert!(dut.signal::<bool>("weak")?.get()?);
    Ok(())
}

#[verifork::test]
async fn signed_types_are_signed_and_others_are_not(dut: Instance) -> Result {
    let signed = dut.signal::<i8>("signed_byte")?;
    signed.set(-100);
    settle().await;
    assert_eq!(signed.get()?, -100);
    assert_eq!(dut.signal::<i16>("signed_byte")?.get()?, -100);
    assert_eq!(
        dut.signal::<u16>("unsigned_byte")?
            .description()
            .encoding
            .to_string(),
        "logic [7:0]"
    );
    assert_eq!(
        signed.description().encoding.to_string(),
        "logic signed [7:0]"
    );
    Ok(())
}

#[verifork::test]
async fn bits_hold_two_states(dut: Instance) -> Result {
    let bit = dut.signal::<bool>("two_state_bit")?;
    bit.set(true);
    with_timeout(1.ns(), bit.rising_edge()).await?;
    assert!(bit.get()?);
    let vector = dut.signal::<LogicVec>("two_state_vector")?;
    vector.set("\"101010101010\"".parse()?);
    settle().await;
    assert_eq!(vector.get().to_u64()?, 0xaaa);
    let refused = refusal(vector.try_set_immediate(LogicVec::unknown(12)));
    assert!(refused.contains("`bit`"), "{refused}");
    let refused = refusal(
        dut.signal::<Logic>("two_state_bit")?
            .try_set_immediate(Logic::Unknown),
    );
    assert!(refused.contains("0 and 1 only"), "{refused}");
    assert_eq!(vector.get().to_u64()?, 0xaaa);
    Ok(())
}

#[verifork::test]
async fn booleans_are_bool(dut: Instance) -> Result {
    let flag = dut.signal::<bool>("flag")?;
    for value in [true, false] {
        flag.set(value);
        settle().await;
        assert_eq!(
            (flag.get()?, dut.signal::<bool>("flag_seen")?.get()?),
            (value, value)
        );
    }
    flag.set(true);
    with_timeout(1.ns(), flag.rising_edge()).await?;
    Ok(())
}

#[verifork::test]
async fn integers_keep_their_sign_and_range(dut: Instance) -> Result {
    let integer = dut.signal::<i32>("two_state_int")?;
    for value in [i32::MIN, -1, 0, 1, i32::MAX] {
        integer.set(value);
        with_timeout(1.ns(), integer.wait_for(value)).await?;
    }
    assert_eq!(
        integer.description().encoding.to_string(),
        "bit signed of 32 bits"
    );
    let bounded = dut.signal::<i32>("bounded")?;
    for value in [-5, 20] {
        bounded.set_immediate(value);
        settle().await;
        assert_eq!(bounded.get()?, value);
    }
    for value in [-6, 21] {
        let refused = refusal(bounded.try_set_immediate(value));
        assert!(refused.contains("not within -5 to 20"), "{refused}");
    }
    settle().await;
    assert_eq!(bounded.get()?, 20);
    // A simulator that would read it wrongly says so.
    let small = dut.signal::<i32>("small")?;
    match small.try_get() {
        Ok(value) => assert_eq!(value, 3),
        Err(error) => assert!(error.to_string().contains("32 bits"), "{error}"),
    }
    Ok(())
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Busy,
    Done,
}

#[verifork::test]
async fn enumerations_are_positions_with_names(dut: Instance) -> Result {
    let state = dut.signal::<State>("state")?;
    assert_eq!(
        state.description().literals,
        Literal::positions(["idle", "busy", "done"])
    );
    state.set(State::Done);
    settle().await;
    assert_eq!(state.get()?, State::Done);
    for expected in [State::Idle, State::Busy, State::Done, State::Idle] {
        crate::pulse(&dut).await?;
        assert_eq!(state.get()?, expected);
    }
    let position = dut.signal::<u8>("state")?;
    let refused = refusal(position.try_set_immediate(3));
    assert!(
        refused.contains("3 is not one of its 3 values: idle, busy, done"),
        "{refused}"
    );
    let refused = refusal(state.as_logic().try_set_immediate(LogicVec::unknown(2)));
    assert!(refused.contains("no unknown"), "{refused}");
    state.set(State::Busy);
    with_timeout(1.ns(), state.wait_for(State::Busy)).await?;

    let letter = dut.signal::<u8>("letter")?;
    assert_eq!(letter.description().literals.len(), 256);
    letter.set(b'z');
    settle().await;
    assert_eq!(letter.get()?, b'z');
    Ok(())
}

#[verifork::test]
async fn reals_keep_their_value_and_range(dut: Instance) -> Result {
    let real = dut.signal::<f64>("scaled")?;
    for value in [-0.25, 1e300, f64::MIN_POSITIVE, 0.0] {
        real.set(value);
        settle().await;
        assert!((real.get() - value).abs() <= f64::EPSILON * value.abs());
    }
    let fraction = dut.signal::<f64>("fraction")?;
    fraction.set(1.0);
    with_timeout(1.ns(), fraction.changed()).await?;
    let refused = refusal(fraction.try_set_immediate(1.5));
    assert!(refused.contains("1.5 is not within 0 to 1"), "{refused}");
    fraction.set(0.25);
    settle().await;
    assert!((fraction.get() - 0.25).abs() < 1e-12);
    Ok(())
}

#[verifork::test]
async fn times_are_femtoseconds_and_physical_values_base_units(dut: Instance) -> Result {
    assert_eq!(dut.signal::<i64>("delay")?.get()?, 1_500_000);
    assert_eq!(dut.signal::<u64>("short_delay")?.get()?, 20_000_000);
    assert_eq!(dut.signal::<i64>("distance")?.get()?, 3000);
    dut.signal::<bool>("clk")?.set(false);
    settle().await;
    let last_edge = dut.signal::<u64>("last_edge")?;
    dut.signal::<bool>("clk")?.set(true);
    let begun = now();
    with_timeout(1.ns(), last_edge.changed()).await?;
    assert_eq!(now(), begun);
    assert_eq!(
        u128::from(last_edge.get()?),
        begun.since_start().femtoseconds()
    );
    settle().await;
    // Written where the simulator can, and refused where not.
    let delay = dut.signal::<i64>("delay")?;
    match delay.try_set_immediate(7_000_000) {
        Ok(()) => {
            settle().await;
            assert_eq!(delay.get()?, 7_000_000);
            delay.set_immediate(1_500_000);
        }
        Err(error) => {
            let text = error.to_string();
            assert!(
                text.contains("physical") && text.contains("integer"),
                "{text}"
            );
            assert_eq!(delay.get()?, 1_500_000);
        }
    }
    Ok(())
}

#[verifork::test]
async fn strings_have_their_length(dut: Instance) -> Result {
    let text = dut.signal::<String>("text")?;
    text.set("caf\u{e9} ok!".to_owned());
    with_timeout(1.ns(), text.changed()).await?;
    assert_eq!(text.get(), "caf\u{e9} ok!");
    for (wrong, why) in [
        ("short", "8 characters, not 5"),
        ("much too long", "8 characters, not 13"),
    ] {
        let refused = refusal(text.try_set_immediate(wrong.to_owned()));
        assert!(refused.contains(why), "{refused}");
    }
    let refused = refusal(text.try_set_immediate("\u{20ac}1234567".to_owned()));
    assert!(refused.contains("ISO 8859-1"), "{refused}");
    crate::pulse(&dut).await?;
    assert!(text.get().starts_with("edge   "), "{}", text.get());
    Ok(())
}

#[verifork::test]
async fn a_null_vector_is_no_bits(dut: Instance) -> Result {
    let nothing = dut.signal::<LogicVec>("null_vector")?;
    assert_eq!((nothing.width(), nothing.get()), (0, LogicVec::default()));
    let encoding = nothing.description().encoding.to_string();
    assert!(encoding.ends_with("of no bits, [-1:0]"), "{encoding}");
    Ok(())
}
