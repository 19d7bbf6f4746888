//! What tasks await, for the task tree.
//!
//! It is read from the tables when the tree is printed, so that waiting itself costs nothing. Only a wait behind
//! another library's waker, as in a `join` or a `race`, is recorded when it begins, because such a waker does not
//! name the task.

use std::fmt;
use std::task::Waker;

use super::index::SignalIndex;
use super::paths;
use super::signal_wait::Edge;
use crate::simulator::Phase;
use crate::task::{Executor, WaitReason, node_index};
use crate::time::{Precision, SimTime};

/// The waits that were found, by the index of the waiting task.
pub(super) struct Waits<'a> {
    executor: &'a Executor,
    pub(super) found: Vec<(u32, WaitReason)>,
}

impl<'a> Waits<'a> {
    pub(super) fn new(executor: &'a Executor) -> Self {
        Waits {
            executor,
            found: Vec::new(),
        }
    }

    /// Adds a wait to the task that its waker names, if it names one.
    pub(super) fn add(&mut self, waker: &Waker, wait: WaitReason) {
        if let Some(node) = node_index(waker, self.executor) {
            self.found.push((node, wait));
        }
    }
}

pub(crate) fn deadline_reason(deadline: u64, precision: Precision) -> WaitReason {
    let b = u64::from(precision.exponent().cast_unsigned());
    WaitReason::Custom {
        describe: describe_deadline,
        a: deadline,
        b,
    }
}

fn describe_deadline(deadline: u64, exponent: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // A precision is between -15 and 2: the byte holds it.
    let exponent = i32::from(exponent.to_le_bytes()[0].cast_signed());
    match Precision::new(exponent) {
        Ok(precision) => write!(f, "the time {}", SimTime::new(deadline, precision)),
        Err(_) => write!(f, "step {deadline}"),
    }
}

pub(crate) fn phase_reason(phase: Phase) -> WaitReason {
    WaitReason::Text(match phase {
        Phase::ReadWrite => "the read-write phase",
        Phase::ReadOnly => "the read-only phase",
        Phase::NextTimeStep => "the next time step",
    })
}

pub(crate) fn edge_reason(signal: SignalIndex, edge: Edge, count: u32) -> WaitReason {
    let edge = match edge {
        Edge::Rising => 0,
        Edge::Falling => 1,
        Edge::Any => 2,
    };
    WaitReason::Custom {
        describe: describe_edge,
        a: signal.number(),
        b: u64::from(count) << 2 | edge,
    }
}

fn describe_edge(signal: u64, edge: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let count = edge >> 2;
    if count > 1 {
        write!(f, "{count} ")?;
    }
    let plural = if count > 1 { "s" } else { "" };
    match edge & 3 {
        0 => write!(f, "rising edge{plural} of ")?,
        1 => write!(f, "falling edge{plural} of ")?,
        _ => write!(f, "change{plural} of ")?,
    }
    paths::write(signal, f)
}

pub(crate) fn condition_reason(signal: SignalIndex) -> WaitReason {
    WaitReason::Custom {
        describe: describe_condition,
        a: signal.number(),
        b: 0,
    }
}

fn describe_condition(signal: u64, _: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("a condition on ")?;
    paths::write(signal, f)
}
