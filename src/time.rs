//! stand-in
#![allow(missing_docs)]
use std::fmt;
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SimTime { steps: u64 }
impl SimTime { pub fn new(steps: u64) -> Self { SimTime { steps } } }
impl fmt::Display for SimTime { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{} ns", self.steps) } }
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SimDuration { count: u64 }
pub enum TimeUnit { Milliseconds }
impl SimDuration { pub const fn from_units(count: u64, _unit: TimeUnit) -> Self { SimDuration { count } } }
impl fmt::Display for SimDuration { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{} ms", self.count) } }
