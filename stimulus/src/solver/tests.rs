//! Random constraints on few bits, against a reference that tries all values.

#![allow(clippy::cast_precision_loss, reason = "counts are small")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::contradiction::contradicting;
use crate::diagram::Edge;
use crate::evaluate::bounds::Verdict;
use crate::evaluate::{Program, Scratch, WIDTHS};
use crate::inline::{Inline, Outcome, Request};
use crate::node::{Node, Operator};
use crate::record::{Class, Recording, Source, Variable};
use crate::sample;
use crate::simple::Simple;
use crate::value::Encoding;

mod reference;

use reference::{FIELDS, Tree, comparison_of_one_field, condition, decoded, recording, solutions};

fn program_of(problem: &Problem<'_>) -> Option<Program> {
    program_within(problem, WIDTHS[0])
}

fn wide_program_of(problem: &Problem<'_>) -> Option<Program> {
    program_within(problem, WIDTHS[1])
}

fn program_within(problem: &Problem<'_>, bits: u32) -> Option<Program> {
    let all = &problem.recording.requirements;
    let roots: Vec<Id> = all.iter().map(|requirement| requirement.node).collect();
    Program::new(problem.recording, &problem.shapes, &roots, &[], &[], bits)
}

/// All requirements as one group, even if they share no variables.
fn together(recording: &Recording) -> Group {
    let mut group = Group {
        variables: (0..recording.count()).collect(),
        hard: (0..recording.requirements.len()).collect(),
        ..Group::default()
    };
    for requirement in &recording.requirements {
        group.cone.extend(cone(recording, requirement.node));
    }
    group.cone.sort_unstable();
    group.cone.dedup();
    group
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_diagram_has_as_many_solutions_as_there_are(conditions in prop::collection::vec(condition(), 1..4)) {
        let expected = solutions(&conditions);
        let recording = recording(&conditions);
        let problem = Problem::new(&recording, "test").unwrap();
        let group = together(&recording);
        prop_assume!(problem.refuse_large(&group).is_ok());
        for order in [Order::LowestFirst, Order::HighestFirst] {
            let mut diagram = Diagram::new(BUDGET);
            let (root, levels) = problem.solutions(&group, order, &mut diagram).unwrap();
            let count = sample::count(&diagram, root, u32::try_from(levels.len()).unwrap());
            prop_assert_eq!(count, Some(expected.len() as u128));
        }
    }

    #[test]
    fn whatever_draws_gives_solutions_and_only_if_there_are_any(
        conditions in prop::collection::vec(condition(), 1..4),
        seed: u64,
    ) {
        let expected = solutions(&conditions);
        let recording = recording(&conditions);
        let problem = Problem::new(&recording, "test").unwrap();
        let group = together(&recording);
        prop_assume!(problem.refuse_large(&group).is_ok());
        let mut rng = SplitMix64(seed);

        let program = program_of(&problem);
        if let Some(program) = &program {
            // Values that a comparison with a number rules out are not tried.
            let mut scratch = Scratch::default();
            let wide = wide_program_of(&problem).unwrap();
            for solution in &expected {
                let mut values = solution.map(i128::cast_unsigned);
                prop_assert!(program.completes(&mut values, &mut scratch), "{solution:?}");
                prop_assert!(wide.completes(&mut values, &mut scratch), "{solution:?}");
            }
            for _ in 0..20 {
                let mut values = std::array::from_fn::<_, 3, _>(|_| u128::from(rng.next()));
                let fits = program.completes(&mut values, &mut scratch);
                prop_assert_eq!(fits, wide.completes(&mut values, &mut scratch));
                prop_assert_eq!(fits, expected.contains(&decoded(&values)));
            }
        }
        let diagram = problem.diagram(&group, Order::LowestFirst).unwrap();
        prop_assert_eq!(diagram.is_some(), !expected.is_empty());
        let search = problem.search(&group).ok();
        prop_assert_eq!(search.is_some(), !expected.is_empty());
        let rejection = problem.rejection(&group, false);
        if let Some(rejection) = &rejection {
            // Computed values equal the original ones.
            let mut scratch = Scratch::default();
            for solution in &expected {
                let mut values = solution.map(i128::cast_unsigned);
                for (variable, _) in rejection.defined() {
                    values[*variable as usize] = 0;
                }
                prop_assert!(rejection.completes(&mut values, &mut scratch), "{solution:?}");
                prop_assert_eq!(decoded(&values), *solution);
            }
        }
        let rejection = rejection
            .filter(|rejection| problem.fits(rejection, TRIES, 1))
            .map(Method::Rejection);
        for group in [diagram, search, rejection].into_iter().flatten() {
            for _ in 0..8 {
                let mut values = vec![0; FIELDS.len()];
                group.draw(&mut rng, &mut values).unwrap();
                prop_assert!(expected.contains(&decoded(&values)), "{:?}", decoded(&values));
            }
        }
    }

    #[test]
    fn what_holds_for_ranges_holds_for_their_values(
        conditions in prop::collection::vec(condition(), 1..3),
        ends: [(i128, i128); 3],
        seed: u64,
    ) {
        let recording = recording(&conditions);
        let problem = Problem::new(&recording, "test").unwrap();
        let group = together(&recording);
        prop_assume!(problem.refuse_large(&group).is_ok());
        let Some(rejection) = problem.rejection(&group, false) else {
            return Ok(());
        };
        let ranges: [(i128, i128); 3] = std::array::from_fn(|index| {
            let (low, high) = FIELDS[index].range();
            let (low, high) = (low.small().unwrap(), high.small().unwrap());
            let inside = |end: i128| low + end.rem_euclid(high - low + 1);
            let (one, other) = (inside(ends[index].0), inside(ends[index].1));
            (one.min(other), one.max(other))
        });
        let program = program_of(&problem).unwrap();
        let solutions = solutions(&conditions);
        let inside = |solution: &&[i128; 3]| {
            solution.iter().zip(ranges).all(|(value, (low, high))| (low..=high).contains(value))
        };
        let count = solutions.iter().filter(inside).count();
        let all: i128 = ranges.iter().map(|(low, high)| high - low + 1).product();
        match program.judge(|index| ranges[index as usize], &mut Vec::new()) {
            Verdict::None => prop_assert_eq!(count, 0),
            Verdict::All => prop_assert_eq!(count as i128, all),
            Verdict::Some => {}
        }
        // With divided ranges, it draws all solutions and nothing else.
        let divided = rejection.divided(&problem.ranges);
        if let Some(divided) = divided.filter(|divided| problem.fits(divided, 256, 8)) {
            let mut rng = SplitMix64(seed);
            let mut values = vec![0; 3];
            let mut left: std::collections::BTreeSet<_> = solutions.iter().copied().collect();
            for _ in 0..30 * solutions.len() {
                divided.draw(&mut rng, &mut values);
                prop_assert!(solutions.contains(&decoded(&values)), "{:?}", decoded(&values));
                left.remove(&decoded(&values));
            }
            prop_assert!(left.is_empty(), "{:?}", left);
        }
    }

    #[test]
    fn simple_conditions_are_true_of_what_they_say(
        comparisons in prop::collection::vec(comparison_of_one_field(), 1..4),
        both: bool,
        highest_first: bool,
    ) {
        let operator = if both { Operator::Both } else { Operator::Either };
        let all = comparisons
            .into_iter()
            .reduce(|left, right| Tree::Binary(operator, Box::new(left), Box::new(right)))
            .unwrap();
        let recording = recording(std::slice::from_ref(&all));
        let mut next = 0..;
        let mut levels: Vec<Vec<u32>> = FIELDS
            .iter()
            .map(|kind| next.by_ref().take(kind.bits as usize).collect())
            .collect();
        if highest_first {
            for levels in &mut levels {
                levels.reverse();
            }
        }
        let mut diagram = Diagram::small(BUDGET);
        let mut simple = Simple {
            recording: &recording,
            levels: &levels,
            diagram: &mut diagram,
            scratch: Vec::new(),
        };
        let Some(condition) = simple.condition(recording.requirements[0].node).unwrap() else {
            return Ok(());
        };
        for fields in solutions(&[]) {
            let mut edge = condition;
            while edge != Edge::YES && edge != Edge::NO {
                let level = diagram.level(edge);
                let bit = (0..FIELDS.len()).find_map(|field| {
                    let bit = levels[field].iter().position(|&of| of == level)?;
                    Some(fields[field] >> bit & 1 == 1)
                });
                let (zero, one) = diagram.children(edge);
                edge = if bit.unwrap() { one } else { zero };
            }
            prop_assert_eq!(edge == Edge::YES, all.evaluate(&fields) == Some(1), "{:?}", fields);
        }
    }

    /// Each solution of a type's and in-line constraints is equally likely, and nothing else is drawn.
    #[test]
    fn products_give_every_solution_the_same_share(
        own in prop::collection::vec(condition(), 0..3),
        added in prop::collection::vec(prop_oneof![condition(), comparison_of_one_field()], 1..3),
    ) {
        let all: Vec<Tree> = own.iter().chain(&added).cloned().collect();
        let expected = solutions(&all);
        let base = recording(&own);
        let whole = recording(&all);
        let Ok(solver) = Solver::new(&base, "test") else {
            return Ok(());
        };
        let inline = Inline::new(&base, "test").unwrap();
        let request = Request {
            solver: &solver,
            recording: &whole,
            of_type: base.size(),
            type_name: "test",
        };
        let fields = solutions(&[]);
        let encoded: Vec<Vec<u128>> = fields
            .iter()
            .map(|fields| fields.iter().map(|field| field.cast_unsigned()).collect())
            .collect();
        for found in inline.likelihoods(request, &encoded).into_iter().flatten() {
            for (fields, likelihood) in fields.iter().zip(found) {
                let share = if expected.contains(fields) { 1.0 / expected.len() as f64 } else { 0.0 };
                prop_assert!((likelihood - share).abs() < 1e-9, "{fields:?}: {likelihood}, not {share}");
            }
        }
        // The same holds for whatever method a draw chooses.
        let mut rng = SplitMix64(1);
        for _ in 0..8 {
            let mut values = Vec::new();
            if let Outcome::Drawn(kept) = inline.draw(request, &mut rng, &mut values)
                && kept.as_ref().is_none_or(|kept| kept.error().is_none())
            {
                prop_assert!(expected.contains(&decoded(&values)), "{:?}", decoded(&values));
            }
            if let Outcome::Drawn(Some(kept)) = inline.draw(request, &mut SplitMix64(5), &mut values) {
                let mut again = Vec::new();
                prop_assert_eq!(kept.draw(&solver, &mut SplitMix64(5), &mut again).is_ok(), !expected.is_empty());
                prop_assert!(expected.is_empty() || values == again, "what is kept draws the same");
            }
        }
    }

    /// Separate groups draw the same solutions as one group.
    #[test]
    fn groups_do_not_change_what_is_drawn(conditions in prop::collection::vec(condition(), 1..4), seed: u64) {
        let expected = solutions(&conditions);
        let recording = recording(&conditions);
        match Solver::new(&recording, "test") {
            Err(RandomizeError::TooLarge { .. }) => {}
            Err(RandomizeError::Conflict { constraints, .. }) => {
                prop_assert!(expected.is_empty());
                prop_assert!(!constraints.is_empty());
            }
            Err(other) => prop_assert!(false, "{other}"),
            Ok(solver) => {
                let mut values = Vec::new();
                for _ in 0..8 {
                    solver.draw(&mut SplitMix64(seed), &mut values).unwrap();
                    prop_assert!(expected.contains(&decoded(&values)), "{:?}", decoded(&values));
                }
            }
        }
    }

    /// The named constraints contradict each other, and each of them is needed.
    #[test]
    fn a_conflict_is_minimal(conditions in prop::collection::vec(condition(), 2..7)) {
        prop_assume!(solutions(&conditions).is_empty());
        let recording = recording(&conditions);
        let group = together(&recording);
        let all = &recording.requirements;
        let Some(found) = contradicting(&recording, &group.variables, all, LARGEST) else {
            return Ok(());
        };
        let named: Vec<Tree> = found
            .iter()
            .map(|one| all.iter().position(|other| one.node == other.node).unwrap())
            .map(|index| conditions[index].clone())
            .collect();
        prop_assert!(solutions(&named).is_empty());
        for left_out in 0..named.len() {
            let mut fewer = named.clone();
            fewer.remove(left_out);
            prop_assert!(!solutions(&fewer).is_empty());
        }
    }
}

/// Chi-squared over all solutions, with a fixed seed.
#[test]
fn diagrams_and_rejection_draw_every_solution_as_often() {
    // a * b < c + 4, a != c
    let field = |index| Box::new(Tree::Field(index));
    let product = Tree::Binary(Operator::Multiply, field(0), field(1));
    let sum = Tree::Binary(Operator::Add, field(2), Box::new(Tree::Number(4)));
    let conditions = [
        Tree::Binary(Operator::Less, Box::new(product), Box::new(sum)),
        Tree::Not(Box::new(Tree::Binary(Operator::Equal, field(0), field(2)))),
    ];
    let expected = solutions(&conditions);
    let recording = recording(&conditions);
    let problem = Problem::new(&recording, "test").unwrap();
    let group = together(&recording);
    let groups = [
        problem
            .diagram(&group, Order::LowestFirst)
            .unwrap()
            .unwrap(),
        problem
            .diagram(&group, Order::HighestFirst)
            .unwrap()
            .unwrap(),
        Method::Rejection(problem.rejection(&group, false).unwrap()),
    ];
    for (seed, group) in (0..).zip(groups) {
        let mut rng = SplitMix64(seed);
        let mut counts: BTreeMap<[i128; 3], u32> = BTreeMap::new();
        let draws = 100 * expected.len();
        let mut values = vec![0; 3];
        for _ in 0..draws {
            group.draw(&mut rng, &mut values).unwrap();
            *counts.entry(decoded(&values)).or_default() += 1;
        }
        let squares = expected.iter().map(|solution| {
            let count = counts.get(solution).copied().unwrap_or_default();
            (f64::from(count) - 100.0).powi(2) / 100.0
        });
        // Its mean is the number of degrees of freedom, with a deviation of the root of twice that.
        let (chi, freedom) = (squares.sum::<f64>(), expected.len() as f64 - 1.0);
        let limit = freedom + 4.0 * (2.0 * freedom).sqrt();
        assert!(chi < limit, "{chi} of {freedom} degrees of freedom");
    }
}

/// Both a search and a diagram draw values from 0 to 7 according to their weights.
#[test]
fn a_search_keeps_to_weights_as_a_diagram_does() {
    // a != c
    let field = |index| Box::new(Tree::Field(index));
    let same = Tree::Binary(Operator::Equal, field(0), field(2));
    let weighted = |condition: Tree| {
        let mut recording = recording(&[condition]);
        for (low, high, weight) in [(1_i128, 1_i128, 3), (4, 5, 1), (3, 6, 4)] {
            let (low, high) = (low.into(), high.into());
            recording.classes.push(Class { low, high, weight });
        }
        recording.variables[0].classes = (0, 3);
        recording
    };
    let recording = weighted(Tree::Not(Box::new(same)));
    let problem = Problem::new(&recording, "test").unwrap();
    let group = together(&recording);
    let diagram = problem.diagram(&group, Order::LowestFirst).unwrap();
    let search = problem.search(&group).unwrap();
    for group in [diagram.unwrap(), search] {
        let mut rng = SplitMix64(1);
        let mut values = vec![0; FIELDS.len()];
        let mut counts = [0_u32; 3];
        for _ in 0..800 {
            group.draw(&mut rng, &mut values).unwrap();
            let [a, _, c] = decoded(&values);
            assert_ne!(a, c);
            match a {
                1 => counts[0] += 1,
                4 | 5 => counts[1] += 1,
                3 | 6 => counts[2] += 1,
                other => panic!("{other} has no weight"),
            }
        }
        // About four standard deviations around 300, 100 and 400.
        let fits = [240..360, 62..138, 340..460];
        for (count, fits) in counts.iter().zip(&fits) {
            assert!(fits.contains(count), "{counts:?}");
        }
    }
    // Values without a weight are not solutions.
    let none = weighted(Tree::Binary(
        Operator::Less,
        field(0),
        Box::new(Tree::Number(1)),
    ));
    let problem = Problem::new(&none, "test").unwrap();
    let group = together(&none);
    let diagram = problem.diagram(&group, Order::LowestFirst).unwrap();
    assert!(diagram.is_none() && problem.search(&group).is_err());
}

/// Factoring a product of two primes takes many conflicts.
#[test]
fn a_search_that_meets_too_many_conflicts_ends() {
    let wide = Encoding {
        bits: 32,
        signed: false,
        last: None,
    };
    let mut recording = Recording::default();
    let variable = Variable {
        discriminants: &[],
        kind: wide,
        low: 2_i128.into(),
        high: i128::from(u32::MAX).into(),
        classes: (0, 0),
        source: None,
        scope: 0,
    };
    let (a, b) = (recording.variable(variable), recording.variable(variable));
    let product = recording.push(Node::Binary(Operator::Multiply, a, b));
    let primes = 2_147_483_647_i128 * 2_147_483_629;
    let primes = recording.push(Node::Number(primes.into()));
    let equal = recording.push(Node::Binary(Operator::Equal, product, primes));
    recording.require(equal, false, Source::default());
    let problem = Problem::new(&recording, "test").unwrap();
    let (variables, roots) = (&[0, 1][..], &[equal]);
    let mut search = Search::new(
        &recording,
        &problem.shapes,
        &problem.ranges,
        (variables, &problem.depths),
        roots,
        LARGEST,
    )
    .unwrap();
    search.most = 500;
    assert!(search.satisfies(&[0]).is_err());
    let mut values = vec![0; 2];
    assert!(
        search
            .sample(&[0], &mut SplitMix64(1), &mut values)
            .is_err()
    );
    // The error of a draw names the constraints.
    let factors = Source {
        text: "a * b == PRIMES",
        file: "src/lib.rs",
        line: 7,
    };
    let solver = Solver {
        free: Vec::new(),
        methods: vec![(
            0,
            Method::Search {
                search: Box::new(search),
                constraints: vec![0],
                places: vec![Place::new(factors, "keys[1]".to_owned()); 14],
            },
        )],
        variables: 2,
        type_name: "test",
    };
    let error = solver.draw(&mut SplitMix64(1), &mut values).unwrap_err();
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("these constraints of `test` are too hard: after 10,000 conflicts"),
        "{text}"
    );
    assert_eq!(lines[1], "  src/lib.rs:7: `a * b == PRIMES` of `keys[1]`");
    assert_eq!((lines.len(), lines[13]), (14, "  and 2 more"));
}

#[test]
fn what_multiplies_many_bits_is_searched() {
    let wide = Encoding {
        bits: 32,
        signed: false,
        last: None,
    };
    let mut recording = Recording::default();
    let (low, high) = wide.range();
    let variable = Variable {
        discriminants: &[],
        kind: wide,
        low,
        high,
        classes: (0, 0),
        source: None,
        scope: 0,
    };
    let (a, b) = (recording.variable(variable), recording.variable(variable));
    let product = recording.push(Node::Binary(Operator::Multiply, a, b));
    // The ranges of the factors do not limit the lowest bits of the product.
    let mask = recording.push(Node::Number(0xff_ffff_i128.into()));
    let lowest = recording.push(Node::Binary(Operator::And, product, mask));
    let wanted = recording.push(Node::Number(0x12_3457_i128.into()));
    let condition = recording.push(Node::Binary(Operator::Equal, lowest, wanted));
    recording.require(condition, false, Source::default());
    let solver = Solver::new(&recording, "test").unwrap();
    assert_eq!(solver.methods(), ["search"]);
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..6 {
        let (mut values, mut again) = (Vec::new(), Vec::new());
        solver.draw(&mut SplitMix64(seed), &mut values).unwrap();
        solver.draw(&mut SplitMix64(seed), &mut again).unwrap();
        assert_eq!(values, again, "one seed, one solution");
        assert_eq!((values[0] * values[1]) & 0xff_ffff, 0x12_3457);
        seen.insert(values);
    }
    assert!(seen.len() > 1, "other seeds, other solutions");
}
