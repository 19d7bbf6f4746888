//! VPI's functions with Rust's types. Every call into the simulator, and all `unsafe` code for it, is here.
//!
//! Invariant: callers are on the simulator's thread, before the end of simulation, and every [`Handle`] came from
//! this interface. The port ensures both.

use std::cell::Cell;
use std::ffi::{CStr, CString, c_char};
use std::ptr::{self, NonNull};

use crate::simulator::text::{decoded, encodings};
use crate::simulator::{CallbackHandle, Handle};
use crate::sys::{self, vpi};

/// The content of an empty value, to be filled by the simulator or by us.
pub(super) const NOTHING: vpi::t_vpi_value__bindgen_ty_1 = vpi::t_vpi_value__bindgen_ty_1 {
    str_: ptr::null_mut(),
};

/// A function that the running process does not export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missing(pub(super) &'static str);

/// The function, or which one it would have been.
macro_rules! function {
    ($interface:expr, $name:ident) => {
        $interface
            .functions
            .$name
            .as_ref()
            .map_err(|_| Missing(stringify!($name)))
    };
}

/// A routine that a simulator calls.
pub(super) type Routine = unsafe extern "C" fn(*mut vpi::t_cb_data) -> i32;

/// A callback to register.
pub(super) struct Callback {
    pub(super) reason: i32,
    pub(super) routine: Routine,
    pub(super) object: Option<Handle>,
    /// The delay in steps; `None` for callbacks that have no time.
    pub(super) delay: Option<u64>,
    /// The format in which the callback gets the object's value; `None` for no value.
    pub(super) format: Option<i32>,
    pub(super) token: u64,
}

/// The VPI of the running process.
pub(super) struct Interface {
    functions: vpi::VpiFunctions,
    /// The lowest level of a message that means that a call was refused.
    refusal: Cell<i32>,
    names_are_escaped: Cell<bool>,
}

fn pointer(handle: Option<Handle>) -> vpi::vpiHandle {
    handle.map_or(ptr::null_mut(), |Handle(pointer)| pointer.as_ptr().cast())
}

fn handle(pointer: vpi::vpiHandle) -> Option<Handle> {
    NonNull::new(pointer.cast()).map(Handle)
}

/// The text at a pointer the simulator gave, valid until its next call.
///
/// # Safety
///
/// `text` is null or a string that ends in NUL and outlives `'a`.
unsafe fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: not null, and a string by this function's own condition.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

impl Interface {
    /// Looks up the functions, any of which may be missing.
    pub(super) fn load() -> Result<Interface, libloading::Error> {
        Ok(Interface {
            functions: sys::load_vpi()?,
            refusal: Cell::new(vpi::vpiError),
            names_are_escaped: Cell::new(false),
        })
    }

    /// Takes a pair of backslashes in a string property for one.
    pub(super) fn unescape_names(&self) {
        self.names_are_escaped.set(true);
    }

    /// Takes messages of this level and above for refusals.
    pub(super) fn refuse_from(&self, level: i32) {
        self.refusal.set(level);
    }

    /// An integer or Boolean property; `None` if it is undefined for the object.
    pub(super) fn get(&self, property: i32, object: Option<Handle>) -> Option<i32> {
        let get = function!(self, vpi_get).ok()?;
        // SAFETY: the handle is the simulator's own.
        let value = unsafe { get(property, pointer(object)) };
        (value != vpi::vpiUndefined).then_some(value)
    }

    /// A string property.
    pub(super) fn get_text(&self, property: i32, object: Handle) -> Option<String> {
        let get_str = function!(self, vpi_get_str).ok()?;
        // SAFETY: the handle is the simulator's own, and the string is copied before the next
        // call into the simulator, which may overwrite it.
        let text = unsafe { text(get_str(property, pointer(Some(object)))) };
        text.map(|text| {
            let text = decoded(text.to_bytes());
            if self.names_are_escaped.get() && text.contains('\\') {
                unescaped(&text)
            } else {
                text
            }
        })
    }

    /// The object in a relation of one to one.
    pub(super) fn related(&self, relation: i32, object: Handle) -> Option<Handle> {
        let vpi_handle = function!(self, vpi_handle).ok()?;
        // SAFETY: the handle is the simulator's own.
        handle(unsafe { vpi_handle(relation, pointer(Some(object))) })
    }

    /// The objects in a relation of one to many, in the simulator's order.
    pub(super) fn all_related(&self, relation: i32, object: Option<Handle>) -> Vec<Handle> {
        let (Ok(iterate), Ok(scan)) = (function!(self, vpi_iterate), function!(self, vpi_scan))
        else {
            return Vec::new();
        };
        // SAFETY: the handle is the simulator's own.
        let iterator = unsafe { iterate(relation, pointer(object)) };
        if iterator.is_null() {
            return Vec::new();
        }
        // SAFETY: the iterator is not null, and it is not used after `scan` gave null, at which
        // the simulator freed it.
        std::iter::from_fn(|| handle(unsafe { scan(iterator) })).collect()
    }

    pub(super) fn by_name(&self, name: &str, scope: Option<Handle>) -> Option<Handle> {
        let by_name = function!(self, vpi_handle_by_name).ok()?;
        encodings(name).find_map(|name| {
            let name = CString::new(name).ok()?;
            // SAFETY: the name is a string that outlives the call, which does not write to it.
            handle(unsafe { by_name(name.as_ptr().cast_mut(), pointer(scope)) })
        })
    }

    pub(super) fn by_index(&self, object: Handle, index: i32) -> Option<Handle> {
        let by_index = function!(self, vpi_handle_by_index).ok()?;
        // SAFETY: the handle is the simulator's own.
        handle(unsafe { by_index(pointer(Some(object)), index) })
    }

    /// Reads a value in the format set in `value`. The simulator may answer in another one, and
    /// what the value points to lasts until the next read.
    #[inline]
    pub(super) fn get_value(
        &self,
        object: Handle,
        value: &mut vpi::t_vpi_value,
    ) -> Result<(), Missing> {
        let get_value = function!(self, vpi_get_value)?;
        // SAFETY: the handle is the simulator's own, and the value lives through the call.
        unsafe { get_value(pointer(Some(object)), value) };
        Ok(())
    }

    /// Writes a value.
    ///
    /// # Safety
    ///
    /// What `value` points to is as large as its format and the object's width ask for.
    #[inline]
    pub(super) unsafe fn put_value(
        &self,
        object: Handle,
        value: &mut vpi::t_vpi_value,
        flags: i32,
    ) -> Result<(), Missing> {
        let put_value = function!(self, vpi_put_value)?;
        // SAFETY: the handle is the simulator's own; the value is as this function asks for it.
        // No time is needed without a delay.
        unsafe { put_value(pointer(Some(object)), value, ptr::null_mut(), flags) };
        Ok(())
    }

    /// The present time in steps.
    #[inline]
    pub(super) fn time(&self) -> Option<u64> {
        let get_time = function!(self, vpi_get_time).ok()?;
        let mut time = super::time::steps_to_vpi(0);
        // SAFETY: no object means the simulation's own time, and the time lives through the call.
        unsafe { get_time(ptr::null_mut(), &raw mut time) };
        Some(super::time::steps_from_vpi(&time))
    }

    /// Registers a callback; `Ok(None)` if the simulator refused.
    #[inline]
    pub(super) fn register(&self, callback: &Callback) -> Result<Option<CallbackHandle>, Missing> {
        let register_cb = function!(self, vpi_register_cb)?;
        let mut time = match callback.delay {
            Some(steps) => super::time::steps_to_vpi(steps),
            None => super::time::SUPPRESSED,
        };
        let mut value = vpi::t_vpi_value {
            format: callback.format.unwrap_or(vpi::vpiSuppressVal),
            value: NOTHING,
        };
        let mut data = vpi::t_cb_data {
            reason: callback.reason,
            cb_rtn: Some(callback.routine),
            obj: pointer(callback.object),
            time: &raw mut time,
            value: match callback.format {
                Some(_) => &raw mut value,
                None => ptr::null_mut(),
            },
            index: 0,
            user_data: token_to_pointer(callback.token),
        };
        // SAFETY: the simulator copies the data, the time and the value of these callbacks before
        // it returns (Icarus 11 under valgrind); the routine is a function of this library, which
        // is never unloaded.
        let registered = unsafe { register_cb(&raw mut data) };
        Ok(NonNull::new(registered)
            .map(|pointer| CallbackHandle(pointer.as_ptr().expose_provenance())))
    }

    /// Registers a callback for an action of the simulator, such as the start of simulation.
    /// `false` if it refused, as Icarus's compiler does.
    ///
    /// Icarus 11 does not copy the time of such a callback: it keeps the pointer and writes the
    /// present time there before it calls. So the time is given away.
    pub(super) fn register_action(&self, reason: i32, routine: Routine) -> Result<bool, Missing> {
        let register_cb = function!(self, vpi_register_cb)?;
        let time = Box::leak(Box::new(super::time::steps_to_vpi(0)));
        let value = vpi::t_vpi_value {
            format: vpi::vpiSuppressVal,
            value: NOTHING,
        };
        let mut data = vpi::t_cb_data {
            reason,
            cb_rtn: Some(routine),
            obj: ptr::null_mut(),
            time,
            value: Box::leak(Box::new(value)),
            index: 0,
            user_data: ptr::null_mut(),
        };
        // SAFETY: the simulator copies the data before it returns; the time and the value are
        // its own from now on; the routine is a function of this library, which is never unloaded.
        Ok(!unsafe { register_cb(&raw mut data) }.is_null())
    }

    /// Removes a callback that has not fired for the last time.
    pub(super) fn remove(&self, callback: CallbackHandle) {
        if let Ok(remove_cb) = function!(self, vpi_remove_cb) {
            // SAFETY: the address is that of a registered callback, which the simulator keeps
            // until it fired for the last time or is removed, as it is here.
            unsafe { remove_cb(ptr::with_exposed_provenance_mut(callback.0)) };
        }
    }

    /// Releases the handle of a callback that fires once, before or after it fired. It still fires.
    pub(super) fn release(&self, callback: CallbackHandle) {
        if let Ok(release_handle) = function!(self, vpi_release_handle) {
            // SAFETY: the address is that of a callback's handle, which its owner gives up here.
            unsafe { release_handle(ptr::with_exposed_provenance_mut(callback.0)) };
        }
    }

    /// The message of the last call's error, if it had one.
    pub(super) fn error(&self) -> Option<String> {
        let chk_error = function!(self, vpi_chk_error).ok()?;
        let mut information = vpi::t_vpi_error_info {
            state: 0,
            level: 0,
            message: ptr::null_mut(),
            product: ptr::null_mut(),
            code: ptr::null_mut(),
            file: ptr::null_mut(),
            line: 0,
        };
        // SAFETY: the simulator fills the information, which lives through the call.
        if unsafe { chk_error(&raw mut information) } < self.refusal.get() {
            return None;
        }
        // SAFETY: null or the simulator's string, copied before the next call.
        let message = unsafe { text(information.message) };
        message.map(|message| decoded(message.to_bytes()).trim().to_owned())
    }

    /// The product, the version and the command line.
    pub(super) fn information(&self) -> Option<(String, String, Vec<String>)> {
        let get_vlog_info = function!(self, vpi_get_vlog_info).ok()?;
        let mut information = vpi::t_vpi_vlog_info {
            argc: 0,
            argv: ptr::null_mut(),
            product: ptr::null_mut(),
            version: ptr::null_mut(),
        };
        // SAFETY: the simulator fills the information, which lives through the call.
        unsafe { get_vlog_info(&raw mut information) };
        let copy = |string: *mut c_char| {
            // SAFETY: null or a string of the simulator's that lasts as long as it does.
            let text = unsafe { text(string) };
            text.map(|text| decoded(text.to_bytes()))
                .unwrap_or_default()
        };
        let count = if information.argv.is_null() {
            0
        } else {
            information.argc.max(0)
        };
        let arguments = (0..usize::try_from(count).unwrap_or(0))
            // SAFETY: `argv` is not null and has `argc` entries.
            .map(|index| copy(unsafe { *information.argv.add(index) }))
            .collect();
        Some((
            copy(information.product),
            copy(information.version),
            arguments,
        ))
    }

    /// Prints a text; `false` if the simulator has no function for it.
    pub(super) fn print(&self, text: &CStr) -> bool {
        let Ok(printf) = function!(self, vpi_printf) else {
            return false;
        };
        // SAFETY: the format has one directive, and its one argument is a string.
        unsafe { printf(c"%s".as_ptr().cast_mut(), text.as_ptr()) };
        true
    }

    pub(super) fn flush(&self) {
        if let Ok(flush) = function!(self, vpi_flush) {
            // SAFETY: it takes nothing.
            unsafe { flush() };
        }
    }

    /// Asks for the end of simulation, without the simulator's own message.
    pub(super) fn finish(&self) -> Result<(), Missing> {
        let control = function!(self, vpi_control)?;
        // SAFETY: finish takes one integer, the level of its message (IEEE 1800-2017, 38.4).
        unsafe { control(vpi::vpiFinish, 0_i32) };
        Ok(())
    }
}

/// A character after a backslash stands for itself.
fn unescaped(text: &str) -> String {
    let mut letters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => letters.next().unwrap_or(letter),
            letter => letter,
        });
    }
    plain
}

/// Tokens are carried as the integer in a pointer that is never followed.
fn token_to_pointer(token: u64) -> *mut c_char {
    const {
        assert!(
            size_of::<usize>() >= size_of::<u64>(),
            "a token must fit a pointer"
        );
    };
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a pointer has 64 bits, asserted above"
    )]
    ptr::without_provenance_mut(token as usize)
}

/// The token of a callback.
pub(super) fn token(data: &vpi::t_cb_data) -> u64 {
    data.user_data.addr() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_a_backslash_stands_for_itself() {
        for (escaped, plain) in [
            ("a\\\\b", "a\\b"),
            ("\\\\\\\\", "\\\\"),
            ("a\\\"b", "a\"b"),
            ("plain", "plain"),
            ("last\\", "last\\"),
        ] {
            assert_eq!(unescaped(escaped), plain);
        }
    }
}
