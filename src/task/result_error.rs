//! Why a task has no value to read.

use std::panic::Location;

use super::error::TaskError;

/// Why a manager has no value to show for a name.
///
/// Returned by [`Task::result`](super::Task::result) and [`TaskMap::result`](super::TaskMap::result).
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::ResultError;
///
/// # verifork::task::block_on(async {
/// let tm = TaskManager::new();
/// tm.fork("driver", async { Ok(3_u8) });
/// tm.join_all().await?;
/// assert!(matches!(tm.result::<u16>("driver"), Err(ResultError::WrongType { .. })));
/// assert!(matches!(tm.result::<u8>("diver"), Err(ResultError::NoSuchTask { .. })));
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ResultError {
    /// No task of this name was ever added.
    #[error("no task is named `{name}`{hint}")]
    NoSuchTask {
        /// The name that was asked for.
        name: String,
        /// The nearest name, and what names there are.
        hint: String,
    },
    /// The task has not ended.
    #[error("task `{name}` (forked at {place}) is still running")]
    StillRunning {
        /// The task's name.
        name: String,
        /// Where it was forked.
        place: &'static Location<'static>,
    },
    /// The task was cancelled.
    #[error("task `{name}` was cancelled")]
    Cancelled {
        /// The task's name.
        name: String,
    },
    /// The task failed or panicked.
    #[error("task `{}` failed: {}", .0.task(), .0)]
    Failed(TaskError),
    /// The value has another type.
    #[error("task `{name}` returned `{actual}`, not `{wanted}`")]
    WrongType {
        /// The task's name.
        name: String,
        /// The type that it returned.
        actual: &'static str,
        /// The type that was asked for.
        wanted: &'static str,
    },
    /// An `.await` of the task by value has taken the value.
    #[error(
        "the value of task `{name}` was taken by the `.await` of its handle: await `&task` to leave it"
    )]
    Taken {
        /// The task's name.
        name: String,
    },
}
