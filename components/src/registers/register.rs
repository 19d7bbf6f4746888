//! Registers and fields of a map.

use std::fmt;
use std::ops::RangeInclusive;
use std::panic::Location;
use std::rc::Rc;

use super::access::Access;
use super::rules::{FieldShape, RegisterShape};

/// The place of a description, for messages.
#[derive(Clone, Debug)]
pub(super) enum DescribedAt {
    Code(&'static Location<'static>),
    File(Rc<str>, usize),
}

impl fmt::Display for DescribedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DescribedAt::Code(at) => write!(f, "{}:{}", at.file(), at.line()),
            DescribedAt::File(file, line) => write!(f, "{file}:{line}"),
        }
    }
}

/// A register, for [`MapBuilder::register`](super::MapBuilder::register).
///
/// ```
/// use verifork_components::registers::{Access, Field, Register};
///
/// let status = Register::new("status", 0x8)
///     .field(Field::new("done", 0..=0, Access::W1c).reset(0))
///     .field(Field::new("level", 8..=11, Access::Ro).volatile());
/// # let _ = status;
/// ```
#[derive(Clone, Debug)]
pub struct Register {
    pub(super) name: String,
    pub(super) address: u64,
    pub(super) aliases: Vec<u64>,
    /// In bits; that of the map until it is built.
    pub(super) width: Option<u32>,
    pub(super) fields: Vec<Field>,
    pub(super) path: Option<String>,
    pub(super) is_tested: bool,
    /// The names of enclosing blocks precede its own.
    pub(super) is_of_block: bool,
    pub(super) place: DescribedAt,
}

impl Register {
    /// A register at an address in bytes, without fields.
    #[track_caller]
    pub fn new(name: impl Into<String>, address: u64) -> Self {
        let place = DescribedAt::Code(Location::caller());
        Register::at(name.into(), address, place)
    }

    pub(super) fn at(name: String, address: u64, place: DescribedAt) -> Self {
        Register {
            name,
            address,
            aliases: Vec::new(),
            width: None,
            fields: Vec::new(),
            path: None,
            is_tested: true,
            is_of_block: false,
            place,
        }
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// How many bits it has, if not those of the map: 8, 16, 32 or 64. One that is wider than a word of the bus is
    /// accessed a word after the other, the lowest first, and one that is narrower by its bytes alone.
    ///
    /// ```
    /// use verifork_components::registers::Register;
    ///
    /// let compare = Register::new("compare", 0x10).width(64); // two words of a bus of 32 bits
    /// # let _ = compare;
    /// ```
    #[must_use]
    pub fn width(self, bits: u32) -> Self {
        let width = Some(bits);
        Register { width, ..self }
    }

    /// Another address at which the same register is.
    ///
    /// ```
    /// use verifork_components::registers::Register;
    ///
    /// let control = Register::new("control", 0x0).alias(0x80);
    /// # let _ = control;
    /// ```
    #[must_use]
    pub fn alias(mut self, address: u64) -> Self {
        self.aliases.push(address);
        self
    }

    /// Sets the backdoor path: a signal whose bit 0 is bit 0 of the register.
    ///
    /// ```
    /// use verifork_components::registers::Register;
    ///
    /// let control = Register::new("control", 0x0).path("u_timer.control_q");
    /// # let _ = control;
    /// ```
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        let path = Some(path.into());
        Register { path, ..self }
    }

    /// The tests that are ready to call leave it out: one that starts something when it is written, for example.
    ///
    /// ```
    /// use verifork_components::registers::Register;
    ///
    /// let command = Register::new("command", 0xc).untested(); // a write starts a transfer
    /// # let _ = command;
    /// ```
    #[must_use]
    pub fn untested(self) -> Self {
        let is_tested = false;
        Register { is_tested, ..self }
    }

    pub(super) fn is_writable(&self) -> bool {
        self.fields.iter().any(|field| field.access.is_writable())
    }

    pub(super) fn is_readable(&self) -> bool {
        self.fields.iter().any(|field| field.access.is_readable())
    }

    /// Its width in bits, once the map is built.
    pub(super) fn bits(&self) -> u32 {
        self.width.unwrap_or(32)
    }

    pub(super) fn bytes(&self) -> u64 {
        u64::from(self.bits() / 8)
    }

    /// All its offsets.
    pub(super) fn addresses(&self) -> impl Iterator<Item = u64> + use<'_> {
        std::iter::once(self.address).chain(self.aliases.iter().copied())
    }

    pub(super) fn shape<'a>(&'a self, address: u64, place: &'a str) -> RegisterShape<'a> {
        RegisterShape {
            name: &self.name,
            address,
            bytes: self.bytes(),
            count: 1,
            stride: 0,
            is_readable: self.is_readable(),
            is_writable: self.is_writable(),
            place,
        }
    }

    /// The same register of a block inside of another one.
    pub(super) fn below(&self, block: &str, address: u64) -> Self {
        Register {
            name: format!("{block}.{}", self.name),
            address: address.saturating_add(self.address),
            aliases: self
                .aliases
                .iter()
                .map(|alias| address.saturating_add(*alias))
                .collect(),
            is_of_block: true,
            ..self.clone()
        }
    }
}

/// A field of a register.
///
/// ```
/// use verifork_components::registers::{Access, Field};
///
/// let mode = Field::new("mode", 4..=6, Access::Rw).reset(0b010).path("u_timer.mode_q");
/// # let _ = mode;
/// ```
#[derive(Clone, Debug)]
pub struct Field {
    pub(super) name: String,
    pub(super) low: u32,
    pub(super) high: u32,
    pub(super) access: Access,
    pub(super) reset: Option<u64>,
    pub(super) is_volatile: bool,
    pub(super) path: Option<String>,
    pub(super) place: DescribedAt,
}

impl Field {
    /// Creates a field of these bits, from the lowest to the highest. Its reset value is unknown by default.
    #[track_caller]
    pub fn new(name: impl Into<String>, bits: RangeInclusive<u32>, access: Access) -> Self {
        Field {
            name: name.into(),
            low: *bits.start(),
            high: *bits.end(),
            access,
            reset: None,
            is_volatile: false,
            path: None,
            place: DescribedAt::Code(Location::caller()),
        }
    }

    /// Sets the value after a reset.
    ///
    /// ```
    /// use verifork_components::registers::{Access, Field};
    ///
    /// let divider = Field::new("divider", 0..=15, Access::Rw).reset(0x00ff);
    /// # let _ = divider;
    /// ```
    #[must_use]
    pub fn reset(self, value: u64) -> Self {
        let reset = Some(value);
        Field { reset, ..self }
    }

    /// Marks a field that the design changes by itself. Reads of it are not compared.
    ///
    /// ```
    /// use verifork_components::registers::{Access, Field};
    ///
    /// let level = Field::new("level", 8..=11, Access::Ro).volatile();
    /// # let _ = level;
    /// ```
    #[must_use]
    pub fn volatile(self) -> Self {
        let is_volatile = true;
        Field {
            is_volatile,
            ..self
        }
    }

    /// Sets the backdoor path: a signal as wide as the field.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        let path = Some(path.into());
        Field { path, ..self }
    }

    pub(super) fn width(&self) -> u32 {
        self.high - self.low + 1
    }

    pub(super) fn shape<'a>(&'a self, place: &'a str) -> FieldShape<'a> {
        FieldShape {
            name: &self.name,
            low: self.low,
            high: self.high,
            reset: self.reset,
            place,
        }
    }

    /// Its bits in the register.
    pub(super) fn mask(&self) -> u64 {
        ones(self.width()) << self.low
    }

    /// "bit 3", "bits 7:4".
    pub(super) fn bits(&self) -> String {
        if self.low == self.high {
            format!("bit {}", self.low)
        } else {
            format!("bits {}:{}", self.high, self.low)
        }
    }
}

pub(super) fn ones(width: u32) -> u64 {
    if width >= 64 {
        u64::MAX
    } else {
        (1 << width) - 1
    }
}
