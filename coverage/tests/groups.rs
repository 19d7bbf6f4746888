//! Groups as users write them: the counts of samples, and the coverage.

#![allow(clippy::float_cmp, reason = "the same numbers are divided")]

use verifork_coverage::{
    Bins, CoverGroup, CoverValue, Cross, CrossBins, GroupBuilder, Options, Point, Transition,
};

#[derive(Clone, Copy, Debug, PartialEq, CoverValue)]
enum Burst {
    Fixed,
    Incr,
    Wrap = 7,
}

struct Transfer {
    address: u32,
    length: u8,
    burst: Burst,
    signed: i8,
}

const TRANSFER: Transfer = Transfer {
    address: 0,
    length: 0,
    burst: Burst::Incr,
    signed: 0,
};

#[derive(CoverGroup)]
#[cover_group(of = Transfer, name = "transfers", goal = 90)]
struct Transfers {
    #[bins(single = 0, short = 1..=15, long = 16..=255)]
    length: Point<u8>,
    #[bins(each, transitions(Incr => Wrap, back = Wrap => [Incr, Fixed], Fixed[*2..=3] => Incr))]
    burst: Point<Burst>,
    #[bins(page[4] = 0..=0xfff, odd[] = [0x1001, 0x1003], rest(others))]
    #[point(value = |it| it.address, when = |it| it.length > 0, weight = 0)]
    address: Point<u32>,
    #[bins(negative = ..0, zero = 0, positive = 1.., illegal(least = -128))]
    #[point(at_least = 2)]
    signed: Point<i8>,
    #[cross(length, burst, ignore(long, Wrap | Fixed), illegal(single, Wrap), weight = 3)]
    length_by_burst: Cross,
}

#[test]
fn a_sample_counts_the_bins_of_each_point_and_their_combination() {
    let covered = Transfers::new();
    assert_eq!(covered.coverage(), 0.0);
    covered.sample(&Transfer {
        length: 15,
        ..TRANSFER
    });
    covered.sample(&Transfer {
        length: 16,
        burst: Burst::Incr,
        ..TRANSFER
    });
    assert_eq!(covered.length.count("single"), Some(0));
    assert_eq!(covered.length.count("short"), Some(1));
    assert_eq!(covered.length.count("long"), Some(1));
    assert_eq!(covered.length.count("longer"), None);
    assert_eq!(covered.burst.count("Incr"), Some(2));
    assert_eq!(covered.length_by_burst.count(&["long", "Incr"]), Some(1));
    assert_eq!(covered.length_by_burst.count(&["long"]), None);
    assert_eq!(covered.length.coverage(), 100.0 * 2.0 / 3.0);
    // Nine combinations, less two that are ignored and one that is illegal.
    assert_eq!(covered.length_by_burst.coverage(), 100.0 * 2.0 / 6.0);
}

#[test]
fn the_coverage_of_a_group_is_the_mean_by_weights() {
    let covered = Transfers::new();
    covered.sample(&TRANSFER);
    let parts = [
        (1.0, 100.0 / 3.0),
        (1.0, 100.0 / 6.0),
        (1.0, 0.0),
        (3.0, 100.0 / 6.0),
    ];
    let sum: f64 = parts.iter().map(|(weight, part)| weight * part).sum();
    assert!(
        (covered.coverage() - sum / 6.0).abs() < 1e-9,
        "{}",
        covered.coverage()
    );
}

#[test]
fn a_bin_is_covered_once_it_was_hit_as_often_as_asked_for() {
    let covered = Transfers::new();
    covered.sample(&Transfer {
        signed: -1,
        ..TRANSFER
    });
    assert_eq!(covered.signed.coverage(), 0.0);
    covered.sample(&Transfer {
        signed: -127,
        ..TRANSFER
    });
    assert_eq!(covered.signed.coverage(), 100.0 / 3.0);
    assert_eq!(covered.signed.count("negative"), Some(2));
}

#[test]
fn a_transition_ends_with_the_sample_that_completes_it() {
    let covered = Transfers::new();
    let samples = |bursts: &[Burst]| {
        for burst in bursts {
            covered.burst.sample(*burst);
        }
    };
    let counts = || {
        ["Incr => Wrap", "back", "Fixed[*2..=3] => Incr"]
            .map(|bin| covered.burst.count(bin).unwrap())
    };
    use Burst::{Fixed, Incr, Wrap};
    samples(&[Incr, Incr, Wrap, Fixed]);
    assert_eq!(counts(), [1, 1, 0]);
    samples(&[Incr]);
    assert_eq!(counts(), [1, 1, 0], "one is too few");
    samples(&[Fixed, Fixed, Incr]);
    assert_eq!(counts(), [1, 1, 1]);
    samples(&[Fixed, Fixed, Fixed, Fixed, Incr]);
    assert_eq!(
        counts(),
        [1, 1, 2],
        "both lengths end at once: that is one hit"
    );
    samples(&[Incr]);
    covered.burst.skip();
    samples(&[Wrap]);
    assert_eq!(counts(), [1, 1, 2], "what was left out breaks a sequence");
}

#[test]
fn a_point_without_a_value_this_time_counts_nothing() {
    let covered = Transfers::new();
    covered.sample(&Transfer {
        address: 5,
        length: 0,
        ..TRANSFER
    });
    assert_eq!(covered.address.count("page[0]"), Some(0));
    covered.sample(&Transfer {
        address: 0x1003,
        length: 1,
        ..TRANSFER
    });
    covered.sample(&Transfer {
        address: 0x3ff,
        length: 1,
        ..TRANSFER
    });
    covered.sample(&Transfer {
        address: 0x1002,
        length: 1,
        ..TRANSFER
    });
    let counts = ["page[0]", "odd[4099]", "others"].map(|bin| covered.address.count(bin).unwrap());
    assert_eq!(counts, [1, 1, 1]);
}

#[test]
#[should_panic = "illegal bin `least` of `transfers.signed`: signed is -128"]
fn an_illegal_value_fails_at_the_sample() {
    Transfers::new().sample(&Transfer {
        signed: -128,
        ..TRANSFER
    });
}

#[test]
fn an_illegal_combination_tells_its_values() {
    let covered = Transfers::named("port 3");
    let illegal = covered
        .try_sample(&Transfer {
            burst: Burst::Wrap,
            ..TRANSFER
        })
        .unwrap_err();
    let text = illegal.to_string();
    let wanted = "illegal bin `single × Wrap` of `transfers (port 3).length_by_burst`: length is 0, \
         burst is Wrap (sampled at coverage/tests/groups.rs:";
    assert!(text.starts_with(wanted), "{text}");
    assert_eq!(
        covered.length_by_burst.count(&["single", "Wrap"]),
        Some(1),
        "it is counted too"
    );
}

#[test]
fn an_illegal_transition_fails_where_it_ends() {
    let mut builder = GroupBuilder::new("handshake");
    let bins = Bins::<bool>::new().illegal_transition("dropped", [true, false]);
    let valid = builder.point("valid", bins).unwrap();
    valid.try_sample(true).unwrap();
    let illegal = valid.try_sample(false).unwrap_err();
    assert_eq!(
        (&*illegal.bin, &*illegal.values),
        ("dropped", "valid is false")
    );
}

#[test]
fn a_group_is_full_when_every_item_with_a_weight_has_its_goal() {
    #[derive(CoverGroup)]
    #[cover_group(goal = 50)]
    struct Half {
        write: Point<bool>,
        #[point(weight = 0)]
        never: Point<u8>,
    }
    let covered = Half::new();
    assert!(!covered.is_full());
    covered.sample(true, 0);
    assert!(covered.is_full());
    assert!(covered.name().ends_with("::Half"), "{}", covered.name());
}

#[test]
fn a_group_in_which_nothing_counts_is_not_full() {
    let is_nothing = |group: &dyn CoverGroup| {
        assert_eq!(group.coverage(), 0.0, "{}", group.name());
        assert!(!group.is_full(), "{}", group.name());
    };
    is_nothing(&GroupBuilder::new("no points").build());

    let rest = || Bins::<u8>::new().illegal("reserved", 9).rest("others");
    let mut builder = GroupBuilder::new("rest alone");
    let seen = builder.point("seen", rest()).unwrap();
    let group = builder.build();
    seen.sample(1);
    assert_eq!((seen.count("others"), seen.coverage()), (Some(1), 0.0));
    is_nothing(&group);

    let mut builder = GroupBuilder::new("no weight");
    let watched = Options::new().weight(0);
    let level = builder
        .point_with("level", Bins::<bool>::new(), watched)
        .unwrap();
    let group = builder.build();
    level.sample(true);
    level.sample(false);
    assert_eq!(level.coverage(), 100.0);
    is_nothing(&group);
}

#[test]
fn what_counts_for_nothing_is_left_out_of_a_group_that_has_something_that_counts() {
    let mut builder = GroupBuilder::new("some");
    let rest = Bins::<u8>::new().rest("any");
    let rest = builder.point("rest", rest).unwrap();
    let write = builder.point("write", Bins::<bool>::new()).unwrap();
    let never = Options::new().weight(0);
    builder
        .point_with("never", Bins::<bool>::new(), never)
        .unwrap();
    let group = builder.build();
    rest.sample(0);
    write.sample(true);
    assert_eq!((group.coverage(), group.is_full()), (50.0, false));
    assert!(
        (&group)
            .into_iter()
            .eq([vec![("write".to_owned(), vec![0..=0])]])
    );
    write.sample(false);
    assert_eq!((group.coverage(), group.is_full()), (100.0, true));
}

#[test]
fn holes_are_the_values_that_are_missing() {
    let covered = Transfers::new();
    for length in [0, 1, 16] {
        covered.length.sample(length);
    }
    let holes = covered.holes();
    assert!((&covered).into_iter().eq(holes.clone()));
    let of_points: Vec<_> = holes.iter().filter(|hole| hole.len() == 1).collect();
    assert!(
        of_points.iter().all(|hole| hole[0].0 != "length"),
        "{of_points:?}"
    );
    assert!(
        of_points.contains(&&vec![("signed".to_owned(), vec![-127..=-1])]),
        "{of_points:?}"
    );
    assert!(
        of_points.contains(&&vec![("burst".to_owned(), vec![7..=7])]),
        "{of_points:?}"
    );
    let crossed: Vec<_> = holes.iter().filter(|hole| hole.len() == 2).collect();
    assert_eq!(crossed.len(), 6);
    let short = ("length".to_owned(), vec![1..=15]);
    assert!(
        crossed.contains(&&vec![short, ("burst".to_owned(), vec![7..=7])]),
        "{crossed:?}"
    );
}

#[test]
fn overlapping_bins_are_hit_together_and_crossed_each_with_each() {
    let mut builder = GroupBuilder::new("overlap");
    let bins = Bins::<u8>::new()
        .bin("low", 0..=9)
        .bin("all", 0..=99)
        .overlapping();
    let value = builder.point("value", bins.clone()).unwrap();
    let other = builder.point("other", bins).unwrap();
    let cross = builder
        .cross("both", &[&value, &other], CrossBins::new())
        .unwrap();
    value.sample(5);
    other.sample(5);
    cross.sample();
    assert_eq!(cross.coverage(), 100.0);
    other.sample(200);
    cross.sample();
    assert_eq!(
        cross.count(&["low", "low"]),
        Some(1),
        "a value in no bin is in no combination"
    );
}

#[test]
fn values_of_128_bits_are_counted() {
    let mut builder = GroupBuilder::new("wide");
    let bins = Bins::<u128>::new()
        .bin("top", (u128::MAX - 1)..)
        .bin("low", 0..(1 << 100));
    let point = builder.point("value", bins).unwrap();
    for value in [u128::MAX, 1 << 99, 1 << 100] {
        point.sample(value);
    }
    assert_eq!((point.count("top"), point.count("low")), (Some(1), Some(1)));
    let bins = Bins::<i64>::new()
        .bin("least", i64::MIN)
        .bin("most", i64::MAX)
        .rest("others");
    let point = builder.point("signed", bins).unwrap();
    for value in [i64::MIN, i64::MAX, -1, 0] {
        point.sample(value);
    }
    let counts = ["least", "most", "others"].map(|bin| point.count(bin).unwrap());
    assert_eq!(counts, [1, 1, 2]);
}

#[test]
fn mistakes_of_a_definition_are_reported_with_group_and_point() {
    let mut builder = GroupBuilder::new("g");
    let empty = builder
        .point("p", Bins::<u8>::new().bin("b", 5..5))
        .unwrap_err();
    assert_eq!(
        empty.to_string(),
        "cover group `g`: point `p`: the range `5..5` of bin `b` is empty"
    );
    let point = builder.point("p", Bins::<bool>::new()).unwrap();
    let taken = builder
        .point("p", Bins::<bool>::new())
        .unwrap_err()
        .to_string();
    assert_eq!(
        taken,
        "cover group `g`: points and crosses: there are two of the name `p`"
    );
    let wide = builder
        .point("w", Bins::<u16>::new().automatic(65536))
        .unwrap();
    let wider = builder
        .point("x", Bins::<u16>::new().automatic(65536))
        .unwrap();
    let error = |result: Result<_, verifork_coverage::DefinitionError>| {
        result.map(|_: Cross| ()).unwrap_err().problem.to_string()
    };
    let crossed = error(builder.cross("c", &[&wide, &wider], CrossBins::new()));
    assert!(
        crossed.contains("4294967296 bins are more than 4194304"),
        "{crossed}"
    );
    let unknown = CrossBins::new().ignore(["true", "maybe"]);
    let other = builder.point("q", Bins::<bool>::new()).unwrap();
    assert_eq!(
        error(builder.cross("c", &[&point, &other], unknown)),
        "cross `c`: point `q` has no bin `maybe`; its bins are `false`, `true`"
    );
    let short = CrossBins::new().ignore(["true"]);
    assert_eq!(
        error(builder.cross("c", &[&point, &other], short)),
        "cross `c`: (true) selects bins of 1 points, and it has 2"
    );
    let mut foreign = GroupBuilder::new("f");
    assert_eq!(
        error(foreign.cross("c", &[&point, &other], CrossBins::new())),
        "cross `c`: point `p` is of another group"
    );
    let all = CrossBins::new().ignore(["_", "_"]);
    assert!(error(builder.cross("c", &[&point, &other], all)).contains("there is no bin to count"));
    let bins = Bins::<u8>::new();
    let goal = builder
        .point_with("r", bins.clone(), Options::new().goal(101))
        .unwrap_err();
    let wanted = "point `r`: `goal` is 101, and must be a percentage from 1 to 100";
    assert_eq!(goal.problem.to_string(), wanted);
    let once = Transition::from(3);
    let short = builder
        .point("r", bins.clone().transition("t", once))
        .unwrap_err();
    assert!(
        short.to_string().contains("`t` is of one sample"),
        "{short}"
    );
    let long = Transition::from(3).repeated(1..=200).then(1);
    let long = builder.point("r", bins.transition("t", long)).unwrap_err();
    assert!(long.to_string().contains("to more than 128"), "{long}");
}

#[derive(CoverGroup)]
#[cover_group(of = Transfer)]
struct Phases {
    #[bins(transitions(
        Fixed => Incr[->2] => Wrap,
        loose = Fixed => Incr[=1..=2] => Wrap,
        [Fixed, Wrap] => Incr[*2],
    ), illegal_transitions(back = Wrap => Wrap[->1] => Fixed))]
    burst: Point<Burst>,
}

#[test]
fn repetitions_are_written_as_in_ieee_1800() {
    use Burst::{Fixed, Incr, Wrap};
    let covered = Phases::new();
    for burst in [Fixed, Incr, Fixed, Incr, Wrap] {
        covered.burst.sample(burst);
    }
    let counts = [
        "Fixed => Incr[->2] => Wrap",
        "loose",
        "[Fixed, Wrap] => Incr[*2]",
    ]
    .map(|bin| covered.burst.count(bin).unwrap());
    assert_eq!(counts, [1, 1, 0]);
    covered.burst.sample(Incr);
    covered.burst.sample(Incr);
    assert_eq!(covered.burst.count("[Fixed, Wrap] => Incr[*2]"), Some(1));
    // The first one of `Wrap` was five samples ago.
    covered.burst.sample(Wrap);
    let illegal = covered.burst.try_sample(Fixed).unwrap_err();
    assert_eq!(&*illegal.bin, "back");
}

#[derive(CoverGroup)]
#[cover_group(of = Transfer)]
struct Changes {
    #[bins(
        transitions(change = [Fixed, Incr, Wrap] => [Fixed, Incr, Wrap], gone = Wrap => Fixed, Incr[*3]),
        ignore_transitions(same = Fixed => Fixed, Incr => Incr, Wrap => [Wrap, Fixed]),
        illegal_transitions(wrong = Fixed => Wrap),
    )]
    burst: Point<Burst>,
}

#[test]
fn ignored_transitions_count_for_no_other_and_leave_longer_ones() {
    use Burst::{Fixed, Incr, Wrap};
    let covered = Changes::new();
    assert_eq!(covered.burst.count("gone"), None, "nothing is left of it");
    for burst in [Fixed, Fixed, Incr, Incr, Incr, Wrap, Wrap, Fixed] {
        covered.burst.sample(burst);
    }
    let counts = ["change", "Incr[*3]", "same", "Incr => Incr", "wrong"]
        .map(|bin| covered.burst.count(bin).unwrap());
    // Fixed => Incr and Incr => Wrap; the others are ignored.
    assert_eq!(counts, [2, 1, 1, 2, 0]);
    assert!(covered.is_full());
    covered.burst.try_sample(Wrap).unwrap_err();
    assert_eq!(
        covered.burst.count("change"),
        Some(2),
        "what is illegal is not a change that is to be seen"
    );
}

#[derive(CoverGroup)]
struct Five {
    #[bins(neg = ..0, zero = 0, pos = 1..)]
    a: Point<i16>,
    #[bins(each)]
    b: Point<bool>,
    #[bins(low = ..0x1_0000_0000_0000_0000_0000, high = 0x1_0000_0000_0000_0000_0000..)]
    c: Point<u128>,
    #[bins(each, ignore(fixed = Fixed))]
    #[point(weight = 0)]
    d: Point<Burst>,
    #[bins(wildcard(even = "xxxxxxx0", odd = "xxxxxxx1"), illegal(last = 255))]
    e: Point<u8>,
    #[cross(a, b, c, d, e, ignore(neg | zero, _, high, _, _), illegal(pos, true, low, Wrap, odd), at_least = 2)]
    all: Cross,
}

#[test]
fn a_cross_of_five_points_leaves_out_what_is_ignored_and_fails_at_what_is_illegal() {
    let covered = Five::new();
    // Of 3 × 2 × 2 × 2 × 2 combinations, 2 × 2 × 1 × 2 × 2 are ignored, and one is illegal.
    let combinations = 48.0 - 16.0 - 1.0;
    for _ in 0..2 {
        assert_eq!(covered.all.coverage(), 0.0);
        covered.sample(-5, true, 7, Burst::Incr, 254);
    }
    assert_eq!(covered.all.coverage(), 100.0 / combinations);
    covered.sample(-5, true, 1 << 80, Burst::Incr, 254);
    covered.sample(-5, true, 7, Burst::Fixed, 254);
    assert_eq!(
        covered.all.count(&["neg", "true", "low", "Incr", "even"]),
        Some(2)
    );
    let illegal = covered.try_sample(1, true, 0, Burst::Wrap, 3).unwrap_err();
    assert_eq!(&*illegal.bin, "pos × true × low × Wrap × odd");
    let illegal = covered
        .try_sample(1, true, 0, Burst::Incr, 255)
        .unwrap_err();
    assert_eq!(&*illegal.bin, "last");
}
