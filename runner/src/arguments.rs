//! The arguments of a test harness, as libtest takes them.

use std::env;
use std::thread;

use clap::{Parser, ValueEnum};
use verifork_protocol::color::automatic;

#[derive(Clone, Debug, Parser)]
#[command(
    help_template = "USAGE: [OPTIONS] [FILTERS...]\n\n{all-args}\n",
    disable_version_flag = true
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Arguments {
    /// Only tests whose names contain one of these texts.
    #[arg(value_name = "FILTERS")]
    filters: Vec<String>,
    /// Filters and `--skip` mean whole names.
    #[arg(long)]
    exact: bool,
    /// Leave out tests whose names contain this text; may be given several times.
    #[arg(long, value_name = "FILTER")]
    skip: Vec<String>,
    /// Run ignored tests alone.
    #[arg(long)]
    ignored: bool,
    /// Run ignored tests too.
    #[arg(long)]
    include_ignored: bool,
    /// List all tests.
    #[arg(long)]
    list: bool,
    /// How many tests run at once; `RUST_TEST_THREADS` or the number of processors by default.
    #[arg(long, value_name = "NUMBER")]
    test_threads: Option<usize>,
    /// Show what simulators print while they print it.
    #[arg(long = "nocapture", alias = "no-capture")]
    no_capture: bool,
    /// How each result is shown: as a line, a character or an event.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// The same as `--format terse`.
    #[arg(long, short, conflicts_with = "format")]
    quiet: bool,
    /// In colour: on a terminal, always or never; `VERIFORK_COLOR` by default.
    #[arg(long, value_enum)]
    color: Option<Color>,
    /// Write to this file instead of standard output.
    #[arg(long = "logfile", value_name = "PATH")]
    log_file: Option<String>,
    /// Run only benchmarks, and there are none.
    #[arg(long, conflicts_with = "test")]
    bench: bool,
    /// Run tests and no benchmarks: nothing else.
    #[arg(long)]
    test: bool,
    /// Accepted because some tools pass it to every harness.
    #[arg(long, hide = true)]
    show_output: bool,
    #[arg(short = 'Z', value_name = "unstable-options", hide = true)]
    unstable: Option<String>,
}

/// How results are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Pretty,
    Terse,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// A number of threads that is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoThreads {
    #[error("RUST_TEST_THREADS={0}: a number of 1 or more fits")]
    Variable(String),
    #[error("no test runs on 0 threads (--test-threads): 1 or more fits")]
    None,
}

impl Arguments {
    /// Those of this process. As with any program, `--help` and a mistake end it.
    ///
    /// # Errors
    ///
    /// A number of threads that is none.
    pub(crate) fn of_process() -> Result<Self, NoThreads> {
        let mut arguments = Arguments::parse();
        if arguments.test_threads.is_none()
            && let Some(threads) = env::var_os("RUST_TEST_THREADS")
        {
            let threads = threads.to_string_lossy();
            let number = threads.parse();
            let number = number.map_err(|_| NoThreads::Variable(threads.into_owned()))?;
            arguments.test_threads = Some(number);
        }
        if arguments.test_threads == Some(0) {
            return Err(NoThreads::None);
        }
        Ok(arguments)
    }

    #[cfg(test)]
    pub(crate) fn of(words: &[&str]) -> Self {
        let words = [&["sim"], words].concat();
        Arguments::try_parse_from(words).expect("well-formed")
    }

    /// Only a list is wanted.
    pub(crate) fn list(&self) -> bool {
        self.list
    }

    /// Only lists the tests.
    pub(crate) fn only_list(&mut self) {
        self.list = true;
    }

    /// Whether to show the simulators' output at once.
    pub(crate) fn shows_output(&self) -> bool {
        self.no_capture
    }

    pub(crate) fn format(&self) -> Format {
        if self.quiet {
            Format::Terse
        } else {
            self.format
        }
    }

    /// The file in place of standard output.
    pub(crate) fn log_file(&self) -> Option<&str> {
        self.log_file.as_deref()
    }

    /// How many tests run at once.
    pub(crate) fn threads(&self) -> usize {
        let processors = || thread::available_parallelism().map_or(1, Into::into);
        self.test_threads.unwrap_or_else(processors)
    }

    /// Whether to print in colour, where output goes to a terminal or not.
    pub(crate) fn colored(&self, terminal: bool) -> bool {
        let set = || match env::var("VERIFORK_COLOR").as_deref() {
            Ok("always") => Color::Always,
            Ok("never") => Color::Never,
            // The plugin has refused anything else.
            _ => Color::Auto,
        };
        match self.color.unwrap_or_else(set) {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => automatic(terminal, |name| env::var_os(name)),
        }
    }

    /// Benchmarks are requested, and there are none.
    pub(crate) fn is_bench(&self) -> bool {
        self.bench
    }

    /// Every test is asked for: no filter, no `--skip`, no choice of ignored ones alone.
    pub(crate) fn ask_for_all(&self) -> bool {
        self.filters().next().is_none() && self.skip.is_empty() && !self.ignored
    }

    fn filters(&self) -> impl Iterator<Item = &str> {
        self.filters.iter().map(String::as_str)
    }

    /// Whether the test with this name is asked for.
    pub(crate) fn select(&self, name: &str, ignored: bool) -> bool {
        let exact = self.exact;
        let fits = |pattern: &str| {
            if exact {
                name == pattern
            } else {
                name.contains(pattern)
            }
        };
        let mut filters = self.filters().peekable();
        let wanted = filters.peek().is_none() || filters.any(fits);
        let skipped = self.skip.iter().any(|pattern| fits(pattern));
        wanted && !skipped && (ignored || !self.ignored)
    }

    /// Whether a test that is asked for is shown as ignored, and not run.
    pub(crate) fn leave(&self, ignored: bool) -> bool {
        let wanted = self.ignored || self.include_ignored;
        (ignored && !wanted) || self.bench
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: [(&str, bool); 4] = [
        ("gate::icarus::passes", false),
        ("gate::icarus::passes_too", false),
        ("gate::icarus::is_skipped", true),
        ("vhdl::ghdl::passes", false),
    ];

    fn selected(words: &[&str]) -> Vec<&'static str> {
        let arguments = Arguments::of(words);
        let selected = TESTS
            .into_iter()
            .filter(|(name, ignored)| arguments.select(name, *ignored));
        selected.map(|(name, _)| name).collect()
    }

    #[test]
    fn a_test_runs_if_any_of_several_filters_fits() {
        assert_eq!(selected(&["too", "ghdl"]), [TESTS[1].0, TESTS[3].0]);
        assert_eq!(selected(&["too", "zzz"]), [TESTS[1].0]);
        assert_eq!(selected(&["zzz", "yyy"]), [""; 0]);
        assert_eq!(selected(&[]).len(), 4);
    }

    #[test]
    fn exact_holds_for_every_filter_and_for_what_is_skipped() {
        let exact = ["--exact", TESTS[0].0, TESTS[3].0, "gate"];
        assert_eq!(selected(&exact), [TESTS[0].0, TESTS[3].0]);
        let but_one = ["--exact", TESTS[0].0, TESTS[3].0, "--skip", TESTS[3].0];
        assert_eq!(selected(&but_one), [TESTS[0].0]);
        assert_eq!(selected(&["--exact", "--skip", "too"]).len(), 4);
    }

    #[test]
    fn results_are_shown_as_libtest_would() {
        assert_eq!(Arguments::of(&[]).format(), Format::Pretty);
        assert_eq!(Arguments::of(&["-q"]).format(), Format::Terse);
        let json = Arguments::of(&["--format", "json", "-Z", "unstable-options"]);
        assert_eq!(json.format(), Format::Json);
        let file = Arguments::of(&["--logfile", "x.txt", "--nocapture"]);
        assert_eq!(
            (file.log_file(), file.shows_output()),
            (Some("x.txt"), true)
        );
        assert_eq!(Arguments::of(&["--test-threads", "3"]).threads(), 3);
        assert!(Arguments::of(&[]).threads() > 0);
        for (color, on_terminal, elsewhere) in [("always", true, true), ("never", false, false)] {
            let arguments = Arguments::of(&["--color", color]);
            assert_eq!(arguments.colored(true), on_terminal);
            assert_eq!(arguments.colored(false), elsewhere);
        }
        assert!(!Arguments::of(&["--color", "auto"]).colored(false));
    }

    #[test]
    fn all_tests_are_asked_for_where_nothing_chooses_among_them() {
        assert!(Arguments::of(&["--include-ignored", "--show-output"]).ask_for_all());
        for words in [&["gate"][..], &["--skip", "gate"], &["--ignored"]] {
            assert!(!Arguments::of(words).ask_for_all(), "{words:?}");
        }
        let bench = Arguments::of(&["--bench"]);
        assert!(
            bench.is_bench() && bench.leave(false),
            "there are no benchmarks"
        );
        let mut listed = Arguments::of(&[]);
        assert!(!listed.list());
        listed.only_list();
        assert!(listed.list());
    }

    #[test]
    fn several_texts_are_skipped() {
        assert_eq!(
            selected(&["--skip", "too", "--skip", "ghdl"]),
            [TESTS[0].0, TESTS[2].0]
        );
        assert_eq!(
            selected(&["gate", "vhdl", "--skip", "passes"]),
            [TESTS[2].0]
        );
    }

    #[test]
    fn ignored_ones_are_asked_for_alone() {
        assert_eq!(selected(&["--ignored"]), [TESTS[2].0]);
        assert_eq!(selected(&["--ignored", "gate", "vhdl"]), [TESTS[2].0]);
        assert!(Arguments::of(&[]).leave(true));
        assert!(!Arguments::of(&["--include-ignored"]).leave(true));
    }
}
