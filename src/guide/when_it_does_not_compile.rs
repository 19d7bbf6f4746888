//! A testbench does not compile: what the message means, and what to write.
//!
//! | the compiler says | see |
//! |---|---|
//! | the `?` operator can only be used in an async block that returns `Result` | [A loop with `?`](#a-loop-with-) |
//! | a block ends in `Ok(value)` or without a value | [How a block ends](#how-a-block-ends) |
//! | type annotations needed, at `\|tm\|` | [A scope's block](#a-scopes-block) |
//! | may outlive the current function, or does not live long enough | [What a child borrows](#what-a-child-borrows) |
//! | expected `&TaskManager`, found `&Scope`; lifetime may not live long enough | [A function that takes `tm`](#a-function-that-takes-tm) |
//! | `HandleOfTheSimulatorThread` cannot be sent between threads | [Threads](#threads) |
//! | a case gives … for a parameter of type … | [Cases](#cases) |
//!
//! # A loop with `?`
//!
//! A loop without an end has no last expression that would tell the type of its block, and `?` needs one. In a
//! function of its own, the return type says it, and no `Ok(())` follows the loop:
//!
//! ```
//! use verifork::prelude::*;
//!
//! async fn watch(clk: Signal<bool>, q: Signal<u8>) -> Result {
//!     loop {
//!         clk.rising_edge().await;
//!         q.expect(0)?;
//!     }
//! }
//! ```
//!
//! A block says it as the result of `spawn` or `fork`. `background` knows it, since what it runs has no value.
//!
//! ```
//! # use verifork::prelude::*;
//! # async fn watch(clk: Signal<bool>, q: Signal<u8>) -> Result { loop { clk.changed().await; q.get()?; } }
//! fn start(tm: &TaskManager, clk: Signal<bool>, q: Signal<u8>) {
//!     tm.fork("by a function", watch(clk, q));
//!
//!     tm.fork::<Result, _>("by a block", async move {
//!         loop {
//!             clk.rising_edge().await;
//!             q.expect(0)?;
//!         }
//!     });
//!
//!     tm.background("for as long as the others", async move {
//!         loop {
//!             clk.rising_edge().await;
//!             q.expect(0)?;
//!         }
//!     });
//! }
//! ```
//!
//! An async closure says it before its block. Its futures borrow the closure, so it is made before the scope whose
//! children they are; for `spawn` and for a manager of your own, write a function.
//!
//! ```
//! # use verifork::prelude::*;
//! async fn watch_both(clk: Signal<bool>, lanes: [Signal<u8>; 2]) -> Result {
//!     let watch = async |lane: Signal<u8>| -> Result {
//!         loop {
//!             clk.rising_edge().await;
//!             lane.expect(0)?;
//!         }
//!     };
//!     scope(async |tm| {
//!         tm.fork("low", watch(lanes[0]));
//!         tm.fork("high", watch(lanes[1]));
//!         Ok(())
//!     })
//!     .await?;
//!     Ok(())
//! }
//! ```
//!
//! Inside `#[verifork::test]`, blocks that are given to `spawn`, `fork` and their kin need none of this: the
//! attribute sees them.
//!
//! # How a block ends
//!
//! The block of a scope or a task ends in `Ok(value)`, or, if it never fails, without a value. A task's outcome is
//! a value too, with an error of another type: write `Ok(task.await?)`.
//!
//! ```
//! # use verifork::prelude::*;
//! # verifork::task::block_on(async {
//! let sum = scope(async |tm| {
//!     let one = tm.fork("one", async { Ok(1) });
//!     let two = tm.fork("two", async { Ok(2) });
//!     Ok(one.await? + two.await?)
//! })
//! .await?;
//! assert_eq!(sum, 3);
//! # Ok::<(), verifork::Error>(())
//! # }).unwrap();
//! ```
//!
//! The error of a scope lists those of all its tasks. As the last expression of a function that returns
//! [`Result`](crate::Result), a scope is `Ok(scope(…).await?)`.
//!
//! # A scope's block
//!
//! It is an async closure, `async |tm| { … }`. In the older form, `|tm| async move { … }`, the compiler does not know
//! the type of `tm`, and asks for it.
//!
//! # What a child borrows
//!
//! What was made before the scope. A local of the scope's own block is gone when the block returns, and its children
//! may go on. The compiler proposes `async move`: right for a handle or a `String` that the child alone uses, wrong
//! for a counter, of which the child would count a copy. [`scope`](crate::task::scope()) has the example.
//!
//! Two children that write to one variable share a [`Cell`](std::cell::Cell) or a
//! [`RefCell`](std::cell::RefCell) made before the scope.
//!
//! # A function that takes `tm`
//!
//! In a scope, `tm` is a [`Scope`](crate::task::Scope), which has no common type with a
//! [`TaskManager`](crate::task::TaskManager) that you own. What children borrow lives as long as its first lifetime:
//!
//! ```
//! use verifork::prelude::*;
//! use verifork::task::Scope;
//!
//! fn borrows<'scope>(tm: &Scope<'scope, '_>, words: &'scope [u8]) {
//!     tm.fork("driver", async move { Ok(words.len()) });
//! }
//!
//! fn borrows_nothing(tm: &Scope<'_, '_>, full: Signal<bool>) {
//!     tm.background("monitor", async move {
//!         full.rising_edge().await;
//!         bail!("it is full")
//!     });
//! }
//! # verifork::task::block_on(async {
//! let words = vec![1, 2];
//! scope(async |tm| Ok(borrows(tm, &words))).await
//! # }).unwrap();
//! ```
//!
//! # Threads
//!
//! Handles stay on the simulator's thread: `std::thread::spawn` and `tokio::spawn` refuse them. Tasks of verifork
//! take turns on that thread, so [`spawn`](crate::task::spawn) does what `tokio::spawn` does elsewhere.
//! Blocking work goes to a thread by [`blocking`](crate::sync::blocking), with values that were read before; by a
//! [`bridge`](crate::sync::bridge()) it may call back. `std::thread::sleep` compiles, and stops the simulation for as long:
//! await a [`timer`](crate::trigger::timer()) of simulated time instead.
//!
//! # Cases
//!
//! A tuple fills several parameters, one with each of its values; for one parameter that is a tuple, put it in
//! another: `cases(a = ((1, 2),))`. A text is given to a `&str`, not to a `String`.
