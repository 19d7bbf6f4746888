//! Local stand-ins for the floors `value` and `time` until they are merged.
#![allow(missing_docs, dead_code)]

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Logic {
    Unknown,
    Zero,
    One,
    HighImpedance,
    WeakZero,
    WeakOne,
    DontCare,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct LogicVec {
    width: u32,
    planes: Vec<(u64, u64)>,
}

impl LogicVec {
    pub fn from_planes_u64(width: u32, value: u64, unknown: u64) -> LogicVec {
        LogicVec {
            width,
            planes: vec![(value, unknown)],
        }
    }
    pub fn width(&self) -> u32 {
        self.width
    }
    pub fn value_word(&self, word: usize) -> u64 {
        self.planes[word].0
    }
    pub fn unknown_word(&self, word: usize) -> u64 {
        self.planes[word].1
    }
    pub fn small_planes(&self) -> Option<(u64, u64)> {
        (self.width <= 64).then(|| self.planes[0])
    }
    pub fn assign_planes(&mut self, width: u32, mut word: impl FnMut(usize) -> (u64, u64)) {
        self.width = width;
        self.planes.clear();
        self.planes
            .extend((0..width.div_ceil(64) as usize).map(&mut word));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Precision(i8);

impl Precision {
    pub fn new(exponent: i8) -> Option<Precision> {
        Some(Precision(exponent))
    }
}
