//! Scopes: managers whose children may borrow, since none outlives the scope.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io::Write as _;
use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use super::child::ChildBuilder;
use super::error::{TaskErrorKind, TaskErrors};
use super::executor::{Executor, executor};
use super::manager::{BlockName, Manager, ManagerState};
use super::name::{Name, TaskName};
use super::node_ref::NodeRef;
use super::one_thread::OneThread;
use super::options::ManagerOptions;
use super::outcome::BlockOutput;
use super::panics::{Caught, catch, catch_in_task};
use super::spawn_methods::spawn_methods;
use super::tables::Popped;
use super::task_map::TaskMap;
use super::waker::waker_of;

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
    // Both invariant, as for `std::thread::Scope`: nobody may shorten what a child borrows.
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
    OneThread::new(scope_at(Location::caller(), ManagerOptions::new(), block))
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
    OneThread::new(scope_at(Location::caller(), options, block))
}

async fn scope_at<'env, R, F>(
    place: &'static Location<'static>,
    options: ManagerOptions,
    block: F,
) -> Result<R::Value, TaskErrors>
where
    F: for<'scope> AsyncFnOnce(&'scope Scope<'scope, 'env>) -> R,
    R: BlockOutput,
{
    let manager = Manager::new_owned(place, options);
    run_scope(manager, place, block).await
}

/// Runs a block with the children that it adds to `manager`.
pub(super) async fn run_scope<'env, R, F>(
    manager: Rc<Manager>,
    place: &'static Location<'static>,
    block: F,
) -> Result<R::Value, TaskErrors>
where
    F: for<'scope> AsyncFnOnce(&'scope Scope<'scope, 'env>) -> R,
    R: BlockOutput,
{
    // Declared in this order so that, when this future is dropped, the guard goes first and drops
    // the children, then the block goes, then what the block borrows.
    let scope = Scope {
        map: TaskMap(Rc::clone(&manager)),
        scope: PhantomData,
        environment: PhantomData,
    };
    let guard = ScopeGuard::new(manager, place);
    let block = pin!(Some(block(&scope)));
    run_block(guard, block).await
}

/// Holds the scope's set and block node; its drop ends what is left of the scope.
struct ScopeGuard {
    executor: Rc<Executor>,
    manager: Rc<Manager>,
    set: u32,
    block: NodeRef,
    name: BlockName,
    done: bool,
}

impl ScopeGuard {
    fn new(manager: Rc<Manager>, place: &'static Location<'static>) -> Self {
        let executor = executor();
        let set = executor.add_set();
        let task = executor.directory.task_of(executor.current());
        let (name, path) = match executor.directory.describe(task) {
            Some((name, _)) => (name, executor.directory.path(task)),
            None => (manager.name.clone(), manager.name.clone().into_owned()),
        };
        let owner = executor.current_reference();
        let block = executor.add_node(set, Name::Borrowed(""), place, owner, None, None);
        manager.open_scope(&executor, set, block, place);
        executor.wake(block);
        ScopeGuard {
            executor,
            manager,
            set,
            block,
            name: BlockName { name, path, place },
            done: false,
        }
    }

    fn open(&self, context: &Context<'_>) -> OpenSet<'_> {
        let left = self.executor.open_set(self.set, Some(context.waker()));
        let open = OpenSet(&self.executor, self.set);
        drop(left);
        open
    }

    fn drop_block<F>(&self, mut block: Pin<&mut Option<F>>) {
        if block.is_some() {
            let _entered = self.executor.enter(self.block.index());
            self.unwinding_nowhere(|| block.set(None));
        }
    }

    /// Keeps a panic as an error of the block.
    fn unwinding_nowhere(&self, action: impl FnOnce()) {
        if let Err(caught) = catch(action) {
            self.manager
                .add_error(self.name.error(TaskErrorKind::panicked(caught, true)));
        }
    }

    /// Inside of this poll come those of the children, and of the scopes that they open.
    fn fail_if_too_deep(&self) {
        if self.manager.state() == ManagerState::Open
            && let Some(reason) = self.manager.depth_refusal(&self.executor)
        {
            let error = anyhow::anyhow!("cannot run the scope: {reason}");
            let error = self.name.error(TaskErrorKind::Failed(error));
            self.manager.add_error(error);
            self.manager.fail(&self.executor);
        }
    }

    fn fail_if_failed<F>(&self, block: Pin<&mut Option<F>>) {
        if self.manager.state() == ManagerState::Failed {
            self.manager.cancel_living(&self.executor);
            self.drop_block(block);
        }
    }
}

struct OpenSet<'a>(&'a Executor, u32);

impl Drop for OpenSet<'_> {
    fn drop(&mut self) {
        self.0.close_set(self.1);
    }
}

impl ScopeGuard {
    /// Drops everything that borrows: the children, newest first, and the clean-up. What they borrow
    /// is alive, since the scope's future is only being dropped. None is left when this returns, and
    /// it does not unwind. Returns how much clean-up that was, and what panicked.
    fn drop_what_borrows(&self) -> (usize, Vec<Caught>) {
        let whole = Whole(self.name.place);
        self.manager.close();
        let left = self.executor.open_set(self.set, None);
        debug_assert!(left.is_none(), "no waker came with it");
        let mut panics = Vec::new();
        self.manager.cancel_living(&self.executor);
        if self.executor.has_living(&self.manager, self.set) {
            whole.abort();
        }
        let clean_up = self.manager.clean_ups.drop_all(self.set, &mut panics);
        std::mem::forget(whole);
        (clean_up, panics)
    }
}

/// Forgotten once no child is left. Dropped by a panic that nobody foresaw, it ends the process: to
/// go on would leave a task in the tables after what it borrows.
struct Whole(&'static Location<'static>);

impl Whole {
    fn abort(&self) -> ! {
        // Nothing is left to do if standard error is closed.
        let _ = writeln!(
            std::io::stderr(),
            "verifork: the scope opened at {} cannot be ended: a task that borrows would be left \
             behind; the process ends here",
            self.0
        );
        std::process::abort();
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        self.abort();
    }
}

impl Drop for ScopeGuard {
    fn drop(&mut self) {
        let (left, panics) = self.drop_what_borrows();
        for caught in panics {
            self.manager
                .add_error(self.name.error(TaskErrorKind::panicked(caught, true)));
        }
        self.executor.remove_node(self.block.index());
        self.manager.close_scope();
        self.unwinding_nowhere(|| self.executor.remove_set(self.set));
        if !self.done && left > 0 {
            log::warn!(
                "the scope opened at {} was dropped: {left} of its `on_exit` futures do not run",
                self.name.place,
            );
        }
        self.manager.hand_over_uncollected();
    }
}

/// Polls the block and the children until all have ended, then runs the clean-up.
async fn run_block<R, F>(
    guard: ScopeGuard,
    mut block: Pin<&mut Option<F>>,
) -> Result<R::Value, TaskErrors>
where
    F: Future<Output = R>,
    R: BlockOutput,
{
    let mut guard = guard;
    let mut value = None;
    poll_fn(|context| {
        let _open = guard.open(context);
        guard.fail_if_too_deep();
        poll_scope(&guard, block.as_mut(), &mut value)
    })
    .await;
    guard.manager.close();
    guard.manager.run_clean_ups(guard.set, &guard.name).await;
    guard.done = true;
    if guard.manager.has_errors() {
        // Nobody gets it: the user's code, whose panic must not take the errors with it.
        guard.unwinding_nowhere(|| drop(value.take()));
    }
    let errors = guard.manager.collect();
    drop(guard);
    errors.map(|()| value.expect("a scope without errors has the value of its block"))
}

/// One visit of the scope: everything that was ready when it began.
fn poll_scope<R, F>(
    guard: &ScopeGuard,
    mut block: Pin<&mut Option<F>>,
    value: &mut Option<R::Value>,
) -> Poll<()>
where
    F: Future<Output = R>,
    R: BlockOutput,
{
    let (executor, manager) = (&*guard.executor, &*guard.manager);
    for node in executor.take_pending_cancels(guard.set) {
        executor.cancel(node);
    }
    guard.fail_if_failed(block.as_mut());
    // Counted with those that have ended while they were queued: who becomes ready meanwhile has its
    // turn in the next visit, whatever happened to others.
    for _ in 0..executor.ready_count(guard.set) {
        let Some(Popped::Ready(index)) = executor.pop_entry(guard.set) else {
            continue;
        };
        if index == guard.block.index() {
            poll_block(guard, block.as_mut(), value);
        } else {
            executor.poll_node(index);
        }
        guard.fail_if_failed(block.as_mut());
    }
    if block.is_some() || manager.has_foreground() {
        return Poll::Pending;
    }
    if manager.has_living() {
        // Closed before they are dropped, so that none of them adds work to wait for.
        manager.close();
        manager.cancel_living(executor);
    }
    if manager.has_living() {
        // One that polls this scope itself ends when it suspends.
        Poll::Pending
    } else {
        Poll::Ready(())
    }
}

fn poll_block<R, F>(
    guard: &ScopeGuard,
    mut block: Pin<&mut Option<F>>,
    value: &mut Option<R::Value>,
) where
    F: Future<Output = R>,
    R: BlockOutput,
{
    let Some(running) = block.as_mut().as_pin_mut() else {
        return;
    };
    let index = guard.block.index();
    guard.executor.begin_block(index);
    let waker = waker_of(guard.block);
    let outcome = {
        let _entered = guard.executor.enter(index);
        catch_in_task(|| running.poll(&mut Context::from_waker(&waker)))
    };
    let outcome = outcome.map(|poll| poll.map(R::into_result));
    let manager = &*guard.manager;
    match outcome {
        Ok(Poll::Pending) => return,
        Ok(Poll::Ready(Ok(returned))) => *value = Some(returned),
        Ok(Poll::Ready(Err(error))) => {
            manager.add_block_error(error, &guard.name);
            manager.fail(&guard.executor);
        }
        Err(caught) => {
            manager.add_error(guard.name.error(TaskErrorKind::panicked(caught, false)));
            manager.fail(&guard.executor);
        }
    }
    guard.drop_block(block);
}
