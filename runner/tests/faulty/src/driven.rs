//! Writes to variables of `hdl/assigned.sv`, some of which processes assign.

use verifork::prelude::*;

/// Sets everything to 1, at one line.
fn set_all(top: Instance, names: &[&str]) -> Result {
    for name in names {
        let signal = top.signal::<LogicVec>(name)?;
        let one = LogicVec::from_u64(1, signal.width())?;
        let written = signal.try_set(one); // set again and again
        // A simulator may refuse what combinational logic drives.
        if let Err(error) = written {
            log::warn!("{error}");
        }
    }
    Ok(())
}

#[verifork::test]
async fn writes_what_processes_assign(top: Instance) -> Result {
    let names = [
        "clocked",
        "blocking",
        "sensitive",
        "by_task",
        "by_function",
        "by_block",
        "both_parts",
        "combinational",
        "stage.inner",
        "stage.q",
    ];
    for _ in 0..3 {
        set_all(top, &names)?;
        timer(1.ns()).await;
    }
    Ok(())
}

#[verifork::test]
async fn writes_what_processes_leave_alone(top: Instance) -> Result {
    set_all(
        top,
        &["d", "clk", "free", "at_start", "by_uncalled", "words[1]"],
    )?;
    top.signal::<LogicVec>("low_bits")?.bit(3).set(Logic::One);
    timer(1.ns()).await;
    Ok(())
}

#[verifork::test]
async fn writes_what_it_means_to(top: Instance) -> Result {
    let clocked = top.signal::<u8>("clocked")?;
    clocked.deposit(1);
    clocked.bit(3).deposit(Logic::One);
    timer(1.ns()).await;
    clocked.expect(9)?;
    let blocking = top.signal::<u8>("blocking")?;
    blocking.assume_undriven();
    blocking.set(1);
    timer(1.ns()).await;
    blocking.expect(1)?;
    Ok(())
}
