//! Options of managers and of children.

use super::name::{Name, TaskName};
use crate::time::SimDuration;

/// How long `on_exit` futures may take, in simulated time, unless the manager says otherwise.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::{DEFAULT_EXIT_LIMIT, ManagerOptions};
///
/// assert_eq!(DEFAULT_EXIT_LIMIT, 1.ms());
/// let slow = ManagerOptions::new().exit_limit(DEFAULT_EXIT_LIMIT * 10); // a flash is erased
/// # let _ = slow;
/// ```
pub const DEFAULT_EXIT_LIMIT: SimDuration =
    SimDuration::new(1, crate::time::TimeUnit::Milliseconds);

/// Options of one child.
///
/// ```
/// use verifork::task::ChildOptions;
/// let tolerated = ChildOptions::new().continue_on_error(true);
/// # let _ = tolerated;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct ChildOptions {
    pub(super) continue_on_error: Option<bool>,
    pub(super) background: bool,
}

impl ChildOptions {
    /// The manager's defaults.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let options = ChildOptions::new(); // `tm.fork_with` needs some
    /// # let _ = options;
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// An error of the child cancels nothing; the manager still reports it when it ends.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let tolerated = ChildOptions::new().continue_on_error(true);
    /// # let _ = tolerated;
    /// ```
    pub fn continue_on_error(mut self, yes: bool) -> Self {
        self.continue_on_error = Some(yes);
        self
    }

    /// The manager does not wait for the child, which is cancelled when the other tasks have ended. For
    /// methods that take options, this does what [`background`](super::Scope::background) does.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let monitor = ChildOptions::new().background(true);
    /// # let _ = monitor;
    /// ```
    pub fn background(mut self, yes: bool) -> Self {
        self.background = yes;
        self
    }
}

/// Options of a manager.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::ManagerOptions;
/// let options = ManagerOptions::new().name("bus").continue_on_error(true).exit_limit(20.us());
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ManagerOptions {
    pub(super) name: Option<Name>,
    pub(super) continue_on_error: bool,
    pub(super) exit_limit: SimDuration,
}

impl Default for ManagerOptions {
    fn default() -> Self {
        ManagerOptions {
            name: None,
            continue_on_error: false,
            exit_limit: DEFAULT_EXIT_LIMIT,
        }
    }
}

impl ManagerOptions {
    /// No name, the first error cancels the rest, clean-up may take 1 ms of simulated time.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::ManagerOptions;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::with_options(ManagerOptions::new()); // as `TaskManager::new()`
    /// tm.join_all().await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The manager's name in messages.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::ManagerOptions;
    ///
    /// let tm = TaskManager::with_options(ManagerOptions::new().name("register bus"));
    /// # let _ = tm;
    /// ```
    pub fn name(mut self, name: impl TaskName) -> Self {
        self.name = Some(name.into_name());
        self
    }

    /// The default for the manager's children; see [`ChildOptions::continue_on_error`].
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::ManagerOptions;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::with_options(ManagerOptions::new().continue_on_error(true));
    /// for lane in 0..2 {
    ///     tm.fork::<Result, _>(format!("lane {lane}"), async { bail!("no comma") });
    /// }
    /// let error = tm.join_all().await.unwrap_err();
    /// assert!(error.to_string().contains("lane 1"), "{error}"); // the errors of both
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn continue_on_error(mut self, yes: bool) -> Self {
        self.continue_on_error = yes;
        self
    }

    /// How long each future given to `on_exit` may take, in simulated time.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::ManagerOptions;
    ///
    /// let options = ManagerOptions::new().exit_limit(20.us()); // the bus drains in 12
    /// # let _ = options;
    /// ```
    pub fn exit_limit(mut self, limit: SimDuration) -> Self {
        self.exit_limit = limit;
        self
    }
}
