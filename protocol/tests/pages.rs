//! The pages that list settings, held against the table of them.

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
