//! Elements of unpacked arrays.

use verifork::dut::{Instance, SignalValue};
use verifork::prelude::*;
use verifork::value::LogicVec;

/// How often a signal changes within a time.
async fn changes<T: SignalValue>(signal: Signal<T>, limit: SimDuration) -> u32 {
    let mut count = 0;
    let counting = async {
        loop {
            signal.changed().await;
            count += 1;
        }
    };
    let ended: Result<(), _> = with_timeout(limit, counting).await;
    assert!(ended.is_err(), "it waits for ever");
    count
}

/// Of ten assignments of one value, the first alone is a change.
#[verifork::test]
async fn an_assignment_of_the_same_value_is_no_change(dut: Instance) -> Result {
    let clk = dut.signal::<bool>("clk")?;
    let value = dut.signal::<u8>("value")?;
    clk.set(false);
    value.set(0);
    timer(1.ns()).await;
    Clock::new(&clk, 2.ns()).start();
    timer(10.ns()).await;
    let mut next = 1;
    for path in ["line[1]", "line[2]", "numbers[1]", "whole_line[0]", "alone"] {
        let signal = dut.signal::<LogicVec>(path)?;
        let ((), count) = futures_lite::future::zip(
            async {
                timer(5.ns()).await;
                value.set(next);
            },
            changes(signal, 20.ns()),
        )
        .await;
        assert_eq!(count, 1, "{path}");
        next += 1;
    }
    for path in ["real_line[0]", "real_alone"] {
        let signal = dut.signal::<f64>(path)?;
        let ((), count) = futures_lite::future::zip(
            async {
                timer(5.ns()).await;
                value.set(next);
            },
            changes(signal, 20.ns()),
        )
        .await;
        assert_eq!(count, 1, "{path}");
        next += 1;
    }
    // Several waits in turn, and one that begins after changes that nobody awaited.
    let word = dut.signal::<u8>("line[1]")?;
    for _ in 0..3 {
        value.set(next);
        timer(6.ns()).await;
        assert_eq!(word.get()?, next);
        next += 1;
        let (changed, ()) =
            futures_lite::future::zip(with_timeout(6.ns(), word.changed()), async {
                timer(1.ns()).await;
                value.set(next);
            })
            .await;
        changed?;
        assert_eq!(word.get()?, next);
        assert_eq!(changes(word, 10.ns()).await, 0);
        next += 1;
    }
    Ok(())
}

/// Icarus shows them as arrays of one dimension.
#[verifork::test]
async fn several_dimensions_go_by_declared_indices(dut: Instance) -> Result {
    timer(1.ns()).await;
    let grid = dut.array::<u8>("grid")?;
    assert_eq!((grid.range(), grid.len()), ((0, 3), 4));
    for row in 0..4 {
        let of_row = grid.row(row);
        assert_eq!((of_row.range(), of_row.len()), ((16, 31), 16));
        assert_eq!(of_row.path(), format!("arrays.grid[{row}]"));
        for column in 16..32 {
            let expected = u8::try_from(16 * row + column - 16)?;
            let path = format!("grid[{row}][{column}]");
            let word = dut.signal::<u8>(&path)?;
            assert_eq!((word.get()?, of_row.get(column)?), (expected, expected));
            assert_eq!(word.path(), format!("arrays.{path}"));
            assert_eq!(word, of_row.at(column));
        }
    }
    let cube = dut.array::<u8>("cube")?;
    assert_eq!((cube.range(), cube.row(1).range()), ((1, 0), (3, 1)));
    assert_eq!(cube.row(1).row(2).range(), (-1, 1));
    for a in 0..2_i64 {
        for b in 1..4 {
            for c in -1..2 {
                let expected = u8::try_from(100 * a + 10 * b + c)?;
                assert_eq!(
                    dut.signal::<u8>(&format!("cube[{a}][{b}][{c}]"))?.get()?,
                    expected
                );
                assert_eq!(cube.row(a).row(b).get(c)?, expected);
            }
        }
    }
    for a in 1..3_i16 {
        for b in 5..8_i16 {
            let word = dut.signal::<LogicVec>(&format!("packed_grid[{a}][{b}]"))?;
            assert_eq!(
                word.get(),
                LogicVec::from_i64(i64::from(-(10 * a + b)), 16)?
            );
        }
    }
    // Its packed dimensions are bits of the word, and it is said which.
    for (path, told) in [
        (
            "packed_grid[2][7][1]",
            "select `slice(7, 4)` of it, which is `packed_grid[2][7][1]`",
        ),
        (
            "packed_grid[2][7][4]",
            "the elements of `packed_grid[2][7]` are [3:0]",
        ),
    ] {
        let error = dut.signal::<u8>(path).unwrap_err().to_string();
        assert!(
            error.contains(told) && !error.contains("VERILATOR"),
            "{error}"
        );
    }
    let nibble = dut.signal::<LogicVec>("packed_grid[2][7]")?.slice(7, 4);
    assert_eq!(nibble.get(), LogicVec::from_u64(0xe, 4)?);
    // Nets as well.
    dut.signal::<u8>("value")?.set(0x35);
    timer(1.ns()).await;
    assert_eq!(dut.signal::<u8>("nets[1][2]")?.get()?, 0x35);
    assert_eq!(dut.signal::<u8>("nets[0][1]")?.get()?, 0xca);
    // What is written comes to the word that is meant, and to no other.
    grid.row(2).set(17, 0xa5);
    dut.signal::<u8>("cube[0][3][1]")?.set(7);
    timer(1.ns()).await;
    assert_eq!(dut.signal::<u8>("grid[2][17]")?.get()?, 0xa5);
    assert_eq!(dut.signal::<u8>("grid[1][17]")?.get()?, 17);
    assert_eq!(cube.row(0).row(3).get(1)?, 7);
    // Words of a signed memory have its sign.
    assert_eq!(dut.array::<i32>("numbers")?.get(3)?, -3);
    assert_eq!(dut.signal::<i16>("numbers[2]")?.get()?, -2);
    assert_eq!(dut.array::<i32>("line")?.get(3)?, 3);
    Ok(())
}

/// An index too few leads to an array, and one that is not there to nothing.
#[verifork::test]
async fn a_partial_index_is_an_array_and_never_another_word(dut: Instance) -> Result {
    let row = dut.array::<u8>("grid[1]")?;
    assert_eq!((row.range(), row.len()), ((16, 31), 16));
    let same = dut.array::<u8>("grid")?.row(1);
    assert_eq!((row.path(), row.at(20)), (same.path(), same.at(20)));
    assert_eq!(dut.object("cube[1][2]")?.range(), Some((-1, 1)));
    for path in ["grid[1]", "cube[0]", "cube[0][1]", "nets[1]"] {
        let text = crate::refusal(dut.signal::<u8>(path));
        assert!(text.contains("bind it as `Array<u8>`"), "{text}");
    }
    for path in [
        "grid[28]",
        "grid[4]",
        "grid[1][15]",
        "grid[1][32]",
        "grid[1][28][0]",
        "cube[2]",
        "cube[1][0]",
        "cube[1][1][2]",
        "nets[2]",
    ] {
        let text = crate::refusal(dut.object(path));
        assert!(text.contains("there is no"), "{text}");
    }
    let text = crate::refusal(dut.object("grid[1][32]"));
    assert!(
        text.contains("the elements of the array are [16:31]"),
        "{text}"
    );
    let text = crate::refusal(dut.array::<u8>("grid")?.try_at(1));
    assert!(
        text.contains("is an array itself, of elements [16:31]: use `row(1)`"),
        "{text}"
    );
    assert!(dut.array::<u8>("grid")?.try_row(4).is_err());
    assert!(dut.array::<u8>("line")?.try_row(1).is_err());
    Ok(())
}
