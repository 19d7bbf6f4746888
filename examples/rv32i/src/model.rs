//! What an instruction does, on registers and without clocks.

use crate::isa::{Condition, Counter, Instruction, Operation, Register, Width};

pub(crate) struct Model {
    pub(crate) pc: u32,
    pub(crate) registers: [u32; 32],
    retired: u64,
}

/// What the processor does for an instruction, seen from its ports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Fetches the next one.
    Done,
    /// Reads the word at this address, and tells the model by [`Model::loaded`].
    Load {
        address: u32,
    },
    /// Writes those bytes of the word whose strobes are set.
    Store {
        address: u32,
        strobes: u8,
        data: u32,
    },
    Trap,
}

impl Model {
    pub(crate) fn new(pc: u32) -> Self {
        Model {
            pc,
            registers: [0; 32],
            retired: 0,
        }
    }

    /// What a reset does.
    pub(crate) fn reset(&mut self, pc: u32) {
        self.pc = pc;
        self.retired = 0;
    }

    /// Executes an instruction, `cycle` clocks after the reset. A load is not done until it is
    /// [`loaded`](Self::loaded).
    pub(crate) fn execute(&mut self, instruction: Instruction, cycle: u64) -> Step {
        let after = self.pc.wrapping_add(4);
        let x = self.registers;
        let at = |register: Register| x[usize::from(register)];
        let (rd, result, next) = match instruction {
            Instruction::Lui(rd, value) => (rd, value & !0xfff, after),
            Instruction::Auipc(rd, value) => (rd, self.pc.wrapping_add(value & !0xfff), after),
            Instruction::Jal(rd, offset) => (rd, after, self.pc.wrapping_add_signed(offset)),
            Instruction::Jalr(rd, base, offset) => {
                (rd, after, at(base).wrapping_add_signed(offset) & !1)
            }
            Instruction::Branch(condition, a, b, offset) => {
                let taken = condition.holds(at(a), at(b));
                let next = if taken {
                    self.pc.wrapping_add_signed(offset)
                } else {
                    after
                };
                (0, 0, next)
            }
            Instruction::Load(width, _, base, offset) => {
                let address = at(base).wrapping_add_signed(offset);
                if !address.is_multiple_of(width.bytes()) {
                    return Step::Trap;
                }
                return Step::Load {
                    address: address & !3,
                };
            }
            Instruction::Store(width, source, base, offset) => {
                let address = at(base).wrapping_add_signed(offset);
                if !address.is_multiple_of(width.bytes()) {
                    return Step::Trap;
                }
                self.retire(0, 0, after);
                let lane = address % 4;
                let strobes = ((1 << width.bytes()) - 1) << lane;
                return Step::Store {
                    address: address & !3,
                    strobes,
                    data: at(source) << (8 * lane) & bytes(strobes),
                };
            }
            Instruction::Immediate(operation, rd, a, value) => {
                (rd, operation.of(at(a), value.cast_unsigned()), after)
            }
            Instruction::Registers(operation, rd, a, b) => (rd, operation.of(at(a), at(b)), after),
            Instruction::Fence => (0, 0, after),
            Instruction::Read(rd, counter) => {
                let value = match counter {
                    Counter::Cycle => low(cycle),
                    Counter::CycleHigh => low(cycle >> 32),
                    Counter::Retired => low(self.retired),
                    Counter::RetiredHigh => low(self.retired >> 32),
                };
                (rd, value, after)
            }
            Instruction::Refused(_) => return Step::Trap,
        };
        if !next.is_multiple_of(4) {
            return Step::Trap;
        }
        self.retire(rd, result, next);
        Step::Done
    }

    /// Ends a load with the word that the memory had.
    pub(crate) fn loaded(&mut self, width: Width, rd: Register, lane: u32, word: u32) {
        let value = word >> (8 * lane);
        let value = match width {
            Width::Byte => ((value << 24).cast_signed() >> 24).cast_unsigned(),
            Width::Half => ((value << 16).cast_signed() >> 16).cast_unsigned(),
            Width::Word => value,
            Width::UnsignedByte => value & 0xff,
            Width::UnsignedHalf => value & 0xffff,
        };
        self.retire(rd, value, self.pc.wrapping_add(4));
    }

    fn retire(&mut self, rd: Register, result: u32, next: u32) {
        if rd != 0 {
            self.registers[usize::from(rd)] = result;
        }
        self.pc = next;
        self.retired += 1;
    }
}

/// The bits of the bytes with strobes.
pub(crate) fn bytes(strobes: u8) -> u32 {
    let lanes = (0..4).filter(|lane| strobes >> lane & 1 == 1);
    lanes.fold(0, |mask, lane| mask | 0xff << (8 * lane))
}

fn low(counter: u64) -> u32 {
    (counter & 0xffff_ffff) as u32
}

impl Width {
    pub(crate) fn bytes(self) -> u32 {
        match self {
            Width::Byte | Width::UnsignedByte => 1,
            Width::Half | Width::UnsignedHalf => 2,
            Width::Word => 4,
        }
    }
}

impl Condition {
    fn holds(self, a: u32, b: u32) -> bool {
        match self {
            Condition::Equal => a == b,
            Condition::NotEqual => a != b,
            Condition::Less => a.cast_signed() < b.cast_signed(),
            Condition::NotLess => a.cast_signed() >= b.cast_signed(),
            Condition::LessUnsigned => a < b,
            Condition::NotLessUnsigned => a >= b,
        }
    }
}

impl Operation {
    fn of(self, a: u32, b: u32) -> u32 {
        match self {
            Operation::Add => a.wrapping_add(b),
            Operation::Subtract => a.wrapping_sub(b),
            Operation::ShiftLeft => a.wrapping_shl(b),
            Operation::ShiftRight => a.wrapping_shr(b),
            Operation::ShiftRightArithmetic => a.cast_signed().wrapping_shr(b).cast_unsigned(),
            Operation::Less => (a.cast_signed() < b.cast_signed()).into(),
            Operation::LessUnsigned => (a < b).into(),
            Operation::Xor => a ^ b,
            Operation::Or => a | b,
            Operation::And => a & b,
        }
    }
}
