//! The texts of users' errors, whatever their code does when it is called.
//!
//! `Display` and `source` of an error are user code, which may fail, panic, or return causes without end. A
//! report is written nevertheless, and says which error could not be shown.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use super::panics::catch;

/// The most causes that are shown: an error that is its own cause has no end of them.
pub(crate) const MOST_CAUSES: usize = 32;

/// The text that `write` writes, or why it fails.
fn attempt(write: impl FnOnce(&mut String) -> fmt::Result) -> Result<String, String> {
    let mut text = String::new();
    match catch(|| write(&mut text)) {
        Ok(Ok(())) => Ok(text),
        Ok(Err(fmt::Error)) if text.is_empty() => Err("failed".to_owned()),
        Ok(Err(fmt::Error)) => Err(format!("failed after `{text}`")),
        Err(caught) => Err(format!("panicked: {caught}")),
    }
}

/// The text of one error, without its causes.
fn text(error: &(dyn StdError + 'static)) -> String {
    let why = match attempt(|out| write!(out, "{error}")) {
        Ok(text) => return text,
        Err(why) => why,
    };
    // A derived `Debug` begins with the name of the type, which nothing else here knows.
    let debug = match attempt(|out| write!(out, "{error:?}")) {
        Ok(debug) => format!("`{debug}` to `Debug`"),
        Err(why) => format!("its `Debug` {why}"),
    };
    format!("an error that cannot be shown: its `Display` {why} ({debug})")
}

/// The text of an error as `{}` writes it.
pub(crate) fn text_of(error: &anyhow::Error) -> String {
    text(error.as_ref())
}

/// The texts of the causes below an error, nearest first.
pub(crate) fn causes_of(error: &anyhow::Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut above: &(dyn StdError + 'static) = error.as_ref();
    loop {
        match catch(|| above.source()) {
            Ok(None) => return causes,
            Ok(Some(_)) if causes.len() == MOST_CAUSES => {
                causes.push("there are more causes, which are not shown".to_owned());
                return causes;
            }
            Ok(Some(below)) => {
                causes.push(text(below));
                above = below;
            }
            Err(caught) => {
                causes.push(format!(
                    "the cause cannot be shown: the error's `source` panicked: {caught}"
                ));
                return causes;
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// An error whose parts do what the test wants.
    struct Odd {
        display: fn(&mut fmt::Formatter<'_>) -> fmt::Result,
        debug: fn(&mut fmt::Formatter<'_>) -> fmt::Result,
        source: fn() -> Option<&'static (dyn StdError + 'static)>,
    }

    impl Default for Odd {
        fn default() -> Self {
            Odd {
                display: |f| f.write_str("odd"),
                debug: |f| f.write_str("Odd"),
                source: || None,
            }
        }
    }

    impl fmt::Display for Odd {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (self.display)(f)
        }
    }

    impl fmt::Debug for Odd {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (self.debug)(f)
        }
    }

    impl StdError for Odd {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            (self.source)()
        }
    }

    #[test]
    fn an_error_that_can_be_shown_is_shown_as_it_is() {
        let error = anyhow::Error::new(Odd::default()).context("reading the image");
        assert_eq!(text_of(&error), "reading the image");
        assert_eq!(causes_of(&error), ["odd"]);
    }

    #[test]
    fn one_whose_display_fails_is_named_by_its_debug() {
        let error = anyhow::Error::new(Odd {
            display: |f| f.write_str("od").and(Err(fmt::Error)),
            ..Odd::default()
        });
        assert_eq!(
            text_of(&error),
            "an error that cannot be shown: its `Display` failed after `od` (`Odd` to `Debug`)"
        );
    }

    #[test]
    fn one_whose_display_and_debug_panic_says_where_they_did() {
        let error = anyhow::Error::new(Odd {
            display: |_| panic!("no text"),
            debug: |_| panic!("no type"),
            ..Odd::default()
        });
        let text = text_of(&error);
        for part in [
            "`Display` panicked: no text (at src/task/shown.rs:",
            "`Debug` panicked: no type",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_source_that_panics_ends_the_list_and_says_so() {
        let error = anyhow::Error::new(Odd {
            source: || panic!("no cause"),
            ..Odd::default()
        });
        let error = error.context("above");
        let causes = causes_of(&error);
        assert_eq!(causes[0], "odd");
        assert!(
            causes[1].contains("`source` panicked: no cause"),
            "{causes:?}"
        );
    }

    #[test]
    fn an_error_that_is_its_own_cause_has_an_end() {
        #[allow(clippy::unnecessary_wraps)] // the type of a `source`
        fn own() -> Option<&'static (dyn StdError + 'static)> {
            static OWN: Odd = Odd {
                display: |f| f.write_str("round"),
                debug: |f| f.write_str("Round"),
                source: own,
            };
            Some(&OWN)
        }
        let causes = causes_of(&anyhow::Error::new(Odd {
            source: own,
            ..Odd::default()
        }));
        assert_eq!(causes.len(), MOST_CAUSES + 1);
        assert!(causes[MOST_CAUSES].contains("more causes"));
    }
}
