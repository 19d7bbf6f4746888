//! Texts as simulators keep them, which is in bytes of whatever the source file was written in.

/// A text: UTF-8 if it can be, else ISO 8859-1, so that names that differ stay different.
pub(super) fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => latin_1(bytes),
    }
}

/// Characters of VHDL (IEEE 1076-2008, 15.2).
pub(super) fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// The bytes that [`decoded`] may have made a text of.
pub(super) fn encodings(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let latin_1 = (!text.is_ascii())
        .then(|| {
            text.chars()
                .map(|letter| u8::try_from(letter).ok())
                .collect()
        })
        .flatten();
    std::iter::once(text.as_bytes().to_vec()).chain(latin_1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read_and_found_again() {
        for (bytes, text) in [
            (&b"clk"[..], "clk"),
            (b"caf\xe8", "caf\u{e8}"),
            (b"caf\xe9", "caf\u{e9}"),
            (b"caf\xc3\xa9", "caf\u{e9}"),
            ("\u{20ac}".as_bytes(), "\u{20ac}"),
        ] {
            assert_eq!(decoded(bytes), text);
            assert!(encodings(text).any(|encoding| encoding == bytes), "{text}");
        }
        assert_eq!(encodings("clk").count(), 1);
        assert_eq!(encodings("\u{20ac}").count(), 1);
    }
}
