//! When a testbench does not compile: the compiler's messages, their causes, and what to write instead.
//!
//! | the compiler says | see |
//! |---|---|
//! | the `?` operator can only be used in an async block that returns `Result` | [A loop with `?`](#a-loop-with-) |
//! | a block ends in `Ok(value)` or without a value | [How a block ends](#how-a-block-ends) |
//! | expected `Result<(), Error>`, found `()`, at `background` | [How a block ends](#how-a-block-ends) |
//! | type annotations needed, at `pass` or `skip` | [The end of the test](#the-end-of-the-test) |
//! | type annotations needed, at `\|tm\|` | [A scope's block](#a-scopes-block) |
//! | may outlive the current function, or does not live long enough | [What a child borrows](#what-a-child-borrows) |
//! | expected `&TaskManager`, found `&Scope`; lifetime may not live long enough | [A function that takes `tm`](#a-function-that-takes-tm) |
//! | `HandleOfTheSimulatorThread` cannot be sent between threads | [Threads](#threads) |
//! | a case passes … for a parameter of type … | [Cases](#cases) |
//!
//! # A loop with `?`
//!
//! A block that uses `?` must have a known `Result` type. An endless loop has no final expression from which the
//! compiler could infer it. In a function, the return type is written down, and no `Ok(())` follows the loop:
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
//! For a block, name the type as a parameter of `spawn` or `fork`. `background` needs none, since its block has no value.
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
//! An async closure can declare its return type. Its futures borrow the closure, so create it before the scope in which
//! they run. For `spawn` and for a manager of your own, write a function.
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
//! Inside `#[verifork::test]`, blocks in calls of `spawn`, `fork` and similar functions need none of this: the
//! attribute adds the type.
//!
//! # How a block ends
//!
//! The block of a scope or a task ends in `Ok(value)`, or, if it never fails, without a value. The result of awaiting a
//! task has another error type, so convert it: `Ok(task.await?)`.
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
//! The block of `background` loops forever or ends in `Ok(())`, even if it never fails: because its type is known, an
//! endless loop with `?` needs no annotation.
//!
//! ```
//! # use verifork::prelude::*;
//! fn print_three(tm: &TaskManager, q: Signal<u8>) {
//!     tm.background("the first three values", async move {
//!         for _ in 0..3 {
//!             q.changed().await;
//!             log::info!("{}", q.as_logic().get());
//!         }
//!         Ok(())
//!     });
//! }
//! ```
//!
//! The error of a scope lists those of all its tasks. As the last expression of a function that returns
//! [`Result`](crate::Result), a scope is `Ok(scope(…).await?)`.
//!
//! # The end of the test
//!
//! [`pass`](crate::pass) and [`skip`](crate::skip) end the test by the error that they return, so return it. Outside of
//! `#[verifork::test]`, a block of `spawn` or `fork` that ends in one needs its type, `pass::<()>("…")`, and one of
//! `background` does not:
//!
//! ```
//! # use verifork::prelude::*;
//! fn stop_when_full(full: Signal<bool>) {
//!     background("the end", async move {
//!         full.rising_edge().await;
//!         pass("it is full")
//!     });
//! }
//! ```
//!
//! # A scope's block
//!
//! The block is an async closure, `async |tm| { … }`. In the older form, `|tm| async move { … }`, the compiler cannot
//! infer the type of `tm`.
//!
//! # What a child borrows
//!
//! A child may borrow variables created before the scope. A local variable of the scope's block is gone when the block
//! returns, while the children may still run. The compiler suggests `async move`. That is right for a handle or a `String`
//! that only the child uses, and wrong for a counter: the child would count in a copy. [`scope`](crate::task::scope()) has
//! an example.
//!
//! Two children that write to one variable share a [`Cell`](std::cell::Cell) or a [`RefCell`](std::cell::RefCell)
//! created before the scope.
//!
//! # A function that takes `tm`
//!
//! In a scope, `tm` is a [`Scope`](crate::task::Scope), not a [`TaskManager`](crate::task::TaskManager). Data that its
//! children borrow must live as long as its first lifetime:
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
//! Handles stay on the simulator's thread: `std::thread::spawn` and `tokio::spawn` do not accept them. The tasks of a test
//! take turns on that thread. Use [`spawn`](crate::task::spawn) where you would use `tokio::spawn` elsewhere. To run blocking
//! work on another thread, read the values that it needs and use [`blocking`](crate::sync::blocking), or a
//! [`bridge`](crate::sync::bridge()) if it has to call back. `std::thread::sleep` compiles, but stops the whole simulation:
//! await a [`timer`](crate::trigger::timer()) of simulated time instead.
//!
//! # Cases
//!
//! A tuple provides the values of several parameters. For a single parameter whose type is a tuple, nest it:
//! `cases(a = ((1, 2),))`. The parameter for a string literal is a `&str`, not a `String`.
