//! The XML itself.

use std::fmt::Write as _;
use std::time::Duration;

use super::text::{attribute, content, cut_attribute};
use super::{Case, Outcome};

/// How many tests became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) tests: usize,
    pub(super) skipped: usize,
    pub(super) failures: usize,
    pub(super) errors: usize,
    pub(super) time: Duration,
}

impl Counts {
    pub(super) fn of(case: &Case) -> Counts {
        let is = |is: bool| usize::from(is);
        Counts {
            tests: 1,
            skipped: is(matches!(case.outcome, Outcome::Skipped(_))),
            failures: is(matches!(case.outcome, Outcome::Failed { .. })),
            errors: is(matches!(case.outcome, Outcome::Error(_))),
            time: case.time,
        }
    }

    pub(super) fn add(&mut self, other: Counts) {
        self.tests += other.tests;
        self.skipped += other.skipped;
        self.failures += other.failures;
        self.errors += other.errors;
        self.time += other.time;
    }

    /// Takes away what was added.
    pub(super) fn remove(&mut self, other: Counts) {
        self.tests -= other.tests;
        self.skipped -= other.skipped;
        self.failures -= other.failures;
        self.errors -= other.errors;
        self.time = self.time.saturating_sub(other.time);
    }

    /// As attributes.
    pub(super) fn attributes(self) -> String {
        format!(
            "tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3}\"",
            self.tests,
            self.skipped,
            self.failures,
            self.errors,
            self.time.as_secs_f64()
        )
    }

    /// The counts as attributes of an element's opening tag.
    pub(super) fn parse(text: &str) -> Option<Counts> {
        let value = |name: &str| {
            let (_, rest) = text.split_once(&format!(" {name}=\""))?;
            rest.split('"').next()
        };
        let number = |name| value(name)?.parse().ok();
        Some(Counts {
            tests: number("tests")?,
            skipped: number("skipped")?,
            failures: number("failures")?,
            errors: number("errors")?,
            time: Duration::try_from_secs_f64(value("time")?.parse().ok()?).ok()?,
        })
    }

    /// The greatest length of the attributes for this many tests.
    pub(super) fn room(tests: usize) -> usize {
        let longest = Counts {
            tests,
            skipped: tests,
            failures: tests,
            errors: tests,
            time: Duration::from_secs(9_999_999_999),
        };
        longest.attributes().len()
    }
}

pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The tag that opens an element of counted tests, up to its counts.
pub(super) fn opening(indent: &str, element: &str, name: &str) -> String {
    format!("{indent}<{element} name=\"{}\" ", attribute(name))
}

pub(super) fn properties(indent: &str, properties: &[(String, String)]) -> String {
    if properties.is_empty() {
        return String::new();
    }
    let mut text = format!("{indent}<properties>\n");
    for (name, value) in properties {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{indent}  <property name=\"{}\" value=\"{}\"/>",
            attribute(name),
            attribute(value)
        );
    }
    let _ = writeln!(text, "{indent}</properties>");
    text
}

fn opening_of(case: &Case, class: &str) -> String {
    let mut text = format!(
        "    <testcase name=\"{}\" classname=\"{}\" time=\"{:.3}\"",
        attribute(&case.name),
        attribute(class),
        case.time.as_secs_f64()
    );
    if let Some((file, line)) = &case.place {
        // Writing to a string cannot fail.
        let _ = write!(text, " file=\"{}\" line=\"{line}\"", attribute(file));
    }
    text
}

const CLOSING: &str = "    </testcase>\n";

/// A test in full.
pub(super) fn whole(case: &Case, class: &str) -> String {
    let mut text = opening_of(case, class);
    let plain = case.outcome == Outcome::Passed && case.output.is_empty();
    if plain && case.properties.is_empty() {
        text.push_str("/>\n");
        return text;
    }
    text.push_str(">\n");
    text.push_str(&properties("      ", &case.properties));
    let element = match &case.outcome {
        Outcome::Passed => String::new(),
        Outcome::Skipped(reason) => {
            format!("      <skipped message=\"{}\"/>\n", attribute(reason))
        }
        Outcome::Failed { message, text } => format!(
            "      <failure message=\"{}\">{}</failure>\n",
            attribute(message),
            content(text)
        ),
        Outcome::Error(message) => {
            format!("      <error message=\"{}\"/>\n", attribute(message))
        }
    };
    text.push_str(&element);
    if !case.output.trim().is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "      <system-out>{}</system-out>",
            content(&case.output)
        );
    }
    text.push_str(CLOSING);
    text
}

/// The space reserved beside the names: for a message, or properties.
const ROOM: usize = 280;

/// The bytes reserved for a test, whatever its outcome.
pub(super) fn room(case: &Case, class: &str) -> usize {
    (opening_of(case, class).len() + ROOM).max(whole(case, class).len())
}

/// A test in exactly this many bytes: in full if it fits, otherwise the outcome with the start of its message.
pub(super) fn fitted(case: &Case, class: &str, whole: &str, length: usize) -> String {
    let mut text = if whole.len() <= length {
        whole.to_owned()
    } else {
        let opening = opening_of(case, class);
        let (element, message) = match &case.outcome {
            Outcome::Passed => ("", ""),
            Outcome::Skipped(reason) => ("skipped", reason.as_str()),
            Outcome::Failed { message, .. } => ("failure", message.as_str()),
            Outcome::Error(message) => ("error", message.as_str()),
        };
        if element.is_empty() {
            format!("{opening}/>\n")
        } else {
            let around = format!("><{element} message=\"\"/></testcase>\n");
            let room = length.saturating_sub(opening.len() + around.len());
            let message = cut_attribute(message, room);
            format!("{opening}><{element} message=\"{message}\"/></testcase>\n")
        }
    };
    debug_assert!(text.len() <= length, "{} in {length}", text.len());
    let missing = length.saturating_sub(text.len());
    if missing > 0 {
        text.pop();
        text.push_str(&" ".repeat(missing));
        text.push('\n');
    }
    text
}
