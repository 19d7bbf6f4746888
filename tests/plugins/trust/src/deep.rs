//! Scopes in scopes, deeper than the simulator's stack.

use std::future::Future;
use std::pin::Pin;

use verifork::dut::Instance;
use verifork::prelude::*;

fn nested(left: usize) -> Pin<Box<dyn Future<Output = Result>>> {
    Box::pin(async move {
        if left == 0 {
            timer(1.ns()).await;
            return Ok(());
        }
        scope(async |tm| {
            tm.fork("below", nested(left - 1)).await?;
            Ok(())
        })
        .await?;
        Ok(())
    })
}

#[verifork::test(cases(a_hundred = 100, seven_hundred = 700, a_hundred_thousand = 100_000))]
async fn forked(dut: Instance, depth: usize) -> Result {
    Clock::new(&dut.signal("clk")?, 2.ns()).start();
    nested(depth).await
}

#[verifork::test]
async fn z_comes_after() -> Result {
    timer(1.ns()).await;
    Ok(())
}
