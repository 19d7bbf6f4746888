//! What VPI does not tell of a declaration, and the program around the design does: whether it is
//! signed, and in which direction its range goes.
//!
//! A file with a line each: the path, `s` or `u`, and the bounds of the range, apart by tabs. The
//! harness has Verilator write what it is made of when it compiles the design, and gives its name to
//! the host. Without it, vectors are unsigned and their ranges descend, as VPI tells.

use std::collections::HashMap;
use std::ffi::{CStr, c_char};

use crate::simulator::vpi::VpiPort;
use crate::simulator::{Encoding, Handle};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Declaration {
    signed: bool,
    range: (i64, i64),
}

#[derive(Default)]
pub(super) struct Declarations(HashMap<Box<str>, Declaration>);

impl Declarations {
    /// What the host has been given, if it is ours.
    fn load() -> Declarations {
        let text = file_of_host().and_then(|file| match std::fs::read_to_string(&file) {
            Ok(text) => Some(text),
            Err(error) => {
                log::error!("cannot read the declarations of the design in `{file}`: {error}");
                None
            }
        });
        Declarations::read(&text.unwrap_or_default())
    }

    fn read(text: &str) -> Declarations {
        let declaration = |line: &str| {
            let mut fields = line.split('\t');
            let path = Box::from(fields.next()?);
            let signed = fields.next()? == "s";
            let mut bound = || fields.next()?.parse().ok();
            let range = (bound()?, bound()?);
            Some((path, Declaration { signed, range }))
        };
        Declarations(text.lines().filter_map(declaration).collect())
    }

    /// That of a path, which may be an element of the array that was declared.
    fn get(&self, path: &str) -> Option<Declaration> {
        let mut path = path;
        loop {
            if let Some(found) = self.0.get(path) {
                return Some(*found);
            }
            path = path.strip_suffix(']')?.rsplit_once('[')?.0;
        }
    }
}

/// The name of the file that the host was given.
fn file_of_host() -> Option<String> {
    type Ask = unsafe extern "C" fn() -> *const c_char;
    let process = libloading::os::unix::Library::this();
    // SAFETY: the host declares the function so, and no other program has one of this name.
    let ask = unsafe { process.get::<Ask>(b"verifork_declarations\0") }.ok()?;
    // SAFETY: it takes nothing and gives a string that lives as long as the program.
    let file = unsafe { CStr::from_ptr(ask()) };
    let file = file.to_str().ok()?;
    (!file.is_empty()).then(|| file.to_owned())
}

impl VpiPort {
    /// Puts what was declared into the place of what VPI tells.
    pub(in crate::simulator::vpi) fn as_declared(
        &self,
        object: Handle,
        encoding: Encoding,
    ) -> Encoding {
        let declarations = self.kept.declarations.get_or_init(Declarations::load);
        let Encoding::Logic {
            width,
            range,
            two_state,
            ..
        } = encoding
        else {
            return encoding;
        };
        if declarations.0.is_empty() {
            return encoding;
        }
        let Some(declared) = declarations.get(&self.path(object)) else {
            return encoding;
        };
        let (left, right) = declared.range;
        let fits = left.abs_diff(right) + 1 == u64::from(width);
        Encoding::Logic {
            width,
            range: if fits && range.is_some() {
                Some(declared.range)
            } else {
                range
            },
            signed: declared.signed,
            two_state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_as_their_array_was_declared() {
        let declarations = Declarations::read("top.gen[0].m\ts\t0\t7\ntop.u\tu\t0\t3\nbroken\ts\n");
        let of_memory = Declaration {
            signed: true,
            range: (0, 7),
        };
        for path in ["top.gen[0].m", "top.gen[0].m[3]", "top.gen[0].m[3][-1]"] {
            assert_eq!(declarations.get(path), Some(of_memory), "{path}");
        }
        let of_vector = Declaration {
            signed: false,
            range: (0, 3),
        };
        assert_eq!(declarations.get("top.u"), Some(of_vector));
        for path in ["top.gen[0]", "top", "broken", "m[3]"] {
            assert_eq!(declarations.get(path), None, "{path}");
        }
    }
}
