//! Names between the design and the program that is made of it.

/// An identifier as the generated program has it.
pub(super) fn encoded(name: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b'[' => text.push_str("__BRA__"),
            b']' => text.push_str("__KET__"),
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
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(code) if code.is_ascii_graphic() => {
                text.push(char::from(code));
                text.push_str(&part[2..]);
            }
            _ => {
                text.push_str("__0");
                text.push_str(part);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_program_are_those_of_the_design() {
        for (name, encoded_name) in [
            ("gen[0]", "gen__BRA__0__KET__"),
            ("gen[12]", "gen__BRA__12__KET__"),
            ("gen[-1]", "gen__BRA____02d1__KET__"),
            ("odd+name", "odd__02bname"),
            ("plain_name", "plain_name"),
        ] {
            assert_eq!(encoded(name), encoded_name);
            assert_eq!(decoded(encoded_name), name);
        }
        assert_eq!(decoded("top.a__0.b"), "top.a__0.b");
        assert_eq!(decoded("top.\\odd+name .\\x.y "), "top.odd+name.x.y");
        assert_eq!(
            decoded("top.gen__BRA__0__KET__.inner__BRA__1__KET__.cell"),
            "top.gen[0].inner[1].cell"
        );
    }
}
