//! What goes around the names of a struct's fields: `#[dut(prefix = "s_axis_")]`.

use std::borrow::Cow;

/// A prefix and a suffix; with neither, names are as they are, but for upper and lower case.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affix<'a> {
    prefix: Cow<'a, str>,
    suffix: Cow<'a, str>,
}

impl Affix<'static> {
    /// Made by the derive.
    pub const fn new(prefix: &'static str, suffix: &'static str) -> Self {
        Affix {
            prefix: Cow::Borrowed(prefix),
            suffix: Cow::Borrowed(suffix),
        }
    }

    /// This one, inside of another.
    pub(super) fn within(self, outer: &Affix<'_>) -> Self {
        Affix {
            prefix: Cow::Owned(format!("{}{}", outer.prefix, self.prefix)),
            suffix: Cow::Owned(format!("{}{}", self.suffix, outer.suffix)),
        }
    }
}

impl Affix<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.prefix.is_empty() && self.suffix.is_empty()
    }

    /// The path with the prefix and the suffix around its first name; an index stays behind it.
    pub(super) fn around(&self, path: &str) -> String {
        let (name, rest) = first_name(path);
        format!("{}{name}{}{rest}", self.prefix, self.suffix)
    }

    /// The same as it is spelt in one of the names, if there is just one that fits.
    pub(super) fn as_spelt(&self, path: &str, names: &[&str]) -> Option<String> {
        let (name, rest) = first_name(path);
        let whole = format!("{}{name}{}", self.prefix, self.suffix);
        let mut fits = names
            .iter()
            .map(|name| first_name(name).0)
            .filter(|name| name.eq_ignore_ascii_case(&whole));
        let first = fits.next()?;
        fits.all(|other| other == first)
            .then(|| format!("{first}{rest}"))
    }

    /// Whether a name has the prefix and the suffix, in upper or lower case.
    pub(super) fn is_around(&self, name: &str) -> bool {
        let (name, _) = first_name(name);
        let (prefix, suffix) = (self.prefix.len(), self.suffix.len());
        // Names of several bytes a letter may have no boundary there.
        name.len() > prefix + suffix
            && name
                .get(..prefix)
                .is_some_and(|it| it.eq_ignore_ascii_case(&self.prefix))
            && name
                .get(name.len() - suffix..)
                .is_some_and(|it| it.eq_ignore_ascii_case(&self.suffix))
    }

    /// Whether there are such names.
    pub(super) fn are_there(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is_around(name))
    }

    /// "with the prefix `s_axis_`", for messages.
    pub(super) fn describe(&self) -> String {
        match (self.prefix.as_ref(), self.suffix.as_ref()) {
            ("", suffix) => format!("with the suffix `{suffix}`"),
            (prefix, "") => format!("with the prefix `{prefix}`"),
            (prefix, suffix) => format!("with the prefix `{prefix}` and the suffix `{suffix}`"),
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
        let affix = Affix::new("s_", "_i");
        assert_eq!(affix.around("data"), "s_data_i");
        assert_eq!(affix.around("lane[3].data"), "s_lane_i[3].data");
        let inner = Affix::new("aw", "").within(&affix);
        assert_eq!(inner.around("addr"), "s_awaddr_i");
    }

    #[test]
    fn names_are_found_as_they_are_spelt() {
        let affix = Affix::new("S_AXIS_", "");
        let names = ["s_axis_tdata", "S_AXIS_TVALID", "S_AXIS_A", "s_axis_a"];
        assert_eq!(affix.as_spelt("tvalid", &names).unwrap(), "S_AXIS_TVALID");
        assert_eq!(
            affix.as_spelt("tdata[1]", &names).unwrap(),
            "s_axis_tdata[1]"
        );
        assert!(affix.as_spelt("a", &names).is_none());
        assert!(affix.is_around("s_axis_t") && !affix.is_around("s_axis_"));
        assert!(!Affix::new("é", "").is_around("ab"));
    }
}
