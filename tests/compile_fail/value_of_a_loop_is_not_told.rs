//! A loop without an end does not tell what it would return: `background` does not ask, `spawn` and
//! `fork` do.
use verifork::prelude::*;

pub fn of_the_test() {
    spawn(async { //~ E0282
        loop {
            yield_now().await;
        }
    });
}

pub fn of_a_manager(tm: &TaskManager) {
    tm.fork("loop", async { //~ E0282
        loop {
            yield_now().await;
        }
    });
}

pub fn without_a_result() {
    background("once", async { //~ E0271
        yield_now().await;
    });
}
