//! A failed test is run again with fewer and simpler items of its sequences, each time in a fresh simulation.

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use verifork_protocol::items::{Drawn, Items};
use verifork_protocol::listing::ListedTest;
use verifork_protocol::results::{Ended, Status};
use verifork_protocol::time::grouped;

use super::report::ended_of;
use super::{Again, Suite};
use crate::shrink::{Nothing, Smallest, Tried, shrink};
use crate::simulation::Execution;
use crate::verdict::{Failure, Verdict, judge};

/// So many items are shown.
const SHOWN: usize = 20;
/// So many runs, whatever time is left.
const RUNS: usize = 1000;

impl Suite {
    /// Looks for the smallest items, and tells of them below the failure; gives what repeats the test with them.
    pub(super) fn make_smaller(
        &self,
        test: &ListedTest,
        execution: &Execution,
        failure: &mut Failure,
    ) -> Option<Items> {
        let limit = self.context.settings.shrink?;
        let ended = failed(test, execution)?;
        if ended.sequences.iter().all(|drawn| drawn.items.is_empty()) {
            return None;
        }
        let place = place(ended)?;
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
                seed: ended.seed,
                items,
            };
            let Ok(tried) = self.execute(std::slice::from_ref(test), &folder, None, Some(again))
            else {
                return Tried::Otherwise;
            };
            match failed(test, &tried) {
                Some(ended) if self::place(ended).as_ref() == Some(&place) => {
                    if let Verdict::Failed(failure) = judge(&test.name, &tried) {
                        text = failure.text;
                    }
                    Tried::Failed(ended.sequences.clone())
                }
                _ => Tried::Otherwise,
            }
        };
        let found = shrink(&ended.sequences, &mut attempt);
        // What these runs left is of no use: coverage of theirs would be counted.
        let _ = fs::remove_dir_all(&folder);
        match found {
            Ok(found) => {
                let took = format!("{:.1} s", begun.elapsed().as_secs_f64());
                tell(&mut failure.text, &found, &ended.sequences, &took, &text);
                Some(found.items)
            }
            Err(Nothing::DoesNotRepeat) => {
                failure.text += "not smaller: the test did not fail so again, with the same seed in a fresh \
                                 simulation\n";
                None
            }
            Err(Nothing::NoTime) => None,
        }
    }
}

/// What is told of a test that has failed, if that is known.
fn failed<'a>(test: &ListedTest, execution: &'a Execution) -> Option<&'a Ended> {
    ended_of(execution, test).filter(|ended| ended.status == Status::Failed)
}

/// Where the first failure was: one elsewhere is another.
fn place(ended: &Ended) -> Option<(String, u32)> {
    let first = ended.failures.first()?;
    first.file.clone().zip(first.line)
}

fn tell(text: &mut String, found: &Smallest, all: &[Drawn], took: &str, failure: &str) {
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "smaller: it fails so with {} ({} in {took}",
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
        "; then time was up: fewer may be enough):\n"
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
