//! Reports in the form of Cobertura (coverage-04.dtd).

use super::{Xml, by_file};
use crate::total::Total;

/// A report with a class for each file and a line for each group, whose conditions are the bins.
pub fn cobertura(totals: &[Total]) -> String {
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
    let all = sum(&mut totals.iter());
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
            let rates_of_all = [
                ("name", "functional coverage"),
                ("line-rate", &*line_rate),
                ("branch-rate", &branch_rate),
                ("complexity", "0"),
            ];
            xml.element("package", &rates_of_all, |xml| {
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
        });
    });
    xml.finish()
}

fn group(xml: &mut Xml, line: u32, (covered, all, sampled): (usize, usize, bool)) {
    let percent = (100 * covered).checked_div(all).unwrap_or(100);
    let attributes = [
        ("number", &*line.to_string()),
        ("hits", if sampled { "1" } else { "0" }),
        ("branch", "true"),
        (
            "condition-coverage",
            &format!("{percent}% ({covered}/{all})"),
        ),
    ];
    xml.empty("line", &attributes);
}

#[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^52")]
fn rate(hit: usize, all: usize) -> String {
    if all == 0 {
        "1".to_owned()
    } else {
        format!("{:.4}", hit as f64 / all as f64)
    }
}
