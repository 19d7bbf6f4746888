//! The data of tasks, sets, managers and errors.

use std::rc::Rc;

use super::{Cause, Frame, NodeId, Wait};

/// An error as it is reported.
pub(super) struct Fault {
    pub(super) path: String,
    pub(super) time: u64,
    pub(super) kind: Kind,
}

#[derive(Clone)]
pub(super) enum Kind {
    Failed(Cause),
    Panicked { message: String, dropping: bool },
    Cancelled,
    ValueGone,
}

impl Fault {
    pub(super) fn show(&self) -> String {
        let what = match &self.kind {
            Kind::Failed(Cause::Text(text)) => text.clone(),
            Kind::Failed(Cause::Fault(fault)) => format!("({})", fault.show()),
            Kind::Failed(Cause::Faults(faults)) => show_all(faults),
            Kind::Panicked {
                message,
                dropping: false,
            } => format!("panic {message}"),
            Kind::Panicked { message, .. } => format!("panic in drop {message}"),
            Kind::Cancelled => "cancelled".into(),
            Kind::ValueGone => "value gone".into(),
        };
        format!("{} at {}: {what}", self.path, self.time)
    }

    pub(super) fn is_failure(&self) -> bool {
        !matches!(self.kind, Kind::Cancelled)
    }
}

pub(super) fn show_all(faults: &[Rc<Fault>]) -> String {
    let all: Vec<String> = faults.iter().map(|fault| fault.show()).collect();
    format!("[{}]", all.join("; "))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Queued,
    Running,
    Finished,
    Failed,
    Panicked,
    Cancelled,
}

impl State {
    pub(super) fn has_ended(self) -> bool {
        !matches!(self, State::Queued | State::Running)
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Running => "running",
            State::Finished => "finished",
            State::Failed => "failed",
            State::Panicked => "panicked",
            State::Cancelled => "cancelled",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    None,
    There,
    Lent,
    Taken,
}

/// The waits for a task, or for the children of a manager.
pub(super) struct Waiter {
    pub(super) wait: Wait,
    pub(super) who: NodeId,
    /// For its start alone; or for all children.
    pub(super) special: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PollState {
    Idle,
    Polled,
    Gone,
}

/// A task, the block of a scope, or the run of the test.
#[allow(clippy::struct_excessive_bools)] // facts that have nothing to do with each other
pub(super) struct Node {
    /// Empty for a block and for the run.
    pub(super) name: String,
    pub(super) parent: Option<NodeId>,
    pub(super) live: bool,
    pub(super) queued: bool,
    pub(super) set: usize,
    pub(super) manager: Option<usize>,
    pub(super) is_block: bool,
    pub(super) poll_state: PollState,
    pub(super) frame: Option<Frame>,
    pub(super) state: State,
    pub(super) started: bool,
    pub(super) cancel_requested: bool,
    pub(super) tolerant: bool,
    pub(super) background: bool,
    pub(super) first: Option<Rc<Fault>>,
    pub(super) second: Option<Rc<Fault>>,
    pub(super) value: Value,
    pub(super) waits: Vec<Waiter>,
}

impl Node {
    pub(super) fn new(name: String, parent: Option<NodeId>, set: usize) -> Self {
        Node {
            name,
            parent,
            live: true,
            queued: false,
            set,
            manager: None,
            is_block: false,
            poll_state: PollState::Idle,
            frame: None,
            state: State::Queued,
            started: false,
            cancel_requested: false,
            tolerant: false,
            background: false,
            first: None,
            second: None,
            value: Value::None,
            waits: Vec::new(),
        }
    }

    pub(super) fn is_what(&self) -> String {
        format!("{} is {}", self.name, self.state.word())
    }

    /// Adds a wait at the end, unless it is there already (rule 20).
    pub(super) fn awaited_by(&mut self, wait: Wait, who: NodeId, start: bool) {
        if self.waits.iter().all(|waiter| waiter.wait != wait) {
            self.waits.push(Waiter {
                wait,
                who,
                special: start,
            });
        }
    }

    pub(super) fn lend(&mut self) -> bool {
        let lent = matches!(self.value, Value::There | Value::Lent);
        if lent {
            self.value = Value::Lent;
        }
        lent
    }

    /// Whether an awaiter gets the value: a copy of it, or, unless it is lent, the value itself.
    pub(super) fn give(&mut self, take: bool) -> bool {
        if take {
            let gives = self.value == Value::There;
            if gives {
                self.value = Value::Taken;
            }
            return gives;
        }
        matches!(self.value, Value::There | Value::Lent)
    }
}

/// Tasks that are run together; the first is the root set, which the callbacks run.
#[derive(Default)]
pub(super) struct Set {
    pub(super) ready: Vec<NodeId>,
    /// The node that polled the scope last, if it has not been woken since.
    pub(super) poller: Option<NodeId>,
    pub(super) told: bool,
    /// Its futures may be touched now.
    pub(super) open: bool,
    pub(super) pending_cancels: Vec<NodeId>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    Failed,
    Closed,
}

pub(super) struct CleanUp {
    pub(super) frame: Frame,
    pub(super) set: usize,
}

#[allow(clippy::struct_excessive_bools)] // as in `Node`
pub(super) struct Manager {
    pub(super) parent: Option<NodeId>,
    pub(super) tolerant: bool,
    /// The test's keeps none.
    pub(super) keeps: bool,
    pub(super) scoped: bool,
    pub(super) scope_set: Option<usize>,
    pub(super) phase: Phase,
    pub(super) orphaned: bool,
    pub(super) children: Vec<NodeId>,
    pub(super) ended: Vec<NodeId>,
    pub(super) joined: Option<usize>,
    pub(super) joiners: Vec<Waiter>,
    pub(super) errors: Vec<Rc<Fault>>,
    pub(super) collected: usize,
    pub(super) clean_ups: Vec<CleanUp>,
}

impl Manager {
    pub(super) fn close(&mut self) {
        self.phase = Phase::Closed;
    }

    /// Inserts a wait in order of arrival, unless it is there already: a wait for all that continues
    /// because a child was added keeps its place.
    pub(super) fn joined_by(&mut self, wait: Wait, who: NodeId, all: bool) {
        if self.joiners.iter().all(|waiter| waiter.wait != wait) {
            self.joiners.push(Waiter {
                wait,
                who,
                special: all,
            });
            self.joiners.sort_by_key(|waiter| waiter.wait);
        }
    }
}
