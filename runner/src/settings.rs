//! The settings that are ours: some of the environment variables `VERIFORK_…`. The plugin reads
//! the others, and checks the names of all.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use verifork_protocol::coverage::Coverage;
use verifork_protocol::nearest::{did_you_mean, nearest};
use verifork_protocol::time::parse_wall;
use verifork_protocol::variables::Variable;

use crate::known::{ALL, Simulator, UnknownSimulator};
use crate::simulator::Waves;

/// When tests write wave files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum WavesWanted {
    #[default]
    Never,
    Always(Waves),
    /// In a second run of what failed; in the simulator's own format if none is named.
    OnFailure(Option<Waves>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// None: whatever is installed.
    pub(crate) simulators: Option<Vec<Simulator>>,
    /// Simulators whose absence is a failure.
    pub(crate) required: Vec<Simulator>,
    pub(crate) waves: WavesWanted,
    pub(crate) places: BTreeMap<Simulator, PathBuf>,
    pub(crate) junit: Option<PathBuf>,
    pub(crate) cache: bool,
    /// Whether tests record code coverage.
    pub(crate) code_coverage: bool,
    /// The folder for descriptions of the designs, if those are wanted in place of tests.
    pub(crate) describe: Option<PathBuf>,
    /// Time for making a failed test smaller; none: it stays as it is.
    pub(crate) shrink: Option<Duration>,
    /// The longest that a compiler may take.
    pub(crate) compile_timeout: Option<Duration>,
    /// Where compiled code that designs share is kept; none: beside the designs.
    pub(crate) shared: Option<PathBuf>,
}

/// A value that a setting cannot have.
#[derive(Debug, thiserror::Error)]
enum Misread {
    #[error("1 or 0 fits")]
    NotOneOrZero,
    #[error("a name is missing: names are separated by single commas, or `all` fits")]
    NameMissing,
    #[error(transparent)]
    Simulator(#[from] UnknownSimulator),
    #[error(
        "vcd, fst, ghw, on-failure or on-failure:vcd fits{}",
        did_you_mean(&nearest(.0, ["vcd", "fst", "ghw", "on-failure", "off"], 1))
    )]
    Waves(String),
    /// In the words of the parser of durations.
    #[error("{0}; a duration such as 60s fits, or off")]
    Duration(String),
    /// In the words of the parser of coverage.
    #[error("{0}")]
    Coverage(String),
}

impl Settings {
    /// The settings in the process's environment.
    ///
    /// # Errors
    ///
    /// Everything that cannot be understood, a line each.
    pub(crate) fn from_environment() -> Result<Self, Vec<String>> {
        Self::read(Variable::value)
    }

    fn read(get: impl Fn(Variable) -> Option<OsString>) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut text = |variable: Variable, read: &mut dyn FnMut(&str) -> Result<(), Misread>| {
            let Some(value) = get(variable) else { return };
            let value = value.to_string_lossy();
            if let Err(problem) = read(value.trim()) {
                problems.push(format!("{}={value}: {problem}", variable.name()));
            }
        };
        let mut settings = Settings {
            cache: true,
            shrink: or_off(Variable::Shrink.default()).unwrap_or_default(),
            ..Settings::default()
        };
        text(Variable::Sim, &mut |value| {
            settings.simulators = simulators(value)?;
            Ok(())
        });
        text(Variable::Require, &mut |value| {
            settings.required = simulators(value)?.unwrap_or(ALL.to_vec());
            Ok(())
        });
        text(Variable::Waves, &mut |value| {
            settings.waves = waves(value)?;
            Ok(())
        });
        text(Variable::Cache, &mut |value| {
            settings.cache = match value {
                "1" => true,
                "0" => false,
                _ => return Err(Misread::NotOneOrZero),
            };
            Ok(())
        });
        text(Variable::Shrink, &mut |value| {
            settings.shrink = or_off(value)?;
            Ok(())
        });
        text(Variable::CompileTimeout, &mut |value| {
            settings.compile_timeout = or_off(value)?;
            Ok(())
        });
        // A user who names items has already made the sequence smaller.
        if get(Variable::Items).is_some() {
            settings.shrink = None;
        }
        text(Variable::Coverage, &mut |value| {
            settings.code_coverage = Coverage::parse(value).map_err(Misread::Coverage)?.code;
            Ok(())
        });
        settings.describe = get(Variable::Describe).map(PathBuf::from);
        settings.junit = get(Variable::Junit).map(PathBuf::from);
        settings.shared = get(Variable::VerilatorLibrary).map(PathBuf::from);
        for simulator in ALL {
            if let Some(place) = get(simulator.place()) {
                settings.places.insert(simulator, PathBuf::from(place));
            }
        }
        if problems.is_empty() {
            Ok(settings)
        } else {
            Err(problems)
        }
    }

    /// Whether tests on this simulator are wanted.
    pub(crate) fn wants(&self, simulator: Simulator) -> bool {
        self.simulators
            .as_ref()
            .is_none_or(|wanted| wanted.contains(&simulator))
    }

    /// Whether tests fail where this simulator is not available: it is required, or somebody has
    /// named it or its place.
    pub(crate) fn demands(&self, simulator: Simulator) -> bool {
        let named = self.simulators.as_ref();
        self.required.contains(&simulator)
            || self.places.contains_key(&simulator)
            || named.is_some_and(|named| named.contains(&simulator))
    }
}

/// The simulators that are named; none for `all`.
fn simulators(value: &str) -> Result<Option<Vec<Simulator>>, Misread> {
    if value.eq_ignore_ascii_case("all") {
        return Ok(None);
    }
    let names = value.split(',').map(str::trim);
    let named = names.map(|name| match name {
        "" => Err(Misread::NameMissing),
        name => Ok(name.parse()?),
    });
    named.collect::<Result<_, _>>().map(Some)
}

/// None for `off`.
fn or_off(value: &str) -> Result<Option<Duration>, Misread> {
    if value.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    parse_wall(value).map(Some).map_err(Misread::Duration)
}

fn waves(value: &str) -> Result<WavesWanted, Misread> {
    let lower = value.to_ascii_lowercase();
    let format = |name: &str| {
        let found = Waves::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| Misread::Waves(value.to_owned()))
    };
    Ok(match lower.split_once(':') {
        Some(("on-failure", name)) => WavesWanted::OnFailure(Some(format(name)?)),
        None if lower == "on-failure" => WavesWanted::OnFailure(None),
        None if ["off", "0", "none"].contains(&lower.as_str()) => WavesWanted::Never,
        _ => WavesWanted::Always(format(&lower)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, value: &'static str) -> Result<Settings, Vec<String>> {
        Settings::read(|wanted| (wanted.name() == name).then(|| value.into()))
    }

    #[test]
    fn an_unknown_simulator_is_an_error_with_the_nearest() {
        let problems = read("VERIFORK_SIM", "icarus,gdhl").unwrap_err();
        assert!(problems[0].contains("did you mean `ghdl`?"), "{problems:?}");
    }

    #[test]
    fn an_empty_name_is_an_error() {
        for variable in ["VERIFORK_SIM", "VERIFORK_REQUIRE"] {
            for value in [",", "icarus,", ",icarus", "icarus,,ghdl", " "] {
                let problems = read(variable, value).unwrap_err();
                assert!(
                    problems[0].contains("a name is missing"),
                    "{value}: {problems:?}"
                );
            }
        }
    }

    #[test]
    fn a_simulator_is_demanded_if_it_or_its_place_is_named() {
        let icarus = Simulator::Icarus;
        assert!(!read("VERIFORK_SIM", "all").unwrap().demands(icarus));
        assert!(!read("VERIFORK_SIM", "ghdl").unwrap().demands(icarus));
        assert!(read("VERIFORK_SIM", "icarus").unwrap().demands(icarus));
        assert!(read("VERIFORK_ICARUS", "/x").unwrap().demands(icarus));
    }

    #[test]
    fn all_requires_every_simulator() {
        assert_eq!(read("VERIFORK_REQUIRE", "all").unwrap().required, ALL);
    }

    #[test]
    fn compilers_have_the_limit_that_is_set() {
        let limit = |value| {
            read("VERIFORK_COMPILE_TIMEOUT", value).map(|settings| settings.compile_timeout)
        };
        assert_eq!(limit("2min").unwrap(), Some(Duration::from_secs(120)));
        assert_eq!(limit("off").unwrap(), None);
        assert!(limit("0s").unwrap_err()[0].contains("VERIFORK_COMPILE_TIMEOUT=0s"));
        assert_eq!(read("VERIFORK_CACHE", "1").unwrap().compile_timeout, None);
    }

    #[test]
    fn a_failed_test_is_made_smaller_for_a_time() {
        let shrink = |value| read("VERIFORK_SHRINK", value).map(|settings| settings.shrink);
        assert_eq!(shrink("2min").unwrap(), Some(Duration::from_secs(120)));
        assert_eq!(shrink("off").unwrap(), None);
        assert!(shrink("60").unwrap_err()[0].contains("the unit is missing"));
        let shrink = |name, value| read(name, value).unwrap().shrink;
        assert_eq!(shrink("VERIFORK_CACHE", "1"), Some(Duration::from_secs(60)));
        assert_eq!(shrink("VERIFORK_ITEMS", "a=1"), None);
    }

    #[test]
    fn code_coverage_is_wanted_where_it_is_named() {
        let wanted = |value| read("VERIFORK_COVERAGE", value).map(|it| it.code_coverage);
        assert_eq!(wanted("functional"), Ok(false));
        assert_eq!(wanted("functional,code"), Ok(true));
        let problems = wanted("functional,cdoe").unwrap_err();
        assert!(problems[0].contains("did you mean `code`?"), "{problems:?}");
    }

    #[test]
    fn waves_are_a_format_or_wait_for_a_failure() {
        let waves = |value| read("VERIFORK_WAVES", value).map(|settings| settings.waves);
        assert_eq!(waves("FST").unwrap(), WavesWanted::Always(Waves::Fst));
        assert_eq!(waves("on-failure").unwrap(), WavesWanted::OnFailure(None));
        let in_format = WavesWanted::OnFailure(Some(Waves::Vcd));
        assert_eq!(waves("on-failure:vcd").unwrap(), in_format);
        assert!(waves("on-failure:wav").unwrap_err()[0].contains("fits"));
        assert!(waves("fts").unwrap_err()[0].contains("did you mean `fst`?"));
    }
}
