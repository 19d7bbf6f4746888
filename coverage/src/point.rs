//! Cover points sample a value and count its bins (IEEE 1800-2023, 19.5).

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use crate::bins::BinKind;
use crate::illegal::IllegalSample;
use crate::mean::percent;
use crate::table::PointTable;
use crate::value::{CoverValue, key_of};

/// The clock is read once in so many samples.
#[cfg(feature = "verifork")]
const BETWEEN: u32 = 1 << 10;
/// The segment before the first sample.
const NONE: usize = usize::MAX;

/// The counts of a point.
#[derive(Debug)]
pub(crate) struct PointData {
    pub(crate) table: Rc<PointTable>,
    pub(crate) group: Rc<str>,
    pub(crate) counts: Box<[Cell<u64>]>,
    /// The number of counting bins that are not covered yet.
    pub(crate) missing: Cell<usize>,
    /// The segment of the last sample.
    last: Cell<usize>,
    /// The last value.
    key: Cell<u128>,
    /// The state of the transitions.
    state: Cell<u128>,
    /// The number of samples until the clock is read.
    #[cfg(feature = "verifork")]
    left: Cell<u32>,
    /// The test that created it has ended.
    #[cfg(feature = "verifork")]
    is_over: Cell<bool>,
}

/// A point of a cover group, with values of type `V`.
///
/// ```
/// use verifork_coverage::{CoverGroup, Point};
///
/// #[derive(CoverGroup)]
/// struct Lengths {
///     #[bins(zero = 0, short = 1..=15, long = 16..)]
///     length: Point<u8>,
/// }
///
/// let covered = Lengths::new();
/// covered.length.sample(3);
/// covered.length.sample(15);
/// assert_eq!(covered.length.count("short"), Some(2));
/// assert_eq!(covered.length.count("huge"), None);
/// ```
pub struct Point<V> {
    pub(crate) data: Rc<PointData>,
    values: PhantomData<fn(V)>,
}

impl<V> fmt::Debug for Point<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Point({}: {:.1} %)",
            self.data.table.name,
            self.data.coverage()
        )
    }
}

impl<V> Clone for Point<V> {
    fn clone(&self) -> Self {
        Point {
            data: Rc::clone(&self.data),
            values: PhantomData,
        }
    }
}

impl<V: CoverValue> Point<V> {
    pub(crate) fn new(data: Rc<PointData>) -> Self {
        Point {
            data,
            values: PhantomData,
        }
    }

    /// Samples a value: counts its bins and the transitions that end with it.
    ///
    /// # Panics
    ///
    /// The value is in an illegal bin, or ends an illegal transition. The group was made by a test of verifork that has
    /// ended: the sample would count for none.
    #[inline]
    #[track_caller]
    pub fn sample(&self, value: V) {
        if let Err(illegal) = self.try_sample(value) {
            illegal.fail();
        }
    }

    /// Like [`sample`](Self::sample), but returns an error for an illegal value.
    ///
    /// # Errors
    ///
    /// The value is in an illegal bin, or ends an illegal transition.
    ///
    /// # Panics
    ///
    /// The group was made by a test of verifork that has ended.
    #[inline]
    #[track_caller]
    pub fn try_sample(&self, value: V) -> Result<(), IllegalSample> {
        self.data.sample(key_of(value), Location::caller())
    }

    /// Skips this sample: the next sample of a cross counts nothing, and transitions restart.
    ///
    /// ```
    /// use verifork_coverage::{CoverGroup, Point};
    ///
    /// #[derive(CoverGroup)]
    /// struct States {
    ///     #[bins(transitions(up = 0 => 1))]
    ///     state: Point<u8>,
    /// }
    ///
    /// let covered = States::new();
    /// covered.state.sample(0);
    /// covered.state.skip(); // a reset: the transition begins anew
    /// covered.state.sample(1);
    /// assert_eq!(covered.state.count("up"), Some(0));
    /// ```
    #[inline]
    pub fn skip(&self) {
        self.data.last.set(NONE);
        self.data.state.set(0);
    }
}

impl<V> Point<V> {
    /// The point's name.
    pub fn name(&self) -> &str {
        &self.data.table.name
    }

    /// The percentage of counting bins that have been hit often enough; 0 if no bin counts, as with
    /// [`rest`](crate::Bins::rest) alone.
    pub fn coverage(&self) -> f64 {
        self.data.coverage()
    }

    /// The number of hits of the bin with this name; `None` if there is no such bin.
    pub fn count(&self, bin: &str) -> Option<u64> {
        let index = self.data.table.bins.iter().position(|it| it.name == bin)?;
        Some(self.data.counts[index].get())
    }
}

impl PointData {
    pub(crate) fn new(table: Rc<PointTable>, group: Rc<str>) -> Self {
        PointData {
            counts: table.bins.iter().map(|_| Cell::new(0)).collect(),
            missing: Cell::new(table.counted),
            last: Cell::new(NONE),
            key: Cell::new(0),
            state: Cell::new(0),
            #[cfg(feature = "verifork")]
            left: Cell::new(BETWEEN),
            #[cfg(feature = "verifork")]
            is_over: Cell::new(false),
            table,
            group,
        }
    }

    #[inline]
    fn sample(&self, key: u128, place: &'static Location<'static>) -> Result<(), IllegalSample> {
        #[cfg(feature = "verifork")]
        self.count_sample(place);
        let table = &*self.table;
        let index = table.segment_of(key);
        self.last.set(index);
        self.key.set(key);
        let segment = table.segment(index);
        for bin in table.hits(segment) {
            self.hit(*bin as usize);
        }
        let moved = match &table.automaton {
            Some(automaton) => {
                let state = automaton.next(self.state.get(), table.fits(index));
                self.state.set(state);
                let mut illegal = None;
                for (last, bin) in &automaton.last {
                    if state & last != 0 {
                        self.hit(*bin as usize);
                        if table.bins[*bin as usize].kind == BinKind::Illegal {
                            illegal = illegal.or(Some(*bin));
                        }
                    }
                }
                illegal
            }
            None => None,
        };
        if segment.illegal || moved.is_some() {
            return Err(self.illegal(moved, place));
        }
        Ok(())
    }

    /// The clock is read in some samples, and in each one after the end of the test.
    #[cfg(feature = "verifork")]
    #[inline]
    fn count_sample(&self, place: &'static Location<'static>) {
        match self.left.get() {
            0 => self.look(place),
            left => self.left.set(left - 1),
        }
    }

    #[cfg(feature = "verifork")]
    #[cold]
    fn look(&self, place: &'static Location<'static>) {
        if !self.is_over.get() {
            self.left.set(BETWEEN);
            return crate::hook::checkpoint();
        }
        assert!(
            !crate::hook::can_fail(),
            "cover group `{}` is sampled at {place}, after the end of the test that made it, and would count for none: \
             make a group in each test",
            self.group
        );
    }

    /// Marks the end of the test, whose counts have been written.
    #[cfg(feature = "verifork")]
    pub(crate) fn end(&self) {
        self.is_over.set(true);
        self.left.set(0);
    }

    #[cold]
    fn illegal(&self, moved: Option<u32>, place: &'static Location<'static>) -> IllegalSample {
        let table = &*self.table;
        let hits = table.hits(table.segment(self.last.get()));
        let is_illegal = |bin: &&u32| table.bins[**bin as usize].kind == BinKind::Illegal;
        let bin = hits.iter().find(is_illegal).copied().or(moved);
        let bin = bin.map_or("?", |bin| &table.bins[bin as usize].name);
        IllegalSample {
            group: self.group.to_string(),
            item: table.name.clone(),
            bin: bin.to_owned(),
            values: self.value_text(),
            place,
        }
    }

    #[inline]
    fn hit(&self, bin: usize) {
        let count = self.counts[bin].get().saturating_add(1);
        self.counts[bin].set(count);
        if count == self.table.options.at_least && bin < self.table.counted {
            self.missing.set(self.missing.get() - 1);
        }
    }

    /// The counting bins of the last sample.
    #[inline]
    pub(crate) fn last_hits(&self) -> &[u32] {
        match self.last.get() {
            NONE => &[],
            index => self.table.counted_hits(self.table.segment(index)),
        }
    }

    /// The counting bins of values that are not covered.
    pub(crate) fn uncovered(&self) -> impl Iterator<Item = usize> + '_ {
        let at_least = self.table.options.at_least;
        (0..self.table.counted_values).filter(move |bin| self.counts[*bin].get() < at_least)
    }

    /// The text of the last sampled value.
    pub(crate) fn value_text(&self) -> String {
        let table = &*self.table;
        format!("{} is {}", table.name, table.shape.text(self.key.get()))
    }

    pub(crate) fn coverage(&self) -> f64 {
        percent(self.table.counted - self.missing.get(), self.table.counted)
    }
}
