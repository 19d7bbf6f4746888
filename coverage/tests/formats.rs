//! Other tools read the files that are written for them.

use std::fs;
use std::process::Command;

use verifork_coverage::{
    Bins, Code, CodeKind, CodePoint, CrossBins, Database, GroupBuilder, Options, Record, Source,
    formats, take,
};

/// A run of a group whose names need escaping: it covers 3 of 5 bins of a point, 1 of 9 of a cross.
fn run(name: &str) -> Record {
    let mut builder = GroupBuilder::new("transfers <&\"it's\">").instance(format!("port {name}"));
    let bins = Bins::<i8>::new()
        .bin("negative", ..0)
        .bin("it's zéro 零", 0)
        .bin("positive", 1..100)
        .illegal("most", 127)
        .transition("0 => 1", [0, 1])
        .transition("1 => 0", [1, 0]);
    let value = builder.point("value", bins).unwrap();
    let mode = builder
        .point("mode", Bins::<u8>::new().each("", 0..=2))
        .unwrap();
    let bins = CrossBins::new().ignore(["positive", "2"]);
    let both = builder
        .cross_with("both", &[&value, &mode], bins, Options::new())
        .unwrap();
    builder.build();
    for it in [0, 1] {
        value.sample(it);
    }
    mode.sample(1);
    both.sample();
    Record {
        source: Source {
            test: name.to_owned(),
            simulator: "Icarus Verilog 11.0".to_owned(),
            seed: 7,
            run: name.to_owned(),
            passed: true,
        },
        groups: take(),
    }
}

fn database() -> Database {
    let mut database = Database::new();
    for name in ["a", "b"] {
        database.add(run(name));
    }
    database
}

/// Runs a program, if it is installed.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(text)
}

#[test]
fn verilator_merges_the_points() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two, merged] =
        ["one.dat", "two.dat", "merged.dat"].map(|name| folder.path().join(name));
    let text = formats::verilator(&database().totals());
    fs::write(&one, &text).unwrap();
    fs::write(&two, &text).unwrap();
    let mut command = Command::new("verilator_coverage");
    let Some(_) = output(command.arg("--write").args([&merged, &one, &two])) else {
        let required = std::env::var("VERIFORK_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|it| it.trim() == "verilator"),
            "VERIFORK_REQUIRE names Verilator, and verilator_coverage is not installed"
        );
        eprintln!("skipped: verilator_coverage is not installed");
        return;
    };
    let merged = fs::read_to_string(&merged).unwrap();
    let mut wanted: Vec<_> = text
        .lines()
        .skip(1)
        .map(|line| {
            let (point, count) = line.rsplit_once(' ').unwrap();
            format!("{point} {}", 2 * count.parse::<u64>().unwrap())
        })
        .collect();
    let mut merged: Vec<_> = merged.lines().skip(1).collect();
    wanted.sort();
    merged.sort_unstable();
    assert_eq!(merged, wanted);
    assert_eq!(merged.len(), 5 + 3 + 8);
    assert!(
        merged
            .iter()
            .any(|line| line.contains("o\u{2}value.it_s zéro 零") && line.ends_with(" 4"))
    );
}

/// Prints every bin with its count, and the groups with their coverage.
const READ: &str = r"
import sys
from ucis.xml import validate_ucis_xml
from ucis.xml.xml_reader import XmlReader
from ucis.report.coverage_report_builder import CoverageReportBuilder
validate_ucis_xml(sys.argv[1])
report = CoverageReportBuilder.build(XmlReader().read(sys.argv[1]))
for group in report.covergroups:
    print('group', group.name, len(group.covergroups))
    for point in group.coverpoints:
        print('point', point.name, '%.1f' % point.coverage)
        for bin in point.bins:
            print('bin', bin.name, bin.count)
    for cross in group.crosses:
        print('cross', cross.name, '%.1f' % cross.coverage)
        for bin in cross.bins:
            print('bin', bin.name, bin.count)
";

#[test]
fn pyucis_reads_the_groups_and_finds_them_valid() {
    let named = std::env::var("PYUCIS_PYTHON");
    let python = named.clone().unwrap_or_else(|_| "python3".to_owned());
    let imports = Command::new(&python).args(["-c", "import ucis"]).output();
    if !imports.is_ok_and(|output| output.status.success()) {
        assert!(
            named.is_err(),
            "PYUCIS_PYTHON is `{python}`, which has no pyucis"
        );
        eprintln!("skipped: `{python}` has no pyucis (PYUCIS_PYTHON names one that has)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.xml");
    fs::write(&path, formats::ucis(&database())).unwrap();
    let read = output(Command::new(&python).args(["-c", READ]).arg(&path)).unwrap();
    for wanted in [
        "group transfers <&\"it's\"> 2",
        "point value 60.0",
        "bin negative 0",
        "bin it's zéro 零 2",
        "bin positive 2",
        "bin 0 => 1 2",
        "bin 1 => 0 0",
        "point mode 33.3",
        "bin <positive,1> 2",
    ] {
        assert!(
            read.lines().any(|line| line == wanted),
            "no `{wanted}` in\n{read}"
        );
    }
}

#[test]
fn lcov_has_a_line_for_a_group_and_a_branch_for_a_bin() {
    let text = formats::lcov(&database().totals(), &Code::new());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[..2],
        ["TN:", "SF:coverage/tests/formats.rs"],
        "{text}"
    );
    let branches: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("BRDA:"))
        .collect();
    assert_eq!(branches.len(), 16);
    assert_eq!(
        branches.iter().filter(|line| !line.ends_with(",0")).count(),
        5
    );
    for wanted in ["BRF:16", "BRH:5", "LF:1", "LH:1", "end_of_record"] {
        assert!(lines.contains(&wanted), "no {wanted} in {text}");
    }
}

#[test]
fn cobertura_counts_bins_as_conditions() {
    let text = formats::cobertura(&database().totals(), &Code::new());
    for wanted in [
        "branches-covered=\"5\" branches-valid=\"16\"",
        "filename=\"coverage/tests/formats.rs\"",
        "condition-coverage=\"31% (5/16)\"",
    ] {
        assert!(text.contains(wanted), "no {wanted} in {text}");
    }
}

#[test]
fn cobertura_shows_nothing_and_nearly_all_as_less_than_all() {
    let empty = formats::cobertura(&[], &Code::new());
    assert!(
        empty.contains("line-rate=\"0\" branch-rate=\"0\""),
        "{empty}"
    );
    let group = |top: u16, samples: u16| {
        let mut builder = GroupBuilder::new("levels");
        let bins = match top {
            0 => Bins::<u16>::new().rest("any"),
            _ => Bins::<u16>::new().each("", 0..=top),
        };
        let level = builder.point("level", bins).unwrap();
        builder.build();
        (0..samples).for_each(|it| level.sample(it));
        let mut database = Database::new();
        database.add(Record {
            source: Source::default(),
            groups: take(),
        });
        formats::cobertura(&database.totals(), &Code::new())
    };
    // No bin counts; a bin that does not count was hit.
    let nothing = group(0, 3);
    assert!(!nothing.contains("100%"), "{nothing}");
    assert!(!nothing.contains("-rate=\"1"), "{nothing}");
    let nearly = group(39_999, 39_999);
    for wanted in [
        "branch-rate=\"0.9999\"",
        "condition-coverage=\"99% (39999/40000)\"",
    ] {
        assert!(nearly.contains(wanted), "no {wanted} in {nearly}");
    }
    assert!(group(39_999, 40_000).contains("branch-rate=\"1.0000\""));
}

#[test]
fn groups_of_one_name_with_unlike_definitions_are_not_added_up_by_readers() {
    let one = |run: &str, top: u8| {
        let mut builder = GroupBuilder::new("levels\nof a line");
        let level = builder
            .point("level", Bins::<u8>::new().each("", 0..=top))
            .unwrap();
        builder.build();
        level.sample(0);
        Record {
            source: Source {
                run: run.to_owned(),
                ..Source::default()
            },
            groups: take(),
        }
    };
    let mut database = Database::new();
    for (run, top) in [("old", 1), ("new", 2)] {
        database.add(one(run, top));
    }
    let totals = database.totals();
    let points = formats::verilator(&totals);
    let points: Vec<&str> = points
        .lines()
        .skip(1)
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    let different: std::collections::BTreeSet<_> = points.iter().collect();
    assert_eq!((points.len(), different.len()), (5, 5), "{points:#?}");

    let lines = formats::lcov(&totals, &Code::new());
    let branches: Vec<_> = lines
        .lines()
        .filter(|it| it.starts_with("BRDA:"))
        .map(|it| it.rsplit_once(',').unwrap().0)
        .collect();
    let different: std::collections::BTreeSet<_> = branches.iter().collect();
    assert_eq!((branches.len(), different.len()), (5, 5), "{lines}");
    let known = ["TN", "SF", "BRDA", "BRF", "BRH", "DA", "LF", "LH"];
    assert!(
        lines
            .lines()
            .all(|it| it == "end_of_record" || known.contains(&it.split(':').next().unwrap())),
        "{lines}"
    );
    let xml = formats::ucis(&database);
    for total in &totals {
        assert!(xml.contains(&total.definition.digest()), "{xml}");
    }
}

#[test]
fn nothing_is_still_a_file() {
    let none = Database::new();
    assert!(formats::ucis(&none).contains("historyNodes"));
    assert_eq!(formats::lcov(&[], &Code::new()), "TN:\n");
    assert_eq!(formats::verilator(&[]), "# SystemC::Coverage-3\n");
}

/// Two lines, the second with a branch that was taken one way.
fn code() -> Code {
    let mut code = Code::new();
    for (line, kind, name, count) in [
        (3, CodeKind::Statement, "", 0),
        (7, CodeKind::Statement, "", 4),
        (7, CodeKind::Statement, "#2", 9),
        (7, CodeKind::Branch, "true", 9),
        (7, CodeKind::Branch, "false", 0),
        (8, CodeKind::Toggle, "q", 1),
    ] {
        let name = name.to_owned();
        code.add("c <1>.vhd", CodePoint { line, kind, name }, count);
    }
    code
}

#[test]
fn lcov_and_cobertura_have_the_lines_and_branches_of_code() {
    let text = formats::lcov(&database().totals(), &code());
    let wanted = "SF:c <1>.vhd\nBRDA:7,0,0,0\nBRDA:7,0,1,9\nBRF:2\nBRH:1\nDA:3,0\nDA:7,9\nLF:2\nLH:1\nend_of_record\n";
    assert!(text.ends_with(wanted), "{text}");
    let text = formats::cobertura(&database().totals(), &code());
    for wanted in [
        "branches-covered=\"6\" branches-valid=\"18\"",
        "lines-covered=\"2\" lines-valid=\"3\"",
        "filename=\"c &lt;1&gt;.vhd\" line-rate=\"0.5000\" branch-rate=\"0.5000\"",
        "<line number=\"3\" hits=\"0\"/>",
        "<line number=\"7\" hits=\"9\" branch=\"true\" condition-coverage=\"50% (1/2)\"/>",
    ] {
        assert!(text.contains(wanted), "no {wanted} in {text}");
    }
}

#[test]
fn merging_code_adds_up_in_any_order() {
    let mut other = Code::new();
    let point = CodePoint {
        line: 3,
        kind: CodeKind::Statement,
        name: String::new(),
    };
    other.add("c <1>.vhd", point.clone(), 2);
    other.add("d.vhd", point.clone(), u64::MAX);
    let (mut one, mut two) = (code(), other.clone());
    one.merge(other);
    two.merge(code());
    assert_eq!(one, two);
    let covered = one.covered();
    assert_eq!((covered.covered, covered.of), (6, 7));
    one.add("d.vhd", point, 1);
    assert!(
        one.files()
            .any(|(_, points)| points.values().any(|count| *count == u64::MAX))
    );
}
