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
    let main = Main::new(place);
    let waker = waker_of(main.node);
    main.executor.wake(main.node);
    loop {
        main.executor.inbox.drain(|node| main.executor.wake(node));
        if main.executor.pop_ready(main.set).is_some() {
            main.executor.begin_block(main.node.index());
            let _entered = main.executor.enter(main.node.index());
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(value) = polled {
                return value;
            }
        }
        main.executor.run_root(|| false);
        let idle_since = Instant::now();
        while main.executor.ready_count(main.set) == 0 && !main.executor.is_ready() {
            if !main.executor.wait_for_external()
                && let Some(node) = main.executor.inbox.wait_for(PATIENCE)
            {
                main.executor.wake(node);
            } else if idle_since.elapsed() >= PATIENCE {
                panic!("stuck: nothing is ready\n{}", tree(&main.executor, &[]));
            }
        }
    }
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
}

impl Drop for Main {
    fn drop(&mut self) {
        self.executor.remove_node(self.node.index());
        self.executor.remove_set(self.set);
    }
}
