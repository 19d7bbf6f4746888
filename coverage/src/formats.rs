//! Writes coverage in the file formats of other tools.
//!
//! | format | read by | groups |
//! |---|---|---|
//! | [`ucis`] | tools that support the Unified Coverage Interoperability Standard 1.0 | cover groups |
//! | [`verilator`] | `verilator_coverage`, which merges it with the coverage of designs | a point for each bin |
//! | [`lcov`] | editors, GitLab, `genhtml` | a line for each group, with a branch for each bin |
//! | [`cobertura`] | GitHub actions, GitLab, Jenkins | a line for each group, with a branch for each bin |

mod cobertura;
mod lcov;
mod ucis;
mod verilator;

pub use cobertura::cobertura;
pub use lcov::lcov;
pub use ucis::ucis;
pub use verilator::verilator;

use std::collections::BTreeMap;

use crate::total::Total;

/// The groups by source file, in order. Groups without a source file get one named after them.
fn by_file(totals: &[Total]) -> Vec<(&str, Vec<(u32, &Total)>)> {
    let mut files: Vec<(&str, Vec<(u32, &Total)>)> = Vec::new();
    for total in totals {
        let (file, line) = match &total.place {
            Some((file, line)) => (&**file, *line),
            None => (&*total.definition.name, 1),
        };
        match files.iter_mut().find(|(name, _)| *name == file) {
            Some((_, groups)) => groups.push((line, total)),
            None => files.push((file, vec![(line, total)])),
        }
    }
    for (_, groups) in &mut files {
        groups.sort_by_key(|(line, _)| *line);
    }
    files
}

/// The name of each group. Groups with the same name but different definitions get the hash too, so that no reader
/// adds them up.
fn names(totals: &[Total]) -> Vec<String> {
    let mut times = BTreeMap::new();
    for total in totals {
        *times.entry(&total.definition.name).or_insert(0) += 1;
    }
    let name = |total: &Total| match times[&total.definition.name] {
        1 => total.definition.name.clone(),
        _ => {
            let definition = &total.definition;
            format!("{} ({})", definition.name, definition.digest())
        }
    };
    totals.iter().map(name).collect()
}

/// Text on one line.
fn in_a_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '_' } else { c };
    text.chars().map(plain).collect()
}

/// Writes XML into a string, which cannot fail.
struct Xml(quick_xml::Writer<Vec<u8>>);

impl Xml {
    fn new() -> Self {
        let mut xml = Xml(quick_xml::Writer::new_with_indent(Vec::new(), b' ', 1));
        let declaration = quick_xml::events::BytesDecl::new("1.0", Some("UTF-8"), None);
        xml.write(quick_xml::events::Event::Decl(declaration));
        xml
    }

    fn write(&mut self, event: quick_xml::events::Event<'_>) {
        // Writing to a vector cannot fail.
        let _ = self.0.write_event(event);
    }

    fn start(
        name: &'static str,
        attributes: &[(&str, &str)],
    ) -> quick_xml::events::BytesStart<'static> {
        let mut start = quick_xml::events::BytesStart::new(name);
        for (key, value) in attributes {
            let legal = value
                .chars()
                .map(|c| if is_legal(c) { c } else { '\u{fffd}' });
            start.push_attribute((*key, &*legal.collect::<String>()));
        }
        start
    }

    fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.write(quick_xml::events::Event::Empty(Self::start(
            name, attributes,
        )));
    }

    /// An element with the content that `content` writes.
    fn element(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        content: impl FnOnce(&mut Self),
    ) {
        self.write(quick_xml::events::Event::Start(Self::start(
            name, attributes,
        )));
        content(self);
        self.write(quick_xml::events::Event::End(
            quick_xml::events::BytesEnd::new(name),
        ));
    }

    fn text(&mut self, name: &'static str, text: &str) {
        self.element(name, &[], |xml| {
            xml.write(quick_xml::events::Event::Text(
                quick_xml::events::BytesText::new(text),
            ));
        });
    }

    fn finish(self) -> String {
        let mut text = String::from_utf8(self.0.into_inner()).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// The characters that XML 1.0 allows.
fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
