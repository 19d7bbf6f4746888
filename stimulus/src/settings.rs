//! The settings of a field: its range, weights and length, as the derive passes them.

use std::marker::PhantomData;
use std::ops::{Range, RangeInclusive};

use crate::record::{Class, Source};
use crate::value::{Integer, Number, Value};

/// The attribute of a field.
#[doc(hidden)]
pub struct Settings<T> {
    pub(crate) range: Option<(Number, Number)>,
    pub(crate) classes: Vec<Class>,
    pub(crate) length: Option<(u32, u32)>,
    pub(crate) source: Option<Source>,
    pub(crate) of: PhantomData<fn() -> T>,
}

impl<T> Default for Settings<T> {
    fn default() -> Self {
        Settings {
            range: None,
            classes: Vec::new(),
            length: None,
            source: None,
            of: PhantomData,
        }
    }
}

/// A range that has two ends.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a range of `{T}` is of integers and has two ends: `0..=15` or `0..16`, not `{Self}`"
)]
#[allow(private_interfaces, reason = "nobody else implements or calls it")]
pub trait Bounds<T> {
    /// The first and the last value.
    fn bounds(self) -> (Number, Number);
}

#[allow(private_interfaces, reason = "nobody else calls it")]
impl<T: Integer> Bounds<T> for RangeInclusive<T> {
    fn bounds(self) -> (Number, Number) {
        (Number::of(self.start()), Number::of(self.end()))
    }
}

#[allow(private_interfaces, reason = "nobody else calls it")]
impl<T: Integer> Bounds<T> for Range<T> {
    fn bounds(self) -> (Number, Number) {
        let end = Number::of(&self.end);
        let last = match end.small() {
            Some(end) => (end.saturating_sub(1)).into(),
            None => (end.bits() - 1).into(),
        };
        (Number::of(&self.start), last)
    }
}

/// A range whose type has been checked, so that the compiler reports a mistake only once.
#[doc(hidden)]
pub struct Checked(Number, Number);

impl Checked {
    #[must_use]
    pub fn new<T>(range: impl Bounds<T>) -> Checked {
        let (low, high) = range.bounds();
        Checked(low, high)
    }
}

#[allow(private_interfaces, reason = "nobody else calls it")]
impl<T> Bounds<T> for Checked {
    fn bounds(self) -> (Number, Number) {
        (self.0, self.1)
    }
}

impl<T> Settings<T> {
    /// The settings of each element of a list.
    pub(crate) fn elements(&self) -> Settings<T> {
        Settings {
            range: self.range,
            classes: self.classes.clone(),
            length: None,
            source: self.source,
            of: PhantomData,
        }
    }

    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    #[must_use]
    pub fn length(mut self, range: impl Bounds<usize>) -> Self {
        let (low, high) = range.bounds();
        let length = |number: Number| number.small().and_then(|number| u32::try_from(number).ok());
        self.length = length(low).zip(length(high));
        self
    }
}

/// The types that have ranges.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "only integers, and lists of integers, have a range",
    note = "other fields are kept to some values by a constraint: `matches!(kind, Kind::Read | Kind::Write)`"
)]
pub trait Ranged {
    type Number;
}

// For each type, since a blanket implementation would add errors to each use of a wrong type.
macro_rules! ranged {
    ($($integer:ty)*) => {$(
        impl Ranged for $integer {
            type Number = $integer;
        }
    )*};
}

ranged!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl<T> Settings<T> {
    #[must_use]
    pub fn range(mut self, range: impl Bounds<T>) -> Self {
        self.range = Some(range.bounds());
        self
    }

    #[must_use]
    pub fn weight_between(mut self, range: impl Bounds<T>, weight: u32) -> Self {
        let (low, high) = range.bounds();
        self.classes.push(Class { low, high, weight });
        self
    }
}

impl<T: Value> Settings<T> {
    #[must_use]
    pub fn weight_of(mut self, value: T, weight: u32) -> Self {
        let value = Number::of(&value);
        self.classes.push(Class {
            low: value,
            high: value,
            weight,
        });
        self
    }

    #[must_use]
    pub fn weight_of_others(mut self, weight: u32) -> Self {
        let (low, high) = T::ENCODING.range();
        self.classes.push(Class { low, high, weight });
        self
    }

    /// Sets the weights of the type, unless the field has its own.
    #[must_use]
    pub fn or_weights(self, own: impl FnOnce(Self) -> Self) -> Self {
        if self.classes.is_empty() {
            own(self)
        } else {
            self
        }
    }
}

/// The scalar type of a struct, which has neither a range nor weights.
#[doc(hidden)]
pub struct Structure;
