//! Random programs over all of `task` and `sync`, run on the implementation and on a plain reference of the
//! rules. The log of every step, every error with its path and time, and what is left over must be equal.
//!
//! `PROPTEST_CASES=1000000 cargo test --release -p verifork --lib model::` runs that many;
//! `PROPTEST_RNG_SEED` has others drawn.

mod clock;
mod draw;
mod program;
mod real;
mod reference;

use std::fmt::Write as _;

use self::draw::{Draw, shrink};

/// The observable outcome of a program.
#[derive(PartialEq, Eq)]
struct Outcome {
    log: Vec<String>,
    errors: Vec<String>,
    /// What is left over at the end, and should not be.
    left: Vec<String>,
}

impl Outcome {
    /// How `self`, which was observed, differs from what was expected.
    fn difference(&self, expected: &Outcome) -> String {
        let mut text = String::new();
        let lists = [
            ("log", &self.log, &expected.log),
            ("errors", &self.errors, &expected.errors),
            ("left over", &self.left, &expected.left),
        ];
        for (what, seen, expected) in lists {
            if seen == expected {
                continue;
            }
            let same = seen
                .iter()
                .zip(expected)
                .take_while(|(a, b)| a == b)
                .count();
            let _ = writeln!(text, "{what}:");
            for line in &seen[..same] {
                let _ = writeln!(text, "    {line}");
            }
            for (sign, lines) in [('-', expected), ('+', seen)] {
                for line in &lines[same..] {
                    let _ = writeln!(text, "  {sign} {line}");
                }
            }
        }
        text
    }
}

fn from_environment(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(otherwise, |text| text.parse().expect(name))
}

#[test]
fn random_programs_do_what_the_rules_say() {
    let count = from_environment("PROPTEST_CASES", 10_000);
    let mut draw = Draw::new(from_environment("PROPTEST_RNG_SEED", 1));
    for number in 0..count {
        let program = draw.program();
        if real::outcome(&program) == reference::outcome(&program) {
            continue;
        }
        let program = shrink(program, |program| {
            real::outcome(program) != reference::outcome(program)
        });
        let difference = real::outcome(&program).difference(&reference::outcome(&program));
        panic!(
            "program {number} does not do what the rules say; made smaller:\n{program:?}\n\
             (- expected, + seen)\n{difference}"
        );
    }
    println!("random programs: {count}, no divergence");
}
