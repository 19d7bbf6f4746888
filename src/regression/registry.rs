//! The tests of a crate, as `#[verifork::test]` registers them.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use super::failure_kind::FailureKind;
use super::select::Candidate;
use super::simulator::{Condition, SimulatorInfo};
use super::test::Test;
use crate::dut::{DeclaredPaths, Dut, PathSet, bind_top};
use crate::time::SimDuration;

/// The body of a test, about to be run.
pub type TestFuture = Pin<Box<dyn Future<Output = anyhow::Result<()>>>>;

/// A way in which a design ends the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// `$fatal`, `severity failure`, an error at run time.
    Fatal,
    /// `$finish`, `std.env.finish`.
    Finish,
    /// `$stop`, `std.env.stop`.
    Stop,
}

/// The options of `#[verifork::test(…)]`.
#[derive(Debug, Default, Clone)]
pub struct TestOptions {
    /// The limit of simulated time.
    pub timeout: Option<SimDuration>,
    /// The limit of wall-clock time.
    pub wall_timeout: Option<Duration>,
    /// Why the test is not run.
    pub skip: Option<&'static str>,
    /// Errors that the design reports leave the test as it is.
    pub ignores_design_errors: bool,
    /// How the design has to end the simulation.
    pub ends: Option<End>,
    /// How the test has to fail.
    pub should_fail: Option<ShouldFail>,
    /// Why the test is not run on some simulators.
    pub skip_on: &'static [(Condition, &'static str)],
    /// How the test has to fail on some simulators: the first that fits counts.
    pub should_fail_on: &'static [(Condition, ShouldFail)],
}

impl TestOptions {
    /// The options on this simulator. What is for some simulators comes before what is for all.
    pub(super) fn on(mut self, simulator: &SimulatorInfo) -> Self {
        let skip = self.skip_on.iter().find(|(on, _)| on.holds(simulator));
        let fail = self
            .should_fail_on
            .iter()
            .find(|(on, _)| on.holds(simulator));
        self.skip = skip.map(|&(_, reason)| reason).or(self.skip);
        self.should_fail = fail.map(|&(_, how)| how).or(self.should_fail);
        self
    }
}

/// How a test has to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShouldFail {
    /// The kind of failure that is expected.
    pub kind: FailureKind,
    /// The text that the error must contain; every text contains the empty one.
    pub text: &'static str,
}

/// What the arguments of a test are created from.
#[derive(Debug)]
pub struct TestContext {
    pub(crate) test: Test,
    /// The top instance to bind to, where the settings name one.
    pub(crate) top: Option<Rc<str>>,
    pub(crate) place: &'static Location<'static>,
}

/// One test, or one case of a test.
#[derive(Debug)]
pub struct TestEntry {
    /// The function's name, or the one given, and the case's.
    pub name: &'static str,
    /// The module that it is in.
    pub module: &'static str,
    /// The function's place in the source.
    pub place: &'static Location<'static>,
    /// The case's number among those of its function.
    pub case: u32,
    /// The requirements that it checks.
    pub covers: &'static [&'static str],
    /// The options of the attribute.
    pub options: fn() -> TestOptions,
    /// Tells what the arguments look up in the design.
    pub declared_paths: fn(&mut DeclaredPaths<'_>),
    /// Makes the arguments and calls the function.
    pub run: fn(&TestContext) -> anyhow::Result<TestFuture>,
}

inventory::collect!(TestEntry);

impl TestEntry {
    /// The paths that the test looks up in the design.
    pub(super) fn declared_paths(&self) -> PathSet {
        let mut found = PathSet::default();
        (self.declared_paths)(&mut found.top());
        found
    }

    /// The module's path below the crate, and the test's name.
    pub(super) fn full_name(&self) -> String {
        match self.module.split_once("::") {
            Some((_, module)) => format!("{module}::{}", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// Every test of this plugin with its full name, in the order of the source.
pub(super) fn in_order() -> Vec<(&'static TestEntry, String)> {
    let mut entries: Vec<(&'static TestEntry, String)> = inventory::iter::<TestEntry>()
        .map(|entry| (entry, entry.full_name()))
        .collect();
    entries.sort_by_key(|(entry, _)| {
        let place = entry.place;
        (place.file(), place.line(), place.column(), entry.case)
    });
    entries
}

/// All registered tests.
pub(super) fn candidates<'a>(entries: &'a [(&TestEntry, String)]) -> Vec<Candidate<'a>> {
    let candidate = |(entry, name): &'a (&TestEntry, String)| Candidate {
        name,
        file: entry.place.file(),
        line: entry.place.line(),
        covers: entry.covers,
    };
    entries.iter().map(candidate).collect()
}

/// The type of a parameter of a test: anything that binds to the design, or the [`Test`] itself.
#[diagnostic::on_unimplemented(
    message = "a test cannot take a `{Self}`: derive `Dut` for a struct of signals",
    label = "neither a struct that derives `Dut` nor `Instance` nor `Test`",
    note = "other values come from cases: `#[verifork::test(cases(small = 1, large = 255))]` fills the \
            last parameter"
)]
pub trait FromTest: Sized {
    /// Makes the argument.
    ///
    /// # Errors
    ///
    /// It does not fit the elaborated design.
    fn from_test(context: &TestContext) -> anyhow::Result<Self>;

    /// Tells what it looks up in the design.
    fn declared_paths(paths: &mut DeclaredPaths<'_>);
}

impl<D: Dut> FromTest for D {
    fn from_test(context: &TestContext) -> anyhow::Result<Self> {
        let top = context.top.as_deref();
        Ok(bind_top(context.place, top, "VERIFORK_TOP")?)
    }

    fn declared_paths(paths: &mut DeclaredPaths<'_>) {
        <D as Dut>::declared_paths(paths, "");
    }
}

impl FromTest for Test {
    fn from_test(context: &TestContext) -> anyhow::Result<Self> {
        Ok(context.test.clone())
    }

    fn declared_paths(_: &mut DeclaredPaths<'_>) {}
}

/// A literal in `cases`, for a parameter of the type `P`.
#[diagnostic::on_unimplemented(
    message = "a case passes `{Self}` for a parameter of type `{P}`",
    label = "this does not fit the parameter",
    note = "a tuple fills one parameter with each of its values, the last ones of the function; \
            a value that is itself a tuple stands in another: `cases(a = ((1, 2),))`",
    note = "a text is given to a `&str`; for a `String`, write `\"…\".to_owned()`"
)]
pub trait CaseValue<P> {
    /// The parameter's value.
    fn fit(self) -> P;
}

impl<P> CaseValue<P> for P {
    fn fit(self) -> P {
        self
    }
}

/// The value of a parameter that a case fills with a literal.
pub fn case_value<P, V: CaseValue<P>>(value: V) -> P {
    value.fit()
}

/// The return type of a test.
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "neither `()` nor `Result<(), E>` with `E: Into<verifork::Error>`"
)]
pub trait TestOutput {
    /// The output as a result.
    ///
    /// # Errors
    ///
    /// The test returned an error.
    fn into_result(self) -> anyhow::Result<()>;
}

impl TestOutput for () {
    fn into_result(self) -> anyhow::Result<()> {
        Ok(())
    }
}

impl<E: Into<anyhow::Error>> TestOutput for Result<(), E> {
    fn into_result(self) -> anyhow::Result<()> {
        self.map_err(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Identity;

    #[test]
    fn what_is_for_the_simulator_comes_before_what_is_for_all() {
        let on = |simulator| Condition {
            simulator,
            version: None,
        };
        let fails = |text| ShouldFail {
            kind: FailureKind::Error,
            text,
        };
        let options = TestOptions {
            skip_on: Box::leak(Box::new([(on("nvc"), "first"), (on("nvc"), "second")])),
            should_fail: Some(fails("anywhere")),
            should_fail_on: Box::leak(Box::new([(on("ghdl"), fails("on ghdl"))])),
            ..TestOptions::default()
        };
        let resolved = |product: &str| {
            let identity = Identity {
                product: product.to_owned(),
                version: "1.0".to_owned(),
                interface: "VPI",
            };
            let options = options.clone().on(&SimulatorInfo::of(&identity));
            (options.skip, options.should_fail.map(|fail| fail.text))
        };
        assert_eq!(resolved("nvc"), (Some("first"), Some("anywhere")));
        assert_eq!(resolved("GHDL"), (None, Some("on ghdl")));
        assert_eq!(resolved("Verilator"), (None, Some("anywhere")));
    }
}
