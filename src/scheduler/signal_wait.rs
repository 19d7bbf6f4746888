//! What a task may await of a signal: a number of changes, or a condition.

use std::cell::Cell;
use std::rc::Rc;

use crate::value::Logic;

/// Which changes of a signal count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Edge {
    /// Becomes 1 (or H) from anything else.
    Rising = 1,
    /// Becomes 0 (or L) from anything else.
    Falling = 2,
    /// Changes.
    Any = 4,
}

impl Edge {
    /// Whether this change of one bit counts.
    #[inline]
    pub(crate) fn is(self, old: Logic, new: Logic) -> bool {
        Change::of(old, new).is_any_of(self as u8)
    }
}

/// Which edges a change is.
#[derive(Clone, Copy)]
pub(super) struct Change(u8);

impl Change {
    /// A change of a signal that has no edges.
    pub(super) const ANY: Change = Change(Edge::Any as u8);

    /// A change of one bit.
    #[inline]
    pub(super) fn of(old: Logic, new: Logic) -> Change {
        let rises = new.is_one() && !old.is_one();
        let falls = new.is_zero() && !old.is_zero();
        let bit = |is: bool, edge: Edge| u8::from(is) * edge as u8;
        Change(Edge::Any as u8 | bit(rises, Edge::Rising) | bit(falls, Edge::Falling))
    }

    /// Whether it is one of these edges, a bit each.
    #[inline]
    pub(super) fn is_any_of(self, edges: u8) -> bool {
        self.0 & edges != 0
    }

    #[inline]
    fn is(self, edge: Edge) -> bool {
        self.0 & edge as u8 != 0
    }
}

/// What a task waits for.
pub(crate) enum SignalWait {
    Edges {
        edge: Edge,
        remaining: u32,
        /// When the wait began, in steps.
        since: u64,
    },
    Until(Rc<Condition>),
}

impl SignalWait {
    /// The edges at which it counts or evaluates its condition, a bit each.
    #[inline]
    pub(super) fn edges(&self) -> u8 {
        match self {
            SignalWait::Edges { edge, .. } => *edge as u8,
            SignalWait::Until(_) => Edge::Any as u8,
        }
    }

    /// Counts a change. Returns whether that was the last one. For a condition, only sets `asks`: the
    /// caller must evaluate it.
    #[inline]
    pub(super) fn is_over(&mut self, change: Change, asks: &mut bool) -> bool {
        match self {
            SignalWait::Edges {
                edge, remaining, ..
            } => {
                if !change.is(*edge) {
                    return false;
                }
                *remaining -= 1;
                *remaining == 0
            }
            SignalWait::Until(_) => {
                *asks = true;
                false
            }
        }
    }
}

/// A condition of the user's, evaluated in the simulator's callback.
pub(crate) struct Condition<F: ?Sized = dyn Fn() -> bool> {
    panicked: Cell<bool>,
    ask: F,
}

impl Condition {
    pub(crate) fn new(ask: impl Fn() -> bool + 'static) -> Rc<Self> {
        Rc::new(Condition {
            panicked: Cell::new(false),
            ask,
        })
    }

    /// It panicked in the callback.
    pub(crate) fn has_panicked(&self) -> bool {
        self.panicked.get()
    }

    pub(crate) fn holds(&self) -> bool {
        (self.ask)()
    }

    /// Drops a reference, perhaps the last one: then the user's closure is dropped here.
    pub(super) fn drop_here(self: Rc<Self>) {
        // The task is gone, so the panic can only be logged.
        if let Err(caught) = crate::task::catch(move || drop(self)) {
            log::error!("a condition panicked while it was dropped: {caught}");
        }
    }

    /// Whether it holds or panics: in both cases the wait is over, and the task finds out which.
    pub(super) fn is_over(&self) -> bool {
        crate::task::catch(|| self.holds()).unwrap_or_else(|_| {
            self.panicked.set(true);
            true
        })
    }
}
