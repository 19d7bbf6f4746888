//! The plan of a run: every test on every design and simulator that the settings select, and whether any of them can
//! run. Invariant: a run in which no test could run does not pass.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use verifork_protocol::listing::ListedTest;
use verifork_protocol::nearest::{did_you_mean, nearest};

use crate::arguments::Arguments;
use crate::context::Context;
use crate::known::{ALL, Simulator};
use crate::resolved::ResolvedDesign;
use crate::testbench::Testbench;
use crate::trial::{NoSimulator, Suite};

/// The hint on how to allow an empty run.
const ALLOWED_BY: &str = "VERIFORK_ALLOW_EMPTY=1 lets a run without tests pass";

/// A test on one design and simulator.
pub(crate) struct Planned {
    pub(crate) suite: Arc<Suite>,
    pub(crate) test: ListedTest,
    /// The name by which the harness knows it.
    pub(crate) name: String,
    /// Why it is not run unless ignored tests are asked for.
    pub(crate) ignored: Option<String>,
}

/// Everything that the settings leave, in the order designs, simulators, tests.
pub(crate) struct Plan {
    pub(crate) tests: Vec<Planned>,
    /// The notes to print before the first test runs.
    pub(crate) notes: Vec<String>,
}

impl Plan {
    /// # Errors
    ///
    /// Two tests have one name.
    pub(crate) fn new(
        context: &Arc<Context>,
        designs: &[ResolvedDesign],
        tests: &[ListedTest],
    ) -> Result<Plan, Vec<String>> {
        let mut planned: Vec<Planned> = Vec::new();
        let mut missing: BTreeMap<Simulator, (String, usize)> = BTreeMap::new();
        for design in designs {
            for simulator in ALL {
                if !design.runs_on(simulator) || !context.settings.wants(simulator) {
                    continue;
                }
                let programs = context.find(simulator);
                let demanded = context.settings.demands(simulator);
                let absent = programs.as_ref().err().filter(|_| !demanded);
                let absent = absent.map(ToString::to_string);
                let programs =
                    programs.map_err(|reason| NoSimulator::beside(reason, installed(context)));
                let suite = Suite::new(Arc::clone(context), design.clone(), simulator, programs);
                let own = tests
                    .iter()
                    .filter(|test| test.selected && design.has_test(&test.name));
                for test in own {
                    if let Some(reason) = &absent {
                        missing.entry(simulator).or_insert((reason.clone(), 0)).1 += 1;
                    }
                    let skips = || design.skips(simulator, &test.name).map(str::to_owned);
                    planned.push(Planned {
                        name: suite.full_name(test),
                        ignored: test.skip.clone().or_else(|| absent.clone()).or_else(skips),
                        suite: Arc::clone(&suite),
                        test: test.clone(),
                    });
                }
            }
        }
        let mut names = HashSet::new();
        let twice = planned.iter().filter(|test| !names.insert(&*test.name));
        let twice: Vec<String> = twice
            .map(|test| format!("two tests are called `{}`", test.name))
            .collect();
        if !twice.is_empty() {
            return Err(twice);
        }
        let note = |(reason, count): &(String, usize)| match count {
            1 => format!("1 test is ignored: {reason}"),
            _ => format!("{count} tests are ignored: {reason}"),
        };
        Ok(Plan {
            notes: missing.values().map(note).collect(),
            tests: planned,
        })
    }

    /// The tests that the command line asks for.
    pub(crate) fn selected(&self, arguments: &Arguments) -> impl Iterator<Item = &Planned> {
        let asked = |test: &&Planned| arguments.select(&test.name, test.ignored.is_some());
        self.tests.iter().filter(asked)
    }

    /// Why not one of the tests can run, asked for or not, if that is so.
    pub(crate) fn cannot_run(&self, context: &Context, arguments: &Arguments) -> Option<String> {
        // Nextest lists ignored tests apart, and both lists are to say the same of each.
        let leaves = arguments.list() || arguments.leave(true);
        let left = |test: &Planned| test.ignored.is_some() && leaves;
        if context.allow_empty || arguments.is_bench() || !self.tests.iter().all(left) {
            return None;
        }
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for reason in self.tests.iter().filter_map(|test| test.ignored.as_deref()) {
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((reason, 1)),
            }
        }
        let reasons: Vec<String> = reasons
            .iter()
            .take(5)
            .map(|(reason, count)| format!("\n  {count} ignored: {reason}"))
            .collect();
        Some(format!(
            "no test of `{}` could run ({ALLOWED_BY}){}",
            context.testbench.package,
            reasons.concat()
        ))
    }

    /// Makes every test fail for this reason instead of being ignored.
    pub(crate) fn fail_all(&mut self, context: &Context, reason: String) {
        for test in &mut self.tests {
            test.ignored = None;
        }
        // There is one plan per process.
        let _ = context.cannot_run.set(reason);
    }
}

/// The names that could replace that of an unavailable simulator.
fn installed(context: &Context) -> String {
    let there = ALL.into_iter().filter(|&it| context.find(it).is_ok());
    let keys: Vec<&str> = there.map(Simulator::key).collect();
    match &keys[..] {
        [] => "; no simulator is installed".to_owned(),
        keys => format!("; installed are {}", keys.join(", ")),
    }
}

/// Whether the command line asks for any test of the designs, on whatever simulator takes them.
pub(crate) fn are_asked(
    designs: &[ResolvedDesign],
    tests: &[ListedTest],
    arguments: &Arguments,
) -> bool {
    designs.iter().any(|design| {
        let simulators = ALL.into_iter().filter(|&it| design.runs_on(it));
        let suites = simulators.map(|it| design.name_on(it));
        let own = || tests.iter().filter(|test| design.has_test(&test.name));
        suites.into_iter().any(|suite| {
            own().any(|test| {
                arguments.select(&format!("{suite}::{}", test.name), test.skip.is_some())
            })
        })
    })
}

/// The errors in the choice of tests and simulators, whatever is installed.
///
/// # Errors
///
/// Each mistake, a line each.
pub(crate) fn check(
    testbench: &Testbench,
    designs: &[ResolvedDesign],
    tests: &[ListedTest],
    allow_empty: bool,
) -> Result<(), Vec<String>> {
    if tests.is_empty() {
        if allow_empty {
            return Ok(());
        }
        return Err(vec![format!(
            "the plugin `{}` has no tests: mark an `async fn` with `#[verifork::test]`, in a \
             module that `lib.rs` reaches ({ALLOWED_BY})",
            testbench.plugin.display()
        )]);
    }
    let names = || tests.iter().map(|test| test.name.as_str());
    let unknown = |text: &str| !names().any(|name| name.contains(text));
    let near = |text: &str| did_you_mean(&nearest(text, names(), 3));
    let mut problems: Vec<String> = Vec::new();
    for design in designs {
        // The variants of a design share it, so it is printed once.
        let mut problem = |text: String| {
            let text = format!("design `{}`: {text}", design.name_without_variant());
            if !problems.contains(&text) {
                problems.push(text);
            }
        };
        for text in design.test_texts().filter(|text| unknown(text)) {
            problem(format!(
                "`.tests([…])` names `{text}`, which no test's name contains{}",
                near(text)
            ));
        }
        for text in design.skipped_texts().filter(|text| unknown(text)) {
            problem(format!(
                "`.skip_on(…)` names `{text}`, which no test's name contains{}",
                near(text)
            ));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// The message if each test has skipped itself.
pub(crate) fn all_skipped(context: &Context) -> String {
    format!(
        "no test of `{}` has run: all of them skipped themselves ({ALLOWED_BY})",
        context.testbench.package
    )
}

/// The message if the settings leave none of the designs.
pub(crate) fn nothing_left(context: &Context, designs: &[ResolvedDesign]) -> String {
    let on: Vec<&str> = ALL
        .into_iter()
        .filter(|&simulator| designs.iter().any(|design| design.runs_on(simulator)))
        .map(Simulator::key)
        .collect();
    let settings = match &context.settings.simulators {
        Some(wanted) => {
            let keys: Vec<&str> = wanted.iter().map(|it| it.key()).collect();
            format!("VERIFORK_SIM={}", keys.join(","))
        }
        None => "VERIFORK_FILTER".to_owned(),
    };
    format!(
        "{settings} leaves no test of `{}`: its designs run on {} ({ALLOWED_BY})",
        context.testbench.package,
        on.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::design::Design;
    use crate::resolved::resolve;

    fn problems(design: Design, tests: &[&str]) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let designs = resolve(vec![design.sources(["../hdl/counter.v"])], folder).unwrap();
        let testbench = Testbench {
            folder: folder.to_owned(),
            package: "counter_tb".to_owned(),
            target: "sim".to_owned(),
            plugin: PathBuf::from("libcounter_tb.so"),
            profile: "debug".to_owned(),
            output: PathBuf::from("target/verifork"),
        };
        let test = |name: &&str| ListedTest {
            name: (*name).to_owned(),
            file: String::new(),
            line: 1,
            covers: Vec::new(),
            skip: None,
            ends: false,
            wall_timeout: None,
            selected: true,
            paths: Vec::new(),
            more: false,
        };
        let tests: Vec<ListedTest> = tests.iter().map(test).collect();
        let checked = check(&testbench, &designs, &tests, false);
        checked.err().unwrap_or_default().join("\n")
    }

    #[test]
    fn every_text_of_a_design_has_to_be_in_some_tests_name() {
        let tests = ["counts", "wraps::from_0"];
        let design = || Design::new("counter");
        let chosen = problems(design().tests(["counts", "warps"]), &tests);
        assert_eq!(
            chosen,
            "design `counter`: `.tests([…])` names `warps`, which no test's name contains (did \
             you mean `wraps::from_0`?)"
        );
        let skipped = design().skip_on(Simulator::Icarus, "cuonts", "why");
        assert!(problems(skipped, &tests).contains("did you mean `counts`?"));
        let fits = design()
            .tests(["wraps"])
            .skip_on(Simulator::Icarus, "counts", "why");
        assert_eq!(problems(fits, &tests), "");
    }

    #[test]
    fn what_variants_have_in_common_is_said_once() {
        let design = Design::new("counter")
            .tests(["zzz"])
            .variant("a", [("WIDTH", 1)])
            .variant("b", [("WIDTH", 2)]);
        assert_eq!(problems(design, &["counts"]).lines().count(), 1);
    }

    #[test]
    fn the_error_for_a_plugin_without_tests_says_how_to_mark_one() {
        assert!(problems(Design::new("counter"), &[]).contains("has no tests: mark an `async fn`"));
    }
}
