//! Things forgotten, and threads that end with living tasks.

use super::*;

#[test]
fn join_all_of_a_manager_whose_scope_was_forgotten_leaves_that_scopes_clean_up_alone() {
    let ran = Rc::new(Cell::new(""));
    let tm = TaskManager::new();
    {
        let borrowed = String::from("gone by the time of the join");
        let mut forgotten: Boxed<'_, _> = Box::pin(tm.scope(async |tm| {
            let ran = Rc::clone(&ran);
            let borrowed = &borrowed;
            tm.on_exit(async move {
                ran.set("the scope's");
                assert!(borrowed.starts_with("gone"));
            });
            pending::<Result<()>>().await
        }));
        assert!(poll_once(forgotten.as_mut()).is_pending());
        forget(forgotten);
    }
    let own = Rc::clone(&ran);
    tm.on_exit(async move { own.set("the manager's") });
    block_on(tm.join_all()).unwrap();
    assert_eq!(ran.get(), "the manager's");
    drop(tm);
}

#[test]
fn a_manager_dropped_after_its_scope_was_forgotten_cancels_its_other_tasks() {
    let log = Rc::new(RefCell::new(Vec::new()));
    let tm = TaskManager::new();
    let note = Rc::clone(&log);
    let own = tm.fork("own", async move {
        let _note = OnDrop(|| note.borrow_mut().push("own"));
        pending::<Result<()>>().await
    });
    let handle = {
        let borrowed = RefCell::new(&log);
        let handle = RefCell::new(None);
        let mut forgotten: Boxed<'_, _> = Box::pin(tm.scope(async |tm| {
            let borrowed = &borrowed;
            *handle.borrow_mut() = Some(tm.fork("borrows", async move {
                let _note = OnDrop(|| borrowed.borrow().borrow_mut().push("borrows"));
                pending::<Result<()>>().await
            }));
            pending::<Result<()>>().await
        }));
        assert!(poll_once(forgotten.as_mut()).is_pending());
        forget(forgotten);
        handle.into_inner().unwrap()
    };
    drop(tm);
    assert!(own.is_cancelled());
    for _ in 0..3 {
        handle.cancel();
    }
    block_on(turns(2));
    assert_eq!(
        *log.borrow(),
        ["own"],
        "what borrowed the dead is never touched"
    );
    assert!(!handle.has_ended());
}

#[test]
fn a_forgotten_join_is_woken_for_nothing() {
    block_on(async {
        scope(async |tm| {
            let task = tm.fork("joined", turns_ok(2));
            let mut join = Box::pin((&task).into_future());
            assert!(poll_with(join.as_mut(), &foreign()).is_pending());
            forget(join as Boxed<'_, _>);
            task.await?;
            Ok(())
        })
        .await
        .unwrap();
    });
    nothing_lives();
}

/// Its memory must not be given back before it was dropped: so says the contract of `Pin`.
struct Pinned(PhantomPinned);

impl Future for Pinned {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Pending
    }
}

#[test]
fn a_thread_that_ends_with_living_tasks_does_not_give_back_their_memory() {
    let info = TaskInfo::new::<()>("pinned".into(), Location::caller(), false, false);
    let cell: Rc<dyn AnyTask> = TaskCell::taking(info, &mut Some(Pinned(PhantomPinned)));
    let ending = Executor::new();
    let place = Location::caller();
    let node = ending.add_node(
        super::node_ref::ROOT_SET,
        "pinned".into(),
        place,
        None,
        None,
        None,
    );
    ending.put_cell(node, Rc::clone(&cell));
    ending.poll_node(node.index());
    drop(ending);
    assert_eq!(
        Rc::strong_count(&cell),
        2,
        "the executor never lets go of a living task"
    );
    // SAFETY: the count stands for the reference that the executor leaked: the task is given up here, by
    // its only other owner, so that the test leaks nothing.
    unsafe { Rc::decrement_strong_count(Rc::as_ptr(&cell)) };
    assert!(cell.cancel());
}

#[test]
fn managers_and_scopes_dropped_after_the_threads_tables_are_gone_do_not_abort() {
    thread_local! {
        static LATE: RefCell<Vec<Box<dyn std::any::Any>>> = const { RefCell::new(Vec::new()) };
    }
    std::thread::spawn(|| {
        // Made before the executor, so dropped after it.
        LATE.with_borrow_mut(Vec::clear);
        let tm = TaskManager::new();
        // The tables leak their share in it with the task.
        LEAKED.lock().unwrap().push(Rc::as_ptr(&tm.0).addr());
        tm.fork("pending", pending_for_good());
        tm.on_exit(async {});
        let handle = tm.fork("value", async { Ok(TaskManager::new()) });
        let mut scoped: Boxed<'static, _> = Box::pin(scope(async |tm| {
            tm.fork("child", pending::<Result<()>>());
            tm.fork("panics in drop", async {
                let _panic = OnDrop(|| panic!("late"));
                pending::<Result<()>>().await
            });
            pending::<Result<()>>().await
        }));
        assert!(poll_once(scoped.as_mut()).is_pending());
        LATE.with_borrow_mut(|late| {
            late.push(Box::new(handle));
            late.push(Box::new(tm));
            late.push(Box::new(scoped));
        });
    })
    .join()
    .unwrap();
}
