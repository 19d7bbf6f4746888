//! The types of signals and fields, and what is done with values.
use verifork::prelude::*;

#[derive(Dut)]
pub struct Top {
    pub clk: Signal<bool>,
    pub q: Signal<u8>,
    pub bus: Signal<LogicVec>,
}

#[derive(Dut)]
pub struct NotBound {
    pub clk: Signal<bool>,
    pub count: u8, //~ E0277: a field of type `u8` cannot be bound to the design
                   //~^ for a signal's value, write `Signal<u8>`
}

pub struct Bus {
    pub data: Signal<u8>,
}

#[derive(Dut)]
pub struct NotDerived {
    pub bus: Bus, //~ E0277: a field of type `Bus` cannot be bound to the design
                  //~^ for a struct of signals, derive `Dut` for it
}

#[derive(Dut)]
pub struct Values {
    pub real: Signal<f32>, //~ E0277: `f32` is not a type for a signal's value
                           //~^ `f64` is the type for reals of every width
    pub bits: Array<Vec<bool>>, //~ E0277: `Vec<bool>` is not a type for a signal's value
                                //~^ use `bool`, `Logic`, `u8` to `u128`
}

#[derive(LogicStruct)]
pub struct Fields {
    pub bus: Bus, //~ E0277: `Bus` is not a type for a value of bits
                  //~^ or a type that derives `LogicEnum` or `LogicStruct`
}

#[derive(Dut)]
pub enum Enum { //~ error: derive it on a struct with named fields
    A,
}

#[derive(Dut)]
pub struct Tuple(pub Signal<u8>); //~ error: derive it on a struct with named fields

pub fn compared(dut: &Top) -> bool {
    dut.q == 3 //~ E0277: a signal is not its value: compare `signal.get()?`
               //~^ read the value by `.get()?` first
}

pub fn of_any_width(dut: &Top) -> bool {
    dut.bus != 3 //~ E0277: a signal is not its value: compare `signal.get()?`
                 //~^ `get` returns the value itself for `Logic` and `LogicVec`
}

pub fn written(dut: &Top) {
    dut.clk.set(1); //~ E0308: expected `bool`, found integer
    dut.bus.set(5); //~ E0308: expected `LogicVec`, found integer
}
