//! A loop without an end has nothing to end in, so where it uses `?` its type is open: `background` knows
//! it, and `#[verifork::test]` tells it for what stands in the test. `spawn` and `fork` in other functions do
//! not: there it is `background`, or `spawn::<Result, _>(…)`.
use verifork::prelude::*;

pub fn of_the_test(q: Signal<u8>) {
    spawn(async move {
        loop {
            q.changed().await;
            q.expect(0)?; //~ E0277: can only be used in an async block that returns `Result`
        }
    });
}

pub fn of_a_manager(tm: &TaskManager, q: Signal<u8>) {
    tm.fork("loop", async move {
        loop {
            q.changed().await;
            q.expect(0)?; //~ E0277: can only be used in an async block that returns `Result`
        }
    });
}

pub fn without_a_result() {
    background("once", async { //~ E0271
        yield_now().await;
    });
}

pub fn in_a_bare_value(tm: &TaskManager) {
    tm.fork("child", async { 3_u8 }); //~ E0277: a block ends in `Ok(value)` or without a value, not in a `u8`
}

pub fn in_the_result_of_a_task(tm: &TaskManager, task: Task<u8>) {
    tm.fork("child", async { task.await }); //~ E0277: a block's error is `verifork::Error`, not `TaskError`
                                            //~^ write `Ok(task.await?)`
}
