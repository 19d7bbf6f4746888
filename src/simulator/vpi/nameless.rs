//! Generates of VHDL that the simulator shows without a name.
//!
//! GHDL 5 with its code generator mcode shows nothing of an `if` generate whose first branch was not
//! taken: it lists a scope that holds nothing, whose full name is two question marks. To ask for its
//! name ends the process, and so does a search by name that comes by, which is one for a name
//! that none of the scope's signals, generics and constants has.

use super::VpiPort;
use super::probe;
use super::scope::Scope;
use super::vhdl::Vhdl;
use crate::simulator::{Handle, PortError};
use crate::sys::vpi;

/// The full name of what has none.
const NO_NAME: &str = "??";

impl VpiPort {
    pub(super) fn is_nameless(&self, object: Handle) -> bool {
        self.quirks.some_generates_are_nameless
            && self.kind(object).is_scope()
            && self.raw.get_text(vpi::vpiFullName, object).as_deref() == Some(NO_NAME)
    }

    /// The object that a scope finds by a name, if it does so and lives.
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

    /// What cannot be listed of a scope.
    pub(super) fn nameless_vhdl(&self, vhdl: &Vhdl, scope: Handle) -> Option<PortError> {
        if !self.scope(Some(scope)).holds_nameless {
            return None;
        }
        let path = vhdl.path(scope).unwrap_or_default();
        let what = format!(
            "show an `if` generate in `{path}` whose first branch was not taken, nor tell its name"
        );
        Some(self.unsupported(
            &what,
            "all else is found by name; to list it, and to see what the generate holds, give each \
             branch a generate of its own, or use GHDL's code generator llvm",
        ))
    }
}
