//! Tracefiles of LCOV (`geninfo(1)`).

use std::fmt::Write as _;

use super::{by_file, counted};
use crate::database::Total;

/// A tracefile: a line for each group, hit if anything was sampled, with a branch for each bin, numbered by
/// the point or cross and the bin. A branch is taken once its bin was hit as often as it has to be.
pub fn lcov(totals: &[Total]) -> String {
    let mut text = String::from("TN:\n");
    for (file, groups) in by_file(totals) {
        let (mut found, mut hit, mut lines_hit) = (0, 0, 0);
        let mut lines = String::new();
        let mut branches = String::new();
        for (line, total) in &groups {
            let bins = counted(total);
            let sampled: u64 = bins
                .iter()
                .fold(0, |sum: u64, bin| sum.saturating_add(bin.count));
            lines_hit += usize::from(sampled > 0);
            found += bins.len();
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "DA:{line},{sampled}");
            for (index, bin) in bins.iter().enumerate() {
                let covered = bin.count >= bin.at_least;
                hit += usize::from(covered);
                let taken = if covered { bin.count } else { 0 };
                let _ = writeln!(branches, "BRDA:{line},{},{index},{taken}", bin.number);
            }
        }
        let _ = write!(
            text,
            "SF:{file}\n{branches}BRF:{found}\nBRH:{hit}\n{lines}LF:{}\nLH:{lines_hit}\nend_of_record\n",
            groups.len()
        );
    }
    text
}
