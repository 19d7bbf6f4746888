//! Every type and width, read and written.

use rand::RngExt;
use verifork::Encoding;
use verifork::dut::{ReadCause, SignalValue};
use verifork::prelude::*;
use verifork::value::ValueError;

use crate::{Design, has_two_states, not_in_vhdl, pulse};

/// What Verilog's `~` makes of it.
fn inverted(value: &LogicVec) -> LogicVec {
    let mut inverted = value.clone();
    for (bit, state) in (0..).zip(value.iter()) {
        inverted.set_bit(bit, !state).expect("within the width");
    }
    inverted
}

const STATES: [Logic; 4] = [
    Logic::Zero,
    Logic::One,
    Logic::Unknown,
    Logic::HighImpedance,
];

fn random(rng: &mut impl rand::Rng, width: u32, states: &[Logic]) -> LogicVec {
    let mut value = LogicVec::zeros(width);
    for bit in 0..width {
        value
            .set_bit(bit, states[rng.random_range(0..states.len())])
            .expect("within the width");
    }
    value
}

/// Values of four states go in by `d_N`, through a register to `q_N`, and inverted to `w_N`.
#[verifork::test(cases(
    w1 = 1,
    w8 = 8,
    w32 = 32,
    w33 = 33,
    w64 = 64,
    w65 = 65,
    w128 = 128,
    w1024 = 1024
))]
async fn vectors_keep_every_state(dut: Instance, test: Test, width: u32) -> Result {
    let signal = |letter: &str| dut.signal::<LogicVec>(&format!("{letter}_{width}"));
    let (d, q, w) = (signal("d")?, signal("q")?, signal("w")?);
    let clk = dut.signal::<bool>("clk")?;
    assert_eq!((d.width(), q.width(), w.width()), (width, width, width));
    clk.set(false);
    timer(1.ns()).await;
    let mut rng = test.rng();
    let (two, four) = STATES.split_at(2);
    let two_states = has_two_states(dut)?;
    let states = if two_states { two } else { &STATES };
    let filled = states.iter().map(|&state| LogicVec::filled(width, state));
    let mut values: Vec<_> = filled.collect();
    let mut ends = LogicVec::zeros(width);
    ends.set_bit(width - 1, Logic::One)?;
    values.push(ends.clone());
    ends.set_bit(0, states[states.len() - 2])?;
    values.push(ends);
    values.extend((0..8).map(|_| random(&mut rng, width, states)));
    let mut read = LogicVec::default();
    for value in values {
        d.set_from(&value);
        pulse(clk).await;
        assert_eq!(d.get(), value);
        assert_eq!(q.get(), value);
        assert_eq!(w.get(), inverted(&value));
        q.get_into(&mut read)?;
        assert_eq!(read, value);
        // The variable itself, immediately.
        q.set_immediate(inverted(&value));
        assert_eq!(q.get(), inverted(&value));
    }
    for &state in if two_states { four } else { &[] } {
        // What it cannot hold is refused, and not written as something else.
        let before = d.get();
        let value = LogicVec::filled(width, state);
        for refused in [d.try_set_from(&value), d.try_set_immediate(value.clone())] {
            let text = refused.unwrap_err().to_string();
            assert!(
                text.contains("cannot write X or Z to `conformance.d_"),
                "{text}"
            );
        }
        timer(1.ns()).await;
        assert_eq!(d.get(), before);
    }
    Ok(())
}

#[verifork::test(cases(w1 = 1, w33 = 33, w64 = 64, w65 = 65, w1024 = 1024))]
async fn forces_keep_every_state(dut: Instance, test: Test, width: u32) -> Result {
    let q = dut.signal::<LogicVec>(&format!("q_{width}"))?;
    let mut rng = test.rng();
    for _ in 0..8 {
        let value = random(&mut rng, width, &STATES);
        q.try_force(value.clone())?;
        assert_eq!(q.get(), value);
        q.release();
    }
    Ok(())
}

async fn round_trip<T>(dut: &Instance, width: u32, values: &[T]) -> Result
where
    T: SignalValue<Read = Result<T, verifork::dut::ReadError>>
        + Clone
        + PartialEq
        + std::fmt::Debug,
{
    let (d, q) = (
        dut.signal::<T>(&format!("d_{width}"))?,
        dut.signal::<T>(&format!("q_{width}"))?,
    );
    let clk = dut.signal::<bool>("clk")?;
    for value in values {
        d.set(value.clone());
        pulse(clk).await;
        assert_eq!(d.get()?, *value);
        assert_eq!(q.get()?, *value);
    }
    Ok(())
}

#[verifork::test]
async fn native_types_go_through_unchanged(dut: Instance) -> Result {
    dut.signal::<bool>("clk")?.set_immediate(false);
    round_trip(&dut, 1, &[true, false]).await?;
    round_trip::<u8>(&dut, 1, &[1, 0]).await?;
    round_trip::<u8>(&dut, 8, &[0, 1, 0x5a, 0x80, 0xff]).await?;
    round_trip::<i8>(&dut, 8, &[0, 1, -1, i8::MIN, i8::MAX]).await?;
    round_trip::<u32>(&dut, 32, &[0, 1, 0x8000_0000, u32::MAX]).await?;
    round_trip::<i32>(&dut, 32, &[0, -1, i32::MIN, i32::MAX]).await?;
    round_trip::<u64>(&dut, 33, &[0, 1, 0x1_0000_0000, 0xffff_ffff, 0x1_ffff_ffff]).await?;
    round_trip::<i64>(&dut, 33, &[0x1_0000_0000, 0xffff_ffff, 0x7fff_ffff]).await?;
    round_trip::<u64>(&dut, 64, &[0, 1 << 63, u64::MAX, 0xffff_ffff, 0x8000_0000]).await?;
    round_trip::<i64>(&dut, 64, &[-1, i64::MIN, i64::MAX]).await?;
    round_trip::<u128>(&dut, 65, &[0, 1 << 64, (1 << 65) - 1, u128::from(u64::MAX)]).await?;
    round_trip::<i128>(&dut, 65, &[1 << 64, (1 << 64) - 1, 0]).await?;
    round_trip::<u128>(&dut, 128, &[0, 1 << 127, u128::MAX]).await?;
    round_trip::<i128>(&dut, 128, &[-1, i128::MIN, i128::MAX]).await?;
    Ok(())
}

#[verifork::test]
async fn unknown_bits_are_an_error_for_integers_and_values_for_logic(dut: Instance) -> Result {
    let byte = dut.signal::<u8>("q_8")?;
    let all = byte.as_logic();
    all.set_immediate("8'b01xz0000".parse()?);
    let (error, line) = (byte.get().unwrap_err(), line!());
    assert_eq!(
        (error.path(), error.location().line()),
        ("conformance.q_8", line)
    );
    assert!(matches!(
        error.cause(),
        ReadCause::Value(ValueError::Unknown { .. })
    ));
    let text = error.to_string();
    assert!(
        text.contains("01xz0000") && text.contains('5') && text.contains('4'),
        "{text}"
    );
    assert_eq!(all.get().to_binary_string(), "01XZ0000");
    assert_eq!(all.get().count_unknown(), 2);
    assert_eq!(
        dut.signal::<u8>("mixed")?
            .as_logic()
            .get()
            .to_binary_string(),
        "01XZ"
    );
    assert_eq!(
        dut.signal::<LogicVec>("undriven")?.get(),
        LogicVec::high_impedance(4)
    );
    assert_eq!(
        dut.signal::<LogicVec>("never_written")?.get(),
        LogicVec::unknown(8)
    );
    assert!(!dut.signal::<bool>("ground")?.get()? && dut.signal::<bool>("power")?.get()?);
    Ok(())
}

#[verifork::test]
async fn values_that_do_not_fit_are_refused_at_the_callers_line(dut: Instance) -> Result {
    let narrow = dut.signal::<u8>("ones")?;
    narrow.set_immediate(3);
    let (error, line) = (narrow.try_set(16).unwrap_err(), line!());
    assert_eq!(
        (error.path(), error.location().line()),
        ("conformance.ones", line)
    );
    let text = error.to_string();
    assert!(
        text.contains("16") && text.contains("4 bits") && text.contains("15"),
        "{text}"
    );
    let wide = dut.signal::<u64>("d_33")?;
    assert!(wide.try_set(1 << 33).is_err() && wide.try_set((1 << 33) - 1).is_ok());
    let vector = dut.signal::<LogicVec>("d_33")?;
    assert!(
        vector.try_set(LogicVec::zeros(32)).is_err(),
        "a vector has to have the width"
    );
    let signed = dut.signal::<i8>("ones")?;
    assert!(signed.try_set(-1).is_err() && signed.try_set(8).is_ok());
    timer(1.ns()).await;
    assert_eq!((narrow.get()?, signed.get()?), (8, 8));
    Ok(())
}

#[verifork::test]
async fn declared_ranges_rule_bits_and_slices(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    dut.d_8.set(0b1000_0110);
    dut.pulse().await;
    dut.pulse().await;
    assert_eq!(top.signal::<i8>("signed_byte")?.get()?, -122);

    let offset = top.signal::<u8>("offset_range")?;
    assert_eq!(offset.slice(15, 12).typed::<u8>().get()?, 8);
    assert_eq!(top.signal::<u8>("offset_high")?.get()?, 8);
    assert_eq!(
        (offset.bit(8).get(), offset.bit(9).get()),
        (Logic::Zero, Logic::One)
    );
    assert!(offset.try_bit(7).is_err() && offset.try_bit(16).is_err());

    let negative = top.signal::<u8>("negative_range")?;
    assert_eq!(
        negative.bit(-8).get(),
        top.signal::<Logic>("negative_lsb")?.get()
    );
    assert_eq!(
        (negative.bit(-1).get(), negative.bit(-7).get()),
        (Logic::One, Logic::One)
    );
    assert!(negative.try_bit(0).is_err());

    let one = top.signal::<LogicVec>("one_bit_vector")?;
    assert_eq!((one.width(), one.bit(0).get()), (1, Logic::Zero));
    top.signal::<bool>("one_bit_vector")?;

    // Written by the same indices, they come back through the design's own selects.
    offset.slice(15, 12).typed::<u8>().set(0x3);
    negative.bit(-8).set(Logic::One);
    timer(1.ns()).await;
    assert_eq!(top.signal::<u8>("offset_high")?.get()?, 0x3);
    assert_eq!(top.signal::<Logic>("negative_lsb")?.get(), Logic::One);
    assert_eq!((offset.get()?, negative.get()?), (0x36, 0x87));
    Ok(())
}

#[verifork::test]
async fn ascending_ranges_count_from_the_left(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    dut.d_8.set(0b1000_0110);
    dut.pulse().await;
    dut.pulse().await;
    let ascending = top.signal::<u8>("ascending")?;
    assert_eq!(ascending.get()?, 0b1000_0110);
    let encoding = ascending.description().encoding;
    if let Encoding::Logic {
        range: Some((7, 0)),
        ..
    } = encoding
    {
        return skip("the simulator tells every range as a descending one");
    }
    assert_eq!(
        ascending.bit(0).get(),
        top.signal::<Logic>("ascending_msb")?.get()
    );
    assert_eq!(ascending.bit(0).get(), Logic::One);
    assert_eq!(ascending.bit(7).get(), Logic::Zero);
    let low = ascending.slice(4, 7).typed::<u8>();
    assert_eq!(
        (low.get()?, top.signal::<u8>("ascending_low")?.get()?),
        (6, 6)
    );
    assert!(ascending.try_slice(7, 4).is_err() && ascending.try_bit(8).is_err());
    assert_eq!(ascending.bit(3).path(), "conformance.ascending[3]");
    low.set(0xd);
    timer(1.ns()).await;
    assert_eq!(top.signal::<u8>("ascending_low")?.get()?, 0xd);
    assert_eq!(ascending.get()?, 0x8d);
    Ok(())
}

#[verifork::test]
async fn slices_cross_words_of_wide_vectors(top: Instance) -> Result {
    let wide = top.signal::<LogicVec>("q_128")?;
    wide.set_immediate(LogicVec::zeros(128));
    wide.slice(71, 56).typed::<u16>().set_immediate(0xbeef);
    assert_eq!(wide.get().to_u128()?, 0xbeef << 56);
    assert_eq!(wide.slice(71, 56).typed::<u16>().get()?, 0xbeef);
    assert_eq!(wide.slice(63, 56).typed::<u8>().get()?, 0xef);
    let highest = if has_two_states(top)? {
        Logic::One
    } else {
        Logic::Unknown
    };
    wide.bit(127).set(highest);
    wide.slice(3, 0).typed::<u8>().set(9);
    timer(1.ns()).await;
    assert_eq!(wide.bit(127).get(), highest);
    assert_eq!(wide.slice(126, 0).get().to_u128()?, (0xbeef << 56) | 9);
    let widest = top.signal::<LogicVec>("q_1024")?;
    widest.set_immediate(LogicVec::ones(1024));
    widest.bit(512).set_immediate(Logic::Zero);
    assert_eq!(widest.get().iter().filter(|bit| bit.is_zero()).count(), 1);
    assert_eq!(top.signal::<LogicVec>("w_1024")?.width(), 1024);
    Ok(())
}

#[verifork::test]
async fn memories_go_by_declared_indices(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    let mem = top.array::<u8>("mem")?;
    assert_eq!((mem.range(), mem.len()), ((0, 15), 16));
    dut.d_8.set(0x5a);
    dut.pulse().await;
    dut.pulse().await; // mem[q_8[3:0]] <= q_8
    assert_eq!(mem.get(10)?, 0x5a);
    mem.set(10, 0xa5);
    mem.at(11).set_immediate(0x77);
    assert_eq!(mem.get(11)?, 0x77);
    timer(1.ns()).await;
    assert_eq!(mem.get(10)?, 0xa5);
    assert_eq!(
        top.signal::<u8>("mem_word")?.get()?,
        0xa5,
        "the design reads what was written"
    );
    mem.at(10).bit(0).set(Logic::Zero);
    timer(1.ns()).await;
    assert_eq!(mem.get(10)?, 0xa4);

    let descending = top.array::<u8>("mem_descending")?;
    assert_eq!((descending.range(), descending.len()), ((15, 8), 8));
    let read: Vec<_> = descending
        .elements()
        .map(|(index, word)| Ok((index, word.get()?)))
        .collect::<Result<_>>()?;
    assert_eq!(read[0], (15, 0xff));
    assert_eq!(read[7], (8, 0x88));
    assert!(descending.try_at(7).is_err() && descending.try_at(16).is_err());

    assert_eq!(top.signal::<u8>("mem[15]")?.path(), "conformance.mem[15]");
    assert!(top.signal::<u8>("mem[16]").is_err());
    assert_eq!(top.signal::<u8>("mem[11]")?, mem.at(11));
    Ok(())
}

#[verifork::test]
async fn memories_of_single_bits_go_by_declared_indices(top: Instance) -> Result {
    let bits = top.array::<bool>("mem_bits")?;
    let ones: Vec<_> = bits
        .elements()
        .map(|(_, bit)| bit.get())
        .collect::<Result<_, _>>()?;
    assert_eq!(ones, [false, true, false, true, false, true, false, true]);
    Ok(())
}

#[verifork::test]
async fn two_state_variables_hold_no_unknown(top: Instance) -> Result {
    not_in_vhdl("integers of other widths")?;
    let vector = top.signal::<LogicVec>("two_state_vector")?;
    vector.set_immediate(if has_two_states(top)? {
        "12'b000100010001".parse()?
    } else {
        "12'bxz01xz01xz01".parse()?
    });
    assert_eq!(vector.get().to_binary_string(), "000100010001");
    let byte = top.signal::<i8>("two_state_byte")?;
    byte.set_immediate(-5);
    assert_eq!(byte.get()?, -5);
    let sign_is_told = matches!(
        byte.description().encoding,
        Encoding::Logic { signed: true, .. }
    );
    assert_eq!(
        top.signal::<i16>("two_state_byte")?.get()?,
        if sign_is_told { -5 } else { 251 },
        "its sign is extended"
    );
    let long = top.signal::<i64>("two_state_long")?;
    for value in [i64::MIN, -1, 0x7fff_ffff, 0x8000_0000, i64::MAX] {
        long.set_immediate(value);
        assert_eq!(long.get()?, value);
    }
    let int = top.signal::<i32>("two_state_int")?;
    int.set_immediate(i32::MIN);
    assert_eq!(int.get()?, i32::MIN);
    let short = top.signal::<i16>("two_state_short")?;
    short.set_immediate(-2);
    assert_eq!(
        (short.get()?, top.signal::<u16>("two_state_short")?.get()?),
        (-2, 0xfffe)
    );
    let unsigned = top.signal::<u8>("unsigned_byte")?;
    unsigned.set_immediate(0xfe);
    assert_eq!(unsigned.get()?, 0xfe);
    Ok(())
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[logic(width = 2)]
enum State {
    Idle = 0,
    Busy = 1,
    Done = 3,
}

#[verifork::test]
async fn enums_are_read_written_and_awaited(dut: Design, top: Instance) -> Result {
    not_in_vhdl("enumerations with gaps")?;
    dut.settle().await;
    let state = top.signal::<State>("state")?;
    state.set(State::Idle);
    timer(1.ns()).await;
    for expected in [State::Busy, State::Done, State::Idle, State::Busy] {
        dut.pulse().await;
        assert_eq!(state.get()?, expected);
    }
    let bits = top.signal::<u8>("state")?;
    bits.set_immediate(2);
    let error = state.get().unwrap_err().to_string();
    assert!(
        error.contains("Busy") && error.contains("conformance.state"),
        "{error}"
    );
    if !has_two_states(top)? {
        state.as_logic().set_immediate(LogicVec::unknown(2));
        assert!(state.get().is_err());
    }
    state.set_immediate(State::Idle);
    let clock = Clock::new(&dut.clk, 2.ns()).start();
    with_timeout(10.ns(), state.wait_for(State::Done)).await?;
    assert_eq!(state.get()?, State::Done);
    clock.stop();
    assert!(
        top.signal::<State>("q_8").is_err(),
        "the declared width has to be the signal's"
    );
    Ok(())
}

#[verifork::test]
async fn a_packed_structure_is_a_vector(dut: Design, top: Instance) -> Result {
    not_in_vhdl("packed structures")?;
    dut.settle().await;
    dut.d_8.set(0x5a);
    dut.pulse().await;
    dut.pulse().await;
    let instruction = top.signal::<LogicVec>("instruction")?;
    assert_eq!(instruction.get().to_u64()?, 0xa5a);
    assert_eq!(instruction.slice(11, 8).typed::<u8>().get()?, 0xa);
    instruction.slice(11, 8).typed::<u8>().set(3);
    timer(1.ns()).await;
    assert_eq!(top.signal::<u8>("opcode")?.get()?, 3);
    assert_eq!(instruction.get().to_u64()?, 0x35a);
    Ok(())
}

#[verifork::test]
async fn integers_reals_and_times_follow_the_clock(dut: Design, top: Instance) -> Result {
    not_in_vhdl("variables that change without a delta cycle")?;
    dut.settle().await;
    let edges = top.signal::<i32>("rising_edges")?;
    let scaled = top.signal::<f64>("scaled")?;
    edges.set(-3);
    timer(1.ns()).await;
    assert_eq!(edges.get()?, -3);
    dut.clk.set(true);
    read_only().await;
    assert_eq!(edges.get()?, -2);
    assert!((scaled.get() - -2.0 * 0.625).abs() < 1e-12);
    let ns = now().as_unit(verifork::time::TimeUnit::Nanoseconds);
    assert!((top.signal::<f64>("last_edge_real")?.get() - ns).abs() < 1e-6);
    #[allow(clippy::cast_precision_loss, reason = "a short simulation")]
    let last_edge = top.signal::<u64>("last_edge")?.get()? as f64;
    assert!((last_edge - ns).abs() < 1.0);
    Ok(())
}

#[verifork::test]
async fn real_numbers_are_written(top: Instance) -> Result {
    let scaled = top.signal::<f64>("scaled")?;
    scaled.try_set_immediate(0.25)?;
    assert!((scaled.get() - 0.25).abs() < 1e-12);
    timer(1.ns()).await;
    scaled.set(1.5);
    assert!(
        (scaled.get() - 1.5).abs() > 0.1,
        "not before the read-write phase"
    );
    timer(1.ns()).await;
    assert!((scaled.get() - 1.5).abs() < 1e-12);
    scaled.set_immediate(-0.25);
    assert!((scaled.get() - -0.25).abs() < 1e-12);
    scaled.set(1.0);
    scaled.set(2.0);
    timer(1.ns()).await;
    assert!((scaled.get() - 2.0).abs() < 1e-12, "the last one wins");
    Ok(())
}
