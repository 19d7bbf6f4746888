//! Tasks of the test as a whole, and the test as their manager.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use super::cell::TaskCell;
use super::child::ChildBuilder;
use super::error::{TaskErrors, take_uncollected};
use super::executor::{executor, with_executor};
use super::handle::Task;
use super::info::TaskInfo;
use super::manager::{Begin, Manager};
use super::name::{Name, TaskName};
use super::node_ref::ROOT_SET;
use super::options::{ChildOptions, ManagerOptions};
use super::outcome::BlockOutput;
use super::test_end::end_test;

/// Starts a task that belongs to the test, and runs it to its first suspension before returning.
///
/// If the task fails, the test fails at once. Tasks that still run when the test's function returns are
/// cancelled, newest first. In messages, the task's name is the line that spawned it.
///
/// The block ends in `Ok(value)` or without a value, or loops forever; `?` accepts any error. Outside a
/// function with `#[verifork::test]`, use [`background`] or `spawn::<Result, _>(…)` for an endless loop
/// with `?`.
///
/// # Panics
///
/// At the caller's line: no test runs.
///
/// # Examples
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(full: Signal<bool>) -> Result {
/// let monitor = spawn(async move {
///     full.rising_edge().await;
///     Ok(now())
/// });
/// log::info!("full at {}", monitor.await?);
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn spawn<R, F>(future: F) -> Task<R::Value>
where
    F: Future<Output = R> + 'static,
    R: BlockOutput<Value: 'static>,
{
    child(name_of(Location::caller())).fork(future)
}

/// By the addresses of source locations. Shared by all threads; a name is created once and never freed.
static PLACE_NAMES: Mutex<BTreeMap<usize, &'static str>> = Mutex::new(BTreeMap::new());

thread_local! {
    /// The last name, because a loop spawns at the same place repeatedly.
    static LAST_PLACE: Cell<Option<(&'static Location<'static>, &'static str)>> =
        const { Cell::new(None) };
}

/// The name of tasks that are spawned at this place.
#[inline]
fn name_of(place: &'static Location<'static>) -> &'static str {
    match LAST_PLACE.get() {
        Some((last, name)) if std::ptr::eq(last, place) => name,
        _ => find_name_of(place),
    }
}

#[inline(never)]
fn find_name_of(place: &'static Location<'static>) -> &'static str {
    let mut names = PLACE_NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let name = *names
        .entry(std::ptr::from_ref(place).addr())
        .or_insert_with(|| {
            let file = place.file().rsplit('/').next().unwrap_or_default();
            Box::leak(format!("{file}:{}", place.line()).into_boxed_str())
        });
    LAST_PLACE.set(Some((place, name)));
    name
}

/// [`spawn`] with a name for messages, logs and the task tree. Names of spawned tasks need not be
/// unique.
///
/// # Panics
///
/// At the caller's line: no test runs.
///
/// # Examples
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(full: Signal<bool>) -> Result {
/// spawn_named("monitor", async move {
///     full.rising_edge().await;
///     log::info!("full");
///     Ok(())
/// });
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn spawn_named<R, F>(name: impl TaskName, future: F) -> Task<R::Value>
where
    F: Future<Output = R> + 'static,
    R: BlockOutput<Value: 'static>,
{
    child(name).fork(future)
}

/// Starts a background task of the test, such as a monitor or a driver: [`spawn_named`] for a block
/// that loops forever.
///
/// If the task fails, the test fails at once. When the test's function returns, it is cancelled like
/// all remaining tasks. The block may loop forever, with or without `?`, or end in `Ok(())`; no type
/// annotation is needed.
///
/// # Panics
///
/// At the caller's line: no test runs.
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
///
/// fn watch(overflow: Signal<bool>) {
///     background("no overflow", async move {
///         loop {
///             overflow.changed().await;
///             ensure!(!overflow.get()?, "{} is set", overflow.path());
///         }
///     });
/// }
/// ```
#[track_caller]
pub fn background<F>(name: impl TaskName, future: F) -> Task<()>
where
    F: Future<Output = anyhow::Result<()>> + 'static,
{
    child(name).background().fork(future)
}

/// A builder for a task of the test, with options: see [`ChildBuilder`]. For the usual cases there are
/// [`spawn`], [`spawn_named`] and [`background`].
///
/// Names of the test's tasks need not be unique.
///
/// # Panics
///
/// At the caller's line: no test runs.
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task;
///
/// fn check(parity: Signal<bool>) {
///     task::child("parity").background().continue_on_error().fork(async move {
///         loop {
///             parity.rising_edge().await;
///             bail!("a word with an error has come");
///         }
///     });
/// }
/// ```
#[track_caller]
pub fn child(name: impl TaskName) -> ChildBuilder<'static> {
    let name = name.into_name();
    let test = with_executor(|executor| executor.test.borrow().clone()).flatten();
    match test {
        Some(test) => ChildBuilder::in_root(&test, name),
        None => {
            panic!("cannot spawn `{name}`: no test runs (use a `scope` or a `TaskManager`)")
        }
    }
}

/// Runs a test's body as a task named after the test. Tasks that it spawns are its siblings. It belongs to
/// the root set, so callbacks wake it directly.
pub(crate) async fn run_test<F>(
    name: Name,
    place: &'static Location<'static>,
    body: F,
) -> Result<(), TaskErrors>
where
    F: Future<Output = anyhow::Result<()>> + 'static,
{
    let since = executor().take_prepared();
    let manager = Manager::new(place, ManagerOptions::new(), false);
    let test = TestInExecutor::enter(manager, since);
    let manager = &test.manager;
    // The test is the root of the tree, whatever task runs it.
    manager.parent.set(None);
    let info = manager.child_info::<()>(name, place, ChildOptions::new());
    let body = add_to_root(manager, info, body);
    manager.parent.set(body.node());
    body.ended().await;
    end_test(&executor(), manager, since);
    let outcome = manager.collect();
    drop(test);
    let uncollected = take_uncollected();
    if uncollected.is_empty() {
        return outcome;
    }
    let mut errors: Vec<_> = outcome.err().into_iter().flatten().collect();
    errors.extend(uncollected);
    TaskErrors::new(errors).map_or(Ok(()), Err)
}

/// Makes a test the one that `spawn` adds to while this lives. Its tasks end with it.
struct TestInExecutor {
    manager: Rc<Manager>,
    since: u64,
}

impl TestInExecutor {
    fn enter(manager: Rc<Manager>, since: u64) -> Self {
        let before = executor().test.replace(Some(Rc::clone(&manager)));
        drop(before);
        TestInExecutor { manager, since }
    }
}

impl Drop for TestInExecutor {
    fn drop(&mut self) {
        // If the thread is ending, so are its tasks.
        let test = with_executor(|executor| {
            end_test(executor, &self.manager, self.since);
            self.manager.hand_over_uncollected();
            executor.test.borrow_mut().take()
        });
        drop(test);
    }
}

/// Starts a task of the root set that belongs to no test: the run of all tests.
pub(crate) fn spawn_root<F>(future: F) -> Task<()>
where
    F: Future<Output = anyhow::Result<()>> + 'static,
{
    let place = Location::caller();
    let manager = Manager::new(place, ManagerOptions::new(), false);
    let info = manager.child_info::<()>(Name::Borrowed(""), place, ChildOptions::new());
    add_to_root(&manager, info, future)
}

fn add_to_root<F>(manager: &Rc<Manager>, info: TaskInfo, future: F) -> Task<()>
where
    F: Future<Output = anyhow::Result<()>> + 'static,
{
    let mut future = Some(future);
    // SAFETY: the root set, and a future that borrows nothing.
    match unsafe {
        manager.add(ROOT_SET, info, Begin::Queued, &mut |info| {
            TaskCell::taking(info, &mut future)
        })
    } {
        Ok(cell) => Task::new(cell),
        Err(error) => panic!("{error}"),
    }
}
