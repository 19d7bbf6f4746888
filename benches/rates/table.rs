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

/// A row of the table.
pub(crate) type Row = [String; 8];

/// A work's rows, one for each contender.
pub(crate) fn rows(work: &Work, rates: &[Rates]) -> Vec<Row> {
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
pub(crate) fn markdown(rows: &[Row]) -> String {
    let headings = HEADINGS.map(str::to_owned);
    let widths: [usize; 8] = std::array::from_fn(|column| {
        let all = rows.iter().chain([&headings]);
        all.map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    });
    let line = |row: &Row| {
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

/// What the page says of one simulator: a table, and sentences below it on how it was measured.
pub(crate) struct Section {
    pub(crate) rows: Vec<Row>,
    pub(crate) notes: Vec<String>,
}

impl Section {
    /// Reads a section as [`Section::text`] writes it.
    pub(crate) fn parse(text: &str) -> Section {
        let (table, notes) = text.trim().split_once("\n\n").unwrap_or((text.trim(), ""));
        // After the headings and the dashes below them.
        let rows = table.lines().skip(2).filter_map(|line| {
            let cells = line.trim_matches('|').split('|');
            let cells: Vec<String> = cells.map(|cell| cell.trim().to_owned()).collect();
            cells.try_into().ok()
        });
        let sentences = notes.trim_end_matches('.').split(". ");
        let sentences = sentences.filter(|sentence| !sentence.is_empty());
        Section {
            rows: rows.collect(),
            notes: sentences.map(|sentence| format!("{sentence}.")).collect(),
        }
    }

    pub(crate) fn text(&self) -> String {
        format!("{}\n\n{}", markdown(&self.rows), self.notes.join(" "))
    }

    /// Replaces the rows of one work, or adds them as the last ones.
    pub(crate) fn replace(&mut self, rows: Vec<Row>) {
        let work = &rows[0][0];
        let start = self.rows.iter().position(|row| row[0] == *work);
        let start = start.unwrap_or(self.rows.len());
        // Only the first row of a work has its name.
        let others = self.rows.iter().skip(start + 1);
        let end =
            self.rows.len().min(start + 1) + others.take_while(|row| row[0].is_empty()).count();
        self.rows.splice(start..end, rows);
    }

    /// Replaces the sentence that begins so, or adds it as the last one.
    pub(crate) fn note(&mut self, beginning: &str, rest: &str) {
        self.notes.retain(|note| !note.starts_with(beginning));
        self.notes.push(format!("{beginning}{rest}"));
    }
}

/// What the page has in a place.
///
/// # Panics
///
/// If the page has no such place.
pub(crate) fn read(place: &str) -> String {
    let page = fs::read_to_string(root().join(PAGE)).expect("the page is there");
    let (begin, end) = marks(place);
    let inside = page
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end));
    let (inside, _) = inside.unwrap_or_else(|| panic!("{PAGE} has no `{begin}` and `{end}`"));
    inside.to_owned()
}

/// What stands around a place.
fn marks(place: &str) -> (String, String) {
    (
        format!("<!-- {place}: begin -->"),
        format!("<!-- {place}: end -->"),
    )
}

/// Puts text into a place of the page.
///
/// # Panics
///
/// If the page has no such place.
pub(crate) fn write(place: &str, text: &str) {
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path).expect("the page is there");
    let (begin, end) = marks(place);
    let (before, rest) = page
        .split_once(&begin)
        .unwrap_or_else(|| panic!("{PAGE} has no `{begin}`"));
    let (_, after) = rest
        .split_once(&end)
        .unwrap_or_else(|| panic!("{PAGE} has no `{end}`"));
    let page = format!("{before}{begin}\n{text}\n{end}{after}");
    fs::write(&path, page).expect("the page can be written");
}
