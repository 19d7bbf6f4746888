//! A body run as a test's is, on the kernel and with tasks, over a design.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::pin::Pin;
use std::thread;

use super::{Design, Simulator};
use crate::scheduler::{self, Dispatch, Hooks, Kernel};
use crate::task::{self, TaskErrors};

type Body = Pin<Box<dyn Future<Output = crate::Result>>>;

thread_local! {
    static BODY: RefCell<Option<Body>> = const { RefCell::new(None) };
    static OUTCOME: RefCell<Option<Result<(), TaskErrors>>> = const { RefCell::new(None) };
    static BROKEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static ENDS: Cell<u32> = const { Cell::new(0) };
    static LEFT: Cell<(usize, usize, usize)> = const { Cell::new((0, 0, 0)) };
}

/// Runs [`BODY`] as the body of a test, and finishes the simulation after it.
static RUNS_BODY: Dispatch = Dispatch::new(Hooks {
    start,
    end: |_| ENDS.set(ENDS.get() + 1),
    asked: |_| {},
    broken: |_, reason| BROKEN.with_borrow_mut(|broken| broken.push(reason)),
});

/// Nobody is there but the kernel.
static IGNORES: Dispatch = Dispatch::new(Hooks {
    start: |_| {},
    end: |_| {},
    asked: |_| {},
    broken: |_, _| {},
});

fn start(kernel: &'static Kernel) {
    let Some(body) = BODY.take() else { return };
    drop(task::spawn_root(async move {
        task::executor().prepare_test();
        let outcome = task::run_test("test".into(), Location::caller(), body).await;
        kernel.end_test();
        LEFT.set(scheduler::leak_counts());
        OUTCOME.set(Some(outcome));
        kernel.port().finish();
        Ok(())
    }));
}

/// How a simulation went.
#[derive(Debug)]
pub(crate) struct Run {
    /// The body's outcome; none if the simulation ended before it.
    pub(crate) outcome: Option<Result<(), TaskErrors>>,
    /// What the simulator refused that no task had asked for.
    pub(crate) broken: Vec<String>,
    /// How often the end was reported.
    pub(crate) ends: u32,
    /// The time at the end, in steps.
    pub(crate) time: u64,
    /// What is left with the kernel once the body has ended: waits, watches, deadlines.
    pub(crate) left: (usize, usize, usize),
    /// The values of all objects at the end, by path.
    pub(crate) values: Vec<(String, String)>,
    /// How many watches the simulator has at the end.
    pub(crate) watches: usize,
}

impl Run {
    /// The text of the body's errors.
    pub(crate) fn errors(&self) -> String {
        match &self.outcome {
            Some(Err(errors)) => errors.to_string(),
            _ => String::new(),
        }
    }

    /// The bits of an object at the end.
    pub(crate) fn bits(&self, path: &str) -> &str {
        let found = self.values.iter().find(|(own, _)| own == path);
        &found.expect("the design has it").1
    }
}

/// A body, on the simulation's own thread.
type Begin = Box<dyn FnOnce(&'static Simulator) -> Body + Send>;

impl Design {
    /// Runs the body on a simulation of this design, to the end of either.
    ///
    /// # Panics
    ///
    /// The body fails or does not come to its end, or anything is refused.
    #[track_caller]
    pub(crate) fn run<B>(self, body: B) -> Run
    where
        B: AsyncFnOnce(&'static Simulator) -> crate::Result + Send + 'static,
    {
        let run = self.try_run(body);
        match &run.outcome {
            Some(Ok(())) => {}
            Some(Err(errors)) => panic!("{errors}"),
            None => panic!("the simulation ended at step {} before the test", run.time),
        }
        assert!(run.broken.is_empty(), "refused: {:?}", run.broken);
        run
    }

    /// [`run`](Self::run), whatever comes of it.
    pub(crate) fn try_run<B>(self, body: B) -> Run
    where
        B: AsyncFnOnce(&'static Simulator) -> crate::Result + Send + 'static,
    {
        self.simulate(Box::new(|simulator| {
            Box::pin(async move { body(simulator).await })
        }))
    }

    /// Without the body's type: compiled once, not for each test.
    fn simulate(self, body: Begin) -> Run {
        let simulate = move || {
            let simulator: &'static Simulator = self.leak(&RUNS_BODY);
            BODY.set(Some(body(simulator)));
            simulator.begin();
            simulator.run_to_end();
            let values = simulator.objects.iter();
            let values = values.map(|object| {
                let path = object.description.path.clone();
                (path, object.content.borrow().text())
            });
            Run {
                outcome: OUTCOME.take(),
                broken: BROKEN.take(),
                ends: ENDS.get(),
                time: simulator.queue.now.get(),
                left: LEFT.get(),
                values: values.collect(),
                watches: simulator.watches(),
            }
        };
        // The kernel and its tasks belong to a thread.
        let ended = thread::spawn(simulate).join();
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Begins a simulation on this thread, for whoever looks into the design and runs no time.
    pub(crate) fn begin(self) -> &'static Simulator {
        let simulator: &'static Simulator = self.leak(&IGNORES);
        simulator.begin();
        simulator
    }

    /// Runs the tests of this program, as a plugin's are run.
    pub(crate) fn run_tests(self, events: &'static Dispatch) {
        let simulator: &'static Simulator = self.leak(events);
        simulator.begin();
        simulator.run_to_end();
    }

    fn leak(self, events: &'static Dispatch) -> &'static Simulator {
        Box::leak(Box::new(Simulator::new(self, events)))
    }
}
