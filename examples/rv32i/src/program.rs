//! A program that fills an array with random numbers, sorts it, writes a sum of its bytes, and begins
//! again, in less than 32 KiB of memory. `benches/` runs it too.

use crate::isa::{Condition, Instruction, Operation, Register, Width};
use Instruction::{Branch, Immediate, Jal, Load, Lui, Registers, Store};
use Operation::{Add, And, ShiftLeft, ShiftRight, Subtract, Xor};

/// Where the array is; code that begins below it does not reach it.
const ARRAY: u32 = 0x4000;
const COUNT: u32 = 16;
/// Where the sum of each pass is written, that of pass 64 over that of pass 0.
const SUMS: u32 = ARRAY + 0x100;

/// Where the sum of a pass is written.
pub(crate) fn place_of_sum(pass: u32) -> u32 {
    SUMS + pass % 64 * 4
}

/// The sum that a pass writes.
pub(crate) fn sum(pass: u32) -> u32 {
    let mut state = pass + 1;
    let mut array: Vec<u32> = (0..COUNT)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        })
        .collect();
    array.sort_unstable();
    let bytes = array.into_iter().flat_map(u32::to_le_bytes);
    bytes.fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    })
}

/// The words of the program, which may begin anywhere.
pub(crate) fn words() -> Vec<u32> {
    const PASS: Register = 1;
    const START: Register = 2;
    const END: Register = 3;
    const STATE: Register = 4;
    const AT: Register = 5;
    const LAST: Register = 6;
    const SUM: Register = 7;
    const X: Register = 8;
    const Y: Register = 9;

    let mut code = vec![
        Lui(START, ARRAY),
        Immediate(Add, PASS, 0, 0),
        Immediate(Add, END, START, COUNT.cast_signed() * 4),
    ];
    let again = code.len();
    code.extend([Immediate(Add, STATE, PASS, 1), Immediate(Add, AT, START, 0)]);
    let fill = code.len();
    code.extend([
        Immediate(ShiftLeft, X, STATE, 13),
        Registers(Xor, STATE, STATE, X),
        Immediate(ShiftRight, X, STATE, 17),
        Registers(Xor, STATE, STATE, X),
        Immediate(ShiftLeft, X, STATE, 5),
        Registers(Xor, STATE, STATE, X),
        Store(Width::Word, STATE, AT, 0),
        Immediate(Add, AT, AT, 4),
    ]);
    code.push(Branch(Condition::NotEqual, AT, END, back(&code, fill)));

    code.push(Immediate(Add, LAST, END, -4));
    let outer = code.len();
    code.push(Immediate(Add, AT, START, 0));
    let inner = code.len();
    code.extend([
        Load(Width::Word, X, AT, 0),
        Load(Width::Word, Y, AT, 4),
        Branch(Condition::NotLessUnsigned, Y, X, 12), // over the two that exchange them
        Store(Width::Word, Y, AT, 0),
        Store(Width::Word, X, AT, 4),
        Immediate(Add, AT, AT, 4),
    ]);
    code.push(Branch(
        Condition::LessUnsigned,
        AT,
        LAST,
        back(&code, inner),
    ));
    code.push(Immediate(Add, LAST, LAST, -4));
    code.push(Branch(Condition::Less, START, LAST, back(&code, outer)));

    code.extend([Immediate(Add, AT, START, 0), Immediate(Add, SUM, 0, 0)]);
    let bytes = code.len();
    code.extend([
        Load(Width::UnsignedByte, X, AT, 0),
        Immediate(ShiftLeft, Y, SUM, 5),
        Registers(Subtract, SUM, Y, SUM),
        Registers(Add, SUM, SUM, X),
        Immediate(Add, AT, AT, 1),
    ]);
    code.push(Branch(Condition::NotEqual, AT, END, back(&code, bytes)));

    code.extend([
        Immediate(ShiftLeft, X, PASS, 2),
        Immediate(And, X, X, 0xff),
        Registers(Add, X, X, START),
        Store(Width::Word, SUM, X, (SUMS - ARRAY).cast_signed()),
        Immediate(Add, PASS, PASS, 1),
    ]);
    code.push(Jal(0, back(&code, again)));
    code.into_iter().map(Instruction::word).collect()
}

/// The offset from the next instruction back to an earlier one.
fn back(code: &[Instruction], to: usize) -> i32 {
    let instructions = code.len() - to;
    -4 * i32::try_from(instructions).expect("a short program")
}
