//! What goes beside the answers of a subordinate: BUSER and RUSER.

use verifork::prelude::*;
use verifork_components::Clocked;
use verifork_components::axi::{Burst, Checker, Manager, Order, Subordinate, WriteData};
use verifork_components::memory::Memory;

use super::Axi;

/// BUSER has 5 bits, RUSER 4, AWUSER and ARUSER 3, WUSER 2.
#[verifork::test]
async fn what_goes_beside_answers_is_what_functions_make_of_them(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse();
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory)
        .order(Order::Interleaved)
        .buser(|write| {
            let of = |user: &LogicVec| user.to::<u8>().unwrap_or(0);
            let with_address = write.burst.user.as_ref().map_or(0, of);
            with_address << 2 | write.users.iter().map(of).fold(0, |all, user| all ^ user)
        })
        .ruser(|read| u64::from(read.beat) + u64::from(read.burst.id))
        .start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let user = |value, width| LogicVec::from_u64(value, width);
    for (beside, beats, wanted) in [(5, &[1, 3, 2][..], 0b10100), (2, &[1, 2, 2, 0], 0b01001)] {
        let data = vec![7; 4 * beats.len()];
        let beats = beats.iter().map(|&beat| user(beat, 2));
        let beats: Vec<_> = beats.collect::<Result<_, _>>()?;
        let burst = Burst::incr(0x40, u16::try_from(beats.len())?, 4).user(user(beside, 3)?);
        let answer = bus
            .write_burst(burst, WriteData::from(data).users(beats))
            .await?;
        ensure!(answer.user == Some(user(wanted, 5)?), "{answer:?}");
    }
    let answer = bus.read_burst(Burst::incr(0x40, 4, 4).id(9)).await?;
    let wanted = (9..13).map(|beat| user(beat, 4));
    ensure!(answer.users == wanted.collect::<Result<Vec<_>, _>>()?);
    Ok(())
}

fn gives_too_much(dut: &Axi, test: &Test, clocked: &Clocked) {
    Subordinate::new(&dut.bus, &Memory::sparse())
        .buser(|_| 32_u8)
        .ruser(|_| LogicVec::zeros(5))
        .start(test, clocked);
}

#[verifork::test(should_fail = "gives for BUSER does not fit the 5 bits of `")]
async fn a_buser_that_does_not_fit_fails_the_test(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    gives_too_much(&dut, &test, &clocked);
    bus.write(0, &[1]).await
}

#[verifork::test(should_fail = "gives for RUSER does not fit the 4 bits of `")]
async fn a_ruser_that_does_not_fit_fails_the_test(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    gives_too_much(&dut, &test, &clocked);
    bus.read(0, 1).await.map(drop)
}

#[verifork::test(
    cases(write = true, read = false),
    should_fail(panic = "bare` has none")
)]
async fn a_function_for_what_a_bus_does_not_have_is_refused(dut: Axi, test: Test, writes: bool) {
    let clocked = dut.start().await;
    let memory = Memory::sparse();
    let subordinate = Subordinate::new(&dut.bare, &memory);
    if writes {
        subordinate.buser(|_| 0_u8).start(&test, &clocked);
    } else {
        subordinate.ruser(|_| 0_u8).start(&test, &clocked);
    }
}
