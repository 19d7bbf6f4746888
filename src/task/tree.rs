//! The tree of living tasks, for people.

use std::fmt::Write as _;

use super::executor::Executor;
use super::node_ref::NONE;
use super::wait_reason::WaitReason;
use crate::time::SimTime;

struct Row {
    index: u32,
    parent: u32,
    name: String,
    place: String,
    waits: Vec<String>,
    more: usize,
    since: Option<SimTime>,
}

/// The living tasks, each with its name, where it was forked, what it awaits and since when.
///
/// `found` has the waits that tasks did not record themselves, by task.
pub(crate) fn tree(executor: &Executor, found: &[(u32, WaitReason)]) -> String {
    let mut rows = Vec::new();
    executor.for_each_live(|index, recorded| {
        let Some((name, place)) = executor.directory.describe(index) else {
            return;
        };
        let mut waits: Vec<String> = recorded
            .reasons
            .iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        rows.push(Row {
            index,
            parent: executor.directory.parent(index),
            name: name.into_owned(),
            place: place.to_string(),
            more: recorded.more,
            waits: {
                let of_node = found.iter().filter(|(node, _)| *node == index);
                waits.extend(of_node.map(|(_, wait)| wait.to_string()));
                waits
            },
            since: recorded.since,
        });
    });
    let mut text = String::new();
    write_below(&rows, NONE, 0, executor.current(), &mut text);
    if text.is_empty() {
        text.push_str("no living tasks\n");
    }
    text
}

fn write_below(rows: &[Row], parent: u32, depth: usize, running: u32, text: &mut String) {
    for row in rows.iter().filter(|row| row.parent == parent) {
        // The block of a scope is part of the task above it, and so are its waits.
        let block = rows
            .iter()
            .find(|inner| inner.parent == row.index && inner.name.is_empty());
        let mut below = depth;
        if !row.name.is_empty() {
            let waiting = innermost(rows, block.unwrap_or(row));
            let state = if row.index == running || waiting.index == running {
                "is running".to_owned()
            } else if waiting.waits.is_empty() && rows.iter().any(|row| row.parent == waiting.index)
            {
                "awaits its tasks".to_owned()
            } else if waiting.waits.is_empty() {
                "is ready, or awaits a future of another crate".to_owned()
            } else {
                let more = if waiting.more > 0 {
                    format!(", and {} more", waiting.more)
                } else {
                    String::new()
                };
                format!("awaits {}{more}", waiting.waits.join(" | "))
            };
            let since = waiting
                .since
                .map(|time| format!(", since {time}"))
                .unwrap_or_default();
            let _ = writeln!(
                text,
                "{}{} (forked at {}) {state}{since}",
                "  ".repeat(depth),
                row.name,
                row.place
            );
            below += 1;
        }
        write_below(rows, row.index, below, running, text);
    }
}

/// Follows nested blocks of scopes to the innermost one.
fn innermost<'a>(rows: &'a [Row], row: &'a Row) -> &'a Row {
    match rows
        .iter()
        .find(|inner| inner.parent == row.index && inner.name.is_empty())
    {
        Some(inner) => innermost(rows, inner),
        None => row,
    }
}
