//! A pipelined multiplier: random and extreme operands, with gaps and stalls, against a model of the
//! pipeline. Works for any `STAGES`, signed or not, and any `WIDTH` up to 64.

mod model;

use model::{Format, Inputs, Pipeline};
use verifork::TestRng;
use verifork::prelude::*;

#[derive(Dut)]
struct Multiplier {
    clk: Signal<bool>,
    rst: Signal<bool>,
    en: Signal<bool>,

    in_valid: Signal<bool>,
    a: Signal<u64>,
    b: Signal<u64>,

    out_valid: Signal<bool>,
    product: Signal<u128>,

    #[dut(path = "STAGES")]
    stages: Parameter<u16>,
    #[dut(path = "IS_SIGNED")]
    is_signed: Parameter<bool>,
}

/// Operands in a part of the clocks, half of them extreme, and `en` high in a part of the clocks.
#[verifork::test(
    timeout = 10.ms(),
    cases(
        without_pause = (1.0, 1.0),
        gaps = (0.5, 1.0),
        stalls = (1.0, 0.5),
        gaps_and_stalls = (0.7, 0.7),
    )
)]
async fn random_operands(dut: Multiplier, test: Test, valid_rate: f64, enable_rate: f64) -> Result {
    let format = start(&dut).await?;
    checked(&dut, format, async {
        scope(async |tm| {
            tm.background("stalls", stall(&dut, test.rng_named("stalls"), enable_rate));
            tm.fork(
                "driver",
                drive(&dut, format, test.rng_named("driver"), valid_rate),
            )
            .await?;
            Ok(())
        })
        .await?;
        Ok(())
    })
    .await
}

/// Each extreme operand by each, one pair a clock.
#[verifork::test(timeout = 1.ms())]
async fn corners(dut: Multiplier) -> Result {
    let format = start(&dut).await?;
    checked(&dut, format, async {
        for a in format.corners() {
            for b in format.corners() {
                multiply(&dut, a, b).await;
            }
        }
        Ok(())
    })
    .await
}

/// A reset empties a full pipeline, whether it moves or holds.
#[verifork::test(timeout = 1.ms(), cases(while_it_moves = true, while_it_holds = false))]
async fn a_reset_empties_the_pipeline(dut: Multiplier, en: bool) -> Result {
    let format = start(&dut).await?;
    checked(&dut, format, async {
        for number in 0..=format.stages {
            multiply(&dut, number as u64 & format.all_ones(), 1).await;
        }
        dut.en.set(en);
        dut.rst.set(true);
        dut.clk.rising_edge().await;
        dut.rst.set(false);
        dut.clk.rising_edge().await;
        multiply(&dut, 1, 1).await;
        Ok(())
    })
    .await
}

/// Looks inside, where the Verilog has a scope for each stage: operands are in one at a time.
#[verifork::test(timeout = 1.ms())]
async fn operands_go_from_stage_to_stage(dut: Multiplier, top: Instance) -> Result {
    if !top.contains("stage[0]") {
        return skip("the VHDL has arrays instead of a scope for each stage");
    }
    let format = start(&dut).await?;
    let stages: Vec<Stage> = (0..format.stages)
        .map(|stage| top.instance(&format!("stage[{stage}]"))?.bind())
        .collect::<Result<_, _>>()?;
    let (a, b) = (format.all_ones(), format.all_ones());
    multiply(&dut, a, b).await;
    dut.in_valid.set(false);
    for here in 0..stages.len() {
        read_only().await;
        for (number, stage) in stages.iter().enumerate() {
            stage.valid.expect(number == here)?;
        }
        dut.clk.rising_edge().await;
    }
    stages[format.stages - 1].sum.expect(format.product(a, b))?;
    Ok(())
}

#[derive(Dut)]
struct Stage {
    valid: Signal<bool>,
    sum: Signal<u128>,
}

/// A clock, and two edges in reset.
async fn start(dut: &Multiplier) -> Result<Format> {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.rst.set(true);
    dut.en.set(true);
    dut.in_valid.set(false);
    dut.a.set(0);
    dut.b.set(0);
    dut.clk.rising_edges(2).await;
    dut.rst.set(false);
    Ok(Format {
        width: dut.a.width(),
        stages: dut.stages.get()?.into(),
        is_signed: dut.is_signed.get()?,
    })
}

/// Offers operands in a part of the clocks.
async fn drive(dut: &Multiplier, format: Format, mut rng: TestRng, rate: f64) -> Result {
    let corners = format.corners();
    for _ in 0..500 {
        dut.in_valid.set(rng.random_bool(rate));
        for operand in [dut.a, dut.b] {
            operand.set(if rng.random() {
                corners[rng.random_range(0..corners.len())]
            } else {
                rng.random_range(0..=format.all_ones())
            });
        }
        dut.clk.rising_edge().await;
    }
    Ok(())
}

/// Lets the pipeline move in a part of the clocks.
async fn stall(dut: &Multiplier, mut rng: TestRng, rate: f64) -> Result {
    loop {
        dut.en.set(rng.random_bool(rate));
        dut.clk.rising_edge().await;
    }
}

/// Has one pair of operands taken.
async fn multiply(dut: &Multiplier, a: u64, b: u64) {
    dut.in_valid.set(true);
    dut.a.set(a);
    dut.b.set(b);
    dut.clk.rising_edge().await;
}

/// Runs the stimulus, and the pipeline empty, while every clock is compared with the model.
async fn checked(
    dut: &Multiplier,
    format: Format,
    stimulus: impl Future<Output = Result>,
) -> Result {
    scope(async |tm| {
        tm.background("scoreboard", scoreboard(dut, format)); // ends with the stimulus
        tm.fork("stimulus", stimulus).await?;
        dut.in_valid.set(false);
        dut.en.set(true);
        dut.clk.rising_edges(dut.stages.get()?.into()).await;
        dut.clk.rising_edge().await; // shows what the last edge did
        Ok(())
    })
    .await?;
    Ok(())
}

/// A task that an edge wakes reads what the design's own registers sample on that edge.
async fn scoreboard(dut: &Multiplier, format: Format) -> Result {
    let mut pipeline = Pipeline::new(format);
    loop {
        dut.clk.rising_edge().await;
        let shown = pipeline.shown();
        dut.out_valid.expect(shown.is_some())?;
        if let Some((a, b)) = shown {
            let (path, found, wanted) =
                (dut.product.path(), dut.product.get()?, format.product(a, b));
            ensure!(
                found == wanted,
                "{path} is {found:#x}, not {wanted:#x}, for {a:#x} by {b:#x}"
            );
        }
        pipeline.clock(Inputs {
            rst: dut.rst.get()?,
            en: dut.en.get()?,
            operands: if dut.in_valid.get()? {
                Some((dut.a.get()?, dut.b.get()?))
            } else {
                None
            },
        });
    }
}
