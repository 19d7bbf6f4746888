//! The rules for registers and fields. The rules of TOML, of the builder and of the derive, which the compiler
//! evaluates in constants: so all of it is `const`, and their words are made here.

/// An error, in words that follow a name.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    text: [u8; Fault::MOST],
    length: usize,
}

impl Fault {
    const MOST: usize = 512;

    const fn new(text: &str) -> Self {
        let empty = Fault {
            text: [0; Fault::MOST],
            length: 0,
        };
        empty.text(text)
    }

    /// Adds a text. It is left out if there is no room, since a name may have any length.
    const fn text(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        if self.length + bytes.len() > Fault::MOST {
            return self;
        }
        let mut at = 0;
        while at < bytes.len() {
            self.text[self.length] = bytes[at];
            self.length += 1;
            at += 1;
        }
        self
    }

    const fn number(self, value: u64) -> Self {
        self.digits(value, 10)
    }

    const fn hex(self, value: u64) -> Self {
        self.text("0x").digits(value, 16)
    }

    const fn digits(mut self, value: u64, base: u64) -> Self {
        if value >= base {
            self = self.digits(value / base, base);
        }
        #[allow(clippy::cast_possible_truncation, reason = "it is less than the base")]
        let digit = (value % base) as usize;
        let (_, from) = "0123456789abcdef".as_bytes().split_at(digit);
        if self.length < Fault::MOST {
            self.text[self.length] = from[0];
            self.length += 1;
        }
        self
    }

    /// "bit 3", "bits 7:4".
    const fn bits(self, field: &FieldShape<'_>) -> Self {
        if field.low == field.high {
            return self.text("bit ").number(field.low as u64);
        }
        let high = self.text("bits ").number(field.high as u64);
        high.text(":").number(field.low as u64)
    }

    /// In brackets, if it is known.
    const fn place(self, place: &str) -> Self {
        if place.is_empty() {
            return self;
        }
        self.text(" (").text(place).text(")")
    }

    /// The words.
    pub(super) const fn as_str(&self) -> &str {
        let (text, _) = self.text.split_at(self.length);
        match str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "does not fit",
        }
    }

    /// Reports the words after a name as a compile error, in a constant.
    ///
    /// # Panics
    ///
    /// Always.
    pub(super) const fn refuse(&self, name: &str) -> ! {
        let whole = Fault::new("`").text(name).text("` ").text(self.as_str());
        panic!("{}", whole.as_str())
    }

    /// The same for a field of a register.
    ///
    /// # Panics
    ///
    /// Always.
    pub(super) const fn refuse_field(&self, register: &str, field: &str) -> ! {
        let name = Fault::new(register).text(".").text(field);
        self.refuse(name.as_str())
    }
}

/// A field, as far as the rules look at it.
#[allow(missing_docs, reason = "as those of a field")]
#[derive(Clone, Copy, Debug)]
pub struct FieldShape<'a> {
    pub name: &'a str,
    pub low: u32,
    pub high: u32,
    pub reset: Option<u64>,
    /// The place of its description, for messages.
    pub place: &'a str,
}

/// A register, or several at a distance, as far as the rules look at them.
#[allow(missing_docs, reason = "as those of a register")]
#[derive(Clone, Copy, Debug)]
pub struct RegisterShape<'a> {
    pub name: &'a str,
    pub address: u64,
    /// Of each.
    pub bytes: u64,
    pub count: u64,
    pub stride: u64,
    pub is_readable: bool,
    pub is_writable: bool,
    pub place: &'a str,
}

/// No kind of access has this name.
pub(super) const fn unknown_access(names: &[&str]) -> Fault {
    let mut fault = Fault::new("is not an access of a field; there are ");
    let mut at = 0;
    while at < names.len() {
        if at > 0 {
            fault = fault.text(", ");
        }
        fault = fault.text(names[at]);
        at += 1;
    }
    fault
}

/// A register with fields has no access or reset value of its own.
pub(super) const fn has_fields() -> Fault {
    Fault::new("has fields: `access`, `reset` and `volatile` are theirs")
}

/// A single register has no stride.
pub(super) const fn stride_of_one() -> Fault {
    Fault::new("has a `stride` but no `count`, and is not an array")
}

/// A block has no fields of its own.
pub(super) const fn is_block() -> Fault {
    Fault::new(
        "is a block: `access`, `reset`, `volatile`, `width`, `aliases` and `untested` are those of its registers",
    )
}

/// Registers have whole words of a bus.
pub(super) const fn register_width(bits: u32) -> Option<Fault> {
    if matches!(bits, 8 | 16 | 32 | 64) {
        return None;
    }
    let bits = Fault::new("has registers of ").number(bits as u64);
    Some(bits.text(" bits; they have 8, 16, 32 or 64"))
}

/// A field is inside of its register.
pub(super) const fn field_bits(field: &FieldShape<'_>, width: u32) -> Option<Fault> {
    if field.low > field.high {
        let bits = Fault::new("has ").bits(field);
        return Some(bits.text(": the highest is below the lowest"));
    }
    if field.high < width {
        return None;
    }
    let bits = Fault::new("has ").bits(field);
    let width = bits
        .text(", outside of the register's ")
        .number(width as u64);
    Some(width.text(" bits"))
}

/// A reset value fits its field.
pub(super) const fn field_reset(field: &FieldShape<'_>) -> Option<Fault> {
    let bits = field.high - field.low + 1;
    match field.reset {
        Some(reset) if bits < 64 && reset >> bits != 0 => {
            let reset = Fault::new("is ")
                .hex(reset)
                .text(" after a reset, which does not fit its ");
            Some(reset.number(bits as u64).text(" bits"))
        }
        _ => None,
    }
}

/// Two fields of a register have different names and bits; said of the first.
pub(super) const fn fields_apart(field: &FieldShape<'_>, other: &FieldShape<'_>) -> Option<Fault> {
    if same(field.name, other.name) {
        return Some(Fault::new("is there twice").place(other.place));
    }
    if other.low > field.high || field.low > other.high {
        return None;
    }
    let bits = Fault::new("has ")
        .bits(field)
        .text(", and `")
        .text(other.name);
    let other_bits = bits.text("` has ").bits(other).place(other.place);
    Some(other_bits.text(": they overlap"))
}

/// A register's address is a multiple of its width, or of the map's word if that is narrower, and inside the block,
/// if that has a size.
pub(super) const fn register_place(
    register: &RegisterShape<'_>,
    word: u64,
    size: Option<u64>,
) -> Option<Fault> {
    let RegisterShape {
        address,
        bytes,
        count,
        stride,
        ..
    } = *register;
    let aligned = if bytes < word { bytes } else { word };
    if count == 0 || count > 4096 {
        let count = Fault::new("is there ")
            .number(count)
            .text(" times: there are 1 to 4096");
        return Some(count);
    }
    if !address.is_multiple_of(aligned) || (count > 1 && !stride.is_multiple_of(aligned)) {
        let at = Fault::new("is at ").hex(address);
        let at = if count > 1 {
            at.text(" and every ").hex(stride).text(" bytes from there")
        } else {
            at
        };
        let what = at.text(", which is not an address of a register of ");
        return Some(what.number(bytes).text(" bytes"));
    }
    let last = match stride.checked_mul(count - 1) {
        Some(all) => all.checked_add(address),
        None => None,
    };
    let end = match last {
        Some(last) => last.checked_add(bytes - 1),
        None => None,
    };
    match (end, size) {
        (None, _) => Some(Fault::new("has addresses beyond 64 bits")),
        (Some(end), Some(size)) if end >= size => {
            let at = match last {
                Some(last) => last,
                None => address,
            };
            let at = Fault::new("is at ")
                .hex(at)
                .text(", outside of the block's ");
            Some(at.hex(size).text(" bytes"))
        }
        _ => None,
    }
}

/// Two registers must not share an address, unless one is read-only and the other write-only. The error names the
/// first.
pub(super) const fn registers_apart(
    register: &RegisterShape<'_>,
    other: &RegisterShape<'_>,
) -> Option<Fault> {
    let reads = !register.is_writable && !other.is_readable;
    let writes = !register.is_readable && !other.is_writable;
    if reads || writes {
        return None;
    }
    let mut index = 0;
    while index < register.count {
        let mut others = 0;
        let address = register
            .address
            .wrapping_add(register.stride.wrapping_mul(index));
        while others < other.count {
            let at = other
                .address
                .wrapping_add(other.stride.wrapping_mul(others));
            if address < at.saturating_add(other.bytes)
                && at < address.saturating_add(register.bytes)
            {
                let what = Fault::new("is at ").hex(address);
                let what = if address == at {
                    what.text(", and so is `").text(other.name).text("`")
                } else {
                    let bytes = what.text(" and has ").number(register.bytes);
                    let bytes = bytes.text(" bytes, and `").text(other.name).text("` has ");
                    bytes.number(other.bytes).text(" at ").hex(at)
                };
                return Some(what.place(other.place));
            }
            others += 1;
        }
        index += 1;
    }
    None
}

/// The elements of an array must not share an address.
pub(super) const fn register_apart(register: &RegisterShape<'_>) -> Option<Fault> {
    if register.count < 2 || register.stride >= register.bytes {
        return None;
    }
    let stride = Fault::new("has ")
        .hex(register.stride)
        .text(" bytes from one to the next, and each has ");
    Some(stride.number(register.bytes))
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
