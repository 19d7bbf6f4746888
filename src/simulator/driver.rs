//! What in the design gives an object its value.

/// What is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    /// Nothing is, or nothing is there.
    Unknown,
    /// Processes that run again and again: what is written lasts until they assign the next value.
    Processes(Processes),
    /// An assignment, a gate, an instance, combinational logic: it holds a value at any time.
    Continuous,
}

/// Processes that assign an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Processes {
    /// One of them assigns all of its bits; else each assigns some.
    pub(crate) whole: bool,
    /// Where one is, as a message says it: "at top.sv:12", "in `top.core`".
    pub(crate) place: Option<String>,
}
