//! What pages say, held against what it is about: settings, quotations, paths.

use std::path::Path;

use verifork_protocol::variables::{PREFIX, Variable};

/// The table of the page, by the first column of each row: its variables, default and meaning.
fn rows(page: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../").to_owned() + page;
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let rows = text.lines().map(|line| line.trim_start_matches("//! "));
    let rows = rows.filter(|line| line.starts_with("| `VERIFORK_"));
    let cells = |row: &str| {
        let cells: Vec<String> = row.split('|').map(|it| it.trim().to_owned()).collect();
        let names = cells[1].split(", ").map(|name| {
            let name = name.trim_matches('`').split('=').next();
            name.unwrap_or_default().to_owned()
        });
        let names = names.filter(|name| name.starts_with(PREFIX)).collect();
        (names, cells[2..].to_vec())
    };
    rows.map(cells).collect()
}

#[test]
fn the_readme_has_every_variable_once_with_its_default() {
    let rows = rows("README.md");
    for variable in Variable::ALL {
        let own = rows
            .iter()
            .filter(|(names, _)| names.iter().any(|it| it == variable.name()));
        let own: Vec<_> = own.collect();
        let [(_, cells)] = own[..] else {
            panic!(
                "{} stands {} times in README.md",
                variable.name(),
                own.len()
            )
        };
        let plain = |text: &str| text.replace('`', "");
        let default = variable.default().trim_matches(['(', ')']);
        let shown = plain(&cells[0]);
        let is_none = ["", "none"].contains(&default) && shown.is_empty();
        assert!(
            is_none || shown == default,
            "{}: {shown:?} is not {default:?}",
            variable.name()
        );
    }
    let known = |name: &String| Variable::from_name(name).is_some();
    assert!(
        rows.iter()
            .all(|(names, _)| !names.is_empty() && names.iter().all(known))
    );
}

#[test]
fn the_harness_documents_what_it_reads() {
    let rows = rows("runner/src/lib.rs");
    let named = |name| {
        rows.iter()
            .any(|(names, _)| names.iter().any(|it| it == name))
    };
    for variable in Variable::ALL.iter().filter(|it| it.reader().is_harness()) {
        assert!(
            named(variable.name()),
            "{} is not in runner/src/lib.rs",
            variable.name()
        );
    }
    assert!(
        rows.iter()
            .flat_map(|(names, _)| names)
            .all(|it| Variable::from_name(it).is_some())
    );
}

/// Blocks of code that a page quotes from an example: those that begin with its path.
fn quotations(page: &str) -> Vec<(String, Vec<String>)> {
    let mut lines = page.lines();
    let mut all = Vec::new();
    while lines.by_ref().any(|line| line == "```rust") {
        let mut block = lines.by_ref().take_while(|line| *line != "```");
        let first = block.next().unwrap_or_default();
        let rest: Vec<String> = block.map(str::to_owned).collect();
        if let Some(path) = first.strip_prefix("// examples/") {
            all.push((format!("examples/{path}"), rest));
        }
    }
    all
}

/// The first line that a text does not have behind the one before; lines between only where `// …` says so.
fn misquoted<'q>(quotation: &'q [String], text: &str) -> Option<&'q str> {
    let text: Vec<&str> = text.lines().collect();
    let (mut at, mut gap) = (0, true);
    for line in quotation {
        if line.trim() == "// …" {
            gap = true;
            continue;
        }
        let found = if gap {
            text[at..].iter().position(|it| it == line)
        } else {
            text.get(at).is_some_and(|it| it == line).then_some(0)
        };
        match found {
            Some(found) => at += found + 1,
            None => return Some(line),
        }
        gap = false;
    }
    None
}

#[test]
fn what_the_readme_quotes_from_examples_stands_there() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../");
    let page = std::fs::read_to_string(format!("{root}README.md")).unwrap();
    let quotations = quotations(&page);
    assert!(quotations.len() >= 4, "{quotations:?}");
    for (path, quotation) in quotations {
        let text = std::fs::read_to_string(format!("{root}{path}")).unwrap();
        assert_eq!(misquoted(&quotation, &text), None, "{path}");
    }
}

#[test]
fn a_quotation_that_leaves_out_or_changes_a_line_is_found() {
    let of = |quotation: &str| {
        let quotation: Vec<String> = quotation.lines().map(str::to_owned).collect();
        misquoted(&quotation, "a\nb\nc\nd\n").map(str::to_owned)
    };
    assert_eq!(of("b\nc"), None);
    assert_eq!(of("a\n// …\nd"), None);
    assert_eq!(of("a\nc").as_deref(), Some("c"));
    assert_eq!(of("d\n// …\na").as_deref(), Some("a"));
    assert_eq!(of("x").as_deref(), Some("x"));
}

/// The paths of all files and folders below a folder, each behind a `/`.
fn paths(folder: &Path, below: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let path = format!("{below}/{name}");
        if entry.file_type().unwrap().is_dir() {
            paths(&entry.path(), &path, found);
        }
        found.push(path);
    }
}

/// The paths that a page names, as code: of folders with a `/`, of files with their ending.
fn named_paths(page: &str) -> Vec<&str> {
    let code = page
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2));
    let is_path = |text: &&str| {
        let mut bytes = text.bytes();
        let plain = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
        plain && (text.contains('/') || Path::new(text).extension().is_some_and(|it| it == "rs"))
    };
    code.filter(is_path).collect()
}

#[test]
fn every_path_that_the_architecture_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let named = named_paths(&page);
    assert!(named.len() > 100, "{} paths", named.len());
    let mut there = Vec::new();
    paths(&root, "", &mut there);
    for name in named {
        let end = format!("/{}", name.trim_end_matches('/'));
        assert!(
            there.iter().any(|path| path.ends_with(&end)),
            "ARCHITECTURE.md names `{name}`, which is not there"
        );
    }
}

#[test]
fn paths_are_distinguished_from_other_code_of_a_page() {
    let page = "| `src/a/` and `b.rs` | `Change::of`, `--cfg loom`, `simulator/<name>.rs`, `c.v` |";
    assert_eq!(named_paths(page), ["src/a/", "b.rs"]);
}
