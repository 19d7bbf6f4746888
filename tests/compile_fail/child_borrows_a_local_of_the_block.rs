//! The block's locals are gone when it returns, and its children may go on.
use verifork::prelude::*;

pub async fn by_reference() -> Result {
    scope(async |tm| {
        let local = String::new();
        let borrowed = &local; //~ E0597
        tm.fork("child", async move { Ok(drop(borrowed.len())) });
        Ok(())
    })
    .await?;
    Ok(())
}

pub async fn clean_up_too() -> Result {
    scope(async |tm| {
        let local = String::new();
        let borrowed = &local; //~ E0597
        tm.on_exit(async move { drop(borrowed.len()) });
        Ok(())
    })
    .await?;
    Ok(())
}

pub async fn the_background_too() -> Result {
    scope(async |tm| {
        let local = String::new();
        let borrowed = &local; //~ E0597
        tm.background("child", async move { Ok(drop(borrowed.len())) });
        Ok(())
    })
    .await?;
    Ok(())
}
