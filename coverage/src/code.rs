//! Code coverage of designs, as simulators report it.

mod ghdl;
mod nvc;
mod verilator;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::record::FileError;
use crate::total::Covered;

/// Code coverage: for each source file of the design, how often each of its points was hit.
///
/// Merging adds the counts, in any order and grouping. All instances of a module or entity are counted together.
///
/// ```
/// use verifork_coverage::{Code, CodeKind, CodePoint};
///
/// let mut code = Code::new();
/// let line = |line| CodePoint { line, kind: CodeKind::Statement, name: String::new() };
/// code.add("rtl/fifo.v", line(12), 40);
/// code.add("rtl/fifo.v", line(13), 0);
/// assert_eq!(code.covered().percent(), 50.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    files: BTreeMap<String, BTreeMap<CodePoint, u64>>,
}

/// A point of code coverage.
///
/// ```
/// use verifork_coverage::{CodeKind, CodePoint};
///
/// let branch = CodePoint { line: 31, kind: CodeKind::Branch, name: "else".to_owned() };
/// # let _ = branch;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(clippy::exhaustive_structs, reason = "readers of files make them")]
pub struct CodePoint {
    /// The line, from 1.
    pub line: u32,
    /// The kind of coverage.
    pub kind: CodeKind,
    /// The simulator's name for it, which is unique for its kind and line.
    pub name: String,
}

/// The kinds of code coverage.
///
/// ```
/// use verifork_coverage::CodeKind;
///
/// for kind in CodeKind::ALL {
///     println!("{}", kind.name());
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CodeKind {
    /// A statement is executed.
    Statement,
    /// A branch is taken.
    Branch,
    /// The operands of an expression have certain values.
    Expression,
    /// A bit changes.
    Toggle,
    /// A state machine reaches a state.
    State,
    /// A cover property of the design is met.
    Cover,
}

impl CodeKind {
    /// All of them.
    pub const ALL: [CodeKind; 6] = [
        CodeKind::Statement,
        CodeKind::Branch,
        CodeKind::Expression,
        CodeKind::Toggle,
        CodeKind::State,
        CodeKind::Cover,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            CodeKind::Statement => "statement",
            CodeKind::Branch => "branch",
            CodeKind::Expression => "expression",
            CodeKind::Toggle => "toggle",
            CodeKind::State => "state",
            CodeKind::Cover => "cover",
        }
    }
}

/// The formats of code coverage files.
///
/// ```no_run
/// use std::path::Path;
/// use verifork_coverage::{Code, CodeFormat};
///
/// let code = Code::read(Path::new("coverage.dat"), CodeFormat::Verilator)?;
/// println!("{:.1} %", code.covered().percent());
/// # Ok::<(), verifork_coverage::FileError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeFormat {
    /// Verilator's `coverage.dat`, with [`COMPLETE`] as the last line.
    Verilator,
    /// The XML of `nvc --cover-export --format=xml`.
    Nvc,
    /// The JSON file of a run of GHDL.
    Ghdl,
}

/// The last line of a complete file of Verilator. The format itself does not mark its end.
///
/// ```
/// use verifork_coverage::COMPLETE;
///
/// /// Whether a `coverage.dat` is all there.
/// fn is_whole(text: &str) -> bool {
///     text.lines().last() == Some(COMPLETE)
/// }
/// assert!(!is_whole("# SystemC::Coverage-3\n"));
/// ```
pub const COMPLETE: &str = "# complete";

impl Code {
    /// Coverage without files.
    pub fn new() -> Self {
        Code::default()
    }

    /// Reads a file.
    ///
    /// ```no_run
    /// use std::path::Path;
    /// use verifork_coverage::{Code, CodeFormat};
    ///
    /// let code = Code::read(Path::new("cover.xml"), CodeFormat::Nvc)?;
    /// for (kind, covered) in code.by_kind() {
    ///     println!("{}: {} of {}", kind.name(), covered.covered, covered.of);
    /// }
    /// # Ok::<(), verifork_coverage::FileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The file cannot be read, is incomplete, or does not have this format.
    pub fn read(path: &Path, format: CodeFormat) -> Result<Code, FileError> {
        let text = fs::read_to_string(path).map_err(|error| FileError::System {
            path: path.to_owned(),
            error,
        })?;
        let read = match format {
            CodeFormat::Verilator => verilator::parse(&text),
            CodeFormat::Nvc => nvc::parse(&text),
            CodeFormat::Ghdl => ghdl::parse(&text),
        };
        read.map_err(|(line, why)| FileError::Damaged {
            path: path.to_owned(),
            line,
            why,
        })
    }

    /// Adds `count` hits of a point. Paths are normalized: `a/../b.v` is `b.v`.
    pub fn add(&mut self, file: &str, point: CodePoint, count: u64) {
        let straight = straight(file);
        let points = match self.files.get_mut(&*straight) {
            Some(points) => points,
            None => self.files.entry(straight.into_owned()).or_default(),
        };
        let sum = points.entry(point).or_default();
        *sum = sum.saturating_add(count);
    }

    /// Adds the coverage of another one.
    ///
    /// ```no_run
    /// use std::path::Path;
    /// use verifork_coverage::{Code, CodeFormat};
    ///
    /// let mut all = Code::new();
    /// for run in ["run1.dat", "run2.dat"] {
    ///     all.merge(Code::read(Path::new(run), CodeFormat::Verilator)?);
    /// }
    /// # Ok::<(), verifork_coverage::FileError>(())
    /// ```
    pub fn merge(&mut self, other: Code) {
        for (file, points) in other.files {
            for (point, count) in points {
                self.add(&file, point, count);
            }
        }
    }

    /// Whether it has no points.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files, with the points of each in the order of lines.
    pub fn files(&self) -> impl Iterator<Item = (&str, &BTreeMap<CodePoint, u64>)> {
        self.files.iter().map(|(file, points)| (&**file, points))
    }

    /// How many points were hit, of all.
    pub fn covered(&self) -> Covered {
        self.files.values().fold(Covered::default(), |sum, points| {
            let of_file = covered(points.iter());
            Covered {
                covered: sum.covered + of_file.covered,
                of: sum.of + of_file.of,
            }
        })
    }

    /// How many points were hit, by kind. Kinds without points are left out.
    pub fn by_kind(&self) -> Vec<(CodeKind, Covered)> {
        let of_kind = |kind: CodeKind| {
            let points = self.files.values().flatten();
            (
                kind,
                covered(points.filter(|(point, _)| point.kind == kind)),
            )
        };
        let all = CodeKind::ALL.map(of_kind).into_iter();
        all.filter(|(_, covered)| covered.of > 0).collect()
    }
}

/// The path without `.` and `..`.
fn straight(path: &str) -> Cow<'_, str> {
    if !path.split('/').any(|it| it == "." || it == "..") {
        return Cow::Borrowed(path);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            (".", _) => {}
            ("..", Some(last)) if !["", ".."].contains(last) => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    Cow::Owned(parts.join("/"))
}

/// How many of these points were hit.
pub(crate) fn covered<'a>(points: impl Iterator<Item = (&'a CodePoint, &'a u64)>) -> Covered {
    points.fold(Covered::default(), |sum, (_, count)| Covered {
        covered: sum.covered + usize::from(*count > 0),
        of: sum.of + 1,
    })
}

/// How often each line with a statement was executed: the highest count of its statements.
pub(crate) fn lines(points: &BTreeMap<CodePoint, u64>) -> BTreeMap<u32, u64> {
    let mut lines = BTreeMap::new();
    let statements = points
        .iter()
        .filter(|(it, _)| it.kind == CodeKind::Statement);
    for (point, count) in statements {
        let most = lines.entry(point.line).or_insert(0);
        *most = u64::max(*most, *count);
    }
    lines
}

/// An error in a file, and its line.
type Problem = (usize, String);

#[cfg(test)]
mod tests {
    use super::straight;

    #[test]
    fn a_path_has_one_form() {
        for (path, wanted) in [
            ("/a/b/../../c.v", "/c.v"),
            ("./a/./b.v", "a/b.v"),
            ("../../a.v", "../../a.v"),
            ("a/../../b.v", "../b.v"),
            ("a..b/c.v", "a..b/c.v"),
        ] {
            assert_eq!(straight(path), wanted);
        }
    }
}
