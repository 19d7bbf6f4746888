use crate::dut::testing::simulate;

#[test]
fn a_parameter_fits_if_its_value_does() {
    let (dut, _) = simulate();
    assert_eq!(dut.parameter::<u8>("WIDTH").unwrap().get(), Ok(8));
    assert_eq!(dut.parameter::<i32>("DEPTH").unwrap().get(), Ok(300));
    assert!((dut.parameter::<f64>("RATE").unwrap().get() - 2.5).abs() < 1e-9);
    let error = dut.parameter::<u8>("DEPTH").unwrap_err().to_string();
    assert!(
        error.contains("the value of `top.DEPTH` does not fit: 32'h0000012c"),
        "{error}"
    );
}

#[test]
fn a_parameter_is_of_its_kind_and_constant() {
    let (dut, _) = simulate();
    let error = dut.parameter::<u8>("RATE").unwrap_err().to_string();
    assert!(error.contains("Parameter<f64> would fit"), "{error}");
    let error = dut.parameter::<u8>("count").unwrap_err().to_string();
    assert!(
        error.contains("`top.count` is a net: it is not constant"),
        "{error}"
    );
}
