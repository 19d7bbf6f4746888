//! Collects the errors of one macro call, so that all are reported at once.

use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;

/// The errors, in the order in which they were found.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Adds an error at a span.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.add(syn::Error::new(span, message));
    }

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

    /// The value of a result; or `None`, and its error is added.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// `value`, if there were no errors.
    pub(crate) fn finish<T>(self, value: T) -> syn::Result<T> {
        self.0.map_or(Ok(value), Err)
    }
}

/// The candidate that is most similar to a misspelt name.
///
/// `verifork_protocol::nearest` is not used: it is for names of designs and tests, with paths and abbreviations,
/// and would add JSON to the dependencies of every testbench's first build. Options are few words, and the message
/// lists all of them.
pub(crate) fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    candidates
        .iter()
        .map(|candidate| {
            (
                strsim::normalized_damerau_levenshtein(name, candidate),
                *candidate,
            )
        })
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// The message for an unknown option: the nearest one, and all that exist.
pub(crate) fn unknown_option(name: &str, known: &[&str]) -> String {
    let all = known
        .iter()
        .map(|option| format!("`{option}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let there_are = if known.len() == 1 {
        "the only one is"
    } else {
        "there are"
    };
    match nearest(name, known) {
        Some(meant) => {
            format!("unknown option `{name}`: did you mean `{meant}`? ({there_are} {all})")
        }
        None => format!("unknown option `{name}`: {there_are} {all}"),
    }
}

/// Helpers of the tests of all macros.
#[cfg(test)]
pub(crate) mod test_support {
    /// Each error as `line:column: message`.
    pub(crate) fn mistakes(errors: syn::Error) -> Vec<String> {
        errors
            .into_iter()
            .map(|error| {
                let start = error.span().start();
                format!("{}:{}: {error}", start.line, start.column)
            })
            .collect()
    }

    /// The output of a derive has no error, and each of these parts.
    #[track_caller]
    pub(crate) fn has_parts(output: &str, parts: &[&str]) {
        assert!(!output.contains("compile_error"), "{output}");
        for part in parts {
            assert!(output.contains(part), "no {part} in {output}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        assert_eq!(
            nearest("timout", &["name", "timeout", "wall_timeout"]),
            Some("timeout")
        );
        assert_eq!(nearest("zzz", &["name", "timeout"]), None);
    }

    #[test]
    fn all_mistakes_are_kept_in_order() {
        let mut errors = Errors::default();
        errors.at(Span::call_site(), "first");
        errors.on(quote::quote!(a b), "second");
        let messages: Vec<_> = errors
            .finish(())
            .unwrap_err()
            .into_iter()
            .map(|error| error.to_string())
            .collect();
        assert_eq!(messages, ["first", "second"]);
    }

    #[test]
    fn without_mistakes_the_value_comes_back() {
        assert_eq!(Errors::default().finish(3).unwrap(), 3);
    }
}
