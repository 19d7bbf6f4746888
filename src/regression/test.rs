//! The test as its own code sees it: name, seed, random numbers, plus-arguments.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use rand_chacha::ChaCha8Rng;

use super::seed::Seed;
use super::simulator::SimulatorInfo;
use crate::random::TestRng;
use crate::task::{EndTest, Verdict, with_executor};
use crate::time::SimTime;

struct Inner {
    /// Its number among the tests of this thread.
    number: u64,
    name: String,
    seed: Seed,
    begun: SimTime,
    plusargs: Rc<[String]>,
    simulator: SimulatorInfo,
}

/// The running test. A test's function may take it as a parameter; [`Test::current`] returns it
/// anywhere.
///
/// # Examples
///
/// ```no_run
/// use verifork::prelude::*;
///
/// #[verifork::test]
/// async fn random_traffic(test: Test) -> Result {
///     let mut rng = test.rng();
///     let length: u8 = rng.random_range(1..=16);
///     log::info!("{length} words; repeat with VERIFORK_SEED={}", test.seed());
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Test(Rc<Inner>);

/// Ends the test as skipped, for reasons known only at run time: a parameter of the design, a
/// plus-argument.
///
/// Return it from the test's function or from any task of the test: a child of a scope, a background
/// child, a spawned task. It propagates like an error, also from a child that [continues on
/// errors](crate::task::ChildBuilder::continue_on_error): everything else is cancelled, newest first,
/// and [`on_exit`](crate::task::Scope::on_exit) runs. An error before or during this still fails the
/// test.
///
/// # Errors
///
/// Always: the error ends the test.
///
/// # Examples
///
/// ```no_run
/// use verifork::prelude::*;
///
/// #[derive(Dut)]
/// struct Uart {
///     #[dut(path = "PARITY")]
///     parity: Parameter<u8>,
/// }
///
/// #[verifork::test]
/// async fn parity_errors(dut: Uart) -> Result {
///     if dut.parity.get()? == 0 {
///         return skip("this design has no parity bit");
///     }
///     Ok(())
/// }
/// ```
pub fn skip<T>(reason: impl Into<String>) -> anyhow::Result<T> {
    Err(end(Verdict::Skipped, reason.into()).into())
}

/// Ends the test as passed before all of its tasks have ended, for example from a checker that has seen
/// enough. The reason is logged.
///
/// Return it from any task, with the same rules as [`skip`]: an error before it, or while the rest is
/// cancelled, fails the test.
///
/// # Errors
///
/// Always: the error ends the test.
///
/// # Examples
///
/// ```no_run
/// use verifork::prelude::*;
///
/// #[verifork::test(timeout = 1.ms())]
/// async fn all_grants_are_seen(grants: Instance) -> Result {
///     let grant = grants.signal::<u8>("grant")?;
///     background("coverage", async move {
///         let mut seen = 0u8;
///         loop {
///             grant.changed().await;
///             seen |= grant.get()?;
///             if seen == 0xff {
///                 return pass("every grant was seen");
///             }
///         }
///     });
///     loop {
///         timer(1.us()).await; // random traffic, without an end of its own
///     }
/// }
/// ```
pub fn pass<T>(reason: impl Into<String>) -> anyhow::Result<T> {
    Err(end(Verdict::Passed, reason.into()).into())
}

fn end(verdict: Verdict, reason: String) -> EndTest {
    EndTest {
        verdict,
        reason,
        test: Test::current().map(|test| test.number()),
    }
}

thread_local! {
    /// The number of the next test.
    static NUMBER: Cell<u64> = const { Cell::new(1) };
    static CURRENT: RefCell<Option<Test>> = const { RefCell::new(None) };
}

impl Test {
    pub(super) fn new(
        name: String,
        seed: Seed,
        begun: SimTime,
        plusargs: Rc<[String]>,
        simulator: SimulatorInfo,
    ) -> Self {
        Test(Rc::new(Inner {
            number: NUMBER.replace(NUMBER.get() + 1),
            name,
            seed,
            begun,
            plusargs,
            simulator,
        }))
    }

    pub(super) fn set_current(test: Option<Test>) {
        let before = CURRENT.replace(test);
        drop(before);
    }

    /// The test that runs on this thread.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example() -> Result {
    /// if let Some(test) = Test::current() {
    ///     log::info!("seed {}", test.seed());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn current() -> Option<Test> {
        // A destructor of the thread's own data may ask, when this is gone already.
        CURRENT
            .try_with(|current| current.borrow().clone())
            .ok()
            .flatten()
    }

    pub(super) fn number(&self) -> u64 {
        self.0.number
    }

    /// The name by which a filter finds the test.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// let dump = format!("{}.hex", test.name());
    /// std::fs::write(dump, "00 01\n")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The base seed; set `VERIFORK_SEED` to it to repeat the test.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// log::info!("repeat with VERIFORK_SEED={}", test.seed());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "RANDOM_SEED")]
    pub fn seed(&self) -> u64 {
        self.0.seed.value()
    }

    /// The simulated time at which the test began.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// log::info!("{} of this test", now().since(test.begun()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn begun(&self) -> SimTime {
        self.0.begun
    }

    /// The simulator that runs the test: its name, and its version for comparisons.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// ensure!(!test.simulator().is("ghdl"), "this test is about SystemVerilog");
    /// # Ok(())
    /// # }
    /// ```
    pub fn simulator(&self) -> &SimulatorInfo {
        &self.0.simulator
    }

    /// A random generator for the running task, derived from the base seed, the test's name and the
    /// task's path, so neither other tests nor other tasks influence it. Each call from one task starts
    /// the same stream again, so keep the generator.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test, data: Signal<u8>) -> Result {
    /// let mut rng = test.rng();
    /// data.set(rng.random());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "$urandom")]
    #[doc(alias = "random")]
    pub fn rng(&self) -> TestRng {
        let mut path = String::new();
        with_executor(|executor| executor.write_current_path(&mut path).ok());
        // The task's path begins with the test's name, but not in a task that outlived its parent.
        let below = path.strip_prefix(self.name()).unwrap_or(&path);
        TestRng::from_stream(self.0.seed.stream(&[self.name(), below]))
    }

    /// A random generator with a name chosen by the caller. The same name gives the same stream in
    /// every task.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// // The same pauses on every port, whatever task drives it.
    /// let mut pauses = test.rng_named("pauses");
    /// log::info!("{} cycles", pauses.random_range(0..=8_u32));
    /// # Ok(())
    /// # }
    /// ```
    pub fn rng_named(&self, name: &str) -> TestRng {
        TestRng::from_stream(self.0.seed.stream(&[self.name(), "", name]))
    }

    /// A stream by names below the test's own.
    pub(super) fn stream(&self, below: &[&str]) -> ChaCha8Rng {
        let path: Vec<&str> = [self.name()].iter().chain(below).copied().collect();
        self.0.seed.stream(&path)
    }

    /// The plus-arguments of the simulation, without their `+`.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// for argument in test.plusargs() {
    ///     log::info!("+{argument}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "$test$plusargs")]
    pub fn plusargs(&self) -> impl Iterator<Item = &str> {
        self.0
            .plusargs
            .iter()
            .filter_map(|argument| argument.strip_prefix('+'))
    }

    /// The text after `+name=`, or the empty string for a bare `+name`; `None` if there is neither.
    /// Like `$value$plusargs` (IEEE 1800-2017, 21.6).
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// // `Design::plusarg("frames=1000")`, or `+frames=1000` on the simulator's command line
    /// let frames: u32 = test.plusarg("frames").unwrap_or("100").parse()?;
    /// log::info!("{frames} frames");
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "$value$plusargs")]
    #[doc(alias = "plusargs")]
    pub fn plusarg(&self, name: &str) -> Option<&str> {
        self.plusargs().find_map(|argument| {
            let rest = argument.strip_prefix(name)?;
            if rest.is_empty() {
                Some("")
            } else {
                rest.strip_prefix('=')
            }
        })
    }
}

impl fmt::Debug for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Test")
            .field("name", &self.0.name)
            .field("seed", &self.seed())
            .finish()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::simulator::Identity;

    pub(in crate::regression) fn a_test(name: &str) -> Test {
        let identity = Identity {
            product: "x".to_owned(),
            version: "1.0".to_owned(),
            interface: "VPI",
        };
        Test::new(
            name.to_owned(),
            Seed::new(7),
            SimTime::new(0, crate::time::Precision::new(-9).unwrap()),
            Rc::new([]),
            SimulatorInfo::of(&identity),
        )
    }
}
