//! Structs bound to what a design has several of, to names with a prefix, to records, and values
//! that are packed structures and lanes.

use std::collections::BTreeMap;

use verifork::prelude::*;

#[derive(Dut)]
struct Stream {
    data: Signal<u8>,
    valid: Signal<bool>,
    last: Option<Signal<bool>>,
}

#[derive(Dut)]
struct Stage {
    d: Signal<u8>,
    q: Signal<u8>,
    /// `tap_Data` and `tap_Valid`.
    #[dut(prefix = "TAP_")]
    tap: Stream,
    #[dut(prefix = "tap_")]
    optional_tap: Option<OptionalStream>,
}

#[derive(Dut)]
struct OptionalStream {
    data: Option<Signal<u8>>,
    valid: Option<Signal<bool>>,
}

#[derive(Dut)]
struct Lane {
    sum: Signal<u8>,
    u: Stage,
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
#[logic(width = 2)]
enum Kind {
    Data,
    Control,
    Debug,
}

#[derive(LogicStruct, Clone, Debug, PartialEq)]
struct Header {
    kind: Kind,
    #[logic(width = 12)]
    length: u16,
    strobe: [bool; 4],
    last: bool,
}

#[derive(Dut)]
struct Binding {
    clk: Signal<bool>,
    #[dut(prefix = "s_axis_t")]
    input: Stream,
    #[dut(prefix = "m_", suffix = "_o")]
    output: Stream,
    #[dut(prefix = "x_")]
    absent: Option<Stream>,
    lane: [Lane; 3],
    #[dut(path = "lane")]
    by_index: BTreeMap<i64, Lane>,
    /// In Verilog only.
    pair: Option<Vec<Stage>>,
    header_i: Signal<Header>,
    header_o: Signal<Header>,
    lanes_i: Signal<[u8; 4]>,
    lanes_o: Signal<[u8; 4]>,
}

#[verifork::test]
async fn loops_and_arrays_are_bound_by_their_indices(dut: Binding) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.input.data.set(100);
    dut.clk.rising_edges(2).await;
    read_only().await;
    ensure!(dut.by_index.keys().eq(&[2, 3, 4]));
    for ((index, by_index), lane) in dut.by_index.iter().zip(&dut.lane) {
        let sum = 100 + u8::try_from(*index)?;
        lane.sum.expect(sum)?;
        lane.u.d.expect(sum)?;
        lane.u.q.expect(sum)?;
        ensure!(lane.sum == by_index.sum);
    }
    if let Some(pair) = &dut.pair {
        ensure!(pair.len() == 2, "{} of a pair", pair.len());
        pair[0].q.expect(10)?;
        pair[1].q.expect(20)?;
    }
    Ok(())
}

#[verifork::test]
async fn names_with_a_prefix_and_a_suffix_are_bound(dut: Binding) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.input.data.set(0x5a);
    dut.input.valid.set(true);
    dut.clk.rising_edges(2).await;
    read_only().await;
    dut.output.data.expect(0x5a)?;
    dut.output.valid.expect(true)?;
    ensure!(dut.absent.is_none() && dut.input.last.is_none() && dut.output.last.is_none());
    Ok(())
}

#[verifork::test]
async fn names_with_a_prefix_are_bound_in_any_case_below_the_top(dut: Binding) -> Result {
    dut.input.data.set(0x5a);
    timer(1.ns()).await;
    for (index, lane) in &dut.by_index {
        let sum = 0x5a + u8::try_from(*index)?;
        lane.u.tap.data.expect(sum)?;
        lane.u.tap.valid.expect(sum % 2 == 1)?;
        let optional = lane.u.optional_tap.context("`tap_` is absent")?;
        ensure!(
            optional.data == Some(lane.u.tap.data),
            "`tap_Data` is absent"
        );
        ensure!(
            optional.valid == Some(lane.u.tap.valid),
            "`tap_Valid` is absent"
        );
    }
    Ok(())
}

#[verifork::test]
async fn a_mandatory_name_is_reported_with_what_has_the_prefix(
    dut: Binding,
    top: Instance,
) -> Result {
    #[derive(Debug, Dut)]
    #[allow(dead_code, reason = "it does not bind")]
    struct Wide {
        data: Signal<u8>,
        keep: Signal<bool>,
    }
    #[derive(Debug, Dut)]
    #[allow(dead_code, reason = "it does not bind")]
    struct Top {
        #[dut(prefix = "s_axis_t")]
        input: Wide,
    }
    let error = top.bind::<Top>().unwrap_err().to_string().to_lowercase();
    for part in [
        "wide.keep: there is no `s_axis_tkeep`",
        "with the prefix `s_axis_t` it holds s_axis_tdata, s_axis_tvalid",
    ] {
        ensure!(error.contains(part), "{part} is not in {error}");
    }
    ensure!(!error.contains("header_i"), "{error}");
    ensure!(dut.input.data.width() == 8);
    Ok(())
}

#[derive(Dut)]
struct Records {
    #[dut(fields)]
    request: Stream,
    answers: Vec<Stream>,
}

#[verifork::test]
async fn records_and_arrays_of_them_are_bound_by_their_fields(top: Instance) -> Result {
    if !top.contains("request") {
        return skip("the design has no records that the simulator shows");
    }
    let Records { request, answers } = top.bind()?;
    request.data.set(77);
    request.valid.set(true);
    timer(1.ns()).await;
    read_only().await;
    ensure!(answers.len() == 2);
    for answer in &answers {
        answer.data.expect(77)?;
        answer.valid.expect(true)?;
    }
    Ok(())
}

#[verifork::test]
async fn a_packed_structure_goes_field_by_field(dut: Binding) -> Result {
    dut.header_i.set(Header {
        kind: Kind::Control,
        length: 0x7ff,
        strobe: [true, false, false, true],
        last: true,
    });
    timer(1.ns()).await;
    read_only().await;
    dut.header_o.expect(Header {
        kind: Kind::Control,
        length: 0x800,
        strobe: [false, true, true, false],
        last: false,
    })?;
    let wrong = Header {
        kind: Kind::Debug,
        ..dut.header_o.get()?
    };
    let error = dut.header_o.expect(wrong).unwrap_err().to_string();
    ensure!(
        error.contains("kind: Control") && error.contains("kind: Debug"),
        "{error}"
    );
    timer(1.ns()).await;
    // No variant has the value 3.
    dut.header_i.as_logic().set("1100000000000000000".parse()?);
    timer(1.ns()).await;
    read_only().await;
    let error = dut.header_o.get().unwrap_err().to_string();
    ensure!(error.contains("field `kind` of Header"), "{error}");
    Ok(())
}

#[verifork::test]
async fn lanes_of_a_packed_array_are_elements(dut: Binding) -> Result {
    dut.lanes_i.set([1, 2, 3, 4]);
    timer(1.ns()).await;
    read_only().await;
    dut.lanes_o.expect([2, 3, 4, 1])?;
    Ok(())
}
