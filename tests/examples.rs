//! The examples pass on their designs and fail on the mutants of them.

mod common;

use common::{Icarus, plugin};

#[test]
fn counter_passes_and_its_mutant_fails() {
    require!("iverilog", "vvp");
    let plugin = plugin("counter_tb");
    let design = Icarus::compile::<&str>("counter", &["hdl/counter.v"], &[]);
    design.run(&plugin, &[], &[]).passed().says("4 passed, 0 failed, 0 skipped");
    let mutant = Icarus::compile::<&str>("counter", &["hdl/mutants/counter_carry_lost.v"], &[]);
    mutant.run(&plugin, &[], &[]).failed().says("FAIL  counts");
}

#[test]
fn a_plugin_named_to_the_compiler_is_loaded_by_the_simulator() {
    require!("iverilog", "vvp");
    let plugin = plugin("counter_tb");
    let path = plugin.to_str().expect("a plain path");
    let design = Icarus::compile("counter", &["hdl/counter.v"], &["-m", path]);
    design.run_alone(&[]).passed().says("4 passed, 0 failed, 0 skipped");
}
