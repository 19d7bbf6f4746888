//! A small processor. The testbench is its memory, and makes up each instruction as it is fetched; a model
//! of the instruction set says which access has to come next, and which values the registers have.

mod bus;
mod draw;
mod isa;
mod model;
mod program;

use bus::{Access, Bus};
use isa::Instruction;
use model::{Model, Step};
use verifork::prelude::*;

#[derive(Dut)]
struct Rv32i {
    clk: Signal<bool>,
    rst: Signal<bool>,

    mem_valid: Signal<bool>,
    mem_instr: Signal<bool>,
    mem_ready: Signal<bool>,
    mem_addr: Signal<u32>,
    mem_wdata: Signal<u32>,
    mem_wstrb: Signal<u8>,
    mem_rdata: Signal<u32>,

    trap: Signal<bool>,

    regs: Array<u32>,
    #[dut(path = "RESET_ADDR")]
    reset_address: Parameter<u32>,
}

/// Whatever is fetched, at once or after a while, does what the model does.
#[verifork::test(timeout = 10.ms(), cases(at_once = 0, late = 3))]
async fn random_instructions(dut: Rv32i, test: Test, patience: u32) -> Result {
    let mut rng = test.rng_named("instructions");
    let mut bus = Bus::new(&dut, test.rng_named("bus"), patience);
    let mut model = Model::new(dut.reset_address.get()?);
    bus.reset().await;
    for register in 1..32 {
        let instruction = Instruction::Lui(register, rng.random());
        execute(&mut bus, &mut model, instruction, 0).await?;
    }
    let mut traps = 0;
    for _ in 0..3000 {
        let (instruction, word) = (draw::instruction(&model, &mut rng), rng.random());
        if execute(&mut bus, &mut model, instruction, word).await? == Step::Trap {
            traps += 1;
            same_registers(&dut, &model)?;
            bus.reset().await;
            model.reset(dut.reset_address.get()?);
        }
    }
    // The last one has had no clock of its own.
    bus.request().await?;
    same_registers(&dut, &model)?;
    ensure!(
        traps > 5,
        "{traps} instructions were refused: too few to say that all are"
    );
    Ok(())
}

/// Has an instruction fetched, and `word` loaded if it loads.
async fn execute(
    bus: &mut Bus<'_>,
    model: &mut Model,
    instruction: Instruction,
    word: u32,
) -> Result<Step> {
    let pc = model.pc;
    let executes = || format!("{instruction:?} at {pc:#010x}");
    let fetch = Access {
        fetches: true,
        address: pc,
        strobes: 0,
        data: 0,
    };
    asked(bus, fetch)
        .await
        .with_context(|| format!("before {}", executes()))?;
    bus.answer(fetch, instruction.word()).await?;
    let step = model.execute(instruction, bus.ended_at);
    let access = match step {
        Step::Done => return Ok(step),
        Step::Trap => {
            let next = bus.request().await?;
            if let Some(access) = next {
                bail!("{access} after {}, which is to be refused", executes());
            }
            return Ok(step);
        }
        Step::Load { address } => Access {
            fetches: false,
            address,
            strobes: 0,
            data: 0,
        },
        Step::Store {
            address,
            strobes,
            data,
        } => Access {
            fetches: false,
            address,
            strobes,
            data,
        },
    };
    asked(bus, access).await.with_context(executes)?;
    bus.answer(access, word).await?;
    if let Instruction::Load(width, rd, base, offset) = instruction {
        let address = model.registers[usize::from(base)].wrapping_add_signed(offset);
        model.loaded(width, rd, address % 4, word);
    }
    Ok(step)
}

async fn asked(bus: &mut Bus<'_>, wanted: Access) -> Result {
    match bus.request().await? {
        Some(access) => ensure!(access == wanted, "{access}, not {wanted}"),
        None => bail!("a trap, not {wanted}"),
    }
    Ok(())
}

fn same_registers(dut: &Rv32i, model: &Model) -> Result {
    for (number, &wanted) in model.registers.iter().enumerate().skip(1) {
        let register = dut.regs.at(number.try_into()?);
        let (path, found) = (register.path(), register.get()?);
        ensure!(found == wanted, "{path} is {found:#x}, not {wanted:#x}");
    }
    Ok(())
}

/// After a trap nothing happens any more, whatever the memory says.
#[verifork::test(timeout = 1.ms())]
async fn a_trap_lasts_until_the_reset(dut: Rv32i, test: Test) -> Result {
    let start = dut.reset_address.get()?;
    let mut bus = Bus::new(&dut, test.rng(), 0);
    let mut model = Model::new(start);
    bus.reset().await;
    execute(&mut bus, &mut model, Instruction::Refused(0), 0).await?;
    dut.mem_ready.set(true);
    for _ in 0..20 {
        dut.clk.rising_edge().await;
        dut.trap.expect(true)?;
        dut.mem_valid.expect(false)?;
    }
    dut.mem_ready.set(false);
    bus.reset().await;
    model.reset(start);
    execute(&mut bus, &mut model, Instruction::Fence, 0).await?;
    dut.trap.expect(false)?;
    Ok(())
}

/// A whole program in a memory of 32 KiB.
#[verifork::test(timeout = 10.ms(), cases(at_once = 0, late = 2))]
async fn runs_a_program(dut: Rv32i, test: Test, patience: u32) -> Result {
    let mut memory = vec![0; 0x8000 / 4];
    let place = |address: u32| (address / 4 % 0x2000) as usize;
    let mut address = dut.reset_address.get()?;
    for word in program::words() {
        memory[place(address)] = word;
        address = address.wrapping_add(4);
    }
    let mut bus = Bus::new(&dut, test.rng(), patience);
    bus.reset().await;
    for pass in 0..2 {
        let sum = loop {
            let Some(access) = bus.request().await? else {
                bail!("a trap in the middle of the program");
            };
            let word = &mut memory[place(access.address)];
            if access.strobes == 0b1111 {
                *word = access.data;
            }
            bus.answer(access, *word).await?;
            if access.strobes != 0 && access.address == program::place_of_sum(pass) {
                break access.data;
            }
        };
        let wanted = program::sum(pass);
        ensure!(
            sum == wanted,
            "the sum of pass {pass} is {sum:#x}, not {wanted:#x}"
        );
    }
    Ok(())
}
