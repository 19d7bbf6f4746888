//! The rules as plain code: what a program does, and in which order. Slow and direct: no futures, wakers or
//! reference counts; lists are searched from front to back, and what has ended stays in them.
//!
//! A waiting body is a `Frame`, which remembers its step. `poll` runs it as far as it can go, `drop_at`
//! does what dropping the future would do. A panic is the value `Panic`, and `unwinding` says whether one
//! is unwinding.

mod begin;
mod dropped;
mod go_on;
mod managers;
mod runs;
mod scopes;
mod sync;
mod tasks;

use std::rc::Rc;

use self::sync::{Channel, Event, Oneshot, Permits};
use self::tasks::{Fault, Manager, Node, Set};
use super::Outcome;
use super::program::{
    Body, CHANNELS, EVENTS, Fork, Form, LOCKS, ONESHOTS, OnDrop, Op, PARTIES, PERMITS, Program,
    WAKERS, room,
};

/// A task or a block, by its index in the list of all.
type NodeId = usize;
/// The number of one wait.
type Wait = u64;

/// Why a body failed.
#[derive(Clone)]
enum Cause {
    Text(String),
    Fault(Rc<Fault>),
    Faults(Vec<Rc<Fault>>),
}

enum Step {
    Pending,
    Done(Result<(), Cause>),
    /// Unwinding: every frame that it passes is dropped.
    Panic(String),
}

/// A manager that a body can reach.
#[derive(Clone, Copy)]
struct Reach {
    manager: usize,
    /// The set that its children go to.
    set: usize,
    /// It is, or its scope is that of, an owned manager.
    owned: bool,
    scope: bool,
}

/// A running body.
struct Frame {
    who: String,
    /// Innermost first.
    reach: Vec<Reach>,
    body: Body,
    next: usize,
    at: At,
}

/// The position of a frame.
enum At {
    /// Between two steps.
    Start,
    Yield(u8),
    Sleep {
        until: u64,
        wait: Option<Wait>,
    },
    Starting {
        task: NodeId,
        wait: Wait,
    },
    Awaiting {
        task: NodeId,
        wait: Wait,
        take: bool,
        propagate: bool,
    },
    JoiningNext {
        manager: usize,
        wait: Wait,
        seen: usize,
    },
    JoiningAny {
        manager: usize,
        wait: Wait,
    },
    JoiningAll {
        manager: usize,
        wait: Wait,
        clean_up: bool,
        /// The background has been.
        cancelled: bool,
        propagate: bool,
    },
    CleaningUp {
        manager: usize,
        set: usize,
        path: String,
        current: Option<Box<Frame>>,
        limit: u64,
        wait: Option<Wait>,
        then: After,
    },
    Scope {
        scope: usize,
        propagate: bool,
    },
    /// A body with something that is dropped after it.
    Holding(Box<Frame>, Held),
    Race(Box<Frame>, Box<Frame>),
    Both(
        Option<Box<Frame>>,
        Option<Box<Frame>>,
        Option<Result<(), Cause>>,
        Option<Result<(), Cause>>,
    ),
    Locking {
        lock: usize,
        wait: Wait,
        body: Body,
    },
    Acquiring {
        count: usize,
        wait: Wait,
        body: Body,
    },
    Sending {
        channel: usize,
        wait: Wait,
        item: u32,
    },
    Receiving {
        channel: usize,
        wait: Wait,
    },
    Passing {
        event: usize,
        wait: Wait,
        since: u64,
    },
    Meeting {
        wait: Wait,
        since: u64,
    },
    Asking {
        oneshot: usize,
    },
}

/// What follows the clean-up.
#[derive(Clone, Copy)]
enum After {
    Joined { propagate: bool },
    ScopeEnds { scope: usize, propagate: bool },
}

/// What a frame owns and drops at its end.
#[derive(Clone)]
enum Held {
    Guard { number: u32, on_drop: OnDrop },
    Manager(usize),
    Lock(usize),
    Permits(usize),
}

/// An open scope: its block, and the block's node.
struct OpenScope {
    manager: usize,
    set: usize,
    node: NodeId,
    block: Option<Frame>,
    path: String,
    returned: bool,
}

#[derive(Default)]
pub(super) struct World {
    log: Vec<String>,
    serial: u32,
    waits: Wait,
    now: u64,
    /// Deadline, number of the wait, who waits.
    timers: Vec<(u64, Wait, NodeId)>,
    nodes: Vec<Node>,
    sets: Vec<Set>,
    managers: Vec<Manager>,
    scopes: Vec<OpenScope>,
    /// The running nodes, innermost last.
    running: Vec<NodeId>,
    unwinding: usize,
    lost: Vec<Rc<Fault>>,
    /// What the test's function returned in the end.
    errors: Vec<Rc<Fault>>,
    test: Option<usize>,
    /// The test has ended: nothing can begin.
    ending: bool,
    handles: Vec<NodeId>,
    events: Vec<Event>,
    channels: Vec<Channel>,
    locks: Vec<Permits>,
    locked: Vec<u32>,
    semaphore: Permits,
    barrier: Event,
    arrived: usize,
    oneshots: Vec<Oneshot>,
    wakers: Vec<Option<NodeId>>,
}

pub(super) fn outcome(program: &Program) -> Outcome {
    let mut world = World {
        events: (0..EVENTS).map(|_| Event::default()).collect(),
        channels: (0..CHANNELS)
            .map(|number| Channel::new(room(number)))
            .collect(),
        locks: (0..LOCKS).map(|_| Permits::new(1)).collect(),
        locked: vec![0; LOCKS],
        semaphore: Permits::new(PERMITS),
        oneshots: (0..ONESHOTS).map(|_| Oneshot::new()).collect(),
        wakers: vec![None; WAKERS],
        ..World::default()
    };
    world.run_test(program);
    let shown = world.errors.iter().chain(&world.lost);
    let errors = shown.map(|fault| fault.show()).collect();
    Outcome {
        log: world.log,
        errors,
        left: Vec::new(),
    }
}

impl Frame {
    fn new(who: String, reach: Vec<Reach>, body: &Body) -> Self {
        Frame {
            who,
            reach,
            body: Rc::clone(body),
            next: 0,
            at: At::Start,
        }
    }

    fn reach(&self, number: u8) -> Option<Reach> {
        let place = usize::from(number).checked_rem(self.reach.len())?;
        Some(self.reach[place])
    }

    fn inner(&self, body: &Body) -> Box<Frame> {
        Box::new(Frame::new(self.who.clone(), self.reach.clone(), body))
    }
}

impl World {
    fn log(&mut self, who: &str, what: &str) {
        if !what.is_empty() {
            self.log.push(format!("{who}: {what}"));
        }
    }

    fn number(&mut self) -> u32 {
        self.serial += 1;
        self.serial - 1
    }

    fn wait(&mut self) -> Wait {
        self.waits += 1;
        self.waits
    }

    fn me(&self) -> NodeId {
        *self.running.last().expect("somebody runs")
    }

    /// A panic begins.
    fn throw(&mut self, message: String) -> Step {
        self.unwinding += 1;
        Step::Panic(message)
    }

    /// The task with this number in the program, counted from the newest.
    fn handle(&self, number: u8) -> Option<NodeId> {
        let back = usize::from(number).checked_rem(self.handles.len())?;
        Some(self.handles[self.handles.len() - 1 - back])
    }

    fn wake_kept(&mut self, slot: u8) {
        if let Some(node) = self.wakers[usize::from(slot) % WAKERS] {
            self.wake(node);
        }
    }

    /// Runs a body until it waits or ends.
    fn poll(&mut self, frame: &mut Frame) -> Step {
        loop {
            let step = if let At::Start = frame.at {
                let Some(op) = frame.body.get(frame.next).cloned() else {
                    return Step::Done(Ok(()));
                };
                frame.next += 1;
                self.log(&frame.who, &op.title());
                self.begin(frame, op)
            } else {
                self.go_on(frame)
            };
            match step {
                Step::Done(Ok(())) => frame.at = At::Start,
                Step::Pending => return step,
                Step::Done(Err(_)) => {
                    frame.at = At::Start;
                    return step;
                }
                Step::Panic(message) => {
                    // What stands here is dropped while the panic passes.
                    let left = self.drop_at(frame);
                    assert!(left.is_none(), "nothing panics while something unwinds");
                    return Step::Panic(message);
                }
            }
        }
    }

    /// A step is over: logs it, and continues with the next.
    fn says(&mut self, frame: &Frame, what: &str) -> Step {
        self.log(&frame.who, what);
        Step::Done(Ok(()))
    }
}
