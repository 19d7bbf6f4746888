//! The table of signals: each object of the design is opened once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::task::Waker;

use elsa::FrozenVec;

use super::driven::Driven;
use super::index::SignalIndex;
use super::kernel::Kernel;
use super::paths;
use super::signal::SignalEntry;
use super::signal_wait::SignalWait;
use super::wait_reasons::{Waits, condition_reason, edge_reason};
use super::watch::from_token;
use crate::simulator::{Handle, Port};
use crate::value::Logic;

pub(super) struct Signals {
    table: FrozenVec<Box<SignalEntry>>,
    by_handle: RefCell<HashMap<Handle, SignalIndex>>,
}

impl Signals {
    pub(super) fn new() -> Self {
        paths::publish();
        Signals {
            table: FrozenVec::new(),
            by_handle: RefCell::default(),
        }
    }

    pub(super) fn get(&self, index: SignalIndex) -> &SignalEntry {
        self.table
            .get(index.entry())
            .expect("signal numbers come from this table")
    }

    /// The number of an object, if it has been opened.
    pub(super) fn known(&self, handle: Handle) -> Option<SignalIndex> {
        self.by_handle.borrow().get(&handle).copied()
    }

    pub(super) fn open(&self, kernel: &'static Kernel, handle: Handle) -> SignalIndex {
        let port = kernel.port;
        if let Some(&index) = self.by_handle.borrow().get(&handle) {
            return index;
        }
        let description = port.describe(handle);
        let index = SignalIndex::of_entry(self.table.len());
        paths::push(description.path.clone());
        self.by_handle.borrow_mut().insert(handle, index);
        self.table
            .push(Box::new(SignalEntry::new(kernel, handle, description)));
        index
    }

    /// A watched signal has changed: wakes the tasks whose wait is over in order of arrival, except the
    /// last one, which is returned.
    pub(super) fn changed(
        &self,
        port: &dyn Port,
        now: u64,
        token: u64,
        scalar: Option<Logic>,
    ) -> Option<Waker> {
        let (index, generation) = from_token(token);
        let signal = self.table.get(index as usize)?;
        signal.changed(port, now, generation, scalar)
    }

    pub(super) fn collect_waits(&self, waits: &mut Waits<'_>) {
        for index in (0..self.table.len()).map(SignalIndex::of_entry) {
            for (_, wait, waker) in self.get(index).waits.look().iter() {
                let wait = match wait {
                    SignalWait::Edges {
                        edge, remaining, ..
                    } => edge_reason(index, *edge, *remaining),
                    SignalWait::Until(_) => condition_reason(index),
                };
                waits.add(waker, wait);
            }
        }
    }

    /// The signals whose edges a task awaits and that have not changed since the wait began, each with the
    /// time of its last change.
    pub(super) fn still(&self) -> impl Iterator<Item = (&SignalEntry, u64)> {
        self.table.iter().filter_map(|signal| {
            let at = signal.changed_at.get();
            let waits = signal.waits.look();
            let is_still = waits.iter().any(
                |(_, wait, _)| matches!(wait, SignalWait::Edges { since, .. } if at <= *since),
            );
            is_still.then_some((signal, at))
        })
    }

    /// Has warnings about writes given again in the next test.
    pub(super) fn forget_warnings(&self) {
        for signal in &self.table {
            let is_driven = signal.driven.get() != Driven::No;
            signal.quiet.clear();
            signal
                .takes_deposits
                .set(signal.is_writable.get() && !is_driven);
        }
    }

    /// Removes every watch without waits, at the end of a test.
    pub(super) fn unwatch_idle(&self, port: &dyn Port) {
        for signal in &self.table {
            if signal.waits.is_empty() {
                signal.unwatch(port);
            }
        }
    }

    pub(super) fn watched(&self) -> usize {
        self.table
            .iter()
            .filter(|signal| signal.watch.get().is_some())
            .count()
    }

    pub(super) fn waiting(&self) -> usize {
        self.table.iter().map(|signal| signal.waits.len()).sum()
    }
}
