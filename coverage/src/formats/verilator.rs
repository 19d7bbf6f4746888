//! Writes the `coverage.dat` of Verilator.

use std::fmt::Write as _;

use super::{in_a_line, names};
use crate::total::Total;

/// A file that `verilator_coverage` merges with those of designs: a point for each counting bin, on a page
/// `v_covergroup/…` for each group.
///
/// ```
/// use verifork_coverage::formats;
///
/// assert_eq!(formats::verilator(&[]), "# SystemC::Coverage-3\n");
/// ```
pub fn verilator(totals: &[Total]) -> String {
    let mut text = String::from("# SystemC::Coverage-3\n");
    for (total, name) in totals.iter().zip(names(totals)) {
        let (file, line) = match &total.place {
            Some((file, line)) => (&**file, *line),
            None => (&*name, 0),
        };
        let items = total.items();
        let bins = items
            .iter()
            .flat_map(|item| item.bins().into_iter().map(|bin| (item.name, bin)));
        for (item, bin) in bins {
            let keys = [
                ("t", "covergroup".to_owned()),
                ("page", format!("v_covergroup/{name}")),
                ("f", file.to_owned()),
                ("l", line.to_string()),
                ("o", format!("{item}.{}", bin.names.join(","))),
                ("h", name.clone()),
            ];
            text.push_str("C '");
            for (key, value) in keys {
                // Writing to a string cannot fail.
                let _ = write!(text, "\u{1}{key}\u{2}{}", plain(&value));
            }
            let _ = writeln!(text, "' {}", bin.count);
        }
    }
    text
}

/// Without the characters that end a key, a point or a line.
fn plain(value: &str) -> String {
    in_a_line(value).replace('\'', "_")
}
