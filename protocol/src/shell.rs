//! Words of a POSIX shell, for commands that people copy.

/// The word so that a shell takes it as it is.
///
/// ```
/// use verifork_protocol::shell::quote;
///
/// assert_eq!(quote("plain"), "plain");
/// assert_eq!(quote("it's"), r"'it'\''s'");
/// ```
pub fn quote(word: &str) -> String {
    // An equals sign is plain only inside a word: zsh expands one at the beginning.
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:+@%,=".contains(c);
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_through_a_shell_unchanged() {
        let words = [
            "plain",
            "",
            "a b",
            "it's",
            "$HOME",
            "a\\b",
            "=x",
            "--vpi=./a.so",
            "`x`",
            "ü*",
        ];
        let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
        let script = format!("printf '%s\\n' {}", quoted.join(" "));
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        let lines: Vec<String> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        assert_eq!(lines, words);
        assert_eq!(quoted[0], "plain");
        assert_eq!(quoted[7], "--vpi=./a.so");
    }
}
