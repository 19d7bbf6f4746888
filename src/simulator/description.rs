//! What a simulator says of an object: its kind, its name, its place, how its value is encoded.

use std::fmt;

use verifork_protocol::description::Literal;

use crate::value::{Declared, DeclaredRange};

/// The kind of an object, common to Verilog, `SystemVerilog` and VHDL.
///
/// A packed structure or an enumeration that a simulator shows as a plain vector is a
/// [`Variable`](ObjectKind::Variable): the kind is what the simulator says, not what was declared.
///
/// ```
/// use verifork::ObjectKind;
///
/// assert!(ObjectKind::GenerateScope.is_scope());
/// assert_eq!(ObjectKind::GenerateScope.to_string(), "generate scope");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// An instance of a module, an interface, a program or an entity.
    Module,
    /// One scope of a generate construct, such as `gen[0]`.
    GenerateScope,
    /// All scopes of one generate loop, where the simulator shows them as one.
    GenerateArray,
    /// A package, or the compilation unit's scope `$unit`.
    Package,
    /// A function.
    Function,
    /// A task or a procedure.
    Task,
    /// A named `begin` or `fork` block, or a VHDL block.
    NamedBlock,
    /// A net, or a VHDL signal.
    Net,
    /// A variable of logic or bits: `reg`, `logic`, `bit`.
    Variable,
    /// A variable of an integer type: `integer`, `int`, `byte`, `shortint`, `longint`.
    Integer,
    /// A variable of a real type.
    Real,
    /// A variable of type `time`.
    Time,
    /// A variable of type `string`.
    Text,
    /// A variable of an enumeration type.
    Enumeration,
    /// A parameter, a local parameter, a generic or a constant.
    Parameter,
    /// A memory or an unpacked array.
    Array,
    /// A named event.
    NamedEvent,
    /// A structure or a record.
    Struct,
    /// Something that has a name and fits none of the others.
    Other,
}

impl ObjectKind {
    /// Whether objects of this kind hold other objects by name.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// let scopes = dut.children()?.into_iter().filter(|object| object.kind().is_scope());
    /// log::info!("{} scopes", scopes.count());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_scope(self) -> bool {
        matches!(
            self,
            ObjectKind::Module
                | ObjectKind::GenerateScope
                | ObjectKind::GenerateArray
                | ObjectKind::Package
                | ObjectKind::Function
                | ObjectKind::Task
                | ObjectKind::NamedBlock
        )
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            ObjectKind::Module => "module",
            ObjectKind::GenerateScope => "generate scope",
            ObjectKind::GenerateArray => "generate array",
            ObjectKind::Package => "package",
            ObjectKind::Function => "function",
            ObjectKind::Task => "task",
            ObjectKind::NamedBlock => "named block",
            ObjectKind::Net => "net",
            ObjectKind::Variable => "variable",
            ObjectKind::Integer => "integer variable",
            ObjectKind::Real => "real variable",
            ObjectKind::Time => "time variable",
            ObjectKind::Text => "string variable",
            ObjectKind::Enumeration => "enumeration variable",
            ObjectKind::Parameter => "parameter",
            ObjectKind::Array => "array",
            ObjectKind::NamedEvent => "named event",
            ObjectKind::Struct => "structure",
            ObjectKind::Other => "object",
        })
    }
}

/// The direction of a port, seen from inside its module (IEEE 1800-2017, 23.2.2).
///
/// ```
/// assert_eq!(verifork::Direction::InOut.to_string(), "inout");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// Into the module: a testbench may drive it.
    Input,
    /// Out of the module: the design drives it.
    Output,
    /// Both ways.
    InOut,
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Direction::Input => "input",
            Direction::Output => "output",
            Direction::InOut => "inout",
        })
    }
}

/// How the value of an object is encoded, and so which reads and writes fit it.
///
/// ```
/// use verifork::Encoding;
///
/// let byte = Encoding::Logic { width: 8, range: Some((7, 0)), signed: false, two_state: false };
/// assert_eq!(byte.width(), Some(8));
/// assert_eq!(byte.to_string(), "logic [7:0]");
/// assert_eq!(Encoding::Real.width(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// A scalar or a vector of logic values.
    Logic {
        /// The number of bits.
        width: u32,
        /// The declared indices of the leftmost and the rightmost bit; `None` for a scalar.
        range: Option<(i64, i64)>,
        /// Whether the declaration is signed.
        signed: bool,
        /// Whether the object holds 0 and 1 only (`bit`, `int`, …): reads of it are cheaper.
        two_state: bool,
    },
    /// A floating-point number of 64 bits.
    Real,
    /// A string.
    Text,
    /// No value: a scope or an event.
    None,
}

/// How many bits or elements a declared range has.
pub(super) fn length((left, right): (i64, i64)) -> u64 {
    left.abs_diff(right) + 1
}

/// Where the element of a packed array with this index begins, and how many bits it has. The dimensions are those of
/// the array, the one of its elements' bits last: with fewer than two it is not an array.
pub(super) fn packed_element(dimensions: &[(i64, i64)], index: i64) -> Option<(u64, u64)> {
    let [(left, right), below @ ..] = dimensions else {
        return None;
    };
    let (left, right) = (*left, *right);
    let position = DeclaredRange { left, right }.offset(index)?;
    let width: u64 = below.iter().map(|range| length(*range)).product();
    (!below.is_empty()).then_some((u64::from(position) * width, width))
}

impl Encoding {
    /// Whether its bits are 0 and 1 and nothing else: as those of a `bit` or an `int`, or of
    /// anything in a simulator of two states.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(state: Signal<LogicVec>) -> Result {
    /// if state.description().encoding.has_two_states() {
    ///     return skip("an unknown value cannot be seen here");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn has_two_states(&self) -> bool {
        matches!(
            self,
            Encoding::Logic {
                two_state: true,
                ..
            }
        )
    }

    /// The number of bits, for an object of logic values.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// for object in dut.children()? {
    ///     if let Some(bits) = object.description().encoding.width() {
    ///         log::info!("{}: {bits} bits", object.name());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn width(&self) -> Option<u32> {
        match self {
            Encoding::Logic { width, .. } => Some(*width),
            Encoding::Real | Encoding::Text | Encoding::None => None,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Encoding::Logic {
                width,
                range,
                signed,
                two_state,
            } => {
                formatter.write_str(if *two_state { "bit" } else { "logic" })?;
                if *signed {
                    formatter.write_str(" signed")?;
                }
                match range {
                    Some((left, right)) if *width == 0 => {
                        write!(formatter, " of no bits, [{left}:{right}]")
                    }
                    Some((left, right)) => write!(formatter, " [{left}:{right}]"),
                    None if *width == 1 => Ok(()),
                    None => write!(formatter, " of {width} bits"),
                }
            }
            Encoding::Real => formatter.write_str("real"),
            Encoding::Text => formatter.write_str("string"),
            Encoding::None => formatter.write_str("no value"),
        }
    }
}

/// Everything that a simulator shows about one object.
///
/// ```no_run
/// # fn show(counter: &verifork::Description) {
/// println!("{} is a {} of {}", counter.path, counter.kind, counter.encoding);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, none excludes another"
)]
pub struct Description {
    /// What it is.
    pub kind: ObjectKind,
    /// Its own name, without the backslash of an escaped identifier.
    pub name: String,
    /// Its full name in the simulator's notation.
    pub path: String,
    /// The name of the module, entity or interface it is an instance of.
    pub definition: Option<String>,
    /// The file of its declaration, if the simulator keeps it.
    pub file: Option<String>,
    /// The line of its declaration, from 1, if the simulator keeps it.
    pub line: Option<u32>,
    /// How its value is encoded; for an array, the value of one element.
    pub encoding: Encoding,
    /// Whether its value is a number without bits: an integer, a physical value, or a position in an enumeration of
    /// VHDL. For an array, whether the values of its elements are.
    pub number: bool,
    /// Its direction, if it is the net or variable of a port.
    pub direction: Option<Direction>,
    /// Whether it cannot be written: a parameter, a generic, a constant.
    pub constant: bool,
    /// The declared indices of the leftmost and the rightmost element, if it is an array.
    pub array: Option<(i64, i64)>,
    /// Whether it is an array without elements: it has a null range of VHDL, such as `1 to 0`.
    pub is_empty: bool,
    /// The names and values of an enumeration, if the simulator shows them (for VHDL over VHPI) or its compiler does
    /// (Verilator).
    pub literals: Vec<Literal>,
    /// Whether it is a packed structure whose members can be bound by name. It has a value as a whole too.
    pub has_members: bool,
}

impl Description {
    /// A description with nothing but this.
    pub(crate) fn new(kind: ObjectKind, name: String, path: String) -> Self {
        Description {
            kind,
            name,
            path,
            definition: None,
            file: None,
            line: None,
            encoding: Encoding::None,
            number: false,
            direction: None,
            constant: kind == ObjectKind::Parameter,
            array: None,
            is_empty: false,
            literals: Vec::new(),
            has_members: false,
        }
    }

    /// What the declaration makes of its bits. An object that is not logic has none.
    #[inline]
    pub(crate) fn declared(&self) -> Declared {
        let (width, signed) = match self.encoding {
            Encoding::Logic { width, signed, .. } => (width, signed),
            _ => (0, false),
        };
        Declared {
            width,
            signed,
            number: self.number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_reads_like_its_declaration() {
        let logic = |width, range, signed, two_state| {
            Encoding::Logic {
                width,
                range,
                signed,
                two_state,
            }
            .to_string()
        };
        assert_eq!(logic(1, None, false, false), "logic");
        assert_eq!(logic(8, Some((0, 7)), true, false), "logic signed [0:7]");
        assert_eq!(logic(32, None, true, true), "bit signed of 32 bits");
        assert_eq!(
            logic(0, Some((-1, 0)), false, false),
            "logic of no bits, [-1:0]"
        );
        assert_eq!(Encoding::None.to_string(), "no value");
    }

    #[test]
    fn what_holds_a_value_is_no_scope() {
        assert!(ObjectKind::Package.is_scope());
        assert!(!ObjectKind::Array.is_scope());
        assert!(!ObjectKind::Parameter.is_scope());
    }

    #[test]
    fn a_kind_is_padded_in_a_table() {
        assert_eq!(format!("{:10}|", ObjectKind::Net), "net       |");
    }

    #[test]
    fn each_kind_has_a_name_of_its_own_and_is_a_scope_if_it_holds_objects() {
        use std::collections::HashSet;

        use ObjectKind as Kind;
        let scopes = [
            (Kind::Module, "module"),
            (Kind::GenerateScope, "generate scope"),
            (Kind::GenerateArray, "generate array"),
            (Kind::Package, "package"),
            (Kind::Function, "function"),
            (Kind::Task, "task"),
            (Kind::NamedBlock, "named block"),
        ];
        let others = [
            (Kind::Net, "net"),
            (Kind::Variable, "variable"),
            (Kind::Integer, "integer variable"),
            (Kind::Real, "real variable"),
            (Kind::Time, "time variable"),
            (Kind::Text, "string variable"),
            (Kind::Enumeration, "enumeration variable"),
            (Kind::Parameter, "parameter"),
            (Kind::Array, "array"),
            (Kind::NamedEvent, "named event"),
            (Kind::Struct, "structure"),
            (Kind::Other, "object"),
        ];
        assert!(scopes.iter().all(|(kind, _)| kind.is_scope()));
        assert!(!others.iter().any(|(kind, _)| kind.is_scope()));
        let mut names = HashSet::new();
        for (kind, name) in scopes.into_iter().chain(others) {
            assert_eq!(kind.to_string(), name);
            assert!(names.insert(name), "two kinds are called {name}");
        }
    }

    #[test]
    fn only_logic_has_a_width_and_only_bits_have_two_states() {
        let logic = |two_state| Encoding::Logic {
            width: 5,
            range: None,
            signed: false,
            two_state,
        };
        assert_eq!(
            (logic(true).width(), logic(false).width()),
            (Some(5), Some(5))
        );
        assert!(logic(true).has_two_states() && !logic(false).has_two_states());
        for (encoding, name) in [(Encoding::Real, "real"), (Encoding::Text, "string")] {
            assert_eq!((encoding.width(), encoding.has_two_states()), (None, false));
            assert_eq!(encoding.to_string(), name);
        }
    }
}
