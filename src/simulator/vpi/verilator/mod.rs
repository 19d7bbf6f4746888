//! What a simulator needs that is a compiled program and no simulator of events: Verilator.
//!
//! - Handles are made anew by each look-up: they are kept, so that one object has one handle.
//! - Watches compare values after each evaluation: the port keeps the last value of each, so that
//!   an event is a change, and compares after each of its own writes as well.
//! - Handles of callbacks that fire once are given back when they have.
//! - Names are those of the generated program, and are turned into the design's.

mod objects;
mod watches;
mod writes;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use crate::simulator::{CallbackHandle, Encoding, Handle};
use crate::value::LogicVec;

/// What is kept of objects and callbacks.
#[derive(Default)]
pub(in crate::simulator::vpi) struct Kept {
    scopes: RefCell<HashMap<ScopedName, Handle>>,
    /// The instances below generate scopes, at any depth, but for those in other instances.
    inside: RefCell<HashMap<Handle, Vec<Handle>>>,
    /// The names of scopes that are shown below scopes which are not: with the names of those.
    long_names: RefCell<HashMap<Handle, String>>,
    elements: RefCell<HashMap<(Handle, i32), Handle>>,
    watches: RefCell<HashMap<u64, Watch>>,
    watched: RefCell<HashMap<Handle, u64>>,
    delays: RefCell<Vec<(u64, CallbackHandle)>>,
    /// Outputs of the top as they are beside it: copies of the top's own.
    copies: RefCell<HashSet<Handle>>,
    /// The ports of the tops, found at the first question about them.
    ports: OnceCell<Vec<PortOfTop>>,
    /// Memory for a value that is compared.
    spare: Cell<LogicVec>,
}

/// A port of a top, which lies beside it.
struct PortOfTop {
    object: Handle,
    /// As the simulator has it.
    path: String,
    /// The top, as the simulator has it.
    top: String,
    /// The name in the top, as the design has it.
    name: String,
    /// As VPI numbers it.
    direction: Option<i32>,
}

/// A scope and a name in it.
type ScopedName = (Option<Handle>, Box<str>);

struct Watch {
    callback: CallbackHandle,
    object: Handle,
    encoding: Encoding,
    scalar: bool,
    last: LogicVec,
}
