//! The errors of draws.

use std::fmt;

use crate::record::Source;

/// A constraint and its location in the source.
///
/// ```
/// use verifork_stimulus::Place;
///
/// fn is_in_line(place: &Place, file: &str) -> bool {
///     place.file.ends_with(file)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The constraint as it was written.
    pub text: &'static str,
    /// The source file, as the compiler names it.
    pub file: &'static str,
    /// The line of the source file.
    pub line: u32,
    /// The path of the nested struct or element whose type has the constraint, such as `header` or `items[2]`;
    /// empty for the type that is drawn.
    pub path: String,
}

impl Place {
    pub(crate) fn new(source: Source, path: String) -> Place {
        let Source { text, file, line } = source;
        Place {
            text,
            file,
            line,
            path,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            text,
            file,
            line,
            path,
        } = self;
        write!(f, "{file}:{line}: `{text}`")?;
        if path.is_empty() {
            Ok(())
        } else {
            write!(f, " of `{path}`")
        }
    }
}

/// The reason why [`Randomize`](crate::Randomize) could not draw a value.
///
/// ```
/// use verifork_stimulus::{Randomize, RandomizeError, constrain};
/// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
///
/// #[derive(Debug, Randomize)]
/// #[randomize(length <= 64)]
/// struct Frame { length: u16 }
///
/// let error = Frame::randomize_with(&mut rng, constrain!(|frame| frame.length > 100)).unwrap_err();
/// let RandomizeError::Conflict { constraints, .. } = &error else { panic!("{error}") };
/// assert_eq!(constraints.len(), 2); // the constraint of the type, and the in-line one
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RandomizeError {
    /// Constraints contradict each other: without any one of these, the others can be satisfied.
    Conflict {
        /// The type that was to be drawn.
        type_name: &'static str,
        /// The constraints, in the order in which they apply.
        constraints: Vec<Place>,
    },
    /// A range of a field is empty. The compiler reports this, unless the type has parameters.
    EmptyRange {
        /// The type that was to be drawn.
        type_name: &'static str,
        /// The range's attribute.
        range: Place,
        /// The first and the last value.
        ends: Box<[String; 2]>,
    },
    /// A number in a constraint takes more than 1024 bits: after a shift by a field without a range, for example.
    TooLarge {
        /// The type that was to be drawn.
        type_name: &'static str,
        /// The constraint with that number.
        constraint: Place,
    },
    /// The constraints are too large for the SAT solver.
    TooMany {
        /// The type that was to be drawn.
        type_name: &'static str,
        /// The constraints that are to be solved together.
        constraints: Vec<Place>,
    },
    /// Within 10,000 conflicts, the SAT solver found neither a solution nor a proof that there is none.
    TooHard {
        /// The type that was to be drawn.
        type_name: &'static str,
        /// The constraints that are to be solved together.
        constraints: Vec<Place>,
    },
    /// The `before` attributes of some fields form a cycle.
    Order {
        /// The type that was to be drawn.
        type_name: &'static str,
        /// The fields.
        fields: Vec<String>,
    },
}

impl fmt::Display for RandomizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RandomizeError::Conflict {
                type_name,
                constraints,
            } => {
                let together = if constraints.len() == 1 {
                    "this"
                } else {
                    "these together"
                };
                write!(f, "no value of `{type_name}` satisfies {together}:")?;
                constraints
                    .iter()
                    .try_for_each(|place| write!(f, "\n  {place}"))
            }
            RandomizeError::EmptyRange {
                type_name,
                range,
                ends,
            } => write!(
                f,
                "a range of `{type_name}` is empty: from {} to {}\n  {range}",
                ends[0], ends[1]
            ),
            RandomizeError::TooLarge {
                type_name,
                constraint,
            } => write!(
                f,
                "a number takes more than 1024 bits in a constraint of `{type_name}`: limit the \
                 shift amount by a range\n  {constraint}"
            ),
            RandomizeError::TooMany {
                type_name,
                constraints,
            } => {
                write!(
                    f,
                    "these constraints of `{type_name}` are too many to be solved together: give vectors fewer \
                     elements, or draw some fields and compute others"
                )?;
                list(constraints, f)
            }
            RandomizeError::TooHard {
                type_name,
                constraints,
            } => {
                write!(
                    f,
                    "these constraints of `{type_name}` are too hard: after 10,000 conflicts a SAT solver has \
                     found no solution, and no proof that there is none. Products and remainders of wide fields \
                     are the hardest: give fields smaller ranges, or draw some and compute others"
                )?;
                list(constraints, f)
            }
            RandomizeError::Order { type_name, fields } => write!(
                f,
                "`before` of these fields of `{type_name}` makes a cycle: `{}`",
                fields.join("`, `")
            ),
        }
    }
}

/// The first few, one per line. A vector's elements may have thousands.
fn list(constraints: &[Place], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const SHOWN: usize = 12;
    let shown = constraints.iter().take(SHOWN);
    shown
        .clone()
        .try_for_each(|place| write!(f, "\n  {place}"))?;
    match constraints.len() - shown.len() {
        0 => Ok(()),
        more => write!(f, "\n  and {more} more"),
    }
}

impl std::error::Error for RandomizeError {}
