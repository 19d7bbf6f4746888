//! The kernel on a simulator that stands in for a real one.

mod ends;
mod forces;
mod phases;
mod quirks;
mod timers;
mod watches;
mod words;
mod writes;

use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;

use crate::dut::{Instance, Signal, SignalValue};
use crate::task::spawn_named;
use crate::trigger::now;

/// The top of the design.
fn top() -> Instance {
    Instance::find("top").unwrap()
}

/// A signal of the top.
#[track_caller]
fn signal<T: SignalValue>(name: &str) -> Signal<T> {
    top().signal(name).unwrap()
}

/// The present time in steps.
fn steps() -> u64 {
    now().steps()
}

/// A task beside the test's own.
fn start(name: &'static str, future: impl Future<Output = ()> + 'static) {
    drop(spawn_named(name, async move {
        future.await;
        Ok(())
    }));
}

/// What happened, in order, each with its time.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn add(&self, what: impl Display) {
        self.0.borrow_mut().push(format!("{} {what}", steps()));
    }

    #[track_caller]
    fn check(&self, expected: &[&str]) {
        assert_eq!(*self.0.borrow(), expected);
    }
}
