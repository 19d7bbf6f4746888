//! Whether output is in colour.

use std::ffi::OsString;

/// The variables that [`automatic`] looks up.
pub const VARIABLES: [&str; 4] = ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM"];

/// Whether output is in colour where nothing of ours says it: as other tools decide, by the terminal and by
/// `NO_COLOR` (<https://no-color.org>), then `CLICOLOR_FORCE` and `CLICOLOR` (<https://bixense.com/clicolors>).
///
/// `variable` looks up a variable of the environment.
///
/// ```
/// use verifork_protocol::color::automatic;
///
/// let none = |_: &str| None;
/// assert!(automatic(true, none) && !automatic(false, none));
/// let forced = |name: &str| (name == "CLICOLOR_FORCE").then(|| "1".into());
/// assert!(automatic(false, forced));
/// ```
#[must_use]
pub fn automatic(terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let value = |name| variable(name).filter(|value| !value.is_empty());
    let is = |name, wanted: &str| value(name).is_some_and(|value| value == wanted);
    if value("NO_COLOR").is_some() {
        false
    } else if value("CLICOLOR_FORCE").is_some() && !is("CLICOLOR_FORCE", "0") {
        true
    } else {
        terminal && !is("CLICOLOR", "0") && !is("TERM", "dumb")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_is_stronger_than_clicolor_force_and_that_than_clicolor() {
        let colored = |terminal, variables: &[(&str, &str)]| {
            automatic(terminal, |name| {
                let found = variables.iter().find(|(it, _)| *it == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        for (variables, on_terminal, elsewhere) in [
            (&[][..], true, false),
            (&[("NO_COLOR", "1")], false, false),
            (&[("NO_COLOR", "")], true, false),
            (&[("CLICOLOR_FORCE", "1")], true, true),
            (&[("CLICOLOR_FORCE", "0")], true, false),
            (&[("CLICOLOR_FORCE", "")], true, false),
            (&[("CLICOLOR", "0")], false, false),
            (&[("CLICOLOR", "1")], true, false),
            (&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], true, true),
            (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false, false),
            (&[("TERM", "dumb")], false, false),
            (&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true, true),
        ] {
            assert_eq!(colored(true, variables), on_terminal, "{variables:?}");
            assert_eq!(colored(false, variables), elsewhere, "{variables:?}");
        }
    }
}
