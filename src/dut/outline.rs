//! What a testbench looks up in the design, told before there is a simulator.

use std::collections::BTreeSet;

/// The paths that [`Dut`](super::Dut)s bind, gathered without a design: some simulators have to be
/// told when they compile the design.
#[derive(Debug)]
pub struct Outline<'a> {
    scope: String,
    found: &'a mut Found,
}

/// What an outline found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Paths below the top.
    pub(crate) paths: BTreeSet<String>,
    /// There are look-ups of names that only the running test knows.
    pub(crate) more: bool,
}

impl Found {
    /// The outline of the top of the design.
    pub(crate) fn top(&mut self) -> Outline<'_> {
        Outline {
            scope: String::new(),
            found: self,
        }
    }
}

impl Outline<'_> {
    /// The outline of the scope that a path leads to; an empty path leads to the present one.
    pub fn enter(&mut self, path: &str) -> Outline<'_> {
        Outline {
            scope: self.join(path),
            found: self.found,
        }
    }

    /// An object is looked up.
    pub fn object(&mut self, path: &str) {
        let path = self.join(path);
        if !path.is_empty() {
            self.found.paths.insert(path);
        }
    }

    /// Objects are looked up by names that are not known yet.
    pub fn more(&mut self) {
        self.found.more = true;
    }

    fn join(&self, path: &str) -> String {
        match (self.scope.as_str(), path) {
            (scope, "") => scope.to_owned(),
            ("", path) => path.to_owned(),
            (scope, path) => format!("{scope}.{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Array, Binder, Dut, Instance, Signal};
    use super::*;

    struct Inner;

    impl Dut for Inner {
        fn bind(_: &mut Binder<'_>, _: &str) -> Option<Self> {
            None
        }

        fn outline(outline: &mut Outline<'_>, path: &str) {
            let mut scope = outline.enter(path);
            Signal::<bool>::outline(&mut scope, "valid");
            Option::<Array<u8>>::outline(&mut scope, "lanes[1].mem");
        }
    }

    struct ByHand;

    impl Dut for ByHand {
        fn bind(_: &mut Binder<'_>, _: &str) -> Option<Self> {
            None
        }
    }

    #[test]
    fn paths_are_those_below_the_top() {
        let mut found = Found::default();
        let mut top = found.top();
        Signal::<u8>::outline(&mut top, "count");
        Inner::outline(&mut top, "core.queue");
        Inner::outline(&mut top, "");
        assert!(!found.more);
        let paths: Vec<_> = found.paths.iter().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "core.queue.lanes[1].mem",
                "core.queue.valid",
                "count",
                "lanes[1].mem",
                "valid"
            ]
        );
    }

    #[test]
    fn what_is_bound_by_hand_or_looked_up_later_is_not_known() {
        for outline in [ByHand::outline, Instance::outline] {
            let mut found = Found::default();
            outline(&mut found.top(), "core");
            assert!(found.more && found.paths.is_empty());
        }
    }
}
