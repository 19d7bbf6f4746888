//! Attempts to break the task floor: user code that runs where it is least expected, wakers that
//! are not ours, things forgotten or dropped out of order. Each test is named after its hazard.

use std::cell::{Cell, RefCell};
use std::future::{Future, IntoFuture, pending, poll_fn};
use std::marker::PhantomPinned;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

use anyhow::{Result, anyhow};
use futures_concurrency::prelude::*;
use futures_lite::future::or;

use super::cell::{Child, TaskCell};
use super::info::TaskInfo;
use super::*;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Runs a closure when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

thread_local! {
    /// What a `Foreign` waker runs: a waker must be `Send`, and these need not be.
    static ON_WAKE: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
    static ON_WAKER_DROP: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
    /// What a waker `by_hand` runs.
    static BY_HAND: RefCell<Option<Box<dyn FnMut(&'static str)>>> = const { RefCell::new(None) };
}

/// A waker of another executor, which does as it likes when it is woken or dropped.
#[derive(Default)]
struct Foreign {
    wakes: AtomicUsize,
}

impl Wake for Foreign {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
        let action = ON_WAKE.take();
        if let Some(mut action) = action {
            action();
            ON_WAKE.set(Some(action));
        }
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        if let Some(mut action) = ON_WAKER_DROP.take() {
            action();
        }
    }
}

fn foreign() -> Waker {
    Arc::new(Foreign::default()).into()
}

fn poll_with<F: Future + ?Sized>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    poll_with(future, Waker::noop())
}

/// Where the leak sanitizer finds what is leaked on purpose.
static LEAKED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// A task that its thread leaks when it ends.
async fn pending_for_good() -> Result<()> {
    let inside = [0_usize];
    LEAKED.lock().unwrap().push((&raw const inside).addr());
    let ended = pending().await;
    assert_eq!(inside, [0]);
    ended
}

fn forget<T>(future: Boxed<'_, T>) {
    // SAFETY: the future stays where it is, for good: it is not used or dropped again.
    let pointer = Box::into_raw(unsafe { Pin::into_inner_unchecked(future) });
    LEAKED.lock().unwrap().push(pointer.cast::<()>().addr());
}

fn nothing_lives() {
    assert_eq!(hub().live_count(), 0, "{}", tree(&hub(), &[]));
    assert!(hub().take_lost().is_empty());
}

async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

fn test_of(body: impl Future<Output = Result<()>> + 'static) -> Result<(), TaskErrors> {
    block_on(run_test("test".into(), Location::caller(), body))
}

fn panic_text(errors: &TaskErrors) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" | ")
}

// Things forgotten.

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

async fn turns_ok(count: usize) -> Result<()> {
    turns(count).await;
    Ok(())
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
    let info = TaskInfo::new::<()>("pinned".into(), Location::caller(), false);
    let cell: Rc<dyn Child> = Rc::new(TaskCell::new(info, Pinned(PhantomPinned)));
    let ending = Hub::new();
    let place = Location::caller();
    let node = ending.add_node(super::hub::ROOT_SET, "pinned".into(), place, None, None);
    ending.put_cell(node, Rc::clone(&cell));
    ending.poll_node(node.index());
    drop(ending);
    assert_eq!(
        Rc::strong_count(&cell),
        2,
        "the hub never lets go of a living task"
    );
    // SAFETY: the count stands for the reference that the hub leaked: the task is given up here, by
    // its only other owner, so that the test leaks nothing.
    unsafe { Rc::decrement_strong_count(Rc::as_ptr(&cell)) };
    assert!(cell.cancel());
}

// Threads that end.

#[test]
fn managers_and_scopes_dropped_after_the_threads_tables_are_gone_do_not_abort() {
    thread_local! {
        static LATE: RefCell<Vec<Box<dyn std::any::Any>>> = const { RefCell::new(Vec::new()) };
    }
    std::thread::spawn(|| {
        // Made before the hub, so dropped after it.
        LATE.with_borrow_mut(Vec::clear);
        let tm = TaskManager::new();
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

// User code in `Drop`.

#[test]
fn drop_code_may_fork_cancel_and_spawn() {
    test_of(async {
        let log = RefCell::new(Vec::new());
        let note = |what: &str| log.borrow_mut().push(what.to_owned());
        let outcome = scope(async |tm| {
            let victim = tm.fork("victim", async {
                let _note = OnDrop(|| note("victim"));
                pending::<Result<()>>().await
            });
            let meddler = tm.fork("meddler", async {
                let _meddle = OnDrop(|| {
                    note("meddler");
                    tm["meddler"].cancel();
                    tm["victim"].cancel();
                    tm.fork("heir", async {
                        let _note = OnDrop(|| note("heir"));
                        pending::<Result<()>>().await
                    });
                    spawn(async { Ok(()) });
                    tm.cancel_all();
                    note("meddled");
                });
                pending::<Result<()>>().await
            });
            meddler.cancel();
            assert!(meddler.is_cancelled() && victim.is_cancelled());
            assert!(tm["heir"].is_cancelled());
            tm.join_all().await
        })
        .await;
        assert_eq!(*log.borrow(), ["meddler", "victim", "heir", "meddled"]);
        Ok(outcome?)
    })
    .unwrap();
    nothing_lives();
}

#[test]
fn drop_code_that_forks_into_an_ending_scope_is_an_error_and_starts_nothing() {
    let errors = test_of(async {
        let started = Cell::new(false);
        {
            let mut dropped = Box::pin(scope(async |tm| {
                tm.fork("forks late", async {
                    let _late = OnDrop(|| {
                        tm.fork("late", async {
                            started.set(true);
                            Ok(())
                        });
                    });
                    pending::<Result<()>>().await
                });
                pending::<Result<()>>().await
            }));
            let poll = poll_fn(|context| Poll::Ready(dropped.as_mut().poll(context)));
            assert!(poll.await.is_pending());
        }
        assert!(!started.get());
        Ok(())
    })
    .unwrap_err();
    let text = panic_text(&errors);
    assert!(
        text.contains("cannot add `late`: the manager is closed"),
        "{text}"
    );
    nothing_lives();
}

#[test]
fn a_task_cancelled_by_what_it_runs_inside_of_ends_after_all_of_that() {
    block_on(async {
        let log = RefCell::new(Vec::new());
        scope(async |tm| {
            tm.start_soon("outer", async {
                let _note = OnDrop(|| log.borrow_mut().push("outer"));
                scope(async |inner| {
                    inner.fork("inner", async {
                        let _note = OnDrop(|| log.borrow_mut().push("inner"));
                        scope(async |innermost| {
                            innermost.fork("cancels", async {
                                let _note = OnDrop(|| log.borrow_mut().push("cancels"));
                                tm["outer"].cancel();
                                tm.cancel_all();
                                inner.cancel_all();
                                assert!(!tm["outer"].has_ended());
                                pending::<Result<()>>().await
                            });
                            pending::<Result<()>>().await
                        })
                        .await?;
                        Ok(())
                    });
                    pending::<Result<()>>().await
                })
                .await?;
                Ok(())
            });
            tm.join_all().await
        })
        .await
        .unwrap();
        assert_eq!(*log.borrow(), ["cancels", "inner", "outer"]);
    });
    nothing_lives();
}

struct PanicsInDrop(&'static str);

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

#[test]
fn values_that_panic_in_drop_are_errors_of_their_tasks_and_stop_nobody() {
    let reached = Rc::new(Cell::new(false));
    let flag = Rc::clone(&reached);
    let errors = test_of(async move {
        spawn_named("unwanted", async {
            yield_now().await;
            Ok(PanicsInDrop("first"))
        });
        let tm = TaskManager::new();
        tm.fork("kept", async { Ok(PanicsInDrop("second")) });
        tm.fork("kept too", async { Ok(PanicsInDrop("third")) });
        drop(tm); // one panic while another one unwinds would end the process
        turns(3).await;
        flag.set(true);
        Ok(())
    })
    .unwrap_err();
    assert!(reached.get());
    let mut names: Vec<_> = errors.iter().map(TaskError::task).collect();
    names.sort_unstable();
    assert_eq!(names, ["kept", "kept too", "unwanted"]);
    let text = panic_text(&errors);
    assert!(
        text.contains("panicked while being dropped: first"),
        "{text}"
    );
    nothing_lives();
}

#[test]
fn a_value_that_meddles_in_drop_finds_the_manager_in_order() {
    test_of(async {
        let tm = Rc::new(TaskManager::new());
        let inner = Rc::clone(&tm);
        let task = tm.fork("value", async move {
            yield_now().await;
            let value = OnDrop(move || {
                inner.fork("from drop", async { Ok(()) });
                inner.cancel_all();
            });
            Ok(value)
        });
        drop(task.await?);
        assert!(tm["from drop"].is_finished());
        tm.join_all().await
    })
    .unwrap();
    nothing_lives();
}

#[test]
fn a_panic_while_another_unwinds_keeps_both_places() {
    let lines = Rc::new((Cell::new(0), Cell::new(0)));
    let noted = Rc::clone(&lines);
    let errors = test_of(async move {
        let (outer_line, inner_line) = &*noted;
        scope(async |tm| {
            tm.fork("unwinds", async {
                let mut scoped = Box::pin(scope(async |tm| {
                    tm.fork("panics in drop", async {
                        inner_line.set(line!() + 1);
                        let _panic = OnDrop(|| panic!("inner"));
                        pending::<Result<()>>().await
                    });
                    pending::<Result<()>>().await
                }));
                poll_fn(|context| Poll::Ready(scoped.as_mut().poll(context).is_pending())).await;
                outer_line.set(line!() + 1);
                panic!("outer");
                #[expect(unreachable_code, reason = "gives the block its type")]
                Ok(())
            });
            Ok(())
        })
        .await?;
        Ok(())
    })
    .unwrap_err();
    let places: Vec<(String, String)> = errors
        .iter()
        .flat_map(|error| {
            match error
                .cause()
                .and_then(|cause| cause.downcast_ref::<TaskErrors>())
            {
                Some(inner) => inner.iter().cloned().collect(),
                None => vec![error.clone()],
            }
        })
        .map(|error| match error.kind() {
            TaskErrorKind::Panicked { message, at, .. } => {
                (message.clone(), at.clone().unwrap_or_default())
            }
            _ => panic!("{error}"),
        })
        .collect();
    for (message, line) in [("outer", lines.0.get()), ("inner", lines.1.get())] {
        let place = places
            .iter()
            .find(|(text, _)| text == message)
            .map(|(_, at)| at);
        let expected = format!("src/task/hazards.rs:{line}:");
        assert!(
            place.is_some_and(|at| at.starts_with(&expected)),
            "{message} {line}: {places:?}"
        );
    }
    nothing_lives();
}

#[test]
fn two_panics_at_once_which_end_the_process_are_told_before() {
    const CHILD: &str = "VERIFORK_TEST_TWO_PANICS";
    if std::env::var_os(CHILD).is_some() {
        let _ = catch(|| {
            let _second = OnDrop(|| panic!("the second"));
            panic!("the first");
        });
        unreachable!("the process has ended");
    }
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["two_panics_at_once_which_end_the_process", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(!child.status.success());
    let text = String::from_utf8_lossy(&child.stderr);
    for panic in ["the first", "the second"] {
        let place = format!("{panic} (at src/task/hazards.rs:");
        assert!(text.contains(&place), "{text}");
    }
}

#[test]
fn the_last_owner_of_a_manager_may_be_a_task_of_it_and_its_error_is_not_lost() {
    let errors = test_of(async {
        let tm = Rc::new(TaskManager::new());
        let own = Rc::clone(&tm);
        tm.fork("owner", async move {
            turns(2).await;
            drop(own);
            Err::<(), _>(anyhow!("after the manager"))
        });
        drop(tm);
        turns(5).await;
        Ok(())
    })
    .unwrap_err();
    assert_eq!(errors.first().to_string(), "after the manager");
    nothing_lives();
}

// Wakers that are not ours.

#[test]
fn a_waker_that_panics_while_a_scope_is_dropped_leaves_no_child_behind() {
    let dropped = Rc::new(Cell::new(0));
    let handles = RefCell::new(Vec::new());
    {
        let borrowed = String::from("gone after the scope");
        let mut scoped: Boxed<'_, _> = Box::pin(scope(async |tm| {
            for name in ["one", "two", "three"] {
                let (dropped, borrowed) = (Rc::clone(&dropped), &borrowed);
                let task = tm.fork(name, async move {
                    let _count = OnDrop(|| {
                        assert!(borrowed.starts_with("gone"));
                        dropped.set(dropped.get() + 1);
                    });
                    pending::<Result<()>>().await
                });
                handles.borrow_mut().push(task);
            }
            pending::<Result<()>>().await
        }));
        let waker = foreign();
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        let joins: Vec<_> = handles
            .borrow()
            .iter()
            .map(|task: &Task<()>| {
                let mut join = Box::pin(task.clone().into_future());
                assert!(poll_with(join.as_mut(), &waker).is_pending());
                join
            })
            .collect();
        ON_WAKE.set(Some(Box::new(|| panic!("a waker"))));
        drop(scoped);
        ON_WAKE.take();
        drop(joins);
    }
    assert_eq!(dropped.get(), 3);
    for task in handles.take() {
        assert!(task.is_cancelled());
        task.cancel();
    }
    assert_eq!(hub().live_count(), 0);
    let lost = hub().take_lost();
    assert!(
        lost.iter()
            .any(|error| error.to_string().contains("a waker")),
        "{lost:?}"
    );
}

#[test]
fn a_waker_that_polls_at_once_waits_again_only_once() {
    block_on(async {
        scope(async |tm| {
            let task = tm.start_soon("starts", async {
                turns(2).await;
                Ok(())
            });
            let join = Rc::new(RefCell::new(Box::pin(task.clone().into_future())));
            let (woken, own) = (Rc::new(Cell::new(0)), Rc::clone(&join));
            let count = Rc::clone(&woken);
            let waker = foreign();
            let again = waker.clone();
            ON_WAKE.set(Some(Box::new(move || {
                count.set(count.get() + 1);
                assert!(count.get() < 100, "woken for ever");
                let _ = poll_with(own.borrow_mut().as_mut(), &again);
            })));
            assert!(poll_with(join.borrow_mut().as_mut(), &waker).is_pending());
            tm.join_all().await?;
            ON_WAKE.take();
            assert_eq!(woken.get(), 2, "at its start and at its end");
            Ok(())
        })
        .await
        .unwrap();
    });
    nothing_lives();
}

#[test]
fn a_waker_that_meddles_when_dropped_finds_the_tables_in_order() {
    block_on(async {
        let outcome = scope(async |tm| {
            let slow = tm.fork("slow", async { turns_ok(5).await });
            let (first, second) = (foreign(), foreign());
            let mut scoped = Box::pin(scope(async |inner| {
                inner.fork("inner", async { turns_ok(1).await });
                pending::<Result<()>>().await
            }));
            let mut join = Box::pin((&slow).into_future());
            assert!(poll_with(scoped.as_mut(), &first).is_pending());
            assert!(poll_with(join.as_mut(), &first).is_pending());
            drop(first);
            let meddled = Rc::new(Cell::new(0));
            // Replaced in the scope, replaced in the join, then dropped with both.
            let meddle = |what: Task<()>| {
                let meddled = Rc::clone(&meddled);
                Some(Box::new(move || {
                    meddled.set(meddled.get() + 1);
                    let _ = (what.state(), tree(&hub(), &[]));
                    what.cancel();
                    hub().wake(hub().current_reference().unwrap());
                }) as Box<dyn FnMut()>)
            };
            assert!(poll_with(scoped.as_mut(), &second).is_pending());
            ON_WAKER_DROP.set(meddle(tm.fork("victim 1", pending::<Result<()>>())));
            assert!(poll_with(join.as_mut(), &second).is_pending());
            assert_eq!(meddled.get(), 1);
            drop(second);
            drop(join);
            ON_WAKER_DROP.set(meddle(tm.fork("victim 2", pending::<Result<()>>())));
            drop(scoped);
            assert_eq!(meddled.get(), 2);
            assert!(tm["victim 1"].is_cancelled() && tm["victim 2"].is_cancelled());
            tm.join_all().await
        })
        .await;
        outcome.unwrap();
    });
    nothing_lives();
}

/// A waker by hand. Whatever is done with it, its user's closure runs first, and is told what.
fn by_hand() -> Waker {
    fn run(what: &'static str) {
        if let Some(mut action) = BY_HAND.take() {
            action(what);
            BY_HAND.set(Some(action));
        }
    }
    static TABLE: RawWakerVTable = RawWakerVTable::new(
        |_| {
            run("clone");
            RawWaker::new(std::ptr::null(), &TABLE)
        },
        |_| run("wake"),
        |_| run("wake by reference"),
        |_| run("drop"),
    );
    // SAFETY: there is no data, and the functions may be called from any thread: one without a
    // closure does nothing.
    unsafe { Waker::new(std::ptr::null(), &TABLE) }
}

/// Whatever a task may do, done from inside of a waker: none of it finds a table in use.
#[test]
fn a_waker_that_forks_and_wakes_when_cloned_woken_or_dropped_finds_the_tables_in_order() {
    test_of(async {
        let meddled = Rc::new(RefCell::new(Vec::new()));
        let owned = Rc::new(TaskManager::new());
        let inner_waker: Rc<RefCell<Option<Waker>>> = Rc::default();
        let slow = owned.fork("slow", pending::<Result<()>>());
        let (noted, tm, of_child) = (meddled.clone(), owned.clone(), inner_waker.clone());
        let (victim, rounds) = (slow.clone(), Cell::new(0));
        BY_HAND.set(Some(Box::new(move |what| {
            noted.borrow_mut().push(what);
            tree(&hub(), &[]);
            rounds.set(rounds.get() + 1);
            tm.fork(format!("quick {}", rounds.get()), turns_ok(1));
            tm.fork(format!("victim {}", rounds.get()), pending::<Result<()>>())
                .cancel();
            let mut join = Box::pin(victim.clone().into_future());
            let _ = poll_once(join.as_mut());
            let mut all = Box::pin(tm.join_all());
            let _ = poll_once(all.as_mut());
            let mut short = Box::pin(scope(async |tm| {
                tm.fork("short", turns_ok(1));
                Ok(())
            }));
            assert!(poll_once(short.as_mut()).is_pending());
            hub().wake(hub().current_reference().expect("in a task"));
            if let Some(waker) = &*of_child.borrow() {
                waker.wake_by_ref();
            }
        })));
        let seen = |expected: &[&str]| {
            assert_eq!(*meddled.borrow(), expected);
            meddled.borrow_mut().clear();
        };
        let (waker, child) = (by_hand(), inner_waker.clone());
        let handle = Cell::new(None);
        let mut scoped = Box::pin(scope(async |tm| {
            handle.set(Some(tm.start_soon("child", async {
                poll_fn(|context| {
                    child.replace(Some(context.waker().clone()));
                    Poll::<Result<()>>::Pending
                })
                .await
            })));
            pending::<Result<()>>().await
        }));
        // Kept by the scope, which is woken for the child that its block has forked.
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone", "wake"]);
        // Kept; nothing is ready afterwards, so it stays.
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone"]);
        inner_waker.borrow().as_ref().expect("polled").wake_by_ref();
        seen(&["wake"]);
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone"]);
        // The clone wakes the child, and with it the waker that this one would have replaced.
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone"]);
        handle.take().expect("forked").cancel();
        seen(&["wake"]);
        inner_waker.take();
        assert!(poll_with(scoped.as_mut(), &waker).is_pending());
        seen(&["clone"]);
        drop(scoped);
        seen(&["drop"]);

        // The lists of those who wait.
        let mut join = Box::pin(slow.clone().into_future());
        let mut all = Box::pin(owned.join_all());
        for _ in 0..2 {
            assert!(poll_with(join.as_mut(), &waker).is_pending());
            assert!(poll_with(all.as_mut(), &waker).is_pending());
        }
        // What the waker forks has ended meanwhile, which wakes whoever joins all.
        seen(&["clone", "clone", "clone", "drop", "clone"]);
        slow.cancel();
        assert_eq!(meddled.borrow().first(), Some(&"wake"));
        BY_HAND.take();
        drop((join, all));
        owned.cancel_all();
        Ok(())
    })
    .unwrap();
    nothing_lives();
}

#[test]
fn scopes_run_inside_of_other_peoples_joins_and_races() {
    let run = || {
        let log = RefCell::new(Vec::new());
        let scoped = async |name: &'static str, rounds: usize| {
            scope(async |tm| {
                for child in 0..3 {
                    let log = &log;
                    tm.fork(format!("{child}"), async move {
                        let _note = OnDrop(|| log.borrow_mut().push(format!("{name}{child} end")));
                        for round in 0..rounds + child {
                            log.borrow_mut().push(format!("{name}{child}.{round}"));
                            yield_now().await;
                        }
                        Ok(())
                    });
                }
                tm.join_all().await?;
                Ok(name)
            })
            .await
        };
        block_on(async {
            let both = (scoped("a", 2), scoped("b", 3)).join().await;
            assert!(matches!(both, (Ok("a"), Ok("b"))));
            // The child that ends the scope and the rival end in one poll.
            let first = (scoped("c", 9), scoped("d", 1)).race().await;
            assert_eq!(first.unwrap(), "d");
            let first = or(scoped("e", 9), scoped("f", 1)).await;
            assert_eq!(first.unwrap(), "f");
            let nested = or(
                async {
                    let pair = [scoped("g", 50), scoped("h", 60)];
                    pair.race().await.unwrap()
                },
                async {
                    turns(4).await;
                    "time"
                },
            );
            assert_eq!(nested.await, "time");
            let many: Vec<_> = (0..20).map(|rounds| scoped("i", rounds % 4)).collect();
            assert!(many.join().await.iter().all(Result::is_ok));
        });
        nothing_lives();
        log.into_inner()
    };
    let first = run();
    assert_eq!(
        first.iter().filter(|line| line.ends_with("end")).count(),
        3 * (8 + 20)
    );
    assert_eq!(first, run(), "the same order in every run");
}

#[test]
fn a_scope_may_move_from_one_task_to_another() {
    block_on(async {
        let progress = Cell::new(0);
        let hand_over: RefCell<Option<Boxed<'_, Result<(), TaskErrors>>>> = RefCell::new(None);
        scope(async |tm| {
            tm.fork("first", async {
                let mut scoped: Boxed<'_, _> = Box::pin(scope(async |tm| {
                    tm.fork("counts", async {
                        for _ in 0..4 {
                            progress.set(progress.get() + 1);
                            yield_now().await;
                        }
                        Ok(())
                    });
                    Ok(())
                }));
                poll_fn(|context| Poll::Ready(scoped.as_mut().poll(context).is_pending())).await;
                *hand_over.borrow_mut() = Some(scoped);
                Ok(())
            });
            tm.fork("second", async {
                let scoped = hand_over.borrow_mut().take().unwrap();
                scoped.await?;
                Ok(())
            });
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(progress.get(), 4);
    });
    nothing_lives();
}

// Executors inside of executors.

#[test]
fn a_wake_up_that_comes_while_its_task_runs_an_inner_executor_is_not_lost() {
    block_on(async {
        let tm = Rc::new(TaskManager::new());
        let waker: Rc<Cell<Option<Waker>>> = Rc::default();
        let task = tm.fork("outer", {
            let (tm, waker) = (Rc::clone(&tm), Rc::clone(&waker));
            async move {
                let mut polls = 0;
                poll_fn(|context| {
                    polls += 1;
                    if polls == 2 {
                        return Poll::Ready(());
                    }
                    waker.set(Some(context.waker().clone()));
                    let inner = Rc::clone(&waker);
                    tm.fork("wakes", async move {
                        yield_now().await;
                        inner.take().unwrap().wake();
                        Ok(())
                    });
                    block_on(turns(5)); // runs `wakes`, and finds `outer` ready while it runs
                    Poll::Pending
                })
                .await;
                Ok(())
            }
        });
        turns(10).await;
        assert!(task.is_finished(), "{}", tree(&hub(), &[]));
        drop(tm);
    });
    nothing_lives();
}
