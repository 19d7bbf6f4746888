//! Errors of tasks, with the name and place of the task and the simulated time.

use std::cell::RefCell;
use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::name::Name;
use super::panics::{Caught, catch};
use super::shown::{causes_of, text_of};
use crate::time::SimTime;

/// Why a task returned no value.
///
/// Returned by [`TaskError::kind`].
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::TaskErrorKind;
///
/// # verifork::task::block_on(async {
/// let errors = scope(async |tm| {
///     tm.fork("checker", async { panic!("no answer"); #[allow(unreachable_code)] Ok(()) });
///     Ok(())
/// })
/// .await
/// .unwrap_err();
/// let kind = errors.first().kind();
/// assert!(matches!(kind, TaskErrorKind::Panicked { message, .. } if message == "no answer"));
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TaskErrorKind {
    /// The task returned an error.
    Failed(anyhow::Error),
    /// The task panicked, while it ran or while it was dropped.
    Panicked {
        /// The panic's message.
        message: String,
        /// Where it panicked, as `file:line:column`.
        at: Option<String>,
        /// The backtrace, if `RUST_BACKTRACE` is set.
        backtrace: Option<String>,
        /// The task was being dropped, after its end or because it was cancelled.
        dropping: bool,
    },
    /// The task was cancelled. Only awaiters of the task see this; it is not a failure.
    Cancelled,
    /// The value is not available: another `.await` took it, or it was lent out by
    /// [`result`](super::Task::result).
    ValueGone,
}

impl TaskErrorKind {
    /// `dropping`: the task was being dropped.
    pub(super) fn panicked(caught: Caught, dropping: bool) -> Self {
        let Caught {
            message,
            at,
            backtrace,
        } = caught;
        TaskErrorKind::Panicked {
            message,
            at,
            backtrace,
            dropping,
        }
    }
}

struct Inner {
    task: Name,
    path: String,
    place: &'static Location<'static>,
    time: Option<SimTime>,
    kind: TaskErrorKind,
}

impl Drop for Inner {
    /// Drops the user's error. This runs the user's code, which may panic wherever the last clone is
    /// dropped. The panic counts as an error of this task.
    fn drop(&mut self) {
        let kind = std::mem::replace(&mut self.kind, TaskErrorKind::ValueGone);
        let TaskErrorKind::Failed(cause) = kind else {
            return;
        };
        if let Err(mut caught) = catch(move || drop(cause)) {
            caught.message = format!("the error that it returned: {}", caught.message);
            add_uncollected([TaskError::new(
                self.task.clone(),
                std::mem::take(&mut self.path),
                self.place,
                self.time,
                TaskErrorKind::panicked(caught, true),
            )]);
        }
    }
}

/// How one task failed: its name, where it was forked, the simulated time, and the cause.
///
/// `Display` shows the cause alone; [`report`](TaskError::report) shows everything. If the `Display` of the
/// cause fails or panics, the text says so. Clones share one error.
///
/// Returned by an awaited [`Task`](super::Task), and one of the [`TaskErrors`] of a scope.
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let tm = TaskManager::new();
/// let task: Task<()> = tm.fork("parse", async { bail!("no digits") });
/// let error = task.await.unwrap_err();
/// assert_eq!((error.task(), error.to_string().as_str()), ("parse", "no digits"));
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct TaskError(Arc<Inner>);

impl TaskError {
    pub(super) fn new(
        task: Name,
        path: String,
        place: &'static Location<'static>,
        time: Option<SimTime>,
        kind: TaskErrorKind,
    ) -> Self {
        let path = shortened(path);
        TaskError(Arc::new(Inner {
            task,
            path,
            place,
            time,
            kind,
        }))
    }

    /// The task's name; of the block of a scope, the name of the task that opened the scope.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let errors = scope(async |tm| {
    ///     tm.fork::<Result, _>("parity", async { bail!("an even number of ones") });
    ///     Ok(())
    /// })
    /// .await
    /// .unwrap_err();
    /// assert_eq!(errors.first().task(), "parity");
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn task(&self) -> &str {
        &self.0.task
    }

    /// The task's path: the names from the test down, joined by `/`. The middle of a very long path is left
    /// out.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let errors = scope(async |tm| {
    ///     tm.fork("port", async {
    ///         scope(async |tm| {
    ///             tm.fork::<Result, _>("parity", async { bail!("an even number of ones") });
    ///             Ok(())
    ///         })
    ///         .await?;
    ///         Ok(())
    ///     });
    ///     Ok(())
    /// })
    /// .await
    /// .unwrap_err();
    /// let path = errors.first().report().to_string();
    /// assert!(path.contains("port/parity"), "{path}");
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Where the task was forked; of the block of a scope, where the scope was opened.
    ///
    /// ```
    /// use verifork::task::TaskError;
    ///
    /// fn line(error: &TaskError) -> String {
    ///     format!("{}:{}", error.place().file(), error.place().line())
    /// }
    /// ```
    pub fn place(&self) -> &'static Location<'static> {
        self.0.place
    }

    /// The simulated time at which it happened, if a simulation runs.
    ///
    /// ```
    /// use verifork::task::TaskError;
    ///
    /// fn headline(error: &TaskError) -> String {
    ///     match error.time() {
    ///         Some(time) => format!("{time}: {error}"),
    ///         None => error.to_string(),
    ///     }
    /// }
    /// ```
    pub fn time(&self) -> Option<SimTime> {
        self.0.time
    }

    /// What happened.
    ///
    /// ```
    /// use verifork::task::{TaskError, TaskErrorKind};
    ///
    /// fn what(error: &TaskError) -> &'static str {
    ///     match error.kind() {
    ///         TaskErrorKind::Failed(_) => "an error",
    ///         TaskErrorKind::Panicked { .. } => "a panic",
    ///         _ => "something else",
    ///     }
    /// }
    /// ```
    pub fn kind(&self) -> &TaskErrorKind {
        &self.0.kind
    }

    /// The error that the task returned, if it returned one.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let outcome = scope(async |tm| {
    ///     tm.fork("parse", async { Ok("4x".parse::<u8>()?) });
    ///     Ok(())
    /// })
    /// .await;
    /// let cause = outcome.unwrap_err().first().cause().map(|cause| cause.is::<std::num::ParseIntError>());
    /// assert_eq!(cause, Some(true));
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn cause(&self) -> Option<&anyhow::Error> {
        match &self.0.kind {
            TaskErrorKind::Failed(cause) => Some(cause),
            _ => None,
        }
    }

    /// The task was cancelled, which is not a failure.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let monitor = tm.fork("monitor", pending::<()>());
    ///     monitor.cancel();
    ///     assert!(monitor.await.unwrap_err().is_cancelled());
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0.kind, TaskErrorKind::Cancelled)
    }

    /// The task panicked.
    ///
    /// ```
    /// use verifork::task::TaskErrors;
    ///
    /// /// Panics are bugs of the testbench; the rest is the design's.
    /// fn panics(errors: &TaskErrors) -> usize {
    ///     errors.iter().filter(|error| error.is_panic()).count()
    /// }
    /// ```
    pub fn is_panic(&self) -> bool {
        matches!(self.0.kind, TaskErrorKind::Panicked { .. })
    }

    /// Whether both are the same error, and not merely have the same text.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// let check = tm.child("check").continue_on_error().fork::<Result, _>(async { bail!("3 is not 4") });
    /// let awaited = check.await.unwrap_err();
    /// assert!(tm["check"].error().is_some_and(|kept| kept.is_same(&awaited)));
    /// # let _ = tm.join_all().await;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn is_same(&self, other: &TaskError) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Everything about the error on several lines: path, place, time, cause, and the causes below it.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let outcome = scope(async |tm| {
    ///     tm.fork::<Result, _>("load", async {
    ///         std::fs::read("no such file").context("cannot load the image")?;
    ///         Ok(())
    ///     });
    ///     Ok(())
    /// })
    /// .await;
    /// let report = outcome.unwrap_err().first().report().to_string();
    /// assert!(report.contains("because"), "{report}");
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn report(&self) -> impl fmt::Display + '_ {
        Report(self)
    }
}

/// How many names are shown at each end of a path that is too long.
const SHOWN_NAMES: usize = 8;

/// The path, with the middle left out if it is very long.
pub(super) fn shortened(path: String) -> String {
    let names: Vec<&str> = path.split('/').collect();
    let Some(left_out) = names
        .len()
        .checked_sub(2 * SHOWN_NAMES + 1)
        .filter(|&n| n > 0)
    else {
        return path;
    };
    let (first, last) = (&names[..SHOWN_NAMES], &names[names.len() - SHOWN_NAMES..]);
    format!(
        "{}/({} more)/{}",
        first.join("/"),
        left_out + 1,
        last.join("/")
    )
}

/// The errors of a manager, if this error consists of them.
pub(super) fn nested(error: &anyhow::Error) -> Option<&TaskErrors> {
    error.downcast_ref::<TaskErrors>()
}

/// The task errors that `error` consists of, if it consists of task errors alone.
pub(super) fn as_task_errors(error: &anyhow::Error) -> Option<&[TaskError]> {
    if let Some(errors) = nested(error) {
        return Some(&errors.0);
    }
    error.downcast_ref::<TaskError>().map(std::slice::from_ref)
}

struct Report<'a>(&'a TaskError);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.0;
        let path = if error.path().is_empty() {
            error.task()
        } else {
            error.path()
        };
        write!(f, "task `{path}` (forked at {})", error.place())?;
        if let Some(time) = error.time() {
            write!(f, " at {time}")?;
        }
        f.write_str(": ")?;
        match error.kind() {
            TaskErrorKind::Failed(cause) => match as_task_errors(cause) {
                Some(errors) => {
                    f.write_str("failed because of")?;
                    for inner in errors {
                        let text = inner.report().to_string();
                        write!(f, "\n  - {}", text.replace('\n', "\n    "))?;
                    }
                    Ok(())
                }
                None => {
                    f.write_str(&text_of(cause))?;
                    for below in causes_of(cause) {
                        write!(f, "\n  because {below}")?;
                    }
                    Ok(())
                }
            },
            TaskErrorKind::Panicked { at, backtrace, .. } => {
                write!(f, "{error}")?;
                if let Some(at) = at {
                    write!(f, "\n  panicked at {at}")?;
                }
                if let Some(backtrace) = backtrace {
                    write!(f, "\n{backtrace}")?;
                }
                Ok(())
            }
            _ => write!(f, "{error}"),
        }
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            TaskErrorKind::Failed(cause) => {
                f.write_str(&text_of(cause))?;
                if f.alternate() {
                    for below in causes_of(cause) {
                        write!(f, ": {below}")?;
                    }
                }
                Ok(())
            }
            TaskErrorKind::Panicked {
                message,
                dropping: false,
                ..
            } => f.write_str(message),
            TaskErrorKind::Panicked {
                message,
                dropping: true,
                ..
            } => {
                write!(f, "panicked while being dropped: {message}")
            }
            TaskErrorKind::Cancelled => write!(f, "task `{}` was cancelled", self.task()),
            TaskErrorKind::ValueGone => write!(
                f,
                "the value of task `{}` is already taken or lent: to use it more than once, await `&task` (the \
                 value must be `Clone`)",
                self.task()
            ),
        }
    }
}

impl fmt::Debug for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Report(self), f)
    }
}

impl StdError for TaskError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause().and_then(|cause| cause.source())
    }
}

/// Every error of a manager, in the order in which they happened. Never empty.
///
/// Returned by [`scope`](super::scope()) and [`TaskManager::join_all`](super::TaskManager::join_all).
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let outcome = scope(async |tm| {
///     let _: Task<()> = tm.fork("checker", async { bail!("3 is not 4") });
///     Ok(())
/// })
/// .await;
/// let errors = outcome.unwrap_err();
/// assert_eq!((errors.len(), errors.first().task()), (1, "checker"));
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct TaskErrors(Vec<TaskError>);

impl TaskErrors {
    pub(super) fn new(errors: Vec<TaskError>) -> Option<Self> {
        (!errors.is_empty()).then_some(TaskErrors(errors))
    }

    /// The error that came first.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let errors = scope(async |tm| {
    ///     tm.fork::<Result, _>("checker", async { bail!("3 is not 4") });
    ///     Ok(())
    /// })
    /// .await
    /// .unwrap_err();
    /// assert_eq!(errors.first().to_string(), "3 is not 4");
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn first(&self) -> &TaskError {
        &self.0[0]
    }

    /// The errors, first to last.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::ManagerOptions;
    ///
    /// # verifork::task::block_on(async {
    /// let tolerant = ManagerOptions::new().continue_on_error(true);
    /// let errors = scope_with(tolerant, async |tm| {
    ///     for lane in 0..2 {
    ///         tm.fork::<Result, _>(format!("lane {lane}"), async move { bail!("bad") });
    ///     }
    ///     Ok(())
    /// })
    /// .await
    /// .unwrap_err();
    /// let tasks: Vec<&str> = errors.iter().map(|error| error.task()).collect();
    /// assert_eq!(tasks, ["lane 0", "lane 1"]);
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, TaskError> {
        self.0.iter()
    }

    /// How many there are: at least one.
    ///
    /// ```
    /// use verifork::task::TaskErrors;
    ///
    /// fn summary(errors: &TaskErrors) -> String {
    ///     format!("{} errors, the first: {}", errors.len(), errors.first())
    /// }
    /// ```
    #[allow(clippy::len_without_is_empty)] // there is no empty one
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl From<TaskError> for TaskErrors {
    fn from(error: TaskError) -> Self {
        TaskErrors(vec![error])
    }
}

impl std::ops::Index<usize> for TaskErrors {
    type Output = TaskError;

    fn index(&self, index: usize) -> &TaskError {
        &self.0[index]
    }
}

impl IntoIterator for TaskErrors {
    type Item = TaskError;
    type IntoIter = std::vec::IntoIter<TaskError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a TaskErrors {
    type Item = &'a TaskError;
    type IntoIter = std::slice::Iter<'a, TaskError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for TaskErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = &self.0[..] {
            return fmt::Display::fmt(&Report(only), f);
        }
        write!(f, "{} tasks failed", self.0.len())?;
        for (index, error) in self.0.iter().enumerate() {
            let text = Report(error).to_string();
            write!(f, "\n  {}. {}", index + 1, text.replace('\n', "\n     "))?;
        }
        Ok(())
    }
}

impl fmt::Debug for TaskErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for TaskErrors {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.first().source()
    }
}

thread_local! {
    /// Errors that nobody collects (rule 18), until the test takes them. `None` on a thread that runs no tasks.
    static UNCOLLECTED: RefCell<Option<Vec<TaskError>>> = const { RefCell::new(None) };
}

/// Called when this thread begins to run tasks: errors that nobody collects are kept for its test from now
/// on.
pub(super) fn keep_uncollected() {
    let _ = UNCOLLECTED.try_with(|kept| kept.replace(Some(Vec::new())));
}

/// Drops the errors of a thread that is ending.
pub(super) fn drop_uncollected() {
    let errors = UNCOLLECTED.try_with(RefCell::take);
    drop(errors);
}

/// Gives the running test errors that nobody will collect. On a thread that runs no tasks, or is ending, they
/// can only be logged.
#[cold]
pub(super) fn add_uncollected(errors: impl IntoIterator<Item = TaskError>) {
    let mut errors: Vec<TaskError> = errors.into_iter().collect();
    let _ = UNCOLLECTED.try_with(|kept| {
        if let Some(kept) = &mut *kept.borrow_mut() {
            kept.append(&mut errors);
        }
    });
    for error in errors {
        log::error!("{}", error.report());
    }
}

/// Takes the errors that nobody has collected.
pub(crate) fn take_uncollected() -> Vec<TaskError> {
    UNCOLLECTED.with_borrow_mut(|kept| kept.as_mut().map(std::mem::take).unwrap_or_default())
}
