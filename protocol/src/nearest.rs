//! The names that somebody who mistyped one most likely meant.

use std::cmp::Reverse;
use std::collections::HashSet;

/// Below this Jaro-Winkler similarity a suggestion confuses more than it helps.
const SIMILAR_ENOUGH: f64 = 0.75;

/// How many names are compared letter by letter: those that have most letters in common with the
/// wanted one.
const COMPARED: usize = 256;

/// The names most like `wanted`, best first, at most `limit`; none if nothing is like it.
///
/// A name is also compared by its `::` segments, so that `fron_250` finds `wraps::from_250`, and as an
/// abbreviation, so that `clock` finds `clk`.
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
    let names: Vec<&str> = names.into_iter().collect();
    let mut seen = HashSet::new();
    places(wanted, names.iter().copied(), usize::MAX)
        .into_iter()
        .map(|place| names[place])
        .filter(|name| seen.insert(*name))
        .take(limit)
        .collect()
}

/// The same, by their places in `names`, in a time that hardly depends on how many there are.
pub fn places<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Vec<usize> {
    let wanted = wanted.to_lowercase();
    let letters = Letters::of(&wanted);
    let mut candidates: Vec<_> = names
        .into_iter()
        .enumerate()
        .map(|(place, name)| (letters.rank(&wanted, name), place, name))
        .collect();
    // The best first, and of equally good ones the first.
    let order = |&(rank, place, _): &(u32, usize, &str)| (Reverse(rank), place);
    if candidates.len() > COMPARED {
        candidates.select_nth_unstable_by_key(COMPARED, order);
        candidates.truncate(COMPARED);
    }
    candidates.sort_unstable_by_key(|(_, place, _)| *place);
    let mut scored: Vec<_> = candidates
        .into_iter()
        .filter_map(|(_, place, name)| Some((likeness(&wanted, name)?, place)))
        .collect();
    // Stable: equally likely names stay in their order.
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    scored.truncate(limit);
    scored.into_iter().map(|(_, place)| place).collect()
}

/// How much a name is like the wanted one, which is in small letters, if it is enough.
fn likeness(wanted: &str, name: &str) -> Option<f64> {
    let name = name.to_lowercase();
    let whole = strsim::jaro_winkler(wanted, &name);
    // A match of one segment is worth a little less than the same match of the whole name.
    let likeness = name
        .split("::")
        .map(|segment| 0.99 * strsim::jaro_winkler(wanted, segment))
        .fold(whole, f64::max);
    let near = slipped(wanted, &name) || abbreviates(wanted, &name) || abbreviates(&name, wanted);
    (near || likeness >= SIMILAR_ENOUGH).then_some(likeness)
}

/// Few slips count as similar in short names too, where the other measure sees little in common.
fn slipped(wanted: &str, name: &str) -> bool {
    let length = wanted.chars().count();
    length > 2 && strsim::damerau_levenshtein(wanted, name) <= (length / 3).max(1)
}

/// Whether one name is made of the other's first letter and some of those that follow, in order.
fn abbreviates(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    short.len() > 1
        && short.len() * 2 >= long.len()
        && short.chars().next() == long.chars().next()
        && short
            .chars()
            .all(|letter| rest.any(|other| other == letter))
}

/// How often each letter is in a name: of all others than a to z and 0 to 9 together.
struct Letters([u8; 37]);

impl Letters {
    fn place(byte: u8) -> usize {
        match byte.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => usize::from(letter - b'a'),
            digit @ b'0'..=b'9' => usize::from(digit - b'0') + 26,
            _ => 36,
        }
    }

    fn of(name: &str) -> Self {
        let mut letters = Letters([0; 37]);
        for byte in name.bytes() {
            let count = &mut letters.0[Self::place(byte)];
            *count = count.saturating_add(1);
        }
        letters
    }

    /// How promising a name is: the part of the letters of both that they have in common, and more
    /// for a common beginning and end. It bounds what a comparison in their order can find.
    fn rank(&self, wanted: &str, name: &str) -> u32 {
        let mut left = self.0;
        let mut common = 0;
        for byte in name.bytes() {
            let count = &mut left[Self::place(byte)];
            if *count > 0 {
                *count -= 1;
                common += 1;
            }
        }
        let same = |(left, right): &(u8, u8)| left.eq_ignore_ascii_case(right);
        let begin = wanted.bytes().zip(name.bytes()).take_while(same).count();
        let end = wanted
            .bytes()
            .rev()
            .zip(name.bytes().rev())
            .take_while(same)
            .count();
        let both = wanted.len() + name.len();
        let rank = (2 * common * 1000 + (begin + end) * 500) / both.max(1);
        u32::try_from(rank).unwrap_or(u32::MAX)
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

    fn found<'a>(missing: &str, names: &[&'a str]) -> Vec<&'a str> {
        let places = places(missing, names.iter().copied(), 3);
        places.into_iter().map(|place| names[place]).collect()
    }

    #[test]
    fn slips_and_abbreviations_are_near_whatever_else_there_is() {
        assert_eq!(found("cuont", &["clk", "count", "en"]), ["count"]);
        assert_eq!(found("clock", &["count", "clk", "q"])[0], "clk");
        assert_eq!(found("xyz", &["count", "clk", "q"]), [""; 0]);
    }

    /// In a crowd of names that are much alike, and before and behind it.
    #[test]
    fn the_nearest_name_is_found_among_a_hundred_thousand() {
        let mut names: Vec<String> = (0..100_000).map(|it| format!("signal_{it:06}")).collect();
        names.insert(0, "response_valid".to_owned());
        names.push("request_ready".to_owned());
        let nearest = |missing| {
            let places = places(missing, names.iter().map(String::as_str), 3);
            places.into_iter().map(|at| &*names[at]).collect::<Vec<_>>()
        };
        for (missing, meant) in [
            ("respnose_valid", "response_valid"),
            ("request_redy", "request_ready"),
            ("signal_54231x", "signal_054231"),
            ("signal_054213_", "signal_054213"),
            ("sginal_077777", "signal_077777"),
            ("Signal_000001", "signal_000001"),
        ] {
            assert_eq!(nearest(missing).first(), Some(&meant), "{missing}");
        }
    }

    /// The most expensive part, an ordered comparison of two names, is bounded.
    #[test]
    fn few_names_are_compared_letter_by_letter() {
        let names: Vec<String> = (0..10_000).map(|it| format!("signal_{it:05}")).collect();
        let all = places("signal_00x", names.iter().map(String::as_str), usize::MAX);
        assert_eq!(all.len(), COMPARED);
    }
}
