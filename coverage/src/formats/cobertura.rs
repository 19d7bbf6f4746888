//! Reports in the format of Cobertura (coverage-04.dtd).

use std::collections::BTreeMap;

use super::{Xml, by_file};
use crate::code::{self, Code, CodeKind, CodePoint};
use crate::total::{Covered, Total};

/// A report with a class for each file, and a line for each group, whose conditions are the bins. Another package
/// has the design's files, with their lines and branches.
///
/// ```no_run
/// use std::path::Path;
/// use verifork_coverage::{Code, Database, formats};
///
/// let (database, _) = Database::read_folder(Path::new("target/verifork"))?;
/// std::fs::write("cobertura.xml", formats::cobertura(&database.totals(), &Code::new())).unwrap();
/// # Ok::<(), verifork_coverage::FileError>(())
/// ```
pub fn cobertura(totals: &[Total], code: &Code) -> String {
    let covered = |total: &Total| {
        let items = total.items();
        let parts = items.iter().map(|item| item.covered);
        let (hit, all) = parts.fold((0, 0), |(hit, all), it| (hit + it.covered, all + it.of));
        let mut bins = items.iter().flat_map(|item| item.bins());
        (hit, all, bins.any(|bin| bin.count > 0))
    };
    let sum = |groups: &mut dyn Iterator<Item = &Total>| {
        groups.fold((0, 0, 0, 0), |(hit, all, lines, of), total| {
            let (covered, bins, sampled) = covered(total);
            (
                hit + covered,
                all + bins,
                lines + usize::from(sampled),
                of + 1,
            )
        })
    };
    let rates =
        |(hit, all, lines, of): (usize, usize, usize, usize)| (rate(lines, of), rate(hit, all));
    let groups = sum(&mut totals.iter());
    let of_code = code
        .files()
        .map(|(_, points)| sum_of_code(points))
        .fold((0, 0, 0, 0), add);
    let all = add(groups, of_code);
    let (line_rate, branch_rate) = rates(all);
    let numbers = [all.2, all.3, all.0, all.1].map(|number| number.to_string());
    let mut xml = Xml::new();
    let attributes = [
        ("line-rate", &*line_rate),
        ("branch-rate", &branch_rate),
        ("lines-covered", &numbers[0]),
        ("lines-valid", &numbers[1]),
        ("branches-covered", &numbers[2]),
        ("branches-valid", &numbers[3]),
        ("complexity", "0"),
        ("version", env!("CARGO_PKG_VERSION")),
        ("timestamp", "0"),
    ];
    xml.element("coverage", &attributes, |xml| {
        xml.element("sources", &[], |xml| xml.text("source", "."));
        xml.element("packages", &[], |xml| {
            let (line_rate, branch_rate) = rates(groups);
            let rates_of_groups = [
                ("name", "functional coverage"),
                ("line-rate", &*line_rate),
                ("branch-rate", &branch_rate),
                ("complexity", "0"),
            ];
            xml.element("package", &rates_of_groups, |xml| {
                xml.element("classes", &[], |xml| {
                    for (file, groups) in by_file(totals) {
                        let of_file = sum(&mut groups.iter().map(|(_, total)| *total));
                        let (line_rate, branch_rate) = rates(of_file);
                        let attributes = [
                            ("name", file),
                            ("filename", file),
                            ("line-rate", &line_rate),
                            ("branch-rate", &branch_rate),
                            ("complexity", "0"),
                        ];
                        xml.element("class", &attributes, |xml| {
                            xml.element("methods", &[], |_| {});
                            xml.element("lines", &[], |xml| {
                                for (line, total) in &groups {
                                    group(xml, *line, covered(total));
                                }
                            });
                        });
                    }
                });
            });
            if !code.is_empty() {
                package_of_code(xml, code, rates(of_code));
            }
        });
    });
    xml.finish()
}

/// The branches taken, all branches, the lines executed, all lines.
type Sum = (usize, usize, usize, usize);

fn add(one: Sum, other: Sum) -> Sum {
    (
        one.0 + other.0,
        one.1 + other.1,
        one.2 + other.2,
        one.3 + other.3,
    )
}

fn sum_of_code(points: &BTreeMap<CodePoint, u64>) -> Sum {
    let branches = points.iter().filter(|(it, _)| it.kind == CodeKind::Branch);
    let Covered { covered, of } = code::covered(branches);
    let lines = code::lines(points);
    let hit = lines.values().filter(|count| **count > 0).count();
    (covered, of, hit, lines.len())
}

fn package_of_code(xml: &mut Xml, code: &Code, (line_rate, branch_rate): (String, String)) {
    let attributes = [
        ("name", "code coverage"),
        ("line-rate", &*line_rate),
        ("branch-rate", &branch_rate),
        ("complexity", "0"),
    ];
    xml.element("package", &attributes, |xml| {
        xml.element("classes", &[], |xml| {
            for (file, points) in code.files() {
                let (taken, branches, hit, lines) = sum_of_code(points);
                let attributes = [
                    ("name", file),
                    ("filename", file),
                    ("line-rate", &*rate(hit, lines)),
                    ("branch-rate", &rate(taken, branches)),
                    ("complexity", "0"),
                ];
                xml.element("class", &attributes, |xml| {
                    xml.element("methods", &[], |_| {});
                    xml.element("lines", &[], |xml| lines_of_code(xml, points));
                });
            }
        });
    });
}

fn lines_of_code(xml: &mut Xml, points: &BTreeMap<CodePoint, u64>) {
    for (line, count) in code::lines(points) {
        let branches = points.iter().filter(|(it, _)| it.kind == CodeKind::Branch);
        let Covered { covered, of } = code::covered(branches.filter(|(it, _)| it.line == line));
        line_with_conditions(xml, line, count, (covered, of));
    }
}

fn group(xml: &mut Xml, line: u32, (covered, all, sampled): (usize, usize, bool)) {
    line_with_conditions(xml, line, sampled.into(), (covered, all));
}

/// Without counting conditions there is no rate: 100 % of nothing would look like success.
fn line_with_conditions(xml: &mut Xml, line: u32, count: u64, (hit, all): (usize, usize)) {
    let (number, hits) = (line.to_string(), count.to_string());
    let mut attributes = vec![("number", &*number), ("hits", &*hits)];
    let condition;
    if let Some(percent) = (100 * hit).checked_div(all) {
        condition = format!("{percent}% ({hit}/{all})");
        attributes.extend([("branch", "true"), ("condition-coverage", &*condition)]);
    }
    xml.empty("line", &attributes);
}

/// Rounded down, so that only full coverage is 1. Without conditions it is 0.
fn rate(hit: usize, all: usize) -> String {
    match (10_000 * hit).checked_div(all) {
        None => "0".to_owned(),
        Some(parts) => format!("{}.{:04}", parts / 10_000, parts % 10_000),
    }
}
