//! Merging: the coverage of many runs does not depend on their order.

use std::collections::BTreeMap;

use proptest::prelude::*;
use verifork_coverage::{
    Bins, Counts, CoverGroup as _, CrossBins, Database, EXTENSION, GroupBuilder, GroupRecord,
    Options, Record, Source, overall, take,
};

/// A run that samples these values in a group with bins up to `top`.
fn run(name: &str, top: u8, values: &[u8]) -> Record {
    let mut builder = GroupBuilder::new("values").instance(format!("of {name}"));
    let bins = Bins::<u8>::new().each("v", 0..=top);
    let value = builder
        .point_with("value", bins, Options::new().at_least(2))
        .unwrap();
    let odd = builder.point("odd", Bins::<bool>::new()).unwrap();
    let bins = CrossBins::new().ignore_where(|bins| bins == ["v[0]", "true"]);
    let cross = builder.cross("both", &[&value, &odd], bins).unwrap();
    let group = builder.build();
    for it in values {
        value.sample(*it);
        odd.sample(it % 2 == 1);
        cross.sample();
    }
    assert!(group.coverage() <= 100.0);
    Record {
        source: Source {
            test: name.to_owned(),
            run: name.to_owned(),
            passed: true,
            ..Source::default()
        },
        groups: take(),
    }
}

fn merged(records: &[Record]) -> Database {
    let mut database = Database::new();
    for record in records {
        database.add(record.clone());
    }
    database
}

fn runs() -> impl Strategy<Value = Vec<Record>> {
    let one = (0..6_u8, 2..4_u8, prop::collection::vec(0..4_u8, 0..12));
    prop::collection::vec(one, 0..8).prop_map(|runs| {
        let record = |(name, top, values): &(u8, u8, Vec<u8>)| run(&name.to_string(), *top, values);
        runs.iter().map(record).collect()
    })
}

proptest! {
    #[test]
    fn merging_knows_no_order_and_no_grouping(a in runs(), b in runs(), c in runs()) {
        let (a, b, c) = (merged(&a), merged(&b), merged(&c));
        let both = |left: &Database, right: &Database| {
            let mut left = left.clone();
            left.merge(right.clone());
            left
        };
        prop_assert_eq!(both(&a, &b), both(&b, &a));
        prop_assert_eq!(both(&both(&a, &b), &c), both(&a, &both(&b, &c)));
        prop_assert_eq!(both(&a, &a), a);
    }

    #[test]
    fn the_runs_that_are_chosen_cover_what_all_do(records in runs()) {
        let database = merged(&records);
        let chosen: Vec<_> = database.rank().into_iter().map(|(source, _)| source.clone()).collect();
        let some: Vec<_> = records.iter().filter(|it| chosen.contains(&it.source)).cloned().collect();
        let percents = |database: &Database| -> BTreeMap<_, _> {
            let totals = database.totals().into_iter();
            totals.map(|total| (total.definition.digest(), total.percent().unwrap_or_default().to_bits())).collect()
        };
        let (all, some) = (percents(&database), percents(&merged(&some)));
        for (digest, percent) in all {
            let zero = 0_f64.to_bits();
            prop_assert_eq!(some.get(&digest).copied().unwrap_or(zero), percent);
        }
    }
}

#[test]
fn totals_are_sums_over_runs_and_instances() {
    let database = merged(&[run("a", 3, &[0, 1, 2]), run("b", 3, &[2, 3, 3])]);
    let totals = database.totals();
    assert_eq!(totals.len(), 1);
    let total = &totals[0];
    let counts: Vec<_> = total.counts.points[0]
        .iter()
        .map(|(bin, count)| (*bin, *count))
        .collect();
    assert_eq!(counts, [(0, 1), (1, 1), (2, 2), (3, 2)]);
    assert_eq!((total.point(0).covered, total.point(0).of), (2, 4));
    assert_eq!((total.cross(0).covered, total.cross(0).of), (4, 7));
    let names: Vec<_> = total.instances.keys().collect();
    assert_eq!(names, ["of a", "of b"]);
    assert_eq!(total.tests.len(), 2);
}

#[test]
fn unlike_definitions_of_one_name_are_distinguished() {
    let totals = merged(&[run("a", 2, &[0]), run("b", 3, &[0])]).totals();
    let names: Vec<_> = totals.iter().map(|total| &*total.definition.name).collect();
    assert_eq!(names, ["values", "values"]);
    assert_ne!(totals[0].definition.digest(), totals[1].definition.digest());
}

#[test]
fn of_one_run_twice_the_fuller_record_counts() {
    let (early, late) = (run("a", 3, &[0]), run("a", 3, &[0, 1, 2]));
    for order in [[&early, &late], [&late, &early]] {
        let database = merged(&order.map(Clone::clone));
        assert_eq!(database.runs().collect::<Vec<_>>(), [&late]);
    }
}

#[test]
fn a_run_that_adds_nothing_is_not_chosen() {
    let records = [
        run("small", 3, &[0, 0]),
        run("all", 3, &[0, 0, 1, 1, 2, 2, 3, 3]),
        run("none", 3, &[]),
    ];
    let database = merged(&records);
    let ranked = database.rank();
    let names: Vec<_> = ranked
        .iter()
        .map(|(source, bins)| (&*source.test, *bins))
        .collect();
    assert_eq!(names, [("all", 10)]);
}

#[test]
fn a_folder_is_read_with_what_is_wrong_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("deep/er");
    std::fs::create_dir_all(&below).unwrap();
    run("a", 3, &[0])
        .write(&folder.path().join("a").with_extension(EXTENSION))
        .unwrap();
    run("b", 3, &[1])
        .write(&below.join("b").with_extension(EXTENSION))
        .unwrap();
    let cut = &run("c", 3, &[1]).text()[..40];
    std::fs::write(below.join("c").with_extension(EXTENSION), cut).unwrap();
    std::fs::write(below.join("log.txt"), "something else").unwrap();
    let (database, problems) = Database::read_folder(folder.path()).unwrap();
    assert_eq!(database.runs().count(), 2);
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(
        problems.len() == 1 && problems[0].contains("c.coverage`, line"),
        "{problems:?}"
    );
    let missing = Database::read_folder(&folder.path().join("nothing")).unwrap_err();
    assert!(missing.to_string().contains("nothing"), "{missing}");
}

#[test]
fn sums_stay_at_the_greatest_number() {
    let record = |name: &str| {
        let mut record = run(name, 3, &[0]);
        record.groups[0].counts.points[0].insert(0, u64::MAX);
        record
    };
    let totals = merged(&[record("a"), record("b")]).totals();
    assert_eq!(totals[0].counts.points[0][&0], u64::MAX);
    let _: (&Counts, &GroupRecord) = (&totals[0].counts, &record("c").groups[0]);
}

#[test]
fn where_no_bin_counts_nothing_is_covered_and_the_rest_is_not_made_better() {
    let totals = |counting: bool| {
        let mut builder = GroupBuilder::new("rest");
        let rest = Bins::<u8>::new().rest("all");
        let point = builder.point("of nothing", rest).unwrap();
        let halves = counting.then(|| {
            let bins = Bins::<u8>::new().bin("low", ..128).bin("high", 128..);
            builder.point("halves", bins).unwrap()
        });
        drop(builder.build());
        point.sample(3);
        if let Some(halves) = halves {
            halves.sample(3);
        }
        let record = Record {
            source: Source::default(),
            groups: take(),
        };
        merged(&[record]).totals()
    };
    let nothing = totals(false);
    assert_eq!((nothing[0].percent(), overall(&nothing)), (None, None));
    assert!(nothing[0].items()[0].covered.percent() < 1.0);
    let half = totals(true);
    assert_eq!(
        (half[0].percent(), overall(&half)),
        (Some(50.0), Some(50.0))
    );
}

#[test]
fn a_folder_that_its_test_clears_meanwhile_is_no_problem() {
    let folder = tempfile::tempdir().unwrap();
    let test = folder.path().join("runs/test");
    let record = Record {
        source: Source::default(),
        groups: Vec::new(),
    };
    std::thread::scope(|scope| {
        let tests = scope.spawn(|| {
            for _ in 0..300 {
                std::fs::create_dir_all(&test).unwrap();
                record.write(&test.join("a.coverage")).unwrap();
                std::fs::remove_dir_all(&test).unwrap();
            }
        });
        while !tests.is_finished() {
            let (_, problems) = Database::read_folder(folder.path()).unwrap();
            assert!(problems.is_empty(), "{problems:?}");
        }
    });
}
