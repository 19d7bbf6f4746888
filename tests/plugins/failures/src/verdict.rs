//! Tests that end themselves, as passed or as skipped, from whatever task.

use verifork::prelude::*;

/// Nothing here ends by itself.
async fn for_ever() -> Result {
    pending().await
}

async fn passes() -> Result {
    timer(1.ns()).await;
    pass("enough was seen")
}

async fn skips() -> Result {
    timer(1.ns()).await;
    skip("not with this design")
}

#[verifork::test]
async fn a_child_passes() -> Result {
    scope(async |tm| {
        tm.on_exit(async {
            timer(1.ns()).await;
            log::info!("cleaned up after the child");
        });
        tm.fork("stimulus", for_ever());
        tm.fork("checker", passes());
        for_ever().await
    })
    .await?;
    bail!("the test has gone on")
}

#[verifork::test]
async fn a_background_child_in_a_child_skips() -> Result {
    scope(async |tm| {
        tm.fork("outer", async {
            scope(async |tm| {
                tm.background("monitor", skips());
                for_ever().await
            })
            .await?;
            Ok(())
        });
        for_ever().await
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn a_spawned_task_passes() -> Result {
    spawn(passes());
    for_ever().await
}

#[verifork::test]
async fn a_tolerated_child_skips() -> Result {
    scope(async |tm| {
        tm.child("tolerated").continue_on_error().fork(skips());
        for_ever().await
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn a_child_of_an_owned_manager_passes() -> Result {
    let tm = TaskManager::new();
    tm.fork("checker", passes());
    for_ever().await
}

#[verifork::test]
async fn passes_after_a_failure_that_was_kept() -> Result {
    scope(async |tm| {
        tm.child("early")
            .continue_on_error()
            .fork(async { Err::<(), _>(verifork::error!("an early mismatch")) });
        tm.fork("checker", passes());
        for_ever().await
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn passes_and_fails_while_the_rest_is_cancelled() -> Result {
    struct Leftover;
    impl Drop for Leftover {
        fn drop(&mut self) {
            panic!("an item is left over");
        }
    }
    scope(async |tm| {
        tm.fork("scoreboard", async {
            let _leftover = Leftover;
            for_ever().await
        });
        tm.background("checker", passes());
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test]
async fn passes_and_fails_in_its_clean_up() -> Result {
    scope(async |tm| {
        tm.on_exit(async { Err::<(), _>(verifork::error!("the bus is busy")) });
        tm.fork("checker", passes());
        Ok(())
    })
    .await?;
    Ok(())
}
