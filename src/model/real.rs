//! Runs programs on the implementation, driven as the simulator's callbacks drive it.

mod managers;
mod shown;
mod steps;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Waker;

use self::managers::{Manager, check};
use self::shown::show;
use self::steps::{Here, run};
use super::Outcome;
use super::clock;
use super::program::{
    Body, CHANNELS, EVENTS, LOCKS, ONESHOTS, OnDrop, PARTIES, PERMITS, Program, WAKERS, room,
};
use crate::sync::{
    Barrier, Event, Mutex, OneshotReceiver, OneshotSender, Receiver, Semaphore, Sender, channel,
    oneshot, unbounded,
};
use crate::task::{Task, TaskErrors, executor, run_test, spawn_named, spawn_root};

type Boxed<'a, T = anyhow::Result<()>> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The value of a task, counted while it lives.
struct Value(Rc<Cell<usize>>);

impl Value {
    fn new(env: &Env) -> Self {
        env.values.set(env.values.get() + 1);
        Value(Rc::clone(&env.values))
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        self.0.set(self.0.get() + 1);
        Value(Rc::clone(&self.0))
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

type Pair = (Option<OneshotSender<u32>>, Option<OneshotReceiver<u32>>);

/// The objects that all tasks of a program share.
struct Env {
    log: RefCell<Vec<String>>,
    tasks: RefCell<Vec<Task<Value>>>,
    serial: Cell<u32>,
    /// Values and guards that live.
    values: Rc<Cell<usize>>,
    guards: Cell<usize>,
    events: [Event; EVENTS],
    channels: [(Sender<u32>, Receiver<u32>); CHANNELS],
    locks: [Mutex<u32>; LOCKS],
    semaphore: Semaphore,
    barrier: Barrier,
    oneshots: [RefCell<Pair>; ONESHOTS],
    wakers: [RefCell<Option<Waker>>; WAKERS],
}

impl Env {
    fn new() -> Self {
        Env {
            log: RefCell::default(),
            tasks: RefCell::default(),
            serial: Cell::new(0),
            values: Rc::default(),
            guards: Cell::new(0),
            events: std::array::from_fn(|_| Event::new()),
            channels: std::array::from_fn(|number| match room(number) {
                Some(room) => channel(room),
                None => unbounded(),
            }),
            locks: std::array::from_fn(|_| Mutex::new(0)),
            semaphore: Semaphore::new(PERMITS),
            barrier: Barrier::new(PARTIES),
            oneshots: std::array::from_fn(|_| {
                let (sender, receiver) = oneshot();
                RefCell::new((Some(sender), Some(receiver)))
            }),
            wakers: std::array::from_fn(|_| RefCell::default()),
        }
    }

    fn log(&self, who: &str, what: &str) {
        self.log.borrow_mut().push(format!("{who}: {what}"));
    }

    /// The next number, for names and errors.
    fn number(&self) -> u32 {
        self.serial.replace(self.serial.get() + 1)
    }

    /// The task with this number in the program, counted from the newest.
    fn task(&self, number: u8) -> Option<Task<Value>> {
        let tasks = self.tasks.borrow();
        let back = usize::from(number).checked_rem(tasks.len())?;
        tasks.get(tasks.len() - 1 - back).cloned()
    }

    fn event(&self, number: u8) -> &Event {
        &self.events[usize::from(number) % EVENTS]
    }

    fn channel(&self, number: u8) -> &(Sender<u32>, Receiver<u32>) {
        &self.channels[usize::from(number) % CHANNELS]
    }

    fn wake(&self, slot: u8) {
        let waker = self.wakers[usize::from(slot) % WAKERS].borrow().clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A stand-in for the data of a scope's caller that children borrow.
struct Canary(Cell<u32>);

const ALIVE: u32 = 0x5eed_1e55;

impl Canary {
    fn check(&self) {
        assert_eq!(self.0.get(), ALIVE, "a child outlives what it borrows");
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.check();
        self.0.set(0);
    }
}

struct Guard<'a> {
    env: Rc<Env>,
    who: &'a str,
    number: u32,
    on_drop: &'a OnDrop,
    managers: Option<&'a dyn Manager>,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let env = &self.env;
        env.guards.set(env.guards.get() - 1);
        env.log(self.who, &format!("drops g{}", self.number));
        check(self.managers);
        match self.on_drop {
            OnDrop::Nothing => {}
            OnDrop::Panic => {
                assert!(std::thread::panicking(), "g{}", self.number);
            }
            OnDrop::Cancel(task) => {
                if let Some(task) = env.task(*task) {
                    task.cancel();
                }
            }
            OnDrop::Set(event) => env.event(*event).set(),
            OnDrop::Send(channel) => {
                let _ = env.channel(*channel).0.try_send(self.number);
            }
            OnDrop::Wake(slot) => env.wake(*slot),
            OnDrop::Spawn(body) => spawn(env, body),
        }
    }
}

fn spawn(env: &Rc<Env>, body: &Body) {
    let who = format!("t{}", env.number());
    let (env_of_task, body) = (Rc::clone(env), Rc::clone(body));
    let name = who.clone();
    let task = spawn_named(name, async move {
        run(
            &env_of_task,
            Here {
                who: &who,
                managers: None,
            },
            &body,
        )
        .await?;
        Ok(Value::new(&env_of_task))
    });
    env.tasks.borrow_mut().push(task);
}

/// Runs a program as a test, as the regression does, and returns its observable outcome.
pub(super) fn outcome(program: &Program) -> Outcome {
    let executor = executor();
    clock::reset(&executor);
    let env = Rc::new(Env::new());
    let errors: Rc<RefCell<Vec<String>>> = Rc::default();
    let (env_of_test, body, found) = (Rc::clone(&env), Rc::clone(&program.0), Rc::clone(&errors));
    let test = async move {
        run(
            &env_of_test,
            Here {
                who: "test",
                managers: None,
            },
            &body,
        )
        .await
    };
    let run = spawn_root(async move {
        let outcome = run_test("test".into(), Location::caller(), test).await;
        let outcome = outcome.err();
        found
            .borrow_mut()
            .extend(outcome.iter().flat_map(TaskErrors::iter).map(show));
        Ok(())
    });
    loop {
        executor.run_root(|| false);
        if run.has_ended() {
            break;
        }
        if !clock::advance(&executor) {
            env.log("clock", "nothing is left to happen");
            run.cancel();
            executor.run_root(|| false);
            break;
        }
    }
    let mut errors = errors.take();
    errors.extend(crate::task::take_uncollected().iter().map(show));
    // Wake-ups after the end are ignored.
    for slot in &env.wakers {
        if let Some(waker) = slot.take() {
            waker.wake();
        }
    }
    executor.run_root(|| false);
    let mut left = Vec::new();
    left.extend(
        (executor.live_count() > 0).then(|| format!("{} tasks live", executor.live_count())),
    );
    left.extend((executor.sets_in_use() > 1).then(|| "a set is in use".to_owned()));
    left.extend((env.guards.get() > 0).then(|| format!("{} guards live", env.guards.get())));
    left.extend(clock::is_waited_for().then(|| "a timer runs".to_owned()));
    let (log, values) = (env.log.take(), env.values.clone());
    drop(run);
    left.extend((Rc::strong_count(&env) > 1).then(|| "something holds on".to_owned()));
    drop(env);
    left.extend((values.get() > 0).then(|| format!("{} values live", values.get())));
    Outcome { log, errors, left }
}
