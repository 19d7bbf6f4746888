//! Functional coverage as in clause 19 of IEEE 1800-2023: how much of the verification plan the tests have covered.
//!
//! ```
//! use verifork_coverage::{CoverGroup, CoverValue, Cross, Point};
//!
//! #[derive(Clone, Copy, CoverValue)]
//! enum Burst { Fixed, Incr, Wrap }
//!
//! struct Transfer { length: u8, burst: Burst }
//!
//! #[derive(CoverGroup)]
//! #[cover_group(of = Transfer)]
//! struct Transfers {
//!     #[bins(single = 0, short = 1..=15, long = 16..=255)]
//!     length: Point<u8>,
//!     #[bins(each, transitions(Incr => Wrap, Wrap => Incr))]
//!     burst: Point<Burst>,
//!     #[cross(length, burst, ignore(long, Wrap), ignore(long, Fixed))]
//!     length_by_burst: Cross,
//! }
//!
//! let covered = Transfers::new();
//! covered.sample(&Transfer { length: 3, burst: Burst::Incr });
//! covered.sample(&Transfer { length: 15, burst: Burst::Wrap });
//! assert_eq!(covered.burst.count("Incr => Wrap"), Some(1));
//! assert_eq!(covered.length_by_burst.count(&["short", "Wrap"]), Some(1));
//! assert!(!covered.is_full());
//! ```
//!
//! | for | see |
//! |---|---|
//! | groups declared as types | [`macro@CoverGroup`] |
//! | groups built at run time | [`GroupBuilder`], [`Bins`], [`CrossBins`] |
//! | sequences of conditions over clock cycles | [`cover!`], [`Sequence`] |
//! | enums as values | [`macro@CoverValue`] |
//! | files, merging, totals, a minimal set of runs | [`Record`], [`Database`] |
//! | code coverage of simulators | [`Code`] |
//! | other tools' file formats | [`formats`] |
//! | random draws that aim at holes | [`CoverGroup::holes`] |
//!
//! # When coverage is stored
//!
//! In a verifork test, every group is written to a file beside the test's results (`VERIFORK_RESULTS`, which
//! `verifork-runner` sets) when the test ends, passed or failed. Groups that were dropped before are included. The
//! file is also updated once a second, so a killed process loses at most one second of coverage.
//! `cargo verifork coverage` merges these files. A program without verifork calls [`take`] and writes a [`Record`].

// The macros use the crate's name, even inside the crate.
extern crate self as verifork_coverage;

#[cfg(feature = "verifork")]
mod aim;
mod bins;
mod builder;
mod code;
mod cross;
mod database;
mod definition;
mod error;
pub mod formats;
mod group;
mod holes;
#[cfg(feature = "verifork")]
mod hook;
mod illegal;
mod item;
mod mean;
mod point;
mod ranges;
mod record;
mod registry;
mod sequence;
mod sets;
mod table;
mod total;
mod transition;
mod value;

pub use bins::BinKind;
#[doc(alias("bins", "ignore_bins", "illegal_bins", "wildcard"))]
pub use bins::Bins;
#[doc(alias = "covergroup")]
pub use builder::GroupBuilder;
pub use builder::Options;
pub use code::{COMPLETE, Code, CodeFormat, CodeKind, CodePoint};
#[doc(alias("cross", "cover cross"))]
pub use cross::Cross;
pub use cross::CrossBins;
pub use database::Database;
pub use definition::{BinDefinition, Counts, CrossDefinition, GroupDefinition, PointDefinition};
pub use error::{DefinitionError, Problem};
#[doc(alias = "covergroup")]
pub use group::CoverGroup;
pub use group::Group;
pub use holes::Hole;
pub use illegal::IllegalSample;
pub use item::{AnyItem, Item};
#[doc(alias = "coverpoint")]
pub use point::Point;
pub use ranges::{Keys, Values};
pub use record::{EXTENSION, FileError, GroupRecord, Record, Source};
pub use registry::take;
#[doc(alias("cover property", "sequence"))]
pub use sequence::Sequence;
pub use total::{BinTotal, Covered, ItemTotal, Total, overall};
pub use transition::{IntoTransition, Transition};
pub use value::{CoverValue, Shape};
#[doc(alias("covergroup", "coverpoint", "bins", "cross"))]
pub use verifork_coverage_macros::CoverGroup;
#[doc(alias = "enum")]
pub use verifork_coverage_macros::CoverValue;

/// Items that the macros' output uses.
#[doc(hidden)]
pub mod __private {
    pub use crate::sequence::Site;
}
