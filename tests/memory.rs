//! What ends leaves nothing behind, and what goes on allocates nothing: the bench plugin's own
//! checks on Icarus, with fewer rounds than `cargo bench --bench rates` has.

mod common;

use common::{Icarus, plugin};

fn passes(filter: &str, count: &str) {
    passes_on("bench", "benches/hdl/plugin_clock.v", filter, count);
}

fn passes_on(top: &str, design: &str, filter: &str, count: &str) {
    let design = Icarus::compile::<&str>(top, &[design], &[]);
    let run = design.run(
        &plugin("bench_tb"),
        &[("VERIFORK_FILTER", filter)],
        &[count],
    );
    run.passed().says(" 0 failed, 0 skipped");
}

#[test]
fn memory_stays_flat() {
    require!("iverilog", "vvp");
    passes("memory::", "+count=100000");
}

#[test]
fn waits_reads_and_writes_allocate_nothing() {
    require!("iverilog", "vvp");
    passes("allocations::", "+count=10000");
}

#[test]
fn beats_between_components_allocate_nothing() {
    require!("iverilog", "vvp");
    let filter = "=streams::beats_allocate_nothing";
    passes_on("axis_fifo", "hdl/axis_fifo.v", filter, "+count=1");
}

#[test]
fn beats_of_a_burst_allocate_nothing() {
    require!("iverilog", "vvp");
    let filter = "=bursts::beats_allocate_nothing";
    passes_on("axi_ram", "hdl/axi_ram.v", filter, "+count=1");
}
