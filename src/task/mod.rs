//! Tasks: forked, awaited, cancelled, and never lost.
//!
//! A scope runs a block, with children beside it. [`fork`](Scope::fork) starts a child and returns its handle. The
//! scope returns when all have ended, with every error.
//!
//! ```
//! use verifork::prelude::*;
//!
//! # verifork::task::block_on(async {
//! let words = [3, 5, 8];
//! let (sender, inbox) = channel(2);
//! scope(async |tm| {
//!     tm.background("watch", async {
//!         loop {
//!             yield_now().await; // a monitor: it ends when the others have ended
//!         }
//!     });
//!     tm.fork("driver", async {
//!         for word in &words {
//!             sender.send(*word).await?; // children may borrow variables from outside the scope
//!         }
//!         Ok(())
//!     });
//!     let sum = tm.fork("checker", async {
//!         Ok(inbox.recv().await? + inbox.recv().await? + inbox.recv().await?)
//!     });
//!     ensure!(sum.await? == 16, "a word is lost");
//!     Ok(())
//! })
//! .await?;
//! # Ok::<(), verifork::Error>(())
//! # }).unwrap();
//! ```
//!
//! | to start tasks | they | end |
//! |---|---|---|
//! | [`scope`], [`TaskManager::scope`] | may borrow | with the scope, which waits for them |
//! | [`spawn`] | are `'static` | with the test |
//! | [`TaskManager`] held as a value | are `'static` | with [`TaskManager::join_all`], or cancelled when it is dropped |
//!
//! [`ChildBuilder`] has options for a child: `tm.child("name").continue_on_error().fork(…)`.
//! [`first_of!`](macro@crate::first_of) awaits the first of several tasks or triggers.
//!
//! # Rules
//!
//! The tests of each rule carry its number.
//!
//! 1. **Names** are unique in a manager. To add a name twice panics at the caller's line; the `try_` forms
//!    of [`ChildBuilder`] return [`AddError::NameTaken`]. Nothing is started then.
//! 2. **Start**: [`start_soon`](Scope::start_soon) queues the child. [`start`](Scope::start) resolves when
//!    it has run to its first suspension. After [`fork`](Scope::fork) it has done so already.
//!    [`fork_soon`](Scope::fork_soon) queues a function that makes the future. [`add`](Scope::add) queues
//!    anything that can be awaited.
//! 3. **Handles**: every form returns a [`Task`], which is the future of the child's value; `&task` and
//!    [`shared`](Task::shared) serve any number of awaiters. Dropping a handle changes nothing.
//! 4. **Map**: a manager is a map of its tasks in fork order, see [`TaskMap`], during its scope and after.
//!    [`result`](TaskMap::result) says why there is no value.
//! 5. **Ends**: a task ends as finished, failed, panicked or cancelled ([`TaskState`]). Failed and panicked
//!    are errors. Cancelled is not.
//! 6. **First error**: the block and every other child are cancelled before any of them runs again, the
//!    newest child first, the block last.
//! 7. **All errors** are returned, in the order in which they happened, as [`TaskErrors`]: each with task,
//!    place, simulated time and cause, panics of drops during cancellation included.
//! 8. **The block's error** cancels the children and stands in the list as the block's.
//! 9. **Tolerance**: with [`continue_on_error`](ChildBuilder::continue_on_error), of a child or of
//!    [the manager](ManagerOptions::continue_on_error), an error is kept and cancels nobody.
//! 10. **Borrowing**: when a parent is cancelled, its children are dropped before the data that they borrow from
//!     it, at any depth.
//! 11. **Closed**: after an error or the end of the scope, a manager takes no children; the `try_` forms
//!     return [`AddError::Closed`]. Until then a child may add siblings.
//! 12. **Joining**: [`join_next`](TaskMap::join_next) gives the next child to end, and `None` when all have.
//!     [`join_any`](TaskMap::join_any) returns when one has ended, `join_all` when all have, with the errors
//!     of rule 7. [`cancel_all`](TaskMap::cancel_all) cancels every living child.
//! 13. **Clean-up**: futures given to [`on_exit`](Scope::on_exit) run after the last child, in reverse order,
//!     on success, error and cancellation, each within a limit of simulated time. They do not run when the
//!     scope's own future is dropped, and the log says so.
//! 14. **Cancellation**: a task that is cancelled while it runs ends at its next suspension. A wake-up after
//!     the end does nothing. Wakers may be kept, and woken from any thread.
//! 15. **Order**: in one set, tasks run in the order in which they were woken. A scope runs when it is its parent's
//!     turn. The same seed, design and simulator give the same order.
//! 16. **Hangs**: on a time-out or a hang, the tree of living tasks is printed: name, source line of the fork,
//!     what each awaits and since when.
//! 17. **The test** is a manager too: [`spawn`] adds to it. A failure there fails the test at once. What runs
//!     when the test's function returns is cancelled, newest first.
//! 18. **No error is lost**: one that nobody collects fails the test in which it happened; so does one that a
//!     destructor passes to [`fail_test`]. No task of a test runs after it.
//! 19. **Background**: a child of [`background`](Scope::background) is like any other, except that the scope does not
//!     wait for it. When the block and all other children have ended, it is cancelled; then clean-up runs.
//! 20. **Awaiters** of one task are served in the order in which they began to wait, even if something else wakes
//!     them.
//!
//! # Inside
//!
//! One type of task set runs everything. The root set belongs to the thread and is run by the simulator's callbacks.
//! Each [`scope`] is a set inside a future, so its tasks may borrow whatever outlives that future. Nothing here
//! depends on a simulator.

mod add_error;
mod block_on;
mod cell;
mod child;
mod clean_up;
mod depth;
mod directory;
mod error;
mod executor;
mod external;
mod fail_test;
pub(crate) mod first_of;
mod handle;
#[cfg(all(test, not(loom)))]
mod hazards;
mod inbox;
mod info;
mod joiners;
mod manager;
mod managers;
mod name;
mod node_ref;
mod nodes;
mod one_thread;
mod options;
mod outcome;
mod panics;
mod result_error;
mod run;
mod scope;
mod scope_guard;
mod shown;
mod spawn;
mod spawn_methods;
mod state;
mod tables;
mod task_manager;
mod task_map;
mod test_end;
#[cfg(all(test, not(loom)))]
mod tests;
mod tree;
mod verdict;
pub(crate) mod wait_queue;
pub(crate) mod wait_reason;
pub(crate) mod waiters;
mod waiting_for;
mod waker;
mod yield_now;

pub use self::add_error::AddError;
pub use self::block_on::block_on;
pub use self::child::{Background, ChildBuilder, Foreground, OutputOf};
pub(crate) use self::directory::{outline, running_task};
pub(crate) use self::error::take_uncollected;
pub use self::error::{TaskError, TaskErrorKind, TaskErrors};
pub(crate) use self::executor::{Executor, executor, record_wait, with_executor};
pub(crate) use self::external::{Completion, ExternalWork};
pub use self::fail_test::fail_test;
pub use self::first_of::first_of;
pub use self::result_error::ResultError;
#[doc(alias = "dictionary")]
pub use self::task_map::TaskMap;

#[doc(alias("Join", "coroutine", "JoinHandle", "process"))]
pub use self::handle::Task;
pub use self::handle::{Shared, Starting};
pub use self::info::TaskInfo;
pub use self::name::{Name, TaskName};
pub use self::options::{ChildOptions, DEFAULT_EXIT_LIMIT, ManagerOptions};
pub use self::outcome::{BlockOutput, ExitOutcome, Outcome};
pub(crate) use self::panics::{Caught, catch, message_of};
#[doc(alias("TaskManager", "nursery"))]
pub use self::scope::Scope;
#[doc(alias(
    "fork",
    "join",
    "fork join",
    "nursery",
    "Combine",
    "gather",
    "TaskManager",
    "start_soon"
))]
pub use self::scope::scope;
pub use self::scope::scope_with;
pub(crate) use self::shown::{MOST_CAUSES, causes_of, text_of};
#[doc(alias("monitor", "daemon", "start_soon"))]
pub use self::spawn::background;
#[doc(alias("start_soon", "create_task"))]
pub use self::spawn::spawn;
pub use self::spawn::{child, spawn_named};
pub(crate) use self::spawn::{run_test, spawn_root};
pub use self::state::TaskState;
#[doc(alias(
    "gather",
    "Combine",
    "Join",
    "create_task",
    "fork join_none",
    "JoinSet",
    "nursery"
))]
pub use self::task_manager::TaskManager;
pub(crate) use self::tree::tree;
pub(crate) use self::verdict::{EndTest, Verdict};
pub(crate) use self::wait_reason::WaitReason;
pub use self::waiting_for::waiting_for;
pub(crate) use self::waker::{keep, keep_own, let_go, node_index, wake_up};
pub use self::yield_now::YieldNow;
#[doc(alias("NullTrigger", "#0"))]
pub use self::yield_now::yield_now;
