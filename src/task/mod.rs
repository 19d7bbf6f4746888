//! Tasks: forked, awaited, cancelled, and never lost.
//!
//! One type of task set runs everything. The root set belongs to the thread and is run by the
//! simulator's callbacks; each [`scope`] is a set inside of a future, whose tasks may therefore
//! borrow whatever outlives that future. Nothing here knows of a simulator.
//!
//! | form | its tasks | end |
//! |---|---|---|
//! | [`scope`], [`TaskManager::scope`] | may borrow | with the scope, which waits for them |
//! | [`spawn`] | `'static` | with the test |
//! | [`TaskManager`] held as a value | `'static` | with [`TaskManager::join_all`], or cancelled when it is dropped |
//!
//! Each takes [`background`] tasks too, a monitor or a driver: nobody waits for them, and they are
//! cancelled when the other work has ended.

mod block_on;
mod cell;
mod child;
mod clean_up;
mod core;
mod depth;
mod directory;
mod error;
mod executor;
mod external;
pub(crate) mod first_of;
mod handle;
#[cfg(test)]
mod hazards;
mod inbox;
mod info;
mod joiners;
mod manager;
mod options;
mod outcome;
mod panics;
mod run;
mod scope;
mod shown;
mod spawn;
mod spawn_methods;
mod tables;
mod test_end;
#[cfg(test)]
mod tests;
mod tree;
mod verdict;
pub(crate) mod wait_queue;
pub(crate) mod wait_reason;
pub(crate) mod waiters;
mod waker;
mod yield_now;

use std::borrow::Cow;
use std::pin::Pin;

pub use self::block_on::block_on;
pub use self::child::{Background, ChildBuilder, Foreground, ValueOf};
pub use self::core::TaskMap;
pub(crate) use self::directory::{outline, running_task};
pub use self::error::{AddError, ResultError, TaskError, TaskErrorKind, TaskErrors};
pub(crate) use self::executor::{Executor, executor, with_executor};
pub(crate) use self::external::{Completion, ExternalWork};
pub use self::first_of::first_of;

pub use self::handle::{Shared, Starting, Task};
pub use self::info::{TaskInfo, TaskState};
pub use self::manager::TaskManager;
pub use self::options::{ChildOptions, DEFAULT_EXIT_LIMIT, ManagerOptions};
pub use self::outcome::{BlockOutput, ExitOutcome, Outcome};
pub(crate) use self::panics::{Caught, catch, message_of};
pub use self::scope::{Scope, scope, scope_with};
pub(crate) use self::shown::{MOST_CAUSES, causes_of, text_of};
pub use self::spawn::{background, child, spawn, spawn_named};
pub(crate) use self::spawn::{run_test, spawn_root};
pub(crate) use self::tree::tree;
pub(crate) use self::verdict::{EndTest, Verdict};
pub(crate) use self::wait_reason::WaitReason;
pub(crate) use self::waker::{keep, keep_own, node_index, wake_up};
pub use self::yield_now::{YieldNow, yield_now};

/// A task's name. A literal costs no allocation.
///
/// ```
/// use verifork::task::Name;
///
/// let literal: Name = "driver".into();
/// let computed: Name = format!("lane {}", 3).into();
/// assert_eq!(format!("{literal}, {computed}"), "driver, lane 3");
/// ```
pub type Name = Cow<'static, str>;

/// Makes a future that ends after the given simulated time: the scheduler's, on loan to `on_exit`.
pub(crate) type ExitTimer = fn(crate::time::SimDuration) -> Pin<Box<dyn Future<Output = ()>>>;

/// Records for the task tree what the running task awaits. Called by a future that returns `Pending`.
pub(crate) fn record_wait(reason: WaitReason) {
    with_executor(|executor| executor.record_wait(reason));
}
