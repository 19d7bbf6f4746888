//! The common part of all checkers: ignoring rules, running at edges, and checks at the end.

use verifork::Result;

use crate::Clocked;
use crate::clocked::between_resets;
use crate::parent::{Parent, free_name};

/// The method of every checker that ignores one of its protocol's `RULES`, with further documentation.
macro_rules! ignores_rules {
    ($(#[$more:meta])*) => {
        /// Leaves out a rule.
        $(#[$more])*
        ///
        /// # Panics
        ///
        /// At the caller's line, if no rule has this name.
        #[track_caller]
        pub fn ignore(mut self, rule: &str) -> Self {
            self.ignored.add(rule, RULES);
            self
        }
    };
}

pub(crate) use ignores_rules;

/// A checker with rules of its end.
pub(crate) trait AtEnd: 'static {
    /// Checks unfinished transactions at the end; not called after an error.
    fn at_end(&self) {}
}

/// A checker of a bus with a clock.
pub(crate) trait AtEdges: AtEnd {
    /// Looks at an edge.
    fn look(&mut self, in_reset: bool) -> Result;
}

/// A checker of a bus without a clock.
pub(crate) trait BetweenResets: AtEnd {
    /// Looks from now on.
    async fn run(&mut self) -> Result;

    /// A reset has cut it short.
    fn reset(&mut self);
}

/// Looks at every edge, as a background child.
#[track_caller]
pub(crate) fn look_at_edges(
    parent: &impl Parent,
    bus: &str,
    clocked: &Clocked,
    checking: impl AtEdges,
) {
    let (mut running, clocked) = (Running::new(checking), *clocked);
    let name = free_name(parent, format!("{bus} checker"));
    parent.add_background(name, async move {
        loop {
            clocked.edge().await;
            let outcome = running.checking.look(clocked.is_in_reset());
            running.note(outcome)?;
        }
    });
}

/// Looks while the reset is not active, as a background child.
#[track_caller]
pub(crate) fn look_between_resets<C: BetweenResets>(
    parent: &impl Parent,
    bus: &str,
    reset: Option<Clocked>,
    checking: C,
) {
    let mut running = Running::new(checking);
    let name = free_name(parent, format!("{bus} checker"));
    parent.add_background(name, async move {
        let run = async |running: &mut Running<C>| {
            let outcome = running.checking.run().await;
            running.note(outcome)
        };
        between_resets(reset, &mut running, run, |running| {
            running.checking.reset();
            Ok(())
        })
        .await
    });
}

struct Running<C: AtEnd> {
    checking: C,
    failed: bool,
}

impl<C: AtEnd> Running<C> {
    fn new(checking: C) -> Self {
        let failed = false;
        Running { checking, failed }
    }

    fn note(&mut self, outcome: Result) -> Result {
        self.failed = outcome.is_err();
        outcome
    }
}

impl<C: AtEnd> Drop for Running<C> {
    fn drop(&mut self) {
        if !self.failed {
            self.checking.at_end();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    struct Counts(Rc<Cell<u32>>);

    impl AtEnd for Counts {
        fn at_end(&self) {
            self.0.set(self.0.get() + 1);
        }
    }

    #[test]
    fn what_is_under_way_is_judged_at_the_end_unless_it_is_an_error() {
        let judged = Rc::new(Cell::new(0));
        let mut running = Running::new(Counts(Rc::clone(&judged)));
        assert!(running.note(Ok(())).is_ok());
        drop(running);
        assert_eq!(judged.get(), 1);
        let mut running = Running::new(Counts(Rc::clone(&judged)));
        assert!(running.note(Err(verifork::error!("broken"))).is_err());
        drop(running);
        assert_eq!(judged.get(), 1);
    }
}
