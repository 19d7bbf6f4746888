//! What a child borrows outlives the future of its scope.
use std::future::pending;
use std::pin::Pin;
use verifork::prelude::*;
use verifork::task::TaskManager;

pub async fn the_future_is_kept() {
    let _kept: Pin<Box<dyn Future<Output = ()>>>;
    {
        let gone = String::from("gone");
        let borrowed = &gone; //~ E0597
        _kept = Box::pin(async move {
            let ended = scope(async |tm| {
                tm.fork("child", async { Ok(drop(borrowed.len())) });
                pending::<Result>().await
            });
            drop(ended.await);
        });
    }
}

pub async fn it_is_dropped_while_the_scope_runs() -> Result {
    let text = String::from("text");
    let borrowed = &text;
    let running = scope(async |tm| {
        tm.fork("child", async { Ok(drop(borrowed.len())) });
        Ok(())
    });
    drop(text); //~ E0505
    running.await?;
    Ok(())
}

pub fn an_owned_manager(tm: &TaskManager) {
    let gone = String::from("gone");
    let borrowed = &gone; //~ E0597
    tm.fork("child", async move { Ok(drop(borrowed.len())) });
}

pub fn a_task_of_the_test() {
    let gone = String::from("gone");
    let borrowed = &gone; //~ E0597
    verifork::task::spawn(async move { Ok(drop(borrowed.len())) });
}

pub async fn a_value_that_borrows_the_locals_of_its_task() -> Result {
    scope(async |tm| {
        tm.fork("child", async {
            let local = String::new();
            Ok(local.as_str()) //~ E0515
        });
        Ok(())
    })
    .await?;
    Ok(())
}
