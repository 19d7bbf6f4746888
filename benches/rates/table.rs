//! What was measured, as a table that reads well on a terminal and in `docs/performance.md`.

use std::fmt::Write as _;
use std::fs;

use crate::common::root;
use crate::contender::{Rates, Work};

const PAGE: &str = "docs/performance.md";
const HEADINGS: [&str; 8] = [
    "an event of",
    "done by",
    "least, ns",
    "ratio",
    "median, ns",
    "ratio",
    "instructions",
    "ratio",
];

/// A work's lines: a contender each.
pub(crate) fn rows(work: &Work, rates: &[Rates]) -> Vec<[String; 8]> {
    let (first, first_median) = rates[0].times();
    let first_instructions = rates[0].instructions;
    let contenders = work.contenders.iter().zip(rates).enumerate();
    let rows = contenders.map(|(place, (contender, rates))| {
        let (least, median) = rates.times();
        let name = if place == 0 { &*work.name } else { "" };
        let instructions = rates.instructions.map(|it| format!("{it:.0}"));
        let more = rates.instructions.zip(first_instructions);
        [
            name.to_owned(),
            contender.name.to_owned(),
            time(least),
            ratio(least / first),
            time(median),
            ratio(median / first_median),
            instructions.unwrap_or_else(|| "–".to_owned()),
            more.map_or_else(|| "–".to_owned(), |(it, first)| ratio(it / first)),
        ]
    });
    rows.collect()
}

fn time(nanoseconds: f64) -> String {
    if nanoseconds < 100.0 {
        format!("{nanoseconds:.1}")
    } else {
        format!("{nanoseconds:.0}")
    }
}

fn ratio(ratio: f64) -> String {
    if ratio < 10.0 {
        format!("{ratio:.2}")
    } else {
        format!("{ratio:.0}")
    }
}

/// The lines as Markdown, in columns.
pub(crate) fn markdown(rows: &[[String; 8]]) -> String {
    let headings = HEADINGS.map(str::to_owned);
    let widths: [usize; 8] = std::array::from_fn(|column| {
        let all = rows.iter().chain([&headings]);
        all.map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    });
    let line = |row: &[String; 8]| {
        let mut line = "|".to_owned();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            _ = if column < 2 {
                write!(line, " {cell:<width$} |")
            } else {
                write!(line, " {cell:>width$} |")
            };
        }
        line
    };
    let mut lines = vec![line(&headings)];
    let dashes = widths.iter().enumerate().map(|(column, width)| {
        if column < 2 {
            format!("{:-<1$}", "", width + 2)
        } else {
            format!("{:-<1$}:", "", width + 1)
        }
    });
    lines.push(format!("|{}|", dashes.collect::<Vec<_>>().join("|")));
    lines.extend(rows.iter().map(line));
    lines.join("\n")
}

/// Puts text into the page, in the place for it.
///
/// # Panics
///
/// If the page has no such place.
pub(crate) fn write(place: &str, text: &str) {
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path).expect("the page is there");
    let (begin, end) = (
        format!("<!-- {place}: begin -->"),
        format!("<!-- {place}: end -->"),
    );
    let (before, rest) = page
        .split_once(&begin)
        .unwrap_or_else(|| panic!("{PAGE} has no `{begin}`"));
    let (_, after) = rest
        .split_once(&end)
        .unwrap_or_else(|| panic!("{PAGE} has no `{end}`"));
    let page = format!("{before}{begin}\n{text}\n{end}{after}");
    fs::write(&path, page).expect("the page can be written");
}
