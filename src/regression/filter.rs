//! `VERIFORK_FILTER`: which tests to run.

use std::fmt;

/// `VERIFORK_FILTER`: terms separated by commas.
///
/// `text` selects the tests whose name contains it, `=name` the test with exactly that name; `!` before either leaves
/// those tests out. If no term selects, all other tests are selected. A backslash escapes a comma or backslash in a
/// name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    select: Vec<Term>,
    leave_out: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Contains(String),
    Exactly(String),
}

impl Filter {
    /// Reads the text of `VERIFORK_FILTER`. Empty terms are ignored.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, as a lower-case fragment.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut filter = Filter::default();
        for term in split_terms(text) {
            let term = term.trim();
            let (terms, name) = match term.strip_prefix('!') {
                Some(rest) => (&mut filter.leave_out, rest.trim_start()),
                None => (&mut filter.select, term),
            };
            let (make, name): (fn(String) -> Term, _) = match name.strip_prefix('=') {
                Some(rest) => (Term::Exactly, rest.trim_start()),
                None => (Term::Contains, name),
            };
            match name {
                "" if term.is_empty() => {}
                "" => return Err(format!("a name is missing after `{term}`")),
                name => terms.push(make(name.to_owned())),
            }
        }
        Ok(filter)
    }

    /// The text of a filter that selects the test of this name and no other.
    pub(crate) fn exactly(name: &str) -> String {
        Term::Exactly(name.to_owned()).to_string()
    }

    /// Whether the test of this name is selected.
    pub(crate) fn selects(&self, name: &str) -> bool {
        (self.select.is_empty() || self.select.iter().any(|term| term.fits(name)))
            && !self.leave_out.iter().any(|term| term.fits(name))
    }

    /// The terms that select none of these tests.
    pub(crate) fn unmatched(&self, names: &[&str]) -> Vec<String> {
        let fits_none = |term: &&Term| !names.iter().any(|name| term.fits(name));
        self.select
            .iter()
            .filter(fits_none)
            .map(ToString::to_string)
            .collect()
    }

    /// The names, or parts of names, that are asked for.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &str> {
        self.select.iter().map(Term::text)
    }
}

impl Term {
    fn fits(&self, name: &str) -> bool {
        match self {
            Term::Contains(text) => name.contains(text.as_str()),
            Term::Exactly(text) => name == text,
        }
    }

    fn text(&self) -> &str {
        match self {
            Term::Contains(text) | Term::Exactly(text) => text,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text().replace('\\', "\\\\").replace(',', "\\,");
        match self {
            Term::Contains(_) => f.write_str(&text),
            Term::Exactly(_) => write!(f, "={text}"),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let select = self.select.iter().map(ToString::to_string);
        let leave_out = self.leave_out.iter().map(|term| format!("!{term}"));
        f.write_str(&select.chain(leave_out).collect::<Vec<_>>().join(","))
    }
}

/// Splits at commas without a backslash before them, and removes the backslashes.
fn split_terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut term = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ',' => terms.push(std::mem::take(&mut term)),
            '\\' => term.push(characters.next().unwrap_or('\\')),
            other => term.push(other),
        }
    }
    terms.push(term);
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_without_a_name_is_an_error() {
        assert_eq!(
            Filter::parse("a,!="),
            Err("a name is missing after `!=`".to_owned())
        );
        assert_eq!(
            Filter::parse("="),
            Err("a name is missing after `=`".to_owned())
        );
    }

    #[test]
    fn an_exact_filter_finds_any_name_again() {
        for name in ["counts", "a,b", r"back\slash", "with space", "=x", "!x"] {
            let filter = Filter::parse(&Filter::exactly(name)).unwrap();
            assert!(filter.selects(name), "{name}");
            assert!(!filter.selects("x") && !filter.selects("b"), "{name}");
        }
    }
}
