//! The registers of a block: addresses, fields, reset values.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use super::register::{DescribedAt, Field, Register};
use super::rules;

/// The most bytes that a register has.
const MOST_BYTES: u64 = 8;

/// The registers of a block, checked. A clone is the same map.
///
/// ```
/// use verifork_components::registers::{Access, Field, Map, Register};
///
/// let timer = Map::builder("timer", 32)
///     .size(0x100)
///     .register(Register::new("control", 0x0).field(Field::new("enable", 0..=0, Access::Rw).reset(0)))
///     .register(Register::new("count", 0x4).field(Field::new("count", 0..=31, Access::Ro).volatile()))
///     .build()?;
/// assert_eq!(timer.registers().collect::<Vec<_>>(), [("control", 0), ("count", 4)]);
/// # Ok::<(), verifork_components::registers::MapError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Map(pub(super) Rc<Block>);

#[derive(Debug)]
pub(super) struct Block {
    pub(super) name: String,
    pub(super) width: u32,
    pub(super) size: Option<u64>,
    pub(super) registers: Vec<Register>,
    /// The indices of the registers at an address: two, if one is read-only and the other write-only.
    at: BTreeMap<u64, Vec<usize>>,
}

impl Block {
    /// The registers with some of these bytes, and the offset of each.
    pub(super) fn overlapping(
        &self,
        offset: u64,
        bytes: u64,
    ) -> impl Iterator<Item = (usize, u64)> {
        overlapping(&self.at, &self.registers, offset, bytes)
    }
}

fn overlapping(
    at: &BTreeMap<u64, Vec<usize>>,
    registers: &[Register],
    offset: u64,
    bytes: u64,
) -> impl Iterator<Item = (usize, u64)> {
    let first = offset.saturating_sub(MOST_BYTES - 1);
    let last = offset.saturating_add(bytes - 1);
    at.range(first..=last).flat_map(move |(&address, indices)| {
        let indices = indices.iter().copied();
        indices
            .filter(move |&index| address.saturating_add(registers[index].bytes() - 1) >= offset)
            .map(move |index| (index, address))
    })
}

/// The errors of a description of registers, with their lines.
///
/// ```
/// use verifork_components::registers::{Access, Field, Map, Register};
///
/// let flag = Field::new("flag", 0..=0, Access::Rw);
/// let twice = Map::builder("timer", 32)
///     .register(Register::new("control", 0x0).field(flag.clone()))
///     .register(Register::new("status", 0x0).field(flag));
/// let error = twice.build().unwrap_err(); // both are at 0x0
/// assert!(error.to_string().contains("`status`"), "{error}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapError(pub(super) Vec<String>);

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for MapError {}

/// A description of registers, until it is [built](Self::build).
///
/// ```
/// use verifork_components::registers::{Access, Field, Map, MapBuilder, Register};
///
/// let mut builder: MapBuilder = Map::builder("gpio", 32);
/// for port in 0..4 {
///     let data = Field::new("data", 0..=31, Access::Rw).reset(0);
///     builder = builder.register(Register::new(format!("port[{port}]"), 4 * port).field(data));
/// }
/// let gpio = builder.build()?;
/// assert_eq!(gpio.registers().count(), 4);
/// # Ok::<(), verifork_components::registers::MapError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it is a map when it is built: add `.build()`"]
pub struct MapBuilder {
    pub(super) name: String,
    pub(super) width: u32,
    pub(super) size: Option<u64>,
    pub(super) registers: Vec<Register>,
    pub(super) place: DescribedAt,
}

impl MapBuilder {
    /// Sets the size of the block's address range in bytes. Addresses between its registers are unmapped.
    pub fn size(self, bytes: u64) -> Self {
        let size = Some(bytes);
        MapBuilder { size, ..self }
    }

    /// Adds a register.
    pub fn register(mut self, register: Register) -> Self {
        self.registers.push(register);
        self
    }

    /// Adds the registers of another map, at this address and below this name: `dma` makes `dma.control` of
    /// `control`.
    ///
    /// ```
    /// use verifork_components::registers::{Access, Field, Map, Register};
    ///
    /// let control = Register::new("control", 0x0).field(Field::new("enable", 0..=0, Access::Rw));
    /// let timer = Map::builder("timer", 32).register(control).build()?;
    /// let soc = Map::builder("soc", 32)
    ///     .block("timer[0]", 0x1000, &timer)
    ///     .block("timer[1]", 0x1100, &timer)
    ///     .build()?;
    /// assert_eq!(soc.registers().last(), Some(("timer[1].control", 0x1100)));
    /// # Ok::<(), verifork_components::registers::MapError>(())
    /// ```
    pub fn block(mut self, name: impl AsRef<str>, address: u64, map: &Map) -> Self {
        let below = |register: &Register| register.below(name.as_ref(), address);
        self.registers.extend(map.0.registers.iter().map(below));
        self
    }

    /// Checks it.
    ///
    /// ```
    /// use verifork_components::registers::{Access, Field, Map, Register};
    ///
    /// let control = Register::new("control", 0x10).field(Field::new("enable", 0..=0, Access::Rw));
    /// let error = Map::builder("timer", 32).size(0x10).register(control).build().unwrap_err();
    /// println!("{error}"); // `control` is outside of the block
    /// ```
    ///
    /// # Errors
    ///
    /// Each with the line of its register or field: an invalid width; fields that overlap or are outside their
    /// register; a name that is used twice; an address that is not a multiple of a word, is outside the block, or
    /// belongs to another register, unless one of them is read-only and the other write-only; a reset value that
    /// does not fit.
    pub fn build(mut self) -> Result<Map, MapError> {
        if let Some(fault) = rules::register_width(self.width) {
            let fault = format!("{}: `{}` {}", self.place, self.name, fault.as_str());
            return Err(MapError(vec![fault]));
        }
        let mut errors = Vec::new();
        let word = u64::from(self.width / 8);
        let mut at: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        let mut names = HashSet::new();
        for register in &mut self.registers {
            let width = *register.width.get_or_insert(self.width);
            if let Some(fault) = rules::register_width(width) {
                let Register { name, place, .. } = &register;
                errors.push(format!("{place}: `{name}` {}", fault.as_str()));
                register.width = Some(self.width);
            }
        }
        for (index, register) in self.registers.iter().enumerate() {
            let Register { name, place, .. } = register;
            let mut wrong = |what: &str| errors.push(format!("{place}: `{name}` {what}"));
            if name.is_empty() || name.contains(' ') || name.contains('.') && !register.is_of_block
            {
                wrong("is not a name of a register: it has a letter at least, no space and no dot");
            }
            if !names.insert(name.as_str()) {
                wrong("is there twice");
            }
            for address in register.addresses() {
                let shape = register.shape(address, "");
                if let Some(fault) = rules::register_place(&shape, word, self.size) {
                    wrong(fault.as_str());
                    continue;
                }
                for (other, at) in overlapping(&at, &self.registers, address, register.bytes()) {
                    let other = &self.registers[other];
                    let place = other.place.to_string();
                    if let Some(fault) = rules::registers_apart(&shape, &other.shape(at, &place)) {
                        wrong(fault.as_str());
                    }
                }
                at.entry(address).or_default().push(index);
            }
            if register.fields.is_empty() {
                wrong("has no field");
            }
            check_fields(register, &mut errors);
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
}

fn check_fields(register: &Register, errors: &mut Vec<String>) {
    for (index, field) in register.fields.iter().enumerate() {
        let Field { name, place, .. } = field;
        let whole = format!("{}.{name}", register.name);
        let mut wrong = |what: &str| errors.push(format!("{place}: `{whole}` {what}"));
        if name.is_empty() || name.contains(['.', ' ']) {
            wrong("is not a name of a field: it has a letter at least, no space and no dot");
        }
        let shape = field.shape("");
        if let Some(fault) = rules::field_bits(&shape, register.bits()) {
            wrong(fault.as_str());
            continue;
        }
        if let Some(fault) = rules::field_reset(&shape) {
            wrong(fault.as_str());
        }
        for other in &register.fields[..index] {
            if rules::fields_apart(&shape, &other.shape("")).is_some()
                && let place = other.place.to_string()
                && let Some(fault) = rules::fields_apart(&shape, &other.shape(&place))
            {
                wrong(fault.as_str());
            }
        }
    }
}

impl Map {
    /// A description of registers of this many bits: 8, 16, 32 or 64. It is checked when it is
    /// [built](MapBuilder::build).
    #[track_caller]
    pub fn builder(name: impl Into<String>, width: u32) -> MapBuilder {
        MapBuilder {
            name: name.into(),
            width,
            size: None,
            registers: Vec::new(),
            place: DescribedAt::Code(Location::caller()),
        }
    }

    /// The block's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// How many bits a register has that does not say it itself.
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

    /// The same map, with its paths below this one: for a block that is there several times.
    ///
    /// ```
    /// use verifork_components::registers::Map;
    ///
    /// /// The backdoor of one of two timers.
    /// fn of_timer(timer: &Map, index: usize) -> Map {
    ///     timer.below(&format!("u_timer[{index}]"))
    /// }
    /// ```
    #[must_use]
    pub fn below(&self, path: &str) -> Map {
        let whole = |below: &Option<String>| below.as_ref().map(|below| format!("{path}.{below}"));
        let mut registers = self.0.registers.clone();
        for register in &mut registers {
            register.path = whole(&register.path);
            for field in &mut register.fields {
                field.path = whole(&field.path);
            }
        }
        Map(Rc::new(Block {
            name: self.0.name.clone(),
            registers,
            at: self.0.at.clone(),
            ..*self.0
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use super::super::access::Access;
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
    fn what_does_not_fit_is_reported_with_its_line_all_at_once() {
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
        says("`control` is at 0x2, which is not an address of a register of 4 bytes");
        says(&format!(
            "`other` is at 0x0, and so is `control` ({}:{line})",
            file!()
        ));
        says("`far` is at 0x8, outside of the block's 0x8 bytes");
        says("`a.b` is not a name of a register");
        says("`a.b` has no field");
        assert_eq!(errors.len(), 10, "{errors:#?}");
    }

    #[test]
    fn a_width_that_is_none_and_a_map_without_registers_are_refused() {
        let found = errors(Map::builder("timer", 12));
        assert!(found[0].contains("`timer` has registers of 12 bits; they have 8, 16, 32 or 64"));
        let found = errors(Map::builder("timer", 32));
        assert!(found[0].ends_with("`timer` has no register"));
    }
}
