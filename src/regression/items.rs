//! Sequences of random items. The harness runs a failed test again with fewer and simpler ones.
//!
//! It sets them by `VERIFORK_ITEMS`, and learns from the results what a failed test has drawn.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::rc::Rc;

use verifork_protocol::items::{self, Drawn, DrawnItem, Item, Items};
use verifork_protocol::variables::Variable;

use super::outcome::{FailureEntry, Status, TestResult};
use super::test::Test;
use crate::random::{RandomRange, TestRng};

/// Longer texts of items are cut.
const LONGEST: usize = 400;

#[derive(Default)]
struct Sequences {
    wanted: Rc<Items>,
    drawn: Vec<Drawn>,
    /// Learns of each sequence when it is drawn.
    observer: Option<fn(&Drawn)>,
}

thread_local! {
    static RUNNING: RefCell<Sequences> = RefCell::default();
}

/// A test begins, and is to draw only these items of its sequences. The observer learns of each sequence at once: the
/// process may end within the test.
pub(super) fn begin(wanted: &Rc<Items>, observer: fn(&Drawn)) {
    RUNNING.set(Sequences {
        wanted: Rc::clone(wanted),
        drawn: Vec::new(),
        observer: Some(observer),
    });
}

/// The test ends with this result. Returns what it has drawn; the test fails if `VERIFORK_ITEMS` names a sequence that it
/// has not drawn.
pub(super) fn end(result: &mut TestResult) -> Vec<Drawn> {
    let Sequences { wanted, drawn, .. } = RUNNING.take();
    if result.status != Status::Passed {
        return drawn;
    }
    let missing = wanted.sequences.iter().map(|(name, _)| name);
    let mut missing = missing.filter(|name| drawn.iter().all(|drawn| drawn.name != **name));
    if let Some(name) = missing.next() {
        let variable = Variable::Items.name();
        let mut text =
            format!("{variable} names the sequence `{name}`, which this test has not drawn");
        if !drawn.is_empty() {
            let names: Vec<&str> = drawn.iter().map(|drawn| &*drawn.name).collect();
            // Writing to a string cannot fail.
            let _ = write!(text, "; it has drawn `{}`", names.join("`, `"));
        }
        result.status = Status::Failed(vec![FailureEntry::of_test(text)]);
    }
    drawn
}

impl Test {
    /// Draws random items; their number is random too, from a range. If the test fails or crashes the simulator,
    /// `cargo test` looks for fewer and simpler items with which it still does (`VERIFORK_SHRINK`). It runs each attempt in
    /// a fresh simulation. The report has the smallest sequence that it found, and the command that repeats the test with
    /// it.
    ///
    /// Each item is drawn from its own stream, which depends on the seed, the names of the test and the sequence, and the
    /// item's index. An item is therefore the same whichever others are drawn. Small random words make an item simple:
    /// `random_range` then returns numbers near the start of its range, and `verifork-stimulus` draws small fields.
    ///
    /// # Panics
    ///
    /// At the caller's line, if the name has characters other than ASCII letters and digits, `_`, `-` and `.`, if the
    /// range is empty, or if `VERIFORK_ITEMS` names an item that the sequence does not have.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use verifork::prelude::*;
    ///
    /// #[derive(Debug)]
    /// struct Write {
    ///     address: u8,
    ///     data: u32,
    /// }
    ///
    /// #[verifork::test]
    /// async fn any_writes(bus: Instance, test: Test) -> Result {
    ///     let writes = test.sequence("writes", 1..=100, |rng| Write {
    ///         address: rng.random_range(0..=63),
    ///         data: rng.random(),
    ///     });
    ///     for write in writes {
    ///         bus.signal::<u8>("address")?.set(write.address);
    ///         bus.signal::<u32>("data")?.set(write.data);
    ///         timer(10.ns()).await;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    #[doc(alias = "uvm_sequence")]
    #[doc(alias = "sequence_item")]
    #[track_caller]
    #[doc(alias = "proptest")]
    #[doc(alias = "shrink")]
    pub fn sequence<T: fmt::Debug>(
        &self,
        name: &str,
        length: impl RandomRange<u32>,
        mut item: impl FnMut(&mut TestRng) -> T,
    ) -> Vec<T> {
        let drawn = self.try_sequence(name, length, |rng| Ok::<T, NoError>(item(rng)));
        drawn.unwrap_or_default()
    }

    /// Like [`sequence`](Self::sequence), for items whose draw can fail.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(test: Test) -> Result {
    /// let frames = test.try_sequence("frames", 1..=20, |rng| {
    ///     let length: usize = rng.random_range(0..=64);
    ///     if length == 0 {
    ///         bail!("a frame has at least one byte"); // ends the test with the item's number
    ///     }
    ///     Ok(vec![0xaa_u8; length])
    /// })?;
    /// log::info!("{} frames", frames.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The error of the first item that cannot be drawn, with its index.
    ///
    /// # Panics
    ///
    /// As [`sequence`](Self::sequence).
    #[track_caller]
    pub fn try_sequence<T: fmt::Debug, E: Into<anyhow::Error>>(
        &self,
        name: &str,
        length: impl RandomRange<u32>,
        mut item: impl FnMut(&mut TestRng) -> std::result::Result<T, E>,
    ) -> anyhow::Result<Vec<T>> {
        assert!(
            items::is_name(name),
            "`{name}` is not a name for a sequence: use ASCII letters and digits, `_`, `-` and `.`"
        );
        let of = TestRng::from_stream(self.stream(&["", name, "length"])).random_range(length);
        let wanted = RUNNING.with_borrow(|running| Rc::clone(&running.wanted));
        let all: Vec<Item>;
        let wanted = if let Some(items) = wanted.of(name) {
            items
        } else {
            all = (0..of).map(Item::whole).collect();
            &all
        };
        let variable = Variable::Items.name();
        if let Some(item) = wanted.last() {
            assert!(
                item.index < of,
                "{variable} names item {} of `{name}`, which has {of} with this seed",
                item.index
            );
        }
        let mut values = Vec::with_capacity(wanted.len());
        let mut drawn = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let index = wanted.index.to_string();
            let stream = self.stream(&["", name, "item", &index]);
            let mut rng = TestRng::from_words(stream, wanted.clone());
            let value = item(&mut rng).map_err(|error| {
                let error: anyhow::Error = error.into();
                error.context(format!(
                    "item {index} of the sequence `{name}` cannot be drawn"
                ))
            })?;
            drawn.push(DrawnItem {
                index: wanted.index,
                words: rng.into_words(),
                text: shortened(format!("{value:?}")),
            });
            values.push(value);
        }
        let drawn = Drawn {
            name: name.to_owned(),
            of,
            items: drawn,
        };
        if let Some(observer) = RUNNING.with_borrow(|running| running.observer) {
            observer(&drawn);
        }
        RUNNING.with_borrow_mut(|running| {
            running.drawn.retain(|drawn| drawn.name != name);
            running.drawn.push(drawn);
        });
        Ok(values)
    }
}

/// The error of a draw that always succeeds.
enum NoError {}

impl From<NoError> for anyhow::Error {
    fn from(error: NoError) -> Self {
        match error {}
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::test::tests::a_test;

    fn drawn(test: &Test, wanted: &str) -> (Vec<(u8, u64)>, Vec<Drawn>) {
        begin(&Rc::new(wanted.parse().unwrap_or_default()), |_| {});
        let items = test.sequence("writes", 5..=9, |rng| {
            (rng.random_range(10..=99), rng.random())
        });
        (items, RUNNING.take().drawn)
    }

    #[test]
    fn an_item_does_not_depend_on_which_others_are_drawn() {
        let test = a_test("any_writes");
        let (all, reported) = drawn(&test, "");
        assert!((5..=9).contains(&all.len()), "{}", all.len());
        assert_eq!(reported[0].of as usize, all.len());
        assert_eq!(reported[0].items[1].text, format!("{:?}", all[1]));
        let (some, reported) = drawn(&test, "writes=1,4");
        assert_eq!(some, [all[1], all[4]]);
        assert_eq!(reported[0].of as usize, all.len());
        assert_eq!(drawn(&test, "writes=").0, []);
        let other = a_test("others");
        assert_ne!(drawn(&other, "").0, all);
    }

    #[test]
    fn words_that_are_replaced_are_what_an_item_is_drawn_from() {
        let test = a_test("any_writes");
        let (all, reported) = drawn(&test, "");
        let words = &reported[0].items[2].words;
        assert_eq!(words.len(), 2);
        assert_eq!(drawn(&test, "writes=2~*").0, [(10, 0)]);
        assert_eq!(drawn(&test, "writes=2~0:0").0, [(10, all[2].1)]);
        let same = format!("writes=2~0:{:x}~1:7", words[0]);
        assert_eq!(drawn(&test, &same).0, [(all[2].0, 7)]);
        // Twice as small a word, half the distance.
        let half = format!("writes=2~0:{:x}", words[0] / 2);
        let ((halved, _), (whole, _)) = (drawn(&test, &half).0[0], all[2]);
        assert!(
            (halved - 10).abs_diff((whole - 10) / 2) <= 1,
            "{halved} of {whole}"
        );
    }

    #[test]
    fn a_draw_that_repeats_until_something_fits_ends_whatever_is_replaced() {
        let test = a_test("any_writes");
        begin(&Rc::new("writes=0~*".parse().unwrap()), |_| {});
        let found = test.sequence("writes", 5..=9, |rng| {
            loop {
                let value: u8 = rng.random();
                if value > 200 {
                    return value;
                }
            }
        });
        assert!(found[0] > 200);
    }

    #[test]
    fn an_item_that_is_not_there_is_refused() {
        let test = a_test("any_writes");
        for (wanted, name, reported) in [
            ("writes=9", "writes", "names item 9 of `writes`"),
            ("writes=", "a b", "`a b` is not a name"),
        ] {
            begin(&Rc::new(wanted.parse().unwrap()), |_| {});
            let draw = || drop(test.sequence(name, 9..=9, |_| ()));
            let caught = crate::task::catch(draw).unwrap_err();
            assert!(caught.message.contains(reported), "{}", caught.message);
            assert!(caught.at.unwrap().contains("items.rs"));
        }
    }
}
