//! The gate, in front of nothing.

#[path = "../../src/scheduler/gate.rs"]
mod gate;

/// What the gate guards, whatever it is.
mod kernel {
    #[derive(Debug, Default)]
    pub(crate) struct Kernel;
}
