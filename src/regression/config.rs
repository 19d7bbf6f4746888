//! The settings of a run: environment variables `VERIFORK_…`, read once, all of them checked.
//!
//! The environment is the one channel that every simulator leaves alone; command lines differ
//! and NVC hides most of its own. A setting that is mistyped must not be ignored: a filter that
//! silently selects everything, or a time limit that silently is none, costs more than an error.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use verifork_protocol::color::{VARIABLES, automatic};
use verifork_protocol::coverage::Coverage;
use verifork_protocol::items::Items;
use verifork_protocol::nearest::{did_you_mean, nearest};
use verifork_protocol::time::parse_wall;
use verifork_protocol::variables::{PREFIX, Variable};

use super::durations::parse_simulated;
use super::filter::Filter;
use super::select::Order;
use super::variables::{help, log_filter, one_of, or_off, seed, switch};
use crate::time::SimDuration;

/// Whether output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// The settings that change the course of a test, except the seed, which every report names.
const SHAPING: [Variable; 4] = [
    Variable::Items,
    Variable::Timeout,
    Variable::Top,
    Variable::WallTimeout,
];

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a setting by itself")]
pub(crate) struct Config {
    pub(crate) filter: Filter,
    pub(crate) list: bool,
    pub(crate) order: Order,
    pub(crate) fail_fast: bool,
    pub(crate) repeat: NonZeroU32,
    /// `None`: chosen at random for this run.
    pub(crate) seed: Option<u64>,
    /// The items to draw of tests' sequences.
    pub(crate) items: Rc<Items>,
    /// Simulated time a test has that sets no limit itself; none is not a limit.
    pub(crate) timeout: Option<SimDuration>,
    /// Wall-clock time a test has that sets no limit itself; none is not a limit.
    pub(crate) wall_timeout: Option<Duration>,
    /// In the syntax of `env_logger`.
    pub(crate) log: String,
    pub(crate) junit: Option<PathBuf>,
    /// The top instance that tests are given; none: the only one there is.
    pub(crate) top: Option<Rc<str>>,
    /// The file to describe the design in, instead of running tests.
    pub(crate) describe: Option<PathBuf>,
    pub(crate) color: Color,
    /// A run in which no test has run may pass.
    pub(crate) allow_empty: bool,
    /// The values of the variables of other tools that decide on colour: see [`automatic`].
    pub(crate) color_variables: BTreeMap<String, OsString>,
    /// The variables that were set and that the course of a test depends on, with their values. They must be set to
    /// repeat a test.
    pub(crate) shaping: Vec<(String, String)>,
    /// The text to show instead of running tests.
    pub(crate) help: Option<String>,
}

/// All that is wrong with the settings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings that cannot be understood:")?;
        for problem in &self.0 {
            write!(f, "\n  {problem}")?;
        }
        write!(f, "\nVERIFORK_HELP=1 shows every variable")
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// The settings in the process's environment.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub(crate) fn from_environment() -> Result<Self, ConfigError> {
        Self::parse(std::env::vars_os())
    }

    /// Reads the settings from variables. A variable that is set to nothing counts as not set.
    ///
    /// # Errors
    ///
    /// Variables that do not exist and values that do not fit, all of them. When help is asked
    /// for, they are shown there instead.
    pub(crate) fn parse(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut config = Config::default();
        let mut given = Vec::new();
        for (name, value) in variables {
            let name = name.to_string_lossy();
            if VARIABLES.contains(&&*name) {
                config.color_variables.insert(name.into_owned(), value);
            } else if name.starts_with(PREFIX) && !value.is_empty() {
                given.push((name.into_owned(), value));
            }
        }
        // The environment has no order of its own; messages need one.
        given.sort();

        let shapes = |name: &str| SHAPING.iter().any(|it| it.name() == name);
        let shaping = given.iter().filter(|(name, _)| shapes(name));
        config.shaping = shaping
            .map(|(name, value)| (name.clone(), value.to_string_lossy().into()))
            .collect();

        let mut problems = Vec::new();
        for (name, value) in &given {
            if let Err(problem) = config.set(name, value) {
                problems.push(format!("{name}={}: {problem}", value.to_string_lossy()));
            }
        }
        if given
            .iter()
            .any(|(name, value)| name == Variable::Help.name() && is_on(value.to_str()))
        {
            config.help = Some(help(&given, &problems));
        } else if !problems.is_empty() {
            return Err(ConfigError(problems));
        }
        Ok(config)
    }

    fn set(&mut self, name: &str, value: &OsString) -> Result<(), String> {
        let Some(variable) = Variable::from_name(name) else {
            // The prefix that all names have makes none of them more likely.
            let plain = |name: &'static str| name.strip_prefix(PREFIX);
            let names = Variable::ALL.iter().filter_map(|it| plain(it.name()));
            let wanted = name.strip_prefix(PREFIX).unwrap_or(name);
            let nearest = nearest(wanted, names, 1);
            let nearest = nearest.iter().map(|name| format!("{PREFIX}{name}"));
            let nearest = did_you_mean(&nearest.collect::<Vec<_>>());
            return Err(format!("there is no such variable{nearest}"));
        };
        let value = value.to_str().ok_or("not UTF-8 text")?;
        self.read(variable, value.trim())
    }

    /// Sets what a variable says.
    ///
    /// # Errors
    ///
    /// The value does not fit; the error says what would.
    fn read(&mut self, variable: Variable, value: &str) -> Result<(), String> {
        match variable {
            Variable::Filter => self.filter = Filter::parse(value)?,
            Variable::List => self.list = switch(value)?,
            Variable::Order => {
                let orders = [
                    ("declared", Order::Declared),
                    ("name", Order::Name),
                    ("random", Order::Random),
                ];
                self.order = one_of(value, &orders)?;
            }
            Variable::FailFast => self.fail_fast = switch(value)?,
            Variable::Repeat => {
                let count = value.parse();
                self.repeat = count.map_err(|_| "a count of 1 or more fits".to_owned())?;
            }
            Variable::Seed => self.seed = Some(seed(value)?),
            Variable::Items => self.items = Rc::new(value.parse()?),
            Variable::Timeout => {
                let fitting = "a duration such as 1ms or 2.5us fits, or off";
                self.timeout = or_off(value, parse_simulated, fitting)?;
            }
            Variable::WallTimeout => {
                let fitting = "a duration such as 60s or 5min fits, or off";
                self.wall_timeout = or_off(value, parse_wall, fitting)?;
            }
            Variable::Log => self.log = log_filter(value)?,
            Variable::Junit => self.junit = Some(PathBuf::from(value)),
            Variable::AllowEmpty => self.allow_empty = switch(value)?,
            Variable::Top => self.top = Some(value.into()),
            Variable::Color => {
                let choices = [
                    ("auto", Color::Auto),
                    ("always", Color::Always),
                    ("never", Color::Never),
                ];
                self.color = one_of(value, &choices)?;
            }
            Variable::Help => drop(switch(value)?),
            Variable::Describe => self.describe = Some(PathBuf::from(value)),
            // These are read before the other settings: results, so that they can report wrong settings too;
            // declarations, together with the simulator's objects.
            Variable::Results | Variable::Declarations => {}
            // The crates that count read it.
            Variable::Coverage => drop(Coverage::parse(value)?),
            // The crates that draw read it.
            Variable::Aim => {}
            // The program around the design has read it, where there is one.
            Variable::VerilatorPort => {
                one_of(value, &[("memory", ()), ("vpi", ())])?;
            }
            // The harness reads these: any value passes here.
            Variable::Sim
            | Variable::Shrink
            | Variable::Require
            | Variable::Waves
            | Variable::Icarus
            | Variable::Ghdl
            | Variable::Nvc
            | Variable::Verilator
            | Variable::Cache
            | Variable::CompileTimeout
            | Variable::VerilatorLibrary => {}
        }
        Ok(())
    }

    /// Whether what goes to standard output, where simulators print, is coloured.
    pub(crate) fn colored_on_stdout(&self) -> bool {
        self.colored(std::io::stdout().is_terminal())
    }

    /// Whether output is coloured, given whether it goes to a terminal.
    fn colored(&self, terminal: bool) -> bool {
        match self.color {
            Color::Auto => automatic(terminal, |name| self.color_variables.get(name).cloned()),
            Color::Always => true,
            Color::Never => false,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        let mut config = Config {
            filter: Filter::default(),
            list: false,
            order: Order::Declared,
            fail_fast: false,
            repeat: NonZeroU32::MIN,
            seed: None,
            items: Rc::default(),
            timeout: None,
            wall_timeout: None,
            log: String::new(),
            junit: None,
            top: None,
            describe: None,
            color: Color::Auto,
            allow_empty: false,
            color_variables: BTreeMap::new(),
            shaping: Vec::new(),
            help: None,
        };
        // The table is the one place where a default is written down.
        for &variable in Variable::ALL {
            if let Some(default) = variable.default_value() {
                config
                    .read(variable, default)
                    .expect("the table's defaults fit");
            }
        }
        config
    }
}

fn is_on(value: Option<&str>) -> bool {
    value.is_some_and(|value| switch(value.trim()) == Ok(true))
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;
    use crate::time::TimeUnits;

    fn parse(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::parse(
            variables
                .iter()
                .map(|&(name, value)| (name.into(), value.into())),
        )
    }

    fn error(name: &str, value: &str) -> String {
        let ConfigError(problems) = parse(&[(name, value)]).unwrap_err();
        assert_eq!(problems.len(), 1);
        problems[0].clone()
    }

    #[test]
    fn nothing_set_gives_the_documented_defaults() {
        let config = parse(&[]).unwrap();
        assert_eq!(config, Config::default());
        assert_eq!(config.repeat.get(), 1);
        assert_eq!(config.timeout, Some(100.ms()));
        assert_eq!(config.wall_timeout, Some(Duration::from_secs(300)));
        assert_eq!(config.log, "info");
        assert_eq!(config.seed, None);
        assert_eq!(config.junit, None);
        assert_eq!(config.help, None);
    }

    #[test]
    fn every_setting_is_read() {
        let config = parse(&[
            ("VERIFORK_FILTER", "wraps,!=counts"),
            ("VERIFORK_LIST", "yes"),
            ("VERIFORK_ORDER", "random"),
            ("VERIFORK_FAIL_FAST", "1"),
            ("VERIFORK_REPEAT", "3"),
            ("VERIFORK_SEED", "0xDEAD_beef"),
            ("VERIFORK_ITEMS", "writes=0,3~*"),
            ("VERIFORK_TIMEOUT", "1.5us"),
            ("VERIFORK_WALL_TIMEOUT", "off"),
            ("VERIFORK_LOG", "warn,my_tb=trace/bus"),
            ("VERIFORK_JUNIT", "out/results.xml"),
            ("VERIFORK_TOP", " chip "),
            ("VERIFORK_DESCRIBE", "chip.json"),
            ("VERIFORK_COLOR", "always"),
            ("VERIFORK_ALLOW_EMPTY", "1"),
        ])
        .unwrap();
        assert_eq!(
            config,
            Config {
                filter: Filter::parse("wraps,!=counts").unwrap(),
                list: true,
                order: Order::Random,
                fail_fast: true,
                repeat: NonZeroU32::new(3).unwrap(),
                seed: Some(0xDEAD_BEEF),
                items: Rc::new("writes=0,3~*".parse().unwrap()),
                timeout: Some(1500.ns()),
                wall_timeout: None,
                log: "warn,my_tb=trace/bus".to_owned(),
                junit: Some(PathBuf::from("out/results.xml")),
                top: Some("chip".into()),
                describe: Some(PathBuf::from("chip.json")),
                color: Color::Always,
                allow_empty: true,
                color_variables: BTreeMap::new(),
                shaping: [
                    ("VERIFORK_ITEMS", "writes=0,3~*"),
                    ("VERIFORK_TIMEOUT", "1.5us"),
                    ("VERIFORK_TOP", " chip "),
                    ("VERIFORK_WALL_TIMEOUT", "off"),
                ]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
                help: None,
            }
        );
    }

    #[test]
    fn set_to_nothing_is_not_set() {
        assert_eq!(
            parse(&[("VERIFORK_SEED", ""), ("VERIFORK_REPEAT", "")]),
            parse(&[])
        );
    }

    #[test]
    fn the_runners_variables_are_accepted() {
        for name in ["SIM", "ICARUS", "REQUIRE", "WAVES"] {
            assert_eq!(
                parse(&[(&format!("VERIFORK_{name}"), "x")]),
                parse(&[]),
                "{name}"
            );
        }
    }

    #[test]
    fn other_programs_variables_do_not_matter() {
        let path = [("PATH".into(), OsString::from_vec(vec![0xFF]))];
        assert_eq!(Config::parse(path), parse(&[]));
    }

    #[test]
    fn all_malformed_values_are_listed_with_what_would_fit() {
        let error = parse(&[
            ("VERIFORK_TIMEOUT", "60"),
            ("VERIFORK_REPEAT", "0"),
            ("VERIFORK_COLOR", "allways"),
            ("VERIFORK_SEED", "0xfg"),
        ]);
        assert_eq!(
            error.unwrap_err().to_string(),
            "settings that cannot be understood:\n  \
             VERIFORK_COLOR=allways: one of auto, always, never fits (did you mean `always`?)\n  \
             VERIFORK_REPEAT=0: a count of 1 or more fits\n  \
             VERIFORK_SEED=0xfg: a number of 64 bits fits, decimal or 0x and hexadecimal\n  \
             VERIFORK_TIMEOUT=60: the unit is missing: fs, ps, ns, us, ms or s; a duration \
             such as 1ms or 2.5us fits, or off\n\
             VERIFORK_HELP=1 shows every variable"
        );
    }

    #[test]
    fn an_unknown_variable_is_an_error_that_names_the_nearest() {
        assert_eq!(
            error("VERIFORK_FLITER", "x"),
            "VERIFORK_FLITER=x: there is no such variable (did you mean `VERIFORK_FILTER`?)"
        );
        assert_eq!(
            error("VERIFORK_ZZZ", "x"),
            "VERIFORK_ZZZ=x: there is no such variable"
        );
    }

    #[test]
    fn a_value_that_is_not_utf_8_is_an_error() {
        let junit = [(
            "VERIFORK_JUNIT".into(),
            OsString::from_vec(vec![b'a', 0xFF]),
        )];
        let ConfigError(problems) = Config::parse(junit).unwrap_err();
        assert_eq!(problems, ["VERIFORK_JUNIT=a\u{FFFD}: not UTF-8 text"]);
    }

    #[test]
    fn help_lists_every_variable_with_default_present_value_and_meaning() {
        let config = parse(&[("VERIFORK_HELP", "1"), ("VERIFORK_ORDER", "name")]).unwrap();
        let help = config.help.unwrap();
        assert!(
            help.contains("VERIFORK_ORDER=name (default: declared)\n      order of"),
            "{help}"
        );
        assert!(help.contains("VERIFORK_LOG=info\n"), "{help}");
        for variable in Variable::ALL {
            let name = variable.name();
            assert!(help.contains(&format!("  {name}=")), "{name}");
            assert!(help.contains(variable.meaning()), "{name}");
        }
    }

    #[test]
    fn help_comes_even_when_settings_are_wrong_and_says_so() {
        let config = parse(&[("VERIFORK_HELP", "1"), ("VERIFORK_ORDER", "nmae")]).unwrap();
        assert!(config.help.unwrap().contains("VERIFORK_ORDER=nmae: one of"));
    }

    #[test]
    fn colour_goes_to_terminals_unless_told_otherwise() {
        let config = |variables| parse(variables).unwrap();
        assert!(config(&[]).colored(true));
        assert!(!config(&[]).colored(false));
        assert!(!config(&[("NO_COLOR", "1")]).colored(true));
        assert!(config(&[("NO_COLOR", "")]).colored(true));
        assert!(config(&[("CLICOLOR_FORCE", "1")]).colored(false));
        assert!(!config(&[("CLICOLOR_FORCE", "1"), ("VERIFORK_COLOR", "never")]).colored(true));
        assert!(!config(&[("CLICOLOR", "0")]).colored(true));
        assert!(config(&[("NO_COLOR", "1"), ("VERIFORK_COLOR", "always")]).colored(false));
        assert!(!config(&[("VERIFORK_COLOR", "never")]).colored(true));
    }
}
