//! Prefixes and suffixes of the names of a struct's fields: `#[dut(prefix = "s_axis_")]`.

use std::borrow::Cow;

/// Prefixes and suffixes, one of which a name has. With neither, names are looked up as they are, in upper or lower
/// case.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affix {
    /// At least one each.
    prefixes: Vec<Cow<'static, str>>,
    suffixes: Vec<Cow<'static, str>>,
}

impl Affix {
    /// Made by the derive. An empty list stands for an empty prefix or suffix.
    pub fn new(prefixes: &[&'static str], suffixes: &[&'static str]) -> Self {
        let all = |affixes: &[&'static str]| {
            let empty = affixes.is_empty().then_some("");
            let all = affixes.iter().copied().chain(empty);
            all.map(Cow::Borrowed).collect()
        };
        Affix {
            prefixes: all(prefixes),
            suffixes: all(suffixes),
        }
    }

    /// This affix inside another.
    pub(super) fn within(&self, outer: &Affix) -> Self {
        let joined = |first: &[Cow<'static, str>], second: &[Cow<'static, str>]| {
            let all = first.iter().flat_map(|first| {
                second
                    .iter()
                    .map(move |second| format!("{first}{second}").into())
            });
            all.collect()
        };
        Affix {
            prefixes: joined(&outer.prefixes, &self.prefixes),
            suffixes: joined(&self.suffixes, &outer.suffixes),
        }
    }

    /// Each pair of a prefix and a suffix.
    fn pairs(&self) -> impl Iterator<Item = (&Cow<'static, str>, &Cow<'static, str>)> {
        let suffixes = &self.suffixes;
        self.prefixes
            .iter()
            .flat_map(move |prefix| suffixes.iter().map(move |suffix| (prefix, suffix)))
    }

    /// Each pair as an affix of its own.
    pub(super) fn alternatives(&self) -> impl Iterator<Item = Affix> {
        self.pairs().map(|(prefix, suffix)| Affix {
            prefixes: vec![prefix.clone()],
            suffixes: vec![suffix.clone()],
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs()
            .all(|(prefix, suffix)| prefix.is_empty() && suffix.is_empty())
    }

    /// The path with each prefix and suffix around its first name; an index stays behind it.
    pub(super) fn around(&self, path: &str) -> impl Iterator<Item = String> {
        let (name, rest) = first_name(path);
        self.pairs()
            .map(move |(prefix, suffix)| format!("{prefix}{name}{suffix}{rest}"))
    }

    /// The same as they are spelt in the names, if there is just one that fits a prefix and a suffix.
    pub(super) fn as_spelt(&self, path: &str, names: &[&str]) -> Vec<String> {
        let (name, rest) = first_name(path);
        let spelt = self.around(name).filter_map(|whole| {
            let mut fits = names
                .iter()
                .map(|name| first_name(name).0)
                .filter(|name| name.eq_ignore_ascii_case(&whole));
            let first = fits.next()?;
            fits.all(|other| other == first)
                .then(|| format!("{first}{rest}"))
        });
        spelt.collect()
    }

    /// Whether a name has a prefix and a suffix, in upper or lower case.
    pub(super) fn is_around(&self, name: &str) -> bool {
        let (name, _) = first_name(name);
        self.pairs().any(|(prefix, suffix)| {
            // Names of several bytes a letter may have no boundary there.
            name.len() > prefix.len() + suffix.len()
                && name
                    .get(..prefix.len())
                    .is_some_and(|it| it.eq_ignore_ascii_case(prefix))
                && name
                    .get(name.len() - suffix.len()..)
                    .is_some_and(|it| it.eq_ignore_ascii_case(suffix))
        })
    }

    /// Whether there are such names.
    pub(super) fn are_there(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is_around(name))
    }

    /// "with the prefix `s_axis_`", for messages.
    pub(super) fn describe(&self) -> String {
        let quoted = |what: &str, affixes: &[Cow<'static, str>]| {
            let quoted: Vec<_> = affixes.iter().map(|it| format!("`{it}`")).collect();
            format!("the {what} {}", quoted.join(" or "))
        };
        let is_none = |affixes: &[Cow<'static, str>]| affixes.iter().all(|it| it.is_empty());
        let prefix = quoted("prefix", &self.prefixes);
        let suffix = quoted("suffix", &self.suffixes);
        match (is_none(&self.prefixes), is_none(&self.suffixes)) {
            (true, _) => format!("with {suffix}"),
            (_, true) => format!("with {prefix}"),
            _ => format!("with {prefix} and {suffix}"),
        }
    }
}

/// The first name of a path without its index, and the rest of the path.
fn first_name(path: &str) -> (&str, &str) {
    let end = path.find(['.', '[', '(']).unwrap_or(path.len());
    path.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_affix_goes_around_the_first_name() {
        let around = |affix: &Affix, path: &str| affix.around(path).collect::<Vec<_>>();
        let affix = Affix::new(&["s_"], &["_i"]);
        assert_eq!(around(&affix, "data"), ["s_data_i"]);
        assert_eq!(around(&affix, "lane[3].data"), ["s_lane_i[3].data"]);
        let inner = Affix::new(&["aw"], &[]).within(&affix);
        assert_eq!(around(&inner, "addr"), ["s_awaddr_i"]);
        let several = Affix::new(&["aw", "ar"], &[]).within(&Affix::new(&["s_"], &["_i", "_o"]));
        assert_eq!(
            around(&several, "id"),
            ["s_awid_i", "s_awid_o", "s_arid_i", "s_arid_o"]
        );
        let alone: Vec<_> = several
            .alternatives()
            .flat_map(|it| around(&it, "id"))
            .collect();
        assert_eq!(alone, around(&several, "id"));
    }

    #[test]
    fn names_are_found_as_they_are_spelt() {
        let affix = Affix::new(&["S_AXIS_"], &[]);
        let names = ["s_axis_tdata", "S_AXIS_TVALID", "S_AXIS_A", "s_axis_a"];
        assert_eq!(affix.as_spelt("tvalid", &names), ["S_AXIS_TVALID"]);
        assert_eq!(affix.as_spelt("tdata[1]", &names), ["s_axis_tdata[1]"]);
        assert!(affix.as_spelt("a", &names).is_empty());
        assert!(affix.is_around("s_axis_t") && !affix.is_around("s_axis_"));
        assert!(!Affix::new(&["é"], &[]).is_around("ab"));
        let ends = Affix::new(&[], &["_i", "_o"]);
        assert!(ends.is_around("VALID_I") && ends.is_around("ready_o"));
        assert!(!ends.is_around("_i") && !ends.is_around("valid"));
    }

    #[test]
    fn an_affix_is_described() {
        for (prefixes, suffixes, says) in [
            (&["s_"][..], &[][..], "with the prefix `s_`"),
            (&[], &["_i", "_o"], "with the suffix `_i` or `_o`"),
            (
                &["i_", "o_"],
                &["_n"],
                "with the prefix `i_` or `o_` and the suffix `_n`",
            ),
        ] {
            assert_eq!(Affix::new(prefixes, suffixes).describe(), says);
        }
        assert!(Affix::new(&[], &[""]).is_empty());
    }
}
