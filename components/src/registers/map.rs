//! The registers of a block: addresses, fields, what they are after a reset.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::panic::Location;
use std::rc::Rc;

use super::access::Access;

/// The registers of a block, checked. A clone is the same map.
#[derive(Clone, Debug)]
pub struct Map(pub(super) Rc<Block>);

#[derive(Debug)]
pub(super) struct Block {
    pub(super) name: String,
    pub(super) width: u32,
    pub(super) size: Option<u64>,
    pub(super) registers: Vec<Register>,
    /// The index of the register at an address.
    pub(super) at: BTreeMap<u64, usize>,
}

/// Where something was described.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Code(&'static Location<'static>),
    File(Rc<str>, usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Code(at) => write!(f, "{}:{}", at.file(), at.line()),
            Place::File(file, line) => write!(f, "{file}:{line}"),
        }
    }
}

/// A register, for [`MapBuilder::register`].
#[derive(Clone, Debug)]
pub struct Register {
    pub(super) name: String,
    pub(super) address: u64,
    pub(super) fields: Vec<Field>,
    pub(super) path: Option<String>,
    pub(super) is_tested: bool,
    pub(super) place: Place,
}

impl Register {
    /// A register at an address in bytes, without fields.
    #[track_caller]
    pub fn new(name: impl Into<String>, address: u64) -> Self {
        Register {
            name: name.into(),
            address,
            fields: Vec::new(),
            path: None,
            is_tested: true,
            place: Place::Code(Location::caller()),
        }
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Where the design has it, for the backdoor: a signal whose bit 0 is that of the register.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        let path = Some(path.into());
        Register { path, ..self }
    }

    /// The tests that are ready to call leave it out: one that starts something when it is written, for example.
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
}

/// A field of a register.
#[derive(Clone, Debug)]
pub struct Field {
    pub(super) name: String,
    pub(super) low: u32,
    pub(super) high: u32,
    pub(super) access: Access,
    pub(super) reset: Option<u64>,
    pub(super) is_volatile: bool,
    pub(super) path: Option<String>,
    pub(super) place: Place,
}

impl Field {
    /// A field of these bits, from the lowest to the highest. What it is after a reset is unknown.
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
            place: Place::Code(Location::caller()),
        }
    }

    /// What it is after a reset.
    #[must_use]
    pub fn reset(self, value: u64) -> Self {
        let reset = Some(value);
        Field { reset, ..self }
    }

    /// The design changes it by itself: what is read is not compared.
    #[must_use]
    pub fn volatile(self) -> Self {
        let is_volatile = true;
        Field {
            is_volatile,
            ..self
        }
    }

    /// Where the design has it, for the backdoor: a signal of its width.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        let path = Some(path.into());
        Field { path, ..self }
    }

    pub(super) fn width(&self) -> u32 {
        self.high - self.low + 1
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

/// What does not fit of a description of registers, with the lines that say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapError(pub(super) Vec<String>);

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for MapError {}

/// A description of registers, until it is [built](Self::build).
#[derive(Clone, Debug)]
#[must_use = "it is a map when it is built: add `.build()`"]
pub struct MapBuilder {
    pub(super) name: String,
    pub(super) width: u32,
    pub(super) size: Option<u64>,
    pub(super) registers: Vec<Register>,
    pub(super) place: Place,
}

impl MapBuilder {
    /// How many bytes of addresses the block has: between its registers there is nothing.
    pub fn size(self, bytes: u64) -> Self {
        let size = Some(bytes);
        MapBuilder { size, ..self }
    }

    /// Adds a register.
    pub fn register(mut self, register: Register) -> Self {
        self.registers.push(register);
        self
    }

    /// Checks it.
    ///
    /// # Errors
    ///
    /// What does not fit, each with the line of its register or field: fields that overlap, a field outside of
    /// its register, an address or a name that is there twice, an address that is none of a word or is outside of
    /// the block, a reset value that does not fit.
    pub fn build(self) -> Result<Map, MapError> {
        let mut errors = Vec::new();
        if !matches!(self.width, 8 | 16 | 32 | 64) {
            errors.push(format!(
                "{}: registers of {} bits; they have 8, 16, 32 or 64",
                self.place, self.width
            ));
            return Err(MapError(errors));
        }
        let bytes = u64::from(self.width / 8);
        let mut at: BTreeMap<u64, usize> = BTreeMap::new();
        let mut names = HashSet::new();
        for (index, register) in self.registers.iter().enumerate() {
            let Register {
                name,
                address,
                place,
                ..
            } = register;
            let mut wrong = |what: String| errors.push(format!("{place}: `{name}` {what}"));
            if name.is_empty() || name.contains(['.', ' ']) {
                wrong(
                    "is no name of a register: it has a letter at least, no space and no dot"
                        .into(),
                );
            }
            if !names.insert(name.as_str()) {
                wrong("is there twice".into());
            }
            if !address.is_multiple_of(bytes) {
                wrong(format!(
                    "is at {address:#x}, which is no address of a register of {bytes} bytes"
                ));
            }
            if let Some(size) = self.size
                && *address > size.saturating_sub(bytes)
            {
                wrong(format!(
                    "is at {address:#x}, outside of the block's {size:#x} bytes"
                ));
            }
            if let Some(&other) = at.get(address) {
                let Register { name, place, .. } = &self.registers[other];
                wrong(format!("is at {address:#x}, and so is `{name}` ({place})"));
            } else {
                at.insert(*address, index);
            }
            if register.fields.is_empty() {
                wrong("has no field".into());
            }
            self.check_fields(register, &mut errors);
        }
        if self.registers.is_empty() {
            errors.push(format!("{}: `{}` has no register", self.place, self.name));
        }
        if !errors.is_empty() {
            return Err(MapError(errors));
        }
        Ok(Map(Rc::new(Block {
            name: self.name,
            width: self.width,
            size: self.size,
            registers: self.registers,
            at,
        })))
    }

    fn check_fields(&self, register: &Register, errors: &mut Vec<String>) {
        for (index, field) in register.fields.iter().enumerate() {
            let Field {
                name, place, low, ..
            } = field;
            let whole = format!("{}.{name}", register.name);
            let mut wrong = |what: String| errors.push(format!("{place}: `{whole}` {what}"));
            if name.is_empty() || name.contains(['.', ' ']) {
                wrong(
                    "is no name of a field: it has a letter at least, no space and no dot".into(),
                );
            }
            if low > &field.high {
                wrong(format!(
                    "has the bits {}:{low}: the highest comes first",
                    field.high
                ));
                continue;
            }
            if field.high >= self.width {
                wrong(format!(
                    "has {}, outside of the register's {} bits",
                    field.bits(),
                    self.width
                ));
                continue;
            }
            if let Some(reset) = field.reset
                && reset > ones(field.width())
            {
                wrong(format!(
                    "is {reset:#x} after a reset, which does not fit its {} bits",
                    field.width()
                ));
            }
            for other in &register.fields[..index] {
                if other.name == *name {
                    wrong(format!("is there twice ({})", other.place));
                } else if other.low <= field.high && *low <= other.high {
                    wrong(format!(
                        "has {}, and `{}` has {} ({}): they overlap",
                        field.bits(),
                        other.name,
                        other.bits(),
                        other.place
                    ));
                }
            }
        }
    }
}

impl Map {
    /// A description of registers of so many bits: 8, 16, 32 or 64.
    #[track_caller]
    pub fn builder(name: impl Into<String>, width: u32) -> MapBuilder {
        MapBuilder {
            name: name.into(),
            width,
            size: None,
            registers: Vec::new(),
            place: Place::Code(Location::caller()),
        }
    }

    /// The block's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// How many bits a register has.
    pub fn width(&self) -> u32 {
        self.0.width
    }

    /// The names of the registers and their addresses, as they were described.
    pub fn registers(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0
            .registers
            .iter()
            .map(|register| (register.name.as_str(), register.address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, bits: RangeInclusive<u32>) -> Field {
        Field::new(name, bits, Access::Rw)
    }

    fn errors(builder: MapBuilder) -> Vec<String> {
        builder.build().unwrap_err().0
    }

    #[test]
    fn what_fits_is_a_map() {
        let map = Map::builder("timer", 32)
            .size(0x10)
            .register(Register::new("control", 0).field(field("all", 0..=31).reset(0xffff_ffff)))
            .register(
                Register::new("load", 0xc)
                    .field(field("low", 0..=3))
                    .field(field("high", 31..=31)),
            )
            .build()
            .unwrap();
        assert_eq!((map.name(), map.width()), ("timer", 32));
        let registers: Vec<_> = map.registers().collect();
        assert_eq!(registers, [("control", 0), ("load", 0xc)]);
        assert_eq!(map.0.registers[1].fields[0].mask(), 0xf);
        assert_eq!(map.0.registers[1].fields[1].mask(), 0x8000_0000);
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_line_all_at_once() {
        let line = line!() + 1;
        let register = Register::new("control", 0)
            .field(field("a", 0..=3))
            .field(field("b", 3..=4))
            .field(field("a", 8..=8))
            .field(field("c", 30..=32))
            .field(field("d", 10..=12).reset(8));
        let builder = Map::builder("timer", 32)
            .size(8)
            .register(register)
            .register(Register::new("control", 2).field(field("a", 0..=0)))
            .register(Register::new("other", 0).field(field("a", 0..=0)))
            .register(Register::new("far", 8).field(field("a", 0..=0)))
            .register(Register::new("a.b", 4));
        let errors = errors(builder);
        let says = |text: &str| {
            let found = errors.iter().find(|error| error.contains(text));
            assert!(found.is_some(), "no `{text}` in {errors:#?}");
            assert!(found.unwrap().starts_with(file!()), "{}", found.unwrap());
        };
        says("`control.b` has bits 4:3, and `a` has bits 3:0");
        says("they overlap");
        says("`control.a` is there twice");
        says("`control.c` has bits 32:30, outside of the register's 32 bits");
        says("`control.d` is 0x8 after a reset, which does not fit its 3 bits");
        says("`control` is there twice");
        says("`control` is at 0x2, which is no address of a register of 4 bytes");
        says(&format!(
            "`other` is at 0x0, and so is `control` ({}:{line})",
            file!()
        ));
        says("`far` is at 0x8, outside of the block's 0x8 bytes");
        says("`a.b` is no name of a register");
        says("`a.b` has no field");
        assert_eq!(errors.len(), 10, "{errors:#?}");
    }

    #[test]
    fn a_width_that_is_none_and_a_map_without_registers_are_refused() {
        let found = errors(Map::builder("timer", 12));
        assert!(found[0].contains("registers of 12 bits; they have 8, 16, 32 or 64"));
        let found = errors(Map::builder("timer", 32));
        assert!(found[0].ends_with("`timer` has no register"));
    }
}
