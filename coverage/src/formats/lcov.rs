//! Tracefiles of LCOV (`geninfo(1)`).

use std::fmt::Write as _;

use super::{by_file, in_a_line};
use crate::code::{Code, CodeKind, lines};
use crate::total::Total;

/// A tracefile: a line for each group, which is hit if anything was sampled, with a branch for each bin, numbered
/// by the point or cross and the bin. A branch is taken once its bin was hit often enough. Then follows code
/// coverage: lines with statements, and branches.
///
/// ```
/// use verifork_coverage::{Code, CodeKind, CodePoint, formats};
///
/// let mut code = Code::new();
/// code.add("fifo.v", CodePoint { line: 12, kind: CodeKind::Statement, name: String::new() }, 40);
/// assert!(formats::lcov(&[], &code).contains("DA:12,40"));
/// ```
pub fn lcov(totals: &[Total], code: &Code) -> String {
    let mut text = String::from("TN:\n");
    for (file, groups) in by_file(totals) {
        let (mut found, mut hit, mut lines_hit) = (0, 0, 0);
        let mut lines = String::new();
        let mut branches = String::new();
        // Line numbers within a file are unique, although several groups may be in one line.
        let mut number = 0;
        for (line, total) in &groups {
            let (mut sampled, mut index) = (0_u64, 0);
            for item in &total.items() {
                hit += item.covered.covered;
                found += item.covered.of;
                for bin in item.bins() {
                    sampled = sampled.saturating_add(bin.count);
                    let taken = if bin.is_covered { bin.count } else { 0 };
                    // Writing to a string cannot fail.
                    let _ = writeln!(branches, "BRDA:{line},{number},{index},{taken}");
                    index += 1;
                }
                number += 1;
            }
            lines_hit += usize::from(sampled > 0);
            let _ = writeln!(lines, "DA:{line},{sampled}");
        }
        let _ = write!(
            text,
            "SF:{}\n{branches}BRF:{found}\nBRH:{hit}\n{lines}LF:{}\nLH:{lines_hit}\nend_of_record\n",
            in_a_line(file),
            groups.len()
        );
    }
    for (file, points) in code.files() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "SF:{}", in_a_line(file));
        let branches = points.iter().filter(|(it, _)| it.kind == CodeKind::Branch);
        let (mut found, mut hit) = (0, 0);
        for (point, count) in branches {
            let _ = writeln!(text, "BRDA:{},0,{found},{count}", point.line);
            found += 1;
            hit += usize::from(*count > 0);
        }
        let _ = writeln!(text, "BRF:{found}\nBRH:{hit}");
        let lines = lines(points);
        for (line, count) in &lines {
            let _ = writeln!(text, "DA:{line},{count}");
        }
        let hit = lines.values().filter(|count| **count > 0).count();
        let _ = writeln!(text, "LF:{}\nLH:{hit}\nend_of_record", lines.len());
    }
    text
}
