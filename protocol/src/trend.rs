//! How many tests passed in each run, for reports: a file beside the runs, with a JSON object per line.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::whole_file;

/// The file's name.
pub const FILE: &str = "trend.jsonl";
/// When the file is larger than this, in bytes, its older half is removed.
const ROOM: u64 = 4 << 20;

/// The counts of tests in one run. A run may have several of these, which add up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(clippy::exhaustive_structs, reason = "another field is another format")]
pub struct Point {
    /// Identifies the run.
    pub run: String,
    /// When it ended, in seconds since 1970.
    pub at: u64,
    /// How many tests passed.
    #[serde(default)]
    pub passed: usize,
    /// How many failed.
    #[serde(default)]
    pub failed: usize,
    /// How many were skipped.
    #[serde(default)]
    pub skipped: usize,
    /// How much of all cover groups was covered at that time, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub functional: Option<f64>,
    /// The same for the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<f64>,
}

/// Adds a line to the file in this folder, which must be there.
///
/// # Errors
///
/// The system refuses it.
pub fn add(folder: &Path, point: &Point) -> io::Result<()> {
    let lock = File::options()
        .append(true)
        .create(true)
        .open(folder.join(format!("{FILE}.lock")))?;
    lock.lock()?;
    let path = folder.join(FILE);
    let mut line = serde_json::to_string(point)?;
    line.push('\n');
    let mut file = File::options().append(true).create(true).open(&path)?;
    file.write_all(line.as_bytes())?;
    if file.metadata()?.len() > ROOM {
        let text = fs::read_to_string(&path)?;
        let middle = text.ceil_char_boundary(text.len() / 2);
        let kept = text[middle..].split_once('\n').map_or("", |(_, kept)| kept);
        whole_file::write(&path, kept)?;
    }
    Ok(())
}

/// The points in the file in this folder, a run each, the oldest first, and how many lines could not be
/// understood. Without a file there are none.
///
/// # Errors
///
/// The file cannot be read.
pub fn read(folder: &Path) -> io::Result<(Vec<Point>, usize)> {
    let text = match fs::read(folder.join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        text => text?,
    };
    let (mut points, mut odd): (Vec<Point>, usize) = (Vec::new(), 0);
    for line in String::from_utf8_lossy(&text).lines() {
        let Ok(point) = serde_json::from_str::<Point>(line) else {
            odd += 1;
            continue;
        };
        match points.iter_mut().rev().find(|it| it.run == point.run) {
            Some(it) => {
                it.at = it.at.max(point.at);
                it.passed += point.passed;
                it.failed += point.failed;
                it.skipped += point.skipped;
                it.functional = point.functional.or(it.functional);
                it.code = point.code.or(it.code);
            }
            None => points.push(point),
        }
    }
    points.sort_by_key(|it| it.at);
    Ok((points, odd))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(run: &str, at: u64) -> Point {
        Point {
            run: run.to_owned(),
            at,
            passed: 2,
            failed: 1,
            ..Point::default()
        }
    }

    #[test]
    fn parts_of_a_run_add_up() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), (Vec::new(), 0));
        for it in [point("a", 5), point("b", 7), point("a", 6)] {
            add(folder.path(), &it).unwrap();
        }
        let covered = Point {
            functional: Some(62.5),
            run: "b".to_owned(),
            ..Point::default()
        };
        add(folder.path(), &covered).unwrap();
        let sum = Point {
            passed: 4,
            failed: 2,
            ..point("a", 6)
        };
        let covered = Point {
            functional: Some(62.5),
            ..point("b", 7)
        };
        assert_eq!(read(folder.path()).unwrap(), (vec![sum, covered], 0));
    }

    #[test]
    fn a_line_cut_short_costs_no_other() {
        let folder = tempfile::tempdir().unwrap();
        add(folder.path(), &point("a", 5)).unwrap();
        let path = folder.path().join(FILE);
        let mut text = fs::read(&path).unwrap();
        text.extend_from_slice(b"{\"run\":\"b\n");
        fs::write(&path, text).unwrap();
        add(folder.path(), &point("c", 9)).unwrap();
        let (points, odd) = read(folder.path()).unwrap();
        assert_eq!((points.len(), odd), (2, 1));
    }

    #[test]
    fn an_old_file_loses_its_older_half_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let line = serde_json::to_string(&point("old", 1)).unwrap() + "\n";
        let times = usize::try_from(ROOM).unwrap() / line.len();
        fs::write(folder.path().join(FILE), line.repeat(times)).unwrap();
        add(folder.path(), &point("new", 2)).unwrap();
        let (points, odd) = read(folder.path()).unwrap();
        assert_eq!((points.len(), odd), (2, 0));
        assert_eq!(points[1], point("new", 2));
        assert!(points[0].passed >= times - 2 && points[0].passed < 2 * times);
    }
}
