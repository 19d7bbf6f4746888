//! The attribute says what a test's function looks like.
use verifork::prelude::*;

#[derive(Dut)]
pub struct Top {
    pub clk: Signal<bool>,
}

pub struct NotDerived {
    pub clk: Signal<bool>,
}

#[verifork::test]
fn forgotten_async(dut: Top) -> Result { //~ error: write `async fn forgotten_async`
    drop(dut);
    Ok(())
}

#[verifork::test]
async fn a_number(width: u8) -> Result { //~ E0277: a test cannot take a `u8`
                                         //~^ other values come from cases
    drop(width);
    Ok(())
}

#[verifork::test(timeout = "1 us")] //~ error: `timeout` is a duration, with its unit: `timeout = 1.ms()`
async fn a_text_as_duration(dut: Top) {
    drop(dut);
}

#[verifork::test]
async fn a_plain_struct(dut: NotDerived) { //~ E0277: a test cannot take a `NotDerived`: derive `Dut`
    drop(dut);
}

#[verifork::test]
async fn a_reference(dut: &Top) { //~ error: a test owns what the framework makes for it: write `Top`
    let _ = dut.clk;
}

#[verifork::test]
async fn a_value() -> u8 { //~ E0277: a test cannot return `u8`
    0
}

#[verifork::test(cases(small = (1, 2)))] //~ E0277: a case passes `{integer}` for a parameter of type `Top`
                                         //~^ a tuple fills one parameter with each of its values
async fn one_too_many(dut: Top, width: u8) {
    drop((dut, width));
}

#[verifork::test(cases(small = (1, 2)))] //~ error: the cases fill 2 parameters, but `a_tuple` has 1
                                         //~^ stands in another, `cases(a = ((1, 2),))`
async fn a_tuple(pair: (u8, u8)) {
    let _ = pair;
}

#[verifork::test(cases(small = "x"))] //~ E0277: a case passes `&str` for a parameter of type `String`
                                      //~^ a text is given to a `&str`
async fn a_text(name: String) {
    drop(name);
}

#[verifork::test(cases(small = 1))] //~ E0277: a case passes `{integer}` for a parameter of type `bool`
async fn a_flag(flag: bool) {
    let _ = flag;
}
