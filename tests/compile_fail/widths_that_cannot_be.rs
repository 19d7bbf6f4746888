//! Widths that only the compiler can work out, at the fields' types.
use verifork::prelude::*;

const NOTHING: u32 = 0;

#[derive(LogicStruct)]
pub struct WithoutAWidth {
    pub bits: LogicVec, //~ E0080: this type has no width of its own: say it, as in `#[logic(width = 3)]`
}

#[derive(LogicStruct)]
pub struct TooWide {
    #[logic(width = 9)]
    pub byte: u8, //~ E0080: the width of this field is greater than that of its type
}

#[derive(LogicStruct)]
pub struct Nothing {
    #[logic(width = NOTHING)]
    pub byte: u8, //~ E0080: a field is at least 1 bit wide
}
