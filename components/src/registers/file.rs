//! Registers described in TOML.

use std::fmt;
use std::path::Path;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use toml::Spanned;

use super::access::Access;
use super::map::{Field, Map, MapBuilder, MapError, Place, Register};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    name: String,
    #[serde(default = "usual_width")]
    width: u32,
    size: Option<Number>,
    #[serde(default)]
    register: Vec<DescribedRegister>,
}

fn usual_width() -> u32 {
    32
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedRegister {
    name: Spanned<String>,
    address: Number,
    /// So many of them, `name[0]` and on.
    count: Option<Spanned<u64>>,
    /// In bytes, from one to the next.
    stride: Option<Number>,
    access: Option<Spanned<Access>>,
    reset: Option<Number>,
    #[serde(default)]
    volatile: bool,
    path: Option<String>,
    #[serde(default = "yes")]
    test: bool,
    fields: Option<Vec<DescribedField>>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedField {
    name: Spanned<String>,
    bits: BitRange,
    #[serde(default = "usual_access")]
    access: Access,
    reset: Option<Number>,
    #[serde(default)]
    volatile: bool,
    path: Option<String>,
}

fn usual_access() -> Access {
    Access::Rw
}

/// An integer, or one in quotes where those of TOML end, as in `"0xffff_ffff_ffff_ffff"`.
struct Number(u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl Visitor<'_> for Reads {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number from 0 on, as an integer or in quotes")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                let number = u64::try_from(value).map(Number);
                number.map_err(|_| E::custom(format!("{value} is below 0")))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                let plain = text.replace('_', "").to_lowercase();
                let parsed = match (plain.strip_prefix("0x"), plain.strip_prefix("0b")) {
                    (Some(hex), _) => u64::from_str_radix(hex, 16),
                    (_, Some(binary)) => u64::from_str_radix(binary, 2),
                    _ => plain.parse(),
                };
                parsed
                    .map(Number)
                    .map_err(|_| E::custom(format!("`{text}` is no number of 64 bits")))
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

/// `3`, or "7:4".
struct BitRange {
    high: u32,
    low: u32,
}

impl<'de> Deserialize<'de> for BitRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl Visitor<'_> for Reads {
            type Value = BitRange;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a bit, as 3, or bits, as \"7:4\"")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<BitRange, E> {
                let bit = u32::try_from(value);
                let bit = bit.map_err(|_| E::custom(format!("{value} is no bit")))?;
                Ok(BitRange {
                    high: bit,
                    low: bit,
                })
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<BitRange, E> {
                let (high, low) = text.split_once(':').unwrap_or((text, text));
                match (high.trim().parse(), low.trim().parse()) {
                    (Ok(high), Ok(low)) => Ok(BitRange { high, low }),
                    _ => Err(E::custom(format!(
                        "`{text}` are no bits: those of a field are \"7:4\", or 3 for a single one"
                    ))),
                }
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

impl<'de> Deserialize<'de> for Access {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Map {
    /// Registers described in TOML; `file` is what messages call it.
    ///
    /// ```
    /// use verifork_components::registers::Map;
    ///
    /// let map = Map::from_toml("timer.toml", r#"
    ///     name = "timer"
    ///     width = 32              # bits of a register: 32 unless told otherwise
    ///     size = 0x20             # bytes of addresses; between the registers nothing is
    ///
    ///     [[register]]
    ///     name = "control"
    ///     address = 0x00
    ///     fields = [
    ///         { name = "enable", bits = 0, reset = 0 },            # RW unless told otherwise
    ///         { name = "mode", bits = "3:1", reset = 2, path = "core.mode" },
    ///         { name = "overflow", bits = 8, access = "W1C", reset = 0, volatile = true },
    ///     ]
    ///
    ///     [[register]]            # one field, `value`, of all bits
    ///     name = "load"
    ///     address = 0x04
    ///     reset = 0xffff_ffff
    ///
    ///     [[register]]            # compare[0] at 0x10, compare[1] at 0x18
    ///     name = "compare"
    ///     address = 0x10
    ///     count = 2
    ///     stride = 8
    ///     access = "RW"
    ///     test = false            # left out by the tests that are ready to call
    /// "#)?;
    /// assert_eq!(map.registers().last(), Some(("compare[1]", 0x18)));
    /// # Ok::<(), verifork_components::registers::MapError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What does not fit, each with its line: see [`MapBuilder::build`](super::MapBuilder::build); and what is no
    /// TOML, an unknown key, an unknown kind of access.
    pub fn from_toml(file: &str, text: &str) -> Result<Map, MapError> {
        let line_of = |at: usize| text[..at].matches('\n').count() + 1;
        let described: Described = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(span.start));
            MapError(vec![format!("{file}:{line}: {}", error.message())])
        })?;
        let file: Rc<str> = file.into();
        let place = |at: usize| Place::File(Rc::clone(&file), line_of(at));
        let mut errors = Vec::new();
        let mut builder = MapBuilder {
            name: described.name,
            width: described.width,
            size: described.size.map(|Number(size)| size),
            registers: Vec::new(),
            place: place(0),
        };
        for register in described.register {
            let at = place(register.name.span().start);
            let width = builder.width;
            match register.expand(&at, place, width) {
                Ok(registers) => builder.registers.extend(registers),
                Err(what) => errors.push(format!("{at}: {what}")),
            }
        }
        match builder.build() {
            Ok(map) if errors.is_empty() => Ok(map),
            Ok(_) => Err(MapError(errors)),
            // A map without registers has them in what was told already.
            Err(MapError(others)) => {
                let others = others
                    .into_iter()
                    .filter(|other| errors.is_empty() || !other.ends_with("has no register"));
                errors.extend(others.collect::<Vec<_>>());
                Err(MapError(errors))
            }
        }
    }

    /// Registers described in a file of TOML, as [`from_toml`](Self::from_toml) reads them.
    ///
    /// # Errors
    ///
    /// As [`from_toml`](Self::from_toml), and if the file cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Map, MapError> {
        let path = path.as_ref();
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| MapError(vec![format!("{file}: {error}")]))?;
        Map::from_toml(&file, &text)
    }
}

impl DescribedRegister {
    /// The registers that it stands for.
    fn expand(
        self,
        at: &Place,
        place: impl Fn(usize) -> Place,
        width: u32,
    ) -> Result<Vec<Register>, String> {
        let name = self.name.into_inner();
        let fields = match self.fields {
            Some(_) if self.access.is_some() || self.reset.is_some() || self.volatile => {
                return Err(format!(
                    "`{name}` has fields: `access`, `reset` and `volatile` are theirs"
                ));
            }
            Some(fields) => fields
                .into_iter()
                .map(|field| Field {
                    place: place(field.name.span().start),
                    name: field.name.into_inner(),
                    low: field.bits.low,
                    high: field.bits.high,
                    access: field.access,
                    reset: field.reset.map(|Number(reset)| reset),
                    is_volatile: field.volatile,
                    path: field.path,
                })
                .collect(),
            None => vec![Field {
                name: "value".to_owned(),
                low: 0,
                high: width.saturating_sub(1),
                access: self.access.map_or(Access::Rw, Spanned::into_inner),
                reset: self.reset.map(|Number(reset)| reset),
                is_volatile: self.volatile,
                path: None,
                place: at.clone(),
            }],
        };
        let one = |name: String, address: u64, path: Option<String>| Register {
            name,
            address,
            fields: fields.clone(),
            path,
            is_tested: self.test,
            place: at.clone(),
        };
        let Number(first) = self.address;
        let Some(count) = self.count.map(Spanned::into_inner) else {
            if self.stride.is_some() {
                return Err(format!("`{name}` has a `stride` and no `count`"));
            }
            return Ok(vec![one(name, first, self.path)]);
        };
        let stride = self
            .stride
            .map_or(u64::from(width / 8), |Number(stride)| stride);
        let last = stride
            .checked_mul(count.saturating_sub(1))
            .and_then(|all| all.checked_add(first));
        if count == 0 || count > 4096 || last.is_none() {
            return Err(format!(
                "there are {count} of `{name}`, {stride:#x} bytes from one to the next: there are 1 to 4096, \
                 with addresses of 64 bits"
            ));
        }
        let each = |index: u64| {
            let path = self.path.as_ref().map(|path| format!("{path}[{index}]"));
            one(format!("{name}[{index}]"), first + index * stride, path)
        };
        Ok((0..count).map(each).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::map::ones;
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        Map::from_toml("map.toml", text).unwrap_err().0
    }

    #[test]
    fn a_description_is_read_with_all_that_it_says() {
        let map = Map::from_toml(
            "map.toml",
            "name = 'timer'\nsize = 0x40\n\
             [[register]]\nname = 'control'\naddress = 4\npath = 'control'\n\
             fields = [\n{ name = 'mode', bits = '3:1', access = 'w1c', reset = '0b101', volatile = true },\n\
             { name = 'on', bits = 0 }]\n\
             [[register]]\nname = 'word'\naddress = 0x10\ncount = 2\nstride = 16\naccess = 'RO'\ntest = false\n\
             path = 'words'\n",
        )
        .unwrap();
        let [control, first, second] = &map.0.registers[..] else {
            panic!("{map:?}");
        };
        let [mode, on] = &control.fields[..] else {
            panic!("{control:?}");
        };
        assert_eq!((mode.low, mode.high, mode.access), (1, 3, Access::W1c));
        assert_eq!((mode.reset, mode.is_volatile), (Some(5), true));
        assert_eq!(
            (on.bits().as_str(), on.access, on.reset),
            ("bit 0", Access::Rw, None)
        );
        assert_eq!(control.path.as_deref(), Some("control"));
        assert_eq!((first.address, second.address), (0x10, 0x20));
        assert_eq!(second.name, "word[1]");
        assert_eq!(second.path.as_deref(), Some("words[1]"));
        assert!(control.is_tested && !first.is_tested);
        assert_eq!(second.fields[0].mask(), ones(32));
        assert!(!second.is_writable() && second.is_readable());
    }

    #[test]
    fn what_does_not_fit_has_the_line_of_its_field_or_register() {
        let text = "name = 'timer'\nsize = 8\n\
                    [[register]]\nname = 'a'\naddress = 0\nfields = [\n\
                    { name = 'x', bits = '7:4' },\n\
                    { name = 'y', bits = '4:0' },\n\
                    { name = 'z', bits = 32 },\n\
                    ]\n\
                    [[register]]\nname = 'b'\naddress = 0\n";
        assert_eq!(
            errors(text),
            [
                "map.toml:8: `a.y` has bits 4:0, and `x` has bits 7:4 (map.toml:7): they overlap",
                "map.toml:9: `a.z` has bit 32, outside of the register's 32 bits",
                "map.toml:12: `b` is at 0x0, and so is `a` (map.toml:4)",
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_has_its_line() {
        let register = "name = 't'\n[[register]]\nname = 'a'\naddress = 0\n";
        for (text, line, says) in [
            (
                "access = 'R1C'",
                5,
                "`R1C` is no access of a field; there are RO, RW",
            ),
            (
                "fields = [{ name = 'x', bits = '7-4' }]",
                5,
                "`7-4` are no bits",
            ),
            ("fields = [{ name = 'x', bits = -1 }]", 5, "-1 is no bit"),
            ("fields = [{ name = 'x' }]", 5, "missing field `bits`"),
            ("reset = -1", 5, "-1 is below 0"),
            ("reset = '0xg'", 5, "`0xg` is no number of 64 bits"),
            ("\nacess = 'RO'", 6, "unknown field `acess`"),
            ("\n\nname = ", 7, ""),
            ("count = 0", 3, "there are 0 of `a`"),
            ("count = 9000", 3, "there are 1 to 4096"),
            ("stride = 4", 3, "has a `stride` and no `count`"),
            (
                "reset = 1\nfields = []",
                3,
                "`access`, `reset` and `volatile` are theirs",
            ),
            ("fields = []", 3, "`a` has no field"),
            ("reset = 0x1_0000_0000", 3, "does not fit its 32 bits"),
        ] {
            let found = errors(&format!("{register}{text}\n"));
            assert_eq!(found.len(), 1, "{text}: {found:#?}");
            assert!(
                found[0].starts_with(&format!("map.toml:{line}: ")),
                "{text}: {found:#?}"
            );
            assert!(found[0].contains(says), "{text}: {found:#?}");
        }
        let found = errors("name = 't'\nwidth = 33\n");
        assert_eq!(
            found,
            ["map.toml:1: registers of 33 bits; they have 8, 16, 32 or 64"]
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let error = Map::load("nowhere/map.toml").unwrap_err().to_string();
        assert!(error.starts_with("nowhere/map.toml: "), "{error}");
    }
}
