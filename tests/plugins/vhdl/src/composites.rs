//! Records, arrays, and one in the other.

use verifork::Literal;
use verifork::dut::Instance;
use verifork::prelude::*;

use crate::{refusal, settle};

#[derive(Dut)]
struct Instruction {
    opcode: Signal<u8>,
    operand: Signal<u8>,
}

#[derive(Dut)]
struct Status {
    #[dut(path = "flags.zero")]
    zero: Signal<bool>,
    flags: Flags,
    count: Signal<i32>,
    level: Signal<f64>,
    state: Signal<u8>,
}

#[derive(Dut)]
struct Flags {
    carry: Signal<Logic>,
}

#[derive(Dut)]
struct Records {
    instruction: Instruction,
    status: Status,
    #[dut(path = "program[1]")]
    second: Instruction,
}

#[verifork::test]
async fn records_are_bound_as_structs_of_their_fields(dut: Records, top: Instance) -> Result {
    let opcode = top.signal::<u8>("opcode")?;
    dut.instruction.opcode.set(0xa);
    dut.instruction.operand.set(0x5a);
    settle().await;
    assert_eq!(
        (
            dut.instruction.opcode.get()?,
            dut.instruction.operand.get()?
        ),
        (0xa, 0x5a)
    );
    assert_eq!(opcode.get()?, 0xa, "the design reads the field");
    assert_eq!(
        dut.instruction.opcode.path(),
        "conformance.instruction.opcode"
    );

    assert!(dut.status.zero.get()?);
    dut.status.flags.carry.set(Logic::WeakOne);
    dut.status.count.set(17);
    dut.status.level.set(-2.5);
    dut.status.state.set(2);
    with_timeout(1.ns(), dut.status.count.changed()).await?;
    settle().await;
    assert_eq!(dut.status.flags.carry.get(), Logic::WeakOne);
    assert_eq!((dut.status.count.get()?, dut.status.state.get()?), (17, 2));
    assert!((dut.status.level.get() - -2.5).abs() < 1e-12);
    assert_eq!(top.signal::<i32>("status_count")?.get()?, 17);
    let refused = refusal(dut.status.count.try_set_immediate(100));
    assert!(refused.contains("not within 0 to 99"), "{refused}");
    dut.status.count.set(42);
    settle().await;

    assert_eq!(
        (dut.second.opcode.get()?, dut.second.operand.get()?),
        (4, 0x56)
    );
    assert_eq!(dut.second.operand.path(), "conformance.program[1].operand");
    Ok(())
}

#[verifork::test]
async fn a_record_lists_its_fields_and_has_no_value_itself(top: Instance) -> Result {
    let status = top.instance("status")?;
    let fields: Vec<_> = status
        .children()?
        .iter()
        .map(|field| field.name())
        .collect();
    assert_eq!(fields, ["flags", "count", "level", "state"]);
    let error = top.signal::<LogicVec>("status").unwrap_err().to_string();
    assert!(
        error.contains("structure") && error.contains("Dut"),
        "{error}"
    );
    let error = top.signal::<u8>("status.cuont").unwrap_err().to_string();
    assert!(error.contains("did you mean `count`"), "{error}");
    Ok(())
}

#[verifork::test]
async fn arrays_go_by_declared_indices(top: Instance) -> Result {
    let board = top.object("board")?;
    assert_eq!(board.range(), Some((1, 2)));
    let corner = top.signal::<u8>("board_corner")?;
    assert_eq!(corner.get()?, 0x21);
    for (row, column, value) in [(1, 3, 0x13), (1, 1, 0x11), (2, 3, 0x23), (2, 2, 0x22)] {
        let word = top.signal::<u8>(&format!("board[{row}][{column}]"))?;
        assert_eq!(word.get()?, value, "board({row}, {column})");
        assert_eq!(top.signal::<u8>(&format!("board({row}, {column})"))?, word);
    }
    let row = top.array::<u8>("board[2]")?;
    assert_eq!((row.range(), row.len()), ((3, 1), 3));
    row.set(1, 0x77);
    with_timeout(1.ns(), row.at(1).changed()).await?;
    settle().await;
    assert_eq!((corner.get()?, row.get(2)?), (0x77, 0x22));
    row.set(1, 0x21);
    assert!(top.signal::<u8>("board[3][1]").is_err() && top.signal::<u8>("board[1][0]").is_err());

    let states: Vec<_> = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
        .iter()
        .map(|(row, column)| top.signal::<Logic>(&format!("grid[{row}][{column}]")))
        .collect::<Result<_, _>>()?;
    let states: String = states.iter().map(|state| state.get().to_char()).collect();
    assert_eq!(states, "01ZXH-");

    let integers = top.array::<i32>("integers")?;
    let read: Vec<_> = integers
        .elements()
        .map(|(index, element)| Ok((index, element.get()?)))
        .collect::<Result<_>>()?;
    assert_eq!(read, [(1, 10), (2, -20), (3, 30)]);
    integers.set(2, 1_000_000);
    settle().await;
    assert_eq!(
        (integers.get(1)?, integers.get(2)?, integers.get(3)?),
        (10, 1_000_000, 30)
    );
    integers.set(2, -20);

    let next = top.array::<u8>("next_states")?;
    assert_eq!((next.range(), next.get(0)?, next.get(2)?), ((0, 2), 1, 0));
    assert_eq!(
        next.at(1).description().literals,
        Literal::positions(["idle", "busy", "done"])
    );
    settle().await;
    Ok(())
}

#[verifork::test]
async fn an_element_is_one_object_however_it_is_found(top: Instance) -> Result {
    let mem = top.array::<u8>("mem")?;
    assert_eq!(top.signal::<u8>("mem(7)")?, mem.at(7));
    mem.set(7, 0x70);
    mem.set(8, 0x80);
    settle().await;
    assert_eq!((mem.get(7)?, mem.get(8)?), (0x70, 0x80));
    assert_eq!(mem.at(7).path(), "conformance.mem[7]");
    let descending = top.array::<u8>("mem_descending")?;
    assert_eq!((descending.get(15)?, descending.get(8)?), (0xff, 0x88));
    assert_eq!(descending.at(8).path(), "conformance.mem_descending[8]");
    Ok(())
}
