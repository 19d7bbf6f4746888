//! The end of a test: nothing that a test has begun runs after it.
//!
//! A manager may be leaked, or kept by something that outlives the test: a cycle of references, its own
//! task, a `thread_local`. So may the future of a scope. The executor finds them all by their serial
//! numbers.

use std::fmt::Write as _;
use std::rc::Rc;

use super::error::TaskErrorKind;
use super::executor::Executor;
use super::info::TaskInfo;
use super::manager::Manager;
use super::node_ref::{NONE, ROOT_SET};

/// Ends every task and every manager with a serial number after `since`, newest first. Uncollected errors
/// go to the test, including those that arise during this.
pub(super) fn end_test(executor: &Executor, test: &Manager, since: u64) {
    let mut before = Vec::new();
    loop {
        let living = executor.living_since(since);
        // A task that is running, further down the stack, ends when it next suspends.
        if living == before {
            break;
        }
        for &node in &living {
            executor.cancel_with_test(node);
        }
        // Tasks that were added while others were dropped are ended too. From here on nothing can be added,
        // so the loop ends.
        test.close();
        executor.ending.set(true);
        before = living;
    }
    test.close();
    for manager in executor.managers.owned_since(since) {
        end_manager(executor, &manager);
    }
    executor.ending.set(false);
}

/// Ends a manager whose owner has not dropped it, and warns once.
fn end_manager(executor: &Executor, manager: &Rc<Manager>) {
    let is_scope = manager.scope_set.get() != NONE;
    let names: Vec<String> = manager
        .infos()
        .filter(|task| task.was_ended_with_test() || !task.has_ended())
        .map(TaskInfo::with_place)
        .collect();
    let mut panics = Vec::new();
    let clean_ups = manager.clean_ups.drop_all(ROOT_SET, &mut panics);
    let mut text = if is_scope {
        format!(
            "the scope opened at {} was neither finished nor dropped in its test",
            manager.scope_place()
        )
    } else {
        format!(
            "the task manager made at {} was not dropped in its test",
            manager.place
        )
    };
    if !names.is_empty() {
        let tasks = if names.len() == 1 { "task" } else { "tasks" };
        let _ = write!(text, ", which ends its {tasks}: {}", names.join(", "));
    }
    if clean_ups > 0 {
        let _ = write!(text, "; {clean_ups} of its `on_exit` futures do not run");
    }
    log::warn!("{text}");
    let name = manager.block_name();
    for caught in panics {
        manager.add_error(name.error(TaskErrorKind::panicked(caught, true)));
    }
    manager.orphan();
    manager.release();
    if is_scope {
        // Its tasks borrow, so only its future may touch them. If that is polled again, it finds that the
        // scope has failed, and drops the tasks.
        manager.retire(executor);
        manager.fail_untouched(name.error(TaskErrorKind::Failed(anyhow::anyhow!(
            "the test that opened the scope at {} has ended",
            manager.scope_place()
        ))));
    } else {
        manager.close_with_test();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::future::{Future, pending};
    use std::panic::Location;
    use std::pin::Pin;
    use std::rc::Weak;
    use std::task::{Context, Waker};

    use anyhow::Result;

    use super::super::*;
    use super::*;

    type Kept = Pin<Box<dyn Future<Output = Result<()>>>>;

    thread_local! {
        static MANAGER: RefCell<Option<TaskManager>> = const { RefCell::new(None) };
        static FUTURE: RefCell<Option<Kept>> = const { RefCell::new(None) };
        static BENCH: RefCell<Weak<Bench>> = const { RefCell::new(Weak::new()) };
        static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    fn test_of(body: impl Future<Output = Result<()>> + 'static) -> Result<(), TaskErrors> {
        let outcome = block_on(run_test("test".into(), Location::caller(), body));
        assert_eq!(executor().live_count(), 0, "{}", tree(&executor(), &[]));
        outcome
    }

    struct Note(&'static str);

    impl Drop for Note {
        fn drop(&mut self) {
            LOG.with_borrow_mut(|log| log.push(format!("{} dropped", self.0)));
        }
    }

    /// Has no end, and notes when it is dropped.
    async fn runs_on(name: &'static str) -> Result<()> {
        let _note = Note(name);
        pending().await
    }

    async fn fails() -> Result<()> {
        yield_now().await;
        anyhow::bail!("mismatch")
    }

    fn tolerant() -> TaskManager {
        TaskManager::with_options(ManagerOptions::new().continue_on_error(true))
    }

    struct Bench {
        tm: TaskManager,
        me: RefCell<Option<Rc<Bench>>>,
    }

    async fn turns(count: usize) {
        for _ in 0..count {
            yield_now().await;
        }
    }

    #[track_caller]
    fn loses_nothing(body: impl Future<Output = Result<()>> + 'static) {
        let errors = test_of(body).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors}");
        let error = errors.first();
        assert_eq!(
            (error.path(), &*error.to_string()),
            ("test/checker", "mismatch")
        );
        let next = test_of(async {
            turns(3).await;
            Ok(())
        });
        next.unwrap();
    }

    #[test]
    fn rule_17_an_error_on_its_way_out_is_kept_when_a_destructor_fails_a_task() {
        struct Fails;
        impl Drop for Fails {
            fn drop(&mut self) {
                drop(crate::task::spawn(async {
                    anyhow::bail!("the task's") as Result<()>
                }));
            }
        }
        let errors = test_of(async {
            yield_now().await;
            let _fails = Fails;
            anyhow::bail!("the test's")
        });
        let texts: Vec<String> = errors
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(texts, ["the task's", "the test's"]);
    }

    #[test]
    fn rule_18_the_errors_of_a_manager_in_a_cycle_are_the_tests() {
        loses_nothing(async {
            let bench = Rc::new(Bench {
                tm: tolerant(),
                me: RefCell::default(),
            });
            bench.me.replace(Some(Rc::clone(&bench)));
            bench.tm.fork("checker", fails());
            bench.tm.fork("monitor", runs_on("monitor"));
            turns(3).await;
            BENCH.set(Rc::downgrade(&bench));
            Ok(())
        });
        assert_eq!(LOG.take(), ["monitor dropped"]);
        let bench = BENCH.take().upgrade().expect("it keeps itself");
        bench.me.take();
    }

    #[test]
    fn rule_18_the_errors_of_a_manager_kept_by_its_own_task_are_the_tests() {
        loses_nothing(async {
            let tm = Rc::new(tolerant());
            let keep = Rc::clone(&tm);
            tm.fork("monitor", async move {
                let _keep = keep;
                runs_on("monitor").await
            });
            tm.fork("checker", fails());
            turns(3).await;
            Ok(())
        });
        assert_eq!(LOG.take(), ["monitor dropped"]);
    }

    #[test]
    fn rule_18_the_errors_of_a_manager_kept_beyond_the_test_are_the_tests() {
        loses_nothing(async {
            let tm = tolerant();
            tm.fork("checker", fails());
            tm.fork("monitor", runs_on("monitor"));
            tm.on_exit(async { assert!(executor().test_has_failed(), "nobody joins it") });
            MANAGER.set(Some(tm));
            turns(3).await;
            Ok(())
        });
        assert_eq!(LOG.take(), ["monitor dropped"]);
        let tm = MANAGER.take().unwrap();
        assert!(tm["monitor"].is_cancelled());
        let refused = tm.child("late").try_fork(async { Ok(()) });
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("the test in which it was made"), "{text}");
    }

    #[test]
    fn rule_18_what_is_begun_while_the_body_is_made_belongs_to_the_test() {
        executor().prepare_test();
        let tm = tolerant();
        tm.fork("monitor", runs_on("monitor"));
        tm.fork("checker", async {
            Err::<(), _>(anyhow::anyhow!("mismatch"))
        });
        MANAGER.set(Some(tm));
        let errors = test_of(async { Ok(()) }).unwrap_err();
        assert_eq!(errors.first().to_string(), "mismatch");
        assert_eq!(LOG.take(), ["monitor dropped"]);
        // What was there before is none of the next test's business.
        let other = tolerant();
        let task = other.fork("pending", pending::<Result<()>>());
        let next = block_on(run_test("next".into(), Location::caller(), async {
            Ok(())
        }));
        next.unwrap();
        assert!(!task.has_ended());
        MANAGER.take();
    }

    #[test]
    fn rule_18_what_a_test_has_begun_is_ended_newest_first() {
        test_of(async {
            let (first, second) = (tolerant(), tolerant());
            first.fork("a", runs_on("a"));
            second.fork("b", runs_on("b"));
            spawn(runs_on("c"));
            first.fork("d", runs_on("d"));
            MANAGER.set(Some(first));
            spawn(async move {
                let _keep = second;
                runs_on("e").await
            });
            Ok(())
        })
        .unwrap();
        // `b` belongs to a manager that is dropped with `e`.
        let order = [
            "e dropped",
            "b dropped",
            "d dropped",
            "c dropped",
            "a dropped",
        ];
        assert_eq!(LOG.take(), order);
        MANAGER.take();
    }

    #[test]
    fn rule_18_an_error_while_a_kept_manager_is_ended_is_the_tests_too() {
        struct Panics;
        impl Drop for Panics {
            fn drop(&mut self) {
                panic!("while it is ended");
            }
        }
        let errors = test_of(async {
            let tm = tolerant();
            tm.fork("monitor", async {
                let _panics = Panics;
                pending::<Result<()>>().await
            });
            let clean_up = Panics;
            tm.on_exit(async move { drop(clean_up) });
            MANAGER.set(Some(tm));
            Ok(())
        })
        .unwrap_err();
        assert_eq!(errors.len(), 2, "{errors}");
        assert!(
            errors
                .iter()
                .all(|error| error.to_string().contains("while it is ended"))
        );
        assert!(take_uncollected().is_empty());
        MANAGER.take();
        assert!(take_uncollected().is_empty());
    }

    #[test]
    fn rule_18_what_is_begun_while_the_test_is_ended_is_ended_too() {
        /// Begins a task like its own when it is dropped.
        struct Again(Rc<Cell<usize>>);
        impl Drop for Again {
            fn drop(&mut self) {
                self.0.set(self.0.get() + 1);
                if self.0.get() < 100 {
                    let again = Again(Rc::clone(&self.0));
                    let task = async move {
                        let _again = again;
                        pending::<Result<()>>().await
                    };
                    MANAGER.with_borrow(|tm| {
                        let tm = tm.as_ref().unwrap();
                        let name = format!("task {}", tm.len());
                        let _ = tm.child(name).try_start_soon(task);
                    });
                }
            }
        }
        let count = Rc::new(Cell::new(0));
        let own = Rc::clone(&count);
        test_of(async move {
            MANAGER.set(Some(tolerant()));
            drop(Again(own));
            Ok(())
        })
        .unwrap();
        let ended = count.get();
        assert!((2..=100).contains(&ended));
        assert!(MANAGER.with_borrow(|tm| tm.as_ref().unwrap().iter().all(TaskInfo::has_ended)));
        MANAGER.take();
        assert_eq!(count.get(), ended);
    }

    #[test]
    fn rule_18_a_scope_kept_beyond_the_test_never_runs_again() {
        let body = async {
            let mut kept: Kept = Box::pin(async {
                let borrowed = Note("borrowed");
                let options = ManagerOptions::new().continue_on_error(true);
                scope_with(options, async |tm| {
                    let borrowed = &borrowed;
                    tm.fork("checker", async {
                        Err::<(), _>(anyhow::anyhow!("mismatch"))
                    });
                    let _monitor: Task<()> = tm.fork("monitor", async move {
                        let _note = Note("monitor");
                        yield_now().await;
                        unreachable!("{} has run on", borrowed.0);
                    });
                    pending::<Result<()>>().await
                })
                .await?;
                Ok(())
            });
            let mut context = Context::from_waker(Waker::noop());
            assert!(kept.as_mut().poll(&mut context).is_pending());
            FUTURE.set(Some(kept));
            Ok(())
        };
        let errors = block_on(run_test("test".into(), Location::caller(), body)).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors}");
        assert_eq!(errors.first().to_string(), "mismatch");
        assert_eq!(tree(&executor(), &[]), "no living tasks\n");
        assert!(LOG.take().is_empty(), "what it borrows may be anywhere");
        let errors = test_of(async { FUTURE.take().unwrap().await }).unwrap_err();
        let text = errors.to_string();
        assert!(text.contains("the test that opened the scope"), "{text}");
        assert_eq!(LOG.take(), ["monitor dropped", "borrowed dropped"]);
    }
}
