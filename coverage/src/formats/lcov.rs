//! Tracefiles of LCOV (`geninfo(1)`).

use std::fmt::Write as _;

use super::by_file;
use crate::total::Total;

/// A tracefile: a line for each group, hit if anything was sampled, with a branch for each bin, numbered by
/// the point or cross and the bin. A branch is taken once its bin was hit as often as it has to be.
pub fn lcov(totals: &[Total]) -> String {
    let mut text = String::from("TN:\n");
    for (file, groups) in by_file(totals) {
        let (mut found, mut hit, mut lines_hit) = (0, 0, 0);
        let mut lines = String::new();
        let mut branches = String::new();
        for (line, total) in &groups {
            let (mut sampled, mut index) = (0_u64, 0);
            for (number, item) in total.items().iter().enumerate() {
                hit += item.covered.covered;
                found += item.covered.of;
                for bin in item.bins() {
                    sampled = sampled.saturating_add(bin.count);
                    let taken = if bin.is_covered { bin.count } else { 0 };
                    // Writing to a string cannot fail.
                    let _ = writeln!(branches, "BRDA:{line},{number},{index},{taken}");
                    index += 1;
                }
            }
            lines_hit += usize::from(sampled > 0);
            let _ = writeln!(lines, "DA:{line},{sampled}");
        }
        let _ = write!(
            text,
            "SF:{file}\n{branches}BRF:{found}\nBRH:{hit}\n{lines}LF:{}\nLH:{lines_hit}\nend_of_record\n",
            groups.len()
        );
    }
    text
}
