//! Collects the errors of one macro call, so that all are reported at once.

use std::fmt::Display;

use quote::ToTokens;

#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Adds an error that underlines these tokens.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    pub(crate) fn into_result(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// The message for an unknown option: the nearest one, and all that exist.
pub(crate) fn unknown_option(name: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|option| (strsim::normalized_damerau_levenshtein(name, option), option))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|(left, _), (right, _)| left.total_cmp(right));
    let meant = nearest.map_or(String::new(), |(_, option)| {
        format!("did you mean `{option}`? ")
    });
    let all: Vec<_> = known.iter().map(|option| format!("`{option}`")).collect();
    format!(
        "unknown option `{name}`: {meant}there are {}",
        all.join(", ")
    )
}
