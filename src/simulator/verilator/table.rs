//! The table of a design that the host of a Verilator program hands over: its layout, and nothing else.
//!
//! The host is C++ and compiled with the user's Verilator, whose classes differ between versions; what
//! crosses is this table, whose version changes whenever its layout does. The other side of it is in
//! the host's source.

use std::ffi::{CStr, c_char, c_int, c_void};

use crate::simulator::text::decoded;

/// The version of the layout below.
pub(super) const VERSION: u32 = 3;

/// The declared bounds of a dimension.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) left: i32,
    pub(super) right: i32,
}

#[repr(C)]
pub(super) struct ScopeEntry {
    name: *const c_char,
    definition: *const c_char,
    kind: u32,
    first: u32,
    count: u32,
}

#[repr(C)]
pub(super) struct VariableEntry {
    name: *const c_char,
    pub(super) data: *mut c_void,
    pub(super) data_type: u32,
    pub(super) element_bytes: u32,
    flags: u32,
    first: u32,
    unpacked: u32,
    packed: u32,
}

const DIRECTION: u32 = 7;
/// Types of variables.
pub(super) const TEXT: u32 = 64;
/// An unpacked structure, whose members follow by their names.
pub(super) const STRUCTURE: u32 = 128;
pub(super) const WRITABLE: u32 = 1 << 3;
pub(super) const PARAMETER: u32 = 1 << 4;
pub(super) const KNOWS_SIGNS: u32 = 1 << 5;
pub(super) const SIGNED: u32 = 1 << 6;
pub(super) const NET: u32 = 1 << 7;
pub(super) const DRIVEN: u32 = 1 << 8;
pub(super) const KNOWS_ARRAYS: u32 = 1 << 10;

type EndStep = unsafe extern "C" fn(*mut c_void, u64) -> c_int;

/// What the host gives, and what it does on request.
#[repr(C)]
pub(crate) struct Table {
    version: u32,
    bytes: u32,
    host: *mut c_void,
    simulator: *const c_char,
    precision: i32,
    argument_count: i32,
    arguments: *const *const c_char,
    scopes: *const ScopeEntry,
    variables: *const VariableEntry,
    ranges: *const Range,
    scope_count: u64,
    variable_count: u64,
    range_count: u64,
    next_event: *const u64,
    evaluate: unsafe extern "C" fn(*mut c_void, u64) -> c_int,
    end_step: Option<EndStep>,
    set_time: unsafe extern "C" fn(*mut c_void, u64),
    finish: unsafe extern "C" fn(*mut c_void),
    print: unsafe extern "C" fn(*mut c_void, *const c_char, u64),
    flush: unsafe extern "C" fn(*mut c_void),
    read_string: unsafe extern "C" fn(*const c_void, *mut u64) -> *const c_char,
    write_string: unsafe extern "C" fn(*mut c_void, *const c_char, u64),
}

/// The kinds of scopes that the table tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Block,
    Package,
}

/// The host, as long as its program runs.
#[derive(Clone, Copy)]
pub(super) struct Host(&'static Table);

fn text(pointer: *const c_char) -> Option<&'static CStr> {
    // SAFETY: the host gives null, or a string of C that lives as long as the program.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) })
}

/// A name as the design has it, in the encoding of its source.
fn name(pointer: *const c_char) -> String {
    decoded(text(pointer).unwrap_or_default().to_bytes())
}

/// # Safety
///
/// `first` points to `count` entries which live as long as the program, or `count` is 0.
unsafe fn entries<T>(first: *const T, count: u64) -> &'static [T] {
    if count == 0 || first.is_null() {
        return &[];
    }
    let count = usize::try_from(count).expect("a table in memory");
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(first, count) }
}

impl Host {
    /// Takes the table.
    ///
    /// # Errors
    ///
    /// It is of another version: the one that is understood here.
    ///
    /// # Safety
    ///
    /// `table` points to a table as the host's source describes it, of the version that it bears, which
    /// lives as long as the program.
    pub(super) unsafe fn new(table: *const Table) -> Result<Host, u32> {
        // SAFETY: every version begins with its number and its size.
        let (version, bytes) = unsafe { ((*table).version, (*table).bytes) };
        if version != VERSION || bytes as usize != size_of::<Table>() {
            return Err(VERSION);
        }
        // SAFETY: it is the table of this version.
        Ok(Host(unsafe { &*table }))
    }

    pub(super) fn simulator(self) -> String {
        let text = text(self.0.simulator).map(CStr::to_string_lossy);
        text.unwrap_or_default().into_owned()
    }

    /// The power of ten of seconds that one step of time takes.
    pub(super) fn precision(self) -> i32 {
        self.0.precision
    }

    pub(super) fn arguments(self) -> Vec<String> {
        let count = u64::try_from(self.0.argument_count).unwrap_or(0);
        // SAFETY: the program's own arguments.
        let arguments = unsafe { entries(self.0.arguments, count) };
        let texts = arguments.iter().filter_map(|argument| text(*argument));
        texts
            .map(|text| text.to_string_lossy().into_owned())
            .collect()
    }

    pub(super) fn scopes(self) -> &'static [ScopeEntry] {
        // SAFETY: the host keeps its tables until the simulation is over, and the program with it.
        unsafe { entries(self.0.scopes, self.0.scope_count) }
    }

    pub(super) fn variables(self, scope: &ScopeEntry) -> &'static [VariableEntry] {
        // SAFETY: as above.
        let all = unsafe { entries(self.0.variables, self.0.variable_count) };
        let first = scope.first as usize;
        all.get(first..first + scope.count as usize).unwrap_or(&[])
    }

    /// The unpacked and the packed dimensions of a variable.
    pub(super) fn dimensions(self, variable: &VariableEntry) -> [Vec<(i64, i64)>; 2] {
        // SAFETY: as above.
        let all = unsafe { entries(self.0.ranges, self.0.range_count) };
        let first = variable.first as usize;
        let count = (variable.unpacked + variable.packed) as usize;
        let ranges = all.get(first..first + count).unwrap_or(&[]);
        let mut ranges = ranges
            .iter()
            .map(|range| (i64::from(range.left), i64::from(range.right)));
        let unpacked = ranges.by_ref().take(variable.unpacked as usize).collect();
        [unpacked, ranges.collect()]
    }

    /// Evaluates the design at a time; whether the simulation is over.
    #[inline]
    pub(super) fn evaluate(self, time: u64) -> bool {
        // SAFETY: the host's own function, with what it gave for it; so are those below.
        unsafe { (self.0.evaluate)(self.0.host, time) != 0 }
    }

    /// The end of a time step; whether the simulation is over.
    #[inline]
    pub(super) fn end_step(self, time: u64) -> bool {
        let Some(end_step) = self.0.end_step else {
            return false;
        };
        // SAFETY: see `evaluate`.
        unsafe { end_step(self.0.host, time) != 0 }
    }

    /// Moves the host's time on where no evaluation does.
    pub(super) fn set_time(self, time: u64) {
        // SAFETY: see `evaluate`.
        unsafe { (self.0.set_time)(self.0.host, time) }
    }

    /// When the design wants to be evaluated next; the greatest number for never.
    #[inline]
    pub(super) fn next_event(self) -> u64 {
        // SAFETY: it points to a number of the host's, which lives as long and which but an evaluation
        // writes: no reference to it is made.
        unsafe { self.0.next_event.read() }
    }

    pub(super) fn finish(self) {
        // SAFETY: see `evaluate`.
        unsafe { (self.0.finish)(self.0.host) }
    }

    pub(super) fn print(self, text: &str) {
        // SAFETY: see `evaluate`; it reads as many bytes as there are.
        unsafe { (self.0.print)(self.0.host, text.as_ptr().cast(), text.len() as u64) }
    }

    pub(super) fn flush(self) {
        // SAFETY: see `evaluate`.
        unsafe { (self.0.flush)(self.0.host) }
    }

    /// The characters of a string variable.
    ///
    /// # Safety
    ///
    /// `data` is the address of a string variable of the design.
    pub(super) unsafe fn read_string(self, data: *const c_void) -> Vec<u8> {
        let mut bytes = 0;
        // SAFETY: the caller's promise; what is given is copied before anything else is called.
        unsafe {
            let first = (self.0.read_string)(data, &raw mut bytes);
            entries(first.cast::<u8>(), bytes).to_vec()
        }
    }

    /// Writes a string variable.
    ///
    /// # Safety
    ///
    /// `data` is the address of a string variable of the design.
    pub(super) unsafe fn write_string(self, data: *mut c_void, text: &str) {
        // SAFETY: the caller's promise.
        unsafe { (self.0.write_string)(data, text.as_ptr().cast(), text.len() as u64) }
    }
}

impl ScopeEntry {
    pub(super) fn name(&self) -> String {
        name(self.name)
    }

    pub(super) fn definition(&self) -> Option<String> {
        let definition = text(self.definition)?.to_string_lossy().into_owned();
        // What Verilator has for none.
        (!definition.is_empty() && definition != "<null>").then_some(definition)
    }

    pub(super) fn kind(&self) -> ScopeKind {
        match self.kind {
            0 => ScopeKind::Module,
            2 => ScopeKind::Package,
            _ => ScopeKind::Block,
        }
    }
}

impl VariableEntry {
    pub(super) fn name(&self) -> String {
        name(self.name)
    }

    pub(super) fn is(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// As VPI numbers them, plus 1; 0 for none.
    pub(super) fn direction(&self) -> u32 {
        self.flags & DIRECTION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_another_version_or_size_is_not_taken() {
        // The version is the lower half of the first word, the size the upper one.
        let mut words = [0u64; 64];
        let bytes = size_of::<Table>() as u64;
        for first in [
            u64::from(VERSION + 1) | bytes << 32,
            u64::from(VERSION) | (bytes + 8) << 32,
            0,
        ] {
            words[0] = first;
            // SAFETY: there are more words than a table of this version has, and no more than the
            // first is read of another.
            let taken = unsafe { Host::new(words.as_ptr().cast()) };
            assert_eq!(taken.err(), Some(VERSION), "{first:#x}");
        }
    }
}
