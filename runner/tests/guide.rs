//! What the guide "when it hangs" quotes is what `cargo test` prints today.

mod common;

use std::fs;
use std::path::Path;

use common::{Harness, find};

/// The texts that a page quotes as outputs.
fn quoted(page: &str) -> Vec<Vec<String>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().map(|line| {
        let line = line.strip_prefix("//!").expect("a page of documentation");
        line.strip_prefix(' ').unwrap_or(line)
    });
    while lines.by_ref().any(|line| line == "```text") {
        let block = lines.by_ref().take_while(|line| *line != "```");
        blocks.push(block.map(plain).collect());
    }
    blocks
}

/// A line without what depends on where the tests stand, and on how fast the machine is.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line
        .replace("runner/tests/faulty/", "")
        .replace("hangs::", "");
    // Of `src/hangs.rs:38:10`, that it is a place.
    while let Some(at) = rest.find("src/") {
        let end = rest[at..]
            .find([')', ';', ' ', ','])
            .map_or(rest.len(), |end| at + end);
        text += &rest[..at];
        text += "PLACE";
        rest = rest[end..].to_owned();
    }
    text += &rest;
    let words = text.split_inclusive(' ').collect::<Vec<_>>();
    let mut plain = String::new();
    for (at, word) in words.iter().enumerate() {
        let follows = |word| at > 0 && words[at - 1].trim_end() == word;
        let is_number = word.trim_end().parse::<f64>().is_ok();
        plain += if is_number && (follows("ran") || follows("for")) {
            "N "
        } else {
            word
        };
    }
    plain.trim_end().to_owned()
}

#[test]
fn what_the_guide_quotes_is_what_is_printed() {
    if find("iverilog").is_none() {
        eprintln!("skipped: icarus is not installed");
        return;
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/guide/when_it_hangs.rs");
    let blocks = quoted(&fs::read_to_string(page).expect("the page"));
    assert!(
        blocks.len() >= 7,
        "the page quotes {} outputs",
        blocks.len()
    );

    let harness = Harness::new();
    let only = ("VERIFORK_SIM", "icarus");
    let hangs = harness.run("hangs", &[only], &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let looping = folder.path().join("looping.v");
    let text = "`timescale 1ns/1ps\nmodule looping; reg a, b; initial a = 0; always @* b = a; always @(b) a <= !b; endmodule\n";
    fs::write(&looping, text).expect("a design");
    let described = [
        only,
        ("FAULTY_SOURCES", looping.to_str().expect("a path")),
        ("FAULTY_TOP", "looping"),
        ("FAULTY_TESTS", "design_loops"),
    ];
    let loops = harness.run("described", &described, &[]);
    let printed: Vec<String> = hangs
        .text
        .lines()
        .chain(loops.text.lines())
        .map(plain)
        .collect();
    for block in blocks {
        let mut lines = printed.iter();
        for line in &block {
            // The first line of a report begins with its place.
            let is_it = |it: &&String| *it == line || it.strip_prefix("PLACE ") == Some(line);
            assert!(
                lines.any(|it| is_it(&it)),
                "`{line}` of {block:#?} is not in:\n{}",
                printed.join("\n")
            );
        }
    }
}
