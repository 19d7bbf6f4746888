//! The tests of a plan as the front runs them; those that share a simulation are brought together.

use std::sync::Arc;

use crate::arguments::Arguments;
use crate::front::Job;
use crate::plan::Planned;
use crate::trial::{Shared, Suite};

/// The tests for the front, in their order; those that are not run are noted in the report.
pub(crate) fn jobs(tests: &[Planned], arguments: &Arguments) -> Vec<Job> {
    let mut shared: Option<(Arc<Suite>, Arc<Shared>)> = None;
    let runs = |test: &Planned| {
        let ignored = test.ignored.is_some();
        arguments.select(&test.name, ignored) && !arguments.leave(ignored)
    };
    let mut jobs = Vec::with_capacity(tests.len());
    for (number, planned) in tests.iter().enumerate() {
        let suite = &planned.suite;
        // Tests of one design and simulator come together.
        let known = shared.as_ref().filter(|(of, _)| Arc::ptr_eq(of, suite));
        if suite.is_shared() && known.is_none() {
            let own = tests[number..].iter();
            let own = own.take_while(|other| Arc::ptr_eq(&other.suite, suite));
            let own = own.filter(|it| runs(it) && !it.test.ends);
            let own = own.map(|it| it.test.clone());
            let own = Shared::of(own.collect());
            shared = Some((Arc::clone(suite), Arc::new(own)));
        }
        // The simulation that a test ends is of no use to others.
        let shares = suite.is_shared() && !planned.test.ends;
        let of_suite = shared.as_ref().filter(|_| shares);
        let of_suite = of_suite.map(|(_, shared)| Arc::clone(shared));
        let (suite, test) = (Arc::clone(suite), planned.test.clone());
        let run = move || suite.run(&test, of_suite.as_deref());
        jobs.push(Job {
            name: planned.name.clone(),
            ignored: planned.ignored.is_some(),
            run: Box::new(run),
        });
    }
    jobs
}
