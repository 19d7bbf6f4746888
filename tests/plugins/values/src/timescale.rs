//! What a design counts time in that does not say so itself.

use verifork::prelude::*;
use verifork::trigger::try_timer;

#[derive(Dut)]
struct Unscaled {
    late: Signal<bool>,
}

async fn delay(dut: &Unscaled) -> Result<SimDuration> {
    let begun = now();
    dut.late.rising_edge().await;
    Ok(now() - begun)
}

/// Not that of the simulator, of which each has another.
#[verifork::test(timeout = 1.ms())]
async fn any_module_that_states_none_has_nanoseconds_in_steps_of_picoseconds(
    dut: Unscaled,
) -> Result {
    let delay = delay(&dut).await?;
    ensure!(delay == 10.ns(), "#10 took {delay}");
    let begun = now();
    timer(1.ps()).await;
    ensure!(now() - begun == 1.ps());
    ensure!(try_timer(1.fs()).is_err());
    Ok(())
}

#[verifork::test(timeout = 1.ms())]
async fn stated_by_the_harness_it_is_that(dut: Unscaled) -> Result {
    let delay = delay(&dut).await?;
    ensure!(delay == 10.us(), "#10 took {delay}");
    ensure!(try_timer(1.ps()).is_err());
    Ok(())
}
