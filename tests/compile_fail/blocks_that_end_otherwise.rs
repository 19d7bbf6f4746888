//! What a scope's block looks like, and what it ends in.
use verifork::prelude::*;

pub async fn in_a_task() -> Result {
    let outcome = scope(async |tm| { //~ E0277: a block's error is `verifork::Error`, not `TaskError`: end in `Ok(value?)`
                                     //~^ write `Ok(task.await?)`
        let task = tm.fork("child", async { Ok(1) });
        task.await
    });
    drop(outcome); //~ E0277: a block
    Ok(())
}

pub async fn in_a_bare_value() -> Result {
    let outcome = scope(async |tm| { //~ E0277: a block ends in `Ok(value)` or without a value, not in a `u8`
                                     //~^ write `Ok(…)` around the last expression
        tm.fork("child", async { Ok(1) });
        3_u8
    });
    drop(outcome); //~ E0277: a block
    Ok(())
}

pub async fn of_the_older_form() -> Result {
    scope(|tm| async move { //~ E0282: type annotations needed
        tm.fork("child", async { Ok(1) });
        Ok(())
    })
    .await?;
    Ok(())
}

pub async fn without_async() -> Result {
    scope(|tm| { //~ E0282: type annotations needed
        tm.fork("child", async { Ok(1) });
        Ok(())
    })
    .await?;
    Ok(())
}

pub fn without_a_name(tm: &TaskManager) {
    tm.fork( //~ E0061
        async { Ok(()) }, //~ E0277: a task has a name, which comes first: `tm.fork("name", async …)`
    );
    tm.background( //~ E0061
        async { Ok(()) }, //~ E0277: this is not a name: write one before it
    );
}

pub fn in_a_verdict_that_is_not_returned(clk: Signal<bool>) {
    spawn(async move {
        clk.rising_edge().await;
        pass("enough"); //~ E0282: type annotations needed
    });
}
