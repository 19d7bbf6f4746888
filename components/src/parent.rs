//! The parents of components, and the claims of components on signals.

use std::cell::RefCell;
use std::collections::HashSet;
use std::future::Future;
use std::panic::Location;

use verifork::task::{Scope, Task, TaskManager};
use verifork::{Result, Test, TestRng};

/// The parent in which a component starts as a background child: a [`Scope`], a [`TaskManager`], or the
/// [`Test`] itself.
///
/// The component ends with its parent at the latest. A broken rule is the child's error, which fails
/// the scope, and with it the test, at once.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::{Parent, apb};
/// # fn example(clocked: &verifork_components::Clocked, bus: &verifork_components::apb::Signals, test: Test) -> Result {
/// /// Whatever is there to check this bus, in a scope, a manager or the whole test.
/// fn check(clocked: &verifork_components::Clocked, bus: &verifork_components::apb::Signals, parent: &impl Parent) {
///     apb::Checker::new(bus).start(parent, clocked);
/// }
/// check(clocked, bus, &test);
/// # Ok(())
/// # }
/// ```
pub trait Parent {
    /// Whether a task of this name is there, so that it cannot be taken.
    fn has(&self, name: &str) -> bool;

    /// Adds a background child that borrows nothing.
    ///
    /// # Panics
    ///
    /// At the caller's line: the parent takes no more children.
    #[track_caller]
    fn add_background(
        &self,
        name: String,
        body: impl Future<Output = Result> + 'static,
    ) -> Task<()>;
}

impl Parent for Scope<'_, '_> {
    fn has(&self, name: &str) -> bool {
        self.contains(name)
    }

    #[track_caller]
    fn add_background(
        &self,
        name: String,
        body: impl Future<Output = Result> + 'static,
    ) -> Task<()> {
        self.background(name, body)
    }
}

impl Parent for TaskManager {
    fn has(&self, name: &str) -> bool {
        self.contains(name)
    }

    #[track_caller]
    fn add_background(
        &self,
        name: String,
        body: impl Future<Output = Result> + 'static,
    ) -> Task<()> {
        self.background(name, body)
    }
}

impl Parent for Test {
    fn has(&self, _: &str) -> bool {
        false // names of its tasks need not be unique
    }

    #[track_caller]
    fn add_background(
        &self,
        name: String,
        body: impl Future<Output = Result> + 'static,
    ) -> Task<()> {
        verifork::background(name, body)
    }
}

/// The first of `name`, `name 2`, `name 3`, … that is free.
pub(crate) fn free_name(parent: &impl Parent, name: String) -> String {
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| !parent.has(name)).unwrap_or(name)
}

/// Random numbers of the test's seed and a name; those of a fixed seed outside of a test.
pub(crate) fn rng_named(name: &str) -> TestRng {
    match Test::current() {
        Some(test) => test.rng_named(name),
        None => TestRng::new(0),
    }
}

struct Claimed {
    path: &'static str,
    by: &'static str,
    at: &'static Location<'static>,
}

thread_local! {
    static CLAIMED: RefCell<Vec<Claimed>> = const { RefCell::new(Vec::new()) };
    static TEXTS: RefCell<HashSet<&'static str>> = RefCell::new(HashSet::new());
}

/// A signal that a living component drives: nobody else may.
#[derive(Debug)]
pub(crate) struct Claim(&'static str);

impl Claim {
    /// Claims the signal of this path.
    ///
    /// # Panics
    ///
    /// At the caller's line: another component drives it.
    #[track_caller]
    pub(crate) fn new(path: &'static str, by: &'static str) -> Self {
        let at = Location::caller();
        let first = CLAIMED.with_borrow_mut(|claimed| {
            let first = claimed.iter().find(|other| other.path == path);
            let first = first.map(|other| (other.by, other.at));
            if first.is_none() {
                claimed.push(Claimed { path, by, at });
            }
            first
        });
        if let Some((by, at)) = first {
            panic!(
                "`{path}` is already driven, by the {by} started at {}:{}: a bus has one component on each side",
                at.file(),
                at.line()
            );
        }
        Claim(path)
    }

    /// Claims a signal that may be missing.
    ///
    /// # Panics
    ///
    /// At the caller's line: another component drives it.
    #[track_caller]
    pub(crate) fn if_there(path: Option<&'static str>, by: &'static str) -> Option<Self> {
        Some(Claim::new(path?, by)) // a closure would be the caller itself
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // The thread's own data may be gone.
        let _ = CLAIMED.try_with(|claimed| {
            claimed.borrow_mut().retain(|other| other.path != self.0);
        });
    }
}

/// A text for the task tree, kept for the life of the thread: one for each channel of the design.
pub(crate) fn interned(text: String) -> &'static str {
    TEXTS.with_borrow_mut(|texts| match texts.get(&*text) {
        Some(known) => known,
        None => {
            let kept: &'static str = Box::leak(text.into_boxed_str());
            texts.insert(kept);
            kept
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_claimed_once_until_the_claim_goes() {
        let line = line!() + 1;
        let first = Claim::new("top.valid", "source");
        let _other = Claim::new("top.ready", "sink");
        let again = std::panic::catch_unwind(|| Claim::new("top.valid", "source"));
        let message = *again.unwrap_err().downcast::<String>().unwrap();
        assert!(
            message.contains(&format!("by the source started at {}:{line}", file!())),
            "{message}"
        );
        drop(first);
        drop(Claim::new("top.valid", "source"));
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        struct Taken;
        impl Parent for Taken {
            fn has(&self, name: &str) -> bool {
                ["monitor", "monitor 2"].contains(&name)
            }
            fn add_background(
                &self,
                _: String,
                _: impl Future<Output = Result> + 'static,
            ) -> Task<()> {
                unreachable!()
            }
        }
        assert_eq!(free_name(&Taken, "monitor".into()), "monitor 3");
        assert_eq!(free_name(&Taken, "source".into()), "source");
    }

    #[test]
    fn a_text_is_kept_once() {
        let first = interned("ready of top".to_owned());
        assert!(std::ptr::eq(first, interned("ready of top".to_owned())));
    }
}
