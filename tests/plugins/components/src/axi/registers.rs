//! A model of registers over AXI4.

use verifork::prelude::*;
use verifork_components::axi::{Checker, Manager, Subordinate};
use verifork_components::registers::Model;

use super::Axi;
use crate::register_model::{BASE, behaves, map, memory};

#[verifork::test]
async fn a_model_over_axi(dut: Axi, test: Test) -> Result {
    let clocked = dut.start().await;
    let memory = memory();
    let bus = Manager::new(&dut.bus).start(&test, &clocked);
    Subordinate::new(&dut.bus, &memory).start(&test, &clocked);
    Checker::new(&dut.bus).start(&test, &clocked);
    let model = Model::new(&map()?, bus)?.base(BASE);
    behaves(&model, &memory).await
}
