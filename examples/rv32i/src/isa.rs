//! RV32I's instructions, and their words (The RISC-V Instruction Set Manual, volume I, chapter 2).

/// A register's number, 0 to 31.
pub(crate) type Register = u8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instruction {
    /// The upper 20 bits count.
    Lui(Register, u32),
    Auipc(Register, u32),
    Jal(Register, i32),
    Jalr(Register, Register, i32),
    Branch(Condition, Register, Register, i32),
    /// The register loaded, that of the address, and what is added to it.
    Load(Width, Register, Register, i32),
    /// The register stored, that of the address, and what is added to it.
    Store(Width, Register, Register, i32),
    /// There is no `Subtract` here, and a shift's amount is 0 to 31.
    Immediate(Operation, Register, Register, i32),
    Registers(Operation, Register, Register, Register),
    Fence,
    Read(Register, Counter),
    /// Any word that is to be refused.
    Refused(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Equal = 0,
    NotEqual = 1,
    Less = 4,
    NotLess = 5,
    LessUnsigned = 6,
    NotLessUnsigned = 7,
}

/// Unsigned ones are for loads only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Byte = 0,
    Half = 1,
    Word = 2,
    UnsignedByte = 4,
    UnsignedHalf = 5,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Add = 0,
    ShiftLeft = 1,
    Less = 2,
    LessUnsigned = 3,
    Xor = 4,
    ShiftRight = 5,
    Or = 6,
    And = 7,
    Subtract = 0x100,
    ShiftRightArithmetic = 0x105,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counter {
    Cycle = 0xc00,
    CycleHigh = 0xc80,
    Retired = 0xc02,
    RetiredHigh = 0xc82,
}

impl Instruction {
    /// The word that the memory holds.
    pub(crate) fn word(self) -> u32 {
        match self {
            Instruction::Lui(rd, value) => (value & !0xfff) | to(rd) | 0x37,
            Instruction::Auipc(rd, value) => (value & !0xfff) | to(rd) | 0x17,
            Instruction::Jal(rd, offset) => {
                let offset = offset.cast_unsigned();
                let low = field(offset, 1, 10) << 21 | field(offset, 11, 1) << 20;
                field(offset, 20, 1) << 31 | low | field(offset, 12, 8) << 12 | to(rd) | 0x6f
            }
            Instruction::Jalr(rd, base, offset) => immediate(offset) | from(base) | to(rd) | 0x67,
            Instruction::Branch(condition, a, b, offset) => {
                let offset = offset.cast_unsigned();
                let high = field(offset, 12, 1) << 31 | field(offset, 5, 6) << 25;
                let low = field(offset, 1, 4) << 8 | field(offset, 11, 1) << 7;
                high | second(b) | from(a) | (condition as u32) << 12 | low | 0x63
            }
            Instruction::Load(width, rd, base, offset) => {
                immediate(offset) | from(base) | (width as u32) << 12 | to(rd) | 0x03
            }
            Instruction::Store(width, source, base, offset) => {
                let offset = offset.cast_unsigned();
                let offset = field(offset, 5, 7) << 25 | field(offset, 0, 5) << 7;
                offset | second(source) | from(base) | (width as u32) << 12 | 0x23
            }
            Instruction::Immediate(operation, rd, a, value) => {
                immediate(value) | from(a) | operation.bits() | to(rd) | 0x13
            }
            Instruction::Registers(operation, rd, a, b) => {
                second(b) | from(a) | operation.bits() | to(rd) | 0x33
            }
            Instruction::Fence => 0x0ff0_000f,
            Instruction::Read(rd, counter) => (counter as u32) << 20 | 2 << 12 | to(rd) | 0x73,
            Instruction::Refused(word) => word,
        }
    }
}

impl Operation {
    /// `funct3`, and bit 30, which tells two operations apart.
    fn bits(self) -> u32 {
        let code = self as u32;
        (code >> 8) << 30 | (code & 7) << 12
    }
}

fn field(value: u32, first: u32, bits: u32) -> u32 {
    value >> first & ((1 << bits) - 1)
}

fn to(register: Register) -> u32 {
    u32::from(register) << 7
}

fn from(register: Register) -> u32 {
    u32::from(register) << 15
}

fn second(register: Register) -> u32 {
    u32::from(register) << 20
}

fn immediate(value: i32) -> u32 {
    value.cast_unsigned() << 20
}
