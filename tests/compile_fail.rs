//! What must not compile does not, for the reason that it is meant to have, and the compiler says what to
//! do instead. Each file in `tests/compile_fail` is given to the compiler. A line with an error ends in
//! `//~` and the error's code (`error` if it has none), and where the words are ours, in a colon and a
//! part of them. A comment that begins with `//~^` holds another part for the line above. Each mistake is
//! told of once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[path = "common/built.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses a part of this"
)]
mod built;

/// Errors by line and code, and what each has to say or says.
type Errors = BTreeMap<(u64, String), Vec<String>>;

/// Stands among the texts of an error that is told of twice.
const TWICE: &str = "(told of twice)";

/// How many errors there may be at one place: the cells of a type that cannot be sent are no page of errors.
const ENOUGH: usize = 20;

/// Stands among the texts of an error beside more than that.
const MANY: &str = "(many errors at one place)";

/// Stands for the code of an error that has none: those of macros and of lifetimes.
const NO_CODE: &str = "error";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A library as a testbench links it, and the folder of what it is linked with.
struct Library {
    name: String,
    file: PathBuf,
    dependencies: PathBuf,
}

fn library(package: &str) -> Library {
    let library = built::library(package);
    let folder = library.parent().expect("in a folder");
    let dependencies = if folder.ends_with("deps") {
        folder.to_owned()
    } else {
        folder.join("deps")
    };
    Library {
        name: package.replace('-', "_"),
        file: library,
        dependencies,
    }
}

/// The errors that the file says it has.
fn expected(source: &str) -> Errors {
    let mut errors = Errors::new();
    let mut last = None;
    for (number, line) in (1..).zip(source.lines()) {
        if let Some((_, words)) = line.split_once("//~^ ") {
            let key = last.clone().expect("an error above");
            let texts: &mut Vec<String> = errors.get_mut(&key).expect("an error above");
            texts.push(words.trim().to_owned());
        } else if let Some((_, error)) = line.split_once("//~ ") {
            let (code, words) = match error.split_once(": ") {
                Some((code, words)) => (code, Some(words)),
                None => (error, None),
            };
            let key = (number, code.trim().to_owned());
            let words = words.map(|words| words.trim().to_owned());
            errors.insert(key.clone(), words.into_iter().collect());
            last = Some(key);
        }
    }
    errors
}

/// The errors that the compiler finds: the message of each, its labels, notes and help.
fn found(file: &Path, library: &Library) -> (Errors, String) {
    // Not `/dev/null`: a compiler run by root would put a file in its place.
    let out = tempfile::tempdir().expect("a folder");
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .args(["--error-format=json", "-Awarnings", "--out-dir"])
        .arg(out.path())
        .arg("--extern")
        .arg(format!("{}={}", library.name, library.file.display()))
        .arg("-L")
        .arg(format!("dependency={}", library.dependencies.display()))
        .arg(file)
        .current_dir(out.path())
        .output()
        .expect("the compiler runs");
    let mut found = Errors::new();
    let mut rendered = String::new();
    let mut told = BTreeSet::new();
    let mut counted: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("one object a line");
        if message["level"] != "error" {
            continue;
        }
        rendered += message["rendered"].as_str().unwrap_or_default();
        let code = message["code"]["code"].as_str().unwrap_or(NO_CODE);
        let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
        let spans = list(&message["spans"]);
        let labels = spans.iter().map(|span| span["label"].clone());
        let children = list(&message["children"]);
        let notes = children.iter().map(|child| child["message"].clone());
        let texts: Vec<String> = std::iter::once(message["message"].clone())
            .chain(labels)
            .chain(notes)
            .filter_map(|text| Some(text.as_str()?.to_owned()))
            .collect();
        // One message may point at a place with two labels.
        let primary = spans.iter().filter(|span| span["is_primary"] == true);
        let number = |span: &serde_json::Value, key| span[key].as_u64().unwrap_or_default();
        let places: BTreeSet<(u64, u64)> = primary
            .map(|span| (number(span, "line_start"), number(span, "column_start")))
            .collect();
        for (line, column) in places {
            let known = found.entry((line, code.to_owned())).or_default();
            if !told.insert((line, column, texts.first().cloned())) {
                known.push(TWICE.to_owned());
            }
            known.extend(texts.iter().cloned());
            let count = counted.entry((line, column)).or_default();
            *count += 1;
            if *count > ENOUGH {
                known.push(MANY.to_owned());
            }
        }
    }
    // Some of those without a code stand beside one that has, and say the same.
    let coded: BTreeSet<u64> = found
        .keys()
        .filter(|(_, code)| code != NO_CODE)
        .map(|&(line, _)| line)
        .collect();
    found.retain(|(line, code), _| code != NO_CODE || !coded.contains(line));
    assert_eq!(
        output.status.success(),
        found.is_empty(),
        "{}",
        file.display()
    );
    (found, rendered)
}

#[test]
fn what_must_not_compile_does_not_for_its_own_reason() {
    let libraries = ["verifork-stimulus", "verifork-components"].map(library);
    let verifork = library("verifork");
    let folder = root().join("tests/compile_fail");
    let entries = fs::read_dir(folder).expect("a folder of ours");
    let files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let (mut refused, mut worded) = (0, 0);
    let mut failures = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).expect("a file of ours");
        let expected = expected(&source);
        let used = libraries
            .iter()
            .find(|library| source.contains(&format!("use {}::", library.name)));
        let library = used.unwrap_or(&verifork);
        let (found, text) = found(&file, library);
        let (wanted, there): (Vec<_>, Vec<_>) = (expected.keys().collect(), found.keys().collect());
        let mut fail = |why: String| failures.push(format!("{}: {why}\n{text}", file.display()));
        if there != wanted {
            fail(format!("{there:?} instead of {wanted:?}"));
            continue;
        }
        for (error, parts) in &expected {
            // What rustc says of a type in each of the traits of a derive has such a mark, with the reason.
            let may_be = source.contains("\n// told again: ");
            if !may_be && found[error].iter().any(|text| text == TWICE) {
                fail(format!("{error:?} is told of twice"));
            }
            if found[error].iter().any(|text| text == MANY) {
                fail(format!(
                    "{error:?} is one of more than {ENOUGH} at one place"
                ));
            }
            for part in parts {
                if !found[error].iter().any(|text| text.contains(part)) {
                    fail(format!("{error:?} does not say {part:?}"));
                }
            }
            worded += usize::from(!parts.is_empty());
        }
        refused += expected.len();
        let name = file.file_stem().and_then(|name| name.to_str());
        assert_eq!(name == Some("accepted"), expected.is_empty(), "{name:?}");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(refused > 40, "{refused}");
    assert!(worded > 20, "{worded}");
}
