//! Lists the tests of a plugin for a program that opens it without a simulator: a C function passes JSON objects, one
//! per line. The settings come first, then the tests in the order of the source.

use std::ffi::c_void;

use serde::{Deserialize, Serialize};

/// The version of the format. It changes when the lines get another meaning.
pub const FORMAT: u32 = 1;

/// The name of the exported function, which is a [`ListTests`].
pub const SYMBOL: &str = "verifork_list_tests";

/// Takes one line of UTF-8 text; it is gone when the function returns.
pub type TakeLine = unsafe extern "C" fn(context: *mut c_void, line: *const u8, length: usize);

/// Passes every test of the plugin to `take`, and returns its own [`FORMAT`]. If `format` is another, it passes
/// nothing.
///
/// # Safety
///
/// `take` is called with `context` and with lines, on this thread, before this returns.
pub type ListTests = unsafe extern "C" fn(format: u32, context: *mut c_void, take: TakeLine) -> u32;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Settings(PluginSettings),
    Test(ListedTest),
}

/// The plugin's settings, as it reads them from the environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::exhaustive_structs, reason = "another field is another format")]
pub struct PluginSettings {
    /// The library's version.
    pub library: String,
    /// The limit of wall-clock time of tests that have none of their own, in seconds; none: no limit.
    pub wall_timeout: Option<f64>,
    /// The base seed, if one is set.
    pub seed: Option<u64>,
    /// The text to show instead of running tests.
    pub help: Option<String>,
    /// The errors in the settings.
    pub problem: Option<String>,
    /// Why the filter leaves no test.
    pub none_selected: Option<String>,
    /// Which terms of the filter find no test beside others that do.
    pub remarks: Vec<String>,
    /// A run in which no test has run may pass.
    pub allow_empty: bool,
    /// Only a list is wanted.
    pub list: bool,
}

/// A test in the plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedTest {
    /// Its name, with those of the modules around it.
    pub name: String,
    /// The file of its source.
    pub file: String,
    /// The line in it.
    pub line: u32,
    /// The requirements that it checks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<String>,
    /// Why it is not run.
    pub skip: Option<String>,
    /// Its limit of wall-clock time, in seconds.
    pub wall_timeout: Option<f64>,
    /// The design is to end the simulation, which no other test can use then.
    pub ends: bool,
    /// Whether the filter lets it through.
    pub selected: bool,
    /// Paths below the top that its parameters bind.
    pub paths: Vec<String>,
    /// Whether it may look up others.
    pub more: bool,
}

/// The lines of a list.
pub fn lines(settings: PluginSettings, tests: Vec<ListedTest>) -> Vec<String> {
    let line = |line| serde_json::to_string(&line).expect("a line has no keys but names");
    let tests = tests.into_iter().map(Line::Test);
    [Line::Settings(settings)]
        .into_iter()
        .chain(tests)
        .map(line)
        .collect()
}

/// Understands the lines of a list.
///
/// # Errors
///
/// A line is not understood: why, and which versions its writer and its reader have.
pub fn parse(lines: &[String]) -> Result<(PluginSettings, Vec<ListedTest>), String> {
    let (mut settings, mut tests) = (PluginSettings::default(), Vec::new());
    for line in lines {
        match serde_json::from_str(line) {
            Ok(Line::Settings(told)) => settings = told,
            Ok(Line::Test(test)) => tests.push(test),
            Err(error) => {
                let library = if settings.library.is_empty() {
                    library_of(line)
                } else {
                    settings.library
                };
                return Err(format!(
                    "the plugin's list of tests is not understood: {error}; {}",
                    crate::versions(&library)
                ));
            }
        }
    }
    Ok((settings, tests))
}

/// The version in settings that cannot be understood otherwise.
fn library_of(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let library = line["settings"]["library"].as_str();
    library.unwrap_or_default().to_owned()
}

/// The message for a plugin whose list has another format; `None` if it has ours.
pub fn mismatch(format: u32) -> Option<String> {
    (format != FORMAT).then(|| {
        format!(
            "it lists its tests in format {format}, and verifork-runner {} reads format {FORMAT}: let \
             `verifork` and `verifork-runner` have one version",
            crate::VERSION
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> PluginSettings {
        PluginSettings {
            library: "9.8.7".to_owned(),
            wall_timeout: Some(300.0),
            seed: Some(u64::MAX),
            remarks: vec!["r".to_owned()],
            ..PluginSettings::default()
        }
    }

    #[test]
    fn what_is_listed_is_read_as_it_was() {
        let test = ListedTest {
            name: "wraps::from_0".to_owned(),
            file: "src/lib.rs".to_owned(),
            line: 52,
            covers: vec!["REQ-12".to_owned()],
            skip: Some("later".to_owned()),
            wall_timeout: Some(0.5),
            ends: true,
            selected: false,
            paths: vec!["core.next".to_owned()],
            more: true,
        };
        let lines = lines(settings(), vec![test.clone()]);
        assert_eq!(parse(&lines), Ok((settings(), vec![test])));
    }

    #[test]
    fn a_field_that_is_not_known_is_reported_with_both_versions() {
        let lines = lines(settings(), Vec::new());
        let newer = lines[0].replacen("\"library\"", "\"news\":1,\"library\"", 1);
        let other = vec![
            lines[0].clone(),
            "{\"test\":{\"name\":\"a\",\"news\":1}}".to_owned(),
        ];
        for lines in [vec![newer], other] {
            let told = parse(&lines).unwrap_err();
            for part in ["news", "9.8.7", crate::VERSION] {
                assert!(told.contains(part), "no {part} in {told}");
            }
        }
    }

    #[test]
    fn only_another_format_is_a_mismatch() {
        assert_eq!(mismatch(FORMAT), None);
        assert!(mismatch(FORMAT + 1).unwrap().contains("format 2"));
    }
}
