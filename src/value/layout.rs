//! What the bits of a Rust type mean, to be compared with the design's declarations.

use verifork_protocol::description::Literal;

/// What the bits of a value are.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Layout {
    /// Bits.
    Bits,
    /// A number, in two's complement if it is signed.
    Integer {
        /// Whether there are numbers below 0.
        signed: bool,
    },
    /// One of these names, each with its value.
    Enumeration(&'static [(&'static str, u128)]),
    /// Fields, in the order of their declaration.
    Structure(&'static [FieldLayout]),
    /// This number of equal lanes, the first in the least significant bits.
    Lanes(&'static Layout, usize),
}

/// A field of a structure.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldLayout {
    /// Its name.
    pub name: &'static str,
    /// Its least significant bit.
    pub low: u32,
    /// Its number of bits.
    pub width: u32,
    /// What its bits mean.
    pub layout: Layout,
    /// Whether its bits keep all nine states.
    pub all_states: bool,
}

/// Whether one of the fields keeps all nine states.
#[doc(hidden)]
pub const fn some_keep_all_states(fields: &[FieldLayout]) -> bool {
    let (mut some, mut at) = (false, 0);
    while at < fields.len() {
        some |= fields[at].all_states;
        at += 1;
    }
    some
}

/// The fields of a structure with their places, in the order of their declaration: the first one has
/// the most significant bits, or the least with `lsb_first`.
#[doc(hidden)]
pub const fn field_layouts<const N: usize>(
    mut fields: [FieldLayout; N],
    lsb_first: bool,
) -> [FieldLayout; N] {
    let (mut placed, mut end) = (0, 0_u32);
    while placed < N {
        let at = if lsb_first { placed } else { N - 1 - placed };
        fields[at].low = end;
        end += fields[at].width;
        placed += 1;
    }
    fields
}

/// The same without what the bits mean.
#[doc(hidden)]
pub const fn field_places<const N: usize>(fields: &[FieldLayout]) -> [(&'static str, u32, u32); N] {
    let mut places = [("", 0, 0); N];
    let mut at = 0;
    while at < N {
        places[at] = (fields[at].name, fields[at].low, fields[at].width);
        at += 1;
    }
    places
}

/// How many bits all fields have.
#[doc(hidden)]
pub const fn structure_width(fields: &[FieldLayout]) -> u32 {
    let (mut width, mut at) = (0, 0);
    while at < fields.len() {
        width += fields[at].width;
        at += 1;
    }
    width
}

impl Layout {
    /// How many bits the values need at least, if they are names.
    pub(crate) fn least_width(&self) -> Option<u32> {
        let Layout::Enumeration(variants) = self else {
            return None;
        };
        let bits = |(_, value): &(&str, u128)| u128::BITS - value.leading_zeros();
        variants.iter().map(bits).max().map(|bits| bits.max(1))
    }

    /// What of it is not so in an enumeration of the design with these literals: a variant whose value has
    /// another name, or none. The design may have more.
    pub(crate) fn differs_from(&self, literals: &[Literal]) -> Option<String> {
        let variants = match self {
            Layout::Lanes(lane, _) => return lane.differs_from(literals),
            Layout::Enumeration(variants) => variants,
            _ => return None,
        };
        let bare: Vec<String> = literals.iter().map(|it| bare(&it.name)).collect();
        if bare == ["false", "true"] {
            // The two values of a boolean have many names in Rust.
            return None;
        }
        variants.iter().find_map(|(name, value)| {
            let mut positions = (0..literals.len()).filter(|at| literals[*at].value == *value);
            let Some(first) = positions.clone().next() else {
                return Some(format!(
                    "{value}, which is `{name}`, is none of {}",
                    all(literals)
                ));
            };
            let is_it = positions.any(|position| is_called(&bare, position, name));
            (!is_it).then(|| {
                let literal = &literals[first].name;
                format!(
                    "{value} is `{literal}` and not `{name}`: its values are {}",
                    all(literals)
                )
            })
        })
    }
}

/// Literals with their values, for a message.
fn all(literals: &[Literal]) -> String {
    let literals = literals.iter();
    let all = literals.map(|literal| format!("{} = {}", literal.name, literal.value));
    all.collect::<Vec<_>>().join(", ")
}

/// A name without what languages write otherwise: upper case, underscores, marks.
fn bare(name: &str) -> String {
    let letters = name.chars().filter(|it| it.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether one of the design's names is a variant's, but for what all of them begin or end with.
fn is_called(literals: &[String], position: usize, variant: &str) -> bool {
    let (literal, variant) = (&literals[position], bare(variant));
    // A character such as `'-'` has no name that Rust could have.
    if literal.is_empty() || *literal == variant {
        return true;
    }
    if let Some(prefix) = literal.strip_suffix(&variant) {
        return literals.len() > 1 && literals.iter().all(|it| it.starts_with(prefix));
    }
    if let Some(suffix) = literal.strip_prefix(&variant) {
        return literals.len() > 1 && literals.iter().all(|it| it.ends_with(suffix));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Layout = Layout::Enumeration(&[("Data", 0), ("WaitAck", 2)]);

    fn differs(literals: &[&str]) -> Option<String> {
        KIND.differs_from(&Literal::positions(literals.iter().copied()))
    }

    #[test]
    fn names_are_compared_as_both_languages_write_them() {
        assert_eq!(differs(&["data", "control", "wait_ack"]), None);
        assert_eq!(
            differs(&["ST_DATA", "ST_CONTROL", "ST_WAIT_ACK", "ST_X"]),
            None
        );
        assert_eq!(differs(&["'-'", "control", "wait_ack"]), None);
        let lanes = Layout::Lanes(&KIND, 4);
        assert!(lanes.differs_from(&Literal::positions(["data"])).is_some());
        assert!(
            Layout::Bits
                .differs_from(&Literal::positions(["data"]))
                .is_none()
        );
    }

    #[test]
    fn a_name_at_another_position_or_at_none_is_reported() {
        let moved = differs(&["data", "wait_ack", "control"]).unwrap();
        assert_eq!(
            moved,
            "2 is `control` and not `WaitAck`: its values are data = 0, wait_ack = 1, control = 2"
        );
        let few = differs(&["data", "control"]).unwrap();
        assert_eq!(
            few,
            "2, which is `WaitAck`, is none of data = 0, control = 1"
        );
        // The prefix is not that of all.
        assert!(differs(&["st_data", "control", "wait_ack"]).is_some());
    }

    #[test]
    fn encodings_are_those_of_the_design_whatever_their_order() {
        let differs = |encodings: &[(&str, u128)]| {
            let literal = |(name, value): &(&str, u128)| Literal {
                name: (*name).to_owned(),
                value: *value,
            };
            let literals: Vec<Literal> = encodings.iter().map(literal).collect();
            KIND.differs_from(&literals)
        };
        assert_eq!(differs(&[("WAIT_ACK", 2), ("DATA", 0), ("ERROR", 7)]), None);
        let other = differs(&[("DATA", 1), ("WAIT_ACK", 2)]).unwrap();
        assert_eq!(
            other,
            "0, which is `Data`, is none of DATA = 1, WAIT_ACK = 2"
        );
        let swapped = differs(&[("DATA", 2), ("WAIT_ACK", 0)]).unwrap();
        assert!(
            swapped.starts_with("0 is `WAIT_ACK` and not `Data`"),
            "{swapped}"
        );
    }

    #[test]
    fn names_need_the_bits_of_the_greatest() {
        assert_eq!(KIND.least_width(), Some(2));
        assert_eq!(Layout::Enumeration(&[("A", 0)]).least_width(), Some(1));
        assert_eq!(Layout::Bits.least_width(), None);
    }

    #[test]
    fn fields_follow_each_other_from_either_end() {
        let field = |name, width| FieldLayout {
            name,
            low: 0,
            width,
            layout: Layout::Bits,
            all_states: width == 1,
        };
        let declared = [field("a", 3), field("b", 1)];
        let places = |lsb_first| field_places(&field_layouts(declared, lsb_first));
        assert_eq!(places(false), [("a", 1, 3), ("b", 0, 1)]);
        assert_eq!(places(true), [("a", 0, 3), ("b", 3, 1)]);
        assert_eq!(structure_width(&declared), 4);
        assert!(some_keep_all_states(&declared) && !some_keep_all_states(&declared[..1]));
    }
}
