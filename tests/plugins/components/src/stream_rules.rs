//! Each rule of AXI4-Stream is broken on purpose, and nothing else.

use std::collections::BTreeSet;

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::axi_stream::{self, Checker, Frame, Signals};
use verifork_components::{Clocked, Pauses};

use crate::Wires;
use crate::breaks::broke;

/// What a test does to the wires in the middle of a beat that waits.
type Change = fn(&Signals);

fn vector(signal: Option<Signal<LogicVec>>, value: u64) {
    let signal = signal.expect("the wires are all there");
    signal.set(LogicVec::from_planes_u64(signal.width(), value, 0));
}

/// Makes the lowest bit unknown, and leaves the others as in [`offer`].
fn unknown(signal: Option<Signal<LogicVec>>) {
    let signal = signal.expect("the wires are all there");
    signal.set(LogicVec::from_planes_u64(signal.width(), 0xf, 1));
}

/// A beat of four bytes.
fn offer(axis: &Signals) {
    vector(axis.tdata, 0x0403_0201);
    vector(axis.tkeep, 0xf);
    vector(axis.tstrb, 0xf);
    axis.tlast.expect("it is there").set(Logic::One);
    vector(axis.tid, 1);
    vector(axis.tdest, 2);
    vector(axis.tuser, 3);
    axis.tvalid.set(Logic::One);
}

fn ready(axis: &Signals, ready: Logic) {
    axis.tready.expect("it is there").set(ready);
}

/// A beat is offered, changed by `before`, waits, is changed by `meanwhile` and taken.
async fn a_beat(
    dut: &Wires,
    checker: Checker,
    before: Change,
    meanwhile: Change,
) -> Result<(), TaskErrors> {
    let clocked = dut.start().await;
    let axis = &dut.axis;
    scope(async |tm| {
        checker.start(tm, &clocked);
        clocked.edges(2).await;
        offer(axis);
        before(axis);
        clocked.edge().await;
        meanwhile(axis);
        clocked.edge().await;
        ready(axis, Logic::One);
        clocked.edge().await;
        axis.tvalid.set(Logic::Zero);
        ready(axis, Logic::Zero);
        clocked.edges(3).await;
        Ok(())
    })
    .await
}

fn nothing(_: &Signals) {}

/// The sequence by itself breaks nothing: what the tests below see is what they do.
#[verifork::test]
async fn a_beat_that_waits_breaks_no_rule(dut: Wires) -> Result {
    let checker = Checker::new(&dut.axis).max_wait(2);
    Ok(a_beat(&dut, checker, nothing, nothing).await?)
}

#[verifork::test(cases(
    tvalid = ("TVALID", (|axis| axis.tvalid.set(Logic::Zero)) as Change),
    tdata = ("TDATA", (|axis| vector(axis.tdata, 0x0403_0200)) as Change),
    tkeep = ("TKEEP", (|axis| { vector(axis.tkeep, 7); vector(axis.tstrb, 0xf >> 1) }) as Change),
    tstrb = ("TSTRB", (|axis| vector(axis.tstrb, 7)) as Change),
    tlast = ("TLAST", (|axis| axis.tlast.unwrap().set(Logic::Zero)) as Change),
    tid = ("TID", (|axis| vector(axis.tid, 9)) as Change),
    tdest = ("TDEST", (|axis| vector(axis.tdest, 3)) as Change),
    tuser = ("TUSER", (|axis| vector(axis.tuser, 2)) as Change),
))]
async fn what_changes_while_it_waits_is_named(
    dut: Wires,
    name: &'static str,
    change: Change,
) -> Result {
    let rule = format!("AXI4STREAM_ERRM_{name}_STABLE");
    let outcome = a_beat(&dut, Checker::new(&dut.axis), nothing, change).await;
    let violation = broke(&rule, "axis", outcome)?.to_string();
    let path = format!("axis_{}", name.to_ascii_lowercase());
    ensure!(
        violation.to_ascii_lowercase().contains(&path),
        "{violation}"
    );
    ensure!(violation.contains(", beat 1;"), "{violation}");
    // Who does not want to know is not told.
    let mut checker = Checker::new(&dut.axis).ignore(&rule);
    match name {
        "TKEEP" => checker = checker.ignore("AXI4STREAM_ERRM_TSTRB_STABLE"),
        "TLAST" => checker = checker.ignore(DONE), // the frame does not end then
        _ => {}
    }
    Ok(a_beat(&dut, checker, nothing, change).await?)
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        tdata = ("TDATA", (|axis| unknown(axis.tdata)) as Change),
        tkeep = ("TKEEP", (|axis| unknown(axis.tkeep)) as Change),
        tstrb = ("TSTRB", (|axis| unknown(axis.tstrb)) as Change),
        tlast = ("TLAST", (|axis| axis.tlast.unwrap().set(Logic::Unknown)) as Change),
        tid = ("TID", (|axis| unknown(axis.tid)) as Change),
        tdest = ("TDEST", (|axis| unknown(axis.tdest)) as Change),
        tuser = ("TUSER", (|axis| unknown(axis.tuser)) as Change),
    )
)]
async fn what_is_unknown_while_it_is_valid_is_named(
    dut: Wires,
    name: &'static str,
    change: Change,
) -> Result {
    let rule = format!("AXI4STREAM_ERRM_{name}_X");
    let outcome = a_beat(&dut, Checker::new(&dut.axis), change, nothing).await;
    broke(&rule, "axis", outcome)?;
    let checker = Checker::new(&dut.axis).ignore(&rule);
    Ok(a_beat(&dut, checker, change, nothing).await?)
}

/// Bytes of TDATA that are not data may be anything.
#[verifork::test(skip(verilator, "its values have two states"))]
async fn what_is_no_data_may_be_unknown(dut: Wires) -> Result {
    let change: Change = |axis| {
        unknown(axis.tdata);
        vector(axis.tkeep, 0xe);
        vector(axis.tstrb, 0xe);
    };
    a_beat(&dut, Checker::new(&dut.axis), change, nothing).await?;
    let change: Change = |axis| {
        unknown(axis.tdata);
        vector(axis.tstrb, 0xe);
    };
    Ok(a_beat(&dut, Checker::new(&dut.axis), change, nothing).await?)
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        tvalid = ("AXI4STREAM_ERRM_TVALID_X", (|axis| axis.tvalid.set(Logic::Unknown)) as Change),
        tready = ("AXI4STREAM_ERRS_TREADY_X", (|axis| ready(axis, Logic::Unknown)) as Change),
        tready_z = ("AXI4STREAM_ERRS_TREADY_X", (|axis| ready(axis, Logic::HighImpedance)) as Change),
    )
)]
async fn a_handshake_that_is_unknown_is_named(
    dut: Wires,
    rule: &'static str,
    change: Change,
) -> Result {
    let outcome = a_beat(&dut, Checker::new(&dut.axis), change, nothing).await;
    broke(rule, "axis", outcome)?;
    Ok(())
}

/// Models that have to know do not wait for ever on what is unknown.
#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        source = "AXI4STREAM_ERRS_TREADY_X",
        sink = "AXI4STREAM_ERRM_TVALID_X",
        monitor = "AXI4STREAM_ERRM_TVALID_X",
    )
)]
async fn a_model_names_an_unknown_handshake(dut: Wires, test: Test, rule: &'static str) -> Result {
    let clocked = dut.start().await;
    let axis = &dut.axis;
    let outcome = scope(async |tm| {
        if test.name().ends_with("::source") {
            let source = axi_stream::Source::new(axis).start(tm, &clocked);
            ready(axis, Logic::Unknown);
            source.send(Frame::new([1, 2, 3, 4])).await?.sent().await?;
            return Ok(());
        }
        let sink = if test.name().ends_with("::sink") {
            Some(axi_stream::Sink::new(axis).start(tm, &clocked))
        } else {
            ready(axis, Logic::One);
            axi_stream::Monitor::new(axis).start(tm, &clocked);
            None
        };
        clocked.edge().await;
        axis.tvalid.set(Logic::Unknown);
        clocked.edges(5).await;
        drop(sink);
        Ok(())
    })
    .await;
    broke(rule, "axis", outcome)?;
    Ok(())
}

#[verifork::test]
async fn valid_at_the_first_edge_after_a_reset_is_named(dut: Wires) -> Result {
    let clocked = dut.start().await;
    let run = async |checker: Checker| {
        scope(async |tm| {
            checker.start(tm, &clocked);
            clocked.edges(2).await;
            dut.rst_n.set(false);
            clocked.edges(2).await;
            offer(&dut.axis); // in reset it may be anything
            clocked.edge().await;
            dut.rst_n.set(true);
            ready(&dut.axis, Logic::One);
            clocked.edge().await;
            dut.axis.tvalid.set(Logic::Zero);
            clocked.edges(2).await;
            Ok(())
        })
        .await
    };
    let rule = "AXI4STREAM_ERRM_TVALID_RESET";
    broke(rule, "axis", run(Checker::new(&dut.axis)).await)?;
    dut.axis.tvalid.set(Logic::Zero);
    Ok(run(Checker::new(&dut.axis).ignore(rule)).await?)
}

#[verifork::test]
async fn a_wait_that_is_too_long_is_named(dut: Wires) -> Result {
    let outcome = a_beat(&dut, Checker::new(&dut.axis).max_wait(1), nothing, nothing).await;
    broke("AXI4STREAM_RECS_TREADY_MAX_WAIT", "axis", outcome)?;
    Ok(())
}

#[verifork::test]
async fn a_strobe_without_keep_is_named(dut: Wires) -> Result {
    let change: Change = |axis| vector(axis.tkeep, 0xb);
    let outcome = a_beat(&dut, Checker::new(&dut.axis), change, nothing).await;
    let violation = broke("AXI4STREAM_ERRM_TKEEP_TSTRB", "axis", outcome)?;
    ensure!(violation.to_string().contains("byte 2 has"), "{violation}");
    Ok(())
}

const DONE: &str = "AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS";

async fn half_a_frame(dut: &Wires, checker: Checker) -> Result {
    a_beat(
        dut,
        checker,
        |axis| axis.tlast.unwrap().set(Logic::Zero),
        nothing,
    )
    .await?;
    Ok(())
}

#[verifork::test(
    should_fail = "AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS: 1 stream(s) are inside of a frame"
)]
async fn a_frame_without_its_end_is_named(dut: Wires) -> Result {
    half_a_frame(&dut, Checker::new(&dut.axis)).await
}

/// The rule that was broken first is what the test fails with first, though a frame is open too.
#[verifork::test]
async fn an_open_frame_hides_no_other_rule(dut: Wires) -> Result {
    let change: Change = |axis| vector(axis.tdata, 0);
    let ends = Checker::new(&dut.axis);
    let outcome = scope(async |tm| {
        // A frame is open on a stream, and then another one breaks a rule.
        let clocked = dut.start().await;
        ends.start(tm, &clocked);
        clocked.edges(2).await;
        offer(&dut.axis);
        dut.axis.tlast.unwrap().set(Logic::Zero);
        ready(&dut.axis, Logic::One);
        clocked.edge().await;
        ready(&dut.axis, Logic::Zero);
        clocked.edge().await;
        change(&dut.axis);
        clocked.edges(2).await;
        Ok(())
    })
    .await;
    broke("AXI4STREAM_ERRM_TDATA_STABLE", "axis", outcome)?;
    Ok(())
}

/// The same where one checker ends with the scope that another one has failed.
#[verifork::test(should_fail = "AXI4STREAM_ERRM_TVALID_STABLE")]
async fn an_open_frame_of_another_checker_hides_no_rule(dut: Wires) -> Result {
    let clocked = dut.start().await;
    scope(async |tm| {
        Checker::new(&dut.axis).start(tm, &clocked);
        Checker::new(&dut.bare).start(tm, &clocked);
        clocked.edges(2).await;
        offer(&dut.axis);
        dut.axis.tlast.unwrap().set(Logic::Zero);
        ready(&dut.axis, Logic::One);
        dut.bare.tdata.unwrap().set(LogicVec::zeros(32));
        dut.bare.tvalid.set(Logic::One);
        clocked.edges(2).await;
        dut.axis.tvalid.set(Logic::Zero);
        dut.bare.tvalid.set(Logic::Zero);
        clocked.edges(3).await;
        Ok(())
    })
    .await?;
    Ok(())
}

/// A reset ends a frame, and so does TLAST: neither is a false alarm.
#[verifork::test]
async fn a_reset_ends_what_was_open(dut: Wires) -> Result {
    let clocked = dut.start().await;
    scope(async |tm| {
        Checker::new(&dut.axis).start(tm, &clocked);
        clocked.edge().await;
        offer(&dut.axis);
        dut.axis.tlast.unwrap().set(Logic::Zero);
        ready(&dut.axis, Logic::One);
        clocked.edges(2).await;
        dut.axis.tvalid.set(Logic::Zero);
        clocked.reset().await;
        clocked.edges(2).await;
        Ok(())
    })
    .await?;
    Ok(())
}

#[derive(Dut)]
struct Wide {
    clk: Signal<bool>,
    #[dut(prefix = "wide_")]
    wide: Signals,
}

#[verifork::test(should_fail(
    panic = "AXI4STREAM_AUXM_TID_TDEST_WIDTH: TID and TDEST together have 32 bits"
))]
async fn too_many_bits_of_tid_and_tdest_are_named(dut: Wide, test: Test) {
    let clocked = Clocked::external(&dut.clk);
    Checker::new(&dut.wide)
        .ignore("AXI4STREAM_AUXM_TID_TDEST_WIDTH")
        .start(&test, &clocked);
    Checker::new(&dut.wide).start(&test, &clocked);
}

/// Every rule is in the table, and has a test here.
#[verifork::test]
async fn the_table_has_the_rules_that_the_tests_break() -> Result {
    let table: BTreeSet<&str> = axi_stream::RULES.iter().map(|rule| rule.name).collect();
    let text = include_str!("stream_rules.rs");
    for name in &table {
        let short = name.trim_start_matches("AXI4STREAM_ERRM_");
        let of_a_case = ["_STABLE", "_X"].iter().any(|kind| {
            short
                .strip_suffix(kind)
                .is_some_and(|signal| text.contains(&format!("= (\"{signal}\"")))
        });
        ensure!(
            of_a_case || text.contains(&format!("\"{name}")),
            "{name} has no test"
        );
    }
    ensure!(table.len() == 22, "{} rules", table.len());
    Ok(())
}

/// A long run in which no rule fires falsely.
#[verifork::test(timeout = 100.ms())]
async fn a_long_random_run_breaks_no_rule(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let mut rng = test.rng();
    scope(async |tm| {
        let pauses = Pauses::random(0.3);
        let source = axi_stream::Source::new(&dut.axis)
            .interleave(3)
            .queue(4)
            .pauses(&pauses)
            .start(tm, &clocked);
        let sink = axi_stream::Sink::new(&dut.axis)
            .pauses(&pauses)
            .start(tm, &clocked);
        Checker::new(&dut.axis).max_wait(100).start(tm, &clocked);
        let kinds = [
            Pauses::none(),
            Pauses::random(0.7), // a hundred pauses in a row do not happen
            Pauses::bursts([(1..=20, 1)], [(1..=20, 1)]),
        ];
        for number in 0..crate::rounds(1500) {
            if number % 50 == 0 {
                pauses.set(rng.choose(&kinds).unwrap().clone());
            }
            source
                .send(crate::traffic::frame(&mut rng, &dut.axis))
                .await?;
            while sink.try_recv().is_some() {}
        }
        source.all_sent().await?;
        Ok(())
    })
    .await?;
    Ok(())
}
