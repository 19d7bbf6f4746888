//! `Parameter<T>`: what elaboration has fixed.

use std::fmt;

use super::bind_error::BindErrorKind;
use super::error::{ReadCause, ReadError};
use super::fit::fits;
use super::{Binder, Dut, Object, Signal, SignalValue};
use crate::simulator::{Description, Encoding};

/// A parameter, a generic or a constant: read only.
///
/// Its value is checked when it is bound, so a `Parameter<u8>` fits a parameter of 32 bits that is
/// 200, and not one that is 300.
///
/// ```no_run
/// # use verifork::dut::{Instance, Parameter};
/// # fn example(dut: Instance) -> Result<(), Box<dyn std::error::Error>> {
/// let width: Parameter<u32> = dut.parameter("WIDTH")?;
/// let last = (1 << width.get()?) - 1;
/// # let _: u64 = last; Ok(())
/// # }
/// ```
///
/// A constant can also be bound as a [`Signal`]; writing to it is then an error.
pub struct Parameter<T>(Signal<T>);

impl<T> Clone for Parameter<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Parameter<T> {}

impl<T> fmt::Debug for Parameter<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Parameter")
            .field(&self.path())
            .finish()
    }
}

impl<T> Parameter<T> {
    /// The full name, in the simulator's notation.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(width: Parameter<u32>) -> Result {
    /// log::info!("{} = {}", width.path(), width.get()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn path(&self) -> &'static str {
        self.0.path()
    }

    /// What the simulator says of it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(width: Parameter<u32>) -> Result {
    /// log::debug!("{:?}", width.description().encoding);
    /// # Ok(())
    /// # }
    /// ```
    pub fn description(&self) -> &'static Description {
        self.0.description()
    }
}

impl<T: SignalValue> Parameter<T> {
    /// The value.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(width: Parameter<u32>, data: Signal<LogicVec>) -> Result {
    /// data.set(LogicVec::ones(width.get()?));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Signal::get`].
    #[track_caller]
    pub fn get(&self) -> T::Read {
        self.0.get()
    }

    /// The value.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(width: Parameter<u8>) -> Result {
    /// let width = width.try_get().unwrap_or(8);
    /// log::info!("{width} bits");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Signal::try_get`].
    #[track_caller]
    pub fn try_get(&self) -> Result<T, ReadError> {
        self.0.try_get()
    }

    fn try_from_object(object: Object) -> Result<Self, BindErrorKind> {
        let object = object.as_value_of::<T>()?;
        object.require_value::<T>()?;
        if !object.description().constant {
            let advice = object.advice::<T>().unwrap_or_default();
            return Err(object.kind_error(format!("it is not constant: {advice}")));
        }
        let encoding = &object.description().encoding;
        // Whether the value fits is found by reading it; whether it is of the kind, is not.
        let logic = matches!(encoding, Encoding::Logic { .. });
        if !(fits::<T>(object.description()) || logic && T::takes_logic()) {
            return Err(object.value_error::<T>("Parameter"));
        }
        object.require_names_of::<T>()?;
        let signal = Signal::of(object.index(), object.entry());
        match signal.load() {
            Ok(_) => Ok(Parameter(signal)),
            Err(ReadCause::Value(error)) => Err(BindErrorKind::Constant {
                path: object.path().to_owned(),
                error,
            }),
            Err(cause) => Err(BindErrorKind::Other(format!(
                "cannot read `{}`: {cause}",
                object.path()
            ))),
        }
    }
}

impl<T: SignalValue> Dut for Parameter<T> {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        binder.object_as(path, Parameter::try_from_object)
    }

    fn declared_paths(paths: &mut super::DeclaredPaths<'_>, path: &str) {
        paths.object(path);
    }
}

#[cfg(test)]
mod tests;
