//! A failed test is run again with fewer and simpler items of its sequences, each time in a fresh simulation.

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use verifork_protocol::items::{Drawn, Items};
use verifork_protocol::listing::ListedTest;
use verifork_protocol::results::Status;
use verifork_protocol::time::grouped;

use super::{Again, Suite};
use crate::process::Ending;
use crate::shrink::{Nothing, Smallest, Tried, shrink};
use crate::simulation::Execution;
use crate::verdict::{Failure, Verdict, judge};

/// So many items are shown.
const SHOWN: usize = 20;
/// So many runs, whatever time is left.
const RUNS: usize = 1000;

impl Suite {
    /// Looks for the smallest items, and adds them below the failure; returns the items that repeat the test.
    pub(super) fn make_smaller(
        &self,
        test: &ListedTest,
        execution: &Execution,
        failure: &mut Failure,
    ) -> Option<Items> {
        let limit = self.context.settings.shrink?;
        let failing = failing(test, execution)?;
        if failing.drawn.iter().all(|drawn| drawn.items.is_empty()) {
            return None;
        }
        let begun = Instant::now();
        let folder = self.folder(test).join("smaller");
        let mut runs = 0;
        let mut text = String::new();
        let mut attempt = |items: &Items| {
            if begun.elapsed() > limit || runs == RUNS {
                return Tried::NoTime;
            }
            runs += 1;
            let again = Again {
                seed: failing.seed,
                items,
            };
            let Ok(tried) = self.execute(std::slice::from_ref(test), &folder, None, Some(again))
            else {
                return Tried::Otherwise;
            };
            match self::failing(test, &tried) {
                Some(again) if again.how == failing.how => {
                    if let Verdict::Failed(failure) = judge(&test.name, &tried) {
                        text = failure.text;
                    }
                    Tried::Failed(again.drawn.to_vec())
                }
                _ => Tried::Otherwise,
            }
        };
        let found = shrink(failing.drawn, &mut attempt);
        // The files of these runs are of no use; their coverage would be counted.
        let _ = fs::remove_dir_all(&folder);
        match found {
            Ok(found) => {
                let took = format!("{:.1} s", begun.elapsed().as_secs_f64());
                describe(&mut failure.text, &found, failing.drawn, &took, &text);
                Some(found.items)
            }
            Err(Nothing::DoesNotRepeat) => {
                failure.text += "not shrunk: the test did not fail in the same way again, with the same seed in \
                    a fresh simulation\n";
                None
            }
            Err(Nothing::NoTime) => None,
        }
    }
}

/// A run that has failed.
struct Failing<'a> {
    seed: u64,
    drawn: &'a [Drawn],
    how: How<'a>,
}

/// If two runs fail differently, one is not a smaller case of the other.
#[derive(PartialEq)]
enum How<'a> {
    /// The place of the first failure.
    At(&'a str, u32),
    /// The process ended in the test.
    Process(Ending),
}

/// How a test has failed, if that is known.
fn failing<'a>(test: &ListedTest, execution: &'a Execution) -> Option<Failing<'a>> {
    let results = &execution.results;
    if results.interrupted() == Some(&test.name) {
        // A test that hangs would hang again and again.
        return match execution.ending {
            Ending::Killed(_) => None,
            ending => Some(Failing {
                seed: execution.seed,
                drawn: &results.drawn,
                how: How::Process(ending),
            }),
        };
    }
    let ended = execution
        .ended(test)
        .filter(|ended| ended.status == Status::Failed)?;
    let first = ended.failures.first()?;
    Some(Failing {
        seed: ended.seed,
        drawn: &ended.sequences,
        how: How::At(first.file.as_deref()?, first.line?),
    })
}

fn describe(text: &mut String, found: &Smallest, all: &[Drawn], took: &str, failure: &str) {
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "smaller: it fails in the same way with {} ({} in {took}",
        counts(found, all),
        if found.runs == 1 {
            "1 run".to_owned()
        } else {
            format!("{} runs", grouped(found.runs as u128))
        }
    );
    text.push_str(if found.complete {
        "):\n"
    } else {
        "; then the time was up, so fewer may be enough):\n"
    });
    for drawn in &found.drawn {
        for item in drawn.items.iter().take(SHOWN) {
            let _ = writeln!(text, "  {}[{}] {}", drawn.name, item.index, item.text);
        }
        if let Some(more) = drawn
            .items
            .len()
            .checked_sub(SHOWN)
            .filter(|&more| more > 0)
        {
            let _ = writeln!(text, "  … and {more} more of `{}`", drawn.name);
        }
    }
    for line in failure.lines() {
        let _ = writeln!(text, "  {line}");
    }
}

/// `2 of 57 items of `writes` and …`
fn counts(found: &Smallest, all: &[Drawn]) -> String {
    let of = |drawn: &Drawn| {
        let before = all.iter().find(|before| before.name == drawn.name);
        let before = before.map_or(0, |before| before.items.len());
        let name = &drawn.name;
        format!("{} of {before} items of `{name}`", drawn.items.len())
    };
    let all: Vec<String> = found.drawn.iter().map(of).collect();
    all.join(" and ")
}
