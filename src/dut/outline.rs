//! What a testbench looks up in the design, told before there is a simulator.

use std::collections::BTreeSet;

use super::affix::Affix;

/// The paths that [`Dut`](super::Dut)s bind, gathered without a design: some simulators have to be
/// told when they compile the design.
#[derive(Debug)]
pub struct Outline<'a> {
    scope: String,
    /// What goes around names in this scope, and in the one that is entered next.
    affix: Option<Affix<'static>>,
    next: Option<Affix<'static>>,
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
            affix: None,
            next: None,
            found: self,
        }
    }
}

impl Outline<'_> {
    /// The outline of the scope that a path leads to; an empty path leads to the present one.
    pub fn enter(&mut self, path: &str) -> Outline<'_> {
        let affix = match &self.next {
            None if path.is_empty() => self.affix.clone(),
            next => next.clone(),
        };
        Outline {
            scope: self.join(&self.affixed(path)),
            affix,
            next: None,
            found: self.found,
        }
    }

    /// The outline for a field whose struct's names are made with these.
    #[doc(hidden)]
    pub fn field(&mut self, path: &str, affix: Affix<'static>) -> Outline<'_> {
        let next = match &self.affix {
            Some(outer) if path.is_empty() => affix.within(outer),
            _ => affix,
        };
        Outline {
            scope: self.scope.clone(),
            affix: self.affix.clone(),
            next: Some(next),
            found: self.found,
        }
    }

    /// An object is looked up.
    pub fn object(&mut self, path: &str) {
        let affixed = self.affixed(path);
        let mut paths = vec![affixed.clone()];
        if self.affix.is_some() {
            // The design has it in one of these, which is found when it is bound.
            paths.extend([affixed.to_ascii_uppercase(), affixed.to_ascii_lowercase()]);
        }
        let paths = paths.iter().map(|path| self.join(path));
        let paths: Vec<String> = paths.filter(|path| !path.is_empty()).collect();
        self.found.paths.extend(paths);
    }

    /// Objects are looked up by names that are not known yet.
    pub fn more(&mut self) {
        self.found.more = true;
    }

    fn affixed(&self, path: &str) -> String {
        match &self.affix {
            Some(affix) if !path.is_empty() => affix.around(path),
            _ => path.to_owned(),
        }
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
    fn names_with_a_prefix_are_told_in_every_case_and_elements_once() {
        struct Stream;
        impl Dut for Stream {
            fn bind(_: &mut Binder<'_>, _: &str) -> Option<Self> {
                None
            }

            fn outline(outline: &mut Outline<'_>, path: &str) {
                let mut scope = outline.enter(path);
                Signal::<bool>::outline(&mut scope, "tvalid");
                let mut user = scope.field("", Affix::new("u_", ""));
                Vec::<Signal<bool>>::outline(&mut user.enter(""), "id");
            }
        }
        let mut found = Found::default();
        Stream::outline(&mut found.top().field("", Affix::new("S_", "_i")), "");
        let paths: Vec<_> = found.paths.iter().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "S_TVALID_I",
                "S_U_ID_I[0]",
                "S_tvalid_i",
                "S_u_id_i[0]",
                "s_tvalid_i",
                "s_u_id_i[0]"
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
