//! What is waited for, and how a wait that nobody awaits is told.
use verifork::prelude::*;

pub async fn conditions(clk: Signal<bool>, level: Signal<u8>) {
    clk.wait_until(true).await; //~ E0277: `wait_until` takes a closure, `wait_for` a value
                                //~^ for a value, write `.wait_for(…)`
    level.wait_until(3).await; //~ E0277: `{integer}` is not a condition
    level.rising_edge().await; //~ E0277: a `Signal<u8>` has no edges: await `changed()` or `wait_for(value)`
    timer(10).await; //~ E0308: expected `SimDuration`, found integer
}
