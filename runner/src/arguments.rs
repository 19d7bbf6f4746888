//! The arguments of a test harness, as libtest takes them: those of `libtest-mimic`, and what it
//! lacks.

use std::collections::HashSet;
use std::env;

use clap::Parser;

#[derive(Clone, Debug, Parser)]
#[command(
    help_template = "USAGE: [OPTIONS] [FILTERS...]\n\n{all-args}\n",
    disable_version_flag = true
)]
// The group of the other's arguments has this name too.
#[group(skip)]
pub(crate) struct Arguments {
    #[command(flatten)]
    libtest: libtest_mimic::Arguments,
    /// More filters: a test runs if any of them fits.
    #[arg(value_name = "FILTERS")]
    more: Vec<String>,
    /// Show what simulators print while they print it, as `--nocapture` does.
    #[arg(long = "no-capture")]
    no_capture: bool,
}

impl Arguments {
    /// Those of this process. As with any program, `--help` and a mistake end it.
    ///
    /// # Errors
    ///
    /// A number of threads that is none.
    pub(crate) fn of_process() -> Result<Self, String> {
        let mut arguments = Arguments::parse();
        if arguments.libtest.test_threads.is_none()
            && let Some(threads) = env::var_os("RUST_TEST_THREADS")
        {
            let threads = threads.to_string_lossy();
            let number = threads
                .parse()
                .map_err(|_| format!("RUST_TEST_THREADS={threads}: a number of 1 or more fits"));
            arguments.libtest.test_threads = Some(number?);
        }
        if arguments.libtest.test_threads == Some(0) {
            return Err("no test runs on 0 threads (--test-threads): 1 or more fits".to_owned());
        }
        Ok(arguments)
    }

    #[cfg(test)]
    fn of(words: &[&str]) -> Self {
        let words = [&["sim"], words].concat();
        Arguments::try_parse_from(words).expect("well-formed")
    }

    /// Only a list is wanted.
    pub(crate) fn list(&self) -> bool {
        self.libtest.list
    }

    /// Has only a list be given.
    pub(crate) fn only_list(&mut self) {
        self.libtest.list = true;
    }

    /// What simulators print is to be shown at once.
    pub(crate) fn shows_output(&self) -> bool {
        self.libtest.nocapture || self.no_capture
    }

    /// Benchmarks are asked for, of which there are none.
    pub(crate) fn is_bench(&self) -> bool {
        self.libtest.bench
    }

    /// Every test is asked for: no filter, no `--skip`, no choice of ignored ones alone.
    pub(crate) fn ask_for_all(&self) -> bool {
        self.filters().next().is_none() && self.libtest.skip.is_empty() && !self.libtest.ignored
    }

    fn filters(&self) -> impl Iterator<Item = &str> {
        let filters = self.libtest.filter.iter().chain(&self.more);
        filters.map(String::as_str)
    }

    /// Whether the test with this name is asked for.
    pub(crate) fn select(&self, name: &str, ignored: bool) -> bool {
        let exact = self.libtest.exact;
        let fits = |pattern: &str| {
            if exact {
                name == pattern
            } else {
                name.contains(pattern)
            }
        };
        let mut filters = self.filters().peekable();
        let wanted = filters.peek().is_none() || filters.any(fits);
        let skipped = self.libtest.skip.iter().any(|pattern| fits(pattern));
        wanted && !skipped && (ignored || !self.libtest.ignored)
    }

    /// Whether a test that is asked for is shown as ignored, and not run.
    pub(crate) fn leave(&self, ignored: bool) -> bool {
        let wanted = self.libtest.ignored || self.libtest.include_ignored;
        (ignored && !wanted) || self.libtest.bench
    }

    /// The same for `libtest-mimic`, which knows one filter only: of several, it is told the tests
    /// that none of them selects.
    pub(crate) fn for_libtest<'a>(
        &self,
        tests: impl Iterator<Item = (&'a str, bool)>,
    ) -> libtest_mimic::Arguments {
        let mut arguments = self.libtest.clone();
        if !self.more.is_empty() {
            let left_out: HashSet<&str> = tests
                .filter(|&(name, ignored)| !self.select(name, ignored))
                .map(|(name, _)| name)
                .collect();
            arguments.filter = None;
            arguments.exact = true;
            arguments.skip = left_out.into_iter().map(str::to_owned).collect();
        }
        arguments
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
        let names: Vec<&str> = selected.map(|(name, _)| name).collect();
        // What `libtest-mimic` makes of it is the same.
        let given = arguments.for_libtest(TESTS.into_iter());
        let theirs = TESTS.into_iter().filter(|(name, ignored)| {
            let trial = libtest_mimic::Trial::test(*name, || Ok(()));
            !given.is_filtered_out(&trial.with_ignored_flag(*ignored))
        });
        assert_eq!(names, theirs.map(|(name, _)| name).collect::<Vec<_>>());
        names
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
