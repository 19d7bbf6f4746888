use super::*;
use crate::dut::testing::simulate;
use crate::dut::{Array, Parameter, Signal};
use crate::value::{Logic, LogicVec};

#[derive(verifork_macros::Dut)]
#[allow(dead_code)]
struct Lane {
    valid: Signal<bool>,
}

#[derive(verifork_macros::Dut)]
struct Core<T: crate::dut::SignalValue> {
    next_count: Signal<T>,
    nothing: PhantomData<T>,
}

#[derive(verifork_macros::Dut)]
struct Counter {
    #[dut(input)]
    clk: Signal<bool>,
    #[dut(output)]
    count: Signal<u8>,
    #[dut(path = "core.next_count")]
    next: Signal<u8>,
    memory: Array<u8>,
    #[dut(path = "WIDTH")]
    width: Parameter<u32>,
    debug: Option<Signal<LogicVec>>,
    label: Option<Signal<String>>,
    core: Core<u8>,
    #[dut(path = "lanes[1]")]
    lane: Lane,
    #[dut(path = "")]
    same: Enable,
    #[dut(path = "core")]
    scope: Instance,
}

#[derive(verifork_macros::Dut)]
struct Enable {
    en: Signal<Logic>,
}

#[test]
fn a_struct_binds_field_by_field() {
    let (dut, _) = simulate();
    let counter: Counter = dut.bind().unwrap();
    assert_eq!(counter.clk.path(), "top.clk");
    assert_eq!(counter.count.path(), "top.count");
    assert_eq!(counter.next, counter.core.next_count);
    assert_eq!(counter.core.nothing, PhantomData);
    assert_eq!(counter.memory.len(), 4);
    assert_eq!(counter.width.get(), Ok(8));
    assert!(counter.debug.is_none() && counter.label.is_some());
    assert_eq!(counter.lane.valid.path(), "top.lanes[1].valid");
    assert_eq!(counter.same.en.path(), "top.en");
    assert_eq!(counter.scope.path(), "top.core");
}

#[derive(Debug, verifork_macros::Dut)]
#[allow(dead_code)]
struct Wrong {
    clock: Signal<bool>,
    count: Signal<bool>,
    #[dut(input)]
    level: Signal<u16>,
    core: Signal<u8>,
    memory: Signal<u8>,
    temperature: Signal<u8>,
    done: Signal<bool>,
    lanes: Option<Missing>,
    label: Option<Signal<u8>>,
    #[dut(path = "core")]
    inner: Missing,
}

#[derive(Debug, verifork_macros::Dut)]
#[allow(dead_code)]
struct Missing {
    next_cuont: Signal<u8>,
    absent: Signal<u8>,
}

#[test]
fn everything_that_does_not_fit_is_told_at_once_with_the_fields_places() {
    let (dut, _) = simulate();
    let error = dut.bind::<Wrong>().unwrap_err();
    let told: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| (problem.field().unwrap(), problem))
        .collect();
    let fields: Vec<_> = told.iter().map(|(field, _)| *field).collect();
    assert_eq!(
        fields,
        [
            ("Wrong", "clock"),
            ("Wrong", "count"),
            ("Wrong", "level"),
            ("Wrong", "core"),
            ("Wrong", "memory"),
            ("Wrong", "temperature"),
            ("Wrong", "done"),
            ("Wrong", "label"),
            ("Missing", "next_cuont"),
            ("Missing", "absent"),
        ]
    );
    let lines: Vec<_> = told.iter().map(|(_, problem)| problem.line()).collect();
    assert!(
        lines[..8].is_sorted() && lines[0] + 1 == lines[1],
        "{lines:?}"
    );
    for (number, part) in [
        (0, "there is no `clock` in `top`"),
        (
            1,
            "`top.count` is a net of logic [7:0] (8 bits), but bool takes 1 bit: \
             Signal<u8> or Signal<LogicVec> would fit",
        ),
        (2, "`top.level` is no port, not an input port"),
        (
            3,
            "`top.core` is a module: bind it as `Instance` or as a struct that derives `Dut`",
        ),
        (
            4,
            "`top.memory` is an array: bind it as `Array<u8>`, whose elements are [0:3]",
        ),
        (
            5,
            "`top.temperature` is a real variable, but u8 takes 1 to 8 bits: Signal<f64>",
        ),
        (6, "`top.done` is a named event: it has no value"),
        (7, "but u8 takes 1 to 8 bits: Signal<String> would fit"),
        (
            8,
            "no `next_cuont` in `top.core` (did you mean `next_count`?)",
        ),
    ] {
        let text = told[number].1.to_string();
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert!(
        error
            .to_string()
            .contains("in 10 places:\n  src/dut/bind/tests.rs:"),
        "{error}"
    );
}

#[test]
fn what_a_scope_holds_is_told_once() {
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Twice {
        clock: Signal<bool>,
        cnt: Signal<u8>,
    }
    let error = simulate().0.bind::<Twice>().unwrap_err().to_string();
    assert_eq!(error.matches("it holds").count(), 1, "{error}");
    assert_eq!(error.matches("did you mean").count(), 2, "{error}");
}

#[test]
fn a_port_of_another_direction_does_not_fit() {
    #[derive(Debug, verifork_macros::Dut)]
    #[allow(dead_code)]
    struct Ports {
        #[dut(inout)]
        clk: Signal<bool>,
    }
    let error = simulate().0.bind::<Ports>().unwrap_err().to_string();
    assert!(
        error.contains("`top.clk` is an input port, not an inout port"),
        "{error}"
    );
}

#[test]
fn an_enum_fits_its_declared_width_or_whatever_holds_it() {
    #[derive(verifork_macros::LogicEnum)]
    #[allow(dead_code)]
    #[logic(width = 2)]
    enum Declared {
        A,
    }
    #[derive(verifork_macros::LogicEnum)]
    #[allow(dead_code)]
    enum Free {
        A,
        B = 9,
    }
    let (dut, _) = simulate();
    let error = dut.signal::<Declared>("state").unwrap_err().to_string();
    assert!(error.contains("but Declared takes 2 bits"), "{error}");
    let error = dut.signal::<Free>("state").unwrap_err().to_string();
    assert!(error.contains("but Free takes 4 bits or more"), "{error}");
    assert!(dut.signal::<Free>("count").is_ok());
}

#[test]
fn an_implementation_by_hand_reports_its_own_problems() {
    #[derive(Debug)]
    struct Never;
    impl Dut for Never {
        fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
            if path.is_empty() {
                binder.problem("not today");
            }
            None
        }
    }
    let (dut, _) = simulate();
    assert!(
        dut.bind::<Never>()
            .unwrap_err()
            .to_string()
            .contains("not today")
    );
    let error = dut.object("clk").unwrap().bind::<Never>().unwrap_err();
    assert_eq!(error.problems().len(), 1);
}
