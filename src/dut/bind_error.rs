//! Errors of binding: the messages about a testbench that does not fit the elaborated design.

use std::fmt;
use std::panic::Location;

use super::affix::Affix;
use crate::simulator::Direction;
use crate::value::ValueError;

/// Everything that did not fit when handles were bound to the design.
///
/// ```no_run
/// # fn example(dut: verifork::dut::Instance) {
/// let error = dut.signal::<bool>("clok").unwrap_err();
/// for error in error.field_errors() {
///     println!("{}:{}: {}", error.file(), error.line(), error.kind());
/// }
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct BindError(Vec<FieldError>);

/// One field of a struct, or one look-up, that did not fit.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # fn example(dut: Instance) -> Result {
/// let error = dut.signal::<u8>("cuont").unwrap_err();
/// let [field] = error.field_errors() else { bail!("one look-up, one error") };
/// println!("{}:{}: {}", field.file(), field.line(), field.kind());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    pub(super) place: BindSite,
    pub(super) kind: BindErrorKind,
}

/// Where in the testbench something is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BindSite {
    /// The struct and its field, unless it is a plain look-up.
    pub(super) field: Option<(&'static str, &'static str)>,
    pub(super) file: &'static str,
    pub(super) line: u32,
    /// The nearest field around it whose struct is in another file: the user's field, if the struct is a library's.
    pub(super) within: Option<Within>,
}

/// The field of a struct around the one that is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Within {
    field: (&'static str, &'static str),
    file: &'static str,
    line: u32,
}

/// Why an object could not be bound.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork::dut::BindErrorKind;
/// # fn example(dut: Instance) -> Result {
/// let error = dut.signal::<u8>("cuont").unwrap_err();
/// if let BindErrorKind::NotFound { nearest, .. } = error.field_errors()[0].kind() {
///     println!("did you mean {nearest:?}?");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BindErrorKind {
    /// There is no object of that name.
    #[error("{}{}", NoSuch { name: missing, scope, nearest, note }, Holds { names: holds, affix })]
    NotFound {
        /// The part of the path that was not found.
        missing: String,
        /// The scope that does not hold it; empty for the top of the design.
        scope: String,
        /// The names most like it, best first.
        nearest: Vec<String>,
        /// The names in the scope; the first ones that are scopes with their kind. Only names with the prefix or the
        /// suffix, if there is one.
        holds: Box<[String]>,
        /// "with the prefix `s_axis_`", or nothing.
        affix: Box<str>,
        /// What else is known, such as the range of an array.
        note: Box<str>,
    },
    /// The design has the name with several of the given prefixes and suffixes.
    #[error("`{path}` {affix} is {}: bind it by its own path", joined(names))]
    Ambiguous {
        /// What was looked up, without prefix and suffix.
        path: String,
        /// The paths that the design has.
        names: Box<[String]>,
        /// "with the prefix `i_` or `o_`".
        affix: Box<str>,
    },
    /// The object is of another kind.
    #[error("`{path}` is {found}: {remedy}")]
    Kind {
        /// The object.
        path: String,
        /// What it is.
        found: String,
        /// What it can be bound as.
        remedy: String,
    },
    /// The object's value is not of that type or width.
    #[error("`{path}` is {found}, but {rust} takes {takes}: {remedy} would fit")]
    Value {
        /// The object.
        path: String,
        /// What it is: `a net of logic [11:0] (12 bits)`.
        found: String,
        /// The Rust type.
        rust: &'static str,
        /// What that type takes.
        takes: String,
        /// The types that fit.
        remedy: String,
    },
    /// The names of an enumeration's values or a record's fields differ from those of the Rust type.
    #[error("`{path}` is {found}, and {rust} differs: {differences}")]
    Differs {
        /// The object.
        path: String,
        /// What it is.
        found: String,
        /// The Rust type.
        rust: &'static str,
        /// The differences.
        differences: String,
    },
    /// A parameter's value is out of the type's range.
    #[error("the value of `{path}` does not fit: {error}")]
    Constant {
        /// The parameter.
        path: String,
        /// What is wrong with it.
        error: ValueError,
    },
    /// The object is not a port of that direction.
    #[error("`{path}` is {}, not {}", PortDirection(*found), PortDirection(Some(*wanted)))]
    Direction {
        /// The object.
        path: String,
        /// Its direction; `None` if it is not a port.
        found: Option<Direction>,
        /// The direction that was asked for.
        wanted: Direction,
    },
    /// A message of an implementation of [`Dut`](super::Dut), or of the simulator.
    #[error("{0}")]
    Other(String),
    /// No simulation runs on this thread.
    #[error(
        "no simulation runs on this thread: handles are made inside a test, on the simulator's own \
         thread"
    )]
    NoSimulation,
}

impl BindError {
    /// At least one.
    pub(super) fn new(errors: Vec<FieldError>) -> Self {
        debug_assert!(!errors.is_empty());
        BindError(errors)
    }

    pub(super) fn single(place: BindSite, kind: BindErrorKind) -> Self {
        BindError(vec![FieldError { place, kind }])
    }

    /// Each thing that did not fit, in the order in which it was bound.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::dut::Dut;
    /// # fn example(dut: Instance) -> Result {
    /// #[derive(Debug, Dut)]
    /// struct Port { valid: Signal<bool>, data: Signal<u8> }
    ///
    /// let error = dut.bind::<Port>().unwrap_err();
    /// for error in error.field_errors() {
    ///     println!("{error}"); // one line a field
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0
    }
}

/// The beginning of every [`BindError`]'s message, by which the message of an `unwrap` is recognized.
pub(crate) const DOES_NOT_FIT: &str = "the testbench does not fit the design";

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = match &*self.0 {
            [one] => return write!(f, "{DOES_NOT_FIT}: {one}"),
            several => several,
        };
        write!(f, "{DOES_NOT_FIT}, in {} places:", several.len())?;
        // The contents of a scope are listed once.
        let mut listed = Vec::new();
        for error in several {
            write!(f, "\n  {}", error.place)?;
            match &error.kind {
                BindErrorKind::NotFound {
                    missing,
                    scope,
                    nearest,
                    note,
                    affix,
                    ..
                } if listed.contains(&(scope, affix)) => {
                    write!(
                        f,
                        "{}",
                        NoSuch {
                            name: missing,
                            scope,
                            nearest,
                            note
                        }
                    )?;
                }
                kind => write!(f, "{kind}")?,
            }
            write!(f, "{}", error.place.around())?;
            if let BindErrorKind::NotFound { scope, affix, .. } = &error.kind {
                listed.push((scope, affix));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BindError {}

impl FieldError {
    /// The struct and the field that was bound, if it was one.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(error: verifork::dut::FieldError) -> Result {
    /// if let Some((structure, field)) = error.field() {
    ///     println!("{structure}::{field}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn field(&self) -> Option<(&'static str, &'static str)> {
        self.place.field
    }

    /// The source file of the field, or of the look-up.
    ///
    /// ```
    /// fn place(error: &verifork::dut::FieldError) -> String {
    ///     format!("{}:{}", error.file(), error.line())
    /// }
    /// ```
    pub fn file(&self) -> &'static str {
        self.place.file
    }

    /// The line in that file, from 1.
    ///
    /// ```
    /// fn place(error: &verifork::dut::FieldError) -> String {
    ///     format!("{}:{}", error.file(), error.line())
    /// }
    /// ```
    pub fn line(&self) -> u32 {
        self.place.line
    }

    /// What did not fit.
    ///
    /// ```
    /// use verifork::dut::{BindErrorKind, FieldError};
    ///
    /// fn is_missing(error: &FieldError) -> bool {
    ///     matches!(error.kind(), BindErrorKind::NotFound { .. })
    /// }
    /// ```
    pub fn kind(&self) -> &BindErrorKind {
        &self.kind
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.place, self.kind, self.place.around())
    }
}

impl fmt::Display for BindSite {
    /// "src/lib.rs:12: Counter.clk: "
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BindSite {
            field, file, line, ..
        } = self;
        write!(f, "{file}:{line}: ")?;
        match field {
            Some((structure, field)) => write!(f, "{structure}.{field}: "),
            None => Ok(()),
        }
    }
}

impl BindSite {
    pub(super) fn of(location: &'static Location<'static>) -> Self {
        BindSite {
            field: None,
            file: location.file(),
            line: location.line(),
            within: None,
        }
    }

    /// The place of a field of what is bound here.
    pub(super) fn inside(
        self,
        field: (&'static str, &'static str),
        file: &'static str,
        line: u32,
    ) -> Self {
        let outer = self.field.map(|field| Within {
            field,
            file: self.file,
            line: self.line,
        });
        BindSite {
            field: Some(field),
            file,
            line,
            within: outer.filter(|outer| outer.file != file).or(self.within),
        }
    }

    /// ", for Top.bus at src/lib.rs:12", or nothing.
    fn around(self) -> String {
        let Some(Within { field, file, line }) = self.within else {
            return String::new();
        };
        format!(", for {}.{} at {file}:{line}", field.0, field.1)
    }
}

impl BindErrorKind {
    /// The same with one more way to bind an object of another kind.
    pub(super) fn with_remedy(mut self, more: &str) -> Self {
        if let BindErrorKind::Kind { remedy, .. } = &mut self {
            *remedy = format!("{remedy}; {more}");
        }
        self
    }

    /// The same, with a protocol's demand in place of what the Rust type takes.
    pub(super) fn demanding(self, demands: &str) -> Self {
        match self {
            BindErrorKind::Value { path, found, .. } => {
                BindErrorKind::Other(format!("`{path}` is {found}: {demands}"))
            }
            kind => kind,
        }
    }

    /// The same for a name that was looked up with a prefix or a suffix: lists only names with it.
    pub(super) fn with_affix(mut self, of: &Affix) -> Self {
        if let BindErrorKind::NotFound { holds, affix, .. } = &mut self
            && !of.is_empty()
        {
            let with_it = holds.iter().filter(|name| of.is_around(name));
            *holds = with_it.cloned().collect();
            *affix = of.describe().into();
        }
        self
    }
}

/// "a net", "an array".
pub(super) fn with_article(noun: impl fmt::Display) -> String {
    let noun = noun.to_string();
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}

struct PortDirection(Option<Direction>);

impl fmt::Display for PortDirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(direction) => write!(f, "{} port", with_article(direction)),
            None => f.write_str("not a port"),
        }
    }
}

/// How many of a scope's names a message shows.
pub(super) const SHOWN: usize = 24;

struct NoSuch<'a> {
    name: &'a str,
    scope: &'a str,
    nearest: &'a [String],
    note: &'a str,
}

impl fmt::Display for NoSuch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoSuch {
            name,
            scope,
            nearest,
            note,
        } = self;
        write!(f, "there is no `{name}` ")?;
        match *scope {
            "" => f.write_str("at the top of the design")?,
            scope => write!(f, "in `{scope}`")?,
        }
        if !nearest.is_empty() {
            write!(f, " (did you mean `{}`?)", nearest.join("` or `"))?;
        }
        if note.is_empty() {
            Ok(())
        } else {
            write!(f, "; {note}")
        }
    }
}

struct Holds<'a> {
    names: &'a [String],
    affix: &'a str,
}

impl fmt::Display for Holds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Holds { names, affix } = self;
        match (names.len(), *affix) {
            (0, "") => f.write_str("; it holds nothing that the simulator shows"),
            (0, affix) => write!(f, "; it holds no name {affix}"),
            (count, affix) => {
                let space = if affix.is_empty() { "" } else { " " };
                let shown = names[..count.min(SHOWN)].join(", ");
                write!(f, "; {affix}{space}it holds {shown}")?;
                if count > SHOWN {
                    write!(f, ", … {count} in all")
                } else {
                    Ok(())
                }
            }
        }
    }
}

/// "`a`, and `b`".
fn joined(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", and ")
}

#[cfg(test)]
mod tests;
