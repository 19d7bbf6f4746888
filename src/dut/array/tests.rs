use super::*;
use crate::dut::testing::{read_write_phase, simulate};

#[test]
fn elements_go_by_declared_indices() {
    let (dut, design) = simulate();
    for index in 0..4 {
        let bits = format!("{index:08b}");
        design.drive_bits(&format!("top.memory[{index}]"), &bits);
        design.drive_bits(&format!("top.down[{index}]"), &bits);
    }
    let memory: Array<u8> = dut.array("memory").unwrap();
    assert_eq!((memory.len(), memory.range()), (4, (0, 3)));
    assert_eq!(memory.get(2), Ok(2));
    let down: Array<u8> = dut.array("down").unwrap();
    assert_eq!(down.indices().collect::<Vec<_>>(), [3, 2, 1, 0]);
    let values: Vec<_> = down
        .elements()
        .map(|(_, word)| word.get().unwrap())
        .collect();
    assert_eq!(values, [3, 2, 1, 0]);
}

#[test]
fn an_element_is_written_as_a_signal_is() {
    let (dut, design) = simulate();
    let memory: Array<u8> = dut.array("memory").unwrap();
    memory.set(3, 0xa5);
    read_write_phase();
    assert_eq!(memory.get(3), Ok(0xa5));
    assert_eq!(design.writes.borrow()[0].0, "top.memory[3]");
}

#[test]
fn an_element_is_looked_up_once() {
    let (dut, design) = simulate();
    let memory: Array<u8> = dut.array("memory").unwrap();
    for _ in 0..5 {
        memory.at(1);
    }
    assert_eq!(design.element_lookups.get(), 1);
}

#[test]
fn an_element_that_is_not_there_is_an_error_with_the_range() {
    let (dut, _) = simulate();
    let memory: Array<u8> = dut.array("memory").unwrap();
    let error = memory.try_at(4).unwrap_err();
    assert_eq!(error.location().line(), line!() - 1);
    assert!(
        error
            .to_string()
            .starts_with("`top.memory` has no element 4: it is declared [0:3]"),
        "{error}"
    );
}

#[test]
fn the_elements_must_fit() {
    let (dut, _) = simulate();
    let error = dut.array::<bool>("memory").unwrap_err().to_string();
    assert!(
        error.contains(
            "`top.memory` is an array of elements of logic [7:0] (8 bits), but bool takes 1 bit: \
             Array<u8> or Array<LogicVec> would fit"
        ),
        "{error}"
    );
    let error = dut.array::<u8>("count").unwrap_err().to_string();
    assert!(
        error.contains("`top.count` is a net: bind it as `Signal<u8>`"),
        "{error}"
    );
}
