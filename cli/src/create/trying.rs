//! Tries the test of a new crate's buses until it passes, or is skipped with the reason why it does not.

use std::path::Path;

use anyhow::Context as _;

use super::buses::{Bus, buses};
use super::parts::{Form, NOTHING_CAME_OUT, Parts};
use super::ports::Purpose;
use super::serial::{Serial, serials};
use super::traffic::{TEST, traffic};
use super::{FailedTest, failures, formatted, survey, texts};
use crate::harness::HarnessArgs;
use crate::output::write;
use crate::source::{Port, Written};

/// The buses and serial lines of a design.
pub(super) fn parts<'a>(written: &'a Written<'a>) -> Parts<'a> {
    let serials = serials(written);
    let names: Vec<&str> = written
        .ports
        .iter()
        .map(|port| port.object.name.as_str())
        .collect();
    let is_other = |port: &&Port<'_>| Purpose::of(&port.object.name, &names) == Purpose::Other;
    Parts {
        buses: buses(written, &serials),
        serials,
        free: written.ports.iter().filter(is_other).collect(),
    }
}

/// Finds the rates of serial lines, which their names do not show.
pub(super) fn look_at_lines(
    written: &Written<'_>,
    parts: &mut Parts<'_>,
    folder: &Path,
    harness: &HarnessArgs,
) -> anyhow::Result<()> {
    if survey::uarts(&parts.serials).next().is_none() {
        return Ok(());
    }
    let notes = tempfile::tempdir().context("no temporary folder")?;
    let form = Form::Survey(notes.path().display().to_string());
    let text = formatted(traffic(written, parts, &form));
    write(&folder.join("src/buses.rs"), &text)?;
    // It ends with an error when it has seen everything.
    failures(harness)?;
    survey::read(&mut parts.serials, &texts(notes.path())?);
    Ok(())
}

/// Writes the test of the buses, in the form in which it passes; one that fails is skipped, with its reason.
pub(super) fn try_buses(
    written: &Written<'_>,
    parts: &mut Parts<'_>,
    folder: &Path,
    harness: &HarnessArgs,
) -> anyhow::Result<()> {
    let path = folder.join("src/buses.rs");
    let attempt = |parts: &Parts<'_>, form: &Form| -> anyhow::Result<Vec<FailedTest>> {
        write(&path, &formatted(traffic(written, parts, form)))?;
        let mut failures = failures(harness)?;
        failures.retain(|it| it.test.ends_with(&format!("::{TEST}")));
        Ok(failures)
    };
    // The failure with the settings that the names suggest.
    let mut before: Option<FailedTest> = None;
    loop {
        let failures = attempt(parts, &Form::Checked)?;
        let nothing_came = |it: &FailedTest| it.message.contains(NOTHING_CAME_OUT);
        if failures.is_empty()
            || failures.iter().all(nothing_came) && attempt(parts, &Form::Unchecked)?.is_empty()
        {
            return Ok(());
        }
        let is_last = !failures.iter().any(|it| parts.next_setting(&it.message));
        before = before.or(failures.into_iter().next());
        if is_last {
            break;
        }
    }
    parts.first_setting();
    let cause = before.map_or_else(String::new, |first| {
        eprintln!(
            "note: `{TEST}` is skipped: it fails on {}:\n{}",
            first.simulator.product(),
            first.message.trim_end()
        );
        cause(&first.message)
    });
    let skipped = Form::Skipped(cause);
    write(&path, &formatted(traffic(written, parts, &skipped)))
}

impl Parts<'_> {
    /// Takes the next setting that the names leave open, of the part that a failure is about; false if there is none.
    fn next_setting(&mut self, failure: &str) -> bool {
        let of_lines =
            |it: &&mut Serial<'_>| it.setting + 1 < it.settings() && failure.contains(it.rules());
        if let Some(serial) = self.serials.iter_mut().find(of_lines) {
            serial.setting += 1;
            return true;
        }
        let may_be = |bus: &&mut Bus<'_>| bus.may_be_standard() && !bus.is_standard;
        let mut changed = false;
        for bus in self.buses.iter_mut().filter(may_be) {
            (bus.is_standard, changed) = (true, true);
        }
        changed
    }

    fn first_setting(&mut self) {
        for serial in &mut self.serials {
            serial.setting = 0;
        }
        for bus in &mut self.buses {
            bus.is_standard = false;
        }
    }
}

/// The first line of a failure, without its place.
fn cause(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    // It is numbered if there are several.
    let first = first.strip_prefix("1. ").unwrap_or(first);
    let placed = first
        .strip_prefix("src/")
        .and_then(|it| it.split_once(": "));
    placed.map_or(first, |(_, cause)| cause).to_owned()
}

/// The buses by their protocols.
pub(super) fn describe(parts: &Parts<'_>) -> String {
    let buses = parts.buses.iter().map(|it| (it.kind.name(), &it.field));
    let serials = parts.serials.iter().map(|it| (it.kind.name(), &it.field));
    let all: Vec<(&str, &String)> = buses.chain(serials).collect();
    let mut kinds: Vec<&str> = Vec::new();
    for (kind, _) in &all {
        if !kinds.contains(kind) {
            kinds.push(kind);
        }
    }
    let of = |kind: &&str| {
        let names = all.iter().filter(|(known, _)| known == kind);
        let names: Vec<String> = names
            .map(|(_, field)| format!("`{}`", field.trim_start_matches("r#")))
            .collect();
        format!("{} ({kind})", names.join(", "))
    };
    let described: Vec<String> = kinds.iter().map(of).collect();
    described.join("; ")
}
