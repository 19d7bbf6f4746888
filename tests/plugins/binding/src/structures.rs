//! Structs as values: of packed structures in Verilog, and of records in VHDL.

use verifork::dut::{BindError, SignalValue};
use verifork::prelude::*;
use verifork::value::LogicValue as _;

/// Two bits in Verilog; the names of the design in VHDL, which begin with `st_`.
#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
#[logic(width = 2)]
enum Kind {
    Data,
    Control,
    Debug,
}

#[derive(LogicStruct, Clone, Debug, PartialEq)]
struct Flags {
    last: bool,
    #[logic(width = STROBES)]
    strobe: u8,
}

const STROBES: u32 = 4;

#[derive(LogicStruct, Clone, Debug, PartialEq)]
struct Header {
    kind: Kind,
    #[logic(width = 12)]
    length: u16,
    flags: Flags,
    payload: [u8; 2],
}

/// The same bits from the other end.
#[derive(LogicStruct, Clone, Debug, PartialEq)]
#[logic(lsb_first)]
struct FromTheEnd {
    payload: [u8; 2],
    flags: Flags,
    #[logic(width = 12)]
    length: u16,
    kind: Kind,
}

fn header(length: u16) -> Header {
    Header {
        kind: Kind::Debug,
        length,
        flags: Flags {
            last: true,
            strobe: 0b0101,
        },
        payload: [0x12, 0x34],
    }
}

#[derive(Dut)]
struct Both {
    header_i: Signal<Header>,
    header_o: Signal<Header>,
    #[dut(path = "header_o")]
    from_the_end: Signal<FromTheEnd>,
}

#[verifork::test]
async fn both_go_field_by_field_in_either_order(dut: Both) -> Result {
    dut.header_i.set(header(0x9ab));
    timer(1.ns()).await;
    dut.header_o.expect(header(0x9ab))?;
    let Header {
        kind,
        length,
        flags,
        payload,
    } = header(0x9ab);
    dut.from_the_end.expect(FromTheEnd {
        payload,
        flags,
        length,
        kind,
    })?;
    let error = dut.header_o.expect(header(1)).unwrap_err().to_string();
    ensure!(
        error.contains("length: 2475") && error.contains("length: 1,"),
        "{error}"
    );
    Ok(())
}

#[verifork::test]
async fn both_are_awaited(dut: Both) -> Result {
    dut.header_i.set(header(0));
    timer(1.ns()).await;
    let monitor = spawn(async move {
        dut.header_o.wait_for(header(3)).await;
        Ok(now())
    });
    for length in 1..5 {
        timer(1.ns()).await;
        dut.header_i.set(header(length));
    }
    let seen = monitor.await?;
    timer(1.ns()).await;
    let changed = spawn(async move {
        dut.header_o.changed().await;
        Ok(dut.header_o.get()?)
    });
    let mut other = header(4);
    other.flags.strobe = 1;
    dut.header_i.set(other.clone());
    ensure!(changed.await? == other, "a nested field changed");
    ensure!(seen < now());
    Ok(())
}

#[verifork::test]
async fn both_refuse_a_field_that_does_not_fit(dut: Both) -> Result {
    let error = dut
        .header_i
        .try_set(header(0x1000))
        .unwrap_err()
        .to_string();
    ensure!(error.contains("field `length` of Header: 4096"), "{error}");
    Ok(())
}

#[derive(Dut)]
struct Packed {
    clk: Signal<bool>,
    header_i: Signal<Header>,
    pair: Signal<[Header; 2]>,
    seen: Array<Header>,
    length_o: Signal<u16>,
}

#[verifork::test]
async fn packed_structures_are_lanes_and_words(dut: Packed) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.header_i.set(header(0xabc));
    dut.clk.rising_edges(2).await;
    read_only().await;
    let [inverted, same] = dut.pair.as_logic().get().to::<[LogicVec; 2]>()?;
    ensure!(same.to::<Header>()? == header(0xabc));
    ensure!(!inverted == same);
    dut.seen.at(1).expect(header(0xabc))?;
    dut.length_o.expect(0xabc)?;
    Ok(())
}

/// A beat of any width.
#[derive(LogicStruct, Clone, Debug, PartialEq)]
struct Beat<T, const ID: u32> {
    data: T,
    #[logic(width = ID)]
    id: u8,
}

#[derive(Debug, Dut)]
struct Beats<T> {
    beat_i: Signal<T>,
    beat_o: Signal<T>,
}

async fn passes<T: SignalValue + Clone + PartialEq + std::fmt::Debug>(
    dut: Beats<T>,
    beat: T,
) -> Result {
    dut.beat_i.set(beat.clone());
    timer(1.ns()).await;
    dut.beat_o.expect(beat)?;
    Ok(())
}

#[verifork::test]
async fn packed_structs_fit_variants_by_their_parameters(
    top: Instance,
    _dut: Beats<LogicVec>,
) -> Result {
    let narrow = top.bind::<Beats<Beat<[bool; 3], 5>>>();
    let wide = top.bind::<Beats<Beat<u32, 8>>>();
    let error = match (narrow, wide) {
        (Ok(narrow), Err(error)) => {
            let beat = Beat {
                data: [true, false, true],
                id: 17,
            };
            passes(narrow, beat).await?;
            error
        }
        (Err(error), Ok(wide)) => {
            passes(
                wide,
                Beat {
                    data: 0x1234_5678,
                    id: 9,
                },
            )
            .await?;
            error
        }
        (narrow, wide) => bail!("{narrow:?} and {wide:?}"),
    };
    let error = error.to_string();
    ensure!(error.contains("but Beat takes"), "{error}");
    Ok(())
}

#[derive(LogicStruct, Clone, Debug, PartialEq)]
struct Numbers {
    sum: i8,
    #[logic(width = 7)]
    count: u8,
    offset: i32,
    ok: bool,
    bits: [bool; 3],
}

fn numbers(count: u8, offset: i32) -> Numbers {
    Numbers {
        sum: -3,
        count,
        offset,
        ok: true,
        bits: [true, false, false],
    }
}

#[derive(Dut)]
struct Records {
    header_i: Signal<Header>,
    header_o: Signal<Header>,
    #[dut(path = "header_o.length")]
    length: Signal<u16>,
    headers_i: Vec<Signal<Header>>,
    headers_o: [Signal<Header>; 2],
    numbers_i: Signal<Numbers>,
    numbers_o: Signal<Numbers>,
    #[dut(path = "numbers_o.count")]
    count: Signal<i32>,
}

#[verifork::test]
async fn records_hold_numbers_in_the_bits_of_the_struct(dut: Records) -> Result {
    for (count, offset) in [(100, -7), (3, i32::MAX)] {
        dut.numbers_i.set(numbers(count, offset));
        timer(1.ns()).await;
        dut.numbers_o.expect(numbers(count, offset))?;
        dut.count.expect(count.into())?;
    }
    let error = dut.numbers_i.try_set(numbers(101, 0)).unwrap_err();
    let error = error.to_string();
    ensure!(error.contains("101 is not within 0 to 100"), "{error}");
    timer(1.ns()).await;
    dut.numbers_o.expect(numbers(3, i32::MAX))?;
    Ok(())
}

#[verifork::test]
async fn records_in_arrays_are_values_each(dut: Records) -> Result {
    dut.headers_i[0].set(header(4));
    dut.headers_i[1].set(header(5));
    timer(1.ns()).await;
    dut.headers_o[0].expect(header(4))?;
    dut.headers_o[1].expect(header(5))?;
    Ok(())
}

#[verifork::test]
async fn records_are_forced_and_released_whole(dut: Records) -> Result {
    dut.header_i.set(header(1));
    timer(1.ns()).await;
    dut.header_o.force(header(2));
    timer(1.ns()).await;
    dut.header_o.expect(header(2))?;
    dut.length.expect(2)?;
    dut.header_i.set(header(3));
    timer(1.ns()).await;
    dut.header_o.expect(header(2))?;
    dut.header_o.release();
    dut.header_i.set(header(4));
    timer(1.ns()).await;
    dut.header_o.expect(header(4))?;
    Ok(())
}

#[verifork::test]
async fn records_are_written_with_their_fields_in_order(dut: Records) -> Result {
    dut.header_i.set_immediate(header(1));
    ensure!(dut.header_i.get()? == header(1), "what was written is read");
    dut.header_i.set(header(2));
    dut.header_i.set(header(3));
    timer(1.ns()).await;
    dut.header_o.expect(header(3))?;
    // Nine states pass, and unknown bits are an error that names the field.
    let mut bits = header(3).to_logic(dut.header_i.width())?;
    bits.set_bit(16 + 5, Logic::Unknown)?;
    dut.header_i.as_logic().set(bits);
    timer(1.ns()).await;
    let error = dut.header_o.get().unwrap_err().to_string();
    ensure!(error.contains("field `length` of Header"), "{error}");
    Ok(())
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
#[logic(width = 2)]
enum Swapped {
    Control,
    Data,
}

#[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
enum Renamed {
    #[logic(name = "st_data")]
    Payload,
}

#[derive(LogicStruct, Clone, Debug, PartialEq)]
struct Other {
    kind: Swapped,
    #[logic(width = 13)]
    lenght: u16,
    flags: u8,
    payload: [u8; 3],
}

#[derive(LogicStruct, Clone, Debug, PartialEq)]
struct Real {
    ratio: u64,
}

#[verifork::test]
async fn records_and_names_that_differ_are_reported_when_they_are_bound(top: Instance) -> Result {
    let refused = |result: Result<(), BindError>| match result {
        Ok(()) => Err(verifork::error!("it was bound")),
        Err(error) => Ok(error.to_string()),
    };
    let error = refused(top.signal::<Other>("header_i").map(drop))?;
    for part in [
        "`records.header_i` is a structure, and Other differs: ",
        "`kind` is an enumeration, of which 0 is `st_data` and not `Control`",
        "it has no field `lenght` (did you mean `length`?)",
        "the struct has no field for its `length`",
        "`flags` is a record: its field in the struct is a struct that derives `LogicStruct`",
        "`payload` is an array, and not of 3 elements",
    ] {
        ensure!(error.contains(part), "{part} is not in {error}");
    }
    let error = refused(top.signal::<Real>("real_i").map(drop))?;
    ensure!(
        error.contains("`ratio` is a real") && error.contains("no field for its `valid`"),
        "{error}"
    );
    let error = refused(top.signal::<Swapped>("kind_i").map(drop))?;
    ensure!(
        error.contains(
            "0 is `st_data` and not `Control`: its values are st_data = 0, st_control = 1, \
             st_debug = 2"
        ),
        "{error}"
    );
    let renamed = top.signal::<Renamed>("kind_i")?;
    ensure!(renamed.get()? == Renamed::Payload);
    let error = refused(top.signal::<u8>("header_i").map(drop))?;
    ensure!(
        error.contains("or as `Signal` of a struct that derives `LogicStruct`"),
        "{error}"
    );
    Ok(())
}

#[derive(Dut)]
struct Kinds {
    kind_i: Signal<Kind>,
    kind_o: Signal<Kind>,
}

/// Of a width in Verilog, which an enumeration of VHDL does not have.
#[verifork::test]
async fn enumerations_of_vhdl_take_an_enum_of_any_width(dut: Kinds) -> Result {
    dut.kind_i.set(Kind::Control);
    timer(1.ns()).await;
    dut.kind_o.expect(Kind::Control)?;
    Ok(())
}

#[verifork::test]
async fn unshown_records_are_refused(top: Instance) -> Result {
    let error = top.signal::<Header>("header_i").unwrap_err().to_string();
    ensure!(
        error.contains("cannot show") && error.contains("records"),
        "{error}"
    );
    Ok(())
}
