//! What an object is: its kind, its encoding, its source location.
//!
//! Queries only the properties that are safe for an object's type: Icarus 11 aborts on many that do not apply.

use super::VpiPort;
use crate::simulator::{
    Description, Encoding, Handle, ObjectKind, description::length, event, verilog_name,
};
use crate::sys::vpi;

pub(super) fn object_kind(vpi_type: i32) -> ObjectKind {
    match vpi_type {
        vpi::vpiModule | vpi::vpiInterface | vpi::vpiProgram => ObjectKind::Module,
        // No type in the standard: what Verilator calls generate scopes and blocks.
        vpi::vpiGenScope | vpi::vpiScope => ObjectKind::GenerateScope,
        vpi::vpiGenScopeArray => ObjectKind::GenerateArray,
        vpi::vpiPackage => ObjectKind::Package,
        vpi::vpiFunction => ObjectKind::Function,
        vpi::vpiTask => ObjectKind::Task,
        vpi::vpiNamedBegin | vpi::vpiNamedFork => ObjectKind::NamedBlock,
        vpi::vpiNet | vpi::vpiNetBit | vpi::vpiIntegerNet | vpi::vpiTimeNet => ObjectKind::Net,
        vpi::vpiReg
        | vpi::vpiRegBit
        | vpi::vpiBitVar
        | vpi::vpiMemoryWord
        | vpi::vpiPartSelect
        | vpi::vpiBitSelect => ObjectKind::Variable,
        vpi::vpiIntegerVar
        | vpi::vpiIntVar
        | vpi::vpiByteVar
        | vpi::vpiShortIntVar
        | vpi::vpiLongIntVar => ObjectKind::Integer,
        vpi::vpiRealVar | vpi::vpiShortRealVar => ObjectKind::Real,
        vpi::vpiTimeVar => ObjectKind::Time,
        vpi::vpiStringVar => ObjectKind::Text,
        vpi::vpiEnumVar | vpi::vpiEnumNet => ObjectKind::Enumeration,
        vpi::vpiParameter | vpi::vpiSpecParam => ObjectKind::Parameter,
        vpi::vpiMemory | vpi::vpiNetArray | vpi::vpiRegArray => ObjectKind::Array,
        vpi::vpiNamedEvent => ObjectKind::NamedEvent,
        vpi::vpiStructVar | vpi::vpiUnionVar | vpi::vpiStructNet => ObjectKind::Struct,
        _ => ObjectKind::Other,
    }
}

/// Whether objects of a type hold 0 and 1 only.
fn is_two_state(vpi_type: i32) -> bool {
    matches!(
        vpi_type,
        vpi::vpiBitVar
            | vpi::vpiIntVar
            | vpi::vpiByteVar
            | vpi::vpiShortIntVar
            | vpi::vpiLongIntVar
    )
}

impl VpiPort {
    pub(super) fn description(&self, object: Handle) -> Description {
        let vpi_type = if event::is_over() {
            vpi::vpiUndefined
        } else {
            self.vpi_type(object)
        };
        let kind = self.kind_of(object, vpi_type);
        let mut description = Description::new(kind, String::new(), self.path(object));
        if vpi_type == vpi::vpiUndefined {
            return description;
        }
        description.name = self.own_name(object, kind);
        if kind.is_scope() || kind == ObjectKind::Parameter {
            // Icarus 11 has no other locations, and aborts on a query for that of a dynamic array.
            self.describe_place(object, &mut description);
        }
        match kind {
            ObjectKind::Module => {
                let definition = self.raw.get_text(vpi::vpiDefName, object);
                // "<null>" is Verilator's for none.
                description.definition = definition.filter(|name| name != "<null>");
            }
            ObjectKind::Array => {
                self.describe_array(object, &mut description);
                description.literals = self.declared_literals(object, vpi_type);
            }
            ObjectKind::NamedEvent => {}
            kind if kind.is_scope() => {}
            _ => {
                let (kind, encoding) = self.encoding(object, vpi_type);
                description.kind = kind;
                description.encoding = encoding;
                description.direction = self.direction_of(object, &description.name);
                description.literals = self.declared_literals(object, vpi_type);
            }
        }
        description
    }

    /// The name within its scope.
    pub(super) fn own_name(&self, object: Handle, kind: ObjectKind) -> String {
        if self.quirks.generate_scopes_are_hidden && kind.is_scope() {
            return self.name_at_the_end(object);
        }
        if let Some(name) = self.name_of_port(object) {
            return name.to_owned();
        }
        let name = self
            .declared_name(vpi::vpiName, object)
            .or_else(|| self.raw.get_text(vpi::vpiName, object))
            .unwrap_or_default();
        verilog_name::plain(&name).to_owned()
    }

    fn describe_place(&self, object: Handle, description: &mut Description) {
        let file = self.raw.get_text(vpi::vpiFile, object);
        // "N/A" and "-" are Icarus's for none.
        description.file = file.filter(|file| !matches!(file.as_str(), "" | "-" | "N/A"));
        if description.file.is_some() {
            let line = self.raw.get(vpi::vpiLineNo, Some(object));
            description.line = line
                .and_then(|line| u32::try_from(line).ok())
                .filter(|&line| line > 0);
        }
    }

    fn describe_array(&self, array: Handle, description: &mut Description) {
        if let Some(range) = self.declared_range(array) {
            description.array = Some(range);
            if let Some(word) = self.first_word(array) {
                description.encoding = self.encoding(word, self.vpi_type(word)).1;
            }
            return;
        }
        description.array = self.range(array);
        // A dynamic array or a queue has no element yet, or another one each time.
        if let Some((left, _)) = description.array
            && let Some(element) = self.innermost_element(array, left)
        {
            description.encoding = self.encoding(element, self.vpi_type(element)).1;
        }
    }

    /// The element of an array, or of the arrays that its elements are, each with its leftmost index.
    fn innermost_element(&self, array: Handle, left: i64) -> Option<Handle> {
        let mut element = self.array_element(array, left)?;
        while self.kind(element) == ObjectKind::Array {
            element = self.array_element(element, self.range(element)?.0)?;
        }
        Some(element)
    }

    /// The kind, if the value shows more than the type, and the encoding.
    pub(super) fn encoding(&self, object: Handle, vpi_type: i32) -> (ObjectKind, Encoding) {
        let kind = self.kind_of(object, vpi_type);
        if self.quirks.everything_is_a_register {
            return self.encoding_of_register(object, kind);
        }
        match vpi_type {
            vpi::vpiRealVar | vpi::vpiShortRealVar => (kind, Encoding::Real),
            vpi::vpiStringVar => (kind, Encoding::Text),
            vpi::vpiParameter | vpi::vpiSpecParam => {
                match self.raw.get(vpi::vpiConstType, Some(object)) {
                    Some(vpi::vpiRealConst) => (kind, Encoding::Real),
                    Some(vpi::vpiStringConst) => (kind, Encoding::Text),
                    // Icarus aborts on the query whether a parameter is a vector.
                    _ => (kind, self.logic(object, None, false)),
                }
            }
            // Icarus shows the type of an array's elements only by the format of their values.
            vpi::vpiMemoryWord => match self.own_format(object) {
                Some(vpi::vpiRealVal) => (ObjectKind::Real, Encoding::Real),
                Some(vpi::vpiStringVal) => (ObjectKind::Text, Encoding::Text),
                // An element of 1 bit is [0:0] to Icarus, declared so or not.
                _ => {
                    let range = self.range(object).filter(|range| *range != (0, 0));
                    let encoding = self.logic(object, range, false);
                    (kind, self.as_declared(object, encoding))
                }
            },
            _ => {
                let scalar = self.raw.get(vpi::vpiScalar, Some(object)) == Some(1);
                let range = if scalar { None } else { self.range(object) };
                let two_state = self.quirks.two_states_only || is_two_state(vpi_type);
                (kind, self.logic(object, range, two_state))
            }
        }
    }

    pub(super) fn logic(
        &self,
        object: Handle,
        range: Option<(i64, i64)>,
        two_state: bool,
    ) -> Encoding {
        let size = self.raw.get(vpi::vpiSize, Some(object)).unwrap_or(0);
        match u32::try_from(size) {
            Ok(0) | Err(_) => Encoding::None,
            Ok(width) => Encoding::Logic {
                width,
                range: range.filter(|range| length(*range) == u64::from(width)),
                signed: self.raw.get(vpi::vpiSigned, Some(object)) == Some(1),
                two_state,
            },
        }
    }

    /// The declared bounds of a vector or an array.
    pub(super) fn range(&self, object: Handle) -> Option<(i64, i64)> {
        let bound = |relation| {
            let bound = self.raw.related(relation, object)?;
            self.get_integer(bound).map(i64::from)
        };
        Some((bound(vpi::vpiLeftRange)?, bound(vpi::vpiRightRange)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_both_standards_have_a_kind() {
        assert_eq!(object_kind(vpi::vpiModule), ObjectKind::Module);
        assert_eq!(object_kind(vpi::vpiLongIntVar), ObjectKind::Integer);
        assert_eq!(object_kind(vpi::vpiRegArray), ObjectKind::Array);
        assert_eq!(object_kind(-1), ObjectKind::Other);
    }

    #[test]
    fn integers_of_verilog_have_four_states() {
        assert!(!is_two_state(vpi::vpiIntegerVar));
        assert!(is_two_state(vpi::vpiIntVar));
    }
}
