//! Text of any kind as text that an XML file can hold.

/// Text without what XML 1.0 (clause 2.2) cannot hold: codes of colour are left out, other such
/// characters become visible, like `\u{7}`; tabs become spaces, which the writer would drop.
pub(super) fn legal(text: &str) -> String {
    let mut legal = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\x1b' if characters.next_if_eq(&'[').is_some() => {
                // A control sequence ends with its first character from @ to ~.
                while characters.next_if(|it| !('@'..='~').contains(it)).is_some() {}
                characters.next();
            }
            '\n' => legal.push('\n'),
            '\t' => legal.push_str("    "),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\u{FFFE}' | '\u{FFFF}' => legal.extend(character.escape_unicode()),
            other if other.is_control() => legal.extend(other.escape_unicode()),
            other => legal.push(other),
        }
    }
    legal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_colour_are_left_out() {
        assert_eq!(legal("\x1b[31;1mred\x1b[0m, \x1b[2"), "red, ");
    }

    #[test]
    fn characters_that_xml_cannot_hold_become_visible() {
        assert_eq!(
            legal("a\0\x07\u{FFFE}\u{9B}\x1b"),
            "a\\u{0}\\u{7}\\u{fffe}\\u{9b}\\u{1b}"
        );
    }

    #[test]
    fn lines_and_tabs_stay_readable() {
        assert_eq!(legal("one\r\ntwo\n\tü"), "one\ntwo\n    ü");
    }
}
