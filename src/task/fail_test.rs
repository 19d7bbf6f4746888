//! Errors of code that cannot return one: destructors and callbacks.

use std::rc::Rc;

use super::child::ChildBuilder;
use super::error::{TaskErrorKind, add_uncollected};
use super::executor::with_executor;
use super::manager::Manager;
use super::name::Name;
use super::shown::text_of;

/// Fails the running test with an error that cannot be returned, such as one found by a destructor or a
/// callback. It is reported as an error of the task that is running or being dropped.
///
/// The test ends when the tasks that are ready now have run, so an error that is already being returned
/// comes first in the report. If the test has already failed or ended, the error is reported too. Outside a
/// test, the error is logged.
///
/// # Examples
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork::task::fail_test;
///
/// /// A request that has to be answered while it lives.
/// struct Pending {
///     address: u32,
///     answered: bool,
/// }
///
/// impl Drop for Pending {
///     fn drop(&mut self) {
///         if !self.answered {
///             fail_test(verifork::error!("the request at {:#x} was never answered", self.address));
///         }
///     }
/// }
/// ```
pub fn fail_test(error: impl Into<anyhow::Error>) {
    let mut error = Some(error.into());
    let test = with_executor(|executor| {
        let test = executor.test.borrow().clone()?;
        let kind = TaskErrorKind::Failed(error.take()?);
        let error = executor.error_of_current("the test", kind);
        let mut unreturned = executor.unreturned.borrow_mut();
        unreturned.push(error);
        Some((test, unreturned.len() == 1))
    });
    match (test.flatten(), error) {
        (Some((test, true)), _) => fail_soon(test),
        (None, Some(error)) => log::error!("{}", text_of(&error)),
        _ => {}
    }
}

/// Fails the test when the running task has suspended or ended: an error that it returns comes first.
fn fail_soon(test: Rc<Manager>) {
    let failing = Failing(Rc::clone(&test));
    let child = ChildBuilder::in_root(&test, Name::Borrowed("fail_test"));
    // A test that is ending accepts no task. Dropping this one reports the errors too.
    let _ = child.try_start_soon(async move { failing.fail() });
}

/// The task that fails the test. It may be cancelled before its turn.
struct Failing(Rc<Manager>);

impl Failing {
    fn fail(self) {
        with_executor(|executor| {
            for error in executor.unreturned.take() {
                self.0.add_error(error);
            }
            self.0.fail(executor);
        });
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        with_executor(|executor| add_uncollected(executor.unreturned.take()));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::future::{Future, pending};
    use std::panic::Location;

    use anyhow::Result;

    use super::super::{TaskError, block_on, run_test, scope, take_uncollected, yield_now};
    use super::*;

    /// Finds an error when it is dropped.
    struct Finds(&'static str);

    impl Drop for Finds {
        fn drop(&mut self) {
            fail_test(anyhow::anyhow!(self.0));
        }
    }

    /// The errors of a test, each with its task's path.
    fn errors_of(body: impl Future<Output = Result<()>> + 'static) -> Vec<String> {
        let outcome = block_on(run_test("test".into(), Location::caller(), body));
        assert!(take_uncollected().is_empty());
        let errors = outcome.unwrap_err();
        assert!(!errors.iter().any(TaskError::is_panic), "{errors}");
        let told = |error: &TaskError| format!("{}: {error}", error.task());
        errors.iter().map(told).collect()
    }

    async fn monitors(finds: &'static str) -> Result<()> {
        let _finds = Finds(finds);
        pending().await
    }

    #[test]
    fn rule_18_what_tasks_of_a_scope_find_at_its_end_are_errors_of_theirs_in_order() {
        let errors = errors_of(async {
            scope(async |tm| {
                tm.background("a", monitors("1 read is open"));
                tm.background("b", monitors("2 writes are open"));
                tm.background("c", async {
                    let _more = (Finds("a frame is open"), Finds("a packet is open"));
                    pending().await
                });
                yield_now().await;
                Ok(())
            })
            .await?;
            Ok(())
        });
        let found = [
            "c: a frame is open",
            "c: a packet is open",
            "b: 2 writes are open",
            "a: 1 read is open",
        ];
        assert_eq!(errors, found);
    }

    #[test]
    fn rule_18_what_tasks_of_the_test_find_at_its_end_are_errors_of_theirs() {
        let errors = errors_of(async {
            super::super::background("a", monitors("1 read is open"));
            super::super::background("b", monitors("2 writes are open"));
            Ok(())
        });
        assert_eq!(errors, ["b: 2 writes are open", "a: 1 read is open"]);
    }

    #[test]
    fn rule_18_what_is_found_while_an_error_is_on_its_way_comes_after_it() {
        let mut errors = errors_of(async {
            let _own = Finds("the test's own is left");
            super::super::background("monitor", monitors("1 read is open"));
            scope(async |tm| {
                tm.background("checker", monitors("1 write is open"));
                yield_now().await;
                anyhow::bail!("3 is not 4") as Result<()>
            })
            .await?;
            Ok(())
        });
        let first = errors.remove(0);
        assert!(
            first.starts_with("test: ") && first.ends_with(": 3 is not 4"),
            "{first}"
        );
        let found = [
            "checker: 1 write is open",
            "test: the test's own is left",
            "monitor: 1 read is open",
        ];
        assert_eq!(errors, found);
    }

    #[test]
    fn rule_18_what_is_found_in_the_middle_of_a_test_ends_it() {
        let errors = errors_of(async {
            drop(Finds("a request was never answered"));
            yield_now().await;
            unreachable!("the test has failed")
        });
        assert_eq!(errors, ["test: a request was never answered"]);
    }

    #[test]
    fn rule_18_what_is_found_while_a_panic_unwinds_comes_after_it() {
        let outcome = block_on(run_test("test".into(), Location::caller(), async {
            let _finds = Finds("a request was never answered");
            panic!("index out of bounds")
        }));
        let errors: Vec<_> = outcome
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            errors,
            ["index out of bounds", "a request was never answered"]
        );
    }

    #[test]
    fn what_is_found_without_a_test_fails_none() {
        drop(Finds("nobody runs"));
        assert!(take_uncollected().is_empty());
    }
}
