//! The parts of a struct of registers: registers, blocks and arrays of them.

use verifork::Result;

use super::access::Access;
use super::map::{MapBuilder, MapError};
use super::model::Model;
use super::rules::FieldShape;

/// A field, as a derive says it.
#[derive(Clone, Copy, Debug)]
pub struct FieldDescription {
    pub shape: FieldShape<'static>,
    pub access: Access,
    pub is_volatile: bool,
    pub path: Option<&'static str>,
}

impl FieldDescription {
    /// The only field of a register that is just a number.
    pub const fn value(bits: u32) -> Self {
        FieldDescription {
            shape: FieldShape {
                name: "value",
                low: 0,
                high: bits - 1,
                reset: None,
                place: "",
            },
            access: Access::Rw,
            is_volatile: false,
            path: None,
        }
    }

    /// Its width; 1 for a reversed range, which is refused elsewhere.
    pub const fn bits(&self) -> u32 {
        match self.shape.high.checked_sub(self.shape.low) {
            Some(more) => more + 1,
            None => 1,
        }
    }

    /// Name, lowest bit and width.
    pub const fn place(&self) -> (&'static str, u32, u32) {
        (self.shape.name, self.shape.low, self.bits())
    }
}

/// The options of a register.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    pub address: u64,
    pub stride: Option<u64>,
    pub width: Option<u32>,
    pub access: Option<Access>,
    pub reset: Option<u64>,
    pub is_volatile: bool,
    pub is_untested: bool,
    pub path: Option<&'a str>,
    pub aliases: &'a [u64],
}

impl Options<'_> {
    /// The width of a register; by default that of the block's registers.
    pub(super) const fn width_or(&self, of_block: u32) -> u32 {
        match self.width {
            Some(width) => width,
            None => of_block,
        }
    }
}

/// A field of a struct of registers.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` is not a register",
    label = "no register",
    note = "write `Reg<u32>`, `Reg` of a struct that derives `RegisterFields`, an array of them, or a struct that \
            derives `Registers`"
)]
pub trait Part: Sized {
    /// How many; `None` if it is one.
    const COUNT: Option<u64>;
    /// None of a block.
    const FIELDS: &'static [FieldDescription];
    const IS_PLAIN: bool;
    /// The bytes of a block.
    const BLOCK: Option<u64>;

    /// Adds it to a map.
    ///
    /// # Errors
    ///
    /// That of a block inside of it.
    fn add(builder: MapBuilder, name: &str, options: &Options<'_>) -> Result<MapBuilder, MapError>;

    /// That of a model.
    ///
    /// # Errors
    ///
    /// The model has none.
    fn of(model: &Model, name: &str) -> Result<Self>;
}
