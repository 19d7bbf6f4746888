//! Random instructions: legal ones, with now and then one that is refused.

use verifork::TestRng;

use crate::isa::{Condition, Counter, Instruction, Operation, Register, Width};
use crate::model::Model;

const OPERATIONS: [Operation; 10] = [
    Operation::Add,
    Operation::ShiftLeft,
    Operation::Less,
    Operation::LessUnsigned,
    Operation::Xor,
    Operation::ShiftRight,
    Operation::Or,
    Operation::And,
    Operation::Subtract,
    Operation::ShiftRightArithmetic,
];
const CONDITIONS: [Condition; 6] = [
    Condition::Equal,
    Condition::NotEqual,
    Condition::Less,
    Condition::NotLess,
    Condition::LessUnsigned,
    Condition::NotLessUnsigned,
];
const LOADS: [Width; 5] = [
    Width::Byte,
    Width::Half,
    Width::Word,
    Width::UnsignedByte,
    Width::UnsignedHalf,
];
const STORES: [Width; 3] = [Width::Byte, Width::Half, Width::Word];
const COUNTERS: [Counter; 4] = [
    Counter::Cycle,
    Counter::CycleHigh,
    Counter::Retired,
    Counter::RetiredHigh,
];
/// Next to the instructions that there are: ECALL, EBREAK, a word of zeros and of ones, a multiplication,
/// loads and stores of 64 bits, shifts by more than 31, a counter written, FENCE.I.
const REFUSED: [u32; 16] = [
    0x0000_0073,
    0x0010_0073,
    0x0000_0000,
    0xffff_ffff,
    0x02a5_0533,
    0x4020_f0b3,
    0x0000_3003,
    0x0000_6003,
    0x0000_3023,
    0x0200_1013,
    0x0200_5013,
    0x0000_2063,
    0x0000_1067,
    0xc000_9073,
    0xc010_2073,
    0x0000_100f,
];

fn one_of<T: Copy>(values: &[T], rng: &mut TestRng) -> T {
    *rng.choose(values).expect("there are some")
}

/// Registers of both ends of the file, so that what one instruction writes another one reads.
fn register(rng: &mut TestRng) -> Register {
    match rng.random_range(0..10_u8) {
        0..7 => rng.random_range(0..6),
        _ => rng.random_range(0..32),
    }
}

/// Twelve bits, often at their ends.
fn twelve_bits(rng: &mut TestRng) -> i32 {
    let ends = [-2048, -1, 0, 1, 2047];
    if rng.random_bool(0.3) {
        one_of(&ends, rng)
    } else {
        rng.random_range(-2048..2048)
    }
}

/// An offset to an address that fits, mostly: what does not fit is a trap.
fn fitting(model: &Model, base: Register, bytes: u32, rng: &mut TestRng) -> i32 {
    let offset = twelve_bits(rng);
    if rng.random_bool(0.02) {
        return offset;
    }
    let address = model.registers[usize::from(base)].wrapping_add_signed(offset);
    let over = (address % bytes).cast_signed();
    if offset - over < -2048 {
        offset + bytes.cast_signed() - over
    } else {
        offset - over
    }
}

fn offset_of(bits: u32, rng: &mut TestRng) -> i32 {
    let reach = 1 << (bits - 1);
    let offset = rng.random_range(-reach..reach) & !1;
    if rng.random_bool(0.02) {
        offset
    } else {
        offset & !3
    }
}

/// A next instruction for a processor in the model's state.
pub(crate) fn instruction(model: &Model, rng: &mut TestRng) -> Instruction {
    let rd = register(rng);
    let (a, b) = (register(rng), register(rng));
    match rng.random_range(0..100) {
        0..5 => Instruction::Lui(rd, rng.random()),
        5..8 => Instruction::Auipc(rd, rng.random()),
        8..12 => Instruction::Jal(rd, offset_of(21, rng)),
        12..16 => Instruction::Jalr(rd, a, fitting(model, a, 4, rng)),
        16..31 => {
            let b = if rng.random_bool(0.2) { a } else { b };
            Instruction::Branch(one_of(&CONDITIONS, rng), a, b, offset_of(13, rng))
        }
        31..43 => {
            let width = one_of(&LOADS, rng);
            Instruction::Load(width, rd, a, fitting(model, a, width.bytes(), rng))
        }
        43..55 => {
            let width = one_of(&STORES, rng);
            Instruction::Store(width, b, a, fitting(model, a, width.bytes(), rng))
        }
        55..73 => match one_of(&OPERATIONS, rng) {
            Operation::Subtract => Instruction::Immediate(Operation::Add, rd, a, twelve_bits(rng)),
            operation @ (Operation::ShiftLeft
            | Operation::ShiftRight
            | Operation::ShiftRightArithmetic) => {
                Instruction::Immediate(operation, rd, a, rng.random_range(0..32))
            }
            operation => Instruction::Immediate(operation, rd, a, twelve_bits(rng)),
        },
        73..93 => Instruction::Registers(one_of(&OPERATIONS, rng), rd, a, b),
        93..94 => Instruction::Fence,
        94..99 => Instruction::Read(rd, one_of(&COUNTERS, rng)),
        _ => Instruction::Refused(one_of(&REFUSED, rng)),
    }
}
