//! Structs of registers have registers.
// told again: the trait is asked for where a register is checked, added to a map and made.

use verifork_components::registers::{Reg, RegisterFields, Registers};

#[derive(Registers)]
struct Numbers {
    #[register(address = 0)]
    number: u32, //~ E0277: a field of type `u32` is not a register
                 //~^ write `Reg<u32>`
}

pub struct NotDerived {
    pub on: bool,
}

#[derive(Registers)]
pub struct Holds {
    #[register(address = 0)]
    pub register: Reg<NotDerived>, //~ E0277: `NotDerived` is not what a register holds
                                   //~^ derive `RegisterFields` for it
}

#[derive(RegisterFields)]
pub struct Fine {
    #[field(bits = 0)]
    pub on: bool,
}

#[derive(Registers)]
pub struct Accepted {
    #[register(address = 0)]
    pub register: Reg<Fine>,
}
