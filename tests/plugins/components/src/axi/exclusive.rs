//! Exclusive accesses, errors by region, and the order of answers.

use std::cell::Cell;
use std::rc::Rc;

use verifork::prelude::*;
use verifork_components::axi::{
    Burst, Checker, Manager, Monitor, Order, Response, Subordinate, Target,
};
use verifork_components::memory::{Access, Fault, Memory};

use super::Axi;

#[verifork::test]
async fn an_exclusive_write_is_done_unless_somebody_wrote_since_its_read(
    dut: Axi,
    test: Test,
) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse().region(0..0x1000, Access::ReadWrite);
    let memory = memory.outside(Fault::Decode);
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus)
        .ignore("AXI4_RECM_EXCL_PAIR")
        .start(&test, &clocked);
    let lock = Burst::incr(0x40, 1, 4).id(2).exclusive();
    let write = |data: u32| bus.write_burst(lock.clone(), data.to_le_bytes());
    ensure!(
        write(1).await?.response == Response::Okay,
        "nothing was read: nothing is written"
    );
    ensure!(memory.read_u32(0x40) == 0);
    let read = bus.read_burst(lock.clone()).await?;
    ensure!(read.responses == [Response::ExOkay], "{read:?}");
    ensure!(write(2).await?.response == Response::ExOkay);
    ensure!(memory.read_u32(0x40) == 2);
    ensure!(
        write(3).await?.response == Response::Okay,
        "once for a read"
    );
    bus.read_burst(lock.clone()).await?;
    bus.write(0x43, &[9]).await?; // by ID 0
    ensure!(write(4).await?.response == Response::Okay);
    ensure!(memory.read_u32(0x40) == 0x0900_0002);
    // Where there is nothing, nothing is exclusive.
    let nowhere = Burst::incr(0x2000, 1, 4).exclusive();
    ensure!(bus.read_burst(nowhere).await?.response() == Response::DecErr);
    Ok(())
}

#[verifork::test]
async fn a_subordinate_without_exclusive_accesses_answers_okay(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse())
        .without_exclusive()
        .start(&test, &clocked);
    let lock = Burst::incr(0x40, 2, 4).exclusive();
    let read = bus.read_burst(lock.clone()).await?;
    ensure!(read.responses == [Response::Okay; 2]);
    let written = bus.write_burst(lock, [1; 8]).await?;
    ensure!(written.response == Response::Okay);
    Ok(())
}

/// Regions refuse beats of reads one by one, and writes as a whole.
#[verifork::test]
async fn regions_answer_with_errors(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse()
        .region(0x000..0x100, Access::ReadWrite)
        .region(0x040..0x048, Access::ReadOnly)
        .region(0x048..0x04c, Access::WriteOnly)
        .outside(Fault::Decode);
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let read = bus.read_burst(Burst::incr(0x44, 3, 4)).await?;
    ensure!(
        read.responses == [Response::Okay, Response::SlvErr, Response::Okay],
        "{read:?}"
    );
    ensure!(read.response() == Response::SlvErr);
    let read = bus.read_burst(Burst::incr(0xf8, 3, 4)).await?;
    ensure!(read.responses[2] == Response::DecErr, "{read:?}");
    let written = bus.write_burst(Burst::incr(0x3c, 2, 4), [1; 8]).await?;
    ensure!(written.response == Response::SlvErr, "{written:?}");
    let error = format!("{:#}", bus.read(0x48, 4).await.unwrap_err());
    ensure!(
        error.contains("a read at 0x48 was answered SLVERR"),
        "{error}"
    );
    let error = format!("{:#}", bus.write(0x200, &[0]).await.unwrap_err());
    ensure!(
        error.contains("a write at 0x200 was answered DECERR"),
        "{error}"
    );
    Ok(())
}

/// A testbench's own, behind the subordinate: each beat is a call, with no more than its bytes.
#[derive(Clone, Default)]
struct Counter(Rc<Cell<u8>>);

impl Target for Counter {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault> {
        if address != 0x1002 || into.len() != 2 {
            return Err(Fault::Decode);
        }
        self.0.set(self.0.get() + 1);
        into.fill(self.0.get());
        Ok(())
    }

    fn write(&self, _: u64, bytes: &[u8], strobe: u128) -> Result<(), Fault> {
        if strobe != 0b10 || bytes != [0, 8] {
            return Err(Fault::Slave);
        }
        Ok(())
    }
}

#[verifork::test]
async fn a_subordinate_answers_from_a_function(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Counter::default()).start(&test, &clocked);
    let read = bus.read_burst(Burst::fixed(0x1002, 3, 2)).await?;
    ensure!(read.data == [1, 1, 2, 2, 3, 3], "{read:?}");
    let data = verifork_components::axi::WriteData::from([0, 8]).enabled([false, true]);
    let written = bus.write_burst(Burst::incr(0x1002, 1, 2), data).await?;
    ensure!(written.response == Response::Okay, "{written:?}");
    Ok(())
}

/// Reads of four IDs, a few each: the order in which they end, and how often data changes to another ID before
/// the last beat.
async fn order_of(dut: &Axi, order: Order) -> Result<(Vec<u32>, usize)> {
    let clocked = dut.start().await;
    let r = dut.bus.r;
    scope(async |tm| {
        let bus = Manager::new(&dut.bus).start(tm, &clocked);
        Subordinate::new(&dut.bus, &Memory::sparse().latency(4..=4))
            .order(order)
            .start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        let reads = Monitor::new(&dut.bus).start(tm, &clocked).reads();
        let mixed = Rc::new(Cell::new(0));
        let count = Rc::clone(&mixed);
        tm.background("mixed", async move {
            let mut inside = None;
            loop {
                clocked.edge().await;
                if r.valid.get().is_one() && r.ready.get().is_one() {
                    let id = r.id.unwrap().get()?;
                    if inside.is_some_and(|inside| inside != id) {
                        count.set(count.get() + 1);
                    }
                    inside = (!r.last.unwrap().get().is_one()).then_some(id);
                }
            }
        });
        for number in 0..16_u32 {
            let bus = bus.clone();
            let burst = Burst::incr(u64::from(number) * 64, 8, 4).id(number % 4);
            tm.start_soon(format!("read {number}"), async move {
                ensure!(bus.read_burst(burst).await?.data == [0; 32]);
                Ok(())
            });
        }
        while reads.len() < 16 {
            clocked.edge().await;
        }
        let ended: Vec<_> = std::iter::from_fn(|| reads.try_recv()).collect();
        for id in 0..4 {
            let of_id = ended.iter().filter(|read| read.burst.id == id);
            ensure!(
                of_id.map(|read| read.burst.address).is_sorted(),
                "{ended:?}"
            );
        }
        ensure!(ended.iter().all(|read| read.latency() >= 40.ns()));
        let ids = ended.iter().map(|read| read.burst.id).collect();
        Ok((ids, mixed.get()))
    })
    .await
    .map_err(Into::into)
}

#[verifork::test(timeout = 1.ms())]
async fn answers_have_the_order_that_is_asked_for(dut: Axi) -> Result {
    let in_turn: Vec<u32> = (0..16).map(|number| number % 4).collect();
    let (ids, mixed) = order_of(&dut, Order::AsAsked).await?;
    ensure!(ids == in_turn && mixed == 0, "{ids:?}, {mixed}");
    let (ids, mixed) = order_of(&dut, Order::BetweenIds).await?;
    ensure!(ids != in_turn && mixed == 0, "{ids:?}, {mixed}");
    let (ids, mixed) = order_of(&dut, Order::Interleaved).await?;
    ensure!(ids != in_turn && mixed > 20, "{ids:?}, {mixed}");
    Ok(())
}

/// Writes are answered in another order, too.
#[verifork::test(timeout = 1.ms())]
async fn writes_overtake_each_other_between_ids(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &Memory::sparse().latency(0..=30))
        .order(Order::BetweenIds)
        .start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let writes = Monitor::new(&dut.bus).start(&test, &clocked).writes();
    scope(async |tm| {
        for number in 0..16_u32 {
            let bus = bus.with(|it| it.id(number % 8));
            tm.start_soon(format!("write {number}"), async move {
                bus.write(u64::from(number) * 4, &[1; 4]).await
            });
        }
        Ok(())
    })
    .await?;
    clocked.edge().await;
    let ids: Vec<u32> = std::iter::from_fn(|| writes.try_recv())
        .map(|write| write.burst.id)
        .collect();
    ensure!(
        ids.len() == 16 && ids != (0..16).map(|it| it % 8).collect::<Vec<_>>(),
        "{ids:?}"
    );
    Ok(())
}
