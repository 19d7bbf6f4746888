//! The data that all tests of a harness share.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use verifork_protocol::files::{DESIGNS, RUNS, file_name};
use verifork_protocol::listing::ListedTest;
use verifork_protocol::trend::{self, Point};
use verifork_protocol::verdict::{DESCRIBED, SHARED};

use crate::cache::Cache;
use crate::front::Counts;
use crate::junit::Junit;
use crate::known::{ALL, Simulator};
use crate::resolved::ResolvedDesign;
use crate::settings::Settings;
use crate::simulator::{Unusable, Waves};
use crate::testbench::Testbench;
use crate::tidy::{self, Owner, Removed};

/// The data that all tests of this harness share.
pub(crate) struct Context {
    pub(crate) testbench: Testbench,
    pub(crate) settings: Settings,
    pub(crate) cache: Cache,
    pub(crate) junit: OnceLock<Junit>,
    pub(crate) seed: u64,
    /// Identifies this run: all harnesses of one `cargo test` share it.
    pub(crate) run: String,
    /// The limit of tests without one of their own.
    pub(crate) wall_timeout: Option<Duration>,
    pub(crate) live: bool,
    /// A run in which no test has run may pass.
    pub(crate) allow_empty: bool,
    /// Why every test fails.
    pub(crate) cannot_run: OnceLock<String>,
}

impl Context {
    /// The simulator's programs, or what is missing.
    pub(crate) fn find(&self, simulator: Simulator) -> Result<Vec<PathBuf>, Unusable> {
        let place = self.settings.places.get(&simulator);
        simulator.backend().find(place.map(PathBuf::as_path))
    }

    /// Notes for reports how many tests have passed in this run.
    pub(crate) fn note_counts(&self, counts: Counts) {
        if counts.passed + counts.failed + counts.ignored == 0 {
            return;
        }
        let point = Point {
            run: self.run.clone(),
            at: crate::unix_time::now(),
            passed: counts.passed,
            failed: counts.failed,
            skipped: counts.ignored,
            ..Point::default()
        };
        // A line that is missing in a diagram is nothing to fail for.
        let _ = trend::add(&self.testbench.output, &point);
    }

    /// The owner of compiled designs, without the suite.
    pub(crate) fn owner(&self) -> Owner {
        Owner {
            crate_folder: self.testbench.folder.clone(),
            target: self.testbench.target.clone(),
            suite: String::new(),
        }
    }

    /// The folder of the runs of a design on a simulator.
    pub(crate) fn runs(&self, design: &ResolvedDesign, simulator: Simulator) -> PathBuf {
        let Testbench {
            output,
            package,
            target,
            ..
        } = &self.testbench;
        let mut folder = output.join(RUNS).join(package).join(target);
        folder.extend(&design.segments);
        folder.push(simulator.key());
        folder
    }

    /// Removes what none of these tests names any more, whether they are selected or not.
    pub(crate) fn tidy(&self, designs: &[ResolvedDesign], tests: &[ListedTest]) -> Removed {
        let mut removed = Removed::default();
        let (mut suites, mut runs) = (BTreeSet::new(), BTreeSet::new());
        for design in designs {
            for simulator in ALL {
                let suite = design.name_on(simulator);
                let folder = self.runs(design, simulator);
                let formats = Waves::ALL.map(Waves::name);
                for format in formats.into_iter().chain([""]) {
                    suites.insert(format!("{suite} {format}"));
                }
                let own = tests.iter().filter(|test| design.has_test(&test.name));
                runs.extend(own.map(|test| folder.join(file_name(&test.name))));
                runs.extend([SHARED, DESCRIBED].map(|name| folder.join(name)));
            }
        }
        let output = &self.testbench.output;
        let own = output.join(RUNS).join(&self.testbench.package);
        let compiled = output.join(DESIGNS);
        tidy::designs(&compiled, &self.owner(), &suites, &mut removed);
        for (prefix, mark) in ALL.iter().filter_map(|it| it.backend().shared_parts()) {
            tidy::shared_parts(self.cache.shared(), prefix, mark, &mut removed);
        }
        tidy::runs(&own.join(&self.testbench.target), &runs, &mut removed);
        removed
    }
}
