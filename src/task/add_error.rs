//! Why a manager does not take a task.

use std::panic::Location;

/// Why a task could not be added to a manager. Nothing was started.
///
/// Returned by the `try_` forms, such as [`ChildBuilder::try_fork`](super::ChildBuilder::try_fork).
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::AddError;
///
/// # verifork::task::block_on(async {
/// let tm = TaskManager::new();
/// tm.fork("driver", async { Ok(()) });
/// let again = tm.child("driver").try_fork(async { Ok(()) });
/// assert!(matches!(again, Err(AddError::NameTaken { name, .. }) if name == "driver"));
/// tm.join_all().await?;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// The manager has a task of this name, living or ended.
    #[error("the name `{name}` is taken: the manager has a task of this name, forked at {place}")]
    NameTaken {
        /// The name.
        name: String,
        /// Where the task that has the name was forked.
        place: &'static Location<'static>,
    },
    /// The manager takes no more tasks: its scope has ended, or one of its tasks has failed.
    #[error("cannot add `{name}`: the manager is closed, since {reason}")]
    Closed {
        /// The name of the task that was to be added.
        name: String,
        /// What closed the manager.
        reason: String,
    },
    /// Scopes and tasks are nested too deeply for the thread's stack.
    #[error("cannot add `{name}` below `{below}`: {reason}")]
    TooDeep {
        /// The name of the task that was to be added.
        name: String,
        /// The path of the task that tried to add it.
        below: String,
        /// The depth and the limit.
        reason: String,
    },
}
