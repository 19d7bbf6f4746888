//! Designs that do not compile, in runs in which each test is a process. The first test that needs such a design
//! prints the compiler's message, and the others name that test.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How the names of the files end.
pub(crate) const EXTENSION: &str = "refused";

/// The reason why there is no compiled design.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub(crate) enum CompileError {
    /// The compiler refuses the design. This is the full text.
    Refused(String),
    /// Another test of this run has already reported this.
    Reported(Reported),
    /// No compiler could judge: it does not start or was killed, or a file cannot be read or written.
    Failed(String),
}

/// A refusal that another process has reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reported {
    /// Its text.
    pub(crate) text: String,
    /// The test in that process.
    pub(crate) test: String,
    /// The file with the text.
    pub(crate) file: PathBuf,
}

impl CompileError {
    /// The full text.
    pub(crate) fn text(&self) -> &str {
        match self {
            CompileError::Refused(text)
            | CompileError::Reported(Reported { text, .. })
            | CompileError::Failed(text) => text,
        }
    }
}

impl Reported {
    /// The short text: the cause, and where the rest is.
    pub(crate) fn brief(&self) -> String {
        let cause = self.text.lines().next().unwrap_or_default();
        format!(
            "{cause}\nthe first test that met it shows all of it: {}\nit is in {}\n",
            self.test,
            self.file.display()
        )
    }
}

/// The first line of a file has the run and the test, the others have the text.
pub(crate) fn write(file: &Path, run: &str, test: &str, text: &str) -> io::Result<()> {
    fs::write(file, format!("{run} {test}\n{text}"))
}

/// The report of another test of this run, if there is one.
pub(crate) fn reported(file: &Path, run: &str, test: &str) -> Option<Reported> {
    let noted = fs::read_to_string(file).ok()?;
    let (head, text) = noted.split_once('\n')?;
    let (of_run, by) = head.split_once(' ')?;
    // A test that is retried prints the full text again, with the compiler's present message.
    (of_run == run && by != test).then(|| Reported {
        text: text.to_owned(),
        test: by.to_owned(),
        file: file.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_reported_by_one_test_of_a_run() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.refused");
        assert_eq!(reported(&file, "run-1", "d::a"), None);
        write(
            &file,
            "run-1",
            "d::a",
            "`d` does not compile: a.v:1: error\n  more\n",
        )
        .unwrap();
        // The test that has printed it prints it again, and so does the first test of another run.
        assert_eq!(reported(&file, "run-1", "d::a"), None);
        assert_eq!(reported(&file, "run-2", "d::b"), None);
        let other = reported(&file, "run-1", "d::b").unwrap();
        assert_eq!(other.text, "`d` does not compile: a.v:1: error\n  more\n");
        let path = file.display();
        let brief = format!(
            "`d` does not compile: a.v:1: error\nthe first test that met it shows all of it: d::a\n\
             it is in {path}\n"
        );
        assert_eq!(other.brief(), brief);
    }

    #[test]
    fn a_file_that_is_cut_off_hides_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in ["", "run", "run d::a", "\n"] {
            fs::write(file.path(), text).unwrap();
            assert_eq!(reported(file.path(), "run", "d::b"), None, "{text:?}");
        }
    }
}
