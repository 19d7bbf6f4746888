//! The command that runs a test again.

use super::filter::Filter;

/// A command for a POSIX shell that runs just the test of this name with just this seed.
///
/// `arguments` are those of the process, the program first.
pub(crate) fn repeat_command(test: &str, seed: u64, arguments: &[String]) -> String {
    let mut command = format!(
        "VERIFORK_SEED={} VERIFORK_FILTER={}",
        seed,
        quote(&Filter::exactly(test))
    );
    for argument in arguments {
        command.push(' ');
        command += &quote(argument);
    }
    command
}

/// One word of a POSIX shell.
fn quote(word: &str) -> String {
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
    fn the_test_is_named_exactly_and_the_process_as_it_was_started() {
        let arguments = ["ghdl", "-r", "counter", "--vpi=./my tb.so"].map(str::to_owned);
        assert_eq!(
            repeat_command("wraps::from_0", 7, &arguments),
            "VERIFORK_SEED=7 VERIFORK_FILTER='=wraps::from_0' ghdl -r counter '--vpi=./my tb.so'"
        );
    }

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
