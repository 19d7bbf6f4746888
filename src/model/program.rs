//! What the programs consist of, and how they are printed.
//!
//! There are no loops, and every name is looked up when the program runs, so any program is valid, and
//! stays valid if a part is removed. A number selects modulo the number of objects at that moment.

use std::fmt;
use std::rc::Rc;

/// The steps of one task, block or clean-up, in order.
pub(super) type Body = Rc<[Op]>;

/// How a task is added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Fork,
    ForkSoon,
    StartSoon,
    Start,
    Add,
    Background,
    TryFork,
    TryStartSoon,
}

/// A task to add.
#[derive(Clone)]
pub(super) struct Fork {
    pub(super) manager: u8,
    pub(super) form: Form,
    /// Its own `continue_on_error`; `None` leaves it to the manager. Only some forms take it.
    pub(super) tolerant: Option<bool>,
    /// The name is that of the manager's first task.
    pub(super) taken: bool,
    pub(super) body: Body,
}

/// What a guard does when it is dropped, besides logging it.
#[derive(Clone, Debug)]
pub(super) enum OnDrop {
    Nothing,
    Panic,
    Cancel(u8),
    Set(u8),
    Send(u8),
    Wake(u8),
    Spawn(Body),
}

#[derive(Clone)]
pub(super) enum Op {
    Yield(u8),
    Sleep(u8),
    Fail,
    Panic,
    Fork(Fork),
    Spawn(Body),
    Scope {
        /// Of the owned manager that `manager` names, if it is one.
        of_owned: Option<u8>,
        tolerant: bool,
        propagate: bool,
        body: Body,
    },
    Owned {
        tolerant: bool,
        body: Body,
    },
    /// `(&task).await`, or `task.await`, which takes the value.
    Await {
        task: u8,
        take: bool,
        propagate: bool,
    },
    /// `task.result()`, which lends the value.
    Lend(u8),
    Cancel(u8),
    JoinNext(u8),
    JoinAny(u8),
    JoinAll {
        manager: u8,
        propagate: bool,
    },
    CancelAll(u8),
    Query(u8),
    OnExit {
        manager: u8,
        body: Body,
    },
    Guarded {
        on_drop: OnDrop,
        body: Body,
    },
    Race(Body, Body),
    Both(Body, Body),
    Send(u8),
    TrySend(u8),
    Recv(u8),
    TryRecv(u8),
    Close(u8),
    Set(u8),
    Clear(u8),
    Pulse(u8),
    Wait(u8),
    Locked {
        lock: u8,
        body: Body,
    },
    Permits {
        count: u8,
        body: Body,
    },
    AddPermit,
    Barrier,
    Answer(u8),
    DropAnswer(u8),
    Ask(u8),
    /// Keeps the waker of the running task.
    Keep(u8),
    /// Wakes the task whose waker was kept, living or not.
    Wake(u8),
}

pub(super) const EVENTS: usize = 2;
pub(super) const CHANNELS: usize = 3;
pub(super) const LOCKS: usize = 2;
pub(super) const ONESHOTS: usize = 2;
pub(super) const WAKERS: usize = 2;
pub(super) const PERMITS: usize = 2;
pub(super) const PARTIES: usize = 2;
/// In steps of time.
pub(super) const EXIT_LIMIT: u64 = 3;

/// Room of the channel; `None` for one without limit.
pub(super) fn room(channel: usize) -> Option<usize> {
    [Some(1), Some(2), None][channel]
}

impl Op {
    /// The step in one line, without its contents.
    pub(super) fn title(&self) -> String {
        let propagates = |yes: &bool| if *yes { "?" } else { "" };
        match self {
            Op::Yield(turns) => format!("yield {turns}"),
            Op::Sleep(steps) => format!("sleep {steps}"),
            Op::Fail => "fail".into(),
            Op::Panic => "panic".into(),
            Op::Fork(fork) => format!(
                "{:?} m{}{}{}",
                fork.form,
                fork.manager,
                match fork.tolerant {
                    Some(true) => " tolerant",
                    Some(false) => " strict",
                    None => "",
                },
                if fork.taken { " name taken" } else { "" }
            ),
            Op::Spawn(_) => "spawn".into(),
            Op::Scope {
                of_owned,
                tolerant,
                propagate,
                ..
            } => format!(
                "scope{}{}{}",
                of_owned.map_or(String::new(), |manager| format!(" of m{manager}")),
                if *tolerant { " tolerant" } else { "" },
                propagates(propagate)
            ),
            Op::Owned { tolerant, .. } => {
                format!("owned{}", if *tolerant { " tolerant" } else { "" })
            }
            Op::Await {
                task,
                take,
                propagate,
            } => format!(
                "await {}t{task}{}",
                if *take { "" } else { "&" },
                propagates(propagate)
            ),
            Op::Lend(task) => format!("lend t{task}"),
            Op::Cancel(task) => format!("cancel t{task}"),
            Op::JoinNext(manager) => format!("join_next m{manager}"),
            Op::JoinAny(manager) => format!("join_any m{manager}"),
            Op::JoinAll { manager, propagate } => {
                format!("join_all m{manager}{}", propagates(propagate))
            }
            Op::CancelAll(manager) => format!("cancel_all m{manager}"),
            Op::Query(manager) => format!("query m{manager}"),
            Op::OnExit { manager, .. } => format!("on_exit m{manager}"),
            Op::Guarded { on_drop, .. } => match on_drop {
                OnDrop::Spawn(_) => "guard: Spawn".into(),
                other => format!("guard: {other:?}"),
            },
            Op::Race(..) => "race".into(),
            Op::Both(..) => "both".into(),
            Op::Send(channel) => format!("send c{channel}"),
            Op::TrySend(channel) => format!("try_send c{channel}"),
            Op::Recv(channel) => format!("recv c{channel}"),
            Op::TryRecv(channel) => format!("try_recv c{channel}"),
            Op::Close(channel) => format!("close c{channel}"),
            Op::Set(event) => format!("set e{event}"),
            Op::Clear(event) => format!("clear e{event}"),
            Op::Pulse(event) => format!("pulse e{event}"),
            Op::Wait(event) => format!("wait e{event}"),
            Op::Locked { lock, .. } => format!("lock l{lock}"),
            Op::Permits { count, .. } => format!("permits {count}"),
            Op::AddPermit => "add_permit".into(),
            Op::Barrier => "barrier".into(),
            Op::Answer(oneshot) => format!("answer o{oneshot}"),
            Op::DropAnswer(oneshot) => format!("drop answer o{oneshot}"),
            Op::Ask(oneshot) => format!("ask o{oneshot}"),
            Op::Keep(slot) => format!("keep w{slot}"),
            Op::Wake(slot) => format!("wake w{slot}"),
        }
    }

    pub(super) fn bodies(&self) -> Vec<&Body> {
        match self {
            Op::Fork(Fork { body, .. })
            | Op::Spawn(body)
            | Op::Scope { body, .. }
            | Op::Owned { body, .. }
            | Op::OnExit { body, .. }
            | Op::Locked { body, .. }
            | Op::Permits { body, .. } => vec![body],
            Op::Guarded { on_drop, body } => match on_drop {
                OnDrop::Spawn(spawned) => vec![spawned, body],
                _ => vec![body],
            },
            Op::Race(a, b) | Op::Both(a, b) => vec![a, b],
            _ => Vec::new(),
        }
    }
}

/// The body of a test.
#[derive(Clone)]
pub(super) struct Program(pub(super) Body);

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "test")?;
        write_body(&self.0, 1, f)
    }
}

fn write_body(body: &Body, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for op in body.iter() {
        writeln!(f, "{:indent$}{}", "", op.title(), indent = 2 * depth)?;
        for (number, inner) in op.bodies().into_iter().enumerate() {
            if number > 0 {
                writeln!(f, "{:indent$}--", "", indent = 2 * depth)?;
            }
            write_body(inner, depth + 1, f)?;
        }
    }
    Ok(())
}
