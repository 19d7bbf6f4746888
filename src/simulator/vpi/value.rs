//! Values as VPI passes them: which format for which object, and to and from the two planes.
//!
//! Measured on Icarus 11 (ns, decoding included): 32 bits as integer 86, binary string 137,
//! vector 168; 64 bits as binary string 231, vector 290; 1 bit as scalar 45, vector 48. So reads
//! take the scalar for 1 bit, the integer where the object has two states, since it reads X as 0,
//! and else the binary string. Writes: 32 bits as integer 115, vector 200, binary string 273.

use std::ffi::{CStr, CString};

use super::VpiPort;
use super::digits::{digits_to_planes, scalar_planes, vector_elements};
use super::raw::{Missing, NOTHING};
use crate::simulator::event::check_not_over;
use crate::simulator::text::decoded;
use crate::simulator::{Encoding, Handle, ObjectKind, PortError, VectorFormats, WriteMode};
use crate::sys::vpi;
use crate::value::{LogicVec, low_mask};

pub(super) fn empty(format: i32) -> vpi::t_vpi_value {
    vpi::t_vpi_value {
        format,
        value: NOTHING,
    }
}

fn flags(mode: WriteMode) -> i32 {
    match mode {
        WriteMode::Deposit => vpi::vpiNoDelay,
        WriteMode::Force => vpi::vpiForceFlag,
        WriteMode::Release => vpi::vpiReleaseFlag,
    }
}

impl VpiPort {
    /// Reads in the format set in `value`. A result in another format is a refusal.
    ///
    /// Into the caller's value rather than as a result: moving it as a whole, right after the
    /// simulator wrote it in parts, stalls the processor for as long as a tenth of the read.
    #[inline]
    fn get(&self, object: Handle, value: &mut vpi::t_vpi_value) -> Result<(), PortError> {
        check_not_over()?;
        let format = value.format;
        self.raw
            .get_value(object, value)
            .map_err(|missing| self.missing(missing))?;
        if value.format != format {
            return Err(self.refused("read", object));
        }
        if self.errors_are_silent {
            Ok(())
        } else {
            self.check_error("read", object)
        }
    }

    /// What a simulator says of a value in binary digits, if anything.
    pub(super) fn binary_string(&self, object: Handle) -> Option<&[u8]> {
        self.digits(object).ok()
    }

    /// The digits of an object's binary string.
    #[inline]
    pub(super) fn digits(&self, object: Handle) -> Result<&[u8], PortError> {
        let mut value = empty(vpi::vpiBinStrVal);
        self.get(object, &mut value)?;
        // SAFETY: the format says that the string is the one that was written.
        let string = unsafe { value.value.str_ };
        if string.is_null() {
            return Err(self.refused("read", object));
        }
        // SAFETY: a string of the simulator's, which lasts until its next read: the callers
        // decode it at once.
        Ok(unsafe { CStr::from_ptr(string) }.to_bytes())
    }

    #[inline]
    pub(super) fn read_planes(
        &self,
        object: Handle,
        width: u32,
        two_state: bool,
    ) -> Result<(u64, u64), PortError> {
        debug_assert!(width <= 64, "wider objects are read into a vector");
        if self.formats != VectorFormats::All {
            return self.read_in_other_formats(object, width);
        }
        if width == 1 {
            let mut value = empty(vpi::vpiScalarVal);
            self.get(object, &mut value)?;
            // SAFETY: the format says that the scalar is the one that was written.
            return Ok(scalar_planes(unsafe { value.value.scalar }));
        }
        if two_state && width <= 32 {
            let mut value = empty(vpi::vpiIntVal);
            self.get(object, &mut value)?;
            // SAFETY: the format says that the integer is the one that was written.
            let integer = unsafe { value.value.integer };
            return Ok((u64::from(integer.cast_unsigned()) & low_mask(width), 0));
        }
        let (value, unknown) = digits_to_planes(self.digits(object)?);
        Ok((value & low_mask(width), unknown & low_mask(width)))
    }

    #[inline(never)]
    fn read_in_other_formats(&self, object: Handle, width: u32) -> Result<(u64, u64), PortError> {
        if let Some(vhdl) = self.vhdl {
            return self.read_planes_vhdl(vhdl, object);
        }
        if width <= 32 {
            let integer = self.get_bits(object)?;
            return Ok((u64::from(integer) & low_mask(width), 0));
        }
        let mut words = [(0, 0)];
        self.get_words(object, &mut words)?;
        let [(value, unknown)] = words;
        Ok((value & low_mask(width), unknown & low_mask(width)))
    }

    /// Up to 32 bits of two states.
    pub(super) fn get_bits(&self, object: Handle) -> Result<u32, PortError> {
        let mut value = empty(vpi::vpiIntVal);
        self.get(object, &mut value)?;
        // SAFETY: the format says that the integer is the one that was written.
        Ok(unsafe { value.value.integer }.cast_unsigned())
    }

    /// The planes of a vector, as many words of 64 bits as it has.
    pub(super) fn get_words(
        &self,
        object: Handle,
        words: &mut [(u64, u64)],
    ) -> Result<(), PortError> {
        let mut value = empty(vpi::vpiVectorVal);
        self.get(object, &mut value)?;
        // SAFETY: the format says that the vector is the one that was written.
        let elements = unsafe { value.value.vector };
        if elements.is_null() {
            return Err(self.refused("read", object));
        }
        for (index, word) in words.iter_mut().enumerate() {
            // SAFETY: the simulator's buffer, which lasts until its next read, has an element for
            // each 32 bits of the object; Verilator's, the only one that is asked, is as large as
            // for its widest object, so that a last odd element has one after it.
            let [low, high] = unsafe { [*elements.add(2 * index), *elements.add(2 * index + 1)] };
            *word = (
                u64::from(high.aval) << 32 | u64::from(low.aval),
                u64::from(high.bval) << 32 | u64::from(low.bval),
            );
        }
        Ok(())
    }

    pub(super) fn read_logic(
        &self,
        object: Handle,
        width: u32,
        two_state: bool,
        into: &mut LogicVec,
    ) -> Result<(), PortError> {
        if let Some(vhdl) = self.vhdl {
            if self.read_written(vhdl, object, into)? {
                return Ok(());
            }
        } else if width <= 64 {
            let (value, unknown) = self.read_planes(object, width, two_state)?;
            *into = LogicVec::from_planes_u64(width, value, unknown);
            return Ok(());
        }
        if self.formats == VectorFormats::NoScalars {
            let mut words = self.words.take();
            words.clear();
            words.resize(width.div_ceil(64) as usize, (0, 0));
            let read = self.get_words(object, &mut words);
            if read.is_ok() {
                // The words after the last element are from an earlier read.
                let last = words.len() - 1;
                let used = low_mask(width - 64 * (width.div_ceil(64) - 1));
                words[last] = (words[last].0 & used, words[last].1 & used);
                into.assign_planes(width, |index| words[index]);
            }
            self.words.set(words);
            return read;
        }
        let read = into.assign_binary_bytes(self.digits(object)?);
        read.map_err(|error| PortError::Refused {
            operation: "read",
            path: self.path(object),
            message: error.to_string(),
        })
    }

    pub(super) fn get_real(&self, object: Handle) -> Result<f64, PortError> {
        let mut value = empty(vpi::vpiRealVal);
        let read = self.get(object, &mut value);
        if read.is_err() && self.quirks.everything_is_a_register {
            let mut words = [(0, 0)];
            self.get_words(object, &mut words)?;
            return Ok(f64::from_bits(words[0].0));
        }
        read?;
        // SAFETY: the format says that the real number is the one that was written.
        Ok(unsafe { value.value.real })
    }

    pub(super) fn get_string(&self, object: Handle) -> Result<String, PortError> {
        check_not_over()?;
        if self.quirks.strings_are_unreadable {
            return Err(self.no_strings("read", object));
        }
        let mut value = empty(vpi::vpiStringVal);
        self.get(object, &mut value)?;
        // SAFETY: the format says that the string is the one that was written.
        let string = unsafe { value.value.str_ };
        if string.is_null() {
            return Ok(String::new());
        }
        // SAFETY: a string of the simulator's, copied before its next call.
        Ok(decoded(unsafe { CStr::from_ptr(string) }.to_bytes()))
    }

    /// An integer that another object stands for, such as the bound of a range.
    pub(super) fn get_integer(&self, object: Handle) -> Option<i32> {
        let mut value = empty(vpi::vpiIntVal);
        self.get(object, &mut value).ok()?;
        // SAFETY: the format says that the integer is the one that was written.
        Some(unsafe { value.value.integer })
    }

    /// The format the simulator itself holds an object in.
    pub(super) fn own_format(&self, object: Handle) -> Option<i32> {
        let mut value = empty(vpi::vpiObjTypeVal);
        self.raw.get_value(object, &mut value).ok()?;
        Some(value.format)
    }

    /// # Safety
    ///
    /// What `value` points to is as large as its format and the object's width ask for.
    #[inline(always)] // in the way of every write
    pub(super) unsafe fn put(
        &self,
        object: Handle,
        value: &mut vpi::t_vpi_value,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        check_not_over()?;
        if mode != WriteMode::Deposit && self.quirks.force_is_ignored {
            return Err(self.cannot_force());
        }
        // SAFETY: by this function's own condition.
        let put = unsafe { self.raw.put_value(object, value, flags(mode)) };
        put.map_err(|missing: Missing| self.missing(missing))?;
        if self.errors_are_silent {
            Ok(())
        } else {
            self.check_write(object)
        }
    }

    fn check_write(&self, object: Handle) -> Result<(), PortError> {
        self.check_error("write", object)?;
        if self.quirks.top_ports_lie_beside {
            self.check_no_copy(object)?;
        }
        if self.quirks.watches_compare {
            self.notify_written(object);
        }
        Ok(())
    }

    #[inline]
    pub(super) fn write_planes(
        &self,
        object: Handle,
        width: u32,
        value: u64,
        unknown: u64,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        debug_assert!(width <= 64, "wider objects are written from a vector");
        let (value, unknown) = (value & low_mask(width), unknown & low_mask(width));
        if let Some(vhdl) = self.vhdl {
            let vector = LogicVec::from_planes_u64(width, value, unknown);
            return self.write_vhdl(vhdl, object, &vector, mode);
        }
        if self.fits_integer(width, value) && unknown == 0 && mode != WriteMode::Release {
            let mut integer = empty(vpi::vpiIntVal);
            #[allow(
                clippy::cast_possible_truncation,
                reason = "`fits_integer` says it fits"
            )]
            let bits = value as u32;
            integer.value.integer = bits.cast_signed();
            // SAFETY: an integer points to nothing.
            return unsafe { self.put(object, &mut integer, mode) };
        }
        self.put_planes(object, value, unknown, mode)
    }

    /// Writes up to 64 bits that no integer says.
    #[inline(never)]
    fn put_planes(
        &self,
        object: Handle,
        value: u64,
        unknown: u64,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        if unknown != 0 && self.quirks.two_states_only {
            return Err(self.two_states_only(object));
        }
        let mut elements = vector_elements(value, unknown);
        let mut vector = empty(vpi::vpiVectorVal);
        vector.value.vector = elements.as_mut_ptr();
        // SAFETY: two elements hold 64 bits, and they live through the call.
        unsafe { self.put(object, &mut vector, mode) }
    }

    /// Whether an integer of 32 bits says it all. Icarus extends a shorter one to the width by
    /// its sign, and takes less than half of the time for it.
    #[inline]
    fn fits_integer(&self, width: u32, value: u64) -> bool {
        width <= 32 || self.integers_extend && i32::try_from(value).is_ok()
    }

    pub(super) fn write_logic(
        &self,
        object: Handle,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        let width = value.width();
        if let Some(vhdl) = self.vhdl {
            return self.write_vhdl(vhdl, object, value, mode);
        }
        if width <= 64 && !value.is_nine_state() {
            let (value, unknown) = (value.value_word(0), value.unknown_word(0));
            return self.write_planes(object, width, value, unknown, mode);
        }
        if self.quirks.two_states_only && value.has_unknown() {
            return Err(self.two_states_only(object));
        }
        let words = 0..width.div_ceil(64) as usize;
        let words = words.map(|word| (value.value_word(word), value.unknown_word(word)));
        self.put_words(object, words, mode)
    }

    /// Writes a wide vector, its words given from the least significant.
    fn put_words(
        &self,
        object: Handle,
        words: impl Iterator<Item = (u64, u64)>,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        // Taken and put back, since the write may call back and write again.
        let mut elements = self.elements.take();
        elements.clear();
        elements.extend(words.flat_map(|(value, unknown)| vector_elements(value, unknown)));
        let mut vector = empty(vpi::vpiVectorVal);
        vector.value.vector = elements.as_mut_ptr();
        // SAFETY: the callers give a word for every 64 bits of the object or part of them; the
        // elements live through the call.
        let result = unsafe { self.put(object, &mut vector, mode) };
        self.elements.set(elements);
        result
    }

    /// Writes a vector of nine states as a string.
    pub(super) fn put_digits(
        &self,
        object: Handle,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        // Taken and put back, as in `put_words`.
        let mut digits = self.digits.take();
        digits.clear();
        value.write_binary_bytes(&mut digits);
        digits.push(0);
        let mut string = empty(vpi::vpiBinStrVal);
        string.value.str_ = digits.as_mut_ptr().cast();
        // SAFETY: a string that ends in NUL and lives through the call.
        let result = unsafe { self.put(object, &mut string, mode) };
        self.digits.set(digits);
        result
    }

    pub(super) fn put_real(
        &self,
        object: Handle,
        real: f64,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        self.check_takes_reals(object)?;
        let mut value = empty(vpi::vpiRealVal);
        value.value.real = real;
        // SAFETY: a real number points to nothing.
        unsafe { self.put(object, &mut value, mode) }
    }

    /// Refuses a real number if the simulator is known to refuse it.
    pub(super) fn check_takes_reals(&self, object: Handle) -> Result<(), PortError> {
        self.check_not_read_only_element(object)?;
        // Where it is a register of 64 bits, it takes those of an integer only.
        if self.quirks.everything_is_a_register && self.kind(object) != ObjectKind::Real {
            return Err(PortError::Unsupported {
                what: format!("write the real number `{}`", self.path(object)),
                simulator: self.identity.to_string(),
                remedy: "let the design compute it from bits that are written".to_owned(),
            });
        }
        Ok(())
    }

    /// A text as the simulator takes it, where it takes one.
    pub(super) fn text_to_write(&self, object: Handle, text: &str) -> Result<CString, PortError> {
        self.check_not_read_only_element(object)?;
        if self.quirks.strings_are_unreadable {
            return Err(self.no_strings("write", object));
        }
        CString::new(text).map_err(|_| PortError::Refused {
            operation: "write",
            path: self.path(object),
            message: "the string holds a NUL character".to_owned(),
        })
    }

    pub(super) fn put_string(&self, object: Handle, text: &str) -> Result<(), PortError> {
        let text = self.text_to_write(object, text)?;
        let mut value = empty(vpi::vpiStringVal);
        value.value.str_ = text.as_ptr().cast_mut();
        // SAFETY: the string lives through the call, which does not write to it.
        unsafe { self.put(object, &mut value, WriteMode::Deposit) }
    }

    #[cold]
    fn no_strings(&self, operation: &str, object: Handle) -> PortError {
        PortError::Unsupported {
            what: format!("{operation} the string `{}`", self.path(object)),
            simulator: self.identity.to_string(),
            remedy: "keep its text in a vector of bits as well".to_owned(),
        }
    }

    fn check_not_read_only_element(&self, object: Handle) -> Result<(), PortError> {
        check_not_over()?;
        if self.quirks.real_elements_are_read_only && self.vpi_type(object) == vpi::vpiMemoryWord {
            return Err(PortError::Unsupported {
                what: format!(
                    "write `{}`, an element of an unpacked array",
                    self.path(object)
                ),
                simulator: self.identity.to_string(),
                remedy: "let the design write it, from variables that are not an array".to_owned(),
            });
        }
        Ok(())
    }

    pub(super) fn end_force(&self, object: Handle, encoding: &Encoding) -> Result<(), PortError> {
        // The simulator may answer with the value that the release leaves, in the format given.
        if *encoding == Encoding::Real {
            return self.put_real(object, 0.0, WriteMode::Release);
        }
        let width = encoding.width().unwrap_or(1);
        if let Some(vhdl) = self.vhdl {
            let nothing = LogicVec::zeros(width);
            return self.write_vhdl(vhdl, object, &nothing, WriteMode::Release);
        }
        let words = width.div_ceil(64) as usize;
        self.put_words(
            object,
            std::iter::repeat_n((0, 0), words),
            WriteMode::Release,
        )
    }
}
