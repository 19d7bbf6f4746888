//! The names most like one that is missing, found in a time that hardly depends on how many there are.

use std::cmp::Reverse;

/// Below this Jaro-Winkler similarity a suggestion confuses more than it helps.
const SIMILAR_ENOUGH: f64 = 0.75;

/// How many names are compared letter by letter: those that have most letters in common with the
/// missing one.
const COMPARED: usize = 256;

/// The names most like `missing`, best first, `limit` at most, by their places in `names`.
pub(super) fn nearest<'a>(
    missing: &str,
    names: impl Iterator<Item = &'a str>,
    limit: usize,
) -> Vec<usize> {
    let missing = missing.trim_start_matches('\\').to_lowercase();
    let wanted = Letters::of(&missing);
    let mut candidates: Vec<_> = names
        .enumerate()
        .map(|(place, name)| (wanted.rank(&missing, name), place, name))
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
        .filter_map(|(_, place, name)| Some((likeness(&missing, name)?, place)))
        .collect();
    // Stable: equally likely names stay in the simulator's order.
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    scored.truncate(limit);
    scored.into_iter().map(|(_, place)| place).collect()
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
    fn rank(&self, missing: &str, name: &str) -> u32 {
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
        let begin = missing.bytes().zip(name.bytes()).take_while(same).count();
        let end = missing
            .bytes()
            .rev()
            .zip(name.bytes().rev())
            .take_while(same)
            .count();
        let both = missing.len() + name.len();
        let rank = (2 * common * 1000 + (begin + end) * 500) / both.max(1);
        u32::try_from(rank).unwrap_or(u32::MAX)
    }
}

/// How much a name is like the missing one, if it is enough. Short names that differ by one slip of
/// the fingers, or by an abbreviation (`clk` for `clock`), have little in common otherwise.
fn likeness(missing: &str, name: &str) -> Option<f64> {
    let name = name.to_lowercase();
    let likeness = strsim::jaro_winkler(missing, &name);
    let slips = strsim::damerau_levenshtein(missing, &name);
    let slipped = missing.len() > 2 && slips <= (missing.len() / 3).max(1);
    let near = slipped || abbreviates(missing, &name) || abbreviates(&name, missing);
    (near || likeness >= SIMILAR_ENOUGH).then_some(likeness)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(missing: &str, names: &[&'a str]) -> Vec<&'a str> {
        let places = nearest(missing, names.iter().copied(), 3);
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
            let places = nearest(missing, names.iter().map(String::as_str), 3);
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

    /// What costs most, a comparison of two names in their order, is bounded.
    #[test]
    fn few_names_are_compared_letter_by_letter() {
        let names: Vec<String> = (0..10_000).map(|it| format!("signal_{it:05}")).collect();
        let all = nearest("signal_00x", names.iter().map(String::as_str), usize::MAX);
        assert_eq!(all.len(), COMPARED);
    }
}
