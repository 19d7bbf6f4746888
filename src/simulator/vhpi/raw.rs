//! VHPI's functions with Rust's types. Every call into the simulator, and all `unsafe` code for it, is here.
//!
//! Invariant: callers are on the simulator's thread, before the end of simulation, and every [`Raw`] came from this
//! interface and has not been released. The port ensures both.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{self, NonNull};

use super::scalar::{Scalar, physical};
use crate::simulator::text::decoded;
use crate::sys::{self, vhpi};

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

/// A handle of the simulator, possibly a number rather than an address. Each look-up makes a new one, which we
/// release.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Raw(NonNull<u32>);

impl Raw {
    /// A number that leads back to the handle.
    pub(super) fn address(self) -> usize {
        self.0.as_ptr().expose_provenance()
    }

    pub(super) fn of_address(address: usize) -> Option<Raw> {
        NonNull::new(ptr::with_exposed_provenance_mut(address)).map(Raw)
    }
}

/// A routine that a simulator calls.
pub(super) type Routine = unsafe extern "C" fn(*const vhpi::vhpiCbDataT);

/// A callback to register.
pub(super) struct Callback {
    pub(super) reason: i32,
    pub(super) routine: Routine,
    pub(super) object: Option<Raw>,
    /// The delay in steps; `None` for callbacks that have no time.
    pub(super) delay: Option<u64>,
    pub(super) token: u64,
}

/// Why a read failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    Missing(Missing),
    Refused,
}

impl From<Missing> for Unread {
    fn from(missing: Missing) -> Self {
        Unread::Missing(missing)
    }
}

/// The VHPI of the running process.
pub(super) struct Interface {
    functions: vhpi::VhpiFunctions,
}

fn pointer(handle: Option<Raw>) -> vhpi::vhpiHandleT {
    handle.map_or(ptr::null_mut(), |Raw(pointer)| pointer.as_ptr())
}

fn handle(pointer: vhpi::vhpiHandleT) -> Option<Raw> {
    NonNull::new(pointer).map(Raw)
}

/// A value with nothing in it, for the format given.
fn empty(format: vhpi::vhpiFormatT) -> vhpi::vhpiValueT {
    vhpi::vhpiValueT {
        format,
        bufSize: 0,
        numElems: 0,
        unit: vhpi::vhpiPhysT { high: 0, low: 0 },
        value: vhpi::vhpiValueS__bindgen_ty_1 {
            ptr: ptr::null_mut(),
        },
    }
}

impl Interface {
    /// Looks up the functions, any of which may be missing.
    pub(super) fn load() -> Result<Interface, libloading::Error> {
        Ok(Interface {
            functions: sys::load_vhpi()?,
        })
    }

    /// An integer property; `None` if it is undefined for the object. A property that may be −1,
    /// which reads the same as undefined, is asked for by [`bound`](Self::bound).
    pub(super) fn get(&self, property: vhpi::vhpiIntPropertyT, object: Raw) -> Option<i32> {
        let value = self.bound(property, object)?;
        (value != vhpi::vhpiUndefined).then_some(value)
    }

    /// An integer property with any value.
    pub(super) fn bound(&self, property: vhpi::vhpiIntPropertyT, object: Raw) -> Option<i32> {
        let get = function!(self, vhpi_get).ok()?;
        // SAFETY: the handle is the simulator's own.
        let value = unsafe { get(property, pointer(Some(object))) };
        if value == vhpi::vhpiUndefined && self.error().is_some() {
            return None;
        }
        Some(value)
    }

    /// A string property.
    pub(super) fn get_text(&self, property: vhpi::vhpiStrPropertyT, object: Raw) -> Option<String> {
        let get_str = function!(self, vhpi_get_str).ok()?;
        // SAFETY: the handle is the simulator's own.
        let text = unsafe { get_str(property, pointer(Some(object))) };
        // SAFETY: null, or a string of the simulator's that ends in NUL; it is copied before the
        // next call, which may overwrite it.
        (!text.is_null()).then(|| decoded(unsafe { CStr::from_ptr(text.cast()) }.to_bytes()))
    }

    /// A physical property, in the base unit; `None` if it is undefined for the object.
    pub(super) fn get_physical(
        &self,
        property: vhpi::vhpiPhysPropertyT,
        object: Option<Raw>,
    ) -> Option<i64> {
        let get_phys = function!(self, vhpi_get_phys).ok()?;
        // SAFETY: the handle is null, for the simulation as a whole, or the simulator's own.
        let value = physical(unsafe { get_phys(property, pointer(object)) });
        self.error().is_none().then_some(value)
    }

    /// A real property; `None` if it is undefined for the object.
    pub(super) fn get_real(&self, property: vhpi::vhpiRealPropertyT, object: Raw) -> Option<f64> {
        let get_real = function!(self, vhpi_get_real).ok()?;
        // SAFETY: the handle is the simulator's own.
        let value = unsafe { get_real(property, pointer(Some(object))) };
        self.error().is_none().then_some(value)
    }

    /// The object in a relation of one to one.
    pub(super) fn related(
        &self,
        relation: vhpi::vhpiOneToOneT,
        object: Option<Raw>,
    ) -> Option<Raw> {
        let vhpi_handle = function!(self, vhpi_handle).ok()?;
        // SAFETY: the handle is null, for the design as a whole, or the simulator's own.
        handle(unsafe { vhpi_handle(relation, pointer(object)) })
    }

    /// The objects in a relation of one to many, in the simulator's order.
    pub(super) fn all_related(
        &self,
        relation: vhpi::vhpiOneToManyT,
        object: Option<Raw>,
    ) -> Vec<Raw> {
        let (Ok(iterator), Ok(scan)) = (function!(self, vhpi_iterator), function!(self, vhpi_scan))
        else {
            return Vec::new();
        };
        // SAFETY: the handle is null, for the design as a whole, or the simulator's own.
        let iterator = unsafe { iterator(relation, pointer(object)) };
        if iterator.is_null() {
            return Vec::new();
        }
        // SAFETY: the iterator is not null, and it is not used after `scan` gave null, at which
        // the simulator released it.
        std::iter::from_fn(|| handle(unsafe { scan(iterator) })).collect()
    }

    /// The object at a position, from 0, among those in a relation of one to many.
    pub(super) fn by_position(
        &self,
        relation: vhpi::vhpiOneToManyT,
        object: Raw,
        position: i32,
    ) -> Option<Raw> {
        let by_index = function!(self, vhpi_handle_by_index).ok()?;
        // SAFETY: the handle is the simulator's own.
        handle(unsafe { by_index(relation, pointer(Some(object)), position) })
    }

    /// Releases a handle, which must not be used afterwards.
    pub(super) fn release(&self, object: Raw) {
        if let Ok(release_handle) = function!(self, vhpi_release_handle) {
            // SAFETY: the handle is the simulator's own, and the caller has no further use for it.
            unsafe { release_handle(pointer(Some(object))) };
        }
    }

    /// The format in which the simulator holds an object; `None` if it has no single format, like a record.
    pub(super) fn own_format(&self, object: Raw) -> Option<vhpi::vhpiFormatT> {
        let get_value = function!(self, vhpi_get_value).ok()?;
        let mut value = empty(vhpi::vhpiObjTypeVal);
        // SAFETY: the handle is the simulator's own. The buffer is declared empty, so a vector is not written; its
        // format is returned all the same.
        let status = unsafe { get_value(pointer(Some(object)), &raw mut value) };
        (status >= 0 && value.format != vhpi::vhpiObjTypeVal).then_some(value.format)
    }

    /// Reads a scalar in the format of `wanted`, whose value does not matter.
    #[inline]
    pub(super) fn read_scalar(&self, object: Raw, wanted: Scalar) -> Result<Scalar, Unread> {
        let get_value = function!(self, vhpi_get_value)?;
        let mut value = empty(wanted.format());
        // SAFETY: the handle is the simulator's own, the format is that of a scalar, for which no
        // buffer is needed, and the value lives through the call.
        let status = unsafe { get_value(pointer(Some(object)), &raw mut value) };
        if status != 0 || value.format != wanted.format() {
            return Err(Unread::Refused);
        }
        // SAFETY: the simulator has said that it filled the value in this format.
        Ok(unsafe { wanted.load(&value) })
    }

    /// Reads a vector of logic values as positions, the leftmost first. `into` is as long as the
    /// vector.
    #[inline]
    pub(super) fn read_positions(&self, object: Raw, into: &mut [u32]) -> Result<(), Unread> {
        let get_value = function!(self, vhpi_get_value)?;
        let mut value = empty(vhpi::vhpiLogicVecVal);
        value.bufSize = size_of_val(into);
        value.value.enumvs = into.as_mut_ptr();
        // SAFETY: the handle is the simulator's own, and the buffer is as large as it is said to
        // be; a vector for which it is too small is not written.
        let status = unsafe { get_value(pointer(Some(object)), &raw mut value) };
        if status == 0 && usize::try_from(value.numElems) == Ok(into.len()) {
            Ok(())
        } else {
            Err(Unread::Refused)
        }
    }

    /// Reads a string in `format`, `vhpiBinStrVal` or `vhpiStrVal`, of `length` characters into
    /// the buffer, whose memory is reused; it holds nothing else afterwards.
    pub(super) fn read_characters(
        &self,
        object: Raw,
        format: vhpi::vhpiFormatT,
        length: usize,
        into: &mut Vec<u8>,
    ) -> Result<(), Unread> {
        let get_value = function!(self, vhpi_get_value)?;
        into.clear();
        into.resize(length + 1, 0);
        let mut value = empty(format);
        value.bufSize = into.len();
        value.value.str_ = into.as_mut_ptr();
        // SAFETY: as in `read_positions`.
        let status = unsafe { get_value(pointer(Some(object)), &raw mut value) };
        into.truncate(length);
        if status == 0 {
            Ok(())
        } else {
            Err(Unread::Refused)
        }
    }

    /// Writes a scalar; `Ok(false)` if the simulator refused.
    #[inline]
    pub(super) fn write_scalar(
        &self,
        object: Raw,
        scalar: Scalar,
        mode: vhpi::vhpiPutValueModeT,
    ) -> Result<bool, Missing> {
        let mut value = empty(scalar.format());
        value.numElems = 1;
        scalar.store(&mut value);
        // SAFETY: a scalar has no buffer.
        unsafe { self.put(object, &mut value, mode) }
    }

    /// Writes a vector of logic values given as positions, the leftmost first, as many as it has;
    /// `Ok(false)` if the simulator refused.
    #[inline]
    pub(super) fn write_positions(
        &self,
        object: Raw,
        positions: &mut [u32],
        mode: vhpi::vhpiPutValueModeT,
    ) -> Result<bool, Missing> {
        let mut value = empty(vhpi::vhpiLogicVecVal);
        value.bufSize = size_of_val(positions);
        value.numElems = i32::try_from(positions.len()).unwrap_or(i32::MAX);
        value.value.enumvs = positions.as_mut_ptr();
        // SAFETY: the buffer is as large as it is said to be, and lives through the call.
        unsafe { self.put(object, &mut value, mode) }
    }

    /// Writes a string, as many characters as it has; `Ok(false)` if the simulator refused.
    pub(super) fn write_characters(
        &self,
        object: Raw,
        characters: &[u8],
        mode: vhpi::vhpiPutValueModeT,
    ) -> Result<bool, Missing> {
        let mut buffer = [characters, &[0]].concat();
        let mut value = empty(vhpi::vhpiStrVal);
        value.bufSize = buffer.len();
        value.numElems = i32::try_from(characters.len()).unwrap_or(i32::MAX);
        value.value.str_ = buffer.as_mut_ptr();
        // SAFETY: the buffer is as large as it is said to be, ends in NUL, and lives through the
        // call.
        unsafe { self.put(object, &mut value, mode) }
    }

    /// # Safety
    ///
    /// What `value` points to is as large as its `bufSize` says.
    #[inline]
    unsafe fn put(
        &self,
        object: Raw,
        value: &mut vhpi::vhpiValueT,
        mode: vhpi::vhpiPutValueModeT,
    ) -> Result<bool, Missing> {
        let put_value = function!(self, vhpi_put_value)?;
        // SAFETY: the handle is the simulator's own; the value is as this function asks for it.
        Ok(unsafe { put_value(pointer(Some(object)), value, mode) } == 0)
    }

    /// The present time in steps, and the number of the cycle within it.
    #[inline]
    pub(super) fn time(&self) -> Option<(u64, i64)> {
        let get_time = function!(self, vhpi_get_time).ok()?;
        let mut time = vhpi::vhpiTimeT { high: 0, low: 0 };
        let mut cycle = 0;
        // SAFETY: both live through the call.
        unsafe { get_time(&raw mut time, &raw mut cycle) };
        #[allow(
            clippy::useless_conversion,
            reason = "C's `long` has 32 bits on Windows"
        )]
        let cycle = i64::from(cycle);
        Some((
            u64::from(time.high.cast_unsigned()) << 32 | u64::from(time.low),
            cycle,
        ))
    }

    /// Registers a callback whose handle is ours; `Ok(None)` if the simulator refused.
    #[inline]
    pub(super) fn register(&self, callback: &Callback) -> Result<Option<Raw>, Missing> {
        Ok(handle(self.register_as(callback, vhpi::vhpiReturnCb)?))
    }

    /// Registers a callback that is never removed, so that there is no handle to release;
    /// `Ok(false)` if the simulator refused.
    #[inline]
    pub(super) fn register_for_good(&self, callback: &Callback) -> Result<bool, Missing> {
        self.register_as(callback, 0)?;
        Ok(self.error().is_none())
    }

    #[inline]
    fn register_as(&self, callback: &Callback, flags: i32) -> Result<vhpi::vhpiHandleT, Missing> {
        let register_cb = function!(self, vhpi_register_cb)?;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "the halves are taken apart on purpose"
        )]
        let mut time = callback.delay.map(|steps| vhpi::vhpiTimeT {
            high: ((steps >> 32) as u32).cast_signed(),
            low: steps as u32,
        });
        let mut data = vhpi::vhpiCbDataT {
            reason: callback.reason,
            cb_rtn: Some(callback.routine),
            obj: pointer(callback.object),
            time: time.as_mut().map_or(ptr::null_mut(), ptr::from_mut),
            value: ptr::null_mut(),
            user_data: token_to_pointer(callback.token),
        };
        // SAFETY: the data and the time are read before the call returns (IEEE 1076-2008, 23.29);
        // NVC keeps the pointer to the time of a delay and does not follow it any more. The
        // routine is a function of this library, which is never unloaded.
        Ok(unsafe { register_cb(&raw mut data, flags) })
    }

    /// Removes a callback; its handle is released with it.
    pub(super) fn remove(&self, callback: Raw) {
        if let Ok(remove_cb) = function!(self, vhpi_remove_cb) {
            // SAFETY: the handle is that of a registered callback and not used afterwards.
            unsafe { remove_cb(pointer(Some(callback))) };
        }
    }

    /// The message of the last call's error, if it had one.
    #[inline]
    pub(super) fn error(&self) -> Option<String> {
        let check_error = function!(self, vhpi_check_error).ok()?;
        let mut information = vhpi::vhpiErrorInfoT {
            severity: 0,
            message: ptr::null_mut(),
            str_: ptr::null_mut(),
            file: ptr::null_mut(),
            line: 0,
        };
        // SAFETY: the simulator fills the information, which lives through the call.
        if unsafe { check_error(&raw mut information) } == 0 {
            return None;
        }
        // SAFETY: a severity other than 0 says that the information was filled.
        unsafe { message(&information) }
    }

    /// Prints a text; `false` if the simulator has no function for it.
    pub(super) fn print(&self, text: &CStr) -> bool {
        let Ok(printf) = function!(self, vhpi_printf) else {
            return false;
        };
        // SAFETY: the format has one directive, and its one argument is a string.
        unsafe { printf(c"%s".as_ptr(), text.as_ptr()) };
        true
    }

    /// Asks for the end of simulation.
    pub(super) fn finish(&self) -> Result<(), Missing> {
        let control = function!(self, vhpi_control)?;
        // SAFETY: finish takes no further argument in IEEE 1076-2008, 23.6; a simulator that looks
        // for one finds an integer.
        unsafe { control(vhpi::vhpiFinish, 0_i32) };
        Ok(())
    }
}

/// The message, unless it is a note or a warning, with which the call still succeeds.
///
/// # Safety
///
/// The simulator has filled the information.
#[cold]
unsafe fn message(information: &vhpi::vhpiErrorInfoT) -> Option<String> {
    if !matches!(
        information.severity,
        vhpi::vhpiError | vhpi::vhpiFailure | vhpi::vhpiSystem | vhpi::vhpiInternal
    ) {
        return None;
    }
    if information.message.is_null() {
        return Some("the simulator gives no reason".to_owned());
    }
    // SAFETY: a string of the simulator's, copied before the next call.
    let message = unsafe { CStr::from_ptr(information.message.cast::<c_char>()) };
    Some(decoded(message.to_bytes()).trim().to_owned())
}

/// A text for C, without the characters that would end it.
pub(super) fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// Tokens are carried as the integer in a pointer that is never followed.
fn token_to_pointer(token: u64) -> *mut c_void {
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
///
/// # Safety
///
/// `data` is what the simulator called a routine of ours with.
pub(super) unsafe fn token(data: *const vhpi::vhpiCbDataT) -> u64 {
    // SAFETY: the simulator passes data that live through the call.
    unsafe { (*data).user_data }.addr() as u64
}

/// The object of a callback.
///
/// # Safety
///
/// `data` is what the simulator called a routine of ours with.
pub(super) unsafe fn object(data: *const vhpi::vhpiCbDataT) -> Option<Raw> {
    // SAFETY: the simulator passes data that live through the call.
    handle(unsafe { (*data).obj })
}
