//! Functions beside the tests, as they are written first. `guide::when_it_does_not_compile` has what fits.
use verifork::prelude::*;

pub async fn a_loop_in_a_function_without_a_result(clk: Signal<bool>, q: Signal<u8>) {
    loop {
        clk.rising_edge().await;
        q.expect(0)?; //~ E0277: this function should return `Result`
    }
}

pub fn a_loop_in_a_closure(tm: &TaskManager, q: Signal<u8>) {
    let watch = async move |expected: u8| {
        loop {
            q.changed().await;
            q.expect(expected)?; //~ E0277: this function should return `Result`
        }
    };
    tm.fork("watch", watch(0));
}

fn of_a_manager(tm: &TaskManager, q: Signal<u8>) {
    tm.fork("watch", async move { Ok(q.get()?) });
}

pub async fn a_scope_is_no_manager(q: Signal<u8>) -> Result {
    Ok(scope(async |tm| {
        of_a_manager(tm, q); //~ E0308: expected `&TaskManager`, found `&Scope<'_, '_>`
        Ok(())
    })
    .await?)
}

pub async fn the_error_of_a_scope_is_of_all_its_tasks() -> Result {
    scope(async |_| Ok(())).await //~ E0308: found `Result<(), TaskErrors>`
}

pub fn a_thread_reads(q: Signal<u8>) {
    std::thread::spawn(move || q.get()); //~ E0277: HandleOfTheSimulatorThread + 'static)` cannot be sent
}
