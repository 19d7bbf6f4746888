//! Running tasks without a simulator.

use std::future::Future;
use std::panic::Location;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::executor::{Executor, executor};
use super::node_ref::NodeRef;
use super::tree::tree;
use super::waker::waker_of;

/// How long a run may be idle before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs a future and the tasks that it adds on this thread, without a simulator. For tests of code that
/// needs none.
///
/// # Panics
///
/// The future panics; or for ten seconds no task was ready and no other thread woke one. The message then
/// shows the tasks and what they await.
///
/// # Examples
///
/// ```
/// use verifork::task::{block_on, scope};
/// let sum = block_on(scope(async |tm| {
///     let one = tm.fork("one", async { Ok(1) });
///     Ok(one.await? + 1)
/// }));
/// assert_eq!(sum.unwrap(), 2);
/// ```
#[track_caller]
pub fn block_on<T, F>(future: F) -> T
where
    F: Future<Output = T>,
{
    let place = Location::caller();
    let mut future = pin!(future);
    let mut value = None;
    Main::new(place).run(&mut |context| {
        let polled = future.as_mut().poll(context);
        polled.map(|output| value = Some(output))
    });
    value.expect("it has ended")
}

/// The node of the future that `block_on` runs, in a set of its own that `block_on` polls in a loop.
struct Main {
    executor: Rc<Executor>,
    set: u32,
    node: NodeRef,
}

impl Main {
    #[track_caller]
    fn new(place: &'static Location<'static>) -> Self {
        let executor = executor();
        if let Some(reason) = executor
            .stack
            .refusal(executor.directory.levels(executor.current()) + 1)
        {
            panic!("cannot block on a future: {reason}");
        }
        let set = executor.add_set();
        let node = executor.add_node(
            set,
            "main".into(),
            place,
            executor.current_reference(),
            None,
            None,
        );
        Main {
            executor,
            set,
            node,
        }
    }

    /// Polls the future until it is ready, and whatever else there is to run.
    fn run(&self, poll: &mut dyn FnMut(&mut Context<'_>) -> Poll<()>) {
        let waker = waker_of(self.node);
        self.executor.wake(self.node);
        loop {
            self.executor.inbox.drain(|node| self.executor.wake(node));
            if self.executor.pop_ready(self.set).is_some() {
                self.executor.begin_block(self.node.index());
                let _entered = self.executor.enter(self.node.index());
                if poll(&mut Context::from_waker(&waker)).is_ready() {
                    return;
                }
            }
            self.executor.run_root(|| false);
            let idle_since = Instant::now();
            while self.executor.ready_count(self.set) == 0 && !self.executor.is_ready() {
                if !self.executor.wait_for_external()
                    && let Some(node) = self.executor.inbox.wait_for(PATIENCE)
                {
                    self.executor.wake(node);
                } else if idle_since.elapsed() >= PATIENCE {
                    panic!("stuck: nothing is ready\n{}", tree(&self.executor, &[]));
                }
            }
        }
    }
}

impl Drop for Main {
    fn drop(&mut self) {
        self.executor.remove_node(self.node.index());
        self.executor.remove_set(self.set);
    }
}
