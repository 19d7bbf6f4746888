//! A simulator that stands in for a real one in unit tests: a [`Design`] that the test builds, with
//! processes of its own, run in the order of IEEE 1800-2017, clause 4, behind the same [`Port`].
//!
//! It drives the real kernel, and with it triggers, clocks, tasks and the run of tests. A simulation
//! has a thread of its own, so that tests run in parallel. What real simulators do differently is
//! switched on by [`Quirks`], by the switches of [`Design`], and while it runs by [`Simulator::refuse`].
//!
//! It is stricter than they are: what the kernel must not do (to cancel a delay that is over, to write or
//! schedule in the read-only phase, to read by a handle that was given back) is a panic.

mod design;
mod object;
mod port;
mod queue;
mod register;
mod run;
mod simulator;
mod value;

use super::*;

pub(crate) use design::{Design, ObjectId, bits};
pub(crate) use object::Operation;
pub(crate) use register::{clocked_register, register};
pub(crate) use simulator::Simulator;
pub(crate) use value::Content;
