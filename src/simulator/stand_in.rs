//! Local stand-ins for the floor `time` until it is merged.
#![allow(missing_docs, dead_code)]

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Precision(i8);

impl Precision {
    pub fn new(exponent: i8) -> Option<Precision> {
        Some(Precision(exponent))
    }
}
