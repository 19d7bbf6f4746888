//! Scopes: managers whose children may borrow, since none outlives the scope.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::Location;
use std::pin::pin;
use std::rc::Rc;

use super::child::ChildBuilder;
use super::error::TaskErrors;
use super::manager::Manager;
use super::name::TaskName;
use super::one_thread::OneThread;
use super::options::ManagerOptions;
use super::outcome::BlockOutput;
use super::scope_guard::{BlockFuture, ScopeGuard, run_block};
use super::spawn_methods::spawn_methods;
use super::task_map::TaskMap;

/// The manager inside a scope: `tm` in `scope(async |tm| …)`.
///
/// Its children may borrow everything that outlives the scope's future (`'env`), and the scope itself,
/// so a child can add siblings. It dereferences to [`TaskMap`].
///
/// # A function that takes `tm`
///
/// Its children live as long as the scope, and so must the data that they borrow: both have the
/// lifetime `'scope`. Values that are copied or moved into the child, such as handles, need no
/// lifetime.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::Scope;
///
/// fn count<'scope>(tm: &Scope<'scope, '_>, words: &'scope [&str]) -> Task<usize> {
///     tm.fork("count", async move { Ok(words.len()) })
/// }
///
/// fn watch(tm: &Scope<'_, '_>, full: Signal<bool>) {
///     tm.background("watch", async move {
///         loop {
///             full.rising_edge().await;
///             log::info!("full");
///         }
///     });
/// }
///
/// # verifork::task::block_on(async {
/// let words = ["to", "be"];
/// let counted = scope(async |tm| Ok(count(tm, &words).await?)).await?;
/// assert_eq!(counted, 2);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub struct Scope<'scope, 'env: 'scope> {
    map: TaskMap,
    // Both invariant, as for `std::thread::Scope`: the lifetime that a child may borrow for must not be
    // shortened.
    scope: PhantomData<&'scope mut &'scope ()>,
    environment: PhantomData<&'env mut &'env ()>,
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scope").field(&self.map).finish()
    }
}

impl Deref for Scope<'_, '_> {
    type Target = TaskMap;

    fn deref(&self) -> &TaskMap {
        &self.map
    }
}

impl<'scope> Scope<'scope, '_> {
    /// A builder for a child with options: see [`ChildBuilder`]. For the usual cases there are
    /// [`fork`](Self::fork) and the methods below.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     tm.child("checker").continue_on_error().fork(async { Ok(()) });
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn child(&self, name: impl TaskName) -> ChildBuilder<'scope> {
        // SAFETY: what lives for `'scope` outlives the scope.
        unsafe { ChildBuilder::new(self.manager(), name.into_name(), true) }
    }

    spawn_methods!('scope);

    fn manager(&self) -> &Rc<Manager> {
        &self.map.0
    }

    fn child_set(&self) -> u32 {
        self.map.0.scope_set.get()
    }

    /// Waits for all tasks of the scope to finish, except background tasks.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     tm.fork("configuration", async { Ok(()) });
    ///     tm.join_all().await?; // then the second phase, in the same scope
    ///     tm.fork("traffic", async { Ok(()) });
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Every error kept so far. (Any other error cancels the block, so only errors of
    /// `continue_on_error` children appear here.)
    pub fn join_all(&self) -> impl Future<Output = anyhow::Result<()>> {
        OneThread::new(async {
            self.map.all_ended().await;
            Ok(self.manager().collect()?)
        })
    }
}

/// Runs a block and the tasks that it adds, and returns when all have ended.
///
/// The block ends in `Ok(value)`, or without a value; `?` accepts any error. The scope returns the
/// block's value, unless something failed. On the first error of a child or of the block, the block and
/// every other child are cancelled before any of them runs again. If the scope's future is dropped, its
/// children are dropped first, newest first, and then the block.
///
/// The scope does not wait for [`background`](Scope::background) children: they are cancelled when the
/// block and the other children have ended.
///
/// # What children borrow
///
/// Children may borrow variables created before the scope. A variable of the block is gone when the
/// block returns, while children may still run, so the compiler does not allow borrowing it (E0373,
/// E0597).
///
/// The compiler suggests `async move`. That is right for a handle or a `String` that only the child
/// uses. It is wrong for a counter: the number is copied, the child counts in its copy, and the block's
/// counter stays 0. Create the counter before the scope, or have the child return it:
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let mut dropped = 0; // before the scope: borrowed, and read after it
/// let words = scope(async |tm| {
///     tm.fork("monitor", async {
///         dropped += 1;
///         Ok(())
///     });
///     let sent = tm.fork("driver", async {
///         let mut sent = 0; // the child's own
///         sent += 3;
///         Ok(sent)
///     });
///     Ok(sent.await?)
/// })
/// .await?;
/// assert_eq!((dropped, words), (1, 3));
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
///
/// Two tasks that write to one variable share a [`Cell`](std::cell::Cell) created before the scope.
///
/// # The block is an async closure
///
/// Write `async |tm| { … }`. In the older form, `|tm| async move { … }`, the compiler cannot infer the
/// type of `tm` (E0282). [`Scope`] shows the signature of a function that takes `tm`.
///
/// A scope's future that outlives its test does not continue: when it is polled again, its tasks are
/// dropped, and it ends with an error.
///
/// # Errors
///
/// Every error, in the order in which they happened. Scopes nested too deeply for the thread's stack
/// fail: some 340 levels with a task each fit into the 8 MiB that a simulator usually has.
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let words = vec!["to", "be"];
/// let total = scope(async |tm| {
///     let first = tm.fork("first", async { Ok(words[0].len()) });
///     let second = tm.fork("second", async { Ok(words[1].len()) });
///     Ok(first.await? + second.await?)
/// })
/// .await?;
/// assert_eq!(total, 4);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[track_caller]
pub fn scope<'env, R, F>(block: F) -> impl Future<Output = Result<R::Value, TaskErrors>>
where
    F: for<'scope> AsyncFnOnce(&'scope Scope<'scope, 'env>) -> R,
    R: BlockOutput,
{
    let options = ManagerOptions::new();
    OneThread::new(run_scope(Made::Here(options), Location::caller(), block))
}

/// [`scope`] with options.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::ManagerOptions;
///
/// # verifork::task::block_on(async {
/// let options = ManagerOptions::new().name("lanes").continue_on_error(true);
/// let errors = scope_with(options, async |tm| {
///     tm.fork::<Result, _>("lane 0", async { bail!("no comma") });
///     tm.fork("lane 1", async { Ok(()) }); // goes on
///     Ok(())
/// })
/// .await
/// .unwrap_err();
/// assert_eq!(errors.len(), 1);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
///
/// # Errors
///
/// As for [`scope`].
#[track_caller]
pub fn scope_with<'env, R, F>(
    options: ManagerOptions,
    block: F,
) -> impl Future<Output = Result<R::Value, TaskErrors>>
where
    F: for<'scope> AsyncFnOnce(&'scope Scope<'scope, 'env>) -> R,
    R: BlockOutput,
{
    OneThread::new(run_scope(Made::Here(options), Location::caller(), block))
}

/// Where the manager of a scope is made.
pub(super) enum Made {
    /// By the scope, when it is first polled.
    Here(ManagerOptions),
    Before(Rc<Manager>),
}

impl Made {
    fn into_manager(self, place: &'static Location<'static>) -> Rc<Manager> {
        match self {
            Made::Here(options) => Manager::new_owned(place, options),
            Made::Before(manager) => manager,
        }
    }
}

/// Runs a block with the children that it adds to the manager.
pub(super) async fn run_scope<'env, R, F>(
    manager: Made,
    place: &'static Location<'static>,
    block: F,
) -> Result<R::Value, TaskErrors>
where
    F: for<'scope> AsyncFnOnce(&'scope Scope<'scope, 'env>) -> R,
    R: BlockOutput,
{
    let manager = manager.into_manager(place);
    // Declared in this order so that, when this future is dropped, the guard goes first and drops
    // the children, then the block goes, then what the block borrows.
    let scope = Scope {
        map: TaskMap(Rc::clone(&manager)),
        scope: PhantomData,
        environment: PhantomData,
    };
    let guard = ScopeGuard::new(manager, place);
    let future = pin!(Some(block(&scope)));
    let mut block = BlockFuture::<R, _>::new(future);
    run_block(guard, &mut block).await?;
    Ok(block.into_value())
}
