//! `#[verifork::test]`, `#[derive(Dut)]` and `#[derive(LogicEnum)]`.
