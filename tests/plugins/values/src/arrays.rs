//! Elements of unpacked arrays.

use verifork::dut::{Instance, SignalValue};
use verifork::prelude::*;

/// How often a signal changes within a time.
async fn changes<T: SignalValue>(signal: Signal<T>, limit: SimDuration) -> u32 {
    let mut count = 0;
    let counting = async {
        loop {
            signal.changed().await;
            count += 1;
        }
    };
    let ended: Result<(), _> = with_timeout(limit, counting).await;
    assert!(ended.is_err(), "it waits for ever");
    count
}

/// Of ten assignments of one value, the first alone is a change.
#[verifork::test]
async fn an_assignment_of_the_same_value_is_no_change(dut: Instance) -> Result {
    let clk = dut.signal::<bool>("clk")?;
    let value = dut.signal::<u8>("value")?;
    clk.set(false);
    value.set(0);
    timer(1.ns()).await;
    Clock::new(&clk, 2.ns()).start();
    timer(10.ns()).await;
    let mut next = 1;
    for path in ["line[1]", "line[2]", "numbers[1]", "whole_line[0]", "alone"] {
        let signal = dut.signal::<LogicVec>(path)?;
        let (_, count) = futures_lite::future::zip(
            async {
                timer(5.ns()).await;
                value.set(next);
            },
            changes(signal, 20.ns()),
        )
        .await;
        assert_eq!(count, 1, "{path}");
        next += 1;
    }
    for path in ["real_line[0]", "real_alone"] {
        let signal = dut.signal::<f64>(path)?;
        let (_, count) = futures_lite::future::zip(
            async {
                timer(5.ns()).await;
                value.set(next);
            },
            changes(signal, 20.ns()),
        )
        .await;
        assert_eq!(count, 1, "{path}");
        next += 1;
    }
    // Several waits in turn, and one that begins after changes that nobody awaited.
    let word = dut.signal::<u8>("line[1]")?;
    for _ in 0..3 {
        value.set(next);
        timer(6.ns()).await;
        assert_eq!(word.get()?, next);
        next += 1;
        let (changed, ()) =
            futures_lite::future::zip(with_timeout(6.ns(), word.changed()), async {
                timer(1.ns()).await;
                value.set(next);
            })
            .await;
        changed?;
        assert_eq!(word.get()?, next);
        assert_eq!(changes(word, 10.ns()).await, 0);
        next += 1;
    }
    Ok(())
}
