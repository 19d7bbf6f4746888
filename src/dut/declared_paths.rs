//! The paths that a testbench binds, declared before a simulator runs.

use std::collections::BTreeSet;

use super::affix::Affix;

/// The paths that [`Dut`](super::Dut)s bind, collected without a design: some simulators need them when they compile
/// the design.
///
/// An implementation of [`Dut`](super::Dut) by hand passes it on:
///
/// ```no_run
/// use verifork::dut::{Binder, DeclaredPaths, Dut, Signal};
///
/// struct Strobe(Signal<bool>);
///
/// impl Dut for Strobe {
///     fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
///         Signal::bind(binder, path).map(Strobe)
///     }
///
///     fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
///         Signal::<bool>::declared_paths(paths, path);
///     }
/// }
/// ```
#[derive(Debug)]
pub struct DeclaredPaths<'a> {
    /// One scope, or several if its name has one of several prefixes.
    scopes: Vec<String>,
    /// The prefixes and suffixes of names in this scope, and in the one that is entered next.
    affix: Option<Affix>,
    next: Option<Affix>,
    found: &'a mut PathSet,
}

/// The paths that were declared.
#[derive(Debug, Default)]
pub(crate) struct PathSet {
    /// Paths below the top.
    pub(crate) paths: BTreeSet<String>,
    /// The test also looks up names that are known only when it runs.
    pub(crate) open_ended: bool,
}

impl PathSet {
    /// The paths of the design's top.
    pub(crate) fn top(&mut self) -> DeclaredPaths<'_> {
        DeclaredPaths {
            scopes: vec![String::new()],
            affix: None,
            next: None,
            found: self,
        }
    }
}

impl DeclaredPaths<'_> {
    /// The paths of the scope that `path` leads to; an empty path leads to the present scope.
    ///
    /// ```
    /// use verifork::dut::DeclaredPaths;
    ///
    /// fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
    ///     let mut core = paths.enter(path);
    ///     core.object("state");
    ///     core.enter("fifo").object("level"); // below the core
    /// }
    /// ```
    pub fn enter(&mut self, path: &str) -> DeclaredPaths<'_> {
        if self.next.as_ref().is_some_and(Affix::is_empty) {
            // It may be a packed structure, which the simulator shows as a whole.
            self.object(path);
        }
        let affix = match &self.next {
            None if path.is_empty() => self.affix.clone(),
            next => next.clone(),
        };
        DeclaredPaths {
            scopes: self.joined(&self.affixed(path)),
            affix,
            next: None,
            found: self.found,
        }
    }

    /// The same for a field whose struct's names are made with these.
    #[doc(hidden)]
    pub fn field(&mut self, path: &str, affix: Affix) -> DeclaredPaths<'_> {
        let next = match &self.affix {
            Some(outer) if path.is_empty() => affix.within(outer),
            _ => affix,
        };
        DeclaredPaths {
            scopes: self.scopes.clone(),
            affix: self.affix.clone(),
            next: Some(next),
            found: self.found,
        }
    }

    /// Declares the object at `path`.
    ///
    /// ```
    /// use verifork::dut::DeclaredPaths;
    ///
    /// fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
    ///     for name in ["valid", "ready", "data"] {
    ///         paths.object(&format!("{path}_{name}"));
    ///     }
    /// }
    /// ```
    pub fn object(&mut self, path: &str) {
        let mut paths = self.affixed(path);
        if self.affix.is_some() {
            // Which of these the design has is found when it is bound.
            let cases = |path: &String| [path.to_ascii_uppercase(), path.to_ascii_lowercase()];
            paths.extend(paths.iter().flat_map(cases).collect::<Vec<_>>());
        }
        let mut paths = self.joined(&paths);
        paths.retain(|path| !path.is_empty());
        self.found.paths.extend(paths);
    }

    /// Declares that more objects are bound, by names that are not known yet.
    ///
    /// ```
    /// use verifork::dut::DeclaredPaths;
    ///
    /// fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
    ///     let _ = path; // the names come from a file that is read when the test runs
    ///     paths.open_ended();
    /// }
    /// ```
    pub fn open_ended(&mut self) {
        self.found.open_ended = true;
    }

    fn affixed(&self, path: &str) -> Vec<String> {
        match &self.affix {
            Some(affix) if !path.is_empty() => affix.around(path).collect(),
            _ => vec![path.to_owned()],
        }
    }

    fn joined(&self, paths: &[String]) -> Vec<String> {
        let scopes = self.scopes.iter();
        let joined = scopes.flat_map(|scope| {
            paths.iter().map(|path| match (&**scope, &**path) {
                (scope, "") => scope.to_owned(),
                ("", path) => path.to_owned(),
                (scope, path) => format!("{scope}.{path}"),
            })
        });
        joined.collect()
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

        fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
            let mut scope = paths.enter(path);
            Signal::<bool>::declared_paths(&mut scope, "valid");
            Option::<Array<u8>>::declared_paths(&mut scope, "lanes[1].mem");
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
        let mut found = PathSet::default();
        let mut top = found.top();
        Signal::<u8>::declared_paths(&mut top, "count");
        Inner::declared_paths(&mut top, "core.queue");
        Inner::declared_paths(&mut top, "");
        assert!(!found.open_ended);
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
    fn names_with_a_prefix_are_reported_in_every_case_and_elements_once() {
        struct Stream;
        impl Dut for Stream {
            fn bind(_: &mut Binder<'_>, _: &str) -> Option<Self> {
                None
            }

            fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
                let mut scope = paths.enter(path);
                Signal::<bool>::declared_paths(&mut scope, "tvalid");
                let mut user = scope.field("", Affix::new(&["u_"], &[]));
                Vec::<Signal<bool>>::declared_paths(&mut user.enter(""), "id");
            }
        }
        let mut found = PathSet::default();
        Stream::declared_paths(&mut found.top().field("", Affix::new(&["S_"], &["_i"])), "");
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
    fn names_with_several_prefixes_are_reported_with_each_at_every_depth() {
        let mut found = PathSet::default();
        let mut top = found.top();
        let mut bus = top.field("core", Affix::new(&["i_", "o_"], &[]));
        let mut scope = bus.enter("core");
        scope.object("a");
        scope.enter("lane").object("b");
        let paths: Vec<_> = found.paths.iter().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "core.I_A",
                "core.O_A",
                "core.i_a",
                "core.i_lane.b",
                "core.o_a",
                "core.o_lane.b"
            ]
        );
    }

    #[test]
    fn what_is_bound_by_hand_or_declared_later_is_not_known() {
        for declared_paths in [ByHand::declared_paths, Instance::declared_paths] {
            let mut found = PathSet::default();
            declared_paths(&mut found.top(), "core");
            assert!(found.open_ended && found.paths.is_empty());
        }
    }
}
