//! The items that the derives' code uses. The compiler evaluates all of them, except for those that build a map.

use ::verifork::Result;

use super::access::Access;
use super::map::{MapBuilder, MapError};
use super::model::Model;
pub use super::part::{FieldDescription, Options, Part};
use super::rules;
pub use super::rules::{FieldShape, RegisterShape};
use super::typed::Registers;
/// A trait that only the derives implement.
pub use ::verifork::__private as verifork;

/// The access with this name; `RW` for an unknown name, which is refused elsewhere.
pub const fn access(name: &str) -> Access {
    match Access::named(name) {
        Some(access) => access,
        None => Access::Rw,
    }
}

/// Whether an access has this name.
///
/// # Panics
///
/// There is none.
pub const fn check_access(name: &str) {
    if Access::named(name).is_none() {
        Access::unknown().refuse(name);
    }
}

/// Whether a field of a struct is one.
///
/// # Panics
///
/// It is not.
pub const fn check_field(fields: &[FieldDescription], index: usize) {
    let field = &fields[index].shape;
    if let Some(fault) = rules::field_bits(field, 64) {
        fault.refuse(field.name);
    }
    let mut at = 0;
    while at < index {
        let other = &fields[at].shape;
        if let Some(fault) = rules::fields_apart(field, other)
            && rules::field_bits(other, 64).is_none()
        {
            fault.refuse(field.name);
        }
        at += 1;
    }
}

/// Whether its reset value is one.
///
/// # Panics
///
/// It is not.
pub const fn check_reset(fields: &[FieldDescription], index: usize) {
    let field = &fields[index].shape;
    if rules::field_bits(field, 64).is_none()
        && let Some(fault) = rules::field_reset(field)
    {
        fault.refuse(field.name);
    }
}

/// Whether registers have such a width.
///
/// # Panics
///
/// They have not.
pub const fn check_width(name: &str, width: u32) {
    if let Some(fault) = rules::register_width(width) {
        fault.refuse(name);
    }
}

/// A part as the rules look at it.
pub const fn shape<P: Part>(
    name: &'static str,
    options: &Options<'_>,
    width: u32,
) -> RegisterShape<'static> {
    let bytes = match P::BLOCK {
        Some(bytes) => bytes,
        None => (options.width_or(width) / 8) as u64,
    };
    let (mut is_readable, mut is_writable) = (P::BLOCK.is_some(), P::BLOCK.is_some());
    let mut at = 0;
    while at < P::FIELDS.len() {
        let access = match options.access {
            Some(access) => access,
            None => P::FIELDS[at].access,
        };
        is_readable |= access.is_readable();
        is_writable |= access.is_writable();
        at += 1;
    }
    RegisterShape {
        name,
        address: options.address,
        bytes,
        count: match P::COUNT {
            Some(count) => count,
            None => 1,
        },
        stride: match options.stride {
            Some(stride) => stride,
            None => bytes,
        },
        is_readable,
        is_writable,
        place: "",
    }
}

/// Whether a register, an array of registers or a block fits at its offset.
///
/// # Panics
///
/// It does not.
pub const fn check<P: Part>(
    name: &'static str,
    options: &Options<'_>,
    width: u32,
    size: Option<u64>,
) {
    let of_fields = options.access.is_some() || options.reset.is_some() || options.is_volatile;
    let of_register = options.width.is_some() || options.is_untested;
    if P::BLOCK.is_some() && (of_fields || of_register || !options.aliases.is_empty()) {
        rules::is_block().refuse(name);
    }
    if P::BLOCK.is_none() && !P::IS_PLAIN && of_fields {
        rules::has_fields().refuse(name);
    }
    if options.stride.is_some() && P::COUNT.is_none() {
        rules::stride_of_one().refuse(name);
    }
    if let Some(width) = options.width {
        check_width(name, width);
    }
    let mut at = 0;
    while at < P::FIELDS.len() {
        let mut field = P::FIELDS[at].shape;
        if options.reset.is_some() {
            field.reset = options.reset;
        }
        // Errors in the struct of fields are reported there.
        if rules::field_bits(&field, 64).is_some() {
            return;
        }
        if let Some(fault) = rules::field_bits(&field, options.width_or(width)) {
            fault.refuse_field(name, field.name);
        }
        if P::IS_PLAIN
            && let Some(fault) = rules::field_reset(&field)
        {
            fault.refuse_field(name, field.name);
        }
        at += 1;
    }
    let shape = shape::<P>(name, options, width);
    if let Some(fault) = rules::register_place(&shape, (width / 8) as u64, size) {
        fault.refuse(name);
    }
    if let Some(fault) = rules::register_apart(&shape) {
        fault.refuse(name);
    }
    let mut at = 0;
    while at < options.aliases.len() {
        let alias = RegisterShape {
            address: options.aliases[at],
            ..shape
        };
        if let Some(fault) = rules::register_place(&alias, (width / 8) as u64, size) {
            fault.refuse(name);
        }
        at += 1;
    }
}

/// Whether a part does not overlap the parts before it.
///
/// # Panics
///
/// It is not.
pub const fn check_apart(shapes: &[RegisterShape<'_>], index: usize) {
    /// More comparisons would take the compiler too long; the map makes them at run time.
    const MOST: u64 = 1 << 16;
    let mut at = 0;
    while at < index {
        let (one, other) = (&shapes[index], &shapes[at]);
        let pairs = one.count.saturating_mul(other.count);
        if pairs < MOST
            && let Some(fault) = rules::registers_apart(one, other)
        {
            fault.refuse(one.name);
        }
        at += 1;
    }
}

/// The bytes of a block: those that it says it has, or up to the end of its last register.
pub const fn extent(shapes: &[RegisterShape<'_>], size: Option<u64>) -> u64 {
    if let Some(size) = size {
        return size;
    }
    let mut end = 0;
    let mut at = 0;
    while at < shapes.len() {
        let RegisterShape {
            address,
            bytes,
            count,
            stride,
            ..
        } = shapes[at];
        let last = address.saturating_add(stride.saturating_mul(count.saturating_sub(1)));
        let of_this = last.saturating_add(bytes);
        if of_this > end {
            end = of_this;
        }
        at += 1;
    }
    end
}

/// A block's registers, below a name and at an address of the one around it.
///
/// # Errors
///
/// Those of the block's own map.
#[track_caller]
pub fn add_block<R: Registers>(
    builder: MapBuilder,
    name: &str,
    options: &Options<'_>,
) -> Result<MapBuilder, MapError> {
    let map = R::map()?;
    let map = match options.path {
        Some(path) => map.below(path),
        None => map,
    };
    Ok(builder.block(name, options.address, &map))
}

/// Whether a model is one of these registers.
///
/// # Errors
///
/// It is of others.
#[track_caller]
pub fn check_model<R: Registers>(model: &Model) -> Result {
    let (own, its) = (R::map()?, model.map());
    ::verifork::ensure!(
        own.registers().eq(its.registers()),
        "the model is of `{}`, whose registers are not those of `{}`",
        its.name(),
        own.name()
    );
    Ok(())
}

/// The name of a part of a block.
pub fn below(block: &str, part: &str) -> String {
    if block.is_empty() {
        return part.to_owned();
    }
    format!("{block}.{part}")
}
