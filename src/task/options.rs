//! What can be chosen for a manager and for one child.

use super::{Name, TaskName};
use crate::time::SimDuration;

/// How long `on_exit` futures may take, in simulated time, unless the manager says otherwise.
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
    pub fn new() -> Self {
        Self::default()
    }

    /// An error of the child is kept and cancels nobody; the manager still reports it at its end.
    pub fn continue_on_error(mut self, yes: bool) -> Self {
        self.continue_on_error = Some(yes);
        self
    }

    /// Nobody waits for the child: it is cancelled when the manager's other work has ended. What
    /// [`background`](super::Scope::background) sets, for the forms that take options.
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
    pub fn new() -> Self {
        Self::default()
    }

    /// The name under which messages speak of the manager.
    pub fn name(mut self, name: impl TaskName) -> Self {
        self.name = Some(name.into_name());
        self
    }

    /// The default for the manager's children; see [`ChildOptions::continue_on_error`].
    pub fn continue_on_error(mut self, yes: bool) -> Self {
        self.continue_on_error = yes;
        self
    }

    /// How long each future given to `on_exit` may take, in simulated time.
    pub fn exit_limit(mut self, limit: SimDuration) -> Self {
        self.exit_limit = limit;
        self
    }
}
