//! Which simulators this machine has, for programs that tell people.

use std::path::PathBuf;

use crate::known::{ALL, Language, Simulator};
use crate::settings::Settings;

/// A simulator that this library knows.
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
    /// What works with it, in a few words.
    pub works: &'static str,
    /// The formats of wave files it writes, the preferred one first.
    pub waves: Vec<&'static str>,
    /// Its main program and the version it tells, or why it cannot be used.
    pub found: Result<(PathBuf, String), String>,
}

/// Every simulator that this library knows, each asked for its version where it is installed.
///
/// ```
/// for known in verifork_runner::known_simulators() {
///     println!("{}: {}", known.product, known.found.is_ok());
/// }
/// ```
pub fn known_simulators() -> Vec<KnownSimulator> {
    let places = Settings::from_environment().unwrap_or_default().places;
    ALL.map(|simulator| {
        let backend = simulator.backend();
        let place = places.get(&simulator).map(PathBuf::as_path);
        let found = backend.find(place).and_then(|programs| {
            let found = backend.installation(programs)?;
            Ok((found.programs[0].clone(), found.version))
        });
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
pub fn known_simulators_keys() -> Vec<&'static str> {
    ALL.map(|simulator| simulator.key()).into()
}
