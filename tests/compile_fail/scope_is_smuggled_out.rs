//! The scope is there for its block and its children alone.
use verifork::prelude::*;
use verifork::task::{Scope, TaskManager};

pub async fn into_a_variable() -> Result {
    let mut smuggled = None;
    scope(async |tm| { //~ error: lifetime may not live long enough
        smuggled = Some(tm);
        Ok(())
    })
    .await?;
    drop(smuggled.map(|tm| tm.len()));
    Ok(())
}

pub async fn into_another_scope<'env>(outer: &Scope<'_, 'env>) -> Result {
    scope(async |inner| { //~ error: lifetime may not live long enough
        outer.fork("child", async move {
            inner.fork("its sibling", async { Ok(()) });
            Ok(())
        });
        Ok(())
    })
    .await?;
    Ok(())
}

pub async fn a_value_that_outlives_its_manager() -> Result<&'static i32> {
    let tm = TaskManager::new();
    tm.fork("one", async { Ok(1) });
    Ok(tm.result::<i32>("one")?) //~ E0515
}
