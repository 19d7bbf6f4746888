//! Pauses on a handshake.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::RangeInclusive;
use std::rc::Rc;

use verifork::TestRng;

use crate::parent::rng_named;

/// The clock cycles in which one side of a handshake pauses: a source offers nothing new, a sink is not
/// ready.
///
/// A source does not withdraw an offer, so its pauses are between transfers. A sink may pause in any
/// cycle.
///
/// Clones share the setting, also those inside components: [`set`](Self::set) changes it for all of
/// them while they run. Each channel draws its own random numbers, from the test's seed and the
/// channel's name.
///
/// ```
/// use verifork_components::Pauses;
///
/// let pauses = Pauses::random(0.3);         // three of ten cycles
/// pauses.set(Pauses::cycle([true, false])); // from now on, every second one
/// pauses.set(Pauses::bursts([(1..=16, 1)], [(1..=4, 9), (100..=100, 1)])); // now and then a long one
/// pauses.set(Pauses::iter((0..50).map(|cycle| cycle % 7 == 0)));
/// pauses.set(Pauses::none());
/// ```
#[derive(Clone)]
pub struct Pauses(Rc<Setting>);

struct Setting {
    kind: RefCell<Kind>,
    version: Cell<u64>,
}

#[derive(Clone)]
enum Kind {
    Constant(bool),
    Random(f64),
    Bursts(Rc<[Lengths; 2]>),
    Cycle(Rc<[bool]>),
    Iter(Rc<RefCell<dyn Iterator<Item = bool>>>),
}

/// Lengths with weights.
struct Lengths(Vec<(RangeInclusive<u32>, u32)>);

impl Lengths {
    #[track_caller]
    fn new(what: &str, lengths: impl IntoIterator<Item = (RangeInclusive<u32>, u32)>) -> Self {
        let lengths: Vec<_> = lengths.into_iter().collect();
        for (range, _) in &lengths {
            assert!(
                !range.is_empty(),
                "no length of a {what} is in {range:?}, an empty range"
            );
        }
        let sum: u64 = lengths.iter().map(|(_, weight)| u64::from(*weight)).sum();
        assert!(sum > 0, "no length of a {what} has a weight above 0");
        assert!(
            u32::try_from(sum).is_ok(),
            "the weights of a {what} add up to more than {}",
            u32::MAX
        );
        Lengths(lengths)
    }

    fn draw(&self, rng: &mut TestRng) -> u32 {
        let sum = self.0.iter().map(|(_, weight)| weight).sum();
        let mut at: u32 = rng.random_range(0..sum);
        for (range, weight) in &self.0 {
            if at < *weight {
                return rng.random_range(range.clone());
            }
            at -= weight;
        }
        0
    }
}

impl Pauses {
    fn of(kind: Kind) -> Self {
        Pauses(Rc::new(Setting {
            kind: RefCell::new(kind),
            version: Cell::new(0),
        }))
    }

    /// No pauses.
    pub fn none() -> Self {
        Pauses::of(Kind::Constant(false))
    }

    /// A permanent pause, until [`set`](Self::set) ends it.
    pub fn always() -> Self {
        Pauses::of(Kind::Constant(true))
    }

    /// A pause in each cycle with this probability, drawn independently.
    ///
    /// # Panics
    ///
    /// At the caller's line: it is not between 0 and 1. A rate of 1 would never end; that is
    /// [`always`](Self::always).
    #[track_caller]
    pub fn random(rate: f64) -> Self {
        assert!(
            (0.0..1.0).contains(&rate),
            "{rate} is not a rate of pauses: it is from 0 to below 1 (`Pauses::always()` pauses for good)"
        );
        Pauses::of(Kind::Random(rate))
    }

    /// Alternates between cycles without and with a pause. The lengths of both are drawn each time,
    /// from ranges with weights.
    ///
    /// # Panics
    ///
    /// At the caller's line: a range is empty, no weight is above 0, or a burst can only be 0 long.
    #[track_caller]
    pub fn bursts(
        bursts: impl IntoIterator<Item = (RangeInclusive<u32>, u32)>,
        gaps: impl IntoIterator<Item = (RangeInclusive<u32>, u32)>,
    ) -> Self {
        let bursts = Lengths::new("burst", bursts);
        let gaps = Lengths::new("gap", gaps);
        assert!(
            bursts
                .0
                .iter()
                .any(|(range, weight)| *weight > 0 && *range.end() > 0),
            "bursts of 0 cycles would never let anything through"
        );
        Pauses::of(Kind::Bursts(Rc::new([bursts, gaps])))
    }

    /// A pattern of cycles that repeats: `true` is a pause.
    ///
    /// # Panics
    ///
    /// At the caller's line: the pattern is empty.
    #[track_caller]
    pub fn cycle(pattern: impl IntoIterator<Item = bool>) -> Self {
        let pattern: Rc<[bool]> = pattern.into_iter().collect();
        assert!(
            !pattern.is_empty(),
            "a pattern of pauses has at least one cycle"
        );
        Pauses::of(Kind::Cycle(pattern))
    }

    /// Pauses from an iterator: `true` is a pause. After its end there are no pauses. Channels that share the
    /// setting share the iterator.
    pub fn iter(cycles: impl IntoIterator<Item = bool, IntoIter: 'static>) -> Self {
        Pauses::of(Kind::Iter(Rc::new(RefCell::new(cycles.into_iter().fuse()))))
    }

    /// Changes the setting from the next cycle on, for every component that uses it.
    pub fn set(&self, other: Pauses) {
        let kind = other.0.kind.borrow().clone();
        self.0.kind.replace(kind);
        self.0.version.set(self.0.version.get() + 1);
    }

    /// Whether the current setting has no pauses.
    pub(crate) fn are_none(&self) -> bool {
        matches!(*self.0.kind.borrow(), Kind::Constant(false))
    }

    /// The pauses of one channel.
    pub(crate) fn of_channel(&self, channel: &str) -> Cursor {
        let mut cursor = Cursor {
            setting: Rc::clone(&self.0),
            kind: Kind::Constant(false),
            version: 0,
            rng: rng_named(&format!("pauses of {channel}")),
            at: 0,
            burst_left: 0,
            gap_left: 0,
        };
        cursor.take_setting();
        cursor
    }
}

impl Default for Pauses {
    fn default() -> Self {
        Pauses::none()
    }
}

impl fmt::Debug for Pauses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0.kind.borrow() {
            Kind::Constant(false) => f.write_str("Pauses::none()"),
            Kind::Constant(true) => f.write_str("Pauses::always()"),
            Kind::Random(rate) => write!(f, "Pauses::random({rate})"),
            Kind::Bursts(lengths) => {
                write!(f, "Pauses::bursts({:?}, {:?})", lengths[0].0, lengths[1].0)
            }
            Kind::Cycle(pattern) => write!(f, "Pauses::cycle({pattern:?})"),
            Kind::Iter(_) => f.write_str("Pauses::iter(…)"),
        }
    }
}

/// The position of one channel in its pauses.
pub(crate) struct Cursor {
    setting: Rc<Setting>,
    kind: Kind,
    version: u64,
    rng: TestRng,
    at: usize,
    burst_left: u32,
    gap_left: u32,
}

impl Cursor {
    fn take_setting(&mut self) {
        self.kind = self.setting.kind.borrow().clone();
        self.version = self.setting.version.get();
        (self.at, self.burst_left, self.gap_left) = (0, 0, 0);
    }

    /// Whether the next cycle is a pause.
    #[inline]
    pub(crate) fn next_cycle(&mut self) -> bool {
        if self.version != self.setting.version.get() {
            self.take_setting();
        }
        match &self.kind {
            Kind::Constant(pause) => *pause,
            _ => self.draw(),
        }
    }

    fn draw(&mut self) -> bool {
        match &self.kind {
            Kind::Constant(pause) => *pause,
            Kind::Random(rate) => self.rng.random_bool(*rate),
            Kind::Cycle(pattern) => {
                let pause = pattern[self.at % pattern.len()];
                self.at = (self.at + 1) % pattern.len();
                pause
            }
            Kind::Bursts(lengths) => loop {
                if self.burst_left > 0 {
                    self.burst_left -= 1;
                    return false;
                }
                if self.gap_left > 0 {
                    self.gap_left -= 1;
                    return true;
                }
                self.burst_left = lengths[0].draw(&mut self.rng);
                self.gap_left = lengths[1].draw(&mut self.rng);
            },
            // The iterator may itself use the setting: nothing else is borrowed.
            Kind::Iter(cycles) => cycles.borrow_mut().next().unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(pauses: &Pauses, count: usize) -> Vec<bool> {
        let mut cursor = pauses.of_channel("c");
        (0..count).map(|_| cursor.next_cycle()).collect()
    }

    #[test]
    fn each_kind_gives_its_cycles() {
        assert_eq!(first(&Pauses::none(), 3), [false; 3]);
        assert_eq!(first(&Pauses::always(), 3), [true; 3]);
        assert_eq!(
            first(&Pauses::cycle([true, false, false]), 5),
            [true, false, false, true, false]
        );
        assert_eq!(
            first(&Pauses::iter([true, false, true]), 5),
            [true, false, true, false, false]
        );
        let random = first(&Pauses::random(0.25), 10_000);
        let count = random.iter().filter(|&&pause| pause).count();
        assert!((2200..2800).contains(&count), "{count}");
    }

    #[test]
    fn bursts_and_gaps_have_the_lengths_of_their_weights() {
        let pauses = Pauses::bursts([(2..=2, 1)], [(1..=1, 3), (5..=5, 1), (9..=9, 0)]);
        let cycles = first(&pauses, 40_000);
        let gaps: Vec<usize> = cycles
            .split(|&pause| !pause)
            .map(<[bool]>::len)
            .filter(|&length| length > 0)
            .collect();
        let (gaps, _) = gaps.split_at(gaps.len() - 1); // the last may be cut
        let short = gaps.iter().filter(|&&length| length == 1).count();
        let long = gaps.iter().filter(|&&length| length == 5).count();
        assert_eq!(short + long, gaps.len());
        assert!(short > 2 * long && short < 4 * long, "{short} and {long}");
        // Two cycles without a pause between any two gaps.
        assert!(cycles.windows(3).all(|it| it != [true, false, true]));
    }

    #[test]
    fn a_setting_is_changed_for_all_who_have_it_while_they_run() {
        let pauses = Pauses::none();
        let mut cursors = [pauses.of_channel("a"), pauses.clone().of_channel("b")];
        assert!(cursors.iter_mut().all(|it| !it.next_cycle()));
        pauses.set(Pauses::cycle([true, false]));
        assert!(cursors.iter_mut().all(Cursor::next_cycle));
        assert!(cursors.iter_mut().all(|it| !it.next_cycle()));
        pauses.set(Pauses::always());
        assert!(
            cursors
                .iter_mut()
                .all(|it| it.next_cycle() && it.next_cycle())
        );
    }

    #[test]
    fn what_could_never_let_anything_through_is_refused() {
        type Make = fn() -> Pauses;
        let refused: [(Make, &str); 6] = [
            (|| Pauses::random(1.0), "1 is not a rate"),
            (|| Pauses::random(f64::NAN), "NaN is not a rate"),
            (|| Pauses::cycle([]), "at least one cycle"),
            (|| Pauses::bursts([(0..=0, 1)], [(1..=1, 1)]), "bursts of 0"),
            (
                || Pauses::bursts([(1..=1, 0)], [(1..=1, 1)]),
                "no length of a burst has a weight",
            ),
            #[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
            (
                || Pauses::bursts([(1..=1, 1)], [(2..=1, 1)]),
                "2..=1, an empty range",
            ),
        ];
        for (make, message) in refused {
            let panic = std::panic::catch_unwind(make).unwrap_err();
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap();
            assert!(text.contains(message), "{text}");
        }
    }
}
