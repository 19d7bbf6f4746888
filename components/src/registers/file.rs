//! Registers described in TOML.

mod format;

use std::path::Path;
use std::rc::Rc;

use super::access::Access;
use super::map::{Map, MapBuilder, MapError};
use super::register::{DescribedAt, Field, Register};
use super::rules::{self, RegisterShape};
use format::{Described, DescribedBlock, DescribedRegister, Number};

impl Map {
    /// Reads registers from TOML; `file` is its name in messages.
    ///
    /// ```
    /// use verifork_components::registers::Map;
    ///
    /// let map = Map::from_toml("timer.toml", r#"
    ///     name = "timer"
    ///     width = 32              # bits of a register: 32 unless told otherwise
    ///     size = 0x200            # bytes of addresses; between the registers nothing is
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
    ///
    ///     [[register]]            # of another width than the rest, and at two addresses
    ///     name = "count"
    ///     address = 0x08
    ///     aliases = [0x28]
    ///     width = 64
    ///     access = "RO"
    ///     volatile = true
    ///
    ///     [[block]]               # channel[0].limit at 0x100, channel[1].limit at 0x140
    ///     name = "channel"
    ///     address = 0x100
    ///     count = 2
    ///     stride = 0x40
    ///     path = "u_channel"      # the paths in it are below u_channel[0] and u_channel[1]
    ///
    ///     [[block.register]]
    ///     name = "limit"
    ///     address = 0x00
    /// "#)?;
    /// assert_eq!(map.registers().last(), Some(("channel[1].limit", 0x140)));
    /// # Ok::<(), verifork_components::registers::MapError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Each with its line: the errors of [`MapBuilder::build`](super::MapBuilder::build), invalid TOML, unknown
    /// keys, and unknown kinds of access.
    pub fn from_toml(file: &str, text: &str) -> Result<Map, MapError> {
        let line_of = |at: usize| text[..at].matches('\n').count() + 1;
        let described: Described = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(span.start));
            MapError(vec![format!("{file}:{line}: {}", error.message())])
        })?;
        let file: Rc<str> = file.into();
        let place = |at: usize| DescribedAt::File(Rc::clone(&file), line_of(at));
        let mut errors = Vec::new();
        let mut builder = MapBuilder {
            name: described.name,
            width: described.width,
            size: described.size.map(|Number(size)| size),
            registers: Vec::new(),
            place: place(0),
        };
        let reader = Reader { place: &place };
        reader.fill(
            &mut builder,
            described.register,
            described.block,
            &mut errors,
        );
        match builder.build() {
            Ok(map) if errors.is_empty() => Ok(map),
            Ok(_) => Err(MapError(errors)),
            Err(MapError(others)) => {
                take_others(&mut errors, 0, others);
                Err(MapError(errors))
            }
        }
    }

    /// Registers described in a file of TOML, as [`from_toml`](Self::from_toml) reads them.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork_components::registers::Map;
    /// # fn example() -> Result {
    /// let map = Map::load("registers/timer.toml")?;
    /// log::info!("{} has {} registers", map.name(), map.registers().count());
    /// # Ok(())
    /// # }
    /// ```
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

/// Knows the lines of the text.
struct Reader<'a> {
    place: &'a dyn Fn(usize) -> DescribedAt,
}

impl Reader<'_> {
    fn fill(
        &self,
        builder: &mut MapBuilder,
        registers: Vec<DescribedRegister>,
        blocks: Vec<DescribedBlock>,
        errors: &mut Vec<String>,
    ) {
        for register in registers {
            let at = (self.place)(register.name.span().start);
            match self.registers(register, &at, builder.width) {
                Ok(registers) => builder.registers.extend(registers),
                Err(what) => errors.push(format!("{at}: {what}")),
            }
        }
        for block in blocks {
            self.block(builder, block, errors);
        }
    }

    fn block(&self, builder: &mut MapBuilder, block: DescribedBlock, errors: &mut Vec<String>) {
        let at = (self.place)(block.name.span().start);
        let mut inner = MapBuilder {
            name: block.name.into_inner(),
            width: builder.width,
            size: block.size.map(|Number(size)| size),
            registers: Vec::new(),
            place: at.clone(),
        };
        let found = errors.len();
        self.fill(&mut inner, block.register, block.block, errors);
        let (name, size) = (inner.name.clone(), inner.size);
        let map = match inner.build() {
            Ok(map) => map,
            Err(MapError(others)) => {
                take_others(errors, found, others);
                return;
            }
        };
        let end = map.0.registers.iter().flat_map(|register| {
            register
                .addresses()
                .map(|address| address.saturating_add(register.bytes()))
        });
        let bytes = size.unwrap_or(end.max().unwrap_or(0));
        let several = Several {
            address: block.address,
            count: block.count,
            stride: block.stride,
            bytes,
        };
        match several.each(&name, builder.width, builder.size) {
            Ok(each) => {
                for (index, offset) in each {
                    let (name, path) = (indexed(&name, index), block.path.as_deref());
                    let map = path.map_or(map.clone(), |path| map.below(&indexed(path, index)));
                    let block = MapBuilder {
                        registers: Vec::new(),
                        ..builder.clone()
                    };
                    builder
                        .registers
                        .extend(block.block(name, offset, &map).registers);
                }
            }
            Err(what) => errors.push(format!("{at}: {what}")),
        }
    }

    /// The registers of one description.
    fn registers(
        &self,
        register: DescribedRegister,
        at: &DescribedAt,
        width: u32,
    ) -> Result<Vec<Register>, String> {
        let name = register.name.into_inner();
        let own_width = register.width.unwrap_or(width);
        let fields = match register.fields {
            Some(_)
                if register.access.is_some() || register.reset.is_some() || register.volatile =>
            {
                return Err(format!("`{name}` {}", rules::has_fields().as_str()));
            }
            Some(fields) => fields
                .into_iter()
                .map(|field| Field {
                    place: (self.place)(field.name.span().start),
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
                high: own_width.saturating_sub(1),
                access: register.access.unwrap_or(Access::Rw),
                reset: register.reset.map(|Number(reset)| reset),
                is_volatile: register.volatile,
                path: None,
                place: at.clone(),
            }],
        };
        let several = Several {
            address: register.address,
            count: register.count,
            stride: register.stride,
            bytes: u64::from(own_width / 8),
        };
        let first = several.address.0;
        let each = several.each(&name, width, None)?;
        let one = |(index, address): (Option<u64>, u64)| Register {
            aliases: register
                .aliases
                .iter()
                .map(|Number(alias)| alias.wrapping_add(address - first))
                .collect(),
            width: register.width,
            fields: fields.clone(),
            path: register.path.as_ref().map(|path| indexed(path, index)),
            is_tested: register.test,
            ..Register::at(indexed(&name, index), address, at.clone())
        };
        Ok(each.into_iter().map(one).collect())
    }
}

/// The errors of a map, unless it has no register because they were wrong.
fn take_others(errors: &mut Vec<String>, before: usize, others: Vec<String>) {
    let has_error = errors.len() > before;
    let others = others
        .into_iter()
        .filter(|other| !has_error || !other.ends_with("has no register"));
    errors.extend(others);
}

/// `name`, or `name[3]`.
fn indexed(name: &str, index: Option<u64>) -> String {
    index.map_or_else(|| name.to_owned(), |index| format!("{name}[{index}]"))
}

/// The offset of one register, or the offsets of several.
struct Several {
    address: Number,
    count: Option<u64>,
    stride: Option<Number>,
    bytes: u64,
}

impl Several {
    /// The index and address of each.
    fn each(
        &self,
        name: &str,
        width: u32,
        size: Option<u64>,
    ) -> Result<Vec<(Option<u64>, u64)>, String> {
        let Number(address) = self.address;
        let Some(count) = self.count else {
            if self.stride.is_some() {
                return Err(format!("`{name}` {}", rules::stride_of_one().as_str()));
            }
            return Ok(vec![(None, address)]);
        };
        let stride = self
            .stride
            .as_ref()
            .map_or(self.bytes, |Number(stride)| *stride);
        let shape = RegisterShape {
            name,
            address,
            bytes: self.bytes.max(1),
            count,
            stride,
            is_readable: true,
            is_writable: true,
            place: "",
        };
        let word = u64::from(width / 8).max(1);
        let fault = rules::register_place(&shape, word, size);
        if let Some(fault) = fault.or_else(|| rules::register_apart(&shape)) {
            return Err(format!("`{name}` {}", fault.as_str()));
        }
        Ok((0..count)
            .map(|index| (Some(index), address + index * stride))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::register::ones;
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
    fn registers_of_other_widths_aliases_and_blocks_are_where_they_are_said_to_be() {
        let map = Map::from_toml(
            "map.toml",
            "name = 'soc'\nsize = 0x1000\n\
             [[register]]\nname = 'wide'\naddress = 4\nwidth = 64\naliases = [0x40]\ncount = 2\nstride = 0x10\n\
             [[register]]\nname = 'narrow'\naddress = 1\nwidth = 8\n\
             [[register]]\nname = 'status'\naddress = 0x20\naccess = 'RO'\n\
             [[register]]\nname = 'command'\naddress = 0x20\naccess = 'WO'\n\
             [[block]]\nname = 'dma'\naddress = 0x100\npath = 'u_dma'\nsize = 0x100\n\
             [[block.block]]\nname = 'channel'\naddress = 0x10\ncount = 2\nstride = 0x20\npath = 'channel'\n\
             [[block.block.register]]\nname = 'limit'\naddress = 4\npath = 'limit'\n\
             fields = [{ name = 'low', bits = '3:0', path = 'low' }]\n",
        )
        .unwrap();
        let registers: Vec<_> = map.registers().collect();
        assert_eq!(
            registers,
            [
                ("wide[0]", 4),
                ("wide[1]", 0x14),
                ("narrow", 1),
                ("status", 0x20),
                ("command", 0x20),
                ("dma.channel[0].limit", 0x114),
                ("dma.channel[1].limit", 0x134),
            ]
        );
        let [_, wide, narrow, .., limit] = &map.0.registers[..] else {
            panic!("{map:?}");
        };
        assert_eq!((wide.bits(), &wide.aliases[..]), (64, &[0x50][..]));
        assert_eq!(wide.fields[0].mask(), ones(64));
        assert_eq!((narrow.bits(), narrow.fields[0].mask()), (8, 0xff));
        assert_eq!(limit.path.as_deref(), Some("u_dma.channel[1].limit"));
        assert_eq!(
            limit.fields[0].path.as_deref(),
            Some("u_dma.channel[1].low")
        );
        let at = |offset| map.0.overlapping(offset, 4).collect::<Vec<_>>();
        assert_eq!(at(0), [(2, 1)]);
        assert_eq!(at(8), [(0, 4)]);
        assert_eq!(at(0x54), [(1, 0x50)]);
        assert_eq!(at(0x20), [(3, 0x20), (4, 0x20)]);
        assert_eq!(at(0x24), []);
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
                "`R1C` is not an access of a field; there are RO, RW",
            ),
            (
                "fields = [{ name = 'x', bits = '7-4' }]",
                5,
                "`7-4` are not bits",
            ),
            ("fields = [{ name = 'x', bits = -1 }]", 5, "-1 is not a bit"),
            ("fields = [{ name = 'x' }]", 5, "missing field `bits`"),
            ("reset = -1", 5, "-1 is below 0"),
            ("reset = '0xg'", 5, "`0xg` is not a number of 64 bits"),
            ("\nacess = 'RO'", 6, "unknown field `acess`"),
            ("\n\nname = ", 7, ""),
            ("count = 0", 3, "`a` is there 0 times: there are 1 to 4096"),
            ("count = 9000", 3, "there are 1 to 4096"),
            ("stride = 4", 3, "`a` has a `stride` but no `count`"),
            ("count = 2\nstride = 2", 3, "and every 0x2 bytes from there"),
            (
                "count = 2\nstride = 0",
                3,
                "has 0x0 bytes from one to the next, and each has 4",
            ),
            (
                "count = 3\nstride = '0xffff_ffff_ffff_fffc'",
                3,
                "has addresses beyond 64 bits",
            ),
            ("width = 24", 3, "`a` has registers of 24 bits"),
            ("aliases = [2]", 3, "`a` is at 0x2, which is not an address"),
            (
                "aliases = [0]",
                3,
                "`a` is at 0x0, and so is `a` (map.toml:3)",
            ),
            (
                "[[block]]\nname = 'b'\naddress = 8",
                6,
                "`b` has no register",
            ),
            (
                "[[block]]\nname = 'b'\naddress = 8\n[[block.register]]\nname = 'c'\naddress = 0\nreset = 0x1_0000_0000",
                9,
                "`c.value` is 0x100000000 after a reset",
            ),
            (
                "[[block]]\nname = 'b'\naddress = 0\n[[block.register]]\nname = 'c'\naddress = 0",
                9,
                "`b.c` is at 0x0, and so is `a` (map.toml:3)",
            ),
            (
                "[[block]]\nname = 'b'\naddress = 8\ncount = 2\nstride = 4\n[[block.register]]\nname = 'c'\naddress = 4",
                6,
                "`b` has 0x4 bytes from one to the next, and each has 8",
            ),
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
            ["map.toml:1: `t` has registers of 33 bits; they have 8, 16, 32 or 64"]
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_reported() {
        let error = Map::load("nowhere/map.toml").unwrap_err().to_string();
        assert!(error.starts_with("nowhere/map.toml: "), "{error}");
    }
}
