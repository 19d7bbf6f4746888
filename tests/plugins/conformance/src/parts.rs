//! Bits and slices awaited and forced; arrays as a whole.

use std::cell::Cell;
use std::rc::Rc;

use verifork::prelude::*;

use crate::Design;

/// Counts how often a wait ends, as it is begun again and again.
fn counted<F: Future + 'static>(wait: impl Fn() -> F + 'static) -> Rc<Cell<u32>> {
    let count = Rc::new(Cell::new(0));
    let counter = Rc::clone(&count);
    spawn(async move {
        loop {
            wait().await;
            counter.set(counter.get() + 1);
        }
    });
    count
}

/// Other bits of the vector may change as they like, of up to 64 bits and of more.
#[verifork::test(cases(narrow = ("d_8", 5), wide = ("d_128", 100)))]
async fn a_bits_edges_are_its_own(dut: Design, top: Instance, name: &str, index: u32) -> Result {
    dut.settle().await;
    let d = top.signal::<LogicVec>(name)?;
    let mut value = LogicVec::zeros(d.width());
    d.set(value.clone());
    timer(1.ns()).await;
    let bit = d.bit(i64::from(index));
    let rises = counted(move || bit.rising_edge());
    let falls = counted(move || bit.falling_edge());
    let edges = counted(move || bit.edge());
    let others = counted(move || d.slice(3, 1).changed());
    let all = counted(move || d.changed());
    let third = spawn(async move {
        bit.rising_edges(3).await;
        Ok(now())
    });
    let begun = now();
    for step in 0..10_u32 {
        // The bit toggles in every second step, its neighbours in each.
        value.set_bit(index, Logic::from(step % 4 < 2))?;
        value.set_bit(index - 1, Logic::from(step % 2 == 0))?;
        value.set_bit(2, Logic::from(step % 2 == 0))?;
        d.set(value.clone());
        timer(1.ns()).await;
    }
    assert_eq!((rises.get(), falls.get(), edges.get()), (3, 2, 5));
    assert_eq!((others.get(), all.get()), (10, 10));
    let third = third.await?.since(begun);
    assert!(third >= 8.ns() && third < 9.ns(), "{third}");
    Ok(())
}

#[verifork::test]
async fn a_part_is_awaited_by_its_value(dut: Design) -> Result {
    dut.settle().await;
    dut.d_8.set(0x0f);
    timer(1.ns()).await;
    let high = dut.d_8.slice(7, 4).typed::<u8>();
    high.wait_for(0).await; // it is there already
    let found = spawn(async move {
        high.wait_for(3).await;
        Ok(now())
    });
    let over = spawn(async move {
        high.wait_until(|value| value.is_ok_and(|value| value > 4))
            .await;
        Ok(now())
    });
    let changed = spawn(async move {
        high.changes(2).await;
        Ok(now())
    });
    let begun = now();
    for value in [0x03, 0x13, 0x14, 0x33, 0x5f] {
        dut.d_8.set(value);
        timer(1.ns()).await;
    }
    let ns = |at: SimTime| at.since(begun).femtoseconds() / 1_000_000;
    assert_eq!(ns(found.await?), 3);
    assert_eq!(ns(over.await?), 4);
    assert_eq!(ns(changed.await?), 3);
    Ok(())
}

#[verifork::test]
async fn changes_are_counted_without_waking_the_task(dut: Design) -> Result {
    dut.settle().await;
    let begun = now();
    let third = spawn(async move {
        dut.d_8.changes(3).await;
        Ok(now())
    });
    dut.d_8.changes(0).await;
    for value in [1, 1, 2, 2, 3, 4] {
        dut.d_8.set(value);
        timer(1.ns()).await;
    }
    let ns = third.await?.since(begun).femtoseconds() / 1_000_000;
    assert_eq!(ns, 4, "writing what is there is no change");
    Ok(())
}

#[verifork::test]
async fn edges_of_more_than_one_bit_are_refused(dut: Design) {
    let part = dut.q_8.slice(7, 4).typed::<bool>();
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| part.rising_edge()));
    assert!(refused.is_err());
}

/// The other bits are held with it, which is said; a second part adds to the first.
#[verifork::test]
async fn a_forced_part_is_held_against_the_design(dut: Design) -> Result {
    dut.settle().await;
    dut.d_8.set(0x00);
    dut.pulse().await;
    dut.q_8.bit(7).force(Logic::One);
    assert_eq!(dut.q_8.get()?, 0x80, "at once");
    dut.q_8.slice(1, 0).typed::<u8>().force(2);
    dut.d_8.set(0x05);
    dut.pulse().await;
    assert_eq!((dut.q_8.get()?, dut.w_8.get()?), (0x82, 0x7d));
    dut.q_8.bit(7).release();
    dut.pulse().await;
    assert_eq!(dut.q_8.get()?, 0x82, "the other part is still held");
    dut.q_8.bit(0).release();
    dut.q_8.bit(1).release();
    dut.pulse().await;
    assert_eq!((dut.q_8.get()?, dut.w_8.get()?), (0x05, 0xfa));
    Ok(())
}

#[verifork::test]
async fn an_array_is_written_and_read_whole(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    let mem = top.array::<u8>("mem_descending")?;
    let before = mem.get_all()?;
    let image = [1, 2, 3, 5, 8, 13, 21, 34];
    mem.set_all(&image);
    timer(1.ns()).await;
    assert_eq!(mem.get_all()?, image);
    // From left to right, as declared: `[15:8]`.
    assert_eq!((mem.get(15)?, mem.get(8)?), (1, 34));
    let error = mem.try_set_all(&image[1..]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("has 8 elements, but was given 7 values"),
        "{error}"
    );
    assert_eq!(mem.get_all()?, image);
    mem.set_all(&before);
    timer(1.ns()).await;
    Ok(())
}

#[verifork::test]
async fn an_array_is_awaited_whole(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    let mem = top.array::<u8>("mem_descending")?;
    mem.set_all(&[0; 8]);
    timer(1.ns()).await;
    mem.wait_for([0; 8]).await; // it is there already
    let begun = now();
    let first = spawn(async move {
        mem.changed().await;
        Ok(now())
    });
    let full = spawn(async move {
        mem.wait_for([1, 0, 0, 0, 0, 0, 0, 2]).await;
        Ok(now())
    });
    mem.set(9, 0); // no change
    timer(1.ns()).await;
    for (index, value) in [(8, 1), (15, 1), (8, 2), (9, 9)] {
        mem.set(index, value);
        timer(1.ns()).await;
    }
    let ns = |at: SimTime| at.since(begun).femtoseconds() / 1_000_000;
    assert_eq!((ns(first.await?), ns(full.await?)), (1, 3));
    // As the design initializes it, for the tests to come.
    mem.set_all(&[0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88]);
    timer(1.ns()).await;
    Ok(())
}
