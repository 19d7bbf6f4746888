//! Scoreboards compare expected with observed transactions.

use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt::{self, Debug};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use similar::TextDiff;
use verifork::task::{Task, fail_test};
use verifork::{Result, bail};

use crate::Subscription;
use crate::parent::{Parent, free_name};

/// Compares the transactions expected by a model with the observed ones.
///
/// | created by | an observed transaction must equal |
/// |---|---|
/// | [`in_order`](Self::in_order) | the next expected one |
/// | [`by_key`](Self::by_key) | the next expected one with the same key: an ID, an address |
/// | [`in_window`](Self::in_window) | one of the next several expected ones |
/// | [`of_sources`](Self::of_sources) | the next expected one of any source |
///
/// The error for a mismatch shows the difference line by line. [`finish`](Self::finish) fails if
/// something expected was never observed; so does dropping a scoreboard without it.
///
/// A clone is the same scoreboard.
///
/// ```
/// use verifork_components::Scoreboard;
///
/// # fn main() -> verifork::Result {
/// let writes = Scoreboard::in_order("writes");
/// writes.expect((0x10, "first"));
/// writes.expect((0x20, "second"));
/// writes.observe((0x10, "first"))?;
/// let error = writes.observe((0x21, "second")).unwrap_err();
/// assert!(error.to_string().contains("-    32,\n+    33,\n"), "{error}");
/// writes.finish()
/// # }
/// ```
pub struct Scoreboard<T: Debug + PartialEq + 'static>(Rc<Board<T>>);

struct Board<T: Debug + PartialEq + 'static> {
    name: String,
    rule: Rule<T>,
    expected: RefCell<VecDeque<Expected<T>>>,
    counts: Cell<Counts>,
    /// The rest has been reported.
    finished: Cell<bool>,
}

struct Expected<T> {
    transaction: T,
    number: u64,
    /// The hash of its key, or the number of its source.
    lane: u64,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    expected: u64,
    observed: u64,
}

enum Rule<T> {
    InOrder,
    ByKey(Box<dyn Fn(&T) -> u64>),
    Window(usize),
    Sources,
}

impl<T: Debug + PartialEq + 'static> Scoreboard<T> {
    fn new(name: impl Into<String>, rule: Rule<T>) -> Self {
        Scoreboard(Rc::new(Board {
            name: name.into(),
            rule,
            expected: RefCell::default(),
            counts: Cell::default(),
            finished: Cell::new(false),
        }))
    }

    /// A scoreboard for transactions observed in the expected order. Messages use the name.
    pub fn in_order(name: impl Into<String>) -> Self {
        Scoreboard::new(name, Rule::InOrder)
    }

    /// A scoreboard for transactions that keep their order only among those with the same key.
    ///
    /// ```
    /// # use verifork_components::Scoreboard;
    /// # fn main() -> verifork::Result {
    /// let reads = Scoreboard::by_key("reads", |(id, _): &(u8, &str)| *id);
    /// for read in [(0, "a"), (1, "b"), (0, "c")] {
    ///     reads.expect(read);
    /// }
    /// for read in [(1, "b"), (0, "a"), (0, "c")] {
    ///     reads.observe(read)?;
    /// }
    /// reads.finish()
    /// # }
    /// ```
    pub fn by_key<K: Hash>(name: impl Into<String>, key: impl Fn(&T) -> K + 'static) -> Self {
        let hash = move |transaction: &T| {
            let mut hasher = DefaultHasher::new();
            key(transaction).hash(&mut hasher);
            hasher.finish()
        };
        Scoreboard::new(name, Rule::ByKey(Box::new(hash)))
    }

    /// A scoreboard for transactions that may overtake each other: each observed one must be among the
    /// next `size`.
    ///
    /// # Panics
    ///
    /// At the caller's line, if the window is 0.
    #[track_caller]
    pub fn in_window(name: impl Into<String>, size: usize) -> Self {
        assert!(size > 0, "a window of 0 transactions lets none through");
        Scoreboard::new(name, Rule::Window(size))
    }

    /// A scoreboard for transactions of several sources, in order for each source: see
    /// [`expect_from`](Self::expect_from).
    pub fn of_sources(name: impl Into<String>) -> Self {
        Scoreboard::new(name, Rule::Sources)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The number of expected transactions that were not observed yet.
    pub fn pending(&self) -> usize {
        self.0.expected.borrow().len()
    }

    /// The number of transactions observed as expected.
    pub fn matched(&self) -> u64 {
        self.0.counts.get().expected - self.pending() as u64
    }

    /// Adds the next expected transaction.
    pub fn expect(&self, transaction: T) {
        let lane = match &self.0.rule {
            Rule::ByKey(hash) => hash(&transaction),
            _ => 0,
        };
        self.push(transaction, lane);
    }

    /// Adds the next expected transaction of this source; with [`of_sources`](Self::of_sources),
    /// sources may interleave in any way.
    pub fn expect_from(&self, source: usize, transaction: T) {
        match &self.0.rule {
            Rule::Sources => self.push(transaction, source as u64),
            _ => self.expect(transaction),
        }
    }

    fn push(&self, transaction: T, lane: u64) {
        let mut counts = self.0.counts.get();
        counts.expected += 1;
        self.0.counts.set(counts);
        self.0.expected.borrow_mut().push_back(Expected {
            transaction,
            number: counts.expected,
            lane,
        });
        self.0.finished.set(false);
    }

    /// Checks an observed transaction.
    ///
    /// # Errors
    ///
    /// It does not match: shows the difference from the most likely expected transaction. It still
    /// takes that one's place, so one difference is reported only once.
    #[track_caller]
    pub fn observe(&self, observed: impl Borrow<T>) -> Result {
        let observed = observed.borrow();
        let mut counts = self.0.counts.get();
        counts.observed += 1;
        self.0.counts.set(counts);
        let number = counts.observed;
        let mut expected = self.0.expected.borrow_mut();
        let candidates = self.0.candidates(&expected, observed);
        let found = candidates
            .iter()
            .copied()
            .find(|&at| expected[at].transaction == *observed);
        if let Some(found) = found {
            expected.remove(found);
            return Ok(());
        }
        let name = &self.0.name;
        let Some(&first) = candidates.first() else {
            let of = match (&self.0.rule, expected.len()) {
                (_, 0) => "nothing more is expected".to_owned(),
                (Rule::ByKey(_), count) => format!("none of the {count} expected ones has its key"),
                (_, count) => format!("{count} are expected"),
            };
            bail!("scoreboard `{name}`: number {number} was not expected, {of}: {observed:#?}");
        };
        let wanted = expected.remove(first).map(|it| (it.number, it.transaction));
        drop(expected);
        let Some((of, wanted)) = wanted else {
            return Ok(());
        };
        let others = match candidates.len() {
            1 => String::new(),
            count => format!(" (and from {} others)", count - 1),
        };
        bail!(
            "scoreboard `{name}`: number {number} differs from number {of} that was expected{others}:\n{}",
            difference(&wanted, observed)
        );
    }

    /// Declares that nothing more will be observed.
    ///
    /// # Errors
    ///
    /// Something expected was not observed.
    #[track_caller]
    pub fn finish(&self) -> Result {
        self.0.finished.set(true);
        match self.0.left() {
            Some(left) => bail!("{left}"),
            None => Ok(()),
        }
    }

    /// For each transaction of a subscription, expects the transactions that a function returns, any
    /// number of them. Runs as a background child of a scope, a manager or the test.
    #[track_caller]
    pub fn predict<U: 'static, I: IntoIterator<Item = T>>(
        &self,
        parent: &impl Parent,
        inputs: Subscription<U>,
        mut predictor: impl FnMut(&U) -> I + 'static,
    ) -> Task<()> {
        let board = self.clone();
        let name = free_name(parent, format!("{} predictor", self.0.name));
        parent.add_background(name, async move {
            while let Ok(input) = inputs.recv().await {
                for transaction in predictor(&input) {
                    board.expect(transaction);
                }
            }
            Ok(())
        })
    }

    /// Observes each transaction of a subscription, as a background child of a scope, a manager or the
    /// test: the first mismatch fails it.
    #[track_caller]
    pub fn watch(&self, parent: &impl Parent, observed: Subscription<T>) -> Task<()> {
        let board = self.clone();
        let name = free_name(parent, format!("{} scoreboard", self.0.name));
        parent.add_background(name, async move {
            while let Ok(transaction) = observed.recv().await {
                board.observe(&*transaction)?;
            }
            Ok(())
        })
    }
}

impl<T: Debug + PartialEq + 'static> Board<T> {
    /// The indices of the transactions that an observed one may match, the likeliest first.
    fn candidates(&self, expected: &VecDeque<Expected<T>>, observed: &T) -> Vec<usize> {
        match &self.rule {
            Rule::InOrder => (0..expected.len().min(1)).collect(),
            Rule::Window(size) => (0..expected.len().min(*size)).collect(),
            Rule::ByKey(hash) => {
                let lane = hash(observed);
                expected
                    .iter()
                    .position(|it| it.lane == lane)
                    .into_iter()
                    .collect()
            }
            Rule::Sources => {
                let mut seen = Vec::new();
                let mut heads = Vec::new();
                for (at, it) in expected.iter().enumerate() {
                    if !seen.contains(&it.lane) {
                        seen.push(it.lane);
                        heads.push(at);
                    }
                }
                heads
            }
        }
    }

    /// A text about the transactions that are left.
    fn left(&self) -> Option<String> {
        let expected = self.expected.borrow();
        let first = expected.front()?;
        let counts = self.counts.get();
        Some(format!(
            "scoreboard `{}`: {} of {} expected were never observed; the first of them, number {}, is {:#?}",
            self.name,
            expected.len(),
            counts.expected,
            first.number,
            first.transaction
        ))
    }
}

impl<T: Debug + PartialEq + 'static> Drop for Board<T> {
    fn drop(&mut self) {
        if self.finished.get() {
            return;
        }
        if let Some(left) = self.left() {
            let left = format!("{left}; `finish` was not called");
            fail_test(verifork::Error::msg(left));
        }
    }
}

/// The differences, line by line: expected with `-`, observed with `+`.
fn difference(expected: &impl Debug, observed: &impl Debug) -> String {
    let (expected, observed) = (format!("{expected:#?}\n"), format!("{observed:#?}\n"));
    if expected == observed {
        return format!("they are not equal, but print the same: {expected}");
    }
    let diff = TextDiff::from_lines(&expected, &observed);
    let text = diff.unified_diff().context_radius(3).to_string();
    format!("--- expected\n+++ observed\n{text}")
}

impl<T: Debug + PartialEq + 'static> Clone for Scoreboard<T> {
    fn clone(&self) -> Self {
        Scoreboard(Rc::clone(&self.0))
    }
}

impl<T: Debug + PartialEq + 'static> Debug for Scoreboard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoreboard")
            .field("name", &self.0.name)
            .field("pending", &self.pending())
            .field("matched", &self.matched())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled<T: Debug + PartialEq>(
        board: Scoreboard<T>,
        expected: impl IntoIterator<Item = T>,
    ) -> Scoreboard<T> {
        for transaction in expected {
            board.expect(transaction);
        }
        board
    }

    #[test]
    fn in_order_takes_the_next_and_no_other() {
        let board = filled(Scoreboard::in_order("words"), [1, 2, 3]);
        board.observe(1).unwrap();
        let error = board.observe(3).unwrap_err().to_string();
        assert!(
            error.contains("number 2 differs from number 2 that was expected"),
            "{error}"
        );
        assert!(error.contains("-2\n+3"), "{error}");
        board.observe(3).unwrap(); // one difference, told once
        let error = board.observe(4).unwrap_err().to_string();
        assert!(
            error.contains("number 4 was not expected, nothing more is expected: 4"),
            "{error}"
        );
        board.finish().unwrap();
        assert_eq!((board.matched(), board.pending()), (3, 0));
    }

    #[test]
    fn by_key_keeps_the_order_of_each_key() {
        let board = filled(
            Scoreboard::by_key("reads", |it: &(u8, u8)| it.0),
            [(0, 1), (1, 2), (0, 3)],
        );
        board.observe((1, 2)).unwrap();
        let error = board.observe((0, 3)).unwrap_err().to_string();
        assert!(error.contains("number 2 differs from number 1"), "{error}");
        let error = board.observe((2, 0)).unwrap_err().to_string();
        assert!(
            error.contains("none of the 1 expected ones has its key"),
            "{error}"
        );
        board.observe((0, 3)).unwrap();
        board.finish().unwrap();
    }

    #[test]
    fn a_window_lets_overtake_so_many_and_no_more() {
        let board = filled(Scoreboard::in_window("words", 2), [1, 2, 3, 4]);
        board.observe(2).unwrap();
        board.observe(3).unwrap();
        board.observe(1).unwrap();
        board.observe(4).unwrap();
        board.finish().unwrap();
        let board = filled(Scoreboard::in_window("words", 2), [1, 2, 3]);
        let error = board.observe(3).unwrap_err().to_string();
        assert!(error.contains("(and from 1 others)"), "{error}");
        board.observe(3).unwrap();
        board.observe(2).unwrap();
        board.finish().unwrap();
    }

    #[test]
    fn sources_mix_and_keep_their_own_order() {
        let make = || {
            let board = Scoreboard::of_sources("merged");
            for (source, word) in [(0, 'a'), (0, 'b'), (1, 'x'), (1, 'y')] {
                board.expect_from(source, word);
            }
            board
        };
        let board = make();
        for word in ['x', 'a', 'b', 'y'] {
            board.observe(word).unwrap();
        }
        board.finish().unwrap();
        let board = make();
        assert!(board.observe('y').is_err());
        board.0.finished.set(true);
    }

    #[test]
    fn what_is_left_is_an_error_that_shows_the_first() {
        let board = filled(Scoreboard::in_order("words"), [7, 8]);
        let error = board.finish().unwrap_err().to_string();
        assert_eq!(
            error,
            "scoreboard `words`: 2 of 2 expected were never observed; the first of them, number 1, is 7"
        );
    }

    #[test]
    fn a_difference_shows_the_lines_around_it_and_not_all() {
        let (expected, mut observed) =
            ((0..200).collect::<Vec<u8>>(), (0..200).collect::<Vec<u8>>());
        observed[100] = 0xff;
        let text = difference(&expected, &observed);
        assert!(text.contains("-    100,\n+    255,\n"), "{text}");
        assert!(text.lines().count() < 15, "{text}");
    }

    #[test]
    #[allow(clippy::eq_op, reason = "that is what is asked")]
    fn values_that_differ_and_print_the_same_say_so() {
        #[derive(Debug)]
        struct Never;
        impl PartialEq for Never {
            fn eq(&self, _: &Never) -> bool {
                false
            }
        }
        let board = filled(Scoreboard::in_order("odd"), [Never]);
        let error = board.observe(Never).unwrap_err().to_string();
        assert!(error.contains("print the same"), "{error}");
    }
}
