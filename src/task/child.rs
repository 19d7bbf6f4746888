//! A child before it is added: its options, and the ways to add it.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use super::add_error::AddError;
use super::cell::{MakeCell, TaskCell};
use super::handle::{Starting, Task};
use super::info::TaskInfo;
use super::manager::{Begin, Manager, ManagerState};
use super::name::Name;
use super::node_ref::ROOT_SET;
use super::options::ChildOptions;
use super::outcome::{BlockOutput, Outcome};

/// The usual kind of child, which its manager waits for. Its value may be of any type.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::{ChildBuilder, Foreground};
///
/// # verifork::task::block_on(async {
/// scope(async |tm| {
///     let child: ChildBuilder<'_, Foreground> = tm.child("sum");
///     assert_eq!(child.fork(async { Ok(1 + 2) }).await?, 3);
///     Ok(())
/// })
/// .await?;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Foreground(());

/// A child that its manager does not wait for. It has no value. See [`ChildBuilder::background`].
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::{Background, ChildBuilder};
///
/// # verifork::task::block_on(async {
/// scope(async |tm| {
///     let child: ChildBuilder<'_, Background> = tm.child("monitor").background();
///     child.fork(async {
///         loop {
///             yield_now().await;
///         }
///     });
///     Ok(())
/// })
/// .await?;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Background(());

/// What a child's future may return. A background child has only one possible type, so a block that loops
/// forever needs no annotation.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::{ChildBuilder, OutputOf, Task};
///
/// # verifork::task::block_on(async {
/// /// Forks a child of either kind after a pause.
/// fn fork_later<'a, K, R, F>(child: ChildBuilder<'a, K>, block: F) -> Task<K::Value>
/// where
///     K: OutputOf<R>,
///     F: Future<Output = K::Output> + 'a,
/// {
///     child.start_soon(async move {
///         yield_now().await;
///         block.await
///     })
/// }
/// scope(async |tm| {
///     assert_eq!(fork_later(tm.child("sum"), async { Ok(3) }).await?, 3);
///     Ok(())
/// })
/// .await?;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub trait OutputOf<R>: sealed::Sealed {
    /// The child's value.
    type Value: 'static;
    /// What its future returns.
    type Output: BlockOutput<Value = Self::Value>;
}

impl<R: BlockOutput<Value: 'static>> OutputOf<R> for Foreground {
    type Value = R::Value;
    type Output = R;
}

impl OutputOf<()> for Background {
    type Value = ();
    type Output = anyhow::Result<()>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Foreground {}
    impl Sealed for super::Background {}
}

/// A builder for a child: of a scope or a manager held as a value, from `tm.child("name")`, or of the test,
/// from [`child`](super::child). After its options, one of the methods below adds its future and decides
/// when it starts. The `try_` forms return an error where the others panic.
///
/// | | first runs | gives |
/// |---|---|---|
/// | [`fork`](Self::fork), [`try_fork`](Self::try_fork) | before the call returns | [`Task`] |
/// | [`start_soon`](Self::start_soon), [`try_start_soon`](Self::try_start_soon) | after the current task has suspended | [`Task`] |
/// | [`start`](Self::start) | after the current task has suspended | a future that waits for that |
/// | [`add`](Self::add), [`try_add`](Self::try_add) | as `start_soon`, of anything that can be awaited | [`Task`] |
///
/// The future may borrow what outlives `'a`: in a scope, whatever the scope's block may borrow; elsewhere,
/// nothing.
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let (sender, items) = unbounded();
/// let errors = scope(async |tm| {
///     tm.child("checker").background().continue_on_error().fork(async {
///         loop {
///             let item: u32 = items.recv().await?;
///             ensure!(item < 3, "{item} is too large");
///         }
///     });
///     let stimulus = tm.child("stimulus").start_soon(async { Ok(sender.send(5).await?) });
///     stimulus.await?;
///     let again = tm.child("checker").try_fork(async { Ok(()) });
///     assert!(again.is_err(), "the name is taken");
///     Ok(())
/// })
/// .await
/// .unwrap_err();
/// assert_eq!(errors.first().to_string(), "5 is too large");
/// # });
/// ```
#[must_use = "a child is added by `fork`, `start_soon`, `start` or `add`"]
pub struct ChildBuilder<'a, K = Foreground> {
    manager: Rc<Manager>,
    /// It runs in the manager's open scope rather than in the root set.
    in_scope: bool,
    name: Name,
    options: ChildOptions,
    kind: PhantomData<fn() -> K>,
    // Invariant, as for the scope: the lifetime that a child may borrow for must not be shortened.
    borrows: PhantomData<&'a mut &'a ()>,
}

impl ChildBuilder<'static> {
    /// A child of the root set: of a manager held as a value, or of the test.
    pub(super) fn in_root(manager: &Rc<Manager>, name: Name) -> Self {
        // SAFETY: the root set, and futures that borrow nothing.
        unsafe { Self::new(manager, name, false) }
    }
}

impl<'a> ChildBuilder<'a> {
    /// # Safety
    ///
    /// With `in_scope`, what lives for `'a` outlives the manager's open scope; without it, `'a` is
    /// `'static`.
    pub(super) unsafe fn new(manager: &Rc<Manager>, name: Name, in_scope: bool) -> Self {
        ChildBuilder {
            manager: Rc::clone(manager),
            in_scope,
            name,
            options: ChildOptions::new(),
            kind: PhantomData,
            borrows: PhantomData,
        }
    }

    /// Makes it a background child, such as a monitor or a driver: it is cancelled when the block and all
    /// other children have ended. See [`Scope::background`](super::Scope::background).
    ///
    /// It has no value. Its block may loop forever, with or without `?`, and needs no type annotation.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(ready: Signal<bool>, clk: Signal<bool>) -> Result {
    /// scope(async |tm| {
    ///     tm.child("back-pressure").background().fork(async {
    ///         loop {
    ///             clk.rising_edges(3).await;
    ///             ready.set(!ready.get()?);
    ///         }
    ///     });
    ///     clk.rising_edges(100).await; // the test; then the child above is cancelled
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn background(self) -> ChildBuilder<'a, Background> {
        ChildBuilder {
            options: self.options.background(true),
            manager: self.manager,
            in_scope: self.in_scope,
            name: self.name,
            kind: PhantomData,
            borrows: PhantomData,
        }
    }
}

impl<'a, K> ChildBuilder<'a, K> {
    /// An error of the child cancels nothing; the manager still reports it when it ends.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let errors = scope(async |tm| {
    ///     tm.child("checker")
    ///         .continue_on_error()
    ///         .fork::<Result, _>(async { bail!("3 is not 4") });
    ///     yield_now().await; // the others go on
    ///     Ok(())
    /// })
    /// .await
    /// .unwrap_err();
    /// assert_eq!(errors.first().task(), "checker");
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn continue_on_error(mut self) -> Self {
        self.options = self.options.continue_on_error(true);
        self
    }

    /// An error of the child cancels the others, even if the manager is set to continue on errors.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::ManagerOptions;
    ///
    /// # verifork::task::block_on(async {
    /// let tolerant = ManagerOptions::new().continue_on_error(true);
    /// let errors = scope_with(tolerant, async |tm| {
    ///     tm.child("clock").cancel_on_error().fork::<Result, _>(async { bail!("no clock") });
    ///     pending::<()>().await; // cancelled
    /// })
    /// .await
    /// .unwrap_err();
    /// assert_eq!(errors.first().to_string(), "no clock");
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn cancel_on_error(mut self) -> Self {
        self.options = self.options.continue_on_error(false);
        self
    }

    /// Replaces all options by those chosen elsewhere.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tolerate = true; // from the test's parameters
    /// let options = ChildOptions::new().continue_on_error(tolerate);
    /// scope(async |tm| {
    ///     tm.child("checker").options(options).fork(async { Ok(()) });
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: ChildOptions) -> Self {
        self.options = options;
        self
    }

    /// Adds the child and runs it to its first suspension before this returns.
    ///
    /// After an error in the manager, the task is not started, and its handle returns that it was
    /// cancelled.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let mut started = false;
    ///     let task = tm.child("driver").continue_on_error().fork(async {
    ///         Ok(5)
    ///     });
    ///     started |= task.has_ended(); // it ran before `fork` returned
    ///     assert!(started);
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line: the name is taken, or the manager's scope has ended.
    #[track_caller]
    pub fn fork<R, F>(self, future: F) -> Task<K::Value>
    where
        K: OutputOf<R>,
        F: Future<Output = K::Output> + 'a,
    {
        self.put(future, Begin::Now)
    }

    /// [`fork`](Self::fork) without the panic.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::AddError;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     tm.fork("lane 0", async { Ok(()) });
    ///     let again = tm.child("lane 0").try_fork(async { Ok(()) });
    ///     assert!(matches!(again, Err(AddError::NameTaken { .. })));
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// The name is taken, or the manager takes no more tasks. Nothing was started.
    #[track_caller]
    pub fn try_fork<R, F>(self, future: F) -> Result<Task<K::Value>, AddError>
    where
        K: OutputOf<R>,
        F: Future<Output = K::Output> + 'a,
    {
        self.try_put(future, Begin::Now)
    }

    /// Adds the child, which first runs after the current task has suspended.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let task = tm.child("driver").start_soon(async { Ok(5) });
    ///     assert!(!task.has_ended()); // it has not begun
    ///     assert_eq!(task.await?, 5);
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
    pub fn start_soon<R, F>(self, future: F) -> Task<K::Value>
    where
        K: OutputOf<R>,
        F: Future<Output = K::Output> + 'a,
    {
        self.put(future, Begin::Queued)
    }

    /// [`start_soon`](Self::start_soon) without the panic.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let task = tm.child("driver").try_start_soon(async { Ok(5) })?;
    ///     assert_eq!(task.await?, 5);
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_fork`](Self::try_fork).
    #[track_caller]
    pub fn try_start_soon<R, F>(self, future: F) -> Result<Task<K::Value>, AddError>
    where
        K: OutputOf<R>,
        F: Future<Output = K::Output> + 'a,
    {
        self.try_put(future, Begin::Queued)
    }

    /// Adds the child at once. The returned future resolves to its handle when the task has run to its
    /// first suspension.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let (requests, inbox) = unbounded();
    /// scope(async |tm| {
    ///     let server = tm.child("server").start(async { Ok(inbox.recv().await?) }).await;
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
    pub fn start<R, F>(self, future: F) -> Starting<K::Value>
    where
        K: OutputOf<R>,
        F: Future<Output = K::Output> + 'a,
    {
        self.start_soon(future).started()
    }

    /// Adds anything that can be awaited and returns a `Result` or nothing: a trigger, a [`Task`] of
    /// another manager, a future. It is queued, as by [`start_soon`](Self::start_soon).
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     tm.child("turn").add(yield_now()); // a trigger
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
    #[allow(clippy::should_implement_trait)] // a child is added, not a number
    #[track_caller]
    pub fn add<A, R>(self, awaitable: A) -> Task<<A::Output as Outcome>::Value>
    where
        A: IntoFuture<Output: Outcome>,
        A::IntoFuture: 'a,
        K: OutputOf<R, Output = anyhow::Result<<A::Output as Outcome>::Value>>,
    {
        self.put(result_of(awaitable.into_future()), Begin::Queued)
    }

    /// [`add`](Self::add) without the panic.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let turn = tm.child("turn").try_add(yield_now())?;
    ///     turn.await?;
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_fork`](Self::try_fork).
    #[track_caller]
    pub fn try_add<A, R>(
        self,
        awaitable: A,
    ) -> Result<Task<<A::Output as Outcome>::Value>, AddError>
    where
        A: IntoFuture<Output: Outcome>,
        A::IntoFuture: 'a,
        K: OutputOf<R, Output = anyhow::Result<<A::Output as Outcome>::Value>>,
    {
        self.try_put(result_of(awaitable.into_future()), Begin::Queued)
    }

    #[track_caller]
    fn put<T, F>(self, future: F, begin: Begin) -> Task<T>
    where
        F: Future<Output: BlockOutput<Value = T>> + 'a,
        T: 'static,
    {
        let mut future = Some(future);
        match self.put_made(begin, &mut |info| TaskCell::taking(info, &mut future)) {
            Ok(task) => task,
            Err(error) => {
                // It is the user's: its `Drop` may panic too.
                drop(future);
                refused(&error)
            }
        }
    }

    #[track_caller]
    fn try_put<T, F>(self, future: F, begin: Begin) -> Result<Task<T>, AddError>
    where
        F: Future<Output: BlockOutput<Value = T>> + 'a,
        T: 'static,
    {
        let mut future = Some(future);
        self.try_put_made(begin, &mut |info| TaskCell::taking(info, &mut future))
    }

    #[track_caller]
    fn put_made<T: 'static>(
        self,
        begin: Begin,
        make: MakeCell<'_, 'a, T>,
    ) -> Result<Task<T>, AddError> {
        if self.comes_too_late() {
            let (_, _, info) = self.into_parts::<T>();
            return Ok(Task::new(Manager::cancelled(info, make)));
        }
        self.try_put_made(begin, make)
    }

    #[track_caller]
    fn try_put_made<T: 'static>(
        self,
        begin: Begin,
        make: MakeCell<'_, 'a, T>,
    ) -> Result<Task<T>, AddError> {
        let (manager, set, info) = self.into_parts::<T>();
        // SAFETY: who made this promised that `'a` goes with the set. A manager whose scope has ended is
        // closed and refuses the future, so the set is that of the open scope.
        unsafe { manager.add(set, info, begin, make) }.map(Task::new)
    }

    /// The manager has failed, so a child added now would be cancelled with the others. A test that has
    /// ended treats what its tasks still add in the same way.
    fn comes_too_late(&self) -> bool {
        let manager = &*self.manager;
        match manager.state() {
            ManagerState::Open => false,
            ManagerState::Failed => manager.is_free(&self.name),
            ManagerState::Closed => manager.is_test(),
        }
    }

    /// The manager, the set that the child goes to, and what is known of the child.
    #[track_caller]
    fn into_parts<T>(self) -> (Rc<Manager>, u32, TaskInfo) {
        let set = if self.in_scope {
            self.manager.scope_set.get()
        } else {
            ROOT_SET
        };
        let info = self
            .manager
            .child_info::<T>(self.name, Location::caller(), self.options);
        (self.manager, set, info)
    }
}

#[cold]
#[track_caller]
fn refused(error: &AddError) -> ! {
    panic!("{error}")
}

async fn result_of<F>(future: F) -> anyhow::Result<<F::Output as Outcome>::Value>
where
    F: Future<Output: Outcome>,
{
    future.await.into_result()
}

impl<K> fmt::Debug for ChildBuilder<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildBuilder")
            .field("name", &self.name)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
