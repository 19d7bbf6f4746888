//! A struct of signals is as copyable as its fields, which its derive says by itself.
use verifork::dut::Binder;
use verifork::prelude::*;

#[derive(Dut)] //~ E0119: conflicting implementations of trait `Clone` for type `Twice`
pub struct Twice {
    pub clk: Signal<bool>,
}

impl Clone for Twice {
    fn clone(&self) -> Self {
        Twice { clk: self.clk }
    }
}

pub struct Own;

impl Dut for Own {
    fn bind(_: &mut Binder<'_>, _: &str) -> Option<Self> {
        Some(Own)
    }
}

#[derive(Dut)]
pub struct Owner {
    pub own: Own,
}

#[derive(Dut)]
pub struct Lanes {
    pub lanes: Vec<Signal<bool>>,
}

pub fn cloned_by_reference(owner: &Owner) -> Owner {
    owner.clone() //~ E0308: `Owner` does not implement `Clone`, so `&Owner` was cloned instead
}

pub fn copied(lanes: Lanes) -> (Lanes, Lanes) {
    let other = lanes;
    (lanes, other) //~ E0382: value used here after move
}
