//! What must not compile does not, for the reason that it is meant to have: each file in
//! `tests/compile_fail` is given to the compiler, and a line ends in `//~` and the code of the one
//! error that is to be there. Words and notes, which differ between compilers, do not matter.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// An error that has no code, but always these words.
const LIFETIME: &str = "lifetime may not live long enough";

/// An error by its line and its code.
type Found = (u64, String);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The library as a testbench links it, and the folder of what it is linked with.
fn library() -> (PathBuf, PathBuf) {
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--lib",
            "-p",
            "verifork",
            "--message-format=json",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let messages = String::from_utf8_lossy(&output.stdout);
    let library = messages
        .split('"')
        .find(|text| text.ends_with("/libverifork.rlib"))
        .expect("cargo names what it made");
    let library = PathBuf::from(library);
    let folder = library.parent().expect("in a folder");
    let dependencies = if folder.ends_with("deps") {
        folder.to_owned()
    } else {
        folder.join("deps")
    };
    (library, dependencies)
}

/// The errors that the file says it has.
fn expected(source: &str) -> BTreeSet<Found> {
    let lines = (1..).zip(source.lines());
    let marked = lines.filter_map(|(number, line)| Some((number, line.split_once("//~ ")?.1)));
    marked
        .map(|(number, code)| (number, code.trim().to_owned()))
        .collect()
}

/// The errors that the compiler finds.
fn found(file: &Path, (library, dependencies): &(PathBuf, PathBuf)) -> (BTreeSet<Found>, String) {
    // Not `/dev/null`: a compiler run by root would put a file in its place.
    let out = tempfile::tempdir().expect("a folder");
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .args(["--error-format=json", "--cap-lints=allow", "--out-dir"])
        .arg(out.path())
        .arg("--extern")
        .arg(format!("verifork={}", library.display()))
        .arg("-L")
        .arg(format!("dependency={}", dependencies.display()))
        .arg(file)
        .current_dir(out.path())
        .output()
        .expect("the compiler runs");
    let mut found = BTreeSet::new();
    let mut rendered = String::new();
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("one object a line");
        // Of those without a code, one is looked for; another stands beside an error with a code,
        // and there is the sum of all.
        let code = match message["code"]["code"].as_str() {
            Some(code) => code,
            None if message["message"] == LIFETIME => LIFETIME,
            None => continue,
        };
        if message["level"] == "error" {
            rendered += message["rendered"].as_str().unwrap_or_default();
            let spans = message["spans"].as_array().into_iter().flatten();
            for span in spans.filter(|span| span["is_primary"] == true) {
                let line = span["line_start"].as_u64().unwrap_or_default();
                found.insert((line, code.to_owned()));
            }
        }
    }
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
    let library = library();
    let folder = root().join("tests/compile_fail");
    let entries = fs::read_dir(folder).expect("a folder of ours");
    let files: BTreeSet<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let mut refused = 0;
    for file in files {
        let source = fs::read_to_string(&file).expect("a file of ours");
        let expected = expected(&source);
        let (found, text) = found(&file, &library);
        assert_eq!(found, expected, "{}:\n{text}", file.display());
        refused += expected.len();
        let name = file.file_stem().and_then(|name| name.to_str());
        assert_eq!(name == Some("accepted"), expected.is_empty(), "{name:?}");
    }
    assert!(refused > 40, "{refused}");
}
