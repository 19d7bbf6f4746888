//! A report in a file while its tests run, and at the end.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::target::Target;
use super::write::{self, Counts, DECLARATION};
use super::{Case, Earlier, JunitError, Report};
use crate::whole_file::{Failed, replace_durably};

/// A report whose tests run now.
#[derive(Debug)]
pub struct JunitFile {
    /// As it was given.
    path: PathBuf,
    target: Target,
    /// The present form of a regular file.
    present: Option<File>,
    name: String,
    /// The text of suites that others have put there.
    earlier: String,
    suites: Vec<SuiteOf>,
    counts: Counts,
    counts_at: ByteRange,
}

/// Bytes of the present form that something is written into.
#[derive(Clone, Copy, Debug, Default)]
struct ByteRange {
    at: u64,
    length: usize,
}

#[derive(Debug)]
struct SuiteOf {
    name: String,
    properties: String,
    cases: Vec<CaseOf>,
    counts: Counts,
    counts_at: ByteRange,
}

#[derive(Debug)]
struct CaseOf {
    /// The test as the final form has it.
    whole: String,
    counts: Counts,
    place: ByteRange,
}

/// Text that is put together with places in it.
#[derive(Default)]
struct Draft {
    text: Vec<u8>,
}

impl Draft {
    fn add(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    fn place(&mut self, text: &str, length: usize) -> ByteRange {
        let at = self.text.len() as u64;
        self.add(text);
        let missing = length.saturating_sub(text.len());
        self.text.resize(self.text.len() + missing, b' ');
        ByteRange { at, length }
    }
}

impl JunitFile {
    /// Writes the report as it is before the first test, with space for the result of each.
    ///
    /// Links are followed and kept; missing folders are created. Anything but a regular file, such as `/dev/stdout`
    /// or a named pipe, is written only once, by [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// The path is not that of a file, or cannot be written.
    pub fn create(path: &Path, report: &Report) -> Result<JunitFile, JunitError> {
        JunitFile::create_after(path, Earlier::default(), report)
    }

    /// The same, behind what other harnesses of the run have put there.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub fn create_after(
        path: &Path,
        earlier: Earlier,
        report: &Report,
    ) -> Result<JunitFile, JunitError> {
        let mut file = JunitFile::new(path, earlier, report)?;
        let draft = file.draft(true);
        if let Target::Regular(to) = &file.target {
            let present = replace_durably(to, &draft).map_err(|failed| error(path, failed))?;
            file.present = Some(present);
        }
        Ok(file)
    }

    fn new(path: &Path, earlier: Earlier, report: &Report) -> Result<JunitFile, JunitError> {
        let mut file = JunitFile {
            path: path.to_owned(),
            target: Target::of(path).map_err(|failed| error(path, failed))?,
            present: None,
            name: report.name.clone(),
            suites: Vec::with_capacity(report.suites.len()),
            counts: earlier.counts,
            earlier: earlier.suites,
            counts_at: ByteRange::default(),
        };
        for suite in &report.suites {
            let case = |case| CaseOf {
                whole: write::whole(case, &suite.name),
                counts: Counts::of(case),
                place: ByteRange {
                    at: 0,
                    length: write::room(case, &suite.name),
                },
            };
            let mut of = SuiteOf {
                name: suite.name.clone(),
                properties: write::properties("    ", &suite.properties),
                cases: suite.cases.iter().map(case).collect(),
                counts: Counts::default(),
                counts_at: ByteRange::default(),
            };
            of.cases.iter().for_each(|case| of.counts.add(case.counts));
            file.counts.add(of.counts);
            file.suites.push(of);
        }
        Ok(file)
    }

    /// Writes the outcome of a test. Its suite and the test are given by their indices in the report that
    /// [`create`](Self::create) got.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    ///
    /// # Panics
    ///
    /// There is no such test.
    pub fn record(&mut self, suite: usize, number: usize, case: &Case) -> Result<(), JunitError> {
        let of = &mut self.suites[suite];
        let entry = &mut of.cases[number];
        let counts = Counts::of(case);
        of.counts.remove(entry.counts);
        of.counts.add(counts);
        self.counts.remove(entry.counts);
        self.counts.add(counts);
        entry.counts = counts;
        entry.whole = write::whole(case, &of.name);
        let Some(present) = &self.present else {
            return Ok(());
        };
        let put = |place: ByteRange, text: String| {
            debug_assert!(text.len() <= place.length, "{text}");
            present.write_all_at(text.as_bytes(), place.at)
        };
        let counted = |counts: Counts, place: ByteRange| {
            format!("{:<width$}", counts.attributes(), width = place.length)
        };
        let fitted = write::fitted(case, &of.name, &entry.whole, entry.place.length);
        // The failure first: a reader that comes between sees no count that is too good.
        put(entry.place, fitted)
            .and_then(|()| put(of.counts_at, counted(of.counts, of.counts_at)))
            .and_then(|()| put(self.counts_at, counted(self.counts, self.counts_at)))
            .map_err(|cause| error(&self.path, ("a result cannot be entered", cause)))
    }

    /// Writes the final form, with every text in full.
    ///
    /// # Errors
    ///
    /// It cannot be written. What was written while tests ran stays.
    pub fn finish(mut self) -> Result<(), JunitError> {
        let text = self.draft(false);
        let written = match &mut self.target {
            Target::Regular(path) => replace_durably(path, &text).map(drop),
            Target::Stream(stream) => through(stream, &text),
        };
        written.map_err(|failed| error(&self.path, failed))
    }

    /// The whole file, with room for what is to come if it is to be written into.
    fn draft(&mut self, with_room: bool) -> Vec<u8> {
        let room = |length| if with_room { length } else { 0 };
        let mut draft = Draft::default();
        draft.add(DECLARATION);
        draft.add(&write::opening("", "testsuites", &self.name));
        let length = room(Counts::room(self.counts.tests));
        self.counts_at = draft.place(&self.counts.attributes(), length);
        draft.add(">\n");
        draft.add(&self.earlier);
        for suite in &mut self.suites {
            draft.add(&write::opening("  ", "testsuite", &suite.name));
            let length = room(Counts::room(suite.counts.tests));
            suite.counts_at = draft.place(&suite.counts.attributes(), length);
            draft.add(">\n");
            draft.add(&suite.properties);
            for case in &mut suite.cases {
                let length = room(case.place.length);
                case.place = draft.place(&case.whole, length);
            }
            draft.add("  </testsuite>\n");
        }
        draft.add("</testsuites>\n");
        draft.text
    }
}

fn through(stream: &mut File, text: &[u8]) -> Result<(), Failed> {
    let written = stream.write_all(text).and_then(|()| stream.flush());
    written.map_err(|error| ("it accepts no more data", error))
}

/// Writes a report whose tests have all ended, or none of which has begun.
///
/// # Errors
///
/// As [`JunitFile::create`].
pub fn write_report(path: &Path, report: &Report) -> Result<(), JunitError> {
    write_report_after(path, Earlier::default(), report)
}

/// The same, behind what other harnesses of the run have put there.
///
/// # Errors
///
/// As [`JunitFile::create`].
pub fn write_report_after(
    path: &Path,
    earlier: Earlier,
    report: &Report,
) -> Result<(), JunitError> {
    JunitFile::new(path, earlier, report)?.finish()
}

pub(super) fn error(path: &Path, (doing, source): Failed) -> JunitError {
    JunitError {
        path: path.to_owned(),
        doing,
        source,
    }
}

#[cfg(test)]
mod tests;
