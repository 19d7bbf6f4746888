//! A design that answers with the handshake, and not after it.

use verifork::prelude::*;
use verifork_components::Clocked;
use verifork_components::axi::{Burst, Checker, Manager, Monitor, Signals};

use super::Axi;
use crate::breaks::broke;

const RULES: [&str; 3] = [
    "AXI4_ERRS_BRESP_AW",
    "AXI4_ERRS_BRESP_WLAST",
    "AXI4_ERRS_RID",
];

/// Takes bursts of one beat, and answers each in the same cycle: the data of a read is its address.
async fn answer(clocked: Clocked, bus: &Signals) -> Result {
    let Signals { aw, w, b, ar, r } = *bus;
    let all = |signals: &[Signal<Logic>], level| {
        for signal in signals {
            signal.set(level);
        }
    };
    for user in [b.user, r.user].into_iter().flatten() {
        user.set(LogicVec::zeros(user.width()));
    }
    loop {
        clocked.edge().await;
        if ar.valid.get().is_one() && !r.valid.get().is_one() {
            r.id.unwrap().set(ar.id.unwrap().get()?);
            let data = LogicVec::from_planes_u64(r.data.width(), ar.addr.get()?, 0);
            r.data.set(data);
            r.resp.unwrap().set(0);
            all(&[ar.ready, r.valid, r.last.unwrap()], Logic::One);
        } else {
            all(&[ar.ready, r.valid], Logic::Zero);
        }
        let asked = aw.valid.get().is_one() && w.valid.get().is_one();
        if asked && !b.valid.get().is_one() {
            b.id.unwrap().set(aw.id.unwrap().get()?);
            b.resp.unwrap().set(0);
            all(&[aw.ready, w.ready, b.valid], Logic::One);
        } else {
            all(&[aw.ready, w.ready, b.valid], Logic::Zero);
        }
    }
}

fn word(number: u32) -> Burst {
    Burst::incr(u64::from(number) * 4, 1, 4).id(number % 2)
}

#[verifork::test(timeout = 20.us())]
async fn answers_that_come_too_soon_are_taken_if_the_rules_are_ignored(dut: Axi) -> Result {
    let clocked = dut.start().await;
    let (mut manager, mut checker) = (Manager::new(&dut.bus), Checker::new(&dut.bus));
    for rule in RULES {
        (manager, checker) = (manager.ignore(rule), checker.ignore(rule));
    }
    scope(async |tm| {
        let bus = manager.start(tm, &clocked);
        checker.start(tm, &clocked);
        let monitor = Monitor::new(&dut.bus).start(tm, &clocked);
        let (writes, reads) = (monitor.writes(), monitor.reads());
        tm.background("the core", answer(clocked, &dut.bus));
        for number in 0..8_u32 {
            let data = number.to_le_bytes();
            bus.write_burst(word(number), data).await?;
            let read = bus.read_burst(word(number)).await?;
            ensure!(read.data == (number * 4).to_le_bytes(), "{read:?}");
        }
        clocked.edge().await;
        for number in 0..8_u32 {
            let (write, read) = (writes.recv().await?, reads.recv().await?);
            let address = u64::from(number) * 4;
            ensure!(write.burst.address == address && read.burst.address == address);
            ensure!(write.data.bytes == number.to_le_bytes(), "{write:?}");
            ensure!(read.data == (number * 4).to_le_bytes(), "{read:?}");
        }
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(timeout = 20.us())]
async fn an_answer_that_comes_too_soon_is_named(dut: Axi) -> Result {
    for (rule, ignored) in [
        (RULES[0], &[][..]),
        (RULES[1], &[RULES[0]]),
        (RULES[2], &RULES[..2]),
    ] {
        let clocked = dut.start().await;
        let manager = Manager::new(&dut.bus);
        let manager = ignored.iter().fold(manager, |it, rule| it.ignore(rule));
        let outcome = scope(async |tm| {
            let bus = manager.start(tm, &clocked);
            tm.background("the core", answer(clocked, &dut.bus));
            if rule == RULES[2] {
                bus.read_burst(word(1)).await?;
            } else {
                bus.write_burst(word(1), [0; 4]).await?;
            }
            Ok(())
        })
        .await;
        broke(rule, "axi", outcome)?;
    }
    Ok(())
}
