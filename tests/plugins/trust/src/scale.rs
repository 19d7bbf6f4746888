//! Large memories and large designs: what is done with them leaves nothing behind, and costs in
//! proportion. `+words=` and `+cells=` say how large `tests/designs/scale` is.

use std::fs;

use verifork::dut::Instance;
use verifork::prelude::*;

/// The memory of this process that is in the machine's memory, in bytes.
fn resident() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    let kib: u64 = kib
        .context("the system tells no resident memory")?
        .parse()?;
    Ok(kib * 1024)
}

/// Writes each word, and finds what was written.
async fn fill(memory: &Array<u32>, seed: u32, immediate: bool) -> Result {
    let value =
        |index: i64| u32::try_from(index).map(|index| index.wrapping_mul(0x9e37_79b1) ^ seed);
    for index in memory.indices() {
        if immediate {
            memory.at(index).set_immediate(value(index)?);
        } else {
            memory.set(index, value(index)?);
        }
    }
    timer(1.ns()).await;
    for (index, word) in memory.elements() {
        assert_eq!(word.get()?, value(index)?, "word {index}");
    }
    Ok(())
}

#[verifork::test(wall_timeout = std::time::Duration::from_secs(200))]
async fn a_memory_is_written_and_read_and_nothing_stays(dut: Instance) -> Result {
    let memory = dut.array::<u32>("memory")?;
    let words = u64::try_from(memory.len())?;
    let begin = resident()?;
    // The simulator may make something of each word that is asked for, once, and the heap keeps what a
    // flush took.
    for round in 0..4 {
        fill(&memory, round, round % 2 == 0).await?;
    }
    let early = resident()?;
    for round in 4..7 {
        fill(&memory, round, round % 2 == 0).await?;
    }
    let late = resident()?;
    println!("words={words} begin={begin} early={early} late={late}");
    ensure!(
        late <= early + 16 * words,
        "the memory grew from {early} to {late} bytes for {words} words"
    );
    // The words have no entries in the library.
    let (before, index) = (resident()?, memory.range().1);
    for _ in 0..1000 {
        drop(memory.at(index).changed());
    }
    ensure!(
        resident()? <= before + 100_000,
        "handles to a word are kept"
    );
    Ok(())
}

/// What was done with words by number is what is found by path, and awaited, and forced.
#[verifork::test]
async fn a_word_is_one_object_however_it_is_reached(dut: Instance, test: Test) -> Result {
    let memory = dut.array::<u32>("memory")?;
    let by_path = dut.signal::<u32>("memory[5]")?;
    assert!(memory.at(5) == by_path && memory.at(6) != by_path);
    assert_eq!(memory.at(7).path(), dut.signal::<u32>("memory[7]")?.path());

    memory.set(5, 1);
    by_path.set(2);
    memory.set(5, 3);
    memory.set(9, 4);
    timer(1.ns()).await;
    assert_eq!((by_path.get()?, memory.get(9)?), (3, 4));

    // A wait that begins on one handle sees what is written through another.
    let writer = spawn(async move {
        timer(2.ns()).await;
        memory.set(11, 0x55);
        Ok(())
    });
    with_timeout(5.ns(), memory.at(11).wait_for(0x55)).await?;
    writer.await?;

    memory.at(12).set_immediate(0xff);
    assert_eq!(memory.get(12)?, 0xff, "read back at once");
    assert_eq!(
        memory.at(12).path(),
        dut.signal::<u32>("memory[12]")?.path()
    );
    assert_eq!(dut.signal::<u32>("memory[12]")?.get()?, 0xff);
    memory.at(12).slice(15, 8).typed::<u8>().set(0x12);
    memory.at(12).slice(3, 0).typed::<u8>().set(0x3);
    timer(1.ns()).await;
    assert_eq!(memory.get(12)?, 0x12f3);

    if test.plusarg("forces").is_some() {
        memory.at(3).force(0x77);
        memory.set(3, 1);
        timer(1.ns()).await;
        assert_eq!(memory.get(3)?, 0x77);
        memory.at(3).release();
    }
    let error = memory.try_at(i64::try_from(memory.len())?).unwrap_err();
    assert!(error.to_string().contains("has no element"), "{error}");
    Ok(())
}

fn walk(scope: &Instance, found: &mut u64) -> Result {
    for object in scope.children()? {
        *found += 1;
        if let Some(inner) = object.as_instance() {
            walk(&inner, found)?;
        }
    }
    Ok(())
}

/// Prints what the harness compares between designs of different sizes.
#[verifork::test(wall_timeout = std::time::Duration::from_secs(200))]
async fn a_walk_costs_in_proportion(dut: Instance) -> Result {
    let (mut found, before) = (0, resident()?);
    walk(&dut, &mut found)?;
    let first = resident()? - before;
    let mut again = 0;
    walk(&dut, &mut again)?;
    assert_eq!(found, again);
    let second = resident()? - before - first;
    println!("objects={found} bytes={first} again={second}");
    ensure!(second < 100_000, "a second walk took {second} bytes more");
    Ok(())
}
