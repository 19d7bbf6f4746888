//! Which tests run, in which order, how often.

use std::fmt;

use verifork_protocol::nearest::{did_you_mean, nearest};
use verifork_protocol::results::label;

use super::filter::Filter;
use super::seed::Seed;

/// A test as it was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate<'a> {
    pub(crate) name: &'a str,
    pub(crate) file: &'a str,
    pub(crate) line: u32,
    /// The requirements that it checks.
    pub(crate) covers: &'a [&'a str],
}

/// The order in which tests run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// By file, line, and then as the candidates were given.
    #[default]
    Declared,
    /// By name, in the order of its characters.
    Name,
    /// By the seed. Tests keep their relative order when a filter leaves others out.
    Random,
}

/// One run of one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Which of the candidates.
    pub(crate) index: usize,
    /// Which round it belongs to, counted from 1, when tests are repeated.
    pub(crate) repetition: Option<u32>,
    /// The base seed of this run: all its streams come from it.
    pub(crate) seed: Seed,
}

/// The selection from the candidates by filter, order and repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) runs: Vec<Run>,
    /// Terms of the filter that no test fits, although other terms found some.
    pub(crate) unmatched: Vec<String>,
}

impl Selection {
    /// The message for each term of the filter without a matching test.
    pub(crate) fn remarks(&self) -> impl Iterator<Item = String> {
        let remark = |term| format!("VERIFORK_FILTER: no test's name contains `{term}`");
        self.unmatched.iter().map(remark)
    }
}

/// Why nothing can be run.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SelectError {
    /// Two tests have one name: a filter or a report could not distinguish them.
    #[error("test names must be unique, but {}", .0.join("; "))]
    Duplicates(Vec<String>),
    #[error("the library that was loaded contains no test: mark one with `#[verifork::test]`")]
    NoTests,
    #[error(
        "no test fits VERIFORK_FILTER={filter}{suggestion}; there {tests} \
         (VERIFORK_ALLOW_EMPTY=1 lets a run without tests pass)"
    )]
    NothingFits {
        filter: Filter,
        suggestion: String,
        tests: String,
    },
}

/// Chooses and orders the tests to run; each of `repeat` rounds runs all of them.
///
/// # Errors
///
/// There are no candidates, two have one name, or the filter selects none.
pub(crate) fn select(
    candidates: &[Candidate<'_>],
    filter: &Filter,
    order: Order,
    repeat: u32,
    seed: Seed,
) -> Result<Selection, SelectError> {
    if candidates.is_empty() {
        return Err(SelectError::NoTests);
    }
    reject_duplicates(candidates)?;
    let mut chosen: Vec<usize> = (0..candidates.len())
        .filter(|&index| filter.selects(candidates[index].name))
        .collect();
    if chosen.is_empty() {
        return Err(nothing_fits(candidates, filter));
    }
    let names: Vec<&str> = candidates.iter().map(|test| test.name).collect();

    let mut runs = Vec::new();
    for round in 0..repeat {
        let seed = seed.repetition(round);
        sort(&mut chosen, candidates, order, seed);
        let repetition = (repeat > 1).then_some(round + 1);
        runs.extend(chosen.iter().map(|&index| Run {
            index,
            repetition,
            seed,
        }));
    }
    Ok(Selection {
        runs,
        unmatched: filter.unmatched(&names),
    })
}

fn sort(chosen: &mut [usize], candidates: &[Candidate<'_>], order: Order, seed: Seed) {
    match order {
        Order::Declared => {
            chosen.sort_by_key(|&index| (candidates[index].file, candidates[index].line, index));
        }
        Order::Name => chosen.sort_by_key(|&index| candidates[index].name),
        Order::Random => chosen.sort_by_cached_key(|&index| {
            let name = candidates[index].name;
            (seed.place_in_order(name), name)
        }),
    }
}

fn reject_duplicates(candidates: &[Candidate<'_>]) -> Result<(), SelectError> {
    let mut sorted: Vec<&Candidate<'_>> = candidates.iter().collect();
    sorted.sort_by_key(|test| (test.name, test.file, test.line));
    let duplicates: Vec<String> = sorted
        .chunk_by(|left, right| left.name == right.name)
        .filter(|same| same.len() > 1)
        .map(|same| {
            let places: Vec<String> = same
                .iter()
                .map(|test| format!("{}:{}", test.file, test.line))
                .collect();
            format!("`{}` is at {}", same[0].name, places.join(" and "))
        })
        .collect();
    if duplicates.is_empty() {
        Ok(())
    } else {
        Err(SelectError::Duplicates(duplicates))
    }
}

fn nothing_fits(candidates: &[Candidate<'_>], filter: &Filter) -> SelectError {
    let names = || candidates.iter().map(|test| test.name);
    let mut similar: Vec<&str> = filter
        .wanted()
        .flat_map(|wanted| nearest(wanted, names(), 3))
        .collect();
    similar.dedup();
    similar.truncate(3);
    let tests = match candidates {
        [test] => format!("is one test, `{}`", test.name),
        _ => format!("are {} tests, VERIFORK_LIST=1 lists them", candidates.len()),
    };
    SelectError::NothingFits {
        filter: filter.clone(),
        suggestion: did_you_mean(&similar),
        tests,
    }
}

/// Writes the list of `VERIFORK_LIST`: for each run a line with its name, a tab, and its place in the source.
///
/// # Errors
///
/// Those of `out`.
pub(crate) fn list(
    out: &mut impl fmt::Write,
    candidates: &[Candidate<'_>],
    selection: &Selection,
) -> fmt::Result {
    for run in &selection.runs {
        let Candidate {
            name,
            file,
            line,
            covers,
        } = candidates[run.index];
        write!(out, "{}\t{file}:{line}", label(name, run.repetition))?;
        if !covers.is_empty() {
            write!(out, "\tcovers {}", covers.join(", "))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: [Candidate<'_>; 4] = [
        Candidate {
            name: "wraps::from_250",
            file: "b.rs",
            line: 30,
            covers: &[],
        },
        Candidate {
            name: "wraps::from_0",
            file: "b.rs",
            line: 30,
            covers: &[],
        },
        Candidate {
            name: "counts",
            file: "b.rs",
            line: 4,
            covers: &[],
        },
        Candidate {
            name: "resets",
            file: "a.rs",
            line: 9,
            covers: &[],
        },
    ];

    fn chosen(filter: &str, order: Order) -> Vec<&'static str> {
        let filter = Filter::parse(filter).unwrap();
        let selection = select(&TESTS, &filter, order, 1, Seed::new(7)).unwrap();
        selection
            .runs
            .iter()
            .map(|run| TESTS[run.index].name)
            .collect()
    }

    fn error(filter: &str) -> String {
        let filter = Filter::parse(filter).unwrap();
        select(&TESTS, &filter, Order::Declared, 1, Seed::new(7))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_term_selects_by_part_of_the_name() {
        assert_eq!(
            chosen("wraps", Order::Name),
            ["wraps::from_0", "wraps::from_250"]
        );
        assert_eq!(
            chosen("from_0, set", Order::Name),
            ["resets", "wraps::from_0"]
        );
    }

    #[test]
    fn an_equals_sign_selects_by_the_whole_name() {
        assert_eq!(chosen("=counts", Order::Name), ["counts"]);
        assert!(error("=count").contains("did you mean `counts`"));
    }

    #[test]
    fn an_exclamation_mark_leaves_out() {
        assert_eq!(chosen("!wraps", Order::Name), ["counts", "resets"]);
        assert_eq!(
            chosen("wraps,!=wraps::from_0", Order::Name),
            ["wraps::from_250"]
        );
    }

    #[test]
    fn no_term_selects_all() {
        assert_eq!(chosen("", Order::Name).len(), TESTS.len());
        assert_eq!(chosen(" , ", Order::Name).len(), TESTS.len());
    }

    #[test]
    fn declared_order_is_that_of_the_source() {
        let names = ["resets", "counts", "wraps::from_250", "wraps::from_0"];
        assert_eq!(chosen("", Order::Declared), names);
    }

    #[test]
    fn random_order_is_the_seeds_and_no_filter_changes_it() {
        let all = chosen("", Order::Random);
        let mut rest = all.clone();
        rest.retain(|&name| name != "counts");
        assert_eq!(chosen("!counts", Order::Random), rest);

        let orders = (0..20).map(|seed| {
            select(
                &TESTS,
                &Filter::default(),
                Order::Random,
                1,
                Seed::new(seed),
            )
            .unwrap()
            .runs
        });
        let firsts: std::collections::BTreeSet<usize> = orders.map(|runs| runs[0].index).collect();
        assert!(firsts.len() > 1, "20 seeds, one order");
    }

    #[test]
    fn each_round_of_a_repetition_has_its_own_seed() {
        let filter = Filter::parse("set,count").unwrap();
        let seed = Seed::new(7);
        let runs = select(&TESTS, &filter, Order::Name, 2, seed).unwrap().runs;
        let names: Vec<&str> = runs.iter().map(|run| TESTS[run.index].name).collect();
        assert_eq!(names, ["counts", "resets", "counts", "resets"]);
        assert_eq!(runs[1].repetition, Some(1));
        assert_eq!(runs[2].repetition, Some(2));
        assert_eq!(runs[0].seed, seed);
        assert_eq!(runs[2].seed, seed.repetition(1));
    }

    #[test]
    fn a_filter_that_fits_nothing_names_the_nearest_tests() {
        assert_eq!(
            error("wraps::fron_250"),
            "no test fits VERIFORK_FILTER=wraps::fron_250 (did you mean `wraps::from_250` or \
             `wraps::from_0`?); there are 4 tests, VERIFORK_LIST=1 lists them \
             (VERIFORK_ALLOW_EMPTY=1 lets a run without tests pass)"
        );
    }

    #[test]
    fn a_term_that_fits_nothing_beside_others_is_reported() {
        let filter = Filter::parse("counts,zzz").unwrap();
        let selection = select(&TESTS, &filter, Order::Name, 1, Seed::new(7)).unwrap();
        assert_eq!(selection.unmatched, ["zzz"]);
    }

    #[test]
    fn two_tests_of_one_name_are_an_error_that_names_both_places() {
        let twice = [
            TESTS[2],
            Candidate {
                file: "c.rs",
                line: 1,
                ..TESTS[2]
            },
        ];
        let error = select(&twice, &Filter::default(), Order::Name, 1, Seed::new(7)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "test names must be unique, but `counts` is at b.rs:4 and c.rs:1"
        );
    }

    #[test]
    fn no_tests_at_all_is_an_error() {
        let error = select(&[], &Filter::default(), Order::Name, 1, Seed::new(7));
        assert_eq!(error, Err(SelectError::NoTests));
    }

    #[test]
    fn a_list_has_a_line_a_test() {
        let filter = Filter::parse("=counts").unwrap();
        let selection = select(&TESTS, &filter, Order::Name, 1, Seed::new(7)).unwrap();
        let mut out = String::new();
        list(&mut out, &TESTS, &selection).unwrap();
        assert_eq!(out, "counts\tb.rs:4\n");
        let covers = TESTS.map(|test| Candidate {
            covers: &["REQ-1", "REQ-2"],
            ..test
        });
        out.clear();
        list(&mut out, &covers, &selection).unwrap();
        assert_eq!(out, "counts\tb.rs:4\tcovers REQ-1, REQ-2\n");
    }
}
