//! Sets of values in definitions: a value, a range, or several of these.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use crate::value::{CoverValue, Shape, key_of};

/// A range of values, by their positions in the order of all values; or the text of an empty range.
///
/// ```
/// use verifork_coverage::{Keys, Values};
///
/// let keys: Vec<Keys> = Values::<u8>::keys([0..=3, 16..=31]);
/// assert_eq!(keys.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys(pub(crate) Result<(u128, u128), String>);

impl Keys {
    pub(crate) fn all(shape: Shape) -> Self {
        Keys(Ok((0, shape.last())))
    }

    fn inclusive(shape: Shape, first: u128, last: u128) -> Self {
        Keys(if first <= last {
            Ok((first, last))
        } else {
            Err(format!("{}..={}", shape.text(first), shape.text(last)))
        })
    }

    fn exclusive(shape: Shape, first: u128, end: u128) -> Self {
        Keys(match end.checked_sub(1) {
            Some(last) if first <= last => Ok((first, last)),
            _ => Err(format!("{}..{}", shape.text(first), shape.text(end))),
        })
    }
}

/// A set of values of the type `V`: a value, a range, or an array or vector of these.
///
/// ```
/// use verifork_coverage::{Bins, Values};
///
/// /// A bin of a point of lengths, of whatever is written as values.
/// fn lengths(short: impl Values<u16>) -> Bins<u16> {
///     Bins::new().bin("short", short).bin("jumbo", 1519..)
/// }
/// let bins = lengths([64..=127, 128..=255]);
/// # let _ = bins;
/// ```
pub trait Values<V> {
    /// The values, range by range.
    ///
    /// ```
    /// use verifork_coverage::Values;
    ///
    /// assert_eq!(Values::<u8>::keys(vec![1..=2, 5..=6, 9..=9]).len(), 3);
    /// ```
    fn keys(self) -> Vec<Keys>;
}

impl<V: CoverValue> Values<V> for V {
    fn keys(self) -> Vec<Keys> {
        vec![Keys(Ok((key_of(self), key_of(self))))]
    }
}

macro_rules! ranges {
    ($($range:ty, |$it:ident| $keys:expr;)*) => {$(
        impl<V: CoverValue> Values<V> for $range {
            fn keys(self) -> Vec<Keys> {
                let $it = self;
                vec![$keys]
            }
        }
    )*};
}

ranges! {
    Range<V>, |it| Keys::exclusive(V::SHAPE, key_of(it.start), key_of(it.end));
    RangeInclusive<V>, |it| Keys::inclusive(V::SHAPE, key_of(*it.start()), key_of(*it.end()));
    RangeFrom<V>, |it| Keys::inclusive(V::SHAPE, key_of(it.start), V::SHAPE.last());
    RangeTo<V>, |it| Keys::exclusive(V::SHAPE, 0, key_of(it.end));
    RangeToInclusive<V>, |it| Keys::inclusive(V::SHAPE, 0, key_of(it.end));
}

impl<V: CoverValue> Values<V> for RangeFull {
    fn keys(self) -> Vec<Keys> {
        vec![Keys::all(V::SHAPE)]
    }
}

impl<V> Values<V> for Keys {
    fn keys(self) -> Vec<Keys> {
        vec![self]
    }
}

impl<V, T: Values<V>, const N: usize> Values<V> for [T; N] {
    fn keys(self) -> Vec<Keys> {
        self.into_iter().flat_map(Values::keys).collect()
    }
}

impl<V, T: Values<V>> Values<V> for Vec<T> {
    fn keys(self) -> Vec<Keys> {
        self.into_iter().flat_map(Values::keys).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_as_rust_has_it() {
        let keys = |values: Vec<Keys>| values[0].0.clone();
        assert_eq!(keys(Values::<u8>::keys(3)), Ok((3, 3)));
        assert_eq!(keys(Values::<u8>::keys(3..5)), Ok((3, 4)));
        assert_eq!(keys(Values::<u8>::keys(3..=5)), Ok((3, 5)));
        assert_eq!(keys(Values::<u8>::keys(250..)), Ok((250, 255)));
        assert_eq!(keys(Values::<u8>::keys(..2)), Ok((0, 1)));
        assert_eq!(keys(Values::<i8>::keys(..=-127)), Ok((0, 1)));
        assert_eq!(keys(Values::<u8>::keys(..)), Ok((0, 255)));
        assert_eq!(Values::<u8>::keys([1..=2, 7..=9]).len(), 2);
    }

    #[test]
    fn an_empty_range_is_kept_as_it_was_written() {
        let empty = |values: Vec<Keys>| values[0].0.clone().unwrap_err();
        assert_eq!(empty(Values::<u8>::keys(5..5)), "5..5");
        #[allow(clippy::reversed_empty_ranges, reason = "that is what is told")]
        let reversed = Values::<i8>::keys(5..=-3);
        assert_eq!(empty(reversed), "5..=-3");
        assert_eq!(empty(Values::<u8>::keys(..0)), "0..0");
    }
}
