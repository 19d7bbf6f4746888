//! The ways to add a task, the same for scopes and for managers held as values.

/// Expands to the adding methods; `$life` is what a future may borrow.
///
/// The type has `manager()`, `child_set()` and `child()`. For `'scope`, the set is that of the open scope,
/// whose guard drops the futures before anything that outlives `'scope` is gone; for `'static` it is the
/// root set.
macro_rules! spawn_methods {
    ($life:lifetime) => {
        /// Adds a task and runs it to its first suspension before returning.
        ///
        /// After an error in the manager, the task is not started, and the handle reports it as
        /// cancelled.
        ///
        /// The block ends in `Ok(value)` or without a value, or loops forever; `?` accepts any error.
        /// Outside a function with `#[verifork::test]`, use [`background`](Self::background) or
        /// `fork::<Result, _>(…)` for an endless loop with `?`.
        ///
        /// # Panics
        ///
        /// At the caller's line: the name is taken, or the manager's scope has ended.
        ///
        /// # Examples
        ///
        /// ```
        /// use verifork::prelude::*;
        ///
        /// # verifork::task::block_on(async {
        /// scope(async |tm| {
        ///     let number = tm.fork("with `?`", async { Ok("42".parse::<u8>()?) });
        ///     tm.fork("without a result", async {
        ///         yield_now().await;
        ///     });
        ///     let monitor = tm.fork("for ever", async {
        ///         loop {
        ///             yield_now().await;
        ///         }
        ///     });
        ///     assert_eq!(number.await?, 42);
        ///     monitor.cancel();
        ///     Ok(())
        /// })
        /// .await?;
        /// # Ok::<(), verifork::Error>(())
        /// # }).unwrap();
        /// ```
        #[track_caller]
        pub fn fork<R, F>(
            &self,
            name: impl $crate::task::TaskName,
            future: F,
        ) -> $crate::task::Task<R::Value>
        where
            F: std::future::Future<Output = R> + $life,
            R: $crate::task::BlockOutput<Value: 'static>,
        {
            self.child(name).fork(future)
        }

        /// [`fork`](Self::fork) with options from elsewhere; otherwise
        /// `tm.child("name").continue_on_error().fork(…)` reads better.
        ///
        /// ```
        /// use verifork::prelude::*;
        ///
        /// # verifork::task::block_on(async {
        /// let options = ChildOptions::new().continue_on_error(true);
        /// scope(async |tm| {
        ///     for lane in 0..2 {
        ///         tm.fork_with(format!("lane {lane}"), options, async { Ok(()) });
        ///     }
        ///     Ok(())
        /// })
        /// .await?;
        /// # Ok::<(), verifork::Error>(())
        /// # }).unwrap();
        /// ```
        ///
        /// # Panics
        ///
        /// As [`fork`](Self::fork).
        #[track_caller]
        pub fn fork_with<R, F>(
            &self,
            name: impl $crate::task::TaskName,
            options: $crate::task::ChildOptions,
            future: F,
        ) -> $crate::task::Task<R::Value>
        where
            F: std::future::Future<Output = R> + $life,
            R: $crate::task::BlockOutput<Value: 'static>,
        {
            self.child(name).options(options).fork(future)
        }

        /// Adds a background task, such as a monitor or a driver, and runs it to its first suspension
        /// before returning.
        ///
        /// It is a task like any other: its name is in the map, its error is the manager's, and its
        /// handle may be awaited or cancelled. But the scope does not wait for it. When the block of a
        /// scope and all other tasks have ended, background tasks are cancelled, newest first, and then
        /// the clean-up of [`on_exit`](Self::on_exit) runs. For a manager held as a value,
        /// [`TaskManager::join_all`](crate::task::TaskManager::join_all) does the same. `join_next`,
        /// `join_any` and `join_all` ignore background tasks. One that is already ready when the last
        /// other task ends, because of the same edge for example, still runs.
        ///
        /// The block may loop forever, with or without `?`, or end in `Ok(())`; no type annotation is
        /// needed.
        ///
        /// For options, or to avoid the panic, use `tm.child("name").background()`: see
        /// [`ChildBuilder`](crate::task::ChildBuilder).
        ///
        /// # Panics
        ///
        /// As [`fork`](Self::fork).
        ///
        /// # Examples
        ///
        /// ```
        /// use verifork::prelude::*;
        ///
        /// # verifork::task::block_on(async {
        /// let (sender, items) = unbounded();
        /// scope(async |tm| {
        ///     tm.background("checker", async {
        ///         loop {
        ///             let item: u32 = items.recv().await?;
        ///             ensure!(item < 3, "{item} is too large");
        ///         }
        ///     });
        ///     tm.background("idle", async {
        ///         loop {
        ///             yield_now().await;
        ///         }
        ///     });
        ///     tm.fork("stimulus", async {
        ///         for item in 0..3 {
        ///             sender.send(item).await?;
        ///         }
        ///         Ok(())
        ///     });
        ///     Ok(())
        /// })
        /// .await?; // both loops end here
        /// # Ok::<(), verifork::Error>(())
        /// # }).unwrap();
        /// ```
        #[track_caller]
        pub fn background<F>(
            &self,
            name: impl $crate::task::TaskName,
            future: F,
        ) -> $crate::task::Task<()>
        where
            F: std::future::Future<Output = anyhow::Result<()>> + $life,
        {
            self.child(name).background().fork(future)
        }

        /// Adds a task that starts after the current one has suspended.
        ///
        /// ```
        /// use verifork::prelude::*;
        ///
        /// # verifork::task::block_on(async {
        /// scope(async |tm| {
        ///     let driver = tm.start_soon("driver", async { Ok(5) });
        ///     assert!(!driver.has_ended()); // it has not begun
        ///     assert_eq!(driver.await?, 5);
        ///     Ok(())
        /// })
        /// .await?;
        /// # Ok::<(), verifork::Error>(())
        /// # }).unwrap();
        /// ```
        ///
        /// # Panics
        ///
        /// As [`fork`](Self::fork).
        #[track_caller]
        pub fn start_soon<R, F>(
            &self,
            name: impl $crate::task::TaskName,
            future: F,
        ) -> $crate::task::Task<R::Value>
        where
            F: std::future::Future<Output = R> + $life,
            R: $crate::task::BlockOutput<Value: 'static>,
        {
            self.child(name).start_soon(future)
        }

        /// Adds a task; the returned future resolves to its handle when the task has run to its first
        /// suspension.
        ///
        /// ```
        /// use verifork::prelude::*;
        ///
        /// # verifork::task::block_on(async {
        /// let (requests, inbox) = unbounded();
        /// scope(async |tm| {
        ///     let server = tm.start("server", async { Ok(inbox.recv().await?) }).await;
        ///     requests.send(5).await?; // the server waits already
        ///     assert_eq!(server.await?, 5);
        ///     Ok(())
        /// })
        /// .await?;
        /// # Ok::<(), verifork::Error>(())
        /// # }).unwrap();
        /// ```
        ///
        /// # Panics
        ///
        /// As [`fork`](Self::fork).
        #[track_caller]
        pub fn start<R, F>(
            &self,
            name: impl $crate::task::TaskName,
            future: F,
        ) -> $crate::task::Starting<R::Value>
        where
            F: std::future::Future<Output = R> + $life,
            R: $crate::task::BlockOutput<Value: 'static>,
        {
            self.child(name).start(future)
        }

        /// Adds a task made by `function`, which is called when the task first runs: after the
        /// current one has suspended.
        ///
        /// ```
        /// use verifork::prelude::*;
        ///
        /// # verifork::task::block_on(async {
        /// async fn driver() -> Result<u32> {
        ///     Ok(5)
        /// }
        /// scope(async |tm| {
        ///     let driver = tm.fork_soon("driver", driver); // called when the task first runs
        ///     assert_eq!(driver.await?, 5);
        ///     Ok(())
        /// })
        /// .await?;
        /// # Ok::<(), verifork::Error>(())
        /// # }).unwrap();
        /// ```
        ///
        /// # Panics
        ///
        /// As [`fork`](Self::fork).
        #[track_caller]
        pub fn fork_soon<R, F, M>(
            &self,
            name: impl $crate::task::TaskName,
            function: M,
        ) -> $crate::task::Task<R::Value>
        where
            M: FnOnce() -> F + $life,
            F: std::future::Future<Output = R> + $life,
            R: $crate::task::BlockOutput<Value: 'static>,
        {
            self.start_soon(name, async move { function().await })
        }

        /// Adds anything that can be awaited: a trigger, a [`Task`](crate::task::Task) of another
        /// manager, a future. Its output is a value, a result or nothing. The task is queued.
        ///
        /// A block with `?` needs its error type here (`Ok::<(), Error>(())`), unlike with
        /// [`fork`](Self::fork) and [`background`](Self::background).
        ///
        /// ```
        /// use verifork::prelude::*;
        ///
        /// # verifork::task::block_on(async {
        /// scope(async |tm| {
        ///     tm.add("turn", yield_now()); // a trigger, as a task with a name
        ///     let inner = TaskManager::new();
        ///     let sum = inner.fork("sum", async { Ok(3) });
        ///     assert_eq!(tm.add("outer", sum).await?, 3);
        ///     Ok(())
        /// })
        /// .await?;
        /// # Ok::<(), verifork::Error>(())
        /// # }).unwrap();
        /// ```
        ///
        /// # Panics
        ///
        /// As [`fork`](Self::fork).
        #[track_caller]
        pub fn add<A>(
            &self,
            name: impl $crate::task::TaskName,
            awaitable: A,
        ) -> $crate::task::Task<<A::Output as $crate::task::Outcome>::Value>
        where
            A: std::future::IntoFuture<Output: $crate::task::Outcome>,
            A::IntoFuture: $life,
        {
            self.child(name).add(awaitable)
        }

        /// Adds clean-up that runs when the last task has ended: on success, on an error and after
        /// `cancel_all`. Clean-up runs in reverse order of the calls, each within the manager's
        /// [`exit_limit`](crate::task::ManagerOptions::exit_limit) of simulated time.
        ///
        /// It starts in the time step in which the last task ended, perhaps in its read-only phase.
        /// Clean-up that writes should therefore first await
        /// [`next_time_step`](crate::trigger::next_time_step).
        ///
        /// It does not run if the future that would run it (the scope's, or that of `join_all`) is
        /// dropped; the log says so.
        ///
        /// ```
        /// use verifork::prelude::*;
        /// use std::cell::Cell;
        ///
        /// # verifork::task::block_on(async {
        /// let busy = Cell::new(true);
        /// scope(async |tm| {
        ///     tm.on_exit(async { busy.set(false) }); // whatever becomes of the rest
        ///     tm.fork("traffic", async { Ok(()) });
        ///     Ok(())
        /// })
        /// .await?;
        /// assert!(!busy.get());
        /// # Ok::<(), verifork::Error>(())
        /// # }).unwrap();
        /// ```
        ///
        /// # Panics
        ///
        /// At the caller's line: the manager's scope has ended.
        #[track_caller]
        pub fn on_exit<F>(&self, future: F)
        where
            F: std::future::Future<Output: $crate::task::ExitOutcome> + $life,
        {
            assert!(
                self.manager().state() != $crate::task::manager::ManagerState::Closed,
                "cannot add clean-up: the scope opened at {} has ended",
                self.manager().place
            );
            let future = async move { $crate::task::ExitOutcome::into_result(future.await) };
            // SAFETY: see the macro's description: the set and the lifetime go together.
            unsafe { self.manager().clean_ups.add(self.child_set(), future) };
        }
    };
}

pub(super) use spawn_methods;
