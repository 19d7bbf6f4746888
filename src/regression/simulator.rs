//! The simulator as tests see it: its name, and a version that can be compared.

use std::cmp::Ordering;
use std::fmt;

use verifork_protocol::nearest::{did_you_mean, nearest};
use verifork_protocol::simulators::Simulator;

use crate::simulator::Identity;

/// The simulator that runs the test. [`Test::simulator`](crate::Test::simulator) returns it.
///
/// ```no_run
/// use verifork::prelude::*;
///
/// #[verifork::test]
/// async fn reads_the_memory(dut: Instance, test: Test) -> Result {
///     let simulator = test.simulator();
///     if simulator.is("ghdl") && *simulator.version() < "3" {
///         return skip("GHDL 2 shows no memories");
///     }
///     log::info!("on {} {}", simulator.name(), simulator.version());
///     # let _ = dut;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct SimulatorInfo {
    name: String,
    version: SimulatorVersion,
}

impl SimulatorInfo {
    pub(crate) fn of(identity: &Identity) -> Self {
        SimulatorInfo {
            name: identity.product.clone(),
            version: SimulatorVersion(identity.version.clone()),
        }
    }

    /// Its name as it reports it: `Icarus Verilog`, `GHDL`, `Verilator`, `nvc`. To tell simulators apart, use
    /// [`is`](Self::is) or [`key`](Self::key).
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// log::info!("runs on {} {}", test.simulator().name(), test.simulator().version());
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name by which `VERIFORK_SIM` and the attribute call it: `icarus`, `ghdl`, `verilator` or `nvc`;
    /// `None` for another one.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// let limit = match test.simulator().key() {
    ///     Some("verilator") => 1_000_000,
    ///     _ => 10_000,
    /// };
    /// log::info!("{limit} cycles");
    /// # Ok(())
    /// # }
    /// ```
    pub fn key(&self) -> Option<&'static str> {
        Simulator::from_product(&self.name).map(Simulator::key)
    }

    /// Whether it is the one with this name in `VERIFORK_SIM` and the attribute.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// if test.simulator().is("verilator") {
    ///     return skip("the check is about X, and Verilator has two states");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If no simulator has this name.
    #[track_caller]
    pub fn is(&self, key: &str) -> bool {
        let keys = Simulator::ALL.map(Simulator::key);
        assert!(
            keys.contains(&key),
            "no simulator is called `{key}`{}: the names are {}",
            did_you_mean(&nearest(key, keys, 1)),
            keys.join(", ")
        );
        self.key() == Some(key)
    }

    /// Its version.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(test: Test) -> Result {
    /// let simulator = test.simulator();
    /// if simulator.is("icarus") && *simulator.version() < "12" {
    ///     return skip("Icarus 11 does not have this construct");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn version(&self) -> &SimulatorVersion {
        &self.version
    }
}

/// A simulator's version, printed as the simulator reports it: `11.0 (stable)`, `5.006 2023-01-22`, `1.23-devel`.
///
/// A comparison with a text uses only as many numbers as the text has: `5.0.1` equals `"5"` and `"5.0"`, is not above
/// `"5"`, and is below `"5.1"`. So `< "5.040"` is every version of Verilator before 5.040. A version without a number
/// is not equal to, above or below anything.
///
/// ```no_run
/// use verifork::prelude::*;
///
/// # fn example(test: &Test) {
/// let simulator = test.simulator();
/// let is_old = simulator.is("verilator") && *simulator.version() < "5.040";
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SimulatorVersion(String);

impl SimulatorVersion {
    /// The numbers that the version begins with: `[5, 6]` of `5.006 2023-01-22`.
    ///
    /// ```no_run
    /// # fn example(test: verifork::Test) {
    /// let major = test.simulator().version().numbers().next();
    /// # let _ = major;
    /// # }
    /// ```
    pub fn numbers(&self) -> impl Iterator<Item = u64> {
        numbers(&self.0)
    }

    fn compare(&self, other: &str) -> Option<Ordering> {
        let (mut own, mut others) = (self.numbers().peekable(), numbers(other).peekable());
        own.peek()?;
        others.peek()?;
        for other in others {
            // `5` is `5.0` and `5.0.0`.
            match own.next().unwrap_or(0).cmp(&other) {
                Ordering::Equal => {}
                unequal => return Some(unequal),
            }
        }
        Some(Ordering::Equal)
    }
}

/// The numbers of the first word of numbers with points between them.
fn numbers(text: &str) -> impl Iterator<Item = u64> {
    let begin = text.find(|c: char| c.is_ascii_digit());
    let text = &text[begin.unwrap_or(text.len())..];
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let version = &text[..end.unwrap_or(text.len())];
    version.split('.').map_while(|number| number.parse().ok())
}

impl fmt::Display for SimulatorVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq<str> for SimulatorVersion {
    fn eq(&self, other: &str) -> bool {
        self.compare(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd<str> for SimulatorVersion {
    fn partial_cmp(&self, other: &str) -> Option<Ordering> {
        self.compare(other)
    }
}

impl PartialEq<&str> for SimulatorVersion {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialOrd<&str> for SimulatorVersion {
    fn partial_cmp(&self, other: &&str) -> Option<Ordering> {
        self.compare(other)
    }
}

/// Which simulators an option of a test is for: made by `#[verifork::test(skip(ghdl < 3, "…"))]`.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    /// The simulator's key.
    pub simulator: &'static str,
    /// The text to compare the version with, and the results that match; `None` for every version.
    pub version: Option<(&'static [Ordering], &'static str)>,
}

impl Condition {
    pub(super) fn holds(self, simulator: &SimulatorInfo) -> bool {
        simulator.is(self.simulator)
            && self.version.is_none_or(|(fitting, version)| {
                let compared = simulator.version.compare(version);
                compared.is_some_and(|ordering| fitting.contains(&ordering))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(product: &str, version: &str) -> SimulatorInfo {
        SimulatorInfo::of(&Identity {
            product: product.to_owned(),
            version: version.to_owned(),
            interface: "VPI",
        })
    }

    #[test]
    fn the_versions_that_simulators_give_are_numbers() {
        for (version, numbers) in [
            ("11.0 (stable)", &[11, 0][..]),
            ("13.0 (devel)", &[13, 0]),
            (
                "2.0.0 (Debian 2.0.0+dfsg-6.2+b2) [Dunoon edition]",
                &[2, 0, 0],
            ),
            ("5.0.1 (5.0.1+dfsg-1+b1) [Dunoon edition]", &[5, 0, 1]),
            ("6.0.0-dev", &[6, 0, 0]),
            ("5.006 2023-01-22", &[5, 6]),
            ("5.032 2025-01-01 rev (Debian 5.032-1)", &[5, 32]),
            ("1.23-devel", &[1, 23]),
            ("v1.18.2", &[1, 18, 2]),
            ("", &[]),
            ("unknown", &[]),
        ] {
            let found: Vec<u64> = info("nvc", version).version.numbers().collect();
            assert_eq!(found, numbers, "{version}");
            assert_eq!(info("nvc", version).version().to_string(), version);
        }
    }

    #[test]
    #[should_panic(
        expected = "no simulator is called `gdhl` (did you mean `ghdl`?): the names are icarus, "
    )]
    fn a_simulator_of_another_name_is_a_mistake() {
        info("GHDL", "2.0").is("gdhl");
    }

    #[test]
    fn as_many_numbers_are_compared_as_are_asked_for() {
        use Ordering::{Equal, Greater, Less};
        let compared = |simulator, version, with: &str| {
            let info = info(simulator, version);
            info.version().partial_cmp(with)
        };
        for (simulator, version, with, order) in [
            ("GHDL", "5.0.1 (5.0.1+dfsg-1+b1)", "5", Some(Equal)),
            ("GHDL", "5.0.1 (5.0.1+dfsg-1+b1)", "5.0", Some(Equal)),
            ("GHDL", "5.0.1 (5.0.1+dfsg-1+b1)", "5.0.1", Some(Equal)),
            ("GHDL", "5.0.1 (5.0.1+dfsg-1+b1)", "5.0.2", Some(Less)),
            ("GHDL", "5.0.1 (5.0.1+dfsg-1+b1)", "5.1", Some(Less)),
            ("GHDL", "5.0.1 (5.0.1+dfsg-1+b1)", "6", Some(Less)),
            ("GHDL", "5.0.1 (5.0.1+dfsg-1+b1)", "4", Some(Greater)),
            ("GHDL", "5.0.1 (5.0.1+dfsg-1+b1)", "4.9.9", Some(Greater)),
            ("Verilator", "5.006 2023-01-22", "5.032", Some(Less)),
            ("Verilator", "5.006 2023-01-22", "5.006", Some(Equal)),
            ("nvc", "1.23-devel", "1.9", Some(Greater)),
            ("nvc", "unknown", "99", None),
            ("nvc", "unknown", "0", None),
            ("nvc", "1.23-devel", "unknown", None),
        ] {
            assert_eq!(
                compared(simulator, version, with),
                order,
                "{version} with {with}"
            );
        }
        let nothing = info("nvc", "unknown");
        assert!(*nothing.version() != "1");
    }

    #[test]
    fn a_condition_is_for_one_simulator_and_some_of_its_versions() {
        const BELOW: &[Ordering] = &[Ordering::Less];
        let ghdl = |version| info("GHDL", version);
        let before_3 = Condition {
            simulator: "ghdl",
            version: Some((BELOW, "3")),
        };
        assert!(before_3.holds(&ghdl("2.0.0 (Debian)")));
        assert!(!before_3.holds(&ghdl("3.0.0")) && !before_3.holds(&ghdl("")));
        assert!(!before_3.holds(&info("Icarus Verilog", "2.0")));
        let any = Condition {
            simulator: "icarus",
            version: None,
        };
        assert!(any.holds(&info("Icarus Verilog", "")) && !any.holds(&info("another", "1")));
    }
}
