//! One at a time has a `&mut`.
use verifork::prelude::*;

pub async fn two_children() -> Result {
    let mut count = 0;
    scope(async |tm| {
        tm.fork("first", async { Ok(count += 1) });
        tm.fork("second", async { Ok(count += 1) }); //~ E0499
        Ok(())
    })
    .await?;
    Ok(())
}

pub async fn a_child_and_the_block() -> Result {
    let mut count = 0;
    scope(async |tm| {
        tm.fork("child", async { Ok(count += 1) });
        count = 7; //~ E0506
        Ok(())
    })
    .await?;
    Ok(())
}

pub async fn a_child_and_who_awaits_the_scope() -> Result {
    let mut count = 0;
    let running = scope(async |tm| {
        tm.fork("child", async { Ok(count += 1) });
        Ok(())
    });
    drop(count); //~ E0503
    running.await?;
    Ok(())
}
