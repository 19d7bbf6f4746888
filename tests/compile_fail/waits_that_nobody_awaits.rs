//! A wait that is not awaited is not a wait.
#![deny(unused_must_use)]
use verifork::prelude::*;

pub async fn nothing_waits(clk: Signal<bool>, q: Signal<u8>, event: Event) {
    clk.rising_edge(); //~ unused_must_use: it waits only when awaited: add `.await`
    q.changed(); //~ unused_must_use: it waits only when awaited: add `.await`
    q.wait_for(3); //~ unused_must_use: it waits only when awaited: add `.await`
    timer(10.ns()); //~ unused_must_use: it waits only when awaited: add `.await`
    read_only(); //~ unused_must_use: it waits only when awaited: add `.await`
    event.wait(); //~ unused_must_use: it waits only when awaited: add `.await`
    yield_now(); //~ unused_must_use: it waits only when awaited: add `.await`
    scope(async |_| Ok(())); //~ unused_must_use: `.await`
    Clock::new(&clk, 10.ns()); //~ unused_must_use: a clock runs only when started: add `.start()`
    q.expect(3); //~ unused_must_use
}
