//! The page. It contains everything that it shows, as JSON that its script reads when it is needed.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};
use verifork_coverage::{BinKind, CodePoint, Counts, Covered, GroupDefinition, Total};
use verifork_protocol::time::{of_nanoseconds, simulated};
use verifork_protocol::verdict::Status;

use super::gather::Gathered;
use super::requirements::{Requirement, State};
use crate::coverage::shown_percent;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// How many of the runs that have hit a bin are named.
const NAMED: usize = 5;

/// The content of the page.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    pub(super) gathered: &'a Gathered,
    pub(super) totals: &'a [Total],
    /// How much of the groups is covered; nothing if there is none.
    pub(super) functional: Option<f64>,
    /// How much of the code is covered; nothing if nothing is known of it.
    pub(super) code: Option<f64>,
    pub(super) requirements: &'a [Requirement],
}

/// The runs that have hit a bin: how many, and the first of them.
#[derive(Clone, Default)]
struct HitBy {
    runs: usize,
    first: Vec<usize>,
}

impl HitBy {
    fn add(&mut self, run: usize) {
        self.runs += 1;
        if self.first.len() < NAMED {
            self.first.push(run);
        }
    }
}

/// The runs that have hit the bins of a group: those of its points, and of its crosses.
struct GroupHits {
    points: Vec<HashMap<usize, HitBy>>,
    crosses: Vec<HashMap<usize, HitBy>>,
}

impl Page<'_> {
    /// The text of the page.
    pub(super) fn html(&self) -> String {
        let mut texts = Vec::new();
        let (hits, runs) = self.hits();
        let data = self.data(&mut texts, &runs);
        let title = escaped(self.title);
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n\
             <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#main\" onclick=\"document.getElementById('main').focus(); return false\">\
             Skip to the content</a>\n<header>\n<h1>{title}</h1>\n{}</header>\n\
             <nav aria-label=\"Parts of the report\"><ul id=\"views\"></ul></nav>\n\
             <main id=\"main\" tabindex=\"-1\"><noscript><p>The tables need a script, which is part of this page: \
             the browser has to run it.</p></noscript></main>\n\
             <footer class=\"dim\">cargo verifork {}</footer>\n",
            self.head(),
            verifork_protocol::VERSION
        );
        embed(&mut html, "data", &data);
        embed(&mut html, "texts", &texts);
        for (number, (total, hits)) in self.totals.iter().zip(&hits).enumerate() {
            embed(&mut html, &format!("group-{number}"), &items(total, hits));
        }
        for (number, (file, points)) in self.gathered.code.files().enumerate() {
            embed(&mut html, &format!("code-{number}"), &source(file, points));
        }
        html.push_str("<script>\n");
        html.push_str(SCRIPT);
        html.push_str("</script>\n</body>\n</html>\n");
        html
    }

    /// The part that is visible without the script: whether all is well.
    fn head(&self) -> String {
        let verdicts = &self.gathered.verdicts;
        let count = |status| verdicts.iter().filter(|it| it.status == status).count();
        let [passed, failed, skipped, unfinished] = [
            Status::Passed,
            Status::Failed,
            Status::Skipped,
            Status::Unfinished,
        ]
        .map(count);
        let open = self
            .requirements
            .iter()
            .filter(|it| it.state != State::Passed)
            .count();
        let (class, verdict) = if failed + unfinished > 0 {
            (
                "bad",
                format!("{} of {} tests failed", failed + unfinished, verdicts.len()),
            )
        } else if !self.gathered.problems.is_empty() {
            ("bad", "incomplete: not everything could be read".to_owned())
        } else if passed == 0 {
            ("bad", "no test has passed".to_owned())
        } else if open > 0 {
            (
                "odd",
                format!("{passed} tests passed; {open} requirements are open"),
            )
        } else {
            ("good", format!("{passed} tests passed"))
        };
        let mut html = format!("<p class=\"verdict {class}\" id=\"verdict\">{verdict}</p>\n");
        if !self.gathered.problems.is_empty() {
            html.push_str("<section class=\"problems\" aria-label=\"Problems\">\n");
            for problem in &self.gathered.problems {
                // Writing to a string cannot fail.
                let _ = writeln!(html, "<pre>{}</pre>", escaped(problem));
            }
            html.push_str("</section>\n");
        }
        html.push_str("<ul class=\"tiles\">\n");
        let mut tile = |value: &str, what: &str| {
            let _ = writeln!(html, "<li><strong>{value}</strong> {what}</li>");
        };
        tile(&passed.to_string(), "passed");
        tile(&failed.to_string(), "failed");
        if unfinished > 0 {
            tile(&unfinished.to_string(), "unfinished");
        }
        tile(&skipped.to_string(), "skipped");
        if let Some(functional) = self.functional {
            tile(&percent(functional), "functional coverage");
        }
        if let Some(code) = self.code {
            tile(&percent(code), "code coverage");
        }
        if !self.requirements.is_empty() {
            let passed = self.requirements.len() - open;
            tile(
                &format!("{passed} of {}", self.requirements.len()),
                "requirements",
            );
        }
        html.push_str("</ul>\n");
        html
    }

    fn data(&self, texts: &mut Vec<String>, runs: &[BTreeMap<usize, usize>]) -> Value {
        let mut suites: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let verdicts = &self.gathered.verdicts;
        let tests: Vec<Value> = verdicts.iter().enumerate().map(|(id, it)| {
            let next = suites.len();
            let suite = *suites.entry((&it.design, &it.simulator)).or_insert(next);
            let text = (!it.text.is_empty()).then(|| {
                *known.entry(&it.text).or_insert_with(|| {
                    texts.push(it.text.clone());
                    texts.len() - 1
                })
            });
            json!({
                "id": id, "suite": suite, "design": it.design, "simulator": it.simulator,
                "product": it.product, "package": it.package, "target": it.target, "test": it.test,
                "file": it.file, "line": it.line, "covers": it.covers, "status": it.status, "text": text,
                // JavaScript's numbers do not hold all of them.
                "seed": it.seed.map(|seed| seed.to_string()),
                "simulated": it.simulated_ns.as_deref().and_then(of_nanoseconds).map(simulated), "wall": it.wall, "at": it.at, "repeat": it.repeat,
            })
        }).collect();
        let groups = self.totals.iter().map(|total| {
            let name = &total.definition.name;
            let twins = self
                .totals
                .iter()
                .filter(|it| it.definition.name == *name)
                .count();
            let items: Vec<Value> = total
                .items()
                .iter()
                .map(|item| json!({"name": item.name}))
                .collect();
            json!({
                "name": name, "percent": total.percent().unwrap_or(0.0), "items": items,
                "place": total.place.as_ref().map(|(file, line)| format!("{file}:{line}")),
                "twin": (twins > 1).then(|| total.definition.digest()),
                "tests": total.tests,
            })
        });
        let groups: Vec<Value> = groups.collect();
        let runs: Vec<Value> = self.gathered.database.runs().zip(runs).map(|(record, bins)| {
            let source = &record.source;
            let hits: Vec<_> = bins.iter().collect();
            json!({
                "test": source.test, "simulator": source.simulator, "seed": source.seed.to_string(),
                "passed": source.passed, "hits": hits,
            })
        }).collect();
        json!({
            "title": self.title, "tests": tests, "groups": groups, "runs": runs,
            "functional": self.functional.unwrap_or(0.0),
            "code": self.code.unwrap_or(0.0), "kinds": self.kinds(), "files": self.files(),
            "requirements": self.requirements, "trend": self.gathered.trend,
        })
    }

    /// How much of each kind of code there is, and covered.
    fn kinds(&self) -> Vec<Value> {
        let kinds = self.gathered.code.by_kind().into_iter();
        let kinds = kinds.map(|(kind, it)| {
            json!({"name": kind.name(), "percent": it.percent(), "covered": it.covered, "of": it.of})
        });
        kinds.collect()
    }

    /// The files of the code.
    fn files(&self) -> Vec<Value> {
        let files = self.gathered.code.files().map(|(file, points)| {
            let covered = points.values().filter(|count| **count > 0).count();
            let changed = std::fs::metadata(file).and_then(|it| it.modified()).ok();
            json!({
                "name": file, "covered": covered, "of": points.len(),
                "percent": Covered { covered, of: points.len() }.percent(),
                // Its lines may have moved since.
                "changed": changed > self.gathered.code_written,
            })
        });
        files.collect()
    }

    /// The runs that have hit the bins of each group, and how many bins of which group each run has hit.
    fn hits(&self) -> (Vec<GroupHits>, Vec<BTreeMap<usize, usize>>) {
        let numbers: BTreeMap<&GroupDefinition, usize> = self
            .totals
            .iter()
            .enumerate()
            .map(|(number, total)| (&total.definition, number))
            .collect();
        let mut hits: Vec<GroupHits> = self
            .totals
            .iter()
            .map(|total| GroupHits {
                points: vec![HashMap::new(); total.definition.points.len()],
                crosses: vec![HashMap::new(); total.definition.crosses.len()],
            })
            .collect();
        let mut runs = Vec::new();
        for (run, record) in self.gathered.database.runs().enumerate() {
            // Instances of a group are one here.
            let mut own: BTreeMap<usize, Counts> = BTreeMap::new();
            for group in &record.groups {
                if let Some(number) = numbers.get(&group.definition) {
                    own.entry(*number).or_default().add(&group.counts);
                }
            }
            let mut bins = BTreeMap::new();
            for (number, counts) in own {
                let group = &mut hits[number];
                let all = group
                    .points
                    .iter_mut()
                    .zip(&counts.points)
                    .chain(group.crosses.iter_mut().zip(&counts.crosses));
                let mut hit = 0;
                for (own, counts) in all {
                    for (bin, count) in counts {
                        if *count > 0 {
                            own.entry(*bin).or_default().add(run);
                            hit += 1;
                        }
                    }
                }
                bins.insert(number, hit);
            }
            runs.push(bins);
        }
        (hits, runs)
    }
}

/// The points and crosses of a group, with all their bins.
fn items(total: &Total, hits: &GroupHits) -> Vec<Value> {
    let definition = &total.definition;
    let points = definition.points.len();
    let items = total.items();
    items.iter().enumerate().map(|(number, item)| {
        let common = |rest: Value| {
            let mut all = json!({
                "name": item.name, "percent": item.covered.percent(), "covered": item.covered.covered,
                "of": item.covered.of,
            });
            if let (Value::Object(all), Value::Object(rest)) = (&mut all, rest) {
                all.extend(rest);
            }
            all
        };
        if let Some(point) = definition.points.get(number) {
            let counts = &total.counts.points[number];
            let bins: Vec<Value> = point.bins.iter().enumerate().map(|(bin, it)| {
                let by = hits.points[number].get(&bin).cloned().unwrap_or_default();
                let count = counts.get(&bin).copied().unwrap_or(0);
                json!([it.name, it.values, kind(it.kind), count, by.runs, by.first])
            }).collect();
            return common(json!({"atLeast": point.at_least, "bins": bins}));
        }
        let cross = &definition.crosses[number - points];
        let by = &hits.crosses[number - points];
        let own: Vec<Value> = total.counts.crosses[number - points].iter().map(|(bin, count)| {
            let by = by.get(bin).cloned().unwrap_or_default();
            json!([bin, count, by.runs, by.first])
        }).collect();
        let names: Vec<&str> = cross.points.iter().map(|it| &*definition.points[*it].name).collect();
        let axes: Vec<Vec<&str>> = cross.points.iter().map(|it| {
            let point = &definition.points[*it];
            point.bins.iter().take(point.crossed()).map(|bin| &*bin.name).collect()
        }).collect();
        let excluded: Vec<_> = cross.ignored.iter().chain(&cross.illegal).collect();
        common(json!({
            "atLeast": cross.at_least, "points": names, "axes": axes, "excluded": excluded, "hits": own,
        }))
    }).collect()
}

/// The text of a file, if it can be read, and the points of coverage in its lines.
fn source(file: &str, points: &BTreeMap<CodePoint, u64>) -> Value {
    let text = std::fs::read(file).ok();
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
    let lines: Option<Vec<&str>> = text.as_ref().map(|text| text.lines().collect());
    let points: Vec<Value> = points
        .iter()
        .map(|(it, count)| json!([it.line, it.kind.name(), it.name, count]))
        .collect();
    json!({"lines": lines, "points": points})
}

fn kind(kind: BinKind) -> &'static str {
    match kind {
        BinKind::Count => "count",
        BinKind::Illegal => "illegal",
        _ => "ignored",
    }
}

fn percent(value: f64) -> String {
    format!("{:.1} %", shown_percent(value))
}

/// Puts data into the page. JSON has `<`, `>` and `&` only in its texts, where they may be escaped: so
/// nothing in it ends the element or begins another.
fn embed(html: &mut String, id: &str, data: &impl Serialize) {
    // Numbers, strings and lists always are JSON.
    let json = serde_json::to_string(data).unwrap_or_default();
    let _ = write!(html, "<script type=\"application/json\" id=\"{id}\">");
    for letter in json.chars() {
        match letter {
            '<' => html.push_str("\\u003c"),
            '>' => html.push_str("\\u003e"),
            '&' => html.push_str("\\u0026"),
            '\u{2028}' => html.push_str("\\u2028"),
            '\u{2029}' => html.push_str("\\u2029"),
            letter => html.push(letter),
        }
    }
    html.push_str("</script>\n");
}

/// Text, escaped for markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // HTML does not have it.
            '\0' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
