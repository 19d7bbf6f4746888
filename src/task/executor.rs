//! Running tasks without a simulator.

use std::future::Future;
use std::panic::Location;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::hub::{Hub, hub};
use super::tree::tree;
use super::waker::{NodeRef, waker_of};

/// How long nothing may happen before a run counts as stuck.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs a future, and the tasks that it adds, on this thread: the task floor by itself, without a
/// simulator. For tests of code that needs none.
///
/// # Panics
///
/// The future panics; or nothing has been ready and no other thread has woken a task for ten
/// seconds. The message then shows the tasks and what they await.
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
    main.hub.wake(main.node);
    loop {
        main.hub.inbox.drain(|node| main.hub.wake(node));
        if main.hub.pop_ready(main.set).is_some() {
            main.hub.begin_block(main.node.index());
            let _entered = main.hub.enter(main.node.index());
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(value) = polled {
                return value;
            }
        }
        main.hub.run_root(|| false);
        let idle_since = Instant::now();
        while main.hub.ready_count(main.set) == 0 && !main.hub.is_ready() {
            if !main.hub.wait_for_outside()
                && let Some(node) = main.hub.inbox.wait_for(PATIENCE)
            {
                main.hub.wake(node);
            } else if idle_since.elapsed() >= PATIENCE {
                panic!("stuck: nothing is ready\n{}", tree(&main.hub, &[]));
            }
        }
    }
}

/// The node of the future that `block_on` runs, in a set of its own that nobody wakes.
struct Main {
    hub: Rc<Hub>,
    set: u32,
    node: NodeRef,
}

impl Main {
    #[track_caller]
    fn new(place: &'static Location<'static>) -> Self {
        let hub = hub();
        if let Some(reason) = super::depth::refusal(hub.directory.levels(hub.current()) + 1) {
            panic!("cannot block on a future: {reason}");
        }
        let set = hub.add_set();
        let node = hub.add_node(set, "main".into(), place, hub.current_reference(), None);
        Main { hub, set, node }
    }
}

impl Drop for Main {
    fn drop(&mut self) {
        self.hub.remove_node(self.node.index());
        self.hub.remove_set(self.set);
    }
}
