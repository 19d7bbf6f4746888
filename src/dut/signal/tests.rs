use super::*;
use crate::dut::testing::{Content, logic, simulate};
use crate::dut::{WriteCause, WriteError};
use crate::simulator::WriteMode;
use crate::value::{Logic, ValueError};

#[derive(verifork_macros::LogicEnum, Clone, Copy, Debug, PartialEq)]
#[logic(width = 3)]
enum State {
    Idle,
    Busy = 4,
}

#[test]
fn a_value_is_read_as_its_type() {
    let (dut, design) = simulate();
    design.drive_bits("top.count", "10100101");
    assert_eq!(dut.signal::<u8>("count").unwrap().get(), Ok(0xa5));
    assert_eq!(dut.signal::<i8>("count").unwrap().get(), Ok(-91));
    assert_eq!(dut.signal::<u128>("count").unwrap().get(), Ok(0xa5));
    assert_eq!(
        dut.signal::<LogicVec>("count").unwrap().get(),
        logic("10100101")
    );
    design.drive_bits("top.clk", "H");
    assert_eq!(dut.signal::<bool>("clk").unwrap().get(), Ok(true));
    assert_eq!(dut.signal::<Logic>("clk").unwrap().get(), Logic::WeakOne);
    design.drive("top.temperature", Content::Real(36.6));
    assert!((dut.signal::<f64>("temperature").unwrap().get() - 36.6).abs() < 1e-9);
    design.drive("top.label", Content::Text("hot".into()));
    assert_eq!(dut.signal::<String>("label").unwrap().get(), "hot");
    design.drive_bits("top.state", "100");
    assert_eq!(dut.signal::<State>("state").unwrap().get(), Ok(State::Busy));
}

#[test]
fn a_wide_value_is_read_whole() {
    let (dut, design) = simulate();
    let text = format!("1{}01", "0".repeat(97));
    design.drive_bits("top.wide", &text);
    let wide = dut.signal::<u128>("wide").unwrap();
    assert_eq!(wide.get(), Ok(1 << 99 | 1));
    let mut into = LogicVec::default();
    wide.as_logic().get_into(&mut into).unwrap();
    assert_eq!(into, logic(&text));
}

#[test]
fn an_unknown_value_is_an_error_at_the_callers_line() {
    let (dut, design) = simulate();
    design.drive_bits("top.count", "0101x101");
    let error = dut.signal::<u8>("count").unwrap().get().unwrap_err();
    assert_eq!(error.location().line(), line!() - 1);
    assert_eq!(error.path(), "top.count");
    assert!(matches!(
        error.cause(),
        ReadCause::Value(ValueError::Unknown { .. })
    ));
    let text = error.to_string();
    let start = format!("cannot read `top.count` at {}", error.location());
    assert!(
        text.starts_with(&start) && text.contains("bit 3 is unknown"),
        "{text}"
    );
}

#[test]
fn a_value_without_a_variant_is_an_error_that_lists_them() {
    let (dut, design) = simulate();
    design.drive_bits("top.state", "011");
    let error = dut
        .signal::<State>("state")
        .unwrap()
        .get()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("not a variant of State: it has Idle = 0, Busy = 4"),
        "{error}"
    );
}

#[test]
fn a_write_waits_for_the_read_write_phase_and_the_last_one_wins() {
    let (dut, design) = simulate();
    let count = dut.signal::<u8>("count").unwrap();
    count.set(1);
    count.set(0xa5);
    assert!(design.writes.borrow().is_empty());
    design.read_write_phase();
    assert_eq!(
        *design.writes.borrow(),
        [(
            "top.count".to_owned(),
            "10100101".to_owned(),
            WriteMode::Deposit
        )]
    );
    assert_eq!(count.get(), Ok(0xa5));
}

#[test]
fn every_type_is_written() {
    let (dut, design) = simulate();
    dut.signal::<bool>("clk").unwrap().set(true);
    dut.signal::<Logic>("en").unwrap().set(Logic::HighImpedance);
    dut.signal::<i8>("count").unwrap().set(-2);
    dut.signal::<LogicVec>("level")
        .unwrap()
        .set_from(&logic("01XZUWLH-010"));
    dut.signal::<u128>("wide").unwrap().set(1 << 99);
    dut.signal::<f64>("temperature").unwrap().set(1.5);
    dut.signal::<String>("label").unwrap().set("cold".into());
    dut.signal::<State>("state").unwrap().set(State::Busy);
    design.read_write_phase();
    let writes = design.writes.borrow();
    let written: Vec<_> = writes
        .iter()
        .map(|(_, value, _)| value.to_uppercase())
        .collect();
    let wide = format!("1{}", "0".repeat(99));
    assert_eq!(
        written,
        [
            "1",
            "Z",
            "11111110",
            "01XZUWLH-010",
            &wide,
            "1.5",
            "COLD",
            "100"
        ]
    );
}

#[test]
fn a_value_that_does_not_fit_is_refused_at_the_callers_line() {
    let (dut, _) = simulate();
    let level = dut.signal::<u16>("level").unwrap();
    let error = level.try_set(4096).unwrap_err();
    assert_eq!(error.location().line(), line!() - 1);
    assert_eq!(error.location().file(), file!());
    assert!(
        error.to_string().contains("4096 does not fit 12 bits"),
        "{error}"
    );
    let error = dut
        .signal::<LogicVec>("level")
        .unwrap()
        .try_set(logic("01"))
        .unwrap_err();
    assert!(
        matches!(error.cause(), WriteCause::Value(ValueError::Width { .. })),
        "{error}"
    );
}

#[test]
#[should_panic(expected = "4096 does not fit 12 bits")]
fn set_panics_where_try_set_is_an_error() {
    simulate().0.signal::<u16>("level").unwrap().set(4096);
}

#[test]
fn a_constant_is_read_but_not_written() {
    let (dut, _) = simulate();
    let width = dut.signal::<i32>("WIDTH").unwrap();
    assert_eq!(width.get(), Ok(8));
    assert_eq!(*width.try_set(9).unwrap_err().cause(), WriteCause::Constant);
    assert_eq!(
        *width.try_force(9).unwrap_err().cause(),
        WriteCause::Constant
    );
}

#[test]
fn immediate_writes_forces_and_releases_are_not_kept() {
    let (dut, design) = simulate();
    let count = dut.signal::<u8>("count").unwrap();
    count.set_immediate(1);
    count.force(2);
    count.release();
    design.drive_bits("top.count", "0000x011");
    count.freeze();
    count.release();
    let modes: Vec<_> = design
        .writes
        .borrow()
        .iter()
        .map(|(_, value, mode)| (value.to_uppercase(), *mode))
        .collect();
    assert_eq!(
        modes,
        [
            ("00000001".to_owned(), WriteMode::Deposit),
            ("00000010".to_owned(), WriteMode::Force),
            (String::new(), WriteMode::Release),
            ("0000X011".to_owned(), WriteMode::Force),
            (String::new(), WriteMode::Release),
        ]
    );
}

#[test]
fn what_the_simulator_refuses_is_an_error_with_its_words() {
    let (dut, design) = simulate();
    let count = dut.signal::<u8>("count").unwrap();
    design.refuses.set(true);
    let error = count.get().unwrap_err();
    assert!(matches!(error.cause(), ReadCause::Port(_)));
    let text = format!(
        "cannot read `top.count` at {}: it is Tuesday",
        error.location()
    );
    assert_eq!(error.to_string(), text);
    assert!(matches!(
        count.try_force(1).unwrap_err().cause(),
        WriteCause::Port(_)
    ));
    assert!(matches!(
        count.try_freeze().unwrap_err().cause(),
        WriteCause::Read(_)
    ));
}

#[test]
fn results_and_handles_are_small() {
    assert!(size_of::<Result<u8, ReadError>>() <= 16);
    assert!(size_of::<Result<(), WriteError>>() <= 8);
    assert!(size_of::<Signal<u8>>() <= 16);
}

#[test]
fn errors_go_to_other_threads_and_handles_do_not() {
    fn travels<T: Send + Sync>() {}
    travels::<ReadError>();
    travels::<WriteError>();
    travels::<crate::dut::SelectError>();
    travels::<crate::dut::BindError>();
}

#[test]
fn every_access_fails_at_the_callers_line() {
    let (dut, design) = simulate();
    let count = dut.signal::<u8>("count").unwrap();
    design.refuses.set(true);
    let (bit, logic) = (count.bit(0), count.as_logic());
    let here = line!();
    let reads = [
        count.get(),
        count.try_get(),
        bit.typed::<u8>().get(),
        logic.get_into(&mut LogicVec::default()).map(|()| 0),
    ];
    let lines = reads.map(|read| read.unwrap_err().location().line() - here);
    assert_eq!(lines, [2, 3, 4, 5]);
    let here = line!();
    let writes = [
        count.try_set_immediate(1),
        count.try_force(1),
        count.try_freeze(),
        count.try_release(),
        bit.try_set_immediate(Logic::One),
    ];
    let places = writes.map(|write| write.unwrap_err().location());
    assert_eq!(places.map(|place| place.line() - here), [2, 3, 4, 5, 6]);
    assert!(places.iter().all(|place| place.file() == file!()));
}
