use super::*;
use crate::dut::testing::simulate;
use crate::value::LogicVec;

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
    design.read_write_phase();
    assert_eq!(memory.get(3), Ok(0xa5));
    assert_eq!(design.writes.borrow()[0].0, "top.memory[3]");
}

#[test]
fn an_element_costs_nothing_until_it_is_used() {
    let (dut, design) = simulate();
    let memory: Array<u8> = dut.array("memory").unwrap();
    let bound = design.element_lookups.get();
    for _ in 0..5 {
        memory.elements().for_each(drop);
    }
    assert_eq!(design.element_lookups.get(), bound);
    assert_eq!(memory.at(2).path(), "top.memory[2]");
    assert_eq!(memory.at(2).name(), "memory[2]");
}

/// However it is reached, and whatever has been done with it before.
#[test]
fn an_element_is_one_object() {
    let (dut, design) = simulate();
    let memory: Array<u8> = dut.array("memory").unwrap();
    let again: Array<u8> = dut.array("memory").unwrap();
    let by_path = dut.signal::<u8>("memory[2]").unwrap();
    assert!(memory.at(2) == by_path && by_path == memory.at(2));
    assert!(memory.at(2) == again.at(2) && memory.at(2) != memory.at(3));
    assert!(memory.at(1) != by_path);

    // One write a step, the last one, in the order of first writes.
    memory.set(3, 1);
    by_path.set(2);
    memory.set(2, 3);
    again.set(3, 4);
    dut.signal::<u8>("memory[2]").unwrap().set(5);
    design.read_write_phase();
    let written: Vec<_> = design.writes.take();
    let paths: Vec<_> = written.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(paths, ["top.memory[3]", "top.memory[2]"]);
    assert_eq!((memory.get(3), by_path.get()), (Ok(4), Ok(5)));
}

#[test]
fn writes_to_bits_of_an_element_add_up() {
    let (dut, design) = simulate();
    let memory: Array<u8> = dut.array("memory").unwrap();
    memory.at(1).set(0xf0);
    memory.at(1).slice(3, 0).typed::<u8>().set(0x9);
    memory.at(1).bit(7).set(crate::value::Logic::Zero);
    design.read_write_phase();
    assert_eq!(memory.get(1), Ok(0x79));
    assert_eq!(design.writes.borrow().len(), 1);
    assert_eq!(memory.at(1).bit(7).path(), "top.memory[1][7]");
    let outside = memory.at(1).try_bit(8).unwrap_err();
    assert!(outside.to_string().contains("`top.memory[1]` has no bit 8"));
}

/// The errors name the element and the caller's line.
#[test]
fn what_an_element_refuses_names_it() {
    let (dut, design) = simulate();
    let memory: Array<u8> = dut.array("memory").unwrap();
    design.drive_bits("top.memory[3]", "0000000x");
    let unknown = memory.at(3).try_get().unwrap_err();
    assert_eq!(unknown.path(), "top.memory[3]");
    assert_eq!(unknown.location().line(), line!() - 2);
    let wide = dut.array::<LogicVec>("memory").unwrap();
    let refused = wide.at(2).try_set(LogicVec::ones(9)).unwrap_err();
    assert_eq!(refused.path(), "top.memory[2]");
    design.refuses.set(true);
    let refused = memory.at(1).try_set_immediate(1).unwrap_err();
    assert_eq!(refused.path(), "top.memory[1]");
    assert_eq!(memory.at(1).try_get().unwrap_err().path(), "top.memory[1]");
}

#[test]
fn an_element_is_forced_and_released() {
    let (dut, design) = simulate();
    let memory: Array<u8> = dut.array("memory").unwrap();
    memory.at(2).force(7);
    assert_eq!(design.writes.borrow()[0].0, "top.memory[2]");
    memory.at(2).set(9);
    memory.at(2).release();
    design.read_write_phase();
    assert_eq!(memory.get(2), Ok(9));
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
