//! Names of files and folders: where the harness keeps what it makes, and names of tests as such.

/// The folder of the harness, in cargo's target folder.
pub const OUTPUT: &str = "verifork";
/// In it the folder of runs: by crate, test target, design and simulator those of tests.
pub const RUNS: &str = "runs";
/// Beside it that of compiled designs.
pub const DESIGNS: &str = "designs";
/// The results of a simulation, in its folder.
pub const RESULTS: &str = "results.jsonl";

/// How many bytes of a name are kept; a file's name has at most 255.
const ROOM: usize = 160;

/// The name of the folder or file of a test, or of anything with such a name: `a.b` for `a::b`.
///
/// Different names have different files, even on a file system that ignores case. A name that is long or has special
/// characters ends in a dash and a hash.
///
/// ```
/// use verifork_protocol::files::file_name;
///
/// assert_eq!(file_name("wraps::from_0"), "wraps.from_0");
/// assert_ne!(file_name("wraps.from_0"), "wraps.from_0");
/// ```
pub fn file_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let mut segments = name.split("::");
    if name.len() <= ROOM && segments.all(|it| !it.is_empty() && it.chars().all(plain)) {
        return name.replace("::", ".");
    }
    let readable = |c: char| {
        if c.is_alphanumeric() || "_-.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let mut text: String = name.replace("::", ".").chars().map(readable).collect();
    text.truncate(text.floor_char_boundary(ROOM));
    if text.starts_with('.') {
        text.replace_range(..1, "_");
    }
    // No plain name has a dash.
    format!("{text}-{:016x}", fingerprint(name))
}

/// FNV-1a, the same in every build.
fn fingerprint(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn different_names_have_different_files() {
        let long = "long_".repeat(100);
        let (longer, other) = (format!("{long}a"), format!("{long}b"));
        let names = [
            "a::b", "a.b", "a:b", "a_b", "a-b", "A::b", "a::B", "a/b", "a\\b", ".", "..", "../a",
            "a::", "::a", "", "ü", "Ü", &long, &longer, &other,
        ];
        let files: Vec<String> = names.iter().map(|name| file_name(name)).collect();
        let distinct: HashSet<String> = files.iter().map(|file| file.to_lowercase()).collect();
        assert_eq!(distinct.len(), names.len(), "{files:?}");
        for file in &files {
            assert!(file.len() <= 200 && !file.contains('/'), "{file}");
            assert!(!file.starts_with('.'), "{file}");
        }
        assert!(files.contains(&"a.b".to_owned()));
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert!(file_name(&"ü".repeat(200)).starts_with(&"ü".repeat(80)));
    }
}
