//! The unit at the top of a design: its name in our spelling, in parts.

use std::fmt;

/// The unit that a simulator elaborates, and its library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Top {
    /// In small letters if it is one of VHDL.
    pub(crate) library: Option<String>,
    /// A module, an entity or a configuration.
    pub(crate) name: String,
    pub(crate) architecture: Option<String>,
}

/// A text that names no top.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no top: {fits}")]
pub(crate) struct NoTop {
    text: String,
    fits: &'static str,
}

impl Top {
    /// Reads `name`, `library.name`, and for VHDL `name(architecture)` or `name-architecture`, as
    /// simulators spell it.
    ///
    /// # Errors
    ///
    /// It is none of these.
    pub(crate) fn read(text: &str, is_vhdl: bool) -> Result<Top, NoTop> {
        let no_top = || NoTop {
            text: text.to_owned(),
            fits: if is_vhdl {
                "the name of an entity or a configuration does, `library.name`, \
                 `name(architecture)`, and both together"
            } else {
                "the name of a module does, and `library.module`"
            },
        };
        let text = text.trim();
        // An escaped name of Verilog goes on to the end, whatever is in it.
        let (library, rest) = match split(text, '.') {
            Some((library, rest)) => (Some(library), rest),
            None => (None, text),
        };
        let (name, architecture) = if is_vhdl {
            match (split(rest, '('), split(rest, '-')) {
                (Some((name, rest)), _) => {
                    let inside = rest.trim_end().strip_suffix(')').ok_or_else(no_top)?;
                    (name, Some(inside))
                }
                (None, Some((name, architecture))) => (name, Some(architecture)),
                (None, None) => (rest, None),
            }
        } else {
            (rest, None)
        };
        let part = |part: &str| {
            let part = part.trim();
            is_name(part, is_vhdl)
                .then(|| part.to_owned())
                .ok_or_else(no_top)
        };
        let library = library.map(part).transpose()?;
        Ok(Top {
            library: if is_vhdl {
                library.map(|it| folded(&it))
            } else {
                library.filter(|it| it != "work")
            },
            name: part(name)?,
            architecture: architecture.map(part).transpose()?,
        })
    }
}

impl fmt::Display for Top {
    /// In our spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(library) = &self.library {
            write!(f, "{library}.")?;
        }
        f.write_str(&self.name)?;
        if let Some(architecture) = &self.architecture {
            write!(f, "({architecture})")?;
        }
        Ok(())
    }
}

/// A name of VHDL as all spellings of it are written alike.
pub(crate) fn folded(name: &str) -> String {
    if name.starts_with('\\') {
        name.to_owned()
    } else {
        name.to_ascii_lowercase()
    }
}

/// Splits at the first mark that is in no escaped or extended name.
fn split(text: &str, mark: char) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '\\' => escaped = !escaped,
            _ if letter == mark && !escaped => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

fn is_name(text: &str, is_vhdl: bool) -> bool {
    if let Some(rest) = text.strip_prefix('\\') {
        return if is_vhdl {
            rest.len() > 1 && rest.ends_with('\\')
        } else {
            !rest.is_empty()
        };
    }
    let first = |letter: char| letter.is_alphabetic() || letter == '_' && !is_vhdl;
    let other =
        |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$' && !is_vhdl;
    text.starts_with(first) && text.chars().all(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_top_are_read_in_each_spelling() {
        let read = |text| Top::read(text, true).unwrap();
        let parts = |text| {
            let top = read(text);
            (top.library, top.name, top.architecture)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(parts("e"), (None, "e".to_owned(), None));
        assert_eq!(parts("e(rtl)"), (None, "e".to_owned(), some("rtl")));
        assert_eq!(parts("e-rtl"), (None, "e".to_owned(), some("rtl")));
        assert_eq!(
            parts("Lib.e ( rtl )"),
            (some("lib"), "e".to_owned(), some("rtl"))
        );
        assert_eq!(
            parts(r"lib.\a.b(c)-d\(rtl)"),
            (some("lib"), r"\a.b(c)-d\".to_owned(), some("rtl"))
        );
        assert_eq!(read("LIB.e-rtl").to_string(), "lib.e(rtl)");
    }

    #[test]
    fn a_module_has_no_architecture_and_its_escaped_name_keeps_its_marks() {
        let read = |text| Top::read(text, false).unwrap();
        assert_eq!(read("lib.m").library.as_deref(), Some("lib"));
        assert_eq!(read("work.m").library, None);
        assert_eq!(read(r"\a.b(c)-d").name, r"\a.b(c)-d");
        assert!(Top::read("m(rtl)", false).is_err());
    }

    #[test]
    fn what_is_no_top_is_an_error_that_says_what_is() {
        for text in [
            "",
            "lib.",
            "e(",
            "e(rtl",
            "e()",
            "a.b.c",
            "e-",
            "two words",
            r"\a",
        ] {
            let problem = Top::read(text, true).unwrap_err().to_string();
            assert!(
                problem.contains("`name(architecture)`"),
                "{text}: {problem}"
            );
        }
    }
}
