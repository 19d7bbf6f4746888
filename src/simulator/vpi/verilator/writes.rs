//! Writes: what takes none, and forces of single bits.

use std::ffi::CStr;

use crate::simulator::description::length;
use crate::simulator::event;
use crate::simulator::vpi::VpiPort;
use crate::simulator::vpi::value::empty;
use crate::simulator::{Encoding, Handle, ObjectKind, PortError, WriteMode};
use crate::sys::vpi;
use crate::value::{Logic, LogicVec};

impl VpiPort {
    /// Whether an object is the copy of an output of the top.
    pub(in crate::simulator::vpi) fn is_copy(&self, object: Handle) -> bool {
        self.kept.copies.borrow().contains(&object)
    }

    /// What is written to the copy of an output is lost with the next evaluation.
    pub(in crate::simulator::vpi) fn check_no_copy(&self, object: Handle) -> Result<(), PortError> {
        if !self.is_copy(object) {
            return Ok(());
        }
        Err(PortError::Unsupported {
            what: format!("write the output `{}`", self.path(object)),
            simulator: self.identity.to_string(),
            remedy: "write what drives it; an output that the top itself stores can be written if \
                     an inner object of the top is bound as well"
                .to_owned(),
        })
    }

    /// Why nothing is written to a pin of the top that leads both ways: newer versions have nothing but
    /// the design's own drivers stand on it.
    pub(in crate::simulator::vpi) fn refusal_of_inout(&self, object: Handle) -> Option<PortError> {
        if !self.quirks.watches_compare || self.identity.is_before(5, 32) || self.is_row(object) {
            return None;
        }
        let is_inout = self.raw.get(vpi::vpiDirection, Some(object)) == Some(vpi::vpiInout);
        (is_inout && self.is_port_of_top(object))
            .then(|| PortError::inout_of_top(&self.identity, &self.path(object)))
    }

    /// Why nothing is written to a variable that was published to be read only, which no property tells: found out
    /// by writing the value that it has.
    pub(in crate::simulator::vpi) fn refusal_of_read_only(
        &self,
        object: Handle,
    ) -> Option<PortError> {
        if !self.quirks.watches_compare || event::is_over() || self.is_row(object) {
            return None;
        }
        let kind = self.kind(object);
        if kind == ObjectKind::Parameter {
            return None;
        }
        let mut value = empty(match self.encoding_of_register(object, kind).1 {
            Encoding::Logic { .. } => vpi::vpiVectorVal,
            Encoding::Real => vpi::vpiRealVal,
            Encoding::Text => vpi::vpiStringVal,
            Encoding::None => return None,
        });
        self.raw.get_value(object, &mut value).ok()?;
        let text;
        if value.format == vpi::vpiStringVal {
            // SAFETY: with this format the pointer is null, or one to the simulator's text, which lives until the
            // next value is read.
            text =
                unsafe { value.value.str_.as_ref().map(|text| CStr::from_ptr(text)) }?.to_owned();
            value.value.str_ = text.as_ptr().cast_mut();
        }
        // SAFETY: the value is this object's in a format of its own: a copy, or the simulator's, which lives until
        // the next value is read.
        let put = unsafe { self.raw.put_value(object, &mut value, vpi::vpiNoDelay) };
        put.ok()?;
        let is_read_only = self.raw.error()?.contains("read-only");
        is_read_only.then(|| {
            let what = format!("write `{}`", self.path(object));
            self.unsupported(&what, "it was published read-only")
        })
    }

    /// Of a vector that is forced, holds these bits alone; `false` where it cannot be released bit by bit.
    pub(in crate::simulator::vpi) fn release_all_bits_but(
        &self,
        object: Handle,
        held: &LogicVec,
    ) -> Result<bool, PortError> {
        let width = u64::from(held.width());
        let Some((left, right)) = self.range(object).filter(|range| length(*range) == width) else {
            return Ok(false);
        };
        for bit in (0..held.width()).filter(|bit| held.bit(*bit) != Some(Logic::One)) {
            let bit = i64::from(bit);
            let index = if left >= right {
                right + bit
            } else {
                right - bit
            };
            let index = i32::try_from(index).ok();
            let Some(bit) = index.and_then(|index| self.kept_element(object, index)) else {
                return Ok(false);
            };
            self.write_planes(bit, 1, 0, 0, WriteMode::Release)?;
        }
        self.notify_written(object);
        Ok(true)
    }
}
