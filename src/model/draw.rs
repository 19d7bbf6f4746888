//! Drawing programs, and shrinking those that show a fault.

use std::rc::Rc;

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::program::{Body, Fork, Form, OnDrop, Op, Program};

/// The most steps of a program, and its deepest nesting.
const MOST_STEPS: usize = 60;
const DEEPEST: usize = 6;

/// Groups of related steps.
#[derive(Clone, Copy)]
enum Kind {
    Failures,
    Awaits,
    Cancels,
    Joins,
    Channels,
    Events,
    Permits,
    Barriers,
    Oneshots,
    Wakers,
}

const KINDS: [Kind; 10] = [
    Kind::Failures,
    Kind::Awaits,
    Kind::Cancels,
    Kind::Joins,
    Kind::Channels,
    Kind::Events,
    Kind::Permits,
    Kind::Barriers,
    Kind::Oneshots,
    Kind::Wakers,
];

pub(super) struct Draw {
    rng: ChaCha8Rng,
    /// How many steps the program that is being drawn may still have.
    left: usize,
    /// The next step can use a manager.
    managed: bool,
    /// The groups of steps that this program has: with only a few of them, steps interact more often.
    kinds: Vec<Kind>,
}

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Draw {
            rng: ChaCha8Rng::seed_from_u64(seed),
            left: 0,
            managed: false,
            kinds: Vec::new(),
        }
    }

    pub(super) fn program(&mut self) -> Program {
        self.left = 3 + self.below(MOST_STEPS);
        self.managed = false;
        let most = [1, 2, 3, KINDS.len()][self.below(4)];
        self.kinds = (0..most).map(|_| KINDS[self.below(KINDS.len())]).collect();
        let mut ops = Vec::new();
        while self.left > 0 && ops.len() < 6 {
            ops.push(self.op(0));
        }
        Program(ops.into())
    }

    fn below(&mut self, end: usize) -> usize {
        self.rng.random_range(0..end)
    }

    fn small(&mut self) -> u8 {
        self.rng.random_range(0..3)
    }

    /// Mostly the first, so that steps use the same objects.
    fn one_of_few(&mut self) -> u8 {
        if self.rarely() { self.small() } else { 0 }
    }

    fn handle(&mut self) -> u8 {
        self.rng.random_range(0..5)
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn rarely(&mut self) -> bool {
        self.below(4) == 0
    }

    /// A body, which can use a manager if `managed`.
    fn body_with(&mut self, managed: bool, depth: usize) -> Body {
        let outside = std::mem::replace(&mut self.managed, managed);
        let body = self.body(depth);
        self.managed = outside;
        body
    }

    fn body(&mut self, depth: usize) -> Body {
        let length = if self.below(8) == 0 {
            0
        } else {
            1 + self.below(5)
        };
        let mut ops = Vec::new();
        while self.left > 0 && ops.len() < length {
            ops.push(self.op(depth + 1));
        }
        ops.into()
    }

    fn op(&mut self, depth: usize) -> Op {
        self.left = self.left.saturating_sub(1);
        if depth >= DEEPEST || (self.managed && self.below(5) < 2) {
            return self.leaf();
        }
        match self.below(36) {
            0..12 if self.managed => self.fork(depth),
            12..14 => Op::Spawn(self.body_with(false, depth)),
            0..6 | 14..20 => Op::Scope {
                of_owned: if self.rarely() {
                    Some(self.small())
                } else {
                    None
                },
                tolerant: self.rarely(),
                propagate: self.coin(),
                body: self.body_with(true, depth),
            },
            6..12 | 20..23 => Op::Owned {
                tolerant: self.rarely(),
                body: self.body_with(true, depth),
            },
            23..25 => Op::OnExit {
                manager: self.small(),
                body: self.body(depth),
            },
            25..29 => Op::Guarded {
                on_drop: self.on_drop(depth),
                body: self.body(depth),
            },
            29..31 => Op::Race(self.body(depth), self.body(depth)),
            31..33 => Op::Both(self.body(depth), self.body(depth)),
            33..34 => Op::Locked {
                lock: self.small(),
                body: self.body(depth),
            },
            34..35 => Op::Permits {
                count: self.small(),
                body: self.body(depth),
            },
            _ => self.leaf(),
        }
    }

    fn fork(&mut self, depth: usize) -> Op {
        let form = match self.below(14) {
            0..4 => Form::Fork,
            4..6 => Form::StartSoon,
            6..7 => Form::ForkSoon,
            7..9 => Form::Start,
            9..10 => Form::Add,
            10..11 => Form::TryFork,
            11..13 => Form::Background,
            _ => Form::TryStartSoon,
        };
        Op::Fork(Fork {
            manager: self.small(),
            form,
            tolerant: if self.rarely() {
                Some(self.coin())
            } else {
                None
            },
            taken: self.below(30) == 0,
            body: self.body(depth),
        })
    }

    fn on_drop(&mut self, depth: usize) -> OnDrop {
        match self.below(13) {
            0..6 => OnDrop::Nothing,
            6..8 => OnDrop::Panic,
            8 => OnDrop::Cancel(self.handle()),
            9 => OnDrop::Set(self.small()),
            10 => OnDrop::Send(self.small()),
            11 => OnDrop::Wake(self.small()),
            _ => OnDrop::Spawn(self.body_with(false, depth)),
        }
    }

    fn leaf(&mut self) -> Op {
        match self.below(10) {
            0..2 => return Op::Yield(1 + self.small()),
            2..4 => return Op::Sleep(1 + self.small()),
            _ => {}
        }
        let place = self.below(self.kinds.len());
        let kind = self.kinds[place];
        let choice = self.below(6);
        match (kind, choice) {
            (Kind::Failures, 0) => Op::Panic,
            (Kind::Failures, 1..3) => Op::Fail,
            (Kind::Failures, _) => Op::Yield(1),
            (Kind::Awaits, 0) => Op::Lend(self.handle()),
            (Kind::Awaits, _) => Op::Await {
                task: self.handle(),
                take: self.coin(),
                propagate: self.coin(),
            },
            (Kind::Cancels, 0) => Op::CancelAll(self.small()),
            (Kind::Cancels, _) => Op::Cancel(self.handle()),
            (Kind::Joins, 0) => Op::Query(self.small()),
            (Kind::Joins, 1) => Op::JoinAny(self.small()),
            (Kind::Joins, 2) => Op::JoinAll {
                manager: self.small(),
                propagate: self.coin(),
            },
            (Kind::Joins, _) => Op::JoinNext(self.small()),
            (Kind::Channels, 0) => Op::TrySend(self.small()),
            (Kind::Channels, 1) => Op::TryRecv(self.small()),
            (Kind::Channels, 2) if self.rarely() => Op::Close(self.small()),
            (Kind::Channels, 2..4) => Op::Recv(self.one_of_few()),
            (Kind::Channels, _) => Op::Send(self.one_of_few()),
            (Kind::Events, 0..2) => Op::Set(self.small()),
            (Kind::Events, 2) => Op::Clear(self.small()),
            (Kind::Events, 3) => Op::Pulse(self.small()),
            (Kind::Events, _) => Op::Wait(self.one_of_few()),
            (Kind::Permits, 0) => Op::AddPermit,
            (Kind::Permits, 1..4) => Op::Permits {
                count: self.small(),
                body: Rc::new([Op::Yield(1 + self.small())]),
            },
            (Kind::Permits, _) => Op::Locked {
                lock: self.small(),
                body: Rc::new([Op::Yield(1 + self.small())]),
            },
            (Kind::Barriers, _) => Op::Barrier,
            (Kind::Oneshots, 0) => Op::DropAnswer(self.small()),
            (Kind::Oneshots, 1..3) => Op::Ask(self.small()),
            (Kind::Oneshots, _) => Op::Answer(self.small()),
            (Kind::Wakers, 0..2) => Op::Keep(self.small()),
            (Kind::Wakers, _) => Op::Wake(self.small()),
        }
    }
}

/// Shrinks a program as long as it `fails`: removes steps, replaces a step by its contents, sets numbers to
/// 0.
pub(super) fn shrink(program: Program, fails: impl Fn(&Program) -> bool) -> Program {
    let mut smallest = program;
    'again: loop {
        for candidate in smaller_bodies(&smallest.0) {
            let candidate = Program(candidate);
            if fails(&candidate) {
                smallest = candidate;
                continue 'again;
            }
        }
        return smallest;
    }
}

/// The bodies with one step fewer, or with one simpler step.
fn smaller_bodies(body: &Body) -> Vec<Body> {
    let with = |place: usize, ops: &[Op]| -> Body {
        let mut all = body.to_vec();
        all.splice(place..=place, ops.iter().cloned());
        all.into()
    };
    let mut found = Vec::new();
    for (place, op) in body.iter().enumerate() {
        found.push(with(place, &[]));
        for inner in op.bodies() {
            found.push(with(place, inner));
        }
    }
    for (place, op) in body.iter().enumerate() {
        found.extend(simpler(op).into_iter().map(|op| with(place, &[op])));
        for number in 0..op.bodies().len() {
            for inner in smaller_bodies(op.bodies()[number]) {
                let mut op = op.clone();
                *op.bodies_mut()[number] = inner;
                found.push(with(place, &[op]));
            }
        }
    }
    found
}

/// The step with one of its choices made simpler.
fn simpler(op: &Op) -> Vec<Op> {
    let mut found = Vec::new();
    let mut try_it = |change: &dyn Fn(&mut Op)| {
        let mut changed = op.clone();
        change(&mut changed);
        if changed.title() != op.title() {
            found.push(changed);
        }
    };
    try_it(&|op| {
        if let Some(number) = op.number_mut() {
            *number = 0;
        }
    });
    try_it(&|op| {
        if let Op::Yield(count) | Op::Sleep(count) = op {
            *count = 1;
        }
    });
    try_it(&|op| match op {
        Op::Fork(fork) => fork.form = Form::Fork,
        Op::Await { take, .. } => *take = false,
        Op::Scope { of_owned, .. } => *of_owned = None,
        Op::Guarded { on_drop, .. } => *on_drop = OnDrop::Nothing,
        _ => {}
    });
    try_it(&|op| match op {
        Op::Fork(Fork { tolerant, .. }) => *tolerant = None,
        Op::Scope { tolerant, .. } | Op::Owned { tolerant, .. } => *tolerant = false,
        Op::Await { propagate, .. } | Op::JoinAll { propagate, .. } => *propagate = false,
        _ => {}
    });
    try_it(&|op| match op {
        Op::Fork(Fork { taken, .. }) => *taken = false,
        Op::Scope { propagate, .. } => *propagate = false,
        _ => {}
    });
    found
}

impl Op {
    fn bodies_mut(&mut self) -> Vec<&mut Body> {
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

    /// What the step chooses by number.
    fn number_mut(&mut self) -> Option<&mut u8> {
        match self {
            Op::Fork(Fork { manager, .. })
            | Op::JoinNext(manager)
            | Op::JoinAny(manager)
            | Op::JoinAll { manager, .. }
            | Op::CancelAll(manager)
            | Op::Query(manager)
            | Op::OnExit { manager, .. } => Some(manager),
            Op::Await { task, .. } | Op::Lend(task) | Op::Cancel(task) => Some(task),
            Op::Send(number)
            | Op::TrySend(number)
            | Op::Recv(number)
            | Op::TryRecv(number)
            | Op::Close(number)
            | Op::Set(number)
            | Op::Clear(number)
            | Op::Pulse(number)
            | Op::Wait(number)
            | Op::Locked { lock: number, .. }
            | Op::Permits { count: number, .. }
            | Op::Answer(number)
            | Op::DropAnswer(number)
            | Op::Ask(number)
            | Op::Keep(number)
            | Op::Wake(number) => Some(number),
            _ => None,
        }
    }
}

/// Checks the shrinking itself: a program that shows a fault still shows it after shrinking.
#[test]
fn a_program_is_made_as_small_as_what_it_shows() {
    let has_panic_in_scope = |program: &Program| {
        fn within(body: &Body, in_scope: bool) -> bool {
            body.iter().any(|op| {
                let inside = in_scope || matches!(op, Op::Scope { .. });
                (in_scope && matches!(op, Op::Panic))
                    || op.bodies().into_iter().any(|body| within(body, inside))
            })
        }
        within(&program.0, false)
    };
    let mut draw = Draw::new(1);
    let large = std::iter::repeat_with(|| draw.program()).find(has_panic_in_scope);
    let small = shrink(large.expect("one in a hundred has"), has_panic_in_scope);
    assert_eq!(format!("{small:?}"), "test\n  scope\n    panic\n");
    let _: Rc<[Op]> = small.0;
}
