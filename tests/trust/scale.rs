//! Large memories and large designs.

use crate::common::ghdl::{Ghdl, back_ends};
use crate::common::nvc::Nvc;
use crate::common::{Icarus, Run, plugin};
use crate::require;

const VERILOG: &str = "tests/designs/scale.v";
const VHDL: &str = "tests/designs/scale.vhd";

fn filter(test: &str) -> String {
    format!("=scale::{test}")
}

fn icarus(words: u32, cells: u32) -> Icarus {
    let parameters = [
        format!("-Pscale.WORDS={words}"),
        format!("-Pscale.CELLS={cells}"),
    ];
    Icarus::compile("scale", &[VERILOG], &parameters)
}

fn nvc(words: u32, cells: u32) -> Nvc {
    let generics = [format!("-gwords={words}"), format!("-gcells={cells}")];
    Nvc::compile("scale", &[VHDL], &generics.each_ref().map(String::as_str))
}

#[track_caller]
fn number(run: &Run, key: &str) -> u64 {
    let word = run.output.split_whitespace().find_map(|word| {
        let (found, number) = word.split_once('=')?;
        (found == key).then(|| number.parse().ok())?
    });
    word.unwrap_or_else(|| panic!("no {key}=… in\n{}", run.output))
}

#[test]
fn a_memory_is_written_and_read_and_nothing_stays() {
    let library = plugin("trust_tb");
    let filter = filter("a_memory_is_written_and_read_and_nothing_stays");
    let settings = [("VERIFORK_FILTER", &*filter)];
    let words = 1 << 16;
    require!("iverilog", "vvp");
    let run = icarus(words, 1).run(&library, &settings, &[]);
    run.passed().says("1 passed, 0 failed");
    assert_eq!(number(&run, "words"), u64::from(words));
    // Icarus has nothing of its own for a word, and the library no more than a flush needs.
    let grown = number(&run, "late") - number(&run, "begin");
    assert!(
        grown < 200 * u64::from(words),
        "{grown} bytes for {words} words"
    );
    require!("nvc");
    let run = nvc(words, 1).run(&library, &settings, &[], &[]);
    run.passed().says("1 passed, 0 failed");
    assert_eq!(number(&run, "words"), u64::from(words));
}

#[test]
fn a_word_is_one_object_however_it_is_reached() {
    let library = plugin("trust_tb");
    let filter = filter("a_word_is_one_object_however_it_is_reached");
    let settings = [("VERIFORK_FILTER", &*filter)];
    require!("iverilog", "vvp");
    let run = icarus(16, 1).run(&library, &settings, &[]);
    run.passed().says("1 passed, 0 failed");
    require!("nvc");
    let run = nvc(16, 1).run(&library, &settings, &[], &["+forces"]);
    run.passed().says("1 passed, 0 failed");
}

/// Twice as many cells: twice as much, and nothing on top.
fn is_linear(simulator: &str, walk: impl Fn(u32) -> Run) {
    let [small, large] = [500, 1000].map(walk);
    for run in [&small, &large] {
        run.passed().says("1 passed, 0 failed");
    }
    let (few, many) = (number(&small, "objects"), number(&large, "objects"));
    assert!(
        many > few + few / 2,
        "{simulator}: {few} and {many} objects"
    );
    let each = |run, objects| number(run, "bytes") / objects;
    let (before, after) = (each(&small, few), each(&large, many));
    assert!(
        after <= before + before / 4 && after < 4000,
        "{simulator}: {before} bytes each of {few}, {after} each of {many}"
    );
}

#[test]
fn a_walk_costs_in_proportion() {
    let library = plugin("trust_tb");
    let filter = filter("a_walk_costs_in_proportion");
    let settings = [("VERIFORK_FILTER", &*filter)];
    require!("iverilog", "vvp");
    is_linear("Icarus", |cells| {
        icarus(16, cells).run(&library, &settings, &[])
    });
    if crate::common::find_tool("ghdl").is_some() {
        for back_end in back_ends() {
            is_linear(back_end, |cells| {
                let design = Ghdl::compile(back_end, "scale", &[VHDL]);
                design.run(&library, &settings, &[&format!("-gcells={cells}")])
            });
        }
    } else {
        eprintln!("skipped: `ghdl` is not installed");
    }
    require!("nvc");
    is_linear("NVC", |cells| {
        nvc(16, cells).run(&library, &settings, &[], &[])
    });
}
