//! Cover properties: conditions that hold one after the other, within given numbers of clock cycles (IEEE
//! 1800-2023, 16.14.3).

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::rc::Rc;

use crate::bins::Bins;
use crate::builder::GroupBuilder;
use crate::group::{CoverGroup, Group};
use crate::item::Item;
use crate::point::Point;
use crate::registry;

/// The most clock cycles that the delays of one sequence may take together: one bit each.
const LIMIT: u32 = 127;

/// A sequence of `N` conditions, each of which must hold a given number of clock cycles after the one before it.
/// Every clock begins an attempt; a clock at which the last condition completes one or more attempts is a match,
/// and one is enough to cover the sequence.
///
/// ```
/// use verifork_coverage::{CoverGroup as _, Sequence};
///
/// // `req ##[1:4] gnt`
/// let granted = Sequence::new("req then gnt in 1..=4", [1..=4]);
/// for (req, gnt) in [(true, false), (false, false), (false, true)] {
///     granted.clock([req, gnt]);
/// }
/// assert_eq!(granted.matches(), 1);
/// ```
#[derive(Debug)]
pub struct Sequence<const N: usize> {
    matches: Point<bool>,
    group: Group,
    delays: Vec<RangeInclusive<u32>>,
    /// For each condition but the first, the cycles at which the one before it held; bit 0 is the current cycle.
    waits: RefCell<[u128; N]>,
}

impl<const N: usize> Sequence<N> {
    /// A sequence with these delays between its conditions, one fewer than there are conditions. A delay of
    /// `0..=0` means the same clock.
    ///
    /// # Panics
    ///
    /// There are not `N - 1` delays, or one is empty or longer than 127 clocks.
    #[track_caller]
    pub fn new(name: &str, delays: impl Into<Vec<RangeInclusive<u32>>>) -> Self {
        let delays = delays.into();
        assert!(
            delays.len() + 1 == N,
            "cover property `{name}` has {N} conditions, and between them {} delays, not {}",
            delays.len(),
            N.saturating_sub(1)
        );
        for delay in &delays {
            assert!(
                !delay.is_empty() && *delay.end() <= LIMIT,
                "cover property `{name}`: a delay of {delay:?} clocks is not possible: write a range within 0..={LIMIT}"
            );
        }
        let mut builder = GroupBuilder::new(name);
        let bins = Bins::<bool>::new().bin("matched", true).rest("not matched");
        let matches = match builder.point("sequence", bins) {
            Ok(point) => point,
            Err(error) => panic!("{error}"),
        };
        Sequence {
            matches,
            group: builder.build(),
            delays,
            waits: RefCell::new([0; N]),
        }
    }

    /// The next clock, at which these conditions hold.
    pub fn clock(&self, holds: [bool; N]) {
        let mut waits = self.waits.borrow_mut();
        let mut reached = holds.first().copied().unwrap_or(false);
        for (index, delay) in self.delays.iter().enumerate() {
            let wait = &mut waits[index + 1];
            *wait = *wait << 1 | u128::from(reached);
            // The mask of the cycles that the delay allows.
            let window = u128::MAX >> (127 - (delay.end() - delay.start())) << delay.start();
            reached = holds[index + 1] && *wait & window != 0;
        }
        self.matches.sample(reached);
    }

    /// How many clocks have completed it.
    pub fn matches(&self) -> u64 {
        self.matches.count("matched").unwrap_or(0)
    }

    /// Forgets the attempts under way, at a reset for instance.
    pub fn restart(&self) {
        *self.waits.borrow_mut() = [0; N];
    }
}

impl<const N: usize> CoverGroup for Sequence<N> {
    fn name(&self) -> &str {
        self.group.name()
    }

    fn visit(&self, visit: &mut dyn FnMut(Item<'_>)) {
        self.group.visit(visit);
    }
}

/// The sequence of a `cover!` in the source; each test that reaches it has its own.
#[doc(hidden)]
#[derive(Debug)]
pub struct Site<const N: usize>(RefCell<Option<(u64, Rc<Sequence<N>>)>>);

impl<const N: usize> Default for Site<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Site<N> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Site(RefCell::new(None))
    }

    #[doc(hidden)]
    #[track_caller]
    pub fn clock(
        &self,
        name: &str,
        delays: impl FnOnce() -> Vec<RangeInclusive<u32>>,
        holds: [bool; N],
    ) {
        let now = registry::generation();
        let present = match &*self.0.borrow() {
            Some((generation, sequence)) if *generation == now => Some(Rc::clone(sequence)),
            _ => None,
        };
        let sequence = present.unwrap_or_else(|| {
            let sequence = Rc::new(Sequence::new(name, delays()));
            *self.0.borrow_mut() = Some((now, Rc::clone(&sequence)));
            sequence
        });
        sequence.clock(holds);
    }
}

/// Covers a sequence of conditions. Call it once per clock cycle.
///
/// `cover!("name", condition)` counts the cycles at which the condition holds.
/// `cover!("name", first, 1..=4 => second, 0..=0 => third)` counts the cycles at which the sequence completes; the
/// ranges are the numbers of cycles from each condition to the next. In reports, the group has this name after that
/// of the module.
///
/// ```
/// use verifork_coverage::cover;
///
/// # fn conditions() -> Vec<(bool, bool)> { vec![(true, false), (false, true)] }
/// for (req, gnt) in conditions() { // `loop { clk.rising_edge().await; … }` in a test
///     cover!("req then gnt in 1..=4", req, 1..=4 => gnt);
///     cover!("back to back", req && gnt);
/// }
/// let groups = verifork_coverage::take();
/// assert_eq!(groups.len(), 2);
/// assert_eq!(groups[0].counts.points[0][&0], 1);
/// ```
#[macro_export]
macro_rules! cover {
    (@one $next:expr) => { 1 };
    ($name:literal, $first:expr $(, $delay:expr => $next:expr)* $(,)?) => {{
        thread_local! {
            static SITE: $crate::__private::Site<{ 1 $(+ $crate::cover!(@one $next))* }> =
                const { $crate::__private::Site::new() };
        }
        // Outside the closure, in which `?` and `return` would mean something else.
        let holds = [$first $(, $next)*];
        SITE.with(|site| {
            let name = concat!(module_path!(), "::", $name);
            site.clock(name, || vec![$($delay),*], holds);
        });
    }};
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::take;

    #[test]
    fn a_delay_of_no_clock_means_the_same_one() {
        let both = Sequence::new("both", [0..=0]);
        for holds in [[true, false], [false, true], [true, true]] {
            both.clock(holds);
        }
        assert_eq!(both.matches(), 1);
    }

    #[test]
    fn the_next_condition_comes_within_its_window_alone() {
        for wait in 0..8 {
            let sequence = Sequence::new("window", [2..=4]);
            sequence.clock([true, false]);
            for _ in 1..wait {
                sequence.clock([false, false]);
            }
            if wait > 0 {
                sequence.clock([false, true]);
            }
            assert_eq!(
                sequence.matches(),
                u64::from((2..=4).contains(&wait)),
                "{wait}"
            );
        }
    }

    #[test]
    fn attempts_overlap_and_a_restart_forgets_them() {
        let sequence = Sequence::new("three", [1..=1, 1..=127]);
        sequence.clock([true, false, false]);
        sequence.clock([true, true, false]);
        sequence.clock([false, true, true]);
        sequence.clock([false, false, true]);
        assert_eq!(sequence.matches(), 2);
        sequence.restart();
        sequence.clock([false, false, true]);
        assert_eq!(sequence.matches(), 2);
    }

    #[test]
    #[should_panic = "a delay of 3..=200 clocks is not possible"]
    fn a_delay_that_is_too_long_is_refused() {
        drop(Sequence::<2>::new("long", [3..=200]));
    }

    #[test]
    fn a_macro_counts_for_the_test_that_comes_by() {
        for round in 1..=2 {
            for index in 0..round {
                cover!("once", index == 0);
                cover!("pair", index == 0, 1..=1 => index == 1);
            }
            let groups = take();
            let matched = groups
                .iter()
                .map(|it| it.counts.points[0].get(&0).copied().unwrap_or(0));
            assert_eq!(
                matched.collect::<Vec<_>>(),
                [1, u64::from(round == 2)],
                "{groups:?}"
            );
            assert!(
                groups[0].definition.name.ends_with("sequence::tests::once"),
                "{groups:?}"
            );
        }
    }
}
