//! Differences between registers and their expected values.

use std::fmt;

use super::register::{Field, Register};

/// A field that differs from its expected value.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::registers::Mismatches;
/// # async fn example(model: verifork_components::registers::Model) -> Result {
/// if let Err(error) = model.reset_test().await {
///     let Some(found) = error.downcast_ref::<Mismatches>() else { return Err(error) };
///     for field in found.fields() {
///         log::error!("{}.{}: {:#x}", field.register(), field.field(), field.found());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    register: String,
    field: String,
    bits: String,
    address: u64,
    found: u64,
    expected: u64,
    after: String,
}

impl Mismatch {
    /// The fields of a register that differ in these bits.
    pub(super) fn all_of(
        register: &Register,
        found: u64,
        expected: u64,
        compared: u64,
    ) -> impl Iterator<Item = Mismatch> {
        let differ = (found ^ expected) & compared;
        let differing = move |field: &&Field| differ & field.mask() != 0;
        register.fields.iter().filter(differing).map(move |field| {
            let of_field = |word: u64| (word & field.mask()) >> field.low;
            Mismatch {
                register: register.name.clone(),
                field: field.name.clone(),
                bits: field.bits(),
                address: register.address,
                found: of_field(found),
                expected: of_field(expected),
                after: String::new(),
            }
        })
    }

    #[must_use]
    pub(super) fn after(self, what: impl Into<String>) -> Self {
        let after = what.into();
        Mismatch { after, ..self }
    }

    /// The register's name.
    pub fn register(&self) -> &str {
        &self.register
    }

    /// The field's name.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The actual value.
    pub fn found(&self) -> u64 {
        self.found
    }

    /// The expected value.
    pub fn expected(&self) -> u64 {
        self.expected
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch {
            register,
            field,
            bits,
            address,
            found,
            expected,
            after,
        } = self;
        write!(
            f,
            "`{register}.{field}` ({bits} at {address:#x}) is {found:#x}, not {expected:#x}"
        )?;
        if !after.is_empty() {
            write!(f, ", after {after}")?;
        }
        Ok(())
    }
}

/// The differences that a check of registers has found: the error of [`Model::check`](super::Model::check) and of
/// the ready-made tests. Get it from an error by `downcast_ref`.
///
/// ```text
/// the reset test of `timer`: `control.mode` (bits 3:1 at 0x0) is 0x3, not 0x2
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatches {
    what: String,
    all: Vec<Finding>,
}

/// A field, or something else that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    Field(Mismatch),
    Other(String),
}

impl Finding {
    /// The address of the access that has shown it, of a register with several.
    pub(super) fn seen_at(&mut self, address: u64) {
        if let Finding::Field(mismatch) = self {
            mismatch.address = address;
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Field(mismatch) => mismatch.fmt(f),
            Finding::Other(text) => f.write_str(text),
        }
    }
}

impl Mismatches {
    /// An error, if something was found.
    pub(super) fn of(what: String, all: Vec<Finding>) -> Result<(), Self> {
        if all.is_empty() {
            return Ok(());
        }
        Err(Mismatches { what, all })
    }

    /// The fields that differ.
    pub fn fields(&self) -> impl Iterator<Item = &Mismatch> {
        self.all.iter().filter_map(|finding| match finding {
            Finding::Field(mismatch) => Some(mismatch),
            Finding::Other(_) => None,
        })
    }
}

impl fmt::Display for Mismatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatches { what, all } = self;
        if let [finding] = &all[..] {
            return write!(f, "{what}: {finding}");
        }
        write!(f, "{what} has found {}:", all.len())?;
        for finding in all {
            write!(f, "\n  {finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mismatches {}
