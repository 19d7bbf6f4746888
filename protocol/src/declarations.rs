//! Facts about declarations that a compiler knows and a running simulator does not provide. The harness writes them
//! beside the compiled design, and passes the file to the plugin in
//! [`Variable::Declarations`](crate::variables::Variable::Declarations).
//!
//! Each line is an object: its path, its dimensions if it is an array, `signed` or `unsigned`, and the range of its
//! bits, separated by tabs. `[0:3][16:31]` is two dimensions. A field that is unknown or does not apply is empty.
//! Marks may follow, each after a tab: [`DRIVEN`], [`STRUCTURE`], [`REAL`], [`TEXT`], or those of [`assigned`],
//! [`member`], [`packed`], [`literal`] and [`opaque`]. The members of a packed structure have their own lines, after
//! that of the structure and in the order of their declaration; in an array of structures, the path of the array is
//! used for its elements.

use crate::description::Literal;

/// Marks what the design drives all the time: by a continuous assignment, by combinational logic, or by
/// the connection of a port.
pub const DRIVEN: &str = "driven";
/// What begins the mark of what processes assign.
const ASSIGNED: &str = "assigned:";

/// Processes of the design that assign an object again and again, `always` but not `initial`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// One of them assigns all of its bits; else each assigns some.
    pub whole: bool,
    /// The file and the line of the first.
    pub place: Option<Box<str>>,
}

/// Marks what processes of the design assign. A place that a line cannot hold is left out.
pub fn assigned(by: &Assigned) -> String {
    let bits = if by.whole { "whole" } else { "part" };
    let place = by.place.as_deref().unwrap_or_default();
    let place = if place.contains(['\t', '\n', '\r']) {
        ""
    } else {
        place
    };
    format!("{ASSIGNED}{bits}:{place}")
}

/// Marks a structure, or an array of such. The range is that of all its bits, and missing where it has
/// members that cannot be packed.
pub const STRUCTURE: &str = "structure";

/// Marks a real number, or an array of such.
pub const REAL: &str = "real";
/// Marks a string, or an array of such.
pub const TEXT: &str = "string";

/// The prefix of the mark of an object without values.
const OPAQUE: &str = "opaque:";

/// Marks what is not a number, vector or string, nor an array of such: a queue, a handle. `what` says what it is, with
/// its article.
pub fn opaque(what: &str) -> String {
    format!("{OPAQUE}{what}")
}

/// The prefix of the mark of a member of a packed structure.
const MEMBER: &str = "member:";

/// Marks a member of a packed structure: its least significant bit, counted from that of the whole structure.
pub fn member(low: u64) -> String {
    format!("{MEMBER}{low}")
}

/// The prefix of the mark of a vector with several packed dimensions.
const PACKED: &str = "packed:";

/// Marks a vector with several packed dimensions, or an array of such with this many unpacked dimensions. All packed
/// dimensions are given, outermost first; the last one is the range of the bits of an element, even if that is a
/// structure.
pub fn packed(unpacked: usize, dimensions: &[(i64, i64)]) -> String {
    use std::fmt::Write as _;
    let mut mark = format!("{PACKED}{unpacked}:");
    for (left, right) in dimensions {
        // Writing to a string cannot fail.
        let _ = write!(mark, "[{left}:{right}]");
    }
    mark
}

/// The prefix of the mark of a literal of an enumeration.
const LITERAL: &str = "literal:";

/// Marks an object of an enumeration: one of its literals.
pub fn literal(literal: &Literal) -> String {
    format!("{LITERAL}{}:{}", literal.value, literal.name)
}

/// The declaration of an object.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a mark of its own, and most exclude no other"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// First and last index of each dimension of an array; none for no array.
    pub dimensions: Vec<(i64, i64)>,
    /// Whether its values are signed, if that is known.
    pub signed: Option<bool>,
    /// First and last index of its bits.
    pub range: Option<(i64, i64)>,
    /// Whether it is marked as [`DRIVEN`].
    pub driven: bool,
    /// What is marked by [`assigned`].
    pub assigned: Option<Assigned>,
    /// Whether it is marked as [`STRUCTURE`].
    pub structure: bool,
    /// Whether it is marked as [`REAL`].
    pub real: bool,
    /// Whether it is marked as [`TEXT`].
    pub text: bool,
    /// The least significant bit of a [`member`] of a packed structure.
    pub member: Option<u32>,
    /// What it is, if it is marked as [`opaque`].
    pub opaque: Option<Box<str>>,
    /// For an object marked as [`packed`]: the number of unpacked dimensions, and the packed ones, outermost first.
    /// Empty for a plain vector.
    pub packed: (usize, Vec<(i64, i64)>),
    /// The literals of an enumeration, marked by [`literal`].
    pub literals: Vec<Literal>,
}

/// The line of an object, with its newline. The dimensions are text as in the line.
pub fn line(path: &str, dimensions: &str, signed: bool, range: Option<(i64, i64)>) -> String {
    let sign = if signed { "signed" } else { "unsigned" };
    let range = range.map_or_else(String::new, |(left, right)| format!("[{left}:{right}]"));
    format!("{path}\t{dimensions}\t{sign}\t{range}\n")
}

/// The line of an object with nothing but marks, with its newline.
pub fn unknown(path: &str) -> String {
    format!("{path}\t\t\t\n")
}

/// Adds marks to a line that has its newline.
pub fn marked(mut line: String, marks: impl IntoIterator<Item: AsRef<str>>) -> String {
    line.pop();
    for mark in marks {
        line.push('\t');
        line.push_str(mark.as_ref());
    }
    line.push('\n');
    line
}

/// Parses a line without its newline: the path and the declaration. `None` if it is malformed.
///
/// ```
/// use verifork_protocol::declarations::{line, parse};
///
/// let line = line("top.memory", "[0:3][16:31]", true, Some((7, 0)));
/// let (path, declaration) = parse(line.trim_end()).unwrap();
/// assert_eq!(path, "top.memory");
/// assert_eq!(declaration.dimensions, [(0, 3), (16, 31)]);
/// assert_eq!((declaration.signed, declaration.range), (Some(true), Some((7, 0))));
/// ```
pub fn parse(line: &str) -> Option<(&str, Declaration)> {
    let parts: Vec<&str> = line.split('\t').collect();
    let [path, dimensions, sign, range, ref marks @ ..] = parts[..] else {
        return None;
    };
    let (mut of, mut opaque, mut literals) = (None, None, Vec::new());
    let (mut packed, mut assigned) = ((0, Vec::new()), None);
    for mark in marks {
        if let Some(low) = mark.strip_prefix(MEMBER) {
            of = Some(low.parse().ok()?);
        } else if let Some(what) = mark.strip_prefix(OPAQUE) {
            opaque = Some(what.into());
        } else if let Some(dimensions) = mark.strip_prefix(PACKED) {
            let (unpacked, dimensions) = dimensions.split_once(':')?;
            let dimensions = ranges(dimensions).filter(|them| them.len() > 1)?;
            packed = (unpacked.parse().ok()?, dimensions);
        } else if let Some(literal) = mark.strip_prefix(LITERAL) {
            let (value, name) = literal.split_once(':')?;
            literals.push(Literal {
                name: name.to_owned(),
                value: value.parse().ok()?,
            });
        } else if let Some(by) = mark.strip_prefix(ASSIGNED) {
            let (bits, place) = by.split_once(':')?;
            assigned = Some(Assigned {
                whole: match bits {
                    "whole" => true,
                    "part" => false,
                    _ => return None,
                },
                place: Some(place.into()).filter(|_| !place.is_empty()),
            });
        } else if ![DRIVEN, STRUCTURE, REAL, TEXT].contains(mark) {
            return None;
        }
    }
    let declaration = Declaration {
        dimensions: ranges(dimensions)?,
        signed: match sign {
            "signed" => Some(true),
            "unsigned" => Some(false),
            "" => None,
            _ => return None,
        },
        range: ranges(range)?.first().copied(),
        driven: marks.contains(&DRIVEN),
        assigned,
        structure: marks.contains(&STRUCTURE),
        real: marks.contains(&REAL),
        text: marks.contains(&TEXT),
        member: of,
        opaque,
        packed,
        literals,
    };
    Some((path, declaration))
}

/// The ranges in a text such as `[1:0][7:0]`, none of an empty one; `None` if it is not of ranges alone.
///
/// ```
/// use verifork_protocol::declarations::ranges;
///
/// assert_eq!(ranges("[1:0][7:-8]"), Some(vec![(1, 0), (7, -8)]));
/// assert_eq!(ranges("[7]"), None);
/// ```
pub fn ranges(text: &str) -> Option<Vec<(i64, i64)>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let ranges = text.strip_prefix('[')?.strip_suffix(']')?.split("][");
    let bounds = ranges.map(|range| {
        let (left, right) = range.split_once(':')?;
        Some((left.parse().ok()?, right.parse().ok()?))
    });
    bounds.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_path_dimensions_a_sign_and_a_range() {
        let (path, array) = parse("top.gen[0].m\t[0:3][-1:1]\tsigned\t").unwrap();
        assert_eq!(path, "top.gen[0].m");
        assert_eq!(array.dimensions, [(0, 3), (-1, 1)]);
        assert!(array.signed == Some(true) && array.range.is_none());
        let (_, vector) = parse("top.v\t\tunsigned\t[0:7]").unwrap();
        assert_eq!((vector.dimensions.len(), vector.range), (0, Some((0, 7))));
        let line = marked(line("top.w", "", false, None), [DRIVEN, STRUCTURE]);
        let (_, wire) = parse(line.trim_end()).unwrap();
        assert!(wire.driven && wire.structure && wire.signed == Some(false));
        let line = marked(unknown("top.w"), [DRIVEN]);
        let (_, wire) = parse(line.strip_suffix('\n').unwrap()).unwrap();
        assert!(wire.driven && wire.signed.is_none());
        for (whole, place) in [(true, Some("t.v:3")), (false, None)] {
            let place = place.map(Into::into);
            let by = Assigned { whole, place };
            let line = marked(unknown("top.r"), [assigned(&by)]);
            let (_, register) = parse(line.strip_suffix('\n').unwrap()).unwrap();
            assert_eq!(register.assigned, Some(by));
        }
        let length = marked(super::line("top.h.len", "", false, None), [member(12)]);
        let (_, length) = parse(length.trim_end()).unwrap();
        assert_eq!((length.member, length.structure), (Some(12), false));
        let bytes = marked(unknown("top.b"), [packed(1, &[(0, 3), (7, 0)])]);
        let (_, bytes) = parse(bytes.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(bytes.packed, (1, vec![(0, 3), (7, 0)]));
        let done = Literal {
            name: "a:b".to_owned(),
            value: 3,
        };
        let state = marked(
            super::line("top.s", "", false, Some((1, 0))),
            [literal(&done)],
        );
        let (_, state) = parse(state.trim_end()).unwrap();
        assert_eq!(state.literals, [done]);
        let line = marked(unknown("top.q"), [opaque("a queue")]);
        let (_, queue) = parse(line.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(queue.opaque.as_deref(), Some("a queue"));
        let (_, reals) = parse("top.r\t[0:2]\tsigned\t\treal").unwrap();
        assert!(reals.real && !reals.text && reals.opaque.is_none());
        for line in [
            "",
            "top.s\t\tunsigned\t[1:0]\tliteral:DONE",
            "top.s\t\tunsigned\t[1:0]\tliteral:-1:DONE",
            "top.h.len\t\tunsigned\t[7:0]\tmember:",
            "top.b\t\tunsigned\t[7:0]\tpacked:0:[7:0]",
            "top.b\t\tunsigned\t[7:0]\tpacked:[3:0][7:0]",
            "top.b\t\tunsigned\t[7:0]\tpacked:0:",
            "top.v\t\tunsigned\t[0:7]\tdrive",
            "top.v\t\tunsigned\t[0:7]\tassigned:t.v",
            "top.v\t\tunsigned\t[0:7]\tassigned:some:t.v",
            "top.m",
            "top.m\t[0:3]\tsigned",
            "top.m\t0:3\tsigned\t",
            "top.m\t[0]\tsigned\t",
            "top.m\t[0:3]\tsign\t",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
