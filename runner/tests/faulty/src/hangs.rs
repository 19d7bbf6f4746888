//! The tests whose reports the guide "when it hangs" quotes, on the counter.

use std::future::pending;
use std::time::Duration;

use verifork::prelude::*;

#[derive(Dut)]
struct Counter {
    clk: Signal<bool>,
    rst: Signal<bool>,
    en: Signal<bool>,
    count: Signal<u8>,
}

#[verifork::test(name = "no_clock")]
async fn no_clock(dut: Counter) {
    dut.clk.rising_edges(2).await;
}

#[verifork::test(name = "x_on_reset", timeout = 1.us())]
async fn x_on_reset(dut: Counter) {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.rst.set(false);
    dut.en.set(true);
    dut.count.wait_for(3).await;
}

#[verifork::test(name = "level_is_there", timeout = 1.us())]
async fn level_is_there(dut: Counter) {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.en.set(true);
    dut.clk.rising_edge().await;
    dut.en.rising_edge().await;
}

/// The client wants an answer before it asks, the server a request before it answers.
#[verifork::test(name = "deadlock", timeout = 1.us())]
async fn deadlock() -> Result {
    let (requests, inbox) = channel::<u8>(1);
    let (answers, outbox) = channel::<u8>(1);
    scope(async |tm| {
        tm.fork("client", async {
            let answer = outbox.recv().await?;
            requests.send(answer).await?;
            Ok(())
        });
        tm.fork("server", async {
            let request = inbox.recv().await?;
            answers.send(request).await?;
            Ok(())
        });
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(name = "blocks", wall_timeout = Duration::from_secs(1))]
async fn blocks() -> Result {
    scope(async |tm| {
        tm.fork("driver", async {
            timer(1.ns()).await;
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        });
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(name = "spins", wall_timeout = Duration::from_secs(1))]
async fn spins() {
    loop {
        verifork::task::yield_now().await;
    }
}

/// On a design that never ends its first time step.
#[verifork::test(name = "design_loops", wall_timeout = Duration::from_secs(1))]
async fn design_loops() {
    timer(10.ns()).await;
    pending::<()>().await;
}
