//! The simulators of this machine, for programs that show them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::known::{ALL, Language, Simulator};
use crate::settings::Settings;
use crate::simulator::Unusable;

/// A simulator that this library knows.
///
/// ```
/// for known in verifork_runner::known_simulators() {
///     match &known.found {
///         Ok((program, version)) => println!("{}: {version} at {}", known.product, program.display()),
///         Err(missing) => println!("{missing}"),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KnownSimulator {
    /// Which one.
    pub simulator: Simulator,
    /// As `VERIFORK_SIM` and the names of tests have it: `icarus`.
    pub key: &'static str,
    /// Its name: "Icarus Verilog".
    pub product: &'static str,
    /// The languages it takes.
    pub languages: &'static [Language],
    /// What it supports, in a few words.
    pub works: &'static str,
    /// The formats of wave files it writes, the preferred one first.
    pub waves: Vec<&'static str>,
    /// Its main program and version, or why it cannot be used.
    pub found: Result<(PathBuf, String), Unusable>,
}

/// Every simulator that this library knows, each asked for its version where it is installed.
///
/// ```
/// for known in verifork_runner::known_simulators() {
///     println!("{}: {}", known.product, known.found.is_ok());
/// }
/// ```
pub fn known_simulators() -> Vec<KnownSimulator> {
    known(&Settings::from_environment().unwrap_or_default().places)
}

/// Each simulator, looked for at its place if it has one here.
fn known(places: &BTreeMap<Simulator, PathBuf>) -> Vec<KnownSimulator> {
    ALL.map(|simulator| {
        let backend = simulator.backend();
        let place = places.get(&simulator).map(PathBuf::as_path);
        let found = backend.find(place);
        let found = found.and_then(|programs| backend.installation(programs));
        let found = found.map(|found| (found.programs[0].clone(), found.version));
        KnownSimulator {
            simulator,
            key: backend.key(),
            product: backend.product(),
            languages: simulator.languages(),
            works: backend.works(),
            waves: backend.waves().iter().map(|format| format.name()).collect(),
            found,
        }
    })
    .into()
}

/// The keys of [`known_simulators`], which asks none of them anything.
///
/// ```
/// assert!(verifork_runner::known_simulators_keys().contains(&"icarus"));
/// ```
pub fn known_simulators_keys() -> Vec<&'static str> {
    ALL.map(|simulator| simulator.key()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    #[test]
    fn every_simulator_is_reported_as_there_or_not() {
        let (bench, empty) = (Bench::new("exit 1\n"), tempfile::tempdir().unwrap());
        let icarus = bench.folder.path();
        let at = |simulator| match simulator {
            Simulator::Icarus => icarus.to_owned(),
            _ => empty.path().to_owned(),
        };
        let all = known(&ALL.map(|simulator| (simulator, at(simulator))).into());
        let keys: Vec<&str> = all.iter().map(|it| it.key).collect();
        assert_eq!(keys, known_simulators_keys());
        for it in all {
            assert!(
                it.languages
                    .iter()
                    .all(|&language| it.simulator.takes(language))
            );
            assert!(!it.works.is_empty() && !it.waves.is_empty());
            match it.found {
                Ok((program, version)) => {
                    assert_eq!(it.simulator, Simulator::Icarus);
                    assert_eq!(program, icarus.join("iverilog"));
                    assert_eq!(version, "Icarus Verilog runtime version 11.0");
                }
                Err(reason) => {
                    assert_ne!(it.simulator, Simulator::Icarus);
                    assert!(reason.to_string().contains(it.product), "{reason}");
                }
            }
        }
    }
}
