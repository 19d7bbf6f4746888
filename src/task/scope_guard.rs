//! Running a scope: its guard, and the poll of its block and children.

use std::future::{Future, poll_fn};
use std::io::Write as _;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::error::{TaskErrorKind, TaskErrors};
use super::executor::{Executor, executor};
use super::manager::{BlockName, Manager, ManagerState};
use super::name::Name;
use super::node_ref::NodeRef;
use super::outcome::BlockOutput;
use super::panics::{Caught, catch_call, catch_in_task};
use super::tables::Popped;
use super::waker::waker_of;

/// Holds the scope's set and block node. Its drop ends what is left of the scope.
pub(super) struct ScopeGuard {
    executor: Rc<Executor>,
    manager: Rc<Manager>,
    set: u32,
    block: NodeRef,
    name: BlockName,
    done: bool,
}

impl ScopeGuard {
    pub(super) fn new(manager: Rc<Manager>, place: &'static Location<'static>) -> Self {
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

    fn drop_block(&self, block: &mut dyn Block) {
        if block.is_there() {
            let _entered = self.executor.enter(self.block.index());
            self.unwinding_nowhere(&mut || block.drop_future());
        }
    }

    /// Keeps a panic as an error of the block.
    fn unwinding_nowhere(&self, action: &mut dyn FnMut()) {
        if let Err(caught) = catch_call(action) {
            self.manager
                .add_error(self.name.error(TaskErrorKind::panicked(caught, true)));
        }
    }

    /// The children, and the scopes that they open, are polled inside this poll.
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

    fn fail_if_failed(&self, block: &mut dyn Block) {
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
    /// Drops everything that borrows: the children, newest first, and the clean-up. What they borrow is
    /// still alive, because the scope's future is only being dropped. None is left when this returns, and
    /// it does not unwind. Returns how many clean-ups were dropped, and the panics.
    fn drop_what_borrows(&self) -> (usize, Vec<Caught>) {
        let abort_on_panic = AbortOnDrop(self.name.place);
        self.manager.close();
        let left = self.executor.open_set(self.set, None);
        debug_assert!(left.is_none(), "no waker came with it");
        let mut panics = Vec::new();
        self.manager.cancel_living(&self.executor);
        if self.executor.has_living(&self.manager, self.set) {
            abort_on_panic.abort();
        }
        let clean_up = self.manager.clean_ups.drop_all(self.set, &mut panics);
        std::mem::forget(abort_on_panic);
        (clean_up, panics)
    }
}

/// Forgotten once no child is left. If an unforeseen panic drops it, it ends the process: otherwise a task
/// would stay in the tables after what it borrows is gone.
struct AbortOnDrop(&'static Location<'static>);

impl AbortOnDrop {
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

impl Drop for AbortOnDrop {
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
        self.unwinding_nowhere(&mut || self.executor.remove_set(self.set));
        if !self.done && left > 0 {
            log::warn!(
                "the scope opened at {} was dropped: {left} of its `on_exit` futures do not run",
                self.name.place,
            );
        }
        self.manager.hand_over_uncollected();
    }
}

/// A scope's block, whatever its types. The steps of a scope are compiled once and not for each block.
pub(super) trait Block {
    /// Whether its future has not been dropped.
    fn is_there(&self) -> bool;

    /// Polls the future, if it is there. A value that it returns is kept.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<anyhow::Result<()>>;

    /// Drops the future in place.
    fn drop_future(&mut self);

    /// Drops the value that was kept.
    fn drop_value(&mut self);
}

/// The future of a block, and its value.
pub(super) struct BlockFuture<'a, R: BlockOutput, F> {
    future: Pin<&'a mut Option<F>>,
    value: Option<R::Value>,
}

impl<'a, R: BlockOutput, F> BlockFuture<'a, R, F> {
    pub(super) fn new(future: Pin<&'a mut Option<F>>) -> Self {
        BlockFuture {
            future,
            value: None,
        }
    }

    /// The value of a block without errors.
    pub(super) fn into_value(self) -> R::Value {
        self.value
            .expect("a scope without errors has the value of its block")
    }
}

impl<R, F> Block for BlockFuture<'_, R, F>
where
    F: Future<Output = R>,
    R: BlockOutput,
{
    fn is_there(&self) -> bool {
        self.future.is_some()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<anyhow::Result<()>> {
        let Some(future) = self.future.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        future
            .poll(context)
            .map(|output| output.into_result().map(|value| self.value = Some(value)))
    }

    fn drop_future(&mut self) {
        self.future.set(None);
    }

    fn drop_value(&mut self) {
        self.value = None;
    }
}

/// Polls the block and the children until all have ended, then runs the clean-up.
pub(super) async fn run_block(guard: ScopeGuard, block: &mut dyn Block) -> Result<(), TaskErrors> {
    let mut guard = guard;
    poll_fn(|context| {
        let _open = guard.open(context);
        guard.fail_if_too_deep();
        poll_scope(&guard, block)
    })
    .await;
    guard.manager.close();
    guard.manager.run_clean_ups(guard.set, &guard.name).await;
    guard.done = true;
    if guard.manager.has_errors() {
        // The value is not returned. Dropping it runs user code, whose panic must not lose the errors.
        guard.unwinding_nowhere(&mut || block.drop_value());
    }
    let errors = guard.manager.collect();
    drop(guard);
    errors
}

/// Polls what is ready at the beginning of this poll of the scope.
fn poll_scope(guard: &ScopeGuard, block: &mut dyn Block) -> Poll<()> {
    let (executor, manager) = (&*guard.executor, &*guard.manager);
    for node in executor.take_pending_cancels(guard.set) {
        executor.cancel(node);
    }
    guard.fail_if_failed(block);
    // The count includes tasks that ended while they were queued. So a task that becomes ready during this
    // poll always has its turn in the next one.
    for _ in 0..executor.ready_count(guard.set) {
        let Some(Popped::Ready(index)) = executor.pop_entry(guard.set) else {
            continue;
        };
        if index == guard.block.index() {
            poll_block(guard, block);
        } else {
            executor.poll_node(index);
        }
        guard.fail_if_failed(block);
    }
    if block.is_there() || manager.has_foreground() {
        return Poll::Pending;
    }
    if manager.has_living() {
        // Closed before they are dropped, so that they cannot add tasks to wait for.
        manager.close();
        manager.cancel_living(executor);
    }
    if manager.has_living() {
        // A child that itself polls this scope ends when it suspends.
        Poll::Pending
    } else {
        Poll::Ready(())
    }
}

fn poll_block(guard: &ScopeGuard, block: &mut dyn Block) {
    if !block.is_there() {
        return;
    }
    let index = guard.block.index();
    guard.executor.begin_block(index);
    let waker = waker_of(guard.block);
    let outcome = {
        let _entered = guard.executor.enter(index);
        catch_in_task(|| block.poll(&mut Context::from_waker(&waker)))
    };
    let manager = &*guard.manager;
    match outcome {
        Ok(Poll::Pending) => return,
        Ok(Poll::Ready(Ok(()))) => {}
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
