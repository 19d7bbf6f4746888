//! The names that somebody who mistyped one most likely meant.

/// Below this Jaro-Winkler similarity a suggestion confuses more than it helps.
const SIMILAR_ENOUGH: f64 = 0.75;

/// The names most like `wanted`, best first, at most `limit`; none if nothing is like it.
///
/// A name is also compared by its `::` segments, so that `fron_250` finds `wraps::from_250`.
///
/// ```
/// use verifork_protocol::nearest::nearest;
///
/// assert_eq!(nearest("icraus", ["ghdl", "icarus"], 1), ["icarus"]);
/// ```
pub fn nearest<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (similarity(&wanted, &name.to_lowercase()), name))
        .filter(|&(score, _)| score >= SIMILAR_ENOUGH)
        .collect();
    scored.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(right.1)));
    scored.dedup();
    scored
        .into_iter()
        .take(limit)
        .map(|(_, name)| name)
        .collect()
}

fn similarity(wanted: &str, name: &str) -> f64 {
    let whole = strsim::jaro_winkler(wanted, name);
    // A match of one segment is worth a little less than the same match of the whole name.
    name.split("::")
        .map(|segment| 0.99 * strsim::jaro_winkler(wanted, segment))
        .fold(whole, f64::max)
        .max(slip(wanted, name))
}

/// Few slips count as similar in short names too, where the other measure sees little in common.
fn slip(wanted: &str, name: &str) -> f64 {
    let length = wanted.chars().count();
    let slips = strsim::damerau_levenshtein(wanted, name);
    if slips < length && slips <= (length / 3).max(1) {
        SIMILAR_ENOUGH
    } else {
        0.0
    }
}

/// Whether two names are a slip of the finger apart: a letter more, less, other, or two exchanged.
pub fn is_one_slip(wanted: &str, name: &str) -> bool {
    strsim::damerau_levenshtein(wanted, name) == 1
}

/// ``(did you mean `a` or `b`?)`` with a leading space, or nothing.
pub fn did_you_mean<S: AsRef<str>>(names: &[S]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    format!(" (did you mean {}?)", quoted.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_name_comes_first() {
        let names = ["VERIFORK_SEED", "VERIFORK_REPEAT", "VERIFORK_FILTER"];
        assert_eq!(nearest("VERIFORK_FLITER", names, 1), ["VERIFORK_FILTER"]);
    }

    #[test]
    fn a_segment_of_a_path_is_enough() {
        assert_eq!(
            nearest("fron_250", ["counts", "wraps::from_250"], 3),
            ["wraps::from_250"]
        );
    }

    #[test]
    fn a_slip_in_a_short_name_is_seen() {
        assert_eq!(nearest("fts", ["vcd", "fst", "ghw"], 3), ["fst"]);
        assert_eq!(nearest("a", ["b"], 3), [""; 0]);
    }

    #[test]
    fn nothing_similar_suggests_nothing() {
        assert_eq!(nearest("zzz", ["counts", "wraps"], 3), [""; 0]);
        assert_eq!(nearest("verilator", ["ghdl", "icarus"], 3), [""; 0]);
        assert_eq!(did_you_mean::<&str>(&[]), "");
        assert_eq!(did_you_mean(&["a", "b"]), " (did you mean `a` or `b`?)");
    }

    #[test]
    fn a_name_is_suggested_once() {
        assert_eq!(nearest("cuonts", ["counts", "counts"], 3), ["counts"]);
    }
}
