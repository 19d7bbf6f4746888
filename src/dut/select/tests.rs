use super::*;
use crate::dut::testing::{logic, simulate};

#[test]
fn bits_go_by_declared_indices() {
    let (dut, design) = simulate();
    design.drive_bits("top.count", "10000010");
    design.drive_bits("top.ascending", "10000010");
    design.drive_bits("top.shifted", "10000010");
    for (path, ones) in [
        ("count", [7, 1]),
        ("ascending", [0, 6]),
        ("shifted", [11, 5]),
    ] {
        let signal = dut.signal::<u8>(path).unwrap();
        let found: Vec<_> = (0..12)
            .filter(|&index| {
                signal
                    .try_bit(index)
                    .is_ok_and(|bit| bit.get() == Logic::One)
            })
            .collect();
        let mut ones = ones.to_vec();
        ones.sort_unstable();
        assert_eq!(found, ones, "{path}");
    }
}

#[test]
fn a_value_is_indexed_by_the_signals_range() {
    let (dut, design) = simulate();
    for (path, range) in [
        ("count", (7, 0)),
        ("ascending", (0, 7)),
        ("shifted", (11, 4)),
        ("packed", (15, 0)),
    ] {
        let signal = dut.signal::<LogicVec>(path).unwrap();
        assert_eq!(signal.range(), range, "{path}");
        let bits = format!("1{}", "0".repeat(signal.width() as usize - 1));
        design.drive_bits(&format!("top.{path}"), &bits);
        let value = signal.get();
        let value = value.ranged(range.0, range.1).unwrap();
        assert_eq!(value.bit(range.0), Ok(signal.bit(range.0).get()));
        assert_eq!(value.bit(range.1), Ok(Logic::Zero));
    }
}

#[test]
fn slices_go_in_the_order_of_the_declaration() {
    let (dut, design) = simulate();
    design.drive_bits("top.count", "1010_0101".replace('_', "").as_str());
    design.drive_bits("top.ascending", "10100101");
    let count = dut.signal::<u8>("count").unwrap();
    assert_eq!(count.slice(7, 4).get(), logic("1010"));
    assert_eq!(count.slice(7, 4).typed::<u8>().get(), Ok(10));
    let ascending = dut.signal::<u8>("ascending").unwrap();
    assert_eq!(ascending.slice(0, 3).get(), logic("1010"));
    assert_eq!(ascending.slice(0, 3).path(), "top.ascending[0:3]");
    assert_eq!(ascending.bit(7).path(), "top.ascending[7]");
}

#[test]
fn several_dimensions_are_counted_down_to_zero() {
    let (dut, design) = simulate();
    design.drive_bits("top.packed", "1000000000000001");
    let packed = dut.signal::<u16>("packed").unwrap();
    assert_eq!(
        (packed.bit(15).get(), packed.bit(0).get()),
        (Logic::One, Logic::One)
    );
    assert!(packed.try_bit(16).is_err());
}

#[test]
fn what_is_outside_is_an_error_that_says_the_declaration() {
    let (dut, _) = simulate();
    let count = dut.signal::<u8>("count").unwrap();
    let error = count.try_bit(8).unwrap_err();
    assert_eq!(error.location().line(), line!() - 1);
    assert!(
        error
            .to_string()
            .starts_with("`top.count` has no bit 8: it is declared [7:0]"),
        "{error}"
    );
    // So `unwrap` tells it too.
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = count.try_slice(9, 4).unwrap_err().to_string();
    assert!(
        error.starts_with("`top.count` has no bits 9:4: it is declared [7:0]"),
        "{error}"
    );
    let error = count.try_slice(0, 3).unwrap_err().to_string();
    assert!(
        error.contains("against its declaration [7:0]: write `slice(3, 0)`"),
        "{error}"
    );
}

#[test]
#[should_panic(expected = "has no bit -1")]
fn bit_panics_where_try_bit_is_an_error() {
    simulate().0.signal::<u8>("count").unwrap().bit(-1);
}

#[test]
fn writes_to_parts_add_up_and_leave_the_rest() {
    let (dut, design) = simulate();
    design.drive_bits("top.count", "00001111");
    let count = dut.signal::<u8>("count").unwrap();
    count.bit(7).set(Logic::One);
    count.slice(1, 0).typed::<u8>().set(2);
    design.read_write_phase();
    assert_eq!(count.get(), Ok(0b1000_1110));
    assert_eq!(design.writes.borrow().len(), 1);
    count.slice(6, 5).typed::<u8>().set_immediate(3);
    assert_eq!(count.get(), Ok(0b1110_1110));
}

#[test]
fn parts_of_wide_signals_are_read_and_written() {
    let (dut, design) = simulate();
    design.drive_bits("top.wide", &"0".repeat(100));
    let wide = dut.signal::<LogicVec>("wide").unwrap();
    wide.slice(70, 63).typed::<u8>().set(0xa5);
    wide.bit(99).set(Logic::HighImpedance);
    design.read_write_phase();
    assert_eq!(wide.slice(70, 63).typed::<u8>().get(), Ok(0xa5));
    assert_eq!(wide.bit(99).get(), Logic::HighImpedance);
    assert_eq!(wide.slice(62, 0).get(), LogicVec::zeros(63));
}

#[test]
fn all_states_of_a_narrow_signal_are_written_in_part() {
    let (dut, design) = simulate();
    design.drive_bits("top.count", "00001111");
    let count = dut.signal::<LogicVec>("count").unwrap();
    count.bit(6).set(Logic::WeakOne);
    design.read_write_phase();
    assert_eq!(count.get(), logic("0H001111"));
}

#[test]
fn an_error_names_the_bits() {
    let (dut, design) = simulate();
    design.drive_bits("top.count", "00x01111");
    let count = dut.signal::<u8>("count").unwrap();
    let error = count.slice(5, 4).typed::<u8>().get().unwrap_err();
    assert_eq!(error.path(), "top.count[5:4]");
    assert_eq!(error.location().line(), line!() - 2);
    let error = count.slice(5, 4).typed::<u8>().try_set(4).unwrap_err();
    assert!(
        error.to_string().contains("4 does not fit 2 bits"),
        "{error}"
    );
}

#[test]
fn a_bit_adds_to_a_whole_write_of_any_states() {
    let (dut, design) = simulate();
    let count = dut.signal::<LogicVec>("count").unwrap();
    count.set(logic("0H001111"));
    count.bit(0).set(Logic::Zero);
    design.read_write_phase();
    assert_eq!(count.get(), logic("0H001110"));
}

#[test]
fn a_signal_is_released_with_its_last_forced_part() {
    let (dut, design) = simulate();
    design.drive_bits("top.count", "00000000");
    let count = dut.signal::<u8>("count").unwrap();
    let forced = || {
        let forces = scheduler::kernel().unwrap().forces();
        forces
            .iter()
            .map(|(path, _)| path.to_string())
            .collect::<Vec<_>>()
    };
    count.bit(7).force(Logic::One);
    count.slice(1, 0).typed::<u8>().force(2);
    assert_eq!(count.get(), Ok(0x82));
    count.bit(7).release();
    count.bit(6).release(); // is not forced
    assert_eq!(forced(), ["top.count"]);
    count.slice(1, 0).release();
    assert!(forced().is_empty());
    // A force of the whole is one of every bit.
    count.force(0xff);
    count.slice(7, 4).release();
    count.bit(2).force(Logic::Zero);
    count.slice(3, 1).release();
    assert_eq!(forced(), ["top.count"]);
    count.bit(0).release();
    assert!(forced().is_empty());
}

#[test]
#[should_panic(expected = "`top.count[7:4]` has 4 bits, and only a single bit has edges")]
fn several_bits_have_no_edges() {
    let (dut, _) = simulate();
    let count = dut.signal::<u8>("count").unwrap();
    drop(count.slice(7, 4).typed::<bool>().rising_edge());
}
