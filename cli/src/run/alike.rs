//! Tests that fail with the same cause as an earlier one: a few are named as they end, and the others counted.

use std::collections::BTreeMap;

use crate::harness::{suite, without_suite};

/// How many are named, as `cargo test` does.
const NAMED: usize = 8;

/// The tests that have failed with the same cause as an earlier one, by that one.
#[derive(Default)]
pub(super) struct Alike(BTreeMap<String, Vec<String>>);

impl Alike {
    /// Adds a test that has failed like `first`. Returns what to print of it now.
    pub(super) fn add(&mut self, name: &str, first: &str) -> Option<String> {
        let tests = self.0.entry(first.to_owned()).or_default();
        tests.push(name.to_owned());
        (tests.len() <= NAMED).then(|| same_cause(name, first))
    }

    /// What to print of the others when all have ended.
    pub(super) fn others(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|(first, tests)| {
            Some(match tests.get(NAMED..)? {
                [] => return None,
                [only] => same_cause(only, first),
                more => format!("{} more tests: same cause as {first}", more.len()),
            })
        })
    }
}

/// Within one design and simulator, the rest of the first test's name is enough.
fn same_cause(name: &str, first: &str) -> String {
    let first = without_suite(first, &suite(name));
    format!("{name}: same cause as {first}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_of_the_tests_that_fail_alike_are_named() {
        let mut alike = Alike::default();
        let mut add = |at: usize| {
            let line = alike.add(&format!("d::icarus::t{at}"), "d::icarus::first");
            (line, alike.others().collect::<Vec<_>>())
        };
        for at in 0..NAMED {
            let line = format!("d::icarus::t{at}: same cause as first");
            assert_eq!(add(at), (Some(line), vec![]));
        }
        let last = "d::icarus::t8: same cause as first".to_owned();
        assert_eq!(add(NAMED), (None, vec![last]));
        let more = "2 more tests: same cause as d::icarus::first".to_owned();
        assert_eq!(add(NAMED + 1), (None, vec![more]));
    }
}
