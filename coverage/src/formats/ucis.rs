//! XML of the Unified Coverage Interoperability Standard 1.0 (chapter 9).

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Xml, names};
use crate::bins::BinKind;
use crate::database::Database;
use crate::definition::{Counts, CrossDefinition, GroupDefinition, PointDefinition};
use crate::total::Total;

/// Writes the runs as history nodes, and each group with its instances. An instance without a name gets that of the
/// group.
///
/// ```
/// use verifork_coverage::{Database, formats};
///
/// assert!(formats::ucis(&Database::new()).contains("UCIS"));
/// ```
pub fn ucis(database: &Database) -> String {
    let totals = database.totals();
    let files = files(&totals);
    let now = timestamp();
    let mut xml = Xml::new();
    let attributes = [
        ("ucisVersion", "1.0"),
        (
            "writtenBy",
            concat!("verifork-coverage ", env!("CARGO_PKG_VERSION")),
        ),
        ("writtenTime", &*now),
    ];
    xml.element("UCIS", &attributes, |xml| {
        for (file, id) in &files {
            xml.empty(
                "sourceFiles",
                &[("fileName", file), ("id", &id.to_string())],
            );
        }
        history(xml, database, &now);
        let attributes = [
            ("name", "testbench"),
            ("key", "0"),
            ("instanceId", "0"),
            ("moduleName", "testbench"),
        ];
        xml.element("instanceCoverages", &attributes, |xml| {
            xml.empty("id", &[("file", "1"), ("line", "1"), ("inlineCount", "1")]);
            for (total, of_group) in totals.iter().zip(names(&totals)) {
                xml.element(
                    "covergroupCoverage",
                    &[("weight", &total.definition.weight.to_string())],
                    |xml| {
                        for (name, counts) in instances(total, &of_group) {
                            instance(xml, total, (&of_group, &name), counts, &files);
                        }
                    },
                );
            }
        });
    });
    xml.finish()
}

/// The named instances, and the sum of all if some instances have no name.
fn instances<'a>(total: &'a Total, of_group: &str) -> Vec<(String, &'a Counts)> {
    let mut named = Counts::default();
    for counts in total.instances.values() {
        named.add(counts);
    }
    if total.instances.is_empty() || named != total.counts {
        return vec![(of_group.to_owned(), &total.counts)];
    }
    total
        .instances
        .iter()
        .map(|(name, counts)| (name.clone(), counts))
        .collect()
}

fn files(totals: &[Total]) -> BTreeMap<&str, usize> {
    let mut files = BTreeMap::new();
    for total in totals {
        let file = total.place.as_ref().map_or("unknown", |(file, _)| file);
        let next = files.len() + 1;
        files.entry(file).or_insert(next);
    }
    if files.is_empty() {
        files.insert("unknown", 1);
    }
    files
}

fn history(xml: &mut Xml, database: &Database, now: &str) {
    let node = |xml: &mut Xml, id: usize, name: &str, passed: bool, seed: u64| {
        let attributes = [
            ("historyNodeId", &*id.to_string()),
            ("logicalName", name),
            ("kind", "TEST"),
            ("testStatus", if passed { "true" } else { "false" }),
            ("seed", &seed.to_string()),
            ("date", now),
            ("toolCategory", "UCIS:Simulator"),
            ("ucisVersion", "1.0"),
            ("vendorId", "verifork"),
            ("vendorTool", "verifork"),
            ("vendorToolVersion", env!("CARGO_PKG_VERSION")),
        ];
        xml.empty("historyNodes", &attributes);
    };
    if database.is_empty() {
        // The schema requires one.
        node(xml, 0, "no test", true, 0);
    }
    for (id, record) in database.runs().enumerate() {
        let source = &record.source;
        let name = format!("{} ({})", source.test, source.simulator);
        node(xml, id, &name, source.passed, source.seed);
    }
}

fn instance(
    xml: &mut Xml,
    total: &Total,
    (of_group, name): (&str, &str),
    counts: &Counts,
    files: &BTreeMap<&str, usize>,
) {
    let definition = &total.definition;
    let (file, line) = total
        .place
        .as_ref()
        .map_or(("unknown", 1), |(file, line)| (&**file, *line));
    let id = files.get(file).copied().unwrap_or(1).to_string();
    let line = line.to_string();
    xml.element("cgInstance", &[("name", name), ("key", "0")], |xml| {
        let (weight, goal) = (definition.weight.to_string(), definition.goal.to_string());
        let per_instance = (!total.instances.is_empty()).to_string();
        let options = [
            ("weight", &*weight),
            ("goal", &goal),
            ("per_instance", &per_instance),
        ];
        xml.empty("options", &options);
        let attributes = [("cgName", of_group), ("moduleName", "testbench")];
        xml.element("cgId", &attributes, |xml| {
            let place = [("file", &*id), ("line", &line), ("inlineCount", "1")];
            xml.empty("cginstSourceId", &place);
            xml.empty("cgSourceId", &place);
        });
        for (point, counts) in definition.points.iter().zip(&counts.points) {
            coverpoint(xml, point, counts);
        }
        for (cross, counts) in definition.crosses.iter().zip(&counts.crosses) {
            crossed(xml, definition, cross, counts);
        }
    });
}

fn options(xml: &mut Xml, weight: u64, goal: u64, at_least: u64) {
    let [weight, goal, at_least] = [weight, goal, at_least].map(|number| number.to_string());
    xml.empty(
        "options",
        &[
            ("weight", &weight),
            ("goal", &goal),
            ("at_least", &at_least),
        ],
    );
}

fn bin_type(kind: BinKind) -> &'static str {
    match kind {
        BinKind::Count => "bins",
        BinKind::Ignore => "ignore",
        BinKind::Illegal => "illegal",
        BinKind::Default => "default",
    }
}

fn coverpoint(xml: &mut Xml, point: &PointDefinition, counts: &BTreeMap<usize, u64>) {
    xml.element(
        "coverpoint",
        &[("name", &point.name), ("key", "0")],
        |xml| {
            options(xml, point.weight, point.goal, point.at_least);
            for (index, bin) in point.bins.iter().enumerate() {
                let count = counts.get(&index).copied().unwrap_or(0).to_string();
                let contents = [("coverageCount", &*count)];
                let attributes = [
                    ("name", &*bin.name),
                    ("type", bin_type(bin.kind)),
                    ("key", "0"),
                ];
                xml.element("coverpointBin", &attributes, |xml| {
                    if bin.transition {
                        xml.element("sequence", &[], |xml| {
                            xml.empty("contents", &contents);
                            for (first, _) in &bin.ranges {
                                xml.text("seqValue", first);
                            }
                        });
                    } else {
                        for (first, last) in &bin.ranges {
                            xml.element("range", &[("from", first), ("to", last)], |xml| {
                                xml.empty("contents", &contents);
                            });
                        }
                    }
                });
            }
        },
    );
}

fn crossed(
    xml: &mut Xml,
    definition: &GroupDefinition,
    cross: &CrossDefinition,
    counts: &BTreeMap<usize, u64>,
) {
    xml.element("cross", &[("name", &cross.name), ("key", "0")], |xml| {
        options(xml, cross.weight, cross.goal, cross.at_least);
        for point in &cross.points {
            xml.text("crossExpr", &definition.points[*point].name);
        }
        for (index, parts) in definition.cross_bins(cross).enumerate() {
            let count = counts.get(&index).copied().unwrap_or(0).to_string();
            let name = format!("<{}>", definition.part_names(cross, &parts).join(","));
            let attributes = [
                ("name", &*name),
                ("key", "0"),
                ("type", bin_type(cross.kind(index))),
            ];
            xml.element("crossBin", &attributes, |xml| {
                for bin in &parts {
                    xml.text("index", &bin.to_string());
                }
                xml.empty("contents", &[("coverageCount", &count)]);
            });
        }
    });
}

/// The current time in UTC, in the format of XML Schema without a time zone: some readers accept no other.
fn timestamp() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_secs());
    date_time(seconds)
}

fn date_time(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (mut year, mut left) = (1970, days);
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while left >= 365 + u64::from(is_leap(year)) {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for days in months {
        if left < days {
            break;
        }
        left -= days;
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}",
        left + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_its_date() {
        assert_eq!(date_time(0), "1970-01-01T00:00:00");
        assert_eq!(date_time(951_825_599), "2000-02-29T11:59:59");
        assert_eq!(date_time(1_798_761_599), "2026-12-31T23:59:59");
        assert_eq!(date_time(4_107_542_400), "2100-03-01T00:00:00");
    }
}
