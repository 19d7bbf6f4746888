//! What holds for data of 8 to 1024 bits.

use verifork::prelude::*;
use verifork_components::axi::{
    Channel, Checker, Manager, Monitor, Order, Response, Subordinate, Write, WriteData,
};
use verifork_components::memory::Memory;
use verifork_components::{Pauses, Scoreboard};

use super::{Axi, any_burst};
use crate::allocations;

/// Random bursts by four clients at once, each with an ID and addresses of its own, against a model of the
/// memory; monitors see what was done, and no rule is broken.
#[verifork::test(
    timeout = 200.ms(),
    cases(
        at_full_speed = (Pauses::none(), Pauses::none(), 0, Order::AsAsked),
        with_pauses = (Pauses::random(0.4), Pauses::random(0.4), 7, Order::AsAsked),
        data_first = (Pauses::none(), Pauses::random(0.2), 2, Order::BetweenIds),
        between_ids = (Pauses::none(), Pauses::none(), 20, Order::BetweenIds),
        interleaved = (Pauses::random(0.2), Pauses::random(0.2), 20, Order::Interleaved),
        in_bursts = (
            Pauses::bursts([(1..=9, 1)], [(1..=9, 1)]),
            Pauses::bursts([(1..=9, 1)], [(1..=30, 1)]),
            3,
            Order::Interleaved,
        ),
    )
)]
async fn what_is_written_is_read(
    dut: Axi,
    test: Test,
    managing: Pauses,
    answering: Pauses,
    latency: u32,
    order: Order,
) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse().latency(0..=latency);
    let bytes = dut.bytes();
    let writes = Scoreboard::by_key("writes", |it: &Write| it.burst.id);
    scope(async |tm| {
        let mut manager = Manager::new(&dut.bus).pauses(&managing);
        if test.name().ends_with("data_first") {
            manager = manager.pauses_on(Channel::Aw, &Pauses::random(0.8));
        }
        let manager = manager.start(tm, &clocked);
        Subordinate::new(&dut.bus, &memory)
            .pauses(&answering)
            .order(order)
            .start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        writes.watch(tm, Monitor::new(&dut.bus).start(tm, &clocked).writes());
        for client in 0..4_u32 {
            let (bus, writes) = (manager.clone(), writes.clone());
            tm.fork(format!("client {client}"), async move {
                let mut rng = Test::current()
                    .unwrap()
                    .rng_named(&format!("client {client}"));
                let page = 0x1000 * u64::from(client + 1);
                let mut model = vec![0_u8; 4096];
                for _ in 0..crate::rounds(40) {
                    let burst = any_burst(&mut rng, page, bytes).id(client);
                    let places: Vec<usize> = burst
                        .byte_addresses()
                        .map(|address| usize::try_from(address - page).unwrap())
                        .collect();
                    if rng.random() {
                        let mut data = vec![0; places.len()];
                        rng.fill_bytes(&mut data);
                        let mut written = WriteData::from(data.clone());
                        if rng.random() {
                            let enabled: Vec<bool> =
                                places.iter().map(|_| rng.random_bool(0.7)).collect();
                            written = written.enabled(enabled);
                        }
                        let mut expected = written.clone();
                        for (index, place) in places.into_iter().enumerate() {
                            if written.enabled.is_empty() || written.enabled[index] {
                                model[place] = data[index];
                            } else {
                                expected.bytes[index] = 0;
                            }
                        }
                        if !expected.enabled.contains(&false) {
                            expected.enabled.clear();
                        }
                        // What is not given is 0.
                        expected.users = vec![LogicVec::zeros(2); burst.beats.into()];
                        let mut expected = Write::new(burst.clone(), expected);
                        expected.user = Some(LogicVec::zeros(5));
                        writes.expect(expected);
                        let answer = bus.write_burst(burst, written).await?;
                        ensure!(answer.response == Response::Okay, "{answer:?}");
                    } else {
                        let answer = bus.read_burst(burst.clone()).await?;
                        let wanted: Vec<u8> = places.into_iter().map(|at| model[at]).collect();
                        ensure!(
                            answer.data == wanted,
                            "{burst:?}: {answer:?}, not {wanted:?}"
                        );
                        ensure!(answer.responses == vec![Response::Okay; burst.beats.into()]);
                    }
                }
                Ok(())
            });
        }
        tm.join_all().await?;
        clocked.edges(2).await;
        Ok(())
    })
    .await?;
    writes.finish()
}

/// An access of any length and place becomes bursts that cross no 4 KB, and writes nothing beside it.
#[verifork::test(timeout = 10.ms())]
async fn an_access_of_any_length_is_split(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse();
    let mut rng = test.rng();
    scope(async |tm| {
        let bus = Manager::new(&dut.bus).start(tm, &clocked);
        Subordinate::new(&dut.bus, &memory)
            .order(Order::Interleaved)
            .start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        let reads = Monitor::new(&dut.bus).start(tm, &clocked).reads();
        for length in [0, 1, 3, 100, 5000] {
            memory.clear();
            // The longest has the 4 KB from 0x1_1000 on.
            let address = 0x1_0ff0 + rng.random_range(0..16_u64);
            let mut data = vec![0; length];
            rng.fill_bytes(&mut data);
            bus.write(address, &data).await?;
            ensure!(memory.read_bytes(address, length) == data);
            let written: u64 = memory
                .written()
                .iter()
                .map(|range| range.end() - range.start() + 1)
                .sum();
            ensure!(written == length as u64, "{written} of {length}");
            ensure!(bus.with(|it| it.id(2)).read(address, length).await? == data);
        }
        clocked.edge().await;
        let lengths = std::iter::from_fn(|| reads.try_recv()).map(|read| read.burst.beats);
        let longest = lengths.max().unwrap_or(0);
        ensure!(
            usize::from(longest) == (4096 / dut.bytes()).min(256),
            "{longest}"
        );
        Ok(())
    })
    .await?;
    Ok(())
}

/// An access takes more bursts if the manager's are to be shorter.
#[verifork::test(timeout = 1.ms())]
async fn the_bursts_of_an_access_are_as_short_as_the_manager_is_set_to(
    dut: Axi,
    test: Test,
) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse();
    scope(async |tm| {
        let bus = Manager::new(&dut.bus).longest_burst(3).start(tm, &clocked);
        Subordinate::new(&dut.bus, &memory).start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        let monitor = Monitor::new(&dut.bus).start(tm, &clocked);
        let (writes, reads) = (monitor.writes(), monitor.reads());
        let mut data = vec![0; 10 * dut.bytes()];
        test.rng().fill_bytes(&mut data);
        bus.write(0, &data).await?;
        ensure!(bus.read(0, data.len()).await? == data);
        clocked.edge().await;
        let written: Vec<u16> = std::iter::from_fn(|| writes.try_recv())
            .map(|write| write.burst.beats)
            .collect();
        let read: Vec<u16> = std::iter::from_fn(|| reads.try_recv())
            .map(|read| read.burst.beats)
            .collect();
        ensure!(
            written == [3, 3, 3, 1] && read == written,
            "{written:?}, {read:?}"
        );
        Ok(())
    })
    .await?;
    Ok(())
}

/// A burst is a beat each clock, and a beat allocates nothing.
#[verifork::test(timeout = 1.ms())]
async fn a_burst_is_a_beat_each_clock_without_an_allocation(dut: Axi) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse();
    scope(async |tm| {
        let bus = Manager::new(&dut.bus).start(tm, &clocked);
        Subordinate::new(&dut.bus, &memory).start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        Monitor::new(&dut.bus).start(tm, &clocked);
        let beats = u16::try_from((4096 / dut.bytes()).min(256))?;
        let burst = verifork_components::axi::Burst::incr(0, beats, u8::try_from(dut.bytes())?);
        let data = vec![7; burst.data_bytes()];
        bus.write_burst(burst.clone(), data.clone()).await?;
        bus.read_burst(burst.clone()).await?;
        // What the first edges of a burst allocate is the burst's; those in its middle are beats.
        let first = now();
        let writing = tm.fork("write", {
            let (bus, burst) = (bus.clone(), burst.clone());
            async move { bus.write_burst(burst, data).await }
        });
        let reading = tm.fork("read", async move { bus.read_burst(burst).await });
        clocked.edges(12).await;
        let before = allocations::count();
        clocked.edges(u32::from(beats) - 16).await;
        let found = allocations::count() - before;
        // A write of more than 64 bits takes memory.
        ensure!(
            found == 0 || dut.bytes() > 8,
            "{found} allocations in {beats} beats"
        );
        writing.await?;
        reading.await?;
        let cycles = crate::cycles_since(first);
        ensure!(
            cycles < u128::from(beats) + 8,
            "{cycles} cycles for {beats} beats"
        );
        Ok(())
    })
    .await?;
    Ok(())
}
