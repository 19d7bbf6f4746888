//! Tests with random sequences.

use verifork::prelude::*;

#[derive(Debug)]
struct Write {
    #[allow(dead_code, reason = "the report shows it")]
    address: u32,
    length: u8,
}

fn writes(test: &Test) -> Vec<Write> {
    test.sequence("writes", 40..=60, |rng| Write {
        address: rng.random(),
        length: rng.random_range(1..=255),
    })
}

/// Fails at the second one that is long, whatever stands between.
#[verifork::test]
async fn two_are_long(test: Test) -> Result {
    let mut long = 0;
    for write in writes(&test) {
        timer(1.ns()).await;
        long += u32::from(write.length >= 100);
        ensure!(long < 2, "a second one is long");
    }
    // Another failure, which is no smaller case of the first one.
    ensure!(long > 0, "none is long");
    Ok(())
}

#[verifork::test]
async fn goes_wrong_once(test: Test) -> Result {
    drop(writes(&test));
    ensure!(
        std::env::var_os("VERIFORK_ITEMS").is_some(),
        "the first run fails"
    );
    Ok(())
}

/// The process ends in the test, at the first one that is long.
#[verifork::test]
async fn dies_of_long_ones(test: Test) {
    for write in writes(&test) {
        timer(1.ns()).await;
        if write.length >= 100 {
            std::process::abort();
        }
    }
}

#[verifork::test]
async fn always_pass(test: Test) {
    drop(writes(&test));
}
