//! An APB requester in front of a memory: commands go in, transfers by the rules of the bus come out.

use verifork::prelude::*;
use verifork_components::apb::{Checker, Monitor, Signals, Subordinate};
use verifork_components::memory::{Access, Fault, Memory};
use verifork_components::{Clocked, Pauses, Scoreboard, payload, valid_ready};

payload! {
    /// What is to be done.
    struct Command: CommandSignals {
        write: bool,
        address: u16,
        data: u32,
        strobe: u8,
    }
}

payload! {
    /// How it ended.
    struct Response: ResponseSignals {
        data: u32,
        error: bool,
    }
}

#[derive(Dut)]
struct Bridge {
    pclk: Signal<bool>,
    presetn: Signal<bool>,
    #[dut(prefix = "cmd_")]
    commands: valid_ready::Channel<CommandSignals>,
    #[dut(prefix = "rsp_")]
    responses: valid_ready::Channel<ResponseSignals>,
    #[dut(prefix = "")]
    bus: Signals,
}

impl Bridge {
    async fn start(&self) -> Clocked {
        let clocked = Clocked::new(&self.pclk, 10.ns());
        clocked.reset_low(&self.presetn).start().await
    }
}

fn random(rng: &mut TestRng) -> Command {
    Command {
        write: rng.random(),
        address: rng.random_range(0..0x48) * 4,
        data: rng.random(),
        strobe: rng.random_range(0..16),
    }
}

/// What a memory of 0x100 bytes answers.
fn predicted(memory: &Memory, command: &Command) -> Response {
    let Command {
        write,
        address,
        data,
        strobe,
    } = *command;
    let error = address >= 0x100;
    if write && !error {
        let enabled = |lane| strobe >> lane & 1 == 1;
        memory.write_enabled(address.into(), &data.to_le_bytes(), enabled);
    }
    let data = if write || error {
        0
    } else {
        memory.read_u32(address.into())
    };
    Response { data, error }
}

#[verifork::test(
    timeout = 10.ms(),
    cases(
        at_full_speed = (Pauses::none(), Pauses::none()),
        with_waits = (Pauses::none(), Pauses::random(0.5)),
        with_pauses = (Pauses::random(0.5), Pauses::random(0.3)),
    )
)]
async fn commands_are_done(dut: Bridge, test: Test, commands: Pauses, waits: Pauses) -> Result {
    let clocked = dut.start().await;
    let mut rng = test.rng();
    let answers = Memory::sparse()
        .region(0..0x100, Access::ReadWrite)
        .outside(Fault::Slave);
    let model = Memory::sparse();
    let board = Scoreboard::in_order("responses");
    scope(async |tm| {
        Subordinate::new(&dut.bus, &answers)
            .pauses(&waits)
            .start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        valid_ready::Checker::new(&dut.commands).start(tm, &clocked);
        let seen = Monitor::new(&dut.bus).start(tm, &clocked).transfers();
        let responses = valid_ready::Sink::new(&dut.responses).start(tm, &clocked);
        let source = valid_ready::Source::new(&dut.commands)
            .pauses(&commands)
            .start(tm, &clocked);
        for _ in 0..200 {
            let command = random(&mut rng);
            board.expect(predicted(&model, &command));
            source.send(command).await?;
        }
        for _ in 0..200 {
            let mut response = responses.recv().await?;
            // The data of what was not a read means nothing.
            if seen.try_recv().is_some_and(|it| it.request.write.is_some()) || response.error {
                response.data = 0;
            }
            board.observe(response)?;
        }
        Ok(())
    })
    .await?;
    board.finish()
}

/// A reset in any phase forgets what is under way; what comes next is done.
#[verifork::test(timeout = 1.ms())]
async fn a_reset_forgets_what_is_under_way(dut: Bridge) -> Result {
    let clocked = dut.start().await;
    let memory = Memory::sparse().latency(1..=1);
    scope(async |tm| {
        Subordinate::new(&dut.bus, &memory).start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        let responses = valid_ready::Sink::new(&dut.responses).start(tm, &clocked);
        let source = valid_ready::Source::new(&dut.commands).start(tm, &clocked);
        let write = |address: u16, data: u32| Command {
            write: true,
            address,
            data,
            strobe: 0xf,
        };
        for edges in 0..8 {
            source.send(write(0x10, 1)).await?;
            clocked.edges(edges).await;
            clocked.reset().await;
            while responses.try_recv().is_some() {}
            source.send(write(0x20, edges)).await?;
            responses.recv().await?;
            let found = memory.read_u32(0x20);
            ensure!(found == edges, "{found} after a reset, not {edges}");
        }
        Ok(())
    })
    .await?;
    Ok(())
}
