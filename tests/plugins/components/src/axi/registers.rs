//! A model of registers over AXI4.

use verifork::prelude::*;
use verifork_components::axi::{Checker, Manager, Subordinate};

use super::Axi;
use crate::register_model::{behaves, memory, model_over};

#[verifork::test]
async fn a_model_over_axi(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let model = model_over(bus)?;
    behaves(&model, &memory).await
}
