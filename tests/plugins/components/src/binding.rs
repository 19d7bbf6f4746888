//! What a design lacks, or has in another form, is said where it is bound or started.

use verifork::prelude::*;
use verifork_components::axi_stream::{Checker, Frame, Signals, Sink, Source};
use verifork_components::memory::Memory;
use verifork_components::valid_ready;
use verifork_components::{Clocked, Data};
use verifork_components::{apb, axi_lite};

use crate::Wires;

#[derive(Dut)]
#[allow(dead_code, reason = "it does not bind")]
struct NoValid {
    #[dut(prefix = "axis_t")] // axis_ttvalid, …: nothing is there
    stream: Signals,
}

#[verifork::test(should_fail(bind = "with the prefix `axis_t` it holds axis_t"))]
async fn a_mandatory_signal_that_is_missing_is_reported_with_what_was_found(dut: NoValid) {
    let _ = dut;
}

#[derive(Dut)]
#[allow(dead_code, reason = "it does not bind")]
struct NoPayload {
    #[dut(prefix = "axis_t")] // valid and ready are, data too, but wider
    stream: valid_ready::Channel<Data<u8>>,
}

#[verifork::test(should_fail(bind = "u8 takes 1 to 8 bits"))]
async fn a_payload_that_does_not_fit_is_reported(dut: NoPayload) {
    let _ = dut;
}

#[verifork::test]
async fn what_a_stream_does_not_have_is_none(dut: Wires) -> Result {
    let bare = &dut.bare;
    ensure!(bare.tlast.is_none() && bare.tkeep.is_none() && bare.tid.is_none());
    ensure!(bare.tready.is_some() && bare.bytes() == dut.axis.bytes());
    ensure!(
        bare.bus().rsplit('.').next() == Some("bare"),
        "{}",
        bare.bus()
    );
    Ok(())
}

#[derive(Dut)]
struct Odd {
    clk: Signal<bool>,
    #[dut(prefix = "odd_")]
    odd: Signals,
}

#[verifork::test(
    cases(source = 0, sink = 1, checker = 2),
    should_fail(panic = "TKEEP has a bit for each of the 4 bytes")
)]
async fn widths_that_do_not_fit_are_refused_where_it_is_started(dut: Odd, test: Test, which: u8) {
    let clocked = Clocked::external(&dut.clk);
    match which {
        0 => _ = Source::new(&dut.odd).start(&test, &clocked),
        1 => _ = Sink::new(&dut.odd).start(&test, &clocked),
        _ => Checker::new(&dut.odd).start(&test, &clocked),
    }
}

#[derive(Dut)]
#[allow(dead_code, reason = "it does not bind")]
struct Apb64 {
    #[dut(prefix = "apb64_")]
    bus: apb::Signals,
}

#[derive(Dut)]
#[allow(dead_code, reason = "it does not bind")]
struct Lite128 {
    #[dut(prefix = "lite128_")]
    bus: axi_lite::Signals,
}

/// In the protocol's words, and at the user's line, where no component is started yet.
#[verifork::test]
async fn a_width_that_the_protocol_has_not_is_reported_by_its_rule(test: Test) -> Result {
    let top = Instance::roots()?[0];
    let line = line!() - 14;
    let text = top.bind::<Apb64>().map(drop).unwrap_err().to_string();
    let place = format!(", for Apb64.bus at {}:{line}", file!());
    for name in ["pwdata", "prdata"] {
        let text = text.to_lowercase();
        let found = text.contains(&format!("apb64_{name}` is a"));
        ensure!(found && text.contains("(64 bits): apb: "), "{text}");
    }
    let says = format!(": APB: PWDATA and PRDATA have 8, 16 or 32 bits{place}");
    ensure!(text.matches(&says).count() == 2, "no `{says}`: {text}");
    let text = top.bind::<Lite128>().map(drop).unwrap_err().to_string();
    for says in [
        "(128 bits): AXI4-Lite: WDATA and RDATA have 32 or 64 bits, for Lite128.bus at ",
        "(16 bits): AXI4-Lite: WSTRB has 4 or 8 bits, for Lite128.bus at ",
    ] {
        ensure!(text.contains(says), "no `{says}`: {text}");
    }
    let _ = test;
    Ok(())
}

/// A record of VHDL or an interface of `SystemVerilog` has the names of the protocol's signals as they are.
#[derive(Dut)]
struct Bundled {
    clk: Signal<bool>,
    rst_n: Signal<bool>,
    #[dut(fields)]
    bundled: Signals,
}

#[verifork::test(
    timeout = 100.us(),
    skip(icarus, "version 11 has no interfaces"),
    skip(ghdl, "it shows no records")
)]
async fn a_stream_is_bound_by_a_record_or_an_interface(dut: Bundled, test: Test) -> Result {
    let bus = dut.bundled;
    ensure!(bus.tkeep.is_some() && bus.tlast.is_some() && bus.tid.is_none() && bus.bytes() == 4);
    ensure!(
        bus.bus().to_ascii_lowercase().ends_with("bundled"),
        "{}",
        bus.bus()
    );
    let clocked = crate::start(&dut.clk, &dut.rst_n).await;
    let source = Source::new(&bus).start(&test, &clocked);
    let sink = Sink::new(&bus).start(&test, &clocked);
    Checker::new(&bus).start(&test, &clocked);
    for length in 1..20 {
        source.send(Frame::new(vec![length; length.into()])).await?;
        let frame = sink.recv().await?;
        ensure!(frame.data == vec![length; length.into()], "{frame:?}");
    }
    Ok(())
}

#[verifork::test(should_fail(
    panic = "is already driven, by the source started at tests/plugins/components/src/binding.rs:"
))]
async fn a_second_source_on_one_stream_is_refused(dut: Wires, test: Test) {
    let clocked = dut.start().await;
    let _first = Source::new(&dut.axis).start(&test, &clocked);
    let _second = Source::new(&dut.axis).start(&test, &clocked);
}

#[verifork::test(should_fail(
    panic = "is already driven, by the sink started at tests/plugins/components/src/binding.rs:"
))]
async fn a_second_sink_on_one_stream_is_refused(dut: Wires, test: Test) {
    let clocked = dut.start().await;
    let _first = Sink::new(&dut.axis).start(&test, &clocked);
    let _second = Sink::new(&dut.axis).start(&test, &clocked);
}

/// What has ended leaves its place to the next.
#[verifork::test]
async fn a_source_that_has_ended_leaves_its_place(dut: Wires) -> Result {
    let clocked = dut.start().await;
    for _ in 0..2 {
        scope(async |tm| {
            let _source = Source::new(&dut.axis).start(tm, &clocked);
            let _sink = Sink::new(&dut.axis).start(tm, &clocked);
            clocked.edge().await;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// What a stream cannot carry is an error of the caller's line, and the source goes on.
#[verifork::test]
async fn a_frame_that_does_not_fit_is_an_error_of_its_sender(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let source = Source::new(&dut.bare).start(&test, &clocked);
    let full = Source::new(&dut.axis).start(&test, &clocked);
    let _sink = Sink::new(&dut.bare).start(&test, &clocked);
    let user = LogicVec::ones(3);
    let kinds = [verifork_components::axi_stream::ByteKind::Position; 4];
    for (frame, says) in [
        (Frame::new([1, 2, 3]), "leaves 1 of a beat of 4 empty, and "),
        (Frame::new([]), "a frame of 0 bytes leaves 4"),
        (Frame::new([0; 4]).id(1), "TID 1, and "),
        (Frame::new([0; 4]).kinds(kinds), "has no TSTRB"),
        (Frame::new([0; 4]).user(user.clone()), "a TUSER, and "),
    ] {
        let error = source.send(frame).await.unwrap_err().to_string();
        ensure!(
            error.starts_with("AXI4-Stream: ") && error.contains(says),
            "{error}"
        );
    }
    for (frame, says) in [
        (Frame::new([0; 4]).id(16), "TID 16 does not fit the 4 bits"),
        (
            Frame::new([0; 4]).dest(8),
            "TDEST 8 does not fit the 3 bits",
        ),
        (Frame::new([0; 4]).user(user.clone()), "a TUSER of 3 bits; "),
        (
            Frame::new([0; 5]).kinds(kinds),
            "4 kinds of bytes for 5 bytes",
        ),
        (
            Frame::new([0; 12]).users([LogicVec::ones(5), LogicVec::ones(5)]),
            "2 values of TUSER for 3 beats",
        ),
    ] {
        let error = full.send(frame).await.unwrap_err().to_string();
        ensure!(error.contains(says), "{error}");
    }
    source.send(Frame::new([0; 4])).await?.sent().await?;
    Ok(())
}

#[verifork::test(should_fail = "leaves 1 of a beat of 4 empty")]
async fn the_error_of_a_frame_fails_the_test(dut: Wires, test: Test) -> Result {
    let clocked = dut.start().await;
    let source = Source::new(&dut.bare).start(&test, &clocked);
    source.send(Frame::new([1, 2, 3])).await?;
    Ok(())
}

/// `S_LITE_AWVALID_I` and `valid_i` tell in their names who drives them.
#[derive(Dut)]
struct Directed {
    clk: Signal<bool>,
    rst_n: Signal<bool>,
    #[dut(prefix = "s_lite_", suffix("_i", "_o"))]
    lite: axi_lite::Signals,
    #[dut(suffix("_i", "_o"))]
    requests: valid_ready::Channel<Data<u16>>,
}

#[verifork::test(timeout = 100.us())]
async fn names_that_tell_a_direction_are_bound_by_one_attribute(
    dut: Directed,
    test: Test,
) -> Result {
    let clocked = crate::start(&dut.clk, &dut.rst_n).await;
    let bus = axi_lite::Manager::new(&dut.lite).start(&test, &clocked);
    axi_lite::Subordinate::new(&dut.lite, &Memory::sparse()).start(&test, &clocked);
    axi_lite::Checker::new(&dut.lite).start(&test, &clocked);
    bus.write(0x10, 0x1234_5678).await?;
    ensure!(bus.read(0x10).await? == 0x1234_5678);
    let source = valid_ready::Source::new(&dut.requests).start(&test, &clocked);
    let sink = valid_ready::Sink::new(&dut.requests).start(&test, &clocked);
    source.send(0xabc).await?;
    ensure!(sink.recv().await? == 0xabc);
    // Named by what its signals share.
    ensure!(
        dut.lite.bus().to_ascii_lowercase().ends_with(".s_lite"),
        "{}",
        dut.lite.bus()
    );
    Ok(())
}

#[derive(Dut)]
#[allow(dead_code, reason = "it does not bind")]
struct TwoOfOne {
    #[dut(prefix("axis_", "bare_"))]
    stream: Signals,
}

#[verifork::test(should_fail(
    bind = "`tvalid` with the prefix `axis_` or `bare_` is `axis_tvalid`, and `bare_tvalid`"
))]
async fn a_name_that_is_there_twice_is_not_guessed(dut: TwoOfOne) {
    let _ = dut;
}
