//! The value of an object.

use super::Encoding;
use crate::value::{Logic, LogicVec};

/// The value of an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Logic(LogicVec),
    Real(f64),
    Text(String),
    Nothing,
}

impl Content {
    /// What an object holds before anybody assigns it.
    pub(super) fn initial(encoding: &Encoding) -> Self {
        match *encoding {
            Encoding::Logic {
                width,
                two_state: true,
                ..
            } => Content::Logic(LogicVec::zeros(width)),
            Encoding::Logic { width, .. } => Content::Logic(LogicVec::unknown(width)),
            Encoding::Real => Content::Real(0.0),
            Encoding::Text => Content::Text(String::new()),
            Encoding::None => Content::Nothing,
        }
    }

    /// Bits, most significant first.
    pub(crate) fn bits(text: &str) -> Self {
        Content::Logic(LogicVec::from_binary_str(text).expect("digits of a vector"))
    }

    /// One bit.
    pub(crate) fn bit(level: bool) -> Self {
        Content::bits(if level { "1" } else { "0" })
    }

    /// An unsigned number.
    pub(crate) fn number(value: u64, width: u32) -> Self {
        Content::Logic(LogicVec::from_u64(value, width).expect("it fits"))
    }

    /// As a reader of the records sees it.
    pub(super) fn text(&self) -> String {
        match self {
            Content::Logic(vector) => vector.to_binary_string(),
            Content::Real(real) => real.to_string(),
            Content::Text(text) => text.clone(),
            Content::Nothing => String::new(),
        }
    }

    pub(super) fn scalar(&self) -> Option<Logic> {
        match self {
            Content::Logic(vector) => vector.bit(0),
            _ => None,
        }
    }

    pub(super) fn is_one(&self) -> bool {
        self.scalar().is_some_and(Logic::is_one)
    }

    pub(super) fn logic(&self) -> &LogicVec {
        match self {
            Content::Logic(vector) => vector,
            other => panic!("{other:?} is not logic"),
        }
    }
}
