//! Illegal samples.

use std::panic::Location;

/// A sample fell into an illegal bin.
///
/// ```
/// use verifork_coverage::{CoverGroup, Point};
///
/// #[derive(CoverGroup)]
/// struct Responses {
///     #[bins(each, illegal(reserved = 3))]
///     code: Point<u8>,
/// }
///
/// let illegal = Responses::new().code.try_sample(3).unwrap_err();
/// assert_eq!((&*illegal.item, &*illegal.bin), ("code", "reserved"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("illegal bin `{bin}` of `{group}.{item}`: {values} (sampled at {place})")]
pub struct IllegalSample {
    /// The group's name, and its instance's.
    pub group: String,
    /// The point or cross.
    pub item: String,
    /// The bin.
    pub bin: String,
    /// The value, or the bins of a cross.
    pub values: String,
    /// Where it was sampled.
    pub place: &'static Location<'static>,
}

impl IllegalSample {
    /// Fails the test at the caller's line, like a failed assertion.
    ///
    /// # Panics
    ///
    /// Always.
    #[cold]
    #[track_caller]
    pub fn fail(&self) -> ! {
        panic!(
            "illegal bin `{}` of `{}.{}`: {}",
            self.bin, self.group, self.item, self.values
        )
    }
}
