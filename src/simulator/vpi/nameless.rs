//! Generates of VHDL that the simulator shows without a name.
//!
//! GHDL 5 with the code generator mcode shows an `if` generate whose first branch was not taken as an empty scope
//! whose full name is two question marks. A query for its name ends the process. So does a search by name that
//! reaches it, which is any search for a name that no signal, generic or constant of the scope has.

use super::VpiPort;
use super::probe;
use super::scope::Scope;
use super::vhdl::Vhdl;
use crate::simulator::{Handle, PortError};
use crate::sys::vpi;

/// The full name of a scope without a name.
const NO_NAME: &str = "??";

impl VpiPort {
    pub(super) fn is_nameless(&self, object: Handle) -> bool {
        self.quirks.some_generates_are_nameless
            && self.kind(object).is_scope()
            && self.raw.get_text(vpi::vpiFullName, object).as_deref() == Some(NO_NAME)
    }

    /// The object that a scope finds by a name, if the process survives the search.
    pub(super) fn search_vhdl(&self, index: &Scope, scope: Handle, name: &str) -> Option<Handle> {
        let search = || self.raw.by_name(name, Some(scope));
        let survives = || {
            probe::survives(|| {
                search();
            })
        };
        if index.holds_nameless && !survives() {
            return None;
        }
        search()
    }

    /// The error for a scope whose contents cannot be listed completely.
    pub(super) fn nameless_vhdl(&self, vhdl: &Vhdl, scope: Handle) -> Option<PortError> {
        if !self.scope(Some(scope)).holds_nameless {
            return None;
        }
        let path = vhdl.path(scope).unwrap_or_default();
        let what = format!(
            "show an `if` generate in `{path}` whose first branch was not taken, or its name"
        );
        Some(self.unsupported(
            &what,
            "all else is found by name; to list it, and to see what the generate holds, give each \
             branch a generate of its own, or use GHDL's code generator llvm",
        ))
    }
}
