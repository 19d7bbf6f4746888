//! The types of declarations, and their lines.

use std::collections::HashMap;

use verifork_protocol::declarations::{
    REAL, STRUCTURE, TEXT, line, literal, marked, member, opaque, packed,
};
use verifork_protocol::description::Literal;

use super::driver::Driver;

type Range = (i64, i64);

pub(super) enum DataType {
    /// A vector, or a single bit.
    Vector {
        signed: bool,
        range: Option<Range>,
    },
    /// A real number.
    Real,
    /// A string.
    Text,
    /// As another type: its name.
    As(String),
    /// An enumeration: its base, and its literals where they are known with the type.
    Enumeration {
        of: String,
        literals: Vec<Literal>,
    },
    /// An unpacked array: its elements, and its range.
    Array {
        of: String,
        range: Option<Range>,
    },
    /// A packed dimension above another one.
    Packed {
        of: String,
        range: Option<Range>,
    },
    /// A structure or a union, with its members' names and types.
    Structure(Structure),
    /// What an object is that cannot be read or written from outside.
    Opaque(&'static str),
    Other,
}

#[derive(Default)]
pub(super) struct Structure {
    pub(super) members: Vec<(String, String)>,
    /// Its members lie in the same bits.
    pub(super) is_union: bool,
    /// `None` if only the form in which it is shown determines it.
    pub(super) is_packed: Option<bool>,
}

/// The shape that a declaration gives to bits.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, none excludes another"
)]
#[derive(Default)]
pub(super) struct Shape {
    signed: bool,
    pub(super) range: Option<Range>,
    /// The dimensions of an array, where all are known.
    dimensions: Vec<Range>,
    /// Older versions show it with fewer dimensions.
    has_more_dimensions: bool,
    is_structure: bool,
    is_real: bool,
    is_text: bool,
    opaque: Option<&'static str>,
    /// The number of unpacked dimensions, and where there are several packed ones, these.
    packed: (usize, Vec<Range>),
    pub(super) literals: Vec<Literal>,
}

/// A basic type, by its keyword.
pub(super) fn basic(keyword: &str, signed: bool, range: Option<Range>) -> DataType {
    match keyword {
        "real" | "realtime" | "shortreal" => DataType::Real,
        "string" => DataType::Text,
        "event" => DataType::Opaque("an event"),
        "chandle" => DataType::Opaque("a `chandle`"),
        _ => DataType::Vector { signed, range },
    }
}

/// What a type is whose node or element has this name, in upper or lower case, if it is neither bits nor a number.
pub(super) fn opaque_type(name: &str) -> Option<&'static str> {
    let types = [
        ("queuedtype", "a queue"),
        ("dynarraydtype", "a dynamic array"),
        ("assocarraydtype", "an associative array"),
        ("wildcardarraydtype", "an associative array"),
        ("classrefdtype", "a handle of a class"),
        ("ifacerefdtype", "an interface port or a virtual interface"),
    ];
    let found = types.iter().find(|it| name.eq_ignore_ascii_case(it.0));
    found.map(|it| it.1)
}

#[derive(Default)]
pub(super) struct Types {
    by_id: HashMap<String, DataType>,
    /// All dimensions of an array are shown.
    pub(super) dimensions_are_shown: bool,
}

impl Types {
    pub(super) fn insert(&mut self, id: String, data_type: DataType) {
        self.by_id.insert(id, data_type);
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut DataType> {
        self.by_id.get_mut(id)
    }

    pub(super) fn shape(&self, data_type: &str) -> Option<Shape> {
        let mut data_type = self.by_id.get(data_type)?;
        let mut shape = Shape::default();
        let mut dimensions = 0;
        let of_bits = |width: Option<u64>| {
            let width = i64::try_from(width.unwrap_or(0)).unwrap_or(0);
            (width > 0).then_some((width - 1, 0))
        };
        // A type is not part of itself: there is an end to this.
        for _ in 0..=self.by_id.len() {
            match data_type {
                DataType::Vector { signed, range } => {
                    (shape.signed, shape.range) = (*signed, *range);
                    break;
                }
                DataType::Real => {
                    shape.is_real = true;
                    break;
                }
                DataType::Text => {
                    shape.is_text = true;
                    break;
                }
                DataType::Packed { .. } => {
                    shape.has_more_dimensions = dimensions > 0;
                    shape.range = of_bits(self.width(data_type, 0));
                    match self.packed_dimensions(data_type).as_deref() {
                        Some([range]) => shape.range = Some(*range),
                        Some(several) => shape.packed.1 = several.to_vec(),
                        None => {}
                    }
                    break;
                }
                DataType::Structure(structure) => {
                    shape.is_structure = true;
                    let may_be_packed = structure.is_packed != Some(false);
                    shape.range = of_bits(self.width(data_type, 0)).filter(|_| may_be_packed);
                    break;
                }
                DataType::As(other) => data_type = self.by_id.get(other)?,
                DataType::Enumeration { of, literals } => {
                    shape.literals.clone_from(literals);
                    data_type = self.by_id.get(of)?;
                }
                DataType::Array { of, range } => {
                    shape.dimensions.extend(*range);
                    dimensions += 1;
                    data_type = self.by_id.get(of)?;
                }
                DataType::Opaque(what) => {
                    shape.opaque = Some(what);
                    break;
                }
                DataType::Other => return None,
            }
        }
        shape.has_more_dimensions |= dimensions > 1;
        shape.has_more_dimensions &= !self.dimensions_are_shown;
        shape.packed.0 = dimensions;
        if shape.dimensions.len() != dimensions {
            shape.dimensions.clear();
        }
        Some(shape)
    }

    /// The dimensions of a packed type, those of its elements' bits last; `None` where one is not known.
    fn packed_dimensions(&self, data_type: &DataType) -> Option<Vec<Range>> {
        let (mut data_type, mut dimensions) = (data_type, Vec::new());
        // A type is not part of itself: there is an end to this.
        for _ in 0..=self.by_id.len() {
            let below = match data_type {
                DataType::Packed { of, range } => {
                    dimensions.push((*range)?);
                    of
                }
                DataType::As(of) | DataType::Enumeration { of, .. } => of,
                DataType::Vector { range, .. } => {
                    dimensions.extend(*range);
                    return Some(dimensions);
                }
                DataType::Structure(_) => {
                    let width = i64::try_from(self.width(data_type, 0)?).ok()?;
                    dimensions.push((width - 1, 0));
                    return Some(dimensions);
                }
                _ => return None,
            };
            data_type = self.by_id.get(below)?;
        }
        None
    }

    /// The bits of a packed type; `None` for one that cannot be.
    fn width(&self, data_type: &DataType, depth: usize) -> Option<u64> {
        let of = |id: &String| {
            let below = self.by_id.get(id).filter(|_| depth < self.by_id.len())?;
            self.width(below, depth + 1)
        };
        let length = |range: Option<Range>| {
            range.map_or(1, |(left, right)| left.abs_diff(right).saturating_add(1))
        };
        match data_type {
            DataType::Vector { range, .. } => Some(length(*range)),
            DataType::As(other) | DataType::Enumeration { of: other, .. } => of(other),
            DataType::Packed { of: below, range } => {
                of(below)?.checked_mul(length(Some((*range)?)))
            }
            DataType::Structure(structure) => {
                let mut widths = structure.members.iter().map(|(_, id)| of(id));
                if structure.is_union {
                    widths.try_fold(0, |widest, it| Some(it?.max(widest)))
                } else {
                    widths.try_fold(0_u64, |all, it| all.checked_add(it?))
                }
            }
            _ => None,
        }
    }

    /// The lines of the members of a structure, or of an array of such. Those of a packed one lie in a whole, in
    /// which its own least significant bit is `low`; an element of a packed array is a whole of its own.
    pub(super) fn write_members(
        &self,
        lines: &mut String,
        path: &str,
        data_type: &str,
        low: Option<u64>,
        depth: usize,
    ) {
        let (mut structure, mut low) = (self.by_id.get(data_type), low);
        // A type is not part of itself: there is an end to this.
        for _ in 0..=self.by_id.len() {
            structure = match structure {
                Some(DataType::As(of) | DataType::Array { of, .. }) => self.by_id.get(of),
                Some(DataType::Packed { of, .. }) => {
                    low = low.map(|_| 0);
                    self.by_id.get(of)
                }
                _ => break,
            };
        }
        let Some(DataType::Structure(structure)) = structure.filter(|_| depth < self.by_id.len())
        else {
            return;
        };
        let width = |id: &str| self.width(self.by_id.get(id)?, 0);
        let of_all: Option<u64> = structure.members.iter().map(|(_, id)| width(id)).sum();
        // A structure with members that have no bits is not packed.
        low = low.filter(|_| structure.is_packed != Some(false));
        low = low
            .zip(of_all)
            .map(|(low, width)| low + if structure.is_union { 0 } else { width });
        for (name, id) in &structure.members {
            let Some(shape) = self.shape(id) else {
                continue;
            };
            // The first is the most significant (IEEE 1800-2017, 7.2.1).
            if !structure.is_union {
                low = low.zip(width(id)).map(|(low, width)| low - width);
            }
            let path = format!("{path}.{name}");
            if let Some(low) = low {
                let whole = width(id).filter(|width| *width > 1);
                let whole = whole.and_then(|width| Some((i64::try_from(width).ok()? - 1, 0)));
                let structure = shape.is_structure.then(|| STRUCTURE.to_owned());
                let marks = structure.into_iter().chain([member(low)]);
                let marks = marks.chain(shape.packed_mark());
                let marks = marks.chain(shape.literals.iter().map(literal));
                let line = line(&path, "", shape.signed, shape.range.or(whole));
                lines.push_str(&marked(line, marks));
            } else {
                lines.extend(shape.line(&path, None, false));
            }
            // A packed structure in one that is not packed is a whole of its own.
            let of_member = low.or(shape.range.map(|_| 0));
            self.write_members(lines, &path, id, of_member, depth + 1);
        }
    }
}

impl Shape {
    fn packed_mark(&self) -> Option<String> {
        let (unpacked, dimensions) = &self.packed;
        (!dimensions.is_empty()).then(|| packed(*unpacked, dimensions))
    }

    /// The line of an object of this shape, if it or a mark adds a fact that is not shown anyway. All versions show a
    /// parameter that is an array as a vector.
    pub(super) fn line(
        &self,
        path: &str,
        driver: Option<&Driver>,
        is_parameter: bool,
    ) -> Option<String> {
        let ascends = self.range.is_some_and(|(left, right)| left < right);
        let of_bits = self.range.is_none() && self.dimensions.len() == 1;
        let has_no_bits = self.is_real || self.is_text || self.opaque.is_some();
        let shows_dimensions = of_bits || has_no_bits || is_parameter || self.has_more_dimensions;
        let kinds = [
            (self.is_structure, STRUCTURE),
            (self.is_real, REAL),
            (self.is_text, TEXT),
        ];
        let kinds = kinds.into_iter().filter(|it| it.0).map(|it| it.1);
        // The words of an array are state, which a testbench may load.
        let is_state = |it: &&Driver| self.packed.0 > 0 && matches!(it, Driver::Processes(_));
        let driver = driver.filter(|it| !is_state(it)).map(Driver::mark);
        let marks: Vec<String> = driver
            .into_iter()
            .chain(kinds.map(str::to_owned))
            .chain(self.opaque.map(opaque))
            .chain(self.packed_mark())
            .chain(self.literals.iter().map(literal))
            .collect();
        let is_array = shows_dimensions && !self.dimensions.is_empty();
        if !self.signed && !ascends && !is_array && marks.is_empty() {
            return None;
        }
        let dimensions = self.dimensions.iter();
        let dimensions: String = dimensions
            .map(|(left, right)| format!("[{left}:{right}]"))
            .filter(|_| shows_dimensions)
            .collect();
        let line = line(path, &dimensions, self.signed, self.range);
        Some(marked(line, marks))
    }
}
