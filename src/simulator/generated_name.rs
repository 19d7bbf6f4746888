//! Names between the design and the program that is made of it.

use crate::simulator::text;

/// An identifier as the generated program may have it. Older versions have the codes in the indices of loops in
/// capital letters.
pub(super) fn encoded(name: &str) -> impl Iterator<Item = String> {
    text::encodings(name).flat_map(|bytes| {
        let usual = encoded_bytes(&bytes);
        let capital = usual.replace("__BRA____02d", "__BRA____02D");
        let differs = capital != usual;
        std::iter::once(usual).chain(differs.then_some(capital))
    })
}

fn encoded_bytes(name: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let mut rest = name.iter().copied().enumerate();
    while let Some((at, byte)) = rest.next() {
        match byte {
            b'[' => text.push_str("__BRA__"),
            b']' => text.push_str("__KET__"),
            // Two in a row begin a code, and a digit no name.
            b'_' if name.get(at + 1) == Some(&b'_') => {
                rest.next();
                text.push_str("___05F");
            }
            byte if byte.is_ascii_digit() && at == 0 => drop(write!(text, "__0{byte:02x}")),
            byte if byte.is_ascii_alphanumeric() || byte == b'_' => text.push(char::from(byte)),
            // Writing to a string cannot fail.
            byte => drop(write!(text, "__0{byte:02x}")),
        }
    }
    text
}

/// The design's names in a path of the generated program.
pub(super) fn decoded(path: &str) -> String {
    let path = path
        .replace("__BRA__", "[")
        .replace("__KET__", "]")
        .replace("__DOT__", ".");
    // Newer versions give escaped names as the source has them.
    let path = if path.contains('\\') {
        path.replace(['\\', ' '], "")
    } else {
        path
    };
    let mut parts = path.split("__0");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(code) if code.is_ascii_graphic() || !code.is_ascii() => {
                bytes.push(code);
                bytes.extend(&part.as_bytes()[2..]);
            }
            _ => {
                bytes.extend(b"__0");
                bytes.extend(part.as_bytes());
            }
        }
    }
    text::decoded(&bytes)
}

/// The names in a path of the generated program. Newer versions have escaped ones in it, which end with
/// a space, and may hold dots.
pub(super) fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, letter) in path.char_indices() {
        match letter {
            '\\' if at == start => escaped = true,
            ' ' => escaped = false,
            '.' if !escaped => {
                parts.push(&path[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&path[start..]);
    parts.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_in_an_escaped_name_parts_nothing() {
        let of = |path| parts(path).collect::<Vec<_>>();
        assert_eq!(
            of("top.gen__BRA__0__KET__.a"),
            ["top", "gen__BRA__0__KET__", "a"]
        );
        assert_eq!(of(r"top.\a.b .c"), ["top", r"\a.b ", "c"]);
        assert_eq!(of(r"top.\a.b "), ["top", r"\a.b "]);
        assert_eq!(of("top"), ["top"]);
    }

    #[test]
    fn names_of_the_program_are_those_of_the_design() {
        for (name, encoded_name) in [
            ("gen[0]", "gen__BRA__0__KET__"),
            ("gen[12]", "gen__BRA__12__KET__"),
            ("gen[-1]", "gen__BRA____02d1__KET__"),
            ("odd+name", "odd__02bname"),
            ("plain_name", "plain_name"),
            ("__two", "___05Ftwo"),
            ("a___b__", "a___05F_b___05F"),
            ("1st", "__031st"),
        ] {
            assert_eq!(encoded(name).next().as_deref(), Some(encoded_name));
            assert_eq!(decoded(encoded_name), name);
        }
        let both: Vec<_> = encoded("gen[-1]").collect();
        assert_eq!(both, ["gen__BRA____02d1__KET__", "gen__BRA____02D1__KET__"]);
        assert_eq!(decoded(&both[1]), "gen[-1]");
        assert_eq!(decoded("caf__0e9"), "caf\u{e9}");
        assert_eq!(decoded("caf__0c3__0a8"), "caf\u{e8}");
        let both: Vec<_> = encoded("caf\u{e9}").collect();
        assert_eq!(both, ["caf__0c3__0a9", "caf__0e9"]);
        assert_eq!(decoded("top.a__0.b"), "top.a__0.b");
        assert_eq!(decoded("top.\\odd+name .\\x.y "), "top.odd+name.x.y");
        assert_eq!(
            decoded("top.gen__BRA__0__KET__.inner__BRA__1__KET__.cell"),
            "top.gen[0].inner[1].cell"
        );
    }
}
