//! The rules of the task manager, each checked under its number. No simulator is needed.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use anyhow::{Result, anyhow};

use super::*;

mod adding;
mod awaiting;
mod background;
mod borrowing;
mod builder;
mod clean_up;
mod errors;
mod handles;
mod joining;
mod order;
mod test;
mod tree;

/// Notes in a shared list when it is dropped.
struct NoteDrop<'a>(&'static str, &'a RefCell<Vec<String>>);

impl Drop for NoteDrop<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(format!("{} dropped", self.0));
    }
}

struct PanicOnDrop(&'static str);

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

fn panic_message(outcome: Result<(), Caught>) -> String {
    outcome.err().expect("it should have panicked").message
}

async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

fn names(errors: &TaskErrors) -> Vec<&str> {
    errors.iter().map(TaskError::task).collect()
}

fn nothing_lives() {
    assert_eq!(executor().live_count(), 0, "{}", tree(&executor(), &[]));
    assert!(take_uncollected().is_empty());
}

async fn turns_ok(count: usize) -> Result<()> {
    turns(count).await;
    Ok(())
}

fn test_of(body: impl Future<Output = Result<()>> + 'static) -> Result<(), TaskErrors> {
    block_on(run_test(
        "test".into(),
        std::panic::Location::caller(),
        body,
    ))
}

fn scopeguard(log: Rc<RefCell<Vec<u8>>>, number: u8) -> impl Drop {
    struct Push(Rc<RefCell<Vec<u8>>>, u8);
    impl Drop for Push {
        fn drop(&mut self) {
            self.0.borrow_mut().push(self.1);
        }
    }
    Push(log, number)
}
