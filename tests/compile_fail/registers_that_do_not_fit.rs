//! Registers and fields of structs that do not fit.

use verifork_components::registers::{Reg, RegisterFields, Registers};

const BASE: u64 = 0x20;

#[derive(RegisterFields)]
struct Control {
    #[field(bits = 0, reset = 0)]
    fits: bool,
    #[field(bits = 4..=7)]
    also: u8,
    #[field(bits = 7..=8)] //~ E0080: `overlaps` has bits 8:7, and `also` has bits 7:4: they overlap
    overlaps: u8,
    #[field(bits = 12..=9)] //~ E0080: `reversed` has bits 9:12: the highest is below the lowest
    reversed: u8,
    #[field(bits = 60..=64)] //~ E0080: `outside` has bits 64:60, outside of the register's 64 bits
    outside: u8,
    #[field(bits = 16..=18, reset = 8)] //~ E0080: `restarts` is 0x8 after a reset, which does not fit its 3 bits
    restarts: u8,
    #[field(bits = 20, access = "R1C")] //~ E0080: `R1C` is not an access of a field; there are RO, RW, RC
    accessed: bool,
    #[field(bits = 24..=32)]
    narrow: u8, //~ E0080: the width of this field is greater than that of its type
}

#[derive(RegisterFields)]
struct Negative {
    #[field(bits = 0, reset = -1)] //~ E0600
    negative: bool,
}

#[derive(RegisterFields)]
struct Text {
    #[field(bits = 0..=7)]
    text: String, //~ E0277: `String` is not a type for a value of bits
}

#[derive(RegisterFields)]
struct Wide {
    #[field(bits = 30..=33, reset = 0)]
    across: u8,
}

#[derive(Registers)]
#[registers(size = 0x100)]
struct Block {
    #[register(address = 0x10)]
    fits: Reg<u32>,
    #[register(address = 0x10)] //~ E0080: `again` is at 0x10, and so is `fits`
    again: Reg<u32>,
    #[register(address = BASE + 2)] //~ E0080: `between` is at 0x22, which is not an address of a register of 4 bytes
    between: Reg<u32>,
    #[register(address = 0xf8, stride = 4)] //~ E0080: `far` is at 0x100, outside of the block's 0x100 bytes
    far: [Reg<u32>; 3],
    #[register(address = BASE)] //~ E0080: `wide.across` has bits 33:30, outside of the register's 32 bits
    wide: Reg<Wide>,
    #[register(address = 0x28, width = 64)]
    held: Reg<Wide>,
    #[register(address = 0x2c)] //~ E0080: `inside` is at 0x2c and has 4 bytes, and `held` has 8 at 0x28
    inside: Reg<u32>,
    #[register(address = 0x30, reset = 0)] //~ E0080: `told` has fields: `access`, `reset` and `volatile` are theirs
    told: Reg<Wide>,
    #[register(address = 0x34, stride = 4)] //~ E0080: `single` has a `stride` but no `count`
    single: Reg<u32>,
    #[register(address = 0x38, reset = 0x1_0000)] //~ E0080: `half.value` is 0x10000 after a reset, which does not fit its 16 bits
    half: Reg<u16>,
    #[register(address = 0x70, access = "R0")] //~ E0080: `R0` is not an access of a field
    named: Reg<u8>,
    #[register(address = 0x3c, width = 24)] //~ E0080: `odd` has registers of 24 bits; they have 8, 16, 32 or 64
    odd: Reg<u8>,
    #[register(address = 0x40, stride = 2)] //~ E0080: `close` is at 0x40 and every 0x2 bytes from there
    close: [Reg<u32>; 2],
    #[register(address = 0x50, access = "RO")]
    read: Reg<u32>,
    #[register(address = 0x50, access = "WO")]
    written: Reg<u32>,
    #[register(address = 0x60, untested)] //~ E0080: `inner` is a block
    inner: Inner,
}

#[derive(Registers)]
#[registers(width = 12)] //~ E0080: `Inner` has registers of 12 bits; they have 8, 16, 32 or 64
struct Inner {
    #[register(address = 0)]
    a: Reg<bool>,
}
