//! Text of any kind as text that an XML file can hold.

/// Text without what XML 1.0 (clause 2.2) cannot hold: codes of colour are left out, other such
/// characters become visible, like `\u{7}`.
fn legal(text: &str, mut put: impl FnMut(char)) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\x1b' if characters.next_if_eq(&'[').is_some() => {
                // A control sequence ends with its first character from @ to ~.
                while characters.next_if(|it| !('@'..='~').contains(it)).is_some() {}
                characters.next();
            }
            '\n' | '\t' => put(character),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\u{FFFE}' | '\u{FFFF}' => character.escape_unicode().for_each(&mut put),
            other if other.is_control() => other.escape_unicode().for_each(&mut put),
            other => put(other),
        }
    }
}

/// The text between two tags. Lines and tabs stay as they are.
pub(super) fn content(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    legal(text, |character| match character {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        // Only after `]]` it has to be.
        '>' => escaped.push_str("&gt;"),
        other => escaped.push(other),
    });
    escaped
}

/// The value of an attribute, without its quotes. Lines and tabs are written as numbers, since a
/// reader takes them for spaces otherwise (clause 3.3.3).
pub(super) fn attribute(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    legal(text, |character| match character {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '"' => escaped.push_str("&quot;"),
        '\n' => escaped.push_str("&#10;"),
        '\t' => escaped.push_str("&#9;"),
        other => escaped.push(other),
    });
    escaped
}

/// Cuts a text so that its value as an attribute has at most `room` bytes; three dots replace the rest.
pub(super) fn cut_attribute(text: &str, room: usize) -> String {
    const DOTS: &str = "…";
    let whole = attribute(text);
    if whole.len() <= room {
        return whole;
    }
    let Some(room) = room.checked_sub(DOTS.len()) else {
        return String::new();
    };
    let (mut end, mut at) = (0, 0);
    while at <= room && at < whole.len() {
        end = at;
        let rest = &whole[at..];
        at += match rest.strip_prefix('&').and_then(|_| rest.find(';')) {
            Some(semicolon) => semicolon + 1,
            None => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    if at <= room {
        end = at;
    }
    format!("{}{DOTS}", &whole[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_colour_are_left_out() {
        assert_eq!(content("\x1b[31;1mred\x1b[0m, \x1b[2"), "red, ");
    }

    #[test]
    fn characters_that_xml_cannot_hold_become_visible() {
        assert_eq!(
            content("a\0\x07\u{FFFE}\u{9B}\x1b\r"),
            "a\\u{0}\\u{7}\\u{fffe}\\u{9b}\\u{1b}\\u{d}"
        );
    }

    #[test]
    fn lines_and_tabs_stay_what_they_are() {
        assert_eq!(content("one\r\ntwo\n\tü"), "one\ntwo\n\tü");
        assert_eq!(attribute("one\r\ntwo\n\tü"), "one&#10;two&#10;&#9;ü");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut_attribute("a<b", 6), "a&lt;b");
        assert_eq!(cut_attribute("a<bcde", 8), "a&lt;…");
        assert_eq!(cut_attribute("a<bcde", 7), "a…");
        assert_eq!(cut_attribute("üüü", 5), "ü…");
        assert_eq!(cut_attribute("abcdef", 3), "…");
        assert_eq!(cut_attribute("abcdef", 2), "");
    }
}
