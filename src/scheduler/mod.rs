//! The scheduler: which task waits for which signal, deadline or phase; clocks; buffered writes.
//!
//! Invariants: tasks run in the outermost callback only. A callback that the simulator makes from inside
//! one of our calls (Icarus does so on a write) only wakes them. No table is borrowed while the simulator
//! or user code is called. A dropped wait leaves its table. Boundary: above are handles and triggers, which
//! name signals by [`SignalIndex`]; below is the [`Port`](crate::simulator::Port), which knows no tasks.

mod access;
mod clocks;
mod driven;
mod events;
mod forces;
mod gate;
mod heap;
mod index;
mod kernel;
mod local;
mod paths;
mod phase;
mod signal;
mod signal_wait;
mod signals;
mod start;
#[cfg(test)]
mod tests;
mod timer;
mod wait_reasons;
mod watch;
mod words;
mod write;
mod write_buffer;

pub(crate) use self::clocks::{ClockIndex, ClockShape};
pub(crate) use self::gate::{Closed, inspect};
pub(crate) use self::heap::TimerKey;
pub(crate) use self::index::SignalIndex;
pub(crate) use self::kernel::{Hooks, Kernel, Region, ask, kernel};
pub use self::kernel::{NoSimulation, leak_counts};
pub(crate) use self::local::{Local, SimulatorThread};
pub(crate) use self::signal::SignalEntry;
pub(crate) use self::signal_wait::{Condition, Edge, SignalWait};
pub(crate) use self::start::Dispatch;
pub(crate) use self::wait_reasons::{condition_reason, edge_reason, phase_reason};
pub(crate) use self::watch::SignalKey;
pub(crate) use self::write::{Write, WriteError};
